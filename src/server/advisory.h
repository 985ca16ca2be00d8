/*
 * advisory.h
 *		The session's advisory locks, while code of another role runs.
 */
#ifndef SEG_SERVER_ADVISORY_H
#define SEG_SERVER_ADVISORY_H

#include "server/compat.h"

#include "nodes/pg_list.h"

/* What the session holds; it is kept until the transaction ends or it is restored. */
extern List *seg_guard_advisory_locks(void);

/*
 * The session holds again what it held, as often as it did, and nothing else.  After
 * an error, is_failed, the end of the transaction, or subtransaction, does the rest.
 */
extern void seg_restore_advisory_locks(List *guarded, bool is_failed);

#endif							/* SEG_SERVER_ADVISORY_H */
