/*
 * numeric_units.h
 *		Numerics as integers of 1e-8, and back, without the functions of numeric.
 *
 * Almost every amount of money is below 92 billion and has at most eight decimals.
 * Such a numeric has a few words with digits in base 10,000.  They are read in place,
 * which takes a tenth of the time of numeric_add.
 *
 * The layout of numeric is PostgreSQL's own (src/backend/utils/adt/numeric.c) and
 * has been the same on disk since version 9.1; pg_upgrade depends on it.
 */
#ifndef SEG_SERVER_NUMERIC_UNITS_H
#define SEG_SERVER_NUMERIC_UNITS_H

#include "server/compat.h"

#include "utils/numeric.h"

#define SEG_UNITS_DECIMALS 8
#define SEG_UNITS_PER_ONE INT64CONST(100000000)

/* The largest display scale of a number in units. */
#define SEG_UNITS_MAX_SCALE 62

typedef enum SegNumericKind
{
	SEG_NUMERIC_UNITS,			/* units and scale are set */
	SEG_NUMERIC_WIDE,			/* a number that needs numeric arithmetic */
	SEG_NUMERIC_NOT_FINITE,		/* NaN or an infinity */
} SegNumericKind;

/*
 * Read a numeric.  IN value: neither toasted out of line nor compressed; the header may
 * be short.  OUT units: the value in units of 1e-8; OUT scale: its display scale,
 * 0 .. SEG_UNITS_MAX_SCALE; both only for SEG_NUMERIC_UNITS.
 */
extern SegNumericKind seg_numeric_read(const struct varlena *value, int64 *units, int *scale);

/*
 * The numeric of units with that display scale, palloc'd.
 * The scale must show all decimals that are not zero.
 */
extern Numeric seg_units_numeric(int128 units, int scale);

/* The float8 nearest to units / 1e8: the same bits as a cast of the numeric. */
extern double seg_units_float8(int128 units);

#endif							/* SEG_SERVER_NUMERIC_UNITS_H */
