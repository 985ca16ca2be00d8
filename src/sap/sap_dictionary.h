/*
 * sap_dictionary.h
 *		The standard fields of the tables that customer segmentation reads.
 */
#ifndef SEG_SAP_SAP_DICTIONARY_H
#define SEG_SAP_SAP_DICTIONARY_H

#include "base/port.h"

typedef enum SegSapType
{
	SEG_SAP_CHAR,				/* text, as it is; also for unknown fields */
	SEG_SAP_ALPHA,				/* key with leading zeros, length 4 .. 24 */
	SEG_SAP_MATERIAL,			/* key with leading zeros, 18 or 40 */
	SEG_SAP_NUMC,				/* digits with leading zeros */
	SEG_SAP_CLNT,				/* the client: three digits */
	SEG_SAP_CUKY,				/* currency */
	SEG_SAP_UNIT,				/* unit of measure */
	SEG_SAP_DATS,				/* date */
	SEG_SAP_TIMS,				/* time of day */
	SEG_SAP_CURR,				/* amount, of the currency in `reference` */
	SEG_SAP_QUAN,				/* quantity */
	SEG_SAP_DEC,				/* number: rate, percentage, factor */
	SEG_SAP_INT,				/* whole number */
} SegSapType;

typedef struct SegSapField
{
	const char *name;
	SegSapType	type;
	int			length;			/* of fields of characters; 0: not checked */
	const char *reference;		/* of CURR: the currency field, or NULL */
} SegSapField;

typedef struct SegSapTable
{
	const char *name;
	const SegSapField *fields;
	size_t		count;
	const char *const *key;		/* ends with NULL */
	const char *header;			/* of items: the header table, or NULL */
	const char *const *header_key;	/* ends with NULL; the fields that the two share */
	const char *header_currency;	/* its currency field */
} SegSapTable;

/* The table of that name (any case), or NULL. */
extern const SegSapTable *seg_sap_table(const char *name, size_t size);

/*
 * The field of that name (any case) in the table; with table NULL in the first
 * table that has it.  NULL when it is not known.
 */
extern const SegSapField *seg_sap_field(const SegSapTable *table, const char *name, size_t size);

/* Must every row of the table have a value in the field (in capitals)? */
extern bool seg_sap_needs_field(const SegSapTable *table, const char *field);

/* Is the field (in capitals) a customer, a document or a material? */
extern bool seg_sap_names_something(const char *field);

/* The fields of table 0, 1, ...; NULL behind the last. */
extern const SegSapField *seg_sap_dictionary(size_t table, size_t *count);

#endif							/* SEG_SAP_SAP_DICTIONARY_H */
