/*
 * rfm_score.c
 *		From cuts to scores, and from scores to the name of a segment; see rfm.h.
 */
#include "core/rfm.h"

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

/*
 * Recency x frequency, all 25 cells and none twice; monetary has no say.
 */
static const SegRfmRule grid[] = {
	{"Hibernating", {1, 1, 1}, {2, 2, 5}},
	{"At Risk", {1, 3, 1}, {2, 4, 5}},
	{"Can't Lose", {1, 5, 1}, {2, 5, 5}},
	{"About to Sleep", {3, 1, 1}, {3, 2, 5}},
	{"Need Attention", {3, 3, 1}, {3, 3, 5}},
	{"Loyal", {3, 4, 1}, {4, 5, 5}},
	{"Promising", {4, 1, 1}, {4, 1, 5}},
	{"New", {5, 1, 1}, {5, 1, 5}},
	{"Potential Loyalists", {4, 2, 1}, {5, 3, 5}},
	{"Champions", {5, 4, 1}, {5, 5, 5}},
};

/*
 * Source: R package rfm 0.3.0, vignette "RFM Analysis" (A. Hebbali); in its
 * order, for its rules overlap.
 */
static const SegRfmRule cran[] = {
	{"Champions", {5, 5, 5}, {5, 5, 5}},
	{"Potential Loyalist", {3, 3, 2}, {5, 5, 5}},
	{"Loyal Customers", {2, 2, 2}, {4, 4, 4}},
	{"Promising", {3, 1, 3}, {4, 3, 5}},
	{"New Customers", {4, 1, 1}, {5, 3, 5}},
	{"Can't Lose Them", {1, 3, 4}, {2, 4, 5}},
	{"At Risk", {1, 2, 4}, {2, 5, 5}},
	{"Need Attention", {1, 3, 3}, {3, 5, 5}},
	{"About To Sleep", {2, 1, 1}, {3, 3, 4}},
	{"Lost", {1, 1, 1}, {1, 5, 5}},
};

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

const char *
seg_rfm_segment(SegRfmScheme scheme, const int scores[SEG_RFM_MEASURES])
{
	const SegRfmRule *rule = NULL;

	switch (scheme)
	{
		case SEG_RFM_GRID:
			rule = seg_rfm_match(grid, COUNT(grid), scores);
			break;
		case SEG_RFM_CRAN:
			rule = seg_rfm_match(cran, COUNT(cran), scores);
			break;
		case SEG_RFM_NONE:
			return NULL;
	}
	return rule == NULL ? "Others" : rule->segment;
}

bool
seg_rfm_overlap(const SegRfmRule *a, const SegRfmRule *b)
{
	for (int j = 0; j < SEG_RFM_MEASURES; j++)
		if (a->low[j] > b->high[j] || b->low[j] > a->high[j])
			return false;
	return true;
}
