/*
 * kmeans_pg.h
 *		Functions shared by the server files of the k-means family.
 */
#ifndef SEG_KMEANS_KMEANS_PG_H
#define SEG_KMEANS_KMEANS_PG_H

#include "server/model.h"

#include "kmeans/kmeans_scorer_model.h"

/* One row scored with the model of argument 0. */
typedef struct SegKmeansRow
{
	const SegKmeansScorer *scorer;
	const double *z;			/* d, fitted space */
	const double *d2;			/* k squared distances */
	SegNearest	nearest;
} SegKmeansRow;

/*
 * Score argument 1 (features) with the model of argument 0.  The arrays of *row are
 * valid until the next call.  Returns false if a feature is null and the policy is
 * skip; the SQL result then is NULL.  Other faults are errors.
 */
extern bool seg_kmeans_score_row(FunctionCallInfo fcinfo, SegKmeansRow *row);

/* OUT places: 0 .. count - 1 in the order of numbers[place]. */
extern void seg_kmeans_order_numbers(const uint32_t *numbers, uint32_t count, uint32_t *places);

/* OUT places: the places of a model's k clusters in the order of their cluster_id. */
extern void seg_kmeans_order_clusters(const SegKmeansModel *model, uint32_t *places);

/* The name of a cluster for output: its own name, else "cluster <id>"; palloc'd. */
extern char *seg_kmeans_cluster_name(const SegKmeansCluster *cluster);

#endif							/* SEG_KMEANS_KMEANS_PG_H */
