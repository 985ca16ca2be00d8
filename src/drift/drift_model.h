/*
 * drift_model.h
 *		A drift report as a struct and as bytes: what was fitted (baseline), and the current rows.
 */
#ifndef SEG_DRIFT_DRIFT_MODEL_H
#define SEG_DRIFT_DRIFT_MODEL_H

#include "model/envelope.h"
#include "stats/histogram.h"

#define SEG_DRIFT_VERSION 1

/* Counts of rows; means of the values counted, in input units. */
typedef struct SegDriftSide
{
	uint64_t	values;			/* 0: mean says nothing */
	double		mean;
	uint64_t	rows;			/* 0: missing says nothing */
	uint64_t	missing;		/* of these rows */
} SegDriftSide;

typedef struct SegDriftFeature
{
	const char *name;			/* UTF-8; "" when it was given none */
	SegDriftSide baseline;
	SegDriftSide current;
	SegHistogram histogram;		/* baseline */
	uint64_t	counts[SEG_HISTOGRAM_MOST]; /* current, of the same bins */
} SegDriftFeature;

typedef struct SegDriftCluster
{
	uint32_t	cluster_id;
	const char *name;
	uint64_t	baseline;		/* rows */
	uint64_t	current;
} SegDriftCluster;

typedef struct SegDriftModel
{
	SegKind		source;			/* of the model that was compared with */
	uint32_t	d;
	uint32_t	clusters;		/* 0 when the source has none */
	uint64_t	rows_used;		/* current */
	uint64_t	rows_skipped;
	SegDriftFeature *features;	/* d */
	SegDriftCluster *shares;	/* clusters */
} SegDriftModel;

/* Bytes that decoding a payload of payload_size bytes may take from an arena. */
extern size_t seg_drift_decoded_size(size_t payload_size);

/* As SegModelType.decode; names and arrays out of the arena. */
extern SegStatus seg_drift_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload; with a writer without buffer, measure it. */
extern void seg_drift_encode(SegWriter *writer, const void *model);

#endif							/* SEG_DRIFT_DRIFT_MODEL_H */
