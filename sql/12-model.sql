-- Description of a model of any kind.

CREATE FUNCTION segment.model_info(model bytea,
    OUT algorithm text, OUT format_version integer, OUT method text, OUT estimated_error double precision,
    OUT bytes integer, OUT features integer, OUT rows_used bigint, OUT rows_skipped bigint, OUT k integer,
    OUT inertia double precision, OUT between_ss double precision, OUT explained_fraction double precision,
    OUT silhouette double precision, OUT iterations integer, OUT converged boolean, OUT seed bigint,
    OUT options jsonb)
RETURNS record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.model_info(bytea) IS
'Describes a model of any kind in one row; NULL where a column does not apply. algorithm: the family (kmeans, rfm, pca, ...). method: exact or sketch, with estimated_error for a sketch. bytes: its length. inertia and between_ss in the fitted space; explained_fraction = between_ss / (inertia + between_ss); silhouette: for k-means the mean silhouette (Rousseeuw 1987), the same statistic as in kmeans_sweep_rows, over silhouette_rows distinct rows (in options): all of them up to 2000 (up to 10000 where kmeans_fit chose k), else that many chosen by hash, each weighted by its number of copies; NULL for k = 1 and for models of format_version 1. options: the other options of the fit. NULL model: NULL. Errors: 22P03 not a model, or damaged bytes, 0A000 a model of a newer version.';

CREATE FUNCTION segment.model_features(model bytea,
    OUT "position" integer, OUT feature text, OUT transform text,
    OUT shift double precision, OUT scale double precision, OUT fill double precision, OUT imputed bigint,
    OUT minimum double precision, OUT maximum double precision, OUT mean double precision, OUT sd double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment.model_features(bytea) IS
'The features of a model of any kind, by position (from 1); NULL where a column does not apply. A row is fitted as (transform(x) - shift) / scale, as 0 where scale is 0 (no spread); shift and scale are in transformed units. fill: the value that replaces a null by null_policy; imputed: the number of nulls replaced in the fit. minimum, maximum, mean, sd (with n - 1) of the fitted rows in input units. NULL model: no rows. Errors as model_info.';
