/*
 * wilson.c
 *		The confidence interval of a share; see wilson.h.
 */
#include "stats/wilson.h"

#include "stats/chisq.h"

void
seg_wilson(uint64_t hits, uint64_t n, double level, double *lower, double *upper)
{
	double		count = (double) n;
	double		share = (double) hits / count;
	double		z2;				/* the square of a normal quantile: a quantile of chi-square */
	double		middle;
	double		half;

	if (n == 0)
	{
		*lower = *upper = NAN;
		return;
	}
	z2 = seg_chisq_quantile(level, 1);
	middle = (share + z2 / (2 * count)) / (1 + z2 / count);
	half = sqrt(z2 * (share * (1 - share) + z2 / (4 * count)) / count) / (1 + z2 / count);
	/* at these ends the bound is the share itself */
	*lower = hits == 0 ? 0 : fmax(middle - half, 0);
	*upper = hits == n ? 1 : fmin(middle + half, 1);
}
