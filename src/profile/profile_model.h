/*
 * profile_model.h
 *		A profile model as bytes, and the options of a fit, which have the same form.
 *
 * Payload of version 1:
 *
 *		u8 fitted  u8 letters  u32 d  u32 c  u64 rows_used  u64 rows_skipped
 *		u8 order[d + c]
 *		for each attribute: text name  u8 given  u64 missing, then
 *			of a number: u8 level  f64 min  f64 max  u32 letters  f64 cuts[letters - 1]
 *			of a category: u32 letters  text categories[letters]
 *						   u32 others  u64 other_hashes[others]  u64 other_rows
 *			u64 counts[letters]
 *			u32 labels, and for each of them text key  text texts[languages]
 *
 * The counts of an attribute and its missing rows add up to rows_used.  So all are zero in
 * options, which have no rows.
 */
#ifndef SEG_PROFILE_PROFILE_MODEL_H
#define SEG_PROFILE_PROFILE_MODEL_H

#include "model/family.h"
#include "profile/profile.h"

#define SEG_PROFILE_VERSION 1
#define SEG_PROFILE_MAX_LABELS 10000	/* of an attribute */

/* Arena bytes for a payload: no item takes more than 16 times its bytes. */
extern size_t seg_profile_decoded_size(size_t payload_size);

/*
 * Read a model (IN is_fitted) or the options of a fit, with arrays from the arena.
 * Returns SEG_OK, or SEG_MALFORMED_MODEL when bytes are missing or left over, or when the
 * values are impossible.
 */
extern SegStatus seg_profile_read(SegReader *reader, bool is_fitted, SegArena *arena, SegProfileModel *model);

/* Write a model or options; with a writer that has no buffer, only measure it. */
extern void seg_profile_encode(SegWriter *writer, const void *model);

#endif							/* SEG_PROFILE_PROFILE_MODEL_H */
