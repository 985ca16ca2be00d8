/*
 * mcd.c
 *		The minimum covariance determinant by FastMCD; see mcd.h.
 */
#include "anomaly/mcd.h"

#include "anomaly/mcd_search.h"
#include "base/sort.h"
#include "stats/chisq.h"

#define CUTOFF 0.975

/* The workspace. */
typedef struct Space
{
	SegMcdSearch search;
	double	   *scaled;
	uint64_t   *ends;
	double	   *mean;			/* d; for a feature that is not in the search: its most frequent value */
	double	   *scale;			/* d; 0: not in the search */
	double	   *reach;			/* d: largest distance from that value; infinite for features in the search */
} Space;

/* ---- features ---- */

static bool
is_nearer(const void *a, const void *b, const void *argument)
{
	return ((const SegMcdItem *) a)->distance2 < ((const SegMcdItem *) b)->distance2;
}

/* The weight of the most frequent value of feature j; OUT value. */
static double
commonest(const double *rows, const uint64_t *counts, size_t n, size_t d, size_t j, SegMcdItem *items, double *value)
{
	double		most = 0;
	double		run = 0;

	for (size_t i = 0; i < n; i++)
		items[i] = (SegMcdItem) {rows[i * d + j], (double) counts[i], 0};
	seg_sort(items, n, sizeof(SegMcdItem), is_nearer, NULL);
	for (size_t i = 0; i < n; i++)
	{
		run = i > 0 && items[i].distance2 == items[i - 1].distance2 ? run + items[i].weight : items[i].weight;
		if (run > most)
		{
			most = run;
			*value = items[i].distance2;
		}
	}
	return most;
}

/*
 * The largest distance from the most frequent value: the 0.975 quantile of a normal
 * distribution, estimated by the median of the distances that are not 0.
 */
static double
reach_of_others(const double *rows, const uint64_t *counts, size_t n, size_t d, size_t j, double value, SegMcdItem *items)
{
	size_t		others = 0;
	double		weight = 0;
	double		upto = 0;
	size_t		i = 0;

	for (size_t r = 0; r < n; r++)
		if (rows[r * d + j] != value)
		{
			items[others++] = (SegMcdItem) {fabs(rows[r * d + j] - value), (double) counts[r], 0};
			weight += (double) counts[r];
		}
	if (others == 0)
		return INFINITY;
	seg_sort(items, others, sizeof(SegMcdItem), is_nearer, NULL);
	while (i + 1 < others && (upto += items[i].weight) < weight / 2)
		i++;
	return items[i].distance2 * sqrt(seg_chisq_quantile(CUTOFF, 1) / seg_chisq_quantile(0.5, 1));
}

static void
find_scale(const double *rows, const uint64_t *counts, size_t n, size_t d, size_t j,
		   double *mean, double *sd)
{
	double		total = 0;
	double		squares = 0;

	*mean = 0;
	for (size_t i = 0; i < n; i++)
	{
		total += (double) counts[i];
		*mean += (rows[i * d + j] - *mean) * ((double) counts[i] / total);
	}
	for (size_t i = 0; i < n; i++)
	{
		double		deviation = rows[i * d + j] - *mean;

		squares += deviation * deviation * (double) counts[i];
	}
	*sd = sqrt(squares / (total - 1));
}

/* Scale the features of the search; returns their number. */
static size_t
scale_rows(const double *rows, const uint64_t *counts, size_t n, size_t d, uint64_t h, Space *space)
{
	size_t		m = 0;

	for (size_t j = 0; j < d; j++)
	{
		double		sd;
		double		value = 0;

		CHECK_FOR_INTERRUPTS();
		find_scale(rows, counts, n, d, j, &space->mean[j], &sd);
		space->scale[j] = 0;
		space->reach[j] = INFINITY;
		if (!(sd > 0 && isfinite(1 / sd)))
			continue;
		if (commonest(rows, counts, n, d, j, space->search.items, &value) < (double) h)
		{
			space->scale[j] = 1 / sd;
			m++;
		}
		else
		{
			space->mean[j] = value;
			space->reach[j] = reach_of_others(rows, counts, n, d, j, value, space->search.items);
		}
	}
	for (size_t i = 0; i < n; i++)
	{
		size_t		at = 0;

		for (size_t j = 0; j < d; j++)
			if (space->scale[j] > 0)
				space->scaled[i * m + at++] = (rows[i * d + j] - space->mean[j]) * space->scale[j];
	}
	return m;
}

/* c(share): the consistency factor for the covariance of that share of normal rows. */
static double
consistency(double share, double df)
{
	if (share >= 1)
		return 1;
	return share / seg_chisq_cdf(seg_chisq_quantile(share, df), df + 2);
}

/* ---- result ---- */

/* Feature j of the row, limited to the reach of the most frequent value. */
static double
counted_value(const double *row, size_t j, const Space *space)
{
	double		reach = space->reach[j];

	return isfinite(reach) ? fmin(fmax(row[j], space->mean[j] - reach), space->mean[j] + reach) : row[j];
}

/* OUT: mean and covariance, in all features, of the rows within the cutoff. */
static void
reweight(const double *rows, size_t d, const Space *space, double cutoff, double *center, double *covariance, SegMcd *info)
{
	const SegMcdSearch *search = &space->search;
	const SegMcdItem *items = search->items;
	double		weight = 0;

	memset(center, 0, d * sizeof(double));
	memset(covariance, 0, d * d * sizeof(double));
	for (size_t i = 0; i < search->n; i++)
	{
		const double *row = rows + (size_t) items[i].row * d;

		if (!(items[i].distance2 < cutoff))
			continue;
		weight += items[i].weight;
		for (size_t j = 0; j < d; j++)
			center[j] += (counted_value(row, j, space) - center[j]) * (items[i].weight / weight);
	}
	info->kept = (uint64_t) weight;
	info->factor = search->m > 0 ? consistency(weight / (double) info->total, (double) search->m) : 1;
	for (size_t i = 0; i < search->n; i++)
	{
		const double *row = rows + (size_t) items[i].row * d;
		double		factor = info->factor * items[i].weight / (weight > 1 ? weight - 1 : 1);

		CHECK_FOR_INTERRUPTS();
		if (!(items[i].distance2 < cutoff))
			continue;
		for (size_t k = 0; k < d; k++)
		{
			double		off = counted_value(row, k, space) - center[k];

			for (size_t j = k; j < d; j++)
				covariance[j + k * d] += factor * (counted_value(row, j, space) - center[j]) * off;
		}
	}
}

/* Take a part of the workspace; if base is NULL, only add its size. */
static void *
part(char *base, size_t *used, size_t bytes)
{
	char	   *at = base == NULL ? NULL : base + *used;

	*used += (bytes + 15) & ~(size_t) 15;
	return at;
}

static size_t
lay_out(char *base, size_t n, size_t d, Space *space)
{
	SegMcdSearch *search = &space->search;
	size_t		used = 0;
	SegMcdShape *shapes[1 + SEG_MCD_FINALISTS + SEG_MCD_GROUPS * SEG_MCD_KEPT];
	size_t		count = 0;

	shapes[count++] = &search->trial;
	for (size_t i = 0; i < SEG_MCD_FINALISTS; i++)
		shapes[count++] = &search->best[i];
	for (size_t i = 0; i < SEG_MCD_GROUPS * SEG_MCD_KEPT; i++)
		shapes[count++] = &search->candidates[i];
	for (size_t i = 0; i < count; i++)
	{
		shapes[i]->center = part(base, &used, d * sizeof(double));
		shapes[i]->factor = part(base, &used, d * d * sizeof(double));
	}
	search->items = part(base, &used, seg_mcd_search_items(n, d) * sizeof(SegMcdItem));
	space->scaled = part(base, &used, n * d * sizeof(double));
	space->ends = part(base, &used, n * sizeof(uint64_t));
	space->mean = part(base, &used, d * sizeof(double));
	space->scale = part(base, &used, d * sizeof(double));
	space->reach = part(base, &used, d * sizeof(double));
	search->block = part(base, &used, SEG_MCD_BLOCK * d * sizeof(double));
	return used;
}

size_t
seg_mcd_workspace(size_t n, size_t d)
{
	Space		space;

	return lay_out(NULL, n, d, &space);
}

SegStatus
seg_mcd_fit(const double *rows, const uint64_t *counts, size_t n, size_t d, uint64_t seed,
			double *center, double *covariance, SegMcd *info, void *workspace)
{
	Space		space;
	SegMcdSearch *search = &space.search;
	double		cutoff = INFINITY;

	if (d > SEG_MCD_MAX_FEATURES)
		return SEG_TOO_MANY_FEATURES;
	memset(info, 0, sizeof(*info));
	lay_out(workspace, n, d, &space);
	for (size_t i = 0; i < n; i++)
		space.ends[i] = info->total += counts[i];
	Assert(info->total >= seg_mcd_least_rows(d));
	search->scaled = space.scaled;
	search->ends = space.ends;
	search->n = n;
	search->rng = seg_rng(seed, 0);
	info->h = (info->total + d + 1) / 2;
	info->features = search->m = scale_rows(rows, counts, n, d, info->h, &space);
	info->raw_factor = 1;
	seg_mcd_all_items(search);
	if (search->m > 0)
	{
		seg_mcd_search(search, info->h);
		info->log_det = search->best[0].log_det;
		info->raw_factor = consistency((double) info->h / (double) info->total, (double) search->m);
		cutoff = seg_chisq_quantile(CUTOFF, (double) search->m) * info->raw_factor;
		seg_mcd_measure(search, search->items, n, &search->best[0]);
	}
	reweight(rows, d, &space, cutoff, center, covariance, info);
	return SEG_OK;
}
