/*
 * profile_card.c
 *		Describes a customer by the attributes of a profile; see profile_card.h.
 */
#include "profile/profile_card.h"

#include <stdio.h>

typedef struct Text
{
	char	   *buffer;
	size_t		size;
	size_t		length;			/* of the text if the buffer were large enough */
} Text;

static void
add_bytes(Text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++, text->length++)
		if (text->length + 1 < text->size)
			text->buffer[text->length] = bytes[i];
}

static void
add(Text *text, const char *piece)
{
	add_bytes(text, piece, strlen(piece));
}

/* Append a phrase with its %s replaced, one after the other. */
static void
add_phrase(Text *text, const SegProfilePhrase *phrase, int language, const char *const *fillings)
{
	const char *rest = phrase->texts[language];

	for (const char *hole; (hole = strstr(rest, "%s")) != NULL; rest = hole + 2)
	{
		add_bytes(text, rest, hole - rest);
		add(text, *fillings++);
	}
	add(text, rest);
}

static size_t
finish(Text *text)
{
	if (text->size > 0)
		text->buffer[seg_min_size(text->length, text->size - 1)] = '\0';
	return text->length;
}

/* The name of an attribute in a language. */
static const char *
title_of(const SegProfileModel *model, uint32_t at, int language, char *room, size_t size)
{
	const SegProfileAttribute *attribute = &model->attributes[at];
	const char *title = seg_profile_label(attribute, "", language);

	if (title != NULL)
		return title;
	if (attribute->name[0] == '\0')
		snprintf(room, size, "%u", at + 1);
	else if (strlen(attribute->name) >= size)
		return attribute->name;
	else
		for (size_t i = 0; i <= strlen(attribute->name); i++)
			room[i] = attribute->name[i] == '_' ? ' ' : attribute->name[i];
	return room;
}

/* -1: the first letter; 1: the last one; 0: between them. */
static int
level_of(const SegProfileAttribute *attribute, char letter)
{
	if (letter == 'A')
		return -1;
	return attribute->letters > 1 && letter == (char) ('A' + attribute->letters - 1) ? 1 : 0;
}

static const SegProfilePhrase *
number_phrase(const SegProfileNumberWords *words, double value, const char *number, int level)
{
	if (words->unit == SEG_UNIT_CHANGE)
		return strcmp(number, "0") == 0 ? &words->middle : value < 0 ? &words->low : &words->high;
	if (words->one.texts[0] != NULL && strcmp(number, "1") == 0)
		return &words->one;
	if (words->zero.texts[0] != NULL && value == 0)
		return &words->zero;
	return level < 0 ? &words->low : level > 0 ? &words->high : &words->middle;
}

/* An attribute with a name of the user has the sentences in which its name is told. */
static const SegProfileNumberWords *
number_words(const SegProfileAttribute *attribute, int language)
{
	return seg_profile_label(attribute, "", language) != NULL ? NULL : seg_profile_number_words(attribute->name);
}

static const SegProfileCategoryWords *
category_words(const SegProfileAttribute *attribute, int language)
{
	return seg_profile_label(attribute, "", language) != NULL ? NULL : seg_profile_category_words(attribute->name);
}

static void
add_number(Text *text, const SegProfileModel *model, uint32_t at, double value, int language)
{
	const SegProfileAttribute *attribute = &model->attributes[at];
	const SegProfileNumberWords *words = number_words(attribute, language);
	char		letter[2] = {seg_profile_number_letter(attribute, value), '\0'};
	const char *label = seg_profile_label(attribute, letter, language);
	int			level = level_of(attribute, letter[0]);
	char		number[SEG_PROFILE_NUMBER];
	char		room[256];

	seg_profile_number(value, words == NULL ? SEG_UNIT_AMOUNT : words->unit, language, number);
	if (label != NULL)
		add_phrase(text, &seg_profile_labelled, language,
				   (const char *[]) {title_of(model, at, language, room, sizeof(room)), number, label});
	else if (words != NULL)
		add_phrase(text, number_phrase(words, value, number, level), language, (const char *[]) {number});
	else
		add_phrase(text, level < 0 ? &seg_profile_plain_low : level > 0 ? &seg_profile_plain_high : &seg_profile_plain_middle,
				   language, (const char *[]) {title_of(model, at, language, room, sizeof(room)), number});
}

/* A category in words.  It is copied to the room, terminated, when it has no other words. */
static const char *
value_words(const SegProfileAttribute *attribute, SegProfileText value, bool is_channel, int language, char *room)
{
	const char *words;

	memcpy(room, value.text, value.length);
	room[value.length] = '\0';
	words = seg_profile_label(attribute, room, language);
	if (words == NULL && is_channel)
		words = seg_profile_channel(value.text, value.length, language);
	return words == NULL ? room : words;
}

#define LONGEST_CATEGORY 1000	/* bytes shown; longer texts are no categories */

static void
add_category(Text *text, const SegProfileModel *model, uint32_t at, SegProfileText value, int language)
{
	const SegProfileAttribute *attribute = &model->attributes[at];
	const SegProfileCategoryWords *words = category_words(attribute, language);
	char		room[LONGEST_CATEGORY + 1];
	char		title[256];
	const char *category;

	if (value.length == 0)
	{
		add_phrase(text, &words->unknown, language, NULL);
		return;
	}
	category = value_words(attribute, value, words != NULL && strstr(words->names, " channel ") != NULL, language, room);
	if (words != NULL)
		add_phrase(text, &words->is, language, (const char *[]) {category});
	else
		add_phrase(text, &seg_profile_plain_middle, language,
				   (const char *[]) {title_of(model, at, language, title, sizeof(title)), category});
}

/* True if there is a sentence for a category. */
static bool
is_told(const SegProfileAttribute *attribute, SegProfileText value, int language)
{
	const SegProfileCategoryWords *words = category_words(attribute, language);

	return value.length == 0 ? words != NULL && words->unknown.texts[0] != NULL : value.length <= LONGEST_CATEGORY;
}

size_t
seg_profile_card(const SegProfileModel *model, const double *row, const SegProfileText *texts, int language,
				 char *buffer, size_t size)
{
	Text		text = {buffer, size, 0};
	char		code[SEG_PROFILE_ATTRIBUTES + 1] = {0};

	seg_profile_code(model, row, texts, code);
	add_phrase(&text, &seg_profile_opening, language, (const char *[]) {code});
	for (uint32_t i = 0; i < model->d + model->c; i++)
	{
		uint32_t	at = model->order[i];

		if (seg_profile_is_category(model, at) ? !is_told(&model->attributes[at], texts[at - model->d], language) : isnan(row[at]))
			continue;
		add(&text, " ");
		if (seg_profile_is_category(model, at))
			add_category(&text, model, at, texts[at - model->d], language);
		else
			add_number(&text, model, at, row[at], language);
	}
	return finish(&text);
}

static void
add_bounds(Text *text, const SegProfileAttribute *attribute, char letter, int language)
{
	uint32_t	group = (uint32_t) (letter - 'A');
	const SegProfileNumberWords *words = seg_profile_number_words(attribute->name);
	SegProfileUnit unit = words == NULL || words->unit != SEG_UNIT_SHARE ? SEG_UNIT_AMOUNT : SEG_UNIT_SHARE;
	char		low[SEG_PROFILE_NUMBER];
	char		high[SEG_PROFILE_NUMBER];

	if (group > 0)
		seg_profile_number(attribute->cuts[group - 1], unit, language, low);
	if (group + 1 < attribute->letters)
		seg_profile_number(attribute->cuts[group], unit, language, high);
	if (group == 0)
		add_phrase(text, &seg_profile_up_to, language, (const char *[]) {high});
	else if (group + 1 == attribute->letters)
		add_phrase(text, &seg_profile_above, language, (const char *[]) {low});
	else
		add_phrase(text, &seg_profile_between, language, (const char *[]) {low, high});
}

size_t
seg_profile_letter_label(const SegProfileModel *model, uint32_t at, char letter, int language, char *buffer, size_t size)
{
	const SegProfileAttribute *attribute = &model->attributes[at];
	bool		is_category = seg_profile_is_category(model, at);
	char		key[2] = {letter, '\0'};
	const char *label = NULL;
	Text		text = {buffer, size, 0};

	if (is_category && letter >= 'A' && letter < (char) ('A' + attribute->letters))
	{
		const char *category = attribute->categories[letter - 'A'].text;

		label = seg_profile_label(attribute, category, language);
		if (label == NULL)
			label = category;
	}
	else
		label = seg_profile_label(attribute, key, language);
	if (label != NULL)
		add(&text, label);
	else if (letter == SEG_PROFILE_NULL)
		add(&text, seg_profile_no_value.texts[language]);
	else if (letter == SEG_PROFILE_UNSEEN)
		add(&text, seg_profile_new_value.texts[language]);
	else if (is_category)
		add(&text, seg_profile_other_values.texts[language]);
	else
		add_bounds(&text, attribute, letter, language);
	return finish(&text);
}
