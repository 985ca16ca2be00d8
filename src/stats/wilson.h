/*
 * wilson.h
 *		The confidence interval of a share.
 */
#ifndef SEG_STATS_WILSON_H
#define SEG_STATS_WILSON_H

#include "base/port.h"

/*
 * OUT *lower, *upper: the interval of the share hits / n at that level, 0 < level < 1, by
 * the score test (E. Wilson, 1927).  It stays within 0 .. 1, also for no hits, or hits only.
 * NaN for n = 0.
 */
extern void seg_wilson(uint64_t hits, uint64_t n, double level, double *lower, double *upper);

#endif							/* SEG_STATS_WILSON_H */
