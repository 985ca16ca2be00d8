/*
 * kmeans_sweep_pg.c
 *		The aggregate kmeans_sweep: reads the rows once and fits every k of a range.
 */
#include "kmeans/kmeans_sweep_pg.h"

#include "utils/datum.h"
#include "utils/memutils.h"

#include "kmeans/kmeans_sample_pg.h"
#include "kmeans/sweep_model.h"
#include "server/family.h"

PG_FUNCTION_INFO_V1(kmeans_sweep_transfn);
Datum
kmeans_sweep_transfn(PG_FUNCTION_ARGS)
{
	return seg_kmeans_rows_transition(fcinfo, 2);
}

SegSweepEntry *
seg_kmeans_run_sweep(const SegKmeansRows *state, int64 k_min, int64 k_max, size_t *m, SegKmeansSample *probe)
{
	SegKmeansParams params = seg_kmeans_params(&state->options);
	SegKmeansSample sample;
	SegSweepEntry *entries;
	SegArena	workspace;
	MemoryContext floats;
	MemoryContext old;
	SegKmeansData data;

	seg_kmeans_check_range(&state->options, k_min, k_max);
	seg_kmeans_draw_seeding_sample(state, k_max, &sample);
	seg_kmeans_draw_sample(state, SEG_SWEEP_SILHOUETTE_ROWS, k_max, false, probe);
	*m = k_max - k_min + 1;
	entries = seg_take(*m, sizeof(SegSweepEntry));
	workspace = seg_kmeans_arena(seg_sweep_workspace(state->rows.n, state->rows.d, probe->data.rows.n, k_min, k_max));
	floats = AllocSetContextCreate(CurrentMemoryContext, "segment k-means floats", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(floats);
	data = seg_kmeans_with_filter(&state->data);
	MemoryContextSwitchTo(old);
	seg_sweep(&data, &sample.data, &probe->data, &params, k_min, k_max, entries, workspace);
	MemoryContextDelete(floats);
	return entries;
}

PG_FUNCTION_INFO_V1(kmeans_sweep_finalfn);
Datum
kmeans_sweep_finalfn(PG_FUNCTION_ARGS)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment k-means sweep", ALLOCSET_SMALL_SIZES);
	MemoryContext result = MemoryContextSwitchTo(work);
	const SegKmeansRows *state = seg_kmeans_rows_prepare(fcinfo);
	SegKmeansSample probe;
	SegSweepModel sweep;
	size_t		m;
	Datum		bytes;

	sweep.entries = seg_kmeans_run_sweep(state, state->numbers[0], state->numbers[1], &m, &probe);
	sweep.count = m;
	sweep.rows_used = state->rows.n;
	sweep.rows_skipped = state->rows_skipped;
	sweep.probe_rows = probe.data.rows.n;
	sweep.is_exact = probe.is_whole;
	bytes = PointerGetDatum(seg_model_bytes(&seg_kmeans_sweep_model_type, &sweep));
	MemoryContextSwitchTo(result);
	bytes = datumCopy(bytes, false, -1);
	MemoryContextDelete(work);
	return bytes;
}

static void
sweep_info(const void *model, SegModelInfo *info)
{
	const SegSweepModel *sweep = model;

	info->rows_used = sweep->rows_used;
	info->rows_skipped = sweep->rows_skipped;
	if (sweep->count > 0)
	{
		seg_info_int(info, "k_min", sweep->entries[0].k);
		seg_info_int(info, "k_max", sweep->entries[sweep->count - 1].k);
	}
	seg_info_int(info, "silhouette_rows", sweep->probe_rows);
	seg_info_bool(info, "silhouette_is_exact", sweep->is_exact);
}

static void
sweep_check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	SegKmeansOptions options;

	seg_kmeans_options_read(jsonb, SEG_KMEANS_EVERY_K, &options);
	seg_kmeans_options_check_width(&options, d);
	seg_kmeans_check_range(&options, arguments->k_min, arguments->k_max);
}

const SegFamily seg_kmeans_sweep_family = {
	.type = &seg_kmeans_sweep_model_type,
	.info = sweep_info,
	.options = seg_kmeans_sweep_options,
	.defaults = &seg_kmeans_option_defaults,
	.check_options = sweep_check_options,
};

PG_FUNCTION_INFO_V1(kmeans_sweep_rows);
Datum
kmeans_sweep_rows(PG_FUNCTION_ARGS)
{
	const SegSweepModel *sweep = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_kmeans_sweep_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32_t i = 0; i < sweep->count; i++)
	{
		const SegSweepEntry *entry = &sweep->entries[i];

		seg_put_int32(&row, entry->k);
		seg_put_float8(&row, entry->inertia);
		seg_put_float8(&row, entry->explained_fraction);
		seg_put_float8(&row, entry->silhouette);
		seg_put_bool(&row, sweep->is_exact);
		seg_put_int64(&row, sweep->probe_rows);
		seg_put_float8(&row, entry->davies_bouldin);
		seg_put_float8(&row, entry->calinski_harabasz);
		seg_put_float8(&row, entry->smallest_share);
		seg_put_float8(&row, entry->stability);
		seg_put_bool(&row, entry->is_elbow);
		seg_put_bool(&row, entry->is_best_silhouette);
		seg_row_store(&row);
	}
	return (Datum) 0;
}
