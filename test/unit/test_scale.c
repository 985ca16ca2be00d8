/*
 * test_scale.c
 *		Conversion of one value to the fitted space and back.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/scale.h"

/* Conversion to the fitted space and back: short decimals are equal, others within a few last places. */
static void
short_decimals_round_trip(void **state)
{
	const double shifts[] = {0, 5, 1234.5678, -1e6 / 3, 1.7e12};
	SegRng		rng = seg_rng(9, 0);

	assert_same_double(seg_shortest_within(5.000000000000004, 1e-14), 5);
	assert_same_double(seg_shortest_within(19.99 + 1e-14, 1e-13), 19.99);
	assert_same_double(seg_shortest_within(1.0 / 3, 1e-14), 1.0 / 3);
	assert_same_double(seg_shortest_within(5.1, 1), 5.1);	/* not at a thousandth of it */
	assert_same_double(seg_shortest_within(-1e-20, 1e-15), 0);
	assert_same_double(seg_shortest_within(1e300, 1e290), 1e300);
	assert_true(isnan(seg_shortest_within(NAN, 1)));
	for (size_t s = 0; s < sizeof(shifts) / sizeof(shifts[0]); s++)
		for (int trial = 0; trial < 2000; trial++)
		{
			double		scale = exp(4 * seg_rng_uniform(&rng));
			double		power = pow(10, (double) seg_rng_below(&rng, 3));
			double		x = (double) seg_rng_below(&rng, 1000000) / power;
			double		any = 1e5 * seg_rng_uniform(&rng);
			double		z = seg_scale_value(SEG_TRANSFORM_NONE, shifts[s], 1 / scale, x);

			if (s < 4)
				assert_same_double(seg_input_value(SEG_TRANSFORM_NONE, shifts[s], scale, z), x);
			z = seg_scale_value(SEG_TRANSFORM_LOG1P, shifts[s] / 1e6, 1 / scale, x);
			if (s < 4)
				assert_same_double(seg_input_value(SEG_TRANSFORM_LOG1P, shifts[s] / 1e6, scale, z), x);
			z = seg_scale_value(SEG_TRANSFORM_NONE, shifts[s], 1 / scale, any);
			assert_close(seg_input_value(SEG_TRANSFORM_NONE, shifts[s], scale, z), any,
						 2 * seg_return_error(SEG_TRANSFORM_NONE, shifts[s], any, 0));
		}
	/* a feature without spread is only transformed */
	assert_same_double(seg_input_value(SEG_TRANSFORM_NONE, 5, 0, 5.000000000000004), 5.000000000000004);
	assert_same_double(seg_input_value(SEG_TRANSFORM_LOG1P, log1p(5), 0, log1p(5)), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_decimals_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
