/*
 * silhouette.c
 *		Silhouette and Davies-Bouldin; see silhouette.h.
 *
 * For each row the distances to all rows are computed once, eight columns of
 * rows side by side; then each labeling sums them cluster by cluster, through an
 * order of the rows by cluster, so that no sum waits for the one before it.
 */
#include "core/silhouette.h"

#include "core/sum.h"

/* Distances are computed for this many rows at a time, from one read of the columns. */
#define ROWS_AT_ONCE ((size_t) 4)
#define LANES ((size_t) 8)

/* A labeling's rows in the order of their clusters. */
typedef struct Grouped
{
	uint32_t   *order;			/* n rows, cluster by cluster */
	size_t	   *start;			/* k + 1 places in order */
	size_t		clusters;		/* that have rows */
	SegSum		sum;			/* of the rows' silhouettes */
} Grouped;

static inline size_t
padded(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
}

size_t
seg_silhouette_workspace(size_t n, size_t d, const SegLabeling *labelings, size_t m)
{
	unsigned __int128 size = (unsigned __int128) padded(n) * (d + ROWS_AT_ONCE) * sizeof(double) +
		m * sizeof(Grouped) + 3 * SEG_ARENA_ALIGN;

	for (size_t l = 0; l < m; l++)
		size += (unsigned __int128) n * sizeof(uint32_t) +
			((unsigned __int128) labelings[l].k + 1) * sizeof(size_t) + 2 * SEG_ARENA_ALIGN;
	return size > SIZE_MAX ? SIZE_MAX : (size_t) size;
}

/* Counting sort of the rows by cluster. */
static void
group_rows(Grouped *grouped, const SegLabeling *labeling, size_t n, SegArena *arena)
{
	size_t		k = labeling->k;
	size_t	   *start = seg_arena_take(arena, k + 1, sizeof(size_t));
	uint32_t   *order = seg_arena_take(arena, n, sizeof(uint32_t));

	memset(start, 0, (k + 1) * sizeof(size_t));
	for (size_t i = 0; i < n; i++)
	{
		Assert(labeling->labels[i] < k);
		start[labeling->labels[i] + 1]++;
	}
	grouped->clusters = 0;
	for (size_t c = 1; c <= k; c++)
	{
		grouped->clusters += start[c] > 0;
		start[c] += start[c - 1];
	}
	for (size_t i = 0; i < n; i++)
		order[start[labeling->labels[i]]++] = (uint32_t) i;
	for (size_t c = k; c > 0; c--)
		start[c] = start[c - 1];
	start[0] = 0;
	grouped->start = start;
	grouped->order = order;
	grouped->sum = (SegSum) {0};
}

/* The diameter of the box around the rows. */
static double
diameter(const double *rows, size_t n, size_t d)
{
	double		squares = 0;

	for (size_t j = 0; j < d; j++)
	{
		double		low = rows[j];
		double		high = rows[j];

		for (size_t i = 1; i < n; i++)
		{
			low = fmin(low, rows[i * d + j]);
			high = fmax(high, rows[i * d + j]);
		}
		squares += (high - low) * (high - low);
	}
	return sqrt(squares);
}

/*
 * OUT distances: ROWS_AT_ONCE x stride, from rows first .. first + ROWS_AT_ONCE - 1
 * to all rows; IN columns: d x stride.
 */
SEG_CLONES static void
distances_to_all(const double *columns, size_t stride, size_t d, size_t first,
				 double grid, double *distances)
{
	for (size_t lane = 0; lane < stride; lane += LANES)
	{
		double		sum[4][8] = {{0}};

		for (size_t j = 0; j < d; j++)
		{
			const double *column = columns + j * stride;

			for (size_t r = 0; r < ROWS_AT_ONCE; r++)
				for (size_t l = 0; l < LANES; l++)
				{
					double		difference = column[first + r] - column[lane + l];

					sum[r][l] += difference * difference;
				}
		}
		for (size_t r = 0; r < ROWS_AT_ONCE; r++)
			for (size_t l = 0; l < LANES; l++)
				distances[r * stride + lane + l] = (sqrt(sum[r][l]) + grid) - grid;
	}
}

/* The sum of distances over a cluster's rows; exact, so in any order. */
static double
sum_over(const double *distances, const uint32_t *order, size_t from, size_t to)
{
	double		sum[4] = {0};
	size_t		at = from;

	for (; at + 4 <= to; at += 4)
		for (size_t l = 0; l < 4; l++)
			sum[l] += distances[order[at + l]];
	for (; at < to; at++)
		sum[0] += distances[order[at]];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The silhouette of a row with that label. */
static double
row_silhouette(const double *distances, const Grouped *grouped, size_t k, uint32_t label)
{
	double		own = 0;
	double		other = INFINITY;

	if (grouped->start[label + 1] - grouped->start[label] == 1)
		return 0;
	for (size_t c = 0; c < k; c++)
	{
		size_t		from = grouped->start[c];
		size_t		to = grouped->start[c + 1];
		double		sum;

		if (from == to)
			continue;
		sum = sum_over(distances, grouped->order, from, to);
		if (c == label)
			own = sum / (double) (to - from - 1);
		else
			other = fmin(other, sum / (double) (to - from));
	}
	return fmax(own, other) > 0 ? (other - own) / fmax(own, other) : 0;
}

/* Rows to columns, each padded to stride with copies of its first value. */
static void
fill_columns(const double *rows, size_t n, size_t d, size_t stride, double *columns)
{
	for (size_t j = 0; j < d; j++)
		for (size_t i = 0; i < stride; i++)
			columns[j * stride + i] = rows[(i < n ? i : 0) * d + j];
}

SegStatus
seg_silhouette_mean(const double *rows, size_t n, size_t d, const SegLabeling *labelings, size_t m,
					SegArena *arena, double *mean)
{
	size_t		stride = padded(n);
	double	   *columns = seg_arena_take(arena, d * sizeof(double), stride);
	double	   *distances = seg_arena_take(arena, ROWS_AT_ONCE * sizeof(double), stride);
	Grouped    *grouped = seg_arena_take(arena, m, sizeof(Grouped));
	SegGrid		unit = seg_grid((double) n, 1);
	double		widest = n > 0 ? diameter(rows, n, d) : 0;
	double		grid;

	if (!(widest <= SEG_GRID_LIMIT / ((double) n + 1)))
		return SEG_TOO_FAR;
	grid = seg_grid((double) n, widest).coarse;
	fill_columns(rows, n, d, stride, columns);
	for (size_t l = 0; l < m; l++)
		group_rows(&grouped[l], &labelings[l], n, arena);
	for (size_t first = 0; first < n; first += ROWS_AT_ONCE)
	{
		CHECK_FOR_INTERRUPTS();
		distances_to_all(columns, stride, d, first, grid, distances);
		for (size_t i = first; i < n && i < first + ROWS_AT_ONCE; i++)
			for (size_t l = 0; l < m; l++)
				seg_sum_add(&grouped[l].sum, unit,
							row_silhouette(distances + (i - first) * stride, &grouped[l],
										   labelings[l].k, labelings[l].labels[i]));
	}
	for (size_t l = 0; l < m; l++)
		mean[l] = grouped[l].clusters < 2 ? NAN : seg_sum_value(&grouped[l].sum) / (double) n;
	return SEG_OK;
}

static double
center_distance(const double *a, const double *b, size_t d)
{
	double		squares = 0;

	for (size_t j = 0; j < d; j++)
		squares += (a[j] - b[j]) * (a[j] - b[j]);
	return sqrt(squares);
}

double
seg_davies_bouldin(const double *centers, const double *spread, const uint64_t *sizes, size_t k, size_t d)
{
	double		sum = 0;
	size_t		clusters = 0;

	for (size_t c = 0; c < k; c++)
	{
		double		worst = 0;

		CHECK_FOR_INTERRUPTS();
		if (sizes[c] == 0)
			continue;
		clusters++;
		for (size_t other = 0; other < k; other++)
		{
			double		spreads = spread[c] + spread[other];

			if (other != c && sizes[other] > 0 && spreads > 0)
				worst = fmax(worst, spreads / center_distance(centers + c * d, centers + other * d, d));
		}
		sum += worst;
	}
	return clusters < 2 ? NAN : sum / (double) clusters;
}
