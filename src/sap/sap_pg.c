/*
 * sap_pg.c
 *		The conversions of SAP values, as scalar functions.
 */
#include "sap/sap_pg.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#include "sap/sap_currency.h"
#include "sap/sap_encoding_pg.h"
#include "sap/sap_fault_pg.h"
#include "sap/sap_key.h"
#include "server/id.h"

PG_FUNCTION_INFO_V1(sap_date);
PG_FUNCTION_INFO_V1(sap_time);
PG_FUNCTION_INFO_V1(sap_number);
PG_FUNCTION_INFO_V1(sap_alpha_in);
PG_FUNCTION_INFO_V1(sap_alpha_out);
PG_FUNCTION_INFO_V1(sap_key);
PG_FUNCTION_INFO_V1(sap_amount);
PG_FUNCTION_INFO_V1(sap_billing_sign);

/* The longest CHAR field of SAP. */
#define MAX_FIELD_LENGTH 1333

const char *const seg_sap_date_format_hint =
"The argument date_format selects another form: YYYYMMDD, DD.MM.YYYY, MM/DD/YYYY, MM-DD-YYYY, YYYY.MM.DD, YYYY/MM/DD, YYYY-MM-DD.";

int
seg_sap_choice(const char *argument, const char *value, size_t size, const char *const *choices)
{
	StringInfoData valid;

	initStringInfo(&valid);
	for (int i = 0; choices[i] != NULL; i++)
	{
		if (strlen(choices[i]) == size && memcmp(choices[i], value, size) == 0)
		{
			pfree(valid.data);
			return i;
		}
		appendStringInfo(&valid, "%s%s", i == 0 ? "" : "; ", choices[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized value \"%s\" for argument \"%s\"", pnstrdup(value, size), argument),
			 errhint("Valid values are: %s.", valid.data)));
}

static int
text_choice(FunctionCallInfo fcinfo, int argno, const char *argument, const char *const *choices)
{
	text	   *value = PG_GETARG_TEXT_PP(argno);

	return seg_sap_choice(argument, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), choices);
}

DateADT
seg_sap_date_adt(const SegSapDate *date)
{
	return date2j(date->year, date->month, date->day) - POSTGRES_EPOCH_JDATE;
}

TimeADT
seg_sap_time_adt(const SegSapTime *time)
{
	return ((time->hour * 60 + time->minute) * 60 + time->second) * USECS_PER_SEC;
}

Datum
seg_sap_numeric(const SegSapNumber *number)
{
	if (number->is_small)
		return NumericGetDatum(int64_div_fast_to_numeric(number->mantissa, number->scale));
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number->text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

Datum
sap_date(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int			format = text_choice(fcinfo, 1, "date_format", seg_sap_date_formats);
	SegSapDate	date;
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *utf8 = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	SegSapStatus status = seg_sap_date(utf8, size, format, &date);

	if (status == SEG_SAP_NOT_A_DATE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("value is not a date of the form %s", seg_sap_date_formats[format]),
				 format != SEG_SAP_DATE_INTERNAL ? 0 :
				 errhint("%s", seg_sap_date_format_hint)));
	if (status != SEG_SAP_OK)
		seg_sap_raise(status);
	if (date.is_null)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(seg_sap_date_adt(&date));
}

Datum
sap_time(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	SegSapTime	time;
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *utf8 = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	SegSapStatus status = seg_sap_time(utf8, size, &time);

	if (status != SEG_SAP_OK)
		seg_sap_raise(status);
	if (time.is_null)
		PG_RETURN_NULL();
	PG_RETURN_TIMEADT(seg_sap_time_adt(&time));
}

Datum
sap_number(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int			notation = text_choice(fcinfo, 1, "decimal_notation", seg_sap_notations);
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *utf8 = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	SegSapNumber number;
	SegSapStatus status = seg_sap_number(utf8, size, notation, &number);

	if (status == SEG_SAP_NOT_A_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("value is not a number of the form %s", seg_sap_notations[notation])));
	if (status != SEG_SAP_OK)
		seg_sap_raise(status);
	if (number.is_null)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(seg_sap_numeric(&number));
}

Datum
sap_alpha_in(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int32		length = PG_GETARG_INT32(1);
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *utf8 = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	char	   *key;
	const char *server;
	SegSapStatus status;

	if (length < 1 || length > MAX_FIELD_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("length must be from 1 to %d, but is %d", MAX_FIELD_LENGTH, length)));
	key = palloc(Max(size, (size_t) length));
	status = seg_sap_alpha_in(utf8, size, length, key, &size);
	if (status != SEG_SAP_OK)
		seg_sap_raise(status);
	server = seg_sap_to_server(key, &size);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(server, size));
}

Datum
sap_alpha_out(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *digits = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	const char *server;

	seg_sap_alpha_out(&digits, &size);
	server = seg_sap_to_server(digits, &size);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(server, size));
}

/* (value, length): sap_alpha_in for keys of documents and customers; raises no error */
Datum
sap_key(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int32		length = PG_GETARG_INT32(1);
	size_t		size = VARSIZE_ANY_EXHDR(value);
	const char *utf8;
	const char *server;
	char	   *key;

	if (!seg_is_meaningful(value))
		PG_RETURN_NULL();
	if (length < 1 || length > MAX_FIELD_LENGTH)
		PG_RETURN_TEXT_P(value);
	utf8 = seg_sap_to_utf8(VARDATA_ANY(value), &size);
	key = palloc(Max(size, (size_t) length));
	if (seg_sap_alpha_in(utf8, size, length, key, &size) != SEG_SAP_OK)
		PG_RETURN_TEXT_P(value);
	server = seg_sap_to_server(key, &size);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(server, size));
}

/* 10 ^ shift */
static Datum
power_of_ten(int shift)
{
	if (shift >= 0)
		return NumericGetDatum(int64_to_numeric((int64) pow(10, shift)));
	return NumericGetDatum(int64_div_fast_to_numeric(1, -shift));
}

Datum
sap_amount(PG_FUNCTION_ARGS)
{
	int32		decimals;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(2))
		decimals = PG_GETARG_INT32(2);
	else if (!PG_ARGISNULL(1))
	{
		text	   *currency = PG_GETARG_TEXT_PP(1);

		decimals = seg_sap_currency_decimals(VARDATA_ANY(currency), VARSIZE_ANY_EXHDR(currency));
	}
	else
		PG_RETURN_NULL();
	if (decimals < 0 || decimals > SEG_SAP_MAX_DECIMALS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("decimals must be from 0 to %d, but is %d", SEG_SAP_MAX_DECIMALS, decimals)));
	if (decimals == 2)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_mul, PG_GETARG_DATUM(0), power_of_ten(2 - decimals)));
}

Datum
sap_billing_sign(PG_FUNCTION_ARGS)
{
	text	   *category = PG_GETARG_TEXT_PP(0);
	int			sign = seg_sap_billing_sign(VARDATA_ANY(category), VARSIZE_ANY_EXHDR(category));

	if (sign == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(sign);
}
