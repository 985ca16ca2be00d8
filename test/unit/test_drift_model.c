/*
 * test_drift_model.c
 *		Drift reports as bytes.
 */
#include "unit.h"

#include <stdio.h>

#include "drift/drift_model.h"

/*
 * Bytes of format 1 must always be readable.  Made by drift_fit over 100 rows with a k-means
 * model of 4 clusters and 2 features that was fitted to 200 rows.
 */
static void
golden_report_is_read(void **state)
{
	static uint8_t bytes[4096];
	static uint8_t again[4096];
	FILE	   *file = fopen(SEG_TOP "/test/data/drift_v1.segm", "rb");
	size_t		size;
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena;
	SegWriter	writer = {again + SEG_ENVELOPE_SIZE, 0};
	SegDriftModel model;
	uint64_t	counted = 0;

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(size, 1177);
	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_DRIFT, SEG_DRIFT_VERSION, &kind, &version, &reader), SEG_OK);
	assert_int_equal(version, 1);
	arena = seg_arena(NULL, seg_drift_decoded_size(size));
	arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
	assert_non_null(arena.base);
	assert_int_equal(seg_drift_decode(&reader, version, &arena, &model), SEG_OK);

	assert_int_equal(model.d, 4);
	assert_int_equal(model.rows_used, 100);
	assert_int_equal(model.rows_skipped, 0);
	assert_string_equal(model.features[0].name, "rank");
	assert_string_equal(model.features[1].name, "größe");
	assert_int_equal(model.features[0].histogram.bins, 10);
	for (size_t bin = 0; bin < 10; bin++)
		counted += model.features[0].counts[bin];
	assert_int_equal(counted, 100);

	seg_drift_encode(&writer, &model);
	seg_envelope_seal(again, writer.size, SEG_KIND_DRIFT, 1);
	assert_int_equal(SEG_ENVELOPE_SIZE + writer.size, size);
	assert_memory_equal(bytes, again, size);
	free(arena.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_report_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
