/*
 * test_histogram.c
 *		Tallies are the same in any order; bins have the correct counts.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/rng.h"
#include "stats/histogram.h"

static void
shuffle(double *values, size_t n, SegRng *rng)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t		other = seg_rng_below(rng, i);
		double		value = values[i - 1];

		values[i - 1] = values[other];
		values[other] = value;
	}
}

/* Values of one kind: typical columns of users, and extreme ones. */
static double
value_of_kind(int kind, SegRng *rng)
{
	double		u = seg_rng_uniform(rng);
	double		v = seg_rng_uniform(rng);
	double		normal = sqrt(-2 * log(1 - u)) * cos(2 * M_PI * v);

	switch (kind)
	{
		case 0:
			return normal;
		case 1:
			return exp(3 * normal);
		case 2:
			return 2020 + floor(5 * u);
		case 3:
			return u < 0.6 ? 0 : -floor(100 * v);
		case 4:
			return 1e6 + normal;
		case 5:
			return ldexp(normal, (int) (v * 2000) - 1000);
		case 6:
			return u < 0.001 ? 1e300 : u < 0.5 ? -1e-300 : normal;
		case 7:
			return u < 0.5 ? 4.9e-324 * floor(1 + 100 * v) : -2.2e-308 * v;
		default:
			return u < 0.5 ? DBL_MAX : -DBL_MAX;
	}
}

#define KINDS 9

static void
assert_same_tally(const SegTally *a, const SegTally *b)
{
	SegHistogram one;
	SegHistogram other;

	assert_true(seg_tally_is_sound(a));
	assert_true(seg_tally_is_sound(b));
	assert_int_equal(a->level, b->level);
	seg_histogram_of_tally(a, &one);
	seg_histogram_of_tally(b, &other);
	assert_true(seg_histogram_is_sound(&one));
	assert_memory_equal(&one, &other, sizeof(one));
}

/* Forwards, backwards, in random order, in parts that are merged, by columns. */
static void
tallies_do_not_depend_on_order(void **state)
{
	enum
	{
		N = 5000
	};
	static double values[N];
	SegRng		rng = seg_rng(3, 0);

	for (int kind = 0; kind < KINDS; kind++)
		for (size_t n = 1; n <= N; n = n * 3 + 1)
		{
			SegTally	forward = {0};
			SegTally	parts[3] = {{0}};
			SegTally	column = {0};

			for (size_t i = 0; i < n; i++)
			{
				values[i] = value_of_kind(kind, &rng);
				seg_tally_add(&forward, values[i], 1);
			}
			shuffle(values, n, &rng);
			for (size_t i = 0; i < n; i++)
				seg_tally_add(&parts[i % 7 == 0 ? 0 : i < n / 2 ? 1 : 2], values[i], 1);
			seg_tally_merge(&parts[1], &parts[0]);
			seg_tally_merge(&parts[2], &parts[1]);
			seg_tally_add_column(&column, values, n, 1);
			assert_same_tally(&forward, &parts[2]);
			assert_same_tally(&forward, &column);
		}
}

/* The count of every bin is the number of values that seg_bin_of assigns to it. */
static void
bins_have_the_correct_counts(void **state)
{
	enum
	{
		N = 20000
	};
	static double values[N];
	SegRng		rng = seg_rng(4, 0);

	for (int kind = 0; kind < KINDS; kind++)
	{
		SegTally	tally = {0};
		SegHistogram histogram;
		uint64_t	counts[SEG_HISTOGRAM_MOST] = {0};

		for (size_t i = 0; i < N; i++)
			values[i] = value_of_kind(kind, &rng);
		seg_tally_add_column(&tally, values, N, 1);
		seg_histogram_of_tally(&tally, &histogram);
		for (size_t i = 0; i < N; i++)
			counts[seg_histogram_bin(&histogram, values[i])]++;
		for (size_t b = 0; b < histogram.bins; b++)
			assert_int_equal(counts[b], histogram.counts[b]);
		assert_int_equal(seg_histogram_total(&histogram), N);
		assert_close(seg_stability_index(histogram.counts, counts, histogram.bins), 0, 0);
	}
}

static void
smooth_values_make_ten_bins(void **state)
{
	SegTally	tally = {0};
	SegHistogram histogram;
	SegRng		rng = seg_rng(5, 0);

	for (size_t i = 0; i < 100000; i++)
		seg_tally_add(&tally, value_of_kind(0, &rng), 1);
	seg_histogram_of_tally(&tally, &histogram);
	assert_int_equal(histogram.bins, 10);
	for (size_t b = 0; b < histogram.bins; b++)
		assert_between(histogram.counts[b], 6000, 14000);
}

/* A constant and a frequent value have separate bins, so a change is detected. */
static void
frequent_values_have_separate_bins(void **state)
{
	SegTally	tally = {0};
	SegHistogram histogram;
	uint64_t	now[SEG_HISTOGRAM_MOST] = {0};

	seg_tally_add(&tally, 7, 1000);
	seg_histogram_of_tally(&tally, &histogram);
	assert_int_equal(histogram.bins, 3);
	assert_int_equal(histogram.counts[1], 1000);
	assert_int_equal(seg_histogram_bin(&histogram, 7), 1);
	assert_int_equal(seg_histogram_bin(&histogram, 6.999), 0);
	assert_int_equal(seg_histogram_bin(&histogram, 7.001), 2);
	now[0] = 1000;
	assert_true(seg_stability_index(histogram.counts, now, 3) > 5);

	/* zeros and fives: values between them are in neither bin */
	seg_tally_add(&tally, 0, 1000);
	seg_histogram_of_tally(&tally, &histogram);
	assert_int_equal(histogram.bins, 5);
	assert_int_equal(seg_histogram_bin(&histogram, 0), 1);
	assert_int_equal(seg_histogram_bin(&histogram, -0.0), 1);
	assert_int_equal(seg_histogram_bin(&histogram, -1), 0);
	assert_int_equal(seg_histogram_bin(&histogram, 3), 2);
	assert_int_equal(seg_histogram_bin(&histogram, 8), 4);
}

/* Half of the ones become fives; computed by hand: bins (.., 1), 1, above. */
static void
a_frequent_value_that_changes_is_detected(void **state)
{
	SegTally	tally = {0};
	SegHistogram histogram;
	uint64_t	now[SEG_HISTOGRAM_MOST] = {0};
	double		p[3];
	double		q[3];
	double		sum = 0;

	seg_tally_add(&tally, 1, 900);
	for (int i = 2; i <= 101; i++)
		seg_tally_add(&tally, i, 1);
	seg_histogram_of_tally(&tally, &histogram);
	for (int i = 0; i < 450; i++)
	{
		now[seg_histogram_bin(&histogram, 1)]++;
		now[seg_histogram_bin(&histogram, 5)]++;
	}
	for (int i = 2; i <= 101; i++)
		now[seg_histogram_bin(&histogram, i)]++;
	assert_int_equal(histogram.bins, 3);
	assert_int_equal(now[1], 450);
	for (int b = 0; b < 3; b++)
	{
		const double then_count[3] = {0, 900, 100};
		const double now_count[3] = {0, 450, 550};

		p[b] = (then_count[b] + 0.5) / 1001.5;
		q[b] = (now_count[b] + 0.5) / 1001.5;
		sum += (p[b] - q[b]) * log(p[b] / q[b]);
	}
	assert_close(seg_stability_index(histogram.counts, now, histogram.bins), sum, 1e-12);
	assert_true(sum > 1);
}

static void
an_empty_tally_has_no_bins(void **state)
{
	SegTally	tally = {0};
	SegTally	other = {0};
	SegHistogram histogram;
	const double none[2] = {NAN, NAN};

	seg_tally_add_column(&tally, none, 2, 1);
	seg_tally_merge(&tally, &other);
	assert_true(seg_tally_is_sound(&tally));
	seg_histogram_of_tally(&tally, &histogram);
	assert_int_equal(histogram.bins, 0);
	assert_true(isnan(seg_stability_index(histogram.counts, histogram.counts, 0)));
}

/* ln(0.55 / 0.45) * 0.1 * 2, except for the halves that are added */
static void
stability_index_by_hand(void **state)
{
	const uint64_t then[2] = {500000, 500000};
	const uint64_t now[2] = {600000, 400000};

	assert_close(seg_stability_index(then, now, 2), 0.1 * log(0.6 / 0.5) - 0.1 * log(0.4 / 0.5), 1e-6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tallies_do_not_depend_on_order),
		cmocka_unit_test(bins_have_the_correct_counts),
		cmocka_unit_test(smooth_values_make_ten_bins),
		cmocka_unit_test(frequent_values_have_separate_bins),
		cmocka_unit_test(a_frequent_value_that_changes_is_detected),
		cmocka_unit_test(an_empty_tally_has_no_bins),
		cmocka_unit_test(stability_index_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
