/*
 * clv.c
 *		What is expected of a customer; see clv.h for the models.
 *
 * A customer who is alive at t_cal has a rate lambda that is Gamma(R, A), R = r + x, A = alpha + t_cal, and a
 * probability to leave p that is Beta(a, c - a + 1), c = a + b + x - 1 + s.  In t days E[(1 - e^(-lambda p t)) / p]
 * purchases are expected, that is
 *
 *		E f(p),  f(p) = (1 - (1 + p t / A)^-R) / p
 *
 * As a series, with z = t / (A + t), L = ln(1 - z), q = c - R:
 *
 *		c (1 - e^((a-1) L)) / (a - 1) - e^((a-1) L) sum over k >= 1 of (q)_k (a)_(k-1) / ((c + 1)_(k-1) k!) z^k
 *
 * It is equation 10 of Fader, Hardie and Lee (2005) after Euler's transformation of the hypergeometric function.  It
 * has no pole: q does not grow with x, and c + 1 is above 0.  At a = 1 the first term is -c L.  The terms of the series
 * can be large and of both signs when r is large, and large when a is: then the integral is computed.
 */
#include "clv/clv.h"

double
seg_clv_alive(const SegClvPurchases *model, const SegClvCustomer *customer)
{
	const double *parameters = model->parameters;
	double		alpha = parameters[SEG_CLV_ALPHA];
	double		d = parameters[SEG_CLV_B] + (customer->x - (model->kind == SEG_CLV_BGNBD));
	double		silence = log1p((customer->t_cal - customer->t_x) / (alpha + customer->t_x));

	if (model->kind == SEG_CLV_BGNBD && customer->x == 0)
		return 1;
	return 1 / (1 + parameters[SEG_CLV_A] / d * exp((parameters[SEG_CLV_R] + customer->x) * silence));
}

/* What the expectations are computed from; see above. */
typedef struct Outlook
{
	double		R;
	double		A;
	double		a;
	double		rest;			/* c - a + 1 */
	double		all;			/* c + 1, which may be small */
	double		c;
} Outlook;

static Outlook
outlook_of(const SegClvPurchases *model, const SegClvCustomer *customer)
{
	const double *parameters = model->parameters;
	double		rest = parameters[SEG_CLV_B] + customer->x + (model->kind == SEG_CLV_MBGNBD);

	return (Outlook) {
		.R = parameters[SEG_CLV_R] + customer->x,
		.A = parameters[SEG_CLV_ALPHA] + customer->t_cal,
		.a = parameters[SEG_CLV_A],
		.rest = rest,
		.all = parameters[SEG_CLV_A] + rest,
		.c = parameters[SEG_CLV_A] + rest - 1,
	};
}

/* The series fails beyond so many terms, or when its result has a larger relative error. */
#define MOST_TERMS 20000
#define MOST_ERROR 1e-12

/* Above these a first term of the series would overflow, or its sum would lose all digits. */
#define MOST_SHAPE 1e4

static double
series(const Outlook *of, double days)
{
	double		z = days / (of->A + days);
	double		log_rest = -log1p(days / of->A);
	double		q = of->c - of->R;
	double		power = (of->a - 1) * log_rest;
	double		term = q * z;
	double		sum = 0;
	double		size = 0;
	double		first;
	double		result;
	int			k = 1;

	if (of->a > MOST_SHAPE || fabs(q) > MOST_SHAPE)
		return NAN;
	for (; k <= MOST_TERMS; k++)
	{
		double		ratio = (q + k) * (of->a + (k - 1)) / ((of->all + (k - 1)) * (k + 1)) * z;

		sum += term;
		size += fabs(term);
		/* the terms from here on are at most a geometric series when |ratio| falls or stays below z */
		if (fabs(term) <= size * DBL_EPSILON / 4 * (1 - fmax(fabs(ratio), z)))
			break;
		term *= ratio;
	}
	first = fabs(of->a - 1) < 1e-300 ? -of->c * log_rest : -of->c * expm1(power) / (of->a - 1);
	result = first - exp(power) * sum;
	if (k > MOST_TERMS || !((fabs(first) + exp(power) * size) * DBL_EPSILON <= MOST_ERROR * result))
		return NAN;
	return result;
}

/* (f(0) (1 - p) + f(1) p - f(p)) / (p (1 - p)), not negative because f is convex; p = e^s / (1 + e^s). */
static double
bulge(const Outlook *of, double days, double s)
{
	double		p = s > 0 ? 1 / (1 + exp(-s)) : exp(s) / (1 + exp(s));
	double		rest = s > 0 ? exp(-s) / (1 + exp(-s)) : 1 / (1 + exp(s));
	double		at_0 = of->R * (days / of->A);
	double		at_1 = -expm1(-of->R * log1p(days / of->A));
	double		at_p = -expm1(-of->R * log1p(p * (days / of->A))) / p;

	return fmax(at_0 * rest + at_1 * p - at_p, 0) / (p * rest);
}

/*
 * E f(p) = f(0) E(1 - p) + f(1) E p - E(p (1 - p)) E' bulge(p), where p in E' is Beta(a + 1, c - a + 2).  E' is taken by
 * the trapezoidal rule in s = ln(p / (1 - p)): the weights fall at least exponentially on both sides, and the
 * rule converges exponentially.
 */
static double
integral(const Outlook *of, double days)
{
	double		a = of->a;
	double		rest = of->rest;
	double		all = of->all;
	double		mode = log(a + 1) - log(rest + 1);
	double		at_mode = (a + 1) / (all + 2);
	double		sd = sqrt((all + 2) / (a + 1) / (rest + 1));
	double		step = fmin(0.2, sd / 2);
	double		at_1 = -expm1(-of->R * log1p(days / of->A));
	double		sum = 0;
	double		weights = 0;

	for (int side = -1; side <= 1; side += 2)
		for (int i = side > 0;; i++)
		{
			double		shift = side * i * step;
			double		weight = exp((a + 1) * shift - (all + 2) * log1p(at_mode * expm1(shift)));

			if (!(weight > DBL_EPSILON * DBL_EPSILON))
				break;
			weights += weight;
			sum += weight * bulge(of, days, mode + shift);
		}
	return of->R * (days / of->A) * (rest / all) + at_1 * (a / all) - a / all * (rest / (all + 1)) * (sum / weights);
}

double
seg_clv_purchases_series(const SegClvPurchases *model, const SegClvCustomer *customer, double days)
{
	Outlook		of = outlook_of(model, customer);

	return series(&of, days);
}

double
seg_clv_purchases_integral(const SegClvPurchases *model, const SegClvCustomer *customer, double days)
{
	Outlook		of = outlook_of(model, customer);

	return integral(&of, days);
}

static double
purchases(const Outlook *of, double days)
{
	double		expected = days > 0 ? series(of, days) : 0;

	if (isnan(expected))
		expected = integral(of, days);
	return fmax(expected, 0);
}

double
seg_clv_purchases(const SegClvPurchases *model, const SegClvCustomer *customer, double days)
{
	Outlook		of = outlook_of(model, customer);

	return purchases(&of, days);
}

double
seg_clv_value(const double parameters[SEG_CLV_VALUE_PARAMETERS], const SegClvCustomer *customer)
{
	double		p = parameters[SEG_CLV_P];
	double		x = customer->mean_value >= 0 ? customer->x : 0;
	double		rest = p * x + parameters[SEG_CLV_Q] - 1;

	return rest > 0 ? (parameters[SEG_CLV_V] + x * customer->mean_value) * (p / rest) : NAN;
}

double
seg_clv_discounted(const SegClvPurchases *model, const SegClvCustomer *customer, double days, double rate)
{
	Outlook		of = outlook_of(model, customer);
	double		before = 0;
	double		sum = 0;

	if (rate == 0)
		return purchases(&of, days);
	for (int month = 1; (month - 1) * SEG_CLV_MONTH < days; month++)
	{
		double		end = fmin(month * SEG_CLV_MONTH, days);
		double		until = purchases(&of, end);

		CHECK_FOR_INTERRUPTS();
		sum += fmax(until - before, 0) * exp(-log1p(rate) * (end / SEG_CLV_YEAR));
		before = until;
	}
	return sum;
}
