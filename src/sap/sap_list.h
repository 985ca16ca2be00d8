/*
 * sap_list.h
 *		Rows of the list text of SAP lists.
 */
#ifndef SEG_SAP_SAP_LIST_H
#define SEG_SAP_SAP_LIST_H

#include "sap/sap_record.h"

/* The positions of the | of the header, in characters and in columns of the screen. */
typedef struct SegSapList
{
	size_t		fields;			/* one less than the bars */
	bool		is_aligned;		/* a row had its bars at these positions */
	uint32_t	characters[SEG_SAP_MAX_FIELDS + 1];
	uint32_t	columns[SEG_SAP_MAX_FIELDS + 1];
} SegSapList;

/* Is the line a row of a list: does it begin and end with | ? */
extern bool seg_sap_is_list_row(const char *line, size_t size);

/* Is the line a horizontal rule of dashes? */
extern bool seg_sap_is_list_rule(const char *line, size_t size);

/*
 * Read the header line: OUT list, and the names in cells[SEG_SAP_MAX_FIELDS].
 * SEG_SAP_NO_FIT when it is not a row of a list, SEG_SAP_TOO_MANY_FIELDS.
 */
extern SegSapStatus seg_sap_list_header(SegSapList *list, const char *line, size_t size, SegSapCell *cells);

/*
 * Split a row at the positions of the header, so that a | inside a cell does not
 * split it.  Positions are counted in characters; when no | is there, in columns of
 * the screen (East Asian characters take two).  When that fails too, but the row has
 * as many | as the header, it is split at these.  This is done only when no row was
 * at the positions before, or when the row has characters beyond ASCII, whose width
 * is uncertain.  Otherwise the row is one of another table.
 * OUT cells[list->fields].  SEG_SAP_NO_FIT.
 */
extern SegSapStatus seg_sap_list_cut(SegSapList *list, const char *line, size_t size, SegSapCell *cells);

#endif							/* SEG_SAP_SAP_LIST_H */
