/*
 * select.c
 *		The value of a given rank; see select.h.
 *
 * A pivot splits a range into the values below it, equal to it and above it.  The part
 * that contains the rank is split again.  The pivot comes from a small sample, from a
 * place slightly past the rank, so few values are left after two splits.  A split moves
 * values without a branch that depends on the values.
 */
#include "base/select.h"

#include "base/rng.h"
#include "base/sort.h"

/* ranges up to this size are sorted */
#define SMALL ((size_t) 24)

/* values between two checks for interrupts */
#define PAUSE ((size_t) 1 << 20)

size_t
seg_select_split(double *x, size_t n, double pivot, bool or_equal)
{
	size_t		m = 0;

	for (size_t from = 0; from < n; from += PAUSE)
	{
		size_t		to = seg_min_size(from + PAUSE, n);

		CHECK_FOR_INTERRUPTS();
		if (or_equal)
			for (size_t i = from; i < to; i++)
			{
				double		value = x[i];

				x[i] = x[m];
				x[m] = value;
				m += value <= pivot;
			}
		else
			for (size_t i = from; i < to; i++)
			{
				double		value = x[i];

				x[i] = x[m];
				x[m] = value;
				m += value < pivot;
			}
	}
	return m;
}

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

size_t
seg_select_sample_size(size_t n)
{
	size_t		size = 8;

	while (size < SEG_SELECT_SAMPLE && size * size < n)
		size *= 2;
	return seg_min_size(size, n);
}

/* A value of x[n] near rank r, most likely on the side of r with more values. */
static double
pick_pivot(const double *x, size_t n, size_t r)
{
	double		sample[SEG_SELECT_SAMPLE];
	size_t		size = seg_select_sample_size(n);
	SegRng		rng = seg_rng(n, r);
	double		part = (double) r / (double) n;
	double		margin = 1.5 * sqrt((double) size * part * (1 - part)) + 1;
	double		place = part * (double) size + (part < 0.5 ? margin : -margin);

	for (size_t i = 0; i < size; i++)
		sample[i] = x[seg_rng_below(&rng, n)];
	seg_sort(sample, size, sizeof(double), is_less, NULL);
	return sample[(size_t) fmin(fmax(place, 0), (double) (size - 1))];
}

void
seg_select_rank(double *x, size_t n, size_t r)
{
	while (n > SMALL)
	{
		double		pivot = pick_pivot(x, n, r);
		size_t		below = seg_select_split(x, n, pivot, false);
		size_t		equal;

		if (r < below)
		{
			n = below;
			continue;
		}
		equal = seg_select_split(x + below, n - below, pivot, true);
		if (r < below + equal)
			return;
		x += below + equal;
		n -= below + equal;
		r -= below + equal;
	}
	seg_sort(x, n, sizeof(double), is_less, NULL);
}
