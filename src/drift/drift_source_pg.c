/*
 * drift_source_pg.c
 *		What models of several kinds know of the rows that they were fitted on.
 */
#include "drift/drift_pg.h"

#include "anomaly/anomaly_pg.h"
#include "kmeans/kmeans_pg.h"
#include "pca/pca_pg.h"
#include "base/limits.h"
#include "server/error.h"

const SegModelType *
seg_drift_source_type(int kind)
{
	if (kind == SEG_KIND_PCA)
		return &seg_pca_model_type;
	if (kind == SEG_KIND_KMEANS)
		return &seg_kmeans_model_type;
	if (kind == SEG_KIND_ANOMALY)
		return &seg_anomaly_model_type;
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("value is %s, which keeps no histograms", seg_with_article(seg_kind_name(kind))),
			 errhint("Drift is measured against a k-means, PCA or anomaly model.")));
}

SegDriftSource
seg_drift_source(SegKind kind, const void *decoded)
{
	SegDriftSource source = {kind};

	if (kind == SEG_KIND_PCA)
	{
		source.pca = decoded;
		source.d = source.pca->d;
		source.null_policy = source.pca->null_policy;
	}
	else if (kind == SEG_KIND_ANOMALY)
	{
		source.anomaly = decoded;
		source.d = source.anomaly->d;
		source.null_policy = source.anomaly->null_policy;
	}
	else
	{
		source.kmeans = decoded;
		source.d = source.kmeans->model.d;
		source.k = source.kmeans->model.k;
		source.null_policy = source.kmeans->model.null_policy;
	}
	return source;
}

size_t
seg_drift_cluster(const SegDriftSource *source, const double *row)
{
	static double z[SEG_MAX_FEATURES];
	static double d2[SEG_KMEANS_MAX_K + SEG_CENTER_BLOCK];
	SegNearest	nearest;
	size_t		position;

	memcpy(z, row, source->d * sizeof(double));
	if (seg_row_transform(&source->kmeans->transform, z, z, &position) != SEG_OK)
		return source->k;
	seg_nearest_distances(&source->kmeans->centers, z, d2);
	nearest = seg_nearest_find(d2, source->k);
	return isfinite(nearest.first_d2) ? nearest.first : source->k;
}

static void
describe_pca(const SegPcaModel *model, SegDriftModel *report)
{
	for (uint32 j = 0; j < model->d; j++)
	{
		const SegFeature *from = &model->features[j];
		SegDriftFeature *to = &report->features[j];

		to->name = from->name;
		to->then.values = seg_histogram_total(&from->histogram);
		to->then.mean = from->mean;
		to->then.rows = model->rows_used + (model->null_policy == SEG_NULL_SKIP ? model->rows_skipped : 0);
		to->then.missing = Min(from->missing, to->then.rows);
		to->histogram = from->histogram;
	}
}

/* The mean of the values that were there, from that of all rows, `missing` of which were filled. */
static double
mean_of_present(double mean, double fill, uint64 rows, uint64 missing)
{
	if (missing == 0 || missing >= rows)
		return mean;
	return (mean * (double) rows - fill * (double) missing) / (double) (rows - missing);
}

static void
describe_anomaly(const SegAnomalyModel *model, SegDriftModel *report)
{
	bool		from_kmeans = model->method == SEG_ANOMALY_KMEANS;
	bool		knows_missing = model->null_policy != SEG_NULL_SKIP;

	for (uint32 j = 0; j < model->d; j++)
	{
		const SegFeature *from = &model->features[j];
		SegDriftFeature *to = &report->features[j];

		to->name = from->name;
		to->then.values = seg_histogram_total(&from->histogram);
		to->then.mean = from_kmeans ? mean_of_present(from->mean, from->fill, model->rows_used, from->missing) : from->mean;
		to->then.rows = !knows_missing ? 0 : from_kmeans ? model->rows_used : model->sample_rows;
		to->then.missing = Min(from->missing, to->then.rows);
		to->histogram = from->histogram;
	}
}

static void
describe_kmeans(const SegKmeansModel *model, SegDriftModel *report)
{
	bool		knows_missing = model->null_policy != SEG_NULL_SKIP;

	for (uint32 j = 0; j < model->d; j++)
	{
		const SegFeature *from = &model->features[j];
		SegDriftFeature *to = &report->features[j];

		to->name = from->name;
		to->then.values = seg_histogram_total(&from->histogram);
		to->then.mean = mean_of_present(from->mean, from->fill, model->rows_used, from->missing);
		to->then.rows = knows_missing ? model->rows_used : 0;
		to->then.missing = knows_missing ? Min(from->missing, to->then.rows) : 0;
		to->histogram = from->histogram;
	}
	for (uint32 c = 0; c < model->k; c++)
	{
		report->shares[c].cluster_id = model->clusters[c].cluster_id;
		report->shares[c].name = model->clusters[c].name;
		report->shares[c].then = model->clusters[c].size;
	}
}

void
seg_drift_describe(const SegDriftSource *source, SegDriftModel *report)
{
	memset(report, 0, sizeof(*report));
	report->source = source->kind;
	report->d = source->d;
	report->clusters = source->k;
	report->features = palloc0(source->d * sizeof(SegDriftFeature));
	report->shares = palloc0(Max(source->k, 1) * sizeof(SegDriftCluster));
	if (source->kind == SEG_KIND_PCA)
		describe_pca(source->pca, report);
	else if (source->kind == SEG_KIND_ANOMALY)
		describe_anomaly(source->anomaly, report);
	else
		describe_kmeans(&source->kmeans->model, report);
}
