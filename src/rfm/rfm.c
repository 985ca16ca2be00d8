/*
 * rfm.c
 *		Recency, frequency, monetary: the flat state and its cuts; see rfm.h.
 *
 * A table is open addressing with linear probing in a power of two of slots, at
 * most three quarters full.  The key of a value is its bits with the low `level`
 * ones cleared, which rounds towards zero to a bucket 2^level units in the last
 * place wide.
 */
#include "rfm/rfm.h"

#include <stdlib.h>

#include "base/hash.h"

#define SIGN_BIT (UINT64_C(1) << 63)
#define INTERRUPT_EVERY 4096

static uint64_t
bits_of(double value)
{
	uint64_t	bits;

	value += 0.0;				/* one zero */
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double
value_of(uint64_t bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t
drop_bits(uint64_t bits, uint32_t level)
{
	return bits >> level << level;
}

static size_t
slots_of(const SegRfmTable *table)
{
	return (size_t) 1 << table->log2_slots;
}

/* Distinct values at which a table of that size wants room. */
static uint32_t
comfortable(uint32_t log2_slots)
{
	return log2_slots == SEG_RFM_MAX_LOG2 ? SEG_RFM_BUDGET : UINT32_C(3) << (log2_slots - 2);
}

static const SegRfmSlot *
slots_read(const SegRfmState *state, int measure)
{
	const SegRfmSlot *slots = state->slots;

	for (int i = 0; i < measure; i++)
		slots += slots_of(&state->tables[i]);
	return slots;
}

static SegRfmSlot *
slots_write(SegRfmState *state, int measure)
{
	return state->slots + (slots_read(state, measure) - state->slots);
}

/* ---- one table ---- */

/* Count a value's bits `count` times more. */
static inline SegStatus
count_bits(SegRfmTable *table, SegRfmSlot *slots, uint64_t bits, uint64_t count)
{
	uint64_t	key = drop_bits(bits, table->level);
	size_t		mask = slots_of(table) - 1;
	size_t		at = seg_hash_finish(key) & mask;

	for (size_t probes = 0; probes <= mask; probes++)
	{
		SegRfmSlot *slot = &slots[at];

		if (slot->count == 0)
		{
			slot->key = key;
			slot->count = count;
			table->distinct++;
			return SEG_OK;
		}
		if (slot->key == key)
		{
			slot->count += count;
			return SEG_OK;
		}
		/* values can be made up so that they collide */
		if ((probes + 1) % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		at = (at + 1) & mask;
	}
	return SEG_MALFORMED_STATE;
}

/* Count everything in `from` into a table that is not `from`. */
static SegStatus
count_slots(SegRfmTable *table, SegRfmSlot *slots, const SegRfmSlot *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		SegStatus	status = SEG_OK;

		if (i % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (from[i].count > 0)
			status = count_bits(table, slots, from[i].key, from[i].count);
		if (status != SEG_OK)
			return status;
	}
	return SEG_OK;
}

SegStatus
seg_rfm_coarsen(SegRfmState *state, SegRfmMeasureNo measure, uint32_t level, SegRfmSlot *scratch)
{
	SegRfmTable *table = &state->tables[measure];
	SegRfmSlot *slots = slots_write(state, measure);
	size_t		size = slots_of(table) * sizeof(SegRfmSlot);
	SegStatus	status = SEG_OK;

	while (status == SEG_OK && (table->level < level || table->distinct > SEG_RFM_BUDGET))
	{
		if (table->level >= SEG_RFM_MAX_LEVEL)
			return SEG_MALFORMED_STATE;
		table->level = table->level < level ? level : table->level + 1;
		table->distinct = 0;
		memcpy(scratch, slots, size);
		memset(slots, 0, size);
		status = count_slots(table, slots, scratch, slots_of(table));
	}
	return status;
}

/* ---- the state ---- */

size_t
seg_rfm_state_size(const uint32_t log2_slots[SEG_RFM_MEASURES])
{
	size_t		slots = 0;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		slots += (size_t) 1 << log2_slots[i];
	return sizeof(SegRfmState) + slots * sizeof(SegRfmSlot);
}

void
seg_rfm_state_init(SegRfmState *state, const SegRfmOptions *options)
{
	state->head.magic = SEG_RFM_MAGIC;
	state->options = *options;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		state->tables[i].log2_slots = SEG_RFM_MIN_LOG2;
}

/* Explicit cuts rise, and nothing stands where there are none. */
static bool
options_are_sound(const SegRfmOptions *options)
{
	if (options->bins < SEG_RFM_MIN_BINS || options->bins > SEG_RFM_MAX_BINS ||
		options->ties > SEG_RFM_UPPER)
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		size_t		count = options->explicit_cuts[i] == 0 ? 0 : options->bins - 1;

		if (options->explicit_cuts[i] > 1 || !seg_rfm_cuts_valid(options->cuts[i], count))
			return false;
		for (size_t at = count; at < SEG_RFM_MAX_CUTS; at++)
			if (bits_of(options->cuts[i][at]) != 0)
				return false;
	}
	return true;
}

/* Does a value's own place lead to that slot, over no free one? */
static bool
is_in_place(const SegRfmTable *table, const SegRfmSlot *slots, size_t at)
{
	size_t		mask = slots_of(table) - 1;
	size_t		seen = seg_hash_finish(slots[at].key) & mask;

	while (seen != at)
	{
		if (slots[seen].count == 0 || slots[seen].key == slots[at].key)
			return false;
		seen = (seen + 1) & mask;
	}
	return true;
}

static bool
slot_is_sound(const SegRfmTable *table, const SegRfmSlot *slots, size_t at)
{
	uint64_t	key = slots[at].key;
	double		value = value_of(key);

	if (!isfinite(value) || key != drop_bits(table->level == 0 ? bits_of(value) : key, table->level))
		return false;
	/* as it was rounded, towards zero, so were its bounds */
	return value >= value_of(drop_bits(bits_of(table->min), table->level)) &&
		value <= value_of(drop_bits(bits_of(table->max), table->level)) &&
		is_in_place(table, slots, at);
}

/* A table of that many rows, none with explicit cuts. */
static bool
table_is_sound(const SegRfmTable *table, const SegRfmSlot *slots, uint64_t rows)
{
	size_t		used = 0;
	uint64_t	total = 0;

	for (size_t at = 0; at < slots_of(table); at++)
	{
		if (at % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (slots[at].count == 0)
			continue;
		if (slots[at].count > rows - total)
			return false;
		total += slots[at].count;
		used++;
	}
	if (used != table->distinct || total != rows)
		return false;
	/* with a quarter of the slots free, no search is long */
	for (size_t at = 0; at < slots_of(table); at++)
	{
		CHECK_FOR_INTERRUPTS();
		if (slots[at].count > 0 && !slot_is_sound(table, slots, at))
			return false;
	}
	return true;
}

bool
seg_rfm_state_is_sound(const SegRfmState *state, size_t size)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];

	if (size < sizeof(SegRfmState) || state->head.magic != SEG_RFM_MAGIC ||
		state->rows_used > SEG_STATE_MOST_ROWS || state->rows_skipped > SEG_STATE_MOST_ROWS ||
		!options_are_sound(&state->options))
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		const SegRfmTable *table = &state->tables[i];

		if (table->log2_slots < SEG_RFM_MIN_LOG2 || table->log2_slots > SEG_RFM_MAX_LOG2 ||
			table->level > SEG_RFM_MAX_LEVEL || table->distinct > comfortable(table->log2_slots) ||
			!isfinite(table->min) || !isfinite(table->max) || table->min > table->max)
			return false;
		log2_slots[i] = table->log2_slots;
	}
	if (size != seg_rfm_state_size(log2_slots))
		return false;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		if (!table_is_sound(&state->tables[i], slots_read(state, i),
							state->options.explicit_cuts[i] ? 0 : state->rows_used))
			return false;
	return true;
}

SegStatus
seg_rfm_add(SegRfmState *state, const double values[SEG_RFM_MEASURES])
{
	SegRfmSlot *slots = state->slots;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegRfmTable *table = &state->tables[i];

		if (state->rows_used == 0 || values[i] < table->min)
			table->min = values[i] + 0.0;
		if (state->rows_used == 0 || values[i] > table->max)
			table->max = values[i] + 0.0;
		if (!state->options.explicit_cuts[i])
		{
			SegStatus	status = count_bits(table, slots, bits_of(values[i]), 1);

			if (status != SEG_OK)
				return status;
		}
		slots += slots_of(table);
	}
	state->rows_used++;
	return SEG_OK;
}

bool
seg_rfm_wants_room(const SegRfmState *state)
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		if (state->tables[i].distinct > comfortable(state->tables[i].log2_slots))
			return true;
	return false;
}

bool
seg_rfm_room(const SegRfmState *state, const SegRfmState *other,
			 uint32_t log2_slots[SEG_RFM_MEASURES])
{
	bool		differ = false;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		uint32_t	wanted = state->tables[i].distinct;
		uint32_t	have = state->tables[i].log2_slots;

		if (other != NULL)
			wanted += other->tables[i].distinct;
		log2_slots[i] = have;
		while (log2_slots[i] < SEG_RFM_MAX_LOG2 && comfortable(log2_slots[i]) < wanted)
			log2_slots[i]++;
		differ |= log2_slots[i] != have;
	}
	return differ;
}

SegStatus
seg_rfm_grow(const SegRfmState *state, const uint32_t log2_slots[SEG_RFM_MEASURES],
			 SegRfmState *grown)
{
	*grown = *state;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		grown->tables[i].log2_slots = log2_slots[i];
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		size_t		slots = slots_of(&state->tables[i]);
		SegStatus	status = SEG_OK;

		if (log2_slots[i] == state->tables[i].log2_slots)
			memcpy(slots_write(grown, i), slots_read(state, i), slots * sizeof(SegRfmSlot));
		else
		{
			grown->tables[i].distinct = 0;
			status = count_slots(&grown->tables[i], slots_write(grown, i), slots_read(state, i), slots);
		}
		if (status != SEG_OK)
			return status;
	}
	return SEG_OK;
}

static SegStatus
merge_table(SegRfmState *into, const SegRfmState *from, int measure, SegRfmSlot *scratch)
{
	SegRfmTable *table = &into->tables[measure];
	SegRfmSlot *slots = slots_write(into, measure);
	const SegRfmSlot *added = slots_read(from, measure);
	size_t		n = slots_of(&from->tables[measure]);
	SegStatus	status = seg_rfm_coarsen(into, measure, from->tables[measure].level, scratch);

	for (size_t i = 0; i < n && status == SEG_OK; i++)
	{
		if (i % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (added[i].count == 0)
			continue;
		status = count_bits(table, slots, added[i].key, added[i].count);
		if (status == SEG_OK && table->distinct > SEG_RFM_BUDGET)
			status = seg_rfm_coarsen(into, measure, 0, scratch);
	}
	return status;
}

SegStatus
seg_rfm_merge(SegRfmState *into, const SegRfmState *from, SegRfmSlot *scratch)
{
	Assert(memcmp(&into->options, &from->options, sizeof(SegRfmOptions)) == 0);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegRfmTable *table = &into->tables[i];
		const SegRfmTable *other = &from->tables[i];
		SegStatus	status = merge_table(into, from, i, scratch);

		if (status != SEG_OK)
			return status;
		if (from->rows_used > 0 && (into->rows_used == 0 || other->min < table->min))
			table->min = other->min;
		if (from->rows_used > 0 && (into->rows_used == 0 || other->max > table->max))
			table->max = other->max;
	}
	into->rows_used += from->rows_used;
	into->rows_skipped += from->rows_skipped;
	return SEG_OK;
}

/* ---- cuts ---- */

/* Unsigned integers in the order of the doubles that they stand for. */
static uint64_t
ordered(uint64_t bits)
{
	return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t	left = ordered(((const SegRfmSlot *) a)->key);
	uint64_t	right = ordered(((const SegRfmSlot *) b)->key);

	CHECK_FOR_INTERRUPTS();
	return (left > right) - (left < right);
}

/* The used slots of a table, by rising value, into OUT sorted; returns how many. */
static size_t
sort_values(const SegRfmState *state, int measure, SegRfmSlot *sorted)
{
	const SegRfmSlot *slots = slots_read(state, measure);
	size_t		n = slots_of(&state->tables[measure]);
	size_t		used = 0;

	for (size_t i = 0; i < n; i++)
		if (slots[i].count > 0)
			sorted[used++] = slots[i];
	qsort(sorted, used, sizeof(SegRfmSlot), by_value);
	return used;
}

/* The middle of a bucket, within the values seen. */
static double
bucket_value(const SegRfmTable *table, uint64_t key)
{
	double		value;

	if (table->level == 0)
		return value_of(key);
	value = value_of(key | UINT64_C(1) << (table->level - 1));
	return fmin(fmax(value, table->min), table->max);
}

/* low + share (high - low), without overflow, and exact when both are equal. */
static double
between(double low, double high, double share)
{
	if (isfinite(high - low))
		return low + share * (high - low);
	return (1 - share) * low + share * high;
}

/*
 * With n values x[0] .. x[n-1], the quantile at i / bins stands at
 * h = (n - 1) i / bins, between x[floor h] and its successor; h is split in
 * integers, exactly.
 */
static void
cut_values(const SegRfmTable *table, const SegRfmSlot *sorted, size_t used, uint64_t n, int bins,
		   SegRfmMeasure *measure)
{
	size_t		at = 0;
	uint64_t	upto = sorted[0].count; /* values in sorted[0 .. at] */

	for (int i = 1; i < bins; i++)
	{
		unsigned __int128 h = (unsigned __int128) (n - 1) * i;
		uint64_t	whole = (uint64_t) (h / bins);
		double		share = (double) (h % bins) / bins;
		double		low;
		size_t		next;
		uint64_t	touched;

		while (upto <= whole)
			upto += sorted[++at].count;
		next = share > 0 && upto == whole + 1 && at + 1 < used ? at + 1 : at;
		touched = sorted[at].count + (next > at ? sorted[next].count : 0);
		low = bucket_value(table, sorted[at].key);
		measure->cuts[i - 1] = between(low, bucket_value(table, sorted[next].key), share);
		measure->errors[i - 1] = table->level == 0 ? 0 : fmin((double) touched / n, 1);
	}
}

static SegStatus
fit_measure(const SegRfmState *state, int measure, SegRfmSlot *scratch, SegRfmMeasure *fitted)
{
	const SegRfmTable *table = &state->tables[measure];
	int			cuts = state->options.bins - 1;
	uint64_t	n = 0;
	size_t		used;

	if (!isfinite(table->min) || !isfinite(table->max) || table->min > table->max)
		return SEG_MALFORMED_STATE;
	fitted->min = table->min;
	fitted->max = table->max;
	fitted->explicit_cuts = state->options.explicit_cuts[measure] != 0;
	if (fitted->explicit_cuts)
	{
		memcpy(fitted->cuts, state->options.cuts[measure], cuts * sizeof(double));
		return seg_rfm_cuts_valid(fitted->cuts, cuts) ? SEG_OK : SEG_MALFORMED_STATE;
	}
	used = sort_values(state, measure, scratch);
	for (size_t i = 0; i < used; i++)
	{
		n += scratch[i].count;
		if (!isfinite(value_of(scratch[i].key)) ||
			scratch[i].key != drop_bits(scratch[i].key, table->level))
			return SEG_MALFORMED_STATE;
	}
	if (n != state->rows_used || used > SEG_RFM_BUDGET)
		return SEG_MALFORMED_STATE;
	if (n == 0)
		return SEG_NO_ROWS;
	fitted->level = table->level;
	fitted->distinct = (uint32_t) used;
	cut_values(table, scratch, used, n, state->options.bins, fitted);
	return SEG_OK;
}

SegStatus
seg_rfm_fit(const SegRfmState *state, SegRfmSlot *scratch, SegRfmModel *model)
{
	memset(model, 0, sizeof(*model));
	model->bins = state->options.bins;
	model->ties = state->options.ties == SEG_RFM_UPPER ? SEG_RFM_UPPER : SEG_RFM_LOWER;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->rows_skipped;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegStatus	status = fit_measure(state, i, scratch, &model->measures[i]);

		if (status != SEG_OK)
			return status;
	}
	return SEG_OK;
}
