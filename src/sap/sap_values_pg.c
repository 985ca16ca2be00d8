/*
 * sap_values_pg.c
 *		A record as values of the columns of the target; see sap_values_pg.h.
 *
 * SAP has no NULL.  A blank cell becomes NULL, except '' in a text column with
 * NOT NULL and false in a boolean column.  A value that the column would round or
 * cut off is refused.
 */
#include "sap/sap_values_pg.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "sap/sap_encoding_pg.h"
#include "sap/sap_key.h"
#include "sap/sap_names_pg.h"
#include "sap/sap_numbers_pg.h"
#include "sap/sap_pg.h"

/* ---- characters ---------------------------------------------------------------------- */

/* Does the cell fit varchar(n) or char(n) of the column? */
static bool
fits_characters(const SegSapColumn *column, const SegSapCell *cell, SegSapRefusal *refusal)
{
	size_t		most = column->typmod >= (int32) VARHDRSZ && !column->is_cast ? column->typmod - VARHDRSZ : SIZE_MAX;
	size_t		characters = cell->size > most ? seg_sap_characters(cell->text, cell->size) : 0;

	if (characters <= most)
		return true;
	seg_sap_refuse(refusal, ERRCODE_STRING_DATA_RIGHT_TRUNCATION, column->file_name,
				   "value has %zu characters, but the column allows %zu", characters, most);
	return false;
}

static Datum
text_datum(const SegSapCell *cell)
{
	size_t		size = cell->size;
	const char *server = seg_sap_to_server(cell->text, &size);

	return PointerGetDatum(cstring_to_text_with_len(server, (int) size));
}

/* A value in internal form as text; a blank is NULL, or '' in a column with NOT NULL. */
static bool
text_value(const SegSapColumn *column, const SegSapCell *cell, Datum *value, bool *isnull, SegSapRefusal *refusal)
{
	*isnull = cell->size == 0 && !(column->kind == SEG_SAP_KIND_TEXT && column->not_null);
	if (*isnull)
		return true;
	if (!fits_characters(column, cell, refusal))
		return false;
	*value = text_datum(cell);
	return true;
}

/* ---- dates and times ------------------------------------------------------------------- */

static Timestamp
midnight(const SegSapDate *date)
{
	return (Timestamp) seg_sap_date_adt(date) * USECS_PER_DAY;
}

/* A timestamp of SAP, YYYYMMDDHHMMSS for every date_format. */
static bool
stamp_value(const SegSapCell *cell, Datum *value)
{
	SegSapDate	date;
	SegSapTime	time;

	if (cell->size != 14 ||
		seg_sap_date(cell->text, 8, SEG_SAP_DATE_INTERNAL, &date) != SEG_SAP_OK || date.is_null ||
		seg_sap_time(cell->text + 8, 6, &time) != SEG_SAP_OK)
		return false;
	*value = TimestampGetDatum(midnight(&date) + seg_sap_time_adt(&time));
	return true;
}

static bool
date_value(const SegSapColumns *columns, const SegSapColumn *column, const SegSapCell *cell,
		   Datum *value, bool *isnull, SegSapRefusal *refusal)
{
	SegSapDate	date;
	SegSapStatus status = seg_sap_date(cell->text, cell->size, columns->options->date_format, &date);

	if (status != SEG_SAP_OK && column->kind == SEG_SAP_KIND_TIMESTAMP && stamp_value(cell, value))
		return true;
	if (status != SEG_SAP_OK)
	{
		seg_sap_refuse(refusal, ERRCODE_INVALID_DATETIME_FORMAT, column->file_name, "value is not a date of the form %s",
					   seg_sap_date_formats[columns->options->date_format]);
		if (columns->options->date_format == SEG_SAP_DATE_INTERNAL)
			refusal->hint = seg_sap_date_format_hint;
		return false;
	}
	*isnull = date.is_null;
	if (date.is_null)
		return true;
	if (column->kind == SEG_SAP_KIND_TIMESTAMP)
		*value = TimestampGetDatum(midnight(&date));
	else
		*value = DateADTGetDatum(seg_sap_date_adt(&date));
	return true;
}

static bool
time_value(const SegSapColumn *column, const SegSapCell *cell, Datum *value, bool *isnull, SegSapRefusal *refusal)
{
	SegSapTime	time;
	SegSapStatus status = seg_sap_time(cell->text, cell->size, &time);

	if (status != SEG_SAP_OK)
	{
		seg_sap_refusal(refusal, status, column->file_name);
		return false;
	}
	*isnull = time.is_null;
	if (!time.is_null)
		*value = TimeADTGetDatum(seg_sap_time_adt(&time));
	return true;
}

/* ---- flags --------------------------------------------------------------------------- */

static bool
boolean_value(const SegSapColumn *column, const SegSapCell *cell, Datum *value, SegSapRefusal *refusal)
{
	bool		flag = cell->size == 1 && (*cell->text == 'X' || *cell->text == 'x');

	if (cell->size > 0 && !flag && !parse_bool_with_len(cell->text, cell->size, &flag))
	{
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is not a flag");
		return false;
	}
	*value = BoolGetDatum(flag);
	return true;
}

/* ---- rows ------------------------------------------------------------------------------ */

/* INOUT cell: a date or time of day in internal form, or a number without grouping, as characters. */
static bool
plain_cell(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
		   const SegSapRecord *record, SegSapCell *cell, SegSapRefusal *refusal)
{
	SegSapDate	date;
	SegSapTime	time;
	SegSapNumber number;
	bool		isnull = false;
	Datum		ignored;
	char	   *text = "";

	if (column->field->type == SEG_SAP_DATS)
	{
		if (!date_value(columns, column, cell, &ignored, &isnull, refusal))
			return false;
		if (!isnull && seg_sap_date(cell->text, cell->size, columns->options->date_format, &date) == SEG_SAP_OK)
			text = psprintf("%04d%02d%02d", date.year, date.month, date.day);
	}
	else if (column->field->type == SEG_SAP_TIMS)
	{
		if (!time_value(column, cell, &ignored, &isnull, refusal))
			return false;
		if (!isnull && seg_sap_time(cell->text, cell->size, &time) == SEG_SAP_OK)
			text = psprintf("%02d%02d%02d", time.hour, time.minute, time.second);
	}
	else
	{
		if (!seg_sap_parse_number(columns, currencies, column, record, cell, &number, refusal))
			return false;
		text = DatumGetCString(DirectFunctionCall1(numeric_out, seg_sap_numeric(&number)));
	}
	*cell = (SegSapCell) {text, strlen(text)};
	return true;
}

/* Does the column have the type that corresponds to the field? */
static bool
is_native(SegSapType type, SegSapKind kind)
{
	switch (type)
	{
		case SEG_SAP_DATS:
			return kind == SEG_SAP_KIND_DATE || kind == SEG_SAP_KIND_TIMESTAMP;
		case SEG_SAP_TIMS:
			return kind == SEG_SAP_KIND_TIME;
		case SEG_SAP_CURR:
		case SEG_SAP_QUAN:
		case SEG_SAP_DEC:
		case SEG_SAP_INT:
			return kind == SEG_SAP_KIND_NUMERIC || kind == SEG_SAP_KIND_INTEGER;
		default:
			return false;
	}
}

/* INOUT cell: checked by the type of its field, and in internal form, unless the kind of the column does both. */
static bool
check_type(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
		   const SegSapRecord *record, SegSapCell *cell, SegSapRefusal *refusal)
{
	SegSapType	type = column->field != NULL ? column->field->type : SEG_SAP_CHAR;
	SegSapStatus status;
	char	   *internal;

	if (is_native(type, column->kind) || cell->size == 0)
		return true;
	if (!seg_sap_is_characters(type))
		return plain_cell(columns, currencies, column, record, cell, refusal);
	if (seg_sap_is_internal(type, column->length, cell->text, cell->size) ||
		(type == SEG_SAP_CHAR && column->kind == SEG_SAP_KIND_BOOLEAN))
		return true;
	internal = palloc(Max(cell->size, (size_t) column->length));
	status = seg_sap_internal(type, column->length, cell->text, cell->size, internal, &cell->size);
	cell->text = internal;
	if (status != SEG_SAP_OK)
		seg_sap_refusal(refusal, status, column->file_name);
	return status == SEG_SAP_OK;
}

static bool
cell_value(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
		   const SegSapRecord *record, Datum *value, bool *isnull, SegSapRefusal *refusal)
{
	const char *client = columns->options->client;
	SegSapCell	cell = column->cell >= 0 ? record->cells[column->cell] : (SegSapCell) {client, strlen(client)};

	if (!check_type(columns, currencies, column, record, &cell, refusal))
		return false;
	if (column->kind == SEG_SAP_KIND_TEXT || column->kind == SEG_SAP_KIND_OTHER)
		return text_value(column, &cell, value, isnull, refusal);
	*isnull = cell.size == 0 && column->kind != SEG_SAP_KIND_BOOLEAN;
	if (*isnull)
		return true;
	switch (column->kind)
	{
		case SEG_SAP_KIND_DATE:
		case SEG_SAP_KIND_TIMESTAMP:
			return date_value(columns, column, &cell, value, isnull, refusal);
		case SEG_SAP_KIND_TIME:
			return time_value(column, &cell, value, isnull, refusal);
		case SEG_SAP_KIND_NUMERIC:
		case SEG_SAP_KIND_INTEGER:
			return seg_sap_number_value(columns, currencies, column, record, &cell, value, refusal);
		case SEG_SAP_KIND_BOOLEAN:
			return boolean_value(column, &cell, value, refusal);
		case SEG_SAP_KIND_TEXT:
		case SEG_SAP_KIND_OTHER:
			break;
	}
	return false;
}

/* Is the cell a row number: digits in a first field without a name? */
static bool
is_index(const SegSapColumns *columns, size_t i, const SegSapCell *cell)
{
	for (size_t at = 0; at < cell->size; at++)
		if (!seg_sap_is_digit(cell->text[at]))
			return false;
	return i == 0 && columns->has_index;
}

bool
seg_sap_has_shape(const SegSapColumns *columns, const SegSapRecord *record, SegSapRefusal *refusal)
{
	SegSapStatus status = record->status;

	if (status == SEG_SAP_OK && record->count < columns->cells_needed)
		status = SEG_SAP_TOO_FEW_FIELDS;
	for (size_t i = columns->cells_named; status == SEG_SAP_OK && i < record->count; i++)
		if (record->cells[i].size > 0)
			status = SEG_SAP_TOO_MANY_FIELDS;
	if (status != SEG_SAP_OK)
	{
		seg_sap_refusal(refusal, status, NULL);
		return false;
	}
	for (size_t i = 0; i < Min(columns->cells_named, record->count); i++)
	{
		if (!columns->unnamed[i] || record->cells[i].size == 0 || is_index(columns, i, &record->cells[i]))
			continue;
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, NULL,
					   "field %zu has a value, but no name in the header", i + 1);
		refusal->hint = "Lines of totals have such values. To leave these fields out, set mapping to {\"\": null}.";
		return false;
	}
	return true;
}

static bool
is_blank(const SegSapColumn *column, Datum value, bool isnull)
{
	return isnull || (column->kind == SEG_SAP_KIND_TEXT && VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == 0);
}

/*
 * Has the row a key?  In a table that is not in the dictionary, a row that has
 * only numbers is a line of totals and has no key.
 */
static bool
has_key(const SegSapColumns *columns, const bool *nulls, const Datum *values, SegSapRefusal *refusal)
{
	bool		found = !columns->has_key;

	for (int i = 0; i < columns->count; i++)
	{
		const SegSapColumn *column = &columns->items[i];

		if (column->is_needed && is_blank(column, values[i], nulls[i]))
		{
			seg_sap_refusal(refusal, SEG_SAP_NO_KEY, column->file_name);
			return false;
		}
		found = found || (column->is_identifying && !is_blank(column, values[i], nulls[i]));
	}
	if (!found)
		seg_sap_refusal(refusal, SEG_SAP_NO_KEY, NULL);
	return found;
}

/* Does a key field contain the name of its column or of its field? */
static bool
repeats_name(const SegSapRecord *record, const SegSapColumn *column)
{
	SegSapCell	field;

	if (column->cell < 0 || column->field == NULL || !seg_sap_is_key(column->field->type))
		return false;
	field = (SegSapCell) {column->field->name, column->field_size};
	return record->own_name == column->cell || seg_sap_same_name(&record->cells[column->cell], &field);
}

bool
seg_sap_row(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapRecord *record,
			Datum *values, bool *nulls, SegSapRefusal *refusal)
{
	for (int i = 0; i < columns->count; i++)
	{
		const SegSapColumn *column = &columns->items[i];
		bool		is_name = repeats_name(record, column);

		if (!is_name && cell_value(columns, currencies, column, record, &values[i], &nulls[i], refusal))
			continue;
		if (is_name)
			seg_sap_refusal(refusal, SEG_SAP_OWN_NAME, column->file_name);
		if (column->cell >= 0)
			refusal->value = record->cells[column->cell];
		return false;
	}
	return has_key(columns, nulls, values, refusal);
}
