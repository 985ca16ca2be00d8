/*
 * kmeans_options_pg.c
 *		The options of kmeans_fit and kmeans_sweep.
 */
#include "kmeans/kmeans_options_pg.h"

#include "utils/builtins.h"

#include "kmeans/kmeans_pg.h"
#include "kmeans/kmeans_sweep.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/feature_words.h"
#include "server/progress.h"

const char *const seg_kmeans_init_method_words[] = {"kmeans++", "random", "centroids", NULL};
const char *const seg_kmeans_algorithm_words[] = {"lloyd", "bisecting", NULL};

/* no init_method given: "centroids" if centroids are given, else "kmeans++" */
#define INIT_NOT_GIVEN (-1)

static void
read_centroids(const char *key, const JsonbValue *value, void *field)
{
	SegStartingCenters *centers = field;

	if (value->type == jbvString)
		centers->model_hex = pnstrdup(value->val.string.val, value->val.string.len);
	else
		seg_option_read_matrix(key, value, &centers->matrix);
}

#define FIELD(name) offsetof(SegKmeansOptions, name)

const SegOption seg_kmeans_option_table[] = {
	{"k_min", SEG_OPTION_INT, FIELD(k_min), 1, SEG_KMEANS_MAX_K,
		.meaning = "The smallest number of clusters that is tried where k is null."},
	{"k_max", SEG_OPTION_INT, FIELD(k_max), 1, SEG_KMEANS_MAX_K,
		.meaning = "The largest number of clusters that is tried where k is null."},
	{"standardize", SEG_OPTION_CHOICE, FIELD(standardize), .choices = seg_standardize_words,
		.meaning = "How features are brought to one scale: by mean and standard deviation, median and MAD, minimum and maximum, or not at all."},
	{"transform", SEG_OPTION_CHOICES, FIELD(transform), .choices = seg_transform_words,
		.meaning = "What is applied to the values before they are scaled; one choice for all features or an array with one for each."},
	{"null_policy", SEG_OPTION_CHOICE, FIELD(null_policy), .choices = seg_null_policy_words,
		.meaning = "What a null feature does: raise an error, leave the row out, or count as the feature's mean, its median or 0."},
	{"init_method", SEG_OPTION_CHOICE, FIELD(init_method), .choices = seg_kmeans_init_method_words,
		.meaning = "How the first centers are chosen; without it centroids where that option is given, else kmeans++."},
	{"centroids", SEG_OPTION_CUSTOM, FIELD(centroids), .read = read_centroids,
		.type_name = "array of arrays of numbers or text",
		.meaning = "The first centers in input units, one array for each cluster, or a k-means model in hex whose centers are taken."},
	{"algorithm", SEG_OPTION_CHOICE, FIELD(algorithm), .choices = seg_kmeans_algorithm_words,
		.meaning = "lloyd iterates from the first centers; bisecting splits the cluster with the largest inertia until there are k, then iterates."},
	{"n_init", SEG_OPTION_INT, FIELD(n_init), 1, 10000,
		.meaning = "The number of starts on the seeding sample, of which the best goes on."},
	{"max_iterations", SEG_OPTION_INT, FIELD(max_iterations), 1, 1000000,
		.meaning = "The largest number of iterations over all rows."},
	{"tolerance", SEG_OPTION_REAL, FIELD(tolerance), 0, 1,
		.meaning = "The relative gain of inertia below which iterations end; 0 goes on until no row changes its cluster."},
	{"seed", SEG_OPTION_INT, FIELD(seed), -0x1.0p+63, 0x1.0p+63,
		.meaning = "The seed of the random choices."},
	{"feature_names", SEG_OPTION_TEXTS, FIELD(feature_names),
		.meaning = "The names of the features, one for each, all different."},
	{"min_share", SEG_OPTION_REAL, FIELD(min_share), 0, 0.5,
		.meaning = "Where k is chosen, the smallest share of the weight that each cluster must have."},
	{NULL}
};

/* one transform for all features */
static int	no_transform[] = {SEG_TRANSFORM_NONE};

const SegKmeansOptions seg_kmeans_option_defaults = {
	.standardize = SEG_STANDARDIZE_ZSCORE,
	.transform = {-1, no_transform},
	.null_policy = SEG_NULL_ERROR,
	.init_method = INIT_NOT_GIVEN,
	.algorithm = SEG_KMEANS_LLOYD,
	.n_init = 10,
	.max_iterations = 300,
	.seed = 42,
	.min_share = 0.01,
};

static void
refuse_unused(SegKmeansChoice choice, const SegKmeansOptions *options)
{
	const SegKmeansOptions *defaults = &seg_kmeans_option_defaults;

	if (choice == SEG_KMEANS_FIXED_K)
		seg_option_refuse_unused(options->min_share == defaults->min_share, "min_share", "a fixed k", "k null, with the options k_min and k_max");
	if (options->init_method != SEG_INIT_CENTROIDS)
		return;
	seg_option_refuse_unused(options->n_init == defaults->n_init, "n_init", "init_method \"centroids\"", "init_method \"kmeans++\" or \"random\"");
	if (options->algorithm == SEG_KMEANS_BISECTING)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("algorithm \"bisecting\" has no effect with init_method \"centroids\""),
				 errhint("It requires init_method \"kmeans++\" or \"random\".")));
}

void
seg_kmeans_options_read(const Jsonb *options, SegKmeansChoice choice, SegKmeansOptions *result)
{
	bool		has_centroids;

	*result = seg_kmeans_option_defaults;
	seg_options_read(options, choice == SEG_KMEANS_EVERY_K ? seg_kmeans_sweep_options : seg_kmeans_option_table, result);
	has_centroids = result->centroids.matrix.rows > 0 || result->centroids.model_hex != NULL;
	if (result->init_method == INIT_NOT_GIVEN)
		result->init_method = has_centroids ? SEG_INIT_CENTROIDS : SEG_INIT_KMEANS_PLUS_PLUS;
	if ((result->init_method == SEG_INIT_CENTROIDS) != has_centroids)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("init_method \"centroids\" requires option \"centroids\", and vice versa")));
	refuse_unused(choice, result);
}

static void
check_per_feature(const char *key, int count, size_t d)
{
	if (count > 0 && count != d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has %d elements, but there are %zu features", key, count, d)));
}

void
seg_kmeans_check_k(const char *name, int64 k, int64 most)
{
	if (k == SEG_NUMBER_NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 strcmp(name, "k") == 0 ? errhint("Without k, the options \"k_min\" and \"k_max\" give the range to choose it from.") : 0));
	if (k < 1 || k > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is %lld, but must be from 1 to %lld", name, (long long) k, (long long) most)));
}

void
seg_kmeans_check_range(const SegKmeansOptions *options, int64 k_min, int64 k_max)
{
	seg_kmeans_check_k("k_min", k_min, SEG_SWEEP_MAX_K);
	seg_kmeans_check_k("k_max", k_max, SEG_SWEEP_MAX_K);
	if (k_min > k_max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k_min is %lld, but k_max is %lld", (long long) k_min, (long long) k_max)));
	if (options->init_method == SEG_INIT_CENTROIDS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("init_method \"centroids\" requires a single k, but a sweep has several")));
}

void
seg_kmeans_options_check_width(const SegKmeansOptions *options, size_t d)
{
	check_per_feature("transform", options->transform.count, d);
	check_per_feature("feature_names", options->feature_names.count, d);
}

SegKmeansParams
seg_kmeans_params(const SegKmeansOptions *options)
{
	SegKmeansParams params = {
		.algorithm = options->algorithm,
		.init_method = options->init_method,
		.seed = (uint64_t) options->seed,
		.n_init = options->n_init,
		.max_iterations = options->max_iterations,
		.tolerance = options->tolerance,
		.min_share = options->min_share,
		.on_iteration = seg_progress_is_told() ? seg_progress_iteration : NULL,
	};

	return params;
}

/* The centers of a model as a matrix.  The model is in hex, with or without \x. */
static SegRealMatrix
matrix_of_model(const char *hex)
{
	text	   *digits = cstring_to_text(strncmp(hex, "\\x", 2) == 0 ? hex + 2 : hex);
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall2(binary_decode, PointerGetDatum(digits),
															CStringGetTextDatum("hex")));
	const SegKmeansScorer *scorer = seg_model_decode(bytes, &seg_kmeans_model_type);
	const SegKmeansModel *model = &scorer->model;
	SegRealMatrix matrix = {model->k, model->d};

	matrix.items = seg_take(model->k, model->d * sizeof(double));
	for (uint32_t c = 0; c < model->k; c++)
		seg_kmeans_center_in_input_units(model, c, matrix.items + (size_t) c * model->d);
	return matrix;
}

void
seg_kmeans_start_from(const SegStartingCenters *given, const SegScale *scales, size_t k, size_t d,
					  double *centers)
{
	SegRealMatrix matrix = given->model_hex != NULL ? matrix_of_model(given->model_hex) : given->matrix;

	if (matrix.rows != k || matrix.columns != d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"centroids\" has %d rows of %d numbers, but k is %zu and there are %zu features",
						matrix.rows, matrix.columns, k, d)));
	for (size_t c = 0; c < k; c++)
		for (size_t j = 0; j < d; j++)
		{
			double		x = matrix.items[c * d + j];

			if (scales[j].transform == SEG_TRANSFORM_LOG1P && x <= -1)
				seg_raise((SegFault) {SEG_LOG_DOMAIN, .feature = j + 1});
			if (fabs(x) > SEG_MAX_MAGNITUDE)
				seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
			x = seg_scale_value(scales[j].transform, scales[j].shift,
								seg_scale_inverse(scales[j].scale), x);
			if (fabs(x) > SEG_MAX_MAGNITUDE)
				seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
			centers[c * d + j] = x;
		}
}
