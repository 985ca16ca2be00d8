-- k-means: fitting and assigning; the same bytes for each row order and plan.
CREATE SCHEMA kmeans_test;
SET search_path = kmeans_test, segment, public;

-- 1,500 customers in three groups; sines instead of random numbers
CREATE TABLE customers AS
SELECT i AS id, i % 3 AS planted,
       ARRAY[10 + 40 * (i % 3) + 3 * sin(i * 1.7), 100 + 300 * ((i + 1) % 3) + 20 * cos(i * 2.3), i % 3 + i % 2]::float8[] AS features
FROM generate_series(1, 1500) AS i;

-- the groups are found; they are numbered by size, then by center
SELECT planted, count(DISTINCT kmeans_assign(model, features)) AS clusters, count(*)
FROM (SELECT kmeans_fit(features, 3) AS model FROM customers) AS m, customers GROUP BY planted ORDER BY planted;
SELECT cluster_id, size, feature, round(centroid::numeric, 2) AS centroid
FROM kmeans_centroids((SELECT kmeans_fit(features, 3, '{"feature_names": ["visits", "amount", "children"]}') FROM customers));
SELECT algorithm, features, rows_used, rows_skipped, k, converged, seed,
       abs(inertia / (inertia + between_ss) - (1 - explained_fraction)) < 1e-12 AS adds_up,
       abs(inertia + between_ss - 3 * 1499) < 1e-6 AS total_of_z_scores
FROM model_info((SELECT kmeans_fit(features, 3) FROM customers));

-- valid and invalid values of every option
CREATE TABLE options (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, options jsonb);
INSERT INTO options (options) VALUES
    (NULL), ('{}'), ('{"seed": 7}'), ('{"seed": -9223372036854775808}'),
    ('{"standardize": "zscore"}'), ('{"standardize": "robust"}'), ('{"standardize": "minmax"}'), ('{"standardize": "none"}'),
    ('{"transform": "log1p"}'), ('{"transform": ["log1p", "none", "log1p"]}'),
    ('{"null_policy": "skip"}'), ('{"null_policy": "mean"}'), ('{"null_policy": "median"}'), ('{"null_policy": "zero"}'),
    ('{"init_method": "kmeans++"}'), ('{"init_method": "random"}'),
    ('{"init_method": "centroids", "centroids": [[10, 400, 1], [50, 700, 1], [90, 100, 2]]}'),
    ('{"centroids": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}'),
    ('{"algorithm": "lloyd"}'), ('{"algorithm": "bisecting"}'),
    ('{"n_init": 1}'), ('{"max_iterations": 1}'), ('{"tolerance": 0.1}'), ('{"feature_names": ["a", "b", "ß"]}'),
    ('{"standardize": "robust", "transform": "log1p", "null_policy": "median", "algorithm": "bisecting", "n_init": 3}');
INSERT INTO options (options)
SELECT jsonb_build_object('centroids', (SELECT encode(kmeans_fit(features, 3), 'hex') FROM customers));
SELECT id, left(options::text, 30) AS options, length(model) > 500 AS has_model,
       (SELECT sum(size) FROM (SELECT DISTINCT cluster_id, size FROM kmeans_centroids(model)) AS c) AS rows
FROM (SELECT o.id, o.options, kmeans_fit(features, 3, o.options) AS model FROM customers, options AS o GROUP BY o.id) AS m ORDER BY id;
SELECT DISTINCT kmeans_fit(features, 3) =ALL (ARRAY[kmeans_fit(features, 3, NULL), kmeans_fit(features, 3, '{}'),
           kmeans_fit(features, 3, '{"seed": 42, "n_init": 10, "max_iterations": 300, "tolerance": 0}'),
           kmeans_fit(features, 3, '{}', 1)]) AS same FROM customers;

-- one md5 for each order and plan; more distinct rows than the sample has
CREATE TABLE many AS
SELECT i AS id, 1 + i % 4 AS weight,
       ARRAY[(i * 7919) % 10007, sin(i) + i % 5, (i * 31) % 17, CASE WHEN i % 10 < 7 THEN 3 ELSE cos(i) END]::float8[] AS features
FROM generate_series(1, 18000) AS i;
ANALYZE many;
CREATE TABLE digests (plan text, id int, digest text);
CREATE PROCEDURE note_digests(plan text, source text DEFAULT 'many') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO digests SELECT %L, o.id, (SELECT md5(segment.kmeans_fit(features, 3, o.options, weight)) FROM %s)
                    FROM (SELECT id, CASE WHEN options->''transform'' IS NOT NULL THEN jsonb_build_object(''transform'', jsonb_build_array(''log1p'', ''none'', ''none'', ''none''))
                                     WHEN options ? ''centroids'' THEN ''{"centroids": [[1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4]]}''
                                     ELSE coalesce(options, ''{}'') - ''feature_names'' END
                                 || CASE WHEN options ? ''centroids'' THEN ''{}'' ELSE ''{"n_init": 1}'' END::jsonb AS options FROM options WHERE id IN (2, 6, 7, 8, 9, 13, 16, 17, 20, 22, 23, 25)) AS o', plan, source);
END $$;
CALL note_digests('as it stands');
CALL note_digests('backwards', '(SELECT * FROM many ORDER BY id DESC OFFSET 0) AS t');
CALL note_digests('shuffled', '(SELECT * FROM many ORDER BY md5(id::text) OFFSET 0) AS t');
CALL note_digests('by value', '(SELECT * FROM many ORDER BY features OFFSET 0) AS t');
CALL note_digests('chunks', '(SELECT * FROM many WHERE id > 9000 UNION ALL SELECT * FROM many WHERE id <= 4000
                              UNION ALL SELECT * FROM many WHERE id BETWEEN 4001 AND 9000) AS t');
SET enable_hashagg = off;
CALL note_digests('sorted groups');
RESET enable_hashagg;
-- PostgreSQL 16 calls it debug_parallel_query
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 0;
CALL note_digests('no worker');
SET max_parallel_workers_per_gather = 2;
CALL note_digests('2 workers', '(SELECT * FROM many WHERE id > 0 OFFSET 0) AS t');
SET max_parallel_workers_per_gather = 4;
CALL note_digests('4 workers');
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT count(DISTINCT id) AS options, count(DISTINCT plan) AS plans, count(*) FILTER (WHERE n > 1) AS differ
FROM (SELECT id, plan, count(*) OVER (PARTITION BY id) - count(*) OVER (PARTITION BY id, digest) + 1 AS n FROM digests) AS d;
SELECT count(DISTINCT digest) > 10 AS options_matter FROM digests WHERE plan = 'as it stands';

-- a whole weight is a number of rows: centers, scales and inertia to the last bit
CREATE FUNCTION tenor(model bytea) RETURNS text LANGUAGE sql AS $$
    SELECT md5((SELECT string_agg(float8send(centroid), '' ORDER BY cluster_id, position) FROM segment.kmeans_centroids(model)) ||
               (SELECT string_agg(float8send(shift) || float8send(scale) || float8send(mean) || float8send(sd), '' ORDER BY position)
                FROM segment.model_features(model)) ||
               (SELECT float8send(inertia) || float8send(between_ss) || float8send(silhouette) FROM segment.model_info(model)))
$$;
CREATE TABLE weighted AS
SELECT 1 + id % 4 AS weight, CASE WHEN id % 97 = 0 THEN ARRAY[features[1], NULL, features[3]] ELSE features END AS f
FROM customers WHERE id <= 600;
SELECT standardize, null_policy,
       tenor((SELECT kmeans_fit(f, 3, o, weight) FROM weighted)) =
       tenor((SELECT kmeans_fit(f, 3, o) FROM weighted, generate_series(1, weight))) AS same,
       tenor((SELECT kmeans_fit(f, 3, o, 3) FROM weighted)) =
       tenor((SELECT kmeans_fit(f, 3, o) FROM weighted, generate_series(1, 3))) AS same_thrice
FROM unnest('{zscore,robust,minmax,none}'::text[]) AS standardize, unnest('{mean,median,zero,skip}'::text[]) AS null_policy,
     LATERAL (SELECT jsonb_build_object('standardize', standardize, 'null_policy', null_policy) AS o) AS options
ORDER BY 1, 2;
-- a row with weight zero or null is left out; fractions count; the weights may sum to one
SELECT kmeans_fit(features, 3, '{}', CASE id % 3 WHEN 0 THEN 0 WHEN 1 THEN NULL ELSE 1 END) =
       kmeans_fit(features, 3, '{}', 1) FILTER (WHERE id % 3 = 2) AS same FROM customers;
SELECT DISTINCT cluster_id, size, round(share::numeric, 4) AS share
FROM kmeans_centroids((SELECT kmeans_fit(features, 3, '{}', CASE planted WHEN 0 THEN 0.0001 ELSE 0.00025 END) FROM customers)) ORDER BY 1;

-- weights with fractions are relative: the figures do not depend on their sum
CREATE TABLE shares AS
SELECT sums, round((cluster_sd / 4.778423728944)::numeric, 9) AS sd, round((z_score * 1e6)::numeric, 3) AS z_score, round(share::numeric, 12) AS share
FROM unnest('{1e-12, 0.9999999999999999, 1, 1.000000000000001, 7, 1e9}'::float8[]) WITH ORDINALITY AS s (sums, at),
LATERAL (SELECT kmeans_fit(ARRAY[x], 1, '{}', w * (sums / 12)) AS model
         FROM (VALUES (1, 1), (2, 1), (4, 3), (7, 1), (11, 6.0::float8)) AS v (x, w)) AS f,
LATERAL kmeans_profile(model) ORDER BY at;
SELECT count(*), sd, z_score, share FROM shares GROUP BY 2, 3, 4;
-- nor do labels and silhouettes; equal weights are like no weights
SELECT count(*), count(DISTINCT assigned) AS labels,
       bool_and(choice = (SELECT k FROM model_info((SELECT kmeans_fit(features, NULL, '{"k_min": 2, "k_max": 5}') FROM customers WHERE id <= 600)))) AS as_without
FROM unnest('{1e-12, 0.9999999999999999, 1, 7.7, 1e9}'::float8[]) AS sums,
LATERAL (SELECT kmeans_fit(features, NULL, '{"k_min": 2, "k_max": 5}', sums / 600) AS model FROM customers WHERE id <= 600) AS f,
LATERAL (SELECT k AS choice FROM model_info(model)) AS i,
LATERAL (SELECT string_agg(kmeans_assign(model, features)::text, '' ORDER BY id) AS assigned FROM customers WHERE id <= 600) AS a;

-- four blobs, and the same blobs far from zero: the same inertia
SELECT off, round(inertia::numeric, 3) AS inertia, round(explained_fraction::numeric, 6) AS explained
FROM unnest('{0, 1e9, 1e12, -1e12}'::float8[]) AS off,
LATERAL (SELECT kmeans_fit(ARRAY[off + i % 4 / 2 * 1000 + i * 7 % 11, off + i % 2 * 1000 + i * 5 % 13], 4, '{"standardize": "none"}') AS model
         FROM generate_series(1, 2000) AS i) AS f,
LATERAL model_info(model) ORDER BY off;

-- a model for each group, a filter, a running model
SELECT planted, (model_info(kmeans_fit(features, 2))).rows_used FROM customers GROUP BY planted ORDER BY planted;
SELECT kmeans_fit(features, 3) FILTER (WHERE id <= 700) =
       (SELECT kmeans_fit(features, 3) FROM customers WHERE id <= 700) AS same FROM customers;
SELECT bool_and(model = (SELECT kmeans_fit(features, 3, '{"null_policy": "mean", "transform": "log1p"}') FROM customers AS c WHERE c.id <= w.id)) AS same, count(*)
FROM (SELECT id, kmeans_fit(features, 3, '{"null_policy": "mean", "transform": "log1p"}') OVER (ORDER BY greatest(id, 6)) AS model
      FROM customers WHERE id <= 60) AS w WHERE id > 5;
SELECT count(DISTINCT model) FROM (
    SELECT kmeans_fit(features, 1) OVER (ORDER BY id ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS model
    FROM customers WHERE id BETWEEN 10 AND 40) AS w WHERE model IS NOT NULL;
-- two aggregates over one state
SELECT kmeans_fit(features, 3) = kmeans_fit(features, 3) AS same, length(kmeans_fit(features, 2)) > 0 AS other FROM customers;
SELECT GROUPING(planted) AS whole, (model_info(kmeans_fit(features, 2))).rows_used FROM customers GROUP BY ROLLUP (planted) ORDER BY 1, 2;

-- options that have no effect with k or with the other options
SELECT kmeans_fit(features, 3, '{"min_share": 0.1}') FROM customers;
SELECT kmeans_fit(features, 2, '{"centroids": [[1, 2, 3], [4, 5, 6]], "n_init": 3}') FROM customers;
SELECT kmeans_fit(features, 2, '{"centroids": [[1, 2, 3], [4, 5, 6]], "algorithm": "bisecting"}') FROM customers;
SELECT (model_info(kmeans_fit(features, NULL, '{"k_min": 2, "k_max": 3, "min_share": 0.1}'))).k FROM customers;

-- other numeric arrays are cast to float8[]; NULL
SELECT kmeans_fit(f::int4[], 2) = kmeans_fit(f::float8[], 2) AND kmeans_fit(f::int8[], 2) = kmeans_fit(f::float8[], 2) AND
       kmeans_fit(f::numeric[], 2) = kmeans_fit(f::float8[], 2) AND kmeans_fit(f::float4[], 2) = kmeans_fit(f::float8[], 2) AS same
FROM (SELECT ARRAY[i, i * i % 50] AS f FROM generate_series(1, 100) AS i) AS t;
SELECT kmeans_assign(model, ARRAY[10, 400, 1]::int4[]) = kmeans_assign(model, ARRAY[10, 400, 1]::float8[]) AS int4,
       kmeans_assign(model, ARRAY[10, 400, 1]::int8[]) = kmeans_assign(model, ARRAY[10, 400, 1]::float8[]) AS int8,
       kmeans_distance(model, ARRAY[10, 400, 1]::numeric[]) = kmeans_distance(model, ARRAY[10, 400, 1]::float8[]) AS numeric,
       kmeans_distance(model, ARRAY[10, 400, 1]::float4[]) = kmeans_distance(model, ARRAY[10, 400, 1]::float8[]) AS float4,
       kmeans_assign(model, NULL) AS null_features, kmeans_assign(NULL, ARRAY[1]) AS null_model, kmeans_distance(NULL, NULL) AS both
FROM (SELECT kmeans_fit(features, 3) AS model FROM customers) AS m;

-- nulls: each policy, in the fit and in the scores
SELECT policy, rows_used, rows_skipped, f.fill, f.imputed, kmeans_assign(model, ARRAY[1, NULL]) IS NULL AS no_answer,
       kmeans_distance(model, ARRAY[1, NULL]) = kmeans_distance(model, ARRAY[1, f.fill]) AS fills
FROM (SELECT policy, kmeans_fit(x, 2, jsonb_build_object('null_policy', policy)) AS model
      FROM unnest('{skip,mean,median,zero}'::text[]) AS policy,
           (VALUES (ARRAY[1, 2]::float8[]), (ARRAY[2, 3]), (ARRAY[3, 10]), (ARRAY[4, NULL]), (NULL)) AS t (x)
      GROUP BY policy) AS m, model_info(model), model_features(model) AS f
WHERE f.position = 2 ORDER BY policy;
SELECT kmeans_assign(model, ARRAY[1, 2, NULL]) FROM (SELECT kmeans_fit(features, 3) AS model FROM customers) AS m;

-- fit and scores agree: sizes, inertia, nearest centers
SELECT o.id, bool_and(c.size = counted.size) AS sizes, bool_and(abs(info.inertia - total) <= 1e-9 * info.inertia) AS inertia,
       sum(counted.size) AS rows
FROM (SELECT o.id, kmeans_fit(features, 3, o.options) AS model FROM customers, options AS o GROUP BY o.id) AS o,
     LATERAL model_info(model) AS info,
     LATERAL (SELECT kmeans_assign(model, features) AS cluster_id, count(*) AS size FROM customers GROUP BY 1) AS counted,
     LATERAL (SELECT sum(kmeans_distance(model, features) ^ 2) AS total FROM customers) AS t,
     LATERAL (SELECT DISTINCT cluster_id, size FROM kmeans_centroids(model)) AS c
WHERE c.cluster_id = counted.cluster_id GROUP BY o.id HAVING NOT bool_and(c.size = counted.size) OR sum(counted.size) <> 1500
   OR NOT bool_and(abs(info.inertia - total) <= 1e-9 * info.inertia);
WITH m AS (SELECT kmeans_fit(features, 5, '{"standardize": "none"}') AS model FROM customers),
centers AS (SELECT cluster_id, array_agg(centroid ORDER BY position) AS c FROM m, kmeans_centroids(model) GROUP BY 1)
SELECT count(*) FILTER (WHERE kmeans_assign((SELECT model FROM m), features) <>
           (SELECT cluster_id FROM centers ORDER BY (features[1] - c[1]) ^ 2 + (features[2] - c[2]) ^ 2 + (features[3] - c[3]) ^ 2 LIMIT 1)) AS not_nearest
FROM customers;

-- a feature without spread keeps its value and does not influence distances
SELECT cluster_id, array_agg(round(centroid::numeric, 6) ORDER BY position) AS centroid
FROM kmeans_centroids((SELECT kmeans_fit(ARRAY[i % 2 * 10, 5], 2) FROM generate_series(1, 10) AS i)) GROUP BY 1 ORDER BY 1;
SELECT kmeans_distance(model, ARRAY[10, 5]) = kmeans_distance(model, ARRAY[10, 500]) AS no_say
FROM (SELECT kmeans_fit(ARRAY[i % 2 * 10, 5], 2) AS model FROM generate_series(1, 10) AS i) AS m;

-- a different model in each row: inline, compressed, out of line, as a parameter
CREATE TABLE fitted (k int, model bytea, plain bytea, packed bytea);
ALTER TABLE fitted ALTER plain SET STORAGE EXTERNAL, ALTER packed SET STORAGE MAIN;
INSERT INTO fitted SELECT k, m, m, m FROM (
    SELECT k, kmeans_fit(array_cat(features, features), k) AS m FROM customers, generate_series(1, 12) AS k GROUP BY k) AS f;
SELECT bool_and(kmeans_assign(model, f) = kmeans_assign(plain, f) AND kmeans_assign(plain, f) = kmeans_assign(packed, f) AND
                kmeans_assign(model, f) = kmeans_assign(model || ''::bytea, f)) AS same, max(kmeans_assign(model, f)) AS most
FROM fitted, (SELECT array_cat(features, features) AS f FROM customers WHERE id <= 30) AS c;
SELECT k, max(kmeans_assign(model, array_cat(features, features))) AS most
FROM fitted, (SELECT * FROM customers WHERE id <= 300) AS c GROUP BY k ORDER BY k;
PREPARE assign(bytea) AS SELECT count(DISTINCT kmeans_assign($1, array_cat(features, features))) FROM customers;
SELECT model AS three FROM fitted WHERE k = 3 \gset
SELECT model AS four FROM fitted WHERE k = 4 \gset
EXECUTE assign(:'three');
EXECUTE assign(:'four');
DEALLOCATE assign;

-- reporting the iterations does not change the model
SET segment.progress = on;
SET client_min_messages = warning;
SELECT kmeans_fit(array_cat(features, features), 3) = (SELECT model FROM fitted WHERE k = 3) AS same FROM customers;
RESET client_min_messages;
RESET segment.progress;

-- rows are also stored as floats if segment.fit_memory has room for them: with the least
-- memory with which the fit succeeds they are not, and the model is the same
CREATE TABLE sixty AS
SELECT ARRAY[sin(i) * 3 + i % 4, cos(i * 0.3) * 2, i % 7, ln(i), sqrt(i % 100), i % 4 * 2 + sin(i * 0.7)] AS f
FROM generate_series(1, 60000) AS i;
CREATE FUNCTION fit_in_least_memory(OUT model bytea, OUT is_tight boolean) LANGUAGE plpgsql AS $$
BEGIN
    FOR m IN 1 .. 200 LOOP
        PERFORM set_config('segment.fit_memory', m * 128 + 1024 || 'kB', true);
        BEGIN
            SELECT segment.kmeans_fit(f, 9) INTO model FROM kmeans_test.sixty;
            is_tight = m > 1;
            RETURN;
        EXCEPTION WHEN program_limit_exceeded THEN
            CONTINUE;
        END;
    END LOOP;
END $$;
SELECT model AS tight FROM fit_in_least_memory() WHERE is_tight \gset
RESET segment.fit_memory;
SELECT kmeans_fit(f, 9) = :'tight' AS same FROM sixty;

-- features stored out of line
CREATE TABLE wide (f float8[]);
ALTER TABLE wide ALTER f SET STORAGE EXTERNAL;
INSERT INTO wide SELECT array_agg(sin(i * j) ORDER BY j) FROM generate_series(1, 20) AS i, generate_series(1, 1600) AS j GROUP BY i;
SELECT kmeans_fit(f, 2) = kmeans_fit(f || '{}'::float8[], 2) AS same, (model_info(kmeans_fit(f, 2))).features FROM wide;

-- the functions of the family
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^kmeans(_|$)' ORDER BY p.oid::regprocedure::text;

SET client_min_messages = warning;
DROP SCHEMA kmeans_test CASCADE;
