/*
 * rfm_score.c
 *		From cuts to scores, and from scores to the rule that they satisfy; see rfm.h.
 */
#include "rfm/rfm.h"

bool
seg_rfm_cuts_valid(const double *cuts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(cuts[i]) || (i > 0 && cuts[i] < cuts[i - 1]))
			return false;
	return true;
}

/* One more than the cuts below the value, or at it. */
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

const SegRfmRule *
seg_rfm_match(const SegRfmRule *rules, size_t count, const int scores[SEG_RFM_MEASURES])
{
	for (size_t i = 0; i < count; i++)
	{
		bool		within = true;

		for (int j = 0; j < SEG_RFM_MEASURES; j++)
			within &= rules[i].low[j] <= scores[j] && scores[j] <= rules[i].high[j];
		if (within)
			return &rules[i];
	}
	return NULL;
}

bool
seg_rfm_overlap(const SegRfmRule *a, const SegRfmRule *b)
{
	for (int j = 0; j < SEG_RFM_MEASURES; j++)
		if (a->low[j] > b->high[j] || b->low[j] > a->high[j])
			return false;
	return true;
}
