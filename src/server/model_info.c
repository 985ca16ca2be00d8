/*
 * model_info.c
 *		What every kind of model can tell about itself: model_info, model_features.
 */
#include "server/model_info.h"

#include "common/shortest_dec.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "server/error.h"

static const SegModelKind *const kinds[] = {
	&seg_kmeans_kind,
	&seg_kmeans_sweep_kind,
	&seg_rfm_kind,
	&seg_pca_kind,
	&seg_anomaly_kind,
	&seg_drift_kind,
};

/* Begin the next member of the options. */
static void
add_key(SegModelInfo *info, const char *key)
{
	if (info->options.len > 1)
		appendStringInfoChar(&info->options, ',');
	escape_json(&info->options, key);
	appendStringInfoChar(&info->options, ':');
}

void
seg_info_text(SegModelInfo *info, const char *key, const char *value)
{
	add_key(info, key);
	escape_json(&info->options, value);
}

void
seg_info_int(SegModelInfo *info, const char *key, int64 value)
{
	add_key(info, key);
	appendStringInfo(&info->options, INT64_FORMAT, value);
}

void
seg_info_real(SegModelInfo *info, const char *key, double value)
{
	add_key(info, key);
	appendStringInfoString(&info->options, double_to_shortest_decimal(value));
}

void
seg_info_bool(SegModelInfo *info, const char *key, bool value)
{
	add_key(info, key);
	appendStringInfoString(&info->options, value ? "true" : "false");
}

void
seg_info_json(SegModelInfo *info, const char *key, const char *json)
{
	add_key(info, key);
	appendStringInfoString(&info->options, json);
}

SegFeatureInfo
seg_feature_info(size_t position, const char *name)
{
	SegFeatureInfo feature = {position, name, NULL, NAN, NAN, NAN, NAN, NAN, NAN, NAN, -1};

	return feature;
}

static void
put_count(SegRow *row, int64 count)
{
	seg_put(row, Int64GetDatum(count), count < 0);
}

static void
put_small_count(SegRow *row, int64 count)
{
	seg_put(row, Int32GetDatum((int32) count), count < 0);
}

void
seg_store_feature(SegRow *row, const SegFeatureInfo *feature)
{
	seg_put_int32(row, (int32) feature->position);
	seg_put_text(row, feature->name);
	seg_put_text(row, feature->transform);
	seg_put_float8(row, feature->shift);
	seg_put_float8(row, feature->scale);
	seg_put_float8(row, feature->fill);
	put_count(row, feature->imputed);
	seg_put_float8(row, feature->minimum);
	seg_put_float8(row, feature->maximum);
	seg_put_float8(row, feature->mean);
	seg_put_float8(row, feature->sd);
	seg_row_store(row);
}

/* The kind of a model, which is decoded into *model; an error when it is none. */
static const SegModelKind *
open_any(const bytea *bytes, int *version, void **model)
{
	int			kind;
	SegReader	reader;
	SegStatus	status = seg_envelope_open(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), 0, 0,
										   &kind, version, &reader);

	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	for (size_t i = 0; i < lengthof(kinds); i++)
		if (kinds[i]->type->kind == kind)
		{
			*model = seg_model_decode(bytes, kinds[i]->type);
			return kinds[i];
		}
	seg_raise((SegFault) {SEG_OTHER_KIND, .got_kind = seg_kind_name(kind), .wanted_kind = "model"});
}

static void
put_info(SegRow *row, const SegModelInfo *info, int version, size_t bytes)
{
	seg_put_text(row, info->algorithm);
	seg_put_int32(row, version);
	seg_put_text(row, info->method);
	seg_put_float8(row, info->estimated_error);
	seg_put_int32(row, (int32) bytes);
	put_small_count(row, info->features);
	put_count(row, info->rows_used);
	put_count(row, info->rows_skipped);
	put_small_count(row, info->k);
	seg_put_float8(row, info->inertia);
	seg_put_float8(row, info->between_ss);
	seg_put_float8(row, info->explained_fraction);
	seg_put_float8(row, info->silhouette);
	put_small_count(row, info->iterations);
	seg_put(row, BoolGetDatum(info->converged > 0), info->converged < 0);
	seg_put(row, Int64GetDatum(info->seed), !info->has_seed);
	seg_put(row, DirectFunctionCall1(jsonb_in, CStringGetDatum(info->options.data)), false);
}

static SegModelInfo
info_of(const SegModelKind *kind, const void *model)
{
	SegModelInfo info = {
		.method = "exact",
		.estimated_error = NAN, .inertia = NAN, .between_ss = NAN,
		.explained_fraction = NAN, .silhouette = NAN,
		.features = -1, .rows_used = -1, .rows_skipped = -1, .k = -1,
		.iterations = -1, .converged = -1,
	};

	initStringInfo(&info.options);
	appendStringInfoChar(&info.options, '{');
	kind->info(model, &info);
	appendStringInfoChar(&info.options, '}');
	return info;
}

PG_FUNCTION_INFO_V1(model_info);
Datum
model_info(PG_FUNCTION_ARGS)
{
	const bytea *bytes = PG_GETARG_BYTEA_PP(0);
	void	   *model;
	int			version;
	const SegModelKind *kind = open_any(bytes, &version, &model);
	SegModelInfo info = info_of(kind, model);
	SegRow		row;

	seg_row_begin(&row, seg_call_shape(fcinfo));
	put_info(&row, &info, version, VARSIZE_ANY_EXHDR(bytes));
	PG_RETURN_DATUM(seg_row_value(&row));
}

/* (model, algorithm): how many features it has; NULL for what is no model of that algorithm */
PG_FUNCTION_INFO_V1(model_width);
Datum
model_width(PG_FUNCTION_ARGS)
{
	const bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const char *algorithm = text_to_cstring(PG_GETARG_TEXT_PP(1));

	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		void	   *model = seg_model_decode_or_null(bytes, kinds[i]->type);
		SegModelInfo info;

		if (model == NULL)
			continue;
		info = info_of(kinds[i], model);
		if (strcmp(info.algorithm, algorithm) != 0)
			PG_RETURN_NULL();
		PG_RETURN_INT32((int32) info.features);
	}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(model_features);
Datum
model_features(PG_FUNCTION_ARGS)
{
	void	   *model;
	int			version;
	const SegModelKind *kind = open_any(PG_GETARG_BYTEA_PP(0), &version, &model);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	if (kind->features != NULL)
		kind->features(model, &row);
	return (Datum) 0;
}
