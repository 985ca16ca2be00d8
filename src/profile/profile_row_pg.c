/*
 * profile_row_pg.c
 *		The arguments features and categories of a row.
 */
#include "profile/profile_pg.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"

static void
refuse_many(size_t count)
{
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("row has %zu attributes, but a profile has 1 to %d", count, SEG_PROFILE_ATTRIBUTES)));
}

/* A value of blanks is no value. */
static SegProfileText
text_value(const char *text, size_t length)
{
	size_t		blank = 0;

	while (blank < length && (text[blank] == ' ' || text[blank] == '\t'))
		blank++;
	if (blank == length)
		return (SegProfileText) {text, 0};
	if (unlikely(GetDatabaseEncoding() != PG_UTF8))
	{
		text = pg_server_to_any(pnstrdup(text, length), length, PG_UTF8);

		length = strlen(text);
	}
	return (SegProfileText) {text, length};
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
static void
read_texts(const char *data, size_t size, SegProfileRow *row)
{
	const char *start = data - VARHDRSZ;
	const bits8 *nulls;
	size_t		at;
	ArrayHead	head;

	memset(&head, 0, sizeof(head));
	memcpy(&head, data, Min(size, sizeof(head)));
	Assert(head.elemtype == TEXTOID);
	seg_check_one_dimension(head.ndim, "categories");
	row->c = head.ndim == 0 ? 0 : head.length;
	if (row->c > SEG_PROFILE_ATTRIBUTES)
		refuse_many(row->d + row->c);
	nulls = head.dataoffset == 0 ? NULL : (const bits8 *) start + sizeof(ArrayType) + 2 * sizeof(int);
	at = head.dataoffset == 0 ? ARR_OVERHEAD_NONULLS(1) : head.dataoffset;
	for (size_t j = 0; j < row->c; j++)
	{
		uint32		length;

		if (nulls != NULL && (nulls[j / 8] & (1 << (j % 8))) == 0)
		{
			row->texts[j] = (SegProfileText) {"", 0};
			continue;
		}
		/* an element with a short header is not aligned; a zero byte is padding */
		if (start[at] == 0)
			at = INTALIGN(at);
		if (VARATT_IS_1B(start + at))
		{
			row->texts[j] = text_value(VARDATA_1B(start + at), VARSIZE_1B(start + at) - VARHDRSZ_SHORT);
			at += VARSIZE_1B(start + at);
			continue;
		}
		memcpy(&length, start + at, sizeof(length));
		length = VARSIZE_4B(&length);
		if (VARATT_IS_4B_C(start + at))
		{
			/* compressed: a copy is aligned */
			text	   *element = (text *) pg_detoast_datum(memcpy(palloc(length), start + at, length));

			row->texts[j] = text_value(VARDATA(element), VARSIZE(element) - VARHDRSZ);
		}
		else
			row->texts[j] = text_value(start + at + VARHDRSZ, length - VARHDRSZ);
		at += length;
	}
}

void
seg_profile_row(FunctionCallInfo fcinfo, int argno, SegProfileRow *row)
{
	SegFeatures features = seg_features_open_any(PG_GETARG_DATUM(argno));
	struct varlena *texts;

	row->d = features.d;
	if (row->d > SEG_PROFILE_ATTRIBUTES)
		refuse_many(row->d);
	if (row->d > 0)
		seg_features_copy(&features, row->numbers);
	seg_features_close(&features);
	texts = PG_GETARG_VARLENA_PP(argno + 1);
	read_texts(VARDATA_ANY(texts), VARSIZE_ANY_EXHDR(texts), row);
	if (row->d + row->c == 0 || row->d + row->c > SEG_PROFILE_ATTRIBUTES)
		refuse_many(row->d + row->c);
}

void
seg_profile_check_shape(const SegProfileRow *row, size_t d, size_t c, const char *what)
{
	if (row->d != d)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu features, but %s %zu", row->d, what, d)));
	if (row->c != c)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu categories, but %s %zu", row->c, what, c)));
}
