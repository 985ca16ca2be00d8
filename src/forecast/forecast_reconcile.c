/*
 * forecast_reconcile.c
 *		Makes the forecasts of parts and wholes add up; see forecast_reconcile.h.
 */
#include "forecast/forecast_reconcile.h"

static double
weight_variance(const SegNode *node, SegReconcile method)
{
	if (isnan(node->base))
		return INFINITY;
	switch (method)
	{
		case SEG_RECONCILE_OLS:
			return 1;
		case SEG_RECONCILE_STRUCTURAL:
			return (double) node->leaves;
		case SEG_RECONCILE_BOTTOM_UP:
			return node->parts == 0 ? 1 : INFINITY;
		case SEG_RECONCILE_WLS:
		case SEG_RECONCILE_TOP_DOWN:
		case SEG_RECONCILE_METHODS:
			break;
	}
	return isnan(node->variance) ? INFINITY : node->variance;
}

/* Two estimates of one number, weighted by precision. */
static void
combine(double a, double a_variance, double b, double b_variance, double *value, double *variance)
{
	if (isinf(b_variance))
	{
		*value = a;
		*variance = a_variance;
		return;
	}
	if (isinf(a_variance))
	{
		*value = b;
		*variance = b_variance;
		return;
	}
	if (a_variance + b_variance <= 0)
	{
		*value = b;
		*variance = 0;
		return;
	}
	*value = (a * b_variance + b * a_variance) / (a_variance + b_variance);
	*variance = a_variance * b_variance / (a_variance + b_variance);
}

static void
count_parts(SegNode *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		nodes[i].parts = nodes[i].leaves = 0;
	for (size_t i = n; i-- > 1;)
	{
		if (nodes[i].parts == 0)
			nodes[i].leaves = 1;
		nodes[nodes[i].parent].parts++;
		nodes[nodes[i].parent].leaves += nodes[i].leaves;
	}
	if (n == 1)
		nodes[0].leaves = 1;
}

/* From the leaves to the root. */
static void
pass_up(SegNode *nodes, size_t n, SegReconcile method)
{
	for (size_t i = 0; i < n; i++)
		nodes[i].sum = nodes[i].sum_variance = 0;
	for (size_t i = n; i-- > 0;)
	{
		SegNode    *node = &nodes[i];
		double		own = weight_variance(node, method);

		seg_check_step(i);
		if (node->parts > 0)
			combine(node->sum, node->sum_variance, node->base, own, &node->up, &node->up_variance);
		else
		{
			node->up = node->is_held ? node->lower : node->base;
			node->up_variance = node->is_held ? 0 : own;
		}
		if (i > 0)
		{
			nodes[node->parent].sum += node->up;
			nodes[node->parent].sum_variance += node->up_variance;
		}
	}
}

/* The part's share of what its whole differs from the sum of the parts. */
static double
share_of(const SegNode *node, const SegNode *whole)
{
	return whole->sum_variance > 0 && !isinf(whole->sum_variance) ?
		node->up_variance / whole->sum_variance : 1 / (double) whole->parts;
}

/* From the root to the leaves. */
static void
pass_down(SegNode *nodes, size_t n)
{
	nodes[0].value = nodes[0].up;
	nodes[0].value_variance = nodes[0].up_variance;
	for (size_t i = 1; i < n; i++)
	{
		SegNode    *node = &nodes[i];
		const SegNode *whole = &nodes[node->parent];
		double		share = share_of(node, whole);

		seg_check_step(i);
		node->value = node->up + share * (whole->value - whole->sum);
		node->value_variance = isinf(node->up_variance) ? INFINITY :
			node->up_variance * (1 - share) + share * share * whole->value_variance;
	}
}

/*
 * Variances when the weights of the two passes are not the variances of the forecasts.  Value is
 * share_up * up + what comes from outside of the node and its parts, which is independent of up.
 */
static void
spread_variances(SegNode *nodes, size_t n, SegReconcile method)
{
	for (size_t i = 0; i < n; i++)
		nodes[i].parts_spread = 0;
	for (size_t i = n; i-- > 0;)
	{
		SegNode    *node = &nodes[i];
		double		own = weight_variance(node, method);

		seg_check_step(i);
		node->gain = node->parts == 0 ? 1 : isinf(own) ? 0 : node->sum_variance / (node->sum_variance + own);
		node->spread = node->is_held ? 0 : (1 - node->gain) * (1 - node->gain) * node->parts_spread;
		if (!node->is_held && node->gain > 0)
			node->spread += node->gain * node->gain * node->variance;
		if (i > 0)
			nodes[node->parent].parts_spread += node->spread;
	}
	nodes[0].share_up = 1;
	nodes[0].rest = 0;
	nodes[0].value_variance = nodes[0].spread;
	for (size_t i = 1; i < n; i++)
	{
		SegNode    *node = &nodes[i];
		const SegNode *whole = &nodes[node->parent];
		double		share = share_of(node, whole);
		double		by_parts = whole->share_up * (1 - whole->gain) - 1;
		double		by_whole = whole->share_up * whole->gain;

		seg_check_step(i);
		node->share_up = 1 + share * by_parts;
		node->rest = by_parts * by_parts * fmax(whole->parts_spread - node->spread, 0) + whole->rest;
		if (by_whole > 0)
			node->rest += by_whole * by_whole * whole->variance;
		node->rest *= share * share;
		node->value_variance = node->share_up * node->share_up * node->spread + node->rest;
	}
}

static void
top_down(SegNode *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		nodes[i].sum = nodes[i].sum_variance = 0;
	for (size_t i = n; i-- > 0;)
	{
		SegNode    *node = &nodes[i];
		bool		has_own = !isnan(node->base);

		/* a whole without a forecast is the sum of its parts */
		node->up = has_own ? node->base : node->sum;
		node->up_variance = has_own ? node->variance : node->sum_variance;
		if (i > 0)
		{
			nodes[node->parent].sum += node->up;
			nodes[node->parent].sum_variance += node->up_variance;
		}
	}
	nodes[0].value = nodes[0].up;
	nodes[0].value_variance = nodes[0].up_variance;
	for (size_t i = 1; i < n; i++)
	{
		const SegNode *whole = &nodes[nodes[i].parent];
		double		share = whole->sum != 0 ? nodes[i].up / whole->sum : 1 / (double) whole->parts;

		nodes[i].value = whole->value * share;
		nodes[i].value_variance = whole->value_variance * share * share;
	}
}

static void
bottom_up(SegNode *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		bool		is_leaf = nodes[i].parts == 0;

		nodes[i].value = is_leaf ? fmax(nodes[i].base, nodes[i].lower) : 0;
		nodes[i].value_variance = is_leaf ? nodes[i].variance : 0;
	}
	for (size_t i = n; i-- > 1;)
	{
		nodes[nodes[i].parent].value += nodes[i].value;
		nodes[nodes[i].parent].value_variance += nodes[i].value_variance;
	}
}

/*
 * Hold leaves that fell below their limit, and let go those that the loss pulls up.
 * True when the set changed.
 */
static bool
change_held(SegNode *nodes, size_t n, SegReconcile method, bool may_let_go)
{
	bool		changed = false;

	for (size_t i = 0; i < n; i++)
	{
		SegNode    *node = &nodes[i];
		double		own = weight_variance(node, method);

		seg_check_step(i);
		node->pull = i == 0 ? 0 : nodes[node->parent].pull;
		if (!isinf(own) && own > 0)
			node->pull += (node->value - node->base) / own;
		if (node->parts > 0)
			continue;
		if (!node->is_held && node->value < node->lower - 1e-12 * fabs(node->lower))
			changed = node->is_held = true;
		else if (node->is_held && may_let_go && node->pull < -1e-9)
		{
			node->is_held = false;
			changed = true;
		}
	}
	return changed;
}

void
seg_reconcile(SegNode *nodes, size_t n, SegReconcile method)
{
	count_parts(nodes, n);
	for (size_t i = 0; i < n; i++)
		nodes[i].is_held = false;
	if (method == SEG_RECONCILE_TOP_DOWN)
	{
		top_down(nodes, n);
		return;
	}
	if (method == SEG_RECONCILE_BOTTOM_UP)
	{
		bottom_up(nodes, n);
		return;
	}
	/* leaves are let go in the first rounds only, so that the rounds end */
	for (size_t rounds = 0; rounds <= n + 20; rounds++)
	{
		CHECK_FOR_INTERRUPTS();
		pass_up(nodes, n, method);
		pass_down(nodes, n);
		if (!change_held(nodes, n, method, rounds < 20))
			break;
	}
	if (method != SEG_RECONCILE_WLS)
		spread_variances(nodes, n, method);
}
