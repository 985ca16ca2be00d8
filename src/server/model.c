/*
 * model.c
 *		A model argument: decoded once, cached for the following rows.
 *
 * Decoding costs more than scoring a row, so the decoded model is cached in fn_extra.
 * A following call is a hit when the argument has the same bytes.  The bytes are
 * compared, since neither an equal address nor an equal digest proves that.
 * Comparing 16 kB takes longer than scoring a row, so it is left out where the value
 * cannot have changed: a constant keeps its address.  A parameter, such as the result
 * of a subquery, changes only when the subquery runs again.  Its bytes are compared
 * at each of the first COMPARED_CALLS calls and then at every COMPARED_EVERY-th; the
 * other calls compare size, address and digest.  A toast pointer, a compressed and a
 * short value have at most the size of a page and are always compared.
 */
#include "server/model.h"

#include "funcapi.h"
#include "nodes/primnodes.h"
#include "utils/memutils.h"

#include "server/budget.h"
#include "server/error.h"

#define MODEL_SLOTS 2

/* First calls that compare a parameter, the interval after them, and the size up to which all calls do. */
#define COMPARED_CALLS 1024
#define COMPARED_EVERY 64
#define COMPARED_SIZE ((size_t) 2048)

/* How an argument may change between two calls. */
typedef enum Source
{
	SOURCE_ANY,
	SOURCE_PARAMETER,
	SOURCE_CONSTANT,
} Source;

typedef struct CachedModel
{
	MemoryContext context;		/* holds the model; NULL: empty slot */
	const struct varlena *address;
	struct varlena *copy;		/* of the argument as it came */
	size_t		size;			/* of that */
	uint64		digest;
	SegKind		kind;
	Source		source;
	uint32		calls;			/* since it was cached */
	void	   *model;
	void	   *derived;		/* see seg_model_derived; NULL: not made yet */
} CachedModel;

/* What fn_extra points to. */
typedef struct CallCache
{
	CachedModel slots[MODEL_SLOTS];
	TupleDesc	shape;
} CallCache;

bytea *
seg_model_bytes(const SegModelType *type, const void *model)
{
	SegWriter	writer = {NULL, 0};
	size_t		size;
	bytea	   *bytes;

	type->encode(&writer, model);
	size = VARHDRSZ + SEG_ENVELOPE_SIZE + writer.size;
	if (size > MaxAllocSize)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = size, .wanted = MaxAllocSize});
	seg_budget_check(size);
	bytes = palloc0(size);
	SET_VARSIZE(bytes, size);
	writer = (SegWriter) {(uint8_t *) VARDATA(bytes) + SEG_ENVELOPE_SIZE, 0};
	type->encode(&writer, model);
	seg_envelope_seal(VARDATA(bytes), writer.size, type->kind, type->newest);
	return bytes;
}

int
seg_model_kind(const bytea *bytes)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegStatus	status = seg_envelope_open(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), 0, 0,
										   &kind, &version, &reader);

	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	return kind;
}

/* SEG_OK and the model, or the error of the bytes. */
static SegStatus
try_decode(const bytea *bytes, const SegModelType *type, int *kind, int *version, void **model)
{
	SegReader	reader;
	SegArena	arena;
	SegStatus	status = seg_envelope_open(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes),
										   type->kind, type->newest, kind, version, &reader);

	if (status != SEG_OK)
		return status;
	arena = seg_arena(NULL, type->decoded_size(reader.left));
	arena.base = seg_take(1, arena.size);
	*model = palloc0(type->struct_size);
	status = type->decode(&reader, *version, &arena, *model);
	return status == SEG_OK && seg_reader_done(&reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void *
seg_model_decode(const bytea *bytes, const SegModelType *type)
{
	int			kind;
	int			version;
	void	   *model;
	SegStatus	status = try_decode(bytes, type, &kind, &version, &model);

	if (status == SEG_OTHER_KIND)
		seg_raise((SegFault) {status, .got_kind = seg_model_type(kind)->title, .wanted_kind = type->title});
	if (status == SEG_NEWER_MODEL)
		seg_raise((SegFault) {status, .got = version, .wanted = type->newest});
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	return model;
}

void *
seg_model_decode_or_null(const bytea *bytes, const SegModelType *type)
{
	int			kind;
	int			version;
	void	   *model;

	return try_decode(bytes, type, &kind, &version, &model) == SEG_OK ? model : NULL;
}

/* Can the bytes of the argument differ from those of the previous call? */
static bool
may_have_changed(CachedModel *cached, const struct varlena *value)
{
	if (cached->address != value || cached->source == SOURCE_ANY)
		return true;
	if (cached->source == SOURCE_CONSTANT)
		return false;
	cached->calls++;
	return cached->size <= COMPARED_SIZE || VARATT_IS_EXTENDED(value) ||
		cached->calls <= COMPARED_CALLS || cached->calls % COMPARED_EVERY == 0 ||
		cached->digest != seg_envelope_digest(VARDATA(value));
}

/* Does the slot hold the model of this argument? */
static bool
is_cached(CachedModel *cached, const struct varlena *value)
{
	if (cached->context == NULL || cached->size != VARSIZE_ANY(value))
		return false;
	if (!may_have_changed(cached, value))
		return true;
	if (memcmp(cached->copy, value, cached->size) != 0)
		return false;
	cached->address = value;
	return true;
}

/* The expression of an argument, or NULL where it is not known. */
static Node *
expression_of(FunctionCallInfo fcinfo, int argno)
{
	Aggref	   *aggref;

	if (fcinfo->context == NULL)
	{
		Node	   *call = fcinfo->flinfo->fn_expr;

		if (call == NULL || !IsA(call, FuncExpr) || argno >= list_length(((FuncExpr *) call)->args))
			return NULL;
		return list_nth(((FuncExpr *) call)->args, argno);
	}
	/* a transition function's first argument is the state */
	aggref = AggCheckCallContext(fcinfo, NULL) ? AggGetAggref(fcinfo) : NULL;
	if (aggref == NULL || argno < 1 || argno > list_length(aggref->args))
		return NULL;
	return (Node *) ((TargetEntry *) list_nth(aggref->args, argno - 1))->expr;
}

static Source
source_of(FunctionCallInfo fcinfo, int argno)
{
	Node	   *argument = expression_of(fcinfo, argno);

	if (argument == NULL)
		return SOURCE_ANY;
	return IsA(argument, Const) ? SOURCE_CONSTANT : IsA(argument, Param) ? SOURCE_PARAMETER : SOURCE_ANY;
}

static void
keep_model(CachedModel *cached, FunctionCallInfo fcinfo, int argno, const SegModelType *type)
{
	struct varlena *value = (struct varlena *) PG_GETARG_POINTER(argno);
	MemoryContext context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "segment model", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	bytea	   *bytes = pg_detoast_datum_packed(value);
	CachedModel kept = {context};

	kept.model = seg_model_decode(bytes, type);
	kept.address = value;
	kept.size = VARSIZE_ANY(value);
	kept.copy = seg_take(1, kept.size);
	memcpy(kept.copy, value, kept.size);
	kept.kind = type->kind;
	kept.digest = seg_envelope_digest(VARDATA_ANY(bytes));
	kept.source = source_of(fcinfo, argno);
	MemoryContextSwitchTo(old);
	if (cached->context != NULL)
		MemoryContextDelete(cached->context);
	*cached = kept;
}

static CallCache *
call_cache(FunctionCallInfo fcinfo)
{
	FmgrInfo   *call = fcinfo->flinfo;

	if (call->fn_extra == NULL)
		call->fn_extra = MemoryContextAllocZero(call->fn_mcxt, sizeof(CallCache));
	return call->fn_extra;
}

const void *
seg_model_argument(FunctionCallInfo fcinfo, int argno, int slot, const SegModelType *type)
{
	CachedModel *cached = &call_cache(fcinfo)->slots[slot];
	const struct varlena *value = (const struct varlena *) PG_GETARG_POINTER(argno);

	Assert(slot < MODEL_SLOTS);
	if (!is_cached(cached, value))
		keep_model(cached, fcinfo, argno, type);
	return cached->model;
}

const void *
seg_model_argument_of(FunctionCallInfo fcinfo, int argno, int slot, const SegModelType *(*type_of) (int kind),
					  int *kind)
{
	CachedModel *cached = &call_cache(fcinfo)->slots[slot];

	Assert(slot < MODEL_SLOTS);
	if (!is_cached(cached, (const struct varlena *) PG_GETARG_POINTER(argno)))
		keep_model(cached, fcinfo, argno, type_of(seg_model_kind(PG_GETARG_BYTEA_PP(argno))));
	*kind = cached->kind;
	return cached->model;
}

uint64
seg_model_argument_digest(FunctionCallInfo fcinfo, int slot)
{
	return call_cache(fcinfo)->slots[slot].digest;
}

void *
seg_model_derived(FunctionCallInfo fcinfo, int slot, void *(*derive) (const void *model))
{
	CachedModel *cached = &call_cache(fcinfo)->slots[slot];

	if (cached->derived == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(cached->context);

		cached->derived = derive(cached->model);
		MemoryContextSwitchTo(old);
	}
	return cached->derived;
}

TupleDesc
seg_call_shape(FunctionCallInfo fcinfo)
{
	CallCache  *cache = call_cache(fcinfo);

	if (cache->shape == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	shape;

		if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "function does not return a row");
		cache->shape = BlessTupleDesc(CreateTupleDescCopy(shape));
		MemoryContextSwitchTo(old);
	}
	return cache->shape;
}
