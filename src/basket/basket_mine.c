/*
 * basket_mine.c
 *		Frequent itemsets of baskets; see basket_mine.h.
 */
#include "basket/basket_mine.h"

#include "base/sort.h"

/* An extension of an itemset. */
typedef struct Extension
{
	uint32_t	item;
	uint32_t	count;
	uint32_t	begin;			/* of its places */
	uint32_t	n;
} Extension;

typedef struct Miner
{
	SegBasketMine *mine;
	SegBasketTree *tree;		/* NULL: only count */
	uint32_t	written[SEG_BASKET_MAX_LENGTH + 2]; /* where the next node of each length goes */
	uint32_t   *counts;			/* items; zero between two passes */
	uint32_t   *cursors;		/* items; NONE between two passes */
	uint32_t   *touched;		/* items */
	uint32_t   *histogram;		/* itemsets by count, with raise */
	size_t		scanned;		/* lines since the last check for interrupts */
	bool		over;			/* too many: stop */
	SegArena	arena;
} Miner;

static size_t
rounded(size_t count, size_t item_size)
{
	return (count * item_size + SEG_ARENA_ALIGN - 1) / SEG_ARENA_ALIGN * SEG_ARENA_ALIGN;
}

/* The largest count of an item. */
static size_t
largest_count(const SegBasketMine *mine)
{
	return mine->items == 0 ? 0 : mine->counts[mine->items - 1];
}

/*
 * Bytes of the places and extensions that are there at the same time: those of one
 * itemset of each length from 1 to max_length - 1, each no longer than what follows the
 * first item of these itemsets.
 */
static size_t
lists_size(const SegBasketMine *mine, uint64_t *sums)
{
	size_t		longest = 1;
	uint64_t	following = 0;

	memset(sums, 0, mine->items * sizeof(uint64_t));
	for (size_t begin = 0, checked = 0; begin < mine->n;)
	{
		size_t		n = seg_basket_size(mine->lines + begin);

		for (size_t i = 0; i < n; i++)
			sums[mine->lines[begin + i] & ~SEG_BASKET_LAST] += n - 1 - i;
		if (n > longest)
			longest = n;
		begin += n;
		if (begin - checked >= SEG_BASKET_LINES_PER_CHECK)
		{
			checked = begin;
			CHECK_FOR_INTERRUPTS();
		}
	}
	for (size_t i = 0; i < mine->items; i++)
		if (sums[i] > following)
			following = sums[i];
	return (seg_min_size(mine->max_length, longest) - 1) *
		(rounded(following, sizeof(uint32_t)) + rounded(seg_min_size(mine->items, following), sizeof(Extension)));
}

size_t
seg_basket_mine_size(const SegBasketMine *mine, uint64_t *sums)
{
	return 3 * rounded(mine->items, sizeof(uint32_t)) + rounded(mine->items + 1, sizeof(uint32_t)) +
		rounded(mine->n, sizeof(uint32_t)) + (mine->raise ? rounded(largest_count(mine) + 1, sizeof(uint32_t)) : 0) +
		lists_size(mine, sums);
}

/* Raise the threshold until what was found fits. */
static void
raise_threshold(Miner *miner)
{
	SegBasketMine *mine = miner->mine;

	while (mine->itemsets > mine->max_itemsets)
	{
		seg_check_step(mine->threshold);
		mine->itemsets -= miner->histogram[mine->threshold++];
	}
}

/* An itemset of that length was found. */
static void
found(Miner *miner, uint32_t length, uint32_t item, uint32_t count)
{
	SegBasketMine *mine = miner->mine;
	SegBasketTree *tree = miner->tree;

	if (tree != NULL)
	{
		uint32_t	node = miner->written[length]++;

		tree->item[node] = item;
		tree->count[node] = count;
		tree->first[node] = miner->written[length + 1];
		return;
	}
	mine->itemsets++;
	mine->lengths[length]++;
	if (mine->raise)
		miner->histogram[count]++;
	if (mine->itemsets > mine->max_itemsets)
	{
		if (mine->raise)
			raise_threshold(miner);
		else
			miner->over = true;
	}
}

static void
check_scanned(Miner *miner, size_t lines)
{
	miner->scanned += lines + 1;
	if (miner->scanned >= SEG_BASKET_LINES_PER_CHECK)
	{
		miner->scanned = 0;
		CHECK_FOR_INTERRUPTS();
	}
}

static bool
has_smaller_item(const void *a, const void *b, const void *argument)
{
	return ((const Extension *) a)->item < ((const Extension *) b)->item;
}

/* The frequent extensions of an itemset with IN places[n], by item; *m of them.  All counts are zero again. */
static Extension *
count_extensions(Miner *miner, const uint32_t *places, size_t n, size_t *m)
{
	const uint32_t *lines = miner->mine->lines;
	uint32_t   *counts = miner->counts;
	Extension  *extensions;
	size_t		touched = 0;
	size_t		frequent = 0;

	for (size_t i = 0; i < n; i++)
	{
		const uint32_t *at = lines + places[i];
		uint32_t	line;

		do
		{
			uint32_t	item = (line = *at++) & ~SEG_BASKET_LAST;

			if (counts[item]++ == 0)
				miner->touched[touched++] = item;
		} while ((line & SEG_BASKET_LAST) == 0);
		check_scanned(miner, at - (lines + places[i]));
	}
	for (size_t i = 0; i < touched; i++)
		frequent += counts[miner->touched[i]] >= miner->mine->threshold;
	extensions = seg_arena_take(&miner->arena, frequent, sizeof(Extension));
	Assert(extensions != NULL);
	*m = 0;
	for (size_t i = 0; i < touched; i++)
	{
		uint32_t	item = miner->touched[i];

		if (counts[item] >= miner->mine->threshold)
			extensions[(*m)++] = (Extension) {.item = item, .count = counts[item]};
		counts[item] = 0;
	}
	seg_sort(extensions, *m, sizeof(Extension), has_smaller_item, NULL);
	return extensions;
}

/* The places behind each extension but the last one, which has no extensions. */
static uint32_t *
list_places(Miner *miner, const uint32_t *places, size_t n, Extension *extensions, size_t m)
{
	const uint32_t *lines = miner->mine->lines;
	uint32_t   *cursors = miner->cursors;
	uint32_t	last = extensions[m - 1].item;
	size_t		total = 0;
	uint32_t   *listed;

	for (size_t e = 0; e + 1 < m; e++)
	{
		extensions[e].begin = (uint32_t) total;
		cursors[extensions[e].item] = (uint32_t) total;
		total += extensions[e].count;
	}
	listed = seg_arena_take(&miner->arena, total, sizeof(uint32_t));
	Assert(listed != NULL);
	for (size_t i = 0; i < n; i++)
	{
		size_t		at = places[i];

		/* behind the last extension nothing counts, and at the last line nothing follows */
		for (; (lines[at] & SEG_BASKET_LAST) == 0 && lines[at] < last; at++)
			if (cursors[lines[at]] != SEG_BASKET_NONE)
				listed[cursors[lines[at]]++] = (uint32_t) at + 1;
		check_scanned(miner, at - places[i]);
	}
	for (size_t e = 0; e + 1 < m; e++)
	{
		extensions[e].n = cursors[extensions[e].item] - extensions[e].begin;
		cursors[extensions[e].item] = SEG_BASKET_NONE;
	}
	return listed;
}

/* Find all itemsets that begin with one of that length.  IN places[n]: behind it, where something follows. */
static void
extend(Miner *miner, uint32_t length, const uint32_t *places, size_t n)
{
	size_t		used = miner->arena.used;
	const uint32_t *listed = NULL;
	Extension  *extensions;
	size_t		m;

	if (length >= miner->mine->max_length || n < miner->mine->threshold)
		return;
	extensions = count_extensions(miner, places, n, &m);
	if (length + 1 < miner->mine->max_length && m > 1)
		listed = list_places(miner, places, n, extensions, m);
	for (size_t e = 0; e < m && !miner->over; e++)
	{
		if (extensions[e].count < miner->mine->threshold)
			continue;			/* it has risen */
		found(miner, length + 1, extensions[e].item, extensions[e].count);
		if (listed != NULL && e + 1 < m)
			extend(miner, length + 1, listed + extensions[e].begin, extensions[e].n);
	}
	miner->arena.used = used;
}

/* OUT begins[items + 1], places: behind each occurrence of each item where something follows. */
static void
list_all_places(const SegBasketMine *mine, uint32_t *begins, uint32_t *places)
{
	memset(begins, 0, (mine->items + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < mine->n; i++)
	{
		seg_check_step(i);
		if ((mine->lines[i] & SEG_BASKET_LAST) == 0)
			begins[mine->lines[i] + 1]++;
	}
	for (size_t i = 0; i < mine->items; i++)
		begins[i + 1] += begins[i];
	for (size_t i = 0; i < mine->n; i++)
	{
		seg_check_step(i);
		if ((mine->lines[i] & SEG_BASKET_LAST) == 0)
			places[begins[mine->lines[i]]++] = (uint32_t) i + 1;
	}
	/* each begin has moved to the next one */
	memmove(begins + 1, begins, mine->items * sizeof(uint32_t));
	begins[0] = 0;
}

static void
mine_all(SegBasketMine *mine, SegBasketTree *tree, SegArena arena)
{
	Miner		miner = {.mine = mine, .tree = tree, .arena = arena};
	uint32_t   *begins;
	uint32_t   *places;

	miner.counts = seg_arena_take(&miner.arena, mine->items, sizeof(uint32_t));
	miner.cursors = seg_arena_take(&miner.arena, mine->items, sizeof(uint32_t));
	miner.touched = seg_arena_take(&miner.arena, mine->items, sizeof(uint32_t));
	begins = seg_arena_take(&miner.arena, mine->items + 1, sizeof(uint32_t));
	places = seg_arena_take(&miner.arena, mine->n, sizeof(uint32_t));
	Assert(places != NULL);
	memset(miner.counts, 0, mine->items * sizeof(uint32_t));
	memset(miner.cursors, 0xFF, mine->items * sizeof(uint32_t));
	if (mine->raise && tree == NULL)
	{
		miner.histogram = seg_arena_take(&miner.arena, largest_count(mine) + 1, sizeof(uint32_t));
		memset(miner.histogram, 0, (largest_count(mine) + 1) * sizeof(uint32_t));
	}
	if (tree != NULL)
		memcpy(miner.written, tree->levels, sizeof(miner.written));
	list_all_places(mine, begins, places);
	for (uint32_t item = 0; item < mine->items && !miner.over; item++)
	{
		if (mine->counts[item] < mine->threshold)
			continue;
		found(&miner, 1, item, mine->counts[item]);
		extend(&miner, 1, places + begins[item], begins[item + 1] - begins[item]);
	}
}

void
seg_basket_mine_count(SegBasketMine *mine, SegArena arena)
{
	mine->itemsets = 0;
	memset(mine->lengths, 0, sizeof(mine->lengths));
	mine_all(mine, NULL, arena);
}

void
seg_basket_mine_write(SegBasketMine *mine, SegBasketTree *tree, SegArena arena)
{
	tree->nodes = 0;
	tree->depth = 0;
	for (uint32_t length = 1; length <= SEG_BASKET_MAX_LENGTH; length++)
	{
		tree->levels[length] = tree->nodes;
		tree->nodes += (uint32_t) mine->lengths[length];
		if (mine->lengths[length] > 0)
			tree->depth = length;
	}
	tree->levels[SEG_BASKET_MAX_LENGTH + 1] = tree->nodes;
	mine_all(mine, tree, arena);
	tree->first[tree->nodes] = tree->nodes;
}
