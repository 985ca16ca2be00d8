/*
 * describe.h
 *		Describes a group in words: English, Spanish, German.
 *
 * A trait is a feature in which the group is high or low.  Features with common names
 * have their own phrases (recency_days low: "recent").  The phrases of other features
 * contain the name of the feature.  All phrases are in one table in describe.c.  They
 * are complete: the code does not combine adjectives and nouns, so grammatical gender,
 * number and case are always correct.
 */
#ifndef SEG_STATS_DESCRIBE_H
#define SEG_STATS_DESCRIBE_H

#include "base/port.h"

/* The largest number of traits in a sentence. */
#define SEG_DESCRIBE_TRAITS 3

typedef struct SegTrait
{
	const char *name;			/* of the feature, UTF-8; "" if it has none */
	size_t		position;		/* of the feature, from 1 */
	bool		high;			/* false: low */
	double		ratio;			/* to the average; NaN: not shown */
	bool		of_medians;		/* the ratio is that of the medians */
} SegTrait;

/* The number of a language from its code ('en', 'es', 'de'), or -1. */
extern int	seg_describe_language(const char *code);

/* "en, es, de" */
extern const char *const seg_describe_languages;

/*
 * Write the traits as a list of phrases, in the order given; without traits, one fixed
 * phrase.  Without figures the list is a name: it stays true when a refit changes a mean.
 *
 * OUT buffer: size bytes, UTF-8, truncated and terminated if it is too small.
 * Returns the length without truncation, as snprintf does.
 */
extern size_t seg_describe_traits(int language, const SegTrait *traits, size_t count, bool figures,
								  char *buffer, size_t size);

/*
 * True if a name is still correct: each of its phrases is the phrase of one of the
 * traits.  The phrase for a group without traits is correct if there are no traits.
 */
extern bool seg_describe_holds(int language, const char *name, const SegTrait *traits, size_t count);

#endif							/* SEG_STATS_DESCRIBE_H */
