/*
 * engine_bytes_pg.h
 *		What an engine holds as bytes, for another process of the same query.
 *
 * A parallel worker adds its lines to an engine of its own and writes that; the leader adds the
 * bytes to its engine.  The bytes are memory as it is: nobody but a process of the same
 * query writes or reads them, and they are not kept.
 */
#ifndef SEG_RECEIPTS_ENGINE_BYTES_PG_H
#define SEG_RECEIPTS_ENGINE_BYTES_PG_H

#include "server/compat.h"

#include "receipts/engine_pg.h"

/* Bytes that are written one behind the other; at is NULL while only their size is wanted. */
typedef struct SegBytesOut
{
	char	   *at;
	size_t		size;
} SegBytesOut;

/* Bytes that are read one behind the other. */
typedef struct SegBytesIn
{
	const char *at;
	size_t		left;
} SegBytesIn;

static inline void
seg_bytes_put(SegBytesOut *out, const void *bytes, size_t size)
{
	out->size += size;
	if (out->at == NULL)
		return;
	memcpy(out->at, bytes, size);
	out->at += size;
}

static inline void
seg_bytes_put_text(SegBytesOut *out, const char *text, size_t size)
{
	seg_bytes_put(out, &size, sizeof(size));
	seg_bytes_put(out, text, size);
}

/* The text of a key that is long; of others nothing. */
static inline void
seg_bytes_put_key(SegBytesOut *out, SegKey key)
{
	if (seg_key_is_long(key))
		seg_bytes_put(out, seg_key_text(&key), seg_key_size(key));
}

/* The next bytes, where they stand. */
static inline const char *
seg_bytes_next(SegBytesIn *in, size_t size)
{
	const char *at = in->at;

	if (size > in->left)
		elog(ERROR, "state of receipts is too short");
	in->at += size;
	in->left -= size;
	return at;
}

static inline void
seg_bytes_get(SegBytesIn *in, void *to, size_t size)
{
	memcpy(to, seg_bytes_next(in, size), size);
}

static inline const char *
seg_bytes_get_text(SegBytesIn *in, size_t *size)
{
	seg_bytes_get(in, size, sizeof(*size));
	return seg_bytes_next(in, *size);
}

/* The key, with its text in the bytes when it is long. */
static inline SegKey
seg_bytes_get_key(SegBytesIn *in, SegKey key)
{
	size_t		size = seg_key_size(key);

	return seg_key_is_long(key) ? seg_key_of_text(seg_bytes_next(in, size), size) : key;
}

/* Add what is in buffers, so that the engine can be written. */
extern void seg_engine_settle(SegReceiptsEngine *engine);

/* Write what an engine without files holds, or only find its size.  Writing empties it. */
extern void seg_engine_write(SegReceiptsEngine *engine, SegBytesOut *out);

/*
 * Add what another engine of that mode and bits wrote.  IN codes: those here of its codes, by code, or NULL.
 * Like the other ways to add, it may write parts to files.
 */
extern void seg_engine_merge(SegReceiptsEngine *engine, SegBytesIn *in, const uint32 *codes);

#endif							/* SEG_RECEIPTS_ENGINE_BYTES_PG_H */
