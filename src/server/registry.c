/*
 * registry.c
 *		Access to the registry's tables.
 *
 * The tables belong to the superuser that ran the extension's script; only superusers
 * can add triggers or rules to them.  A function of the schema segment_internal that
 * reads or writes them is declared twice: in C as registry_call, which everybody may
 * call, and in PL/pgSQL, with the caller's OID as additional first argument, which
 * only the owner may call.  The first calls the second as the owner of the tables, in
 * a security-restricted operation with the search path pg_catalog, pg_temp.  The second
 * checks the rights of the caller.  It qualifies every object with its schema, and
 * neither runs code nor resolves names that are stored in the tables.
 */
#include "server/forward.h"
#include "server/identity.h"
#include "server/registry.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

static Oid
registry_table(void)
{
	return get_relname_relid("model", get_namespace_oid("segment", false));
}

Oid
seg_registry_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(registry_table()));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"segment.model\" does not exist")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

PG_FUNCTION_INFO_V1(registry_call);
Datum
registry_call(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	SegCaller	caller;
	Datum		result;

	seg_forward_prepare(fcinfo, true, call);
	caller = seg_become(seg_registry_owner());
	seg_fix_search_path();
	result = FunctionCallInvoke(call);
	seg_become_again(&caller);
	fcinfo->isnull = call->isnull;
	return result;
}

/*
 * Try to take the lock of a model until the transaction ends.  It is an object lock,
 * which no SQL can take: any role could take an advisory lock.
 */
PG_FUNCTION_INFO_V1(lock_model);
Datum
lock_model(PG_FUNCTION_ARGS)
{
	LOCKTAG		tag;

	PreventCommandIfReadOnly("refit");
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, registry_table(), (Oid) PG_GETARG_INT32(0), 0);
	PG_RETURN_BOOL(LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL);
}

/* Invisible characters, and those that change the direction of text. */
static bool
is_unseen(pg_wchar c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C ||
		(c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

/* (name): is it not empty, and free of invisible characters and marks of text direction? */
PG_FUNCTION_INFO_V1(is_plain_name);
Datum
is_plain_name(PG_FUNCTION_ARGS)
{
	const text *name = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(name);
	int			size = VARSIZE_ANY_EXHDR(name);
	const unsigned char *at = (const unsigned char *) pg_server_to_any(bytes, size, PG_UTF8);
	const unsigned char *end;

	if (at != (const unsigned char *) bytes)
		size = strlen((const char *) at);
	end = at + size;
	if (size == 0)
		PG_RETURN_BOOL(false);
	while (at < end)
	{
		int			length = Min(pg_utf_mblen(at), end - at);

		if (!pg_utf8_islegal(at, length))
			length = 1;			/* in a database with encoding SQL_ASCII */
		else if (is_unseen(utf8_to_unicode(at)))
			PG_RETURN_BOOL(false);
		at += length;
	}
	PG_RETURN_BOOL(true);
}

/* Is the session in a transaction block, in which a procedure cannot commit? */
PG_FUNCTION_INFO_V1(in_transaction_block);
Datum
in_transaction_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}
