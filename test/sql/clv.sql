-- clv: how often customers will buy again, and what that is worth.
\pset format unaligned
SET extra_float_digits = 0;
-- 400 customers as the model sees them: a rate lambda and a probability to leave for each, times of purchase, and a mean value
CREATE FUNCTION pg_temp.u(i bigint, k bigint) RETURNS float8 LANGUAGE sql AS $$
    SELECT (v * v % 1000003 + 0.5) / 1000003 FROM (SELECT (i * 7919 + k * 104729 + i * k * 3571 + 17) % 1000003 AS v) s $$;
CREATE TEMP TABLE sample AS
SELECT i, count(e.t) AS x, COALESCE(ceil(max(e.t)), 0)::int AS t_x, t_cal,
       CASE WHEN count(e.t) > 0 THEN round((20 + 80 * pg_temp.u(i, 5) + 30 * (pg_temp.u(i, 6) - 0.5) / sqrt(count(e.t)))::numeric, 2) END AS mean_value
FROM (SELECT i, 300 + i % 60 AS t_cal, -ln(pg_temp.u(i, 1)) / 60 AS lambda, floor(ln(pg_temp.u(i, 2)) / ln(sqrt(pg_temp.u(i, 3)))) AS stays FROM generate_series(1, 400) AS i) AS c
LEFT JOIN LATERAL (SELECT k, sum(-ln(pg_temp.u(i, 10 + k)) / lambda) OVER (ORDER BY k) AS t FROM generate_series(1, 60) k) e ON k <= stays AND t <= t_cal - 1
GROUP BY i, t_cal;
SELECT count(*), count(*) FILTER (WHERE x > 0) AS repeated, sum(x), max(t_x) FROM sample;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value) AS model FROM sample \gset
SELECT segment.clv_fit(x, t_x, t_cal, mean_value, '{"model": "bgnbd"}') AS bgnbd FROM sample \gset

SELECT algorithm, format_version, method, features, rows_used, rows_skipped, options FROM segment.model_info(:'model');
SELECT "position", feature FROM segment.model_features(:'model');
SELECT model_part, parameter, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error, round(log_likelihood::numeric, 6) AS log_likelihood, customers, at_boundary
FROM segment.clv_parameters(:'model');
SELECT model_part, parameter, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error, round(log_likelihood::numeric, 6) AS log_likelihood, customers, at_boundary
FROM segment.clv_parameters(:'bgnbd');

-- the likelihood of the maximum, and lower ones around it, by the formulas of src/clv/clv.h in plain SQL; ln Gamma by Stirling's series
CREATE FUNCTION pg_temp.lg(z float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT (w - 0.5) * ln(w) - w + 0.5 * ln(2 * pi()) + 1 / (12 * w) - 1 / (360 * w ^ 3) + 1 / (1260 * w ^ 5) - (SELECT sum(ln(z + i)) FROM generate_series(0, 29) i)
    FROM (SELECT z + 30 AS w) s $$;
CREATE FUNCTION pg_temp.ll(r float8, alpha float8, a float8, b float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(pg_temp.lg(r + x) - pg_temp.lg(r) + r * ln(alpha) - (r + x) * ln(alpha + t_cal)
               + pg_temp.lg(b + x + 1) - pg_temp.lg(b) - pg_temp.lg(a + b + x + 1) + pg_temp.lg(a + b)
               + ln(1 + a / (b + x) * ((alpha + t_cal) / (alpha + t_x)) ^ (r + x))) FROM sample $$;
WITH p AS (SELECT array_agg(estimate) AS e, min(log_likelihood) AS ll FROM segment.clv_parameters(:'model') WHERE model_part = 'mbgnbd')
SELECT abs(pg_temp.ll(e[1], e[2], e[3], e[4]) / ll - 1) < 1e-12 AS same,
       bool_and(pg_temp.ll(e[1] * f1, e[2] * f2, e[3] * f3, e[4] * f4) < ll) AS lower
FROM p, (VALUES (1.01, 1, 1, 1), (0.99, 1, 1, 1), (1, 1.01, 1, 1), (1, 0.99, 1, 1), (1, 1, 1.01, 1), (1, 1, 0.99, 1), (1, 1, 1, 1.01), (1, 1, 1, 0.99)) f(f1, f2, f3, f4)
GROUP BY e, ll;

-- customers
SELECT x, t_x, t_cal, mean_value, round(alive_probability::numeric, 8) AS alive, round(expected_purchases::numeric, 7) AS purchases,
       round(expected_value::numeric, 5) AS value, round(lifetime_value::numeric, 5) AS lifetime_value
FROM (VALUES (0, 0, 300, NULL), (1, 250, 300, 80), (1, 250, 300, NULL), (1, 250, 300, 0), (7, 290, 300, 25.5), (7, 60, 300, 25.5)) v(x, t_x, t_cal, mean_value),
     segment.clv_details(:'model', x, t_x, t_cal, mean_value);
SELECT (segment.clv_details(:'bgnbd', 0, 0, 300, NULL)).alive_probability AS bgnbd_calls_alive;
-- horizon and discount
SELECT horizon, rate, round(expected_purchases::numeric, 7) AS purchases, round(lifetime_value::numeric, 5) AS lifetime_value,
       abs(lifetime_value / NULLIF(expected_purchases * expected_value, 0) - 1) < 1e-12 AS undiscounted
FROM (VALUES (0, 0.1), (30.4375, 0), (30.4375, 0.1), (365.25, 0), (365.25, 0.1), (365.25, 1), (3652.5, 0.1), (36525, 0.1)) v(horizon, rate),
     segment.clv_details(:'model', 7, 290, 300, 25.5, horizon, rate);
SELECT segment.clv_details(:'model', 0, 0, 300, NULL) = segment.clv_details(:'model', 0, 0, 300, 55, discount_rate => 0.1, horizon_days => 365.25) AS defaults;

-- NULL
SELECT segment.clv_details(NULL, 0, 0, 300, NULL) IS NULL AS model, segment.clv_details(:'model', NULL, 0, 300, 1) IS NULL AS x,
       segment.clv_details(:'model', 0, NULL, 300, 1) IS NULL AS t_x, segment.clv_details(:'model', 0, 0, NULL, 1) IS NULL AS t_cal,
       segment.clv_details(:'model', 0, 0, 300, 1, NULL) IS NULL AS horizon, segment.clv_details(:'model', 0, 0, 300, 1, 30, NULL) IS NULL AS rate;
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.clv_fit(x, t_x, t_cal, mean_value)
    FROM (VALUES (1, 5, 9, 2.5), (NULL, 5, 9, 2.5), (1, NULL, 9, 2.5), (1, 5, NULL, 2.5), (1, 5, 9, NULL), (0, 0, 9, NULL)) v(x, t_x, t_cal, mean_value)));

-- the golden model was made by this, up to the last digits
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/clv_v1.segm" | tr -d ' \n'`
SELECT count(*) AS parameters, bool_and(abs(n.estimate / g.estimate - 1) < 1e-8 AND abs(n.std_error / g.std_error - 1) < 1e-6 AND n.customers = g.customers) AS same
FROM segment.clv_parameters(:'model') n JOIN segment.clv_parameters(decode(:'golden', 'hex')) g USING (model_part, parameter);
-- the same customers make the same bytes, in any order, in parts and as a window
SELECT (SELECT segment.clv_fit(x, t_x, t_cal, mean_value ORDER BY i DESC) FROM sample) = :'model'::bytea AS other_order,
       (SELECT segment.clv_fit(x, t_x, t_cal, mean_value ORDER BY md5(i::text), i) FROM sample) = :'model'::bytea AS any_order;
SET client_min_messages = error;  -- of few customers, some sets have a large correlation
SELECT count(*) AS same FROM (SELECT segment.clv_fit(x, t_x, t_cal, mean_value) OVER (ORDER BY i) AS m FROM sample) w WHERE m = :'model'::bytea;
RESET client_min_messages;
CREATE TABLE clv_many AS SELECT * FROM sample, generate_series(1, 100) AS again;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value) AS plain FROM clv_many \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT segment.clv_fit(x, t_x, t_cal, mean_value) FROM clv_many;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value) = :'plain'::bytea AS parallel FROM clv_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- a hundred times the customers: the same parameters, a tenth of the standard errors
SELECT bool_and(abs(n.estimate / o.estimate - 1) < 1e-5) AS estimates, bool_and(abs(n.std_error / o.std_error * 10 - 1) < 1e-4) AS std_errors
FROM segment.clv_parameters(:'plain') n JOIN segment.clv_parameters(:'model') o USING (model_part, parameter);
DROP TABLE clv_many;

-- the edge: the fit ends, says so, and predicts
CREATE TEMP TABLE edge (name text, no int, x int, t_x int, t_cal int, mean_value float8);
INSERT INTO edge SELECT 'only one-time buyers', 1, 0, 0, 100 + i, NULL FROM generate_series(1, 50) i;
INSERT INTO edge VALUES ('one customer', 2, 4, 90, 100, 25), ('one, today', 3, 0, 0, 0, NULL);
INSERT INTO edge SELECT 'all alike', 4, 10, 100, 101, 20 FROM generate_series(1, 50) i;
INSERT INTO edge SELECT 'no values', 5, x, t_x, t_cal, NULL FROM sample;
SELECT name, options ->> 'model' AS model, bool_or(at_boundary) FILTER (WHERE model_part <> 'gamma_gamma') AS purchases, bool_or(at_boundary) FILTER (WHERE model_part = 'gamma_gamma') AS value,
       count(std_error) AS std_errors, count(*) AS parameters,
       d.alive_probability BETWEEN 0 AND 1 AS alive, d.expected_purchases >= 0 AS purchases, round(d.expected_value::numeric, 2) AS value, d.lifetime_value >= 0 AS lifetime_value
FROM (SELECT name, no, options, segment.clv_fit(x, t_x, t_cal, mean_value, options) AS model, max(x) AS x, max(t_x) AS t_x, max(t_cal) AS t_cal, max(mean_value) AS mean_value
      FROM edge, (VALUES ('{"model": "mbgnbd"}'::jsonb), ('{"model": "bgnbd"}')) o(options) GROUP BY name, no, options) f,
     segment.clv_parameters(model), segment.clv_details(model, x, t_x, t_cal, mean_value) d
GROUP BY name, no, options, d.alive_probability, d.expected_purchases, d.expected_value, d.lifetime_value ORDER BY no, 2;

-- a warning where frequent customers spend more
SELECT segment.clv_fit(x, t_x, t_cal, mean_value + 20 * x) IS NOT NULL AS fitted FROM sample;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value / x ^ 2) IS NOT NULL AS fitted FROM sample WHERE x > 0;

-- options
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('clv');
SELECT segment.clv_fit(x, t_x, t_cal, mean_value, '{}') = :'model'::bytea AS no_options FROM sample;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value, '{"model": "pareto"}') FROM sample;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value, '{"modell": "bgnbd"}') FROM sample;
SELECT segment.clv_fit(x, t_x, t_cal, mean_value, jsonb_build_object('model', CASE i WHEN 1 THEN 'bgnbd' ELSE 'mbgnbd' END)) FROM sample;

-- what is refused
SELECT segment.clv_fit(x, t_x, t_cal, mean_value) FROM sample WHERE false;
SELECT segment.clv_fit(NULL, t_x, t_cal, mean_value) FROM sample;
SELECT segment.clv_fit(-1, 0, 5, 1);
SELECT segment.clv_fit(1.5, 1, 5, 1);
SELECT segment.clv_fit(0, 3, 5, 1);
SELECT segment.clv_fit(1, 6, 5, 1);
SELECT segment.clv_fit(1, -1, 5, 1);
SELECT segment.clv_fit(1, 1, 5, -2);
SELECT segment.clv_fit(1, 1, 5, -1);
SELECT segment.clv_fit(1, 1, 5, 'NaN');
SELECT segment.clv_fit('Infinity', 1, 5, 1);
SELECT segment.clv_fit(1, 1, 2e7, 1);
SELECT segment.clv_fit(1, 1, 5, 1e308);
SELECT segment.clv_fit(1, 1, 5, 1e-300);
SELECT segment.clv_details(:'model', 1, 6, 5, 1);
SELECT segment.clv_details(:'model', 1, 1, 5, 1, -1);
SELECT segment.clv_details(:'model', 1, 1, 5, 1, 1e6);
SELECT segment.clv_details(:'model', 1, 1, 5, 1, 30, -0.1);
SELECT segment.clv_details(:'model', 1, 1, 5, 1, 30, 'NaN');
SELECT segment.clv_details((SELECT segment.rfm_fit(x, t_x, t_cal) FROM sample), 1, 1, 5, 1);
SELECT segment.clv_parameters('\x00');
-- a state that the aggregate did not make
SELECT segment_internal.clv_fit_finalfn('\x00');

-- ---- out of receipts ----
CREATE TABLE clv_receipts (customer_id text, receipt_id text, receipt_date date, amount numeric, currency text);
INSERT INTO clv_receipts VALUES
    ('once', 'a', '2026-01-10', 10, 'EUR'),
    -- two receipts of a day are one day; the first day has no value; a return is no purchase
    ('often', 'b', '2026-01-01', 99, 'EUR'), ('often', 'c', '2026-01-01', 1, 'EUR'), ('often', 'd', '2026-01-15', 20, 'EUR'), ('often', 'e', '2026-01-15', 5, 'EUR'),
    ('often', 'f', '2026-02-01', 35, 'EUR'), ('often', 'f', '2026-02-02', 4, 'EUR'), ('often', 'g', '2026-02-20', -30, 'EUR'), ('often', 'h', '2026-03-05', 1000, 'EUR'),
    -- a day with a value of 0 is a day of purchase
    ('gifts', 'i', '2026-01-05', 0, 'EUR'), ('gifts', 'j', '2026-01-06', 0, 'EUR'),
    ('returns only', 'k', '2026-01-05', -5, 'EUR'),
    ('return first', 'l', '2025-12-30', -5, 'EUR'), ('return first', 'm', '2026-01-03', 5, 'EUR'),
    ('dollars', 'n', '2026-01-04', 5, 'USD'), ('later', 'o', '2026-03-01', 5, 'EUR'), (NULL, 'p', '2026-01-01', 7, 'EUR'), ('#', 'q', '2026-01-01', 7, 'EUR');
SELECT * FROM segment.clv_summary('clv_receipts', '2026-02-28', 'EUR') ORDER BY customer_id;
SELECT s.customer_id, r.recency_days, s.t_x + r.recency_days = s.t_cal AS recency
FROM segment.clv_summary('clv_receipts', '2026-02-28', 'EUR') s JOIN segment.rfm('clv_receipts', '2026-02-28', currency => 'EUR') r USING (customer_id) ORDER BY 1;
SELECT * FROM segment.clv_summary('clv_receipts', '2026-02-28');
CREATE TABLE clv_rates (currency text, rate numeric);
INSERT INTO clv_rates VALUES ('EUR', 1), ('USD', 0.9);
SELECT count(*), sum(x) FROM segment.clv_summary('clv_receipts', '2026-02-28', rates => 'clv_rates');
SELECT * FROM segment.clv_summary(NULL, '2026-02-28');
SELECT * FROM segment.clv_summary('clv_receipts', NULL);
SELECT * FROM segment.clv_summary('clv_receipts', '2020-01-01', 'EUR');
-- it is read with the caller's privileges
CREATE ROLE clv_reader;
GRANT USAGE ON SCHEMA segment TO clv_reader;
SET ROLE clv_reader;
SELECT count(*) FROM segment.clv_summary('clv_receipts', '2026-02-28', 'EUR');
RESET ROLE;
DROP OWNED BY clv_reader;
DROP ROLE clv_reader;
DROP TABLE clv_receipts, clv_rates;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^clv(_|$)' ORDER BY p.oid::regprocedure::text;

-- its rows in the tables of the algorithms
SELECT algorithm, model_kind, output_shape, has_histograms, feature_names FROM segment.algorithm WHERE algorithm = 'clv';
SELECT option_name, used_in, type, default_value, value_range FROM segment.algorithm_option WHERE algorithm = 'clv' AND used_in <> 'refit' ORDER BY used_in, option_name;
SELECT column_name, column_type, role FROM segment.algorithm_column WHERE algorithm = 'clv' ORDER BY "position";

-- the registry: create, refit, publish, views, one row, drop
CREATE TABLE clv_customers AS SELECT 'c' || i AS customer_id, x, t_x, t_cal, mean_value FROM sample;
SELECT segment.create_model('worth', 'clv', 'clv_customers', 'customer_id', '{x,t_x,t_cal,mean_value}', options => '{"horizon_days": 90, "discount_rate": 0}');
SELECT segment.create_model('wrong', 'clv', 'clv_customers', 'customer_id', '{x,t_x,t_cal,mean_value}', options => '{"horizon_days": -1}');
SELECT segment.create_model('wrong', 'clv', 'clv_customers', 'customer_id', '{x,t_x,t_cal,mean_value}', options => '{"model": "pareto"}');
SELECT segment.create_model('wrong', 'clv', 'clv_customers', 'customer_id', '{x,t_x,t_cal}');
CALL segment.refit('worth');
SELECT segment.active_model('worth') = :'model'::bytea AS same_model;
UPDATE clv_customers SET t_cal = t_cal + 1;
CALL segment.refit('worth');
SELECT model_name, algorithm, active_version, status, rows_used FROM segment.models;
SELECT model_name, what FROM segment.problems;
CALL segment.publish('{worth}', 'public.clv_target', '2026-01-01');
SELECT count(*) AS rows, min(clv_version) AS version,
       count(*) FILTER (WHERE (t.alive_probability, t.expected_purchases, t.expected_value, t.lifetime_value) IS NOT DISTINCT FROM
                              (d.alive_probability, d.expected_purchases, d.expected_value, d.lifetime_value)) AS same
FROM clv_target t JOIN clv_customers c USING (customer_id), segment.clv_details(segment.active_model('worth'), x, t_x, t_cal, mean_value, 90, 0) d;
SELECT count(*) AS history FROM clv_target_history WHERE valid_to IS NULL;
SELECT model_name, version, id, alive_probability = (SELECT alive_probability FROM clv_target WHERE customer_id = 'c5') AS same FROM segment.assign('worth', 'c5');
SELECT segment.drop_model('worth');
SELECT count(*) AS models FROM segment.models;
DROP TABLE clv_customers, clv_target, clv_target_history;
