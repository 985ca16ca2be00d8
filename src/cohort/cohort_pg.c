/*
 * cohort_pg.c
 *		cohort_label and cohort_period, independent of the time zone of the session.
 */
#include "server/compat.h"

#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "cohort/cohort_pg.h"

SegGrain
seg_grain_argument(FunctionCallInfo fcinfo, int argno)
{
	static const struct
	{
		const char *name;
		SegGrain	grain;
	}			grains[] = {
		{"month", SEG_GRAIN_MONTH},
		{"week", SEG_GRAIN_WEEK},
		{"day", SEG_GRAIN_DAY},
		{"quarter", SEG_GRAIN_QUARTER},
		{"year", SEG_GRAIN_YEAR},
	};
	const text *name = PG_GETARG_TEXT_PP(argno);

	for (int i = 0; i < lengthof(grains); i++)
		if (VARSIZE_ANY_EXHDR(name) == strlen(grains[i].name) &&
			memcmp(VARDATA_ANY(name), grains[i].name, VARSIZE_ANY_EXHDR(name)) == 0)
			return grains[i].grain;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized grain \"%s\"", text_to_cstring(name)),
			 errhint("Valid grains are: day, week, month, quarter, year.")));
}

/* The day of a timestamp, from 2000-01-01, rounded down. */
static int64
day_argument(FunctionCallInfo fcinfo, int argno)
{
	Timestamp	at = PG_GETARG_TIMESTAMP(argno);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp must not be infinite")));
	return at / USECS_PER_DAY - (at % USECS_PER_DAY < 0);
}

/* (at, grain) */
PG_FUNCTION_INFO_V1(cohort_label);
Datum
cohort_label(PG_FUNCTION_ARGS)
{
	char		label[SEG_LABEL_SIZE];
	size_t		size = seg_cohort_label(seg_grain_argument(fcinfo, 1), day_argument(fcinfo, 0), label);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(label, (int) size));
}

/* (first_at, at, grain) */
PG_FUNCTION_INFO_V1(cohort_period);
Datum
cohort_period(PG_FUNCTION_ARGS)
{
	SegGrain	grain = seg_grain_argument(fcinfo, 2);
	int64		first = seg_period_of_day(grain, day_argument(fcinfo, 0));

	PG_RETURN_INT32((int32) (seg_period_of_day(grain, day_argument(fcinfo, 1)) - first));
}
