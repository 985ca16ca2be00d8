/*
 * test_moments.c
 *		Moments against a two-pass computation in long double, and NIST's certified values.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/moments.h"

/* ---- as in a transition function ---- */

static SegMoments *
begin(size_t d, SegMissing policy, const uint8_t *logs)
{
	SegMoments *state = malloc(seg_moments_size(d, seg_moments_first_shape(d)));

	assert_int_equal(seg_moments_begin(state, d, policy, logs), SEG_OK);
	return state;
}

static SegMoments *
in_shape(SegMoments *state, SegMomentsShape shape)
{
	SegMoments *larger;

	assert_true(seg_moments_is_sound(state, seg_moments_size(state->d, seg_moments_shape(state))));
	if (seg_moments_same_shape(shape, seg_moments_shape(state)))
		return state;
	larger = malloc(seg_moments_size(state->d, shape));
	seg_moments_reshape(state, shape, larger);
	free(state);
	return larger;
}

static SegMoments *
add(SegMoments *state, const double *row)
{
	size_t		missing = 0;

	for (size_t j = 0; j < state->d; j++)
		missing += isnan(row[j]) != 0;
	state = in_shape(state, seg_moments_shape_for_row(state, missing > 0));
	memcpy(seg_moments_next_row(state), row, state->d * sizeof(double));
	seg_moments_add(state, missing);
	return state;
}

static SegMoments *
merge(SegMoments *into, SegMoments *from)
{
	into = in_shape(into, seg_moments_shape_for_merge(into, from));
	seg_moments_merge(into, from);
	free(from);
	return into;
}

static SegMoments *
finish(SegMoments *state)
{
	state = in_shape(state, seg_moments_shape_for_result(state));
	seg_moments_finish(state);
	return state;
}

/* ---- the reference: two passes, missing values replaced before ---- */

static void
reference(const double *rows, size_t n, size_t d, SegMissing policy, double *mean, double *covariance)
{
	long double *filled = malloc(n * d * sizeof(long double));
	long double *center = calloc(d, sizeof(long double));

	for (size_t j = 0; j < d; j++)
	{
		long double sum = 0;
		size_t		present = 0;

		for (size_t i = 0; i < n; i++)
			if (!isnan(rows[i * d + j]))
			{
				sum += rows[i * d + j];
				present++;
			}
		for (size_t i = 0; i < n; i++)
			filled[i * d + j] = !isnan(rows[i * d + j]) ? rows[i * d + j] :
				policy == SEG_MISSING_ZERO || present == 0 ? 0 : sum / present;
		for (size_t i = 0; i < n; i++)
			center[j] += filled[i * d + j];
		center[j] /= n;
		mean[j] = (double) center[j];
	}
	for (size_t j = 0; j < d; j++)
		for (size_t k = 0; k < d; k++)
		{
			long double sum = 0;

			for (size_t i = 0; i < n; i++)
				sum += (filled[i * d + j] - center[j]) * (filled[i * d + k] - center[k]);
			covariance[j + k * d] = (double) (sum / (n - 1));
		}
	free(center);
	free(filled);
}

static void
assert_moments(const SegMoments *state, const double *rows, size_t n, SegMissing policy)
{
	size_t		d = state->d;
	size_t		position = 0;
	double	   *mean = malloc(d * sizeof(double));
	double	   *covariance = malloc(d * d * sizeof(double));
	double	   *want_mean = malloc(d * sizeof(double));
	double	   *want = malloc(d * d * sizeof(double));

	assert_int_equal(seg_moments_covariance(state, mean, covariance, &position), SEG_OK);
	reference(rows, n, d, policy, want_mean, want);
	for (size_t j = 0; j < d; j++)
	{
		assert_close(mean[j], want_mean[j], 1e-12 * (1 + fabs(want_mean[j])));
		for (size_t k = 0; k < d; k++)
			assert_close(covariance[j + k * d], want[j + k * d],
						 1e-11 * sqrt(want[j + j * d] * want[k + k * d]) + 1e-300);
	}
	free(mean);
	free(covariance);
	free(want_mean);
	free(want);
}

/* The mean of the values that are not missing, for each policy. */
static void
assert_input_means(const SegMoments *state, const double *rows, size_t n)
{
	for (size_t j = 0; j < state->d; j++)
	{
		long double sum = 0;
		size_t		present = 0;

		for (size_t i = 0; i < n; i++)
			if (!isnan(rows[i * state->d + j]))
			{
				sum += rows[i * state->d + j];
				present++;
			}
		if (present > 0)
			assert_close(seg_moments_input_mean(state, j), (double) (sum / present),
						 1e-12 * (1 + fabs((double) (sum / present))));
	}
}

/* Features of many scales and offsets; with `missing`, every seventh value is missing. */
static double *
make_rows(size_t n, size_t d, bool holes, uint64_t seed)
{
	SegRng		rng = seg_rng(seed, 0);
	double	   *rows = malloc(n * d * sizeof(double));

	for (size_t i = 0; i < n; i++)
	{
		double		common = seg_rng_uniform(&rng);

		for (size_t j = 0; j < d; j++)
		{
			rows[i * d + j] = 1e6 * (double) j + pow(10, (double) (j % 7) - 3) *
				(seg_rng_uniform(&rng) + common);
			if (holes && seg_rng_below(&rng, 7) == 0)
				rows[i * d + j] = NAN;
		}
	}
	return rows;
}

static void
one_state_agrees_with_two_passes(void **state)
{
	const size_t sizes[][2] = {{2, 1}, {3, 7}, {4, 2}, {5, 2}, {255, 3}, {256, 3}, {257, 3}, {1000, 5},
	{700, 20}, {40, 60}, {400, 129}};

	for (size_t t = 0; t < sizeof(sizes) / sizeof(sizes[0]); t++)
	{
		size_t		n = sizes[t][0];
		size_t		d = sizes[t][1];
		double	   *rows = make_rows(n, d, false, t);
		SegMoments *m = begin(d, SEG_MISSING_REFUSE, NULL);

		for (size_t i = 0; i < n; i++)
			m = add(m, rows + i * d);
		m = finish(m);
		assert_int_equal(seg_moments_rows(m), n);
		assert_moments(m, rows, n, SEG_MISSING_REFUSE);
		free(m);
		free(rows);
	}
}

/* Merges of small and large states in all combinations, with empty ones too. */
static void
merged_states_agree_with_two_passes(void **state)
{
	const size_t cuts[][2] = {{0, 1000}, {3, 6}, {3, 1000}, {990, 1000}, {500, 1000}, {100, 300}, {1000, 1000}};
	const SegMissing policies[] = {SEG_MISSING_REFUSE, SEG_MISSING_ZERO, SEG_MISSING_MEAN};
	const size_t d = 5;

	for (size_t p = 0; p < 3; p++)
		for (size_t t = 0; t < sizeof(cuts) / sizeof(cuts[0]); t++)
		{
			size_t		n = cuts[t][1];
			double	   *rows = make_rows(n, d, p > 0, t);
			SegMoments *left = begin(d, policies[p], NULL);
			SegMoments *right = begin(d, policies[p], NULL);

			for (size_t i = 0; i < n; i++)
				if (i < cuts[t][0])
					left = add(left, rows + i * d);
				else
					right = add(right, rows + i * d);
			left = finish(merge(left, right));
			assert_int_equal(seg_moments_rows(left), n);
			assert_moments(left, rows, n, policies[p]);
			assert_input_means(left, rows, n);
			free(left);
			free(rows);
		}
}

/* Masks on one side, on neither, on both sides with different shifts. */
static void
masks_may_come_late(void **state)
{
	const size_t d = 4;
	const size_t n = 1200;

	for (size_t first_hole = 0; first_hole <= n; first_hole += 300)
		for (size_t cut = 0; cut <= n; cut += 400)
		{
			double	   *rows = make_rows(n, d, false, first_hole + cut);
			SegMoments *left = begin(d, SEG_MISSING_MEAN, NULL);
			SegMoments *right = begin(d, SEG_MISSING_MEAN, NULL);
			uint64_t	missing = 0;

			for (size_t i = first_hole; i < n; i += 3)
			{
				rows[i * d + i % d] = NAN;
				missing += i % d == 1;
			}
			for (size_t i = 0; i < n; i++)
				if (i < cut)
					left = add(left, rows + i * d);
				else
					right = add(right, rows + i * d);
			left = finish(merge(left, right));
			assert_int_equal(seg_moments_missing(left)[1], missing);
			assert_int_equal(seg_moments_tally(left, 1)->total, n - missing);
			assert_moments(left, rows, n, SEG_MISSING_MEAN);
			free(left);
			free(rows);
		}
}

/* The shift must be chosen at the first value, else squares cancel. */
static void
first_values_may_come_late(void **state)
{
	const size_t n = 1500;
	double	   *rows = make_rows(n, 2, false, 5);
	SegMoments *left = begin(2, SEG_MISSING_MEAN, NULL);
	SegMoments *right = begin(2, SEG_MISSING_MEAN, NULL);

	for (size_t i = 0; i < n; i++)
	{
		rows[2 * i] += 1e7;
		if (i < 1000)
			rows[2 * i] = NAN;
		left = add(left, rows + 2 * i);
	}
	left = finish(left);
	assert_moments(left, rows, n, SEG_MISSING_MEAN);
	free(left);
	left = begin(2, SEG_MISSING_MEAN, NULL);
	for (size_t i = 0; i < n; i++)
		if (i < 700)
			left = add(left, rows + 2 * i);
		else
			right = add(right, rows + 2 * i);
	left = finish(merge(left, right));
	assert_moments(left, rows, n, SEG_MISSING_MEAN);
	free(left);
	free(rows);
}

static void
skipped_rows_are_counted_only(void **state)
{
	const double rows[][2] = {{1, 2}, {NAN, 9}, {3, 4}, {NAN, NAN}, {5, 9}};
	SegMoments *m = begin(2, SEG_MISSING_SKIP, NULL);
	double		mean[2];
	double		covariance[4];
	size_t		position;

	for (size_t i = 0; i < 5; i++)
		m = add(m, rows[i]);
	m = finish(m);
	assert_int_equal(seg_moments_rows(m), 3);
	assert_int_equal(m->skipped, 2);
	assert_int_equal(seg_moments_missing(m)[0], 2);
	assert_int_equal(seg_moments_missing(m)[1], 1);
	assert_int_equal(seg_moments_covariance(m, mean, covariance, &position), SEG_OK);
	assert_close(mean[0], 3, 1e-15);
	assert_close(mean[1], 5, 1e-15);
	assert_close(covariance[0], 4, 1e-15);
	assert_close(covariance[1], 7, 1e-14);
	assert_close(covariance[3], 13, 1e-14);
	free(m);
}

static void
constants_have_exactly_no_variance(void **state)
{
	const size_t n = 1000;
	const SegMissing policies[] = {SEG_MISSING_REFUSE, SEG_MISSING_MEAN};

	for (size_t p = 0; p < 2; p++)
	{
		SegMoments *m = begin(2, policies[p], NULL);
		double		mean[2];
		double		covariance[4];
		size_t		position;

		for (size_t i = 0; i < n; i++)
		{
			double		row[2] = {0.1, (double) i};

			if (p == 1 && i % 5 == 3)
				row[0] = NAN;
			m = add(m, row);
		}
		m = finish(m);
		assert_int_equal(seg_moments_covariance(m, mean, covariance, &position), SEG_OK);
		assert_same_double(mean[0], 0.1);
		assert_same_double(covariance[0], 0.0);
		assert_close(covariance[3], n * (n + 1) / 12.0, 1e-8);
		free(m);
	}
}

static void
logs_are_taken_and_inputs_kept(void **state)
{
	const uint8_t logs[2] = {1, 0};
	SegMoments *m = begin(2, SEG_MISSING_REFUSE, logs);
	double		mean[2];
	double		covariance[4];
	double		sum = 0;
	size_t		position;

	for (size_t i = 0; i < 600; i++)
	{
		double		row[2] = {(double) (i * i), 1};

		sum += log1p(row[0]);
		m = add(m, row);
	}
	m = finish(m);
	assert_int_equal(seg_moments_covariance(m, mean, covariance, &position), SEG_OK);
	assert_close(mean[0], sum / 600, 1e-12);
	assert_close(seg_moments_input_mean(m, 0), 599.0 * 1199 / 6, 1e-8);
	assert_close(seg_moments_tally(m, 0)->high, 599.0 * 599, 0);
	free(m);
}

static void
means_of_inputs_replace_missing_values_before_logs(void **state)
{
	enum
	{
	N = 700, D = 3};
	const uint8_t logs[D] = {1, 0, 1};
	static double rows[N * D];
	static double filled[N * D];
	double		sums[D] = {0};
	double		present[D] = {0};
	SegRng		rng = seg_rng(17, 0);
	SegMoments *m[2] = {begin(D, SEG_MISSING_MEAN, logs), begin(D, SEG_MISSING_MEAN, logs)};

	for (size_t i = 0; i < N * D; i++)
	{
		rows[i] = exp(6 * seg_rng_uniform(&rng)) + (i % D == 0 ? 0 : rows[i - 1]);
		if (isnan(rows[i]) || seg_rng_below(&rng, 5) == 0)
			rows[i] = NAN;
		else
		{
			sums[i % D] += rows[i];
			present[i % D]++;
		}
	}
	for (size_t i = 0; i < N * D; i++)
	{
		filled[i] = isnan(rows[i]) ? sums[i % D] / present[i % D] : rows[i];
		if (logs[i % D])
			filled[i] = log1p(filled[i]);
	}
	for (size_t i = 0; i < N; i++)
		m[i % 3 == 0] = add(m[i % 3 == 0], rows + i * D);
	m[0] = finish(merge(m[0], m[1]));
	assert_moments(m[0], filled, N, SEG_MISSING_REFUSE);
	free(m[0]);
}

static void
overflow_names_the_feature(void **state)
{
	const double rows[3][2] = {{1, 1e200}, {2, -1e200}, {3, 0}};
	SegMoments *m = begin(2, SEG_MISSING_REFUSE, NULL);
	double		mean[2];
	double		covariance[4];
	size_t		position = 0;

	for (size_t i = 0; i < 3; i++)
		m = add(m, rows[i]);
	m = finish(m);
	assert_int_equal(seg_moments_covariance(m, mean, covariance, &position), SEG_RANGE_TOO_WIDE);
	assert_int_equal(position, 2);
	free(m);
}

static void
sizes_are_bounded(void **state)
{
	SegMomentsShape largest = {1600, 32, 1};
	SegMomentsShape masked = {1602, 32, 1};
	SegMoments *m = begin(3, SEG_MISSING_REFUSE, NULL);

	assert_true(seg_moments_size(1600, largest) < 14 << 20);
	assert_true(seg_moments_has_width(largest));
	assert_false(seg_moments_has_width(masked));
	assert_int_equal(seg_moments_begin(m, 0, SEG_MISSING_REFUSE, NULL), SEG_NO_ROWS);
	assert_int_equal(seg_moments_begin(m, 1601, SEG_MISSING_REFUSE, NULL), SEG_TOO_MANY_FEATURES);
	assert_false(seg_moments_is_sound(m, sizeof(SegMoments) - 1));
	assert_false(seg_moments_is_sound(m, seg_moments_size(3, seg_moments_first_shape(3)) + 8));
	free(m);
}

/* ---- NIST StRD univariate: certified means and standard deviations ---- */

static void
nist_numacc4(void **state)
{
	SegMoments *m = begin(1, SEG_MISSING_REFUSE, NULL);
	double		mean;
	double		variance;
	size_t		position;

	for (int i = 0; i < 1001; i++)
	{
		double		x = i == 0 ? 10000000.2 : i % 2 == 1 ? 10000000.1 : 10000000.3;

		m = add(m, &x);
	}
	m = finish(m);
	assert_int_equal(seg_moments_covariance(m, &mean, &variance, &position), SEG_OK);
	assert_close(mean, 10000000.2, 1e-8);
	assert_close(seg_moments_input_mean(m, 0), 10000000.2, 1e-8);
	assert_close(sqrt(variance), 0.1, 1e-9);	/* the data themselves are rounded at 1e-9 */
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_state_agrees_with_two_passes),
		cmocka_unit_test(merged_states_agree_with_two_passes),
		cmocka_unit_test(masks_may_come_late),
		cmocka_unit_test(first_values_may_come_late),
		cmocka_unit_test(skipped_rows_are_counted_only),
		cmocka_unit_test(constants_have_exactly_no_variance),
		cmocka_unit_test(logs_are_taken_and_inputs_kept),
		cmocka_unit_test(means_of_inputs_replace_missing_values_before_logs),
		cmocka_unit_test(overflow_names_the_feature),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(nist_numacc4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
