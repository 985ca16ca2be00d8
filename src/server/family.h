/*
 * family.h
 *		What a kind of model tells the server: its model type, what it says of itself,
 *		the options of its fit.
 *
 * Each line of families.h has one SegFamily, seg_<name>_family, in a *_pg.c file
 * of its room.
 */
#ifndef SEG_SERVER_FAMILY_H
#define SEG_SERVER_FAMILY_H

#include "server/model.h"
#include "server/model_info.h"
#include "server/options.h"

/* The arguments of a fit beside rows and options; SEG_NUMBER_NULL: null. */
typedef struct SegFitArguments
{
	int64		k;
	int64		k_min;
	int64		k_max;
} SegFitArguments;

typedef struct SegFamily
{
	const SegModelType *type;	/* its kind and name are those of families.h */
	void		(*info) (const void *model, SegModelInfo *info);
	void		(*features) (const void *model, SegRow *row);	/* NULL: it has none */

	/* the options of the fit by name, and a struct of their defaults; NULL: it has none */
	const SegOption *options;
	const void *defaults;

	/*
	 * Raise what the fit would raise (22023) for options and arguments with rows of
	 * d features, before there are rows.  NULL where there are no options.
	 */
	void		(*check_options) (const Jsonb *options, size_t d, const SegFitArguments *arguments);
} SegFamily;

/* The family of a kind, or of a name; NULL when there is none. */
extern const SegFamily *seg_family(int kind);
extern const SegFamily *seg_family_named(const char *name);

#define SEG_FAMILY(number, symbol, name, room) extern const SegFamily seg_##name##_family;
#include "families.h"
#undef SEG_FAMILY

#endif							/* SEG_SERVER_FAMILY_H */
