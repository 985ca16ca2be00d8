/*
 * clv_fit.c
 *		Fitting the models of purchases and of their value; see clv_fit.h.
 *
 * The climb goes over the logarithms of the parameters.  Times are divided by the largest t_cal
 * and values by their geometric mean, so that all parameters are numbers around 1; see clv_fit.h for
 * their range.  Derivatives are first taken with respect to the parameters themselves.
 */
#include "clv/clv_fit.h"

#include "base/sort.h"
#include "clv/climb.h"
#include "stats/exact_sum.h"
#include "stats/gamma.h"
#include "stats/saddle_point.h"

/* Logarithms of parameters lie within this of 0. */
#define EDGE (log(SEG_CLV_MOST_PARAMETER))

/* ---- from parameters to their logarithms ---- */

/* Derivatives with respect to the parameters become those with respect to their logarithms; all of the Hessian is filled. */
static void
take_logs(SegSlope *slope, const double *parameters, int d)
{
	for (int i = 0; i < d; i++)
		for (int j = 0; j <= i; j++)
		{
			double		entry = slope->hessian[i][j] * parameters[i] * parameters[j];

			if (i == j)
				entry += slope->gradient[i] * parameters[i];
			slope->hessian[i][j] = slope->hessian[j][i] = entry;
		}
	for (int i = 0; i < d; i++)
		slope->gradient[i] *= parameters[i];
}

static void
keep_result(const SegClimb *climb, int scaled, double scale, SegClvPart *part)
{
	for (int i = 0; i < climb->d; i++)
	{
		part->parameters[i] = exp(climb->at[i]) * (i == scaled ? scale : 1);
		part->std_errors[i] = part->parameters[i] * climb->sd[i];
	}
	part->at_boundary = climb->at_edge;
}

/* ---- the climb ---- */

/* Rows that choose the start, where there are more. */
#define START_ROWS ((size_t) 5000)

/* Rows of which each so manyth is used. */
typedef struct Rows
{
	const SegClvRow *rows;
	size_t		n;
	size_t		stride;
} Rows;

/*
 * The likelihood of few customers may have several maxima.  So the climb to the highest one that is found from these starts, by
 * some of the rows, is repeated with all.  IN starts[count]: logarithms of the parameters; INOUT rows: those of the argument.
 */
static void
climb_from_best(SegClimb *climb, const double (*starts)[SEG_CLIMB_MOST], size_t count, SegSurface surface, const void *argument, Rows *rows)
{
	SegClimb	best = {.value = -HUGE_VAL};

	rows->stride = rows->n / START_ROWS + 1;
	for (size_t i = 0; i < count; i++)
	{
		memcpy(climb->at, starts[i], sizeof(starts[i]));
		seg_climb(climb, surface, argument);
		if (i == 0 || climb->value > best.value)
			best = *climb;
	}
	*climb = best;
	if (rows->stride == 1)
		return;
	rows->stride = 1;
	seg_climb(climb, surface, argument);
}

/* ---- purchases ---- */

typedef struct Purchases
{
	Rows		rows;			/* patterns: by x, t_x and t_cal */
	SegClvKind	kind;
	double		scale;			/* of times */
} Purchases;

/* What is the same for all customers with the same x. */
typedef struct Same
{
	double		x;
	bool		may_leave;
	double		d;
	double		log_odds;		/* ln(a / d) */
	double		log;
	double		r[2];			/* derivatives of `log` once and twice */
	double		a[2];
	double		b[2];
	double		count;			/* customers */
} Same;

static Same
same_of(SegClvKind kind, const double parameters[SEG_CLV_PURCHASE_PARAMETERS], double x)
{
	double		a = parameters[SEG_CLV_A];
	double		b = parameters[SEG_CLV_B];
	double		leaves = kind == SEG_CLV_MBGNBD;
	SegRising	of_r = seg_rising(parameters[SEG_CLV_R], x);
	SegRising	of_b = seg_rising(b, x + leaves);
	SegRising	of_ab = seg_rising(a + b, x + leaves);
	double		d = b + (x - 1 + leaves);

	return (Same) {
		.x = x,
		.may_leave = leaves > 0 || x > 0,
		.d = d,
		.log_odds = log(a) - log(d),
		.log = of_r.log + of_b.log - of_ab.log,
		.r = {of_r.first, of_r.second},
		.a = {-of_ab.first, -of_ab.second},
		.b = {of_b.first - of_ab.first, of_b.second - of_ab.second},
	};
}

/* The terms that depend on x alone, for all its customers. */
static void
add_same(const Same *same, SegSlope *slope, double value[2])
{
	double	   *gradient = slope->gradient;

	seg_twofold_add(value, same->count * same->log);
	gradient[SEG_CLV_R] += same->count * same->r[0];
	gradient[SEG_CLV_A] += same->count * same->a[0];
	gradient[SEG_CLV_B] += same->count * same->b[0];
	slope->hessian[SEG_CLV_R][SEG_CLV_R] += same->count * same->r[1];
	slope->hessian[SEG_CLV_A][SEG_CLV_A] += same->count * same->a[1];
	slope->hessian[SEG_CLV_B][SEG_CLV_A] += same->count * same->a[1];
	slope->hessian[SEG_CLV_B][SEG_CLV_B] += same->count * same->b[1];
}

/* ln(1 + e^w), w the logarithm of the odds to have left: derivatives by all parameters. */
static double
add_left(const Same *same, const double *parameters, double t_x, double t_cal, double count, SegSlope *slope)
{
	double		alpha = parameters[SEG_CLV_ALPHA];
	double		exponent = parameters[SEG_CLV_R] + same->x;
	double		at_cal = 1 / (alpha + t_cal);
	double		at_x = 1 / (alpha + t_x);
	double		silence = log1p((t_cal - t_x) * at_x);
	double		w = same->log_odds + exponent * silence;
	double		e = exp(-fabs(w));
	double		left = (w > 0 ? 1 : e) / (1 + e);
	double		slopes[SEG_CLV_PURCHASE_PARAMETERS];
	double		by_time = -(t_cal - t_x) * at_x * at_cal;
	double		once = count * left;
	double		twice = once * ((w > 0 ? e : 1) / (1 + e));

	slopes[SEG_CLV_R] = silence;
	slopes[SEG_CLV_ALPHA] = exponent * by_time;
	slopes[SEG_CLV_A] = 1 / parameters[SEG_CLV_A];
	slopes[SEG_CLV_B] = -1 / same->d;
	for (int i = 0; i < SEG_CLV_PURCHASE_PARAMETERS; i++)
	{
		slope->gradient[i] += once * slopes[i];
		for (int j = 0; j <= i; j++)
			slope->hessian[i][j] += twice * slopes[i] * slopes[j];
	}
	slope->hessian[SEG_CLV_ALPHA][SEG_CLV_R] += once * by_time;
	slope->hessian[SEG_CLV_ALPHA][SEG_CLV_ALPHA] -= once * exponent * by_time * (at_cal + at_x);
	slope->hessian[SEG_CLV_A][SEG_CLV_A] -= once * slopes[SEG_CLV_A] * slopes[SEG_CLV_A];
	slope->hessian[SEG_CLV_B][SEG_CLV_B] += once * slopes[SEG_CLV_B] * slopes[SEG_CLV_B];
	return count * (fmax(w, 0) + log1p(e));
}

/* r ln alpha - (r + x) ln(alpha + t_cal) */
static double
add_rate(const Same *same, const double *parameters, double t_cal, double count, SegSlope *slope)
{
	double		r = parameters[SEG_CLV_R];
	double		alpha = parameters[SEG_CLV_ALPHA];
	double		at_cal = 1 / (alpha + t_cal);
	double		grown = log1p(t_cal / alpha);
	double		by_alpha = (r * t_cal / alpha - same->x) * at_cal;

	slope->gradient[SEG_CLV_R] -= count * grown;
	slope->gradient[SEG_CLV_ALPHA] += count * by_alpha;
	slope->hessian[SEG_CLV_ALPHA][SEG_CLV_R] += count * t_cal / alpha * at_cal;
	slope->hessian[SEG_CLV_ALPHA][SEG_CLV_ALPHA] -= count * (by_alpha * at_cal + r * t_cal / alpha / alpha * at_cal);
	return -count * ((r + same->x) * grown + same->x * log(alpha));
}

static void
purchases_surface(const void *argument, const double *at, SegSlope *slope)
{
	const Purchases *all = argument;
	double		parameters[SEG_CLV_PURCHASE_PARAMETERS];
	double		value[2] = {0, 0};
	Same		same = {.x = -1};

	for (int i = 0; i < SEG_CLV_PURCHASE_PARAMETERS; i++)
		parameters[i] = exp(at[i]);
	for (size_t i = all->rows.stride / 2; i < all->rows.n; i += all->rows.stride)
	{
		const SegClvCustomer *customer = &all->rows.rows[i].customer;
		double		count = (double) all->rows.rows[i].count;
		double		t_cal = customer->t_cal / all->scale;

		seg_check_step(i);
		if (customer->x != same.x)
		{
			add_same(&same, slope, value);
			same = same_of(all->kind, parameters, customer->x);
		}
		same.count += count;
		seg_twofold_add(value, add_rate(&same, parameters, t_cal, count, slope));
		if (same.may_leave)
			seg_twofold_add(value, add_left(&same, parameters, customer->t_x / all->scale, t_cal, count, slope));
	}
	add_same(&same, slope, value);
	slope->value = value[0] + value[1];
	take_logs(slope, parameters, SEG_CLV_PURCHASE_PARAMETERS);
}

static void
fit_purchases(const SegClvRow *rows, size_t n, SegClvRow *patterns, SegClvKind kind, SegClvPart *part)
{
	static const double starts[][SEG_CLIMB_MOST] = {
		{0, 0, 0, 0}, {-2, -2, 0, 1}, {-2, -2, -2, -2}, {0, -1, -3, -1}, {-2, -3, 3, 2}, {2, 1, 0, 0},
	};
	Purchases	all = {.rows.rows = patterns, .kind = kind};
	SegClimb	climb = {.d = SEG_CLV_PURCHASE_PARAMETERS};
	double		bought = 0;

	memcpy(patterns, rows, n * sizeof(SegClvRow));
	all.rows.n = seg_clv_merge_rows(patterns, n, false);
	for (size_t i = 0; i < all.rows.n; i++)
	{
		all.scale = fmax(all.scale, patterns[i].customer.t_cal);
		bought += (double) patterns[i].count * patterns[i].customer.x;
		part->n += patterns[i].count;
	}
	all.scale = fmax(all.scale, 1);
	for (int i = 0; i < SEG_CLV_PURCHASE_PARAMETERS; i++)
	{
		climb.low[i] = i == SEG_CLV_ALPHA ? log(SEG_CLV_LEAST_ALPHA) : -EDGE;
		climb.high[i] = EDGE;
	}
	climb_from_best(&climb, starts, sizeof(starts) / sizeof(starts[0]), purchases_surface, &all, &all.rows);
	keep_result(&climb, SEG_CLV_ALPHA, all.scale, part);
	part->log_likelihood = climb.value - bought * log(all.scale);
}

/* ---- value ---- */

typedef struct Value
{
	Rows		rows;			/* by x and mean_value */
	double		scale;			/* of values */
} Value;

/* What is the same for all customers with the same x; A = p x. */
typedef struct SameValue
{
	double		x;
	double		A;
	double		log;
	SegGammaSlopes of_A;
	SegGammaSlopes of_all;		/* of A + q */
} SameValue;

static SameValue
same_value_of(const double parameters[SEG_CLV_VALUE_PARAMETERS], double x)
{
	double		A = parameters[SEG_CLV_P] * x;
	double		q = parameters[SEG_CLV_Q];

	return (SameValue) {
		.x = x,
		.A = A,
		.log = 0.5 * log(A / (A + q) * q) - 0.91893853320467274 +
			(seg_stirling_error(A + q) - seg_stirling_error(A) - seg_stirling_error(q)),
		.of_A = seg_gamma_slopes(A),
		.of_all = seg_gamma_slopes(A + q),
	};
}

/* The logarithm of a ratio, given its difference from 1 and itself: the first is precise where the ratio is about 1. */
static inline double
log_ratio(double difference, double ratio)
{
	return fabs(difference) < 0.5 ? log1p(difference) : log(ratio);
}

/*
 * ln G(A + q) / (G(A) G(q)) + A ln(u / (v + u)) + q ln(v / (v + u)), u = x m, with Stirling's formula for the first term:
 * so large parameters do not cancel.
 */
static double
add_value(const SameValue *same, const double *parameters, SegGammaSlopes of_q, double mean, double count, SegSlope *slope)
{
	double		A = same->A;
	double		q = parameters[SEG_CLV_Q];
	double		v = parameters[SEG_CLV_V];
	double		u = same->x * mean;
	double		inverse = 1 / (v + u);
	double		excess = (u * q - A * v) * inverse;
	double		x = same->x;

	slope->gradient[SEG_CLV_P] += count * x * (same->of_all.first - same->of_A.first + log(u * inverse));
	slope->gradient[SEG_CLV_Q] += count * (same->of_all.first - of_q.first + log(v * inverse));
	slope->gradient[SEG_CLV_V] += count * excess / v;
	slope->hessian[SEG_CLV_P][SEG_CLV_P] += count * x * x * (same->of_all.second - same->of_A.second);
	slope->hessian[SEG_CLV_Q][SEG_CLV_P] += count * x * same->of_all.second;
	slope->hessian[SEG_CLV_Q][SEG_CLV_Q] += count * (same->of_all.second - of_q.second);
	slope->hessian[SEG_CLV_V][SEG_CLV_P] -= count * x * inverse;
	slope->hessian[SEG_CLV_V][SEG_CLV_Q] += count * u * inverse / v;
	slope->hessian[SEG_CLV_V][SEG_CLV_V] -= count * (q / v / v - (A + q) * inverse * inverse);
	return count * (same->log + A * log_ratio(excess / A, u * inverse * ((A + q) / A)) +
					q * log_ratio(-excess / q, v * inverse * ((A + q) / q)));
}

static void
value_surface(const void *argument, const double *at, SegSlope *slope)
{
	const Value *all = argument;
	double		parameters[SEG_CLV_VALUE_PARAMETERS];
	double		value[2] = {0, 0};
	SegGammaSlopes of_q;
	SameValue	same = {.x = 0};

	for (int i = 0; i < SEG_CLV_VALUE_PARAMETERS; i++)
		parameters[i] = exp(at[i]);
	of_q = seg_gamma_slopes(parameters[SEG_CLV_Q]);
	for (size_t i = all->rows.stride / 2; i < all->rows.n; i += all->rows.stride)
	{
		const SegClvCustomer *customer = &all->rows.rows[i].customer;

		seg_check_step(i);
		if (customer->x != same.x)
			same = same_value_of(parameters, customer->x);
		seg_twofold_add(value, add_value(&same, parameters, of_q, customer->mean_value / all->scale, (double) all->rows.rows[i].count, slope));
	}
	slope->value = value[0] + value[1];
	take_logs(slope, parameters, SEG_CLV_VALUE_PARAMETERS);
}

static bool
is_less_value(const void *a, const void *b, const void *argument)
{
	const SegClvCustomer *one = &((const SegClvRow *) a)->customer;
	const SegClvCustomer *other = &((const SegClvRow *) b)->customer;

	return one->x != other->x ? one->x < other->x : one->mean_value < other->mean_value;
}

/* The customers with a value, sorted and counted.  Returns how many rows there are. */
static size_t
take_values(const SegClvRow *rows, size_t n, SegClvRow *values)
{
	size_t		kept = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].customer.mean_value > 0)
		{
			values[kept] = rows[i];
			/* times do not matter: rows that differ in them alone are merged */
			values[kept].customer.t_x = values[kept].customer.t_cal = 0;
			kept++;
		}
	seg_sort(values, kept, sizeof(SegClvRow), is_less_value, NULL);
	return seg_clv_merge_rows(values, kept, true);
}

/* Pearson's correlation of x and mean_value. */
static double
correlation(const SegClvRow *rows, size_t n)
{
	double		most = 0;
	double		count = 0;
	double		mean_x = 0;
	double		mean_m = 0;
	double		xx = 0;
	double		xm = 0;
	double		mm = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, rows[i].customer.mean_value);
	for (size_t i = 0; i < n; i++)
	{
		double		weight = (double) rows[i].count;
		double		x = rows[i].customer.x - mean_x;
		double		m = rows[i].customer.mean_value / most - mean_m;
		double		before = count;

		count += weight;
		mean_x += x * (weight / count);
		mean_m += m * (weight / count);
		xx += weight * (before / count) * x * x;
		xm += weight * (before / count) * x * m;
		mm += weight * (before / count) * m * m;
	}
	return xx > 0 && mm > 0 ? fmax(-1, fmin(1, xm / sqrt(xx) / sqrt(mm))) : NAN;
}

static void
fit_value(const SegClvRow *rows, size_t n, SegClvRow *values, SegClvFit *fit)
{
	static const double starts[][SEG_CLIMB_MOST] = {{0.7, 1.1, 0}, {3, 0, -3}, {-1, 3, 3}, {4, 4, 0}};
	Value		all = {.rows = {values, take_values(rows, n, values)}};
	SegClimb	climb = {.d = SEG_CLV_VALUE_PARAMETERS};
	SegClvPart *part = &fit->value;
	double		logs[2] = {0, 0};

	fit->correlation = NAN;
	if (all.rows.n == 0)
		return;
	for (size_t i = 0; i < all.rows.n; i++)
	{
		part->n += values[i].count;
		seg_twofold_add(logs, (double) values[i].count * log(values[i].customer.mean_value));
	}
	all.scale = exp((logs[0] + logs[1]) / (double) part->n);
	for (int i = 0; i < SEG_CLV_VALUE_PARAMETERS; i++)
	{
		climb.low[i] = -EDGE;
		climb.high[i] = EDGE;
	}
	climb_from_best(&climb, starts, sizeof(starts) / sizeof(starts[0]), value_surface, &all, &all.rows);
	keep_result(&climb, SEG_CLV_V, all.scale, part);
	part->log_likelihood = climb.value - (logs[0] + logs[1]);
	fit->correlation = correlation(values, all.rows.n);
}

void
seg_clv_fit(const SegClvRow *rows, size_t n, SegClvRow *patterns, SegClvKind kind, SegClvFit *fit)
{
	Assert(n > 0);
	*fit = (SegClvFit) {.kind = kind};
	fit_purchases(rows, n, patterns, kind, &fit->purchases);
	fit_value(rows, n, patterns, fit);
}
