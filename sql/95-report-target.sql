-- The parts of a report that come from a published table: moves, map, unusual customers.

CREATE FUNCTION segment_internal.report_target_has(target regclass, VARIADIC columns text[]) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (SELECT pg_catalog.count(*) FROM segment_internal.source_columns(target) c WHERE c.column_name = ANY (columns)) = pg_catalog.cardinality(columns);
END;
COMMENT ON FUNCTION segment_internal.report_target_has(regclass, text[]) IS
'True if a published table has all these columns.';

CREATE FUNCTION segment_internal.report_reasons(model bytea, features float8[], language text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s (%s)', segment_internal.feature_words(r.feature, language), segment_internal.feature_figure(r.feature, r.value, language),
                                                   segment_internal.feature_figure(r.feature, r.typical, language)), '; ' ORDER BY r.rank)
    FROM segment.anomaly_reasons(model, features) r WHERE r.rank <= 3 AND r.contribution > 0;
END;
COMMENT ON FUNCTION segment_internal.report_reasons(bytea, float8[], text) IS
'The three features that contribute most to the anomaly of a customer, with their values and, in brackets, the typical ones.';

CREATE FUNCTION segment_internal.report_anomalies(target regclass, anomaly_name text, language text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key text := (SELECT c.column_name FROM segment_internal.source_columns(target) c ORDER BY c."position" LIMIT 1);
    features text[] := (SELECT m.feature_columns FROM segment_internal.models(COALESCE(anomaly_name, '')) m);
    model bytea;
    page text;
    column_list text := (SELECT string_agg(CASE WHEN segment_internal.report_target_has(target, w.name) THEN format('%I::%s', w.name, w.type) ELSE format('NULL::%s', w.type) END
                                           || ' AS ' || w.name, ', ')
                     FROM (VALUES ('cluster_name', 'text'), ('segment', 'text'), ('segment_code', 'text'), ('recency_days', 'float8'), ('frequency', 'float8'), ('monetary', 'float8')) w(name, type));
BEGIN
    -- reasons need the features of the model, which are in the table if another model publishes them
    IF segment_internal.report_target_has(target, VARIADIC features) THEN
        model := segment.active_model(anomaly_name);
    END IF;
    -- reasons have the figures that else stand in columns
    EXECUTE format($query$
        SELECT segment_internal.report_table(segment_internal.chart_words($1, 'report.anomalies'),
            (SELECT array_agg(segment_internal.chart_words($1, 'column.' || h.key) ORDER BY h.place)
             FROM unnest('{customer,segment,group,last,purchases,revenue,score,why}'::text[]) WITH ORDINALITY h(key, place) WHERE h.place = ANY ($3)),
            array_agg(x.cell ORDER BY a.anomaly_score DESC, a.id COLLATE "C", x.number), 4, CASE WHEN $2 IS NULL THEN 7 ELSE 4 END)
        FROM (SELECT %1$I::text AS id, anomaly_score::float8 AS anomaly_score, %2$s, %3$s AS why FROM %4$s WHERE is_anomaly
              ORDER BY anomaly_score DESC, %1$I::text COLLATE "C" LIMIT 10) a
        CROSS JOIN LATERAL (VALUES (1, a.id), (2, COALESCE((SELECT g.segment FROM segment.rfm_segments('grid', $1) g WHERE g.segment_code = a.segment_code), a.segment)), (3, a.cluster_name), (4, segment_internal.chart_number(a.recency_days, ',.0f', $1)),
            (5, segment_internal.chart_number(a.frequency, ',.0f', $1)), (6, segment_internal.chart_number(a.monetary, ',.0f', $1)),
            (7, segment_internal.chart_number(a.anomaly_score, '.2f', $1)), (8, a.why)) x(number, cell)
        WHERE x.number = ANY ($3)$query$, key, column_list,
        CASE WHEN model IS NULL THEN 'NULL::text'
             ELSE format('segment_internal.report_reasons($2, ARRAY[%s]::float8[], $1)', (SELECT string_agg(format('%I::float8', f.name), ', ' ORDER BY f.place) FROM unnest(features) WITH ORDINALITY f(name, place))) END,
        target)
    INTO page USING language, model, CASE WHEN model IS NULL THEN '{1,2,3,4,5,6,7}'::integer[] ELSE '{1,2,3,7,8}' END;
    RETURN page;
END $$;
COMMENT ON FUNCTION segment_internal.report_anomalies(regclass, text, text) IS
'The ten most unusual customers of a published table, as HTML; with reasons if the table has the features of a registered anomaly model, which may be NULL.';

CREATE FUNCTION segment_internal.report_map(target regclass, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    places text;
    chart jsonb := segment.chart_map(target, language => language);
BEGIN
    -- the description lists the groups with their numbers, which the table below shows or hides
    chart := chart || jsonb_build_object('description', concat_ws(' ', segment_internal.chart_words(language, 'kind.points'), (chart #>> '{title,text}') || '.', (chart #>> '{title,subtitle}') || '.'));
    IF segment_internal.report_target_has(target, 'cluster_name') THEN
        EXECUTE format($query$
            SELECT segment_internal.report_table(segment_internal.chart_words($1, 'report.places'),
                (SELECT array_agg(segment_internal.chart_words($1, h.key) ORDER BY h.place)
                 FROM unnest('{column.group,column.customers,map.x,map.y}'::text[]) WITH ORDINALITY h(key, place)), array_agg(x.cell ORDER BY g.n DESC, g.name COLLATE "C", x.number), 2)
            FROM (SELECT c.*, segment_internal.is_small_cell(c.n, $2) OVER () AS hidden FROM (SELECT COALESCE(t.cluster_name::text, segment_internal.chart_words($1, 'map.none')) AS name, count(*) AS n, avg(t.pca_x::numeric)::float8 AS x, avg(t.pca_y::numeric)::float8 AS y
                  FROM %s t WHERE t.pca_x BETWEEN -1e300 AND 1e300 AND t.pca_y BETWEEN -1e300 AND 1e300 GROUP BY 1) c) g
            CROSS JOIN LATERAL (VALUES (1, g.name), (2, CASE WHEN g.n < $2 THEN '< ' || $2 WHEN g.hidden THEN '-' ELSE segment_internal.chart_number(g.n, ',.0f', $1) END),
                (3, CASE WHEN g.hidden THEN '' ELSE segment_internal.chart_number(g.x, '.2f', $1) END),
                (4, CASE WHEN g.hidden THEN '' ELSE segment_internal.chart_number(g.y, '.2f', $1) END)) x(number, cell)
            HAVING count(*) > 0$query$, target)
        INTO places USING language, min_customers;
    END IF;
    RETURN segment_internal.report_figure(chart, segment_internal.chart_words(language, 'report.data'), places);
END $$;
COMMENT ON FUNCTION segment_internal.report_map(regclass, text, integer) IS
'The map of a published table with a table of its groups, as HTML.';

CREATE FUNCTION segment_internal.report_moves(target regclass, as_of date, language text, min_customers integer) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    chart jsonb := segment_internal.chart_migration(target, segment_internal.month_before(as_of)::timestamp AT TIME ZONE 'UTC' + interval '1 day', as_of::timestamp AT TIME ZONE 'UTC' + interval '1 day',
                                           CASE WHEN segment_internal.report_target_has(target, 'cluster_id') THEN 'cluster_id' END, language, min_customers);
BEGIN
    RETURN segment_internal.report_figure(chart, segment_internal.chart_words(language, 'report.data'),
        (SELECT segment_internal.report_table(segment_internal.chart_words(language, 'report.moves'),
             ARRAY[segment_internal.chart_words(language, 'column.from'), segment_internal.chart_words(language, 'column.to'), segment_internal.chart_words(language, 'column.customers')],
             array_agg(x.cell ORDER BY m.customers DESC, m.before COLLATE "C", m.after COLLATE "C", x.number), 3)
         FROM jsonb_to_recordset(chart #> '{data,values}') AS m(before text, after text, customers bigint)
         CROSS JOIN LATERAL (VALUES (1, m.before), (2, m.after), (3, segment_internal.chart_number(m.customers, ',.0f', language))) x(number, cell)
         HAVING count(*) > 0));
END $$;
COMMENT ON FUNCTION segment_internal.report_moves(regclass, date, text, integer) IS
'The migration of a published table within a month, as HTML.';
