/*
 * sap_record.h
 *		Records of an export file: delimited text, and the list text of SAP lists.
 *
 * Lines come in as UTF-8 without their line ends.  Cells point into the line.
 */
#ifndef SEG_SAP_SAP_RECORD_H
#define SEG_SAP_SAP_RECORD_H

#include "base/port.h"
#include "base/status.h"

/* A table of PostgreSQL has at most so many columns. */
#define SEG_SAP_MAX_FIELDS 1600

typedef struct SegSapCell
{
	const char *text;			/* trimmed of blanks */
	size_t		size;
} SegSapCell;

/* ---- delimited text --------------------------------------------------------- */

typedef struct SegSapDialect
{
	char		delimiter;
	char		quote;			/* 0: no quoting */
} SegSapDialect;

/*
 * Does the record go on in the next line, because a quote is open?  A quote
 * opens only where a field begins.  open says whether it was at the start.
 */
extern bool seg_sap_quote_is_open(SegSapDialect dialect, const char *line, size_t size, bool open);

/*
 * Split INOUT line[size] (quotes are undone in place) into OUT cells[most],
 * *count.  SEG_SAP_OPEN_QUOTE, SEG_SAP_AFTER_QUOTE (text behind a closing
 * quote), SEG_SAP_TOO_MANY_FIELDS.
 */
extern SegStatus seg_sap_split(SegSapDialect dialect, char *line, size_t size,
							   SegSapCell *cells, size_t most, size_t *count);

/* Of tab ; | , the one that stands most often outside quotes; ',' when none does. */
extern char seg_sap_guess_delimiter(const char *line, size_t size, char quote);

/* ---- list text --------------------------------------------------------------- */

/* Where the header's | stand, in characters and in columns of the screen. */
typedef struct SegSapList
{
	size_t		fields;			/* boundaries are one more */
	bool		is_aligned;		/* a row stood at the offsets */
	uint32_t	characters[SEG_SAP_MAX_FIELDS + 1];
	uint32_t	columns[SEG_SAP_MAX_FIELDS + 1];
} SegSapList;

/* A line that belongs to the table of a list: it begins and ends with |. */
extern bool seg_sap_is_list_row(const char *line, size_t size);

/* A line of dashes that only draws. */
extern bool seg_sap_is_list_rule(const char *line, size_t size);

/*
 * Read the header line: OUT *list, and its names as cells[SEG_SAP_MAX_FIELDS].
 * SEG_SAP_NO_FIT when it is no row of a list, SEG_SAP_TOO_MANY_FIELDS.
 */
extern SegStatus seg_sap_list_header(SegSapList *list, const char *line, size_t size, SegSapCell *cells);

/*
 * Cut a row at the header's offsets, so that a | inside a cell stays there.
 * Offsets count characters; where they do not meet a |, columns of the screen
 * (East Asian characters fill two).  Where neither does but there are as many |
 * as in the header, these: when no row stood at the offsets yet, or the row has
 * characters beyond ASCII, whose width is nobody's guess.  Otherwise it is of
 * another table.  OUT cells[list->fields].  SEG_SAP_NO_FIT.
 */
extern SegStatus seg_sap_list_cut(SegSapList *list, const char *line, size_t size, SegSapCell *cells);

#endif							/* SEG_SAP_SAP_RECORD_H */
