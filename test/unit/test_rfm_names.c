/*
 * test_rfm_names.c
 *		Schemes of RFM segments: every cell, every language.
 */
#include "unit.h"

#include "rfm/rfm_names.h"

static const char *
code_of(SegRfmScheme scheme, const int scores[3])
{
	const SegRfmSegment *segments;
	size_t		count = seg_rfm_segments(scheme, &segments);
	size_t		place = seg_rfm_place(scheme, scores);

	assert_true(place + SEG_RFM_INACTIVE < count);
	return segments[place].code;
}

/* Each of the 25 cells of recency and frequency, as the documentation shows them. */
static void
every_grid_cell_has_one_name(void **state)
{
	static const char *const expected[5][5] = {
		{"hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"},
		{"hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"},
		{"about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"},
		{"promising", "potential_loyalists", "potential_loyalists", "loyal", "loyal"},
		{"new", "potential_loyalists", "potential_loyalists", "champions", "champions"},
	};

	for (int r = 1; r <= 5; r++)
		for (int f = 1; f <= 5; f++)
			for (int m = 1; m <= 5; m++)
				assert_string_equal(code_of(SEG_RFM_GRID, (int[]) {r, f, m}), expected[r - 1][f - 1]);
	assert_string_equal(code_of(SEG_RFM_CRAN, (int[]) {5, 5, 5}), "champions");
	assert_string_equal(code_of(SEG_RFM_CRAN, (int[]) {1, 1, 3}), "lost");
	assert_string_equal(code_of(SEG_RFM_CRAN, (int[]) {5, 5, 1}), "others");
}

static void
segments_have_names_also_without_scores(void **state)
{
	const SegRfmSegment *segments;

	for (SegRfmScheme scheme = SEG_RFM_GRID; scheme <= SEG_RFM_CRAN; scheme++)
	{
		size_t		count = seg_rfm_segments(scheme, &segments);

		for (size_t i = 0; i < count; i++)
			for (int j = 0; j < SEG_RFM_LANGUAGES; j++)
			{
				assert_true(strlen(segments[i].names[j]) > 0);
				for (size_t other = 0; other < i; other++)
				{
					assert_string_not_equal(segments[i].code, segments[other].code);
					assert_string_not_equal(segments[i].names[j], segments[other].names[j]);
				}
			}
		assert_string_equal(segments[count - SEG_RFM_INACTIVE].code, "inactive");
		assert_string_equal(segments[count - SEG_RFM_NOT_SCORED].code, "not_scored");
	}
	assert_int_equal(seg_rfm_segments(SEG_RFM_NONE, &segments), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_grid_cell_has_one_name),
		cmocka_unit_test(segments_have_names_also_without_scores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
