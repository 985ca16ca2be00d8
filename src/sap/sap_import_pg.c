/*
 * sap_import_pg.c
 *		sap_import(): an export of an SAP system into a table.
 *
 * Lines go from the source through the reader into batches, so memory does not
 * grow with the file.  Everything runs with the caller's privileges.  A line
 * passes these files:
 *
 *		sap_source	lines, from a staging table or from bytes
 *		sap_names	names that a header can have
 *		sap_header	the search for the header
 *		sap_reader	header and records
 *		sap_columns	from names of the header to columns of the target
 *		sap_target	types of the columns of the target
 *		sap_values	a record as values; sap_numbers and sap_amounts for numbers
 *		sap_writer	rows in batches, refused lines
 *		sap_checks	what is counted after the import
 */
#include "sap/sap_options_pg.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "sap/sap_amounts_pg.h"
#include "sap/sap_checks_pg.h"
#include "sap/sap_columns_pg.h"
#include "sap/sap_key.h"
#include "sap/sap_pg.h"
#include "sap/sap_reader_pg.h"
#include "sap/sap_statistics_pg.h"
#include "sap/sap_values_pg.h"
#include "sap/sap_writer_pg.h"

PG_FUNCTION_INFO_V1(sap_import);
PG_FUNCTION_INFO_V1(sap_import_bytes);

/*
 * Is the record of a client other than the option client?  Without the option,
 * rows of a client other than that of the first row are counted and kept.  OUT
 * refused, refusal: the record has no valid client, but the option is set.
 */
static bool
is_of_other_client(const SegSapColumns *columns, const SegSapRecord *record, char *first_client,
				   SegSapCounts *counts, SegSapRefusal *refusal, bool *refused)
{
	const char *wanted = columns->options->client;
	const SegSapCell *cell;
	char		client[8] = "";
	size_t		size = 0;
	SegSapStatus status = SEG_SAP_TOO_LONG;

	if (columns->client_cell < 0)
		return false;
	cell = &record->cells[columns->client_cell];
	if (cell->size < sizeof(client))
		status = seg_sap_internal(SEG_SAP_CLNT, 3, cell->text, cell->size, client, &size);
	*refused = wanted != NULL && (status != SEG_SAP_OK || size == 0);
	if (*refused)
		seg_sap_refusal(refusal, status != SEG_SAP_OK ? status : SEG_SAP_NO_KEY, seg_sap_client_field(columns->options->table));
	if (status != SEG_SAP_OK || size == 0)
		return false;
	client[size] = '\0';
	if (wanted == NULL && *first_client == '\0')
		strcpy(first_client, client);
	if (strcmp(client, wanted != NULL ? wanted : first_client) == 0)
		return false;
	counts->other_clients++;
	return wanted != NULL;
}

static void
import_records(SegSapReader *reader, const SegSapColumns *columns, SegSapCounts *counts)
{
	SegSapCurrencies *currencies = seg_sap_currencies_open(columns);
	SegSapWriter *writer = seg_sap_writer_open(columns, counts);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "SAP row", ALLOCSET_DEFAULT_SIZES);
	Datum	   *values = palloc(columns->count * sizeof(Datum));
	bool	   *nulls = palloc(columns->count * sizeof(bool));
	char		first_client[4] = "";
	SegSapRecord *record;

	while (seg_sap_reader_next(reader, &record))
	{
		SegSapRefusal refusal;
		MemoryContext old;
		bool		accepted;
		bool		no_client = false;

		counts->rows_read++;
		accepted = seg_sap_has_shape(columns, record, &refusal);
		if (accepted && is_of_other_client(columns, record, first_client, counts, &refusal, &no_client))
			continue;
		accepted = accepted && !no_client;
		old = MemoryContextSwitchTo(row_context);
		accepted = accepted && seg_sap_row(columns, currencies, record, values, nulls, &refusal);
		MemoryContextSwitchTo(old);
		if (accepted)
			seg_sap_writer_put(writer, record, values, nulls);
		else
			seg_sap_writer_refuse(writer, record->line_no, record->raw, &refusal);
		MemoryContextReset(row_context);
	}
	seg_sap_writer_close(writer);
}

static Datum
ignored_array(const List *ignored)
{
	Datum	   *items = palloc((list_length(ignored) + 1) * sizeof(Datum));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, ignored)
		items[count++] = CStringGetTextDatum((char *) lfirst(cell));
	return PointerGetDatum(construct_array(items, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The row of counts, in the memory of the caller. */
static Datum
result_row(FunctionCallInfo fcinfo, const SegSapColumns *columns, const SegSapCounts *counts)
{
	Datum		values[8];
	bool		nulls[8] = {false};
	TupleDesc	descriptor;
	int64		duplicates = 0;
	int64		orphans = 0;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	nulls[4] = !seg_sap_duplicate_keys(columns, &duplicates);
	nulls[5] = !seg_sap_orphan_items(columns, &orphans);
	if (duplicates > 0)
		ereport(WARNING,
				(errmsg_plural("target has " INT64_FORMAT " duplicate key",
							   "target has " INT64_FORMAT " duplicate keys", duplicates, duplicates),
				 errhint("Check whether a file was imported twice.")));
	if (counts->other_clients > 0 && columns->options->client == NULL)
		ereport(WARNING,
				(errmsg("file has rows of more than one client, and all were loaded"),
				 errhint("To load the rows of one client, set the argument client.")));
	values[0] = Int64GetDatum(counts->rows_read);
	values[1] = Int64GetDatum(counts->rows_loaded);
	values[2] = Int64GetDatum(counts->rows_refused);
	values[3] = Int64GetDatum(counts->other_clients);
	values[4] = Int64GetDatum(duplicates);
	values[5] = Int64GetDatum(orphans);
	values[6] = Int64GetDatum(counts->lines_skipped);
	values[7] = ignored_array(columns->ignored);
	return PointerGetDatum(SPI_returntuple(heap_form_tuple(descriptor, values, nulls), descriptor));
}

static Datum
import_from(FunctionCallInfo fcinfo, SegSapSource *source, const SegSapOptions *options)
{
	SegSapColumns columns = {.options = options, .client_cell = -1};
	SegSapCounts counts = {0};
	SegSapReader *reader;
	const SegSapCell *names;
	size_t		name_count;
	Datum		result;

	columns.target = RangeVarGetRelid(options->target, AccessShareLock, true);
	reader = seg_sap_reader_open(source, options, seg_sap_names_open(options, columns.target),
								 !OidIsValid(columns.target), &counts);
	names = seg_sap_reader_names(reader, &name_count);
	seg_sap_columns_resolve(&columns, names, name_count, seg_sap_reader_is_list(reader));
	import_records(reader, &columns, &counts);
	seg_sap_source_close(source);
	if (counts.rows_loaded > 0)
		seg_sap_analyze(columns.target, false);
	result = result_row(fcinfo, &columns, &counts);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	return result;
}

/*
 * May messages show a field of a line?  Only when the session user called
 * sap_import directly and owns the staging table.
 */
static bool
may_show(Oid staging)
{
	Oid			user = GetUserId();

	return user == GetOuterUserId() && !InSecurityRestrictedOperation() &&
		(!OidIsValid(staging) || SEG_OWNS_RELATION(staging, user));
}

static void
refuse_null(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be null", argument)));
}

Datum
sap_import(PG_FUNCTION_ARGS)
{
	SegSapOptions options;

	if (PG_ARGISNULL(0))
		refuse_null("staging");
	seg_sap_options_read(fcinfo, 2, &options);
	options.may_show = may_show(PG_GETARG_OID(0));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PG_RETURN_DATUM(import_from(fcinfo, seg_sap_source_table(PG_GETARG_OID(0)), &options));
}

Datum
sap_import_bytes(PG_FUNCTION_ARGS)
{
	static const char *const encodings[] = {
		"UTF8", "UTF16LE", "UTF16BE", "LATIN1", "WIN1252", "4110", "4103", "4102", "1100", "1160", NULL
	};
	SegSapOptions options;
	bytea	   *content;
	char	   *name;
	int			encoding;

	if (PG_ARGISNULL(0))
		refuse_null("content");
	if (PG_ARGISNULL(1))
		refuse_null("encoding");
	content = PG_GETARG_BYTEA_PP(0);
	name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	encoding = seg_sap_choice("encoding", name, strlen(name), encodings) % 5;
	seg_sap_options_read(fcinfo, 3, &options);
	options.may_show = may_show(InvalidOid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PG_RETURN_DATUM(import_from(fcinfo, seg_sap_source_bytes(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content), encoding),
								&options));
}
