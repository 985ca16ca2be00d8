/*
 * kmeans_filter.h
 *		The nearest centers of rows in single precision, where that is certain.
 *
 * An iteration needs the nearest center of each row, but no distance.  Floats need
 * half the memory and a quarter of the arithmetic of doubles.  A bound on their error
 * decides for which rows they are not sufficient: these are measured in doubles
 * (kmeans_block.h).  So every row gets the label that doubles give.
 *
 * Rows and centers are taken from a point m in their middle and scaled by a power
 * of two, so that no coordinate of a row exceeds 1.  Then
 *
 *		score(c) = |c|^2 - 2 x.c = |x - c|^2 - |x|^2
 *
 * is one multiply-add per feature.  With lengths X of the row and C of the longest
 * center, u = 2^-24, and d features, a score is good to
 *
 *		u (d + 3) (C^2 + 2 X C) 1.01
 *
 * (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section
 * 3.1), and the square of a distance in doubles to 2^-52 (d + 3) (X + C)^2.  The
 * margin of a row is its second smallest score minus its smallest.  A margin of more
 * than twice the sum of the two error bounds makes the label certain.
 */
#ifndef SEG_KMEANS_KMEANS_FILTER_H
#define SEG_KMEANS_KMEANS_FILTER_H

#include "base/arena.h"
#include "base/vec.h"
#include "kmeans/kmeans_data.h"

/* Centers that are scored together at most: their sums stay in registers. */
#define SEG_FILTER_TOGETHER ((size_t) 12)

/* The rows; blocks are those of the matrix (stats/matrix.h). */
struct SegKmeansFilter
{
	size_t		d;
	size_t		blocks;
	size_t		built;			/* the first so many blocks stand in floats */
	double	   *middle;			/* d, fitted space */
	double	   *units;			/* d: the unit, or 0 for features without spread */
	double		unit;			/* a power of two */
	float	   *values;			/* blocks x d x SEG_BLOCK_ROWS */
	float	   *squares;		/* blocks x SEG_BLOCK_ROWS: of the rows' lengths */
	float	   *reach;			/* blocks: at least the longest row's length */
};

/* The centers, `together` neighbours at a time; behind the last come some that nobody is near to. */
typedef struct SegFilterCenters
{
	size_t		groups;
	size_t		together;		/* at most SEG_FILTER_TOGETHER */
	float	   *values;			/* groups x d x together: -2 c */
	float	   *squares;		/* groups x together: of their lengths */
	float		error[3];		/* a margin above error[0] + X (error[1] + X error[2]) is certain */
} SegFilterCenters;

/* Blocks that are scored in one call. */
#define SEG_FILTER_STRIP ((size_t) 64)

/* The label of a row that floats do not decide. */
#define SEG_FILTER_UNDECIDED ((uint16_t) (UINT16_MAX - 1))

typedef struct SegFilterStrip
{
	size_t		count;
	size_t		blocks[SEG_FILTER_STRIP];
	uint16_t	labels[SEG_FILTER_STRIP][SEG_BLOCK_ROWS];

	/*
	 * A lower bound of the squared margin of distances (second nearest minus nearest
	 * center) over the rows of the block; in the unit of the filter.
	 */
	float		margin_squares[SEG_FILTER_STRIP];
} SegFilterStrip;

/* Is it worth while here?  Without multiply-add in hardware it is not. */
extern bool seg_filter_is_fast(void);

/* Bytes for n rows of d features, and of the centers' form. */
extern size_t seg_filter_size(size_t n, size_t d);
extern size_t seg_filter_centers_size(size_t d, size_t k);

/*
 * OUT filter: takes the rows of data, in memory of the arena.  They are turned into
 * floats when they are first labelled, while a strip of them is in the cache.
 */
extern void seg_filter_prepare(const SegKmeansData *data, SegArena *arena, SegKmeansFilter *filter);

/* Room for k centers. */
extern void seg_filter_take_centers(const SegKmeansFilter *filter, size_t k, SegArena *arena, SegFilterCenters *form);

/*
 * IN centers: k x d, fitted space.  OUT form.  Returns false when they lie too far
 * away for floats.
 */
extern bool seg_filter_set_centers(const SegKmeansData *data, const double *centers, size_t k, SegFilterCenters *form);

/*
 * Label the rows of the strip's blocks, which ascend.  Margins are written with
 * want_margins; they are undefined for a block with an undecided row.
 */
extern void seg_filter_label(const SegKmeansData *data, const SegFilterCenters *form, bool want_margins,
							 SegFilterStrip *strip);

#endif							/* SEG_KMEANS_KMEANS_FILTER_H */
