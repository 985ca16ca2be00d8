/*
 * pca_fit.c
 *		The aggregate pca_fit, and pca_align.
 */
#include "pg/pca.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "core/linalg.h"
#include "core/pca.h"
#include "pg/budget.h"
#include "pg/error.h"
#include "pg/features.h"
#include "pg/moments.h"
#include "pg/options.h"

/* ---- options ---- */

typedef struct PcaOptions
{
	int64		n_components;	/* 0: not given */
	double		explained_variance; /* 0: not given */
	int			standardize;
	int			null_policy;
	SegIntList	transform;
	SegTextList feature_names;
} PcaOptions;

/* Scaling by medians or ranges, and medians for nulls, are no matter of moments. */
static const char *const standardize_choices[] = {"zscore", "none", NULL};
static const char *const null_policy_choices[] = {"error", "skip", "mean", "zero", NULL};
static const char *const transform_choices[] = {"none", "log1p", NULL};

static const SegStandardize standardize_of[] = {SEG_STANDARDIZE_ZSCORE, SEG_STANDARDIZE_NONE};
static const SegNullPolicy null_policy_of[] = {SEG_NULL_ERROR, SEG_NULL_SKIP, SEG_NULL_MEAN, SEG_NULL_ZERO};
static const SegMissing missing_of[] = {
	SEG_MISSING_REFUSE, SEG_MISSING_SKIP, SEG_MISSING_MEAN, SEG_MISSING_ZERO
};

static const SegOption option_table[] = {
	{"n_components", SEG_OPTION_INT, offsetof(PcaOptions, n_components), 1, SEG_MAX_FEATURES},
	{"explained_variance", SEG_OPTION_REAL, offsetof(PcaOptions, explained_variance), 1e-6, 1},
	{"standardize", SEG_OPTION_CHOICE, offsetof(PcaOptions, standardize), .choices = standardize_choices},
	{"null_policy", SEG_OPTION_CHOICE, offsetof(PcaOptions, null_policy), .choices = null_policy_choices},
	{"transform", SEG_OPTION_CHOICES, offsetof(PcaOptions, transform), .choices = transform_choices},
	{"feature_names", SEG_OPTION_TEXTS, offsetof(PcaOptions, feature_names)},
	{NULL}
};

static void
check_count(const char *key, int count, size_t d)
{
	if (count > 0 && (size_t) count != d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option %s has %d elements, but rows have %zu features", key, count, d)));
}

static PcaOptions
read_options(const Jsonb *jsonb, size_t d)
{
	PcaOptions	options = {0};

	seg_options_read(jsonb, option_table, &options);
	if (options.n_components > 0 && options.explained_variance > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options n_components and explained_variance exclude each other")));
	if (options.n_components > (int64) d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option n_components is %d, but rows have %zu features",
						(int) options.n_components, d)));
	if (options.n_components == 0)
		options.n_components = Min(2, d);
	check_count("transform", options.transform.count, d);
	check_count("feature_names", options.feature_names.count, d);
	return options;
}

void
seg_pca_options_check(const Jsonb *jsonb, size_t d)
{
	(void) read_options(jsonb, d);
}

static SegTransform
transform_of(const PcaOptions *options, size_t j)
{
	if (options->transform.count == 0)
		return SEG_TRANSFORM_NONE;
	return options->transform.items[options->transform.count < 0 ? 0 : j];
}

static SegMissing
begin_state(const Jsonb *jsonb, size_t d, uint8 *logs)
{
	PcaOptions	options = read_options(jsonb, d);

	for (size_t j = 0; j < d; j++)
		logs[j] = transform_of(&options, j) == SEG_TRANSFORM_LOG1P;
	return missing_of[options.null_policy];
}

/* ---- the aggregate ---- */

PG_FUNCTION_INFO_V1(pca_fit_transfn);
Datum
pca_fit_transfn(PG_FUNCTION_ARGS)
{
	return seg_moments_transition(fcinfo, begin_state);
}

PG_FUNCTION_INFO_V1(pca_fit_combinefn);
Datum
pca_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_moments_combine(fcinfo);
}

/* Memory within segment.fit_memory, given back with the fit's context. */
static void *
take(SegBudget *budget, size_t count, size_t item_size)
{
	size_t		size;

	if (!seg_mul_size(count, item_size, &size))
		size = SIZE_MAX;
	seg_budget_reserve(budget, size);
	return palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE);
}

static const char *
utf8_name(const PcaOptions *options, size_t j)
{
	const char *name;

	if (options->feature_names.count == 0)
		return "";
	name = options->feature_names.items[j];
	return pg_server_to_any(name, strlen(name), PG_UTF8);
}

/* What the model keeps of each feature; moments of it were computed before. */
static void
describe_features(SegPcaModel *model, const PcaOptions *options, const SegMoments *moments,
				  const double *mean, const double *covariance)
{
	size_t		d = model->d;

	for (size_t j = 0; j < d; j++)
	{
		SegPcaFeature *feature = &model->features[j];

		feature->name = utf8_name(options, j);
		feature->transform = transform_of(options, j);
		feature->shift = mean[j];
		feature->sd = sqrt(fmax(covariance[j + j * d], 0));
		feature->missing = seg_moments_missing(moments)[j];
		feature->mean = seg_moments_input_mean(moments, j);
		if (!isfinite(feature->mean))
		{
			if (seg_moments_tally(moments, j)->total > 0)
				seg_raise(SEG_RANGE_TOO_WIDE, j + 1);
			feature->mean = 0;
		}
		seg_histogram_of_tally(seg_moments_tally(moments, j), &feature->histogram);
	}
}

/* As many components as asked for, or as the share of variance needs. */
static size_t
count_components(const PcaOptions *options, const double *matrix, size_t d, SegBudget *budget)
{
	double	   *copy;
	double	   *values;
	SegStatus	status;

	if (options->explained_variance == 0)
		return options->n_components;
	copy = take(budget, d * d, sizeof(double));
	values = take(budget, d, sizeof(double));
	memcpy(copy, matrix, d * d * sizeof(double));
	status = seg_eigen_symmetric(copy, d, d, values, NULL, take(budget, 1, seg_eigen_workspace(d, false)));
	if (status != SEG_OK)
		seg_raise(status, (size_t) 0);
	return seg_pca_count(values, d, options->explained_variance);
}

static void
find_components(SegPcaModel *model, const PcaOptions *options, double *matrix, SegBudget *budget)
{
	size_t		d = model->d;
	double	   *scale = take(budget, d, sizeof(double));
	bool		zscore = model->standardize == SEG_STANDARDIZE_ZSCORE;
	SegStatus	status;

	model->total_variance = seg_pca_scale(matrix, d, zscore, scale);
	for (size_t j = 0; j < d; j++)
		model->features[j].scale = scale[j];
	model->components = count_components(options, matrix, d, budget);
	model->variances = take(budget, model->components, sizeof(double));
	model->loadings = take(budget, model->components * d, sizeof(double));
	status = seg_pca_components(matrix, d, model->components, model->variances, model->loadings,
								take(budget, 1, seg_eigen_workspace(d, true)));
	if (status != SEG_OK)
		seg_raise(status, (size_t) 0);
}

PG_FUNCTION_INFO_V1(pca_fit_finalfn);
Datum
pca_fit_finalfn(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pca fit", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SegBudget  *budget = seg_budget_create(context);
	const bytea *state = (const bytea *) PG_GETARG_POINTER(0);
	SegMoments *moments;
	PcaOptions	options;
	SegPcaModel model = {0};
	double	   *mean;
	double	   *covariance;
	size_t		position = 0;
	SegStatus	status;
	bytea	   *bytes;

	if (PG_ARGISNULL(0))
		seg_raise(SEG_NO_ROWS);
	seg_budget_reserve(budget, seg_moments_result_size(state));
	moments = seg_moments_result(state);
	model.d = moments->d;
	options = read_options(seg_moments_options(state), model.d);
	model.standardize = standardize_of[options.standardize];
	model.null_policy = null_policy_of[options.null_policy];
	model.rows_used = seg_moments_rows(moments);
	model.rows_skipped = moments->skipped;
	mean = take(budget, model.d, sizeof(double));
	covariance = take(budget, (size_t) model.d * model.d, sizeof(double));
	status = seg_moments_covariance(moments, mean, covariance, &position);
	if (status != SEG_OK)
		seg_raise(status, position);
	model.features = take(budget, model.d, sizeof(SegPcaFeature));
	describe_features(&model, &options, moments, mean, covariance);
	find_components(&model, &options, covariance, budget);
	MemoryContextSwitchTo(old);
	bytes = seg_pca_model_bytes(&model);
	MemoryContextDelete(context);
	PG_RETURN_BYTEA_P(bytes);
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
	double	   *scale = palloc(model->d * sizeof(double));
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
	aligned.variances = palloc(aligned.components * sizeof(double));
	aligned.loadings = palloc_extended((Size) aligned.components * aligned.d * sizeof(double), MCXT_ALLOC_HUGE);
	status = seg_pca_align(&new_map, &old_map, aligned.loadings, aligned.variances,
						   palloc_extended(seg_pca_align_workspace(aligned.components), MCXT_ALLOC_HUGE));
	if (status != SEG_OK)
		seg_raise(status, (size_t) 1);
	PG_RETURN_BYTEA_P(seg_pca_model_bytes(&aligned));
}
