/*
 * id.h
 *		Distinguishes an id from text without meaning.
 *
 * Exports write a missing id as '', as blanks, or as '#' (SAP BW: not assigned).
 * None of these is a customer or a document.
 */
#ifndef SEG_BASE_ID_H
#define SEG_BASE_ID_H

#include "base/port.h"

/*
 * True if the text has a character that is neither blank nor control, and is not '#'.
 * IN no_break_space: the bytes of U+00A0 in the encoding of text, or "".
 */
extern bool seg_id_is_meaningful(const char *text, size_t size, const char *no_break_space);

#endif							/* SEG_BASE_ID_H */
