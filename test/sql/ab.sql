-- ab: tests of arms against a control.
\pset format unaligned
SET extra_float_digits = 0;
-- ten customers with a covariate; the figures are checked to 1e-10 in test/unit/test_ab.c
CREATE TEMP TABLE ten AS
SELECT CASE WHEN i <= 5 THEN 'control' ELSE 'treated' END AS arm, ('{12,15,9,20,14,16,18,11,25,19}'::float8[])[i] AS y, ('{10,14,8,18,15,11,15,9,20,14}'::float8[])[i] AS x
FROM generate_series(1, 10) i;
SELECT segment.ab_fit(arm, y, x) AS model FROM ten \gset

SELECT algorithm, format_version, method, k, rows_used, rows_skipped, options FROM segment.model_info(:'model');
\x on
SELECT * FROM segment.ab_rows(:'model');
-- shares: no degrees of freedom, Wilson and Newcombe; the bounds are those of the functions
CREATE TEMP TABLE coin AS
SELECT CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS arm, (i % 7 = 0 OR i % 11 = 0 AND i % 3 <> 0)::int AS bought FROM generate_series(1, 3000) i;
SELECT * FROM segment.ab_rows((SELECT segment.ab_fit(arm, bought) FROM coin), level => 0.9, tuning_n => 3000);
\x off
WITH r AS (SELECT * FROM segment.ab_rows((SELECT segment.ab_fit(arm, bought) FROM coin))),
     c AS (SELECT count(*) FILTER (WHERE arm = 'b' AND bought = 1) AS b1, count(*) FILTER (WHERE arm = 'b') AS b, count(*) FILTER (WHERE arm = 'a' AND bought = 1) AS a1, count(*) FILTER (WHERE arm = 'a') AS a FROM coin)
SELECT (difference_lower, difference_upper) = (n.lower_bound, n.upper_bound) AS newcombe, (r.lower_bound, r.upper_bound) = (w.lower_bound, w.upper_bound) AS wilson
FROM c, r, segment.newcombe_interval(b1, b, a1, a) n, segment.wilson_interval(b1, b) w WHERE r.arm = 'b';

-- the control: as given, else control, else holdout, else the first by name
CREATE FUNCTION pg_temp.control(names text[], given text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT arm FROM segment.ab_rows((SELECT segment.ab_fit(name, place) FROM unnest(names) WITH ORDINALITY u(name, place)), given) WHERE is_control
$$;
SELECT pg_temp.control('{b,holdout,control,a}') AS control, pg_temp.control('{b,holdout,a}') AS holdout, pg_temp.control('{b,Control,a}') AS "first",
       pg_temp.control('{b,holdout,control,a}', 'b') AS given;
SELECT pg_temp.control('{a,b}', 'c');
SELECT pg_temp.control('{a,b}', '');
SELECT arm FROM segment.ab_rows((SELECT segment.ab_fit(n, 1) FROM unnest('{z,m,a,ñ,mm}'::text[]) n), 'm');

-- the golden model was made by this; the same rows make the same bytes, in any order and in parts
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/ab_v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes, (SELECT segment.ab_fit(arm, y, x ORDER BY y) FROM ten) = decode(:'golden', 'hex') AS other_order;
CREATE TABLE ab_many AS SELECT 'arm ' || i % 5 AS arm, 1e9 * sin(i) / (1 + i % 1000) AS y, exp(i % 60 - 30) AS x FROM generate_series(1, 20000) i;
SELECT segment.ab_fit(arm, y, x) AS plain, segment.ab_fit(arm, y) AS no_covariate FROM ab_many \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT segment.ab_fit(arm, y, x) FROM ab_many;
SELECT segment.ab_fit(arm, y, x) = :'plain'::bytea AS parallel, segment.ab_fit(arm, y) = :'no_covariate'::bytea AS parallel_no_covariate FROM ab_many;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT bool_and(abs(r.mean / w.mean - 1) < 1e-12 AND abs(r.sd / w.sd - 1) < 1e-12 AND r.n = w.n) AS as_in_sql
FROM segment.ab_rows(:'plain') r JOIN (SELECT arm, count(*) AS n, avg(y) AS mean, stddev_samp(y) AS sd FROM ab_many GROUP BY arm) w USING (arm);
SELECT count(*) AS same FROM (SELECT segment.ab_fit(arm, y, x) OVER (ORDER BY y) AS m FROM ten) w WHERE m = :'model'::bytea;
DROP TABLE ab_many;

-- rows that are left out, nulls
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.ab_fit(a, y) FROM (VALUES (NULL, 1), ('', 1), (' ', 2), ('#', 3), ('a', 4), (NULL, NULL)) v(a, y)));
SELECT segment.ab_fit(a, 1) FROM (VALUES (NULL::text), (NULL)) v(a);
SELECT segment.ab_fit(a, 1) FROM (VALUES (NULL), ('#')) v(a);
SELECT segment.ab_fit('a', 1) WHERE false;
SELECT segment.ab_fit('a', NULL::float8);
SELECT segment.ab_fit('a', 1, NULL::float8);
SELECT policy, i.rows_used, i.rows_skipped, r.n, r.mean FROM unnest('{skip,zero}'::text[]) policy,
    LATERAL (SELECT segment.ab_fit('a', y, x, jsonb_build_object('null_policy', policy)) AS m FROM (VALUES (4::float8, 1::float8), (NULL, 1), (2, NULL)) v(y, x)) f,
    segment.model_info(m) i, segment.ab_rows(m) r;

-- options
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('ab');
SELECT segment.ab_fit('a', 1, '{"outcome_typ": "binary"}'::jsonb);
SELECT segment.ab_fit('a', 1, '{"null_policy": "mean"}'::jsonb);
SELECT segment.ab_fit('a', y, jsonb_build_object('null_policy', CASE y WHEN 1 THEN 'skip' ELSE 'zero' END)) FROM generate_series(1, 3) y;
SELECT segment.ab_fit('a', 2, '{"outcome_type": "binary"}'::jsonb);
SELECT outcome, degrees_of_freedom IS NOT NULL AS welch FROM unnest('{auto,binary,continuous}'::text[]) outcome,
    segment.ab_rows((SELECT segment.ab_fit(arm, bought, jsonb_build_object('outcome_type', outcome)) FROM coin)) WHERE NOT is_control;

-- little data: arms of one row, one arm, constant outcomes, no variance of the covariate
\pset null -
SELECT arm, n, mean, sd, lower_bound, difference, difference_lower, z_value, p_value, relative_lift, lift_lower, always_valid_p
FROM segment.ab_rows((SELECT segment.ab_fit(a, y) FROM (VALUES ('a', 4), ('b', 5), ('b', 7), ('c', 3), ('c', 3)) v(a, y)));
-- a control that lost money: the arm is better, and there is no share of a loss
SELECT arm, mean, difference, relative_lift, lift_lower FROM segment.ab_rows((SELECT segment.ab_fit(a, y) FROM (VALUES ('control', -2), ('control', -3), ('b', 2), ('b', 1)) v(a, y)));
SELECT arm, n, mean, difference FROM segment.ab_rows((SELECT segment.ab_fit('only', y) FROM generate_series(1, 4) y));
SELECT arm, adjusted_difference, variance_ratio FROM segment.ab_rows((SELECT segment.ab_fit(arm, y, 3) FROM ten));
SELECT arm, mean, lower_bound, upper_bound, difference_lower, difference_upper, p_value, always_valid_p
FROM segment.ab_rows((SELECT segment.ab_fit(a, 0) FROM (VALUES ('a'), ('a'), ('b')) v(a)));
\pset null ''

-- what is refused
SELECT segment.ab_fit('a', 'NaN');
SELECT segment.ab_fit('a', 1, '-Infinity'::float8);
SELECT segment.ab_fit('a', 1e141);
SELECT segment.ab_fit(repeat('a', 129), 1);
SELECT segment.ab_fit(i::text, 1) FROM generate_series(1, 1000000) i;
SELECT segment.ab_rows(:'model', level => 1);
SELECT segment.ab_rows(:'model', level => 'NaN');
SELECT segment.ab_rows(:'model', tuning_n => 0);
SELECT segment.ab_rows((SELECT segment.pca_fit(ARRAY[i % 3, i % 7]) FROM generate_series(1, 20) i));
SELECT segment.ab_rows(substr(:'model'::bytea, 1, 40));
SELECT count(*) FROM segment.ab_rows(NULL);

-- shares from counts
SELECT * FROM segment.wilson_interval(0, 10);
SELECT * FROM segment.wilson_interval(10, 10, 0.99);
SELECT lower_bound IS NULL AS none FROM segment.wilson_interval(0, 0);
SELECT segment.wilson_interval(11, 10);
SELECT segment.wilson_interval(-1, 10);
SELECT segment.wilson_interval(1, 10, 0);
SELECT * FROM segment.newcombe_interval(56, 70, 48, 80);
SELECT lower_bound IS NULL AS none FROM segment.newcombe_interval(1, 2, 0, 0);
SELECT segment.newcombe_interval(1, 2, 3, 2);
SELECT segment.newcombe_interval(1, 2, NULL, 2) IS NULL AS null_argument;

-- sample ratio mismatch
SELECT * FROM segment.srm_test('{200,201,150}');
SELECT * FROM segment.srm_test('{9400,600}', '{95,5}');
SELECT * FROM segment.srm_test('{9512,488}', '{95,5}', 1000);
SELECT verdict IS NULL AND p_value IS NULL AS no_rows FROM segment.srm_test('{0,0}');
SELECT segment.srm_test(NULL) IS NULL AS null_counts;
SELECT segment.srm_test('{5}');
SELECT segment.srm_test('{5,-1}');
SELECT segment.srm_test('{5,NULL}');
SELECT segment.srm_test('{{5,1}}');
SELECT segment.srm_test('{5,1}', '{1,0}');
SELECT segment.srm_test('{5,1}', '{1,NaN}');
SELECT segment.srm_test('{5,1}', '{1e15,1e-300}');
SELECT p_value, anytime_valid_p, verdict FROM segment.srm_test('{9223372036854775807,1}', '{1e9,2}', 0.001);
SELECT segment.srm_test('{5,1}', '{1,2,3}');
SELECT segment.srm_test('{5,1}', NULL, 0);
SELECT segment.srm_test(array_agg(i)) FROM generate_series(1, 1001) i;

-- adjusted p-values
SELECT p, segment.p_adjust(p) OVER () AS holm, segment.p_adjust(p, 'bh') OVER () AS bh, segment.p_adjust(p) OVER (ORDER BY p ROWS 1 PRECEDING) AS any_frame,
       segment.p_adjust(p) OVER (PARTITION BY p < 0.1) AS by_group
FROM unnest('{0.2,0.001,0.001,1,0.04,NULL}'::float8[]) p ORDER BY p;
SELECT segment.p_adjust(1.1) OVER ();
SELECT segment.p_adjust('NaN') OVER ();
SELECT segment.p_adjust(0.5, 'sidak') OVER ();
SELECT segment.p_adjust(0.5, NULL) OVER ();
SELECT segment.p_adjust(0.5, m) OVER () FROM (VALUES ('holm'), ('bh')) v(m);
SELECT count(q) AS none FROM (SELECT segment.p_adjust(NULL) OVER () AS q FROM generate_series(1, 3)) s;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^(ab_fit|ab_rows|ab_sample_size|ab_detectable|wilson_interval|newcombe_interval|srm_test|p_adjust)$' ORDER BY p.oid::regprocedure::text;

-- sizes and powers; the figures are checked to 1e-9 in test/unit/test_power.c
SELECT segment.ab_sample_size(0.10, 0.02) AS a_tenth, segment.ab_sample_size(0.12, -0.02) AS downwards, segment.ab_sample_size(0.03, 0.01, power => 0.9) AS rare, segment.ab_sample_size(NULL, 1, 2) AS means,
       segment.ab_sample_size(0.5, 0.5) AS all_of_them;
SELECT baseline, round((baseline + segment.ab_detectable(200, baseline))::numeric, 8) AS found_from FROM unnest('{0.03,0.10,0.20,0.30}'::float8[]) baseline;
SELECT round(segment.ab_detectable(200, NULL, 3)::numeric, 8) AS means, segment.ab_detectable(2, 0.5) IS NULL AS nothing, segment.ab_detectable(0, 0.5) IS NULL AS no_rows, segment.ab_detectable(1, NULL, 3) IS NULL AS one_row;
SELECT segment.ab_sample_size(NULL, 0.1) IS NULL AND segment.ab_sample_size(0.1, NULL) IS NULL AND segment.ab_sample_size(0.1, 0.1, level => NULL) IS NULL AND
       segment.ab_detectable(NULL, 0.1) IS NULL AND segment.ab_detectable(10, NULL) IS NULL AND segment.ab_detectable(10, 0.1, power => NULL) IS NULL AS nulls;
SELECT segment.ab_sample_size(0.1, 0);
SELECT segment.ab_sample_size(0.1, 'NaN');
SELECT segment.ab_sample_size(0.1, -0.2);
SELECT segment.ab_sample_size(0, 0.2);
SELECT segment.ab_sample_size(0.1, 0.2, level => 1);
SELECT segment.ab_sample_size(0.1, 0.2, power => 0);
SELECT segment.ab_sample_size(0.1, 0.2, 0);
SELECT segment.ab_sample_size(NULL, 1e-12, 1);
SELECT segment.ab_detectable(-1, 0.1);
SELECT segment.ab_detectable(10, 1.5);
SELECT segment.ab_detectable(10, NULL, 'Infinity');
