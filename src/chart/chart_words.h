/*
 * chart_words.h
 *		The sentences of charts and reports: English, Spanish, German.
 *
 * A sentence is complete: words are never put together from parts, so gender, number and
 * order are right in each language.
 */
#ifndef SEG_CHART_WORDS_H
#define SEG_CHART_WORDS_H

#include "base/port.h"

#define SEG_WORDS_ARGUMENTS 9

/*
 * The sentence of a key with its arguments, for %1 to %9.  "one|many": the first form if
 * the first argument is "1".
 *
 * OUT buffer: size bytes, UTF-8, truncated and terminated if it is too small.  Returns the
 * length without truncation; 0 if there is no such key.
 */
extern size_t seg_words(int language, const char *key, const char *const *arguments, size_t count, char *buffer, size_t size);

/* For tests: the key at a place and its sentence; NULL behind the last. */
extern const char *seg_words_key(size_t i);
extern const char *seg_words_sentence(size_t i, int language);

#endif							/* SEG_CHART_WORDS_H */
