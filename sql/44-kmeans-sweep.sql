-- kmeans_sweep: figures for choosing k.

CREATE FUNCTION segment_internal.kmeans_sweep_transfn(internal, float8[], integer, integer)
RETURNS internal AS 'MODULE_PATHNAME', 'kmeans_sweep_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_sweep_transfn(internal, float8[], integer, integer) IS
'Support of kmeans_sweep: keeps a row.';

CREATE FUNCTION segment_internal.kmeans_sweep_transfn(internal, float8[], integer, integer, jsonb)
RETURNS internal AS 'MODULE_PATHNAME', 'kmeans_sweep_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_sweep_transfn(internal, float8[], integer, integer, jsonb) IS
'Support of kmeans_sweep: keeps a row.';

CREATE FUNCTION segment_internal.kmeans_sweep_finalfn(internal)
RETURNS bytea AS 'MODULE_PATHNAME', 'kmeans_sweep_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.kmeans_sweep_finalfn(internal) IS
'Support of kmeans_sweep: fits and measures every k.';

CREATE AGGREGATE segment.kmeans_sweep(features float8[], k_min integer, k_max integer) (
    SFUNC = segment_internal.kmeans_sweep_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_sweep_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_sweep(float8[], integer, integer) IS
'Reads the rows once, fits k_min to k_max clusters with the default options, and measures the quality of each k. kmeans_sweep_rows returns the result as rows.';

CREATE AGGREGATE segment.kmeans_sweep(features float8[], k_min integer, k_max integer, options jsonb) (
    SFUNC = segment_internal.kmeans_sweep_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_sweep_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_sweep(float8[], integer, integer, jsonb) IS
'Reads the rows once, fits k_min to k_max clusters (1 to 1000), and measures the quality of each k. kmeans_sweep_rows returns the result as rows.
options: those of kmeans_fit except centroids, k_min and k_max; min_share (0 to 0.5, default 0.01): a k with a cluster of a smaller share of the weight is not the best. Errors as in kmeans_fit.';

CREATE FUNCTION segment.kmeans_sweep_rows(
    sweep bytea,
    OUT k integer,
    OUT inertia float8,
    OUT explained_fraction float8,
    OUT silhouette float8,
    OUT silhouette_is_exact boolean,
    OUT silhouette_rows bigint,
    OUT davies_bouldin float8,
    OUT calinski_harabasz float8,
    OUT smallest_share float8,
    OUT stability float8,
    OUT is_elbow boolean,
    OUT is_best_silhouette boolean)
RETURNS SETOF record AS 'MODULE_PATHNAME', 'kmeans_sweep_rows'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment.kmeans_sweep_rows(bytea) IS
'One row per k of a kmeans_sweep, in the fitted space. silhouette: the mean silhouette (Rousseeuw 1987), exact for at most 10000 distinct rows, else over silhouette_rows distinct rows chosen by their hashes, each with the weight of its copies. davies_bouldin: lower is better. calinski_harabasz: higher is better. smallest_share: share of the weight of the smallest cluster. stability: the mean adjusted Rand index between the clusters and those found on 5 random halves of these rows; 1 if all agree.
is_elbow: the elbow of the inertia (Kneedle, Satopaa 2011, sensitivity 1); no row has it if there is no clear elbow. is_best_silhouette: the largest silhouette among the k whose smallest_share is at least min_share, the smallest k of equals. kmeans_fit with a null k uses this k, or k_min if no row has it. Figures that k = 1 does not have are null.
Errors: 22P03 not a model; 42809 a model of another kind.';
