-- The forecast of a report.

CREATE FUNCTION segment_internal.report_forecast_rows(months jsonb, series jsonb, as_of date, horizon integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    options jsonb := jsonb_build_object('grain', 'month', 'as_of', to_char(as_of, 'YYYY-MM-DD'));
    start text := (SELECT min(s.month) FROM jsonb_to_recordset(series) AS s(month text));
    rows jsonb;
BEGIN
    WITH models AS (
        SELECT ARRAY[COALESCE('s' || s.code, '')] AS path, segment.forecast_fit(s.month::timestamp, s.value, options || jsonb_build_object('start', start)) AS model
        FROM jsonb_to_recordset(series) AS s(code text, month text, value float8) GROUP BY s.code
        UNION ALL
        SELECT '{}', segment.forecast_fit(m.period::timestamp, m.value, options) FROM jsonb_to_recordset(months) AS m(period text, value float8)),
    -- the whole keeps its own forecast, and the segments are scaled to it
    down AS (SELECT segment.forecast_reconcile(m.path, m.model, jsonb_build_object('horizon', horizon, 'level', 0.95, 'method', 'top_down')) AS rows FROM models m),
    up AS (SELECT segment.forecast_reconcile(m.path, m.model, jsonb_build_object('horizon', horizon, 'level', 0.95, 'method', 'bottom_up')) AS rows FROM models m)
    SELECT jsonb_agg(jsonb_build_object('code', nullif(substr(d.path[1], 2), ''), 'is_total', cardinality(d.path) = 0, 'period', to_char(d.period, 'YYYY-MM-DD'), 'forecast', d.forecast,
                                        -- a segment is as unsure as the whole, or as its own series
                                        'lower_bound', CASE WHEN cardinality(d.path) = 0 THEN d.lower_bound ELSE least(d.lower_bound, u.lower_bound) END,
                                        'upper_bound', CASE WHEN cardinality(d.path) = 0 THEN d.upper_bound ELSE greatest(d.upper_bound, u.upper_bound) END) ORDER BY d.path, d.period)
    INTO rows
    FROM down CROSS JOIN LATERAL segment.forecast_reconcile_rows(down.rows) d
    CROSS JOIN up JOIN LATERAL segment.forecast_reconcile_rows(up.rows) u ON u.path = d.path AND u.period = d.period;
    RETURN rows;
END $$;
COMMENT ON FUNCTION segment_internal.report_forecast_rows(jsonb, jsonb, date, integer) IS
'Forecasts of the whole and of its segments by month as a JSON array of code (NULL: the whole and customers without a segment), is_total, period, forecast, lower_bound, upper_bound. months: all revenue by month; series: revenue by code and month. The whole has its own forecast. Those of the segments are scaled so that they add up to it; their intervals contain both the scaled interval and that of their own series.';

CREATE FUNCTION segment_internal.report_forecasts(months jsonb, segments jsonb, receipts regclass, as_of date, currency text, rates regclass, min_customers integer)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    past jsonb;
    series jsonb;
    horizon integer;
    has_season boolean;
    change float8;
    test record;
    tested integer;
BEGIN
    -- a month that is not over is the first one forecast; a month without receipts has revenue of 0
    SELECT jsonb_agg(jsonb_build_object('period', to_char(g.month, 'YYYY-MM-DD'), 'value', COALESCE(m.value, 0)) ORDER BY g.month) INTO past
    FROM (SELECT date_trunc('month', (as_of + 1)::timestamp) AS this) t
    CROSS JOIN LATERAL (SELECT min(j.period::timestamp) AS first FROM jsonb_to_recordset(months) AS j(period text) WHERE j.period::timestamp >= t.this - interval '120 months') f
    CROSS JOIN LATERAL generate_series(f.first, t.this - interval '1 month', interval '1 month') g(month)
    LEFT JOIN jsonb_to_recordset(months) AS m(period text, value numeric) ON m.period::timestamp = g.month;
    IF COALESCE(jsonb_array_length(past), 0) < 6 THEN
        RETURN NULL;
    END IF;
    -- a record without columns is an error where it is read
    SELECT NULL::float8 AS own, NULL::float8 AS naive, NULL::bigint AS n INTO test;
    horizon := least(12, greatest(3, jsonb_array_length(past) / 4));
    -- a segment without figures is among the rest
    SELECT jsonb_agg(to_jsonb(s) ORDER BY s.code COLLATE "C", s.month) INTO series
    FROM (SELECT g.code, r.month, sum(r.value) AS value FROM segment_internal.report_series(receipts, as_of, currency, rates) r
          LEFT JOIN jsonb_to_recordset(segments) AS g(code text, customers bigint, hidden boolean) ON g.code = r.code AND g.customers >= min_customers AND NOT g.hidden GROUP BY 1, 2) s;
    SELECT avg(abs(d.value - d.before) / d.before) INTO change
    FROM (SELECT p.value, lag(p.value) OVER (ORDER BY p.period) AS before FROM jsonb_to_recordset(past) AS p(period text, value float8)) d WHERE d.before > 0;
    SELECT count(*) FILTER (WHERE abs(c.season) > 1e-6 * abs(c.fitted)) > 0 INTO has_season
    FROM segment.forecast_components((SELECT segment.forecast_fit(p.period::timestamp, p.value, '{"grain": "month"}') FROM jsonb_to_recordset(past) AS p(period text, value float8)), 12) c
    WHERE c.is_forecast;
    IF jsonb_array_length(past) >= 18 THEN
        SELECT max(a.wape) FILTER (WHERE a.method = 'auto') AS own, max(a.wape) FILTER (WHERE a.method = 'seasonal_naive') AS naive, max(a.n) AS n INTO test
        FROM segment.forecast_accuracy((SELECT segment.forecast_backtest(p.period::timestamp, p.value, 1, '{"grain": "month", "origins": 6, "origin_step": 1}')
                                        FROM jsonb_to_recordset(past) AS p(period text, value float8))) a WHERE a.step IS NULL;
        tested := test.n;
    END IF;
    RETURN jsonb_build_object('past', past, 'months', jsonb_array_length(past), 'horizon', horizon, 'has_season', has_season, 'change', change,
                              'tested', tested, 'error', CASE WHEN tested > 0 THEN test.own / 100 END, 'naive_error', CASE WHEN tested > 0 THEN test.naive / 100 END,
                              'rows', segment_internal.report_forecast_rows(past, series, as_of, horizon));
END $$;
COMMENT ON FUNCTION segment_internal.report_forecasts(jsonb, jsonb, regclass, date, text, regclass, integer) IS
'The forecasts of a report: the months that are over, the mean change between them, whether the forecast has a yearly pattern, the errors of tests on the past, and the rows of report_forecast_rows; NULL with fewer than six months.';

CREATE FUNCTION segment_internal.report_forecast_next(f jsonb, code text, key text, language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.chart_words(language, key || CASE WHEN key <> 'month.forecast' THEN '' WHEN n.spread <= 0.1 THEN '_sure' WHEN n.spread <= 0.3 THEN '_rough' ELSE '_unsure' END,
               segment_internal.chart_date(n.period::date, 'long month', language), segment_internal.chart_number(n.forecast, ',.0f', language),
               segment_internal.chart_number(n.lower_bound, ',.0f', language), segment_internal.chart_number(n.upper_bound, ',.0f', language), segment_internal.chart_number(0.95, '.0%', language))
    FROM (SELECT r.*, CASE WHEN r.upper_bound > r.lower_bound THEN (r.upper_bound - r.lower_bound) / 2 / nullif(abs(r.forecast), 0) ELSE 0 END AS spread
          FROM pg_catalog.jsonb_to_recordset(f -> 'rows') AS r(code text, is_total boolean, period text, forecast float8, lower_bound float8, upper_bound float8)
          WHERE r.is_total = (report_forecast_next.code IS NULL) AND r.code IS NOT DISTINCT FROM report_forecast_next.code AND r.lower_bound IS NOT NULL ORDER BY r.period LIMIT 1) n;
END;
COMMENT ON FUNCTION segment_internal.report_forecast_next(jsonb, text, text, text) IS
'A sentence about the first month of the forecast of a segment, or of the whole if code is NULL; NULL without an interval. Half an interval of at most 10 % of the forecast counts as sure, of at most 30 % as a rough guide.';

CREATE FUNCTION segment_internal.report_forecast_segments(f jsonb, segments jsonb, language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('<p>%s</p>', segment_internal.report_words(language, 'forecast.segments'))
           || segment_internal.report_table(segment_internal.chart_words(language, 'report.forecast_segments'),
               ARRAY[segment_internal.chart_words(language, 'column.segment'),
                     segment_internal.chart_words(language, 'column.next_month', segment_internal.chart_date(pg_catalog.min(g.first)::date, 'month', language)),
                     segment_internal.chart_words(language, 'column.lower'), segment_internal.chart_words(language, 'column.upper'),
                     segment_internal.chart_words(language, 'column.months', f ->> 'horizon')],
               pg_catalog.array_agg(x.cell ORDER BY g.is_total, g.place, x.number), 2)
    FROM (SELECT r.is_total, COALESCE(s.place, 1000) AS place, pg_catalog.min(r.period) AS first,
                 COALESCE(s.segment, segment_internal.chart_words(language, CASE WHEN r.is_total THEN 'report.all' ELSE 'report.rest' END)) AS segment,
                 pg_catalog.sum(r.forecast) FILTER (WHERE r.step = 1) AS forecast, pg_catalog.sum(r.lower_bound) FILTER (WHERE r.step = 1) AS lower_bound,
                 pg_catalog.sum(r.upper_bound) FILTER (WHERE r.step = 1) AS upper_bound, pg_catalog.sum(r.forecast) AS all_months
          FROM (SELECT j.*, pg_catalog.row_number() OVER (PARTITION BY j.is_total, j.code ORDER BY j.period) AS step
                FROM pg_catalog.jsonb_to_recordset(f -> 'rows') AS j(code text, is_total boolean, period text, forecast float8, lower_bound float8, upper_bound float8)) r
          LEFT JOIN pg_catalog.jsonb_to_recordset(segments) AS s(code text, segment text, place integer) ON s.code = r.code
          GROUP BY r.is_total, s.place, s.segment) g
    CROSS JOIN LATERAL (VALUES (1, g.segment), (2, segment_internal.chart_number(g.forecast, ',.0f', language)), (3, segment_internal.chart_number(g.lower_bound, ',.0f', language)),
        (4, segment_internal.chart_number(g.upper_bound, ',.0f', language)), (5, segment_internal.chart_number(g.all_months, ',.0f', language))) x(number, cell)
    HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION segment_internal.report_forecast_segments(jsonb, jsonb, text) IS
'The table of the forecasts by segment, as HTML.';

CREATE FUNCTION segment_internal.report_forecast(f jsonb, segments jsonb, language text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    future jsonb;
    first record;
    last record;
    page text;
BEGIN
    IF f IS NULL THEN
        RETURN format('<p>%s</p>', segment_internal.report_words(language, 'forecast.none'));
    END IF;
    SELECT jsonb_agg(r.value ORDER BY r.value ->> 'period') INTO future FROM jsonb_array_elements(f -> 'rows') r WHERE (r.value ->> 'is_total')::boolean;
    SELECT r.* INTO first FROM jsonb_to_recordset(future) AS r(period text, lower_bound float8, upper_bound float8) ORDER BY r.period LIMIT 1;
    SELECT r.* INTO last FROM jsonb_to_recordset(future) AS r(period text, lower_bound float8, upper_bound float8) ORDER BY r.period DESC LIMIT 1;
    page := segment_internal.report_figure(segment.chart_forecast((f -> 'past') || future, 0.95, NULL, language), segment_internal.chart_words(language, 'report.data'),
        (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.forecast'),
             ARRAY[segment_internal.chart_words(language, 'column.month'), segment_internal.chart_words(language, 'column.forecast'), segment_internal.chart_words(language, 'column.lower'),
                   segment_internal.chart_words(language, 'column.upper')],
             array_agg(x.cell ORDER BY r.period, x.number), 2)
         FROM jsonb_to_recordset(future) AS r(period text, forecast float8, lower_bound float8, upper_bound float8)
         CROSS JOIN LATERAL (VALUES (1, segment_internal.chart_date(r.period::date, 'month', language)), (2, segment_internal.chart_number(r.forecast, ',.0f', language)),
             (3, segment_internal.chart_number(r.lower_bound, ',.0f', language)), (4, segment_internal.chart_number(r.upper_bound, ',.0f', language))) x(number, cell)));
    IF num_nulls(last.lower_bound, last.upper_bound) = 0 THEN
        page := page || format('<p>%s %s%s</p>',
            segment_internal.report_words(language, 'forecast.sure', segment_internal.chart_number(0.95, '.0%', language), segment_internal.chart_date(first.period::date, 'long month', language),
                segment_internal.chart_number(first.lower_bound, ',.0f', language), segment_internal.chart_number(first.upper_bound, ',.0f', language),
                segment_internal.chart_date(last.period::date, 'long month', language), segment_internal.chart_number(last.lower_bound, ',.0f', language),
                segment_internal.chart_number(last.upper_bound, ',.0f', language)),
            segment_internal.report_words(language, CASE WHEN f ->> 'change' IS NULL THEN 'forecast.months' ELSE 'forecast.why' END, f ->> 'months', segment_internal.chart_number((f ->> 'change')::float8, '.0%', language)),
            CASE WHEN (f ->> 'has_season')::boolean THEN '' ELSE ' ' || segment_internal.report_words(language, 'forecast.no_season') END);
    END IF;
    RETURN page || COALESCE(segment_internal.report_forecast_segments(f, segments, language), '');
END $$;
COMMENT ON FUNCTION segment_internal.report_forecast(jsonb, jsonb, text) IS
'The forecast of the revenue of all customers with its chart, and of each segment, as HTML; f: of report_forecasts.';

CREATE FUNCTION segment_internal.report_forecast_models(model_names text[], language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(pg_catalog.string_agg(segment_internal.report_figure(
               segment.chart_forecast(segment.active_model(f.name), f.horizon, 0.95, pg_catalog.replace(f.name, '_', ' '), language), segment_internal.chart_words(language, 'report.data'), f.data), '' ORDER BY f.place), '')
    FROM (SELECT n.name, n.place, pg_catalog.count(DISTINCT s.period)::integer AS horizon,
                 segment_internal.report_table(pg_catalog.concat_ws(': ', segment_internal.chart_words(language, 'report.forecast'), pg_catalog.replace(n.name, '_', ' ')),
                     ARRAY[segment_internal.chart_words(language, 'column.period'), segment_internal.chart_words(language, 'column.forecast'), segment_internal.chart_words(language, 'column.lower'),
                           segment_internal.chart_words(language, 'column.upper')],
                     pg_catalog.array_agg(x.cell ORDER BY s.period, x.number), 2) AS data
          FROM pg_catalog.unnest(model_names) WITH ORDINALITY n(name, place)
          JOIN segment.forecast_series s ON s.model_name = n.name AND s.is_forecast
          CROSS JOIN LATERAL (VALUES (1, segment_internal.chart_date(s.period, 'day', language)), (2, segment_internal.chart_number(s.forecast, ',.0f', language)),
              (3, segment_internal.chart_number(s.lower_bound, ',.0f', language)), (4, segment_internal.chart_number(s.upper_bound, ',.0f', language))) x(number, cell)
          GROUP BY n.name, n.place) f;
END;
COMMENT ON FUNCTION segment_internal.report_forecast_models(text[], text) IS
'The charts of the registered forecasts among these models, with their figures, as HTML.';
