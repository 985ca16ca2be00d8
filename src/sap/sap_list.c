/*
 * sap_list.c
 *		Rows of the list text of SE16, SE16N and ALV lists, saved "unconverted"; see sap_list.h.
 *
 *		Table:          VBRK
 *		-------------------------------
 *		|  |VBELN     |FKART|    NETWR|
 *		-------------------------------
 *		|  |90000001  |F2   |   100,00|
 *
 * Cells are padded to the width of their column and nothing is quoted, so a | in
 * a text looks like a boundary.  The boundaries of a row are therefore at the
 * positions of those of the header.  Some systems pad by the width on the screen,
 * where an East Asian character takes two columns; this is tried second.
 */
#include "sap/sap_list.h"

#include "sap/sap_convert.h"

static void
trim_line(const char **line, size_t *size)
{
	while (*size > 0 && strchr(" \t\r", (*line)[*size - 1]) != NULL && (*line)[*size - 1] != '\0')
		(*size)--;
}

bool
seg_sap_is_list_row(const char *line, size_t size)
{
	seg_sap_trim(&line, &size);
	return size >= 2 && line[0] == '|' && line[size - 1] == '|';
}

bool
seg_sap_is_list_rule(const char *line, size_t size)
{
	size_t		dashes = 0;

	seg_sap_trim(&line, &size);
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (line[i] != '-' && line[i] != '|' && line[i] != '+')
			return false;
		dashes += line[i] == '-';
	}
	return dashes >= 3;
}

/* Bytes of the character at text; an invalid byte is one character. */
static size_t
character_size(const char *text, size_t left)
{
	unsigned char c = (unsigned char) text[0];
	size_t		size = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

	if (size > left)
		return 1;
	for (size_t i = 1; i < size; i++)
		if (((unsigned char) text[i] & 0xC0) != 0x80)
			return 1;			/* Latin-1 that is not converted */
	return size;
}

/* East Asian Wide and Fullwidth (Unicode TR 11), by blocks. */
static bool
is_wide(const char *text, size_t size)
{
	const unsigned char *b = (const unsigned char *) text;
	uint32_t	c;

	if (size < 3)
		return false;
	if (size == 4)
		return b[0] == 0xF0 && (b[1] >= 0xA0 || (b[1] == 0x9F && b[2] >= 0x8C && b[2] <= 0xAB));
	c = (uint32_t) (b[0] & 0x0F) << 12 | (uint32_t) (b[1] & 0x3F) << 6 | (uint32_t) (b[2] & 0x3F);
	return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF && c != 0x303F) ||
		(c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
		(c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6);
}

/* A position in a line that moves by characters. */
typedef struct Walk
{
	const char *line;
	size_t		size;
	size_t		at;				/* in bytes */
	size_t		character;
	size_t		column;
} Walk;

static void
step(Walk *walk)
{
	size_t		size = character_size(walk->line + walk->at, walk->size - walk->at);

	seg_check_step(walk->character);
	walk->column += is_wide(walk->line + walk->at, size) ? 2 : 1;
	walk->character++;
	walk->at += size;
}

static SegSapCell
cell_between(const char *line, size_t from, size_t to)
{
	const char *text = line + from;
	size_t		size = to - from;

	seg_sap_trim(&text, &size);
	return (SegSapCell) {text, size};
}

SegSapStatus
seg_sap_list_header(SegSapList *list, const char *line, size_t size, SegSapCell *cells)
{
	Walk		walk = {line, size, 0, 0, 0};
	size_t		boundaries = 0;
	size_t		cell_start = 0;

	list->fields = 0;
	list->is_aligned = false;
	if (!seg_sap_is_list_row(line, size))
		return SEG_SAP_NO_FIT;
	while (walk.at < size)
	{
		if (line[walk.at] == '|')
		{
			if (boundaries > SEG_SAP_MAX_FIELDS)
				return SEG_SAP_TOO_MANY_FIELDS;
			list->characters[boundaries] = (uint32_t) walk.character;
			list->columns[boundaries] = (uint32_t) walk.column;
			if (boundaries > 0)
				cells[boundaries - 1] = cell_between(line, cell_start, walk.at);
			cell_start = walk.at + 1;
			boundaries++;
		}
		step(&walk);
	}
	list->fields = boundaries - 1;
	return SEG_SAP_OK;
}

/* Split at the positions of the header, in columns or in characters; false when a | is missing there. */
static bool
cut_at_offsets(const SegSapList *list, const char *line, size_t size, bool by_column, SegSapCell *cells)
{
	const uint32_t *offsets = by_column ? list->columns : list->characters;
	Walk		walk = {line, size, 0, 0, 0};
	size_t		cell_start = 0;

	for (size_t b = 0; b <= list->fields; b++)
	{
		while (walk.at < size && (by_column ? walk.column : walk.character) < offsets[b])
			step(&walk);
		if (walk.at >= size || line[walk.at] != '|' ||
			(by_column ? walk.column : walk.character) != offsets[b])
			return false;
		if (b > 0)
			cells[b - 1] = cell_between(line, cell_start, walk.at);
		cell_start = walk.at + 1;
	}
	return walk.at + 1 == size;
}

/* Split at every |; false when there are not as many as in the header. */
static bool
cut_by_count(const SegSapList *list, const char *line, size_t size, SegSapCell *cells)
{
	size_t		boundaries = 0;
	size_t		cell_start = 0;

	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (line[i] != '|')
			continue;
		if (boundaries > list->fields)
			return false;
		if (boundaries > 0)
			cells[boundaries - 1] = cell_between(line, cell_start, i);
		cell_start = i + 1;
		boundaries++;
	}
	return boundaries == list->fields + 1;
}

static bool
is_ascii(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++)
	{
		seg_check_step(i);
		if (((unsigned char) line[i] & 0x80) != 0)
			return false;
	}
	return true;
}

SegSapStatus
seg_sap_list_cut(SegSapList *list, const char *line, size_t size, SegSapCell *cells)
{
	trim_line(&line, &size);
	if (!seg_sap_is_list_row(line, size))
		return SEG_SAP_NO_FIT;
	if (cut_at_offsets(list, line, size, false, cells) ||
		cut_at_offsets(list, line, size, true, cells))
	{
		list->is_aligned = true;
		return SEG_SAP_OK;
	}
	if ((!list->is_aligned || !is_ascii(line, size)) && cut_by_count(list, line, size, cells))
		return SEG_SAP_OK;
	return SEG_SAP_NO_FIT;
}
