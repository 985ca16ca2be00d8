/*
 * logit_rows.h
 *		The rows of a logistic regression: labels, features, categories, weights.
 *
 * A row is a run of `stride` doubles: the features, the weight where rows have weights, and
 * behind them 32-bit numbers: the label (0 or 1) and a code for each category.  A code is the
 * number of the level in the order of arrival.  Rows stand in chunks; no row moves when more
 * rows arrive.
 *
 * The sums of a fit are taken in one order, whatever the order of arrival: rows are sorted by
 * the hash of their contents.
 */
#ifndef SEG_LOGIT_LOGIT_ROWS_H
#define SEG_LOGIT_LOGIT_ROWS_H

#include "base/arena.h"
#include "base/status.h"
#include "stats/scale.h"

/* Chunks 0 .. SEG_LOGIT_GROWING - 1 have 64, 128, ... rows, all later ones SEG_LOGIT_CHUNK. */
#define SEG_LOGIT_FIRST ((size_t) 64)
#define SEG_LOGIT_GROWING ((size_t) 8)
#define SEG_LOGIT_CHUNK (SEG_LOGIT_FIRST << SEG_LOGIT_GROWING)
#define SEG_LOGIT_SMALL (SEG_LOGIT_CHUNK - SEG_LOGIT_FIRST) /* rows of the growing chunks */

typedef struct SegLogitRows
{
	size_t		n;
	size_t		d;				/* features */
	size_t		c;				/* categories */
	bool		weighted;
	size_t		stride;			/* doubles in a row */
	double	  **chunks;
} SegLogitRows;

/* The level of a category with some code. */
typedef struct SegLogitLevel
{
	const char *text;			/* UTF-8, not terminated; NULL: no value */
	size_t		length;
	uint64_t	hash;
} SegLogitLevel;

static inline size_t
seg_logit_stride(size_t d, size_t c, bool weighted)
{
	return d + weighted + (c + 2) / 2;
}

/* The chunk of row i, and OUT the row's place in it. */
static inline size_t
seg_logit_chunk(size_t i, size_t *place)
{
	size_t		chunk;

	if (i >= SEG_LOGIT_SMALL)
	{
		*place = (i - SEG_LOGIT_SMALL) % SEG_LOGIT_CHUNK;
		return SEG_LOGIT_GROWING + (i - SEG_LOGIT_SMALL) / SEG_LOGIT_CHUNK;
	}
	chunk = (size_t) (63 - __builtin_clzll((unsigned long long) (i / SEG_LOGIT_FIRST + 1)));
	*place = i - SEG_LOGIT_FIRST * (((size_t) 1 << chunk) - 1);
	return chunk;
}

/* The rows that a chunk has room for. */
static inline size_t
seg_logit_chunk_rows(size_t chunk)
{
	return chunk < SEG_LOGIT_GROWING ? SEG_LOGIT_FIRST << chunk : SEG_LOGIT_CHUNK;
}

static inline double *
seg_logit_row(const SegLogitRows *rows, size_t i)
{
	size_t		place;
	size_t		chunk = seg_logit_chunk(i, &place);

	return rows->chunks[chunk] + place * rows->stride;
}

/* The label and the codes of a row. */
static inline uint32_t *
seg_logit_codes(const SegLogitRows *rows, const double *row)
{
	return (uint32_t *) (row + rows->d + rows->weighted);
}

static inline double
seg_logit_weight(const SegLogitRows *rows, const double *row)
{
	return rows->weighted ? row[rows->d] : 1;
}

/* Bytes that seg_logit_sort takes from an arena. */
extern size_t seg_logit_sort_size(const SegLogitRows *rows);

/* Sort the rows.  IN levels[c]: the levels of each category by code.  O(n log n). */
extern void seg_logit_sort(SegLogitRows *rows, const SegLogitLevel *const *levels, SegArena arena);

/* A feature over all rows, in input units; weighted. */
typedef struct SegLogitColumn
{
	double		minimum;		/* NaN without values */
	double		maximum;
	double		origin;			/* near the values: seg_scale_origin() */
	double		mean;
	double		sd;				/* over seg_weights_freedom() of stats/weights.h */
	uint64_t	missing;		/* rows */
	double		missing_weight;
} SegLogitColumn;

/* Counts of rows and sums of weights. */
typedef struct SegLogitTotals
{
	uint64_t	positives;
	double		weight;
	double		positive_weight;
	double		squares;		/* of the weights */
	bool		is_relative;	/* stats/weights.h */
} SegLogitTotals;

/*
 * OUT columns[d], *totals, of sorted rows.  Returns SEG_OK, SEG_NO_ROWS, or with OUT
 * *position (from 1) SEG_RANGE_TOO_WIDE.  Two passes.
 */
extern SegStatus seg_logit_describe(const SegLogitRows *rows, SegLogitColumn *columns, SegLogitTotals *totals, size_t *position);

/* The divisor of a variance over rows of that weight and of squared weights. */
extern double seg_logit_freedom(const SegLogitTotals *totals, double weight, double squares);

#endif							/* SEG_LOGIT_LOGIT_ROWS_H */
