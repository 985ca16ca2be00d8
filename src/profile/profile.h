/*
 * profile.h
 *		Profile codes: a letter for each attribute of a customer.
 *
 * An attribute is a number, whose letters are the groups between cuts, or a category, whose
 * letters are its most frequent values.  The files of the room:
 *
 *		profile			the letters of a row
 *		profile_state	counts the values of the rows, then fits a model
 *		profile_model	writes a model, or the options of a fit, as bytes and reads it
 *		profile_card	describes a row in words
 */
#ifndef SEG_PROFILE_PROFILE_H
#define SEG_PROFILE_PROFILE_H

#include "base/port.h"
#include "base/text.h"

#define SEG_PROFILE_ATTRIBUTES 64	/* the most attributes: letters of a code */
#define SEG_PROFILE_MIN_LETTERS 2
#define SEG_PROFILE_MAX_LETTERS 26
#define SEG_PROFILE_DEFAULT_LETTERS 4
#define SEG_PROFILE_OWN 25		/* categories with a letter of their own: A to Y */
#define SEG_PROFILE_LANGUAGES 3 /* those of seg_describe_language, in its order */

#define SEG_PROFILE_NULL '-'	/* no value */
#define SEG_PROFILE_UNSEEN '*'	/* a value that the rows of the fit do not have */
#define SEG_PROFILE_OTHERS 'Z'	/* categories without a letter of their own */

/* A text of a row in UTF-8; length 0: no value. */
typedef SegText SegProfileText;

/* Words of the user for a letter or a category, or with the key "" for the attribute. */
typedef struct SegProfileLabel
{
	const char *key;
	const char *texts[SEG_PROFILE_LANGUAGES];	/* "": none */
} SegProfileLabel;

typedef struct SegProfileAttribute
{
	const char *name;			/* UTF-8; "" if it has none */
	bool		is_given;		/* cuts or categories are an option */
	uint32_t	letters;		/* of a number: 0 without values, else cuts + 1; of a category: own letters */
	uint64_t   *counts;			/* rows by letter */
	uint64_t	missing;		/* rows without a value */

	/* a number */
	int			level;			/* low bits of the values dropped; 0: cuts are exact */
	double		min;			/* of the values; both 0 when there are none */
	double		max;
	double	   *cuts;			/* ascending */

	/* a category */
	SegProfileText *categories; /* by letter; terminated */
	uint64_t   *keys;			/* of the categories, see seg_profile_key; only in a decoded model */
	uint32_t	others;			/* categories that share the letter Z */
	uint64_t   *other_hashes;	/* seg_text_hash of them, ascending */
	uint64_t	other_rows;

	uint32_t	label_count;
	SegProfileLabel *labels;
} SegProfileAttribute;

typedef struct SegProfileModel
{
	bool		is_fitted;		/* false: only the options of a fit */
	uint32_t	letters;		/* of a number without given cuts */
	uint32_t	d;				/* numbers */
	uint32_t	c;				/* categories */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint8_t    *order;			/* d + c: the attribute at each position of the code */
	SegProfileAttribute *attributes;	/* d numbers, then c categories */
} SegProfileModel;

/*
 * A word of a text of n > 0 bytes: equal texts have equal keys, and up to 8 bytes the key
 * and the length identify the text.  The key depends on the machine; it is never stored.
 */
static inline uint64_t
seg_profile_key(const char *text, size_t n)
{
	const uint8_t *bytes = (const uint8_t *) text;
	uint64_t	key = 0;
	uint32_t	first;
	uint32_t	last;

	if (n >= 8)
	{
		memcpy(&key, text + n - 8, 8);
		return key;
	}
	if (n < 4)
		return bytes[0] | (uint64_t) bytes[n / 2] << 8 | (uint64_t) bytes[n - 1] << 16;
	memcpy(&first, text, 4);
	memcpy(&last, text + n - 4, 4);
	return first | (uint64_t) last << 32;
}

static inline bool
seg_profile_is_category(const SegProfileModel *model, uint32_t attribute)
{
	return attribute >= model->d;
}

/* The letter of a number: A for the lowest group.  NaN: no value. */
extern char seg_profile_number_letter(const SegProfileAttribute *attribute, double value);

/* The letter of a category: A for the most frequent one. */
extern char seg_profile_category_letter(const SegProfileAttribute *attribute, SegProfileText text);

/* The code of a row.  IN row[d], texts[c].  OUT code[d + c], not terminated. */
extern void seg_profile_code(const SegProfileModel *model, const double *row, const SegProfileText *texts, char *code);

/*
 * The rows with a letter of an attribute, '-' included; 0 for '*'.  Returns false when the
 * attribute has no such letter.
 */
extern bool seg_profile_letter_rows(const SegProfileModel *model, uint32_t attribute, char letter, uint64_t *rows);

/* The number of codes that the letters allow, without '-' and '*'; UINT64_MAX if there are more. */
extern uint64_t seg_profile_codes(const SegProfileModel *model);

/* The words of the user for a key in a language, or NULL. */
extern const char *seg_profile_label(const SegProfileAttribute *attribute, const char *key, int language);

#endif							/* SEG_PROFILE_PROFILE_H */
