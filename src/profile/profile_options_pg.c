/*
 * profile_options_pg.c
 *		The options of profile_fit.
 *
 * The keys of "cuts", "categories" and "labels" are names of attributes, so their tables of
 * options are made for each call.
 */
#include "profile/profile_pg.h"

#include "server/error.h"
#include "server/model_text.h"
#include "stats/text_table.h"
#include "stats/value_cuts.h"

static void
read_object(const char *key, const JsonbValue *value, void *field)
{
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		seg_option_refuse(key, "an object with the names of attributes");
	*(Jsonb **) field = JsonbValueToJsonb((JsonbValue *) value);
}

const SegOption seg_profile_option_table[] = {
	{"letters", SEG_OPTION_INT, offsetof(SegProfileOptions, letters), SEG_PROFILE_MIN_LETTERS, SEG_PROFILE_MAX_LETTERS,
		.meaning = "The number of letters of each feature without given cuts."},
	{"cuts", SEG_OPTION_CUSTOM, offsetof(SegProfileOptions, cuts), .read = read_object, .type_name = "object of arrays of numbers",
		.meaning = "Cuts in place of the quantiles: for a feature an array of 1 to 25 rising numbers."},
	{"categories", SEG_OPTION_CUSTOM, offsetof(SegProfileOptions, categories), .read = read_object, .type_name = "object of arrays of texts",
		.meaning = "Values with the first letters: for a category an array of up to 25 texts, before the order by frequency."},
	{"feature_names", SEG_OPTION_TEXTS, offsetof(SegProfileOptions, feature_names),
		.meaning = "One name for each feature."},
	{"category_names", SEG_OPTION_TEXTS, offsetof(SegProfileOptions, category_names),
		.meaning = "One name for each category."},
	{"order", SEG_OPTION_TEXTS, offsetof(SegProfileOptions, order),
		.meaning = "The names of all features and categories in the order of the code, else features before categories."},
	{"labels", SEG_OPTION_CUSTOM, offsetof(SegProfileOptions, labels), .read = read_object, .type_name = "object of objects",
		.meaning = "Words by attribute, letter or value, and language, with an empty text as the letter for the attribute itself."},
	{NULL},
};

const SegProfileOptions seg_profile_defaults = {.letters = SEG_PROFILE_DEFAULT_LETTERS};

/* ---- names ---- */

char *
seg_profile_name(const SegProfileModel *model, uint32 at)
{
	bool		is_category = seg_profile_is_category(model, at);

	return seg_name_from_model(model->attributes[at].name, is_category ? "category" : "feature",
							   is_category ? at - model->d + 1 : at + 1);
}

static void
set_names(const char *key, const SegTextList *names, SegProfileAttribute *attributes, uint32 count)
{
	if (names->count > 0 && names->count != count)
		seg_option_refuse(key, psprintf("an array of %u names", count));
	for (uint32 i = 0; i < count; i++)
		attributes[i].name = names->count == 0 ? "" : seg_text_for_model(names->items[i]);
}

/* The names of all attributes, palloc'd; 22023 for two equal ones. */
static char **
distinct_names(const SegProfileModel *plan)
{
	uint32		count = plan->d + plan->c;
	char	  **names = palloc(count * sizeof(char *));

	for (uint32 i = 0; i < count; i++)
	{
		names[i] = seg_profile_name(plan, i);
		for (uint32 j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("two attributes have the name \"%s\"", names[i])));
	}
	return names;
}

static void
set_order(const SegTextList *order, char *const *names, SegProfileModel *plan)
{
	uint32		count = plan->d + plan->c;
	bool		seen[SEG_PROFILE_ATTRIBUTES] = {false};

	plan->order = palloc(count);
	for (uint32 i = 0; i < count; i++)
		plan->order[i] = i;
	if (order->count == 0)
		return;
	if (order->count != count)
		seg_option_refuse("order", psprintf("an array of %u names", count));
	for (uint32 i = 0; i < count; i++)
	{
		uint32		at = 0;

		while (at < count && (seen[at] || strcmp(order->items[i], names[at]) != 0))
			at++;
		if (at == count)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"order\" has \"%s\", which is no attribute or is there twice", order->items[i])));
		seen[at] = true;
		plan->order[i] = at;
	}
}

/* ---- cuts, categories, labels ---- */

/* A table with an option for each of the names. */
static SegOption *
table_of(char *const *names, uint32 count, SegOption model, size_t field_size)
{
	SegOption  *table = palloc0((count + 1) * sizeof(SegOption));

	for (uint32 i = 0; i < count; i++)
	{
		table[i] = model;
		table[i].key = names[i];
		table[i].offset = i * field_size;
	}
	return table;
}

static void
set_cuts(const Jsonb *jsonb, char *const *names, SegProfileModel *plan)
{
	SegRealList *lists = palloc0((plan->d + 1) * sizeof(SegRealList));

	seg_options_read(jsonb, table_of(names, plan->d, (SegOption) {.type = SEG_OPTION_REALS}, sizeof(SegRealList)), lists);
	for (uint32 j = 0; j < plan->d; j++)
	{
		SegProfileAttribute *attribute = &plan->attributes[j];

		if (lists[j].count == 0)
			continue;
		if (lists[j].count >= SEG_PROFILE_MAX_LETTERS || !seg_cuts_valid(lists[j].items, lists[j].count))
			seg_option_refuse(names[j], psprintf("an array of 1 to %d rising numbers", SEG_PROFILE_MAX_LETTERS - 1));
		attribute->is_given = true;
		attribute->letters = lists[j].count + 1;
		attribute->cuts = lists[j].items;
	}
}

static void
set_categories(const Jsonb *jsonb, char *const *names, SegProfileModel *plan)
{
	SegTextList *lists = palloc0((plan->c + 1) * sizeof(SegTextList));

	seg_options_read(jsonb, table_of(names + plan->d, plan->c, (SegOption) {.type = SEG_OPTION_TEXTS}, sizeof(SegTextList)), lists);
	for (uint32 j = 0; j < plan->c; j++)
	{
		SegProfileAttribute *attribute = &plan->attributes[plan->d + j];

		if (lists[j].count == 0)
			continue;
		if (lists[j].count > SEG_PROFILE_OWN)
			seg_option_refuse(names[plan->d + j], psprintf("an array of up to %d texts", SEG_PROFILE_OWN));
		attribute->is_given = true;
		attribute->letters = lists[j].count;
		attribute->categories = palloc(lists[j].count * sizeof(SegProfileText));
		for (int i = 0; i < lists[j].count; i++)
		{
			const char *text = seg_text_for_model(lists[j].items[i]);

			attribute->categories[i] = (SegProfileText) {text, strlen(text)};
			if (strlen(text) == 0 || strlen(text) > SEG_TEXT_TABLE_LONGEST)
				seg_option_refuse(names[plan->d + j], psprintf("an array of texts of 1 to %d bytes", SEG_TEXT_TABLE_LONGEST));
			for (int other = 0; other < i; other++)
				if (strcmp(text, attribute->categories[other].text) == 0)
					seg_option_refuse(names[plan->d + j], "an array of different texts");
		}
	}
}

static const SegOption language_table[] = {
	{"en", SEG_OPTION_TEXT, 0 * sizeof(char *)},
	{"es", SEG_OPTION_TEXT, 1 * sizeof(char *)},
	{"de", SEG_OPTION_TEXT, 2 * sizeof(char *)},
	{NULL},
};

/* The labels of an attribute: an object of objects by language. */
static void
set_attribute_labels(const char *name, Jsonb *jsonb, SegProfileAttribute *attribute)
{
	JsonbIterator *at = JsonbIteratorInit(&jsonb->root);
	JsonbValue	token;
	JsonbIteratorToken type;

	if (JsonContainerSize(&jsonb->root) > SEG_PROFILE_MAX_LABELS)
		seg_option_refuse(name, psprintf("an object of at most %d labels", SEG_PROFILE_MAX_LABELS));
	attribute->labels = palloc0((JsonContainerSize(&jsonb->root) + 1) * sizeof(SegProfileLabel));
	(void) JsonbIteratorNext(&at, &token, false);
	while ((type = JsonbIteratorNext(&at, &token, true)) == WJB_KEY)
	{
		SegProfileLabel *label = &attribute->labels[attribute->label_count++];
		char	   *words[SEG_PROFILE_LANGUAGES] = {"", "", ""};

		label->key = seg_text_for_model(pnstrdup(token.val.string.val, token.val.string.len));
		(void) JsonbIteratorNext(&at, &token, true);
		if (token.type != jbvBinary || !JsonContainerIsObject(token.val.binary.data))
			seg_option_refuse(name, "an object of objects with a text for each language");
		seg_options_read(JsonbValueToJsonb(&token), language_table, words);
		for (int language = 0; language < SEG_PROFILE_LANGUAGES; language++)
			label->texts[language] = seg_text_for_model(words[language]);
	}
}

static void
set_labels(const Jsonb *jsonb, char *const *names, SegProfileModel *plan)
{
	uint32		count = plan->d + plan->c;
	Jsonb	  **objects = palloc0(count * sizeof(Jsonb *));

	seg_options_read(jsonb, table_of(names, count, (SegOption) {.type = SEG_OPTION_CUSTOM,.read = read_object,
		.type_name = "object"}, sizeof(Jsonb *)), objects);
	for (uint32 j = 0; j < count; j++)
		if (objects[j] != NULL)
			set_attribute_labels(names[j], objects[j], &plan->attributes[j]);
}

SegProfileModel *
seg_profile_options(const Jsonb *jsonb, uint32 d, uint32 c)
{
	SegProfileOptions given = seg_profile_defaults;
	SegProfileModel *plan = palloc0(sizeof(SegProfileModel));
	char	  **names;

	seg_options_read(jsonb, seg_profile_option_table, &given);
	plan->letters = given.letters;
	plan->d = d;
	plan->c = c;
	plan->attributes = palloc0((d + c) * sizeof(SegProfileAttribute));
	set_names("feature_names", &given.feature_names, plan->attributes, d);
	set_names("category_names", &given.category_names, plan->attributes + d, c);
	names = distinct_names(plan);
	set_order(&given.order, names, plan);
	set_cuts(given.cuts, names, plan);
	set_categories(given.categories, names, plan);
	set_labels(given.labels, names, plan);
	for (uint32 j = 0; j < d + c; j++)
		plan->attributes[j].counts = palloc0(SEG_PROFILE_MAX_LETTERS * sizeof(uint64_t));
	return plan;
}
