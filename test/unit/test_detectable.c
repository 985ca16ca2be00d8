/*
 * test_detectable.c
 *		The smallest difference that a test of two shares tells, against R.
 */
#include "unit.h"

#include "campaign/detectable.h"

static void
figures_are_those_of_r(void **state)
{
	/* R: p2 of power.prop.test(n = 200, p1 = p, power = .8); it stops within 1e-5 */
	static const double p[] = {0.03, 0.1, 0.2, 0.3};
	static const double p2[] = {0.09848919, 0.19970025, 0.32273477, 0.43465721};

	/* the same equation solved by scipy.optimize.brentq with xtol=1e-14 */
	static const double exact[] = {0.0984893235317727, 0.19970111500043952, 0.32273340001424994, 0.4346604535707701};

	for (size_t i = 0; i < 4; i++)
	{
		double		found = p[i] + seg_detectable_share(p[i], 200, 200, 0.95, 0.8);

		assert_true(fabs(found - p2[i]) < 1e-5);
		assert_true(fabs(found - exact[i]) < 1e-11);
	}
	/* R: n of power.prop.test(p1 = .1, p2 = .12, power = .8), and of .03, .04, .9 */
	assert_true(fabs(seg_detectable_share(0.1, 3840.847482, 3840.847482, 0.95, 0.8) - 0.02) < 1e-7);
	assert_true(fabs(seg_detectable_share(0.03, 7095.686961, 7095.686961, 0.95, 0.9) - 0.01) < 1e-7);
	/* R: qnorm(c(.975, .8)) */
	assert_true(fabs(seg_normal_upper(0.975) - 1.959963984540054) < 1e-12);
	assert_true(fabs(seg_normal_upper(0.8) - 0.8416212335729143) < 1e-12);
}

static void
borders_have_a_figure_or_none(void **state)
{
	assert_true(isnan(seg_detectable_share(0.9, 5, 5, 0.95, 0.8)));
	assert_true(isnan(seg_detectable_share(1, 1000, 1000, 0.95, 0.8)));
	assert_true(seg_detectable_share(0, 1000, 1000, 0.95, 0.8) > 0);
	/* a small control makes it harder, as does a small arm */
	assert_true(seg_detectable_share(0.1, 1000, 100, 0.95, 0.8) > seg_detectable_share(0.1, 1000, 1000, 0.95, 0.8));
	assert_true(seg_detectable_share(0.1, 100, 1000, 0.95, 0.8) > seg_detectable_share(0.1, 1000, 1000, 0.95, 0.8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_r),
		cmocka_unit_test(borders_have_a_figure_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
