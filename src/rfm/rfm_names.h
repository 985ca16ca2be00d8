/*
 * rfm_names.h
 *		Schemes of RFM segments, with names in three languages.
 */
#ifndef SEG_RFM_RFM_NAMES_H
#define SEG_RFM_RFM_NAMES_H

#include "rfm/rfm.h"

typedef enum SegRfmScheme
{
	SEG_RFM_GRID,				/* every cell of recency x frequency has one name */
	SEG_RFM_CRAN,				/* the table of R's package rfm */
	SEG_RFM_NONE,				/* no names */
} SegRfmScheme;

#define SEG_RFM_NAMED_BINS 5	/* both schemes are written for scores 1 .. 5 */
#define SEG_RFM_LANGUAGES 3		/* those of seg_describe_language, in its order */

/* A segment of a scheme.  The code never changes; the name is in UTF-8, by language. */
typedef struct SegRfmSegment
{
	const char *code;
	const char *names[SEG_RFM_LANGUAGES];
} SegRfmSegment;

/*
 * OUT segments: those of a scheme, the best first, then two more for customers
 * without scores.  Counted from the end, SEG_RFM_INACTIVE is for customers who
 * bought only outside the time window, SEG_RFM_NOT_SCORED for customers who never
 * bought.  Returns how many; 0 for SEG_RFM_NONE.
 */
extern size_t seg_rfm_segments(SegRfmScheme scheme, const SegRfmSegment **segments);

#define SEG_RFM_INACTIVE 2
#define SEG_RFM_NOT_SCORED 1

/* The index among the segments of scores 1 .. 5; of "Others" where no rule matches; not for SEG_RFM_NONE. */
extern size_t seg_rfm_place(SegRfmScheme scheme, const int scores[SEG_RFM_MEASURES]);

#endif							/* SEG_RFM_RFM_NAMES_H */
