/*
 * texts.h
 *		Reading a text[] argument in place.
 */
#ifndef SEG_SERVER_TEXTS_H
#define SEG_SERVER_TEXTS_H

#include "server/compat.h"

#include "base/text.h"

/*
 * Read the elements of a text[], not null, in UTF-8.  A null element and one of blanks and
 * tabs alone have length 0.  OUT texts[most], valid as long as the argument.  Returns the
 * number of elements; of more than `most` only the number is read.  2202E for several
 * dimensions; IN name: the argument in that message.
 */
extern size_t seg_texts_read(Datum array, const char *name, SegText *texts, size_t most);

#endif							/* SEG_SERVER_TEXTS_H */
