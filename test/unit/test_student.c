/*
 * test_student.c
 *		Student's t distribution: tails and quantiles as R's pt and qt.
 */
#include "unit.h"

#include "stats/student.h"

typedef struct Case
{
	double		t;
	double		df;
	double		want;
} Case;

/* R 4.2.2: 2 * pt(-t, df) */
static void
tails(void **state)
{
	const Case	cases[] = {
		{0.5, 1, 0.7048327646991336},
		{2, 1, 0.2951672353008664},
		{5, 1, 0.1256659163780023},
		{40, 1, 0.01591217982405162},
		{0.01, 7.637, 0.9922775533590767},
		{2, 7.637, 0.08221350793054069},
		{5, 7.637, 0.001209326121789921},
		{12, 7.637, 3.156419659613643e-06},
		{0.145517433894, 90180.36799, 0.8843026772231239},
		{3, 90180.36799, 0.002700533280861584},
		{10, 90180.36799, 1.567641848072289e-23},
		{30, 90180.36799, 9.177912318375281e-197},
		{2, 5001, 0.04555424919021109},
		{10, 5001, 2.520624340720936e-23},
		{2, 4999, 0.04555427079069738},
		{10, 4999, 2.521125206313868e-23},
		{3, 1e+12, 0.002699796063326665},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		assert_close(seg_student_tail(cases[i].t, cases[i].df) / cases[i].want, 1, 1e-11);
		assert_same_double(seg_student_tail(-cases[i].t, cases[i].df), seg_student_tail(cases[i].t, cases[i].df));
	}
	assert_same_double(seg_student_tail(0, 3), 1);
	assert_same_double(seg_student_tail(INFINITY, 3), 0);
	assert_true(isnan(seg_student_tail(NAN, 3)));
	/* with one degree of freedom the tail is 2 / (pi t) for large t, also where t^2 overflows */
	assert_close(seg_student_tail(1e200, 1) / (2 / M_PI * 1e-200), 1, 1e-11);
}

/* R 4.2.2: qt(level + (1 - level) / 2, df) */
static void
quantiles(void **state)
{
	const Case	cases[] = {
		{0.95, 1, 12.70620473617469},
		{0.95, 2.5, 3.574654842003692},
		{0.95, 7.637, 2.325223002582371},
		{0.95, 60, 2.00029782201426},
		{0.95, 4999, 1.960438646661524},
		{0.95, 5001, 1.960438456789474},
		{0.95, 10000000, 1.959964221767205},
		{0.5, 4, 0.7406970841126826},
		{0.999999, 1, 636619.7722780723},
		{0.999999, 3, 130.1545895522928},
		{0.999999, 30, 6.119075620334067},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_close(seg_student_quantile(cases[i].t, cases[i].df) / cases[i].want, 1, 1e-9);
}

/* The series and the expansion meet; the tail falls everywhere. */
static void
no_step(void **state)
{
	for (double df = 1; df < 1e7; df *= 1.7)
	{
		double		before = 1;

		for (double t = 0.01; t < 35; t *= 1.3)
		{
			double		tail = seg_student_tail(t, df);

			assert_true(tail < before && tail > 0);
			before = tail;
			if (tail > 1e-9)
				assert_close(seg_student_quantile(1 - tail, df) / t, 1, 1e-6);
		}
	}
	for (double t = 0.1; t < 30; t *= 1.5)
		assert_close(seg_student_tail(t, 5000) / seg_student_tail(t, 5000.00000001), 1, 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails),
		cmocka_unit_test(quantiles),
		cmocka_unit_test(no_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
