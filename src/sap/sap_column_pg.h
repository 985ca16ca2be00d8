/*
 * sap_column_pg.h
 *		The columns of the target that an import fills.
 */
#ifndef SEG_SAP_SAP_COLUMN_PG_H
#define SEG_SAP_SAP_COLUMN_PG_H

#include "server/compat.h"

#include "nodes/pg_list.h"

#include "sap/sap_options_pg.h"

typedef enum SapKind
{
	SAP_TEXT,
	SAP_DATE,
	SAP_TIMESTAMP,
	SAP_TIME,
	SAP_NUMERIC,
	SAP_INTEGER,
	SAP_BOOLEAN,
	SAP_OTHER,					/* uuid, json, an enum: from text, and blank is NULL */
} SapKind;

typedef enum SapCurrencySource
{
	SAP_CURRENCY_NONE,
	SAP_CURRENCY_CELL,			/* a cell of the row */
	SAP_CURRENCY_HEADER,		/* the row of the document in header_table */
	SAP_CURRENCY_OPTION,
} SapCurrencySource;

typedef struct SapColumn
{
	const char *file_name;		/* name in the header, in the encoding of the database */
	int			cell;			/* of the record; -1: the option client */
	const SegSapField *field;	/* of the dictionary, or NULL */
	size_t		field_size;		/* bytes of its name */
	const char *name;			/* in the target */
	SapKind		kind;
	Oid			type;			/* of the value that the INSERT gets */
	const char *type_name;		/* of the target, as SQL */
	Oid			target_type;
	int32		typmod;			/* of the target */
	bool		not_null;
	bool		is_cast;		/* the INSERT casts the value to type_name */
	int			length;			/* of a character field; 0: not checked */
	bool		is_needed;		/* a key field of the SAP table that must not be blank */
	bool		is_identifying; /* not only a number, a currency, a unit or the client */
	SapCurrencySource currency_source;	/* of amounts */
	int			currency_cell;
} SapColumn;

typedef struct SapColumns
{
	const SapOptions *options;
	Oid			target;			/* InvalidOid: not created yet */
	SapColumn  *items;
	int			count;
	size_t		cells_needed;	/* a record must have that many */
	size_t		cells_named;	/* of the header, including those without a name */
	bool	   *unnamed;		/* [cells_named]: must be blank */
	bool		has_index;		/* the first has no name; it may contain row numbers */
	bool		has_key;		/* a customer, document or material, in a table that is not in the dictionary */
	int			client_cell;	/* MANDT, or -1 */
	List	   *ignored;		/* of char *: names without a column in the target */
} SapColumns;

#endif							/* SEG_SAP_SAP_COLUMN_PG_H */
