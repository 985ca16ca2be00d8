/*
 * mcd_search.c
 *		The search for the h rows with the smallest determinant; see mcd.h.
 */
#include "anomaly/mcd_search.h"

#include "base/sort.h"

#define STARTS 500
#define GROUP_ROWS 300
#define GROUP_ROWS_PER_FEATURE 4
#define WHOLE_LIMIT 600			/* rows up to which there are no groups */
#define FIRST_STEPS 2
#define MOST_STEPS 200
#define CONVERGE_ALL 5000		/* rows up to which all finalists run to convergence */
#define RIDGE 1e-6				/* for subsets on a plane */
#define LEAST_PIVOT 1e-8
#define SAME_DETERMINANT 1e-10	/* of its logarithm */

/* ---- one step ---- */

static bool
is_nearer(const void *a, const void *b, const void *argument)
{
	const SegMcdItem *x = a;
	const SegMcdItem *y = b;

	return x->distance2 != y->distance2 ? x->distance2 < y->distance2 : x->row < y->row;
}

static const double *
scaled_row(const SegMcdSearch *search, const SegMcdItem *item)
{
	return search->scaled + (size_t) item->row * search->m;
}

/* Mean and covariance (n - 1) of items of total weight `weight`. */
static void
describe(SegMcdSearch *search, const SegMcdItem *items, size_t count, double weight, SegMcdShape *shape)
{
	size_t		m = search->m;
	double		divisor = weight > 1 ? weight - 1 : 1;

	memset(shape->center, 0, m * sizeof(double));
	memset(shape->factor, 0, m * m * sizeof(double));
	for (size_t i = 0; i < count; i++)
	{
		const double *row = scaled_row(search, &items[i]);

		for (size_t j = 0; j < m; j++)
			shape->center[j] += items[i].weight * row[j];
	}
	for (size_t j = 0; j < m; j++)
		shape->center[j] /= weight;
	for (size_t first = 0; first < count; first += SEG_MCD_BLOCK)
	{
		size_t		rows = seg_min_size(SEG_MCD_BLOCK, count - first);

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < rows; i++)
		{
			const SegMcdItem *item = &items[first + i];
			double		root = sqrt(item->weight / divisor);

			for (size_t j = 0; j < m; j++)
				search->block[i * m + j] = (scaled_row(search, item)[j] - shape->center[j]) * root;
		}
		seg_gram_add(search->block, rows, m, shape->factor);
	}
}

/* True if the smallest pivot of a factor is larger than rounding errors. */
static bool
is_regular(const double *factor, size_t m)
{
	for (size_t j = 0; j < m; j++)
		if (!(factor[j + j * m] > LEAST_PIVOT))
			return false;
	return true;
}

/*
 * Factor the covariance.  If the rows are on a plane, a ridge is added and the result is
 * false; the determinant then is small, because the ridge is small.
 */
static bool
factorise(SegMcdSearch *search, const SegMcdItem *items, size_t count, double weight, SegMcdShape *shape)
{
	size_t		m = search->m;
	bool		regular;

	describe(search, items, count, weight, shape);
	regular = seg_cholesky(shape->factor, m) == SEG_OK && is_regular(shape->factor, m);
	if (!regular)
	{
		describe(search, items, count, weight, shape);
		for (size_t j = 0; j < m; j++)
			shape->factor[j + j * m] += RIDGE;
		/* it cannot fail: the smallest eigenvalue is about RIDGE, with entries near 1 */
		(void) seg_cholesky(shape->factor, m);
	}
	shape->log_det = 0;
	for (size_t j = 0; j < m; j++)
		shape->log_det += 2 * log(fmax(shape->factor[j + j * m], LEAST_PIVOT));
	return regular;
}

void
seg_mcd_measure(SegMcdSearch *search, SegMcdItem *items, size_t count, const SegMcdShape *shape)
{
	size_t		m = search->m;

	for (size_t first = 0; first < count; first += SEG_MCD_BLOCK)
	{
		size_t		rows = seg_min_size(SEG_MCD_BLOCK, count - first);

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < rows; i++)
			for (size_t j = 0; j < m; j++)
				search->block[i * m + j] = scaled_row(search, &items[first + i])[j] - shape->center[j];
		(void) seg_cholesky_forward(shape->factor, m, search->block, rows);
		for (size_t i = 0; i < rows; i++)
		{
			double		sum = 0;

			for (size_t j = 0; j < m; j++)
				sum += search->block[i * m + j] * search->block[i * m + j];
			items[first + i].distance2 = isnan(sum) ? INFINITY : sum;
		}
	}
}

/*
 * Move the h closest rows to the front.  OUT *cut_off: the part of the weight of the last
 * item that is not in the subset.  Returns the number of items.
 */
static size_t
closest(SegMcdItem *items, size_t count, double h, double *cut_off)
{
	double		weight = 0;
	size_t		taken = 0;

	seg_sort(items, count, sizeof(SegMcdItem), is_nearer, NULL);
	while (taken < count && weight < h)
		weight += items[taken++].weight;
	*cut_off = weight - h;
	return taken;
}

/* A C-step: replace a metric by the metric of the h rows closest in it. */
static void
concentrate(SegMcdSearch *search, SegMcdItem *items, size_t count, double h, SegMcdShape *shape)
{
	double		cut_off;
	size_t		taken;

	seg_mcd_measure(search, items, count, shape);
	taken = closest(items, count, h, &cut_off);
	items[taken - 1].weight -= cut_off;
	(void) factorise(search, items, taken, h, shape);
	items[taken - 1].weight += cut_off;
}

/* C-steps until the determinant does not change. */
static void
converge(SegMcdSearch *search, SegMcdItem *items, size_t count, double h, SegMcdShape *shape)
{
	for (int step = 0; step < MOST_STEPS; step++)
	{
		double		before = shape->log_det;

		concentrate(search, items, count, h, shape);
		if (step > 0 && !(shape->log_det < before - 1e-12 * (1 + fabs(before))))
			break;
	}
}

/* ---- starts ---- */

static uint32_t
row_of_occurrence(const SegMcdSearch *search, uint64_t at)
{
	size_t		low = 0;
	size_t		high = search->n - 1;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (search->ends[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return (uint32_t) low;
}

/* Move a random subset of `wanted` items to the front. */
static void
shuffle(SegRng *rng, SegMcdItem *items, size_t count, size_t wanted)
{
	for (size_t i = 0; i < wanted; i++)
	{
		size_t		other = i + seg_rng_below(rng, count - i);
		SegMcdItem	swap = items[i];

		items[i] = items[other];
		items[other] = swap;
	}
}

/* A random subset of m + 1 rows; more rows are added until it spans the space. */
static void
begin(SegMcdSearch *search, SegMcdItem *items, size_t count, SegMcdShape *shape)
{
	size_t		wanted = seg_min_size(search->m + 1, count);

	shuffle(&search->rng, items, count, count);
	for (;;)
	{
		double		weight = 0;

		for (size_t i = 0; i < wanted; i++)
			weight += items[i].weight;
		if (factorise(search, items, wanted, weight, shape) || wanted == count)
			return;
		wanted = seg_min_size(wanted + 1 + wanted / 4, count);
	}
}

static void
copy_shape(SegMcdShape *to, const SegMcdShape *from, size_t m)
{
	memcpy(to->center, from->center, m * sizeof(double));
	memcpy(to->factor, from->factor, m * m * sizeof(double));
	to->log_det = from->log_det;
}

/*
 * Insert a shape into the best ones, which are sorted by ascending determinant, unless it
 * is there already: many starts give the same subset.
 */
static size_t
keep(SegMcdShape *best, size_t kept, size_t most, const SegMcdShape *shape, size_t m)
{
	size_t		at = kept;
	SegMcdShape last;

	if (kept == most && !(shape->log_det < best[most - 1].log_det))
		return kept;
	for (size_t i = 0; i < kept; i++)
		if (fabs(best[i].log_det - shape->log_det) < SAME_DETERMINANT)
			return kept;
	if (kept == most)
		at = most - 1;
	else
		kept++;
	last = best[at];
	for (; at > 0 && best[at - 1].log_det > shape->log_det; at--)
		best[at] = best[at - 1];
	best[at] = last;
	copy_shape(&best[at], shape, m);
	return kept;
}

/* Try starts within some items; the best ones are added to best[kept .. most - 1]. */
static size_t
try_starts(SegMcdSearch *search, SegMcdItem *items, size_t count, double h, int starts,
		   SegMcdShape *trial, SegMcdShape *best, size_t most)
{
	size_t		kept = 0;

	for (int s = 0; s < starts; s++)
	{
		begin(search, items, count, trial);
		for (int step = 0; step < FIRST_STEPS; step++)
			concentrate(search, items, count, h, trial);
		kept = keep(best, kept, most, trial, search->m);
	}
	return kept;
}

static size_t
group_rows(size_t m)
{
	size_t		needed = GROUP_ROWS_PER_FEATURE * m;

	return needed > GROUP_ROWS ? needed : GROUP_ROWS;
}

size_t
seg_mcd_search_items(size_t n, size_t m)
{
	size_t		grouped = SEG_MCD_GROUPS * group_rows(m);

	return n > grouped ? n : grouped;
}

void
seg_mcd_all_items(SegMcdSearch *search)
{
	for (size_t i = 0; i < search->n; i++)
		search->items[i] = (SegMcdItem) {
			0, (double) (search->ends[i] - (i > 0 ? search->ends[i - 1] : 0)), (uint32_t) i
		};
}

/* Starts within groups, then the best ones within the union.  OUT best; returns their number. */
static size_t
search_groups(SegMcdSearch *search, double share)
{
	uint64_t	total = search->ends[search->n - 1];
	size_t		rows = group_rows(search->m);
	size_t		groups = total / rows < SEG_MCD_GROUPS ? total / rows : SEG_MCD_GROUPS;
	size_t		drawn = 0;
	size_t		candidates = 0;
	size_t		kept = 0;

	/* a draw with replacement: with so many rows repetitions are rare */
	for (; drawn < groups * rows; drawn++)
		search->items[drawn] = (SegMcdItem) {
			0, 1, row_of_occurrence(search, seg_rng_below(&search->rng, total))
		};
	for (size_t g = 0; g < groups; g++)
		candidates += try_starts(search, search->items + g * rows, rows, ceil(share * rows),
								 STARTS / (int) groups, &search->trial,
								 search->candidates + candidates, SEG_MCD_KEPT);
	for (size_t c = 0; c < candidates; c++)
	{
		for (int step = 0; step < FIRST_STEPS; step++)
			concentrate(search, search->items, drawn, ceil(share * drawn), &search->candidates[c]);
		kept = keep(search->best, kept, SEG_MCD_KEPT, &search->candidates[c], search->m);
	}
	return kept;
}

void
seg_mcd_search(SegMcdSearch *search, uint64_t h)
{
	uint64_t	total = search->ends[search->n - 1];
	size_t		kept;
	size_t		winner = 0;

	if (total <= WHOLE_LIMIT || total < 2 * group_rows(search->m))
	{
		seg_mcd_all_items(search);
		kept = try_starts(search, search->items, search->n, (double) h, STARTS,
						  &search->trial, search->best, SEG_MCD_FINALISTS);
	}
	else
		kept = search_groups(search, (double) h / (double) total);
	seg_mcd_all_items(search);
	for (size_t s = 0; s < kept; s++)
	{
		if (search->n > CONVERGE_ALL)
			concentrate(search, search->items, search->n, (double) h, &search->best[s]);
		else
			converge(search, search->items, search->n, (double) h, &search->best[s]);
		if (search->best[s].log_det < search->best[winner].log_det)
			winner = s;
	}
	if (search->n > CONVERGE_ALL)
		converge(search, search->items, search->n, (double) h, &search->best[winner]);
	if (winner != 0)
		copy_shape(&search->best[0], &search->best[winner], search->m);
}
