/*
 * forward.h
 *		A C function of SQL that calls the function of the same name behind it.
 */
#ifndef SEG_SERVER_FORWARD_H
#define SEG_SERVER_FORWARD_H

#include "server/compat.h"

/*
 * Prepare the call of the function of the same name and arguments in the schema
 * segment_internal; with_caller: the one that has the OID of the current user as
 * one more argument in front.  IN fcinfo: the call that came, whose fn_extra keeps
 * what was looked up.  OUT call: ready for FunctionCallInvoke, with the arguments
 * of fcinfo.  An error when there is no such function.
 */
extern void seg_forward_prepare(FunctionCallInfo fcinfo, bool with_caller, FunctionCallInfo call);

#endif							/* SEG_SERVER_FORWARD_H */
