/*
 * family.c
 *		The table of families, made from families.h.
 */
#include "server/family.h"

static const SegFamily *const families[] = {
#define SEG_FAMILY(number, symbol, name, room) &seg_##name##_family,
#include "families.h"
#undef SEG_FAMILY
};

const SegFamily *
seg_family(int kind)
{
	for (size_t i = 0; i < lengthof(families); i++)
		if ((int) families[i]->type->kind == kind)
			return families[i];
	return NULL;
}

const SegFamily *
seg_family_named(const char *name)
{
	for (size_t i = 0; i < lengthof(families); i++)
		if (strcmp(seg_kind_name(families[i]->type->kind), name) == 0)
			return families[i];
	return NULL;
}
