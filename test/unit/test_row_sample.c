/*
 * test_row_sample.c
 *		The sample of rows: independent of their order, uniform, and safe for bytes of unknown origin.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/row_sample.h"

static SegRowSample *
new_sample(size_t d, size_t limit, size_t capacity)
{
	SegRowSample *sample = malloc(seg_sample_size(d, capacity));

	seg_sample_init(sample, d, limit, capacity, 42);
	return sample;
}

static SegRowSample *
add(SegRowSample *sample, const double *row, uint64_t count)
{
	if (seg_sample_is_full(sample))
	{
		SegRowSample *larger = new_sample(sample->d, sample->limit, 2 * (size_t) sample->capacity);

		seg_sample_move(larger, sample);
		free(sample);
		sample = larger;
	}
	seg_sample_add(sample, row, count);
	if (sample->used < 16 || sample->used % 97 == 0)
		assert_true(seg_sample_is_sound(sample, seg_sample_size(sample->d, sample->capacity), sample->d));
	return sample;
}

/* Row number i of a set with duplicates: half of the numbers have the same row. */
static void
make_row(size_t i, double *row)
{
	row[0] = i % 2 == 0 ? 7 : (double) (i * 2654435761u % 65536);
	row[1] = i % 2 == 0 ? NAN : (double) (i % 3);
}

static SegRowSample *
sample_of(size_t n, size_t limit, size_t step, size_t parts)
{
	SegRowSample *sample = NULL;

	for (size_t part = 0; part < parts; part++)
	{
		SegRowSample *own = new_sample(2, limit, seg_sample_first_capacity(limit));

		for (size_t i = 0; i < n; i++)
		{
			size_t		at = i * step % n;
			double		row[2];

			make_row(at, row);
			if (at % parts == part)
				own = add(own, row, 1);
		}
		if (sample == NULL)
		{
			sample = own;
			continue;
		}
		for (size_t i = 0; i < own->used; i++)
			sample = add(sample, seg_sample_row(own, i), seg_sample_count(own, i));
		seg_sample_lower(sample, own->threshold);
		free(own);
	}
	return sample;
}

static void
assert_same_samples(const SegRowSample *a, const SegRowSample *b)
{
	uint32_t   *order_a = malloc(a->used * sizeof(uint32_t));
	uint32_t   *order_b = malloc(b->used * sizeof(uint32_t));
	size_t		n = seg_sample_order(a, order_a);

	assert_int_equal(seg_sample_order(b, order_b), n);
	assert_int_equal(seg_sample_is_partial(a), seg_sample_is_partial(b));
	for (size_t i = 0; i < n; i++)
	{
		assert_memory_equal(seg_sample_row(a, order_a[i]), seg_sample_row(b, order_b[i]), 2 * sizeof(double));
		assert_int_equal(seg_sample_count(a, order_a[i]), seg_sample_count(b, order_b[i]));
	}
	free(order_a);
	free(order_b);
}

/* In any order and with any parts: below, at and far above the limit. */
static void
sample_does_not_depend_on_order(void **state)
{
	const size_t limits[] = {1, 3, 100, 5000};

	for (size_t l = 0; l < 4; l++)
	{
		SegRowSample *forward = sample_of(4999, limits[l], 1, 1);
		SegRowSample *shuffled = sample_of(4999, limits[l], 1234, 1);
		SegRowSample *merged = sample_of(4999, limits[l], 77, 5);

		assert_same_samples(forward, shuffled);
		assert_same_samples(forward, merged);
		free(forward);
		free(shuffled);
		free(merged);
	}
}

static void
sample_counts_what_repeats(void **state)
{
	SegRowSample *sample = sample_of(4999, 5000, 1, 3);
	uint64_t	total = 0;
	uint64_t	most = 0;

	assert_false(seg_sample_is_partial(sample));
	for (size_t i = 0; i < sample->used; i++)
	{
		total += seg_sample_count(sample, i);
		if (seg_sample_count(sample, i) > most)
			most = seg_sample_count(sample, i);
	}
	assert_int_equal(total, 4999);
	assert_int_equal(most, 2500);
	free(sample);
}

/* Each of 1000 distinct rows is kept with probability 1/10, over several seeds. */
static void
sample_is_uniform_over_distinct_rows(void **state)
{
	static int	kept[1000];

	memset(kept, 0, sizeof(kept));
	for (uint64_t seed = 0; seed < 400; seed++)
	{
		SegRowSample *sample = new_sample(1, 100, seg_sample_last_capacity(100));
		uint32_t	order[256];

		seg_sample_init(sample, 1, 100, seg_sample_last_capacity(100), seed);
		for (int i = 0; i < 1000; i++)
		{
			double		x = i;

			seg_sample_add(sample, &x, 1);
		}
		assert_int_equal(seg_sample_order(sample, order), 100);
		for (int i = 0; i < 100; i++)
			kept[(int) *seg_sample_row(sample, order[i])]++;
		free(sample);
	}
	for (int i = 0; i < 1000; i++)
		assert_between(kept[i], 15, 70);	/* 40 +- 5 standard deviations of 6 */
}

/* True if the sample is refused with that field changed.  The field is restored. */
#define REFUSED_WITH(sample, size, field, value) \
	do \
	{ \
		__typeof__(field) good = (field); \
		\
		(field) = (value); \
		assert_false(seg_sample_is_sound(sample, size, 2)); \
		(field) = good; \
		assert_true(seg_sample_is_sound(sample, size, 2)); \
	} while (0)

static void
sample_refuses_foreign_bytes(void **state)
{
	SegRowSample *sample = new_sample(2, 100, 64);
	size_t		size = seg_sample_size(2, 64);
	uint64_t   *hashes = (uint64_t *) (sample + 1);
	uint64_t   *counts = hashes + 64;
	double	   *rows = (double *) (counts + 64);
	uint32_t   *table = (uint32_t *) (rows + 2 * 64);
	size_t		slot = 0;

	for (int i = 0; i < 9; i++)
		seg_sample_add(sample, (double[]) {i, NAN}, 2);
	while (table[slot] == 0)
		slot++;
	assert_true(seg_sample_is_sound(sample, size, 2));
	assert_false(seg_sample_is_sound(sample, size - 1, 2));
	assert_false(seg_sample_is_sound(sample, 3, 2));
	assert_false(seg_sample_is_sound(sample, size, 3));
	REFUSED_WITH(sample, size, sample->used, 65);
	REFUSED_WITH(sample, size, sample->used, 8);
	REFUSED_WITH(sample, size, sample->capacity, 63);
	REFUSED_WITH(sample, size, sample->d, 3);
	REFUSED_WITH(sample, size, sample->limit, 0);
	REFUSED_WITH(sample, size, sample->seed, 1);
	REFUSED_WITH(sample, size, sample->threshold, hashes[0]);
	REFUSED_WITH(sample, size, hashes[3], hashes[3] + 1);
	REFUSED_WITH(sample, size, counts[3], 0);
	REFUSED_WITH(sample, size, counts[3], UINT64_MAX);
	REFUSED_WITH(sample, size, rows[0], INFINITY);
	REFUSED_WITH(sample, size, rows[0], 77);
	REFUSED_WITH(sample, size, table[slot], 0);
	REFUSED_WITH(sample, size, table[slot], 10);
	REFUSED_WITH(sample, size, table[slot], table[slot] % 9 + 1);
	free(sample);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_does_not_depend_on_order),
		cmocka_unit_test(sample_counts_what_repeats),
		cmocka_unit_test(sample_is_uniform_over_distinct_rows),
		cmocka_unit_test(sample_refuses_foreign_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
