/*
 * anomaly_scorer_model.c
 *		Scores a row with an anomaly model, and splits the score by feature.
 */
#include "anomaly/anomaly_model.h"
#include "stats/chisq.h"

/* The share of normal rows that are closer to the center. */
static double
score_distance(double distance2, uint32_t df)
{
	return df == 0 ? 0 : seg_chisq_score(distance2, df);
}

double
seg_anomaly_score(const SegAnomalyModel *model, const double *z)
{
	size_t		cluster;

	switch (model->method)
	{
		case SEG_ANOMALY_IFOREST:
			return seg_iforest_score(&model->forest, seg_iforest_path(&model->forest, z));
		case SEG_ANOMALY_MAHALANOBIS:
			return score_distance(seg_mahalanobis_distance2(&model->metric, z), model->metric.df);
		case SEG_ANOMALY_KMEANS:
			return score_distance(seg_cluster_spread_distance2(&model->spread, z, &cluster), model->spread.df);
	}
	return 0;
}

/*
 * The attribution of the forest is a sum of path lengths, and the score is exponential
 * in the path length.  The difference of the scores is divided in proportion to the
 * path lengths; the factor is the logarithmic mean of the two scores.  This is exact,
 * and finite if they are equal (B. W. Ang, "Decomposition analysis for policymaking in
 * energy", 2004).
 */
static double
attribute_forest(const SegForest *forest, const double *z, double *parts)
{
	double		base = seg_iforest_score(forest, seg_iforest_base_path(forest));
	double		average = seg_iforest_average_path(forest->sample_size);
	double		saved = 0;
	double		growth;
	double		factor;

	seg_iforest_attribute(forest, z, parts);
	if (!(average > 0))
		return base;
	for (size_t j = 0; j < forest->d; j++)
		saved += parts[j];
	/* score = base * 2 ^ (saved / average) */
	growth = saved / average * M_LN2;
	factor = fabs(growth) < 1e-9 ? base : base * expm1(growth) / growth;
	for (size_t j = 0; j < forest->d; j++)
		parts[j] *= factor * M_LN2 / average;
	return base;
}

/* Scale the parts[d] of a squared distance so that their sum is the score. */
static SegStatus
scale_parts(double distance2, uint32_t df, double *parts, size_t d)
{
	double		factor = distance2 > 0 ? score_distance(distance2, df) / distance2 : 0;

	if (!isfinite(distance2))
		return SEG_TOO_FAR;
	for (size_t j = 0; j < d; j++)
	{
		parts[j] *= factor;
		if (!isfinite(parts[j]))
			return SEG_TOO_FAR;
	}
	return SEG_OK;
}

SegStatus
seg_anomaly_attribute(const SegAnomalyModel *model, const double *z, double *parts, double *base)
{
	size_t		cluster;

	*base = 0;
	switch (model->method)
	{
		case SEG_ANOMALY_IFOREST:
			*base = attribute_forest(&model->forest, z, parts);
			return SEG_OK;
		case SEG_ANOMALY_MAHALANOBIS:
			return scale_parts(seg_mahalanobis_attribute(&model->metric, z, parts),
							   model->metric.df, parts, model->d);
		case SEG_ANOMALY_KMEANS:
			return scale_parts(seg_cluster_spread_attribute(&model->spread, z, parts, &cluster),
							   model->spread.df, parts, model->d);
	}
	return SEG_OK;
}

void
seg_anomaly_typical(const SegAnomalyModel *model, const double *z, double *typical)
{
	const SegClusterSpread *spread = &model->spread;
	size_t		cluster;

	for (size_t j = 0; j < model->d; j++)
		typical[j] = model->features[j].median;
	if (model->method != SEG_ANOMALY_KMEANS)
		return;
	(void) seg_cluster_spread_distance2(spread, z, &cluster);
	for (size_t j = 0; j < model->d; j++)
		typical[j] = seg_unscale_value(model->features[j].transform, spread->shift[j], spread->scale[j],
									   spread->centers[cluster * model->d + j]);
}
