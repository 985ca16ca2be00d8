/*
 * test_base.c
 *		The headers that everything stands on: rng, hash, sum, arena, codec, envelope.
 */
#include "unit.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/rng.h"
#include "model/envelope.h"
#include "stats/sum.h"

/* splitmix64 of seed 0: the first outputs printed by its authors' reference code */
static void
splitmix_has_reference_bits(void **state)
{
	uint64_t	s = 0;

	assert_true(seg_splitmix64(&s) == UINT64_C(0xE220A8397B1DCDAF));
	assert_true(seg_splitmix64(&s) == UINT64_C(0x6E789E6AA1B965F4));
	assert_true(seg_splitmix64(&s) == UINT64_C(0x06C45D188009454F));
}

/* These bits may never change: they are in users' models. */
static void
rng_bits_are_frozen(void **state)
{
	SegRng		rng = seg_rng(42, 0);
	uint64_t	xor = 0;

	for (int i = 0; i < 1000; i++)
		xor ^= seg_rotl64(seg_rng_next(&rng), i % 64);
	assert_true(xor == UINT64_C(0x331EDB62AB042560));
}

static void
rng_below_is_even(void **state)
{
	SegRng		rng = seg_rng(1, 2);
	int			counts[7] = {0};

	for (int i = 0; i < 70000; i++)
	{
		double		u = seg_rng_uniform(&rng);

		assert_true(u >= 0 && u < 1);
		counts[seg_rng_below(&rng, 7)]++;
	}
	for (int i = 0; i < 7; i++)
		assert_between(counts[i], 9600, 10400);
}

static void
hash_ignores_sign_of_zero_only(void **state)
{
	assert_true(seg_hash_double(1, 0.0) == seg_hash_double(1, -0.0));
	assert_true(seg_hash_double(1, 1.0) != seg_hash_double(1, -1.0));
	assert_true(seg_hash_bytes(1, "abcdefgh", 8) != seg_hash_bytes(1, "abcdefgh\0", 9));
	assert_true(seg_hash_bytes(42, "segment", 7) == UINT64_C(0x90F3681F3F23DFC0));
}

/* Forwards, backwards, in two halves, and with a detour: the same bits. */
static void
sums_do_not_depend_on_order(void **state)
{
	enum
	{
		N = 10000
	};
	static double x[N];
	SegRng		rng = seg_rng(7, 0);
	SegGrid		grid;
	SegSum		forward = {0},
				backward = {0},
				left = {0},
				right = {0};
	long double exact = 0;

	for (int i = 0; i < N; i++)
	{
		x[i] = (seg_rng_uniform(&rng) - 0.5) * pow(10, (double) seg_rng_below(&rng, 9));
		exact += x[i];
	}
	grid = seg_grid(N, 1e8);
	for (int i = 0; i < N; i++)
	{
		seg_sum_add(&forward, grid, x[i]);
		seg_sum_add(&backward, grid, x[N - 1 - i]);
		seg_sum_add(i % 3 ? &left : &right, grid, x[i]);
	}
	seg_sum_add(&right, grid, 12345.678);
	seg_sum_subtract(&right, grid, 12345.678);
	seg_sum_merge(&left, &right);
	assert_same_double(seg_sum_value(&forward), seg_sum_value(&backward));
	assert_same_double(seg_sum_value(&forward), seg_sum_value(&left));
	assert_close(seg_sum_value(&forward), (double) exact, 1e-7);
}

static void
grids_hold_at_the_edges(void **state)
{
	SegSum		sum = {0};
	SegGrid		grid = seg_grid(3, 1e300);

	seg_sum_add(&sum, grid, 1e300);
	seg_sum_add(&sum, grid, 1e300);
	seg_sum_add(&sum, grid, -1e300);
	assert_close(seg_sum_value(&sum) / 1e300, 1, 1e-12);

	sum = (SegSum) {0};
	grid = seg_grid(2, 0);
	seg_sum_add(&sum, grid, 0);
	assert_same_double(seg_sum_value(&sum), 0.0);
}

static void
wide_sums_are_exact(void **state)
{
	SegWideSum	sum = {0};

	for (int i = 0; i < 1000; i++)
		assert_true(seg_wide_add(&sum, 0.25));
	assert_true(seg_wide_add(&sum, 1e15));
	assert_true(seg_wide_add(&sum, -1e15));
	assert_same_double(seg_wide_value(&sum), 250.0);
	assert_false(seg_wide_add(&sum, INFINITY));
	assert_false(seg_wide_add(&sum, NAN));
	assert_false(seg_wide_add(&sum, 1e300));
}

static void
arena_refuses_what_does_not_fit(void **state)
{
	_Alignas(16) char buffer[64];
	SegArena	arena = seg_arena(buffer, sizeof(buffer));

	assert_ptr_equal(seg_arena_take(&arena, 3, 8), buffer);
	assert_ptr_equal(seg_arena_take(&arena, 4, 8), buffer + 32);
	assert_null(seg_arena_take(&arena, 1, 1));
	assert_null(seg_arena_take(&arena, SIZE_MAX, 2));
	assert_null(seg_arena_take(&arena, SIZE_MAX, 1));
}

/* One of everything, sealed; then opened, cut off and changed. */
static void
envelope_round_trip(void **state)
{
	uint8_t		bytes[128] = {0};
	_Alignas(16) char buffer[256];
	SegArena	arena = seg_arena(buffer, sizeof(buffer));
	SegWriter	writer = {bytes + SEG_ENVELOPE_SIZE, 0};
	SegWriter	counter = {NULL, 0};
	SegReader	reader;
	const double pair[2] = {1.5, -2.5};
	double	   *pair_back;
	size_t		size;
	int			kind;
	int			version;

	for (SegWriter *w = &writer;; w = &counter)
	{
		seg_write_u8(w, 7);
		seg_write_u32(w, 2);
		seg_write_doubles(w, pair, 2);
		seg_write_text(w, "größe");
		if (w == &counter)
			break;
	}
	assert_int_equal(writer.size, counter.size);
	size = SEG_ENVELOPE_SIZE + writer.size;
	seg_envelope_seal(bytes, writer.size, SEG_KIND_RFM, 1);

	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, 1, &kind, &version, &reader), SEG_OK);
	assert_int_equal(seg_read_choice(&reader, 8), 7);
	assert_int_equal(seg_read_count(&reader, 8), 2);
	pair_back = seg_read_doubles(&reader, &arena, 2);
	assert_memory_equal(pair_back, pair, sizeof(pair));
	assert_string_equal(seg_read_text(&reader, &arena), "größe");
	assert_true(seg_reader_done(&reader));

	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_KMEANS, 1, &kind, &version, &reader), SEG_OTHER_KIND);
	assert_int_equal(kind, SEG_KIND_RFM);
	for (size_t cut = 0; cut < size; cut++)
		assert_int_not_equal(seg_envelope_open(bytes, cut, 0, 0, &kind, &version, &reader), SEG_OK);
	for (size_t i = 0; i < size; i++)
	{
		bytes[i] ^= 0x40;
		assert_int_not_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, 1, &kind, &version, &reader), SEG_OK);
		bytes[i] ^= 0x40;
	}
}

static void
reader_is_sticky(void **state)
{
	const uint8_t bytes[12] = {255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F};
	SegReader	reader = seg_reader(bytes, sizeof(bytes));

	assert_int_equal(seg_read_count(&reader, 8), 0);
	assert_true(reader.failed);
	assert_int_equal(seg_read_u8(&reader), 0);
	reader = seg_reader(bytes + 4, 8);
	assert_same_double(seg_read_double(&reader), 0.0);	/* infinity is refused */
	assert_true(reader.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splitmix_has_reference_bits),
		cmocka_unit_test(rng_bits_are_frozen),
		cmocka_unit_test(rng_below_is_even),
		cmocka_unit_test(hash_ignores_sign_of_zero_only),
		cmocka_unit_test(sums_do_not_depend_on_order),
		cmocka_unit_test(grids_hold_at_the_edges),
		cmocka_unit_test(wide_sums_are_exact),
		cmocka_unit_test(arena_refuses_what_does_not_fit),
		cmocka_unit_test(envelope_round_trip),
		cmocka_unit_test(reader_is_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
