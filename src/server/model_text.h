/*
 * model_text.h
 *		Text of models, which is UTF-8, and text of the database, in its encoding.
 */
#ifndef SEG_SERVER_MODEL_TEXT_H
#define SEG_SERVER_MODEL_TEXT_H

#include "server/compat.h"

/*
 * IN utf8: text of a model, or of a table of words in C.  Returns it in the encoding of
 * the database, palloc'd.  22P05 for a character that does not exist in that encoding.
 */
extern char *seg_text_from_model(const char *utf8);

/* IN text: in the encoding of the database.  Returns it in UTF-8; palloc'd, or text itself. */
extern const char *seg_text_for_model(const char *text);

/*
 * The output name of a part of a model: its name in the encoding of the database, or
 * without a name "<what> <number>", such as "feature 3"; palloc'd.
 */
extern char *seg_name_from_model(const char *utf8, const char *what, size_t number);

#endif							/* SEG_SERVER_MODEL_TEXT_H */
