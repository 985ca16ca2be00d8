/*
 * family.c
 *		The table of kinds of models, made from families.h.
 */
#include "model/family.h"

static const struct
{
	const char *name;
	const SegModelType *type;
}			kinds[SEG_KIND_MOST + 1] = {
#define SEG_FAMILY(number, symbol, name, room) [number] = {#name, &seg_##name##_model_type},
#include "families.h"
#undef SEG_FAMILY
};

const SegModelType *
seg_model_type(int kind)
{
	return kind < 0 || kind > SEG_KIND_MOST ? NULL : kinds[kind].type;
}

const char *
seg_kind_name(int kind)
{
	return kind < 0 || kind > SEG_KIND_MOST ? NULL : kinds[kind].name;
}
