/*
 * test_kmeans_align_model.c
 *		Cluster numbers over refits.
 */
#include "unit.h"

#include "kmeans_fixture.h"

#include "kmeans/kmeans_align_model.h"

typedef struct Aligned
{
	SegKmeansAlignment alignment;
	SegStatus	status;
	size_t		position;
	void	   *room;
} Aligned;

static Aligned
align(const SegKmeansModel *new_model, const SegKmeansModel *old_model)
{
	size_t		size = seg_kmeans_align_workspace(new_model, old_model);
	Aligned		aligned = {.room = aligned_alloc(SEG_ARENA_ALIGN, (size + 63) / 64 * 64)};
	SegArena	arena = seg_arena(aligned.room, size);

	aligned.status = seg_kmeans_align(new_model, old_model, &arena, &aligned.alignment, &aligned.position);
	return aligned;
}

/* A model of one feature without scaling; the clusters have numbers 1 .. k. */
static SegKmeansModel
line_model(uint32_t k, const double *centers)
{
	SegKmeansModel model = fixture_model(k, 1, k);

	model.features[0].shift = 0;
	model.features[0].scale = 1;
	memcpy(model.centers, centers, k * sizeof(double));
	return model;
}

static void
moved_clusters_keep_their_numbers(void **state)
{
	SegKmeansModel old_model = line_model(3, (const double[]) {0, 10, 20});
	SegKmeansModel new_model = line_model(3, (const double[]) {21, 1, 9});
	Aligned		aligned = align(&new_model, &old_model);

	assert_int_equal(aligned.status, SEG_OK);
	seg_kmeans_renumber(&new_model, &old_model, &aligned.alignment);
	assert_int_equal(new_model.clusters[0].cluster_id, 3);
	assert_int_equal(new_model.clusters[1].cluster_id, 1);
	assert_int_equal(new_model.clusters[2].cluster_id, 2);
	assert_string_equal(new_model.clusters[1].name, "Große Kunden");
	assert_string_equal(new_model.clusters[0].name, "");
	assert_int_equal(new_model.next_cluster_id, 4);
	assert_same_double(aligned.alignment.distance[0], 1);
	free(aligned.room);
	fixture_free(&old_model);
	fixture_free(&new_model);
}

/* Two more clusters, then two fewer: new clusters get unused numbers. */
static void
numbers_are_never_used_again(void **state)
{
	SegKmeansModel first = line_model(2, (const double[]) {0, 10});
	SegKmeansModel more = line_model(4, (const double[]) {30, 10, 20, 0});
	SegKmeansModel less = line_model(2, (const double[]) {19, 31});
	SegKmeansModel again = line_model(3, (const double[]) {20, 30, 0});
	Aligned		aligned = align(&more, &first);

	seg_kmeans_renumber(&more, &first, &aligned.alignment);
	assert_int_equal(more.clusters[0].cluster_id, 3);
	assert_int_equal(more.clusters[1].cluster_id, 2);
	assert_int_equal(more.clusters[2].cluster_id, 4);
	assert_int_equal(more.clusters[3].cluster_id, 1);
	assert_int_equal(more.next_cluster_id, 5);
	assert_true(isnan(aligned.alignment.distance[0]));
	free(aligned.room);

	aligned = align(&less, &more);
	seg_kmeans_renumber(&less, &more, &aligned.alignment);
	assert_int_equal(less.clusters[0].cluster_id, 4);
	assert_int_equal(less.clusters[1].cluster_id, 3);
	assert_int_equal(less.next_cluster_id, 5);
	assert_int_equal(aligned.alignment.new_of[1], 2);	/* number 2 retired */
	free(aligned.room);

	aligned = align(&again, &less);
	seg_kmeans_renumber(&again, &less, &aligned.alignment);
	assert_int_equal(again.clusters[2].cluster_id, 5);	/* at the center of number 1, but not 1 */
	assert_int_equal(again.next_cluster_id, 6);
	free(aligned.room);
	fixture_free(&first);
	fixture_free(&more);
	fixture_free(&less);
	fixture_free(&again);
}

/* Random pairs of models with all k from 1 to 9 and log1p features: a second alignment changes nothing. */
static void
second_alignment_changes_no_byte(void **state)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
	{
		SegKmeansModel old_model = fixture_model(1 + seed % 9, 4, seed);
		SegKmeansModel new_model = fixture_model(1 + seed / 9 % 9, 4, seed + 1000);
		uint8_t    *bytes[2];
		size_t		size[2];

		/* as if numbers were used before */
		old_model.next_cluster_id += seed % 3;
		for (int time = 0; time < 2; time++)
		{
			Aligned		aligned = align(&new_model, &old_model);

			assert_int_equal(aligned.status, SEG_OK);
			seg_kmeans_renumber(&new_model, &old_model, &aligned.alignment);
			bytes[time] = fixture_bytes(&new_model, &size[time]);
			free(aligned.room);
		}
		assert_int_equal(size[0], size[1]);
		assert_memory_equal(bytes[0], bytes[1], size[0]);
		free(bytes[0]);
		free(bytes[1]);
		fixture_free(&old_model);
		fixture_free(&new_model);
	}
}

static void
model_aligned_to_itself_does_not_change(void **state)
{
	SegKmeansModel model = fixture_model(7, 5, 4);
	Aligned		aligned = align(&model, &model);

	for (uint32_t c = 0; c < model.k; c++)
	{
		assert_int_equal(aligned.alignment.old_of[c], c);
		assert_same_double(aligned.alignment.distance[c], 0);
	}
	free(aligned.room);
	fixture_free(&model);
}

static void
features_must_agree(void **state)
{
	SegKmeansModel old_model = fixture_model(2, 5, 1);
	SegKmeansModel new_model = fixture_model(2, 5, 2);
	SegKmeansModel wide = fixture_model(2, 6, 2);
	size_t		position;

	assert_true(seg_kmeans_same_features(&new_model, &old_model, &position));
	assert_false(seg_kmeans_same_features(&wide, &old_model, &position));
	assert_int_equal(position, 0);
	new_model.features[4].name = "age"; /* the old one has no name there */
	assert_true(seg_kmeans_same_features(&new_model, &old_model, &position));
	new_model.features[1].name = "age";
	assert_false(seg_kmeans_same_features(&new_model, &old_model, &position));
	assert_int_equal(position, 2);
	fixture_free(&old_model);
	fixture_free(&new_model);
	fixture_free(&wide);
}

static void
unreachable_centers_are_refused(void **state)
{
	SegKmeansModel old_model = line_model(1, (const double[]) {0});
	SegKmeansModel new_model = line_model(1, (const double[]) {1e200});
	Aligned		aligned = align(&new_model, &old_model);

	assert_int_equal(aligned.status, SEG_RANGE_TOO_WIDE);
	assert_int_equal(aligned.position, 1);
	free(aligned.room);
	new_model.centers[0] = -3;
	old_model.features[0].transform = SEG_TRANSFORM_LOG1P;
	aligned = align(&new_model, &old_model);
	assert_int_equal(aligned.status, SEG_LOG_DOMAIN);
	free(aligned.room);
	fixture_free(&old_model);
	fixture_free(&new_model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moved_clusters_keep_their_numbers),
		cmocka_unit_test(numbers_are_never_used_again),
		cmocka_unit_test(second_alignment_changes_no_byte),
		cmocka_unit_test(model_aligned_to_itself_does_not_change),
		cmocka_unit_test(features_must_agree),
		cmocka_unit_test(unreachable_centers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
