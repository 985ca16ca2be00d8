/*
 * kmeans_align_model.c
 *		Gives the clusters of a refitted model the numbers of the old model; see
 *		kmeans_align_model.h.
 */
#include "kmeans/kmeans_align_model.h"

#include "kmeans/kmeans_scorer_model.h"
#include "stats/distance.h"
#include "stats/hungarian.h"

size_t
seg_kmeans_align_workspace(const SegKmeansModel *new_model, const SegKmeansModel *old_model)
{
	unsigned __int128 k = (unsigned __int128) new_model->k + old_model->k;
	unsigned __int128 pairs = (unsigned __int128) new_model->k * old_model->k;
	unsigned __int128 size = (pairs + k * old_model->d + k) * sizeof(double) + 4 * k * sizeof(uint32_t) +
		seg_hungarian_workspace(seg_min_size(new_model->k, old_model->k),
								new_model->k + old_model->k) + 8 * SEG_ARENA_ALIGN;

	return size > SIZE_MAX ? SIZE_MAX : (size_t) size;
}

bool
seg_kmeans_same_features(const SegKmeansModel *new_model, const SegKmeansModel *old_model, size_t *position)
{
	*position = 0;
	if (new_model->d != old_model->d)
		return false;
	for (uint32_t j = 0; j < old_model->d; j++)
	{
		const char *new_name = new_model->features[j].name;
		const char *old_name = old_model->features[j].name;

		*position = j + 1;
		if (new_name[0] != '\0' && old_name[0] != '\0' && strcmp(new_name, old_name) != 0)
			return false;
	}
	return true;
}

/* The centers of `model` in the fitted space of `space`; OUT centers k x d. */
static SegStatus
centers_in_space(const SegKmeansModel *model, const SegKmeansModel *space, double *centers, size_t *position)
{
	for (uint32_t c = 0; c < model->k; c++)
	{
		double	   *center = centers + (size_t) c * model->d;

		CHECK_FOR_INTERRUPTS();
		seg_kmeans_center_in_input_units(model, c, center);
		for (uint32_t j = 0; j < model->d; j++)
		{
			const SegFeature *feature = &space->features[j];

			*position = j + 1;
			if (feature->transform == SEG_TRANSFORM_LOG1P && center[j] <= -1)
				return SEG_LOG_DOMAIN;
			center[j] = seg_feature_to_fitted(feature, center[j]);
			if (!(fabs(center[j]) < 1e150))
				return SEG_RANGE_TOO_WIDE;
		}
	}
	return SEG_OK;
}

/* OUT cost: rows x columns, the distances from each of `rows` centers to each of `columns`. */
SEG_CLONES static void
fill_cost(const double *a, size_t rows, const double *b, size_t columns, size_t d, double *cost)
{
	for (size_t row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t column = 0; column < columns; column++)
			cost[row * columns + column] = sqrt(seg_squared_distance(a + row * d, b + column * d, d));
	}
}

/*
 * Set the numbers after the alignment: the number of the partner, or the next unused
 * number in the order of the numbers before.  A second alignment changes nothing.
 */
static void
give_numbers(const SegKmeansModel *new_model, const SegKmeansModel *old_model, SegKmeansAlignment *alignment)
{
	for (uint32_t c = 0; c < new_model->k; c++)
	{
		uint32_t	before = 0;

		CHECK_FOR_INTERRUPTS();
		if (alignment->old_of[c] < old_model->k)
		{
			alignment->cluster_id[c] = old_model->clusters[alignment->old_of[c]].cluster_id;
			continue;
		}
		for (uint32_t other = 0; other < new_model->k; other++)
			before += alignment->old_of[other] == old_model->k &&
				new_model->clusters[other].cluster_id < new_model->clusters[c].cluster_id;
		alignment->cluster_id[c] = old_model->next_cluster_id + before;
	}
	alignment->next_cluster_id = old_model->next_cluster_id;
	if (new_model->k > old_model->k)
		alignment->next_cluster_id += new_model->k - old_model->k;
}

SegStatus
seg_kmeans_align(const SegKmeansModel *new_model, const SegKmeansModel *old_model,
				 SegArena *arena, SegKmeansAlignment *alignment, size_t *position)
{
	uint32_t	new_k = new_model->k;
	uint32_t	old_k = old_model->k;
	size_t		d = old_model->d;
	bool		fewer = new_k <= old_k;
	size_t		rows = fewer ? new_k : old_k;
	size_t		columns = fewer ? old_k : new_k;
	double	   *new_centers = seg_arena_take(arena, new_k, d * sizeof(double));
	double	   *old_centers = seg_arena_take(arena, old_k, d * sizeof(double));
	double	   *cost = seg_arena_take(arena, rows, columns * sizeof(double));
	uint32_t   *column_of = seg_arena_take(arena, rows, sizeof(uint32_t));
	SegStatus	status = centers_in_space(new_model, old_model, new_centers, position);

	alignment->old_of = seg_arena_take(arena, new_k, sizeof(uint32_t));
	alignment->new_of = seg_arena_take(arena, old_k, sizeof(uint32_t));
	alignment->cluster_id = seg_arena_take(arena, new_k, sizeof(uint32_t));
	alignment->distance = seg_arena_take(arena, new_k, sizeof(double));
	if (status == SEG_OK)
		status = centers_in_space(old_model, old_model, old_centers, position);
	if (status != SEG_OK)
		return status;
	fill_cost(fewer ? new_centers : old_centers, rows, fewer ? old_centers : new_centers, columns, d, cost);
	seg_hungarian_solve(cost, rows, columns, arena, column_of);
	for (uint32_t c = 0; c < new_k; c++)
	{
		alignment->old_of[c] = old_k;
		alignment->distance[c] = NAN;
	}
	for (uint32_t c = 0; c < old_k; c++)
		alignment->new_of[c] = new_k;
	for (uint32_t row = 0; row < rows; row++)
	{
		uint32_t	new_place = fewer ? row : column_of[row];
		uint32_t	old_place = fewer ? column_of[row] : row;

		alignment->old_of[new_place] = old_place;
		alignment->new_of[old_place] = new_place;
		alignment->distance[new_place] = cost[row * columns + column_of[row]];
	}
	give_numbers(new_model, old_model, alignment);
	return SEG_OK;
}

void
seg_kmeans_renumber(SegKmeansModel *new_model, const SegKmeansModel *old_model,
					const SegKmeansAlignment *alignment)
{
	Assert(alignment->next_cluster_id <= SEG_KMEANS_MAX_ID);
	for (uint32_t c = 0; c < new_model->k; c++)
	{
		new_model->clusters[c].cluster_id = alignment->cluster_id[c];
		if (alignment->old_of[c] < old_model->k)
			new_model->clusters[c].name = old_model->clusters[alignment->old_of[c]].name;
	}
	new_model->next_cluster_id = alignment->next_cluster_id;
}
