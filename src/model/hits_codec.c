/*
 * hits_codec.c
 *		Counts of rows by score as bytes; see hits_codec.h.
 */
#include "model/hits_codec.h"

static bool
list_is_sound(const SegHitList *list, size_t groups)
{
	uint64_t	totals[SEG_HIT_GROUPS] = {0};

	for (size_t i = 0; i < list->n; i++)
	{
		uint64_t	rows = 0;

		seg_check_step(i);
		if (i > 0 && !(list->scores[i] > list->scores[i - 1]))
			return false;
		for (size_t g = 0; g < groups; g++)
		{
			SegHits		hits = list->hits[i * groups + g];

			if (hits.hits > hits.rows)
				return false;
			rows += hits.rows;
			totals[g] += hits.rows;
		}
		if (rows == 0)
			return false;
	}
	for (size_t g = 0; g < groups; g++)
		if (totals[g] > SEG_HIT_MOST_ROWS)
			return false;
	return true;
}

SegStatus
seg_hits_read(SegReader *reader, SegArena *arena, size_t groups, SegHitList *list)
{
	Assert(groups >= 1 && groups <= SEG_HIT_GROUPS);
	list->level = seg_read_choice(reader, SEG_VALUE_TABLE_MAX_LEVEL + 1);
	list->rows_skipped = seg_read_u64(reader);
	list->n = seg_read_count(reader, sizeof(double) + groups * sizeof(SegHits));
	if (reader->failed || list->n == 0 || list->rows_skipped > SEG_STATE_MOST_ROWS)
		return SEG_MALFORMED_MODEL;
	list->scores = seg_read_doubles(reader, arena, list->n);
	list->hits = seg_arena_take(arena, list->n * groups, sizeof(SegHits));
	if (reader->failed || list->hits == NULL)
		return SEG_MALFORMED_MODEL;
	for (size_t i = 0; i < list->n * groups; i++)
	{
		seg_check_step(i);
		list->hits[i].rows = seg_read_u32(reader);
		list->hits[i].hits = seg_read_u32(reader);
	}
	return seg_reader_done(reader) && list_is_sound(list, groups) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_hits_write(SegWriter *writer, size_t groups, const SegHitList *list)
{
	seg_write_u8(writer, list->level);
	seg_write_u64(writer, list->rows_skipped);
	seg_write_u32(writer, list->n);
	seg_write_doubles(writer, list->scores, list->n);
	for (size_t i = 0; i < list->n * groups; i++)
	{
		seg_check_step(i);
		seg_write_u32(writer, list->hits[i].rows);
		seg_write_u32(writer, list->hits[i].hits);
	}
}
