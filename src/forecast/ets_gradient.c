/*
 * ets_gradient.c
 *		The gradient of the loss of exponential smoothing, by one pass back over the trace.
 *
 * A name with _bar is the derivative of the loss by that quantity.  A step forward, read
 * from its end to its begin, gives for each assignment the derivatives of its inputs (reverse
 * differentiation; A. Griewank and A. Walther, "Evaluating derivatives", 2008).
 */
#include "forecast/ets.h"

enum
{
	ALPHA,
	BETA,
	GAMMA,
	PHI,
	LEVEL,
	SLOPE,
	SEASON
};

/* seg_ets_gradient for one error and season.  With season M, d = y / s - q, and the season grows by gamma (y / q - s). */
SEG_ALWAYS_INLINE void
back(const SegEts *model, const double *y, size_t n, const SegEtsTrace *trace, double weight, double *gradient,
	 char error, char season)
{
	double		l_bar = 0;
	double		b_bar = 0;
	double		alpha_bar = 0;
	double		beta_bar = 0;
	double		gamma_bar = 0;
	double		phi_bar = 0;
	double	   *season_bar = gradient + SEASON;
	size_t		phase = n % model->m;

	for (size_t t = n; t-- > 0;)
	{
		double		q = trace->q[t];
		double		b = trace->b[t];
		double		s = trace->s[t];
		double		f = trace->f[t];
		double		q_bar = l_bar;
		double		b_before = model->phi * b_bar;

		seg_check_step(t);
		phase = phase == 0 ? model->m - 1 : phase - 1;
		phi_bar += b_bar * b;
		if (!isnan(y[t]))
		{
			double		d_bar = model->alpha * l_bar + model->beta * b_bar;
			double		r = y[t] - f;
			double		d = season == 'M' ? r / s : r;
			double		e_bar = weight * trace->e[t];
			double		f_bar = error == 'M' ? 2 / f - e_bar * y[t] / (f * f) : -e_bar;

			alpha_bar += l_bar * d;
			beta_bar += b_bar * d;
			if (season == 'N')
				q_bar += f_bar - d_bar;
			if (season == 'A')
			{
				gamma_bar += season_bar[phase] * r;
				f_bar -= d_bar + model->gamma * season_bar[phase];
				q_bar += f_bar;
				season_bar[phase] += f_bar;
			}
			if (season == 'M')
			{
				double		u_bar = model->gamma * season_bar[phase];

				gamma_bar += season_bar[phase] * r / q;
				q_bar += f_bar * s - d_bar - u_bar * y[t] / (q * q);
				season_bar[phase] += f_bar * q - u_bar - d_bar * y[t] / (s * s);
			}
		}
		l_bar = q_bar;
		b_bar = b_before + model->phi * q_bar;
		phi_bar += q_bar * b;
	}
	gradient[ALPHA] = alpha_bar;
	gradient[BETA] = beta_bar;
	gradient[GAMMA] = gamma_bar;
	gradient[PHI] = phi_bar;
	gradient[LEVEL] = l_bar;
	gradient[SLOPE] = b_bar;
}

void
seg_ets_gradient(const SegEts *model, const double *y, size_t n, const SegEtsTrace *trace,
				 double gradient[SEG_ETS_MOST_GRADIENT])
{
	double		squares = 0;
	double		present = 0;
	double		weight;

	memset(gradient, 0, SEG_ETS_MOST_GRADIENT * sizeof(double));
	for (size_t t = 0; t < n; t++)
	{
		squares += trace->e[t] * trace->e[t];
		present += !isnan(y[t]);
	}
	weight = squares > 1e-28 * present ? 2 * present / squares : 0;
	if (model->form.error == 'A' && model->form.season == 'N')
		back(model, y, n, trace, weight, gradient, 'A', 'N');
	else if (model->form.error == 'A')
		back(model, y, n, trace, weight, gradient, 'A', 'A');
	else if (model->form.season == 'N')
		back(model, y, n, trace, weight, gradient, 'M', 'N');
	else if (model->form.season == 'A')
		back(model, y, n, trace, weight, gradient, 'M', 'A');
	else
		back(model, y, n, trace, weight, gradient, 'M', 'M');
}
