/*
 * engine_parts_pg.h
 *		What the files of the engine share: its parts, in memory or in files.
 */
#ifndef SEG_RECEIPTS_ENGINE_PARTS_PG_H
#define SEG_RECEIPTS_ENGINE_PARTS_PG_H

#include "server/compat.h"

#include "receipts/spill_pg.h"
#include "server/budget.h"

/* Parts of an engine, as bits of the hash: fewer where there is little memory. */
#define SEG_ENGINE_MAX_BITS 8
#define SEG_ENGINE_MIN_BITS 2
#define SEG_ENGINE_MAX_PARTS (1 << SEG_ENGINE_MAX_BITS)

/* Lines of the processor's cache: customers and lines of receipts fill one each. */
#define SEG_CACHE_LINE 64

/* Lines that are added to a part at once. */
#define SEG_ENGINE_BUFFER 32

typedef struct SegEnginePart
{
	SegReceiptPart tables;
	MemoryContext context;		/* of the tables and of long keys; NULL: nothing is kept */
	size_t		reserved;
	void	   *customers;		/* the memory of tables.customers */
	char	   *text;			/* what is left of a chunk for long keys */
	size_t		text_left;
	SegReceiptLine *buffer;		/* SEG_ENGINE_BUFFER */
	SegReceiptDetails *buffer_details;	/* of these lines; NULL without details */
	char	   *buffer_text;	/* BUFFER_TEXT; NULL before the first long key */
	size_t		buffer_text_used;
	uint32		buffered;
	SegSpill   *spilled;		/* what it held and its lines since; NULL: in memory */
	SegSpill   *closed;			/* its customers, when it was spilled in mode SUMS */
} SegEnginePart;

/* What a notice reports. */
typedef struct SegEngineUse
{
	uint64		lines;
	uint64		sums;			/* of customers, from a ledger */
	uint64		workers;		/* whose lines were added */
	size_t		memory;			/* reserved at most */
	uint64		spilled_parts;
	uint64		spilled_bytes;
} SegEngineUse;

typedef struct SegReceiptsEngine
{
	SegReceiptsMode mode;
	int32		since;
	bool		integer_ids;
	bool		with_details;
	int			used_bits;		/* of the hash, the first ones, that all keys have in common */
	int			bits;			/* of the hash, the next ones, that find the part */
	int			part_count;
	MemoryContext context;
	SegBudget  *budget;
	SegWidePool *pool;
	bool		closed;
	bool		too_large;		/* it had to hold more than limit, and holds nothing now */
	size_t		limit;			/* of bytes, without files; 0: segment.fit_memory, with files */
	uint64		customers;		/* once it is closed */
	SegEngineUse use;
	size_t		reserved;
	SegReceiptLine *buffers;	/* of all parts */
	SegReceiptDetails *buffers_details; /* the same; only with details */
	SegEnginePart parts[SEG_ENGINE_MAX_PARTS];
} SegReceiptsEngine;

/* Empty a part; its buffer and its files stay. */
extern void seg_engine_forget(SegReceiptsEngine *engine, SegEnginePart *part);

/* The same, when other parts take the memory next: what they leave goes back to the system. */
extern void seg_engine_discard(SegReceiptsEngine *engine, SegEnginePart *part);

/* Write the customers of a part to a file, and give their wide totals back. */
extern void seg_engine_move_customers(SegReceiptsEngine *engine, SegEnginePart *part, SegSpill *file);

/* Make so many bytes free, by writing parts to files; false when `part` itself was written. */
extern bool seg_engine_free(SegReceiptsEngine *engine, SegEnginePart *part, size_t bytes);

/* Make room after wide amounts were made, which does not ask for it (receipts/wide_pool_pg.h). */
extern void seg_engine_relieve(SegReceiptsEngine *engine);

/* Room in the part's tables for n <= SEG_ENGINE_BUFFER lines; false when the part was written to a file for it. */
extern bool seg_engine_part_room(SegReceiptsEngine *engine, SegEnginePart *part, const SegReceiptLine *lines,
								 const SegReceiptDetails *details, uint32 n);

/* Add n <= SEG_ENGINE_BUFFER lines to a part, or to its file.  IN details: of the lines, or NULL. */
extern void seg_engine_take(SegReceiptsEngine *engine, SegEnginePart *part, SegReceiptLine *lines,
							const SegReceiptDetails *details, uint32 n);

/* Add the sums of n <= SEG_ENGINE_BUFFER customers to a part, or to its file.  Wide totals are used up. */
extern void seg_engine_take_sums(SegReceiptsEngine *engine, SegEnginePart *part, const SegCustomer *sums, uint32 n);

/* Bytes of a receipt in the tables of the part. */
extern size_t seg_engine_receipt_size(const SegReceiptsEngine *engine, bool with_numbers);

/* The key with its text in memory of the part, for which there is room. */
extern SegKey seg_engine_keep_key(SegReceiptsEngine *engine, SegEnginePart *part, SegKey key);

/* Add the lines in the buffer of a part to it. */
extern void seg_engine_flush(SegReceiptsEngine *engine, SegEnginePart *part);

/* The part of a customer with that hash. */
extern SegEnginePart *seg_engine_part_of(SegReceiptsEngine *engine, uint64 hash);

#endif							/* SEG_RECEIPTS_ENGINE_PARTS_PG_H */
