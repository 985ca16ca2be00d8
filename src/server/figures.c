/*
 * figures.c
 *		Reading figures from JSON for the views, without errors.
 *
 * The registry stores the figures of a fit as JSON.  A view over many models must not
 * fail because of one of them, so a member that is missing, of another type or too
 * large for its column becomes NULL.
 */
#include "server/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/* The member of that name, or NULL. */
static const JsonbValue *
member(FunctionCallInfo fcinfo, JsonbValue *room)
{
	Jsonb	   *object = PG_GETARG_JSONB_P(0);
	const text *key = PG_GETARG_TEXT_PP(1);

	if (!JB_ROOT_IS_OBJECT(object))
		return NULL;
	return getKeyJsonValueFromContainer(&object->root, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key), room);
}

static bool
numeric_member(FunctionCallInfo fcinfo, Numeric *number)
{
	JsonbValue	room;
	const JsonbValue *value = member(fcinfo, &room);

	if (value == NULL || value->type != jbvNumeric || numeric_is_nan(value->val.numeric) ||
		numeric_is_inf(value->val.numeric))
		return false;
	*number = value->val.numeric;
	return true;
}

/* (object, key) -> float8 */
PG_FUNCTION_INFO_V1(figure_in);
Datum
figure_in(PG_FUNCTION_ARGS)
{
	Numeric		number;
	double		figure;

	if (!numeric_member(fcinfo, &number))
		PG_RETURN_NULL();
	figure = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(number)));
	if (!isfinite(figure))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(figure);
}

/* Is the absolute value of the number less than the power of ten? */
static bool
is_below(Numeric number, int power)
{
	Datum		size = DirectFunctionCall1(numeric_abs, NumericGetDatum(number));
	Datum		limit = DirectFunctionCall2(numeric_power, NumericGetDatum(int64_to_numeric(10)),
											NumericGetDatum(int64_to_numeric(power)));

	return DatumGetBool(DirectFunctionCall2(numeric_lt, size, limit));
}

/* (object, key) -> bigint */
PG_FUNCTION_INFO_V1(count_in);
Datum
count_in(PG_FUNCTION_ARGS)
{
	Numeric		number;

	if (!numeric_member(fcinfo, &number) || !is_below(number, 18))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall1(numeric_int8, NumericGetDatum(number)));
}

/* (object, key) -> numeric with two digits that fits numeric(28,2) */
PG_FUNCTION_INFO_V1(amount_in);
Datum
amount_in(PG_FUNCTION_ARGS)
{
	Numeric		number;
	Datum		amount;

	if (!numeric_member(fcinfo, &number))
		PG_RETURN_NULL();
	amount = DirectFunctionCall2(numeric_round, NumericGetDatum(number), Int32GetDatum(2));
	if (!is_below(DatumGetNumeric(amount), 26))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(amount);
}

/* (object, key) -> boolean */
PG_FUNCTION_INFO_V1(flag_in);
Datum
flag_in(PG_FUNCTION_ARGS)
{
	JsonbValue	room;
	const JsonbValue *value = member(fcinfo, &room);

	if (value == NULL || value->type != jbvBool)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(value->val.boolean);
}
