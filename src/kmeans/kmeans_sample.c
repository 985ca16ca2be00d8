/*
 * kmeans_sample.c
 *		A sample of the rows that does not depend on their order; see kmeans_sample.h.
 *
 * Each row is hashed with the seed, and its score is
 *
 *		u / b,		u = the hash as a number in (0, 1)
 *		b = 1 in a uniform sample
 *		b = 1 + d2 / mean d2 in a sample by distance, with d2 the squared distance to the
 *			mean of all rows
 *
 * The rows with the smallest scores are the sample.  During the pass, an open-addressing
 * table has up to twice as many candidates.  When it is full, the larger half is dropped,
 * and from then on only scores below that bound are added.  A row of the sample was below
 * every bound, so all its copies were counted.  Different rows with the same hash, which
 * a user can construct, are distinguished and ordered by their values.
 *
 * With t the smallest score that is not in the sample, a row is in it with probability
 * p = min(1, b t), and represents 1 / p rows.
 */
#include "kmeans/kmeans_sample.h"

#include "base/hash.h"
#include "base/sort.h"
#include "stats/distance.h"
#include "stats/exact_sum.h"

/* one row, distinct in the features with spread */
typedef struct Candidate
{
	uint64_t	hash;
	double		score;
	double		boost;			/* b */
	size_t		row;			/* the first of the copies in the order of values */
	size_t		copies;
	SegExactSum weight;			/* of all copies */
	bool		is_taken;		/* false: an empty slot */
} Candidate;

typedef struct Table
{
	const SegKmeansData *data;
	Candidate  *slots;			/* size is a power of two */
	size_t		size;
	size_t		used;
	double		bound;			/* rows with larger scores are not in the sample */
} Table;

/* The computation of b from the distance to the mean of all rows. */
typedef struct Boosts
{
	double	   *center;			/* d; NULL: the sample is uniform */
	double		inverse;		/* 1 / mean d2 */
	double		most;			/* an upper bound of b */
} Boosts;

/* enough rows to seed k centers well; at most 64 MB */
#define SAMPLE_ROWS ((size_t) 8192)
#define SAMPLE_ROWS_PER_CENTER ((size_t) 256)
#define SAMPLE_MOST_ROWS ((size_t) 65536)
#define SAMPLE_CELLS ((size_t) 8 << 20)

size_t
seg_kmeans_sample_capacity(size_t k, size_t d)
{
	size_t		wanted = SAMPLE_ROWS_PER_CENTER * k;
	size_t		affordable = SAMPLE_CELLS / d;

	if (wanted < SAMPLE_ROWS)
		wanted = SAMPLE_ROWS;
	if (wanted > SAMPLE_MOST_ROWS)
		wanted = SAMPLE_MOST_ROWS;
	if (wanted > affordable)
		wanted = affordable;
	return wanted < 4 * k ? 4 * k : wanted;
}

static size_t
table_size(size_t capacity)
{
	size_t		size = 16;

	while (size < 4 * capacity)
		size *= 2;
	return size;
}

size_t
seg_kmeans_sample_workspace(size_t capacity, size_t d)
{
	size_t		padded = seg_matrix_blocks(capacity) * SEG_BLOCK_ROWS;

	return padded * (d + 2) * sizeof(double) + table_size(capacity) * sizeof(Candidate) +
		2 * (capacity + 1) * sizeof(Candidate) + d * sizeof(double) + 8 * SEG_ARENA_ALIGN;
}

/* Hash the eight rows of a block. */
SEG_CLONES static void
hash_block(const SegKmeansData *data, size_t b, uint64_t seed, uint64_t *hashes)
{
	const double *rows[SEG_BLOCK_ROWS];
	uint64_t	hash[8];

	seg_matrix_rows_of_block(&data->rows, b, rows);
	for (size_t l = 0; l < 8; l++)
		hash[l] = seed;
	for (size_t a = 0; a < data->n_active; a++)
	{
		size_t		j = data->active[a];

		for (size_t l = 0; l < 8; l++)
			hash[l] = seg_hash_double(hash[l], rows[l][j]);
	}
	for (size_t l = 0; l < 8; l++)
		hashes[l] = seg_hash_finish(hash[l]);
}

/* The hash as a number in (0, 1); it does not decrease when the hash increases. */
static inline double
uniform_of(uint64_t hash)
{
	return ((double) (hash >> 11) + 0.5) * 0x1.0p-53;
}

static Boosts
take_boosts(const SegKmeansData *data, bool by_distance, SegArena *arena)
{
	Boosts		boosts = {.center = seg_arena_take(arena, data->rows.d, sizeof(double)), .most = 1};
	double		mean_d2 = 0;
	double		largest_d2 = 0;

	for (size_t a = 0; a < data->n_active; a++)
	{
		const SegScale *scale = &data->scales[data->active[a]];
		double		reach = scale->max_abs + fabs(scale->center);

		boosts.center[a] = scale->center;
		mean_d2 += scale->spread * scale->spread;
		largest_d2 += reach * reach;
	}
	if (!by_distance || !(mean_d2 > 0) || !isfinite(largest_d2 / mean_d2))
		boosts.center = NULL;
	else
	{
		boosts.inverse = 1 / mean_d2;
		boosts.most = 1 + largest_d2 / mean_d2 * (1 + 1e-9);
	}
	return boosts;
}

/* OUT boosts: b of the rows of block b. */
SEG_CLONES static void
boost_block(const SegKmeansData *data, size_t b, const Boosts *boosts, double *boost)
{
	const double *rows[SEG_BLOCK_ROWS];
	double		d2[8] = {0};

	seg_matrix_rows_of_block(&data->rows, b, rows);
	for (size_t a = 0; a < data->n_active; a++)
	{
		size_t		j = data->active[a];

		for (size_t l = 0; l < 8; l++)
			d2[l] = seg_distance_step(d2[l], rows[l][j], boosts->center[a]);
	}
	for (size_t l = 0; l < 8; l++)
		boost[l] = 1 + d2[l] * boosts->inverse;
}

/* False if no row of block b can be a candidate; else OUT boosts. */
static bool
may_be_candidates(const SegKmeansData *data, size_t b, const Boosts *boosts, const uint64_t *hashes, double bound,
				  double *boost)
{
	bool		may_be = false;

	for (size_t l = 0; l < 8; l++)
	{
		may_be |= uniform_of(hashes[l]) <= bound * boosts->most;
		boost[l] = 1;
	}
	if (may_be && boosts->center != NULL)
		boost_block(data, b, boosts, boost);
	return may_be;
}

/* -1, 0 or 1, by the features with spread. */
static int
compare_rows(const SegKmeansData *data, size_t a, size_t b)
{
	const double *x = seg_matrix_row(&data->rows, a);
	const double *y = seg_matrix_row(&data->rows, b);

	for (size_t at = 0; at < data->n_active && a != b; at++)
	{
		size_t		j = data->active[at];

		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	}
	return 0;
}

/* The slot of the copies of a row, or an empty slot for it. */
static Candidate *
find_slot(Table *table, uint64_t hash, size_t row)
{
	size_t		at = hash & (table->size - 1);

	while (table->slots[at].is_taken &&
		   (table->slots[at].hash != hash || compare_rows(table->data, table->slots[at].row, row) != 0))
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

/* The order by hash, then by values; no two candidates are equal. */
static bool
is_before_by_hash(const void *one, const void *two, const void *argument)
{
	const Candidate *a = one;
	const Candidate *b = two;

	return a->hash != b->hash ? a->hash < b->hash : compare_rows(argument, a->row, b->row) < 0;
}

static bool
is_before_by_score(const void *one, const void *two, const void *argument)
{
	const Candidate *a = one;
	const Candidate *b = two;

	return a->score != b->score ? a->score < b->score : is_before_by_hash(one, two, argument);
}

/* Sort the candidates by score; returns their number. */
static size_t
list_candidates(const Table *table, Candidate *list)
{
	size_t		n = 0;

	for (size_t at = 0; at < table->size; at++)
		if (table->slots[at].is_taken)
			list[n++] = table->slots[at];
	seg_sort(list, n, sizeof(Candidate), is_before_by_score, table->data);
	return n;
}

/* Keep the `capacity` smallest scores, and the next one, which gives the probabilities. */
static void
purge(Table *table, size_t capacity, Candidate *list)
{
	size_t		n = list_candidates(table, list);

	memset(table->slots, 0, table->size * sizeof(Candidate));
	table->used = seg_min_size(n, capacity + 1);
	for (size_t i = 0; i < table->used; i++)
		*find_slot(table, list[i].hash, list[i].row) = list[i];
	table->bound = list[table->used - 1].score;
}

/* Add a row, or a copy of it. */
static void
add_copy(const SegKmeansData *data, size_t i, uint64_t hash, double boost, double score, SegGrid grid, Table *table)
{
	Candidate  *slot = find_slot(table, hash, i);

	if (!slot->is_taken)
	{
		*slot = (Candidate) {.hash = hash, .score = score, .boost = boost, .row = i, .is_taken = true};
		table->used++;
	}
	/* copies can differ in features without spread */
	else if (data->n_active < data->rows.d && seg_matrix_compare(&data->rows, i, slot->row) < 0)
		slot->row = i;
	slot->copies++;
	seg_exact_sum_add(&slot->weight, grid, seg_kmeans_weight(data, i));
}

/* Process all rows. */
static void
gather_candidates(const SegKmeansData *data, uint64_t seed, size_t capacity, const Boosts *boosts, Table *table,
				  Candidate *list)
{
	SegGrid		grid = seg_kmeans_grid(data, 1);

	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		uint64_t	hashes[8];
		double		boost[8];

		if (b % 512 == 0)
			CHECK_FOR_INTERRUPTS();
		hash_block(data, b, seed, hashes);
		if (!may_be_candidates(data, b, boosts, hashes, table->bound, boost))
			continue;
		for (size_t l = 0; l < seg_matrix_block_rows(&data->rows, b); l++)
		{
			double		score = uniform_of(hashes[l]) / boost[l];

			if (score > table->bound)
				continue;
			add_copy(data, b * SEG_BLOCK_ROWS + l, hashes[l], boost[l], score, grid, table);
			if (table->used == 2 * (capacity + 1))
				purge(table, capacity, list);
		}
	}
}

/* Make the sample from the first candidates of the list.  IN threshold: t; infinite if the sample has all rows. */
static void
fill_sample(const SegKmeansData *data, Candidate *list, size_t count, double threshold, double *weights,
			double *units, SegKmeansData *sample)
{
	seg_sort(list, count, sizeof(Candidate), is_before_by_hash, data);
	sample->rows.n = count;
	sample->total = 0;
	for (size_t s = 0; s < count; s++)
	{
		double		weight = seg_exact_sum_value(&list[s].weight);

		seg_matrix_set(&sample->rows, s, seg_matrix_row(&data->rows, list[s].row));
		units[s] = weight / (double) list[s].copies;
		weights[s] = weight / fmin(1, list[s].boost * threshold);
		sample->total += weights[s];
	}
	sample->weights = weights;
	sample->units = data->is_relative ? units : NULL;
}

void
seg_kmeans_sample_draw(const SegKmeansData *data, uint64_t seed, size_t capacity, bool by_distance, SegArena *arena,
					   SegKmeansSample *sample)
{
	size_t		padded = seg_matrix_blocks(capacity) * SEG_BLOCK_ROWS;
	Table		table = {data, NULL, table_size(capacity), 0, INFINITY};
	Boosts		boosts = take_boosts(data, by_distance, arena);
	Candidate  *list;
	double	   *weights;
	double	   *units;
	double		threshold = INFINITY;
	size_t		found;

	sample->data = *data;
	sample->data.filter = NULL;
	sample->data.rows.values = seg_arena_take(arena, padded, data->rows.d * sizeof(double));
	weights = seg_arena_take(arena, padded, sizeof(double));
	units = seg_arena_take(arena, padded, sizeof(double));
	table.slots = seg_arena_take(arena, table.size, sizeof(Candidate));
	list = seg_arena_take(arena, 2 * (capacity + 1), sizeof(Candidate));
	Assert(list != NULL);
	memset(table.slots, 0, table.size * sizeof(Candidate));
	gather_candidates(data, seed, capacity, &boosts, &table, list);
	found = list_candidates(&table, list);
	sample->is_whole = found <= capacity;
	/* all rows of a uniform sample have the same probability, so weights are not changed */
	if (!sample->is_whole && boosts.center != NULL)
		threshold = list[capacity].score;
	fill_sample(data, list, seg_min_size(found, capacity), threshold, weights, units, &sample->data);
}
