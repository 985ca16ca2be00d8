/*
 * moments.h
 *		The state of an aggregate that needs moments: options and core moments.
 *
 * One flat bytea, so that it is sent between workers and shards as it is.  A
 * family gives one callback that reads its options when the state begins.
 */
#ifndef SEG_PG_MOMENTS_H
#define SEG_PG_MOMENTS_H

#include "pg/compat.h"

#include "utils/jsonb.h"

#include "core/moments.h"

/* Read the options for rows of d features: the policy, and OUT logs[d], zeroed before. */
typedef SegMissing (*SegMomentsBegin) (const Jsonb *options, size_t d, uint8 *logs);

/*
 * A transition function (state, features[, options]).  A NULL features is
 * ignored; rows of other length, other options, nulls under policy REFUSE, and
 * what is not finite or has no logarithm are errors.
 */
extern Datum seg_moments_transition(FunctionCallInfo fcinfo, SegMomentsBegin begin);

/* A combine function (state, state). */
extern Datum seg_moments_combine(FunctionCallInfo fcinfo);

/* The options in a state; NULL for none.  An error when the state is damaged. */
extern const Jsonb *seg_moments_options(const bytea *state);

/* A finished copy of the moments, in the current context. */
extern SegMoments *seg_moments_result(const bytea *state);

/* What that copy takes, for a budget. */
extern size_t seg_moments_result_size(const bytea *state);

#endif							/* SEG_PG_MOMENTS_H */
