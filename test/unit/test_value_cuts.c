/*
 * test_value_cuts.c
 *		Cuts of counted values, as rfm_fit uses them: type-7 quantiles, extremes, no rows.
 */
#include "rfm_fixture.h"

#include "base/rng.h"

static int
by_value(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* R: quantile(c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), c(.2, .4, .6, .8), type = 7) is 2 3 5 5 */
static void
cuts_are_type_7_quantiles(void **state)
{
	const double x[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
	SegRfmState *s = new_state(5);
	SegRfmModel model;

	for (int i = 0; i < 11; i++)
		s = count_row(s, x[i], 10 * x[i], -x[i]);
	model = fit_state(s);
	assert_same_double(model.measures[SEG_RECENCY].cuts[0], 2.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[1], 3.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[2], 5.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[3], 5.0);
	assert_same_double(model.measures[SEG_MONETARY].cuts[0], -5.0);
	assert_same_double(model.measures[SEG_MONETARY].cuts[3], -2.0);
	assert_same_double(model.measures[SEG_FREQUENCY].min, 10.0);
	assert_same_double(model.measures[SEG_FREQUENCY].max, 90.0);
	assert_int_equal(model.measures[SEG_FREQUENCY].distinct, 7);
	assert_int_equal(model.rows_used, 11);
}

/* Against sorting, for every small number of rows and every number of bins. */
static void
cuts_agree_with_sorting(void **state)
{
	SegRng		rng = seg_rng(11, 0);

	for (int n = 1; n <= 60; n++)
		for (int bins = SEG_RFM_MIN_BINS; bins <= SEG_RFM_MAX_BINS; bins++)
		{
			SegRfmState *s = new_state(bins);
			SegRfmModel model;
			double		x[60];

			for (int i = 0; i < n; i++)
			{
				x[i] = (double) seg_rng_below(&rng, 20) - 10;
				s = count_row(s, 0, 1, x[i]);
			}
			qsort(x, n, sizeof(double), by_value);
			model = fit_state(s);
			for (int i = 1; i < bins; i++)
			{
				int			whole = (n - 1) * i / bins;
				double		share = (double) ((n - 1) * i % bins) / bins;
				double		high = whole + 1 < n ? x[whole + 1] : x[whole];

				assert_close(model.measures[SEG_MONETARY].cuts[i - 1],
							 x[whole] + share * (high - x[whole]), 0);
			}
		}
}

static void
extremes_do_not_overflow(void **state)
{
	SegRfmState *s = new_state(2);
	SegRfmModel model;

	s = count_row(s, 0, 5e-324, -DBL_MAX);
	s = count_row(s, 0, 5e-324, DBL_MAX);
	model = fit_state(s);
	assert_same_double(model.measures[SEG_MONETARY].cuts[0], 0.0);
	assert_same_double(model.measures[SEG_FREQUENCY].cuts[0], 5e-324);
}

static void
no_rows_have_no_cuts(void **state)
{
	SegRfmState *s = new_state(5);
	SegValueSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_int_equal(seg_rfm_fit(s, scratch, &model), SEG_NO_ROWS);
	free(scratch);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_are_type_7_quantiles),
		cmocka_unit_test(cuts_agree_with_sorting),
		cmocka_unit_test(extremes_do_not_overflow),
		cmocka_unit_test(no_rows_have_no_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
