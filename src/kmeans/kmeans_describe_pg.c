/*
 * kmeans_describe_pg.c
 *		Describes a cluster in words: kmeans_describe, kmeans_name.
 */
#include "kmeans/kmeans_pg.h"

#include "utils/builtins.h"

#include "kmeans/kmeans_profile_model.h"
#include "server/model_text.h"
#include "stats/profile.h"

static int
require_language(const char *code)
{
	int			language = seg_describe_language(code);

	if (language < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized language \"%s\"", code),
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

/* The description of the cluster at place c, UTF-8; palloc'd. */
static char *
words_of(const SegKmeansModel *model, uint32_t c, int language, bool figures)
{
	SegTrait	traits[SEG_DESCRIBE_TRAITS];
	size_t		count = seg_kmeans_strongest(model, c, traits);
	size_t		length = seg_describe_traits(language, traits, count, figures, NULL, 0);
	char	   *words = palloc(length + 1);

	seg_describe_traits(language, traits, count, figures, words, length + 1);
	return words;
}

static text *
text_of(const char *words)
{
	return cstring_to_text(seg_text_from_model(words));
}

PG_FUNCTION_INFO_V1(kmeans_describe);
Datum
kmeans_describe(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	uint32_t	c = require_cluster(&scorer->model, PG_GETARG_INT32(1));
	int			language = require_language(text_to_cstring(PG_GETARG_TEXT_PP(2)));

	PG_RETURN_TEXT_P(text_of(words_of(&scorer->model, c, language, true)));
}

/* A trait stays in a name while |z| is above this share of SEG_PROFILE_NOTABLE. */
#define STILL_NOTABLE 0.5

/* OUT traits[d]: the traits of the cluster at place c that may stay in its name.  Returns their number. */
static size_t
remaining_traits(const SegKmeansModel *model, uint32_t c, SegTrait *traits)
{
	size_t		count = 0;

	for (uint32_t j = 0; j < model->d; j++)
	{
		double		z = seg_kmeans_z(model, c, j);

		if (fabs(z) >= STILL_NOTABLE * SEG_PROFILE_NOTABLE)
			traits[count++] = seg_kmeans_trait(model, c, j, z);
	}
	return count;
}

/* True if the name is still correct.  The name of one of two equal clusters ends in " (cluster_id)". */
static bool
name_holds(const SegKmeansModel *model, uint32_t c, int language, const char *name)
{
	char	   *plain = pstrdup(name);
	char	   *ending = psprintf(" (%u)", model->clusters[c].cluster_id);
	SegTrait   *traits = palloc(model->d * sizeof(SegTrait));
	SegTrait	strongest[SEG_DESCRIBE_TRAITS];

	if (strlen(plain) > strlen(ending) && strcmp(plain + strlen(plain) - strlen(ending), ending) == 0)
		plain[strlen(plain) - strlen(ending)] = '\0';
	if (seg_kmeans_strongest(model, c, strongest) == 0)
		return seg_describe_holds(language, plain, NULL, 0) ||
			seg_describe_holds(language, plain, traits, remaining_traits(model, c, traits));
	return seg_describe_holds(language, plain, traits, remaining_traits(model, c, traits));
}

/* A name without figures that is unique in the model; UTF-8, palloc'd. */
static char *
new_name(const SegKmeansModel *model, uint32_t c, int language)
{
	char	   *name = words_of(model, c, language, false);

	for (uint32_t other = 0; other < model->k; other++)
	{
		char	   *its;
		bool		same;

		CHECK_FOR_INTERRUPTS();
		if (other == c)
			continue;
		its = words_of(model, other, language, false);
		same = strcmp(its, name) == 0;
		pfree(its);
		if (same)
			return psprintf("%s (%u)", name, model->clusters[c].cluster_id);
	}
	return name;
}

PG_FUNCTION_INFO_V1(kmeans_name);
Datum
kmeans_name(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	uint32_t	c = require_cluster(&scorer->model, PG_GETARG_INT32(1));
	int			language = require_language(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	char	   *previous = text_to_cstring(PG_GETARG_TEXT_PP(3));

	if (name_holds(&scorer->model, c, language, seg_text_for_model(previous)))
		PG_RETURN_TEXT_P(PG_GETARG_TEXT_PP(3));
	PG_RETURN_TEXT_P(text_of(new_name(&scorer->model, c, language)));
}
