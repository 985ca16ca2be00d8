-- The views for BI tools: their rows, and their plain columns.
\set VERBOSITY terse
\pset null '(null)'
SET timezone = 'UTC';
-- tables of few rows; test/sql/privacy.sql has the blanks
SET segment.min_cell_size = 1;
SET extra_float_digits = -3;

-- ---- plain columns, each with a comment; views run with the rights of the current user
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS odd_type
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'segment'::regnamespace AND c.relkind = 'v'
  AND format_type(a.atttypid, a.atttypmod) !~ '^(text|integer|bigint|double precision|numeric\((1?\d|2[0-8]),\d+\)|date|timestamp with time zone|boolean)$';
SELECT c.relname, a.attname AS uncommented
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'segment'::regnamespace AND c.relkind IN ('v', 'r') AND col_description(c.oid, a.attnum) IS NULL;
SELECT c.relname, obj_description(c.oid) ~ 'Key: ' AS names_its_key, c.reloptions,
       has_table_privilege('public', c.oid, 'SELECT') AS readable, has_table_privilege('public', c.oid, 'INSERT, UPDATE, DELETE') AS writable
FROM pg_class c WHERE c.relnamespace = 'segment'::regnamespace AND c.relkind = 'v' ORDER BY 1;

-- ---- rows ---------------------------------------------------------------------------
CREATE TABLE shoppers AS
SELECT i AS customer, (i * 37) % 101 AS recency_days, 1 + (i * 13) % 7 AS frequency, ((i * 7919) % 1009) / 4.0 AS monetary
FROM generate_series(1, 200) i;
CREATE TABLE points AS
SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 400) i;
SELECT segment.create_model('retail', 'rfm', 'shoppers', 'customer');
SELECT segment.create_model('groups', 'kmeans', 'points', 'id', options => '{"k": 4, "n_init": 3}');
SELECT segment.create_model('new', 'anomaly', 'points', 'id');
SELECT segment.create_model('held', 'anomaly', 'points', 'id', options => '{"min_rows": 1000}');
SELECT segment.create_model('broken', 'anomaly', 'points', 'id');
UPDATE segment.model SET options = '{"no_such_option": 1}' WHERE model_name = 'broken';
CALL segment.refit('retail');
CALL segment.refit('groups');
CALL segment.refit('held');
CALL segment.refit('broken');
SELECT segment.name_cluster('groups', 3, 'Third');

SELECT model_name, algorithm, owner = current_user AS mine, active_version, status, fitted_at IS NOT NULL AS fitted, rows_used,
       round(inertia::numeric, 6) AS inertia, round(silhouette::numeric, 6) AS silhouette, max_psi, needs_refit
FROM segment.models ORDER BY 1;
SELECT s.model_name, s.version, s.cluster_id, CASE WHEN s.cluster_name = s.description THEN '(described)' ELSE s.cluster_name END AS cluster_name,
       s.size, s.share, s.description = segment.kmeans_describe(segment.active_model('groups'), s.cluster_id) AS described
FROM segment.cluster_summary s ORDER BY 1, 3;
SELECT p.model_name, p.version, p.cluster_id, CASE WHEN p.cluster_name = s.cluster_name THEN 'as in summary' END AS cluster_name, p.feature, round(p.cluster_mean::numeric, 3) AS cluster_mean, p.rank, p.direction
FROM segment.cluster_profile p JOIN segment.cluster_summary s USING (model_name, cluster_id) ORDER BY 1, 3, p.rank;
SELECT count(*) AS rows, count(*) FILTER (WHERE (p.size, p.share, p.cluster_mean, p.cluster_sd, p.overall_mean, p.overall_sd, p.index_100, p.z_score, p.q1, p.median, p.q3)
       IS NOT DISTINCT FROM (k.size, k.share, k.cluster_mean, k.cluster_sd, k.overall_mean, k.overall_sd, k.index_100, k.z_score, k.q1, k.median, k.q3)) AS same
FROM segment.cluster_profile p
JOIN segment.kmeans_profile(segment.active_model('groups')) k ON k.cluster_id = p.cluster_id AND k.feature = p.feature;

SELECT count(*) AS no_elbow_without_auto FROM segment.elbow;
UPDATE segment.model SET options = options || '{"k": "auto", "k_min": 2, "k_max": 5}' WHERE model_name = 'groups';
CALL segment.refit('groups');
SELECT e.model_name, e.version, e.k, e.is_best_silhouette, (e.inertia, e.silhouette, e.stability, e.smallest_share) = (r.inertia, r.silhouette, r.stability, r.smallest_share) AS same
FROM segment.elbow e
JOIN segment.kmeans_sweep_rows((SELECT segment.kmeans_sweep(ARRAY[x, y]::float8[], 2, 5, '{"n_init": 3}') FROM points)) r ON r.k = e.k ORDER BY e.k;
SELECT model_name, version, against_version, subject, name, round(psi::numeric, 6) AS psi, is_drifted, abs(baseline_mean - current_mean) < 1e-9 AS same_mean,
       baseline_missing, current_missing, round(baseline_share::numeric, 3) AS baseline_share, round(current_share::numeric, 3) AS current_share
FROM segment.drift_report ORDER BY subject, name;

SELECT model_name, version, segment, customers, share, round(recency_days::numeric, 3) AS recency_days, revenue, round(revenue_share::numeric, 6) AS revenue_share
FROM segment.rfm_summary ORDER BY customers DESC, segment;
SELECT sum(s.customers) AS customers, sum(s.revenue) = (SELECT sum(monetary) FROM shoppers) AS revenue, round(sum(s.share)::numeric, 9) AS share
FROM segment.rfm_summary s;
SELECT count(*) AS differing FROM segment.rfm_summary s FULL JOIN (
    SELECT d.segment, count(*) AS customers, avg(monetary)::float8 AS monetary
    FROM shoppers, segment.rfm_details(segment.active_model('retail'), recency_days, frequency, monetary) d GROUP BY 1) h
    ON h.segment = s.segment
WHERE s.customers IS DISTINCT FROM h.customers OR abs(s.monetary - h.monetary) > 1e-9;

SELECT model_name, version, outcome, sqlstate, message, rows, duration >= 0 AS took_time, metrics::jsonb ->> 'rows' AS metrics, fit_id > 0 AS fit_id
FROM segment.fit_log l ORDER BY l.fit_id;
SELECT * FROM segment.refit_progress;
-- a log row whose session has ended
UPDATE segment.model SET last_version = 3 WHERE model_name = 'groups';
INSERT INTO segment.model_log (model_name, version, outcome, pid, fitted_by) VALUES ('groups', 3, 'running', 0, 'x');
SELECT model_name, stage FROM segment.refit_progress;
SELECT version, outcome, sqlstate, message, finished_at, duration FROM segment.fit_log WHERE model_name = 'groups' AND outcome <> 'succeeded';
SELECT m.needs_refit, p.what, p.since IS NOT NULL AS has_since FROM segment.models m JOIN segment.problems p USING (model_name) WHERE model_name = 'groups';
-- the next call repairs it
CALL segment.refit('groups');
SELECT version, outcome, sqlstate, message FROM segment.fit_log WHERE model_name = 'groups' ORDER BY fit_id;

-- ---- receipts -------------------------------------------------------------------------
CREATE TABLE sales (customer_id text, receipt_id text, receipt_date date, amount numeric, currency text, product_id text, quantity numeric);
INSERT INTO sales VALUES
    ('a', '1', '2024-01-05', 10, 'EUR', NULL, 1), ('a', '2', '2024-02-05', 20, 'EUR', NULL, 1), ('a', '3', '2024-03-05', 30, 'EUR', NULL, 1),
    ('b', '4', '2024-01-09', 40, 'EUR', NULL, 1), ('b', '5', '2024-03-09', 50, 'EUR', NULL, 1),
    ('c', '6', '2024-02-11', 60, 'EUR', NULL, 1), ('d', '7', '2024-02-11', 70, 'USD', NULL, 1);
SELECT segment.register_receipts('shop', 'sales', 'EUR');
SELECT segment.register_receipts('shop', 'sales');
SELECT segment.register_receipts('points', 'points');
SELECT segment.register_receipts(NULL, 'sales');
SELECT * FROM segment.cohort_retention ORDER BY cohort, period;
SELECT count(*) AS differing FROM (
    SELECT cohort, period, customers, active, retention, lost, revenue, average_receipt, is_complete FROM segment.cohort_retention
    EXCEPT SELECT cohort, period, customers, active, retention, lost, revenue, average_receipt::numeric(28,2), is_complete
    FROM segment.cohort_retention('sales', '2024-03-09', 'month', 'EUR')) d;
-- several currencies with rates; a source without a currency; a share
CREATE TABLE rates AS SELECT * FROM (VALUES ('EUR', 1.0), ('USD', 0.5)) v(currency, rate);
SELECT segment.register_receipts('converted', 'sales', rates => 'rates');
CREATE VIEW plain_sales AS SELECT customer_id, receipt_id, receipt_date, amount FROM sales WHERE currency = 'EUR';
SELECT segment.register_receipts('plain', 'plain_sales');
SELECT segment.register_receipts('both', 'sales', 'EUR', 'rates');
-- cohorts of each value of a column
CREATE TABLE "channel sales" AS SELECT *, CASE customer_id WHEN 'a' THEN 'shop' WHEN 'b' THEN 'web' END AS "Sales channel" FROM sales;
SELECT segment.register_receipts('by channel', '"channel sales"', 'EUR', by => 'Sales channel');
SELECT segment.register_receipts('by nothing', '"channel sales"', 'EUR', by => 'sales channel');
SELECT by_value, cohort, period, customers, active, revenue FROM segment.cohort_retention WHERE receipts_name = 'by channel' ORDER BY 1, 2, 3;
SELECT count(*) AS differing FROM (
    SELECT by_value, cohort, period, customers, active, retention, lost, revenue, is_complete FROM segment.cohort_retention WHERE receipts_name = 'by channel'
    EXCEPT SELECT by_value, cohort, period, customers, active, retention, lost, revenue, is_complete
    FROM segment.cohort_retention('"channel sales"', '2024-03-09', 'month', 'EUR', by => 'Sales channel')) d;
ALTER TABLE "channel sales" RENAME "Sales channel" TO channel;
SELECT count(*) FROM segment.cohort_retention WHERE receipts_name = 'by channel';
SELECT model_name, what FROM segment.problems WHERE what ~ 'receipts';
SELECT segment.drop_receipts('by channel');
DROP TABLE "channel sales";
SELECT receipts_name, sum(revenue) FROM segment.cohort_retention GROUP BY 1 ORDER BY 1;
SELECT segment.share_receipts('converted', 'pg_monitor');
SET ROLE pg_monitor;
SELECT receipts_name, count(*) FROM segment.cohort_retention GROUP BY 1 ORDER BY 1;
SELECT segment.unshare_receipts('converted', 'pg_monitor');
RESET ROLE;
SELECT segment.unshare_receipts('converted', 'pg_monitor');
SET ROLE pg_monitor;
SELECT count(*) FROM segment.cohort_retention;
RESET ROLE;
DROP TABLE rates;
SELECT receipts_name, count(*) FROM segment.cohort_retention GROUP BY 1 ORDER BY 1;
SELECT model_name, what FROM segment.problems WHERE what ~ 'receipts';
SELECT segment.drop_receipts(r) FROM unnest('{converted,plain}'::text[]) r;
DROP VIEW plain_sales;
ALTER TABLE sales RENAME TO moved;
SELECT count(*) AS without_source FROM segment.cohort_retention;
SELECT segment.drop_receipts('shop');
SELECT segment.drop_receipts('shop');

-- ---- no view fails because of one row -----------------------------------------------------
-- bytes that cannot be read, figures that are not numbers or too large
UPDATE segment.model_version SET model = '\x5345474d01' WHERE model_name = 'groups' AND status = 'active';
UPDATE segment.model_version SET metrics = '{"inertia": "x", "rows_used": 1e300, "silhouette": 1e400, "sweep": {"k": 1}, "drift": [null, 7, {"psi": 1e400, "name": "f"}],
    "against_version": 1e20, "summary": [1, {"segment": "huge", "customers": "many", "recency_days": 1e400, "revenue": 1e26}, {"segment": "fine", "customers": 3, "revenue": 99999999999999999999999999.994}]}'
WHERE model_name = 'retail' AND status = 'active';
UPDATE segment.model SET options = '{"k": 4, "language": "xx"}' WHERE model_name = 'groups';
SELECT model_name, status, rows_used, inertia, silhouette FROM segment.models WHERE model_name IN ('groups', 'retail') ORDER BY 1;
SELECT count(*) AS clusters FROM segment.cluster_summary;
SELECT count(*) AS features FROM segment.cluster_profile;
SELECT model_name, segment, customers, share, recency_days, revenue FROM segment.rfm_summary ORDER BY segment;
SELECT count(*) AS elbow FROM segment.elbow WHERE model_name = 'retail';
SELECT against_version, subject, name, psi FROM segment.drift_report WHERE model_name = 'retail' ORDER BY name;
-- sources that raise errors, have values out of the range of a column, or may not be read
CREATE TABLE good AS SELECT 'c' AS customer_id, '1' AS receipt_id, date '2024-01-05' AS receipt_date, 5.0 AS amount, 'EUR' AS currency;
CREATE VIEW raising AS SELECT customer_id, receipt_id, receipt_date, amount / (length(receipt_id) - 1) AS amount, currency FROM good;
CREATE VIEW endless AS SELECT customer_id, receipt_id, '-infinity'::date AS receipt_date, amount, currency FROM good;
CREATE VIEW huge AS SELECT customer_id, receipt_id, receipt_date, 1e30 AS amount, currency FROM good;
SELECT segment.register_receipts(r, r::regclass) FROM unnest('{good,raising,endless,huge}'::text[]) r;
SELECT receipts_name, cohort, period, customers, revenue FROM segment.cohort_retention ORDER BY 1;
SELECT receipts_name, cohort, customers FROM segment.cohort_retention WHERE receipts_name = 'good';
SELECT model_name, what, since IS NOT NULL AS since FROM segment.problems ORDER BY 1, 2;
DROP VIEW raising;
SELECT what FROM segment.problems WHERE model_name = 'raising';
SELECT segment.drop_receipts(r) FROM unnest('{good,raising,endless,huge}'::text[]) r;
-- names with characters that would change the layout of a report
SELECT segment.register_receipts(E'a\nb', 'good');
SELECT segment.create_model(U&'a\202Eb', 'anomaly', 'points', 'id');
SELECT segment.register_receipts(U&'a\200Bb', 'good');

SELECT count(segment.drop_model(model_name)) FROM segment.model;
DROP TABLE shoppers, points, moved;
DROP VIEW endless, huge;
DROP TABLE good;
