/*
 * rfm_state.c
 *		The flat state of rfm_fit; see rfm_state.h.
 */
#include "rfm/rfm_state.h"

#include "stats/value_cuts.h"
#include "stats/value_tables.h"

static const SegValueSlot *
slots_read(const SegRfmState *state, int measure)
{
	const SegValueSlot *slots = state->slots;

	for (int i = 0; i < measure; i++)
		slots += seg_value_slots(&state->tables[i]);
	return slots;
}

static SegValueSlot *
slots_write(SegRfmState *state, int measure)
{
	return state->slots + (slots_read(state, measure) - state->slots);
}

size_t
seg_rfm_state_size(const uint32_t log2_slots[SEG_RFM_MEASURES])
{
	size_t		slots = 0;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		slots += (size_t) 1 << log2_slots[i];
	return sizeof(SegRfmState) + slots * sizeof(SegValueSlot);
}

void
seg_rfm_state_init(SegRfmState *state, const SegRfmOptions *options)
{
	state->fit.state.magic = SEG_RFM_MAGIC;
	state->fit.d = SEG_RFM_MEASURES;
	state->options = *options;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		state->tables[i].log2_slots = SEG_VALUE_TABLE_MIN_LOG2;
}

/* ---- checks ---- */

static bool
is_zero(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits == 0;
}

/* Explicit cuts are valid; all other cuts are zero. */
static bool
options_are_sound(const SegRfmOptions *options)
{
	if (options->bins < SEG_RFM_MIN_BINS || options->bins > SEG_RFM_MAX_BINS ||
		options->ties > SEG_RFM_UPPER)
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		size_t		count = options->explicit_cuts[i] == 0 ? 0 : options->bins - 1;

		if (options->explicit_cuts[i] > 1 || !seg_cuts_valid(options->cuts[i], count))
			return false;
		for (size_t at = count; at < SEG_RFM_MAX_CUTS; at++)
			if (!is_zero(options->cuts[i][at]))
				return false;
	}
	return true;
}

bool
seg_rfm_state_is_sound(const SegRfmState *state, size_t size)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];

	if (size < sizeof(SegRfmState) || state->fit.state.magic != SEG_RFM_MAGIC ||
		state->rows_used > SEG_STATE_MOST_ROWS || state->fit.rows_skipped > SEG_STATE_MOST_ROWS ||
		state->fit.d != SEG_RFM_MEASURES ||
		!options_are_sound(&state->options))
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		if (!seg_value_table_head_is_sound(&state->tables[i]))
			return false;
		log2_slots[i] = state->tables[i].log2_slots;
	}
	if (size != seg_rfm_state_size(log2_slots))
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		if (!seg_value_table_is_sound(&state->tables[i], slots_read(state, i),
									  state->options.explicit_cuts[i] ? 0 : state->rows_used))
			return false;
	return true;
}

/* ---- counting ---- */

SegStatus
seg_rfm_add(SegRfmState *state, const double values[SEG_RFM_MEASURES])
{
	SegValueSlot *slots = state->slots;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegValueTable *table = &state->tables[i];
		SegStatus	status = SEG_OK;

		seg_value_table_widen(table, values[i], state->rows_used == 0);
		if (!state->options.explicit_cuts[i])
			status = seg_value_table_add(table, slots, values[i]);
		if (status != SEG_OK)
			return status;
		slots += seg_value_slots(table);
	}
	state->rows_used++;
	return SEG_OK;
}

bool
seg_rfm_wants_room(const SegRfmState *state)
{
	return seg_value_tables_want_room(state->tables, SEG_RFM_MEASURES);
}

bool
seg_rfm_room(const SegRfmState *state, const SegRfmState *other,
			 uint32_t log2_slots[SEG_RFM_MEASURES])
{
	return seg_value_tables_room(state->tables, other == NULL ? NULL : other->tables, SEG_RFM_MEASURES, log2_slots);
}

SegStatus
seg_rfm_grow(const SegRfmState *state, const uint32_t log2_slots[SEG_RFM_MEASURES],
			 SegRfmState *grown)
{
	*grown = *state;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		grown->tables[i].log2_slots = log2_slots[i];
	return seg_value_tables_grow(state->tables, state->slots, SEG_RFM_MEASURES, grown->tables, grown->slots);
}

SegStatus
seg_rfm_coarsen(SegRfmState *state, SegRfmMeasureNo measure, uint32_t level, SegValueSlot *scratch)
{
	return seg_value_table_coarsen(&state->tables[measure], slots_write(state, measure), level, scratch);
}

SegStatus
seg_rfm_merge(SegRfmState *into, const SegRfmState *from, SegValueSlot *scratch)
{
	SegStatus	status;

	Assert(memcmp(&into->options, &from->options, sizeof(SegRfmOptions)) == 0);
	status = seg_value_tables_merge(into->tables, into->slots, from->tables, from->slots, SEG_RFM_MEASURES, scratch);
	if (status != SEG_OK)
		return status;
	for (int i = 0; from->rows_used > 0 && i < SEG_RFM_MEASURES; i++)
	{
		seg_value_table_widen(&into->tables[i], from->tables[i].min, into->rows_used == 0);
		seg_value_table_widen(&into->tables[i], from->tables[i].max, false);
	}
	into->rows_used += from->rows_used;
	return SEG_OK;
}

/* ---- fitting ---- */

static SegStatus
fit_measure(const SegRfmState *state, int measure, SegValueSlot *scratch, SegRfmMeasure *fitted)
{
	const SegValueTable *table = &state->tables[measure];
	int			cuts = state->options.bins - 1;

	if (!isfinite(table->min) || !isfinite(table->max) || table->min > table->max)
		return SEG_MALFORMED_STATE;
	fitted->min = table->min;
	fitted->max = table->max;
	fitted->explicit_cuts = state->options.explicit_cuts[measure] != 0;
	if (!fitted->explicit_cuts)
	{
		fitted->level = table->level;
		fitted->distinct = table->distinct;
		return seg_value_cuts(table, slots_read(state, measure), state->rows_used, state->options.bins, scratch,
							  fitted->cuts, fitted->errors);
	}
	memcpy(fitted->cuts, state->options.cuts[measure], cuts * sizeof(double));
	return seg_cuts_valid(fitted->cuts, cuts) ? SEG_OK : SEG_MALFORMED_STATE;
}

SegStatus
seg_rfm_fit(const SegRfmState *state, SegValueSlot *scratch, SegRfmModel *model)
{
	memset(model, 0, sizeof(*model));
	model->bins = state->options.bins;
	model->ties = state->options.ties == SEG_RFM_UPPER ? SEG_RFM_UPPER : SEG_RFM_LOWER;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegStatus	status = fit_measure(state, i, scratch, &model->measures[i]);

		if (status != SEG_OK)
			return status;
	}
	return SEG_OK;
}
