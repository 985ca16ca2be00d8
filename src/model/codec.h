/*
 * codec.h
 *		Reads and writes the little-endian payload of a model.
 *
 * A reader never reads past its end.  A failed read returns zero and sets `failed`,
 * which is never reset, so a decoder can read several fields and check once.  Counts
 * are checked against the bytes left before memory is taken from an arena.  Doubles
 * must be finite.  A writer without a buffer only counts bytes, so the same encode
 * function measures and writes.
 */
#ifndef SEG_MODEL_CODEC_H
#define SEG_MODEL_CODEC_H

#include "base/arena.h"
#include "base/port.h"
#include "base/status.h"

typedef struct SegReader
{
	const uint8_t *at;
	size_t		left;
	bool		failed;
} SegReader;

typedef struct SegWriter
{
	uint8_t    *at;				/* NULL: count only */
	size_t		size;			/* bytes written so far */
} SegWriter;

/* ---- reading ---- */

static inline SegReader
seg_reader(const void *bytes, size_t size)
{
	SegReader	reader = {bytes, size, false};

	return reader;
}

static inline uint64_t
seg_read_bits(SegReader *reader, size_t bytes)
{
	uint64_t	value = 0;

	if (reader->failed || reader->left < bytes)
	{
		reader->failed = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t) reader->at[i] << (8 * i);
	reader->at += bytes;
	reader->left -= bytes;
	return value;
}

static inline uint8_t
seg_read_u8(SegReader *reader)
{
	return (uint8_t) seg_read_bits(reader, 1);
}

static inline uint32_t
seg_read_u32(SegReader *reader)
{
	return (uint32_t) seg_read_bits(reader, 4);
}

static inline uint64_t
seg_read_u64(SegReader *reader)
{
	return seg_read_bits(reader, 8);
}

static inline double
seg_read_double(SegReader *reader)
{
	uint64_t	bits = seg_read_bits(reader, 8);
	double		value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value))
	{
		reader->failed = true;
		return 0;
	}
	return value;
}

/* A byte below `choices`: an enum or a flag. */
static inline uint8_t
seg_read_choice(SegReader *reader, uint8_t choices)
{
	uint8_t		value = seg_read_u8(reader);

	if (value >= choices)
	{
		reader->failed = true;
		return 0;
	}
	return value;
}

/* A count of items of at least item_bytes each; fails if fewer bytes are left. */
static inline uint32_t
seg_read_count(SegReader *reader, size_t item_bytes)
{
	uint32_t	count = seg_read_u32(reader);

	if (!reader->failed && item_bytes > 0 && count > reader->left / item_bytes)
		reader->failed = true;
	return reader->failed ? 0 : count;
}

/* An array of count doubles from the arena; NULL and failed if fewer bytes are left. */
static inline double *
seg_read_doubles(SegReader *reader, SegArena *arena, size_t count)
{
	double	   *values = NULL;

	if (!reader->failed && count <= reader->left / sizeof(double))
		values = seg_arena_take(arena, count, sizeof(double));
	if (values == NULL)
	{
		reader->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
	{
		seg_check_step(i);
		values[i] = seg_read_double(reader);
	}
	return reader->failed ? NULL : values;
}

static inline uint64_t *
seg_read_u64s(SegReader *reader, SegArena *arena, size_t count)
{
	uint64_t   *values = NULL;

	if (!reader->failed && count <= reader->left / sizeof(uint64_t))
		values = seg_arena_take(arena, count, sizeof(uint64_t));
	if (values == NULL)
	{
		reader->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
	{
		seg_check_step(i);
		values[i] = seg_read_u64(reader);
	}
	return values;
}

/* A C string from the arena.  In the bytes: the length, then UTF-8 without NUL. */
static inline const char *
seg_read_text(SegReader *reader, SegArena *arena)
{
	uint32_t	length = seg_read_count(reader, 1);
	char	   *text;

	if (reader->failed || memchr(reader->at, 0, length) != NULL ||
		(text = seg_arena_take(arena, (size_t) length + 1, 1)) == NULL)
	{
		reader->failed = true;
		return NULL;
	}
	memcpy(text, reader->at, length);
	text[length] = '\0';
	reader->at += length;
	reader->left -= length;
	return text;
}

/* True if no read failed and no bytes are left. */
static inline bool
seg_reader_done(const SegReader *reader)
{
	return !reader->failed && reader->left == 0;
}

/* ---- writing ---- */

static inline void
seg_write_bits(SegWriter *writer, uint64_t value, size_t bytes)
{
	if (writer->at != NULL)
		for (size_t i = 0; i < bytes; i++)
			*writer->at++ = (uint8_t) (value >> (8 * i));
	writer->size += bytes;
}

static inline void
seg_write_u8(SegWriter *writer, uint8_t value)
{
	seg_write_bits(writer, value, 1);
}

static inline void
seg_write_u32(SegWriter *writer, size_t value)
{
	Assert(value <= UINT32_MAX);
	seg_write_bits(writer, value, 4);
}

static inline void
seg_write_u64(SegWriter *writer, uint64_t value)
{
	seg_write_bits(writer, value, 8);
}

static inline void
seg_write_double(SegWriter *writer, double value)
{
	uint64_t	bits;

	Assert(isfinite(value));
	value += 0.0;				/* -0.0 becomes 0.0 */
	memcpy(&bits, &value, sizeof(bits));
	seg_write_bits(writer, bits, 8);
}

static inline void
seg_write_doubles(SegWriter *writer, const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		seg_check_step(i);
		seg_write_double(writer, values[i]);
	}
}

static inline void
seg_write_u64s(SegWriter *writer, const uint64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		seg_check_step(i);
		seg_write_u64(writer, values[i]);
	}
}

static inline void
seg_write_text(SegWriter *writer, const char *text)
{
	size_t		length = strlen(text);

	seg_write_u32(writer, length);
	for (size_t i = 0; i < length; i++)
	{
		seg_check_step(i);
		seg_write_u8(writer, (uint8_t) text[i]);
	}
}

#endif							/* SEG_MODEL_CODEC_H */
