/*
 * rfm_names_pg.h
 *		The names of segments in result rows.
 */
#ifndef SEG_RFM_RFM_NAMES_PG_H
#define SEG_RFM_RFM_NAMES_PG_H

#include "server/compat.h"

#include "rfm/rfm_names.h"
#include "server/rows.h"

/* A scheme of segments in a language. */
typedef struct SegRfmNaming
{
	SegRfmScheme scheme;
	int			language;
	const SegRfmSegment *segments;
	size_t		count;			/* 0: scheme none */
} SegRfmNaming;

/* Read the arguments scheme and language, which are not null; 22023. */
extern SegRfmNaming seg_rfm_naming_arguments(FunctionCallInfo fcinfo, int scheme_argno, int language_argno);

/* The index of scores among the segments; 0 for scheme none. */
extern size_t seg_rfm_place_of(const SegRfmNaming *naming, const int scores[SEG_RFM_MEASURES]);

/* Put the columns segment, segment_code, segment_order; NULLs for scheme none. */
extern void seg_rfm_put_segment(SegRow *row, const SegRfmNaming *naming, size_t place);

#endif							/* SEG_RFM_RFM_NAMES_PG_H */
