/*
 * logit_design_pg.h
 *		From the rows of logit_fit to levels and columns.
 */
#ifndef SEG_LOGIT_LOGIT_DESIGN_PG_H
#define SEG_LOGIT_LOGIT_DESIGN_PG_H

#include "logit/logit_pg.h"

/* The levels of a category: of the model, and the level of each code. */
typedef struct SegLogitLevels
{
	SegLogitModelLevel *items;
	uint32		count;
	uint32		reference;
	uint32	   *of_code;
	size_t		codes;
	size_t		column;			/* the column of the first level; the reference has none */
} SegLogitLevels;

typedef struct SegLogitFitting
{
	SegLogitData *data;
	SegLogitColumn *columns;	/* d */
	SegLogitTotals totals;
	SegLogitLevels *levels;		/* c */
	size_t	   *indicators;		/* d: the column of the missing values, 0: none */
	SegLogitDesign design;
	SegLogitFit fit;
} SegLogitFitting;

/* OUT levels, zeroed before: those of a category, in the order of a model. */
extern void seg_logit_make_levels(const SegLogitFitting *fitting, size_t category, SegLogitLevels *levels);

/* The column of a level; -1 for the reference. */
extern int32 seg_logit_level_column(const SegLogitLevels *levels, uint32 level);

/* Fill fitting->design, indicators and columns of levels; 54000 for more than 1600 columns. */
extern void seg_logit_make_design(SegLogitFitting *fitting);

#endif							/* SEG_LOGIT_LOGIT_DESIGN_PG_H */
