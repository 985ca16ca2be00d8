/*
 * test_family.c
 *		The table of kinds of models.
 */
#include "unit.h"

#include "model/family.h"

static void
table_is_sound(void **state)
{
	int			count = 0;

	assert_null(seg_model_type(-1));
	assert_null(seg_model_type(0));
	assert_null(seg_model_type(SEG_KIND_MOST + 1));
	assert_null(seg_kind_name(SEG_KIND_MOST));
	for (int kind = 0; kind <= SEG_KIND_MOST; kind++)
	{
		const SegModelType *type = seg_model_type(kind);

		assert_int_equal(type == NULL, seg_kind_name(kind) == NULL);
		if (type == NULL)
			continue;
		count++;
		assert_int_equal(type->kind, kind);
		assert_true(type->newest >= 1);
		assert_true(strncmp(type->title, "a ", 2) == 0 || strncmp(type->title, "an ", 3) == 0);
		assert_non_null(type->decode);
		assert_non_null(type->encode);
		if (type->baseline != NULL)
		{
			assert_non_null(type->baseline->shape);
			assert_non_null(type->baseline->feature);
			assert_int_equal(type->baseline->most_clusters > 0, type->baseline->cluster != NULL);
			assert_int_equal(type->baseline->most_clusters > 0, type->baseline->place != NULL);
		}
	}
	assert_true(count >= 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
