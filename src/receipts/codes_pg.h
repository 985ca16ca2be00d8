/*
 * codes_pg.h
 *		Numbers for the different values of a column of keys: a dictionary in memory.
 *
 * Memory is reserved against segment.fit_memory.
 */
#ifndef SEG_RECEIPTS_CODES_PG_H
#define SEG_RECEIPTS_CODES_PG_H

#include "server/compat.h"

#include "receipts/receipt_key.h"
#include "server/budget.h"

typedef struct SegCodes SegCodes;

/* An empty dictionary that ends with the current context. */
extern SegCodes *seg_codes_create(void);

/* The code of a key, from 1; a new key is entered.  54000 when segment.fit_memory is used up. */
extern uint32 seg_codes_enter(SegCodes *codes, SegKey key);

/* The highest code. */
extern uint32 seg_codes_count(const SegCodes *codes);

/* The key of a code; its text stays the dictionary's. */
extern const SegKey *seg_codes_key(const SegCodes *codes, uint32 code);

#endif							/* SEG_RECEIPTS_CODES_PG_H */
