/*
 * rfm_fit_pg.h
 *		Options and state of rfm_fit, also for the window function rfm_score.
 */
#ifndef SEG_RFM_RFM_FIT_PG_H
#define SEG_RFM_RFM_FIT_PG_H

#include "server/compat.h"

#include "utils/jsonb.h"

#include "rfm/rfm_state.h"
#include "server/state.h"

/* The options of rfm_fit; NULL: all defaults.  22023 for an option or value that is not valid. */
extern SegRfmOptions seg_rfm_options_read(const Jsonb *options);

/* An empty state. */
extern SegRfmState *seg_rfm_state_create(SegStates *states, const SegRfmOptions *options);

/* Count a row, or count it as skipped; returns the state, which may have moved. */
extern SegRfmState *seg_rfm_state_count(SegStates *states, SegRfmState *state,
										const double values[SEG_RFM_MEASURES]);

/* OUT model.  False when no row gets scores. */
extern bool seg_rfm_state_fit(const SegRfmState *state, SegRfmModel *model);

#endif							/* SEG_RFM_RFM_FIT_PG_H */
