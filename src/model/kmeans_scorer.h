/*
 * kmeans_scorer.h
 *		A k-means model made ready to score rows.
 */
#ifndef SEG_MODEL_KMEANS_SCORER_H
#define SEG_MODEL_KMEANS_SCORER_H

#include "core/centers.h"
#include "model/kmeans_model.h"

typedef struct SegKmeansScorer
{
	SegKmeansModel model;
	double	   *inverse;		/* d: 1 / scale, 0 where scale is 0 */
	SegCenters	centers;
	bool		has_transform;	/* some feature is transformed */
} SegKmeansScorer;

/* The decoder and its arena bound, in the shape that a SegModelType wants. */
extern size_t seg_kmeans_scorer_size(size_t payload_size);
extern SegStatus seg_kmeans_scorer_decode(SegReader *reader, int version, SegArena *arena, void *scorer);

/*
 * Take a row from input units to the fitted space.
 *
 * INOUT row: d; NaN where a feature is null.  OUT position: the feature at
 * fault, from 1.  Returns SEG_OK; SEG_NULL_FEATURE (policies error and skip: for
 * skip the caller answers NULL) or SEG_LOG_DOMAIN.
 */
extern SegStatus seg_kmeans_to_fitted(const SegKmeansScorer *scorer, double *row, size_t *position);

/* The center of cluster c (a place, not an id) in input units; OUT d. */
extern void seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center);

/*
 * One feature's value from input units to the fitted space and back.  The one
 * place where the two spaces meet: the fit and the score both call it.
 */
static inline double
seg_kmeans_fitted_value(SegTransform transform, double shift, double inverse, double x)
{
	if (transform == SEG_TRANSFORM_LOG1P)
		x = log1p(x);
	return (x - shift) * inverse + 0.0;
}

static inline double
seg_kmeans_input_value(SegTransform transform, double shift, double scale, double z)
{
	double		x = z * scale + shift;

	return transform == SEG_TRANSFORM_LOG1P ? expm1(x) : x;
}

#endif							/* SEG_MODEL_KMEANS_SCORER_H */
