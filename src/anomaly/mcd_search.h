/*
 * mcd_search.h
 *		The search for the h rows with the smallest determinant; only for mcd.c.
 */
#ifndef SEG_ANOMALY_MCD_SEARCH_H
#define SEG_ANOMALY_MCD_SEARCH_H

#include "base/port.h"
#include "base/rng.h"
#include "stats/linalg.h"

/* A row (its place among n), the number of rows that it represents, and its distance. */
typedef struct SegMcdItem
{
	double		distance2;
	double		weight;
	uint32_t	row;
} SegMcdItem;

/* The center, the Cholesky factor and the determinant of a subset. */
typedef struct SegMcdShape
{
	double	   *center;			/* m */
	double	   *factor;			/* m x m */
	double		log_det;
} SegMcdShape;

#define SEG_MCD_GROUPS 5
#define SEG_MCD_KEPT 10			/* starts kept of each group */
#define SEG_MCD_FINALISTS 100	/* starts kept of all groups */

typedef struct SegMcdSearch
{
	const double *scaled;		/* n x m, each feature with mean 0 and sd 1 */
	const uint64_t *ends;		/* n: cumulative counts */
	size_t		n;
	size_t		m;				/* features, 1 or more */
	SegRng		rng;

	/* scratch */
	SegMcdItem *items;			/* seg_mcd_search_items(n, m) */
	double	   *block;			/* SEG_MCD_BLOCK x m */
	SegMcdShape trial;
	SegMcdShape best[SEG_MCD_FINALISTS];
	SegMcdShape candidates[SEG_MCD_GROUPS * SEG_MCD_KEPT];
} SegMcdSearch;

#define SEG_MCD_BLOCK ((size_t) 64)

/* The number of items for the search. */
extern size_t seg_mcd_search_items(size_t n, size_t m);

/* Find the best subset of h rows.  OUT search->best[0]: its shape. */
extern void seg_mcd_search(SegMcdSearch *search, uint64_t h);

/* Set items[n] to all rows. */
extern void seg_mcd_all_items(SegMcdSearch *search);

/* Set the distances of items[count] in the metric of a shape. */
extern void seg_mcd_measure(SegMcdSearch *search, SegMcdItem *items, size_t count, const SegMcdShape *shape);

#endif							/* SEG_ANOMALY_MCD_SEARCH_H */
