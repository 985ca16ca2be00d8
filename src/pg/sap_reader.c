/*
 * sap_reader.c
 *		The header of an export file and its records.
 *
 * Titles and selections may stand before the header, so the first hundred lines
 * are looked at and the one with the most known names is taken.  Below it, a
 * line of the same names is the header of the next page, and one of other names
 * begins another table, of which nothing is taken.
 * A quote may stay open over lines, but not for ever: an odd quote would
 * swallow the file.  When it is not closed in time, only the line that opened
 * it is refused, and reading goes on with the line after it.
 */
#include "pg/sap_import.h"

#include "lib/stringinfo.h"

#include "pg/sap_fault.h"

#define HEADER_LINES 100
#define MOST_OPEN_LINES 1000
#define MOST_OPEN_BYTES (1024 * 1024)

/* A line that was read ahead. */
typedef struct HeldLine
{
	int64		number;
	char	   *text;
	size_t		size;
	SegStatus	status;
} HeldLine;

struct SapReader
{
	SapSource  *source;
	SapCounts  *counts;
	SapLayout	layout;			/* LIST or DELIMITED */
	SegSapDialect dialect;
	SegSapList	list;
	SegSapList	other_list;		/* of a line that may be another header */
	const SapNames *known;
	SegSapCell	names[SEG_SAP_MAX_FIELDS];
	size_t		name_count;
	size_t		named;			/* names that are not blank */
	bool		below_other;	/* another header was the last */

	HeldLine   *held;			/* lines to be read before the source */
	int			held_count;
	int			held_next;

	HeldLine   *open_lines;		/* of the record, behind its first line */
	int			open_count;

	StringInfoData raw;			/* the record's lines */
	StringInfoData work;		/* a copy in which quotes are undone */
	SapRecord	record;
};

static bool
is_blank(const char *text, size_t size)
{
	seg_sap_trim(&text, &size);
	return size == 0;
}

/* A line of the source without CR at its end and without a byte order mark. */
static bool
next_source_line(SapSource *source, SapLine *line)
{
	if (!seg_sap_source_next(source, line))
		return false;
	if (line->status != SEG_OK)
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

/* The next line; those read ahead come first. */
static bool
next_line(SapReader *reader, SapLine *line)
{
	if (reader->held_next < reader->held_count)
	{
		HeldLine   *held = &reader->held[reader->held_next++];

		*line = (SapLine) {held->number, held->text, held->size, held->status};
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

static HeldLine
hold(const SapLine *line)
{
	HeldLine	held = {line->number, palloc(line->size + 1), line->size, line->status};

	CHECK_FOR_INTERRUPTS();
	if (line->status == SEG_OK)
		memcpy(held.text, line->text, line->size);
	else
		held.size = 0;
	return held;
}

/* ---- the header -------------------------------------------------------------- */

/* Marks of Unicode as they look when they were read as Latin-1. */
static void
check_byte_order_mark(const SapLine *line)
{
	bool		is_utf8 = line->status == SEG_OK && line->size >= 6 &&
		memcmp(line->text, "\xC3\xAF\xC2\xBB\xC2\xBF", 6) == 0;
	bool		is_utf16 = line->status == SEG_OK && line->size >= 4 &&
		(memcmp(line->text, "\xC3\xBF\xC3\xBE", 4) == 0 || memcmp(line->text, "\xC3\xBE\xC3\xBF", 4) == 0);

	if (is_utf8 || is_utf16)
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("lines are %s, but were read as Latin-1", is_utf8 ? "UTF-8" : "UTF-16"),
				 is_utf8 ? errhint("Load the staging table again, with ENCODING 'UTF8'.") :
				 errhint("Convert the file, or hand its bytes to sap_import with encoding UTF16LE.")));
}

static SegSapDialect
dialect_of(const SapOptions *options, const HeldLine *line)
{
	SegSapDialect dialect = {options->delimiter, options->quote};

	if (dialect.delimiter == '\0')
		dialect.delimiter = seg_sap_guess_delimiter(line->text, line->size, dialect.quote);
	return dialect;
}

/* Read a line as the header, into the reader; false when it cannot be one. */
static bool
take_header(SapReader *reader, const SapOptions *options, const HeldLine *line)
{
	SegStatus	status;

	if (line->status != SEG_OK || is_blank(line->text, line->size) ||
		(reader->layout == SAP_LAYOUT_LIST && seg_sap_is_list_rule(line->text, line->size)))
		return false;
	if (reader->layout == SAP_LAYOUT_LIST)
	{
		status = seg_sap_list_header(&reader->list, line->text, line->size, reader->names);
		reader->name_count = reader->list.fields;
	}
	else
	{
		resetStringInfo(&reader->work);
		appendBinaryStringInfo(&reader->work, line->text, line->size);
		reader->dialect = dialect_of(options, line);
		status = seg_sap_split(reader->dialect, reader->work.data, reader->work.len,
							   reader->names, SEG_SAP_MAX_FIELDS, &reader->name_count);
	}
	return status == SEG_OK;
}

/* Index of the header line among held, or -1. */
static int
find_header(SapReader *reader, const SapOptions *options, bool any_name)
{
	int			best = -1;
	size_t		best_score = 0;
	int			first = -1;

	for (int i = 0; i < reader->held_count; i++)
	{
		size_t		found;

		if (!take_header(reader, options, &reader->held[i]))
			continue;
		if (first < 0)
			first = i;
		found = seg_sap_names_known(reader->known, reader->names, reader->name_count);
		if (found > best_score)
		{
			best = i;
			best_score = found;
		}
	}
	return best < 0 && any_name ? first : best;
}

static SapLayout
layout_of(const SapReader *reader, const SapOptions *options)
{
	if (options->layout != SAP_LAYOUT_AUTO)
		return options->layout;
	for (int i = 0; i < reader->held_count; i++)
	{
		const HeldLine *line = &reader->held[i];

		if (line->status == SEG_OK && seg_sap_is_list_row(line->text, line->size))
			return SAP_LAYOUT_LIST;
	}
	return SAP_LAYOUT_DELIMITED;
}

static void
copy_names(SapReader *reader)
{
	for (size_t i = 0; i < reader->name_count; i++)
	{
		reader->names[i].text = pnstrdup(reader->names[i].text, reader->names[i].size);
		reader->named += reader->names[i].size > 0;
	}
}

static void
refuse_headless(const SapReader *reader, int looked_at)
{
	if (looked_at == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no lines to import")));
	for (int i = 0; i < looked_at; i++)
	{
		SegSapFault fault;

		if (reader->held[i].status == SEG_OK)
			continue;
		fault = seg_sap_fault(reader->held[i].status);
		ereport(ERROR,
				(errcode(fault.sqlstate),
				 errmsg("there is no header, and line " INT64_FORMAT " cannot be read: %s",
						reader->held[i].number, fault.reason),
				 fault.hint != NULL ? errhint("%s", fault.hint) : 0));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no header in the first %d lines", looked_at),
			 errdetail("No line names a column of the target or a known field."),
			 errhint("Export with technical names, or name the labels in the option mapping, or the delimiter.")));
}

/* A header above the header is one of another table, or the first half of a wrapped one. */
static void
refuse_second_header(SapReader *reader, const SapOptions *options, int at)
{
	size_t		most = reader->layout == SAP_LAYOUT_LIST ? 1 : 2;

	for (int i = 0; i < at; i++)
		if (take_header(reader, options, &reader->held[i]) &&
			seg_sap_names_only(reader->known, reader->names, reader->name_count) >= most)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("lines " INT64_FORMAT " and " INT64_FORMAT " both look like headers",
							reader->held[i].number, reader->held[at].number),
					 errhint("Import each table by itself; a list must not wrap its lines.")));
}

/* One unknown word is the whole line, cut at a delimiter that it does not have or read in a wrong encoding. */
static bool
is_undivided(const SapReader *reader, const SapOptions *options)
{
	return reader->layout == SAP_LAYOUT_DELIMITED && reader->name_count == 1 && options->delimiter == '\0' &&
		seg_sap_names_known(reader->known, reader->names, reader->name_count) == 0;
}

SapReader *
seg_sap_reader_open(SapSource *source, const SapOptions *options,
					const SapNames *names, bool any_name, SapCounts *counts)
{
	SapReader  *reader = palloc0(sizeof(SapReader));
	SapLine		line;
	int			at;
	int			looked_at;

	reader->source = source;
	reader->counts = counts;
	reader->known = names;
	initStringInfo(&reader->raw);
	initStringInfo(&reader->work);
	reader->held = palloc(HEADER_LINES * sizeof(HeldLine));
	while (reader->held_count < HEADER_LINES && next_source_line(source, &line))
	{
		check_byte_order_mark(&line);
		reader->held[reader->held_count++] = hold(&line);
	}
	looked_at = reader->held_count;
	reader->layout = layout_of(reader, options);
	at = find_header(reader, options, any_name);
	if (at >= 0)
	{
		refuse_second_header(reader, options, at);
		take_header(reader, options, &reader->held[at]);
	}
	if (at < 0 || is_undivided(reader, options))
		refuse_headless(reader, looked_at);
	copy_names(reader);
	counts->lines_skipped += at;
	reader->held_next = at + 1;
	return reader;
}

bool
seg_sap_reader_is_list(const SapReader *reader)
{
	return reader->layout == SAP_LAYOUT_LIST;
}

const SegSapCell *
seg_sap_reader_names(const SapReader *reader, size_t *count)
{
	*count = reader->name_count;
	return reader->names;
}

/* ---- records ------------------------------------------------------------------ */

/*
 * A line that holds no record: a blank one, and in a list whatever neither
 * begins nor ends as a row does.
 */
static bool
is_skipped(const SapReader *reader, const SapLine *line)
{
	const char *text = line->text;
	size_t		size = line->size;

	if (line->status != SEG_OK)
		return false;
	seg_sap_trim(&text, &size);
	if (size == 0)
		return true;
	if (reader->layout == SAP_LAYOUT_LIST)
		return seg_sap_is_list_rule(text, size) || (text[0] != '|' && text[size - 1] != '|');
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (text[i] != reader->dialect.delimiter && text[i] != ' ')
			return false;
	}
	return true;
}

/* Give the record's lines but the first back, to be read again before all others. */
static void
give_back_open_lines(SapReader *reader)
{
	int			left = reader->held_count - reader->held_next;
	HeldLine   *held = palloc((reader->open_count + left + 1) * sizeof(HeldLine));

	memcpy(held, reader->open_lines, reader->open_count * sizeof(HeldLine));
	if (left > 0)
		memcpy(held + reader->open_count, reader->held + reader->held_next, left * sizeof(HeldLine));
	for (int i = 0; i < reader->held_next; i++)
		pfree(reader->held[i].text);
	if (reader->held != NULL)
		pfree(reader->held);
	reader->held = held;
	reader->held_count = reader->open_count + left;
	reader->held_next = 0;
	reader->open_count = 0;
}

/* Append to raw the lines that an open quote keeps together with it; is it closed? */
static bool
append_open_lines(SapReader *reader)
{
	bool		open = true;
	SapLine		line;

	if (reader->open_lines == NULL)
		reader->open_lines = palloc(MOST_OPEN_LINES * sizeof(HeldLine));
	while (open && reader->open_count < MOST_OPEN_LINES && reader->raw.len < MOST_OPEN_BYTES &&
		   next_line(reader, &line))
	{
		reader->open_lines[reader->open_count++] = hold(&line);
		if (line.status != SEG_OK)
			break;
		appendStringInfoChar(&reader->raw, '\n');
		appendBinaryStringInfo(&reader->raw, line.text, line.size);
		open = seg_sap_quote_is_open(reader->dialect, line.text, line.size, true);
	}
	return !open;
}

static void
forget_open_lines(SapReader *reader)
{
	while (reader->open_count > 0)
		pfree(reader->open_lines[--reader->open_count].text);
}

/*
 * Split raw, which may grow by lines that a quote keeps together.  When that
 * makes no sense, the quote was an odd one: raw is its line alone again.
 */
static SegStatus
split_delimited(SapReader *reader)
{
	SapRecord  *record = &reader->record;
	int			first_size = reader->raw.len;
	SegStatus	status = SEG_SAP_OPEN_QUOTE;

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
		give_back_open_lines(reader);
		reader->raw.len = first_size;
		reader->raw.data[first_size] = '\0';
		status = SEG_SAP_OPEN_QUOTE;
	}
	forget_open_lines(reader);
	return status;
}

static SegStatus
split_record(SapReader *reader)
{
	SapRecord  *record = &reader->record;

	CHECK_FOR_INTERRUPTS();
	if (reader->layout == SAP_LAYOUT_LIST)
	{
		record->count = reader->list.fields;
		return seg_sap_list_cut(&reader->list, reader->raw.data, reader->raw.len, record->cells);
	}
	return split_delimited(reader);
}

/* ---- headers below the header ---------------------------------------------------- */

/*
 * How many cells repeat the name of their column?  *filled are not blank; *words
 * repeat one of three letters or more, which is hardly a value; *own is the last.
 */
static size_t
own_names(const SapReader *reader, const SegSapCell *cells, size_t count, size_t *filled, size_t *words, int *own)
{
	size_t		found = 0;

	*filled = 0;
	*words = 0;
	*own = -1;
	for (size_t i = 0; i < count; i++)
	{
		if (cells[i].size == 0)
			continue;
		(*filled)++;
		if (i >= reader->name_count || cells[i].size != reader->names[i].size ||
			!seg_sap_same_name(&cells[i], &reader->names[i]))
			continue;
		found++;
		*words += cells[i].size >= 3;
		*own = (int) i;
	}
	return found;
}

/* A row of a list that does not fit may be a header with other widths: its own cells. */
static bool
cut_as_header(SapReader *reader)
{
	SapRecord  *record = &reader->record;

	if (reader->layout != SAP_LAYOUT_LIST || record->status != SEG_SAP_NO_FIT ||
		seg_sap_list_header(&reader->other_list, reader->raw.data, reader->raw.len, record->cells) != SEG_OK)
		return false;
	record->count = reader->other_list.fields;
	return true;
}

/*
 * Is the record the header again?  Otherwise its status tells whether it is
 * another header, or below one.
 */
static bool
is_header_again(SapReader *reader)
{
	SapRecord  *record = &reader->record;
	bool		has_other_widths = cut_as_header(reader);
	size_t		filled;
	size_t		words;
	size_t		own;

	if (record->status == SEG_OK || has_other_widths)
	{
		own = own_names(reader, record->cells, record->count, &filled, &words, &record->own_name);
		if (own > 0 && own == filled && own == reader->named)
		{
			/* the page may have other widths */
			if (reader->layout == SAP_LAYOUT_LIST)
				(void) seg_sap_list_header(&reader->list, reader->raw.data, reader->raw.len, record->cells);
			reader->below_other = false;
			return true;
		}
		if (seg_sap_names_only(reader->known, record->cells, record->count) >= 2)
		{
			reader->below_other = true;
			record->status = SEG_SAP_OTHER_HEADER;
			return false;
		}
		if (words >= 2 && !has_other_widths)
			record->status = SEG_SAP_OWN_NAME;
	}
	if (reader->below_other)
		record->status = SEG_SAP_BELOW_OTHER_HEADER;
	return false;
}

/* The next line that may hold a record; false at the end. */
static bool
next_record_line(SapReader *reader, SapLine *line)
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
seg_sap_reader_next(SapReader *reader, SapRecord **record)
{
	SapLine		line;

	while (next_record_line(reader, &line))
	{
		resetStringInfo(&reader->raw);
		reader->record.line_no = line.number;
		reader->record.count = 0;
		reader->record.status = line.status;
		reader->record.own_name = -1;
		reader->record.raw = reader->raw.data;
		*record = &reader->record;
		if (line.status != SEG_OK)
			return true;
		appendBinaryStringInfo(&reader->raw, line.text, line.size);
		reader->record.status = split_record(reader);
		reader->record.raw = reader->raw.data;
		if (!is_header_again(reader))
			return true;
		reader->counts->lines_skipped++;
	}
	return false;
}
