/*
 * ab_tests_pg.c
 *		Beside the tests of arms: srm_test, the window function p_adjust, and ab_sample_size, ab_detectable.
 */
#include "server/model.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "ab/power.h"
#include "ab/srm.h"
#include "server/budget.h"
#include "server/features.h"
#include "server/rows.h"
#include "stats/p_adjust.h"

/* ---- srm_test ---- */

/* Below these p-values of one look the shares are suspicious, or wrong. */
#define SUSPICIOUS 0.01
#define MISMATCH 0.001

#define MOST_ARMS 1000
#define LEAST_SHARE 1e-9

/* The elements of an array of 8 bytes each; an error for nulls and for too many or few. */
static ArrayType *
open_array(Datum datum, const char *name)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	int			dimensions = ARR_NDIM(array);
	int			n;

	seg_check_one_dimension(dimensions, name);
	n = dimensions == 0 ? 0 : ARR_DIMS(array)[0];
	if (n < 2 || n > MOST_ARMS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have from 2 to %d arms, but has %d", name, MOST_ARMS, n)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	return array;
}

/* OUT counts[n]; returns n. */
static int
read_counts(Datum datum, double *counts)
{
	ArrayType  *array = open_array(datum, "counts");
	const int64 *values = (const int64 *) ARR_DATA_PTR(array);
	int			n = ARR_DIMS(array)[0];

	for (int i = 0; i < n; i++)
	{
		if (values[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("count %d is negative", i + 1)));
		counts[i] = (double) values[i];
	}
	return n;
}

/* OUT weights[n] */
static void
read_weights(Datum datum, int n, double *weights)
{
	ArrayType  *array = open_array(datum, "weights");
	const double *values = (const double *) ARR_DATA_PTR(array);
	double		total = 0;

	if (ARR_DIMS(array)[0] != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d weights, but %d counts", ARR_DIMS(array)[0], n)));
	for (int i = 0; i < n; i++)
	{
		if (!(values[i] > 0 && values[i] <= 1e15))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight %d must be above 0 and at most 1e15, but is %g", i + 1, values[i])));
		weights[i] = values[i];
		total += values[i];
	}
	for (int i = 0; i < n; i++)
		if (weights[i] < LEAST_SHARE * total)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight %d is below %g of their sum", i + 1, LEAST_SHARE)));
}

/* (counts, weights, prior_strength) */
PG_FUNCTION_INFO_V1(srm_test);
Datum
srm_test(PG_FUNCTION_ARGS)
{
	double		counts[MOST_ARMS];
	double		weights[MOST_ARMS];
	double		strength;
	int			n;
	SegSrm		srm;
	SegRow		row;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	strength = PG_GETARG_FLOAT8(2);
	if (!(strength >= 0.001 && strength <= 1e15))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior_strength must be from 0.001 to 1e15, but is %g", strength)));
	n = read_counts(PG_GETARG_DATUM(0), counts);
	for (int i = 0; i < n; i++)
		weights[i] = 1;
	if (!PG_ARGISNULL(1))
		read_weights(PG_GETARG_DATUM(1), n, weights);
	srm = seg_srm(counts, weights, n, strength);
	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_float8(&row, srm.chi2);
	seg_put_int32(&row, (int32) srm.df);
	seg_put_float8(&row, srm.p);
	seg_put_float8(&row, srm.log_bayes_factor);
	seg_put_float8(&row, srm.anytime_p);
	seg_put_text(&row, isnan(srm.p) ? NULL : srm.p < MISMATCH ? "mismatch" : srm.p < SUSPICIOUS ? "suspicious" : "ok");
	return seg_row_value(&row);
}

/* ---- p_adjust ---- */

/* The adjusted values of a partition; NaN for null. */
typedef struct Adjusted
{
	const char *method;			/* NULL: not computed yet */
	double	   *q;
} Adjusted;

static const struct
{
	const char *name;
	void		(*adjust) (const double *p, size_t n, uint32_t *order, double *q);
}			methods[] = {
	{"holm", seg_p_adjust_holm},
	{"bh", seg_p_adjust},
};

static int
method_named(const char *name)
{
	for (int m = 0; m < lengthof(methods); m++)
		if (strcmp(name, methods[m].name) == 0)
			return m;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized method \"%s\"", name),
			 errhint("Valid methods are holm and bh.")));
}

static double
check_p(double p)
{
	if (!(p >= 0 && p <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p must be from 0 to 1, but is %g", p)));
	return p;
}

/* Adjust all values of the partition; the memory of the partition keeps the result. */
static void
adjust_partition(WindowObject window, int method, Adjusted *adjusted)
{
	int64		rows = WinGetPartitionRowCount(window);
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(adjusted));
	double	   *q = seg_take(rows, sizeof(double));
	double	   *p = seg_take(rows, 2 * sizeof(double));
	double	   *adjusted_p = p + rows;
	uint32	   *order = seg_take(rows, sizeof(uint32));
	size_t		n = 0;

	MemoryContextSwitchTo(old);
	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d p-values", PG_INT32_MAX)));
	for (int64 i = 0; i < rows; i++)
	{
		bool		isnull;
		bool		isout;
		Datum		value = WinGetFuncArgInPartition(window, 0, i, WINDOW_SEEK_HEAD, false, &isnull, &isout);

		CHECK_FOR_INTERRUPTS();
		q[i] = isnull ? NAN : check_p(DatumGetFloat8(value));
		if (!isnull)
			p[n++] = q[i];
	}
	methods[method].adjust(p, n, order, adjusted_p);
	for (int64 i = rows; i-- > 0;)
		if (!isnan(q[i]))
			q[i] = adjusted_p[--n];
	pfree(p);
	pfree(order);
	adjusted->q = q;
	adjusted->method = methods[method].name;
}

/* (p, method) OVER (...) */
PG_FUNCTION_INFO_V1(p_adjust);
Datum
p_adjust(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Adjusted   *adjusted = WinGetPartitionLocalMemory(window, sizeof(Adjusted));
	bool		isnull;
	Datum		name = WinGetFuncArgCurrent(window, 1, &isnull);
	double		q;
	int			method;

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("method must not be null")));
	method = method_named(text_to_cstring(DatumGetTextPP(name)));
	if (adjusted->method == NULL)
		adjust_partition(window, method, adjusted);
	if (adjusted->method != methods[method].name)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method must be the same in all rows of a partition")));
	q = adjusted->q[WinGetCurrentPosition(window)];
	if (isnan(q))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(q);
}

/* ---- sizes and powers ---- */

#define SHARES_ONLY "A share of 10 % is 0.1. For means, such as revenue, give sd."

/* IN hint: what to do where another number was meant, or NULL. */
static double
share_argument(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint)
{
	double		share = PG_GETARG_FLOAT8(argno);

	if (!(share > 0 && share < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1, but is %g", name, share),
				 hint != NULL ? errhint("%s", hint) : 0));
	return share;
}

static double
sd_argument(FunctionCallInfo fcinfo, int argno)
{
	double		sd = PG_GETARG_FLOAT8(argno);

	if (!(sd > 0 && isfinite(sd)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sd must be above 0 and finite, but is %g", sd)));
	return sd;
}

/* (baseline, difference, sd, level, power); sd null: shares */
PG_FUNCTION_INFO_V1(ab_sample_size);
Datum
ab_sample_size(PG_FUNCTION_ARGS)
{
	bool		shares = PG_ARGISNULL(2);
	double		difference;
	double		alpha;
	double		power;
	double		n;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4) || (shares && PG_ARGISNULL(0)))
		PG_RETURN_NULL();
	difference = PG_GETARG_FLOAT8(1);
	alpha = 1 - share_argument(fcinfo, 3, "level", NULL);
	power = share_argument(fcinfo, 4, "power", NULL);
	if (!(difference != 0 && isfinite(difference)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("difference must be a number other than 0")));
	if (shares)
	{
		double		baseline = share_argument(fcinfo, 0, "baseline", SHARES_ONLY);

		if (!(baseline + difference >= 0 && baseline + difference <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("baseline and difference together must be from 0 to 1, but are %g", baseline + difference),
					 errhint("%s", SHARES_ONLY)));
		n = seg_power_rows_shares(baseline, baseline + difference, alpha, power);
	}
	else
		n = seg_power_rows_means(fabs(difference) / sd_argument(fcinfo, 2), alpha, power);
	if (isinf(n))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("more than %g rows in each arm are needed", SEG_POWER_MOST_ROWS)));
	PG_RETURN_INT64((int64) Max(ceil(n), 2));
}

/* (n, baseline, sd, level, power); sd null: shares */
PG_FUNCTION_INFO_V1(ab_detectable);
Datum
ab_detectable(PG_FUNCTION_ARGS)
{
	bool		shares = PG_ARGISNULL(2);
	int64		n;
	double		alpha;
	double		power;
	double		difference;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4) || (shares && PG_ARGISNULL(1)))
		PG_RETURN_NULL();
	n = PG_GETARG_INT64(0);
	alpha = 1 - share_argument(fcinfo, 3, "level", NULL);
	power = share_argument(fcinfo, 4, "power", NULL);
	if (n < 0 || n > SEG_POWER_MOST_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("n must be from 0 to %g, but is " INT64_FORMAT, SEG_POWER_MOST_ROWS, n)));
	if (shares)
	{
		double		baseline = share_argument(fcinfo, 1, "baseline", SHARES_ONLY);

		difference = n == 0 ? NAN : seg_power_share((double) n, baseline, alpha, power) - baseline;
	}
	else
	{
		double		sd = sd_argument(fcinfo, 2);

		/* one row has no variance */
		difference = n < 2 ? NAN : seg_power_difference((double) n, alpha, power) * sd;
	}
	if (!isfinite(difference))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(difference);
}
