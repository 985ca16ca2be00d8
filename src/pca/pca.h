/*
 * pca.h
 *		Principal components of a covariance matrix, and rows seen through them.
 *
 * A row is z = (x - mean) / scale; a component is a unit vector (its loadings);
 * the score is their product.  Matrices are column-major and symmetric; loadings
 * stand component after component, [components][d].
 */
#ifndef SEG_PCA_PCA_H
#define SEG_PCA_PCA_H

#include "base/port.h"
#include "base/status.h"

/*
 * The scale of each feature: its standard deviation when `zscore`, else 1; a
 * feature without spread has scale 0 and counts as 0.  INOUT matrix[d x d], both
 * triangles: the covariance becomes that of the scaled rows (the correlation
 * when `zscore`, with ones exact).  OUT scale[d].  Returns the total variance.
 */
extern double seg_pca_scale(double *matrix, size_t d, bool zscore, double *scale);

/*
 * How many of the values[d], falling, are needed for at least this share of
 * their total: 1 .. d; rounding (1e-12) counts as reached.
 */
extern size_t seg_pca_count(const double *values, size_t d, double explained);

/*
 * The first `count` components.  INOUT matrix[d x d], destroyed.  OUT
 * variances[count], falling, and loadings[count][d], largest in magnitude
 * positive.  Where no variance is left (below 4 d epsilon of the first), a
 * component would point anywhere: its variance and loadings are 0.
 * The workspace is seg_eigen_workspace(d, true).
 * Returns SEG_OK or what seg_eigen_symmetric returns.  Cost: O(d^3).
 */
extern SegStatus seg_pca_components(double *matrix, size_t d, size_t count,
									double *variances, double *loadings, void *workspace);

/* OUT scores[count] of IN z[d]. */
extern void seg_pca_scores(const double *loadings, size_t d, size_t count, const double *z, double *scores);

/* The distance between INOUT z[d], which is destroyed, and what the scores[count] tell of it. */
extern double seg_pca_residual(const double *loadings, size_t d, size_t count,
							   const double *scores, double *z);

/*
 * The rotation that brings a new map as near as possible to an old one
 * (orthogonal Procrustes; P. Schoenemann, 1966): over the new rows, the mean
 * squared distance between rotated new and old scores is smallest, up to where
 * the two maps have their origin.
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
 * OUT loadings[count][d], variances[count]: the new ones, rotated.
 * Workspace: seg_pca_align_workspace(count) bytes, aligned to 16.
 * d and count are those of both maps.  Returns SEG_OK, SEG_RANGE_TOO_WIDE (with
 * the scales too far apart to compare) or SEG_NO_CONVERGENCE.
 */
extern size_t seg_pca_align_workspace(size_t count);
extern SegStatus seg_pca_align(const SegPcaMap *new_map, const SegPcaMap *old_map,
							   double *loadings, double *variances, void *workspace);

#endif							/* SEG_PCA_PCA_H */
