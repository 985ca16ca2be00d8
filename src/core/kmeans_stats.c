/*
 * kmeans_stats.c
 *		What a model tells about its clusters; see kmeans_stats.h.
 *
 * The first pass goes over blocks of rows: distances and, per cluster and
 * feature, the first two moments around the cluster's center, on an exact grid.
 * The second counts values in bins, a group of features at a time, so that the
 * counters stay in the cache however many clusters there are.
 */
#include "core/kmeans_stats.h"

#include "core/kmeans_assign.h"
#include "core/sums.h"
#include "core/weighted.h"

/* bins of a histogram, of about equal frequency in the sample */
#define BINS ((size_t) 20)

/* counters of one group of features */
#define GROUP_COUNTERS ((size_t) 65536)

/* rows of the sample from which the bins are cut */
#define COLUMN_ROWS ((size_t) 8192)

size_t
seg_kmeans_stats_workspace(size_t d, size_t k)
{
	size_t		group = GROUP_COUNTERS > k * BINS ? GROUP_COUNTERS : k * BINS;

	return 2 * seg_sums_size(k, d) + seg_batches_size(k) + 3 * k * sizeof(SegSum) +
		d * (SEG_LANES + 1 + SEG_BATCH + (BINS - 1)) * sizeof(double) + (d + 3) * (BINS - 1) * sizeof(double) +
		group * sizeof(uint32_t) + 2 * COLUMN_ROWS * sizeof(double) + 11 * SEG_ARENA_ALIGN;
}

/* A value of the matrix in input units; features without spread were only transformed. */
static inline double
input_value(const SegScale *scale, double value)
{
	if (scale->scale == 0)
		return scale->transform == SEG_TRANSFORM_LOG1P ? expm1(value) : value;
	return seg_unscale_value(scale->transform, scale->shift, scale->scale, value);
}

/* ---- pass one: distances and moments ---- */

typedef struct Gather
{
	const SegKmeansData *data;
	const SegKmeansRun *run;
	SegSums		first;			/* k x d: of w (x - pivot) */
	SegSums		second;			/* k x d: of w (x - pivot)^2 */
	double	   *block;			/* d x SEG_LANES */
	SegBatches	waiting;		/* k: rows to be added */
	double	   *inputs;			/* SEG_BATCH x d: rows with logarithms undone */
	SegSum	   *weights;		/* k */
	SegSum	   *freedoms;		/* k, of relative weights */
	SegSum	   *inertias;		/* k */
	bool		has_logarithms;
	SegGrid		weight_grid;
	SegGrid		d2_grid;
	SegGrid		silhouette_grid;
	SegSum		silhouette;
} Gather;

/*
 * Moments are taken in matrix units and brought to input units at the end, but
 * for logarithms, whose arithmetic mean needs every value.
 */
static inline double
moment_value(const SegScale *scale, double value)
{
	return scale->transform == SEG_TRANSFORM_LOG1P ? input_value(scale, value) : value;
}

static double
moment_pivot(const Gather *gather, size_t c, size_t j)
{
	const SegScale *scale = &gather->data->scales[j];

	double		center = gather->run->centers[c * gather->data->rows.d + j];

	if (scale->scale == 0)
		return scale->mean;
	if (scale->transform == SEG_TRANSFORM_LOG1P)
		return fmin(fmax(input_value(scale, center), scale->minimum), scale->maximum);
	return center;
}

/* How far a value of feature j can be from any pivot. */
static double
moment_range(const Gather *gather, size_t j)
{
	const SegScale *scale = &gather->data->scales[j];

	if (scale->transform == SEG_TRANSFORM_LOG1P || scale->scale == 0)
		return scale->maximum - scale->minimum;
	return 2 * scale->max_abs;
}

/* Let the rows that wait be as moments want them. */
static void
undo_logarithms(const Gather *gather, SegAddend *addends, size_t count)
{
	size_t		d = gather->data->rows.d;

	for (size_t i = 0; i < count; i++)
	{
		double	   *input = gather->inputs + i * d;

		for (size_t j = 0; j < d; j++)
			input[j] = moment_value(&gather->data->scales[j], addends[i].row[j]);
		addends[i].row = input;
	}
}

/* Add the rows that wait for cluster c to its moments. */
SEG_CLONES static void
gather_waiting(Gather *gather, size_t c, const double *pivots)
{
	SegAddend  *addends = gather->waiting.addends + c * SEG_BATCH;
	size_t		count = gather->waiting.counts[c];
	const double *pivot = pivots + c * gather->data->rows.d;

	if (gather->has_logarithms)
		undo_logarithms(gather, addends, count);
	seg_sums_add(&gather->first, c, addends, count, pivot, false);
	seg_sums_add(&gather->second, c, addends, count, pivot, true);
	gather->waiting.counts[c] = 0;
}

static void
gather_row(Gather *gather, size_t i, const double *pivots)
{
	size_t		c = gather->run->labels[i];
	double		weight = seg_kmeans_weight(gather->data, i);

	if (seg_batches_put(&gather->waiting, c, seg_addend(seg_rows_row(&gather->data->rows, i), weight, 1)))
		gather_waiting(gather, c, pivots);
	seg_sum_add(&gather->weights[c], gather->weight_grid, weight);
	if (gather->data->is_relative)
		seg_sum_add(&gather->freedoms[c], gather->weight_grid, seg_weight_freedom(weight, gather->run->weights[c]));
}

static void
gather_distance(Gather *gather, size_t i, double first_d2, double second_d2)
{
	double		weight = seg_kmeans_weight(gather->data, i);
	double		own = sqrt(first_d2);
	double		other = sqrt(second_d2);

	seg_sum_add_weighted(&gather->inertias[gather->run->labels[i]], gather->d2_grid, first_d2, weight);
	if (gather->run->k > 1 && other > 0)
		seg_sum_add_weighted(&gather->silhouette, gather->silhouette_grid, (other - own) / other, weight);
}

static void
prepare_gather(Gather *gather, const SegKmeansData *data, const SegKmeansRun *run, SegArena *arena)
{
	size_t		d = data->rows.d;
	size_t		k = run->k;
	double		span = 0;

	memset(gather, 0, sizeof(*gather));
	gather->data = data;
	gather->run = run;
	gather->first = seg_sums_take(arena, k, d);
	gather->second = seg_sums_take(arena, k, d);
	gather->waiting = seg_batches_take(arena, k);
	gather->block = seg_arena_take(arena, d, SEG_LANES * sizeof(double));
	gather->inputs = seg_arena_take(arena, SEG_BATCH, d * sizeof(double));
	gather->weights = seg_arena_take(arena, k, sizeof(SegSum));
	gather->freedoms = seg_arena_take(arena, k, sizeof(SegSum));
	gather->inertias = seg_arena_take(arena, k, sizeof(SegSum));
	Assert(gather->inertias != NULL);
	memset(gather->weights, 0, k * sizeof(SegSum));
	memset(gather->freedoms, 0, k * sizeof(SegSum));
	memset(gather->inertias, 0, k * sizeof(SegSum));
	for (size_t j = 0; j < d; j++)
	{
		double		range = moment_range(gather, j);

		seg_sums_set_grid(&gather->first, j, seg_kmeans_grid(data, range));
		seg_sums_set_grid(&gather->second, j, seg_kmeans_grid(data, range * range));
		gather->has_logarithms |= data->scales[j].transform == SEG_TRANSFORM_LOG1P;
		if (data->scales[j].scale > 0)
			span += 4 * data->scales[j].max_abs * data->scales[j].max_abs;
	}
	gather->weight_grid = seg_kmeans_grid(data, 1);
	gather->d2_grid = seg_kmeans_grid(data, span);
	gather->silhouette_grid = seg_kmeans_grid(data, 1);
}

/* From the sums around the pivots to mean and sd in input units. */
static void
finish_moments(const Gather *gather, const double *pivots, SegKmeansStats *stats)
{
	size_t		d = gather->data->rows.d;

	for (size_t c = 0; c < gather->run->k; c++)
	{
		double		weight = seg_sum_value(&gather->weights[c]);
		double		freedom = gather->data->is_relative ? seg_sum_value(&gather->freedoms[c]) : weight - 1;

		CHECK_FOR_INTERRUPTS();
		stats->inertias[c] = seg_sum_value(&gather->inertias[c]);
		for (size_t j = 0; j < d; j++)
		{
			const SegScale *scale = &gather->data->scales[j];
			size_t		cell = c * d + j;
			double		first = seg_sums_value(&gather->first, c, j);
			double		second = seg_sums_value(&gather->second, c, j);
			double		squares = second - first / weight * first;
			double		mean = pivots[cell] + first / weight;
			double		sd = freedom > 0 && squares > 0 ? sqrt(squares / freedom) : 0;

			if (scale->transform == SEG_TRANSFORM_NONE && scale->scale > 0)
			{
				mean = seg_unscale_value(SEG_TRANSFORM_NONE, scale->shift, scale->scale, mean);
				sd *= scale->scale;
			}
			stats->means[cell] = fmin(fmax(mean, scale->minimum), scale->maximum);
			stats->sds[cell] = sd;
		}
	}
	stats->silhouette = seg_sum_value(&gather->silhouette) / gather->data->total;
}

/* ---- pass two: histograms ---- */

/* Bits whose order as an unsigned number is that of the double, and back. */
static inline uint64_t
ordered_bits(double x)
{
	uint64_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double
double_of_ordered(uint64_t ordered)
{
	uint64_t	bits = ordered >> 63 ? ordered & ~(UINT64_C(1) << 63) : ~ordered;
	double		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* Radix sort, byte by byte from the lowest; `other` has room for as many. */
static void
sort_bits(uint64_t *x, uint64_t *other, size_t n)
{
	for (unsigned shift = 0; shift < 64; shift += 8)
	{
		size_t		starts[257] = {0};
		uint64_t   *swap = x;

		for (size_t i = 0; i < n; i++)
			starts[(x[i] >> shift & 255) + 1]++;
		for (size_t byte = 0; byte < 256; byte++)
			starts[byte + 1] += starts[byte];
		for (size_t i = 0; i < n; i++)
			other[starts[x[i] >> shift & 255]++] = x[i];
		x = other;				/* after eight turns each is back in its place */
		other = swap;
	}
}

/*
 * Cut points of feature j from the sample: OUT bounds, BINS - 1 of them, in
 * matrix units, strictly ascending ones first; returns how many.
 */
static size_t
cut_points(const SegKmeansData *sample, size_t j, uint64_t *column, double *bounds)
{
	size_t		n = seg_min_size(sample->rows.n, COLUMN_ROWS);
	size_t		cuts = 0;

	for (size_t i = 0; i < n; i++)
		column[i] = ordered_bits(*seg_rows_cell(&sample->rows, i, j));
	sort_bits(column, column + COLUMN_ROWS, n);
	for (size_t q = 1; q < BINS; q++)
	{
		double		cut = double_of_ordered(column[seg_min_size(q * n / BINS, n - 1)]);

		/* the largest value needs no cut: nothing lies above it */
		if (cut < double_of_ordered(column[n - 1]) && (cuts == 0 || cut > bounds[cuts - 1]))
			bounds[cuts++] = cut;
	}
	return cuts;
}

/*
 * Count `count` values of a row, at most four: the bin of each is the number of its
 * feature's bounds below it.  IN bounds: BINS - 1; INOUT cells: count x BINS.
 */
SEG_ALWAYS_INLINE void
count_values(const SegLanes *x, size_t count, const SegLanes *bounds, uint32_t *cells)
{
	SegIntLanes below = {0};
	int64_t		bins[4];

#pragma GCC unroll 19
	for (size_t b = 0; b < BINS - 1; b++)
		below -= *x > bounds[b];
	memcpy(bins, &below, sizeof(below));
	for (size_t l = 0; l < count; l++)
		cells[l * BINS + bins[l]]++;
}

/*
 * Count features [from, to) of all rows; counts: k x (to - from) x BINS.  IN lanes:
 * the bounds of those features, BINS - 1 for each four of them.
 */
SEG_CLONES static void
count_group(const SegKmeansData *data, const uint16_t *labels, size_t from, size_t to,
			const SegLanes *lanes, uint32_t *counts)
{
	size_t		width = to - from;

	for (size_t i = 0; i < data->rows.n; i++)
	{
		const double *row = seg_rows_row(&data->rows, i) + from;
		uint32_t   *cells = counts + labels[i] * width * BINS;
		size_t		j = 0;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (; j + 4 <= width; j += 4)
			count_values((const SegLanes *) (row + j), 4, lanes + j / 4 * (BINS - 1), cells + j * BINS);
		if (j < width)
		{
			SegLanes	x = {0};

			for (size_t l = 0; l < width - j; l++)
				x[l] = row[j + l];
			count_values(&x, width - j, lanes + j / 4 * (BINS - 1), cells + j * BINS);
		}
	}
}

/* Lay the bounds of each four features side by side; no value is above those there are not. */
static void
lay_bounds(const double *bounds, const size_t *cuts, size_t from, size_t to, double *lanes)
{
	size_t		width = (to - from + 3) / 4 * 4;

	for (size_t j = 0; j < width; j++)
		for (size_t b = 0; b < BINS - 1; b++)
			lanes[(j / 4 * (BINS - 1) + b) * 4 + j % 4] = from + j < to && b < cuts[from + j] ?
				bounds[(from + j) * (BINS - 1) + b] : INFINITY;
}

/* The q-quantile of one cluster and feature by linear interpolation in its bin. */
static double
quantile(const uint32_t *counts, size_t bins, const double *edges, double q)
{
	double		wanted = 0;
	double		below = 0;

	for (size_t b = 0; b < bins; b++)
		wanted += q * counts[b];
	for (size_t b = 0; b < bins; b++)
	{
		if (counts[b] > 0 && below + counts[b] >= wanted)
			return edges[b] + (edges[b + 1] - edges[b]) * (wanted - below) / counts[b];
		below += counts[b];
	}
	return edges[bins];
}

static void
finish_histograms(const SegKmeansData *data, size_t k, size_t from, size_t to, const double *bounds,
				  const size_t *cuts, const uint32_t *counts, SegKmeansStats *stats)
{
	size_t		d = data->rows.d;

	for (size_t j = from; j < to; j++)
	{
		const SegScale *scale = &data->scales[j];
		SegHistogram *histogram = &stats->histograms[j];
		double		edges[BINS + 1];
		size_t		bins = cuts[j] + 1;

		memset(histogram, 0, sizeof(*histogram));
		histogram->bins = bins;
		histogram->low = edges[0] = scale->minimum;
		histogram->high = edges[bins] = scale->maximum;
		for (size_t b = 0; b < cuts[j]; b++)
		{
			double		bound = input_value(scale, bounds[j * (BINS - 1) + b]);

			bound = fmin(fmax(bound, scale->minimum), scale->maximum);
			histogram->bounds[b] = edges[b + 1] = bound;
		}
		for (size_t c = 0; c < k; c++)
		{
			const uint32_t *cell = counts + (c * (to - from) + (j - from)) * BINS;

			for (size_t b = 0; b < bins; b++)
				histogram->counts[b] += cell[b];
			for (size_t q = 0; q < 3; q++)
				stats->quartiles[(c * d + j) * 3 + q] = quantile(cell, bins, edges, (q + 1) / 4.0);
		}
	}
}

static void
count_histograms(const SegKmeansData *data, const SegKmeansRun *run, const SegKmeansData *sample,
				 SegKmeansStats *stats, SegArena *arena)
{
	size_t		d = data->rows.d;
	size_t		k = run->k;
	size_t		group = k * BINS < GROUP_COUNTERS ? GROUP_COUNTERS / (k * BINS) : 1;
	double	   *bounds = seg_arena_take(arena, d, (BINS - 1) * sizeof(double));
	size_t	   *cuts = seg_arena_take(arena, d, sizeof(size_t));
	uint64_t   *column = seg_arena_take(arena, 2 * COLUMN_ROWS, sizeof(uint64_t));
	double	   *lanes = seg_arena_take(arena, seg_min_size(group, d) + 3, (BINS - 1) * sizeof(double));
	uint32_t   *counts = seg_arena_take(arena, group * k * BINS, sizeof(uint32_t));

	Assert(counts != NULL);
	for (size_t j = 0; j < d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		cuts[j] = cut_points(sample, j, column, bounds + j * (BINS - 1));
	}
	for (size_t from = 0; from < d; from += group)
	{
		size_t		to = seg_min_size(from + group, d);

		memset(counts, 0, group * k * BINS * sizeof(uint32_t));
		lay_bounds(bounds, cuts, from, to, lanes);
		count_group(data, run->labels, from, to, (const SegLanes *) lanes, counts);
		finish_histograms(data, k, from, to, bounds, cuts, counts, stats);
	}
}

void
seg_kmeans_stats(const SegKmeansData *data, const SegKmeansRun *run, const SegKmeansData *sample,
				 SegKmeansStats *stats, SegArena workspace)
{
	size_t		k = run->k;
	size_t		d = data->rows.d;
	double	   *pivots = stats->means;	/* becomes the means at the end */
	Gather		gather;

	prepare_gather(&gather, data, run, &workspace);
	memset(stats->sizes, 0, k * sizeof(uint64_t));
	for (size_t c = 0; c < k; c++)
		for (size_t j = 0; j < d; j++)
			pivots[c * d + j] = moment_pivot(&gather, c, j);
	for (size_t b = 0; b < seg_rows_blocks(data->rows.n); b++)
	{
		double		first_d2[8];
		double		second_d2[8];
		uint16_t	first[8];

		if (seg_kmeans_is_pause(b, k, d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_nearest(data, b, run->centers, k, gather.block, first_d2, second_d2, first);
		for (size_t l = 0; l < seg_rows_lanes(&data->rows, b); l++)
		{
			size_t		i = b * SEG_LANES + l;

			Assert(first[l] == run->labels[i]);
			stats->sizes[first[l]]++;
			gather_distance(&gather, i, first_d2[l], second_d2[l]);
			gather_row(&gather, i, pivots);
		}
	}
	for (size_t c = 0; c < k; c++)
		gather_waiting(&gather, c, pivots);
	finish_moments(&gather, pivots, stats);
	count_histograms(data, run, sample, stats, &workspace);
}
