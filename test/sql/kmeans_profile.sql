-- Profiles: quartiles, medians, descriptions, names; one stability index for all kinds of models.
SET search_path = segment, public;

-- quartiles are exact: with logarithms, an outlier, and another transformation
CREATE TABLE tail AS
SELECT v::float8 FROM generate_series(10, 16) AS v, generate_series(1, 137)
UNION ALL SELECT 1000 + i FROM generate_series(1, 39) AS i UNION ALL SELECT 100000;
SELECT cluster_id, size, q1, median, q3 FROM kmeans_profile((SELECT kmeans_fit(ARRAY[v], 2, '{"transform": "log1p"}') FROM tail));
-- nine tenths of the rows are 1
CREATE TABLE ones AS SELECT 1::float8 AS v FROM generate_series(1, 900) UNION ALL SELECT i FROM generate_series(2, 101) AS i;
SELECT q1, median, q3, overall_median FROM kmeans_profile((SELECT kmeans_fit(ARRAY[v], 1) FROM ones));
-- a constant and its mean are exact, with any other features
SELECT s, t, cluster_mean, cluster_sd, q1, median, q3, centroid
FROM unnest('{zscore,robust,minmax,none}'::text[]) AS s, unnest('{none,log1p}'::text[]) AS t,
     LATERAL (SELECT kmeans_fit(ARRAY[5, (i % 10) * 100], 2, jsonb_build_object('standardize', s, 'transform', t)) AS m FROM generate_series(1, 50) AS i) AS f,
     kmeans_profile(m) AS p JOIN kmeans_centroids(m) AS c USING (cluster_id, feature)
WHERE feature = 'feature 1' AND cluster_id = 1;
SELECT cluster_id, size, cluster_mean, cluster_sd, q1, median, q3
FROM kmeans_profile((SELECT kmeans_fit(ARRAY[CASE WHEN i % 3 = 0 THEN 7.3 ELSE 5 END], 2) FROM generate_series(1, 99) AS i));
SELECT cluster_mean, q1, median, q3 FROM kmeans_profile((SELECT kmeans_fit(ARRAY[v], 1) FROM unnest('{19.99, 20.01, 4.95, 5.05}'::float8[]) AS v));
-- weights count like rows; they may be scaled
SELECT w, cluster_id, q1, median, q3
FROM unnest('{1, 7, 0.001}'::float8[]) AS w,
     kmeans_profile((SELECT kmeans_fit(ARRAY[v], 2, '{}', w * (1 + v::int % 3)) FROM generate_series(1, 10) AS v)) ORDER BY w, cluster_id;
SELECT cluster_id, q1, median, q3
FROM kmeans_profile((SELECT kmeans_fit(ARRAY[v], 2) FROM generate_series(1, 10) AS v, generate_series(1, 1 + v % 3))) ORDER BY cluster_id;
-- many rows of many kinds: the value at the rank, or the mean of two values
CREATE TABLE many AS
SELECT ARRAY[exp(3 * sin(i * 0.7)), i % 11, CASE WHEN i % 10 < 8 THEN 0 ELSE sin(i * 1.3) END, i, CASE WHEN i % 7 = 0 THEN 1e9 ELSE 1 END * (1 + sin(i::float8) ^ 2)]::float8[] AS f
FROM generate_series(1, 60000) AS i;
SELECT kmeans_fit(f, 4, '{"transform": ["log1p", "none", "none", "none", "log1p"]}') AS many_model FROM many \gset
SELECT count(*) AS cells,
       bool_and(abs(p.q1 - (e.low[1] + e.high[1]) / 2) <= 1e-12 * abs(p.q1)) AS q1,
       bool_and(abs(p.median - (e.low[2] + e.high[2]) / 2) <= 1e-12 * abs(p.median)) AS median,
       bool_and(abs(p.q3 - (e.low[3] + e.high[3]) / 2) <= 1e-12 * abs(p.q3)) AS q3
FROM kmeans_profile(:'many_model') AS p
JOIN (SELECT cluster_id, 'feature ' || j AS feature,
             ARRAY[max(x) FILTER (WHERE r = ceil(n * 0.25)), max(x) FILTER (WHERE r = ceil(n * 0.5)), max(x) FILTER (WHERE r = ceil(n * 0.75))] AS low,
             ARRAY[max(x) FILTER (WHERE r = floor(n * 0.25) + 1), max(x) FILTER (WHERE r = floor(n * 0.5) + 1), max(x) FILTER (WHERE r = floor(n * 0.75) + 1)] AS high
      FROM (SELECT cluster_id, j, x, row_number() OVER (PARTITION BY cluster_id, j ORDER BY x) AS r, count(*) OVER (PARTITION BY cluster_id, j) AS n
            FROM (SELECT kmeans_assign(:'many_model', f) AS cluster_id, f FROM many) AS a, unnest(f) WITH ORDINALITY AS u (x, j)) AS o
      GROUP BY 1, 2) AS e USING (cluster_id, feature);
SELECT (SELECT kmeans_fit(f, 4, '{"transform": ["log1p", "none", "none", "none", "log1p"]}') FROM (SELECT f FROM many ORDER BY f[2], f[1]) AS s) = :'many_model' AS any_order;

-- z_score is computed in the fitted space: revenue at a tenth and at four times of the others
CREATE TABLE shoppers AS
SELECT g, ARRAY[(ARRAY[10, 100, 400, 90000])[g] * exp(0.2 * sin(i * 1.7)), (ARRAY[40, 5, 6, 4])[g] + 2 * cos(i * 2.3)]::float8[] AS f
FROM generate_series(1, 1000) AS i, LATERAL (SELECT CASE WHEN i % 50 = 0 THEN 4 ELSE 1 + i % 3 END AS g) AS k;
SELECT kmeans_fit(f, 4, '{"transform": ["log1p", "none"], "feature_names": ["revenue", "visits"]}') AS shop_model FROM shoppers \gset
SELECT p.cluster_id, p.size, round(p.median::numeric) AS median, round(p.overall_median::numeric, -1) AS overall, round(p.index_100::numeric) AS index_100,
       round(p.z_score::numeric, 2) AS z_score, p.direction, kmeans_describe(:'shop_model', p.cluster_id) AS description
FROM kmeans_profile(:'shop_model') AS p WHERE p.feature = 'revenue';
SELECT bool_and(abs(p.z_score - w.z) < 1e-9) AS of_logarithms
FROM kmeans_profile(:'shop_model') AS p
JOIN (SELECT kmeans_assign(:'shop_model', f) AS cluster_id, (avg(ln(1 + f[1])) - max(o.mean)) / max(o.sd) AS z
      FROM shoppers, (SELECT avg(ln(1 + f[1])) AS mean, stddev_samp(ln(1 + f[1])) AS sd FROM shoppers) AS o GROUP BY 1) AS w USING (cluster_id)
WHERE p.feature = 'revenue';
-- four very large baskets determine the mean basket of a cluster; its other baskets are small
CREATE TABLE whales AS
SELECT ARRAY[CASE WHEN i % 10 = 0 THEN 100 + i % 7 ELSE 1 + i % 5 END, CASE WHEN i % 100 = 0 THEN 2000 WHEN i % 10 = 0 THEN 20 + i % 9 ELSE 40 + i % 9 END]::float8[] AS f
FROM generate_series(1, 400) AS i;
SELECT kmeans_fit(f, 2, '{"init_method": "centroids", "centroids": [[3, 40], [103, 40]], "feature_names": ["orders", "basket_value"]}') AS whale_model FROM whales \gset
SELECT cluster_id, feature, round(cluster_mean::numeric) AS mean, median, overall_median, round(z_score::numeric, 2) AS z_score, rank, direction
FROM kmeans_profile(:'whale_model');
SELECT cluster_id, language, kmeans_describe(:'whale_model', cluster_id, language)
FROM generate_series(1, 2) AS cluster_id, unnest('{en,es,de}'::text[]) AS language;

-- names have no figures, and are kept as long as they are true
SELECT cluster_id, language, kmeans_name(:'shop_model', cluster_id, language)
FROM generate_series(1, 4) AS cluster_id, unnest('{en,es,de}'::text[]) AS language;
SELECT bool_and(kmeans_name(:'shop_model', c, l) !~ '[0-9] *(x|veces|-Fache)') AS no_figures FROM generate_series(1, 4) AS c, unnest('{en,es,de}'::text[]) AS l;
SELECT kmeans_align((SELECT kmeans_fit(ARRAY[f[1] * 1.3, f[2] + 0.5], 4, '{"transform": ["log1p", "none"], "feature_names": ["revenue", "visits"]}') FROM shoppers), :'shop_model') AS later \gset
SELECT c, kmeans_describe(:'shop_model', c) <> kmeans_describe(:'later', c) AS other_figures,
       kmeans_name(:'later', c, 'en', kmeans_name(:'shop_model', c)) = kmeans_name(:'shop_model', c) AS same_name
FROM generate_series(1, 4) AS c;
SELECT previous, kmeans_name(:'shop_model', 4, 'en', previous)
FROM unnest('{high revenue,"few visits","low visits, high revenue","high revenue, low visits (4)","low revenue","high revenue, many orders","hoher Umsatz",Whales,""}'::text[]) AS previous;
-- two clusters with the same description
SELECT c, kmeans_name(m, c) FROM (SELECT kmeans_fit(ARRAY[x], 4, '{"feature_names": ["income"]}') AS m FROM unnest('{1,1.1,3,3.1,50,51,200,201,202}'::float8[]) AS x) AS f, generate_series(1, 4) AS c;
SELECT kmeans_name(:'shop_model', 9);
SELECT kmeans_name(:'shop_model', 1, 'fr');
SELECT kmeans_name(:'shop_model', 1, 'en', NULL) IS NULL AS no_previous;

-- one definition of the stability index for each kind of model: by hand, and for each kind
CREATE TABLE then_now AS
SELECT v AS before, CASE WHEN v = 1 AND i % 2 = 0 THEN 5 ELSE v END AS now, sin(i) AS other
FROM (SELECT v, row_number() OVER () AS i FROM ones) AS o;
WITH bins (p, q) AS (VALUES (0.5, 0.5), (900.5, 450.5), (100.5, 550.5))
SELECT round(sum((p - q) / 1001.5 * ln(p / q))::numeric, 6) AS by_hand FROM bins;
SELECT model, round(psi::numeric, 6) AS psi, is_drifted
FROM (SELECT 'kmeans, one feature' AS model, drift_rows(drift_fit((SELECT kmeans_fit(ARRAY[before], 2) FROM then_now), ARRAY[now])) AS d FROM then_now
      UNION ALL SELECT 'kmeans, with logarithms', drift_rows(drift_fit((SELECT kmeans_fit(ARRAY[before], 3, '{"transform": "log1p"}') FROM then_now), ARRAY[now])) FROM then_now
      UNION ALL SELECT 'kmeans, eight features', drift_rows(drift_fit((SELECT kmeans_fit(ARRAY[before, other, 2 * other, other ^ 2, 1, 2, 3, other + 1], 2) FROM then_now),
                                                                     ARRAY[now, other, 2 * other, other ^ 2, 1, 2, 3, other + 1])) FROM then_now
      UNION ALL SELECT 'pca', drift_rows(drift_fit((SELECT pca_fit(ARRAY[before, other]) FROM then_now), ARRAY[now, other])) FROM then_now
      UNION ALL SELECT 'mahalanobis', drift_rows(drift_fit((SELECT anomaly_fit(ARRAY[before, other]) FROM then_now), ARRAY[now, other])) FROM then_now
      UNION ALL SELECT 'iforest', drift_rows(drift_fit((SELECT anomaly_fit(ARRAY[before, other], '{"method": "iforest"}') FROM then_now), ARRAY[now, other])) FROM then_now
      UNION ALL SELECT 'anomaly from kmeans', drift_rows(drift_fit((SELECT anomaly_from_kmeans(kmeans_fit(ARRAY[before, other], 2)) FROM then_now), ARRAY[now, other])) FROM then_now) AS s,
     LATERAL (SELECT (d).*) AS r WHERE subject = 'feature' AND "position" = 1;
-- with nulls that are filled or not: the values that are not null
SELECT bool_and(abs(k.psi - p.psi) < 1e-12) AS same_psi, bool_and(abs(k.baseline_mean - p.baseline_mean) < 1e-12 AND k.current_mean = p.current_mean) AS same_means,
       bool_and(k.baseline_missing = p.baseline_missing) AS same_missing
FROM (SELECT policy, drift_rows(drift_fit(m, ARRAY[CASE WHEN i % 3 > 0 THEN i END, i % 7]::float8[])) AS k
      FROM (SELECT policy, kmeans_fit(ARRAY[CASE WHEN i % 5 > 0 THEN i END, i % 5]::float8[], 2, jsonb_build_object('null_policy', policy)) AS m
            FROM unnest('{mean,median,zero}'::text[]) AS policy, generate_series(1, 200) AS i GROUP BY 1) AS f, generate_series(50, 250) AS i GROUP BY 1) AS a,
     (SELECT drift_rows(drift_fit(m, ARRAY[CASE WHEN i % 3 > 0 THEN i END, i % 7]::float8[])) AS p
      FROM (SELECT pca_fit(ARRAY[CASE WHEN i % 5 > 0 THEN i END, i % 5]::float8[], '{"null_policy": "mean"}') AS m FROM generate_series(1, 200) AS i) AS f, generate_series(50, 250) AS i) AS b
     , LATERAL (SELECT (a.k).*) AS k, LATERAL (SELECT (b.p).*) AS p WHERE k.subject = 'feature' AND p."position" = k."position";
SELECT subject, name, cluster_id FROM drift_rows((SELECT drift_fit((SELECT kmeans_fit(ARRAY[before], 2) FROM then_now), ARRAY[now]) FROM then_now));

DROP TABLE tail, ones, many, shoppers, whales, then_now;

-- overall_median is exact, weighted, and with nulls replaced, like the medians of the clusters: else
-- a cluster below all others in mean and median could be described as high
SELECT cluster_id, size, round(cluster_mean) AS mean, round(median) AS median, round(overall_median) AS overall,
       round(z_score::numeric, 3) AS z, direction
FROM segment.kmeans_profile((
    SELECT segment.kmeans_fit(ARRAY[CASE WHEN i % 4000 = 0 THEN 0.0005 ELSE 1085 + i % 9 - 4 + i % 2 * 12 END, i % 2 * 50]::float8[], 2)
    FROM generate_series(1, 20000) AS i))
WHERE feature = 'feature 1' ORDER BY cluster_id;
CREATE TEMPORARY TABLE weighty AS
SELECT ARRAY[CASE WHEN i <= 100 THEN 0 WHEN i <= 200 THEN 10 ELSE 20 END, i % 3]::float8[] AS features,
       CASE WHEN i <= 200 THEN 30 ELSE 1 END AS weight
FROM generate_series(1, 700) AS i;
SELECT count(*) AS lines, count(*) FILTER (WHERE a = b) AS as_repeated, min(a.overall_median) AS overall
FROM segment.kmeans_profile((SELECT segment.kmeans_fit(features, 3, NULL, weight) FROM weighty)) AS w,
     segment.kmeans_profile((SELECT segment.kmeans_fit(features, 3) FROM weighty, generate_series(1, weight))) AS r,
     LATERAL (SELECT w.cluster_id, w.feature, w.z_score, w.direction, w.overall_median) AS a,
     LATERAL (SELECT r.cluster_id, r.feature, r.z_score, r.direction, r.overall_median) AS b
WHERE (w.cluster_id, w.feature) = (r.cluster_id, r.feature);
SELECT cluster_id, size, round(cluster_mean) AS mean, median, overall_median AS overall, round(z_score::numeric, 3) AS z, direction
FROM segment.kmeans_profile((
    SELECT segment.kmeans_fit(ARRAY[CASE WHEN i % 10 < 4 THEN NULL WHEN i % 10 < 6 THEN 93 ELSE 113 END,
                                    CASE WHEN i % 10 < 4 THEN 0 WHEN i % 10 < 6 THEN 100 ELSE 200 END]::float8[], 3, '{"null_policy": "zero"}')
    FROM generate_series(1, 3000) AS i))
WHERE feature = 'feature 1' ORDER BY cluster_id;
