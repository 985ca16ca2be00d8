/*
 * sap_options_pg.h
 *		The arguments of sap_import, and what it counts.
 */
#ifndef SEG_SAP_SAP_OPTIONS_PG_H
#define SEG_SAP_SAP_OPTIONS_PG_H

#include "server/compat.h"

#include "nodes/primnodes.h"
#include "utils/jsonb.h"

#include "sap/sap_convert.h"
#include "sap/sap_dictionary.h"

typedef enum SegSapAmounts
{
	SEG_SAP_AMOUNTS_STORED,
	SEG_SAP_AMOUNTS_DISPLAY,
	SEG_SAP_AMOUNTS_NOT_GIVEN,
} SegSapAmounts;

typedef enum SegSapLayout
{
	SEG_SAP_LAYOUT_AUTO,
	SEG_SAP_LAYOUT_LIST,
	SEG_SAP_LAYOUT_DELIMITED,
} SegSapLayout;

typedef struct SegSapOptions
{
	RangeVar   *target;
	SegSapNotation notation;
	SegSapAmounts amounts;
	SegSapDateFormat date_format;
	char	   *client;			/* three digits, or NULL */
	const SegSapTable *table;	/* NULL: not in the dictionary */
	Jsonb	   *mapping;		/* or NULL */
	Oid			header_table;	/* or InvalidOid */
	char	   *currency;		/* or NULL */
	Oid			tcurx;			/* or InvalidOid */
	int			material_length;
	SegSapLayout layout;
	char		delimiter;		/* 0: detect */
	char		quote;			/* 0: none */
	bool		reject;
	RangeVar   *refused;		/* NULL: named after the target */
	bool		check_keys;
	bool		may_show;		/* the caller owns the lines: messages may show a field */
} SegSapOptions;

typedef struct SegSapCounts
{
	int64		rows_read;
	int64		rows_loaded;
	int64		rows_refused;
	int64		other_clients;
	int64		lines_skipped;
} SegSapCounts;

/*
 * OUT options, except may_show: from the arguments of sap_import.  Argument
 * `first` is decimal_notation, and the one before it target.  22023 for a value
 * that is not valid, 22004 when target is null.
 */
extern void seg_sap_options_read(FunctionCallInfo fcinfo, int first, SegSapOptions *options);

#endif							/* SEG_SAP_SAP_OPTIONS_PG_H */
