/*
 * test_forecast_backtest_model.c
 *		Sums of accuracy, and the golden backtest: what it says, and that bytes that were changed are refused or decode.
 *
 * forecast_backtest_v1.segm was made by test/sql/forecast_backtest.sql.
 */
#include "unit.h"

#include <stdio.h>

#include "forecast/forecast_accuracy.h"
#include "forecast/forecast_backtest_model.h"
#include "model/envelope.h"

static void
test_accuracy(void **state)
{
	SegAccuracy sum = {0};

	/* within the bounds; above; no bounds and no scale */
	seg_accuracy_add(&sum, 10, 12, 8, 16, 0.8, 2, 5);
	seg_accuracy_add(&sum, 10, 6, 4, 8, 0.8, 2, 5);
	seg_accuracy_add(&sum, 0, 0, NAN, NAN, 0.8, 0, 0);
	assert_close(sum.n, 3, 0);
	assert_close(sum.absolute, 6, 1e-12);
	assert_close(sum.square, 20, 1e-12);
	assert_close(sum.error, -2, 1e-12);
	assert_close(sum.size, 20, 1e-12);
	assert_close(sum.smape, 400.0 / 22 + 800.0 / 16, 1e-12);
	assert_close(sum.mase, 3, 1e-12);
	assert_close(sum.rmsse, 4, 1e-12);
	assert_close(sum.bounded, 2, 0);
	assert_close(sum.inside, 1, 0);
	assert_close(sum.scaled_bounded, 2, 0);
	/* width 8, and width 4 with a miss of 2 at 2 / 0.2 */
	assert_close(sum.msis, 4 + (4 + 20) / 2.0, 1e-12);
}

static void
test_golden(void **state)
{
	uint8_t		bytes[4096];
	uint8_t		again[4096];
	FILE	   *file = fopen(SEG_TOP "/test/data/forecast_backtest_v1.segm", "rb");
	size_t		size;
	int			kind;
	int			version;
	SegReader	reader;
	SegBacktestModel model;
	SegArena	arena;
	SegWriter	writer = {again, 0};
	char	   *room = aligned_alloc(16, 1 << 16);

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_FORECAST_BACKTEST, SEG_FORECAST_BACKTEST_VERSION, &kind, &version, &reader), SEG_OK);
	arena = seg_arena(room, seg_backtest_decoded_size(size - SEG_ENVELOPE_SIZE));
	assert_int_equal(seg_backtest_decode(&reader, 1, &arena, &model), SEG_OK);
	assert_int_equal(model.options.horizon, 3);
	assert_int_equal(model.options.origins, 2);
	assert_int_equal(model.count, 12);
	assert_int_equal(model.entries[0].origin, 42);
	assert_close(model.entries[0].value, 145, 0);
	seg_backtest_encode(&writer, &model);
	assert_int_equal(writer.size, size - SEG_ENVELOPE_SIZE);
	assert_memory_equal(again, bytes + SEG_ENVELOPE_SIZE, writer.size);

	/* cut off anywhere it is refused */
	for (size_t cut = 0; cut < writer.size; cut++)
	{
		arena.used = 0;
		reader = seg_reader(again, cut);
		assert_int_equal(seg_backtest_decode(&reader, 1, &arena, &model), SEG_MALFORMED_MODEL);
	}
	free(room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accuracy),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
