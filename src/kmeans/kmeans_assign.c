/*
 * kmeans_assign.c
 *		Assigns every row to its nearest center and keeps the exact sums of the clusters.
 *
 * Three things make it fast:
 *
 * - Distances of eight rows are computed together, first in floats (kmeans_filter.h).
 *   Floats are sufficient for nearly all rows; the others use doubles (kmeans_block.h).
 * - The sums of the clusters are exact on their grid (stats/exact_sum.h).  So only rows
 *   that change cluster update them, and no rounding error accumulates.
 * - When few rows change cluster, bounds skip blocks.  The margin of a row is its
 *   distance to the second nearest center minus the distance to the nearest one.  The
 *   smallest margin of the rows of a block is stored.  An iteration reduces a margin by
 *   at most the sum of the two longest center shifts, so with
 *		center_shift = sum over the iterations of (longest + second longest shift)
 *   no row of the block can change its label before center_shift has grown by that
 *   margin.  This is one number per block.  It is compared in each iteration, but not
 *   updated.  The margin is rounded down by more than any error of the arithmetic, so
 *   skipping a block never changes a label.
 */
#include "kmeans/kmeans_assign.h"

#include "kmeans/kmeans_block.h"
#include "stats/distance.h"

/* cost of the distances of a row, in multiplications, from which on bounds save time */
#define BOUNDED_COST 64

/* share of the distances by which a margin is rounded down; the relative error of d2 is d * 2^-53 */
#define ROUNDING 1e-9

/* subtracted too, for squares that underflow */
#define UNDERFLOW_ALLOWANCE 1e-150

size_t
seg_assignment_size(size_t n, size_t d, size_t k)
{
	return seg_group_sums_size(k, d) + k * (sizeof(SegExactSum) + sizeof(size_t) + sizeof(bool)) +
		seg_matrix_blocks(n) * sizeof(double) + seg_filter_centers_size(d, k) +
		d * SEG_BLOCK_ROWS * sizeof(double) + 5 * SEG_ARENA_ALIGN;
}

void
seg_assignment_start(SegAssignment *assignment, const SegKmeansData *data, SegKmeansRun *run, SegArena *arena)
{
	size_t		blocks = seg_matrix_blocks(data->rows.n);
	size_t		d = data->rows.d;
	size_t		k = run->k;

	memset(assignment, 0, sizeof(*assignment));
	assignment->data = data;
	assignment->run = run;
	assignment->sums = seg_group_sums_take(arena, k, d);
	assignment->weights = seg_arena_take(arena, k, sizeof(SegExactSum));
	assignment->counts = seg_arena_take(arena, k, sizeof(size_t));
	assignment->changed = seg_arena_take(arena, k, sizeof(bool));
	assignment->block = seg_arena_take(arena, d, SEG_BLOCK_ROWS * sizeof(double));
	assignment->bounds = seg_arena_take(arena, blocks, sizeof(double));
	Assert(assignment->bounds != NULL);
	if (data->filter != NULL)
		seg_filter_take_centers(data->filter, k, arena, &assignment->form);
	memset(assignment->weights, 0, k * sizeof(SegExactSum));
	memset(assignment->counts, 0, k * sizeof(size_t));
	memset(assignment->changed, 0, k * sizeof(bool));
	for (size_t j = 0; j < d; j++)
		seg_group_sums_set_grid(&assignment->sums, j, seg_kmeans_grid(data, data->scales[j].max_abs));
	assignment->weight_grid = seg_kmeans_grid(data, 1);
	for (size_t b = 0; b < blocks; b++)
		assignment->bounds[b] = -1;
	for (size_t i = 0; i < blocks * SEG_BLOCK_ROWS; i++)
		run->labels[i] = SEG_NO_LABEL;
}

SEG_CLONES void
seg_assign_nearest(const SegKmeansData *data, size_t b, const double *centers, size_t k,
				   double *block, double *first_d2, double *second_d2, uint16_t *first)
{
	seg_matrix_get_block(&data->rows, b, data->active, data->n_active, block);
	nearest_of_block(block, data->active, data->n_active, centers, data->rows.d, k, true,
					 first_d2, second_d2, first);
}

SEG_CLONES void
seg_assign_own(const SegKmeansData *data, size_t b, const SegKmeansRun *run, double *d2)
{
	const double *rows[SEG_BLOCK_ROWS];

	seg_matrix_rows_of_block(&data->rows, b, rows);
	own_distances(rows, data->active, data->n_active, run->centers, data->rows.d, run->labels + b * SEG_BLOCK_ROWS, d2);
}

/* ---- sums ---- */

/* Add a row to a cluster; with sign -1, subtract it. */
SEG_ALWAYS_INLINE void
count_row(SegAssignment *assignment, size_t cluster, double weight, int sign)
{
	seg_exact_sum_add(&assignment->weights[cluster], assignment->weight_grid, sign * weight);
	assignment->counts[cluster] += sign;
	assignment->changed[cluster] = true;
}

/* Perform a delayed move: the row joins its new cluster and leaves the old one. */
SEG_ALWAYS_INLINE void
carry_out(SegAssignment *assignment, const SegMove *move)
{
	double		weight = seg_kmeans_weight(assignment->data, move->row);
	SegAddend	addend = seg_addend(seg_matrix_row(&assignment->data->rows, move->row), weight, 1);

	if (move->from == SEG_NO_LABEL)
		seg_group_sums_add(&assignment->sums, move->to, &addend, 1, NULL, false);
	else
	{
		seg_group_sums_move(&assignment->sums, move->from, move->to, addend);
		count_row(assignment, move->from, weight, -1);
	}
	count_row(assignment, move->to, weight, 1);
}

SEG_CLONES static void
carry_out_all(SegAssignment *assignment)
{
	for (size_t m = 0; m < seg_min_size(assignment->moves, SEG_WAITING); m++)
		carry_out(assignment, &assignment->waiting[m]);
	assignment->moves = 0;
}

/* Delay the move of row i, and perform the oldest delayed move. */
SEG_ALWAYS_INLINE void
move_row(SegAssignment *assignment, size_t i, uint16_t from, uint16_t to)
{
	const double *row = seg_matrix_row(&assignment->data->rows, i);
	SegMove    *place = &assignment->waiting[assignment->moves % SEG_WAITING];

	for (size_t j = 0; j < assignment->data->rows.d; j += 8)
		__builtin_prefetch(row + j);
	if (assignment->moves++ >= SEG_WAITING)
		carry_out(assignment, place);
	*place = (SegMove) {i, from, to};
}

/* Write the labels of block b; returns the number of rows that changed cluster. */
SEG_CLONES static size_t
relabel_block(SegAssignment *assignment, size_t b, const uint16_t *first)
{
	uint16_t   *labels = assignment->run->labels + b * SEG_BLOCK_ROWS;
	size_t		count = seg_matrix_block_rows(&assignment->data->rows, b);
	size_t		moved = 0;

	for (size_t l = 0; l < count; l++)
	{
		if (labels[l] == first[l])
			continue;
		move_row(assignment, b * SEG_BLOCK_ROWS + l, labels[l], first[l]);
		moved++;
	}
	memcpy(labels, first, SEG_BLOCK_ROWS * sizeof(uint16_t));
	return moved;
}

/* ---- bounds ---- */

/* The smallest margin of the rows of a block. */
SEG_ALWAYS_INLINE double
smallest_margin(const double *first_d2, const double *second_d2)
{
	double		smallest = INFINITY;

	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
	{
		double		own = sqrt(first_d2[l]);
		double		other = sqrt(second_d2[l]);
		double		margin = other - own - ROUNDING * (other + own) - UNDERFLOW_ALLOWANCE;

		smallest = margin < smallest ? margin : smallest;
	}
	return smallest;
}

/* The center_shift up to which the labels of a block remain valid; its distances are current. */
SEG_ALWAYS_INLINE double
bound_of(double center_shift, double margin)
{
	return center_shift + margin * (1 - ROUNDING) - center_shift * ROUNDING;
}

void
seg_assignment_add_center_shift(SegAssignment *assignment, const double *from)
{
	size_t		d = assignment->data->rows.d;
	double		longest = 0;
	double		second = 0;

	for (size_t c = 0; c < assignment->run->k; c++)
	{
		const double *center = assignment->run->centers + c * d;
		const double *previous = from + c * d;
		double		shift = sqrt(seg_squared_distance(center, previous, d));

		if (shift > longest)
		{
			second = longest;
			longest = shift;
		}
		else if (shift > second)
			second = shift;
	}
	/* no margin decreases by more than this */
	assignment->center_shift += (longest + second) * (1 + ROUNDING);
}

/* ---- all rows ---- */

/* An upper bound of the inertia, for its grid. */
static double
largest_d2(const SegKmeansData *data)
{
	double		sum = 0;

	for (size_t a = 0; a < data->n_active; a++)
	{
		double		span = 2 * data->scales[data->active[a]].max_abs;

		sum += span * span;
	}
	return sum;
}

/* The next block from b on whose bound is exceeded; with `all`, the next block. */
SEG_ALWAYS_INLINE size_t
next_block(const SegAssignment *assignment, size_t b, bool all)
{
	size_t		blocks = seg_matrix_blocks(assignment->data->rows.n);

	while (b < blocks && !all && assignment->center_shift < assignment->bounds[b])
		b++;
	return b;
}

/* The sum of weighted squared distances during a pass. */
typedef struct Inertia
{
	SegGrid		grid;
	SegExactSum sum;
} Inertia;

static void
add_distances(const SegKmeansData *data, size_t b, const double *d2, Inertia *inertia)
{
	for (size_t l = 0; l < seg_matrix_block_rows(&data->rows, b); l++)
		seg_exact_sum_add_weighted(&inertia->sum, inertia->grid, d2[l], seg_kmeans_weight(data, b * SEG_BLOCK_ROWS + l));
}

/* Label block b in doubles; returns the number of rows that changed cluster. */
SEG_ALWAYS_INLINE size_t
measure_block(SegAssignment *assignment, size_t b, bool bounded, Inertia *inertia)
{
	const SegKmeansData *data = assignment->data;
	double		first_d2[SEG_BLOCK_ROWS];
	double		second_d2[SEG_BLOCK_ROWS];
	uint16_t	first[SEG_BLOCK_ROWS];

	seg_matrix_get_block(&data->rows, b, data->active, data->n_active, assignment->block);
	nearest_of_block(assignment->block, data->active, data->n_active, assignment->run->centers, data->rows.d, assignment->run->k,
					 bounded, first_d2, second_d2, first);
	if (bounded)
		assignment->bounds[b] = bound_of(assignment->center_shift, smallest_margin(first_d2, second_d2));
	if (inertia != NULL)
		add_distances(data, b, first_d2, inertia);
	return relabel_block(assignment, b, first);
}

static bool
has_undecided(const uint16_t *labels)
{
	bool		undecided = false;

	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
		undecided |= labels[l] == SEG_FILTER_UNDECIDED;
	return undecided;
}

/* Assign the rows of a strip after the filter labelled it. */
SEG_ALWAYS_INLINE size_t
assign_labelled(SegAssignment *assignment, const SegFilterStrip *strip, bool bounded, Inertia *inertia)
{
	const SegKmeansData *data = assignment->data;
	double		scale = 1 / data->filter->unit; /* a power of two */
	size_t		moved = 0;

	for (size_t i = 0; i < strip->count; i++)
	{
		size_t		b = strip->blocks[i];
		const uint16_t *first = strip->labels[i];
		bool		is_new = memcmp(assignment->run->labels + b * SEG_BLOCK_ROWS, first, sizeof(strip->labels[i])) != 0;

		if (bounded)
			assignment->bounds[b] = bound_of(assignment->center_shift, sqrt((double) strip->margin_squares[i]) * scale);
		if (is_new && has_undecided(first))
			moved += measure_block(assignment, b, bounded, inertia);
		else
		{
			if (is_new)
				moved += relabel_block(assignment, b, first);
			if (inertia != NULL)
			{
				double		d2[SEG_BLOCK_ROWS];

				seg_assign_own(data, b, assignment->run, d2);
				add_distances(data, b, d2, inertia);
			}
		}
	}
	return moved;
}

/* Collect the blocks from *b on that must be labelled; returns their number. */
SEG_ALWAYS_INLINE size_t
fill_strip(const SegAssignment *assignment, size_t *b, bool all, SegFilterStrip *strip)
{
	size_t		blocks = seg_matrix_blocks(assignment->data->rows.n);
	size_t		most = seg_kmeans_pause(assignment->run->k, assignment->data->rows.d);

	strip->count = 0;
	for (*b = next_block(assignment, *b, all); *b < blocks && strip->count < most; *b = next_block(assignment, *b + 1, all))
		strip->blocks[strip->count++] = *b;
	return strip->count;
}

/*
 * Assign all rows except those of blocks whose bound is not exceeded.  With
 * `bounded`, set bounds.  Returns the number of rows that changed cluster.
 */
SEG_ALWAYS_INLINE size_t
assign_blocks(SegAssignment *assignment, bool bounded, Inertia *inertia)
{
	SegFilterStrip strip;
	size_t		moved = 0;
	size_t		b = 0;

	while (fill_strip(assignment, &b, inertia != NULL, &strip) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		assignment->run->distances += strip.count * SEG_BLOCK_ROWS * assignment->run->k;
		if (assignment->is_filtered)
		{
			seg_filter_label(assignment->data, &assignment->form, bounded, &strip);
			moved += assign_labelled(assignment, &strip, bounded, inertia);
		}
		else
			for (size_t i = 0; i < strip.count; i++)
				moved += measure_block(assignment, strip.blocks[i], bounded, inertia);
	}
	carry_out_all(assignment);
	return moved;
}

SEG_CLONES size_t
seg_assign_rows(SegAssignment *assignment, bool few_moved, double *inertia)
{
	const SegKmeansData *data = assignment->data;
	const SegKmeansRun *run = assignment->run;
	Inertia		sum = {.grid = seg_kmeans_grid(data, largest_d2(data))};
	Inertia    *wanted = inertia != NULL ? &sum : NULL;
	size_t		moved;

	assignment->is_filtered = data->filter != NULL &&
		seg_filter_set_centers(data, run->centers, run->k, &assignment->form);
	if (few_moved && run->k * data->n_active >= BOUNDED_COST)
		moved = assign_blocks(assignment, true, wanted);
	else
		moved = assign_blocks(assignment, false, wanted);
	if (inertia != NULL)
		*inertia = seg_exact_sum_value(&sum.sum);
	return moved;
}

double
seg_assignment_inertia(const SegAssignment *assignment)
{
	const SegKmeansData *data = assignment->data;
	Inertia		inertia = {.grid = seg_kmeans_grid(data, largest_d2(data))};

	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		double		d2[SEG_BLOCK_ROWS];

		if (seg_kmeans_is_pause(b, 1, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_own(data, b, assignment->run, d2);
		add_distances(data, b, d2, &inertia);
	}
	return seg_exact_sum_value(&inertia.sum);
}
