/*
 * sweep_model.c
 *		The result of kmeans_sweep as a struct and as bytes; see sweep_model.h.
 */
#include "kmeans/sweep_model.h"

#define ENTRY_BYTES (4 + 1 + 7 * 8)

#define MARK_ELBOW 1
#define MARK_BEST 2
#define MARK_FIGURE 4			/* the first of OPTIONAL_FIGURES bits */
#define OPTIONAL_FIGURES 4

/* The optional figures of an entry, in the order of the bytes. */
static void
optional_figures(SegSweepEntry *entry, double **figures)
{
	figures[0] = &entry->silhouette;
	figures[1] = &entry->davies_bouldin;
	figures[2] = &entry->calinski_harabasz;
	figures[3] = &entry->stability;
}

size_t
seg_sweep_decoded_size(size_t payload_size)
{
	/* an entry of ENTRY_BYTES needs at most twice as much memory */
	return 2 * payload_size + SEG_ARENA_ALIGN;
}

static void
read_entry(SegReader *reader, SegSweepEntry *entry)
{
	double	   *figures[OPTIONAL_FIGURES];
	uint8_t		marks;

	entry->k = seg_read_u32(reader);
	marks = seg_read_choice(reader, MARK_FIGURE << OPTIONAL_FIGURES);
	entry->is_elbow = (marks & MARK_ELBOW) != 0;
	entry->is_best_silhouette = (marks & MARK_BEST) != 0;
	entry->inertia = seg_read_double(reader);
	entry->explained_fraction = seg_read_double(reader);
	entry->smallest_share = seg_read_double(reader);
	optional_figures(entry, figures);
	for (int f = 0; f < OPTIONAL_FIGURES; f++)
	{
		*figures[f] = seg_read_double(reader);
		if ((marks & (MARK_FIGURE << f)) == 0)
		{
			if (*figures[f] != 0)
				reader->failed = true;
			*figures[f] = NAN;
		}
	}
	if (entry->k == 0 || entry->k > SEG_KMEANS_MAX_K)
		reader->failed = true;
}

SegStatus
seg_sweep_decode(SegReader *reader, int version, SegArena *arena, void *result)
{
	SegSweepModel *sweep = result;

	Assert(version == SEG_SWEEP_VERSION);
	sweep->rows_used = seg_read_u64(reader);
	sweep->rows_skipped = seg_read_u64(reader);
	sweep->probe_rows = seg_read_u64(reader);
	sweep->is_exact = seg_read_choice(reader, 2);
	sweep->count = seg_read_count(reader, ENTRY_BYTES);
	if (reader->failed || sweep->rows_used > INT64_MAX || sweep->rows_skipped > INT64_MAX ||
		sweep->probe_rows > INT64_MAX)
		return SEG_MALFORMED_MODEL;
	sweep->entries = seg_arena_take(arena, sweep->count, sizeof(SegSweepEntry));
	if (sweep->entries == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t i = 0; i < sweep->count; i++)
		read_entry(reader, &sweep->entries[i]);
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

static void
write_entry(SegWriter *writer, SegSweepEntry *entry)
{
	double	   *figures[OPTIONAL_FIGURES];
	uint8_t		marks = (entry->is_elbow ? MARK_ELBOW : 0) | (entry->is_best_silhouette ? MARK_BEST : 0);

	optional_figures(entry, figures);
	for (int f = 0; f < OPTIONAL_FIGURES; f++)
		if (isfinite(*figures[f]))
			marks |= MARK_FIGURE << f;
	seg_write_u32(writer, entry->k);
	seg_write_u8(writer, marks);
	seg_write_double(writer, entry->inertia);
	seg_write_double(writer, entry->explained_fraction);
	seg_write_double(writer, entry->smallest_share);
	for (int f = 0; f < OPTIONAL_FIGURES; f++)
		seg_write_double(writer, isfinite(*figures[f]) ? *figures[f] : 0);
}

void
seg_sweep_encode(SegWriter *writer, const void *encoded)
{
	const SegSweepModel *sweep = encoded;

	seg_write_u64(writer, sweep->rows_used);
	seg_write_u64(writer, sweep->rows_skipped);
	seg_write_u64(writer, sweep->probe_rows);
	seg_write_u8(writer, sweep->is_exact);
	seg_write_u32(writer, sweep->count);
	for (uint32_t i = 0; i < sweep->count; i++)
		write_entry(writer, &sweep->entries[i]);
}

const SegModelType seg_kmeans_sweep_model_type = {
	.kind = SEG_KIND_KMEANS_SWEEP,
	.title = "a k-means sweep",
	.newest = SEG_SWEEP_VERSION,
	.struct_size = sizeof(SegSweepModel),
	.decoded_size = seg_sweep_decoded_size,
	.decode = seg_sweep_decode,
	.encode = seg_sweep_encode,
};
