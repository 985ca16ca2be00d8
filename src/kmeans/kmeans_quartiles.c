/*
 * kmeans_quartiles.c
 *		The quartiles of every cluster and feature; see kmeans_quartiles.h.
 *
 * Sorting or moving all values would cost more than the fit.  So a sample of the rows of
 * each cluster gives, for each quartile, a pair of cuts between which it probably is.
 * One pass over the rows then counts the values between the cuts and keeps those between
 * the two cuts of a pair, about a sixth of all (kmeans_cuts.h).  The quartile is a cut,
 * or selection finds it among the values kept.
 *
 * If a quartile is not between its cuts, if there are few rows, or if rows have weights,
 * all values of the feature are collected by cluster, and stats/quantiles.h finds the
 * quartiles.  Both ways give the same result.
 */
#include "kmeans/kmeans_quartiles.h"

#include "base/select.h"
#include "kmeans/kmeans_cuts.h"

/* with fewer rows no sample is used */
#define SAMPLED_ROWS ((size_t) 16384)

/* the most rows in the sample of a cluster, and in that of all rows */
#define SAMPLE ((size_t) 4096)

/* the distance of the cuts from the quantile of the sample, in standard deviations */
#define MARGIN 3.7

/* the most features and cells (cluster and feature) per pass: cuts and counters fit the cache */
#define GROUP ((size_t) 32)
#define GROUP_CELLS ((size_t) 65536)

/* a cell has room for one of so many values of its cluster */
#define KEPT 3

#define PAUSE ((size_t) 8192)

typedef struct Finder
{
	const SegKmeansData *data;
	const uint16_t *labels;		/* NULL: all 0 */
	const uint64_t *sizes;
	size_t		k;
	const SegKmeansQuartiles *result;

	/* by cluster */
	size_t	   *starts;			/* k + 1: the first place of its values in a column */
	size_t	   *next;			/* k */
	double	   *column;			/* n, and then n weights if there are weights */

	/* the sample: row numbers, by cluster */
	uint32_t   *sample;
	size_t	   *sample_starts;	/* k + 1 */
	double	   *values;			/* SAMPLE */

	/* a group of `width` features, a multiple of four */
	size_t		width;
	SegCuts    *cuts;			/* k x width / 4 */
	uint32_t   *counts;			/* k x width x SEG_CUTS_PLACES */
	SegCutsRoom *rooms;			/* k x width */
	double	   *kept;			/* kept_size() */
} Finder;

static size_t
group_width(size_t d, size_t k)
{
	size_t		most = GROUP_CELLS / k / 4 * 4;

	most = most < 4 ? 4 : seg_min_size(most, GROUP);
	return seg_min_size(most, (d + 3) / 4 * 4);
}

/* The number of values that can be kept, for at most width features. */
static size_t
kept_size(size_t n, size_t k, size_t width)
{
	return (n / KEPT + k) * width;
}

static bool
is_sampled(size_t n, bool weighted)
{
	return n >= SAMPLED_ROWS && n <= UINT32_MAX && !weighted;
}

size_t
seg_kmeans_quartiles_workspace(size_t n, size_t d, size_t k, bool weighted)
{
	size_t		width = group_width(d, k);
	size_t		by_cluster = (weighted ? 2 : 1) * n * sizeof(double) + 3 * (k + 1) * sizeof(size_t);

	if (!is_sampled(n, weighted))
		return by_cluster + 4 * SEG_ARENA_ALIGN;
	return by_cluster + n * sizeof(uint32_t) + SAMPLE * sizeof(double) +
		k * width * (sizeof(SegCuts) / 4 + SEG_CUTS_PLACES * sizeof(uint32_t) + sizeof(SegCutsRoom)) +
		kept_size(n, k, width) * sizeof(double) + 10 * SEG_ARENA_ALIGN;
}

/* ---- results ---- */

static inline size_t
label_of(const Finder *finder, size_t i)
{
	return finder->labels == NULL ? 0 : finder->labels[i];
}

/* A value of the matrix in input units. */
static double
input_value(const Finder *finder, size_t j, double value)
{
	const SegScale *scale = &finder->data->scales[j];
	double		x = seg_input_value(scale->transform, scale->shift, scale->scale, value);

	return fmin(fmax(x, scale->minimum), scale->maximum);
}

static double
input_mean(const Finder *finder, size_t j, SegQuantile quantile)
{
	double		low = input_value(finder, j, quantile.low);

	return quantile.low == quantile.high ? low : (low + input_value(finder, j, quantile.high)) / 2;
}

static void
set_quartiles(const Finder *finder, size_t c, size_t j, const SegQuantile *quartiles, bool constant)
{
	size_t		cell = c * finder->data->rows.d + j;
	double	   *result = finder->result->quartiles + cell * 3;

	for (size_t q = 0; q < 3; q++)
	{
		result[q] = input_mean(finder, j, quartiles[q]);
		if (q > 0 && result[q] < result[q - 1])
			result[q] = result[q - 1];
	}
	finder->result->constant[cell] = constant;
}

static void
set_five(const Finder *finder, size_t c, size_t j, const SegFive *five)
{
	set_quartiles(finder, c, j, five->quartiles, five->minimum == five->maximum);
}

/* ---- a column of all values, by cluster ---- */

static void
collect_column(const Finder *finder, size_t j)
{
	const SegKmeansData *data = finder->data;
	double	   *weights = finder->column + data->rows.n;

	memcpy(finder->next, finder->starts, finder->k * sizeof(size_t));
	for (size_t i = 0; i < data->rows.n; i++)
	{
		size_t		at = finder->next[label_of(finder, i)]++;

		if (i % PAUSE == 0)
			CHECK_FOR_INTERRUPTS();
		finder->column[at] = *seg_matrix_cell(&data->rows, i, j);
		if (data->weights != NULL)
			weights[at] = data->weights[i];
	}
}

/* Find the quartiles of feature j in all clusters from all values. */
static void
solve_column(const Finder *finder, size_t j)
{
	const SegKmeansData *data = finder->data;
	double	   *weights = data->weights == NULL ? NULL : finder->column + data->rows.n;
	SegGrid		grid = seg_kmeans_grid(data, 1);

	collect_column(finder, j);
	for (size_t c = 0; c < finder->k; c++)
	{
		size_t		start = finder->starts[c];
		SegFive		five = seg_quartiles(finder->column + start, weights == NULL ? NULL : weights + start,
										 finder->starts[c + 1] - start, grid);

		set_five(finder, c, j, &five);
	}
}

/* ---- the sample ---- */

/* One of this many rows of a cluster is in the sample. */
static size_t
stride_of(size_t rows)
{
	return (rows + SAMPLE - 1) / SAMPLE;
}

static size_t
sampled_of(const Finder *finder, size_t c)
{
	return finder->sample_starts[c + 1] - finder->sample_starts[c];
}

/* True if all rows of the cluster are in the sample. */
static bool
is_whole(const Finder *finder, size_t c)
{
	return finder->sizes[c] <= SAMPLE;
}

static void
draw_sample(Finder *finder)
{
	finder->sample_starts[0] = 0;
	for (size_t c = 0; c < finder->k; c++)
	{
		size_t		stride = stride_of(finder->sizes[c]);

		finder->sample_starts[c + 1] = finder->sample_starts[c] + (finder->sizes[c] + stride - 1) / stride;
		finder->next[c] = 0;
	}
	for (size_t i = 0; i < finder->data->rows.n; i++)
	{
		size_t		c = label_of(finder, i);
		size_t		stride = stride_of(finder->sizes[c]);
		size_t		at = finder->next[c]++;

		if (i % PAUSE == 0)
			CHECK_FOR_INTERRUPTS();
		if (at % stride == 0)
			finder->sample[finder->sample_starts[c] + at / stride] = (uint32_t) i;
	}
}

/* OUT finder->values: feature j of the sample of the cluster; returns their number. */
static size_t
sample_values(const Finder *finder, size_t c, size_t j)
{
	size_t		size = sampled_of(finder, c);
	const uint32_t *rows = finder->sample + finder->sample_starts[c];

	for (size_t i = 0; i < size; i++)
		finder->values[i] = *seg_matrix_cell(&finder->data->rows, rows[i], j);
	return size;
}

/* ---- cuts ---- */

/* OUT *low, *high: values of the sample; the q-quantile of all rows is probably between them. */
static void
cut_around(double *values, size_t size, double q, double *low, double *high)
{
	double		margin = MARGIN * sqrt(q * (1 - q) / (double) size);
	size_t		from = (size_t) ((q - margin) * (double) size);
	size_t		to = seg_min_size((size_t) ceil((q + margin) * (double) size), size - 1);

	seg_select_rank(values, size, from);
	*low = values[from];
	seg_select_rank(values + from, size - from, to - from);
	*high = values[to];
}

static void
cut_cluster(const Finder *finder, size_t c, size_t j, size_t at)
{
	SegCuts    *cuts = &finder->cuts[(c * finder->width + at) / 4];
	double		low[3];
	double		high[3];
	size_t		size = sample_values(finder, c, j);

	if (is_whole(finder, c))
	{
		SegFive		five = seg_quartiles(finder->values, NULL, size, (SegGrid) {0});

		set_five(finder, c, j, &five);
		seg_cuts_set(cuts, at % 4, NULL, NULL, 0);
		return;
	}
	for (size_t q = 0; q < 3; q++)
		cut_around(finder->values, size, (double) (q + 1) / 4, &low[q], &high[q]);
	seg_cuts_set(cuts, at % 4, low, high, 3);
}

/* ---- the pass ---- */

/* Count features [from, to) of rows [first, last). */
SEG_CLONES static void
count_rows(const Finder *finder, size_t from, size_t to, size_t first, size_t last)
{
	size_t		width = finder->width;

	for (size_t i = first; i < last; i++)
	{
		const double *row = seg_matrix_row(&finder->data->rows, i) + from;
		size_t		cell = label_of(finder, i) * width;

		for (size_t at = 0; at < to - from; at += 4)
		{
			SegVec4d	x = {0};

			if (at + 4 <= to - from)
				x = *(const SegVec4d *) (row + at);
			else
				for (size_t l = 0; at + l < to - from; l++)
					x[l] = row[at + l];
			seg_cuts_count_four(&x, &finder->cuts[(cell + at) / 4], finder->counts + (cell + at) * SEG_CUTS_PLACES,
								finder->rooms + cell + at);
		}
	}
}

/* Divide the memory for kept values among the cells. */
static void
share_rooms(const Finder *finder)
{
	double	   *free = finder->kept;

	for (size_t c = 0; c < finder->k; c++)
		for (size_t at = 0; at < finder->width; at++)
		{
			SegCutsRoom *room = &finder->rooms[c * finder->width + at];

			*room = (SegCutsRoom) {.values = free, .size = is_whole(finder, c) ? 0 : finder->sizes[c] / KEPT};
			free += room->size + 1;
		}
}

/* ---- from counts to quantiles ---- */

/* Find the quartiles of feature j in cluster c; false if a value was not kept. */
static bool
solve_cell(const Finder *finder, size_t c, size_t j, size_t at)
{
	size_t		cell = c * finder->width + at;
	const SegCuts *cuts = &finder->cuts[cell / 4];
	const uint32_t *counts = finder->counts + cell * SEG_CUTS_PLACES;
	SegQuantile quartiles[3];

	if (is_whole(finder, c))
		return true;
	for (size_t q = 0; q < 3; q++)
		if (!seg_cuts_quantile(cuts, at % 4, counts, &finder->rooms[cell], finder->sizes[c], q + 1, &quartiles[q]))
			return false;
	set_quartiles(finder, c, j, quartiles, counts[1] == finder->sizes[c]);
	return true;
}

/* Find the quartiles of features [from, to), at most finder->width. */
static void
solve_group(const Finder *finder, size_t from, size_t to)
{
	size_t		n = finder->data->rows.n;

	memset(finder->cuts, 0, finder->k * finder->width / 4 * sizeof(SegCuts));
	memset(finder->counts, 0, finder->k * finder->width * SEG_CUTS_PLACES * sizeof(uint32_t));
	share_rooms(finder);
	for (size_t c = 0; c < finder->k; c++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = from; j < to; j++)
			cut_cluster(finder, c, j, j - from);
	}
	for (size_t i = 0; i < n; i += PAUSE)
	{
		CHECK_FOR_INTERRUPTS();
		count_rows(finder, from, to, i, seg_min_size(i + PAUSE, n));
	}
	for (size_t j = from; j < to; j++)
	{
		bool		solved = true;

		CHECK_FOR_INTERRUPTS();
		for (size_t c = 0; c < finder->k && solved; c++)
			solved = solve_cell(finder, c, j, j - from);
		if (!solved)
			solve_column(finder, j);
	}
}

static void
take_group(Finder *finder, SegArena *arena)
{
	size_t		n = finder->data->rows.n;
	size_t		cells = finder->k * finder->width;

	finder->sample = seg_arena_take(arena, n, sizeof(uint32_t));
	finder->sample_starts = seg_arena_take(arena, finder->k + 1, sizeof(size_t));
	finder->values = seg_arena_take(arena, SAMPLE, sizeof(double));
	finder->cuts = seg_arena_take(arena, cells / 4, sizeof(SegCuts));
	finder->counts = seg_arena_take(arena, cells, SEG_CUTS_PLACES * sizeof(uint32_t));
	finder->rooms = seg_arena_take(arena, cells, sizeof(SegCutsRoom));
	finder->kept = seg_arena_take(arena, kept_size(n, finder->k, finder->width), sizeof(double));
	Assert(finder->kept != NULL);
}

void
seg_kmeans_quartiles(const SegKmeansData *data, const uint16_t *labels, const uint64_t *sizes, size_t k,
					 const SegKmeansQuartiles *result, SegArena workspace)
{
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	bool		weighted = data->weights != NULL;
	Finder		finder = {.data = data, .labels = labels, .sizes = sizes, .k = k, .result = result};

	finder.starts = seg_arena_take(&workspace, k + 1, sizeof(size_t));
	finder.next = seg_arena_take(&workspace, k, sizeof(size_t));
	finder.column = seg_arena_take(&workspace, n, (weighted ? 2 : 1) * sizeof(double));
	Assert(finder.column != NULL);
	finder.starts[0] = 0;
	for (size_t c = 0; c < k; c++)
		finder.starts[c + 1] = finder.starts[c] + sizes[c];
	if (!is_sampled(n, weighted))
	{
		for (size_t j = 0; j < d; j++)
			solve_column(&finder, j);
		return;
	}
	finder.width = group_width(d, k);
	take_group(&finder, &workspace);
	draw_sample(&finder);
	for (size_t from = 0; from < d; from += finder.width)
		solve_group(&finder, from, seg_min_size(from + finder.width, d));
}
