/*
 * hypergeometric.h
 *		The hypergeometric distribution: how often two kinds of marks meet by chance.
 *
 * Of `all` things `marked` have a mark, and `drawn` are drawn without putting back; H is
 * the number of drawn ones with the mark.  P(H >= k) is Fisher's exact test, one-sided.
 */
#ifndef SEG_STATS_HYPERGEOMETRIC_H
#define SEG_STATS_HYPERGEOMETRIC_H

#include "base/port.h"

/* P(H = k); 0 where it is impossible.  IN marked, drawn <= all. */
extern double seg_hypergeometric(uint64_t k, uint64_t drawn, uint64_t marked, uint64_t all);

/*
 * P(H >= k), to about 1e-11 relative, also when it is as small as 1e-300; below the least
 * double it is 0.  Cost: a sum over some standard deviations of H.
 */
extern double seg_hypergeometric_tail(uint64_t k, uint64_t drawn, uint64_t marked, uint64_t all);

#endif							/* SEG_STATS_HYPERGEOMETRIC_H */
