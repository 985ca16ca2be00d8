/*
 * test_nearest.c
 *		Distances to packed centers have the bits of stats/distance.h, and the two nearest
 *		centers are those of a simple loop.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/distance.h"
#include "stats/nearest.h"

static void
distances_have_the_bits_of_the_definition(void **state)
{
	SegRng		rng = seg_rng(34, 0);

	for (size_t trial = 0; trial < 200; trial++)
	{
		enum
		{
			MOST = 40
		};
		size_t		d = 1 + seg_rng_below(&rng, 20);
		size_t		k = 1 + seg_rng_below(&rng, MOST);
		double		centers[MOST * 20];
		double		by_feature[20 * (MOST + SEG_CENTER_BLOCK)];
		double		z[20];
		double		d2[MOST + SEG_CENTER_BLOCK];
		SegPackedCenters packed;
		SegNearest	found;
		size_t		first = 0;
		double		second = INFINITY;

		for (size_t cell = 0; cell < k * d; cell++)
			centers[cell] = trial % 2 == 0 ? seg_rng_uniform(&rng) : (double) seg_rng_below(&rng, 3);
		for (size_t j = 0; j < d; j++)
			z[j] = trial % 2 == 0 ? seg_rng_uniform(&rng) : (double) seg_rng_below(&rng, 3);
		seg_nearest_pack(&packed, centers, k, d, by_feature);
		seg_nearest_distances(&packed, z, d2);
		for (size_t c = 0; c < k; c++)
		{
			assert_same_double(d2[c], seg_squared_distance(z, centers + c * d, d));
			if (d2[c] < d2[first])
				first = c;
		}
		for (size_t c = 0; c < k; c++)
			second = c != first ? fmin(second, d2[c]) : second;
		found = seg_nearest_find(d2, k);
		assert_int_equal(found.first, first);
		assert_same_double(found.first_d2, d2[first]);
		if (k > 1)
			assert_same_double(found.second_d2, second);
	}
}

/* 1 + 2^-30 squared is 1 + 2^-29 + 2^-60: rounding once keeps a digit that rounding twice loses. */
static void
a_step_is_rounded_once(void **state)
{
	double		x = 1 + 0x1.0p-30;

	assert_same_double(seg_distance_step(-1 - 0x1.0p-29, x, 0), 0x1.0p-60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_have_the_bits_of_the_definition),
		cmocka_unit_test(a_step_is_rounded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
