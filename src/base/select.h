/*
 * select.h
 *		Selection: finds the value of a given rank among doubles.
 */
#ifndef SEG_BASE_SELECT_H
#define SEG_BASE_SELECT_H

#include "base/port.h"

/*
 * Move the value of rank r (from 0) to x[r].  No larger value is before it, and no
 * smaller value is after it.
 *
 * INOUT x: n values, no NaN, r < n.  It checks for interrupts.  Cost: about 3 n steps.
 * Source: C. A. R. Hoare, "FIND", 1961; pivots from a sample as in R. Floyd and
 * R. Rivest, "SELECT", 1975.
 */
extern void seg_select_rank(double *x, size_t n, size_t r);

/*
 * Move the values below the pivot to the front; with or_equal, the values not above it.
 * INOUT x: n values.  Returns the number of values at the front.
 */
extern size_t seg_select_split(double *x, size_t n, double pivot, bool or_equal);

/* The number of values, at most SEG_SELECT_SAMPLE, in the sample for a pivot among n. */
#define SEG_SELECT_SAMPLE ((size_t) 128)
extern size_t seg_select_sample_size(size_t n);

#endif							/* SEG_BASE_SELECT_H */
