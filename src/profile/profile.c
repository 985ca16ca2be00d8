/*
 * profile.c
 *		The letters of a row; see profile.h.
 */
#include "profile/profile.h"

#include "stats/text_table.h"
#include "stats/value_cuts.h"

char
seg_profile_number_letter(const SegProfileAttribute *attribute, double value)
{
	if (isnan(value))
		return SEG_PROFILE_NULL;
	if (attribute->letters == 0)
		return SEG_PROFILE_UNSEEN;
	return (char) ('A' + seg_cuts_below(attribute->cuts, attribute->letters - 1, value));
}

static bool
has_hash(const uint64_t *hashes, size_t n, uint64_t hash)
{
	size_t		low = 0;

	while (low < n)
	{
		size_t		middle = low + (n - low) / 2;

		if (hashes[middle] == hash)
			return true;
		if (hashes[middle] < hash)
			low = middle + 1;
		else
			n = middle;
	}
	return false;
}

char
seg_profile_category_letter(const SegProfileAttribute *attribute, SegProfileText text)
{
	uint64_t	key;

	if (text.length == 0)
		return SEG_PROFILE_NULL;
	key = seg_profile_key(text.text, text.length);
	for (uint32_t i = 0; i < attribute->letters; i++)
		if (attribute->keys[i] == key && attribute->categories[i].length == text.length &&
			(text.length <= 8 || memcmp(attribute->categories[i].text, text.text, text.length - 8) == 0))
			return (char) ('A' + i);
	if (attribute->others > 0 &&
		has_hash(attribute->other_hashes, attribute->others, seg_text_hash(text.text, text.length)))
		return SEG_PROFILE_OTHERS;
	return SEG_PROFILE_UNSEEN;
}

void
seg_profile_code(const SegProfileModel *model, const double *row, const SegProfileText *texts, char *code)
{
	for (uint32_t i = 0; i < model->d + model->c; i++)
	{
		uint32_t	at = model->order[i];
		const SegProfileAttribute *attribute = &model->attributes[at];

		code[i] = seg_profile_is_category(model, at) ?
			seg_profile_category_letter(attribute, texts[at - model->d]) :
			seg_profile_number_letter(attribute, row[at]);
	}
}

bool
seg_profile_letter_rows(const SegProfileModel *model, uint32_t at, char letter, uint64_t *rows)
{
	const SegProfileAttribute *attribute = &model->attributes[at];

	*rows = 0;
	if (letter == SEG_PROFILE_NULL)
		*rows = attribute->missing;
	else if (letter >= 'A' && letter < (char) ('A' + attribute->letters))
		*rows = attribute->counts[letter - 'A'];
	else if (letter == SEG_PROFILE_OTHERS && attribute->others > 0)
		*rows = attribute->other_rows;
	else
		return letter == SEG_PROFILE_UNSEEN;
	return true;
}

uint64_t
seg_profile_codes(const SegProfileModel *model)
{
	uint64_t	codes = 1;

	for (uint32_t i = 0; i < model->d + model->c; i++)
	{
		const SegProfileAttribute *attribute = &model->attributes[i];
		uint64_t	letters = attribute->letters + (attribute->others > 0);

		if (letters > 0 && __builtin_mul_overflow(codes, letters, &codes))
			return UINT64_MAX;
	}
	return codes;
}

const char *
seg_profile_label(const SegProfileAttribute *attribute, const char *key, int language)
{
	for (uint32_t i = 0; i < attribute->label_count; i++)
		if (strcmp(attribute->labels[i].key, key) == 0 && attribute->labels[i].texts[language][0] != '\0')
			return attribute->labels[i].texts[language];
	return NULL;
}
