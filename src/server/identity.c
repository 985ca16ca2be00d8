/*
 * identity.c
 *		Running code as another role, and stored roles.
 *
 * A stored role must survive a dump, and must never become another role.  Names survive
 * a dump, but a new role can get the name of a dropped or renamed one.  OIDs are not
 * reused, but are valid in one cluster only.  So both are stored: the name, and a key of
 * the cluster's system identifier and the OID.  In the cluster that wrote the key the
 * OID identifies the role; in another one, after a restore or an upgrade, the name
 * does.  A key of any other form is no role.  Such keys mark rows whose role no longer
 * exists, and rows that were inserted without the rights of the role.
 */
#include "server/identity.h"
#include "server/advisory.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

/* ---- running as another role ---- */

static const char *const fixed_settings[][2] = {
	{"DateStyle", "ISO, MDY"},
	{"IntervalStyle", "postgres"},
	{"bytea_output", "hex"},
	{"extra_float_digits", "1"},
	{"quote_all_identifiers", "off"},
	{"standard_conforming_strings", "on"},
	{"transform_null_equals", "off"},
};

static void
set_for_now(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

int
seg_fix_settings(void)
{
	int			level = NewGUCNestLevel();

	for (size_t i = 0; i < lengthof(fixed_settings); i++)
		set_for_now(fixed_settings[i][0], fixed_settings[i][1]);
	return level;
}

SegCaller
seg_become(Oid role)
{
	SegCaller	caller;

	GetUserIdAndSecContext(&caller.role, &caller.security);
	SetUserIdAndSecContext(role, caller.security | SECURITY_RESTRICTED_OPERATION);
	caller.settings = seg_fix_settings();
	return caller;
}

void
seg_become_again(const SegCaller *caller)
{
	AtEOXact_GUC(false, caller->settings);
	SetUserIdAndSecContext(caller->role, caller->security);
}

/*
 * Code of another role can raise an error with the SQLSTATE of a cancelled statement.  Handlers of
 * all errors leave that one out, so it would pass for a cancel of the caller.  A real one comes
 * from the server's main loop.
 */
static void
refuse_pretended_cancel(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ErrorData  *fault = CopyErrorData();

	if (fault->filename == NULL || strcmp(fault->filename, "postgres.c") != 0)
	{
		FlushErrorState();
		fault->sqlerrcode = ERRCODE_RAISE_EXCEPTION;
		ReThrowError(fault);
	}
	FreeErrorData(fault);
	MemoryContextSwitchTo(old);
}

void
seg_run_as(Oid role, void (*run) (void *argument), void *argument)
{
	bool		is_other = role != GetUserId();
	List	   *guarded = is_other ? seg_guard_advisory_locks() : NIL;
	MemoryContext context = CurrentMemoryContext;
	SegCaller	caller = seg_become(role);

	PG_TRY();
	{
		run(argument);
	}
	PG_CATCH();
	{
		/* first, as at the end of a transaction */
		LWLockReleaseAll();
		if (is_other)
			seg_restore_advisory_locks(guarded, true);
		if (is_other && geterrcode() == ERRCODE_QUERY_CANCELED)
			refuse_pretended_cancel(context);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (is_other)
		seg_restore_advisory_locks(guarded, false);
	seg_become_again(&caller);
}

void
seg_fix_search_path(void)
{
	set_for_now("search_path", "pg_catalog, pg_temp");
}

void
seg_check_may_set_role(Oid role)
{
	if (!SEG_MAY_SET_ROLE(GetUserId(), role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be able to SET ROLE \"%s\"", GetUserNameFromId(role, false))));
}

/* (role_name): also false for a role that does not exist */
PG_FUNCTION_INFO_V1(may_set_role);
Datum
may_set_role(PG_FUNCTION_ARGS)
{
	Oid			role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);

	PG_RETURN_BOOL(OidIsValid(role) && SEG_MAY_SET_ROLE(GetUserId(), role));
}

/* ---- stored roles ---- */

/* (role oid) -> system identifier/OID */
PG_FUNCTION_INFO_V1(role_key);
Datum
role_key(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), PG_GETARG_OID(0))));
}

/* Parse a key; false for other text. */
static bool
read_key(const char *key, uint64 *cluster, Oid *role)
{
	size_t		digits = strspn(key, "0123456789");
	const char *rest = key + digits + 1;

	if (digits == 0 || key[digits] != '/' || *rest == '\0' || rest[strspn(rest, "0123456789")] != '\0')
		return false;
	*cluster = strtou64(key, NULL, 10);
	*role = (Oid) strtoul(rest, NULL, 10);
	return true;
}

/* (role name, key): the stored role, or NULL when it no longer exists */
PG_FUNCTION_INFO_V1(remembered_role);
Datum
remembered_role(PG_FUNCTION_ARGS)
{
	uint64		cluster;
	Oid			role;

	if (!read_key(text_to_cstring(PG_GETARG_TEXT_PP(1)), &cluster, &role))
		PG_RETURN_NULL();
	if (cluster == GetSystemIdentifier())
	{
		if (!SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)))
			PG_RETURN_NULL();
	}
	else
	{
		role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);
		if (!OidIsValid(role))
			PG_RETURN_NULL();
	}
	PG_RETURN_OID(role);
}
