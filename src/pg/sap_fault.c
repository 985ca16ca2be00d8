/*
 * sap_fault.c
 *		Why SAP text was refused: SQLSTATE and words.
 */
#include "pg/sap_fault.h"

SegSapFault
seg_sap_fault(SegStatus status)
{
	SegSapFault fault = {ERRCODE_INVALID_TEXT_REPRESENTATION, NULL};

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
		default:
			elog(ERROR, "status %d is no fault of SAP text", (int) status);
	}
	return fault;
}
