/*
 * rfm_state.h
 *		The flat state of rfm_fit: counted values of the three measures.
 *
 * The state is a header and the slots of three tables of values, one after
 * another, in one buffer that the caller owns.  It can be sent to another process
 * as it is.
 */
#ifndef SEG_RFM_RFM_STATE_H
#define SEG_RFM_RFM_STATE_H

#include "base/state.h"
#include "rfm/rfm.h"
#include "stats/value_table.h"

/* Compared with memcmp: unused cuts are zero. */
typedef struct SegRfmOptions
{
	uint32_t	bins;
	uint32_t	ties;
	uint64_t	explicit_cuts[SEG_RFM_MEASURES];	/* 0 or 1 */
	double		cuts[SEG_RFM_MEASURES][SEG_RFM_MAX_CUTS];	/* ascending, bins - 1 of them */
} SegRfmOptions;

typedef struct SegRfmState
{
	SegFitHead	fit;			/* d is SEG_RFM_MEASURES */
	uint64_t	rows_used;
	SegRfmOptions options;
	SegValueTable tables[SEG_RFM_MEASURES];
	SegValueSlot slots[];		/* of the first table, the second, the third */
} SegRfmState;

#define SEG_RFM_MAGIC UINT32_C(0x52464D32)

/* Bytes of a state with tables of 2^log2_slots slots each. */
extern size_t seg_rfm_state_size(const uint32_t log2_slots[SEG_RFM_MEASURES]);

/* Make an empty state in OUT state, seg_rfm_state_size() zeroed bytes with the smallest tables. */
extern void seg_rfm_state_init(SegRfmState *state, const SegRfmOptions *options);

/*
 * For bytes of unknown origin, aligned to 8: are they a state of that size, as
 * the functions here make it?  Checks the options, and each table's values,
 * counts, places and sums.  Cost: about that of adding its values again.
 */
extern bool seg_rfm_state_is_sound(const SegRfmState *state, size_t size);

/*
 * Count one row.  IN values[3]: finite, frequency > 0.  Ask seg_rfm_wants_room
 * afterwards.  O(1).  SEG_MALFORMED_STATE when a table is full, which only a
 * damaged state has.
 */
extern SegStatus seg_rfm_add(SegRfmState *state, const double values[SEG_RFM_MEASURES]);

/* Must the tables grow, or low bits be dropped, before the next row? */
extern bool seg_rfm_wants_room(const SegRfmState *state);

/*
 * OUT log2_slots: table sizes with room for the distinct values of state and,
 * when not NULL, of other.  True when they differ from what state has.
 */
extern bool seg_rfm_room(const SegRfmState *state, const SegRfmState *other,
						 uint32_t log2_slots[SEG_RFM_MEASURES]);

/* Copy state into OUT grown, seg_rfm_state_size(log2_slots) zeroed bytes. */
extern SegStatus seg_rfm_grow(const SegRfmState *state, const uint32_t log2_slots[SEG_RFM_MEASURES],
							  SegRfmState *grown);

/*
 * Drop low bits of a measure's values until the level is at least `level` and the
 * table is within its limit.  INOUT scratch: as many slots as the table has.
 * O(slots) for each level.
 */
extern SegStatus seg_rfm_coarsen(SegRfmState *state, SegRfmMeasureNo measure, uint32_t level,
								 SegValueSlot *scratch);

/*
 * Add the rows of `from`; the options must be the same, and the tables have room
 * by seg_rfm_room.  INOUT scratch: as many slots as the largest table has.
 */
extern SegStatus seg_rfm_merge(SegRfmState *into, const SegRfmState *from, SegValueSlot *scratch);

/*
 * The model of the rows counted.  INOUT scratch: as many slots as the largest
 * table has.  SEG_NO_ROWS when quantiles are needed and there are no rows.
 * O(m log m) for m distinct values.
 */
extern SegStatus seg_rfm_fit(const SegRfmState *state, SegValueSlot *scratch, SegRfmModel *model);

#endif							/* SEG_RFM_RFM_STATE_H */
