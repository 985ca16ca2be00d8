/*
 * test_linalg.c
 *		Every LAPACK call with size 0, with values that are not finite, and with the
 *		largest size: reference LAPACK stops the process on a bad argument.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/linalg.h"

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

/* A v = lambda v, orthonormal, descending, signs fixed. */
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
			void	   *workspace = malloc(seg_eigen_workspace(d, true));

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

/* Of two entries that are equal except for rounding, the first determines the sign. */
static void
ties_have_one_sign(void **state)
{
	double		matrix[4] = {1, -0.5, -0.5, 1};
	double		values[2];
	double		vectors[4];
	void	   *workspace = malloc(seg_eigen_workspace(2, true));

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
	void	   *workspace = malloc(seg_eigen_workspace(2, true));

	assert_int_equal(seg_eigen_symmetric(matrix, 0, 1, values, vectors, workspace), SEG_NO_ROWS);
	assert_int_equal(seg_eigen_symmetric(matrix, SEG_MAX_FEATURES + 1, 1, values, vectors, workspace), SEG_TOO_MANY_FEATURES);
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
	assert_int_equal(seg_cholesky(matrix, SEG_MAX_FEATURES + 1), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_cholesky(matrix, 2), SEG_NOT_POSITIVE_DEFINITE);
	matrix[1] = NAN;
	assert_int_equal(seg_cholesky(matrix, 2), SEG_NOT_FINITE);
	matrix[0] = 0;
	for (int bad = 0; bad < 3; bad++)
	{
		size_t		d = bad == 0 ? 0 : bad == 1 ? SEG_MAX_FEATURES + 1 : 2;
		SegStatus	want = bad == 0 ? SEG_NO_ROWS : bad == 1 ? SEG_TOO_MANY_FEATURES : SEG_NOT_POSITIVE_DEFINITE;

		assert_int_equal(seg_cholesky_forward(matrix, d, b, 1), want);
		assert_int_equal(seg_triangular_inverse(matrix, d), want);
	}
	matrix[0] = 2;
	assert_int_equal(seg_cholesky_forward(matrix, 1, b, 0), SEG_OK);
}

/* The factor and its inverse for more than one and more than two blocks of columns. */
static void
cholesky_in_blocks(void **state)
{
	for (size_t d = 60; d <= 180; d += 40)
	{
		double	   *rows = random_matrix(2 * d * d, d);
		double	   *matrix = gram_matrix(rows, 2 * d, d);
		double	   *factor = malloc(d * d * sizeof(double));
		double	   *inverse = malloc(d * d * sizeof(double));

		memcpy(factor, matrix, d * d * sizeof(double));
		assert_int_equal(seg_cholesky(factor, d), SEG_OK);
		memcpy(inverse, factor, d * d * sizeof(double));
		assert_int_equal(seg_triangular_inverse(inverse, d), SEG_OK);
		for (size_t j = 0; j < d; j++)
			for (size_t i = j; i < d; i++)
			{
				double		product = 0;
				double		identity = 0;

				for (size_t k = 0; k <= j; k++)
					product += factor[i + k * d] * factor[j + k * d];
				for (size_t k = j; k <= i; k++)
					identity += factor[i + k * d] * inverse[k + j * d];
				assert_close(product, matrix[i + j * d], 1e-12 * matrix[0]);
				assert_close(identity, i == j, 1e-11);
			}
		matrix[(d - 1) * (d + 1)] = -1;
		assert_int_equal(seg_cholesky(matrix, d), SEG_NOT_POSITIVE_DEFINITE);
		free(rows);
		free(matrix);
		free(factor);
		free(inverse);
	}
}

static void
products_of_two(void **state)
{
	const size_t m = 70;
	const size_t n = 131;
	const size_t inner = 5;
	double	   *a = random_matrix(m * inner, 1);
	double	   *b = random_matrix(n * inner, 2);
	double	   *product = malloc(m * n * sizeof(double));

	for (int form = 0; form < 4; form++)
	{
		seg_product(a, form & 1, b, form & 2, m, n, inner, product);
		for (size_t j = 0; j < n; j++)
			for (size_t i = 0; i < m; i++)
			{
				double		sum = 0;

				for (size_t k = 0; k < inner; k++)
					sum += (form & 1 ? a[k + i * inner] : a[i + k * m]) * (form & 2 ? b[j + k * n] : b[k + j * inner]);
				assert_close(product[i + j * m], sum, 1e-14);
			}
	}
	free(a);
	free(b);
	free(product);
}

/* Q is orthogonal, and Q' A symmetric without negative eigenvalues: there is one such Q. */
static void
assert_polar(const double *matrix, const double *q, size_t d, double tolerance)
{
	double	   *h = malloc(d * d * sizeof(double));
	double	   *values = malloc(d * sizeof(double));
	void	   *workspace = malloc(seg_eigen_workspace(d, false));

	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < d; j++)
		{
			double		identity = 0;
			double		sum = 0;

			for (size_t k = 0; k < d; k++)
			{
				identity += q[k + i * d] * q[k + j * d];
				sum += q[k + i * d] * matrix[k + j * d];
			}
			assert_close(identity, i == j, 1e-12);
			h[i + j * d] = sum;
		}
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < i; j++)
			assert_close(h[i + j * d], h[j + i * d], tolerance);
	assert_int_equal(seg_eigen_symmetric(h, d, d, values, NULL, workspace), SEG_OK);
	assert_true(values[d - 1] > -tolerance);
	free(h);
	free(values);
	free(workspace);
}

static void
polar_is_the_nearest_orthogonal_matrix(void **state)
{
	const size_t sizes[] = {1, 2, 3, 20, 64, 65, 150};

	for (size_t t = 0; t < sizeof(sizes) / sizeof(sizes[0]); t++)
		for (int kind = 0; kind < 4; kind++)
		{
			size_t		d = sizes[t];
			double	   *matrix = random_matrix(d * d, t);
			double	   *q = malloc(d * d * sizeof(double));
			void	   *workspace = malloc(seg_polar_workspace(d));

			/* random; columns of very different length; nearly of rank 1; singular */
			for (size_t j = 0; j < d; j++)
				for (size_t i = 0; i < d; i++)
					matrix[i + j * d] = kind == 0 ? matrix[i + j * d] :
						kind == 1 ? matrix[i + j * d] * pow(10, -12.0 * (double) j / (double) d) :
						kind == 2 ? (double) (i + 1) * (double) (j + 1) + (i == j) * 1e-9 :
						j == 0 ? 0 : matrix[i + j * d];
			if (kind == 3)
				matrix[0] = d == 1;
			memcpy(q, matrix, d * d * sizeof(double));
			assert_int_equal(seg_polar(q, d, workspace), SEG_OK);
			assert_polar(matrix, q, d, 1e-13 * (double) (d * d * d));
			free(matrix);
			free(q);
			free(workspace);
		}
}

static void
polar_refuses_before_the_call(void **state)
{
	double		matrix[4] = {1, NAN, 0, 1};
	void	   *workspace = malloc(seg_polar_workspace(2));

	assert_int_equal(seg_polar(matrix, 0, workspace), SEG_NO_ROWS);
	assert_int_equal(seg_polar(matrix, SEG_MAX_FEATURES + 1, workspace), SEG_TOO_MANY_FEATURES);
	assert_int_equal(seg_polar(matrix, 2, workspace), SEG_NOT_FINITE);
	memset(matrix, 0, sizeof(matrix));
	assert_int_equal(seg_polar(matrix, 2, workspace), SEG_NO_CONVERGENCE);
	free(workspace);
}

/*
 * Merged halves and panels of reflections: different eigenvalues, groups of equal
 * eigenvalues (which deflate), a diagonal matrix.
 */
static void
large_eigenproblems_are_merged(void **state)
{
	for (int kind = 0; kind < 4; kind++)
	{
		const size_t d = 300 + kind;
		double	   *rows = random_matrix(2 * d * d, kind);
		double	   *matrix;
		double	   *copy = malloc(d * d * sizeof(double));
		double	   *values = malloc(d * sizeof(double));
		double	   *vectors = malloc(d * d * sizeof(double));
		double	   *alone = malloc(d * sizeof(double));
		void	   *workspace = malloc(seg_eigen_workspace(d, true));

		/* kind 1: rank 4, so nearly all values are 0; 2: one correlation; 3: diagonal */
		for (size_t i = 0; kind == 1 && i < 2 * d; i++)
			for (size_t j = 0; j < d; j++)
				rows[i * d + j] = i < 4 ? rows[i * d + j] : 0;
		matrix = gram_matrix(rows, 2 * d, d);
		for (size_t i = 0; kind > 1 && i < d * d; i++)
			matrix[i] = i % (d + 1) == 0 ? 1 + (double) (kind == 3 ? i % 7 : 0) : kind == 2 ? 0.5 : 0;
		memcpy(copy, matrix, d * d * sizeof(double));
		assert_int_equal(seg_eigen_symmetric(copy, d, d, values, vectors, workspace), SEG_OK);
		assert_eigen(matrix, d, d, values, vectors);
		memcpy(copy, matrix, d * d * sizeof(double));
		assert_int_equal(seg_eigen_symmetric(copy, d, d, alone, NULL, workspace), SEG_OK);
		for (size_t c = 0; c < d; c++)
			assert_close(alone[c], values[c], 1e-12 * (1 + values[0]));
		free(rows);
		free(matrix);
		free(copy);
		free(values);
		free(vectors);
		free(alone);
		free(workspace);
	}
}

/* All calls with the largest size; the results for diagonal matrices are known. */
static void
the_bound_is_reached(void **state)
{
	const size_t d = SEG_MAX_FEATURES;
	double	   *matrix = calloc(d * d, sizeof(double));
	double	   *values = malloc(d * sizeof(double));
	double	   *vectors = malloc(2 * d * sizeof(double));
	double	   *packed = calloc(seg_packed_size(d), sizeof(double));
	double	   *row = malloc(d * sizeof(double));
	void	   *workspace = malloc(seg_eigen_workspace(d, true));

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
	workspace = malloc(seg_polar_workspace(d));
	memset(matrix, 0, d * d * sizeof(double));
	for (size_t j = 0; j < d; j++)
		matrix[j + j * d] = -1e-3 - (double) j;
	assert_int_equal(seg_polar(matrix, d, workspace), SEG_OK);
	assert_close(matrix[0], -1, 1e-12);
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
		cmocka_unit_test(cholesky_in_blocks),
		cmocka_unit_test(products_of_two),
		cmocka_unit_test(polar_is_the_nearest_orthogonal_matrix),
		cmocka_unit_test(polar_refuses_before_the_call),
		cmocka_unit_test(large_eigenproblems_are_merged),
		cmocka_unit_test(the_bound_is_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
