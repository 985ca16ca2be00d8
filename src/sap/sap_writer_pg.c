/*
 * sap_writer_pg.c
 *		Rows into the target in batches, refused lines into their table.
 *
 * A batch is a tuplestore that one prepared INSERT ... SELECT reads, so that
 * privileges, row security, defaults, triggers, constraints and partitions work
 * as in any INSERT of the caller.  It runs in a subtransaction.  When the target
 * raises an error, the batch is halved until the row, and so its line, is found.
 */
#include "sap/sap_writer_pg.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "sap/sap_encoding_pg.h"
#include "sap/sap_table_pg.h"

#define MOST_ROWS 5000
#define MOST_BYTES (2 * 1024 * 1024)
#define ROWS_NAME "segment_sap_rows"

typedef struct PendingRow
{
	HeapTuple	tuple;
	int64		line_no;
	char	   *raw;			/* NULL when refused lines are not stored */
} PendingRow;

struct SegSapWriter
{
	const SegSapColumns *columns;
	SegSapCounts *counts;
	TupleDesc	descriptor;		/* of the rows that the INSERT reads */
	EphemeralNamedRelation rows;
	SPIPlanPtr	insert;
	SPIPlanPtr	insert_refused; /* NULL: abort */
	MemoryContext context;		/* of the batch */
	PendingRow *pending;
	int			count;
	size_t		bytes;
};

static char *
insert_sql(const SegSapColumns *columns)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s (", seg_sap_quoted_relation(columns->target));
	for (int i = 0; i < columns->count; i++)
		appendStringInfo(&sql, "%s%s", i == 0 ? "" : ", ", quote_identifier(columns->items[i].name));
	appendStringInfoString(&sql, ") SELECT ");
	for (int i = 0; i < columns->count; i++)
	{
		appendStringInfo(&sql, "%sr.c%d", i == 0 ? "" : ", ", i + 1);
		if (columns->items[i].is_cast)
			appendStringInfo(&sql, "::%s", columns->items[i].type_name);
	}
	appendStringInfoString(&sql, " FROM " ROWS_NAME " AS r");
	return sql.data;
}

static SPIPlanPtr
prepare(const char *sql, int count, Oid *types)
{
	SPIPlanPtr	plan = SPI_prepare(sql, count, types);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	return plan;
}

/* Register the batch as a relation for the INSERT. */
static void
register_rows(SegSapWriter *writer)
{
	EphemeralNamedRelation rows = palloc0(sizeof(EphemeralNamedRelationData));
	TupleDesc	descriptor = CreateTemplateTupleDesc(writer->columns->count);

	for (int i = 0; i < writer->columns->count; i++)
		TupleDescInitEntry(descriptor, (AttrNumber) (i + 1), psprintf("c%d", i + 1),
						   writer->columns->items[i].type, -1, 0);
	rows->md.name = ROWS_NAME;
	rows->md.reliddesc = InvalidOid;
	rows->md.tupdesc = descriptor;
	rows->md.enrtype = ENR_NAMED_TUPLESTORE;
	rows->md.enrtuples = MOST_ROWS;
	writer->descriptor = descriptor;
	writer->rows = rows;
	if (SPI_register_relation(rows) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the rows to be inserted");
}

/*
 * The name of the table of refused lines: the option refused, or <target>_refused
 * in the schema of the target, cut like PostgreSQL cuts generated names.
 */
static RangeVar *
refused_name(const SegSapColumns *columns)
{
	char	   *target = get_rel_name(columns->target);
	char	   *name = makeObjectName(target, NULL, "refused");

	if (columns->options->refused != NULL)
		return columns->options->refused;
	if (strcmp(name, target) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("could not choose a name for the refused lines of table \"%s\"", seg_sap_relation_name(columns->target)),
				 errhint("Set the argument refused to the name of a table.")));
	return makeRangeVar(get_namespace_name_or_temp(get_rel_namespace(columns->target)), name, -1);
}

/* Create the table of refused lines when it does not exist (temporary when the target is), and prepare its INSERT. */
static SPIPlanPtr
open_refused(const SegSapColumns *columns)
{
	Oid			types[4] = {INT8OID, TEXTOID, TEXTOID, TEXTOID};
	const RangeVar *name = refused_name(columns);
	char	   *quoted = seg_sap_quoted(name);
	bool		is_temporary = name->schemaname == NULL &&
		get_rel_persistence(columns->target) == RELPERSISTENCE_TEMP;

	if (!OidIsValid(RangeVarGetRelid(name, AccessShareLock, true)) &&
		SPI_execute(psprintf("CREATE %sTABLE %s (line_no pg_catalog.int8, field pg_catalog.text, "
							 "reason pg_catalog.text, line pg_catalog.text)", is_temporary ? "TEMPORARY " : "", quoted),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the table of refused lines");
	CommandCounterIncrement();
	return prepare(psprintf("INSERT INTO %s (line_no, field, reason, line) VALUES ($1, $2, $3, $4)", quoted),
				   4, types);
}

SegSapWriter *
seg_sap_writer_open(const SegSapColumns *columns, SegSapCounts *counts)
{
	SegSapWriter *writer = palloc0(sizeof(SegSapWriter));

	writer->columns = columns;
	writer->counts = counts;
	writer->context = AllocSetContextCreate(CurrentMemoryContext, "SAP batch", ALLOCSET_DEFAULT_SIZES);
	writer->pending = palloc(MOST_ROWS * sizeof(PendingRow));
	register_rows(writer);
	writer->insert = prepare(insert_sql(columns), 0, NULL);
	if (columns->options->reject)
		writer->insert_refused = open_refused(columns);
	return writer;
}

/* ---- refusals --------------------------------------------------------------------------- */

static Datum
server_text(const char *utf8)
{
	size_t		size = strlen(utf8);
	const char *server = seg_sap_to_server(utf8, &size);

	return PointerGetDatum(cstring_to_text_with_len(server, (int) size));
}

#define MOST_SHOWN 20

/* The beginning of a field, for a message. */
static char *
shown(const SegSapCell *value)
{
	size_t		size = 0;
	size_t		characters = 0;

	while (size < value->size && (((unsigned char) value->text[size] & 0xC0) == 0x80 || ++characters <= MOST_SHOWN))
		size++;
	return psprintf("%s%s", seg_sap_server_string(value->text, size), size < value->size ? "..." : "");
}

static void
raise_refusal(const SegSapWriter *writer, int64 line_no, const SegSapRefusal *refusal)
{
	bool		shows = refusal->value.size > 0 && writer->columns->options->may_show;

	ereport(ERROR,
			(errcode(refusal->sqlstate),
			 refusal->field == NULL ?
			 errmsg("line " INT64_FORMAT ": %s", line_no, refusal->reason) :
			 errmsg("line " INT64_FORMAT ", column %s: %s", line_no, refusal->field, refusal->reason),
			 shows ? errdetail("The field is \"%s\".", shown(&refusal->value)) : 0,
			 refusal->hint != NULL ? errhint("%s", refusal->hint) : 0));
}

static void
refuse_line(SegSapWriter *writer, int64 line_no, const char *raw, const SegSapRefusal *refusal)
{
	Datum		values[4];
	char		nulls[4] = {' ', refusal->field == NULL ? 'n' : ' ', ' ', raw == NULL || *raw == '\0' ? 'n' : ' '};

	if (writer->insert_refused == NULL)
		raise_refusal(writer, line_no, refusal);
	values[0] = Int64GetDatum(line_no);
	values[1] = refusal->field == NULL ? (Datum) 0 : CStringGetTextDatum(refusal->field);
	values[2] = CStringGetTextDatum(refusal->reason);
	values[3] = nulls[3] == 'n' ? (Datum) 0 : server_text(raw);
	if (SPI_execute_plan(writer->insert_refused, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write a refused line");
	writer->counts->rows_refused++;
}

/* Is it an error of a row, and not of the statement or the server? */
static bool
is_row_fault(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_WITH_CHECK_OPTION_VIOLATION:
			return true;
		default:
			return sqlstate == ERRCODE_RAISE_EXCEPTION;
	}
}

/* Arguments of a function that runs in a subtransaction. */
typedef struct Attempt
{
	SegSapWriter *writer;
	int			from;			/* rows from .. to - 1 */
	int			to;
	int			column;
} Attempt;

/* Run work in a subtransaction; returns NULL, or the error of a row.  Other errors are raised. */
static ErrorData *
attempt(void (*work) (const Attempt *), const Attempt *what)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile fault = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(what);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		fault = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (fault != NULL && !is_row_fault(fault->sqlerrcode))
		ReThrowError(fault);
	return fault;
}

/* Cast one value of one row to the type of its column. */
static void
cast_value(const Attempt *what)
{
	const SegSapColumn *column = &what->writer->columns->items[what->column];
	Oid			type = column->type;
	bool		isnull;
	Datum		value = heap_getattr(what->writer->pending[what->from].tuple, what->column + 1,
									 what->writer->descriptor, &isnull);

	(void) SPI_execute_with_args(psprintf("SELECT $1::%s", column->type_name), 1, &type, &value,
								 isnull ? "n" : " ", true, 1);
}

/* The column that caused an error of the target, or NULL when the whole row did. */
static const char *
faulty_column(SegSapWriter *writer, int row, const ErrorData *fault)
{
	const SegSapColumns *columns = writer->columns;
	bool		by_name = fault->column_name != NULL;

	if (!by_name && fault->constraint_name != NULL && fault->datatype_name == NULL)
		return NULL;
	for (int i = 0; i < columns->count; i++)
	{
		Attempt		what = {writer, row, row + 1, i};

		if (by_name ? strcmp(columns->items[i].name, fault->column_name) == 0 : attempt(cast_value, &what) != NULL)
			return columns->items[i].file_name;
	}
	return NULL;
}

/* Refuse a row with the message of the target, without the value at the end of some messages. */
static void
refuse_row(SegSapWriter *writer, int row, const ErrorData *fault)
{
	SegSapRefusal refusal = {.sqlstate = fault->sqlerrcode, .field = faulty_column(writer, row, fault)};
	char	   *value;

	strlcpy(refusal.reason, fault->message, sizeof(refusal.reason));
	value = strstr(refusal.reason, ": \"");
	if (value != NULL)
		*value = '\0';
	refuse_line(writer, writer->pending[row].line_no, writer->pending[row].raw, &refusal);
}

/* ---- batches ---------------------------------------------------------------------------- */

static void
insert_batch(const Attempt *what)
{
	SegSapWriter *writer = what->writer;
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);

	for (int i = what->from; i < what->to; i++)
		tuplestore_puttuple(store, writer->pending[i].tuple);
	writer->rows->reldata = store;
	if (SPI_execute_plan(writer->insert, NULL, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not insert into the target");
	writer->counts->rows_loaded += SPI_processed;
	tuplestore_end(store);
}

/* Insert rows from .. to - 1; refuse the rows for which the target raises an error. */
static void
insert_rows(SegSapWriter *writer, int from, int to)
{
	Attempt		what = {writer, from, to, 0};
	ErrorData  *fault = attempt(insert_batch, &what);

	if (fault == NULL)
		return;
	if (to - from == 1)
		refuse_row(writer, from, fault);
	else
	{
		insert_rows(writer, from, from + (to - from) / 2);
		insert_rows(writer, from + (to - from) / 2, to);
	}
	FreeErrorData(fault);
}

static void
flush(SegSapWriter *writer)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);

	if (writer->count > 0)
		insert_rows(writer, 0, writer->count);
	MemoryContextSwitchTo(old);
	MemoryContextReset(writer->context);
	writer->count = 0;
	writer->bytes = 0;
}

void
seg_sap_writer_put(SegSapWriter *writer, const SegSapRecord *record, Datum *values, bool *nulls)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);
	PendingRow *row = &writer->pending[writer->count++];

	row->tuple = heap_form_tuple(writer->descriptor, values, nulls);
	row->line_no = record->line_no;
	row->raw = writer->insert_refused != NULL ? pstrdup(record->raw) : NULL;
	writer->bytes += row->tuple->t_len;
	MemoryContextSwitchTo(old);
	if (writer->count == MOST_ROWS || writer->bytes >= MOST_BYTES)
		flush(writer);
}

void
seg_sap_writer_refuse(SegSapWriter *writer, int64 line_no, const char *raw, const SegSapRefusal *refusal)
{
	if (writer->insert_refused == NULL)
		flush(writer);			/* an earlier line may have an error, too */
	refuse_line(writer, line_no, raw, refusal);
}

void
seg_sap_writer_close(SegSapWriter *writer)
{
	flush(writer);
	SPI_unregister_relation(ROWS_NAME);
}
