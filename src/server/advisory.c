/*
 * advisory.c
 *		Saving and restoring the session's advisory locks while code of another role runs.
 *
 * Session-level advisory locks belong to no role.  A function in a view of another
 * role could take some in the session of a superuser, or release those that the
 * session holds, with pg_advisory_unlock_all.  A security-restricted operation does
 * not prevent that.  So each lock is also taken at transaction level, which no SQL
 * can release, and the session-level locks are counted and restored afterwards.
 */
#include "server/advisory.h"

#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/elog.h"
#include "utils/guc.h"

typedef struct HeldLock
{
	LOCKTAG		tag;
	LOCKMODE	mode;
	int			times;			/* that the session took it */
} HeldLock;

/* Release the session's lock as often as it was taken; LockRelease warns for a lock not held. */
static int
release_all(const LOCKTAG *tag, LOCKMODE mode)
{
	int			client_level = client_min_messages;
	int			log_level = log_min_messages;
	int			times = 0;

	client_min_messages = log_min_messages = ERROR;
	while (LockRelease(tag, mode, true))
		times++;
	client_min_messages = client_level;
	log_min_messages = log_level;
	return times;
}

static void
take(const LOCKTAG *tag, LOCKMODE mode, int times)
{
	for (int i = 0; i < times; i++)
		(void) LockAcquire(tag, mode, true, true);
}

/* The advisory locks of this process, one entry for each mode; times is not yet set. */
static List *
advisory_locks(void)
{
	const LockData *all = GetLockStatusData();
	List	   *found = NIL;

	for (int i = 0; i < all->nelements; i++)
	{
		const LockInstanceData *lock = &all->locks[i];

		if (lock->pid != MyProcPid || lock->locktag.locktag_type != LOCKTAG_ADVISORY)
			continue;
		for (LOCKMODE mode = AccessShareLock; mode < MAX_LOCKMODES; mode++)
			if (lock->holdMask & LOCKBIT_ON(mode))
			{
				HeldLock   *held = palloc(sizeof(HeldLock));

				*held = (HeldLock) {.tag = lock->locktag, .mode = mode};
				found = lappend(found, held);
			}
	}
	return found;
}

List *
seg_guard_advisory_locks(void)
{
	List	   *guarded = advisory_locks();
	ListCell   *cell;

	foreach(cell, guarded)
	{
		HeldLock   *held = lfirst(cell);

		(void) LockAcquire(&held->tag, held->mode, false, true);
		held->times = release_all(&held->tag, held->mode);
		take(&held->tag, held->mode, held->times);
	}
	return guarded;
}

static int
times_guarded(const List *guarded, const HeldLock *lock)
{
	ListCell   *cell;

	foreach(cell, guarded)
	{
		const HeldLock *held = lfirst(cell);

		if (held->mode == lock->mode && memcmp(&held->tag, &lock->tag, sizeof(LOCKTAG)) == 0)
			return held->times;
	}
	return 0;
}

void
seg_restore_advisory_locks(List *guarded, bool is_failed)
{
	ListCell   *cell;

	foreach(cell, advisory_locks())
	{
		const HeldLock *lock = lfirst(cell);

		(void) release_all(&lock->tag, lock->mode);
		take(&lock->tag, lock->mode, times_guarded(guarded, lock));
	}
	if (is_failed)
		return;
	foreach(cell, guarded)
	{
		const HeldLock *held = lfirst(cell);

		(void) LockRelease(&held->tag, held->mode, false);
	}
}
