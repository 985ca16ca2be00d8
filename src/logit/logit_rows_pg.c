/*
 * logit_rows_pg.c
 *		The aggregate logit_fit: keeps the rows.
 *
 * Rows stand in chunks (logit/logit_rows.h), which are reserved against segment.fit_memory.
 * Each category has a hash table of its levels; a row keeps their codes.
 */
#include "logit/logit_pg.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "base/hash.h"
#include "server/aggregate.h"
#include "server/error.h"
#include "stats/text_table.h"

/* ---- levels ---- */

typedef struct LevelEntry
{
	SegText		key;
	uint32		hash;
	uint32		code;
	char		status;
} LevelEntry;

static inline bool
same_text(SegText a, SegText b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

#define SH_PREFIX levels
#define SH_ELEMENT_TYPE LevelEntry
#define SH_KEY_TYPE SegText
#define SH_KEY key
#define SH_HASH_KEY(table, key) ((uint32) seg_text_hash((key).text, (key).length))
#define SH_EQUAL(table, a, b) same_text(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) (entry)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct SegLogitDictionary
{
	levels_hash *table;
	SegLogitLevel *levels;		/* by code; also in SegLogitData.levels */
	uint32		count;
	uint32		capacity;
} SegLogitDictionary;

/* What a level takes in table, list and context, besides its text. */
#define LEVEL_SIZE (4 * sizeof(LevelEntry) + 2 * sizeof(SegLogitLevel) + 32)

#define FIRST_LEVELS 8

const SegLogitLevel *
seg_logit_levels(const SegLogitData *data, size_t category, size_t *count)
{
	*count = data->dictionaries[category].count;
	return data->dictionaries[category].levels;
}

static uint32
level_code(SegLogitData *data, SegLogitDictionary *dictionary, SegText text)
{
	LevelEntry *entry = levels_lookup(dictionary->table, text);
	MemoryContext old;
	bool		found;
	char	   *copy;

	if (entry != NULL)
		return entry->code;
	if (text.length > SEG_TEXT_TABLE_LONGEST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("category %zu has %zu bytes, but at most %d are allowed", dictionary - data->dictionaries + 1, text.length,
						SEG_TEXT_TABLE_LONGEST)));
	seg_budget_reserve(data->budget, LEVEL_SIZE + text.length);
	old = MemoryContextSwitchTo(data->context);
	copy = palloc(text.length + 1);
	memcpy(copy, text.text, text.length);
	copy[text.length] = '\0';
	if (dictionary->count == dictionary->capacity)
	{
		dictionary->capacity *= 2;
		dictionary->levels = repalloc_huge(dictionary->levels, dictionary->capacity * sizeof(SegLogitLevel));
		data->levels[dictionary - data->dictionaries] = dictionary->levels;
	}
	entry = levels_insert(dictionary->table, (SegText) {copy, text.length}, &found);
	entry->code = dictionary->count;
	/* no value has no text and a hash that no text is likely to have */
	dictionary->levels[dictionary->count++] = (SegLogitLevel) {
		.text = text.length == 0 ? NULL : copy,.length = text.length,.hash = seg_text_hash(copy, text.length)
	};
	MemoryContextSwitchTo(old);
	return entry->code;
}

/* ---- memory ---- */

SegArena
seg_logit_arena(size_t size)
{
	return seg_arena(seg_take(1, size), size);
}

/* Room for the rows of one more chunk. */
static void
add_chunk(SegLogitData *data)
{
	size_t		count = seg_logit_chunk_rows(&data->rows, data->chunks);
	size_t		size = count * data->rows.stride * sizeof(double);
	char	   *room;

	CHECK_FOR_INTERRUPTS();
	seg_budget_reserve(data->budget, size);
	/* a list of 1, 2, 4, ... chunks */
	if (data->chunks == 0)
		data->rows.chunks = MemoryContextAlloc(data->context, sizeof(double *));
	else if ((data->chunks & (data->chunks - 1)) == 0)
		data->rows.chunks = repalloc_huge(data->rows.chunks, 2 * data->chunks * sizeof(double *));
	room = MemoryContextAllocExtended(data->context, size, MCXT_ALLOC_HUGE);
	seg_advise_large_pages(room, size);
	data->rows.chunks[data->chunks++] = (double *) room;
	data->capacity += count;
}

/* ---- rows ---- */

/* Make the state at the first row. */
static SegLogitData *
create(FunctionCallInfo fcinfo, MemoryContext aggregate, int options)
{
	MemoryContext context = AllocSetContextCreate(aggregate, "segment logit rows", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SegLogitData *data = palloc0(sizeof(SegLogitData));

	data->context = context;
	data->budget = seg_budget_create(context);
	data->options_fixed = seg_is_constant(fcinfo, options);
	data->options_given = seg_given_digest(fcinfo, options);
	seg_logit_options_read(data->options_given == 0 ? NULL : PG_GETARG_JSONB_P_COPY(options), &data->options);
	seg_budget_reserve(data->budget, MemoryContextMemAllocated(context, true));
	MemoryContextSwitchTo(old);
	return data;
}

static void
set_shape(SegLogitData *data, const SegLogitInput *input, bool weighted)
{
	size_t		d = input->features.d;
	MemoryContext old = MemoryContextSwitchTo(data->context);

	seg_logit_options_check(&data->options, d, input->c);
	if (d >= SEG_MAX_FEATURES)
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = d, .wanted = SEG_MAX_FEATURES - 1});
	data->has_shape = true;
	data->rows = seg_logit_no_rows(d, input->c, weighted);
	data->dictionaries = palloc0((input->c + 1) * sizeof(SegLogitDictionary));
	data->levels = palloc((input->c + 1) * sizeof(SegLogitLevel *));
	data->factors = palloc((d + 1) * sizeof(uint64_t));
	seg_logit_hash_factors(d, data->factors);
	for (size_t k = 0; k < input->c; k++)
	{
		data->dictionaries[k].table = levels_create(data->context, FIRST_LEVELS, NULL);
		data->dictionaries[k].levels = palloc(FIRST_LEVELS * sizeof(SegLogitLevel));
		data->dictionaries[k].capacity = FIRST_LEVELS;
		data->levels[k] = data->dictionaries[k].levels;
	}
	seg_budget_reserve(data->budget, input->c * FIRST_LEVELS * LEVEL_SIZE);
	MemoryContextSwitchTo(old);
}

/* Append a row, unless it is skipped for a null. */
static void
add(SegLogitData *data, const SegLogitInput *input, bool label, double weight)
{
	bool		fills = seg_null_policy_fills(data->options.null_policy);
	size_t		missing = fills ? input->c : seg_logit_missing_category(input);
	double	   *row;
	uint32	   *codes;
	size_t		nulls;

	if (data->rows.n == data->capacity)
		add_chunk(data);
	row = seg_logit_row(&data->rows, data->rows.n);
	nulls = data->rows.d == 0 ? 0 : seg_features_copy(&input->features, row);
	if (nulls > 0 && data->options.null_policy == SEG_NULL_ERROR)
		seg_refuse_null(&input->features);
	if (missing < input->c && data->options.null_policy == SEG_NULL_ERROR)
		seg_logit_refuse_category(missing);
	if (!fills && (nulls > 0 || missing < input->c))
	{
		data->rows_skipped++;
		return;
	}
	if (data->rows.weighted)
		row[data->rows.d] = weight;
	codes = seg_logit_codes(&data->rows, row);
	codes[0] = label;
	for (size_t k = 0; k < input->c; k++)
		codes[1 + k] = level_code(data, &data->dictionaries[k], input->texts[k]);
	seg_logit_hash(&data->rows, row, data->factors, data->levels);
	data->rows.n++;
}

/* (state, label, features[, categories][, options[, weight]]) */
static Datum
transition(FunctionCallInfo fcinfo, bool with_categories)
{
	int			options = with_categories ? 4 : 3;
	bool		weighted = PG_NARGS() > options + 1;
	double		weight = weighted ? seg_logit_weight_argument(fcinfo, options + 1) : 1;
	MemoryContext aggregate = seg_aggregate_context(fcinfo);
	SegLogitData *data = PG_ARGISNULL(0) ? NULL : (SegLogitData *) PG_GETARG_POINTER(0);
	SegLogitInput input;

	if (data == NULL)
		data = create(fcinfo, aggregate, options);
	else if (!data->options_fixed && seg_given_digest(fcinfo, options) != data->options_given)
		seg_refuse_changed("options");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (with_categories && PG_ARGISNULL(3)))
	{
		data->rows_skipped++;
		PG_RETURN_POINTER(data);
	}
	if (weight == 0)
		PG_RETURN_POINTER(data);
	seg_logit_open(fcinfo, 2, with_categories, &input);
	if (!data->has_shape)
		set_shape(data, &input, weighted);
	seg_logit_check_shape(&input, data->rows.d, data->rows.c, "the rows before have");
	add(data, &input, PG_GETARG_BOOL(1), weight);
	seg_features_close(&input.features);
	PG_RETURN_POINTER(data);
}

PG_FUNCTION_INFO_V1(logit_fit_transfn);
Datum
logit_fit_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, false);
}

PG_FUNCTION_INFO_V1(logit_fit_categories_transfn);
Datum
logit_fit_categories_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, true);
}
