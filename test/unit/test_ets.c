/*
 * test_ets.c
 *		Exponential smoothing at given parameters: likelihood, gradient, means, variances, admissibility.
 *
 * The figures for AirPassengers come from R 4.2.2, forecast 8.20 (ets with given parameters and initial
 * states; means and sd by its formulas of classes 1 and 2), and from an independent program for the three
 * models *Ad* with multiplicative errors, where R's forecasts use l + b in place of l + phi b.
 */
#include "forecast_fixture.h"

#include "base/rng.h"
#include "forecast/ets.h"

static const double factors[12] = {.8946, .8914, 1.0157, .9804, .9786, 1.1105, 1.2318, 1.2205, 1.0585, .9202, .7985, .8993};
static const double addends[12] = {-31, -36, 2, -2, -8, 35, 62, 64, 16, -20, -54, -28};

#define HORIZONS 6
static const size_t horizons[HORIZONS] = {1, 2, 3, 12, 13, 24};

typedef struct Given
{
	const char *name;
	double		alpha;
	double		beta;
	double		gamma;
	double		phi;
	double		level;
	double		slope;
	double		squares;
	double		log_likelihood;
	uint32_t	k;
	double		aicc;
	double		sigma2;
	double		mean[HORIZONS];
	double		sd[HORIZONS];
} Given;

static const Given givens[] = {
	{"ANN", .5, 0, 0, 0, 112, 0, 249095.697482, -894.6426549, 3, 1795.456738, 1754.195053,
		{439.2560257, 439.2560257, 439.2560257, 439.2560257, 439.2560257, 439.2560257},
	{41.88311178, 46.82674253, 51.29612636, 81.10629721, 83.76622357, 108.8155164}},
	{"AAN", .8, .05, 0, 1, 110, 2, 199514.582695, -878.6622678, 5, 1767.759318, 1425.104162,
		{425.573998, 424.5093991, 423.4448003, 413.8634105, 412.7988116, 401.0882241},
	{37.75055181, 49.54535215, 60.07558814, 144.1705386, 153.5524287, 263.2001393}},
	{"AAdN", .8, .05, 0, .95, 110, 2, 197055.597915, -877.7693657, 6, 1768.15187, 1417.666172,
		{423.6263466, 421.1960902, 418.8873465, 402.6678194, 401.2854893, 389.9603377},
	{37.65190795, 49.35497706, 59.71164835, 136.2644651, 144.0002557, 223.5283808}},
	{"ANA", .3, 0, .5, 0, 125, 0, 48042.1539729, -776.1480561, 15, 1586.046112, 369.5550306,
		{447.159644, 424.9206402, 467.9006102, 432.7289107, 447.159644, 432.7289107},
	{19.22381415, 20.0702512, 20.88240733, 27.11852708, 31.17578757, 36.57580089}},
	{"AAA", .3, .02, .5, 1, 125, 2, 43233.4276543, -768.554587, 17, 1575.966317, 337.7611535,
		{456.6289841, 437.3559318, 483.7723935, 477.0943378, 499.0445557, 519.5099094},
	{18.3782794, 19.29631819, 20.28282734, 31.7492423, 37.05855974, 54.83260603}},
	{"AAdA", .3, .02, .5, .97, 125, 2, 44226.7734779, -770.1901646, 18, 1581.852329, 348.2423108,
		{453.2224274, 432.8749477, 478.1401934, 457.8326319, 476.3456559, 474.3727097},
	{18.66125159, 19.59001592, 20.58165821, 31.44098917, 36.5427692, 50.89356008}},
	{"MNN", .5, 0, 0, 0, 112, 0, 2.33221086295, -856.8888334, 3, 1719.949095, .01642402016,
		{439.2560257, 439.2560257, 439.2560257, 439.2560257, 439.2560257, 439.2560257},
	{56.29339775, 63.04121667, 69.15742708, 110.5024283, 114.2504305, 150.1689414}},
	{"MAN", .8, .05, 0, 1, 110, 2, 1.84443191294, -842.2860339, 5, 1695.00685, .01317451366,
		{425.573998, 424.5093991, 423.4448003, 413.8634105, 412.7988116, 401.0882241},
	{48.84750448, 64.19353347, 77.94229289, 190.2804226, 203.167045, 360.7078838}},
	{"MAdN", .8, .05, 0, .95, 110, 2, 1.86328934073, -842.2936608, 6, 1697.20046, .01340495929,
		{423.6263466, 421.1960902, 418.8873465, 402.6678194, 401.2854893, 389.9603377},
	{49.04736856, 64.25848802, 77.73314739, 178.8973521, 189.3875783, 302.4630321}},
	{"MAA", .3, .02, .5, 1, 125, 2, 1.16894808557, -808.8806262, 17, 1656.618395, .009132406919,
		{456.6289841, 437.3559318, 483.7723935, 477.0943378, 499.0445557, 519.5099094},
	{43.63712218, 44.08649872, 50.39980181, 84.03008307, 97.35055888, 151.8685913}},
	{"MAdA", .3, .02, .5, .97, 125, 2, 1.22720011951, -811.2329852, 18, 1663.93797, .009662993067,
		{453.2224274, 432.8749477, 478.1401934, 457.8326319, 476.3456559, 474.3727097},
	{44.55200221, 44.88992747, 51.23558516, 82.33637813, 95.095899, 137.6999687}},
	{"MNM", .5, 0, .2, 0, 125, 0, .27926705868, -703.6443523, 15, 1441.038705, .002148208144,
		{448.3656503, 427.7960311, 491.9945134, 434.2892844, 448.4619686, 434.3825788},
	{20.78119477, 22.17293645, 27.93952181, 39.04836534, 42.8865739, 53.41810068}},
	{"MAM", .5, .02, .2, 1, 125, 2, .234647125147, -693.5813932, 17, 1426.019929, .001833180665,
		{455.2264412, 437.4630876, 506.6009463, 472.3150348, 492.5198785, 508.3229191},
	{19.49082012, 21.08504797, 27.01958874, 44.9465162, 50.474351, 76.42885043}},
	{"MAdM", .5, .02, .2, .97, 125, 2, .247954927722, -696.6489981, 18, 1434.769996, .001952401006,
		{452.8512431, 433.8964863, 501.0181282, 453.5086327, 470.8330674, 465.9723881},
	{20.00967688, 21.59081252, 27.59986333, 44.45017883, 49.62944904, 70.73426352}},
};

#define GIVENS (sizeof(givens) / sizeof(givens[0]))

static SegEts
model_of(const Given *given)
{
	SegEts		model = {.alpha = given->alpha, .beta = given->beta, .gamma = given->gamma, .phi = given->phi,
	.level = given->level, .slope = given->slope, .m = 1};
	double		sum = 0;

	assert_true(seg_ets_form_of(given->name, &model.form));
	if (model.form.season == 'N')
		return model;
	model.m = 12;
	for (int j = 0; j < 12; j++)
		sum += factors[j];
	for (int j = 0; j < 12; j++)
		model.season[j] = model.form.season == 'M' ? factors[j] * 12 / sum : addends[j];
	return model;
}

/* The figures of the likelihood hold to 1e-9, the others to 1e-8. */
static void
test_given_parameters(void **state)
{
	double		buffer[SEG_ETS_TRACE * MOST_VALUES];
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	for (size_t i = 0; i < GIVENS; i++)
	{
		const Given *given = &givens[i];
		SegEts		model = model_of(given);
		SegEtsTrace trace = seg_ets_trace(buffer, air.n);
		SegEtsState end;
		double		loss;
		double		squares = 0;
		double		mean[24];
		double		variance[24];
		double		scratch[48];

		assert_true(seg_ets_evaluate(&model, air.y, air.n, 0, buffer));
		assert_true(seg_ets_pass(&model, air.y, air.n, &trace, &end, &loss));
		for (size_t t = 0; t < air.n; t++)
			squares += trace.e[t] * trace.e[t];
		assert_near(squares, given->squares, 1e-9);
		assert_near(model.log_likelihood, given->log_likelihood, 1e-9);
		assert_int_equal(model.parameters, given->k);
		assert_near(model.criterion, given->aicc, 1e-8);
		assert_near(model.sigma2, given->sigma2, 1e-8);
		seg_ets_ahead(&model, &end, 24, mean, variance, scratch);
		for (int h = 0; h < HORIZONS; h++)
		{
			assert_near(mean[horizons[h] - 1], given->mean[h], 1e-8);
			assert_near(sqrt(variance[horizons[h] - 1]), given->sd[h], 1e-8);
		}
	}
}

/* The gradient of the pass back is that of differences. */
static void
test_gradient(void **state)
{
	double		buffer[SEG_ETS_TRACE * MOST_VALUES];
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	air.y[20] = air.y[21] = air.y[100] = NAN;
	for (size_t i = 0; i < GIVENS; i++)
	{
		SegEts		model = model_of(&givens[i]);
		SegEtsTrace trace = seg_ets_trace(buffer, air.n);
		double		gradient[SEG_ETS_MOST_GRADIENT];
		double	   *numbers[SEG_ETS_MOST_GRADIENT] = {&model.alpha, &model.beta, &model.gamma, &model.phi, &model.level, &model.slope};
		double		loss;

		for (size_t j = 0; j < model.m; j++)
			numbers[6 + j] = &model.season[j];
		assert_true(seg_ets_pass(&model, air.y, air.n, &trace, NULL, &loss));
		seg_ets_gradient(&model, air.y, air.n, &trace, gradient);
		for (size_t p = 0; p < 6 + (model.form.season == 'N' ? 0 : model.m); p++)
		{
			double		before = *numbers[p];
			double		step = 1e-5 * fmax(fabs(before), 0.01);
			double		up;
			double		down;

			if (before == 0)
				continue;
			*numbers[p] = before + step;
			assert_true(seg_ets_pass(&model, air.y, air.n, &trace, NULL, &up));
			*numbers[p] = before - step;
			assert_true(seg_ets_pass(&model, air.y, air.n, &trace, NULL, &down));
			*numbers[p] = before;
			assert_close(gradient[p], (up - down) / (2 * step), 1e-4 * fmax(1, fabs(gradient[p])));
		}
	}
}

#define PATHS_AHEAD 14

/* OUT sums of the forecasts and their squares over simulated paths of a model with seasons of 4. */
static void
simulate(const SegEts *model, const SegEtsState *start, size_t paths, double *sum, double *square)
{
	SegRng		rng = seg_rng(20260101, 0);

	memset(sum, 0, PATHS_AHEAD * sizeof(double));
	memset(square, 0, PATHS_AHEAD * sizeof(double));
	for (size_t path = 0; path < paths; path++)
	{
		SegEtsState now = *start;

		for (size_t h = 0; h < PATHS_AHEAD; h++)
		{
			double		noise = sqrt(model->sigma2) * sqrt(-2 * log(1 - seg_rng_uniform(&rng))) * cos(2 * M_PI * seg_rng_uniform(&rng));
			double		q = now.level + model->phi * now.slope;
			double	   *season = &now.season[h % model->m];
			double		s = *season;
			double		f = model->form.season == 'N' ? q : model->form.season == 'A' ? q + s : q * s;
			double		y = model->form.error == 'M' ? f * (1 + noise) : f + noise;
			double		d = model->form.season == 'M' ? (y - f) / s : y - f;

			sum[h] += y;
			square[h] += (y - 300) * (y - 300);
			now.level = q + model->alpha * d;
			now.slope = model->phi * now.slope + model->beta * d;
			if (model->form.season != 'N')
				*season += model->form.season == 'M' ? model->gamma * (y - f) / q : model->gamma * (y - f);
		}
	}
}

/*
 * Means and variances against simulated paths: 100,000, or a million with FORECAST_PATHS=1000000.  The tolerances are
 * five standard errors.
 */
static void
test_simulated_paths(void **state)
{
	const char *given = getenv("FORECAST_PATHS");
	size_t		paths = given == NULL ? 100000 : (size_t) atol(given);

	for (size_t i = 0; i < GIVENS; i++)
	{
		SegEts		model = model_of(&givens[i]);
		SegEtsState start = {.level = 300, .slope = model.form.trend == 'N' ? 0 : 3};
		double		sum[PATHS_AHEAD];
		double		square[PATHS_AHEAD];
		double		mean[PATHS_AHEAD];
		double		variance[PATHS_AHEAD];
		double		scratch[2 * PATHS_AHEAD];

		model.m = model.form.season == 'N' ? 1 : 4;
		model.sigma2 = model.form.error == 'M' ? 0.01 : 900;
		for (int j = 0; j < 4 && model.form.season != 'N'; j++)
			start.season[j] = model.form.season == 'M' ? 0.7 + 0.2 * j : 20 * j - 30;
		seg_ets_ahead(&model, &start, PATHS_AHEAD, mean, variance, scratch);
		simulate(&model, &start, paths, sum, square);
		for (size_t h = 0; h < PATHS_AHEAD; h++)
		{
			double		n = (double) paths;
			double		found = sum[h] / n;
			double		spread = square[h] / n - (found - 300) * (found - 300);

			assert_close(found, mean[h], 5 * sqrt(variance[h] / n));
			assert_near(spread, variance[h], 5 * sqrt(2.5 / n));
		}
	}
}

static void
test_admissible(void **state)
{
	SegEts		model = {.form = {'A', 'A', 'A'}, .m = 12, .alpha = .3, .beta = .02, .gamma = .5, .phi = 1};

	assert_true(seg_ets_is_admissible(&model));
	model.alpha = 1.7;
	model.beta = 0;
	assert_false(seg_ets_is_admissible(&model));
	/* without a season: 0 < alpha < 2, 0 < beta < 4 - 2 alpha */
	model = (SegEts) {.form = {'A', 'A', 'N'}, .m = 1, .alpha = 1.5, .beta = .9, .phi = 1};
	assert_true(seg_ets_is_admissible(&model));
	model.beta = 1.1;
	assert_false(seg_ets_is_admissible(&model));
	model = (SegEts) {.form = {'A', 'N', 'N'}, .m = 1, .alpha = 1.99};
	assert_true(seg_ets_is_admissible(&model));
	model.alpha = 2.01;
	assert_false(seg_ets_is_admissible(&model));
	model.alpha = -0.01;
	assert_false(seg_ets_is_admissible(&model));
}

static void
test_names(void **state)
{
	SegEtsForm	form;
	char		name[5];

	for (size_t i = 0; i < SEG_ETS_FORMS; i++)
	{
		seg_ets_name(seg_ets_forms[i], name);
		assert_true(seg_ets_form_of(name, &form));
		assert_memory_equal(&form, &seg_ets_forms[i], sizeof(form));
	}
	assert_false(seg_ets_form_of("AMM", &form));
	assert_false(seg_ets_form_of("", &form));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_parameters),
		cmocka_unit_test(test_gradient),
		cmocka_unit_test(test_simulated_paths),
		cmocka_unit_test(test_admissible),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
