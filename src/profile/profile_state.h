/*
 * profile_state.h
 *		The flat state of profile_fit: counted numbers and counted texts.
 *
 * Behind the head, each part aligned to 8:
 *
 *		u64 missing[d + c]  SegValueTable numbers[d]  SegTextTable texts[c]
 *		the options (profile_model.h)[options_size, padded]
 *		the slots of the numbers  for each category its slots and its pool
 *
 * The state can be sent to another process as it is.
 */
#ifndef SEG_PROFILE_PROFILE_STATE_H
#define SEG_PROFILE_PROFILE_STATE_H

#include "base/state.h"
#include "profile/profile_model.h"
#include "stats/text_table.h"
#include "stats/value_table.h"

typedef struct SegProfileState
{
	SegFitHead	fit;			/* d: numbers and categories together */
	uint64_t	rows_used;
	uint32_t	d;				/* numbers */
	uint32_t	c;				/* categories */
	uint32_t	options_size;
	uint32_t	unused;
} SegProfileState;

#define SEG_PROFILE_STATE_MAGIC UINT32_C(0x50524F46)
#define SEG_PROFILE_MAX_OPTIONS (UINT32_C(1) << 24) /* bytes */

/* The sizes of all tables. */
typedef struct SegProfileSizes
{
	uint32_t	log2_slots[SEG_PROFILE_ATTRIBUTES]; /* of the numbers */
	SegTextTable texts[SEG_PROFILE_ATTRIBUTES]; /* only the sizes count */
} SegProfileSizes;

/* The parts of a state. */
typedef struct SegProfileParts
{
	uint64_t   *missing;
	SegValueTable *numbers;
	SegTextTable *texts;
	uint8_t    *options;
	SegValueSlot *slots;
	SegTextSlot *text_slots;	/* of the first category; the next one is seg_text_table_size() bytes behind */
} SegProfileParts;

extern SegProfileParts seg_profile_parts(const SegProfileState *state);

/* The smallest sizes. */
extern SegProfileSizes seg_profile_least_sizes(void);

extern size_t seg_profile_state_size(uint32_t d, uint32_t c, uint32_t options_size, const SegProfileSizes *sizes);

/* Make an empty state of the smallest sizes in OUT state: zeroed bytes.  The caller copies the options. */
extern void seg_profile_state_init(SegProfileState *state, uint32_t d, uint32_t c, uint32_t options_size);

/* For bytes of unknown origin, aligned to 8: true if they are a state of that size. */
extern bool seg_profile_state_is_sound(const SegProfileState *state, size_t size);

/*
 * OUT sizes: with room for the texts of a row (IN texts[c], or NULL) and, when not NULL, for
 * all of IN other.  Returns true if they differ from the present sizes.
 */
extern bool seg_profile_room(const SegProfileState *state, const SegProfileState *other, const SegProfileText *texts,
							 SegProfileSizes *sizes);

/* Copy a state to OUT grown: zeroed bytes of seg_profile_state_size(). */
extern SegStatus seg_profile_grow(const SegProfileState *state, const SegProfileSizes *sizes, SegProfileState *grown);

/*
 * Count one row.  IN row[d]: finite, NaN for null.  IN texts[c], with room for them.  Ask
 * seg_profile_wants_room afterwards.  SEG_MALFORMED_STATE when a table is full.
 */
extern SegStatus seg_profile_add(SegProfileState *state, const double *row, const SegProfileText *texts);

/* True if the tables of numbers must grow, or low bits be dropped, before the next row. */
extern bool seg_profile_wants_room(const SegProfileState *state);

/* Drop low bits of the numbers in tables above their limit.  INOUT scratch: as the largest table of numbers. */
extern SegStatus seg_profile_coarsen(SegProfileState *state, SegValueSlot *scratch);

/* The first category (from 0) with more than SEG_TEXT_TABLE_MOST texts; c when there is none. */
extern uint32_t seg_profile_too_many(const SegProfileState *state);

/* Add the rows of `from`, of the same shape and options, with room by seg_profile_room. */
extern SegStatus seg_profile_merge(SegProfileState *into, const SegProfileState *from, SegValueSlot *scratch);

/* Arena bytes that seg_profile_fit takes. */
extern size_t seg_profile_fit_size(const SegProfileState *state);

/*
 * OUT model of the rows counted, with arrays from the arena.  INOUT scratch as above; INOUT
 * sorted: as many texts as the largest category has.  SEG_NO_ROWS when there are none.
 */
extern SegStatus seg_profile_fit(const SegProfileState *state, SegArena *arena, SegValueSlot *scratch,
								 SegTextSlot *sorted, SegProfileModel *model);

#endif							/* SEG_PROFILE_PROFILE_STATE_H */
