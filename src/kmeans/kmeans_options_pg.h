/*
 * kmeans_options_pg.h
 *		The options of kmeans_fit and kmeans_sweep.
 */
#ifndef SEG_KMEANS_KMEANS_OPTIONS_PG_H
#define SEG_KMEANS_KMEANS_OPTIONS_PG_H

#include "server/options.h"

#include "kmeans/kmeans_data.h"

/* Starting centers in input units: an array of arrays, or an old model in hex. */
typedef struct SegStartingCenters
{
	SegRealMatrix matrix;		/* rows 0: not given as arrays */
	char	   *model_hex;		/* NULL: not given as a model */
} SegStartingCenters;

typedef struct SegKmeansOptions
{
	int			standardize;
	int			null_policy;
	int			init_method;
	int			algorithm;
	SegIntList	transform;
	SegTextList feature_names;
	SegStartingCenters centroids;
	int64		seed;
	int64		n_init;
	int64		max_iterations;
	int64		k_min;
	int64		k_max;
	double		tolerance;
	double		min_share;
} SegKmeansOptions;

/* The options of kmeans_fit, by name, and their defaults. */
extern const SegOption seg_kmeans_option_table[];
extern const SegKmeansOptions seg_kmeans_option_defaults;

/* The options of kmeans_sweep: the same without k_min and k_max, which are its arguments. */
#define seg_kmeans_sweep_options (seg_kmeans_option_table + 2)

/* The words of two options, by the values of SegInitMethod and SegKmeansAlgorithm. */
extern const char *const seg_kmeans_init_method_words[];
extern const char *const seg_kmeans_algorithm_words[];

/* Where the number of clusters comes from. */
typedef enum SegKmeansChoice
{
	SEG_KMEANS_FIXED_K,			/* kmeans_fit with a k */
	SEG_KMEANS_BEST_K,			/* kmeans_fit with a null k: the best of a range */
	SEG_KMEANS_EVERY_K,			/* kmeans_sweep */
} SegKmeansChoice;

/*
 * Read the options; memory from the current context.  Raises an error also for
 * options that have no effect together or with that choice of k.
 */
extern void seg_kmeans_options_read(const Jsonb *options, SegKmeansChoice choice, SegKmeansOptions *result);

/* Raise an error for options with an element per feature if there are not d elements. */
extern void seg_kmeans_options_check_width(const SegKmeansOptions *options, size_t d);

/* Raise an error if a number of clusters is null or out of range.  IN name: of the argument. */
extern void seg_kmeans_check_k(const char *name, int64 k, int64 most);

/* The same for a range; also raise an error for options that need a single k. */
extern void seg_kmeans_check_range(const SegKmeansOptions *options, int64 k_min, int64 k_max);

/* The parameters of a fit; iterations are reported to the progress view. */
extern SegKmeansParams seg_kmeans_params(const SegKmeansOptions *options);

/*
 * Convert the starting centers to the fitted space.  OUT centers: k x d.  Raises an
 * error if their shape is not k x d or a number is out of range.
 */
extern void seg_kmeans_start_from(const SegStartingCenters *given, const SegScale *scales,
								  size_t k, size_t d, double *centers);

#endif							/* SEG_KMEANS_KMEANS_OPTIONS_PG_H */
