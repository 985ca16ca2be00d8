/*
 * error.c
 *		The only table from status to SQLSTATE and message.
 *
 * A switch without default: the compiler names a status that was forgotten.
 */
#include "server/error.h"

void
seg_raise(SegFault fault)
{
	switch (fault.status)
	{
		case SEG_OK:
			break;
		case SEG_NOT_A_MODEL:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("value is not a segment model")));
			break;
		case SEG_MALFORMED_MODEL:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("model is malformed"),
					 errdetail("The bytes were cut off or changed after the model was made.")));
			break;
		case SEG_NEWER_MODEL:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("model has format version %zu, but versions up to %zu are known", fault.got, fault.wanted),
					 errhint("Update the extension segment.")));
			break;
		case SEG_OTHER_KIND:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("value is %s, not %s", fault.got_kind, fault.wanted_kind)));
			break;
		case SEG_MALFORMED_STATE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("aggregate state is malformed")));
			break;
		case SEG_WRONG_LENGTH:
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("row has %zu features, but the model has %zu", fault.got, fault.wanted)));
			break;
		case SEG_OTHER_WIDTH:
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("row has %zu features, but the rows before have %zu", fault.got, fault.wanted)));
			break;
		case SEG_NO_FEATURES:
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("row has no features")));
			break;
		case SEG_NOT_FINITE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("feature %zu is NaN or infinite", fault.feature)));
			break;
		case SEG_NULL_FEATURE:
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("feature %zu is null", fault.feature),
					 errhint("The option null_policy says what else to do with nulls, such as skip.")));
			break;
		case SEG_NO_ROWS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there are no rows to fit"),
					 fault.got > 0 ? errdetail("Rows left out, because an argument is null or blank: %zu.", fault.got) : 0));
			break;
		case SEG_TOO_FEW_DISTINCT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there are %zu distinct rows, but k is %zu", fault.got, fault.wanted),
					 errhint("Choose a smaller k.")));
			break;
		case SEG_RANGE_TOO_WIDE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("feature %zu has too wide a range of values", fault.feature),
					 errhint("Scale the feature or leave out its extreme values.")));
			break;
		case SEG_LOG_DOMAIN:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("feature %zu must be greater than -1 for log1p", fault.feature)));
			break;
		case SEG_TOO_FAR:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("row is too far from every center for its distance to be computed")));
			break;
		case SEG_TOO_MANY_VALUES:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a period has more than one value"),
					 errhint("The option aggregate says what to do with them: sum or mean.")));
			break;
		case SEG_NO_CONVERGENCE:
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("eigenvalue or singular value computation did not converge")));
			break;
		case SEG_NOT_POSITIVE_DEFINITE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("covariance matrix is not positive definite"),
					 errhint("Leave out features that follow from the others.")));
			break;
		case SEG_TOO_MANY_FEATURES:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("row has %zu features, but at most %zu are possible", fault.got, fault.wanted)));
			break;
		case SEG_TOO_LARGE:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("memory required is %zu bytes, but segment.fit_memory allows %zu", fault.got, fault.wanted),
					 errhint("Raise segment.fit_memory, or work on fewer rows.")));
			break;
	}
	elog(ERROR, "status %d has no message", (int) fault.status);
}
