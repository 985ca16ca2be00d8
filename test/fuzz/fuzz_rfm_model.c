/*
 * fuzz_rfm_model.c
 *		Any payload, sealed as an RFM model: decode, encode, decode, score.
 *
 * The input is the payload; the target seals it, because otherwise the digest would
 * refuse every input.  A model that decodes must encode to bytes that decode to the
 * same bytes again, and its scores must be within its bins.  The seeds are payloads
 * of rfm_fit with 2, 5 and 9 bins, with quantile cuts, exact or not, and explicit cuts.
 */
#include "fuzz.h"

#include "rfm/rfm_model.h"
#include "rfm/rfm_score.h"

#define MOST 4096

static SegStatus
decode(const uint8_t *sealed, size_t size, SegRfmModel *model)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegArena	arena = seg_arena(NULL, 0);

	require(seg_envelope_open(sealed, size, SEG_KIND_RFM, SEG_RFM_VERSION,
							  &kind, &version, &reader) == SEG_OK);
	return seg_rfm_decode(&reader, version, &arena, model);
}

/* Encode and seal into OUT sealed; returns the size. */
static size_t
encode(const SegRfmModel *model, uint8_t sealed[MOST])
{
	SegWriter	writer = {sealed + SEG_ENVELOPE_SIZE, 0};

	seg_rfm_encode(&writer, model);
	require(SEG_ENVELOPE_SIZE + writer.size <= MOST);
	seg_envelope_seal(sealed, writer.size, SEG_KIND_RFM, SEG_RFM_VERSION);
	return SEG_ENVELOPE_SIZE + writer.size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[MOST];
	static uint8_t second[MOST];
	SegRfmModel model;
	size_t		first_size;

	if (size > MOST - SEG_ENVELOPE_SIZE)
		return 0;
	memcpy(first + SEG_ENVELOPE_SIZE, data, size);
	seg_envelope_seal(first, size, SEG_KIND_RFM, SEG_RFM_VERSION);
	if (decode(first, SEG_ENVELOPE_SIZE + size, &model) != SEG_OK)
		return 0;
	for (int i = -2; i <= 2; i++)
	{
		const double values[] = {i * 1e3, i * 0.5, i * DBL_MAX / 2};
		int			scores[SEG_RFM_MEASURES];

		seg_rfm_score(&model, values, scores);
		for (int j = 0; j < SEG_RFM_MEASURES; j++)
			require(scores[j] >= 1 && scores[j] <= model.bins);
	}
	first_size = encode(&model, first);
	require(decode(first, first_size, &model) == SEG_OK);
	require(encode(&model, second) == first_size);
	require(memcmp(first, second, first_size) == 0);
	return 0;
}
