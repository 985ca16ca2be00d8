/*
 * model_info.h
 *		The columns of model_info and model_features.
 *
 * A family writes two callbacks and names them in its SegFamily (server/family.h).
 */
#ifndef SEG_SERVER_MODEL_INFO_H
#define SEG_SERVER_MODEL_INFO_H

#include "server/compat.h"

#include "lib/stringinfo.h"

#include "server/rows.h"

/* The columns of model_info; a field that is not set is NULL. */
typedef struct SegModelInfo
{
	const char *algorithm;		/* the family: 'kmeans', 'rfm', ... */
	const char *method;			/* 'exact' or 'sketch' */
	double		estimated_error;	/* these are NaN: not set */
	double		inertia;
	double		between_ss;
	double		explained_fraction;
	double		silhouette;
	int64		features;		/* these are -1: not set */
	int64		rows_used;
	int64		rows_skipped;
	int64		k;
	int64		iterations;
	int			converged;
	bool		has_seed;
	int64		seed;
	StringInfoData options;		/* a JSON object under construction */
} SegModelInfo;

/* The rest of the options, by their names in the fit's jsonb. */
extern void seg_info_text(SegModelInfo *info, const char *key, const char *value);
extern void seg_info_int(SegModelInfo *info, const char *key, int64 value);
extern void seg_info_real(SegModelInfo *info, const char *key, double value);
extern void seg_info_bool(SegModelInfo *info, const char *key, bool value);
extern void seg_info_json(SegModelInfo *info, const char *key, const char *json);

/* One row of model_features; a field that is not set is NULL. */
typedef struct SegFeatureInfo
{
	size_t		position;		/* from 1 */
	const char *name;
	const char *transform;		/* NULL: not set */
	double		shift;			/* these are NaN: not set */
	double		scale;
	double		fill;
	double		minimum;
	double		maximum;
	double		mean;
	double		sd;
	int64		imputed;		/* -1: not set */
} SegFeatureInfo;

/* A row with only position and name set. */
extern SegFeatureInfo seg_feature_info(size_t position, const char *name);

extern void seg_store_feature(SegRow *row, const SegFeatureInfo *feature);

#endif							/* SEG_SERVER_MODEL_INFO_H */
