/*
 * sap_values.c
 *		A cell of the file as a value of its column.
 *
 * SAP has no NULL.  A blank cell becomes NULL, except '' in a text column that
 * is NOT NULL and false in a boolean one.  A value that a column would round or
 * cut off is refused.
 */
#include "pg/sap_import.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "pg/sap.h"
#include "pg/sap_fault.h"

void
seg_sap_refusal(SapRefusal *refusal, SegStatus status, const char *field)
{
	SegSapFault fault = seg_sap_fault(status);

	refusal->sqlstate = fault.sqlstate;
	refusal->field = field;
	strlcpy(refusal->reason, fault.reason, sizeof(refusal->reason));
}

static void pg_attribute_printf(4, 5)
refuse(SapRefusal *refusal, int sqlstate, const char *field, const char *format,...)
{
	va_list		args;

	refusal->sqlstate = sqlstate;
	refusal->field = field;
	va_start(args, format);
	vsnprintf(refusal->reason, sizeof(refusal->reason), format, args);
	va_end(args);
}

SegStatus
seg_sap_key(const SapColumn *column, const SegSapCell *cell, char *result, size_t *size)
{
	SegStatus	status = seg_sap_alpha_in(cell->text, cell->size, column->key_length, result, size);

	/* material numbers that are longer than 18 are no numbers of the old kind */
	if (status == SEG_SAP_TOO_LONG && column->field->type == SEG_SAP_MATERIAL && cell->size <= 40)
	{
		memcpy(result, cell->text, cell->size);
		*size = cell->size;
		return SEG_OK;
	}
	return status;
}

static Datum
text_datum(const char *bytes, size_t size)
{
	char	   *server = (char *) pg_do_encoding_conversion((unsigned char *) bytes, (int) size,
															PG_UTF8, GetDatabaseEncoding());

	return PointerGetDatum(cstring_to_text_with_len(server, server == bytes ? (int) size : (int) strlen(server)));
}

static bool
text_value(const SapColumn *column, const SegSapCell *cell, Datum *value, SapRefusal *refusal)
{
	const char *text = cell->text;
	size_t		size = cell->size;
	size_t		characters;

	if (column->key_length > 0)
	{
		char	   *key = palloc(Max(size, column->key_length));
		SegStatus	status = seg_sap_key(column, cell, key, &size);

		if (status != SEG_OK)
		{
			seg_sap_refusal(refusal, status, column->file_name);
			return false;
		}
		text = key;
	}
	characters = column->typmod >= (int32) VARHDRSZ ? seg_sap_characters(text, size) : 0;
	if (characters > column->typmod - VARHDRSZ && characters > 0)
	{
		refuse(refusal, ERRCODE_STRING_DATA_RIGHT_TRUNCATION, column->file_name,
			   "value has %zu characters, but the column takes %d",
			   characters, (int) (column->typmod - VARHDRSZ));
		return false;
	}
	*value = text_datum(text, size);
	return true;
}

static Timestamp
midnight(const SegSapDate *date)
{
	return (Timestamp) seg_sap_date_adt(date) * USECS_PER_DAY;
}

/* A time stamp of SAP, YYYYMMDDHHMMSS in whatever date_format. */
static bool
stamp_value(const SegSapCell *cell, Datum *value)
{
	SegSapDate	date;
	SegSapTime	time;

	if (cell->size != 14 ||
		seg_sap_date(cell->text, 8, SEG_SAP_DATE_INTERNAL, &date) != SEG_OK || date.is_null ||
		seg_sap_time(cell->text + 8, 6, &time) != SEG_OK)
		return false;
	*value = TimestampGetDatum(midnight(&date) + seg_sap_time_adt(&time));
	return true;
}

static bool
date_value(const SapColumns *columns, const SapColumn *column, const SegSapCell *cell,
		   Datum *value, bool *isnull, SapRefusal *refusal)
{
	SegSapDate	date;
	SegStatus	status = seg_sap_date(cell->text, cell->size, columns->options->date_format, &date);

	if (status != SEG_OK && column->kind == SAP_TIMESTAMP && stamp_value(cell, value))
		return true;
	if (status != SEG_OK)
	{
		seg_sap_refusal(refusal, status, column->file_name);
		return false;
	}
	*isnull = date.is_null;
	if (date.is_null)
		return true;
	if (column->kind == SAP_TIMESTAMP)
		*value = TimestampGetDatum(midnight(&date));
	else
		*value = DateADTGetDatum(seg_sap_date_adt(&date));
	return true;
}

static bool
time_value(const SapColumn *column, const SegSapCell *cell, Datum *value, bool *isnull, SapRefusal *refusal)
{
	SegSapTime	time;
	SegStatus	status = seg_sap_time(cell->text, cell->size, &time);

	if (status != SEG_OK)
	{
		seg_sap_refusal(refusal, status, column->file_name);
		return false;
	}
	*isnull = time.is_null;
	if (!time.is_null)
		*value = TimeADTGetDatum(seg_sap_time_adt(&time));
	return true;
}

/* ---- numbers ------------------------------------------------------------------------ */

/* Move the decimal point to the right by shift places (left: negative). */
static void
shift_number(SegSapNumber *number, int shift)
{
	number->scale -= shift;
	number->decimals -= shift;
	while (number->scale < 0)
	{
		number->mantissa *= 10;
		number->scale++;
	}
	if (number->decimals < 0)
		number->decimals = 0;
	if (number->mantissa != 0)
		number->integer_digits = Max(number->integer_digits + shift, 0);
}

/* Would the numeric(p,s) of the column cut something off? */
static bool
fits_numeric(const SapColumn *column, const SegSapNumber *number, SapRefusal *refusal)
{
	int			precision;
	int			scale;

	if (column->target_type != NUMERICOID || column->typmod < (int32) VARHDRSZ)
		return true;
	precision = ((column->typmod - VARHDRSZ) >> 16) & 0xFFFF;
	scale = (((column->typmod - VARHDRSZ) & 0x7FF) ^ 1024) - 1024;
	if (number->decimals > Max(scale, 0))
	{
		refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
			   "value has %d decimals, but the column takes %d", number->decimals, scale);
		return false;
	}
	if (number->integer_digits > precision - scale)
	{
		refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
			   "value has %d digits before the decimal mark, but the column takes %d",
			   number->integer_digits, precision - scale);
		return false;
	}
	return true;
}

static bool
integer_value(const SapColumn *column, SegSapNumber *number, Datum *value, SapRefusal *refusal)
{
	int64		high = column->target_type == INT2OID ? PG_INT16_MAX :
		column->target_type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX;

	while (number->is_small && number->scale > 0 && number->mantissa % 10 == 0)
	{
		number->mantissa /= 10;
		number->scale--;
	}
	if (!number->is_small || number->scale > 0)
	{
		refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is not a whole number");
		return false;
	}
	if (number->mantissa > high || number->mantissa < -high - 1)
	{
		refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name, "value is out of the column's range");
		return false;
	}
	*value = Int64GetDatum(number->mantissa);
	return true;
}

/* Apply the decimals of the amount's currency. */
static bool
shift_amount(SapCurrencies *currencies, const SapColumn *column, const SapRecord *record,
			 SegSapNumber *number, SapRefusal *refusal)
{
	bool		known;
	int			shift;

	if (number->is_small && number->mantissa == 0)
		return true;			/* nothing is nothing in any currency */
	shift = seg_sap_amount_shift(currencies, column, record, &known);
	if (!known)
	{
		refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "amount has no currency");
		return false;
	}
	if (shift == 0)
		return true;
	if (!number->is_small || number->integer_digits + number->scale + Max(shift, 0) > 18)
	{
		refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name, "amount has too many digits");
		return false;
	}
	shift_number(number, shift);
	return true;
}

static bool
number_value(const SapColumns *columns, SapCurrencies *currencies, const SapColumn *column,
			 const SapRecord *record, const SegSapCell *cell, Datum *value, SapRefusal *refusal)
{
	SegSapNumber number;
	SegStatus	status = seg_sap_number(cell->text, cell->size, columns->options->notation, &number);

	if (status == SEG_SAP_NOTATION_NEEDED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("line " INT64_FORMAT ", column %s: value has a separator, but decimal_notation is not given",
						record->line_no, column->file_name),
				 errhint("Set decimal_notation as in the user settings of SAP: 1.234.567,89 or 1,234,567.89 or 1 234 567,89, or 1234567.89.")));
	if (status != SEG_OK)
	{
		seg_sap_refusal(refusal, status, column->file_name);
		return false;
	}
	if (column->field != NULL && column->field->type == SEG_SAP_CURR &&
		!shift_amount(currencies, column, record, &number, refusal))
		return false;
	if (column->kind == SAP_INTEGER)
		return integer_value(column, &number, value, refusal);
	if (!fits_numeric(column, &number, refusal))
		return false;
	*value = seg_sap_numeric(&number);
	return true;
}

static bool
boolean_value(const SapColumn *column, const SegSapCell *cell, Datum *value, SapRefusal *refusal)
{
	bool		flag = cell->size == 1 && (*cell->text == 'X' || *cell->text == 'x');

	if (cell->size > 0 && !flag && !parse_bool_with_len(cell->text, cell->size, &flag))
	{
		refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is no flag");
		return false;
	}
	*value = BoolGetDatum(flag);
	return true;
}

/* ---- rows ------------------------------------------------------------------------------ */

static bool
cell_value(const SapColumns *columns, SapCurrencies *currencies, const SapColumn *column,
		   const SapRecord *record, Datum *value, bool *isnull, SapRefusal *refusal)
{
	const char *client = columns->options->client;
	SegSapCell	cell = column->cell >= 0 ? record->cells[column->cell] : (SegSapCell) {client, strlen(client)};

	*isnull = cell.size == 0 && column->kind != SAP_BOOLEAN &&
		!(column->kind == SAP_TEXT && column->not_null);
	if (*isnull)
		return true;
	switch (column->kind)
	{
		case SAP_TEXT:
			if (cell.size > 0)
				return text_value(column, &cell, value, refusal);
			*value = text_datum("", 0);
			return true;
		case SAP_DATE:
		case SAP_TIMESTAMP:
			return date_value(columns, column, &cell, value, isnull, refusal);
		case SAP_TIME:
			return time_value(column, &cell, value, isnull, refusal);
		case SAP_NUMERIC:
		case SAP_INTEGER:
			return number_value(columns, currencies, column, record, &cell, value, refusal);
		case SAP_BOOLEAN:
			return boolean_value(column, &cell, value, refusal);
		case SAP_OTHER:
			*value = text_datum(cell.text, cell.size);
			return true;
	}
	return false;
}

bool
seg_sap_has_shape(const SapColumns *columns, const SapRecord *record, SapRefusal *refusal)
{
	SegStatus	status = record->status;

	if (status == SEG_OK && record->count < columns->cells_needed)
		status = SEG_SAP_TOO_FEW_FIELDS;
	for (size_t i = columns->cells_named; status == SEG_OK && i < record->count; i++)
		if (record->cells[i].size > 0)
			status = SEG_SAP_TOO_MANY_FIELDS;
	if (status != SEG_OK)
	{
		seg_sap_refusal(refusal, status, NULL);
		return false;
	}
	for (size_t i = 0; i < Min(columns->cells_named, record->count); i++)
	{
		if (!columns->unnamed[i] || record->cells[i].size == 0)
			continue;
		refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, NULL,
			   "field %zu has a value, but no name in the header", i + 1);
		return false;
	}
	return true;
}

bool
seg_sap_row(const SapColumns *columns, SapCurrencies *currencies, const SapRecord *record,
			Datum *values, bool *nulls, SapRefusal *refusal)
{
	for (int i = 0; i < columns->count; i++)
		if (!cell_value(columns, currencies, &columns->items[i], record, &values[i], &nulls[i], refusal))
			return false;
	return true;
}
