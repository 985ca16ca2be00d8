/*
 * sap_text.h
 *		Bytes of an export file, line by line, as UTF-8.
 */
#ifndef SEG_SAP_SAP_TEXT_H
#define SEG_SAP_SAP_TEXT_H

#include "base/port.h"
#include "base/status.h"

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

/* Opens bytes[size]; a byte order mark of the encoding is passed over. */
extern SegSapText seg_sap_text(const char *bytes, size_t size, SegSapEncoding encoding);

/*
 * The encoding, by name, whose byte order mark bytes[size] begin with although
 * they are said to be in another; NULL: none.
 */
extern const char *seg_sap_other_mark(const char *bytes, size_t size, SegSapEncoding encoding);

/*
 * The next line: OUT *raw, *raw_size, its bytes without the line end (LF, CR LF
 * or CR).  False at the end; a last line needs no line end.
 */
extern bool seg_sap_next_line(SegSapText *text, const char **raw, size_t *raw_size);

/* Room that seg_sap_decode needs for raw_size bytes. */
static inline size_t
seg_sap_decoded_size(size_t raw_size)
{
	return raw_size > SIZE_MAX / 3 ? SIZE_MAX : raw_size * 3;
}

/*
 * Decode a line into OUT text[seg_sap_decoded_size(raw_size)], *size, as valid
 * UTF-8 without 0 bytes; SEG_SAP_NOT_TEXT when it is none.
 */
extern SegStatus seg_sap_decode(SegSapEncoding encoding, const char *raw, size_t raw_size,
								char *text, size_t *size);

/*
 * Has the UTF-8 text[size] one of U+0080 to U+009F?  These are what the quotes
 * and dashes of Windows-1252 become when they are read as Latin-1.
 */
extern bool seg_sap_has_control(const char *text, size_t size);

#endif							/* SEG_SAP_SAP_TEXT_H */
