/*
 * rfm_window_pg.c
 *		The window function rfm_score: cuts and scores in one query, without a model.
 */
#include "rfm/rfm_fit_pg.h"

#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "rfm/rfm_model_pg.h"
#include "rfm/rfm_score.h"

typedef struct PartitionCuts
{
	bool		fitted;
	bool		empty;			/* no row gets scores */
	SegRfmModel model;
} PartitionCuts;

static int
window_bins(FunctionCallInfo fcinfo, WindowObject window)
{
	bool		isnull = false;
	int			bins = SEG_RFM_DEFAULT_BINS;

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

/* (recency_days, frequency, monetary[, bins]) OVER (...): the cuts come from the whole partition. */
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
				 errmsg("bins must be the same in all rows of a partition, but is %d and %d", cuts->model.bins, bins)));
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		bool		isnull;

		values[i] = DatumGetFloat8(WinGetFuncArgCurrent(window, i, &isnull));
		if (isnull)
			PG_RETURN_NULL();
	}
	if (!seg_rfm_is_scored(values))
		PG_RETURN_NULL();
	seg_rfm_score(&cuts->model, values, scores);
	PG_RETURN_TEXT_P(seg_rfm_score_text(scores));
}
