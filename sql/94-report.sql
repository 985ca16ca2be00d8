-- The report: one HTML page for people, of charts, tables and sentences.

-- ---- parts of a page ---------------------------------------------------------------------

CREATE FUNCTION segment_internal.report_words(language text, key text, VARIADIC arguments text[] DEFAULT '{}') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT segment_internal.html_text(segment_internal.chart_words(language, key, VARIADIC arguments));
END;
COMMENT ON FUNCTION segment_internal.report_words(text, text, text[]) IS
'A sentence of chart_words as HTML.';

CREATE FUNCTION segment_internal.report_table(caption text, head text[], rows text[], numbers_from integer, numbers_to integer DEFAULT 100) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    page text;
    width integer := cardinality(head);
BEGIN
    page := format('<div class="wide" role="region" tabindex="0" aria-label="%s"><table><caption>%1$s</caption><thead><tr>%s</tr></thead><tbody>', segment_internal.html_text(caption),
        (SELECT string_agg(format('<th scope="col"%s>%s</th>', CASE WHEN h.place BETWEEN numbers_from AND numbers_to THEN ' class="n"' ELSE '' END, segment_internal.html_text(h.value)), '' ORDER BY h.place)
         FROM unnest(head) WITH ORDINALITY h(value, place)));
    RETURN concat(page, (SELECT string_agg(CASE WHEN (c.place - 1) % width = 0 THEN '<tr><th scope="row">' || segment_internal.html_text(c.value) || '</th>'
                                                ELSE format('<td%s>%s</td>', CASE WHEN (c.place - 1) % width + 1 BETWEEN numbers_from AND numbers_to THEN ' class="n"' ELSE '' END,
                                                            COALESCE(segment_internal.html_text(c.value), '')) END
                                           || CASE WHEN c.place % width = 0 THEN '</tr>' ELSE '' END, '' ORDER BY c.place)
                         FROM unnest(rows) WITH ORDINALITY c(value, place)), '</tbody></table></div>');
END $$;
COMMENT ON FUNCTION segment_internal.report_table(text, text[], text[], integer, integer) IS
'A table of a report; rows has all cells, row by row; the columns from numbers_from to numbers_to are aligned to the right.';

CREATE FUNCTION segment_internal.report_figure(chart jsonb, caption text, data text) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<figure>', segment.chart_svg(chart), '</figure>',
                             '<details><summary>' || segment_internal.html_text(caption) || '</summary>' || data || '</details>');
END;
COMMENT ON FUNCTION segment_internal.report_figure(jsonb, text, text) IS
'A chart of a report with a table of its figures below; data: HTML, NULL for none.';

CREATE FUNCTION segment_internal.report_section(id text, heading text, content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('<section id="%s"><h2>%s</h2>%s</section>', id, segment_internal.html_text(heading), content);
END;
COMMENT ON FUNCTION segment_internal.report_section(text, text, text) IS
'A section of a report; content is HTML.';

-- ---- sections ----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.report_action(code text, segment_name text, language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.action FROM segment.recommended_action('segment', code, language, segment_name) a;
END;
COMMENT ON FUNCTION segment_internal.report_action(text, text, text) IS
'What to do about a segment, by the rules of segment.action_rule.';

CREATE FUNCTION segment_internal.report_month(months jsonb, segments jsonb, cohorts jsonb, forecasts jsonb, as_of date, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    this record;
    last record;
    best record;
    worst record;
    total record;
    is_whole boolean := EXTRACT(month FROM as_of + 1) <> EXTRACT(month FROM as_of);
    is_hidden boolean;
    buyers text;
    span text;
    growth float8;
    sentences text[];
BEGIN
    SELECT * INTO this FROM jsonb_to_recordset(months) AS m(period text, value float8, buyers bigint, new_buyers bigint) WHERE m.period = to_char(as_of, 'YYYY-MM-01');
    SELECT * INTO last FROM jsonb_to_recordset(months) AS m(period text, value float8) WHERE m.period = to_char(segment_internal.month_before(as_of), 'YYYY-MM-01');
    SELECT sum(s.customers)::float8 AS customers, sum(s.revenue)::float8 AS revenue INTO total FROM jsonb_to_recordset(segments) AS s(customers bigint, revenue numeric);
    SELECT * INTO best FROM jsonb_to_recordset(segments) AS s(segment text, code text, customers bigint, revenue float8, place integer, hidden boolean)
    WHERE s.customers > 0 AND NOT s.hidden ORDER BY s.revenue DESC, s.place LIMIT 1;
    SELECT * INTO worst FROM jsonb_to_recordset(segments) AS s(segment text, code text, customers bigint, before bigint, place integer, hidden boolean, hidden_before boolean)
    -- who went to sleep is no loss of that segment
    WHERE s.customers < s.before AND s.place <= 6 AND s.customers >= min_customers AND NOT s.hidden AND NOT s.hidden_before ORDER BY s.customers - s.before, s.place LIMIT 1;
    is_hidden := EXISTS (SELECT FROM jsonb_to_recordset(segments) AS s(customers bigint, before bigint, place integer, hidden boolean, hidden_before boolean)
                         WHERE s.customers < s.before AND s.place <= 6 AND (s.hidden OR s.hidden_before));
    span := CASE WHEN is_whole THEN segment_internal.chart_date(as_of, 'long month', language)
                 ELSE segment_internal.chart_words(language, 'month.days', segment_internal.chart_date(date_trunc('month', as_of::timestamp)::date, 'long', language),
                                                   segment_internal.chart_date(as_of, 'long', language)) END;
    buyers := CASE WHEN COALESCE(this.buyers, 0) = 0 THEN 'no_buyers' WHEN this.buyers < min_customers THEN 'buyers_few' WHEN this.new_buyers = 0 THEN 'buyers_known'
                   WHEN segment_internal.has_small_part(this.new_buyers, this.buyers, min_customers)
                        OR NOT EXISTS (SELECT FROM jsonb_to_recordset(cohorts) AS c(cohort text) WHERE c.cohort = to_char(as_of, 'YYYY-MM')) THEN 'buyers_only'
                   WHEN this.new_buyers = this.buyers THEN 'buyers_new' ELSE 'buyers' END;
    growth := CASE WHEN is_whole AND last.value > 0 THEN COALESCE(this.value, 0) / last.value - 1 END;
    sentences := ARRAY[segment_internal.chart_words(language, 'month.first',
        CASE WHEN abs(growth) >= 0.0005 THEN segment_internal.chart_words(language, CASE WHEN growth > 0 THEN 'month.revenue_up' ELSE 'month.revenue_down' END, span,
                 segment_internal.chart_number(COALESCE(this.value, 0), ',.0f', language), segment_internal.chart_number(abs(growth), '.1%', language))
             ELSE segment_internal.chart_words(language, 'month.revenue', span, segment_internal.chart_number(COALESCE(this.value, 0), ',.0f', language)) END,
        segment_internal.chart_words(language, 'month.' || buyers, segment_internal.chart_number(CASE WHEN buyers = 'buyers_few' THEN min_customers ELSE COALESCE(this.buyers, 0) END, ',.0f', language),
                                     segment_internal.chart_number(COALESCE(this.new_buyers, 0), ',.0f', language))),
        segment_internal.chart_words(language, CASE WHEN best.code IS NULL THEN 'month.top_none' WHEN total.revenue <= 0 THEN 'month.top_zero'
                                                    WHEN EXISTS (SELECT FROM jsonb_to_recordset(segments) AS s(hidden boolean) WHERE s.hidden) THEN 'month.top_shown' ELSE 'month.top' END,
                                     best.segment, segment_internal.chart_number(best.customers / total.customers, '.0%', language),
                                     segment_internal.chart_number(best.revenue / nullif(total.revenue, 0), '.0%', language)),
        CASE WHEN worst.code IS NULL THEN segment_internal.chart_words(language, CASE WHEN is_hidden THEN 'month.no_shrink_shown' ELSE 'month.no_shrink' END)
             ELSE segment_internal.chart_words(language, 'month.shrink', segment_internal.chart_number(worst.customers, ',.0f', language), worst.segment,
                                               segment_internal.chart_number(worst.before, ',.0f', language)) END,
        CASE WHEN worst.code IS NULL AND best.code IS NULL THEN segment_internal.chart_words(language, 'month.action_table')
             WHEN worst.code IS NULL THEN segment_internal.chart_words(language, 'month.action_top', segment_internal.report_action(best.code, best.segment, language))
             ELSE segment_internal.chart_words(language, 'month.action', segment_internal.report_action(worst.code, worst.segment, language)) END,
        COALESCE(segment_internal.report_forecast_next(forecasts, NULL, 'month.forecast', language), segment_internal.chart_words(language, 'forecast.none'))];
    RETURN (SELECT '<ol class="month">' || string_agg('<li>' || segment_internal.html_text(s.sentence) || '</li>', '' ORDER BY s.place) || '</ol>'
            FROM unnest(sentences) WITH ORDINALITY s(sentence, place));
END $$;
COMMENT ON FUNCTION segment_internal.report_month(jsonb, jsonb, jsonb, jsonb, date, text, integer) IS
'The month in five sentences, as HTML; cohorts: of shown_cohorts, because new buyers are a cohort.';

CREATE FUNCTION segment_internal.report_glance(cells jsonb, segments jsonb, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    total record;
    few text := '< ' || min_customers;
BEGIN
    SELECT sum(s.customers)::float8 AS customers, sum(s.revenue)::float8 AS revenue INTO total FROM jsonb_to_recordset(segments) AS s(customers bigint, revenue numeric);
    RETURN (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.glance_table'),
            (SELECT array_agg(segment_internal.chart_words(language, 'column.' || h.key) ORDER BY h.place)
             FROM unnest('{segment,customers,share,revenue,revenue_share,change,action}'::text[]) WITH ORDINALITY h(key, place)),
            array_agg(x.cell ORDER BY s.place, x.number), 2, 6)
        FROM jsonb_to_recordset(segments) AS s(segment text, code text, place integer, customers bigint, revenue float8, before bigint, hidden boolean, hidden_before boolean)
        CROSS JOIN LATERAL (VALUES (1, s.segment),
            (2, CASE WHEN s.hidden THEN CASE WHEN s.customers < min_customers THEN few ELSE '-' END ELSE segment_internal.chart_number(s.customers, ',.0f', language) END),
            (3, CASE WHEN s.hidden THEN '' ELSE segment_internal.chart_number(s.customers / total.customers, '.1%', language) END),
            (4, CASE WHEN s.hidden THEN '' ELSE segment_internal.chart_number(s.revenue, ',.0f', language) END),
            (5, CASE WHEN NOT s.hidden AND total.revenue > 0 THEN segment_internal.chart_number(s.revenue / total.revenue, '.1%', language) ELSE '' END),
            (6, CASE WHEN s.hidden OR s.hidden_before OR least(s.before, s.customers) < min_customers THEN '' WHEN s.customers > s.before THEN '+' ELSE '' END
                || CASE WHEN s.hidden OR s.hidden_before OR least(s.before, s.customers) < min_customers THEN '' ELSE segment_internal.chart_number(s.customers - s.before, ',.0f', language) END),
            (7, segment_internal.report_action(s.code, s.segment, language))) x(number, cell))
    || segment_internal.report_figure(
        segment_internal.chart_rfm(cells, segments, language), segment_internal.chart_words(language, 'report.data'),
        (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'rfm.subtitle'),
             ARRAY[segment_internal.chart_words(language, 'rfm.r'), segment_internal.chart_words(language, 'rfm.f'), segment_internal.chart_words(language, 'column.customers'),
                   segment_internal.chart_words(language, 'column.revenue_share')],
             array_agg(x.cell ORDER BY c.r DESC, c.f, x.number), 2)
         FROM jsonb_to_recordset(cells) AS c(r integer, f integer, customers bigint, revenue float8, hidden boolean)
         CROSS JOIN LATERAL (VALUES (1, c.r::text), (2, c.f::text), (3, segment_internal.chart_number(c.customers, ',.0f', language)),
             (4, CASE WHEN total.revenue > 0 THEN segment_internal.chart_number(c.revenue / total.revenue, '.1%', language) ELSE '' END)) x(number, cell)
         WHERE NOT c.hidden HAVING count(*) > 0));
END $$;
COMMENT ON FUNCTION segment_internal.report_glance(jsonb, jsonb, text, integer) IS
'The chart and the table of all segments, as HTML.';

CREATE FUNCTION segment_internal.report_each(segments jsonb, moves jsonb, features jsonb, forecasts jsonb, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s record;
    total record;
    flow record;
    page text := '';
BEGIN
    SELECT sum(j.customers)::float8 AS customers, sum(j.revenue)::float8 AS revenue INTO total FROM jsonb_to_recordset(segments) AS j(customers bigint, revenue numeric);
    FOR s IN SELECT * FROM jsonb_to_recordset(segments) AS j(segment text, code text, place integer, customers bigint, revenue float8, hidden boolean) WHERE j.customers > 0 ORDER BY j.place LOOP
        page := page || format('<article><h3>%s</h3><p>%s</p>', segment_internal.html_text(s.segment), segment_internal.report_words(language, 'about.' || s.code));
        IF s.hidden THEN
            page := page || format('<p>%s</p></article>', segment_internal.report_words(language, CASE WHEN s.customers < min_customers THEN 'segment.small' ELSE 'segment.hidden' END, min_customers::text));
            CONTINUE;
        END IF;
        SELECT COALESCE(sum(m.customers) FILTER (WHERE m.to_code = s.code), 0) AS came, COALESCE(sum(m.customers) FILTER (WHERE m.from_code = s.code), 0) AS went
        INTO flow FROM jsonb_to_recordset(moves) AS m(from_code text, to_code text, customers bigint);
        page := page || format('<p>%s %s', segment_internal.report_words(language, CASE WHEN total.revenue > 0 THEN 'segment.size' ELSE 'segment.size_only' END, segment_internal.chart_number(s.customers, ',.0f', language),
                segment_internal.chart_number(s.customers / total.customers, '.1%', language), segment_internal.chart_number(s.revenue / nullif(total.revenue, 0), '.1%', language)),
            CASE WHEN flow.came BETWEEN 1 AND min_customers - 1 OR flow.went BETWEEN 1 AND min_customers - 1 THEN ''
                 ELSE segment_internal.report_words(language, 'segment.moves', segment_internal.chart_number(flow.came, ',.0f', language), segment_internal.chart_number(flow.went, ',.0f', language)) END);
        page := page || COALESCE((SELECT ' ' || segment_internal.report_words(language, 'segment.came_from',
                    COALESCE((SELECT n.segment FROM jsonb_to_recordset(segments) AS n(segment text, code text) WHERE n.code = m.from_code), segment_internal.chart_words(language, 'report.new')),
                    segment_internal.chart_number(m.customers, ',.0f', language))
                FROM jsonb_to_recordset(moves) AS m(from_code text, to_code text, customers bigint)
                WHERE m.to_code = s.code AND m.customers >= min_customers ORDER BY m.customers DESC, m.from_code COLLATE "C" LIMIT 1), '');
        page := page || COALESCE((SELECT ' ' || segment_internal.report_words(language, 'segment.left_to',
                    (SELECT n.segment FROM jsonb_to_recordset(segments) AS n(segment text, code text) WHERE n.code = m.to_code), segment_internal.chart_number(m.customers, ',.0f', language))
                FROM jsonb_to_recordset(moves) AS m(from_code text, to_code text, customers bigint)
                WHERE m.from_code = s.code AND m.to_code IS NOT NULL AND m.customers >= min_customers ORDER BY m.customers DESC, m.to_code COLLATE "C" LIMIT 1), '');
        page := page || COALESCE(' ' || segment_internal.html_text(segment_internal.report_forecast_next(forecasts, s.code, 'segment.forecast', language)), '');
        page := page || '</p>' || COALESCE((SELECT format('<p><strong>%s</strong></p>', segment_internal.report_words(language, 'segment.action', a.action))
                                            FROM (SELECT segment_internal.report_action(s.code, s.segment, language) AS action) a WHERE a.action IS NOT NULL), '');
        page := page || COALESCE((SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.apart', s.segment),
                ARRAY[segment_internal.chart_words(language, 'column.feature'), segment_internal.chart_words(language, 'column.here'), segment_internal.chart_words(language, 'column.all')],
                array_agg(c.cell ORDER BY f.rank, c.number), 2)
            FROM jsonb_to_recordset(features) AS f(code text, feature text, rank integer, here float8, overall float8)
            CROSS JOIN LATERAL (VALUES (1, segment_internal.feature_words(f.feature, language)), (2, segment_internal.feature_figure(f.feature, f.here, language)),
                                       (3, segment_internal.feature_figure(f.feature, f.overall, language))) c(number, cell)
            WHERE f.code = s.code HAVING count(*) > 0), '') || '</article>';
    END LOOP;
    RETURN page;
END $$;
COMMENT ON FUNCTION segment_internal.report_each(jsonb, jsonb, jsonb, jsonb, text, integer) IS
'A part for each segment: size, moves, forecast, recommended action and strongest features, as HTML.';

CREATE FUNCTION segment_internal.report_groups(model_name text, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    g record;
    model bytea := segment.active_model(model_name);
    page text := '';
BEGIN
    FOR g IN SELECT c.cluster_id, n.cluster_name, n.is_generated, c.size, c.share, c.hidden, segment.kmeans_describe(model, c.cluster_id, language) AS words,
                    segment.kmeans_name(model, c.cluster_id, language) AS generated
             FROM (SELECT d.*, segment_internal.is_small_cell(d.size, min_customers) OVER () AS hidden
                   FROM (SELECT DISTINCT k.cluster_id, k.size, k.share FROM segment.kmeans_centroids(model) k) d) c
             -- names that a refit generated are in the language of the model
             LEFT JOIN (SELECT s.cluster_id, s.cluster_name, s.is_generated FROM segment_internal.cluster_names(report_groups.model_name) s
                        WHERE NOT s.is_generated OR (SELECT COALESCE(m.options ->> 'language', 'en') FROM segment_internal.models(report_groups.model_name) m) = language) n USING (cluster_id)
             ORDER BY c.size DESC, c.cluster_id LOOP
        page := page || format('<article><h3>%s</h3>', segment_internal.html_text(COALESCE(g.cluster_name, g.generated)));
        IF g.hidden THEN
            page := page || format('<p>%s</p></article>', segment_internal.report_words(language, CASE WHEN g.size < min_customers THEN 'segment.small' ELSE 'segment.hidden' END, min_customers::text));
            CONTINUE;
        END IF;
        page := page || format('<p>%s</p>', segment_internal.report_words(language, 'group.size', segment_internal.chart_number(g.size, ',.0f', language),
                                                                         segment_internal.chart_number(g.share, '.1%', language), g.words));
        page := page || COALESCE((SELECT format('<p><strong>%s</strong></p>', segment_internal.report_words(language, 'segment.action', a.action))
                                  FROM segment.recommended_action('cluster', COALESCE(g.cluster_name, g.generated), language) a WHERE a.action IS NOT NULL), '');
        page := page || segment_internal.report_figure(segment.chart_profile(model, g.cluster_id, CASE WHEN NOT g.is_generated THEN g.cluster_name END, language), segment_internal.chart_words(language, 'report.data'),
            (SELECT segment_internal.report_table(COALESCE(g.cluster_name, g.generated),
                 (SELECT array_agg(segment_internal.chart_words(language, 'column.' || h.key) ORDER BY h.place)
                  FROM unnest('{feature,here,all,median_here,median_all}'::text[]) WITH ORDINALITY h(key, place)),
                 array_agg(c.cell ORDER BY p.rank, c.number), 2)
             FROM segment.kmeans_profile(model) p
             CROSS JOIN LATERAL (VALUES (1, segment_internal.feature_words(p.feature, language)), (2, segment_internal.feature_figure(p.feature, p.cluster_mean, language)),
                                        (3, segment_internal.feature_figure(p.feature, p.overall_mean, language)), (4, segment_internal.feature_figure(p.feature, p.median, language)),
                                        (5, segment_internal.feature_figure(p.feature, p.overall_median, language))) c(number, cell)
             WHERE p.cluster_id = g.cluster_id AND p.rank <= 5)) || '</article>';
    END LOOP;
    RETURN page;
END $$;
COMMENT ON FUNCTION segment_internal.report_groups(text, text, integer) IS
'A part for each cluster of a registered k-means model, as HTML.';

CREATE FUNCTION segment_internal.report_cohorts(cohorts jsonb, language text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN segment_internal.report_figure(segment_internal.chart_retention(cohorts, 'month', language), segment_internal.chart_words(language, 'report.data'),
        (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.cohorts'),
             ARRAY[segment_internal.chart_words(language, 'column.cohort'), segment_internal.chart_words(language, 'column.customers'), '1', '3', '6', '12'],
             array_agg(x.cell ORDER BY c.cohort COLLATE "C", x.number), 2)
         FROM (SELECT j.cohort, max(j.customers) AS customers, max(j.retention) FILTER (WHERE j.period = 1) AS p1, max(j.retention) FILTER (WHERE j.period = 3) AS p3,
                      max(j.retention) FILTER (WHERE j.period = 6) AS p6, max(j.retention) FILTER (WHERE j.period = 12) AS p12
               FROM jsonb_to_recordset(cohorts) AS j(cohort text, period integer, customers bigint, retention float8) GROUP BY j.cohort ORDER BY j.cohort COLLATE "C" DESC LIMIT 24) c
         CROSS JOIN LATERAL (VALUES (1, c.cohort), (2, segment_internal.chart_number(c.customers, ',.0f', language)), (3, segment_internal.chart_number(c.p1, '.0%', language)),
                                    (4, segment_internal.chart_number(c.p3, '.0%', language)), (5, segment_internal.chart_number(c.p6, '.0%', language)),
                                    (6, segment_internal.chart_number(c.p12, '.0%', language))) x(number, cell) HAVING count(*) > 0));
END $$;
COMMENT ON FUNCTION segment_internal.report_cohorts(jsonb, text) IS
'The retention chart with its figures, as HTML; cohorts: of shown_cohorts.';

CREATE FUNCTION segment_internal.report_quality(model_names text[], receipts regclass, as_of date, currency text, language text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    page text := '';
BEGIN
    IF NOT segment_internal.is_ledger(receipts) THEN
        page := (SELECT COALESCE(format('<p>%s</p>', segment_internal.report_words(language, 'quality.summary', segment_internal.chart_number(max(c.lines_used)::float8 / nullif(max(c.lines - c.after_as_of), 0), '.1%', language))), '')
                     || segment_internal.report_table(segment_internal.chart_words(language, 'quality.lines'),
                     ARRAY[segment_internal.chart_words(language, 'column.fact'), segment_internal.chart_words(language, 'column.figure')], array_agg(x.cell ORDER BY f.place, x.number), 2)
                 FROM segment.receipt_counts(receipts, as_of, currency) c
                 CROSS JOIN LATERAL (VALUES (1, 'quality.lines', c.lines), (2, 'quality.used', c.lines_used), (3, 'quality.without_date', c.without_date), (4, 'quality.after', c.after_as_of),
                     (5, 'quality.currency', c.other_currencies), (6, 'quality.customer', c.without_customer), (7, 'quality.receipt', c.without_receipt)) f(place, key, n)
                 CROSS JOIN LATERAL (VALUES (1, segment_internal.chart_words(language, f.key)), (2, segment_internal.chart_number(f.n, ',.0f', language))) x(number, cell));
    END IF;
    RETURN page || COALESCE((SELECT format('<p>%s</p>', CASE WHEN count(*) FILTER (WHERE d.is_large AND x.number = 1) = 0 THEN segment_internal.report_words(language, 'quality.no_drift')
                                                             ELSE segment_internal.report_words(language, 'quality.some_drift', (count(*) FILTER (WHERE d.is_large AND x.number = 1))::text,
                                                                                                string_agg(format('%s (%s)', x.cell, d.model_name), '; ' ORDER BY d.model_name COLLATE "C", d.name COLLATE "C") FILTER (WHERE d.is_large AND x.number = 1)) END)
                || segment_internal.report_table(segment_internal.chart_words(language, 'quality.drift'),
                ARRAY[segment_internal.chart_words(language, 'column.feature'), segment_internal.chart_words(language, 'column.model'), segment_internal.chart_words(language, 'column.drift'),
                      segment_internal.chart_words(language, 'column.missing')],
                array_agg(x.cell ORDER BY d.model_name COLLATE "C", d.name COLLATE "C", x.number), 3)
            FROM (SELECT r.*, r.psi > 0.2 AS is_large FROM segment.drift_report r) d
            CROSS JOIN LATERAL (VALUES (1, segment_internal.feature_words(d.name, language)), (2, d.model_name), (3, segment_internal.chart_number(d.psi, '.2f', language)),
                                       (4, segment_internal.chart_number(d.current_missing, '.1%', language))) x(number, cell)
            WHERE d.model_name = ANY (model_names) AND d.subject = 'feature' HAVING count(*) > 0), '');
END $$;
COMMENT ON FUNCTION segment_internal.report_quality(text[], regclass, date, text, text) IS
'Counts of receipts and the drift of models, as HTML.';

CREATE FUNCTION segment_internal.report_method(kmeans_name text, forecasts jsonb, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i record;
    version integer := (SELECT m.active_version FROM segment.models m WHERE m.model_name = kmeans_name);
BEGIN
    SELECT f.explained_fraction, f.silhouette INTO i FROM segment.model_info(segment.active_model(kmeans_name)) f WHERE kmeans_name IS NOT NULL;
    RETURN '<ul>' || concat(
        '<li>', segment_internal.report_words(language, 'method.rfm'), '</li><li>', segment_internal.report_words(language, 'method.share'), '</li><li>', segment_internal.report_words(language, 'method.features'), '</li>',
        CASE WHEN num_nulls(forecasts ->> 'error', forecasts ->> 'naive_error') = 0 THEN '<li>' || segment_internal.report_words(language, 'method.forecast', forecasts ->> 'tested',
            segment_internal.chart_number((forecasts ->> 'error')::float8, '.0%', language), segment_internal.chart_number((forecasts ->> 'naive_error')::float8, '.0%', language)) || '</li>' END,
        CASE WHEN kmeans_name IS NOT NULL THEN '<li>' || segment_internal.report_words(language, 'method.kmeans', kmeans_name, version::text,
            COALESCE(segment_internal.chart_number(i.explained_fraction, '.0%', language), '-'), COALESCE(segment_internal.chart_number(i.silhouette, '.2f', language), '-')) || '</li>' END,
        '<li>', segment_internal.report_words(language, 'method.cohorts'), '</li>',
        CASE WHEN min_customers > 1 THEN '<li>' || segment_internal.report_words(language, 'method.small', min_customers::text) || '</li>' END) || '</ul>';
END $$;
COMMENT ON FUNCTION segment_internal.report_method(text, jsonb, text, integer) IS
'How the figures of a report came about, as HTML.';

-- ---- the page ----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.report_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'body{font:16px/1.5 Arial,Helvetica,"Liberation Sans","DejaVu Sans",sans-serif;color:#222;background:#fff;margin:0 auto;max-width:60rem;padding:1rem}'
        'h1{font-size:1.8rem;line-height:1.2}h2{font-size:1.35rem;border-top:2px solid #0072B2;padding-top:.6rem;margin-top:2.2rem}h3{font-size:1.1rem;margin-bottom:.2rem}'
        'a{color:#00558a}.month li{font-size:1.1rem;margin-bottom:.4rem}p.soft{color:#595959}figure{margin:1rem 0}svg{max-width:100%;height:auto;border:1px solid #ddd}'
        '.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.8rem 0}caption{text-align:left;font-weight:bold;padding:.3rem 0}'
        'th,td{border-bottom:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}thead th{border-bottom:2px solid #767676}th[scope=row]{font-weight:normal}'
        '.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}td:last-child:not(.n){min-width:12rem}summary{cursor:pointer;color:#00558a}'
        '@page{size:A4;margin:18mm}@media print{body{max-width:none;padding:0;font-size:10.5pt}nav,details{display:none}.wide{overflow:visible}table{font-size:9pt}td:last-child:not(.n){min-width:0;width:34%}figure,tr,article{break-inside:avoid}h2,h3{break-after:avoid}}';
END;
COMMENT ON FUNCTION segment_internal.report_style() IS
'The style sheet of reports.';

CREATE FUNCTION segment_internal.report_page(language text, title text, body text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- the policy of the page allows this style sheet, which has no backslash, and nothing else
    SELECT pg_catalog.format('<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''sha256-%s''">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title><style>%4$s</style></head><body><main><h1>%3$s</h1>%5$s</main></body></html>',
        language, pg_catalog.encode(pg_catalog.sha256(pg_catalog.decode(segment_internal.report_style(), 'escape')), 'base64'),
        segment_internal.html_text(title), segment_internal.report_style(), body) || E'\n';
END;
COMMENT ON FUNCTION segment_internal.report_page(text, text, text) IS
'A page with its policy, style sheet and heading; body is HTML.';

CREATE FUNCTION segment_internal.report_first_model(model_names text[], algorithm text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT n.name FROM pg_catalog.unnest(model_names) WITH ORDINALITY n(name, place) JOIN segment.models m ON m.model_name = n.name
    WHERE m.algorithm = report_first_model.algorithm ORDER BY n.place LIMIT 1;
END;
COMMENT ON FUNCTION segment_internal.report_first_model(text[], text) IS
'The first of these models that is of an algorithm; NULL if there is none.';

-- the figures that its parts hand over as jsonb must not be rounded by the session
CREATE FUNCTION segment_internal.report(model_names text[], receipts regclass, as_of date, language text, currency text, rates regclass, target regclass, min_customers integer)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
    title text := segment_internal.chart_words(language, 'report.title', segment_internal.chart_date(as_of, 'long', language));
    kmeans_name text;
    anomaly_name text;
    rfm_model bytea;
    wrong text;
    s record;
    months jsonb;
    cohorts jsonb;
    forecasts jsonb;
    body text;
    parts text[] := '{}';
BEGIN
    min_customers := COALESCE(min_customers, segment_internal.min_cell_size());
    IF num_nulls(receipts, as_of, language) > 0 THEN
        RAISE EXCEPTION 'receipts, as_of and language must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF min_customers < 1 THEN
        RAISE EXCEPTION 'min_customers must be at least 1, but is %', min_customers USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT n.name INTO wrong FROM unnest(model_names) n(name) WHERE NOT EXISTS (SELECT FROM segment.models m WHERE m.model_name = n.name AND m.active_version IS NOT NULL) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no fitted model "%"', wrong USING ERRCODE = 'undefined_object';
    END IF;
    kmeans_name := segment_internal.report_first_model(model_names, 'kmeans');
    anomaly_name := segment_internal.report_first_model(model_names, 'anomaly');
    rfm_model := segment.active_model(segment_internal.report_first_model(model_names, 'rfm'));
    IF rfm_model IS NULL THEN
        rfm_model := segment_internal.report_cuts(receipts, as_of, currency, rates);
    END IF;
    IF rfm_model IS NULL THEN
        RETURN segment_internal.report_page(language, title, format('<p>%s</p>', segment_internal.report_words(language, 'report.empty')));
    END IF;
    s := segment_internal.report_segments(receipts, as_of, rfm_model, currency, rates, language, min_customers);
    months := segment_internal.report_months(receipts, as_of, currency, rates);
    SELECT segment_internal.shown_cohorts(jsonb_agg(to_jsonb(c)), min_customers) INTO cohorts FROM segment.cohort_retention(receipts, as_of, 'month', currency, rates) c;
    forecasts := segment_internal.report_forecasts(months, s.segments, receipts, as_of, currency, rates, min_customers);
    parts := ARRAY['month', segment_internal.report_month(months, s.segments, cohorts, forecasts, as_of, language, min_customers),
                   'glance', segment_internal.report_glance(s.cells, s.segments, language, min_customers),
                   'forecast', segment_internal.report_forecast(forecasts, s.segments, language) || segment_internal.report_forecast_models(model_names, language),
                   'segments', segment_internal.report_each(s.segments, s.moves, segment_internal.report_features(receipts, as_of, rfm_model, currency, rates), forecasts, language, min_customers)];
    IF kmeans_name IS NOT NULL THEN
        parts := parts || ARRAY['groups', segment_internal.report_groups(kmeans_name, language, min_customers)];
    END IF;
    IF target IS NOT NULL AND segment_internal.report_target_has(target, 'cluster_id') THEN
        parts := parts || ARRAY['moves', segment_internal.report_moves(target, as_of, language, min_customers)];
    END IF;
    parts := parts || ARRAY['cohorts', segment_internal.report_cohorts(cohorts, language)];
    IF target IS NOT NULL AND segment_internal.report_target_has(target, 'pca_x', 'pca_y') THEN
        parts := parts || ARRAY['map', segment_internal.report_map(target, language, min_customers)];
    END IF;
    IF target IS NOT NULL AND segment_internal.report_target_has(target, 'is_anomaly', 'anomaly_score') THEN
        parts := parts || ARRAY['anomalies', segment_internal.report_anomalies(target, anomaly_name, language)];
    END IF;
    parts := parts || ARRAY['quality', segment_internal.report_quality(model_names, receipts, as_of, currency, language),
                            'method', segment_internal.report_method(kmeans_name, forecasts, language, min_customers)];
    SELECT format('<p class="soft">%s%s</p><nav aria-label="%s"><ul>%s</ul></nav>', segment_internal.report_words(language, 'report.intro', segment_internal.chart_date(as_of, 'long', language)),
               CASE WHEN currency IS NULL THEN '' ELSE ' ' || segment_internal.report_words(language, 'report.intro_currency', currency) END, segment_internal.report_words(language, 'report.contents'),
               string_agg(format('<li><a href="#%s">%s</a></li>', p.id, segment_internal.report_words(language, 'report.' || p.id)), '' ORDER BY p.place))
           || string_agg(segment_internal.report_section(p.id, segment_internal.chart_words(language, 'report.' || p.id), p.content), '' ORDER BY p.place)
    INTO body
    FROM (SELECT i AS place, parts[2 * i - 1] AS id, parts[2 * i] AS content FROM generate_series(1, cardinality(parts) / 2) i) p
    WHERE p.content <> '';
    RETURN segment_internal.report_page(language, title, body);
END $$;
COMMENT ON FUNCTION segment_internal.report(text[], regclass, date, text, text, regclass, regclass, integer) IS
'Implementation of segment.report, which hides the SQL context of errors.';

CREATE FUNCTION segment.report(model_names text[], receipts regclass, as_of date, language text DEFAULT 'en', currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    target regclass DEFAULT NULL, min_customers integer DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE COST 10000;
COMMENT ON FUNCTION segment.report(text[], regclass, date, text, text, regclass, regclass, integer) IS
'A report for people as one HTML page: the month in five sentences, the segments at a glance, forecasts of the whole and of segments, each segment with its strongest features, moves, forecast and action, groups, cohorts, map, unusual customers, quality of the data, method. The page has no script and asks for nothing. model_names: registered models that the caller may see; the first of rfm gives the cuts (NULL or none: they are fitted as of the date), the first of kmeans the groups, the first of anomaly the reasons of unusual customers; forecasts have their charts. receipts, as_of, currency, rates: see rfm. language: en, es, de. target: a table written by publish, for moves, map and unusual customers; NULL leaves them out. min_customers: segments, groups and cohorts with fewer customers have no figures, nor do those whose number would tell that of a smaller one; NULL: the setting segment.min_cell_size. The same arguments and data give the same bytes. Errors: 42704 a model that is not there or not fitted; 22023 language or min_customers; as rfm, receipt_features and cohort_retention.';
