/*
 * kmeans_filter_label.c
 *		Labels rows by scores in single precision; see kmeans_filter.h.
 */
#include "kmeans/kmeans_filter.h"

/* score margins below it count as 0; its square does not underflow */
#define SMALLEST_MARGIN 1e-10f

/* the smallest number of floats to prefetch */
#define AHEAD ((size_t) 1024)

#ifdef SEG_FILTER_NEEDS_FMA

#define smaller(a, b) __builtin_ia32_minps256(a, b)
#define larger(a, b) __builtin_ia32_maxps256(a, b)

#else

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

#endif

/* The two smallest scores of the eight rows of a block. */
typedef struct Ranking
{
	SegVec8f	first;			/* the smallest score */
	SegVec8f	second;
	SegVec8i	label;			/* the place of the first center */
} Ranking;

SEG_FILTER_TARGET SEG_ALWAYS_INLINE void
rank_center(Ranking *ranking, SegVec8f score, int32_t place)
{
	SegVec8i	is_first = score < ranking->first;

	ranking->second = smaller(ranking->second, larger(ranking->first, score));
	ranking->first = smaller(ranking->first, score);
	ranking->label = (is_first & place) | (~is_first & ranking->label);
}

/*
 * Score a group of `together` centers for `blocks` blocks (1 or 2; both are constants in
 * every call), and prefetch the rows ahead.
 */
SEG_FILTER_TARGET SEG_ALWAYS_INLINE void
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
 * A millionth of the last term is subtracted; this is more than any rounding error.
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

/* Write labels of 16 bits; SEG_FILTER_UNDECIDED if the margin is within the error bound. */
SEG_ALWAYS_INLINE void
write_labels(const Ranking *ranking, float error, uint16_t *labels)
{
	typedef uint16_t Labels __attribute__((vector_size(16)));
	SegVec8i	is_certain = ranking->second - ranking->first > error;
	SegVec8i	label = (is_certain & ranking->label) | (~is_certain & SEG_FILTER_UNDECIDED);
	Labels		narrow = __builtin_convertvector(label, Labels);

	memcpy(labels, &narrow, sizeof(narrow));
}

/* Write labels and margin of block number i of the strip. */
SEG_FILTER_TARGET SEG_ALWAYS_INLINE void
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

/* The block at a place of the strip; after its end, the block that probably follows. */
static inline size_t
block_ahead(const SegKmeansFilter *filter, const SegFilterStrip *strip, size_t place)
{
	size_t		last = strip->count - 1;

	return place <= last ? strip->blocks[place] : seg_min_size(strip->blocks[last] + place - last, filter->blocks - 1);
}

/* With few centers, two blocks are processed together; each value of a center is loaded once. */
SEG_FILTER_TARGET SEG_ALWAYS_INLINE void
label_strip(const SegKmeansFilter *filter, const SegFilterCenters *form, size_t together, bool want_margins,
			SegFilterStrip *strip)
{
	size_t		d = filter->d;
	size_t		blocks = together <= SEG_FILTER_TOGETHER / 2 ? 2 : 1;
	size_t		size = d * SEG_BLOCK_ROWS;
	size_t		distance = blocks * (1 + AHEAD / (blocks * size));

	for (size_t i = 0; i < strip->count; i += blocks)
	{
		/* after the last block, the last block is repeated */
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

/* One loop for each size of groups, so its sums are in registers. */
SEG_FILTER_TARGET SEG_ALWAYS_INLINE void
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

SEG_FILTER_TARGET void
seg_filter_label(const SegKmeansData *data, const SegFilterCenters *form, bool want_margins, SegFilterStrip *strip)
{
	if (strip->count > 0)
		seg_filter_build(data, strip->blocks[strip->count - 1] + 1);
	if (want_margins)
		label_by_group_size(data->filter, form, true, strip);
	else
		label_by_group_size(data->filter, form, false, strip);
}
