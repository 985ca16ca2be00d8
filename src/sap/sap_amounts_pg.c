/*
 * sap_amounts_pg.c
 *		The decimals of the currency of an amount; see sap_amounts_pg.h.
 *
 * SAP stores amounts with two decimals in every currency: 100 JPY is 1.00.  Items
 * (VBRP, BSEG) have no currency; their header has it.  Only documents in a currency
 * with other than two decimals are kept in memory, because the others need no change.
 */
#include "sap/sap_amounts_pg.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "sap/sap_currency.h"
#include "sap/sap_encoding_pg.h"
#include "sap/sap_key.h"
#include "sap/sap_pg.h"
#include "sap/sap_table_pg.h"
#include "server/budget.h"

#define KEY_SIZE 64
#define ROWS_PER_FETCH 1000

typedef struct KeyedDecimals
{
	char		key[KEY_SIZE];	/* a currency, or the key fields of a document, each followed by | */
	int			decimals;
} KeyedDecimals;

struct SegSapCurrencies
{
	const SegSapColumns *columns;
	HTAB	   *tcurx;			/* NULL: the built-in table */
	HTAB	   *documents;		/* NULL: not needed */
	const SegSapColumn *key[8]; /* of the item, in the order of the key of the header */
	int			key_count;
};

static HTAB *
create_hash(const char *name)
{
	HASHCTL		control = {.keysize = KEY_SIZE, .entrysize = sizeof(KeyedDecimals), .hcxt = CurrentMemoryContext};

	return hash_create(name, 256, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/* No SAP key is that long. */
static void
refuse_key(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
			 errmsg("key in header_table or tcurx is longer than %d bytes", KEY_SIZE - 1)));
}

static void
remember(HTAB *hash, const char *key, int decimals)
{
	KeyedDecimals *entry;

	if (strlen(key) >= KEY_SIZE)
		refuse_key();
	entry = hash_search(hash, key, HASH_ENTER, NULL);
	entry->decimals = decimals;
}

static int
decimals_of(const SegSapCurrencies *currencies, const char *currency, size_t size)
{
	char		key[KEY_SIZE];
	KeyedDecimals *entry;

	if (currencies->tcurx == NULL)
		return seg_sap_currency_decimals(currency, size);
	seg_sap_trim(&currency, &size);
	if (size >= KEY_SIZE)
		return 2;
	for (size_t i = 0; i < size; i++)
		key[i] = pg_ascii_toupper((unsigned char) currency[i]);
	key[size] = '\0';
	entry = hash_search(currencies->tcurx, key, HASH_FIND, NULL);
	return entry != NULL ? entry->decimals : 2;
}

static HTAB *
read_tcurx(Oid relation)
{
	HTAB	   *hash = create_hash("SAP currencies");
	char	   *query = psprintf("SELECT pg_catalog.upper(pg_catalog.btrim(%s::pg_catalog.text)), "
								 "pg_catalog.btrim(%s::pg_catalog.text)::pg_catalog.int4 FROM %s",
								 seg_sap_required_column(relation, "currkey"),
								 seg_sap_required_column(relation, "currdec"),
								 seg_sap_quoted_relation(relation));

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the table of currencies");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *currency = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);
		int			decimals = isnull ? 0 : DatumGetInt32(value);

		if (currency == NULL)
			continue;
		if (decimals < 0 || decimals > SEG_SAP_MAX_DECIMALS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("currdec of tcurx must be from 0 to %d, but is %d", SEG_SAP_MAX_DECIMALS, decimals)));
		remember(hash, currency, decimals);
	}
	SPI_freetuptable(SPI_tuptable);
	return hash;
}

/* ---- header_table ------------------------------------------------------------------ */

static const SegSapColumn *
column_of_field(const SegSapColumns *columns, const char *field)
{
	for (int i = 0; i < columns->count; i++)
		if (columns->items[i].field != NULL && strcmp(columns->items[i].field->name, field) == 0)
			return &columns->items[i];
	return NULL;
}

/* Append one cell of a key in internal form and a bar; false when it does not fit. */
static bool
append_key(char *key, size_t *used, const SegSapColumn *column, const char *text, size_t size)
{
	char		normal[KEY_SIZE];
	size_t		length = column->length;

	seg_sap_trim(&text, &size);
	if (size >= KEY_SIZE || length >= KEY_SIZE)
		return false;
	if (!seg_sap_is_key(column->field->type) ||
		seg_sap_internal(column->field->type, length, text, size, normal, &length) != SEG_SAP_OK)
	{
		memcpy(normal, text, size);
		length = size;
	}
	if (*used + length + 2 > KEY_SIZE)
		return false;
	memcpy(key + *used, normal, length);
	key[*used + length] = '|';
	*used += length + 1;
	key[*used] = '\0';
	return true;
}

/* The query for all headers: currency, then the fields of the key. */
static char *
header_query(SegSapCurrencies *currencies)
{
	const SegSapOptions *options = currencies->columns->options;
	const SegSapTable *table = options->table;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT %s::pg_catalog.text",
					 seg_sap_required_column(options->header_table, table->header_currency));
	for (int i = 0; table->header_key[i] != NULL; i++)
	{
		const SegSapColumn *column = column_of_field(currencies->columns, table->header_key[i]);
		char	   *name = seg_sap_column(options->header_table, table->header_key[i]);

		if (seg_sap_is_client_field(table->header_key[i]) && (column == NULL || name == NULL))
			continue;
		if (column == NULL || name == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("items or header_table have no column for key field %s", table->header_key[i])));
		currencies->key[currencies->key_count++] = column;
		appendStringInfo(&sql, ", %s::pg_catalog.text", name);
	}
	appendStringInfo(&sql, " FROM %s", seg_sap_quoted_relation(options->header_table));
	return sql.data;
}

static void
remember_document(SegSapCurrencies *currencies, HeapTuple row, TupleDesc descriptor, SegBudget *budget)
{
	char	   *currency = SPI_getvalue(row, descriptor, 1);
	char		key[KEY_SIZE] = "";
	size_t		used = 0;
	int			decimals = currency == NULL ? 2 : decimals_of(currencies, currency, strlen(currency));

	if (decimals != 2)
	{
		for (int i = 0; i < currencies->key_count; i++)
		{
			char	   *value = SPI_getvalue(row, descriptor, i + 2);
			size_t		size = value == NULL ? 0 : strlen(value);
			const char *utf8;

			if (value == NULL)
				return;			/* no item can belong to it */
			utf8 = seg_sap_to_utf8(value, &size);
			if (!append_key(key, &used, currencies->key[i], utf8, size))
				refuse_key();
			pfree(value);
		}
		seg_budget_reserve(budget, sizeof(KeyedDecimals) + 32);
		remember(currencies->documents, key, decimals);
	}
	if (currency != NULL)
		pfree(currency);
}

static void
read_documents(SegSapCurrencies *currencies)
{
	SegBudget  *budget = seg_budget_create(CurrentMemoryContext);
	SPIPlanPtr	plan = SPI_prepare_cursor(header_query(currencies), 0, NULL, CURSOR_OPT_NO_SCROLL);
	Portal		portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	currencies->documents = create_hash("SAP documents");
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, ROWS_PER_FETCH);
		for (uint64 i = 0; i < SPI_processed; i++)
			remember_document(currencies, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, budget);
		if (SPI_processed == 0)
			break;
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
}

SegSapCurrencies *
seg_sap_currencies_open(const SegSapColumns *columns)
{
	SegSapCurrencies *currencies = palloc0(sizeof(SegSapCurrencies));

	currencies->columns = columns;
	if (columns->options->amounts == SEG_SAP_AMOUNTS_DISPLAY)
		return currencies;
	if (OidIsValid(columns->options->tcurx))
		currencies->tcurx = read_tcurx(columns->options->tcurx);
	for (int i = 0; i < columns->count && currencies->documents == NULL; i++)
		if (columns->items[i].currency_source == SEG_SAP_CURRENCY_HEADER)
			read_documents(currencies);
	return currencies;
}

static int
document_decimals(SegSapCurrencies *currencies, const SegSapRecord *record)
{
	char		key[KEY_SIZE] = "";
	size_t		used = 0;
	KeyedDecimals *entry;

	for (int i = 0; i < currencies->key_count; i++)
	{
		const SegSapColumn *column = currencies->key[i];
		const char *client = currencies->columns->options->client;
		SegSapCell	cell = column->cell >= 0 ? record->cells[column->cell] : (SegSapCell) {client, strlen(client)};

		if (!append_key(key, &used, column, cell.text, cell.size))
			return 2;
	}
	entry = hash_search(currencies->documents, key, HASH_FIND, NULL);
	return entry != NULL ? entry->decimals : 2;
}

/* ---- the shift ------------------------------------------------------------------------ */

/* OUT decimals; false when the currency of the amount is unknown. */
static bool
find_decimals(SegSapCurrencies *currencies, const SegSapColumn *column, const SegSapRecord *record, int *decimals)
{
	const char *option = currencies->columns->options->currency;

	if (column->currency_source == SEG_SAP_CURRENCY_HEADER)
	{
		*decimals = document_decimals(currencies, record);
		return true;
	}
	if (column->currency_source == SEG_SAP_CURRENCY_CELL)
	{
		SegSapCell	cell = record->cells[column->currency_cell];

		if (cell.size > 0 && !(cell.size == 1 && *cell.text == '#'))
		{
			*decimals = decimals_of(currencies, cell.text, cell.size);
			return true;
		}
	}
	if (option == NULL)
		return false;
	*decimals = decimals_of(currencies, option, strlen(option));
	return true;
}

int
seg_sap_amount_shift(SegSapCurrencies *currencies, const SegSapColumn *column,
					 const SegSapRecord *record, bool *known)
{
	SegSapAmounts amounts = currencies->columns->options->amounts;
	int			decimals = 2;

	*known = true;
	if (amounts == SEG_SAP_AMOUNTS_DISPLAY)
		return 0;
	*known = find_decimals(currencies, column, record, &decimals);
	if (!*known && column->currency_source == SEG_SAP_CURRENCY_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("line " INT64_FORMAT ", column %s: file has no currency for the amount",
						record->line_no, column->file_name),
				 errhint("If the file contains amounts as SAP displays them, set amounts to display. Otherwise set currency or header_table.")));
	if (*known && decimals != 2 && amounts == SEG_SAP_AMOUNTS_NOT_GIVEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("line " INT64_FORMAT ", column %s: currency has %d decimals, but amounts is not set",
						record->line_no, column->file_name, decimals),
				 errhint("If the file contains values of the database (100 JPY as 1.00), set amounts to stored. If it contains amounts as SAP displays them, set amounts to display.")));
	return 2 - decimals;
}
