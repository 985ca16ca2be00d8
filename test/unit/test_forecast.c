/*
 * test_forecast.c
 *		The choice of the method, the ladder for short series, the mixture; the M3 competition.
 *
 * Gates for M3 lie a little above the figures of a prototype, and below those of R's ets() and thetaf().
 */
#include "forecast_fixture.h"

#include "forecast/forecast.h"
#include "forecast/series.h"

#define ROOM 20000

static double scratch[ROOM];
static double long_season[SEG_FORECAST_MOST_SEASON];
static SegForecastPart parts[2000];
static const SegForecastRecipe unknown = {.m = 1, .fixed = {NAN, NAN, NAN, NAN}};

static SegForecastFit
fit(const double *y, size_t n, SegForecastMethod method, uint32_t m)
{
	SegForecastRecipe recipe = unknown;
	SegForecastFit fit;

	recipe.method = method;
	recipe.m = m;
	assert_true(seg_forecast_scratch(n, m, 24) <= ROOM);
	assert_int_equal(seg_forecast_fit(&fit, &recipe, y, n, long_season, scratch), SEG_OK);
	seg_forecast_parts(&fit, y, n, 24, 0.95, parts, scratch);
	return fit;
}

/* ---- naive methods, exact ---- */

static void
test_seasonal_naive(void **state)
{
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	(void) fit(air.y, air.n, SEG_FORECAST_SEASONAL_NAIVE, 12);
	for (size_t h = 0; h < 24; h++)
	{
		assert_same_double(parts[air.n + h].mean, air.y[132 + h % 12]);
		assert_near(sqrt(parts[air.n + h].variance), h < 12 ? 36.3157449784 : 51.3582190761, 1e-9);
	}
}

static void
test_naive_methods(void **state)
{
	const double y[] = {1, 4, 2, 8, 10};
	const double gap[] = {1, 4, 2, NAN, 10, NAN};

	(void) fit(y, 5, SEG_FORECAST_NAIVE, 1);
	assert_close(parts[7].mean, 10, 0);
	/* the mean square of 3, -2, 6, 2 is 53 / 4 */
	assert_close(parts[7].variance, 3 * 53.0 / 4, 1e-12);
	(void) fit(y, 5, SEG_FORECAST_DRIFT, 1);
	assert_close(parts[7].mean, 10 + 3 * 9.0 / 4, 1e-12);
	(void) fit(y, 5, SEG_FORECAST_MEAN, 1);
	assert_close(parts[7].mean, 5, 1e-12);
	assert_close(parts[7].variance, 15 * (1 + 1.0 / 5), 1e-12);
	/* the value of a missing last period is not known, so the variance grows from the one before */
	(void) fit(gap, 6, SEG_FORECAST_NAIVE, 1);
	assert_close(parts[6].mean, 10, 0);
	assert_close(parts[6].variance, 2 * 13.0 / 2, 1e-12);
}

/* ---- the ladder ---- */

static void
test_ladder(void **state)
{
	const double one[] = {7};
	const double constant[] = {3, 3, 3, 3, 3, 3, 3, 3};
	const double zeros[30] = {0};
	double		y[40];
	SegForecastFit found;

	assert_int_equal(seg_forecast_fit(&found, &unknown, (double[]) {NAN}, 1, long_season, scratch), SEG_NO_ROWS);
	found = fit(one, 1, SEG_FORECAST_AUTO, 12);
	assert_close(parts[1].mean, 7, 0);
	assert_true(isnan(parts[1].lower) || parts[1].lower == 7);
	found = fit(constant, 8, SEG_FORECAST_AUTO, 1);
	assert_close(parts[10].mean, 3, 0);
	assert_close(parts[10].upper, 3, 0);
	found = fit(zeros, 30, SEG_FORECAST_AUTO, 12);
	assert_close(parts[40].mean, 0, 0);
	assert_close(parts[40].lower, 0, 0);
	assert_close(parts[40].upper, 0, 0);

	for (int t = 0; t < 40; t++)
		y[t] = 100 + t % 7 + 3 * (t % 12);
	found = fit(y, 5, SEG_FORECAST_AUTO, 12);
	assert_int_equal(found.method, SEG_FORECAST_NAIVE);
	found = fit(y, 23, SEG_FORECAST_AUTO, 12);
	assert_int_equal(found.method, SEG_FORECAST_AUTO);
	assert_int_equal(found.candidates, 6);
	found = fit(y, 24, SEG_FORECAST_AUTO, 12);
	assert_int_equal(found.candidates, 15);
	y[3] = -1;
	found = fit(y, 40, SEG_FORECAST_AUTO, 12);
	for (uint32_t i = 0; i < found.candidates; i++)
		if (found.candidate[i].ets.form.error == 'M')
			assert_int_equal(found.candidate[i].reason, SEG_FORECAST_NOT_POSITIVE);
}

/* Huge, tiny and mixed values have finite forecasts. */
static void
test_extremes(void **state)
{
	const double scales[] = {1e300, -1e300, 1e-300, 1e150, 1};

	for (size_t i = 0; i < 5; i++)
	{
		double		y[30];

		for (int t = 0; t < 30; t++)
			y[t] = scales[i] * (1 + 0.1 * (t % 4) + 0.01 * t);
		(void) fit(y, 30, SEG_FORECAST_AUTO, 4);
		for (int h = 0; h < 24; h++)
			assert_near(parts[30 + h].mean, scales[i] * (1 + 0.1 * ((30 + h) % 4) + 0.01 * (30 + h)), 0.1);
		for (int t = 0; t < 30; t++)
			y[t] *= t % 2 == 0 ? 1 : -1;
		(void) fit(y, 30, SEG_FORECAST_AUTO, 4);
		assert_true(isfinite(parts[35].mean));
	}
}

/* A power of 2 as the unit changes nothing but the unit. */
static void
test_unit(void **state)
{
	double		means[24];
	double		uppers[24];
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	(void) fit(air.y, air.n, SEG_FORECAST_AUTO, 12);
	for (int h = 0; h < 24; h++)
	{
		means[h] = parts[air.n + h].mean;
		uppers[h] = parts[air.n + h].upper;
	}
	for (size_t t = 0; t < air.n; t++)
		air.y[t] *= 1024;
	(void) fit(air.y, air.n, SEG_FORECAST_AUTO, 12);
	for (int h = 0; h < 24; h++)
	{
		assert_near(parts[air.n + h].mean, 1024 * means[h], 1e-12);
		assert_near(parts[air.n + h].upper, 1024 * uppers[h], 1e-12);
	}
}

/* The parts add up, and the mixture lies between ETS and Theta. */
static void
test_mixture(void **state)
{
	double		ets[24];
	double		theta[24];
	double		variance[24];
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	(void) fit(air.y, air.n, SEG_FORECAST_THETA, 12);
	for (int h = 0; h < 24; h++)
	{
		theta[h] = parts[air.n + h].mean;
		variance[h] = parts[air.n + h].variance;
	}
	(void) fit(air.y, air.n, SEG_FORECAST_ETS, 12);
	for (int h = 0; h < 24; h++)
		ets[h] = parts[air.n + h].mean;
	(void) fit(air.y, air.n, SEG_FORECAST_AUTO, 12);
	for (size_t t = 0; t < air.n + 24; t++)
		assert_near(parts[t].level + parts[t].trend + parts[t].season, parts[t].mean, 1e-12);
	for (int h = 0; h < 24; h++)
	{
		const SegForecastPart *part = &parts[air.n + h];

		assert_near(part->mean, (ets[h] + theta[h]) / 2, 1e-2);
		assert_true(part->variance >= variance[h]);
		assert_near((part->upper - part->lower) / 2, 1.959963984540054 * sqrt(part->variance), 1e-9);
	}
}

/* A season of 52 weeks is taken out by STL, and comes back. */
static void
test_long_season(void **state)
{
	double		y[260];
	SegForecastFit found;

	for (int t = 0; t < 260; t++)
		y[t] = 1000 + t + 200 * sin(2 * M_PI * t / 52) + (t * 37 % 11);
	found = fit(y, 260, SEG_FORECAST_AUTO, 52);
	assert_int_equal(found.long_m, 52);
	assert_int_equal(found.m, 1);
	for (int h = 0; h < 24; h++)
		assert_close(parts[260 + h].mean, 1005 + 260 + h + 200 * sin(2 * M_PI * (260 + h) / 52), 15);
}

/* ---- forecasts of the three series ---- */

static void
test_chosen(void **state)
{
	static const double air_want[12] = {442.7682, 435.8998, 498.8268, 485.9615, 487.5646, 554.0697, 617.4774, 614.1813, 534.2705, 467.0166, 406.2529, 457.3923};
	static const double deaths_want[12] = {8321.917, 7570.495, 8357.753, 8579.513, 9437.255, 9917.025, 10783.281, 10088.361, 9048.298, 9346.899, 8832.686, 9094.933};
	Series		series;

	if (!read_air_passengers(&series))
		skip();
	(void) fit(series.y, series.n, SEG_FORECAST_ETS, 12);
	for (int h = 0; h < 12; h++)
		assert_near(parts[series.n + h].mean, air_want[h], 1e-3);
	assert_near(sqrt(parts[series.n].variance), 16.77261, 5e-3);
	assert_near(sqrt(parts[series.n + 11].variance), 45.11895, 5e-3);
	assert_true(read_us_acc_deaths(&series));
	(void) fit(series.y, series.n, SEG_FORECAST_ETS, 12);
	for (int h = 0; h < 12; h++)
		assert_near(parts[series.n + h].mean, deaths_want[h], 1e-3);
	assert_near(sqrt(parts[series.n].variance), 281.3124, 5e-3);
	assert_near(sqrt(parts[series.n + 11].variance), 608.8573, 5e-3);
	assert_true(read_lake_huron(&series));
	(void) fit(series.y, series.n, SEG_FORECAST_ETS, 1);
	assert_near(parts[series.n + 11].mean, 579.95999, 1e-3);
	assert_near(sqrt(parts[series.n].variance), .7490718, 5e-3);
	assert_near(sqrt(parts[series.n + 11].variance), 2.594623, 5e-3);
}

/* Without the last values: sMAPE of ETS, against R's 14.48, 2.684, .2188. */
static void
test_hold_out(void **state)
{
	static const struct
	{
		bool		(*read) (Series *series);
		size_t		h;
		double		want;
	}			cases[] = {{read_air_passengers, 24, 10.81}, {read_us_acc_deaths, 12, 2.360}, {read_lake_huron, 10, .2188}};

	for (int i = 0; i < 3; i++)
	{
		Series		series;
		double		smape = 0;

		if (!cases[i].read(&series))
			skip();
		series.n -= cases[i].h;
		(void) fit(series.y, series.n, SEG_FORECAST_ETS, (uint32_t) series.m);
		for (size_t t = series.n; t < series.n + cases[i].h; t++)
			smape += 200 * fabs(parts[t].mean - series.y[t]) / (fabs(parts[t].mean) + fabs(series.y[t])) / (double) cases[i].h;
		assert_close(smape, cases[i].want, 0.05);
	}
}

/* ---- M3 ---- */

typedef struct Figures
{
	double		series;
	double		smape;
	double		mase;
	double		inside_80;
	double		inside_95;
	double		msis;
	double		aicc;
} Figures;

/* Add one series: y[n], and the values y[n .. n + h) to be forecast. */
static void
measure(const double *y, size_t n, size_t h, uint32_t m, SegForecastMethod method, Figures *sum)
{
	double		scale = seg_series_naive_error(y, n, m);
	SegForecastFit found = fit(y, n, method, m);
	double		least = method == SEG_FORECAST_AUTO ? 0 : -INFINITY;

	sum->series++;
	for (uint32_t i = 0; i < found.candidates; i++)
		if (found.candidate[i].weight == 1)
			sum->aicc += found.candidate[i].ets.criterion;
	for (size_t t = n; t < n + h; t++)
	{
		const SegForecastPart *part = &parts[t];
		double		f = fmax(part->mean, least);
		double		lower = fmax(part->lower, least);
		double		z = 1.2815515655446 * sqrt(part->variance);

		sum->smape += 200 * fabs(f - y[t]) / (fabs(f) + fabs(y[t])) / (double) h;
		sum->mase += fabs(f - y[t]) / scale / (double) h;
		sum->inside_95 += (y[t] >= lower && y[t] <= part->upper) / (double) h;
		sum->inside_80 += (y[t] >= fmax(part->mean - z, least) && y[t] <= part->mean + z) / (double) h;
		sum->msis += (part->upper - lower + 40 * fmax(lower - y[t], 0) + 40 * fmax(y[t] - part->upper, 0)) / scale / (double) h;
	}
}

#define MEASURED 5

static void
check_figures(const char *name, Figures figures[MEASURED], bool quarterly)
{
	static const double naive[2][2] = {{17.8799, 3.1717}, {11.0651, 1.4253}};
	static const double theta[2][2] = {{16.7561, 2.7740}, {9.2033, 1.1168}};
	static const double aicc[2] = {215434.58, 439088.94};
	const Figures *automatic = &figures[SEG_FORECAST_AUTO];

	for (int i = 0; i < MEASURED; i++)
	{
		Figures    *f = &figures[i];

		f->smape /= f->series;
		f->mase /= f->series;
		f->inside_80 /= f->series;
		f->inside_95 /= f->series;
		f->msis /= f->series;
		printf("%s %d: sMAPE %.4f MASE %.4f inside %.4f %.4f MSIS %.3f AICc %.2f\n", name, i, f->smape, f->mase,
			   f->inside_80, f->inside_95, f->msis, f->aicc);
	}
	assert_true(automatic->smape <= (quarterly ? 9.05 : 16.6));
	assert_true(automatic->mase <= (quarterly ? 1.08 : 2.70));
	assert_true(automatic->inside_95 >= 0.90 && automatic->inside_95 <= 0.975);
	assert_true(automatic->inside_80 >= 0.76 && automatic->inside_80 <= 0.87);
	assert_true(automatic->msis <= (quarterly ? 10 : 25));
	assert_true(figures[SEG_FORECAST_ETS].aicc <= aicc[quarterly] - 500);
	assert_near(figures[SEG_FORECAST_THETA].smape, theta[quarterly][0], 3e-3);
	assert_near(figures[SEG_FORECAST_THETA].mase, theta[quarterly][1], 3e-3);
	assert_close(figures[SEG_FORECAST_SEASONAL_NAIVE].smape, naive[quarterly][0], 1e-4);
	assert_close(figures[SEG_FORECAST_SEASONAL_NAIVE].mase, naive[quarterly][1], 1e-4);
}

static void
test_m3(void **state)
{
	static Figures figures[2][MEASURED];
	FILE	   *file = open_shared("zcat", "forecast/m3_yearly_quarterly.csv.gz");
	char		line[400];
	char		series[20] = "";
	double		y[200];
	size_t		n = 0;
	size_t		h = 0;
	int			m = 1;

	if (file == NULL)
		skip();
	assert_non_null(fgets(line, sizeof(line), file));
	for (bool more = true; more;)
	{
		char		name[20];
		char		part[8];
		int			frequency;
		double		value;

		more = fgets(line, sizeof(line), file) != NULL;
		if (more)
			assert_int_equal(sscanf(line, "%19[^,],%*[^,],%*[^,],%d,%*d,%7[^,],%*d,%lf", name, &frequency, part, &value), 4);
		if (n > 0 && (!more || strcmp(name, series) != 0))
		{
			for (int i = 0; i < MEASURED; i++)
				measure(y, n, h, (uint32_t) m, (SegForecastMethod) i, &figures[m == 4][i]);
			n = h = 0;
		}
		if (!more)
			break;
		strcpy(series, name);
		m = frequency;
		y[n + h] = value;
		n += strcmp(part, "train") == 0;
		h += strcmp(part, "train") != 0;
	}
	pclose(file);
	assert_int_equal(figures[0][0].series, 645);
	assert_int_equal(figures[1][0].series, 756);
	check_figures("yearly", figures[0], false);
	check_figures("quarterly", figures[1], true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seasonal_naive),
		cmocka_unit_test(test_naive_methods),
		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_mixture),
		cmocka_unit_test(test_long_season),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_hold_out),
		cmocka_unit_test(test_m3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
