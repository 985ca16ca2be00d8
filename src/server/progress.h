/*
 * progress.h
 *		Progress of running refits, readable by other sessions.
 */
#ifndef SEG_SERVER_PROGRESS_H
#define SEG_SERVER_PROGRESS_H

#include "server/compat.h"

/* Request shared memory, in versions where that must happen at server start. */
extern void seg_progress_init(void);

/* Is the progress of iterations reported, to a slot or to the client? */
extern bool seg_progress_is_told(void);

/*
 * Show the number of clusters, the iteration and its inertia to other sessions, and
 * with segment.progress to the client, at most once a second.  It is a
 * SegKmeansParams.on_iteration.  IN argument: not used.
 */
extern void seg_progress_iteration(void *argument, size_t k, size_t iteration, double inertia);

#endif							/* SEG_SERVER_PROGRESS_H */
