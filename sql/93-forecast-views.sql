-- The views of forecasts.

CREATE VIEW segment.forecast_series WITH (security_invoker = true) AS
    SELECT v.model_name, v.version, m.feature_columns[1] AS series, (p.period::timestamp AT TIME ZONE 'UTC') AS "time", p.period,
           p.value, p.forecast, p.lower_bound, p.upper_bound, p.is_forecast, p.is_anomaly
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.readable(
        CASE WHEN m.algorithm = 'forecast' THEN segment_internal.version_model(m.model_name, v.version) END, 'forecast') b(bytes)
    CROSS JOIN LATERAL (
        SELECT a.period, a.value, a.forecast, a.lower_bound, a.upper_bound, false AS is_forecast, o.is_anomaly
        FROM segment.forecast_anomalies(b.bytes, 0.95) a JOIN segment.forecast_anomalies(b.bytes, 0.99) o USING (period)
        UNION ALL
        SELECT f.period, NULL, f.forecast, f.lower_bound, f.upper_bound, true, NULL
        FROM segment.forecast(b.bytes, LEAST(GREATEST(COALESCE(segment_internal.small_count_in(m.options, 'horizon'), 12), 1), 1000)) f) p
    WHERE m.algorithm = 'forecast';
COMMENT ON VIEW segment.forecast_series IS 'The series and the forecasts of the active versions of all forecast models that the current user may see. Key: model_name, period.';
COMMENT ON COLUMN segment.forecast_series.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.forecast_series.version IS 'Its active version.';
COMMENT ON COLUMN segment.forecast_series.series IS 'Column of the source that is forecast.';
COMMENT ON COLUMN segment.forecast_series."time" IS 'Begin of the period in UTC, for tools that draw by time.';
COMMENT ON COLUMN segment.forecast_series.period IS 'First day of the period.';
COMMENT ON COLUMN segment.forecast_series.value IS 'Value of the period; NULL when it is unknown or forecast.';
COMMENT ON COLUMN segment.forecast_series.forecast IS 'Forecast of the period from the periods before it.';
COMMENT ON COLUMN segment.forecast_series.lower_bound IS 'Lower bound of the interval of level 0.95.';
COMMENT ON COLUMN segment.forecast_series.upper_bound IS 'Upper bound of the interval of level 0.95.';
COMMENT ON COLUMN segment.forecast_series.is_forecast IS 'True for the periods after the series.';
COMMENT ON COLUMN segment.forecast_series.is_anomaly IS 'True when the value lies outside the interval of level 0.99.';

CREATE VIEW segment.forecast_accuracy WITH (security_invoker = true) AS
    SELECT m.model_name, v.version, s.value ->> 'method' AS method, segment_internal.small_count_in(s.value, 'horizon') AS horizon,
           segment_internal.count_in(s.value, 'n') AS n,
           segment_internal.figure_in(s.value, 'mae') AS mae, segment_internal.figure_in(s.value, 'rmse') AS rmse,
           segment_internal.figure_in(s.value, 'bias') AS bias, segment_internal.figure_in(s.value, 'wape') AS wape,
           segment_internal.figure_in(s.value, 'smape') AS smape, segment_internal.figure_in(s.value, 'mase') AS mase,
           segment_internal.figure_in(s.value, 'coverage') AS coverage, segment_internal.figure_in(s.value, 'skill') AS skill
    FROM segment_internal.models(NULL) m
    CROSS JOIN LATERAL segment_internal.active_version(m.model_name) v
    CROSS JOIN LATERAL segment_internal.rows_in(v.metrics, 'summary') s(value)
    WHERE m.algorithm = 'forecast';
COMMENT ON VIEW segment.forecast_accuracy IS 'Accuracy of the backtest at the last fit of the active versions of all forecast models that the current user may see. Key: model_name, method.';
COMMENT ON COLUMN segment.forecast_accuracy.model_name IS 'Name of the model.';
COMMENT ON COLUMN segment.forecast_accuracy.version IS 'Its active version.';
COMMENT ON COLUMN segment.forecast_accuracy.method IS 'Method; naive or seasonal_naive is the one to compare with.';
COMMENT ON COLUMN segment.forecast_accuracy.horizon IS 'Periods ahead.';
COMMENT ON COLUMN segment.forecast_accuracy.n IS 'Forecasts.';
COMMENT ON COLUMN segment.forecast_accuracy.mae IS 'Mean absolute error, in units of the values.';
COMMENT ON COLUMN segment.forecast_accuracy.rmse IS 'Root of the mean squared error.';
COMMENT ON COLUMN segment.forecast_accuracy.bias IS 'Mean of forecast - value.';
COMMENT ON COLUMN segment.forecast_accuracy.wape IS 'Sum of absolute errors in percent of the sum of values.';
COMMENT ON COLUMN segment.forecast_accuracy.smape IS 'Symmetric mean absolute percentage error.';
COMMENT ON COLUMN segment.forecast_accuracy.mase IS 'Mean absolute scaled error: 1 is that of the last season repeated.';
COMMENT ON COLUMN segment.forecast_accuracy.coverage IS 'Share of values inside the interval of level 0.95.';
COMMENT ON COLUMN segment.forecast_accuracy.skill IS '1 - mae / mae of the naive method: above 0 is better.';

GRANT SELECT ON segment.forecast_series, segment.forecast_accuracy TO PUBLIC;
