/*
 * test_rfm_model.c
 *		RFM models as bytes: round trip, impossible models, the golden file.
 */
#include "rfm_fixture.h"

#include <stdio.h>

#include "rfm/rfm_model.h"
#include "rfm/rfm_score.h"

static SegRfmModel
sample_model(void)
{
	SegRfmState *s = new_state(4);

	for (int i = 0; i < 100; i++)
		s = count_row(s, i % 17, 1 + i % 5, i * 0.25 - 3);
	return fit_state(s);
}

static void
codec_round_trip(void **state)
{
	SegRfmModel model = sample_model();
	SegRfmModel back;
	uint8_t		bytes[512];
	SegWriter	counter = {NULL, 0};
	SegWriter	writer = {bytes, 0};
	SegArena	arena = seg_arena(NULL, 0);

	seg_rfm_encode(&counter, &model);
	seg_rfm_encode(&writer, &model);
	assert_int_equal(counter.size, writer.size);
	for (size_t size = 0; size <= writer.size + 1; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegStatus	status = seg_rfm_decode(&reader, 1, &arena, &back);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
			assert_same_model(&model, &back);
	}
}

static void
impossible_models_are_refused(void **state)
{
	for (int fault = 0; fault < 8; fault++)
	{
		SegRfmModel model = sample_model();
		SegRfmMeasure *measure = &model.measures[fault % 3];
		uint8_t		bytes[512];
		SegWriter	writer = {bytes, 0};
		SegReader	reader;
		SegArena	arena = seg_arena(NULL, 0);

		switch (fault)
		{
			case 0:
				model.ties = 2;
				break;
			case 1:
				measure->cuts[1] = measure->cuts[0] - 1;
				break;
			case 2:
				measure->errors[0] = 0.5;
				break;
			case 3:
				measure->level = 1;
				measure->errors[2] = 1.5;
				break;
			case 4:
				measure->level = 53;
				break;
			case 5:
				measure->min = measure->max + 1;
				break;
			case 6:
				measure->explicit_cuts = true;
				break;
			case 7:
				measure->distinct = SEG_VALUE_TABLE_MOST + 1;
				break;
		}
		seg_rfm_encode(&writer, &model);
		reader = seg_reader(bytes, writer.size);
		assert_int_equal(seg_rfm_decode(&reader, 1, &arena, &model), SEG_MALFORMED_MODEL);
	}
}

/*
 * Bytes of version 1 must always be readable.  Made by rfm_fit from 200 rows,
 * ((i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0) for i = 1 .. 200.
 */
static void
golden_model_is_read(void **state)
{
	uint8_t		bytes[512];
	uint8_t		again[512];
	FILE	   *file = fopen(SEG_TOP "/test/data/rfm_v1.segm", "rb");
	size_t		size;
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena = seg_arena(NULL, 0);
	SegWriter	writer = {again + SEG_ENVELOPE_SIZE, 0};
	SegRfmModel model;
	SegRfmState *s = new_state(5);
	SegRfmModel fitted;
	int			scores[SEG_RFM_MEASURES];

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_RFM, SEG_RFM_VERSION, &kind, &version, &reader), SEG_OK);
	assert_int_equal(version, 1);
	assert_int_equal(seg_rfm_decode(&reader, version, &arena, &model), SEG_OK);
	for (int i = 1; i <= 200; i++)
		s = count_row(s, (i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0);
	fitted = fit_state(s);
	assert_same_model(&model, &fitted);
	seg_rfm_score(&model, (double[]) {12, 3, 80.5}, scores);
	assert_memory_equal(scores, ((int[]) {5, 2, 2}), sizeof(scores));
	seg_rfm_encode(&writer, &model);
	seg_envelope_seal(again, writer.size, SEG_KIND_RFM, 1);
	assert_int_equal(SEG_ENVELOPE_SIZE + writer.size, size);
	assert_memory_equal(bytes, again, size);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codec_round_trip),
		cmocka_unit_test(impossible_models_are_refused),
		cmocka_unit_test(golden_model_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
