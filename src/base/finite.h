/*
 * finite.h
 *		Checks that all values of a row are finite.
 */
#ifndef SEG_BASE_FINITE_H
#define SEG_BASE_FINITE_H

#include "base/port.h"

/*
 * True if no value is NaN or infinite.  It compares the exponents as integers, so the
 * values can be checked in parallel.
 */
static inline bool
seg_all_finite(const double *values, size_t count)
{
	const uint64_t exponent = UINT64_C(0x7FF) << 52;
	uint64_t	not_finite = 0;

	for (size_t i = 0; i < count; i++)
	{
		uint64_t	bits;

		memcpy(&bits, &values[i], sizeof(bits));
		not_finite |= (bits & exponent) == exponent;
	}
	return not_finite == 0;
}

#endif							/* SEG_BASE_FINITE_H */
