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
	SegRealMatrix matrix;		/* rows 0: not given so */
	char	   *model_hex;		/* NULL: not given so */
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

/* Those of kmeans_fit, by name, and their defaults. */
extern const SegOption seg_kmeans_option_table[];
extern const SegKmeansOptions seg_kmeans_option_defaults;

/* Those of kmeans_sweep: the same without k_min and k_max, which are arguments there. */
#define seg_kmeans_sweep_options (seg_kmeans_option_table + 2)

/* The words of two of them, by the values of SegInitMethod and SegKmeansAlgorithm. */
extern const char *const seg_kmeans_init_method_words[];
extern const char *const seg_kmeans_algorithm_words[];

/* Read them; palloc's in the current context. */
extern void seg_kmeans_options_read(const Jsonb *options, bool of_sweep, SegKmeansOptions *result);

/* Refuse options with an element per feature where d is not their number. */
extern void seg_kmeans_options_check_width(const SegKmeansOptions *options, size_t d);

/* Raise an error when a number of clusters is null or out of range; `name` is the argument's. */
extern void seg_kmeans_check_k(const char *name, int64 k, int64 most);

/* The same for a range of them, and for options that suit a single k only. */
extern void seg_kmeans_check_range(const SegKmeansOptions *options, int64 k_min, int64 k_max);

/* The parameters of a fit; iterations are reported to the progress view. */
extern SegKmeansParams seg_kmeans_params(const SegKmeansOptions *options);

/*
 * Bring the starting centers to the fitted space: OUT centers k x d.  Errors
 * when their shape is not k x d or a number is out of range.
 */
extern void seg_kmeans_start_from(const SegStartingCenters *given, const SegScale *scales,
								  size_t k, size_t d, double *centers);

#endif							/* SEG_KMEANS_KMEANS_OPTIONS_PG_H */
