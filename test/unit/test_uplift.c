/*
 * test_uplift.c
 *		uplift: the Qini curve, its standard error, bins, and the bytes of a model.
 */
#include "unit.h"

#include "uplift/uplift_model.h"

/*
 * By a calculation of our own in numpy, from the ten rows (treated, outcome, score): 1 1 .9,
 * 1 1 .8, 0 0 .8, 1 1 .7, 0 1 .7, 0 0 .5, 1 0 .5, 0 1 .3, 1 0 .2, 0 0 .2: the curve, and
 * trapz(curve) - curve[last] / 2.
 */
static const double scores[] = {.2, .3, .5, .7, .8, .9};
static const SegHits hits[][SEG_UPLIFT_GROUPS] = {
	{{1, 0}, {1, 0}}, {{0, 0}, {1, 1}}, {{1, 0}, {1, 0}}, {{1, 1}, {1, 1}}, {{1, 1}, {1, 0}}, {{1, 1}, {0, 0}}
};
static const double curve[] = {.2, .4, .3, 1.0 / 3, .2, .2};

static void
figures_of_ten_rows(void **state)
{
	SegUpliftStep steps[6];
	SegUpliftMetrics metrics = seg_uplift_metrics(hits[0], 6, steps);

	assert_int_equal(metrics.totals[SEG_UPLIFT_TREATED].rows, 5);
	assert_int_equal(metrics.totals[SEG_UPLIFT_TREATED].hits, 3);
	assert_int_equal(metrics.totals[SEG_UPLIFT_CONTROL].rows, 5);
	assert_int_equal(metrics.totals[SEG_UPLIFT_CONTROL].hits, 2);
	for (int k = 0; k < 6; k++)
		assert_close(steps[k].curve, curve[k], 1e-15);
	assert_close(metrics.qini, 0.17, 1e-15);
	assert_close(metrics.std_error, 0.08321658488546621, 1e-15);
}

/* A score that is the same for all says nothing: exactly 0, without a standard error of rounding. */
static void
nothing_is_exactly_nothing(void **state)
{
	static const SegHits one[] = {{7, 3}, {9, 2}};
	static const SegHits all[][SEG_UPLIFT_GROUPS] = {{{3, 3}, {2, 2}}, {{1, 1}, {5, 5}}, {{4, 4}, {0, 0}}};
	static const SegHits none[][SEG_UPLIFT_GROUPS] = {{{3, 0}, {2, 0}}, {{1, 0}, {5, 0}}};
	SegUpliftStep steps[3];
	SegUpliftMetrics metrics = seg_uplift_metrics(one, 1, steps);

	assert_close(metrics.qini, 0, 0);
	assert_close(metrics.std_error, 0, 0);
	metrics = seg_uplift_metrics(none[0], 2, steps);
	assert_close(metrics.qini, 0, 0);
	assert_close(metrics.std_error, 0, 0);
	metrics = seg_uplift_metrics(all[0], 3, steps);
	assert_true(isfinite(metrics.qini) && isfinite(metrics.std_error));
}

static void
groups_without_rows(void **state)
{
	static const SegHits treated[] = {{7, 3}, {0, 0}};
	static const SegHits control[] = {{0, 0}, {7, 3}};
	static const SegHits single[] = {{1, 1}, {7, 3}};
	SegUpliftStep steps[1];
	SegUpliftBin split[2];

	assert_true(isnan(seg_uplift_metrics(treated, 1, steps).qini));
	assert_true(isnan(seg_uplift_metrics(control, 1, steps).qini));
	assert_true(isnan(seg_uplift_metrics(single, 1, steps).std_error));
	assert_int_equal(seg_uplift_bins(scores, control, 1, 2, split), 1);
	assert_true(isnan(split[0].curve));
}

static void
bins_go_down(void **state)
{
	SegUpliftBin split[3];

	/* numpy.quantile of the ten scores at 1/3 and 2/3: .5, .7 */
	assert_int_equal(seg_uplift_bins(scores, hits[0], 6, 3, split), 3);
	assert_int_equal(split[0].totals[SEG_UPLIFT_TREATED].rows, 2);
	assert_int_equal(split[0].totals[SEG_UPLIFT_CONTROL].rows, 1);
	assert_close(split[0].lowest, .8, 0);
	assert_close(split[0].highest, .9, 0);
	assert_close(split[0].mean, 2.5 / 3, 1e-15);
	assert_close(split[0].curve, .4, 1e-15);
	assert_close(split[1].curve, .3, 1e-15);
	assert_close(split[2].curve, .2, 1e-15);
	assert_int_equal(split[2].totals[SEG_UPLIFT_CONTROL].hits, 1);
}

static void
bytes_round_trip(void **state)
{
	SegHitList	model = {0, 2, 6, (double *) scores, (SegHits *) hits[0]};
	uint8_t		bytes[256];
	_Alignas(16) char room[320];
	SegWriter	writer = {bytes, 0};

	seg_uplift_encode(&writer, &model);
	for (size_t size = 0; size <= writer.size; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = seg_arena(room, seg_uplift_decoded_size(size));
		SegHitList	again = {0};
		SegStatus	status = seg_uplift_decode(&reader, SEG_UPLIFT_VERSION, &arena, &again);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
			assert_memory_equal(again.hits, hits, sizeof(hits));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_ten_rows),
		cmocka_unit_test(nothing_is_exactly_nothing),
		cmocka_unit_test(groups_without_rows),
		cmocka_unit_test(bins_go_down),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
