/*
 * sap_reader_pg.h
 *		The lines of an import as header and records.
 */
#ifndef SEG_SAP_SAP_READER_PG_H
#define SEG_SAP_SAP_READER_PG_H

#include "sap/sap_header_pg.h"

/*
 * Find the header: of the first hundred lines the one with the most known names.
 * When no line has a known name, the first line that is not blank if any_name.
 * Otherwise 22023.
 */
extern SegSapReader *seg_sap_reader_open(SegSapSource *source, const SegSapOptions *options,
										 const SegSapNames *names, bool any_name, SegSapCounts *counts);

/* Is the file a list, with fields between vertical bars? */
extern bool seg_sap_reader_is_list(const SegSapReader *reader);

/* The names of the header, and OUT how many. */
extern const SegSapCell *seg_sap_reader_names(const SegSapReader *reader, size_t *count);

/* OUT record: the next one, valid until the next call; false at the end. */
extern bool seg_sap_reader_next(SegSapReader *reader, SegSapRecord **record);

#endif							/* SEG_SAP_SAP_READER_PG_H */
