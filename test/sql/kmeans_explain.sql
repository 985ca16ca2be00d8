-- A k-means model as rows: centroids, profile, details, reasons, descriptions; numbers
-- kept over refits; agreement of two partitions.
SET search_path = segment, public;

-- four groups of customers: champions, regulars, newcomers, lapsed; sines instead of random numbers
CREATE TABLE customers AS
SELECT i AS id, g AS truth,
       ARRAY[(ARRAY[10, 40, 15, 300])[g] * (1 + 0.3 * sin(i * 1.7)),
             (ARRAY[30, 12, 2, 3])[g] * (1 + 0.2 * cos(i * 2.3)),
             (ARRAY[9000, 2000, 300, 400])[g] * (1 + 0.3 * sin(i * 3.1))]::float8[] AS features
FROM generate_series(1, 600) AS i, LATERAL (SELECT CASE WHEN i % 12 = 0 THEN 1 WHEN i % 12 < 4 THEN 2 WHEN i % 12 < 7 THEN 3 ELSE 4 END) AS truth (g);
SELECT kmeans_fit(features, 4, '{"feature_names": ["recency_days", "frequency", "monetary"]}') AS model FROM customers \gset
SELECT kmeans_fit(features, 3, '{"transform": ["none", "none", "log1p"], "feature_names": ["recency_days", "frequency", "monetary"]}') AS log_model FROM customers \gset
SELECT kmeans_fit(features, 1) AS one_model FROM customers \gset

-- centroids: by cluster_id and position; without transform the means
SELECT cluster_id, cluster_name, size, round(share::numeric, 3) AS share, feature, "position", round(centroid::numeric, 2) AS centroid
FROM kmeans_centroids(:'model');
SELECT count(*) AS cells, bool_and(abs(centroid - mean) < 1e-9 * (1 + abs(mean))) AS equals_mean
FROM kmeans_centroids(:'model') AS c
JOIN (SELECT kmeans_assign(:'model', features) AS cluster_id, j AS "position", avg(x) AS mean
      FROM customers, unnest(features) WITH ORDINALITY AS u (x, j) GROUP BY 1, 2) AS m USING (cluster_id, "position");
-- with log1p the mean of the logarithms, converted back
SELECT bool_and(abs(centroid - mean) < 1e-9 * (1 + abs(mean))) AS equals_log_mean
FROM kmeans_centroids(:'log_model') AS c
JOIN (SELECT kmeans_assign(:'log_model', features) AS cluster_id, exp(avg(ln(1 + features[3]))) - 1 AS mean
      FROM customers GROUP BY 1) AS m USING (cluster_id)
WHERE feature = 'monetary';
SELECT feature, "position", cluster_name FROM kmeans_centroids(:'one_model');

-- profile: moments of the rows, scores, order
SELECT cluster_id, feature, round(cluster_mean::numeric, 1) AS mean, round(overall_mean::numeric, 1) AS overall,
       round(index_100::numeric) AS index_100, round(z_score::numeric, 2) AS z_score, rank, direction
FROM kmeans_profile(:'model');
SELECT count(*) AS cells,
       bool_and(abs(cluster_mean - mean) < 1e-9 * (1 + abs(mean))) AS means,
       bool_and(abs(cluster_sd - sd) < 1e-9 * (1 + sd)) AS sds,
       bool_and(size = n AND abs(share - n / 600.0) < 1e-12) AS sizes,
       bool_and(abs(overall_mean - overall) < 1e-9 * (1 + overall) AND abs(overall_sd - whole_sd) < 1e-9 * (1 + whole_sd)) AS whole,
       bool_and(abs(z_score - (mean - overall) / whole_sd) < 1e-9) AS z_scores,
       bool_and(abs(index_100 - 100 * mean / overall) < 1e-6) AS indexes,
       bool_and(q1 BETWEEN low - 1e-12 * abs(low) AND median AND q3 BETWEEN median AND high + 1e-12 * abs(high)) AS quartiles_in_range,
       bool_and(abs(median - middle) <= 1e-12 * (1 + middle)) AS medians
FROM kmeans_profile(:'model') AS p
JOIN (SELECT kmeans_assign(:'model', features) AS cluster_id, (ARRAY['recency_days', 'frequency', 'monetary'])[j] AS feature,
             avg(x) AS mean, stddev_samp(x) AS sd, count(*) AS n, min(x) AS low, max(x) AS high,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS middle
      FROM customers, unnest(features) WITH ORDINALITY AS u (x, j) GROUP BY 1, 2) AS m USING (cluster_id, feature)
JOIN (SELECT (ARRAY['recency_days', 'frequency', 'monetary'])[j] AS feature, avg(x) AS overall, stddev_samp(x) AS whole_sd
      FROM customers, unnest(features) WITH ORDINALITY AS u (x, j) GROUP BY 1) AS w USING (feature);
SELECT bool_and(rank = expected) AS ranks, bool_and(direction = CASE WHEN abs(z_score) < 0.25 THEN 'average' WHEN z_score > 0 THEN 'high' ELSE 'low' END) AS directions
FROM (SELECT *, row_number() OVER (PARTITION BY cluster_id ORDER BY abs(z_score) DESC) AS expected FROM kmeans_profile(:'model')) AS p;

-- a constant feature has z_score 0; negative or zero averages have no index
SELECT cluster_id, feature, round(cluster_mean::numeric, 1) AS mean, round(index_100::numeric) AS index_100, round(z_score::numeric, 2) AS z_score, rank, direction
FROM kmeans_profile((SELECT kmeans_fit(ARRAY[7, i, i - 3.5, 0], 2) FROM generate_series(1, 6) AS i));

-- details: agree with assign and distance
SELECT count(*) AS n,
       bool_and(d.cluster_id = kmeans_assign(:'model', features)) AS clusters,
       bool_and(d.distance = kmeans_distance(:'model', features)) AS distances,
       bool_and(d.second_cluster_id <> d.cluster_id AND d.second_distance >= d.distance) AS seconds,
       bool_and(d.simplified_silhouette = (d.second_distance - d.distance) / d.second_distance) AS silhouettes,
       bool_and(d.cluster_name = 'cluster ' || d.cluster_id) AS names
FROM customers CROSS JOIN LATERAL kmeans_details(:'model', features) AS d;
-- the silhouette of the model is the full one, here of all distinct rows, as in a sweep
SELECT round((m.silhouette - s.silhouette)::numeric, 12) AS difference, m.options -> 'silhouette_rows' AS rows, m.options -> 'silhouette_is_exact' AS exact,
       s.silhouette_rows = (m.options ->> 'silhouette_rows')::int AS same_rows
FROM model_info(:'model') AS m, kmeans_sweep_rows((SELECT kmeans_sweep(features, 4, 4) FROM customers)) AS s;
SELECT cluster_id, cluster_name, round(distance::numeric, 3) AS distance, second_cluster_id, second_distance, simplified_silhouette
FROM kmeans_details(:'one_model', '{10, 20, 30}');
SELECT kmeans_details(:'model', features) IS NOT NULL AS composite FROM customers WHERE id = 1;
SELECT kmeans_details(NULL, '{1, 2, 3}') IS NULL AS no_model, kmeans_details(:'model', NULL) IS NULL AS no_row;
SELECT kmeans_details(:'model', '{1, 2}');
SELECT kmeans_details(:'model', '{1, 2, NaN}');
SELECT kmeans_details(:'model', '{1, 2, NULL}');
SELECT kmeans_details('\x5345474d', '{1, 2, 3}');
SELECT kmeans_details(:'model', '{1e300, 1e300, 1e300}');

-- reasons: by feature, with the difference of the squared distances as their sum
SELECT feature, round(value::numeric, 1) AS value, round(centroid::numeric, 1) AS centroid, round(second_centroid::numeric, 1) AS second,
       round(contribution::numeric, 3) AS contribution, round(share::numeric, 3) AS share, rank
FROM kmeans_reasons(:'model', (SELECT features FROM customers WHERE id = 12));
SELECT bool_and(abs(total - (d.second_distance ^ 2 - d.distance ^ 2)) <= 1e-12 * (1 + d.second_distance ^ 2)) AS adds_up,
       bool_and(abs(shares - 1) < 1e-6) AS shares_to_one
FROM customers
CROSS JOIN LATERAL kmeans_details(:'log_model', features) AS d
CROSS JOIN LATERAL (SELECT sum(contribution) AS total, sum(share) AS shares FROM kmeans_reasons(:'log_model', features)) AS r;
SELECT bool_and(rank = expected) AS ranks, bool_and(c.centroid = r.centroid AND s.centroid = r.second_centroid) AS centroids
FROM customers
CROSS JOIN LATERAL kmeans_details(:'log_model', features) AS d
CROSS JOIN LATERAL (SELECT *, row_number() OVER (ORDER BY contribution DESC) AS expected FROM kmeans_reasons(:'log_model', features)) AS r
JOIN kmeans_centroids(:'log_model') AS c ON c.cluster_id = d.cluster_id AND c.feature = r.feature
JOIN kmeans_centroids(:'log_model') AS s ON s.cluster_id = d.second_cluster_id AND s.feature = r.feature
WHERE id <= 20;
SELECT * FROM kmeans_reasons(:'one_model', '{10, 20, 30}');
-- a null is shown as the value that replaced it; with skip there are no rows
SELECT feature, round(value::numeric, 2) AS value
FROM kmeans_reasons((SELECT kmeans_fit(features, 3, '{"null_policy": "mean"}') FROM customers), '{10, NULL, 30}') ORDER BY feature;
SELECT count(*) FROM kmeans_reasons((SELECT kmeans_fit(features, 3, '{"null_policy": "skip"}') FROM customers), '{10, NULL, 30}');
SELECT count(*) FROM kmeans_reasons(NULL, '{1, 2, 3}');

-- descriptions
SELECT cluster_id, language, kmeans_describe(:'model', cluster_id, language)
FROM generate_series(1, 4) AS cluster_id, unnest(ARRAY['en', 'es', 'de']) WITH ORDINALITY AS l (language, i) ORDER BY cluster_id, i;
SELECT kmeans_describe(:'one_model', 1), kmeans_describe(:'one_model', 1, 'de'), kmeans_describe(:'one_model', NULL) IS NULL AS no_cluster;
SELECT kmeans_describe(:'model', 5);
SELECT kmeans_describe(:'model', 0);
SELECT kmeans_describe(:'model', -1);
SELECT kmeans_describe(:'model', 1, 'fr');

-- refits: the same groups a month later, with other numbers
CREATE TABLE later AS
SELECT id, truth, ARRAY[features[1] * 1.1, features[2] + 1, features[3] * 0.9]::float8[] AS features
FROM customers WHERE truth <> 4 OR id % 4 = 0;
SELECT kmeans_fit(features, 4, '{"feature_names": ["recency_days", "frequency", "monetary"]}') AS refit FROM later \gset
SELECT status, new_cluster_id, cluster_id, old_cluster_id, cluster_name, distance < 1 AS near, size, old_size
FROM kmeans_align_rows(:'refit', :'model');
SELECT kmeans_align(:'refit', :'model') AS aligned \gset
SELECT kmeans_align(:'aligned', :'model') = :'aligned' AS twice_is_once, kmeans_align(:'model', :'model') = :'model' AS with_itself;
-- the rows of a cluster do not change, only its number; the old number is expected
SELECT adjusted_rand_index(kmeans_assign(:'refit', features), kmeans_assign(:'aligned', features)) AS same_groups FROM later;
SELECT count(*) FILTER (WHERE kmeans_assign(:'aligned', l.features) = kmeans_assign(:'model', c.features)) AS kept, count(*) AS n
FROM later AS l JOIN customers AS c USING (id);
-- more clusters, then fewer: new clusters get unused numbers
SELECT kmeans_fit(features, 6, '{"feature_names": ["recency_days", "frequency", "monetary"]}') AS six FROM customers \gset
SELECT kmeans_align(:'six', :'aligned') AS six_aligned \gset
SELECT count(*), min(cluster_id), max(cluster_id) FROM kmeans_align_rows(:'six', :'aligned') WHERE status = 'new';
SELECT count(*) FILTER (WHERE status = 'matched') AS matched, count(*) FILTER (WHERE status = 'retired') AS retired,
       bool_and(cluster_id IS NULL AND new_cluster_id IS NULL AND size IS NULL AND distance IS NULL AND old_size > 0) FILTER (WHERE status = 'retired') AS nulls
FROM kmeans_align_rows(:'model', :'six_aligned');
SELECT options -> 'next_cluster_id' AS next_cluster_id FROM model_info(kmeans_align(:'model', :'six_aligned'));
SELECT options -> 'next_cluster_id' AS next_cluster_id FROM model_info(kmeans_align(:'six', kmeans_align(:'model', :'six_aligned')));
-- models with different scales
SELECT bool_and(status = 'matched' AND distance < 0.2) AS near
FROM kmeans_align_rows((SELECT kmeans_fit(features, 4, '{"standardize": "robust", "init_method": "centroids", "centroids": [[10, 30, 9000], [40, 12, 2000], [15, 2, 300], [300, 3, 400]]}') FROM customers), :'model');
SELECT kmeans_align(:'model', (SELECT kmeans_fit(ARRAY[i, i], 2) FROM generate_series(1, 4) AS i));
SELECT kmeans_align(:'model', (SELECT kmeans_fit(features, 2, '{"feature_names": ["recency_days", "orders", "monetary"]}') FROM customers));
SELECT kmeans_align(:'model', NULL) IS NULL AS no_old, (SELECT count(*) FROM kmeans_align_rows(NULL, :'model')) AS no_new;
SELECT kmeans_align('\x00', :'model');

-- adjusted Rand index: scikit-learn's 0.3119266055045872 and 0.5714285714285714
SELECT adjusted_rand_index(a, b) AS by_integer, adjusted_rand_index(a::text, b::text) AS by_text,
       adjusted_rand_index(a::smallint, b::bigint) AS by_size
FROM (VALUES (0, 0), (0, 0), (1, 1), (1, 1), (0, 0), (1, 1), (2, 1), (2, 1), (2, 1), (1, 0), (NULL, 1), (1, NULL)) AS v (a, b);
SELECT adjusted_rand_index(a, b) FROM (VALUES ('x', 'p'), ('x', 'p'), ('y', 'q'), ('z', 'q')) AS v (a, b);
SELECT adjusted_rand_index(1, 1) AS one_row, adjusted_rand_index(NULL, NULL) AS no_row;
SELECT adjusted_rand_index(truth, kmeans_assign(:'model', features)) AS found FROM customers;
SELECT array_agg(round(r::numeric, 4) ORDER BY id) AS running
FROM (SELECT id, adjusted_rand_index(id % 2, id % 3) OVER (ORDER BY id) AS r FROM generate_series(1, 6) AS id) AS w;
-- in parallel: the same value
CREATE TABLE pairs AS SELECT i % 7 AS a, (i::bigint * i) % 110 AS b FROM generate_series(1, 50000) AS i;
ANALYZE pairs;
SET max_parallel_workers_per_gather = 0;
SELECT adjusted_rand_index(a, b) AS serial FROM pairs \gset
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT adjusted_rand_index(a, b) FROM pairs;
SELECT adjusted_rand_index(a, b) = :serial AS same FROM pairs;
RESET max_parallel_workers_per_gather;
SELECT adjusted_rand_index(i, i) FROM generate_series(1, 800000) AS i;
SELECT segment_internal.adjusted_rand_index_finalfn('\x00');
CREATE AGGREGATE public.forged(bigint, bigint) (SFUNC = segment_internal.adjusted_rand_index_transfn, STYPE = bytea, INITCOND = '\x0001');
SELECT public.forged(1, 1);
DROP AGGREGATE public.forged(bigint, bigint);
DROP TABLE customers, later, pairs;
