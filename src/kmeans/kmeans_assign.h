/*
 * kmeans_assign.h
 *		Assigns rows to their nearest centers, and updates the exact sums of the clusters.
 */
#ifndef SEG_KMEANS_KMEANS_ASSIGN_H
#define SEG_KMEANS_KMEANS_ASSIGN_H

#include "kmeans/kmeans_filter.h"
#include "stats/group_sums.h"

/* The label of a row that is not assigned yet. */
#define SEG_NO_LABEL UINT16_MAX

/* Moves of rows that are delayed while the values are prefetched. */
#define SEG_WAITING ((size_t) 8)

typedef struct SegMove
{
	size_t		row;
	uint16_t	from;			/* the cluster before, or SEG_NO_LABEL */
	uint16_t	to;
} SegMove;

/* The state of the assignments of a run. */
typedef struct SegAssignment
{
	const SegKmeansData *data;
	SegKmeansRun *run;			/* k, centers and labels */
	SegGroupSums sums;			/* k x d: of the rows of each cluster */
	SegExactSum *weights;		/* k */
	size_t	   *counts;			/* k: rows */
	bool	   *changed;		/* k: true if rows joined or left the cluster; the caller clears it */
	SegGrid		weight_grid;
	SegMove		waiting[SEG_WAITING];	/* a ring buffer */
	size_t		moves;			/* number of moves put into it since it was empty */
	SegFilterCenters form;		/* the centers in floats */
	bool		is_filtered;	/* the form has the current centers */
	double	   *block;			/* d x SEG_BLOCK_ROWS: workspace */
	double		center_shift;	/* sum over the iterations of the two longest shifts of centers */
	double	   *bounds;			/* per block: the center_shift up to which its labels are valid */
} SegAssignment;

/* Bytes of the arena for n rows, d features and k centers. */
extern size_t seg_assignment_size(size_t n, size_t d, size_t k);

/* Initialize: no row is assigned.  OUT run: labels. */
extern void seg_assignment_start(SegAssignment *assignment, const SegKmeansData *data, SegKmeansRun *run,
								 SegArena *arena);

/*
 * Assign all rows to the centers of the run.  If OUT inertia is not NULL, the distances
 * of all rows are computed, else only of rows whose cluster may have changed.  With
 * few_moved (few rows changed cluster last time) bounds are set for the next calls.
 * Returns the number of rows that changed cluster.
 */
extern size_t seg_assign_rows(SegAssignment *assignment, bool few_moved, double *inertia);

/* The inertia.  All rows are assigned, and the centers have not moved since. */
extern double seg_assignment_inertia(const SegAssignment *assignment);

/* Call it after the centers moved.  IN from: k x d, the centers before. */
extern void seg_assignment_add_center_shift(SegAssignment *assignment, const double *from);

/*
 * The nearest and second nearest center of the eight rows of block b.
 *
 * OUT first_d2, second_d2, first: SEG_BLOCK_ROWS each; second_d2 is infinite if k is 1.
 * SCRATCH block: d x SEG_BLOCK_ROWS.  IN centers: k x d; a center of NaN is never the
 * nearest.
 */
extern void seg_assign_nearest(const SegKmeansData *data, size_t b, const double *centers, size_t k,
							   double *block, double *first_d2, double *second_d2, uint16_t *first);

/*
 * The squared distance of each row of block b to the center of its cluster.
 * OUT d2: SEG_BLOCK_ROWS.
 */
extern void seg_assign_own(const SegKmeansData *data, size_t b, const SegKmeansRun *run, double *d2);

#endif							/* SEG_KMEANS_KMEANS_ASSIGN_H */
