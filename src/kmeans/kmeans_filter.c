/*
 * kmeans_filter.c
 *		Rows in single precision; see kmeans_filter.h.
 */
#include "kmeans/kmeans_filter.h"

#include "base/vec.h"

/* the unit in the last place of a float near 1, halved, and what a double's square is good to */
#define FLOAT_ERROR 0x1.0p-24
#define DOUBLE_ERROR 0x1.0p-52

/* rounds up whatever a few operations in floats can lose */
#define ROUND_UP (1 + 0x1.0p-20)

/* centers farther away, in units of the rows' reach, are left to doubles */
#define FARTHEST 0x1.0p+20

/* added to the error bound, per unit of length of a center: below it floats lose digits */
#define FLOAT_ALLOWANCE 0x1.0p-120

/* score margins below it count as 0; the square of this one is far from underflow */
#define SMALLEST_MARGIN 1e-10f

/* floats of rows, at least, that are on their way to the cache */
#define AHEAD ((size_t) 1024)

/*
 * The filter is for processors that multiply and add eight floats in one go; it may
 * be written for them, since elsewhere doubles give the same labels without it.
 */
#if defined(__x86_64__) && defined(__GNUC__)

#define FILTER_TARGET __attribute__((target("avx2,fma")))
#define smaller(a, b) __builtin_ia32_minps256(a, b)
#define larger(a, b) __builtin_ia32_maxps256(a, b)

bool
seg_filter_is_fast(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#else

#define FILTER_TARGET

static inline SegVec8f
smaller(SegVec8f a, SegVec8f b)
{
	SegVec8i	is_less = a < b;

	seg_vec8f_select(&b, &is_less, &a);
	return b;
}

static inline SegVec8f
larger(SegVec8f a, SegVec8f b)
{
	SegVec8i	is_more = a > b;

	seg_vec8f_select(&b, &is_more, &a);
	return b;
}

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

/* Groups of at most SEG_FILTER_TOGETHER centers each, of equal size. */
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

/* Write features [from, from + 8) of a block's rows; INOUT squares: of the rows' lengths. */
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

/* Write the rows of a block; returns the longest one's square. */
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

/* Turn the blocks before `end` into floats that are not yet. */
SEG_ALWAYS_INLINE void
build_blocks(const SegKmeansData *data, size_t end)
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

/* Write the center at `place`; returns the square of its length. */
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

/* A place that no center takes: infinitely far. */
static void
set_nobody(const SegKmeansFilter *filter, size_t place, SegFilterCenters *form)
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
		set_nobody(filter, place, form);

	/* 2 (floats (C^2 + 2 X C) + doubles (X + C)^2), by powers of X */
	form->error[0] = (float) (2 * ROUND_UP * ((floats + doubles) * longest * longest + FLOAT_ALLOWANCE * (1 + longest)));
	form->error[1] = (float) (4 * ROUND_UP * (floats + doubles) * longest);
	form->error[2] = (float) (2 * ROUND_UP * doubles);
	return true;
}

/* ---- labels ---- */

/* What the eight rows of a block are told. */
typedef struct Ranking
{
	SegVec8f	first;			/* the smallest score */
	SegVec8f	second;
	SegVec8i	label;			/* the place of the first center */
} Ranking;

FILTER_TARGET SEG_ALWAYS_INLINE void
rank_center(Ranking *ranking, SegVec8f score, int32_t place)
{
	SegVec8i	is_first = score < ranking->first;

	ranking->second = smaller(ranking->second, larger(ranking->first, score));
	ranking->first = smaller(ranking->first, score);
	ranking->label = (is_first & place) | (~is_first & ranking->label);
}

/*
 * Score a group of `together` centers for `blocks` (1 or 2, both constants at every
 * call), while the rows ahead come to the cache.
 */
FILTER_TARGET SEG_ALWAYS_INLINE void
score_group(const SegVec8f *const *x, const SegVec8f *const *ahead, size_t blocks, size_t d, const float *values,
			const float *squares, size_t start, size_t together, Ranking *rankings)
{
	SegVec8f	scores[2][SEG_FILTER_TOGETHER] = {{{0}}};

#pragma GCC unroll 12
	for (size_t c = 0; c < together; c++)
		for (size_t r = 0; r < blocks; r++)
			scores[r][c] += squares[c];
	for (size_t j = 0; j < d; j++)
	{
#pragma GCC unroll 2
		for (size_t r = 0; r < blocks; r++)
			__builtin_prefetch(&ahead[r][j]);
#pragma GCC unroll 12
		for (size_t c = 0; c < together; c++)
#pragma GCC unroll 2
			for (size_t r = 0; r < blocks; r++)
				seg_vec8f_add_product(&scores[r][c], &x[r][j], values[j * together + c]);
	}
#pragma GCC unroll 12
	for (size_t c = 0; c < together; c++)
		for (size_t r = 0; r < blocks; r++)
			rank_center(&rankings[r], scores[r][c], (int32_t) (start + c));
}

/* The smallest of eight floats. */
SEG_ALWAYS_INLINE float
smallest_of(const SegVec8f *x)
{
	typedef float Four __attribute__((vector_size(16)));
	Four		halves[2];
	Four		least;
	float		left;
	float		right;

	memcpy(halves, x, sizeof(halves));
	for (size_t l = 0; l < 4; l++)
		least[l] = halves[0][l] < halves[1][l] ? halves[0][l] : halves[1][l];
	left = least[0] < least[1] ? least[0] : least[1];
	right = least[2] < least[3] ? least[2] : least[3];
	return left < right ? left : right;
}

/*
 * With squares a < b of two distances
 *
 *		sqrt(b) - sqrt(a) = (b - a) / (sqrt(b) + sqrt(a)) >= (b - a) / sqrt(2 (a + b))
 *
 * and a millionth of the last term is taken off, more than any rounding adds.
 */
SEG_ALWAYS_INLINE float
margin_square(const Ranking *ranking, const float *squares, float error)
{
	SegVec8f	square = *(const SegVec8f *) squares + error;
	SegVec8f	spread = 2 * (ranking->first + ranking->second + 2 * square);
	SegVec8f	score_margin = ranking->second - ranking->first - error - 1e-6f * spread;
	SegVec8f	known = score_margin * score_margin / spread;
	SegVec8i	is_known = score_margin > SMALLEST_MARGIN;
	SegVec8f	margin = {0};

	seg_vec8f_select(&margin, &is_known, &known);
	return smallest_of(&margin);
}

/* Labels of a block in 16 bits each; SEG_FILTER_UNDECIDED where the margin is within the error bound. */
SEG_ALWAYS_INLINE void
write_labels(const Ranking *ranking, float error, uint16_t *labels)
{
	typedef uint16_t Labels __attribute__((vector_size(16)));
	SegVec8i	is_certain = ranking->second - ranking->first > error;
	SegVec8i	label = (is_certain & ranking->label) | (~is_certain & SEG_FILTER_UNDECIDED);
	Labels		narrow = __builtin_convertvector(label, Labels);

	memcpy(labels, &narrow, sizeof(narrow));
}

/* Tell what block number i of the strip was told. */
FILTER_TARGET SEG_ALWAYS_INLINE void
finish_block(const SegKmeansFilter *filter, const SegFilterCenters *form, const Ranking *ranking, bool want_margins,
			 size_t i, SegFilterStrip *strip)
{
	size_t		b = strip->blocks[i];
	float		reach = filter->reach[b];
	float		error = form->error[0] + reach * (form->error[1] + reach * form->error[2]);

	write_labels(ranking, error, strip->labels[i]);
	if (want_margins)
		strip->margin_squares[i] = margin_square(ranking, filter->squares + b * SEG_BLOCK_ROWS, error);
}

/* The block at a place of the strip, or what may well follow behind its end. */
static inline size_t
block_ahead(const SegKmeansFilter *filter, const SegFilterStrip *strip, size_t place)
{
	size_t		last = strip->count - 1;

	return place <= last ? strip->blocks[place] : seg_min_size(strip->blocks[last] + place - last, filter->blocks - 1);
}

/* With few centers two blocks share the fetching of their values. */
FILTER_TARGET SEG_ALWAYS_INLINE void
label_strip(const SegKmeansFilter *filter, const SegFilterCenters *form, size_t together, bool want_margins,
			SegFilterStrip *strip)
{
	size_t		d = filter->d;
	size_t		blocks = together <= SEG_FILTER_TOGETHER / 2 ? 2 : 1;
	size_t		size = d * SEG_BLOCK_ROWS;
	size_t		distance = blocks * (1 + AHEAD / (blocks * size));

	for (size_t i = 0; i < strip->count; i += blocks)
	{
		/* behind the last one comes the last one again */
		const size_t place[2] = {i, seg_min_size(i + 1, strip->count - 1)};
		const SegVec8f *x[2];
		const SegVec8f *ahead[2];
		Ranking		rankings[2];

		for (size_t r = 0; r < blocks; r++)
		{
			x[r] = (const SegVec8f *) (filter->values + strip->blocks[place[r]] * size);
			ahead[r] = (const SegVec8f *) (filter->values + block_ahead(filter, strip, i + distance + r) * size);
			rankings[r] = (Ranking) {INFINITY - (SegVec8f) {0}, INFINITY - (SegVec8f) {0}, {0}};
		}
		for (size_t g = 0; g < form->groups; g++)
			score_group(x, ahead, blocks, d, form->values + g * d * together, form->squares + g * together,
						g * together, together, rankings);
		for (size_t r = 0; r < blocks; r++)
			finish_block(filter, form, &rankings[r], want_margins, place[r], strip);
	}
}

/* A loop for each size of groups, so that its sums are registers. */
FILTER_TARGET SEG_ALWAYS_INLINE void
label_by_group_size(const SegKmeansFilter *filter, const SegFilterCenters *form, bool want_margins, SegFilterStrip *strip)
{
	switch (form->together)
	{
#define CASE(together) \
		case together: \
			label_strip(filter, form, together, want_margins, strip); \
			break
		CASE(1);
		CASE(2);
		CASE(3);
		CASE(4);
		CASE(5);
		CASE(6);
		CASE(7);
		CASE(8);
		CASE(9);
		CASE(10);
		CASE(11);
		CASE(12);
#undef CASE
	}
}

FILTER_TARGET void
seg_filter_label(const SegKmeansData *data, const SegFilterCenters *form, bool want_margins, SegFilterStrip *strip)
{
	if (strip->count > 0)
		build_blocks(data, strip->blocks[strip->count - 1] + 1);
	if (want_margins)
		label_by_group_size(data->filter, form, true, strip);
	else
		label_by_group_size(data->filter, form, false, strip);
}
