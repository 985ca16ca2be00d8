/*
 * kmeans_data.h
 *		Types of k-means: parameters, rows in the fitted space, and the result of a run.
 */
#ifndef SEG_KMEANS_KMEANS_DATA_H
#define SEG_KMEANS_KMEANS_DATA_H

#include "stats/exact_sum.h"
#include "stats/histogram.h"
#include "stats/standardize.h"

#define SEG_KMEANS_MAX_K 10000

typedef enum SegInitMethod
{
	SEG_INIT_KMEANS_PLUS_PLUS,
	SEG_INIT_RANDOM,
	SEG_INIT_CENTROIDS,
} SegInitMethod;

typedef enum SegKmeansAlgorithm
{
	SEG_KMEANS_LLOYD,
	SEG_KMEANS_BISECTING,
} SegKmeansAlgorithm;

/* The parameters of a fit; the comments are the defaults. */
typedef struct SegKmeansParams
{
	SegKmeansAlgorithm algorithm;
	SegInitMethod init_method;
	uint64_t	seed;			/* 42 */
	size_t		n_init;			/* 10 */
	size_t		max_iterations; /* 300 */
	double		tolerance;		/* 0: until no assignment changes; else the smallest relative gain of inertia */
	double		min_share;		/* 0.01: smallest share of the weight of a cluster, if a sweep chooses k */

	/*
	 * Called after each assignment of all rows, not of rows of the sample.  IN k:
	 * clusters; iteration: number of assignments; inertia: around the means of the
	 * clusters.  It may longjmp.  It does not influence the fit.  NULL: no call.
	 */
	void		(*on_iteration) (void *argument, size_t k, size_t iteration, double inertia);
	void	   *argument;
} SegKmeansParams;

typedef struct SegKmeansFilter SegKmeansFilter; /* kmeans/kmeans_filter.h */

/* Rows in the fitted space and their properties. */
typedef struct SegKmeansData
{
	SegMatrix	rows;
	const double *weights;		/* n, all > 0; NULL: ones */
	double		total;			/* sum of the weights */
	const SegScale *scales;		/* d */
	const uint32_t *active;		/* features with spread, ascending */
	size_t		n_active;
	SegKmeansFilter *filter;	/* the rows in floats; NULL: only doubles are used */
	bool		is_relative;	/* the weights are relative, not counts (stats/weights.h) */
	const double *units;		/* n: weight of one copy, for rows with several copies; NULL: 1 */
} SegKmeansData;

/* The weight of row i. */
static inline double
seg_kmeans_weight(const SegKmeansData *data, size_t i)
{
	return data->weights == NULL ? 1 : data->weights[i];
}

/* The number of rows; with counts as weights, their sum. */
static inline double
seg_kmeans_count(const SegKmeansData *data)
{
	return data->is_relative ? (double) data->rows.n : data->total;
}

/*
 * A grid for sums over the rows of weight times a value of at most max_abs.  A row of
 * weight w counts like w rows, and each row is at least one addend.
 */
static inline SegGrid
seg_kmeans_grid(const SegKmeansData *data, double max_abs)
{
	return seg_grid_of_total(fmax(data->total, (double) data->rows.n), data->total * max_abs);
}

/*
 * Blocks between two checks for interrupts: one or two milliseconds, with 8 k d steps
 * per block.
 */
static inline size_t
seg_kmeans_pause(size_t k, size_t d)
{
	size_t		blocks = ((size_t) 1 << 19) / (k * d);

	return blocks < 1 ? 1 : seg_min_size(blocks, 64);
}

/* True if a check is due before block b.  It always is before the first, because there may be many short passes. */
static inline bool
seg_kmeans_is_pause(size_t b, size_t k, size_t d)
{
	return b % seg_kmeans_pause(k, d) == 0;
}

/* The result of one run of Lloyd's iterations. */
typedef struct SegKmeansRun
{
	size_t		k;
	double	   *centers;		/* k x d, fitted space */
	uint16_t   *labels;			/* n rounded up to SEG_BLOCK_ROWS; places of centers */
	double	   *weights;		/* k, of the clusters */
	double		inertia;		/* weighted sum of squared distances to the centers */
	double		total_ss;		/* weighted sum of squared distances to the mean of all rows */
	size_t		iterations;
	bool		converged;
	uint64_t	distances;		/* number of distances computed, in floats or doubles */
} SegKmeansRun;

/* OUT active[d]: the features with spread, ascending.  Returns their number. */
extern size_t seg_kmeans_active(const SegScale *scales, size_t d, uint32_t *active);

/* Take the arrays of a run for k centers from the arena. */
extern void seg_kmeans_take_run(SegKmeansRun *run, size_t n, size_t d, size_t k, SegArena *arena);
extern size_t seg_kmeans_run_size(size_t n, size_t d, size_t k);

#endif							/* SEG_KMEANS_KMEANS_DATA_H */
