/*
 * describe.h
 *		What sets a group apart, in plain words: English, Spanish, German.
 *
 * A trait is a feature in which the group is high or low.  Features with the
 * usual names have words of their own (recency_days low: "recent"); any other is
 * worded by its name.  All words are in one table in describe.c, as whole phrases:
 * nothing is put together from an adjective and a noun, so no gender, number or
 * case can come out wrong.
 */
#ifndef SEG_STATS_DESCRIBE_H
#define SEG_STATS_DESCRIBE_H

#include "base/port.h"

/* Traits that a sentence names at most. */
#define SEG_DESCRIBE_TRAITS 3

typedef struct SegTrait
{
	const char *name;			/* of the feature, UTF-8; "" when it has none */
	size_t		position;		/* of the feature, from 1 */
	bool		high;			/* else low */
	double		ratio;			/* to the average; NaN: says nothing */
	bool		of_medians;		/* the ratio is that of the medians */
} SegTrait;

/* A language by its code ('en', 'es', 'de'), or -1. */
extern int	seg_describe_language(const char *code);

/* "en, es, de" */
extern const char *const seg_describe_languages;

/*
 * The traits as a list of phrases, in their order; a phrase of its own for none.
 * Without figures it is a name: what it says stays true when a refit moves a mean.
 *
 * OUT buffer: size bytes, UTF-8, cut off (and terminated) when it is too small.
 * Returns the length that it has or would have, as snprintf does.
 */
extern size_t seg_describe_traits(int language, const SegTrait *traits, size_t count, bool figures,
								  char *buffer, size_t size);

/*
 * Does a name still hold?  Each of its phrases must be that of one of the traits; the
 * phrase for none holds when there are none.
 */
extern bool seg_describe_holds(int language, const char *name, const SegTrait *traits, size_t count);

#endif							/* SEG_STATS_DESCRIBE_H */
