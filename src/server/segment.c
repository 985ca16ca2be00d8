/*
 * segment.c
 *		The module: its magic block, and what is done when it is loaded.
 */
#include "server/compat.h"

#include <dlfcn.h>

#include "server/progress.h"
#include "server/settings.h"

SEG_MODULE_MAGIC;

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
	seg_settings_define();
}
