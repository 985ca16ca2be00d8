/*
 * test_rfm_score.c
 *		Scores of RFM: ties, and recency counted backwards.
 */
#include "unit.h"

#include "rfm/rfm_score.h"

/* A value equal to a cut is below it with ties lower, above it with ties upper. */
static void
ties_go_to_one_side(void **state)
{
	SegRfmModel model = {.bins = 3, .measures = {{.cuts = {10, 20}}, {.cuts = {10, 20}}, {.cuts = {10, 10}}}};
	int			scores[SEG_RFM_MEASURES];

	seg_rfm_score(&model, (double[]) {10, 10, 10}, scores);
	assert_memory_equal(scores, ((int[]) {3, 1, 1}), sizeof(scores));
	model.ties = SEG_RFM_UPPER;
	seg_rfm_score(&model, (double[]) {10, 10, 10}, scores);
	assert_memory_equal(scores, ((int[]) {2, 2, 3}), sizeof(scores));
}

static void
few_days_are_the_best_recency(void **state)
{
	SegRfmModel model = {.bins = 3, .measures = {{.cuts = {10, 20}}, {.cuts = {10, 20}}, {.cuts = {10, 20}}}};
	int			scores[SEG_RFM_MEASURES];

	seg_rfm_score(&model, (double[]) {0, 0, -5}, scores);
	assert_memory_equal(scores, ((int[]) {3, 1, 1}), sizeof(scores));
	seg_rfm_score(&model, (double[]) {21, 21, 15}, scores);
	assert_memory_equal(scores, ((int[]) {1, 3, 2}), sizeof(scores));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ties_go_to_one_side),
		cmocka_unit_test(few_days_are_the_best_recency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
