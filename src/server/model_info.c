/*
 * model_info.c
 *		Setting the columns and options of model_info; see model_info.h.
 */
#include "server/model_info.h"

#include "common/shortest_dec.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

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

void
seg_store_feature(SegRow *row, const SegFeatureInfo *feature)
{
	seg_put_int32(row, (int32) feature->position);
	seg_put_text(row, feature->name);
	seg_put_text(row, feature->transform);
	seg_put_float8(row, feature->shift);
	seg_put_float8(row, feature->scale);
	seg_put_float8(row, feature->fill);
	seg_put(row, Int64GetDatum(feature->imputed), feature->imputed < 0);
	seg_put_float8(row, feature->minimum);
	seg_put_float8(row, feature->maximum);
	seg_put_float8(row, feature->mean);
	seg_put_float8(row, feature->sd);
	seg_row_store(row);
}
