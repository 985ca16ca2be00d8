-- Pictures of charts: golden SVGs, what is refused, and the charts of models and receipts.

-- ---- golden pictures: the same bytes on every machine ----

\pset format unaligned
\pset tuples_only on

-- bars with labels, negative values, a null, hostile labels
SELECT segment.chart_svg('{
    "title": {"text": "Sales <by> \"shop\" & region", "subtitle": "in euros", "anchor": "start"}, "description": "Bars.",
    "data": {"values": [{"shop": "Köln", "sales": 1234.5}, {"shop": "<script>alert(1)</script>", "sales": -400}, {"shop": "none", "sales": null}]},
    "layer": [
        {"mark": {"type": "bar", "color": "#0072B2"}, "encoding": {"x": {"field": "sales", "type": "quantitative", "title": "sales"},
            "y": {"field": "shop", "type": "nominal", "sort": null, "title": null}}},
        {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"x": {"field": "sales", "type": "quantitative"},
            "y": {"field": "shop", "type": "nominal", "sort": null}, "text": {"field": "sales", "type": "quantitative", "format": ",.1f"}}}]}', 400, 200, 'de');

-- a line with a gap over a time axis, an area, a rule
SELECT segment.chart_svg('{
    "layer": [
        {"data": {"values": [{"d": "2019-01-01", "lo": 1, "hi": 3}, {"d": "2019-06-01", "lo": 2, "hi": 5}]},
         "mark": {"type": "area", "opacity": 0.2}, "encoding": {"x": {"field": "d", "type": "temporal", "scale": {"type": "utc"}, "title": null},
            "y": {"field": "lo", "type": "quantitative", "scale": {"zero": true}, "title": "value"}, "y2": {"field": "hi"}}},
        {"data": {"values": [{"d": "2019-01-01", "v": 2}, {"d": "2019-03-01", "v": null}, {"d": "2019-04-01", "v": 3}, {"d": "2019-06-01", "v": 4}]},
         "mark": {"type": "line", "strokeDash": [5, 4]}, "encoding": {"x": {"field": "d", "type": "temporal", "scale": {"type": "utc"}},
            "y": {"field": "v", "type": "quantitative"}}},
        {"data": {"values": [{}]}, "mark": "rule", "encoding": {"x": {"datum": "2019-02-01", "type": "temporal", "scale": {"type": "utc"}}}}]}', 300, 200, 'es');

-- cells of viridis, points on a log scale
SELECT segment.chart_svg('{"data": {"values": [{"a": "1", "b": "x", "v": 0}, {"a": "2", "b": "x", "v": 0.5}, {"a": "2", "b": "y", "v": 1}]},
    "mark": "rect", "encoding": {"x": {"field": "a", "type": "ordinal", "sort": null}, "y": {"field": "b", "type": "nominal", "sort": null},
        "color": {"field": "v", "type": "quantitative", "scale": {"scheme": "viridis", "domain": [0, 1]}, "legend": null}}}', 200, 150);
SELECT segment.chart_svg('{"data": {"values": [{"a": 1, "b": 2, "g": "p"}, {"a": 100, "b": 3, "g": "q"}, {"a": 1000, "b": 1, "g": "p"}, {"a": -1, "b": 1, "g": "p"}]},
    "mark": {"type": "point", "filled": true}, "encoding": {"x": {"field": "a", "type": "quantitative", "scale": {"type": "log"}}, "y": {"field": "b", "type": "quantitative"},
        "color": {"field": "g", "type": "nominal", "scale": {"domain": ["p", "q"], "range": ["#0072B2", "#D55E00"]}, "legend": null}}}', 300, 200);

\pset format aligned
\pset tuples_only off

-- ---- what the settings of a session do not change ----

CREATE TEMP TABLE spec AS SELECT segment.chart_forecast('[{"period": "2019-11-30", "value": 1.5}, {"period": "2019-12-31", "forecast": 2, "lower_bound": 1, "upper_bound": 3}]'::jsonb) AS chart;
CREATE TEMP TABLE plain AS SELECT segment.chart_svg(chart) AS svg, chart FROM spec;
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Pacific/Kiritimati';
SET extra_float_digits = -5;
SET lc_numeric = 'C';
SELECT segment.chart_svg(chart) = (SELECT svg FROM plain) AS same,
       segment.chart_forecast('[{"period": "2019-11-30", "value": 1.5}, {"period": "2019-12-31", "forecast": 2, "lower_bound": 1, "upper_bound": 3}]'::jsonb) = chart AS same_chart FROM spec;
RESET DateStyle; RESET TimeZone; RESET extra_float_digits; RESET lc_numeric;

-- ---- a picture is an image, and small ----

SELECT left(segment.chart_image(chart), 40) AS head,
       convert_from(decode(substr(segment.chart_image(chart), 27), 'base64'), 'UTF8') = segment.chart_svg(chart) AS same FROM spec;
SELECT length(segment.chart_image(jsonb_build_object('title', 'A thousand points',
        'data', jsonb_build_object('values', (SELECT jsonb_agg(jsonb_build_object('x', sin(i), 'y', cos(i * 1.7))) FROM generate_series(1, 1000) i)),
        'mark', '{"type": "point", "filled": true}'::jsonb,
        'encoding', '{"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}'::jsonb))) < 32766 AS fits_in_power_bi;
SELECT segment.chart_svg(NULL) IS NULL AS null_chart, segment.chart_image(NULL) IS NULL AS null_image;

-- ---- what is refused names the property ----

CREATE FUNCTION pg_temp.refusal(chart jsonb, width integer DEFAULT NULL, language text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM segment.chart_svg(chart, width, NULL, language);
    RETURN 'drawn';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, '/ ' || nullif(hint, ''));
END $$;
CREATE TEMP TABLE base AS SELECT '{"data": {"values": [{"a": "p", "v": 1}]}, "mark": {"type": "bar"},
    "encoding": {"x": {"field": "v", "type": "quantitative"}, "y": {"field": "a", "type": "nominal", "sort": null}}}'::jsonb AS chart;
SELECT path, value, pg_temp.refusal(jsonb_set(chart, path::text[], value::jsonb)) AS refusal
FROM base, (VALUES
    ('{mark,type}', '"bar"'),
    ('{transform}', '[]'),
    ('{mark,type}', '"geoshape"'),
    ('{mark,tooltip}', 'true'),
    ('{mark,color}', '"red"'),
    ('{mark,color}', '"url(http://example.com/x)"'),
    ('{mark,opacity}', '2'),
    ('{mark,size}', '"big"'),
    ('{mark,size}', '1e400'),
    ('{mark,strokeDash}', '[1, 2, 3, 4, 5]'),
    ('{encoding,x,bin}', 'true'),
    ('{encoding,x,aggregate}', '"sum"'),
    ('{encoding,x,type}', '"geojson"'),
    ('{encoding,x,field}', '7'),
    ('{encoding,x,field}', '"a.b"'),
    ('{encoding,x,field}', '"a"'),
    ('{encoding,x,stack}', '"zero"'),
    ('{encoding,x,scale}', '{"type": "pow"}'),
    ('{encoding,x,scale}', '{"domain": [1, 2, 3]}'),
    ('{encoding,x,scale}', '{"domain": [2, 1]}'),
    ('{encoding,x,scale}', '{"type": "log", "domain": [0, 1]}'),
    ('{encoding,x,axis}', '{"format": "s"}'),
    ('{encoding,x,axis}', '{"labelAngle": 90}'),
    ('{encoding,x,axis}', '{"orient": "top"}'),
    ('{encoding,y,sort}', '"ascending"'),
    ('{encoding,y,type}', '"quantitative"'),
    ('{encoding,size}', '{"value": 3}'),
    ('{encoding,color}', '{"field": "a", "type": "nominal", "scale": null}'),
    ('{encoding,color}', '{"field": "a", "type": "nominal", "legend": null}'),
    ('{encoding,color}', '{"field": "a", "type": "nominal", "scale": null, "legend": null}'),
    ('{encoding,color}', '{"value": "javascript:alert(1)"}'),
    ('{encoding,text}', '{"value": "x"}'),
    ('{config}', '{"background": "red"}'),
    ('{data}', '{"url": "http://example.com"}'),
    ('{data,values}', '7'),
    ('{data,values}', '[7]'),
    ('{data,values}', '[{"v": "seven"}]'),
    ('{width}', '10'),
    ('{usermeta}', '{"language": "fr"}'),
    ('{layer}', '[]')) AS wrong(path, value);
SELECT pg_temp.refusal('[]'), pg_temp.refusal('7'), pg_temp.refusal('{}'), pg_temp.refusal('{"layer": []}');
SELECT pg_temp.refusal(chart, 100), pg_temp.refusal(chart, 5000), pg_temp.refusal(chart, NULL, 'fr') FROM base;
SELECT pg_temp.refusal(jsonb_set(chart, '{data,values}', (SELECT jsonb_agg(jsonb_build_object('a', 'c' || i, 'v', 1)) FROM generate_series(1, 501) i))) AS categories,
       pg_temp.refusal(jsonb_set(chart, '{data,values}', (SELECT jsonb_agg('{"a": "p", "v": 1}'::jsonb) FROM generate_series(1, 20001) i))) AS rows FROM base;
SELECT pg_temp.refusal(jsonb_build_object('layer', (SELECT jsonb_agg(chart - 'data') FROM base, generate_series(1, 17)))) AS layers;

-- ---- charts of models and receipts: their titles ----

SET client_min_messages = error;
CREATE TABLE chart_receipts AS
    SELECT 'c' || lpad((i % 40)::text, 2, '0') AS customer_id, 'r' || i AS receipt_id, date '2019-01-05' + (i * 37 % 350) AS receipt_date,
           (10 + i % 40 + CASE WHEN i % 40 < 8 THEN 300 ELSE 0 END)::numeric AS amount
    FROM generate_series(1, 400) i WHERE i % 40 < 12 OR i < 90;
CREATE TABLE chart_points AS SELECT i AS id, (i % 3) * 10 + sin(i) AS pca_x, (i % 2) * 5 + cos(i) AS pca_y, 'group ' || i % 3 AS cluster_name, i % 50 = 0 AS is_anomaly
    FROM generate_series(1, 1500) i;
CREATE FUNCTION pg_temp.tell(chart jsonb, OUT title text, OUT subtitle text, OUT is_drawn boolean) LANGUAGE sql AS $$
    SELECT chart #>> '{title,text}', chart #>> '{title,subtitle}', segment.chart_svg(chart) LIKE '<svg %</svg>' $$;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_rfm('chart_receipts', '2019-12-31', language => language)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_retention('chart_receipts', '2019-12-31', language => language)) t;
SELECT grain, t.title FROM unnest('{day,week,quarter,year}'::text[]) grain, pg_temp.tell(segment.chart_retention('chart_receipts', '2019-12-31', grain)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_map('chart_points', language => language)) t;
-- the sample is the same for every order of rows
CREATE TABLE chart_points_turned AS SELECT * FROM chart_points ORDER BY id DESC;
SELECT segment.chart_map('chart_points') = segment.chart_map('chart_points_turned') AS same;
SELECT t.* FROM pg_temp.tell(segment.chart_map('chart_points', label => 'none', anomaly => 'none', max_points => 10)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, (SELECT segment.kmeans_sweep(ARRAY[pca_x, pca_y], 2, 6) AS sweep FROM chart_points) s,
    pg_temp.tell(segment.chart_elbow(s.sweep, language)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, (SELECT segment.kmeans_fit(ARRAY[pca_x, pca_y], 3, '{"feature_names": ["recency_days", "return_share"]}') AS model FROM chart_points) s,
    pg_temp.tell(segment.chart_profile(s.model, 1, 'Gold', language)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_rules(
    '[{"antecedent": ["bread", "milk"], "consequent": "butter", "lift": 3.25, "confidence": 0.45}, {"antecedent": "beer", "consequent": "crisps", "lift": 2, "confidence": 0.3},
      {"antecedent": null, "consequent": "x", "lift": 9}]'::jsonb, 1, language)) t;
SELECT t.* FROM pg_temp.tell(segment.chart_rules((SELECT segment.basket_fit(items, '{"min_count": 2}') FROM (VALUES (ARRAY['beer', 'crisps']), ('{beer,crisps}'), ('{bread}'), ('{milk,bread}'), ('{milk}')) b(items)))) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_funnel(
    '[{"stage": "visited", "customers": 1000}, {"stage": "bought", "customers": 250}, {"stage": "again", "customers": 100}]', language)) t;
SELECT language, t.* FROM unnest('{en,es,de}'::text[]) language, pg_temp.tell(segment.chart_forecast(
    '[{"period": "2019-11-01", "value": 900}, {"period": "2019-12-01", "forecast": 1234.5, "lower_bound": 1000, "upper_bound": 1500}]'::jsonb, 0.8, 'Köln', language)) t;

SELECT t.* FROM (SELECT segment.forecast_fit(date '2018-01-01' + make_interval(months => i), 1000 + 10 * i, '{"grain": "month", "method": "drift"}') AS model FROM generate_series(0, 23) i) m,
    pg_temp.tell(segment.chart_forecast(m.model, 6, 0.9, 'Line', 'es')) t;

-- nothing to show is no error
SELECT t.* FROM unnest(ARRAY[segment.chart_rules('[]'::jsonb), segment.chart_funnel('[]'), segment.chart_forecast('[]'::jsonb),
    segment.chart_rfm('chart_receipts', '2018-12-31'), segment.chart_retention('chart_receipts', '2018-12-31'),
    segment.chart_forecast('[{"period": "2019-11-01", "value": 900}]'::jsonb), segment.chart_forecast('[{"period": "2019-12-01", "forecast": 3}]'::jsonb)]) c(chart), pg_temp.tell(c.chart) t;

-- ---- a published table: moves ----

SELECT segment.create_model('chart_groups', 'kmeans', 'chart_points', 'id', ARRAY['pca_x', 'pca_y'], '{"k": "auto", "k_max": 4}');
CALL segment.refit('chart_groups');
SELECT t.title FROM pg_temp.tell(segment.chart_elbow('chart_groups'::text)) t;
CALL segment.publish('{chart_groups}', 'chart_target', '2019-11-30');
UPDATE chart_points SET pca_x = pca_x + 10 WHERE id <= 60;
INSERT INTO chart_points SELECT 5000 + i, 0, 0 FROM generate_series(1, 5) i;
CALL segment.publish('{chart_groups}', 'chart_target', '2019-12-31');
SELECT t.subtitle, t.is_drawn, jsonb_array_length(c #> '{data,values}') AS cells, c #>> '{title,text}' ~ '^\d+ customers changed groups; the largest move is from ' AS title
FROM segment.chart_migration('chart_target', '2019-11-30', '2019-12-31') c, pg_temp.tell(c) t;
SELECT t.title FROM pg_temp.tell(segment.chart_migration('chart_target', '2019-12-31', '2019-12-31', NULL, 'de')) t;

-- ---- errors of the charts ----

\set VERBOSITY terse
SELECT segment.chart_elbow('nothing'::text);
SELECT segment.chart_map('chart_receipts');
SELECT segment.chart_map('chart_points', max_points => 0);
SELECT segment.chart_rules('[]'::jsonb, 0);
SELECT segment.chart_forecast('[]'::jsonb, 95);
SELECT segment.chart_funnel('[]', 'fr');
SELECT segment.chart_forecast('[{"period": "soon", "value": 1}]'::jsonb);
SELECT segment.chart_retention('chart_receipts', '2019-12-31', 'month', language => 'fr');

SELECT segment.drop_model('chart_groups');
DROP TABLE chart_receipts, chart_points, chart_points_turned, chart_target, chart_target_history;
