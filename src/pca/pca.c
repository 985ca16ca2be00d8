/*
 * pca.c
 *		Principal components of a covariance matrix; see pca.h.
 */
#include "pca/pca.h"

#include "stats/linalg.h"

double
seg_pca_scale(double *matrix, size_t d, bool zscore, double *scale)
{
	double		total = 0;

	for (size_t j = 0; j < d; j++)
	{
		double		variance = matrix[j + j * d];

		scale[j] = !(variance > 0) ? 0 : zscore ? sqrt(variance) : 1;
	}
	for (size_t j = 0; j < d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < d; i++)
		{
			double	   *entry = &matrix[i + j * d];

			if (scale[i] == 0 || scale[j] == 0)
				*entry = 0;
			else if (zscore)
				*entry = i == j ? 1 : *entry / scale[i] / scale[j];
		}
	}
	for (size_t j = 0; j < d; j++)
		total += matrix[j + j * d];
	return total;
}

size_t
seg_pca_count(const double *values, size_t d, double explained)
{
	double		total = 0;
	double		sum = 0;
	size_t		count = 0;

	for (size_t c = 0; c < d; c++)
		total += fmax(values[c], 0);
	while (count < d && (count == 0 || sum < (explained - 1e-12) * total))
		sum += fmax(values[count++], 0);
	return count;
}

SegStatus
seg_pca_components(double *matrix, size_t d, size_t count,
				   double *variances, double *loadings, void *workspace)
{
	SegStatus	status = seg_eigen_symmetric(matrix, d, count, variances, loadings, workspace);

	if (status != SEG_OK)
		return status;
	for (size_t c = 0; c < count; c++)
		if (variances[c] <= 4 * (double) d * DBL_EPSILON * variances[0])
		{
			variances[c] = 0;
			memset(loadings + c * d, 0, d * sizeof(double));
		}
	return SEG_OK;
}

/* Four partial sums for SIMD; always the same four, so the bits do not change. */
static double
dot(const double *a, const double *b, size_t d)
{
	double		sum[4] = {0};
	size_t		j = 0;

	for (; j + 4 <= d; j += 4)
		for (size_t part = 0; part < 4; part++)
			sum[part] += a[j + part] * b[j + part];
	for (; j < d; j++)
		sum[0] += a[j] * b[j];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void
seg_pca_scores(const double *loadings, size_t d, size_t count, const double *z, double *scores)
{
	for (size_t c = 0; c < count; c++)
		scores[c] = dot(loadings + c * d, z, d);
}

double
seg_pca_residual(const double *loadings, size_t d, size_t count, const double *scores, double *z)
{
	double		largest = 0;
	double		sum = 0;

	for (size_t c = 0; c < count; c++)
		for (size_t j = 0; j < d; j++)
			z[j] -= scores[c] * loadings[c * d + j];
	for (size_t j = 0; j < d; j++)
		largest = fmax(largest, fabs(z[j]));
	if (largest == 0 || !isfinite(largest))
		return largest;
	for (size_t j = 0; j < d; j++)
		sum += (z[j] / largest) * (z[j] / largest);
	return largest * sqrt(sum);
}

/* ---- Procrustes ---- */

size_t
seg_pca_align_workspace(size_t count)
{
	return count * count * sizeof(double) + seg_polar_workspace(count);
}

/*
 * Over the new rows, the mean of (old score a) (new score b).  With S their
 * covariance, S = D C D for scales D, and the components V of C with variances L,
 * C V' = V' L, that is V_old D_old^-1 S D_new^-1 V_new' = V_old D_old^-1 D_new V_new' L_new.
 * SCRATCH scaled[count][d].
 */
static void
cross_scores(const SegPcaMap *new_map, const SegPcaMap *old_map, double *scaled, double *cross)
{
	size_t		d = new_map->d;
	size_t		count = new_map->count;

	for (size_t b = 0; b < count; b++)
		for (size_t j = 0; j < d; j++)
			scaled[b * d + j] = old_map->scale[j] > 0 ?
				new_map->loadings[b * d + j] * (new_map->scale[j] / old_map->scale[j]) * new_map->variances[b] : 0;
	seg_product(old_map->loadings, true, scaled, false, count, count, d, cross);
}

/* If the rotation is not unique (no variance), the result is no rotation. */
static void
prefer_no_rotation(double *cross, size_t count)
{
	double		largest = 0;

	for (size_t i = 0; i < count * count; i++)
		largest = fmax(largest, fabs(cross[i]));
	for (size_t a = 0; a < count; a++)
		cross[a + a * count] += largest > 0 ? 1e-9 * largest : 1;
}

SegStatus
seg_pca_align(const SegPcaMap *new_map, const SegPcaMap *old_map,
			  double *loadings, double *variances, void *workspace)
{
	size_t		d = new_map->d;
	size_t		count = new_map->count;
	double	   *rotation = workspace;
	SegStatus	status;

	Assert(old_map->d == d && old_map->count == count);
	cross_scores(new_map, old_map, loadings, rotation);
	prefer_no_rotation(rotation, count);
	status = seg_polar(rotation, count, rotation + count * count);
	if (status != SEG_OK)
		return status == SEG_NOT_FINITE ? SEG_RANGE_TOO_WIDE : status;
	memset(variances, 0, count * sizeof(double));
	for (size_t b = 0; b < count; b++)
		for (size_t a = 0; a < count; a++)
			variances[a] += rotation[a + b * count] * rotation[a + b * count] * new_map->variances[b];
	seg_product(new_map->loadings, false, rotation, true, d, count, count, loadings);
	return SEG_OK;
}
