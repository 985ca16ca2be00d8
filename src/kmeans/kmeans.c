/*
 * kmeans.c
 *		Fits k clusters to rows in memory; see kmeans.h.
 */
#include "kmeans/kmeans.h"

#include "kmeans/kmeans_lloyd.h"
#include "kmeans/kmeans_sample.h"
#include "kmeans/kmeans_seed.h"

size_t
seg_kmeans_workspace(size_t n, size_t d, size_t k)
{
	size_t		sample_rows = seg_min_size(n, seg_kmeans_sample_capacity(k, d));
	size_t		seeding = seg_seed_workspace(sample_rows, d, k);
	size_t		iterating = seg_lloyd_workspace(n, d, k);

	return seeding > iterating ? seeding : iterating;
}

void
seg_kmeans_cluster(const SegKmeansData *data, const SegKmeansData *sample,
				   const SegKmeansParams *params, SegKmeansRun *run, SegArena workspace)
{
	if (params->init_method != SEG_INIT_CENTROIDS)
		seg_seed_centers(sample, params, run->k, run->centers, workspace);
	seg_lloyd_run(data, params, run, workspace);
}

/* True if cluster a comes before cluster b. */
static bool
is_before(const SegKmeansRun *run, size_t d, size_t a, size_t b)
{
	if (run->weights[a] != run->weights[b])
		return run->weights[a] > run->weights[b];
	for (size_t j = 0; j < d; j++)
		if (run->centers[a * d + j] != run->centers[b * d + j])
			return run->centers[a * d + j] < run->centers[b * d + j];
	return a < b;
}

void
seg_kmeans_number(const SegKmeansRun *run, size_t d, uint32_t *ids)
{
	for (size_t c = 0; c < run->k; c++)
	{
		CHECK_FOR_INTERRUPTS();
		ids[c] = 1;
		for (size_t other = 0; other < run->k; other++)
			if (other != c && is_before(run, d, other, c))
				ids[c]++;
	}
}
