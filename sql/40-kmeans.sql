-- k-means: fitting a model, and assigning rows with it.

CREATE FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer)
RETURNS internal AS 'MODULE_PATHNAME', 'kmeans_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer) IS
'Support of kmeans_fit: keeps a row.';

CREATE FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer, jsonb)
RETURNS internal AS 'MODULE_PATHNAME', 'kmeans_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer, jsonb) IS
'Support of kmeans_fit: keeps a row.';

CREATE FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer, jsonb, float8)
RETURNS internal AS 'MODULE_PATHNAME', 'kmeans_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_fit_transfn(internal, float8[], integer, jsonb, float8) IS
'Support of kmeans_fit: keeps a row with its weight.';

CREATE FUNCTION segment_internal.kmeans_fit_finalfn(internal)
RETURNS bytea AS 'MODULE_PATHNAME', 'kmeans_fit_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_fit_finalfn(internal) IS
'Support of kmeans_fit: finds the clusters and makes the model.';

CREATE AGGREGATE segment.kmeans_fit(features float8[], k integer) (
    SFUNC = segment_internal.kmeans_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_fit(float8[], integer) IS
'Fits k clusters to rows of features and returns a k-means model; options at their defaults.';

CREATE AGGREGATE segment.kmeans_fit(features float8[], k integer, options jsonb) (
    SFUNC = segment_internal.kmeans_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_fit(float8[], integer, jsonb) IS
'Fits k clusters to rows of features and returns a k-means model. The same rows, options and seed give the same bytes in any order and plan.
features: 1 to 1600 numbers; a null array is left out and counted in rows_skipped, with any null_policy. k: 1 to 10000, at most the number of distinct rows. k and options must be the same for all rows.
options: standardize zscore | robust | minmax | none; transform none | log1p, one for all or an array; null_policy error | skip | mean | median | zero; init_method kmeans++ | random | centroids; centroids (array of arrays in input units, or a model in hex); algorithm lloyd | bisecting; n_init 10; max_iterations 300; tolerance 0; seed 42; feature_names; with a null k: k_min, k_max, min_share 0.01 (smallest share of the weight of a cluster; a k with a smaller cluster is not chosen).
Errors: 22023 option, k or too few distinct rows; 22004 null feature; 22003 NaN, infinity or too wide a range; 2202E wrong length; 54000 beyond segment.fit_memory.
Source: S. Lloyd, 1982; D. Arthur and S. Vassilvitskii, k-means++, 2007; G. Hamerly, 2010.';

CREATE AGGREGATE segment.kmeans_fit(features float8[], k integer, options jsonb, weight float8) (
    SFUNC = segment_internal.kmeans_fit_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_fit(float8[], integer, jsonb, float8) IS
'kmeans_fit with a weight for each row. Whole weights are counts: weight 3 is the row three times. If one weight is not a whole number, only the ratios of the weights count. A row with weight 0 or null is left out. Errors: as kmeans_fit; 22023 a negative weight, weights that sum to more than 1e10, or a weight that is less than 1e-12 of their sum.';

CREATE FUNCTION segment.kmeans_assign(model bytea, features float8[])
RETURNS integer AS 'MODULE_PATHNAME', 'kmeans_assign'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.kmeans_assign(bytea, float8[]) IS
'The cluster_id of the center nearest to a row, the first of equals. Nulls inside features follow the null_policy of the model; with skip the result is null.
Errors: 2202E wrong number of features; 22004 null feature; 22003 NaN or infinity; 22P03 not a model; 42809 a model of another kind.';

CREATE FUNCTION segment.kmeans_distance(model bytea, features float8[])
RETURNS float8 AS 'MODULE_PATHNAME', 'kmeans_distance'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.kmeans_distance(bytea, float8[]) IS
'The distance of a row to the nearest center, in the fitted (standardised) space. Nulls and errors as in kmeans_assign.';
