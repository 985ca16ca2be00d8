/*
 * kmeans_seed.c
 *		Finds starting centers on a sample of the rows; see kmeans_seed.h.
 *
 * Without bisecting they are the best of several starts (kmeans_starts.h).  Bisecting
 * splits the cluster with the largest inertia in two until there are k clusters.  Each
 * split is the best of several starts with two centers.
 */
#include "kmeans/kmeans_seed.h"

#include "kmeans/kmeans_lloyd.h"
#include "kmeans/kmeans_starts.h"

size_t
seg_seed_workspace(size_t n, size_t d, size_t k)
{
	size_t		padded = seg_matrix_blocks(n) * SEG_BLOCK_ROWS;

	/* bisecting seeds two centers at a time, and needs room for the rows of one part */
	k = k < 2 ? 2 : k;
	return 3 * n * sizeof(double) + d * (SEG_BLOCK_ROWS + 1) * sizeof(double) +
		k * (2 * d + 2) * sizeof(double) + 2 * padded * sizeof(uint16_t) +
		seg_lloyd_workspace(n, d, k) +
		padded * (d + 1) * sizeof(double) + padded * sizeof(uint16_t) + 2 * (d + 1) * sizeof(double) +
		k * sizeof(double) + 22 * SEG_ARENA_ALIGN;
}

typedef struct Bisection
{
	SegKmeansData part;			/* the rows of one cluster */
	double	   *part_weights;
	uint16_t   *labels;			/* n: the cluster of each sample row */
	double	   *pair;			/* 2 x d: the centers of the halves */
	double	   *inertia;		/* k */
} Bisection;

/* Copy the rows of a cluster into the part; returns their number. */
static size_t
take_part(const SegKmeansData *data, size_t cluster, Bisection *bisection)
{
	SegKmeansData *part = &bisection->part;
	size_t		n = 0;

	part->total = 0;
	for (size_t i = 0; i < data->rows.n; i++)
	{
		if (bisection->labels[i] != cluster)
			continue;
		seg_matrix_set(&part->rows, n, seg_matrix_row(&data->rows, i));
		bisection->part_weights[n] = seg_kmeans_weight(data, i);
		part->total += bisection->part_weights[n++];
	}
	part->rows.n = n;
	return n;
}

/* Split a cluster in two: one half keeps its number, the other gets the number `next`. */
static void
split_cluster(SegSeeder *halver, Bisection *bisection, const SegKmeansData *data,
			  const SegKmeansParams *params, size_t cluster, size_t next, double *centers)
{
	size_t		d = data->rows.d;
	size_t		place = 0;

	(void) take_part(data, cluster, bisection);
	seg_starts_best(halver, params, next * params->n_init, bisection->pair);
	seg_starts_distances(&bisection->part, bisection->pair, halver->nearest_d2);
	seg_starts_distances(&bisection->part, bisection->pair + d, halver->candidate_d2);
	memcpy(centers + cluster * d, bisection->pair, d * sizeof(double));
	memcpy(centers + next * d, bisection->pair + d, d * sizeof(double));
	bisection->inertia[cluster] = bisection->inertia[next] = 0;
	for (size_t i = 0; i < data->rows.n; i++)
	{
		bool		is_next;

		if (bisection->labels[i] != cluster)
			continue;
		is_next = halver->candidate_d2[place] < halver->nearest_d2[place];
		bisection->labels[i] = is_next ? next : cluster;
		bisection->inertia[bisection->labels[i]] += seg_kmeans_weight(data, i) *
			fmin(halver->candidate_d2[place], halver->nearest_d2[place]);
		place++;
	}
}

/* Split the cluster with the largest inertia until there are k clusters. */
static void
bisect(const SegKmeansData *data, const SegKmeansParams *params, size_t k, double *centers,
	   SegArena *arena)
{
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	size_t		padded = seg_matrix_blocks(n) * SEG_BLOCK_ROWS;
	Bisection	bisection = {.part = *data};
	SegSeeder	halver;

	bisection.part.rows.values = seg_arena_take(arena, padded, d * sizeof(double));
	bisection.part_weights = seg_arena_take(arena, padded, sizeof(double));
	bisection.labels = seg_arena_take(arena, padded, sizeof(uint16_t));
	bisection.pair = seg_arena_take(arena, 2, d * sizeof(double));
	bisection.inertia = seg_arena_take(arena, k, sizeof(double));
	Assert(bisection.inertia != NULL);
	bisection.part.weights = bisection.part_weights;
	bisection.part.filter = NULL;
	seg_starts_take(&halver, &bisection.part, 2, n, arena);
	memset(bisection.labels, 0, padded * sizeof(uint16_t));
	bisection.inertia[0] = 1;
	seg_starts_center_of_row(data, 0, centers);
	for (size_t next = 1; next < k; next++)
	{
		size_t		worst = 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t c = 1; c < next; c++)
			if (bisection.inertia[c] > bisection.inertia[worst])
				worst = c;
		split_cluster(&halver, &bisection, data, params, worst, next, centers);
	}
}

void
seg_seed_centers(const SegKmeansData *data, const SegKmeansParams *params, size_t k,
				 double *centers, SegArena workspace)
{
	SegSeeder	seeder;

	Assert(data->rows.n >= k);
	if (params->algorithm == SEG_KMEANS_BISECTING)
	{
		bisect(data, params, k, centers, &workspace);
		return;
	}
	seg_starts_take(&seeder, data, k, data->rows.n, &workspace);
	seg_starts_best(&seeder, params, 0, centers);
}
