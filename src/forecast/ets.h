/*
 * ets.h
 *		Exponential smoothing in state space form: one model, its pass over a series, its likelihood.
 *
 * A model has an error (A additive, M multiplicative), a trend (N none, A additive,
 * D additive and damped) and a season (N, A, M).  With level l, slope b and the season s of
 * the same phase one period before, a step is
 *
 *		q = l + phi b			f = q, q + s or q s			e = y - f or (y - f) / f
 *		d = y - f, or (y - f) / s with a multiplicative season
 *		l' = q + alpha d		b' = phi b + beta d
 *		s' = s + gamma (y - f), or s + gamma (y - f) / q
 *
 * A missing value leaves l' = q, b' = phi b, s' = s and has no part in the likelihood.
 *
 * Source: R. Hyndman, A. Koehler, J. Ord and R. Snyder, "Forecasting with exponential
 * smoothing: the state space approach" (2008).
 */
#ifndef SEG_FORECAST_ETS_H
#define SEG_FORECAST_ETS_H

#include "base/port.h"
#include "base/status.h"

#define SEG_ETS_MOST_SEASON 24	/* longer seasons are taken out before */
#define SEG_ETS_FORMS 15

typedef struct SegEtsForm
{
	char		error;			/* A, M */
	char		trend;			/* N, A, D */
	char		season;			/* N, A, M */
} SegEtsForm;

typedef struct SegEts
{
	SegEtsForm	form;
	uint32_t	m;				/* periods of a season; 1 without */
	double		alpha;
	double		beta;			/* 0 without a trend */
	double		gamma;			/* 0 without a season */
	double		phi;			/* 0 without a trend, 1 with one that is not damped */
	double		level;			/* before the first period */
	double		slope;
	double		season[SEG_ETS_MOST_SEASON];	/* used for the first m periods; sums to 0 or to m */

	/* of the fit */
	double		log_likelihood;
	double		sigma2;			/* variance of e */
	double		criterion;		/* AICc, AIC or BIC */
	uint32_t	parameters;		/* with the variance */
} SegEts;

/* The state after the last period; season[0] is that of the next period. */
typedef struct SegEtsState
{
	double		level;
	double		slope;
	double		season[SEG_ETS_MOST_SEASON];
} SegEtsState;

/* What a pass leaves of each period: n numbers each. */
typedef struct SegEtsTrace
{
	double	   *q;				/* l + phi b before the period */
	double	   *b;				/* slope before the period */
	double	   *s;				/* season before the period; 0 without */
	double	   *f;				/* forecast of the period */
	double	   *e;				/* error; 0 where the value is missing */
} SegEtsTrace;

#define SEG_ETS_TRACE 5			/* arrays in a trace */

/* All forms in a fixed order; those without season come first for the same error. */
extern const SegEtsForm seg_ets_forms[SEG_ETS_FORMS];

/* OUT name: "M,Ad,M" without commas, as in "MAdM". */
extern void seg_ets_name(SegEtsForm form, char name[5]);

/* The form of a name such as "MAM", "AAdN"; false when there is none. */
extern bool seg_ets_form_of(const char *name, SegEtsForm *form);

/* Smoothing parameters, free initial states and the variance. */
extern uint32_t seg_ets_parameters(SegEtsForm form, uint32_t m);

/* The arrays of a trace in IN buffer[SEG_ETS_TRACE * n]. */
extern SegEtsTrace seg_ets_trace(double *buffer, size_t n);

/*
 * Pass over IN y[n], NaN for a missing value.  OUT trace; OUT end, may be NULL; OUT loss: -2 log
 * likelihood without constants, n log sum e^2 + 2 sum log |f| (M only), with n the values that
 * are there.  False when the model cannot have made the series: a forecast or a component that
 * has to be positive is not, or a number overflows.  O(n).
 */
extern bool seg_ets_pass(const SegEts *model, const double *y, size_t n, SegEtsTrace *trace,
						 SegEtsState *end, double *loss);

/*
 * The gradient of the loss after a pass, by one pass back over the trace.
 * OUT gradient: alpha, beta, gamma, phi, level, slope, and the m seasons, as if independent.  O(n).
 */
#define SEG_ETS_MOST_GRADIENT (6 + SEG_ETS_MOST_SEASON)
extern void seg_ets_gradient(const SegEts *model, const double *y, size_t n, const SegEtsTrace *trace,
							 double gradient[SEG_ETS_MOST_GRADIENT]);

/*
 * Are the parameters admissible: do errors of the past fade out of the forecasts?  The roots of
 * the moving average polynomial, (1 - phi B)(1 - B^m) + alpha B (1 - phi B) S + phi beta B S +
 * gamma B^m (1 - phi B) with S = 1 + B + ... + B^(m-1), must not lie inside the unit circle.
 * Tested by the recursion of Schur and Cohn.  O(m^2).
 */
extern bool seg_ets_is_admissible(const SegEts *model);

/*
 * Set log_likelihood, sigma2 and parameters of a model for a series, and AICc as the criterion.
 * IN fixed: parameters that were given, which do not count.  SCRATCH buffer[SEG_ETS_TRACE * n].
 * False as seg_ets_pass, or when there are too few values for AICc.
 */
extern bool seg_ets_evaluate(SegEts *model, const double *y, size_t n, uint32_t fixed, double *buffer);

/* ---- fitting: ets_fit.c ---- */

/* Parameters that the user gave; NaN: to be estimated. */
typedef struct SegEtsFixed
{
	double		alpha;
	double		beta;
	double		gamma;
	double		phi;
} SegEtsFixed;

/* Doubles of scratch that seg_ets_fit needs. */
extern size_t seg_ets_scratch(size_t n);

/*
 * Fit the model, form and m set, to IN y[n] with the largest likelihood inside the usual bounds.
 * Values are of magnitude 1.  False when no start has a likelihood, or
 * there are too few values.  Cost: some tens of passes over the series.
 */
extern bool seg_ets_fit(SegEts *model, const double *y, size_t n, const SegEtsFixed *fixed, double *scratch);

/* ---- forecasts: ets_ahead.c ---- */

/*
 * OUT mean[horizon], variance[horizon] of the periods after the state, exactly, as far as errors are
 * normal.  SCRATCH scratch[2 * horizon].  O(horizon^2) with a multiplicative error, O(horizon) with an
 * additive one, O(m horizon) with a multiplicative season.
 */
extern void seg_ets_ahead(const SegEts *model, const SegEtsState *state, size_t horizon,
						  double *mean, double *variance, double *scratch);

#endif							/* SEG_FORECAST_ETS_H */
