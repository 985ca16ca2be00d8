/*
 * sap_text.c
 *		Bytes of an export file, line by line, as UTF-8; see sap_text.h.
 *
 * A Unicode SAP system writes UTF-8 (code page 4110) or UTF-16 (4103 little
 * endian, 4102 big endian).  An older system writes Latin-1 (1100) or, on Windows,
 * 1252 (1160).  PostgreSQL does not read UTF-16.  In UTF-16 a line end is a whole
 * code unit; the byte 0x0A alone can be half of a character.
 */
#include "sap/sap_text.h"

static size_t
unit_size(SegSapEncoding encoding)
{
	return encoding == SEG_SAP_UTF16LE || encoding == SEG_SAP_UTF16BE ? 2 : 1;
}

static unsigned int
unit_at(SegSapEncoding encoding, const char *bytes)
{
	const unsigned char *b = (const unsigned char *) bytes;

	switch (encoding)
	{
		case SEG_SAP_UTF16LE:
			return b[0] | (unsigned int) b[1] << 8;
		case SEG_SAP_UTF16BE:
			return b[1] | (unsigned int) b[0] << 8;
		case SEG_SAP_UTF8:
		case SEG_SAP_LATIN1:
		case SEG_SAP_WIN1252:
			break;
	}
	return b[0];
}

SegSapText
seg_sap_text(const char *bytes, size_t size, SegSapEncoding encoding)
{
	SegSapText	text = {bytes, size, 0, encoding};

	if (encoding == SEG_SAP_UTF8 && size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		text.at = 3;
	else if (unit_size(encoding) == 2 && size >= 2 && unit_at(encoding, bytes) == 0xFEFF)
		text.at = 2;
	return text;
}

const char *
seg_sap_other_mark(const char *bytes, size_t size, SegSapEncoding encoding)
{
	if (encoding != SEG_SAP_UTF8 && size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		return "UTF8";
	if (encoding != SEG_SAP_UTF16LE && size >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
		return "UTF16LE";
	if (encoding != SEG_SAP_UTF16BE && size >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
		return "UTF16BE";
	return NULL;
}

bool
seg_sap_has_control(const char *text, size_t size)
{
	const char *end = text + size;

	for (size_t step = 0; end - text >= 2 && (text = memchr(text, 0xC2, end - text - 1)) != NULL; step++)
	{
		unsigned char next = (unsigned char) text[1];

		seg_check_step(step);
		if (next >= 0x80 && next <= 0x9F)
			return true;
		text++;
	}
	return false;
}

/* The position of the next CR or LF in [at, size); size when there is none. */
static size_t
line_end(const SegSapText *text)
{
	size_t		unit = unit_size(text->encoding);
	size_t		at = text->at;

	for (; text->size - at >= unit; at += unit)
	{
		unsigned int c = unit_at(text->encoding, text->bytes + at);

		seg_check_step(at / unit);
		if (c == '\n' || c == '\r')
			return at;
	}
	return text->size;
}

bool
seg_sap_next_line(SegSapText *text, const char **raw, size_t *raw_size)
{
	size_t		unit = unit_size(text->encoding);
	size_t		end;

	if (text->at >= text->size)
		return false;
	end = line_end(text);
	*raw = text->bytes + text->at;
	*raw_size = end - text->at;
	text->at = end;
	if (end == text->size)
		return true;
	text->at += unit;
	if (unit_at(text->encoding, text->bytes + end) == '\r' && text->size - text->at >= unit &&
		unit_at(text->encoding, text->bytes + text->at) == '\n')
		text->at += unit;
	return true;
}

/* Write a code point to OUT out, which has room for four bytes; returns its size. */
static size_t
put_code_point(char *out, unsigned int c)
{
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xC0 | c >> 6);
		out[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (char) (0xE0 | c >> 12);
		out[1] = (char) (0x80 | (c >> 6 & 0x3F));
		out[2] = (char) (0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | c >> 18);
	out[1] = (char) (0x80 | (c >> 12 & 0x3F));
	out[2] = (char) (0x80 | (c >> 6 & 0x3F));
	out[3] = (char) (0x80 | (c & 0x3F));
	return 4;
}

/* Bytes of the valid UTF-8 character at text, or 0. */
static size_t
utf8_character(const unsigned char *text, size_t left)
{
	unsigned int c = text[0];
	size_t		size = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;

	if (size == 0 || size > left || c == 0)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) ||
		(c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
		return 0;				/* overlong, surrogate, beyond 10FFFF */
	return size;
}

static SegSapStatus
check_utf8(const char *raw, size_t raw_size)
{
	for (size_t i = 0, step = 0; i < raw_size; step++)
	{
		size_t		size = utf8_character((const unsigned char *) raw + i, raw_size - i);

		seg_check_step(step);
		if (size == 0)
			return SEG_SAP_NOT_TEXT;
		i += size;
	}
	return SEG_SAP_OK;
}

static SegSapStatus
decode_utf16(SegSapEncoding encoding, const char *raw, size_t raw_size, char *text, size_t *size)
{
	char	   *out = text;

	if (raw_size % 2 != 0)
		return SEG_SAP_NOT_TEXT;
	for (size_t i = 0; i < raw_size; i += 2)
	{
		unsigned int c = unit_at(encoding, raw + i);

		seg_check_step(i / 2);
		if (c >= 0xD800 && c < 0xDC00 && i + 2 < raw_size)
		{
			unsigned int low = unit_at(encoding, raw + i + 2);

			if (low < 0xDC00 || low > 0xDFFF)
				return SEG_SAP_NOT_TEXT;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			i += 2;
		}
		if (c == 0 || (c >= 0xD800 && c < 0xE000))
			return SEG_SAP_NOT_TEXT;
		out += put_code_point(out, c);
	}
	*size = out - text;
	return SEG_SAP_OK;
}

/* 0x80 to 0x9F of Windows-1252; 0 where it has no character. */
static const unsigned short windows_1252[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

static SegSapStatus
decode_bytes(SegSapEncoding encoding, const char *raw, size_t raw_size, char *text, size_t *size)
{
	char	   *out = text;

	for (size_t i = 0; i < raw_size; i++)
	{
		unsigned int c = (unsigned char) raw[i];

		seg_check_step(i);
		if (encoding == SEG_SAP_WIN1252 && c >= 0x80 && c <= 0x9F)
			c = windows_1252[c - 0x80];
		if (c == 0)
			return SEG_SAP_NOT_TEXT;
		out += put_code_point(out, c);
	}
	*size = out - text;
	return SEG_SAP_OK;
}

SegSapStatus
seg_sap_decode(SegSapEncoding encoding, const char *raw, size_t raw_size, char *text, size_t *size)
{
	SegSapStatus status;

	*size = 0;
	if (encoding == SEG_SAP_UTF16LE || encoding == SEG_SAP_UTF16BE)
		return decode_utf16(encoding, raw, raw_size, text, size);
	if (encoding != SEG_SAP_UTF8)
		return decode_bytes(encoding, raw, raw_size, text, size);
	status = check_utf8(raw, raw_size);
	if (status != SEG_SAP_OK)
		return status;
	memcpy(text, raw, raw_size);
	*size = raw_size;
	return SEG_SAP_OK;
}
