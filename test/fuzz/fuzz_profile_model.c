/*
 * fuzz_profile_model.c
 *		Any payload as a profile model: decode, encode, decode, code, card, labels.
 *
 * What decodes must encode to the same bytes again, and its codes must have letters that
 * their attributes have.
 */
#include "fuzz.h"

#include "profile/profile_card.h"
#include "profile/profile_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegProfileModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_profile_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_profile_read(&reader, true, &arena, model);
}

/* The code and the cards of a row: numbers at the value, categories at the place of their attribute. */
static void
use(const SegProfileModel *model, double value, size_t place)
{
	double		row[SEG_PROFILE_ATTRIBUTES];
	SegProfileText texts[SEG_PROFILE_ATTRIBUTES];
	char		code[SEG_PROFILE_ATTRIBUTES];
	char		buffer[300];
	uint64_t	rows;

	for (uint32_t j = 0; j < model->d; j++)
		row[j] = value;
	for (uint32_t j = 0; j < model->c; j++)
	{
		const SegProfileAttribute *attribute = &model->attributes[model->d + j];

		texts[j] = place < attribute->letters ? attribute->categories[place] : (SegProfileText) {"email", place % 6};
	}
	seg_profile_code(model, row, texts, code);
	for (int language = 0; language < SEG_PROFILE_LANGUAGES; language++)
	{
		require(seg_profile_card(model, row, texts, language, buffer, sizeof(buffer)) > 0);
		for (uint32_t i = 0; i < model->d + model->c; i++)
		{
			require(seg_profile_letter_rows(model, model->order[i], code[i], &rows));
			require(rows <= model->rows_used);
			seg_profile_letter_label(model, model->order[i], code[i], language, buffer, sizeof(buffer));
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegProfileModel model;
	SegProfileModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_profile_encode(&counter, &model);
		require(counter.size == size);
		seg_profile_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_profile_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		use(&model, NAN, 0);
		use(&model, 1, 1);
		use(&model, -DBL_MAX, 24);
		use(&model, DBL_MAX, 99);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
