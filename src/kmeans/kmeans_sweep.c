/*
 * kmeans_sweep.c
 *		Measures the quality of k clusters for each k of a range; see kmeans_sweep.h.
 *
 * All k use the same rows, the same sample for seeding, and the same probe.  The probe is
 * a set of distinct rows with weights, in the order of their hashes; silhouettes and
 * stability are computed over it.  Its order does not depend on the order of the rows, so
 * simple sums over it do not either.
 */
#include "kmeans/kmeans_sweep.h"

#include "base/rng.h"
#include "kmeans/kmeans.h"
#include "kmeans/kmeans_assign.h"
#include "kmeans/kmeans_seed.h"
#include "stats/cluster_indices.h"
#include "stats/exact_sum.h"
#include "stats/rand_index.h"

/* the number of starts on a resample, which has half of the rows of the probe */
#define RESAMPLE_STARTS ((size_t) 3)

/* the random stream for drawing halves of the probe; seeding uses other streams */
#define RESAMPLE_STREAM (UINT64_C(1) << 32)

typedef struct Sweep
{
	const SegKmeansData *data;
	const SegKmeansData *sample;
	const SegKmeansData *probe;
	const SegKmeansParams *params;
	SegKmeansRun run;			/* of all rows, at most k_max centers */
	SegKmeansRun half_run;		/* of half the probe */
	SegMatrix	half;
	double	   *half_weights;
	uint32_t   *labels;			/* (k_max - k_min + 1) x probe rows */
	uint32_t   *half_labels;	/* probe rows, by the centers of a half */
	uint64_t   *table;			/* k_max x k_max */
	SegExactSum *spreads;		/* k_max: of weighted distances */
	double	   *mean_spreads;	/* k_max */
	uint64_t   *sizes;			/* k_max */
	double	   *rows;			/* probe rows x active features */
	double	   *block;			/* d x SEG_BLOCK_ROWS */
	SegLabeling *labelings;
	double	   *silhouettes;
	SegArena	scratch;		/* for fits and silhouettes, one after the other */
} Sweep;

static size_t
silhouette_bytes(size_t probe, size_t d, size_t k_min, size_t k_max)
{
	size_t		m = k_max - k_min + 1;
	size_t		clusters = m * k_max;
	SegLabeling all = {clusters, NULL};

	/* one labeling of that many clusters needs at least as much as m labelings */
	return seg_silhouette_workspace(probe, d, &all, 1) + probe * m * sizeof(uint32_t) +
		m * 32 + 16 * SEG_ARENA_ALIGN;
}

static size_t
scratch_bytes(size_t n, size_t d, size_t probe, size_t k_min, size_t k_max)
{
	size_t		fits = seg_kmeans_workspace(n, d, k_max);
	size_t		halves = seg_seed_workspace(probe, d, k_max);
	size_t		silhouettes = silhouette_bytes(probe, d, k_min, k_max);

	fits = fits > halves ? fits : halves;
	return fits > silhouettes ? fits : silhouettes;
}

size_t
seg_sweep_workspace(size_t n, size_t d, size_t probe, size_t k_min, size_t k_max)
{
	size_t		m = k_max - k_min + 1;
	size_t		padded = seg_matrix_blocks(probe) * SEG_BLOCK_ROWS;

	return seg_kmeans_run_size(n, d, k_max) + seg_kmeans_run_size(probe, d, k_max) +
		padded * (d + 1) * sizeof(double) + probe * d * sizeof(double) + d * SEG_BLOCK_ROWS * sizeof(double) +
		(m + 1) * probe * sizeof(uint32_t) + k_max * k_max * sizeof(uint64_t) +
		k_max * (sizeof(SegExactSum) + sizeof(double) + sizeof(uint64_t)) +
		m * (sizeof(SegLabeling) + sizeof(double)) + 17 * SEG_ARENA_ALIGN +
		scratch_bytes(n, d, probe, k_min, k_max);
}

/* ---- figures of one run ---- */

/* The place of the nearest center of each row of the probe. */
static void
label_probe(const SegKmeansData *probe, const double *centers, size_t k, double *block, uint32_t *labels)
{
	for (size_t b = 0; b < seg_matrix_blocks(probe->rows.n); b++)
	{
		double		first_d2[SEG_BLOCK_ROWS];
		double		second_d2[SEG_BLOCK_ROWS];
		uint16_t	first[SEG_BLOCK_ROWS];

		if (seg_kmeans_is_pause(b, k, probe->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_nearest(probe, b, centers, k, block, first_d2, second_d2, first);
		for (size_t l = 0; l < seg_matrix_block_rows(&probe->rows, b); l++)
			labels[b * SEG_BLOCK_ROWS + l] = first[l];
	}
}

/* The mean distance of the rows of each cluster to its center. */
static void
measure_spreads(Sweep *sweep)
{
	const SegKmeansData *data = sweep->data;
	const SegKmeansRun *run = &sweep->run;
	double		widest = 0;
	SegGrid		grid;

	for (size_t a = 0; a < data->n_active; a++)
		widest += 2 * data->scales[data->active[a]].max_abs;
	grid = seg_kmeans_grid(data, widest);
	memset(sweep->spreads, 0, run->k * sizeof(SegExactSum));
	memset(sweep->sizes, 0, run->k * sizeof(uint64_t));
	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		double		d2[SEG_BLOCK_ROWS];

		if (seg_kmeans_is_pause(b, 1, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_own(data, b, run, d2);
		for (size_t l = 0; l < seg_matrix_block_rows(&data->rows, b); l++)
		{
			size_t		c = run->labels[b * SEG_BLOCK_ROWS + l];

			seg_exact_sum_add_weighted(&sweep->spreads[c], grid, sqrt(d2[l]), seg_kmeans_weight(data, b * SEG_BLOCK_ROWS + l));
			sweep->sizes[c]++;
		}
	}
	for (size_t c = 0; c < run->k; c++)
		sweep->mean_spreads[c] = seg_exact_sum_value(&sweep->spreads[c]) / run->weights[c];
}

/* ---- stability ---- */

/* Draw half of the rows of the probe, at least 2 k if it has so many. */
static void
draw_half(Sweep *sweep, SegRng *rng, size_t k, SegKmeansData *half)
{
	const SegKmeansData *probe = sweep->probe;
	size_t		n = probe->rows.n;
	size_t		wanted = n / 2 < 2 * k ? seg_min_size(n, 2 * k) : n / 2;
	size_t		taken = 0;

	*half = *probe;
	half->filter = NULL;
	half->units = NULL;
	half->rows.values = sweep->half.values;
	half->weights = sweep->half_weights;
	half->total = 0;

	/* selection sampling: the probability is rows still needed / rows left */
	for (size_t i = 0; i < n; i++)
	{
		if (seg_rng_below(rng, n - i) >= wanted - taken)
			continue;
		seg_matrix_set(&half->rows, taken, seg_matrix_row(&probe->rows, i));
		sweep->half_weights[taken] = seg_kmeans_weight(probe, i);
		half->total += sweep->half_weights[taken++];
	}
	half->rows.n = taken;
}

/* The agreement of clusters found on halves of the probe with those of the run. */
static double
measure_stability(Sweep *sweep, const uint32_t *labels)
{
	size_t		k = sweep->run.k;
	size_t		n = sweep->probe->rows.n;
	double		sum = 0;

	for (size_t resample = 0; resample < SEG_SWEEP_RESAMPLES; resample++)
	{
		SegRng		rng = seg_rng(sweep->params->seed, RESAMPLE_STREAM + resample);
		SegKmeansParams params = *sweep->params;
		SegKmeansData half;

		params.n_init = seg_min_size(params.n_init, RESAMPLE_STARTS);
		params.seed = seg_rng_next(&rng);
		draw_half(sweep, &rng, k, &half);
		seg_seed_centers(&half, &params, k, sweep->half_run.centers, sweep->scratch);
		label_probe(sweep->probe, sweep->half_run.centers, k, sweep->block, sweep->half_labels);
		sum += seg_rand_index_of_labels(labels, sweep->half_labels, n, k, k, sweep->table);
	}
	return sum / (double) SEG_SWEEP_RESAMPLES;
}

/* ---- the sweep ---- */

static void
take_arrays(Sweep *sweep, size_t k_min, size_t k_max, SegArena *arena)
{
	size_t		n = sweep->data->rows.n;
	size_t		d = sweep->data->rows.d;
	size_t		probe = sweep->probe->rows.n;
	size_t		padded = seg_matrix_blocks(probe) * SEG_BLOCK_ROWS;
	size_t		m = k_max - k_min + 1;

	seg_kmeans_take_run(&sweep->run, n, d, k_max, arena);
	seg_kmeans_take_run(&sweep->half_run, probe, d, k_max, arena);
	sweep->half.values = seg_arena_take(arena, padded, d * sizeof(double));
	sweep->half_weights = seg_arena_take(arena, padded, sizeof(double));
	sweep->labels = seg_arena_take(arena, m, probe * sizeof(uint32_t));
	sweep->half_labels = seg_arena_take(arena, probe, sizeof(uint32_t));
	sweep->table = seg_arena_take(arena, k_max, k_max * sizeof(uint64_t));
	sweep->spreads = seg_arena_take(arena, k_max, sizeof(SegExactSum));
	sweep->mean_spreads = seg_arena_take(arena, k_max, sizeof(double));
	sweep->sizes = seg_arena_take(arena, k_max, sizeof(uint64_t));
	sweep->rows = seg_arena_take(arena, probe, d * sizeof(double));
	sweep->block = seg_arena_take(arena, d, SEG_BLOCK_ROWS * sizeof(double));
	sweep->labelings = seg_arena_take(arena, m, sizeof(SegLabeling));
	sweep->silhouettes = seg_arena_take(arena, m, sizeof(double));
	sweep->scratch.size = scratch_bytes(n, d, probe, k_min, k_max);
	sweep->scratch.base = seg_arena_take(arena, sweep->scratch.size, 1);
	Assert(sweep->scratch.base != NULL);
}

static void
measure_k(Sweep *sweep, size_t k, uint32_t *labels, SegSweepEntry *entry)
{
	SegKmeansRun *run = &sweep->run;
	double		between;
	double		lightest = INFINITY;

	run->k = sweep->half_run.k = k;
	seg_kmeans_cluster(sweep->data, sweep->sample, sweep->params, run, sweep->scratch);
	measure_spreads(sweep);
	label_probe(sweep->probe, run->centers, k, sweep->block, labels);
	between = run->total_ss - run->inertia;
	for (size_t c = 0; c < k; c++)
		lightest = fmin(lightest, run->weights[c]);
	entry->k = k;
	entry->inertia = run->inertia;
	entry->explained_fraction = run->total_ss > 0 ? between / run->total_ss : 1;
	entry->davies_bouldin = seg_davies_bouldin(run->centers, sweep->mean_spreads, sweep->sizes, k,
											   sweep->data->rows.d);
	entry->calinski_harabasz = seg_calinski_harabasz(between, run->inertia, seg_kmeans_count(sweep->data), k);
	entry->smallest_share = lightest / sweep->data->total;
	entry->stability = k == 1 ? NAN : measure_stability(sweep, labels);
}

/* OUT rows: the active features of the probe, row by row. */
static void
copy_active(const SegKmeansData *probe, double *rows)
{
	for (size_t i = 0; i < probe->rows.n; i++)
		for (size_t a = 0; a < probe->n_active; a++)
			rows[i * probe->n_active + a] = *seg_matrix_cell(&probe->rows, i, probe->active[a]);
}

size_t
seg_sweep_silhouette_workspace(size_t probe, size_t d, size_t k)
{
	SegLabeling all = {k, NULL};

	return seg_silhouette_workspace(probe, d, &all, 1) + probe * (d * sizeof(double) + sizeof(uint32_t)) +
		d * SEG_BLOCK_ROWS * sizeof(double) + 4 * SEG_ARENA_ALIGN;
}

double
seg_sweep_silhouette(const SegKmeansData *probe, const double *centers, size_t k, SegArena workspace)
{
	size_t		n = probe->rows.n;
	uint32_t   *labels = seg_arena_take(&workspace, n, sizeof(uint32_t));
	double	   *rows = seg_arena_take(&workspace, n, probe->rows.d * sizeof(double));
	double	   *block = seg_arena_take(&workspace, probe->rows.d, SEG_BLOCK_ROWS * sizeof(double));
	SegLabeling labeling = {k, labels};
	double		mean;

	Assert(block != NULL);
	label_probe(probe, centers, k, block, labels);
	copy_active(probe, rows);
	/* rows in the fitted space are bounded, so that no diameter overflows */
	(void) seg_silhouette_mean(rows, probe->weights, probe->units, n, probe->n_active, &labeling, 1, &workspace, &mean);
	return mean;
}

static void
measure_silhouettes(Sweep *sweep, size_t m, SegSweepEntry *entries)
{
	const SegKmeansData *probe = sweep->probe;
	size_t		n = probe->rows.n;

	copy_active(probe, sweep->rows);
	for (size_t l = 0; l < m; l++)
		sweep->labelings[l] = (SegLabeling) {entries[l].k, sweep->labels + l * n};
	/* rows in the fitted space are bounded, so that no diameter overflows */
	(void) seg_silhouette_mean(sweep->rows, probe->weights, probe->units, n, probe->n_active,
							   sweep->labelings, m, &sweep->scratch, sweep->silhouettes);
	for (size_t l = 0; l < m; l++)
		entries[l].silhouette = sweep->silhouettes[l];
}

void
seg_sweep(const SegKmeansData *data, const SegKmeansData *sample, const SegKmeansData *probe,
		  const SegKmeansParams *params, size_t k_min, size_t k_max, SegSweepEntry *entries,
		  SegArena workspace)
{
	Sweep		sweep = {.data = data, .sample = sample, .probe = probe, .params = params};
	size_t		m = k_max - k_min + 1;

	take_arrays(&sweep, k_min, k_max, &workspace);
	memset(entries, 0, m * sizeof(SegSweepEntry));
	for (size_t l = 0; l < m; l++)
		measure_k(&sweep, k_min + l, sweep.labels + l * probe->rows.n, &entries[l]);
	measure_silhouettes(&sweep, m, entries);
	seg_sweep_mark_elbow(entries, m);
	seg_sweep_mark_silhouette(entries, m, params->min_share);
}

/* The distance of the normalised curve below its chord at entry i. */
static double
below_chord(const SegSweepEntry *entries, size_t m, size_t i)
{
	double		x = (double) i / (double) (m - 1);
	double		first = entries[0].inertia;
	double		last = entries[m - 1].inertia;

	return 1 - (entries[i].inertia - last) / (first - last) - x;
}

static bool
is_peak(const SegSweepEntry *entries, size_t m, size_t i)
{
	double		here = below_chord(entries, m, i);

	return i > 0 && i + 1 < m && here > 0 && here >= below_chord(entries, m, i - 1) &&
		here > below_chord(entries, m, i + 1);
}

void
seg_sweep_mark_elbow(SegSweepEntry *entries, size_t m)
{
	if (m < 3 || !(entries[0].inertia > entries[m - 1].inertia))
		return;
	for (size_t i = 1; i + 1 < m; i++)
	{
		double		threshold = below_chord(entries, m, i) - 1 / (double) (m - 1);

		if (!is_peak(entries, m, i))
			continue;
		for (size_t next = i + 1; next < m && !is_peak(entries, m, next); next++)
			if (below_chord(entries, m, next) < threshold)
			{
				entries[i].is_elbow = true;
				return;
			}
	}
}

void
seg_sweep_mark_silhouette(SegSweepEntry *entries, size_t m, double min_share)
{
	SegSweepEntry *best = NULL;

	for (size_t i = 0; i < m; i++)
		if (!isnan(entries[i].silhouette) && entries[i].smallest_share >= min_share && (best == NULL || entries[i].silhouette > best->silhouette))
			best = &entries[i];
	if (best != NULL)
		best->is_best_silhouette = true;
}
