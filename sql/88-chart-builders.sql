-- Charts of models and receipts: specifications with their rows, and titles that say what is found.

CREATE FUNCTION segment_internal.chart_elbow(rows jsonb, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    best record;
    mark jsonb;
BEGIN
    SELECT s.k, s.explained_fraction, s.is_elbow INTO best
    FROM jsonb_to_recordset(rows) AS s(k integer, inertia float8, explained_fraction float8, is_elbow boolean, is_best_silhouette boolean)
    WHERE s.is_elbow OR s.is_best_silhouette ORDER BY s.is_elbow DESC NULLS LAST LIMIT 1;
    mark := format($j$[{"mark": {"type": "rule", "color": "#D55E00", "strokeDash": [5, 4], "strokeWidth": 2},
                        "encoding": {"x": {"datum": %1$s, "type": "quantitative"}}},
                       {"mark": {"type": "text", "align": "left", "baseline": "top", "dx": 6, "fontWeight": "bold", "color": "#222222"},
                        "encoding": {"x": {"field": "k", "type": "quantitative"}, "y": {"field": "inertia", "type": "quantitative"},
                                     "text": {"field": "label", "type": "nominal"}}}]$j$, best.k);
    RETURN segment_internal.chart_frame(language, 'line',
        CASE WHEN best.is_elbow THEN segment_internal.chart_words(language, 'elbow.title', best.k::text,
                                                                 segment_internal.chart_number(best.explained_fraction, '.0%', language))
             WHEN best.k IS NOT NULL THEN segment_internal.chart_words(language, 'elbow.silhouette', best.k::text)
             ELSE segment_internal.chart_words(language, 'elbow.none') END,
        segment_internal.chart_words(language, 'elbow.subtitle'),
        (SELECT segment_internal.chart_list(array_agg(format('k = %s: %s', s.k, segment_internal.chart_number(s.inertia, ',.0f', language)) ORDER BY s.k), 20)
         FROM jsonb_to_recordset(rows) AS s(k integer, inertia float8)),
        360,
        (SELECT jsonb_build_array(
             segment_internal.chart_layer(format($j$
                 {"mark": {"type": "line", "color": "#0072B2", "strokeWidth": 2},
                  "encoding": {"x": {"field": "k", "type": "quantitative", "title": %s, "axis": {"format": "d", "grid": false, "values": %s},
                                     "scale": {"zero": false, "nice": false}},
                               "y": {"field": "inertia", "type": "quantitative", "title": %s, "axis": {"grid": true},
                                     "scale": {"zero": true, "nice": true}}}}$j$,
                 to_json(segment_internal.chart_words(language, 'elbow.k')), jsonb_agg(s.k ORDER BY s.k),
                 to_json(segment_internal.chart_words(language, 'elbow.inertia')))::jsonb,
                 jsonb_agg(jsonb_build_object('k', s.k, 'inertia', s.inertia) ORDER BY s.k)),
             segment_internal.chart_layer($j$
                 {"mark": {"type": "point", "color": "#0072B2", "filled": true, "size": 40, "opacity": 1},
                  "encoding": {"x": {"field": "k", "type": "quantitative"}, "y": {"field": "inertia", "type": "quantitative"}}}$j$::jsonb,
                 jsonb_agg(jsonb_build_object('k', s.k, 'inertia', s.inertia) ORDER BY s.k)))
             || CASE WHEN best.k IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
                     segment_internal.chart_layer(mark -> 0, '[{}]'),
                     segment_internal.chart_layer(mark -> 1, jsonb_agg(jsonb_build_object('k', s.k, 'inertia', (SELECT max(t.inertia) FROM jsonb_to_recordset(rows) AS t(inertia float8)),
                         'label', format('k = %s', s.k))) FILTER (WHERE s.k = best.k))) END
         FROM jsonb_to_recordset(rows) AS s(k integer, inertia float8)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_elbow(jsonb, text) IS
'The chart of the rows of kmeans_sweep_rows as a JSON array.';

CREATE FUNCTION segment_internal.chart_elbow(sweep bytea, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET extra_float_digits = 1
BEGIN ATOMIC
    SELECT segment_internal.chart_elbow(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) ORDER BY r.k), language)
    FROM segment.kmeans_sweep_rows(sweep) r;
END;
COMMENT ON FUNCTION segment_internal.chart_elbow(bytea, text) IS
'Implementation of segment.chart_elbow, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_elbow(sweep bytea, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_elbow(bytea, text) IS
'Chart of a kmeans_sweep: the inertia by k as a line, and a rule at the elbow, else at the best silhouette. language: en, es, de. Draw it with chart_svg. Errors: as kmeans_sweep_rows; 22023 an unknown language.';

CREATE FUNCTION segment_internal.chart_elbow(model_name text, language text) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
    rows jsonb;
BEGIN
    SELECT jsonb_agg(to_jsonb(e) ORDER BY e.k) INTO rows FROM segment.elbow e WHERE e.model_name = chart_elbow.model_name;
    IF rows IS NULL THEN
        RAISE EXCEPTION 'model "%" has no figures for several k', model_name USING ERRCODE = 'undefined_object',
            HINT = 'The view segment.elbow shows them for k-means models with the option k auto.';
    END IF;
    RETURN segment_internal.chart_elbow(rows, language);
END $$;
COMMENT ON FUNCTION segment_internal.chart_elbow(text, text) IS
'Implementation of segment.chart_elbow, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_elbow(model_name text, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE STRICT COST 1000;
COMMENT ON FUNCTION segment.chart_elbow(text, text) IS
'The same chart for a registered k-means model with option k auto, from the view segment.elbow. Error: 42704 no such model, or it has no sweep.';

-- ---- profile -------------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_profile(model bytea, cluster_id integer, cluster_name text, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    words text := segment.kmeans_describe(model, cluster_id, language);
    features integer;
    first record;
    bars jsonb;
    figures text[];
    template jsonb := $j${"mark": {"type": "text", "color": "#222222"},
        "encoding": {"x": {"field": "z", "type": "quantitative"}, "y": {"field": "feature", "type": "nominal", "sort": null},
                     "text": {"field": "figure", "type": "nominal"}}}$j$;
BEGIN
    IF words IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT count(*) INTO features FROM segment.kmeans_profile(model) p WHERE p.cluster_id = chart_profile.cluster_id;
    SELECT p.size, p.share INTO first
    FROM segment.kmeans_profile(model) p WHERE p.cluster_id = chart_profile.cluster_id LIMIT 1;
    SELECT jsonb_agg(jsonb_build_object('feature', f.feature, 'z', round(f.z_score::numeric, 4), 'figure', f.figure,
                                        'color', CASE WHEN f.z_score < 0 THEN '#D55E00' ELSE '#0072B2' END) ORDER BY f.rank),
           array_agg(f.feature || ': ' || f.figure ORDER BY f.rank)
    INTO bars, figures
    FROM (SELECT p.rank, p.z_score,
                 -- a bar needs a name of its own
                 CASE WHEN count(*) OVER (PARTITION BY segment_internal.feature_words(p.feature, language)) > 1 THEN p.feature
                      ELSE segment_internal.feature_words(p.feature, language) END AS feature,
                 -- where the medians say the contrary of the means, the bar is that of the medians
                 CASE WHEN p.z_score * (p.cluster_mean - p.overall_mean) < 0
                      THEN segment_internal.chart_words(language, 'profile.median', segment_internal.feature_figure(p.feature, p.median, language),
                                                        segment_internal.feature_figure(p.feature, p.overall_median, language))
                      ELSE segment_internal.chart_words(language, 'profile.label', segment_internal.feature_figure(p.feature, p.cluster_mean, language),
                                                        segment_internal.feature_figure(p.feature, p.overall_mean, language)) END AS figure
          FROM segment.kmeans_profile(model) p WHERE p.cluster_id = chart_profile.cluster_id) f
    WHERE f.rank <= 12;
    RETURN segment_internal.chart_frame(language, 'bar',
        CASE WHEN cluster_name IS NULL THEN words ELSE segment_internal.chart_words(language, 'profile.title', cluster_name, words) END,
        concat_ws('; ', segment_internal.chart_words(language, 'profile.subtitle', segment_internal.chart_number(first.size, ',.0f', language),
                                                     segment_internal.chart_number(first.share, '.1%', language)),
                  CASE WHEN features > 12 THEN segment_internal.chart_words(language, 'profile.cap', '12', features::text) END),
        segment_internal.chart_list(figures, 12),
        140 + 34 * least(features, 12),
        jsonb_build_array(
            segment_internal.chart_layer(format($j$
                {"mark": {"type": "bar"},
                 "encoding": {"x": {"field": "z", "type": "quantitative", "title": %s, "stack": null, "axis": {"grid": true},
                                    "scale": {"zero": true, "nice": true}},
                              "y": {"field": "feature", "type": "nominal", "sort": null, "title": null,
                                    "scale": {"paddingInner": 0.3, "paddingOuter": 0.15}},
                              "color": {"field": "color", "type": "nominal", "scale": null, "legend": null}}}$j$,
                to_json(segment_internal.chart_words(language, 'profile.z')))::jsonb, bars),
            segment_internal.chart_layer(jsonb_set(template, '{mark}', template -> 'mark' || '{"align": "left", "dx": 5}'),
                                         jsonb_path_query_array(bars, '$[*] ? (@.z >= 0)')),
            segment_internal.chart_layer(jsonb_set(template, '{mark}', template -> 'mark' || '{"align": "right", "dx": -5}'),
                                         jsonb_path_query_array(bars, '$[*] ? (@.z < 0)'))));
END $$;
COMMENT ON FUNCTION segment_internal.chart_profile(bytea, integer, text, text) IS
'Implementation of segment.chart_profile, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_profile(model bytea, cluster_id integer, cluster_name text DEFAULT NULL, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_profile(bytea, integer, text, text) IS
'Chart of one cluster of a k-means model: the 12 strongest features as bars, in standard deviations from the average, with the mean of the cluster and of all. cluster_name: stands before the description in the title. NULL model or cluster_id: NULL. Errors: as kmeans_describe.';

-- ---- RFM -----------------------------------------------------------------------------------

CREATE FUNCTION segment_internal.rfm_figures(
    receipts regclass, as_of date, currency text, rates regclass, language text, OUT cells jsonb, OUT segments jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('r', g.r_score, 'f', g.f_score, 'customers', g.customers, 'revenue', g.revenue)
                                ORDER BY g.r_score, g.f_score) FILTER (WHERE g.by_segment = 1 AND g.r_score IS NOT NULL),
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('segment', g.segment, 'code', g.segment_code, 'place', g.segment_order,
                                'customers', g.customers, 'revenue', g.revenue, 'recency_days', g.recency_days, 'frequency', g.frequency, 'monetary', g.monetary)
                                ORDER BY g.segment_order, g.segment) FILTER (WHERE g.by_segment = 0)
    FROM (SELECT r.r_score, r.f_score, r.segment, r.segment_code, r.segment_order, GROUPING(r.segment) AS by_segment, pg_catalog.count(*) AS customers,
                 pg_catalog.sum(r.monetary) AS revenue, pg_catalog.avg(r.recency_days) AS recency_days, pg_catalog.avg(r.frequency) AS frequency,
                 pg_catalog.avg(r.monetary) AS monetary
          FROM segment.rfm(receipts, as_of, currency => currency, rates => rates, language => language) r
          GROUP BY GROUPING SETS ((r.r_score, r.f_score), (r.segment, r.segment_code, r.segment_order))) g;
END;
COMMENT ON FUNCTION segment_internal.rfm_figures(regclass, date, text, regclass, text) IS
'Customers and revenue by the scores R and F, and by segment, of one reading of receipts; as JSON arrays.';

CREATE FUNCTION segment_internal.chart_rfm(cells jsonb, segments jsonb, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    total record;
    best record;
    rows jsonb;
    most float8;
    axes text;
BEGIN
    SELECT sum(s.customers) AS customers, sum(s.revenue) AS revenue INTO total
    FROM jsonb_to_recordset(segments) AS s(customers bigint, revenue numeric, code text) WHERE s.code IS NULL OR s.code NOT IN ('inactive', 'not_scored');
    SELECT s.segment, s.customers, s.revenue INTO best
    FROM jsonb_to_recordset(segments) AS s(segment text, customers bigint, revenue numeric, place integer, code text, hidden boolean)
    WHERE (s.code IS NULL OR s.code NOT IN ('inactive', 'not_scored')) AND s.hidden IS NOT TRUE AND s.customers > 0 ORDER BY s.revenue DESC NULLS LAST, s.place LIMIT 1;
    SELECT max(c.revenue / nullif(greatest(total.revenue, 0), 0)) INTO most FROM jsonb_to_recordset(cells) AS c(revenue numeric);
    SELECT jsonb_agg(jsonb_build_object('r', c.r, 'f', c.f, 'customers', c.customers, 'share', c.share, 'percent', round(100 * c.share, 1),
                                        'ink', segment_internal.chart_ink(c.share::float8 / nullif(most, 0))) ORDER BY c.r DESC, c.f)
    INTO rows
    FROM (SELECT j.r, j.f, j.customers, CASE WHEN total.revenue > 0 THEN round(j.revenue / total.revenue, 6) ELSE 0 END AS share
          FROM jsonb_to_recordset(cells) AS j(r text, f text, customers bigint, revenue numeric, hidden boolean) WHERE j.hidden IS NOT TRUE) c;
    axes := format($j$"x": {"field": "f", "type": "ordinal", "title": %s, "axis": {"labelAngle": 0}, "scale": {"domain": ["1", "2", "3", "4", "5"]}},
                      "y": {"field": "r", "type": "ordinal", "title": %s, "scale": {"domain": ["5", "4", "3", "2", "1"]}}$j$,
                   to_json(segment_internal.chart_words(language, 'rfm.f')), to_json(segment_internal.chart_words(language, 'rfm.r')));
    RETURN segment_internal.chart_frame(language, 'grid',
        CASE WHEN total.customers > 0 AND best.segment IS NULL THEN segment_internal.chart_words(language, 'rfm.none_shown')
             WHEN best.segment IS NULL THEN segment_internal.chart_words(language, 'rfm.empty')
             WHEN total.revenue <= 0 THEN segment_internal.chart_words(language, 'rfm.title_customers', best.segment, segment_internal.chart_number(best.customers::float8 / total.customers, '.0%', language))
             ELSE segment_internal.chart_words(language, 'rfm.title', best.segment,
                      segment_internal.chart_number(best.customers::float8 / total.customers, '.0%', language),
                      segment_internal.chart_number((best.revenue / nullif(total.revenue, 0))::float8, '.0%', language)) END,
        segment_internal.chart_words(language, 'rfm.subtitle'),
        (SELECT segment_internal.chart_list(array_agg(format('%s: %s', s.segment, segment_internal.chart_number(s.customers, ',.0f', language)) ORDER BY s.place, s.segment), 20)
         FROM jsonb_to_recordset(segments) AS s(segment text, customers bigint, place integer, hidden boolean) WHERE s.hidden IS NOT TRUE),
        420,
        jsonb_build_array(
            segment_internal.chart_layer(format($j${"mark": {"type": "rect"}, "encoding": {%s,
                "color": {"field": "share", "type": "quantitative", "scale": {"scheme": "viridis", "domain": [0, %s]}, "legend": null}}}$j$,
                axes, CASE WHEN most > 0 THEN round(most::numeric, 6) ELSE 1 END)::jsonb, rows),
            segment_internal.chart_layer(format($j${"mark": {"type": "text", "dy": -7, "fontSize": 13, "fontWeight": "bold"}, "encoding": {%s,
                "color": {"field": "ink", "type": "nominal", "scale": null, "legend": null},
                "text": {"field": "customers", "type": "quantitative", "format": ",.0f"}}}$j$, axes)::jsonb, rows),
            segment_internal.chart_layer(format($j${"mark": {"type": "text", "dy": 9, "fontSize": 11}, "encoding": {%s,
                "color": {"field": "ink", "type": "nominal", "scale": null, "legend": null},
                "text": {"field": "share", "type": "quantitative", "format": ".1%%"}}}$j$, axes)::jsonb, rows)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_rfm(jsonb, jsonb, text) IS
'The chart of the figures of rfm_figures; cells and segments with the member hidden are not shown.';

CREATE FUNCTION segment_internal.chart_rfm(receipts regclass, as_of date, currency text, rates regclass, language text) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.chart_rfm(f.cells, f.segments, language) FROM segment_internal.rfm_figures(receipts, as_of, currency, rates, language) f;
END;
COMMENT ON FUNCTION segment_internal.chart_rfm(regclass, date, text, regclass, text) IS
'Implementation of segment.chart_rfm, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_rfm(receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE COST 1000;
COMMENT ON FUNCTION segment.chart_rfm(regclass, date, text, regclass, text) IS
'Chart of the segments of receipts as of a date: the grid of recency and frequency scores with customers and share of revenue in each cell; the title names the segment with the most revenue. receipts, as_of, currency, rates: see rfm. Errors: as rfm; 22023 an unknown language.';

-- ---- retention -----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_retention(rows jsonb, grain text, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    back float8;
    cohorts text[];
    shown text[];
    last_period integer;
    cells jsonb;
    axes text;
BEGIN
    SELECT sum(c.active)::float8 / nullif(sum(c.customers), 0), max(c.period) INTO back, last_period
    FROM jsonb_to_recordset(rows) AS c(period integer, customers bigint, active bigint, is_complete boolean) WHERE c.period = 1 AND c.is_complete;
    SELECT array_agg(c.cohort ORDER BY c.cohort COLLATE "C"), max(c.last) INTO cohorts, last_period
    FROM (SELECT j.cohort, max(j.period) FILTER (WHERE j.is_complete) AS last
          FROM jsonb_to_recordset(rows) AS j(cohort text, period integer, is_complete boolean) GROUP BY j.cohort) c;
    shown := COALESCE(cohorts[greatest(cardinality(cohorts) - 23, 1):], '{}');
    last_period := COALESCE(last_period, 0);
    SELECT jsonb_agg(jsonb_build_object('cohort', c.cohort, 'period', c.period::text, 'retention', round(c.retention::numeric, 6),
                                        'percent', round(100 * c.retention::numeric, 2), 'customers', c.customers,
                                        'ink', segment_internal.chart_ink(c.retention)) ORDER BY c.cohort COLLATE "C", c.period)
    INTO cells
    FROM jsonb_to_recordset(rows) AS c(cohort text, period integer, customers bigint, retention float8, is_complete boolean)
    WHERE c.is_complete AND c.cohort = ANY (shown) AND c.period <= 24;
    axes := format($j$"x": {"field": "period", "type": "ordinal", "title": %s, "axis": {"labelAngle": 0}, "scale": {"domain": %s}},
                      "y": {"field": "cohort", "type": "ordinal", "title": null, "scale": {"domain": %s}}$j$,
                   to_json(segment_internal.chart_words(language, 'retention.period.' || grain)),
                   (SELECT json_agg(p::text ORDER BY p) FROM generate_series(0, least(last_period, 24)) p),
                   CASE WHEN shown = '{}' THEN '[""]' ELSE to_json(shown) END);
    RETURN segment_internal.chart_frame(language, 'grid',
        CASE WHEN back IS NULL THEN segment_internal.chart_words(language, 'retention.empty')
             ELSE segment_internal.chart_words(language, 'retention.title.' || grain, segment_internal.chart_number(back, '.0%', language)) END,
        concat_ws('; ', segment_internal.chart_words(language, 'retention.subtitle'),
                  CASE WHEN cardinality(cohorts) > 24 THEN segment_internal.chart_words(language, 'retention.cap', '24', cardinality(cohorts)::text) END,
                  CASE WHEN last_period > 24 THEN segment_internal.chart_words(language, 'retention.cap_periods', '24') END),
        NULL,
        greatest(150 + 22 * cardinality(shown), 200),
        jsonb_build_array(
            segment_internal.chart_layer(format($j${"mark": {"type": "rect"}, "encoding": {%s,
                "color": {"field": "retention", "type": "quantitative", "scale": {"scheme": "viridis", "domain": [0, 1]}, "legend": null}}}$j$, axes)::jsonb, cells),
            segment_internal.chart_layer(format($j${"mark": {"type": "text", "fontSize": 11}, "encoding": {%s,
                "color": {"field": "ink", "type": "nominal", "scale": null, "legend": null},
                "text": {"field": "percent", "type": "quantitative", "format": ".0f"}}}$j$, axes)::jsonb, cells)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_retention(jsonb, text, text) IS
'The chart of the rows of cohort_retention as a JSON array.';

CREATE FUNCTION segment_internal.chart_retention(receipts regclass, as_of date, grain text, currency text, rates regclass,
    language text) RETURNS jsonb
LANGUAGE sql STABLE SET extra_float_digits = 1
BEGIN ATOMIC
    SELECT segment_internal.chart_retention(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c)), grain, language)
    FROM segment.cohort_retention(receipts, as_of, grain, currency, rates) c;
END;
COMMENT ON FUNCTION segment_internal.chart_retention(regclass, date, text, text, regclass, text) IS
'Implementation of segment.chart_retention, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_retention(receipts regclass, as_of date, grain text DEFAULT 'month', currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE COST 1000;
COMMENT ON FUNCTION segment.chart_retention(regclass, date, text, text, regclass, text) IS
'Chart of the retention of cohorts: a cell for each of the latest 24 cohorts and up to period 24, with the percentage that bought again; incomplete periods are empty. receipts, as_of, grain, currency, rates: see cohort_retention. Errors: as cohort_retention; 22023 an unknown language.';
