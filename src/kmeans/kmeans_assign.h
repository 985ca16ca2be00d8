/*
 * kmeans_assign.h
 *		Every row to its nearest center, and with it into that cluster's exact sums.
 */
#ifndef SEG_KMEANS_KMEANS_ASSIGN_H
#define SEG_KMEANS_KMEANS_ASSIGN_H

#include "kmeans/kmeans_filter.h"
#include "stats/group_sums.h"

/* A label that no center has: the row was not assigned yet. */
#define SEG_NO_LABEL UINT16_MAX

/* Rows that wait to be moved, while their values come to the cache. */
#define SEG_WAITING ((size_t) 8)

typedef struct SegMove
{
	size_t		row;
	uint16_t	from;			/* or SEG_NO_LABEL */
	uint16_t	to;
} SegMove;

/* The state of an assignment, from one to the next. */
typedef struct SegAssignment
{
	const SegKmeansData *data;
	SegKmeansRun *run;			/* k, centers and labels */
	SegGroupSums sums;			/* k x d: of the rows of each cluster */
	SegExactSum *weights;		/* k */
	size_t	   *counts;			/* k: rows */
	bool	   *changed;		/* k: the cluster won or lost rows; the caller clears it */
	SegGrid		weight_grid;
	SegMove		waiting[SEG_WAITING];	/* a ring */
	size_t		moves;			/* that came into it since it was empty */
	SegFilterCenters form;		/* the centers in floats */
	bool		is_filtered;	/* the form stands for the centers */
	double	   *block;			/* d x SEG_BLOCK_ROWS: a workspace */
	double		center_shift;	/* sum over the iterations of the two longest shifts of centers */
	double	   *bounds;			/* per block: the center_shift up to which its labels are valid */
} SegAssignment;

/* Bytes of the arena for n rows, d features and k centers. */
extern size_t seg_assignment_size(size_t n, size_t d, size_t k);

/* No row is assigned yet.  OUT run: labels. */
extern void seg_assignment_start(SegAssignment *assignment, const SegKmeansData *data, SegKmeansRun *run,
								 SegArena *arena);

/*
 * Assign all rows to the centers of the run; with OUT inertia not NULL all are
 * measured, else those that may have changed.  With few_moved, which says that
 * few rows changed cluster last time, bounds are set for the times to come.
 * Returns how many changed.
 */
extern size_t seg_assign_rows(SegAssignment *assignment, bool few_moved, double *inertia);

/* The inertia of rows that are all assigned, to centers that have not moved since. */
extern double seg_assignment_inertia(const SegAssignment *assignment);

/* The centers have moved: IN from, k x d, where they were. */
extern void seg_assignment_add_center_shift(SegAssignment *assignment, const double *from);

/*
 * The nearest and second nearest center of the eight rows of block b.
 *
 * OUT first_d2, second_d2, first: SEG_BLOCK_ROWS each; second_d2 is infinite when
 * k is 1.  OUT block: room for d x SEG_BLOCK_ROWS.  IN centers k x d; a center of NaN
 * is never the nearest.
 */
extern void seg_assign_nearest(const SegKmeansData *data, size_t b, const double *centers, size_t k,
							   double *block, double *first_d2, double *second_d2, uint16_t *first);

/*
 * The squared distances of the rows of block b to the centers of a run that they are
 * assigned to; OUT d2: SEG_BLOCK_ROWS.
 */
extern void seg_assign_own(const SegKmeansData *data, size_t b, const SegKmeansRun *run, double *d2);

#endif							/* SEG_KMEANS_KMEANS_ASSIGN_H */
