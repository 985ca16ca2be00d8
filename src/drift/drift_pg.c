/*
 * drift_pg.c
 *		Returns a drift report as rows: drift_rows; its model_info.
 */
#include "drift/drift_model.h"

#include "server/error.h"
#include "server/family.h"
#include "server/model_text.h"
#include "server/rows.h"

/* A feature with a larger index has drifted. */
#define DRIFTED 0.2

static double
ratio(uint64 part, uint64 whole)
{
	return whole == 0 ? NAN : (double) part / (double) whole;
}

static void
put_drifted(SegRow *row, double index)
{
	seg_put(row, BoolGetDatum(index > DRIFTED), isnan(index));
}

static void
put_feature(SegRow *row, const SegDriftFeature *feature, size_t position)
{
	double		index = seg_stability_index(feature->histogram.counts, feature->counts, feature->histogram.bins);

	seg_put_text(row, "feature");
	seg_put_int32(row, (int32) position);
	seg_put_text(row, seg_name_from_model(feature->name, "feature", position));
	seg_put_float8(row, index);
	put_drifted(row, index);
	seg_put_float8(row, feature->baseline.values == 0 ? NAN : feature->baseline.mean);
	seg_put_float8(row, feature->current.values == 0 ? NAN : feature->current.mean);
	seg_put_float8(row, ratio(feature->baseline.missing, feature->baseline.rows));
	seg_put_float8(row, ratio(feature->current.missing, feature->current.rows));
	seg_put_null(row);
	seg_put_null(row);
	seg_put_null(row);
	seg_row_store(row);
}

/* Append a row for all clusters, then a row for each cluster with its share. */
static void
put_clusters(SegRow *row, const SegDriftModel *report)
{
	uint64	   *baseline = palloc(report->clusters * sizeof(uint64));
	uint64	   *current = palloc(report->clusters * sizeof(uint64));
	uint64		baseline_total = 0;
	uint64		current_total = 0;
	double		index;

	for (uint32 c = 0; c < report->clusters; c++)
	{
		baseline_total += baseline[c] = report->shares[c].baseline;
		current_total += current[c] = report->shares[c].current;
	}
	index = seg_stability_index(baseline, current, report->clusters);
	for (int64 c = -1; c < (int64) report->clusters; c++)
	{
		const SegDriftCluster *cluster = &report->shares[Max(c, 0)];

		seg_put_text(row, c < 0 ? "clusters" : "cluster");
		seg_put(row, Int32GetDatum((int32) cluster->cluster_id), c < 0);
		seg_put_text(row, c < 0 ? "all clusters" : seg_name_from_model(cluster->name, "cluster", cluster->cluster_id));
		seg_put_float8(row, c < 0 ? index : NAN);
		put_drifted(row, c < 0 ? index : NAN);
		for (int means_and_missing = 0; means_and_missing < 4; means_and_missing++)
			seg_put_null(row);
		seg_put_float8(row, c < 0 ? NAN : ratio(cluster->baseline, baseline_total));
		seg_put_float8(row, c < 0 ? NAN : ratio(cluster->current, current_total));
		seg_put(row, Int32GetDatum((int32) cluster->cluster_id), c < 0);
		seg_row_store(row);
	}
}

PG_FUNCTION_INFO_V1(drift_rows);
Datum
drift_rows(PG_FUNCTION_ARGS)
{
	const SegDriftModel *report = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_drift_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 j = 0; j < report->d; j++)
		put_feature(&row, &report->features[j], j + 1);
	if (report->clusters > 0)
		put_clusters(&row, report);
	return (Datum) 0;
}

static void
drift_info(const void *decoded, SegModelInfo *info)
{
	const SegDriftModel *report = decoded;

	info->features = report->d;
	info->rows_used = report->rows_used;
	info->rows_skipped = report->rows_skipped;
	if (report->clusters > 0)
		info->k = report->clusters;
	seg_info_text(info, "source", seg_kind_name(report->source));
}

const SegFamily seg_drift_family = {
	.type = &seg_drift_model_type,
	.info = drift_info,
};
