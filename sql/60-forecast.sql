-- forecast: fits a series of periods, and forecasts it with intervals.

CREATE FUNCTION segment_internal.forecast_fit_transfn(state bytea, period timestamp, value float8)
RETURNS bytea
AS 'MODULE_PATHNAME', 'forecast_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_fit_transfn(bytea, timestamp, float8) IS
'Support function of the aggregate forecast_fit; not to be called.';

CREATE FUNCTION segment_internal.forecast_fit_transfn(state bytea, period timestamp, value float8, options jsonb)
RETURNS bytea
AS 'MODULE_PATHNAME', 'forecast_fit_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_fit_transfn(bytea, timestamp, float8, jsonb) IS
'Support function of the aggregate forecast_fit; not to be called.';

CREATE FUNCTION segment_internal.forecast_fit_combinefn(state bytea, other bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_fit_combinefn(bytea, bytea) IS
'Support function of the aggregate forecast_fit; not to be called.';

CREATE FUNCTION segment_internal.forecast_fit_finalfn(state bytea)
RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.forecast_fit_finalfn(bytea) IS
'Support function of the aggregate forecast_fit; not to be called.';

CREATE AGGREGATE segment.forecast_fit(period timestamp, value float8) (
    SFUNC = segment_internal.forecast_fit_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.forecast_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.forecast_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_fit(timestamp, float8) IS
'Fits a forecast of monthly sums with the default options. See the form with options.';

CREATE AGGREGATE segment.forecast_fit(period timestamp, value float8, options jsonb) (
    SFUNC = segment_internal.forecast_fit_transfn,
    STYPE = bytea,
    SSPACE = 20000,
    FINALFUNC = segment_internal.forecast_fit_finalfn,
    FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = segment_internal.forecast_fit_combinefn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment.forecast_fit(timestamp, float8, jsonb) IS
'Fits a forecast of a series of periods; returns a model (bytea). Rows go in as they are: values of one period are added up exactly, in any order. A row with a NULL period is left out and counted; a NULL value is unknown. Options: grain (month; day, week, quarter, year), as_of, start, aggregate (sum; mean, error), gaps (auto; zero, missing), season_length, method (auto; ets, theta, naive, seasonal_naive, drift, mean, croston, sba, tsb), model, alpha, beta, gamma, phi, criterion (aicc; aic, bic), lower_limit (auto), upper_limit, per_day, events; see segment.algorithm_option. Errors: 22023 no value, an event with fewer than 2 occurrences in the series, unknown or different options, two values of a period with aggregate error; 22003 NaN or infinity; 22008 infinite period; 54000 more than 10000 periods.';

CREATE FUNCTION segment.forecast(model bytea, horizon integer, level float8 DEFAULT 0.95)
RETURNS TABLE (period date, forecast float8, lower_bound float8, upper_bound float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 12;
COMMENT ON FUNCTION segment.forecast(bytea, integer, float8) IS
'The forecast of the next horizon (1 to 1000) periods, one row each. period is the first day. The interval from lower_bound to upper_bound holds the share level of outcomes; it is NULL for a series of one value. Units are those of the values. Errors: 22023 horizon or level out of range; 42809 another kind of model; 22008 a date out of range.';

CREATE FUNCTION segment.forecast_components(model bytea, horizon integer DEFAULT 0)
RETURNS TABLE (period date, value float8, fitted float8, level float8, trend float8, season float8, events float8, remainder float8, is_forecast boolean)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION segment.forecast_components(bytea, integer) IS
'Each period of the series, and horizon (0 to 1000) periods after it, taken apart. fitted is the forecast from the periods before: level + trend + season + events, within the limits. events: the effect of the events of the period, 0 without any. remainder is value - fitted. Errors: as forecast.';

CREATE FUNCTION segment.forecast_effects(model bytea, level float8 DEFAULT 0.95)
RETURNS TABLE (event text, n integer, effect float8, lower_bound float8, upper_bound float8)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION segment.forecast_effects(bytea, float8) IS
'The effect of each event of the option events: what a period with it has more than the forecast without, for the value 1, in units of the values. n: occurrences in the series. The interval from lower_bound to upper_bound holds the true effect with probability level. No rows without events. Errors: 22023 level out of range; 42809 another kind of model.';

CREATE FUNCTION segment_internal.check_event_columns(events regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_columns(events, '{event,period}', 'Events have the columns event, period and, if they differ in size, value.');
    PERFORM segment_internal.check_column_kind(events, 'period', 'date');
    PERFORM segment_internal.check_column_kind(events, 'value', 'number');
END $$;
COMMENT ON FUNCTION segment_internal.check_event_columns(regclass) IS
'Support function of forecast_events: errors 42P01, 42703 and 42804 for a relation that has no events.';

CREATE FUNCTION segment_internal.forecast_events(events regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most CONSTANT integer := 2000;  -- SEG_EVENTS_MOST_ROWS
    has_value boolean := segment_internal.column_type(events, 'value') IS NOT NULL;
    number bigint;
    has_null boolean;
    result jsonb;
BEGIN
    PERFORM segment_internal.check_event_columns(events);
    EXECUTE format('SELECT count(*), bool_or(h.event IS NULL OR h.period IS NULL OR %1$s IS NULL),'
                   ' jsonb_agg(jsonb_build_object(''event'', h.event::text, ''period'', to_char(h.period::date, ''YYYY-MM-DD''), ''value'', %1$s) ORDER BY h.event::text COLLATE "C", h.period::date)'
                   ' FROM (SELECT * FROM %2$s LIMIT %3$s) h', CASE WHEN has_value THEN 'h.value' ELSE '1' END, events, most + 1) INTO number, has_null, result;
    IF number = 0 THEN
        RAISE EXCEPTION 'relation "%" has no events', segment_internal.relation_name(events) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF number > most THEN
        RAISE EXCEPTION 'relation "%" has more than % events', segment_internal.relation_name(events), most USING ERRCODE = 'program_limit_exceeded',
            HINT = 'Use a view that leaves out events before the series and after the last period that is forecast.';
    END IF;
    IF has_null THEN
        RAISE EXCEPTION 'relation "%" has a null in a column of events', segment_internal.relation_name(events) USING ERRCODE = 'null_value_not_allowed';
    END IF;
    RETURN result;
END $$;
COMMENT ON FUNCTION segment_internal.forecast_events(regclass) IS
'What segment.forecast_events calls.';

CREATE FUNCTION segment.forecast_events(events regclass) RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION segment.forecast_events(regclass) IS
'The rows of a relation with the columns event, period (a day) and, if there is one, value, as the option events of forecast_fit. The relation is read with the caller''s privileges; in a query over rows write it in a sub-select, so that it is read once. Errors: 42703, 42804 a column is missing or has the wrong type; 22004 a NULL; 22023 no rows; 54000 more than 2000 rows.';

CREATE FUNCTION segment.forecast_models(model bytea)
RETURNS TABLE (rank integer, model text, weight float8, log_likelihood float8, parameters integer, aicc float8, alpha float8, beta float8, gamma float8, phi float8, is_chosen boolean, reason text)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 16;
COMMENT ON FUNCTION segment.forecast_models(bytea) IS
'The models that were tried, the best by the criterion first. weight: share in the forecast; parameters: estimated ones with the variance; alpha, beta, gamma, phi: smoothing and damping; reason: why a model was not fitted, or why another method than the one of the options is used. Error: 42809 another kind of model.';

CREATE FUNCTION segment.forecast_anomalies(model bytea, level float8 DEFAULT 0.99)
RETURNS TABLE (period date, value float8, forecast float8, lower_bound float8, upper_bound float8, z_score float8, is_anomaly boolean)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION segment.forecast_anomalies(bytea, float8) IS
'Each period of the series against its forecast from the periods before. is_anomaly: the value lies outside the interval of level. z_score: standard deviations from the forecast. Errors: as forecast.';

CREATE FUNCTION segment.forecast_anomaly(model bytea, period timestamp, value float8, level float8 DEFAULT 0.99,
    OUT forecast float8, OUT lower_bound float8, OUT upper_bound float8, OUT z_score float8, OUT is_anomaly boolean)

AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION segment.forecast_anomaly(bytea, timestamp, float8, float8) IS
'Is a figure of one period odd? One row: the forecast of the period, its interval of level, and whether the value lies outside. NULLs for a period before the series, or an argument that is NULL. Errors: 22023 a period more than 1000 periods after the series, or level out of range; 22003 NaN or infinity; 22008 infinite period; 42809 another kind of model.';
