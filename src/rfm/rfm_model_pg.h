/*
 * rfm_model_pg.h
 *		RFM models as SQL values, and the checks of the values that are scored.
 */
#ifndef SEG_RFM_RFM_MODEL_PG_H
#define SEG_RFM_RFM_MODEL_PG_H

#include "server/model.h"

#include "rfm/rfm_model.h"

/*
 * Does a customer with these values get scores and influence the cuts?  False for
 * a customer who never bought (frequency 0).  Errors: NaN or infinity (22003), a
 * negative recency or frequency (22023).
 */
extern bool seg_rfm_is_scored(const double values[SEG_RFM_MEASURES]);

/* '543' as text. */
extern text *seg_rfm_score_text(const int scores[SEG_RFM_MEASURES]);

#endif							/* SEG_RFM_RFM_MODEL_PG_H */
