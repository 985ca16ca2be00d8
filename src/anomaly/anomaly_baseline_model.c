/*
 * anomaly_baseline_model.c
 *		The baseline of an anomaly model: histograms of the fitted rows.
 */
#include "anomaly/anomaly_model.h"

static SegBaselineShape
shape(const void *decoded)
{
	const SegAnomalyModel *model = decoded;

	return (SegBaselineShape) {.d = model->d, .skips_nulls = model->null_policy == SEG_NULL_SKIP};
}

static SegBaselineFeature
feature(const void *decoded, uint32_t j)
{
	const SegAnomalyModel *model = decoded;
	const SegFeature *from = &model->features[j];
	bool		from_kmeans = model->method == SEG_ANOMALY_KMEANS;
	bool		knows_missing = model->null_policy != SEG_NULL_SKIP;
	uint64_t	rows = !knows_missing ? 0 : from_kmeans ? model->rows_used : model->sample_rows;

	return (SegBaselineFeature) {
		.name = from->name,
		.values = seg_histogram_total(&from->histogram),
		.mean = from_kmeans ? seg_mean_of_present(from->mean, from->fill, model->rows_used, from->missing) : from->mean,
		.rows = rows,
		.missing = seg_min_size(from->missing, rows),
		.histogram = &from->histogram,
	};
}

const SegBaseline seg_anomaly_baseline = {.shape = shape, .feature = feature};
