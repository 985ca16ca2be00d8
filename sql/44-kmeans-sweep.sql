-- kmeans_sweep: which k?

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
'Reads the rows once, fits k_min to k_max clusters with the options at their defaults, and tells how good each k is; kmeans_sweep_rows lays the result open.';

CREATE AGGREGATE segment.kmeans_sweep(features float8[], k_min integer, k_max integer, options jsonb) (
    SFUNC = segment_internal.kmeans_sweep_transfn,
    STYPE = internal,
    SSPACE = 65536,
    FINALFUNC = segment_internal.kmeans_sweep_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.kmeans_sweep(float8[], integer, integer, jsonb) IS
'Reads the rows once, fits k_min to k_max clusters (1 to 1000) and tells how good each k is; kmeans_sweep_rows lays the result open.
options: those of kmeans_fit but centroids, k_min and k_max; min_share (0 to 0.5, default 0.01): a k of which a cluster has less of the weight is not the best. Errors as in kmeans_fit.';

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
'One row per k of a kmeans_sweep, in the fitted space. silhouette: the mean silhouette (Rousseeuw 1987), exact when the rows have at most 10000 distinct values, else over silhouette_rows distinct rows drawn by their hashes, each with the weight of its copies. davies_bouldin: low is good. calinski_harabasz: high is good. smallest_share: of the smallest cluster. stability: the mean adjusted Rand index between the clusters and those found on 5 random halves of these rows, 1 when they always come back.
is_elbow: where the inertia bends (Kneedle, Satopaa 2011, sensitivity 1); no row has it when there is no clear elbow. is_best_silhouette: the largest one among the k whose smallest_share is at least min_share, the smallest k among equals; kmeans_fit with a null k takes it, and k_min where no row has it. Figures that k = 1 has not are null.
Errors: 22P03 no model; 42809 a model of another kind.';
