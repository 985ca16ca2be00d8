/*
 * sap_receipts_pg.c
 *		sap_receipts_view(): receipts from billing documents, sales orders or FI
 *		documents.
 *
 * The columns of each source are in sap_receipts_sd_pg.c and sap_receipts_fi_pg.c.
 * These are left out and counted: other document categories, other clients,
 * documents and customers without a number, and one-time accounts (KNA1-XCPDK: many
 * buyers share one number).  Keys are compared in internal form, for tables in any
 * form.  The columns need the names of the SAP fields; their types can be other
 * than those that sap_import creates.
 */
#include "sap/sap_receipts_sql_pg.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "sap/sap_key.h"
#include "sap/sap_pg.h"
#include "sap/sap_receipts_fi_pg.h"
#include "sap/sap_receipts_sd_pg.h"
#include "sap/sap_statistics_pg.h"
#include "sap/sap_table_pg.h"
#include "server/rethrow.h"

PG_FUNCTION_INFO_V1(sap_receipts_view);

#define RECEIPT_COUNTS 11

static const char *const source_choices[] = {"billing", "orders", "fi", NULL};
static const char *const customer_choices[] = {"sold_to", "payer", NULL};
static const char *const amounts_choices[] = {"stored", "display", NULL};

/* ---- the query -------------------------------------------------------------------------- */

/*
 * NOT IN with a subquery becomes a hash table and not a join, so that KNA1 is read
 * once, whatever the planner estimates for the other tables.
 */
static const char *
is_one_time(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts)
{
	const char *key;

	if (!OidIsValid(options->customers))
		return "false";
	key = seg_sap_sql_key("k", options->customers, "kunnr", 10);
	return psprintf("%s IN (SELECT %s FROM %s AS k WHERE %s AND %s AND %s IS NOT NULL)", parts->customer_key, key,
					seg_sap_quoted_relation(options->customers), seg_sap_sql_is_client(options, "k", options->customers),
					seg_sap_sql_is_set("k", options->customers, "xcpdk"), key);
}

/* FROM and WHERE of all lines; see SegSapReceiptParts. */
static const char *
lines_of(const SegSapReceiptParts *parts)
{
	return psprintf("%s WHERE %s AND %s IS NOT NULL AND %s AND NOT (%s) AND NOT (%s)", parts->from, parts->of_client,
					parts->document_key, parts->is_counted, parts->is_cancelled, parts->is_rejected);
}

static const char *
view_query(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts)
{
	return psprintf("SELECT %s AS customer_id, %s AS receipt_id, %s AS receipt_date, "
					"(%s * %s)::numeric(28,5) AS amount, %s AS currency, "
					"%s AS product_id, (%s)::numeric(18,3) AS quantity %s AND %s IS NOT NULL%s%s",
					parts->customer, parts->document, parts->date, parts->sign,
					options->stored ? psprintf("segment.sap_amount(%s, %s)", parts->amount, parts->currency) : parts->amount,
					parts->currency, parts->product, parts->quantity, lines_of(parts), parts->customer_key,
					options->include_one_time ? "" : " AND NOT ",
					options->include_one_time ? "" : is_one_time(options, parts));
}

/* One row of counts, in the order of the function's result. */
static const char *
counts_query(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts)
{
	const char *lines = lines_of(parts);

	return psprintf("SELECT v.lines, v.documents, d.cancelled, d.other_categories, d.other_clients, "
					"(SELECT count(*) %s AND %s), d.orphans, d.rejected, d.twice, "
					"(SELECT count(*) %s AND %s IS NULL), d.without_document "
					"FROM (SELECT count(*) AS lines, count(DISTINCT receipt_id) AS documents FROM %s) AS v, "
					"(%s) AS d(cancelled, other_categories, other_clients, orphans, rejected, twice, without_document)",
					lines, is_one_time(options, parts), lines, parts->customer_key, options->view, parts->counts);
}

/* ---- the function -------------------------------------------------------------------- */

static void
execute(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the view");
}

static void
create_view(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts)
{
	static const char *const sources[] = {"billing documents", "sales orders", "FI documents"};
	bool		fi = options->source == SEG_SAP_RECEIPTS_FI;
	const char *const comments[][2] = {
		{"customer_id", "Customer number in internal form (leading zeros)."},
		{"receipt_id", fi ? "Company code, fiscal year and number of the document." : "Document number in internal form."},
		{"receipt_date", "Date of the document; NULL when SAP has none."},
		{"amount", fi ? "Amount of the customer item in currency, including tax; negative for credit memos." :
		 "Net value of the item in currency; negative for returns and credit memos."},
		{"currency", "Currency key of amount."},
		{"product_id", fi ? "NULL: a customer item has no material." : "Material number in internal form."},
		{"quantity", fi ? "NULL: a customer item has no quantity." :
		 "Quantity in the sales unit; negative for returns and credit memos."},
	};

	execute(psprintf("CREATE VIEW %s WITH (security_invoker = true) AS %s", options->view, view_query(options, parts)));
	execute(psprintf("COMMENT ON VIEW %s IS %s", options->view,
					 quote_literal_cstr(psprintf("Receipts from SAP %s, one row per document item; no unique key.",
												 sources[options->source]))));
	for (int i = 0; i < lengthof(comments); i++)
		execute(psprintf("COMMENT ON COLUMN %s.%s IS %s", options->view, comments[i][0],
						 quote_literal_cstr(comments[i][1])));
}

/* The first relation that has a client, or InvalidOid. */
static Oid
relation_with_clients(const SegSapReceiptOptions *options)
{
	Oid			relations[3] = {options->header, options->items, options->customers};

	for (int i = 0; i < lengthof(relations); i++)
		if (OidIsValid(relations[i]) && seg_sap_column(relations[i], "mandt") != NULL)
			return relations[i];
	return InvalidOid;
}

/*
 * The forms in which tables have a client, as a list of literals: as given, in
 * internal form (001) and without leading zeros (1).
 */
static char *
client_forms(const char *given)
{
	char		internal[4] = "";
	const char *external = internal;
	char	   *list = quote_literal_cstr(given);
	size_t		size = 0;

	if (strlen(given) >= sizeof(internal) ||
		seg_sap_internal(SEG_SAP_CLNT, 3, given, strlen(given), internal, &size) != SEG_SAP_OK || size == 0)
		return list;
	if (strcmp(internal, given) != 0)
		list = psprintf("%s, %s", list, quote_literal_cstr(internal));
	seg_sap_alpha_out(&external, &size);
	if (strcmp(external, internal) != 0 && strcmp(external, given) != 0)
		list = psprintf("%s, %s", list, quote_literal_cstr(external));
	return list;
}

/* The client of the view, as a list of literals: the argument, or else the only client of the tables. */
static char *
find_client(const SegSapReceiptOptions *options, const char *named)
{
	Oid			relation = relation_with_clients(options);
	char	   *client;

	if (!OidIsValid(relation) && named != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("no relation has a column \"mandt\""),
				 errhint("Omit the argument client.")));
	if (named != NULL)
		return client_forms(named);
	if (!OidIsValid(relation))
		return NULL;
	if (SPI_execute(psprintf("SELECT DISTINCT %s::text FROM %s LIMIT 2", seg_sap_column(relation, "mandt"),
							 seg_sap_quoted_relation(relation)),
					true, 2) != SPI_OK_SELECT)
		elog(ERROR, "could not read the clients");
	if (SPI_processed != 1 ||
		(client = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("relation \"%s\" has %s client", seg_sap_relation_name(relation),
						SPI_processed > 1 ? "more than one" : "no"),
				 errhint("Set the argument client to the client of the receipts.")));
	return client_forms(client);
}

static int
choice(FunctionCallInfo fcinfo, int argno, const char *name, const char *const *choices)
{
	text	   *value;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
	value = PG_GETARG_TEXT_PP(argno);
	return seg_sap_choice(name, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), choices);
}

/* The document types of FI as an array literal. */
static char *
document_types_argument(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array;
	Datum	   *types;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("document_types must not be null")));
	array = PG_GETARG_ARRAYTYPE_P(argno);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &types, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("document_types must not contain nulls")));
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("document_types must not be empty"),
				 errhint("The standard document types of customer receipts are RV, DR and DG.")));
	return psprintf("%s::text[]", quote_literal_cstr(OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array))));
}

/* Check the arguments that depend on the source. */
static void
check_source(const SegSapReceiptOptions *options)
{
	if (options->source != SEG_SAP_RECEIPTS_BILLING && options->payer)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customer \"payer\" is not available for source \"%s\"", source_choices[options->source]),
				 errhint("Set customer to sold_to, or source to billing.")));
	if (!OidIsValid(options->items) &&
		(options->source != SEG_SAP_RECEIPTS_FI || !seg_sap_is_fi_index(options->header)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("items must not be null"),
				 errhint("Only an FI index (BSAD or BSID) can be used without items.")));
	if (!OidIsValid(options->customers) && !options->include_one_time)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers must not be null when one-time accounts are left out"),
				 errhint("Set customers to the table KNA1, or include_one_time to true.")));
}

static void
read_options(FunctionCallInfo fcinfo, SegSapReceiptOptions *options)
{
	RangeVar   *view;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", PG_ARGISNULL(0) ? "view_name" : "header")));
	view = makeRangeVarFromNameList(textToQualifiedNameList(PG_GETARG_TEXT_PP(0)));
	options->view = quote_qualified_identifier(get_namespace_name_or_temp(RangeVarGetCreationNamespace(view)),
											   view->relname);
	options->header = PG_GETARG_OID(1);
	options->items = PG_ARGISNULL(2) ? InvalidOid : PG_GETARG_OID(2);
	options->customers = PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3);
	options->source = choice(fcinfo, 4, "source", source_choices);
	options->payer = choice(fcinfo, 6, "customer", customer_choices) == 1;
	options->include_one_time = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	options->stored = choice(fcinfo, 8, "amounts", amounts_choices) == 0;
	options->document_types = document_types_argument(fcinfo, 9);
	check_source(options);
}

/* Analyze tables that never were; sap_import analyzes its targets itself. */
static void
analyze_new_tables(const SegSapReceiptOptions *options)
{
	Oid			relations[3] = {options->header, options->items, options->customers};

	for (int i = 0; i < lengthof(relations); i++)
		if (OidIsValid(relations[i]))
			seg_sap_analyze(relations[i], true);
}

/* Create the view and count its rows.  The SQL has names without a schema only for pg_catalog. */
static void
make_view(SegSapReceiptOptions *options, const char *client, Datum *values, bool *nulls)
{
	SegSapReceiptParts parts = {0};
	int64		twice;
	int			guc_level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	/* compiling the query of the counts takes longer than running it */
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	options->client = find_client(options, client);
	if (options->source == SEG_SAP_RECEIPTS_FI)
		seg_sap_receipts_fi(options, &parts);
	else
		seg_sap_receipts_sd(options, &parts);
	create_view(options, &parts);
	if (SPI_execute(counts_query(options, &parts), false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not count the receipts");
	for (int i = 0; i < RECEIPT_COUNTS; i++)
		values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
	twice = DatumGetInt64(values[8]);
	if (twice > 0)
		ereport(WARNING,
				(errmsg_plural("header has " INT64_FORMAT " duplicate document",
							   "header has " INT64_FORMAT " duplicate documents", twice, twice),
				 errhint("Their items are in the view more than once. Check whether a file was imported twice.")));
	AtEOXact_GUC(true, guc_level);
}

Datum
sap_receipts_view(PG_FUNCTION_ARGS)
{
	SegSapReceiptOptions options = {0};
	char	   *client = PG_ARGISNULL(5) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(5));
	TupleDesc	descriptor;
	Datum		values[RECEIPT_COUNTS];
	bool		nulls[RECEIPT_COUNTS];
	HeapTupleHeader result;
	MemoryContext context = CurrentMemoryContext;

	read_options(fcinfo, &options);
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PG_TRY();
	{
		analyze_new_tables(&options);
		make_view(&options, client, values, nulls);
	}
	PG_CATCH();
	{
		seg_rethrow_without_context(context);
	}
	PG_END_TRY();
	result = SPI_returntuple(heap_form_tuple(descriptor, values, nulls), descriptor);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	PG_RETURN_DATUM(PointerGetDatum(result));
}
