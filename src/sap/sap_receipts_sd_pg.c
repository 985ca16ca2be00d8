/*
 * sap_receipts_sd_pg.c
 *		Receipts from sales and distribution: billing documents and sales orders.
 *
 *		             billing (VBRK, VBRP)               orders (VBAK, VBAP)
 *		customer     KUNAG, or KUNRG                    KUNNR
 *		date         FKDAT                              AUDAT
 *		sign         VBTYP M, P, S: +   N, O: -         VBTYP C, L: +   H, K: -
 *		left out     FKSTO (cancelled), SFAKN           ABGRU (rejected item)
 *		             (cancellation)
 *		amount       sign * NETWR of the item, the total of the item
 *		quantity     sign * FKIMG                       sign * KWMENG
 */
#include "sap/sap_receipts_sd_pg.h"

#include "sap/sap_table_pg.h"

static const char *
sign_of(const SegSapReceiptOptions *options)
{
	const char *category = seg_sap_sql_text("h", options->header, "vbtyp");

	return options->source == SEG_SAP_RECEIPTS_BILLING ? psprintf("segment.sap_billing_sign(%s)", category) :
		psprintf("CASE WHEN btrim(%s) IN ('C', 'L') THEN 1 WHEN btrim(%s) IN ('H', 'K') THEN -1 END",
				 category, category);
}

static const char *
counted_categories(const SegSapReceiptOptions *options)
{
	return seg_sap_sql_is_one_of("h", options->header, "vbtyp",
								 options->source == SEG_SAP_RECEIPTS_BILLING ? "'M', 'P', 'S', 'N', 'O'" : "'C', 'L', 'H', 'K'");
}

/* Condition: the document is cancelled, or cancels another one. */
static const char *
is_cancelled(const SegSapReceiptOptions *options)
{
	if (options->source == SEG_SAP_RECEIPTS_ORDERS)
		return "false";
	return psprintf("NOT (%s AND %s)", seg_sap_sql_is_initial("h", options->header, "fksto"),
					seg_sap_sql_is_initial("h", options->header, "sfakn"));
}

static const char *
is_rejected(const SegSapReceiptOptions *options)
{
	if (options->source == SEG_SAP_RECEIPTS_BILLING)
		return "false";
	return psprintf("NOT %s", seg_sap_sql_is_initial("i", options->items, "abgru"));
}

static const char *
counts_query(const SegSapReceiptOptions *options, const SegSapReceiptParts *parts, const char *item_document)
{
	char	   *header = seg_sap_quoted_relation(options->header);
	char	   *items = seg_sap_quoted_relation(options->items);
	const char *header_client = seg_sap_sql_is_client(options, "h", options->header);
	const char *items_client = seg_sap_sql_is_client(options, "i", options->items);
	const char *item_key = seg_sap_sql_key("i", options->items, "vbeln", 10);

	return psprintf("SELECT d.cancelled, d.other_categories, d.other_clients, "
					"(SELECT count(*) FROM %s AS i WHERE %s AND NOT EXISTS "
					"(SELECT FROM %s AS h WHERE %s AND %s = %s) AND %s IS NOT NULL), "
					"(SELECT count(*) FROM %s AS i WHERE %s AND %s), "
					"(SELECT count(*) FROM (SELECT FROM %s AS h WHERE %s AND %s IS NOT NULL "
					"GROUP BY %s HAVING count(*) > 1) AS t), "
					"(SELECT count(*) FROM %s AS i WHERE %s AND %s IS NULL) "
					"FROM (SELECT count(*) FILTER (WHERE %s AND %s) AS cancelled, "
					"count(*) FILTER (WHERE %s AND NOT %s AND (%s) IS NOT TRUE) AS other_categories, "
					"count(*) FILTER (WHERE (%s) IS NOT TRUE) AS other_clients FROM %s AS h) AS d",
					items, items_client, header, header_client, parts->document, item_document, item_key,
					items, items_client, parts->is_rejected,
					header, header_client, parts->document_key, parts->document,
					items, items_client, item_key,
					header_client, parts->is_cancelled,
					header_client, parts->is_cancelled, parts->is_counted,
					header_client, header);
}

void
seg_sap_receipts_sd(const SegSapReceiptOptions *options, SegSapReceiptParts *parts)
{
	bool		orders = options->source == SEG_SAP_RECEIPTS_ORDERS;
	const char *customer = orders ? "kunnr" : options->payer ? "kunrg" : "kunag";
	const char *item_document = seg_sap_sql_internal(options, "i", options->items, "vbeln", 10);

	parts->document = seg_sap_sql_internal(options, "h", options->header, "vbeln", 10);
	parts->document_key = seg_sap_sql_key("h", options->header, "vbeln", 10);
	parts->customer = seg_sap_sql_internal(options, "h", options->header, customer, 10);
	parts->customer_key = seg_sap_sql_key("h", options->header, customer, 10);
	parts->from = psprintf("FROM %s AS h JOIN %s AS i ON %s = %s",
						   seg_sap_quoted_relation(options->header), seg_sap_quoted_relation(options->items),
						   item_document, parts->document);
	parts->of_client = psprintf("%s AND %s", seg_sap_sql_is_client(options, "h", options->header),
								seg_sap_sql_is_client(options, "i", options->items));
	parts->is_counted = counted_categories(options);
	parts->is_cancelled = is_cancelled(options);
	parts->is_rejected = is_rejected(options);
	parts->date = seg_sap_sql_date("h", options->header, orders ? "audat" : "fkdat");
	parts->sign = sign_of(options);
	parts->amount = seg_sap_sql_number("i", options->items, "netwr");
	parts->currency = seg_sap_sql_text("h", options->header, "waerk");
	parts->product = seg_sap_sql_text("i", options->items, "matnr");
	parts->quantity = psprintf("%s * %s", parts->sign,
							   seg_sap_sql_number("i", options->items, orders ? "kwmeng" : "fkimg"));
	parts->counts = counts_query(options, parts, item_document);
}
