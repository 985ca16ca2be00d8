/*
 * trigger_search_pg.c
 *		The triggers out of receipts; see trigger_search_pg.h.
 *
 * Counts of purchases, spending and categories are judged customer by customer as the
 * receipts engine returns them.  What needs the rhythm of all customers is judged
 * afterwards, out of the days of purchase that were kept.
 */
#include "rhythm/trigger_search_pg.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "server/rows.h"

/* Names of categories in an evidence. */
#define SHOWN_CATEGORIES 10

static void
put_trigger(SegTriggerSearch *search, SegTriggerKind kind, int64 day, double strength, const char *evidence)
{
	seg_put(search->row, PointerGetDatum(seg_receipts_id(search->engine, search->customer)), false);
	seg_put_text(search->row, seg_trigger_names[kind]);
	seg_put(search->row, DateADTGetDatum((DateADT) day), false);
	seg_put_float8(search->row, strength);
	seg_put_text(search->row, evidence);
	seg_row_store(search->row);
}

/* ---- one customer, as the engine returns it ---- */

static void
make_room(SegTriggerSearch *search, size_t n)
{
	size_t		room = Max(Max((size_t) 1024, 2 * search->room), n);
	const size_t size = sizeof(int32) + 2 * sizeof(double);

	if (n <= search->room)
		return;
	if (search->room > 0)
	{
		pfree(search->days);
		pfree(search->totals);
		pfree(search->gaps);
	}
	seg_budget_reserve(search->budget, (room - search->room) * size);
	search->days = palloc_extended(room * sizeof(int32), MCXT_ALLOC_HUGE);
	search->totals = palloc_extended(room * sizeof(double), MCXT_ALLOC_HUGE);
	search->gaps = palloc_extended(room * sizeof(double), MCXT_ALLOC_HUGE);
	search->room = room;
}

/* Receipts of a customer by day, with or without details: a stride apart. */
typedef struct Receipts
{
	const char *first;
	size_t		stride;
	size_t		n;
} Receipts;

static const SegReceipt *
receipt_at(const Receipts *receipts, size_t i)
{
	return (const SegReceipt *) (receipts->first + i * receipts->stride);
}

/* The days of purchase of the customer and their totals. */
static void
take_days(SegTriggerSearch *search, SegWidePool *pool, const Receipts *receipts)
{
	SegTotal	total = {0};

	make_room(search, receipts->n);
	search->n = 0;
	for (size_t i = 0; i < receipts->n; i++)
	{
		const SegReceipt *receipt = receipt_at(receipts, i);
		SegAmount	amount = seg_receipt_amount(receipt);

		seg_check_step(i);
		if (seg_amount_is_negative(pool, amount))
			continue;
		if (search->n == 0 || search->days[search->n - 1] != receipt->day)
		{
			seg_total_clear(pool, &total);
			search->days[search->n++] = receipt->day;
		}
		seg_total_add_copy(pool, &total, amount);
		search->totals[search->n - 1] = seg_total_value(pool, &total);
	}
	seg_total_clear(pool, &total);
}

static void
find_counts(SegTriggerSearch *search)
{
	for (int i = 0; i < search->options.purchases.count; i++)
	{
		double		number = search->options.purchases.items[i];
		SegTriggerKind kind = number == 1 ? SEG_TRIGGER_FIRST_PURCHASE :
			number == 2 ? SEG_TRIGGER_SECOND_PURCHASE : SEG_TRIGGER_NTH_PURCHASE;

		if (number <= search->n && seg_trigger_is_wanted(search, kind) &&
			seg_trigger_is_new(&search->window, search->days[(size_t) number - 1]))
			put_trigger(search, kind, search->days[(size_t) number - 1], 1, psprintf("purchase %.0f", number));
	}
}

static void
find_spend(SegTriggerSearch *search)
{
	SegSpend	spend;
	SegTriggerKind kind;
	double		most;

	if (!seg_trigger_spend(&search->window, (int32) search->options.spend_days, search->options.spend_ratio,
						   search->days, search->totals, search->n, &spend))
		return;
	kind = spend.is_up ? SEG_TRIGGER_SPEND_UP : SEG_TRIGGER_SPEND_DOWN;
	most = Max(spend.sales, spend.before);
	if (seg_trigger_is_wanted(search, kind))
		put_trigger(search, kind, spend.day, fabs(spend.sales / most - spend.before / most),
					psprintf("sales of %d days are %.2f, before %.2f", (int) search->options.spend_days, spend.sales, spend.before));
}

/* A customer's purchases are in search->days; their totals beside. */
static void
find_triggers(SegTriggerSearch *search)
{
	if ((search->kinds & SEG_TRIGGERS_COUNT) != 0)
		find_counts(search);
	if ((search->kinds & SEG_TRIGGERS_SPEND) != 0)
		find_spend(search);
	if (search->store != NULL)
		seg_trigger_store_add(search->store, search->customer, search->days, search->n);
}

static void
visit_receipts(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	SegTriggerSearch *search = argument;
	const Receipts all = {(const char *) receipts, sizeof(SegReceipt), n};

	search->customer = *customer;
	take_days(search, seg_engine_pool(engine), &all);
	if (search->n > 0)
	{
		MemoryContext old = MemoryContextSwitchTo(search->context);

		find_triggers(search);
		MemoryContextSwitchTo(old);
		MemoryContextReset(search->context);
	}
}

/* ---- categories ---- */

static bool
category_is_before(const void *a, const void *b, const void *argument)
{
	const SegReceiptItem *x = a;
	const SegReceiptItem *y = b;

	if (x->code != y->code)
		return x->code < y->code;
	return x->receipt < y->receipt;
}

/* By day, then by name. */
static bool
first_is_before(const void *a, const void *b, const void *argument)
{
	const SegReceiptItem *x = a;
	const SegReceiptItem *y = b;
	const SegProducts *products = argument;
	const SegKey *m;
	const SegKey *n;
	size_t		common;
	int			order;

	if (x->receipt != y->receipt)
		return x->receipt < y->receipt;
	m = seg_products_category_name(products, x->code);
	n = seg_products_category_name(products, y->code);
	common = Min(seg_key_size(*m), seg_key_size(*n));
	order = memcmp(seg_key_text(m), seg_key_text(n), common);
	return order < 0 || (order == 0 && seg_key_size(*m) < seg_key_size(*n));
}

/* The names of n categories, for an evidence. */
static char *
category_names(const SegProducts *products, const SegReceiptItem *items, size_t n)
{
	StringInfoData names;

	initStringInfo(&names);
	for (size_t i = 0; i < n && i < SHOWN_CATEGORIES; i++)
	{
		const SegKey *name = seg_products_category_name(products, items[i].code);

		if (i > 0)
			appendStringInfoString(&names, ", ");
		appendBinaryStringInfo(&names, seg_key_text(name), seg_key_size(*name));
	}
	if (n > SHOWN_CATEGORIES)
		appendStringInfo(&names, " and %zu more", n - SHOWN_CATEGORIES);
	return names.data;
}

/*
 * Keep the items that were sold, with their categories as codes and days (since the customer's
 * first one) as receipts.  Returns their number.
 */
static size_t
take_categories(const SegTriggerSearch *search, SegWidePool *pool, const SegCustomerReceipts *receipts)
{
	size_t		kept = 0;

	for (size_t i = 0; i < receipts->item_count; i++)
	{
		SegReceiptItem *item = &receipts->items[i];
		const SegReceipt *receipt = &receipts->receipts[item->receipt].receipt;
		uint32		category = search->categories[item->code];

		seg_check_step(i);
		if (category == 0 || !(item->amount > 0) || seg_amount_is_negative(pool, seg_receipt_amount(receipt)))
			continue;
		receipts->items[kept++] = (SegReceiptItem) {
			.receipt = (uint32) ((int64) receipt->day - search->days[0]), .code = category
		};
	}
	return kept;
}

static void
find_categories(SegTriggerSearch *search, SegWidePool *pool, const SegCustomerReceipts *receipts)
{
	SegReceiptItem *items = receipts->items;
	size_t		count = take_categories(search, pool, receipts);
	size_t		first = 0;

	seg_sort(items, count, sizeof(SegReceiptItem), category_is_before, NULL);
	for (size_t i = 0; i < count; i++)
	{
		seg_check_step(i);
		if ((i == 0 || items[i].code != items[i - 1].code) && items[i].receipt > 0 &&
			seg_trigger_is_new(&search->window, (int64) search->days[0] + items[i].receipt))
			items[first++] = items[i];
	}
	seg_sort(items, first, sizeof(SegReceiptItem), first_is_before, search->products);
	for (size_t i = 0, end; i < first; i = end)
	{
		for (end = i + 1; end < first && items[end].receipt == items[i].receipt;)
			end++;
		put_trigger(search, SEG_TRIGGER_FIRST_IN_CATEGORY, (int64) search->days[0] + items[i].receipt, 1,
					category_names(search->products, items + i, end - i));
	}
}

static void
visit_detailed(SegReceiptsEngine *engine, const SegKey *customer, const SegCustomerReceipts *receipts, void *argument)
{
	SegTriggerSearch *search = argument;
	const Receipts all = {(const char *) &receipts->receipts->receipt, sizeof(SegDetailedReceipt), receipts->n};

	search->customer = *customer;
	take_days(search, seg_engine_pool(engine), &all);
	if (search->n > 0)
	{
		MemoryContext old = MemoryContextSwitchTo(search->context);

		find_triggers(search);
		if (seg_trigger_is_wanted(search, SEG_TRIGGER_FIRST_IN_CATEGORY) && seg_trigger_is_new(&search->window, search->days[search->n - 1]))
			find_categories(search, seg_engine_pool(engine), receipts);
		MemoryContextSwitchTo(old);
		MemoryContextReset(search->context);
	}
}

/* ---- the rhythm ---- */

static void
find_silence(SegTriggerSearch *search, const SegRhythm *fit, const int32 *days)
{
	SegSilence	silence = seg_trigger_silence(fit, search->options.level, &search->window, days, search->n, search->gaps);

	if (silence.is_lapsed && seg_trigger_is_wanted(search, SEG_TRIGGER_LAPSED) && seg_trigger_is_new(&search->window, silence.lapsed_on))
		put_trigger(search, SEG_TRIGGER_LAPSED, silence.lapsed_on, silence.strength,
					psprintf("silent for %d days, expected gap %.1f days, limit %.1f days", silence.days, silence.expected, silence.limit));
	if (silence.is_due && search->n > 1 && seg_trigger_is_wanted(search, SEG_TRIGGER_DUE) && seg_trigger_is_new(&search->window, silence.due_on))
		put_trigger(search, SEG_TRIGGER_DUE, silence.due_on, silence.strength,
					psprintf("silent for %d days, expected gap %.1f days", silence.days, silence.expected));
}

static void
find_returns(SegTriggerSearch *search, const SegRhythm *fit, const int32 *days)
{
	SegReturn	found;

	for (size_t at = search->n - 1; at > 0 && days[at] > search->window.after; at--)
	{
		CHECK_FOR_INTERRUPTS();
		if (seg_trigger_returned(fit, search->options.level, days, at, search->gaps, &found))
			put_trigger(search, SEG_TRIGGER_RETURNED, days[at], found.strength,
						psprintf("bought after %d days, limit %.1f days", found.gap, found.limit));
	}
}

/* The triggers that need the rhythm of all customers. */
static void
find_by_rhythm(SegTriggerSearch *search)
{
	size_t		count = seg_trigger_store_count(search->store);
	SegRhythm	fit;

	if (!seg_trigger_store_fit(search->store, &fit))
	{
		if (count > 0)
			ereport(NOTICE,
					(errmsg("no customer has purchases on two days, so nobody has a rhythm")));
		return;
	}
	for (size_t i = 0; i < count; i++)
	{
		const int32 *days = seg_trigger_store_days(search->store, i, &search->customer, &search->n);
		MemoryContext old = MemoryContextSwitchTo(search->context);

		CHECK_FOR_INTERRUPTS();
		if (seg_trigger_is_wanted(search, SEG_TRIGGER_LAPSED) || seg_trigger_is_wanted(search, SEG_TRIGGER_DUE))
			find_silence(search, &fit, days);
		if (seg_trigger_is_wanted(search, SEG_TRIGGER_RETURNED))
			find_returns(search, &fit, days);
		MemoryContextSwitchTo(old);
		MemoryContextReset(search->context);
	}
}

/* ---- the whole relation ---- */

void
seg_trigger_search_receipts(SegTriggerSearch *search, const SegReceiptsSource *receipts, const char *details, const char *products)
{
	SegReceiptsSource source = *receipts;

	search->budget = seg_budget_create(CurrentMemoryContext);
	if ((search->kinds & SEG_TRIGGERS_RHYTHM) != 0)
		search->store = seg_trigger_store_create();
	search->engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	if (products != NULL)
	{
		source.details = cstring_to_text(details);
		source.codes = seg_codes_create();
		search->products = seg_products_read(products, source.codes);
		seg_engine_keep_details(search->engine);
	}
	seg_receipts_read(&source, search->engine);
	if (products != NULL)
	{
		search->categories = seg_products_categories(search->products);
		seg_engine_each_detailed(search->engine, visit_detailed, search);
	}
	else
		seg_engine_each_list(search->engine, visit_receipts, search);
	if (search->store != NULL)
		find_by_rhythm(search);
	seg_engine_end(search->engine);
}
