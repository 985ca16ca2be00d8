/*
 * sap_columns_pg.c
 *		From the names of a header to the columns of the target.
 *
 * A name of the header is looked up in the option mapping, then among the
 * columns of the target and in the dictionary.  A target that does not exist is
 * created from the dictionary; a field that is not there becomes text.
 */
#include "sap/sap_columns_pg.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "sap/sap_encoding_pg.h"
#include "sap/sap_table_pg.h"
#include "sap/sap_target_pg.h"

/* OUT field: of a name in mapping; NULL: leave it out.  False when mapping does not contain the name. */
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

/* The field of a name of the header; NULL: leave it out. */
static char *
field_name(const SegSapOptions *options, const char *name)
{
	char	   *field;

	return mapped(options->mapping, name, &field) ? field : pstrdup(name);
}

/* Cut like PostgreSQL cuts a name that is too long. */
static char *
column_name(const char *name)
{
	return pnstrdup(name, pg_mbcliplen(name, (int) strlen(name), NAMEDATALEN - 1));
}

static const SegSapField *
known_field(const SegSapOptions *options, const char *name)
{
	const SegSapField *field = NULL;

	if (options->table != NULL)
		field = seg_sap_field(options->table, name, strlen(name));
	return field != NULL ? field : seg_sap_field(NULL, name, strlen(name));
}

static int
field_length(const SegSapOptions *options, const SegSapField *field)
{
	if (field == NULL)
		return 0;
	return field->type == SEG_SAP_MATERIAL ? options->material_length : field->length;
}

/* ---- the columns of the target -------------------------------------------------------- */

static void
create_target(SegSapColumns *columns)
{
	const SegSapOptions *options = columns->options;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s (", seg_sap_quoted(options->target));
	for (int i = 0; i < columns->count; i++)
		appendStringInfo(&sql, "%s%s %s", i == 0 ? "" : ", ",
						 quote_identifier(columns->items[i].name),
						 seg_sap_created_type(columns->items[i].field));
	appendStringInfoChar(&sql, ')');
	if (SPI_execute(sql.data, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the target table");
	CommandCounterIncrement();
	columns->target = RangeVarGetRelid(options->target, AccessShareLock, false);
}

static void
refuse_duplicates(const SegSapColumns *columns)
{
	for (int i = 0; i < columns->count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(columns->items[i].name, columns->items[j].name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("header has column \"%s\" more than once", columns->items[i].name),
						 errhint("Export with technical field names, or map one of the labels to another field.")));
}

static bool
is_client(const SegSapColumn *column)
{
	return column->field != NULL && column->field->type == SEG_SAP_CLNT;
}

/* Keep the columns that the target has; the others are ignored. */
static void
match_target(SegSapColumns *columns)
{
	Relation	target = relation_open(columns->target, AccessShareLock);
	TupleDesc	descriptor = RelationGetDescr(target);
	int			named = columns->count;
	int			kept = 0;

	for (int i = 0; i < columns->count; i++)
	{
		SegSapColumn column = columns->items[i];
		AttrNumber	number = seg_sap_attribute(descriptor, column.name);
		Form_pg_attribute attribute;

		if (number != InvalidAttrNumber)
		{
			attribute = TupleDescAttr(descriptor, number - 1);
			if (attribute->attgenerated == '\0' && attribute->attidentity != ATTRIBUTE_IDENTITY_ALWAYS)
			{
				seg_sap_set_type(&column, attribute);
				columns->items[kept++] = column;
				continue;
			}
		}
		if (column.cell >= 0)
			columns->ignored = lappend(columns->ignored, (char *) column.file_name);
	}
	columns->count = kept;
	relation_close(target, NoLock);
	if (kept == 0 || (kept == 1 && named > 1 && is_client(&columns->items[0])))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("header has no column of the target%s", kept == 0 ? "" : " except the client"),
				 errhint("Import into a new table, or into a table whose columns have the names of SAP fields.")));
}

/* ---- currency, client, mapping --------------------------------------------- */

static int
cell_of_field(const SegSapColumns *columns, const char *field)
{
	for (int i = 0; field != NULL && i < columns->count; i++)
		if (columns->items[i].field != NULL && strcmp(columns->items[i].field->name, field) == 0)
			return columns->items[i].cell;
	return -1;
}

/* Call this before match_target: the currency may be in the file, but not in the target. */
static void
find_currencies(SegSapColumns *columns)
{
	const SegSapOptions *options = columns->options;
	const SegSapTable *table = options->table;

	for (int i = 0; i < columns->count; i++)
	{
		SegSapColumn *column = &columns->items[i];

		if (column->field == NULL || column->field->type != SEG_SAP_CURR)
			continue;
		column->currency_cell = cell_of_field(columns, column->field->reference);
		if (column->currency_cell >= 0)
			column->currency_source = SEG_SAP_CURRENCY_CELL;
		else if (OidIsValid(options->header_table) && table != NULL && table->header != NULL &&
				 column->field->reference != NULL &&
				 strcmp(column->field->reference, table->header_currency) == 0)
			column->currency_source = SEG_SAP_CURRENCY_HEADER;
		else if (options->currency != NULL)
			column->currency_source = SEG_SAP_CURRENCY_OPTION;
	}
}

/* When the file has no client, every row gets the value of the option. */
static void
add_client(SegSapColumns *columns)
{
	SegSapColumn *column = &columns->items[columns->count];
	const char *client = seg_sap_client_field(columns->options->table);

	columns->client_cell = cell_of_field(columns, client);
	if (columns->client_cell >= 0 || columns->options->client == NULL)
		return;
	*column = (SegSapColumn) {.file_name = client, .cell = -1, .name = asc_tolower(client, strlen(client)),
		.field = seg_sap_field(columns->options->table, client, strlen(client))};
	column->length = field_length(columns->options, column->field);
	columns->count++;
}

/* Does the header have the name, which is in the encoding of the database? */
static bool
header_has(const SegSapCell *names, size_t count, const char *name, size_t size)
{
	const char *utf8 = seg_sap_to_utf8(name, &size);

	for (size_t i = 0; i < count; i++)
		if (names[i].size == size && memcmp(names[i].text, utf8, size) == 0)
			return true;
	return false;
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
		char	   *name = pnstrdup(entry.val.string.val, entry.val.string.len);

		if (!header_has(names, count, name, strlen(name)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 *name == '\0' ? errmsg("mapping has an entry for columns without a name, but the header has no such column") :
					 errmsg("mapping has the name \"%s\", but the header does not", name)));
		(void) JsonbIteratorNext(&iterator, &entry, true);
	}
}

/* ---- keys ---------------------------------------------------------------------------- */

/* Is the field among the columns that have a cell? */
static bool
has_field(const SegSapColumns *columns, const char *field)
{
	return cell_of_field(columns, field) >= 0;
}

/* Without the key fields of the SAP table it is another table, or has labels in place of field names. */
static void
check_keys(const SegSapColumns *columns, const char *where)
{
	const SegSapTable *table = columns->options->table;

	for (int i = 0; table != NULL && table->key[i] != NULL; i++)
		if (seg_sap_needs_field(table, table->key[i]) && !has_field(columns, table->key[i]))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("%s has no column for %s, a key field of %s", where, table->key[i], table->name),
					 errhint("Export with technical field names, or list the labels in the option mapping.")));
}

static bool
is_number(const SegSapColumn *column)
{
	if (column->field == NULL)
		return column->kind == SEG_SAP_KIND_NUMERIC || column->kind == SEG_SAP_KIND_INTEGER;
	switch (column->field->type)
	{
		case SEG_SAP_CLNT:
		case SEG_SAP_CUKY:
		case SEG_SAP_UNIT:
		case SEG_SAP_CURR:
		case SEG_SAP_QUAN:
		case SEG_SAP_DEC:
		case SEG_SAP_INT:
			return true;
		default:
			return false;
	}
}

static void
mark_keys(SegSapColumns *columns)
{
	const SegSapTable *table = columns->options->table;

	for (int i = 0; i < columns->count; i++)
	{
		SegSapColumn *column = &columns->items[i];
		const SegSapField *field = column->field;

		column->is_identifying = !is_number(column);
		if (field == NULL || column->cell < 0)
			continue;
		column->field_size = strlen(field->name);
		column->is_needed = table != NULL && seg_sap_needs_field(table, field->name);
		columns->has_key |= table == NULL && seg_sap_is_number_field(field->name);
	}
}

/* ---- fields that are not in the dictionary ------------------------------------------------ */

#define MOST_UNKNOWN 10

/* A message, because the options for numbers and dates do not apply to text columns. */
static void
report_unknown(const SegSapColumns *columns, bool created)
{
	const SegSapOptions *options = columns->options;
	bool		has_format = options->notation != SEG_SAP_NO_NOTATION || options->date_format != SEG_SAP_DATE_INTERNAL;
	StringInfoData unknown;
	int			count = 0;
	bool		has_number = false;

	initStringInfo(&unknown);
	for (int i = 0; i < columns->count; i++)
	{
		const SegSapColumn *column = &columns->items[i];

		has_number |= column->kind == SEG_SAP_KIND_NUMERIC || column->kind == SEG_SAP_KIND_INTEGER;
		if (column->field != NULL || column->kind != SEG_SAP_KIND_TEXT)
			continue;
		if (count++ < MOST_UNKNOWN)
			appendStringInfo(&unknown, "%s%s", unknown.len == 0 ? "" : ", ", column->file_name);
	}
	if (count > MOST_UNKNOWN)
		appendStringInfo(&unknown, " and %d more", count - MOST_UNKNOWN);
	if (unknown.len > 0 && (created || (options->notation != SEG_SAP_NO_NOTATION && !has_number)))
		ereport(has_format ? WARNING : NOTICE,
				(errmsg("these fields are not in the dictionary and are loaded as text: %s", unknown.data),
				 errhint("To load them as numbers or dates, create the target with such columns before the import.")));
	pfree(unknown.data);
}

/* ---- the header ------------------------------------------------------------------------ */

/* A cell without a name in the header must be blank, except the row numbers that pandas and R write. */
static void
add_unnamed(SegSapColumns *columns, size_t i, bool is_list)
{
	char	   *field;

	columns->unnamed[i] = true;
	if (mapped(columns->options->mapping, "", &field))
		columns->unnamed[i] = false;
	else if (i == 0 && !is_list)
		columns->has_index = true;
}

static void
add_column(SegSapColumns *columns, const char *file_name, const char *name, int cell)
{
	SegSapColumn *column = &columns->items[columns->count++];

	column->file_name = file_name;
	column->cell = cell;
	column->field = known_field(columns->options, name);
	column->length = field_length(columns->options, column->field);
	column->name = column_name(OidIsValid(columns->target) ? name : asc_tolower(name, strlen(name)));
}

void
seg_sap_columns_resolve(SegSapColumns *columns, const SegSapCell *names, size_t count, bool is_list)
{
	bool		created = !OidIsValid(columns->target);

	check_mapping(columns->options->mapping, names, count);
	columns->items = palloc0((count + 1) * sizeof(SegSapColumn));
	columns->unnamed = palloc0(count * sizeof(bool));
	columns->cells_named = count;
	for (size_t i = 0; i < count; i++)
	{
		char	   *file_name = seg_sap_server_string(names[i].text, names[i].size);
		char	   *name = field_name(columns->options, file_name);

		if (names[i].size == 0)
			add_unnamed(columns, i, is_list);
		else
			columns->cells_needed = i + 1;
		if (name == NULL)
			columns->ignored = lappend(columns->ignored, file_name);
		if (name == NULL || *name == '\0')
			continue;
		add_column(columns, *file_name == '\0' ? name : file_name, name, (int) i);
	}
	add_client(columns);
	find_currencies(columns);
	check_keys(columns, "header");
	if (created)
	{
		refuse_duplicates(columns);
		create_target(columns);
	}
	match_target(columns);
	refuse_duplicates(columns);
	check_keys(columns, "target");
	mark_keys(columns);
	report_unknown(columns, created);
}
