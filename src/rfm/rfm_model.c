/*
 * rfm_model.c
 *		A fitted RFM model as bytes; see rfm_model.h.
 */
#include "rfm/rfm_model.h"

#include "stats/value_cuts.h"

const char *const seg_rfm_measure_names[SEG_RFM_MEASURES] = {"recency_days", "frequency", "monetary"};

static void
encode_measure(SegWriter *writer, const SegRfmMeasure *measure, size_t cuts)
{
	seg_write_u8(writer, measure->explicit_cuts);
	seg_write_u8(writer, (uint8_t) measure->level);
	seg_write_u32(writer, measure->distinct);
	seg_write_double(writer, measure->min);
	seg_write_double(writer, measure->max);
	seg_write_doubles(writer, measure->cuts, cuts);
	seg_write_doubles(writer, measure->errors, cuts);
}

void
seg_rfm_encode(SegWriter *writer, const void *encoded)
{
	const SegRfmModel *model = encoded;

	seg_write_u8(writer, (uint8_t) model->bins);
	seg_write_u8(writer, (uint8_t) model->ties);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		encode_measure(writer, &model->measures[i], model->bins - 1);
}

/* Can a fitted measure have these values? */
static bool
is_sound(const SegRfmMeasure *measure, size_t cuts)
{
	if (measure->min > measure->max || measure->level > SEG_VALUE_TABLE_MAX_LEVEL ||
		measure->distinct > SEG_VALUE_TABLE_MOST || !seg_cuts_valid(measure->cuts, cuts))
		return false;
	for (size_t i = 0; i < cuts; i++)
		if (measure->errors[i] < 0 || measure->errors[i] > 1 ||
			(measure->level == 0 && measure->errors[i] != 0))
			return false;
	return !measure->explicit_cuts || (measure->level == 0 && measure->distinct == 0);
}

static bool
decode_measure(SegReader *reader, size_t cuts, SegRfmMeasure *measure)
{
	measure->explicit_cuts = seg_read_choice(reader, 2);
	measure->level = seg_read_u8(reader);
	measure->distinct = seg_read_u32(reader);
	measure->min = seg_read_double(reader);
	measure->max = seg_read_double(reader);
	for (size_t i = 0; i < cuts; i++)
		measure->cuts[i] = seg_read_double(reader);
	for (size_t i = 0; i < cuts; i++)
		measure->errors[i] = seg_read_double(reader);
	return !reader->failed && is_sound(measure, cuts);
}

SegStatus
seg_rfm_decode(SegReader *reader, int version, SegArena *arena, void *model)
{
	SegRfmModel *rfm = model;

	Assert(version == SEG_RFM_VERSION);
	memset(rfm, 0, sizeof(*rfm));
	rfm->bins = seg_read_u8(reader);
	rfm->ties = seg_read_choice(reader, SEG_RFM_UPPER + 1);
	rfm->rows_used = seg_read_u64(reader);
	rfm->rows_skipped = seg_read_u64(reader);
	if (reader->failed || rfm->bins < SEG_RFM_MIN_BINS || rfm->bins > SEG_RFM_MAX_BINS)
		return SEG_MALFORMED_MODEL;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		if (!decode_measure(reader, rfm->bins - 1, &rfm->measures[i]))
			return SEG_MALFORMED_MODEL;
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

size_t
seg_rfm_decoded_size(size_t payload_size)
{
	return 0;
}

const SegModelType seg_rfm_model_type = {
	.kind = SEG_KIND_RFM,
	.title = "an RFM model",
	.newest = SEG_RFM_VERSION,
	.struct_size = sizeof(SegRfmModel),
	.decoded_size = seg_rfm_decoded_size,
	.decode = seg_rfm_decode,
	.encode = seg_rfm_encode,
};
