/*
 * sap_names_pg.h
 *		The names that a header can have.
 */
#ifndef SEG_SAP_SAP_NAMES_PG_H
#define SEG_SAP_SAP_NAMES_PG_H

#include "sap/sap_options_pg.h"
#include "sap/sap_record.h"

typedef struct SegSapNames SegSapNames;

/* Names of the dictionary, of the target (or InvalidOid) and of the option mapping. */
extern SegSapNames *seg_sap_names_open(const SegSapOptions *options, Oid target);

/* How many of the cells are known names. */
extern size_t seg_sap_names_known(const SegSapNames *names, const SegSapCell *cells, size_t count);

/*
 * The same when all cells are known names or blank, and one has three letters or
 * more; otherwise 0.
 */
extern size_t seg_sap_names_only(const SegSapNames *names, const SegSapCell *cells, size_t count);

/* Are the names equal, apart from the case of ASCII letters? */
extern bool seg_sap_same_name(const SegSapCell *a, const SegSapCell *b);

#endif							/* SEG_SAP_SAP_NAMES_PG_H */
