/*
 * profile_words.c
 *		The sentences of cards; see profile_card.h.
 */
#include "profile/profile_card.h"

#include <stdio.h>


static const SegProfileNumberWords number_words[] = {
	{" recency_days recency days_since_last_order days_since_last_purchase ", SEG_UNIT_COUNT,
		{{"Bought recently: the last purchase was %s days ago.",
		"Ha comprado hace poco: su última compra fue hace %s días.",
		"Hat kürzlich gekauft: Der letzte Kauf liegt %s Tage zurück."}},
		{{"The last purchase was %s days ago.",
		"Su última compra fue hace %s días.",
		"Der letzte Kauf liegt %s Tage zurück."}},
		{{"Has not bought for a long time: the last purchase was %s days ago.",
		"Lleva mucho tiempo sin comprar: su última compra fue hace %s días.",
		"Hat lange nichts gekauft: Der letzte Kauf liegt %s Tage zurück."}},
		{{"The last purchase was one day ago.",
		"Su última compra fue hace un día.",
		"Der letzte Kauf liegt einen Tag zurück."}},
		{{"Bought on the last day of the data.",
		"Compró el último día de los datos.",
		"Hat am letzten Tag der Daten gekauft."}}},
	{" frequency receipts orders order_count n_orders num_orders purchases ", SEG_UNIT_COUNT,
		{{"Buys rarely: %s purchases so far.",
		"Compra poco: %s compras hasta ahora.",
		"Kauft selten: bisher %s Einkäufe."}},
		{{"Has made %s purchases.",
		"Ha hecho %s compras.",
		"Hat bisher %s Einkäufe getätigt."}},
		{{"Buys often: %s purchases so far.",
		"Compra a menudo: %s compras hasta ahora.",
		"Kauft häufig: bisher %s Einkäufe."}},
		{{"Has bought only once.",
		"Ha comprado una sola vez.",
		"Hat bisher nur einmal gekauft."}},
		{{"Has not bought yet.",
		"Todavía no ha comprado.",
		"Hat noch nichts gekauft."}}},
	{" monetary monetary_value revenue sales turnover spend amount total_amount total_spend ", SEG_UNIT_AMOUNT,
		{{"Spends little in total: %s.",
		"Gasta poco en total: %s.",
		"Der Gesamtumsatz ist mit %s niedrig."}},
		{{"Has spent %s in total.",
		"Ha gastado %s en total.",
		"Der Gesamtumsatz beträgt %s."}},
		{{"Spends a lot in total: %s.",
		"Gasta mucho en total: %s.",
		"Der Gesamtumsatz ist mit %s hoch."}}},
	{" receipt_mean average_receipt avg_receipt average_order_value avg_order_value aov basket_value ", SEG_UNIT_AMOUNT,
		{{"The average purchase is small: %s.",
		"El ticket medio es bajo: %s.",
		"Der Durchschnittsbon ist mit %s niedrig."}},
		{{"The average purchase is %s.",
		"El ticket medio es de %s.",
		"Der Durchschnittsbon beträgt %s."}},
		{{"The average purchase is large: %s.",
		"El ticket medio es alto: %s.",
		"Der Durchschnittsbon ist mit %s hoch."}}},
	{" gap_mean gap_median expected_gap_days typical_gap ", SEG_UNIT_COUNT,
		{{"Comes often: usually buys every %s days.",
		"Viene con mucha frecuencia: suele comprar cada %s días.",
		"Kommt oft: Kauft in der Regel alle %s Tage."}},
		{{"Usually buys every %s days.",
		"Suele comprar cada %s días.",
		"Kauft in der Regel alle %s Tage."}},
		{{"Comes rarely: usually buys only every %s days.",
		"Viene de tarde en tarde: suele comprar solo cada %s días.",
		"Kommt selten: Kauft in der Regel nur alle %s Tage."}},
		{{"Usually buys every day.",
		"Suele comprar todos los días.",
		"Kauft in der Regel täglich."}}},
	{" quantity_per_receipt items_per_receipt ", SEG_UNIT_COUNT,
		{{"Buys few items at a time: %s per purchase.",
		"Se lleva pocos artículos cada vez: %s por compra.",
		"Kauft wenige Artikel auf einmal: %s pro Einkauf."}},
		{{"Buys %s items per purchase.",
		"Se lleva %s artículos por compra.",
		"Kauft %s Artikel pro Einkauf."}},
		{{"Buys many items at a time: %s per purchase.",
		"Se lleva muchos artículos cada vez: %s por compra.",
		"Kauft viele Artikel auf einmal: %s pro Einkauf."}},
		{{"Buys one item per purchase.",
		"Se lleva un artículo por compra.",
		"Kauft einen Artikel pro Einkauf."}}},
	{" lines_per_receipt ", SEG_UNIT_COUNT,
		{{"The receipts are short: %s lines on average.",
		"Sus tickets son cortos: %s líneas de media.",
		"Die Belege sind kurz: im Schnitt %s Positionen."}},
		{{"The receipts have %s lines on average.",
		"Sus tickets tienen %s líneas de media.",
		"Die Belege haben im Schnitt %s Positionen."}},
		{{"The receipts are long: %s lines on average.",
		"Sus tickets son largos: %s líneas de media.",
		"Die Belege sind lang: im Schnitt %s Positionen."}},
		{{"The receipts have one line on average.",
		"Sus tickets tienen una línea de media.",
		"Die Belege haben im Schnitt eine Position."}}},
	{" products distinct_products n_products ", SEG_UNIT_COUNT,
		{{"Buys a narrow range: %s different products.",
		"Compra un surtido reducido: %s productos distintos.",
		"Kauft ein schmales Sortiment: %s verschiedene Produkte."}},
		{{"Has bought %s different products.",
		"Ha comprado %s productos distintos.",
		"Hat %s verschiedene Produkte gekauft."}},
		{{"Buys a wide range: %s different products.",
		"Compra un surtido amplio: %s productos distintos.",
		"Kauft ein breites Sortiment: %s verschiedene Produkte."}},
		{{"Has bought only one product.",
		"Ha comprado un solo producto.",
		"Hat nur ein Produkt gekauft."}}},
	{" distinct_categories categories n_categories ", SEG_UNIT_COUNT,
		{{"Buys from few categories: %s.",
		"Compra en pocas categorías: %s.",
		"Kauft aus wenigen Warengruppen: %s."}},
		{{"Buys from %s categories.",
		"Compra en %s categorías.",
		"Kauft aus %s Warengruppen."}},
		{{"Buys from many categories: %s.",
		"Compra en muchas categorías: %s.",
		"Kauft aus vielen Warengruppen: %s."}},
		{{"Buys from one category only.",
		"Compra en una sola categoría.",
		"Kauft nur aus einer Warengruppe."}}},
	{" tenure_days customer_age_days days_since_first_order days_since_first_purchase ", SEG_UNIT_COUNT,
		{{"Is a new customer: the first purchase was %s days ago.",
		"Es cliente desde hace poco: %s días.",
		"Die Kundenbeziehung ist jung: %s Tage."}},
		{{"Has been a customer for %s days.",
		"Es cliente desde hace %s días.",
		"Die Kundenbeziehung besteht seit %s Tagen."}},
		{{"Is a long-standing customer: the first purchase was %s days ago.",
		"Es cliente desde hace mucho: %s días.",
		"Die Kundenbeziehung ist lang: %s Tage."}},
		{{"Has been a customer for one day.",
		"Es cliente desde hace un día.",
		"Die Kundenbeziehung besteht seit einem Tag."}}},
	{" tenure_months ", SEG_UNIT_COUNT,
		{{"Is a new customer: %s months.",
		"Es cliente desde hace poco: %s meses.",
		"Die Kundenbeziehung ist jung: %s Monate."}},
		{{"Has been a customer for %s months.",
		"Es cliente desde hace %s meses.",
		"Die Kundenbeziehung besteht seit %s Monaten."}},
		{{"Is a long-standing customer: %s months.",
		"Es cliente desde hace mucho: %s meses.",
		"Die Kundenbeziehung ist lang: %s Monate."}},
		{{"Has been a customer for one month.",
		"Es cliente desde hace un mes.",
		"Die Kundenbeziehung besteht seit einem Monat."}}},
	{" age age_years edad alter ", SEG_UNIT_COUNT,
		{{"Is one of the younger customers: %s years old.",
		"Es de los clientes más jóvenes: %s años.",
		"Gehört zu den Jüngeren: %s Jahre."}},
		{{"Is %s years old.",
		"Tiene %s años.",
		"Ist %s Jahre alt."}},
		{{"Is one of the older customers: %s years old.",
		"Es de los clientes de más edad: %s años.",
		"Gehört zu den Älteren: %s Jahre."}},
		{{"Is one year old.",
		"Tiene un año.",
		"Ist ein Jahr alt."}}},
	{" return_share return_rate returns_rate ", SEG_UNIT_SHARE,
		{{"Returns little: %s of the sales.",
		"Devuelve poco: un %s de lo comprado.",
		"Retourniert wenig: %s des Umsatzes."}},
		{{"Returns %s of the sales.",
		"Devuelve un %s de lo comprado.",
		"Retourniert %s des Umsatzes."}},
		{{"Returns a lot: %s of the sales.",
		"Devuelve mucho: un %s de lo comprado.",
		"Retourniert viel: %s des Umsatzes."}},
		{{NULL}},
		{{"Returns nothing.",
		"No devuelve nada.",
		"Retourniert nichts."}}},
	{" discount_share discount_rate ", SEG_UNIT_SHARE,
		{{"Buys with small discounts: %s on average.",
		"Compra con descuentos pequeños: un %s de media.",
		"Kauft mit wenig Rabatt: im Schnitt %s."}},
		{{"Buys with a discount of %s on average.",
		"Compra con un descuento medio del %s.",
		"Kauft im Schnitt mit %s Rabatt."}},
		{{"Buys with large discounts: %s on average.",
		"Compra con grandes descuentos: un %s de media.",
		"Kauft mit viel Rabatt: im Schnitt %s."}},
		{{NULL}},
		{{"Buys without discounts.",
		"Compra sin descuentos.",
		"Kauft ohne Rabatt."}}},
	{" sales_trend spend_trend ", SEG_UNIT_CHANGE,
		{{"Spends less and less: %s less every 30 days.",
		"Cada vez gasta menos: %s menos cada 30 días.",
		"Gibt immer weniger aus: alle 30 Tage %s weniger."}},
		{{"The spending is stable.",
		"Su gasto se mantiene estable.",
		"Die Ausgaben sind stabil."}},
		{{"Spends more and more: %s more every 30 days.",
		"Cada vez gasta más: %s más cada 30 días.",
		"Gibt immer mehr aus: alle 30 Tage %s mehr."}}},
};

static const SegProfileCategoryWords category_words[] = {
	{" channel preferred_channel contact_channel canal kanal ",
		{{"The preferred channel is %s.", "El canal preferido es %s.", "Der bevorzugte Kanal ist %s."}},
		{{"The preferred channel is not known.", "No se conoce su canal preferido.",
		"Der bevorzugte Kanal ist nicht bekannt."}}},
	{" trade occupation profession job beruf profesion ",
		{{"The occupation is %s.", "Su profesión es %s.", "Der Beruf ist %s."}}},
	{" region state province ",
		{{"The region is %s.", "La región es %s.", "Die Region ist %s."}}},
	{" country country_code land1 land pais ",
		{{"The country is %s.", "El país es %s.", "Das Land ist %s."}}},
	{" city town ciudad stadt ",
		{{"The place of residence is %s.", "Su lugar de residencia es %s.", "Der Wohnort ist %s."}}},
	{" category top_category favorite_category favourite_category ",
		{{"The favorite category is %s.", "Su categoría favorita es %s.", "Die bevorzugte Warengruppe ist %s."}}},
	{" payment payment_method payment_type ",
		{{"The payment method is %s.", "La forma de pago es %s.", "Die Zahlungsart ist %s."}}},
	{" segment rfm_segment ",
		{{"The segment is %s.", "El segmento es %s.", "Das Segment ist %s."}}},
};

typedef struct Channel
{
	const char *names;			/* " name name ", lower case */
	SegProfilePhrase words;
} Channel;

static const Channel channels[] = {
	{" email e-mail mail ", {{"e-mail", "el correo electrónico", "die E-Mail"}}},
	{" phone telephone call ", {{"the telephone", "el teléfono", "das Telefon"}}},
	{" sms text ", {{"the text message", "el SMS", "die SMS"}}},
	{" post letter ", {{"the letter", "el correo postal", "der Brief"}}},
	{" app ", {{"the app", "la aplicación", "die App"}}},
	{" store shop branch ", {{"the store", "la tienda", "die Filiale"}}},
	{" web online website webshop ", {{"the web shop", "la tienda en línea", "der Onlineshop"}}},
};

const SegProfilePhrase seg_profile_plain_low = {{"The value of \"%s\" is low: %s.", "El valor de «%s» es bajo: %s.",
"Der Wert von »%s« ist niedrig: %s."}};

const SegProfilePhrase seg_profile_plain_middle = {{"The value of \"%s\" is %s.", "El valor de «%s» es %s.",
"Der Wert von »%s« ist %s."}};

const SegProfilePhrase seg_profile_plain_high = {{"The value of \"%s\" is high: %s.", "El valor de «%s» es alto: %s.",
"Der Wert von »%s« ist hoch: %s."}};

const SegProfilePhrase seg_profile_labelled = {{"The value of \"%s\" is %s (%s).", "El valor de «%s» es %s (%s).",
"Der Wert von »%s« ist %s (%s)."}};

const SegProfilePhrase seg_profile_opening = {{"Profile %s.", "Perfil %s.", "Profil %s."}};
const SegProfilePhrase seg_profile_up_to = {{"up to %s", "hasta %s", "bis %s"}};
const SegProfilePhrase seg_profile_between = {{"over %s, up to %s", "más de %s y hasta %s", "über %s bis %s"}};
const SegProfilePhrase seg_profile_above = {{"over %s", "más de %s", "über %s"}};
const SegProfilePhrase seg_profile_no_value = {{"no value", "sin dato", "keine Angabe"}};
const SegProfilePhrase seg_profile_new_value = {{"new value", "valor nuevo", "neuer Wert"}};
const SegProfilePhrase seg_profile_other_values = {{"other values", "otros valores", "andere Werte"}};

/* " name ", lower case with _ between words; false if it is empty or too long. */
static bool
plain_name(const char *name, size_t length, char *plain, size_t size)
{
	if (length == 0 || length + 3 > size)
		return false;
	plain[0] = ' ';
	for (size_t i = 0; i < length; i++)
	{
		char		c = name[i];

		if (c == ' ')
			c = '_';
		else if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		plain[i + 1] = c;
	}
	memcpy(plain + length + 1, " ", 2);
	return true;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const SegProfileNumberWords *
seg_profile_number_words(const char *name)
{
	char		plain[64];

	if (plain_name(name, strlen(name), plain, sizeof(plain)))
		for (size_t i = 0; i < COUNT(number_words); i++)
			if (strstr(number_words[i].names, plain) != NULL)
				return &number_words[i];
	return NULL;
}

const SegProfileCategoryWords *
seg_profile_category_words(const char *name)
{
	char		plain[64];

	if (plain_name(name, strlen(name), plain, sizeof(plain)))
		for (size_t i = 0; i < COUNT(category_words); i++)
			if (strstr(category_words[i].names, plain) != NULL)
				return &category_words[i];
	return NULL;
}

const char *
seg_profile_channel(const char *name, size_t length, int language)
{
	char		plain[64];

	if (plain_name(name, length, plain, sizeof(plain)))
		for (size_t i = 0; i < COUNT(channels); i++)
			if (strstr(channels[i].names, plain) != NULL)
				return channels[i].words.texts[language];
	return NULL;
}

/* ---- numbers ---- */

/* Copy digits with a mark between groups of three. */
static char *
grouped(const char *digits, size_t n, const char *mark, char *to)
{
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0 && (n - i) % 3 == 0)
			for (const char *m = mark; *m != '\0'; m++)
				*to++ = *m;
		*to++ = digits[i];
	}
	return to;
}

void
seg_profile_number(double value, SegProfileUnit unit, int language, char *buffer)
{
	static const char *const marks[] = {",", ".", "."};
	static const char *const percents[] = {"%", "\xc2\xa0%", "\xc2\xa0%"};	/* a space that does not break */
	double		shown = unit == SEG_UNIT_SHARE ? 100 * value : unit == SEG_UNIT_CHANGE ? fabs(value) : value;
	int			decimals = unit == SEG_UNIT_AMOUNT || unit == SEG_UNIT_CHANGE ? 2 : 1;
	char		digits[64];
	char	   *at = digits;
	char	   *point;
	size_t		whole;

	if (!(fabs(shown) < 1e15))
	{
		snprintf(buffer, SEG_PROFILE_NUMBER, "%.3g", isfinite(shown) ? shown : value);
		return;
	}
	snprintf(digits, sizeof(digits), "%.*f", decimals, shown);
	point = strchr(digits, '.');
	/* no decimals that say nothing, and no minus before a zero */
	if (strspn(point + 1, "0") == (size_t) decimals)
		*point = '\0';
	if (digits[0] == '-' && strspn(digits + 1, "0.") == strlen(digits + 1))
		at++;
	if (*at == '-')
		*buffer++ = *at++;
	whole = strcspn(at, ".");
	/* Spanish does not separate four digits */
	buffer = grouped(at, whole, whole < (language == 1 ? 5 : 4) ? "" : marks[language], buffer);
	at += whole;
	if (*at == '.')
	{
		*buffer++ = language == 0 ? '.' : ',';
		at++;
	}
	while (*at != '\0')
		*buffer++ = *at++;
	strcpy(buffer, unit == SEG_UNIT_SHARE ? percents[language] : "");
}
