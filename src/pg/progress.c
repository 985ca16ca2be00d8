/*
 * progress.c
 *		Live progress of refits, for other sessions to read.
 *
 * A refit is one long transaction, so nothing that it writes can be seen before
 * it ends.  Where the module is in shared_preload_libraries, a small array in
 * shared memory tells instead: one slot per session that fits, with the stage, the
 * rows read, and the iteration of a k-means.  Without it, or when all slots are
 * taken, every function here does nothing but notices.
 *
 * A slot is written under the lock, by its owner and the owner's parallel workers;
 * but for rows_read, to which these add without it.
 */
#include "pg/progress.h"

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/acl.h"

#include "pg/rows.h"
#include "pg/segment.h"

#define SLOTS 64
#define STAGE_BYTES 64
#define TICKS 1024				/* rows between two additions to shared memory */
#define NOTICE_MS 1000			/* between two notices */

typedef struct ProgressSlot
{
	int			pid;			/* 0: free */
	Oid			role;
	int			model_id;
	char		stage[STAGE_BYTES];
	int64		iteration;		/* 0: none yet */
	double		inertia;		/* after it */
	pg_atomic_uint64 rows_read;
} ProgressSlot;

static ProgressSlot *slots = NULL;	/* NULL: not preloaded */
static LWLock *lock = NULL;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static void
request_memory(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(mul_size(SLOTS, sizeof(ProgressSlot)));
	RequestNamedLWLockTranche("segment", 1);
}

static void
find_memory(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	slots = ShmemInitStruct("segment progress", mul_size(SLOTS, sizeof(ProgressSlot)), &found);
	if (!found)
	{
		memset(slots, 0, mul_size(SLOTS, sizeof(ProgressSlot)));
		for (int i = 0; i < SLOTS; i++)
			pg_atomic_init_u64(&slots[i].rows_read, 0);
	}
	lock = &GetNamedLWLockTranche("segment")->lock;
	LWLockRelease(AddinShmemInitLock);
}

void
seg_progress_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = find_memory;
}

/* The process that other sessions see: a worker counts for its leader. */
static int
leader_pid(void)
{
	return MyProc->lockGroupLeader != NULL ? MyProc->lockGroupLeader->pid : MyProcPid;
}

/* The slot of the process with that pid, or NULL; the caller holds the lock. */
static ProgressSlot *
slot_of(int pid)
{
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].pid == pid)
			return &slots[i];
	return NULL;
}

static void
free_slot(int code, Datum arg)
{
	ProgressSlot *slot;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = slot_of(MyProcPid);
	if (slot != NULL)
		slot->pid = 0;
	LWLockRelease(lock);
}

PG_FUNCTION_INFO_V1(progress_stage);
Datum
progress_stage(PG_FUNCTION_ARGS)
{
	static bool registered = false;
	ProgressSlot *slot;
	text	   *stage;

	if (slots == NULL)
		PG_RETURN_VOID();
	if (!registered)
	{
		before_shmem_exit(free_slot, (Datum) 0);
		registered = true;
	}
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		free_slot(0, (Datum) 0);
		PG_RETURN_VOID();
	}
	stage = PG_GETARG_TEXT_PP(1);
	LWLockAcquire(lock, LW_EXCLUSIVE);
	slot = slot_of(MyProcPid);
	if (slot == NULL)
		slot = slot_of(0);
	if (slot != NULL)
	{
		if (slot->pid != MyProcPid || slot->model_id != PG_GETARG_INT32(0))
		{
			pg_atomic_write_u64(&slot->rows_read, 0);
			slot->iteration = 0;
		}
		slot->pid = MyProcPid;
		slot->role = GetUserId();
		slot->model_id = PG_GETARG_INT32(0);
		text_to_cstring_buffer(stage, slot->stage, STAGE_BYTES);
	}
	LWLockRelease(lock);
	PG_RETURN_VOID();
}

/* What one call site of progress_tick knows. */
typedef struct TickState
{
	ProgressSlot *slot;			/* NULL: nobody to tell */
	uint64		ticks;
} TickState;

PG_FUNCTION_INFO_V1(progress_tick);
Datum
progress_tick(PG_FUNCTION_ARGS)
{
	TickState  *state = fcinfo->flinfo->fn_extra;

	if (slots == NULL)
		PG_RETURN_BOOL(true);
	if (state == NULL)
	{
		state = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TickState));
		LWLockAcquire(lock, LW_SHARED);
		state->slot = slot_of(leader_pid());
		LWLockRelease(lock);
		fcinfo->flinfo->fn_extra = state;
	}
	if (++state->ticks % TICKS == 0 && state->slot != NULL)
		pg_atomic_fetch_add_u64(&state->slot->rows_read, TICKS);
	PG_RETURN_BOOL(true);
}

bool
seg_progress_begin(SegIterationTold *told)
{
	bool		is_told = seg_progress;

	told->noticed_at = GetCurrentTimestamp();
	if (slots != NULL)
	{
		LWLockAcquire(lock, LW_SHARED);
		is_told |= slot_of(leader_pid()) != NULL;
		LWLockRelease(lock);
	}
	return is_told;
}

void
seg_progress_iteration(void *argument, size_t iteration, double inertia)
{
	SegIterationTold *told = argument;
	TimestampTz now;

	if (slots != NULL)
	{
		ProgressSlot *slot;

		LWLockAcquire(lock, LW_EXCLUSIVE);
		slot = slot_of(leader_pid());
		if (slot != NULL)
		{
			slot->iteration = (int64) iteration;
			slot->inertia = inertia;
		}
		LWLockRelease(lock);
	}
	if (!seg_progress)
		return;
	now = GetCurrentTimestamp();
	if (!TimestampDifferenceExceeds(told->noticed_at, now, NOTICE_MS))
		return;
	told->noticed_at = now;
	ereport(NOTICE,
			(errmsg("iteration %zu: inertia %g", iteration, inertia)));
}

PG_FUNCTION_INFO_V1(progress_slots);
Datum
progress_slots(PG_FUNCTION_ARGS)
{
	SegRow		row;
	ProgressSlot copy[SLOTS];
	uint64		rows_read[SLOTS];

	seg_rows_begin(fcinfo, &row);
	if (slots == NULL)
		return (Datum) 0;
	LWLockAcquire(lock, LW_SHARED);
	memcpy(copy, slots, sizeof(copy));
	for (int i = 0; i < SLOTS; i++)
		rows_read[i] = pg_atomic_read_u64(&slots[i].rows_read);
	LWLockRelease(lock);
	for (int i = 0; i < SLOTS; i++)
	{
		/* as the server's own progress views: details for the same role only */
		if (copy[i].pid == 0 ||
			!(has_privs_of_role(GetUserId(), copy[i].role) || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS)))
			continue;
		seg_put_int32(&row, copy[i].pid);
		seg_put_int32(&row, copy[i].model_id);
		seg_put_text(&row, copy[i].stage);
		seg_put_int64(&row, (int64) rows_read[i]);
		seg_put(&row, Int64GetDatum(copy[i].iteration), copy[i].iteration == 0);
		seg_put(&row, Float8GetDatum(copy[i].inertia), copy[i].iteration == 0);
		seg_row_store(&row);
	}
	return (Datum) 0;
}
