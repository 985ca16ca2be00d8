/*
 * forward.h
 *		Calls from a public function to the function of the same name in segment_internal.
 */
#ifndef SEG_SERVER_FORWARD_H
#define SEG_SERVER_FORWARD_H

#include "server/compat.h"

/*
 * Prepare the call of the function of the same name and arguments in the schema
 * segment_internal; with_caller: the function whose first argument is in addition the
 * OID of the current user.  IN fcinfo: the present call, whose fn_extra caches the
 * look-up.  OUT call: ready for FunctionCallInvoke, with the arguments of fcinfo.
 * An error when there is no such function.
 */
extern void seg_forward_prepare(FunctionCallInfo fcinfo, bool with_caller, FunctionCallInfo call);

#endif							/* SEG_SERVER_FORWARD_H */
