/*
 * id.h
 *		Empty ids of customers, receipts and documents.
 */
#ifndef SEG_SERVER_ID_H
#define SEG_SERVER_ID_H

#include "server/compat.h"

/* Is the text an id, and not blank or '#'? */
extern bool seg_is_meaningful(const text *id);

#endif							/* SEG_SERVER_ID_H */
