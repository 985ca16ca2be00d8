/*
 * sap_import.h
 *		What the files of sap_import share: a line's way from source to target.
 *
 *		sap_source   lines, from a staging table or from bytes
 *		sap_reader   header and records
 *		sap_columns  which cell goes to which column, as what
 *		sap_values   a cell as a Datum
 *		sap_amounts  decimals of a row's currency
 *		sap_writer   rows in batches, refused lines
 *		sap_checks   what is counted when all is in
 *		sap_import   the SQL function
 */
#ifndef SEG_PG_SAP_IMPORT_H
#define SEG_PG_SAP_IMPORT_H

#include "pg/compat.h"

#include "nodes/primnodes.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "core/sap_convert.h"
#include "core/sap_dictionary.h"
#include "core/sap_record.h"
#include "core/sap_text.h"

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
	RangeVar   *refused;
	bool		check_keys;
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

/* Lines of a staging table, read as the caller through an SPI cursor. */
extern SapSource *seg_sap_source_table(Oid relation);

/* Lines of a file's bytes, which must stay. */
extern SapSource *seg_sap_source_bytes(const char *bytes, size_t size, SegSapEncoding encoding);

extern bool seg_sap_source_next(SapSource *source, SapLine *line);
extern void seg_sap_source_close(SapSource *source);

/* ---- sap_reader ------------------------------------------------------------- */

typedef struct SapReader SapReader;

typedef struct SapRecord
{
	int64		line_no;		/* of its first line */
	const char *raw;			/* the lines, ends with 0 */
	SegSapCell	cells[SEG_SAP_MAX_FIELDS];
	size_t		count;
	SegStatus	status;
} SapRecord;

/* How likely a line is the header: how many of its names mean something. */
typedef int (*SapScore) (const SegSapCell *cells, size_t count, void *arg);

/*
 * Find the header.  The best line of the first hundred is taken; when no line
 * scores, the first that is not blank, if any_name allows it.  Otherwise an error.
 */
extern SapReader *seg_sap_reader_open(SapSource *source, const SapOptions *options,
									  SapScore score, void *arg, bool any_name, SapCounts *counts);

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
	SAP_OTHER,					/* text, cast by the INSERT */
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
	const char *file_name;		/* as the header has it */
	int			cell;			/* of the record; -1: the client */
	const SegSapField *field;	/* or NULL */
	const char *name;			/* in the target */
	SapKind		kind;
	Oid			type;			/* that the INSERT is given */
	const char *type_name;		/* of the target, as SQL */
	Oid			target_type;
	int32		typmod;			/* of the target */
	bool		not_null;
	int			key_length;		/* of ALPHA, NUMC, MATERIAL; 0: no key */
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
	int			client_cell;	/* MANDT, or -1 */
	List	   *ignored;		/* of char *: names with no place in the target */
} SapColumns;

/* For seg_sap_reader_open; arg is a SapColumns with options and target set. */
extern int	seg_sap_columns_score(const SegSapCell *cells, size_t count, void *arg);

/* Give each name its column; creates the target when there is none. */
extern void seg_sap_columns_resolve(SapColumns *columns, const SegSapCell *names, size_t count);

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
	char		reason[160];
} SapRefusal;

extern void seg_sap_refusal(SapRefusal *refusal, SegStatus status, const char *field);

/* Is the record as wide as the header, with nothing where the header has no name? False: refused. */
extern bool seg_sap_has_shape(const SapColumns *columns, const SapRecord *record, SapRefusal *refusal);

/* A record of that shape as values and nulls of the columns; false: refused. */
extern bool seg_sap_row(const SapColumns *columns, SapCurrencies *currencies, const SapRecord *record,
						Datum *values, bool *nulls, SapRefusal *refusal);

/* Normalise a key of digits into OUT result[max(size, length)]. */
extern SegStatus seg_sap_key(const SapColumn *column, const SegSapCell *cell, char *result, size_t *size);

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

#endif							/* SEG_PG_SAP_IMPORT_H */
