/*
 * mcd_search.h
 *		The search for the h rows of least determinant: what mcd.c needs of it.
 */
#ifndef SEG_ANOMALY_MCD_SEARCH_H
#define SEG_ANOMALY_MCD_SEARCH_H

#include "base/port.h"
#include "base/rng.h"
#include "stats/linalg.h"

/* A row (its place among n) that stands for weight rows, and how far it is. */
typedef struct SegMcdItem
{
	double		distance2;
	double		weight;
	uint32_t	row;
} SegMcdItem;

/* A center and Cholesky factor, and the determinant of the subset they come from. */
typedef struct SegMcdShape
{
	double	   *center;			/* m */
	double	   *factor;			/* m x m */
	double		log_det;
} SegMcdShape;

#define SEG_MCD_GROUPS 5
#define SEG_MCD_KEPT 10			/* starts of each group */
#define SEG_MCD_FINALISTS 100	/* of all */

typedef struct SegMcdSearch
{
	const double *scaled;		/* n x m, each feature with mean 0 and sd 1 */
	const uint64_t *ends;		/* n: counts summed up */
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

/* How many items the search needs. */
extern size_t seg_mcd_search_items(size_t n, size_t m);

/* Find the best subset of h rows: its shape is left in best[0]. */
extern void seg_mcd_search(SegMcdSearch *search, uint64_t h);

/* All rows as items[n]. */
extern void seg_mcd_all_items(SegMcdSearch *search);

/* Set the distances of items[count] in the metric of a shape. */
extern void seg_mcd_measure(SegMcdSearch *search, SegMcdItem *items, size_t count, const SegMcdShape *shape);

#endif							/* SEG_ANOMALY_MCD_SEARCH_H */
