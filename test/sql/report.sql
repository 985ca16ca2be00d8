-- The report and the customer view.

SET client_min_messages = error;
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

-- singular and plural, and segments that are too small
SELECT language, k.key, segment_internal.chart_words(language, k.key, k.n, '2', '3')
FROM unnest('{en,es,de}'::text[]) language, (VALUES ('segment.size', '1'), ('segment.size', '2'), ('month.buyers', '1'), ('month.buyers', '2'), ('map.title', '1'), ('map.title', '2')) k(key, n);
SELECT (SELECT count(*) FROM regexp_matches(page, 'Fewer than 10 customers: no figures are shown', 'g')) > 0 AS suppressed,
       (SELECT bool_and(m[1]::integer >= 10) FROM regexp_matches(page, '<p>(\d+) customers? \(', 'g') m) AS all_large
FROM (SELECT segment.report('{report_groups}', 'report_receipts', '2019-12-31', min_customers => 10) AS page) p;

-- the same rows give the same bytes, whatever their order and the settings of the session
CREATE TABLE report_receipts_turned AS SELECT * FROM report_receipts ORDER BY receipt_id DESC;
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Pacific/Kiritimati'; SET extra_float_digits = 0;
SELECT page = segment.report('{report_groups,report_map,report_odd}', 'report_receipts_turned', '2019-12-31', language, target => 'report_target') AS same FROM report_page WHERE language = 'de';
RESET DateStyle; RESET TimeZone; RESET extra_float_digits;

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
CREATE TABLE report_odd_target (id bigint PRIMARY KEY, assigned_at timestamptz NOT NULL, monetary float8, segment integer);
INSERT INTO report_odd_target VALUES (7, '2020-01-01 00:00:00+00', 'NaN', 3), (8, '2020-01-01 00:00:00+00', 5, 4), (9, '2020-01-01 00:00:00+00', '-Infinity', 4);
SELECT segment.create_customer_view('"Odd ""view"""', 'report_odd_target');
SELECT customer_id, monetary, segment FROM "Odd ""view""" ORDER BY 1;
\set VERBOSITY terse
SELECT segment.create_customer_view('report_customers', 'report_target');
SELECT segment.create_customer_view('again', 'report_receipts');
SELECT segment.create_customer_view('a.b.c', 'report_target');
\set VERBOSITY default

DROP VIEW report_customers, "Odd ""view""";
SELECT segment.drop_model(m.model_name) FROM segment.models m WHERE m.model_name LIKE 'report%';
DROP TABLE report_receipts, report_receipts_turned, report_measures, report_target, report_target_history, report_page, report_odd_target;
