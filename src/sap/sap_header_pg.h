/*
 * sap_header_pg.h
 *		The state of a reader, and the search for headers in it.
 */
#ifndef SEG_SAP_SAP_HEADER_PG_H
#define SEG_SAP_SAP_HEADER_PG_H

#include "server/compat.h"

#include "lib/stringinfo.h"

#include "sap/sap_list.h"
#include "sap/sap_names_pg.h"
#include "sap/sap_options_pg.h"
#include "sap/sap_record_pg.h"
#include "sap/sap_source_pg.h"

/* A line that was read before its turn. */
typedef struct SegSapHeldLine
{
	int64		number;
	char	   *text;
	size_t		size;
	SegSapStatus status;
} SegSapHeldLine;

typedef struct SegSapReader
{
	SegSapSource *source;
	SegSapCounts *counts;
	SegSapLayout layout;		/* LIST or DELIMITED */
	SegSapDialect dialect;
	SegSapList	list;
	SegSapList	other_list;		/* of a line that may be another header */
	const SegSapNames *known;
	SegSapCell	names[SEG_SAP_MAX_FIELDS];
	size_t		name_count;
	size_t		named;			/* names that are not blank */
	bool		below_other;	/* the last header was that of another table */

	SegSapHeldLine *held;		/* lines to read before the source */
	int			held_count;
	int			held_next;

	SegSapHeldLine *open_lines; /* lines of the record after its first line */
	int			open_count;

	StringInfoData raw;			/* the lines of the record */
	StringInfoData work;		/* a copy without quotes */
	SegSapRecord record;
} SegSapReader;

static inline bool
seg_sap_is_blank(const char *text, size_t size)
{
	seg_sap_trim(&text, &size);
	return size == 0;
}

/* Error 22021 when the line is UTF-8 or UTF-16 with a byte order mark, read as Latin-1. */
extern void seg_sap_check_mark(const SegSapLine *line);

/* The layout of the options; when it is auto, LIST if one of the held lines is a row of a list. */
extern SegSapLayout seg_sap_layout_of(const SegSapReader *reader, const SegSapOptions *options);

/*
 * Index of the header among the held lines: the line with the most known names;
 * without one, the first line that is not blank if any_name, else -1.
 */
extern int	seg_sap_find_header(SegSapReader *reader, const SegSapOptions *options, bool any_name);

/* Read a line as the header, into the reader; false when it cannot be one. */
extern bool seg_sap_take_header(SegSapReader *reader, const SegSapOptions *options, const SegSapHeldLine *line);

/* Is the header one unknown name, so that the delimiter is probably wrong? */
extern bool seg_sap_is_undivided(const SegSapReader *reader, const SegSapOptions *options);

/* Raise the error that there is no header. */
extern void seg_sap_refuse_headless(const SegSapReader *reader, int lines);

/* Error 22023 when a line before the header `at` looks like a header, too. */
extern void seg_sap_refuse_second_header(SegSapReader *reader, const SegSapOptions *options, int at);

/*
 * Is the record a repetition of the header?  When it is a header of another
 * table, or follows one, its status says so.
 */
extern bool seg_sap_is_header_again(SegSapReader *reader);

#endif							/* SEG_SAP_SAP_HEADER_PG_H */
