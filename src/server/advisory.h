/*
 * advisory.h
 *		Saving and restoring the session's advisory locks while code of another role runs.
 */
#ifndef SEG_SERVER_ADVISORY_H
#define SEG_SERVER_ADVISORY_H

#include "server/compat.h"

#include "nodes/pg_list.h"

/* Save the locks that the session holds; valid until they are restored or the transaction ends. */
extern List *seg_guard_advisory_locks(void);

/*
 * Restore the saved locks, with their counts, and release all others.  After an error
 * (is_failed) the end of the transaction or subtransaction does the rest.
 */
extern void seg_restore_advisory_locks(List *guarded, bool is_failed);

#endif							/* SEG_SERVER_ADVISORY_H */
