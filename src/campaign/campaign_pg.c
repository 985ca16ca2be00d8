/*
 * campaign_pg.c
 *		Figures of tests that ab_report shows.
 */
#include "server/compat.h"

#include <math.h>

#include "fmgr.h"

#include "campaign/detectable.h"
#include "stats/chisq.h"

PG_FUNCTION_INFO_V1(chisq_tail);
Datum
chisq_tail(PG_FUNCTION_ARGS)
{
	double		x = PG_GETARG_FLOAT8(0);
	double		df = PG_GETARG_FLOAT8(1);

	if (!(df > 0) || isnan(x))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(seg_chisq_tail(x, df));
}

/* (control_mean, std_error, n, control_n, is_share, level, power) */
PG_FUNCTION_INFO_V1(detectable_difference);
Datum
detectable_difference(PG_FUNCTION_ARGS)
{
	double		mean = PG_GETARG_FLOAT8(0);
	double		std_error = PG_GETARG_FLOAT8(1);
	double		n = (double) PG_GETARG_INT64(2);
	double		control_n = (double) PG_GETARG_INT64(3);
	double		level = PG_GETARG_FLOAT8(5);
	double		power = PG_GETARG_FLOAT8(6);
	double		result;

	if (!(n > 0 && control_n > 0 && level > 0 && level < 1 && power >= 0.5 && power < 1))
		PG_RETURN_NULL();
	if (PG_GETARG_BOOL(4))
		result = mean >= 0 && mean <= 1 ? seg_detectable_share(mean, n, control_n, level, power) : NAN;
	else
		result = std_error * (seg_normal_upper((1 + level) / 2) + seg_normal_upper(power));
	if (!isfinite(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}
