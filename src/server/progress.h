/*
 * progress.h
 *		Live progress of refits, for other sessions to read.
 */
#ifndef SEG_SERVER_PROGRESS_H
#define SEG_SERVER_PROGRESS_H

#include "server/compat.h"

/* Ask for shared memory, where that has to be done when the server starts. */
extern void seg_progress_init(void);

/* Would anybody be told of iterations? */
extern bool seg_progress_is_told(void);

/*
 * Tell other sessions the number of clusters, the iteration and the inertia after
 * it, and with segment.progress the client, at most once a second.  Is a
 * SegKmeansParams.on_iteration.  IN argument: not used.
 */
extern void seg_progress_iteration(void *argument, size_t k, size_t iteration, double inertia);

#endif							/* SEG_SERVER_PROGRESS_H */
