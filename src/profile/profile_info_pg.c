/*
 * profile_info_pg.c
 *		Profile models in model_info and model_features.
 */
#include "profile/profile_pg.h"

#include "common/shortest_dec.h"
#include "utils/json.h"

#include "server/model_text.h"

/* A JSON array of the names of the attributes first .. first + count - 1. */
static void
names_info(const SegProfileModel *model, SegModelInfo *info, const char *key, uint32 first, uint32 count)
{
	StringInfoData list;

	if (count == 0)
		return;
	initStringInfo(&list);
	for (uint32 i = 0; i < count; i++)
	{
		appendStringInfoChar(&list, i == 0 ? '[' : ',');
		escape_json(&list, seg_profile_name(model, first + i));
	}
	appendStringInfoChar(&list, ']');
	seg_info_json(info, key, list.data);
}

static void
order_info(const SegProfileModel *model, SegModelInfo *info)
{
	StringInfoData list;

	initStringInfo(&list);
	for (uint32 i = 0; i < model->d + model->c; i++)
	{
		appendStringInfoChar(&list, i == 0 ? '[' : ',');
		escape_json(&list, seg_profile_name(model, model->order[i]));
	}
	appendStringInfoChar(&list, ']');
	seg_info_json(info, "order", list.data);
}

/* The given cuts, in the form of the option cuts. */
static void
cuts_info(const SegProfileModel *model, SegModelInfo *info)
{
	StringInfoData given;

	initStringInfo(&given);
	for (uint32 j = 0; j < model->d; j++)
	{
		const SegProfileAttribute *attribute = &model->attributes[j];

		if (!attribute->is_given)
			continue;
		appendStringInfoString(&given, given.len == 0 ? "{" : ", ");
		escape_json(&given, seg_profile_name(model, j));
		appendStringInfoString(&given, ": ");
		for (uint32 i = 0; i + 1 < attribute->letters; i++)
			appendStringInfo(&given, "%s%s", i == 0 ? "[" : ", ", double_to_shortest_decimal(attribute->cuts[i]));
		appendStringInfoChar(&given, ']');
	}
	if (given.len == 0)
		return;
	appendStringInfoChar(&given, '}');
	seg_info_json(info, "cuts", given.data);
}

void
seg_profile_info(const void *decoded, SegModelInfo *info)
{
	const SegProfileModel *model = decoded;

	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	for (uint32 j = 0; j < model->d; j++)
		if (model->attributes[j].level > 0)
			info->method = "sketch";
	seg_info_int(info, "letters", model->letters);
	names_info(model, info, "feature_names", 0, model->d);
	names_info(model, info, "category_names", model->d, model->c);
	order_info(model, info);
	cuts_info(model, info);
}

void
seg_profile_features(const void *decoded, SegRow *row)
{
	const SegProfileModel *model = decoded;

	for (uint32 j = 0; j < model->d; j++)
	{
		SegFeatureInfo line = seg_feature_info(j + 1, seg_profile_name(model, j));

		if (model->attributes[j].missing < model->rows_used)
		{
			line.minimum = model->attributes[j].min;
			line.maximum = model->attributes[j].max;
		}
		seg_store_feature(row, &line);
	}
}
