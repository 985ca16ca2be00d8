/*
 * fuzz_sap.c
 *		Bytes as an SAP export: decoded, split into records, cells converted.
 *
 * The first byte selects encoding, layout, quote and formats.  Checks for every
 * input: cells are inside their line and have no blanks around them; decoded text is
 * UTF-8 that decodes to itself; the internal form of a value in internal form is the
 * value itself; a number without grouping is read as the same number.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sap/sap_convert.h"
#include "sap/sap_currency.h"
#include "sap/sap_dictionary.h"
#include "sap/sap_key.h"
#include "sap/sap_list.h"
#include "sap/sap_record.h"
#include "sap/sap_text.h"

#define CHECK(condition) do { if (!(condition)) __builtin_trap(); } while (0)

static SegSapCell cells[SEG_SAP_MAX_FIELDS];

static void
check_number(const SegSapCell *cell, SegSapNotation notation)
{
	SegSapNumber number;
	SegSapNumber again;

	if (seg_sap_number(cell->text, cell->size, notation, &number) != SEG_SAP_OK || number.is_null)
		return;
	CHECK(strlen(number.text) < SEG_SAP_NUMBER_SIZE);
	CHECK(number.decimals <= number.scale);
	CHECK(seg_sap_number(number.text, strlen(number.text), SEG_SAP_PLAIN, &again) == SEG_SAP_OK);
	CHECK(strcmp(number.text, again.text) == 0);
	CHECK(number.is_small == again.is_small);
	CHECK(!number.is_small || number.mantissa == again.mantissa);
}

static void
check_key(const SegSapCell *cell)
{
	size_t		room = cell->size > 40 ? cell->size : 40;
	char	   *key = malloc(2 * room);
	char	   *again = key + room;
	const char *out = cell->text;
	size_t		out_size = cell->size;
	size_t		size;
	size_t		again_size;

	if (seg_sap_alpha_in(cell->text, cell->size, 18, key, &size) == SEG_SAP_OK)
	{
		CHECK(size <= room);
		CHECK(seg_sap_alpha_in(key, size, 18, again, &again_size) == SEG_SAP_OK);
		CHECK(size == again_size && memcmp(key, again, size) == 0);
	}
	for (SegSapType type = SEG_SAP_CHAR; type <= SEG_SAP_UNIT; type++)
	{
		if (seg_sap_internal(type, 18, cell->text, cell->size, key, &size) != SEG_SAP_OK)
		{
			CHECK(!seg_sap_is_internal(type, 18, cell->text, cell->size));
			continue;
		}
		CHECK(size <= room);
		if (seg_sap_is_internal(type, 18, cell->text, cell->size))
			CHECK(size == cell->size && memcmp(key, cell->text, size) == 0);
		CHECK(seg_sap_internal(type, 18, key, size, again, &again_size) == SEG_SAP_OK);
		CHECK(size == again_size && memcmp(key, again, size) == 0);
	}
	seg_sap_alpha_out(&out, &out_size);
	CHECK(out >= cell->text && out + out_size <= cell->text + cell->size);
	free(key);
}

static void
check_cells(const char *line, size_t size, size_t count, uint8_t choice)
{
	for (size_t i = 0; i < count; i++)
	{
		const SegSapCell *cell = &cells[i];
		SegSapDate	date;
		SegSapTime	time;
		int			decimals;

		CHECK(cell->text >= line && cell->text + cell->size <= line + size);
		CHECK(cell->size == 0 || (cell->text[0] != ' ' && cell->text[cell->size - 1] != ' '));
		if (seg_sap_date(cell->text, cell->size, choice % 7, &date) == SEG_SAP_OK && !date.is_null)
			CHECK(date.year >= 1 && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31);
		if (seg_sap_time(cell->text, cell->size, &time) == SEG_SAP_OK)
			CHECK(time.hour <= 24 && time.minute <= 59 && time.second <= 59);
		check_number(cell, choice % 5);
		check_key(cell);
		decimals = seg_sap_currency_decimals(cell->text, cell->size);
		CHECK(decimals >= 0 && decimals <= 5);
		CHECK(abs(seg_sap_billing_sign(cell->text, cell->size)) <= 1);
		(void) seg_sap_table(cell->text, cell->size);
	}
}

static void
check_decoded(const char *text, size_t size)
{
	char	   *again = malloc(seg_sap_decoded_size(size) + 1);
	size_t		again_size;

	CHECK(memchr(text, 0, size) == NULL);
	CHECK(seg_sap_decode(SEG_SAP_UTF8, text, size, again, &again_size) == SEG_SAP_OK);
	CHECK(size == again_size && memcmp(text, again, size) == 0);
	free(again);
}

static void
check_line(char *line, size_t size, SegSapList *list, uint8_t choice)
{
	SegSapDialect dialect = {",;\t|"[choice >> 2 & 3], "\"'"[choice >> 4 & 1]};
	bool		open = seg_sap_quote_is_open(dialect, line, size, false);
	size_t		count;
	SegSapStatus status;

	(void) seg_sap_is_list_rule(line, size);
	(void) seg_sap_guess_delimiter(line, size, dialect.quote);
	if (list->fields == 0 && seg_sap_list_header(list, line, size, cells) == SEG_SAP_OK)
		check_cells(line, size, list->fields, choice);
	else if (list->fields > 0 && seg_sap_list_cut(list, line, size, cells) == SEG_SAP_OK)
		check_cells(line, size, list->fields, choice);
	status = seg_sap_split(dialect, line, size, cells, SEG_SAP_MAX_FIELDS, &count);
	CHECK(count <= SEG_SAP_MAX_FIELDS);
	if (status == SEG_SAP_OPEN_QUOTE)
		CHECK(open);
	if (status == SEG_SAP_OK)
	{
		CHECK(!open);
		check_cells(line, size, count, choice);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegSapList	list = {0};
	SegSapText	text;
	const char *raw;
	size_t		raw_size;
	size_t		consumed = 0;

	if (size < 1)
		return 0;
	text = seg_sap_text((const char *) data + 1, size - 1, data[0] >= 0xE0 ? SEG_SAP_WIN1252 : data[0] & 3);
	while (seg_sap_next_line(&text, &raw, &raw_size))
	{
		char	   *line = malloc(seg_sap_decoded_size(raw_size) + 1);
		size_t		line_size;

		CHECK(text.at > consumed);
		consumed = text.at;
		if (seg_sap_decode(text.encoding, raw, raw_size, line, &line_size) == SEG_SAP_OK)
		{
			check_decoded(line, line_size);
			check_line(line, line_size, &list, data[0]);
		}
		free(line);
	}
	CHECK(text.at == text.size);
	return 0;
}
