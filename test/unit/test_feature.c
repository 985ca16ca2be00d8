/*
 * test_feature.c
 *		Features of models: bytes, and the transform of rows against a direct formula.
 */
#include "unit.h"

#include "base/rng.h"
#include "model/feature.h"

#define MOST_FIELDS 16
#define MOST_FEATURES 9

static const SegFeatureField all_fields[] = {
	SEG_FIELD_NAME, SEG_FIELD_TRANSFORM, SEG_FIELD_SHIFT, SEG_FIELD_SCALE, SEG_FIELD_FILL, SEG_FIELD_MINIMUM,
	SEG_FIELD_MAXIMUM, SEG_FIELD_MEAN, SEG_FIELD_SD, SEG_FIELD_MEDIAN, SEG_FIELD_TRANSFORMED_SD, SEG_FIELD_CENTER,
	SEG_FIELD_SPREAD, SEG_FIELD_MISSING, SEG_FIELD_HISTOGRAM
};

#define FIELD_COUNT (sizeof(all_fields) / sizeof(all_fields[0]))

static double
random_number(SegRng *rng)
{
	return ldexp(seg_rng_uniform(rng) - 0.5, (int) seg_rng_below(rng, 40) - 20);
}

static SegFeature
random_feature(SegRng *rng)
{
	static const char *const names[] = {"", "a", "größe", "a name longer than the sixteen bytes of a unit"};
	SegFeature	feature = {
		.name = names[seg_rng_below(rng, 4)],
		.transform = seg_rng_below(rng, 2) == 0 ? SEG_TRANSFORM_NONE : SEG_TRANSFORM_LOG1P,
		.shift = random_number(rng),
		.scale = seg_rng_below(rng, 5) == 0 ? 0 : fabs(random_number(rng)),
		.fill = fabs(random_number(rng)),
		.missing = seg_rng_below(rng, 1000),
		.minimum = -seg_rng_uniform(rng),
		.maximum = 1 + seg_rng_uniform(rng),
		.mean = random_number(rng),
		.sd = fabs(random_number(rng)),
		.median = random_number(rng),
		.transformed_sd = fabs(random_number(rng)),
		.center = random_number(rng),
		.spread = fabs(random_number(rng)),
	};
	SegHistogram *histogram = &feature.histogram;

	histogram->bins = (uint32_t) seg_rng_below(rng, SEG_HISTOGRAM_MOST + 1);
	histogram->high = histogram->bins;
	for (uint32_t b = 0; b < histogram->bins; b++)
		histogram->counts[b] = seg_rng_below(rng, 100);
	for (uint32_t b = 0; b + 1 < histogram->bins; b++)
		histogram->bounds[b] = b + seg_rng_uniform(rng);
	if (histogram->bins == 0)
		histogram->high = 0;
	return feature;
}

/* A random subset of the fields in random order. */
static void
random_fields(SegRng *rng, SegFeatureField fields[MOST_FIELDS])
{
	size_t		count = seg_rng_below(rng, FIELD_COUNT + 1);

	memcpy(fields, all_fields, sizeof(all_fields));
	for (size_t i = 0; i < count; i++)
	{
		size_t		other = i + seg_rng_below(rng, FIELD_COUNT - i);
		SegFeatureField swap = fields[i];

		fields[i] = fields[other];
		fields[other] = swap;
	}
	fields[count] = SEG_FIELD_END;
}

static bool
is_among(const SegFeatureField *fields, SegFeatureField field)
{
	while (*fields != SEG_FIELD_END && *fields != field)
		fields++;
	return *fields == field;
}

/* Any fields in any order are written, read, and written again to the same bytes. */
static void
what_is_written_is_read(void **state)
{
	SegRng		rng = seg_rng(1, 2);

	for (int round = 0; round < 2000; round++)
	{
		_Alignas(16) char room[128];
		uint8_t		bytes[1024];
		uint8_t		again[1024];
		SegFeatureField fields[MOST_FIELDS];
		SegFeature	feature = random_feature(&rng);
		SegFeature	read;
		SegArena	arena = seg_arena(room, sizeof(room));
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	second = {again, 0};
		SegReader	reader;

		random_fields(&rng, fields);
		seg_feature_write(&counter, fields, &feature);
		seg_feature_write(&writer, fields, &feature);
		assert_int_equal(counter.size, writer.size);
		assert_true(writer.size >= seg_feature_least_bytes(fields));
		reader = seg_reader(bytes, writer.size);
		seg_feature_read(&reader, fields, &arena, &read);
		assert_true(seg_reader_done(&reader));
		seg_feature_write(&second, fields, &read);
		assert_int_equal(second.size, writer.size);
		assert_memory_equal(again, bytes, writer.size);
		if (is_among(fields, SEG_FIELD_NAME))
			assert_string_equal(read.name, feature.name);
		else
			assert_string_equal(read.name, "");
		if (is_among(fields, SEG_FIELD_SD))
			assert_same_double(read.sd, feature.sd);
		else
			assert_true(isnan(read.sd));
		for (size_t cut = 0; cut < writer.size; cut++)
		{
			arena = seg_arena(room, sizeof(room));
			reader = seg_reader(bytes, cut);
			seg_feature_read(&reader, fields, &arena, &read);
			assert_false(seg_reader_done(&reader));
		}
	}
}

/* The smallest size is that of a feature with an empty name and an empty histogram. */
static void
least_bytes_are_those_of_an_empty_feature(void **state)
{
	SegFeature	empty = {.name = ""};
	SegFeatureField fields[MOST_FIELDS] = {0};
	SegWriter	counter = {NULL, 0};

	memcpy(fields, all_fields, sizeof(all_fields));
	seg_feature_write(&counter, fields, &empty);
	assert_int_equal(seg_feature_least_bytes(fields), counter.size);
}

static bool
is_read(SegFeature feature)
{
	SegFeatureField fields[MOST_FIELDS] = {0};
	uint8_t		bytes[1024];
	_Alignas(16) char room[128];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena = seg_arena(room, sizeof(room));
	SegFeature	read;

	feature.name = "x";
	memcpy(fields, all_fields, sizeof(all_fields));
	seg_feature_write(&writer, fields, &feature);
	reader = seg_reader(bytes, writer.size);
	seg_feature_read(&reader, fields, &arena, &read);
	return seg_reader_done(&reader);
}

static void
unsound_features_are_refused(void **state)
{
	assert_true(is_read((SegFeature) {.scale = 1, .minimum = -1, .maximum = -1, .fill = -5}));
	assert_false(is_read((SegFeature) {.scale = -1}));
	assert_false(is_read((SegFeature) {.sd = -1}));
	assert_false(is_read((SegFeature) {.transformed_sd = -1}));
	assert_false(is_read((SegFeature) {.spread = -1}));
	assert_false(is_read((SegFeature) {.minimum = 1, .maximum = 0}));
	assert_false(is_read((SegFeature) {.transform = SEG_TRANSFORM_LOG1P, .fill = -1}));
	assert_true(is_read((SegFeature) {.transform = SEG_TRANSFORM_LOG1P, .fill = -0.5}));
	assert_false(is_read((SegFeature) {.transform = SEG_TRANSFORM_LOG1P + 1}));
}

/* ---- rows ---- */

/* The formula of the documentation in one line; NaN if the value is not defined. */
static double
formula(const SegFeature *feature, double x)
{
	double		filled = isnan(x) ? feature->fill : x;
	double		transformed = feature->transform == SEG_TRANSFORM_LOG1P ? log1p(filled) : filled;

	if (isnan(feature->scale))
		return transformed;
	return feature->scale == 0 ? 0 : (transformed - feature->shift) / feature->scale;
}

static SegStatus
expected_status(const SegFeature *features, SegNullPolicy policy, const double *row, size_t d, size_t *position)
{
	for (size_t j = 0; j < d; j++)
		if (isnan(row[j]) && (policy == SEG_NULL_ERROR || policy == SEG_NULL_SKIP))
		{
			*position = j + 1;
			return SEG_NULL_FEATURE;
		}
	for (size_t j = 0; j < d; j++)
		if (features[j].transform == SEG_TRANSFORM_LOG1P && row[j] <= -1)
		{
			*position = j + 1;
			return SEG_LOG_DOMAIN;
		}
	return SEG_OK;
}

static void
check_row(const SegRowTransform *transform, double *row)
{
	const SegFeature *features = transform->features;
	double		z[MOST_FEATURES];
	double		plain[MOST_FEATURES];
	size_t		position = 0;
	size_t		expected = 0;
	bool		is_plain = true;
	SegStatus	status = expected_status(features, transform->null_policy, row, transform->d, &expected);

	assert_int_equal(seg_row_transform(transform, row, z, &position), status);
	if (status != SEG_OK)
	{
		assert_int_equal(position, expected);
		return;
	}
	for (size_t j = 0; j < transform->d; j++)
	{
		double		want = formula(&features[j], row[j]);

		assert_close(z[j], want, 1e-14 * (1 + fabs(want)));
		is_plain &= !isnan(row[j]) && features[j].transform == SEG_TRANSFORM_NONE;
	}
	assert_int_equal(seg_row_transform_plain(transform, (const char *) row, plain), is_plain);
	if (is_plain)
		assert_memory_equal(plain, z, transform->d * sizeof(double));
	/* in place */
	assert_int_equal(seg_row_transform(transform, row, row, &position), SEG_OK);
	assert_memory_equal(row, z, transform->d * sizeof(double));
}

static double
random_value(SegRng *rng)
{
	switch (seg_rng_below(rng, 12))
	{
		case 0:
			return NAN;
		case 1:
			return -1;
		case 2:
			return -1 - seg_rng_uniform(rng);
		case 3:
			return 0;
	}
	return 100 * seg_rng_uniform(rng);
}

/* All policies, with and without logarithms, scales, scales of 0, and nulls. */
static void
rows_follow_the_formula(void **state)
{
	SegRng		rng = seg_rng(3, 4);

	for (int round = 0; round < 5000; round++)
	{
		_Alignas(16) char room[512];
		SegArena	arena = seg_arena(room, sizeof(room));
		SegFeature	features[MOST_FEATURES];
		SegRowTransform transform;
		uint32_t	d = 1 + (uint32_t) seg_rng_below(&rng, MOST_FEATURES);
		bool		logs = seg_rng_below(&rng, 2) == 0;
		bool		is_scaled = seg_rng_below(&rng, 3) > 0;
		SegNullPolicy policy = (SegNullPolicy) (round % (SEG_NULL_ZERO + 1));

		for (uint32_t j = 0; j < d; j++)
		{
			features[j] = seg_feature_unknown();
			features[j].transform = logs && seg_rng_below(&rng, 2) == 0 ? SEG_TRANSFORM_LOG1P : SEG_TRANSFORM_NONE;
			features[j].fill = policy == SEG_NULL_ZERO ? 0 : 10 * seg_rng_uniform(&rng);
			if (is_scaled)
			{
				features[j].shift = 10 * seg_rng_uniform(&rng);
				features[j].scale = seg_rng_below(&rng, 4) == 0 ? 0 : 1 + seg_rng_uniform(&rng);
			}
		}
		assert_true(seg_row_transform_size(d) <= sizeof(room));
		arena.size = seg_row_transform_size(d);
		assert_int_equal(seg_row_transform_make(features, d, policy, &arena, &transform), SEG_OK);
		for (int i = 0; i < 10; i++)
		{
			double		row[MOST_FEATURES];

			for (uint32_t j = 0; j < d; j++)
				row[j] = random_value(&rng);
			check_row(&transform, row);
		}
	}
}

/* Nulls are checked before log1p: a skipped row is not an error. */
static void
a_skipped_row_is_not_judged(void **state)
{
	SegFeature	features[2] = {{.transform = SEG_TRANSFORM_LOG1P, .scale = 1}, {.scale = 1}};
	_Alignas(16) char room[128];
	SegArena	arena = seg_arena(room, sizeof(room));
	SegRowTransform transform;
	double		row[2] = {-2, NAN};
	size_t		position;

	assert_int_equal(seg_row_transform_make(features, 2, SEG_NULL_SKIP, &arena, &transform), SEG_OK);
	assert_int_equal(seg_row_transform(&transform, row, row, &position), SEG_NULL_FEATURE);
	assert_int_equal(position, 2);
	row[1] = 0;
	assert_int_equal(seg_row_transform(&transform, row, row, &position), SEG_LOG_DOMAIN);
	assert_int_equal(position, 1);
}

static void
a_transform_needs_inverses_and_room(void **state)
{
	SegFeature	feature = {.scale = 1e-310};
	_Alignas(16) char room[128];
	SegArena	arena = seg_arena(room, sizeof(room));
	SegRowTransform transform;

	assert_int_equal(seg_row_transform_make(&feature, 1, SEG_NULL_ERROR, &arena, &transform), SEG_MALFORMED_MODEL);
	feature.scale = 1;
	arena = seg_arena(room, 2 * SEG_ARENA_ALIGN);	/* two of three arrays */
	assert_int_equal(seg_row_transform_make(&feature, 1, SEG_NULL_ERROR, &arena, &transform), SEG_MALFORMED_MODEL);
}

/* To the fitted space and back; a mean becomes the same decimal again. */
static void
values_round_trip(void **state)
{
	SegRng		rng = seg_rng(5, 6);

	for (int round = 0; round < 1000; round++)
	{
		SegFeature	feature = {
			.transform = round % 2 == 0 ? SEG_TRANSFORM_NONE : SEG_TRANSFORM_LOG1P,
			.shift = 3 * seg_rng_uniform(&rng), .scale = 0.5 + seg_rng_uniform(&rng),
		};
		double		x = (double) seg_rng_below(&rng, 100000) / 100;
		double		z = seg_feature_to_fitted(&feature, x);

		assert_close(seg_feature_to_input(&feature, z), x, 1e-12 * (1 + x));
		assert_same_double(seg_feature_mean_to_input(&feature, z), x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(least_bytes_are_those_of_an_empty_feature),
		cmocka_unit_test(unsound_features_are_refused),
		cmocka_unit_test(rows_follow_the_formula),
		cmocka_unit_test(a_skipped_row_is_not_judged),
		cmocka_unit_test(a_transform_needs_inverses_and_room),
		cmocka_unit_test(values_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
