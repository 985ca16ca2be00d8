/*
 * fitted_row.c
 *		A features argument in the fitted space of a model; see fitted_row.h.
 */
#include "server/fitted_row.h"

#include "server/error.h"
#include "server/feature_words.h"
#include "server/features.h"
#include "server/model_info.h"
#include "server/model_text.h"

bool
seg_fitted_row(Datum array, const SegRowTransform *transform, double *z)
{
	SegFeatures features = seg_features_open(array);
	SegStatus	status = SEG_OK;
	size_t		position = 0;

	if (features.d != transform->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = transform->d});
	if (features.nulls != NULL || !seg_row_transform_plain(transform, features.values, z))
	{
		(void) seg_features_copy(&features, z);
		status = seg_row_transform(transform, z, z, &position);
	}
	seg_features_close(&features);
	if (status == SEG_NULL_FEATURE && transform->null_policy == SEG_NULL_SKIP)
		return false;
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	return true;
}

double *
seg_filled_row(Datum array, const SegRowTransform *transform)
{
	SegFeatures features = seg_features_open(array);
	double	   *values = palloc(transform->d * sizeof(double));

	Assert(features.d == transform->d);
	(void) seg_features_copy(&features, values);
	for (uint32 j = 0; j < transform->d && seg_null_policy_fills(transform->null_policy); j++)
		if (isnan(values[j]))
			values[j] = transform->features[j].fill;
	seg_features_close(&features);
	return values;
}

char *
seg_feature_name(const SegFeature *feature, size_t position)
{
	return seg_name_from_model(feature->name, "feature", position);
}

void
seg_put_features(SegRow *row, const SegFeature *features, size_t d, SegNullPolicy null_policy)
{
	bool		fills = seg_null_policy_fills(null_policy);

	for (size_t j = 0; j < d; j++)
	{
		const SegFeature *feature = &features[j];
		SegFeatureInfo line = seg_feature_info(j + 1, seg_feature_name(feature, j + 1));

		line.transform = seg_transform_words[feature->transform];
		line.shift = feature->shift;
		line.scale = feature->scale;
		line.fill = fills ? feature->fill : NAN;
		line.imputed = fills ? (int64) feature->missing : 0;
		line.minimum = feature->minimum;
		line.maximum = feature->maximum;
		/* no mean without values */
		line.mean = isnan(feature->minimum) ? NAN : feature->mean;
		line.sd = feature->sd;
		seg_store_feature(row, &line);
	}
}
