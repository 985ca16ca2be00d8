/*
 * aggregate.c
 *		What the fit aggregates of all families share; aggregate.h has the rules.
 */
#include "server/aggregate.h"

#include "nodes/primnodes.h"
#include "utils/memutils.h"

#include "base/hash.h"
#include "server/error.h"
#include "server/options.h"

uint64
seg_given_digest(FunctionCallInfo fcinfo, int argno)
{
	const struct varlena *given;

	if (PG_NARGS() <= argno || PG_ARGISNULL(argno))
		return 0;
	given = PG_GETARG_VARLENA_PP(argno);
	return Max(seg_hash_bytes(0, VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)), 1);
}

bool
seg_is_constant(FunctionCallInfo fcinfo, int argno)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);

	return aggref != NULL && argno <= list_length(aggref->args) &&
		IsA(((TargetEntry *) list_nth(aggref->args, argno - 1))->expr, Const);
}

void
seg_check_width(size_t d, size_t before)
{
	if (d != before)
		seg_raise((SegFault) {SEG_OTHER_WIDTH, .got = d, .wanted = before});
}

void
seg_fit_replace(SegStates *states, SegFitHead *fit, const SegFitHead *empty, uint64 given)
{
	fit->given = given;
	if (empty != NULL)
	{
		fit->rows_skipped = empty->rows_skipped;
		seg_state_drop(states, empty);
	}
}

SegFitHead *
seg_fit_skip(SegStates *states, const SegAggregate *aggregate, SegFitHead *fit, uint64 given)
{
	if (fit == NULL)
	{
		fit = seg_state_new(states, &aggregate->state, sizeof(SegFitHead));
		fit->given = given;
	}
	fit->rows_skipped++;
	return fit;
}

Datum
seg_fit_transition(FunctionCallInfo fcinfo, const SegAggregate *aggregate)
{
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, 2);
	SegFitHead *fit = NULL;
	SegFeatures features;

	if (!PG_ARGISNULL(0))
	{
		fit = seg_state_own(fcinfo, states, &aggregate->state);
		if (fit->given != given)
			seg_refuse_changed(aggregate->given);
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(seg_fit_skip(states, aggregate, fit, given));
	features = seg_features_open(PG_GETARG_DATUM(1));
	if (fit == NULL || fit->d == 0)
	{
		const Jsonb *options = PG_NARGS() > 2 && !PG_ARGISNULL(2) ? PG_GETARG_JSONB_P(2) : NULL;
		const SegFitHead *empty = fit;

		fit = aggregate->begin(states, options, features.d);
		seg_fit_replace(states, fit, empty, given);
	}
	seg_check_width(features.d, fit->d);
	fit = aggregate->add(states, fit, &features);
	seg_features_close(&features);
	PG_RETURN_POINTER(fit);
}

Datum
seg_fit_combine(FunctionCallInfo fcinfo, const SegAggregate *aggregate)
{
	SegStates  *states = seg_states(fcinfo);
	SegFitHead *fit;
	const SegFitHead *other;

	if (!seg_state_both(fcinfo, states, &aggregate->state, (void **) &fit, (const void **) &other))
	{
		if (fit == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(fit);
	}
	if (fit->given != other->given)
		seg_refuse_changed(aggregate->given);
	if (fit->d == 0 && other->d > 0)
	{
		const SegFitHead *empty = fit;

		fit = seg_state_copy(states, &aggregate->state, other);
		fit->rows_skipped += empty->rows_skipped;
		seg_state_drop(states, empty);
		PG_RETURN_POINTER(fit);
	}
	if (other->d > 0)
	{
		seg_check_width(other->d, fit->d);
		fit = aggregate->merge(states, fit, other);
	}
	fit->rows_skipped += other->rows_skipped;
	PG_RETURN_POINTER(fit);
}

Datum
seg_fit_final(FunctionCallInfo fcinfo, const SegAggregate *aggregate)
{
	const SegFitHead *fit;
	MemoryContext work;
	MemoryContext result;
	void	   *model;
	bytea	   *bytes;

	(void) seg_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		seg_raise((SegFault) {SEG_NO_ROWS});
	work = AllocSetContextCreate(CurrentMemoryContext, "segment fit", ALLOCSET_DEFAULT_SIZES);
	result = MemoryContextSwitchTo(work);
	fit = seg_state_other(fcinfo, 0, &aggregate->state);
	if (fit->d == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = fit->rows_skipped});
	model = palloc0(aggregate->model->struct_size);
	aggregate->fit(fit, model);
	MemoryContextSwitchTo(result);
	bytes = seg_model_bytes(aggregate->model, model);
	MemoryContextDelete(work);
	PG_RETURN_BYTEA_P(bytes);
}
