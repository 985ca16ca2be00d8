/*
 * test_logit.c
 *		logit: order and figures of rows, fits with known results, bytes.
 *
 * Figures with a name of R: glm(y ~ x, binomial), and brglm2 0.9, brglmFit(type = "AS_mean"), of R 4.2.2.
 */
#include "unit.h"

#include "logit/logit_model.h"

/* ---- rows ---- */

static SegLogitRows
new_rows(size_t d, size_t c, bool weighted)
{
	SegLogitRows rows = seg_logit_no_rows(d, c, weighted);

	rows.chunks = calloc(64, sizeof(double *));
	return rows;
}

static double *
add_row(SegLogitRows *rows, bool label)
{
	size_t		place;
	size_t		chunk = seg_logit_chunk(rows, rows->n, &place);
	double	   *row;

	if (rows->chunks[chunk] == NULL)
		rows->chunks[chunk] = calloc(seg_logit_chunk_rows(rows, chunk) * rows->stride, sizeof(double));
	row = seg_logit_row(rows, rows->n++);
	seg_logit_codes(rows, row)[0] = label;
	return row;
}

static void
free_rows(SegLogitRows *rows)
{
	for (size_t k = 0; k < 64; k++)
		free(rows->chunks[k]);
	free(rows->chunks);
}

static SegArena
new_arena(size_t size)
{
	return seg_arena(aligned_alloc(16, (size / 16 + 1) * 16), size);
}

static void
sort(SegLogitRows *rows, const SegLogitLevel *const *levels)
{
	SegArena	arena = new_arena(seg_logit_sort_size(rows));
	uint64_t	factors[4];

	seg_logit_hash_factors(rows->d, factors);
	for (size_t i = 0; i < rows->n; i++)
		seg_logit_hash(rows, seg_logit_row(rows, i), factors, levels);
	seg_logit_sort(rows, levels, arena);
	free(arena.base);
}

/* each row has a place of its own, in chunks of the promised sizes; wide rows have smaller chunks */
static void
chunks(void **state)
{
	for (size_t d = 1; d <= 1600; d += 1599)
	{
		SegLogitRows rows = seg_logit_no_rows(d, 3, true);
		size_t		expected = 0;
		size_t		within = 0;
		size_t		place;

		for (size_t i = 0; i < (d == 1 ? 2000000 : 10000); i++)
		{
			if (within == seg_logit_chunk_rows(&rows, expected))
			{
				expected++;
				within = 0;
			}
			if (seg_logit_chunk(&rows, i, &place) != expected || place != within++)
				fail_msg("row %zu is at another place", i);
		}
		assert_true(seg_logit_chunk_rows(&rows, 100) * rows.stride * sizeof(double) <= SEG_LOGIT_CHUNK_BYTES);
		assert_true(seg_logit_chunk_rows(&rows, 100) * rows.stride * sizeof(double) > SEG_LOGIT_CHUNK_BYTES / 2);
	}
}

/* rows in two orders become the same bytes, also where all hashes of values are equal */
static void
order(void **state)
{
	const SegLogitLevel levels[2][3] = {
		{{"a", 1, 11}, {"b", 1, 12}, {NULL, 0, 13}}, {{NULL, 0, 13}, {"b", 1, 12}, {"a", 1, 11}}
	};
	const SegLogitLevel equal[2][3] = {
		{{"a", 1, 7}, {"b", 1, 7}, {NULL, 0, 7}}, {{NULL, 0, 7}, {"b", 1, 7}, {"a", 1, 7}}
	};

	for (int kind = 0; kind < 2; kind++)
	{
		SegLogitRows rows[2] = {new_rows(2, 1, true), new_rows(2, 1, true)};

		for (int which = 0; which < 2; which++)
		{
			const SegLogitLevel *of = kind == 0 ? levels[which] : equal[which];

			for (uint32_t at = 0; at < 500; at++)
			{
				uint32_t	i = which == 0 ? at : 499 - at;
				double	   *row = add_row(&rows[which], i % 3 == 0);

				row[0] = i % 5 == 0 ? NAN : kind == 0 ? i % 11 : 1;
				row[1] = i % 2 ? -0.0 : 0.0;
				row[2] = 1 + i % 4;
				seg_logit_codes(&rows[which], row)[1] = which == 0 ? i % 3 : 2 - i % 3;
			}
			sort(&rows[which], &of);
		}
		for (size_t i = 0; i < 500; i++)
		{
			const double *a = seg_logit_row(&rows[0], i);
			const double *b = seg_logit_row(&rows[1], i);

			assert_true((isnan(a[0]) && isnan(b[0])) || a[0] == b[0]);
			assert_true(a[1] == b[1] && a[2] == b[2]);
			assert_int_equal(seg_logit_codes(&rows[0], a)[0], seg_logit_codes(&rows[1], b)[0]);
			assert_int_equal(seg_logit_codes(&rows[0], a)[1], 2 - seg_logit_codes(&rows[1], b)[1]);
		}
		free_rows(&rows[0]);
		free_rows(&rows[1]);
	}
}

static void
figures(void **state)
{
	SegLogitRows rows = new_rows(3, 0, false);
	SegLogitColumn columns[3];
	SegLogitTotals totals;
	size_t		position = 0;

	assert_int_equal(seg_logit_describe(&rows, columns, &totals, &position), SEG_NO_ROWS);
	for (int i = 0; i < 1000; i++)
	{
		double	   *row = add_row(&rows, i % 4 == 0);

		row[0] = i;
		/* far from zero; once far from the others, so the first origin is not near the mean */
		row[1] = i == 7 ? 1e9 : 1e6 + i % 2;
		row[2] = 5;
	}
	assert_int_equal(seg_logit_describe(&rows, columns, &totals, &position), SEG_OK);
	assert_int_equal(totals.positives, 250);
	assert_close(columns[0].mean, 499.5, 1e-12);
	assert_close(columns[0].sd, sqrt(1000 * 1001 / 12.0), 1e-10);
	/* fractions of Python */
	assert_close(columns[1].mean, 1999000.499, 1e-6);
	assert_close(columns[1].sd / 31591153.809286553, 1, 1e-12);
	assert_close(columns[2].mean, 5, 0);
	assert_close(columns[2].sd, 0, 0);
	seg_logit_row(&rows, 3)[1] = NAN;
	seg_logit_row(&rows, 3)[2] = 1e200;
	assert_int_equal(seg_logit_describe(&rows, columns, &totals, &position), SEG_RANGE_TOO_WIDE);
	assert_int_equal(position, 3);
	free_rows(&rows);
}

/* ---- fits of one feature, not scaled ---- */

typedef struct Fitted
{
	double		beta[3];
	double		std_error[3];
	bool		aliased[3];
	SegLogitFit fit;
} Fitted;

/* Features are columns in input units: shift 0, scale 1. */
static void
fit_rows(SegLogitRows *rows, SegLogitPenalty penalty, double lambda, size_t max_iterations, Fitted *fitted)
{
	const double zeros[2] = {0};
	const double ones[2] = {1, 1};
	double		sd[3] = {0, 1, 1};
	SegLogitParams params = {penalty, lambda, max_iterations};
	SegLogitDesign design = {
		.p = 1 + rows->d, .q = 1 + rows->d, .shift = zeros, .inverse = ones, .fill = zeros, .sd = sd, .aliased = fitted->aliased, .weight = rows->n
	};
	SegArena	arena;

	memset(fitted, 0, sizeof(*fitted));
	fitted->fit.beta = fitted->beta;
	fitted->fit.std_error = fitted->std_error;
	sort(rows, NULL);
	arena = new_arena(seg_logit_fit_workspace(&design));
	seg_logit_fit(&design, rows, &params, &fitted->fit, arena);
	free(arena.base);
}

static SegLogitRows
rows_of(const double *x, const int *y, size_t n)
{
	SegLogitRows rows = new_rows(1, 0, false);

	for (size_t i = 0; i < n; i++)
		add_row(&rows, y[i])[0] = x[i];
	return rows;
}

static void
separated(void **state)
{
	const double x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	const int	y[8] = {0, 0, 0, 0, 1, 1, 1, 1};
	SegLogitRows rows = rows_of(x, y, 8);
	Fitted		fitted;

	fit_rows(&rows, SEG_LOGIT_NONE, 0, 300, &fitted);
	assert_true(fitted.fit.is_separated);
	assert_int_equal(fitted.fit.separating, 1);
	fit_rows(&rows, SEG_LOGIT_FIRTH, 0, 300, &fitted);
	assert_true(fitted.fit.converged);
	/* brglm2 */
	assert_close(fitted.beta[0], -4.6473497700, 1e-8);
	assert_close(fitted.beta[1], 1.0327443933, 1e-8);
	assert_close(fitted.std_error[0], 3.1980798490, 1e-8);
	assert_close(fitted.std_error[1], .6726647811, 1e-8);
	free_rows(&rows);
}

static void
quasi_separated(void **state)
{
	const double x[10] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1};
	const int	y[10] = {0, 1, 0, 1, 0, 0, 1, 1, 1, 1};
	SegLogitRows rows = rows_of(x, y, 10);
	Fitted		fitted;

	fit_rows(&rows, SEG_LOGIT_NONE, 0, 300, &fitted);
	assert_true(fitted.fit.is_separated);
	assert_int_equal(fitted.fit.separating, 1);
	/* too few steps to see it: not converged, and no proof */
	fit_rows(&rows, SEG_LOGIT_NONE, 0, 3, &fitted);
	assert_false(fitted.fit.is_separated);
	assert_false(fitted.fit.converged);
	fit_rows(&rows, SEG_LOGIT_FIRTH, 0, 300, &fitted);
	assert_close(fitted.beta[0], -.5877866649, 1e-8);
	assert_close(fitted.beta[1], 2.7850112422, 1e-8);
	assert_close(fitted.std_error[0], .8520128672, 1e-8);
	assert_close(fitted.std_error[1], 1.8718182881, 1e-8);
	free_rows(&rows);
}

/* Two groups: the coefficients are log-odds of counts, for any number of rows, also with a sample first. */
static void
two_groups(void **state)
{
	for (int times = 1; times <= 2000; times *= 2000)
	{
		SegLogitRows rows = new_rows(2, 0, false);
		Fitted		fitted;

		for (int i = 0; i < 7 * times; i++)
		{
			/* 1 of 4 in the first group, 2 of 3 in the second; the second feature follows from the first */
			double	   *row = add_row(&rows, i % 7 == 0 || i % 7 >= 5);

			row[0] = i % 7 >= 4;
			row[1] = 1 - row[0];
		}
		fit_rows(&rows, SEG_LOGIT_NONE, 0, 300, &fitted);
		assert_true(fitted.fit.converged);
		assert_false(fitted.aliased[1]);
		assert_true(fitted.aliased[2]);
		assert_close(fitted.beta[0], log(1 / 3.0), 1e-10);
		assert_close(fitted.beta[1], log(2 * 3.0), 1e-10);
		assert_close(fitted.beta[2], 0, 0);
		assert_close(fitted.std_error[0], sqrt((1 + 1 / 3.0) / times), 1e-8);
		assert_close(fitted.std_error[1], sqrt((1 + 1 / 3.0 + .5 + 1) / times), 1e-8);
		assert_close(fitted.fit.log_likelihood / times, log(.25) + 3 * log(.75) + 2 * log(2 / 3.0) + log(1 / 3.0), 1e-10);
		free_rows(&rows);
	}
}

/* A huge value does not overflow, and nothing is not a number. */
static void
extreme_values(void **state)
{
	const double x[6] = {0, 1, 0, 1, 1e6, -1e6};
	const int	y[6] = {0, 1, 1, 0, 1, 0};
	SegLogitRows rows = rows_of(x, y, 6);
	Fitted		fitted;

	fit_rows(&rows, SEG_LOGIT_RIDGE, 1e-3, 300, &fitted);
	assert_true(isfinite(fitted.beta[0]) && isfinite(fitted.beta[1]) && isfinite(fitted.std_error[1]));
	assert_true(fitted.fit.log_likelihood < 0);
	assert_close(seg_logit_softplus(1e308), 1e308, 0);
	assert_close(seg_logit_softplus(-1e308), 0, 0);
	assert_close(seg_logit_probability(-1e308), 0, 0);
	assert_close(seg_logit_probability(1e308), 1, 0);
	free_rows(&rows);
}

/* ---- models ---- */

static SegLogitModel
sample_model(SegLogitModelLevel *levels, SegLogitCategory *category, SegFeature *feature, SegLogitSlope *slope)
{
	const SegLogitModelLevel four[4] = {
		{SEG_LOGIT_VALUE, "a", 4, .4, {SEG_LOGIT_REFERENCE}},
		{SEG_LOGIT_VALUE, "ab", 3, .3, {SEG_LOGIT_ESTIMATED, 1, .1}},
		{SEG_LOGIT_MISSING, "", 2, .2, {SEG_LOGIT_ESTIMATED, 2, .1}},
		{SEG_LOGIT_OTHER, "", 1, .1, {SEG_LOGIT_ALIASED}},
	};
	SegLogitModel model = {
		.null_policy = SEG_NULL_MEAN, .min_level_count = 2, .max_iterations = 300,
		.rows_used = 10, .positives = 4, .weight = 10, .positive_weight = 4, .log_likelihood = -5, .iterations = 3, .converged = true,
		.intercept = {SEG_LOGIT_ESTIMATED, -.5, .2}, .d = 1, .c = 1, .features = feature, .slopes = slope, .categories = category
	};

	memcpy(levels, four, sizeof(four));
	*category = (SegLogitCategory) {"kind", 4, levels};
	*feature = (SegFeature) {.name = "x",.shift = 3,.scale = 2,.fill = 3,.minimum = 0,.maximum = 9,.mean = 3,.sd = 2,.center = 0,.missing = 1};
	*slope = (SegLogitSlope) {{SEG_LOGIT_ESTIMATED, .8, .1}, true, .1, {SEG_LOGIT_ESTIMATED, -.3, .1}};
	return model;
}

static void
scoring(void **state)
{
	SegLogitModelLevel levels[4];
	SegLogitCategory category;
	SegFeature	feature;
	SegLogitSlope slope;
	SegLogitModel model = sample_model(levels, &category, &feature, &slope);
	SegArena	arena = new_arena(seg_logit_prepared_size(1));
	const double row[1] = {5};
	const double nothing[1] = {NAN};
	const double z[2] = {1, 0};
	int32_t		level;
	double		parts[2];

	assert_int_equal(seg_logit_prepare(&model, &arena), SEG_OK);
	assert_int_equal(seg_logit_find_level(&category, "a", 1), 0);
	assert_int_equal(seg_logit_find_level(&category, "abc", 2), 1);
	assert_int_equal(seg_logit_find_level(&category, "", 0), 2);
	assert_int_equal(seg_logit_find_level(&category, "zz", 2), 3);
	category.count = 2;
	assert_int_equal(seg_logit_find_level(&category, "zz", 2), SEG_LOGIT_UNSEEN);
	assert_int_equal(seg_logit_find_level(&category, "", 0), SEG_LOGIT_UNSEEN);
	category.count = 4;
	assert_close(seg_logit_slope(&model, 0), .4, 1e-15);
	assert_close(seg_logit_intercept(&model), -.5 - 1.2, 1e-15);
	level = 1;
	assert_close(seg_logit_log_odds(&model, row, z, &level), -.5 + .8 + 1, 1e-15);
	seg_logit_parts(&model, row, z, &level, parts);
	assert_close(parts[0], .8 + .03, 1e-15);
	assert_close(parts[1], 1 - .7, 1e-15);
	level = SEG_LOGIT_UNSEEN;
	assert_close(seg_logit_log_odds(&model, nothing, z + 1, &level), -.5 - .3 + .7, 1e-15);
	assert_close(seg_logit_null_log_likelihood(&model), 4 * log(.4) + 6 * log(.6), 1e-12);
	free(arena.base);
}

static SegStatus
decode(const uint8_t *bytes, size_t size, SegLogitModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = new_arena(seg_logit_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base;
	return seg_logit_decode(&reader, SEG_LOGIT_VERSION, &arena, model);
}

static void
bytes_round_trip(void **state)
{
	SegLogitModelLevel levels[4];
	SegLogitCategory category;
	SegFeature	feature;
	SegLogitSlope slope;
	SegLogitModel model = sample_model(levels, &category, &feature, &slope);
	uint8_t		bytes[1024];
	uint8_t		again_bytes[1024];
	SegWriter	writer = {bytes, 0};
	SegLogitModel again;
	void	   *memory;

	seg_logit_encode(&writer, &model);
	for (size_t size = 0; size <= writer.size; size++)
	{
		assert_int_equal(decode(bytes, size, &again, &memory), size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (size == writer.size)
		{
			SegWriter	second = {again_bytes, 0};

			seg_logit_encode(&second, &again);
			assert_int_equal(second.size, writer.size);
			assert_memory_equal(bytes, again_bytes, writer.size);
		}
		free(memory);
	}
}

/* Each of these models is refused. */
static void
malformed(void **state)
{
	for (int fault = 0; fault < 7; fault++)
	{
		SegLogitModelLevel levels[4];
		SegLogitCategory category;
		SegFeature	feature;
		SegLogitSlope slope;
		SegLogitModel model = sample_model(levels, &category, &feature, &slope);
		uint8_t		bytes[1024];
		SegWriter	writer = {bytes, 0};
		void	   *memory;

		if (fault == 0)
			levels[1].text = "a";	/* the level before */
		if (fault == 1)
			levels[1].effect = levels[0].effect;	/* two references */
		if (fault == 2)
			levels[3].kind = SEG_LOGIT_MISSING; /* twice */
		if (fault == 3)
			levels[0].share = 1.5;
		if (fault == 4)
			model.positives = 10;
		if (fault == 5)
			model.lambda = 1;	/* without ridge */
		if (fault == 6)
			feature.scale = 1e-320; /* no inverse */
		seg_logit_encode(&writer, &model);
		assert_int_equal(decode(bytes, writer.size, &model, &memory), SEG_MALFORMED_MODEL);
		free(memory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks),
		cmocka_unit_test(order),
		cmocka_unit_test(figures),
		cmocka_unit_test(separated),
		cmocka_unit_test(quasi_separated),
		cmocka_unit_test(two_groups),
		cmocka_unit_test(extreme_values),
		cmocka_unit_test(scoring),
		cmocka_unit_test(bytes_round_trip),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
