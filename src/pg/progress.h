/*
 * progress.h
 *		Live progress of refits, for other sessions to read.
 */
#ifndef SEG_PG_PROGRESS_H
#define SEG_PG_PROGRESS_H

#include "pg/compat.h"

#include "utils/timestamp.h"

/* Ask for shared memory, when the module is in shared_preload_libraries. */
extern void seg_progress_init(void);

/* What seg_progress_iteration keeps over a fit. */
typedef struct SegIterationTold
{
	TimestampTz noticed_at;		/* when a NOTICE was last due */
} SegIterationTold;

/* Begin to tell iterations; false when nobody would be told. */
extern bool seg_progress_begin(SegIterationTold *told);

/*
 * Tell other sessions the iteration and the inertia after it, and with
 * segment.progress the client, once a second.  IN argument: a SegIterationTold.
 */
extern void seg_progress_iteration(void *argument, size_t iteration, double inertia);

#endif							/* SEG_PG_PROGRESS_H */
