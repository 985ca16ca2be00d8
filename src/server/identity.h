/*
 * identity.h
 *		Running code as another role, and stored roles.
 */
#ifndef SEG_SERVER_IDENTITY_H
#define SEG_SERVER_IDENTITY_H

#include "server/compat.h"

/* The user, security context and settings to restore. */
typedef struct SegCaller
{
	Oid			role;
	int			security;
	int			settings;		/* nesting level of the settings */
} SegCaller;

/*
 * Switch to a role in a security-restricted operation, also when it is the current one.
 * Settings that change the meaning of text values get their defaults.  The caller of
 * this function has checked the permission.  After an error the end of the transaction
 * or subtransaction restores everything.
 */
extern SegCaller seg_become(Oid role);

/* Switch back. */
extern void seg_become_again(const SegCaller *caller);

/*
 * Run code of another role: like seg_become; in addition the session's advisory locks are
 * restored afterwards, also after an error.  An error of that code with the SQLSTATE of a cancel
 * (57014) becomes P0001: handlers of all errors do not catch a cancel.
 */
extern void seg_run_as(Oid role, void (*run) (void *argument), void *argument);

/* Raise 42501 unless the current user may SET ROLE to that one. */
extern void seg_check_may_set_role(Oid role);

/*
 * Give the settings that seg_become changes their defaults.  Returns their nesting level, for AtEOXact_GUC(false, level);
 * after an error the end of the transaction or subtransaction restores them.
 */
extern int	seg_fix_settings(void);

/* Until seg_become_again: the search path pg_catalog, pg_temp. */
extern void seg_fix_search_path(void);

#endif							/* SEG_SERVER_IDENTITY_H */
