/*
 * test_codec.c
 *		The reader of bytes: after a failure all reads fail.
 */
#include "unit.h"

#include "model/codec.h"

static void
a_failed_reader_stays_failed(void **state)
{
	const uint8_t bytes[12] = {255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F};
	SegReader	reader = seg_reader(bytes, sizeof(bytes));

	assert_int_equal(seg_read_count(&reader, 8), 0);
	assert_true(reader.failed);
	assert_int_equal(seg_read_u8(&reader), 0);
	reader = seg_reader(bytes + 4, 8);
	assert_same_double(seg_read_double(&reader), 0.0);	/* infinity is refused */
	assert_true(reader.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_reader_stays_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
