/*
 * settings.c
 *		The settings of the module, segment.*.
 */
#include "server/settings.h"

#include <limits.h>

#include "utils/guc.h"

int			seg_fit_memory_kb = 1024 * 1024;
bool		seg_progress = false;
int			seg_min_cell_size = 5;

void
seg_settings_define(void)
{
	DefineCustomIntVariable("segment.fit_memory",
							"Memory that all running fits of a session may use together.",
							"A fit that needs more fails and changes nothing.",
							&seg_fit_memory_kb,
							1024 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("segment.progress",
							 "Report the progress of long fits as notices.",
							 NULL,
							 &seg_progress,
							 false,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("segment.min_cell_size",
							"Smallest number of customers that aggregated views and reports show.",
							"Smaller counts, and counts that would tell them, are NULL. A guard against accidents, no guarantee of privacy. 1 shows all.",
							&seg_min_cell_size,
							5, 1, 1000000,
							PGC_USERSET, 0,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("segment");
}
