/*
 * spill_pg.c
 *		Temporary files of lines and of customers; see spill_pg.h.
 */
#include "receipts/spill_pg.h"

#include "commands/tablespace.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "receipts/wide_pool_pg.h"

struct SegSpill
{
	BufFile    *file;
	MemoryContext context;
	SegBudget  *budget;
	uint64		written;
	char	   *room;			/* for texts and numerics that are read */
	size_t		room_size;
};

typedef enum RecordType
{
	RECORD_LINE = 'L',
	RECORD_DETAILED_LINE = 'D',
	RECORD_CUSTOMER = 'C',
} RecordType;

/* What a file takes: a page as its buffer, and names and descriptors. */
#define FILE_BYTES ((size_t) BLCKSZ + 1024)

SegSpill *
seg_spill_create(MemoryContext context, SegBudget *budget)
{
	SegSpill   *spill = MemoryContextAllocZero(context, sizeof(SegSpill));
	MemoryContext old = MemoryContextSwitchTo(context);

	PrepareTempTablespaces();
	spill->file = BufFileCreateTemp(false);
	spill->context = context;
	spill->budget = budget;
	seg_budget_force(budget, FILE_BYTES);
	MemoryContextSwitchTo(old);
	return spill;
}

/* ---- writing ---- */

static void
put(SegSpill *spill, const void *bytes, size_t size)
{
	BufFileWrite(spill->file, unconstify(void *, bytes), size);
	spill->written += size;
}

static void
put_text(SegSpill *spill, SegKey key)
{
	if (seg_key_is_long(key))
		put(spill, seg_key_text(&key), seg_key_size(key));
}

static void
put_wide(SegSpill *spill, SegWidePool *pool, int64 number)
{
	Numeric		value = seg_wide_pool_value(pool, number);
	uint32		size = VARSIZE(value);

	put(spill, &size, sizeof(size));
	put(spill, value, size);
}

static void
put_details(SegSpill *spill, SegWidePool *pool, const SegReceiptDetails *details)
{
	put(spill, details, sizeof(*details));
	if (details->quantity_scale == SEG_AMOUNT_WIDE)
		put_wide(spill, pool, details->quantity);
	if (details->discount_scale == SEG_AMOUNT_WIDE)
		put_wide(spill, pool, details->discount);
}

void
seg_spill_line(SegSpill *spill, SegWidePool *pool, const SegReceiptLine *line, const SegReceiptDetails *details)
{
	char		type = details == NULL ? RECORD_LINE : RECORD_DETAILED_LINE;

	CHECK_FOR_INTERRUPTS();
	put(spill, &type, sizeof(type));
	put(spill, line, sizeof(*line));
	put_text(spill, line->customer);
	if (line->has_receipt)
		put_text(spill, line->receipt);
	if (line->amount.scale == SEG_AMOUNT_WIDE)
		put_wide(spill, pool, line->amount.value);
	if (details != NULL)
		put_details(spill, pool, details);
}

void
seg_spill_customer(SegSpill *spill, SegWidePool *pool, const SegCustomer *customer)
{
	char		type = RECORD_CUSTOMER;

	CHECK_FOR_INTERRUPTS();
	put(spill, &type, sizeof(type));
	put(spill, customer, sizeof(*customer));
	put_text(spill, customer->key);
	if (customer->net.wide != 0)
		put_wide(spill, pool, customer->net.wide);
}

/* ---- reading ---- */

uint64
seg_spill_rewind(SegSpill *spill)
{
	if (BufFileSeek(spill->file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not rewind temporary file: %m")));
	return spill->written;
}

static void
get(SegSpill *spill, void *bytes, size_t size)
{
	size_t		got = BufFileRead(spill->file, bytes, size);

	if (got != size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from temporary file: read %zu of %zu bytes", got, size)));
}

/* Room for so many bytes behind `used` ones, which stay. */
static char *
room_for(SegSpill *spill, size_t used, size_t size)
{
	if (used + size > spill->room_size)
	{
		size_t		wanted = used + size + 256;

		spill->room = spill->room == NULL ? MemoryContextAllocHuge(spill->context, wanted)
			: repalloc_huge(spill->room, wanted);
		spill->room_size = wanted;
	}
	return spill->room + used;
}

/* Read the texts of keys that are long; both may be. */
static void
get_texts(SegSpill *spill, SegKey *first, SegKey *second)
{
	size_t		first_size = seg_key_is_long(*first) ? seg_key_size(*first) : 0;
	size_t		second_size = second != NULL && seg_key_is_long(*second) ? seg_key_size(*second) : 0;

	(void) room_for(spill, 0, first_size + second_size);
	if (first_size > 0)
	{
		get(spill, spill->room, first_size);
		*first = seg_key_of_text(spill->room, first_size);
	}
	if (second_size > 0)
	{
		get(spill, spill->room + first_size, second_size);
		*second = seg_key_of_text(spill->room + first_size, second_size);
	}
}

static int64
get_wide(SegSpill *spill, SegWidePool *pool)
{
	uint32		size;
	Numeric		value;
	int64		number;

	get(spill, &size, sizeof(size));
	value = MemoryContextAlloc(spill->context, size);
	get(spill, value, size);
	number = seg_wide_pool_enter(pool, value);
	pfree(value);
	return number;
}

static void
get_details(SegSpill *spill, SegWidePool *pool, SegReceiptDetails *details)
{
	get(spill, details, sizeof(*details));
	if (details->quantity_scale == SEG_AMOUNT_WIDE)
		details->quantity = get_wide(spill, pool);
	if (details->discount_scale == SEG_AMOUNT_WIDE)
		details->discount = get_wide(spill, pool);
}

bool
seg_spill_read(SegSpill *spill, SegWidePool *pool, SegSpillRecord *record)
{
	char		type;

	CHECK_FOR_INTERRUPTS();
	if (BufFileRead(spill->file, &type, sizeof(type)) != sizeof(type))
		return false;
	record->is_customer = type == RECORD_CUSTOMER;
	record->has_details = type == RECORD_DETAILED_LINE;
	if (record->is_customer)
	{
		get(spill, &record->customer, sizeof(record->customer));
		get_texts(spill, &record->customer.key, NULL);
		if (record->customer.net.wide != 0)
			record->customer.net.wide = (uint32) get_wide(spill, pool);
		return true;
	}
	get(spill, &record->line, sizeof(record->line));
	get_texts(spill, &record->line.customer, record->line.has_receipt ? &record->line.receipt : NULL);
	if (record->line.amount.scale == SEG_AMOUNT_WIDE)
		record->line.amount.value = get_wide(spill, pool);
	if (record->has_details)
		get_details(spill, pool, &record->details);
	return true;
}

void
seg_spill_end(SegSpill *spill)
{
	BufFileClose(spill->file);
	seg_budget_release(spill->budget, FILE_BYTES);
	if (spill->room != NULL)
		pfree(spill->room);
	pfree(spill);
}
