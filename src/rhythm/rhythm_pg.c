/*
 * rhythm_pg.c
 *		The aggregate rhythm_fit, rhythm_details, rhythm_parameters, and the family for the server.
 */
#include "server/family.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "base/sort.h"
#include "rhythm/rhythm_model.h"
#include "rhythm/rhythm_state.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/features.h"

/* ---- the gaps of a row ---- */

typedef struct Gaps
{
	ArrayType  *array;
	void	   *detoasted;		/* to be freed, or NULL */
	const double *values;
	size_t		n;
} Gaps;

static void
check_gap(double gap, size_t position)
{
	if (!isfinite(gap))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("gap %zu is NaN or infinite", position)));
	if (gap <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("gap %zu is not above 0", position),
				 errhint("Gaps are days between different days of purchase.")));
}

/* One dimension or none, no nulls, all finite and above 0; else an error. */
static Gaps
open_gaps(Datum datum)
{
	Gaps		gaps = {.array = DatumGetArrayTypeP(datum)};
	int			dimensions = ARR_NDIM(gaps.array);

	seg_check_one_dimension(dimensions, "gaps");
	gaps.detoasted = (void *) gaps.array == DatumGetPointer(datum) ? NULL : gaps.array;
	gaps.n = dimensions == 0 ? 0 : ARR_DIMS(gaps.array)[0];
	if (array_contains_nulls(gaps.array))
	{
		const bits8 *bitmap = ARR_NULLBITMAP(gaps.array);
		size_t		j = 0;

		while (bitmap[j / 8] & (1 << (j % 8)))
			j++;
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("gap %zu is null", j + 1)));
	}
	gaps.values = (const double *) ARR_DATA_PTR(gaps.array);
	for (size_t j = 0; j < gaps.n; j++)
	{
		seg_check_step(j);
		check_gap(gaps.values[j], j + 1);
	}
	return gaps;
}

static void
close_gaps(Gaps *gaps)
{
	if (gaps->detoasted != NULL)
		pfree(gaps->detoasted);
}

/* ---- the fit ---- */

/* Cells of a new state. */
#define FIRST_ROOM ((size_t) 64)

static const SegAggregate aggregate;

static bool
is_sound(const void *state, size_t size)
{
	return seg_rhythm_state_is_sound(state, size);
}

/* The state with room for so many more cells. */
static SegRhythmState *
with_room(SegStates *states, SegRhythmState *state, uint64 cells)
{
	SegRhythmState *grown;
	SegStateHead head;
	size_t		room;

	if (state->room - state->used >= cells)
		return state;
	room = Max(state->used + cells, state->room + state->room / 2);
	grown = seg_state_resize(states, state, seg_rhythm_state_size(room));
	head = grown->fit.state;
	memcpy(grown, state, seg_rhythm_state_size(state->used));
	memset(grown->cells + state->used, 0, (room - state->used) * sizeof(double));
	grown->fit.state = head;
	grown->room = room;
	return grown;
}

/* (state, gaps) */
PG_FUNCTION_INFO_V1(rhythm_fit_transfn);
Datum
rhythm_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	SegRhythmState *state;
	Gaps		gaps;

	if (PG_ARGISNULL(0))
	{
		state = seg_state_new(states, &aggregate.state, seg_rhythm_state_size(FIRST_ROOM));
		state->fit.d = 1;
		state->room = FIRST_ROOM;
	}
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (PG_ARGISNULL(1))
	{
		state->fit.rows_skipped++;
		PG_RETURN_POINTER(state);
	}
	gaps = open_gaps(PG_GETARG_DATUM(1));
	if (gaps.n > 0)
		state = with_room(states, state, gaps.n + 1);
	seg_rhythm_state_add(state, gaps.values, gaps.n);
	close_gaps(&gaps);
	PG_RETURN_POINTER(state);
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	const SegRhythmState *other = from;
	SegRhythmState *state = with_room(states, own, other->used);

	seg_rhythm_state_merge(state, other);
	return state;
}

static void
fit(const void *from, void *to)
{
	const SegRhythmState *state = from;
	SegRhythmModel *model = to;
	double	   *logs = seg_take(Max(state->gaps, 1), sizeof(double));
	SegStatus	status;

	model->without_gaps = state->without_gaps;
	model->rows_skipped = state->fit.rows_skipped;
	model->fit.points = palloc(SEG_RHYTHM_POINTS * sizeof(double));
	status = seg_rhythm_fit(state->cells, state->used, logs, &model->fit);
	if (status == SEG_NO_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no gaps to fit"),
				 errhint("Gaps need customers with purchases on two days.")));
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

static const SegAggregate aggregate = {
	.state = {SEG_RHYTHM_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_rhythm_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(rhythm_fit_combinefn);
Datum
rhythm_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(rhythm_fit_finalfn);
Datum
rhythm_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- one customer ---- */

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

static SegRhythmOutlook
outlook_of(const SegRhythm *fit, Datum datum)
{
	Gaps		gaps = open_gaps(datum);
	SegRhythmOutlook outlook;
	double	   *sorted;
	double		mean = 0;

	if (gaps.n > 0)
	{
		sorted = seg_take(gaps.n, sizeof(double));
		memcpy(sorted, gaps.values, gaps.n * sizeof(double));
		seg_sort(sorted, gaps.n, sizeof(double), is_less, NULL);
		mean = seg_rhythm_mean(sorted, gaps.n);
		pfree(sorted);
	}
	outlook = seg_rhythm_outlook(fit, mean, gaps.n);
	close_gaps(&gaps);
	return outlook;
}

/* (model, gaps, silence_days, level) */
PG_FUNCTION_INFO_V1(rhythm_details);
Datum
rhythm_details(PG_FUNCTION_ARGS)
{
	const SegRhythmModel *model = seg_model_argument(fcinfo, 0, 0, &seg_rhythm_model_type);
	double		silence = PG_GETARG_FLOAT8(2);
	double		level = PG_GETARG_FLOAT8(3);
	SegRhythmOutlook outlook;
	SegRow		row;

	if (!(silence >= 0 && isfinite(silence)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("silence_days must be a number of days, not negative")));
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1")));
	outlook = outlook_of(&model->fit, PG_GETARG_DATUM(1));
	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_float8(&row, seg_rhythm_gap(&model->fit, outlook, 0.5));
	seg_put_float8(&row, seg_rhythm_gap(&model->fit, outlook, level));
	seg_put_float8(&row, seg_rhythm_level(&model->fit, outlook, silence));
	seg_put_bool(&row, seg_rhythm_is_beyond(&model->fit, outlook, level, silence));
	return seg_row_value(&row);
}

/* (model) */
PG_FUNCTION_INFO_V1(rhythm_parameters);
Datum
rhythm_parameters(PG_FUNCTION_ARGS)
{
	const SegRhythmModel *model = seg_model_argument(fcinfo, 0, 0, &seg_rhythm_model_type);
	const SegRhythm *fit = &model->fit;
	SegRow		row;

	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_int64(&row, fit->customers + model->without_gaps);
	seg_put_int64(&row, fit->customers);
	seg_put_int64(&row, fit->gaps);
	seg_put_float8(&row, fit->mu);
	seg_put_float8(&row, fit->tau2);
	seg_put_float8(&row, fit->sigma2);
	seg_put_float8(&row, seg_rhythm_quantile(fit, 0.5));
	seg_put_float8(&row, seg_rhythm_quantile(fit, 0.95));
	return seg_row_value(&row);
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegRhythmModel *model = decoded;

	info->method = "exact";
	info->rows_used = model->fit.customers + model->without_gaps;
	info->rows_skipped = model->rows_skipped;
}

const SegFamily seg_rhythm_family = {
	.type = &seg_rhythm_model_type,
	.info = info,
};
