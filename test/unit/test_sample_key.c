/*
 * test_sample_key.c
 *		Permanent random numbers: fixed for ever, uniform, without relation between seeds.
 */
#include "unit.h"

#include <stdio.h>

#include "sample/sample_key.h"

/* Samples that were drawn must stay what they are: never change these numbers. */
static void
golden_values(void **state)
{
	const struct
	{
		const char *id;
		uint64_t	seed;
		double		key;
	}			cases[] = {
		{"", UINT64_C(42), 0x1.f9409808dbd00p-7},
		{"a", UINT64_C(42), 0x1.29c4aeeb96a0dp-1},
		{"7", UINT64_C(42), 0x1.56406cf6f2420p-4},
		{"7", UINT64_C(43), 0x1.e07406cac6cb4p-3},
		{"7", UINT64_C(0), 0x1.91fd2fba9de94p-3},
		{"0000100002", UINT64_C(42), 0x1.e2fca01181d20p-6},
		{"0000100002", UINT64_C(18446744073709551615), 0x1.75d1c95d61961p-1},
		{"M\303\274ller", UINT64_C(42), 0x1.74d453718858ep-2},
		{"customer 123456789", UINT64_C(18446744073709551611), 0x1.2a581ff3c2a9fp-1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_same_double(seg_sample_key(cases[i].id, strlen(cases[i].id), cases[i].seed), cases[i].key);
}

/* Chi-square over 100 classes of the keys of neighbouring ids, for several seeds; 180 is exceeded once in 600,000 times. */
static void
uniform(void **state)
{
	for (uint64_t seed = 0; seed < 50; seed++)
	{
		int			counts[100] = {0};
		double		chi2 = 0;

		for (int i = 0; i < 10000; i++)
		{
			char		id[16];
			double		key = seg_sample_key(id, (size_t) snprintf(id, sizeof(id), "%d", i), seed);

			assert_true(key >= 0 && key < 1);
			counts[(int) (key * 100)]++;
		}
		for (int c = 0; c < 100; c++)
			chi2 += (counts[c] - 100) * (counts[c] - 100) / 100.0;
		assert_true(chi2 < 180 && chi2 > 45);
	}
}

/* Of the ids below 0.1 with one seed, a tenth is below 0.1 with another. */
static void
unrelated_seeds(void **state)
{
	for (uint64_t other = 1; other < 40; other++)
	{
		int			first = 0;
		int			both = 0;

		for (int i = 0; i < 20000; i++)
		{
			char		id[16];
			size_t		size = (size_t) snprintf(id, sizeof(id), "%010d", i);

			if (seg_sample_key(id, size, 42) >= 0.1)
				continue;
			first++;
			both += seg_sample_key(id, size, 42 + other) < 0.1;
		}
		/* sd of both: about 13 */
		assert_between((unsigned) first, 1800, 2200);
		assert_between((unsigned) both, 130, 270);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_values),
		cmocka_unit_test(uniform),
		cmocka_unit_test(unrelated_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
