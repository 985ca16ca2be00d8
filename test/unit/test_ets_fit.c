/*
 * test_ets_fit.c
 *		The optimum of exponential smoothing inside the usual bounds.
 *
 * The figures are the best of six starts of an independent program.  R 4.2.2, forecast 8.20, finds values
 * that are lower by up to 60, since its search stops early.
 */
#include "forecast_fixture.h"

#include "ets_references.h"
#include "forecast/ets.h"

typedef struct Optimum
{
	const char *name;
	double		air;
	double		deaths;
	double		lake;			/* 0: a model with a season */
} Optimum;

static const Optimum optima[] = {
	{"ANN", -863.8934, -628.1714, -195.3389},
	{"ANA", -765.4263, -552.2175, 0},
	{"AAN", -863.5826, -628.1743, -195.3421},
	{"AAA", -718.5007, -552.0868, 0},
	{"AAdN", -863.7084, -628.1377, -195.2570},
	{"AAdA", -722.3010, -551.0149, 0},
	{"MNN", -833.9501, -628.4635, -195.3879},
	{"MNA", -715.3939, -553.3762, 0},
	{"MNM", -684.1015, -552.6401, 0},
	{"MAN", -831.4883, -628.1832, -195.3919},
	{"MAA", -701.1521, -553.3567, 0},
	{"MAM", -675.9972, -552.5552, 0},
	{"MAdN", -832.5974, -628.2937, -195.3042},
	{"MAdA", -704.1060, -552.4739, 0},
	{"MAdM", -679.1227, -550.9544, 0},
};

static const SegEtsFixed unknown = {NAN, NAN, NAN, NAN};

/* Fit values divided by a power of 2. */
static SegEts
fit(const Series *series, const char *name, const SegEtsFixed *fixed, double scale)
{
	SegEts		model = {.m = series->m};
	double		y[MOST_VALUES];
	double	   *scratch = malloc(seg_ets_scratch(series->n) * sizeof(double));

	assert_true(seg_ets_form_of(name, &model.form));
	if (model.form.season == 'N')
		model.m = 1;
	for (size_t t = 0; t < series->n; t++)
		y[t] = series->y[t] / scale;
	assert_true(seg_ets_fit(&model, y, series->n, fixed, scratch));
	free(scratch);
	model.log_likelihood -= (double) series->n * log(scale);
	return model;
}

static void
assert_optimum(const Series *series, const char *name, double want, double scale)
{
	SegEts		model = fit(series, name, &unknown, scale);

	if (!(model.log_likelihood >= want - 0.01))
		fail_msg("%s: the log likelihood is %.4f, not %.4f", name, model.log_likelihood, want);
	assert_true(seg_ets_is_admissible(&model));
	assert_true(model.alpha >= 1e-4 - 1e-12 && model.alpha <= 0.9999 + 1e-12);
	assert_true(model.beta <= model.alpha + 1e-12);
	assert_true(model.gamma <= 1 - model.alpha + 1e-12);
}

static void
test_optima(void **state)
{
	Series		air;
	Series		deaths;
	Series		lake;

	if (!read_air_passengers(&air) || !read_us_acc_deaths(&deaths) || !read_lake_huron(&lake))
		skip();
	for (size_t i = 0; i < sizeof(optima) / sizeof(optima[0]); i++)
	{
		assert_optimum(&air, optima[i].name, optima[i].air, 512);
		assert_optimum(&deaths, optima[i].name, optima[i].deaths, 16384);
		if (optima[i].lake != 0)
			assert_optimum(&lake, optima[i].name, optima[i].lake, 1024);
	}
}

/* The chosen models: parameters and variance. */
static void
test_chosen(void **state)
{
	Series		air;
	Series		deaths;
	SegEts		model;

	if (!read_air_passengers(&air) || !read_us_acc_deaths(&deaths))
		skip();
	model = fit(&air, "MAM", &unknown, 512);
	assert_near(model.alpha, .740935, 1e-3);
	assert_near(model.gamma, 1e-4, 1e-3);
	assert_near(model.level * 512, 122.7972, 1e-3);
	assert_near(model.slope * 512, 2.12923, 1e-3);
	assert_near(model.sigma2, .001434989, 1e-4);
	model = fit(&deaths, "ANA", &unknown, 16384);
	assert_near(model.alpha, .578744, 1e-3);
	assert_near(model.level * 16384, 9745.299, 1e-3);
	assert_near(model.sigma2 * 16384 * 16384, 79136.65, 1e-4);
}

/* A model that contains another one is not worse. */
static void
test_nested(void **state)
{
	static const char *const pairs[][2] = {{"ANN", "AAN"}, {"ANA", "AAA"}, {"MNN", "MAN"}, {"MNA", "MAA"}, {"MNM", "MAM"}};
	Series		deaths;

	if (!read_us_acc_deaths(&deaths))
		skip();
	for (size_t i = 0; i < 5; i++)
		assert_true(fit(&deaths, pairs[i][1], &unknown, 16384).log_likelihood >=
					fit(&deaths, pairs[i][0], &unknown, 16384).log_likelihood - 0.05);
}

/* The log likelihood of each model. */
static void
fit_all(const Reference *reference, double log_likelihood[SEG_ETS_FORMS])
{
	static double scratch[20000];
	double		y[MOST_VALUES];
	double		largest = 0;
	int			exponent;

	assert_true(seg_ets_scratch(reference->n) <= sizeof(scratch) / sizeof(scratch[0]));
	for (size_t t = 0; t < reference->n; t++)
		largest = fmax(largest, reference->y[t]);
	(void) frexp(largest, &exponent);
	for (size_t t = 0; t < reference->n; t++)
		y[t] = ldexp(reference->y[t], -exponent);
	for (int i = 0; i < SEG_ETS_FORMS; i++)
	{
		SegEts		model = {0};

		log_likelihood[i] = 0;
		if (reference->log_likelihood[i] == 0)
			continue;
		assert_true(seg_ets_form_of(names[i], &model.form));
		model.m = model.form.season == 'N' ? 1 : reference->m;
		assert_true(seg_ets_fit(&model, y, reference->n, &unknown, scratch));
		assert_true(seg_ets_is_admissible(&model));
		log_likelihood[i] = model.log_likelihood - (double) reference->n * log(2) * exponent;
	}
}

static int
place_of(const char *name)
{
	int			i = 0;

	while (strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* No model is below R's, and so neither is the sum. */
static void
test_against_r(void **state)
{
	int			below = 0;

	for (size_t s = 0; s < REFERENCES; s++)
	{
		const Reference *reference = &references[s];
		double		ours[SEG_ETS_FORMS];
		double		sum = 0;
		double		sum_r = 0;

		fit_all(reference, ours);
		for (int i = 0; i < SEG_ETS_FORMS; i++)
		{
			sum += ours[i];
			sum_r += reference->log_likelihood[i];
			if (ours[i] >= reference->log_likelihood[i] - 0.01)
				continue;
			below++;
			printf("%s %s: %.4f, R %.4f\n", reference->name, names[i], ours[i], reference->log_likelihood[i]);
		}
		printf("%s: sum of log likelihoods %.4f, R %.4f\n", reference->name, sum, sum_r);
		assert_true(sum >= sum_r - 0.01);
	}
	assert_int_equal(below, 0);
}

/* A model that contains another one is not worse by more than .05. */
static void
test_nested_series(void **state)
{
	static const char *const pairs[][2] = {
		{"ANN", "AAN"}, {"ANN", "AAdN"}, {"ANA", "AAA"}, {"ANA", "AAdA"}, {"ANN", "ANA"}, {"AAN", "AAA"},
		{"MNN", "MAN"}, {"MNN", "MAdN"}, {"MNA", "MAA"}, {"MNA", "MAdA"}, {"MNN", "MNA"}, {"MNN", "MNM"},
		{"MNM", "MAM"}, {"MNM", "MAdM"}, {"MAN", "MAA"}, {"MAN", "MAM"},
	};
	int			worse = 0;

	for (size_t s = 0; s < REFERENCES; s++)
	{
		double		ours[SEG_ETS_FORMS];

		fit_all(&references[s], ours);
		for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		{
			double		small = ours[place_of(pairs[i][0])];
			double		large = ours[place_of(pairs[i][1])];

			if (large == 0 || large >= small - 0.05)
				continue;
			worse++;
			printf("%s: %s %.4f, %s %.4f\n", references[s].name, pairs[i][0], small, pairs[i][1], large);
		}
	}
	assert_int_equal(worse, 0);
}

static void
test_fixed(void **state)
{
	const SegEtsFixed fixed = {0.3, 0.05, NAN, NAN};
	Series		air;
	SegEts		model;

	if (!read_air_passengers(&air))
		skip();
	model = fit(&air, "MAM", &fixed, 512);
	assert_same_double(model.alpha, 0.3);
	assert_same_double(model.beta, 0.05);
	assert_int_equal(model.parameters, 15);
	assert_true(model.log_likelihood < -676);
}

/* A series with gaps: they are no part of the likelihood. */
static void
test_missing(void **state)
{
	Series		air;
	SegEts		model;

	if (!read_air_passengers(&air))
		skip();
	for (size_t t = 30; t < 40; t++)
		air.y[t] = NAN;
	air.y[0] = air.y[143] = NAN;
	model = fit(&air, "MAM", &unknown, 512);
	assert_true(isfinite(model.log_likelihood));
	assert_true(model.sigma2 < 0.002);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optima),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_against_r),
		cmocka_unit_test(test_nested_series),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
