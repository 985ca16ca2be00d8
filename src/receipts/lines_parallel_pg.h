/*
 * lines_parallel_pg.h
 *		Receipt lines read by parallel workers, where the planner uses them.
 */
#ifndef SEG_RECEIPTS_LINES_PARALLEL_PG_H
#define SEG_RECEIPTS_LINES_PARALLEL_PG_H

#include "server/compat.h"

#include "nodes/params.h"

#include "receipts/line_reader_pg.h"

/*
 * Read the lines of the query with parallel workers into the reader's engine.  False, and nothing
 * is read, when the planner uses none, or when segment.fit_memory is too small to share.
 * IN query: of segment_internal.receipt_lines; IN parameters: its own; IN has_numbers: do the lines
 * have receipt numbers?
 */
extern bool seg_lines_read_parallel(const char *query, ParamListInfo parameters, bool has_details, bool has_numbers,
									SegLineReader *reader);

#endif							/* SEG_RECEIPTS_LINES_PARALLEL_PG_H */
