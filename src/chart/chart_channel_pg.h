/*
 * chart_channel_pg.h
 *		Reads the rows and the channels of a layer of a chart.
 */
#ifndef SEG_CHART_CHART_CHANNEL_PG_H
#define SEG_CHART_CHART_CHANNEL_PG_H

#include "chart/chart.h"
#include "chart/chart_json_pg.h"

/* The rows of a data object. */
typedef struct SegRows
{
	uint32		n;
	JsonbContainer **rows;
} SegRows;

/* INOUT *rows: those of the data object; unchanged if it is absent.  54000 too many rows. */
extern void seg_chart_read_rows(SegJson data, SegRows *rows);

/* A colour "#rrggbb".  22023 for anything else. */
extern const char *seg_chart_read_color(SegJson json, const char *otherwise);

/* 0A000 for a value other than null; is_required: also if it is absent. */
extern void seg_chart_require_null(SegJson json, bool is_required);

/* INOUT *layer: mark is known; the channels of the encoding, each with a value per row. */
extern void seg_chart_read_channels(SegJson encoding, const SegRows *rows, SegLayer *layer);

#endif							/* SEG_CHART_CHART_CHANNEL_PG_H */
