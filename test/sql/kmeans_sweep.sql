-- kmeans_sweep: every k from one pass over the rows, and the k that kmeans_fit chooses.
SET search_path = segment, public;
CREATE TABLE sweep_points AS
SELECT i, ARRAY[(i % 4) * 10 + (hashint4(i) & 1023) / 1024.0, (hashint4(i * 7) & 1023) / 512.0]::float8[] AS features
FROM generate_series(1, 2000) AS i;

SELECT k, round(explained_fraction::numeric, 4) AS explained, round(silhouette::numeric, 4) AS silhouette,
       silhouette_is_exact, silhouette_rows, round(smallest_share::numeric, 4) AS smallest_share,
       round(stability::numeric, 3) AS stability, is_elbow, is_best_silhouette
FROM kmeans_sweep_rows((SELECT kmeans_sweep(features, 1, 6, '{"standardize": "none"}') FROM sweep_points));

-- the entries are equal to the results of kmeans_fit
SELECT s.k, abs(s.inertia - (model_info(m)).inertia) <= 1e-9 * s.inertia AS same_inertia
FROM kmeans_sweep_rows((SELECT kmeans_sweep(features, 2, 5) FROM sweep_points)) AS s,
     LATERAL (SELECT kmeans_fit(features, s.k) AS m FROM sweep_points) AS fitted
ORDER BY s.k;

-- with a null k the largest silhouette is chosen
SELECT (model_info(kmeans_fit(features, NULL, '{"k_min": 2, "k_max": 6}'))).k FROM sweep_points;

-- a k with a cluster of two outliers is not chosen, unless min_share allows it; if no k is left, k_min is used
CREATE TABLE sweep_far AS
SELECT features FROM sweep_points UNION ALL VALUES (ARRAY[100, 0]::float8[]), (ARRAY[100, 1]);
SELECT options, (SELECT k FROM model_info((SELECT kmeans_fit(features, NULL, '{"standardize": "none", "k_min": 2, "k_max": 6}' || options) FROM sweep_far))) AS chosen,
       (SELECT array_agg(k) FILTER (WHERE is_best_silhouette)
        FROM kmeans_sweep_rows((SELECT kmeans_sweep(features, 2, 6, '{"standardize": "none"}' || options) FROM sweep_far))) AS best,
       (SELECT min(smallest_share) < 0.01 FROM kmeans_sweep_rows((SELECT kmeans_sweep(features, 2, 6, '{"standardize": "none"}' || options) FROM sweep_far))) AS has_small
FROM unnest('{"{}","{\"min_share\": 0}","{\"min_share\": 0.0005}","{\"min_share\": 0.5}"}'::jsonb[]) AS options;
DROP TABLE sweep_far;
SELECT kmeans_sweep(features, 2, 3, '{"min_share": 0.6}') FROM sweep_points;

-- the same bytes for each row order and plan
SELECT count(DISTINCT md5(sweep)) AS different
FROM (SELECT kmeans_sweep(features, 2, 4) AS sweep FROM sweep_points
      UNION ALL
      SELECT kmeans_sweep(features, 2, 4) FROM (SELECT features FROM sweep_points ORDER BY md5(i::text)) AS shuffled
      UNION ALL
      SELECT kmeans_sweep(features, 2, 4 ORDER BY i DESC) FROM sweep_points) AS sweeps;

-- with more than 10,000 distinct rows the silhouette is marked as that of a sample
SELECT DISTINCT silhouette_is_exact, silhouette_rows
FROM kmeans_sweep_rows((SELECT kmeans_sweep(ARRAY[sqrt(i), i % 7]::float8[], 2, 3) FROM generate_series(1, 12000) AS i));

-- model_info of a sweep
SELECT algorithm, rows_used, options
FROM model_info((SELECT kmeans_sweep(features, 2, 4) FROM sweep_points));

-- two aggregates that share their rows do not disturb each other
SELECT length(kmeans_sweep(features, 2, 3)) > 0 AS swept,
       kmeans_fit(features, 3) = (SELECT kmeans_fit(features, 3) FROM sweep_points) AS same_fit
FROM sweep_points;

\set VERBOSITY sqlstate
SELECT kmeans_sweep(features, 0, 3) FROM sweep_points;
SELECT kmeans_sweep(features, 3, 2) FROM sweep_points;
SELECT kmeans_sweep(features, 1, 1001) FROM sweep_points;
SELECT kmeans_sweep(features, NULL, 3) FROM sweep_points;
SELECT kmeans_sweep(ARRAY[1.0, 2.0], 1, 2) FROM sweep_points;
SELECT kmeans_sweep(features, 1, i) FROM sweep_points;
SELECT kmeans_sweep(features, 1, 2, '{"centroids": [[1, 2]]}') FROM sweep_points;
SELECT kmeans_fit(features, NULL) FROM sweep_points;
SELECT kmeans_sweep(features, 1, 2, '{"k_min": 2, "k_max": 3}') FROM sweep_points;
SELECT kmeans_fit(features, NULL, '{"k_min": 2}') FROM sweep_points;
SELECT kmeans_fit(features, 3, '{"k_min": 2, "k_max": 3}') FROM sweep_points;
SELECT kmeans_sweep_rows('\x00');
SELECT kmeans_sweep_rows((SELECT kmeans_fit(features, 2) FROM sweep_points));
SELECT kmeans_assign((SELECT kmeans_sweep(features, 2, 3) FROM sweep_points), ARRAY[1, 2]);
SELECT count(*) FROM kmeans_sweep_rows(NULL);
DROP TABLE sweep_points;
