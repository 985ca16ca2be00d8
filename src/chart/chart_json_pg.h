/*
 * chart_json_pg.h
 *		Members of a JSON object, with the path of each for messages.
 */
#ifndef SEG_CHART_CHART_JSON_PG_H
#define SEG_CHART_CHART_JSON_PG_H

#include "server/compat.h"

#include "utils/jsonb.h"

/* A value and where it stands: "layer[0].mark"; value NULL: absent. */
typedef struct SegJson
{
	const char *path;
	JsonbValue *value;
} SegJson;

/* The errors: 0A000 and 22023. */
extern _Noreturn void seg_json_unsupported(const char *path, const char *hint);
extern _Noreturn void seg_json_refuse(SegJson json, const char *expected);

/* The member of an object; value NULL if it has none, or if the object is absent. */
extern SegJson seg_json_member(SegJson object, const char *key);

/* The element of an array. */
extern SegJson seg_json_element(SegJson array, uint32 i);

/* 22023 unless it is an object; 0A000 for a member that is not in the list, which ends with NULL. */
extern void seg_json_check_members(SegJson object, const char *const *known);

extern bool seg_json_is_null(SegJson json);
extern bool seg_json_is_object(SegJson json);

/* The number of elements.  22023 unless it is an array. */
extern uint32 seg_json_count(SegJson array);

/* The value, or the default if it is absent.  22023 for another type, an infinite number or one out of the range. */
extern double seg_json_number(SegJson json, double low, double high, double otherwise);
extern bool seg_json_bool(SegJson json, bool otherwise);

/* UTF-8, palloc'd. */
extern const char *seg_json_text(SegJson json, const char *otherwise);

/* The place in a list that ends with NULL.  0A000 for another text. */
extern int	seg_json_choice(SegJson json, const char *const *choices, int otherwise);

#endif							/* SEG_CHART_CHART_JSON_PG_H */
