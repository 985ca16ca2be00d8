/*
 * rfm_rules.h
 *		Rules that name a segment by ranges of the three scores.
 */
#ifndef SEG_RFM_RFM_RULES_H
#define SEG_RFM_RFM_RULES_H

#include "rfm/rfm.h"

/* A rule matches scores that are within its bounds, both included. */
typedef struct SegRfmRule
{
	const char *segment;
	int			low[SEG_RFM_MEASURES];
	int			high[SEG_RFM_MEASURES];
} SegRfmRule;

/* The first of IN rules[count] that matches the scores, or NULL.  O(count). */
extern const SegRfmRule *seg_rfm_match(const SegRfmRule *rules, size_t count,
									   const int scores[SEG_RFM_MEASURES]);

/* Do both rules match some scores? */
extern bool seg_rfm_overlap(const SegRfmRule *a, const SegRfmRule *b);

#endif							/* SEG_RFM_RFM_RULES_H */
