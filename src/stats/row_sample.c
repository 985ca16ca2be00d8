/*
 * row_sample.c
 *		A sample of rows that does not depend on their order; see row_sample.h.
 */
#include "stats/row_sample.h"

#include "base/hash.h"
#include "base/sort.h"

/* Places of the hash table between two checks for interrupts. */
#define CHECK_EVERY 4096

#define FIRST_CAPACITY ((size_t) 64)
#define SLOTS_PER_ROW 4

/* rows between two checks for interrupts */
#define CHECKED_AT_ONCE 1024

/* The arrays after the head. */
typedef struct Parts
{
	uint64_t   *hashes;
	uint64_t   *counts;
	double	   *rows;
	uint32_t   *table;			/* place of a row plus 1; 0: empty */
	size_t		mask;
} Parts;

static Parts
parts_of(const SegRowSample *sample)
{
	size_t		capacity = sample->capacity;
	Parts		parts;

	parts.hashes = (uint64_t *) (sample + 1);
	parts.counts = parts.hashes + capacity;
	parts.rows = (double *) (parts.counts + capacity);
	parts.table = (uint32_t *) (parts.rows + capacity * sample->d);
	parts.mask = SLOTS_PER_ROW * capacity - 1;
	return parts;
}

static size_t
next_power_of_two(size_t n)
{
	size_t		power = 1;

	while (power < n)
		power *= 2;
	return power;
}

size_t
seg_sample_first_capacity(size_t limit)
{
	return seg_min_size(FIRST_CAPACITY, seg_sample_last_capacity(limit));
}

size_t
seg_sample_last_capacity(size_t limit)
{
	return next_power_of_two(2 * limit);
}

size_t
seg_sample_size(size_t d, size_t capacity)
{
	size_t		per_row = 2 * sizeof(uint64_t) + SLOTS_PER_ROW * sizeof(uint32_t) + d * sizeof(double);
	size_t		size;

	if (d > UINT32_MAX || !seg_mul_size(per_row, capacity, &size) ||
		size > SIZE_MAX - sizeof(SegRowSample))
		return 0;
	return size + sizeof(SegRowSample);
}

void
seg_sample_init(SegRowSample *sample, size_t d, size_t limit, size_t capacity, uint64_t seed)
{
	Assert(limit >= 1 && limit <= SEG_SAMPLE_MAX_LIMIT);
	Assert(capacity == next_power_of_two(capacity));
	memset(sample, 0, seg_sample_size(d, capacity));
	sample->seed = seed;
	sample->threshold = UINT64_MAX;
	sample->d = (uint32_t) d;
	sample->limit = (uint32_t) limit;
	sample->capacity = (uint32_t) capacity;
}

/* All missing values are hashed and compared as the same word. */
static uint64_t
word_of(double value)
{
	uint64_t	word;

	if (isnan(value))
		return UINT64_C(0x7FF8000000000000);
	value += 0.0;
	memcpy(&word, &value, sizeof(word));
	return word;
}

static uint64_t
hash_of(const SegRowSample *sample, const double *row)
{
	uint64_t	hash = sample->seed;

	for (size_t j = 0; j < sample->d; j++)
		hash = seg_hash_word(hash, word_of(row[j]));
	return seg_hash_finish(hash);
}

/* -1, 0 or 1: a total order over the words of a row. */
static int
compare_rows(const double *a, const double *b, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		uint64_t	x = word_of(a[j]);
		uint64_t	y = word_of(b[j]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/*
 * The slot of a row; if the row is not in the table, *found is false and the result
 * is the empty slot for it.  At least three of four slots are empty.  The loop is
 * bounded too, because the bytes can be of unknown origin.
 */
static size_t
find_slot(const SegRowSample *sample, Parts parts, uint64_t hash, const double *row, bool *found)
{
	size_t		slot = hash & parts.mask;

	*found = false;
	for (size_t probes = 0; probes <= parts.mask; probes++)
	{
		size_t		place = parts.table[slot];

		if (place == 0 || place > sample->used)
			return slot;
		if (parts.hashes[place - 1] == hash &&
			compare_rows(parts.rows + (place - 1) * sample->d, row, sample->d) == 0)
		{
			*found = true;
			return slot;
		}
		/* a user can choose rows that collide */
		if ((probes + 1) % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		slot = (slot + 1) & parts.mask;
	}
	return slot;
}

/* ---- bytes of unknown origin ---- */

static bool
head_is_sound(const SegRowSample *sample, size_t size, size_t d)
{
	return size >= sizeof(SegRowSample) &&
		sample->d == d && d >= 1 &&
		sample->limit >= 1 && sample->limit <= SEG_SAMPLE_MAX_LIMIT &&
		sample->capacity >= seg_sample_first_capacity(sample->limit) &&
		sample->capacity <= seg_sample_last_capacity(sample->limit) &&
		sample->capacity == next_power_of_two(sample->capacity) &&
		sample->used <= sample->capacity &&
		size == seg_sample_size(d, sample->capacity);
}

static bool
row_is_sound(const double *row, size_t d)
{
	for (size_t j = 0; j < d; j++)
		if (isinf(row[j]))
			return false;
	return true;
}

/* True if the table has each row once, in its place, and no other entries. */
static bool
table_is_sound(const SegRowSample *sample, Parts parts)
{
	size_t		filled = 0;

	for (size_t slot = 0; slot <= parts.mask; slot++)
		filled += parts.table[slot] != 0;
	if (filled != sample->used)
		return false;
	for (size_t i = 0; i < sample->used; i++)
	{
		bool		found;
		size_t		slot = find_slot(sample, parts, parts.hashes[i], parts.rows + i * sample->d, &found);

		CHECK_FOR_INTERRUPTS();
		if (!found || parts.table[slot] != i + 1)
			return false;
	}
	return true;
}

bool
seg_sample_is_sound(const SegRowSample *sample, size_t size, size_t d)
{
	Parts		parts;
	uint64_t	total = 0;
	size_t		kept = 0;

	if (!head_is_sound(sample, size, d))
		return false;
	parts = parts_of(sample);
	for (size_t i = 0; i < sample->used; i++)
	{
		const double *row = parts.rows + i * d;

		if (i % CHECKED_AT_ONCE == 0)
			CHECK_FOR_INTERRUPTS();
		if (parts.counts[i] == 0 || parts.counts[i] > SEG_STATE_MOST_ROWS - total ||
			!row_is_sound(row, d) || parts.hashes[i] != hash_of(sample, row))
			return false;
		total += parts.counts[i];
		kept += parts.hashes[i] <= sample->threshold;
	}
	/* rows are dropped only if there are `limit` smaller hashes */
	if (sample->threshold != UINT64_MAX && kept < sample->limit)
		return false;
	return table_is_sound(sample, parts);
}

uint64_t
seg_sample_total(const SegRowSample *sample)
{
	Parts		parts = parts_of(sample);
	uint64_t	total = 0;

	for (size_t i = 0; i < sample->used; i++)
		total += parts.counts[i];
	return total;
}

/* ---- the table ---- */

static void
fill_table(SegRowSample *sample, Parts parts)
{
	memset(parts.table, 0, (parts.mask + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < sample->used; i++)
	{
		size_t		slot = parts.hashes[i] & parts.mask;

		CHECK_FOR_INTERRUPTS();
		for (size_t probes = 1; parts.table[slot] != 0; probes++)
		{
			if (probes % CHECK_EVERY == 0)
				CHECK_FOR_INTERRUPTS();
			slot = (slot + 1) & parts.mask;
		}
		parts.table[slot] = (uint32_t) (i + 1);
	}
}

static bool
hash_is_less(const void *a, const void *b, const void *argument)
{
	return *(const uint64_t *) a < *(const uint64_t *) b;
}

/* Keep the rows with the `limit` smallest hashes (and ties with the last one). */
static void
drop_largest(SegRowSample *sample)
{
	Parts		parts = parts_of(sample);
	size_t		d = sample->d;
	size_t		kept = 0;

	/* the table is rebuilt below; until then it is the space to sort a copy */
	memcpy(parts.table, parts.hashes, sample->used * sizeof(uint64_t));
	seg_sort(parts.table, sample->used, sizeof(uint64_t), hash_is_less, NULL);
	memcpy(&sample->threshold, (const char *) parts.table + (sample->limit - 1) * sizeof(uint64_t), sizeof(uint64_t));
	for (size_t i = 0; i < sample->used; i++)
	{
		if (parts.hashes[i] > sample->threshold)
			continue;
		if (kept != i)
		{
			parts.hashes[kept] = parts.hashes[i];
			parts.counts[kept] = parts.counts[i];
			memcpy(parts.rows + kept * d, parts.rows + i * d, d * sizeof(double));
		}
		kept++;
	}
	sample->used = (uint32_t) kept;
	fill_table(sample, parts);
}

void
seg_sample_add(SegRowSample *sample, const double *row, uint64_t count)
{
	uint64_t	hash = hash_of(sample, row);
	Parts		parts = parts_of(sample);
	bool		found;
	size_t		slot;

	if (hash > sample->threshold)
		return;
	if (sample->used == sample->capacity)
	{
		drop_largest(sample);
		if (hash > sample->threshold || sample->used == sample->capacity)
			return;
	}
	slot = find_slot(sample, parts, hash, row, &found);
	if (found)
		parts.counts[parts.table[slot] - 1] += count;
	else
	{
		size_t		i = sample->used++;

		parts.hashes[i] = hash;
		parts.counts[i] = count;
		memcpy(parts.rows + i * sample->d, row, sample->d * sizeof(double));
		parts.table[slot] = sample->used;
	}
}

void
seg_sample_move(SegRowSample *into, const SegRowSample *from)
{
	Parts		to_parts = parts_of(into);
	Parts		from_parts = parts_of(from);

	Assert(into->d == from->d && into->used == 0 && into->capacity >= from->used);
	into->threshold = from->threshold;
	into->used = from->used;
	memcpy(to_parts.hashes, from_parts.hashes, from->used * sizeof(uint64_t));
	memcpy(to_parts.counts, from_parts.counts, from->used * sizeof(uint64_t));
	memcpy(to_parts.rows, from_parts.rows, (size_t) from->used * from->d * sizeof(double));
	fill_table(into, to_parts);
}

const double *
seg_sample_row(const SegRowSample *sample, size_t i)
{
	return parts_of(sample).rows + i * sample->d;
}

uint64_t
seg_sample_count(const SegRowSample *sample, size_t i)
{
	return parts_of(sample).counts[i];
}

/* True if row a comes before row b, by hash, then by content. */
static bool
row_is_before(const void *a, const void *b, const void *argument)
{
	const SegRowSample *sample = argument;
	Parts		parts = parts_of(sample);
	size_t		one = *(const uint32_t *) a;
	size_t		two = *(const uint32_t *) b;

	if (parts.hashes[one] != parts.hashes[two])
		return parts.hashes[one] < parts.hashes[two];
	return compare_rows(parts.rows + one * sample->d, parts.rows + two * sample->d, sample->d) < 0;
}

size_t
seg_sample_order(const SegRowSample *sample, uint32_t *order)
{
	size_t		n = sample->used;

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t) i;
	seg_sort(order, n, sizeof(uint32_t), row_is_before, sample);
	return seg_min_size(n, sample->limit);
}
