/*
 * pca.h
 *		Principal components of a covariance matrix, and the scores of rows.
 *
 * A row is z = (x - mean) / scale.  A component is a unit vector (its loadings).  The
 * score is the product of the two.  Matrices are column-major and symmetric.  Loadings
 * are stored component after component, [components][d].
 */
#ifndef SEG_PCA_PCA_H
#define SEG_PCA_PCA_H

#include "base/port.h"
#include "base/status.h"

/*
 * The scale of each feature: its standard deviation with `zscore`, else 1.  A feature
 * without spread has scale 0 and counts as 0.  INOUT matrix[d x d], both triangles: the
 * covariance becomes that of the scaled rows (with `zscore` the correlation, with exact
 * ones on the diagonal).  OUT scale[d].  Returns the total variance.
 */
extern double seg_pca_scale(double *matrix, size_t d, bool zscore, double *scale);

/*
 * The number of values needed for at least this share of their total: 1 .. d.  IN
 * values[d]: descending.  The comparison allows a rounding error of 1e-12.
 */
extern size_t seg_pca_count(const double *values, size_t d, double explained);

/*
 * The first `count` components.  INOUT matrix[d x d], destroyed.  OUT variances[count],
 * descending, and loadings[count][d]; the loading with the largest magnitude is positive.
 * If the variance of a component is below 4 d epsilon of the first one, its direction is
 * undefined, and its variance and loadings are 0.
 * The workspace is seg_eigen_workspace(d, true).
 * Returns SEG_OK or an error of seg_eigen_symmetric.  Cost: O(d^3).
 */
extern SegStatus seg_pca_components(double *matrix, size_t d, size_t count,
									double *variances, double *loadings, void *workspace);

/* OUT scores[count] of IN z[d]. */
extern void seg_pca_scores(const double *loadings, size_t d, size_t count, const double *z, double *scores);

/* The distance between INOUT z[d], which is destroyed, and its projection given by scores[count]. */
extern double seg_pca_residual(const double *loadings, size_t d, size_t count,
							   const double *scores, double *z);

/*
 * The rotation that brings a new map as near as possible to an old one (orthogonal
 * Procrustes; P. Schoenemann, 1966).  It minimizes the mean squared distance between
 * rotated new scores and old scores over the new rows.  The origins of the two maps are
 * not compared.
 */
typedef struct SegPcaMap
{
	size_t		d;
	size_t		count;
	const double *scale;		/* d */
	const double *loadings;		/* count x d */
	const double *variances;	/* count */
} SegPcaMap;

/*
 * OUT loadings[count][d], variances[count]: of the new map, rotated.
 * Workspace: seg_pca_align_workspace(count) bytes, aligned to 16.
 * Both maps have the same d and count.  Returns SEG_OK, SEG_RANGE_TOO_WIDE (the scales
 * differ too much) or SEG_NO_CONVERGENCE.
 */
extern size_t seg_pca_align_workspace(size_t count);
extern SegStatus seg_pca_align(const SegPcaMap *new_map, const SegPcaMap *old_map,
							   double *loadings, double *variances, void *workspace);

#endif							/* SEG_PCA_PCA_H */
