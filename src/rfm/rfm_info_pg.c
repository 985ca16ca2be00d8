/*
 * rfm_info_pg.c
 *		RFM models in model_info and model_features.
 */
#include "rfm/rfm_info_pg.h"

#include "common/shortest_dec.h"

#include "rfm/rfm_model_pg.h"

/* The explicit cuts, in the form of the option cuts of rfm_fit. */
static void
cuts_info(const SegRfmModel *model, SegModelInfo *info)
{
	SegModelInfo given = {0};

	initStringInfo(&given.options);
	appendStringInfoChar(&given.options, '{');
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		StringInfoData list;

		if (!model->measures[i].explicit_cuts)
			continue;
		initStringInfo(&list);
		for (int j = 0; j < model->bins - 1; j++)
			appendStringInfo(&list, "%c%s", j == 0 ? '[' : ',',
							 double_to_shortest_decimal(model->measures[i].cuts[j]));
		appendStringInfoChar(&list, ']');
		seg_info_json(&given, seg_rfm_measure_names[i], list.data);
	}
	if (given.options.len == 1)
		return;
	appendStringInfoChar(&given.options, '}');
	seg_info_json(info, "cuts", given.options.data);
}

void
seg_rfm_info(const void *decoded, SegModelInfo *info)
{
	const SegRfmModel *model = decoded;
	double		error = 0;

	info->features = SEG_RFM_MEASURES;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		if (model->measures[i].level > 0)
			info->method = "sketch";
		for (int j = 0; j < model->bins - 1; j++)
			error = Max(error, model->measures[i].errors[j]);
	}
	if (error > 0)
		info->estimated_error = error;
	seg_info_int(info, "bins", model->bins);
	seg_info_text(info, "ties", model->ties == SEG_RFM_UPPER ? "upper" : "lower");
	cuts_info(model, info);
}

void
seg_rfm_features(const void *decoded, SegRow *row)
{
	const SegRfmModel *model = decoded;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegFeatureInfo line = seg_feature_info(i + 1, seg_rfm_measure_names[i]);

		if (model->rows_used > 0)
		{
			line.minimum = model->measures[i].min;
			line.maximum = model->measures[i].max;
		}
		seg_store_feature(row, &line);
	}
}
