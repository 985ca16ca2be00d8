/*
 * text.h
 *		A text of some length, not terminated.
 */
#ifndef SEG_BASE_TEXT_H
#define SEG_BASE_TEXT_H

#include "base/port.h"

typedef struct SegText
{
	const char *text;
	size_t		length;
} SegText;

#endif							/* SEG_BASE_TEXT_H */
