/*
 * labels.h
 *		The labels in the state of a fit: transform and name of each feature.
 *
 * For each of d features: u8 transform, text name (codec.h).
 */
#ifndef SEG_MODEL_LABELS_H
#define SEG_MODEL_LABELS_H

#include "model/codec.h"
#include "stats/scale.h"

static inline void
seg_write_label(SegWriter *writer, SegTransform transform, const char *name)
{
	seg_write_u8(writer, transform);
	seg_write_text(writer, name);
}

/* Read the next feature: returns its transform; the name is from the arena, or skipped if arena is NULL. */
static inline SegTransform
seg_read_label(SegReader *reader, SegArena *arena, const char **name)
{
	SegTransform transform = seg_read_choice(reader, SEG_TRANSFORM_LOG1P + 1);
	uint32_t	length;

	if (arena != NULL)
	{
		*name = seg_read_text(reader, arena);
		return transform;
	}
	length = seg_read_count(reader, 1);
	reader->at += length;
	reader->left -= length;
	return transform;
}

/* The bytes that the names of d features in labels of that size take from an arena. */
static inline size_t
seg_labels_decoded_size(size_t size, size_t d)
{
	return size + d * (SEG_ARENA_ALIGN + 1);
}

/* True if the bytes are labels of d features.  OUT *any_log: at least one has log1p. */
static inline bool
seg_labels_are_sound(const void *bytes, size_t size, size_t d, bool *any_log)
{
	SegReader	reader = seg_reader(bytes, size);

	*any_log = false;
	for (size_t j = 0; j < d && !reader.failed; j++)
	{
		uint32_t	length;

		*any_log |= seg_read_choice(&reader, SEG_TRANSFORM_LOG1P + 1) == SEG_TRANSFORM_LOG1P;
		length = seg_read_count(&reader, 1);
		if (memchr(reader.at, 0, length) != NULL)
			reader.failed = true;
		reader.at += length;
		reader.left -= length;
	}
	return seg_reader_done(&reader);
}

#endif							/* SEG_MODEL_LABELS_H */
