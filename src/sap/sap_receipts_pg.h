/*
 * sap_receipts_pg.h
 *		What the files of sap_receipts_view() share: its options, the parts of
 *		the view that a source has, and pieces of SQL.
 */
#ifndef SEG_SAP_SAP_RECEIPTS_PG_H
#define SEG_SAP_SAP_RECEIPTS_PG_H

#include "server/compat.h"

#define SEG_RECEIPT_COUNTS 11

typedef enum ReceiptSource
{
	RECEIPTS_BILLING,			/* VBRK, VBRP */
	RECEIPTS_ORDERS,			/* VBAK, VBAP */
	RECEIPTS_FI,				/* BKPF, BSEG or BSAD, BSID */
} ReceiptSource;

typedef struct ReceiptOptions
{
	char	   *view;			/* schema.name as SQL */
	Oid			header;
	Oid			items;			/* InvalidOid: one FI index alone */
	Oid			customers;		/* or InvalidOid */
	ReceiptSource source;
	bool		payer;
	bool		include_one_time;
	bool		stored;
	char	   *client;			/* a literal, or NULL: the tables have no client */
	char	   *document_types; /* FI: an array literal */
} ReceiptOptions;

/*
 * A source as SQL.  Lines are the rows of `from` where of_client, is_counted
 * and neither is_cancelled nor is_rejected, and the document is known; they are
 * receipts when the customer is known, too.
 */
typedef struct ReceiptParts
{
	const char *from;			/* FROM ... */
	const char *of_client;
	const char *is_counted;		/* the document is of a category that counts */
	const char *is_cancelled;
	const char *is_rejected;	/* the item does not count */
	const char *customer;		/* text */
	const char *customer_key;	/* its internal form; NULL where it is blank */
	const char *document;		/* text */
	const char *document_key;
	const char *date;
	const char *sign;
	const char *amount;
	const char *currency;
	const char *product;
	const char *quantity;
	const char *counts;			/* a query: documents cancelled, of other categories, of other clients, items
								 * without header, rejected, documents twice, items without document */
} ReceiptParts;

extern void seg_receipts_sd(const ReceiptOptions *options, ReceiptParts *parts);
extern void seg_receipts_fi(const ReceiptOptions *options, ReceiptParts *parts);

/* Is the relation an index of FI items, BSAD or BSID, rather than a header? */
extern bool seg_receipts_is_index(Oid relation);

/* ---- pieces of SQL; alias.column of a relation, 42703 where it is missing ---- */

extern const char *seg_column_text(const char *alias, Oid relation, const char *name);
extern const char *seg_column_date(const char *alias, Oid relation, const char *name);
extern const char *seg_column_number(const char *alias, Oid relation, const char *name);

/* A key in internal form, of so many digits; NULL where it is blank. */
extern const char *seg_column_key(const char *alias, Oid relation, const char *name, int length);

/* The same as text, by the bare column where all its values are in internal form now. */
extern const char *seg_column_internal(const ReceiptOptions *options, const char *alias, Oid relation,
									   const char *name, int length);

/* The flag or number is initial: NULL, blank, zeros, '#'; or it is not. */
extern const char *seg_column_is_initial(const char *alias, Oid relation, const char *name);
extern const char *seg_column_is_set(const char *alias, Oid relation, const char *name);

/* The value, trimmed, is one of a list of literals: 'A', 'B'. */
extern const char *seg_column_is_one_of(const char *alias, Oid relation, const char *name, const char *list);

/* The row is of the wanted client; true for a table without clients. */
extern const char *seg_is_client(const ReceiptOptions *options, const char *alias, Oid relation);

#endif							/* SEG_SAP_SAP_RECEIPTS_PG_H */
