/*
 * line_reader_pg.c
 *		Rows of the query of receipt lines; see line_reader_pg.h.
 */
#include "receipts/line_reader_pg.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "receipts/wide_pool_pg.h"
#include "server/id.h"
#include "server/numeric_units.h"

/* Names that a message shows. */
#define SHOWN_NAMES 10
#define SHOWN_BYTES 40

SegLineReader *
seg_line_reader_create(SegReceiptsEngine *engine, SegCodes *codes)
{
	SegLineReader *reader = palloc0(sizeof(SegLineReader));

	reader->engine = engine;
	reader->codes = codes;
	reader->context = CurrentMemoryContext;
	return reader;
}

void
seg_line_reader_clear(SegLineReader *reader)
{
	memset(&reader->counts, 0, sizeof(reader->counts));
	memset(&reader->currencies, 0, sizeof(reader->currencies));
	memset(&reader->without_rate, 0, sizeof(reader->without_rate));
}

/* ---- currencies ---- */

static bool
is_code(const char *code, const char *text, size_t size)
{
	return strncmp(code, text, size) == 0 && code[size] == '\0';
}

static _Noreturn void
refuse_many_codes(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("amounts are in more than %d currencies", SEG_MAX_CURRENCIES),
			 errhint("Select one with the argument currency.")));
}

static void
note_code(SegLineReader *reader, SegCurrencies *set, const char *text, size_t size)
{
	if (set->count > 0 && is_code(set->codes[set->last], text, size))
		return;
	for (int i = 0; i < set->count; i++)
		if (is_code(set->codes[i], text, size))
		{
			set->last = i;
			return;
		}
	if (set->count == SEG_MAX_CURRENCIES)
		refuse_many_codes();
	set->codes[set->count] = MemoryContextAlloc(reader->context, size + 1);
	memcpy(set->codes[set->count], text, size);
	set->codes[set->count][size] = '\0';
	set->last = set->count++;
}

static int
compare_codes(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The first of them in order, as a message shows them. */
static char *
shown_codes(SegCurrencies *set)
{
	StringInfoData shown;
	int			count = 0;

	initStringInfo(&shown);
	qsort(set->codes, set->count, sizeof(char *), compare_codes);
	for (int i = 0; i < set->count && count < SHOWN_NAMES; i++, count++)
		appendStringInfo(&shown, "%s%.*s", count == 0 ? "" : ", ",
						 pg_mbcliplen(set->codes[i], strlen(set->codes[i]), SHOWN_BYTES), set->codes[i]);
	if (set->has_none && count < SHOWN_NAMES)
		appendStringInfo(&shown, "%s(null)", count == 0 ? "" : ", ");
	return shown.data;
}

static int
count_codes(const SegCurrencies *set)
{
	return set->count + set->has_none;
}

/* ---- one row ---- */

/* The key of an id; false when it is blank. */
static bool
read_key(SegLineReader *reader, Datum datum, bool is_integer, SegKey *key)
{
	text	   *value;
	const char *bytes;
	size_t		size;

	if (is_integer)
	{
		*key = seg_key_of_integer(DatumGetInt64(datum));
		return true;
	}
	value = DatumGetTextPP(datum);
	bytes = VARDATA_ANY(value);
	size = VARSIZE_ANY_EXHDR(value);
	*key = seg_key_of_text(bytes, size);
	/* most ids begin with a letter or a digit */
	return (size > 0 && isalnum((unsigned char) bytes[0])) || seg_is_meaningful(value);
}

bool
seg_receipts_amount(SegReceiptsEngine *engine, Datum datum, SegAmount *amount)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	int			scale;

	switch (seg_numeric_read(value, &amount->value, &scale))
	{
		case SEG_NUMERIC_UNITS:
			amount->scale = scale;
			return true;
		case SEG_NUMERIC_WIDE:
			amount->value = seg_wide_pool_enter(seg_engine_pool(engine), DatumGetNumeric(PointerGetDatum(value)));
			amount->scale = SEG_AMOUNT_WIDE;
			return true;
		case SEG_NUMERIC_NOT_FINITE:
			break;
	}
	return false;
}

static void
note_currency(SegLineReader *reader, SegCurrencies *set, const Datum *values, const bool *nulls)
{
	text	   *code;

	if (nulls[SEG_LINE_CURRENCY])
	{
		set->has_none = true;
		return;
	}
	code = DatumGetTextPP(values[SEG_LINE_CURRENCY]);
	if (!seg_is_meaningful(code))
		set->has_none = true;
	else
		note_code(reader, set, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
}

/* The key of the part of a receipt that lies in the month of the day. */
static SegKey
key_in_month(SegLineReader *reader, SegKey key, int32 day)
{
	const char *bytes = reader->shape.integer_receipt ? (const char *) &key.low : seg_key_text(&key);
	size_t		size = reader->shape.integer_receipt ? sizeof(key.low) : seg_key_size(key);
	char	   *extended = palloc(size + SEG_MONTH_BYTES);

	seg_month_find(&reader->month, day);
	memcpy(extended, bytes, size);
	for (int i = 0; i < SEG_MONTH_BYTES; i++)
		extended[size + i] = (char) (reader->month.number >> (8 * i));
	return seg_key_of_text(extended, size + SEG_MONTH_BYTES);
}

/* What is to be added of a row; false when the row is left out or is an error. */
static bool
read_line(SegLineReader *reader, const Datum *values, const bool *nulls, SegReceiptLine *line)
{
	int			value = reader->shape.has_value ? SEG_LINE_VALUE : SEG_LINE_AMOUNT;

	reader->counts.lines++;
	if (!read_key(reader, values[SEG_LINE_CUSTOMER], reader->shape.integer_customer, &line->customer))
	{
		reader->counts.without_customer++;
		return false;
	}
	line->has_receipt = !nulls[SEG_LINE_RECEIPT];
	if (line->has_receipt && !read_key(reader, values[SEG_LINE_RECEIPT], reader->shape.integer_receipt, &line->receipt))
	{
		reader->counts.without_receipt++;
		return false;
	}
	note_currency(reader, &reader->currencies, values, nulls);
	if (nulls[SEG_LINE_AMOUNT])
	{
		reader->counts.without_amount++;
		return false;
	}
	if (nulls[value])
	{
		note_currency(reader, &reader->without_rate, values, nulls);
		return false;
	}
	line->day = DatumGetDateADT(values[SEG_LINE_DAY]);
	reader->counts.infinite_day |= DATE_NOT_FINITE(line->day);
	if (reader->shape.in_months && line->has_receipt && !reader->counts.infinite_day)
		line->receipt = key_in_month(reader, line->receipt, line->day);
	if (seg_receipts_amount(reader->engine, values[value], &line->amount))
		return true;
	reader->counts.not_finite = true;
	return false;
}

/* A quantity or a discount; NULL counts as 0. */
static SegAmount
read_measure(SegLineReader *reader, const Datum *values, const bool *nulls, int column, bool *not_finite)
{
	SegAmount	amount = {0, 0};

	if (!nulls[column] && !seg_receipts_amount(reader->engine, values[column], &amount))
		*not_finite = true;
	return amount;
}

/* IN values, nulls: of the columns of details. */
static SegReceiptDetails
read_details(SegLineReader *reader, const Datum *values, const bool *nulls)
{
	SegAmount	quantity = read_measure(reader, values, nulls, SEG_DETAIL_QUANTITY, &reader->counts.quantity_not_finite);
	SegAmount	discount = read_measure(reader, values, nulls, SEG_DETAIL_DISCOUNT, &reader->counts.discount_not_finite);
	SegReceiptDetails details = {
		.quantity = quantity.value, .quantity_scale = quantity.scale,
		.discount = discount.value, .discount_scale = discount.scale,
	};
	SegKey		code;

	if (!nulls[SEG_DETAIL_TIME])
		details.second = DatumGetTimeADT(values[SEG_DETAIL_TIME]) / USECS_PER_SEC;
	if (!nulls[SEG_DETAIL_CODE] &&
		(read_key(reader, values[SEG_DETAIL_CODE], reader->shape.integer_code, &code) || reader->shape.keep_blank_codes))
		details.code = seg_codes_enter(reader->codes, code);
	return details;
}

void
seg_line_reader_take(SegLineReader *reader, const Datum *values, const bool *nulls)
{
	SegReceiptLine line;
	SegReceiptDetails details;

	if (!read_line(reader, values, nulls, &line))
		return;
	if (reader->shape.details == 0)
	{
		seg_engine_add(reader->engine, &line);
		return;
	}
	details = read_details(reader, values + reader->shape.details, nulls + reader->shape.details);
	seg_engine_add_detailed(reader->engine, &line, &details);
}

/* ---- what is wrong with the lines ---- */

void
seg_line_reader_raise(SegLineReader *reader, bool has_rates)
{
	if (reader->counts.without_amount > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("amount is null in " UINT64_FORMAT " lines", reader->counts.without_amount)));
	if (reader->counts.not_finite)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount must not be NaN or infinite")));
	if (reader->counts.quantity_not_finite || reader->counts.discount_not_finite)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must not be NaN or infinite", reader->counts.quantity_not_finite ? "quantity" : "discount")));
	if (reader->counts.infinite_day)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("receipt_date must not be infinite")));
	if (!has_rates && count_codes(&reader->currencies) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amounts are in %d currencies: %s", count_codes(&reader->currencies), shown_codes(&reader->currencies)),
				 errhint("Select one currency with the argument currency, or convert all amounts with the argument rates.")));
	if (count_codes(&reader->without_rate) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no rate for some receipts in: %s", shown_codes(&reader->without_rate)),
				 errhint("Each currency needs a rate from the date of its first receipt on; the rate of the reporting currency is 1.")));
}

/* ---- as bytes ---- */

static void
write_currencies(const SegCurrencies *set, SegBytesOut *out)
{
	seg_bytes_put(out, &set->has_none, sizeof(set->has_none));
	seg_bytes_put(out, &set->count, sizeof(set->count));
	for (int i = 0; i < set->count; i++)
		seg_bytes_put_text(out, set->codes[i], strlen(set->codes[i]));
}

static void
merge_currencies(SegLineReader *reader, SegCurrencies *set, SegBytesIn *in)
{
	bool		has_none;
	int			count;

	seg_bytes_get(in, &has_none, sizeof(has_none));
	seg_bytes_get(in, &count, sizeof(count));
	set->has_none |= has_none;
	for (int i = 0; i < count; i++)
	{
		size_t		size;
		const char *text = seg_bytes_get_text(in, &size);

		note_code(reader, set, text, size);
	}
}

void
seg_line_reader_write(const SegLineReader *reader, SegBytesOut *out)
{
	uint32		codes = reader->codes == NULL ? 0 : seg_codes_count(reader->codes);

	seg_bytes_put(out, &reader->shape, sizeof(reader->shape));
	seg_bytes_put(out, &reader->counts, sizeof(reader->counts));
	write_currencies(&reader->currencies, out);
	write_currencies(&reader->without_rate, out);
	seg_bytes_put(out, &codes, sizeof(codes));
	for (uint32 code = 1; code <= codes; code++)
	{
		const SegKey *key = seg_codes_key(reader->codes, code);

		seg_check_step(code);
		seg_bytes_put(out, key, sizeof(*key));
		seg_bytes_put_key(out, *key);
	}
}

static uint32 *
merge_codes(SegLineReader *reader, SegBytesIn *in)
{
	uint32		count;
	uint32	   *codes;

	seg_bytes_get(in, &count, sizeof(count));
	if (reader->codes == NULL)
		return NULL;
	codes = MemoryContextAllocHuge(CurrentMemoryContext, ((size_t) count + 1) * sizeof(uint32));
	codes[0] = 0;
	for (uint32 code = 1; code <= count; code++)
	{
		SegKey		key;

		seg_check_step(code);
		seg_bytes_get(in, &key, sizeof(key));
		codes[code] = seg_codes_enter(reader->codes, seg_bytes_get_key(in, key));
	}
	return codes;
}

uint32 *
seg_line_reader_merge(SegLineReader *reader, SegBytesIn *in)
{
	SegLineCounts *counts = &reader->counts;
	SegLineCounts other;

	seg_bytes_get(in, &reader->shape, sizeof(reader->shape));
	seg_engine_set_integer_ids(reader->engine, reader->shape.integer_customer);
	seg_bytes_get(in, &other, sizeof(other));
	counts->lines += other.lines;
	counts->without_customer += other.without_customer;
	counts->without_receipt += other.without_receipt;
	counts->without_amount += other.without_amount;
	counts->not_finite |= other.not_finite;
	counts->quantity_not_finite |= other.quantity_not_finite;
	counts->discount_not_finite |= other.discount_not_finite;
	counts->infinite_day |= other.infinite_day;
	merge_currencies(reader, &reader->currencies, in);
	merge_currencies(reader, &reader->without_rate, in);
	return merge_codes(reader, in);
}
