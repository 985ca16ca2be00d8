/*
 * registry.h
 *		Who owns the registry's tables.
 */
#ifndef SEG_SERVER_REGISTRY_H
#define SEG_SERVER_REGISTRY_H

#include "server/compat.h"

/* The superuser who owns them; only fixed statements run as that role. */
extern Oid	seg_registry_owner(void);

#endif							/* SEG_SERVER_REGISTRY_H */
