/*
 * kmeans_sample.c
 *		An order-free sample of the rows; see kmeans_seed.h.
 *
 * Each row is hashed with the seed, and the rows with the smallest hashes are
 * the sample.  While the rows pass by we keep up to twice as many candidates in
 * an open-addressing table; when it is full the larger half goes, and from then
 * on only hashes below that bound come in.  A row that belongs to the sample was
 * below every bound, so no copy of it was missed.  Rows of one hash, which
 * somebody may have sought out, are told apart and ordered by their values.
 */
#include "core/kmeans_seed.h"

#include "core/hash.h"
#include "core/sum.h"

/* one row, distinct in the features with spread */
typedef struct Candidate
{
	uint64_t	hash;
	size_t		row;			/* the first of the copies in the order of values */
	SegSum		weight;			/* all copies' */
	bool		is_taken;		/* false: an empty slot */
} Candidate;

typedef struct Table
{
	const SegKmeansData *data;
	Candidate  *slots;			/* size is a power of two */
	size_t		size;
	size_t		used;
	Candidate	bound;			/* what comes after it has no chance any more; not taken: none yet */
} Table;

/* a sample should seed k centers well, and stay within 64 MB */
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
	size_t		padded = seg_rows_blocks(capacity) * SEG_LANES;

	return padded * (d + 1) * sizeof(double) + table_size(capacity) * sizeof(Candidate) +
		2 * capacity * sizeof(Candidate) + 8 * SEG_ARENA_ALIGN;
}

/* Hash the eight rows of a block, lanes side by side. */
SEG_CLONES static void
hash_block(const SegKmeansData *data, size_t b, uint64_t seed, uint64_t *hashes)
{
	const double *rows[SEG_LANES];
	uint64_t	hash[8];

	seg_rows_of_block(&data->rows, b, rows);
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

/* -1, 0 or 1, by the features with spread. */
static int
compare_rows(const SegKmeansData *data, size_t a, size_t b)
{
	const double *x = seg_rows_row(&data->rows, a);
	const double *y = seg_rows_row(&data->rows, b);

	for (size_t at = 0; at < data->n_active && a != b; at++)
	{
		size_t		j = data->active[at];

		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	}
	return 0;
}

/* Does a row come after another, which is of no other values? */
static bool
comes_after(const SegKmeansData *data, uint64_t hash, size_t row, const Candidate *other)
{
	return hash != other->hash ? hash > other->hash : compare_rows(data, row, other->row) > 0;
}

/* The slot of a row's copies, or the empty one for it. */
static Candidate *
find_slot(Table *table, uint64_t hash, size_t row)
{
	size_t		at = hash & (table->size - 1);

	while (table->slots[at].is_taken &&
		   (table->slots[at].hash != hash || compare_rows(table->data, table->slots[at].row, row) != 0))
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

/* Heapsort by hash, then values; no two are equal. */
static void
sort_candidates(const SegKmeansData *data, Candidate *list, size_t n)
{
	for (size_t start = n / 2, end = n; end > 1;)
	{
		Candidate	swap;
		size_t		root;

		if (end % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (start > 0)
			start--;
		else
		{
			swap = list[--end];
			list[end] = list[0];
			list[0] = swap;
		}
		root = start;
		while (2 * root + 1 < end)
		{
			size_t		child = 2 * root + 1;

			if (child + 1 < end && comes_after(data, list[child + 1].hash, list[child + 1].row, &list[child]))
				child++;
			if (!comes_after(data, list[child].hash, list[child].row, &list[root]))
				break;
			swap = list[root];
			list[root] = list[child];
			list[child] = swap;
			root = child;
		}
	}
}

/* The candidates in order; returns how many. */
static size_t
list_candidates(const Table *table, Candidate *list)
{
	size_t		n = 0;

	for (size_t at = 0; at < table->size; at++)
		if (table->slots[at].is_taken)
			list[n++] = table->slots[at];
	sort_candidates(table->data, list, n);
	return n;
}

/* Keep the first `capacity` candidates. */
static void
purge(Table *table, size_t capacity, Candidate *list)
{
	size_t		n = list_candidates(table, list);

	memset(table->slots, 0, table->size * sizeof(Candidate));
	table->used = seg_min_size(n, capacity);
	for (size_t i = 0; i < table->used; i++)
		*find_slot(table, list[i].hash, list[i].row) = list[i];
	table->bound = list[table->used - 1];
}

void
seg_kmeans_sample_draw(const SegKmeansData *data, uint64_t seed, size_t capacity, SegArena *arena,
				SegKmeansSample *sample)
{
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	size_t		padded = seg_rows_blocks(capacity) * SEG_LANES;
	Table		table = {data, .size = table_size(capacity), .bound = {.hash = UINT64_MAX}};
	Candidate  *list;
	SegGrid		grid = seg_kmeans_grid(data, 1);
	double	   *weights;
	size_t		found;
	bool		purged = false;

	sample->data = *data;
	sample->data.filter = NULL;
	sample->data.rows.values = seg_arena_take(arena, padded, d * sizeof(double));
	weights = seg_arena_take(arena, padded, sizeof(double));
	table.slots = seg_arena_take(arena, table.size, sizeof(Candidate));
	list = seg_arena_take(arena, 2 * capacity, sizeof(Candidate));
	Assert(list != NULL);
	memset(table.slots, 0, table.size * sizeof(Candidate));
	for (size_t b = 0; b < seg_rows_blocks(n); b++)
	{
		uint64_t	hashes[8];

		if (b % 512 == 0)
			CHECK_FOR_INTERRUPTS();
		hash_block(data, b, seed, hashes);
		for (size_t l = 0; l < seg_rows_lanes(&data->rows, b); l++)
		{
			size_t		i = b * SEG_LANES + l;
			Candidate  *slot;

			if (hashes[l] > table.bound.hash ||
				(hashes[l] == table.bound.hash && table.bound.is_taken && comes_after(data, hashes[l], i, &table.bound)))
				continue;
			slot = find_slot(&table, hashes[l], i);
			if (!slot->is_taken)
			{
				*slot = (Candidate) {.hash = hashes[l], .row = i, .is_taken = true};
				table.used++;
			}
			/* copies may still differ where a feature has no spread */
			else if (data->n_active < d && seg_rows_compare(&data->rows, i, slot->row) < 0)
				slot->row = i;
			seg_sum_add(&slot->weight, grid, seg_kmeans_weight(data, i));
			if (table.used == 2 * capacity)
			{
				purge(&table, capacity, list);
				purged = true;
			}
		}
	}
	found = list_candidates(&table, list);
	sample->is_whole = !purged && found <= capacity;
	found = seg_min_size(found, capacity);
	sample->data.rows.n = found;
	sample->data.total = 0;
	for (size_t s = 0; s < found; s++)
	{
		seg_rows_set(&sample->data.rows, s, seg_rows_row(&data->rows, list[s].row));
		weights[s] = seg_sum_value(&list[s].weight);
		sample->data.total += weights[s];
	}
	sample->data.weights = weights;
}
