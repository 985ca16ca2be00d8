/*
 * finite.h
 *		Is a whole row of doubles finite?
 */
#ifndef SEG_BASE_FINITE_H
#define SEG_BASE_FINITE_H

#include "base/port.h"

/*
 * True when none of the values is NaN or infinite.  It looks at the exponents as
 * integers: no value waits for the one before it.
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
