/*
 * anomaly_kmeans_model.c
 *		An anomaly model from a k-means model; see anomaly_kmeans_model.h.
 */
#include "anomaly/anomaly_kmeans_model.h"

/*
 * The variance: squared distances divided by it are chi-square with df degrees of
 * freedom.  For a cluster without spread it is the variance of all clusters.
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

/* Smaller clusters are anomalous: rows, share of the weight, share of the weight of an average cluster. */
#define FEWEST_ROWS 3
#define LEAST_SHARE 0.01
#define LEAST_OF_AVERAGE 0.1

/*
 * True if the cluster is too small to be normal.  An outlier alone in a cluster, or with
 * one or two other rows, is near the center of its cluster, but is anomalous.
 */
static bool
is_tiny(const SegKmeansModel *kmeans, const SegKmeansCluster *cluster)
{
	double		least = kmeans->weight * fmin(LEAST_SHARE, LEAST_OF_AVERAGE / kmeans->k);

	return cluster->size < FEWEST_ROWS || cluster->weight < least;
}

/* True if all clusters are too small; then all are used. */
static bool
all_are_tiny(const SegKmeansModel *kmeans)
{
	uint32_t	tiny = 0;

	for (uint32_t c = 0; c < kmeans->k; c++)
		tiny += is_tiny(kmeans, &kmeans->clusters[c]);
	return tiny == kmeans->k;
}

static void
copy_feature(const SegFeature *from, SegFeature *to)
{
	*to = *from;
	to->median = from->mean;
	to->shift = to->scale = NAN;	/* SegClusterSpread has them */
	to->center = to->spread = NAN;
}

static void
copy_spread(const SegKmeansModel *kmeans, SegArena *arena, SegClusterSpread *spread)
{
	bool		keep_tiny = all_are_tiny(kmeans);

	spread->d = kmeans->d;
	spread->shift = seg_arena_take(arena, kmeans->d, sizeof(double));
	spread->scale = seg_arena_take(arena, kmeans->d, sizeof(double));
	spread->variances = seg_arena_take(arena, kmeans->k, sizeof(double));
	spread->centers = seg_arena_take(arena, kmeans->k, kmeans->d * sizeof(double));
	for (size_t j = 0; j < kmeans->d; j++)
	{
		spread->shift[j] = kmeans->features[j].shift;
		spread->scale[j] = kmeans->features[j].scale;
		spread->df += spread->scale[j] > 0;
	}
	for (uint32_t c = 0; c < kmeans->k; c++)
	{
		if (is_tiny(kmeans, &kmeans->clusters[c]) && !keep_tiny)
			continue;
		spread->variances[spread->k] = cluster_variance(kmeans, &kmeans->clusters[c], spread->df);
		memcpy(spread->centers + spread->k * kmeans->d, kmeans->centers + (size_t) c * kmeans->d,
			   kmeans->d * sizeof(double));
		spread->k++;
	}
}

size_t
seg_anomaly_of_kmeans_size(const SegKmeansModel *kmeans)
{
	return kmeans->d * (sizeof(SegFeature) + 2 * sizeof(double)) + kmeans->k * (kmeans->d + 1) * sizeof(double) +
		5 * SEG_ARENA_ALIGN;
}

void
seg_anomaly_of_kmeans(const SegKmeansModel *kmeans, double contamination, SegArena *arena,
					  SegAnomalyModel *model)
{
	memset(model, 0, sizeof(*model));
	model->method = SEG_ANOMALY_KMEANS;
	model->null_policy = kmeans->null_policy;
	model->d = kmeans->d;
	model->rows_used = kmeans->rows_used;
	model->rows_skipped = kmeans->rows_skipped;
	model->seed = kmeans->seed;
	model->contamination = contamination;
	model->threshold = 1 - contamination;
	model->features = seg_arena_take(arena, kmeans->d, sizeof(SegFeature));
	for (size_t j = 0; j < kmeans->d; j++)
		copy_feature(&kmeans->features[j], &model->features[j]);
	copy_spread(kmeans, arena, &model->spread);
}
