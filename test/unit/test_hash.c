/*
 * test_hash.c
 *		The hash of doubles and bytes: frozen bits, and the sign of zero.
 */
#include "unit.h"

#include "base/hash.h"

static void
hash_ignores_sign_of_zero_only(void **state)
{
	assert_true(seg_hash_double(1, 0.0) == seg_hash_double(1, -0.0));
	assert_true(seg_hash_double(1, 1.0) != seg_hash_double(1, -1.0));
	assert_true(seg_hash_bytes(1, "abcdefgh", 8) != seg_hash_bytes(1, "abcdefgh\0", 9));
	assert_true(seg_hash_bytes(42, "segment", 7) == UINT64_C(0x90F3681F3F23DFC0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_ignores_sign_of_zero_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
