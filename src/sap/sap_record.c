/*
 * sap_record.c
 *		Records of delimited text; see sap_record.h.
 *
 * A quote is special only at the start of a field; 5" pipe is a name.  A field can
 * contain the delimiter, a doubled quote and line ends only inside quotes.  A
 * backslash is not special.
 */
#include "sap/sap_record.h"

#include "sap/sap_convert.h"

static SegSapCell
trimmed(const char *text, size_t size)
{
	seg_sap_trim(&text, &size);
	return (SegSapCell) {text, size};
}

bool
seg_sap_quote_is_open(SegSapDialect dialect, const char *line, size_t size, bool open)
{
	bool		at_start = !open;

	if (!open && (dialect.quote == '\0' || memchr(line, dialect.quote, size) == NULL))
		return false;
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (open && line[i] == dialect.quote)
		{
			if (i + 1 < size && line[i + 1] == dialect.quote)
				i++;
			else
				open = false;
		}
		else if (!open)
		{
			open = at_start && line[i] == dialect.quote;
			at_start = line[i] == dialect.delimiter;
		}
	}
	return open;
}

/*
 * Read the quoted field after the quote, and remove the quotes in place.  INOUT
 * at: after the opening quote, then after the closing quote and blanks.
 */
static SegSapStatus
take_quoted(SegSapDialect dialect, char *line, size_t size, size_t *at, SegSapCell *cell)
{
	size_t		from = *at;
	size_t		to = *at;
	size_t		i = *at;

	while (i < size)
	{
		seg_check_step(to);
		if (line[i] == dialect.quote)
		{
			if (i + 1 == size || line[i + 1] != dialect.quote)
				break;
			i++;
		}
		line[to++] = line[i++];
	}
	if (i == size)
		return SEG_SAP_OPEN_QUOTE;
	i++;
	while (i < size && line[i] == ' ' && dialect.delimiter != ' ')
		i++;
	if (i < size && line[i] != dialect.delimiter)
		return SEG_SAP_AFTER_QUOTE;
	*cell = trimmed(line + from, to - from);
	*at = i;
	return SEG_SAP_OK;
}

SegSapStatus
seg_sap_split(SegSapDialect dialect, char *line, size_t size,
			  SegSapCell *cells, size_t most, size_t *count)
{
	size_t		at = 0;

	*count = 0;
	for (;;)
	{
		if (*count == most)
			return SEG_SAP_TOO_MANY_FIELDS;
		if (dialect.quote != '\0' && at < size && line[at] == dialect.quote)
		{
			SegSapStatus status;

			at++;
			status = take_quoted(dialect, line, size, &at, &cells[*count]);
			if (status != SEG_SAP_OK)
				return status;
		}
		else
		{
			const char *end = size > at ? memchr(line + at, dialect.delimiter, size - at) : NULL;
			size_t		length = end != NULL ? (size_t) (end - line) - at : size - at;

			cells[*count] = trimmed(line + at, length);
			at += length;
		}
		(*count)++;
		if (at == size)
			return SEG_SAP_OK;
		at++;
	}
}

char
seg_sap_guess_delimiter(const char *line, size_t size, char quote)
{
	static const char candidates[] = {'\t', ';', '|', ','};
	size_t		counts[4] = {0};
	size_t		best = 3;
	bool		quoted = false;

	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (quote != '\0' && line[i] == quote)
			quoted = !quoted;
		for (size_t c = 0; c < 4 && !quoted; c++)
			counts[c] += line[i] == candidates[c];
	}
	for (size_t c = 0; c < 4; c++)
		if (counts[c] > counts[best])
			best = c;
	return candidates[best];
}
