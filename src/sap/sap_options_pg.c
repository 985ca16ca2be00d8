/*
 * sap_options_pg.c
 *		The arguments of sap_import; see sap_options_pg.h.
 */
#include "sap/sap_options_pg.h"

#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "sap/sap_key.h"
#include "sap/sap_pg.h"

/* Arguments after target, in the order of the SQL function. */
typedef enum SegSapArgument
{
	ARG_DECIMAL_NOTATION,
	ARG_AMOUNTS,
	ARG_DATE_FORMAT,
	ARG_CLIENT,
	ARG_SAP_TABLE,
	ARG_MAPPING,
	ARG_HEADER_TABLE,
	ARG_CURRENCY,
	ARG_TCURX,
	ARG_MATERIAL_LENGTH,
	ARG_LAYOUT,
	ARG_DELIMITER,
	ARG_QUOTE,
	ARG_ON_ERROR,
	ARG_REFUSED,
	ARG_CHECK_KEYS,
} SegSapArgument;

static const char *const amounts_choices[] = {"stored", "display", NULL};
static const char *const layout_choices[] = {"auto", "list", "delimited", NULL};
static const char *const on_error_choices[] = {"abort", "reject", NULL};

/* The arguments of one call; `first` is ARG_DECIMAL_NOTATION. */
typedef struct Arguments
{
	FunctionCallInfo fcinfo;
	int			first;
} Arguments;

static char *
text_argument(const Arguments *arguments, SegSapArgument argument)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + argument;

	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static int
choice_argument(const Arguments *arguments, SegSapArgument argument, const char *name,
				const char *const *choices, int otherwise)
{
	char	   *value = text_argument(arguments, argument);

	return value == NULL ? otherwise : seg_sap_choice(name, value, strlen(value), choices);
}

static Oid
oid_argument(const Arguments *arguments, SegSapArgument argument)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + argument;

	return PG_ARGISNULL(n) ? InvalidOid : PG_GETARG_OID(n);
}

static void
refuse_argument(const char *name, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s", name, expected)));
}

static RangeVar *
relation_name(const char *name)
{
	return makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
}

/* A field value in internal form; NULL when the argument is null. */
static char *
field_argument(const Arguments *arguments, SegSapArgument argument, const char *name,
			   SegSapType type, size_t length, const char *expected)
{
	char	   *value = text_argument(arguments, argument);
	char	   *result;
	size_t		size;

	if (value == NULL)
		return NULL;
	result = palloc(strlen(value) + length + 1);
	if (seg_sap_internal(type, length, value, strlen(value), result, &size) != SEG_SAP_OK || size == 0)
		refuse_argument(name, expected);
	result[size] = '\0';
	return result;
}

/* One byte, or 0 when the argument is null or (for quote) empty. */
static char
character_argument(const Arguments *arguments, SegSapArgument argument, const char *name, const char *valid)
{
	char	   *value = text_argument(arguments, argument);

	if (value == NULL || (argument == ARG_QUOTE && *value == '\0'))
		return '\0';
	if (strlen(value) != 1 || strchr(valid, *value) == NULL)
		refuse_argument(name, argument == ARG_QUOTE ? "a quotation mark, an apostrophe or empty" :
						"a comma, a semicolon, a tab or a vertical bar");
	return *value;
}

static Jsonb *
mapping_argument(const Arguments *arguments)
{
	FunctionCallInfo fcinfo = arguments->fcinfo;
	int			n = arguments->first + ARG_MAPPING;
	Jsonb	   *mapping;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	entry;

	if (PG_ARGISNULL(n))
		return NULL;
	mapping = PG_GETARG_JSONB_P(n);
	if (!JB_ROOT_IS_OBJECT(mapping))
		refuse_argument("mapping", "a jsonb object");
	iterator = JsonbIteratorInit(&mapping->root);
	(void) JsonbIteratorNext(&iterator, &entry, false);
	while ((token = JsonbIteratorNext(&iterator, &entry, true)) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &entry, true);
		if (entry.type != jbvNull && (entry.type != jbvString || entry.val.string.len == 0))
			refuse_argument("mapping", "an object whose values are field names, or null for a column to leave out");
	}
	return mapping;
}

/* The table of the dictionary: the argument, or else the name of the target. */
static const SegSapTable *
table_argument(const Arguments *arguments, const char *target)
{
	char	   *name = text_argument(arguments, ARG_SAP_TABLE);
	const SegSapTable *table;

	if (name == NULL)
		return seg_sap_table(target, strlen(target));
	table = seg_sap_table(name, strlen(name));
	if (table == NULL)
		refuse_argument("sap_table", "one of KNA1, VBAK, VBAP, VBRK, VBRP, BKPF, BSEG, BSAD, BSID, MARA, MAKT, T001, TCURX, KNVV, KNVK, BUT000, ADRC, ADR6, T023T");
	return table;
}

void
seg_sap_options_read(FunctionCallInfo fcinfo, int first, SegSapOptions *options)
{
	Arguments	arguments = {fcinfo, first};
	int			material_length = first + ARG_MATERIAL_LENGTH;
	int			check_keys = first + ARG_CHECK_KEYS;
	char	   *refused = text_argument(&arguments, ARG_REFUSED);

	if (PG_ARGISNULL(first - 1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target must not be null")));
	options->target = relation_name(text_to_cstring(PG_GETARG_TEXT_PP(first - 1)));
	options->notation = choice_argument(&arguments, ARG_DECIMAL_NOTATION, "decimal_notation",
										seg_sap_notations, SEG_SAP_NO_NOTATION);
	options->amounts = choice_argument(&arguments, ARG_AMOUNTS, "amounts", amounts_choices, SEG_SAP_AMOUNTS_NOT_GIVEN);
	options->date_format = choice_argument(&arguments, ARG_DATE_FORMAT, "date_format",
										   seg_sap_date_formats, SEG_SAP_DATE_INTERNAL);
	options->client = field_argument(&arguments, ARG_CLIENT, "client", SEG_SAP_CLNT, 3, "one to three digits");
	options->table = table_argument(&arguments, options->target->relname);
	options->mapping = mapping_argument(&arguments);
	options->header_table = oid_argument(&arguments, ARG_HEADER_TABLE);
	options->currency = field_argument(&arguments, ARG_CURRENCY, "currency", SEG_SAP_CUKY, 5, "a currency key of one to five letters or digits");
	options->tcurx = oid_argument(&arguments, ARG_TCURX);
	options->material_length = PG_ARGISNULL(material_length) ? 18 : PG_GETARG_INT32(material_length);
	options->layout = choice_argument(&arguments, ARG_LAYOUT, "layout", layout_choices, SEG_SAP_LAYOUT_AUTO);
	options->delimiter = character_argument(&arguments, ARG_DELIMITER, "delimiter", ",;\t|");
	options->quote = character_argument(&arguments, ARG_QUOTE, "quote", "\"'");
	options->reject = choice_argument(&arguments, ARG_ON_ERROR, "on_error", on_error_choices, 0) == 1;
	options->check_keys = PG_ARGISNULL(check_keys) || PG_GETARG_BOOL(check_keys);
	if (options->material_length != 18 && options->material_length != 40)
		refuse_argument("material_length", "18 or 40");
	if (OidIsValid(options->header_table) && (options->table == NULL || options->table->header == NULL))
		refuse_argument("header_table", "null unless the target is an item table (VBAP, VBRP, BSEG)");
	options->refused = refused != NULL ? relation_name(refused) : NULL;
}
