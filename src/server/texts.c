/*
 * texts.c
 *		Reading a text[] argument in place; see texts.h.
 */
#include "server/texts.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"

#include "server/features.h"

/* A value of blanks is no value. */
static SegText
text_value(const char *text, size_t length)
{
	size_t		blank = 0;

	while (blank < length && (text[blank] == ' ' || text[blank] == '\t'))
		blank++;
	if (blank == length)
		return (SegText) {text, 0};
	if (unlikely(GetDatabaseEncoding() != PG_UTF8))
	{
		text = pg_server_to_any(pnstrdup(text, length), length, PG_UTF8);

		length = strlen(text);
	}
	return (SegText) {text, length};
}

/* The fields of an array header behind its length word. */
typedef struct ArrayHead
{
	int32		ndim;
	int32		dataoffset;
	Oid			elemtype;
	int32		length;
} ArrayHead;

/*
 * A million rows are read here one by one, so an array with a short header, which stands
 * unaligned in its tuple, is not copied.  Offsets count from the start of an aligned array,
 * length word included.
 */
static size_t
read_texts(const char *data, size_t size, const char *name, SegText *texts, size_t most)
{
	const char *start = data - VARHDRSZ;
	const bits8 *nulls;
	size_t		at;
	size_t		count;
	ArrayHead	head;

	memset(&head, 0, sizeof(head));
	memcpy(&head, data, Min(size, sizeof(head)));
	Assert(head.elemtype == TEXTOID);
	seg_check_one_dimension(head.ndim, name);
	count = head.ndim == 0 ? 0 : head.length;
	if (count > most)
		return count;
	nulls = head.dataoffset == 0 ? NULL : (const bits8 *) start + sizeof(ArrayType) + 2 * sizeof(int);
	at = head.dataoffset == 0 ? ARR_OVERHEAD_NONULLS(1) : head.dataoffset;
	for (size_t j = 0; j < count; j++)
	{
		uint32		length;

		if (nulls != NULL && (nulls[j / 8] & (1 << (j % 8))) == 0)
		{
			texts[j] = (SegText) {"", 0};
			continue;
		}
		/* an element with a short header is not aligned; a zero byte is padding */
		if (start[at] == 0)
			at = INTALIGN(at);
		if (VARATT_IS_1B(start + at))
		{
			texts[j] = text_value(VARDATA_1B(start + at), VARSIZE_1B(start + at) - VARHDRSZ_SHORT);
			at += VARSIZE_1B(start + at);
			continue;
		}
		memcpy(&length, start + at, sizeof(length));
		length = VARSIZE_4B(&length);
		if (VARATT_IS_4B_C(start + at))
		{
			/* compressed: a copy is aligned */
			text	   *element = (text *) pg_detoast_datum(memcpy(palloc(length), start + at, length));

			texts[j] = text_value(VARDATA(element), VARSIZE(element) - VARHDRSZ);
		}
		else
			texts[j] = text_value(start + at + VARHDRSZ, length - VARHDRSZ);
		at += length;
	}
	return count;
}

size_t
seg_texts_read(Datum array, const char *name, SegText *texts, size_t most)
{
	struct varlena *bytes = (struct varlena *) PG_DETOAST_DATUM_PACKED(array);

	return read_texts(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), name, texts, most);
}
