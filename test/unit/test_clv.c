/*
 * test_clv.c
 *		clv: expectations of customers against mpmath, fits at the edge, states, bytes.
 *
 * The fits of real data are in test/t/33_clv.pl.
 */
#include "unit.h"

#include "clv/clv_model.h"
#include "clv/clv_state.h"

/* ---- expectations ---- */

typedef struct Case
{
	const char *name;
	double		parameters[4];
	SegClvCustomer customer;
	double		days;
	double		bought[2];		/* of MBG/NBD, of BG/NBD */
	double		alive[2];
} Case;

/* By mpmath, 50 digits, from the integral over p. */
static const Case cases[] = {
	{"two repeats", {0.25, 4.8, 0.72, 2.2}, {2, 30.43, 38.86}, 39, {1.35831526785249, 1.23985237690188}, {0.782600603976845, 0.732815115388678}},
	{"no repeat", {0.25, 4.8, 0.72, 2.2}, {0, 0, 38.86}, 39, {0.130388030143508, 0.199125388913232}, {0.637610343784533, 1}},
	{"a + b < 1", {0.11, 2.24, 0.31, 0.5}, {0, 0, 1}, 30, {0.43990620904176, 0.564588615532785}, {0.607647692214205, 1}},
	{"a + b = 1", {0.25, 4, 0.4, 0.6}, {0, 0, 20}, 52, {0.221210172430484, 0.393342492972601}, {0.489382906348423, 1}},
	{"a = 1", {0.25, 4, 1, 2.4}, {0, 0, 20}, 52, {0.261682727195379, 0.410246155824513}, {0.605283431294583, 1}},
	{"a = 1, x = 3", {0.25, 4, 1, 2.4}, {3, 12, 20}, 52, {2.73605252928551, 2.38541062642497}, {0.591129673699209, 0.540869349304602}},
	{"a = 2", {0.25, 4, 2, 2.4}, {3, 12, 20}, 52, {1.45273918707265, 1.198076353377}, {0.419577063029862, 0.370679177390204}},
	{"many purchases", {0.5143, 2.8845, 0.72, 2.2}, {221, 103.42857, 103.57143}, 52, {92.9242642404965, 92.8697020690468}, {0.995675429482272, 0.995656051512847}},
	{"silent for a while", {0.5143, 2.8845, 0.72, 2.2}, {161, 94.71429, 98.0}, 52, {37.0195026468556, 36.8803302208755}, {0.518877983409734, 0.517343425382055}},
	{"daily buyer", {0.1, 50.16, 0.4, 0.81}, {500, 500, 501}, 365, {296.605292395296, 296.550695927538}, {0.998023273420412, 0.998019326297847}},
	{"long horizon", {0.25, 4.8, 0.72, 2.2}, {1, 0.5, 1}, 5200, {40.3625179875669, 30.8991082663907}, {0.798824884867034, 0.731897784393853}},
	{"tiny a and b", {0.5458741247391189, 13.409316394557274, 0.0009994943799344323, 0.03899022143378801}, {2, 30, 40}, 39, {1.85684485316567, 1.85510850314369}, {0.999169728945625, 0.998371916524784}},
	{"r tiny", {0.0001, 5, 1.5, 4}, {0, 0, 10}, 52, {0.000191128288072338, 0.000252995527966768}, {0.727250936071691, 1}},
	{"homogeneous", {80, 300, 0.05, 9}, {12, 50, 52}, 26, {6.72036862576106, 6.71695086408062}, {0.995994354182433, 0.995794914095793}},
	{"t = 0", {0.25, 4.8, 0.72, 2.2}, {2, 30.43, 38.86}, 0, {0, 0}, {0.782600603976845, 0.732815115388678}},
};

static SegClvPurchases
purchases(SegClvKind kind, const double *parameters)
{
	SegClvPurchases model = {.kind = kind};

	memcpy(model.parameters, parameters, sizeof(model.parameters));
	return model;
}

static void
extreme_cases(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (SegClvKind kind = 0; kind < SEG_CLV_KINDS; kind++)
		{
			const Case *of = &cases[i];
			SegClvPurchases model = purchases(kind, of->parameters);
			double		alive = seg_clv_alive(&model, &of->customer);
			double		want = of->bought[kind];

			assert_close(alive, of->alive[kind], 1e-12);
			assert_close(alive * seg_clv_purchases(&model, &of->customer, of->days), want, 1e-11 * want);
			if (of->days > 0)
				assert_close(alive * seg_clv_purchases_integral(&model, &of->customer, of->days), want, 1e-11 * want);
		}
}

/* Purchases of a new customer in 1, 4, 13, 39, 52 weeks (scipy). */
static void
new_customer(void **state)
{
	const double parameters[] = {0.2516240, 4.7889434, 0.7234337, 2.1610888};
	const double weeks[] = {1, 4, 13, 39, 52};
	const double want[] = {0.050930197, 0.188256709, 0.517434915, 1.174256231, 1.425335593};
	SegClvPurchases model = purchases(SEG_CLV_BGNBD, parameters);
	SegClvCustomer customer = {0, 0, 0, SEG_CLV_NO_VALUE};

	for (int i = 0; i < 5; i++)
		assert_close(seg_clv_purchases(&model, &customer, weeks[i]) / want[i], 1, 2e-7);
}

/* The two ways agree where the series does not fail; the result does not fall over time, and is below the rate of purchases. */
static void
series_and_integral(void **state)
{
	const double shapes[] = {1e-7, 0.01, 0.4, 1, 3.7, 60, 1e4, 1e7};
	const double xs[] = {0, 1, 40, 3000};
	int			compared = 0;

	for (int i = 0; i < 8 * 8 * 8 * 4 * 2; i++)
	{
		const double parameters[] = {shapes[i % 8], 50 * fmax(shapes[i % 8], 0.2), shapes[i / 8 % 8], shapes[i / 64 % 8]};
		SegClvCustomer customer = {xs[i / 512 % 4], i / 512 % 4 == 0 ? 0 : 2999, 3000, SEG_CLV_NO_VALUE};
		SegClvPurchases model = purchases(i / 2048, parameters);
		double		before = 0;

		for (double days = 1; days < 40000; days *= 10)
		{
			double		series = seg_clv_purchases_series(&model, &customer, days);
			double		integral = seg_clv_purchases_integral(&model, &customer, days);
			double		rate = (parameters[0] + customer.x) / (parameters[1] + customer.t_cal);

			assert_true(integral >= before * (1 - 1e-12));
			assert_true(integral <= rate * days * (1 + 1e-12));
			if (!isnan(series))
			{
				assert_close(series / integral, 1, 1e-10);
				compared++;
			}
			before = integral;
		}
	}
	assert_between(compared, 10000, 20480);
}

static void
values(void **state)
{
	const double parameters[] = {6.2753591, 3.6244498, 14.9836861};
	const double infinite[] = {2, 0.5, 10};
	const SegClvCustomer never = {0, 0, 272, SEG_CLV_NO_VALUE};
	const SegClvCustomer seven = {7, 206, 272, 73.74142857};
	const SegClvCustomer nothing = {2, 20, 30, 0};

	assert_close(seg_clv_value(parameters, &never), 35.827704, 1e-5);
	assert_close(seg_clv_value(parameters, &seven), 71.603975, 1e-5);
	/* two purchases for nothing are less than no purchase */
	assert_close(seg_clv_value(parameters, &nothing), 6.2753591 * 14.9836861 / (2 * 6.2753591 + 2.6244498), 1e-12);
	assert_true(isnan(seg_clv_value(infinite, &never)));
	assert_close(seg_clv_value(infinite, &nothing), 2 * 10 / 3.5, 1e-14);
}

static void
discounts(void **state)
{
	const double parameters[] = {0.25, 33.6, 0.72, 2.2};
	SegClvPurchases model = purchases(SEG_CLV_MBGNBD, parameters);
	SegClvCustomer customer = {2, 200, 272, 10};
	double		year = seg_clv_purchases(&model, &customer, SEG_CLV_YEAR);
	double		sum = 0;

	for (int month = 1; month <= 12; month++)
		sum += (seg_clv_purchases(&model, &customer, month * SEG_CLV_MONTH) - seg_clv_purchases(&model, &customer, (month - 1) * SEG_CLV_MONTH)) /
			pow(1.1, month / 12.0);
	assert_close(seg_clv_discounted(&model, &customer, SEG_CLV_YEAR, 0.1), sum, 1e-14);
	assert_close(seg_clv_discounted(&model, &customer, SEG_CLV_YEAR, 0), year, 0);
	assert_close(seg_clv_discounted(&model, &customer, 0, 0.1), 0, 0);
	/* a month that is cut short ends at the horizon */
	assert_close(seg_clv_discounted(&model, &customer, 10, 0.1), seg_clv_purchases(&model, &customer, 10) / pow(1.1, 10 / 365.25), 1e-15);
}

/* ---- fits ---- */

#define MOST 4000

static SegClvRow rows[MOST];
static SegClvRow scratch[MOST];

static SegClvFit
fit_of(const SegClvRow *customers, size_t n, SegClvKind kind)
{
	SegClvFit	fit;

	for (size_t i = 0; i < n; i++)
	{
		int			which;

		rows[i] = customers[i];
		assert_int_equal(seg_clv_check(&rows[i].customer, &which), SEG_CLV_SOUND);
		rows[i].customer = seg_clv_plain(rows[i].customer);
	}
	seg_clv_fit(rows, seg_clv_count(rows, n), scratch, kind, &fit);
	return fit;
}

/* Whatever was fitted predicts. */
static void
assert_predicts(const SegClvFit *fit, const SegClvCustomer *customer)
{
	SegClvPurchases model = purchases(fit->kind, fit->purchases.parameters);
	double		alive = seg_clv_alive(&model, customer);
	double		bought = seg_clv_purchases(&model, customer, 365);

	assert_true(alive >= 0 && alive <= 1);
	assert_true(bought >= 0 && isfinite(bought));
	assert_true(isfinite(fit->purchases.log_likelihood));
	if (fit->value.n > 0)
		assert_true(isfinite(fit->value.log_likelihood) && !(seg_clv_value(fit->value.parameters, customer) < 0));
}

static void
edges(void **state)
{
	SegClvRow	one[] = {{{3, 80, 100, 12}, 1}};
	SegClvRow	never[] = {{{0, 0, 100, 0}, 50}, {{0, 0, 20, 0}, 7}};
	SegClvRow	today[] = {{{0, 0, 0, 0}, 5}};
	SegClvRow	moment[] = {{{0, 0, 5e-324, 0}, 1}};
	SegClvRow	regular[30];
	SegClvRow	extreme[] = {{{1e7, 1e7, 1e7, 1e100}, 1}, {{1, 1, 1e7, 1e-100}, UINT64_C(1) << 50}, {{0, 0, 0, 0}, 3}};

	for (int i = 0; i < 30; i++)
		regular[i] = (SegClvRow) {{10 + i % 3, 100, 100 + i % 2, 20}, 1};
	for (SegClvKind kind = 0; kind < SEG_CLV_KINDS; kind++)
	{
		SegClvFit	fit = fit_of(one, 1, kind);

		assert_true(fit.purchases.at_boundary && fit.value.at_boundary);
		assert_true(isnan(fit.purchases.std_errors[0]) && isnan(fit.correlation));
		assert_predicts(&fit, &one[0].customer);
		/* customers who are all alike are worth what they were worth */
		assert_close(seg_clv_value(fit.value.parameters, &one[0].customer), 12, 1e-3);

		fit = fit_of(never, 2, kind);
		assert_true(fit.purchases.at_boundary);
		assert_int_equal(fit.purchases.n, 57);
		assert_int_equal(fit.value.n, 0);
		assert_predicts(&fit, &never[0].customer);
		fit = fit_of(today, 1, kind);
		assert_true(fit.purchases.at_boundary);
		assert_predicts(&fit, &today[0].customer);

		/* derivatives that are no normal numbers */
		fit = fit_of(moment, 1, kind);
		assert_true(fit.purchases.at_boundary);
		assert_predicts(&fit, &moment[0].customer);

		/* nobody left, and all buy alike: no gamma, no beta */
		fit = fit_of(regular, 30, kind);
		assert_true(fit.purchases.at_boundary && fit.value.at_boundary);
		assert_predicts(&fit, &regular[0].customer);
		assert_close(seg_clv_value(fit.value.parameters, &regular[0].customer), 20, 1e-3);

		fit = fit_of(extreme, 3, kind);
		for (int i = 0; i < 3; i++)
			assert_predicts(&fit, &extreme[i].customer);
	}
}

/*
 * The likelihood of these customers has several maxima.  From parameters that are all 1 a climb ends at -254.26; the best of
 * 16 climbs from random starts ends where the fit does.
 */
static void
several_maxima(void **state)
{
	const SegClvRow customers[] = {
		{{0, 0, 100, 0}, 21}, {{0, 0, 200, 0}, 18}, {{0, 0, 300, 0}, 13}, {{1, 30, 100, 0}, 1}, {{2, 80, 200, 0}, 1}, {{3, 280, 300, 0}, 1},
		{{5, 260, 300, 0}, 1}, {{6, 130, 200, 0}, 1}, {{8, 70, 300, 0}, 1}, {{12, 110, 200, 0}, 1}, {{18, 200, 200, 0}, 1},
	};
	SegClvFit	fit = fit_of(customers, sizeof(customers) / sizeof(customers[0]), SEG_CLV_MBGNBD);

	assert_close(fit.purchases.log_likelihood, -253.176040880, 1e-6);
}

/* Customers of known parameters, drawn by a small generator. */
static double
uniform(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double) (*seed >> 12) + 0.5) * 0x1p-52;
}

static size_t
draw(SegClvRow *into, size_t n)
{
	uint64_t	seed = 1;

	for (size_t i = 0; i < n; i++)
	{
		/* Gamma(1, 30) and Beta(1, 3) by their inverse distributions; nobody leaves after the first purchase */
		double		lambda = -log(uniform(&seed)) / 30;
		double		p = 1 - pow(uniform(&seed), 1 / 3.0);
		double		end = 300 + floor(200 * uniform(&seed));
		double		time = 0;
		SegClvCustomer customer = {0, 0, end, 0};

		for (;;)
		{
			time -= log(uniform(&seed)) / lambda;
			if (time > end)
				break;
			customer.x++;
			customer.t_x = time;
			if (uniform(&seed) < p)
				break;
		}
		customer.mean_value = customer.x > 0 ? 10 + floor(90 * uniform(&seed)) : 0;
		into[i] = (SegClvRow) {customer, 1};
	}
	return n;
}

static void
known_parameters(void **state)
{
	static SegClvRow drawn[MOST];
	const double want[] = {1, 30, 1, 3};
	SegClvFit	fit;

	draw(drawn, MOST);
	fit = fit_of(drawn, MOST, SEG_CLV_BGNBD);
	assert_false(fit.purchases.at_boundary);
	for (int i = 0; i < 4; i++)
		assert_close(fit.purchases.parameters[i], want[i], 3.5 * fit.purchases.std_errors[i]);
	assert_true(fabs(fit.correlation) < 0.1);
}

static void
any_order_and_counts(void **state)
{
	static SegClvRow drawn[MOST];
	static SegClvRow turned[MOST];
	SegClvFit	fit;
	SegClvFit	again;

	draw(drawn, MOST / 2);
	fit = fit_of(drawn, MOST / 2, SEG_CLV_MBGNBD);
	for (size_t i = 0; i < MOST / 2; i++)
		turned[i] = drawn[MOST / 2 - 1 - i];
	again = fit_of(turned, MOST / 2, SEG_CLV_MBGNBD);
	assert_memory_equal(&fit, &again, sizeof(fit));
	/* each customer twice: in two rows, or in one with a count */
	memcpy(turned + MOST / 2, drawn, MOST / 2 * sizeof(SegClvRow));
	again = fit_of(turned, MOST, SEG_CLV_MBGNBD);
	for (size_t i = 0; i < MOST / 2; i++)
		turned[i].count = 2;
	fit = fit_of(turned, MOST / 2, SEG_CLV_MBGNBD);
	assert_memory_equal(&fit, &again, sizeof(fit));
}

/* Values in another currency: v is multiplied, all else stays; days of other lengths do the same to alpha. */
static void
units(void **state)
{
	static SegClvRow drawn[MOST];
	SegClvFit	fit;
	SegClvFit	other;

	draw(drawn, 1000);
	fit = fit_of(drawn, 1000, SEG_CLV_MBGNBD);
	for (size_t i = 0; i < 1000; i++)
	{
		drawn[i].customer.t_x *= 7;
		drawn[i].customer.t_cal *= 7;
		drawn[i].customer.mean_value *= 1e12;
	}
	other = fit_of(drawn, 1000, SEG_CLV_MBGNBD);
	for (int i = 0; i < 4; i++)
		assert_close(other.purchases.parameters[i] / fit.purchases.parameters[i] / (i == SEG_CLV_ALPHA ? 7 : 1), 1, 1e-6);
	for (int i = 0; i < 3; i++)
		assert_close(other.value.parameters[i] / fit.value.parameters[i] / (i == SEG_CLV_V ? 1e12 : 1), 1, 1e-6);
	assert_close(other.correlation, fit.correlation, 1e-12);
}

static void
faults(void **state)
{
	const struct
	{
		SegClvCustomer customer;
		SegClvFault fault;
		int			which;
	}			bad[] = {
		{{NAN, 0, 0, 0}, SEG_CLV_NOT_FINITE, 0}, {{1, HUGE_VAL, 2, 0}, SEG_CLV_NOT_FINITE, 1}, {{1, 1, 2, NAN}, SEG_CLV_NOT_FINITE, 3},
		{{-1, 0, 0, 0}, SEG_CLV_NEGATIVE, 0}, {{1, -1, 2, 0}, SEG_CLV_NEGATIVE, 1}, {{1, 1, 2, -3}, SEG_CLV_NEGATIVE, 3},
		{{2e7, 1, 2, 0}, SEG_CLV_TOO_LARGE, 0}, {{1, 1, 2e7, 0}, SEG_CLV_TOO_LARGE, 2}, {{1, 1, 2, 1e101}, SEG_CLV_TOO_LARGE, 3},
		{{1, 1, 2, 1e-101}, SEG_CLV_TOO_SMALL, 4}, {{1.5, 1, 2, 1}, SEG_CLV_NOT_WHOLE, 4},
		{{1, 3, 2, 1}, SEG_CLV_AFTER_CALIBRATION, 4}, {{0, 1, 2, 1}, SEG_CLV_WITHOUT_PURCHASE, 4},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		int			which;

		assert_int_equal(seg_clv_check(&bad[i].customer, &which), bad[i].fault);
		assert_int_equal(which, bad[i].which);
	}
}

/* ---- states and bytes ---- */

static void
states(void **state)
{
	size_t		size = seg_clv_state_size(4);
	SegClvState *one = calloc(1, size);
	SegClvState *other = calloc(1, size);

	one->fit.state.magic = SEG_CLV_STATE_MAGIC;
	one->fit.d = 1;
	one->room = 4;
	assert_true(seg_clv_state_is_sound(one, size));
	assert_false(seg_clv_state_is_sound(one, size - 8));
	one->rows[0] = (SegClvRow) {{2, 5, 9, 3}, 1};
	one->rows[1] = (SegClvRow) {{0, 0, 9, SEG_CLV_NO_VALUE}, 2};
	one->used = 2;
	assert_true(seg_clv_state_is_sound(one, size));
	memcpy(other, one, size);
	seg_clv_state_merge(one, other);
	assert_int_equal(one->used, 4);
	seg_clv_state_count(one);
	assert_int_equal(one->used, 2);
	assert_int_equal(one->rows[0].count, 4);
	assert_int_equal(one->rows[1].count, 2);
	assert_true(seg_clv_state_is_sound(one, size));

	other->rows[3].count = 1;
	assert_false(seg_clv_state_is_sound(other, size));
	other->rows[3].count = 0;
	other->rows[1].customer.mean_value = 1;
	assert_false(seg_clv_state_is_sound(other, size));
	other->rows[1].customer.mean_value = SEG_CLV_NO_VALUE;
	other->rows[0].count = SEG_STATE_MOST_ROWS - 1;
	assert_false(seg_clv_state_is_sound(other, size));
	other->rows[0].count = 0;
	assert_false(seg_clv_state_is_sound(other, size));
	other->rows[0].count = 1;
	other->used = 5;
	assert_false(seg_clv_state_is_sound(other, size));
	other->used = 2;
	other->kind = SEG_CLV_KINDS;
	assert_false(seg_clv_state_is_sound(other, size));
	free(other);
	free(one);
}

/* The bytes of a model, cut at each place, and as a whole. */
static void
check_bytes(const SegClvModel *model)
{
	uint8_t		bytes[512];
	uint8_t		bytes_again[512];
	_Alignas(16) char room[512];
	SegWriter	writer = {bytes, 0};

	seg_clv_encode(&writer, model);
	assert_true(seg_clv_decoded_size(writer.size) <= sizeof(room));
	for (size_t size = 0; size <= writer.size; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = seg_arena(room, seg_clv_decoded_size(size));
		SegClvModel again = {0};
		SegWriter	writer_again = {bytes_again, 0};

		assert_int_equal(seg_clv_decode(&reader, SEG_CLV_VERSION, &arena, &again), size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (size < writer.size)
			continue;
		seg_clv_encode(&writer_again, &again);
		assert_int_equal(writer_again.size, size);
		assert_memory_equal(bytes, bytes_again, size);
	}
}

static void
bytes_round_trip(void **state)
{
	static SegClvRow drawn[MOST];
	SegClvRow	never[] = {{{0, 0, 100, 0}, 50}};
	SegClvRow	one[] = {{{3, 80, 100, 12}, 1}};
	SegClvModel model = {.rows_skipped = 3};

	draw(drawn, 500);
	model.fit = fit_of(drawn, 500, SEG_CLV_BGNBD);
	check_bytes(&model);
	model.fit = fit_of(never, 1, SEG_CLV_MBGNBD);
	check_bytes(&model);
	model.fit = fit_of(one, 1, SEG_CLV_MBGNBD);
	check_bytes(&model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extreme_cases),
		cmocka_unit_test(new_customer),
		cmocka_unit_test(series_and_integral),
		cmocka_unit_test(values),
		cmocka_unit_test(discounts),
		cmocka_unit_test(edges),
		cmocka_unit_test(several_maxima),
		cmocka_unit_test(known_parameters),
		cmocka_unit_test(any_order_and_counts),
		cmocka_unit_test(units),
		cmocka_unit_test(faults),
		cmocka_unit_test(states),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
