/*
 * chart_text.c
 *		The width of text, its lines, and numbers and dates; see chart_text.h.
 */
#include "chart/chart_text.h"

#include <stdio.h>

#include "chart/chart_write.h"

/* ---- widths ---- */

#define FIRST_KNOWN 0x20
#define LAST_KNOWN 0x17F

/* DejaVu Sans and DejaVu Sans Bold 2.37, U+0020 to U+017F, in hundredths of the size, rounded up. */
static const unsigned char widths[2][LAST_KNOWN - FIRST_KNOWN + 1] = {
	{
		32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
		64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
		61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
		64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 32, 41, 64, 64, 64, 64, 34, 50, 50, 100, 48, 62, 84, 37, 100, 50,
		50, 84, 41, 41, 50, 64, 64, 32, 50, 41, 48, 62, 97, 97, 97, 54, 69, 69, 69, 69, 69, 69, 98, 70,
		64, 64, 64, 64, 30, 30, 30, 30, 78, 75, 79, 79, 79, 79, 79, 84, 79, 74, 74, 74, 74, 62, 61, 63,
		62, 62, 62, 62, 62, 62, 99, 55, 62, 62, 62, 62, 28, 28, 28, 28, 62, 64, 62, 62, 62, 62, 62, 84,
		62, 64, 64, 64, 64, 60, 64, 60, 69, 62, 69, 62, 69, 62, 70, 55, 70, 55, 70, 55, 70, 55, 78, 64,
		78, 64, 64, 62, 64, 62, 64, 62, 64, 62, 64, 62, 78, 64, 78, 64, 78, 64, 78, 64, 76, 64, 92, 70,
		30, 28, 30, 28, 30, 28, 30, 28, 30, 28, 59, 56, 30, 28, 66, 58, 58, 56, 28, 56, 28, 56, 38, 56,
		35, 57, 29, 75, 64, 75, 64, 75, 64, 82, 75, 64, 79, 62, 79, 62, 79, 62, 107, 103, 70, 42, 70, 42,
		70, 42, 64, 53, 64, 53, 64, 53, 64, 53, 62, 40, 62, 40, 62, 40, 74, 64, 74, 64, 74, 64, 74, 64,
		74, 64, 74, 64, 99, 82, 62, 60, 62, 69, 53, 69, 53, 69, 53, 36
	},
	{
		35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70,
		70, 70, 40, 40, 84, 84, 84, 59, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86,
		74, 86, 78, 73, 69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72,
		72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 35, 46, 70, 70, 64, 70, 37, 50, 50, 100, 57, 65, 84, 42, 100, 50,
		50, 84, 44, 44, 50, 74, 64, 38, 50, 44, 57, 65, 104, 104, 104, 59, 78, 78, 78, 78, 78, 78, 109, 74,
		69, 69, 69, 69, 38, 38, 38, 38, 84, 84, 86, 86, 86, 86, 86, 84, 86, 82, 82, 82, 82, 73, 74, 72,
		68, 68, 68, 68, 68, 68, 105, 60, 68, 68, 68, 68, 35, 35, 35, 35, 69, 72, 69, 69, 69, 69, 69, 84,
		69, 72, 72, 72, 72, 66, 72, 66, 78, 68, 78, 68, 78, 68, 74, 60, 74, 60, 74, 60, 74, 60, 84, 72,
		84, 72, 69, 68, 69, 68, 69, 68, 69, 68, 69, 68, 83, 72, 83, 72, 83, 72, 83, 72, 84, 72, 98, 80,
		38, 35, 38, 35, 38, 35, 38, 35, 38, 35, 75, 69, 38, 35, 78, 67, 67, 64, 35, 64, 35, 64, 48, 64,
		56, 65, 38, 84, 72, 84, 72, 84, 72, 99, 84, 72, 86, 69, 86, 69, 86, 69, 117, 110, 78, 50, 78, 50,
		78, 50, 73, 60, 73, 60, 73, 60, 73, 60, 69, 48, 69, 48, 69, 48, 82, 72, 82, 72, 82, 72, 82, 72,
		82, 72, 82, 72, 111, 93, 73, 66, 73, 73, 59, 73, 59, 73, 59, 44
	},
};

/* The widest character of a range, in hundredths of the size. */
static const struct
{
	uint32_t	last;
	int			regular,
				bold;
}			ranges[] = {
	{0x024F, 143, 156},			/* Latin */
	{0x02FF, 106, 122},
	{0x036F, 0, 0},				/* combining marks */
	{0x03FF, 94, 110},			/* Greek */
	{0x052F, 118, 141},			/* Cyrillic */
	{0x058F, 98, 99},
	{0x05FF, 71, 76},			/* Hebrew */
	{0x06FF, 123, 138},			/* Arabic */
	{0x1FFF, 150, 160},
	{0x200D, 100, 100},
	{0x2023, 100, 100},
	{UINT32_MAX, 175, 190},		/* East Asian scripts, symbols, emoji */
};

static double
character_width(uint32_t code, bool bold)
{
	size_t		i = 0;

	if (code >= FIRST_KNOWN && code <= LAST_KNOWN)
		return widths[bold][code - FIRST_KNOWN];
	while (code > ranges[i].last)
		i++;
	return bold ? ranges[i].bold : ranges[i].regular;
}

double
seg_text_width(const char *utf8, size_t bytes, SegFont font)
{
	const char *at = utf8;
	uint32_t	code;
	double		sum = 0;

	while ((code = seg_next_character(&at, utf8 + bytes)) != 0)
		sum += character_width(code, font.bold);
	return sum * font.size / 100;
}

/* ---- lines ---- */

#define ELLIPSIS 0x2026

/* The bytes of the longest part of the text that is no wider; at least one character if any is there. */
static size_t
bytes_within(const char *start, const char *end, SegFont font, double width)
{
	const char *at = start;
	const char *fits = start;
	double		sum = 0;
	uint32_t	code;

	while ((code = seg_next_character(&at, end)) != 0)
	{
		/* in hundredths, so that a line of seg_text_width's width fits */
		sum += character_width(code, font.bold);
		if (sum * font.size / 100 > width && fits > start)
			break;
		fits = at;
		if (sum * font.size / 100 > width)
			break;
	}
	/* marks of text direction at the end have no width */
	return code == 0 ? (size_t) (end - start) : (size_t) (fits - start);
}

/* A line may end before this blank: not between a number and its percent sign. */
static bool
may_break(const char *blank, const char *end)
{
	return *blank == ' ' && blank + 1 < end && blank[1] != '%' && blank[1] != ' ';
}

size_t
seg_text_wrap(const char *utf8, SegFont font, double width, SegLine *lines, size_t most)
{
	const char *start = utf8;
	const char *end = utf8 + strlen(utf8);
	double		ellipsis = character_width(ELLIPSIS, font.bold) * font.size / 100;
	size_t		count = 0;

	/* a short text may be narrower than an ellipsis */
	if (width < ellipsis && seg_text_width(start, (size_t) (end - start), font) > width)
		return 0;
	while (start < end && count < most)
	{
		size_t		bytes = bytes_within(start, end, font, width);
		const char *stop = start + bytes;
		bool		last = count + 1 == most;

		CHECK_FOR_INTERRUPTS();
		if (stop < end && last)
		{
			bytes = bytes_within(start, end, font, width - ellipsis);
			while (bytes > 0 && start[bytes - 1] == ' ')
				bytes--;
			lines[count++] = (SegLine) {start, seg_text_width(start, bytes, font) > width - ellipsis ? 0 : bytes, true};
			return count;
		}
		if (stop < end)
		{
			const char *blank = stop;

			while (blank > start && !may_break(blank, end))
				blank--;
			if (blank > start)
				stop = blank;
		}
		lines[count++] = (SegLine) {start, (size_t) (stop - start), false};
		while (stop < end && *stop == ' ')
			stop++;
		start = stop;
	}
	return count;
}

/* ---- numbers ---- */

static const struct
{
	char		point;
	char		group;
	int			shortest;		/* digits before the point from which groups are separated */
}			locales[] = {{'.', ',', 4}, {',', '.', 5}, {',', '.', 4}};

bool
seg_number_format(const char *text, SegNumberFormat *format)
{
	*format = (SegNumberFormat) {-1, false, false};
	if (*text == '\0')
		return true;
	if (*text == ',')
	{
		format->grouped = true;
		text++;
	}
	if (text[0] == '.' && text[1] >= '0' && text[1] <= '6')
	{
		format->decimals = text[1] - '0';
		text += 2;
	}
	else if (*text != 'd')
		return false;
	else
		format->decimals = 0;
	format->percent = *text == '%';
	return (*text == '%' || *text == 'f' || *text == 'd') && text[1] == '\0';
}

static double
power_of_ten(int exponent)
{
	double		power = 1;

	for (int i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

/* Decimals for three figures, without zeros at the end. */
static int
useful_decimals(double value)
{
	int			decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;

	while (decimals > 0 && fmod(floor(value * power_of_ten(decimals) + 0.5), 10) == 0)
		decimals--;
	return decimals;
}

/* OUT text: the digits of a number below 1e18 with their groups and decimals. */
static char *
write_digits(double value, SegNumberFormat format, int language, char *text)
{
	uint64_t	scaled = (uint64_t) (value * power_of_ten(format.decimals) + 0.5);
	uint64_t	unit = (uint64_t) power_of_ten(format.decimals);
	char		digits[24];
	int			count = snprintf(digits, sizeof(digits), "%llu", (unsigned long long) (scaled / unit));

	for (int i = 0; i < count; i++)
	{
		if (i > 0 && (count - i) % 3 == 0 && format.grouped && count >= locales[language].shortest)
			*text++ = locales[language].group;
		*text++ = digits[i];
	}
	if (format.decimals > 0)
	{
		*text++ = locales[language].point;
		for (uint64_t place = unit / 10; place > 0; place /= 10)
			*text++ = (char) ('0' + scaled / place % 10);
	}
	return text;
}

void
seg_number_text(double value, SegNumberFormat format, int language, char *text)
{
	double		size = fabs(value) * (format.percent ? 100 : 1);
	char	   *at = text;
	int			exponent = 0;

	if (!isfinite(size))
	{
		strcpy(text, "-");
		return;
	}
	/* from 1e12 on: one digit before the point, and the exponent */
	for (bool large = size >= 1e12; large && size >= 10; exponent++)
		size /= 10;
	if (exponent > 0)
		format.decimals = 2;
	if (format.decimals < 0)
		format.decimals = useful_decimals(size);
	if (value < 0 && floor(size * power_of_ten(format.decimals) + 0.5) > 0)
		*at++ = '-';
	at = write_digits(size, format, language, at);
	if (exponent > 0)
		at += snprintf(at, 8, "e%d", exponent);
	strcpy(at, format.percent ? " %" : "");
}

/* ---- dates ---- */

/* Days from a civil date and back: eras of 400 years that begin in March (Hinnant, 2013). */
static int64_t
day_of(int64_t year, int month, int of_month)
{
	int64_t		y = month <= 2 ? year - 1 : year;
	int64_t		era = (y >= 0 ? y : y - 399) / 400;
	int64_t		of_era = y - era * 400;
	int64_t		of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + of_month - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void
seg_civil(int64_t day, int *year, int *month, int *of_month)
{
	int64_t		z = day + 719468;
	int64_t		era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t		of_era = z - era * 146097;
	int64_t		y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t		of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t		m = (5 * of_year + 2) / 153;

	*of_month = (int) (of_year - (153 * m + 2) / 5 + 1);
	*month = (int) (m < 10 ? m + 3 : m - 9);
	*year = (int) (y + era * 400 + (*month <= 2));
}

int64_t
seg_month_start(int64_t year, int64_t month)
{
	int64_t		zero = month - 1;
	int64_t		more = (zero >= 0 ? zero : zero - 11) / 12;

	return day_of(year + more, (int) (zero - more * 12) + 1, 1);
}

/* OUT *number: exactly this many digits, which are skipped. */
static bool
digits_of(const char **at, int count, int *number)
{
	*number = 0;
	for (int i = 0; i < count; i++, (*at)++)
	{
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (**at - '0');
	}
	return true;
}

bool
seg_date_days(const char *text, double *days)
{
	int			year,
				month,
				day = 1,
				hour = 0,
				minute = 0,
				second = 0;

	if (!digits_of(&text, 4, &year) || *text++ != '-' || !digits_of(&text, 2, &month))
		return false;
	if (*text == '-' && (text++, !digits_of(&text, 2, &day)))
		return false;
	if (*text == 'T' || *text == ' ')
	{
		text++;
		if (!digits_of(&text, 2, &hour) || *text++ != ':' || !digits_of(&text, 2, &minute))
			return false;
		if (*text == ':' && (text++, !digits_of(&text, 2, &second)))
			return false;
	}
	if (*text != '\0' || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
		return false;
	*days = (double) day_of(year, month, day) + (hour * 3600 + minute * 60 + second) / 86400.0;
	return true;
}

static const char *const short_months[3][12] = {
	{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
	{"Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"}
};

static const char *const long_months[3][12] = {
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
};

/* %1: day, %2: name of the month, %3: year */
static const char *const long_dates[3] = {"%d %s %d", "%d de %s de %d", "%d. %s %d"};
static const char *const short_dates[3] = {"%d %s %d", "%d %s %d", "%d. %s %d"};

void
seg_date_text(double days, SegDateStyle style, int language, char *text)
{
	int			year,
				month,
				day;

	seg_civil((int64_t) floor(days), &year, &month, &day);
	switch (style)
	{
		case SEG_DATE_YEAR:
			snprintf(text, SEG_DATE_TEXT, "%d", year);
			break;
		case SEG_DATE_MONTH:
			snprintf(text, SEG_DATE_TEXT, "%s %d", short_months[language][month - 1], year);
			break;
		case SEG_DATE_DAY:
			snprintf(text, SEG_DATE_TEXT, short_dates[language], day, short_months[language][month - 1], year);
			break;
		case SEG_DATE_LONG:
			snprintf(text, SEG_DATE_TEXT, long_dates[language], day, long_months[language][month - 1], year);
			break;
		case SEG_DATE_LONG_MONTH:
			snprintf(text, SEG_DATE_TEXT, language == 1 ? "%s de %d" : "%s %d", long_months[language][month - 1], year);
			break;
	}
}
