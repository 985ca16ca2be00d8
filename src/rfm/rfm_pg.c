/*
 * rfm_pg.c
 *		Scoring with an RFM model: rfm_score, rfm_details, rfm_cuts, and the window form.
 */
#include "rfm/rfm_pg.h"

#include "utils/memutils.h"
#include "windowapi.h"

#include "server/error.h"
#include "server/rows.h"

const SegModelType seg_rfm_model_type = {
	.kind = SEG_KIND_RFM,
	.newest = SEG_RFM_VERSION,
	.struct_size = sizeof(SegRfmModel),
	.decoded_size = seg_rfm_decoded_size,
	.decode = seg_rfm_decode,
	.encode = seg_rfm_encode,
};

bool
seg_rfm_counts(const double values[SEG_RFM_MEASURES])
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s is NaN or infinite", seg_rfm_measure_names[i])));
		if (values[i] < 0 && i != SEG_MONETARY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s is negative", seg_rfm_measure_names[i])));
	}
	return values[SEG_FREQUENCY] > 0;
}

text *
seg_rfm_score_text(const int scores[SEG_RFM_MEASURES])
{
	text	   *result = palloc(VARHDRSZ + SEG_RFM_MEASURES);

	SET_VARSIZE(result, VARHDRSZ + SEG_RFM_MEASURES);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		VARDATA(result)[i] = '0' + scores[i];
	return result;
}

/* Scores of arguments 1 .. 3 by the model of argument 0; false when there are none. */
static bool
score_arguments(FunctionCallInfo fcinfo, const SegRfmModel **model, int scores[SEG_RFM_MEASURES])
{
	double		values[SEG_RFM_MEASURES];

	*model = seg_model_argument(fcinfo, 0, 0, &seg_rfm_model_type);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		values[i] = PG_GETARG_FLOAT8(i + 1);
	if (!seg_rfm_counts(values))
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
				 errmsg("model has %d bins, but the scheme names %d", model->bins, SEG_RFM_NAMED_BINS),
				 errhint("Use scheme 'none', or rules of your own with rfm_segment.")));
}

/*
 * The scores of arguments 1 .. 3 by the model of argument 0, which must be given
 * where there are scores; else the place of the word for having none, from the
 * end, in OUT without.
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
	if (!seg_rfm_counts(values))
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

/* ---- the window form ---- */

typedef struct PartitionCuts
{
	bool		fitted;
	bool		empty;			/* nobody has scores */
	SegRfmModel model;
} PartitionCuts;

static int
window_bins(FunctionCallInfo fcinfo, WindowObject window)
{
	bool		isnull = false;
	int			bins = SEG_RFM_NAMED_BINS;

	if (PG_NARGS() > SEG_RFM_MEASURES)
		bins = DatumGetInt32(WinGetFuncArgCurrent(window, SEG_RFM_MEASURES, &isnull));
	if (isnull || bins < SEG_RFM_MIN_BINS || bins > SEG_RFM_MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be an integer from %d to %d", SEG_RFM_MIN_BINS, SEG_RFM_MAX_BINS)));
	return bins;
}

/* The three values of a row of the partition; false when one of them is null. */
static bool
window_values(WindowObject window, int64 position, double values[SEG_RFM_MEASURES])
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		bool		isnull;
		bool		isout;
		Datum		value = WinGetFuncArgInPartition(window, i, position, WINDOW_SEEK_HEAD, false,
													 &isnull, &isout);

		if (isnull)
			return false;
		values[i] = DatumGetFloat8(value);
	}
	return true;
}

static void
fit_partition(WindowObject window, int bins, PartitionCuts *cuts)
{
	int64		n = WinGetPartitionRowCount(window);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext owner = AllocSetContextCreate(caller, "segment rfm cuts", ALLOCSET_DEFAULT_SIZES);
	MemoryContext row = AllocSetContextCreate(owner, "segment row", ALLOCSET_DEFAULT_SIZES);
	SegRfmOptions options;
	SegRfmState *state;

	memset(&options, 0, sizeof(options));
	options.bins = bins;
	MemoryContextSwitchTo(owner);
	state = seg_rfm_state_create(seg_states_in(owner), &options);
	for (int64 i = 0; i < n; i++)
	{
		double		values[SEG_RFM_MEASURES];
		bool		complete;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(row);
		complete = window_values(window, i, values);
		MemoryContextSwitchTo(owner);
		if (complete)
		{
			SegRfmState *counted = seg_rfm_state_count(seg_states_in(owner), state, values);

			if (counted != state)
				pfree(state);
			state = counted;
		}
		if (i % 1024 == 0)
			MemoryContextReset(row);
	}
	cuts->empty = !seg_rfm_state_fit(state, &cuts->model);
	cuts->fitted = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(owner);
}

/* (recency_days, frequency, monetary[, bins]) OVER (...): the whole partition sets the cuts. */
PG_FUNCTION_INFO_V1(rfm_score_window);
Datum
rfm_score_window(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	PartitionCuts *cuts = WinGetPartitionLocalMemory(window, sizeof(PartitionCuts));
	int			bins = window_bins(fcinfo, window);
	double		values[SEG_RFM_MEASURES];
	int			scores[SEG_RFM_MEASURES];

	if (!cuts->fitted)
		fit_partition(window, bins, cuts);
	if (cuts->empty)
		PG_RETURN_NULL();
	if (cuts->model.bins != bins)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins is %d, but %d in other rows of the partition", bins, cuts->model.bins)));
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		bool		isnull;

		values[i] = DatumGetFloat8(WinGetFuncArgCurrent(window, i, &isnull));
		if (isnull)
			PG_RETURN_NULL();
	}
	if (!seg_rfm_counts(values))
		PG_RETURN_NULL();
	seg_rfm_score(&cuts->model, values, scores);
	PG_RETURN_TEXT_P(seg_rfm_score_text(scores));
}
