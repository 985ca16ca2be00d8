/*
 * rhythm.c
 *		Customers' own rhythm; see rhythm.h for the formulas.
 *
 * Sums within a customer are taken in ascending order of the gaps, sums over customers are
 * exact (stats/exact_sum.h), so the order of rows does not matter.  Logarithms are summed as
 * differences from the smallest one: equal gaps then have a variance of exactly 0.
 */
#include "rhythm/rhythm.h"

#include "base/sort.h"
#include "stats/exact_sum.h"

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

void
seg_rhythm_enter(double *cells, const double *gaps, size_t n)
{
	cells[0] = -(double) n;
	memcpy(cells + 1, gaps, n * sizeof(double));
	seg_sort(cells + 1, n, sizeof(double), is_less, NULL);
}

bool
seg_rhythm_cells_are_sound(const double *cells, size_t count, uint64_t *gaps)
{
	*gaps = 0;
	for (size_t at = 0; at < count;)
	{
		double		n = -cells[at++];

		if (!(n >= 1) || n > (double) (count - at) || n != floor(n))
			return false;
		for (size_t end = at + (size_t) n; at < end; at++)
		{
			seg_check_step(at);
			if (!(cells[at] > 0 && cells[at] <= DBL_MAX) || (at + 1 < end && cells[at + 1] < cells[at]))
				return false;
		}
		*gaps += (uint64_t) n;
	}
	return true;
}

/* ---- passes over the customers ---- */

/* The gaps of a customer as logarithms. */
typedef struct Group
{
	double	   *logs;			/* ascending */
	size_t		n;
	double		sum;			/* of log - logs[0] */
	double		mean;
	double		squares;		/* of the differences from the mean */
} Group;

typedef struct Groups
{
	const double *cells;
	size_t		count;
	double	   *logs;
	size_t		at;
	size_t		step;
} Groups;

/* The next customer; false after the last. */
static bool
next_group(Groups *groups, Group *group)
{
	const double *cells = groups->cells + groups->at;

	if (groups->at == groups->count)
		return false;
	*group = (Group) {.logs = groups->logs, .n = (size_t) -cells[0]};
	for (size_t j = 0; j < group->n; j++)
		group->sum += group->logs[j] - group->logs[0];
	group->mean = group->logs[0] + group->sum / (double) group->n;
	for (size_t j = 0; j < group->n; j++)
	{
		double		difference = group->logs[j] - group->mean;

		seg_check_step(groups->step++);
		group->squares += difference * difference;
	}
	groups->at += group->n + 1;
	groups->logs += group->n;
	return true;
}

/* What the first passes find. */
typedef struct Extent
{
	double		low;			/* of all logarithms */
	double		high;
	size_t		most;			/* gaps of one customer */
	unsigned __int128 squares;	/* of the numbers of gaps */
	double		mean;			/* of all logarithms */
} Extent;

/* Fill the logarithms, and count. */
static Extent
take_logs(const double *cells, size_t count, double *logs, SegRhythm *fit)
{
	Extent		extent = {.low = DBL_MAX, .high = -DBL_MAX};

	for (size_t at = 0; at < count;)
	{
		size_t		n = (size_t) -cells[at++];

		for (size_t j = 0; j < n; j++)
		{
			seg_check_step(at);
			*logs++ = log(cells[at++]);
		}
		extent.low = fmin(extent.low, logs[-(ptrdiff_t) n]);
		extent.high = fmax(extent.high, logs[-1]);
		if (n > extent.most)
			extent.most = n;
		extent.squares += (unsigned __int128) n * n;
		fit->customers++;
		fit->gaps += n;
	}
	return extent;
}

static double
mean_of_logs(const double *logs, uint64_t n, const Extent *extent)
{
	SegGrid		grid = seg_grid((double) n, extent->high - extent->low);
	SegExactSum sum = {0, 0};

	for (uint64_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		seg_exact_sum_add(&sum, grid, logs[i] - extent->low);
	}
	return extent->low + seg_exact_sum_value(&sum) / (double) n;
}

static double
between(const Group *group, double mean)
{
	double		difference = group->mean - mean;

	return (double) group->n * difference * difference;
}

/* The variances. */
static void
fit_variances(Groups groups, const Extent *extent, SegRhythm *fit)
{
	const Groups all = groups;
	const double k = (double) fit->customers;
	const double n = (double) fit->gaps;
	double		most_within = 0;
	double		most_between = 0;
	SegExactSum within = {0, 0};
	SegExactSum between_sum = {0, 0};
	SegGrid		within_grid;
	SegGrid		between_grid;
	Group		group;
	double		msb;

	while (next_group(&groups, &group))
	{
		most_within = fmax(most_within, group.squares);
		most_between = fmax(most_between, between(&group, extent->mean));
	}
	within_grid = seg_grid(k, most_within);
	between_grid = seg_grid(k, most_between);
	groups = all;
	while (next_group(&groups, &group))
	{
		seg_exact_sum_add(&within, within_grid, group.squares);
		seg_exact_sum_add(&between_sum, between_grid, between(&group, extent->mean));
	}
	msb = k > 1 ? seg_exact_sum_value(&between_sum) / (k - 1) : 0;
	if (fit->gaps == fit->customers)
	{
		fit->sigma2 = msb;
		return;
	}
	fit->sigma2 = seg_exact_sum_value(&within) / (n - k);
	if (k > 1)
		fit->tau2 = fmax(0, (msb - fit->sigma2) / ((n - (double) extent->squares / n) / (k - 1)));
}

/* The weight of a customer with n gaps in mu, 1 for the one with most gaps. */
static double
weight(const SegRhythm *fit, double n, double most)
{
	return n / most * ((most * fit->tau2 + fit->sigma2) / (n * fit->tau2 + fit->sigma2));
}

static double
fit_mu(Groups groups, const Extent *extent, const SegRhythm *fit)
{
	const double k = (double) fit->customers;
	SegGrid		weight_grid = seg_grid(k, 1);
	SegGrid		grid = seg_grid(k, extent->high - extent->low);
	SegExactSum weights = {0, 0};
	SegExactSum sum = {0, 0};
	Group		group;

	if (fit->tau2 == 0)
		return extent->mean;
	while (next_group(&groups, &group))
	{
		double		w = fmin(weight(fit, (double) group.n, (double) extent->most), 1);

		seg_exact_sum_add(&weights, weight_grid, w);
		seg_exact_sum_add(&sum, grid, w * fmax(group.mean - extent->low, 0));
	}
	return extent->low + seg_exact_sum_value(&sum) / seg_exact_sum_value(&weights);
}

/* What rounding may leave between the logarithms of equal gaps: they are below 750. */
#define LOG_ROUNDING 1e-12

/* The place of a logarithm in an outlook. */
static double
residual(SegRhythmOutlook outlook, double log_gap)
{
	double		difference = log_gap - outlook.mean;

	if (outlook.sd > 0)
		return difference / outlook.sd;
	return fabs(difference) <= LOG_ROUNDING ? 0 : copysign(HUGE_VAL, difference);
}

/* Replace all logarithms by residuals. */
static void
take_residuals(Groups groups, const SegRhythm *fit)
{
	Group		group;

	while (next_group(&groups, &group))
	{
		uint64_t	others = group.n - 1;
		double		first = group.logs[0];

		for (size_t j = 0; j < group.n; j++)
		{
			double		own = group.logs[j];
			double		mean = others == 0 ? 0 : first + (group.sum - (own - first)) / (double) others;
			SegRhythmOutlook outlook = seg_rhythm_outlook(fit, mean, others);

			/* without spread all gaps of a customer are equal, so the difference is 0 but for rounding */
			group.logs[j] = outlook.sd > 0 ? residual(outlook, own) : 0;
		}
	}
}

/* The quantiles of IN sorted[n]. */
static void
take_points(const double *sorted, uint64_t n, SegRhythm *fit)
{
	fit->count = (uint32_t) seg_min_size(n, SEG_RHYTHM_POINTS);
	for (size_t p = 0; p < fit->count; p++)
	{
		/* the rank (n - 1) p / (count - 1) in whole numbers */
		unsigned __int128 parts = (unsigned __int128) (n - 1) * p;
		uint64_t	steps = fit->count > 1 ? fit->count - 1 : 1;
		size_t		low = (size_t) (parts / steps);
		double		share = (double) (uint64_t) (parts % steps) / (double) steps;

		fit->points[p] = sorted[low];
		if (share > 0)
			fit->points[p] += share * (sorted[low + 1] - sorted[low]);
	}
}

SegStatus
seg_rhythm_fit(const double *cells, size_t count, double *logs, SegRhythm *fit)
{
	Groups		groups = {.cells = cells, .count = count, .logs = logs};
	double	   *points = fit->points;
	Extent		extent;

	*fit = (SegRhythm) {.points = points};
	if (count == 0)
		return SEG_NO_ROWS;
	extent = take_logs(cells, count, logs, fit);
	extent.mean = mean_of_logs(logs, fit->gaps, &extent);
	fit_variances(groups, &extent, fit);
	fit->mu = fit_mu(groups, &extent, fit);
	take_residuals(groups, fit);
	seg_sort(logs, fit->gaps, sizeof(double), is_less, NULL);
	take_points(logs, fit->gaps, fit);
	return SEG_OK;
}

/* ---- one customer ---- */

SegRhythmOutlook
seg_rhythm_outlook(const SegRhythm *fit, double mean, uint64_t n)
{
	double		all = (double) n * fit->tau2 + fit->sigma2;

	if (n == 0 || fit->tau2 == 0)
		return (SegRhythmOutlook) {fit->mu, sqrt(fit->sigma2 + fit->tau2)};
	return (SegRhythmOutlook) {
		fit->mu + (double) n * fit->tau2 / all * (mean - fit->mu), sqrt(fit->sigma2 + fit->tau2 * fit->sigma2 / all)
	};
}

double
seg_rhythm_mean(const double *gaps, size_t n)
{
	double		first = log(gaps[0]);
	double		sum = 0;

	for (size_t j = 1; j < n; j++)
	{
		seg_check_step(j);
		sum += log(gaps[j]) - first;
	}
	return first + sum / (double) n;
}

double
seg_rhythm_quantile(const SegRhythm *fit, double level)
{
	double		rank = level * (fit->count - 1);
	size_t		low = (size_t) rank;
	double		share = rank - (double) low;

	if (low + 1 >= fit->count)
		return fit->points[fit->count - 1];
	return fit->points[low] + share * (fit->points[low + 1] - fit->points[low]);
}

double
seg_rhythm_gap(const SegRhythm *fit, SegRhythmOutlook outlook, double level)
{
	double		days = exp(outlook.mean + seg_rhythm_quantile(fit, level) * outlook.sd);

	/* a quantile can be one of the gaps: rounding must not make 7 days a little less or more */
	if (fabs(days - round(days)) <= LOG_ROUNDING * days)
		return round(days);
	return days;
}

bool
seg_rhythm_is_beyond(const SegRhythm *fit, SegRhythmOutlook outlook, double level, double days)
{
	return days > seg_rhythm_gap(fit, outlook, level) && (outlook.sd > 0 || residual(outlook, log(days)) > 0);
}

double
seg_rhythm_level(const SegRhythm *fit, SegRhythmOutlook outlook, double days)
{
	double		place = days > 0 ? residual(outlook, log(days)) : -HUGE_VAL;
	size_t		low = 0;
	size_t		high = fit->count;
	double		step;

	if (!(outlook.sd > 0))
		return place > 0 ? 1 : 0;
	/* the number of points that are not above it */
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (fit->points[middle] <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	if (low == fit->count)
		return 1;
	step = (place - fit->points[low - 1]) / (fit->points[low] - fit->points[low - 1]);
	return ((double) (low - 1) + step) / (double) (fit->count - 1);
}
