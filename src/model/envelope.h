/*
 * envelope.h
 *		The envelope of a model: its kind, version and digest.
 *
 * Every model starts with the same 16 bytes:
 *
 *		"SEGM"	kind (1)  version (1)  flags (2, zero)  digest (8)
 *
 * Then the little-endian payload follows, up to the end of the value.  The digest is
 * seg_hash_bytes of kind, version and payload.  It detects damage, and a cache uses it
 * to distinguish models without comparing all bytes.
 */
#ifndef SEG_MODEL_ENVELOPE_H
#define SEG_MODEL_ENVELOPE_H

#include "model/family.h"

#define SEG_ENVELOPE_SIZE ((size_t) 16)

/*
 * Open a model's envelope.
 *
 * IN bytes, size: the whole value.  IN kind: the kind wanted, or 0 for any.
 * IN newest: the newest version of that kind that is supported (ignored for any).
 * OUT got_kind, got_version: from the envelope, also for SEG_OTHER_KIND and
 * SEG_NEWER_MODEL.  OUT reader: at the start of the payload.
 * Returns SEG_OK, SEG_NOT_A_MODEL, SEG_OTHER_KIND, SEG_NEWER_MODEL or
 * SEG_MALFORMED_MODEL (unknown flags, wrong digest).  Cost: one pass over the bytes.
 */
extern SegStatus seg_envelope_open(const void *bytes, size_t size, int kind, int newest,
								   int *got_kind, int *got_version, SegReader *reader);

/* The digest of a model that was opened before, for comparison in a cache. */
extern uint64_t seg_envelope_digest(const void *bytes);

/*
 * Write the envelope.  The payload of payload_size bytes is already at
 * bytes + SEG_ENVELOPE_SIZE.
 */
extern void seg_envelope_seal(void *bytes, size_t payload_size, SegKind kind, int version);

#endif							/* SEG_MODEL_ENVELOPE_H */
