/*
 * sap_convert.c
 *		Values as SAP writes them, and what they mean.
 *
 * Nothing is guessed.  A date is read in one format and a number in one
 * notation, because 01.02.2024 and 1.234 mean different things to different
 * users; what does not fit is refused, never repaired.
 */
#include "core/sap_convert.h"

const char *const seg_sap_date_formats[] = {
	"YYYYMMDD", "DD.MM.YYYY", "MM/DD/YYYY", "MM-DD-YYYY",
	"YYYY.MM.DD", "YYYY/MM/DD", "YYYY-MM-DD", NULL
};

const char *const seg_sap_notations[] = {
	"1.234.567,89", "1,234,567.89", "1 234 567,89", "1234567.89", NULL
};

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

/* Blank, "0", or eight zeros, with two separators among them or without. */
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

SegStatus
seg_sap_date(const char *value, size_t size, SegSapDateFormat format, SegSapDate *date)
{
	const char *pattern = seg_sap_date_formats[format];

	*date = (SegSapDate) {0};
	seg_sap_trim(&value, &size);
	if (is_initial_date(value, size))
	{
		date->is_null = true;
		return SEG_OK;
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
	return SEG_OK;
}

SegStatus
seg_sap_time(const char *value, size_t size, SegSapTime *time)
{
	int			parts[3] = {0, 0, 0};
	size_t		step;

	*time = (SegSapTime) {0};
	seg_sap_trim(&value, &size);
	if (size == 0)
	{
		time->is_null = true;
		return SEG_OK;
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
	return SEG_OK;
}

/* ---- numbers --------------------------------------------------------------- */

/* A place in the value; everything before it has been read. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* Bytes of the group separator that stands here, or 0. */
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
			return *cursor->at == ' ';
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
 * Append a run of digits to out; false when there is no room left.  In the
 * integer part leading zeros are passed over.
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

/* Digits in groups of three, or in one run of *first digits. */
static bool
take_integer(Cursor *cursor, SegSapNotation notation, char *out, size_t *used, size_t *first)
{
	size_t		taken;
	size_t		separator;

	if (!take_digits(cursor, out, used, first, true))
		return false;
	separator = group_separator(cursor, notation);
	if (separator > 0 && (*first < 1 || *first > 3))
		return separator == 1 && *cursor->at == ' ';	/* a blank may end the number */
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

/* E+02; up to three digits.  Appended as it is. */
static bool
take_exponent(Cursor *cursor, char *out, size_t *used, bool *has_exponent)
{
	size_t		taken;

	*has_exponent = cursor->at < cursor->end && (*cursor->at == 'E' || *cursor->at == 'e');
	if (!*has_exponent)
		return true;
	out[(*used)++] = 'e';
	cursor->at++;
	if (cursor->at < cursor->end && (*cursor->at == '+' || *cursor->at == '-'))
		out[(*used)++] = *cursor->at++;
	return take_digits(cursor, out, used, &taken, false) && taken >= 1 && taken <= 3;
}

static bool
take_sign(Cursor *cursor, bool *negative)
{
	if (cursor->at == cursor->end || (*cursor->at != '-' && *cursor->at != '+'))
		return false;
	*negative = *cursor->at++ == '-';
	return true;
}

/* digits = integer digits, then scale decimals; sets text, mantissa, sizes. */
static void
finish_number(SegSapNumber *number, bool negative, const char *digits, size_t integers, size_t decimals)
{
	char	   *out = number->text;
	uint64_t	mantissa = 0;

	number->integer_digits = (int) integers;
	number->scale = (int) decimals;
	number->decimals = (int) decimals;
	while (number->decimals > 0 && digits[integers + number->decimals - 1] == '0')
		number->decimals--;
	number->is_small = integers + decimals <= 18;
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

static void
append_exponent(SegSapNumber *number, const char *exponent, size_t size)
{
	size_t		length = strlen(number->text);

	memcpy(number->text + length, exponent, size);
	number->text[length + size] = '\0';
	number->is_small = false;
}

SegStatus
seg_sap_number(const char *value, size_t size, SegSapNotation notation, SegSapNumber *number)
{
	char		digits[SEG_SAP_NUMBER_SIZE];
	size_t		used = 0;
	size_t		first;
	size_t		integers;
	size_t		decimals = 0;
	size_t		mantissa_end;
	bool		negative = false;
	bool		signed_already;
	bool		has_exponent;
	Cursor		cursor;

	seg_sap_trim(&value, &size);
	number->is_null = size == 0;
	if (number->is_null)
		return SEG_OK;
	cursor = (Cursor) {value, value + size};
	signed_already = take_sign(&cursor, &negative);
	if (!take_integer(&cursor, notation, digits, &used, &first))
		return SEG_SAP_NOT_A_NUMBER;
	integers = used;
	if (at_decimal_mark(&cursor, notation))
	{
		cursor.at++;
		if (!take_digits(&cursor, digits, &used, &decimals, false))
			return SEG_SAP_NOT_A_NUMBER;
	}
	mantissa_end = used;
	if (first + decimals == 0)
		return SEG_SAP_NOT_A_NUMBER;
	if (!take_exponent(&cursor, digits, &used, &has_exponent))
		return SEG_SAP_NOT_A_NUMBER;
	while (cursor.at < cursor.end && *cursor.at == ' ')
		cursor.at++;
	if (!signed_already)
		take_sign(&cursor, &negative);
	if (cursor.at != cursor.end)
		return notation == SEG_SAP_NO_NOTATION && memchr(".,0123456789\xC2\xE2", *cursor.at, 14) != NULL ?
			SEG_SAP_NOTATION_NEEDED : SEG_SAP_NOT_A_NUMBER;
	finish_number(number, negative, digits, integers, decimals);
	if (has_exponent)
		append_exponent(number, digits + mantissa_end, used - mantissa_end);
	return SEG_OK;
}

/* ---- keys ------------------------------------------------------------------ */

static bool
is_digits(const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (!seg_sap_is_digit(value[i]))
			return false;
	}
	return size > 0;
}

SegStatus
seg_sap_alpha_in(const char *value, size_t size, size_t length, char *result, size_t *result_size)
{
	seg_sap_trim(&value, &size);
	*result_size = size;
	if (!is_digits(value, size))
	{
		memcpy(result, value, size);
		return seg_sap_characters(value, size) > length ? SEG_SAP_TOO_LONG : SEG_OK;
	}
	while (size > length && *value == '0')
	{
		seg_check_step(size);
		value++;
		size--;
	}
	if (size > length)
		return SEG_SAP_TOO_LONG;
	memset(result, '0', length - size);
	memcpy(result + (length - size), value, size);
	*result_size = length;
	return SEG_OK;
}

void
seg_sap_alpha_out(const char **value, size_t *size)
{
	seg_sap_trim(value, size);
	if (!is_digits(*value, *size))
		return;
	while (*size > 1 && **value == '0')
	{
		seg_check_step(*size);
		(*value)++;
		(*size)--;
	}
}

/* ---- currencies, categories -------------------------------------------------- */

typedef struct CurrencyDecimals
{
	char		key[6];
	int			decimals;
} CurrencyDecimals;

/* in the order of memcmp */
static const CurrencyDecimals currency_decimals[] = {
	{"ADP", 0}, {"AFA", 0}, {"BEF", 0}, {"BHD", 3}, {"BIF", 0}, {"BYB", 0}, {"BYR", 0},
	{"CLP", 0}, {"COP", 0}, {"DEM3", 3}, {"DJF", 0}, {"ECS", 0}, {"ESP", 0}, {"GNF", 0},
	{"GRD", 0}, {"HUF", 0}, {"IDR", 0}, {"IQD", 3}, {"ITL", 0}, {"JOD", 3}, {"JPY", 0},
	{"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LAK", 0}, {"LUF", 0}, {"LYD", 3}, {"MGF", 0},
	{"MZM", 0}, {"OMR", 3}, {"PTE", 0}, {"PYG", 0}, {"ROL", 0}, {"RWF", 0}, {"TJR", 0},
	{"TMM", 0}, {"TND", 3}, {"TPE", 0}, {"TRL", 0}, {"TWD", 0}, {"UGX", 0}, {"USDN", 5},
	{"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

int
seg_sap_currency_decimals(const char *currency, size_t size)
{
	char		key[6] = {0};
	size_t		low = 0;
	size_t		high = sizeof(currency_decimals) / sizeof(currency_decimals[0]);

	seg_sap_trim(&currency, &size);
	if (size == 0 || size > 5)
		return 2;
	for (size_t i = 0; i < size; i++)
		key[i] = currency[i] >= 'a' && currency[i] <= 'z' ? currency[i] - 'a' + 'A' : currency[i];
	while (low < high)
	{
		size_t		middle = (low + high) / 2;
		int			order = memcmp(key, currency_decimals[middle].key, sizeof(key));

		if (order == 0)
			return currency_decimals[middle].decimals;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2;
}

int
seg_sap_billing_sign(const char *category, size_t size)
{
	seg_sap_trim(&category, &size);
	if (size != 1)
		return 0;
	switch (*category)
	{
		case 'M':				/* invoice */
		case 'P':				/* debit memo */
		case 'S':				/* cancelled credit memo */
			return 1;
		case 'N':				/* cancelled invoice */
		case 'O':				/* credit memo */
			return -1;
		default:
			return 0;
	}
}
