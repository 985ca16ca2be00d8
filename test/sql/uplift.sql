-- uplift: does a score tell whom a treatment helps?
\pset format unaligned
SET extra_float_digits = 0;
CREATE TEMP TABLE sample AS
SELECT i, i % 3 <> 0 AS treated, (i * 37 % 101) / 100.0::float8 AS score, i * 53 % 97 < 20 + CASE WHEN i % 3 <> 0 THEN (i * 37 % 101) / 4.0 ELSE 0 END AS outcome
FROM generate_series(1, 600) AS i;
SELECT segment.uplift_fit(treated, outcome, score) AS model FROM sample \gset

SELECT algorithm, format_version, method, rows_used, rows_skipped, options FROM segment.model_info(:'model');
-- Python with numpy, from the formulas of src/uplift/uplift.h: 0.011615325492465065, 0.010758067071578186
SELECT * FROM segment.uplift_metrics(:'model');
SELECT lower_bound, upper_bound, verdict FROM segment.uplift_metrics(:'model', 0.5);
SELECT * FROM segment.uplift_bins(:'model', 4);

-- the same in plain SQL: the curve, and its area by trapezoids
WITH v AS (SELECT DISTINCT score FROM sample),
     c AS (SELECT v.score, count(*)::float8 / 600 AS phi,
           ((count(*) FILTER (WHERE treated AND outcome)) - COALESCE((count(*) FILTER (WHERE NOT treated AND outcome))::float8 / NULLIF(count(*) FILTER (WHERE NOT treated), 0), 0)
            * count(*) FILTER (WHERE treated)) / (SELECT count(*) FROM sample WHERE treated) AS q FROM v JOIN sample s ON s.score >= v.score GROUP BY v.score),
     t AS (SELECT phi, q, lag(phi, 1, 0) OVER w AS phi_before, lag(q, 1, 0) OVER w AS q_before FROM c WINDOW w AS (ORDER BY score DESC))
SELECT abs(sum((phi - phi_before) * (q + q_before) / 2) - max(q) FILTER (WHERE phi = 1) / 2 - m.qini) < 1e-14 AS qini, abs(max(q) FILTER (WHERE phi = 1) - m.uplift) < 1e-14 AS uplift
FROM t, segment.uplift_metrics(:'model') m GROUP BY m.qini, m.uplift;
-- bins are those of score_bins
SELECT count(*) AS bins, count(*) FILTER (WHERE u.n_treated + u.n_control = s.n AND u.treated_outcomes + u.control_outcomes = s.positives AND u.mean_score = s.mean_score
                                          AND u.min_score = s.min_score AND u.max_score = s.max_score) AS same
FROM segment.uplift_bins(:'model', 7) u JOIN segment.score_bins((SELECT segment.score_fit(outcome, score) FROM sample), 7) s USING (bin);

-- the golden model was made by this; the same rows still make the same bytes, in any order and in parts
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/uplift_v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes,
       (SELECT segment.uplift_fit(treated, outcome, score ORDER BY i DESC) FROM sample) = decode(:'golden', 'hex') AS other_order;
-- one group has more distinct scores than are kept, the other has not: both lose the same bits
CREATE TABLE uplift_many AS SELECT i, i % 5 > 0 AS treated, hashint4(i) % 3 = 0 AS outcome, hashint4(-i) / 2147483648.0::float8 AS score FROM generate_series(1, 150000) i;
SELECT segment.uplift_fit(treated, outcome, score ORDER BY i DESC) AS plain FROM uplift_many \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT segment.uplift_fit(treated, outcome, score) = :'plain'::bytea AS parallel FROM uplift_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT method, rows_used FROM segment.model_info(:'plain');
SELECT n_treated, n_control, verdict FROM segment.uplift_metrics(:'plain');
DROP TABLE uplift_many;

-- little data: no controls, no treated, one of each, one score, no outcomes, outcomes everywhere
SELECT name, m.n_treated, m.n_control, m.uplift, m.qini, m.std_error, m.z_value, m.p_value, m.verdict
FROM unnest('{no controls,no treated,one treated,one score,no outcomes,outcomes everywhere,planted,reversed}'::text[]) WITH ORDINALITY v(name, no),
     LATERAL (SELECT segment.uplift_fit(t.treated, t.outcome, t.score) AS model
              FROM (SELECT CASE no WHEN 1 THEN true WHEN 2 THEN false WHEN 3 THEN i = 1 ELSE i % 2 = 0 END AS treated,
                           CASE no WHEN 4 THEN i % 3 = 0 WHEN 5 THEN false WHEN 6 THEN true WHEN 7 THEN i % 2 = 0 AND i > 100 WHEN 8 THEN i % 2 = 0 AND i > 100 ELSE i % 2 = 0 END AS outcome,
                           CASE no WHEN 4 THEN 1 WHEN 8 THEN -i ELSE i END AS score FROM generate_series(1, 200) i) t) f, segment.uplift_metrics(model) m ORDER BY no;
SELECT bin, n_treated, n_control, treated_rate, control_rate, uplift, lower_bound, qini_curve FROM segment.uplift_bins((SELECT segment.uplift_fit(i > 2, i = 4, i) FROM generate_series(1, 4) i), 2);
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.uplift_fit(t, o, s) FROM (VALUES (true, true, 1::float8), (NULL, true, 1), (true, NULL, 1), (true, true, NULL), (false, false, 2)) v(t, o, s)));
SELECT segment.uplift_metrics(NULL) IS NULL AS no_model;

-- what is refused
SELECT segment.uplift_fit(treated, outcome, score) FROM sample WHERE false;
SELECT segment.uplift_fit(NULL, true, 1);
SELECT segment.uplift_fit(true, true, 'NaN');
SELECT segment.uplift_fit(true, false, 'Infinity');
SELECT segment.uplift_metrics(:'model', 0);
SELECT * FROM segment.uplift_bins(:'model', 1);
SELECT * FROM segment.uplift_bins(:'model', 10, 2);
SELECT segment.uplift_metrics((SELECT segment.score_fit(outcome, score) FROM sample));
SELECT segment.score_metrics(:'model');
SET segment.fit_memory = '1MB';
\set VERBOSITY sqlstate
SELECT segment.uplift_fit(i % 2 = 0, i % 3 = 0, i) FROM generate_series(1, 100000) i;
\set VERBOSITY default
RESET segment.fit_memory;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^uplift(_|$)' ORDER BY p.oid::regprocedure::text;
