/*
 * hit_fit.c
 *		What the aggregates over scores share; see hit_fit.h.
 */
#include "server/hit_fit.h"

#include "server/budget.h"
#include "server/error.h"
#include "server/value_room.h"

static void
check(SegStatus status)
{
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

static void
refuse_rows(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("there are more than " UINT64_FORMAT " rows with a score", SEG_HIT_MOST_ROWS)));
}

SegHitCounts *
seg_hit_fit_state(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type, size_t groups)
{
	const uint32 log2_slots[SEG_HIT_GROUPS] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	SegHitCounts *state;

	if (!PG_ARGISNULL(0))
		return seg_state_own(fcinfo, states, type);
	state = seg_state_new(states, type, seg_hit_counts_size(log2_slots, groups));
	seg_hit_counts_init(state, type->magic, groups);
	return state;
}

/* Make room for the values of the state and, when not NULL, of the other state. */
static SegHitCounts *
with_room(SegStates *states, SegHitCounts *state, const SegHitCounts *other)
{
	size_t		groups = state->fit.d;
	uint32		log2_slots[SEG_HIT_GROUPS];
	SegHitCounts *grown;
	SegStateHead head;
	size_t		size;

	if (!seg_value_tables_room(state->tables, other == NULL ? NULL : other->tables, groups, log2_slots))
		return state;
	size = seg_hit_counts_size(log2_slots, groups);
	grown = seg_state_resize(states, state, size);
	head = grown->fit.state;
	memset(grown, 0, size);
	check(seg_hit_counts_grow(state, log2_slots, grown));
	grown->fit.state = head;
	return grown;
}

SegHitCounts *
seg_hit_fit_count(SegStates *states, SegHitCounts *state, size_t group, bool hit, double score)
{
	if (!isfinite(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is NaN or infinite")));
	if (seg_hits_unpack(state->totals[group]).rows == SEG_HIT_MOST_ROWS)
		refuse_rows();
	check(seg_hit_counts_add(state, group, hit, score));
	if (!seg_value_table_is_crowded(&state->tables[group]))
		return state;
	state = with_room(states, state, NULL);
	if (seg_value_table_is_crowded(&state->tables[group]))
	{
		SegValueSlot *scratch = seg_value_scratch(state->tables, state->fit.d);

		check(seg_hit_counts_coarsen(state, group, 0, scratch));
		pfree(scratch);
	}
	return state;
}

void *
seg_hit_fit_merge(SegStates *states, void *own, const void *from)
{
	SegHitCounts *state = own;
	SegValueSlot *scratch;

	if (!seg_hit_counts_can_merge(state, from))
		refuse_rows();
	state = with_room(states, state, from);
	scratch = seg_value_scratch(state->tables, state->fit.d);
	check(seg_hit_counts_merge(state, from, scratch));
	pfree(scratch);
	return state;
}

/* A copy of the state in which all groups are within their limit, at the highest of their levels. */
static const SegHitCounts *
with_one_level(const SegHitCounts *state)
{
	size_t		groups = state->fit.d;
	size_t		size = sizeof(SegHitCounts) + seg_value_tables_slots(state->tables, groups) * sizeof(SegValueSlot);
	bool		differ = false;
	SegHitCounts *copy;
	SegValueSlot *scratch;

	for (size_t g = 0; g < groups; g++)
		differ |= state->tables[g].level != state->tables[0].level || state->tables[g].distinct > SEG_VALUE_TABLE_MOST;
	if (!differ)
		return state;
	copy = seg_take(1, size);
	memcpy(copy, state, size);
	scratch = seg_value_scratch(state->tables, groups);
	for (size_t g = 0; g < groups; g++)
		check(seg_hit_counts_coarsen(copy, g, 0, scratch));
	/* the first group may take the level of the second */
	for (size_t g = 0; g < groups; g++)
		check(seg_hit_counts_coarsen(copy, g, copy->tables[groups - 1 - g].level, scratch));
	pfree(scratch);
	return copy;
}

void
seg_hit_fit_list(const SegHitCounts *state, SegHitList *list)
{
	SegValueSlot *scratch;
	size_t		most = 0;

	state = with_one_level(state);
	for (size_t g = 0; g < state->fit.d; g++)
		most += state->tables[g].distinct;
	if (most == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state->fit.rows_skipped});
	scratch = seg_take(most, sizeof(SegValueSlot));
	list->level = state->tables[0].level;
	list->rows_skipped = state->fit.rows_skipped;
	list->scores = seg_take(most, sizeof(double));
	list->hits = seg_take(most * state->fit.d, sizeof(SegHits));
	list->n = seg_hit_counts_list(state, scratch, list->scores, list->hits);
}

/* ---- arguments of the functions that show such a model ---- */

void
seg_check_bins(int bins, int most)
{
	if (bins < 2 || bins > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be from 2 to %d, but is %d", most, bins)));
}

void
seg_check_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1, but is %g", level)));
}
