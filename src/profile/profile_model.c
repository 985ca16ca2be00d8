/*
 * profile_model.c
 *		A profile model as bytes; see profile_model.h.
 */
#include "profile/profile_model.h"

#include "stats/text_table.h"
#include "stats/value_cuts.h"

size_t
seg_profile_decoded_size(size_t payload_size)
{
	return 16 * payload_size + 16 * SEG_ARENA_ALIGN;
}

/* ---- reading ---- */

static void *
take(SegReader *reader, SegArena *arena, size_t count, size_t size)
{
	void	   *taken = reader->failed ? NULL : seg_arena_take(arena, count, size);

	if (taken == NULL)
		reader->failed = true;
	return taken;
}

static void
read_labels(SegReader *reader, SegArena *arena, SegProfileAttribute *attribute)
{
	attribute->label_count = seg_read_count(reader, (1 + SEG_PROFILE_LANGUAGES) * sizeof(uint32_t));
	attribute->labels = take(reader, arena, attribute->label_count, sizeof(SegProfileLabel));
	if (attribute->label_count > SEG_PROFILE_MAX_LABELS)
		reader->failed = true;
	for (uint32_t i = 0; i < attribute->label_count && !reader->failed; i++)
	{
		attribute->labels[i].key = seg_read_text(reader, arena);
		for (int language = 0; language < SEG_PROFILE_LANGUAGES; language++)
			attribute->labels[i].texts[language] = seg_read_text(reader, arena);
	}
}

/* Without values a number that is not given has no letters. */
static void
read_number(SegReader *reader, SegArena *arena, SegProfileAttribute *attribute)
{
	attribute->level = seg_read_u8(reader);
	attribute->min = seg_read_double(reader);
	attribute->max = seg_read_double(reader);
	attribute->letters = seg_read_u32(reader);
	if (attribute->level > SEG_VALUE_TABLE_MAX_LEVEL || attribute->min > attribute->max ||
		attribute->letters == 1 || attribute->letters > SEG_PROFILE_MAX_LETTERS ||
		(attribute->is_given && attribute->letters == 0))
		reader->failed = true;
	if (!reader->failed && attribute->letters > 0)
	{
		attribute->cuts = seg_read_doubles(reader, arena, attribute->letters - 1);
		if (!reader->failed && !seg_cuts_valid(attribute->cuts, attribute->letters - 1))
			reader->failed = true;
	}
}

static void
read_category(SegReader *reader, SegArena *arena, SegProfileAttribute *attribute)
{
	attribute->letters = seg_read_count(reader, sizeof(uint32_t));
	if (attribute->letters > SEG_PROFILE_OWN)
		reader->failed = true;
	attribute->categories = take(reader, arena, attribute->letters, sizeof(SegProfileText));
	attribute->keys = take(reader, arena, attribute->letters, sizeof(uint64_t));
	for (uint32_t i = 0; i < attribute->letters && !reader->failed; i++)
	{
		const char *text = seg_read_text(reader, arena);

		attribute->categories[i] = (SegProfileText) {text, text == NULL ? 0 : strlen(text)};
		if (attribute->categories[i].length == 0 || attribute->categories[i].length > SEG_TEXT_TABLE_LONGEST)
			reader->failed = true;
		else
			attribute->keys[i] = seg_profile_key(text, attribute->categories[i].length);
	}
	attribute->others = seg_read_count(reader, sizeof(uint64_t));
	if (attribute->others > SEG_TEXT_TABLE_MOST || (attribute->others > 0 && attribute->letters < SEG_PROFILE_OWN))
		reader->failed = true;
	attribute->other_hashes = seg_read_u64s(reader, arena, attribute->others);
	for (uint32_t i = 1; i < attribute->others && !reader->failed; i++)
		if (attribute->other_hashes[i] < attribute->other_hashes[i - 1])
			reader->failed = true;
	attribute->other_rows = seg_read_u64(reader);
	if (attribute->others == 0 && attribute->other_rows > 0)
		reader->failed = true;
}

static void
read_counts(SegReader *reader, SegArena *arena, uint64_t rows, SegProfileAttribute *attribute)
{
	uint64_t	total = attribute->missing;

	attribute->counts = seg_read_u64s(reader, arena, attribute->letters);
	if (!reader->failed && total <= rows && attribute->other_rows <= rows - total)
		total += attribute->other_rows;
	for (uint32_t i = 0; i < attribute->letters && !reader->failed; i++)
	{
		if (attribute->counts[i] > rows - total)
			reader->failed = true;
		else
			total += attribute->counts[i];
	}
	if (total != rows)
		reader->failed = true;
}

/* Each attribute has one position. */
static void
read_order(SegReader *reader, SegArena *arena, SegProfileModel *model)
{
	bool		seen[SEG_PROFILE_ATTRIBUTES] = {false};

	model->order = take(reader, arena, model->d + model->c, 1);
	for (uint32_t i = 0; i < model->d + model->c && !reader->failed; i++)
	{
		model->order[i] = seg_read_u8(reader);
		if (model->order[i] >= model->d + model->c || seen[model->order[i]])
			reader->failed = true;
		else
			seen[model->order[i]] = true;
	}
}

SegStatus
seg_profile_read(SegReader *reader, bool is_fitted, SegArena *arena, SegProfileModel *model)
{
	uint64_t	all;

	model->is_fitted = seg_read_choice(reader, 2);
	model->letters = seg_read_u8(reader);
	model->d = seg_read_u32(reader);
	model->c = seg_read_u32(reader);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	all = (uint64_t) model->d + model->c;
	if (reader->failed || model->is_fitted != is_fitted || all == 0 || all > SEG_PROFILE_ATTRIBUTES ||
		model->letters < SEG_PROFILE_MIN_LETTERS || model->letters > SEG_PROFILE_MAX_LETTERS ||
		is_fitted != (model->rows_used > 0))
		return SEG_MALFORMED_MODEL;
	read_order(reader, arena, model);
	model->attributes = take(reader, arena, all, sizeof(SegProfileAttribute));
	for (uint32_t at = 0; at < all && !reader->failed; at++)
	{
		SegProfileAttribute *attribute = &model->attributes[at];

		memset(attribute, 0, sizeof(*attribute));
		attribute->name = seg_read_text(reader, arena);
		attribute->is_given = seg_read_choice(reader, 2);
		attribute->missing = seg_read_u64(reader);
		if (seg_profile_is_category(model, at))
			read_category(reader, arena, attribute);
		else
			read_number(reader, arena, attribute);
		read_counts(reader, arena, model->rows_used, attribute);
		read_labels(reader, arena, attribute);
	}
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

static SegStatus
decode(SegReader *reader, int version, SegArena *arena, void *model)
{
	Assert(version == SEG_PROFILE_VERSION);
	return seg_profile_read(reader, true, arena, model);
}

/* ---- writing ---- */

static void
write_attribute(SegWriter *writer, const SegProfileAttribute *attribute, bool is_category)
{
	seg_write_text(writer, attribute->name);
	seg_write_u8(writer, attribute->is_given);
	seg_write_u64(writer, attribute->missing);
	if (is_category)
	{
		seg_write_u32(writer, attribute->letters);
		for (uint32_t i = 0; i < attribute->letters; i++)
			seg_write_text(writer, attribute->categories[i].text);
		seg_write_u32(writer, attribute->others);
		seg_write_u64s(writer, attribute->other_hashes, attribute->others);
		seg_write_u64(writer, attribute->other_rows);
	}
	else
	{
		seg_write_u8(writer, (uint8_t) attribute->level);
		seg_write_double(writer, attribute->min);
		seg_write_double(writer, attribute->max);
		seg_write_u32(writer, attribute->letters);
		seg_write_doubles(writer, attribute->cuts, attribute->letters == 0 ? 0 : attribute->letters - 1);
	}
	seg_write_u64s(writer, attribute->counts, attribute->letters);
	seg_write_u32(writer, attribute->label_count);
	for (uint32_t i = 0; i < attribute->label_count; i++)
	{
		seg_write_text(writer, attribute->labels[i].key);
		for (int language = 0; language < SEG_PROFILE_LANGUAGES; language++)
			seg_write_text(writer, attribute->labels[i].texts[language]);
	}
}

void
seg_profile_encode(SegWriter *writer, const void *encoded)
{
	const SegProfileModel *model = encoded;

	seg_write_u8(writer, model->is_fitted);
	seg_write_u8(writer, (uint8_t) model->letters);
	seg_write_u32(writer, model->d);
	seg_write_u32(writer, model->c);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	for (uint32_t i = 0; i < model->d + model->c; i++)
		seg_write_u8(writer, model->order[i]);
	for (uint32_t at = 0; at < model->d + model->c; at++)
		write_attribute(writer, &model->attributes[at], seg_profile_is_category(model, at));
}

const SegModelType seg_profile_model_type = {
	.kind = SEG_KIND_PROFILE,
	.title = "a profile model",
	.newest = SEG_PROFILE_VERSION,
	.struct_size = sizeof(SegProfileModel),
	.decoded_size = seg_profile_decoded_size,
	.decode = decode,
	.encode = seg_profile_encode,
};
