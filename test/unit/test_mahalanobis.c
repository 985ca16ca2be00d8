/*
 * test_mahalanobis.c
 *		The chi-square distribution, Mahalanobis distances, FastMCD.
 */
#include "unit.h"

#include "anomaly/mahalanobis.h"
#include "anomaly/mcd.h"
#include "base/rng.h"
#include "stats/chisq.h"

/* ---- chi-square ---- */

/* R 4.2.2: sprintf("%.17g", pchisq(x, df)), pchisq(x, df, lower.tail = FALSE) */
static const struct
{
	double		x;
	double		df;
	double		lower;
	double		upper;
}			tails[] = {
	{0.001, 1, 0.025227120630039609, 0.97477287936996038},
	{0.5, 1, 0.52049987781304652, 0.47950012218695348},
	{3, 1, 0.91673548333644939, 0.083264516663550558},
	{10, 1, 0.9984345977419975, 0.0015654022580025519},
	{50, 1, 0.99999999999846256, 1.5374597944280343e-12},
	{200, 1, 1, 2.0884875837625449e-45},
	{0.001, 2, 0.0004998750208307295, 0.99950012497916929},
	{0.5, 2, 0.22119921692859512, 0.77880078307140488},
	{3, 2, 0.77686983985157021, 0.22313016014842982},
	{10, 2, 0.99326205300091452, 0.006737946999085467},
	{50, 2, 0.99999999998611211, 1.3887943864964021e-11},
	{200, 2, 1, 3.7200759760208361e-44},
	{0.001, 3, 8.4079190580461564e-06, 0.99999159208094202},
	{0.5, 3, 0.081108588345324154, 0.91889141165467592},
	{3, 3, 0.60837482372891083, 0.39162517627108911},
	{10, 3, 0.9814338645369568, 0.018566135463043233},
	{50, 3, 0.99999999992010824, 7.9891792449514704e-11},
	{200, 3, 1, 4.2185411071920418e-43},
	{0.001, 10, 2.6030818297031978e-19, 1},
	{0.5, 10, 6.6117105610342458e-06, 0.99999338828943896},
	{3, 10, 0.018575936222140679, 0.98142406377785929},
	{10, 10, 0.55950671493478754, 0.44049328506521246},
	{50, 10, 0.99999973309165746, 2.6690834249044957e-07},
	{200, 10, 1, 1.6139305336977309e-37},
	{0.001, 21, 1.8342599131092682e-42, 1},
	{0.5, 21, 3.1900599032931669e-14, 0.99999999999996814},
	{3, 21, 1.5203444353901999e-06, 0.99999847965556465},
	{10, 21, 0.021088144307526223, 0.97891185569247374},
	{50, 21, 0.99963519970277714, 0.00036480029722281134},
	{200, 21, 1, 3.6230556333225883e-31},
	{0.001, 200, 0, 1},
	{0.5, 200, 5.2059487067099018e-219, 1},
	{3, 200, 9.8668347332466964e-142, 1},
	{10, 200, 5.9918783035356518e-91, 1},
	{50, 200, 1.2293884805874729e-29, 1},
	{200, 200, 0.51329879827914882, 0.48670120172085113},
	{0.001, 1600, 0, 0.99999999999999989},
	{0.5, 1600, 0, 1},
	{3, 1600, 0, 1},
	{10, 1600, 0, 1},
	{50, 1600, 0, 1},
	{200, 1600, 0, 1},
	{1600, 1600, 0.50470161242164124, 0.49529838757835865},
	{1700, 1600, 0.95941615920624246, 0.040583840793757549},
	{1000, 21, 1, 2.7986681001457885e-198},
};

static void
tails_are_those_of_r(void **state)
{
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
	{
		double		x = tails[i].x;
		double		df = tails[i].df;

		if (tails[i].lower > 0)
			assert_close(seg_chisq_cdf(x, df) / tails[i].lower, 1, 2e-13);
		assert_close(seg_chisq_tail(x, df) / tails[i].upper, 1, 2e-13);
		assert_close(seg_chisq_log_tail(x, df), log(tails[i].upper), 2e-13 * (1 + fabs(log(tails[i].upper))));
		assert_close(seg_chisq_score(x, (uint32_t) df), tails[i].lower, tails[i].upper < 1e-9 ? 1e-9 : 1e-14);
	}
}

/* R: sprintf("%.17g", qchisq(c(.5, .975, .01), c(3, 13, 1600))) */
static void
quantiles_are_those_of_r(void **state)
{
	assert_close(seg_chisq_quantile(0.5, 3), 2.3659738843753377, 1e-12);
	assert_close(seg_chisq_quantile(0.975, 13), 24.735604884931536, 1e-11);
	assert_close(seg_chisq_quantile(0.01, 1600), 1471.3500657406182, 1e-9);
}

/* Scores are ordered even if 1 - Q rounds to 1; no score exceeds 1. */
static void
scores_rise_with_the_distance(void **state)
{
	for (uint32_t df = 1; df <= 1600; df = 2 * df + 1)
	{
		double		last = -1;

		for (double x = df; x < 1e8; x *= 1.01)
		{
			double		score = seg_chisq_score(x, df);

			assert_true(score > last && score <= 1);
			last = score;
		}
		assert_same_double(seg_chisq_score(0, df), 0);
		assert_same_double(seg_chisq_score(INFINITY, df), 1);
		assert_true(seg_chisq_score(DBL_MAX, df) <= 1);
	}
}

/* ---- the metric ---- */

enum
{
	D = 3
};

typedef struct Metric
{
	double		center[D];
	double		whiten[D * (D + 1) / 2];
	double		blocks[64];
	SegMahalanobis m;
} Metric;

static Metric *
metric_of(const double *covariance)
{
	Metric	   *metric = calloc(1, sizeof(Metric));
	void	   *workspace = aligned_alloc(16, (seg_mahalanobis_workspace(D) + 15) / 16 * 16);

	metric->center[0] = 1;
	metric->center[1] = -2;
	metric->center[2] = 5;
	metric->m = (SegMahalanobis) {.d = D, .center = metric->center, .whiten = metric->whiten, .blocks = metric->blocks};
	assert_int_equal(seg_mahalanobis_fit(&metric->m, covariance, workspace), SEG_OK);
	free(workspace);
	return metric;
}

/* R: mahalanobis(c(2, 4, 4), c(1, -2, 5), matrix(c(4, 1, .5, 1, 9, -2, .5, -2, 2), 3)) */
static void
distance_matches_r(void **state)
{
	const double covariance[D * D] = {4, 1, .5, 1, 9, -2, .5, -2, 2};
	const double row[D] = {2, 4, 4};
	double		parts[D];
	Metric	   *metric = metric_of(covariance);

	assert_int_equal(metric->m.df, 3);
	assert_same_double(metric->m.shrinkage, 0);
	assert_close(seg_mahalanobis_distance2(&metric->m, row), 4.0804020100502498, 1e-13);
	assert_close(seg_mahalanobis_attribute(&metric->m, row, parts), 4.0804020100502498, 1e-13);
	assert_close(parts[0] + parts[1] + parts[2], 4.0804020100502498, 1e-13);
	assert_close(parts[1], 4.2211055276381906, 1e-13);
	free(metric);
}

static void
singular_covariance_is_shrunk(void **state)
{
	const double covariance[D * D] = {1, 2, 0, 2, 4, 0, 0, 0, 0};
	const double on[D] = {2, 0, 5};
	const double off[D] = {2, -4, 5};
	const double constant[D] = {2, 0, 77};
	Metric	   *metric = metric_of(covariance);
	double		near = seg_mahalanobis_distance2(&metric->m, on);

	assert_int_equal(metric->m.df, 2);
	assert_true(metric->m.shrinkage > 0 && metric->m.shrinkage < 1e-5);
	assert_close(near, 1, 1e-5);
	assert_true(seg_mahalanobis_distance2(&metric->m, off) > 1e5);
	assert_same_double(seg_mahalanobis_distance2(&metric->m, constant), near);
	free(metric);
}

static void
overflow_is_infinite(void **state)
{
	const double covariance[D * D] = {1, .9, .9, .9, 1, .9, .9, .9, 1};
	const double far[D] = {DBL_MAX, -DBL_MAX, DBL_MAX};
	Metric	   *metric = metric_of(covariance);

	assert_true(isinf(seg_mahalanobis_distance2(&metric->m, far)));
	free(metric);
}

/* Sizes near multiples of a block: the result is that of the triangle, row by row. */
static void
lanes_are_the_triangle(void **state)
{
	for (size_t d = 1; d <= 33; d++)
	{
		SegRng		rng = seg_rng(d, 1);
		size_t		blocks = seg_mahalanobis_blocks_size(d);
		double	   *numbers = calloc(3 * d + seg_mahalanobis_size(d) + blocks, sizeof(double));
		double	   *row = numbers + d;
		double	   *parts = row + d;
		SegMahalanobis m = {.d = d, .df = (uint32_t) d, .center = numbers, .whiten = parts + d};
		double		want = 0;
		double		sum = 0;

		m.blocks = m.whiten + seg_mahalanobis_size(d);
		for (size_t i = 0; i < d; i++)
			row[i] = seg_rng_uniform(&rng);
		for (size_t i = 0; i < seg_mahalanobis_size(d); i++)
			m.whiten[i] = seg_rng_uniform(&rng);
		seg_mahalanobis_pack(&m);
		for (size_t i = 0; i < d; i++)
		{
			const double *column = m.whiten;
			double		y = 0;

			for (size_t j = 0; j <= i; j++)
			{
				y += column[i - j] * row[j];
				column += d - j;
			}
			want += y * y;
		}
		assert_close(seg_mahalanobis_distance2(&m, row) / want, 1, 1e-13);
		assert_close(seg_mahalanobis_attribute(&m, row, parts) / want, 1, 1e-13);
		for (size_t j = 0; j < d; j++)
			sum += parts[j];
		assert_close(sum / want, 1, 1e-13);
		free(numbers);
	}
}

/* Every argument for which LAPACK would stop the process is refused before, or harmless. */
static void
metrics_hold_at_the_edges(void **state)
{
	const double bad[D * D] = {1, NAN, 0, NAN, 1, 0, 0, 0, 1};
	const double none[D * D] = {0};
	Metric	   *metric = metric_of(none);
	void	   *workspace = aligned_alloc(16, (seg_mahalanobis_workspace(D) + 15) / 16 * 16);

	assert_int_equal(metric->m.df, 0);
	assert_same_double(seg_mahalanobis_distance2(&metric->m, metric->center), 0);
	assert_int_equal(seg_mahalanobis_fit(&metric->m, bad, workspace), SEG_NOT_FINITE);
	free(workspace);
	free(metric);
}

/* ---- FastMCD ---- */

typedef struct Fixture
{
	size_t		n;
	double	   *rows;
	uint64_t   *counts;
	double		center[D];
	double		covariance[D * D];
	SegMcd		info;
} Fixture;

static void
fit(Fixture *f, uint64_t seed)
{
	void	   *workspace = aligned_alloc(16, (seg_mcd_workspace(f->n, D) + 15) / 16 * 16);

	assert_int_equal(seg_mcd_fit(f->rows, f->counts, f->n, D, seed, f->center, f->covariance,
								 &f->info, workspace), SEG_OK);
	free(workspace);
}

/* Normal rows around (0, 10, 0) with sds 1, 2, 1; four of ten are outliers, close to each other. */
static Fixture *
contaminated(size_t n)
{
	Fixture    *f = calloc(1, sizeof(Fixture));
	SegRng		rng = seg_rng(5, 5);

	f->n = n;
	f->rows = calloc(n * D, sizeof(double));
	f->counts = calloc(n, sizeof(uint64_t));
	for (size_t i = 0; i < n; i++)
	{
		for (int j = 0; j < D; j++)
			f->rows[i * D + j] = sqrt(-2 * log(1 - seg_rng_uniform(&rng))) * cos(2 * M_PI * seg_rng_uniform(&rng));
		f->rows[i * D + 1] = 10 + 2 * f->rows[i * D + 1];
		if (i % 10 < 4)
			for (int j = 0; j < D; j++)
				f->rows[i * D + j] = 50 + 0.1 * f->rows[i * D + j];
		f->counts[i] = 1;
	}
	return f;
}

static void
release(Fixture *f)
{
	free(f->rows);
	free(f->counts);
	free(f);
}

/* Small enough for one search, and large enough for groups. */
static void
mcd_withstands_four_in_ten(void **state)
{
	const size_t sizes[] = {200, 3000, 8000};

	for (int s = 0; s < 3; s++)
	{
		Fixture    *f = contaminated(sizes[s]);
		double		error = 6 / sqrt((double) sizes[s]);

		fit(f, 42);
		assert_int_equal(f->info.features, 3);
		assert_true(f->info.kept <= sizes[s] * 6 / 10 && f->info.kept > sizes[s] / 2);
		assert_close(f->center[0], 0, error);
		assert_close(f->center[1], 10, 2 * error);
		/* too large, because the factor corrects for the four tenths left out; without FastMCD it is 20 */
		assert_close(sqrt(f->covariance[1 + 1 * D]), 2.8, 0.4);
		assert_close(f->covariance[1 + 0 * D], 0, 5 * error);
		release(f);
	}
}

static void
mcd_is_reproducible(void **state)
{
	Fixture    *a = contaminated(900);
	Fixture    *b = contaminated(900);

	fit(a, 7);
	fit(b, 7);
	assert_memory_equal(a->center, b->center, sizeof(a->center));
	assert_memory_equal(a->covariance, b->covariance, sizeof(a->covariance));
	release(a);
	release(b);
}

/* A row with count 3 is the same as three rows. */
static void
mcd_counts_repetitions(void **state)
{
	Fixture    *once = contaminated(150);
	Fixture    *thrice = contaminated(150);

	for (size_t i = 0; i < 150; i++)
		thrice->counts[i] = 3;
	fit(once, 1);
	fit(thrice, 1);
	assert_int_equal(thrice->info.total, 450);
	assert_close(thrice->center[1], once->center[1], 0.2);
	assert_close(thrice->covariance[1 + 1 * D] / once->covariance[1 + 1 * D], 1, 0.25);
	release(once);
	release(thrice);
}

/* Rows on a plane, a feature that is mostly 0, all rows equal: the results are finite. */
static void
mcd_survives_degenerate_rows(void **state)
{
	for (int kind = 0; kind < 3; kind++)
	{
		Fixture    *f = contaminated(300);

		for (size_t i = 0; i < 300; i++)
		{
			double	   *row = f->rows + i * D;

			if (kind == 0)
				row[2] = row[0] + row[1];
			if (kind == 1)
				row[2] = i % 3 == 0 ? row[2] : 0;
			if (kind == 2)
				row[0] = row[1] = row[2] = 4;
		}
		fit(f, 42);
		assert_int_equal(f->info.features, kind == 0 ? 3 : kind == 1 ? 2 : 0);
		for (int j = 0; j < D; j++)
			assert_true(isfinite(f->center[j]) && isfinite(f->covariance[j + j * D]) && f->covariance[j + j * D] >= 0);
		if (kind == 1)
			assert_true(f->covariance[2 + 2 * D] > 0.01);
		release(f);
	}
}

/*
 * Most rows have 0 in every feature, others have small values, and a few have very large
 * values.  These must not determine the scale, even if no feature is left for the search.
 */
static void
mcd_withstands_outliers_among_equal_values(void **state)
{
	for (int zeros = 1; zeros <= D; zeros++)
	{
		Fixture    *f = contaminated(300);
		Fixture    *clean = contaminated(300);

		for (size_t i = 0; i < 300; i++)
			for (int j = 0; j < zeros; j++)
			{
				double		value = i % 3 == (size_t) j ? 1 + (double) (i / 3 % 5) : 0;

				f->rows[i * D + j] = i < 12 && i % 3 == (size_t) j ? 1e4 : value;
				clean->rows[i * D + j] = value;
			}
		fit(f, 42);
		fit(clean, 42);
		assert_int_equal(f->info.features, D - zeros);
		for (int j = 0; j < zeros; j++)
		{
			double		sd = sqrt(clean->covariance[j + j * D]);

			assert_true(sd > 1 && sd < 5);
			assert_true(sqrt(f->covariance[j + j * D]) < 2 * sd);
			assert_close(f->center[j], clean->center[j], sd);
		}
		release(f);
		release(clean);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_are_those_of_r),
		cmocka_unit_test(quantiles_are_those_of_r),
		cmocka_unit_test(scores_rise_with_the_distance),
		cmocka_unit_test(distance_matches_r),
		cmocka_unit_test(singular_covariance_is_shrunk),
		cmocka_unit_test(overflow_is_infinite),
		cmocka_unit_test(lanes_are_the_triangle),
		cmocka_unit_test(metrics_hold_at_the_edges),
		cmocka_unit_test(mcd_withstands_four_in_ten),
		cmocka_unit_test(mcd_is_reproducible),
		cmocka_unit_test(mcd_withstands_outliers_among_equal_values),
		cmocka_unit_test(mcd_counts_repetitions),
		cmocka_unit_test(mcd_survives_degenerate_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
