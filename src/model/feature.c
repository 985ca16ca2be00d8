/*
 * feature.c
 *		Features of a fitted model: bytes and row transform; see feature.h.
 */
#include "model/feature.h"

#include "base/finite.h"
#include "model/histogram_codec.h"

/* ---- bytes ---- */

SegFeature
seg_feature_unknown(void)
{
	SegFeature	feature = {
		.name = "",
		.shift = NAN, .scale = NAN, .fill = NAN, .minimum = NAN, .maximum = NAN, .mean = NAN, .sd = NAN,
		.median = NAN, .transformed_sd = NAN, .center = NAN, .spread = NAN,
	};

	return feature;
}

/* The struct member for a field that is one double. */
static double *
member(SegFeature *feature, SegFeatureField field)
{
	switch (field)
	{
		case SEG_FIELD_SHIFT:
			return &feature->shift;
		case SEG_FIELD_SCALE:
			return &feature->scale;
		case SEG_FIELD_FILL:
			return &feature->fill;
		case SEG_FIELD_MINIMUM:
			return &feature->minimum;
		case SEG_FIELD_MAXIMUM:
			return &feature->maximum;
		case SEG_FIELD_MEAN:
			return &feature->mean;
		case SEG_FIELD_SD:
			return &feature->sd;
		case SEG_FIELD_MEDIAN:
			return &feature->median;
		case SEG_FIELD_TRANSFORMED_SD:
			return &feature->transformed_sd;
		case SEG_FIELD_CENTER:
			return &feature->center;
		case SEG_FIELD_SPREAD:
			return &feature->spread;
		case SEG_FIELD_END:
		case SEG_FIELD_NAME:
		case SEG_FIELD_TRANSFORM:
		case SEG_FIELD_MISSING:
		case SEG_FIELD_HISTOGRAM:
			break;
	}
	Assert(false);
	return NULL;
}

size_t
seg_feature_least_bytes(const SegFeatureField *fields)
{
	size_t		bytes = 0;

	for (; *fields != SEG_FIELD_END; fields++)
		bytes += *fields == SEG_FIELD_NAME ? 4 : *fields == SEG_FIELD_TRANSFORM ? 1 :
			*fields == SEG_FIELD_HISTOGRAM ? SEG_HISTOGRAM_BYTES : 8;
	return bytes;
}

/* Numbers that are not kept are NaN; all comparisons with NaN are false. */
static bool
is_sound(const SegFeature *feature)
{
	if (feature->scale < 0 || feature->sd < 0 || feature->transformed_sd < 0 || feature->spread < 0 ||
		feature->minimum > feature->maximum)
		return false;
	return !(feature->transform == SEG_TRANSFORM_LOG1P && feature->fill <= -1);
}

void
seg_feature_read(SegReader *reader, const SegFeatureField *fields, SegArena *arena, SegFeature *feature)
{
	*feature = seg_feature_unknown();
	for (; *fields != SEG_FIELD_END; fields++)
		switch (*fields)
		{
			case SEG_FIELD_NAME:
				feature->name = seg_read_text(reader, arena);
				break;
			case SEG_FIELD_TRANSFORM:
				feature->transform = seg_read_choice(reader, SEG_TRANSFORM_LOG1P + 1);
				break;
			case SEG_FIELD_MISSING:
				feature->missing = seg_read_u64(reader);
				break;
			case SEG_FIELD_HISTOGRAM:
				seg_read_histogram(reader, &feature->histogram);
				break;
			default:
				*member(feature, *fields) = seg_read_double(reader);
				break;
		}
	if (!is_sound(feature))
		reader->failed = true;
}

void
seg_feature_write(SegWriter *writer, const SegFeatureField *fields, const SegFeature *feature)
{
	for (; *fields != SEG_FIELD_END; fields++)
		switch (*fields)
		{
			case SEG_FIELD_NAME:
				seg_write_text(writer, feature->name);
				break;
			case SEG_FIELD_TRANSFORM:
				seg_write_u8(writer, feature->transform);
				break;
			case SEG_FIELD_MISSING:
				seg_write_u64(writer, feature->missing);
				break;
			case SEG_FIELD_HISTOGRAM:
				seg_write_histogram(writer, &feature->histogram);
				break;
			default:
				seg_write_double(writer, *member((SegFeature *) feature, *fields));
				break;
		}
}

/* ---- rows ---- */

size_t
seg_row_transform_size(size_t d)
{
	return d * (3 * sizeof(double) + sizeof(bool)) + 4 * SEG_ARENA_ALIGN;
}

SegStatus
seg_row_transform_make(const SegFeature *features, uint32_t d, SegNullPolicy null_policy,
					   SegArena *arena, SegRowTransform *transform)
{
	*transform = (SegRowTransform) {
		.d = d, .null_policy = null_policy, .features = features,
		.shift = seg_arena_take(arena, d, sizeof(double)),
		.inverse = seg_arena_take(arena, d, sizeof(double)),
		.fill = seg_arena_take(arena, d, sizeof(double)),
		.is_log = seg_arena_take(arena, d, sizeof(bool)),
	};
	if (transform->shift == NULL || transform->inverse == NULL || transform->fill == NULL || transform->is_log == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t j = 0; j < d; j++)
	{
		const SegFeature *feature = &features[j];
		bool		is_scaled = !isnan(feature->scale);

		transform->shift[j] = is_scaled ? feature->shift : 0;
		transform->inverse[j] = is_scaled ? seg_scale_inverse(feature->scale) : 1;
		transform->fill[j] = seg_scale_value(feature->transform, transform->shift[j], transform->inverse[j],
											 feature->fill);
		if (!isfinite(transform->inverse[j]))
			return SEG_MALFORMED_MODEL;
		transform->is_log[j] = feature->transform == SEG_TRANSFORM_LOG1P;
		transform->has_log |= transform->is_log[j];
	}
	return SEG_OK;
}

/* The place of the first null, or d. */
static uint32_t
first_null(const double *row, uint32_t d)
{
	uint32_t	j = 0;

	while (j < d && !isnan(row[j]))
		j++;
	return j;
}

/* OUT z: the row with log1p applied to the features that have it; z may be row. */
static SegStatus
take_logarithms(const SegRowTransform *transform, const double *row, double *z, size_t *position)
{
	for (uint32_t j = 0; j < transform->d; j++)
	{
		double		x = row[j];

		if (transform->is_log[j])
		{
			*position = j + 1;
			if (x <= -1)
				return SEG_LOG_DOMAIN;
			x = log1p(x);
		}
		z[j] = x;
	}
	return SEG_OK;
}

SEG_CLONES static void
shift_and_scale(const SegRowTransform *transform, const double *row, double *z)
{
	const double *restrict shift = transform->shift;
	const double *restrict inverse = transform->inverse;
	size_t		d = transform->d;

	for (size_t j = 0; j < d; j++)
		z[j] = seg_fitted_value(row[j], shift[j], inverse[j]);
}

SegStatus
seg_row_transform(const SegRowTransform *transform, const double *row, double *z, size_t *position)
{
	bool		has_nulls = !seg_all_finite(row, transform->d);

	if (has_nulls && !seg_null_policy_fills(transform->null_policy))
	{
		*position = first_null(row, transform->d) + 1;
		if (*position <= transform->d)
			return SEG_NULL_FEATURE;
	}
	if (transform->has_log)
	{
		SegStatus	status = take_logarithms(transform, row, z, position);

		if (status != SEG_OK)
			return status;
		row = z;
	}
	shift_and_scale(transform, row, z);
	/* NaN is still NaN here */
	for (uint32_t j = 0; has_nulls && j < transform->d; j++)
		if (isnan(z[j]))
			z[j] = transform->fill[j];
	return SEG_OK;
}

SEG_CLONES bool
seg_row_transform_plain(const SegRowTransform *transform, const char *values, double *z)
{
	const uint64_t exponent = UINT64_C(0x7FF) << 52;
	const double *restrict shift = transform->shift;
	const double *restrict inverse = transform->inverse;
	size_t		d = transform->d;
	uint64_t	not_finite = 0;

	if (transform->has_log)
		return false;
	for (size_t j = 0; j < d; j++)
	{
		uint64_t	bits;
		double		x;

		memcpy(&bits, values + j * sizeof(double), sizeof(bits));
		memcpy(&x, &bits, sizeof(x));
		not_finite |= (bits & exponent) == exponent;
		z[j] = seg_fitted_value(x, shift[j], inverse[j]);
	}
	return not_finite == 0;
}
