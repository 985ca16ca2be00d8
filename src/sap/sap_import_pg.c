/*
 * sap_import_pg.c
 *		sap_import(): an export of an SAP system into a table.
 *
 * Lines stream from a staging table through the reader into batches, so memory
 * does not grow with the file.  Everything runs as the caller.
 */
#include "sap/sap_import_pg.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/varlena.h"

#include "sap/sap_pg.h"
#include "sap/sap_statistics_pg.h"
#include "sap/sap_table_pg.h"

PG_FUNCTION_INFO_V1(sap_import);
PG_FUNCTION_INFO_V1(sap_import_bytes);

/* Arguments after target, in the order of the SQL function. */
typedef enum SapArgument
{
	ARG_DECIMAL_NOTATION,
	ARG_AMOUNTS,
	ARG_DATE_FORMAT,
	ARG_CLIENT,
	ARG_SAP_TABLE,
	ARG_MAPPING,
	ARG_HEADER_TABLE,
	ARG_CURRENCY,
	ARG_TCURX,
	ARG_MATERIAL_LENGTH,
	ARG_LAYOUT,
	ARG_DELIMITER,
	ARG_QUOTE,
	ARG_ON_ERROR,
	ARG_REFUSED,
	ARG_CHECK_KEYS,
} SapArgument;

static const char *const amounts_choices[] = {"stored", "display", NULL};
static const char *const layout_choices[] = {"auto", "list", "delimited", NULL};
static const char *const on_error_choices[] = {"abort", "reject", NULL};

/* The options of one call: where they begin among the arguments. */
typedef struct Arguments
{
	FunctionCallInfo fcinfo;
	int			first;
} Arguments;

static char *
text_argument(const Arguments *arguments, SapArgument argument)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + argument;

	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static int
choice_argument(const Arguments *arguments, SapArgument argument, const char *name,
				const char *const *choices, int otherwise)
{
	char	   *value = text_argument(arguments, argument);

	return value == NULL ? otherwise : seg_sap_choice(name, value, strlen(value), choices);
}

static Oid
oid_argument(const Arguments *arguments, SapArgument argument)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + argument;

	return PG_ARGISNULL(n) ? InvalidOid : PG_GETARG_OID(n);
}

static void
refuse_argument(const char *name, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s", name, expected)));
}

static RangeVar *
relation_name(const char *name)
{
	return makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
}

/* A field's value in internal form; NULL when the argument is. */
static char *
field_argument(const Arguments *arguments, SapArgument argument, const char *name,
			   SegSapType type, size_t length, const char *expected)
{
	char	   *value = text_argument(arguments, argument);
	char	   *result;
	size_t		size;

	if (value == NULL)
		return NULL;
	result = palloc(strlen(value) + length + 1);
	if (seg_sap_internal(type, length, value, strlen(value), result, &size) != SEG_OK || size == 0)
		refuse_argument(name, expected);
	result[size] = '\0';
	return result;
}

/* One byte, or 0 when the argument is null or (for quote) empty. */
static char
character_argument(const Arguments *arguments, SapArgument argument, const char *name, const char *valid)
{
	char	   *value = text_argument(arguments, argument);

	if (value == NULL || (argument == ARG_QUOTE && *value == '\0'))
		return '\0';
	if (strlen(value) != 1 || strchr(valid, *value) == NULL)
		refuse_argument(name, argument == ARG_QUOTE ? "a quotation mark, an apostrophe or empty" :
						"a comma, a semicolon, a tab or a vertical bar");
	return *value;
}

static Jsonb *
mapping_argument(const Arguments *arguments)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + ARG_MAPPING;
	Jsonb	   *mapping;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	entry;

	if (PG_ARGISNULL(n))
		return NULL;
	mapping = PG_GETARG_JSONB_P(n);
	if (!JB_ROOT_IS_OBJECT(mapping))
		refuse_argument("mapping", "a jsonb object");
	iterator = JsonbIteratorInit(&mapping->root);
	(void) JsonbIteratorNext(&iterator, &entry, false);
	while ((token = JsonbIteratorNext(&iterator, &entry, true)) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &entry, true);
		if (entry.type != jbvNull && (entry.type != jbvString || entry.val.string.len == 0))
			refuse_argument("mapping", "an object of names, or null for names to leave out");
	}
	return mapping;
}

/* The dictionary's table: named, or called like the target. */
static const SegSapTable *
table_argument(const Arguments *arguments, const char *target)
{
	char	   *name = text_argument(arguments, ARG_SAP_TABLE);
	const SegSapTable *table;

	if (name == NULL)
		return seg_sap_table(target, strlen(target));
	table = seg_sap_table(name, strlen(name));
	if (table == NULL)
		refuse_argument("sap_table", "one of KNA1, VBAK, VBAP, VBRK, VBRP, BKPF, BSEG, BSAD, BSID, MARA, MAKT, T001, TCURX");
	return table;
}

static void
read_options(FunctionCallInfo fcinfo, int first, SapOptions *options)
{
	Arguments	arguments = {fcinfo, first};
	int			material_length = first + ARG_MATERIAL_LENGTH;
	int			check_keys = first + ARG_CHECK_KEYS;
	char	   *refused = text_argument(&arguments, ARG_REFUSED);

	if (PG_ARGISNULL(first - 1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target must not be null")));
	options->target = relation_name(text_to_cstring(PG_GETARG_TEXT_PP(first - 1)));
	options->notation = choice_argument(&arguments, ARG_DECIMAL_NOTATION, "decimal_notation",
										seg_sap_notations, SEG_SAP_NO_NOTATION);
	options->amounts = choice_argument(&arguments, ARG_AMOUNTS, "amounts", amounts_choices, SAP_AMOUNTS_NOT_GIVEN);
	options->date_format = choice_argument(&arguments, ARG_DATE_FORMAT, "date_format",
										   seg_sap_date_formats, SEG_SAP_DATE_INTERNAL);
	options->client = field_argument(&arguments, ARG_CLIENT, "client", SEG_SAP_CLNT, 3, "one to three digits");
	options->table = table_argument(&arguments, options->target->relname);
	options->mapping = mapping_argument(&arguments);
	options->header_table = oid_argument(&arguments, ARG_HEADER_TABLE);
	options->currency = field_argument(&arguments, ARG_CURRENCY, "currency", SEG_SAP_CUKY, 5, "a currency of one to five letters or digits");
	options->tcurx = oid_argument(&arguments, ARG_TCURX);
	options->material_length = PG_ARGISNULL(material_length) ? 18 : PG_GETARG_INT32(material_length);
	options->layout = choice_argument(&arguments, ARG_LAYOUT, "layout", layout_choices, SAP_LAYOUT_AUTO);
	options->delimiter = character_argument(&arguments, ARG_DELIMITER, "delimiter", ",;\t|");
	options->quote = character_argument(&arguments, ARG_QUOTE, "quote", "\"'");
	options->reject = choice_argument(&arguments, ARG_ON_ERROR, "on_error", on_error_choices, 0) == 1;
	options->check_keys = PG_ARGISNULL(check_keys) || PG_GETARG_BOOL(check_keys);
	if (options->material_length != 18 && options->material_length != 40)
		refuse_argument("material_length", "18 or 40");
	if (OidIsValid(options->header_table) && (options->table == NULL || options->table->header == NULL))
		refuse_argument("header_table", "left out, unless the target holds items (VBAP, VBRP, BSEG)");
	options->refused = refused != NULL ? relation_name(refused) : NULL;
}

/* ---- the import ------------------------------------------------------------------ */

/*
 * Is the record of another client than the one asked for?  When none was asked
 * for, rows of others than the first row's client are counted, and stay.  Sets
 * refusal, and *refused, when the record does not tell.
 */
static bool
is_of_other_client(const SapColumns *columns, const SapRecord *record, char *first_client,
				   SapCounts *counts, SapRefusal *refusal, bool *refused)
{
	const char *wanted = columns->options->client;
	const SegSapCell *cell;
	char		client[8] = "";
	size_t		size = 0;
	SegStatus	status = SEG_SAP_TOO_LONG;

	if (columns->client_cell < 0)
		return false;
	cell = &record->cells[columns->client_cell];
	if (cell->size < sizeof(client))
		status = seg_sap_internal(SEG_SAP_CLNT, 3, cell->text, cell->size, client, &size);
	*refused = wanted != NULL && (status != SEG_OK || size == 0);
	if (*refused)
		seg_sap_refusal(refusal, status != SEG_OK ? status : SEG_SAP_NO_KEY, "MANDT");
	if (status != SEG_OK || size == 0)
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
import_records(SapReader *reader, const SapColumns *columns, SapCounts *counts)
{
	SapCurrencies *currencies = seg_sap_currencies_open(columns);
	SapWriter  *writer = seg_sap_writer_open(columns, counts);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "SAP row", ALLOCSET_DEFAULT_SIZES);
	Datum	   *values = palloc(columns->count * sizeof(Datum));
	bool	   *nulls = palloc(columns->count * sizeof(bool));
	char		first_client[4] = "";
	SapRecord  *record;

	while (seg_sap_reader_next(reader, &record))
	{
		SapRefusal	refusal;
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

/* The row of counts, in the caller's memory. */
static Datum
result_row(FunctionCallInfo fcinfo, const SapColumns *columns, const SapCounts *counts)
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
				(errmsg("keys that occur more than once in the target: " INT64_FORMAT, duplicates),
				 errhint("Was a file imported twice?")));
	if (counts->other_clients > 0 && columns->options->client == NULL)
		ereport(WARNING,
				(errmsg("file has rows of more than one client, and all were loaded"),
				 errhint("Name the client that you want.")));
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
import_from(FunctionCallInfo fcinfo, SapSource *source, const SapOptions *options)
{
	SapColumns	columns = {.options = options, .client_cell = -1};
	SapCounts	counts = {0};
	SapReader  *reader;
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
 * Does whoever reads our messages own the lines, too?  Not when somebody else's
 * function called us.
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
	SapOptions	options;

	if (PG_ARGISNULL(0))
		refuse_null("staging");
	read_options(fcinfo, 2, &options);
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
	SapOptions	options;
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
	read_options(fcinfo, 3, &options);
	options.may_show = may_show(InvalidOid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PG_RETURN_DATUM(import_from(fcinfo, seg_sap_source_bytes(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content), encoding),
								&options));
}
