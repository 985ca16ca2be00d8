/*
 * sap_table_pg.c
 *		Names of relations and columns, as SQL.
 */
#include "sap/sap_table_pg.h"

#include "access/relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

char *
seg_sap_quoted(const RangeVar *name)
{
	return quote_qualified_identifier(name->schemaname, name->relname);
}

char *
seg_sap_quoted_relation(Oid relation)
{
	char	   *name = get_rel_name(relation);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation)));
	return quote_qualified_identifier(get_namespace_name_or_temp(get_rel_namespace(relation)), name);
}

char *
seg_sap_relation_name(Oid relation)
{
	return psprintf("%s.%s", get_namespace_name_or_temp(get_rel_namespace(relation)), get_rel_name(relation));
}

/* Compare without the case of ASCII letters, for every locale. */
static bool
is_same_name(const char *a, const char *b)
{
	while (*a != '\0' && pg_ascii_toupper((unsigned char) *a) == pg_ascii_toupper((unsigned char) *b))
	{
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

AttrNumber
seg_sap_attribute(TupleDesc descriptor, const char *name)
{
	AttrNumber	found = InvalidAttrNumber;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (attribute->attisdropped)
			continue;
		if (strcmp(NameStr(attribute->attname), name) == 0)
			return attribute->attnum;
		if (found == InvalidAttrNumber && is_same_name(NameStr(attribute->attname), name))
			found = attribute->attnum;
	}
	return found;
}

char *
seg_sap_column(Oid relation, const char *name)
{
	Relation	opened = relation_open(relation, AccessShareLock);
	AttrNumber	number = seg_sap_attribute(RelationGetDescr(opened), name);
	char	   *column = NULL;

	if (number != InvalidAttrNumber)
		column = pstrdup(quote_identifier(NameStr(TupleDescAttr(RelationGetDescr(opened), number - 1)->attname)));
	relation_close(opened, NoLock);
	return column;
}

char *
seg_sap_required_column(Oid relation, const char *name)
{
	char	   *column = seg_sap_column(relation, name);

	if (column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("relation \"%s\" has no column \"%s\"", seg_sap_relation_name(relation), name)));
	return column;
}
