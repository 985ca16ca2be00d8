/*
 * chart_json_pg.c
 *		Members of a JSON object; see chart_json_pg.h.
 */
#include "chart/chart_json_pg.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/port.h"
#include "server/model_text.h"

#define LONGEST_KEY 64

void
seg_json_unsupported(const char *path, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("chart property \"%s\" is not supported", path),
			 hint != NULL ? errhint("%s", hint) : 0));
}

void
seg_json_refuse(SegJson json, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("chart property \"%s\" must be %s", json.path, expected)));
}

/* The path of a member; a long key is cut. */
static const char *
member_path(const char *path, const char *key, int length)
{
	int			shown = pg_mbcliplen(key, length, LONGEST_KEY);

	return psprintf("%s%s%.*s", path, *path == '\0' ? "" : ".", shown, key);
}

static JsonbContainer *
container_of(SegJson json)
{
	return json.value != NULL && json.value->type == jbvBinary ? json.value->val.binary.data : NULL;
}

bool
seg_json_is_null(SegJson json)
{
	return json.value != NULL && json.value->type == jbvNull;
}

bool
seg_json_is_object(SegJson json)
{
	return container_of(json) != NULL && JsonContainerIsObject(container_of(json));
}

SegJson
seg_json_member(SegJson object, const char *key)
{
	SegJson		member = {member_path(object.path, key, strlen(key)), NULL};

	if (object.value == NULL)
		return member;
	if (!seg_json_is_object(object))
		seg_json_refuse(object, "an object");
	member.value = getKeyJsonValueFromContainer(container_of(object), key, strlen(key), NULL);
	return member;
}

SegJson
seg_json_element(SegJson array, uint32 i)
{
	SegJson		element = {psprintf("%s[%u]", array.path, i), getIthJsonbValueFromContainer(container_of(array), i)};

	return element;
}

uint32
seg_json_count(SegJson array)
{
	JsonbContainer *container = container_of(array);

	if (container == NULL || !JsonContainerIsArray(container) || JsonContainerIsScalar(container))
		seg_json_refuse(array, "an array");
	return JsonContainerSize(container);
}

void
seg_json_check_members(SegJson object, const char *const *known)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	entry;

	if (!seg_json_is_object(object))
		seg_json_refuse(object, "an object");
	iterator = JsonbIteratorInit(container_of(object));
	(void) JsonbIteratorNext(&iterator, &entry, false);
	while ((token = JsonbIteratorNext(&iterator, &entry, true)) == WJB_KEY)
	{
		bool		is_known = false;

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; known[i] != NULL && !is_known; i++)
			is_known = strlen(known[i]) == entry.val.string.len && memcmp(known[i], entry.val.string.val, entry.val.string.len) == 0;
		if (!is_known)
			seg_json_unsupported(member_path(object.path, entry.val.string.val, entry.val.string.len), NULL);
		(void) JsonbIteratorNext(&iterator, &entry, true);
	}
}

double
seg_json_number(SegJson json, double low, double high, double otherwise)
{
	double		number;

	if (json.value == NULL)
		return otherwise;
	if (json.value->type != jbvNumeric)
		seg_json_refuse(json, "a number");
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(json.value->val.numeric)));
	if (!isfinite(number))
		seg_json_refuse(json, "a finite number");
	if (number < low || number > high)
		seg_json_refuse(json, psprintf("a number from %g to %g", low, high));
	return number;
}

bool
seg_json_bool(SegJson json, bool otherwise)
{
	if (json.value == NULL)
		return otherwise;
	if (json.value->type != jbvBool)
		seg_json_refuse(json, "true or false");
	return json.value->val.boolean;
}

const char *
seg_json_text(SegJson json, const char *otherwise)
{
	if (json.value == NULL)
		return otherwise;
	if (json.value->type != jbvString)
		seg_json_refuse(json, "a text");
	return seg_text_for_model(pnstrdup(json.value->val.string.val, json.value->val.string.len));
}

int
seg_json_choice(SegJson json, const char *const *choices, int otherwise)
{
	const char *text = seg_json_text(json, NULL);
	StringInfoData valid;

	if (text == NULL)
		return otherwise;
	initStringInfo(&valid);
	for (int i = 0; choices[i] != NULL; i++)
	{
		if (strcmp(choices[i], text) == 0)
			return i;
		appendStringInfo(&valid, "%s%s", i == 0 ? "" : ", ", choices[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("this value of the chart property \"%s\" is not supported", json.path),
			 errhint("Supported values are: %s.", valid.data)));
}
