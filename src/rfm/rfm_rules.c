/*
 * rfm_rules.c
 *		Rules by ranges of scores; see rfm_rules.h.
 */
#include "rfm/rfm_rules.h"

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
