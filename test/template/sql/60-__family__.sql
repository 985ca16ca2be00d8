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
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION segment.__family___distance(bytea, float8[]) IS
'The Euclidean distance of a row from the means of a model, in input units. NULL when an argument is NULL, or a feature is and null_policy is skip. Errors: 42809 another kind of model; 2202E another number of features; 22004, 22003 as the fit.';

-- ---- what the registry needs to know: its rows in the tables of the algorithms, and its hook ----

CREATE FUNCTION segment_internal.__family___publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_object('d' || place, pg_catalog.format('segment.__family___distance($1[%s], %s)', place, segment_internal.feature_array(m))),
           pg_catalog.jsonb_build_object('__family___distance', pg_catalog.format('q.d%s', place));
END;
COMMENT ON FUNCTION segment_internal.__family___publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of __family__.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook, check_hook, publish_hook, is_builtin)
VALUES ('__family__', '__family__', 'Means of the features, and the distance of each row from them.', 'row per id', false,
        'segment_internal.plain_fit', 'segment_internal.plain_check', 'segment_internal.__family___publish_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT '__family__', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('__family__') o;

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('__family__', 1, '__family___distance', 'double precision', 'value', 'Distance from the means, in input units.'),
    ('__family__', 2, '__family___version', 'integer', 'version', 'Version of the model that wrote the row.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE __family___distance float8;
