/*
 * anomaly_kmeans.c
 *		anomaly_from_kmeans: an anomaly model from a k-means model.
 */
#include "pg/anomaly.h"

#include "pg/kmeans.h"

/*
 * What chi-square with df degrees of freedom wants a squared distance divided by.
 * A cluster without spread of its own has that of all clusters together.
 */
static double
cluster_variance(const SegKmeansModel *kmeans, const SegKmeansCluster *cluster, uint32_t df)
{
	if (df == 0)
		return 0;
	if (cluster->inertia > 0 && cluster->weight > 0)
		return cluster->inertia / cluster->weight / df;
	return kmeans->weight > 0 ? kmeans->inertia / kmeans->weight / df : 0;
}

static void
copy_feature(const SegKmeansFeature *from, const SegHistogram *histogram, SegAnomalyFeature *to)
{
	to->name = from->name;
	to->transform = from->transform;
	to->fill = from->fill;
	to->typical = from->mean;
	to->mean = from->mean;
	to->sd = from->sd;
	to->minimum = from->minimum;
	to->maximum = from->maximum;
	to->missing = from->imputed;
	to->histogram = *histogram;
}

static void
copy_spread(const SegKmeansModel *kmeans, SegClusterSpread *spread)
{
	spread->k = kmeans->k;
	spread->d = kmeans->d;
	spread->shift = palloc(kmeans->d * sizeof(double));
	spread->scale = palloc(kmeans->d * sizeof(double));
	spread->variances = palloc(kmeans->k * sizeof(double));
	spread->centers = kmeans->centers;
	for (size_t j = 0; j < kmeans->d; j++)
	{
		spread->shift[j] = kmeans->features[j].shift;
		spread->scale[j] = kmeans->features[j].scale;
		spread->df += spread->scale[j] > 0;
	}
	for (size_t c = 0; c < kmeans->k; c++)
		spread->variances[c] = cluster_variance(kmeans, &kmeans->clusters[c], spread->df);
}

PG_FUNCTION_INFO_V1(anomaly_from_kmeans);
Datum
anomaly_from_kmeans(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	const SegKmeansModel *kmeans = &scorer->model;
	double		contamination = PG_GETARG_FLOAT8(1);
	SegAnomalyModel model = {
		.method = SEG_ANOMALY_KMEANS,
		.null_policy = kmeans->null_policy,
		.d = kmeans->d,
		.features = palloc0(kmeans->d * sizeof(SegAnomalyFeature)),
		.rows_used = kmeans->rows_used,
		.rows_skipped = kmeans->rows_skipped,
		.seed = kmeans->seed,
		.contamination = contamination,
		.threshold = 1 - contamination,
	};

	if (!(contamination > 0 && contamination <= 0.5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contamination must be greater than 0 and at most 0.5")));
	for (size_t j = 0; j < kmeans->d; j++)
		copy_feature(&kmeans->features[j], &kmeans->histograms[j], &model.features[j]);
	copy_spread(kmeans, &model.spread);
	PG_RETURN_BYTEA_P(seg_anomaly_model_bytes(&model));
}
