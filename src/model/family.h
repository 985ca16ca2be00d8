/*
 * family.h
 *		What a kind of model is, for code that knows all kinds alike.
 *
 * Each line of families.h has one SegModelType, seg_<name>_model_type, in its room.
 */
#ifndef SEG_MODEL_FAMILY_H
#define SEG_MODEL_FAMILY_H

#include "model/codec.h"
#include "stats/histogram.h"

/* A number is never given twice. */
typedef enum SegKind
{
#define SEG_FAMILY(number, symbol, name, room) SEG_KIND_##symbol = number,
#include "families.h"
#undef SEG_FAMILY
} SegKind;

#define SEG_KIND_MOST 255		/* it is a byte of the envelope */

/* ---- what models remember of the rows that they were fitted on ---- */

typedef struct SegBaselineShape
{
	uint32_t	d;
	uint32_t	clusters;		/* 0: none */
	bool		skips_nulls;	/* a row with a null feature was not fitted */
} SegBaselineShape;

typedef struct SegBaselineFeature
{
	const char *name;			/* UTF-8; "" when it was given none */
	uint64_t	values;			/* in the histogram */
	double		mean;			/* of them, in input units; says nothing without values */
	uint64_t	rows;			/* 0: missing says nothing */
	uint64_t	missing;		/* of these rows */
	const SegHistogram *histogram;
} SegBaselineFeature;

typedef struct SegBaselineCluster
{
	uint32_t	cluster_id;
	const char *name;			/* as of a feature */
	uint64_t	rows;
} SegBaselineCluster;

/* How to read that; `model` is what the type's decode fills. */
typedef struct SegBaseline
{
	size_t		most_clusters;	/* that a model may have; 0: cluster and place are NULL */
	SegBaselineShape (*shape) (const void *model);
	SegBaselineFeature (*feature) (const void *model, uint32_t j);
	SegBaselineCluster (*cluster) (const void *model, uint32_t c);

	/*
	 * The place (0 .. clusters - 1) of a row's cluster, or `clusters` when the row cannot
	 * be assigned.  INOUT row[d]: input units, NaN where a feature is null; changed.
	 * OUT scratch[clusters + SEG_BASELINE_SCRATCH].
	 */
	size_t		(*place) (const void *model, double *row, double *scratch);
} SegBaseline;

#define SEG_BASELINE_SCRATCH 16

/* The mean of the values that were present, from that of all rows, `missing` of which were filled. */
static inline double
seg_mean_of_present(double mean, double fill, uint64_t rows, uint64_t missing)
{
	if (missing == 0 || missing >= rows)
		return mean;
	return (mean * (double) rows - fill * (double) missing) / (double) (rows - missing);
}

/* ---- a kind of model ---- */

/*
 * `decode` fills *model from the payload with arrays out of an arena; it may return
 * SEG_OK or SEG_MALFORMED_MODEL and must leave the reader done.  `decoded_size`
 * bounds the arena for a payload of that many bytes.  `encode` writes the payload of
 * the model that `decode` fills, or of the model that such a struct begins with; with
 * a writer without buffer it measures.
 */
typedef struct SegModelType
{
	SegKind		kind;
	const char *title;			/* with its article: "a PCA model" */
	int			newest;			/* version that we write; readers know all from 1 */
	size_t		struct_size;
	size_t		(*decoded_size) (size_t payload_size);
	SegStatus	(*decode) (SegReader *reader, int version, SegArena *arena, void *model);
	void		(*encode) (SegWriter *writer, const void *model);
	const SegBaseline *baseline;	/* NULL: it keeps no histograms */
} SegModelType;

/* The type of a kind, and its name in families.h; NULL for a number that is no kind. */
extern const SegModelType *seg_model_type(int kind);
extern const char *seg_kind_name(int kind);

#define SEG_FAMILY(number, symbol, name, room) extern const SegModelType seg_##name##_model_type;
#include "families.h"
#undef SEG_FAMILY

#endif							/* SEG_MODEL_FAMILY_H */
