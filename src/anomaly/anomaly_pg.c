/*
 * anomaly_pg.c
 *		Scores rows with an anomaly model: anomaly_score, is_anomaly, anomaly_reasons.
 */
#include "anomaly/anomaly_pg.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "server/error.h"
#include "server/features.h"
#include "server/fitted_row.h"

/*
 * Returns the model of argument 0.  OUT z[d]: the row of argument 1 with nulls filled and
 * log1p applied.  Returns NULL if a feature is null and the policy is skip.
 */
static const SegAnomalyModel *
fitted_row(FunctionCallInfo fcinfo, double *z)
{
	const SegAnomalyModel *model = seg_model_argument(fcinfo, 0, 0, &seg_anomaly_model_type);

	return seg_fitted_row(PG_GETARG_DATUM(1), &model->transform, z) ? model : NULL;
}

PG_FUNCTION_INFO_V1(anomaly_score);
Datum
anomaly_score(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	const SegAnomalyModel *model = fitted_row(fcinfo, z);

	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(seg_anomaly_score(model, z));
}

PG_FUNCTION_INFO_V1(is_anomaly);
Datum
is_anomaly(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	const SegAnomalyModel *model = fitted_row(fcinfo, z);

	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(seg_anomaly_score(model, z) > model->threshold);
}

/* OUT: places of the features by descending part, ties by position. */
static void
rank_parts(const double *parts, uint32 *ranked, size_t d)
{
	for (size_t j = 0; j < d; j++)
	{
		size_t		at = j;

		for (; at > 0 && parts[ranked[at - 1]] < parts[j]; at--)
			ranked[at] = ranked[at - 1];
		ranked[at] = j;
	}
}

PG_FUNCTION_INFO_V1(anomaly_reasons);
Datum
anomaly_reasons(PG_FUNCTION_ARGS)
{
	static double raw[SEG_MAX_FEATURES];
	static double z[SEG_MAX_FEATURES];
	static double parts[SEG_MAX_FEATURES];
	static double typical[SEG_MAX_FEATURES];
	static uint32 ranked[SEG_MAX_FEATURES];
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const SegAnomalyModel *model = fitted_row(fcinfo, z);
	SegFeatures features;
	double		base;
	SegStatus	status;

	InitMaterializedSRF(fcinfo, 0);
	if (model == NULL)
		return (Datum) 0;
	status = seg_anomaly_attribute(model, z, parts, &base);
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	features = seg_features_open(PG_GETARG_DATUM(1));
	(void) seg_features_copy(&features, raw);
	seg_features_close(&features);
	seg_anomaly_typical(model, z, typical);
	rank_parts(parts, ranked, model->d);
	for (size_t i = 0; i < model->d; i++)
	{
		uint32		j = ranked[i];
		const SegFeature *feature = &model->features[j];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = CStringGetTextDatum(seg_feature_name(feature, j + 1));
		values[1] = Float8GetDatum(raw[j]);
		nulls[1] = isnan(raw[j]);
		values[2] = Float8GetDatum(typical[j]);
		values[3] = Float8GetDatum(parts[j]);
		values[4] = Float8GetDatum(base);
		values[5] = Int32GetDatum(i + 1);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
