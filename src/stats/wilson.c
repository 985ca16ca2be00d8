/*
 * wilson.c
 *		The confidence intervals of a share, and of the difference of two; see wilson.h.
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

void
seg_newcombe(uint64_t hits_1, uint64_t n_1, uint64_t hits_2, uint64_t n_2, double level, double *lower, double *upper)
{
	double		share_1 = (double) hits_1 / (double) n_1;
	double		share_2 = (double) hits_2 / (double) n_2;
	double		lower_1;
	double		upper_1;
	double		lower_2;
	double		upper_2;

	seg_wilson(hits_1, n_1, level, &lower_1, &upper_1);
	seg_wilson(hits_2, n_2, level, &lower_2, &upper_2);
	*lower = share_1 - share_2 - hypot(share_1 - lower_1, upper_2 - share_2);
	*upper = share_1 - share_2 + hypot(upper_1 - share_1, share_2 - lower_2);
}
