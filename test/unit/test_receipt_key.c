/*
 * test_receipt_key.c
 *		Ids as 16 bytes: texts of each length, integers, equality and hash.
 */
#include "unit.h"

#include "receipts/receipt_key.h"

static void
texts_of_all_lengths_round_trip(void **state)
{
	char		text[301];

	for (size_t size = 0; size <= 300; size++)
	{
		SegKey		key;

		memset(text, 'x', sizeof(text));
		text[size / 2] = 'y';
		key = seg_key_of_text(text, size);
		assert_int_equal(seg_key_size(key), size);
		assert_int_equal(seg_key_is_long(key), size > SEG_KEY_INLINE);
		assert_memory_equal(seg_key_text(&key), text, size);
	}
}

static void
keys_are_equal_when_their_texts_are(void **state)
{
	const char	text[] = "customer 0123456789 of region 9";
	char		copy[sizeof(text)];

	memcpy(copy, text, sizeof(text));
	for (size_t size = 0; size < sizeof(text); size++)
	{
		SegKey		key = seg_key_of_text(text, size);
		SegKey		same = seg_key_of_text(copy, size);

		assert_true(seg_key_equal(key, same));
		assert_true(seg_key_hash(key) == seg_key_hash(same));
		for (size_t other = 0; other < sizeof(text); other++)
			if (other != size)
				assert_false(seg_key_equal(key, seg_key_of_text(copy, other)));
		if (size > 0)
		{
			copy[size - 1] ^= 1;
			assert_false(seg_key_equal(key, seg_key_of_text(copy, size)));
			copy[size - 1] ^= 1;
		}
	}
}

static void
a_text_with_zero_bytes_is_not_a_shorter_one(void **state)
{
	assert_false(seg_key_equal(seg_key_of_text("a\0", 2), seg_key_of_text("a", 1)));
	assert_false(seg_key_equal(seg_key_of_text("\0", 1), seg_key_of_text("", 0)));
}

static void
integers_are_their_values(void **state)
{
	const int64_t values[] = {0, 1, -1, INT64_MIN, INT64_MAX, 4711};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			assert_int_equal(seg_key_equal(seg_key_of_integer(values[i]), seg_key_of_integer(values[j])), i == j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_all_lengths_round_trip),
		cmocka_unit_test(keys_are_equal_when_their_texts_are),
		cmocka_unit_test(a_text_with_zero_bytes_is_not_a_shorter_one),
		cmocka_unit_test(integers_are_their_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
