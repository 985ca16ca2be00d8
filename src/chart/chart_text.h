/*
 * chart_text.h
 *		The width of text, its lines, and numbers and dates in three languages.
 *
 * Widths are those of DejaVu Sans.  Arial, Helvetica and Liberation Sans are narrower,
 * so a text fits in each of these fonts.
 */
#ifndef SEG_CHART_TEXT_H
#define SEG_CHART_TEXT_H

#include "base/port.h"

typedef struct SegFont
{
	double		size;			/* pixels */
	bool		bold;
} SegFont;

/* A line of a longer text; cut: an ellipsis follows. */
typedef struct SegLine
{
	const char *start;
	size_t		bytes;
	bool		cut;
} SegLine;

/* The widest that the text is shown, in pixels. */
extern double seg_text_width(const char *utf8, size_t bytes, SegFont font);

/*
 * Break a text into lines of at most this width.
 *
 * OUT lines: most of them; the last is cut if the text is longer.  Returns their number,
 * 0 if not even an ellipsis fits.
 */
extern size_t seg_text_wrap(const char *utf8, SegFont font, double width, SegLine *lines, size_t most);

/* A subset of the formats of d3-format: [,][.n](f|%|d), or "" for figures as they come. */
typedef struct SegNumberFormat
{
	int			decimals;		/* -1: as many as needed, three figures */
	bool		grouped;
	bool		percent;
} SegNumberFormat;

/* OUT *format.  Returns false if the text is no format of the subset. */
extern bool seg_number_format(const char *text, SegNumberFormat *format);

#define SEG_NUMBER_TEXT 48

/* OUT text: SEG_NUMBER_TEXT bytes, ASCII.  language: as in stats/describe.h. */
extern void seg_number_text(double value, SegNumberFormat format, int language, char *text);

/* OUT *days since 1970-01-01, with its part of the day, of "2019-11[-30[(T| )12:34[:56]]]". */
extern bool seg_date_days(const char *text, double *days);

/* The civil date of a day. */
extern void seg_civil(int64_t day, int *year, int *month, int *of_month);

/* The day of the first of a month; months of other years count on (13 is the next January). */
extern int64_t seg_month_start(int64_t year, int64_t month);

typedef enum SegDateStyle
{
	SEG_DATE_YEAR,				/* 2019 */
	SEG_DATE_MONTH,				/* Nov 2019 */
	SEG_DATE_DAY,				/* 30 Nov 2019 */
	SEG_DATE_LONG,				/* 30 November 2019 */
	SEG_DATE_LONG_MONTH			/* November 2019 */
} SegDateStyle;

#define SEG_DATE_TEXT 64

/* OUT text: SEG_DATE_TEXT bytes, UTF-8. */
extern void seg_date_text(double days, SegDateStyle style, int language, char *text);

#endif							/* SEG_CHART_TEXT_H */
