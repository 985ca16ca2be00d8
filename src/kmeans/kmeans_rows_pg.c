/*
 * kmeans_rows_pg.c
 *		The rows of kmeans_fit and kmeans_sweep.
 *
 * Each row is copied directly from the tuple into one matrix (stats/matrix.h).  The
 * matrix grows geometrically and is reserved against segment.fit_memory.
 */
#include "kmeans/kmeans_rows_pg.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "kmeans/kmeans_filter.h"
#include "server/aggregate.h"
#include "server/error.h"
#include "stats/exact_sum.h"
#include "stats/weights.h"

#define FIRST_CAPACITY ((size_t) 64)
#define CACHE_LINE ((size_t) 64)

/* the factor by which more rows are allocated than needed, and the size from which on this is done */
#define ALLOCATED_AHEAD ((size_t) 256)
#define ALLOCATED_SMALL ((size_t) 4 << 20)

/*
 * Rows of weight w count like w rows on the grids of stats/exact_sum.h.  The relative
 * error is total^2 2^-106 of the largest value: 1e-11 for MAX_TOTAL_WEIGHT.
 */
#define MAX_TOTAL_WEIGHT 1e10
#define MIN_WEIGHT 1e-100
#define MIN_SHARE 1e-12

/* ---- memory ---- */

SegArena
seg_kmeans_arena(size_t size)
{
	char	   *room = seg_take(1, size + CACHE_LINE);

	seg_advise_large_pages(room, size);
	return seg_arena((void *) TYPEALIGN(CACHE_LINE, room), size);
}

static size_t
bytes_for(const SegKmeansRows *state, size_t rows)
{
	return rows * (state->rows.d + (state->weights != NULL ? 1 : 0)) * sizeof(double) + CACHE_LINE;
}

/*
 * The number of rows to allocate if `wanted` rows are needed.  For large matrices it is
 * many times as many, within segment.fit_memory and the address space.  The system only
 * provides pages that are written, and moving a large matrix costs more than filling it.
 */
static size_t
rows_to_allocate(const SegKmeansRows *state, size_t wanted)
{
	size_t		affordable = wanted + seg_budget_left() / (bytes_for(state, 1) - CACHE_LINE);

	if (bytes_for(state, wanted) < ALLOCATED_SMALL)
		return wanted;
	for (size_t ahead = ALLOCATED_AHEAD; ahead > 1; ahead /= 4)
	{
		size_t		rows = seg_min_size(wanted * ahead, affordable);
		void	   *probe = palloc_extended(bytes_for(state, rows), MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);

		if (probe != NULL)
		{
			pfree(probe);
			return rows;
		}
	}
	return wanted;
}

static void
allocate(SegKmeansRows *state, size_t rows)
{
	size_t		cells = rows * state->rows.d * sizeof(double);
	size_t		used = state->rows.n * state->rows.d * sizeof(double);
	size_t		offset = state->room == NULL ? 0 : (char *) state->rows.values - state->room;

	if (state->room == NULL)
		state->room = MemoryContextAllocExtended(state->context, cells + CACHE_LINE, MCXT_ALLOC_HUGE);
	else
		state->room = repalloc_huge(state->room, cells + CACHE_LINE);
	seg_advise_large_pages(state->room, cells);
	state->rows.values = (double *) TYPEALIGN(CACHE_LINE, state->room);
	if (used > 0 && (char *) state->rows.values != state->room + offset)
		memmove(state->rows.values, state->room + offset, used);
	if (state->weights != NULL && state->allocated > 0)
		state->weights = repalloc_huge(state->weights, rows * sizeof(double));
	state->allocated = rows;
}

/* Make room for more rows; the existing rows are kept, also if there is not enough memory. */
static void
resize(SegKmeansRows *state, size_t capacity)
{
	size_t		held = state->capacity == 0 ? 0 : bytes_for(state, state->capacity);

	seg_budget_reserve(state->budget, bytes_for(state, capacity) - held);
	if (capacity > state->allocated)
		allocate(state, rows_to_allocate(state, capacity));
	state->capacity = capacity;
}

/* The next capacity: double if small, else a quarter more; the last step uses the rest of the memory. */
static void
grow(SegKmeansRows *state)
{
	size_t		held = bytes_for(state, state->capacity);
	size_t		capacity = held < ((size_t) 64 << 20) ? state->capacity * 2 :
		state->capacity + state->capacity / 4;
	size_t		room = held + seg_budget_left();

	CHECK_FOR_INTERRUPTS();
	if (bytes_for(state, capacity) > room)
	{
		size_t		affordable = (room - CACHE_LINE) / (bytes_for(state, 1) - CACHE_LINE);

		if (affordable > state->capacity)
			capacity = affordable;
	}
	resize(state, capacity);
}

/* ---- arguments ---- */

static int64
number_argument(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? SEG_NUMBER_NULL : PG_GETARG_INT32(argno);
}

static void
check_unchanged(FunctionCallInfo fcinfo, const SegKmeansRows *state, int numbers)
{
	for (int i = 0; i < numbers; i++)
		if (number_argument(fcinfo, 2 + i) != state->numbers[i])
			seg_refuse_changed(numbers == 1 ? "k" : i == 0 ? "k_min" : "k_max");
	if (!state->options_fixed && seg_given_digest(fcinfo, 2 + numbers) != state->options_given)
		seg_refuse_changed("options");
}

/* Make the state at the first row, which determines the number of features. */
static SegKmeansRows *
create_state(FunctionCallInfo fcinfo, MemoryContext aggregate, int numbers)
{
	MemoryContext context = AllocSetContextCreate(aggregate, "segment k-means rows", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SegKmeansRows *state = palloc0(sizeof(SegKmeansRows));
	Jsonb	   *options = NULL;

	state->context = context;
	state->budget = seg_budget_create(context);
	for (int i = 0; i < numbers; i++)
		state->numbers[i] = number_argument(fcinfo, 2 + i);
	state->options_fixed = seg_is_constant(fcinfo, 2 + numbers);
	state->options_given = seg_given_digest(fcinfo, 2 + numbers);
	if (state->options_given != 0)
		options = PG_GETARG_JSONB_P_COPY(2 + numbers);
	seg_kmeans_options_read(options, numbers == 2 ? SEG_KMEANS_EVERY_K :
							state->numbers[0] == SEG_NUMBER_NULL ? SEG_KMEANS_BEST_K : SEG_KMEANS_FIXED_K, &state->options);
	seg_budget_reserve(state->budget, MemoryContextMemAllocated(context, true));
	MemoryContextSwitchTo(old);
	return state;
}

static void
set_width(SegKmeansRows *state, size_t d, bool weighted)
{
	seg_kmeans_options_check_width(&state->options, d);
	state->rows.d = d;
	if (weighted)
		state->weights = MemoryContextAlloc(state->context, FIRST_CAPACITY * sizeof(double));
	resize(state, FIRST_CAPACITY);
}

/* The weight of a row: 0 for NULL; an error if negative or not finite.  Rows of weight 0 are left out. */
static double
weight_argument(FunctionCallInfo fcinfo, int argno)
{
	double		weight = PG_ARGISNULL(argno) ? 0 : PG_GETARG_FLOAT8(argno);

	if (weight != 0 && !(weight >= MIN_WEIGHT && weight <= MAX_TOTAL_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be 0, or a number from %g to %g", MIN_WEIGHT, MAX_TOTAL_WEIGHT)));
	return weight;
}

/* ---- rows ---- */

/* Append a copy of a row; returns false if the row is skipped. */
static bool
pack_row(SegKmeansRows *state, const SegFeatures *features)
{
	if (seg_features_copy(features, seg_matrix_row(&state->rows, state->rows.n)) == 0)
		return true;
	if (state->options.null_policy == SEG_NULL_ERROR)
		seg_refuse_null(features);
	state->has_nulls |= state->options.null_policy != SEG_NULL_SKIP;
	return state->options.null_policy != SEG_NULL_SKIP;
}

static void
add_row(SegKmeansRows *state, FunctionCallInfo fcinfo, double weight, bool weighted)
{
	SegFeatures features = seg_features_open(PG_GETARG_DATUM(1));

	if (state->rows.d == 0)
		set_width(state, features.d, weighted);
	seg_check_width(features.d, state->rows.d);
	if (state->rows.n == state->capacity)
		grow(state);
	if (!pack_row(state, &features))
		state->rows_skipped++;
	else
	{
		if (weighted)
			state->weights[state->rows.n] = weight;
		state->rows.n++;
	}
	seg_features_close(&features);
}

Datum
seg_kmeans_rows_transition(FunctionCallInfo fcinfo, int numbers)
{
	SegKmeansRows *state = PG_ARGISNULL(0) ? NULL : (SegKmeansRows *) PG_GETARG_POINTER(0);
	bool		weighted = PG_NARGS() > 3 + numbers;
	double		weight = weighted ? weight_argument(fcinfo, 3 + numbers) : 1;
	MemoryContext aggregate = seg_aggregate_context(fcinfo);

	if (state == NULL)
		state = create_state(fcinfo, aggregate, numbers);
	else
		check_unchanged(fcinfo, state, numbers);
	if (PG_ARGISNULL(1))
		state->rows_skipped++;
	else if (weight > 0)
		add_row(state, fcinfo, weight, weighted);
	PG_RETURN_POINTER(state);
}

/* ---- preparing ---- */

static double
total_weight(const SegKmeansRows *state)
{
	double		smallest = MAX_TOTAL_WEIGHT;
	double		largest = 0;
	SegGrid		grid;
	SegExactSum sum = {0};
	double		total;

	if (state->weights == NULL)
		return (double) state->rows.n;
	for (size_t i = 0; i < state->rows.n; i++)
	{
		seg_check_step(i);
		smallest = Min(smallest, state->weights[i]);
		largest = Max(largest, state->weights[i]);
	}
	grid = seg_grid((double) state->rows.n, largest);
	for (size_t i = 0; i < state->rows.n; i++)
	{
		seg_check_step(i);
		seg_exact_sum_add(&sum, grid, state->weights[i]);
	}
	total = seg_exact_sum_value(&sum);
	if (total > MAX_TOTAL_WEIGHT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights sum to more than %g", MAX_TOTAL_WEIGHT),
				 errhint("Divide the weights by a constant.")));
	if (smallest < total * MIN_SHARE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("smallest weight is less than %g of the sum of the weights", MIN_SHARE),
				 errhint("Set the weight of such rows to 0.")));
	return total;
}

/* Rows that are counted together, feature by feature, while they are in the cache. */
#define TALLY_ROWS ((size_t) 128)

/* Make the histograms of the values in input units, without nulls, in state->context. */
static void
tally_rows(SegKmeansRows *state)
{
	size_t		n = state->rows.n;
	size_t		d = state->rows.d;
	SegTally   *tallies = seg_take(d, sizeof(SegTally));
	MemoryContext old;

	memset(tallies, 0, d * sizeof(SegTally));
	for (size_t i = 0; i < n; i += TALLY_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < d; j++)
			seg_tally_add_column(&tallies[j], seg_matrix_cell(&state->rows, i, j), Min(TALLY_ROWS, n - i), d);
	}
	old = MemoryContextSwitchTo(state->context);
	state->histograms = seg_take(d, sizeof(SegHistogram));
	MemoryContextSwitchTo(old);
	for (size_t j = 0; j < d; j++)
		seg_histogram_of_tally(&tallies[j], &state->histograms[j]);
}

/* Scale the rows in place. */
static void
prepare(SegKmeansRows *state)
{
	size_t		d = state->rows.d;
	const SegKmeansOptions *options = &state->options;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment scaling", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(state->context);
	SegScale   *scales = seg_take(d, sizeof(SegScale));
	uint32_t   *active = seg_take(d, sizeof(uint32_t));
	size_t		position = 0;
	SegStatus	status;

	memset(scales, 0, d * sizeof(SegScale));
	for (size_t j = 0; j < d; j++)
		scales[j].transform = options->transform.count == 0 ? SEG_TRANSFORM_NONE :
			options->transform.items[options->transform.count < 0 ? 0 : j];
	MemoryContextSwitchTo(work);
	state->total = total_weight(state);
	tally_rows(state);
	status = seg_standardize_rows(&state->rows, state->weights, state->total, options->standardize,
								  options->null_policy, state->has_nulls, scales,
								  seg_kmeans_arena(seg_standardize_workspace(state->rows.n, d, state->weights != NULL)),
								  &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	state->data = (SegKmeansData) {state->rows, state->weights, state->total, scales, active};
	state->data.n_active = seg_kmeans_active(scales, d, active);
	state->data.is_relative = seg_weights_are_relative(state->weights, state->rows.n);
	state->is_prepared = true;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}

SegKmeansData
seg_kmeans_with_filter(const SegKmeansData *data)
{
	SegKmeansData filtered = *data;
	size_t		size = seg_filter_size(data->rows.n, data->rows.d);

	if (seg_filter_is_fast() && size + CACHE_LINE <= seg_budget_left())
	{
		SegArena	arena = seg_kmeans_arena(size);

		filtered.filter = palloc(sizeof(SegKmeansFilter));
		seg_filter_prepare(data, &arena, filtered.filter);
	}
	return filtered;
}

#define COPIED_AT_ONCE ((size_t) 16 * 1024 * 1024)

/* A copy of the state in the current context. */
static SegKmeansRows *
copy_state(const SegKmeansRows *state)
{
	SegKmeansRows *copy = palloc(sizeof(SegKmeansRows));
	size_t		cells = state->rows.n * state->rows.d * sizeof(double);

	*copy = *state;
	copy->context = CurrentMemoryContext;
	copy->rows.values = (double *) seg_kmeans_arena(cells).base;
	for (size_t at = 0, part; at < cells; at += part)
	{
		part = Min(cells - at, COPIED_AT_ONCE);
		CHECK_FOR_INTERRUPTS();
		memcpy((char *) copy->rows.values + at, (const char *) state->rows.values + at, part);
	}
	return copy;
}

const SegKmeansRows *
seg_kmeans_rows_prepare(FunctionCallInfo fcinfo)
{
	SegKmeansRows *state = PG_ARGISNULL(0) ? NULL : (SegKmeansRows *) PG_GETARG_POINTER(0);

	if (state == NULL || state->rows.n == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state == NULL ? 0 : state->rows_skipped});
	if (AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_WINDOW)
		state = copy_state(state);
	if (!state->is_prepared)
		prepare(state);
	return state;
}
