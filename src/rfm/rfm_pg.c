/*
 * rfm_pg.c
 *		Scoring with an RFM model: rfm_score, rfm_details, rfm_cuts.
 */
#include "rfm/rfm_model_pg.h"

#include "rfm/rfm_names_pg.h"
#include "rfm/rfm_score.h"
#include "server/rows.h"

/* Scores of arguments 1 .. 3 by the model of argument 0; false when there are none. */
static bool
score_arguments(FunctionCallInfo fcinfo, const SegRfmModel **model, int scores[SEG_RFM_MEASURES])
{
	double		values[SEG_RFM_MEASURES];

	*model = seg_model_argument(fcinfo, 0, 0, &seg_rfm_model_type);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		values[i] = PG_GETARG_FLOAT8(i + 1);
	if (!seg_rfm_is_scored(values))
		return false;
	seg_rfm_score(*model, values, scores);
	return true;
}

PG_FUNCTION_INFO_V1(rfm_score);
Datum
rfm_score(PG_FUNCTION_ARGS)
{
	const SegRfmModel *model;
	int			scores[SEG_RFM_MEASURES];

	if (!score_arguments(fcinfo, &model, scores))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(seg_rfm_score_text(scores));
}

/* ---- scores and names ---- */

static void
refuse_unnamed_bins(const SegRfmModel *model, SegRfmScheme scheme)
{
	if (scheme != SEG_RFM_NONE && model->bins != SEG_RFM_NAMED_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model has %d bins, but the scheme has names for %d", model->bins, SEG_RFM_NAMED_BINS),
				 errhint("Use the scheme \"none\", or a table of rules (argument rules of rfm and rfm_segment).")));
}

/*
 * OUT scores: of arguments 1 .. 3 by the model of argument 0; untouched when the
 * model is NULL.  False when the customer gets no scores: OUT without is then the
 * index of the segment for it, counted from the end.
 */
static bool
details_scores(FunctionCallInfo fcinfo, const SegRfmModel *model, int scores[SEG_RFM_MEASURES], int *without)
{
	double		values[SEG_RFM_MEASURES];

	*without = SEG_RFM_NOT_SCORED;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		if (PG_ARGISNULL(i + 1))
			return false;
		values[i] = PG_GETARG_FLOAT8(i + 1);
	}
	*without = SEG_RFM_INACTIVE;
	if (!seg_rfm_is_scored(values))
		return false;
	if (model != NULL)
		seg_rfm_score(model, values, scores);
	return true;
}

/* (model, recency_days, frequency, monetary, scheme, language) */
PG_FUNCTION_INFO_V1(rfm_details);
Datum
rfm_details(PG_FUNCTION_ARGS)
{
	const SegRfmModel *model = NULL;
	SegRfmNaming naming;
	int			scores[SEG_RFM_MEASURES];
	int			without;
	bool		scored;
	SegRow		row;

	if (PG_ARGISNULL(4) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	naming = seg_rfm_naming_arguments(fcinfo, 4, 5);
	if (!PG_ARGISNULL(0))
	{
		model = seg_model_argument(fcinfo, 0, 0, &seg_rfm_model_type);
		refuse_unnamed_bins(model, naming.scheme);
	}
	scored = details_scores(fcinfo, model, scores, &without);
	if (scored && model == NULL)
		PG_RETURN_NULL();
	seg_row_begin(&row, seg_call_shape(fcinfo));
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		seg_put(&row, Int32GetDatum(scores[i]), !scored);
	seg_put(&row, scored ? PointerGetDatum(seg_rfm_score_text(scores)) : (Datum) 0, !scored);
	seg_rfm_put_segment(&row, &naming, scored ? seg_rfm_place_of(&naming, scores) : naming.count - without);
	PG_RETURN_DATUM(seg_row_value(&row));
}

/* ---- cuts ---- */

/* (model) -> measure, cut_no, cut, error */
PG_FUNCTION_INFO_V1(rfm_cuts);
Datum
rfm_cuts(PG_FUNCTION_ARGS)
{
	const SegRfmModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_rfm_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		for (int j = 0; j < model->bins - 1; j++)
		{
			seg_put_text(&row, seg_rfm_measure_names[i]);
			seg_put_int32(&row, j + 1);
			seg_put_float8(&row, model->measures[i].cuts[j]);
			seg_put_float8(&row, model->measures[i].errors[j]);
			seg_row_store(&row);
		}
	return (Datum) 0;
}
