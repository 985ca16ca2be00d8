/*
 * test_events.c
 *		Effects of events, against R 4.2.2: lm(r ~ 0 + x1 + x2), coef, vcov, of all periods and of those with events.
 */
#include "unit.h"

#include "forecast/events.h"

#define N 20

static uint64_t storage[1000];

/* The block of two events, "a" and "b", whose periods are days 0 .. N - 1 with the regressors of x. */
static SegEvents
two_events(const double x[2][N], size_t *size)
{
	uint32_t	count = 0;
	SegEventRow *rows;
	SegEventName *name;

	for (int j = 0; j < 2; j++)
		for (int t = 0; t < N; t++)
			count += x[j][t] != 0;
	*size = seg_events_size(2, count);
	assert_true(*size <= sizeof(storage));
	seg_events_lay_out(storage, 2, count, &rows, &name);
	for (uint64_t j = 0; j < 2; j++)
		for (int t = 0; t < N; t++)
			if (x[j][t] != 0)
				*rows++ = (SegEventRow) {j, t, x[j][t]};
	strcpy(name[0], "a");
	strcpy(name[1], "b");
	return seg_events_read(storage, *size);
}

static const double x[2][N] = {
	{0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1},
	{0, 0, 0, 0, 2, 0, 1, 0, 0, .5, 0, 0, 0, 0, 1},
};
static const double r[N] = {.1, -.2, 3.1, .05, 4.2, -.1, 5.3, .15, -.05, 1.2, .1, 2.8, -.15, .2, 1.7, -.1, 0, .1, -.2, .05};

typedef struct Room
{
	uint32_t	occurrences[2];
	double		effect[2];
	double		covariance[4];
	double		scratch[6];
	double		x[2 * N];
} Room;

static SegEventEffects
effects_of(const double given[2][N], Room *room)
{
	size_t		size;
	SegEventEffects effects = {
		.events = two_events(given, &size),
		.occurrences = room->occurrences, .effect = room->effect, .covariance = room->covariance
	};

	assert_true(seg_events_are_sound(storage, size));
	seg_events_regressors(&effects.events, SEG_GRAIN_DAY, 0, N, room->x);
	return effects;
}

static void
test_least_squares(void **state)
{
	Room		room;
	SegEventEffects effects = effects_of(x, &room);
	uint32_t	name;
	double		variance;

	assert_int_equal(seg_events_check(&effects, room.x, r, N, 7, &name), SEG_EVENTS_FINE);
	assert_int_equal(room.occurrences[0], 3);
	assert_int_equal(room.occurrences[1], 4);
	assert_int_equal(seg_events_estimate(&effects, room.x, r, N, room.scratch, &name), SEG_EVENTS_FINE);
	assert_close(effects.effect[0], 3.04225352112676, 1e-13);
	assert_close(effects.effect[1], 2.07323943661972, 1e-13);
	/* days with events vary more than all days: theirs is the variance */
	assert_close(effects.covariance[0], 0.02332126562190042, 1e-13);
	assert_close(effects.covariance[1], -0.00373140249950407, 1e-13);
	assert_close(effects.covariance[3], 0.01119420749851220, 1e-13);
	assert_close(effects.noise, 0.0662323943661972 - 0.0270794209702661, 1e-13);
	assert_close(seg_events_effect(&effects, (double[]) {1, 2}, &variance), 3.04225352112676 + 2 * 2.07323943661972, 1e-12);
	assert_close(variance, 0.02332126562190042 - 4 * 0.00373140249950407 + 4 * 0.01119420749851220 + effects.noise, 1e-12);
	assert_close(seg_events_effect(&effects, (double[]) {0, 0}, &variance), 0, 0);
	assert_close(variance, 0, 0);
}

/* Where days with events vary less, the variance is that of all days. */
static void
test_quiet_events(void **state)
{
	Room		room;
	SegEventEffects effects = effects_of(x, &room);
	double		loud[N];
	uint32_t	name;

	for (int t = 0; t < N; t++)
		loud[t] = x[0][t] != 0 || x[1][t] != 0 ? r[t] : 100 * r[t];
	(void) seg_events_check(&effects, room.x, loud, N, 7, &name);
	(void) seg_events_estimate(&effects, room.x, loud, N, room.scratch, &name);
	assert_close(effects.effect[0], 3.04225352112676, 1e-12);
	/* 0.0095.. / 0.02707.. is the diagonal of (X'X)^-1; the variance by hand */
	{
		double		square = 4 * 0.0662323943661972;	/* 6 days with an event, less 2 */

		for (int t = 0; t < N; t++)
			if (x[0][t] == 0 && x[1][t] == 0)
				square += loud[t] * loud[t];
		assert_close(effects.covariance[0], square / 18 * 0.00953500738389650 / 0.0270794209702661, 1e-9);
	}
	assert_close(effects.noise, 0, 0);
}

static void
test_faults(void **state)
{
	static const double few[2][N] = {{0, 1, 1}, {0, 0, 0, 1}};
	static const double alike[2][N] = {{0, 1, 0, 1}, {0, 2, 0, 2}};
	static const double weekly[2][N] = {{0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}, {0, 1, 0, 1}};
	static const double often[2][N] = {{1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}};
	Room		room;
	SegEventEffects effects = effects_of(few, &room);
	uint32_t	name;

	assert_int_equal(seg_events_check(&effects, room.x, r, N, 7, &name), SEG_EVENTS_FEW);
	assert_int_equal(name, 1);
	/* what is rare has no effect, and does not disturb the other */
	assert_int_equal(seg_events_estimate(&effects, room.x, r, N, room.scratch, &name), SEG_EVENTS_FEW);
	assert_int_equal(name, 1);
	assert_close(effects.effect[0], (-.2 + 3.1) / 2, 1e-12);
	assert_close(effects.effect[1], 0, 0);
	effects = effects_of(alike, &room);
	assert_int_equal(seg_events_check(&effects, room.x, r, N, 7, &name), SEG_EVENTS_FINE);
	assert_int_equal(seg_events_estimate(&effects, room.x, r, N, room.scratch, &name), SEG_EVENTS_ALIKE);
	assert_int_equal(name, 1);
	assert_close(effects.effect[0], (-.2 + .05) / 2, 1e-12);
	assert_close(effects.effect[1], 0, 0);
	effects = effects_of(weekly, &room);
	assert_int_equal(seg_events_check(&effects, room.x, r, N, 7, &name), SEG_EVENTS_PHASE);
	assert_int_equal(name, 0);
	assert_int_equal(seg_events_check(&effects, room.x, r, N, 1, &name), SEG_EVENTS_FINE);
	effects = effects_of(often, &room);
	assert_int_equal(seg_events_check(&effects, room.x, r, N, 7, &name), SEG_EVENTS_OFTEN);
}

/* The days of a week add up; days outside the series have no place. */
static void
test_regressors(void **state)
{
	Room		room;
	SegEventEffects effects = effects_of(x, &room);
	double		week[2 * 3];

	/* day 0 is Saturday 2000-01-01: weeks begin at days -5, 2, 9 */
	seg_events_regressors(&effects.events, SEG_GRAIN_WEEK, seg_period_of_day(SEG_GRAIN_WEEK, 0), 3, week);
	assert_close(week[0], 0, 0);
	assert_close(week[2], 2, 0);
	assert_close(week[3], 3, 0);
	assert_close(week[4], 1, 0);
	assert_close(week[5], 1.5, 0);
}

static void
test_sound(void **state)
{
	size_t		size;
	SegEventRow *rows = (SegEventRow *) (storage + 1);

	(void) two_events(x, &size);
	assert_true(seg_events_are_sound(storage, size));
	assert_false(seg_events_are_sound(storage, size - 8));
	rows[0].day = rows[1].day;
	assert_false(seg_events_are_sound(storage, size));
	(void) two_events(x, &size);
	rows[0].value = 0;
	assert_false(seg_events_are_sound(storage, size));
	(void) two_events(x, &size);
	rows[0].value = -1e-16;
	assert_false(seg_events_are_sound(storage, size));
	(void) two_events(x, &size);
	rows[0].value = NAN;
	assert_false(seg_events_are_sound(storage, size));
	(void) two_events(x, &size);
	rows[0].name = 2;
	assert_false(seg_events_are_sound(storage, size));
	(void) two_events(x, &size);
	memset((char *) storage + size - 64, 'a', 64);
	assert_false(seg_events_are_sound(storage, size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least_squares),
		cmocka_unit_test(test_quiet_events),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_regressors),
		cmocka_unit_test(test_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
