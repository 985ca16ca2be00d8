/*
 * fuzz_rfm_state.c
 *		Any bytes as a state of rfm_fit: count, grow, merge, fit.
 *
 * States travel between servers, and anybody may call the support functions, so
 * whatever passes the check of the header must be safe to work with, and what it
 * fits must be a sound model.
 */
#include "fuzz.h"

#include "model/rfm_model.h"

static SegRfmState *
grown(const SegRfmState *state, const SegRfmState *other, SegStatus *status)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];
	SegRfmState *copy;

	(void) seg_rfm_room(state, other, log2_slots);
	copy = calloc(1, seg_rfm_state_size(log2_slots));
	require(copy != NULL);
	*status = seg_rfm_grow(state, log2_slots, copy);
	return copy;
}

/* What is fitted can be written and read again. */
static void
fit(const SegRfmState *state, SegRfmSlot *scratch)
{
	SegRfmModel model;
	uint8_t		bytes[1024];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena = seg_arena(NULL, 0);

	if (seg_rfm_fit(state, scratch, &model) != SEG_OK)
		return;
	seg_rfm_encode(&writer, &model);
	reader = seg_reader(bytes, writer.size);
	require(seg_rfm_decode(&reader, SEG_RFM_VERSION, &arena, &model) == SEG_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static SegRfmSlot scratch[1 << SEG_RFM_MAX_LOG2];
	const double values[] = {17, 3, -99.5};
	SegRfmState *state;
	SegRfmState *merged;
	SegStatus	status;

	if (size < sizeof(SegRfmState) || size > (1 << 16))
		return 0;
	state = malloc(size);
	require(state != NULL);
	memcpy(state, data, size);
	if (seg_rfm_state_check(state, size) == SEG_OK)
	{
		merged = grown(state, state, &status);
		if (status == SEG_OK)
			status = seg_rfm_merge(merged, state, scratch);
		if (status == SEG_OK)
			fit(merged, scratch);
		if (seg_rfm_add(state, values) == SEG_OK)
			fit(state, scratch);
		free(merged);
	}
	free(state);
	return 0;
}
