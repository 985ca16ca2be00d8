-- Privacy: small cells.
\set VERBOSITY terse
\pset null '(null)'
SET client_min_messages = warning;

-- ---- the rule --------------------------------------------------------------------------
SELECT segment_internal.min_cell_size();
SHOW segment.min_cell_size;
SET segment.min_cell_size = 0;
-- each table has a total; hidden: an argument, for cells that another total hides
SELECT t.name, array_agg(CASE WHEN NOT c.hidden THEN c.n END ORDER BY c.place) AS shown
FROM (SELECT v.name, e.n, e.place, segment_internal.is_small_cell(e.n, 5) OVER (PARTITION BY v.name) AS hidden
      FROM (VALUES ('all large', '{5,6,100}'::bigint[]), ('one small', '{4,7,7,9}'), ('two small, a sum of 5', '{2,3,7}'), ('two small, a sum of 4', '{2,2,7,8}'),
                   ('ones', '{1,1,1,1,1,1,9}'), ('nobody is no cell', '{0,0,7}'), ('with nobody', '{0,1,7,8}'), ('unknown', '{NULL,6,7}'),
                   ('all small', '{1,2}'), ('huge', '{9223372036854775807,9223372036854775807,3}')) v(name, cells), unnest(v.cells) WITH ORDINALITY e(n, place)) c
JOIN LATERAL (SELECT c.name) t(name) ON true GROUP BY 1 ORDER BY 1;
SELECT n, is_hidden, segment_internal.is_small_cell(n, 5, is_hidden) OVER () FROM (VALUES (9, true), (7, false), (8, false)) v(n, is_hidden) ORDER BY 1;
SELECT n, segment_internal.is_small_cell(n, NULL) OVER () FROM (VALUES (4), (5), (6)) v(n) ORDER BY 1;
SELECT part, total, segment_internal.has_small_part(part, total, 5) FROM (VALUES (0, 9), (4, 9), (5, 9), (5, 10), (NULL, 9)) v(part, total);
-- a cell hidden in a row would tell its column: 3 is small, 10 and 20 complete its row and column, 30 theirs
SELECT segment_internal.hidden_moves('[["a","a",null,null,3],["a","b",null,null,10],["a","c",null,null,50],["b","a",null,null,20],["b","b",null,null,30],["b","c",null,null,60],["c","a",null,null,70],["c","b",null,null,80],["c","c",null,null,90]]', 5);

-- ---- clusters, segments, cohorts -----------------------------------------------------------
CREATE TABLE privacy_points AS
SELECT i AS id, CASE WHEN i <= 3 THEN 900 WHEN i <= 12 THEN 500 WHEN i <= 40 THEN 200 ELSE 0 END + i % 3 AS x, i % 5 AS y FROM generate_series(1, 200) i;
SELECT segment.create_model('few', 'kmeans', 'privacy_points', 'id', '{x,y}', '{"k": 4, "standardize": "none"}');
CALL segment.refit('few');
SELECT cluster_id, size, share, description IS NULL AS no_description, is_suppressed FROM segment.cluster_summary ORDER BY 1;
SELECT cluster_id, feature, size, round(cluster_mean::numeric, 2) AS mean, num_nulls(share, cluster_sd, index_100, z_score, direction, q1, median, q3) AS nulls,
       overall_mean IS NOT NULL AS overall, is_suppressed FROM segment.cluster_profile WHERE feature = 'x' ORDER BY 1;
SELECT l.language, segment.cluster_card('few', 4, l.language) AS card FROM unnest('{en,es,de}'::text[]) l(language);
SELECT applies_to, customers FROM segment.recommended_actions WHERE customers < 10;
SET segment.min_cell_size = 1;
SELECT array_agg(size ORDER BY cluster_id) AS sizes, bool_or(is_suppressed) AS suppressed FROM segment.cluster_summary;
SET segment.min_cell_size = 30;
SELECT array_agg(size ORDER BY cluster_id) AS sizes FROM segment.cluster_summary;
RESET segment.min_cell_size;

CREATE TABLE privacy_shoppers AS
SELECT i AS customer, CASE WHEN i <= 3 THEN 1 WHEN i <= 12 THEN 300 ELSE 10 + i % 40 END AS recency_days, CASE WHEN i <= 12 THEN 1 ELSE 50 - i % 40 END AS frequency, 10 * i AS monetary
FROM generate_series(1, 100) i;
SELECT segment.create_model('scores', 'rfm', 'privacy_shoppers', 'customer');
CALL segment.refit('scores');
SELECT segment, customers, is_suppressed, num_nulls(share, recency_days, frequency, monetary, revenue, revenue_share) AS nulls FROM segment.rfm_summary ORDER BY 1;
SELECT s.segment, (s.customers, s.revenue, s.share) IS NOT DISTINCT FROM (h.customers, h.revenue, h.share) AS same, h.is_suppressed = s.is_suppressed AS same_flag
FROM segment.rfm_summary s JOIN segment.rfm_history h USING (model_name, segment) ORDER BY 1;

-- 3 customers of January, 6 of February (they would tell), 20 of March, of whom 4 come again
CREATE TABLE privacy_receipts AS
SELECT 'c' || i AS customer_id, 'r' || i AS receipt_id, CASE WHEN i <= 3 THEN date '2024-01-10' WHEN i <= 9 THEN '2024-02-10' ELSE '2024-03-10' END AS receipt_date, 10.00 AS amount
FROM generate_series(1, 29) i
UNION ALL SELECT 'c' || i, 's' || i, date '2024-04-10', 10.00 FROM generate_series(10, 13) i
UNION ALL SELECT 'c' || i, 't' || i, date '2024-05-10', 10.00 FROM generate_series(14, 24) i
UNION ALL SELECT 'c1', 'u', date '2024-06-30', 1.00;
SELECT segment.register_receipts('few', 'privacy_receipts');
SELECT cohort, period, customers, active, round(retention::numeric, 2) AS retention, lost, revenue, average_receipt, is_complete, is_suppressed
FROM segment.cohort_retention WHERE receipts_name = 'few' AND (period <= 1 OR cohort = '2024-03') ORDER BY 1, 2;

-- ---- moves and the report ----------------------------------------------------------------
CALL segment.publish('{few}', 'privacy_target', '2024-01-01');
UPDATE privacy_points SET x = CASE WHEN id IN (41, 42) THEN 500 WHEN id BETWEEN 43 AND 60 THEN 200 WHEN id BETWEEN 4 AND 10 THEN 0 ELSE x END;
CALL segment.publish('{few}', 'privacy_target', '2024-02-01');
SELECT from_label, to_label, customers, customer_moved, is_suppressed FROM segment.migration('privacy_target', '2024-01-02', '2024-02-02') ORDER BY 1, 2;
SELECT (SELECT array_agg(r.value ->> 'customers' ORDER BY r.place) FROM jsonb_array_elements(c #> '{data,values}') WITH ORDINALITY r(value, place)) AS customers
FROM segment.chart_migration('privacy_target', '2024-01-02', '2024-02-02') c;
SELECT count(*) FILTER (WHERE m[1] = 'Fewer than 5 customers: no figures are shown.') > 0 AS small,
       count(*) FILTER (WHERE m[1] = 'No figures are shown, because they would tell those of a smaller group.') > 0 AS told
FROM regexp_matches(segment.report('{few}', 'privacy_receipts', '2024-06-30'), '<p>([^<]*)</p>', 'g') m;
SELECT segment.report('{few}', 'privacy_receipts', '2024-06-30') = segment.report('{few}', 'privacy_receipts', '2024-06-30', min_customers => 5) AS setting_is_the_default;
SET segment.min_cell_size = 2;
SELECT from_label, to_label, customers, customer_moved, is_suppressed FROM segment.migration('privacy_target', '2024-01-02', '2024-02-02') ORDER BY 1, 2;
RESET segment.min_cell_size;

SELECT segment.drop_receipts('few'), segment.drop_model('few'), segment.drop_model('scores');
DROP TABLE privacy_points, privacy_shoppers, privacy_receipts, privacy_target, privacy_target_history;
