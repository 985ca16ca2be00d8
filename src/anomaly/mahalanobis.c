/*
 * mahalanobis.c
 *		Squared distances from a center; see mahalanobis.h.
 */
#include "anomaly/mahalanobis.h"

/* A feature has spread if its sd is larger than the rounding of its mean, and not tiny. */
#define LEAST_SPREAD 1e-14
#define LEAST_SD 1e-150

static size_t
aligned(size_t bytes)
{
	return (bytes + 15) & ~(size_t) 15;
}

size_t
seg_mahalanobis_workspace(size_t d)
{
	return 2 * aligned(d * d * sizeof(double)) + 2 * aligned(d * sizeof(double)) + seg_eigen_workspace(d, false);
}

/* OUT inverse_sd[d]: 0 for a feature without spread.  Returns the number of features with spread. */
static uint32_t
invert_sds(const SegMahalanobis *m, const double *covariance, double *inverse_sd)
{
	uint32_t	with_spread = 0;

	for (size_t j = 0; j < m->d; j++)
	{
		double		sd = sqrt(fmax(covariance[j + j * m->d], 0));

		inverse_sd[j] = 0;
		if (sd > LEAST_SPREAD * fabs(m->center[j]) && sd > LEAST_SD)
		{
			inverse_sd[j] = 1 / sd;
			with_spread++;
		}
	}
	return with_spread;
}

/* OUT r[d x d]: correlations; 0 for a feature without spread. */
static void
correlate(const double *covariance, const double *inverse_sd, size_t d, double *r)
{
	for (size_t j = 0; j < d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = j; i < d; i++)
			r[i + j * d] = covariance[i + j * d] * inverse_sd[i] * inverse_sd[j];
		r[j + j * d] = 1;
	}
}

/*
 * The smallest s for which (1 - s) R + s I has condition number K: its eigenvalues are
 * (1 - s) e + s, so ((1 - s) high + s) = K ((1 - s) low + s).
 */
static double
shrinkage_for(double low, double high)
{
	double		excess = high - SEG_MAHALANOBIS_CONDITION * low;

	return excess > 0 ? excess / (excess + SEG_MAHALANOBIS_CONDITION - 1) : 0;
}

static void
shrink(double *r, size_t d, double s)
{
	for (size_t j = 0; j < d; j++)
		for (size_t i = j + 1; i < d; i++)
			r[i + j * d] *= 1 - s;
}

SegStatus
seg_mahalanobis_fit(SegMahalanobis *m, const double *covariance, void *workspace)
{
	size_t		d = m->d;
	double	   *r = workspace;
	double	   *copy = (double *) ((char *) r + aligned(d * d * sizeof(double)));
	double	   *inverse_sd = (double *) ((char *) copy + aligned(d * d * sizeof(double)));
	double	   *values = (double *) ((char *) inverse_sd + aligned(d * sizeof(double)));
	void	   *rest = (char *) values + aligned(d * sizeof(double));
	double	   *entry = m->whiten;
	SegStatus	status;

	m->df = invert_sds(m, covariance, inverse_sd);
	correlate(covariance, inverse_sd, d, r);
	memcpy(copy, r, d * d * sizeof(double));
	status = seg_eigen_symmetric(copy, d, d, values, NULL, rest);
	if (status != SEG_OK)
		return status;
	m->shrinkage = shrinkage_for(values[d - 1], values[0]);
	shrink(r, d, m->shrinkage);
	status = seg_cholesky(r, d);
	if (status == SEG_OK)
		status = seg_triangular_inverse(r, d);
	if (status != SEG_OK)
		return status;
	for (size_t j = 0; j < d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = j; i < d; i++)
		{
			*entry = inverse_sd[i] > 0 ? r[i + j * d] * inverse_sd[j] : 0;
			if (!isfinite(*entry++))
				return SEG_NOT_FINITE;
		}
	}
	seg_mahalanobis_pack(m);
	return SEG_OK;
}

/* ---- distances ---- */

#define BLOCK SEG_MAHALANOBIS_BLOCK

/* BLOCK doubles at any address, with element-wise operations. */
typedef double Block __attribute__((vector_size(8 * sizeof(double)), aligned(8), may_alias));

/* d rounded up to whole blocks. */
static size_t
padded(size_t d)
{
	return (d + BLOCK - 1) / BLOCK * BLOCK;
}

/* Block b has rows from b * BLOCK on, and a column for each feature up to its last row. */
size_t
seg_mahalanobis_blocks_size(size_t d)
{
	size_t		blocks = padded(d) / BLOCK;

	return BLOCK * BLOCK * blocks * (blocks + 1) / 2;
}

void
seg_mahalanobis_pack(SegMahalanobis *m)
{
	size_t		d = m->d;
	double	   *at = m->blocks;

	for (size_t first = 0; first < d; first += BLOCK)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < first + BLOCK; j++)
			for (size_t i = first; i < first + BLOCK; i++)
				/* column j starts after columns of d, d - 1, ... entries */
				*at++ = i < d && j <= i ? m->whiten[j * d - j * (j + 1) / 2 + i] : 0;
	}
}

/*
 * OUT y = W u, padded; returns |y|^2.  Even and odd columns have separate sums, so
 * additions can run in parallel.  The order is the same in all clones.
 */
SEG_CLONES static double
multiply(const double *blocks, const double *u, size_t padded_d, double *y)
{
	const Block *column = (const Block *) blocks;
	Block		squares = {0};
	double		sum = 0;

	for (size_t first = 0; first < padded_d; first += BLOCK)
	{
		Block		even = {0};
		Block		odd = {0};

		for (size_t j = 0; j < first + BLOCK; j += 2)
		{
			even += *column++ * u[j];
			odd += *column++ * u[j + 1];
		}
		even += odd;
		squares += even * even;
		*(Block *) (y + first) = even;
	}
	for (size_t l = 0; l < BLOCK; l++)
		sum += squares[l];
	return sum;
}

/* OUT u and y = W u, both padded; returns |y|^2, or infinity if it overflows. */
static double
whiten_row(const SegMahalanobis *m, const double *row, double *u, double *y)
{
	size_t		padded_d = padded(m->d);
	double		sum;

	for (size_t j = 0; j < m->d; j++)
		u[j] = row[j] - m->center[j];
	for (size_t j = m->d; j < padded_d; j++)
		u[j] = 0;
	sum = multiply(m->blocks, u, padded_d, y);
	return isnan(sum) ? INFINITY : sum;
}

double
seg_mahalanobis_distance2(const SegMahalanobis *m, const double *row)
{
	double		u[SEG_MAX_FEATURES + BLOCK];
	double		y[SEG_MAX_FEATURES + BLOCK];

	return whiten_row(m, row, u, y);
}

double
seg_mahalanobis_attribute(const SegMahalanobis *m, const double *row, double *parts)
{
	double		u[SEG_MAX_FEATURES + BLOCK];
	double		y[SEG_MAX_FEATURES + BLOCK];
	double		distance2 = whiten_row(m, row, u, y);
	const double *entry = m->whiten;

	for (size_t j = 0; j < m->d; j++)
	{
		double		g = 0;

		for (size_t i = j; i < m->d; i++)
			g += *entry++ * y[i];
		parts[j] = u[j] * g;
	}
	return distance2;
}
