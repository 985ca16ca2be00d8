/*
 * fuzz_rhythm_model.c
 *		Any payload as a model of rhythm: decode, encode, decode; levels and gaps of it.
 *
 * What decodes must encode to the same bytes again, and its quantiles must rise.
 */
#include "fuzz.h"

#include "rhythm/rhythm_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegRhythmModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_rhythm_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_rhythm_decode(&reader, SEG_RHYTHM_VERSION, &arena, model);
}

/* Outlooks of customers with 0, 1 and many gaps. */
static void
use(const SegRhythm *fit)
{
	const uint64_t counts[] = {0, 1, 1000000};

	for (int i = 0; i < 3; i++)
	{
		SegRhythmOutlook outlook = seg_rhythm_outlook(fit, 700, counts[i]);
		double		before = 0;

		require(isfinite(outlook.mean) && outlook.sd >= 0);
		for (double level = 0.001; level < 1; level += 0.0625)
		{
			double		gap = seg_rhythm_gap(fit, outlook, level);

			require(!isnan(gap) && gap >= before * (1 - 1e-12));
			before = gap;
		}
		for (double days = 0; days < 1e6; days = 10 * days + 1)
		{
			double		level = seg_rhythm_level(fit, outlook, days);

			require(level >= 0 && level <= 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegRhythmModel model;
	SegRhythmModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_rhythm_encode(&counter, &model);
		require(counter.size == size);
		seg_rhythm_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_rhythm_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		use(&model.fit);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
