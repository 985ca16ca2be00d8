-- The forecast of a report.

CREATE FUNCTION segment_internal.report_forecast(months jsonb, as_of date, language text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    past jsonb;
    future jsonb;
    last record;
    chart jsonb;
BEGIN
    -- a month that is not over is the first one forecast
    SELECT jsonb_agg(jsonb_build_object('period', m.period, 'value', m.value) ORDER BY m.period) INTO past
    FROM jsonb_to_recordset(months) AS m(period text, value float8) WHERE (m.period::date + interval '1 month')::date <= as_of + 1;
    IF COALESCE(jsonb_array_length(past), 0) < 6 THEN
        RETURN format('<p>%s</p>', segment_internal.report_words(language, 'forecast.none'));
    END IF;
    SELECT jsonb_agg(jsonb_build_object('period', to_char(f.period, 'YYYY-MM-DD'), 'forecast', f.forecast, 'lower_bound', f.lower_bound, 'upper_bound', f.upper_bound) ORDER BY f.period)
    INTO future
    FROM segment.forecast((SELECT segment.forecast_fit(m.period::timestamp, m.value, '{"grain": "month"}')
                           FROM jsonb_to_recordset(past) AS m(period text, value float8)), 12, 0.95) f;
    SELECT f.lower_bound, f.upper_bound INTO last FROM jsonb_to_recordset(future) AS f(period text, lower_bound float8, upper_bound float8) ORDER BY f.period DESC LIMIT 1;
    chart := segment.chart_forecast(past || future, 0.95, NULL, language);
    RETURN segment_internal.report_figure(chart, segment_internal.chart_words(language, 'report.data'),
        (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.forecast'),
             ARRAY[segment_internal.chart_words(language, 'column.month'), segment_internal.chart_words(language, 'column.forecast'), segment_internal.chart_words(language, 'column.lower'),
                   segment_internal.chart_words(language, 'column.upper')],
             array_agg(x.cell ORDER BY f.period, x.number), 2)
         FROM jsonb_to_recordset(future) AS f(period text, forecast float8, lower_bound float8, upper_bound float8)
         CROSS JOIN LATERAL (VALUES (1, segment_internal.chart_date(f.period::date, 'month', language)), (2, segment_internal.chart_number(f.forecast, ',.0f', language)),
             (3, segment_internal.chart_number(f.lower_bound, ',.0f', language)), (4, segment_internal.chart_number(f.upper_bound, ',.0f', language))) x(number, cell)))
        || CASE WHEN num_nulls(last.lower_bound, last.upper_bound) = 0
                THEN format('<p>%s</p>', segment_internal.report_words(language, 'forecast.sure', segment_internal.chart_number(last.lower_bound, ',.0f', language),
                                                                       segment_internal.chart_number(last.upper_bound, ',.0f', language), '95')) ELSE '' END;
END $$;
COMMENT ON FUNCTION segment_internal.report_forecast(jsonb, date, text) IS
'The forecast of the revenue of all customers over twelve months, with its chart, as HTML.';
