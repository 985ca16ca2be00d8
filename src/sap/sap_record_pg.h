/*
 * sap_record_pg.h
 *		A record of an import file: the cells of one row.
 */
#ifndef SEG_SAP_SAP_RECORD_PG_H
#define SEG_SAP_SAP_RECORD_PG_H

#include "server/compat.h"

#include "sap/sap_record.h"
#include "sap/sap_status.h"

typedef struct SegSapRecord
{
	int64		line_no;		/* of its first line */
	const char *raw;			/* its lines; ends with 0 */
	SegSapCell	cells[SEG_SAP_MAX_FIELDS];
	size_t		count;
	SegSapStatus status;
	int			own_name;		/* the last cell that repeats the name of its column; -1: none */
} SegSapRecord;

#endif							/* SEG_SAP_SAP_RECORD_PG_H */
