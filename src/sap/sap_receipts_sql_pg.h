/*
 * sap_receipts_sql_pg.h
 *		A source of receipts as pieces of SQL.
 */
#ifndef SEG_SAP_SAP_RECEIPTS_SQL_PG_H
#define SEG_SAP_SAP_RECEIPTS_SQL_PG_H

#include "server/compat.h"

typedef enum SegSapReceiptSource
{
	SEG_SAP_RECEIPTS_BILLING,	/* VBRK, VBRP */
	SEG_SAP_RECEIPTS_ORDERS,	/* VBAK, VBAP */
	SEG_SAP_RECEIPTS_FI,		/* BKPF, BSEG or BSAD, BSID */
} SegSapReceiptSource;

typedef struct SegSapReceiptOptions
{
	char	   *view;			/* schema.name as SQL */
	Oid			header;
	Oid			items;			/* InvalidOid: there is only one FI index */
	Oid			customers;		/* or InvalidOid */
	SegSapReceiptSource source;
	bool		payer;
	bool		include_one_time;
	bool		stored;
	char	   *client;			/* as a list of literals, or NULL: the tables have no client */
	char	   *document_types; /* FI: as an array literal */
} SegSapReceiptOptions;

/*
 * A source as pieces of SQL.  Its lines are the rows of `from` that satisfy
 * of_client and is_counted, but neither is_cancelled nor is_rejected, and that have
 * a document number.  Lines with a customer number are receipts.
 */
typedef struct SegSapReceiptParts
{
	const char *from;			/* FROM ... */
	const char *of_client;
	const char *is_counted;		/* the document category is one that counts */
	const char *is_cancelled;
	const char *is_rejected;	/* the item does not count */
	const char *customer;		/* text */
	const char *customer_key;	/* its internal form; NULL when it is blank */
	const char *document;		/* text */
	const char *document_key;
	const char *date;
	const char *sign;
	const char *amount;
	const char *currency;
	const char *product;
	const char *quantity;

	/*
	 * A query of one row: documents that are cancelled, of other categories, of other
	 * clients; items without header; rejected items; duplicate documents; items without
	 * document number.
	 */
	const char *counts;
} SegSapReceiptParts;

/* ---- pieces of SQL: columns of a relation; 42703 when a column is missing ---- */

extern const char *seg_sap_sql_text(const char *alias, Oid relation, const char *name);
extern const char *seg_sap_sql_date(const char *alias, Oid relation, const char *name);
extern const char *seg_sap_sql_number(const char *alias, Oid relation, const char *name);

/* A key of `length` digits in internal form; NULL when it is blank. */
extern const char *seg_sap_sql_key(const char *alias, Oid relation, const char *name, int length);

/* The same, but the column itself when all its values are in internal form. */
extern const char *seg_sap_sql_internal(const SegSapReceiptOptions *options, const char *alias, Oid relation,
										const char *name, int length);

/* Conditions: the flag or number is initial (NULL, blank, zeros or '#'); it is not initial. */
extern const char *seg_sap_sql_is_initial(const char *alias, Oid relation, const char *name);
extern const char *seg_sap_sql_is_set(const char *alias, Oid relation, const char *name);

/* Condition: the value without blanks is in a list of literals, 'A', 'B'. */
extern const char *seg_sap_sql_is_one_of(const char *alias, Oid relation, const char *name, const char *list);

/* Condition: the row is of the client of the options; true for a table without clients. */
extern const char *seg_sap_sql_is_client(const SegSapReceiptOptions *options, const char *alias, Oid relation);

#endif							/* SEG_SAP_SAP_RECEIPTS_SQL_PG_H */
