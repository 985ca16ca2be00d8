/*
 * model.c
 *		A model argument: opened once, kept for the following rows.
 *
 * Decoding costs more than scoring a row, so the decoded model stays in
 * fn_extra.  A following call is a hit when the argument stands at the same
 * address with the same size and digest: the address alone may hold another
 * row's model by then.  A toast pointer, a compressed or a short value are at
 * most a page long and are compared byte by byte.
 */
#include "pg/model.h"

#include "funcapi.h"
#include "utils/memutils.h"

#include "pg/error.h"

#define MODEL_SLOTS 2

typedef struct CachedModel
{
	MemoryContext context;		/* holds the model; NULL: empty slot */
	const struct varlena *address;	/* of a plain argument */
	uint64		digest;
	struct varlena *packed;		/* a copy of an extended argument; NULL: plain */
	size_t		size;
	void	   *model;
} CachedModel;

/* What fn_extra points to. */
typedef struct CallCache
{
	CachedModel slots[MODEL_SLOTS];
	TupleDesc	shape;
} CallCache;

bytea *
seg_model_alloc(size_t payload_size, uint8 **payload)
{
	size_t		size = VARHDRSZ + SEG_ENVELOPE_SIZE + payload_size;
	bytea	   *bytes = palloc0(size);

	SET_VARSIZE(bytes, size);
	*payload = (uint8 *) VARDATA(bytes) + SEG_ENVELOPE_SIZE;
	return bytes;
}

/* What is wrong with the bytes, or SEG_OK and the model. */
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
	arena.base = palloc_extended(Max(arena.size, 1), MCXT_ALLOC_HUGE);
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
		seg_raise(status, seg_kind_name(kind), seg_kind_name(type->kind));
	if (status == SEG_NEWER_MODEL)
		seg_raise(status, version, type->newest);
	if (status != SEG_OK)
		seg_raise(status);
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

/* Does the slot hold the model of this argument? */
static bool
is_cached(const CachedModel *cached, const struct varlena *value)
{
	if (cached->context == NULL || cached->size != VARSIZE_ANY(value))
		return false;
	if (VARATT_IS_EXTENDED(value))
		return cached->packed != NULL && memcmp(cached->packed, value, cached->size) == 0;
	return cached->address == value && cached->digest == seg_envelope_digest(VARDATA(value));
}

static void
keep_model(CachedModel *cached, MemoryContext parent, const struct varlena *value,
		   const SegModelType *type)
{
	MemoryContext context = AllocSetContextCreate(parent, "segment model", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	bytea	   *bytes = pg_detoast_datum_packed((struct varlena *) value);
	CachedModel kept = {context};

	kept.model = seg_model_decode(bytes, type);
	kept.size = VARSIZE_ANY(value);
	kept.digest = seg_envelope_digest(VARDATA_ANY(bytes));
	if (VARATT_IS_EXTENDED(value))
	{
		kept.packed = palloc(kept.size);
		memcpy(kept.packed, value, kept.size);
	}
	else
		kept.address = value;
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
		keep_model(cached, fcinfo->flinfo->fn_mcxt, value, type);
	return cached->model;
}

uint64
seg_model_argument_digest(FunctionCallInfo fcinfo, int slot)
{
	return call_cache(fcinfo)->slots[slot].digest;
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
