/*
 * kmeans_model.h
 *		A fitted k-means model as a struct and as bytes.
 *
 * Rows are scored in the fitted space: transform, then (x - shift) / scale.
 * Centers are in the order of the fit, because the first of equally near centers is the
 * nearest.  cluster_id is the number of a cluster.  So renumbering a model
 * (seg_kmeans_align) never changes the clusters of rows.
 */
#ifndef SEG_KMEANS_KMEANS_MODEL_H
#define SEG_KMEANS_KMEANS_MODEL_H

#include "kmeans/kmeans_data.h"
#include "model/envelope.h"
#include "model/feature.h"

#define SEG_KMEANS_VERSION 2
#define SEG_KMEANS_MAX_ID INT32_MAX /* cluster numbers are SQL integers */

/* One cluster. */
typedef struct SegKmeansCluster
{
	uint32_t	cluster_id;		/* from 1, unique in the model */
	const char *name;			/* UTF-8; "" if it has none */
	uint64_t	size;			/* rows */
	double		weight;			/* sum of their weights */
	double		inertia;		/* weighted squared distances to the center, fitted space */
} SegKmeansCluster;

typedef struct SegKmeansModel
{
	/* shape */
	uint32_t	k;
	uint32_t	d;
	uint32_t	next_cluster_id;	/* the first unused number */

	/* the fit */
	SegStandardize standardize;
	SegNullPolicy null_policy;
	SegInitMethod init_method;
	SegKmeansAlgorithm algorithm;
	uint64_t	seed;
	uint32_t	n_init;
	uint32_t	max_iterations;
	double		tolerance;
	uint32_t	iterations;
	bool		converged;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	double		weight;			/* sum of all weights; rows_used without weights */

	/* quality, in the fitted space */
	double		inertia;		/* within */
	double		total_ss;		/* around the overall mean */
	double		between_ss;		/* of the centers around the overall mean */
	double		silhouette;		/* mean over silhouette_rows distinct rows; 0 if there are none */
	uint64_t	silhouette_rows;	/* 0 for k = 1, and in models of version 1 */
	bool		silhouette_is_exact;	/* silhouette_rows are all distinct rows */

	/* arrays */
	SegFeature *features;		/* d; medians are exact except in models of version 1 */
	SegKmeansCluster *clusters; /* k */
	double	   *centers;		/* k x d, fitted space */
	double	   *means;			/* k x d, input units, arithmetic */
	double	   *sds;			/* k x d, input units, divisor n - 1 */
	double	   *quartiles;		/* k x d x 3, input units; exact except in models of version 1 */
	bool		has_exact_quartiles;
} SegKmeansModel;

/*
 * The most bytes that decoding a payload of payload_size bytes takes from an arena.
 */
extern size_t seg_kmeans_decoded_size(size_t payload_size);

/*
 * Read a payload.  OUT *model: arrays from the arena.
 * Returns SEG_OK or SEG_MALFORMED_MODEL.
 */
extern SegStatus seg_kmeans_decode(SegReader *reader, int version, SegArena *arena, SegKmeansModel *model);

/*
 * Write the payload of the newest version.  A writer without a buffer only counts bytes.
 * A model read from version 1 is marked in the bytes; its new fields are derived from
 * the old ones.
 */
extern void seg_kmeans_encode(SegWriter *writer, const void *model);

/* The place (from 0) of the cluster with that number, or k if there is none. */
extern uint32_t seg_kmeans_find_cluster(const SegKmeansModel *model, uint32_t cluster_id);

#endif							/* SEG_KMEANS_KMEANS_MODEL_H */
