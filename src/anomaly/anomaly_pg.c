/*
 * anomaly_pg.c
 *		Scoring rows with an anomaly model: anomaly_score, is_anomaly, anomaly_reasons.
 */
#include "anomaly/anomaly_pg.h"

#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "server/error.h"
#include "server/features.h"

static SegStatus
decode(SegReader *reader, int version, SegArena *arena, void *model)
{
	return seg_anomaly_decode(reader, version, arena, model);
}

const SegModelType seg_anomaly_model_type = {
	.kind = SEG_KIND_ANOMALY,
	.newest = SEG_ANOMALY_VERSION,
	.struct_size = sizeof(SegAnomalyModel),
	.decoded_size = seg_anomaly_decoded_size,
	.decode = decode,
	.encode = seg_anomaly_encode,
};

/*
 * The model of argument 0 and, in OUT raw[d] and z[d], the row of argument 1 as
 * given and prepared.  NULL when a feature is null and the policy is skip.
 */
static const SegAnomalyModel *
prepared_row(FunctionCallInfo fcinfo, double *raw, double *z)
{
	const SegAnomalyModel *model = seg_model_argument(fcinfo, 0, 0, &seg_anomaly_model_type);
	SegFeatures features = seg_features_open(PG_GETARG_DATUM(1));
	size_t		position;
	SegStatus	status;

	if (features.d != model->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = model->d});
	(void) seg_features_copy(&features, raw);
	seg_features_close(&features);
	status = seg_anomaly_prepare(model, raw, z, &position);
	if (status == SEG_NULL_FEATURE && model->null_policy == SEG_NULL_SKIP)
		return NULL;
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	return model;
}

PG_FUNCTION_INFO_V1(anomaly_score);
Datum
anomaly_score(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	const SegAnomalyModel *model = prepared_row(fcinfo, z, z);

	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(seg_anomaly_score(model, z));
}

PG_FUNCTION_INFO_V1(is_anomaly);
Datum
is_anomaly(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	const SegAnomalyModel *model = prepared_row(fcinfo, z, z);

	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(seg_anomaly_score(model, z) > model->threshold);
}

/* Places of the features by falling part, ties by position. */
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

char *
seg_anomaly_feature_name(const SegAnomalyFeature *feature, size_t position)
{
	if (feature->name[0] == '\0')
		return psprintf("feature %zu", position);
	return pstrdup(pg_any_to_server(feature->name, strlen(feature->name), PG_UTF8));
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
	const SegAnomalyModel *model = prepared_row(fcinfo, raw, z);
	double		base;
	SegStatus	status;

	InitMaterializedSRF(fcinfo, 0);
	if (model == NULL)
		return (Datum) 0;
	status = seg_anomaly_attribute(model, z, parts, &base);
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	seg_anomaly_typical(model, z, typical);
	rank_parts(parts, ranked, model->d);
	for (size_t i = 0; i < model->d; i++)
	{
		uint32		j = ranked[i];
		const SegAnomalyFeature *feature = &model->features[j];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = CStringGetTextDatum(seg_anomaly_feature_name(feature, j + 1));
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
