/*
 * sap_receipts.c
 *		sap_receipts_view(): receipts out of billing documents or sales orders.
 *
 *		             billing (VBRK, VBRP)               orders (VBAK, VBAP)
 *		customer     KUNAG, or KUNRG                    KUNNR
 *		date         FKDAT                              AUDAT
 *		sign         VBTYP M, P, S: +   N, O: -         VBTYP C, L: +   H, K: -
 *		left out     FKSTO (cancelled), SFAKN           ABGRU (rejected item)
 *		             (cancellation)
 *		amount       sign * NETWR of the item, which is the total of its line
 *		quantity     sign * FKIMG                       sign * KWMENG
 *
 * Both rooms leave out other categories, other clients and one-time customers
 * (KNA1-XCPDK: a number that many buyers share), and count them.  The columns may
 * be of other types than sap_import makes, as long as they have SAP's names.
 */
#include "pg/compat.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "pg/sap.h"
#include "pg/sap_table.h"

PG_FUNCTION_INFO_V1(sap_receipts_view);

#define COUNTS 9

static const char *const source_choices[] = {"billing", "orders", NULL};
static const char *const customer_choices[] = {"sold_to", "payer", NULL};
static const char *const amounts_choices[] = {"stored", "display", NULL};

typedef struct ReceiptOptions
{
	char	   *view;			/* schema.name as SQL */
	Oid			header;
	Oid			items;
	Oid			customers;		/* or InvalidOid */
	bool		orders;
	bool		payer;
	bool		include_one_time;
	bool		stored;
	char	   *client;			/* a literal, or NULL: the tables have no client */
} ReceiptOptions;

static Oid
column_type(Oid relation, const char *name)
{
	Relation	opened = relation_open(relation, AccessShareLock);
	AttrNumber	number = seg_sap_attribute(RelationGetDescr(opened), name);
	Oid			type = number == InvalidAttrNumber ? InvalidOid :
		getBaseType(TupleDescAttr(RelationGetDescr(opened), number - 1)->atttypid);

	relation_close(opened, NoLock);
	return type;
}

/* alias.column as text */
static char *
text_of(const char *alias, Oid relation, const char *name)
{
	return psprintf("%s.%s::text", alias, seg_sap_required_column(relation, name));
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

static char *
date_of(const char *alias, Oid relation, const char *name)
{
	char	   *column = psprintf("%s.%s", alias, seg_sap_required_column(relation, name));

	return is_text(column_type(relation, name)) ? psprintf("segment.sap_date(%s::text)", column) :
		psprintf("%s::date", column);
}

static char *
number_of(const char *alias, Oid relation, const char *name)
{
	char	   *column = psprintf("%s.%s", alias, seg_sap_required_column(relation, name));

	return is_text(column_type(relation, name)) ?
		psprintf("segment.sap_number(%s::text, '1234567.89')", column) :
		psprintf("%s::numeric", column);
}

/* Is the flag or number not initial? */
static char *
is_set(const char *alias, Oid relation, const char *name)
{
	char	   *column = psprintf("%s.%s", alias, seg_sap_required_column(relation, name));

	return column_type(relation, name) == BOOLOID ? psprintf("coalesce(%s, false)", column) :
		psprintf("coalesce(btrim(%s::text, ' 0'), '') <> ''", column);
}

/* ---- the parts of the query --------------------------------------------------------- */

static char *
sign_of(const ReceiptOptions *options)
{
	char	   *category = text_of("h", options->header, "vbtyp");

	return !options->orders ? psprintf("segment.sap_billing_sign(%s)", category) :
		psprintf("CASE WHEN btrim(%s) IN ('C', 'L') THEN 1 WHEN btrim(%s) IN ('H', 'K') THEN -1 END",
				 category, category);
}

static const char *
customer_field(const ReceiptOptions *options)
{
	return options->orders ? "kunnr" : options->payer ? "kunrg" : "kunag";
}

/* The row is of the wanted client; true for a table without clients. */
static char *
is_client(const ReceiptOptions *options, const char *alias, Oid relation)
{
	if (options->client == NULL || seg_sap_column(relation, "mandt") == NULL)
		return "true";
	return psprintf("%s = %s", text_of(alias, relation, "mandt"), options->client);
}

/* A document is cancelled, or cancels another. */
static char *
is_cancelled(const ReceiptOptions *options)
{
	if (options->orders)
		return "false";
	return psprintf("(%s OR %s)", is_set("h", options->header, "fksto"), is_set("h", options->header, "sfakn"));
}

static char *
is_rejected(const ReceiptOptions *options)
{
	return options->orders ? is_set("i", options->items, "abgru") : "false";
}

static char *
is_one_time(const ReceiptOptions *options)
{
	if (!OidIsValid(options->customers))
		return "false";
	return psprintf("EXISTS (SELECT FROM %s AS k WHERE %s = %s AND %s AND %s)",
					seg_sap_quoted_relation(options->customers),
					text_of("k", options->customers, "kunnr"),
					text_of("h", options->header, customer_field(options)),
					is_client(options, "k", options->customers),
					is_set("k", options->customers, "xcpdk"));
}

/* FROM and WHERE of all lines that are receipts, one-time customers among them. */
static char *
lines_of(const ReceiptOptions *options)
{
	return psprintf("FROM %s AS h JOIN %s AS i ON %s = %s WHERE %s AND %s AND %s IS NOT NULL AND NOT %s AND NOT (%s)",
					seg_sap_quoted_relation(options->header), seg_sap_quoted_relation(options->items),
					text_of("i", options->items, "vbeln"), text_of("h", options->header, "vbeln"),
					is_client(options, "h", options->header), is_client(options, "i", options->items),
					sign_of(options), is_cancelled(options), is_rejected(options));
}

static char *
amount_of(const ReceiptOptions *options)
{
	char	   *amount = number_of("i", options->items, "netwr");

	return !options->stored ? amount :
		psprintf("segment.sap_amount(%s, %s)", amount, text_of("h", options->header, "waerk"));
}

static char *
view_query(const ReceiptOptions *options)
{
	return psprintf("SELECT %s AS customer_id, %s AS receipt_id, %s AS receipt_date, "
					"(%s * %s)::numeric(28,5) AS amount, %s AS currency, "
					"%s AS product_id, (%s * %s)::numeric(18,3) AS quantity %s%s%s",
					text_of("h", options->header, customer_field(options)),
					text_of("h", options->header, "vbeln"),
					date_of("h", options->header, options->orders ? "audat" : "fkdat"),
					sign_of(options), amount_of(options),
					text_of("h", options->header, "waerk"),
					text_of("i", options->items, "matnr"),
					sign_of(options), number_of("i", options->items, options->orders ? "kwmeng" : "fkimg"),
					lines_of(options),
					options->include_one_time ? "" : " AND NOT ",
					options->include_one_time ? "" : is_one_time(options));
}

/* One row of COUNTS counts, in the order of the function's result. */
static char *
counts_query(const ReceiptOptions *options)
{
	char	   *header = seg_sap_quoted_relation(options->header);
	char	   *of_client = is_client(options, "h", options->header);
	char	   *cancelled = is_cancelled(options);

	return psprintf("SELECT v.lines, v.documents, d.cancelled, d.other_categories, d.other_clients, "
					"(SELECT count(*) %s AND %s), "
					"(SELECT count(*) FROM %s AS i WHERE %s AND NOT EXISTS "
					"(SELECT FROM %s AS h WHERE %s AND %s = %s)), "
					"(SELECT count(*) FROM %s AS i WHERE %s AND (%s)), "
					"(SELECT count(*) FROM (SELECT FROM %s AS h WHERE %s GROUP BY %s HAVING count(*) > 1) AS t) "
					"FROM (SELECT count(*) AS lines, count(DISTINCT receipt_id) AS documents FROM %s) AS v, "
					"(SELECT count(*) FILTER (WHERE %s AND %s) AS cancelled, "
					"count(*) FILTER (WHERE %s AND NOT %s AND %s IS NULL) AS other_categories, "
					"count(*) FILTER (WHERE NOT %s) AS other_clients FROM %s AS h) AS d",
					lines_of(options), is_one_time(options),
					seg_sap_quoted_relation(options->items), is_client(options, "i", options->items),
					header, of_client, text_of("h", options->header, "vbeln"), text_of("i", options->items, "vbeln"),
					seg_sap_quoted_relation(options->items), is_client(options, "i", options->items),
					is_rejected(options),
					header, of_client, text_of("h", options->header, "vbeln"),
					options->view,
					of_client, cancelled, of_client, cancelled, sign_of(options), of_client, header);
}

/* ---- the function -------------------------------------------------------------------- */

static void
execute(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the view");
}

static void
create_view(const ReceiptOptions *options)
{
	static const char *const comments[][2] = {
		{"customer_id", "The customer, in internal form (leading zeros)."},
		{"receipt_id", "The document, in internal form."},
		{"receipt_date", "The day of the document; NULL where SAP has none."},
		{"amount", "Net value of the line in currency; negative for returns and credits."},
		{"currency", "Currency of amount."},
		{"product_id", "The material, in internal form."},
		{"quantity", "Quantity in the sales unit; negative for returns and credits."},
	};

	execute(psprintf("CREATE VIEW %s AS %s", options->view, view_query(options)));
	execute(psprintf("COMMENT ON VIEW %s IS %s", options->view,
					 quote_literal_cstr(psprintf("Receipts out of SAP %s, one row per document line; no unique key.",
												 options->orders ? "sales orders" : "billing documents"))));
	for (int i = 0; i < lengthof(comments); i++)
		execute(psprintf("COMMENT ON COLUMN %s.%s IS %s", options->view, comments[i][0],
						 quote_literal_cstr(comments[i][1])));
}

/* The first of the relations that has clients, or InvalidOid. */
static Oid
relation_with_clients(const ReceiptOptions *options)
{
	Oid			relations[3] = {options->header, options->items, options->customers};

	for (int i = 0; i < lengthof(relations); i++)
		if (OidIsValid(relations[i]) && seg_sap_column(relations[i], "mandt") != NULL)
			return relations[i];
	return InvalidOid;
}

/* The client to filter on, as a literal: the one named, or the only one. */
static char *
find_client(const ReceiptOptions *options, const char *named)
{
	Oid			relation = relation_with_clients(options);
	char	   *client;

	if (!OidIsValid(relation) && named != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("no relation has a column mandt")));
	if (named != NULL)
		return quote_literal_cstr(named);
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
				 errmsg("relation %s has %s client", seg_sap_quoted_relation(relation),
						SPI_processed > 1 ? "more than one" : "no"),
				 errhint("Name the client that you want.")));
	return quote_literal_cstr(client);
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

static void
read_options(FunctionCallInfo fcinfo, ReceiptOptions *options)
{
	RangeVar   *view;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("view_name, header and items must not be null")));
	view = makeRangeVarFromNameList(textToQualifiedNameList(PG_GETARG_TEXT_PP(0)));
	options->view = quote_qualified_identifier(get_namespace_name_or_temp(RangeVarGetCreationNamespace(view)),
											   view->relname);
	options->header = PG_GETARG_OID(1);
	options->items = PG_GETARG_OID(2);
	options->customers = PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3);
	options->orders = choice(fcinfo, 4, "source", source_choices) == 1;
	options->payer = choice(fcinfo, 6, "customer", customer_choices) == 1;
	options->include_one_time = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	options->stored = choice(fcinfo, 8, "amounts", amounts_choices) == 0;
	if (options->orders && options->payer)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sales orders have no payer"),
				 errhint("Leave customer at sold_to, or take billing documents.")));
	if (!OidIsValid(options->customers) && !options->include_one_time)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers is needed to leave out one-time accounts"),
				 errhint("Name the table KNA1, or set include_one_time.")));
}

Datum
sap_receipts_view(PG_FUNCTION_ARGS)
{
	ReceiptOptions options = {0};
	char	   *client = PG_ARGISNULL(5) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(5));
	TupleDesc	descriptor;
	Datum		values[COUNTS];
	bool		nulls[COUNTS];
	HeapTupleHeader result;
	int			guc_level;

	read_options(fcinfo, &options);
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	/* all names are resolved; what is written below means pg_catalog's */
	guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	options.client = find_client(&options, client);
	create_view(&options);
	if (SPI_execute(counts_query(&options), false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not count the receipts");
	for (int i = 0; i < COUNTS; i++)
		values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
	if (DatumGetInt64(values[COUNTS - 1]) > 0)
		ereport(WARNING,
				(errmsg("documents that occur more than once in the header: " INT64_FORMAT,
						DatumGetInt64(values[COUNTS - 1])),
				 errhint("Their lines are receipts twice. Was a file imported twice?")));
	result = SPI_returntuple(heap_form_tuple(descriptor, values, nulls), descriptor);
	AtEOXact_GUC(true, guc_level);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	PG_RETURN_DATUM(PointerGetDatum(result));
}
