/*
 * stl.c
 *		Takes a series apart into trend, season and remainder by local regression; see stl.h.
 */
#include "forecast/stl.h"

/* A local regression: window, degree 0 or 1, and the step between points that are not interpolated. */
typedef struct Loess
{
	size_t		window;
	int			degree;
	size_t		jump;
} Loess;

typedef struct Stl
{
	size_t		n;
	size_t		m;
	Loess		seasonal;
	Loess		trend;
	Loess		low_pass;
	double	   *kernel;			/* n + 2 m */
	double	   *cycles;			/* n + 2 m */
	double	   *series;			/* n + 2 m */
	double	   *smooth;			/* n + 2 m */
	double	   *part;			/* n + 2 m */
} Stl;

size_t
seg_stl_scratch(size_t n, size_t m)
{
	return 5 * (n + 2 * m);
}

/*
 * The regression at x (from 1 as the points are, or outside) over the points first .. last of y[n].
 * False when all have weight 0.
 */
static bool
regress(const double *y, size_t n, Loess loess, double x, size_t first, size_t last, double *kernel, double *result)
{
	double		reach = fmax(x - (double) first, (double) last - x);
	double		total = 0;
	double		sum = 0;

	if (loess.window > n)
		reach += (double) ((loess.window - n) / 2);
	for (size_t j = first; j <= last; j++)
	{
		double		distance = fabs((double) j - x);
		double		ratio = distance / reach;

		kernel[j] = 0;
		if (distance > 0.999 * reach)
			continue;
		kernel[j] = distance <= 0.001 * reach ? 1 : pow(1 - ratio * ratio * ratio, 3);
		total += kernel[j];
	}
	if (total <= 0)
		return false;
	for (size_t j = first; j <= last; j++)
		kernel[j] /= total;
	if (reach > 0 && loess.degree > 0)
	{
		double		center = 0;
		double		spread = 0;

		for (size_t j = first; j <= last; j++)
			center += kernel[j] * (double) j;
		for (size_t j = first; j <= last; j++)
			spread += kernel[j] * ((double) j - center) * ((double) j - center);
		if (sqrt(spread) > 0.001 * (double) (n - 1))
			for (size_t j = first; j <= last; j++)
				kernel[j] *= (x - center) / spread * ((double) j - center) + 1;
	}
	for (size_t j = first; j <= last; j++)
		sum += kernel[j] * y[j - 1];
	*result = sum;
	return true;
}

/* The window of points around point i of n. */
static void
window_of(size_t i, size_t n, size_t window, size_t *first, size_t *last)
{
	size_t		half = (window + 1) / 2;

	*first = 1;
	*last = n;
	if (window >= n)
		return;
	if (i > half)
		*first = seg_min_size(i - half + 1, n - window + 1);
	*last = *first + window - 1;
}

/* OUT smooth[n]: the regression at each point of y[n]. */
static void
smooth_all(const double *y, size_t n, Loess loess, double *kernel, double *smooth)
{
	size_t		jump = seg_min_size(loess.jump, n - 1);
	size_t		first = 1;
	size_t		last = n;
	size_t		done = 1;

	if (n < 2)
	{
		smooth[0] = y[0];
		return;
	}
	for (size_t i = 1; i <= n; i += jump)
	{
		CHECK_FOR_INTERRUPTS();
		window_of(i, n, loess.window, &first, &last);
		if (!regress(y, n, loess, (double) i, first, last, kernel, &smooth[i - 1]))
			smooth[i - 1] = y[i - 1];
		for (size_t j = done + 1; j < i; j++)
			smooth[j - 1] = smooth[done - 1] +
				(smooth[i - 1] - smooth[done - 1]) * (double) (j - done) / (double) (i - done);
		done = i;
	}
	if (done == n)
		return;
	if (!regress(y, n, loess, (double) n, first, last, kernel, &smooth[n - 1]))
		smooth[n - 1] = y[n - 1];
	for (size_t j = done + 1; j < n; j++)
		smooth[j - 1] = smooth[done - 1] +
			(smooth[n - 1] - smooth[done - 1]) * (double) (j - done) / (double) (n - done);
}

/* OUT stl->cycles[n + 2 m]: each phase smoothed over the years, one year longer at both ends. */
static void
smooth_phases(Stl *stl, const double *y)
{
	for (size_t phase = 0; phase < stl->m; phase++)
	{
		size_t		years = (stl->n - phase - 1) / stl->m + 1;
		double	   *smooth = stl->smooth;
		size_t		window = seg_min_size(stl->seasonal.window, years);

		for (size_t i = 0; i < years; i++)
			stl->part[i] = y[i * stl->m + phase];
		smooth_all(stl->part, years, stl->seasonal, stl->kernel, smooth + 1);
		if (!regress(stl->part, years, stl->seasonal, 0, 1, window, stl->kernel, &smooth[0]))
			smooth[0] = smooth[1];
		if (!regress(stl->part, years, stl->seasonal, (double) years + 1, years - window + 1, years,
					 stl->kernel, &smooth[years + 1]))
			smooth[years + 1] = smooth[years];
		for (size_t i = 0; i < years + 2; i++)
			stl->cycles[i * stl->m + phase] = smooth[i];
	}
}

/* OUT average[n - length + 1]: moving average of x[n]. */
static void
moving_average(const double *x, size_t n, size_t length, double *average)
{
	double		sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += x[i];
	average[0] = sum / (double) length;
	for (size_t i = length; i < n; i++)
	{
		sum += x[i] - x[i - length];
		average[i - length + 1] = sum / (double) length;
	}
}

/* One round: season and trend from the trend before. */
static void
round_of(Stl *stl, const double *y, double *season, double *trend)
{
	size_t		n = stl->n;
	size_t		m = stl->m;

	for (size_t t = 0; t < n; t++)
		stl->series[t] = y[t] - trend[t];
	smooth_phases(stl, stl->series);
	moving_average(stl->cycles, n + 2 * m, m, stl->smooth);
	moving_average(stl->smooth, n + m + 1, m, stl->part);
	moving_average(stl->part, n + 2, 3, stl->smooth);
	smooth_all(stl->smooth, n, stl->low_pass, stl->kernel, stl->part);
	for (size_t t = 0; t < n; t++)
	{
		season[t] = stl->cycles[m + t] - stl->part[t];
		stl->series[t] = y[t] - season[t];
	}
	smooth_all(stl->series, n, stl->trend, stl->kernel, trend);
}

/* The same season in every year: the mean of each phase. */
static void
make_periodic(double *season, size_t n, size_t m)
{
	for (size_t phase = 0; phase < m; phase++)
	{
		double		sum = 0;
		double		count = 0;

		for (size_t t = phase; t < n; t += m)
		{
			sum += season[t];
			count++;
		}
		for (size_t t = phase; t < n; t += m)
			season[t] = sum / count;
	}
}

static size_t
next_odd(double x)
{
	size_t		whole = (size_t) ceil(x);

	return whole % 2 == 0 ? whole + 1 : whole;
}

static Loess
loess_of(size_t window, int degree)
{
	return (Loess) {window, degree, (window + 9) / 10};
}

void
seg_stl(const double *y, size_t n, size_t m, size_t seasonal_window,
		double *season, double *trend, double *scratch)
{
	size_t		room = n + 2 * m;
	size_t		window = seasonal_window == SEG_STL_PERIODIC ? 10 * n + 1 : seasonal_window;
	Stl			stl = {
		.n = n, .m = m,
		.seasonal = loess_of(window, 0),
		.trend = loess_of(next_odd(1.5 * (double) m / (1 - 1.5 / (double) window)), 1),
		.low_pass = loess_of(next_odd((double) m), 1),
		.kernel = scratch, .cycles = scratch + room, .series = scratch + 2 * room,
		.smooth = scratch + 3 * room, .part = scratch + 4 * room,
	};

	memset(trend, 0, n * sizeof(double));
	for (int inner = 0; inner < 2; inner++)
		round_of(&stl, y, season, trend);
	if (seasonal_window == SEG_STL_PERIODIC)
		make_periodic(season, n, m);
}
