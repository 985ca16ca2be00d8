-- Hostile input for k-means: an error with its SQLSTATE, or a correct result.
CREATE SCHEMA hostile_test;
SET search_path = hostile_test, segment, public;

-- the SQLSTATE and message of a query, or its result
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- values of k, with the rows 1 2 2 5 and similar ones
CREATE FUNCTION fit_of(rows text, k text, options text DEFAULT 'NULL') RETURNS text LANGUAGE sql AS $$
    SELECT outcome(format('SELECT string_agg(cluster_id || '':'' || size || '':'' || CASE WHEN abs(centroid) > 1e20 THEN left(centroid::text, 3) || ''..'' ELSE round(centroid::numeric, 3)::text END, '' '' ORDER BY cluster_id, position)
                           FROM segment.kmeans_centroids((SELECT segment.kmeans_fit(f::float8[], %s, %s) FROM (VALUES %s) AS t (f)))', k, options, rows))
$$;
CREATE TABLE problems (what text, rows text, k text, options text DEFAULT 'NULL', id int GENERATED ALWAYS AS IDENTITY);
INSERT INTO problems (what, rows, k) VALUES
    ('k 0', '(ARRAY[1]), (ARRAY[2])', '0'),
    ('k -1', '(ARRAY[1]), (ARRAY[2])', '-1'),
    ('k 2^31-1', '(ARRAY[1]), (ARRAY[2])', '2147483647'),
    ('k 10001', '(ARRAY[1]), (ARRAY[2])', '10001'),
    ('k null', '(ARRAY[1]), (ARRAY[2])', 'NULL'),
    ('k > n', '(ARRAY[1]), (ARRAY[2])', '3'),
    ('k = n', '(ARRAY[1]), (ARRAY[2])', '2'),
    ('k > distinct', '(ARRAY[1]), (ARRAY[2]), (ARRAY[2]), (ARRAY[1])', '3'),
    ('k differs', '(ARRAY[1]), (ARRAY[2])', 'f[1]::int'),
    ('one row', '(ARRAY[7, 8])', '1'),
    ('one row, k 2', '(ARRAY[7, 8])', '2'),
    ('all equal', '(ARRAY[7, 8]), (ARRAY[7, 8]), (ARRAY[7, 8])', '1'),
    ('all equal, k 2', '(ARRAY[7, 8]), (ARRAY[7, 8]), (ARRAY[7, 8])', '2'),
    ('constant column', '(ARRAY[1, 8]), (ARRAY[2, 8]), (ARRAY[30, 8])', '2'),
    ('minus zero is zero', '(ARRAY[''-0''::float8]), (ARRAY[0])', '2'),
    ('NaN', '(ARRAY[1, ''NaN''::float8]), (ARRAY[1, 2])', '1'),
    ('infinity', '(ARRAY[1, 2]), (ARRAY[''-Infinity''::float8, 2])', '1'),
    ('1e308 and -1e308', '(ARRAY[1e308]), (ARRAY[-1e308]), (ARRAY[0])', '2'),
    ('1e139', '(ARRAY[1e139]), (ARRAY[-1e139]), (ARRAY[-1e139])', '2'),
    ('denormals', '(ARRAY[5e-324]), (ARRAY[1e-320]), (ARRAY[1])', '2'),
    ('denormals alone', '(ARRAY[5e-324]), (ARRAY[1e-320])', '2'),
    ('d 0', '(ARRAY[]::float8[]), (ARRAY[]::float8[])', '1'),
    ('d 1601', '(array_fill(1::float8, ARRAY[1601]))', '1'),
    ('2-d', '(ARRAY[[1, 2], [3, 4]])', '1'),
    ('3-d', '(ARRAY[[[1], [2]]])', '1'),
    ('shorter later', '(ARRAY[1, 2]), (ARRAY[3])', '1'),
    ('longer later', '(ARRAY[1, 2]), (ARRAY[3, 4, 5])', '1'),
    ('other lower bound', '(''[5:6]={1,2}''::float8[]), (ARRAY[1, 2])', '1'),
    ('null array', '(NULL::float8[]), (ARRAY[1])', '1'),
    ('null feature', '(ARRAY[1, 2]), (ARRAY[1, NULL])', '1'),
    ('only nulls', '(ARRAY[NULL::float8])', '1');
INSERT INTO problems (what, rows, k, options)
SELECT left(o, 60), '(ARRAY[1, 2]), (ARRAY[3, 4]), (ARRAY[3, 9])', '2', quote_literal(o)
FROM unnest(ARRAY['[]', '"seed"', '1', 'null', '{"seeds": 1}', '{"seed": "42"}', '{"seed": 1.5}', '{"seed": 1e30}', '{"seed": 9223372036854775808}', '{"seed": null}',
    '{"n_init": 0}', '{"n_init": 10001}', '{"max_iterations": 0}', '{"max_iterations": -1}', '{"tolerance": -0.1}', '{"tolerance": 2}', '{"tolerance": "0"}',
    '{"standardize": "z"}', '{"standardize": 1}', '{"standardize": ["zscore"]}', '{"transform": "sqrt"}', '{"transform": []}', '{"transform": ["log1p"]}',
    '{"transform": ["log1p", 3]}', '{"null_policy": true}', '{"init_method": "centroids"}', '{"init_method": "random", "centroids": [[1, 2], [3, 4]]}',
    '{"centroids": [[1, 2]]}', '{"centroids": [[1], [2]]}', '{"centroids": [[1, 2], [3]]}', '{"centroids": [1, 2]}', '{"centroids": []}', '{"centroids": [[], []]}',
    '{"centroids": [[1, "2"], [3, 4]]}', '{"centroids": [[1e300, 2], [3, 4]]}', '{"centroids": "5345474d"}', '{"centroids": "xyz"}', '{"centroids": ""}',
    '{"centroids": {"a": 1}}', '{"algorithm": "gmm"}', '{"algorithm": "hdbscan"}', '{"feature_names": ["a"]}', '{"feature_names": "a"}', '{"feature_names": ["a", 1]}', '{"feature_names": ["a", "a"]}']) AS o;
INSERT INTO problems (what, rows, k, options) VALUES
    ('log1p of -1', '(ARRAY[1]), (ARRAY[-1])', '1', '''{"transform": "log1p"}'''),
    ('log1p of -2', '(ARRAY[1]), (ARRAY[-2])', '1', '''{"transform": "log1p"}'''),
    ('options differ', '(ARRAY[1]), (ARRAY[2])', '1', 'jsonb_build_object(''seed'', f[1])'),
    ('null, skipped', '(ARRAY[1, 2]), (ARRAY[1, NULL])', '1', '''{"null_policy": "skip"}'''),
    ('only nulls, skipped', '(ARRAY[NULL::float8])', '1', '''{"null_policy": "skip"}'''),
    ('only nulls, mean', '(ARRAY[NULL::float8]), (ARRAY[NULL::float8])', '1', '''{"null_policy": "mean"}'''),
    ('1e308, mean', '(ARRAY[1e308]::float8[]), (ARRAY[NULL::float8]), (ARRAY[1e308])', '1', '''{"null_policy": "mean"}'''),
    ('1e308, median', '(ARRAY[1e308]::float8[]), (ARRAY[NULL::float8]), (ARRAY[1e308])', '1', '''{"null_policy": "median"}'''),
    ('1e308, none', '(ARRAY[1e308]), (ARRAY[-1e308])', '1', '''{"standardize": "none"}'''),
    ('too close, minmax', '(ARRAY[0]), (ARRAY[1e-200]), (ARRAY[1])', '3', '''{"standardize": "minmax"}'''),
    ('too close, none', '(ARRAY[0]), (ARRAY[1e-200])', '2', '''{"standardize": "none"}'''),
    ('MAD 0', '(ARRAY[1, 8]), (ARRAY[2, 8]), (ARRAY[30, 8]), (ARRAY[31, 9])', '2', '''{"standardize": "robust"}'''),
    ('MAD 0 everywhere', '(ARRAY[8]), (ARRAY[8]), (ARRAY[8]), (ARRAY[9])', '2', '''{"standardize": "robust"}'''),
    ('negative weight', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, -1'),
    ('NaN weight', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, ''NaN'''),
    ('infinite weight', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, ''Infinity'''),
    ('huge weight', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, 1e10'),
    ('denormal weight', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, 5e-324'),
    ('tiny weights', '(ARRAY[1]), (ARRAY[2])', '2', 'NULL, 1e-99'),
    ('weights far apart', '(ARRAY[1]), (ARRAY[2])', '2', 'NULL, CASE WHEN f[1] = 1 THEN 1e-9 ELSE 1e9 END'),
    ('all weights 0', '(ARRAY[1]), (ARRAY[2])', '1', 'NULL, 0');
SELECT what, fit_of(rows, k, options) AS outcome FROM problems ORDER BY id;
SELECT outcome('SELECT segment.kmeans_fit(ARRAY[1]::float8[], 1) WHERE false') AS no_row;
SELECT outcome('SELECT (segment.model_info(segment.kmeans_fit(array_fill(i::float8, ARRAY[1600]), 3))).features FROM generate_series(1, 9) AS i') AS d_1600;
SELECT outcome('SELECT (segment.model_info(segment.kmeans_fit(ARRAY[i], 1000))).k FROM generate_series(1, 1000) AS i') AS k_is_n;

-- scores
CREATE TABLE victims AS
SELECT (SELECT kmeans_fit(ARRAY[i, i * i % 7], 3) FROM generate_series(1, 40) AS i) AS model,
       (SELECT kmeans_fit(ARRAY[i, i * i % 7], 3, '{"transform": "log1p"}') FROM generate_series(1, 40) AS i) AS logarithmic,
       (SELECT rfm_fit(i, 1 + i % 5, i * 10) FROM generate_series(1, 40) AS i) AS other;
SELECT what, outcome(format('SELECT segment.kmeans_assign(%s) FROM victims', arguments)) AS assign,
       outcome(format('SELECT round(segment.kmeans_distance(%s)::numeric, 3) FROM victims', arguments)) AS distance
FROM (VALUES (1, 'right', 'model, ARRAY[1, 2]'), (2, 'short', 'model, ARRAY[1]'), (3, 'long', 'model, ARRAY[1, 2, 3]'),
             (4, 'empty', 'model, ''{}'''), (5, '2-d', 'model, ARRAY[[1, 2]]'), (6, 'null', 'model, NULL'), (7, 'null feature', 'model, ARRAY[1, NULL]'),
             (8, 'NaN', 'model, ARRAY[1, ''NaN''::float8]'), (9, 'infinity', 'model, ARRAY[''Infinity''::float8, 1]'),
             (10, 'far', 'model, ARRAY[1e307, -1e307]'), (11, 'log1p of -1', 'logarithmic, ARRAY[1, -1]'),
             (12, 'no model', '''\xdeadbeef''::bytea, ARRAY[1, 2]'), (13, 'no bytes', '''''::bytea, ARRAY[1, 2]'),
             (14, 'head only', 'substr(model, 1, 16), ARRAY[1, 2]'), (15, 'another kind', 'other, ARRAY[1, 2]'),
             (16, 'newer', 'set_byte(model, 5, 3), ARRAY[1, 2]'), (17, 'version 0', 'set_byte(model, 5, 0), ARRAY[1, 2]'),
             (18, 'flags', 'set_byte(model, 6, 1), ARRAY[1, 2]'), (19, 'unknown kind', 'set_byte(model, 4, 200), ARRAY[1, 2]'),
             (20, 'a byte more', 'model || ''\x00'', ARRAY[1, 2]')) AS v (id, what, arguments) ORDER BY id;

-- a model truncated at every length, and with every byte changed in three ways, is an error
SELECT left(outcome, 5) AS sqlstate, count(*) = max(bytes) AS all_of_them
FROM victims, LATERAL (SELECT length(model) AS bytes) AS b,
     LATERAL (SELECT outcome(format('SELECT segment.kmeans_assign(substr(model, 1, %s), ARRAY[1, 2]) FROM victims', cut)) AS outcome
              FROM generate_series(0, bytes - 1) AS cut) AS o
GROUP BY 1;
SELECT flip, left(outcome, 5) AS sqlstate, count(*) > 500 AS many, min(at) AS first_byte
FROM victims, generate_series(0, length(model) - 1) AS at, unnest(ARRAY[1, 128, 255]) AS flip,
     LATERAL (SELECT outcome(format('SELECT segment.kmeans_assign(set_byte(model, %s, get_byte(model, %s) # %s), ARRAY[1, 2]) FROM victims', at, at, flip)) AS outcome) AS o
GROUP BY 1, 2 ORDER BY 1, 4;

-- a fit that needs more than segment.fit_memory
SET segment.fit_memory = '1MB';
SELECT left(outcome('SELECT segment.kmeans_fit(ARRAY[i], 2) FROM generate_series(1, 200000) AS i'), 5) AS sqlstate;
SELECT left(outcome('SELECT segment.kmeans_fit(array_fill(i::float8, ARRAY[1600]), 2) FROM generate_series(1, 500) AS i'), 5) AS sqlstate;
RESET segment.fit_memory;

-- direct calls of support functions are errors; the message depends on the minor version of the server
SELECT left(outcome(call), 5) IN ('42883', '0A000') AS refused
FROM (VALUES ('SELECT segment_internal.kmeans_fit_transfn(NULL, ARRAY[1]::float8[], 1)'), ('SELECT segment_internal.kmeans_fit_finalfn(NULL)')) AS by_hand (call);

SET client_min_messages = warning;
DROP SCHEMA hostile_test CASCADE;
