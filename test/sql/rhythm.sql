-- rhythm: gaps between purchases, and when silence is too long.
\pset format unaligned
SET extra_float_digits = 0;
-- 60 customers with 0 to 5 gaps each
CREATE TEMP TABLE sample AS
SELECT c, ARRAY(SELECT (1 + (c * 7 + g * 11) % 50 + c % 9 * 10)::float8 FROM generate_series(1, c % 6) AS g) AS gaps FROM generate_series(1, 60) AS c;
SELECT segment.rhythm_fit(gaps) AS model FROM sample \gset

SELECT algorithm, format_version, method, rows_used, rows_skipped, options FROM segment.model_info(:'model');
SELECT customers, customers_with_gaps, gaps, round(mu::numeric, 10) AS mu, round(tau2::numeric, 10) AS tau2, round(sigma2::numeric, 10) AS sigma2,
       round(residual_median::numeric, 10) AS residual_median, round(residual_95::numeric, 10) AS residual_95 FROM segment.rhythm_parameters(:'model');
SELECT count(*) FROM segment.model_features(:'model');

-- the same in plain SQL: formulas of src/rhythm/rhythm.h
WITH y AS (SELECT c, ln(g) AS y FROM sample, unnest(gaps) g),
     i AS (SELECT c, count(*)::float8 AS n, avg(y) AS ybar, sum(y) AS sum, var_pop(y) * count(*) AS ss FROM y GROUP BY c),
     t AS (SELECT sum(n) AS n, count(*)::float8 AS k, sum(n * n) AS nn, sum(ss) / (sum(n) - count(*)) AS sigma2, (SELECT avg(y) FROM y) AS ybar FROM i),
     v AS (SELECT sigma2, greatest(0, ((SELECT sum(i.n * (i.ybar - t.ybar) ^ 2) FROM i) / (k - 1) - sigma2) / ((t.n - nn / t.n) / (k - 1))) AS tau2 FROM t),
     m AS (SELECT v.*, (SELECT sum(ybar / (tau2 + sigma2 / n)) / sum(1 / (tau2 + sigma2 / n)) FROM i) AS mu FROM v),
     r AS (SELECT (y - (sum - y) / sigma2 / u - mu / tau2 / u) / sqrt(sigma2 + 1 / u) AS r
           FROM y JOIN i USING (c), m, LATERAL (SELECT (n - 1) / sigma2 + 1 / tau2 AS u) w),
     q AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r) AS q50, percentile_cont(0.95) WITHIN GROUP (ORDER BY r) AS q95 FROM r),
     wanted AS (SELECT s.c, exp(m.mu + (COALESCE(b * (ybar - mu), 0)) + q50 * sd) AS expected, exp(mu + COALESCE(b * (ybar - mu), 0) + q95 * sd) AS lapse
                FROM sample s LEFT JOIN i USING (c), m, q,
                     LATERAL (SELECT n * tau2 / (n * tau2 + sigma2) AS b, sqrt(sigma2 + 1 / (COALESCE(n, 0) / sigma2 + 1 / tau2)) AS sd) o)
SELECT count(*) AS customers, count(*) FILTER (WHERE abs(d.expected_gap_days / w.expected - 1) < 1e-11 AND abs(d.lapse_after_days / w.lapse - 1) < 1e-11) AS same
FROM wanted w JOIN sample s USING (c), segment.rhythm_details(:'model', s.gaps, 10) d;

-- one customer: silence, level, strength
SELECT silence, level, round(expected_gap_days::numeric, 6) AS expected, round(lapse_after_days::numeric, 6) AS lapse, round(strength::numeric, 6) AS strength, is_lapsed
FROM unnest('{0,20,60,200}'::float8[]) silence, unnest('{0.5,0.95}'::float8[]) level, segment.rhythm_details(:'model', '{30,12,45}', silence, level) ORDER BY 1, 2;
-- the strength is the level at which the silence is the limit; the order of the gaps does not matter
SELECT bool_and(abs(s.strength - level) < 1e-12) AS inverse, bool_and(d = o) AS any_order
FROM unnest('{0.01,0.333,0.5,0.95,0.9999}'::float8[]) level, segment.rhythm_details(:'model', '{30,12,45}', 0, level) d, segment.rhythm_details(:'model', '{45,30,12}', 0, level) o,
     segment.rhythm_details(:'model', '{30,12,45}', d.lapse_after_days, level) s;
SELECT segment.rhythm_details(:'model', NULL, 1) IS NULL AS no_gaps, segment.rhythm_details(:'model', '{}', NULL) IS NULL AS no_silence, (segment.rhythm_details(:'model', '{}', 1)).is_lapsed;

-- the golden model was made by this; the same gaps still make the same bytes, in any order and in parts
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/rhythm_v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes,
       (SELECT segment.rhythm_fit(gaps ORDER BY c DESC) FROM sample) = decode(:'golden', 'hex') AS other_order,
       (SELECT segment.rhythm_fit(ARRAY(SELECT g FROM unnest(gaps) g ORDER BY -g)) FROM sample) = decode(:'golden', 'hex') AS other_gaps;
CREATE TABLE rhythm_many AS
SELECT c, ARRAY(SELECT (1 + (c * 7 + g * 11) % 50 + c % 9 * 10)::float8 FROM generate_series(1, c % 6) AS g) AS gaps FROM generate_series(1, 20000) AS c;
SELECT segment.rhythm_fit(gaps) AS plain FROM rhythm_many \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT segment.rhythm_fit(gaps) FROM rhythm_many;
SELECT segment.rhythm_fit(gaps) = :'plain'::bytea AS parallel FROM rhythm_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*) AS same FROM (SELECT segment.rhythm_fit(gaps) OVER (ORDER BY c) AS m FROM sample) w WHERE m = :'model'::bytea;
DROP TABLE rhythm_many;

-- rows that are NULL, and customers without gaps
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.rhythm_fit(g) FROM (VALUES ('{2}'::float8[]), ('{}'), ('{}'), (NULL)) v(g)));

-- little data: one gap; one customer; no customer with two gaps; no variance
SELECT name, p.tau2, round(p.sigma2::numeric, 10) AS sigma2, round(d.expected_gap_days::numeric, 8) AS expected, round(d.lapse_after_days::numeric, 8) AS lapse, d.strength, d.is_lapsed
FROM (VALUES (1, 'one gap', '[[7]]'), (2, 'one customer', '[[4, 9, 20]]'), (3, 'one gap each', '[[4], [9], [20]]'), (4, 'regular', '[[7, 7, 7], [30, 30]]'),
             (5, 'all alike', '[[7, 7], [7]]')) v(no, name, rows),
     LATERAL (SELECT segment.rhythm_fit(ARRAY(SELECT e::text::float8 FROM jsonb_array_elements(r) e)) AS model FROM jsonb_array_elements(rows::jsonb) r) f,
     segment.rhythm_parameters(model) p, segment.rhythm_details(model, '{10}', 11) d
ORDER BY no;
-- without spread the gap of a customer is the limit, whatever the rounding: a silence of so many days is not longer
SELECT gap, d.* FROM (SELECT segment.rhythm_fit(g) AS model FROM (VALUES ('{7,7,7}'::float8[]), ('{30,30}'), ('{0.7,0.7}')) v(g)) f,
    unnest('{7,30,0.7}'::float8[]) gap, unnest(ARRAY[gap, gap + 0.001]) silence, segment.rhythm_details(model, ARRAY[gap, gap], silence) d;
-- numbers at both ends, and a limit above the largest one
SELECT tau2 > 0 AS tau2, sigma2 > 0 AS sigma2, d.lapse_after_days, d.is_lapsed, d.strength > 0.5 AS strength
FROM (SELECT segment.rhythm_fit(g) AS model FROM (VALUES ('{1e308,1e250}'::float8[]), ('{1e-300,1e-308}'), ('{1e10,1e290}'), ('{5e-324,1e-200}')) v(g)) f,
     segment.rhythm_parameters(model) p, segment.rhythm_details(model, '{1e308,1e308}', 1e308, 0.99) d;
-- many gaps of one customer
SELECT gaps, round(expected_gap_days::numeric, 6) AS expected
FROM (SELECT array_agg((1 + i % 100)::float8) AS g FROM generate_series(1, 100000) i) s,
    LATERAL (SELECT segment.rhythm_fit(h) AS model FROM (VALUES (g)) v(h)) f, segment.rhythm_parameters(model) p, segment.rhythm_details(model, g, 5) d;

-- what is refused
SELECT segment.rhythm_fit(gaps) FROM sample WHERE false;
SELECT segment.rhythm_fit('{}');
SELECT segment.rhythm_fit(NULL);
SELECT segment.rhythm_fit('{1,NULL}');
SELECT segment.rhythm_fit('{1,NaN}');
SELECT segment.rhythm_fit('{1,2,Infinity}');
SELECT segment.rhythm_fit('{1,0}');
SELECT segment.rhythm_fit('{-3}');
SELECT segment.rhythm_fit('{{1,2},{3,4}}');
SELECT segment.rhythm_details(:'model', '{1,NULL}', 1);
SELECT segment.rhythm_details(:'model', '{0}', 1);
SELECT segment.rhythm_details(:'model', '{1}', -1);
SELECT segment.rhythm_details(:'model', '{1}', 'NaN');
SELECT segment.rhythm_details(:'model', '{1}', 1, 1);
SELECT segment.rhythm_details(:'model', '{1}', 1, 'NaN');
SELECT segment.rhythm_details((SELECT segment.pca_fit(ARRAY[1.0, c, c * c]) FROM sample), '{1}', 1);
SELECT segment.rhythm_parameters('\x00');
SET segment.fit_memory = '1MB';
\set VERBOSITY sqlstate
SELECT segment.rhythm_fit(ARRAY[1, 2, i]) FROM generate_series(1, 100000) i;
\set VERBOSITY default
RESET segment.fit_memory;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^rhythm(_|$)' ORDER BY p.oid::regprocedure::text;
