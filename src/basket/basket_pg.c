/*
 * basket_pg.c
 *		Itemsets and rules of a model as rows: basket_itemsets, basket_rules.
 */
#include "basket/basket_pg.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "server/budget.h"
#include "server/error.h"
#include "server/model_text.h"
#include "stats/p_adjust.h"

/* ---- items as text ---- */

SegBasketTexts
seg_basket_texts(const SegBasketModel *model)
{
	SegBasketTexts texts = {CurrentMemoryContext, &model->names, seg_take(model->names.n, sizeof(Datum))};

	memset(texts.texts, 0, model->names.n * sizeof(Datum));
	return texts;
}

Datum
seg_basket_text(SegBasketTexts *texts, uint32_t item)
{
	if (texts->texts[item] == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(texts->context);
		size_t		size;
		const char *name = seg_basket_item_name(texts->names, item, &size);

		/* SQL_ASCII has no encoding that text could be converted to */
		if (GetDatabaseEncoding() == PG_SQL_ASCII)
			texts->texts[item] = PointerGetDatum(cstring_to_text_with_len(name, size));
		else
			texts->texts[item] = CStringGetTextDatum(seg_text_from_model(pnstrdup(name, size)));
		MemoryContextSwitchTo(old);
	}
	return texts->texts[item];
}

static bool
is_before(const SegBasketNames *names, uint32_t a, uint32_t b)
{
	size_t		a_size;
	size_t		b_size;
	const char *a_name = seg_basket_item_name(names, a, &a_size);
	const char *b_name = seg_basket_item_name(names, b, &b_size);

	return seg_basket_compare_names(a_name, a_size, b_name, b_size) < 0;
}

Datum
seg_basket_text_array(SegBasketTexts *texts, const uint32_t *items, size_t n)
{
	uint32_t	sorted[SEG_BASKET_MAX_LENGTH];
	Datum		values[SEG_BASKET_MAX_LENGTH];

	for (size_t i = 0; i < n; i++)
	{
		size_t		at = i;

		for (; at > 0 && is_before(texts->names, items[i], sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = items[i];
	}
	for (size_t i = 0; i < n; i++)
		values[i] = seg_basket_text(texts, sorted[i]);
	return PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* ---- a model laid open ---- */

/* What the functions of a model as rows share. */
typedef struct Rows
{
	const SegBasketModel *model;
	SegBasketLinks links;
	SegBasketTexts texts;
	SegRow	   *row;
	MemoryContext context;		/* of one row */
} Rows;

static void
begin_rows(FunctionCallInfo fcinfo, Rows *rows, SegRow *row)
{
	const SegBasketTree *tree;

	seg_rows_begin(fcinfo, row);
	rows->model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_basket_model_type);
	tree = &rows->model->tree;
	rows->links.antecedents = seg_take(seg_basket_count_rules(tree), sizeof(uint32_t));
	if (seg_basket_link(tree, &rows->links) != SEG_OK)
		seg_raise((SegFault) {SEG_MALFORMED_MODEL});
	rows->texts = seg_basket_texts(rows->model);
	rows->row = row;
	rows->context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
}

/* (model) */
PG_FUNCTION_INFO_V1(basket_itemsets);
Datum
basket_itemsets(PG_FUNCTION_ARGS)
{
	Rows		rows;
	SegRow		row;
	uint32_t	items[SEG_BASKET_MAX_LENGTH];
	const SegBasketTree *tree;

	begin_rows(fcinfo, &rows, &row);
	tree = &rows.model->tree;
	for (uint32_t length = 1; length <= tree->depth; length++)
		for (uint32_t v = tree->levels[length]; v < tree->levels[length + 1]; v++)
		{
			MemoryContext old = MemoryContextSwitchTo(rows.context);

			seg_basket_itemset(tree, &rows.links, length, v, items);
			seg_put(&row, seg_basket_text_array(&rows.texts, items, length), false);
			seg_put_int32(&row, length);
			seg_put_int64(&row, tree->count[v]);
			seg_put_float8(&row, (double) tree->count[v] / (double) rows.model->baskets);
			seg_row_store(&row);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rows.context);
		}
	return (Datum) 0;
}

/* ---- rules ---- */

/* A rule as it is walked over. */
typedef struct Rule
{
	size_t		number;
	uint32_t	length;			/* of the itemset */
	uint32_t	place;			/* of the consequent */
	uint32_t	items[SEG_BASKET_MAX_LENGTH];
	SegBasketCounts counts;
	double		confidence;
} Rule;

typedef void (*RuleVisitor) (Rows *rows, const Rule *rule, void *argument);

/* Give each rule with that confidence to the function. */
static void
each_rule(Rows *rows, double min_confidence, RuleVisitor visit, void *argument)
{
	const SegBasketTree *tree = &rows->model->tree;
	Rule		rule = {.counts.all = rows->model->baskets};

	for (rule.length = 2; rule.length <= tree->depth; rule.length++)
		for (uint32_t v = tree->levels[rule.length]; v < tree->levels[rule.length + 1]; v++)
		{
			CHECK_FOR_INTERRUPTS();
			seg_basket_itemset(tree, &rows->links, rule.length, v, rule.items);
			rule.counts.both = tree->count[v];
			for (rule.place = 0; rule.place < rule.length; rule.place++)
			{
				rule.number = seg_basket_rule(tree, &rows->links, rule.length, v, rule.place);
				rule.counts.antecedent = tree->count[rows->links.antecedents[rule.number]];
				rule.counts.consequent = tree->count[rule.items[rule.place]];
				rule.confidence = seg_basket_confidence(&rule.counts);
				if (rule.confidence >= min_confidence)
					visit(rows, &rule, argument);
			}
		}
}

/* The p-values of the rules that are told, all of which are tests. */
typedef struct Tests
{
	size_t		n;
	double	   *p;
	double	   *q;
	const double *best;			/* simpler rule, by the number of the rule */
	double		min_lift;
	size_t		next;
} Tests;

static void
count_rule(Rows *rows, const Rule *rule, void *argument)
{
	((Tests *) argument)->n++;
}

static void
test_rule(Rows *rows, const Rule *rule, void *argument)
{
	Tests	   *tests = argument;

	tests->p[tests->next++] = seg_basket_p_value(&rule->counts);
}

static void
put_rule(Rows *rows, const Rule *rule, void *argument)
{
	Tests	   *tests = argument;
	SegRow	   *row = rows->row;
	size_t		test = tests->next++;
	double		improvement = rule->confidence - tests->best[rule->number];
	double		lift = seg_basket_lift(&rule->counts);
	uint32_t	antecedent[SEG_BASKET_MAX_LENGTH];
	MemoryContext old;

	if (lift < tests->min_lift)
		return;
	old = MemoryContextSwitchTo(rows->context);
	for (uint32_t i = 0, n = 0; i < rule->length; i++)
		if (i != rule->place)
			antecedent[n++] = rule->items[i];
	seg_put(row, seg_basket_text_array(&rows->texts, antecedent, rule->length - 1), false);
	seg_put(row, seg_basket_text(&rows->texts, rule->items[rule->place]), false);
	seg_put_int64(row, rule->counts.both);
	seg_put_float8(row, (double) rule->counts.both / (double) rule->counts.all);
	seg_put_float8(row, rule->confidence);
	seg_put_float8(row, lift);
	seg_put_float8(row, seg_basket_leverage(&rule->counts));
	seg_put_float8(row, rule->counts.both == rule->counts.antecedent ? NAN : seg_basket_conviction(&rule->counts));
	seg_put_float8(row, seg_basket_z_score(&rule->counts));
	seg_put_float8(row, tests->p[test]);
	seg_put_float8(row, tests->q[test]);
	seg_put_float8(row, improvement);
	seg_put_bool(row, improvement <= 0);
	seg_row_store(row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->context);
}

/* 22023 for a bound that is NaN, or outside 0 .. most. */
static void
check_bound(const char *name, double value, double most)
{
	if (!(value >= 0 && value <= most))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 isinf(most) ? errmsg("%s must be a number of at least 0", name) :
				 errmsg("%s must be a number from 0 to %g", name, most)));
}

void
seg_basket_check_bounds(double min_confidence, double min_lift)
{
	check_bound("min_confidence", min_confidence, 1);
	check_bound("min_lift", min_lift, get_float8_infinity());
}

/* (model, min_confidence, min_lift) */
PG_FUNCTION_INFO_V1(basket_rules);
Datum
basket_rules(PG_FUNCTION_ARGS)
{
	double		min_confidence = PG_GETARG_FLOAT8(1);
	Tests		tests = {.min_lift = PG_GETARG_FLOAT8(2)};
	Rows		rows;
	SegRow		row;
	double	   *best;

	seg_basket_check_bounds(min_confidence, tests.min_lift);
	begin_rows(fcinfo, &rows, &row);
	best = seg_take(rows.links.rules, sizeof(double));
	seg_basket_best_simpler(&rows.model->tree, &rows.links, rows.model->baskets, best,
							seg_take(rows.links.rules, sizeof(double)));
	tests.best = best;
	each_rule(&rows, min_confidence, count_rule, &tests);
	tests.p = seg_take(tests.n, sizeof(double));
	tests.q = seg_take(tests.n, sizeof(double));
	each_rule(&rows, min_confidence, test_rule, &tests);
	seg_p_adjust(tests.p, tests.n, seg_take(tests.n, sizeof(uint32_t)), tests.q);
	tests.next = 0;
	each_rule(&rows, min_confidence, put_rule, &tests);
	return (Datum) 0;
}
