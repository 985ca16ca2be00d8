/*
 * drift_pg.c
 *		A drift report laid open: drift_rows.
 */
#include "drift/drift_pg.h"

#include "server/error.h"
#include "server/family.h"
#include "server/model_text.h"
#include "server/rows.h"

/* Above it a feature counts as drifted. */
#define DRIFTED 0.2

const SegModelType seg_drift_model_type = {
	.kind = SEG_KIND_DRIFT,
	.newest = SEG_DRIFT_VERSION,
	.struct_size = sizeof(SegDriftModel),
	.decoded_size = seg_drift_decoded_size,
	.decode = seg_drift_decode,
	.encode = seg_drift_encode,
};

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
	seg_put_float8(row, feature->then.values == 0 ? NAN : feature->then.mean);
	seg_put_float8(row, feature->now.values == 0 ? NAN : feature->now.mean);
	seg_put_float8(row, ratio(feature->then.missing, feature->then.rows));
	seg_put_float8(row, ratio(feature->now.missing, feature->now.rows));
	seg_put_null(row);
	seg_put_null(row);
	seg_put_null(row);
	seg_row_store(row);
}

/* All clusters together, then each with its share. */
static void
put_clusters(SegRow *row, const SegDriftModel *report)
{
	uint64	   *then = palloc(report->clusters * sizeof(uint64));
	uint64	   *now = palloc(report->clusters * sizeof(uint64));
	uint64		then_total = 0;
	uint64		now_total = 0;
	double		index;

	for (uint32 c = 0; c < report->clusters; c++)
	{
		then_total += then[c] = report->shares[c].then;
		now_total += now[c] = report->shares[c].now;
	}
	index = seg_stability_index(then, now, report->clusters);
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
		seg_put_float8(row, c < 0 ? NAN : ratio(cluster->then, then_total));
		seg_put_float8(row, c < 0 ? NAN : ratio(cluster->now, now_total));
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
	seg_info_text(info, "source", report->source == SEG_KIND_PCA ? "pca" : report->source == SEG_KIND_ANOMALY ? "anomaly" : "kmeans");
}

const SegFamily seg_drift_family = {
	.name = "drift",
	.type = &seg_drift_model_type,
	.info = drift_info,
};
