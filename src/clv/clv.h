/*
 * clv.h
 *		The lifetime value of customers: models of purchases and of their value.
 *
 * A customer is known by four numbers.  All times are in days:
 *
 *		x			days of purchase after the first one
 *		t_x			from the first purchase to the last one; 0 when x is 0
 *		t_cal		from the first purchase to the day of observation
 *		mean_value	the mean value of these x days
 *
 * Purchases.  While customers are alive they buy at a constant rate lambda, which varies
 * between customers as Gamma(r, alpha).  After a purchase they leave for good with
 * probability p, which varies as Beta(a, b).  In BG/NBD nobody leaves after the first
 * purchase, in MBG/NBD they may.  With s = 0 for BG/NBD and s = 1 for MBG/NBD,
 * d = b + x - 1 + s, the likelihood of a customer is
 *
 *		G(r + x) / G(r) alpha^r (alpha + t_cal)^-(r + x) B(a, b + x + s) / B(a, b) (1 + u)
 *		u = a / d ((alpha + t_cal) / (alpha + t_x))^(r + x);  BG/NBD: u = 0 when x is 0
 *
 * and the probability to be alive is 1 / (1 + u).
 *
 * Value.  The mean value m of x days is Gamma(p x, x nu), nu varies as Gamma(q, v) and does
 * not depend on the rate of purchases (gamma-gamma).
 *
 * Sources: P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting your customers the easy way",
 * Marketing Science 24 (2005); E. P. Batislam, M. Denizel, A. Filiztekin, "Empirical validation
 * and comparison of models for customer base analysis", Int. J. Research in Marketing 24
 * (2007); P. S. Fader, B. G. S. Hardie, "The gamma-gamma model of monetary value" (2013).
 */
#ifndef SEG_CLV_CLV_H
#define SEG_CLV_CLV_H

#include "base/port.h"

typedef enum SegClvKind
{
	SEG_CLV_MBGNBD,
	SEG_CLV_BGNBD,
	SEG_CLV_KINDS
} SegClvKind;

/* The parameters by their places in arrays. */
enum
{
	SEG_CLV_R, SEG_CLV_ALPHA, SEG_CLV_A, SEG_CLV_B, SEG_CLV_PURCHASE_PARAMETERS
};
enum
{
	SEG_CLV_P, SEG_CLV_Q, SEG_CLV_V, SEG_CLV_VALUE_PARAMETERS
};

typedef struct SegClvPurchases
{
	SegClvKind	kind;
	double		parameters[SEG_CLV_PURCHASE_PARAMETERS];	/* above 0; alpha in days */
} SegClvPurchases;

#define SEG_CLV_NO_VALUE (-1.0)

typedef struct SegClvCustomer
{
	double		x;				/* not negative, as t_x and t_cal */
	double		t_x;			/* at most t_cal, and 0 when x is 0 */
	double		t_cal;
	double		mean_value;		/* SEG_CLV_NO_VALUE: none, and always when x is 0 */
} SegClvCustomer;

/* Days of a month, and of a year. */
#define SEG_CLV_MONTH 30.4375
#define SEG_CLV_YEAR (12 * SEG_CLV_MONTH)

/* The most days that values are computed for. */
#define SEG_CLV_MOST_DAYS 36525.0

/* The probability that the customer is alive at t_cal. */
extern double seg_clv_alive(const SegClvPurchases *model, const SegClvCustomer *customer);

/*
 * The purchases that are expected in the `days` after t_cal of a customer who is alive then.  Multiply it by the
 * probability.  For a new customer, x = t_x = t_cal = 0, BG/NBD gives the purchases after the first one.
 * Cost: for most customers some tens of steps.
 */
extern double seg_clv_purchases(const SegClvPurchases *model, const SegClvCustomer *customer, double days);

/*
 * The two ways that seg_clv_purchases has.  The series may fail, and then returns NAN; the integral always works
 * and takes up to 3,000 steps.
 */
extern double seg_clv_purchases_series(const SegClvPurchases *model, const SegClvCustomer *customer, double days);
extern double seg_clv_purchases_integral(const SegClvPurchases *model, const SegClvCustomer *customer, double days);

/*
 * The expected value of a day of purchase, IN parameters p, q, v: p (v + x m) / (p x + q - 1); for a customer without
 * mean_value that of the population, p v / (q - 1).  NAN where no expectation exists: p x + q is at most 1.
 */
extern double seg_clv_value(const double parameters[SEG_CLV_VALUE_PARAMETERS], const SegClvCustomer *customer);

/*
 * The discounted expected purchases of a customer who is alive at t_cal: the sum over the months of `days`, of which the
 * last may be cut short, of the purchases of the month / (1 + rate)^(years to its end).
 */
extern double seg_clv_discounted(const SegClvPurchases *model, const SegClvCustomer *customer, double days, double rate);

#endif							/* SEG_CLV_CLV_H */
