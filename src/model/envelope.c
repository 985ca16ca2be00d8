/*
 * envelope.c
 *		Opens and writes the envelope of a model; see envelope.h.
 */
#include "model/envelope.h"
#include "base/hash.h"

static const char magic[4] = {'S', 'E', 'G', 'M'};

static uint64_t
payload_digest(const uint8_t *bytes, size_t payload_size)
{
	return seg_hash_bytes((uint64_t) bytes[4] << 8 | bytes[5], bytes + SEG_ENVELOPE_SIZE, payload_size);
}

uint64_t
seg_envelope_digest(const void *bytes)
{
	SegReader	reader = seg_reader((const uint8_t *) bytes + 8, 8);

	return seg_read_u64(&reader);
}

SegStatus
seg_envelope_open(const void *bytes, size_t size, int kind, int newest,
				  int *got_kind, int *got_version, SegReader *reader)
{
	const uint8_t *head = bytes;

	*got_kind = 0;
	*got_version = 0;
	if (size < SEG_ENVELOPE_SIZE || memcmp(head, magic, sizeof(magic)) != 0 ||
		seg_model_type(head[4]) == NULL)
		return SEG_NOT_A_MODEL;
	*got_kind = head[4];
	*got_version = head[5];
	if (kind != 0 && *got_kind != kind)
		return SEG_OTHER_KIND;
	if (kind != 0 && *got_version > newest)
		return SEG_NEWER_MODEL;
	if (*got_version == 0 || head[6] != 0 || head[7] != 0 ||
		seg_envelope_digest(bytes) != payload_digest(head, size - SEG_ENVELOPE_SIZE))
		return SEG_MALFORMED_MODEL;
	*reader = seg_reader(head + SEG_ENVELOPE_SIZE, size - SEG_ENVELOPE_SIZE);
	return SEG_OK;
}

void
seg_envelope_seal(void *bytes, size_t payload_size, SegKind kind, int version)
{
	uint8_t    *head = bytes;
	SegWriter	writer = {head + 8, 8};

	memcpy(head, magic, sizeof(magic));
	head[4] = (uint8_t) kind;
	head[5] = (uint8_t) version;
	head[6] = 0;
	head[7] = 0;
	seg_write_u64(&writer, payload_digest(head, payload_size));
}
