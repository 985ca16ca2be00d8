-- RFM: cuts, scores, names and errors.
SET search_path = public, segment;
\set VERBOSITY terse
\pset null '(null)'

CREATE TABLE customers AS
SELECT i AS customer, (i * 37) % 101 AS days, 1 + (i * 13) % 7 AS orders, ((i * 7919) % 1009) / 4.0 AS spent
FROM generate_series(1, 200) i;

-- the cuts are the type-7 quantiles
SELECT * FROM rfm_cuts((SELECT rfm_fit(days, orders, spent) FROM customers)) ORDER BY measure, cut_no;
SELECT percentile_cont(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY spent::float8) AS spent,
       percentile_cont(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY days::float8) AS days
FROM customers;

-- scores by hand: one more than the cuts below the value, recency backwards
WITH m AS MATERIALIZED (SELECT rfm_fit(days, orders, spent) AS model FROM customers),
     c AS MATERIALIZED (SELECT measure, array_agg(cut) AS cuts FROM m, rfm_cuts(m.model) GROUP BY measure)
SELECT count(*) AS customers, count(*) FILTER (WHERE rfm_score(m.model, days, orders, spent) =
       format('%s%s%s', 5 - (SELECT count(*) FROM c, unnest(cuts) x WHERE measure = 'recency_days' AND x < days),
                        1 + (SELECT count(*) FROM c, unnest(cuts) x WHERE measure = 'frequency' AND x < orders),
                        1 + (SELECT count(*) FROM c, unnest(cuts) x WHERE measure = 'monetary' AND x < spent))) AS as_by_hand
FROM customers, m;

SELECT customer, days, orders, spent, d.*
FROM customers, rfm_details((SELECT rfm_fit(days, orders, spent) FROM customers), days, orders, spent) d
ORDER BY customer LIMIT 5;

-- the window function agrees with the model of its partition
SELECT count(*) AS rows, count(*) FILTER (WHERE windowed = by_model) AS agree,
       count(*) FILTER (WHERE windowed7 = by_model7) AS agree7
FROM (SELECT rfm_score(days, orders, spent) OVER w AS windowed,
             rfm_score(rfm_fit(days, orders, spent) OVER w, days, orders, spent) AS by_model,
             rfm_score(days, orders, spent, 7) OVER w AS windowed7,
             rfm_score(rfm_fit(days, orders, spent, '{"bins": 7}') OVER w, days, orders, spent) AS by_model7
      FROM customers
      WINDOW w AS (PARTITION BY customer % 3)) s;
-- as a running aggregate it fits the rows so far and keeps its state
SELECT customer, rfm_cuts.cut AS median
FROM (SELECT customer, rfm_fit(days, orders, spent, '{"bins": 2}') OVER (ORDER BY customer) AS model FROM customers) s,
     rfm_cuts(model)
WHERE measure = 'recency_days' AND customer IN (1, 2, 3, 200)
ORDER BY customer;

-- a customer without a purchase has no score and no influence on the cuts
SELECT (SELECT json_agg(c) FROM rfm_cuts((SELECT rfm_fit(days, orders, spent) FROM customers)) c)::text =
       (SELECT json_agg(c) FROM rfm_cuts(rfm_fit(d, o, s)) c)::text AS same_cuts
FROM (SELECT days, orders, spent FROM customers UNION ALL VALUES (NULL, 0, -50.0), (5, 0, 10), (5, 1, NULL)) t(d, o, s);
SELECT rfm_score(model, 5, 0, 10) AS never_bought, rfm_score(model, NULL, 1, 10) AS no_recency,
       rfm_score(NULL::bytea, 5::float8, 1::float8, 10::float8) AS no_model,
       (rfm_details(model, NULL, 0, 10)).*
FROM (SELECT rfm_fit(days, orders, spent) AS model FROM customers) m;

-- ties: cuts below, or cuts at or below
WITH m AS (SELECT rfm_fit(days, orders, spent, '{"cuts": {"recency_days": [1, 2, 3, 4], "frequency": [1, 2, 3, 4], "monetary": [1, 2, 3, 4]}}') AS lower_ties,
                  rfm_fit(days, orders, spent, '{"ties": "upper", "cuts": {"recency_days": [1, 2, 3, 4], "frequency": [1, 2, 3, 4], "monetary": [1, 2, 3, 4]}}') AS upper_ties
           FROM customers)
SELECT x, rfm_score(lower_ties, x, x, x), rfm_score(upper_ties, x, x, x) FROM m, unnest(ARRAY[0.5, 1, 1.5, 4, 5]) x;
-- some cuts are given, the others are fitted
SELECT * FROM rfm_cuts((SELECT rfm_fit(days, orders, spent, '{"bins": 3, "cuts": {"frequency": [2, 2]}}') FROM customers));

-- model_info and model_features
SELECT algorithm, method, estimated_error, features, rows_used, rows_skipped, options
FROM model_info((SELECT rfm_fit(days, nullif(orders, 3), spent, '{"bins": 3, "ties": "upper", "cuts": {"frequency": [2, 2.5]}}') FROM customers));
SELECT position, feature, minimum, maximum FROM model_features((SELECT rfm_fit(days, orders, spent) FROM customers));

-- one row, equal values, extreme values
SELECT rfm_score(rfm_fit(10, 3, 99.5), 10, 3, 99.5) AS one_row, array_agg(cut) AS cuts
FROM rfm_cuts((SELECT rfm_fit(10, 3, 99.5)));
SELECT DISTINCT rfm_score(4, 2, -0.0) OVER () AS all_equal FROM generate_series(1, 10);
SELECT DISTINCT rfm_score(model, 1e308, 1e-320, -1e308) AS extremes FROM (SELECT rfm_fit(days, orders, spent) AS model FROM customers) m;
SELECT cut FROM rfm_cuts((SELECT rfm_fit(1, 1, x) FROM unnest(ARRAY[-1.7e308, 1.7e308]::float8[]) x)) WHERE measure = 'monetary';
SELECT rfm_fit(days, orders, spent) FROM customers WHERE false;
SELECT rfm_fit(NULL, 0, spent) FROM customers;
SELECT rfm_score(NULL, 0, spent::float8) OVER () FROM customers LIMIT 1;

-- names
SELECT r, array_agg(rfm_segment(r, f, 3) ORDER BY f) AS "f = 1 .. 5" FROM generate_series(1, 5) r, generate_series(1, 5) f GROUP BY r ORDER BY r DESC;
SELECT rfm_segment(r, f, m, 'rfm') AS segment, count(*) AS cells
FROM generate_series(1, 5) r, generate_series(1, 5) f, generate_series(1, 5) m GROUP BY 1 ORDER BY 2 DESC, 1;
-- segments in their order and languages
SELECT s.segment_order, s.segment_code, e.segment AS en, s.segment AS es, d.segment AS de
FROM rfm_segments('grid', 'es') s JOIN rfm_segments() e USING (segment_code) JOIN rfm_segments('grid', 'de') d USING (segment_code) ORDER BY 1;
SELECT s.segment_order, s.segment_code, e.segment AS en, s.segment AS es, d.segment AS de
FROM rfm_segments('rfm', 'es') s JOIN rfm_segments('rfm') e USING (segment_code) JOIN rfm_segments('rfm', 'de') d USING (segment_code) ORDER BY 1;
SELECT count(*) FROM rfm_segments('none');
SELECT rfm_segment(5, 5, 5, 'grid', 'de'), rfm_segment(5, 5, 5, 'rfm', 'es'), rfm_segment(3, 1, 1, language => 'de');
SELECT rfm_segments('grid', 'fr');
SELECT rfm_segments('gird');
SELECT rfm_segment(5, 5, 5, 'grid', 'EN');
SELECT d.* FROM (SELECT rfm_fit(i, i, i) AS model FROM generate_series(1, 10) i) f, LATERAL (VALUES (1, 10, 10), (NULL, 0, -1), (3, 0, 0), (3, NULL, 1)) v(r, f, m),
    LATERAL rfm_details(model, r, v.f, m, 'grid', 'es') d;
SELECT d.* FROM rfm_details(NULL, NULL, 0, 0) d;
SELECT d.* FROM rfm_details(NULL, 1, 1, 1) d;
SELECT rfm_segment(NULL, 1, 1), rfm_segment(9, 9, 9, 'none'), rfm_segment(5, 5, 5, NULL);

-- -0 and 0 are the same, as a cut and as a value
SELECT rfm_score(model, 1, 1, -0.0::float8), rfm_score(model, 1, 1, 0) FROM (SELECT rfm_fit(1, 1, 1, '{"bins": 2, "ties": "upper", "cuts": {"monetary": [-0.0]}}') AS model) m;

-- errors
SELECT rfm_segment(6, 1, 1);
SELECT rfm_segment(1, 1, 1, 'Grid');
SELECT rfm_fit('NaN', 1, 1);
SELECT rfm_fit(1, 'infinity', 1);
SELECT rfm_fit(1, 1, '-infinity');
SELECT rfm_fit(-1, 1, 1);
SELECT rfm_fit(1, -1, 1);
SELECT rfm_fit(1, 1, 1, '{"bins": 1}');
SELECT rfm_fit(1, 1, 1, '{"bins": 10}');
SELECT rfm_fit(1, 1, 1, '{"bins": "5"}');
SELECT rfm_fit(1, 1, 1, '{"bin": 5}');
SELECT rfm_fit(1, 1, 1, '{"ties": "middle"}');
SELECT rfm_fit(1, 1, 1, '{"cuts": [1, 2, 3, 4]}');
SELECT rfm_fit(1, 1, 1, '{"cuts": {"days": [1, 2, 3, 4]}}');
SELECT rfm_fit(1, 1, 1, '{"cuts": {"monetary": [1, 2, 3]}}');
SELECT rfm_fit(1, 1, 1, '{"cuts": {"monetary": [1, 2, 4, 3]}}');
SELECT rfm_fit(1, 1, 1, '{"cuts": {"monetary": []}}');
SELECT rfm_fit(1, 1, 1, '[]');
SELECT rfm_fit(days, orders, spent, CASE customer WHEN 50 THEN '{"bins": 6}' ELSE '{}' END::jsonb) FROM customers;
SELECT length(rfm_fit(days, orders, spent, CASE customer WHEN 50 THEN '{"bins":5}' ELSE '{ "bins": 5 }' END::jsonb)) AS same_options FROM customers;
SELECT rfm_score(days, orders, spent, customer) OVER () FROM customers;
SELECT rfm_score(days, orders, spent, 2 + customer % 2) OVER () FROM customers;
SELECT rfm_score(1, 1, 1, NULL) OVER ();
SELECT rfm_score(model, -1, 1, 1) FROM (SELECT rfm_fit(1, 1, 1) AS model) m;
SELECT rfm_score(model, 1, 1, 'NaN') FROM (SELECT rfm_fit(1, 1, 1) AS model) m;
SELECT rfm_details(model, 1, 1, 1) FROM (SELECT rfm_fit(1, 1, 1, '{"bins": 4}') AS model) m;
SELECT rfm_details(model, 1, 1, 1, 'none') FROM (SELECT rfm_fit(1, 1, 1, '{"bins": 4}') AS model) m;
SELECT rfm_score(''::bytea, 1, 1, 1);
SELECT rfm_score('SEGM'::bytea, 1, 1, 1);
SELECT * FROM rfm_cuts('\x5345474d01010000000000000000000000');

-- a model cut short at any byte, or changed in any byte, is an error
DO $$
DECLARE
    model bytea := (SELECT segment.rfm_fit(days, orders, spent) FROM customers);
    refused integer := 0;
BEGIN
    FOR i IN 0 .. length(model) - 1 LOOP
        BEGIN
            PERFORM segment.rfm_score(substr(model, 1, i), 1, 1, 1);
        EXCEPTION WHEN invalid_binary_representation THEN
            refused := refused + 1;
        END;
        BEGIN
            PERFORM segment.rfm_score(set_byte(model, i, get_byte(model, i) # 255), 1, 1, 1);
        EXCEPTION WHEN invalid_binary_representation OR wrong_object_type OR feature_not_supported THEN
            refused := refused + 1;
        END;
    END LOOP;
    RAISE NOTICE 'refused % of %', refused, 2 * length(model);
END
$$;

-- the support functions refuse bytes that are no state
SELECT segment_internal.rfm_fit_transfn('\x00'::bytea, 1, 1, 1);
SELECT segment_internal.rfm_fit_combinefn('\x00'::bytea, '\x00'::bytea);
SELECT segment_internal.rfm_fit_finalfn('\x00'::bytea);
CREATE AGGREGATE public.forged(float8, float8, float8) (SFUNC = segment_internal.rfm_fit_transfn, STYPE = bytea, FINALFUNC = segment_internal.rfm_fit_finalfn, INITCOND = '\x00112233445566778899');
SELECT forged(1, 1, 1);
DROP AGGREGATE public.forged(float8, float8, float8);

-- the same bytes from any order, plan and split, also with more distinct values than are kept exactly
CREATE TABLE many AS
SELECT i, (i::bigint * 7919) % 1461 AS days, 1 + (i::bigint * 31) % 97 AS orders,
       sqrt(i) * (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END) AS spent
FROM generate_series(1, 150000) i;
ALTER TABLE many SET (parallel_workers = 3);
ANALYZE many;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE models AS SELECT 'one pass' AS plan, rfm_fit(days, orders, spent) AS model FROM many;
INSERT INTO models SELECT 'backwards', rfm_fit(days, orders, spent ORDER BY i DESC) FROM many;
INSERT INTO models SELECT 'shuffled', rfm_fit(days, orders, spent ORDER BY md5(i::text)) FROM many;
INSERT INTO models SELECT 'chunks', rfm_fit(days, orders, spent)
FROM (SELECT * FROM many WHERE i > 120000 UNION ALL SELECT * FROM many WHERE i <= 100 UNION ALL SELECT * FROM many WHERE i BETWEEN 101 AND 120000) c;
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT rfm_fit(days, orders, spent) FROM many;
CREATE TABLE parallel_model AS SELECT rfm_fit(days, orders, spent) AS model FROM many;
INSERT INTO models SELECT 'parallel', model FROM parallel_model;
SELECT count(*) AS plans, count(DISTINCT md5(model)) AS models FROM models;
-- the errors of the cuts are true bounds
SELECT measure, cut_no, error > 0 AS rounded, error < 1e-4 AS fine,
       abs((SELECT avg((spent < cut)::int) FROM many) - cut_no / 5.0) <= error + 1e-5 AS holds
FROM rfm_cuts((SELECT model FROM models LIMIT 1)) WHERE measure = 'monetary';
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

SELECT method, estimated_error < 1e-4 AS fine FROM model_info((SELECT model FROM models LIMIT 1));
-- all fits of a session share segment.fit_memory
SET segment.fit_memory = '4MB';
SELECT rfm_fit(days, orders, spent) FROM many;
RESET segment.fit_memory;
-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^rfm(_|$)' ORDER BY p.oid::regprocedure::text;
DROP TABLE customers, many, models, parallel_model;
