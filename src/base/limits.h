/*
 * limits.h
 *		Limits that all families share.
 */
#ifndef SEG_BASE_LIMITS_H
#define SEG_BASE_LIMITS_H

/*
 * The largest number of features in a row.  A square matrix of this order takes 20 MB.
 * LAPACK cannot be interrupted; at this size each call takes some milliseconds.
 */
#define SEG_MAX_FEATURES ((size_t) 1600)

#endif							/* SEG_BASE_LIMITS_H */
