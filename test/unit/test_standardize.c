/*
 * test_standardize.c
 *		Rows of a fit converted to the fitted space: by hand, with nulls, weights, logarithms
 *		and columns near the limits of doubles.
 *
 * sd and MAD of 1 2 4 7 11 by R 4.2.2: sd(x) 4.06201920231798; mad(x, constant = 1) 3.
 */
#include "unit.h"

#include "kmeans_problem.h"

static double ones[] = {1, 2, 4, 7, 11};

/* Scale one column; the caller frees the fit. */
static SegStatus
scale_column(double *x, double *weights, size_t n, SegStandardize standardize, SegTransform transform,
			 SegNullPolicy null_policy, Fit *fit)
{
	Problem		problem = {n, 1, 1, x, weights};
	size_t		position = 0;
	SegStatus	status = fit_scale(&problem, standardize, transform, null_policy, fit, &position);

	if (status != SEG_OK)
		assert_int_equal(position, 1);
	return status;
}

static void
check_column(SegStandardize standardize, double shift, double scale, double max_abs)
{
	Fit			fit;

	assert_int_equal(scale_column(ones, NULL, 5, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_close(fit.scales[0].shift, shift, 1e-14);
	assert_close(fit.scales[0].scale, scale, 1e-12);
	assert_close(fit.scales[0].max_abs, max_abs, 1e-12);
	assert_same_double(fit.scales[0].minimum, 1);
	assert_same_double(fit.scales[0].maximum, 11);
	assert_same_double(fit.scales[0].mean, 5);
	assert_close(fit.scales[0].sd, 4.06201920231798, 1e-13);
	for (size_t i = 0; i < 5; i++)
	{
		double		z = *seg_matrix_cell(&fit.rows, i, 0);

		assert_close(z, (ones[i] - shift) / scale, 1e-12);
		/* a single value, as in scoring, has the same bits; and back again */
		assert_same_double(seg_scale_value(SEG_TRANSFORM_NONE, fit.scales[0].shift,
										   seg_scale_inverse(fit.scales[0].scale), ones[i]), z);
		assert_close(seg_unscale_value(SEG_TRANSFORM_NONE, fit.scales[0].shift, fit.scales[0].scale, z), ones[i], 1e-14);
	}
	fit_free(&fit);
}

static void
each_scaling_by_hand(void **state)
{
	check_column(SEG_STANDARDIZE_ZSCORE, 5, 4.06201920231798, 6 / 4.06201920231798);
	check_column(SEG_STANDARDIZE_ROBUST, 4, 1.4826022185056018 * 3, 7 / (1.4826022185056018 * 3));
	check_column(SEG_STANDARDIZE_MINMAX, 1, 10, 1);
	check_column(SEG_STANDARDIZE_NONE, 0, 1, 11);
}

static void
logarithms(void **state)
{
	double		negative[] = {0, -1};
	double		mean = 0;
	double		squares = 0;
	Fit			fit;

	for (size_t i = 0; i < 5; i++)
		mean += log1p(ones[i]) / 5;
	for (size_t i = 0; i < 5; i++)
		squares += (log1p(ones[i]) - mean) * (log1p(ones[i]) - mean);
	assert_int_equal(scale_column(ones, NULL, 5, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_LOG1P, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_close(fit.scales[0].shift, mean, 1e-14);
	assert_close(fit.scales[0].scale, sqrt(squares / 4), 1e-14);
	assert_same_double(fit.scales[0].mean, 5);	/* in input units */
	assert_same_double(fit.scales[0].maximum, 11);
	for (size_t i = 0; i < 5; i++)
		assert_close(*seg_matrix_cell(&fit.rows, i, 0), (log1p(ones[i]) - mean) / sqrt(squares / 4), 1e-14);
	fit_free(&fit);
	assert_int_equal(scale_column(negative, NULL, 2, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_LOG1P, SEG_NULL_ERROR, &fit), SEG_LOG_DOMAIN);
	fit_free(&fit);
}

static void
check_fill(SegNullPolicy null_policy, double *weights, double fill)
{
	double		x[] = {NAN, 1, 2, 9, NAN, 20};
	Fit			fit;

	assert_int_equal(scale_column(x, weights, 6, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, null_policy, &fit), SEG_OK);
	assert_close(fit.scales[0].fill, fill, 1e-14);
	assert_int_equal(fit.scales[0].imputed, 2);
	assert_same_double(*seg_matrix_cell(&fit.rows, 0, 0), fit.scales[0].fill);
	assert_same_double(*seg_matrix_cell(&fit.rows, 4, 0), fit.scales[0].fill);
	assert_same_double(*seg_matrix_cell(&fit.rows, 3, 0), 9);
	fit_free(&fit);
}

static void
nulls_become_what_the_policy_says(void **state)
{
	double		weights[] = {5, 1, 1, 3, 1, 1};
	double		nulls[] = {NAN, NAN};
	Fit			fit;

	check_fill(SEG_NULL_MEAN, NULL, 8);
	check_fill(SEG_NULL_MEDIAN, NULL, 5.5);
	check_fill(SEG_NULL_ZERO, NULL, 0);
	check_fill(SEG_NULL_MEAN, weights, 50 / 6.0);	/* 1 2 9 9 9 20 */
	check_fill(SEG_NULL_MEDIAN, weights, 9);
	check_fill(SEG_NULL_ZERO, weights, 0);
	for (int policy = SEG_NULL_MEAN; policy <= SEG_NULL_ZERO; policy++)
	{
		assert_int_equal(scale_column(nulls, NULL, 2, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, policy, &fit), SEG_OK);
		assert_same_double(fit.scales[0].fill, 0);
		assert_same_double(fit.scales[0].scale, 0);
		fit_free(&fit);
	}
	/* the fill value is set although these rows have no nulls */
	assert_int_equal(scale_column(ones, NULL, 5, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_MEDIAN, &fit), SEG_OK);
	assert_same_double(fit.scales[0].fill, 4);
	assert_int_equal(fit.scales[0].imputed, 0);
	fit_free(&fit);
}

/* A constant column, and a column with a MAD of 0, has scale 0, and its values are not changed. */
static void
no_spread(void **state)
{
	double		constant[] = {0.1, 0.1, 0.1};
	double		mostly[] = {7, 7, 7, 7, 1000};
	double		close[] = {1e-150, 2e-150, 3e-150};
	Fit			fit;

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
	{
		assert_int_equal(scale_column(constant, NULL, 3, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
		assert_same_double(fit.scales[0].scale, 0);
		assert_same_double(fit.scales[0].shift, 0.1);
		assert_same_double(fit.scales[0].mean, 0.1);
		assert_same_double(fit.scales[0].sd, 0);
		assert_same_double(*seg_matrix_cell(&fit.rows, 0, 0), 0.1); /* not changed */
		assert_int_equal(fit.data.n_active, 0);
		fit_free(&fit);
	}
	assert_int_equal(scale_column(mostly, NULL, 5, SEG_STANDARDIZE_ROBUST, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_same_double(fit.scales[0].scale, 0);
	assert_same_double(fit.scales[0].shift, 7);
	assert_same_double(*seg_matrix_cell(&fit.rows, 4, 0), 1000);
	fit_free(&fit);
	assert_int_equal(scale_column(close, NULL, 3, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_same_double(fit.scales[0].scale, 0);
	fit_free(&fit);
}

static void
the_edges_of_doubles(void **state)
{
	double		wide[] = {1e308, -1e308};
	double		most[] = {1e140, -1e140, 0};
	double		beyond[] = {1.1e140, 0};
	double		offset[] = {1e15, 1e15 + 1, 1e15 + 2};
	double		spiked[] = {0, 1e-120, 2e-120, 1e120};
	Fit			fit;

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
	{
		assert_int_equal(scale_column(wide, NULL, 2, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_RANGE_TOO_WIDE);
		fit_free(&fit);
		assert_int_equal(scale_column(beyond, NULL, 2, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_RANGE_TOO_WIDE);
		fit_free(&fit);
		assert_int_equal(scale_column(most, NULL, 3, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
		assert_true(isfinite(fit.scales[0].max_abs));
		assert_close(fit.scales[0].sd / 1e140, 1, 1e-12);
		fit_free(&fit);
	}
	/* no digit is lost to a large offset */
	assert_int_equal(scale_column(offset, NULL, 3, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_same_double(fit.scales[0].mean, 1e15 + 1);
	assert_same_double(fit.scales[0].sd, 1);
	assert_same_double(*seg_matrix_cell(&fit.rows, 2, 0), 1);
	fit_free(&fit);
	/* a MAD so small that a scaled value would exceed the largest magnitude */
	assert_int_equal(scale_column(spiked, NULL, 4, SEG_STANDARDIZE_ROBUST, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_RANGE_TOO_WIDE);
	fit_free(&fit);
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Medians of columns with many ties against sorting; weighted ones against repeated values. */
static void
medians_match_sorting(void **state)
{
	for (uint64_t trial = 0; trial < 200; trial++)
	{
		SegRng		rng = seg_rng(12, trial);
		size_t		n = 1 + seg_rng_below(&rng, 60);
		double		x[60];
		double		sorted[60 * 4];
		double		weights[60];
		size_t		copies = 0;
		double		median;
		Fit			fit;

		for (size_t i = 0; i < n; i++)
		{
			x[i] = trial % 2 == 0 ? (double) seg_rng_below(&rng, 5) : noise(&rng);
			weights[i] = trial % 3 == 0 ? 1 : 1 + (double) seg_rng_below(&rng, 4);
			for (size_t copy = 0; copy < (size_t) weights[i]; copy++)
				sorted[copies++] = x[i];
		}
		qsort(sorted, copies, sizeof(double), compare_doubles);
		median = copies % 2 == 1 ? sorted[copies / 2] : (sorted[copies / 2 - 1] + sorted[copies / 2]) / 2;
		assert_int_equal(scale_column(x, trial % 3 == 0 ? NULL : weights, n, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE,
									  SEG_NULL_MEDIAN, &fit), SEG_OK);
		assert_same_double(fit.scales[0].fill, median);
		fit_free(&fit);
	}
}

/* Sums of weights for which a divisor of the sum minus 1 would be near 0 or negative. */
static const double sums[] = {1e-12, 1 - 0x1.0p-53, 1, 1 + 0x1.0p-50, 7, 1e9};

/*
 * Weights with fractions are relative: mean, sd, median and MAD do not depend on their
 * sum, and for equal weights they are those without weights.  The sd is
 * numpy.sqrt(numpy.cov([1, 2, 4, 7, 11], aweights=[1, 1, 3, 1, 6])).
 */
static void
relative_weights_have_no_scale(void **state)
{
	const double parts[] = {1, 1, 3, 1, 6};

	for (size_t s = 0; s < sizeof(sums) / sizeof(sums[0]); s++)
		for (int equal = 0; equal <= 1; equal++)
		{
			double		weights[5];
			double		sum = 0;
			Fit			fit;

			for (size_t i = 0; i < 5; i++)
				weights[i] = (equal ? 1 : parts[i]) * (sums[s] / (equal ? 5 : 12));
			for (size_t i = 0; i < 5; i++)
				sum += weights[i];
			if (sum == floor(sum) && weights[0] == floor(weights[0]))
				continue;		/* counts */
			assert_int_equal(scale_column(ones, weights, 5, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
			assert_close(fit.scales[0].mean, equal ? 5 : 22 / 3.0, 1e-13);
			assert_close(fit.scales[0].sd, equal ? sqrt(16.5) : 4.778423728944, 1e-11);
			fit_free(&fit);
			assert_int_equal(scale_column(ones, weights, 5, SEG_STANDARDIZE_ROBUST, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
			/* half of the weight is at 11: the median is between 7 and 11 */
			assert_close(fit.scales[0].shift, equal ? 4 : 9, 1e-13);
			assert_close(fit.scales[0].scale / 1.4826022185056018, equal ? 3 : 2, 1e-13);
			fit_free(&fit);
		}
}

/* Whole weights are counts, also with a single row. */
static void
whole_weights_are_counts(void **state)
{
	double		weights[] = {1, 1, 3, 1, 6};
	double		once[] = {1};
	Fit			fit;

	assert_int_equal(scale_column(ones, weights, 5, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_close(fit.scales[0].sd, 4.075053448246, 1e-11);	/* the same with fweights */
	fit_free(&fit);
	assert_int_equal(scale_column(ones, once, 1, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_same_double(fit.scales[0].sd, 0);
	fit_free(&fit);
}

/* Subtracting the origin is exact, for any distance of the values from zero. */
static void
far_from_zero_no_digits_are_lost(void **state)
{
	for (uint64_t trial = 0; trial < 400; trial++)
	{
		SegRng		rng = seg_rng(5, trial);
		double		x[20];
		double		low = INFINITY;
		double		high = -INFINITY;
		double		origin;
		double		far = (trial % 2 == 0 ? 1 : -1) * ldexp(1 + seg_rng_uniform(&rng), (int) (trial % 60));
		Fit			fit;

		for (size_t i = 0; i < 20; i++)
		{
			x[i] = far + noise(&rng) * ldexp(1, (int) (trial % 11));
			low = fmin(low, x[i]);
			high = fmax(high, x[i]);
		}
		origin = seg_scale_origin(low, high);
		assert_true(fmax(high - origin, origin - low) <= 3 * (high - low));
		if (low == high)
			continue;
		assert_int_equal(scale_column(x, NULL, 20, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
		assert_true(fit.scales[0].max_abs <= 3 * (high - low));
		for (size_t i = 0; i < 20; i++)
		{
			double		z = *seg_matrix_cell(&fit.rows, i, 0);

			assert_same_double(seg_unscale_value(SEG_TRANSFORM_NONE, fit.scales[0].shift, fit.scales[0].scale, z), x[i]);
			assert_true((long double) z == (long double) x[i] - fit.scales[0].shift);
		}
		fit_free(&fit);
	}
}

/* Values 1e12 + x: the sd is that of x, to the last digits. */
static void
sd_far_from_zero(void **state)
{
	double		x[] = {1e12 + 0.25, 1e12 + 0.5, 1e12 + 1, 1e12 + 1.5};	/* exact */
	Fit			fit;

	assert_int_equal(scale_column(x, NULL, 4, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit), SEG_OK);
	assert_close(fit.scales[0].sd, 0.554338945652, 1e-11);	/* numpy.std([.25, .5, 1, 1.5], ddof=1) */
	fit_free(&fit);
}

/* Mean and sd of the fitted values, for each kind of scaling. */
static void
center_and_spread_are_of_fitted_values(void **state)
{
	for (int standardize = 0; standardize <= SEG_STANDARDIZE_NONE; standardize++)
		for (int transform = 0; transform <= SEG_TRANSFORM_LOG1P; transform++)
		{
			Fit			fit;
			double		mean = 0;
			double		squares = 0;

			assert_int_equal(scale_column(ones, NULL, 5, standardize, transform, SEG_NULL_ERROR, &fit), SEG_OK);
			for (size_t i = 0; i < 5; i++)
				mean += fit.rows.values[i] / 5;
			for (size_t i = 0; i < 5; i++)
				squares += (fit.rows.values[i] - mean) * (fit.rows.values[i] - mean);
			assert_close(fit.scales[0].center, mean, 1e-13);
			assert_close(fit.scales[0].spread, sqrt(squares / 4), 1e-13);
			fit_free(&fit);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scaling_by_hand),
		cmocka_unit_test(logarithms),
		cmocka_unit_test(center_and_spread_are_of_fitted_values),
		cmocka_unit_test(nulls_become_what_the_policy_says),
		cmocka_unit_test(no_spread),
		cmocka_unit_test(the_edges_of_doubles),
		cmocka_unit_test(medians_match_sorting),
		cmocka_unit_test(relative_weights_have_no_scale),
		cmocka_unit_test(whole_weights_are_counts),
		cmocka_unit_test(far_from_zero_no_digits_are_lost),
		cmocka_unit_test(sd_far_from_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
