/*
 * test_ab.c
 *		ab: comparisons in figures, exact states, bytes, sample ratio mismatch, adjusted p-values.
 */
#include "unit.h"

#include "ab/ab_model.h"
#include "ab/ab_state.h"
#include "ab/srm.h"
#include "base/rng.h"
#include "stats/p_adjust.h"
#include "stats/wilson.h"

#define ROOM 8

static SegAbState *
new_state(size_t d)
{
	SegAbState *state = calloc(1, seg_ab_state_size(d, ROOM));

	state->fit.state.magic = SEG_AB_STATE_MAGIC;
	state->fit.d = d;
	state->room = ROOM;
	return state;
}

static void
add(SegAbState *state, const char *name, double y, double x)
{
	bool		found;
	size_t		place = seg_ab_find(state, name, strlen(name), &found);

	if (!found)
		(void) seg_ab_insert(state, place, name, strlen(name));
	seg_ab_add(seg_ab_arm(state, place), state->fit.d, (double[]) {y, x});
}

static SegAbMoments
moments(const SegAbState *state, size_t a)
{
	SegAbMoments found;

	assert_true(seg_ab_moments(state, a, &found));
	return found;
}

static SegAbMoments
share(uint64_t ones, uint64_t n)
{
	SegAbMoments arm = {.n = n, .ones = ones};

	seg_ab_fill_binary(&arm);
	return arm;
}

/*
 * Cookie Cats, retention after 7 days: 8279 of 45489 at gate 40 against 8502 of 44700 at gate 30.  Computed in R 4.2.2
 * by the formulas of ab.h; prop.test(c(8279, 8502), c(45489, 44700), correct = FALSE) gives z^2 and p.
 */
static void
shares(void **state)
{
	SegAbMoments control = share(8502, 44700);
	SegAbMoments arm = share(8279, 45489);
	SegAbPlan	plan = {true, 0.95, 5000, NAN};
	SegAbComparison with = seg_ab_compare(&arm, &control, &plan);
	SegAbBounds bounds = seg_ab_mean_bounds(&arm, &plan);

	assert_close(bounds.lower, .1784812010, 1e-10);
	assert_close(bounds.upper, .1855725914, 1e-10);
	assert_close(with.difference_bounds.lower, -.0132819409, 1e-10);
	assert_close(with.difference_bounds.upper, -.0031213027, 1e-10);
	assert_close(with.z, -3.164358912748, 1e-11);
	assert_close(with.p, .001554249976, 1e-12);
	assert_true(isnan(with.df));
	assert_close(with.lift, -.0431190349, 1e-10);
	assert_close(with.lift_bounds.lower, -.0688911504, 1e-10);
	assert_close(with.lift_bounds.upper, -.0166335743, 1e-10);
	assert_close((with.always_bounds.upper - with.always_bounds.lower) / 2, .0086119263, 1e-10);
	assert_close(with.always_p, .0832842654, 1e-10);
	assert_true(isnan(with.adjusted) && isnan(with.adjusted_p) && isnan(with.variance_ratio));
	plan.tuning_n = 90189;
	with = seg_ab_compare(&arm, &control, &plan);
	assert_close((with.always_bounds.upper - with.always_bounds.lower) / 2, .0078673042, 1e-10);
	assert_close(with.always_p, .0350688915, 1e-10);
	plan.level = 0.9;
	with = seg_ab_compare(&arm, &control, &plan);
	assert_close(with.difference_bounds.lower, -.0124650482, 1e-10);
	assert_close(with.difference_bounds.upper, -.0039380041, 1e-10);
}

static const double outcomes[2][5] = {{12, 15, 9, 20, 14}, {16, 18, 11, 25, 19}};
static const double covariates[2][5] = {{10, 14, 8, 18, 15}, {11, 15, 9, 20, 14}};

/* R 4.2.2: t.test(z, y), theta <- cov(c(y, z), c(x, w)) / var(c(x, w)), t.test(z - theta * w, y - theta * x). */
static void
numbers_with_covariate(void **state)
{
	SegAbState *rows = new_state(2);
	SegAbMoments arms[2];
	SegAbPlan	plan = {false, 0.95, 5000, NAN};
	SegAbComparison with;
	SegAbBounds bounds;

	for (int i = 0; i < 5; i++)
	{
		add(rows, "treated", outcomes[1][i], covariates[1][i]);
		add(rows, "control", outcomes[0][i], covariates[0][i]);
	}
	arms[0] = moments(rows, 0);
	arms[1] = moments(rows, 1);
	plan.theta = seg_ab_theta(arms, 2);
	assert_close(plan.theta, 1.1173020528, 1e-10);
	with = seg_ab_compare(&arms[1], &arms[0], &plan);
	assert_close(with.difference, 3.8, 1e-14);
	assert_close(with.z, 1.3080139425608772, 1e-13);
	assert_close(with.df, 7.6370263953513327, 1e-13);
	assert_close(with.p, 0.2288633450409801, 1e-12);
	assert_close(with.difference_bounds.lower, -2.9551587324130799, 1e-11);
	assert_close(with.difference_bounds.upper, 10.5551587324130818, 1e-11);
	assert_close(with.adjusted, 2.9061583578, 1e-10);
	assert_close(with.adjusted_p, 0.0077593258783036139, 1e-12);
	assert_close(with.adjusted_bounds.lower, 1.0084001202712862, 1e-11);
	assert_close(with.adjusted_bounds.upper, 4.8039165952712360, 1e-11);
	assert_close(with.variance_ratio, .0800282948, 1e-10);
	bounds = seg_ab_mean_bounds(&arms[0], &plan);
	assert_close(bounds.lower, 8.9563369964693926, 1e-11);
	assert_close(bounds.upper, 19.0436630035306074, 1e-11);
	free(rows);
}

/* Newcombe's table of 1998 as R gives it, and small shares by Wilson's method. */
static void
small_counts(void **state)
{
	const struct
	{
		uint64_t	a,
					m,
					b,
					n;
		double		lower,
					upper;
	}			cases[] = {
		{56, 70, 48, 80, .05243147, .33387265},
		{9, 10, 3, 10, .17052272, .80901797},
		{5, 56, 0, 29, -.03813715, .19256001},
		{10, 10, 0, 10, .60750935, 1},
	};
	double		lower;
	double		upper;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		seg_newcombe(cases[i].a, cases[i].m, cases[i].b, cases[i].n, 0.95, &lower, &upper);
		assert_close(lower, cases[i].lower, 5.1e-9);
		assert_close(upper, cases[i].upper, 5.1e-9);
	}
	seg_newcombe(1, 2, 0, 0, 0.95, &lower, &upper);
	assert_true(isnan(lower) && isnan(upper));
	seg_wilson(81, 263, 0.95, &lower, &upper);
	assert_close(lower, .2552885199, 1e-10);
	assert_close(upper, .3662095770, 1e-10);
	seg_wilson(15, 148, 0.95, &lower, &upper);
	assert_close(lower, .0623863995, 1e-10);
	assert_close(upper, .1604872417, 1e-10);
	seg_wilson(1, 10, 0.95, &lower, &upper);
	assert_close(lower, .0178762131, 1e-10);
	assert_close(upper, .4041500268, 1e-10);
}

/* What cannot be computed is NaN, never infinite or a number without meaning. */
static void
without_figures(void **state)
{
	SegAbMoments one = {.n = 1, .mean = 4};
	SegAbMoments constant = {.n = 9, .mean = 3};
	SegAbMoments none = share(0, 7);
	SegAbMoments all = share(5, 5);
	SegAbPlan	plan = {false, 0.95, 5000, NAN};
	SegAbComparison with = seg_ab_compare(&one, &constant, &plan);

	assert_close(with.difference, 1, 0);
	assert_true(isnan(with.p) && isnan(with.z) && isnan(with.always_p) && isnan(with.difference_bounds.lower));
	assert_true(isnan(seg_ab_sd(&one)) && seg_ab_sd(&constant) == 0);
	assert_true(isnan(seg_ab_theta(&one, 1)));
	with = seg_ab_compare(&constant, &constant, &plan);
	assert_true(isnan(with.p) && isnan(with.z) && isnan(with.lift_bounds.lower));
	plan.binary = true;
	with = seg_ab_compare(&all, &none, &plan);
	assert_true(with.p < 0.001 && with.difference_bounds.lower > 0 && !isfinite(with.lift) && isnan(with.lift_bounds.upper));
	with = seg_ab_compare(&none, &none, &plan);
	assert_true(isnan(with.p) && with.difference_bounds.lower < 0 && with.difference_bounds.upper > 0);
}

/* Values that cancel, of all sizes: any order and split gives the same state, and what remains is right. */
static void
exact_in_any_order(void **state)
{
	SegRng		rng = seg_rng(7, 0);
	SegAbState *forward = new_state(2);
	SegAbState *backward = new_state(2);
	SegAbState *part = new_state(2);
	static double rows[3000][2];
	static const char *const names[] = {"b", "a", "ab"};
	SegAbMoments found;

	for (int i = 0; i < 3000; i++)
		for (int j = 0; j < 2; j++)
			rows[i][j] = ldexp(seg_rng_uniform(&rng) - 0.5, (int) seg_rng_below(&rng, 900) - 450);
	for (int i = 0; i < 3000; i++)
		add(forward, names[i % 3], rows[i][0], rows[i][1]);
	for (int i = 3000; i-- > 0;)
		add(i % 2 == 0 ? backward : part, names[i % 3], rows[i][0], rows[i][1]);
	assert_int_equal(seg_ab_new_arms(backward, part), 0);
	seg_ab_merge(backward, part);
	assert_memory_equal(forward, backward, seg_ab_state_size(2, ROOM));
	assert_true(seg_ab_state_is_sound(forward, seg_ab_state_size(2, ROOM)));
	memset(forward, 0, seg_ab_state_size(2, ROOM));
	*forward = *part;
	forward->count = 0;

	/* the mean is a thousand million standard deviations from 0: sums of doubles would leave no digit */
	for (int i = 0; i < 1000; i++)
		add(forward, "far", 1e9 + i % 2, 1e9 - i % 2);
	found = moments(forward, 0);
	assert_close(found.mean, 1e9 + 0.5, 0);
	assert_close(found.ss, 250, 1e-9);
	assert_close(found.cross, -250, 1e-9);
	/* a constant has no variance at all */
	add(forward, "same", 0.1, 1);
	add(forward, "same", 0.1, 2);
	add(forward, "same", 0.1, 4);
	found = moments(forward, 1);
	assert_close(found.mean, 0.1, 0);
	assert_close(found.ss, 0, 0);
	assert_close(found.cross, 0, 0);
	/* the largest values */
	add(forward, "wide", SEG_AB_MOST_VALUE, -SEG_AB_MOST_VALUE);
	add(forward, "wide", -SEG_AB_MOST_VALUE, 0x1p-1074);
	found = moments(forward, 2);
	assert_true(isfinite(found.ss) && found.mean == 0);
	free(forward);
	free(backward);
	free(part);
}

static void
states_are_checked(void **state)
{
	SegAbState *good = new_state(1);
	size_t		size = seg_ab_state_size(1, ROOM);
	SegAbState *bad = malloc(size);

	add(good, "b", 1, 0);
	add(good, "a", 2, 0);
	assert_true(seg_ab_state_is_sound(good, size));
	assert_false(seg_ab_state_is_sound(good, size - 8));
#define BREAK(change) \
	do { \
		memcpy(bad, good, size); \
		change; \
		assert_false(seg_ab_state_is_sound(bad, size)); \
	} while (0)
	BREAK(bad->count = 9);
	BREAK(bad->fit.d = 2);
	BREAK(bad->null_policy = SEG_NULL_MEAN);
	BREAK(bad->outcome = 3);
	BREAK(seg_ab_arm(bad, 0)->n = 0);
	BREAK(seg_ab_arm(bad, 0)->ones = 2);
	BREAK(seg_ab_arm(bad, 0)->others = 2);
	BREAK(seg_ab_arm(bad, 0)->length = SEG_AB_LONGEST_ARM + 1);
	BREAK(seg_ab_arm(bad, 0)->name[5] = 'x');
	BREAK(seg_ab_arm(bad, 0)->name[0] = 'c');
	BREAK(seg_ab_arm(bad, 0)->most[0] = NAN);
	BREAK(seg_ab_arm(bad, 0)->least[0] = -1e300);
	free(bad);
	free(good);
}

/* R 4.2.2: chisq.test(counts, p = weights / sum(weights)); the Bayes factor by lgamma. */
static void
sample_ratio(void **state)
{
	const double equal[] = {1, 1, 1};
	SegSrm		srm = seg_srm((double[]) {44700, 45489}, equal, 2, 10000);

	assert_close(srm.chi2, 6.902404950, 1e-9);
	assert_close(srm.p, .0086079878, 1e-10);
	assert_close(srm.log_bayes_factor, 1.954537238, 1e-9);
	assert_close(srm.anytime_p, .1416300026, 1e-10);
	srm = seg_srm((double[]) {44700, 45489}, equal, 2, 1000);
	assert_close(srm.log_bayes_factor, 1.156721405, 1e-9);
	assert_close(srm.anytime_p, .3145156618, 1e-10);
	srm = seg_srm((double[]) {200, 201, 150}, equal, 3, 10000);
	assert_close(srm.p, .009757060860, 1e-12);
	srm = seg_srm((double[]) {9400, 600}, (double[]) {95, 5}, 2, 10000);
	assert_close(srm.p, 4.468387345e-06, 1e-15);
	srm = seg_srm((double[]) {0, 0}, equal, 2, 10000);
	assert_true(isnan(srm.p) && isnan(srm.anytime_p));
	/* a thousand million rows as planned; by the leading terms of the gamma functions */
	srm = seg_srm((double[]) {5e8, 5e8}, equal, 2, 100);
	assert_close(srm.log_bayes_factor, lgamma(100) - 2 * lgamma(50) + log(2 * M_PI) / 2 - 99 * log(2) - log(1e9) / 2, 1e-5);
}

/* R 4.2.2: p.adjust(p, "holm"), p.adjust(p, "BH") */
static void
adjusted(void **state)
{
	const double p[] = {.2, .001, .001, 1, .04};
	const double holm[] = {.4, .005, .005, 1, .12};
	const double bh[] = {.25, .0025, .0025, 1, .2 / 3};
	const double ties[] = {.01, .02, .03, .04, .05};
	const double ties_holm[] = {.05, .08, .09, .09, .09};
	uint32_t	order[5];
	double		q[5];

	seg_p_adjust_holm(p, 5, order, q);
	for (int i = 0; i < 5; i++)
		assert_close(q[i], holm[i], 1e-15);
	seg_p_adjust(p, 5, order, q);
	for (int i = 0; i < 5; i++)
		assert_close(q[i], bh[i], 1e-15);
	seg_p_adjust_holm(ties, 5, order, q);
	for (int i = 0; i < 5; i++)
		assert_close(q[i], ties_holm[i], 1e-15);
	seg_p_adjust_holm(ties, 0, order, q);
}

static void
bytes_round_trip(void **state)
{
	const char *names[] = {"a", "b"};
	SegAbMoments numbers[] = {{.n = 3, .mean = 1.5, .ss = 2, .covariate_mean = -1, .covariate_ss = 4, .cross = -0.5}, {.n = 1, .mean = 2}};
	SegAbMoments counts[] = {share(1, 3), share(0, 2)};
	SegAbModel	models[] = {{SEG_NULL_SKIP, false, true, 7, 2, names, numbers}, {SEG_NULL_ERROR, true, false, 0, 2, names, counts}};

	for (int m = 0; m < 2; m++)
	{
		uint8_t		bytes[256];
		_Alignas(16) char room[4096];
		SegWriter	writer = {bytes, 0};

		seg_ab_encode(&writer, &models[m]);
		assert_true(seg_ab_decoded_size(writer.size) <= sizeof(room));
		for (size_t size = 0; size <= writer.size; size++)
		{
			SegReader	reader = seg_reader(bytes, size);
			SegArena	arena = seg_arena(room, seg_ab_decoded_size(size));
			SegAbModel	again = {0};
			SegStatus	status = seg_ab_decode(&reader, SEG_AB_VERSION, &arena, &again);

			assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
			if (status == SEG_OK)
			{
				assert_string_equal(again.names[1], "b");
				assert_memory_equal(again.arms, models[m].arms, 2 * sizeof(SegAbMoments));
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares),
		cmocka_unit_test(numbers_with_covariate),
		cmocka_unit_test(small_counts),
		cmocka_unit_test(without_figures),
		cmocka_unit_test(exact_in_any_order),
		cmocka_unit_test(states_are_checked),
		cmocka_unit_test(sample_ratio),
		cmocka_unit_test(adjusted),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
