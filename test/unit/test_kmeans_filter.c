/*
 * test_kmeans_filter.c
 *		Labels from floats: a certain label is the label from doubles, for any offset,
 *		scale and closeness to ties; and no margin is too large.
 */
#include "unit.h"

#include "kmeans_problem.h"

#define N ((size_t) 203)

typedef struct Setting
{
	double		offset;			/* of all rows */
	double		scale;			/* of their differences */
	double		tie;			/* distance of rows from the middle between two centers */
	double		far;			/* distance of centers, in scales */
} Setting;

static const Setting settings[] = {
	{0, 1, 1, 1}, {0, 1, 1e-3, 1}, {0, 1, 1e-6, 1}, {0, 1, 1e-9, 1}, {0, 1, 0, 1},
	{1e6, 1, 1e-6, 1}, {-1e12, 1, 1e-3, 1}, {0, 1e-130, 1e-6, 1}, {0, 1e130, 1e-6, 1},
	{0, 1, 1e-6, 1e5}, {0, 1, 1e-3, 1e12}, {0, 1e-20, 1e-7, 1e18},
};

/* Random centers, and rows near the middles between two of them. */
static void
make_rows(const Setting *setting, SegRng *rng, size_t d, size_t k, double *centers, SegMatrix *rows)
{
	for (size_t cell = 0; cell < k * d; cell++)
		centers[cell] = setting->offset +
			setting->scale * (seg_rng_uniform(rng) + (cell < d ? setting->far * seg_rng_uniform(rng) : 0));
	for (size_t i = 0; i < rows->n; i++)
	{
		const double *a = centers + seg_rng_below(rng, k) * d;
		const double *b = centers + seg_rng_below(rng, k) * d;

		for (size_t j = 0; j < d; j++)
			*seg_matrix_cell(rows, i, j) = (a[j] + b[j]) / 2 + setting->scale * setting->tie * noise(rng);
	}
}

static void
describe_rows(const SegMatrix *rows, SegScale *scales)
{
	for (size_t j = 0; j < rows->d; j++)
	{
		scales[j] = (SegScale) {.scale = j % 5 == 4 ? 0 : 1};
		for (size_t i = 0; i < rows->n; i++)
		{
			scales[j].mean += *seg_matrix_cell(rows, i, j) / (double) rows->n;
			scales[j].max_abs = fmax(scales[j].max_abs, fabs(*seg_matrix_cell(rows, i, j)));
		}
	}
}

/* The smallest margin of the rows of a block, in doubles. */
static double
true_margin(const double *first_d2, const double *second_d2)
{
	double		least = INFINITY;

	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
		least = fmin(least, sqrt(second_d2[l]) - sqrt(first_d2[l]));
	return least;
}

/* Returns the number of rows with a certain label. */
static size_t
check_labels(const SegKmeansData *data, const double *centers, size_t k)
{
	SegArena	arena = patterned_arena(seg_filter_centers_size(data->rows.d, k));
	double	   *block = patterned(data->rows.d * SEG_BLOCK_ROWS * sizeof(double));
	SegFilterStrip strip = {0};
	SegFilterCenters form;
	size_t		certain = 0;

	seg_filter_take_centers(data->filter, k, &arena, &form);
	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
		strip.blocks[strip.count++] = b;
	if (seg_filter_set_centers(data, centers, k, &form))
	{
		seg_filter_label(data, &form, true, &strip);
		for (size_t b = 0; b < strip.count; b++)
		{
			double		first_d2[SEG_BLOCK_ROWS];
			double		second_d2[SEG_BLOCK_ROWS];
			uint16_t	first[SEG_BLOCK_ROWS];
			bool		undecided = false;

			seg_assign_nearest(data, b, centers, k, block, first_d2, second_d2, first);
			for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
			{
				undecided |= strip.labels[b][l] == SEG_FILTER_UNDECIDED;
				if (strip.labels[b][l] == SEG_FILTER_UNDECIDED)
					continue;
				assert_int_equal(strip.labels[b][l], first[l]);
				certain++;
			}
			if (!undecided && k > 1)
				assert_true(sqrt((double) strip.margin_squares[b]) / data->filter->unit <=
							true_margin(first_d2, second_d2) * (1 + 1e-12));
		}
	}
	free(block);
	free(arena.base);
	return certain;
}

static void
certain_labels_are_those_of_doubles(void **state)
{
	size_t		certain = 0;

	if (!seg_filter_is_fast())
		skip();
	for (uint64_t trial = 0; trial < 600; trial++)
	{
		const Setting *setting = &settings[trial % (sizeof(settings) / sizeof(settings[0]))];
		SegRng		rng = seg_rng(7, trial);
		size_t		d = 1 + seg_rng_below(&rng, 40);
		size_t		k = 1 + seg_rng_below(&rng, 30);
		SegMatrix	rows = {N, d, patterned(N * d * sizeof(double))};
		double	   *centers = patterned(k * d * sizeof(double));
		SegScale   *scales = patterned(d * sizeof(SegScale));
		uint32_t   *active = patterned(d * sizeof(uint32_t));
		SegArena	arena = patterned_arena(seg_filter_size(N, d));
		SegKmeansData data = {.total = (double) N, .scales = scales, .active = active};
		SegKmeansFilter filter;

		make_rows(setting, &rng, d, k, centers, &rows);
		describe_rows(&rows, scales);
		data.rows = rows;
		data.n_active = seg_kmeans_active(scales, d, active);
		seg_filter_prepare(&data, &arena, &filter);
		data.filter = &filter;
		certain += check_labels(&data, centers, k);
		free(rows.values);
		free(centers);
		free(scales);
		free(active);
		free(arena.base);
	}
	/* a filter without certain labels passes the checks above, but is useless */
	assert_true(certain > 600 * N / 3);
}

static void
a_center_of_nan_is_never_the_nearest(void **state)
{
	SegMatrix	rows = {N, 2, patterned(N * 2 * sizeof(double))};
	SegScale	scales[2];
	uint32_t	active[2];
	double		centers[] = {0.25, 0.25, NAN, 0.5, 0.75, 0.75};
	SegArena	arena = patterned_arena(seg_filter_size(N, 2));
	SegKmeansData data = {.rows = rows, .total = (double) N, .scales = scales, .active = active};
	SegKmeansFilter filter;
	SegRng		rng = seg_rng(8, 0);

	if (!seg_filter_is_fast())
		skip();
	for (size_t cell = 0; cell < N * 2; cell++)
		rows.values[cell] = seg_rng_uniform(&rng);
	describe_rows(&rows, scales);
	data.n_active = seg_kmeans_active(scales, 2, active);
	seg_filter_prepare(&data, &arena, &filter);
	data.filter = &filter;
	assert_int_equal(check_labels(&data, centers, 3), 0);	/* only doubles are used */
	free(rows.values);
	free(arena.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certain_labels_are_those_of_doubles),
		cmocka_unit_test(a_center_of_nan_is_never_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
