/*
 * sap_fault_pg.c
 *		Errors of SAP text; see sap_fault_pg.h.
 *
 * The switch has no default, so the compiler reports a status without a message.
 */
#include "sap/sap_fault_pg.h"

#define DATE_SYNTAX ERRCODE_INVALID_DATETIME_FORMAT
#define TEXT_SYNTAX ERRCODE_INVALID_TEXT_REPRESENTATION

SegSapFault
seg_sap_fault(SegSapStatus status)
{
	switch (status)
	{
		case SEG_SAP_OK:
			break;
		case SEG_SAP_NOT_A_DATE:
			return (SegSapFault) {DATE_SYNTAX, "value is not a date"};
		case SEG_SAP_NOT_A_TIME:
			return (SegSapFault) {DATE_SYNTAX, "value is not a time of day", "Valid forms are: HHMMSS, HH:MM:SS."};
		case SEG_SAP_NOT_A_NUMBER:
			return (SegSapFault) {TEXT_SYNTAX, "value is not a number"};
		case SEG_SAP_NOTATION_NEEDED:
			return (SegSapFault) {ERRCODE_INVALID_PARAMETER_VALUE, "value has a separator, but decimal_notation is not set"};
		case SEG_SAP_TOO_LONG:
			return (SegSapFault) {ERRCODE_STRING_DATA_RIGHT_TRUNCATION, "value is longer than the field"};
		case SEG_SAP_EXPONENT:
			return (SegSapFault) {TEXT_SYNTAX, "value has an exponent, so digits may be lost",
				"Export again, and do not save the file with a spreadsheet program."};
		case SEG_SAP_KEY_DECIMALS:
			return (SegSapFault) {TEXT_SYNTAX, "key is written as a number with decimals",
				"Export again with the column as text."};
		case SEG_SAP_ASTERISK:
			return (SegSapFault) {TEXT_SYNTAX, "key contains an asterisk, as in lines of totals"};
		case SEG_SAP_NOT_DIGITS:
			return (SegSapFault) {TEXT_SYNTAX, "value has characters other than digits"};
		case SEG_SAP_NOT_A_CURRENCY:
			return (SegSapFault) {TEXT_SYNTAX, "value is not a currency key"};
		case SEG_SAP_NO_KEY:
			return (SegSapFault) {TEXT_SYNTAX, "key is blank or not assigned"};
		case SEG_SAP_OWN_NAME:
			return (SegSapFault) {TEXT_SYNTAX, "value is the name of its column"};
		case SEG_SAP_NOT_TEXT:
			return (SegSapFault) {ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "line has bytes or characters that are not valid in the encoding"};
		case SEG_SAP_CONTROL:
			return (SegSapFault) {ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "line has control characters (U+0080 to U+009F)",
				"If the file is in Windows-1252, load it with ENCODING 'WIN1252'."};
		case SEG_SAP_OPEN_QUOTE:
			return (SegSapFault) {TEXT_SYNTAX, "quote is not closed"};
		case SEG_SAP_AFTER_QUOTE:
			return (SegSapFault) {TEXT_SYNTAX, "text follows a closing quote"};
		case SEG_SAP_TOO_MANY_FIELDS:
			return (SegSapFault) {TEXT_SYNTAX, "line has more fields than the header"};
		case SEG_SAP_TOO_FEW_FIELDS:
			return (SegSapFault) {TEXT_SYNTAX, "line has fewer fields than the header"};
		case SEG_SAP_NO_FIT:
			return (SegSapFault) {TEXT_SYNTAX, "line does not match the columns of the header"};
		case SEG_SAP_OTHER_HEADER:
			return (SegSapFault) {TEXT_SYNTAX, "line is a header with other fields than the first header",
				"Import each table separately, and export lists without line breaks inside a row."};
		case SEG_SAP_BELOW_OTHER_HEADER:
			return (SegSapFault) {TEXT_SYNTAX, "line follows a header of another table", "Import each table separately."};
	}
	elog(ERROR, "SAP status %d has no message", (int) status);
}

void
seg_sap_raise(SegSapStatus status)
{
	SegSapFault fault = seg_sap_fault(status);

	ereport(ERROR,
			(errcode(fault.sqlstate),
			 errmsg("%s", fault.reason),
			 fault.hint != NULL ? errhint("%s", fault.hint) : 0));
	pg_unreachable();
}
