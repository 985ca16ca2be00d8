/*
 * rfm.h
 *		Recency, frequency, monetary value: a fitted model.
 *
 * A customer has three values: days since the last receipt, number of receipts,
 * and amount.  A model has bins - 1 cuts for each of them.  The files of the room:
 *
 *		rfm_state	counts the values of the rows, then fits a model
 *		rfm_score	compares values with the cuts
 *		rfm_rules	finds the rule that three scores satisfy
 *		rfm_names	has the schemes of segments, with names in three languages
 *		rfm_model	writes a model as bytes and reads it
 */
#ifndef SEG_RFM_RFM_H
#define SEG_RFM_RFM_H

#include "base/port.h"

typedef enum SegRfmMeasureNo
{
	SEG_RECENCY,
	SEG_FREQUENCY,
	SEG_MONETARY,
} SegRfmMeasureNo;

#define SEG_RFM_MEASURES 3
#define SEG_RFM_MIN_BINS 2
#define SEG_RFM_MAX_BINS 9
#define SEG_RFM_DEFAULT_BINS 5
#define SEG_RFM_MAX_CUTS (SEG_RFM_MAX_BINS - 1)

typedef enum SegRfmTies
{
	SEG_RFM_LOWER,				/* score = 1 + cuts < value */
	SEG_RFM_UPPER,				/* score = 1 + cuts <= value */
} SegRfmTies;

typedef struct SegRfmMeasure
{
	bool		explicit_cuts;	/* given as an option */
	int			level;			/* low bits of the values dropped; 0: the cuts are exact */
	uint32_t	distinct;		/* values counted (0 with explicit cuts) */
	double		min;			/* of the rows used; both 0 when there were none */
	double		max;
	double		cuts[SEG_RFM_MAX_CUTS]; /* ascending, bins - 1 of them */
	double		errors[SEG_RFM_MAX_CUTS];	/* largest share of rows on the wrong side of a cut */
} SegRfmMeasure;

typedef struct SegRfmModel
{
	int			bins;
	SegRfmTies	ties;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	SegRfmMeasure measures[SEG_RFM_MEASURES];
} SegRfmModel;

#endif							/* SEG_RFM_RFM_H */
