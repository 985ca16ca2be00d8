/*
 * group_sums.h
 *		Exact sums (exact_sum.h) of rows: one sum per feature, for each of several groups.
 *
 * Several rows of a group are added together, feature by feature, so the sums stay
 * in registers.  Sums and grids are padded to whole vectors (SegVec4d).
 */
#ifndef SEG_STATS_GROUP_SUMS_H
#define SEG_STATS_GROUP_SUMS_H

#include "base/arena.h"
#include "base/vec.h"
#include "stats/exact_sum.h"

typedef struct SegGroupSums
{
	size_t		groups;
	size_t		d;
	double	   *coarse;			/* d: of the grids */
	double	   *fine;
	double	   *high;			/* groups x d: of the sums */
	double	   *low;
} SegGroupSums;

/*
 * A row and its weight.  A whole weight w multiplies the parts on the grid, like w rows.
 * Any other weight multiplies the value.  The bits are those of seg_exact_sum_add_weighted.
 */
typedef struct SegAddend
{
	const double *row;			/* d */
	double		factor;			/* of the value */
	double		parts;			/* factor of the parts on the grid */
} SegAddend;

/* IN sign: 1 adds the row, -1 subtracts it. */
static inline SegAddend
seg_addend(const double *row, double weight, double sign)
{
	bool		is_whole = weight == floor(weight);
	SegAddend	addend = {row, is_whole ? 1 : weight, sign * (is_whole ? weight : 1)};

	return addend;
}

/* d, rounded up to whole vectors. */
static inline size_t
seg_group_sums_width(size_t d)
{
	return (d + 3) / 4 * 4;
}

static inline size_t
seg_group_sums_size(size_t groups, size_t d)
{
	return 2 * (groups + 1) * seg_group_sums_width(d) * sizeof(double) + 4 * SEG_ARENA_ALIGN;
}

static inline void
seg_group_sums_clear(const SegGroupSums *sums)
{
	memset(sums->high, 0, sums->groups * seg_group_sums_width(sums->d) * sizeof(double));
	memset(sums->low, 0, sums->groups * seg_group_sums_width(sums->d) * sizeof(double));
}

/* Sums of zero; the caller sets the grids next. */
static inline SegGroupSums
seg_group_sums_take(SegArena *arena, size_t groups, size_t d)
{
	size_t		width = seg_group_sums_width(d);
	SegGroupSums sums = {.groups = groups, .d = d};

	sums.coarse = seg_arena_take(arena, width, sizeof(double));
	sums.fine = seg_arena_take(arena, width, sizeof(double));
	sums.high = seg_arena_take(arena, groups * width, sizeof(double));
	sums.low = seg_arena_take(arena, groups * width, sizeof(double));
	Assert(sums.low != NULL);
	for (size_t j = d; j < width; j++)
		sums.coarse[j] = sums.fine[j] = 1;
	seg_group_sums_clear(&sums);
	return sums;
}

/* Set the grid of feature j in all groups. */
static inline void
seg_group_sums_set_grid(const SegGroupSums *sums, size_t j, SegGrid grid)
{
	sums->coarse[j] = grid.coarse;
	sums->fine[j] = grid.fine;
}

static inline double
seg_group_sums_value(const SegGroupSums *sums, size_t group, size_t j)
{
	size_t		at = group * seg_group_sums_width(sums->d) + j;

	return sums->high[at] + sums->low[at];
}

/* OUT values: four values of a row from feature j on; 0 after the last feature. */
SEG_ALWAYS_INLINE void
seg_group_sums_values(const double *row, size_t j, size_t d, SegVec4d *values)
{
	row += j;
	switch (d - j)
	{
		case 1:
			*values = (SegVec4d) {row[0]};
			break;
		case 2:
			*values = (SegVec4d) {row[0], row[1]};
			break;
		case 3:
			*values = (SegVec4d) {row[0], row[1], row[2]};
			break;
		default:
			*values = *(const SegVec4d *) row;
	}
}

/*
 * Add rows to the sums of a group.  With a center (d), add the differences from it;
 * with is_square, add the squares of the differences.
 */
SEG_ALWAYS_INLINE void
seg_group_sums_add(const SegGroupSums *sums, size_t group, const SegAddend *addends, size_t count,
				   const double *center, bool is_square)
{
	size_t		d = sums->d;
	size_t		width = seg_group_sums_width(d);

	for (size_t j = 0; j < width; j += 4)
	{
		SegVec4d	coarse = *(const SegVec4d *) (sums->coarse + j);
		SegVec4d	fine = *(const SegVec4d *) (sums->fine + j);
		SegVec4d   *high = (SegVec4d *) (sums->high + group * width + j);
		SegVec4d   *low = (SegVec4d *) (sums->low + group * width + j);
		SegVec4d	from = {0};
		SegVec4d	high_sum = *high;
		SegVec4d	low_sum = *low;

		if (center != NULL)
			seg_group_sums_values(center, j, d, &from);
		for (size_t i = 0; i < count; i++)
		{
			SegVec4d	value;
			SegVec4d	upper;

			seg_group_sums_values(addends[i].row, j, d, &value);
			if (center != NULL)
				value -= from;
			if (is_square)
				value *= value;
			value *= addends[i].factor;
			upper = (value + coarse) - coarse;
			high_sum += upper * addends[i].parts;
			low_sum += (((value - upper) + fine) - fine) * addends[i].parts;
		}
		*high = high_sum;
		*low = low_sum;
	}
}

/* Subtract a row from the sums of one group and add it to another group. */
SEG_ALWAYS_INLINE void
seg_group_sums_move(const SegGroupSums *sums, size_t from, size_t to, SegAddend addend)
{
	size_t		d = sums->d;
	size_t		width = seg_group_sums_width(d);

	for (size_t j = 0; j < width; j += 4)
	{
		SegVec4d	coarse = *(const SegVec4d *) (sums->coarse + j);
		SegVec4d	fine = *(const SegVec4d *) (sums->fine + j);
		SegVec4d	value;
		SegVec4d	upper;
		SegVec4d	lower;

		seg_group_sums_values(addend.row, j, d, &value);
		value *= addend.factor;
		upper = (value + coarse) - coarse;
		lower = (((value - upper) + fine) - fine) * addend.parts;
		upper *= addend.parts;
		*(SegVec4d *) (sums->high + from * width + j) -= upper;
		*(SegVec4d *) (sums->low + from * width + j) -= lower;
		*(SegVec4d *) (sums->high + to * width + j) += upper;
		*(SegVec4d *) (sums->low + to * width + j) += lower;
	}
}

/* ---- batches of rows by group ---- */

#define SEG_BATCH ((size_t) 16)

typedef struct SegBatches
{
	size_t		groups;
	SegAddend  *addends;		/* groups x SEG_BATCH */
	uint32_t   *counts;			/* groups */
} SegBatches;

static inline size_t
seg_batches_size(size_t groups)
{
	return groups * (SEG_BATCH * sizeof(SegAddend) + sizeof(uint32_t)) + 2 * SEG_ARENA_ALIGN;
}

static inline SegBatches
seg_batches_take(SegArena *arena, size_t groups)
{
	SegBatches	batches = {.groups = groups};

	batches.addends = seg_arena_take(arena, groups, SEG_BATCH * sizeof(SegAddend));
	batches.counts = seg_arena_take(arena, groups, sizeof(uint32_t));
	Assert(batches.counts != NULL);
	memset(batches.counts, 0, groups * sizeof(uint32_t));
	return batches;
}

/* Put a row into the batch of its group; true if the batch is full and must be emptied. */
static inline bool
seg_batches_put(const SegBatches *batches, size_t group, SegAddend addend)
{
	batches->addends[group * SEG_BATCH + batches->counts[group]++] = addend;
	return batches->counts[group] == SEG_BATCH;
}

#endif							/* SEG_STATS_GROUP_SUMS_H */
