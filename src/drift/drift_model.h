/*
 * drift_model.h
 *		A drift report as a struct and as bytes: the fitted rows (baseline) and the current rows.
 */
#ifndef SEG_DRIFT_DRIFT_MODEL_H
#define SEG_DRIFT_DRIFT_MODEL_H

#include "model/envelope.h"
#include "stats/histogram.h"

#define SEG_DRIFT_VERSION 1

/* Counts of rows; means of the values counted, in input units. */
typedef struct SegDriftSide
{
	uint64_t	values;			/* 0: mean is undefined */
	double		mean;
	uint64_t	rows;			/* 0: missing is unknown */
	uint64_t	missing;		/* of these rows */
} SegDriftSide;

typedef struct SegDriftFeature
{
	const char *name;			/* UTF-8; "" if it has none */
	SegDriftSide baseline;
	SegDriftSide current;
	SegHistogram histogram;		/* baseline */
	uint64_t	counts[SEG_HISTOGRAM_MOST]; /* current rows, in the same bins */
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
	SegKind		source;			/* kind of the model of the baseline */
	uint32_t	d;
	uint32_t	clusters;		/* 0 if the source has none */
	uint64_t	rows_used;		/* current */
	uint64_t	rows_skipped;
	SegDriftFeature *features;	/* d */
	SegDriftCluster *shares;	/* clusters */
} SegDriftModel;

/* The most bytes that decoding a payload of payload_size bytes takes from an arena. */
extern size_t seg_drift_decoded_size(size_t payload_size);

/* SegModelType.decode; names and arrays from the arena. */
extern SegStatus seg_drift_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload; a writer without a buffer only counts bytes. */
extern void seg_drift_encode(SegWriter *writer, const void *model);

#endif							/* SEG_DRIFT_DRIFT_MODEL_H */
