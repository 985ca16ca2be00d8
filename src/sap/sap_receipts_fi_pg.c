/*
 * sap_receipts_fi_pg.c
 *		Receipts from financial accounting: customer items of FI documents.
 *
 *		             documents (BKPF, BSEG)             indexes (BSAD: cleared, BSID: open)
 *		items        all; items of other account        all; an item in both is taken from BSAD
 *		             types have other posting keys
 *		document     BUKRS/GJAHR/BELNR
 *		customer     KUNNR
 *		date         BUDAT
 *		counted      BLART in document_types, by default RV, DR, DG;
 *		             BKPF-BSTAT blank, when the column exists
 *		sign         SHKZG S: +   H: -
 *		left out     posting keys (BSCHL) other than 01, 02, 11, 12: payments, down
 *		             payments, clearing; reversed documents and their reversals:
 *		             BKPF-STBLG             cleared (AUGBL, AUGDT) by a document of the
 *		                                    customer with posting key 02 or 12
 *		amount       sign * WRBTR in WAERS, including tax
 */
#include "sap/sap_receipts_fi_pg.h"

#include "executor/spi.h"

#include "sap/sap_table_pg.h"

#define POSTING_KEYS "'01', '02', '11', '12', '1', '2'"
#define REVERSING_KEYS "'02', '12', '2'"
#define SIGN "CASE btrim(%s) WHEN 'S' THEN 1 WHEN 'H' THEN -1 END"

bool
seg_sap_is_fi_index(Oid relation)
{
	return seg_sap_column(relation, "shkzg") != NULL;
}

static const char *
is_document_type(const SegSapReceiptOptions *options, const char *blart)
{
	return psprintf("(%s = ANY (%s) OR btrim(%s) = ANY (%s))", blart, options->document_types,
					blart, options->document_types);
}

/* Does the relation hold a cleared item? */
static bool
has_cleared_items(Oid relation)
{
	if (SPI_execute(psprintf("SELECT FROM %s AS t WHERE NOT %s LIMIT 1", seg_sap_quoted_relation(relation),
							 seg_sap_sql_is_initial("t", relation, "augbl")), false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the cleared items");
	return SPI_processed > 0;
}

/* ---- BSAD and BSID ---------------------------------------------------------------------- */

/* The fields of an index, with the same names and types for both indexes. */
static const char *
index_fields(const char *alias, Oid relation)
{
	return psprintf("%s AS bukrs, %s AS gjahr, %s AS belnr, %s AS buzei, %s AS kunnr, %s AS augbl, %s AS augdt, "
					"%s AS budat, %s AS blart, %s AS bschl, %s AS shkzg, %s AS wrbtr, %s AS waers",
					seg_sap_sql_text(alias, relation, "bukrs"), seg_sap_sql_text(alias, relation, "gjahr"),
					seg_sap_sql_key(alias, relation, "belnr", 10), seg_sap_sql_key(alias, relation, "buzei", 3),
					seg_sap_sql_text(alias, relation, "kunnr"), seg_sap_sql_key(alias, relation, "augbl", 10),
					seg_sap_sql_date(alias, relation, "augdt"), seg_sap_sql_date(alias, relation, "budat"),
					seg_sap_sql_text(alias, relation, "blart"), seg_sap_sql_text(alias, relation, "bschl"),
					seg_sap_sql_text(alias, relation, "shkzg"), seg_sap_sql_number(alias, relation, "wrbtr"),
					seg_sap_sql_text(alias, relation, "waers"));
}

static const char *
index_items(const SegSapReceiptOptions *options, const char *alias, Oid relation)
{
	return psprintf("SELECT %s FROM %s AS %s WHERE %s", index_fields(alias, relation),
					seg_sap_quoted_relation(relation), alias, seg_sap_sql_is_client(options, alias, relation));
}

/* FROM all items: those of the first index, and those of the second that are not in the first for the same customer. */
static const char *
both_indexes(const SegSapReceiptOptions *options, Oid first, Oid second)
{
	if (!OidIsValid(second))
		return psprintf("FROM (%s) AS i", index_items(options, "a", first));
	return psprintf("FROM (%s UNION ALL %s AND NOT EXISTS (SELECT FROM %s AS a WHERE %s AND %s = %s AND %s = %s "
					"AND %s = %s AND %s = %s AND %s = %s)) AS i",
					index_items(options, "a", first), index_items(options, "b", second),
					seg_sap_quoted_relation(first), seg_sap_sql_is_client(options, "a", first),
					seg_sap_sql_key("a", first, "belnr", 10), seg_sap_sql_key("b", second, "belnr", 10),
					seg_sap_sql_text("a", first, "bukrs"), seg_sap_sql_text("b", second, "bukrs"),
					seg_sap_sql_text("a", first, "gjahr"), seg_sap_sql_text("b", second, "gjahr"),
					seg_sap_sql_key("a", first, "buzei", 3), seg_sap_sql_key("b", second, "buzei", 3),
					seg_sap_sql_key("a", first, "kunnr", 10), seg_sap_sql_key("b", second, "kunnr", 10));
}

/* Condition: the item is cleared by a reversal, or is a reversal. */
static const char *
is_reversed(const SegSapReceiptOptions *options, Oid cleared)
{
	return psprintf("EXISTS (SELECT FROM %s AS r WHERE %s AND %s AND %s = i.augbl AND %s = i.bukrs AND %s = i.augdt "
					"AND %s = segment_internal.sap_key(i.kunnr, 10))",
					seg_sap_quoted_relation(cleared), seg_sap_sql_is_client(options, "r", cleared),
					seg_sap_sql_is_one_of("r", cleared, "bschl", REVERSING_KEYS),
					seg_sap_sql_key("r", cleared, "belnr", 10), seg_sap_sql_text("r", cleared, "bukrs"),
					seg_sap_sql_date("r", cleared, "augdt"), seg_sap_sql_key("r", cleared, "kunnr", 10));
}

/* The number of documents of other clients. */
static const char *
other_clients(const SegSapReceiptOptions *options, Oid relation)
{
	if (!OidIsValid(relation))
		return "0";
	return psprintf("(SELECT count(*) FROM (SELECT FROM %s AS t WHERE (%s) IS NOT TRUE GROUP BY %s, %s, %s) AS d)",
					seg_sap_quoted_relation(relation), seg_sap_sql_is_client(options, "t", relation),
					seg_sap_sql_text("t", relation, "bukrs"), seg_sap_sql_text("t", relation, "gjahr"),
					seg_sap_sql_text("t", relation, "belnr"));
}

static void
indexes(const SegSapReceiptOptions *options, SegSapReceiptParts *parts)
{
	bool		swapped = OidIsValid(options->items) && !has_cleared_items(options->header) &&
		has_cleared_items(options->items);
	Oid			first = swapped ? options->items : options->header;
	Oid			second = swapped ? options->header : options->items;

	parts->document = "i.bukrs || '/' || i.gjahr || '/' || i.belnr";
	parts->document_key = "i.belnr";
	parts->customer = parts->customer_key = "segment_internal.sap_key(i.kunnr, 10)";
	parts->from = both_indexes(options, first, second);
	parts->of_client = "true";
	parts->is_counted = is_document_type(options, "i.blart");
	parts->is_cancelled = is_reversed(options, first);
	parts->is_rejected = "NOT (i.bschl IN (" POSTING_KEYS ") OR btrim(i.bschl) IN (" POSTING_KEYS "))";
	parts->date = "i.budat";
	parts->sign = psprintf(SIGN, "i.shkzg");
	parts->amount = "i.wrbtr";
	parts->currency = "i.waers";
	parts->counts = psprintf("SELECT count(DISTINCT d.document) FILTER (WHERE d.cancelled), "
							 "count(DISTINCT d.document) FILTER (WHERE NOT d.cancelled AND NOT d.counted), "
							 "%s + %s, 0::int8, count(*) FILTER (WHERE d.rejected), "
							 "(SELECT count(DISTINCT t.document) FROM (SELECT %s AS document %s WHERE i.belnr IS NOT NULL "
							 "GROUP BY 1, i.buzei HAVING count(*) > 1) AS t), "
							 "count(*) FILTER (WHERE d.belnr IS NULL) "
							 "FROM (SELECT i.belnr, %s AS document, %s AS cancelled, coalesce(%s, false) AS counted, "
							 "coalesce(%s, true) AS rejected %s) AS d",
							 other_clients(options, first), other_clients(options, second),
							 parts->document, parts->from, parts->document, parts->is_cancelled, parts->is_counted,
							 parts->is_rejected, parts->from);
}

/* ---- BKPF and BSEG ---------------------------------------------------------------------- */

static const char *
document_counts(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts, const char *same_document)
{
	char	   *header = seg_sap_quoted_relation(options->header);
	char	   *items = seg_sap_quoted_relation(options->items);
	const char *header_client = seg_sap_sql_is_client(options, "h", options->header);
	const char *of_customers = psprintf("FROM %s AS i WHERE %s AND %s", items,
										seg_sap_sql_is_client(options, "i", options->items),
										seg_sap_sql_is_one_of("i", options->items, "koart", "'D'"));

	return psprintf("SELECT d.cancelled, d.other_categories, d.other_clients, "
					"(SELECT count(*) %s AND %s IS NOT NULL AND NOT EXISTS (SELECT FROM %s AS h WHERE %s AND %s)), "
					"(SELECT count(*) %s AND %s), "
					"(SELECT count(*) FROM (SELECT FROM %s AS h WHERE %s AND %s IS NOT NULL "
					"GROUP BY %s HAVING count(*) > 1) AS t), "
					"(SELECT count(*) %s AND %s IS NULL) "
					"FROM (SELECT count(*) FILTER (WHERE %s AND %s) AS cancelled, "
					"count(*) FILTER (WHERE %s AND NOT %s AND (%s) IS NOT TRUE) AS other_categories, "
					"count(*) FILTER (WHERE (%s) IS NOT TRUE) AS other_clients FROM %s AS h) AS d",
					of_customers, seg_sap_sql_key("i", options->items, "belnr", 10), header, header_client, same_document,
					of_customers, parts->is_rejected,
					header, header_client, parts->document_key, parts->document,
					of_customers, seg_sap_sql_key("i", options->items, "belnr", 10),
					header_client, parts->is_cancelled,
					header_client, parts->is_cancelled, parts->is_counted,
					header_client, header);
}

static void
documents(const SegSapReceiptOptions *options, SegSapReceiptParts *parts)
{
	Oid			header = options->header;
	Oid			items = options->items;
	const char *number = seg_sap_sql_internal(options, "h", header, "belnr", 10);
	const char *same_document;

	parts->document = psprintf("%s || '/' || %s || '/' || %s", seg_sap_sql_text("h", header, "bukrs"),
							   seg_sap_sql_text("h", header, "gjahr"), number);
	parts->document_key = seg_sap_sql_key("h", header, "belnr", 10);
	parts->customer = seg_sap_sql_internal(options, "i", items, "kunnr", 10);
	parts->customer_key = seg_sap_sql_key("i", items, "kunnr", 10);
	same_document = psprintf("%s = %s AND %s = %s AND %s = %s",
							 seg_sap_sql_internal(options, "i", items, "belnr", 10), number,
							 seg_sap_sql_text("i", items, "bukrs"), seg_sap_sql_text("h", header, "bukrs"),
							 seg_sap_sql_text("i", items, "gjahr"), seg_sap_sql_text("h", header, "gjahr"));
	parts->from = psprintf("FROM %s AS h JOIN %s AS i ON %s", seg_sap_quoted_relation(header),
						   seg_sap_quoted_relation(items), same_document);
	parts->of_client = psprintf("%s AND %s", seg_sap_sql_is_client(options, "h", header), seg_sap_sql_is_client(options, "i", items));
	parts->is_counted = psprintf("%s%s", is_document_type(options, seg_sap_sql_text("h", header, "blart")),
								 seg_sap_column(header, "bstat") == NULL ? "" :
								 psprintf(" AND %s", seg_sap_sql_is_initial("h", header, "bstat")));
	parts->is_cancelled = psprintf("NOT %s", seg_sap_sql_is_initial("h", header, "stblg"));
	parts->is_rejected = psprintf("NOT %s", seg_sap_sql_is_one_of("i", items, "bschl", POSTING_KEYS));
	parts->date = seg_sap_sql_date("h", header, "budat");
	parts->sign = psprintf(SIGN, seg_sap_sql_text("i", items, "shkzg"));
	parts->amount = seg_sap_sql_number("i", items, "wrbtr");
	parts->currency = seg_sap_sql_text("h", header, "waers");
	parts->counts = document_counts(options, parts, same_document);
}

void
seg_sap_receipts_fi(const SegSapReceiptOptions *options, SegSapReceiptParts *parts)
{
	parts->product = "NULL::text";
	parts->quantity = "NULL::numeric";
	if (seg_sap_is_fi_index(options->header))
		indexes(options, parts);
	else
		documents(options, parts);
}
