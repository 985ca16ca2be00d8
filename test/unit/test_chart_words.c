/*
 * test_chart_words.c
 *		The sentences of charts and reports.
 */
#include "unit.h"

#include "chart/chart_words.h"

static const char *
words(int language, const char *key, const char *const *arguments, size_t count)
{
	static char buffer[500];

	assert_true(seg_words(language, key, arguments, count, buffer, sizeof(buffer)) < sizeof(buffer));
	return buffer;
}

static void
arguments_stand_at_their_places(void **state)
{
	const char *const arguments[] = {"Champions", "15 %", "51 %"};

	assert_string_equal(words(0, "rfm.title", arguments, 3), "Champions are 15 % of customers and 51 % of revenue");
	assert_string_equal(words(2, "rfm.title", arguments, 3), "Champions: 15 % der Kunden und 51 % des Umsatzes");
}

static void
singular_and_plural(void **state)
{
	const char *const one[] = {"1", "2"};
	const char *const many[] = {"12", "2"};

	assert_string_equal(words(0, "month.buyers", one, 2), "1 customer bought, for the first time");
	assert_string_equal(words(0, "month.buyers", many, 2), "12 customers bought, 2 of them for the first time");
	assert_string_equal(words(2, "month.buyers", one, 2), "1 Kunde kaufte, und zwar zum ersten Mal");
	assert_string_equal(words(1, "month.buyers", many, 2), "12 clientes compraron, 2 de ellos por primera vez");
}

static void
an_argument_is_no_template(void **state)
{
	const char *const arguments[] = {"%2", "x|y", "z"};

	assert_string_equal(words(0, "rfm.title", arguments, 3), "%2 are x|y of customers and z of revenue");
}

static void
an_unknown_key_has_no_words(void **state)
{
	char		buffer[10] = "x";

	assert_int_equal(seg_words(0, "none", NULL, 0, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "");
}

/* The set of numbers after % in a form, as bits. */
static unsigned
placeholders(const char *text, size_t bytes)
{
	unsigned	bits = 0;

	for (size_t i = 0; i + 1 < bytes; i++)
		if (text[i] == '%' && text[i + 1] >= '1' && text[i + 1] <= '9')
			bits |= 1u << (text[i + 1] - '0');
	return bits;
}

/* Every key occurs once; each language has as many forms, with the same arguments. */
static void
sentences_are_complete(void **state)
{
	for (size_t i = 0; seg_words_key(i) != NULL; i++)
	{
		const char *english = seg_words_sentence(i, 0);
		unsigned	wanted = placeholders(english, strlen(english));

		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seg_words_key(i), seg_words_key(j));
		for (int language = 0; language < 3; language++)
		{
			const char *text = seg_words_sentence(i, language);
			const char *bar = text == NULL ? NULL : strchr(text, '|');

			if (text == NULL || *text == '\0')
				fail_msg("%s has no words in language %d", seg_words_key(i), language);
			if ((bar != NULL) != (strchr(english, '|') != NULL))
				fail_msg("%s has another number of forms in language %d", seg_words_key(i), language);
			/* the form for one may leave an argument out */
			if (placeholders(bar == NULL ? text : bar, strlen(bar == NULL ? text : bar)) != wanted)
				fail_msg("%s has other arguments in language %d", seg_words_key(i), language);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_stand_at_their_places),
		cmocka_unit_test(singular_and_plural),
		cmocka_unit_test(an_argument_is_no_template),
		cmocka_unit_test(an_unknown_key_has_no_words),
		cmocka_unit_test(sentences_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
