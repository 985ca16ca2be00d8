/*
 * trigger.h
 *		Events in a customer's life, out of the customer's purchases: triggers.
 *
 * A day of purchase is a day with receipts whose total is not negative.  Days are numbers
 * (those of PostgreSQL's date); a window of w days that ends on day t holds t - w + 1 .. t.
 */
#ifndef SEG_RHYTHM_TRIGGER_H
#define SEG_RHYTHM_TRIGGER_H

#include "rhythm/rhythm.h"

/* What is looked for. */
typedef struct SegTriggerWindow
{
	int32_t		as_of;
	int64_t		after;			/* as_of less the days to look back: an event lies behind this day */
} SegTriggerWindow;

static inline bool
seg_trigger_is_new(const SegTriggerWindow *window, int64_t day)
{
	return day > window->after && day <= window->as_of;
}

/* ---- the rhythm ---- */

/* The silence since the last purchase. */
typedef struct SegSilence
{
	int32_t		days;			/* so long */
	double		expected;		/* median of the next gap, in days */
	double		limit;			/* its quantile at the level */
	double		strength;		/* the level at which the silence is the limit */
	int64_t		lapsed_on;		/* the first day on which it was longer than the limit; 0 when it is not */
	int64_t		due_on;			/* the first day on which it reached the median; 0 when it has not, or is lapsed */
	bool		is_lapsed;
	bool		is_due;
} SegSilence;

/*
 * The silence of a customer until as_of.  IN days[n]: of purchase, ascending, without repetition, n > 0;
 * SCRATCH gaps[n].  Cost: n log n.
 */
extern SegSilence seg_trigger_silence(const SegRhythm *fit, double level, const SegTriggerWindow *window,
									  const int32_t *days, size_t n, double *gaps);

/* A purchase after a gap beyond the limit, which is that of the gaps before. */
typedef struct SegReturn
{
	int32_t		gap;			/* in days */
	double		limit;
	double		strength;
} SegReturn;

/* Is the purchase on days[at], at > 0, one?  As above; SCRATCH gaps[at].  OUT found. */
extern bool seg_trigger_returned(const SegRhythm *fit, double level, const int32_t *days, size_t at, double *gaps,
								 SegReturn *found);

/* ---- money ---- */

/* The sales of a window against those of the window before. */
typedef struct SegSpend
{
	int64_t		day;			/* the first day from which on the ratio was beyond the limit until as_of */
	double		sales;			/* on as_of */
	double		before;
	bool		is_up;
} SegSpend;

/*
 * Has the customer spent `ratio` (above 1) times as much as before, or less than a part in `ratio`?
 * IN days[n], totals[n]: purchases, ascending, and their amounts, not negative; window_days.  True when on as_of there
 * is a purchase in the window, sales in the one before, a purchase before both, the ratio is beyond
 * the limit, and came there on a day of the window of events.  Cost: n, and n for each day looked back.
 */
extern bool seg_trigger_spend(const SegTriggerWindow *window, int32_t window_days, double ratio,
							  const int32_t *days, const double *totals, size_t n, SegSpend *found);

#endif							/* SEG_RHYTHM_TRIGGER_H */
