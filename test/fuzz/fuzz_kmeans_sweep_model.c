/*
 * fuzz_kmeans_sweep_model.c
 *		Any payload as a k-means sweep: what decodes must encode to the same bytes.
 *
 * Entries are stored with zeros for figures that they lack, and a zero keeps its
 * sign only as +0: so the first encoding is compared with the second.
 */
#include "fuzz.h"

#include "kmeans/sweep_model.h"

static SegStatus
decode(const uint8_t *payload, size_t size, SegSweepModel *sweep, void **buffer)
{
	SegReader	reader = seg_reader(payload, size);
	SegArena	arena = seg_arena(NULL, seg_sweep_decoded_size(size));

	*buffer = arena.base = room(arena.size);
	return seg_sweep_decode(&reader, SEG_SWEEP_VERSION, &arena, sweep);
}

static uint8_t *
encode(const SegSweepModel *sweep, size_t *size)
{
	SegWriter	writer = {NULL, 0};
	uint8_t    *payload;

	seg_sweep_encode(&writer, sweep);
	*size = writer.size;
	payload = room(*size);
	writer = (SegWriter) {payload, 0};
	seg_sweep_encode(&writer, sweep);
	return payload;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegSweepModel sweep;
	SegSweepModel again;
	void	   *buffer;
	void	   *other_buffer;
	uint8_t    *first;
	uint8_t    *second;
	size_t		first_size;
	size_t		second_size;

	if (decode(data, size, &sweep, &buffer) == SEG_OK)
	{
		first = encode(&sweep, &first_size);
		require(first_size == size);
		require(decode(first, first_size, &again, &other_buffer) == SEG_OK);
		second = encode(&again, &second_size);
		require(second_size == first_size && memcmp(first, second, first_size) == 0);
		free(first);
		free(second);
		free(other_buffer);
	}
	free(buffer);
	return 0;
}
