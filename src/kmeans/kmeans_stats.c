/*
 * kmeans_stats.c
 *		The statistics of the clusters of a model; see kmeans_stats.h.
 *
 * One pass over blocks of rows computes distances and, per cluster and feature, the first
 * two moments around the center of the cluster, on an exact grid.  The quartiles follow
 * (kmeans/kmeans_quartiles.h).
 */
#include "kmeans/kmeans_stats.h"

#include "kmeans/kmeans_assign.h"
#include "kmeans/kmeans_quartiles.h"
#include "stats/group_sums.h"
#include "stats/weights.h"

/* Bytes for the pass over the rows. */
static size_t
gather_size(size_t d, size_t k)
{
	return 2 * seg_group_sums_size(k, d) + seg_batches_size(k) + 3 * k * sizeof(SegExactSum) +
		d * SEG_BATCH * sizeof(double) + 9 * SEG_ARENA_ALIGN;
}

/* Bytes for the medians of all rows. */
static size_t
overall_size(size_t n, size_t d, bool weighted)
{
	return d * (3 * sizeof(double) + sizeof(bool)) + 2 * SEG_ARENA_ALIGN + seg_kmeans_quartiles_workspace(n, d, 1, weighted);
}

size_t
seg_kmeans_stats_workspace(size_t n, size_t d, size_t k, bool weighted)
{
	size_t		quartiles = seg_kmeans_quartiles_workspace(n, d, k, weighted);
	size_t		gather = gather_size(d, k);
	size_t		overall = overall_size(n, d, weighted);
	size_t		most = gather > quartiles ? gather : quartiles;

	return k * d * sizeof(bool) + SEG_ARENA_ALIGN + (most > overall ? most : overall);
}

/* Convert a value of the matrix to input units; features without spread were only transformed. */
static inline double
input_value(const SegScale *scale, double value)
{
	if (scale->scale == 0)
		return scale->transform == SEG_TRANSFORM_LOG1P ? expm1(value) : value;
	return seg_unscale_value(scale->transform, scale->shift, scale->scale, value);
}

/* ---- distances and moments ---- */

typedef struct Gather
{
	const SegKmeansData *data;
	const SegKmeansRun *run;
	SegGroupSums first;			/* k x d: of w (x - pivot) */
	SegGroupSums second;		/* k x d: of w (x - pivot)^2 */
	SegBatches	waiting;		/* k: rows to be added */
	double	   *inputs;			/* SEG_BATCH x d: rows with log1p undone */
	SegExactSum *weights;		/* k */
	SegExactSum *freedoms;		/* k, for relative weights */
	SegExactSum *inertias;		/* k */
	bool		has_logarithms;
	SegGrid		weight_grid;
	SegGrid		d2_grid;
} Gather;

/*
 * Moments are computed in matrix units and converted to input units at the end.  For
 * log1p features each value is converted, because the arithmetic mean needs it.
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

/* An upper bound of the distance of a value of feature j from a pivot. */
static double
moment_range(const Gather *gather, size_t j)
{
	const SegScale *scale = &gather->data->scales[j];

	if (scale->transform == SEG_TRANSFORM_LOG1P || scale->scale == 0)
		return scale->maximum - scale->minimum;
	return 2 * scale->max_abs;
}

/* Convert the waiting rows for the moments. */
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

/* Add the waiting rows of cluster c to its moments. */
SEG_CLONES static void
gather_waiting(Gather *gather, size_t c, const double *pivots)
{
	SegAddend  *addends = gather->waiting.addends + c * SEG_BATCH;
	size_t		count = gather->waiting.counts[c];
	const double *pivot = pivots + c * gather->data->rows.d;

	if (gather->has_logarithms)
		undo_logarithms(gather, addends, count);
	seg_group_sums_add(&gather->first, c, addends, count, pivot, false);
	seg_group_sums_add(&gather->second, c, addends, count, pivot, true);
	gather->waiting.counts[c] = 0;
}

static void
gather_row(Gather *gather, size_t i, const double *pivots)
{
	size_t		c = gather->run->labels[i];
	double		weight = seg_kmeans_weight(gather->data, i);

	if (seg_batches_put(&gather->waiting, c, seg_addend(seg_matrix_row(&gather->data->rows, i), weight, 1)))
		gather_waiting(gather, c, pivots);
	seg_exact_sum_add(&gather->weights[c], gather->weight_grid, weight);
	if (gather->data->is_relative)
		seg_exact_sum_add(&gather->freedoms[c], gather->weight_grid, seg_weight_freedom(weight, gather->run->weights[c]));
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
	gather->first = seg_group_sums_take(arena, k, d);
	gather->second = seg_group_sums_take(arena, k, d);
	gather->waiting = seg_batches_take(arena, k);
	gather->inputs = seg_arena_take(arena, SEG_BATCH, d * sizeof(double));
	gather->weights = seg_arena_take(arena, k, sizeof(SegExactSum));
	gather->freedoms = seg_arena_take(arena, k, sizeof(SegExactSum));
	gather->inertias = seg_arena_take(arena, k, sizeof(SegExactSum));
	Assert(gather->inertias != NULL);
	memset(gather->weights, 0, k * sizeof(SegExactSum));
	memset(gather->freedoms, 0, k * sizeof(SegExactSum));
	memset(gather->inertias, 0, k * sizeof(SegExactSum));
	for (size_t j = 0; j < d; j++)
	{
		double		range = moment_range(gather, j);

		seg_group_sums_set_grid(&gather->first, j, seg_kmeans_grid(data, range));
		seg_group_sums_set_grid(&gather->second, j, seg_kmeans_grid(data, range * range));
		gather->has_logarithms |= data->scales[j].transform == SEG_TRANSFORM_LOG1P;
		if (data->scales[j].scale > 0)
			span += 4 * data->scales[j].max_abs * data->scales[j].max_abs;
	}
	gather->weight_grid = seg_kmeans_grid(data, 1);
	gather->d2_grid = seg_kmeans_grid(data, span);
}

/* Convert the sums around the pivots to mean and sd in input units. */
static void
finish_moments(const Gather *gather, const double *pivots, SegKmeansStats *stats)
{
	size_t		d = gather->data->rows.d;

	for (size_t c = 0; c < gather->run->k; c++)
	{
		double		weight = seg_exact_sum_value(&gather->weights[c]);
		double		freedom = gather->data->is_relative ? seg_exact_sum_value(&gather->freedoms[c]) : weight - 1;

		CHECK_FOR_INTERRUPTS();
		stats->inertias[c] = seg_exact_sum_value(&gather->inertias[c]);
		for (size_t j = 0; j < d; j++)
		{
			const SegScale *scale = &gather->data->scales[j];
			size_t		cell = c * d + j;
			double		first = seg_group_sums_value(&gather->first, c, j);
			double		second = seg_group_sums_value(&gather->second, c, j);
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
}

/* ---- quartiles ---- */

/* Round a mean to the decimals before the conversions; a constant is its value, with sd 0. */
static void
settle_moments(const SegKmeansData *data, size_t k, const bool *constant, SegKmeansStats *stats)
{
	for (size_t cell = 0; cell < k * data->rows.d; cell++)
	{
		const SegScale *scale = &data->scales[cell % data->rows.d];
		double		mean = stats->means[cell];

		if (cell % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (constant[cell])
		{
			stats->means[cell] = stats->quartiles[3 * cell];
			stats->sds[cell] = 0;
		}
		else if (scale->scale > 0 || scale->transform != SEG_TRANSFORM_NONE)
			stats->means[cell] = seg_shortest_within(mean, seg_return_error(scale->transform, scale->shift, mean,
																			stats->sds[cell]));
	}
}

static void
find_quartiles(const SegKmeansData *data, const SegKmeansRun *run, bool *constant, SegKmeansStats *stats,
			   SegArena workspace)
{
	SegKmeansQuartiles result = {stats->quartiles, constant};

	seg_kmeans_quartiles(data, run->labels, stats->sizes, run->k, &result, workspace);
	settle_moments(data, run->k, constant, stats);
}

/* The medians of all rows, with the same weights and fill values as the medians of the clusters. */
static void
find_medians(const SegKmeansData *data, SegKmeansStats *stats, SegArena workspace)
{
	size_t		d = data->rows.d;
	uint64_t	n = data->rows.n;
	SegKmeansQuartiles overall;

	overall.quartiles = seg_arena_take(&workspace, d, 3 * sizeof(double));
	overall.constant = seg_arena_take(&workspace, d, sizeof(bool));
	seg_kmeans_quartiles(data, NULL, &n, 1, &overall, workspace);
	for (size_t j = 0; j < d; j++)
		stats->medians[j] = overall.quartiles[3 * j + 1];
}

void
seg_kmeans_stats(const SegKmeansData *data, const SegKmeansRun *run, SegKmeansStats *stats, SegArena workspace)
{
	size_t		k = run->k;
	size_t		d = data->rows.d;
	double	   *pivots = stats->means;	/* the means replace the pivots at the end */
	bool	   *constant = seg_arena_take(&workspace, k, d * sizeof(bool));
	SegArena	of_quartiles = workspace;
	Gather		gather;

	prepare_gather(&gather, data, run, &workspace);
	memset(stats->sizes, 0, k * sizeof(uint64_t));
	for (size_t c = 0; c < k; c++)
		for (size_t j = 0; j < d; j++)
			pivots[c * d + j] = moment_pivot(&gather, c, j);
	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		double		d2[SEG_BLOCK_ROWS];

		if (seg_kmeans_is_pause(b, 1, d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_own(data, b, run, d2);
		for (size_t l = 0; l < seg_matrix_block_rows(&data->rows, b); l++)
		{
			size_t		i = b * SEG_BLOCK_ROWS + l;
			size_t		c = run->labels[i];

			stats->sizes[c]++;
			seg_exact_sum_add_weighted(&gather.inertias[c], gather.d2_grid, d2[l], seg_kmeans_weight(data, i));
			gather_row(&gather, i, pivots);
		}
	}
	for (size_t c = 0; c < k; c++)
		gather_waiting(&gather, c, pivots);
	finish_moments(&gather, pivots, stats);
	find_quartiles(data, run, constant, stats, of_quartiles);
	find_medians(data, stats, of_quartiles);
}
