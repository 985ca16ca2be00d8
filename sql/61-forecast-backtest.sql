-- forecast_backtest: forecasts from earlier ends of a series, and their accuracy.

CREATE FUNCTION segment_internal.forecast_backtest_transfn(state bytea, period timestamp, value float8, horizon integer)
RETURNS bytea
AS 'MODULE_PATHNAME', 'forecast_backtest_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_backtest_transfn(bytea, timestamp, float8, integer) IS
'Support function of the aggregate forecast_backtest; not to be called.';

CREATE FUNCTION segment_internal.forecast_backtest_transfn(state bytea, period timestamp, value float8, horizon integer, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'forecast_backtest_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_backtest_transfn(bytea, timestamp, float8, integer, jsonb) IS
'Support function of the aggregate forecast_backtest; not to be called.';

CREATE FUNCTION segment_internal.forecast_backtest_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_backtest_combinefn(bytea, bytea) IS
'Support function of the aggregate forecast_backtest; not to be called.';

CREATE FUNCTION segment_internal.forecast_backtest_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_backtest_finalfn(bytea) IS
'Support function of the aggregate forecast_backtest; not to be called.';

CREATE AGGREGATE segment.forecast_backtest(period timestamp, value float8, horizon integer) (
    SFUNC = segment_internal.forecast_backtest_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.forecast_backtest_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.forecast_backtest_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_backtest(timestamp, float8, integer) IS
'Forecasts from five earlier ends of a monthly series, with the default options. See the form with options.';

CREATE AGGREGATE segment.forecast_backtest(period timestamp, value float8, horizon integer, options jsonb) (
    SFUNC = segment_internal.forecast_backtest_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.forecast_backtest_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.forecast_backtest_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_backtest(timestamp, float8, integer, jsonb) IS
'How good would the forecasts have been? Cuts the end of the series off at several origins, fits what is left and forecasts horizon periods (1 to 1000); returns a backtest (bytea) for forecast_accuracy and forecast_backtest_rows. The naive forecast (seasonal_naive with a season) is always computed beside it. Options: those of forecast_fit, and origins (5), origin_step (the horizon), level (0.95). Errors: as forecast_fit; 22023 a series that is not longer than the horizon; 22004 NULL horizon.';

CREATE FUNCTION segment.forecast_backtest_rows(backtest bytea)
RETURNS TABLE (method text, origin date, step integer, period date, value float8, forecast float8, lower_bound float8, upper_bound float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION segment.forecast_backtest_rows(bytea) IS
'Each forecast of a backtest beside the value that came. origin: the last period that was known; step: periods after it. Error: 42809 another kind of model.';

CREATE FUNCTION segment.forecast_accuracy(backtest bytea)
RETURNS TABLE (method text, step integer, n integer, mae float8, rmse float8, bias float8, wape float8, smape float8, mase float8, rmsse float8, coverage float8, msis float8, skill float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 26;
COMMENT ON FUNCTION segment.forecast_accuracy(bytea) IS
'Accuracy of a backtest by method: for each step, and for all steps in the row where step is NULL. mae, rmse and bias (forecast - value) are in units of the values; wape and smape are percentages; mase, rmsse and msis are relative to differences of values one season apart before each origin; coverage: share of values inside the interval; skill: 1 - mae / mae of the naive forecast. Error: 42809 another kind of model.';
