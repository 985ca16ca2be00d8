/*
 * sap_source_pg.c
 *		The lines of an import; see sap_source_pg.h.
 *
 * The staging table is read through a cursor, so memory does not grow with it.
 * The caller's privileges and row security apply.
 */
#include "sap/sap_source_pg.h"

#include "access/detoast.h"
#include "catalog/namespace.h"
#include "common/int.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "sap/sap_encoding_pg.h"
#include "sap/sap_table_pg.h"

#define LINES_PER_FETCH 1000

/* In bytes; copying a line cannot be cancelled. */
#define LONGEST_LINE ((size_t) 64 << 20)

struct SegSapSource
{
	MemoryContext context;		/* of buffer */
	char	   *buffer;			/* the current line, when it was converted */
	size_t		buffer_size;

	/* a staging table */
	Portal		portal;
	SPITupleTable *rows;
	uint64		row;
	uint64		row_count;

	int64		before;			/* the number before that of the first line */
	bool		has_lines;

	/* bytes */
	SegSapText text;

	int64		line_no;		/* of the last line read, from 1 */
};

SegSapSource *
seg_sap_source_table(Oid relation)
{
	SegSapSource *source = palloc0(sizeof(SegSapSource));
	char	   *line_no = seg_sap_required_column(relation, "line_no");
	char	   *line = seg_sap_required_column(relation, "line");
	char	   *query = psprintf("SELECT s.%s::pg_catalog.int8, s.%s::pg_catalog.text FROM %s AS s ORDER BY 1",
								 line_no, line, seg_sap_quoted_relation(relation));
	SPIPlanPtr	plan = SPI_prepare_cursor(query, 0, NULL, CURSOR_OPT_NO_SCROLL);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	source->context = CurrentMemoryContext;
	source->portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	return source;
}

SegSapSource *
seg_sap_source_bytes(const char *bytes, size_t size, SegSapEncoding encoding)
{
	SegSapSource *source = palloc0(sizeof(SegSapSource));
	const char *other = seg_sap_other_mark(bytes, size, encoding);

	if (other != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("content has the byte order mark of %s, but encoding is different", other),
				 errhint("Set encoding to %s.", other)));
	source->context = CurrentMemoryContext;
	source->text = seg_sap_text(bytes, size, encoding);
	return source;
}

void
seg_sap_source_close(SegSapSource *source)
{
	if (source->rows != NULL)
		SPI_freetuptable(source->rows);
	source->rows = NULL;
	if (source->portal != NULL)
		SPI_cursor_close(source->portal);
	source->portal = NULL;
}

static char *
buffer_of(SegSapSource *source, size_t size)
{
	if (size > source->buffer_size)
	{
		if (source->buffer != NULL)
			pfree(source->buffer);
		source->buffer = MemoryContextAllocHuge(source->context, size * 2);
		source->buffer_size = size * 2;
	}
	return source->buffer;
}

/* Has the encoding of the database every character of the line? */
static bool
fits_server(const char *text, size_t size)
{
	int			encoding = GetDatabaseEncoding();
	int			room = (int) Min(size * MAX_CONVERSION_GROWTH + 1, MaxAllocSize);
	unsigned char *converted;
	int			fitting;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return true;
	converted = palloc(room);
	fitting = pg_do_encoding_conversion_buf(FindDefaultConversionProc(PG_UTF8, encoding), PG_UTF8, encoding,
											(unsigned char *) text, (int) size, converted, room, true);
	pfree(converted);
	return fitting == (int) size;
}

static void
check_length(size_t size, int64 number)
{
	if (size > LONGEST_LINE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("line " INT64_FORMAT " has %zu bytes, but the limit is %zu", number, size, LONGEST_LINE),
				 errhint("Check the encoding and the line ends of the file.")));
}

static bool
next_of_bytes(SegSapSource *source, SegSapLine *line)
{
	const char *raw;
	size_t		raw_size;
	char	   *decoded;

	if (!seg_sap_next_line(&source->text, &raw, &raw_size))
		return false;
	line->number = ++source->line_no;
	check_length(raw_size, line->number);
	decoded = buffer_of(source, seg_sap_decoded_size(raw_size) + 1);
	line->text = decoded;
	line->status = seg_sap_decode(source->text.encoding, raw, raw_size, decoded, &line->size);
	if (line->status == SEG_SAP_OK && !fits_server(decoded, line->size))
		line->status = SEG_SAP_NOT_TEXT;
	return true;
}

static bool
fetch(SegSapSource *source)
{
	if (source->rows != NULL)
		SPI_freetuptable(source->rows);
	source->rows = NULL;
	SPI_cursor_fetch(source->portal, true, LINES_PER_FETCH);
	source->rows = SPI_tuptable;
	source->row = 0;
	source->row_count = SPI_processed;
	return source->row_count > 0;
}

/* OUT line: the value in UTF-8, in the buffer of the source. */
static void
take_line(SegSapSource *source, SegSapLine *line, Datum value)
{
	text	   *stored = DatumGetTextPP(value);
	const char *bytes = VARDATA_ANY(stored);
	size_t		size = VARSIZE_ANY_EXHDR(stored);
	const char *utf8 = seg_sap_to_utf8(bytes, &size);
	char	   *copy = buffer_of(source, size + 1);

	memcpy(copy, utf8, size);
	line->text = copy;
	line->size = size;
	if (utf8 != bytes)
		pfree((char *) utf8);
	if ((Pointer) stored != DatumGetPointer(value))
		pfree(stored);
}

/*
 * An identity column does not start again after TRUNCATE, so lines are numbered
 * from the first one.
 */
static int64
line_number(SegSapSource *source, Datum value, bool isnull)
{
	int64		number = isnull ? 0 : DatumGetInt64(value);

	if (!source->has_lines && !isnull)
		source->before = number - (number > PG_INT64_MIN);
	source->has_lines = true;
	if (isnull || pg_sub_s64_overflow(number, source->before, &number))
		return source->line_no + 1;
	return number;
}

static bool
next_of_table(SegSapSource *source, SegSapLine *line)
{
	HeapTuple	row;
	Datum		value;
	bool		isnull;

	if (source->row == source->row_count && !fetch(source))
		return false;
	row = source->rows->vals[source->row++];
	value = SPI_getbinval(row, source->rows->tupdesc, 1, &isnull);
	line->number = source->line_no = line_number(source, value, isnull);
	value = SPI_getbinval(row, source->rows->tupdesc, 2, &isnull);
	line->status = SEG_SAP_OK;
	line->text = "";
	line->size = 0;
	if (!isnull)				/* COPY turns an empty line into NULL */
	{
		check_length(toast_raw_datum_size(value) - VARHDRSZ, line->number);
		take_line(source, line, value);
	}
	return true;
}

bool
seg_sap_source_next(SegSapSource *source, SegSapLine *line)
{
	CHECK_FOR_INTERRUPTS();
	if (!(source->portal != NULL ? next_of_table(source, line) : next_of_bytes(source, line)))
		return false;
	if (line->status == SEG_SAP_OK && seg_sap_has_control(line->text, line->size))
		line->status = SEG_SAP_CONTROL;
	return true;
}
