/*
 * kmeans_profile_model.c
 *		Compares a cluster of a k-means model with all rows; see kmeans_profile_model.h.
 */
#include "kmeans/kmeans_profile_model.h"

#include "stats/profile.h"

static double
median_of(const SegKmeansModel *model, uint32_t c, uint32_t j)
{
	return model->quartiles[((size_t) c * model->d + j) * 3 + 1];
}

double
seg_kmeans_z(const SegKmeansModel *model, uint32_t c, uint32_t j)
{
	const SegFeature *feature = &model->features[j];
	size_t		cell = (size_t) c * model->d + j;
	double		of_means;
	double		of_medians;

	if (!(feature->spread > 0))
		return seg_profile_z(model->means[cell], feature->mean, feature->sd);
	of_means = seg_profile_z(model->centers[cell], feature->center, feature->spread);
	of_medians = seg_profile_z(seg_feature_to_fitted(feature, median_of(model, c, j)),
							   seg_feature_to_fitted(feature, feature->median), feature->spread);
	if (fabs(of_means) >= SEG_PROFILE_NOTABLE && of_means * of_medians < 0 && isfinite(of_medians))
		return of_medians;
	return of_means;
}

SegTrait
seg_kmeans_trait(const SegKmeansModel *model, uint32_t c, uint32_t j, double z)
{
	const SegFeature *feature = &model->features[j];
	double		mean = model->means[(size_t) c * model->d + j];
	double		median = median_of(model, c, j);
	double		of_means = seg_profile_ratio(mean, feature->mean, feature->sd, feature->minimum);
	double		of_medians = seg_profile_ratio(median, feature->median, feature->sd, feature->minimum);
	SegTrait	trait = {.name = feature->name, .position = j + 1, .high = z > 0};

	trait.of_medians = seg_profile_mean_misleads(mean, median, of_means, of_medians);
	trait.ratio = trait.of_medians ? of_medians : of_means;
	if (trait.ratio < 1 ? trait.high : !trait.high)
		trait.ratio = NAN;
	return trait;
}

size_t
seg_kmeans_strongest(const SegKmeansModel *model, uint32_t c, SegTrait *traits)
{
	double		strongest[SEG_DESCRIBE_TRAITS];
	size_t		count = 0;

	for (uint32_t j = 0; j < model->d; j++)
	{
		double		z = seg_kmeans_z(model, c, j);
		size_t		at = count;

		if (!(fabs(z) >= SEG_PROFILE_NOTABLE))
			continue;
		if (count < SEG_DESCRIBE_TRAITS)
			count++;
		else if (fabs(z) > strongest[count - 1])
			at = count - 1;
		else
			continue;
		for (; at > 0 && strongest[at - 1] < fabs(z); at--)
		{
			strongest[at] = strongest[at - 1];
			traits[at] = traits[at - 1];
		}
		strongest[at] = fabs(z);
		traits[at] = seg_kmeans_trait(model, c, j, z);
	}
	return count;
}
