/*
 * chart_write.c
 *		Writes ASCII text into a buffer; see chart_write.h.
 */
#include "chart/chart_write.h"

#define REPLACEMENT 0xFFFD
#define LARGEST_COORDINATE 1e7

/* The number of bytes of the character that begins here; 0 if it is no UTF-8. */
static size_t
character_bytes(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first < 0xE0)
		return 2;
	if (first >= 0xE0 && first < 0xF0)
		return 3;
	if (first >= 0xF0 && first < 0xF5)
		return 4;
	return 0;
}

/* The code point at *at, which moves; bytes that are no UTF-8 are U+FFFD, one by one. */
static uint32_t
decode(const char **at, const char *end)
{
	const unsigned char *bytes = (const unsigned char *) *at;
	size_t		count = character_bytes(bytes[0]);
	uint32_t	code;

	if (count == 0 || count > (size_t) (end - *at))
	{
		(*at)++;
		return REPLACEMENT;
	}
	code = count == 1 ? bytes[0] : bytes[0] & (0x7F >> count);
	for (size_t i = 1; i < count; i++)
	{
		if ((bytes[i] & 0xC0) != 0x80)
		{
			(*at)++;
			return REPLACEMENT;
		}
		code = code << 6 | (bytes[i] & 0x3F);
	}
	*at += count;
	return code;
}

/* Marks that change the direction of text around them, and the byte order mark. */
static bool
is_direction_mark(uint32_t code)
{
	return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
		(code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

uint32_t
seg_next_character(const char **at, const char *end)
{
	while (*at < end)
	{
		uint32_t	code = decode(at, end);

		if (is_direction_mark(code))
			continue;
		if (code == '\t' || code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029)
			return ' ';
		if (code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0xD800 && code < 0xE000) ||
			(code & 0xFFFE) == 0xFFFE || code > 0x10FFFF)
			return REPLACEMENT;
		return code;
	}
	return 0;
}

static inline void
put(SegWriter *writer, char c)
{
	if (writer->length < writer->size)
		writer->buffer[writer->length] = c;
	writer->length++;
}

void
seg_write(SegWriter *writer, const char *ascii)
{
	for (; *ascii != '\0'; ascii++)
		put(writer, *ascii);
}

static void
write_integer(SegWriter *writer, uint64_t number)
{
	char		digits[20];
	int			count = 0;

	do
		digits[count++] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		put(writer, digits[--count]);
}

void
seg_write_text(SegWriter *writer, const char *utf8, size_t bytes)
{
	const char *at = utf8;
	uint32_t	code;

	while ((code = seg_next_character(&at, utf8 + bytes)) != 0)
		switch (code)
		{
			case '&':
				seg_write(writer, "&amp;");
				break;
			case '<':
				seg_write(writer, "&lt;");
				break;
			case '>':
				seg_write(writer, "&gt;");
				break;
			case '"':
				seg_write(writer, "&quot;");
				break;
			case '\'':
				seg_write(writer, "&#39;");
				break;
			default:
				if (code < 0x80)
				{
					put(writer, (char) code);
					break;
				}
				seg_write(writer, "&#");
				write_integer(writer, code);
				put(writer, ';');
		}
}

void
seg_write_number(SegWriter *writer, double value)
{
	uint64_t	hundredths;

	if (!(fabs(value) <= LARGEST_COORDINATE))
		value = value < 0 ? -LARGEST_COORDINATE : LARGEST_COORDINATE;
	hundredths = (uint64_t) (fabs(value) * 100 + 0.5);
	if (value < 0 && hundredths > 0)
		put(writer, '-');
	write_integer(writer, hundredths / 100);
	if (hundredths % 100 == 0)
		return;
	put(writer, '.');
	put(writer, (char) ('0' + hundredths / 10 % 10));
	if (hundredths % 10 > 0)
		put(writer, (char) ('0' + hundredths % 10));
}

void
seg_write_attribute(SegWriter *writer, const char *name, double value)
{
	put(writer, ' ');
	seg_write(writer, name);
	seg_write(writer, "=\"");
	seg_write_number(writer, value);
	put(writer, '"');
}
