/*
 * test_kmeans_profile_model.c
 *		Profiles of clusters computed by hand: in the fitted space, and by medians if the mean is misleading.
 */
#include "unit.h"

#include "kmeans_fixture.h"
#include "kmeans/kmeans_profile_model.h"

/* One cluster of one feature; members that are not given are 1. */
static SegTrait
trait_of(const SegFeature *feature, double center, double mean, double median, double *z)
{
	SegKmeansCluster cluster = {1, "", 1, 1, 0};
	double		quartiles[3] = {median, median, median};
	SegKmeansModel model = {.k = 1, .d = 1, .clusters = &cluster, .centers = &center, .means = &mean, .quartiles = quartiles};
	SegFeature	one = *feature;

	one.name = "x";
	model.features = &one;
	*z = seg_kmeans_z(&model, 0, 0);
	return seg_kmeans_trait(&model, 0, 0, *z);
}

static const SegFeature plain = {.scale = 10, .shift = 100, .mean = 100, .sd = 10, .spread = 1, .median = 100};

static void
agreeing_means_are_compared(void **state)
{
	double		z;
	SegTrait	trait = trait_of(&plain, 2, 120, 118, &z);

	assert_same_double(z, 2);
	assert_true(trait.high);
	assert_false(trait.of_medians);
	assert_close(trait.ratio, 1.2, 1e-15);
	trait = trait_of(&plain, -2, 80, 82, &z);
	assert_same_double(z, -2);
	assert_false(trait.high);
	assert_close(trait.ratio, 0.8, 1e-15);
}

/* Mean above, median below: z and ratio use the median. */
static void
a_few_rows_do_not_make_a_cluster_high(void **state)
{
	double		z;
	SegTrait	trait = trait_of(&plain, 2, 120, 95, &z);

	assert_close(z, -0.5, 1e-14);
	assert_false(trait.high);
	assert_true(trait.of_medians);
	assert_close(trait.ratio, 0.95, 1e-15);
	/* a mean close to that of all rows is not misleading */
	(void) trait_of(&plain, 0.1, 101, 95, &z);
	assert_same_double(z, 0.1);
	/* both above, but the mean more than twice the median */
	trait = trait_of(&plain, 30, 400, 150, &z);
	assert_same_double(z, 30);
	assert_true(trait.of_medians);
	assert_close(trait.ratio, 1.5, 1e-15);
}

/* The mean of the logarithms is below, although one very large row makes the arithmetic mean high. */
static void
logarithms_are_judged_as_logarithms(void **state)
{
	const SegFeature logs = {
		.transform = SEG_TRANSFORM_LOG1P, .shift = 5, .scale = 2, .center = 0, .spread = 1,
		.mean = 1000, .sd = 5000, .median = 150
	};
	double		z;
	SegTrait	trait = trait_of(&logs, -1, 140, 19, &z);

	assert_same_double(z, -1);
	assert_false(trait.high);
	assert_true(trait.of_medians);
	assert_close(trait.ratio, 19.0 / 150, 1e-15);
	/* above in logarithms, below in the mean: the ratio is that of the medians */
	trait = trait_of(&logs, 0.5, 420, 400, &z);
	assert_true(trait.high);
	assert_true(trait.of_medians);
	assert_close(trait.ratio, 400.0 / 150, 1e-15);
}

/* Scale 0: the means in input units are compared; a constant is average. */
static void
without_spread_means_are_compared(void **state)
{
	const SegFeature no_scale = {.mean = 10, .sd = 4, .median = 8};
	const SegFeature constant = {.mean = 10, .median = 10};
	double		z;

	(void) trait_of(&no_scale, 0, 12, 12, &z);
	assert_same_double(z, 0.5);
	(void) trait_of(&constant, 0, 10, 10, &z);
	assert_same_double(z, 0);
}

/* The strongest three of many, strongest first, ties by position. */
static void
the_strongest_come_first(void **state)
{
	for (uint64_t seed = 0; seed < 50; seed++)
	{
		SegKmeansModel model = fixture_model(2, 40, seed);
		SegTrait	traits[SEG_DESCRIBE_TRAITS];
		size_t		count = seg_kmeans_strongest(&model, 1, traits);
		double		last = INFINITY;
		size_t		last_position = 0;

		assert_int_equal(count, SEG_DESCRIBE_TRAITS);
		for (size_t t = 0; t < count; t++)
		{
			double		strength = fabs(seg_kmeans_z(&model, 1, (uint32_t) traits[t].position - 1));
			size_t		before = 0;

			for (uint32_t j = 0; j < model.d; j++)
			{
				double		other = fabs(seg_kmeans_z(&model, 1, j));

				before += other > strength || (other == strength && j + 1 < traits[t].position);
			}
			assert_int_equal(before, t);
			assert_true(strength < last || (strength == last && traits[t].position > last_position));
			last = strength;
			last_position = traits[t].position;
		}
		fixture_free(&model);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreeing_means_are_compared),
		cmocka_unit_test(a_few_rows_do_not_make_a_cluster_high),
		cmocka_unit_test(logarithms_are_judged_as_logarithms),
		cmocka_unit_test(without_spread_means_are_compared),
		cmocka_unit_test(the_strongest_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
