/*
 * sap_reader_pg.h
 *		What sap_reader (lines and records) and sap_header (headers) share.
 */
#ifndef SEG_SAP_SAP_READER_PG_H
#define SEG_SAP_SAP_READER_PG_H

#include "sap/sap_import_pg.h"

#include "lib/stringinfo.h"

/* A line that was read ahead. */
typedef struct HeldLine
{
	int64		number;
	char	   *text;
	size_t		size;
	SegStatus	status;
} HeldLine;

struct SapReader
{
	SapSource  *source;
	SapCounts  *counts;
	SapLayout	layout;			/* LIST or DELIMITED */
	SegSapDialect dialect;
	SegSapList	list;
	SegSapList	other_list;		/* of a line that may be another header */
	const SapNames *known;
	SegSapCell	names[SEG_SAP_MAX_FIELDS];
	size_t		name_count;
	size_t		named;			/* names that are not blank */
	bool		below_other;	/* another header was the last */

	HeldLine   *held;			/* lines to be read before the source */
	int			held_count;
	int			held_next;

	HeldLine   *open_lines;		/* of the record, behind its first line */
	int			open_count;

	StringInfoData raw;			/* the record's lines */
	StringInfoData work;		/* a copy in which quotes are undone */
	SapRecord	record;
};

static inline bool
seg_sap_is_blank(const char *text, size_t size)
{
	seg_sap_trim(&text, &size);
	return size == 0;
}

/* Raises an error when the line is one of Unicode, read as Latin-1. */
extern void seg_sap_check_mark(const SapLine *line);

/* List, when one of the held lines is a row of one, or as the options say. */
extern SapLayout seg_sap_layout_of(const SapReader *reader, const SapOptions *options);

/* Index of the header line among the held, or -1. */
extern int	seg_sap_find_header(SapReader *reader, const SapOptions *options, bool any_name);

/* Read a line as the header, into the reader; false when it cannot be one. */
extern bool seg_sap_take_header(SapReader *reader, const SapOptions *options, const HeldLine *line);

/* Is the header one unknown word? */
extern bool seg_sap_is_undivided(const SapReader *reader, const SapOptions *options);

/* Errors: there is no header; there is one above the header. */
extern void seg_sap_refuse_headless(const SapReader *reader, int looked_at);
extern void seg_sap_refuse_second_header(SapReader *reader, const SapOptions *options, int at);

/*
 * Is the record the header again?  Otherwise its status tells whether it is
 * another header, or below one.
 */
extern bool seg_sap_is_header_again(SapReader *reader);

#endif							/* SEG_SAP_SAP_READER_PG_H */
