/*
 * features.c
 *		Reading a features float8[] argument in place.
 *
 * A million rows are opened here one by one, so nothing is copied that need not
 * be: an array with a short header stands unaligned in its tuple, and we read
 * its fields with memcpy instead of letting fmgr make an aligned copy.
 */
#include "server/features.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "base/finite.h"
#include "server/error.h"

/* The fields of an array header behind its length word. */
typedef struct ArrayHead
{
	int32		ndim;
	int32		dataoffset;
	Oid			elemtype;
	int32		length;
	int32		lower_bound;
} ArrayHead;

SegFeatures
seg_features_open(Datum array)
{
	SegFeatures features = seg_features_open_any(array);

	if (features.d == 0)
		seg_raise((SegFault) {SEG_NO_FEATURES});
	return features;
}

void
seg_check_one_dimension(int dimensions, const char *name)
{
	if (dimensions > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d dimensions, but must have 1", name, dimensions)));
}

SegFeatures
seg_features_open_any(Datum array)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(array);
	struct varlena *packed = pg_detoast_datum_packed(value);
	const char *data = VARDATA_ANY(packed);
	size_t		size = VARSIZE_ANY_EXHDR(packed);
	size_t		one_dimension = offsetof(ArrayHead, lower_bound) + sizeof(int32);
	ArrayHead	head;
	SegFeatures features;

	memset(&head, 0, sizeof(head));
	memcpy(&head, data, Min(size, sizeof(head)));
	if (head.ndim == 0)
		return (SegFeatures) {.d = 0,.detoasted = packed == value ? NULL : packed};
	seg_check_one_dimension(head.ndim, "features");
	Assert(head.elemtype == FLOAT8OID);
	if (head.length > SEG_MAX_FEATURES)
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = head.length, .wanted = SEG_MAX_FEATURES});
	features.d = head.length;
	/* dataoffset counts from the start of an aligned array, length word included */
	features.values = data + (head.dataoffset == 0 ?
							  ARR_OVERHEAD_NONULLS(1) : head.dataoffset) - VARHDRSZ;
	features.nulls = head.dataoffset == 0 ? NULL : (const bits8 *) data + one_dimension;
	features.detoasted = packed == value ? NULL : packed;
	return features;
}

static void
refuse_not_finite(const double *row, size_t d)
{
	for (size_t j = 0; j < d; j++)
		if (!isfinite(row[j]))
			seg_raise((SegFault) {SEG_NOT_FINITE, .feature = j + 1});
}

size_t
seg_features_copy(const SegFeatures *features, double *row)
{
	size_t		d = features->d;
	size_t		nulls = 0;
	const char *at = features->values;

	if (features->nulls == NULL)
	{
		memcpy(row, at, d * sizeof(double));
		if (!seg_all_finite(row, d))
			refuse_not_finite(row, d);
		return 0;
	}
	for (size_t j = 0; j < d; j++)
	{
		if (seg_feature_is_null(features, j))
		{
			row[j] = NAN;
			nulls++;
			continue;
		}
		memcpy(&row[j], at, sizeof(double));
		at += sizeof(double);
		if (!isfinite(row[j]))
			seg_raise((SegFault) {SEG_NOT_FINITE, .feature = j + 1});
	}
	return nulls;
}

void
seg_refuse_null(const SegFeatures *features)
{
	size_t		j = 0;

	while (j < features->d && !seg_feature_is_null(features, j))
		j++;
	seg_raise((SegFault) {SEG_NULL_FEATURE, .feature = j + 1});
}
