/*
 * aggregate.h
 *		What the fit aggregates of all families share.
 *
 * The rules, the same in each family:
 *
 * - A support function that is called outside an aggregate is 0A000.
 * - A row whose features are null (for RFM: one of its measures) is left out and
 *   counted in rows_skipped, whatever null_policy says about single elements.
 * - The first row with features sets their number.  Another number in a later row
 *   is 2202E: "row has 3 features, but the rows before have 5".
 * - Options, k and model are the same in all rows, bit for bit, rows without
 *   features included; else 22023: "options must be the same for all rows".
 * - No row with features is 22023: "there are no rows to fit".
 * - Memory that grows with the data is reserved against segment.fit_memory before
 *   it is allocated (server/budget.h): states, samples, and the model while it is
 *   made.  All that is live in a session counts together.
 *
 * A family with a flat state says in a SegAggregate what is its own, and its
 * support functions are calls of the functions here.
 */
#ifndef SEG_SERVER_AGGREGATE_H
#define SEG_SERVER_AGGREGATE_H

#include "server/compat.h"

#include "utils/jsonb.h"

#include "server/features.h"
#include "server/model.h"
#include "server/state.h"

typedef struct SegAggregate
{
	SegStateType state;			/* its structs begin with a SegFitHead */
	const char *given;			/* what is the same in all rows: "options", "model" */
	const SegModelType *model;

	/*
	 * A state for rows of d features, fit.d set; options: NULL for all defaults.
	 * Only for seg_fit_transition.
	 */
	void	   *(*begin) (SegStates *states, const Jsonb *options, size_t d);

	/* Add a row of as many features.  Returns the state, which may have moved.  As begin. */
	void	   *(*add) (SegStates *states, void *state, const SegFeatures *features);

	/* Add the rows of another state of the same given and d.  Returns the state, which may have moved. */
	void	   *(*merge) (SegStates *states, void *state, const void *other);

	/* Fill the zeroed model; the current context is deleted when its bytes were made. */
	void		(*fit) (const void *state, void *model);
} SegAggregate;

/* The digest of an argument that is the same in all rows; 0 when it is null or not there. */
extern uint64 seg_given_digest(FunctionCallInfo fcinfo, int argno);

/* True if that argument of the aggregate is a constant of the query. */
extern bool seg_is_constant(FunctionCallInfo fcinfo, int argno);

/* 2202E for a row of another number of features than the rows before. */
extern void seg_check_width(size_t d, size_t before);

/* Steps of a transition function: the state after a row without features. */
extern SegFitHead *seg_fit_skip(SegStates *states, const SegAggregate *aggregate, SegFitHead *fit, uint64 given);

/* A family's new state takes the place of one that counted rows without features, if any. */
extern void seg_fit_replace(SegStates *states, SegFitHead *fit, const SegFitHead *empty, uint64 given);

/* The transition function of (state, features[, options]). */
extern Datum seg_fit_transition(FunctionCallInfo fcinfo, const SegAggregate *aggregate);

/* The combine function, and the final function, which returns a model. */
extern Datum seg_fit_combine(FunctionCallInfo fcinfo, const SegAggregate *aggregate);
extern Datum seg_fit_final(FunctionCallInfo fcinfo, const SegAggregate *aggregate);

#endif							/* SEG_SERVER_AGGREGATE_H */
