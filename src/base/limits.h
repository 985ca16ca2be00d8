/*
 * limits.h
 *		Limits that all families share.
 */
#ifndef SEG_BASE_LIMITS_H
#define SEG_BASE_LIMITS_H

/*
 * The largest number of features in a row.  Matrices of so many columns take 20 MB, and a
 * call of LAPACK, which cannot be interrupted, takes some milliseconds for each of its parts.
 */
#define SEG_MAX_FEATURES ((size_t) 1600)

#endif							/* SEG_BASE_LIMITS_H */
