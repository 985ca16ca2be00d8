/*
 * sap_target_pg.c
 *		Types of the columns of the target; see sap_target_pg.h.
 *
 * Values are converted only by the functions of this room.  The input functions
 * of PostgreSQL for dates, timestamps, intervals, arrays, ranges and money depend
 * on the settings DateStyle, IntervalStyle, TimeZone and lc_monetary.
 */
#include "sap/sap_target_pg.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* OUT kind, is_cast; false when there is no conversion. */
static bool
kind_of(Oid type, SegSapKind *kind, bool *is_cast)
{
	char		category;
	bool		preferred;

	*is_cast = false;
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			*kind = SEG_SAP_KIND_TEXT;
			return true;
		case DATEOID:
			*kind = SEG_SAP_KIND_DATE;
			return true;
		case TIMESTAMPOID:
			*kind = SEG_SAP_KIND_TIMESTAMP;
			return true;
		case TIMEOID:
			*kind = SEG_SAP_KIND_TIME;
			return true;
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			*kind = SEG_SAP_KIND_NUMERIC;
			return true;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			*kind = SEG_SAP_KIND_INTEGER;
			return true;
		case BOOLOID:
			*kind = SEG_SAP_KIND_BOOLEAN;
			return true;
		case NAMEOID:			/* would be cut off without an error */
			return false;
	}
	get_type_category_preferred(type, &category, &preferred);
	*is_cast = true;
	*kind = category == TYPCATEGORY_STRING ? SEG_SAP_KIND_TEXT : SEG_SAP_KIND_OTHER;
	return category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM ||
		type == UUIDOID || type == JSONOID || type == JSONBOID;
}

static Oid
value_type(SegSapKind kind)
{
	switch (kind)
	{
		case SEG_SAP_KIND_TEXT:
		case SEG_SAP_KIND_OTHER:
			return TEXTOID;
		case SEG_SAP_KIND_DATE:
			return DATEOID;
		case SEG_SAP_KIND_TIMESTAMP:
			return TIMESTAMPOID;
		case SEG_SAP_KIND_TIME:
			return TIMEOID;
		case SEG_SAP_KIND_NUMERIC:
			return NUMERICOID;
		case SEG_SAP_KIND_INTEGER:
			return INT8OID;
		case SEG_SAP_KIND_BOOLEAN:
			return BOOLOID;
	}
	return InvalidOid;
}

/* Is the type a domain with NOT NULL, or a domain over one? */
static bool
refuses_null(Oid type)
{
	bool		found = false;

	while (!found && OidIsValid(type))
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		Form_pg_type form;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for type %u", type);
		form = (Form_pg_type) GETSTRUCT(tuple);
		found = form->typnotnull;
		type = form->typbasetype;
		ReleaseSysCache(tuple);
	}
	return found;
}

void
seg_sap_set_type(SegSapColumn *column, Form_pg_attribute attribute)
{
	int32		typmod = attribute->atttypmod;
	Oid			type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);

	column->name = pstrdup(NameStr(attribute->attname));
	if (!kind_of(type, &column->kind, &column->is_cast))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the target has unsupported type %s",
						column->name, format_type_be(attribute->atttypid)),
				 errhint("Valid types are: text, numbers, date, timestamp, time, boolean, uuid, json, jsonb, enums, and domains over them. To leave the field out, map it to null in the option mapping.")));
	column->type = value_type(column->kind);
	column->target_type = type;
	column->typmod = typmod;
	column->not_null = attribute->attnotnull || refuses_null(attribute->atttypid);
	column->type_name = format_type_extended(attribute->atttypid, attribute->atttypmod,
											 FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

const char *
seg_sap_created_type(const SegSapField *field)
{
	switch (field == NULL ? SEG_SAP_CHAR : field->type)
	{
		case SEG_SAP_CHAR:
		case SEG_SAP_ALPHA:
		case SEG_SAP_MATERIAL:
		case SEG_SAP_NUMC:
		case SEG_SAP_CLNT:
		case SEG_SAP_CUKY:
		case SEG_SAP_UNIT:
			return "pg_catalog.text";
		case SEG_SAP_DATS:
			return "pg_catalog.date";
		case SEG_SAP_TIMS:
			return "pg_catalog.time";
		case SEG_SAP_CURR:
			return "pg_catalog.numeric(20,5)";
		case SEG_SAP_QUAN:
			return "pg_catalog.numeric(18,3)";
		case SEG_SAP_DEC:
			return "pg_catalog.numeric(24,9)";
		case SEG_SAP_INT:
			return "pg_catalog.int8";
	}
	return NULL;
}
