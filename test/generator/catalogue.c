/*
 * catalogue.c
 *		The tables of the generated shop: a bicycle wholesaler with a web shop.
 *
 * Texts contain characters that are difficult in exports: umlauts and accents, inch
 * marks (which a delimited file must quote), a bar inside a list cell, Japanese.
 */
#include "catalogue.h"

const Product products[] = {
	{"HB-2041", "BIKE", BIKES, 329900, "E-Trekkingrad \"Föhr\" 28\"", "E-trekking bike \"Föhr\" 28\"", "電動トレッキングバイク", 0, 0},
	{"HB-2052", "BIKE", BIKES, 419900, "E-Lastenrad Süderoog", "E-cargo bike Süderoog", "電動カーゴバイク", 0, 0},
	{"HB-3107", "BIKE", BIKES, 279900, "Gravelrad Carbon 56 cm", "Gravel bike carbon 56 cm", "グラベルバイク", 0, 0},
	{"HB-3110", "BIKE", BIKES, 349900, "Rennrad Größe M", "Road bike size M", NULL, 0, 0},
	{"HB-4410", "BIKE", BIKES, 259900, "Mountainbike 29\"", "Mountain bike 29\"", NULL, 0, 0},
	{"000000000000100201", "PART", PARTS, 8990, "Laufrad 28\" Disc", "Wheel 28\" disc", "ホイール28\"", 1, 60},
	{"000000000000100202", "PART", PARTS, 3490, "Reifen 28\" pannensicher", "Tyre 28\" puncture-proof", "タイヤ28\"", 1, 55},
	{"000000000000100203", "PART", PARTS, 690, "Schlauch 28\"", "Tube 28\"", "チューブ28\"", 0, 0},
	{"000000000000100210", "PART", PARTS, 2890, "Kette 11-fach", "Chain 11-speed", NULL, 1, 50},
	{"000000000000100211", "PART", PARTS, 6490, "Kassette 11-fach", "Cassette 11-speed", NULL, 0, 0},
	{"000000000000100214", "PART", PARTS, 7990, "Bremssatz hydraulisch", "Hydraulic brake set", NULL, 0, 0},
	{"000000000000100220", "PART", PARTS, 4590, "Sattel Gel", "Saddle gel", NULL, 0, 0},
	{"CL-1180", "WEAR", CLOTHING, 8990, "Regenjacke Größe L", "Rain jacket size L", "レインジャケット", 1, 45},
	{"CL-1181", "WEAR", CLOTHING, 6990, "Regenhose Größe L", "Rain trousers size L", NULL, 0, 0},
	{"CL-1195", "WEAR", CLOTHING, 5990, "Trikot kurzärmelig", "Jersey short-sleeved", NULL, 1, 45},
	{"CL-1196", "WEAR", CLOTHING, 7490, "Trägerhose", "Bib shorts", NULL, 0, 0},
	{"CL-1210", "WEAR", CLOTHING, 9990, "Radschuhe Gr. 43", "Cycling shoes size 43", "サイクリングシューズ", 0, 0},
	{"CL-1215", "WEAR", CLOTHING, 6490, "Softshelljacke", "Softshell jacket", NULL, 0, 0},
	{"000000000000200101", "ACC", ACCESSORIES, 3990, "Helm verstellbar", "Helmet, adjustable", "ヘルメット", 1, 40},
	{"000000000000200102", "ACC", ACCESSORIES, 2490, "Handschuhe", "Gloves", "グローブ", 0, 0},
	{"000000000000200110", "ACC", ACCESSORIES, 4490, "Scheinwerfer LED 80 Lux", "Front light LED 80 lux", NULL, 1, 60},
	{"000000000000200111", "ACC", ACCESSORIES, 1790, "Rücklicht LED", "Rear light LED", NULL, 0, 0},
	{"000000000000200120", "ACC", ACCESSORIES, 3290, "Bügelschloss", "U-lock", NULL, 0, 0},
	{"000000000000200125", "ACC", ACCESSORIES, 2190, "Standpumpe", "Floor pump", NULL, 0, 0},
	{"000000000000200130", "ACC", ACCESSORIES, 1290, "Flaschenhalter", "Bottle cage", NULL, 1, 65},
	{"000000000000200131", "ACC", ACCESSORIES, 990, "Trinkflasche 0,7 l", "Bottle 0.7 l", "ボトル0.7L", 0, 0},
	{"000000000000200140", "ACC", ACCESSORIES, 2990, "Gepäckträgertasche", "Pannier", NULL, 0, 0},
	{"000000000000200145", "ACC", ACCESSORIES, 1490, "Kettenöl 100 ml", "Chain oil 100 ml", NULL, 0, 0},
	{"000000000000300301", "FOOD", SNACKS, 190, "Riegel Nuss; Banane", "Bar nut; banana", NULL, 0, 0},
	{"000000000000300302", "FOOD", SNACKS, 1690, "Isotonisches Pulver 600 g", "Isotonic powder 600 g", NULL, 0, 0},
	{"000000000000300303", "FOOD", SNACKS, 2290, "Gel 12er-Karton", "Gel, box of 12", NULL, 0, 0},
	{"GS-25", "GIFT", GIFTS, 2500, "Gutschein 25 Euro", "Voucher 25 euro", NULL, 0, 0},
	{"GS-50", "GIFT", GIFTS, 5000, "Gutschein 50 Euro", "Voucher 50 euro", NULL, 0, 0},
	{"GS-BELL", "GIFT", GIFTS, 1950, "Messingklingel \"Käthe\"", "Brass bell \"Käthe\"", "真鍮のベル", 1, 35},
	{"GS-MUG", "GIFT", GIFTS, 1490, "Emaillebecher", "Enamel mug", NULL, 0, 0},
	{"GS-KIDS", "GIFT", GIFTS, 8900, "Laufrad für Kinder 12\"", "Balance bike 12\"", "子供用バイク", 0, 0},
	{"GS-CAP", "GIFT", GIFTS, 2790, "Wollmütze", "Woollen hat", NULL, 0, 0},
	{"FRACHT", "SERV", FREIGHT, 1490, "Frachtzuschlag", "Freight surcharge", NULL, 0, 0},
};
const int	product_count = sizeof(products) / sizeof(products[0]);

const Place places[] = {
	{"DE", "EUR", 58, "1000", "1000", "Radhaus %s GmbH & Co. KG",
		{"Jürgen", "Käthe", "Björn", "Anna", "Lukas", "Mia", "Jörg", "Zoë"},
		{"Müller", "Schmidt", "Weiß", "Köhler", "Krüger", "Jäger", "Schröder", "Böhm", "Özdemir", "Vogel"},
		{"Berlin", "Köln", "München", "Lübeck", "Nürnberg", "Gießen"}, "99999", "Bahnhofstraße"},
	{"AT", "EUR", 10, "1000", "1000", "Fahrrad %s e.U.",
		{"Elfriede", "Günther", "Leopold", "Sophie", "Matthäus", "Theresa", "Jakob", "Valerie"},
		{"Gruber", "Huber", "Pöltl", "Steiner", "Moser", "Hüttl", "Bäck", "Leitner", "Wögerer", "Auer"},
		{"Wien", "Graz", "Linz", "Mödling", "Sankt Pölten", "Wörgl"}, "9999", "Hauptplatz"},
	{"FR", "EUR", 12, "1000", "1000", "Vélo %s SARL",
		{"Françoise", "Hélène", "Rémi", "Chloé", "Benoît", "Maëlle", "Loïc", "Inès"},
		{"Lefèvre", "Dupré", "Noël", "Béranger", "Gauthier", "Côté", "Marchand", "Peña", "Brière", "Moreau"},
		{"Paris", "Lyon", "Orléans", "Besançon", "Nîmes", "Angoulême"}, "99999", "rue de l'Église"},
	{"DK", "EUR", 8, "1000", "1000", "Cykelhuset %s ApS",
		{"Søren", "Åse", "Jørgen", "Mette", "Bjørn", "Freja", "Rasmus", "Kåre"},
		{"Sørensen", "Nygård", "Østergaard", "Kjær", "Jørgensen", "Bæk", "Lund", "Holm", "Møller", "Vestergård"},
		{"København", "Århus", "Ålborg", "Sønderborg", "Helsingør", "Ribe"}, "9999", "Nørregade"},
	{"US", "USD", 8, "3000", "3000", "%s Cycles Inc.",
		{"James", "Emily", "Noah", "Olivia", "Ethan", "Ava", "Liam", "Grace"},
		{"Smith", "O'Neil", "Garcia", "Johnson", "Nguyen", "Brown", "Walker", "Reed", "Cooper", "Hayes"},
		{"Boulder", "Portland", "Austin", "Madison", "Davis", "Brooklyn"}, "99999", "Main Street"},
	{"JP", "JPY", 4, "5000", "5000", "%s Jitensha K.K.",
		{"Haruto", "Yui", "Sota", "Sakura", "Ren", "Hina", "Kaito", "Aoi"},
		{"Tanaka", "Suzuki", "Sato", "Watanabe", "Ito", "Kobayashi", "Mori", "Abe", "Ishii", "Ono"},
		{"Tokyo", "Osaka", "Nagoya", "Sapporo", "Kyoto", "Sendai"}, "999-9999", "Chuo-dori"},
};
const int	place_count = sizeof(places) / sizeof(places[0]);

const Behaviour behaviours[BEHAVIOURS] = {
	[DEALER] = {"dealer", 50, 12, 4, 8, 8, PARTS | ACCESSORIES, 25, 30},
	[REGULAR] = {"regular", 260, 32, 1, 3, 2, ACCESSORIES | SNACKS, 0, 25},
	[RETURNER] = {"returner", 120, 26, 2, 4, 1, CLOTHING, 10, 600},
	[BIG_TICKET] = {"big ticket", 90, 320, 1, 1, 1, BIKES, 0, 10},
	[CHRISTMAS] = {"christmas", 150, -1, 2, 4, 2, GIFTS, 0, 20},
	[ONE_OFF] = {"one-off", 180, 0, 1, 2, 1, ACCESSORIES, 0, 20},
	[LAPSED] = {"lapsed", 150, 30, 1, 3, 2, ACCESSORIES | SNACKS, 0, 25},
};

/* The percentage of planned purchases that happen in each month: most in spring and December. */
const int	season_percent[12] = {55, 55, 75, 90, 100, 95, 80, 65, 70, 65, 80, 100};
