/*
 * sap_source_pg.h
 *		The lines of an import, from a staging table or from the bytes of a file.
 */
#ifndef SEG_SAP_SAP_SOURCE_PG_H
#define SEG_SAP_SAP_SOURCE_PG_H

#include "server/compat.h"

#include "sap/sap_status.h"
#include "sap/sap_text.h"

typedef struct SegSapSource SegSapSource;

typedef struct SegSapLine
{
	int64		number;
	const char *text;			/* UTF-8; valid until the next line is read */
	size_t		size;
	SegSapStatus status;		/* other than SEG_SAP_OK: text must not be used */
} SegSapLine;

/*
 * Lines of a staging table, read with the caller's privileges through an SPI
 * cursor.  The first line has number 1, whatever its number in the table is.
 */
extern SegSapSource *seg_sap_source_table(Oid relation);

/* Lines of a file; its bytes must stay valid. */
extern SegSapSource *seg_sap_source_bytes(const char *bytes, size_t size, SegSapEncoding encoding);

/* OUT line; false at the end. */
extern bool seg_sap_source_next(SegSapSource *source, SegSapLine *line);
extern void seg_sap_source_close(SegSapSource *source);

#endif							/* SEG_SAP_SAP_SOURCE_PG_H */
