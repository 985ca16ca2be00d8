-- Drift: compares current rows with the rows that a model was fitted on.

CREATE FUNCTION segment_internal.drift_fit_transfn(state bytea, model bytea, features float8[])
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.drift_fit_transfn(bytea, bytea, float8[]) IS
'Adds one row to the state of the aggregate drift_fit.';

CREATE FUNCTION segment_internal.drift_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.drift_fit_combinefn(bytea, bytea) IS
'Merges two states of the aggregate drift_fit.';

CREATE FUNCTION segment_internal.drift_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.drift_fit_finalfn(bytea) IS
'Returns the result of the aggregate drift_fit from its state.';

CREATE AGGREGATE segment.drift_fit(model bytea, features float8[]) (
    SFUNC = segment_internal.drift_fit_transfn,
    STYPE = bytea,
    SSPACE = 50000,
    FINALFUNC = segment_internal.drift_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.drift_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.drift_fit(bytea, float8[]) IS
'Counts current rows in the bins of the histograms of a model (k-means, PCA, anomaly) and, for k-means, in its clusters; returns a report (bytea) for drift_rows. The rows that the model was fitted on are the baseline. model: the same for all rows. Rows whose features are NULL are left out. A null feature counts as missing, also if null_policy is error. With skip, the other features of its row are not counted. Values that replace nulls are not counted. Errors: 22023 no rows or different models; 42809 a model without histograms; 2202E another number of features; 22003 NaN or infinity; 22004 NULL model.';

CREATE FUNCTION segment.drift_rows(drift bytea,
    OUT subject text, OUT "position" integer, OUT name text, OUT psi double precision, OUT is_drifted boolean,
    OUT baseline_mean double precision, OUT current_mean double precision,
    OUT baseline_missing double precision, OUT current_missing double precision,
    OUT baseline_share double precision, OUT current_share double precision, OUT cluster_id integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION segment.drift_rows(bytea) IS
'A drift report as rows: baseline_ columns describe the rows that the model was fitted on, current_ columns the rows that drift_fit counted. subject feature: one row per feature by position, with the population stability index (psi), is_drifted (psi above 0.2), the means in input units, and the shares of rows in which it is missing. For a k-means model also subject clusters: one row with the psi of the cluster shares, and subject cluster: one row per cluster (cluster_id, also position) with its shares of the rows; name is the name in the model; join other names by cluster_id. psi = sum (p - q) ln(p / q) over about ten bins of equal frequency in the baseline (more if one value is frequent: a value with a tenth of the rows or more has a separate bin), p and q the shares (count + 1/2) / (total + bins / 2); rows are counted without weights. The bins come from the values of the fit that are not null, so psi is the same for each kind of model fitted on the same rows (an anomaly model fitted on a sample has the bins of the sample). A column that does not apply, or has no counts, is NULL. NULL report: no rows.';
