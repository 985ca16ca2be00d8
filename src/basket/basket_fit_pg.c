/*
 * basket_fit_pg.c
 *		The aggregate basket_fit, and the family for the server.
 *
 * The state is a bytea that is changed in place: a SegBasketState.  A grown state is a new
 * value, which the executor copies.  See server/state.h for checks and memory.
 */
#include "server/family.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "basket/basket_lines_state.h"
#include "basket/basket_model.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/features.h"
#include "server/id.h"
#include "server/model_text.h"

/* ---- options ---- */

typedef struct FitOptions
{
	double		min_support;
	int64		min_count;		/* 0: not given */
	int64		max_length;
	int64		max_itemsets;
	int			on_limit;
	int64		max_basket_items;
	int			long_baskets;
	SegTextList exclude;
} FitOptions;

static const char *const on_limit_choices[] = {"error", "raise", NULL};
static const char *const long_baskets_choices[] = {"cut", "error", NULL};

static const SegOption option_table[] = {
	{"min_support", SEG_OPTION_REAL, offsetof(FitOptions, min_support), 0, 1,
		.meaning = "The smallest share of the baskets that have an itemset."},
	{"min_count", SEG_OPTION_INT, offsetof(FitOptions, min_count), 1, 1e15,
		.meaning = "The smallest number of baskets that have an itemset, in place of min_support."},
	{"max_length", SEG_OPTION_INT, offsetof(FitOptions, max_length), 1, SEG_BASKET_MAX_LENGTH,
		.meaning = "The most items of an itemset; a rule has one of them as its consequent."},
	{"max_itemsets", SEG_OPTION_INT, offsetof(FitOptions, max_itemsets), 1, SEG_BASKET_MOST_ITEMSETS,
		.meaning = "The most itemsets of a model."},
	{"on_limit", SEG_OPTION_CHOICE, offsetof(FitOptions, on_limit), .choices = on_limit_choices,
		.meaning = "What more itemsets than max_itemsets do: raise an error, or raise the smallest count until they fit."},
	{"max_basket_items", SEG_OPTION_INT, offsetof(FitOptions, max_basket_items), 1, SEG_BASKET_MOST_BASKET_ITEMS,
		.meaning = "The most different items of a basket."},
	{"long_baskets", SEG_OPTION_CHOICE, offsetof(FitOptions, long_baskets), .choices = long_baskets_choices,
		.meaning = "What a basket with more items than max_basket_items does: keep the most frequent ones only, or raise an error."},
	{"exclude", SEG_OPTION_TEXTS, offsetof(FitOptions, exclude),
		.meaning = "Items that are left out of all baskets."},
	{NULL}
};

static const FitOptions defaults = {
	.min_support = 0.01,
	.max_length = 4,
	.max_itemsets = 1000000,
	.on_limit = SEG_BASKET_LIMIT_ERROR,
	.max_basket_items = 10000,
	.long_baskets = SEG_BASKET_LONG_CUT,
};

/* Read options; OUT *exclude: the list among them. */
static SegBasketOptions
read_options(const Jsonb *jsonb, SegTextList *exclude)
{
	FitOptions	given = defaults;
	SegBasketOptions options;

	/* a value that no caller can give tells whether min_support was given */
	given.min_support = -1;
	seg_options_read(jsonb, option_table, &given);
	if (given.min_support >= 0 && given.min_count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"min_support\" and \"min_count\" cannot be used together")));
	if (given.min_support < 0)
		given.min_support = defaults.min_support;
	memset(&options, 0, sizeof(options));
	options.min_support = (uint64_t) rint(given.min_support * (double) SEG_BASKET_SUPPORT_UNITS);
	options.min_count = given.min_count;
	options.max_length = given.max_length;
	options.max_itemsets = given.max_itemsets;
	options.on_limit = given.on_limit;
	options.max_basket_items = given.max_basket_items;
	options.long_baskets = given.long_baskets;
	*exclude = given.exclude;
	return options;
}

static void
check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	SegTextList exclude;

	(void) read_options(jsonb, &exclude);
}

/* ---- the state ---- */

static const SegAggregate aggregate;

static bool
is_sound(const void *state, size_t size)
{
	return seg_basket_state_is_sound(state, size);
}

/* The state with room for so many more items, lines and bytes of names. */
static SegBasketState *
with_room(SegStates *states, SegBasketState *state, size_t items, size_t lines, size_t name_bytes)
{
	SegBasketRoom room;
	SegBasketState *grown;

	if (!seg_basket_needs_room(state, items, lines, name_bytes, &room))
		return state;
	grown = seg_state_resize(states, state, seg_basket_state_size(&room));
	seg_basket_grow(state, &room, grown);
	return grown;
}

static SegBasketState *
begin(SegStates *states, const Jsonb *jsonb)
{
	SegTextList exclude;
	SegBasketOptions options = read_options(jsonb, &exclude);
	SegBasketRoom room = seg_basket_first_room();
	SegBasketState *state = seg_state_new(states, &aggregate.state, seg_basket_state_size(&room));
	size_t		bytes = 0;

	seg_basket_state_init(state, &options, &room);
	for (int i = 0; i < exclude.count; i++)
		bytes += strlen(exclude.items[i]);
	state = with_room(states, state, exclude.count, 0, bytes);
	for (int i = 0; i < exclude.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seg_basket_exclude(state, exclude.items[i], strlen(exclude.items[i]));
	}
	return state;
}

static SegBasketState *
add_basket(SegStates *states, SegBasketState *state, ArrayType *array)
{
	Datum	   *items;
	bool	   *nulls;
	int			n;
	uint64		lines;

	seg_check_one_dimension(ARR_NDIM(array), "items");
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &n);
	/* the names of an array are no longer than the array */
	state = with_room(states, state, n, n, VARSIZE(array));
	for (int i = 0; i < n; i++)
	{
		const text *item = nulls[i] ? NULL : DatumGetTextPP(items[i]);

		/* names whose hashes collide on purpose take long */
		if (i % 256 == 255)
			CHECK_FOR_INTERRUPTS();
		if (item == NULL || !seg_is_meaningful(item))
			state->skipped++;
		else
			seg_basket_put(state, VARDATA_ANY(item), VARSIZE_ANY_EXHDR(item));
	}
	lines = seg_basket_close(state);
	if (lines > state->options.max_basket_items && state->options.long_baskets == SEG_BASKET_LONG_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("basket has " UINT64_FORMAT " items, but max_basket_items is %u", lines, state->options.max_basket_items),
				 errhint("Raise max_basket_items, or set long_baskets to cut.")));
	pfree(items);
	pfree(nulls);
	return state;
}

/* (state, items[, options]) */
PG_FUNCTION_INFO_V1(basket_fit_transfn);
Datum
basket_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, 2);
	SegBasketState *state;
	ArrayType  *array;

	if (PG_ARGISNULL(0))
	{
		state = begin(states, given == 0 ? NULL : PG_GETARG_JSONB_P(2));
		state->fit.given = given;
	}
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (state->fit.given != given)
		seg_refuse_changed(aggregate.given);
	if (PG_ARGISNULL(1))
	{
		state->fit.rows_skipped++;
		PG_RETURN_POINTER(state);
	}
	array = PG_GETARG_ARRAYTYPE_P(1);
	state = add_basket(states, state, array);
	PG_FREE_IF_COPY(array, 1);
	PG_RETURN_POINTER(state);
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	const SegBasketState *other = from;
	SegBasketState *state = own;
	uint32_t   *numbers;

	if (memcmp(&state->options, &other->options, sizeof(SegBasketOptions)) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	state = with_room(states, state, other->items, other->lines, other->name_bytes);
	seg_budget_check(other->items * sizeof(uint32_t));
	numbers = palloc_extended(Max(other->items, 1) * sizeof(uint32_t), MCXT_ALLOC_HUGE);
	seg_basket_merge(state, other, numbers);
	pfree(numbers);
	return state;
}

PG_FUNCTION_INFO_V1(basket_fit_combinefn);
Datum
basket_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

/* ---- the fit ---- */

/* A frequent item, with its name in UTF-8. */
typedef struct Frequent
{
	const char *name;
	uint32		size;
	uint32		count;
	uint32		item;			/* of the state */
} Frequent;

static bool
comes_first(const void *a, const void *b, const void *argument)
{
	const Frequent *x = a;
	const Frequent *y = b;

	if (x->count != y->count)
		return x->count < y->count;
	return seg_basket_compare_names(x->name, x->size, y->name, y->size) < 0;
}

/* Set the name of an item in UTF-8: where it is in the state, or palloc'd. */
static void
set_name(const SegBasketState *state, Frequent *item)
{
	size_t		size;

	item->name = seg_basket_name(state, item->item, &size);
	item->size = size;
	if (GetDatabaseEncoding() == PG_UTF8)
		return;
	item->name = seg_text_for_model(pnstrdup(item->name, size));
	item->size = strlen(item->name);
}

/* Reserve what the converted names of n items take, until the current context ends. */
static void
reserve_names(const SegBasketState *state, size_t n)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		seg_budget_reserve(seg_budget_create(CurrentMemoryContext), Min(n, state->items) * 64 + 8 * state->name_bytes);
}

/* Items that are frequent (count >= threshold) or excluded, in order; *n of them. */
static Frequent *
pick_items(const SegBasketState *state, const uint32_t *counts, uint64 threshold, bool excluded, size_t *n)
{
	Frequent   *picked;

	*n = 0;
	for (size_t i = 0; i < state->items; i++)
		*n += seg_basket_is_excluded(state, i) == excluded && (excluded || counts[i] >= threshold);
	picked = seg_take(*n, sizeof(Frequent));
	reserve_names(state, *n);
	*n = 0;
	for (size_t i = 0; i < state->items; i++)
	{
		Frequent   *item = &picked[*n];

		seg_check_step(i);
		if (seg_basket_is_excluded(state, i) != excluded || (!excluded && counts[i] < threshold))
			continue;
		item->item = i;
		item->count = excluded ? 0 : counts[i];
		set_name(state, item);
		(*n)++;
	}
	seg_sort(picked, *n, sizeof(Frequent), comes_first, NULL);
	return picked;
}

static SegBasketNames
names_of(const Frequent *items, size_t n)
{
	SegBasketNames names = {.n = n, .ends = seg_take(n, sizeof(uint32_t))};
	size_t		end = 0;

	for (size_t i = 0; i < n; i++)
	{
		end += items[i].size;
		names.ends[i] = end;
	}
	names.bytes = seg_take(end, 1);
	for (size_t i = 0; i < n; i++)
		memcpy(names.bytes + names.ends[i] - items[i].size, items[i].name, items[i].size);
	return names;
}

/* What all passes of a fit share. */
typedef struct Fit
{
	const SegBasketState *state;
	uint32_t   *counts;			/* of all items */
	SegBasketOrder order;		/* of all items, if a basket is too long */
	bool		cuts;
	uint32_t   *numbers;		/* of frequent items in the model */
	SegBasketMine mine;
	SegArena	arena;
} Fit;

static SegArena
arena_of(size_t size)
{
	return seg_arena(seg_take(1, size), size);
}

static void
count_items(Fit *fit, SegBasketModel *model)
{
	const SegBasketState *state = fit->state;

	fit->counts = seg_take(state->items, sizeof(uint32_t));
	(void) seg_basket_count(state, NULL, fit->counts);
	fit->cuts = state->longest > state->options.max_basket_items;
	if (!fit->cuts)
		return;
	fit->order.places = seg_take(state->items, sizeof(uint32_t));
	fit->order.basket = seg_take(state->longest, sizeof(uint32_t));
	seg_basket_order(state, fit->counts, seg_take(state->items, sizeof(uint32_t)), &fit->order);
	model->cut = seg_basket_count(state, &fit->order, fit->counts);
}

/* Make the baskets of items with that count or more, and name these items in the model. */
static void
prepare(Fit *fit, SegBasketModel *model, uint64 threshold)
{
	const SegBasketState *state = fit->state;
	const SegBasketOrder *order = fit->cuts ? &fit->order : NULL;
	SegBasketMine *mine = &fit->mine;
	size_t		n;
	Frequent   *frequent = pick_items(state, fit->counts, threshold, false, &n);
	uint32_t   *counts = seg_take(n, sizeof(uint32_t));
	uint32_t   *lines;

	model->names = names_of(frequent, n);
	fit->numbers = seg_take(state->items, sizeof(uint32_t));
	memset(fit->numbers, 0xFF, state->items * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
	{
		fit->numbers[frequent[i].item] = i;
		counts[i] = frequent[i].count;
	}
	lines = seg_take(seg_basket_recode(state, order, fit->numbers, NULL), sizeof(uint32_t));
	*mine = (SegBasketMine) {
		.lines = lines,
		.n = seg_basket_recode(state, order, fit->numbers, lines),
		.counts = counts,
		.items = n,
		.max_length = state->options.max_length,
		.max_itemsets = state->options.max_itemsets,
		.raise = state->options.on_limit == SEG_BASKET_LIMIT_RAISE,
		.threshold = threshold,
	};
	fit->arena = arena_of(seg_basket_mine_size(mine, seg_take(n, sizeof(uint64_t))));
	seg_basket_mine_count(mine, fit->arena);
}

static _Noreturn void
refuse_itemsets(const SegBasketMine *mine)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("more than " UINT64_FORMAT " itemsets are in at least " UINT64_FORMAT " baskets",
					mine->max_itemsets, mine->threshold),
			 errhint("Raise min_support, min_count or max_itemsets, lower max_length, or set on_limit to raise.")));
}

static void
write_tree(Fit *fit, SegBasketModel *model)
{
	SegBasketTree *tree = &model->tree;

	tree->item = seg_take(fit->mine.itemsets, sizeof(uint32_t));
	tree->count = seg_take(fit->mine.itemsets, sizeof(uint32_t));
	tree->first = seg_take(fit->mine.itemsets + 1, sizeof(uint32_t));
	seg_basket_mine_write(&fit->mine, tree, fit->arena);
}

static void
fit_itemsets(Fit *fit, SegBasketModel *model)
{
	MemoryContext first = AllocSetContextCreate(CurrentMemoryContext, "segment itemsets", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(first);

	model->threshold = seg_basket_threshold(&fit->state->options, fit->state->baskets);
	prepare(fit, model, model->threshold);
	if (fit->mine.itemsets > fit->mine.max_itemsets)
		refuse_itemsets(&fit->mine);
	MemoryContextSwitchTo(old);
	if (fit->mine.threshold > model->threshold)
	{
		/* again without what has fallen below the threshold */
		model->threshold = fit->mine.threshold;
		MemoryContextDelete(first);
		prepare(fit, model, model->threshold);
	}
	write_tree(fit, model);
}

static void
fit(const void *from, void *to)
{
	const SegBasketState *state = from;
	SegBasketModel *model = to;
	Fit			fit = {.state = state};
	size_t		n;
	Frequent   *excluded;

	if (state->baskets == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state->fit.rows_skipped});
	model->baskets = state->baskets;
	model->empty = state->empty;
	model->purchases = state->lines;
	model->duplicates = state->duplicates;
	model->skipped = state->skipped;
	model->excluded = state->excluded;
	model->rows_skipped = state->fit.rows_skipped;
	model->options = state->options;
	excluded = pick_items(state, NULL, 0, true, &n);
	model->excluded_names = names_of(excluded, n);
	model->distinct_items = state->items - n;
	count_items(&fit, model);
	fit_itemsets(&fit, model);
}

static const SegAggregate aggregate = {
	.state = {SEG_BASKET_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_basket_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(basket_fit_finalfn);
Datum
basket_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- the family ---- */

static char *
names_json(const SegBasketNames *names)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (uint32_t i = 0; i < names->n; i++)
	{
		size_t		size;
		const char *name = seg_basket_item_name(names, i, &size);

		if (i > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, seg_text_from_model(pnstrdup(name, size)));
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegBasketModel *model = decoded;
	const SegBasketOptions *options = &model->options;

	info->rows_used = model->baskets;
	info->rows_skipped = model->rows_skipped;
	if (options->min_count > 0)
		seg_info_int(info, "min_count", options->min_count);
	else
		seg_info_real(info, "min_support", (double) options->min_support / (double) SEG_BASKET_SUPPORT_UNITS);
	seg_info_int(info, "max_length", options->max_length);
	seg_info_int(info, "max_itemsets", options->max_itemsets);
	seg_info_text(info, "on_limit", on_limit_choices[options->on_limit]);
	seg_info_int(info, "max_basket_items", options->max_basket_items);
	seg_info_text(info, "long_baskets", long_baskets_choices[options->long_baskets]);
	if (model->excluded_names.n > 0)
		seg_info_json(info, "exclude", names_json(&model->excluded_names));
	/* what the fit found */
	seg_info_int(info, "count_asked", seg_basket_threshold(options, model->baskets));
	seg_info_int(info, "count_used", model->threshold);
	seg_info_int(info, "itemsets", model->tree.nodes);
	seg_info_int(info, "items", model->distinct_items);
	seg_info_int(info, "frequent_items", model->names.n);
	seg_info_int(info, "purchases", model->purchases);
	seg_info_int(info, "baskets_empty", model->empty);
	seg_info_int(info, "baskets_cut", model->cut);
	seg_info_int(info, "items_repeated", model->duplicates);
	seg_info_int(info, "items_skipped", model->skipped);
	seg_info_int(info, "items_excluded", model->excluded);
}

const SegFamily seg_basket_family = {
	.type = &seg_basket_model_type,
	.info = info,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};
