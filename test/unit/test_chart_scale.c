/*
 * test_chart_scale.c
 *		Scales and ticks; the figures are those of d3-scale 4.0.2 and d3-array 3.2.4.
 */
#include "unit.h"

#include "chart/chart_scale.h"

/* A chart of one layer with numbers on x. */
static void
set_numbers(SegChart *chart, const SegValue *values, size_t n, bool zero, bool nice, SegScaleType type)
{
	SegChannel *x = &chart->layers[0].channels[SEG_CHANNEL_X];

	memset(chart, 0, sizeof(*chart));
	chart->n_layers = 1;
	chart->layers[0].n = n;
	*x = (SegChannel) {.used = true, .values = values, .title = "", .format = ""};
	x->type = type == SEG_SCALE_BAND ? SEG_FIELD_DISCRETE : SEG_FIELD_QUANTITATIVE;
	x->scale.type = type;
	x->scale.zero = zero;
	x->scale.nice = nice;
	x->axis = (SegAxisSpec) {.shown = true, .labels = true, .format = ""};
}

static SegChart chart;
static SegScale scale;

/* node -e "d3.scaleLinear().domain([low, high]).nice().domain()" */
static void
nice_domains_are_those_of_d3(void **state)
{
	static const double cases[][4] = {
		{0, 0.97, 0, 1}, {0.123, 0.687, 0.1, 0.7}, {-3.2, 8.9, -4, 9}, {1234, 98765, 0, 100000}, {0, 7, 0, 7},
		{0, 1e-7, 0, 1e-7}, {-0.0003, 0.00061, -0.0003, 0.0007}, {5, 5, 5, 5}, {0, 6.37, 0, 6.5}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const SegValue values[] = {{SEG_VALUE_NUMBER, cases[i][0], NULL}, {SEG_VALUE_NUMBER, cases[i][1], NULL}};

		set_numbers(&chart, values, 2, false, true, SEG_SCALE_LINEAR);
		seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
		assert_close(scale.low, cases[i][2], 1e-12);
		assert_close(scale.high, cases[i][3], 1e-12);
	}
}

/* node -e "d3.tickStep" */
static void
steps_are_one_two_or_five(void **state)
{
	assert_same_double(seg_tick_step(0, 100, 10), 10);
	assert_same_double(seg_tick_step(0, 100, 5), 20);
	assert_same_double(seg_tick_step(0, 1, 10), -10);
	assert_same_double(seg_tick_step(0, 1, 5), -5);
	assert_same_double(seg_tick_step(0, 1e6, 7), 200000);
	assert_same_double(seg_tick_step(3, 3, 5), 0);
	assert_same_double(seg_tick_step(0, INFINITY, 5), 0);
}

static void
ticks_are_exact_multiples(void **state)
{
	const SegValue values[] = {{SEG_VALUE_NUMBER, 0, NULL}, {SEG_VALUE_NUMBER, 1, NULL}};
	SegTicks	ticks;

	set_numbers(&chart, values, 2, false, false, SEG_SCALE_LINEAR);
	seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
	seg_scale_ticks(&scale, 10, &ticks);
	assert_int_equal(ticks.count, 11);
	assert_same_double(ticks.values[3], 0.3);
	assert_same_double(ticks.values[7], 0.7);
	assert_int_equal(ticks.decimals, 1);
}

static void
a_missing_value_is_no_value(void **state)
{
	const SegValue values[] = {{SEG_VALUE_NULL, 0, NULL}, {SEG_VALUE_NUMBER, 4, NULL}};

	set_numbers(&chart, values, 2, true, false, SEG_SCALE_LINEAR);
	seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
	assert_same_double(scale.low, 0);
	assert_same_double(scale.high, 4);
	scale.start = 0;
	scale.stop = 100;
	assert_true(isnan(seg_scale_place(&scale, values[0])));
	assert_same_double(seg_scale_place(&scale, values[1]), 100);
	/* beyond the domain: its end */
	assert_same_double(seg_scale_number(&scale, 9), 100);
}

static void
without_values_there_is_a_domain(void **state)
{
	set_numbers(&chart, NULL, 0, true, true, SEG_SCALE_LINEAR);
	seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
	assert_same_double(scale.low, 0);
	assert_same_double(scale.high, 1);
}

/* One value, and the widest range of doubles. */
static void
extreme_domains_have_finite_places(void **state)
{
	const SegValue values[] = {{SEG_VALUE_NUMBER, -1e300, NULL}, {SEG_VALUE_NUMBER, 1e300, NULL}};
	SegTicks	ticks;

	for (size_t n = 1; n <= 2; n++)
	{
		set_numbers(&chart, values, n, false, true, SEG_SCALE_LINEAR);
		seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
		scale.start = 10;
		scale.stop = 20;
		for (size_t i = 0; i < n; i++)
			assert_true(seg_scale_place(&scale, values[i]) >= 10 && seg_scale_place(&scale, values[i]) <= 20);
		seg_scale_ticks(&scale, 5, &ticks);
		assert_between(ticks.count, 1, SEG_MAX_TICKS);
	}
}

/* node -e "d3.scaleBand().domain([...]).range([0, 100]).paddingInner(.2).paddingOuter(.1)" */
static void
bands_are_those_of_d3(void **state)
{
	const SegValue values[] = {{SEG_VALUE_TEXT, 0, "a"}, {SEG_VALUE_TEXT, 0, "b"}, {SEG_VALUE_TEXT, 0, "a"}, {SEG_VALUE_TEXT, 0, "c"}};

	set_numbers(&chart, values, 4, false, false, SEG_SCALE_BAND);
	chart.layers[0].channels[SEG_CHANNEL_X].scale.padding_inner = 0.2;
	chart.layers[0].channels[SEG_CHANNEL_X].scale.padding_outer = 0.1;
	seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
	scale.start = 0;
	scale.stop = 100;
	assert_int_equal(scale.n_categories, 3);
	assert_close(seg_scale_step(&scale), 33.333333, 1e-6);
	assert_close(seg_scale_band(&scale), 26.666667, 1e-6);
	assert_close(seg_scale_place(&scale, values[0]), 3.333333 + 13.333333, 1e-6);
	assert_close(seg_scale_place(&scale, values[3]), 70 + 13.333333, 1e-6);
	assert_true(isnan(seg_scale_place(&scale, (SegValue) {SEG_VALUE_TEXT, 0, "z"})));
}

static void
log_scales_have_powers_of_ten(void **state)
{
	const SegValue values[] = {{SEG_VALUE_NUMBER, 3, NULL}, {SEG_VALUE_NUMBER, 4200, NULL}, {SEG_VALUE_NUMBER, -1, NULL}};
	SegTicks	ticks;

	set_numbers(&chart, values, 3, false, true, SEG_SCALE_LOG);
	seg_scale_domain(&chart, SEG_CHANNEL_X, &scale);
	assert_same_double(scale.low, 1);
	assert_same_double(scale.high, 10000);
	scale.start = 0;
	scale.stop = 400;
	assert_close(seg_scale_number(&scale, 100), 200, 1e-9);
	assert_true(isnan(seg_scale_place(&scale, values[2])));
	seg_scale_ticks(&scale, 6, &ticks);
	assert_int_equal(ticks.count, 5);
	assert_same_double(ticks.values[4], 10000);
}

static void
viridis_has_its_ends(void **state)
{
	char		color[8];

	seg_viridis(0, color);
	assert_string_equal(color, "#440154");
	seg_viridis(1, color);
	assert_string_equal(color, "#fde725");
	seg_viridis(0.5, color);
	assert_string_equal(color, "#21918c");
	seg_viridis(NAN, color);
	assert_int_equal(strlen(color), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nice_domains_are_those_of_d3),
		cmocka_unit_test(steps_are_one_two_or_five),
		cmocka_unit_test(ticks_are_exact_multiples),
		cmocka_unit_test(a_missing_value_is_no_value),
		cmocka_unit_test(without_values_there_is_a_domain),
		cmocka_unit_test(extreme_domains_have_finite_places),
		cmocka_unit_test(bands_are_those_of_d3),
		cmocka_unit_test(log_scales_have_powers_of_ten),
		cmocka_unit_test(viridis_has_its_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
