/*
 * identity.h
 *		Acting as another role, and roles that are remembered.
 */
#ifndef SEG_SERVER_IDENTITY_H
#define SEG_SERVER_IDENTITY_H

#include "server/compat.h"

/* Who we were. */
typedef struct SegCaller
{
	Oid			role;
	int			security;
	int			settings;		/* nesting level of the settings */
} SegCaller;

/*
 * Act as a role, in a security-restricted operation also where it is the caller's own,
 * with the settings on which the meaning of a text could depend at their defaults.
 * The caller of this function has checked that it may be done.  After an error the
 * end of the transaction, or subtransaction, brings everything back.
 */
extern SegCaller seg_become(Oid role);

/* The end of it. */
extern void seg_become_again(const SegCaller *caller);

/*
 * Run code that may not be the caller's: as seg_become does it, and whatever becomes of
 * it, the session keeps its advisory locks and gets no others.
 */
extern void seg_run_as(Oid role, void (*run) (void *argument), void *argument);

/* Raise 42501 unless the current user may SET ROLE to that one. */
extern void seg_check_may_set_role(Oid role);

/* For the time of seg_become: a search path without anybody's schemas. */
extern void seg_fix_search_path(void);

#endif							/* SEG_SERVER_IDENTITY_H */
