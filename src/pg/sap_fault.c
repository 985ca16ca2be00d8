/*
 * sap_fault.c
 *		Why SAP text was refused: SQLSTATE and words.
 */
#include "pg/sap_fault.h"

SegSapFault
seg_sap_fault(SegStatus status)
{
	SegSapFault fault = {ERRCODE_INVALID_TEXT_REPRESENTATION, NULL, NULL};

	switch ((int) status)
	{
		case SEG_SAP_NOT_A_DATE:
			fault.sqlstate = ERRCODE_INVALID_DATETIME_FORMAT;
			fault.reason = "value is not a date of the given date_format";
			break;
		case SEG_SAP_NOT_A_TIME:
			fault.sqlstate = ERRCODE_INVALID_DATETIME_FORMAT;
			fault.reason = "value is not a time of day";
			break;
		case SEG_SAP_NOT_A_NUMBER:
			fault.reason = "value is not a number of the given decimal_notation";
			break;
		case SEG_SAP_NOTATION_NEEDED:
			fault.sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
			fault.reason = "value has a separator, but decimal_notation is not given";
			break;
		case SEG_SAP_TOO_LONG:
			fault.sqlstate = ERRCODE_STRING_DATA_RIGHT_TRUNCATION;
			fault.reason = "value is longer than the field";
			break;
		case SEG_SAP_NOT_TEXT:
			fault.sqlstate = ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
			fault.reason = "line has bytes or characters that the encoding has not";
			break;
		case SEG_SAP_OPEN_QUOTE:
			fault.reason = "quote is not closed";
			break;
		case SEG_SAP_AFTER_QUOTE:
			fault.reason = "text follows a closing quote";
			break;
		case SEG_SAP_TOO_MANY_FIELDS:
			fault.reason = "line has more fields than the header";
			break;
		case SEG_SAP_TOO_FEW_FIELDS:
			fault.reason = "line has fewer fields than the header";
			break;
		case SEG_SAP_NO_FIT:
			fault.reason = "line does not fit the columns of the header";
			break;
		case SEG_SAP_CONTROL:
			fault.sqlstate = ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
			fault.reason = "line has control characters (U+0080 to U+009F)";
			fault.hint = "Is the file in Windows-1252? Load it with ENCODING 'WIN1252'.";
			break;
		case SEG_SAP_EXPONENT:
			fault.reason = "value is written with an exponent, which may have cost digits";
			fault.hint = "Export again, without a spreadsheet in between.";
			break;
		case SEG_SAP_KEY_DECIMALS:
			fault.reason = "key is written as a number with decimals";
			fault.hint = "Export again, and keep the column as text.";
			break;
		case SEG_SAP_ASTERISK:
			fault.reason = "key has an asterisk, as lines of totals have";
			break;
		case SEG_SAP_NOT_DIGITS:
			fault.reason = "value has other characters than digits";
			break;
		case SEG_SAP_NOT_A_CURRENCY:
			fault.reason = "value is not a currency";
			break;
		case SEG_SAP_NO_KEY:
			fault.reason = "key is blank or not assigned";
			break;
		case SEG_SAP_OWN_NAME:
			fault.reason = "value is the name of its own column";
			break;
		case SEG_SAP_OTHER_HEADER:
			fault.reason = "line names other fields, or the same in another order, than the header";
			fault.hint = "Import each table by itself; a list must not wrap its lines.";
			break;
		case SEG_SAP_BELOW_OTHER_HEADER:
			fault.reason = "line stands below another header";
			fault.hint = "Import each table by itself.";
			break;
		default:
			elog(ERROR, "status %d is no fault of SAP text", (int) status);
	}
	return fault;
}
