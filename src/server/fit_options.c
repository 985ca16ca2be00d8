/*
 * fit_options.c
 *		What a fit would say of its options, before there is a row to fit.
 *
 * A registered model is fitted at night, so create_model asks here; the readers
 * of the options are those of the fit aggregates themselves.
 */
#include "anomaly/anomaly_pg.h"
#include "kmeans/kmeans_fit_pg.h"
#include "pca/pca_pg.h"
#include "rfm/rfm_pg.h"
#include "server/features.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

static const SegOption *
option_table(const char *algorithm)
{
	if (strcmp(algorithm, "kmeans") == 0)
		return seg_kmeans_option_table;
	if (strcmp(algorithm, "rfm") == 0)
		return seg_rfm_option_table;
	if (strcmp(algorithm, "pca") == 0)
		return seg_pca_option_table;
	if (strcmp(algorithm, "anomaly") == 0)
		return seg_anomaly_option_table;
	return NULL;
}

/* (algorithm): the names of its fit's options, as text[] */
PG_FUNCTION_INFO_V1(fit_option_names);
Datum
fit_option_names(PG_FUNCTION_ARGS)
{
	const SegOption *table = option_table(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	ArrayBuildState *names = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	if (table == NULL)
		PG_RETURN_NULL();
	for (; table->key != NULL; table++)
		names = accumArrayResult(names, CStringGetTextDatum(table->key), false, TEXTOID, CurrentMemoryContext);
	PG_RETURN_DATUM(makeArrayResult(names, CurrentMemoryContext));
}

/* Starting centers, as if the features had the scale 1. */
static void
check_centers(const SegKmeansOptions *options, size_t k, size_t d)
{
	SegScale   *scales = palloc0(d * sizeof(SegScale));

	for (size_t j = 0; j < d; j++)
	{
		scales[j].scale = 1;
		if (options->transform.count != 0)
			scales[j].transform = options->transform.items[options->transform.count < 0 ? 0 : j];
	}
	seg_kmeans_start_from(&options->centroids, scales, k, d,
						  palloc_extended(k * d * sizeof(double), MCXT_ALLOC_HUGE));
}

static void
check_kmeans(const Jsonb *jsonb, size_t d, const int64 numbers[3])
{
	SegKmeansOptions options;

	seg_kmeans_options_read(jsonb, false, &options);
	seg_kmeans_options_check_width(&options, d);
	if (numbers[0] == SEG_NUMBER_NULL)
	{
		seg_kmeans_check_range(&options, numbers[1], numbers[2]);
		return;
	}
	seg_kmeans_check_k("k", numbers[0], SEG_KMEANS_MAX_K);
	if (options.init_method == SEG_INIT_CENTROIDS)
		check_centers(&options, numbers[0], d);
}

/* (algorithm, options, features, k, k_min, k_max) */
PG_FUNCTION_INFO_V1(check_fit_options);
Datum
check_fit_options(PG_FUNCTION_ARGS)
{
	char	   *algorithm;
	const Jsonb *options;
	size_t		d;
	int64		numbers[3];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_VOID();
	algorithm = text_to_cstring(PG_GETARG_TEXT_PP(0));
	options = PG_GETARG_JSONB_P(1);
	d = Min(Max(PG_GETARG_INT32(2), 1), SEG_MAX_FEATURES);
	for (int i = 0; i < 3; i++)
		numbers[i] = PG_ARGISNULL(3 + i) ? SEG_NUMBER_NULL : PG_GETARG_INT32(3 + i);
	if (strcmp(algorithm, "kmeans") == 0)
		check_kmeans(options, d, numbers);
	else if (strcmp(algorithm, "rfm") == 0)
		(void) seg_rfm_options_read(options);
	else if (strcmp(algorithm, "pca") == 0)
		seg_pca_options_check(options, d);
	else if (strcmp(algorithm, "anomaly") == 0)
		seg_anomaly_options_check(options, d);
	PG_RETURN_VOID();
}
