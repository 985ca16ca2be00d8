/*
 * profile_fit_state.c
 *		From counted numbers and texts to letters; see profile_state.h.
 */
#include "profile/profile_state.h"

#include "base/sort.h"
#include "stats/value_cuts.h"
#include "stats/value_tables.h"

size_t
seg_profile_fit_size(const SegProfileState *state)
{
	SegProfileParts parts = seg_profile_parts(state);
	size_t		size = seg_profile_decoded_size(state->options_size);

	for (uint32_t j = 0; j < state->d + state->c; j++)
		size += SEG_PROFILE_MAX_LETTERS * (sizeof(double) + sizeof(uint64_t) + sizeof(SegProfileText)) + 8 * SEG_ARENA_ALIGN;
	for (uint32_t j = 0; j < state->c; j++)
		size += parts.texts[j].distinct * sizeof(uint64_t) +
			SEG_PROFILE_OWN * (SEG_TEXT_TABLE_LONGEST + 1 + SEG_ARENA_ALIGN);
	return size;
}

static SegStatus
fit_number(const SegValueTable *table, const SegValueSlot *slots, uint64_t rows, uint32_t letters, SegArena *arena,
		   SegValueSlot *scratch, SegProfileAttribute *attribute)
{
	SegStatus	status = SEG_OK;

	if (!attribute->is_given)
		attribute->letters = rows == 0 ? 0 : letters;
	attribute->level = (int) table->level;
	attribute->min = table->min;
	attribute->max = table->max;
	attribute->counts = seg_arena_take(arena, SEG_PROFILE_MAX_LETTERS, sizeof(uint64_t));
	if (attribute->counts == NULL)
		return SEG_MALFORMED_STATE;
	memset(attribute->counts, 0, SEG_PROFILE_MAX_LETTERS * sizeof(uint64_t));
	if (attribute->letters == 0)
		return SEG_OK;
	if (!attribute->is_given)
	{
		attribute->cuts = seg_arena_take(arena, SEG_PROFILE_MAX_LETTERS, sizeof(double));
		if (attribute->cuts == NULL)
			return SEG_MALFORMED_STATE;
		status = seg_value_cuts(table, slots, rows, (int) letters, scratch, attribute->cuts, NULL);
	}
	if (status == SEG_OK)
		seg_value_cuts_count(table, slots, attribute->cuts, attribute->letters - 1, attribute->counts);
	return status;
}

/* The number of the text among the categories that are given; their count when it is none of them. */
static uint32_t
given_letter(const SegProfileText *categories, uint32_t given, const char *text, size_t length)
{
	uint32_t	i = 0;

	while (i < given && !(categories[i].length == length && memcmp(categories[i].text, text, length) == 0))
		i++;
	return i;
}

static bool
is_below(const void *a, const void *b, const void *argument)
{
	return *(const uint64_t *) a < *(const uint64_t *) b;
}

/* Copy a text to the next category. */
static bool
take_letter(SegArena *arena, const char *text, size_t length, uint64_t rows, SegProfileAttribute *attribute)
{
	char	   *copy = seg_arena_take(arena, length + 1, 1);

	if (copy == NULL)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	attribute->counts[attribute->letters] = rows;
	attribute->categories[attribute->letters++] = (SegProfileText) {copy, length};
	return true;
}

static SegStatus
fit_category(const SegTextTable *table, const SegTextSlot *slots, SegArena *arena, SegTextSlot *sorted,
			 SegProfileAttribute *attribute)
{
	const char *pool = seg_text_pool(table, slots);
	uint32_t	given = attribute->letters;
	SegProfileText *categories = seg_arena_take(arena, SEG_PROFILE_OWN, sizeof(SegProfileText));

	attribute->counts = seg_arena_take(arena, SEG_PROFILE_OWN, sizeof(uint64_t));
	attribute->other_hashes = seg_arena_take(arena, table->distinct, sizeof(uint64_t));
	if (categories == NULL || attribute->counts == NULL || attribute->other_hashes == NULL)
		return SEG_MALFORMED_STATE;
	memset(attribute->counts, 0, SEG_PROFILE_OWN * sizeof(uint64_t));
	if (given > 0)
		memcpy(categories, attribute->categories, given * sizeof(SegProfileText));
	attribute->categories = categories;
	seg_text_table_sort(table, slots, sorted);
	for (uint32_t i = 0; i < table->distinct; i++)
	{
		const char *text = pool + sorted[i].offset;
		uint32_t	letter = given_letter(categories, given, text, sorted[i].length);

		seg_check_step(i);
		if (letter < given)
			attribute->counts[letter] = sorted[i].count;
		else if (attribute->letters < SEG_PROFILE_OWN)
		{
			if (!take_letter(arena, text, sorted[i].length, sorted[i].count, attribute))
				return SEG_MALFORMED_STATE;
		}
		else
		{
			attribute->other_hashes[attribute->others++] = sorted[i].hash;
			attribute->other_rows += sorted[i].count;
		}
	}
	seg_sort(attribute->other_hashes, attribute->others, sizeof(uint64_t), is_below, NULL);
	return SEG_OK;
}

SegStatus
seg_profile_fit(const SegProfileState *state, SegArena *arena, SegValueSlot *scratch, SegTextSlot *sorted,
				SegProfileModel *model)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegReader	reader = seg_reader(parts.options, state->options_size);
	const SegValueSlot *slots = parts.slots;
	const SegTextSlot *texts = parts.text_slots;
	SegStatus	status = seg_profile_read(&reader, false, arena, model);

	if (status != SEG_OK || model->d != state->d || model->c != state->c)
		return SEG_MALFORMED_STATE;
	if (state->rows_used == 0)
		return SEG_NO_ROWS;
	model->is_fitted = true;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	for (uint32_t j = 0; j < state->d + state->c && status == SEG_OK; j++)
	{
		SegProfileAttribute *attribute = &model->attributes[j];

		attribute->missing = parts.missing[j];
		if (j < state->d)
		{
			status = fit_number(&parts.numbers[j], slots, state->rows_used - parts.missing[j], model->letters, arena, scratch, attribute);
			slots += seg_value_slots(&parts.numbers[j]);
		}
		else
		{
			const SegTextTable *table = &parts.texts[j - state->d];

			status = fit_category(table, texts, arena, sorted, attribute);
			texts = (const SegTextSlot *) ((const char *) texts + seg_text_table_size(table));
		}
	}
	return status;
}
