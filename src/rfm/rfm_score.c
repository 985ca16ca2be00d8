/*
 * rfm_score.c
 *		Scores by the cuts of a model; see rfm_score.h.
 */
#include "rfm/rfm_score.h"

/* One more than the cuts below the value; with ties upper also those equal to it. */
static int
score_of(const SegRfmModel *model, SegRfmMeasureNo measure, double value)
{
	const double *cuts = model->measures[measure].cuts;
	int			score = 1;

	for (int i = 0; i < model->bins - 1; i++)
		score += model->ties == SEG_RFM_UPPER ? cuts[i] <= value : cuts[i] < value;
	return score;
}

void
seg_rfm_score(const SegRfmModel *model, const double values[SEG_RFM_MEASURES],
			  int scores[SEG_RFM_MEASURES])
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		scores[i] = score_of(model, i, values[i]);
	scores[SEG_RECENCY] = model->bins + 1 - scores[SEG_RECENCY];
}
