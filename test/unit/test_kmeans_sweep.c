/*
 * test_kmeans_sweep.c
 *		The sweep over k: its bytes, its marks, and weights that are repetitions.
 */
#include "unit.h"

#include "base/rng.h"
#include "kmeans/kmeans_sample.h"
#include "kmeans/kmeans_seed.h"
#include "kmeans/kmeans_sweep.h"
#include "kmeans/sweep_model.h"
#include "stats/cluster_indices.h"

static void
curve(SegSweepEntry *entries, const double *inertia, size_t m)
{
	memset(entries, 0, m * sizeof(SegSweepEntry));
	for (size_t i = 0; i < m; i++)
	{
		entries[i].k = i + 1;
		entries[i].inertia = inertia[i];
		entries[i].silhouette = entries[i].davies_bouldin = NAN;
		entries[i].calinski_harabasz = entries[i].stability = NAN;
	}
}

/* The k that is marked, 0 for none; at most one k is marked. */
static size_t
marked_elbow(const double *inertia, size_t m)
{
	SegSweepEntry entries[16];
	size_t		elbow = 0;

	curve(entries, inertia, m);
	seg_sweep_mark_elbow(entries, m);
	for (size_t i = 0; i < m; i++)
		if (entries[i].is_elbow)
		{
			assert_int_equal(elbow, 0);
			elbow = entries[i].k;
		}
	return elbow;
}

static void
elbow_is_found_or_absent(void **state)
{
	/* the best inertia of Mall Customers for k = 1..10: the published elbow is 5 */
	const double mall[] = {269981.28, 181363.59596, 106348.373062, 73679.7890395, 44448.4554479,
	37233.8145107, 30227.6065132, 24986.5256406, 21794.8856091, 19664.685196};
	const double straight[] = {10, 8, 6, 4, 2};
	const double flat[] = {3, 3, 3, 3};
	const double above[] = {10, 9.5, 8.5, 6, 2};	/* concave: no elbow */
	const double slight[] = {10, 7.4, 4.95, 2.5, 0};	/* less than a step below the chord */

	assert_int_equal(marked_elbow(mall, 10), 5);
	assert_int_equal(marked_elbow(straight, 5), 0);
	assert_int_equal(marked_elbow(flat, 4), 0);
	assert_int_equal(marked_elbow(above, 5), 0);
	assert_int_equal(marked_elbow(slight, 5), 0);
	assert_int_equal(marked_elbow(mall, 2), 0);
}

static void
best_silhouette_is_the_smallest_k_of_equals(void **state)
{
	SegSweepEntry entries[4];
	const double inertia[] = {4, 3, 2, 1};

	curve(entries, inertia, 4);
	seg_sweep_mark_silhouette(entries, 4, 0);
	for (size_t i = 0; i < 4; i++)
		assert_false(entries[i].is_best_silhouette);
	entries[1].silhouette = 0.5;
	entries[2].silhouette = 0.7;
	entries[3].silhouette = 0.7;
	seg_sweep_mark_silhouette(entries, 4, 0);
	assert_true(entries[2].is_best_silhouette);
	assert_false(entries[3].is_best_silhouette);
}

/* A k with a cluster of too small a share is not chosen. */
static void
a_k_with_small_clusters_is_not_chosen(void **state)
{
	SegSweepEntry entries[3];
	const double inertia[] = {3, 2, 1};

	for (int small = 0; small <= 1; small++)
	{
		curve(entries, inertia, 3);
		for (size_t i = 0; i < 3; i++)
		{
			entries[i].silhouette = 0.1 * (double) (i + 1);
			entries[i].smallest_share = i == 2 ? 0.0099 : small ? 0.001 : 0.01;
		}
		seg_sweep_mark_silhouette(entries, 3, 0.01);
		assert_false(entries[0].is_best_silhouette || entries[2].is_best_silhouette);
		assert_true(entries[1].is_best_silhouette == !small);
	}
}

static void
sweep_round_trip(void **state)
{
	SegSweepEntry entries[3];
	const double inertia[] = {4, 2, 1};
	SegSweepModel sweep = {.rows_used = 100, .rows_skipped = 3, .probe_rows = 90, .count = 3, .entries = entries};
	SegSweepModel back;
	uint8_t		bytes[512];
	uint8_t		again[512];
	_Alignas(16) char room[2048];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena = seg_arena(room, sizeof(room));
	size_t		size;

	curve(entries, inertia, 3);
	entries[1].silhouette = 0.25;
	entries[1].is_elbow = true;
	entries[2].calinski_harabasz = INFINITY;	/* figures that are not finite are left out */
	seg_sweep_encode(&writer, &sweep);
	size = writer.size;
	reader = seg_reader(bytes, size);
	assert_true(seg_sweep_decoded_size(size) <= sizeof(room));
	assert_int_equal(seg_sweep_decode(&reader, 1, &arena, &back), SEG_OK);
	assert_int_equal(back.count, 3);
	assert_same_double(back.entries[1].silhouette, 0.25);
	assert_true(back.entries[1].is_elbow);
	assert_true(isnan(back.entries[2].calinski_harabasz));
	writer = (SegWriter) {again, 0};
	seg_sweep_encode(&writer, &back);
	assert_int_equal(writer.size, size);
	assert_memory_equal(again, bytes, size);
	for (size_t cut = 0; cut < size; cut++)
	{
		reader = seg_reader(bytes, cut);
		arena = seg_arena(room, sizeof(room));
		assert_int_equal(seg_sweep_decode(&reader, 1, &arena, &back), SEG_MALFORMED_MODEL);
	}
}

/* A row of weight 3 counts like three rows, in the silhouette too. */
static void
weighted_silhouette_is_that_of_repeated_rows(void **state)
{
	enum
	{
		N = 60, K = 3
	};
	double		rows[N * 2];
	double		weights[N];
	double		repeated[N * 3 * 2];
	uint32_t	labels[N];
	uint32_t	repeated_labels[N * 3];
	size_t		copies = 0;
	SegRng		rng = seg_rng(5, 0);
	SegLabeling labeling = {K, labels};
	SegLabeling repeated_labeling = {K, repeated_labels};
	size_t		size;
	char	   *room;
	SegArena	arena;
	double		by_weight;
	double		by_copies;

	for (size_t i = 0; i < N; i++)
	{
		labels[i] = i % K;
		rows[2 * i] = labels[i] * 2 + seg_rng_uniform(&rng);
		rows[2 * i + 1] = seg_rng_uniform(&rng);
		weights[i] = 1 + (double) seg_rng_below(&rng, 3);
		for (size_t w = 0; w < weights[i]; w++)
		{
			memcpy(repeated + 2 * copies, rows + 2 * i, 2 * sizeof(double));
			repeated_labels[copies++] = labels[i];
		}
	}
	size = seg_silhouette_workspace(copies, 2, &repeated_labeling, 1);
	room = aligned_alloc(64, (size + 63) / 64 * 64);
	arena = seg_arena(room, size);
	assert_int_equal(seg_silhouette_mean(rows, weights, NULL, N, 2, &labeling, 1, &arena, &by_weight), SEG_OK);
	arena = seg_arena(room, size);
	assert_int_equal(seg_silhouette_mean(repeated, NULL, NULL, copies, 2, &repeated_labeling, 1, &arena, &by_copies), SEG_OK);
	assert_close(by_weight, by_copies, 1e-13);
	free(room);
}

/* Relative weights: their sum does not matter, equal ones are like none, and a row alone in its cluster has silhouette 0. */
static void
weighted_silhouette_has_no_scale(void **state)
{
	enum
	{
		N = 61
	};
	static const double sums[] = {1e-12, 1 - 0x1.0p-53, 1, 1 + 0x1.0p-50, 7, 1e9};
	SegRng		rng = seg_rng(9, 9);
	double		rows[N * 2];
	double		raw[N];
	double		weights[N];
	uint32_t	labels[N];
	SegLabeling labeling = {4, labels};
	size_t		size = seg_silhouette_workspace(N, 2, &labeling, 1);
	char	   *room = aligned_alloc(64, (size + 63) / 64 * 64);
	double		plain;
	double		first = NAN;
	double		sum = 0;

	for (size_t i = 0; i < N; i++)
	{
		labels[i] = i == N - 1 ? 3 : (uint32_t) (i % 3);
		rows[2 * i] = 4 * (double) labels[i] + seg_rng_uniform(&rng);
		rows[2 * i + 1] = seg_rng_uniform(&rng);
		sum += raw[i] = 0.1 + seg_rng_uniform(&rng);
	}
	for (int equal = 0; equal <= 1; equal++)
		for (size_t s = 0; s < sizeof(sums) / sizeof(sums[0]); s++)
		{
			SegArena	arena = seg_arena(room, size);
			double		mean;

			for (size_t i = 0; i < N; i++)
				weights[i] = equal ? sums[s] / N : raw[i] * (sums[s] / sum);
			assert_int_equal(seg_silhouette_mean(rows, weights, weights, N, 2, &labeling, 1, &arena, &mean), SEG_OK);
			if (equal)
			{
				arena = seg_arena(room, size);
				assert_int_equal(seg_silhouette_mean(rows, NULL, NULL, N, 2, &labeling, 1, &arena, &plain), SEG_OK);
				assert_close(mean, plain, 1e-13);
				continue;
			}
			first = s == 0 ? mean : first;
			assert_close(mean, first, 1e-13);
			assert_true(mean > 0.5 && mean < 1 - raw[N - 1] / sum); /* the row alone in its cluster adds 0 */
		}
	free(room);
}

/* Three blobs: k = 3 is best by every figure, and every half gives the same clusters. */
static void
sweep_finds_three_blobs(void **state)
{
	enum
	{
		N = 600, D = 2, MOST = 6
	};
	SegRng		rng = seg_rng(11, 0);
	SegScale	scales[D] = {{.scale = 1, .max_abs = 64}, {.scale = 1, .max_abs = 64}};
	const uint32_t active[D] = {0, 1};
	SegKmeansData data = {.total = N, .scales = scales, .active = active, .n_active = D};
	const SegKmeansParams params = {.seed = 42, .n_init = 5, .max_iterations = 100};
	SegKmeansSample sample;
	SegSweepEntry entries[MOST];
	size_t		size = seg_kmeans_sample_workspace(N, D);
	SegArena	sample_arena = seg_arena(aligned_alloc(64, (size + 63) / 64 * 64), size);
	SegArena	arena;

	data.rows = (SegMatrix) {N, D, aligned_alloc(64, N * D * sizeof(double))};
	for (size_t i = 0; i < N; i++)
	{
		double		row[D] = {(double) (i % 3) * 20 + seg_rng_uniform(&rng), seg_rng_uniform(&rng)};

		seg_matrix_set(&data.rows, i, row);
	}
	seg_kmeans_sample_draw(&data, 42, N, true, &sample_arena, &sample);
	assert_true(sample.is_whole);
	size = seg_sweep_workspace(N, D, sample.data.rows.n, 1, MOST);
	arena = seg_arena(aligned_alloc(64, (size + 63) / 64 * 64), size);
	seg_sweep(&data, &sample.data, &sample.data, &params, 1, MOST, entries, arena);
	for (size_t i = 0; i < MOST; i++)
	{
		assert_int_equal(entries[i].k, i + 1);
		assert_true(entries[i].is_elbow == (i == 2));
		assert_true(entries[i].is_best_silhouette == (i == 2));
		if (i > 0)
			assert_true(entries[i].inertia < entries[i - 1].inertia);
	}
	assert_true(isnan(entries[0].silhouette) && isnan(entries[0].stability));
	assert_close(entries[2].stability, 1, 0);
	assert_true(entries[2].stability > entries[4].stability);
	assert_close(entries[2].smallest_share, 1.0 / 3, 1e-12);
	free(arena.base);
	free(sample_arena.base);
	free(data.rows.values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elbow_is_found_or_absent),
		cmocka_unit_test(best_silhouette_is_the_smallest_k_of_equals),
		cmocka_unit_test(a_k_with_small_clusters_is_not_chosen),
		cmocka_unit_test(sweep_round_trip),
		cmocka_unit_test(weighted_silhouette_is_that_of_repeated_rows),
		cmocka_unit_test(weighted_silhouette_has_no_scale),
		cmocka_unit_test(sweep_finds_three_blobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
