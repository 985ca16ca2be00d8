/*
 * sap_text.h
 *		Bytes of an export file, line by line, as UTF-8.
 */
#ifndef SEG_CORE_SAP_TEXT_H
#define SEG_CORE_SAP_TEXT_H

#include "core/port.h"
#include "core/status.h"

typedef enum SegSapEncoding
{
	SEG_SAP_UTF8,				/* code page 4110 */
	SEG_SAP_UTF16LE,			/* 4103 */
	SEG_SAP_UTF16BE,			/* 4102 */
	SEG_SAP_LATIN1,				/* 1100 */
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
 * The next line: OUT *raw, *raw_size, its bytes without the line end (LF, CR LF
 * or CR).  False at the end; a last line needs no line end.
 */
extern bool seg_sap_next_line(SegSapText *text, const char **raw, size_t *raw_size);

/* Room that seg_sap_decode needs for raw_size bytes. */
static inline size_t
seg_sap_decoded_size(size_t raw_size)
{
	return raw_size > SIZE_MAX / 2 ? SIZE_MAX : raw_size * 2;
}

/*
 * Decode a line into OUT text[seg_sap_decoded_size(raw_size)], *size, as valid
 * UTF-8 without 0 bytes; SEG_SAP_NOT_TEXT when it is none.
 */
extern SegStatus seg_sap_decode(SegSapEncoding encoding, const char *raw, size_t raw_size,
								char *text, size_t *size);

#endif							/* SEG_CORE_SAP_TEXT_H */
