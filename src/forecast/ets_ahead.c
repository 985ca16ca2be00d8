/*
 * ets_ahead.c
 *		Means and variances of the periods to come, exactly; see ets.h.
 *
 * With an additive error (class 1) an error of j periods ago moves a forecast by
 * c_j = alpha + beta (phi + ... + phi^j) + gamma [m divides j], so
 *
 *		v_h = sigma^2 (1 + sum over j < h of c_j^2).
 *
 * With a multiplicative error and no multiplicative season (class 2), an error is relative
 * to a random forecast; with theta_h the mean of the square of the forecast,
 *
 *		theta_h = mu_h^2 + sigma^2 sum over j < h of c_j^2 theta_(h-j)
 *		v_h = (1 + sigma^2) theta_h - mu_h^2.
 *
 * With a multiplicative season (class 3) the first and second moments of season times
 * (level, slope) are carried from step to step, for each phase of the season.
 *
 * Source for classes 1 and 2: R. Hyndman, A. Koehler, J. Ord and R. Snyder, "Prediction
 * intervals for exponential smoothing using two new classes of state space models",
 * Journal of Forecasting 24 (2005).  Class 3 is exact here, not an approximation.
 */
#include "forecast/ets.h"

/* OUT mean[horizon]: all errors to come are 0. */
static void
point_forecasts(const SegEts *model, const SegEtsState *state, size_t horizon, double *mean)
{
	double		slope = model->phi * state->slope;
	double		q = state->level;

	for (size_t h = 0; h < horizon; h++)
	{
		seg_check_step(h);
		q += slope;
		slope *= model->phi;
		mean[h] = q;
		if (model->form.season == 'A')
			mean[h] += state->season[h % model->m];
	}
}

/* OUT squares[horizon]: c_j^2, from j = 1 on; the first is not used. */
static void
squared_weights(const SegEts *model, size_t horizon, double *squares)
{
	double		power = 1;
	double		damped = 0;

	for (size_t j = 0; j < horizon; j++)
	{
		double		c = model->alpha + model->beta * damped;

		seg_check_step(j);
		if (model->form.season == 'A' && j % model->m == 0)
			c += model->gamma;
		squares[j] = c * c;
		power *= model->phi;
		damped += power;
	}
}

static void
class_2(const SegEts *model, size_t horizon, const double *mean, double *variance, const double *squares,
		double *theta)
{
	for (size_t h = 0; h < horizon; h++)
	{
		double		sum = 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t j = 1; j <= h; j++)
			sum += squares[j] * theta[h - j];
		theta[h] = mean[h] * mean[h] + model->sigma2 * sum;
		variance[h] = (1 + model->sigma2) * theta[h] - mean[h] * mean[h];
	}
}

/* Moments of season times (level, slope): first, and the symmetric second. */
typedef struct Moments
{
	double		level;
	double		slope;
	double		level2;
	double		both;
	double		slope2;
} Moments;

/* A step of another phase (gamma = 0), or of the phase itself. */
static void
step(const SegEts *model, double gamma, Moments *x)
{
	double		phi = model->phi;
	double		variance = model->sigma2;
	double		alpha = model->alpha;
	double		beta = model->beta;

	/* H x: the forecast; F x: (q, phi b) */
	double		q1 = x->level + phi * x->slope;
	double		f_both = phi * x->both + phi * phi * x->slope2;
	double		f_slope2 = phi * phi * x->slope2;
	double		q2 = x->level2 + 2 * phi * x->both + phi * phi * x->slope2;
	double		own = 1 + gamma * gamma * variance;
	double		cross = 2 * gamma * variance;
	double		noise = variance + 3 * gamma * gamma * variance * variance;

	/* F M2 H' = (q2, f_both)' */
	x->level = q1 + gamma * variance * q1 * alpha;
	x->slope = phi * x->slope + gamma * variance * q1 * beta;
	x->level2 = own * q2 + cross * 2 * q2 * alpha + noise * q2 * alpha * alpha;
	x->both = own * f_both + cross * (q2 * beta + f_both * alpha) + noise * q2 * alpha * beta;
	x->slope2 = own * f_slope2 + cross * 2 * f_both * beta + noise * q2 * beta * beta;
}

static void
class_3(const SegEts *model, const SegEtsState *state, size_t horizon, double *mean, double *variance)
{
	for (size_t phase = 0; phase < model->m && phase < horizon; phase++)
	{
		double		s = state->season[phase];
		Moments		x = {s * state->level, s * state->slope, s * s * state->level * state->level,
		s * s * state->level * state->slope, s * s * state->slope * state->slope};

		for (size_t h = 0; h < horizon; h++)
		{
			bool		is_own = h % model->m == phase;

			seg_check_step(h);
			if (is_own)
			{
				double		q2 = x.level2 + 2 * model->phi * x.both + model->phi * model->phi * x.slope2;

				mean[h] = x.level + model->phi * x.slope;
				variance[h] = (1 + model->sigma2) * q2 - mean[h] * mean[h];
			}
			step(model, is_own ? model->gamma : 0, &x);
		}
	}
}

void
seg_ets_ahead(const SegEts *model, const SegEtsState *state, size_t horizon,
			  double *mean, double *variance, double *scratch)
{
	double	   *squares = scratch;
	double		sum = 1;

	if (model->form.season == 'M')
	{
		class_3(model, state, horizon, mean, variance);
		return;
	}
	point_forecasts(model, state, horizon, mean);
	squared_weights(model, horizon, squares);
	if (model->form.error == 'M')
	{
		class_2(model, horizon, mean, variance, squares, scratch + horizon);
		return;
	}
	for (size_t h = 0; h < horizon; h++)
	{
		seg_check_step(h);
		if (h > 0)
			sum += squares[h];
		variance[h] = model->sigma2 * sum;
	}
}
