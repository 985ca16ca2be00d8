/*
 * basket_model.h
 *		Frequent itemsets as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u64 baskets, empty, cut, purchases, distinct_items, duplicates, skipped, excluded, rows_skipped
 *		u64 min_support (in 1e-15), min_count, max_itemsets; u8 max_length;
 *		u32 max_basket_items; u8 on_limit, long_baskets; u64 threshold
 *		names of the excluded items, names of the frequent items: u32 n; u32 sizes[n]; bytes
 *		u32 nodes; for each: u32 item, count, children
 *
 * Frequent items are numbered by rising count, then by the bytes of their names (UTF-8).
 * The nodes are those of a SegBasketTree (basket_mine.h).
 */
#ifndef SEG_BASKET_BASKET_MODEL_H
#define SEG_BASKET_BASKET_MODEL_H

#include "base/state.h"
#include "basket/basket_mine.h"
#include "model/family.h"

#define SEG_BASKET_VERSION 1

typedef struct SegBasketNames
{
	uint32_t	n;
	uint32_t   *ends;			/* n: where each name ends in bytes */
	char	   *bytes;			/* UTF-8, without NULs */
} SegBasketNames;

typedef struct SegBasketModel
{
	uint64_t	baskets;
	uint64_t	empty;			/* baskets without an item */
	uint64_t	cut;			/* baskets that were too long */
	uint64_t	purchases;		/* items of baskets, each once for a basket */
	uint64_t	distinct_items;
	uint64_t	duplicates;
	uint64_t	skipped;		/* items that are null or blank */
	uint64_t	excluded;		/* items that are excluded by option */
	uint64_t	rows_skipped;
	SegBasketOptions options;
	uint64_t	threshold;		/* the least count of an itemset here */
	SegBasketNames excluded_names;
	SegBasketNames names;		/* of the frequent items */
	SegBasketTree tree;
} SegBasketModel;

/* The name of an item, and its size; no NUL follows. */
static inline const char *
seg_basket_item_name(const SegBasketNames *names, uint32_t item, size_t *size)
{
	uint32_t	begin = item == 0 ? 0 : names->ends[item - 1];

	*size = names->ends[item] - begin;
	return names->bytes + begin;
}

/* As in SegModelType; the arrays come out of the arena. */
extern size_t seg_basket_decoded_size(size_t payload_size);
extern SegStatus seg_basket_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_basket_encode(SegWriter *writer, const void *model);

#endif							/* SEG_BASKET_BASKET_MODEL_H */
