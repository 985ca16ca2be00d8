/*
 * sap_record.h
 *		Records of delimited text.
 *
 * Lines are UTF-8 without line ends.  Cells point into the line.
 */
#ifndef SEG_SAP_SAP_RECORD_H
#define SEG_SAP_SAP_RECORD_H

#include "base/port.h"
#include "sap/sap_status.h"

/* The most columns of a table of PostgreSQL. */
#define SEG_SAP_MAX_FIELDS 1600

typedef struct SegSapCell
{
	const char *text;			/* trimmed of blanks */
	size_t		size;
} SegSapCell;

typedef struct SegSapDialect
{
	char		delimiter;
	char		quote;			/* 0: no quoting */
} SegSapDialect;

/*
 * Does the record continue in the next line, because a quote is open at the end?
 * A quote opens only at the start of a field.  IN open: it is open at the start of
 * the line.
 */
extern bool seg_sap_quote_is_open(SegSapDialect dialect, const char *line, size_t size, bool open);

/*
 * Split INOUT line[size], from which quotes are removed, into OUT cells[most],
 * count.  SEG_SAP_OPEN_QUOTE, SEG_SAP_AFTER_QUOTE (text after a closing quote),
 * SEG_SAP_TOO_MANY_FIELDS.
 */
extern SegSapStatus seg_sap_split(SegSapDialect dialect, char *line, size_t size,
								  SegSapCell *cells, size_t most, size_t *count);

/* Of tab ; | , the one that is most frequent outside quotes; ',' when there is none. */
extern char seg_sap_guess_delimiter(const char *line, size_t size, char quote);

#endif							/* SEG_SAP_SAP_RECORD_H */
