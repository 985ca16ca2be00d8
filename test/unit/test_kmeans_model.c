/*
 * test_kmeans_model.c
 *		A k-means model as bytes: there and back, cut off, and told lies.
 */
#include "unit.h"

#include "kmeans_fixture.h"

/* Decode sealed bytes for scoring; *buffer is to be freed. */
static SegStatus
decode(const uint8_t *bytes, size_t size, SegKmeansScorer *scorer, void **buffer)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena;
	SegStatus	status = seg_envelope_open(bytes, size, SEG_KIND_KMEANS, SEG_KMEANS_VERSION, &kind, &version, &reader);
	size_t		room;

	*buffer = NULL;
	if (status != SEG_OK)
		return status;
	room = seg_kmeans_scorer_size(reader.left);
	arena = seg_arena(aligned_alloc(SEG_ARENA_ALIGN, (room + 63) / 64 * 64), room);
	*buffer = arena.base;
	return seg_kmeans_scorer_decode(&reader, version, &arena, scorer);
}

static void
bytes_come_back(void **state)
{
	for (uint32_t k = 1; k <= 9; k += 2)
		for (uint32_t d = 1; d <= 9; d += 4)
		{
			SegKmeansModel model = fixture_model(k, d, k * 100 + d);
			SegKmeansScorer scorer;
			size_t		size;
			size_t		size_again;
			uint8_t    *bytes = fixture_bytes(&model, &size);
			uint8_t    *again;
			void	   *buffer;

			assert_int_equal(decode(bytes, size, &scorer, &buffer), SEG_OK);
			again = fixture_bytes(&scorer.model, &size_again);
			assert_int_equal(size, size_again);
			assert_memory_equal(bytes, again, size);
			free(buffer);
			free(bytes);
			free(again);
			fixture_free(&model);
		}
}

/* Sealed anew, so that the decoder and not the digest has to see it. */
static void
every_cut_is_seen(void **state)
{
	SegKmeansModel model = fixture_model(3, 2, 1);
	SegKmeansScorer scorer;
	size_t		size;
	uint8_t    *bytes = fixture_bytes(&model, &size);
	void	   *buffer;

	for (size_t cut = 0; cut < size - SEG_ENVELOPE_SIZE; cut++)
	{
		seg_envelope_seal(bytes, cut, SEG_KIND_KMEANS, SEG_KMEANS_VERSION);
		assert_int_equal(decode(bytes, SEG_ENVELOPE_SIZE + cut, &scorer, &buffer), SEG_MALFORMED_MODEL);
		free(buffer);
	}
	free(bytes);
	fixture_free(&model);
}

/* What the encoder writes of a model with one lie in it is refused. */
static void
refuse(const SegKmeansModel *model)
{
	SegKmeansScorer scorer;
	size_t		size;
	uint8_t    *bytes = fixture_bytes(model, &size);
	void	   *buffer;

	assert_int_equal(decode(bytes, size, &scorer, &buffer), SEG_MALFORMED_MODEL);
	free(buffer);
	free(bytes);
}

static void
lies_are_refused(void **state)
{
	SegKmeansModel model = fixture_model(3, 2, 1);
	SegKmeansModel lie = model;

	lie.next_cluster_id = 3;		/* below a number in use */
	refuse(&lie);
	lie.next_cluster_id = UINT32_MAX;
	refuse(&lie);
	lie = model;
	lie.rows_used = UINT64_MAX;
	refuse(&lie);
	model.clusters[1].cluster_id = 1;	/* twice */
	refuse(&model);
	model.clusters[1].cluster_id = 0;
	refuse(&model);
	model.clusters[1].cluster_id = 2;
	model.clusters[1].weight = -1;
	refuse(&model);
	model.clusters[1].weight = 1;
	model.features[0].scale = -1;
	refuse(&model);
	model.features[0].scale = 1e-310;	/* its inverse is infinite */
	refuse(&model);
	model.features[0].scale = 1;
	model.standardize = 17;
	refuse(&model);
	fixture_free(&model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(every_cut_is_seen),
		cmocka_unit_test(lies_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
