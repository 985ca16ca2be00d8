/*
 * rfm_cuts.h
 *		The cuts between scores: quantiles of counted values.
 */
#ifndef SEG_RFM_RFM_CUTS_H
#define SEG_RFM_RFM_CUTS_H

#include "rfm/rfm.h"
#include "stats/value_table.h"

/* Are all cuts finite, and none below the one before it? */
extern bool seg_rfm_cuts_valid(const double *cuts, size_t count);

/*
 * The cuts of `rows` counted values, with their errors, level and number of
 * distinct values.  INOUT scratch[2^log2_slots].  OUT measure.
 * SEG_NO_ROWS when there are no rows, SEG_MALFORMED_STATE when the counts do not
 * add up to them.  O(m log m) for m distinct values.
 * Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996), definition 7.
 */
extern SegStatus seg_rfm_cuts(const SegValueTable *table, const SegValueSlot *slots, uint64_t rows,
							  int bins, SegValueSlot *scratch, SegRfmMeasure *measure);

#endif							/* SEG_RFM_RFM_CUTS_H */
