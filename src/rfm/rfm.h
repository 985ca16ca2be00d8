/*
 * rfm.h
 *		Recency, frequency, monetary: quantile cuts, scores and segment names.
 *
 * A score is one more than the number of cuts below the value, so equal values
 * always get equal scores; recency counts backwards, since few days are good.
 * The cuts are type-7 quantiles of the values seen.  To know them exactly one
 * must keep every distinct value; we keep up to SEG_RFM_BUDGET of them for each
 * measure, each with its count, in a hash table.  Beyond that the low bits of
 * the values are dropped, one level after the other, and always just as many as
 * it takes: the level is the smallest at which the distinct values of all rows
 * fit.  It does not depend on the order of the rows nor on how they were split,
 * because a part of the rows never needs a higher level than all of them.
 *
 * The state is flat: a header and three hash tables, one after another, in one
 * buffer that the caller owns, so it travels between processes as it is.
 */
#ifndef SEG_RFM_RFM_H
#define SEG_RFM_RFM_H

#include "base/port.h"
#include "base/state.h"
#include "base/status.h"

typedef enum SegRfmMeasureNo
{
	SEG_RECENCY,
	SEG_FREQUENCY,
	SEG_MONETARY,
} SegRfmMeasureNo;

#define SEG_RFM_MEASURES 3
#define SEG_RFM_MIN_BINS 2
#define SEG_RFM_MAX_BINS 9
#define SEG_RFM_MAX_CUTS (SEG_RFM_MAX_BINS - 1)

/* Distinct values kept for each measure before low bits are dropped. */
#define SEG_RFM_BUDGET 100000
#define SEG_RFM_MIN_LOG2 4
#define SEG_RFM_MAX_LOG2 17		/* 2^17 slots hold the budget at three quarters full */
#define SEG_RFM_MAX_LEVEL 52	/* sign and exponent are never dropped */

typedef enum SegRfmTies
{
	SEG_RFM_LOWER,				/* score = 1 + cuts < value */
	SEG_RFM_UPPER,				/* score = 1 + cuts <= value */
} SegRfmTies;

/* Compared with memcmp: unused cuts are zero. */
typedef struct SegRfmOptions
{
	uint32_t	bins;
	uint32_t	ties;
	uint64_t	explicit_cuts[SEG_RFM_MEASURES];	/* 0 or 1 */
	double		cuts[SEG_RFM_MEASURES][SEG_RFM_MAX_CUTS];	/* ascending, bins - 1 of them */
} SegRfmOptions;

/* ---- what is fitted ---- */

typedef struct SegRfmMeasure
{
	bool		explicit_cuts;
	int			level;			/* low bits dropped; 0: exact */
	uint32_t	distinct;		/* values kept (0 with explicit cuts) */
	double		min;			/* of the rows used; both 0 when there were none */
	double		max;
	double		cuts[SEG_RFM_MAX_CUTS]; /* ascending, bins - 1 of them */
	double		errors[SEG_RFM_MAX_CUTS];	/* largest share of rows on a cut's wrong side */
} SegRfmMeasure;

typedef struct SegRfmModel
{
	int			bins;
	SegRfmTies	ties;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	SegRfmMeasure measures[SEG_RFM_MEASURES];
} SegRfmModel;

/* ---- the flat state ---- */

typedef struct SegRfmSlot
{
	uint64_t	key;			/* bits of the value, the low ones dropped */
	uint64_t	count;			/* 0: free */
} SegRfmSlot;

typedef struct SegRfmTable
{
	double		min;
	double		max;
	uint32_t	level;
	uint32_t	distinct;
	uint32_t	log2_slots;
	uint32_t	unused;
} SegRfmTable;

typedef struct SegRfmState
{
	SegStateHead head;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	SegRfmOptions options;
	SegRfmTable tables[SEG_RFM_MEASURES];
	SegRfmSlot	slots[];		/* of the first table, the second, the third */
} SegRfmState;

/* Bytes of a state with tables of 2^log2_slots each. */
extern size_t seg_rfm_state_size(const uint32_t log2_slots[SEG_RFM_MEASURES]);

/* Make an empty state in OUT state, seg_rfm_state_size() zeroed bytes with minimal tables. */
extern void seg_rfm_state_init(SegRfmState *state, const SegRfmOptions *options);

#define SEG_RFM_MAGIC UINT32_C(0x52464D32)

/*
 * Is it a state of that many bytes, aligned to 8, as the functions here make it:
 * options, and each table's values, counts, places and sums?  For bytes that come
 * from elsewhere.  Cost: about that of adding its values.
 */
extern bool seg_rfm_state_is_sound(const SegRfmState *state, size_t size);

/*
 * Count one row.  IN values[3]: finite, frequency > 0.
 * Afterwards the tables may want room: ask seg_rfm_wants_room.  O(1).
 * SEG_MALFORMED_STATE when a table is full, which only damage can bring about.
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
 * Drop low bits of a measure's values until at most SEG_RFM_BUDGET are distinct,
 * at least up to `level`.  INOUT scratch: as many slots as the table has.
 * O(slots) for each level.
 */
extern SegStatus seg_rfm_coarsen(SegRfmState *state, SegRfmMeasureNo measure, uint32_t level,
								 SegRfmSlot *scratch);

/*
 * Add the rows of `from`; the options must be the same, and the tables have room
 * by seg_rfm_room.  INOUT scratch: as many slots as the largest table has.
 */
extern SegStatus seg_rfm_merge(SegRfmState *into, const SegRfmState *from, SegRfmSlot *scratch);

/*
 * The cuts of the rows counted.  INOUT scratch: as many slots as the largest
 * table has.  SEG_NO_ROWS when a quantile of nothing is asked for.
 * O(m log m) for m distinct values.
 * Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996), definition 7.
 */
extern SegStatus seg_rfm_fit(const SegRfmState *state, SegRfmSlot *scratch, SegRfmModel *model);

/* ---- scores and names ---- */

/* Are the cuts finite and nowhere falling? */
extern bool seg_rfm_cuts_valid(const double *cuts, size_t count);

/* OUT scores[3], each 1 .. bins, high is good.  IN values[3]: finite. */
extern void seg_rfm_score(const SegRfmModel *model, const double values[SEG_RFM_MEASURES],
						  int scores[SEG_RFM_MEASURES]);

/* A rule names the scores within its bounds, which are included. */
typedef struct SegRfmRule
{
	const char *segment;
	int			low[SEG_RFM_MEASURES];
	int			high[SEG_RFM_MEASURES];
} SegRfmRule;

typedef enum SegRfmScheme
{
	SEG_RFM_GRID,				/* every cell of recency x frequency has one name */
	SEG_RFM_CRAN,				/* the table of R's package rfm */
	SEG_RFM_NONE,				/* no names */
} SegRfmScheme;

#define SEG_RFM_NAMED_BINS 5	/* the schemes are written for five scores */

/* The first rule that the scores satisfy, or NULL. */
extern const SegRfmRule *seg_rfm_match(const SegRfmRule *rules, size_t count,
									   const int scores[SEG_RFM_MEASURES]);

#define SEG_RFM_LANGUAGES 3		/* those of seg_describe_language, in its order */

/* A segment of a scheme; the code never changes, the name is by language, in UTF-8. */
typedef struct SegRfmSegment
{
	const char *code;
	const char *names[SEG_RFM_LANGUAGES];
} SegRfmSegment;

/*
 * The segments of a scheme, the best first, and behind them the words for who
 * has no scores: SEG_RFM_INACTIVE from the end who bought, but not in the window
 * that was looked at, SEG_RFM_NOT_SCORED from the end who never bought.
 * Returns how many; 0 for SEG_RFM_NONE.
 */
extern size_t seg_rfm_segments(SegRfmScheme scheme, const SegRfmSegment **segments);

#define SEG_RFM_INACTIVE 2
#define SEG_RFM_NOT_SCORED 1

/* The place among them of scores 1 .. 5; "Others" where no rule matches; not for SEG_RFM_NONE. */
extern size_t seg_rfm_place(SegRfmScheme scheme, const int scores[SEG_RFM_MEASURES]);

/* Do scores exist that satisfy both rules? */
extern bool seg_rfm_overlap(const SegRfmRule *a, const SegRfmRule *b);

#endif							/* SEG_RFM_RFM_H */
