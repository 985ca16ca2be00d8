/*
 * kmeans_model.c
 *		A fitted k-means model as a struct and as bytes; see kmeans_model.h.
 *
 * Layout of version 2, all little-endian:
 *
 *		u32 k, d, next_cluster_id
 *		u8 standardize, null_policy, init_method, algorithm, converged
 *		u64 seed; u32 n_init, max_iterations, iterations; f64 tolerance
 *		u64 rows_used, rows_skipped; f64 weight
 *		f64 inertia, total_ss, between_ss, silhouette
 *		u64 silhouette_rows; u8 silhouette_is_exact, has_exact_quartiles
 *		d features: text name; u8 transform; f64 shift, scale, fill;
 *			u64 missing; f64 minimum, maximum, mean, sd, center, spread, median
 *		k clusters: u32 cluster_id; text name; u64 size; f64 weight, inertia
 *		f64 centers[k d], means[k d], sds[k d], quartiles[k d 3]
 *		d histograms (model/histogram_codec.h)
 *
 * Version 1 did not have the line of silhouette_rows, and no center, spread and median.
 * Its silhouette was the simplified one, which models no longer have.  Its quartiles
 * came from its histograms.  These had 20 bins with bounds from the fitted space, and
 * also counted the values that replaced nulls.
 */
#include "kmeans/kmeans_model.h"

#include "base/limits.h"
#include "model/histogram_codec.h"

/* the smallest size of an encoded cluster, for checking counts */
#define CLUSTER_BYTES (4 + 4 + 8 + 2 * 8)

/* The fields of a feature; the histograms follow the clusters. */
#define FIELDS_OF_VERSION_1 \
	SEG_FIELD_NAME, SEG_FIELD_TRANSFORM, SEG_FIELD_SHIFT, SEG_FIELD_SCALE, SEG_FIELD_FILL, SEG_FIELD_MISSING, \
	SEG_FIELD_MINIMUM, SEG_FIELD_MAXIMUM, SEG_FIELD_MEAN, SEG_FIELD_SD

static const SegFeatureField version_1_fields[] = {FIELDS_OF_VERSION_1, SEG_FIELD_END};
static const SegFeatureField feature_fields[] = {
	FIELDS_OF_VERSION_1, SEG_FIELD_CENTER, SEG_FIELD_SPREAD, SEG_FIELD_MEDIAN, SEG_FIELD_END
};
static const SegFeatureField histogram_fields[] = {SEG_FIELD_HISTOGRAM, SEG_FIELD_END};

size_t
seg_kmeans_decoded_size(size_t payload_size)
{
	/*
	 * Arrays need at most as much as their bytes.  Structs, and texts rounded up to
	 * SEG_ARENA_ALIGN, need more.  A feature of version 1 has at least 89 bytes and
	 * needs at most a SegFeature and 32 bytes, less than six times as much.
	 */
	return 6 * payload_size + 16 * SEG_ARENA_ALIGN;
}

/* Check an inertia, its weight, and their quotient, the mean squared distance. */
static bool
ratio_is_sound(double inertia, double weight)
{
	return inertia >= 0 && weight >= 0 && (weight == 0 || isfinite(inertia / weight));
}

static void
read_clusters(SegReader *reader, SegArena *arena, SegKmeansModel *model)
{
	for (uint32_t c = 0; c < model->k && !reader->failed; c++)
	{
		SegKmeansCluster *cluster = &model->clusters[c];

		cluster->cluster_id = seg_read_u32(reader);
		cluster->name = seg_read_text(reader, arena);
		cluster->size = seg_read_u64(reader);
		cluster->weight = seg_read_double(reader);
		cluster->inertia = seg_read_double(reader);
		if (cluster->cluster_id == 0 || cluster->cluster_id >= model->next_cluster_id ||
			!ratio_is_sound(cluster->inertia, cluster->weight))
			reader->failed = true;
		for (uint32_t other = 0; other < c; other++)
			if (model->clusters[other].cluster_id == cluster->cluster_id)
				reader->failed = true;
	}
}

static void
read_head(SegReader *reader, int version, SegKmeansModel *model)
{
	model->k = seg_read_u32(reader);
	model->d = seg_read_u32(reader);
	model->next_cluster_id = seg_read_u32(reader);
	model->standardize = seg_read_choice(reader, SEG_STANDARDIZE_NONE + 1);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->init_method = seg_read_choice(reader, SEG_INIT_CENTROIDS + 1);
	model->algorithm = seg_read_choice(reader, SEG_KMEANS_BISECTING + 1);
	model->converged = seg_read_choice(reader, 2);
	model->seed = seg_read_u64(reader);
	model->n_init = seg_read_u32(reader);
	model->max_iterations = seg_read_u32(reader);
	model->iterations = seg_read_u32(reader);
	model->tolerance = seg_read_double(reader);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->weight = seg_read_double(reader);
	model->inertia = seg_read_double(reader);
	model->total_ss = seg_read_double(reader);
	model->between_ss = seg_read_double(reader);
	model->silhouette = seg_read_double(reader);
	if (version == 1)
	{
		model->silhouette = 0;
		model->silhouette_rows = 0;
		model->silhouette_is_exact = model->has_exact_quartiles = false;
		return;
	}
	model->silhouette_rows = seg_read_u64(reader);
	model->silhouette_is_exact = seg_read_choice(reader, 2);
	model->has_exact_quartiles = seg_read_choice(reader, 2);
}

/* ---- version 1 ---- */

/* The bounds of version 1 can be a rounding error below the value that they represent. */
static void
loosen_bounds(SegHistogram *histogram)
{
	double		margin = 1e-12 * fmax(fabs(histogram->low), fabs(histogram->high));

	for (size_t b = 0; b + 1 < histogram->bins; b++)
	{
		double		bound = histogram->bounds[b] + margin;

		if (isfinite(bound) && (b + 2 >= histogram->bins || bound < histogram->bounds[b + 1]))
			histogram->bounds[b] = bound;
	}
}

/* Convert to version 2: about ten bins, without the values that replaced nulls. */
static void
renew_histogram(SegFeature *feature)
{
	SegHistogram old = feature->histogram;
	size_t		b;

	if (old.bins == 0)
		return;
	b = seg_histogram_bin(&old, feature->fill);
	old.counts[b] -= old.counts[b] < feature->missing ? old.counts[b] : feature->missing;
	seg_histogram_coarsen(&old, &feature->histogram);
	loosen_bounds(&feature->histogram);
}

/* The bound of the bin with the median; for the last bin, the largest value. */
static double
histogram_median(const SegHistogram *histogram)
{
	uint64_t	total = seg_histogram_total(histogram);
	uint64_t	seen = 0;

	for (size_t b = 0; b + 1 < histogram->bins; b++)
	{
		seen += histogram->counts[b];
		if (seen >= total / 2)
			return histogram->bounds[b];
	}
	return histogram->bins == 0 ? 0 : histogram->high;
}

/*
 * Mean and sd of feature j in the fitted space.  For log1p features that were not scaled
 * by these, they are computed from the centers.
 */
static void
renew_feature(const SegKmeansModel *model, uint32_t j, SegFeature *feature)
{
	double		squares = 0;
	double		sum = 0;
	double		weight = 0;

	renew_histogram(feature);
	feature->median = histogram_median(&feature->histogram);
	feature->center = feature->spread = 0;
	if (feature->scale == 0 || !isfinite(1 / feature->scale))
		return;
	if (feature->transform == SEG_TRANSFORM_NONE || model->standardize == SEG_STANDARDIZE_ZSCORE)
	{
		bool		plain = feature->transform == SEG_TRANSFORM_NONE;

		feature->center = plain ? (feature->mean - feature->shift) / feature->scale : 0;
		feature->spread = plain ? feature->sd / feature->scale : 1;
	}
	else
	{
		for (uint32_t c = 0; c < model->k; c++)
		{
			weight += model->clusters[c].weight;
			sum += model->clusters[c].weight * model->centers[(size_t) c * model->d + j];
		}
		feature->center = weight > 0 ? sum / weight : 0;
		for (uint32_t c = 0; c < model->k && weight > 0; c++)
		{
			double		off = model->centers[(size_t) c * model->d + j] - feature->center;

			squares += model->clusters[c].weight / weight * off * off;
		}
		feature->spread = sqrt(squares);
	}
	if (!isfinite(feature->center) || !isfinite(feature->spread))
		feature->center = feature->spread = 0;
}

SegStatus
seg_kmeans_decode(SegReader *reader, int version, SegArena *arena, SegKmeansModel *model)
{
	const SegFeatureField *fields = version == 1 ? version_1_fields : feature_fields;
	size_t		feature_bytes = seg_feature_least_bytes(fields) + seg_feature_least_bytes(histogram_fields);
	size_t		cells;

	Assert(version >= 1 && version <= SEG_KMEANS_VERSION);
	read_head(reader, version, model);
	if (reader->failed || model->k == 0 || model->d == 0 || model->next_cluster_id > SEG_KMEANS_MAX_ID ||
		model->rows_used > INT64_MAX || model->rows_skipped > INT64_MAX || model->silhouette_rows > INT64_MAX ||
		!ratio_is_sound(model->inertia, model->weight) || model->d > SEG_MAX_FEATURES ||
		model->k > SEG_KMEANS_MAX_K || model->k > reader->left / CLUSTER_BYTES ||
		model->d > reader->left / feature_bytes)
		return SEG_MALFORMED_MODEL;
	cells = (size_t) model->k * model->d;
	model->features = seg_arena_take(arena, model->d, sizeof(SegFeature));
	model->clusters = seg_arena_take(arena, model->k, sizeof(SegKmeansCluster));
	if (model->features == NULL || model->clusters == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t j = 0; j < model->d && !reader->failed; j++)
		seg_feature_read(reader, fields, arena, &model->features[j]);
	read_clusters(reader, arena, model);
	model->centers = seg_read_doubles(reader, arena, cells);
	model->means = seg_read_doubles(reader, arena, cells);
	model->sds = seg_read_doubles(reader, arena, cells);
	model->quartiles = seg_read_doubles(reader, arena, cells * 3);
	for (uint32_t j = 0; j < model->d && !reader->failed; j++)
		seg_read_histogram(reader, &model->features[j].histogram);
	if (!seg_reader_done(reader))
		return SEG_MALFORMED_MODEL;
	for (uint32_t j = 0; j < model->d && version == 1; j++)
		renew_feature(model, j, &model->features[j]);
	return SEG_OK;
}

void
seg_kmeans_encode(SegWriter *writer, const void *encoded)
{
	const SegKmeansModel *model = encoded;
	size_t		cells = (size_t) model->k * model->d;

	seg_write_u32(writer, model->k);
	seg_write_u32(writer, model->d);
	seg_write_u32(writer, model->next_cluster_id);
	seg_write_u8(writer, model->standardize);
	seg_write_u8(writer, model->null_policy);
	seg_write_u8(writer, model->init_method);
	seg_write_u8(writer, model->algorithm);
	seg_write_u8(writer, model->converged);
	seg_write_u64(writer, model->seed);
	seg_write_u32(writer, model->n_init);
	seg_write_u32(writer, model->max_iterations);
	seg_write_u32(writer, model->iterations);
	seg_write_double(writer, model->tolerance);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_double(writer, model->weight);
	seg_write_double(writer, model->inertia);
	seg_write_double(writer, model->total_ss);
	seg_write_double(writer, model->between_ss);
	seg_write_double(writer, model->silhouette);
	seg_write_u64(writer, model->silhouette_rows);
	seg_write_u8(writer, model->silhouette_is_exact);
	seg_write_u8(writer, model->has_exact_quartiles);
	for (uint32_t j = 0; j < model->d; j++)
		seg_feature_write(writer, feature_fields, &model->features[j]);
	for (uint32_t c = 0; c < model->k; c++)
	{
		const SegKmeansCluster *cluster = &model->clusters[c];

		seg_write_u32(writer, cluster->cluster_id);
		seg_write_text(writer, cluster->name);
		seg_write_u64(writer, cluster->size);
		seg_write_double(writer, cluster->weight);
		seg_write_double(writer, cluster->inertia);
	}
	seg_write_doubles(writer, model->centers, cells);
	seg_write_doubles(writer, model->means, cells);
	seg_write_doubles(writer, model->sds, cells);
	seg_write_doubles(writer, model->quartiles, cells * 3);
	for (uint32_t j = 0; j < model->d; j++)
		seg_write_histogram(writer, &model->features[j].histogram);
}

uint32_t
seg_kmeans_find_cluster(const SegKmeansModel *model, uint32_t cluster_id)
{
	uint32_t	c = 0;

	while (c < model->k && model->clusters[c].cluster_id != cluster_id)
		c++;
	return c;
}
