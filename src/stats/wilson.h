/*
 * wilson.h
 *		The confidence intervals of a share, and of the difference of two.
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

/*
 * OUT *lower, *upper: the interval of hits_1 / n_1 - hits_2 / n_2, out of the intervals of both
 * (R. G. Newcombe, "Interval estimation for the difference between independent proportions",
 * Statistics in Medicine 17 (1998), method 10).  NaN for n_1 = 0 or n_2 = 0.
 */
extern void seg_newcombe(uint64_t hits_1, uint64_t n_1, uint64_t hits_2, uint64_t n_2, double level,
						 double *lower, double *upper);

#endif							/* SEG_STATS_WILSON_H */
