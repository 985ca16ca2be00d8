/*
 * basket.c
 *		The least count of a frequent itemset; see basket.h.
 */
#include "basket/basket.h"

uint64_t
seg_basket_threshold(const SegBasketOptions *options, uint64_t baskets)
{
	unsigned __int128 wanted = (unsigned __int128) options->min_support * baskets;
	uint64_t	count = (uint64_t) ((wanted + SEG_BASKET_SUPPORT_UNITS - 1) / SEG_BASKET_SUPPORT_UNITS);

	if (options->min_count > 0)
		return options->min_count;
	return count > 1 ? count : 1;
}
