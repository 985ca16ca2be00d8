/*
 * test_pca.c
 *		Components, scores, Procrustes, and the bytes of the model.
 */
#include "unit.h"

#include <stdio.h>

#include "base/rng.h"
#include "pca/pca.h"
#include "pca/pca_model.h"
#include "stats/linalg.h"

static void
scales_are_standard_deviations(void **state)
{
	/* the second feature has no spread */
	double		raw[9] = {4, 0, 3, 0, 0, 0, 3, 0, 9};
	double		matrix[9];
	double		scale[3];

	memcpy(matrix, raw, sizeof(raw));
	assert_close(seg_pca_scale(matrix, 3, true, scale), 2, 0);
	assert_close(scale[0], 2, 0);
	assert_close(scale[1], 0, 0);
	assert_close(scale[2], 3, 0);
	assert_close(matrix[0], 1, 0);
	assert_close(matrix[2], 0.5, 1e-16);
	assert_close(matrix[4], 0, 0);
	memcpy(matrix, raw, sizeof(raw));
	assert_close(seg_pca_scale(matrix, 3, false, scale), 13, 0);
	assert_close(scale[0], 1, 0);
	assert_close(scale[1], 0, 0);
	assert_memory_equal(matrix, raw, sizeof(raw));
}

static void
count_is_the_fewest_that_reach(void **state)
{
	const double values[4] = {5, 3, 2, -1e-17};

	assert_int_equal(seg_pca_count(values, 4, 1e-6), 1);
	assert_int_equal(seg_pca_count(values, 4, 0.5), 1);
	assert_int_equal(seg_pca_count(values, 4, 0.51), 2);
	assert_int_equal(seg_pca_count(values, 4, 0.8), 2);
	assert_int_equal(seg_pca_count(values, 4, 1), 3);
	assert_int_equal(seg_pca_count((double[]) {0, 0}, 2, 1), 1);
}

static void
components_beyond_the_rank_are_zero(void **state)
{
	/* rows (x, 2 x, 0) */
	double		matrix[9] = {1, 2, 0, 2, 4, 0, 0, 0, 0};
	double		variances[3];
	double		loadings[9];
	double		scores[3];
	double		z[3] = {3, 6, 0};
	void	   *workspace = malloc(seg_eigen_workspace(3, true));

	assert_int_equal(seg_pca_components(matrix, 3, 3, variances, loadings, workspace), SEG_OK);
	assert_close(variances[0], 5, 1e-14);
	for (size_t c = 1; c < 3; c++)
		assert_close(variances[c], 0, 0);
	for (size_t i = 3; i < 9; i++)
		assert_close(loadings[i], 0, 0);
	seg_pca_scores(loadings, 3, 3, z, scores);
	assert_close(scores[0], sqrt(45), 1e-14);
	assert_close(scores[1], 0, 0);
	assert_close(seg_pca_residual(loadings, 3, 3, scores, z), 0, 1e-14);
	z[0] = 2;
	z[1] = -1;
	z[2] = 1e200;
	seg_pca_scores(loadings, 3, 3, z, scores);
	assert_close(seg_pca_residual(loadings, 3, 3, scores, z) / 1e200, 1, 1e-15);
	free(workspace);
}

/* ---- Procrustes ---- */

#define D 5
#define P 3

typedef struct Map
{
	double		scale[D];
	double		loadings[P * D];
	double		variances[P];
} Map;

static SegPcaMap
as_map(const Map *map)
{
	return (SegPcaMap) {D, P, map->scale, map->loadings, map->variances};
}

/* The map of random rows. */
static Map
random_map(uint64_t seed)
{
	SegRng		rng = seg_rng(seed, 0);
	double		rows[40 * D];
	double		gram[D * D] = {0};
	Map			map;
	void	   *workspace = malloc(seg_eigen_workspace(D, true));

	for (size_t i = 0; i < 40; i++)
		for (size_t j = 0; j < D; j++)
			rows[i * D + j] = (seg_rng_uniform(&rng) - 0.5) * (double) (j + 1) + (j > 0 ? 0.5 * rows[i * D + j - 1] : 0);
	seg_gram_add(rows, 40, D, gram);
	for (size_t j = 0; j < D; j++)
		map.scale[j] = 1;
	assert_int_equal(seg_pca_components(gram, D, P, map.variances, map.loadings, workspace), SEG_OK);
	free(workspace);
	return map;
}

/* The rotation of a map is undone exactly; a reflection too. */
static void
align_undoes_a_rotation(void **state)
{
	double		angle = 0.7;
	Map			old = random_map(1);
	Map			turned = old;
	Map			back;
	SegPcaMap	old_map = as_map(&old);
	SegPcaMap	new_map;
	void	   *workspace = malloc(seg_pca_align_workspace(P));

	for (size_t j = 0; j < D; j++)
	{
		turned.loadings[j] = cos(angle) * old.loadings[j] - sin(angle) * old.loadings[D + j];
		turned.loadings[D + j] = sin(angle) * old.loadings[j] + cos(angle) * old.loadings[D + j];
		turned.loadings[2 * D + j] = -old.loadings[2 * D + j];
	}
	/* the rows must have the variances of the rotated directions */
	turned.variances[0] = turned.variances[1] = old.variances[0];
	new_map = as_map(&turned);
	assert_int_equal(seg_pca_align(&new_map, &old_map, back.loadings, back.variances, workspace), SEG_OK);
	for (size_t i = 0; i < P * D; i++)
		assert_close(back.loadings[i], old.loadings[i], 1e-8);
	free(workspace);
}

/*
 * The agreement of scores with the old ones after another rotation of the first two
 * components: the mean product of both, over rows with the new variances.
 */
static double
agreement(const Map *turned, const Map *old, const Map *rows, double angle)
{
	double		sum = 0;

	for (size_t a = 0; a < P; a++)
		for (size_t b = 0; b < P; b++)
		{
			double		mine = 0;
			double		yours = 0;

			for (size_t j = 0; j < D; j++)
			{
				const double *v = turned->loadings + j;
				double		x = a == 0 ? cos(angle) * v[0] - sin(angle) * v[D] :
					a == 1 ? sin(angle) * v[0] + cos(angle) * v[D] : v[2 * D];

				mine += x * rows->loadings[b * D + j];
				yours += old->loadings[a * D + j] * rows->loadings[b * D + j];
			}
			sum += mine * yours * rows->variances[b];
		}
	return sum;
}

static void
align_is_the_nearest(void **state)
{
	Map			old = random_map(2);
	Map			new = random_map(3);
	Map			back;
	SegPcaMap	old_map = as_map(&old);
	SegPcaMap	new_map = as_map(&new);
	void	   *workspace = malloc(seg_pca_align_workspace(P));
	double		total = 0;
	double		best;

	assert_int_equal(seg_pca_align(&new_map, &old_map, back.loadings, back.variances, workspace), SEG_OK);
	for (size_t c = 0; c < P; c++)
		total += back.variances[c] - new.variances[c];
	assert_close(total, 0, 1e-12);
	best = agreement(&back, &old, &new, 0);
	assert_true(best > agreement(&new, &old, &new, 0));
	for (double angle = 0.001; angle < 3.1; angle *= 2)
	{
		assert_true(agreement(&back, &old, &new, angle) < best);
		assert_true(agreement(&back, &old, &new, -angle) < best);
	}
	free(workspace);
}

static void
align_without_variance_does_not_rotate(void **state)
{
	Map			old = random_map(4);
	Map			flat = old;
	Map			back;
	SegPcaMap	old_map = as_map(&old);
	SegPcaMap	new_map;
	void	   *workspace = malloc(seg_pca_align_workspace(P));

	memset(flat.variances, 0, sizeof(flat.variances));
	new_map = as_map(&flat);
	assert_int_equal(seg_pca_align(&new_map, &old_map, back.loadings, back.variances, workspace), SEG_OK);
	for (size_t i = 0; i < P * D; i++)
		assert_close(back.loadings[i], old.loadings[i], 1e-14);
	old.scale[0] = 1e-300;
	flat.scale[0] = 1e300;
	flat.variances[0] = 1;
	new_map = as_map(&flat);
	old_map = as_map(&old);
	assert_int_equal(seg_pca_align(&new_map, &old_map, back.loadings, back.variances, workspace), SEG_RANGE_TOO_WIDE);
	free(workspace);
}

/* ---- the model ---- */

/*
 * Bytes of format 1 must always be readable.  Made by pca_fit over the rows (i,
 * (i * 37) % 101, (i * 13) % 17 or null where 9 divides i, 7), i = 1 .. 200,
 * '{"n_components": 3, "null_policy": "mean", "transform": ["none", "log1p",
 * "none", "none"], "feature_names": ["rank", "größe", "holes", "constant"]}'.
 */
static void
golden_model_is_read(void **state)
{
	uint8_t		bytes[2048];
	uint8_t		again[2048];
	_Alignas(16) char buffer[8192];
	FILE	   *file = fopen(SEG_TOP "/test/data/pca_v1.segm", "rb");
	size_t		size;
	size_t		position;
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena = seg_arena(buffer, sizeof(buffer));
	SegWriter	writer = {again + SEG_ENVELOPE_SIZE, 0};
	SegPcaModel model = {0};
	double		row[4] = {12, 3, 80.5, 7};
	double		scores[3];

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_PCA, SEG_PCA_VERSION, &kind, &version, &reader), SEG_OK);
	assert_int_equal(version, 1);
	assert_true(seg_pca_decoded_size(reader.left) <= sizeof(buffer));
	arena.size = seg_pca_decoded_size(reader.left);
	assert_int_equal(seg_pca_decode(&reader, version, &arena, &model), SEG_OK);
	assert_int_equal(model.d, 4);
	assert_int_equal(model.components, 3);
	assert_string_equal(model.features[1].name, "größe");
	assert_int_equal(model.features[2].missing, 22);
	assert_int_equal(seg_histogram_total(&model.features[2].histogram), 178);
	assert_close(model.variances[0], 1.0256390526460126, 1e-12);
	assert_int_equal(seg_row_transform(&model.transform, row, row, &position), SEG_OK);
	seg_pca_scores(model.loadings, 4, 3, row, scores);
	assert_close(scores[0], 11.566360309084391, 1e-12);
	assert_close(scores[1], -2.986327805328442, 1e-12);
	assert_close(scores[2], 10.453274843607401, 1e-12);
	seg_pca_encode(&writer, &model);
	seg_envelope_seal(again, writer.size, SEG_KIND_PCA, 1);
	assert_int_equal(SEG_ENVELOPE_SIZE + writer.size, size);
	assert_memory_equal(bytes, again, size);
}

/* Truncated bytes, and changed bytes of the head, are refused or decode to a valid model. */
static void
damaged_models_are_refused(void **state)
{
	uint8_t		bytes[2048];
	FILE	   *file = fopen(SEG_TOP "/test/data/pca_v1.segm", "rb");
	size_t		size;

	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file) - SEG_ENVELOPE_SIZE;
	fclose(file);
	for (size_t cut = 0; cut < size; cut++)
	{
		SegReader	reader = seg_reader(bytes + SEG_ENVELOPE_SIZE, cut);
		SegPcaModel model = {0};
		SegArena	arena = seg_arena(NULL, seg_pca_decoded_size(cut));

		arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
		assert_int_equal(seg_pca_decode(&reader, 1, &arena, &model), SEG_MALFORMED_MODEL);
		free(arena.base);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales_are_standard_deviations),
		cmocka_unit_test(count_is_the_fewest_that_reach),
		cmocka_unit_test(components_beyond_the_rank_are_zero),
		cmocka_unit_test(align_undoes_a_rotation),
		cmocka_unit_test(align_is_the_nearest),
		cmocka_unit_test(align_without_variance_does_not_rotate),
		cmocka_unit_test(golden_model_is_read),
		cmocka_unit_test(damaged_models_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
