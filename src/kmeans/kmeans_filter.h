/*
 * kmeans_filter.h
 *		Finds the nearest centers of rows in single precision, with a bound on the error.
 *
 * An iteration needs the nearest center of each row, but no distance.  Floats need
 * half the memory and a quarter of the arithmetic of doubles.  A bound on their error
 * decides for which rows they are not sufficient: these are measured in doubles
 * (kmeans_block.h).  So every row gets the label that doubles give.
 *
 * A point m in the middle of the rows is subtracted from rows and centers.  They are
 * scaled by a power of two, so no coordinate of a row exceeds 1.  Then
 *
 *		score(c) = |c|^2 - 2 x.c = |x - c|^2 - |x|^2
 *
 * is one multiply-add per feature.  With X the length of the row, C the length of the
 * longest center, u = 2^-24, and d features, the error of a score is at most
 *
 *		u (d + 3) (C^2 + 2 X C) 1.01
 *
 * (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section
 * 3.1).  The error of a squared distance in doubles is at most 2^-52 (d + 3) (X + C)^2.
 * The margin of a row is its second smallest score minus its smallest.  If the margin is
 * more than twice the sum of the two error bounds, the label is certain.
 */
#ifndef SEG_KMEANS_KMEANS_FILTER_H
#define SEG_KMEANS_KMEANS_FILTER_H

#include "base/arena.h"
#include "base/vec.h"
#include "kmeans/kmeans_data.h"

/*
 * The filter is only for processors that multiply and add eight floats in one
 * instruction.  On other processors doubles give the same labels.
 */
#if defined(__x86_64__) && defined(__GNUC__)
#define SEG_FILTER_NEEDS_FMA
#define SEG_FILTER_TARGET __attribute__((target("avx2,fma")))
#else
#define SEG_FILTER_TARGET
#endif

/* The most centers that are scored together: their sums stay in registers. */
#define SEG_FILTER_TOGETHER ((size_t) 12)

/* The rows; blocks are those of the matrix (stats/matrix.h). */
struct SegKmeansFilter
{
	size_t		d;
	size_t		blocks;
	size_t		built;			/* blocks that are converted to floats */
	double	   *middle;			/* d, fitted space */
	double	   *units;			/* d: the unit, or 0 for features without spread */
	double		unit;			/* a power of two */
	float	   *values;			/* blocks x d x SEG_BLOCK_ROWS */
	float	   *squares;		/* blocks x SEG_BLOCK_ROWS: squared lengths of the rows */
	float	   *reach;			/* blocks: an upper bound of the lengths of the rows */
};

/* The centers in groups of `together`; the last group is filled with centers at infinite distance. */
typedef struct SegFilterCenters
{
	size_t		groups;
	size_t		together;		/* at most SEG_FILTER_TOGETHER */
	float	   *values;			/* groups x d x together: -2 c */
	float	   *squares;		/* groups x together: squared lengths */
	float		error[3];		/* a margin above error[0] + X (error[1] + X error[2]) is certain */
} SegFilterCenters;

/* Blocks that are scored in one call. */
#define SEG_FILTER_STRIP ((size_t) 64)

/* The label of a row whose nearest center is not certain in floats. */
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

/* True if the filter is faster on this processor: it needs multiply-add in hardware. */
extern bool seg_filter_is_fast(void);

/* Bytes for n rows of d features, and for k centers. */
extern size_t seg_filter_size(size_t n, size_t d);
extern size_t seg_filter_centers_size(size_t d, size_t k);

/*
 * OUT filter: arrays from the arena.  Rows are converted to floats when they are first
 * labelled, while they are in the cache.
 */
extern void seg_filter_prepare(const SegKmeansData *data, SegArena *arena, SegKmeansFilter *filter);

/*
 * Convert the blocks of rows before `end` that are not converted yet.  Only for
 * kmeans_filter_label.c; seg_filter_is_fast() is true.
 */
extern void seg_filter_build(const SegKmeansData *data, size_t end);

/* OUT form: arrays for k centers from the arena. */
extern void seg_filter_take_centers(const SegKmeansFilter *filter, size_t k, SegArena *arena, SegFilterCenters *form);

/*
 * Convert centers to floats.  IN centers: k x d, fitted space.  OUT form.  Returns false
 * if a center is too far away for floats.
 */
extern bool seg_filter_set_centers(const SegKmeansData *data, const double *centers, size_t k, SegFilterCenters *form);

/*
 * Label the rows of the blocks of a strip; the blocks ascend.  With want_margins, write
 * the margins; they are undefined for a block with an undecided row.
 */
extern void seg_filter_label(const SegKmeansData *data, const SegFilterCenters *form, bool want_margins,
							 SegFilterStrip *strip);

#endif							/* SEG_KMEANS_KMEANS_FILTER_H */
