-- __family__: the mean of each feature, and how far a row is from the means.

CREATE FUNCTION segment_internal.__family___fit_transfn(state bytea, features float8[])
RETURNS bytea
AS 'MODULE_PATHNAME', '__family___fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.__family___fit_transfn(bytea, float8[]) IS
'Support function of the aggregate __family___fit; not to be called.';

CREATE FUNCTION segment_internal.__family___fit_transfn(state bytea, features float8[], options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', '__family___fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.__family___fit_transfn(bytea, float8[], jsonb) IS
'Support function of the aggregate __family___fit; not to be called.';

CREATE FUNCTION segment_internal.__family___fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.__family___fit_combinefn(bytea, bytea) IS
'Support function of the aggregate __family___fit; not to be called.';

CREATE FUNCTION segment_internal.__family___fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.__family___fit_finalfn(bytea) IS
'Support function of the aggregate __family___fit; not to be called.';

CREATE AGGREGATE segment.__family___fit(features float8[]) (
    SFUNC = segment_internal.__family___fit_transfn,
    STYPE = bytea,
    SSPACE = 1000,
    FINALFUNC = segment_internal.__family___fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.__family___fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.__family___fit(float8[]) IS
'Fits the mean of each feature with the default options. See the form with options.';

CREATE AGGREGATE segment.__family___fit(features float8[], options jsonb) (
    SFUNC = segment_internal.__family___fit_transfn,
    STYPE = bytea,
    SSPACE = 1000,
    FINALFUNC = segment_internal.__family___fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.__family___fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.__family___fit(float8[], jsonb) IS
'Fits the mean of each feature; returns a model (bytea). Rows that are NULL are ignored. Options: null_policy (error; skip the row). Errors: 22023 no rows, unknown or different options; 22004 null feature; 22003 NaN, infinity, overflow; 2202E rows of different length.';

CREATE FUNCTION segment.__family___distance(model bytea, features float8[])
RETURNS float8
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.__family___distance(bytea, float8[]) IS
'The Euclidean distance of a row from the means of a model, in input units. NULL when an argument is NULL, or a feature is and null_policy is skip. Errors: 42809 another kind of model; 2202E another number of features; 22004, 22003 as the fit.';
