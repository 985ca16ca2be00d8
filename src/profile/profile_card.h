/*
 * profile_card.h
 *		Describes a customer by the attributes of a profile: English, Spanish, German.
 *
 * Attributes with common names have sentences of their own (recency_days low: "Bought
 * recently: the last purchase was 3 days ago.").  All sentences are in the tables of
 * profile_words.c.  They are complete: the code only puts in a number or a category, so
 * grammatical gender, number and case are always correct.
 */
#ifndef SEG_PROFILE_PROFILE_CARD_H
#define SEG_PROFILE_PROFILE_CARD_H

#include "profile/profile.h"

/* A sentence in each language, with %s for the number or the category. */
typedef struct SegProfilePhrase
{
	const char *texts[SEG_PROFILE_LANGUAGES];
} SegProfilePhrase;

/* How a number is written. */
typedef enum SegProfileUnit
{
	SEG_UNIT_COUNT,				/* one decimal at most */
	SEG_UNIT_AMOUNT,			/* none or two decimals */
	SEG_UNIT_SHARE,				/* a share of 1, written as percent */
	SEG_UNIT_CHANGE,			/* as an amount, without its sign */
} SegProfileUnit;

/* The sentences of a number.  SEG_UNIT_CHANGE: low is for < 0, high for > 0. */
typedef struct SegProfileNumberWords
{
	const char *names;			/* of attributes: " name name ", lower case, _ between words */
	SegProfileUnit unit;
	SegProfilePhrase low;		/* the first letter */
	SegProfilePhrase middle;
	SegProfilePhrase high;		/* the last letter */
	SegProfilePhrase one;		/* in place of them for 1; NULL: none */
	SegProfilePhrase zero;		/* in place of them for 0; NULL: none */
} SegProfileNumberWords;

typedef struct SegProfileCategoryWords
{
	const char *names;
	SegProfilePhrase is;
	SegProfilePhrase unknown;	/* without a value; NULL: nothing is said */
} SegProfileCategoryWords;

/* The sentences for an attribute of that name, or NULL: it has none of its own. */
extern const SegProfileNumberWords *seg_profile_number_words(const char *name);
extern const SegProfileCategoryWords *seg_profile_category_words(const char *name);

/* A channel of contact in words, such as "el correo electrónico" for "email"; NULL: none is known. */
extern const char *seg_profile_channel(const char *name, size_t length, int language);

/* For an attribute without sentences: two %s, the attribute and its value. */
extern const SegProfilePhrase seg_profile_plain_low;
extern const SegProfilePhrase seg_profile_plain_middle;
extern const SegProfilePhrase seg_profile_plain_high;

/* For a number whose letter has words of the user: %s attribute, %s number, %s words. */
extern const SegProfilePhrase seg_profile_labelled;

/* The first sentence: %s the code. */
extern const SegProfilePhrase seg_profile_opening;

/* Default labels of letters: %s bounds. */
extern const SegProfilePhrase seg_profile_up_to;
extern const SegProfilePhrase seg_profile_between;
extern const SegProfilePhrase seg_profile_above;
extern const SegProfilePhrase seg_profile_no_value;
extern const SegProfilePhrase seg_profile_new_value;
extern const SegProfilePhrase seg_profile_other_values;

/*
 * Write a number as the language does: decimal point or comma, groups of three digits, at
 * most two decimals.  OUT buffer[SEG_PROFILE_NUMBER].  value: finite.
 */
#define SEG_PROFILE_NUMBER 64
extern void seg_profile_number(double value, SegProfileUnit unit, int language, char *buffer);

/*
 * Write the card of a row.  IN row[d], NaN for null; texts[c].  OUT buffer: size bytes,
 * UTF-8, truncated and terminated if it is too small.  Returns the length without
 * truncation, as snprintf does.
 */
extern size_t seg_profile_card(const SegProfileModel *model, const double *row, const SegProfileText *texts,
							   int language, char *buffer, size_t size);

/* Write the label of a letter: words of the user, or the bounds, or the category.  As seg_profile_card. */
extern size_t seg_profile_letter_label(const SegProfileModel *model, uint32_t attribute, char letter, int language,
									   char *buffer, size_t size);

#endif							/* SEG_PROFILE_PROFILE_CARD_H */
