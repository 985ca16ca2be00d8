/*
 * products_pg.c
 *		The categories of products; see products_pg.h.
 */
#include "receipts/products_pg.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "receipts/receipt_key.h"
#include "server/budget.h"

/* The categories of products: both are codes. */
struct SegProducts
{
	DestReceiver receiver;
	SegBudget  *budget;
	MemoryContext context;
	MemoryContext row;
	SegCodes   *codes;			/* of products */
	SegCodes   *names;			/* of categories */
	uint32	   *categories;		/* by code of the product */
	size_t		room;
	bool		integer_ids;
	uint64		ambiguous;
};

/* Have a category for all codes up to this one; 0 where none is known. */
static void
reach_code(SegProducts *products, uint32 code)
{
	size_t		room = Max((size_t) 1024, 2 * products->room);

	if (code < products->room)
		return;
	room = Max(room, (size_t) code + 1);
	seg_budget_reserve(products->budget, (room - products->room) * sizeof(uint32));
	products->categories = products->categories == NULL ?
		MemoryContextAllocHuge(products->context, room * sizeof(uint32)) :
		repalloc_huge(products->categories, room * sizeof(uint32));
	memset(products->categories + products->room, 0, (room - products->room) * sizeof(uint32));
	products->room = room;
}

static bool
receive_product(TupleTableSlot *slot, DestReceiver *self)
{
	SegProducts *products = (SegProducts *) self;
	MemoryContext old = MemoryContextSwitchTo(products->row);
	text	   *name;
	uint32		code;
	uint32		category;

	slot_getallattrs(slot);
	if (!slot->tts_isnull[0] && !slot->tts_isnull[1])
	{
		text	   *product = products->integer_ids ? NULL : DatumGetTextPP(slot->tts_values[0]);

		name = DatumGetTextPP(slot->tts_values[1]);
		code = seg_codes_enter(products->codes, product == NULL ? seg_key_of_integer(DatumGetInt64(slot->tts_values[0])) :
							   seg_key_of_text(VARDATA_ANY(product), VARSIZE_ANY_EXHDR(product)));
		category = seg_codes_enter(products->names, seg_key_of_text(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
		reach_code(products, code);
		products->ambiguous += products->categories[code] != 0 && products->categories[code] != category;
		products->categories[code] = category;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(products->row);
	return true;
}

static void
begin_products(DestReceiver *self, int operation, TupleDesc shape)
{
	((SegProducts *) self)->integer_ids = TupleDescAttr(shape, 0)->atttypid == INT8OID;
}

static void
end_products(DestReceiver *self)
{
}

SegProducts *
seg_products_read(const char *query, SegCodes *codes)
{
	SegProducts *products = palloc0(sizeof(SegProducts));
	SPIExecuteOptions options = {.read_only = true};

	products->receiver = (DestReceiver) {receive_product, begin_products, end_products, end_products, DestTransientRel};
	products->context = CurrentMemoryContext;
	products->row = AllocSetContextCreate(CurrentMemoryContext, "segment product", ALLOCSET_SMALL_SIZES);
	products->budget = seg_budget_create(CurrentMemoryContext);
	products->codes = codes;
	products->names = seg_codes_create();
	options.dest = &products->receiver;
	if (SPI_execute_extended(query, &options) != SPI_OK_SELECT)
		elog(ERROR, "could not read the products");
	if (products->ambiguous > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("products have " UINT64_FORMAT " rows whose product_id has another category before", products->ambiguous),
				 errhint("Each product_id needs one category.")));
	return products;
}

const uint32 *
seg_products_categories(SegProducts *products)
{
	reach_code(products, seg_codes_count(products->codes));
	return products->categories;
}

const SegKey *
seg_products_category_name(const SegProducts *products, uint32 category)
{
	return seg_codes_key(products->names, category);
}
