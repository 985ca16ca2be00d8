/*
 * segment.c
 *		The module: its magic block and its initialization.
 */
#include "server/compat.h"

#include <dlfcn.h>

#include "server/progress.h"
#include "server/settings.h"

SEG_MODULE_MAGIC;

/*
 * A threaded OpenBLAS starts its threads when it is loaded.  Their work would continue
 * after an error in the backend, so OpenBLAS is limited to one thread.
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
	seg_settings_define();
}
