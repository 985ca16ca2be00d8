/*
 * kmeans_rows_pg.h
 *		The rows that kmeans_fit and kmeans_sweep have seen.
 */
#ifndef SEG_KMEANS_KMEANS_ROWS_PG_H
#define SEG_KMEANS_KMEANS_ROWS_PG_H

#include "kmeans/kmeans_options_pg.h"
#include "server/budget.h"

typedef struct SegKmeansRows
{
	MemoryContext context;		/* holds all of this */
	SegBudget  *budget;

	/* the arguments that must be the same in every row */
	int64		numbers[2];		/* k, or k_min and k_max; SEG_NUMBER_NULL: null */
	uint64		options_given;	/* their digest */
	bool		options_fixed;	/* a constant in the query: the same in every row */
	SegKmeansOptions options;

	/* the rows, in input units until they are prepared */
	SegMatrix	rows;
	char	   *room;			/* where rows.values was cut from, aligned */
	size_t		allocated;		/* rows there are addresses for */
	size_t		capacity;		/* rows that are counted against segment.fit_memory */
	double	   *weights;		/* capacity; NULL: no weights given */
	double		total;			/* sum of the weights, exact (stats/exact_sum.h) once prepared */
	uint64_t	rows_skipped;
	bool		has_nulls;

	/* the rows in the fitted space */
	bool		is_prepared;
	SegKmeansData data;

	/* of the values that were there, in input units; d each */
	SegHistogram *histograms;
} SegKmeansRows;


/*
 * The transition of both aggregates.  Argument 0 is the state, 1 the features;
 * then come `numbers` integers (k, or k_min and k_max), options and weight, as
 * far as there are arguments.  Returns the state.
 */
extern Datum seg_kmeans_rows_transition(FunctionCallInfo fcinfo, int numbers);

/*
 * Bring the rows to the fitted space.  Under a window function the state goes on
 * growing, so a copy is prepared; else it is done in place, once.  Returns the
 * state to read from.  No rows are an error.
 */
extern const SegKmeansRows *seg_kmeans_rows_prepare(FunctionCallInfo fcinfo);

/*
 * The same rows, also in floats (kmeans/kmeans_filter.h) in the current context, as
 * long as segment.fit_memory has room for them: half as much again.
 */
extern SegKmeansData seg_kmeans_with_filter(const SegKmeansData *data);

/* An arena in the current memory context, counted against segment.fit_memory. */
extern SegArena seg_kmeans_arena(size_t size);

#endif							/* SEG_KMEANS_KMEANS_ROWS_PG_H */
