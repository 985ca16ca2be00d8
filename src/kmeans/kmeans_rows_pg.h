/*
 * kmeans_rows_pg.h
 *		The rows of kmeans_fit and kmeans_sweep.
 */
#ifndef SEG_KMEANS_KMEANS_ROWS_PG_H
#define SEG_KMEANS_KMEANS_ROWS_PG_H

#include "kmeans/kmeans_options_pg.h"
#include "server/budget.h"

typedef struct SegKmeansRows
{
	MemoryContext context;		/* the memory of the state */
	SegBudget  *budget;

	/* the arguments that must be equal in every row */
	int64		numbers[2];		/* k, or k_min and k_max; SEG_NUMBER_NULL: null */
	uint64		options_given;	/* digest of the options */
	bool		options_fixed;	/* the options are a constant of the query */
	SegKmeansOptions options;

	/* the rows, in input units until they are prepared */
	SegMatrix	rows;
	char	   *room;			/* the allocation of rows.values, before alignment */
	size_t		allocated;		/* rows that fit the allocation */
	size_t		capacity;		/* rows that are reserved against segment.fit_memory */
	double	   *weights;		/* capacity; NULL: no weights given */
	double		total;			/* sum of the weights; exact (stats/exact_sum.h) after preparing */
	uint64_t	rows_skipped;
	bool		has_nulls;

	/* the rows in the fitted space */
	bool		is_prepared;
	SegKmeansData data;

	/* of the values that are not null, in input units; d each */
	SegHistogram *histograms;
} SegKmeansRows;


/*
 * The transition of both aggregates.  Argument 0 is the state, argument 1 the features.
 * Then there are `numbers` integers (k, or k_min and k_max), and optionally options and
 * weight.  Returns the state.
 */
extern Datum seg_kmeans_rows_transition(FunctionCallInfo fcinfo, int numbers);

/*
 * Convert the rows to the fitted space.  In a window function the state can get more
 * rows later, so a copy is converted; else the rows are converted in place, once.
 * Returns the state to read from.  Raises an error if there are no rows.
 */
extern const SegKmeansRows *seg_kmeans_rows_prepare(FunctionCallInfo fcinfo);

/*
 * The same rows with a filter (kmeans/kmeans_filter.h) in the current context, if
 * segment.fit_memory allows it: the filter needs half as much memory as the rows.
 */
extern SegKmeansData seg_kmeans_with_filter(const SegKmeansData *data);

/* An arena in the current memory context, reserved against segment.fit_memory. */
extern SegArena seg_kmeans_arena(size_t size);

#endif							/* SEG_KMEANS_KMEANS_ROWS_PG_H */
