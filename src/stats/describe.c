/*
 * describe.c
 *		Describes a group in words; see describe.h.
 */
#include "stats/describe.h"

#include <stdio.h>

#define LANGUAGES 3

static const char *const codes[LANGUAGES] = {"en", "es", "de"};

const char *const seg_describe_languages = "en, es, de";

/* A phrase in each language. */
typedef struct Phrase
{
	const char *text[LANGUAGES];
} Phrase;

typedef struct Words
{
	const char *names;			/* names of features: " name name ", lower case, _ between words */
	bool		ratio;			/* "(3.1x average)" is added */
	Phrase		high;
	Phrase		low;
} Words;

static const Words vocabulary[] = {
	{" recency_days recency days_since_last_order days_since_last_purchase recencia ", false,
		{{"long inactive", "larga inactividad", "lange inaktiv"}},
		{{"recent", "compras recientes", "kürzlich aktiv"}}},
	{" frequency orders order_count n_orders num_orders receipts purchases frecuencia pedidos bestellungen ", false,
		{{"many orders", "muchos pedidos", "viele Bestellungen"}},
		{{"few orders", "pocos pedidos", "wenige Bestellungen"}}},
	{" monetary monetary_value ", true,
		{{"high monetary", "gasto alto", "hoher Umsatz"}},
		{{"low monetary", "gasto bajo", "niedriger Umsatz"}}},
	{" revenue sales turnover net_revenue umsatz ventas facturacion ", true,
		{{"high revenue", "facturación alta", "hoher Umsatz"}},
		{{"low revenue", "facturación baja", "niedriger Umsatz"}}},
	{" spend spending amount total_amount total_spend gasto ", true,
		{{"high spend", "gasto alto", "hohe Ausgaben"}},
		{{"low spend", "gasto bajo", "niedrige Ausgaben"}}},
	{" average_receipt avg_receipt average_order_value avg_order_value aov basket_value warenkorb ", true,
		{{"large baskets", "cesta media alta", "große Warenkörbe"}},
		{{"small baskets", "cesta media baja", "kleine Warenkörbe"}}},
	{" quantity items units n_items ", false,
		{{"many items", "muchos artículos", "viele Artikel"}},
		{{"few items", "pocos artículos", "wenige Artikel"}}},
	{" products n_products distinct_products categories n_categories ", false,
		{{"wide range of products", "surtido amplio", "breites Sortiment"}},
		{{"narrow range of products", "surtido reducido", "schmales Sortiment"}}},
	{" tenure tenure_days customer_age_days days_since_first_order days_since_first_purchase ", false,
		{{"long-standing customers", "clientes de largo recorrido", "langjährige Kunden"}},
		{{"new customers", "clientes nuevos", "neue Kunden"}}},
	{" returns return_rate returns_rate n_returns retouren devoluciones ", false,
		{{"many returns", "muchas devoluciones", "viele Retouren"}},
		{{"few returns", "pocas devoluciones", "wenige Retouren"}}},
	{" discount discounts discount_rate rabatt descuento ", false,
		{{"high discounts", "descuentos altos", "hohe Rabatte"}},
		{{"low discounts", "descuentos bajos", "niedrige Rabatte"}}},
	{" income annual_income household_income einkommen ", true,
		{{"high income", "ingresos altos", "hohes Einkommen"}},
		{{"low income", "ingresos bajos", "niedriges Einkommen"}}},
	{" age edad alter ", false,
		{{"older", "mayor edad", "höheres Alter"}},
		{{"younger", "menor edad", "geringeres Alter"}}},
};

/* %s: the name of the feature. */
static const Words by_name = {
	NULL, true,
	{{"high %s", "valor alto en %s", "hoher Wert bei %s"}},
	{{"low %s", "valor bajo en %s", "niedriger Wert bei %s"}}
};

/* %zu: the position of a feature without a name. */
static const Phrase unnamed = {{"feature %zu", "la variable %zu", "Merkmal %zu"}};

/* %s: a number, at least 2 or below 1. */
static const Phrase times_average = {{" (%sx average)", " (%s veces el promedio)", " (das %s-Fache des Durchschnitts)"}};

/* The same for medians. */
static const Phrase times_median = {{" (%sx the median)", " (%s veces la mediana)", " (das %s-Fache des Medians)"}};

static const Phrase nothing = {{"close to average in every feature", "cerca del promedio en todas las variables",
"in allen Merkmalen nahe am Durchschnitt"}};

int
seg_describe_language(const char *code)
{
	for (int language = 0; language < LANGUAGES; language++)
		if (strcmp(code, codes[language]) == 0)
			return language;
	return -1;
}

/* Convert a feature name to the form used in the vocabulary; false if it is too long. */
static bool
plain_name(const char *name, char *plain, size_t size)
{
	size_t		length = strlen(name);

	if (length + 3 > size || strchr(name, ' ') == name)
		return false;
	plain[0] = ' ';
	for (size_t i = 0; i < length; i++)
	{
		char		c = name[i];

		if (c == ' ' || c == '-')
			c = '_';
		else if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		plain[i + 1] = c;
	}
	memcpy(plain + length + 1, " ", 2);
	return length > 0;
}

static const Words *
words_for(const char *name)
{
	char		plain[64];

	if (plain_name(name, plain, sizeof(plain)))
		for (size_t i = 0; i < sizeof(vocabulary) / sizeof(vocabulary[0]); i++)
			if (strstr(vocabulary[i].names, plain) != NULL)
				return &vocabulary[i];
	return &by_name;
}

typedef struct Text
{
	char	   *buffer;
	size_t		size;
	size_t		length;			/* of the text if the buffer were large enough */
} Text;

static void
add(Text *text, const char *piece)
{
	for (; *piece != '\0'; piece++, text->length++)
		if (text->length + 1 < text->size)
			text->buffer[text->length] = *piece;
}

/* Append a template with its one %s replaced. */
static void
add_filled(Text *text, const char *template, const char *filling)
{
	const char *hole = strstr(template, "%s");

	for (; template < hole; template++)
		add(text, (const char[]) {*template, '\0'});
	add(text, filling);
	add(text, hole + 2);
}

/* Convert a feature name to words for readers. */
static void
add_name_phrase(Text *text, const char *template, const SegTrait *trait, int language)
{
	char		name[256];
	size_t		length = strlen(trait->name);

	if (length == 0)
		snprintf(name, sizeof(name), unnamed.text[language], trait->position);
	else if (length >= sizeof(name))
	{
		add_filled(text, template, trait->name);
		return;
	}
	else
		for (size_t i = 0; i <= length; i++)
			name[i] = trait->name[i] == '_' ? ' ' : trait->name[i];
	add_filled(text, template, name);
}

/* Append the ratio with few digits, unless it is NaN. */
static void
add_ratio(Text *text, double ratio, bool of_medians, int language)
{
	char		number[32];
	char	   *point;

	if (!(ratio >= 0.005 && ratio < 10000) || (ratio > 0.95 && ratio < 1.05))
		return;
	snprintf(number, sizeof(number), ratio >= 9.95 ? "%.0f" : ratio >= 0.095 ? "%.1f" : "%.2f", ratio);
	point = strchr(number, '.');
	if (point != NULL && strcmp(point, ".0") == 0)
		*point = '\0';
	else if (point != NULL && language != 0)
		*point = ',';
	add_filled(text, (of_medians ? times_median : times_average).text[language], number);
}

static void
add_trait(Text *text, const SegTrait *trait, int language, bool figures)
{
	const Words *words = words_for(trait->name);
	const char *phrase = (trait->high ? &words->high : &words->low)->text[language];

	if (words == &by_name)
		add_name_phrase(text, phrase, trait, language);
	else
		add(text, phrase);
	if (words->ratio && figures)
		add_ratio(text, trait->ratio, trait->of_medians, language);
}

size_t
seg_describe_traits(int language, const SegTrait *traits, size_t count, bool figures, char *buffer, size_t size)
{
	Text		text = {buffer, size, 0};

	Assert(language >= 0 && language < LANGUAGES);
	for (size_t i = 0; i < count; i++)
	{
		if (i > 0)
			add(&text, ", ");
		add_trait(&text, &traits[i], language, figures);
	}
	if (count == 0)
		add(&text, nothing.text[language]);
	if (size > 0)
		buffer[seg_min_size(text.length, size - 1)] = '\0';
	return text.length;
}

/* The length of the longest phrase of a trait at the start of the rest of the list; 0 for none. */
static size_t
longest_phrase(int language, const char *list, const SegTrait *traits, size_t count)
{
	size_t		longest = 0;

	for (size_t i = 0; i < count; i++)
	{
		char		phrase[1024];
		size_t		length = seg_describe_traits(language, &traits[i], 1, false, phrase, sizeof(phrase));

		if (length < sizeof(phrase) && length > longest && strncmp(list, phrase, length) == 0 &&
			(list[length] == '\0' || strncmp(list + length, ", ", 2) == 0))
			longest = length;
	}
	return longest;
}

bool
seg_describe_holds(int language, const char *name, const SegTrait *traits, size_t count)
{
	if (count == 0)
		return strcmp(name, nothing.text[language]) == 0;
	for (size_t length; (length = longest_phrase(language, name, traits, count)) > 0; name += length + 2)
	{
		CHECK_FOR_INTERRUPTS();
		if (name[length] == '\0')
			return true;
	}
	return false;
}
