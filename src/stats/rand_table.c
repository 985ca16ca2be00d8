/*
 * rand_table.c
 *		A hash table of pairs of labels and their counts; see rand_table.h.
 */
#include "stats/rand_table.h"

#include "base/hash.h"
#include "base/sort.h"
#include "stats/rand_index.h"

/* Slots between two checks for interrupts. */
#define CHECK_EVERY 4096

void
seg_rand_table_init(SegRandTable *table, size_t capacity)
{
	Assert((capacity & (capacity - 1)) == 0);
	memset(table, 0, seg_rand_table_size(capacity));
	table->capacity = capacity;
}

static bool
same_label(SegRandLabel a, SegRandLabel b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

/*
 * The slot where the search for a pair starts.  Each word is mixed before the next one
 * is added, so changes of two words cannot cancel each other.
 */
static uint64_t
home_of(const SegRandTable *table, SegRandLabel a, SegRandLabel b)
{
	uint64_t	hash = table->key;

	hash = seg_hash_finish(hash ^ a.words[0]);
	hash = seg_hash_finish((hash ^ a.words[1]) + table->key);
	hash = seg_hash_finish((hash ^ b.words[0]) + table->key);
	return seg_hash_finish((hash ^ b.words[1]) + table->key);
}

/* True if a search for the pair ends in that slot, without a free slot or a copy before. */
static bool
is_in_place(const SegRandTable *table, uint64_t slot)
{
	const SegRandPair *pair = &table->pairs[slot];
	uint64_t	seen = home_of(table, pair->a, pair->b) & (table->capacity - 1);

	while (seen != slot)
	{
		const SegRandPair *other = &table->pairs[seen];

		if (other->rows == 0 || (same_label(other->a, pair->a) && same_label(other->b, pair->b)))
			return false;
		seen = (seen + 1) & (table->capacity - 1);
	}
	return true;
}

bool
seg_rand_table_is_sound(const SegRandTable *table, size_t size)
{
	uint64_t	used = 0;
	uint64_t	rows = 0;

	if (size < sizeof(SegRandTable) ||
		table->capacity < SEG_RAND_MIN_CAPACITY || table->capacity > SEG_RAND_MAX_CAPACITY ||
		(table->capacity & (table->capacity - 1)) != 0 ||
		size != seg_rand_table_size(table->capacity) ||
		table->used > table->capacity / 4 * 3 || table->rows > SEG_RAND_MAX_ROWS)
		return false;
	for (uint64_t slot = 0; slot < table->capacity; slot++)
	{
		if (slot % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (table->pairs[slot].rows > table->rows - rows)
			return false;
		rows += table->pairs[slot].rows;
		used += table->pairs[slot].rows > 0;
	}
	if (rows != table->rows || used != table->used)
		return false;
	/* a quarter of the slots is free, so searches are short */
	for (uint64_t slot = 0; slot < table->capacity; slot++)
	{
		CHECK_FOR_INTERRUPTS();
		if (table->pairs[slot].rows > 0 && !is_in_place(table, slot))
			return false;
	}
	return true;
}

bool
seg_rand_table_add(SegRandTable *table, SegRandLabel a, SegRandLabel b, uint64_t rows)
{
	uint64_t	slot = home_of(table, a, b);

	for (uint64_t probe = 0; probe < table->capacity; probe++)
	{
		SegRandPair *pair = &table->pairs[(slot + probe) & (table->capacity - 1)];

		if ((probe + 1) % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (pair->rows == 0)
		{
			pair->a = a;
			pair->b = b;
			table->used++;
		}
		else if (!same_label(pair->a, a) || !same_label(pair->b, b))
			continue;
		pair->rows += rows;
		table->rows += rows;
		return true;
	}
	return false;
}

static int
compare_labels(const SegRandLabel *a, const SegRandLabel *b)
{
	for (int word = 0; word < 2; word++)
		if (a->words[word] != b->words[word])
			return a->words[word] < b->words[word] ? -1 : 1;
	return 0;
}

static bool
is_before_by_a(const void *x, const void *y, const void *argument)
{
	const SegRandPair *one = x;
	const SegRandPair *two = y;
	int			order = compare_labels(&one->a, &two->a);

	CHECK_FOR_INTERRUPTS();
	return order != 0 ? order < 0 : compare_labels(&one->b, &two->b) < 0;
}

static bool
is_before_by_b(const void *x, const void *y, const void *argument)
{
	const SegRandPair *one = x;
	const SegRandPair *two = y;
	int			order = compare_labels(&one->b, &two->b);

	CHECK_FOR_INTERRUPTS();
	return order != 0 ? order < 0 : compare_labels(&one->a, &two->a) < 0;
}

/* The number of pairs of rows with the same label in one partition; sorts the pairs. */
static uint64_t
same_in_one(SegRandPair *pairs, size_t count, bool by_a)
{
	uint64_t	same = 0;
	uint64_t	rows = 0;

	if (by_a)
		seg_sort(pairs, count, sizeof(SegRandPair), is_before_by_a, NULL);
	else
		seg_sort(pairs, count, sizeof(SegRandPair), is_before_by_b, NULL);
	for (size_t at = 0; at < count; at++)
	{
		rows += pairs[at].rows;
		if (at + 1 == count || !(by_a ? same_label(pairs[at].a, pairs[at + 1].a) :
								 same_label(pairs[at].b, pairs[at + 1].b)))
		{
			same += seg_rand_pairs(rows);
			rows = 0;
		}
	}
	return same;
}

SegStatus
seg_rand_table_index(const SegRandTable *table, SegRandPair *workspace, double *index)
{
	uint64_t	same_both = 0;
	uint64_t	same_a;
	uint64_t	rows = 0;
	size_t		count = 0;

	if (table->rows > SEG_RAND_MAX_ROWS)
		return SEG_MALFORMED_STATE;
	for (uint64_t slot = 0; slot < table->capacity; slot++)
	{
		const SegRandPair *pair = &table->pairs[slot];

		if (slot % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (pair->rows == 0)
			continue;
		if (count == table->used || pair->rows > table->rows - rows)
			return SEG_MALFORMED_STATE;
		workspace[count++] = *pair;
		rows += pair->rows;
		same_both += seg_rand_pairs(pair->rows);
	}
	if (count != table->used || rows != table->rows)
		return SEG_MALFORMED_STATE;
	*index = NAN;
	if (rows == 0)
		return SEG_OK;
	same_a = same_in_one(workspace, count, true);
	*index = seg_rand_index(same_both, same_a, same_in_one(workspace, count, false), rows);
	return SEG_OK;
}
