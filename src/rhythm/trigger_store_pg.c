/*
 * trigger_store_pg.c
 *		The days of purchase of all customers; see trigger_store_pg.h.
 */
#include "rhythm/trigger_store_pg.h"

#include "utils/memutils.h"

#include "server/budget.h"

#define FIRST_ROOM ((size_t) 1024)

typedef struct Shopper
{
	SegKey		key;
	size_t		start;			/* of the days */
	size_t		n;
} Shopper;

struct SegTriggerStore
{
	MemoryContext context;
	SegBudget  *budget;
	Shopper    *shoppers;
	size_t		count;
	size_t		room;
	int32	   *days;
	size_t		day_count;
	size_t		day_room;
	size_t		most;			/* days of one customer */
};

SegTriggerStore *
seg_trigger_store_create(void)
{
	SegTriggerStore *store = palloc0(sizeof(SegTriggerStore));

	store->context = CurrentMemoryContext;
	store->budget = seg_budget_create(CurrentMemoryContext);
	return store;
}

/* Room for `wanted` items in all. */
static void *
reach(SegTriggerStore *store, void *items, size_t *room, size_t wanted, size_t item_size)
{
	size_t		grown = Max(Max(FIRST_ROOM, *room + *room / 2), wanted);

	if (wanted <= *room)
		return items;
	seg_budget_reserve(store->budget, (grown - *room) * item_size);
	*room = grown;
	if (items == NULL)
		return MemoryContextAllocHuge(store->context, grown * item_size);
	return repalloc_huge(items, grown * item_size);
}

static SegKey
keep_key(SegTriggerStore *store, SegKey key)
{
	size_t		size = seg_key_size(key);
	char	   *text;

	if (!seg_key_is_long(key))
		return key;
	seg_budget_reserve(store->budget, size);
	text = MemoryContextAllocHuge(store->context, size);

	memcpy(text, seg_key_text(&key), size);
	return seg_key_of_text(text, size);
}

void
seg_trigger_store_add(SegTriggerStore *store, SegKey customer, const int32 *days, size_t n)
{
	store->shoppers = reach(store, store->shoppers, &store->room, store->count + 1, sizeof(Shopper));
	store->days = reach(store, store->days, &store->day_room, store->day_count + n, sizeof(int32));
	store->shoppers[store->count++] = (Shopper) {keep_key(store, customer), store->day_count, n};
	memcpy(store->days + store->day_count, days, n * sizeof(int32));
	store->day_count += n;
	store->most = Max(store->most, n);
}

bool
seg_trigger_store_fit(const SegTriggerStore *store, SegRhythm *fit)
{
	/* a customer with n days has n - 1 gaps, and so n cells */
	double	   *cells = seg_take(Max(store->day_count, 1), sizeof(double));
	double	   *logs = seg_take(Max(store->day_count, 1), sizeof(double));
	double	   *gaps = seg_take(Max(store->most, 1), sizeof(double));
	size_t		used = 0;
	SegStatus	status;

	for (size_t i = 0; i < store->count; i++)
	{
		const Shopper *shopper = &store->shoppers[i];
		const int32 *days = store->days + shopper->start;

		CHECK_FOR_INTERRUPTS();
		if (shopper->n == 1)
			continue;
		for (size_t j = 1; j < shopper->n; j++)
			gaps[j - 1] = (double) days[j] - days[j - 1];
		seg_rhythm_enter(cells + used, gaps, shopper->n - 1);
		used += shopper->n;
	}
	fit->points = palloc(SEG_RHYTHM_POINTS * sizeof(double));
	status = seg_rhythm_fit(cells, used, logs, fit);
	pfree(cells);
	pfree(logs);
	pfree(gaps);
	return status == SEG_OK;
}

size_t
seg_trigger_store_count(const SegTriggerStore *store)
{
	return store->count;
}

const int32 *
seg_trigger_store_days(const SegTriggerStore *store, size_t i, SegKey *customer, size_t *n)
{
	*customer = store->shoppers[i].key;
	*n = store->shoppers[i].n;
	return store->days + store->shoppers[i].start;
}
