/*
 * anomaly_build_pg.c
 *		Makes the model from the state of anomaly_fit.
 */
#include "anomaly/anomaly_pg.h"

#include "anomaly/mcd.h"
#include "server/budget.h"
#include "server/error.h"
#include "stats/value_counts.h"

/* The data of a fit: the sample in its own order. */
typedef struct Fit
{
	const SegAnomalyState *state;
	size_t		n;				/* distinct rows */
	size_t		d;
	double	   *rows;			/* n x d; input units, then prepared */
	uint64	   *counts;			/* n */
	uint64		total;			/* sum of counts */
	SegValueCount *column;		/* n, scratch */
	SegMoments *moments;		/* of all rows, finished; or NULL */
	SegAnomalyModel *model;
} Fit;

/* Copy the rows of the sample in an order that depends only on the rows. */
static void
gather(Fit *fit)
{
	const SegRowSample *sample = seg_anomaly_state_sample(fit->state);
	uint32_t   *order = seg_take(sample->used, sizeof(uint32_t));

	fit->d = fit->state->fit.d;
	fit->n = seg_sample_order(sample, order);
	if (fit->n == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = fit->state->fit.rows_skipped});
	fit->rows = seg_take(fit->n, fit->d * sizeof(double));
	fit->counts = seg_take(fit->n, sizeof(uint64));
	fit->column = seg_take(fit->n, sizeof(SegValueCount));
	for (size_t i = 0; i < fit->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(fit->rows + i * fit->d, seg_sample_row(sample, order[i]), fit->d * sizeof(double));
		fit->counts[i] = seg_sample_count(sample, order[i]);
		fit->total += fit->counts[i];
	}
}

static void
finish_moments(Fit *fit)
{
	const SegMoments *moments = seg_anomaly_state_moments(fit->state);
	SegMomentsShape shape;

	if (fit->state->moments_at == 0)
		return;
	shape = seg_moments_shape_for_result(moments);
	fit->moments = seg_take(seg_moments_size(fit->d, shape), 1);
	seg_moments_reshape(moments, shape, fit->moments);
	seg_moments_finish(fit->moments);
}

/* Collect the values of a feature that are not null.  OUT *missing: the number of nulls. */
static size_t
present_values(Fit *fit, size_t j, uint64 *missing)
{
	size_t		present = 0;

	*missing = 0;
	for (size_t i = 0; i < fit->n; i++)
	{
		double		x = fit->rows[i * fit->d + j];

		if (isnan(x))
			*missing += fit->counts[i];
		else
			fit->column[present++] = (SegValueCount) {x, fit->counts[i]};
	}
	return present;
}

/* Compute the statistics of feature j from the values that are not null. */
static void
describe_feature(Fit *fit, size_t j)
{
	SegFeature *feature = &fit->model->features[j];
	size_t		present = present_values(fit, j, &feature->missing);
	SegValueCountMoments moments = {0};
	SegTally	tally;

	feature->fill = feature->median = 0;
	memset(&tally, 0, sizeof(tally));
	CHECK_FOR_INTERRUPTS();
	for (size_t i = 0; i < present; i++)
		seg_tally_add(&tally, fit->column[i].value, (uint32) Min(fit->column[i].count, PG_UINT32_MAX / fit->n));
	seg_histogram_of_tally(fit->moments != NULL ? seg_moments_tally(fit->moments, j) : &tally, &feature->histogram);
	if (present > 0)
	{
		moments = seg_value_counts_moments(fit->column, present);
		seg_value_counts_sort(fit->column, present);
		feature->median = seg_value_counts_quantile(fit->column, present, 0.5);
	}
	if (fit->model->null_policy == SEG_NULL_MEAN)
		feature->fill = fit->moments != NULL && present > 0 ?
			seg_moments_input_mean(fit->moments, j) : moments.mean;
	if (fit->model->null_policy == SEG_NULL_MEDIAN)
		feature->fill = feature->median;
	if (!isfinite(moments.sd) || !isfinite(moments.mean) || !isfinite(feature->fill))
		seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
	feature->mean = moments.mean;
	feature->sd = moments.sd;
	feature->minimum = moments.minimum;
	feature->maximum = moments.maximum;
}

static void
prepare_rows(Fit *fit)
{
	SegArena	arena = seg_arena(NULL, seg_row_transform_size(fit->d));
	SegStatus	status;

	arena.base = seg_take(1, arena.size);
	status = seg_row_transform_make(fit->model->features, fit->d, fit->model->null_policy, &arena, &fit->model->transform);
	Assert(status == SEG_OK);
	for (size_t i = 0; i < fit->n; i++)
	{
		double	   *row = fit->rows + i * fit->d;
		size_t		position;

		status = seg_row_transform(&fit->model->transform, row, row, &position);
		CHECK_FOR_INTERRUPTS();
		if (status != SEG_OK)
			seg_raise((SegFault) {status, .feature = position});
	}
}

static void
grow_forest(Fit *fit)
{
	const SegAnomalyOptions *options = &fit->state->options;
	SegForest  *forest = &fit->model->forest;
	size_t		most_nodes;
	uint64	   *ends = seg_take(fit->n, sizeof(uint64));
	uint32_t   *drawn;
	uint64		end = 0;

	for (size_t i = 0; i < fit->n; i++)
		ends[i] = end += fit->counts[i];
	forest->d = fit->d;
	forest->sample_size = Min((uint64) options->sample_size, fit->total);
	most_nodes = options->trees * (2 * forest->sample_size - 1);
	forest->roots = seg_take(options->trees, sizeof(uint32_t));
	forest->nodes = seg_take(most_nodes, sizeof(SegTreeNode));
	forest->sizes = seg_take(most_nodes, sizeof(uint32_t));
	forest->paths = seg_take(most_nodes, sizeof(double));
	drawn = seg_take(forest->sample_size, sizeof(uint32_t));
	for (int64 t = 0; t < options->trees; t++)
		seg_iforest_grow(forest, fit->rows, ends, fit->n, (uint64) options->seed, drawn);
	seg_iforest_finish(forest);
}

/* OUT: center of the model and covariance[d x d], from all rows. */
static void
use_moments(Fit *fit, double *covariance)
{
	size_t		position = 0;
	SegStatus	status = seg_moments_covariance(fit->moments, fit->model->metric.center, covariance, &position);

	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	fit->model->core_rows = seg_moments_rows(fit->moments);
}

/* The same from the sample; each row counts as often as it occurred. */
static void
use_sample(Fit *fit, double *covariance)
{
	double	   *center = fit->model->metric.center;
	double	   *deviations = seg_take(fit->n, fit->d * sizeof(double));

	for (size_t j = 0; j < fit->d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < fit->n; i++)
			fit->column[i] = (SegValueCount) {fit->rows[i * fit->d + j], fit->counts[i]};
		center[j] = seg_value_counts_moments(fit->column, fit->n).mean;
	}
	for (size_t i = 0; i < fit->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < fit->d; j++)
			deviations[i * fit->d + j] = (fit->rows[i * fit->d + j] - center[j]) * sqrt((double) fit->counts[i]);
	}
	memset(covariance, 0, fit->d * fit->d * sizeof(double));
	seg_gram_add(deviations, fit->n, fit->d, covariance);
	for (size_t i = 0; i < fit->d * fit->d && fit->total > 1; i++)
		covariance[i] /= (double) (fit->total - 1);
	fit->model->core_rows = fit->total;
}

/* The same from the rows of the sample that are not outliers. */
static void
use_core(Fit *fit, double *covariance)
{
	SegMcd		info;
	SegStatus	status;

	if (fit->d > SEG_MCD_MAX_FEATURES)
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = fit->d, .wanted = SEG_MCD_MAX_FEATURES});
	if (fit->total < seg_mcd_least_rows(fit->d))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are " UINT64_FORMAT " rows, but a robust fit of %zu features needs " UINT64_FORMAT,
						fit->total, fit->d, seg_mcd_least_rows(fit->d))));
	status = seg_mcd_fit(fit->rows, fit->counts, fit->n, fit->d, fit->model->seed,
						 fit->model->metric.center, covariance, &info,
						 seg_take(seg_mcd_workspace(fit->n, fit->d), 1));
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .got = fit->d, .wanted = SEG_MCD_MAX_FEATURES});
	fit->model->core_rows = info.kept;
}

static void
fit_metric(Fit *fit)
{
	SegMahalanobis *metric = &fit->model->metric;
	double	   *covariance = seg_take(fit->d, fit->d * sizeof(double));
	void	   *workspace;
	SegStatus	status;

	metric->d = fit->d;
	metric->center = seg_take(fit->d, sizeof(double));
	metric->whiten = seg_take(seg_mahalanobis_size(fit->d), sizeof(double));
	metric->blocks = seg_take(seg_mahalanobis_blocks_size(fit->d), sizeof(double));
	workspace = seg_take(seg_mahalanobis_workspace(fit->d), 1);
	if (fit->model->robust)
		use_core(fit, covariance);
	else if (fit->moments != NULL)
		use_moments(fit, covariance);
	else
		use_sample(fit, covariance);
	status = seg_mahalanobis_fit(metric, covariance, workspace);
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

/*
 * Scores above the threshold are anomalous.  It is chosen so that their share of the
 * sample's rows is as near as possible to `contamination`; of two shares equally near,
 * the larger one.  It is between two scores, so no row has it as its score.
 */
static void
find_threshold(Fit *fit)
{
	SegAnomalyModel *model = fit->model;

	for (size_t i = 0; i < fit->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		fit->column[i] = (SegValueCount) {
			seg_anomaly_score(fit->model, fit->rows + i * fit->d), fit->counts[i]
		};
	}
	seg_value_counts_sort(fit->column, fit->n);
	seg_value_counts_cut(fit->column, fit->n, model->contamination, &model->threshold, &model->flagged);
}

static void
describe_model(Fit *fit)
{
	const SegAnomalyState *state = fit->state;
	SegAnomalyModel *model = fit->model;
	SegReader	labels = seg_reader(seg_anomaly_state_labels(state), state->labels_size);
	SegArena	arena;

	model->method = state->options.method;
	model->robust = state->options.robust && model->method == SEG_ANOMALY_MAHALANOBIS;
	model->null_policy = state->options.null_policy;
	model->partial = seg_sample_is_partial(seg_anomaly_state_sample(state));
	model->d = state->fit.d;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	model->sample_rows = fit->total;
	model->seed = (uint64) state->options.seed;
	model->contamination = state->options.contamination;
	model->features = seg_take(state->fit.d, sizeof(SegFeature));
	arena = seg_arena(NULL, seg_labels_decoded_size(state->labels_size, state->fit.d));
	arena.base = seg_take(1, arena.size);
	for (size_t j = 0; j < state->fit.d; j++)
	{
		model->features[j] = seg_feature_unknown();
		model->features[j].transform = seg_read_label(&labels, &arena, &model->features[j].name);
	}
	for (size_t j = 0; j < fit->d; j++)
		describe_feature(fit, j);
}

void
seg_anomaly_fit(const void *state, void *model)
{
	Fit			fit = {.state = state, .model = model};

	gather(&fit);
	finish_moments(&fit);
	describe_model(&fit);
	prepare_rows(&fit);
	switch (fit.model->method)
	{
		case SEG_ANOMALY_IFOREST:
			grow_forest(&fit);
			break;
		case SEG_ANOMALY_MAHALANOBIS:
			fit_metric(&fit);
			break;
		case SEG_ANOMALY_KMEANS:
			elog(ERROR, "a k-means anomaly model is not fitted from rows");
	}
	find_threshold(&fit);
}
