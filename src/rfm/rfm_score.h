/*
 * rfm_score.h
 *		Scores by the cuts of a model.
 *
 * A score is one more than the number of cuts below the value, so equal values
 * always get equal scores.  Recency counts backwards, because few days are good.
 */
#ifndef SEG_RFM_RFM_SCORE_H
#define SEG_RFM_RFM_SCORE_H

#include "rfm/rfm.h"

/* OUT scores[3], each 1 .. bins, high is good.  IN values[3]: finite. */
extern void seg_rfm_score(const SegRfmModel *model, const double values[SEG_RFM_MEASURES],
						  int scores[SEG_RFM_MEASURES]);

#endif							/* SEG_RFM_RFM_SCORE_H */
