/*
 * sap_columns.c
 *		Which cell goes to which column of the target, and as what.
 *
 * A name of the header is looked up in the option mapping, then among the
 * target's columns and in the dictionary.  A target that does not exist is
 * created from the dictionary, with text for what is not in it.
 */
#include "pg/sap_import.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "pg/sap_table.h"

/* What mapping says of a name: its field, NULL to leave it out. False: nothing. */
static bool
mapped(const Jsonb *mapping, const char *name, char **field)
{
	JsonbValue	found;

	if (mapping == NULL ||
		getKeyJsonValueFromContainer((JsonbContainer *) &mapping->root, name, strlen(name), &found) == NULL)
		return false;
	*field = found.type == jbvString ? pnstrdup(found.val.string.val, found.val.string.len) : NULL;
	return true;
}

/* The field that a name of the header stands for; NULL: left out. */
static char *
field_name(const SapOptions *options, const SegSapCell *name)
{
	char	   *own = pnstrdup(name->text, name->size);
	char	   *field;

	return mapped(options->mapping, own, &field) ? field : own;
}

static const SegSapField *
known_field(const SapOptions *options, const char *name)
{
	const SegSapField *field = NULL;

	if (options->table != NULL)
		field = seg_sap_field(options->table, name, strlen(name));
	return field != NULL ? field : seg_sap_field(NULL, name, strlen(name));
}

int
seg_sap_columns_score(const SegSapCell *cells, size_t count, void *arg)
{
	SapColumns *columns = arg;
	Relation	target = OidIsValid(columns->target) ? relation_open(columns->target, AccessShareLock) : NULL;
	int			score = 0;

	for (size_t i = 0; i < count; i++)
	{
		char	   *name;
		char	   *own;

		if (cells[i].size == 0)
			continue;
		own = pnstrdup(cells[i].text, cells[i].size);
		if (mapped(columns->options->mapping, own, &name))
			score++;
		else if (known_field(columns->options, own) != NULL ||
				 (target != NULL && seg_sap_attribute(RelationGetDescr(target), own) != InvalidAttrNumber))
			score++;
		pfree(own);
	}
	if (target != NULL)
		relation_close(target, NoLock);
	return score;
}

/* ---- types --------------------------------------------------------------------- */

static SapKind
kind_of(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return SAP_TEXT;
		case DATEOID:
			return SAP_DATE;
		case TIMESTAMPOID:
			return SAP_TIMESTAMP;
		case TIMEOID:
			return SAP_TIME;
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return SAP_NUMERIC;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return SAP_INTEGER;
		case BOOLOID:
			return SAP_BOOLEAN;
		default:
			return SAP_OTHER;
	}
}

static Oid
handed_type(SapKind kind)
{
	switch (kind)
	{
		case SAP_TEXT:
		case SAP_OTHER:
			return TEXTOID;
		case SAP_DATE:
			return DATEOID;
		case SAP_TIMESTAMP:
			return TIMESTAMPOID;
		case SAP_TIME:
			return TIMEOID;
		case SAP_NUMERIC:
			return NUMERICOID;
		case SAP_INTEGER:
			return INT8OID;
		case SAP_BOOLEAN:
			return BOOLOID;
	}
	return InvalidOid;
}

static int
key_length(const SapOptions *options, const SegSapField *field)
{
	if (field == NULL)
		return 0;
	if (field->type == SEG_SAP_MATERIAL)
		return options->material_length;
	return field->type == SEG_SAP_ALPHA || field->type == SEG_SAP_NUMC ? field->length : 0;
}

static void
set_type(SapColumn *column, Form_pg_attribute attribute)
{
	int32		typmod = attribute->atttypmod;
	Oid			type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);

	column->name = pstrdup(NameStr(attribute->attname));
	column->kind = kind_of(type);
	column->type = handed_type(column->kind);
	column->target_type = type;
	column->typmod = typmod;
	column->not_null = attribute->attnotnull;
	column->type_name = format_type_extended(attribute->atttypid, attribute->atttypmod,
											 FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/* ---- the target's columns -------------------------------------------------------- */

static const char *
created_type(const SegSapField *field)
{
	switch (field == NULL ? SEG_SAP_CHAR : field->type)
	{
		case SEG_SAP_CHAR:
		case SEG_SAP_ALPHA:
		case SEG_SAP_MATERIAL:
		case SEG_SAP_NUMC:
			return "pg_catalog.text";
		case SEG_SAP_DATS:
			return "pg_catalog.date";
		case SEG_SAP_TIMS:
			return "pg_catalog.time";
		case SEG_SAP_CURR:
			return "pg_catalog.numeric(20,5)";
		case SEG_SAP_QUAN:
			return "pg_catalog.numeric(18,3)";
		case SEG_SAP_DEC:
			return "pg_catalog.numeric(24,9)";
		case SEG_SAP_INT:
			return "pg_catalog.int8";
	}
	return NULL;
}

static void
create_target(SapColumns *columns)
{
	const SapOptions *options = columns->options;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s (", seg_sap_quoted(options->target));
	for (int i = 0; i < columns->count; i++)
		appendStringInfo(&sql, "%s%s %s", i == 0 ? "" : ", ",
						 quote_identifier(columns->items[i].name),
						 created_type(columns->items[i].field));
	appendStringInfoChar(&sql, ')');
	if (SPI_execute(sql.data, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the target");
	CommandCounterIncrement();
	columns->target = RangeVarGetRelid(options->target, AccessShareLock, false);
}

static void
refuse_duplicates(const SapColumns *columns)
{
	for (int i = 0; i < columns->count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(columns->items[i].name, columns->items[j].name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("header names column %s twice", columns->items[i].name),
						 errhint("Export with technical names, or map one of the labels to another field.")));
}

/* Keep the columns that the target takes a value for; the rest is ignored. */
static void
match_target(SapColumns *columns)
{
	Relation	target = relation_open(columns->target, AccessShareLock);
	TupleDesc	descriptor = RelationGetDescr(target);
	int			kept = 0;

	for (int i = 0; i < columns->count; i++)
	{
		SapColumn	column = columns->items[i];
		AttrNumber	number = seg_sap_attribute(descriptor, column.name);
		Form_pg_attribute attribute;

		if (number != InvalidAttrNumber)
		{
			attribute = TupleDescAttr(descriptor, number - 1);
			if (attribute->attgenerated == '\0' && attribute->attidentity != ATTRIBUTE_IDENTITY_ALWAYS)
			{
				set_type(&column, attribute);
				columns->items[kept++] = column;
				continue;
			}
		}
		if (column.cell >= 0)
			columns->ignored = lappend(columns->ignored, (char *) column.file_name);
	}
	columns->count = kept;
	relation_close(target, NoLock);
	if (kept == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("header names no column of the target")));
}

/* ---- what rows need beyond their cells --------------------------------------------- */

static int
cell_of_field(const SapColumns *columns, const char *field)
{
	for (int i = 0; field != NULL && i < columns->count; i++)
		if (columns->items[i].field != NULL && strcmp(columns->items[i].field->name, field) == 0)
			return columns->items[i].cell;
	return -1;
}

/* Before columns are dropped: a currency may be in the file and not in the target. */
static void
find_currencies(SapColumns *columns)
{
	const SapOptions *options = columns->options;
	const SegSapTable *table = options->table;

	for (int i = 0; i < columns->count; i++)
	{
		SapColumn  *column = &columns->items[i];

		if (column->field == NULL || column->field->type != SEG_SAP_CURR)
			continue;
		column->currency_cell = cell_of_field(columns, column->field->reference);
		if (column->currency_cell >= 0)
			column->currency_source = SAP_CURRENCY_CELL;
		else if (OidIsValid(options->header_table) && table != NULL && table->header != NULL &&
				 column->field->reference != NULL &&
				 strcmp(column->field->reference, table->header_currency) == 0)
			column->currency_source = SAP_CURRENCY_HEADER;
		else if (options->currency != NULL)
			column->currency_source = SAP_CURRENCY_OPTION;
	}
}

/* Where the file has no client, the option's value is every row's. */
static void
add_client(SapColumns *columns)
{
	SapColumn  *column = &columns->items[columns->count];

	columns->client_cell = cell_of_field(columns, "MANDT");
	if (columns->client_cell >= 0 || columns->options->client == NULL)
		return;
	*column = (SapColumn) {.file_name = "MANDT", .cell = -1, .name = "mandt",
		.field = seg_sap_field(NULL, "MANDT", 5)};
	column->key_length = key_length(columns->options, column->field);
	columns->count++;
}

static void
check_mapping(const Jsonb *mapping, const SegSapCell *names, size_t count)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	entry;

	if (mapping == NULL)
		return;
	iterator = JsonbIteratorInit((JsonbContainer *) &mapping->root);
	(void) JsonbIteratorNext(&iterator, &entry, false);
	while ((token = JsonbIteratorNext(&iterator, &entry, true)) == WJB_KEY)
	{
		size_t		i = 0;

		while (i < count && (names[i].size != entry.val.string.len ||
							 memcmp(names[i].text, entry.val.string.val, names[i].size) != 0))
			i++;
		if (i == count)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("mapping names %s, but the header does not",
							pnstrdup(entry.val.string.val, entry.val.string.len))));
		(void) JsonbIteratorNext(&iterator, &entry, true);
	}
}

void
seg_sap_columns_resolve(SapColumns *columns, const SegSapCell *names, size_t count)
{
	check_mapping(columns->options->mapping, names, count);
	columns->items = palloc0((count + 1) * sizeof(SapColumn));
	columns->unnamed = palloc0(count * sizeof(bool));
	columns->cells_named = count;
	for (size_t i = 0; i < count; i++)
	{
		SapColumn  *column = &columns->items[columns->count];
		char	   *name;

		columns->unnamed[i] = names[i].size == 0;
		if (columns->unnamed[i])
			continue;
		columns->cells_needed = i + 1;
		column->file_name = pnstrdup(names[i].text, names[i].size);
		name = field_name(columns->options, &names[i]);
		if (name == NULL)
		{
			columns->ignored = lappend(columns->ignored, (char *) column->file_name);
			continue;
		}
		column->cell = (int) i;
		column->field = known_field(columns->options, name);
		column->key_length = key_length(columns->options, column->field);
		column->name = OidIsValid(columns->target) ? name : asc_tolower(name, strlen(name));
		columns->count++;
	}
	add_client(columns);
	find_currencies(columns);
	if (!OidIsValid(columns->target))
	{
		refuse_duplicates(columns);
		create_target(columns);
	}
	match_target(columns);
	refuse_duplicates(columns);
}
