/*
 * sap_import_pg.h
 *		What the files of sap_import share: a line's way from source to target.
 *
 *		sap_source   lines, from a staging table or from bytes
 *		sap_names    names that make a line a header
 *		sap_reader   header and records
 *		sap_columns  which cell goes to which column, as what
 *		sap_target   types of the target's columns
 *		sap_values   a cell as a Datum
 *		sap_numbers  numbers
 *		sap_amounts  decimals of a row's currency
 *		sap_writer   rows in batches, refused lines
 *		sap_checks   what is counted when all is in
 *		sap_import   the SQL function
 */
#ifndef SEG_SAP_SAP_IMPORT_PG_H
#define SEG_SAP_SAP_IMPORT_PG_H

#include "server/compat.h"

#include "nodes/primnodes.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "sap/sap_convert.h"
#include "sap/sap_dictionary.h"
#include "sap/sap_key.h"
#include "sap/sap_record.h"
#include "sap/sap_text.h"

typedef enum SapAmounts
{
	SAP_AMOUNTS_STORED,
	SAP_AMOUNTS_DISPLAY,
	SAP_AMOUNTS_NOT_GIVEN,
} SapAmounts;

typedef enum SapLayout
{
	SAP_LAYOUT_AUTO,
	SAP_LAYOUT_LIST,
	SAP_LAYOUT_DELIMITED,
} SapLayout;

typedef struct SapOptions
{
	RangeVar   *target;
	SegSapNotation notation;
	SapAmounts	amounts;
	SegSapDateFormat date_format;
	char	   *client;			/* three digits, or NULL */
	const SegSapTable *table;	/* NULL: unknown */
	Jsonb	   *mapping;		/* or NULL */
	Oid			header_table;	/* or InvalidOid */
	char	   *currency;		/* or NULL */
	Oid			tcurx;			/* or InvalidOid */
	int			material_length;
	SapLayout	layout;
	char		delimiter;		/* 0: guess */
	char		quote;			/* 0: none */
	bool		reject;
	RangeVar   *refused;		/* NULL: named after the target */
	bool		check_keys;
	bool		may_show;		/* the lines are the caller's own: messages may cite a field */
} SapOptions;

typedef struct SapCounts
{
	int64		rows_read;
	int64		rows_loaded;
	int64		rows_refused;
	int64		other_clients;
	int64		lines_skipped;
} SapCounts;

/* ---- sap_source ------------------------------------------------------------- */

typedef struct SapSource SapSource;

typedef struct SapLine
{
	int64		number;
	const char *text;			/* UTF-8; valid until the next line is read */
	size_t		size;
	SegStatus	status;			/* SEG_SAP_NOT_TEXT: text is not to be used */
} SapLine;

/*
 * Lines of a staging table, read as the caller through an SPI cursor.  The first
 * is line 1, whatever number the table has for it.
 */
extern SapSource *seg_sap_source_table(Oid relation);

/* Lines of a file's bytes, which must stay. */
extern SapSource *seg_sap_source_bytes(const char *bytes, size_t size, SegSapEncoding encoding);

extern bool seg_sap_source_next(SapSource *source, SapLine *line);
extern void seg_sap_source_close(SapSource *source);

/* ---- sap_names -------------------------------------------------------------- */

typedef struct SapNames SapNames;

/* Names of the dictionary, of the target (or InvalidOid) and of the option mapping. */
extern SapNames *seg_sap_names_open(const SapOptions *options, Oid target);

/* How many of the cells are known names. */
extern size_t seg_sap_names_known(const SapNames *names, const SegSapCell *cells, size_t count);

/*
 * How many there are when nothing but known names and blanks is among the cells;
 * else 0, also when none of them has three letters.
 */
extern size_t seg_sap_names_only(const SapNames *names, const SegSapCell *cells, size_t count);

/* The same, but for the case of ASCII letters? */
extern bool seg_sap_same_name(const SegSapCell *a, const SegSapCell *b);

/* ---- sap_reader ------------------------------------------------------------- */

typedef struct SapReader SapReader;

typedef struct SapRecord
{
	int64		line_no;		/* of its first line */
	const char *raw;			/* the lines, ends with 0 */
	SegSapCell	cells[SEG_SAP_MAX_FIELDS];
	size_t		count;
	SegStatus	status;
	int			own_name;		/* the one cell that repeats the name of its column; -1: none */
} SapRecord;

/*
 * Find the header: the line of the first hundred with the most known names.
 * When no line has one, the first that is not blank, if any_name allows it.
 * Otherwise an error.
 */
extern SapReader *seg_sap_reader_open(SapSource *source, const SapOptions *options,
									  const SapNames *names, bool any_name, SapCounts *counts);

/* Is the file a list, with fields between bars? */
extern bool seg_sap_reader_is_list(const SapReader *reader);

/* The header's names, and how many. */
extern const SegSapCell *seg_sap_reader_names(const SapReader *reader, size_t *count);

/* The next record, valid until the next call; false at the end. */
extern bool seg_sap_reader_next(SapReader *reader, SapRecord **record);

/* ---- sap_columns ------------------------------------------------------------ */

typedef enum SapKind
{
	SAP_TEXT,
	SAP_DATE,
	SAP_TIMESTAMP,
	SAP_TIME,
	SAP_NUMERIC,
	SAP_INTEGER,
	SAP_BOOLEAN,
	SAP_OTHER,					/* uuid, json, an enum: text, and blank is NULL */
} SapKind;

typedef enum SapCurrencySource
{
	SAP_CURRENCY_NONE,
	SAP_CURRENCY_CELL,			/* of this row */
	SAP_CURRENCY_HEADER,		/* of the row in header_table */
	SAP_CURRENCY_OPTION,
} SapCurrencySource;

typedef struct SapColumn
{
	const char *file_name;		/* as the header has it, in the database's encoding */
	int			cell;			/* of the record; -1: the client */
	const SegSapField *field;	/* or NULL */
	size_t		field_size;		/* of its name */
	const char *name;			/* in the target */
	SapKind		kind;
	Oid			type;			/* that the INSERT is given */
	const char *type_name;		/* of the target, as SQL */
	Oid			target_type;
	int32		typmod;			/* of the target */
	bool		not_null;
	bool		is_cast;		/* by the INSERT, to type_name */
	int			length;			/* of fields of characters; 0: not checked */
	bool		is_needed;		/* a key of the SAP table, which may not be blank */
	bool		tells;			/* is more than a figure, a currency, a unit or the client */
	SapCurrencySource currency_source;	/* of amounts */
	int			currency_cell;
} SapColumn;

typedef struct SapColumns
{
	const SapOptions *options;
	Oid			target;			/* InvalidOid: still to be created */
	SapColumn  *items;
	int			count;
	size_t		cells_needed;	/* a record must have so many */
	size_t		cells_named;	/* of the header, with those without a name */
	bool	   *unnamed;		/* [cells_named]: must be blank */
	bool		has_index;		/* the first has no name, and digits in it are row numbers */
	bool		has_key;		/* a customer, a document or a material, in a table that nobody knows */
	int			client_cell;	/* MANDT, or -1 */
	List	   *ignored;		/* of char *: names with no place in the target */
} SapColumns;

/* Give each name its column; creates the target when there is none. */
extern void seg_sap_columns_resolve(SapColumns *columns, const SegSapCell *names, size_t count, bool is_list);

/* ---- sap_target ------------------------------------------------------------- */

/* How a column takes its values; 42804 for a type that there is no conversion to. */
extern void seg_sap_set_type(SapColumn *column, Form_pg_attribute attribute);

/* The type that a column is created with. */
extern const char *seg_sap_created_type(const SegSapField *field);

/* ---- sap_amounts ------------------------------------------------------------ */

typedef struct SapCurrencies SapCurrencies;

/* Reads tcurx and, where amounts need it, header_table. */
extern SapCurrencies *seg_sap_currencies_open(const SapColumns *columns);

/*
 * By how many places the amount of a column must move to the right; an error
 * when the options do not tell.  *known is false when the row names no currency.
 */
extern int	seg_sap_amount_shift(SapCurrencies *currencies, const SapColumn *column,
								 const SapRecord *record, bool *known);

/* ---- sap_values ------------------------------------------------------------- */

typedef struct SapRefusal
{
	int			sqlstate;
	const char *field;			/* or NULL: the line as a whole */
	const char *hint;			/* or NULL */
	SegSapCell	value;			/* of the field, or nothing */
	char		reason[160];
} SapRefusal;

extern void seg_sap_refusal(SapRefusal *refusal, SegStatus status, const char *field);
extern void seg_sap_refuse(SapRefusal *refusal, int sqlstate, const char *field, const char *format,...)
			pg_attribute_printf(4, 5);

/* Is the record as wide as the header, with nothing where the header has no name? False: refused. */
extern bool seg_sap_has_shape(const SapColumns *columns, const SapRecord *record, SapRefusal *refusal);

/* A record of that shape as values and nulls of the columns; false: refused. */
extern bool seg_sap_row(const SapColumns *columns, SapCurrencies *currencies, const SapRecord *record,
						Datum *values, bool *nulls, SapRefusal *refusal);

/* ---- sap_numbers ------------------------------------------------------------ */

/* A cell as a number, in the decimals of its currency; false: refused. */
extern bool seg_sap_parse_number(const SapColumns *columns, SapCurrencies *currencies, const SapColumn *column,
								 const SapRecord *record, const SegSapCell *cell,
								 SegSapNumber *number, SapRefusal *refusal);

/* The same as a value of a column of numbers. */
extern bool seg_sap_number_value(const SapColumns *columns, SapCurrencies *currencies, const SapColumn *column,
								 const SapRecord *record, const SegSapCell *cell, Datum *value, SapRefusal *refusal);

/* ---- sap_writer ------------------------------------------------------------- */

typedef struct SapWriter SapWriter;

extern SapWriter *seg_sap_writer_open(const SapColumns *columns, SapCounts *counts);
extern void seg_sap_writer_put(SapWriter *writer, const SapRecord *record, Datum *values, bool *nulls);
extern void seg_sap_writer_refuse(SapWriter *writer, int64 line_no, const char *raw, const SapRefusal *refusal);
extern void seg_sap_writer_close(SapWriter *writer);

/* ---- sap_checks ------------------------------------------------------------- */

/* Keys that stand in the target more than once; false when it has no known key. */
extern bool seg_sap_duplicate_keys(const SapColumns *columns, int64 *count);

/* Rows of the target without a row in header_table; false when there is none to ask. */
extern bool seg_sap_orphan_items(const SapColumns *columns, int64 *count);

#endif							/* SEG_SAP_SAP_IMPORT_PG_H */
