/*
 * rethrow.h
 *		Raising an error again without internal SQL.
 */
#ifndef SEG_SERVER_RETHROW_H
#define SEG_SERVER_RETHROW_H

#include "server/compat.h"

/*
 * To be called in PG_CATCH: raise the error again without its context and position,
 * which are those of an internal query.  Context lines of outer functions are kept.
 * IN context: the memory context to use.
 */
extern _Noreturn void seg_rethrow_without_context(MemoryContext context);

#endif							/* SEG_SERVER_RETHROW_H */
