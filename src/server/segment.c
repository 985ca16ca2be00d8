/*
 * segment.c
 *		Module magic and settings.
 */
#include "server/segment.h"

#include <dlfcn.h>
#include <limits.h>

#include "utils/guc.h"

#include "server/progress.h"

SEG_MODULE_MAGIC;

int			seg_fit_memory_kb = 1024 * 1024;
bool		seg_progress = false;

/*
 * OpenBLAS built for threads starts them when it is loaded, which we cannot
 * help; but work given to them would outlive an error, so they get none.
 */
static void
keep_blas_single_threaded(void)
{
	void		(*set_num_threads) (int);

	*(void **) &set_num_threads = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
	if (set_num_threads != NULL)
		set_num_threads(1);
}

void
_PG_init(void)
{
	keep_blas_single_threaded();
	seg_progress_init();
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
