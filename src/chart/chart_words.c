/*
 * chart_words.c
 *		The sentences of charts and reports; see chart_words.h.
 */
#include "chart/chart_words.h"

#define LANGUAGES 3

typedef struct Sentence
{
	const char *key;
	const char *text[LANGUAGES];
} Sentence;

/* Sorted by key within a part; percentages come with their sign. */
static const Sentence sentences[] = {
	/* charts: titles say what is found */
	{"elbow.title", {"The elbow is at %1 clusters, which explain %2 of the variation",
	"El codo está en %1 grupos, que explican el %2 de la variación",
	"Der Knick liegt bei %1 Gruppen, die %2 der Streuung erklären"}},
	{"elbow.silhouette", {"There is no clear elbow; %1 clusters have the best silhouette",
	"No hay un codo claro; la mejor silueta es la de %1 grupos",
	"Es gibt keinen klaren Knick; die beste Silhouette haben %1 Gruppen"}},
	{"elbow.none", {"There is no clear elbow", "No hay un codo claro", "Es gibt keinen klaren Knick"}},
	{"elbow.subtitle", {"Sum of squared distances to the cluster centers (inertia), by number of clusters",
	"Suma de las distancias al cuadrado a los centros (inercia), según el número de grupos",
	"Summe der quadrierten Abstände zu den Gruppenmitten (Inertia), nach Anzahl der Gruppen"}},
	{"elbow.k", {"number of clusters", "número de grupos", "Anzahl der Gruppen"}},
	{"elbow.inertia", {"inertia", "inercia", "Inertia"}},

	{"profile.title", {"%1: %2", "%1: %2", "%1: %2"}},
	{"profile.subtitle", {"%1 customer, %2 of all. Bars: distance from the average in standard deviations|%1 customers, %2 of all. Bars: distance from the average in standard deviations",
	"%1 cliente, el %2 de todos. Barras: distancia del promedio en desviaciones estándar|%1 clientes, el %2 de todos. Barras: distancia del promedio en desviaciones estándar",
	"%1 Kunde, %2 von allen. Balken: Abstand vom Durchschnitt in Standardabweichungen|%1 Kunden, %2 von allen. Balken: Abstand vom Durchschnitt in Standardabweichungen"}},
	{"profile.label", {"%1 (average %2)", "%1 (promedio %2)", "%1 (Durchschnitt %2)"}},
	{"profile.cap", {"the %1 strongest of %2 features", "las %1 variables más marcadas de %2", "die %1 stärksten von %2 Merkmalen"}},
	{"profile.median", {"median %1 (all %2)", "mediana %1 (todos %2)", "Median %1 (alle %2)"}},
	{"profile.z", {"standard deviations from the average", "desviaciones estándar respecto al promedio", "Standardabweichungen vom Durchschnitt"}},

	{"rfm.title", {"%1 are %2 of customers and %3 of revenue", "%1: el %2 de los clientes y el %3 de los ingresos",
	"%1: %2 der Kunden und %3 des Umsatzes"}},
	{"rfm.title_customers", {"%1 are %2 of customers", "%1: el %2 de los clientes", "%1: %2 der Kunden"}},
	{"rfm.none_shown", {"No segment is large enough to be shown", "Ningún segmento es lo bastante grande para mostrarse", "Kein Segment ist groß genug, um gezeigt zu werden"}},
	{"rfm.empty", {"No customer has scores", "Ningún cliente tiene puntuación", "Kein Kunde hat eine Bewertung"}},
	{"rfm.subtitle", {"Customers, and below them their percentage of revenue; 5 is the most recent and the most frequent fifth",
	"Clientes y, debajo, su porcentaje de los ingresos; 5 es el quintil más reciente y más frecuente",
	"Kunden und darunter ihr Prozentanteil am Umsatz; 5 ist das aktuellste und häufigste Fünftel"}},
	{"rfm.r", {"recency score", "puntuación de recencia", "Aktualität"}},
	{"rfm.f", {"frequency score", "puntuación de frecuencia", "Häufigkeit"}},

	{"retention.title.day", {"%1 of new customers buy again on the day after their first purchase",
	"El %1 de los clientes nuevos vuelve a comprar el día siguiente a su primera compra",
	"%1 der Neukunden kaufen am Tag nach dem ersten Einkauf wieder"}},
	{"retention.title.week", {"%1 of new customers buy again in the week after their first purchase",
	"El %1 de los clientes nuevos vuelve a comprar en la semana siguiente a su primera compra",
	"%1 der Neukunden kaufen in der Woche nach dem ersten Einkauf wieder"}},
	{"retention.title.month", {"%1 of new customers buy again in the month after their first purchase",
	"El %1 de los clientes nuevos vuelve a comprar en el mes siguiente a su primera compra",
	"%1 der Neukunden kaufen im Monat nach dem ersten Einkauf wieder"}},
	{"retention.title.quarter", {"%1 of new customers buy again in the quarter after their first purchase",
	"El %1 de los clientes nuevos vuelve a comprar en el trimestre siguiente a su primera compra",
	"%1 der Neukunden kaufen im Quartal nach dem ersten Einkauf wieder"}},
	{"retention.title.year", {"%1 of new customers buy again in the year after their first purchase",
	"El %1 de los clientes nuevos vuelve a comprar en el año siguiente a su primera compra",
	"%1 der Neukunden kaufen im Jahr nach dem ersten Einkauf wieder"}},
	{"retention.empty", {"No cohort has a complete period after its first", "Ninguna cohorte tiene un período completo después del primero",
	"Keine Kohorte hat nach der ersten eine vollständige Periode"}},
	{"retention.subtitle", {"Percentage of each cohort with a purchase, by periods since the first purchase",
	"Porcentaje de cada cohorte con una compra, según los períodos desde la primera compra",
	"Prozentanteil jeder Kohorte mit einem Einkauf, nach Perioden seit dem ersten Einkauf"}},
	{"retention.cap", {"%1 of %2 cohorts are shown, the latest", "Se muestran %1 de %2 cohortes, las más recientes",
	"Gezeigt werden %1 von %2 Kohorten, die jüngsten"}},
	{"retention.cap_periods", {"Up to period %1", "Hasta el período %1", "Bis zur Periode %1"}},
	{"retention.period.day", {"days since the first purchase", "días desde la primera compra", "Tage seit dem ersten Einkauf"}},
	{"retention.period.week", {"weeks since the first purchase", "semanas desde la primera compra", "Wochen seit dem ersten Einkauf"}},
	{"retention.period.month", {"months since the first purchase", "meses desde la primera compra", "Monate seit dem ersten Einkauf"}},
	{"retention.period.quarter", {"quarters since the first purchase", "trimestres desde la primera compra", "Quartale seit dem ersten Einkauf"}},
	{"retention.period.year", {"years since the first purchase", "años desde la primera compra", "Jahre seit dem ersten Einkauf"}},

	{"map.groups", {" in %1 group| in %1 groups", " en %1 grupo| en %1 grupos", " in %1 Gruppe| in %1 Gruppen"}},
	{"map.title", {"%1 customer%2|%1 customers%2", "%1 cliente%2|%1 clientes%2", "%1 Kunde%2|%1 Kunden%2"}},
	{"map.title_anomalies", {"%1 unusual customer among %2%3|%1 unusual customers among %2%3", "%1 cliente inusual entre %2%3|%1 clientes inusuales entre %2%3",
	"%1 auffälliger Kunde unter %2%3|%1 auffällige Kunden unter %2%3"}},
	{"map.subtitle", {"Each point is a customer; near points are alike", "Cada punto es un cliente; los puntos cercanos se parecen",
	"Jeder Punkt ist ein Kunde; nahe Punkte sind einander ähnlich"}},
	{"map.rings", {"rings are unusual customers", "los anillos son clientes inusuales", "Ringe sind auffällige Kunden"}},
	{"map.cap", {"a sample of %1 points", "una muestra de %1 puntos", "eine Stichprobe von %1 Punkten"}},
	{"map.x", {"first component", "primer componente", "erste Komponente"}},
	{"map.y", {"second component", "segundo componente", "zweite Komponente"}},
	{"map.none", {"no group", "sin grupo", "ohne Gruppe"}},

	{"migration.title", {"%1 customer changed groups; the largest move is from %2 to %3 (%4)|%1 customers changed groups; the largest move is from %2 to %3 (%4)",
	"%1 cliente cambió de grupo; el mayor cambio fue de %2 a %3 (%4)|%1 clientes cambiaron de grupo; el mayor cambio fue de %2 a %3 (%4)",
	"%1 Kunde wechselte die Gruppe; der größte Wechsel ist von %2 zu %3 (%4)|%1 Kunden wechselten die Gruppe; der größte Wechsel ist von %2 zu %3 (%4)"}},
	{"migration.none", {"No customer changed groups", "Ningún cliente cambió de grupo", "Kein Kunde wechselte die Gruppe"}},
	{"migration.title_shown", {"The largest move is from %1 to %2 (%3)", "El mayor cambio fue de %1 a %2 (%3)", "Der größte Wechsel ist von %1 zu %2 (%3)"}},
	{"migration.none_shown", {"No move between groups is large enough to be shown", "Ningún cambio de grupo es lo bastante grande para mostrarse",
	"Kein Wechsel zwischen Gruppen ist groß genug, um gezeigt zu werden"}},
	{"migration.subtitle", {"Customers by group on %1 (rows) and on %2 (columns); colour: share of the row",
	"Clientes por grupo el %1 (filas) y el %2 (columnas); color: proporción de la fila",
	"Kunden nach Gruppe am %1 (Zeilen) und am %2 (Spalten); Farbe: Anteil an der Zeile"}},
	{"migration.new", {"(new)", "(nuevos)", "(neu)"}},
	{"migration.gone", {"(gone)", "(perdidos)", "(nicht mehr da)"}},
	{"migration.from", {"group before", "grupo anterior", "Gruppe vorher"}},
	{"migration.to", {"group after", "grupo posterior", "Gruppe nachher"}},

	{"rules.title", {"%2 is bought %3 times as often by buyers of %1 as by all", "Los compradores de %1 compran %2 %3 veces más a menudo que el conjunto",
	"Käufer von %1 kaufen %2 %3-mal so oft wie alle"}},
	{"rules.empty", {"There are no rules", "No hay reglas", "Es gibt keine Regeln"}},
	{"rules.subtitle", {"Lift: how many times as often the second is bought with the first; in brackets, the percentage of buyers of the first who buy the second",
	"Lift: cuántas veces más a menudo se compra lo segundo con lo primero; entre paréntesis, porcentaje de compradores de lo primero que compran lo segundo",
	"Lift: wie viel häufiger das Zweite mit dem Ersten gekauft wird; in Klammern der Anteil der Käufer des Ersten, die das Zweite kaufen"}},
	{"rules.cap", {"%1 of %2 rules are shown", "Se muestran %1 de %2 reglas", "Gezeigt werden %1 von %2 Regeln"}},

	{"funnel.title", {"%1 of %2 reach %3", "El %1 de %2 llega a %3", "%1 von %2 erreichen %3"}},
	{"funnel.empty", {"Nobody is in the first stage", "Nadie está en la primera etapa", "Niemand ist in der ersten Stufe"}},
	{"funnel.subtitle", {"Number in each stage and percentage of the first stage; the largest loss is after %1",
	"Número en cada etapa y porcentaje de la primera; la mayor pérdida ocurre después de %1",
	"Anzahl in jeder Stufe und Prozentanteil der ersten; der größte Verlust liegt nach %1"}},
	{"funnel.subtitle_only", {"Number in each stage and percentage of the first stage", "Número en cada etapa y porcentaje de la primera",
	"Anzahl in jeder Stufe und Prozentanteil der ersten"}},

	{"forecast.title", {"Forecast for %1: %2, with %5 probability between %3 and %4", "Pronóstico para %1: %2, con una probabilidad del %5 entre %3 y %4",
	"Prognose für %1: %2, mit %5 Wahrscheinlichkeit zwischen %3 und %4"}},
	{"forecast.title_point", {"Forecast for %1: %2", "Pronóstico para %1: %2", "Prognose für %1: %2"}},
	{"forecast.empty", {"There is no forecast", "No hay pronóstico", "Es gibt keine Prognose"}},
	{"forecast.subtitle", {"Solid line: past values; dashed line: forecast; area: interval of the forecast",
	"Línea continua: valores pasados; línea discontinua: pronóstico; área: intervalo del pronóstico",
	"Durchgezogene Linie: bisherige Werte; gestrichelte Linie: Prognose; Fläche: Intervall der Prognose"}},
	{"forecast.past", {"past", "pasado", "bisher"}},
	{"forecast.forecast", {"forecast", "pronóstico", "Prognose"}},
	{"forecast.cap", {"The latest %1 of %2 periods are shown", "Se muestran los últimos %1 de %2 períodos", "Gezeigt werden die letzten %1 von %2 Perioden"}},

	/* features with common names */
	{"feature.recency_days", {"days since the last purchase", "días desde la última compra", "Tage seit dem letzten Einkauf"}},
	{"feature.frequency", {"purchases", "compras", "Einkäufe"}},
	{"feature.monetary", {"revenue", "ingresos", "Umsatz"}},
	{"feature.average_receipt", {"average purchase", "compra media", "durchschnittlicher Einkauf"}},
	{"feature.return_share", {"share returned", "proporción devuelta", "Anteil der Retouren"}},
	{"feature.tenure_days", {"days since the first purchase", "días desde la primera compra", "Tage seit dem ersten Einkauf"}},
	{"feature.quantity", {"items", "artículos", "Artikel"}},
	{"feature.receipt_mean", {"average purchase", "compra media", "durchschnittlicher Einkauf"}},
	{"feature.gap_mean", {"days between purchases", "días entre compras", "Tage zwischen Einkäufen"}},
	{"feature.discount_share", {"share of discounts", "proporción de descuentos", "Anteil der Rabatte"}},
	{"feature.products", {"different products", "productos distintos", "verschiedene Produkte"}},
	{"feature.quantity_per_receipt", {"pieces per purchase", "unidades por compra", "Stück pro Einkauf"}},
	{"feature.receipts_90", {"purchases in the last 90 days", "compras en los últimos 90 días", "Einkäufe in den letzten 90 Tagen"}},
	{"feature.sales_90", {"revenue of the last 90 days, before returns", "ingresos de los últimos 90 días, sin restar devoluciones", "Umsatz der letzten 90 Tage, vor Retouren"}},

	/* reports: headings and columns */
	{"report.title", {"Customer report, %1", "Informe de clientes, %1", "Kundenbericht, %1"}},
	{"report.month", {"The month in five sentences", "El mes en cinco frases", "Der Monat in fünf Sätzen"}},
	{"report.glance", {"The segments at a glance", "Los segmentos de un vistazo", "Die Segmente auf einen Blick"}},
	{"report.glance_table", {"Customers, revenue and change within a month, by segment", "Clientes, ingresos y cambio en un mes, por segmento", "Kunden, Umsatz und Veränderung in einem Monat, nach Segment"}},
	{"report.places", {"Groups on the map", "Grupos del mapa", "Gruppen der Karte"}},
	{"report.apart", {"%1: the strongest differences from the average customer", "%1: las mayores diferencias con el cliente medio", "%1: die stärksten Unterschiede zum durchschnittlichen Kunden"}},
	{"report.all", {"all customers", "todos los clientes", "alle Kunden"}},
	{"report.rest", {"first purchases and others", "primeras compras y otros", "erste Einkäufe und andere"}},
	{"report.forecast_segments", {"Forecast by segment", "Pronóstico por segmento", "Prognose nach Segment"}},
	{"report.segments", {"Each segment", "Cada segmento", "Jedes Segment"}},
	{"report.moves", {"Who moved", "Quién se movió", "Wer gewechselt hat"}},
	{"report.groups", {"Groups of similar customers", "Grupos de clientes parecidos", "Gruppen ähnlicher Kunden"}},
	{"report.cohorts", {"How many come back", "Cuántos vuelven", "Wie viele wiederkommen"}},
	{"report.map", {"Map of the customers", "Mapa de los clientes", "Karte der Kunden"}},
	{"report.anomalies", {"Unusual customers worth a call", "Clientes inusuales que merecen una llamada", "Auffällige Kunden, bei denen ein Anruf lohnt"}},
	{"report.forecast", {"Forecast of revenue", "Pronóstico de ingresos", "Prognose des Umsatzes"}},
	{"report.quality", {"Quality of the data", "Calidad de los datos", "Qualität der Daten"}},
	{"report.method", {"Method and accuracy", "Método y precisión", "Methode und Genauigkeit"}},
	{"report.data", {"Figures of this chart", "Cifras de este gráfico", "Zahlen zu diesem Diagramm"}},
	{"report.contents", {"Contents", "Contenido", "Inhalt"}},
	{"column.segment", {"Segment", "Segmento", "Segment"}},
	{"column.group", {"Group", "Grupo", "Gruppe"}},
	{"column.customers", {"Customers", "Clientes", "Kunden"}},
	{"column.share", {"Share", "Proporción", "Anteil"}},
	{"column.revenue", {"Revenue", "Ingresos", "Umsatz"}},
	{"column.revenue_share", {"Share of revenue", "Proporción de los ingresos", "Anteil am Umsatz"}},
	{"column.before", {"A month before", "Un mes antes", "Einen Monat vorher"}},
	{"column.change", {"Change", "Cambio", "Veränderung"}},
	{"column.action", {"What to do", "Qué hacer", "Was zu tun ist"}},
	{"column.feature", {"Feature", "Variable", "Merkmal"}},
	{"column.here", {"Mean here", "Media aquí", "Mittelwert hier"}},
	{"column.all", {"Mean of all", "Media de todos", "Mittelwert aller"}},
	{"column.median_here", {"Median here", "Mediana aquí", "Median hier"}},
	{"column.median_all", {"Median of all", "Mediana de todos", "Median aller"}},
	{"column.customer", {"Customer", "Cliente", "Kunde"}},
	{"column.last", {"Days since the last purchase", "Días desde la última compra", "Tage seit dem letzten Einkauf"}},
	{"column.purchases", {"Purchases", "Compras", "Einkäufe"}},
	{"column.score", {"Unusualness, 0 to 1", "Rareza, de 0 a 1", "Auffälligkeit, 0 bis 1"}},
	{"column.cohort", {"Cohort", "Cohorte", "Kohorte"}},
	{"column.month", {"Month", "Mes", "Monat"}},
	{"column.period", {"Period", "Periodo", "Zeitraum"}},
	{"column.value", {"Revenue", "Ingresos", "Umsatz"}},
	{"column.forecast", {"Forecast", "Pronóstico", "Prognose"}},
	{"column.lower", {"From", "Desde", "Von"}},
	{"column.upper", {"To", "Hasta", "Bis"}},
	{"column.this_month", {"%1, revenue", "%1, ingresos", "%1, Umsatz"}},
	{"column.next_month", {"%1, forecast", "%1, pronóstico", "%1, Prognose"}},
	{"column.months", {"%1 month, forecast|%1 months, forecast", "%1 mes, pronóstico|%1 meses, pronóstico", "%1 Monat, Prognose|%1 Monate, Prognose"}},
	{"column.why", {"What is unusual (usual value)", "Qué es inusual (valor habitual)", "Was auffällt (üblicher Wert)"}},
	{"column.to", {"To", "A", "Nach"}},
	{"column.from", {"From", "De", "Von"}},
	{"column.fact", {"What", "Qué", "Was"}},
	{"column.figure", {"Figure", "Cifra", "Zahl"}},
	{"column.model", {"Model", "Modelo", "Modell"}},
	{"column.drift", {"Drift (above 0.2 is large)", "Deriva (más de 0,2 es grande)", "Drift (über 0,2 ist groß)"}},
	{"column.missing", {"Missing values", "Valores ausentes", "Fehlende Werte"}},

	/* reports: sentences */
	{"month.first", {"%1; %2.", "%1; %2.", "%1; %2."}},
	{"month.revenue_up", {"Revenue in %1 was %2, which is %3 more than in the month before", "Los ingresos de %1 fueron %2, un %3 más que el mes anterior",
	"Der Umsatz im %1 betrug %2, das sind %3 mehr als im Vormonat"}},
	{"month.revenue_down", {"Revenue in %1 was %2, which is %3 less than in the month before", "Los ingresos de %1 fueron %2, un %3 menos que el mes anterior",
	"Der Umsatz im %1 betrug %2, das sind %3 weniger als im Vormonat"}},
	{"month.revenue", {"Revenue in %1 was %2", "Los ingresos de %1 fueron %2", "Der Umsatz im %1 betrug %2"}},
	{"month.days", {"the days from %1 to %2", "los días del %1 al %2", "Zeitraum vom %1 bis %2"}},
	{"month.buyers", {"%1 customer bought, for the first time|%1 customers bought, %2 of them for the first time",
	"%1 cliente compró por primera vez|%1 clientes compraron, %2 de ellos por primera vez",
	"%1 Kunde kaufte, und zwar zum ersten Mal|%1 Kunden kauften, davon %2 zum ersten Mal"}},
	{"month.buyers_known", {"%1 customer bought, not for the first time|%1 customers bought, none of them for the first time",
	"%1 cliente compró, y no por primera vez|%1 clientes compraron, ninguno por primera vez",
	"%1 Kunde kaufte, nicht zum ersten Mal|%1 Kunden kauften, keiner zum ersten Mal"}},
	{"month.buyers_new", {"%1 customer bought, for the first time|%1 customers bought, all of them for the first time",
	"%1 cliente compró por primera vez|%1 clientes compraron, todos por primera vez",
	"%1 Kunde kaufte, und zwar zum ersten Mal|%1 Kunden kauften, alle zum ersten Mal"}},
	{"month.buyers_only", {"%1 customer bought|%1 customers bought", "%1 cliente compró|%1 clientes compraron", "%1 Kunde kaufte|%1 Kunden kauften"}},
	{"month.buyers_few", {"fewer than %1 customers bought", "compraron menos de %1 clientes", "weniger als %1 Kunden kauften"}},
	{"month.no_buyers", {"nobody bought", "nadie compró", "niemand kaufte"}},
	{"month.top", {"The segment that earns most is \"%1\": %2 of the customers bring %3 of the revenue.",
	"El segmento que más ingresos genera es «%1»: el %2 de los clientes aporta el %3 de los ingresos.",
	"Das Segment mit dem höchsten Umsatz ist »%1«: %2 der Kunden bringen %3 des Umsatzes."}},
	{"month.top_shown", {"Of the segments that are large enough to be shown, \"%1\" earns most: %2 of the customers bring %3 of the revenue.",
	"De los segmentos lo bastante grandes para mostrarse, «%1» es el que más ingresos genera: el %2 de los clientes aporta el %3 de los ingresos.",
	"Von den Segmenten, die groß genug sind, um gezeigt zu werden, hat »%1« den höchsten Umsatz: %2 der Kunden bringen %3 des Umsatzes."}},
	{"month.top_none", {"No segment is large enough to be shown.", "Ningún segmento es lo bastante grande para mostrarse.", "Kein Segment ist groß genug, um gezeigt zu werden."}},
	{"month.top_zero", {"All customers together have brought no revenue, so no segment has a share of it.",
	"En conjunto, los clientes no han aportado ingresos, así que ningún segmento tiene una parte de ellos.",
	"Alle Kunden zusammen haben keinen Umsatz gebracht, also hat kein Segment einen Anteil daran."}},
	{"month.shrink", {"Among the active customers, the segment that shrinks most is \"%2\": it has %1 customer, after %3 a month before.|Among the active customers, the segment that shrinks most is \"%2\": it has %1 customers, after %3 a month before.",
	"Entre los clientes activos, el segmento que más se reduce es «%2»: tiene %1 cliente, frente a %3 un mes antes.|Entre los clientes activos, el segmento que más se reduce es «%2»: tiene %1 clientes, frente a %3 un mes antes.",
	"Unter den aktiven Kunden schrumpft das Segment »%2« am stärksten: Die Zahl der Kunden ist %1, nach %3 einen Monat vorher.|Unter den aktiven Kunden schrumpft das Segment »%2« am stärksten: Die Zahl der Kunden ist %1, nach %3 einen Monat vorher."}},
	{"month.no_shrink_shown", {"Among the active customers, no segment that is large enough to be shown shrank.",
	"Entre los clientes activos, no se redujo ningún segmento lo bastante grande para mostrarse.",
	"Unter den aktiven Kunden ist kein Segment geschrumpft, das groß genug ist, um gezeigt zu werden."}},
	{"month.no_shrink", {"No segment of active customers shrank.", "Ningún segmento de clientes activos se redujo.", "Kein Segment aktiver Kunden ist geschrumpft."}},
	{"month.action", {"What to do about it: %1", "Qué hacer al respecto: %1", "Was dagegen zu tun ist: %1"}},
	{"month.action_top", {"What to do for the best: %1", "Qué hacer por los mejores: %1", "Was für die Besten zu tun ist: %1"}},
	{"month.action_table", {"What to do for each segment is in the table of the segments.", "Qué hacer con cada segmento está en la tabla de los segmentos.",
	"Was für jedes Segment zu tun ist, steht in der Tabelle der Segmente."}},
	{"month.forecast_sure", {"The forecast for %1 is %2, and it is quite sure: the interval that contains the value with %5 probability reaches from %3 to %4.",
	"El pronóstico para %1 es %2 y es bastante seguro: el intervalo que contiene el valor con una probabilidad del %5 va de %3 a %4.",
	"Die Prognose für %1 ist %2, und sie ist recht sicher: Das Intervall, das den Wert mit %5 Wahrscheinlichkeit enthält, reicht von %3 bis %4."}},
	{"month.forecast_rough", {"The forecast for %1 is %2, which is a rough guide: the interval that contains the value with %5 probability reaches from %3 to %4.",
	"El pronóstico para %1 es %2 y solo es orientativo: el intervalo que contiene el valor con una probabilidad del %5 va de %3 a %4.",
	"Die Prognose für %1 ist %2, ein grober Anhaltspunkt: Das Intervall, das den Wert mit %5 Wahrscheinlichkeit enthält, reicht von %3 bis %4."}},
	{"month.forecast_unsure", {"The forecast for %1 is %2, but it is not sure: the interval that contains the value with %5 probability reaches from %3 to %4.",
	"El pronóstico para %1 es %2, pero no es seguro: el intervalo que contiene el valor con una probabilidad del %5 va de %3 a %4.",
	"Die Prognose für %1 ist %2, aber sie ist unsicher: Das Intervall, das den Wert mit %5 Wahrscheinlichkeit enthält, reicht von %3 bis %4."}},
	{"report.intro", {"As of %1. Revenue is net of returns. Segments come from the days since the last purchase, the number of purchases and the revenue of each customer.",
	"A fecha de %1. Los ingresos son netos de devoluciones. Los segmentos resultan de los días desde la última compra, el número de compras y los ingresos de cada cliente.",
	"Stand: %1. Der Umsatz ist um Retouren gemindert. Die Segmente ergeben sich aus den Tagen seit dem letzten Einkauf, der Zahl der Einkäufe und dem Umsatz jedes Kunden."}},
	{"report.intro_currency", {"Amounts are in %1.", "Los importes están en %1.", "Beträge in %1."}},
	{"report.empty", {"There are no customers with purchases up to this date.", "No hay clientes con compras hasta esta fecha.", "Bis zu diesem Tag gibt es keine Kunden mit Einkäufen."}},
	{"segment.size", {"%1 customer (%2 of all) with %3 of the revenue.|%1 customers (%2 of all) with %3 of the revenue.",
	"%1 cliente (el %2 de todos) con el %3 de los ingresos.|%1 clientes (el %2 de todos) con el %3 de los ingresos.",
	"%1 Kunde (%2 aller Kunden) mit %3 des Umsatzes.|%1 Kunden (%2 aller Kunden) mit %3 des Umsatzes."}},
	{"segment.size_only", {"%1 customer (%2 of all).|%1 customers (%2 of all).", "%1 cliente (el %2 de todos).|%1 clientes (el %2 de todos).",
	"%1 Kunde (%2 aller Kunden).|%1 Kunden (%2 aller Kunden)."}},
	{"segment.moves", {"Within a month %1 came and %2 left.", "En un mes, entradas: %1; salidas: %2.", "Zugänge in einem Monat: %1; Abgänge: %2."}},
	{"segment.came_from", {"The largest number came from: %1 (%2).", "El mayor número llegó de: %1 (%2).", "Die größte Zahl kam aus: %1 (%2)."}},
	{"segment.left_to", {"The largest number went to: %1 (%2).", "El mayor número pasó a: %1 (%2).", "Die größte Zahl ging nach: %1 (%2)."}},
	{"segment.action", {"Recommended: %1", "Recomendado: %1", "Empfohlen: %1"}},
	{"segment.forecast", {"The forecast of the revenue of this segment in %1 is %2, with %5 probability between %3 and %4.",
	"El pronóstico de los ingresos de este segmento en %1 es %2, con una probabilidad del %5 entre %3 y %4.",
	"Die Prognose für den Umsatz dieses Segments im %1 ist %2, mit %5 Wahrscheinlichkeit zwischen %3 und %4."}},
	{"segment.hidden", {"No figures are shown, because they would tell those of a smaller group.", "No se muestran cifras, porque revelarían las de un grupo menor.", "Es werden keine Zahlen gezeigt, weil sie die einer kleineren Gruppe verraten würden."}},
	{"segment.small", {"Fewer than %1 customers: no figures are shown.", "Menos de %1 clientes: no se muestran cifras.", "Weniger als %1 Kunden: Es werden keine Zahlen gezeigt."}},
	{"report.new", {"new customers", "clientes nuevos", "neue Kunden"}},
	{"group.size", {"%1 customer, %2 of all: %3.|%1 customers, %2 of all: %3.", "%1 cliente, el %2 de todos: %3.|%1 clientes, el %2 de todos: %3.",
	"%1 Kunde, %2 aller Kunden: %3.|%1 Kunden, %2 aller Kunden: %3."}},
	{"forecast.none", {"There is no forecast, because the receipts cover fewer than six months.", "No hay pronóstico porque los recibos abarcan menos de seis meses.",
	"Es gibt keine Prognose, da die Belege weniger als sechs Monate umfassen."}},
	{"forecast.sure", {"How sure is it? With %1 probability revenue in %2 is between %3 and %4, and in %5 between %6 and %7.",
	"¿Qué tan seguro es? Con una probabilidad del %1, los ingresos estarán entre %3 y %4 en %2, y entre %6 y %7 en %5.",
	"Wie sicher ist das? Mit %1 Wahrscheinlichkeit liegt der Umsatz im %2 zwischen %3 und %4, im %5 zwischen %6 und %7."}},
	{"forecast.why", {"The forecast rests on %1 months. In these, revenue changed by %2 from one month to the next on average; the more it changes, the wider is the interval.",
	"El pronóstico se basa en %1 meses, en los que los ingresos cambiaron un %2 de un mes al siguiente en promedio; cuanto más cambian, más ancho es el intervalo.",
	"Die Prognose beruht auf %1 Monaten. In diesen änderte sich der Umsatz von einem Monat zum nächsten um durchschnittlich %2; je mehr er sich ändert, desto breiter ist das Intervall."}},
	{"forecast.months", {"The forecast rests on %1 months.", "El pronóstico se basa en %1 meses.", "Die Prognose beruht auf %1 Monaten."}},
	{"forecast.no_season", {"The receipts do not show a yearly pattern clearly enough, so the forecast has none: if a month of every year is strong or weak, correct the forecast by what you know.",
	"Los recibos no muestran con suficiente claridad un patrón anual, así que el pronóstico no lo incluye: si algún mes es fuerte o débil todos los años, corrija el pronóstico con lo que usted sabe.",
	"Die Belege zeigen kein hinreichend deutliches Jahresmuster, daher enthält die Prognose keines: Ist ein Monat jedes Jahr stark oder schwach, korrigieren Sie die Prognose um das, was Sie wissen."}},
	{"forecast.segments", {"A purchase counts for the segment that the customer had when the month began. The segments add up to the whole.",
	"Una compra cuenta para el segmento que tenía el cliente al empezar el mes. Los segmentos suman el total.",
	"Ein Einkauf zählt für das Segment, das der Kunde zu Beginn des Monats hatte. Die Segmente ergeben zusammen das Ganze."}},
	{"quality.lines", {"Lines of receipts", "Líneas de recibos", "Belegzeilen"}},
	{"quality.used", {"used", "usadas", "verwendet"}},
	{"quality.without_date", {"left out: without a date", "omitidas: sin fecha", "ausgelassen: ohne Datum"}},
	{"quality.after", {"left out: after the date of the report", "omitidas: posteriores a la fecha del informe", "ausgelassen: nach dem Tag des Berichts"}},
	{"quality.currency", {"left out: other currencies", "omitidas: otras monedas", "ausgelassen: andere Währungen"}},
	{"quality.customer", {"left out: without a customer", "omitidas: sin cliente", "ausgelassen: ohne Kunden"}},
	{"quality.receipt", {"left out: with a receipt number that is blank or #", "omitidas: con un número de recibo en blanco o #", "ausgelassen: mit einer Belegnummer, die leer oder # ist"}},
	{"quality.summary", {"Of the lines of receipts up to this date, %1 were used.", "De las líneas de recibos hasta esta fecha se usó el %1.", "Von den Belegzeilen bis zu diesem Tag wurden %1 verwendet."}},
	{"quality.no_drift", {"No feature of the models has changed much.", "Ninguna variable de los modelos ha cambiado mucho.", "Kein Merkmal der Modelle hat sich stark verändert."}},
	{"quality.some_drift", {"%1 feature of the models has changed much: %2.|%1 features of the models have changed much: %2.",
	"%1 variable de los modelos ha cambiado mucho: %2.|%1 variables de los modelos han cambiado mucho: %2.",
	"%1 Merkmal der Modelle hat sich stark verändert: %2.|%1 Merkmale der Modelle haben sich stark verändert: %2."}},
	{"quality.drift", {"What has changed in the data since the version of each model before", "Qué ha cambiado en los datos desde la versión anterior de cada modelo",
	"Was sich in den Daten seit der vorigen Version jedes Modells geändert hat"}},
	{"method.rfm", {"Each customer gets a score from 1 to 5 for recency, frequency and revenue, by the fifths of all customers; the two first give the segment. The same limits hold for both dates that are compared.",
	"Cada cliente recibe de 1 a 5 puntos por recencia, frecuencia e ingresos, según los quintiles de todos los clientes; los dos primeros dan el segmento. Los mismos límites valen para las dos fechas comparadas.",
	"Jeder Kunde erhält 1 bis 5 Punkte für Aktualität, Häufigkeit und Umsatz, nach den Fünfteln aller Kunden; die beiden ersten ergeben das Segment. Für beide verglichenen Tage gelten dieselben Grenzen."}},
	{"method.kmeans", {"Groups come from k-means model %1, version %2: they explain %3 of the variation; the silhouette is %4 (1 is a perfect separation, 0 none).",
	"Los grupos provienen del modelo k-means %1, versión %2: explican el %3 de la variación; la silueta es %4 (1 es una separación perfecta; 0, ninguna).",
	"Die Gruppen stammen aus dem k-means-Modell %1, Version %2: Sie erklären %3 der Streuung; die Silhouette ist %4 (1 ist eine perfekte Trennung, 0 keine)."}},
	{"method.cohorts", {"A cohort is all customers with their first purchase in the same month. Months that are not over are not shown.",
	"Una cohorte son todos los clientes con su primera compra en el mismo mes. No se muestran los meses sin terminar.",
	"Eine Kohorte sind alle Kunden mit dem ersten Einkauf im selben Monat. Nicht beendete Monate werden nicht gezeigt."}},
	{"method.small", {"Segments, groups and cohorts with fewer than %1 customers have no figures, so that no single customer can be recognized.",
	"Los segmentos, grupos y cohortes con menos de %1 clientes no tienen cifras, para que no se reconozca a ningún cliente.",
	"Segmente, Gruppen und Kohorten mit weniger als %1 Kunden haben keine Zahlen, damit kein einzelner Kunde erkennbar ist."}},
	{"method.share", {"A share of revenue compares the revenue of a segment up to this date with that of all customers.",
	"La proporción de los ingresos compara los ingresos de un segmento hasta esta fecha con los de todos los clientes.",
	"Ein Anteil am Umsatz vergleicht den Umsatz eines Segments bis zu diesem Tag mit dem aller Kunden."}},
	{"method.forecast", {"The forecast is the mean of exponential smoothing and the Theta method. Tested on the last %1 months, each forecast from the months before it, it was off by %2 of the revenue; the last year repeated was off by %3.",
	"El pronóstico es la media del suavizado exponencial y del método Theta. Comprobado en los últimos %1 meses, cada uno pronosticado con los meses anteriores, se desvió un %2 de los ingresos; repetir el año anterior, un %3.",
	"Die Prognose ist das Mittel aus exponentieller Glättung und der Theta-Methode. Geprüft an den letzten %1 Monaten, jeder aus den Monaten davor vorhergesagt, wich sie um %2 des Umsatzes ab; das letzte Jahr zu wiederholen um %3."}},
	{"method.features", {"Of each segment the five features are shown whose mean is farthest from that of all customers, in standard deviations.",
	"De cada segmento se muestran las cinco variables cuya media más se aleja de la de todos los clientes, en desviaciones estándar.",
	"Von jedem Segment werden die fünf Merkmale gezeigt, deren Mittelwert am weitesten von dem aller Kunden abweicht, in Standardabweichungen."}},

	/* segments: what they are */
	{"about.champions", {"Bought recently and buy often.", "Compraron hace poco y compran a menudo.", "Haben kürzlich gekauft und kaufen oft."}},
	{"about.loyal", {"Buy often, the last time not long ago.", "Compran a menudo, la última vez no hace mucho.", "Kaufen oft, zuletzt vor nicht langer Zeit."}},
	{"about.potential_loyalists", {"Bought recently, more than once.", "Compraron hace poco, más de una vez.", "Haben kürzlich gekauft, mehr als einmal."}},
	{"about.new", {"Bought very recently for the first time or seldom before.", "Compraron hace muy poco, por primera vez o con pocas compras antes.",
	"Haben gerade erst gekauft, zum ersten Mal oder vorher selten."}},
	{"about.promising", {"Bought quite recently, but seldom.", "Compraron hace bastante poco, pero rara vez.", "Haben vor Kurzem gekauft, aber selten."}},
	{"about.need_attention", {"In the middle in all respects; they may go either way.", "En el medio en todo; pueden ir en cualquier dirección.", "In allem in der Mitte; sie können sich so oder so entwickeln."}},
	{"about.about_to_sleep", {"Buy seldom, and the last purchase is some time ago.", "Compran rara vez y la última compra fue hace algún tiempo.", "Kaufen selten, und der letzte Einkauf liegt einige Zeit zurück."}},
	{"about.cant_lose", {"Bought very often, but not for a long time.", "Compraban muy a menudo, pero hace tiempo que no.", "Kauften sehr oft, aber seit Langem nicht mehr."}},
	{"about.at_risk", {"Bought often, but not for a long time.", "Compraban a menudo, pero hace tiempo que no.", "Kauften oft, aber seit Langem nicht mehr."}},
	{"about.hibernating", {"Bought seldom and long ago.", "Compraron rara vez y hace mucho.", "Haben selten und vor langer Zeit gekauft."}},

	{"kind.bar", {"Bar chart.", "Gráfico de barras.", "Balkendiagramm."}},
	{"kind.line", {"Line chart.", "Gráfico de líneas.", "Liniendiagramm."}},
	{"kind.grid", {"Table of coloured cells.", "Tabla de celdas de color.", "Tabelle farbiger Felder."}},
	{"kind.points", {"Scatter plot.", "Diagrama de dispersión.", "Streudiagramm."}},
};

#define SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

const char *
seg_words_key(size_t i)
{
	return i < SENTENCES ? sentences[i].key : NULL;
}

const char *
seg_words_sentence(size_t i, int language)
{
	return i < SENTENCES ? sentences[i].text[language] : NULL;
}

/* A buffer that is filled as far as it goes. */
typedef struct Output
{
	char	   *buffer;
	size_t		size;
	size_t		length;
} Output;

static void
put(Output *output, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, output->length++)
		if (output->length + 1 < output->size)
			output->buffer[output->length] = text[i];
}

static void
put_sentence(Output *output, const char *text, const char *end, const char *const *arguments, size_t count)
{
	for (; text < end; text++)
	{
		size_t		number = *text == '%' && text + 1 < end && text[1] >= '1' && text[1] <= '9' ? (size_t) (text[1] - '0') : 0;

		if (number == 0)
			put(output, text, 1);
		else
		{
			if (number <= count)
				put(output, arguments[number - 1], strlen(arguments[number - 1]));
			text++;
		}
	}
}

size_t
seg_words(int language, const char *key, const char *const *arguments, size_t count, char *buffer, size_t size)
{
	Output		output = {buffer, size, 0};

	for (size_t i = 0; i < SENTENCES; i++)
	{
		const char *text = sentences[i].text[language];
		const char *end = text + strlen(text);
		const char *bar;

		if (strcmp(sentences[i].key, key) != 0)
			continue;
		bar = strchr(text, '|');
		if (bar != NULL && count > 0 && strcmp(arguments[0], "1") == 0)
			end = bar;
		else if (bar != NULL)
			text = bar + 1;
		put_sentence(&output, text, end, arguments, count);
		break;
	}
	if (size > 0)
		buffer[output.length < size ? output.length : size - 1] = '\0';
	return output.length;
}
