/*
 * receipt_key.h
 *		Ids of customers and receipts as 16 bytes.
 *
 * An integer id is its value.  A text of up to 15 bytes stands in the key itself.  A
 * longer one is an address and a length; whoever keeps such a key keeps its text.
 */
#ifndef SEG_RECEIPTS_RECEIPT_KEY_H
#define SEG_RECEIPTS_RECEIPT_KEY_H

#include "base/hash.h"

#define SEG_KEY_INLINE ((size_t) 15)

typedef struct SegKey
{
	uint64_t	low;
	uint64_t	high;			/* the last byte: the length of an inline text, or KEY_LONG */
} SegKey;

#define SEG_KEY_LENGTH_SHIFT 56
#define SEG_KEY_LONG ((uint64_t) 0xFF << SEG_KEY_LENGTH_SHIFT)

static inline SegKey
seg_key_of_integer(int64_t value)
{
	SegKey		key = {(uint64_t) value, 0};

	return key;
}

/* IN text: size bytes, below 2^31; a text longer than SEG_KEY_INLINE is referred to. */
static inline SegKey
seg_key_of_text(const char *text, size_t size)
{
	SegKey		key = {0, 0};

	if (size > SEG_KEY_INLINE)
	{
		key.low = (uint64_t) (uintptr_t) text;
		key.high = SEG_KEY_LONG | size;
		return key;
	}
	if (size >= 8)
	{
		memcpy(&key.low, text, 8);
		memcpy(&key.high, text + 8, size - 8);
	}
	else
		memcpy(&key.low, text, size);
	key.high |= (uint64_t) size << SEG_KEY_LENGTH_SHIFT;
	return key;
}

static inline bool
seg_key_is_long(SegKey key)
{
	return key.high >= SEG_KEY_LONG;
}

static inline size_t
seg_key_size(SegKey key)
{
	return seg_key_is_long(key) ? (size_t) (key.high & ~SEG_KEY_LONG) : (size_t) (key.high >> SEG_KEY_LENGTH_SHIFT);
}

/* The text of a key; an inline one stands in *key itself. */
static inline const char *
seg_key_text(const SegKey *key)
{
	return seg_key_is_long(*key) ? (const char *) (uintptr_t) key->low : (const char *) key;
}

static inline bool
seg_key_equal(SegKey a, SegKey b)
{
	if (a.high != b.high)
		return false;
	if (a.low == b.low)
		return true;
	return seg_key_is_long(a) && memcmp(seg_key_text(&a), seg_key_text(&b), seg_key_size(a)) == 0;
}

static inline uint64_t
seg_key_hash(SegKey key)
{
	if (seg_key_is_long(key))
		return seg_hash_bytes(0, seg_key_text(&key), seg_key_size(key));
	return seg_hash_finish(seg_hash_word(key.high, key.low));
}

#endif							/* SEG_RECEIPTS_RECEIPT_KEY_H */
