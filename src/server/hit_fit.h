/*
 * hit_fit.h
 *		What the aggregates over scores share: score_fit and uplift_fit.
 *
 * The state is a SegHitCounts, changed in place; it grows by doubling.
 */
#ifndef SEG_SERVER_HIT_FIT_H
#define SEG_SERVER_HIT_FIT_H

#include "server/compat.h"

#include "model/hits_codec.h"
#include "server/state.h"

/* The state of argument 0 of a transition function; a new one when it is null. */
extern SegHitCounts *seg_hit_fit_state(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type, size_t groups);

/*
 * Count a row; returns the state, which may have moved.  22003 for a score that is NaN or
 * infinite, 54000 for more than SEG_HIT_MOST_ROWS rows of a group.
 */
extern SegHitCounts *seg_hit_fit_count(SegStates *states, SegHitCounts *state, size_t group, bool hit, double score);

/* Add the rows of another state with as many groups; returns the state, which may have moved.  54000. */
extern void *seg_hit_fit_merge(SegStates *states, void *state, const void *other);

/* OUT list: the counted scores, palloc'd.  22023 when there are none. */
extern void seg_hit_fit_list(const SegHitCounts *state, SegHitList *list);

/* 22023 unless bins is from 2 to `most`. */
extern void seg_check_bins(int bins, int most);

/* 22023 unless level is above 0 and below 1. */
extern void seg_check_level(double level);

#endif							/* SEG_SERVER_HIT_FIT_H */
