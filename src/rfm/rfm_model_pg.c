/*
 * rfm_model_pg.c
 *		RFM models as SQL values; see rfm_model_pg.h.
 */
#include "rfm/rfm_model_pg.h"

bool
seg_rfm_is_scored(const double values[SEG_RFM_MEASURES])
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s must not be NaN or infinite", seg_rfm_measure_names[i])));
		if (values[i] < 0 && i != SEG_MONETARY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must not be negative", seg_rfm_measure_names[i])));
	}
	return values[SEG_FREQUENCY] > 0;
}

text *
seg_rfm_score_text(const int scores[SEG_RFM_MEASURES])
{
	text	   *result = palloc(VARHDRSZ + SEG_RFM_MEASURES);

	SET_VARSIZE(result, VARHDRSZ + SEG_RFM_MEASURES);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		VARDATA(result)[i] = '0' + scores[i];
	return result;
}
