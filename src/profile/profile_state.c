/*
 * profile_state.c
 *		The flat state of profile_fit; see profile_state.h.  The fit is in profile_fit_state.c.
 */
#include "profile/profile_state.h"

#include "stats/value_tables.h"

static size_t
padded(size_t size)
{
	return (size + 7) / 8 * 8;
}

SegProfileParts
seg_profile_parts(const SegProfileState *state)
{
	SegProfileParts parts;

	parts.missing = (uint64_t *) (state + 1);
	parts.numbers = (SegValueTable *) (parts.missing + state->d + state->c);
	parts.texts = (SegTextTable *) (parts.numbers + state->d);
	parts.options = (uint8_t *) (parts.texts + state->c);
	parts.slots = (SegValueSlot *) (parts.options + padded(state->options_size));
	parts.text_slots = (SegTextSlot *) (parts.slots + seg_value_tables_slots(parts.numbers, state->d));
	return parts;
}

static inline SegTextSlot *
next_texts(const SegTextTable *table, const SegTextSlot *slots)
{
	return (SegTextSlot *) ((char *) slots + seg_text_table_size(table));
}

SegProfileSizes
seg_profile_least_sizes(void)
{
	SegProfileSizes sizes;

	for (int i = 0; i < SEG_PROFILE_ATTRIBUTES; i++)
	{
		sizes.log2_slots[i] = SEG_VALUE_TABLE_MIN_LOG2;
		sizes.texts[i] = seg_text_table_empty();
	}
	return sizes;
}

/* The bytes up to the slots. */
static size_t
head_size(uint32_t d, uint32_t c, uint32_t options_size)
{
	return sizeof(SegProfileState) + (size_t) (d + c) * sizeof(uint64_t) + d * sizeof(SegValueTable) +
		c * sizeof(SegTextTable) + padded(options_size);
}

size_t
seg_profile_state_size(uint32_t d, uint32_t c, uint32_t options_size, const SegProfileSizes *sizes)
{
	size_t		size = head_size(d, c, options_size);

	for (uint32_t j = 0; j < d; j++)
		size += sizeof(SegValueSlot) << sizes->log2_slots[j];
	for (uint32_t j = 0; j < c; j++)
		size += seg_text_table_size(&sizes->texts[j]);
	return size;
}

void
seg_profile_state_init(SegProfileState *state, uint32_t d, uint32_t c, uint32_t options_size)
{
	SegProfileParts parts;

	state->fit.state.magic = SEG_PROFILE_STATE_MAGIC;
	state->fit.d = d + c;
	state->d = d;
	state->c = c;
	state->options_size = options_size;
	parts = seg_profile_parts(state);
	for (uint32_t j = 0; j < d; j++)
		parts.numbers[j].log2_slots = SEG_VALUE_TABLE_MIN_LOG2;
	for (uint32_t j = 0; j < c; j++)
		parts.texts[j] = seg_text_table_empty();
}

/* ---- checks ---- */

/* The sizes of the tables, if their heads are sound. */
static bool
heads_are_sound(const SegProfileState *state, const SegProfileParts *parts, SegProfileSizes *sizes)
{
	for (uint32_t j = 0; j < state->d; j++)
	{
		if (!seg_value_table_head_is_sound(&parts->numbers[j]))
			return false;
		sizes->log2_slots[j] = parts->numbers[j].log2_slots;
	}
	for (uint32_t j = 0; j < state->c; j++)
	{
		if (!seg_text_table_head_is_sound(&parts->texts[j]))
			return false;
		sizes->texts[j] = parts->texts[j];
	}
	return true;
}

static bool
tables_are_sound(const SegProfileState *state, const SegProfileParts *parts)
{
	const SegValueSlot *slots = parts->slots;
	const SegTextSlot *texts = parts->text_slots;

	for (uint32_t j = 0; j < state->d + state->c; j++)
		if (parts->missing[j] > state->rows_used)
			return false;
	for (uint32_t j = 0; j < state->d; j++)
	{
		if (!seg_value_table_is_sound(&parts->numbers[j], slots, state->rows_used - parts->missing[j]))
			return false;
		slots += seg_value_slots(&parts->numbers[j]);
	}
	for (uint32_t j = 0; j < state->c; j++)
	{
		if (!seg_text_table_is_sound(&parts->texts[j], texts, state->rows_used - parts->missing[state->d + j]))
			return false;
		texts = next_texts(&parts->texts[j], texts);
	}
	return true;
}

/* The options are checked when they are read, at the end of the fit. */
bool
seg_profile_state_is_sound(const SegProfileState *state, size_t size)
{
	SegProfileParts parts;
	SegProfileSizes sizes;

	if (seg_fit_is_empty(&state->fit, size, SEG_PROFILE_STATE_MAGIC))
		return true;
	if (size < sizeof(SegProfileState) || state->fit.state.magic != SEG_PROFILE_STATE_MAGIC ||
		state->rows_used > SEG_STATE_MOST_ROWS || state->fit.rows_skipped > SEG_STATE_MOST_ROWS ||
		state->d > SEG_PROFILE_ATTRIBUTES || state->c > SEG_PROFILE_ATTRIBUTES ||
		state->d + state->c == 0 || state->d + state->c > SEG_PROFILE_ATTRIBUTES ||
		state->fit.d != state->d + state->c || state->options_size > SEG_PROFILE_MAX_OPTIONS ||
		size < head_size(state->d, state->c, state->options_size))
		return false;
	/* without the place of the slots, which the heads tell */
	parts.missing = (uint64_t *) (state + 1);
	parts.numbers = (SegValueTable *) (parts.missing + state->d + state->c);
	parts.texts = (SegTextTable *) (parts.numbers + state->d);
	if (!heads_are_sound(state, &parts, &sizes) ||
		size != seg_profile_state_size(state->d, state->c, state->options_size, &sizes))
		return false;
	parts = seg_profile_parts(state);
	return tables_are_sound(state, &parts);
}

/* ---- counting ---- */

bool
seg_profile_room(const SegProfileState *state, const SegProfileState *other, const SegProfileText *texts,
				 SegProfileSizes *sizes)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegProfileParts others = other == NULL ? parts : seg_profile_parts(other);
	bool		differ = seg_value_tables_room(parts.numbers, other == NULL ? NULL : others.numbers, state->d, sizes->log2_slots);

	for (uint32_t j = 0; j < state->c; j++)
	{
		uint32_t	distinct = (other == NULL ? 0 : others.texts[j].distinct) + (texts != NULL && texts[j].length > 0);
		size_t		bytes = (other == NULL ? 0 : others.texts[j].pool_used) + (texts == NULL ? 0 : texts[j].length);

		differ |= seg_text_table_room(&parts.texts[j], distinct, bytes, &sizes->texts[j]);
	}
	return differ;
}

SegStatus
seg_profile_grow(const SegProfileState *state, const SegProfileSizes *sizes, SegProfileState *grown)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegProfileParts to;
	const SegTextSlot *from_texts = parts.text_slots;
	SegTextSlot *texts;
	SegStatus	status;

	memcpy(grown, state, head_size(state->d, state->c, state->options_size));
	to = seg_profile_parts(grown);
	for (uint32_t j = 0; j < state->d; j++)
		to.numbers[j].log2_slots = sizes->log2_slots[j];
	to = seg_profile_parts(grown);
	status = seg_value_tables_grow(parts.numbers, parts.slots, state->d, to.numbers, to.slots);
	texts = to.text_slots;
	for (uint32_t j = 0; j < state->c && status == SEG_OK; j++)
	{
		to.texts[j] = (SegTextTable) {sizes->texts[j].log2_slots, 0, sizes->texts[j].pool_size, 0};
		status = seg_text_table_merge(&to.texts[j], texts, &parts.texts[j], from_texts);
		from_texts = next_texts(&parts.texts[j], from_texts);
		texts = next_texts(&to.texts[j], texts);
	}
	return status;
}

SegStatus
seg_profile_add(SegProfileState *state, const double *row, const SegProfileText *texts)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegValueSlot *slots = parts.slots;
	SegTextSlot *text_slots = parts.text_slots;
	SegStatus	status = SEG_OK;

	for (uint32_t j = 0; j < state->d && status == SEG_OK; j++)
	{
		SegValueTable *table = &parts.numbers[j];

		if (isnan(row[j]))
			parts.missing[j]++;
		else
		{
			seg_value_table_widen(table, row[j], parts.missing[j] == state->rows_used);
			status = seg_value_table_add(table, slots, row[j]);
		}
		slots += seg_value_slots(table);
	}
	for (uint32_t j = 0; j < state->c && status == SEG_OK; j++)
	{
		if (texts[j].length == 0)
			parts.missing[state->d + j]++;
		else
			status = seg_text_table_count(&parts.texts[j], text_slots, texts[j].text, texts[j].length, 1);
		text_slots = next_texts(&parts.texts[j], text_slots);
	}
	state->rows_used++;
	return status;
}

bool
seg_profile_wants_room(const SegProfileState *state)
{
	SegProfileParts parts = seg_profile_parts(state);

	return seg_value_tables_want_room(parts.numbers, state->d);
}

SegStatus
seg_profile_coarsen(SegProfileState *state, SegValueSlot *scratch)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegValueSlot *slots = parts.slots;
	SegStatus	status = SEG_OK;

	for (uint32_t j = 0; j < state->d && status == SEG_OK; j++)
	{
		status = seg_value_table_coarsen(&parts.numbers[j], slots, 0, scratch);
		slots += seg_value_slots(&parts.numbers[j]);
	}
	return status;
}

uint32_t
seg_profile_too_many(const SegProfileState *state)
{
	SegProfileParts parts = seg_profile_parts(state);
	uint32_t	j = 0;

	while (j < state->c && parts.texts[j].distinct <= SEG_TEXT_TABLE_MOST)
		j++;
	return j;
}

SegStatus
seg_profile_merge(SegProfileState *into, const SegProfileState *from, SegValueSlot *scratch)
{
	SegProfileParts parts = seg_profile_parts(into);
	SegProfileParts others = seg_profile_parts(from);
	SegTextSlot *texts = parts.text_slots;
	const SegTextSlot *other_texts = others.text_slots;
	SegStatus	status = seg_value_tables_merge(parts.numbers, parts.slots, others.numbers, others.slots, into->d, scratch);

	for (uint32_t j = 0; j < into->d && status == SEG_OK; j++)
	{
		if (others.missing[j] == from->rows_used)
			continue;
		seg_value_table_widen(&parts.numbers[j], others.numbers[j].min, parts.missing[j] == into->rows_used);
		seg_value_table_widen(&parts.numbers[j], others.numbers[j].max, false);
	}
	for (uint32_t j = 0; j < into->c && status == SEG_OK; j++)
	{
		status = seg_text_table_merge(&parts.texts[j], texts, &others.texts[j], other_texts);
		texts = next_texts(&parts.texts[j], texts);
		other_texts = next_texts(&others.texts[j], other_texts);
	}
	for (uint32_t j = 0; j < into->d + into->c; j++)
		parts.missing[j] += others.missing[j];
	into->rows_used += from->rows_used;
	return status;
}
