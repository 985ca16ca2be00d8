/*
 * segment.h
 *		The module's settings.
 */
#ifndef SEG_SERVER_SEGMENT_H
#define SEG_SERVER_SEGMENT_H

#include "server/compat.h"

/* segment.fit_memory, in kB */
extern int	seg_fit_memory_kb;

/* segment.progress: NOTICEs from long fits */
extern bool seg_progress;

#endif							/* SEG_SERVER_SEGMENT_H */
