-- Forecasts in the registry: hooks, and rows in the tables of algorithms.  The id of a model is the column of
-- the period, its one feature the value.

CREATE FUNCTION segment_internal.forecast_event_relation(m segment.model) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.jsonb_typeof(m.options -> 'events') OPERATOR(pg_catalog.=) 'string' THEN m.options ->> 'events' END;
END;
COMMENT ON FUNCTION segment_internal.forecast_event_relation(segment.model) IS
'The relation that the option events of a registered forecast names; NULL when there is none.';

CREATE FUNCTION segment_internal.forecast_call(m segment.model, name text, more text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.%I(s.%I::pg_catalog.timestamp, s.%I::pg_catalog.float8, %s%s)', name, m.id_column, m.feature_columns[1], more,
        CASE WHEN r.events IS NULL THEN pg_catalog.format('%L::pg_catalog.jsonb', segment_internal.options_of_fit(m))
             -- a sub-select, so that events are read once
             ELSE pg_catalog.format('(SELECT pg_catalog.jsonb_set(%L::pg_catalog.jsonb, ''{events}'', segment.forecast_events(%L::pg_catalog.regclass)))',
                                    segment_internal.options_of_fit(m), r.events) END)
    FROM (SELECT segment_internal.forecast_event_relation(m) AS events) r;
END;
COMMENT ON FUNCTION segment_internal.forecast_call(segment.model, text, text) IS
'An aggregate over the series of a registered forecast as SQL over rows s of its source.';

CREATE FUNCTION segment_internal.forecast_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.forecast_call(m, 'forecast_fit', ''), NULL::jsonb;
END;
COMMENT ON FUNCTION segment_internal.forecast_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of forecast.';

CREATE FUNCTION segment_internal.forecast_check_hook(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := to_regclass(format('%I.%I', m.source_schema, m.source_name));
    type oid := segment_internal.column_type(source, m.id_column);
    events text := segment_internal.forecast_event_relation(m);
    options jsonb := segment_internal.options_of_fit(m);
BEGIN
    IF events IS NOT NULL THEN
        IF to_regclass(events) IS NULL THEN
            RAISE EXCEPTION 'relation "%" does not exist', events USING ERRCODE = 'undefined_table',
                HINT = 'Option "events" is an array of objects, or a relation with its schema.';
        END IF;
        PERFORM segment_internal.check_event_columns(events::regclass);
        -- the rows are read by the fit, as the owner of the model; here it matters that there may be events
        options := jsonb_set(options, '{events}', '[{"event": "any", "period": "2000-01-01"}]');
    END IF;
    PERFORM segment_internal.check_fit_options('forecast', options, 1, NULL, NULL, NULL);
    IF cardinality(m.feature_columns) <> 1 THEN
        RAISE EXCEPTION 'algorithm forecast takes 1 feature column, not %', cardinality(m.feature_columns)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The id column is the period, the feature is the value.';
    END IF;
    IF type NOT IN ('date'::regtype, 'timestamp'::regtype) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be date or timestamp', m.id_column,
            segment_internal.relation_name(source), format_type(type, NULL)
            USING ERRCODE = 'datatype_mismatch', HINT = 'The id column is the period. A timestamptz needs AT TIME ZONE in a view.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.forecast_check_hook(segment.model) IS
'Check hook of forecast. Errors: 22023 options that forecast_fit refuses, or not exactly one feature; 42804 the id is neither date nor timestamp; 42P01, 42703, 42804 the relation of the option events.';

CREATE FUNCTION segment_internal.forecast_summary_hook(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    periods bigint := (SELECT count(*) FROM segment.forecast_components(model));
    horizon bigint := COALESCE((m.options ->> 'horizon')::bigint, 12);
    backtest bytea;
BEGIN
    -- at least half of the series is fitted
    horizon := least(horizon, periods / 2);
    IF horizon < 1 THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT %s FROM %s s', segment_internal.forecast_call(m, 'forecast_backtest', horizon || ', '), source) INTO backtest;
    RETURN (SELECT jsonb_agg(to_jsonb(a) || jsonb_build_object('horizon', horizon, 'is_benchmark', a.method IS DISTINCT FROM i.options ->> 'method') ORDER BY a.method)
            FROM segment.forecast_accuracy(backtest) a, segment.model_info(model) i WHERE a.step IS NULL);
END $$;
COMMENT ON FUNCTION segment_internal.forecast_summary_hook(segment.model, regclass, bytea) IS
'Summary hook of forecast: the accuracy of a backtest, one element for each method; NULL for a series of one period.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook, check_hook, summary_hook, is_builtin)
VALUES ('forecast', 'forecast', 'Forecasts of a series of periods with intervals.', 'rows per model', false,
        'segment_internal.forecast_fit_hook', 'segment_internal.forecast_check_hook', 'segment_internal.forecast_summary_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'forecast', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('forecast') o;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, minimum, maximum, value_range, meaning)
SELECT 'forecast', 'refit', o.option_name, o.type, o.default_value, o.minimum, o.maximum, segment_internal.value_range(o.minimum, o.maximum, NULL), o.meaning
FROM (VALUES
    ('horizon', 'integer', '12'::jsonb, 1::numeric, 1000::numeric, 'Periods that the view forecast_series forecasts and that each refit forecasts from earlier ends of the series.'),
    ('max_mase', 'number', NULL, 0, 1e6, 'A version is held when the mean absolute scaled error of its backtest is higher; 1 is that of the last season repeated.')
) AS o(option_name, type, default_value, minimum, maximum, meaning);
