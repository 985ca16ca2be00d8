/*
 * histogram_codec.h
 *		A SegHistogram as bytes: u32 bins; f64 low, high, bounds[bins - 1]; u64 counts[bins].
 */
#ifndef SEG_MODEL_HISTOGRAM_CODEC_H
#define SEG_MODEL_HISTOGRAM_CODEC_H

#include "model/codec.h"
#include "stats/histogram.h"

/* the smallest size of a histogram in bytes: no bins */
#define SEG_HISTOGRAM_BYTES (4 + 2 * 8)

static inline void
seg_read_histogram(SegReader *reader, SegHistogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->bins = seg_read_u32(reader);
	if (histogram->bins > SEG_HISTOGRAM_MOST)
		reader->failed = true;
	histogram->low = seg_read_double(reader);
	histogram->high = seg_read_double(reader);
	for (uint32_t b = 0; b + 1 < histogram->bins && !reader->failed; b++)
		histogram->bounds[b] = seg_read_double(reader);
	for (uint32_t b = 0; b < histogram->bins && !reader->failed; b++)
		histogram->counts[b] = seg_read_u64(reader);
	if (!reader->failed && !seg_histogram_is_sound(histogram))
		reader->failed = true;
}

static inline void
seg_write_histogram(SegWriter *writer, const SegHistogram *histogram)
{
	seg_write_u32(writer, histogram->bins);
	seg_write_double(writer, histogram->low);
	seg_write_double(writer, histogram->high);
	if (histogram->bins > 0)
	{
		seg_write_doubles(writer, histogram->bounds, histogram->bins - 1);
		seg_write_u64s(writer, histogram->counts, histogram->bins);
	}
}

#endif							/* SEG_MODEL_HISTOGRAM_CODEC_H */
