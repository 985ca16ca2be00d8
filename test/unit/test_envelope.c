/*
 * test_envelope.c
 *		The envelope of a model: written and opened, truncated, changed in each byte.
 */
#include "unit.h"

#include "base/arena.h"
#include "model/envelope.h"

/* One value of each type; then opened, truncated and changed. */
static void
envelope_round_trip(void **state)
{
	uint8_t		bytes[128] = {0};
	_Alignas(16) char buffer[256];
	SegArena	arena = seg_arena(buffer, sizeof(buffer));
	SegWriter	writer = {bytes + SEG_ENVELOPE_SIZE, 0};
	SegWriter	counter = {NULL, 0};
	SegReader	reader;
	const double pair[2] = {1.5, -2.5};
	double	   *pair_back;
	size_t		size;
	int			kind;
	int			version;

	for (SegWriter *w = &writer;; w = &counter)
	{
		seg_write_u8(w, 7);
		seg_write_u32(w, 2);
		seg_write_doubles(w, pair, 2);
		seg_write_text(w, "größe");
		if (w == &counter)
			break;
	}
	assert_int_equal(writer.size, counter.size);
	size = SEG_ENVELOPE_SIZE + writer.size;
	seg_envelope_seal(bytes, writer.size, SEG_KIND_RFM, 1);

	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, 1, &kind, &version, &reader), SEG_OK);
	assert_int_equal(seg_read_choice(&reader, 8), 7);
	assert_int_equal(seg_read_count(&reader, 8), 2);
	pair_back = seg_read_doubles(&reader, &arena, 2);
	assert_memory_equal(pair_back, pair, sizeof(pair));
	assert_string_equal(seg_read_text(&reader, &arena), "größe");
	assert_true(seg_reader_done(&reader));

	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_KMEANS, 1, &kind, &version, &reader), SEG_OTHER_KIND);
	assert_int_equal(kind, SEG_KIND_RFM);
	for (size_t cut = 0; cut < size; cut++)
		assert_int_not_equal(seg_envelope_open(bytes, cut, 0, 0, &kind, &version, &reader), SEG_OK);
	for (size_t i = 0; i < size; i++)
	{
		bytes[i] ^= 0x40;
		assert_int_not_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, 1, &kind, &version, &reader), SEG_OK);
		bytes[i] ^= 0x40;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelope_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
