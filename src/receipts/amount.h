/*
 * amount.h
 *		Exact sums of money.
 *
 * An amount is an integer of 1e-8, which almost every amount of money fits into.
 * What does not fit (more than eight decimals, 92 billion and more) is wide: it is a
 * number of a pool that somebody else keeps and calculates with.  Each amount carries
 * the display scale of its numeric, and a sum the largest of its parts, as sum(numeric).
 */
#ifndef SEG_RECEIPTS_AMOUNT_H
#define SEG_RECEIPTS_AMOUNT_H

#include "base/port.h"

#define SEG_AMOUNT_WIDE 63		/* in place of a scale: value is a number of the pool */

typedef struct SegAmount
{
	int64_t		value;
	uint8_t		scale;
} SegAmount;

/*
 * The pool of wide amounts.  Numbers begin at 1.  make: a new one out of units of 1e-8;
 * add: into += other, and other is dropped; drop: the number may be given again;
 * sign: -1, 0 or 1; copy: a new number with the same value; value: the nearest double,
 * at most DBL_MAX.
 */
typedef struct SegWidePool
{
	int64_t		(*make) (struct SegWidePool *pool, int64_t units, int scale);
	void		(*add) (struct SegWidePool *pool, int64_t into, int64_t other);
	void		(*drop) (struct SegWidePool *pool, int64_t number);
	int			(*sign) (struct SegWidePool *pool, int64_t number);
	int64_t		(*copy) (struct SegWidePool *pool, int64_t number);
	double		(*value) (struct SegWidePool *pool, int64_t number);
} SegWidePool;

#define SEG_UNITS 1e8			/* of one */

static inline bool
seg_amount_is_negative(SegWidePool *pool, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		return pool->sign(pool, amount.value) < 0;
	return amount.value < 0;
}

static inline double
seg_amount_value(SegWidePool *pool, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		return pool->value(pool, amount.value);
	return (double) amount.value / SEG_UNITS;
}

/* into += other; a wide `other` is used up. */
static inline void
seg_amount_add(SegWidePool *pool, SegAmount *into, SegAmount other)
{
	if (into->scale != SEG_AMOUNT_WIDE && other.scale != SEG_AMOUNT_WIDE &&
		!__builtin_add_overflow(into->value, other.value, &into->value))
	{
		if (other.scale > into->scale)
			into->scale = other.scale;
		return;
	}
	if (into->scale != SEG_AMOUNT_WIDE)
	{
		/* an overflow has left the value as it was, modulo 2^64 */
		if (other.scale != SEG_AMOUNT_WIDE)
			into->value = (int64_t) ((uint64_t) into->value - (uint64_t) other.value);
		into->value = pool->make(pool, into->value, into->scale);
		into->scale = SEG_AMOUNT_WIDE;
	}
	if (other.scale != SEG_AMOUNT_WIDE)
		other.value = pool->make(pool, other.value, other.scale);
	pool->add(pool, into->value, other.value);
}

/* Aligned as the server's memory is, not as the compiler would like it. */
typedef __int128 SegUnits __attribute__((aligned(8)));

/* A sum of any number of amounts: the units of those that are not wide, and the others. */
typedef struct SegTotal
{
	SegUnits	units;
	uint32_t	wide;			/* a number of the pool; 0: none was wide */
	uint8_t		scale;
} SegTotal;

/* total += amount; a wide amount is used up.  2^64 amounts fit. */
static inline void
seg_total_add(SegWidePool *pool, SegTotal *total, SegAmount amount)
{
	if (amount.scale != SEG_AMOUNT_WIDE)
	{
		total->units += amount.value;
		if (amount.scale > total->scale)
			total->scale = amount.scale;
	}
	else if (total->wide == 0)
		total->wide = (uint32_t) amount.value;
	else
		pool->add(pool, total->wide, amount.value);
}

/* total += amount; a wide amount stays. */
static inline void
seg_total_add_copy(SegWidePool *pool, SegTotal *total, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		amount.value = pool->copy(pool, amount.value);
	seg_total_add(pool, total, amount);
}

static inline double
seg_total_value(SegWidePool *pool, const SegTotal *total)
{
	double		value = (double) total->units / SEG_UNITS;

	return total->wide == 0 ? value : fmax(fmin(value + pool->value(pool, total->wide), DBL_MAX), -DBL_MAX);
}

/* A total of 0 whose wide part is given back. */
static inline void
seg_total_clear(SegWidePool *pool, SegTotal *total)
{
	if (total->wide != 0)
		pool->drop(pool, total->wide);
	*total = (SegTotal) {0};
}

/* total += other; a wide part of other is used up. */
static inline void
seg_total_merge(SegWidePool *pool, SegTotal *total, const SegTotal *other)
{
	SegAmount	wide = {other->wide, SEG_AMOUNT_WIDE};

	total->units += other->units;
	if (other->scale > total->scale)
		total->scale = other->scale;
	if (other->wide != 0)
		seg_total_add(pool, total, wide);
}

#endif							/* SEG_RECEIPTS_AMOUNT_H */
