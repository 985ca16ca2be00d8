/*
 * test_rfm_rules.c
 *		Rules of RFM segments: the first match, overlaps.
 */
#include "unit.h"

#include "rfm/rfm_rules.h"

static void
first_rule_that_matches_counts(void **state)
{
	const SegRfmRule rules[] = {
		{"best", {5, 5, 5}, {5, 5, 5}},
		{"recent", {4, 1, 1}, {5, 5, 5}},
		{"also recent", {4, 1, 1}, {4, 1, 1}},
	};

	assert_ptr_equal(seg_rfm_match(rules, 3, (int[]) {5, 5, 5}), &rules[0]);
	assert_ptr_equal(seg_rfm_match(rules, 3, (int[]) {5, 5, 4}), &rules[1]);
	assert_ptr_equal(seg_rfm_match(rules, 3, (int[]) {4, 1, 1}), &rules[1]);
	assert_null(seg_rfm_match(rules, 3, (int[]) {3, 5, 5}));
	assert_null(seg_rfm_match(rules, 0, (int[]) {5, 5, 5}));
}

static void
rules_overlap_when_a_cell_is_in_both(void **state)
{
	const SegRfmRule a = {"a", {1, 1, 1}, {3, 5, 5}};
	const SegRfmRule b = {"b", {3, 2, 1}, {5, 2, 9}};
	const SegRfmRule c = {"c", {4, 1, 1}, {5, 1, 5}};

	assert_true(seg_rfm_overlap(&a, &b));
	assert_true(seg_rfm_overlap(&b, &a));
	assert_false(seg_rfm_overlap(&a, &c));
	assert_false(seg_rfm_overlap(&b, &c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_rule_that_matches_counts),
		cmocka_unit_test(rules_overlap_when_a_cell_is_in_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
