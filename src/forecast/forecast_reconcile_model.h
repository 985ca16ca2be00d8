/*
 * forecast_reconcile_model.h
 *		Reconciled forecasts as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u8 grain, method; u64 first period; u32 horizon; f64 level; u32 nodes
 *		and of each node: u32 depth, texts; f64 base[horizon], value[horizon], lower[horizon], upper[horizon]
 *
 * base is 0 where has_base is: u8 has_base stands before it.
 */
#ifndef SEG_FORECAST_FORECAST_RECONCILE_MODEL_H
#define SEG_FORECAST_FORECAST_RECONCILE_MODEL_H

#include "forecast/forecast_options.h"
#include "forecast/forecast_reconcile.h"
#include "model/family.h"

#define SEG_FORECAST_RECONCILE_VERSION 1

typedef struct SegReconciledNode
{
	uint32_t	depth;
	const char **path;			/* depth texts, UTF-8 */
	bool		has_base;		/* a forecast of its own */
	double	   *base;			/* horizon of each */
	double	   *value;
	double	   *lower;
	double	   *upper;
} SegReconciledNode;

typedef struct SegReconciledModel
{
	SegGrain	grain;
	SegReconcile method;
	int64_t		first;			/* the first period that is forecast */
	uint32_t	horizon;
	double		level;
	uint32_t	count;
	SegReconciledNode *nodes;
} SegReconciledModel;

/* As in SegModelType; arrays come out of the arena. */
extern size_t seg_reconciled_decoded_size(size_t payload_size);
extern SegStatus seg_reconciled_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_reconciled_encode(SegWriter *writer, const void *model);

#endif							/* SEG_FORECAST_FORECAST_RECONCILE_MODEL_H */
