/*
 * ets.c
 *		Exponential smoothing: the pass over a series, its likelihood, admissibility; see ets.h.
 */
#include "forecast/ets.h"

/* Smaller forecasts of a positive series are taken for none. */
#define LEAST 1e-100

const SegEtsForm seg_ets_forms[SEG_ETS_FORMS] = {
	{'A', 'N', 'N'}, {'A', 'A', 'N'}, {'A', 'D', 'N'},
	{'M', 'N', 'N'}, {'M', 'A', 'N'}, {'M', 'D', 'N'},
	{'A', 'N', 'A'}, {'A', 'A', 'A'}, {'A', 'D', 'A'},
	{'M', 'N', 'A'}, {'M', 'A', 'A'}, {'M', 'D', 'A'},
	{'M', 'N', 'M'}, {'M', 'A', 'M'}, {'M', 'D', 'M'},
};

void
seg_ets_name(SegEtsForm form, char name[5])
{
	*name++ = form.error;
	*name++ = form.trend == 'D' ? 'A' : form.trend;
	if (form.trend == 'D')
		*name++ = 'd';
	*name++ = form.season;
	*name = '\0';
}

bool
seg_ets_form_of(const char *name, SegEtsForm *form)
{
	for (size_t i = 0; i < SEG_ETS_FORMS; i++)
	{
		char		known[5];

		seg_ets_name(seg_ets_forms[i], known);
		if (strcmp(known, name) == 0)
		{
			*form = seg_ets_forms[i];
			return true;
		}
	}
	return false;
}

uint32_t
seg_ets_parameters(SegEtsForm form, uint32_t m)
{
	/* alpha, level, variance; beta, slope; phi; gamma, seasons but one */
	return 3 + (form.trend == 'N' ? 0 : 2) + (form.trend == 'D' ? 1 : 0) + (form.season == 'N' ? 0 : m);
}

SegEtsTrace
seg_ets_trace(double *buffer, size_t n)
{
	return (SegEtsTrace) {buffer, buffer + n, buffer + 2 * n, buffer + 3 * n, buffer + 4 * n};
}

/* The product of forecasts, in place of the sum of their logarithms, while it is in range. */
SEG_ALWAYS_INLINE double
multiply(double product, double factor, double *logs)
{
	product *= factor;
	if (product > 1e100 || product < 1e-100)
	{
		*logs += log(product);
		return 1;
	}
	return product;
}

/* seg_ets_pass for one error and season.  ring[m]: the seasons, changed. */
SEG_ALWAYS_INLINE bool
pass(const SegEts *model, const double *y, size_t n, SegEtsTrace *trace, double *ring, SegEtsState *end,
	 double *loss, char error, char season)
{
	double		l = model->level;
	double		b = model->slope;
	double		squares = 0;
	double		product = 1;
	double		logs = 0;
	size_t		present = 0;
	size_t		phase = 0;

	for (size_t t = 0; t < n; t++)
	{
		double		q = l + model->phi * b;
		double		s = season == 'N' ? 0 : ring[phase];
		double		f = season == 'N' ? q : season == 'A' ? q + s : q * s;
		double		e = 0;
		double		d = 0;

		seg_check_step(t);
		if (season == 'M' && !(q > LEAST && s > LEAST))
			return false;
		if (error == 'M' && !(f > LEAST))
			return false;
		trace->q[t] = q;
		trace->b[t] = b;
		trace->s[t] = s;
		trace->f[t] = f;
		if (!isnan(y[t]))
		{
			double		r = y[t] - f;

			e = error == 'M' ? r / f : r;
			d = season == 'M' ? r / s : r;
			if (season == 'A')
				ring[phase] = s + model->gamma * r;
			if (season == 'M')
				ring[phase] = s + model->gamma * r / q;
			if (error == 'M')
				product = multiply(product, f, &logs);
			squares += e * e;
			present++;
		}
		trace->e[t] = e;
		l = q + model->alpha * d;
		b = model->phi * b + model->beta * d;
		if (++phase == model->m)
			phase = 0;
	}
	if (end != NULL)
	{
		*end = (SegEtsState) {.level = l, .slope = b};
		for (size_t j = 0; season != 'N' && j < model->m; j++)
			end->season[j] = ring[(phase + j) % model->m];
	}
	/* a perfect fit has no likelihood; a floor of the error takes its place */
	squares = fmax(squares, 1e-28 * (double) present);
	*loss = (double) present * log(squares) + 2 * (logs + log(product));
	return isfinite(*loss) && isfinite(l) && isfinite(b);
}

bool
seg_ets_pass(const SegEts *model, const double *y, size_t n, SegEtsTrace *trace,
			 SegEtsState *end, double *loss)
{
	double		ring[SEG_ETS_MOST_SEASON];

	memcpy(ring, model->season, sizeof(ring));
	if (model->form.error == 'A' && model->form.season == 'N')
		return pass(model, y, n, trace, ring, end, loss, 'A', 'N');
	if (model->form.error == 'A')
		return pass(model, y, n, trace, ring, end, loss, 'A', 'A');
	if (model->form.season == 'N')
		return pass(model, y, n, trace, ring, end, loss, 'M', 'N');
	if (model->form.season == 'A')
		return pass(model, y, n, trace, ring, end, loss, 'M', 'A');
	return pass(model, y, n, trace, ring, end, loss, 'M', 'M');
}

bool
seg_ets_evaluate(SegEts *model, const double *y, size_t n, uint32_t fixed, double *buffer)
{
	SegEtsTrace trace = seg_ets_trace(buffer, n);
	double		loss;
	double		squares = 0;
	double		present = 0;
	double		k;

	model->parameters = seg_ets_parameters(model->form, model->m) - fixed;
	k = model->parameters;
	for (size_t t = 0; t < n; t++)
		present += !isnan(y[t]);
	if (present - k - 1 <= 0 || !seg_ets_pass(model, y, n, &trace, NULL, &loss))
		return false;
	for (size_t t = 0; t < n; t++)
		squares += trace.e[t] * trace.e[t];
	model->log_likelihood = -loss / 2;
	model->sigma2 = squares / (present - k + 1);
	model->criterion = loss + 2 * k + 2 * k * (k + 1) / (present - k - 1);
	return isfinite(model->sigma2);
}

/* Do all roots of sum c[i] z^i, i = 0 .. degree, lie in or on the unit circle?  c is changed. */
static bool
roots_are_inside(double *c, size_t degree)
{
	for (; degree > 0; degree--)
	{
		double		reflection = c[0] / c[degree];

		if (!(fabs(reflection) <= 1 + 1e-10))
			return false;
		if (fabs(reflection) >= 1 - 1e-12)
			return true;
		for (size_t i = 1; 2 * i <= degree; i++)
		{
			double		low = c[i];
			double		high = c[degree - i];

			c[i] = low - reflection * high;
			c[degree - i] = high - reflection * low;
		}
		c[degree] -= reflection * c[0];
		memmove(c, c + 1, degree * sizeof(double));
	}
	return true;
}

bool
seg_ets_is_admissible(const SegEts *model)
{
	double		c[SEG_ETS_MOST_SEASON + 2] = {0};	/* by power of B */
	double		roots[SEG_ETS_MOST_SEASON + 2];
	bool		trend = model->form.trend != 'N';
	double		phi = trend ? model->phi : 0;
	size_t		m = model->form.season == 'N' ? 1 : model->m;
	size_t		degree = m + (trend ? 1 : 0);

	/* without a season S = 1 and 1 - B^m = 1 - B, and gamma is 0 */
	c[0] += 1;
	c[1] -= phi;
	c[m] -= 1 - model->gamma;
	c[m + 1] += phi * (1 - model->gamma);
	for (size_t j = 0; j < m; j++)
	{
		c[j + 1] += model->alpha + phi * model->beta;
		c[j + 2] -= model->alpha * phi;
	}
	for (size_t i = 0; i <= degree; i++)
		roots[degree - i] = c[i];
	return roots_are_inside(roots, degree);
}
