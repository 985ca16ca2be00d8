/*
 * sap_column_pg.h
 *		The columns of the target that an import fills.
 */
#ifndef SEG_SAP_SAP_COLUMN_PG_H
#define SEG_SAP_SAP_COLUMN_PG_H

#include "server/compat.h"

#include "nodes/pg_list.h"

#include "sap/sap_options_pg.h"

typedef enum SegSapKind
{
	SEG_SAP_KIND_TEXT,
	SEG_SAP_KIND_DATE,
	SEG_SAP_KIND_TIMESTAMP,
	SEG_SAP_KIND_TIME,
	SEG_SAP_KIND_NUMERIC,
	SEG_SAP_KIND_INTEGER,
	SEG_SAP_KIND_BOOLEAN,
	SEG_SAP_KIND_OTHER,			/* uuid, json, an enum: from text, and blank is NULL */
} SegSapKind;

typedef enum SegSapCurrencySource
{
	SEG_SAP_CURRENCY_NONE,
	SEG_SAP_CURRENCY_CELL,		/* a cell of the row */
	SEG_SAP_CURRENCY_HEADER,	/* the row of the document in header_table */
	SEG_SAP_CURRENCY_OPTION,
} SegSapCurrencySource;

typedef struct SegSapColumn
{
	const char *file_name;		/* name in the header, in the encoding of the database */
	int			cell;			/* of the record; -1: the option client */
	const SegSapField *field;	/* of the dictionary, or NULL */
	size_t		field_size;		/* bytes of its name */
	const char *name;			/* in the target */
	SegSapKind	kind;
	Oid			type;			/* of the value that the INSERT gets */
	const char *type_name;		/* of the target, as SQL */
	Oid			target_type;
	int32		typmod;			/* of the target */
	bool		not_null;
	bool		is_cast;		/* the INSERT casts the value to type_name */
	int			length;			/* of a character field; 0: not checked */
	bool		is_needed;		/* a key field of the SAP table that must not be blank */
	bool		is_identifying; /* not only a number, a currency, a unit or the client */
	SegSapCurrencySource currency_source;	/* of amounts */
	int			currency_cell;
} SegSapColumn;

typedef struct SegSapColumns
{
	const SegSapOptions *options;
	Oid			target;			/* InvalidOid: not created yet */
	SegSapColumn *items;
	int			count;
	size_t		cells_needed;	/* a record must have that many */
	size_t		cells_named;	/* of the header, including those without a name */
	bool	   *unnamed;		/* [cells_named]: must be blank */
	bool		has_index;		/* the first has no name; it may contain row numbers */
	bool		has_key;		/* a customer, document or material, in a table that is not in the dictionary */
	int			client_cell;	/* the client, or -1 */
	List	   *ignored;		/* of char *: names without a column in the target */
} SegSapColumns;

#endif							/* SEG_SAP_SAP_COLUMN_PG_H */
