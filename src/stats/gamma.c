/*
 * gamma.c
 *		The derivatives of the logarithm of the gamma function, and its differences; see gamma.h.
 */
#include "stats/gamma.h"

#include "stats/saddle_point.h"

/* From here on the asymptotic series are as precise as a double. */
#define LARGE 16.0

/* digamma(z) - ln z + 1 / (2 z) and trigamma(z) - 1 / z - 1 / (2 z^2), z >= LARGE */
static SegGammaSlopes
tails(double z)
{
	double		w = 1 / (z * z);

	return (SegGammaSlopes) {
		-w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * 691 / 32760))))),
		w / z * (1.0 / 6 - w * (1.0 / 30 - w * (1.0 / 42 - w * (1.0 / 30 - w * (5.0 / 66 - w * 691 / 2730))))),
	};
}

SegGammaSlopes
seg_gamma_slopes(double z)
{
	SegGammaSlopes slopes = {0, 0};
	SegGammaSlopes rest;

	for (; z < LARGE; z++)
	{
		slopes.first -= 1 / z;
		slopes.second += 1 / (z * z);
	}
	rest = tails(z);
	slopes.first += log(z) - 0.5 / z + rest.first;
	slopes.second += 1 / z + 0.5 / z / z + rest.second;
	return slopes;
}

/* Add the factors z, z + 1 .. z + n - 1, n at most LARGE. */
static void
add_factors(SegRising *rising, double z, double n)
{
	for (int i = 0; i < n; i++)
	{
		double		inverse = 1 / (z + i);

		rising->log += log(z + i);
		rising->first += inverse;
		rising->second -= inverse * inverse;
	}
}

SegRising
seg_rising(double z, double n)
{
	double		few = z < LARGE || n <= LARGE ? fmin(n, LARGE) : 0;
	SegRising	rising = {0, 0, 0};
	SegGammaSlopes low;
	SegGammaSlopes high;
	double		end = z + n;

	add_factors(&rising, z, few);
	if (few == n)
		return rising;
	z += few;
	n -= few;
	low = tails(z);
	high = tails(end);
	rising.log += (z - 0.5) * log1p(n / z) + n * log(end) - n + seg_stirling_error(end) - seg_stirling_error(z);
	rising.first += log1p(n / z) + 0.5 * n / z / end + (high.first - low.first);
	rising.second += -n / z / end - 0.5 * n * (z + end) / (z * z) / (end * end) + (high.second - low.second);
	return rising;
}
