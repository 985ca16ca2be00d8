/*
 * sap_text.h
 *		Bytes of an export file, line by line, as UTF-8.
 */
#ifndef SEG_SAP_SAP_TEXT_H
#define SEG_SAP_SAP_TEXT_H

#include "base/port.h"
#include "sap/sap_status.h"

typedef enum SegSapEncoding
{
	SEG_SAP_UTF8,				/* code page 4110 */
	SEG_SAP_UTF16LE,			/* 4103 */
	SEG_SAP_UTF16BE,			/* 4102 */
	SEG_SAP_LATIN1,				/* 1100 */
	SEG_SAP_WIN1252,			/* 1160 */
} SegSapEncoding;

/* The bytes of a whole file; `at` is where the next line begins. */
typedef struct SegSapText
{
	const char *bytes;
	size_t		size;
	size_t		at;
	SegSapEncoding encoding;
} SegSapText;

/* Open IN bytes[size]; a byte order mark of the encoding is skipped. */
extern SegSapText seg_sap_text(const char *bytes, size_t size, SegSapEncoding encoding);

/*
 * The name of another encoding whose byte order mark IN bytes[size] begin with;
 * NULL when there is none.
 */
extern const char *seg_sap_other_mark(const char *bytes, size_t size, SegSapEncoding encoding);

/*
 * OUT raw, raw_size: the bytes of the next line without its line end (LF, CR LF or
 * CR).  False at the end.  The last line needs no line end.
 */
extern bool seg_sap_next_line(SegSapText *text, const char **raw, size_t *raw_size);

/* Room that seg_sap_decode needs for raw_size bytes. */
static inline size_t
seg_sap_decoded_size(size_t raw_size)
{
	return raw_size > SIZE_MAX / 3 ? SIZE_MAX : raw_size * 3;
}

/*
 * Decode a line into OUT text[seg_sap_decoded_size(raw_size)], size: valid UTF-8
 * without 0 bytes.  SEG_SAP_NOT_TEXT when the line is not valid in the encoding.
 */
extern SegSapStatus seg_sap_decode(SegSapEncoding encoding, const char *raw, size_t raw_size,
								   char *text, size_t *size);

/*
 * Does the UTF-8 text[size] contain one of U+0080 to U+009F?  Quotes and dashes of
 * Windows-1252 become these when they are read as Latin-1.
 */
extern bool seg_sap_has_control(const char *text, size_t size);

#endif							/* SEG_SAP_SAP_TEXT_H */
