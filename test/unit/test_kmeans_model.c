/*
 * test_kmeans_model.c
 *		The bytes of k-means models: every format can be read, damage is refused.
 */
#include "unit.h"

#include <stdio.h>

#include "kmeans_fixture.h"

/*
 * Made by segment.kmeans_fit(f, 6, '{"transform": ["none", "none", "log1p", "none"],
 * "null_policy": "mean", "feature_names": ["recency_days", "größe", "monetary", "constant"]}')
 * over ARRAY[(i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0, 5] for
 * i = 1 .. 200, the second feature null in each fortieth row.  The numbers below
 * are kmeans_assign of those rows without the nulls, by the first version.
 */
static const char *const golden_numbers =
	"31324541312562313162433155421136224311542213562443"
	"15242413612423631424351224216312243112442633124431"
	"32425131124531314541312562113162433155421336524311"
	"54221316244315242413622423651424351224216312243112";

static void
row_of(int i, double *row)
{
	row[0] = (i * 37) % 101;
	row[1] = 1 + (i * 13) % 7;
	row[2] = ((i * 7919) % 1009) / 4.0;
	row[3] = 5;
}

/* The cluster of a row and its distance, computed as in the server. */
static uint32_t
assign(const SegKmeansScorer *scorer, double *row, double *distance)
{
	double		d2[SEG_CENTER_BLOCK * 4];
	size_t		position;
	SegNearest	nearest;

	assert_int_equal(seg_row_transform(&scorer->transform, row, row, &position), SEG_OK);
	seg_nearest_distances(&scorer->centers, row, d2);
	nearest = seg_nearest_find(d2, scorer->model.k);
	*distance = sqrt(nearest.first_d2);
	return scorer->model.clusters[nearest.first].cluster_id;
}

/* Decode bytes into a scorer; the caller frees *room. */
static SegStatus
open_model(const uint8_t *bytes, size_t size, SegKmeansScorer *scorer, void **room)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena;
	SegStatus	status = seg_envelope_open(bytes, size, SEG_KIND_KMEANS, SEG_KMEANS_VERSION, &kind, &version, &reader);

	*room = NULL;
	if (status != SEG_OK)
		return status;
	arena = seg_arena(NULL, seg_kmeans_scorer_size(reader.left));
	arena.base = *room = fixture_room(arena.size, 1);
	return seg_kmeans_scorer_decode(&reader, version, &arena, scorer);
}

/* The model of test/data of that version; the caller frees *room. */
static void
read_golden(int version, SegKmeansScorer *scorer, void **room)
{
	static uint8_t bytes[8192];
	char		path[1000];
	FILE	   *file;
	size_t		size;

	snprintf(path, sizeof(path), "%s/test/data/kmeans_v%d.segm", SEG_TOP, version);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(bytes[5], version);
	assert_int_equal(open_model(bytes, size, scorer, room), SEG_OK);
}

static void
golden_models_are_read(void **state)
{
	for (int version = 1; version <= SEG_KMEANS_VERSION; version++)
	{
		SegKmeansScorer scorer;
		void	   *room;
		double		distance;
		double		row[4];

		read_golden(version, &scorer, &room);
		assert_int_equal(scorer.model.k, 6);
		assert_int_equal(scorer.model.d, 4);
		assert_int_equal(scorer.model.rows_used, 200);
		assert_int_equal(scorer.model.next_cluster_id, 7);
		assert_int_equal(scorer.model.features[1].missing, 5);
		assert_string_equal(scorer.model.features[1].name, "größe");
		assert_int_equal(scorer.model.features[2].transform, SEG_TRANSFORM_LOG1P);
		assert_same_double(scorer.model.features[3].scale, 0);
		for (int i = 1; i <= 200; i++)
		{
			row_of(i, row);
			assert_int_equal(assign(&scorer, row, &distance), golden_numbers[i - 1] - '0');
			if (i == 1)
				assert_close(distance, 0.8952698026502525, 1e-12);
		}
		assert_int_equal(assign(&scorer, (double[]) {10, NAN, 80, 5}, &distance), 2);
		assert_close(distance, 1.1765806171651887, 1e-12);
		free(room);
	}
}

/* The members that version 1 does not have, or had in another form. */
static void
version_1_is_renewed(void **state)
{
	SegKmeansScorer scorer;
	SegKmeansScorer again;
	void	   *room;
	void	   *again_room;
	uint8_t    *bytes;
	uint8_t    *same;
	size_t		size;
	size_t		same_size;

	read_golden(1, &scorer, &room);
	assert_int_equal(scorer.model.silhouette_rows, 0);
	assert_false(scorer.model.has_exact_quartiles);
	for (uint32_t j = 0; j < 4; j++)
	{
		const SegFeature *feature = &scorer.model.features[j];

		assert_true(seg_histogram_is_sound(&feature->histogram));
		assert_int_equal(seg_histogram_total(&feature->histogram), j == 1 ? 195 : 200);
		assert_true(feature->histogram.bins <= 11);
		assert_same_double(feature->center, 0);
		assert_close(feature->spread, j == 3 ? 0 : 1, 1e-15);
	}
	assert_between(scorer.model.features[0].median, 45, 60);
	bytes = fixture_bytes(&scorer.model, &size);
	assert_int_equal(open_model(bytes, size, &again, &again_room), SEG_OK);
	same = fixture_bytes(&again.model, &same_size);
	assert_int_equal(same_size, size);
	assert_memory_equal(same, bytes, size);
	free(bytes);
	free(same);
	free(room);
	free(again_room);
}

static void
version_2_is_written_as_it_was_read(void **state)
{
	SegKmeansScorer scorer;
	void	   *room;
	uint8_t    *bytes;
	size_t		size;
	char		path[1000];
	static uint8_t golden[8192];
	FILE	   *file;

	read_golden(2, &scorer, &room);
	bytes = fixture_bytes(&scorer.model, &size);
	snprintf(path, sizeof(path), "%s/test/data/kmeans_v2.segm", SEG_TOP);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(golden, 1, sizeof(golden), file), size);
	fclose(file);
	assert_memory_equal(bytes, golden, size);
	assert_true(scorer.model.has_exact_quartiles);
	assert_int_equal(scorer.model.silhouette_rows, 200);
	assert_true(scorer.model.silhouette_is_exact);
	free(bytes);
	free(room);
}

/* Truncated anywhere, or with any byte changed and a correct digest: no crash, no invalid numbers. */
static void
damage_is_refused_or_harmless(void **state)
{
	SegKmeansModel model = fixture_model(3, 4, 7);
	size_t		size;
	uint8_t    *bytes = fixture_bytes(&model, &size);
	SegKmeansScorer scorer;
	void	   *room;

	for (size_t cut = 0; cut < size; cut++)
	{
		assert_int_not_equal(open_model(bytes, cut, &scorer, &room), SEG_OK);
		free(room);
	}
	for (size_t at = SEG_ENVELOPE_SIZE; at < size; at++)
		for (int flip = 1; flip < 256; flip <<= 1)
		{
			uint8_t    *changed = fixture_room(size, 1);

			memcpy(changed, bytes, size);
			changed[at] ^= (uint8_t) flip;
			assert_int_equal(open_model(changed, size, &scorer, &room), SEG_MALFORMED_MODEL);
			free(room);
			seg_envelope_seal(changed, size - SEG_ENVELOPE_SIZE, SEG_KIND_KMEANS, SEG_KMEANS_VERSION);
			if (open_model(changed, size, &scorer, &room) == SEG_OK)
			{
				assert_true(scorer.model.k >= 1 && scorer.model.k <= SEG_KMEANS_MAX_K);
				for (uint32_t cell = 0; cell < scorer.model.k * scorer.model.d; cell++)
					assert_true(isfinite(scorer.model.centers[cell]));
				for (uint32_t c = 0; c < scorer.model.k; c++)
					assert_true(scorer.model.clusters[c].cluster_id > 0 &&
								scorer.model.clusters[c].cluster_id < scorer.model.next_cluster_id);
			}
			free(room);
			free(changed);
		}
	free(bytes);
	fixture_free(&model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_models_are_read),
		cmocka_unit_test(version_1_is_renewed),
		cmocka_unit_test(version_2_is_written_as_it_was_read),
		cmocka_unit_test(damage_is_refused_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
