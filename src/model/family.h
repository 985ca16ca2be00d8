/*
 * family.h
 *		Describes a kind of model, for code that works with all kinds.
 *
 * Each line of families.h has one SegModelType, seg_<name>_model_type, in its room.
 */
#ifndef SEG_MODEL_FAMILY_H
#define SEG_MODEL_FAMILY_H

#include "model/codec.h"
#include "stats/histogram.h"

/* A number is never used again for another kind. */
typedef enum SegKind
{
#define SEG_FAMILY(number, symbol, name, room) SEG_KIND_##symbol = number,
#include "families.h"
#undef SEG_FAMILY
} SegKind;

#define SEG_KIND_MOST 255		/* the kind is one byte of the envelope */

/* ---- the baseline: statistics of the fitted rows in a model ---- */

typedef struct SegBaselineShape
{
	uint32_t	d;
	uint32_t	clusters;		/* 0: none */
	bool		skips_nulls;	/* rows with a null feature were left out of the fit */
} SegBaselineShape;

typedef struct SegBaselineFeature
{
	const char *name;			/* UTF-8; "" if it has none */
	uint64_t	values;			/* in the histogram */
	double		mean;			/* of these values, in input units; undefined without values */
	uint64_t	rows;			/* 0: missing is unknown */
	uint64_t	missing;		/* of these rows */
	const SegHistogram *histogram;
} SegBaselineFeature;

typedef struct SegBaselineCluster
{
	uint32_t	cluster_id;
	const char *name;			/* UTF-8; "" if it has none */
	uint64_t	rows;
} SegBaselineCluster;

/* Functions that read the baseline.  IN model: a model decoded by SegModelType.decode. */
typedef struct SegBaseline
{
	size_t		most_clusters;	/* the most clusters of a model; 0: cluster and place are NULL */
	SegBaselineShape (*shape) (const void *model);
	SegBaselineFeature (*feature) (const void *model, uint32_t j);
	SegBaselineCluster (*cluster) (const void *model, uint32_t c);

	/*
	 * The place (0 .. clusters - 1) of the cluster of a row, or `clusters` if the row
	 * cannot be assigned.  INOUT row[d]: input units, NaN for null; it is overwritten.
	 * SCRATCH scratch[clusters + SEG_BASELINE_SCRATCH].
	 */
	size_t		(*place) (const void *model, double *row, double *scratch);
} SegBaseline;

#define SEG_BASELINE_SCRATCH 16

/* The mean of the values that are not null, from the mean of all rows, in which `missing` values were filled. */
static inline double
seg_mean_of_present(double mean, double fill, uint64_t rows, uint64_t missing)
{
	if (missing == 0 || missing >= rows)
		return mean;
	return (mean * (double) rows - fill * (double) missing) / (double) (rows - missing);
}

/* ---- a kind of model ---- */

/*
 * `decode` reads the payload to *model, with arrays from an arena.  It returns SEG_OK or
 * SEG_MALFORMED_MODEL, and must read the whole payload.  `decoded_size` is an upper bound
 * of the arena for a payload of that many bytes.  `encode` writes the payload of a
 * decoded model, or of the model at the start of a larger struct.  With a writer without
 * a buffer it only counts bytes.
 */
typedef struct SegModelType
{
	SegKind		kind;
	const char *title;			/* with its article: "a PCA model" */
	int			newest;			/* the version that is written; all versions from 1 on are read */
	size_t		struct_size;
	size_t		(*decoded_size) (size_t payload_size);
	SegStatus	(*decode) (SegReader *reader, int version, SegArena *arena, void *model);
	void		(*encode) (SegWriter *writer, const void *model);
	const SegBaseline *baseline;	/* NULL: the models have no histograms */
} SegModelType;

/* The type of a kind, and its name in families.h; NULL for an unknown number. */
extern const SegModelType *seg_model_type(int kind);
extern const char *seg_kind_name(int kind);

#define SEG_FAMILY(number, symbol, name, room) extern const SegModelType seg_##name##_model_type;
#include "families.h"
#undef SEG_FAMILY

#endif							/* SEG_MODEL_FAMILY_H */
