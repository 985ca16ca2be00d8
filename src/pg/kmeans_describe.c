/*
 * kmeans_describe.c
 *		A cluster in plain words: kmeans_describe.
 */
#include "pg/kmeans.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/describe.h"
#include "core/profile.h"

static int
require_language(const char *code)
{
	int			language = seg_describe_language(code);

	if (language < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("language \"%s\" is not known", code),
				 errhint("Valid languages are: %s.", seg_describe_languages)));
	return language;
}

static uint32_t
require_cluster(const SegKmeansModel *model, int32 cluster_id)
{
	uint32_t	c = cluster_id > 0 ? seg_kmeans_find_cluster(model, cluster_id) : model->k;

	if (c == model->k)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model has no cluster %d", cluster_id),
				 errdetail("It has %u clusters, with numbers below %u.", model->k, model->next_cluster_id)));
	return c;
}

/* The strongest features of the cluster at place c that stand out; OUT traits, at most SEG_DESCRIBE_TRAITS. */
static size_t
strongest_traits(const SegKmeansModel *model, uint32_t c, SegTrait *traits)
{
	double	   *strength = palloc(model->d * sizeof(double));
	uint32_t   *order = palloc(model->d * sizeof(uint32_t));
	const double *means = model->means + (size_t) c * model->d;
	size_t		count = 0;

	for (uint32_t j = 0; j < model->d; j++)
		strength[j] = fabs(seg_profile_z(means[j], model->features[j].mean, model->features[j].sd));
	seg_profile_order(strength, model->d, order);
	for (; count < Min(model->d, SEG_DESCRIBE_TRAITS) && strength[order[count]] >= SEG_PROFILE_NOTABLE; count++)
	{
		const SegKmeansFeature *feature = &model->features[order[count]];
		double		mean = means[order[count]];

		traits[count] = (SegTrait) {
			.name = feature->name,
			.position = order[count] + 1,
			.high = mean > feature->mean,
			.ratio = seg_profile_ratio(mean, feature->mean, feature->sd, feature->minimum),
		};
	}
	return count;
}

PG_FUNCTION_INFO_V1(kmeans_describe);
Datum
kmeans_describe(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	const SegKmeansModel *model = &scorer->model;
	uint32_t	c = require_cluster(model, PG_GETARG_INT32(1));
	int			language = require_language(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	SegTrait	traits[SEG_DESCRIBE_TRAITS];
	size_t		count = strongest_traits(model, c, traits);
	size_t		length = seg_describe_traits(language, traits, count, NULL, 0);
	char	   *words = palloc(length + 1);

	seg_describe_traits(language, traits, count, words, length + 1);
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(words, length, PG_UTF8)));
}
