/*
 * engine_pg.h
 *		Lines of receipts in any order, in memory or on disk, closed into customers.
 *
 * The engine spreads lines over parts by the hash of their customer
 * (receipts/receipt_part.h).  What it keeps is reserved against segment.fit_memory; where
 * that is not enough, whole parts go to temporary files and are read back one by one
 * when all lines are there, split by further bits of the hash.  The result is the same.
 */
#ifndef SEG_RECEIPTS_ENGINE_PG_H
#define SEG_RECEIPTS_ENGINE_PG_H

#include "server/compat.h"

#include "utils/numeric.h"

#include "receipts/receipt_part.h"

typedef struct SegReceiptsEngine SegReceiptsEngine;

/*
 * A new engine in a context of its own below the current one; it ends with that.
 * IN since: in mode SUMS the first day that counts, or SEG_NO_DAY for all days.
 */
extern SegReceiptsEngine *seg_engine_create(SegReceiptsMode mode, int32 since);

/* The same for lines whose hashes have the first bits in common: of a part that went to a file. */
extern SegReceiptsEngine *seg_engine_create_deep(SegReceiptsMode mode, int32 since, int used_bits);

/*
 * An engine that holds at most so many bytes and writes no files: once there were more, it is too
 * large, holds nothing and takes nothing.  IN bits: of another engine, which is to take what it has.
 */
extern SegReceiptsEngine *seg_engine_create_limited(SegReceiptsMode mode, int32 since, int bits, size_t limit);
extern bool seg_engine_is_too_large(const SegReceiptsEngine *engine);

/* What an engine with so many bits of the hash takes at first. */
extern size_t seg_engine_first_bytes(int bits);

/* Forget all lines, to begin again. */
extern void seg_engine_clear(SegReceiptsEngine *engine);

/* Keep details of lines, in mode LIST.  To be called before the first line. */
extern void seg_engine_keep_details(SegReceiptsEngine *engine);

/*
 * Add one line.  line->hash is set here.  Texts of the keys are copied; a wide amount
 * (receipts/wide_pool_pg.h) is a number of the engine's pool.  54000 when segment.fit_memory does not even hold one part.
 */
extern void seg_engine_add(SegReceiptsEngine *engine, SegReceiptLine *line);

/* The same with details, whose wide amounts are numbers of the pool, too.  Lines of one receipt stay apart. */
extern void seg_engine_add_detailed(SegReceiptsEngine *engine, SegReceiptLine *line, const SegReceiptDetails *details);

/*
 * Add sums of a customer, in mode SUMS: of receipts that were summed elsewhere.  The text of the
 * key is copied; a wide total, a number of the engine's pool, is used up.
 */
extern void seg_engine_add_sums(SegReceiptsEngine *engine, const SegCustomer *sums);

/* The same for up to so many of them, whose places are fetched ahead. */
#define SEG_ENGINE_SUMS 64
extern void seg_engine_add_many_sums(SegReceiptsEngine *engine, const SegCustomer *sums, uint32 n);

/* Are the keys of customers integers, and not texts? */
extern void seg_engine_set_integer_ids(SegReceiptsEngine *engine, bool integer_ids);
extern bool seg_engine_has_integer_ids(const SegReceiptsEngine *engine);

/* How many customers there are, in mode SUMS after close. */
extern uint64 seg_engine_customers(const SegReceiptsEngine *engine);

/* Unless so many bytes of segment.fit_memory are free, move the customers of mode SUMS to files. */
extern void seg_engine_make_room(SegReceiptsEngine *engine, size_t bytes);

/* The pool of the engine's wide amounts. */
extern SegWidePool *seg_engine_pool(SegReceiptsEngine *engine);

/* All lines are there. */
extern void seg_engine_close(SegReceiptsEngine *engine);

/* An amount of the engine as numeric, palloc'd. */
extern Numeric seg_engine_amount(SegReceiptsEngine *engine, SegAmount amount);

/* Give each customer of mode SUMS to the function; may be called several times, after close. */
typedef void (*SegCustomerVisitor) (SegReceiptsEngine *engine, const SegCustomer *customer, void *argument);
extern void seg_engine_each_customer(SegReceiptsEngine *engine, SegCustomerVisitor visit, void *argument);

/*
 * Give each customer of mode LIST, with its n receipts by day, to the function; once, after
 * close.  `engine` is the one that knows the amounts (seg_engine_amount).
 */
typedef void (*SegReceiptsVisitor) (SegReceiptsEngine *engine, const SegKey *customer,
									const SegReceipt *receipts, size_t n, void *argument);
extern void seg_engine_each_list(SegReceiptsEngine *engine, SegReceiptsVisitor visit, void *argument);

/* What a customer has, with details: receipts by time, and their lines in any order. */
typedef struct SegCustomerReceipts
{
	const SegDetailedReceipt *receipts;
	size_t		n;
	SegReceiptItem *items;		/* may be changed and reordered */
	size_t		item_count;
} SegCustomerReceipts;

/* Memory that a visitor may take for each line of the customer, and besides, without reserving it. */
#define SEG_VISITOR_LINE_BYTES (2 * sizeof(double))
#define SEG_VISITOR_BYTES ((size_t) 32 * 1024)

/* The same as seg_engine_each_list with details, for an engine that keeps them. */
typedef void (*SegDetailsVisitor) (SegReceiptsEngine *engine, const SegKey *customer,
								   const SegCustomerReceipts *receipts, void *argument);
extern void seg_engine_each_detailed(SegReceiptsEngine *engine, SegDetailsVisitor visit, void *argument);

/* Remove the files and give back the memory.  With segment.progress a NOTICE tells what was used. */
extern void seg_engine_end(SegReceiptsEngine *engine);

#endif							/* SEG_RECEIPTS_ENGINE_PG_H */
