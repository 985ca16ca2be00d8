/*
 * sap_names_pg.c
 *		The names that a header can have; see sap_names_pg.h.
 *
 * These are the fields of the dictionary, the columns of the target and the
 * names in the option mapping.  A line that has only such names is a header at
 * any position.  Names are compared without the case of ASCII letters.
 */
#include "sap/sap_names_pg.h"

#include "access/relation.h"
#include "lib/qunique.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "sap/sap_encoding_pg.h"

struct SegSapNames
{
	SegSapCell *items;			/* sorted, UTF-8 */
	size_t		count;
	size_t		room;
};

bool
seg_sap_same_name(const SegSapCell *a, const SegSapCell *b)
{
	if (a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		if (pg_ascii_toupper((unsigned char) a->text[i]) != pg_ascii_toupper((unsigned char) b->text[i]))
			return false;
	return true;
}

/* By size first, because that decides most comparisons. */
static int
compare_names(const void *left, const void *right)
{
	const SegSapCell *a = left;
	const SegSapCell *b = right;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	for (size_t i = 0; i < a->size; i++)
	{
		int			order = (int) pg_ascii_toupper((unsigned char) a->text[i]) -
			(int) pg_ascii_toupper((unsigned char) b->text[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

static void
add(SegSapNames *names, const char *text, size_t size)
{
	if (names->count == names->room)
	{
		names->room *= 2;
		names->items = repalloc(names->items, names->room * sizeof(SegSapCell));
	}
	names->items[names->count++] = (SegSapCell) {text, size};
}

/* The name is in the encoding of the database. */
static void
add_server_name(SegSapNames *names, const char *name, size_t size)
{
	const char *utf8 = seg_sap_to_utf8(pnstrdup(name, size), &size);

	add(names, utf8, size);
}

static void
add_target(SegSapNames *names, Oid relation)
{
	Relation	target = relation_open(relation, AccessShareLock);
	TupleDesc	descriptor = RelationGetDescr(target);

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!attribute->attisdropped)
			add_server_name(names, NameStr(attribute->attname), strlen(NameStr(attribute->attname)));
	}
	relation_close(target, NoLock);
}

static void
add_mapping(SegSapNames *names, Jsonb *mapping)
{
	JsonbIterator *iterator = JsonbIteratorInit(&mapping->root);
	JsonbValue	entry;

	(void) JsonbIteratorNext(&iterator, &entry, false);
	while (JsonbIteratorNext(&iterator, &entry, true) == WJB_KEY)
	{
		if (entry.val.string.len > 0)
			add_server_name(names, entry.val.string.val, entry.val.string.len);
		(void) JsonbIteratorNext(&iterator, &entry, true);
	}
}

SegSapNames *
seg_sap_names_open(const SegSapOptions *options, Oid target)
{
	SegSapNames *names = palloc0(sizeof(SegSapNames));
	const SegSapField *fields;
	size_t		count;

	names->room = 2048;
	names->items = palloc(names->room * sizeof(SegSapCell));
	for (size_t table = 0; (fields = seg_sap_dictionary(table, &count)) != NULL; table++)
		for (size_t i = 0; i < count; i++)
			add(names, fields[i].name, strlen(fields[i].name));
	if (OidIsValid(target))
		add_target(names, target);
	if (options->mapping != NULL)
		add_mapping(names, options->mapping);
	qsort(names->items, names->count, sizeof(SegSapCell), compare_names);
	names->count = qunique(names->items, names->count, sizeof(SegSapCell), compare_names);
	return names;
}

static bool
is_known(const SegSapNames *names, const SegSapCell *cell)
{
	return bsearch(cell, names->items, names->count, sizeof(SegSapCell), compare_names) != NULL;
}

size_t
seg_sap_names_known(const SegSapNames *names, const SegSapCell *cells, size_t count)
{
	size_t		known = 0;

	for (size_t i = 0; i < count; i++)
		known += cells[i].size > 0 && is_known(names, &cells[i]);
	return known;
}

size_t
seg_sap_names_only(const SegSapNames *names, const SegSapCell *cells, size_t count)
{
	size_t		found = 0;
	size_t		longest = 0;

	for (size_t i = 0; i < count; i++)
	{
		if (cells[i].size == 0)
			continue;
		/* most lines of data begin with a digit; this is a cheap test */
		if (seg_sap_is_digit(*cells[i].text) || !is_known(names, &cells[i]))
			return 0;
		found++;
		longest = Max(longest, cells[i].size);
	}
	return longest >= 3 ? found : 0;	/* X is a flag, even when there is a column of that name */
}
