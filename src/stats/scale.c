/*
 * scale.c
 *		Converts one value to the fitted space and back; see scale.h.
 */
#include "stats/scale.h"

double
seg_scale_origin(double minimum, double maximum)
{
	double		range = maximum - minimum;
	double		nearest = minimum > 0 ? minimum : maximum < 0 ? -maximum : 0;
	double		grid;
	int			exponent;

	if (!(nearest > 2 * range))
		return 0;
	if (range == 0)
		return minimum;
	(void) frexp(range, &exponent);
	grid = ldexp(1, exponent);
	return rint((minimum + range / 2) / grid) * grid;
}

double
seg_shortest_within(double x, double error)
{
	double		power = 1;

	for (int places = 0; places <= 15 && error * power * 1000 < 1; places++, power *= 10)
	{
		double		decimal = nearbyint(x * power) / power;

		if (fabs(x * power) < 0x1.0p53 && fabs(decimal - x) <= error)
			return decimal + 0.0;
	}
	return x;
}

double
seg_input_value(SegTransform transform, double shift, double scale, double z)
{
	double		x;

	if (scale == 0 && transform == SEG_TRANSFORM_NONE)
		return z + 0.0;
	x = scale > 0 ? seg_unscale_value(transform, shift, scale, z) : expm1(z);
	return seg_shortest_within(x, seg_return_error(transform, shift, x, 0));
}
