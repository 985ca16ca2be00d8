-- Anomaly scores: which rows are anomalous, and why.

CREATE FUNCTION segment_internal.anomaly_fit_transfn(state bytea, features float8[])
RETURNS bytea
AS 'MODULE_PATHNAME', 'anomaly_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION segment_internal.anomaly_fit_transfn(state bytea, features float8[], options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'anomaly_fit_transfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION segment_internal.anomaly_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'anomaly_fit_combinefn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION segment_internal.anomaly_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME', 'anomaly_fit_finalfn'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE AGGREGATE segment.anomaly_fit(features float8[]) (
    SFUNC = segment_internal.anomaly_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.anomaly_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.anomaly_fit_combinefn,
    PARALLEL = SAFE
);

CREATE AGGREGATE segment.anomaly_fit(features float8[], options jsonb) (
    SFUNC = segment_internal.anomaly_fit_transfn,
    STYPE = bytea,
    SSPACE = 100000,
    FINALFUNC = segment_internal.anomaly_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.anomaly_fit_combinefn,
    PARALLEL = SAFE
);

CREATE FUNCTION segment.anomaly_score(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME', 'anomaly_score'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION segment.is_anomaly(model bytea, features float8[])
RETURNS boolean
AS 'MODULE_PATHNAME', 'is_anomaly'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION segment.anomaly_reasons(
    model bytea, features float8[],
    OUT feature text, OUT value float8, OUT typical float8,
    OUT contribution float8, OUT base_score float8, OUT rank int4)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'anomaly_reasons'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

CREATE FUNCTION segment.anomaly_from_kmeans(model bytea, contamination float8 DEFAULT 0.05)
RETURNS bytea
AS 'MODULE_PATHNAME', 'anomaly_from_kmeans'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment_internal.anomaly_fit_transfn(bytea, float8[]) IS
'Adds one row to the state of the aggregate anomaly_fit.';
COMMENT ON FUNCTION segment_internal.anomaly_fit_transfn(bytea, float8[], jsonb) IS
'Adds one row to the state of the aggregate anomaly_fit.';
COMMENT ON FUNCTION segment_internal.anomaly_fit_combinefn(bytea, bytea) IS
'Merges two states of the aggregate anomaly_fit.';
COMMENT ON FUNCTION segment_internal.anomaly_fit_finalfn(bytea) IS
'Returns the result of the aggregate anomaly_fit from its state.';
COMMENT ON AGGREGATE segment.anomaly_fit(float8[]) IS
'Fits an anomaly model with the default options: an isolation forest of 100 trees of 256 rows (Liu, Ting and Zhou 2008). See the form with options.';
COMMENT ON AGGREGATE segment.anomaly_fit(float8[], jsonb) IS
'Fits an anomaly model to the rows; returns bytea. Rows that are NULL are left out. Options: method (iforest: isolation forest, Liu, Ting and Zhou 2008; mahalanobis: distance from the mean in units of the covariance), trees 1..1000 (100) and sample_size 2..4096 rows per tree (256) for the forest, robust (false) for mahalanobis: FastMCD (Rousseeuw and Van Driessen 1999), a center and covariance that are not distorted if fewer than half of the rows are outliers (in a feature with the same value in half of the rows: fewer than half of the other rows), for at most 100 features, contamination 0..0.5, the share of rows that is_anomaly flags as anomalous (0.05), seed (42), null_policy (error, skip, mean, median, zero), transform (none, log1p; one or one per feature), feature_names. The methods do not depend on the units of the features, so there is no standardize. A forest depends only on the rows, options and seed, not on row order or plan; a covariance agrees to 1e-9. Trees, typical values and the threshold are computed from a sample that does not depend on the row order: all rows if there are at most 16,384 distinct ones (fewer above 32 features: 4 MB of them, at least 4 times sample_size), else so many distinct rows at random, each with its number of occurrences. The covariance is computed from all rows; with robust, or null_policy median, from a sample of up to 65,536 distinct rows (16 MB). If the condition number of its correlation matrix exceeds 1e6, the matrix is shrunk to 1e6, and model_info shows the shrinkage. Errors: 22023 no rows, unknown or different options; 22004 null feature; 22003 NaN or infinity; 2202E rows of different length; 54000 too much memory.';
COMMENT ON FUNCTION segment.anomaly_from_kmeans(bytea, float8) IS
'An anomaly model from a k-means model: it scores the distance of a row from the nearest centroid, in units of the spread of that cluster, in the fitted space. It does not read rows, so is_anomaly is anomaly_score > 1 - contamination; this assumes normal clusters with the same variance in all directions. Clusters of one or two rows, or of less than 1 % of the weight (with more than 10 clusters: a tenth of an average cluster), are not used, so their rows are far from the other clusters. For a cluster of equal rows the spread of all clusters is used. Errors: 22023 contamination not in 0..0.5, 42809 another kind of model, 22P03 not a model.';
COMMENT ON FUNCTION segment.anomaly_score(bytea, float8[]) IS
'The anomaly score of a row, 0..1, high is anomalous. Isolation forest: 2^(-E(path)/c(sample_size)), 0.5 for the average row (Liu, Ting and Zhou 2008). Mahalanobis: the share of normally distributed rows that are closer to the center, the chi-square distribution function of the squared distance; one row in twenty is above 0.95. Above 1 - 1e-9 the last digits keep the order of the distances. From k-means: the same for the squared distance to the nearest centroid, divided by inertia / (weight * features with spread) of that cluster. NULL if an argument is NULL, or if a feature is NULL and null_policy is skip.';
COMMENT ON FUNCTION segment.is_anomaly(bytea, float8[]) IS
'True if the anomaly score is above the threshold of the model. The threshold is between two scores, so that the share of the fitted sample above it is as near as possible to contamination; equal scores are not separated. From k-means the threshold is 1 - contamination. NULL if an argument is NULL, or if a feature is NULL and null_policy is skip.';
COMMENT ON FUNCTION segment.anomaly_reasons(bytea, float8[]) IS
'Why the row has its score: one row per feature, rank 1 first: its value, the median of the fitted rows (typical), and its contribution; base_score plus all contributions is the anomaly score, and a negative contribution makes the row more normal. Isolation forest: the contribution of a split on the paths of the row is the path length that it saves compared with the average row (Saabas 2014), in units of the score. Mahalanobis: the exact parts (x - center)_j (S^-1 (x - center))_j of the squared distance, scaled to the score; base_score is 0. From k-means: the parts of the squared distance, scaled; typical is the nearest centroid. No rows if a feature is NULL and null_policy is skip. Error 22003 if the distance overflows.';
