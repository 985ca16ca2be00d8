/*
 * rethrow.h
 *		Errors from below that show none of our SQL.
 */
#ifndef SEG_SERVER_RETHROW_H
#define SEG_SERVER_RETHROW_H

#include "server/compat.h"

/*
 * To be called in PG_CATCH: raise the error anew as if it came from here, without
 * its context and position, which are those of a query that we made.  What the
 * caller's own functions add to the context stays.  context: where to work.
 */
extern _Noreturn void seg_rethrow_without_context(MemoryContext context);

#endif							/* SEG_SERVER_RETHROW_H */
