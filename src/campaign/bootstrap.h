/*
 * bootstrap.h
 *		The Poisson bootstrap of sums over customers.
 *
 * Problem: how much would a ratio of two sums vary with other customers of the same kind?  The
 * bootstrap draws the customers again with replacement, many times.  The Poisson bootstrap gives each
 * customer a weight of its own in each replicate instead, from the Poisson distribution of mean 1.
 * The weights come from a hash of the customer and the seed, so they depend neither on the order of
 * the rows nor on the other customers: a customer has the same weights in a part and in the whole.
 *
 * Source: N. Chamandy, O. Muralidharan, A. Najmi and S. Naidu, "Estimating uncertainty for massive data
 * streams" (2012); B. Efron, "Bootstrap methods: another look at the jackknife" (1979).
 */
#ifndef SEG_CAMPAIGN_BOOTSTRAP_H
#define SEG_CAMPAIGN_BOOTSTRAP_H

#include "base/port.h"

/* A customer with two amounts; key: a hash of the customer and the seed. */
typedef struct SegBootstrapItem
{
	uint64_t	key;
	double		a;
	double		b;
} SegBootstrapItem;

/* Sums of a replicate: of the weights, and of the weighted amounts. */
typedef struct SegBootstrapSums
{
	double		n;
	double		a;
	double		b;
} SegBootstrapSums;

#define SEG_BOOTSTRAP_MOST_REPLICATES ((size_t) 100000)

/*
 * The weights of a customer.  OUT weights[replicates]: 0 to 12; replicate r is the same for each number
 * of replicates.  Cost: about 2 ns for each.
 */
extern void seg_bootstrap_weights(uint64_t key, size_t replicates, uint8_t *weights);

/*
 * OUT sums[replicates] over INOUT items[n], which are sorted, so that the sums have the same bits
 * for each order of the items.  OUT weights[replicates]: scratch.  Cost: n log n, and n times replicates.
 */
extern void seg_bootstrap_sums(SegBootstrapItem *items, size_t n, size_t replicates,
							   SegBootstrapSums *sums, uint8_t *weights);

#endif							/* SEG_CAMPAIGN_BOOTSTRAP_H */
