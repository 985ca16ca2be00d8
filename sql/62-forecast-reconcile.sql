-- forecast_reconcile: forecasts of parts and wholes that add up.

CREATE FUNCTION segment_internal.forecast_reconcile_transfn(state internal, path text[], model bytea)
RETURNS internal
AS 'MODULE_PATHNAME', 'forecast_reconcile_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_reconcile_transfn(internal, text[], bytea) IS
'Support function of the aggregate forecast_reconcile; not to be called.';

CREATE FUNCTION segment_internal.forecast_reconcile_transfn(state internal, path text[], model bytea, options jsonb)
RETURNS internal
AS 'MODULE_PATHNAME', 'forecast_reconcile_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_reconcile_transfn(internal, text[], bytea, jsonb) IS
'Support function of the aggregate forecast_reconcile; not to be called.';

CREATE FUNCTION segment_internal.forecast_reconcile_finalfn(state internal)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_reconcile_finalfn(internal) IS
'Support function of the aggregate forecast_reconcile; not to be called.';

CREATE AGGREGATE segment.forecast_reconcile(path text[], model bytea) (
    SFUNC = segment_internal.forecast_reconcile_transfn,
    STYPE = internal,
    SSPACE = 100000,
    FINALFUNC = segment_internal.forecast_reconcile_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_reconcile(text[], bytea) IS
'Makes the forecasts of parts and wholes add up, 12 periods ahead. See the form with options.';

CREATE AGGREGATE segment.forecast_reconcile(path text[], model bytea, options jsonb) (
    SFUNC = segment_internal.forecast_reconcile_transfn,
    STYPE = internal,
    SSPACE = 100000,
    FINALFUNC = segment_internal.forecast_reconcile_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_reconcile(text[], bytea, jsonb) IS
'Makes the forecasts of parts and wholes add up; returns reconciled forecasts (bytea) for forecast_reconcile_rows. path: the place in the tree, such as {DE,Champions}; {DE} is the whole of its parts, {} the whole of all; NULLs at the end are dropped, as GROUP BY ROLLUP gives them. model: of forecast_fit, all with one grain. A row with a NULL is left out. Options: horizon (12), level (0.95), method (wls; ols, structural, bottom_up, top_down). Errors: 22023 no rows, a path that occurs twice, different grains, unknown or different options; 22004 a NULL inside a path; 42809 another kind of model; 54000 memory.';

CREATE FUNCTION segment.forecast_reconcile_rows(reconciled bytea)
RETURNS TABLE (path text[], period date, forecast float8, lower_bound float8, upper_bound float8, base_forecast float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION segment.forecast_reconcile_rows(bytea) IS
'Reconciled forecasts as rows: each whole is the sum of its parts. base_forecast: before reconciliation; NULL for a whole without a series of its own. Error: 42809 another kind of model.';
