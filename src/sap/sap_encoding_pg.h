/*
 * sap_encoding_pg.h
 *		Text between the database's encoding and the UTF-8 of the core.
 */
#ifndef SEG_SAP_SAP_ENCODING_PG_H
#define SEG_SAP_SAP_ENCODING_PG_H

#include "server/compat.h"

/*
 * IN bytes[*size] of the one encoding, INOUT *size; the result may be bytes
 * itself, and ends with 0 when it is not.  Bytes of a database in SQL_ASCII are
 * taken as they are.
 */
extern const char *seg_sap_to_utf8(const char *bytes, size_t *size);
extern const char *seg_sap_to_server(const char *bytes, size_t *size);

/* The same as a string of its own. */
extern char *seg_sap_server_string(const char *utf8, size_t size);

#endif							/* SEG_SAP_SAP_ENCODING_PG_H */
