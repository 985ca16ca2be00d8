-- The report and the customer view.

SET client_min_messages = error;
-- few customers; test/sql/privacy.sql has the blanks
SET segment.min_cell_size = 2;
CREATE TABLE report_receipts AS
    SELECT 'c' || lpad((i % 60)::text, 2, '0') AS customer_id, 'r' || i AS receipt_id,
           date '2018-01-10' + (i * 37 % CASE WHEN i % 60 < 30 THEN 719 ELSE 600 END) AS receipt_date, (10 + i % 60 * 3)::numeric AS amount
    FROM generate_series(1, 1500) i WHERE i % 60 < 20 OR i % 7 = 0;
CREATE TABLE report_measures AS
    SELECT customer_id, recency_days, frequency, monetary::float8 AS monetary FROM segment.rfm('report_receipts', '2019-11-30') WHERE frequency > 0;
ALTER TABLE report_measures ADD PRIMARY KEY (customer_id);
SELECT segment.create_model('report_groups', 'kmeans', 'report_measures', 'customer_id', options => '{"k": 3}'),
       segment.create_model('report_scores', 'rfm', 'report_measures', 'customer_id'),
       segment.create_model('report_map', 'pca', 'report_measures', 'customer_id'),
       segment.create_model('report_odd', 'anomaly', 'report_measures', 'customer_id'),
       segment.create_model('report_new', 'kmeans', 'report_measures', 'customer_id', options => '{"k": 2}');
CALL segment.refit('report_groups');
CALL segment.refit('report_scores');
CALL segment.refit('report_map');
CALL segment.refit('report_odd');
SELECT segment.name_cluster('report_groups', 1, 'Best & "dearest" <customers>');
CALL segment.publish('{report_groups,report_scores,report_map,report_odd}', 'report_target', '2019-11-30');
UPDATE report_measures SET recency_days = recency_days + 31 WHERE customer_id < 'c30';
CALL segment.publish('{report_groups,report_scores,report_map,report_odd}', 'report_target', '2019-12-31');

CREATE TABLE report_page AS
    SELECT language, segment.report('{report_groups,report_map,report_odd}', 'report_receipts', '2019-12-31', language, target => 'report_target') AS page
    FROM unnest('{en,es,de}'::text[]) language;

-- what a page has: sections, sentences, pictures; one policy, no script
SELECT language, array_to_string(ARRAY(SELECT m[1] FROM regexp_matches(page, '<section id="(\w+)">', 'g') m), ' ') AS sections,
       (SELECT count(*) FROM regexp_matches(page, '<svg ', 'g')) AS pictures, (SELECT count(*) FROM regexp_matches(page, '<table>', 'g')) AS tables
FROM report_page;
SELECT language, page LIKE '<!DOCTYPE html><html lang="' || language || '">%' AS head,
       page LIKE '%content="default-src ''none''; style-src ''sha256-%''">%' AS policy,
       encode(sha256(convert_to(substring(page FROM '<style>(.*)</style>'), 'UTF8')), 'base64') = substring(page FROM 'sha256-([^'']*)''') AS style_is_allowed,
       page ~* '<script|javascript:|<img|<link|<iframe|url\(|http://(?!www\.w3\.org/2000/svg)|https://' AS asks, length(page) < 400000 AS small, page ~ '[^\x01-\x7e]' AS beyond_ascii
FROM report_page;
SELECT language, s.sentence FROM report_page, LATERAL (SELECT m[1] AS sentence FROM regexp_matches(substring(page FROM '<ol class="month">(.*?)</ol>'), '<li>(.*?)</li>', 'g') m) s;

-- names of customers' groups are escaped, figures are fit to be read
SELECT language, position('Best &amp; &quot;dearest&quot; &lt;customers&gt;' IN page) > 0 AS escaped, page LIKE '%<customers>%' AS markup,
       page ~ '\mNaN\M|\mInfinity\M|\mnull\M' AS nan, regexp_replace(page, '<[^>]*>', ' ', 'g') ~ '\d{9}|\d[.,]\d{4}' AS digits,
       regexp_replace(page, '<[^>]*>', ' ', 'g') ~* '\m(cluster|grupo|gruppe) \d' AS numbered
FROM report_page;

-- a generated name repeats the words, so it does not stand before them in a title
SELECT count(*) AS pictures, count(*) FILTER (WHERE m[1] LIKE 'Best &amp;%: %') AS named, count(*) FILTER (WHERE m[1] ~ '^([^:(]*)( \([^:]*\))?: \1') AS twice
FROM report_page, regexp_matches(substring(page FROM '<section id="groups">.*?</section>'), '<svg [^>]*><title>([^<]*)</title>', 'g') m WHERE language = 'en';

-- rules of the user say what to do, also about a group
BEGIN;
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action) VALUES (1, 'segment', 'champions', 'en', 'Call <them> & smile.'), (2, 'cluster', 'Best%', 'en', 'Invite them.');
SELECT page LIKE '%<strong>Recommended: Call &lt;them&gt; &amp; smile.</strong>%' AS segment, page LIKE '%<strong>Recommended: Invite them.</strong>%' AS cluster
FROM segment.report('{report_groups}', 'report_receipts', '2019-12-31') page;
ROLLBACK;

-- the revenue of segments by month is that of segment.rfm as of the day before, joined to the receipts of the month
WITH direct AS (
    SELECT r.segment_code AS code, m.month::date, sum(t.net) AS value
    FROM generate_series(timestamp '2018-02-01', '2019-12-01', interval '1 month') m(month)
    JOIN LATERAL segment.receipt_totals('report_receipts', '2019-12-31') t ON date_trunc('month', t.receipt_date::timestamp) = m.month
    LEFT JOIN LATERAL segment.rfm('report_receipts', m.month::date - 1) r ON r.customer_id = t.customer_id AND r.rfm_score IS NOT NULL GROUP BY 1, 2)
SELECT count(*) > 60 AS many, count(*) FILTER (WHERE abs(d.value - s.value) > 1e-6 OR num_nulls(d.month, s.month) > 0) AS different
FROM direct d FULL JOIN segment_internal.report_series('report_receipts', '2019-12-31', NULL, NULL) s ON s.month = d.month AND s.code IS NOT DISTINCT FROM d.code;

-- forecasts: the whole is that of its own series, the segments add up to it, and their intervals contain their forecasts
CREATE TEMPORARY TABLE report_forecast AS
    SELECT f, r.* FROM (SELECT segment_internal.report_forecasts(segment_internal.report_months('report_receipts', '2019-12-31', NULL, NULL), s.segments, 'report_receipts', '2019-12-31', NULL, NULL, 2) AS f
                        FROM segment_internal.report_segments('report_receipts', '2019-12-31', segment_internal.report_cuts('report_receipts', '2019-12-31', NULL, NULL), NULL, NULL, 'en', 2) s) x,
         jsonb_to_recordset(f -> 'rows') AS r(code text, is_total boolean, period date, forecast float8, lower_bound float8, upper_bound float8);
SELECT count(*) AS months, max(r.period) AS last, bool_and(abs(r.forecast - d.forecast) + abs(r.lower_bound - d.lower_bound) + abs(r.upper_bound - d.upper_bound) < 1e-6) AS same
FROM report_forecast r JOIN segment.forecast((SELECT segment.forecast_fit(date_trunc('month', receipt_date::timestamp), amount::float8, '{"grain": "month"}') FROM report_receipts), 6) d USING (period) WHERE r.is_total;
SELECT count(DISTINCT code) > 3 AS several, bool_and(forecast BETWEEN lower_bound AND upper_bound) AS inside FROM report_forecast WHERE NOT is_total;
SELECT bool_and(abs(whole - parts) < 1e-6 * whole) AS adds_up FROM (SELECT sum(forecast) FILTER (WHERE is_total) AS whole, sum(forecast) FILTER (WHERE NOT is_total) AS parts FROM report_forecast GROUP BY period) x;
DROP TABLE report_forecast;

-- the strongest features of a segment, against a plain query
WITH c AS (SELECT r.segment_code, f.* FROM segment.rfm('report_receipts', '2019-12-31') r JOIN segment.receipt_features('report_receipts', '2019-12-31') f USING (customer_id) WHERE r.rfm_score IS NOT NULL),
d AS (SELECT x.name, avg(x.v) FILTER (WHERE segment_code = 'champions') AS here, avg(x.v) AS overall, stddev_pop(x.v) AS spread
      FROM c, LATERAL (VALUES ('recency_days', recency_days::float8), ('frequency', receipts), ('monetary', monetary::float8), ('receipt_mean', receipt_mean), ('tenure_days', tenure_days),
          ('gap_mean', gap_mean), ('return_share', return_share), ('receipts_90', receipts_90), ('sales_90', sales_90::float8)) x(name, v) GROUP BY 1),
best AS (SELECT name, here, overall FROM d WHERE spread > 0 ORDER BY abs(here - overall) / spread DESC LIMIT 5)
SELECT count(*) AS features, bool_and(abs(b.here - r.here) < 1e-9 * abs(b.here) AND abs(b.overall - r.overall) < 1e-9 * b.overall) AS same
FROM best b JOIN jsonb_to_recordset(segment_internal.report_features('report_receipts', '2019-12-31', segment_internal.report_cuts('report_receipts', '2019-12-31', NULL, NULL), NULL, NULL))
     AS r(code text, feature text, here float8, overall float8) ON r.feature = b.name AND r.code = 'champions';

-- each segment that has figures has five features and a forecast; unusual customers have reasons
SELECT language, (SELECT count(*) FROM regexp_matches(part, '<table>', 'g')) AS tables, (SELECT bool_and(r.n = 5) FROM (SELECT count(*) AS n FROM regexp_matches(part, '<tbody>(.*?)</tbody>', 'g') t(m), regexp_matches(m[1], '<tr>', 'g') GROUP BY m) r) AS five,
       (SELECT count(*) FROM regexp_matches(part, 'forecast of the revenue of this segment|los ingresos de este segmento|Umsatz dieses Segments', 'g')) AS forecasts
FROM report_page, substring(page FROM '<section id="segments">(.*?)</section>') part;
SELECT language, substring(page FROM '<section id="anomalies">.*?<tr>(.*?)</tr>') AS head, substring(page FROM '<section id="anomalies">.*?<tbody><tr>(.*?)</tr>') AS first FROM report_page;

-- a registered forecast has its chart
CREATE VIEW report_days AS SELECT receipt_date AS day, sum(amount)::float8 AS amount FROM report_receipts GROUP BY 1;
SELECT segment.create_model('report_monthly', 'forecast', 'report_days', 'day', '{amount}', '{"horizon": 2, "as_of": "2019-12-31"}');
CALL segment.refit('report_monthly');
SELECT (SELECT count(*) FROM regexp_matches(part, '<svg ', 'g')) AS pictures, substring(part FROM '<caption>([^<]*report monthly)</caption>') AS caption, part LIKE '%<th scope="row">1 Feb 2020</th>%' AS has_last_month
FROM substring(segment.report('{report_monthly}', 'report_receipts', '2019-12-31') FROM '<section id="forecast">(.*?)</section>') part;

-- few and odd receipts: one customer, nothing but returns at the end, a price of 0
CREATE TABLE report_few AS
    SELECT 'one' AS customer_id, 'r' || i AS receipt_id, (date '2019-01-10' + make_interval(months => i))::date AS receipt_date, 5::numeric AS amount FROM generate_series(0, 7) i;
SELECT regexp_replace(page, '<[^>]*>', ' ', 'g') ~ 'NaN|Infinity' AS nan, substring(page FROM '<li>(The forecast[^<]*)</li>') AS sentence, page LIKE '%Fewer than 5 customers%' AS suppressed
FROM segment.report('{}', 'report_few', '2019-08-31', min_customers => 5) page;
INSERT INTO report_few SELECT 'two', 'a' || i, (date '2019-01-10' + make_interval(months => i))::date, CASE WHEN i < 3 THEN 100 ELSE -20 END FROM generate_series(0, 7) i;
SELECT regexp_replace(page, '<[^>]*>', ' ', 'g') ~ 'NaN|Infinity' AS nan, length(page) > 5000 AS is_page FROM segment.report('{}', 'report_few', '2019-08-31', min_customers => 1) page;
UPDATE report_few SET amount = 0;
SELECT regexp_replace(page, '<[^>]*>', ' ', 'g') ~ 'NaN|Infinity' AS nan, length(page) > 5000 AS is_page FROM segment.report('{}', 'report_few', '2019-08-31', 'de', min_customers => 1) page;

-- singular and plural, and segments that are too small
SELECT language, k.key, segment_internal.chart_words(language, k.key, k.n, '2', '3')
FROM unnest('{en,es,de}'::text[]) language, (VALUES ('segment.size', '1'), ('segment.size', '2'), ('month.buyers', '1'), ('month.buyers', '2'), ('month.shrink', '1'), ('month.shrink', '2'), ('map.groups', '1'), ('map.groups', '2')) k(key, n);
SELECT (SELECT count(*) FROM regexp_matches(page, 'Fewer than 10 customers: no figures are shown', 'g')) > 0 AS suppressed,
       page !~ 'Within a month [1-9] came|came and [1-9] left' AS moves_are_suppressed,
       (SELECT bool_and(m[1]::integer >= 10) FROM regexp_matches(page, '<p>(\d+) customers? \(', 'g') m) AS all_large
FROM (SELECT segment.report('{report_groups}', 'report_receipts', '2019-12-31', min_customers => 10) AS page) p;

-- the same rows give the same bytes, whatever their order and the settings of the session
CREATE TABLE report_receipts_turned AS SELECT * FROM report_receipts ORDER BY receipt_id DESC;
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Pacific/Kiritimati'; SET extra_float_digits = 0;
SELECT page = segment.report('{report_groups,report_map,report_odd}', 'report_receipts_turned', '2019-12-31', language, target => 'report_target') AS same FROM report_page WHERE language = 'de';
RESET DateStyle; RESET TimeZone; RESET extra_float_digits;

-- without the anomaly model in model_names the page has the unusual customers without reasons, however many models there are
SELECT page LIKE '%<section id="anomalies">%' AS anomalies, page LIKE '%What is unusual%' AS reasons FROM segment.report('{}', 'report_receipts', '2019-12-31', target => 'report_target') page;

-- who buys twice on the first day is one new customer; lines after the date and blank receipt numbers
CREATE TABLE report_lines (customer_id text, receipt_id text, receipt_date date, amount numeric);
INSERT INTO report_lines SELECT 'c' || i, 'r' || i || '.' || j, '2019-12-05', 10 FROM generate_series(1, 6) i, generate_series(1, 2) j;
INSERT INTO report_lines SELECT 'k' || i, 'k' || i || m, date '2019-03-07' + make_interval(months => m), 10 FROM generate_series(1, 6) i, unnest('{0,1,8,9}'::integer[]) m;
INSERT INTO report_lines SELECT 'c' || i, 'f' || i, '2020-01-05', 10 FROM generate_series(1, 6) i;
INSERT INTO report_lines VALUES ('c1', '#', '2019-12-05', 10), ('c1', NULL, '2019-12-05', 10);
SELECT substring(page FROM '<li>(Revenue in [^<]*)</li>') AS month, substring(page FROM '<section id="quality">.*?<p>(.*?)</p>') AS lines, substring(page FROM 'blank or #[^0-9]*([0-9]+)') AS left_out,
       -- months without receipts are months
       substring(page FROM 'The forecast rests on [^.]*') AS forecast
FROM segment.report('{}', 'report_lines', '2019-12-31') page;
-- a single receipt of long ago
INSERT INTO report_lines VALUES ('c1', 'old', '0019-12-05', 10);
SELECT substring(page FROM 'The forecast rests on [0-9]* months') AS forecast FROM segment.report('{}', 'report_lines', '2019-12-31') page;
DROP TABLE report_lines;

-- settings of the session and the plan change no byte
CREATE TABLE report_sums AS
    SELECT 'c' || i % 150 AS customer_id, date '2018-01-03' + (i * 7919 % 725) AS receipt_date, (5 + i * 104729 % 9973 / 97.0)::numeric(12, 2) AS amount FROM generate_series(1, 9000) i;
CREATE TABLE report_sums_page AS SELECT segment.report('{}', 'report_sums', '2019-12-31') AS page;
CREATE VIEW report_charts AS
    WITH s AS (SELECT segment.kmeans_sweep(ARRAY[recency_days, frequency]::float8[], 2, 4) AS sweep FROM segment.rfm('report_sums', '2019-12-31'))
    SELECT 'elbow' AS chart, segment.chart_elbow(sweep) AS spec FROM s UNION ALL SELECT 'retention', segment.chart_retention('report_sums', '2019-12-31')
    UNION ALL SELECT 'forecast', segment.chart_forecast('[{"period": "2019-10-01", "value": 1234.567}, {"period": "2019-11-01", "forecast": 9876.543}]')
    UNION ALL SELECT 'model', segment.chart_forecast(segment.forecast_fit(receipt_date, amount::float8, '{"grain": "month"}'), 2) FROM report_sums
    UNION ALL SELECT 'funnel', segment.chart_funnel('[{"stage": "all", "customers": 12345}, {"stage": "some", "customers": 6789}]');
CREATE TABLE report_charts_now AS SELECT * FROM report_charts;
SET extra_float_digits = -15;
SELECT page = segment.report('{}', 'report_sums', '2019-12-31') AS same FROM report_sums_page;
SELECT c.chart, c.spec = n.spec AS same FROM report_charts c JOIN report_charts_now n USING (chart) ORDER BY 1;
RESET extra_float_digits;
SET work_mem = '64kB'; SET enable_hashagg = off;
SELECT page = segment.report('{}', 'report_sums', '2019-12-31') AS same FROM report_sums_page;
RESET work_mem; RESET enable_hashagg;
SELECT s.code, s.month, md5(s.value::text) AS value INTO report_series FROM segment_internal.report_series('report_sums', '2019-12-31', NULL, NULL) s;
SET work_mem = '64kB'; SET enable_hashagg = off;
SELECT count(*) AS rows, count(*) FILTER (WHERE md5(t.value::text) <> s.value) AS different
FROM report_series s JOIN segment_internal.report_series('report_sums', '2019-12-31', NULL, NULL) t ON t.month = s.month AND t.code IS NOT DISTINCT FROM s.code;
RESET work_mem; RESET enable_hashagg;
DROP VIEW report_charts;
DROP TABLE report_sums, report_sums_page, report_series, report_charts_now;

-- segments, cohorts and groups that are too small: no sentence, title or description tells their number
CREATE TABLE report_small (customer_id text, receipt_date date, amount numeric);
INSERT INTO report_small SELECT 'old' || i, '2019-11-03', 10 FROM generate_series(1, 40) i;
INSERT INTO report_small SELECT 'old' || i, '2019-12-03', 10 FROM generate_series(1, 12) i;
INSERT INTO report_small SELECT 'new' || i, '2019-12-04', 10 FROM generate_series(1, 3) i;
SELECT n, substring(page FROM '<li>(Revenue in [^<]*)</li>') AS month FROM unnest('{1,5,20}'::integer[]) n, LATERAL segment.report('{}', 'report_small', '2019-12-31', min_customers => n) page;
SELECT substring(page FROM '<section id="glance">.*?<title>(.*?)</title>') AS title, page LIKE '%<li>What to do for each segment is in the table%' AS action
FROM segment.report('{}', 'report_small', '2019-12-31', min_customers => 100) page;
SELECT language, m[1] AS sentence FROM unnest('{en,es,de}'::text[]) language, LATERAL segment.report('{}', 'report_small', '2019-12-31', language, min_customers => 5) page,
     LATERAL regexp_matches(substring(page FROM '<ol class="month">(.*?)</ol>'), '<li>(.*?)</li>', 'g') WITH ORDINALITY r(m, place) WHERE place = 2;
SELECT language, substring(page FROM '<ol class="month"><li>[^;]*; ([^<]*)\.</li>') AS all_new FROM unnest('{en,es,de}'::text[]) language, LATERAL segment.report('{}', 'report_small', '2019-11-30', language) page;
DELETE FROM report_small WHERE customer_id NOT IN ('new1', 'old1');
SELECT count(*) AS unshown FROM segment.report('{}', 'report_small', '2019-12-31', min_customers => 5) page, regexp_matches(page, 'No segment is large enough to be shown|fewer than 5 customers bought', 'g');
DROP TABLE report_small;

-- no revenue at all, or returns only after a while: no share of it, no sign of a missing figure in a sentence
CREATE TABLE report_nothing AS SELECT 'c' || i % 9 AS customer_id, 'r' || i AS receipt_id, date '2019-01-03' + i * 7 AS receipt_date, 0::numeric AS amount FROM generate_series(0, 50) i;
SELECT language, regexp_replace(page, '<[^>]*>', ' ', 'g') ~ '(bring|with|con el|aporta el|mit|bringen|durchschnittlich|average) -|promedio -|un - ' AS blanks, substring(page FROM '<section id="glance">.*?<title>(.*?)</title>') AS title,
       substring(page FROM '<li>([^<]*(?:quite sure|bastante seguro|recht sicher)[^<]*)</li>') AS forecast, m[1] AS top
FROM unnest('{en,es,de}'::text[]) language, LATERAL segment.report('{}', 'report_nothing', '2019-12-31', language, min_customers => 1) page,
     LATERAL regexp_matches(substring(page FROM '<ol class="month">(.*?)</ol>'), '<li>(.*?)</li>', 'g') WITH ORDINALITY r(m, place) WHERE place = 2;
INSERT INTO report_nothing SELECT 'c' || i % 9, 'x' || i, date '2019-01-04' + i * 7, -5 - i FROM generate_series(0, 50) i;
SELECT page ~ '(bring|with) -?[0-9]+ % of the revenue' AS shares, page LIKE '%All customers together have brought no revenue%' AS said, page LIKE '%so that no single customer%' AS small FROM segment.report('{}', 'report_nothing', '2019-12-31', min_customers => 1) page;
DROP TABLE report_nothing;

-- moves and the map keep to min_customers, in titles and descriptions too
CREATE TABLE report_move_target (id integer PRIMARY KEY, assigned_at timestamptz NOT NULL, cluster_id integer, cluster_name text, pca_x float8, pca_y float8);
CREATE TABLE report_move_target_history (id integer, cluster_id integer, old_model_cluster_id integer, cluster_name text, valid_from timestamptz, valid_to timestamptz);
INSERT INTO report_move_target SELECT i, '2019-12-31', 1 + (i > 40)::integer + (i > 100)::integer, NULL, i, i FROM generate_series(1, 103) i;
UPDATE report_move_target SET cluster_name = substr('ABC', cluster_id, 1);
INSERT INTO report_move_target_history SELECT i, 1 + (i > 50)::integer, NULL, substr('AB', 1 + (i > 50)::integer, 1), '2019-11-01', '2019-12-15' FROM generate_series(1, 97) i;
INSERT INTO report_move_target_history SELECT id, cluster_id, cluster_id, cluster_name, '2019-12-15', NULL FROM report_move_target;
SELECT n, substring(moves FROM '<title>(.*?)</title>') AS title, substring(moves FROM '<desc>(.*?)</desc>') ~ '\m(3|6|10)\M' AS moves_tell, map IS NOT NULL AS has_map, substring(map FROM '<desc>(.*?)</desc>') ~ 'C: 3' AS map_tells
FROM unnest('{1,5,20}'::integer[]) n, LATERAL segment.report('{}', 'report_receipts', '2019-12-31', target => 'report_move_target', min_customers => n) page,
     LATERAL substring(page FROM '<section id="moves">(.*?)</section>') moves, LATERAL substring(page FROM '<section id="map">(.*?)</section>') map;
DROP TABLE report_move_target, report_move_target_history;

-- no models, no target, a part of a month, no customers
SELECT array_to_string(ARRAY(SELECT m[1] FROM regexp_matches(segment.report(NULL, 'report_receipts', '2019-12-15'), '<section id="(\w+)">', 'g') m), ' ') AS sections;
SELECT substring(segment.report('{}', 'report_receipts', '2019-12-15') FROM '<li>(Revenue in [^<]*)</li>') AS part;
SELECT segment.report('{}', 'report_receipts', '2000-01-31') LIKE '%<p>There are no customers with purchases up to this date.</p>%' AS empty;
SELECT segment.report('{report_scores}', 'report_receipts', '2019-12-31') = segment.report('{}', 'report_receipts', '2019-12-31') AS cuts_of_the_model_are_used;

\set VERBOSITY terse
SELECT segment.report('{nothing}', 'report_receipts', '2019-12-31');
SELECT segment.report('{report_new}', 'report_receipts', '2019-12-31');
SELECT segment.report('{}', 'report_receipts', '2019-12-31', 'fr');
SELECT segment.report('{}', 'report_receipts', '2019-12-31', min_customers => 0);
SELECT segment.report('{}', 'report_receipts', NULL);
SELECT segment.report('{}', 'report_measures', '2019-12-31');
\set VERBOSITY default

-- ---- the customer view ----

SELECT segment.create_customer_view('report_customers', 'report_target');
SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'report_customers'::regclass AND attnum > 0 ORDER BY attnum;
SELECT obj_description('report_customers'::regclass), (SELECT reloptions FROM pg_class WHERE oid = 'report_customers'::regclass);
SELECT count(*) AS customers, count(DISTINCT customer_id) AS keys, count(segment) AS segments, count(map_x) AS places, count(profile_code) AS codes FROM report_customers;
-- NaN is NULL; columns of another type are not read
CREATE TABLE report_odd_target (id bigint PRIMARY KEY, assigned_at timestamptz NOT NULL, monetary float8, segment integer,
                                probability float8, alive_probability float8, lifetime_value float8);
INSERT INTO report_odd_target VALUES (7, '2020-01-01 00:00:00+00', 'NaN', 3, 0.25, 0.5, 100), (8, '2020-01-01 00:00:00+00', 5, 4, NULL, 'NaN', 'Infinity'), (9, '2020-01-01 00:00:00+00', '-Infinity', 4, 1, 0, -5);
SELECT segment.create_customer_view('"Odd ""view"""', 'report_odd_target');
SELECT customer_id, monetary, segment, probability, alive_probability, lifetime_value FROM "Odd ""view""" ORDER BY 1;
\set VERBOSITY terse
SELECT segment.create_customer_view('report_customers', 'report_target');
SELECT segment.create_customer_view('again', 'report_receipts');
SELECT segment.create_customer_view('a.b.c', 'report_target');
\set VERBOSITY default

DROP VIEW report_customers, "Odd ""view""";
SELECT segment.drop_model(m.model_name) FROM segment.models m WHERE m.model_name LIKE 'report%';
DROP VIEW report_days;
DROP TABLE report_few, report_receipts, report_receipts_turned, report_measures, report_target, report_target_history, report_page, report_odd_target;
