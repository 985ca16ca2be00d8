/*
 * segment.h
 *		The module's settings.
 */
#ifndef SEG_PG_SEGMENT_H
#define SEG_PG_SEGMENT_H

#include "pg/compat.h"

/* segment.fit_memory, in kB */
extern int	seg_fit_memory_kb;

/* segment.progress: NOTICEs from long fits */
extern bool seg_progress;

#endif							/* SEG_PG_SEGMENT_H */
