/*
 * logit_rows.h
 *		The rows of a logistic regression: labels, features, categories, weights.
 *
 * A row is a run of `stride` doubles: the features, the weight where rows have weights, and
 * behind them 32-bit numbers: the label (0 or 1) and a code for each category.  A code is the
 * number of the level in the order of arrival.  The last 8 bytes are the hash of the row.
 * Rows stand in chunks; no row moves when more rows arrive.
 *
 * The sums of a fit are taken in one order, whatever the order of arrival: rows are sorted by
 * the hash of their contents.
 */
#ifndef SEG_LOGIT_LOGIT_ROWS_H
#define SEG_LOGIT_LOGIT_ROWS_H

#include "base/arena.h"
#include "base/status.h"
#include "stats/scale.h"

/* The first chunk has so many rows, each next one twice as many, up to about so many bytes. */
#define SEG_LOGIT_FIRST ((size_t) 64)
#define SEG_LOGIT_CHUNK_BYTES ((size_t) 32 << 20)

typedef struct SegLogitRows
{
	size_t		n;
	size_t		d;				/* features */
	size_t		c;				/* categories */
	bool		weighted;
	size_t		stride;			/* doubles in a row */
	size_t		growing;		/* the chunks that grow; all later ones have as many rows as the next of them would */
	double	  **chunks;
} SegLogitRows;

/* The level of a category with some code. */
typedef struct SegLogitLevel
{
	const char *text;			/* UTF-8, not terminated; NULL: no value */
	size_t		length;
	uint64_t	hash;
} SegLogitLevel;

/* No rows yet, of that shape. */
static inline SegLogitRows
seg_logit_no_rows(size_t d, size_t c, bool weighted)
{
	SegLogitRows rows = {.d = d, .c = c, .weighted = weighted, .stride = d + weighted + (c + 2) / 2 + 1};

	while ((SEG_LOGIT_FIRST << (rows.growing + 1)) * rows.stride * sizeof(double) <= SEG_LOGIT_CHUNK_BYTES)
		rows.growing++;
	return rows;
}

/* The rows that a chunk has room for. */
static inline size_t
seg_logit_chunk_rows(const SegLogitRows *rows, size_t chunk)
{
	return SEG_LOGIT_FIRST << (chunk < rows->growing ? chunk : rows->growing);
}

/* The chunk of row i, and OUT the row's place in it. */
static inline size_t
seg_logit_chunk(const SegLogitRows *rows, size_t i, size_t *place)
{
	size_t		most = SEG_LOGIT_FIRST << rows->growing;
	size_t		chunk;

	if (i >= most - SEG_LOGIT_FIRST)
	{
		i -= most - SEG_LOGIT_FIRST;
		*place = i & (most - 1);
		return rows->growing + (i >> __builtin_ctzll((unsigned long long) most));
	}
	chunk = (size_t) (63 - __builtin_clzll((unsigned long long) (i / SEG_LOGIT_FIRST + 1)));
	*place = i - SEG_LOGIT_FIRST * (((size_t) 1 << chunk) - 1);
	return chunk;
}

static inline double *
seg_logit_row(const SegLogitRows *rows, size_t i)
{
	size_t		place;
	size_t		chunk = seg_logit_chunk(rows, i, &place);

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

/* OUT factors[d]: for seg_logit_hash. */
extern void seg_logit_hash_factors(size_t d, uint64_t *factors);

/* Write the hash of a row, which is complete otherwise.  IN levels[c]: the levels of each category by code. */
extern void seg_logit_hash(const SegLogitRows *rows, double *row, const uint64_t *factors, const SegLogitLevel *const *levels);

/* Bytes that seg_logit_sort takes from an arena. */
extern size_t seg_logit_sort_size(const SegLogitRows *rows);

/* Sort the rows by their hashes, and equal hashes by contents.  O(n log n). */
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
