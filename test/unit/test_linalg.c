/*
 * test_linalg.c
 *		Every LAPACK call at nothing, at what is not finite, and at the bound:
 *		reference LAPACK would stop the process on a bad argument.
 */
#include "unit.h"

#include "core/linalg.h"
#include "core/rng.h"

static double *
random_matrix(size_t cells, uint64_t seed)
{
	SegRng		rng = seg_rng(seed, 0);
	double	   *matrix = malloc(cells * sizeof(double));

	for (size_t i = 0; i < cells; i++)
		matrix[i] = seg_rng_uniform(&rng) - 0.5;
	return matrix;
}

/* rows' rows / n, both triangles, by the definition. */
static double *
gram_matrix(const double *rows, size_t n, size_t d)
{
	double	   *gram = calloc(d * d, sizeof(double));

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			for (size_t k = 0; k < d; k++)
				gram[j + k * d] += rows[i * d + j] * rows[i * d + k];
	return gram;
}

static void
products_are_the_definition(void **state)
{
	for (size_t d = 1; d <= 9; d++)
	{
		size_t		n = 3 * d + 1;
		double	   *rows = random_matrix(n * d, d);
		double	   *want = gram_matrix(rows, n, d);
		double	   *full = calloc(d * d, sizeof(double));
		double	   *packed = calloc(seg_packed_size(d), sizeof(double));
		bool	   *seen = calloc(seg_packed_size(d), sizeof(bool));

		seg_gram_add(rows, n - 2, d, full);
		seg_gram_add(rows + (n - 2) * d, 2, d, full);
		seg_gram_add_packed(rows, n - 2, d, packed);
		seg_gram_add_packed(rows + (n - 2) * d, 2, d, packed);
		seg_gram_add(rows, 0, d, full);
		seg_gram_add_packed(rows, 0, d, packed);
		for (size_t j = 0; j < d; j++)
			for (size_t i = j; i < d; i++)
			{
				size_t		at = seg_packed_at(d, i, j);

				assert_close(full[i + j * d], want[i + j * d], 1e-13);
				assert_true(at < seg_packed_size(d) && !seen[at]);
				seen[at] = true;
				assert_close(packed[at], want[i + j * d], 1e-13);
			}
		free(rows);
		free(want);
		free(full);
		free(packed);
		free(seen);
	}
}

/* A v = lambda v, orthonormal, falling, signs fixed. */
static void
assert_eigen(const double *matrix, size_t d, size_t wanted, const double *values, const double *vectors)
{
	for (size_t c = 0; c < wanted; c++)
	{
		const double *v = vectors + c * d;
		size_t		largest = 0;

		assert_true(c == 0 || values[c] <= values[c - 1]);
		for (size_t i = 0; i < d; i++)
		{
			double		sum = 0;

			for (size_t j = 0; j < d; j++)
				sum += matrix[i + j * d] * v[j];
			assert_close(sum, values[c] * v[i], 1e-10 * (1 + fabs(values[0])));
			if (fabs(v[i]) > fabs(v[largest]) * (1 + 1e-9))
				largest = i;
		}
		assert_true(v[largest] > 0);
		for (size_t other = 0; other <= c; other++)
		{
			double		sum = 0;

			for (size_t j = 0; j < d; j++)
				sum += v[j] * vectors[other * d + j];
			assert_close(sum, other == c, 1e-10);
		}
	}
}

static void
eigenvectors_are_eigenvectors(void **state)
{
	for (size_t d = 1; d <= 40; d += d < 6 ? 1 : 17)
		for (size_t wanted = 1; wanted <= d; wanted += d / 3 + 1)
		{
			double	   *rows = random_matrix((d + 2) * d, d);
			double	   *matrix = gram_matrix(rows, d + 2, d);
			double	   *copy = malloc(d * d * sizeof(double));
			double	   *values = malloc(d * sizeof(double));
			double	   *alone = malloc(d * sizeof(double));
			double	   *vectors = malloc(wanted * d * sizeof(double));
			void	   *workspace = malloc(seg_eigen_workspace(d, wanted));

			memcpy(copy, matrix, d * d * sizeof(double));
			assert_int_equal(seg_eigen_symmetric(copy, d, wanted, values, vectors, workspace), SEG_OK);
			assert_eigen(matrix, d, wanted, values, vectors);
			memcpy(copy, matrix, d * d * sizeof(double));
			assert_int_equal(seg_eigen_symmetric(copy, d, wanted, alone, NULL, workspace), SEG_OK);
			for (size_t c = 0; c < wanted; c++)
				assert_close(alone[c], values[c], 1e-12 * (1 + values[0]));
			free(rows);
			free(matrix);
			free(copy);
			free(values);
			free(alone);
			free(vectors);
			free(workspace);
		}
}

/* Of two entries that are equal but for rounding, the first decides. */
static void
ties_have_one_sign(void **state)
{
	double		matrix[4] = {1, -0.5, -0.5, 1};
	double		values[2];
	double		vectors[4];
	void	   *workspace = malloc(seg_eigen_workspace(2, 2));

	assert_int_equal(seg_eigen_symmetric(matrix, 2, 2, values, vectors, workspace), SEG_OK);
	assert_close(values[0], 1.5, 1e-15);
	assert_close(vectors[0], sqrt(0.5), 1e-15);
	assert_close(vectors[1], -sqrt(0.5), 1e-15);
	assert_close(vectors[2], sqrt(0.5), 1e-15);
	assert_close(vectors[3], sqrt(0.5), 1e-15);
	free(workspace);
}

static void
eigen_refuses_before_the_call(void **state)
{
	double		matrix[4] = {1, NAN, 7, 1};
	double		values[2];
	double		vectors[4];
	void	   *workspace = malloc(seg_eigen_workspace(2, 2));

	assert_int_equal(seg_eigen_symmetric(matrix, 0, 1, values, vectors, workspace), SEG_NO_ROWS);
	assert_int_equal(seg_eigen_symmetric(matrix, SEG_LINALG_MAX + 1, 1, values, vectors, workspace), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_eigen_symmetric(matrix, 2, 1, values, vectors, workspace), SEG_NOT_FINITE);
	matrix[1] = -INFINITY;
	assert_int_equal(seg_eigen_symmetric(matrix, 2, 1, values, vectors, workspace), SEG_NOT_FINITE);
	matrix[1] = 0;
	matrix[2] = NAN;			/* the upper triangle is not read */
	assert_int_equal(seg_eigen_symmetric(matrix, 2, 1, values, vectors, workspace), SEG_OK);
	memset(matrix, 0, sizeof(matrix));
	assert_int_equal(seg_eigen_symmetric(matrix, 2, 2, values, vectors, workspace), SEG_OK);
	assert_close(values[0], 0, 0);
	matrix[0] = matrix[3] = 1e300;
	matrix[1] = 1e299;
	assert_int_equal(seg_eigen_symmetric(matrix, 2, 2, values, vectors, workspace), SEG_OK);
	assert_close(values[0] / 1e300, 1.1, 1e-14);
	free(workspace);
}

static void
cholesky_and_its_inverse(void **state)
{
	const size_t d = 6;
	double	   *rows = random_matrix(10 * d, 1);
	double	   *matrix = gram_matrix(rows, 10, d);
	double	   *factor = malloc(d * d * sizeof(double));
	double	   *inverse = malloc(d * d * sizeof(double));
	double		forward[12];

	memcpy(factor, matrix, d * d * sizeof(double));
	assert_int_equal(seg_cholesky(factor, d), SEG_OK);
	for (size_t i = 0; i < d; i++)
	{
		double		sum = 0;

		for (size_t j = 0; j <= i; j++)
			sum += factor[i + j * d] * factor[i + j * d];
		assert_close(sum, matrix[i + i * d], 1e-13);
	}
	for (size_t i = 0; i < 2 * d; i++)
		forward[i] = (double) i;
	assert_int_equal(seg_cholesky_forward(factor, d, forward, 2), SEG_OK);
	memcpy(inverse, factor, d * d * sizeof(double));
	assert_int_equal(seg_triangular_inverse(inverse, d), SEG_OK);
	for (size_t c = 0; c < 2; c++)
		for (size_t i = 0; i < d; i++)
		{
			double		back = 0;
			double		half = 0;

			for (size_t j = 0; j <= i; j++)
			{
				back += factor[i + j * d] * forward[c * d + j];
				half += inverse[i + j * d] * (double) (c * d + j);
			}
			assert_close(back, (double) (c * d + i), 1e-12);
			assert_close(half, forward[c * d + i], 1e-9);
		}
	free(rows);
	free(matrix);
	free(factor);
	free(inverse);
}

static void
cholesky_refuses_before_the_call(void **state)
{
	double		matrix[4] = {1, 2, 0, 1};
	double		b[2] = {1, 1};

	assert_int_equal(seg_cholesky(matrix, 0), SEG_NO_ROWS);
	assert_int_equal(seg_cholesky(matrix, SEG_LINALG_MAX + 1), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_cholesky(matrix, 2), SEG_NOT_POSITIVE_DEFINITE);
	matrix[1] = NAN;
	assert_int_equal(seg_cholesky(matrix, 2), SEG_NOT_FINITE);
	matrix[0] = 0;
	for (int bad = 0; bad < 3; bad++)
	{
		size_t		d = bad == 0 ? 0 : bad == 1 ? SEG_LINALG_MAX + 1 : 2;
		SegStatus	want = bad == 0 ? SEG_NO_ROWS : bad == 1 ? SEG_TOO_MANY_FEATURES : SEG_NOT_POSITIVE_DEFINITE;

		assert_int_equal(seg_cholesky_forward(matrix, d, b, 1), want);
		assert_int_equal(seg_triangular_inverse(matrix, d), want);
	}
	matrix[0] = 2;
	assert_int_equal(seg_cholesky_forward(matrix, 1, b, 0), SEG_OK);
}

static void
svd_is_a_factorisation(void **state)
{
	const size_t shapes[][2] = {{1, 1}, {2, 2}, {5, 3}, {3, 5}, {20, 20}};

	for (size_t t = 0; t < sizeof(shapes) / sizeof(shapes[0]); t++)
	{
		size_t		m = shapes[t][0];
		size_t		n = shapes[t][1];
		size_t		r = m < n ? m : n;
		double	   *matrix = random_matrix(m * n, t);
		double	   *copy = malloc(m * n * sizeof(double));
		double	   *u = malloc(m * r * sizeof(double));
		double	   *vt = malloc(r * n * sizeof(double));
		double	   *values = malloc(r * sizeof(double));
		void	   *workspace = malloc(seg_svd_workspace(m, n));

		memcpy(copy, matrix, m * n * sizeof(double));
		assert_int_equal(seg_svd(copy, m, n, values, u, vt, workspace), SEG_OK);
		for (size_t i = 0; i < m; i++)
			for (size_t j = 0; j < n; j++)
			{
				double		sum = 0;

				for (size_t c = 0; c < r; c++)
					sum += u[i + c * m] * values[c] * vt[c + j * r];
				assert_close(sum, matrix[i + j * m], 1e-13);
			}
		free(matrix);
		free(copy);
		free(u);
		free(vt);
		free(values);
		free(workspace);
	}
}

static void
svd_refuses_before_the_call(void **state)
{
	double		matrix[4] = {1, NAN, 0, 1};
	double		u[4];
	double		vt[4];
	double		values[2];
	void	   *workspace = malloc(seg_svd_workspace(2, 2));

	assert_int_equal(seg_svd(matrix, 0, 2, values, u, vt, workspace), SEG_NO_ROWS);
	assert_int_equal(seg_svd(matrix, 2, 0, values, u, vt, workspace), SEG_NO_ROWS);
	assert_int_equal(seg_svd(matrix, SEG_LINALG_MAX + 1, 2, values, u, vt, workspace), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_svd(matrix, 2, SEG_LINALG_MAX + 1, values, u, vt, workspace), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_svd(matrix, 2, 2, values, u, vt, workspace), SEG_NOT_FINITE);
	memset(matrix, 0, sizeof(matrix));
	assert_int_equal(seg_svd(matrix, 2, 2, values, u, vt, workspace), SEG_OK);
	assert_close(values[0], 0, 0);
	free(workspace);
}

/* All calls at the largest size; diagonal matrices, whose answers are known. */
static void
the_bound_is_reached(void **state)
{
	const size_t d = SEG_LINALG_MAX;
	double	   *matrix = calloc(d * d, sizeof(double));
	double	   *values = malloc(d * sizeof(double));
	double	   *vectors = malloc(2 * d * sizeof(double));
	double	   *packed = calloc(seg_packed_size(d), sizeof(double));
	double	   *row = malloc(d * sizeof(double));
	void	   *workspace = malloc(seg_eigen_workspace(d, 2));

	for (size_t j = 0; j < d; j++)
	{
		matrix[j + j * d] = (double) (j + 1);
		row[j] = (double) j;
	}
	assert_int_equal(seg_eigen_symmetric(matrix, d, 2, values, vectors, workspace), SEG_OK);
	assert_close(values[0], (double) d, 1e-9);
	assert_close(values[1], (double) d - 1, 1e-9);
	assert_close(vectors[d - 1], 1, 1e-9);
	memset(matrix, 0, d * d * sizeof(double));
	for (size_t j = 0; j < d; j++)
		matrix[j + j * d] = 4;
	assert_int_equal(seg_cholesky(matrix, d), SEG_OK);
	assert_close(matrix[d * d - 1], 2, 1e-15);
	assert_int_equal(seg_cholesky_forward(matrix, d, row, 1), SEG_OK);
	assert_close(row[d - 1], (double) (d - 1) / 2, 1e-12);
	assert_int_equal(seg_triangular_inverse(matrix, d), SEG_OK);
	assert_close(matrix[d * d - 1], 0.5, 1e-15);
	seg_gram_add(row, 1, d, matrix);
	seg_gram_add_packed(row, 1, d, packed);
	assert_close(packed[seg_packed_at(d, d - 1, d - 1)], row[d - 1] * row[d - 1], 1e-9);
	free(workspace);
	workspace = malloc(seg_svd_workspace(d, 1));
	assert_int_equal(seg_svd(row, d, 1, values, matrix, vectors, workspace), SEG_OK);
	free(matrix);
	free(values);
	free(vectors);
	free(packed);
	free(row);
	free(workspace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_are_the_definition),
		cmocka_unit_test(eigenvectors_are_eigenvectors),
		cmocka_unit_test(ties_have_one_sign),
		cmocka_unit_test(eigen_refuses_before_the_call),
		cmocka_unit_test(cholesky_and_its_inverse),
		cmocka_unit_test(cholesky_refuses_before_the_call),
		cmocka_unit_test(svd_is_a_factorisation),
		cmocka_unit_test(svd_refuses_before_the_call),
		cmocka_unit_test(the_bound_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
