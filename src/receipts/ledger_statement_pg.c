/*
 * ledger_statement_pg.c
 *		Statements that read and write a ledger; see ledger_refresh_pg.h.
 */
#include "receipts/ledger_refresh_pg.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "utils/array.h"

ParamListInfo
seg_ledger_parameters(const SegLedger *ledger, Datum all_months)
{
	ParamListInfo params = makeParamList(4);
	const ParamExternData given[] = {
		{ledger->lines.months, ledger->lines.all, PARAM_FLAG_CONST, DATEARRAYOID},
		{ledger->lines.customers, ledger->lines.all, PARAM_FLAG_CONST, TEXTARRAYOID},
		{ledger->lines.customer_months, ledger->lines.all, PARAM_FLAG_CONST, DATEARRAYOID},
		{all_months, all_months == (Datum) 0, PARAM_FLAG_CONST, DATEARRAYOID},
	};

	memcpy(params->params, given, sizeof(given));
	return params;
}

void
seg_ledger_run(const SegLedger *ledger, const char *statement, ParamListInfo params, DestReceiver *dest)
{
	seg_statement_run(statement, params, ledger->tables, &ledger->relation, 1, dest);
}

void
seg_ledger_read_arrays(const SegLedger *ledger, const char *statement, ParamListInfo params, Datum *arrays, int count)
{
	SegNamedStore row = seg_named_store_create();
	TupleDesc	shape = seg_statement_shape(statement, params, ledger->tables, &ledger->relation, 1);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(shape, &TTSOpsMinimalTuple);
	bool		is_null;

	seg_ledger_run(ledger, statement, params, row.dest);
	(void) tuplestore_gettupleslot(row.store, true, false, slot);
	for (int i = 0; i < count; i++)
		arrays[i] = PointerGetDatum(DatumGetArrayTypePCopy(slot_getattr(slot, i + 1, &is_null)));
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(row.store);
}

bool
seg_ledger_has_elements(Datum array)
{
	return ARR_NDIM(DatumGetArrayTypeP(array)) > 0;
}
