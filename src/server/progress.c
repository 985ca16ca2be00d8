/*
 * progress.c
 *		Progress of running refits, readable by other sessions.
 *
 * A refit is one long transaction, so other sessions cannot see what it writes before
 * it ends.  A board in shared memory shows its progress: one slot for each session
 * that fits, with the stage, the rows read, and the iteration of k-means.  From
 * PostgreSQL 17 on the board is a named segment that the first session to use it
 * creates; in older versions it exists only when the module is preloaded.  Without
 * the board, or without a free slot, the functions here only send notices.
 *
 * A slot is written under the lock, by its owner and the owner's parallel workers,
 * except rows_read, which they increment atomically.  The owner has the slot until
 * the end of the transaction or subtransaction that took it.
 */
#include "server/progress.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/acl.h"
#include "utils/timestamp.h"

#include "server/rows.h"
#include "server/settings.h"

#ifdef SEG_HAS_DSM_REGISTRY
#include "storage/dsm_registry.h"
#endif

/* The number changes with the layout: a server may run two versions of the extension at once. */
#define BOARD_NAME "segment progress 1"
#define SLOTS 64
#define STAGE_BYTES 64
#define TICKS 1024				/* rows between two additions to shared memory */
#define NOTICE_MS 1000			/* between two notices */

/* The progress of one session; the figures are those of the stage. */
typedef struct ProgressSlot
{
	int			pid;			/* 0: free */
	Oid			database;
	Oid			role;
	int			model_id;		/* in that database */
	char		stage[STAGE_BYTES];
	int			k;				/* clusters of the k-means that iterates */
	int64		iteration;		/* 0: none yet */
	double		inertia;		/* after it */
	pg_atomic_uint64 rows_read;
} ProgressSlot;

typedef struct Board
{
	LWLock		lock;
	ProgressSlot slots[SLOTS];
} Board;

static Board *board = NULL;		/* NULL: no board, or not yet looked up */

static ProgressSlot *own = NULL;	/* the slot of this backend, while it fits */
static char notice_model[NAMEDATALEN];	/* the model being fitted, for notices; "" for none */
static SubTransactionId own_subid;	/* the subtransaction that took the slot, or the parent it was committed into */

/* ---- the board ---- */

static void
init_board(void *memory)
{
	Board	   *blank = memory;

	memset(blank, 0, sizeof(Board));
	LWLockInitialize(&blank->lock, LWLockNewTrancheId());
	for (int i = 0; i < SLOTS; i++)
		pg_atomic_init_u64(&blank->slots[i].rows_read, 0);
}

static void
use_board(void *memory)
{
	board = memory;
	LWLockRegisterTranche(board->lock.tranche, "segment");
}

#ifdef SEG_HAS_DSM_REGISTRY

void
seg_progress_init(void)
{
}

/* Look up the board, once; a single-user server (--single) has none. */
static void
find_board(void)
{
	bool		found;

	if (board == NULL && IsUnderPostmaster)
		use_board(GetNamedDSMSegment(BOARD_NAME, sizeof(Board), init_board, &found));
}

#else

static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static void
request_memory(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(sizeof(Board));
}

static void
find_memory(void)
{
	void	   *memory;
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	memory = ShmemInitStruct(BOARD_NAME, sizeof(Board), &found);
	if (!found)
		init_board(memory);
	use_board(memory);
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

/* The board was created at server start, or does not exist. */
static void
find_board(void)
{
}

#endif

/* ---- slots ---- */

/* The process shown to other sessions: the leader for a parallel worker. */
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
		if (board->slots[i].pid == pid)
			return &board->slots[i];
	return NULL;
}

/* The slot that this process writes to, or NULL; a worker writes to the slot of its leader. */
static ProgressSlot *
slot_to_write(void)
{
	ProgressSlot *slot;

	if (!IsParallelWorker())
		return own;
	find_board();
	if (board == NULL)
		return NULL;
	LWLockAcquire(&board->lock, LW_SHARED);
	slot = slot_of(leader_pid());
	LWLockRelease(&board->lock);
	return slot;
}

static void
end_telling(void)
{
	notice_model[0] = '\0';
	if (own == NULL)
		return;
	LWLockAcquire(&board->lock, LW_EXCLUSIVE);
	own->pid = 0;
	LWLockRelease(&board->lock);
	own = NULL;
}

/* Also called when the session is terminated, which aborts the transaction. */
static void
at_transaction_end(XactEvent event, void *argument)
{
	end_telling();
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *argument)
{
	if ((own == NULL && notice_model[0] == '\0') || subid != own_subid)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		end_telling();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		own_subid = parent;
}

/* Take a free slot for this backend, if any; the caller holds the lock. */
static void
take_slot(int model_id)
{
	own = slot_of(0);
	if (own == NULL)
		return;
	own->pid = MyProcPid;
	own->database = MyDatabaseId;
	own->role = GetUserId();
	own->model_id = model_id;
}

static void
begin_telling(const text *name)
{
	static bool registered = false;

	if (!registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		registered = true;
	}
	if (own == NULL && notice_model[0] == '\0')
		own_subid = GetCurrentSubTransactionId();
	if (name != NULL)
		text_to_cstring_buffer(name, notice_model, sizeof(notice_model));
}

/* (model_id, stage, model_name) */
PG_FUNCTION_INFO_V1(progress_stage);
Datum
progress_stage(PG_FUNCTION_ARGS)
{
	const text *stage;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		end_telling();
		PG_RETURN_VOID();
	}
	stage = PG_GETARG_TEXT_PP(1);
	if (own != NULL && own->model_id != PG_GETARG_INT32(0))
		end_telling();
	begin_telling(PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2));
	find_board();
	if (board == NULL)
		PG_RETURN_VOID();
	LWLockAcquire(&board->lock, LW_EXCLUSIVE);
	if (own == NULL)
		take_slot(PG_GETARG_INT32(0));
	if (own != NULL)
	{
		text_to_cstring_buffer(stage, own->stage, STAGE_BYTES);
		own->iteration = 0;
		pg_atomic_write_u64(&own->rows_read, 0);
	}
	LWLockRelease(&board->lock);
	PG_RETURN_VOID();
}

/* The state of one call site of progress_tick. */
typedef struct TickState
{
	ProgressSlot *slot;			/* NULL: no slot */
	uint64		ticks;
} TickState;

PG_FUNCTION_INFO_V1(progress_tick);
Datum
progress_tick(PG_FUNCTION_ARGS)
{
	TickState  *state = fcinfo->flinfo->fn_extra;

	if (state == NULL)
	{
		state = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TickState));
		state->slot = slot_to_write();
		fcinfo->flinfo->fn_extra = state;
	}
	if (++state->ticks % TICKS == 0 && state->slot != NULL)
		pg_atomic_fetch_add_u64(&state->slot->rows_read, TICKS);
	PG_RETURN_BOOL(true);
}

bool
seg_progress_is_told(void)
{
	return seg_progress || slot_to_write() != NULL;
}

void
seg_progress_iteration(void *argument, size_t k, size_t iteration, double inertia)
{
	static TimestampTz noticed_at = 0;
	ProgressSlot *slot = slot_to_write();
	TimestampTz now;

	if (slot != NULL)
	{
		LWLockAcquire(&board->lock, LW_EXCLUSIVE);
		slot->k = (int) k;
		slot->iteration = (int64) iteration;
		slot->inertia = inertia;
		LWLockRelease(&board->lock);
	}
	if (!seg_progress)
		return;
	now = GetCurrentTimestamp();
	if (!TimestampDifferenceExceeds(noticed_at, now, NOTICE_MS))
		return;
	noticed_at = now;
	if (notice_model[0] != '\0')
		ereport(NOTICE,
				(errmsg("model \"%s\": k %zu, iteration %zu, inertia %g", notice_model, k, iteration, inertia)));
	else
		ereport(NOTICE,
				(errmsg("k %zu, iteration %zu, inertia %g", k, iteration, inertia)));
}

PG_FUNCTION_INFO_V1(progress_slots);
Datum
progress_slots(PG_FUNCTION_ARGS)
{
	SegRow		row;
	ProgressSlot copy[SLOTS];
	uint64		rows_read[SLOTS];

	seg_rows_begin(fcinfo, &row);
	find_board();
	if (board == NULL)
		return (Datum) 0;
	LWLockAcquire(&board->lock, LW_SHARED);
	memcpy(copy, board->slots, sizeof(copy));
	for (int i = 0; i < SLOTS; i++)
		rows_read[i] = pg_atomic_read_u64(&board->slots[i].rows_read);
	LWLockRelease(&board->lock);
	for (int i = 0; i < SLOTS; i++)
	{
		/* as in the progress views of the server: details for members of the role only */
		if (copy[i].pid == 0 || copy[i].database != MyDatabaseId ||
			!(has_privs_of_role(GetUserId(), copy[i].role) || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS)))
			continue;
		seg_put_int32(&row, copy[i].pid);
		seg_put_int32(&row, copy[i].model_id);
		seg_put_text(&row, copy[i].stage);
		seg_put_int64(&row, (int64) rows_read[i]);
		seg_put(&row, Int32GetDatum(copy[i].k), copy[i].iteration == 0);
		seg_put(&row, Int64GetDatum(copy[i].iteration), copy[i].iteration == 0);
		seg_put(&row, Float8GetDatum(copy[i].inertia), copy[i].iteration == 0);
		seg_row_store(&row);
	}
	return (Datum) 0;
}
