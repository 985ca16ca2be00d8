/*
 * codes_pg.c
 *		Numbers for the different values of a column; see codes_pg.h.
 */
#include "receipts/codes_pg.h"

#include "utils/memutils.h"

#include "server/error.h"

#define FIRST_ROOM ((size_t) 1024)

struct SegCodes
{
	MemoryContext context;
	SegBudget  *budget;
	SegKey	   *keys;			/* by code - 1 */
	uint32	   *slots;			/* codes; 0: free */
	size_t		room;			/* of keys; there are twice as many slots */
	uint32		count;
	uint32		last;			/* the code of the last call */
};

SegCodes *
seg_codes_create(void)
{
	SegCodes   *codes = palloc0(sizeof(SegCodes));

	codes->context = CurrentMemoryContext;
	codes->budget = seg_budget_create(CurrentMemoryContext);
	return codes;
}

/* Where a key stands, or the free slot for it. */
static size_t
slot_of(const SegCodes *codes, SegKey key)
{
	size_t		mask = 2 * codes->room - 1;
	size_t		at = seg_key_hash(key) & mask;

	while (codes->slots[at] != 0 && !seg_key_equal(codes->keys[codes->slots[at] - 1], key))
		at = (at + 1) & mask;
	return at;
}

static void
grow(SegCodes *codes)
{
	size_t		room = codes->room == 0 ? FIRST_ROOM : 2 * codes->room;

	if (room > PG_UINT32_MAX / 2)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = room, .wanted = PG_UINT32_MAX / 2});
	seg_budget_reserve(codes->budget, (room - codes->room) * (sizeof(SegKey) + 2 * sizeof(uint32)));
	if (codes->room == 0)
		codes->keys = MemoryContextAllocHuge(codes->context, room * sizeof(SegKey));
	else
	{
		codes->keys = repalloc_huge(codes->keys, room * sizeof(SegKey));
		pfree(codes->slots);
	}
	codes->slots = MemoryContextAllocExtended(codes->context, 2 * room * sizeof(uint32), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	codes->room = room;
	for (uint32 c = 0; c < codes->count; c++)
	{
		seg_check_step(c);
		codes->slots[slot_of(codes, codes->keys[c])] = c + 1;
	}
}

/* The key with its text in memory of the dictionary. */
static SegKey
keep(SegCodes *codes, SegKey key)
{
	size_t		size = seg_key_size(key);
	char	   *text;

	if (!seg_key_is_long(key))
		return key;
	seg_budget_reserve(codes->budget, size);
	text = MemoryContextAlloc(codes->context, size);

	memcpy(text, seg_key_text(&key), size);
	return seg_key_of_text(text, size);
}

uint32
seg_codes_enter(SegCodes *codes, SegKey key)
{
	size_t		at;

	if (codes->last != 0 && seg_key_equal(codes->keys[codes->last - 1], key))
		return codes->last;
	if (codes->count == codes->room)
		grow(codes);
	at = slot_of(codes, key);
	if (codes->slots[at] == 0)
	{
		codes->keys[codes->count] = keep(codes, key);
		codes->slots[at] = ++codes->count;
	}
	return codes->last = codes->slots[at];
}

uint32
seg_codes_count(const SegCodes *codes)
{
	return codes->count;
}

const SegKey *
seg_codes_key(const SegCodes *codes, uint32 code)
{
	Assert(code > 0 && code <= codes->count);
	return &codes->keys[code - 1];
}
