/*
 * sap_writer_pg.h
 *		Rows into the target, refused lines into their table.
 */
#ifndef SEG_SAP_SAP_WRITER_PG_H
#define SEG_SAP_SAP_WRITER_PG_H

#include "sap/sap_column_pg.h"
#include "sap/sap_record_pg.h"
#include "sap/sap_refusal_pg.h"

typedef struct SapWriter SapWriter;

extern SapWriter *seg_sap_writer_open(const SapColumns *columns, SapCounts *counts);

/* Add a row to the batch; writes the batch when it is full. */
extern void seg_sap_writer_put(SapWriter *writer, const SapRecord *record, Datum *values, bool *nulls);

/* Write a refused line to its table; with on_error abort raise its error. */
extern void seg_sap_writer_refuse(SapWriter *writer, int64 line_no, const char *raw, const SapRefusal *refusal);

/* Write the last batch. */
extern void seg_sap_writer_close(SapWriter *writer);

#endif							/* SEG_SAP_SAP_WRITER_PG_H */
