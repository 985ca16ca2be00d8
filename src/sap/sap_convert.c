/*
 * sap_convert.c
 *		Dates, times and numbers in the forms of SAP; see sap_convert.h.
 *
 * A date is read in one format and a number in one notation, because 01.02.2024
 * and 1.234 have different meanings in different formats.  A value that does not
 * have the form is an error; nothing is guessed or corrected.
 */
#include "sap/sap_convert.h"

const char *const seg_sap_date_formats[] = {
	"YYYYMMDD", "DD.MM.YYYY", "MM/DD/YYYY", "MM-DD-YYYY",
	"YYYY.MM.DD", "YYYY/MM/DD", "YYYY-MM-DD", NULL
};

const char *const seg_sap_notations[] = {
	"1.234.567,89", "1,234,567.89", "1 234 567,89", "1234567.89", NULL
};

/* U+00A0; U+2000 .. U+200D, U+202F, U+205F, U+2060; U+3000; U+FEFF; the byte A0 of Latin-1 that is not converted. */
size_t
seg_sap_first_wide_blank(const char *text, size_t size)
{
	const unsigned char *b = (const unsigned char *) text;

	if (b[0] == 0xA0)
		return 1;
	if (size >= 2 && b[0] == 0xC2 && b[1] == 0xA0)
		return 2;
	if (size < 3)
		return 0;
	if ((b[0] == 0xE2 && b[1] == 0x80 && (b[2] <= 0x8D || b[2] == 0xAF)) ||
		(b[0] == 0xE2 && b[1] == 0x81 && (b[2] == 0x9F || b[2] == 0xA0)) ||
		(b[0] == 0xE3 && b[1] == 0x80 && b[2] == 0x80) ||
		(b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF))
		return 3;
	return 0;
}

size_t
seg_sap_last_wide_blank(const char *text, size_t size)
{
	if (size >= 3 && seg_sap_first_wide_blank(text + size - 3, 3) == 3)
		return 3;
	if (size >= 2 && seg_sap_first_wide_blank(text + size - 2, 2) == 2)
		return 2;
	return text[size - 1] == '\xA0' && (size == 1 || ((unsigned char) text[size - 2] & 0x80) == 0);
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Blank, "0", or eight zeros with two separators or none. */
static bool
is_initial_date(const char *value, size_t size)
{
	size_t		zeros = 0;
	size_t		separators = 0;

	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		zeros += value[i] == '0';
		separators += value[i] == '.' || value[i] == '/' || value[i] == '-';
	}
	if (zeros + separators != size)
		return false;
	return size == 0 || (size == 1 && zeros == 1) || (zeros == 8 && (separators == 0 || separators == 2));
}

SegSapStatus
seg_sap_date(const char *value, size_t size, SegSapDateFormat format, SegSapDate *date)
{
	const char *pattern = seg_sap_date_formats[format];

	*date = (SegSapDate) {0};
	seg_sap_trim(&value, &size);
	if (is_initial_date(value, size))
	{
		date->is_null = true;
		return SEG_SAP_OK;
	}
	if (size != strlen(pattern))
		return SEG_SAP_NOT_A_DATE;
	for (size_t i = 0; i < size; i++)
	{
		int		   *part = pattern[i] == 'Y' ? &date->year :
			pattern[i] == 'M' ? &date->month :
			pattern[i] == 'D' ? &date->day : NULL;

		if (part == NULL ? value[i] != pattern[i] : !seg_sap_is_digit(value[i]))
			return SEG_SAP_NOT_A_DATE;
		if (part != NULL)
			*part = *part * 10 + (value[i] - '0');
	}
	if (date->year < 1 || date->month < 1 || date->month > 12 ||
		date->day < 1 || date->day > days_in_month(date->year, date->month))
		return SEG_SAP_NOT_A_DATE;
	return SEG_SAP_OK;
}

SegSapStatus
seg_sap_time(const char *value, size_t size, SegSapTime *time)
{
	int			parts[3] = {0, 0, 0};
	size_t		step;

	*time = (SegSapTime) {0};
	seg_sap_trim(&value, &size);
	if (size == 0)
	{
		time->is_null = true;
		return SEG_SAP_OK;
	}
	if (size != 6 && size != 8)
		return SEG_SAP_NOT_A_TIME;
	step = size == 6 ? 2 : 3;
	for (size_t i = 0; i < 3; i++)
	{
		const char *part = value + i * step;

		if (!seg_sap_is_digit(part[0]) || !seg_sap_is_digit(part[1]) ||
			(step == 3 && i < 2 && part[2] != ':'))
			return SEG_SAP_NOT_A_TIME;
		parts[i] = (part[0] - '0') * 10 + (part[1] - '0');
	}
	if (parts[0] * 3600 + parts[1] * 60 + parts[2] > 24 * 3600 || parts[1] > 59 || parts[2] > 59)
		return SEG_SAP_NOT_A_TIME;
	time->hour = parts[0];
	time->minute = parts[1];
	time->second = parts[2];
	return SEG_SAP_OK;
}

/* ---- numbers --------------------------------------------------------------- */

/* A position in the value; everything before it has been read. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* Bytes of the group separator at the cursor, or 0. */
static size_t
group_separator(const Cursor *cursor, SegSapNotation notation)
{
	size_t		left = cursor->end - cursor->at;

	if (left == 0)
		return 0;
	switch (notation)
	{
		case SEG_SAP_POINT_COMMA:
			return *cursor->at == '.';
		case SEG_SAP_COMMA_POINT:
			return *cursor->at == ',';
		case SEG_SAP_SPACE_COMMA:
			if (left >= 2 && memcmp(cursor->at, "\xC2\xA0", 2) == 0)
				return 2;		/* no-break space */
			if (left >= 3 && memcmp(cursor->at, "\xE2\x80\xAF", 3) == 0)
				return 3;		/* narrow no-break space */
			return *cursor->at == ' ' || *cursor->at == '\xA0'; /* Latin-1 that is not converted */
		case SEG_SAP_PLAIN:
		case SEG_SAP_NO_NOTATION:
			return 0;
	}
	return 0;
}

static bool
at_decimal_mark(const Cursor *cursor, SegSapNotation notation)
{
	char		mark = notation == SEG_SAP_COMMA_POINT || notation == SEG_SAP_PLAIN ? '.' : ',';

	return notation != SEG_SAP_NO_NOTATION && cursor->at < cursor->end && *cursor->at == mark;
}

/*
 * Append digits to OUT out; false when there is no room.  Leading zeros of the
 * integer part are skipped.
 */
static bool
take_digits(Cursor *cursor, char *out, size_t *used, size_t *taken, bool integer)
{
	for (*taken = 0; cursor->at < cursor->end && seg_sap_is_digit(*cursor->at); (*taken)++)
	{
		char		digit = *cursor->at++;

		seg_check_step(*taken);
		if (integer && *used == 0 && digit == '0')
			continue;
		if (*used >= SEG_SAP_NUMBER_SIZE - 16)
			return false;
		out[(*used)++] = digit;
	}
	return true;
}

/* Digits in groups of three, or *first digits without groups. */
static bool
take_integer(Cursor *cursor, SegSapNotation notation, char *out, size_t *used, size_t *first)
{
	size_t		taken;
	size_t		separator;

	if (!take_digits(cursor, out, used, first, true))
		return false;
	separator = group_separator(cursor, notation);
	if (separator > 0 && (*first < 1 || *first > 3))
		return separator == 1 && *cursor->at == ' ';	/* a blank can end the number */
	while ((separator = group_separator(cursor, notation)) > 0)
	{
		Cursor		group = {cursor->at + separator, cursor->end};

		if (*cursor->at == ' ' && (group.at == group.end || !seg_sap_is_digit(*group.at)))
			return true;
		if (!take_digits(&group, out, used, &taken, true) || taken != 3)
			return false;
		*cursor = group;
	}
	return true;
}

/* E+02; up to three digits. */
static bool
take_exponent(Cursor *cursor, bool *has_exponent, int *exponent)
{
	bool		negative;
	int			taken = 0;

	*exponent = 0;
	*has_exponent = cursor->at < cursor->end && (*cursor->at == 'E' || *cursor->at == 'e');
	if (!*has_exponent)
		return true;
	cursor->at++;
	negative = cursor->at < cursor->end && *cursor->at == '-';
	if (cursor->at < cursor->end && (*cursor->at == '+' || *cursor->at == '-'))
		cursor->at++;
	for (; cursor->at < cursor->end && seg_sap_is_digit(*cursor->at) && taken < 4; taken++)
		*exponent = *exponent * 10 + (*cursor->at++ - '0');
	if (negative)
		*exponent = -*exponent;
	return taken >= 1 && taken <= 3;
}

/* Move the decimal mark by the exponent; false when there is no room. */
static bool
undo_exponent(char *digits, size_t *used, size_t *integers, int exponent)
{
	const size_t room = SEG_SAP_NUMBER_SIZE - 16;
	size_t		shift = exponent < 0 ? -exponent : exponent;
	size_t		zeros = 0;

	if (exponent < 0)
	{
		zeros = shift > *integers ? shift - *integers : 0;
		if (*used + zeros > room)
			return false;
		memmove(digits + zeros, digits, *used);
		memset(digits, '0', zeros);
		*used += zeros;
		*integers = *integers + zeros - shift;
		return true;
	}
	*integers += shift;
	if (*integers > room)
		return false;
	if (*integers > *used)
	{
		memset(digits + *used, '0', *integers - *used);
		*used = *integers;
	}
	while (zeros < *integers && digits[zeros] == '0')
		zeros++;
	memmove(digits, digits + zeros, *used - zeros);
	*used -= zeros;
	*integers -= zeros;
	return true;
}

static bool
take_sign(Cursor *cursor, bool *negative)
{
	if (cursor->at == cursor->end || (*cursor->at != '-' && *cursor->at != '+'))
		return false;
	*negative = *cursor->at++ == '-';
	return true;
}

/* Set the sizes of a number; IN digits: integers, then decimals. */
static void
measure(SegSapNumber *number, const char *digits, size_t integers, size_t decimals)
{
	size_t		all = integers + decimals;
	size_t		zeros = 0;
	size_t		end = all;

	while (zeros < all && digits[zeros] == '0')
		zeros++;
	number->is_zero = zeros == all;
	if (number->is_zero)
		end = integers;
	while (end > zeros && digits[end - 1] == '0')
		end--;
	number->scale = (int) decimals;
	number->decimals = (int) end - (int) integers;
	number->magnitude = (int) integers - (int) zeros;
	number->is_small = all <= 18;
}

/* Set text, mantissa and sizes; IN digits: integers, then decimals. */
static void
finish_number(SegSapNumber *number, bool negative, const char *digits, size_t integers, size_t decimals)
{
	char	   *out = number->text;
	uint64_t	mantissa = 0;

	measure(number, digits, integers, decimals);
	if (number->is_small)
	{
		for (size_t i = 0; i < integers + decimals; i++)
			mantissa = mantissa * 10 + (uint64_t) (digits[i] - '0');
		number->mantissa = negative ? -(int64_t) mantissa : (int64_t) mantissa;
	}
	if (negative)
		*out++ = '-';
	if (integers == 0)
		*out++ = '0';
	memcpy(out, digits, integers);
	out += integers;
	if (decimals > 0)
	{
		*out++ = '.';
		memcpy(out, digits + integers, decimals);
		out += decimals;
	}
	*out = '\0';
}

SegSapStatus
seg_sap_number(const char *value, size_t size, SegSapNotation notation, SegSapNumber *number)
{
	char		digits[SEG_SAP_NUMBER_SIZE];
	size_t		used = 0;
	size_t		first;
	size_t		integers;
	size_t		decimals = 0;
	int			exponent;
	bool		negative = false;
	bool		has_sign;
	Cursor		cursor;

	seg_sap_trim(&value, &size);
	number->is_null = size == 0;
	if (number->is_null)
		return SEG_SAP_OK;
	cursor = (Cursor) {value, value + size};
	has_sign = take_sign(&cursor, &negative);
	if (!take_integer(&cursor, notation, digits, &used, &first))
		return SEG_SAP_NOT_A_NUMBER;
	integers = used;
	if (at_decimal_mark(&cursor, notation))
	{
		cursor.at++;
		if (!take_digits(&cursor, digits, &used, &decimals, false))
			return SEG_SAP_NOT_A_NUMBER;
	}
	if (first + decimals == 0)
		return SEG_SAP_NOT_A_NUMBER;
	if (!take_exponent(&cursor, &number->has_exponent, &exponent))
		return SEG_SAP_NOT_A_NUMBER;
	while (cursor.at < cursor.end && *cursor.at == ' ')
		cursor.at++;
	if (!has_sign)
		take_sign(&cursor, &negative);
	if (cursor.at != cursor.end)
		return notation == SEG_SAP_NO_NOTATION && memchr(".,0123456789\xC2\xE2", *cursor.at, 14) != NULL ?
			SEG_SAP_NOTATION_NEEDED : SEG_SAP_NOT_A_NUMBER;
	if (number->has_exponent && !undo_exponent(digits, &used, &integers, exponent))
		return SEG_SAP_NOT_A_NUMBER;
	finish_number(number, negative, digits, integers, used - integers);
	return SEG_SAP_OK;
}

void
seg_sap_shift_number(SegSapNumber *number, int shift)
{
	number->scale -= shift;
	number->decimals -= shift;
	number->magnitude += shift;
	while (number->scale < 0)
	{
		number->mantissa *= 10;
		number->scale++;
	}
}
