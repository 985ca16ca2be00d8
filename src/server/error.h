/*
 * error.h
 *		From a status of the floors below to an error of PostgreSQL.
 */
#ifndef SEG_SERVER_ERROR_H
#define SEG_SERVER_ERROR_H

#include "server/compat.h"

#include "base/status.h"

/*
 * Raise the error that a fault stands for.  Which members of the fault a status
 * needs is in the comment beside the status in base/status.h.
 */
extern _Noreturn void seg_raise(SegFault fault);

#endif							/* SEG_SERVER_ERROR_H */
