/*
 * forecast.h
 *		Chooses and fits a method for a series, and forecasts with it.
 *
 * The default method, auto, is half the ETS candidates, weighted by their criterion (Akaike weights),
 * and half Theta.  Its variance is the larger of the two variances, plus a quarter of the square
 * of the difference of the two forecasts.  A short series goes down a ladder: without two full seasons it has
 * no season; with fewer than 6 values it has the naive forecast; one value has no bounds; a
 * constant stays as it is; a value of 0 or less excludes multiplicative errors.  A season
 * longer than SEG_ETS_MOST_SEASON is taken out before by STL and put back after.
 *
 * Source of the weights: K. Burnham and D. Anderson, "Model selection and multimodel inference" (2002).
 */
#ifndef SEG_FORECAST_FORECAST_H
#define SEG_FORECAST_FORECAST_H

#include "forecast/ets.h"
#include "forecast/theta.h"

#define SEG_FORECAST_MOST_PERIODS 10000
#define SEG_FORECAST_MOST_HORIZON 1000
#define SEG_FORECAST_MOST_SEASON 366

typedef enum SegForecastMethod
{
	SEG_FORECAST_AUTO,
	SEG_FORECAST_ETS,			/* the candidate with the least criterion */
	SEG_FORECAST_THETA,
	SEG_FORECAST_NAIVE,			/* the last value */
	SEG_FORECAST_SEASONAL_NAIVE,	/* the value one season before */
	SEG_FORECAST_DRIFT,			/* the line through the first and the last value */
	SEG_FORECAST_MEAN,
	SEG_FORECAST_CROSTON,
	SEG_FORECAST_SBA,
	SEG_FORECAST_TSB,
	SEG_FORECAST_METHODS		/* their number */
} SegForecastMethod;

typedef enum SegForecastCriterion
{
	SEG_FORECAST_AICC,
	SEG_FORECAST_AIC,
	SEG_FORECAST_BIC,
} SegForecastCriterion;

/* What is asked for. */
typedef struct SegForecastRecipe
{
	SegForecastMethod method;
	SegForecastCriterion criterion;
	uint32_t	m;				/* periods of a season; 1: none */
	bool		has_form;		/* one form of ETS only */
	SegEtsForm	form;
	SegEtsFixed fixed;			/* NaN: estimated; alpha is also that of Croston's methods */
} SegForecastRecipe;

typedef enum SegForecastReason
{
	SEG_FORECAST_FITTED,
	SEG_FORECAST_NOT_POSITIVE,	/* a multiplicative error needs values above 0 */
	SEG_FORECAST_TOO_SHORT,		/* for its parameters */
	SEG_FORECAST_NO_LIKELIHOOD,
	SEG_FORECAST_NOT_ADMISSIBLE,
	SEG_FORECAST_REASONS		/* their number */
} SegForecastReason;

typedef struct SegForecastCandidate
{
	SegEts		ets;			/* in units of the scaled values */
	double		weight;
	SegForecastReason reason;
} SegForecastCandidate;

/* What was fitted.  Parameters are those of the values divided by 2^exponent. */
typedef struct SegForecastFit
{
	SegForecastMethod method;	/* the one that is used; auto stays auto */
	int			exponent;
	uint32_t	m;				/* season of the methods; 1: none */
	uint32_t	long_m;			/* season that STL took out; 0: none */
	double		alpha;			/* of Croston's methods */
	uint32_t	candidates;
	SegForecastCandidate candidate[SEG_ETS_FORMS];
	bool		has_theta;
	SegTheta	theta;
	const double *long_season;	/* long_m, by phase of the first period, scaled */
} SegForecastFit;

/* A forecast or a fitted period taken apart: level + trend + season + events is its mean. */
typedef struct SegForecastPart
{
	double		level;
	double		trend;
	double		season;
	double		events;			/* 0 from the functions here */
	double		mean;
	double		variance;		/* NaN: unknown */
	double		lower;			/* bounds at the level asked for; NaN: unknown */
	double		upper;
} SegForecastPart;

/* Doubles of scratch for the functions here, for n periods of a season of m and horizon periods to come. */
extern size_t seg_forecast_scratch(size_t n, size_t m, size_t horizon);

/*
 * Fit IN y[n], NaN for missing, n <= SEG_FORECAST_MOST_PERIODS.  OUT fit; OUT long_season[m], used
 * when long_m > 0.  Returns SEG_OK, or SEG_NO_ROWS when no value is there.
 */
extern SegStatus seg_forecast_fit(SegForecastFit *fit, const SegForecastRecipe *recipe, const double *y, size_t n,
								  double *long_season, double *scratch);

/*
 * OUT parts[n + horizon]: each period of the series forecast from those before it, then
 * the horizon.  Bounds hold the share `level` (0 < level < 1) of normal errors; those of Croston's methods
 * are quantiles.  Units are those of y; a number that is too large becomes infinite.
 */
extern void seg_forecast_parts(const SegForecastFit *fit, const double *y, size_t n, size_t horizon, double level,
							   SegForecastPart *parts, double *scratch);

#endif							/* SEG_FORECAST_FORECAST_H */
