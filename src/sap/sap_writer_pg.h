/*
 * sap_writer_pg.h
 *		Rows into the target, refused lines into their table.
 */
#ifndef SEG_SAP_SAP_WRITER_PG_H
#define SEG_SAP_SAP_WRITER_PG_H

#include "sap/sap_column_pg.h"
#include "sap/sap_record_pg.h"
#include "sap/sap_refusal_pg.h"

typedef struct SegSapWriter SegSapWriter;

extern SegSapWriter *seg_sap_writer_open(const SegSapColumns *columns, SegSapCounts *counts);

/* Add a row to the batch; writes the batch when it is full. */
extern void seg_sap_writer_put(SegSapWriter *writer, const SegSapRecord *record, Datum *values, bool *nulls);

/* Write a refused line to its table; with on_error abort raise its error. */
extern void seg_sap_writer_refuse(SegSapWriter *writer, int64 line_no, const char *raw, const SegSapRefusal *refusal);

/* Write the last batch. */
extern void seg_sap_writer_close(SegSapWriter *writer);

#endif							/* SEG_SAP_SAP_WRITER_PG_H */
