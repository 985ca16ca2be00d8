-- score: how well a score tells who will from who will not.
\pset format unaligned
SET extra_float_digits = 0;
CREATE TEMP TABLE sample AS
SELECT i, (i * 37 % 101 < 20 + i % 50) AS label, round(((i % 50) / 50.0 + (i * 7 % 11) / 40.0) / 1.3, 3)::float8 AS score FROM generate_series(1, 500) AS i;
SELECT segment.score_fit(label, score) AS model FROM sample \gset

SELECT algorithm, format_version, method, estimated_error, rows_used, rows_skipped, options FROM segment.model_info(:'model');
SELECT count(*) FROM segment.model_features(:'model');
SELECT * FROM segment.score_metrics(:'model');
SELECT * FROM segment.score_bins(:'model', 4);

-- the same in plain SQL: all pairs, all thresholds, all rows
WITH pairs AS (SELECT avg(CASE WHEN p.score > q.score THEN 1 WHEN p.score = q.score THEN 0.5 ELSE 0 END) AS auc FROM sample p, sample q WHERE p.label AND NOT q.label),
     ks AS (SELECT max(abs(avg_n - avg_p)) AS ks FROM (SELECT (SELECT avg((score <= t.score)::int) FROM sample WHERE label) AS avg_p,
            (SELECT avg((score <= t.score)::int) FROM sample WHERE NOT label) AS avg_n FROM sample t) d)
SELECT abs(m.auc - pairs.auc) < 1e-14 AS auc, m.gini = 2 * m.auc - 1 AS gini, abs(m.ks - ks.ks) < 1e-14 AS ks FROM pairs, ks, segment.score_metrics(:'model') m;
SELECT abs(m.brier - s.brier) < 1e-14 AS brier, abs(m.log_loss - s.log_loss) < 1e-14 AS log_loss
FROM (SELECT avg((score - label::int) ^ 2) AS brier, avg(-ln(CASE WHEN label THEN score ELSE 1 - score END)) AS log_loss FROM sample WHERE score BETWEEN 0.001 AND 0.999) s,
     segment.score_metrics((SELECT segment.score_fit(label, score) FROM sample WHERE score BETWEEN 0.001 AND 0.999)) m;
SELECT bins, count(*) AS bins_given, bool_and(b.n = s.n AND b.positives = s.positives AND abs(b.mean_score - s.mean) < 1e-14 AND b.min_score = s.low AND b.max_score = s.high) AS same, sum(b.n) AS n
FROM unnest('{2,3,4,5,7,10,20}'::int[]) bins, LATERAL segment.score_bins(:'model', bins) b
JOIN LATERAL (SELECT dense_rank() OVER (ORDER BY below DESC) AS bin, count(*) AS n, count(*) FILTER (WHERE label) AS positives, avg(score) AS mean, min(score) AS low, max(score) AS high
              FROM (SELECT s.*, (SELECT count(*) FROM unnest((SELECT percentile_cont((SELECT array_agg(g::float8 / bins) FROM generate_series(1, bins - 1) g)) WITHIN GROUP (ORDER BY score) FROM sample)) c
                                 WHERE c < s.score - 1e-12) AS below FROM sample s) w GROUP BY below) s USING (bin)
GROUP BY bins ORDER BY bins;

-- the golden model was made by this; the same rows still make the same bytes, in any order and in parts
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/score_v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes,
       (SELECT segment.score_fit(label, score ORDER BY i DESC) FROM sample) = decode(:'golden', 'hex') AS other_order;
CREATE TABLE score_many AS SELECT i, hashint4(i) % 3 = 0 AS label, hashint4(-i) / 2147483648.0::float8 AS score FROM generate_series(1, 130000) i;
SELECT segment.score_fit(label, score ORDER BY i DESC) AS plain FROM score_many \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT segment.score_fit(label, score) FROM score_many;
SELECT segment.score_fit(label, score) = :'plain'::bytea AS parallel FROM score_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- more distinct scores than a state keeps: low bits are dropped, and the largest possible error of auc is told
SELECT method, estimated_error BETWEEN 1e-12 AND 1e-5 AS error_told, rows_used FROM segment.model_info(:'plain');
WITH r AS (SELECT label, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS rank FROM score_many),
     s AS (SELECT sum(rank) FILTER (WHERE label) AS ranks, count(*) FILTER (WHERE label) AS p, count(*) FILTER (WHERE NOT label) AS q FROM r)
SELECT abs((ranks - p * (p + 1) / 2.0) / p / q - m.auc) <= i.estimated_error AS auc_within_error
FROM s, segment.score_metrics(:'plain') m, segment.model_info(:'plain') i;
SELECT count(*) AS same FROM (SELECT segment.score_fit(label, score) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS m FROM sample) w WHERE m = :'model'::bytea;
DROP TABLE score_many;

-- any score will do: the order decides, not the scale
SELECT a.auc = b.auc AND a.ks = b.ks AS same_order, b.brier, b.log_loss
FROM segment.score_metrics(:'model') a, segment.score_metrics((SELECT segment.score_fit(label, 1e300 * (score - 0.5)) FROM sample)) b;

-- little data: one class, one score, one row, perfect, wrong, a wrong certainty
SELECT name, m.* FROM (VALUES (1, 'positives only', '[[1, 0.2], [1, 0.9]]'), (2, 'negatives only', '[[0, 0.2], [0, 0.9]]'), (3, 'one score', '[[1, 0.5], [0, 0.5], [0, 0.5], [0, 0.5]]'),
    (4, 'one row', '[[1, 0.5]]'), (5, 'perfect', '[[0, 0], [0, 0], [1, 1]]'), (6, 'wrong order', '[[0, 3], [1, 2]]'), (7, 'wrong certainty', '[[0, 1], [1, 0], [1, 1]]'),
    (8, 'outside', '[[0, -0.1], [1, 0.9]]'), (9, 'zeros', '[[0, "-0"], [1, 0]]')) v(no, name, rows),
    LATERAL (SELECT segment.score_fit((e ->> 0)::int = 1, (e ->> 1)::float8) AS model FROM jsonb_array_elements(rows::jsonb) e) f, segment.score_metrics(model) m ORDER BY no;
SELECT * FROM segment.score_bins((SELECT segment.score_fit(i = 1, 0.5) FROM generate_series(1, 4) i));
-- three in ten have the highest score: they are one bin
SELECT bin, n, min_score, max_score FROM segment.score_bins((SELECT segment.score_fit(i % 2 = 0, least(i, 70)) FROM generate_series(1, 100) i), 5);
-- numbers at both ends
SELECT bin, n, mean_score FROM segment.score_bins((SELECT segment.score_fit(s > 0, s) FROM unnest('{-1.7e308,-1.7e308,1.7e308,1.7e308,5e-324}'::float8[]) s), 2);
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.score_fit(l, s) FROM (VALUES (true, 1::float8), (NULL, 1), (true, NULL), (NULL, NULL), (false, 2)) v(l, s)));
SELECT segment.score_metrics(NULL) IS NULL AS no_model, (SELECT count(*) FROM segment.score_bins(:'model', NULL)) AS no_bins;
-- a model of each group, and scores of other numeric types
SELECT i % 2 AS part, m.n, m.positives, round(m.auc::numeric, 6) AS auc FROM (SELECT i % 2 AS i, segment.score_fit(label, score::numeric) AS model FROM sample GROUP BY 1) s, segment.score_metrics(model) m ORDER BY 1;

-- what is refused
SELECT segment.score_fit(label, score) FROM sample WHERE false;
SELECT segment.score_fit(NULL, 1);
SELECT segment.score_fit(true, 'NaN');
SELECT segment.score_fit(true, '-Infinity');
SELECT * FROM segment.score_bins(:'model', 1);
SELECT * FROM segment.score_bins(:'model', 1001);
SELECT * FROM segment.score_bins(:'model', 10, 1);
SELECT * FROM segment.score_bins(:'model', 10, 'NaN');
SELECT segment.score_metrics((SELECT segment.pca_fit(ARRAY[i, i % 7]) FROM sample));
SELECT segment.pca_x(:'model', '{1,2}');
SELECT segment.score_metrics('\x00');
SET segment.fit_memory = '1MB';
\set VERBOSITY sqlstate
SELECT segment.score_fit(i % 2 = 0, i) FROM generate_series(1, 100000) i;
\set VERBOSITY default
RESET segment.fit_memory;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^score(_|$)' ORDER BY p.oid::regprocedure::text;
