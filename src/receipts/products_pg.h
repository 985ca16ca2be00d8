/*
 * products_pg.h
 *		The categories of products, out of a relation (product_id, category).
 *
 * Products and categories are codes (receipts/codes_pg.h); memory is reserved against
 * segment.fit_memory.
 */
#ifndef SEG_RECEIPTS_PRODUCTS_PG_H
#define SEG_RECEIPTS_PRODUCTS_PG_H

#include "server/compat.h"

#include "receipts/codes_pg.h"

typedef struct SegProducts SegProducts;

/*
 * Read the query of segment_internal.product_plan, in a connection of SPI.  Products are entered into
 * `codes`, those of the receipts' lines.  22023 for a product with two categories.
 */
extern SegProducts *seg_products_read(const char *query, SegCodes *codes);

/* The category of each code that `codes` has now, by code; 0: none. */
extern const uint32 *seg_products_categories(SegProducts *products);

/* The name of a category as a key; its text stays the dictionary's. */
extern const SegKey *seg_products_category_name(const SegProducts *products, uint32 category);

#endif							/* SEG_RECEIPTS_PRODUCTS_PG_H */
