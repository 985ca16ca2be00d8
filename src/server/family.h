/*
 * family.h
 *		The description of a family for the server: its model type, the callbacks of
 *		model_info, the options of its fit.
 *
 * Each line of families.h has one SegFamily, seg_<name>_family, in a *_pg.c file
 * of its room.
 */
#ifndef SEG_SERVER_FAMILY_H
#define SEG_SERVER_FAMILY_H

#include "server/model.h"
#include "server/model_info.h"
#include "server/options.h"

/* The arguments of a fit other than rows and options; SEG_NUMBER_NULL: null. */
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
	void		(*features) (const void *model, SegRow *row);	/* NULL: no features */

	/* the options of the fit by name, and a struct of their defaults; NULL: no options */
	const SegOption *options;
	const void *defaults;

	/*
	 * Raise the errors of the fit (22023) for options and arguments with rows of
	 * d features, without rows.  NULL without options.
	 */
	void		(*check_options) (const Jsonb *options, size_t d, const SegFitArguments *arguments);
} SegFamily;

/* The family of a kind, or of a name; NULL for an unknown one. */
extern const SegFamily *seg_family(int kind);
extern const SegFamily *seg_family_named(const char *name);

#define SEG_FAMILY(number, symbol, name, room) extern const SegFamily seg_##name##_family;
#include "families.h"
#undef SEG_FAMILY

#endif							/* SEG_SERVER_FAMILY_H */
