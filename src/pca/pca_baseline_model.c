/*
 * pca_baseline_model.c
 *		The baseline of a PCA model: histograms of the fitted rows.
 */
#include "pca/pca_model.h"

static SegBaselineShape
shape(const void *decoded)
{
	const SegPcaModel *model = decoded;

	return (SegBaselineShape) {.d = model->d, .skips_nulls = model->null_policy == SEG_NULL_SKIP};
}

static SegBaselineFeature
feature(const void *decoded, uint32_t j)
{
	const SegPcaModel *model = decoded;
	const SegFeature *from = &model->features[j];
	uint64_t	rows = model->rows_used + (model->null_policy == SEG_NULL_SKIP ? model->rows_skipped : 0);

	return (SegBaselineFeature) {
		.name = from->name,
		.values = seg_histogram_total(&from->histogram),
		.mean = from->mean,
		.rows = rows,
		.missing = seg_min_size(from->missing, rows),
		.histogram = &from->histogram,
	};
}

const SegBaseline seg_pca_baseline = {.shape = shape, .feature = feature};
