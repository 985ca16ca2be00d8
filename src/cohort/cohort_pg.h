/*
 * cohort_pg.h
 *		What the files of the cohort family share.
 */
#ifndef SEG_COHORT_COHORT_PG_H
#define SEG_COHORT_COHORT_PG_H

#include "server/compat.h"

#include "cohort/cohort.h"

/* The grain that a text argument names, which is not null; 22023 for another one. */
extern SegGrain seg_grain_argument(FunctionCallInfo fcinfo, int argno);

#endif							/* SEG_COHORT_COHORT_PG_H */
