/*
 * kmeans_filter.c
 *		Converts rows and centers to single precision; see kmeans_filter.h.
 */
#include "kmeans/kmeans_filter.h"

#include "base/vec.h"

/* half a unit in the last place of a float near 1, and the relative error of a square in doubles */
#define FLOAT_ERROR 0x1.0p-24
#define DOUBLE_ERROR 0x1.0p-52

/* a factor larger than the rounding errors of a few operations in floats */
#define ROUND_UP (1 + 0x1.0p-20)

/* for centers farther away, in units of the reach of the rows, only doubles are used */
#define FARTHEST 0x1.0p+20

/* added to the error bound, per unit of length of a center: below it floats lose digits */
#define FLOAT_ALLOWANCE 0x1.0p-120

#ifdef SEG_FILTER_NEEDS_FMA

bool
seg_filter_is_fast(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#else

bool
seg_filter_is_fast(void)
{
	return true;
}

#endif

size_t
seg_filter_size(size_t n, size_t d)
{
	return seg_matrix_blocks(n) * ((d + 1) * SEG_BLOCK_ROWS + 1) * sizeof(float) +
		2 * d * sizeof(double) + 5 * SEG_ARENA_ALIGN;
}

/* The number of groups; all have the same size, at most SEG_FILTER_TOGETHER centers. */
static size_t
group_count(size_t k)
{
	return (k + SEG_FILTER_TOGETHER - 1) / SEG_FILTER_TOGETHER;
}

static size_t
group_size(size_t k)
{
	size_t		groups = group_count(k);

	return (k + groups - 1) / groups;
}

size_t
seg_filter_centers_size(size_t d, size_t k)
{
	return group_count(k) * group_size(k) * (d + 1) * sizeof(float) + 2 * SEG_ARENA_ALIGN;
}

/* ---- rows ---- */

static double
middle_of(const SegScale *scale)
{
	return seg_scale_value(scale->transform, scale->shift, seg_scale_inverse(scale->scale), scale->mean);
}

/* Convert features [from, from + 8) of the rows of a block; INOUT squares: squared lengths. */
SEG_ALWAYS_INLINE void
build_columns(const SegKmeansFilter *filter, const double *const *rows, size_t from, float *to, SegVec4d *squares)
{
	SegVec8f	x[SEG_BLOCK_ROWS];

	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
	{
		typedef float Four __attribute__((vector_size(16)));
		Four		halves[2];

		__builtin_prefetch(rows[l] + SEG_BLOCK_ROWS * filter->d + from, 0, 2);	/* of the next block */
		for (size_t h = 0; h < 2; h++)
		{
			size_t		j = from + 4 * h;
			SegVec4d	t = (*(const SegVec4d *) (rows[l] + j) - *(const SegVec4d *) (filter->middle + j)) *
				*(const SegVec4d *) (filter->units + j);

			squares[l] += t * t;
			halves[h] = __builtin_convertvector(t, Four);
		}
		memcpy(&x[l], halves, sizeof(x[l]));
	}
	seg_vec8f_transpose(x);
	memcpy(to, x, sizeof(x));
}

/* Convert the rows of a block; returns the largest squared length. */
SEG_ALWAYS_INLINE double
build_block(const SegKmeansData *data, size_t b, SegKmeansFilter *filter)
{
	size_t		d = filter->d;
	float	   *to = filter->values + b * d * SEG_BLOCK_ROWS;
	const double *rows[SEG_BLOCK_ROWS];
	SegVec4d	squares[SEG_BLOCK_ROWS] = {{0}};
	double		largest = 0;
	size_t		whole = d / 8 * 8;

	seg_matrix_rows_of_block(&data->rows, b, rows);
	for (size_t j = 0; j < whole; j += 8)
		build_columns(filter, rows, j, to + j * SEG_BLOCK_ROWS, squares);
	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
	{
		double		square = squares[l][0] + squares[l][1] + squares[l][2] + squares[l][3];

		for (size_t j = whole; j < d; j++)
		{
			double		t = (rows[l][j] - filter->middle[j]) * filter->units[j];

			square += t * t;
			to[j * SEG_BLOCK_ROWS + l] = (float) t;
		}
		filter->squares[b * SEG_BLOCK_ROWS + l] = (float) square;
		largest = square > largest ? square : largest;
	}
	return largest;
}

SEG_FILTER_TARGET void
seg_filter_build(const SegKmeansData *data, size_t end)
{
	SegKmeansFilter *filter = data->filter;

	for (; filter->built < end; filter->built++)
		filter->reach[filter->built] = (float) (sqrt(build_block(data, filter->built, filter)) * ROUND_UP);
}

void
seg_filter_prepare(const SegKmeansData *data, SegArena *arena, SegKmeansFilter *filter)
{
	size_t		d = data->rows.d;
	size_t		blocks = seg_matrix_blocks(data->rows.n);
	double		longest = 0;
	int			exponent;

	filter->d = d;
	filter->blocks = blocks;
	filter->built = 0;
	filter->middle = seg_arena_take(arena, d, sizeof(double));
	filter->units = seg_arena_take(arena, d, sizeof(double));
	filter->values = seg_arena_take(arena, blocks * d, SEG_BLOCK_ROWS * sizeof(float));
	filter->squares = seg_arena_take(arena, blocks, SEG_BLOCK_ROWS * sizeof(float));
	filter->reach = seg_arena_take(arena, blocks, sizeof(float));
	Assert(filter->reach != NULL);
	for (size_t j = 0; j < d; j++)
	{
		filter->middle[j] = middle_of(&data->scales[j]);
		if (data->scales[j].scale > 0)
			longest = fmax(longest, data->scales[j].max_abs + fabs(filter->middle[j]));
	}
	(void) frexp(longest, &exponent);
	filter->unit = ldexp(1, -exponent);
	for (size_t j = 0; j < d; j++)
		filter->units[j] = data->scales[j].scale > 0 ? filter->unit : 0;
}

/* ---- centers ---- */

void
seg_filter_take_centers(const SegKmeansFilter *filter, size_t k, SegArena *arena, SegFilterCenters *form)
{
	form->groups = group_count(k);
	form->together = group_size(k);
	form->values = seg_arena_take(arena, form->groups * form->together, filter->d * sizeof(float));
	form->squares = seg_arena_take(arena, form->groups * form->together, sizeof(float));
	Assert(form->squares != NULL);
}

/* Write the center at `place`; returns its squared length. */
static double
set_center(const SegKmeansData *data, const double *center, size_t place, SegFilterCenters *form)
{
	const SegKmeansFilter *filter = data->filter;
	float	   *to = form->values + place / form->together * filter->d * form->together + place % form->together;
	double		square = 0;

	for (size_t j = 0; j < filter->d; j++, to += form->together)
	{
		double		c = (center[j] - filter->middle[j]) * filter->units[j];

		square += c * c;
		*to = (float) (-2 * c);
	}
	form->squares[place] = (float) square;
	return square;
}

/* Fill an unused place with a center at infinite distance. */
static void
set_unused(const SegKmeansFilter *filter, size_t place, SegFilterCenters *form)
{
	float	   *to = form->values + place / form->together * filter->d * form->together + place % form->together;

	for (size_t j = 0; j < filter->d; j++, to += form->together)
		*to = 0;
	form->squares[place] = INFINITY;
}

bool
seg_filter_set_centers(const SegKmeansData *data, const double *centers, size_t k, SegFilterCenters *form)
{
	const SegKmeansFilter *filter = data->filter;
	double		floats = FLOAT_ERROR * (double) (filter->d + 8);
	double		doubles = DOUBLE_ERROR * (double) (filter->d + 8);
	double		longest = 0;

	for (size_t c = 0; c < k; c++)
	{
		double		length = sqrt(set_center(data, centers + c * data->rows.d, c, form));

		if (!(length < FARTHEST))
			return false;
		longest = length > longest ? length : longest;
	}
	for (size_t place = k; place < form->groups * form->together; place++)
		set_unused(filter, place, form);

	/* 2 (floats (C^2 + 2 X C) + doubles (X + C)^2), by powers of X */
	form->error[0] = (float) (2 * ROUND_UP * ((floats + doubles) * longest * longest + FLOAT_ALLOWANCE * (1 + longest)));
	form->error[1] = (float) (4 * ROUND_UP * (floats + doubles) * longest);
	form->error[2] = (float) (2 * ROUND_UP * doubles);
	return true;
}
