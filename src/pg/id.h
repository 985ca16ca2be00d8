/*
 * id.h
 *		Ids of customers, receipts and documents that mean nothing.
 */
#ifndef SEG_PG_ID_H
#define SEG_PG_ID_H

#include "pg/compat.h"

/* Is the text an id, and not blank or '#'? */
extern bool seg_is_meaningful(const text *id);

#endif							/* SEG_PG_ID_H */
