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
	const SegSapTable *table;	/* NULL: not in the dictionary */
	Jsonb	   *mapping;		/* or NULL */
	Oid			header_table;	/* or InvalidOid */
	char	   *currency;		/* or NULL */
	Oid			tcurx;			/* or InvalidOid */
	int			material_length;
	SapLayout	layout;
	char		delimiter;		/* 0: detect */
	char		quote;			/* 0: none */
	bool		reject;
	RangeVar   *refused;		/* NULL: named after the target */
	bool		check_keys;
	bool		may_show;		/* the caller owns the lines: messages may show a field */
} SapOptions;

typedef struct SapCounts
{
	int64		rows_read;
	int64		rows_loaded;
	int64		rows_refused;
	int64		other_clients;
	int64		lines_skipped;
} SapCounts;

/*
 * OUT options, except may_show: from the arguments of sap_import.  Argument
 * `first` is decimal_notation, and the one before it target.  22023 for a value
 * that is not valid, 22004 when target is null.
 */
extern void seg_sap_options_read(FunctionCallInfo fcinfo, int first, SapOptions *options);

#endif							/* SEG_SAP_SAP_OPTIONS_PG_H */
