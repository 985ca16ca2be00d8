/*
 * settings.c
 *		The settings of the module, segment.*.
 */
#include "server/settings.h"

#include <limits.h>

#include "utils/guc.h"

int			seg_fit_memory_kb = 1024 * 1024;
bool		seg_progress = false;

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
	MarkGUCPrefixReserved("segment");
}
