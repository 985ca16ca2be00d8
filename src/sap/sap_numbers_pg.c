/*
 * sap_numbers_pg.c
 *		Numbers of the file as values of their columns; see sap_numbers_pg.h.
 *
 * A number that the column would round, or that has too many digits for it, is
 * refused.  So is an amount or a quantity with an exponent, because spreadsheet
 * programs write them and may have lost digits.
 */
#include "sap/sap_numbers_pg.h"

#include <float.h>

#include "catalog/pg_type.h"

#include "sap/sap_pg.h"

/* Does the number fit numeric(p,s) of the column without rounding? */
static bool
fits_numeric(const SegSapColumn *column, const SegSapNumber *number, SegSapRefusal *refusal)
{
	int			precision;
	int			scale;

	if (column->typmod < (int32) VARHDRSZ || number->is_zero)
		return true;
	precision = ((column->typmod - VARHDRSZ) >> 16) & 0xFFFF;
	scale = (((column->typmod - VARHDRSZ) & 0x7FF) ^ 1024) - 1024;
	if (number->decimals > scale)
	{
		if (number->decimals > 0)
			seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
						   "value has %d decimals, but the column allows %d", number->decimals, Max(scale, 0));
		else
			seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
						   "value would be rounded by the column");
		return false;
	}
	if (number->magnitude <= precision - scale)
		return true;
	if (precision >= scale && number->magnitude > 0)
		seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
					   "value has %d digits before the decimal mark, but the column allows %d",
					   number->magnitude, precision - scale);
	else
		seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name, "value is out of range for the column");
	return false;
}

/* Does a floating-point column keep all digits?  It always keeps DBL_DIG or FLT_DIG of them. */
static bool
fits_float(const SegSapColumn *column, const SegSapNumber *number, SegSapRefusal *refusal)
{
	bool		is_float4 = column->target_type == FLOAT4OID;
	int			digits = number->is_zero ? 0 : number->magnitude + number->decimals;
	int			most = is_float4 ? FLT_DIG : DBL_DIG;

	if (digits <= most ||
		(number->is_small && number->scale == 0 && number->mantissa <= (INT64CONST(1) << (is_float4 ? FLT_MANT_DIG : DBL_MANT_DIG))
		 && number->mantissa >= -(INT64CONST(1) << (is_float4 ? FLT_MANT_DIG : DBL_MANT_DIG))))
		return true;
	seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name,
				   "value has %d digits, but the column keeps %d", digits, most);
	return false;
}

static bool
integer_value(const SegSapColumn *column, SegSapNumber *number, Datum *value, SegSapRefusal *refusal)
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
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is not a whole number");
		return false;
	}
	if (number->mantissa > high || number->mantissa < -high - 1)
	{
		seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name, "value is out of range for the column");
		return false;
	}
	*value = Int64GetDatum(number->mantissa);
	return true;
}

/* Apply the decimals of the currency of the amount. */
static bool
shift_amount(SegSapCurrencies *currencies, const SegSapColumn *column, const SegSapRecord *record,
			 SegSapNumber *number, SegSapRefusal *refusal)
{
	bool		known;
	int			shift;

	if (number->is_zero)
		return true;			/* 0 is 0 in every currency */
	shift = seg_sap_amount_shift(currencies, column, record, &known);
	if (!known)
	{
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "amount has no currency");
		return false;
	}
	if (shift == 0)
		return true;
	if (!number->is_small || Max(number->magnitude, 0) + number->scale + Max(shift, 0) > 18)
	{
		seg_sap_refuse(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, column->file_name, "amount has too many digits");
		return false;
	}
	seg_sap_shift_number(number, shift);
	return true;
}

bool
seg_sap_parse_number(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
					 const SegSapRecord *record, const SegSapCell *cell,
					 SegSapNumber *number, SegSapRefusal *refusal)
{
	SegSapType	type = column->field != NULL ? column->field->type : SEG_SAP_CHAR;
	SegSapStatus status = seg_sap_number(cell->text, cell->size, columns->options->notation, number);

	if (status == SEG_SAP_NOTATION_NEEDED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("line " INT64_FORMAT ", column %s: value has a separator, but decimal_notation is not set",
						record->line_no, column->file_name),
				 errhint("Valid notations are: 1.234.567,89; 1,234,567.89; 1 234 567,89; 1234567.89. The first three are those of the user settings of SAP (SU3).")));
	if (status == SEG_SAP_OK && number->has_exponent &&
		(type == SEG_SAP_CURR || type == SEG_SAP_QUAN || type == SEG_SAP_INT))
		status = SEG_SAP_EXPONENT;
	if (status == SEG_SAP_OK && type == SEG_SAP_INT && number->decimals > 0)
	{
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is not a whole number");
		return false;
	}
	if (status == SEG_SAP_NOT_A_NUMBER && columns->options->notation != SEG_SAP_NO_NOTATION)
	{
		seg_sap_refuse(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION, column->file_name, "value is not a number of the form %s",
					   seg_sap_notations[columns->options->notation]);
		return false;
	}
	if (status != SEG_SAP_OK)
	{
		seg_sap_refusal(refusal, status, column->file_name);
		return false;
	}
	return type != SEG_SAP_CURR || shift_amount(currencies, column, record, number, refusal);
}

bool
seg_sap_number_value(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
					 const SegSapRecord *record, const SegSapCell *cell, Datum *value, SegSapRefusal *refusal)
{
	SegSapNumber number;

	if (!seg_sap_parse_number(columns, currencies, column, record, cell, &number, refusal))
		return false;
	if (column->kind == SEG_SAP_KIND_INTEGER)
		return integer_value(column, &number, value, refusal);
	if (column->target_type == NUMERICOID ? !fits_numeric(column, &number, refusal) : !fits_float(column, &number, refusal))
		return false;
	*value = seg_sap_numeric(&number);
	return true;
}
