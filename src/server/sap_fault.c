/*
 * sap_fault.c
 *		Why SAP text was refused: SQLSTATE and words.
 */
#include "server/sap_fault.h"

static const struct
{
	SegStatus	status;
	SegSapFault fault;
}			faults[] = {
	{SEG_SAP_NOT_A_DATE, {ERRCODE_INVALID_DATETIME_FORMAT, "value is not a date", NULL}},
	{SEG_SAP_NOT_A_TIME, {ERRCODE_INVALID_DATETIME_FORMAT, "value is not a time of day", NULL}},
	{SEG_SAP_NOT_A_NUMBER, {ERRCODE_INVALID_TEXT_REPRESENTATION, "value is not a number", NULL}},
	{SEG_SAP_NOTATION_NEEDED, {ERRCODE_INVALID_PARAMETER_VALUE, "value has a separator, but decimal_notation is not given", NULL}},
	{SEG_SAP_TOO_LONG, {ERRCODE_STRING_DATA_RIGHT_TRUNCATION, "value is longer than the field", NULL}},
	{SEG_SAP_NOT_TEXT, {ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "line has bytes or characters that the encoding has not", NULL}},
	{SEG_SAP_OPEN_QUOTE, {ERRCODE_INVALID_TEXT_REPRESENTATION, "quote is not closed", NULL}},
	{SEG_SAP_AFTER_QUOTE, {ERRCODE_INVALID_TEXT_REPRESENTATION, "text follows a closing quote", NULL}},
	{SEG_SAP_TOO_MANY_FIELDS, {ERRCODE_INVALID_TEXT_REPRESENTATION, "line has more fields than the header", NULL}},
	{SEG_SAP_TOO_FEW_FIELDS, {ERRCODE_INVALID_TEXT_REPRESENTATION, "line has fewer fields than the header", NULL}},
	{SEG_SAP_NO_FIT, {ERRCODE_INVALID_TEXT_REPRESENTATION, "line does not fit the columns of the header", NULL}},
	{SEG_SAP_CONTROL, {ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "line has control characters (U+0080 to U+009F)", "Is the file in Windows-1252? Load it with ENCODING 'WIN1252'."}},
	{SEG_SAP_EXPONENT, {ERRCODE_INVALID_TEXT_REPRESENTATION, "value is written with an exponent, which may have cost digits", "Export again, without a spreadsheet in between."}},
	{SEG_SAP_KEY_DECIMALS, {ERRCODE_INVALID_TEXT_REPRESENTATION, "key is written as a number with decimals", "Export again, and keep the column as text."}},
	{SEG_SAP_ASTERISK, {ERRCODE_INVALID_TEXT_REPRESENTATION, "key has an asterisk, as lines of totals have", NULL}},
	{SEG_SAP_NOT_DIGITS, {ERRCODE_INVALID_TEXT_REPRESENTATION, "value has other characters than digits", NULL}},
	{SEG_SAP_NOT_A_CURRENCY, {ERRCODE_INVALID_TEXT_REPRESENTATION, "value is not a currency", NULL}},
	{SEG_SAP_NO_KEY, {ERRCODE_INVALID_TEXT_REPRESENTATION, "key is blank or not assigned", NULL}},
	{SEG_SAP_OWN_NAME, {ERRCODE_INVALID_TEXT_REPRESENTATION, "value is the name of its own column", NULL}},
	{SEG_SAP_OTHER_HEADER, {ERRCODE_INVALID_TEXT_REPRESENTATION, "line names other fields, or the same in another order, than the header", "Import each table by itself; a list must not wrap its lines."}},
	{SEG_SAP_BELOW_OTHER_HEADER, {ERRCODE_INVALID_TEXT_REPRESENTATION, "line stands below another header", "Import each table by itself."}},
};

SegSapFault
seg_sap_fault(SegStatus status)
{
	for (size_t i = 0; i < lengthof(faults); i++)
		if (faults[i].status == status)
			return faults[i].fault;
	elog(ERROR, "status %d is no fault of SAP text", (int) status);
}
