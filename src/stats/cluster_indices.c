/*
 * cluster_indices.c
 *		Silhouette and Davies-Bouldin; see cluster_indices.h.
 *
 * The distances of eight rows (a block of stats/matrix.h) to all rows are computed,
 * one other row at a time.  Each distance is added to the sum of the cluster of the
 * other row, for all labelings.  The sums of a few blocks stay in the first-level
 * cache.  Distances are not stored.
 */
#include "stats/cluster_indices.h"

#include "base/vec.h"
#include "stats/distance.h"
#include "stats/exact_sum.h"
#include "stats/matrix.h"

/* Blocks that are processed together, and rows per step. */
#define TILE ((size_t) 4)
#define GROUP ((size_t) 4)
#define ALONE 1e-13				/* a smaller share of a cluster's weight is rounding, not a row */
#define BETWEEN_CHECKS ((size_t) 64)	/* rows, a multiple of GROUP */

typedef struct Eight
{
	SegVec4d	half[2];
} Eight;

typedef struct Pass
{
	const double *rows;			/* n x d */
	const double *weights;		/* n; NULL: ones */
	const double *units;		/* n; NULL: ones */
	double		factor;			/* weights times factor sum to n */
	size_t		n;
	size_t		d;
	double	   *blocks;			/* the same rows, eight side by side: blocks x d x SEG_BLOCK_ROWS */
	size_t		m;
	const SegLabeling *labelings;
	size_t		slots;			/* clusters of all labelings */
	uint32_t   *slot_of;		/* n x m: the slot to which the distances of a row are added */
	size_t	   *first_slot;		/* m */
	double	   *sizes;			/* slots: weight of the rows of a cluster */
	double		grid;			/* distances are rounded to it */
	Eight	   *sums;			/* TILE x slots: sums of distances from the rows of a block to a cluster */
} Pass;

size_t
seg_silhouette_workspace(size_t n, size_t d, const SegLabeling *labelings, size_t m)
{
	unsigned __int128 slots = 0;
	unsigned __int128 size = 0;

	for (size_t l = 0; l < m; l++)
		slots += labelings[l].k;
	size += (unsigned __int128) seg_matrix_blocks(n) * SEG_BLOCK_ROWS * d * sizeof(double);
	size += (unsigned __int128) n * m * sizeof(uint32_t) + m * (sizeof(size_t) + sizeof(SegExactSum));
	size += slots * (sizeof(double) + TILE * sizeof(Eight)) + 8 * SEG_ARENA_ALIGN;
	return size > SIZE_MAX ? SIZE_MAX : (size_t) size;
}

/* The diameter of the box around the rows. */
static double
diameter(const double *rows, size_t n, size_t d)
{
	double		squares = 0;

	for (size_t j = 0; j < d; j++)
	{
		double		low = rows[j];
		double		high = rows[j];

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 1; i < n; i++)
		{
			low = fmin(low, rows[i * d + j]);
			high = fmax(high, rows[i * d + j]);
		}
		squares += (high - low) * (high - low);
	}
	return sqrt(squares);
}

static double
row_weight(const Pass *pass, size_t i)
{
	return pass->weights == NULL ? 1 : pass->weights[i] * pass->factor;
}

/* The weight that row i leaves out of its own cluster. */
static double
row_unit(const Pass *pass, size_t i)
{
	return (pass->units == NULL ? 1 : pass->units[i]) * pass->factor;
}

/* Number the clusters of all labelings; set the slots of each row. */
static void
fill_slots(Pass *pass, size_t n)
{
	size_t		slot = 0;

	memset(pass->sizes, 0, pass->slots * sizeof(double));
	for (size_t l = 0; l < pass->m; l++)
	{
		const SegLabeling *labeling = &pass->labelings[l];

		pass->first_slot[l] = slot;
		for (size_t i = 0; i < n; i++)
		{
			Assert(labeling->labels[i] < labeling->k);
			pass->slot_of[i * pass->m + l] = (uint32_t) (slot + labeling->labels[i]);
			pass->sizes[slot + labeling->labels[i]] += row_weight(pass, i);
		}
		slot += labeling->k;
	}
}

/*
 * Distances from the rows of a block to `count` rows from row `first` on, times the
 * weights of these rows; OUT distances[GROUP].
 */
SEG_ALWAYS_INLINE void
group_distances(const Pass *pass, const double *block, size_t first, size_t count, Eight *distances)
{
	size_t		d = pass->d;
	const double *row[4];
	double		weight[4];
	Eight		sum[4];

	memset(sum, 0, sizeof(sum));
	for (size_t t = 0; t < GROUP; t++)
	{
		size_t		i = first + seg_min_size(t, count - 1);

		row[t] = pass->rows + i * d;
		weight[t] = row_weight(pass, i);
	}
	for (size_t j = 0; j < d; j++)
	{
		const SegVec4d *x = (const SegVec4d *) (block + j * SEG_BLOCK_ROWS);

		for (size_t t = 0; t < GROUP; t++)
			for (size_t h = 0; h < 2; h++)
			{
				SegVec4d	difference = x[h] - row[t][j];

				seg_vec4d_add_square(&sum[t].half[h], &difference);
			}
	}
	for (size_t t = 0; t < GROUP; t++)
		for (size_t h = 0; h < 2; h++)
		{
			SegVec4d	s = sum[t].half[h];

			s = (SegVec4d) {sqrt(s[0]), sqrt(s[1]), sqrt(s[2]), sqrt(s[3])};
			s = (s + pass->grid) - pass->grid;
			distances[t].half[h] = pass->weights == NULL ? s : s * weight[t];
		}
}

/* Add the distances between blocks first .. first + count - 1 and rows from .. to - 1. */
SEG_CLONES static void
add_distances(const Pass *pass, size_t first, size_t count, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += GROUP)
	{
		size_t		rows = seg_min_size(GROUP, to - at);

		for (size_t b = 0; b < count; b++)
		{
			Eight	   *sums = pass->sums + b * pass->slots;
			Eight		distances[4];

			group_distances(pass, pass->blocks + (first + b) * pass->d * SEG_BLOCK_ROWS, at, rows, distances);
			for (size_t t = 0; t < rows; t++)
			{
				const uint32_t *slot = pass->slot_of + (at + t) * pass->m;

				for (size_t l = 0; l < pass->m; l++)
					for (size_t h = 0; h < 2; h++)
						sums[slot[l]].half[h] += distances[t].half[h];
			}
		}
	}
}

/* The silhouette of row i in labeling l; `at` is the place of the row in its block. */
static double
row_silhouette(const Pass *pass, const Eight *sums, size_t i, size_t at, size_t l)
{
	size_t		own_slot = pass->slot_of[i * pass->m + l];
	double		others = pass->sizes[own_slot] - row_unit(pass, i);
	double		own = 0;
	double		other = INFINITY;

	if (!(others > pass->sizes[own_slot] * ALONE))
		return 0;
	for (size_t slot = pass->first_slot[l]; slot < pass->first_slot[l] + pass->labelings[l].k; slot++)
	{
		double		sum = sums[slot].half[at / 4][at % 4];

		if (slot == own_slot)
			own = sum / others;
		else if (pass->sizes[slot] > 0)
			other = fmin(other, sum / pass->sizes[slot]);
	}
	return fmax(own, other) > 0 ? (other - own) / fmax(own, other) : 0;
}

/* Add the silhouettes of blocks first .. first + count - 1 to INOUT totals[m]. */
static void
add_tile(const Pass *pass, size_t first, size_t count, SegGrid unit, SegExactSum *totals)
{
	size_t		n = pass->n;

	memset(pass->sums, 0, count * pass->slots * sizeof(Eight));
	for (size_t from = 0; from < n; from += BETWEEN_CHECKS)
	{
		CHECK_FOR_INTERRUPTS();
		add_distances(pass, first, count, from, seg_min_size(n, from + BETWEEN_CHECKS));
	}
	for (size_t i = first * SEG_BLOCK_ROWS; i < seg_min_size(n, (first + count) * SEG_BLOCK_ROWS); i++)
	{
		const Eight *sums = pass->sums + (i / SEG_BLOCK_ROWS - first) * pass->slots;

		for (size_t l = 0; l < pass->m; l++)
			seg_exact_sum_add_weighted(&totals[l], unit, row_silhouette(pass, sums, i, i % SEG_BLOCK_ROWS, l),
									   row_weight(pass, i));
	}
}

static size_t
clusters_with_rows(const Pass *pass, size_t l)
{
	size_t		clusters = 0;

	for (size_t c = 0; c < pass->labelings[l].k; c++)
		clusters += pass->sizes[pass->first_slot[l] + c] > 0;
	return clusters;
}

SegStatus
seg_silhouette_mean(const double *rows, const double *weights, const double *units, size_t n, size_t d,
					const SegLabeling *labelings, size_t m, SegArena *arena, double *mean)
{
	Pass		pass = {.rows = rows, .weights = weights, .units = units, .factor = 1, .n = n, .d = d, .m = m, .labelings = labelings};
	double		widest = n > 0 ? diameter(rows, n, d) : 0;
	double		total = 0;
	double		addends = (double) n;
	SegExactSum *totals;

	for (size_t i = 0; i < n; i++)
		total += row_weight(&pass, i);
	if (weights != NULL && n > 0)
	{
		pass.factor = addends / total;
		total = addends;
	}
	if (!(widest <= SEG_GRID_LIMIT / (addends + 1)))
		return SEG_TOO_FAR;
	for (size_t l = 0; l < m; l++)
		pass.slots += labelings[l].k;
	pass.grid = seg_grid(addends, widest).coarse;
	pass.blocks = seg_arena_take(arena, seg_matrix_blocks(n) * SEG_BLOCK_ROWS, d * sizeof(double));
	pass.slot_of = seg_arena_take(arena, n, m * sizeof(uint32_t));
	pass.first_slot = seg_arena_take(arena, m, sizeof(size_t));
	pass.sizes = seg_arena_take(arena, pass.slots, sizeof(double));
	pass.sums = seg_arena_take(arena, TILE * sizeof(Eight), pass.slots);
	totals = seg_arena_take(arena, m, sizeof(SegExactSum));
	memset(totals, 0, m * sizeof(SegExactSum));
	for (size_t i = 0; i < seg_matrix_blocks(n) * SEG_BLOCK_ROWS; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < d; j++)
			pass.blocks[(i / SEG_BLOCK_ROWS * d + j) * SEG_BLOCK_ROWS + i % SEG_BLOCK_ROWS] = rows[seg_min_size(i, n - 1) * d + j];
	}
	fill_slots(&pass, n);
	for (size_t first = 0; first < seg_matrix_blocks(n); first += TILE)
		add_tile(&pass, first, seg_min_size(TILE, seg_matrix_blocks(n) - first), seg_grid(addends, 1), totals);
	for (size_t l = 0; l < m; l++)
		mean[l] = clusters_with_rows(&pass, l) < 2 ? NAN : seg_exact_sum_value(&totals[l]) / total;
	return SEG_OK;
}

double
seg_davies_bouldin(const double *centers, const double *spread, const uint64_t *sizes, size_t k, size_t d)
{
	double		sum = 0;
	size_t		clusters = 0;

	for (size_t c = 0; c < k; c++)
	{
		double		worst = 0;

		CHECK_FOR_INTERRUPTS();
		if (sizes[c] == 0)
			continue;
		clusters++;
		for (size_t other = 0; other < k; other++)
		{
			double		spreads = spread[c] + spread[other];

			if (other != c && sizes[other] > 0 && spreads > 0)
				worst = fmax(worst, spreads / sqrt(seg_squared_distance(centers + c * d, centers + other * d, d)));
		}
		sum += worst;
	}
	return clusters < 2 ? NAN : sum / (double) clusters;
}
