/*
 * logit_rows.c
 *		The order of the rows of a fit, and figures of their features.
 */
#include "logit/logit_rows.h"

#include "base/hash.h"
#include "base/sort.h"

/* ---- the order ---- */

typedef struct Place
{
	uint64_t	hash;
	uint64_t	row;
} Place;

typedef struct Order
{
	const SegLogitRows *rows;
	const SegLogitLevel *const *levels;
} Order;

void
seg_logit_hash_factors(size_t d, uint64_t *factors)
{
	for (size_t j = 0; j < d; j++)
		factors[j] = seg_hash_finish(j + 1) | 1;
}

/*
 * Each number is mixed on its own, so that the processor works on several: the sum of numbers
 * times odd constants is a multilinear hash.
 */
void
seg_logit_hash(const SegLogitRows *rows, double *row, const uint64_t *factors, const SegLogitLevel *const *levels)
{
	const uint32_t *codes = seg_logit_codes(rows, row);
	uint64_t	hash = codes[0];

	for (size_t j = 0; j < rows->d; j++)
	{
		double		value = row[j] + 0.0;	/* -0.0 becomes 0.0 */
		uint64_t	word;

		memcpy(&word, &value, sizeof(word));
		hash += (isnan(row[j]) ? 1 : word ^ word >> 32) * factors[j];
	}
	for (size_t j = 0; j < rows->c; j++)
		hash = seg_hash_word(hash, levels[j][codes[1 + j]].hash);
	if (rows->weighted)
		hash = seg_hash_double(hash, row[rows->d]);
	hash = seg_hash_finish(hash);
	memcpy(row + rows->stride - 1, &hash, sizeof(hash));
}

static uint64_t
hash_of(const SegLogitRows *rows, size_t i)
{
	uint64_t	hash;

	memcpy(&hash, seg_logit_row(rows, i) + rows->stride - 1, sizeof(hash));
	return hash;
}

/* The order of two numbers of which NaN is the largest: -1, 0 or 1. */
static int
compare_numbers(double x, double y)
{
	if (isnan(x) || isnan(y))
		return (int) isnan(x) - (int) isnan(y);
	return x < y ? -1 : x > y;
}

static int
compare_levels(const SegLogitLevel *x, const SegLogitLevel *y)
{
	int			difference;

	if (x->text == NULL || y->text == NULL)
		return (int) (x->text == NULL) - (int) (y->text == NULL);
	difference = memcmp(x->text, y->text, seg_min_size(x->length, y->length));
	return difference != 0 ? difference : x->length < y->length ? -1 : x->length > y->length;
}

/* By hash; rows of one hash by their contents.  Equal rows can change places. */
static bool
is_before(const void *a, const void *b, const void *argument)
{
	const Place *x = a;
	const Place *y = b;
	const Order *order = argument;
	const SegLogitRows *rows = order->rows;
	const double *first;
	const double *second;
	int			difference = 0;

	if (x->hash != y->hash)
		return x->hash < y->hash;
	if (x->row == y->row)
		return false;
	first = seg_logit_row(rows, x->row);
	second = seg_logit_row(rows, y->row);
	for (size_t j = 0; j < rows->d + rows->weighted && difference == 0; j++)
		difference = compare_numbers(first[j], second[j]);
	if (difference == 0)
		difference = (int) seg_logit_codes(rows, first)[0] - (int) seg_logit_codes(rows, second)[0];
	for (size_t j = 0; j < rows->c && difference == 0; j++)
		difference = compare_levels(&order->levels[j][seg_logit_codes(rows, first)[1 + j]],
									&order->levels[j][seg_logit_codes(rows, second)[1 + j]]);
	return difference < 0;
}

/* A row is fetched so many steps before it is moved. */
#define STEPS_AHEAD 8

/* Move each row to its place, cycle by cycle; SCRATCH spare: a row. */
static void
move_rows(const SegLogitRows *rows, Place *places, double *spare)
{
	size_t		size = rows->stride * sizeof(double);

	for (size_t start = 0; start < rows->n; start++)
	{
		size_t		at = start;
		size_t		ahead = start;

		seg_check_step(start);
		if (places[start].row == start)
			continue;
		memcpy(spare, seg_logit_row(rows, start), size);
		for (int step = 0; step < STEPS_AHEAD; step++)
			ahead = places[ahead].row;
		for (size_t step = 0; places[at].row != start; step++)
		{
			size_t		from = places[at].row;
			const char *next = (const char *) seg_logit_row(rows, ahead);

			seg_check_step(step);
			for (size_t line = 0; line < size && line < 1024; line += 64)
				__builtin_prefetch(next + line);
			memcpy(seg_logit_row(rows, at), seg_logit_row(rows, from), size);
			places[at].row = at;
			at = from;
			ahead = places[ahead].row;
		}
		memcpy(seg_logit_row(rows, at), spare, size);
		places[at].row = at;
	}
}

/* Buckets of the leading bits of a hash have about this number of rows. */
#define BUCKET_ROWS 4
#define MOST_BITS 20

/* A bucket with more rows has equal hashes, and maybe many. */
#define LARGE_BUCKET ((size_t) 64)

static int
bucket_bits(size_t n)
{
	int			bits = 1;

	while (bits < MOST_BITS && ((size_t) 1 << bits) * BUCKET_ROWS < n)
		bits++;
	return bits;
}

size_t
seg_logit_sort_size(const SegLogitRows *rows)
{
	return rows->n * (sizeof(Place) + sizeof(uint64_t)) + (((size_t) 1 << bucket_bits(rows->n)) + 1) * sizeof(size_t) +
		rows->stride * sizeof(double) + 4 * SEG_ARENA_ALIGN;
}

/* OUT places in the order of their hashes' leading bits, and ends[buckets + 1]: where each bucket begins. */
static void
fill_buckets(const SegLogitRows *rows, const uint64_t *hashes, int bits, size_t *ends, Place *places)
{
	size_t		buckets = (size_t) 1 << bits;

	memset(ends, 0, (buckets + 1) * sizeof(size_t));
	for (size_t i = 0; i < rows->n; i++)
	{
		seg_check_step(i);
		ends[hashes[i] >> (64 - bits)]++;
	}
	for (size_t b = 1; b <= buckets; b++)
		ends[b] += ends[b - 1];
	/* each end moves down to the beginning */
	for (size_t i = rows->n; i-- > 0;)
	{
		seg_check_step(i);
		places[--ends[hashes[i] >> (64 - bits)]] = (Place) {hashes[i], i};
	}
}

void
seg_logit_sort(SegLogitRows *rows, const SegLogitLevel *const *levels, SegArena arena)
{
	Order		order = {rows, levels};
	int			bits = bucket_bits(rows->n);
	Place	   *places = seg_arena_take(&arena, rows->n, sizeof(Place));
	uint64_t   *hashes = seg_arena_take(&arena, rows->n, sizeof(uint64_t));
	size_t	   *begins = seg_arena_take(&arena, ((size_t) 1 << bits) + 1, sizeof(size_t));
	double	   *spare = seg_arena_take(&arena, rows->stride, sizeof(double));

	for (size_t i = 0; i < rows->n; i++)
	{
		seg_check_step(i);
		hashes[i] = hash_of(rows, i);
	}
	fill_buckets(rows, hashes, bits, begins, places);
	for (size_t b = 0; b < (size_t) 1 << bits; b++)
	{
		size_t		count = begins[b + 1] - begins[b];

		seg_check_step(b);
		if (count > LARGE_BUCKET)
			seg_sort(places + begins[b], count, sizeof(Place), is_before, &order);
		else
			seg_sort_insertion((char *) (places + begins[b]), count, sizeof(Place), is_before, &order);
	}
	move_rows(rows, places, spare);
}

/* ---- figures ---- */

double
seg_logit_freedom(const SegLogitTotals *totals, double weight, double squares)
{
	return totals->is_relative ? weight - squares / weight : weight - 1;
}

/* Extremes, missing values and weights. */
static SegStatus
first_pass(const SegLogitRows *rows, SegLogitColumn *columns, SegLogitTotals *totals, size_t *position)
{
	memset(totals, 0, sizeof(*totals));
	for (size_t j = 0; j < rows->d; j++)
		columns[j] = (SegLogitColumn) {.minimum = INFINITY,.maximum = -INFINITY};
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *row = seg_logit_row(rows, i);
		double		weight = seg_logit_weight(rows, row);
		uint32_t	label = seg_logit_codes(rows, row)[0];

		seg_check_step(i);
		totals->positives += label;
		totals->weight += weight;
		totals->positive_weight += label * weight;
		totals->squares += weight * weight;
		totals->is_relative |= weight != floor(weight);
		for (size_t j = 0; j < rows->d; j++)
		{
			columns[j].minimum = row[j] < columns[j].minimum ? row[j] : columns[j].minimum;
			columns[j].maximum = row[j] > columns[j].maximum ? row[j] : columns[j].maximum;
			if (isnan(row[j]))
			{
				columns[j].missing++;
				columns[j].missing_weight += weight;
			}
		}
	}
	for (size_t j = 0; j < rows->d; j++)
		if (columns[j].missing < rows->n && !(columns[j].minimum >= -SEG_MAX_MAGNITUDE && columns[j].maximum <= SEG_MAX_MAGNITUDE))
		{
			*position = j + 1;
			return SEG_RANGE_TOO_WIDE;
		}
	return SEG_OK;
}

/* Add up values less an origin; weights and squared weights of rows with a value. */
typedef struct Sums
{
	double		origin;
	double		weight;
	double		squares;
	double		first;
	double		second;
} Sums;

static Sums
column_sums(const SegLogitRows *rows, size_t j, double origin)
{
	Sums		sums = {.origin = origin};

	for (size_t i = 0; i < rows->n; i++)
	{
		const double *row = seg_logit_row(rows, i);
		double		weight = seg_logit_weight(rows, row);
		double		x = row[j] - origin;

		seg_check_step(i);
		if (isnan(x))
			continue;
		sums.weight += weight;
		sums.squares += weight * weight;
		sums.first += weight * x;
		sums.second += weight * x * x;
	}
	return sums;
}

/* The first and second sum of all columns at once, as mean and sd: without weights and nulls. */
static void
plain_sums(const SegLogitRows *rows, SegLogitColumn *columns)
{
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *row = seg_logit_row(rows, i);

		seg_check_step(i);
		for (size_t j = 0; j < rows->d; j++)
		{
			double		x = row[j] - columns[j].origin;

			columns[j].mean += x;
			columns[j].sd += x * x;
		}
	}
}

/* The mean and the deviation from the sums; a second origin where the first was far from the mean. */
static void
finish_column(const SegLogitRows *rows, const SegLogitTotals *totals, size_t j, Sums sums, SegLogitColumn *column)
{
	double		mean = sums.first / sums.weight;
	double		squares = sums.second - sums.first * mean;
	double		freedom;

	if (squares < 1e-4 * sums.second)
	{
		sums = column_sums(rows, j, sums.origin + mean);
		mean = sums.first / sums.weight;
		squares = sums.second - sums.first * mean;
	}
	freedom = seg_logit_freedom(totals, sums.weight, sums.squares);
	column->mean = fmin(fmax(sums.origin + mean, column->minimum), column->maximum);
	column->sd = column->minimum == column->maximum || !(freedom > 0) ? 0 : sqrt(fmax(squares, 0) / freedom);
}

SegStatus
seg_logit_describe(const SegLogitRows *rows, SegLogitColumn *columns, SegLogitTotals *totals, size_t *position)
{
	SegStatus	status = rows->n == 0 ? SEG_NO_ROWS : first_pass(rows, columns, totals, position);
	bool		plain = !rows->weighted;

	if (status != SEG_OK)
		return status;
	for (size_t j = 0; j < rows->d; j++)
	{
		plain = plain && columns[j].missing == 0;
		columns[j].origin = seg_scale_origin(columns[j].minimum, columns[j].maximum);
	}
	if (plain)
		plain_sums(rows, columns);
	for (size_t j = 0; j < rows->d; j++)
	{
		Sums		sums;

		if (columns[j].missing == rows->n)
		{
			columns[j].minimum = columns[j].maximum = NAN;
			columns[j].mean = columns[j].sd = 0;
			continue;
		}
		sums = plain ? (Sums) {columns[j].origin, (double) rows->n, (double) rows->n, columns[j].mean, columns[j].sd}
			: column_sums(rows, j, columns[j].origin);
		finish_column(rows, totals, j, sums, &columns[j]);
	}
	return SEG_OK;
}
