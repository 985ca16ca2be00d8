/*
 * test_rfm.c
 *		RFM: quantile cuts, ties, the flat state's levels and merges, the codec.
 */
#include "unit.h"

#include <stdio.h>

#include "base/rng.h"
#include "rfm/rfm.h"
#include "rfm/rfm_model.h"

/* ---- a state on the heap, handled as the aggregate handles it ---- */

static SegRfmState *
new_state(uint32_t bins)
{
	const uint32_t log2_slots[] = {SEG_RFM_MIN_LOG2, SEG_RFM_MIN_LOG2, SEG_RFM_MIN_LOG2};
	SegRfmOptions options = {.bins = bins};
	SegRfmState *state = calloc(1, seg_rfm_state_size(log2_slots));

	seg_rfm_state_init(state, &options);
	assert_true(seg_rfm_state_is_sound(state, seg_rfm_state_size(log2_slots)));
	return state;
}

static SegRfmSlot *
new_scratch(void)
{
	return calloc((size_t) 1 << SEG_RFM_MAX_LOG2, sizeof(SegRfmSlot));
}

static SegRfmState *
make_room(SegRfmState *state, const SegRfmState *other)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];
	SegRfmState *grown;

	if (!seg_rfm_room(state, other, log2_slots))
		return state;
	grown = calloc(1, seg_rfm_state_size(log2_slots));
	assert_int_equal(seg_rfm_grow(state, log2_slots, grown), SEG_OK);
	assert_true(seg_rfm_state_is_sound(grown, seg_rfm_state_size(log2_slots)));
	free(state);
	return grown;
}

static SegRfmState *
count_row(SegRfmState *state, double r, double f, double m)
{
	const double values[] = {r, f, m};

	assert_int_equal(seg_rfm_add(state, values), SEG_OK);
	if (!seg_rfm_wants_room(state))
		return state;
	state = make_room(state, NULL);
	if (seg_rfm_wants_room(state))
	{
		SegRfmSlot *scratch = new_scratch();

		for (int i = 0; i < SEG_RFM_MEASURES; i++)
			assert_int_equal(seg_rfm_coarsen(state, i, 0, scratch), SEG_OK);
		free(scratch);
	}
	assert_false(seg_rfm_wants_room(state));
	return state;
}

static SegRfmState *
merge_states(SegRfmState *into, SegRfmState *from)
{
	SegRfmSlot *scratch = new_scratch();

	into = make_room(into, from);
	assert_int_equal(seg_rfm_merge(into, from, scratch), SEG_OK);
	free(scratch);
	free(from);
	return into;
}

static SegRfmModel
fit_state(SegRfmState *state)
{
	SegRfmSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_int_equal(seg_rfm_fit(state, scratch, &model), SEG_OK);
	free(scratch);
	free(state);
	return model;
}

static void
assert_same_model(const SegRfmModel *a, const SegRfmModel *b)
{
	assert_memory_equal(a, b, sizeof(SegRfmModel));
}

/* ---- cuts ---- */

static int
by_value(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* R: quantile(c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), c(.2, .4, .6, .8), type = 7) is 2 3 5 5 */
static void
cuts_are_type_7_quantiles(void **state)
{
	const double x[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
	SegRfmState *s = new_state(5);
	SegRfmModel model;

	for (int i = 0; i < 11; i++)
		s = count_row(s, x[i], 10 * x[i], -x[i]);
	model = fit_state(s);
	assert_same_double(model.measures[SEG_RECENCY].cuts[0], 2.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[1], 3.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[2], 5.0);
	assert_same_double(model.measures[SEG_RECENCY].cuts[3], 5.0);
	assert_same_double(model.measures[SEG_MONETARY].cuts[0], -5.0);
	assert_same_double(model.measures[SEG_MONETARY].cuts[3], -2.0);
	assert_same_double(model.measures[SEG_FREQUENCY].min, 10.0);
	assert_same_double(model.measures[SEG_FREQUENCY].max, 90.0);
	assert_int_equal(model.measures[SEG_FREQUENCY].distinct, 7);
	assert_int_equal(model.rows_used, 11);
}

/* Against sorting, for every number of rows and bins that stands at an edge. */
static void
cuts_agree_with_sorting(void **state)
{
	SegRng		rng = seg_rng(11, 0);

	for (int n = 1; n <= 60; n++)
		for (int bins = SEG_RFM_MIN_BINS; bins <= SEG_RFM_MAX_BINS; bins++)
		{
			SegRfmState *s = new_state(bins);
			SegRfmModel model;
			double		x[60];

			for (int i = 0; i < n; i++)
			{
				x[i] = (double) seg_rng_below(&rng, 20) - 10;
				s = count_row(s, 0, 1, x[i]);
			}
			qsort(x, n, sizeof(double), by_value);
			model = fit_state(s);
			for (int i = 1; i < bins; i++)
			{
				int			whole = (n - 1) * i / bins;
				double		share = (double) ((n - 1) * i % bins) / bins;
				double		high = whole + 1 < n ? x[whole + 1] : x[whole];

				assert_close(model.measures[SEG_MONETARY].cuts[i - 1],
							 x[whole] + share * (high - x[whole]), 0);
			}
		}
}

static void
extremes_do_not_overflow(void **state)
{
	SegRfmState *s = new_state(2);
	SegRfmModel model;

	s = count_row(s, 0, 5e-324, -DBL_MAX);
	s = count_row(s, 0, 5e-324, DBL_MAX);
	model = fit_state(s);
	assert_same_double(model.measures[SEG_MONETARY].cuts[0], 0.0);
	assert_same_double(model.measures[SEG_FREQUENCY].cuts[0], 5e-324);
}

static void
nothing_has_no_cuts(void **state)
{
	SegRfmState *s = new_state(5);
	SegRfmSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_int_equal(seg_rfm_fit(s, scratch, &model), SEG_NO_ROWS);
	free(scratch);
	free(s);
}

/* ---- more distinct values than the budget ---- */

static double
awkward(int i)
{
	return (i % 2 ? -1 : 1) * sqrt(i) * (i % 5 ? 1 : 1e-6);
}

/* The level is the smallest at which all distinct values fit, in any order and split. */
static void
levels_do_not_depend_on_order(void **state)
{
	enum
	{
		N = 250000
	};
	SegRfmState *forward = new_state(5);
	SegRfmState *backward = new_state(5);
	SegRfmState *parts[3] = {new_state(5), new_state(5), new_state(5)};
	SegRfmModel one;
	SegRfmModel other;

	for (int i = 0; i < N; i++)
	{
		int			part = i < 1000 ? 0 : 1 + i % 2;

		forward = count_row(forward, i % 700, 1 + i % 9, awkward(i));
		backward = count_row(backward, (N - 1 - i) % 700, 1 + (N - 1 - i) % 9, awkward(N - 1 - i));
		parts[part] = count_row(parts[part], i % 700, 1 + i % 9, awkward(i));
	}
	parts[0] = merge_states(parts[0], parts[1]);
	parts[2] = merge_states(parts[2], parts[0]);
	one = fit_state(forward);
	other = fit_state(backward);
	assert_same_model(&one, &other);
	other = fit_state(parts[2]);
	assert_same_model(&one, &other);

	assert_int_equal(one.measures[SEG_RECENCY].level, 0);
	assert_true(one.measures[SEG_MONETARY].level > 0);
	assert_between(one.measures[SEG_MONETARY].distinct, SEG_RFM_BUDGET / 3, SEG_RFM_BUDGET);
	for (int i = 0; i < 4; i++)
	{
		double		below = 0;

		for (int j = 0; j < N; j++)
			below += awkward(j) < one.measures[SEG_MONETARY].cuts[i];
		assert_true(one.measures[SEG_MONETARY].errors[i] > 0);
		assert_close(below / N, (i + 1) / 5.0, one.measures[SEG_MONETARY].errors[i] + 1.0 / N);
	}
}

/* Exactly as many distinct values as the budget are kept exactly; one more is not. */
static void
budget_is_exact_up_to_its_last_value(void **state)
{
	SegRfmState *s = new_state(9);
	SegRfmModel model;
	SegRfmState *more;

	for (int i = 0; i < SEG_RFM_BUDGET; i++)
		s = count_row(s, 1, 1, i + 0.1);
	more = calloc(1, seg_rfm_state_size((uint32_t[]) {4, 4, 17}));
	memcpy(more, s, seg_rfm_state_size((uint32_t[]) {4, 4, 17}));
	model = fit_state(s);
	assert_int_equal(model.measures[SEG_MONETARY].level, 0);
	assert_int_equal(model.measures[SEG_MONETARY].distinct, SEG_RFM_BUDGET);
	more = count_row(more, 1, 1, -0.1);
	model = fit_state(more);
	assert_true(model.measures[SEG_MONETARY].level > 0);
}

static void
damaged_states_are_refused(void **state)
{
	const uint32_t log2_slots[] = {SEG_RFM_MIN_LOG2, SEG_RFM_MIN_LOG2, SEG_RFM_MIN_LOG2};
	size_t		size = seg_rfm_state_size(log2_slots);
	SegRfmState *s = new_state(5);
	SegRfmSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_false(seg_rfm_state_is_sound(s, size - 1));
	assert_false(seg_rfm_state_is_sound(s, 8));
	s->tables[1].log2_slots = 63;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[1].log2_slots = SEG_RFM_MIN_LOG2;
	s->tables[2].distinct = 14;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[2].distinct = 0;
	s = count_row(s, 1, 1, 1);
	assert_true(seg_rfm_state_is_sound(s, size));
	for (SegRfmSlot *slot = s->slots; slot < s->slots + (3 << SEG_RFM_MIN_LOG2); slot++)
	{
		SegRfmSlot	good = *slot;

		slot->count ^= 1;
		assert_false(seg_rfm_state_is_sound(s, size));
		*slot = good;
		if (good.count == 0)
			continue;
		slot->key ^= UINT64_C(1) << 40;
		assert_false(seg_rfm_state_is_sound(s, size));
		*slot = good;
	}
	s->tables[0].min = NAN;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[0].min = 1;
	s->options.cuts[1][3] = 5;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->options.cuts[1][3] = 0;
	assert_true(seg_rfm_state_is_sound(s, size));
	s->rows_used = 2;
	assert_false(seg_rfm_state_is_sound(s, size));
	assert_int_equal(seg_rfm_fit(s, scratch, &model), SEG_MALFORMED_STATE);
	/* a table without a free slot that claims to have one */
	for (int i = 0; i < 3 << SEG_RFM_MIN_LOG2; i++)
		s->slots[i] = (SegRfmSlot) {i, 1};
	assert_int_equal(seg_rfm_add(s, (double[]) {1.5, 1.5, 1.5}), SEG_MALFORMED_STATE);
	free(scratch);
	free(s);
}

/* ---- scores and names ---- */

static const char *
code_of(SegRfmScheme scheme, const int scores[3])
{
	const SegRfmSegment *segments;
	size_t		count = seg_rfm_segments(scheme, &segments);
	size_t		place = seg_rfm_place(scheme, scores);

	assert_true(place + SEG_RFM_INACTIVE < count);
	return segments[place].code;
}

/* Each of the 25 cells of recency and frequency, as DESIGN and README print them. */
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
segments_have_names_and_words_for_the_unscored(void **state)
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

/* ---- the codec ---- */

static SegRfmModel
sample_model(void)
{
	SegRfmState *s = new_state(4);

	for (int i = 0; i < 100; i++)
		s = count_row(s, i % 17, 1 + i % 5, i * 0.25 - 3);
	return fit_state(s);
}

static void
codec_round_trip(void **state)
{
	SegRfmModel model = sample_model();
	SegRfmModel back;
	uint8_t		bytes[512];
	SegWriter	counter = {NULL, 0};
	SegWriter	writer = {bytes, 0};
	SegArena	arena = seg_arena(NULL, 0);

	seg_rfm_encode(&counter, &model);
	seg_rfm_encode(&writer, &model);
	assert_int_equal(counter.size, writer.size);
	for (size_t size = 0; size <= writer.size + 1; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegStatus	status = seg_rfm_decode(&reader, 1, &arena, &back);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
			assert_same_model(&model, &back);
	}
}

static void
codec_refuses_what_cannot_be(void **state)
{
	for (int fault = 0; fault < 8; fault++)
	{
		SegRfmModel model = sample_model();
		SegRfmMeasure *measure = &model.measures[fault % 3];
		uint8_t		bytes[512];
		SegWriter	writer = {bytes, 0};
		SegReader	reader;
		SegArena	arena = seg_arena(NULL, 0);

		switch (fault)
		{
			case 0:
				model.ties = 2;
				break;
			case 1:
				measure->cuts[1] = measure->cuts[0] - 1;
				break;
			case 2:
				measure->errors[0] = 0.5;
				break;
			case 3:
				measure->level = 1;
				measure->errors[2] = 1.5;
				break;
			case 4:
				measure->level = 53;
				break;
			case 5:
				measure->min = measure->max + 1;
				break;
			case 6:
				measure->explicit_cuts = true;
				break;
			case 7:
				measure->distinct = SEG_RFM_BUDGET + 1;
				break;
		}
		seg_rfm_encode(&writer, &model);
		reader = seg_reader(bytes, writer.size);
		assert_int_equal(seg_rfm_decode(&reader, 1, &arena, &model), SEG_MALFORMED_MODEL);
	}
}

/*
 * Bytes of format 1 are read for ever.  Made by rfm_fit over 200 rows,
 * ((i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0) for i = 1 .. 200.
 */
static void
golden_model_is_read(void **state)
{
	uint8_t		bytes[512];
	uint8_t		again[512];
	FILE	   *file = fopen(SEG_TOP "/test/data/rfm_v1.segm", "rb");
	size_t		size;
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena = seg_arena(NULL, 0);
	SegWriter	writer = {again + SEG_ENVELOPE_SIZE, 0};
	SegRfmModel model;
	SegRfmState *s = new_state(5);
	SegRfmModel fitted;
	int			scores[SEG_RFM_MEASURES];

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, SEG_RFM_VERSION, &kind, &version, &reader), SEG_OK);
	assert_int_equal(version, 1);
	assert_int_equal(seg_rfm_decode(&reader, version, &arena, &model), SEG_OK);
	for (int i = 1; i <= 200; i++)
		s = count_row(s, (i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0);
	fitted = fit_state(s);
	assert_same_model(&model, &fitted);
	seg_rfm_score(&model, (double[]) {12, 3, 80.5}, scores);
	assert_memory_equal(scores, ((int[]) {5, 2, 2}), sizeof(scores));
	seg_rfm_encode(&writer, &model);
	seg_envelope_seal(again, writer.size, SEG_KIND_RFM, 1);
	assert_int_equal(SEG_ENVELOPE_SIZE + writer.size, size);
	assert_memory_equal(bytes, again, size);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_are_type_7_quantiles),
		cmocka_unit_test(cuts_agree_with_sorting),
		cmocka_unit_test(extremes_do_not_overflow),
		cmocka_unit_test(nothing_has_no_cuts),
		cmocka_unit_test(levels_do_not_depend_on_order),
		cmocka_unit_test(budget_is_exact_up_to_its_last_value),
		cmocka_unit_test(damaged_states_are_refused),
		cmocka_unit_test(every_grid_cell_has_one_name),
		cmocka_unit_test(segments_have_names_and_words_for_the_unscored),
		cmocka_unit_test(rules_overlap_when_a_cell_is_in_both),
		cmocka_unit_test(codec_round_trip),
		cmocka_unit_test(codec_refuses_what_cannot_be),
		cmocka_unit_test(golden_model_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
