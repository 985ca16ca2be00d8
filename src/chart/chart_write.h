/*
 * chart_write.h
 *		Writes ASCII text into a buffer: XML, numbers, escaped labels.
 *
 * Characters outside ASCII become numeric references (&#233;), so the bytes are the
 * same in every encoding of the database.
 */
#ifndef SEG_CHART_WRITE_H
#define SEG_CHART_WRITE_H

#include "base/port.h"

/* length: of the whole text, also if it is longer than size (then the rest is only counted). */
typedef struct SegWriter
{
	char	   *buffer;
	size_t		size;
	size_t		length;
} SegWriter;

/*
 * The next character of UTF-8 text between *at and end, as it is shown; *at moves behind it.
 * Line breaks and tabs are blanks.  What XML 1.0 forbids is U+FFFD.  Marks of text
 * direction are skipped.  Returns 0 at the end.
 */
extern uint32_t seg_next_character(const char **at, const char *end);

/* ASCII, as it is. */
extern void seg_write(SegWriter *writer, const char *ascii);

/* A text with its special characters escaped, for content and attributes. */
extern void seg_write_text(SegWriter *writer, const char *utf8, size_t bytes);

/* A coordinate: two decimals at most, no exponent; magnitudes above 1e7 are cut off there. */
extern void seg_write_number(SegWriter *writer, double value);

/* name="value", with a blank before it. */
extern void seg_write_attribute(SegWriter *writer, const char *name, double value);

#endif							/* SEG_CHART_WRITE_H */
