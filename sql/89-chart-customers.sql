-- Charts of customers: map, migration; charts of rows: rules, funnel, forecast.

CREATE FUNCTION segment_internal.chart_points(points regclass, x text, y text, label text, anomaly text, most integer,
    OUT points_shown jsonb, OUT labels jsonb, OUT customers bigint, OUT anomalies bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_label boolean := EXISTS (SELECT FROM segment_internal.source_columns(points) c WHERE c.column_name = label);
    has_anomaly boolean := EXISTS (SELECT FROM segment_internal.source_columns(points) c WHERE c.column_name = anomaly AND c.column_type = 'boolean');
BEGIN
    PERFORM segment_internal.check_columns(points, ARRAY[x, y], 'x and y name the columns of the coordinates.');
    EXECUTE format($query$
        WITH p AS (SELECT %1$I::float8 AS x, %2$I::float8 AS y, %3$s AS label, %4$s AS odd FROM %5$s),
        -- NaN and infinities have no place
        q AS (SELECT *, row_number() OVER (PARTITION BY odd ORDER BY hashfloat8extended(x, 42), hashfloat8extended(y, 42), label COLLATE "C") AS place
              FROM p WHERE x BETWEEN -1e300 AND 1e300 AND y BETWEEN -1e300 AND 1e300)
        SELECT (SELECT jsonb_agg(jsonb_build_object('x', round(s.x::numeric, 4), 'y', round(s.y::numeric, 4), 'label', s.label, 'odd', s.odd)
                                 ORDER BY s.odd, s.place) FROM q s WHERE s.place <= CASE WHEN s.odd THEN $1 / 5 ELSE $1 END),
               (SELECT jsonb_agg(jsonb_build_object('label', g.label, 'customers', g.n, 'x', round(g.x::numeric, 4), 'y', round(g.y::numeric, 4))
                                 ORDER BY g.n DESC, g.label COLLATE "C")
                FROM (SELECT label, count(*) AS n, avg(x::numeric) AS x, avg(y::numeric) AS y FROM q GROUP BY label) g),
               (SELECT count(*) FROM q), (SELECT count(*) FROM q WHERE odd)$query$,
        x, y, CASE WHEN has_label THEN format('%I::text', label) ELSE 'NULL::text' END,
        CASE WHEN has_anomaly THEN format('COALESCE(%I, false)', anomaly) ELSE 'false' END, points)
    INTO points_shown, labels, customers, anomalies USING most;
END $$;
COMMENT ON FUNCTION segment_internal.chart_points(regclass, text, text, text, text, integer) IS
'The points of chart_map: a sample by the hash of their coordinates, the middles of the labels, and the numbers of all rows. Error: 42703 there is no column x or y.';

CREATE FUNCTION segment_internal.chart_map(points regclass, x text, y text, label text,
    anomaly text, max_points integer, language text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p record;
    groups integer;
    in_groups text;
    colours text[] := '{#0072B2,#D55E00,#009E73,#CC79A7}';
    axes text := $j$"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}$j$;
BEGIN
    IF max_points IS NULL OR max_points NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'max_points must be from 1 to 10000, but is %', COALESCE(max_points::text, 'null') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    p := segment_internal.chart_points(points, x, y, label, anomaly, max_points);
    SELECT count(*) INTO groups FROM jsonb_to_recordset(p.labels) AS l(label text) WHERE l.label IS NOT NULL;
    in_groups := CASE WHEN groups > 0 THEN segment_internal.chart_words(language, 'map.groups', groups::text) ELSE '' END;
    RETURN segment_internal.chart_frame(language, 'points',
        CASE WHEN p.anomalies > 0 THEN segment_internal.chart_words(language, 'map.title_anomalies', segment_internal.chart_number(p.anomalies, ',.0f', language),
                                                                    segment_internal.chart_number(p.customers, ',.0f', language), in_groups)
             ELSE segment_internal.chart_words(language, 'map.title', segment_internal.chart_number(p.customers, ',.0f', language), in_groups) END,
        concat_ws('; ', segment_internal.chart_words(language, 'map.subtitle'),
                  CASE WHEN p.anomalies > 0 THEN segment_internal.chart_words(language, 'map.rings') END,
                  CASE WHEN p.customers > jsonb_array_length(p.points_shown)
                       THEN segment_internal.chart_words(language, 'map.cap', segment_internal.chart_number(jsonb_array_length(p.points_shown), ',.0f', language)) END),
        (SELECT segment_internal.chart_list(array_agg(format('%s: %s', COALESCE(l.label, segment_internal.chart_words(language, 'map.none')),
                                                             segment_internal.chart_number(l.customers, ',.0f', language)) ORDER BY l.customers DESC, l.label COLLATE "C"), 20)
         FROM jsonb_to_recordset(p.labels) AS l(label text, customers bigint)),
        520,
        jsonb_build_array(
            segment_internal.chart_layer(format($j${"mark": {"type": "point", "filled": true, "size": 12, "opacity": 1}, "encoding": {
                "x": {"field": "x", "type": "quantitative", "title": %s, "axis": {"grid": false}, "scale": {"zero": false, "nice": true}},
                "y": {"field": "y", "type": "quantitative", "title": %s, "axis": {"grid": false}, "scale": {"zero": false, "nice": true}},
                "color": {"field": "color", "type": "nominal", "scale": null, "legend": null}}}$j$,
                to_json(segment_internal.chart_words(language, 'map.x')), to_json(segment_internal.chart_words(language, 'map.y')))::jsonb,
                (SELECT jsonb_agg((s.value - 'odd' - 'label') || jsonb_build_object('color', CASE WHEN l.label IS NULL THEN '#767676' ELSE colours[(l.place - 1) % 4 + 1] END) ORDER BY s.number)
                 FROM jsonb_array_elements(p.points_shown) WITH ORDINALITY s(value, number)
                 LEFT JOIN (SELECT v.value ->> 'label' AS label, row_number() OVER (ORDER BY (v.value ->> 'customers')::bigint DESC, v.value ->> 'label' COLLATE "C") AS place
                            FROM jsonb_array_elements(p.labels) v WHERE v.value ->> 'label' IS NOT NULL) l ON l.label = s.value ->> 'label')),
            segment_internal.chart_layer(format('{"mark": {"type": "point", "filled": false, "size": 80, "strokeWidth": 1.5, "color": "#222222", "opacity": 1}, "encoding": {%s}}', axes)::jsonb,
                (SELECT jsonb_agg(s.value - 'odd' - 'label' ORDER BY s.number)
                 FROM jsonb_array_elements(p.points_shown) WITH ORDINALITY s(value, number) WHERE s.value -> 'odd' = 'true')),
            segment_internal.chart_layer(format('{"mark": {"type": "text", "fontWeight": "bold", "fontSize": 12}, "encoding": {%s, "text": {"field": "label", "type": "nominal"}}}', axes)::jsonb,
                (SELECT jsonb_agg(l.value - 'customers' ORDER BY l.number) FROM jsonb_array_elements(p.labels) WITH ORDINALITY l(value, number)
                 WHERE l.value ->> 'label' IS NOT NULL))));
END $$;
COMMENT ON FUNCTION segment_internal.chart_map(regclass, text, text, text, text, integer, text) IS
'Implementation of segment.chart_map, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_map(points regclass, x text DEFAULT 'pca_x', y text DEFAULT 'pca_y', label text DEFAULT 'cluster_name',
    anomaly text DEFAULT 'is_anomaly', max_points integer DEFAULT 1000, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE COST 1000;
COMMENT ON FUNCTION segment.chart_map(regclass, text, text, text, text, integer, text) IS
'Chart of customers as points, from a published table or any relation: x and y name the coordinates (PCA), label the groups, which are named at their middles, anomaly a boolean column: these are ringed. label or anomaly may be columns that do not exist. At most max_points (1 to 10000) points and a fifth of it of rings, a sample by hash, the same in every call. Rows without coordinates are left out. Reads the relation as the caller. Errors: 42703 there is no column x or y; 22023 max_points or language.';

-- ---- migration -----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_migration(target regclass, from_time timestamptz, to_time timestamptz, label text, language text, min_cell integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    came text := segment_internal.chart_words(language, 'migration.new');
    gone text := segment_internal.chart_words(language, 'migration.gone');
    rows jsonb;
    best record;
    moved bigint;
    some_hidden boolean;
    axes text;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('before', m.before, 'after', m.after, 'customers', m.customers, 'share', m.share, 'moved', m.moved, 'changed', m.changed,
                                        'ink', segment_internal.chart_ink(m.share::float8)) ORDER BY m.before COLLATE "C", m.after COLLATE "C") FILTER (WHERE NOT m.is_hidden),
           sum(m.customers) FILTER (WHERE m.changed), bool_or(m.is_hidden) FILTER (WHERE m.changed)
    INTO rows, moved, some_hidden
    FROM (SELECT g.before, g.after, g.moved, g.changed, sum(g.customers) AS customers, bool_or(g.is_hidden) AS is_hidden,
                 round(sum(g.customers) / sum(sum(g.customers)) OVER (PARTITION BY g.before), 6) AS share
          FROM (SELECT COALESCE(m.from_name, m.from_label, came) AS before, COALESCE(m.to_name, m.to_label, gone) AS after,
                       m.from_label IS DISTINCT FROM m.to_label AS moved,
                       -- who is new or gone has not changed groups
                       m.from_label <> m.to_label IS TRUE AS changed, m.customers, m.is_hidden
                FROM segment_internal.moves(target, from_time, to_time, label, min_cell) m WHERE num_nulls(m.from_label, m.to_label) < 2) g
          GROUP BY g.before, g.after, g.moved, g.changed) m;
    SELECT r.before, r.after, r.customers INTO best
    FROM jsonb_to_recordset(rows) AS r(before text, after text, customers bigint, changed boolean)
    WHERE r.changed ORDER BY r.customers DESC, r.before COLLATE "C", r.after COLLATE "C" LIMIT 1;
    axes := format($j$"x": {"field": "after", "type": "nominal", "title": %s, "axis": {"labelAngle": 0}, "scale": {"domain": %s}},
                      "y": {"field": "before", "type": "nominal", "title": %s, "scale": {"domain": %s}}$j$,
        to_json(segment_internal.chart_words(language, 'migration.to')),
        COALESCE((SELECT json_agg(a.after ORDER BY a.after = gone, a.after COLLATE "C") FROM (SELECT DISTINCT r.after FROM jsonb_to_recordset(rows) AS r(after text)) a), '[""]'),
        to_json(segment_internal.chart_words(language, 'migration.from')),
        COALESCE((SELECT json_agg(b.before ORDER BY b.before = came, b.before COLLATE "C") FROM (SELECT DISTINCT r.before FROM jsonb_to_recordset(rows) AS r(before text)) b), '[""]'));
    RETURN segment_internal.chart_frame(language, 'grid',
        CASE WHEN best.before IS NULL THEN segment_internal.chart_words(language, CASE WHEN some_hidden THEN 'migration.none_shown' ELSE 'migration.none' END)
             -- the total would tell what is hidden
             WHEN some_hidden THEN segment_internal.chart_words(language, 'migration.title_shown', best.before, best.after, segment_internal.chart_number(best.customers, ',.0f', language))
             ELSE segment_internal.chart_words(language, 'migration.title', segment_internal.chart_number(moved, ',.0f', language), best.before, best.after,
                                               segment_internal.chart_number(best.customers, ',.0f', language)) END,
        -- dates in UTC, so that no time zone matters
        segment_internal.chart_words(language, 'migration.subtitle', segment_internal.chart_date((from_time AT TIME ZONE 'UTC')::date, 'day', language),
                                     segment_internal.chart_date((to_time AT TIME ZONE 'UTC')::date, 'day', language)),
        (SELECT segment_internal.chart_list(array_agg(format('%s > %s: %s', r.before, r.after, segment_internal.chart_number(r.customers, ',.0f', language))
                                                      ORDER BY r.customers DESC, r.before COLLATE "C", r.after COLLATE "C"), 20)
         FROM jsonb_to_recordset(rows) AS r(before text, after text, customers bigint, moved boolean) WHERE r.moved),
        420,
        jsonb_build_array(
            segment_internal.chart_layer(format($j${"mark": {"type": "rect"}, "encoding": {%s,
                "color": {"field": "share", "type": "quantitative", "scale": {"scheme": "viridis", "domain": [0, 1]}, "legend": null}}}$j$, axes)::jsonb, rows),
            segment_internal.chart_layer(format($j${"mark": {"type": "text", "fontSize": 12}, "encoding": {%s,
                "color": {"field": "ink", "type": "nominal", "scale": null, "legend": null},
                "text": {"field": "customers", "type": "quantitative", "format": ",.0f"}}}$j$, axes)::jsonb, rows)),
        -- columns wide enough for their names
        (SELECT 640 + 40 * least(greatest(count(DISTINCT r.after)::integer - 6, 0), 8) FROM jsonb_to_recordset(rows) AS r(after text)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_migration(regclass, timestamptz, timestamptz, text, text, integer) IS
'The chart of segment.chart_migration; numbers below min_cell, and those that would tell them, are not shown.';

CREATE FUNCTION segment_internal.chart_migration(target regclass, from_time timestamptz, to_time timestamptz, label text, language text) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.chart_migration(target, from_time, to_time, label, language, segment_internal.min_cell_size());
END;
COMMENT ON FUNCTION segment_internal.chart_migration(regclass, timestamptz, timestamptz, text, text) IS
'Implementation of segment.chart_migration, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_migration(target regclass, from_time timestamptz, to_time timestamptz, label text DEFAULT NULL, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE COST 1000;
COMMENT ON FUNCTION segment.chart_migration(regclass, timestamptz, timestamptz, text, text) IS
'Chart of the moves of customers between groups between two dates, from the history of a published table: rows are the groups before, columns the groups after, with the number of customers in each cell. Arguments and errors as migration; 22023 an unknown language. Days are those of UTC.';

-- ---- rules, funnel -------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_rules(rules jsonb, max_rules integer, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bars jsonb;
    total integer;
    labels text[];
BEGIN
    IF max_rules IS NULL OR max_rules NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'max_rules must be from 1 to 100, but is %', COALESCE(max_rules::text, 'null') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT jsonb_agg(jsonb_build_object('rule', r.rule, 'lift', round(r.lift::numeric, 4), 'label', r.label, 'antecedent', r.antecedent, 'consequent', r.consequent)
                     ORDER BY r.place) FILTER (WHERE r.place <= max_rules),
           count(*), array_agg(r.rule || ': ' || r.label ORDER BY r.place)
    INTO bars, total, labels
    FROM (SELECT a.antecedent, j.consequent, j.lift, a.antecedent || ' > ' || j.consequent AS rule,
                 concat_ws(' ', segment_internal.chart_number(j.lift, '.1f', language), '(' || segment_internal.chart_number(j.confidence, '.0%', language) || ')') AS label,
                 row_number() OVER (ORDER BY j.lift DESC, a.antecedent COLLATE "C", j.consequent COLLATE "C") AS place
          FROM jsonb_to_recordset(rules) AS j(antecedent jsonb, consequent text, lift float8, confidence float8)
          CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(j.antecedent)
                                     WHEN 'array' THEN (SELECT string_agg(e.value, ' + ' ORDER BY e.number) FROM jsonb_array_elements_text(j.antecedent) WITH ORDINALITY e(value, number))
                                     ELSE j.antecedent #>> '{}' END AS antecedent) a
          WHERE num_nulls(a.antecedent, j.consequent, j.lift) = 0 AND j.lift BETWEEN 0 AND 1e300) r;
    RETURN segment_internal.chart_frame(language, 'bar',
        CASE WHEN total = 0 THEN segment_internal.chart_words(language, 'rules.empty')
             ELSE segment_internal.chart_words(language, 'rules.title', bars -> 0 ->> 'antecedent', bars -> 0 ->> 'consequent',
                                               segment_internal.chart_number((bars -> 0 ->> 'lift')::float8, '.1f', language)) END,
        concat_ws('; ', segment_internal.chart_words(language, 'rules.subtitle'),
                  CASE WHEN total > max_rules THEN segment_internal.chart_words(language, 'rules.cap', max_rules::text, total::text) END),
        segment_internal.chart_list(labels, max_rules),
        150 + 30 * least(total, max_rules),
        jsonb_build_array(
            segment_internal.chart_layer($j${"mark": {"type": "bar", "color": "#0072B2"}, "encoding": {
                "x": {"field": "lift", "type": "quantitative", "title": "lift", "axis": {"grid": true}, "scale": {"zero": true, "nice": true}},
                "y": {"field": "rule", "type": "nominal", "sort": null, "title": null, "scale": {"paddingInner": 0.3, "paddingOuter": 0.15}}}}$j$, bars),
            segment_internal.chart_layer($j${"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {
                "x": {"field": "lift", "type": "quantitative"}, "y": {"field": "rule", "type": "nominal", "sort": null},
                "text": {"field": "label", "type": "nominal"}}}$j$, bars)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_rules(jsonb, integer, text) IS
'Implementation of segment.chart_rules, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_rules(rules jsonb, max_rules integer DEFAULT 15, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_rules(jsonb, integer, text) IS
'Chart of association rules: a bar of the lift for each, the largest first, at most max_rules (1 to 100). rules: an array of objects with antecedent (text, or an array of texts), consequent, lift and confidence (0 to 1), as SELECT jsonb_agg(r) of a relation of rules gives it. Rules without these are left out. Error: 22023 max_rules or language.';

CREATE FUNCTION segment_internal.chart_rules(model bytea, max_rules integer, language text, min_confidence float8, min_lift float8) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- a rule that says no more than a shorter one would only fill the chart
    SELECT segment_internal.chart_rules(COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('antecedent', r.antecedent, 'consequent', r.consequent, 'lift', r.lift,
                                                                                           'confidence', r.confidence)), '[]'), max_rules, language)
    FROM segment.basket_rules(model, min_confidence, min_lift) r WHERE NOT r.is_redundant;
END;
COMMENT ON FUNCTION segment_internal.chart_rules(bytea, integer, text, double precision, double precision) IS
'Implementation of segment.chart_rules, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_rules(model bytea, max_rules integer DEFAULT 15, language text DEFAULT 'en', min_confidence float8 DEFAULT 0.1, min_lift float8 DEFAULT 1) RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_rules(bytea, integer, text, double precision, double precision) IS
'The same chart of the rules of a basket model that are not redundant; min_confidence and min_lift as in basket_rules.';

CREATE FUNCTION segment_internal.chart_funnel(stages jsonb, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
    bars jsonb;
    first record;
    last record;
    loss text;
    labels text[];
BEGIN
    SELECT jsonb_agg(jsonb_build_object('stage', s.stage, 'customers', s.customers, 'label', s.label) ORDER BY s.place), array_agg(s.stage || ': ' || s.label ORDER BY s.place),
           (array_agg(s.before ORDER BY s.customers - s.customers_before, s.place) FILTER (WHERE s.customers < s.customers_before))[1]
    INTO bars, labels, loss
    FROM (SELECT j.value ->> 'stage' AS stage, c.customers, j.place,
                 lag(c.customers) OVER w AS customers_before, lag(j.value ->> 'stage') OVER w AS before,
                 segment_internal.chart_number(c.customers, ',.0f', language) ||
                 COALESCE(' (' || segment_internal.chart_number(c.customers / nullif(first_value(c.customers) OVER w, 0), '.0%', language) || ')', '') AS label
          FROM jsonb_array_elements(stages) WITH ORDINALITY j(value, place)
          CROSS JOIN LATERAL (SELECT segment_internal.figure_in(j.value, 'customers') AS customers) c
          WHERE j.value ->> 'stage' IS NOT NULL AND c.customers >= 0
          WINDOW w AS (ORDER BY j.place)) s;
    SELECT b.value ->> 'stage' AS stage, (b.value ->> 'customers')::float8 AS customers INTO first FROM jsonb_array_elements(bars) WITH ORDINALITY b(value, place) ORDER BY b.place LIMIT 1;
    SELECT b.value ->> 'stage' AS stage, (b.value ->> 'customers')::float8 AS customers INTO last FROM jsonb_array_elements(bars) WITH ORDINALITY b(value, place) ORDER BY b.place DESC LIMIT 1;
    RETURN segment_internal.chart_frame(language, 'bar',
        CASE WHEN COALESCE(first.customers, 0) = 0 THEN segment_internal.chart_words(language, 'funnel.empty')
             ELSE segment_internal.chart_words(language, 'funnel.title', segment_internal.chart_number(last.customers / first.customers, '.0%', language), first.stage, last.stage) END,
        CASE WHEN loss IS NULL THEN segment_internal.chart_words(language, 'funnel.subtitle_only')
             ELSE segment_internal.chart_words(language, 'funnel.subtitle', loss) END,
        segment_internal.chart_list(labels, 30),
        150 + 34 * COALESCE(jsonb_array_length(bars), 0),
        jsonb_build_array(
            segment_internal.chart_layer($j${"mark": {"type": "bar", "color": "#0072B2"}, "encoding": {
                "x": {"field": "customers", "type": "quantitative", "title": null, "axis": {"grid": true, "format": ",d"}, "scale": {"zero": true, "nice": true}},
                "y": {"field": "stage", "type": "nominal", "sort": null, "title": null, "scale": {"paddingInner": 0.25, "paddingOuter": 0.1}}}}$j$, bars),
            segment_internal.chart_layer($j${"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {
                "x": {"field": "customers", "type": "quantitative"}, "y": {"field": "stage", "type": "nominal", "sort": null},
                "text": {"field": "label", "type": "nominal"}}}$j$, bars)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_funnel(jsonb, text) IS
'Implementation of segment.chart_funnel, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_funnel(stages jsonb, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_funnel(jsonb, text) IS
'Chart of stages that customers pass: a bar for each with its number and its percentage of the first. stages: an array of objects with stage (a text of its own for each) and customers (at least 0), in order. Stages without these are left out. Error: 22023 an unknown language.';

-- ---- forecast ------------------------------------------------------------------------------

CREATE FUNCTION segment_internal.chart_forecast(series jsonb, level float8, name text, language text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
    rows jsonb;
    past integer;
    last record;
    title text;
    figure text;
    axes text := $j$"x": {"field": "period", "type": "temporal", "scale": {"type": "utc"}}$j$;
    past_rows jsonb;
    future_rows jsonb;
BEGIN
    IF level IS NULL OR level <= 0 OR level >= 1 THEN
        RAISE EXCEPTION 'level must be above 0 and below 1, but is %', COALESCE(level::text, 'null') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM jsonb_array_elements(series) j WHERE COALESCE(j.value ->> 'period', '') !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN
        RAISE EXCEPTION 'period must be a date such as 2019-11-30' USING ERRCODE = 'invalid_datetime_format';
    END IF;
    SELECT jsonb_agg(to_jsonb(s) - 'day' ORDER BY s.day), count(*) FILTER (WHERE s.value IS NOT NULL) INTO rows, past
    FROM (SELECT d.day, to_char(d.day, 'YYYY-MM-DD') AS period, f.value, f.forecast, f.lower_bound, f.upper_bound,
                 count(*) FILTER (WHERE f.value IS NOT NULL) OVER (ORDER BY d.day DESC) AS from_last
          FROM jsonb_array_elements(series) j
          CROSS JOIN LATERAL (SELECT left(j.value ->> 'period', 10)::date AS day) d
          CROSS JOIN LATERAL (SELECT segment_internal.figure_in(j.value, 'value') AS value, segment_internal.figure_in(j.value, 'forecast') AS forecast,
                                     segment_internal.figure_in(j.value, 'lower_bound') AS lower_bound, segment_internal.figure_in(j.value, 'upper_bound') AS upper_bound) f
          WHERE isfinite(d.day) AND d.day BETWEEN '0001-01-01' AND '9999-12-31' AND num_nonnulls(f.value, f.forecast) > 0) s
    WHERE s.from_last <= 120;
    SELECT jsonb_agg(jsonb_build_object('period', r.value -> 'period', 'value', r.value -> 'value') ORDER BY r.place) INTO past_rows
    FROM jsonb_array_elements(rows) WITH ORDINALITY r(value, place) WHERE r.value -> 'value' <> 'null';
    -- the dashed line begins at the last value
    SELECT jsonb_agg(f.value ORDER BY f.place) INTO future_rows
    FROM (SELECT 0 AS place, jsonb_build_object('period', p.value -> 'period', 'forecast', p.value -> 'value', 'lower_bound', p.value -> 'value', 'upper_bound', p.value -> 'value') AS value
          FROM (SELECT past_rows -> -1 AS value) p WHERE p.value IS NOT NULL
          UNION ALL
          SELECT r.place, r.value - 'value' - 'from_last' FROM jsonb_array_elements(rows) WITH ORDINALITY r(value, place)
          WHERE r.value -> 'value' = 'null' AND r.value -> 'forecast' <> 'null') f;
    SELECT j.period, j.forecast, j.lower_bound, j.upper_bound INTO last
    FROM jsonb_to_recordset(rows) AS j(period text, value float8, forecast float8, lower_bound float8, upper_bound float8)
    WHERE j.value IS NULL AND j.forecast IS NOT NULL ORDER BY j.period DESC LIMIT 1;
    figure := CASE WHEN abs(last.forecast) < 100 THEN '' ELSE ',.0f' END;
    title := CASE WHEN last.period IS NULL THEN segment_internal.chart_words(language, 'forecast.empty')
                  WHEN num_nulls(last.lower_bound, last.upper_bound) > 0
                  THEN segment_internal.chart_words(language, 'forecast.title_point', segment_internal.chart_date(last.period::date, 'month', language),
                                                    segment_internal.chart_number(last.forecast, figure, language))
                  ELSE segment_internal.chart_words(language, 'forecast.title', segment_internal.chart_date(last.period::date, 'month', language),
                                                    segment_internal.chart_number(last.forecast, figure, language), segment_internal.chart_number(last.lower_bound, figure, language),
                                                    segment_internal.chart_number(last.upper_bound, figure, language), segment_internal.chart_number(level, '.0%', language)) END;
    RETURN segment_internal.chart_frame(language, 'line', concat_ws(': ', name, title),
        concat_ws('; ', segment_internal.chart_words(language, 'forecast.subtitle'),
                  CASE WHEN past > 120 OR past > jsonb_array_length(past_rows) THEN segment_internal.chart_words(language, 'forecast.cap', jsonb_array_length(past_rows)::text, past::text) END),
        NULL, 380,
        jsonb_build_array(
            segment_internal.chart_layer($j${"mark": {"type": "area", "color": "#0072B2", "opacity": 0.2}, "encoding": {
                "x": {"field": "period", "type": "temporal", "title": null, "axis": {"grid": false}, "scale": {"type": "utc"}},
                "y": {"field": "lower_bound", "type": "quantitative", "title": null, "axis": {"grid": true}, "scale": {"zero": false, "nice": true}},
                "y2": {"field": "upper_bound"}}}$j$, future_rows),
            segment_internal.chart_layer(format('{"mark": {"type": "line", "color": "#222222", "strokeWidth": 2}, "encoding": {%s, "y": {"field": "value", "type": "quantitative"}}}', axes)::jsonb, past_rows),
            segment_internal.chart_layer(format('{"mark": {"type": "line", "color": "#0072B2", "strokeWidth": 2, "strokeDash": [5, 4]}, "encoding": {%s, "y": {"field": "forecast", "type": "quantitative"}}}', axes)::jsonb, future_rows),
            segment_internal.chart_layer(format('{"mark": {"type": "text", "align": "right", "dy": -12, "fontWeight": "bold"}, "encoding": {%s, "y": {"field": "value", "type": "quantitative"}, "text": {"value": %s}}}',
                axes, to_json(segment_internal.chart_words(language, 'forecast.past')))::jsonb, CASE WHEN past_rows IS NULL THEN '[]' ELSE jsonb_build_array(past_rows -> -1) END),
            segment_internal.chart_layer(format('{"mark": {"type": "text", "align": "left", "dx": 6, "color": "#0072B2", "fontWeight": "bold"}, "encoding": {%s, "y": {"field": "forecast", "type": "quantitative"}, "text": {"value": %s}}}',
                axes, to_json(segment_internal.chart_words(language, 'forecast.forecast')))::jsonb,
                CASE WHEN last.period IS NULL THEN '[]' ELSE jsonb_build_array(future_rows -> -1) END)));
END $$;
COMMENT ON FUNCTION segment_internal.chart_forecast(jsonb, float8, text, text) IS
'Implementation of segment.chart_forecast, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_forecast(series jsonb, level float8 DEFAULT 0.95, name text DEFAULT NULL, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_forecast(jsonb, float8, text, text) IS
'Chart of a forecast: past values as a line, the forecast as a dashed line, its interval as an area; the latest 120 values. series: an array of objects with period (a date), value (of the past), forecast, lower_bound and upper_bound, as SELECT jsonb_agg(r) of a relation of them gives it. level: probability of the interval, for the title. name: of the series, before the title. Errors: 22023 level or language; 22007 a period that is no date.';

CREATE FUNCTION segment_internal.chart_forecast(model bytea, horizon integer, level float8, name text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET extra_float_digits = 1
BEGIN ATOMIC
    SELECT segment_internal.chart_forecast(pg_catalog.jsonb_agg(r.row), level, name, language)
    FROM (SELECT pg_catalog.jsonb_build_object('period', pg_catalog.to_char(c.period, 'YYYY-MM-DD'), 'value', c.value) AS row
          FROM segment.forecast_components(model, 0) c WHERE c.value IS NOT NULL
          UNION ALL
          SELECT pg_catalog.jsonb_build_object('period', pg_catalog.to_char(f.period, 'YYYY-MM-DD'), 'forecast', f.forecast, 'lower_bound', f.lower_bound, 'upper_bound', f.upper_bound)
          FROM segment.forecast(model, horizon, level) f) r
    WHERE model IS NOT NULL;
END;
COMMENT ON FUNCTION segment_internal.chart_forecast(bytea, integer, float8, text, text) IS
'Implementation of segment.chart_forecast, which hides the SQL context of errors.';

CREATE FUNCTION segment.chart_forecast(model bytea, horizon integer, level float8 DEFAULT 0.95, name text DEFAULT NULL, language text DEFAULT 'en') RETURNS jsonb
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION segment.chart_forecast(bytea, integer, float8, text, text) IS
'The same chart of a forecast model: its values, and horizon periods after them. NULL model: a chart without a forecast. Errors: as forecast.';
