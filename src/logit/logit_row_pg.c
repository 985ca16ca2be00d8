/*
 * logit_row_pg.c
 *		The arguments features and categories of a row.
 */
#include "logit/logit_pg.h"

#include "server/error.h"
#include "server/texts.h"

void
seg_logit_open(FunctionCallInfo fcinfo, int argno, bool with_categories, SegLogitInput *input)
{
	input->features = with_categories ? seg_features_open_any(PG_GETARG_DATUM(argno)) : seg_features_open(PG_GETARG_DATUM(argno));
	input->c = with_categories ? seg_texts_read(PG_GETARG_DATUM(argno + 1), "categories", input->texts, SEG_LOGIT_MAX_CATEGORIES) : 0;
	if (input->c > SEG_LOGIT_MAX_CATEGORIES)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu categories, but at most %d are possible", input->c, SEG_LOGIT_MAX_CATEGORIES)));
	if (input->features.d + input->c == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has no features and no categories")));
}

void
seg_logit_refuse_category(size_t category)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("category %zu is null", category + 1),
			 errhint("The option null_policy says what else to do with nulls, such as skip.")));
}

size_t
seg_logit_missing_category(const SegLogitInput *input)
{
	size_t		k = 0;

	while (k < input->c && input->texts[k].length > 0)
		k++;
	return k;
}

void
seg_logit_check_shape(const SegLogitInput *input, size_t d, size_t c, const char *what)
{
	if (input->features.d != d)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu features, but %s %zu", input->features.d, what, d)));
	if (input->c != c)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu categories, but %s %zu", input->c, what, c)));
}

bool
seg_logit_read(const SegLogitModel *model, const SegLogitInput *input, double *row, double *z, int32_t *levels)
{
	size_t		nulls = model->d == 0 ? 0 : seg_features_copy(&input->features, row);
	size_t		missing = seg_logit_missing_category(input);
	size_t		position = 0;
	SegStatus	status;

	if (model->null_policy == SEG_NULL_ERROR && nulls > 0)
		seg_refuse_null(&input->features);
	if (model->null_policy == SEG_NULL_ERROR && missing < input->c)
		seg_logit_refuse_category(missing);
	if (model->null_policy == SEG_NULL_SKIP && (nulls > 0 || missing < input->c))
		return false;
	status = seg_row_transform(&model->transform, row, z, &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	for (size_t k = 0; k < input->c; k++)
		levels[k] = seg_logit_find_level(&model->categories[k], input->texts[k].text, input->texts[k].length);
	return true;
}

/* As for the weights of k-means: their sums stay exact enough. */
#define MAX_WEIGHT 1e10
#define MIN_WEIGHT 1e-100

double
seg_logit_weight_argument(FunctionCallInfo fcinfo, int argno)
{
	double		weight = PG_ARGISNULL(argno) ? 0 : PG_GETARG_FLOAT8(argno);

	if (weight != 0 && !(weight >= MIN_WEIGHT && weight <= MAX_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be 0, or a number from %g to %g", MIN_WEIGHT, MAX_WEIGHT)));
	return weight;
}
