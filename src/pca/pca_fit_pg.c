/*
 * pca_fit_pg.c
 *		Makes the model from the state of pca_fit; options of pca_fit; pca_align.
 */
#include "pca/pca_pg.h"

#include "pca/pca.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/family.h"
#include "server/feature_words.h"
#include "server/features.h"
#include "server/model_text.h"
#include "stats/linalg.h"

/* ---- options ---- */

typedef struct GivenOptions
{
	int64		n_components;	/* 0: not given */
	double		explained_variance; /* 0: not given */
	int			standardize;
	int			null_policy;
	SegIntList	transform;
	SegTextList feature_names;
} GivenOptions;

/* Scaling by medians or ranges, and medians for nulls, cannot be computed from moments. */
#define NO_MOMENTS_STANDARDIZE (1 << SEG_STANDARDIZE_ROBUST | 1 << SEG_STANDARDIZE_MINMAX)
#define NO_MOMENTS_NULL_POLICY (1 << SEG_NULL_MEDIAN)

#define FIELD(name) offsetof(GivenOptions, name)

static const SegOption option_table[] = {
	{"n_components", SEG_OPTION_INT, FIELD(n_components), 1, SEG_MAX_FEATURES,
		.meaning = "The number of components, at most that of the features; without it and explained_variance 2, or 1 for one feature."},
	{"explained_variance", SEG_OPTION_REAL, FIELD(explained_variance), 1e-6, 1,
		.meaning = "The share of the variance that the components must explain together; as many are kept as that needs."},
	{"standardize", SEG_OPTION_CHOICE, FIELD(standardize), .choices = seg_standardize_words,
		.unsupported = NO_MOMENTS_STANDARDIZE,
		.meaning = "How features are brought to one scale: by mean and standard deviation, or by the mean alone."},
	{"null_policy", SEG_OPTION_CHOICE, FIELD(null_policy), .choices = seg_null_policy_words,
		.unsupported = NO_MOMENTS_NULL_POLICY,
		.meaning = "What a null feature does: raise an error, leave the row out, or count as the feature's mean or as 0."},
	{"transform", SEG_OPTION_CHOICES, FIELD(transform), .choices = seg_transform_words,
		.meaning = "What is applied to the values before they are scaled; one choice for all features or an array with one for each."},
	{"feature_names", SEG_OPTION_TEXTS, FIELD(feature_names),
		.meaning = "The names of the features, one for each, all different."},
	{NULL}
};

static int	no_transform[] = {SEG_TRANSFORM_NONE};

/* The defaults of standardize and null_policy are their first choices. */
static const GivenOptions defaults = {.transform = {-1, no_transform}};

static void
check_count(const char *key, int count, size_t d)
{
	if (count > 0 && (size_t) count != d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has %d elements, but rows have %zu features", key, count, d)));
}

static GivenOptions
read_options(const Jsonb *jsonb, size_t d)
{
	GivenOptions options = defaults;

	seg_options_read(jsonb, option_table, &options);
	if (options.n_components > 0 && options.explained_variance > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"n_components\" and \"explained_variance\" cannot be used together")));
	if (options.n_components > (int64) d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"n_components\" is %d, but rows have %zu features",
						(int) options.n_components, d)));
	if (options.n_components == 0 && options.explained_variance == 0)
		options.n_components = Min(2, d);
	check_count("transform", options.transform.count, d);
	check_count("feature_names", options.feature_names.count, d);
	return options;
}

static void
check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	(void) read_options(jsonb, d);
}

const SegFamily seg_pca_family = {
	.type = &seg_pca_model_type,
	.info = seg_pca_info,
	.features = seg_pca_features,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};

static const char *
utf8_name(const GivenOptions *options, size_t j)
{
	return options->feature_names.count == 0 ? "" : seg_text_for_model(options->feature_names.items[j]);
}

SegPcaOptions
seg_pca_options_read(const Jsonb *jsonb, size_t d, SegWriter *labels)
{
	GivenOptions given = read_options(jsonb, d);
	SegPcaOptions options;

	memset(&options, 0, sizeof(options));
	options.components = given.n_components;
	options.explained_variance = given.explained_variance;
	options.standardize = given.standardize;
	options.null_policy = given.null_policy;
	for (size_t j = 0; j < d; j++)
	{
		SegTransform transform = given.transform.items[given.transform.count < 0 ? 0 : j];

		seg_write_label(labels, transform, utf8_name(&given, j));
	}
	return options;
}

/* ---- the fit ---- */

/* Set the features of the model; the moments were computed before. */
static void
describe_features(SegPcaModel *model, const SegPcaState *state, const SegMoments *moments,
				  const double *mean, const double *covariance, SegArena names)
{
	size_t		d = model->d;
	SegReader	labels = seg_reader(seg_pca_state_labels(state), state->labels_size);

	for (size_t j = 0; j < d; j++)
	{
		SegFeature *feature = &model->features[j];

		*feature = seg_feature_unknown();
		feature->transform = seg_read_label(&labels, &names, &feature->name);
		feature->shift = mean[j];
		feature->transformed_sd = sqrt(fmax(covariance[j + j * d], 0));
		/* with null_policy skip, a null array counts as missing in every feature */
		feature->missing = seg_moments_missing(moments)[j] +
			(model->null_policy == SEG_NULL_SKIP ? state->fit.rows_skipped : 0);
		feature->mean = seg_moments_input_mean(moments, j);
		if (!isfinite(feature->mean))
		{
			if (seg_moments_tally(moments, j)->total > 0)
				seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
			feature->mean = 0;
		}
		seg_histogram_of_tally(seg_moments_tally(moments, j), &feature->histogram);
	}
}

/* The number of components: from the options, or from the share of the variance. */
static size_t
count_components(const SegPcaOptions *options, const double *matrix, size_t d)
{
	double	   *copy;
	double	   *values;
	SegStatus	status;

	if (options->components > 0)
		return options->components;
	copy = seg_take(d * d, sizeof(double));
	values = seg_take(d, sizeof(double));
	memcpy(copy, matrix, d * d * sizeof(double));
	status = seg_eigen_symmetric(copy, d, d, values, NULL, seg_take(1, seg_eigen_workspace(d, false)));
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	return seg_pca_count(values, d, options->explained_variance);
}

static void
find_components(SegPcaModel *model, const SegPcaOptions *options, double *matrix)
{
	size_t		d = model->d;
	double	   *scale = seg_take(d, sizeof(double));
	bool		zscore = model->standardize == SEG_STANDARDIZE_ZSCORE;
	SegStatus	status;

	model->total_variance = seg_pca_scale(matrix, d, zscore, scale);
	if (!isfinite(model->total_variance))
		seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = 1});
	for (size_t j = 0; j < d; j++)
		model->features[j].scale = scale[j];
	model->components = count_components(options, matrix, d);
	model->variances = seg_take(model->components, sizeof(double));
	model->loadings = seg_take(model->components * d, sizeof(double));
	status = seg_pca_components(matrix, d, model->components, model->variances, model->loadings,
								seg_take(1, seg_eigen_workspace(d, true)));
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

/* A finished copy of the moments of the state. */
static const SegMoments *
finished_moments(const SegPcaState *state)
{
	const SegMoments *moments = seg_pca_state_moments(state);
	SegMomentsShape shape = seg_moments_shape_for_result(moments);
	SegMoments *copy = seg_take(1, seg_moments_size(state->fit.d, shape));

	seg_moments_reshape(moments, shape, copy);
	seg_moments_finish(copy);
	return copy;
}

void
seg_pca_fit(const void *from, void *to)
{
	const SegPcaState *state = from;
	SegPcaModel *model = to;
	size_t		d = state->fit.d;
	size_t		names = seg_labels_decoded_size(state->labels_size, d);
	const SegMoments *moments = finished_moments(state);
	double	   *mean = seg_take(d, sizeof(double));
	double	   *covariance = seg_take(d * d, sizeof(double));
	size_t		position = 0;
	SegStatus	status = seg_moments_covariance(moments, mean, covariance, &position);

	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	model->d = d;
	model->standardize = state->options.standardize;
	model->null_policy = state->options.null_policy;
	model->rows_used = seg_moments_rows(moments);
	model->rows_skipped = moments->skipped + state->fit.rows_skipped;
	model->features = seg_take(d, sizeof(SegFeature));
	describe_features(model, state, moments, mean, covariance, seg_arena(seg_take(1, names), names));
	find_components(model, &state->options, covariance);
}

/* ---- pca_align ---- */

static void
check_comparable(const SegPcaModel *new_model, const SegPcaModel *old_model)
{
	if (new_model->d != old_model->d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("new model has %u features, but the old one has %u", new_model->d, old_model->d)));
	if (new_model->components != old_model->components)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("new model has %u components, but the old one has %u",
						new_model->components, old_model->components)));
	for (uint32 j = 0; j < new_model->d; j++)
		if (strcmp(new_model->features[j].name, old_model->features[j].name) != 0 ||
			new_model->features[j].transform != old_model->features[j].transform)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("feature %u has another name or transform in the old model", j + 1)));
}

static SegPcaMap
map_of(const SegPcaModel *model)
{
	double	   *scale = seg_take(model->d, sizeof(double));
	SegPcaMap	map = {model->d, model->components, scale, model->loadings, model->variances};

	for (uint32 j = 0; j < model->d; j++)
		scale[j] = model->features[j].scale;
	return map;
}

PG_FUNCTION_INFO_V1(pca_align);
Datum
pca_align(PG_FUNCTION_ARGS)
{
	const SegPcaModel *new_model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_pca_model_type);
	const SegPcaModel *old_model = seg_model_decode(PG_GETARG_BYTEA_PP(1), &seg_pca_model_type);
	SegPcaModel aligned = *new_model;
	SegPcaMap	new_map;
	SegPcaMap	old_map;
	SegStatus	status;

	check_comparable(new_model, old_model);
	new_map = map_of(new_model);
	old_map = map_of(old_model);
	aligned.aligned = true;
	aligned.variances = seg_take(aligned.components, sizeof(double));
	aligned.loadings = seg_take((size_t) aligned.components * aligned.d, sizeof(double));
	status = seg_pca_align(&new_map, &old_map, aligned.loadings, aligned.variances,
						   seg_take(1, seg_pca_align_workspace(aligned.components)));
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = 1});
	PG_RETURN_BYTEA_P(seg_model_bytes(&seg_pca_model_type, &aligned));
}
