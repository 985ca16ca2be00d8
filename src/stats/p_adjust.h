/*
 * p_adjust.h
 *		p-values of many tests at once.
 */
#ifndef SEG_STATS_P_ADJUST_H
#define SEG_STATS_P_ADJUST_H

#include "base/port.h"

/*
 * OUT q[n], IN p[n]: the adjusted values of Y. Benjamini and Y. Hochberg (1995).  Of the
 * tests with q <= a, a share of a is false at most, on average, if the tests are
 * independent or depend on each other positively.  SCRATCH order[n].  Cost: a sort.
 */
extern void seg_p_adjust(const double *p, size_t n, uint32_t *order, double *q);

/*
 * The same with the values of S. Holm (1979): the chance of one false test or more among those
 * with q <= a is at most a, however the tests depend on each other.
 */
extern void seg_p_adjust_holm(const double *p, size_t n, uint32_t *order, double *q);

#endif							/* SEG_STATS_P_ADJUST_H */
