/*
 * sap_encoding_pg.h
 *		Text between the encoding of the database and UTF-8, which pure code uses.
 */
#ifndef SEG_SAP_SAP_ENCODING_PG_H
#define SEG_SAP_SAP_ENCODING_PG_H

#include "server/compat.h"

/*
 * Convert IN bytes[*size]; INOUT size: of the result.  The result may be bytes
 * itself; otherwise it ends with 0.  In a SQL_ASCII database nothing is converted.
 */
extern const char *seg_sap_to_utf8(const char *bytes, size_t *size);
extern const char *seg_sap_to_server(const char *bytes, size_t *size);

/* The same as a new string that ends with 0. */
extern char *seg_sap_server_string(const char *utf8, size_t size);

#endif							/* SEG_SAP_SAP_ENCODING_PG_H */
