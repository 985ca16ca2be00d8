/*
 * fuzz___family___model.c
 *		Any payload as a model of __family__: decode, encode, decode.
 *
 * What decodes must encode to the same bytes again.
 */
#include "fuzz.h"

#include "__family__/__family__.h"
#include "__family__/__family___model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, Seg__Family__Model *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg___family___decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg___family___decode(&reader, SEG___FAMILY___VERSION, &arena, model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Seg__Family__Model model;
	Seg__Family__Model again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg___family___encode(&counter, &model);
		require(counter.size == size);
		seg___family___encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg___family___encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		require(seg___family___distance(model.means, again.means, model.d) == 0);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
