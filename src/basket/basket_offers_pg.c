/*
 * basket_offers_pg.c
 *		Offers to a basket by the rules of a model: basket_offers, and for next_best_offer
 *		with the values of items, filled up with best sellers.
 */
#include "basket/basket_pg.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/features.h"
#include "server/model_text.h"

/* What is kept with a model for a call site. */
typedef struct Offers
{
	MemoryContext context;
	SegBasketIndex index;
	SegBasketTexts texts;
	uint32_t   *items;			/* of the basket */

	/* the values of the items, and the arguments that they come from */
	struct varlena *valued;
	struct varlena *amounts;
	double	   *values;
} Offers;

static void *
make_offers(const void *decoded)
{
	const SegBasketModel *model = decoded;
	Offers	   *offers = palloc0(sizeof(Offers));
	size_t		size = seg_basket_index_size(model);
	SegArena	arena = seg_arena(seg_take(1, size), size);

	offers->context = CurrentMemoryContext;
	if (seg_basket_index_make(model, &arena, &offers->index) != SEG_OK)
		seg_raise((SegFault) {SEG_MALFORMED_MODEL});
	offers->texts = seg_basket_texts(model);
	offers->items = seg_take(model->names.n, sizeof(uint32_t));
	offers->values = seg_take(model->names.n, sizeof(double));
	return offers;
}

/* ---- arrays of items ---- */

typedef struct Names
{
	Datum	   *values;
	bool	   *nulls;
	int			n;
} Names;

/* The elements of argument argno, a text[] of that name; none if it is null. */
static Names
names_argument(FunctionCallInfo fcinfo, int argno, const char *name)
{
	Names		names = {NULL, NULL, 0};
	ArrayType  *array;

	if (PG_ARGISNULL(argno))
		return names;
	array = PG_GETARG_ARRAYTYPE_P(argno);
	seg_check_one_dimension(ARR_NDIM(array), name);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names.values, &names.nulls, &names.n);
	return names;
}

/* The item of a name, or SEG_BASKET_NONE. */
static uint32_t
find_item(const Offers *offers, Datum name)
{
	const text *value = DatumGetTextPP(name);
	const char *converted;

	if (GetDatabaseEncoding() == PG_UTF8)
		return seg_basket_find(&offers->index, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	converted = seg_text_for_model(text_to_cstring(value));
	return seg_basket_find(&offers->index, converted, strlen(converted));
}

/* Block these items.  OUT into: NULL, or those that were not blocked before.  Returns the number of these. */
static size_t
block_names(Offers *offers, const Names *names, uint32_t *into)
{
	size_t		n = 0;

	for (int i = 0; i < names->n; i++)
	{
		uint32_t	item = names->nulls[i] ? SEG_BASKET_NONE : find_item(offers, names->values[i]);

		seg_check_step(i);
		if (item != SEG_BASKET_NONE && seg_basket_block(&offers->index, item))
		{
			if (into != NULL)
				into[n] = item;
			n++;
		}
	}
	return n;
}

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const uint32_t *) a < *(const uint32_t *) b;
}

static bool
is_among(const Names *names, const text *name)
{
	for (int i = 0; i < names->n; i++)
	{
		const text *other;

		seg_check_step(i);
		if (names->nulls[i])
			continue;
		other = DatumGetTextPP(names->values[i]);
		if (VARSIZE_ANY_EXHDR(other) == VARSIZE_ANY_EXHDR(name) &&
			memcmp(VARDATA_ANY(other), VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return true;
	}
	return false;
}

/* ---- values of items ---- */

static bool
is_same(const struct varlena *a, const struct varlena *b)
{
	return a != NULL && VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

/* Keep a copy of an argument in place of the former one. */
static void
keep_copy(Offers *offers, struct varlena **kept, const struct varlena *given)
{
	if (*kept != NULL)
		pfree(*kept);
	*kept = MemoryContextAlloc(offers->context, VARSIZE_ANY(given));
	memcpy(*kept, given, VARSIZE_ANY(given));
}

/*
 * The values of all items by (items text[], values float8[]), NULL if these are null.  An
 * item without a value counts 0.  They are computed again only when the arguments change.
 */
static const double *
values_argument(FunctionCallInfo fcinfo, Offers *offers, int argno)
{
	ArrayType  *given;
	ArrayType  *amounts;
	Names		names;
	Datum	   *numbers;
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(argno) || PG_ARGISNULL(argno + 1))
		return NULL;
	given = PG_GETARG_ARRAYTYPE_P(argno);
	amounts = PG_GETARG_ARRAYTYPE_P(argno + 1);
	if (is_same(offers->valued, (struct varlena *) given) && is_same(offers->amounts, (struct varlena *) amounts))
		return offers->values;
	names = names_argument(fcinfo, argno, "valued");
	deconstruct_array(amounts, FLOAT8OID, sizeof(float8), true, TYPALIGN_DOUBLE, &numbers, &nulls, &n);
	for (uint32_t item = 0; item < offers->index.model->names.n; item++)
		offers->values[item] = 0;
	for (int i = 0; i < Min(n, names.n); i++)
	{
		uint32_t	item = names.nulls[i] || nulls[i] ? SEG_BASKET_NONE : find_item(offers, names.values[i]);

		seg_check_step(i);
		if (item != SEG_BASKET_NONE)
			offers->values[item] = DatumGetFloat8(numbers[i]);
	}
	keep_copy(offers, &offers->valued, (struct varlena *) given);
	keep_copy(offers, &offers->amounts, (struct varlena *) amounts);
	return offers->values;
}

/* ---- rows ---- */

/* Arguments of both functions, and those of offer_rows alone, by their places. */
enum
{
	ARG_MODEL, ARG_ITEMS, ARG_EXCLUDE, ARG_K, ARG_MIN_CONFIDENCE, ARG_MIN_LIFT,
	ARG_VALUED, ARG_VALUES, ARG_SEGMENT_BEST, ARG_BEST
};

typedef struct Call
{
	Offers	   *offers;
	Names		items;
	Names		excluded;
	Names		offered;		/* best sellers that are no items of the model: these cannot be blocked */
	const double *values;
	int64		k;				/* offers wanted */
	int64		rank;			/* of the last offer */
	bool		tells_reason;	/* offer_rows */
	SegRow		row;
	MemoryContext context;		/* of one row */
} Call;

/* Find and order the offers by rules. */
static void
find_offers(FunctionCallInfo fcinfo, Call *call)
{
	Offers	   *offers = call->offers;
	size_t		n;

	call->items = names_argument(fcinfo, ARG_ITEMS, "items");
	call->excluded = names_argument(fcinfo, ARG_EXCLUDE, "exclude");
	seg_basket_offers_begin(&offers->index);
	(void) block_names(offers, &call->excluded, NULL);
	n = block_names(offers, &call->items, offers->items);
	seg_sort(offers->items, n, sizeof(uint32_t), is_less, NULL);
	seg_basket_offers_find(&offers->index, offers->items, n,
						   PG_GETARG_FLOAT8(ARG_MIN_CONFIDENCE), PG_GETARG_FLOAT8(ARG_MIN_LIFT));
	seg_basket_offers_sort(&offers->index, call->values);
}

static void
put_rule_offer(Call *call, const SegBasketOffer *offer)
{
	Offers	   *offers = call->offers;
	SegRow	   *row = &call->row;
	uint32_t	items[SEG_BASKET_MAX_LENGTH];

	seg_basket_itemset(&offers->index.model->tree, &offers->index.links, offer->length, offer->antecedent, items);
	seg_put_int32(row, ++call->rank);
	seg_put(row, seg_basket_text(&offers->texts, offer->item), false);
	if (call->tells_reason)
		seg_put_text(row, "rule");
	seg_put(row, seg_basket_text_array(&offers->texts, items, offer->length), false);
	seg_put_float8(row, offer->confidence);
	seg_put_float8(row, offer->lift);
	seg_put_int64(row, offer->both);
	if (call->tells_reason)
		seg_put_float8(row, call->values == NULL ? NAN : offer->value);
	seg_row_store(row);
	MemoryContextReset(call->context);
}

static void
put_rule_offers(Call *call)
{
	SegBasketIndex *index = &call->offers->index;
	MemoryContext old = MemoryContextSwitchTo(call->context);

	for (size_t i = 0; i < index->n && call->rank < call->k; i++)
	{
		put_rule_offer(call, &index->offers[i]);
		(void) seg_basket_block(index, index->offers[i].item);
	}
	MemoryContextSwitchTo(old);
}

/* Offers from a list of best sellers, until there are enough. */
static void
put_best_sellers(Call *call, const Names *best, const char *reason)
{
	SegRow	   *row = &call->row;

	for (int i = 0; i < best->n && call->rank < call->k; i++)
	{
		uint32_t	item;
		const text *name;

		seg_check_step(i);
		if (best->nulls[i])
			continue;
		name = DatumGetTextPP(best->values[i]);
		item = find_item(call->offers, best->values[i]);
		if (item != SEG_BASKET_NONE ? !seg_basket_block(&call->offers->index, item) :
			is_among(&call->items, name) || is_among(&call->excluded, name) || is_among(&call->offered, name))
			continue;
		if (item == SEG_BASKET_NONE)
			call->offered.values[call->offered.n++] = best->values[i];
		seg_put_int32(row, ++call->rank);
		seg_put(row, best->values[i], false);
		seg_put_text(row, reason);
		for (int columns = 0; columns < 5; columns++)
			seg_put_null(row);
		seg_row_store(row);
	}
}

/* False when there is nothing to do: the model or the items are null. */
static bool
begin_call(FunctionCallInfo fcinfo, Call *call)
{
	seg_rows_begin(fcinfo, &call->row);
	if (PG_ARGISNULL(ARG_MODEL) || PG_ARGISNULL(ARG_ITEMS) || PG_ARGISNULL(ARG_MIN_CONFIDENCE) || PG_ARGISNULL(ARG_MIN_LIFT))
		return false;
	call->k = PG_ARGISNULL(ARG_K) ? PG_INT64_MAX : PG_GETARG_INT32(ARG_K);
	if (call->k < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("k must be at least 1")));
	seg_basket_check_bounds(PG_GETARG_FLOAT8(ARG_MIN_CONFIDENCE), PG_GETARG_FLOAT8(ARG_MIN_LIFT));
	(void) seg_model_argument(fcinfo, ARG_MODEL, 0, &seg_basket_model_type);
	call->offers = seg_model_derived(fcinfo, 0, make_offers);
	call->context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_SMALL_SIZES);
	return true;
}

/* (model, items, exclude, k, min_confidence, min_lift) */
PG_FUNCTION_INFO_V1(basket_offers);
Datum
basket_offers(PG_FUNCTION_ARGS)
{
	Call		call = {.rank = 0};

	if (!begin_call(fcinfo, &call))
		return (Datum) 0;
	find_offers(fcinfo, &call);
	put_rule_offers(&call);
	return (Datum) 0;
}

/* (model, items, exclude, k, min_confidence, min_lift, valued, values, segment_best, best) */
PG_FUNCTION_INFO_V1(basket_offer_rows);
Datum
basket_offer_rows(PG_FUNCTION_ARGS)
{
	Call		call = {.tells_reason = true};
	Names		segment_best;
	Names		best;
	size_t		most;

	if (!begin_call(fcinfo, &call))
		return (Datum) 0;
	call.values = values_argument(fcinfo, call.offers, ARG_VALUED);
	find_offers(fcinfo, &call);
	put_rule_offers(&call);
	segment_best = names_argument(fcinfo, ARG_SEGMENT_BEST, "best");
	best = names_argument(fcinfo, ARG_BEST, "best");
	most = (size_t) segment_best.n + (size_t) best.n;
	call.offered = (Names) {palloc(Max(most, 1) * sizeof(Datum)), palloc0(Max(most, 1) * sizeof(bool)), 0};
	put_best_sellers(&call, &segment_best, "segment best seller");
	put_best_sellers(&call, &best, "best seller");
	return (Datum) 0;
}
