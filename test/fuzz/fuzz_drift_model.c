/*
 * fuzz_drift_model.c
 *		Any payload as a drift report: decode, encode, decode, index.
 *
 * What decodes must encode to the same bytes again.
 */
#include "fuzz.h"

#include "drift/drift_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegDriftModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_drift_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
	return seg_drift_decode(&reader, SEG_DRIFT_VERSION, &arena, model);
}

static void
index_features(const SegDriftModel *model)
{
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegDriftFeature *feature = &model->features[j];
		double		index = seg_stability_index(feature->histogram.counts, feature->counts, feature->histogram.bins);

		require(isnan(index) || index >= 0);
		if (feature->histogram.bins > 0)
			require(seg_histogram_bin(&feature->histogram, 1.5) < feature->histogram.bins);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegDriftModel model;
	SegDriftModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = malloc(size);
		uint8_t    *bytes_again = malloc(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_drift_encode(&counter, &model);
		require(counter.size == size);
		seg_drift_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_drift_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		index_features(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
