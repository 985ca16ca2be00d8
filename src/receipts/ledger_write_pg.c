/*
 * ledger_write_pg.c
 *		Writing what differs between a ledger and its receipts; see ledger_refresh_pg.h.
 *
 * Rows are compared in SQL, and only those that differ are written.  An empty ledger is filled month after
 * month, where possible without SQL (ledger_load_pg.c).
 */
#include "receipts/ledger_refresh_pg.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "receipts/month_pg.h"

/* Months with partitions of their own. */
#define FIRST_YEAR 1970
#define LAST_YEAR 2099

#define VALUES_OF_CELL "c.receipts, c.lines, c.sales, c.net, c.quantity, c.first_date, c.last_date"
#define VALUE_COLUMNS "receipts, lines, sales, net, quantity, first_date, last_date"

#define HAS_CELL "EXISTS (SELECT FROM ledger_cells c WHERE c.customer_id = l.customer_id AND c.month = l.month)"

/* ---- partitions ---- */

/* The partition that has rows of that day, and whether it is the default one; InvalidOid: there is none. */
static Oid
partition_of(const SegLedger *ledger, DateADT day, bool *is_default)
{
	Relation	relation = relation_open(ledger->relation, NoLock);
	PartitionKey key = RelationGetPartitionKey(relation);
	PartitionDesc partitions = RelationGetPartitionDesc(relation, false);
	Datum		value = DateADTGetDatum(day);
	int			found = -1;
	Oid			partition;

	if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1 || key->parttypid[0] != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a ledger", RelationGetRelationName(relation))));
	if (partitions->nparts > 0)
	{
		bool		is_bound;
		int			bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, partitions->boundinfo,
														  1, &value, &is_bound);

		found = partitions->boundinfo->indexes[bound + 1];
	}
	*is_default = found < 0;
	if (*is_default && partitions->nparts > 0)
		found = partitions->boundinfo->default_index;
	partition = found < 0 ? InvalidOid : partitions->oids[found];
	relation_close(relation, NoLock);
	return partition;
}

/* A partition of its own for the month. */
static void
create_partition(const SegLedger *ledger, int32 day)
{
	SegMonth	month = {0};
	int			year;
	char		first[MAXDATELEN + 1];
	char		end[MAXDATELEN + 1];

	seg_month_find(&month, day);
	year = month.number / 12;
	if (year < FIRST_YEAR || year > LAST_YEAR)
		return;					/* the default partition has it */
	snprintf(first, sizeof(first), "%04d-%02d-01", year, month.number % 12 + 1);
	snprintf(end, sizeof(end), "%04d-%02d-01", (month.number + 1) / 12, (month.number + 1) % 12 + 1);
	SPI_connect();
	if (SPI_execute(psprintf("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')",
							 quote_qualified_identifier(get_namespace_name(get_rel_namespace(ledger->relation)),
														psprintf("%s_%04d_%02d", get_rel_name(ledger->relation), year, month.number % 12 + 1)),
							 ledger->name, first, end), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create a partition");
	SPI_finish();
}

/* Partitions for the months of the cells that have none. */
static void
make_partitions(const SegLedger *ledger)
{
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
	{
		int32		day = seg_ledger_month_day(month);
		bool		is_default;

		CHECK_FOR_INTERRUPTS();
		(void) partition_of(ledger, day, &is_default);
		if (is_default)
			create_partition(ledger, day);
	}
}

/* The months of the cells, as date[]. */
static Datum
cell_months(const SegLedger *ledger)
{
	ArrayBuildState *months = NULL;
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
		months = accumArrayResult(months, DateADTGetDatum(seg_ledger_month_day(month)), false, DATEOID, CurrentMemoryContext);
	return months == NULL ? PointerGetDatum(construct_empty_array(DATEOID)) : makeArrayResult(months, CurrentMemoryContext);
}

/* ---- rows ---- */

/*
 * Write those of the cells that fulfil the condition: rows that are other ones, and new rows, in the order of the
 * table, which is twice as fast.  `present` restricts the rows o of the ledger to those partitions.
 */
static void
update_cells(const SegLedger *ledger, const char *condition, const char *present, ParamListInfo params)
{
	seg_ledger_run(ledger, psprintf(
									"UPDATE %s o SET (" VALUE_COLUMNS ") = ROW(" VALUES_OF_CELL ") FROM ledger_cells c"
									" WHERE %s AND o.customer_id = c.customer_id AND o.month = c.month AND %s AND NOT (" SEG_LEDGER_IS_SAME ")",
									ledger->name, condition, present), params, None_Receiver);
}

static void
insert_cells(const SegLedger *ledger, const char *condition, ParamListInfo params)
{
	seg_ledger_run(ledger, psprintf(
									"INSERT INTO %s (customer_id, month, " VALUE_COLUMNS ") SELECT c.customer_id, c.month, " VALUES_OF_CELL " FROM ledger_cells c"
									" WHERE %s ORDER BY c.month, c.customer_id COLLATE \"C\"", ledger->name, condition), params, None_Receiver);
}

static void
write_missing(const SegLedger *ledger, const char *condition, const char *present, ParamListInfo params)
{
	insert_cells(ledger, psprintf("%s AND NOT EXISTS (SELECT FROM %s o WHERE o.customer_id = c.customer_id AND o.month = c.month AND %s)",
								  condition, ledger->name, present), params);
}

/* Remove the rows of customers and months that have no cell any more; they are found first, because there are mostly none. */
static void
delete_single_cells(const SegLedger *ledger, ParamListInfo params)
{
	Datum		gone[2];
	ParamListInfo of_gone = makeParamList(lengthof(gone));

	seg_ledger_read_arrays(ledger, "WITH gone AS (SELECT d.customer_id, d.month FROM ROWS FROM (unnest($2), unnest($3)) AS d(customer_id, month)"
						   " WHERE (d.customer_id, d.month) NOT IN (SELECT c.customer_id, c.month FROM ledger_cells c))"
						   " SELECT ARRAY(SELECT g.customer_id FROM gone g ORDER BY g.customer_id, g.month),"
						   " ARRAY(SELECT g.month FROM gone g ORDER BY g.customer_id, g.month)", params, gone, lengthof(gone));
	if (!seg_ledger_has_elements(gone[0]))
		return;
	of_gone->params[0] = (ParamExternData) {gone[0], false, PARAM_FLAG_CONST, TEXTARRAYOID};
	of_gone->params[1] = (ParamExternData) {gone[1], false, PARAM_FLAG_CONST, DATEARRAYOID};
	seg_ledger_run(ledger, psprintf("DELETE FROM %s l USING ROWS FROM (unnest($1), unnest($2)) AS d(customer_id, month)"
									" WHERE l.customer_id = d.customer_id AND l.month = d.month", ledger->name), of_gone, None_Receiver);
}

/* Until the refresh is over. */
static void
plan_with(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Whole months: each row is compared, and the planner does not know how many cells there are of these months. */
static void
write_months(const SegLedger *ledger, ParamListInfo params)
{
	bool		all = ledger->lines.all;
	const char *condition = all ? "true" : "c.month = ANY ($1)";
	const char *present = all ? "o.month = ANY ($4)" : "o.month = ANY ($1)";

	plan_with("enable_nestloop", "off");
	plan_with("enable_mergejoin", "off");
	seg_ledger_run(ledger, psprintf("DELETE FROM %s l WHERE %s AND NOT " HAS_CELL, ledger->name, all ? "true" : "l.month = ANY ($1)"),
				   params, None_Receiver);
	update_cells(ledger, condition, present, params);
	write_missing(ledger, condition, present, params);
}

/* Single customers: each row of the ledger is found by its key, and no partition is read as a whole. */
static void
write_single_cells(const SegLedger *ledger, ParamListInfo params)
{
	static const char *const single = "c.month <> ALL ($1)";
	static const char *const others[] = {"enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_material"};

	for (int i = 0; i < lengthof(others); i++)
		plan_with(others[i], "off");
	plan_with("enable_nestloop", "on");
	delete_single_cells(ledger, params);
	update_cells(ledger, single, "true", params);
	write_missing(ledger, single, "true", params);
}

/* The rows of one month, into a ledger that has none. */
static void
insert_month(const SegLedger *ledger, Tuplestorestate *rows)
{
	SegLedger	part = *ledger;

	part.tables = create_queryEnv();
	seg_named_store_show(part.tables, "ledger_cells", ledger->shape, rows);
	seg_ledger_run(&part, psprintf(
								   "INSERT INTO %s (customer_id, month, " VALUE_COLUMNS ") SELECT c.customer_id, c.month, " VALUES_OF_CELL
								   " FROM ledger_cells c", ledger->name), seg_ledger_parameters(ledger, (Datum) 0), None_Receiver);
}

/*
 * Month after month, in the order of the engine's parts: a reader adds the rows to the same parts, and each
 * stays in the cache while its rows pass.
 */
static void
fill_empty(const SegLedger *ledger)
{
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
	{
		SegMonth	of_day = {0};
		SegMonthStore *found;
		bool		ignored;

		seg_month_find(&of_day, seg_ledger_month_day(month));
		found = hash_search(ledger->stores, &of_day.number, HASH_FIND, NULL);
		if (!seg_ledger_load(ledger, partition_of(ledger, of_day.first, &ignored), found->store))
			insert_month(ledger, found->store);
		tuplestore_end(found->store);
	}
}

void
seg_ledger_write(const SegLedger *ledger)
{
	ParamListInfo params = seg_ledger_parameters(ledger, cell_months(ledger));

	make_partitions(ledger);
	if (ledger->stores != NULL)
	{
		fill_empty(ledger);
		return;
	}
	if (ledger->lines.all || seg_ledger_has_elements(ledger->lines.months))
		write_months(ledger, params);
	if (!ledger->lines.all && seg_ledger_has_elements(ledger->lines.customers))
		write_single_cells(ledger, params);
}
