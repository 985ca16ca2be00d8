/*
 * basket.h
 *		Words that all of the family share: lines, options, the order of names.
 */
#ifndef SEG_BASKET_BASKET_H
#define SEG_BASKET_BASKET_H

#include "base/port.h"

/* For a number of an item: it is not frequent, or not known. */
#define SEG_BASKET_NONE UINT32_MAX

/* In a line: it is the last one of its basket. */
#define SEG_BASKET_LAST UINT32_C(0x80000000)

/* Lines between two checks for interrupts: about a millisecond. */
#define SEG_BASKET_LINES_PER_CHECK 500000

/* min_support is counted in units of 1e-15, so that it is exact in decimal. */
#define SEG_BASKET_SUPPORT_UNITS UINT64_C(1000000000000000)

/* Largest values of options. */
#define SEG_BASKET_MAX_LENGTH 20
#define SEG_BASKET_MOST_ITEMSETS UINT64_C(100000000)
#define SEG_BASKET_MOST_BASKET_ITEMS UINT32_C(1000000)

typedef enum SegBasketOnLimit
{
	SEG_BASKET_LIMIT_ERROR,
	SEG_BASKET_LIMIT_RAISE,		/* raise the threshold until the itemsets fit */
} SegBasketOnLimit;

typedef enum SegBasketLong
{
	SEG_BASKET_LONG_CUT,
	SEG_BASKET_LONG_ERROR,
} SegBasketLong;

typedef struct SegBasketOptions
{
	uint64_t	min_support;	/* in units of 1 / SEG_BASKET_SUPPORT_UNITS, at most 1 */
	uint64_t	min_count;		/* 0: min_support counts */
	uint64_t	max_itemsets;
	uint32_t	max_length;
	uint32_t	max_basket_items;
	uint8_t		on_limit;		/* SegBasketOnLimit */
	uint8_t		long_baskets;	/* SegBasketLong */
	uint8_t		unused[6];
} SegBasketOptions;

/* Lines of the basket that begins at lines[0]. */
static inline size_t
seg_basket_size(const uint32_t *lines)
{
	size_t		n = 1;

	while ((lines[n - 1] & SEG_BASKET_LAST) == 0)
		n++;
	return n;
}

/* The order of two names: by bytes, the shorter one first. */
static inline int
seg_basket_compare_names(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int			compared = memcmp(a, b, seg_min_size(a_size, b_size));

	return compared != 0 ? compared : (a_size > b_size) - (a_size < b_size);
}

/*
 * The least number of baskets of a frequent itemset: min_count, or the smallest integer
 * >= min_support * baskets, exactly, but at least 1.
 */
extern uint64_t seg_basket_threshold(const SegBasketOptions *options, uint64_t baskets);

#endif							/* SEG_BASKET_BASKET_H */
