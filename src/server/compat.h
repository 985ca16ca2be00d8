/*
 * compat.h
 *		All differences between PostgreSQL 15, 16, 17 and 18 that affect this extension.
 *
 * No other file tests PG_VERSION_NUM.
 */
#ifndef SEG_SERVER_COMPAT_H
#define SEG_SERVER_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "segment needs PostgreSQL 15 or newer"
#endif

/* 16 moved VARDATA and friends out of postgres.h (d952373a987). */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16 declares _PG_init with PGDLLEXPORT itself (b55f62abb2c). */
#if PG_VERSION_NUM < 160000
extern PGDLLEXPORT void _PG_init(void);
#endif

/* 17 has named segments of dynamic shared memory (8b2bcf3f287). */
#if PG_VERSION_NUM >= 170000
#define SEG_HAS_DSM_REGISTRY
#endif

/* 18 has a magic block with name and version (9324c8c5806). */
#if PG_VERSION_NUM >= 180000
#define SEG_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "segment")
#else
#define SEG_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 16 has membership without the SET option (3d14e171e9e). */
#if PG_VERSION_NUM >= 160000
#define SEG_MAY_SET_ROLE(member, role) member_can_set_role(member, role)
#else
#define SEG_MAY_SET_ROLE(member, role) is_member_of_role(member, role)
#endif

/* 16 has one check for objects of all kinds (c727f511bd7). */
#if PG_VERSION_NUM >= 160000
#define SEG_SCHEMA_ACLCHECK(schema, role, mode) object_aclcheck(NamespaceRelationId, schema, role, mode)
#else
#define SEG_SCHEMA_ACLCHECK(schema, role, mode) pg_namespace_aclcheck(schema, role, mode)
#endif

/* 18 runs every plan once (3eea7a0c97e). */
#if PG_VERSION_NUM >= 180000
#define SEG_EXECUTOR_RUN(desc) ExecutorRun(desc, ForwardScanDirection, 0)
#else
#define SEG_EXECUTOR_RUN(desc) ExecutorRun(desc, ForwardScanDirection, 0, true)
#endif

/* 16 has one check of owners for all kinds of objects (afbfc029836). */
#if PG_VERSION_NUM >= 160000
#define SEG_OWNS_RELATION(relation, role) object_ownercheck(RelationRelationId, relation, role)
#else
#define SEG_OWNS_RELATION(relation, role) pg_class_ownercheck(relation, role)
#endif

/* 17 passes the statement to event triggers.  Unique indexes are checked. */
#if PG_VERSION_NUM >= 170000
#define SEG_REINDEX_RELATION(relation) \
	reindex_relation(NULL, relation, REINDEX_REL_CHECK_CONSTRAINTS, &(ReindexParams) {0})
#else
#define SEG_REINDEX_RELATION(relation) \
	reindex_relation(relation, REINDEX_REL_CHECK_CONSTRAINTS, &(ReindexParams) {0})
#endif

#endif							/* SEG_SERVER_COMPAT_H */
