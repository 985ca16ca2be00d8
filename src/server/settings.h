/*
 * settings.h
 *		The settings of the module.
 */
#ifndef SEG_SERVER_SETTINGS_H
#define SEG_SERVER_SETTINGS_H

#include "server/compat.h"

/* segment.fit_memory, in kB */
extern int	seg_fit_memory_kb;

/* segment.progress: NOTICEs from long fits */
extern bool seg_progress;

/* segment.min_cell_size: counts from 1 to one less are not shown in aggregated views */
extern int	seg_min_cell_size;

/* Define them; called once, when the module is loaded. */
extern void seg_settings_define(void);

#endif							/* SEG_SERVER_SETTINGS_H */
