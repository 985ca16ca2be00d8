/*
 * progress.h
 *		Live progress of refits, for other sessions to read.
 */
#ifndef SEG_PG_PROGRESS_H
#define SEG_PG_PROGRESS_H

#include "pg/compat.h"

/* Ask for shared memory, when the module is in shared_preload_libraries. */
extern void seg_progress_init(void);

#endif							/* SEG_PG_PROGRESS_H */
