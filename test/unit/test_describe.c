/*
 * test_describe.c
 *		Descriptions of clusters in words.
 */
#include "unit.h"

#include "stats/describe.h"

static const char *
words(const char *language, const SegTrait *traits, size_t count)
{
	static char buffer[1000];
	size_t		length = seg_describe_traits(seg_describe_language(language), traits, count, true, buffer, sizeof(buffer));

	assert_int_equal(length, strlen(buffer));
	return buffer;
}

static void
champions_in_three_languages(void **state)
{
	const SegTrait traits[] = {
		{"monetary", 3, true, 3.14},
		{"recency_days", 1, false, 0.2},
		{"frequency", 2, true, 4},
	};

	assert_string_equal(words("en", traits, 3), "high monetary (3.1x average), recent, many orders");
	assert_string_equal(words("es", traits, 3),
						"gasto alto (3,1 veces el promedio), compras recientes, muchos pedidos");
	assert_string_equal(words("de", traits, 3),
						"hoher Umsatz (das 3,1-Fache des Durchschnitts), kürzlich aktiv, viele Bestellungen");
}

static void
other_features_are_described_by_name(void **state)
{
	const SegTrait traits[] = {
		{"spending_score", 1, true, 1.55},
		{"", 2, false, NAN},
		{"Annual-Income", 3, false, 0.04},
	};

	assert_string_equal(words("en", traits, 3),
						"high spending score (1.6x average), low feature 2, low income (0.04x average)");
	assert_string_equal(words("es", traits, 3),
						"valor alto en spending score (1,6 veces el promedio), valor bajo en la variable 2, "
						"ingresos bajos (0,04 veces el promedio)");
	assert_string_equal(words("de", traits, 2),
						"hoher Wert bei spending score (das 1,6-Fache des Durchschnitts), niedriger Wert bei Merkmal 2");
}

/* A ratio is left out if it would be written as 1.0 or 0.00, or is too large; names match as a whole. */
static void
ratios_are_shown_or_left_out(void **state)
{
	assert_string_equal(words("en", &(SegTrait) {"x", 1, true, 1.04}, 1), "high x");
	assert_string_equal(words("en", &(SegTrait) {"x", 1, false, 0.001}, 1), "low x");
	assert_string_equal(words("en", &(SegTrait) {"x", 1, true, 1e9}, 1), "high x");
	assert_string_equal(words("en", &(SegTrait) {"x", 1, true, 12.6}, 1), "high x (13x average)");
	assert_string_equal(words("en", &(SegTrait) {"x", 1, true, 9.96}, 1), "high x (10x average)");
	assert_string_equal(words("de", &(SegTrait) {"x", 1, true, 6.01}, 1),
						"hoher Wert bei x (das 6-Fache des Durchschnitts)");
	assert_string_equal(words("en", &(SegTrait) {"x", 1, false, 0.096}, 1), "low x (0.1x average)");
	assert_string_equal(words("en", &(SegTrait) {"requency", 1, true, NAN}, 1), "high requency");
	assert_string_equal(words("en", &(SegTrait) {"items units", 1, true, NAN}, 1), "high items units");
	assert_string_equal(words("en", &(SegTrait) {" age", 1, true, NAN}, 1), "high  age");
	assert_string_equal(words("en", &(SegTrait) {"100%s %n", 1, true, NAN}, 1), "high 100%s %n");
}

static const char *
name(const char *language, const SegTrait *traits, size_t count)
{
	static char buffer[1000];

	seg_describe_traits(seg_describe_language(language), traits, count, false, buffer, sizeof(buffer));
	return buffer;
}

/* A ratio of medians is marked as such; a name has no figures. */
static void
figures_are_of_medians_or_left_out(void **state)
{
	const SegTrait traits[] = {
		{"monetary", 3, true, 3.14, true},
		{"visits", 1, false, 0.2, true},
		{"income", 2, true, 4},
	};

	assert_string_equal(words("en", traits, 3),
						"high monetary (3.1x the median), low visits (0.2x the median), high income (4x average)");
	assert_string_equal(words("es", traits, 1), "gasto alto (3,1 veces la mediana)");
	assert_string_equal(words("de", traits, 1), "hoher Umsatz (das 3,1-Fache des Medians)");
	assert_string_equal(name("en", traits, 3), "high monetary, low visits, high income");
	assert_string_equal(name("es", traits, 3), "gasto alto, valor bajo en visits, ingresos altos");
	assert_string_equal(name("de", traits, 3), "hoher Umsatz, niedriger Wert bei visits, hohes Einkommen");
	assert_string_equal(name("en", NULL, 0), "close to average in every feature");
}

/* A name is correct while each of its phrases is true, in any order of the traits. */
static void
names_are_kept_while_their_phrases_are_true(void **state)
{
	const SegTrait traits[] = {
		{"frequency", 2, true, NAN},
		{"x", 1, false, NAN},
		{"x, high y", 3, false, NAN},
		{"recency_days", 4, false, NAN},
	};

	for (int language = 0; language < 3; language++)
	{
		char		buffer[1000];

		for (size_t from = 0; from < 4; from++)
			for (size_t count = 1; from + count <= 4; count++)
			{
				seg_describe_traits(language, traits + from, count, false, buffer, sizeof(buffer));
				assert_true(seg_describe_holds(language, buffer, traits, 4));
				assert_false(seg_describe_holds((language + 1) % 3, buffer, traits, 4));
				strcat(buffer, ", ");
				assert_false(seg_describe_holds(language, buffer, traits, 4));
			}
	}
	assert_true(seg_describe_holds(0, "recent, many orders", traits, 4));
	assert_false(seg_describe_holds(0, "recent, few orders", traits, 4));
	assert_false(seg_describe_holds(0, "recent, many ordersx", traits, 4));
	assert_false(seg_describe_holds(0, "recent, many orders", traits, 3));
	assert_false(seg_describe_holds(0, "", traits, 4));
	assert_false(seg_describe_holds(0, "close to average in every feature", traits, 4));
	assert_true(seg_describe_holds(0, "close to average in every feature", NULL, 0));
}

static void
a_group_without_traits_has_a_phrase(void **state)
{
	assert_string_equal(words("en", NULL, 0), "close to average in every feature");
	assert_string_equal(words("es", NULL, 0), "cerca del promedio en todas las variables");
	assert_string_equal(words("de", NULL, 0), "in allen Merkmalen nahe am Durchschnitt");
}

static void
languages_have_codes(void **state)
{
	assert_int_equal(seg_describe_language("fr"), -1);
	assert_int_equal(seg_describe_language("EN"), -1);
	assert_int_equal(seg_describe_language(""), -1);
}

static void
small_buffers_truncate(void **state)
{
	char		buffer[] = "......";
	const SegTrait trait = {"frequency", 1, true, 2};

	assert_int_equal(seg_describe_traits(0, &trait, 1, true, buffer, 5), strlen("many orders"));
	assert_string_equal(buffer, "many");
	assert_int_equal(buffer[5], '.');
	assert_int_equal(seg_describe_traits(0, &trait, 1, true, NULL, 0), strlen("many orders"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(champions_in_three_languages),
		cmocka_unit_test(other_features_are_described_by_name),
		cmocka_unit_test(ratios_are_shown_or_left_out),
		cmocka_unit_test(figures_are_of_medians_or_left_out),
		cmocka_unit_test(names_are_kept_while_their_phrases_are_true),
		cmocka_unit_test(a_group_without_traits_has_a_phrase),
		cmocka_unit_test(languages_have_codes),
		cmocka_unit_test(small_buffers_truncate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
