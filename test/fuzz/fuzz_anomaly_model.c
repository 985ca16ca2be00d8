/*
 * fuzz_anomaly_model.c
 *		Any payload as an anomaly model: decode, encode, decode, score, take apart.
 *
 * What decodes must encode to bytes that decode to the same bytes again, and
 * must give scores within 0 and 1 whose parts add up.  The seeds are payloads of
 * all methods.
 */
#include "fuzz.h"

#include "anomaly/anomaly_model.h"

#define MOST ((size_t) 1 << 16)

static SegStatus
decode(const uint8_t *bytes, size_t size, SegAnomalyModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_anomaly_decoded_size(size));

	*memory = arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
	return seg_anomaly_decode(&reader, SEG_ANOMALY_VERSION, &arena, model);
}

static size_t
encode(const SegAnomalyModel *model, uint8_t bytes[MOST])
{
	SegWriter	counter = {NULL, 0};
	SegWriter	writer = {bytes, 0};

	seg_anomaly_encode(&counter, model);
	require(counter.size <= MOST);
	seg_anomaly_encode(&writer, model);
	require(writer.size == counter.size);
	return writer.size;
}

static void
score(const SegAnomalyModel *model)
{
	const double values[] = {0, 1, -3.5, 1e9, -DBL_MAX, NAN};
	double		row[SEG_MAX_FEATURES];
	double		parts[SEG_MAX_FEATURES];
	size_t		position;

	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
	{
		double		result;
		double		sum;

		for (size_t j = 0; j < model->d; j++)
			row[j] = values[(v + j % 2) % (sizeof(values) / sizeof(values[0]))];
		if (seg_row_transform(&model->transform, row, row, &position) != SEG_OK)
			continue;
		result = seg_anomaly_score(model, row);
		require(result >= 0 && result <= 1);
		seg_anomaly_typical(model, row, parts);
		if (seg_anomaly_attribute(model, row, parts, &sum) != SEG_OK)
			continue;
		if (model->method != SEG_ANOMALY_IFOREST)
			continue;			/* parts of a distance have both signs and any size */
		for (size_t j = 0; j < model->d; j++)
			sum += parts[j];
		require(fabs(sum - result) < 1e-9);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[MOST];
	static uint8_t second[MOST];
	SegAnomalyModel model;
	void	   *memory;
	size_t		first_size;

	if (size > MOST)
		return 0;
	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		score(&model);
		first_size = encode(&model, first);
		require(first_size == size);
		free(memory);
		require(decode(first, first_size, &model, &memory) == SEG_OK);
		require(encode(&model, second) == first_size);
		require(memcmp(first, second, first_size) == 0);
	}
	free(memory);
	return 0;
}
