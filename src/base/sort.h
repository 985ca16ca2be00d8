/*
 * sort.h
 *		Sort: orders items of any fixed size in place, without extra memory.
 *
 * Quicksort with the median of three as pivot; short ranges go to insertion sort, and
 * a range that was split badly too often goes to heapsort.  So the worst case is
 * n log n steps (D. Musser, "Introspective sorting and selection algorithms", 1997).
 *
 * seg_sort is inline: with a constant size and a static comparison the compiler makes
 * a loop for that type.  The sort is not stable.  If the order of equal items matters,
 * the comparison must be a total order.
 */
#ifndef SEG_BASE_SORT_H
#define SEG_BASE_SORT_H

#include "base/port.h"

/* True if item a comes before item b.  The caller passes `argument`. */
typedef bool (*SegIsBefore) (const void *a, const void *b, const void *argument);

/* The largest size of an item in bytes. */
#define SEG_SORT_MAX_SIZE 64

/* The largest number of items for insertion sort. */
#define SEG_SORT_FEW ((size_t) 16)

SEG_ALWAYS_INLINE void
seg_sort_swap(char *a, char *b, size_t size)
{
	char		item[SEG_SORT_MAX_SIZE];

	memcpy(item, a, size);
	memcpy(a, b, size);
	memcpy(b, item, size);
}

SEG_ALWAYS_INLINE void
seg_sort_insertion(char *base, size_t n, size_t size, SegIsBefore is_before, const void *argument)
{
	char		item[SEG_SORT_MAX_SIZE];

	for (size_t i = 1; i < n; i++)
	{
		size_t		at = i;

		memcpy(item, base + i * size, size);
		for (; at > 0 && is_before(item, base + (at - 1) * size, argument); at--)
			memcpy(base + at * size, base + (at - 1) * size, size);
		memcpy(base + at * size, item, size);
	}
}

SEG_ALWAYS_INLINE void
seg_sort_heap(char *base, size_t n, size_t size, SegIsBefore is_before, const void *argument)
{
	char		item[SEG_SORT_MAX_SIZE];

	for (size_t start = n / 2, end = n; end > 1;)
	{
		size_t		root = 0;

		seg_check_step(end);
		if (start > 0)
			memcpy(item, base + (root = --start) * size, size);
		else
		{
			memcpy(item, base + --end * size, size);
			memcpy(base + end * size, base, size);
		}
		for (size_t child; (child = 2 * root + 1) < end; root = child)
		{
			if (child + 1 < end && is_before(base + child * size, base + (child + 1) * size, argument))
				child++;
			if (!is_before(item, base + child * size, argument))
				break;
			memcpy(base + root * size, base + child * size, size);
		}
		memcpy(base + root * size, item, size);
	}
}

/* Split n > 2 items.  Items before the returned place are not greater than the others. */
SEG_ALWAYS_INLINE size_t
seg_sort_split(char *base, size_t n, size_t size, SegIsBefore is_before, const void *argument)
{
	char	   *middle = base + n / 2 * size;
	char	   *last = base + (n - 1) * size;
	char		pivot[SEG_SORT_MAX_SIZE];
	size_t		left = 0;
	size_t		right = n - 1;

	if (is_before(middle, base, argument))
		seg_sort_swap(middle, base, size);
	if (is_before(last, middle, argument))
	{
		seg_sort_swap(last, middle, size);
		if (is_before(middle, base, argument))
			seg_sort_swap(middle, base, size);
	}
	memcpy(pivot, middle, size);
	for (;;)
	{
		/* the bounds matter only if the comparison is not an order (NaN) */
		do
			left++;
		while (left < n - 1 && is_before(base + left * size, pivot, argument));
		do
			right--;
		while (right > 0 && is_before(pivot, base + right * size, argument));
		if (left >= right)
			return left;
		seg_sort_swap(base + left * size, base + right * size, size);
	}
}

/*
 * Sort INOUT items: n of `size` bytes, at most SEG_SORT_MAX_SIZE.  After an interrupt
 * the order of the items is undefined, and one item may be lost.
 * Cost: about n log2 n comparisons.
 */
SEG_ALWAYS_INLINE void
seg_sort(void *items, size_t n, size_t size, SegIsBefore is_before, const void *argument)
{
	/* the larger part of each split is put here, so there are at most log2 n of them */
	struct
	{
		char	   *base;
		size_t		n;
		int			splits;
	}			waiting[64];
	size_t		depth = 0;
	char	   *base = items;
	int			splits = 0;		/* left before heapsort */

	for (size_t rest = n; rest > 1; rest /= 2)
		splits += 2;
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		while (n > SEG_SORT_FEW && splits > 0)
		{
			size_t		left = seg_sort_split(base, n, size, is_before, argument);

			splits--;
			waiting[depth].base = left < n - left ? base + left * size : base;
			waiting[depth].n = left < n - left ? n - left : left;
			waiting[depth++].splits = splits;
			base = left < n - left ? base : base + left * size;
			n = left < n - left ? left : n - left;
		}
		if (n > SEG_SORT_FEW)
			seg_sort_heap(base, n, size, is_before, argument);
		else
			seg_sort_insertion(base, n, size, is_before, argument);
		if (depth == 0)
			return;
		base = waiting[--depth].base;
		n = waiting[depth].n;
		splits = waiting[depth].splits;
	}
}

#endif							/* SEG_BASE_SORT_H */
