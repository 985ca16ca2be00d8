/*
 * kmeans_fit_pg.c
 *		The aggregate kmeans_fit: fits a model to rows.
 */
#include "kmeans/kmeans_rows_pg.h"

#include "utils/datum.h"
#include "utils/memutils.h"

#include "kmeans/kmeans.h"
#include "kmeans/kmeans_pg.h"
#include "kmeans/kmeans_sample_pg.h"
#include "kmeans/kmeans_stats.h"
#include "kmeans/kmeans_sweep_pg.h"
#include "server/error.h"
#include "server/model_text.h"

PG_FUNCTION_INFO_V1(kmeans_fit_transfn);
Datum
kmeans_fit_transfn(PG_FUNCTION_ARGS)
{
	return seg_kmeans_rows_transition(fcinfo, 1);
}

/* The feature of a model. */
static SegFeature
describe_feature(const SegKmeansRows *state, size_t j)
{
	const SegScale *scale = &state->data.scales[j];
	const SegTextList *names = &state->options.feature_names;
	SegFeature	feature = {
		.name = "",
		.transform = scale->transform,
		.shift = scale->shift,
		.scale = scale->scale,
		.fill = scale->fill,
		.missing = scale->imputed,
		.minimum = scale->minimum,
		.maximum = scale->maximum,
		.mean = scale->mean,
		.sd = scale->sd,
		.center = scale->center,
		.spread = scale->spread,
		.histogram = state->histograms[j],
	};

	if (names->count > 0)
		feature.name = seg_text_for_model(names->items[j]);
	return feature;
}

/* True if the options contain a range for k. */
static bool
has_range(const SegKmeansOptions *options)
{
	return options->k_min > 0 || options->k_max > 0;
}

/* Set the full silhouette, over a sample of bounded size. */
static void
measure_silhouette(const SegKmeansRows *state, const SegKmeansRun *run, SegKmeansModel *model)
{
	SegKmeansSample probe;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment silhouette", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	double		mean;

	/* if a sweep chose k, over the same rows as in the sweep */
	seg_kmeans_draw_sample(state, has_range(&state->options) ? SEG_SWEEP_SILHOUETTE_ROWS : SEG_FIT_SILHOUETTE_ROWS, 1,
						   false, &probe);
	mean = seg_sweep_silhouette(&probe.data, run->centers, run->k,
								seg_kmeans_arena(seg_sweep_silhouette_workspace(probe.data.rows.n, state->rows.d, run->k)));
	if (isfinite(mean))
	{
		model->silhouette = mean;
		model->silhouette_rows = probe.data.rows.n;
		model->silhouette_is_exact = probe.is_whole;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}

static void
gather_stats(const SegKmeansRows *state, const SegKmeansRun *run, SegKmeansModel *model)
{
	size_t		k = run->k;
	size_t		d = state->rows.d;
	size_t		line = d * sizeof(double);
	uint32_t   *ids = seg_take(k, sizeof(uint32_t));
	SegArena	room = seg_kmeans_arena((5 * k + 1) * line + 4 * SEG_ARENA_ALIGN);
	SegKmeansStats stats = {
		.sizes = seg_take(k, sizeof(uint64_t)),
		.inertias = seg_take(k, sizeof(double)),
	};

	stats.means = seg_arena_take(&room, k, line);
	stats.sds = seg_arena_take(&room, k, line);
	stats.quartiles = seg_arena_take(&room, k, 3 * line);
	stats.medians = seg_arena_take(&room, 1, line);
	seg_kmeans_stats(&state->data, run, &stats,
					 seg_kmeans_arena(seg_kmeans_stats_workspace(state->rows.n, d, k, state->weights != NULL)));
	seg_kmeans_number(run, d, ids);
	model->clusters = seg_take(k, sizeof(SegKmeansCluster));
	for (size_t c = 0; c < k; c++)
		model->clusters[c] = (SegKmeansCluster) {
			.cluster_id = ids[c], .name = "", .size = stats.sizes[c],
			.weight = run->weights[c], .inertia = stats.inertias[c]
		};
	model->total_ss = run->total_ss;
	model->between_ss = run->total_ss - run->inertia;
	model->means = stats.means;
	model->sds = stats.sds;
	model->quartiles = stats.quartiles;
	for (size_t j = 0; j < d; j++)
		model->features[j].median = stats.medians[j];
	model->has_exact_quartiles = true;
}

static bytea *
make_model(const SegKmeansRows *state, const SegKmeansRun *run)
{
	const SegKmeansOptions *options = &state->options;
	size_t		d = state->rows.d;
	SegKmeansModel model = {
		.k = run->k,
		.d = d,
		.next_cluster_id = run->k + 1,
		.standardize = options->standardize,
		.null_policy = options->null_policy,
		.init_method = options->init_method,
		.algorithm = options->algorithm,
		.seed = (uint64_t) options->seed,
		.n_init = options->n_init,
		.max_iterations = options->max_iterations,
		.tolerance = options->tolerance,
		.iterations = run->iterations,
		.converged = run->converged,
		.rows_used = state->rows.n,
		.rows_skipped = state->rows_skipped,
		.weight = state->total,
		.inertia = run->inertia,
		.centers = run->centers,
		.features = seg_take(d, sizeof(SegFeature)),
	};

	for (size_t j = 0; j < d; j++)
		model.features[j] = describe_feature(state, j);
	gather_stats(state, run, &model);
	if (run->k > 1)
		measure_silhouette(state, run, &model);
	return seg_model_bytes(&seg_kmeans_model_type, &model);
}

/* Cluster the rows; use the filter if it is faster. */
static void
cluster(const SegKmeansRows *state, const SegKmeansSample *sample, const SegKmeansParams *params, SegKmeansRun *run)
{
	SegArena	workspace = seg_kmeans_arena(seg_kmeans_workspace(state->rows.n, state->rows.d, run->k));
	MemoryContext floats = AllocSetContextCreate(CurrentMemoryContext, "segment k-means floats", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(floats);
	SegKmeansData data = seg_kmeans_with_filter(&state->data);

	MemoryContextSwitchTo(old);
	seg_kmeans_cluster(&data, &sample->data, params, run, workspace);
	MemoryContextDelete(floats);
}

static bytea *
fit(const SegKmeansRows *state, size_t k)
{
	SegKmeansParams params = seg_kmeans_params(&state->options);
	size_t		n = state->rows.n;
	size_t		d = state->rows.d;
	SegKmeansSample sample;
	SegKmeansRun run;
	SegArena	arena;

	seg_kmeans_draw_seeding_sample(state, k, &sample);
	arena = seg_kmeans_arena(seg_kmeans_run_size(n, d, k));
	seg_kmeans_take_run(&run, n, d, k, &arena);
	if (params.init_method == SEG_INIT_CENTROIDS)
		seg_kmeans_start_from(&state->options.centroids, state->data.scales, k, d, run.centers);
	cluster(state, &sample, &params, &run);
	return make_model(state, &run);
}

/* Check k and the range before the rows are processed. */
static void
check_arguments(const SegKmeansRows *state)
{
	const SegKmeansOptions *options = &state->options;

	if (!has_range(options))
		seg_kmeans_check_k("k", state->numbers[0], SEG_KMEANS_MAX_K);
	else if (options->k_min == 0 || options->k_max == 0 || state->numbers[0] != SEG_NUMBER_NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"k_min\" and \"k_max\" must be given together, with a null k")));
}

/* The k given, or the k of the range with the largest silhouette. */
static size_t
choose_k(const SegKmeansRows *state)
{
	const SegKmeansOptions *options = &state->options;
	SegKmeansSample probe;
	SegSweepEntry *entries;
	size_t		m;

	if (!has_range(options))
		return state->numbers[0];
	entries = seg_kmeans_run_sweep(state, options->k_min, options->k_max, &m, &probe);
	for (size_t i = 0; i < m; i++)
		if (entries[i].is_best_silhouette)
			return entries[i].k;
	return options->k_min;
}

PG_FUNCTION_INFO_V1(kmeans_fit_finalfn);
Datum
kmeans_fit_finalfn(PG_FUNCTION_ARGS)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment k-means", ALLOCSET_SMALL_SIZES);
	MemoryContext result = MemoryContextSwitchTo(work);
	const SegKmeansRows *state;
	bytea	   *model;

	if (!PG_ARGISNULL(0))
		check_arguments((const SegKmeansRows *) PG_GETARG_POINTER(0));
	state = seg_kmeans_rows_prepare(fcinfo);
	model = fit(state, choose_k(state));
	MemoryContextSwitchTo(result);
	model = (bytea *) DatumGetPointer(datumCopy(PointerGetDatum(model), false, -1));
	MemoryContextDelete(work);
	PG_RETURN_BYTEA_P(model);
}
