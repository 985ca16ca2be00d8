/*
 * test_rhythm.c
 *		rhythm: the fit in figures, special cases, any order, states, bytes.
 */
#include "unit.h"

#include "rhythm/rhythm.h"
#include "rhythm/rhythm_model.h"
#include "rhythm/rhythm_state.h"

#define MOST 4096

typedef struct Fitted
{
	SegRhythm	fit;
	double		points[SEG_RHYTHM_POINTS];
} Fitted;

static double cells[2 * MOST];
static double logs[MOST];

/* Enter customers of n[c] gaps each; returns the cells used. */
static size_t
enter(const double *gaps, const size_t *n, size_t customers)
{
	size_t		used = 0;

	for (size_t c = 0; c < customers; c++)
	{
		seg_rhythm_enter(cells + used, gaps, n[c]);
		used += n[c] + 1;
		gaps += n[c];
	}
	return used;
}

static SegStatus
fit(Fitted *fitted, const double *gaps, const size_t *n, size_t customers)
{
	fitted->fit.points = fitted->points;
	return seg_rhythm_fit(cells, enter(gaps, n, customers), logs, &fitted->fit);
}

/* Four customers; the figures are of Python (math.fsum), by the formulas of rhythm.h written out. */
static void
figures(void **state)
{
	const double gaps[] = {3, 9, 4, 30, 7, 12, 10, 15, 50};
	const size_t n[] = {3, 1, 4, 1};
	Fitted		f;
	SegRhythmOutlook outlook;

	assert_int_equal(fit(&f, gaps, n, 4), SEG_OK);
	assert_int_equal(f.fit.customers, 4);
	assert_int_equal(f.fit.gaps, 9);
	assert_close(f.fit.sigma2, 0.19212257595442042, 1e-14);
	assert_close(f.fit.tau2, 0.804798037459182, 1e-14);
	assert_close(f.fit.mu, 2.7484107122565193, 1e-14);
	assert_int_equal(f.fit.count, 9);
	assert_close(seg_rhythm_quantile(&f.fit, 0.5), 0.2680190851936394, 1e-13);
	assert_close(seg_rhythm_quantile(&f.fit, 0.95), 1.370016257436647, 1e-13);
	outlook = seg_rhythm_outlook(&f.fit, seg_rhythm_mean((double[]) {3, 4, 9}, 3), 3);
	assert_close(seg_rhythm_gap(&f.fit, outlook, 0.95), 10.331902120491112, 1e-13);
	assert_close(seg_rhythm_level(&f.fit, outlook, seg_rhythm_gap(&f.fit, outlook, 0.95)), 0.95, 1e-12);
	assert_close(seg_rhythm_level(&f.fit, outlook, seg_rhythm_gap(&f.fit, outlook, 0.123)), 0.123, 1e-12);
	assert_close(seg_rhythm_level(&f.fit, outlook, 0), 0, 0);
	assert_close(seg_rhythm_level(&f.fit, outlook, 1e308), 1, 0);
}

static void
any_order(void **state)
{
	const double gaps[] = {3, 9, 4, 30, 7, 12, 10, 15, 50};
	const double other[] = {50, 15, 7, 10, 12, 30, 9, 4, 3};
	Fitted		a;
	Fitted		b;

	assert_int_equal(fit(&a, gaps, (size_t[]) {3, 1, 4, 1}, 4), SEG_OK);
	assert_int_equal(fit(&b, other, (size_t[]) {1, 4, 1, 3}, 4), SEG_OK);
	assert_memory_equal(a.points, b.points, a.fit.count * sizeof(double));
	assert_true(a.fit.mu == b.fit.mu && a.fit.tau2 == b.fit.tau2 && a.fit.sigma2 == b.fit.sigma2);
}

/* A customer whose n gaps are all so many days: these are the limit, and only a longer silence is beyond it. */
static void
regular_gap(const SegRhythm *fit, double days, size_t n)
{
	double		gaps[8];
	SegRhythmOutlook outlook;

	for (size_t i = 0; i < n; i++)
		gaps[i] = days;
	outlook = seg_rhythm_outlook(fit, seg_rhythm_mean(gaps, n), n);
	assert_false(seg_rhythm_is_beyond(fit, outlook, 0.95, days));
	assert_true(seg_rhythm_is_beyond(fit, outlook, 0.95, days * (1 + 1e-9)));
	assert_close(seg_rhythm_level(fit, outlook, days), 0, 0);
	assert_close(seg_rhythm_level(fit, outlook, days * (1 + 1e-9)), 1, 0);
}

/* What the formulas leave open. */
static void
special_cases(void **state)
{
	Fitted		f;
	SegRhythmOutlook outlook;

	assert_int_equal(fit(&f, NULL, NULL, 0), SEG_NO_ROWS);

	/* one gap */
	assert_int_equal(fit(&f, (double[]) {7}, (size_t[]) {1}, 1), SEG_OK);
	assert_true(f.fit.tau2 == 0 && f.fit.sigma2 == 0 && f.fit.count == 1 && f.points[0] == 0);
	outlook = seg_rhythm_outlook(&f.fit, 0, 0);
	assert_close(seg_rhythm_gap(&f.fit, outlook, 0.95), 7, 1e-15);
	assert_close(seg_rhythm_level(&f.fit, outlook, 8), 1, 0);
	assert_close(seg_rhythm_level(&f.fit, outlook, 6), 0, 0);

	/* one customer: the variance within alone */
	assert_int_equal(fit(&f, (double[]) {1, exp(1), exp(2)}, (size_t[]) {3}, 1), SEG_OK);
	assert_true(f.fit.tau2 == 0);
	assert_close(f.fit.sigma2, 1, 1e-15);
	assert_close(f.fit.mu, 1, 1e-15);

	/* no customer with two gaps: the variance of all gaps */
	assert_int_equal(fit(&f, (double[]) {1, exp(1), exp(2)}, (size_t[]) {1, 1, 1}, 3), SEG_OK);
	assert_true(f.fit.tau2 == 0);
	assert_close(f.fit.sigma2, 1, 1e-15);

	/* regular customers: exactly no variance within, whatever the rounding of the mean */
	assert_int_equal(fit(&f, (double[]) {7, 7, 7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 30, 30}, (size_t[]) {3, 6, 2}, 3), SEG_OK);
	assert_true(f.fit.sigma2 == 0 && f.fit.tau2 > 0);
	outlook = seg_rhythm_outlook(&f.fit, log(7), 3);
	assert_true(outlook.sd == 0);
	assert_close(seg_rhythm_gap(&f.fit, outlook, 0.999), 7, 1e-14);
	regular_gap(&f.fit, 7, 3);
	regular_gap(&f.fit, 0.1, 6);
	regular_gap(&f.fit, 30, 2);
	assert_close(seg_rhythm_outlook(&f.fit, 0, 0).sd, sqrt(f.fit.tau2), 0);

	/* all alike */
	assert_int_equal(fit(&f, (double[]) {7, 7, 7, 7}, (size_t[]) {2, 2}, 2), SEG_OK);
	assert_true(f.fit.sigma2 == 0 && f.fit.tau2 == 0 && f.fit.mu == log(7));
	regular_gap(&f.fit, 7, 2);
	for (int days = 1; days <= 1000; days++)
	{
		assert_int_equal(fit(&f, (double[]) {days, days, days, 1e6, 1e6}, (size_t[]) {3, 2}, 2), SEG_OK);
		regular_gap(&f.fit, days, 3);
		assert_true(seg_rhythm_gap(&f.fit, seg_rhythm_outlook(&f.fit, log(days), 3), 0.95) == days);
	}

	/* the whole range of doubles */
	assert_int_equal(fit(&f, (double[]) {5e-324, DBL_MAX, DBL_MAX, 1e-300, 1}, (size_t[]) {2, 3}, 2), SEG_OK);
	assert_true(isfinite(f.fit.mu) && isfinite(f.fit.sigma2) && isfinite(f.fit.tau2) && isfinite(f.points[4]));
	assert_true(isinf(seg_rhythm_gap(&f.fit, (SegRhythmOutlook) {709, 1e3}, 0.99)));
}

/* More gaps than quantiles: those at multiples of 0.001 are the type-7 quantiles of all residuals. */
static void
many_gaps(void **state)
{
	static double gaps[MOST];
	static double residuals[MOST];
	size_t		n[MOST / 4];
	Fitted		f;

	for (size_t i = 0; i < MOST; i++)
		gaps[i] = 1 + (double) ((i * 2654435761u) % 1009);
	for (size_t c = 0; c < MOST / 4; c++)
		n[c] = 4;
	assert_int_equal(fit(&f, gaps, n, MOST / 4), SEG_OK);
	assert_int_equal(f.fit.count, SEG_RHYTHM_POINTS);
	/* seg_rhythm_fit leaves the residuals in its scratch, sorted */
	memcpy(residuals, logs, sizeof(residuals));
	for (int p = 0; p <= 1000; p += 25)
	{
		double		rank = (MOST - 1) * p / 1000.0;
		size_t		low = (size_t) rank;
		double		wanted = residuals[low];

		if (low + 1 < MOST)
			wanted += (rank - (double) low) * (residuals[low + 1] - residuals[low]);
		assert_close(seg_rhythm_quantile(&f.fit, p / 1000.0), wanted, 1e-10);
	}
}

static SegRhythmState *
new_state(size_t room)
{
	SegRhythmState *state = calloc(1, seg_rhythm_state_size(room));

	state->fit.state.magic = SEG_RHYTHM_STATE_MAGIC;
	state->fit.d = 1;
	state->room = room;
	return state;
}

static void
states_are_checked(void **test_state)
{
	SegRhythmState *state = new_state(8);
	SegRhythmState *other = new_state(8);
	size_t		size = seg_rhythm_state_size(8);

	seg_rhythm_state_add(state, (double[]) {5, 2}, 2);
	seg_rhythm_state_add(state, NULL, 0);
	seg_rhythm_state_add(other, (double[]) {7}, 1);
	seg_rhythm_state_merge(state, other);
	assert_int_equal(state->used, 5);
	assert_int_equal(state->gaps, 3);
	assert_int_equal(state->without_gaps, 1);
	assert_true(state->cells[1] == 2 && state->cells[4] == 7);
	assert_true(seg_rhythm_state_is_sound(state, size));
	assert_false(seg_rhythm_state_is_sound(state, size - 1));
	assert_false(seg_rhythm_state_is_sound(state, size - 8));
	assert_false(seg_rhythm_state_is_sound(state, sizeof(SegFitHead)));

	for (int fault = 0; fault < 9; fault++)
	{
		const double wrong[] = {-3, -1.5, 0, -1e300, NAN};

		memcpy(other, state, size);
		if (fault < 5)
			other->cells[0] = wrong[fault];
		else if (fault == 5)
			other->cells[1] = 6;	/* not ascending */
		else if (fault == 6)
			other->cells[4] = INFINITY;
		else if (fault == 7)
			other->gaps++;
		else
			other->used = 9;
		assert_false(seg_rhythm_state_is_sound(other, size));
	}
	free(other);
	free(state);
}

static void
bytes_round_trip(void **test_state)
{
	double		points[] = {-1.5, 0, 2};
	SegRhythmModel model = {.fit = {2, 3, 1.25, 0.5, 0.75, 3, points}, .without_gaps = 7, .rows_skipped = 1};
	uint8_t		bytes[256];
	_Alignas(16) char room[256];
	SegWriter	writer = {bytes, 0};

	seg_rhythm_encode(&writer, &model);
	assert_true(seg_rhythm_decoded_size(writer.size) <= sizeof(room));
	for (size_t size = 0; size <= writer.size; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = seg_arena(room, seg_rhythm_decoded_size(size));
		SegRhythmModel again = {.without_gaps = 0};
		SegStatus	status = seg_rhythm_decode(&reader, SEG_RHYTHM_VERSION, &arena, &again);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
		{
			assert_int_equal(again.without_gaps, 7);
			assert_int_equal(again.fit.gaps, 3);
			assert_memory_equal(again.fit.points, points, sizeof(points));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures),
		cmocka_unit_test(any_order),
		cmocka_unit_test(special_cases),
		cmocka_unit_test(many_gaps),
		cmocka_unit_test(states_are_checked),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
