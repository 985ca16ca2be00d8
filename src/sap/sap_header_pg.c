/*
 * sap_header_pg.c
 *		The search for headers; see sap_header_pg.h.
 *
 * Titles and selections can precede the header, so of the first hundred lines
 * the one with the most known names is the header.  After it, a line with the
 * same names is the header of the next page.  A line with other known names is
 * the header of another table, whose lines are refused.
 */
#include "sap/sap_header_pg.h"

#include "sap/sap_fault_pg.h"

/* The byte order marks of UTF-8 and UTF-16, as they look when they were read as Latin-1. */
void
seg_sap_check_mark(const SegSapLine *line)
{
	bool		is_utf8 = line->status == SEG_SAP_OK && line->size >= 6 &&
		memcmp(line->text, "\xC3\xAF\xC2\xBB\xC2\xBF", 6) == 0;
	bool		is_utf16 = line->status == SEG_SAP_OK && line->size >= 4 &&
		(memcmp(line->text, "\xC3\xBF\xC3\xBE", 4) == 0 || memcmp(line->text, "\xC3\xBE\xC3\xBF", 4) == 0);

	if (is_utf8 || is_utf16)
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("lines are in %s, but were read as Latin-1", is_utf8 ? "UTF-8" : "UTF-16"),
				 is_utf8 ? errhint("Load the staging table again with ENCODING 'UTF8'.") :
				 errhint("Convert the file to UTF-8, or pass its bytes to sap_import with encoding UTF16LE.")));
}

static SegSapDialect
dialect_of(const SegSapOptions *options, const SegSapHeldLine *line)
{
	SegSapDialect dialect = {options->delimiter, options->quote};

	if (dialect.delimiter == '\0')
		dialect.delimiter = seg_sap_guess_delimiter(line->text, line->size, dialect.quote);
	return dialect;
}

bool
seg_sap_take_header(SegSapReader *reader, const SegSapOptions *options, const SegSapHeldLine *line)
{
	SegSapStatus status;

	if (line->status != SEG_SAP_OK || seg_sap_is_blank(line->text, line->size) ||
		(reader->layout == SEG_SAP_LAYOUT_LIST && seg_sap_is_list_rule(line->text, line->size)))
		return false;
	if (reader->layout == SEG_SAP_LAYOUT_LIST)
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
	return status == SEG_SAP_OK;
}

int
seg_sap_find_header(SegSapReader *reader, const SegSapOptions *options, bool any_name)
{
	int			best = -1;
	size_t		best_score = 0;
	int			first = -1;

	for (int i = 0; i < reader->held_count; i++)
	{
		size_t		found;

		if (!seg_sap_take_header(reader, options, &reader->held[i]))
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

SegSapLayout
seg_sap_layout_of(const SegSapReader *reader, const SegSapOptions *options)
{
	if (options->layout != SEG_SAP_LAYOUT_AUTO)
		return options->layout;
	for (int i = 0; i < reader->held_count; i++)
	{
		const SegSapHeldLine *line = &reader->held[i];

		if (line->status == SEG_SAP_OK && seg_sap_is_list_row(line->text, line->size))
			return SEG_SAP_LAYOUT_LIST;
	}
	return SEG_SAP_LAYOUT_DELIMITED;
}

void
seg_sap_refuse_headless(const SegSapReader *reader, int lines)
{
	if (lines == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no lines to import")));
	for (int i = 0; i < lines; i++)
	{
		SegSapFault fault;

		if (reader->held[i].status == SEG_SAP_OK)
			continue;
		fault = seg_sap_fault(reader->held[i].status);
		ereport(ERROR,
				(errcode(fault.sqlstate),
				 errmsg("no header found; line " INT64_FORMAT " cannot be read: %s",
						reader->held[i].number, fault.reason),
				 fault.hint != NULL ? errhint("%s", fault.hint) : 0));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("no header found in the first %d lines", lines),
			 errdetail("No line contains the name of a column of the target or of a known field."),
			 errhint("Export with technical field names, list the labels in the option mapping, or set the delimiter.")));
}

/* A header before the header belongs to another table, or is the first part of a wrapped header. */
void
seg_sap_refuse_second_header(SegSapReader *reader, const SegSapOptions *options, int at)
{
	size_t		most = reader->layout == SEG_SAP_LAYOUT_LIST ? 1 : 2;

	for (int i = 0; i < at; i++)
		if (seg_sap_take_header(reader, options, &reader->held[i]) &&
			seg_sap_names_only(reader->known, reader->names, reader->name_count) >= most)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("lines " INT64_FORMAT " and " INT64_FORMAT " are both headers",
							reader->held[i].number, reader->held[at].number),
					 errhint("Import each table separately, and export lists without line breaks inside a row.")));
}

/* One unknown name: the line was split at a wrong delimiter, or read in a wrong encoding. */
bool
seg_sap_is_undivided(const SegSapReader *reader, const SegSapOptions *options)
{
	return reader->layout == SEG_SAP_LAYOUT_DELIMITED && reader->name_count == 1 && options->delimiter == '\0' &&
		seg_sap_names_known(reader->known, reader->names, reader->name_count) == 0;
}

/* ---- headers after the header ---------------------------------------------------- */

/*
 * How many cells repeat the name of their column?  OUT filled: cells that are not
 * blank; words: cells that repeat a name of three letters or more, which are hardly
 * values; own: the last cell that repeats its name.
 */
static size_t
own_names(const SegSapReader *reader, const SegSapCell *cells, size_t count, size_t *filled, size_t *words, int *own)
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

/* A row that does not match the list may be a header with other widths: split it at its own bars. */
static bool
cut_as_header(SegSapReader *reader)
{
	SegSapRecord *record = &reader->record;

	if (reader->layout != SEG_SAP_LAYOUT_LIST || record->status != SEG_SAP_NO_FIT ||
		seg_sap_list_header(&reader->other_list, reader->raw.data, reader->raw.len, record->cells) != SEG_SAP_OK)
		return false;
	record->count = reader->other_list.fields;
	return true;
}

bool
seg_sap_is_header_again(SegSapReader *reader)
{
	SegSapRecord *record = &reader->record;
	bool		has_other_widths = cut_as_header(reader);
	size_t		filled;
	size_t		words;
	size_t		own;

	if (record->status == SEG_SAP_OK || has_other_widths)
	{
		own = own_names(reader, record->cells, record->count, &filled, &words, &record->own_name);
		if (own > 0 && own == filled && own == reader->named)
		{
			/* the page may have other widths */
			if (reader->layout == SEG_SAP_LAYOUT_LIST)
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
