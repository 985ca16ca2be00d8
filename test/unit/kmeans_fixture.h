/*
 * kmeans_fixture.h
 *		A k-means model made by hand, for tests that need one without a fit.
 */
#ifndef SEG_TEST_KMEANS_FIXTURE_H
#define SEG_TEST_KMEANS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kmeans/kmeans_scorer_model.h"

static inline void *
fixture_room(size_t count, size_t size)
{
	void	   *room = calloc(count > 0 ? count : 1, size);

	if (room == NULL)
		abort();
	return room;
}

/*
 * A random valid model of k clusters and d features: numbers 1 .. k, ascending
 * bounds, some scales of 0, and log1p on every third feature.  Free it with
 * fixture_free().
 */
static inline SegKmeansModel
fixture_model(uint32_t k, uint32_t d, uint64_t seed)
{
	static const char *const names[] = {"recency_days", "frequency", "monetary", "größe", ""};
	SegRng		rng = seg_rng(seed, 0);
	size_t		cells = (size_t) k * d;
	SegKmeansModel model = {
		.k = k, .d = d, .next_cluster_id = k + 1,
		.seed = seed, .n_init = 10, .max_iterations = 300, .iterations = 7, .converged = true,
		.silhouette = 0.5, .silhouette_rows = 100, .silhouette_is_exact = seed % 2 == 0, .has_exact_quartiles = true,
	};

	model.features = fixture_room(d, sizeof(SegFeature));
	model.clusters = fixture_room(k, sizeof(SegKmeansCluster));
	model.centers = fixture_room(cells, sizeof(double));
	model.means = fixture_room(cells, sizeof(double));
	model.sds = fixture_room(cells, sizeof(double));
	model.quartiles = fixture_room(cells * 3, sizeof(double));
	for (uint32_t j = 0; j < d; j++)
	{
		SegFeature *feature = &model.features[j];

		feature->name = names[j % 5];
		feature->transform = j % 3 == 2 ? SEG_TRANSFORM_LOG1P : SEG_TRANSFORM_NONE;
		feature->shift = seg_rng_uniform(&rng);
		feature->scale = j % 7 == 6 ? 0 : 1 + seg_rng_uniform(&rng);
		feature->fill = seg_rng_uniform(&rng);
		feature->maximum = 10 + seg_rng_uniform(&rng);
		feature->mean = 5 * seg_rng_uniform(&rng);
		feature->sd = feature->scale;
		feature->spread = feature->scale > 0 ? 0.5 + seg_rng_uniform(&rng) : 0;
		feature->center = feature->scale > 0 ? seg_rng_uniform(&rng) - 0.5 : 0;
		feature->median = 5 * seg_rng_uniform(&rng);
		feature->histogram = (SegHistogram) {.bins = 10, .low = 0, .high = 10};
		for (int b = 0; b < 9; b++)
			feature->histogram.bounds[b] = b + seg_rng_uniform(&rng);
		for (int b = 0; b < 10; b++)
			feature->histogram.counts[b] = seg_rng_below(&rng, 100);
	}
	for (uint32_t c = 0; c < k; c++)
	{
		SegKmeansCluster *cluster = &model.clusters[c];

		cluster->cluster_id = c + 1;
		cluster->name = c == 0 ? "Große Kunden" : "";
		cluster->size = 1 + seg_rng_below(&rng, 1000);
		cluster->weight = (double) cluster->size;
		cluster->inertia = seg_rng_uniform(&rng);
		model.rows_used += cluster->size;
		model.inertia += cluster->inertia;
	}
	model.weight = (double) model.rows_used;
	model.between_ss = 3 * model.inertia;
	model.total_ss = 4 * model.inertia;
	for (size_t cell = 0; cell < cells; cell++)
	{
		model.centers[cell] = 4 * seg_rng_uniform(&rng) - 2;
		model.means[cell] = 5 * seg_rng_uniform(&rng);
		model.sds[cell] = seg_rng_uniform(&rng);
		for (int q = 0; q < 3; q++)
			model.quartiles[cell * 3 + q] = model.means[cell] + q - 1;
	}
	return model;
}

static inline void
fixture_free(SegKmeansModel *model)
{
	free(model->features);
	free(model->clusters);
	free(model->centers);
	free(model->means);
	free(model->sds);
	free(model->quartiles);
}

/* The bytes of the model with its envelope; OUT *size.  The caller frees them. */
static inline uint8_t *
fixture_bytes(const SegKmeansModel *model, size_t *size)
{
	SegWriter	writer = {NULL, 0};
	uint8_t    *bytes;

	seg_kmeans_encode(&writer, model);
	*size = SEG_ENVELOPE_SIZE + writer.size;
	bytes = fixture_room(*size, 1);
	writer = (SegWriter) {bytes + SEG_ENVELOPE_SIZE, 0};
	seg_kmeans_encode(&writer, model);
	seg_envelope_seal(bytes, writer.size, SEG_KIND_KMEANS, SEG_KMEANS_VERSION);
	return bytes;
}

#endif							/* SEG_TEST_KMEANS_FIXTURE_H */
