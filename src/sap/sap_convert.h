/*
 * sap_convert.h
 *		Values as SAP writes them, and what they mean.
 *
 * SAP knows no NULL: a blank, or zeros in a date, is its initial value.  A value
 * goes in as bytes with a size, is trimmed of blanks, and need not end with 0.
 */
#ifndef SEG_SAP_SAP_CONVERT_H
#define SEG_SAP_SAP_CONVERT_H

#include "base/port.h"
#include "base/status.h"

/* The internal form and the six display formats of a user's settings (SU3). */
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

/* The three notations of SU3, and the one without grouping. */
typedef enum SegSapNotation
{
	SEG_SAP_POINT_COMMA,		/* 1.234.567,89 */
	SEG_SAP_COMMA_POINT,		/* 1,234,567.89 */
	SEG_SAP_SPACE_COMMA,		/* 1 234 567,89 */
	SEG_SAP_PLAIN,				/* 1234567.89 */
	SEG_SAP_NO_NOTATION,		/* not told: digits and sign only */
} SegSapNotation;

/* The notations above, in their order; ends with NULL after SEG_SAP_PLAIN. */
extern const char *const seg_sap_notations[];

#define SEG_SAP_NUMBER_SIZE 128

typedef struct SegSapNumber
{
	bool		is_null;
	bool		is_zero;
	bool		is_small;		/* mantissa and scale hold the value */
	bool		has_exponent;	/* as written; all else is without it */
	int64_t		mantissa;		/* value * 10^scale */
	int			scale;			/* decimals as written */
	int			decimals;		/* that are needed; negative for trailing zeros of a whole number */
	int			magnitude;		/* digits before the mark; negative: zeros behind it; not of zero */
	char		text[SEG_SAP_NUMBER_SIZE];	/* "-1234.50", always; ends with 0 */
} SegSapNumber;

/*
 * A date.  Zeros in any format, "0" and blank are null; 99991231 is a date.
 * IN value[size]; OUT *date.  SEG_SAP_NOT_A_DATE for anything else that is no
 * day of the calendar in just this format.
 */
extern SegStatus seg_sap_date(const char *value, size_t size, SegSapDateFormat format,
							  SegSapDate *date);

/*
 * A time of day, HHMMSS or HH:MM:SS, up to 24:00:00.  Blank is null; zeros are
 * midnight.  SEG_SAP_NOT_A_TIME otherwise.
 */
extern SegStatus seg_sap_time(const char *value, size_t size, SegSapTime *time);

/*
 * A number.  The minus may lead or trail, groups must be of three digits (a
 * wrong notation shows itself there), an exponent may follow.  Blank is null.
 * SEG_SAP_NOT_A_NUMBER, or SEG_SAP_NOTATION_NEEDED where the notation was not
 * told and the value has a separator.
 */
extern SegStatus seg_sap_number(const char *value, size_t size, SegSapNotation notation,
								SegSapNumber *number);

/* Move the decimal mark of a small number that is not zero to the right by shift places (left: negative). */
extern void seg_sap_shift_number(SegSapNumber *number, int shift);

/*
 * The conversion exit ALPHA, inwards: digits only get zeros on the left up to
 * length, anything else is left as it is.  OUT result[max(size, length)],
 * *result_size.  SEG_SAP_TOO_LONG when the value has more characters (UTF-8)
 * than length; zeros too many are taken off first.
 */
extern SegStatus seg_sap_alpha_in(const char *value, size_t size, size_t length,
								  char *result, size_t *result_size);

/* Outwards: digits only lose their leading zeros; the last digit stays. IN and OUT *value, *size. */
extern void seg_sap_alpha_out(const char **value, size_t *size);

/*
 * Decimals of a currency by the table TCURX as SAP delivers it (SAP note
 * 137626, with XAF and XOF); 2 where it has no entry.  Cost: a binary search.
 */
extern int	seg_sap_currency_decimals(const char *currency, size_t size);

/* Sign of a billing document by its category (VBTYP): M, P, S 1; N, O -1; others 0. */
extern int	seg_sap_billing_sign(const char *category, size_t size);

/* Bytes of the blank beyond ASCII that text begins or ends with, or 0; size > 0. */
extern size_t seg_sap_first_wide_blank(const char *text, size_t size);
extern size_t seg_sap_last_wide_blank(const char *text, size_t size);

/* Take the blanks off both ends: space, tab, and those of Unicode (no-break, zero-width, ideographic). */
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

/* Characters of UTF-8 text; a byte that starts none counts as one. */
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
