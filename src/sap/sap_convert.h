/*
 * sap_convert.h
 *		Dates, times and numbers in the forms of SAP.
 *
 * SAP has no NULL.  A blank, or zeros in a date, is the initial value.  A value is
 * given as bytes with a size; it need not end with 0, and blanks around it are
 * ignored.
 */
#ifndef SEG_SAP_SAP_CONVERT_H
#define SEG_SAP_SAP_CONVERT_H

#include "base/port.h"
#include "sap/sap_status.h"

/* The internal form, and the six display formats of the user settings (SU3). */
typedef enum SegSapDateFormat
{
	SEG_SAP_DATE_INTERNAL,		/* YYYYMMDD */
	SEG_SAP_DATE_DMY_POINT,		/* DD.MM.YYYY */
	SEG_SAP_DATE_MDY_SLASH,		/* MM/DD/YYYY */
	SEG_SAP_DATE_MDY_DASH,		/* MM-DD-YYYY */
	SEG_SAP_DATE_YMD_POINT,		/* YYYY.MM.DD */
	SEG_SAP_DATE_YMD_SLASH,		/* YYYY/MM/DD */
	SEG_SAP_DATE_YMD_DASH,		/* YYYY-MM-DD */
} SegSapDateFormat;

/* The patterns above, in their order; ends with NULL. */
extern const char *const seg_sap_date_formats[];

typedef struct SegSapDate
{
	bool		is_null;
	int			year;
	int			month;
	int			day;
} SegSapDate;

typedef struct SegSapTime
{
	bool		is_null;
	int			hour;
	int			minute;
	int			second;
} SegSapTime;

/* The three notations of the user settings (SU3), and one without grouping. */
typedef enum SegSapNotation
{
	SEG_SAP_POINT_COMMA,		/* 1.234.567,89 */
	SEG_SAP_COMMA_POINT,		/* 1,234,567.89 */
	SEG_SAP_SPACE_COMMA,		/* 1 234 567,89 */
	SEG_SAP_PLAIN,				/* 1234567.89 */
	SEG_SAP_NO_NOTATION,		/* not set: digits and a sign only */
} SegSapNotation;

/* The notations above, in their order; ends with NULL after SEG_SAP_PLAIN. */
extern const char *const seg_sap_notations[];

#define SEG_SAP_NUMBER_SIZE 128

typedef struct SegSapNumber
{
	bool		is_null;
	bool		is_zero;
	bool		is_small;		/* mantissa and scale hold the value */
	bool		has_exponent;	/* as written; all other members are without it */
	int64_t		mantissa;		/* value * 10^scale */
	int			scale;			/* decimals as written */
	int			decimals;		/* without trailing zeros; negative for trailing zeros of a whole number */
	int			magnitude;		/* digits before the mark; negative: zeros after it; not set for zero */
	char		text[SEG_SAP_NUMBER_SIZE];	/* "-1234.50", always; ends with 0 */
} SegSapNumber;

/*
 * A date.  Zeros in any format, "0" and blank are null; 99991231 is a date.
 * IN value[size]; OUT date.  SEG_SAP_NOT_A_DATE when the value is not a date of the
 * calendar in this format.
 */
extern SegSapStatus seg_sap_date(const char *value, size_t size, SegSapDateFormat format,
								 SegSapDate *date);

/*
 * A time of day, HHMMSS or HH:MM:SS, up to 24:00:00.  Blank is null; zeros are
 * midnight.  SEG_SAP_NOT_A_TIME otherwise.
 */
extern SegSapStatus seg_sap_time(const char *value, size_t size, SegSapTime *time);

/*
 * A number.  The minus may be first or last.  Groups must have three digits, so
 * that a wrong notation is found.  An exponent may follow.  Blank is null.
 * SEG_SAP_NOT_A_NUMBER; SEG_SAP_NOTATION_NEEDED when the value has a separator and
 * the notation is not set.
 */
extern SegSapStatus seg_sap_number(const char *value, size_t size, SegSapNotation notation,
								   SegSapNumber *number);

/* Move the decimal mark by shift places to the right (negative: left).  INOUT number: small, not zero. */
extern void seg_sap_shift_number(SegSapNumber *number, int shift);

/* Bytes of a blank other than space and tab at the start or end of text, or 0.  IN size > 0. */
extern size_t seg_sap_first_wide_blank(const char *text, size_t size);
extern size_t seg_sap_last_wide_blank(const char *text, size_t size);

/* Remove blanks at both ends: space, tab, and the no-break, zero-width and ideographic ones of Unicode. */
static inline void
seg_sap_trim(const char **value, size_t *size)
{
	for (size_t step = 0; *size > 0; step++)
	{
		size_t		blank = ((unsigned char) **value & 0x80) != 0 ? seg_sap_first_wide_blank(*value, *size) :
			**value == ' ' || **value == '\t';

		seg_check_step(step);
		if (blank == 0)
			break;
		*value += blank;
		*size -= blank;
	}
	for (size_t step = 0; *size > 0; step++)
	{
		char		last = (*value)[*size - 1];
		size_t		blank = ((unsigned char) last & 0x80) != 0 ? seg_sap_last_wide_blank(*value, *size) :
			last == ' ' || last == '\t';

		seg_check_step(step);
		if (blank == 0)
			break;
		*size -= blank;
	}
}

static inline bool
seg_sap_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Number of characters of UTF-8 text; an invalid byte counts as one. */
static inline size_t
seg_sap_characters(const char *text, size_t size)
{
	size_t		count = 0;

	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		count += ((unsigned char) text[i] & 0xC0) != 0x80;
	}
	return count;
}

#endif							/* SEG_SAP_SAP_CONVERT_H */
