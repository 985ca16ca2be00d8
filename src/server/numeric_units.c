/*
 * numeric_units.c
 *		Numerics as integers of 1e-8, and back; see numeric_units.h.
 */
#include "server/numeric_units.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* ---- the layout of numeric ---- */

#define BASE 10000
#define BASE_DECIMALS 4
#define SIGN_MASK 0xC000
#define SIGN_NEGATIVE 0x4000
#define SIGN_SHORT 0x8000		/* a header of one word, not a sign */
#define SIGN_SPECIAL 0xC000
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_SHIFT 7
#define SHORT_SCALE_MAX 0x3F
#define SHORT_WEIGHT_NEGATIVE 0x40
#define SHORT_WEIGHT_MASK 0x3F
#define SCALE_MASK 0x3FFF

/* Digits before and after the point of a value that fits into int64 units. */
#define MAX_WEIGHT 2
#define UNIT_WEIGHT (-(SEG_UNITS_DECIMALS / BASE_DECIMALS))

/* Digits of an int128: 2^127 is below 10^39. */
#define MAX_DIGITS 10

typedef struct Layout
{
	bool		negative;
	int			scale;
	int			weight;			/* of the first digit, as a power of BASE */
	int			count;			/* of digits */
	const char *digits;			/* int16 each, maybe not aligned */
} Layout;

static uint16
word_at(const char *at)
{
	uint16		word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* False for NaN and the infinities. */
static bool
read_layout(const struct varlena *value, Layout *layout)
{
	const char *data = VARDATA_ANY(value);
	int			size = VARSIZE_ANY_EXHDR(value);
	uint16		header = word_at(data);

	if ((header & SIGN_MASK) == SIGN_SPECIAL)
		return false;
	if ((header & SIGN_MASK) == SIGN_SHORT)
	{
		layout->negative = (header & SHORT_NEGATIVE) != 0;
		layout->scale = (header >> SHORT_SCALE_SHIFT) & SHORT_SCALE_MAX;
		layout->weight = header & SHORT_WEIGHT_MASK;
		if (header & SHORT_WEIGHT_NEGATIVE)
			layout->weight -= SHORT_WEIGHT_NEGATIVE;
		layout->digits = data + sizeof(uint16);
		layout->count = (size - (int) sizeof(uint16)) / (int) sizeof(int16);
		return true;
	}
	layout->negative = (header & SIGN_MASK) == SIGN_NEGATIVE;
	layout->scale = header & SCALE_MASK;
	layout->weight = (int16) word_at(data + sizeof(uint16));
	layout->digits = data + 2 * sizeof(uint16);
	layout->count = (size - 2 * (int) sizeof(uint16)) / (int) sizeof(int16);
	return true;
}

SegNumericKind
seg_numeric_read(const struct varlena *value, int64 *units, int *scale)
{
	Layout		layout;
	uint64		magnitude = 0;
	int			weight;

	if (!read_layout(value, &layout))
		return SEG_NUMERIC_NOT_FINITE;
	weight = layout.weight;
	if (layout.scale > SEG_UNITS_MAX_SCALE || weight > MAX_WEIGHT || weight - layout.count + 1 < UNIT_WEIGHT)
		return SEG_NUMERIC_WIDE;
	for (int i = 0; i < layout.count; i++, weight--)
		if (__builtin_mul_overflow(magnitude, (uint64) BASE, &magnitude) ||
			__builtin_add_overflow(magnitude, (uint64) word_at(layout.digits + i * sizeof(int16)), &magnitude))
			return SEG_NUMERIC_WIDE;
	for (; magnitude != 0 && weight >= UNIT_WEIGHT; weight--)
		if (__builtin_mul_overflow(magnitude, (uint64) BASE, &magnitude))
			return SEG_NUMERIC_WIDE;
	if (magnitude > (uint64) PG_INT64_MAX)
		return SEG_NUMERIC_WIDE;
	*units = layout.negative ? -(int64) magnitude : (int64) magnitude;
	*scale = layout.scale;
	return SEG_NUMERIC_UNITS;
}

Numeric
seg_units_numeric(int128 units, int scale)
{
	uint128		magnitude = units < 0 ? -(uint128) units : (uint128) units;
	int16		digits[MAX_DIGITS];
	int			first = MAX_DIGITS;
	int			end = MAX_DIGITS;
	int			weight;
	size_t		size;
	char	   *made;
	uint16		header;

	while (magnitude != 0)
	{
		digits[--first] = (int16) (magnitude % BASE);
		magnitude /= BASE;
	}
	/* the last digit has the weight of a unit */
	weight = UNIT_WEIGHT + (MAX_DIGITS - first) - 1;
	while (end > first && digits[end - 1] == 0)
		end--;
	if (first == end)
		weight = 0;
	size = VARHDRSZ + sizeof(uint16) + (end - first) * sizeof(int16);
	made = palloc(size);
	SET_VARSIZE(made, size);
	header = SIGN_SHORT | (units < 0 ? SHORT_NEGATIVE : 0) | (uint16) (scale << SHORT_SCALE_SHIFT) |
		(weight < 0 ? SHORT_WEIGHT_NEGATIVE : 0) | (uint16) (weight & SHORT_WEIGHT_MASK);
	memcpy(made + VARHDRSZ, &header, sizeof(header));
	memcpy(made + VARHDRSZ + sizeof(header), digits + first, (end - first) * sizeof(int16));
	return (Numeric) made;
}

double
seg_units_float8(int128 units)
{
	/* both operands are exact as double, so the quotient is rounded once */
	if (units >= -(INT64CONST(1) << 53) && units <= INT64CONST(1) << 53)
		return (double) units / (double) SEG_UNITS_PER_ONE;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8,
											  NumericGetDatum(seg_units_numeric(units, SEG_UNITS_DECIMALS))));
}
