/*
 * test_rng.c
 *		The random generator: reference bits, frozen bits, even choices.
 */
#include "unit.h"

#include "base/rng.h"

/* splitmix64 of seed 0: the first outputs printed by its authors' reference code */
static void
splitmix_has_reference_bits(void **state)
{
	uint64_t	s = 0;

	assert_true(seg_splitmix64(&s) == UINT64_C(0xE220A8397B1DCDAF));
	assert_true(seg_splitmix64(&s) == UINT64_C(0x6E789E6AA1B965F4));
	assert_true(seg_splitmix64(&s) == UINT64_C(0x06C45D188009454F));
}

/* These bits may never change: they are in users' models. */
static void
rng_bits_are_frozen(void **state)
{
	SegRng		rng = seg_rng(42, 0);
	uint64_t	xor = 0;

	for (int i = 0; i < 1000; i++)
		xor ^= seg_rotl64(seg_rng_next(&rng), i % 64);
	assert_true(xor == UINT64_C(0x331EDB62AB042560));
}

static void
rng_below_is_even(void **state)
{
	SegRng		rng = seg_rng(1, 2);
	int			counts[7] = {0};

	for (int i = 0; i < 70000; i++)
	{
		double		u = seg_rng_uniform(&rng);

		assert_true(u >= 0 && u < 1);
		counts[seg_rng_below(&rng, 7)]++;
	}
	for (int i = 0; i < 7; i++)
		assert_between(counts[i], 9600, 10400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splitmix_has_reference_bits),
		cmocka_unit_test(rng_bits_are_frozen),
		cmocka_unit_test(rng_below_is_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
