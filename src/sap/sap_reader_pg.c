/*
 * sap_reader_pg.c
 *		The lines of an import as header and records; see sap_reader_pg.h.
 *
 * A quoted field can contain line breaks, but only up to a limit; otherwise one
 * unpaired quote would make a single field of the rest of the file.  When a quote
 * is not closed within the limit, only its line is refused, and reading continues
 * with the next line.
 */
#include "sap/sap_reader_pg.h"

#define HEADER_LINES 100
#define MOST_OPEN_LINES 1000
#define MOST_OPEN_BYTES (1024 * 1024)

/* The next line of the source, without a final CR and without a byte order mark. */
static bool
next_source_line(SegSapSource *source, SegSapLine *line)
{
	if (!seg_sap_source_next(source, line))
		return false;
	if (line->status != SEG_SAP_OK)
		return true;
	if (line->size > 0 && line->text[line->size - 1] == '\r')
		line->size--;
	if (line->size >= 3 && memcmp(line->text, "\xEF\xBB\xBF", 3) == 0)
	{
		line->text += 3;
		line->size -= 3;
	}
	return true;
}

/* The next line; held lines come first. */
static bool
next_line(SegSapReader *reader, SegSapLine *line)
{
	if (reader->held_next < reader->held_count)
	{
		SegSapHeldLine *held = &reader->held[reader->held_next++];

		*line = (SegSapLine) {held->number, held->text, held->size, held->status};
		return true;
	}
	if (reader->held != NULL)
	{
		for (int i = 0; i < reader->held_count; i++)
			pfree(reader->held[i].text);
		pfree(reader->held);
		reader->held = NULL;
		reader->held_count = reader->held_next = 0;
	}
	return next_source_line(reader->source, line);
}

static SegSapHeldLine
hold(const SegSapLine *line)
{
	SegSapHeldLine held = {line->number, palloc(line->size + 1), line->size, line->status};

	CHECK_FOR_INTERRUPTS();
	if (line->status == SEG_SAP_OK)
		memcpy(held.text, line->text, line->size);
	else
		held.size = 0;
	return held;
}

/* ---- opening ------------------------------------------------------------------ */

static void
copy_names(SegSapReader *reader)
{
	for (size_t i = 0; i < reader->name_count; i++)
	{
		reader->names[i].text = pnstrdup(reader->names[i].text, reader->names[i].size);
		reader->named += reader->names[i].size > 0;
	}
}

SegSapReader *
seg_sap_reader_open(SegSapSource *source, const SegSapOptions *options,
					const SegSapNames *names, bool any_name, SegSapCounts *counts)
{
	SegSapReader *reader = palloc0(sizeof(SegSapReader));
	SegSapLine	line;
	int			at;
	int			lines;

	reader->source = source;
	reader->counts = counts;
	reader->known = names;
	initStringInfo(&reader->raw);
	initStringInfo(&reader->work);
	reader->held = palloc(HEADER_LINES * sizeof(SegSapHeldLine));
	while (reader->held_count < HEADER_LINES && next_source_line(source, &line))
	{
		seg_sap_check_mark(&line);
		reader->held[reader->held_count++] = hold(&line);
	}
	lines = reader->held_count;
	reader->layout = seg_sap_layout_of(reader, options);
	at = seg_sap_find_header(reader, options, any_name);
	if (at >= 0)
	{
		seg_sap_refuse_second_header(reader, options, at);
		seg_sap_take_header(reader, options, &reader->held[at]);
	}
	if (at < 0 || seg_sap_is_undivided(reader, options))
		seg_sap_refuse_headless(reader, lines);
	copy_names(reader);
	counts->lines_skipped += at;
	reader->held_next = at + 1;
	return reader;
}

bool
seg_sap_reader_is_list(const SegSapReader *reader)
{
	return reader->layout == SEG_SAP_LAYOUT_LIST;
}

const SegSapCell *
seg_sap_reader_names(const SegSapReader *reader, size_t *count)
{
	*count = reader->name_count;
	return reader->names;
}

/* ---- records ------------------------------------------------------------------ */

/*
 * A line without a record: a blank one, and in a list a line that neither begins
 * nor ends with a bar.
 */
static bool
is_skipped(const SegSapReader *reader, const SegSapLine *line)
{
	const char *text = line->text;
	size_t		size = line->size;

	if (line->status != SEG_SAP_OK)
		return false;
	seg_sap_trim(&text, &size);
	if (size == 0)
		return true;
	if (reader->layout == SEG_SAP_LAYOUT_LIST)
		return seg_sap_is_list_rule(text, size) || (text[0] != '|' && text[size - 1] != '|');
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (text[i] != reader->dialect.delimiter && text[i] != ' ')
			return false;
	}
	return true;
}

/* Hold the lines of the record after the first one, to read them again. */
static void
hold_open_lines(SegSapReader *reader)
{
	int			left = reader->held_count - reader->held_next;
	SegSapHeldLine *held = palloc((reader->open_count + left + 1) * sizeof(SegSapHeldLine));

	memcpy(held, reader->open_lines, reader->open_count * sizeof(SegSapHeldLine));
	if (left > 0)
		memcpy(held + reader->open_count, reader->held + reader->held_next, left * sizeof(SegSapHeldLine));
	for (int i = 0; i < reader->held_next; i++)
		pfree(reader->held[i].text);
	if (reader->held != NULL)
		pfree(reader->held);
	reader->held = held;
	reader->held_count = reader->open_count + left;
	reader->held_next = 0;
	reader->open_count = 0;
}

/* Append to raw the lines up to the closing quote; false when it is not found. */
static bool
append_open_lines(SegSapReader *reader)
{
	bool		open = true;
	SegSapLine	line;

	if (reader->open_lines == NULL)
		reader->open_lines = palloc(MOST_OPEN_LINES * sizeof(SegSapHeldLine));
	while (open && reader->open_count < MOST_OPEN_LINES && reader->raw.len < MOST_OPEN_BYTES &&
		   next_line(reader, &line))
	{
		reader->open_lines[reader->open_count++] = hold(&line);
		if (line.status != SEG_SAP_OK)
			break;
		appendStringInfoChar(&reader->raw, '\n');
		appendBinaryStringInfo(&reader->raw, line.text, line.size);
		open = seg_sap_quote_is_open(reader->dialect, line.text, line.size, true);
	}
	return !open;
}

static void
free_open_lines(SegSapReader *reader)
{
	while (reader->open_count > 0)
		pfree(reader->open_lines[--reader->open_count].text);
}

/*
 * Split raw, after appending the lines of a quoted field.  When the result is not
 * valid, the quote is an unpaired one, and raw is the first line alone again.
 */
static SegSapStatus
split_delimited(SegSapReader *reader)
{
	SegSapRecord *record = &reader->record;
	int			first_size = reader->raw.len;
	SegSapStatus status = SEG_SAP_OPEN_QUOTE;

	if (!seg_sap_quote_is_open(reader->dialect, reader->raw.data, reader->raw.len, false) ||
		append_open_lines(reader))
	{
		CHECK_FOR_INTERRUPTS();
		resetStringInfo(&reader->work);
		appendBinaryStringInfo(&reader->work, reader->raw.data, reader->raw.len);
		status = seg_sap_split(reader->dialect, reader->work.data, reader->work.len,
							   record->cells, SEG_SAP_MAX_FIELDS, &record->count);
	}
	if (reader->open_count > 0 && (status == SEG_SAP_OPEN_QUOTE || status == SEG_SAP_AFTER_QUOTE))
	{
		hold_open_lines(reader);
		reader->raw.len = first_size;
		reader->raw.data[first_size] = '\0';
		status = SEG_SAP_OPEN_QUOTE;
	}
	free_open_lines(reader);
	return status;
}

static SegSapStatus
split_record(SegSapReader *reader)
{
	SegSapRecord *record = &reader->record;

	CHECK_FOR_INTERRUPTS();
	if (reader->layout == SEG_SAP_LAYOUT_LIST)
	{
		record->count = reader->list.fields;
		return seg_sap_list_cut(&reader->list, reader->raw.data, reader->raw.len, record->cells);
	}
	return split_delimited(reader);
}

/* The next line that can contain a record; false at the end. */
static bool
next_record_line(SegSapReader *reader, SegSapLine *line)
{
	while (next_line(reader, line))
	{
		if (!is_skipped(reader, line))
			return true;
		reader->counts->lines_skipped++;
	}
	return false;
}

bool
seg_sap_reader_next(SegSapReader *reader, SegSapRecord **record)
{
	SegSapLine	line;

	while (next_record_line(reader, &line))
	{
		resetStringInfo(&reader->raw);
		reader->record.line_no = line.number;
		reader->record.count = 0;
		reader->record.status = line.status;
		reader->record.own_name = -1;
		reader->record.raw = reader->raw.data;
		*record = &reader->record;
		if (line.status != SEG_SAP_OK)
			return true;
		appendBinaryStringInfo(&reader->raw, line.text, line.size);
		reader->record.status = split_record(reader);
		reader->record.raw = reader->raw.data;
		if (!seg_sap_is_header_again(reader))
			return true;
		reader->counts->lines_skipped++;
	}
	return false;
}
