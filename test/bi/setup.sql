-- A model of each kind, a failed refit, receipts: every view has rows.
CREATE EXTENSION segment;
CREATE TABLE shoppers AS
SELECT i AS customer, (i * 37) % 101 AS recency_days, 1 + (i * 13) % 7 AS frequency, ((i * 7919) % 1009) / 4.0 AS monetary
FROM generate_series(1, 500) i;
SELECT segment.create_model('groups', 'kmeans', 'shoppers', 'customer', options => '{"k": 4}');
SELECT segment.create_model('retail', 'rfm', 'shoppers', 'customer');
SELECT segment.create_model('map', 'pca', 'shoppers', 'customer');
SELECT segment.create_model('odd', 'anomaly', 'shoppers', 'customer');
SELECT segment.create_model('never', 'anomaly', 'shoppers', 'customer');
SELECT segment.create_model('broken', 'anomaly', 'shoppers', 'customer');
UPDATE segment.model SET options = '{"no_such_option": 1}' WHERE model_name = 'broken';
CALL segment.refit('groups');
CALL segment.refit('retail');
CALL segment.refit('map');
CALL segment.refit('odd');
CALL segment.refit('groups');
\set ON_ERROR_STOP 0
\set VERBOSITY terse
CALL segment.refit('broken');
\set ON_ERROR_STOP 1
SELECT segment.name_cluster('groups', 1, 'Stammkundschaft – größte');
INSERT INTO segment.model_log (model_name, version, outcome, pid, fitted_by) VALUES ('groups', 3, 'running', 0, current_user);
CREATE TABLE sales AS
SELECT (i % 40)::text AS customer_id, i::text AS receipt_id, date '2024-01-01' + (i * 37) % 300 AS receipt_date,
       (i * 7919 % 500)::numeric / 3 AS amount, 'EUR' AS currency, NULL::text AS product_id, 1.0 AS quantity
FROM generate_series(1, 400) i;
SELECT segment.register_receipts('shop', 'sales');
CALL segment.publish('{groups,retail,map,odd}', 'public.customer_segments', '2026-01-01');
-- A plain role with models and receipts of its own, and one that is shared with it.
CREATE ROLE analyst LOGIN;
SELECT segment.grant_modeler('analyst'), segment.share_model('groups', 'analyst');
GRANT SELECT ON customer_segments, customer_segments_history TO analyst;
CREATE SCHEMA own AUTHORIZATION analyst;
SET ROLE analyst;
CREATE TABLE own.visits AS
SELECT i AS visitor, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y, i % 9 AS z FROM generate_series(1, 200) i;
SELECT segment.create_model('own', 'kmeans', 'own.visits', 'visitor', options => '{"k": "auto", "k_max": 5, "n_init": 1}');
SELECT segment.create_model('own scores', 'rfm', 'own.visits', 'visitor');
CALL segment.refit('own');
CALL segment.refit('own');
CALL segment.refit('own scores');
CREATE TABLE own.sales AS
SELECT '1' AS customer_id, '1' AS receipt_id, date '2024-01-01' AS receipt_date, 1.5 AS amount, 'EUR' AS currency;
SELECT segment.register_receipts('own shop', 'own.sales');
RESET ROLE;
