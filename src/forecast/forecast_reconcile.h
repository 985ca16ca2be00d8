/*
 * forecast_reconcile.h
 *		Makes the forecasts of parts and wholes add up.
 *
 * Nodes of a tree have a forecast and its variance each.  The weighted least squares solution moves
 * them as little as possible, in units of their variance, so that each whole is the sum of its
 * parts.  On a tree two passes find it: from the leaves to the root, a whole takes the mean of its own forecast
 * and the sum of its parts, weighted by precision; from the root to the leaves, the difference is shared
 * among the parts in proportion to their variances.  O(n).
 *
 * Source: R. Hyndman, A. Lee and E. Wang, "Fast computation of reconciled forecasts for
 * hierarchical and grouped time series" (2016).
 */
#ifndef SEG_FORECAST_FORECAST_RECONCILE_H
#define SEG_FORECAST_FORECAST_RECONCILE_H

#include "base/port.h"

typedef enum SegReconcile
{
	SEG_RECONCILE_WLS,			/* weights: the variances */
	SEG_RECONCILE_OLS,			/* equal weights */
	SEG_RECONCILE_STRUCTURAL,	/* variance: the number of leaves below */
	SEG_RECONCILE_BOTTOM_UP,	/* the leaves stay */
	SEG_RECONCILE_TOP_DOWN,		/* the root stays; parts in proportion to their forecasts */
	SEG_RECONCILE_METHODS		/* their number */
} SegReconcile;

typedef struct SegNode
{
	size_t		parent;			/* before its parts; the root is its own */
	double		base;			/* forecast; NaN: none, the node follows from its parts */
	double		variance;		/* of the forecast; NaN: none */
	double		lower;			/* lower limit of a leaf; -infinity: none */

	/* OUT */
	double		value;
	double		value_variance; /* of value, when the forecasts are independent */

	/* SCRATCH */
	double		up;				/* from the node and all below it */
	double		up_variance;
	double		sum;			/* of its parts */
	double		sum_variance;
	double		pull;			/* how the loss changes when the node grows */
	double		gain;			/* weight of its own forecast in up */
	double		spread;			/* variance of up, when the weights are not the variances */
	double		parts_spread;	/* sum of those of its parts */
	double		share_up;		/* weight of up in value */
	double		rest;			/* variance of what value has from elsewhere */
	size_t		parts;
	size_t		leaves;
	bool		is_held;		/* at its lower limit */
} SegNode;

/* Fill value and value_variance of INOUT nodes[n], n >= 1.  Leaves must have a forecast. */
extern void seg_reconcile(SegNode *nodes, size_t n, SegReconcile method);

#endif							/* SEG_FORECAST_FORECAST_RECONCILE_H */
