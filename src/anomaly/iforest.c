/*
 * iforest.c
 *		Isolation forests: grows trees and scores rows; see iforest.h.
 */
#include "anomaly/iforest.h"

#include "base/rng.h"

#define EULER_GAMMA 0.57721566490153286
#define TREES_AT_ONCE 8

double
seg_iforest_average_path(size_t n)
{
	double		rows = (double) n;

	if (n <= 1)
		return 0;
	if (n == 2)
		return 1;
	return 2 * (log(rows - 1) + EULER_GAMMA) - 2 * (rows - 1) / rows;
}

int
seg_iforest_height_limit(size_t sample_size)
{
	int			height = 0;

	while (((size_t) 1 << height) < sample_size)
		height++;
	return height;
}

/* ---- growing ---- */

/* The row of occurrence `at`. */
static uint32_t
row_of_occurrence(const uint64_t *ends, size_t n, uint64_t at)
{
	size_t		low = 0;
	size_t		high = n - 1;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (ends[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return (uint32_t) low;
}

/*
 * Draw occurrences without replacement, by Floyd's algorithm (J. Bentley and
 * R. Floyd, CACM 1987) on a sorted set.
 */
static void
draw_rows(SegRng *rng, const uint64_t *ends, size_t n, size_t sample_size, uint32_t *drawn)
{
	uint64_t	total = ends[n - 1];
	uint64_t	taken[SEG_IFOREST_MAX_SAMPLE];
	size_t		count = 0;

	for (uint64_t top = total - sample_size; top < total; top++)
	{
		uint64_t	at = seg_rng_below(rng, top + 1);
		size_t		low = 0;
		size_t		high = count;

		while (low < high)
		{
			size_t		middle = low + (high - low) / 2;

			if (taken[middle] < at)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < count && taken[low] == at)
		{
			at = top;			/* larger than all drawn before */
			low = count;
		}
		memmove(taken + low + 1, taken + low, (count - low) * sizeof(uint64_t));
		taken[low] = at;
		count++;
	}
	for (size_t i = 0; i < sample_size; i++)
		drawn[i] = row_of_occurrence(ends, n, taken[i]);
}

typedef struct Sample
{
	const double *rows;
	size_t		d;
} Sample;

static double
value_at(Sample sample, uint32_t row, size_t feature)
{
	return sample.rows[(size_t) row * sample.d + feature];
}

/* OUT: the smallest and the largest value of a feature in drawn[n].  True if they differ. */
static bool
find_range(Sample sample, const uint32_t *drawn, size_t n, size_t feature, double *least, double *largest)
{
	*least = *largest = value_at(sample, drawn[0], feature);
	for (size_t i = 1; i < n; i++)
	{
		double		x = value_at(sample, drawn[i], feature);

		if (x < *least)
			*least = x;
		if (x > *largest)
			*largest = x;
	}
	return *least < *largest;
}

/*
 * A random feature with different values within drawn[n], and its range.  If most
 * features have different values, a few draws find one; else they are counted.  False if
 * all rows are equal.
 */
static bool
choose_feature(SegRng *rng, Sample sample, const uint32_t *drawn, size_t n,
			   size_t *feature, double *least, double *largest)
{
	size_t		differing = 0;
	size_t		pick;

	for (int draw = 0; draw < 16; draw++)
	{
		*feature = seg_rng_below(rng, sample.d);
		if (find_range(sample, drawn, n, *feature, least, largest))
			return true;
	}
	for (size_t j = 0; j < sample.d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		differing += find_range(sample, drawn, n, j, least, largest);
	}
	if (differing == 0)
		return false;
	pick = seg_rng_below(rng, differing);
	for (*feature = 0;; (*feature)++)
	{
		CHECK_FOR_INTERRUPTS();
		if (find_range(sample, drawn, n, *feature, least, largest) && pick-- == 0)
			return true;
	}
}

/* A random cut above the smallest value and at most the largest one; false if all rows are equal. */
static bool
choose_cut(SegRng *rng, Sample sample, const uint32_t *drawn, size_t n, SegTreeNode *node)
{
	size_t		feature;
	double		least;
	double		largest;
	double		u;

	if (!choose_feature(rng, sample, drawn, n, &feature, &least, &largest))
		return false;
	u = seg_rng_uniform(rng);
	node->feature = (uint32_t) feature;
	node->split = least * (1 - u) + largest * u;
	if (!(node->split > least && node->split <= largest))
		node->split = largest;
	return true;
}

/* Move the rows below the cut to the front; returns their number. */
static size_t
divide(Sample sample, uint32_t *drawn, size_t n, const SegTreeNode *cut)
{
	size_t		left = 0;

	for (size_t i = 0; i < n; i++)
	{
		uint32_t	row = drawn[i];

		if (value_at(sample, row, cut->feature) < cut->split)
		{
			drawn[i] = drawn[left];
			drawn[left++] = row;
		}
	}
	return left;
}

typedef struct Branch
{
	uint32_t	node;
	uint32_t	depth;
	uint32_t	first;			/* its rows are drawn[first], ... */
} Branch;

static uint32_t
add_node(SegForest *forest, size_t size)
{
	uint32_t	node = (uint32_t) forest->n_nodes++;

	forest->nodes[node] = (SegTreeNode) {INFINITY, node, 0};
	forest->sizes[node] = (uint32_t) size;
	return node;
}

void
seg_iforest_grow(SegForest *forest, const double *rows, const uint64_t *ends, size_t n,
				 uint64_t seed, uint32_t *drawn)
{
	Sample		sample = {rows, forest->d};
	SegRng		rng = seg_rng(seed, forest->n_trees + 1);
	int			limit = seg_iforest_height_limit(forest->sample_size);
	Branch		stack[SEG_IFOREST_MAX_HEIGHT + 2];
	size_t		waiting = 0;

	Assert(forest->sample_size <= SEG_IFOREST_MAX_SAMPLE && ends[n - 1] >= forest->sample_size);
	draw_rows(&rng, ends, n, forest->sample_size, drawn);
	forest->roots[forest->n_trees++] = add_node(forest, forest->sample_size);
	stack[waiting++] = (Branch) {forest->roots[forest->n_trees - 1], 0, 0};
	while (waiting > 0)
	{
		Branch		branch = stack[--waiting];
		SegTreeNode *node = &forest->nodes[branch.node];
		size_t		size = forest->sizes[branch.node];
		size_t		left;

		CHECK_FOR_INTERRUPTS();
		if (size < 2 || (int) branch.depth >= limit ||
			!choose_cut(&rng, sample, drawn + branch.first, size, node))
			continue;
		left = divide(sample, drawn + branch.first, size, node);
		Assert(left > 0 && left < size);
		node->child = add_node(forest, left);
		(void) add_node(forest, size - left);
		stack[waiting++] = (Branch) {node->child + 1, branch.depth + 1, branch.first + (uint32_t) left};
		stack[waiting++] = (Branch) {node->child, branch.depth + 1, branch.first};
	}
}

void
seg_iforest_finish(SegForest *forest)
{
	uint32_t	depths[SEG_IFOREST_MAX_HEIGHT + 2];
	uint32_t	stack[SEG_IFOREST_MAX_HEIGHT + 2];

	forest->height = 0;
	for (size_t t = 0; t < forest->n_trees; t++)
	{
		size_t		waiting = 0;

		CHECK_FOR_INTERRUPTS();
		stack[waiting] = forest->roots[t];
		depths[waiting++] = 0;
		while (waiting > 0)
		{
			uint32_t	node = stack[--waiting];
			uint32_t	depth = depths[waiting];

			if (seg_tree_node_is_leaf(forest, node))
			{
				forest->paths[node] = depth + seg_iforest_average_path(forest->sizes[node]);
				if ((int) depth > forest->height)
					forest->height = (int) depth;
				continue;
			}
			stack[waiting] = forest->nodes[node].child + 1;
			depths[waiting++] = depth + 1;
			stack[waiting] = forest->nodes[node].child;
			depths[waiting++] = depth + 1;
		}
	}
	/* children come after their parents, so this goes backwards */
	for (size_t node = forest->n_nodes; node-- > 0;)
	{
		size_t		child = forest->nodes[node].child;

		seg_check_step(node);
		if (child != node)
			forest->paths[node] = (forest->paths[child] * forest->sizes[child] +
								   forest->paths[child + 1] * forest->sizes[child + 1]) / forest->sizes[node];
	}
}

/* ---- scoring ---- */

static inline uint32_t
step(const SegTreeNode *nodes, uint32_t at, const double *row)
{
	const SegTreeNode *node = &nodes[at];

	return node->child + (row[node->feature] >= node->split);
}

double
seg_iforest_path(const SegForest *forest, const double *row)
{
	const SegTreeNode *nodes = forest->nodes;
	double		sum = 0;
	size_t		t = 0;

	for (; t + TREES_AT_ONCE <= forest->n_trees; t += TREES_AT_ONCE)
	{
		uint32_t	at[TREES_AT_ONCE];

		memcpy(at, forest->roots + t, sizeof(at));
		for (int level = 0; level < forest->height; level++)
			for (int i = 0; i < TREES_AT_ONCE; i++)
				at[i] = step(nodes, at[i], row);
		for (int i = 0; i < TREES_AT_ONCE; i++)
			sum += forest->paths[at[i]];
	}
	for (; t < forest->n_trees; t++)
	{
		uint32_t	at = forest->roots[t];

		for (int level = 0; level < forest->height; level++)
			at = step(nodes, at, row);
		sum += forest->paths[at];
	}
	return sum / forest->n_trees;
}

double
seg_iforest_base_path(const SegForest *forest)
{
	double		sum = 0;

	for (size_t t = 0; t < forest->n_trees; t++)
		sum += forest->paths[forest->roots[t]];
	return sum / forest->n_trees;
}

double
seg_iforest_score(const SegForest *forest, double path)
{
	double		average = seg_iforest_average_path(forest->sample_size);

	return average > 0 ? exp2(-path / average) : 0.5;
}

void
seg_iforest_attribute(const SegForest *forest, const double *row, double *saved)
{
	memset(saved, 0, forest->d * sizeof(double));
	for (size_t t = 0; t < forest->n_trees; t++)
	{
		uint32_t	at = forest->roots[t];

		while (!seg_tree_node_is_leaf(forest, at))
		{
			uint32_t	next = step(forest->nodes, at, row);

			saved[forest->nodes[at].feature] += forest->paths[at] - forest->paths[next];
			at = next;
		}
	}
	for (size_t j = 0; j < forest->d; j++)
		saved[j] /= forest->n_trees;
}
