/*
 * iforest.h
 *		Isolation forests: rows that few random cuts isolate are anomalous.
 *
 * A tree is grown from a sample of psi rows by cutting at a random feature and
 * a random value between the least and the largest there, until a row stands
 * alone, all rows of a node are equal, or the height reaches ceil(log2 psi).  A
 * row's path length is the depth of its leaf, plus what a tree of the rows that
 * the leaf still holds would add on average, c(size); its score is
 *
 *		s = 2 ^ (-E(path) / c(psi)),	c(n) = 2 H(n - 1) - 2 (n - 1) / n,
 *		H(i) = ln i + 0.5772156649...
 *
 * in (0, 1): 0.5 for the average row, towards 1 for one that is soon alone.
 *
 * Nodes stand in one array; the two children of a node are neighbours and come
 * after it, and a leaf is its own child.  So a walk is a fixed number of steps
 * without a branch, eight trees at a time, and cannot loop.
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
	uint32_t	child;			/* of the left child, the right one follows; a leaf: itself */
	uint32_t	feature;
} SegTreeNode;

typedef struct SegForest
{
	size_t		d;
	size_t		sample_size;	/* psi */
	size_t		n_trees;
	size_t		n_nodes;		/* of all trees */
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
 * INOUT forest: d, sample_size set; roots, nodes and sizes with room for one
 * tree more (2 sample_size - 1 nodes); n_trees and n_nodes advance.  Call
 * seg_iforest_finish after the last tree.
 * IN rows[n][d]: finite.  IN ends[n]: counts of the rows summed up, so that row i
 * stands for the occurrences ends[i - 1] .. ends[i] - 1; ends[n - 1] >= sample_size.
 * IN seed.  SCRATCH drawn[sample_size].
 * Cost: O(psi log psi) and one reading of the sample per level.
 */
extern void seg_iforest_grow(SegForest *forest, const double *rows, const uint64_t *ends, size_t n,
							 uint64_t seed, uint32_t *drawn);

/* Set paths and height from nodes and sizes. */
extern void seg_iforest_finish(SegForest *forest);

/* The mean path length of IN row[d], finite, over all trees. */
extern double seg_iforest_path(const SegForest *forest, const double *row);

/* The mean path length of the rows that the trees were grown from. */
extern double seg_iforest_base_path(const SegForest *forest);

/* The score that belongs to a mean path length; 0.5 when all samples had one row. */
extern double seg_iforest_score(const SegForest *forest, double path);

/*
 * Which features shortened the row's path.  A cut is credited with the expected
 * path length before it minus the one after it, so over a walk the credits add
 * up to what the row is shorter than the average:
 *
 *		base path - path = sum over features of OUT saved[d]
 *
 * A cut near the root that sets the row apart saves most: the attribution is
 * weighted by depth of itself.
 *
 * Source: A. Saabas, "Interpreting random forests" (2014), the additive
 * decomposition along the decision path, here of path lengths.
 */
extern void seg_iforest_attribute(const SegForest *forest, const double *row, double *saved);

#endif							/* SEG_ANOMALY_IFOREST_H */
