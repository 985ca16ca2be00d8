/*
 * chart_spec_pg.h
 *		Reads a chart from a Vega-Lite specification in jsonb.
 */
#ifndef SEG_CHART_CHART_SPEC_PG_H
#define SEG_CHART_CHART_SPEC_PG_H

#include "server/compat.h"

#include "utils/jsonb.h"

#include "chart/chart.h"

/*
 * OUT *chart, with texts and values in palloc'd memory.  The language is that of
 * usermeta.language, else English.
 *
 * Errors: 0A000 a property or a value that is not in the subset, by its path; 22023 a
 * value of another type or range; 54000 too many rows, layers or categories.
 */
extern void seg_chart_read(const Jsonb *spec, SegChart *chart);

/* The number of a language; 22023 for an unknown code. */
extern int	seg_chart_language(const char *code);

#endif							/* SEG_CHART_CHART_SPEC_PG_H */
