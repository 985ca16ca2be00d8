/*
 * model.h
 *		A model argument: decoded once, cached for the following rows.
 */
#ifndef SEG_SERVER_MODEL_H
#define SEG_SERVER_MODEL_H

#include "server/compat.h"

#include "access/tupdesc.h"

#include "model/envelope.h"

/*
 * The decoded model of argument argno (not null).  It is cached in fn_extra and
 * decoded again only when the argument's bytes change; valid until then.
 * A function with two models uses slots 0 and 1.
 */
extern const void *seg_model_argument(FunctionCallInfo fcinfo, int argno, int slot,
									  const SegModelType *type);

/*
 * COST of the SQL functions that score a row with a model: one of three classes by the
 * time of a call at 10 features, 8 clusters, 100 trees, where COST 1 is 0.1 us:
 *
 *		10		up to about 1 us: a pass over the features, or over the k centers
 *		50		some us: the trees of a forest, the description of a cluster
 *		100		10 us and more: the reasons of a score, a unique name of a cluster
 */

/* The same for a model of several kinds: type_of gives the type of a kind, or raises; OUT kind. */
extern const void *seg_model_argument_of(FunctionCallInfo fcinfo, int argno, int slot,
										 const SegModelType *(*type_of) (int kind), int *kind);

/* The kind of a model; an error for other bytes. */
extern int	seg_model_kind(const bytea *bytes);

/*
 * The row type of a function that returns one composite value, looked up at the
 * first call and cached in fn_extra together with the models.
 */
extern TupleDesc seg_call_shape(FunctionCallInfo fcinfo);

/* The digest of the model that seg_model_argument last returned for that slot. */
extern uint64 seg_model_argument_digest(FunctionCallInfo fcinfo, int slot);

/*
 * What `derive` returns for the model that seg_model_argument last returned for that slot:
 * made once, in the memory context of the model, and kept as long as the model.
 */
extern void *seg_model_derived(FunctionCallInfo fcinfo, int slot, void *(*derive) (const void *model));

/* Decode a model once, into the current memory context. */
extern void *seg_model_decode(const bytea *bytes, const SegModelType *type);

/* The same, but NULL instead of an error. */
extern void *seg_model_decode_or_null(const bytea *bytes, const SegModelType *type);

/* The bytes of a model: measured, reserved, encoded and sealed; palloc'd. */
extern bytea *seg_model_bytes(const SegModelType *type, const void *model);

#endif							/* SEG_SERVER_MODEL_H */
