/*
 * test_trigger.c
 *		triggers: silences, returns and spending of single customers.
 */
#include "unit.h"

#include "rhythm/trigger.h"

/* Three customers with gaps of about 10, 20 and 40 days. */
static SegRhythm
fitted(double *points)
{
	static double cells[16];
	static double logs[16];
	SegRhythm	fit = {.points = points};

	seg_rhythm_enter(cells, (double[]) {9, 10, 12, 10}, 4);
	seg_rhythm_enter(cells + 5, (double[]) {20, 17, 24}, 3);
	seg_rhythm_enter(cells + 9, (double[]) {40, 33, 45}, 3);
	assert_int_equal(seg_rhythm_fit(cells, 13, logs, &fit), SEG_OK);
	return fit;
}

static void
silences(void **state)
{
	double		points[SEG_RHYTHM_POINTS];
	SegRhythm	fit = fitted(points);
	const int32_t days[] = {1000, 1010, 1019, 1031};
	double		gaps[4];
	SegRhythmOutlook outlook = seg_rhythm_outlook(&fit, seg_rhythm_mean((double[]) {9, 10, 12}, 3), 3);
	double		limit = seg_rhythm_gap(&fit, outlook, 0.9);
	double		median = seg_rhythm_gap(&fit, outlook, 0.5);
	int32_t		lapsed_on = 1031 + (int32_t) floor(limit) + 1;
	int32_t		due_on = 1031 + (int32_t) ceil(median);

	assert_true(limit > median && median > 1);
	for (int32_t today = 1031; today < 1100; today++)
	{
		const SegTriggerWindow window = {today, today - 30};
		SegSilence	silence = seg_trigger_silence(&fit, 0.9, &window, days, 4, gaps);

		assert_int_equal(silence.days, today - 1031);
		assert_close(silence.limit, limit, 1e-12);
		assert_close(silence.expected, median, 1e-12);
		assert_true(silence.is_lapsed == (today >= lapsed_on));
		assert_true(silence.is_due == (today >= due_on && today < lapsed_on));
		assert_int_equal(silence.lapsed_on, silence.is_lapsed ? lapsed_on : 0);
		assert_int_equal(silence.due_on, silence.is_due ? due_on : 0);
		assert_true(silence.is_lapsed == (silence.strength > 0.9));
	}
}

/* Customers who buy every 7 and every 14 days exactly: due on that day, lapsed on the next one, and never returned. */
static void
regular_customers(void **state)
{
	double		points[SEG_RHYTHM_POINTS];
	SegRhythm	fit = {.points = points};
	double		cells[16];
	double		logs[16];
	double		gaps[8];
	const int32_t days[] = {1000, 1007, 1014, 1021, 1028};
	SegReturn	found;

	seg_rhythm_enter(cells, (double[]) {7, 7, 7, 7, 7}, 5);
	seg_rhythm_enter(cells + 6, (double[]) {14, 14, 14}, 3);
	assert_int_equal(seg_rhythm_fit(cells, 10, logs, &fit), SEG_OK);
	for (int32_t today = 1028; today < 1060; today++)
	{
		const SegTriggerWindow window = {today, today - 30};
		SegSilence	silence = seg_trigger_silence(&fit, 0.95, &window, days, 5, gaps);

		assert_true(silence.limit == 7 && silence.expected == 7);
		assert_true(silence.is_due == (today == 1035));
		assert_true(silence.is_lapsed == (today > 1035));
		assert_int_equal(silence.lapsed_on, silence.is_lapsed ? 1036 : 0);
		assert_int_equal(silence.due_on, silence.is_due ? 1035 : 0);
	}
	for (size_t at = 2; at < 5; at++)
		assert_false(seg_trigger_returned(&fit, 0.95, days, at, gaps, &found));
}

/* The limit of a purchase is that of the gaps before it. */
static void
returns(void **state)
{
	double		points[SEG_RHYTHM_POINTS];
	SegRhythm	fit = fitted(points);
	const int32_t days[] = {1000, 1010, 1020, 1200};
	double		gaps[4];
	SegReturn	found;

	assert_false(seg_trigger_returned(&fit, 0.95, days, 1, gaps, &found));
	assert_int_equal(found.gap, 10);
	assert_close(found.limit, seg_rhythm_gap(&fit, seg_rhythm_outlook(&fit, 0, 0), 0.95), 1e-12);
	assert_true(seg_trigger_returned(&fit, 0.95, days, 3, gaps, &found));
	assert_int_equal(found.gap, 180);
	assert_close(found.limit, seg_rhythm_gap(&fit, seg_rhythm_outlook(&fit, log(10), 2), 0.95), 1e-12);
	assert_close(found.strength, 1, 0);
}

/* One customer with three gaps: the median is the gap in the middle, and the purchase is due on that day, whatever the rounding. */
static void
median_is_a_gap(void **state)
{
	for (int32_t gap = 3; gap <= 400; gap++)
	{
		double		cells[4];
		double		logs[3];
		double		points[SEG_RHYTHM_POINTS];
		double		gaps[4];
		SegRhythm	fit = {.points = points};
		const int32_t days[] = {1000, 1002, 1002 + gap, 1002 + 3 * gap};
		const SegTriggerWindow window = {days[3] + gap, days[3] - 1};
		SegSilence	silence;

		seg_rhythm_enter(cells, (double[]) {2, gap, 2 * gap}, 3);
		assert_int_equal(seg_rhythm_fit(cells, 4, logs, &fit), SEG_OK);
		assert_true(fit.tau2 == 0 && fit.sigma2 > 0);
		silence = seg_trigger_silence(&fit, 0.95, &window, days, 4, gaps);
		assert_true(silence.expected == gap && silence.is_due);
		assert_int_equal(silence.due_on, days[3] + gap);
	}
}

static bool
spend(const int32_t *days, const double *totals, size_t n, SegSpend *found)
{
	const SegTriggerWindow window = {1000, 970};

	return seg_trigger_spend(&window, 100, 2, days, totals, n, found);
}

/* Windows of 100 days, on day 1000: 901 .. 1000 and 801 .. 900. */
static void
spending(void **state)
{
	SegSpend	found;

	/* twice as much since day 990, and exactly twice */
	assert_true(spend((int32_t[]) {700, 850, 950, 990}, (double[]) {1, 10, 15, 5}, 4, &found));
	assert_true(found.is_up && found.day == 990 && found.sales == 20 && found.before == 10);
	/* too little */
	assert_false(spend((int32_t[]) {700, 850, 950, 990}, (double[]) {1, 10, 15, 4.99}, 4, &found));
	/* since before the window of events */
	assert_false(spend((int32_t[]) {700, 850, 950, 970}, (double[]) {1, 10, 15, 5}, 4, &found));
	assert_true(spend((int32_t[]) {700, 850, 950, 971}, (double[]) {1, 10, 15, 5}, 4, &found));
	/* less than half: on day 980 the sale of day 880 moves to the window before */
	assert_true(spend((int32_t[]) {700, 850, 880, 950}, (double[]) {1, 10, 30, 20}, 4, &found));
	assert_true(!found.is_up && found.day == 980 && found.sales == 20 && found.before == 40);
	/* a customer of less than both windows, one without a sale in the last, and one without before */
	assert_false(spend((int32_t[]) {801, 950, 990}, (double[]) {1, 15, 5}, 3, &found));
	assert_true(spend((int32_t[]) {800, 801, 990}, (double[]) {1, 1, 5}, 3, &found));
	assert_false(spend((int32_t[]) {700, 850, 900}, (double[]) {1, 10, 15}, 3, &found));
	assert_false(spend((int32_t[]) {700, 990}, (double[]) {1, 10}, 2, &found));
	/* no overflow at the ends */
	assert_true(spend((int32_t[]) {INT32_MIN, 850, 990}, (double[]) {1, DBL_MIN, DBL_MAX}, 3, &found));
	assert_true(spend((int32_t[]) {700, 850, 980, 990}, (double[]) {1, 1, DBL_MAX, DBL_MAX}, 4, &found));
	assert_true(found.is_up && found.sales == DBL_MAX && found.before == 1);
}

static void
windows(void **state)
{
	const SegTriggerWindow window = {1000, 970};

	assert_false(seg_trigger_is_new(&window, 970));
	assert_true(seg_trigger_is_new(&window, 971));
	assert_true(seg_trigger_is_new(&window, 1000));
	assert_false(seg_trigger_is_new(&window, 1001));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silences),
		cmocka_unit_test(regular_customers),
		cmocka_unit_test(returns),
		cmocka_unit_test(median_is_a_gap),
		cmocka_unit_test(spending),
		cmocka_unit_test(windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
