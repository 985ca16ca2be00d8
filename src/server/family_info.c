/*
 * family_info.c
 *		Any model, described by its family: model_info, model_features.
 */
#include "server/family.h"

#include "utils/fmgrprotos.h"

#include "server/error.h"

/* The family of a model, which is decoded into *model; an error for other bytes. */
static const SegFamily *
open_any(const bytea *bytes, int *version, void **model)
{
	int			kind;
	SegReader	reader;
	const SegFamily *family;
	SegStatus	status = seg_envelope_open(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), 0, 0,
										   &kind, version, &reader);

	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	family = seg_family(kind);
	*model = seg_model_decode(bytes, family->type);
	return family;
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
info_of(const SegFamily *family, const void *model)
{
	SegModelInfo info = {
		.algorithm = seg_kind_name(family->type->kind),
		.method = "exact",
		.estimated_error = NAN, .inertia = NAN, .between_ss = NAN,
		.explained_fraction = NAN, .silhouette = NAN,
		.features = -1, .rows_used = -1, .rows_skipped = -1, .k = -1,
		.iterations = -1, .converged = -1,
	};

	initStringInfo(&info.options);
	appendStringInfoChar(&info.options, '{');
	family->info(model, &info);
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
	const SegFamily *family = open_any(bytes, &version, &model);
	SegModelInfo info = info_of(family, model);
	SegRow		row;

	seg_row_begin(&row, seg_call_shape(fcinfo));
	put_info(&row, &info, version, VARSIZE_ANY_EXHDR(bytes));
	PG_RETURN_DATUM(seg_row_value(&row));
}

/* (model, algorithm): the number of features; NULL for other bytes */
PG_FUNCTION_INFO_V1(model_width);
Datum
model_width(PG_FUNCTION_ARGS)
{
	const bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const SegFamily *family = seg_family_named(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	void	   *model = family == NULL ? NULL : seg_model_decode_or_null(bytes, family->type);

	if (model == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) info_of(family, model).features);
}

PG_FUNCTION_INFO_V1(model_features);
Datum
model_features(PG_FUNCTION_ARGS)
{
	void	   *model;
	int			version;
	const SegFamily *family = open_any(PG_GETARG_BYTEA_PP(0), &version, &model);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	if (family->features != NULL)
		family->features(model, &row);
	return (Datum) 0;
}
