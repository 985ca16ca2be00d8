/*
 * sap_dictionary.h
 *		The standard fields of the SAP tables that imports know.
 */
#ifndef SEG_SAP_SAP_DICTIONARY_H
#define SEG_SAP_SAP_DICTIONARY_H

#include "base/port.h"

typedef enum SegSapType
{
	SEG_SAP_CHAR,				/* text; also for unknown fields */
	SEG_SAP_ALPHA,				/* key with leading zeros, length 4 .. 24 */
	SEG_SAP_MATERIAL,			/* key with leading zeros, 18 or 40 */
	SEG_SAP_NUMC,				/* digits with leading zeros */
	SEG_SAP_CLNT,				/* the client: three digits */
	SEG_SAP_CUKY,				/* currency */
	SEG_SAP_UNIT,				/* unit of measure */
	SEG_SAP_DATS,				/* date */
	SEG_SAP_TIMS,				/* time of day */
	SEG_SAP_CURR,				/* amount in the currency of the field `reference` */
	SEG_SAP_QUAN,				/* quantity */
	SEG_SAP_DEC,				/* number: rate, percentage, factor */
	SEG_SAP_INT,				/* whole number */
} SegSapType;

typedef struct SegSapField
{
	const char *name;
	SegSapType	type;
	int			length;			/* of character fields; 0: not checked */
	const char *reference;		/* of CURR: the currency field, or NULL */
} SegSapField;

typedef struct SegSapTable
{
	const char *name;
	const SegSapField *fields;
	size_t		count;
	const char *const *key;		/* ends with NULL */
	const char *header;			/* of an item table: its header table; else NULL */
	const char *const *header_key;	/* ends with NULL; the fields that join the two */
	const char *header_currency;	/* the currency field of the header table */
} SegSapTable;

/* The table of that name (any case), or NULL. */
extern const SegSapTable *seg_sap_table(const char *name, size_t size);

/*
 * The field of that name (any case) in the table; with table NULL in the first
 * table that has it, except the tables whose client is CLIENT.  NULL when there is none.
 */
extern const SegSapField *seg_sap_field(const SegSapTable *table, const char *name, size_t size);

/* Must every row of the table have a value in the field (in capitals)? */
extern bool seg_sap_needs_field(const SegSapTable *table, const char *field);

/* Is the field (in capitals) the client: MANDT, or CLIENT in the tables of central addresses? */
extern bool seg_sap_is_client_field(const char *field);

/* The field of the client in a table, in capitals; MANDT with table NULL. */
extern const char *seg_sap_client_field(const SegSapTable *table);

/* Is the field (in capitals) the number of a customer, document or material? */
extern bool seg_sap_is_number_field(const char *field);

/* The fields of table 0, 1, ...; NULL after the last one. */
extern const SegSapField *seg_sap_dictionary(size_t table, size_t *count);

#endif							/* SEG_SAP_SAP_DICTIONARY_H */
