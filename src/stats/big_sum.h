/*
 * big_sum.h
 *		Exact sums of any doubles, rounded once: the result does not depend on the order.
 *
 * SegUnitSum is a 128-bit integer in units of 2^-72.  It takes doubles below 2^50 whose last bit is
 * not below a unit, as amounts of money are, without any rounding; it says when a double or the sum
 * does not fit.  SegBigSum is an integer of 2,176 bits in units of 2^-1074, the smallest double:
 * it takes every finite double.  A SegUnitSum can be added to a SegBigSum, so a state begins with small sums and
 * goes over to large ones when it must; the value is the same.
 */
#ifndef SEG_STATS_BIG_SUM_H
#define SEG_STATS_BIG_SUM_H

#include "base/port.h"

#define SEG_UNIT_FRACTION 72
#define SEG_BIG_FRACTION 1074
#define SEG_BIG_LIMBS 34

/* Aligned as a state in a bytea is. */
typedef struct SegUnitSum
{
	uint64_t	low;
	int64_t		high;
} SegUnitSum;

typedef struct SegBigSum
{
	uint64_t	limbs[SEG_BIG_LIMBS];	/* the lowest first, in two's complement */
} SegBigSum;

/* x = *mantissa 2^*exponent, with a mantissa below 2^53; exact. */
static inline void
seg_take_apart(double x, int64_t *mantissa, int *exponent)
{
	*mantissa = (int64_t) ldexp(frexp(x, exponent), 53);
	*exponent -= 53;
}

static inline __int128
seg_unit_sum_units(const SegUnitSum *sum)
{
	return (__int128) (((unsigned __int128) (uint64_t) sum->high << 64) | sum->low);
}

static inline bool
seg_unit_sum_add_units(SegUnitSum *sum, __int128 units)
{
	__int128	total;

	if (__builtin_add_overflow(seg_unit_sum_units(sum), units, &total))
		return false;
	sum->low = (uint64_t) total;
	sum->high = (int64_t) (total >> 64);
	return true;
}

/* sum += x.  False, and nothing is added, when x or the sum does not fit. */
static inline bool
seg_unit_sum_add(SegUnitSum *sum, double x)
{
	int64_t		mantissa;
	int			shift;

	if (x == 0)
		return true;
	if (!(fabs(x) < 0x1.0p+50 && fabs(x) > 0x1.0p-72))
		return false;
	seg_take_apart(x, &mantissa, &shift);
	shift += SEG_UNIT_FRACTION;
	if (shift >= 0)
		return seg_unit_sum_add_units(sum, (__int128) mantissa * ((__int128) 1 << shift));
	if ((mantissa & ((INT64_C(1) << -shift) - 1)) != 0)
		return false;
	return seg_unit_sum_add_units(sum, mantissa / (INT64_C(1) << -shift));
}

static inline double
seg_unit_sum_value(const SegUnitSum *sum)
{
	return ldexp((double) seg_unit_sum_units(sum), -SEG_UNIT_FRACTION);
}

/* sum += magnitude 2^(shift - 1074), or -= */
static inline void
seg_big_sum_add_shifted(SegBigSum *sum, uint64_t magnitude, int shift, bool negative)
{
	size_t		limb = (size_t) shift / 64;
	int			bits = shift % 64;
	uint64_t	parts[2] = {magnitude << bits, bits == 0 ? 0 : magnitude >> (64 - bits)};
	unsigned	carry = 0;

	for (size_t i = limb; i < SEG_BIG_LIMBS && (i < limb + 2 || carry); i++)
	{
		uint64_t	part = i < limb + 2 ? parts[i - limb] : 0;
		uint64_t	before = sum->limbs[i];
		uint64_t	after = negative ? before - part - carry : before + part + carry;

		carry = negative ? (before < part || (before == part && carry)) :
			(after < before || (after == before && carry));
		sum->limbs[i] = after;
	}
}

/* sum += x, finite */
static inline void
seg_big_sum_add(SegBigSum *sum, double x)
{
	int64_t		mantissa;
	int			shift;

	if (x == 0)
		return;
	seg_take_apart(x, &mantissa, &shift);
	shift += SEG_BIG_FRACTION;
	if (shift < 0)
	{
		/* a subnormal double: its low bits are 0 */
		mantissa /= INT64_C(1) << -shift;
		shift = 0;
	}
	seg_big_sum_add_shifted(sum, (uint64_t) (mantissa < 0 ? -mantissa : mantissa), shift, mantissa < 0);
}

/* sum += magnitude 2^(shift - 1074), or -=; the magnitude is below 2^106. */
static inline void
seg_big_sum_add_wide(SegBigSum *sum, unsigned __int128 magnitude, int shift, bool negative)
{
	size_t		limb = (size_t) shift / 64;
	int			bits = shift % 64;
	unsigned __int128 low = magnitude << bits;
	uint64_t	parts[3] = {(uint64_t) low, (uint64_t) (low >> 64), bits == 0 ? 0 : (uint64_t) (magnitude >> 64) >> (64 - bits)};
	unsigned	carry = 0;

	for (size_t i = limb; i < SEG_BIG_LIMBS && (i < limb + 3 || carry); i++)
	{
		uint64_t	part = i < limb + 3 ? parts[i - limb] : 0;
		uint64_t	before = sum->limbs[i];
		uint64_t	after = negative ? before - part - carry : before + part + carry;

		carry = negative ? (before < part || (before == part && carry)) :
			(after < before || (after == before && carry));
		sum->limbs[i] = after;
	}
}

/* A finite double as sign, mantissa below 2^53, and the shift of the mantissa in units of 2^-1074. */
typedef struct SegDoubleParts
{
	uint64_t	mantissa;
	int			shift;
	bool		negative;
} SegDoubleParts;

static inline SegDoubleParts
seg_double_parts(double x)
{
	SegDoubleParts parts;
	uint64_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	parts.negative = bits >> 63;
	parts.shift = (int) (bits >> 52 & 0x7FF);
	parts.mantissa = bits & ((UINT64_C(1) << 52) - 1);
	if (parts.shift > 0)
	{
		parts.mantissa |= UINT64_C(1) << 52;
		parts.shift--;
	}
	return parts;
}

/* sum += x, finite; as seg_big_sum_add, with less work. */
static inline void
seg_big_sum_add_parts(SegBigSum *sum, SegDoubleParts x)
{
	seg_big_sum_add_shifted(sum, x.mantissa, x.shift, x.negative);
}

/* sum += x y, exactly but for bits below 2^-1074, which are cut off; |x y| below 2^1024. */
static inline void
seg_big_sum_add_product(SegBigSum *sum, SegDoubleParts x, SegDoubleParts y)
{
	unsigned __int128 magnitude = (unsigned __int128) x.mantissa * y.mantissa;
	int			shift = x.shift + y.shift - SEG_BIG_FRACTION;

	if (shift < 0)
	{
		magnitude = shift > -128 ? magnitude >> -shift : 0;
		shift = 0;
	}
	if (magnitude != 0)
		seg_big_sum_add_wide(sum, magnitude, shift, x.negative != y.negative);
}

static inline void
seg_big_sum_add_units(SegBigSum *sum, const SegUnitSum *units)
{
	__int128	value = seg_unit_sum_units(units);
	bool		negative = value < 0;
	unsigned __int128 magnitude = negative ? -(unsigned __int128) value : (unsigned __int128) value;
	int			shift = SEG_BIG_FRACTION - SEG_UNIT_FRACTION;

	seg_big_sum_add_shifted(sum, (uint64_t) magnitude, shift, negative);
	seg_big_sum_add_shifted(sum, (uint64_t) (magnitude >> 64), shift + 64, negative);
}

static inline void
seg_big_sum_merge(SegBigSum *into, const SegBigSum *from)
{
	unsigned	carry = 0;

	for (size_t i = 0; i < SEG_BIG_LIMBS; i++)
	{
		uint64_t	before = into->limbs[i];
		uint64_t	after = before + from->limbs[i] + carry;

		carry = after < before || (after == before && carry);
		into->limbs[i] = after;
	}
}

/* The nearest double; infinite when the sum is beyond the largest. */
static inline double
seg_big_sum_value(const SegBigSum *sum)
{
	uint64_t	limbs[SEG_BIG_LIMBS];
	bool		negative = (int64_t) sum->limbs[SEG_BIG_LIMBS - 1] < 0;
	unsigned	carry = negative;
	size_t		top = SEG_BIG_LIMBS;
	uint64_t	rest = 0;
	unsigned __int128 head;

	for (size_t i = 0; i < SEG_BIG_LIMBS; i++)
	{
		limbs[i] = (negative ? ~sum->limbs[i] : sum->limbs[i]) + carry;
		carry = carry && limbs[i] == 0;
	}
	while (top > 0 && limbs[top - 1] == 0)
		top--;
	if (top == 0)
		return 0;
	if (top < 2)
		return ldexp((double) limbs[0], -SEG_BIG_FRACTION) * (negative ? -1 : 1);
	/* two limbs decide, but a bit below them breaks a tie */
	for (size_t i = 0; i + 2 < top; i++)
		rest |= limbs[i];
	head = ((unsigned __int128) limbs[top - 1] << 64) | limbs[top - 2];
	if (head >> 64 < 2 && top > 2)
	{
		/* bring more bits in, so that 53 are above the tie */
		head = (head << 63) | (limbs[top - 3] >> 1);
		rest |= limbs[top - 3] & 1;
		head |= rest != 0;
		return ldexp((double) head, (int) (64 * (top - 2)) - 63 - SEG_BIG_FRACTION) * (negative ? -1 : 1);
	}
	head |= rest != 0;
	return ldexp((double) head, (int) (64 * (top - 2)) - SEG_BIG_FRACTION) * (negative ? -1 : 1);
}

/* OUT *low: what the nearest double leaves, so that the result and *low have twice the digits; 0 when it is infinite. */
static inline double
seg_big_sum_twofold(const SegBigSum *sum, double *low)
{
	double		high = seg_big_sum_value(sum);
	SegBigSum	rest = *sum;

	*low = 0;
	if (isfinite(high))
	{
		seg_big_sum_add(&rest, -high);
		*low = seg_big_sum_value(&rest);
	}
	return high;
}

#endif							/* SEG_STATS_BIG_SUM_H */
