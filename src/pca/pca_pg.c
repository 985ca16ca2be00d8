/*
 * pca_pg.c
 *		Scores rows with a PCA model: pca_project, pca_x, pca_y,
 *		pca_reconstruction_error, pca_components.
 */
#include "pca/pca_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "pca/pca.h"
#include "server/error.h"
#include "server/features.h"
#include "server/fitted_row.h"
#include "server/rows.h"

/*
 * Returns the model of argument 0.  OUT z[d]: the row of argument 1 in the fitted space.
 * Returns NULL if a feature is null and the policy is skip.
 */
static const SegPcaModel *
fitted_row(FunctionCallInfo fcinfo, double *z)
{
	const SegPcaModel *model = seg_model_argument(fcinfo, 0, 0, &seg_pca_model_type);

	return seg_fitted_row(PG_GETARG_DATUM(1), &model->transform, z) ? model : NULL;
}

/* Check that a score did not overflow. */
static double
finite_score(double score)
{
	if (!isfinite(score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("row is too far from the fitted rows to be projected")));
	return score + 0.0;
}

PG_FUNCTION_INFO_V1(pca_project);
Datum
pca_project(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	static double scores[SEG_MAX_FEATURES];
	static Datum values[SEG_MAX_FEATURES];
	const SegPcaModel *model = fitted_row(fcinfo, z);

	if (model == NULL)
		PG_RETURN_NULL();
	seg_pca_scores(model->loadings, model->d, model->components, z, scores);
	for (uint32 c = 0; c < model->components; c++)
		values[c] = Float8GetDatum(finite_score(scores[c]));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, model->components, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* The score of one component; components are numbered from 0. */
static Datum
component_score(FunctionCallInfo fcinfo, uint32 component)
{
	static double z[SEG_MAX_FEATURES];
	const SegPcaModel *model = fitted_row(fcinfo, z);
	double		score;

	if (model == NULL)
		PG_RETURN_NULL();
	if (component >= model->components)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("function needs component %u, but the model has %u", component + 1, model->components)));
	seg_pca_scores(model->loadings + (size_t) component * model->d, model->d, 1, z, &score);
	PG_RETURN_FLOAT8(finite_score(score));
}

PG_FUNCTION_INFO_V1(pca_x);
Datum
pca_x(PG_FUNCTION_ARGS)
{
	return component_score(fcinfo, 0);
}

PG_FUNCTION_INFO_V1(pca_y);
Datum
pca_y(PG_FUNCTION_ARGS)
{
	return component_score(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(pca_reconstruction_error);
Datum
pca_reconstruction_error(PG_FUNCTION_ARGS)
{
	static double z[SEG_MAX_FEATURES];
	static double scores[SEG_MAX_FEATURES];
	const SegPcaModel *model = fitted_row(fcinfo, z);

	if (model == NULL)
		PG_RETURN_NULL();
	seg_pca_scores(model->loadings, model->d, model->components, z, scores);
	PG_RETURN_FLOAT8(finite_score(seg_pca_residual(model->loadings, model->d, model->components, scores, z)));
}

PG_FUNCTION_INFO_V1(pca_components);
Datum
pca_components(PG_FUNCTION_ARGS)
{
	const SegPcaModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_pca_model_type);
	double		cumulative = 0;
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 c = 0; c < model->components; c++)
	{
		double		share = model->total_variance > 0 ? model->variances[c] / model->total_variance : 0;

		cumulative += share;
		for (uint32 j = 0; j < model->d; j++)
		{
			seg_put_int32(&row, (int32) c + 1);
			seg_put_text(&row, seg_feature_name(&model->features[j], j + 1));
			seg_put_float8(&row, model->loadings[(size_t) c * model->d + j]);
			seg_put_float8(&row, model->variances[c]);
			seg_put_float8(&row, share);
			seg_put_float8(&row, cumulative);
			seg_put_int32(&row, (int32) j + 1);
			seg_row_store(&row);
		}
	}
	return (Datum) 0;
}
