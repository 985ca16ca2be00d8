/*
 * iforest.h
 *		Isolation forests: rows that few random cuts isolate are anomalous.
 *
 * A tree is grown from a sample of psi rows.  A node is split at a random feature and a
 * random value between the smallest and the largest one, until it has one row, its rows
 * are equal, or its depth is ceil(log2 psi).  The path length of a row is the depth of
 * its leaf plus c(size), the average depth of a tree of the rows in the leaf.  Its score
 * is
 *
 *		s = 2 ^ (-E(path) / c(psi)),	c(n) = 2 H(n - 1) - 2 (n - 1) / n,
 *		H(i) = ln i + 0.5772156649...
 *
 * in (0, 1): 0.5 for the average row, near 1 for a row that is isolated by few splits.
 *
 * All nodes are in one array.  The two children of a node are adjacent and come after
 * it; a leaf is its own child.  So a walk has a fixed number of steps without a branch,
 * for eight trees at a time, and cannot loop.
 *
 * Source: F. T. Liu, K. M. Ting and Z.-H. Zhou, "Isolation forest", ICDM 2008.
 */
#ifndef SEG_ANOMALY_IFOREST_H
#define SEG_ANOMALY_IFOREST_H

#include "base/port.h"

#define SEG_IFOREST_MAX_SAMPLE ((size_t) 4096)
#define SEG_IFOREST_MAX_TREES ((size_t) 1000)
#define SEG_IFOREST_MAX_HEIGHT 12	/* log2 of the largest sample */

typedef struct SegTreeNode
{
	double		split;			/* to the right when x >= split; a leaf: infinity */
	uint32_t	child;			/* number of the left child, the right one follows; a leaf: itself */
	uint32_t	feature;
} SegTreeNode;

typedef struct SegForest
{
	size_t		d;
	size_t		sample_size;	/* psi */
	size_t		n_trees;
	size_t		n_nodes;		/* nodes of all trees */
	uint32_t   *roots;			/* n_trees */
	SegTreeNode *nodes;			/* n_nodes */
	uint32_t   *sizes;			/* n_nodes: sample rows that reached the node */
	double	   *paths;			/* n_nodes: expected path length of those rows */
	int			height;			/* the longest walk */
} SegForest;

static inline bool
seg_tree_node_is_leaf(const SegForest *forest, size_t node)
{
	return forest->nodes[node].child == node;
}

/* c(n): the average path length of an unsuccessful search in a tree of n rows. */
extern double seg_iforest_average_path(size_t n);

/* The height limit for a sample of that size: ceil(log2 psi). */
extern int	seg_iforest_height_limit(size_t sample_size);

/*
 * Grow the next tree of a forest.
 *
 * INOUT forest: d, sample_size set; roots, nodes and sizes with room for one more tree
 * (2 sample_size - 1 nodes); n_trees and n_nodes increase.  Call seg_iforest_finish
 * after the last tree.
 * IN rows[n][d]: finite.  IN ends[n]: cumulative counts of the rows: row i represents the
 * occurrences ends[i - 1] .. ends[i] - 1; ends[n - 1] >= sample_size.
 * IN seed.  SCRATCH drawn[sample_size].
 * Cost: O(psi log psi) and one reading of the sample per level.
 */
extern void seg_iforest_grow(SegForest *forest, const double *rows, const uint64_t *ends, size_t n,
							 uint64_t seed, uint32_t *drawn);

/* Set paths and height from nodes and sizes. */
extern void seg_iforest_finish(SegForest *forest);

/* The mean path length of IN row[d], finite, over all trees. */
extern double seg_iforest_path(const SegForest *forest, const double *row);

/* The mean path length of the sample rows of the trees. */
extern double seg_iforest_base_path(const SegForest *forest);

/* The score for a mean path length; 0.5 if all samples had one row. */
extern double seg_iforest_score(const SegForest *forest, double path);

/*
 * The contribution of each feature to a short path.  The contribution of a split is the
 * expected path length before it minus the one after it.  So the sum over a walk is the
 * difference between the average path and the path of the row:
 *
 *		base path - path = sum over features of OUT saved[d]
 *
 * A split near the root that isolates the row contributes most, so no weights for the
 * depth are needed.
 *
 * Source: A. Saabas, "Interpreting random forests" (2014), the additive
 * decomposition along the decision path, here of path lengths.
 */
extern void seg_iforest_attribute(const SegForest *forest, const double *row, double *saved);

#endif							/* SEG_ANOMALY_IFOREST_H */
