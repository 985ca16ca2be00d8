/*
 * kmeans_starts.h
 *		The best of some starts of k-means on a sample of the rows.
 */
#ifndef SEG_KMEANS_KMEANS_STARTS_H
#define SEG_KMEANS_KMEANS_STARTS_H

#include "base/arena.h"
#include "kmeans/kmeans_data.h"

typedef struct SegSeeder
{
	const SegKmeansData *data;
	size_t		k;
	double	   *nearest_d2;		/* n: to the centers chosen so far */
	double	   *second_d2;		/* n: to the second nearest of them */
	uint16_t   *owners;			/* n rounded up to SEG_BLOCK_ROWS: the nearest of them */
	double	   *losses;			/* k: increase of the inertia without it */
	double	   *block;			/* d x SEG_BLOCK_ROWS */
	double	   *candidate_d2;	/* n: to a candidate */
	double	   *row;			/* d */
	double	   *own;			/* k x d: the best centers of the current start */
	size_t		effort;			/* 1 .. MOST_EFFORT */
	SegKmeansRun run;			/* centers k x d, labels, weights k */
	SegArena	lloyd;			/* workspace of seg_lloyd_run */
} SegSeeder;

/* OUT center: d, the values of row i; 0 for features without spread. */
extern void seg_starts_center_of_row(const SegKmeansData *data, size_t i, double *center);

/* OUT d2: n, the squared distances of all rows to IN center (d values). */
extern void seg_starts_distances(const SegKmeansData *data, const double *center, double *d2);

/* Take the arrays for k centers and data of at most most_rows rows from the arena. */
extern void seg_starts_take(SegSeeder *seeder, const SegKmeansData *data, size_t k, size_t most_rows, SegArena *arena);

/*
 * The best of n_init starts; OUT centers: k x d.  Start number s uses stream
 * start_stream + s of the seed.  Each start is improved by swaps, and so is the best
 * result so far.  All results are converged.  A larger n_init continues with the results
 * of a smaller one, so it is never worse.
 */
extern void seg_starts_best(SegSeeder *seeder, const SegKmeansParams *params, size_t start_stream, double *centers);

#endif							/* SEG_KMEANS_KMEANS_STARTS_H */
