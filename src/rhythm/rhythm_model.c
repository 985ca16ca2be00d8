/*
 * rhythm_model.c
 *		A fitted model of rhythm as a struct and as bytes; see rhythm_model.h.
 */
#include "rhythm/rhythm_model.h"

#include "base/state.h"

/* Logarithms of doubles lie within -745 and 710, so no variance is larger than this. */
#define MOST_LOG 746.0
#define MOST_VARIANCE (4 * MOST_LOG * MOST_LOG)

size_t
seg_rhythm_decoded_size(size_t payload_size)
{
	return payload_size + SEG_ARENA_ALIGN;
}

static bool
is_sound(const SegRhythmModel *model)
{
	const SegRhythm *fit = &model->fit;

	if (fit->customers == 0 || fit->customers > fit->gaps || fit->gaps > SEG_STATE_MOST_ROWS ||
		model->without_gaps > SEG_STATE_MOST_ROWS || model->rows_skipped > SEG_STATE_MOST_ROWS)
		return false;
	if (fabs(fit->mu) > MOST_LOG || fit->tau2 < 0 || fit->tau2 > MOST_VARIANCE || fit->sigma2 < 0 || fit->sigma2 > MOST_VARIANCE)
		return false;
	return fit->count == (fit->gaps < SEG_RHYTHM_POINTS ? fit->gaps : SEG_RHYTHM_POINTS);
}

SegStatus
seg_rhythm_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegRhythmModel *model = decoded;
	SegRhythm  *fit = &model->fit;

	Assert(version == SEG_RHYTHM_VERSION);
	model->without_gaps = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	fit->customers = seg_read_u64(reader);
	fit->gaps = seg_read_u64(reader);
	fit->mu = seg_read_double(reader);
	fit->tau2 = seg_read_double(reader);
	fit->sigma2 = seg_read_double(reader);
	fit->count = seg_read_count(reader, sizeof(double));
	if (reader->failed || !is_sound(model))
		return SEG_MALFORMED_MODEL;
	fit->points = seg_read_doubles(reader, arena, fit->count);
	if (!seg_reader_done(reader))
		return SEG_MALFORMED_MODEL;
	for (uint32_t p = 1; p < fit->count; p++)
		if (fit->points[p] < fit->points[p - 1])
			return SEG_MALFORMED_MODEL;
	return SEG_OK;
}

void
seg_rhythm_encode(SegWriter *writer, const void *encoded)
{
	const SegRhythmModel *model = encoded;
	const SegRhythm *fit = &model->fit;

	seg_write_u64(writer, model->without_gaps);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u64(writer, fit->customers);
	seg_write_u64(writer, fit->gaps);
	seg_write_double(writer, fit->mu);
	seg_write_double(writer, fit->tau2);
	seg_write_double(writer, fit->sigma2);
	seg_write_u32(writer, fit->count);
	seg_write_doubles(writer, fit->points, fit->count);
}

const SegModelType seg_rhythm_model_type = {
	.kind = SEG_KIND_RHYTHM,
	.title = "a rhythm model",
	.newest = SEG_RHYTHM_VERSION,
	.struct_size = sizeof(SegRhythmModel),
	.decoded_size = seg_rhythm_decoded_size,
	.decode = seg_rhythm_decode,
	.encode = seg_rhythm_encode,
};
