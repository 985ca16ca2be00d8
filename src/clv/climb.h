/*
 * climb.h
 *		The maximum of a smooth function of a few numbers within a box.
 *
 * Newton's method on the numbers that are free: those that are not at a bound, or whose gradient
 * leads back into the box.  The step along an eigenvector of the Hessian goes upwards, also where
 * the function is not concave, and is divided by the magnitude of the eigenvalue, so it is
 * long where the function is flat (Y. Dauphin and others, "Identifying and attacking the saddle point
 * problem", 2014).  Steps are halved until the function rises.
 *
 * A likelihood may rise, ever more slowly, up to the edge of the box, or have no one maximum.
 * Then the climb ends at the edge and says so: also where it stopped on the way, and the function at the edge,
 * in the direction in which the maximum is known least, is not lower by more than rounding.
 */
#ifndef SEG_CLV_CLIMB_H
#define SEG_CLV_CLIMB_H

#include "base/port.h"

#define SEG_CLIMB_MOST 4

/* The function at a point. */
typedef struct SegSlope
{
	double		value;
	double		gradient[SEG_CLIMB_MOST];
	double		hessian[SEG_CLIMB_MOST][SEG_CLIMB_MOST];	/* all of it */
} SegSlope;

/* Fill OUT *slope, which is zeroed, at IN at[d]. */
typedef void (*SegSurface) (const void *argument, const double *at, SegSlope *slope);

typedef struct SegClimb
{
	int			d;				/* these four are for the caller to set */
	double		low[SEG_CLIMB_MOST];
	double		high[SEG_CLIMB_MOST];
	double		at[SEG_CLIMB_MOST]; /* the start, and then the maximum */
	double		value;
	double		sd[SEG_CLIMB_MOST]; /* roots of the diagonal of -hessian^-1; NAN at the edge */
	int			iterations;
	bool		at_edge;
} SegClimb;

extern void seg_climb(SegClimb *climb, SegSurface surface, const void *argument);

#endif							/* SEG_CLV_CLIMB_H */
