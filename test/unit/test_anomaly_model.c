/*
 * test_anomaly_model.c
 *		Isolation forests and their model.
 */
#include "unit.h"

#include <stdio.h>

#include "anomaly/anomaly_model.h"
#include "base/rng.h"

/* ---- the forest ---- */

enum
{
	ROWS = 600,
	D = 3,
	TREES = 60,
	PSI = 64
};

typedef struct Fixture
{
	double		rows[ROWS][D];
	uint64_t	ends[ROWS];
	uint32_t	roots[TREES];
	SegTreeNode nodes[TREES * (2 * PSI - 1)];
	uint32_t	sizes[TREES * (2 * PSI - 1)];
	double		paths[TREES * (2 * PSI - 1)];
	uint32_t	drawn[PSI];
	SegForest	forest;
	SegFeature	features[D];
	SegAnomalyModel model;
} Fixture;

/* Two features of a disc, one constant, and a last row far away. */
static Fixture *
grown(uint64_t seed)
{
	Fixture    *f = calloc(1, sizeof(Fixture));
	SegRng		rng = seg_rng(9, 9);

	for (int i = 0; i < ROWS; i++)
	{
		f->rows[i][0] = seg_rng_uniform(&rng) + seg_rng_uniform(&rng);
		f->rows[i][1] = -5 * (seg_rng_uniform(&rng) + seg_rng_uniform(&rng));
		f->rows[i][2] = 11;
		f->ends[i] = i + 1;
	}
	f->rows[ROWS - 1][0] = 4;
	f->forest = (SegForest) {
		.d = D, .sample_size = PSI, .roots = f->roots, .nodes = f->nodes, .sizes = f->sizes, .paths = f->paths
	};
	for (int t = 0; t < TREES; t++)
		seg_iforest_grow(&f->forest, &f->rows[0][0], f->ends, ROWS, seed, f->drawn);
	seg_iforest_finish(&f->forest);
	for (int j = 0; j < D; j++)
		f->features[j].name = j == 0 ? "größe" : "";
	f->model = (SegAnomalyModel) {
		.method = SEG_ANOMALY_IFOREST, .d = D, .features = f->features, .rows_used = ROWS,
		.sample_rows = ROWS, .seed = seed, .contamination = 0.05, .threshold = 0.6, .forest = f->forest
	};
	return f;
}

/* Liu, Ting and Zhou (2008): c(256) is about 10.24; scikit-learn 1.2.1's
 * _average_path_length gives these figures */
static void
average_path_matches_liu(void **state)
{
	assert_same_double(seg_iforest_average_path(0), 0);
	assert_same_double(seg_iforest_average_path(1), 0);
	assert_same_double(seg_iforest_average_path(2), 1);
	assert_close(seg_iforest_average_path(3), 1.207392357589623, 1e-12);
	assert_close(seg_iforest_average_path(256), 10.244770920119917, 1e-12);
	assert_int_equal(seg_iforest_height_limit(1), 0);
	assert_int_equal(seg_iforest_height_limit(256), 8);
	assert_int_equal(seg_iforest_height_limit(257), 9);
}

static void
trees_are_sound(void **state)
{
	Fixture    *f = grown(42);

	assert_int_equal(f->forest.n_trees, TREES);
	assert_true(f->forest.height <= 6);
	for (size_t t = 0; t < TREES; t++)
		assert_int_equal(f->sizes[f->roots[t]], PSI);
	for (size_t node = 0; node < f->forest.n_nodes; node++)
	{
		uint32_t	child = f->nodes[node].child;

		if (child == node)
			continue;
		assert_true(child > node && child + 1 < f->forest.n_nodes);
		assert_int_equal(f->sizes[node], f->sizes[child] + f->sizes[child + 1]);
		assert_true(f->nodes[node].feature < 2);	/* the constant feature cannot be split */
	}
	free(f);
}

static void
far_row_has_one_of_the_highest_scores(void **state)
{
	Fixture    *f = grown(42);
	double		far = seg_anomaly_score(&f->model, f->rows[ROWS - 1]);
	int			higher = 0;

	for (int i = 0; i < ROWS - 1; i++)
		higher += seg_anomaly_score(&f->model, f->rows[i]) > far;
	assert_true(far > 0.6 && far < 1);
	assert_between(higher, 0, ROWS / 50);
	free(f);
}

static void
parts_add_up_to_the_score(void **state)
{
	Fixture    *f = grown(42);

	for (int i = 0; i < ROWS; i++)
	{
		double		parts[D];
		double		sum;

		assert_int_equal(seg_anomaly_attribute(&f->model, f->rows[i], parts, &sum), SEG_OK);
		for (int j = 0; j < D; j++)
			sum += parts[j];
		assert_close(sum, seg_anomaly_score(&f->model, f->rows[i]), 1e-13);
		assert_same_double(parts[2], 0.0);
		if (i == ROWS - 1)
			assert_true(parts[0] > 0.05 && parts[0] > parts[1]);
	}
	free(f);
}

static void
same_seed_gives_the_same_forest(void **state)
{
	Fixture    *a = grown(42);
	Fixture    *b = grown(42);
	Fixture    *c = grown(43);

	assert_int_equal(a->forest.n_nodes, b->forest.n_nodes);
	assert_memory_equal(a->nodes, b->nodes, a->forest.n_nodes * sizeof(SegTreeNode));
	assert_memory_not_equal(a->nodes, c->nodes, 10 * sizeof(SegTreeNode));
	free(a);
	free(b);
	free(c);
}

/* Occurrences are drawn, not rows: one row in ten, nine times each, fills 9/18 of a tree. */
static void
occurrences_count(void **state)
{
	enum
	{
		N = 200
	};
	Fixture    *f = calloc(1, sizeof(Fixture));
	uint64_t	end = 0;
	int			heavy = 0;

	for (int i = 0; i < N; i++)
	{
		f->rows[i][0] = i;
		f->ends[i] = end += i % 10 == 0 ? 9 : 1;
	}
	f->forest = (SegForest) {
		.d = 1, .sample_size = PSI, .roots = f->roots, .nodes = f->nodes, .sizes = f->sizes, .paths = f->paths
	};
	for (int t = 0; t < TREES; t++)
	{
		static double column[N];

		for (int i = 0; i < N; i++)
			column[i] = i;
		seg_iforest_grow(&f->forest, column, f->ends, N, 1, f->drawn);
		for (int i = 0; i < PSI; i++)
			heavy += f->drawn[i] % 10 == 0;
	}
	assert_between(heavy, TREES * PSI * 45 / 100, TREES * PSI * 55 / 100);
	free(f);
}

static void
extreme_rows_make_a_tree(void **state)
{
	double		rows[4] = {-DBL_MAX, DBL_MAX, 0, nextafter(0, 1)};
	uint64_t	ends[4] = {1, 2, 3, 4};
	uint32_t	root;
	SegTreeNode nodes[7];
	uint32_t	sizes[7];
	double		paths[7];
	uint32_t	drawn[4];

	for (uint64_t seed = 0; seed < 50; seed++)
	{
		SegForest	forest = {
			.d = 1, .sample_size = 4, .roots = &root, .nodes = nodes, .sizes = sizes, .paths = paths
		};

		seg_iforest_grow(&forest, rows, ends, 4, seed, drawn);
		seg_iforest_finish(&forest);
		for (int i = 0; i < 4; i++)
			assert_true(isfinite(seg_iforest_path(&forest, &rows[i])));
	}
}

/* ---- the model ---- */

static SegStatus
decode(const void *bytes, size_t size, SegAnomalyModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_anomaly_decoded_size(size));

	*memory = arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
	return seg_anomaly_decode(&reader, SEG_ANOMALY_VERSION, &arena, model);
}

static size_t
encode(const SegAnomalyModel *model, uint8_t **bytes)
{
	SegWriter	writer = {NULL, 0};

	seg_anomaly_encode(&writer, model);
	*bytes = malloc(writer.size);
	writer = (SegWriter) {*bytes, 0};
	seg_anomaly_encode(&writer, model);
	return writer.size;
}

static void
model_round_trip(void **state)
{
	Fixture    *f = grown(42);
	uint8_t    *bytes;
	uint8_t    *again;
	size_t		size = encode(&f->model, &bytes);
	SegAnomalyModel model;
	void	   *memory;

	assert_int_equal(decode(bytes, size, &model, &memory), SEG_OK);
	assert_string_equal(model.features[0].name, "größe");
	assert_int_equal(encode(&model, &again), size);
	assert_memory_equal(bytes, again, size);
	for (int i = 0; i < ROWS; i++)
		assert_same_double(seg_anomaly_score(&model, f->rows[i]), seg_anomaly_score(&f->model, f->rows[i]));
	free(memory);
	free(again);
	free(bytes);
	free(f);
}

/* Truncated anywhere, or with any byte changed: refused, or a model that can score. */
static void
damaged_models_are_refused_or_harmless(void **state)
{
	Fixture    *f = grown(42);
	uint8_t    *bytes;
	size_t		size;
	SegAnomalyModel model;
	void	   *memory;

	f->model.forest.n_trees = 2;
	f->model.forest.n_nodes = f->roots[2];
	size = encode(&f->model, &bytes);
	for (size_t cut = 0; cut < size; cut++)
	{
		assert_int_equal(decode(bytes, cut, &model, &memory), SEG_MALFORMED_MODEL);
		free(memory);
	}
	for (size_t i = 0; i < size * 8; i++)
	{
		bytes[i / 8] ^= 1 << (i % 8);
		if (decode(bytes, size, &model, &memory) == SEG_OK && model.d == D)
		{
			double		score = seg_anomaly_score(&model, f->rows[0]);

			assert_true(score >= 0 && score <= 1);
		}
		free(memory);
		bytes[i / 8] ^= 1 << (i % 8);
	}
	free(bytes);
	free(f);
}

/*
 * Bytes of format 1 must always be readable, with the same scores.  Made by anomaly_fit over
 * ((i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0), i = 1 .. 200, and from a
 * k-means model of them.
 */
static void
golden_models_are_read(void **state)
{
	static const struct
	{
		const char *file;
		double		scores[3];
	}			golden[] = {
		{SEG_TOP "/test/data/anomaly_iforest_v1.segm", {0.477532847, 0.642704552, 0.671060345}},
		{SEG_TOP "/test/data/anomaly_mahalanobis_v1.segm", {0.534414084, 0.959472527, 1}},
		{SEG_TOP "/test/data/anomaly_kmeans_v1.segm", {0.685409383, 0.953527051, 1}},
	};
	static const double rows[3][3] = {{12, 3, 80.5}, {99, 1, 0}, {300, 7, 252}};
	static uint8_t bytes[8192];
	static uint8_t again[8192];

	for (size_t g = 0; g < sizeof(golden) / sizeof(golden[0]); g++)
	{
		FILE	   *file = fopen(golden[g].file, "rb");
		SegWriter	writer = {again + SEG_ENVELOPE_SIZE, 0};
		SegAnomalyModel model;
		SegArena	arena;
		SegReader	reader;
		size_t		size;
		size_t		position;
		int			kind;
		int			version;
		double		z[3];

		assert_non_null(file);
		size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_int_equal(seg_envelope_open(bytes, size, SEG_KIND_ANOMALY, SEG_ANOMALY_VERSION, &kind, &version, &reader), SEG_OK);
		assert_int_equal(version, 1);
		arena = seg_arena(NULL, seg_anomaly_decoded_size(size));
		arena.base = aligned_alloc(16, (arena.size + 15) / 16 * 16);
		assert_int_equal(seg_anomaly_decode(&reader, version, &arena, &model), SEG_OK);
		for (size_t i = 0; i < 3; i++)
		{
			assert_int_equal(seg_row_transform(&model.transform, rows[i], z, &position), SEG_OK);
			assert_close(seg_anomaly_score(&model, z), golden[g].scores[i], 1e-9);
		}
		seg_anomaly_encode(&writer, &model);
		seg_envelope_seal(again, writer.size, SEG_KIND_ANOMALY, 1);
		assert_int_equal(SEG_ENVELOPE_SIZE + writer.size, size);
		assert_memory_equal(bytes, again, size);
		free(arena.base);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(average_path_matches_liu),
		cmocka_unit_test(trees_are_sound),
		cmocka_unit_test(far_row_has_one_of_the_highest_scores),
		cmocka_unit_test(parts_add_up_to_the_score),
		cmocka_unit_test(same_seed_gives_the_same_forest),
		cmocka_unit_test(occurrences_count),
		cmocka_unit_test(extreme_rows_make_a_tree),
		cmocka_unit_test(model_round_trip),
		cmocka_unit_test(damaged_models_are_refused_or_harmless),
		cmocka_unit_test(golden_models_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
