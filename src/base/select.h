/*
 * select.h
 *		The one selection: the value of a given rank among doubles.
 */
#ifndef SEG_BASE_SELECT_H
#define SEG_BASE_SELECT_H

#include "base/port.h"

/*
 * Bring the value of rank r (from 0) to x[r]; no larger value is before it and no
 * smaller one behind it.
 *
 * INOUT x: n values, no NaN, r < n.  It checks for interrupts.  Cost: about 3 n steps.
 * Source: C. A. R. Hoare, "FIND", 1961; pivots from a sample as in R. Floyd and
 * R. Rivest, "SELECT", 1975.
 */
extern void seg_select_rank(double *x, size_t n, size_t r);

/*
 * INOUT x: n values.  Values below the pivot come first, or with or_equal those not
 * above it; returns how many.
 */
extern size_t seg_select_split(double *x, size_t n, double pivot, bool or_equal);

/* Values that are drawn for a pivot among n: at most SEG_SELECT_SAMPLE. */
#define SEG_SELECT_SAMPLE ((size_t) 128)
extern size_t seg_select_sample_size(size_t n);

#endif							/* SEG_BASE_SELECT_H */
