-- Anomaly scores: fitting, scoring, reasons, errors.
SET search_path = public, segment;

-- a disc of 500 customers and two anomalous ones; sines instead of random numbers
CREATE TABLE customers AS
SELECT i AS id, ARRAY[10 + 2 * sin(i * 1.7), 100 + 30 * cos(i * 2.3), i % 5]::float8[] AS features
FROM generate_series(1, 500) AS i
UNION ALL VALUES (501, ARRAY[30, 100, 2]::float8[]), (502, ARRAY[10, 400, 3]::float8[]);

CREATE TABLE models AS
SELECT method, anomaly_fit(features, jsonb_build_object('method', method, 'contamination', 0.0039,
                                                        'feature_names', '["visits", "amount", "children"]'::jsonb)
                                     || CASE method WHEN 'iforest' THEN '{"trees": 20}' ELSE '{}' END::jsonb) AS model
FROM customers, (VALUES ('iforest'), ('mahalanobis')) AS v (method)
GROUP BY method;

-- only the two anomalous ones are found
SELECT method, id, round(anomaly_score(model, features)::numeric, 2) AS score
FROM models, customers WHERE is_anomaly(model, features) ORDER BY 1, 2;
SELECT method, count(*), min(anomaly_score(model, features)) >= 0 AS from_0, max(anomaly_score(model, features)) <= 1 AS to_1
FROM models, customers GROUP BY method ORDER BY method;

-- with the correct reasons; their sum is the score
SELECT method, id, r.rank, r.feature, r.value, round(r.typical::numeric, 1) AS typical
FROM models, customers, anomaly_reasons(model, features) AS r
WHERE id > 500 AND r.rank = 1 ORDER BY method, id;
SELECT method, max(abs(anomaly_score(model, features) - reasons.total)) < 1e-12 AS adds_up
FROM models, customers,
     LATERAL (SELECT min(base_score) + sum(contribution) AS total FROM anomaly_reasons(model, features)) AS reasons
GROUP BY method ORDER BY method;

-- the same bytes for each row order; other bytes for another seed
SELECT count(DISTINCT model) AS one FROM (
    SELECT anomaly_fit(features ORDER BY id) AS model FROM customers
    UNION ALL SELECT anomaly_fit(features ORDER BY id DESC) FROM customers
    UNION ALL SELECT anomaly_fit(features ORDER BY features) FROM customers
    UNION ALL SELECT anomaly_fit(features, '{"seed": 42, "method": "iforest"}') FROM customers) AS m;
SELECT anomaly_fit(features, '{"seed": 43}') <> anomaly_fit(features) AS differs FROM customers;

-- and for each plan: more distinct rows than the sample has
CREATE TABLE many AS
SELECT ARRAY[i % 40001, (i * 7919) % 10007]::float8[] AS features FROM generate_series(1, 60000) AS i;
ANALYZE many;
CREATE FUNCTION plan_has_partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
        IF line LIKE '%Partial Aggregate%' THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
SET max_parallel_workers_per_gather = 0;
SELECT md5(anomaly_fit(features)) AS serial FROM many \gset
SELECT plan_has_partial('SELECT anomaly_fit(features) FROM many');
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT plan_has_partial('SELECT anomaly_fit(features) FROM many');
SELECT md5(anomaly_fit(features)) = :'serial' AS same FROM many;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- a model for each group, a filter, a running model
SELECT id % 2 AS half, length(anomaly_fit(features)) > 0 AS fitted FROM customers GROUP BY 1 ORDER BY 1;
SELECT anomaly_fit(features) FILTER (WHERE id <= 500) =
       (SELECT anomaly_fit(features) FROM customers WHERE id <= 500) AS same FROM customers;
SELECT count(DISTINCT model) FROM (
    SELECT anomaly_fit(features, '{"trees": 2}') OVER (ORDER BY id) AS model FROM customers WHERE id <= 40) AS w;
SELECT (SELECT anomaly_fit(features, '{"trees": 2}') FROM customers WHERE id <= 40) =
       (SELECT model FROM (SELECT id, anomaly_fit(features, '{"trees": 2}') OVER (ORDER BY id) AS model
                           FROM customers WHERE id <= 40) AS w WHERE id = 40) AS same;

-- covariances agree to 1e-9 across order and plan
CREATE TABLE metrics AS
SELECT 'serial' AS plan, anomaly_fit(features, '{"method": "mahalanobis"}') AS model FROM many
UNION ALL SELECT 'backwards', anomaly_fit(features, '{"method": "mahalanobis"}' ORDER BY features DESC) FROM many;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
INSERT INTO metrics SELECT 'parallel', anomaly_fit(features, '{"method": "mahalanobis"}') FROM many;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SELECT max(high - low) < 1e-9 AS agree FROM (
    SELECT max(anomaly_score(model, features)) AS high, min(anomaly_score(model, features)) AS low
    FROM metrics, (SELECT features FROM many LIMIT 1000) AS few GROUP BY features) AS s;

-- R: m <- mahalanobis(x, colMeans(x), cov(x)); pchisq(m, 2) with x <- cbind(c(1,2,3,4,10), c(2,1,4,3,5))
SELECT round(anomaly_score(model, f)::numeric, 12) AS score
FROM (SELECT anomaly_fit(f, '{"method": "mahalanobis"}') AS model, array_agg(f::text) AS fs
      FROM (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[2, 1]), (ARRAY[3, 4]), (ARRAY[4, 3]), (ARRAY[10, 5])) AS t (f)) AS m,
     unnest(fs) WITH ORDINALITY AS u (text_f, i), LATERAL (SELECT text_f::float8[] AS f) AS v
ORDER BY i;

-- covariances of equal columns, sums and constants have no inverse: they are shrunk, and scores are finite and correct
SELECT round(anomaly_score(model, ARRAY[2, 2, 4, 7])::numeric, 2) AS on_the_line,
       anomaly_score(model, ARRAY[2, -2, 4, 7]) > 0.999999 AS off_the_line,
       anomaly_score(model, ARRAY[2, 2, 4, 7]) = anomaly_score(model, ARRAY[2, 2, 4, 8]) AS constant_counts_nothing
FROM (SELECT anomaly_fit(ARRAY[x, x, 2 * x, 7]::float8[], '{"method": "mahalanobis"}') AS model
      FROM generate_series(-10, 10) AS x) AS m;
SELECT anomaly_score(anomaly_fit(ARRAY[5, 5]::float8[], '{"method": "mahalanobis"}'), ARRAY[5, 6]::float8[]) AS no_spread_at_all
FROM generate_series(1, 3);
SELECT anomaly_score(model, ARRAY[-1e308]::float8[]) AS score, is_anomaly(model, ARRAY[1e308]::float8[]) AS anomalous
FROM (SELECT anomaly_fit(ARRAY[x * 1e99]::float8[], '{"method": "mahalanobis"}') AS model FROM generate_series(-10, 10) AS x) AS m;
SELECT r.* FROM (SELECT anomaly_fit(ARRAY[x]::float8[], '{"method": "mahalanobis"}') AS model FROM generate_series(1, 9) AS x) AS m,
     anomaly_reasons(model, ARRAY[1e300]) AS r;

-- FastMCD: the 75 rows of D. Hawkins, D. Bradu and G. Kass, "Location of several outliers in
-- multiple-regression data using elemental sets", Technometrics 26 (1984), of which 14 are outliers that hide each other
CREATE TABLE hbk AS
SELECT i AS id, f::float8[] AS features FROM unnest(ARRAY[
    '{10.1,19.6,28.3}', '{9.5,20.5,28.9}', '{10.7,20.2,31}', '{9.9,21.5,31.7}', '{10.3,21.1,31.1}',
    '{10.8,20.4,29.2}', '{10.5,20.9,29.1}', '{9.9,19.6,28.8}', '{9.7,20.7,31}', '{9.3,19.7,30.3}', '{11,24,35}',
    '{12,23,37}', '{12,26,34}', '{11,34,34}', '{3.4,2.9,2.1}', '{3.1,2.2,0.3}', '{0,1.6,0.2}', '{2.3,1.6,2}',
    '{0.8,2.9,1.6}', '{3.1,3.4,2.2}', '{2.6,2.2,1.9}', '{0.4,3.2,1.9}', '{2,2.3,0.8}', '{1.3,2.3,0.5}',
    '{1,0,0.4}', '{0.9,3.3,2.5}', '{3.3,2.5,2.9}', '{1.8,0.8,2}', '{1.2,0.9,0.8}', '{1.2,0.7,3.4}', '{3.1,1.4,1}',
    '{0.5,2.4,0.3}', '{1.5,3.1,1.5}', '{0.4,0,0.7}', '{3.1,2.4,3}', '{1.1,2.2,2.7}', '{0.1,3,2.6}',
    '{1.5,1.2,0.2}', '{2.1,0,1.2}', '{0.5,2,1.2}', '{3.4,1.6,2.9}', '{0.3,1,2.7}', '{0.1,3.3,0.9}',
    '{1.8,0.5,3.2}', '{1.9,0.1,0.6}', '{1.8,0.5,3}', '{3,0.1,0.8}', '{3.1,1.6,3}', '{3.1,2.5,1.9}',
    '{2.1,2.8,2.9}', '{2.3,1.5,0.4}', '{3.3,0.6,1.2}', '{0.3,0.4,3.3}', '{1.1,3,0.3}', '{0.5,2.4,0.9}',
    '{1.8,3.2,0.9}', '{1.8,0.7,0.7}', '{2.4,3.4,1.5}', '{1.6,2.1,3}', '{0.3,1.5,3.3}', '{0.4,3.4,3}',
    '{0.9,0.1,0.3}', '{1.1,2.7,0.2}', '{2.8,3,2.9}', '{2,0.7,2.7}', '{0.2,1.8,0.8}', '{1.6,2,1.2}', '{0.1,0,1.1}',
    '{2,0.6,0.3}', '{1,2.2,2.9}', '{2.2,2.5,2.3}', '{0.6,2,1.5}', '{0.3,1.7,2.2}', '{0,2.2,1.6}', '{0.3,0.4,2.6}'])
    WITH ORDINALITY AS u (f, i);
SELECT count(*) FILTER (WHERE id <= 14) AS planted, count(*) FILTER (WHERE id > 14) AS others
FROM hbk, (SELECT anomaly_fit(features, '{"method": "mahalanobis", "contamination": 0.19}') AS model FROM hbk) AS m
WHERE anomaly_score(model, features) > 0.999;
SELECT count(*) FILTER (WHERE id <= 14) AS planted, count(*) FILTER (WHERE id > 14) AS others
FROM hbk, (SELECT anomaly_fit(features, '{"method": "mahalanobis", "robust": true}') AS model FROM hbk) AS m
WHERE anomaly_score(model, features) > 0.999;
-- R 4.2.2, robustbase 0.95: m <- covMcd(hbk[, 1:3], use.correction = FALSE);
-- round(pchisq(mahalanobis(hbk[, 1:3], m$center, m$cov), 3)[15:20], 9)
SELECT id, round(anomaly_score(model, features)::numeric, 9) AS score
FROM hbk, (SELECT anomaly_fit(features, '{"method": "mahalanobis", "robust": true}') AS model FROM hbk) AS m
WHERE id BETWEEN 15 AND 20 ORDER BY id;
-- the order does not matter, nor does a column that is mostly 0
SELECT anomaly_fit(features, '{"method": "mahalanobis", "robust": true}' ORDER BY id) =
       anomaly_fit(features, '{"method": "mahalanobis", "robust": true}' ORDER BY id DESC) AS same FROM hbk;
SELECT bool_and((anomaly_score(model, features || 0::float8) > 0.999) = (id <= 14)) AS found,
       bool_and(anomaly_score(model, features || 60::float8) > 0.999) AS unusual_there
FROM hbk, (SELECT anomaly_fit(features || (CASE id % 5 WHEN 0 THEN id % 3 ELSE 0 END)::float8,
                              '{"method": "mahalanobis", "robust": true}') AS model FROM hbk) AS m;
SELECT anomaly_fit(features, '{"method": "mahalanobis", "robust": true}') FROM hbk WHERE id <= 7;
SELECT anomaly_fit(array_fill(1::float8, ARRAY[101]), '{"method": "mahalanobis", "robust": true}') FROM hbk;

-- from k-means: two circular clusters, one ten times as wide as the other
CREATE TABLE round_clusters AS
SELECT i % 2 AS side, ARRAY[100 * (i % 2) + (1 + 9 * (i % 2)) * sin(i * 1.7), (1 + 9 * (i % 2)) * cos(i * 2.9)]::float8[] AS features
FROM generate_series(1, 400) AS i;
CREATE TABLE spreads AS
SELECT anomaly_from_kmeans(kmeans_fit(features, 2, '{"standardize": "none"}')) AS model FROM round_clusters;
SELECT side, count(*) FILTER (WHERE is_anomaly(model, features)) AS anomalous FROM spreads, round_clusters GROUP BY side ORDER BY side;
-- a distance of five is anomalous in the narrow cluster, and normal in the wide one
SELECT round(anomaly_score(model, ARRAY[5, 0])::numeric, 6) AS narrow, round(anomaly_score(model, ARRAY[105, 0])::numeric, 2) AS wide,
       anomaly_score(model, ARRAY[1e200, 0]) AS far
FROM spreads;
-- by hand: 1 - exp(-d2 / 2), two degrees of freedom, with d2 = 25 * 2 * size / inertia of the wide cluster
SELECT round((1 - exp(-25 * size / inertia))::numeric, 2) AS wide
FROM (SELECT count(*) AS size, sum((features[1] - m1) ^ 2 + (features[2] - m2) ^ 2) AS inertia
      FROM round_clusters, (SELECT avg(features[1]) AS m1, avg(features[2]) AS m2 FROM round_clusters WHERE side = 1) AS m
      WHERE side = 1) AS wide_cluster;
SELECT r.rank, r.feature, r.value, round(r.typical::numeric) AS typical, round(r.contribution::numeric, 3) AS contribution, r.base_score
FROM spreads, anomaly_reasons(model, ARRAY[109, 5]) AS r;
SELECT anomaly_score(model, ARRAY[109, 5]) - (SELECT sum(contribution) FROM anomaly_reasons(model, ARRAY[109, 5])) < 1e-15 AS adds_up FROM spreads;
SELECT * FROM spreads, anomaly_reasons(model, ARRAY[1e200, 5]);
SELECT anomaly_score(anomaly_from_kmeans(kmeans_fit(ARRAY[3, 4]::float8[], 1)), ARRAY[3, 5]) FROM generate_series(1, 3);
SELECT anomaly_from_kmeans(model) FROM spreads;
SELECT anomaly_from_kmeans(kmeans_fit(features, 2), 0) FROM round_clusters;
SELECT anomaly_from_kmeans(kmeans_fit(features, 2), 'NaN') FROM round_clusters;
SELECT anomaly_from_kmeans(NULL) IS NULL AS null_in_null_out;

-- an outlier alone in a cluster is at its center, but is anomalous; so are two, and small clusters of many rows
CREATE TABLE with_far AS
SELECT false AS far, features FROM round_clusters UNION ALL VALUES (true, ARRAY[900, 900]::float8[]);
SELECT n, is_anomaly(model, ARRAY[900, 900]) AS anomalous, anomaly_score(model, ARRAY[900, 900]) > 0.999999 AS very, is_anomaly(model, ARRAY[100, 0]) AS center_is, k AS normal_clusters
FROM (SELECT n, anomaly_from_kmeans((SELECT kmeans_fit(features, 3) FROM with_far, generate_series(1, CASE WHEN far THEN n ELSE times END))) AS model
      FROM (VALUES (1, 1), (2, 1), (7, 2), (9, 2)) AS v (n, times)) AS m, LATERAL model_info(model) ORDER BY n;
-- if all clusters are too small, all are used
SELECT count(*) FILTER (WHERE is_anomaly(model, f)) AS anomalous
FROM (SELECT anomaly_from_kmeans(kmeans_fit(ARRAY[x], 3)) AS model FROM unnest('{1, 5, 9}'::float8[]) AS x) AS m, (VALUES (ARRAY[1::float8]), (ARRAY[5]), (ARRAY[9])) AS t (f);

-- equal scores are flagged together; the share is as near as possible to contamination
SELECT method, count(*) FILTER (WHERE is_anomaly(model, f)) AS flagged, (SELECT options->>'flagged_share' FROM model_info(model)) AS flagged_share
FROM (SELECT method, anomaly_fit(ARRAY[CASE WHEN i <= 13 THEN 9 ELSE i % 2 END], jsonb_build_object('contamination', 0.2, 'method', method)) AS model
      FROM generate_series(1, 50) AS i, unnest('{iforest, mahalanobis}'::text[]) AS method GROUP BY method) AS m,
     (SELECT ARRAY[CASE WHEN i <= 13 THEN 9 ELSE i % 2 END]::float8[] AS f FROM generate_series(1, 50) AS i) AS rows
GROUP BY method, model ORDER BY method;

-- the example of the documentation
CREATE TABLE visitors AS
SELECT i AS customer_id, ARRAY[round(400 + 150 * sin(i * 1.7)), round(4000 + 1500 * sin(i * 1.7) + 300 * cos(i * 2.3)), i % 4]::float8[] AS features
FROM generate_series(1, 500) AS i
UNION ALL VALUES (501, ARRAY[420, 900, 1]::float8[]), (502, ARRAY[390, 4100, 40]::float8[]);
SELECT array_agg(customer_id ORDER BY customer_id) AS anomalous, max((SELECT options->>'flagged_share' FROM model_info(model))) AS flagged_share
FROM (SELECT anomaly_fit(features, '{"method": "mahalanobis", "contamination": 0.004}') AS model FROM visitors) AS m, visitors
WHERE is_anomaly(model, features);
SELECT customer_id, round(anomaly_score((SELECT anomaly_from_kmeans(kmeans_fit(features, 3)) FROM visitors), features)::numeric, 3) AS by_cluster
FROM visitors ORDER BY anomaly_score((SELECT anomaly_fit(features) FROM visitors), features) DESC LIMIT 2;

-- robust with mostly equal rows: very large values do not determine the scale
SELECT robust, bool_and(anomaly_score(model, ARRAY[i, 40]) > 0.999) AS forty_is_odd, bool_or(anomaly_score(model, ARRAY[i, 2]) > 0.999) AS two_is
FROM (SELECT robust, anomaly_fit(ARRAY[i % 7, CASE WHEN i % 10 = 0 THEN 40 WHEN i % 3 = 0 THEN 1 + i % 4 ELSE 0 END],
                                 jsonb_build_object('method', 'mahalanobis', 'robust', robust)) AS model
      FROM generate_series(1, 400) AS i, unnest('{f, t}'::boolean[]) AS robust GROUP BY robust) AS m, generate_series(0, 6) AS i
GROUP BY robust ORDER BY robust;

-- model_info and model_features
SELECT algorithm, method, features, rows_used, seed, options->>'method' AS how, options->>'trees' AS trees,
       options->>'robust' AS robust, round((options->>'threshold')::numeric, 3) AS threshold
FROM (SELECT model FROM models UNION ALL SELECT model FROM spreads) AS m, model_info(model) ORDER BY how;
SELECT method, (options->>'shrinkage')::float8 > 0 AS shrunk FROM model_info(
    (SELECT anomaly_fit(ARRAY[x, 2 * x]::float8[], '{"method": "mahalanobis"}') FROM generate_series(1, 20000) AS x));
SELECT position, feature, transform, minimum, maximum, round(mean::numeric, 2) AS mean, round(sd::numeric, 2) AS sd
FROM models, model_features(model) WHERE method = 'iforest';

-- drift of other rows from the fitted rows
SELECT m.method, position, name, round(psi::numeric, 3) AS psi, is_drifted
FROM (SELECT method, drift_fit(model, ARRAY[features[1] + 20, features[2], features[3]]) AS report
      FROM models, customers GROUP BY method) AS m, drift_rows(report) ORDER BY method, position;

-- duplicates count as often as they occur
SELECT anomaly_score(anomaly_fit(f), ARRAY[0]::float8[]) <= 0.5 AS common_is_normal,
       anomaly_score(anomaly_fit(f), ARRAY[9]::float8[]) > anomaly_score(anomaly_fit(f), ARRAY[0]::float8[]) AS rare_is_odder
FROM (SELECT ARRAY[0]::float8[] FROM generate_series(1, 5000)
      UNION ALL SELECT ARRAY[i] FROM generate_series(1, 9) AS i) AS t (f);

-- few rows, one row, equal rows: no row is anomalous
SELECT n, round(max(score)::numeric, 3) AS score, bool_or(anomalous) AS anomalous FROM (
    SELECT n, anomaly_score(model, ARRAY[1, 2]::float8[]) AS score, is_anomaly(model, ARRAY[1, 2]::float8[]) AS anomalous
    FROM (SELECT n, anomaly_fit(ARRAY[1, 2]::float8[]) AS model
          FROM (VALUES (1), (2), (300)) AS v (n), generate_series(1, n) GROUP BY n) AS m) AS s
GROUP BY n ORDER BY n;

-- nulls
SELECT anomaly_score(NULL, ARRAY[1]), is_anomaly(NULL, ARRAY[1]);
SELECT anomaly_score(anomaly_fit(features), NULL) FROM customers;
SELECT policy, anomaly_score(model, ARRAY[3, NULL]) IS NULL AS null_score,
       anomaly_score(model, ARRAY[3, NULL]) = anomaly_score(model, ARRAY[3, stand_in]) AS fills,
       round(anomaly_score(model, ARRAY[3, 5])::numeric, 9) AS score
FROM (SELECT policy, stand_in, anomaly_fit(f, jsonb_build_object('null_policy', policy, 'method', 'mahalanobis')) AS model
      FROM (VALUES ('skip', 0), ('mean', 4), ('median', 3), ('zero', 0)) AS p (policy, stand_in),
           (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[2, 3]), (ARRAY[3, 7]), (ARRAY[4, NULL])) AS t (f)
      GROUP BY policy, stand_in) AS m
ORDER BY policy;
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[1, NULL])) AS t (f);
SELECT policy, anomaly_score(model, ARRAY[3, NULL]) IS NULL AS null_score,
       anomaly_score(model, ARRAY[3, NULL]) = anomaly_score(model, ARRAY[3, stand_in]) AS fills
FROM (SELECT policy, stand_in, anomaly_fit(f, jsonb_build_object('null_policy', policy)) AS model
      FROM (VALUES ('skip', 0), ('mean', 4), ('median', 3), ('zero', 0)) AS p (policy, stand_in),
           (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[2, 3]), (ARRAY[3, 7]), (ARRAY[4, NULL])) AS t (f)
      GROUP BY policy, stand_in) AS m
ORDER BY policy;
SELECT count(*) FROM anomaly_reasons((SELECT anomaly_fit(features, '{"null_policy": "skip"}') FROM customers), ARRAY[1, NULL, 3]);
SELECT rank, feature, value, typical IS NOT NULL AS has_typical
FROM anomaly_reasons((SELECT anomaly_fit(features, '{"null_policy": "median"}') FROM customers), ARRAY[1, NULL, 3]) ORDER BY feature;
SELECT anomaly_fit(f) IS NOT NULL AS null_rows_are_ignored FROM (VALUES (NULL::float8[]), (ARRAY[1, 2]), (NULL)) AS t (f);

-- other numeric arrays are cast to float8[]
SELECT anomaly_score(model, ARRAY[30, 100, 2]::int[]) = anomaly_score(model, ARRAY[30, 100, 2]::numeric[]) AS same,
       anomaly_score(model, ARRAY[30, 100, 2]::float4[]) = anomaly_score(model, ARRAY[30, 100, 2]::float8[]) AS same_too
FROM models ORDER BY method;

-- errors
SELECT anomaly_fit(features) FROM customers WHERE false;
SELECT anomaly_fit(f, '{"null_policy": "skip"}') FROM (VALUES (ARRAY[1, NULL]::float8[])) AS t (f);
SELECT anomaly_fit(features, '{"tree": 5}') FROM customers;
SELECT anomaly_fit(features, '{"trees": 0}') FROM customers;
SELECT anomaly_fit(features, '{"trees": 1.5}') FROM customers;
SELECT anomaly_fit(features, '{"sample_size": 5000}') FROM customers;
SELECT anomaly_fit(features, '{"contamination": 0.6}') FROM customers;
-- options of the other method have no effect
SELECT anomaly_fit(features, '{"robust": true}') FROM customers;
SELECT anomaly_fit(features, '{"robust": false, "method": "iforest"}') = anomaly_fit(features) AS default_is_no_error FROM customers;
SELECT anomaly_fit(features, '{"method": "mahalanobis", "trees": 10}') FROM customers;
SELECT anomaly_fit(features, '{"method": "mahalanobis", "sample_size": 255, "robust": true}') FROM customers;
SELECT anomaly_fit(features, '{"method": "lof"}') FROM customers;
SELECT anomaly_fit(features, '{"feature_names": ["a"]}') FROM customers;
SELECT anomaly_fit(features, '{"transform": ["log1p", "none"]}') FROM customers;
SELECT anomaly_fit(features, jsonb_build_object('seed', id)) FROM customers;
SELECT anomaly_fit(features, '[]') FROM customers;
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[1])) AS t (f);
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[1, 'NaN']::float8[])) AS t (f);
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[1, 'Infinity']::float8[])) AS t (f);
SELECT anomaly_fit(f) FROM (VALUES ('{}'::float8[])) AS t (f);
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[[1], [2]]::float8[])) AS t (f);
SELECT anomaly_fit(f, '{"transform": "log1p"}') FROM (VALUES (ARRAY[1, -1]::float8[])) AS t (f);
SELECT anomaly_fit(array_fill(1::float8, ARRAY[1601]));
SELECT anomaly_fit(f) FROM (VALUES (ARRAY[-1.7e308]::float8[]), (ARRAY[1.7e308])) AS t (f);
SELECT anomaly_score(model, ARRAY[1, 2]) FROM models;
SELECT anomaly_score(model, ARRAY[1, 2, NULL]) FROM models;
SELECT anomaly_score(model, ARRAY[1, 2, 'NaN']::float8[]) FROM models;
SELECT anomaly_score('', ARRAY[1]);
SELECT anomaly_score('\x5345474d0401000000', ARRAY[1]);
SELECT anomaly_score(substr(model, 1, length(model) - 1), ARRAY[1, 2, 3]) FROM models;
SELECT anomaly_score(set_byte(model, 40, get_byte(model, 40) # 1), ARRAY[1, 2, 3]) FROM models;
SELECT is_anomaly(set_byte(model, 5, 2), ARRAY[1, 2, 3]) FROM models;
SELECT r.* FROM models, anomaly_reasons(set_byte(model, 4, 1), ARRAY[1, 2, 3]) AS r;
SET segment.fit_memory = '1MB';
SELECT anomaly_fit(features, '{"trees": 1000, "sample_size": 4096}') FROM many;
RESET segment.fit_memory;

-- invalid states
SELECT segment_internal.anomaly_fit_finalfn('\x00');
CREATE AGGREGATE made_up(float8[]) (SFUNC = segment_internal.anomaly_fit_transfn, STYPE = bytea, INITCOND = '\x0102030405060708');
SELECT made_up(features) FROM customers;
CREATE AGGREGATE whole_state(float8[]) (SFUNC = segment_internal.anomaly_fit_transfn, STYPE = bytea);
CREATE AGGREGATE whole_metric_state(float8[], jsonb) (SFUNC = segment_internal.anomaly_fit_transfn, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = segment_internal.anomaly_fit_combinefn, STYPE = bytea, FINALFUNC = segment_internal.anomaly_fit_finalfn);
CREATE TABLE states AS SELECT id % 3 AS part, whole_state(features) AS state FROM customers GROUP BY 1;
SELECT merged(state) = (SELECT anomaly_fit(features) FROM customers) AS shards_give_the_same FROM states;
CREATE FUNCTION survives(state bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM merged(state);
    RETURN 'fits';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
SELECT count(*) FILTER (WHERE result NOT IN ('fits', '22P03', '22003', '22023', '54000', '22004')) AS strange
FROM (SELECT survives(set_byte(state, at, (get_byte(state, at) + 1 + at % 255) % 256)) AS result
      FROM states, generate_series(0, 300) AS at WHERE part = 0) AS s;
CREATE TABLE metric_states AS SELECT whole_metric_state(features, '{"method": "mahalanobis"}') AS state FROM customers;
SELECT count(*) FILTER (WHERE result NOT IN ('fits', '22P03', '22003', '22023', '54000', '22004')) AS strange
FROM (SELECT survives(set_byte(state, at, (get_byte(state, at) + 1 + at % 255) % 256)) AS result
      FROM metric_states, generate_series(0, 400) AS at) AS s;
SELECT count(*) FILTER (WHERE result NOT IN ('fits', '22P03', '22003', '22023', '54000', '22004')) AS strange
FROM (SELECT survives(set_byte(state, length(state) - at, (get_byte(state, length(state) - at) + 1 + at % 255) % 256)) AS result
      FROM metric_states, generate_series(1, 400) AS at) AS s;
SELECT count(*) FILTER (WHERE survives(substr(state, 1, size)) <> '22P03') AS accepted
FROM states, generate_series(0, 300) AS size WHERE part = 0;
SELECT merged(state) FROM (SELECT state FROM states UNION ALL SELECT whole_state(ARRAY[1, 2])) AS s;

-- the functions of the family
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^anomaly(_|$)' ORDER BY p.oid::regprocedure::text;

DROP TABLE hbk, round_clusters, spreads, customers, models, metrics, many, states, metric_states;
DROP AGGREGATE made_up(float8[]), whole_state(float8[]), whole_metric_state(float8[], jsonb), merged(bytea) CASCADE;
DROP FUNCTION survives(bytea), plan_has_partial(text);

-- null_policy mean, also with log1p, gives what the mean of the values in place of each NULL gives
CREATE TEMP TABLE gaps AS
SELECT i AS id, ARRAY[exp(i % 7), CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 11) ^ 2 END, CASE WHEN i % 9 = 0 THEN NULL ELSE i % 13 END]::float8[] AS features
FROM generate_series(1, 200) AS i;
WITH mean AS (SELECT avg(features[2]) AS b, avg(features[3]) AS c FROM gaps),
     models AS MATERIALIZED (
         SELECT o.options, segment.anomaly_fit(g.features, o.options || '{"null_policy": "mean"}') AS with_nulls,
                segment.anomaly_fit(ARRAY[g.features[1], coalesce(g.features[2], mean.b), coalesce(g.features[3], mean.c)], o.options) AS filled
         FROM gaps g, mean, (VALUES ('{"method": "mahalanobis"}'::jsonb), ('{"method": "mahalanobis", "transform": "log1p"}'),
                                    ('{"method": "mahalanobis", "robust": true, "transform": "log1p"}'), ('{"method": "iforest", "transform": "log1p"}')) o(options)
         GROUP BY o.options)
SELECT m.options, max(abs(segment.anomaly_score(m.with_nulls, g.features)
                          - segment.anomaly_score(m.filled, ARRAY[g.features[1], coalesce(g.features[2], mean.b), coalesce(g.features[3], mean.c)]))) < 1e-9 AS same
FROM models m, gaps g, mean GROUP BY m.options ORDER BY m.options::text;
