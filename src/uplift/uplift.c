/*
 * uplift.c
 *		The Qini curve, its coefficient and its standard error; see uplift.h.
 */
#include "uplift/uplift.h"

static void
add_hits(SegHits *totals, const SegHits *hits)
{
	for (size_t g = 0; g < SEG_UPLIFT_GROUPS; g++)
	{
		totals[g].rows += hits[g].rows;
		totals[g].hits += hits[g].hits;
	}
}

static double
control_rate(const SegHits *so_far)
{
	SegHits		control = so_far[SEG_UPLIFT_CONTROL];

	return control.rows == 0 ? 0 : (double) control.hits / control.rows;
}

/* q */
static double
curve_at(const SegHits *so_far, double treated)
{
	SegHits		own = so_far[SEG_UPLIFT_TREATED];

	return (own.hits - control_rate(so_far) * own.rows) / treated;
}

/* OUT steps[n], from the highest score down: step k is that of hits[n - 1 - k].  Returns Q. */
static double
draw_curve(const SegHits *hits, size_t n, const SegHits *totals, SegUpliftStep *steps)
{
	double		treated = totals[SEG_UPLIFT_TREATED].rows;
	double		all = treated + totals[SEG_UPLIFT_CONTROL].rows;
	SegHits		so_far[SEG_UPLIFT_GROUPS] = {{0, 0}};
	double		area = 0;

	for (size_t k = 0; k < n; k++)
	{
		const SegHits *own = &hits[(n - 1 - k) * SEG_UPLIFT_GROUPS];
		const SegHits *next = own - SEG_UPLIFT_GROUPS;
		double		width = (double) own[0].rows + own[1].rows;

		seg_check_step(k);
		if (k + 1 < n)
			width += (double) next[0].rows + next[1].rows;
		add_hits(so_far, own);
		steps[k] = (SegUpliftStep) {
			.rate = control_rate(so_far),
			.curve = curve_at(so_far, treated),
			.weight = width / all / 2 - (k + 1 < n ? 0 : 0.5),
		};
		if (so_far[SEG_UPLIFT_CONTROL].rows > 0)
			steps[k].control = so_far[SEG_UPLIFT_TREATED].rows / treated / so_far[SEG_UPLIFT_CONTROL].rows;
		area += steps[k].weight * steps[k].curve;
	}
	return area;
}

/* Weighted mean and sum of squares, one value after the other (West 1979). */
typedef struct Spread
{
	double		count;
	double		mean;
	double		squares;
} Spread;

static void
add_value(Spread *spread, double value, double count)
{
	double		delta = value - spread->mean;

	if (count == 0)
		return;
	spread->count += count;
	spread->mean += delta * (count / spread->count);
	spread->squares += count * delta * (value - spread->mean);
}

static void
add_rows(Spread *spread, SegHits hits, double with_hit, double without)
{
	add_value(spread, with_hit, hits.hits);
	add_value(spread, without, (double) hits.rows - hits.hits);
}

static double
variance_of_sum(const Spread *spread)
{
	return spread->count * spread->squares / (spread->count - 1);
}

/* From the lowest score up, so that the sums over later steps are there. */
static double
standard_error(const SegHits *hits, size_t n, const SegHits *totals, const SegUpliftStep *steps)
{
	double		treated = totals[SEG_UPLIFT_TREATED].rows;
	double		all = treated + totals[SEG_UPLIFT_CONTROL].rows;
	Spread		spreads[SEG_UPLIFT_GROUPS] = {{0, 0, 0}};
	double		w = 0;
	double		wm = 0;
	double		wr = 0;
	double		wrm = 0;

	for (size_t i = 0; i < n; i++)
	{
		const SegUpliftStep *step = &steps[n - 1 - i];
		double		before = i + 1 < n ? step[-1].curve : 0;
		double		middle = (before + step->curve) / 2 / all;

		seg_check_step(i);
		w += step->weight;
		wm += step->weight * step->rate;
		wr += step->weight * step->control;
		wrm += step->weight * step->control * step->rate;
		add_rows(&spreads[SEG_UPLIFT_TREATED], hits[i * SEG_UPLIFT_GROUPS + SEG_UPLIFT_TREATED],
				 (w - wm) / treated + middle, -wm / treated + middle);
		add_rows(&spreads[SEG_UPLIFT_CONTROL], hits[i * SEG_UPLIFT_GROUPS + SEG_UPLIFT_CONTROL],
				 wrm - wr + middle, wrm + middle);
	}
	return sqrt(variance_of_sum(&spreads[SEG_UPLIFT_TREATED]) + variance_of_sum(&spreads[SEG_UPLIFT_CONTROL]));
}

SegUpliftMetrics
seg_uplift_metrics(const SegHits *hits, size_t n, SegUpliftStep *steps)
{
	SegUpliftMetrics metrics = {.qini = NAN, .std_error = NAN};

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		add_hits(metrics.totals, &hits[i * SEG_UPLIFT_GROUPS]);
	}
	if (metrics.totals[0].rows == 0 || metrics.totals[1].rows == 0)
		return metrics;
	metrics.qini = draw_curve(hits, n, metrics.totals, steps);
	if (metrics.totals[0].rows > 1 && metrics.totals[1].rows > 1)
		metrics.std_error = standard_error(hits, n, metrics.totals, steps);
	return metrics;
}

size_t
seg_uplift_bins(const double *scores, const SegHits *hits, size_t n, int bins, SegUpliftBin *split)
{
	SegHitBin	ranges[SEG_HIT_MOST_BINS];
	size_t		used = seg_hit_bins(scores, hits, n, SEG_UPLIFT_GROUPS, bins, ranges);
	SegHits		so_far[SEG_UPLIFT_GROUPS] = {{0, 0}};
	double		treated = 0;

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		treated += hits[i * SEG_UPLIFT_GROUPS + SEG_UPLIFT_TREATED].rows;
	}
	for (size_t b = 0; b < used; b++)
	{
		split[b] = (SegUpliftBin) {
			.lowest = scores[ranges[b].first],
			.highest = scores[ranges[b].last],
			.mean = seg_hit_bin_mean(scores, hits, SEG_UPLIFT_GROUPS, &ranges[b]),
		};
		for (size_t i = ranges[b].first; i <= ranges[b].last; i++)
		{
			seg_check_step(i);
			add_hits(split[b].totals, &hits[i * SEG_UPLIFT_GROUPS]);
		}
		add_hits(so_far, split[b].totals);
		split[b].curve = treated == 0 ? NAN : curve_at(so_far, treated);
	}
	return used;
}
