/*
 * touch.c
 *		The cheapest aggregate that reads every number of a float8[], for comparison with
 *		the scan of kmeans_fit.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(touch_add);
Datum
touch_add(PG_FUNCTION_ARGS)
{
	struct varlena *packed = PG_GETARG_VARLENA_PP(1);
	const char *values = VARDATA_ANY(packed) + ARR_OVERHEAD_NONULLS(1) - VARHDRSZ;
	size_t		size = VARSIZE_ANY_EXHDR(packed) - (ARR_OVERHEAD_NONULLS(1) - VARHDRSZ);
	uint64		all = 0;

	for (size_t at = 0; at + sizeof(uint64) <= size; at += sizeof(uint64))
	{
		uint64		bits;

		memcpy(&bits, values + at, sizeof(bits));
		all |= bits;
	}
	PG_RETURN_FLOAT8(PG_GETARG_FLOAT8(0) + (double) (all & 1));
}
