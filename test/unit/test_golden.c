/*
 * test_golden.c
 *		The models of test/data: every kind and every version can be read, and is written
 *		again with the same bytes.
 *
 * The models were fitted on the rows of row_of() in test_kmeans_model.c; PCA and drift on
 * the rows described in test_pca.c.
 */
#include "unit.h"

#include <dirent.h>
#include <stdio.h>

#include "anomaly/anomaly_model.h"
#include "drift/drift_model.h"
#include "kmeans/kmeans_scorer_model.h"
#include "pca/pca.h"
#include "pca/pca_model.h"
#include "rfm/rfm_model.h"
#include "rfm/rfm_score.h"

/* A decoded model of any kind. */
typedef union Model
{
	SegKmeansModel kmeans;		/* the first member of SegKmeansScorer */
	SegKmeansScorer scorer;
	SegPcaModel pca;
	SegAnomalyModel anomaly;
	SegDriftModel drift;
	SegRfmModel rfm;
	char		any[16384];		/* room for kinds that no test here reads */
} Model;

typedef struct Golden
{
	int			version;
	uint8_t    *bytes;
	size_t		size;
	void	   *room;
	Model		model;
} Golden;

static void
open_bytes(Golden *golden)
{
	int			kind;
	SegReader	reader;
	SegArena	arena;
	const SegModelType *type;

	memset(&golden->model, 0, sizeof(golden->model));
	assert_int_equal(seg_envelope_open(golden->bytes, golden->size, 0, 0, &kind, &golden->version, &reader), SEG_OK);
	type = seg_model_type(kind);
	assert_true(type->struct_size <= sizeof(Model));
	arena = seg_arena(NULL, type->decoded_size(reader.left));
	arena.base = golden->room = aligned_alloc(16, arena.size / 16 * 16 + 16);
	assert_int_equal(type->decode(&reader, golden->version, &arena, &golden->model), SEG_OK);
	assert_true(seg_reader_done(&reader));
}

/* Read and decode a file of test/data; close_golden() frees it. */
static Golden
open_golden(const char *name)
{
	Golden		golden = {.bytes = malloc(1 << 16)};
	char		path[1000];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/test/data/%s", SEG_TOP, name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s is not there", path);
	golden.size = fread(golden.bytes, 1, 1 << 16, file);
	fclose(file);
	open_bytes(&golden);
	return golden;
}

static void
close_golden(Golden *golden)
{
	free(golden->bytes);
	free(golden->room);
}

/* The bytes of the model in a version; the caller frees them. */
static uint8_t *
write_model(const Model *model, int kind, int version, size_t *size)
{
	SegWriter	writer = {NULL, 0};
	uint8_t    *bytes;

	seg_model_type(kind)->encode(&writer, model);
	*size = SEG_ENVELOPE_SIZE + writer.size;
	bytes = malloc(*size);
	writer = (SegWriter) {bytes + SEG_ENVELOPE_SIZE, 0};
	seg_model_type(kind)->encode(&writer, model);
	seg_envelope_seal(bytes, writer.size, (SegKind) kind, version);
	return bytes;
}

static int
newest_of(int kind)
{
	return seg_model_type(kind)->newest;
}

/* The features and clusters of the model can be read, and are consistent. */
static void
check_baseline(const SegBaseline *baseline, const void *model)
{
	SegBaselineShape shape = baseline->shape(model);
	double	   *row = calloc(shape.d, sizeof(double));
	double	   *scratch = calloc(shape.clusters + SEG_BASELINE_SCRATCH, sizeof(double));

	assert_between(shape.clusters, 0, baseline->most_clusters);
	for (uint32_t j = 0; j < shape.d; j++)
	{
		SegBaselineFeature feature = baseline->feature(model, j);

		assert_non_null(feature.name);
		assert_true(feature.values == seg_histogram_total(feature.histogram));
		assert_true(feature.missing <= feature.rows);
	}
	for (uint32_t c = 0; c < shape.clusters; c++)
	{
		assert_non_null(baseline->cluster(model, c).name);
		assert_true(baseline->cluster(model, c).rows > 0);
	}
	if (shape.clusters > 0)
		assert_between(baseline->place(model, row, scratch), 0, shape.clusters);
	free(scratch);
	free(row);
}

/* Every file of the folder; at least one for each version of each kind.  An old version is written as the newest. */
static void
all_are_written_as_they_were_read(void **state)
{
	DIR		   *folder = opendir(SEG_TOP "/test/data");
	struct dirent *entry;
	bool		seen[SEG_KIND_MOST + 1][8] = {{false}};
	size_t		count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
	{
		Golden		golden;
		Golden		again = {0};
		int			kind;

		if (strstr(entry->d_name, ".segm") == NULL)
			continue;
		golden = open_golden(entry->d_name);
		kind = golden.bytes[4];
		assert_between(golden.version, 1, seg_min_size(newest_of(kind), 7));
		if (seg_model_type(kind)->baseline != NULL)
			check_baseline(seg_model_type(kind)->baseline, &golden.model);
		again.bytes = write_model(&golden.model, kind, newest_of(kind), &again.size);
		if (golden.version == newest_of(kind))
		{
			assert_int_equal(again.size, golden.size);
			assert_memory_equal(again.bytes, golden.bytes, golden.size);
		}
		else
		{
			uint8_t    *third;
			size_t		third_size;

			open_bytes(&again);
			third = write_model(&again.model, kind, newest_of(kind), &third_size);
			assert_int_equal(third_size, again.size);
			assert_memory_equal(third, again.bytes, again.size);
			free(third);
		}
		seen[kind][golden.version] = true;
		count++;
		close_golden(&golden);
		close_golden(&again);
	}
	closedir(folder);
	assert_true(count >= 9);
	for (int kind = 0; kind <= SEG_KIND_MOST; kind++)
		for (int version = 1; seg_model_type(kind) != NULL && version <= newest_of(kind); version++)
			if (!seen[kind][version])
				fail_msg("%s has no golden model of version %d: %s_v%d.segm", seg_kind_name(kind), version, seg_kind_name(kind), version);
}

/* The bytes of version 2 that the first code of version 2 made from the model of version 1. */
static void
kmeans_version_1_becomes_the_same_version_2(void **state)
{
	Golden		golden = open_golden("kmeans_v1.segm");
	size_t		size;
	uint8_t    *bytes = write_model(&golden.model, SEG_KIND_KMEANS, 2, &size);

	assert_int_equal(golden.version, 1);
	assert_int_equal(size, 2374);
	assert_true(seg_envelope_digest(bytes) == UINT64_C(0xc1339ab9047c13dd));
	free(bytes);
	close_golden(&golden);
}

static void
kmeans_fields(void **state)
{
	static const char *const files[] = {"kmeans_v1.segm", "kmeans_v2.segm"};

	for (int f = 0; f < 2; f++)
	{
		Golden		golden = open_golden(files[f]);
		const SegKmeansModel *model = &golden.model.kmeans;
		const SegFeature *feature = model->features;

		assert_int_equal(golden.version, f + 1);
		assert_int_equal(model->k, 6);
		assert_int_equal(model->d, 4);
		assert_int_equal(model->next_cluster_id, 7);
		assert_int_equal(model->standardize, SEG_STANDARDIZE_ZSCORE);
		assert_int_equal(model->null_policy, SEG_NULL_MEAN);
		assert_int_equal(model->seed, 42);
		assert_int_equal(model->n_init, 10);
		assert_true(model->converged);
		assert_int_equal(model->rows_used, 200);
		assert_int_equal(model->rows_skipped, 0);
		assert_same_double(model->weight, 200);
		assert_string_equal(feature[0].name, "recency_days");
		assert_string_equal(feature[1].name, "größe");
		assert_string_equal(feature[2].name, "monetary");
		assert_string_equal(feature[3].name, "constant");
		assert_int_equal(feature[2].transform, SEG_TRANSFORM_LOG1P);
		assert_int_equal(feature[1].missing, 5);
		assert_same_double(feature[0].minimum, 0);
		assert_same_double(feature[0].maximum, 100);
		assert_close(feature[0].mean, 50.18, 1e-13);
		assert_same_double(feature[0].shift, feature[0].mean);
		assert_close(feature[0].sd, 29.141615755551733, 1e-13);
		assert_same_double(feature[0].scale, feature[0].sd);
		assert_same_double(feature[3].scale, 0);
		assert_same_double(feature[3].shift, 5);
		assert_int_equal(seg_histogram_total(&feature[0].histogram), 200);
		assert_int_equal(model->silhouette_rows, f == 0 ? 0 : 200);
		assert_int_equal(model->has_exact_quartiles, f == 1);
		assert_int_equal(seg_kmeans_find_cluster(model, 7), 6);
		close_golden(&golden);
	}
}

static void
pca_fields(void **state)
{
	Golden		golden = open_golden("pca_v1.segm");
	const SegPcaModel *model = &golden.model.pca;
	const SegFeature *feature = model->features;

	assert_int_equal(model->components, 3);
	assert_int_equal(model->null_policy, SEG_NULL_MEAN);
	assert_int_equal(model->rows_used, 200);
	assert_same_double(feature[0].shift, 100.5);
	assert_same_double(feature[0].scale, 57.879184513951124);
	assert_same_double(feature[0].sd, feature[0].scale);
	assert_same_double(feature[0].fill, 100.5);
	assert_same_double(feature[0].minimum, 1);
	assert_same_double(feature[0].maximum, 200);
	assert_int_equal(feature[1].transform, SEG_TRANSFORM_LOG1P);
	assert_same_double(feature[1].transformed_sd, 0.89330022483118154);
	assert_true(isnan(feature[1].sd));
	assert_same_double(feature[1].mean, 50.18);
	assert_same_double(feature[1].fill, 50.18);
	assert_int_equal(feature[2].missing, 22);
	assert_same_double(feature[3].scale, 0);
	close_golden(&golden);
}

/* A null counts as the mean of the values: exactly 0 in the fitted space, except for log1p. */
static void
pca_null_is_the_mean_of_the_values(void **state)
{
	Golden		golden = open_golden("pca_v1.segm");
	double		row[4] = {NAN, NAN, NAN, NAN};
	size_t		position;

	assert_int_equal(seg_row_transform(&golden.model.pca.transform, row, row, &position), SEG_OK);
	for (int j = 0; j < 4; j++)
		if (j != 1)
			assert_same_double(row[j], 0);
	assert_close(row[1], (log1p(50.18) - 3.6626730243745693) / 0.89330022483118154, 1e-14);
	close_golden(&golden);
}

static void
anomaly_fields(void **state)
{
	static const struct
	{
		const char *file;
		SegAnomalyMethod method;
		double		threshold;
		uint64_t	flagged;
		double		first_median;
		double		score;
	}			expected[] = {
		{"anomaly_iforest_v1.segm", SEG_ANOMALY_IFOREST, 0.6104784112174253, 10, 50, 0.4775328467116377},
		{"anomaly_mahalanobis_v1.segm", SEG_ANOMALY_MAHALANOBIS, 0.85306276103076328, 10, 50, 0.56893470336730423},
		{"anomaly_kmeans_v1.segm", SEG_ANOMALY_KMEANS, 0.95, 0, 50.18, 0.7136020328005821},
	};

	for (int f = 0; f < 3; f++)
	{
		Golden		golden = open_golden(expected[f].file);
		const SegAnomalyModel *model = &golden.model.anomaly;
		const SegFeature *feature = model->features;
		double		row[3] = {10, 3, 80};
		size_t		position;

		assert_int_equal(model->method, expected[f].method);
		assert_int_equal(model->d, 3);
		assert_int_equal(model->null_policy, SEG_NULL_ERROR);
		assert_int_equal(model->rows_used, 200);
		assert_int_equal(model->seed, 42);
		assert_same_double(model->contamination, 0.05);
		assert_close(model->threshold, expected[f].threshold, 1e-15);
		assert_int_equal(model->flagged, expected[f].flagged);
		assert_string_equal(feature[0].name, "");
		assert_same_double(feature[0].median, expected[f].first_median);
		assert_close(feature[2].mean, 127.55125, 1e-12);
		assert_close(feature[2].sd, 72.917267849878698, 1e-12);
		assert_same_double(feature[2].minimum, 2.25);
		assert_same_double(feature[2].maximum, 251.25);
		assert_true(isnan(feature[0].shift) && isnan(feature[0].scale));
		assert_int_equal(seg_row_transform(&model->transform, row, row, &position), SEG_OK);
		assert_same_double(row[0], 10);
		assert_close(seg_anomaly_score(model, row), expected[f].score, 1e-13);
		close_golden(&golden);
	}
}

static void
drift_fields(void **state)
{
	Golden		golden = open_golden("drift_v1.segm");
	const SegDriftModel *model = &golden.model.drift;

	assert_int_equal(model->source, SEG_KIND_PCA);
	assert_int_equal(model->d, 4);
	assert_int_equal(model->clusters, 0);
	assert_int_equal(model->rows_used, 100);
	assert_string_equal(model->features[0].name, "rank");
	assert_string_equal(model->features[1].name, "größe");
	assert_int_equal(seg_histogram_total(&model->features[0].histogram), 200);
	close_golden(&golden);
}

static void
rfm_fields(void **state)
{
	Golden		golden = open_golden("rfm_v1.segm");
	int			scores[SEG_RFM_MEASURES];

	seg_rfm_score(&golden.model.rfm, (double[]) {12, 3, 80.5}, scores);
	assert_memory_equal(scores, ((int[]) {5, 2, 2}), sizeof(scores));
	close_golden(&golden);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_written_as_they_were_read),
		cmocka_unit_test(kmeans_version_1_becomes_the_same_version_2),
		cmocka_unit_test(kmeans_fields),
		cmocka_unit_test(pca_fields),
		cmocka_unit_test(pca_null_is_the_mean_of_the_values),
		cmocka_unit_test(anomaly_fields),
		cmocka_unit_test(drift_fields),
		cmocka_unit_test(rfm_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
