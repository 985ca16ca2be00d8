-- __family__: the mean of each feature, and how far a row is from the means.
\pset format unaligned
CREATE TEMP TABLE sample AS
SELECT i, ARRAY[i % 10, i % 7]::float8[] AS features FROM generate_series(1, 70) AS i;
SELECT segment.__family___fit(features) AS model FROM sample \gset

SELECT algorithm, format_version, features, rows_used, rows_skipped, options FROM segment.model_info(:'model');
SELECT "position", feature, mean FROM segment.model_features(:'model');
SELECT segment.__family___distance(:'model', '{4.5,3}') AS at_the_means, segment.__family___distance(:'model', '{7.5,7}') AS far;

-- the golden model was made by this; the same rows still make the same bytes, in any order
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/__family___v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes,
       (SELECT segment.__family___fit(features ORDER BY i DESC) FROM sample) = decode(:'golden', 'hex') AS other_order;

-- nulls
SELECT segment.__family___fit(features) FROM (VALUES ('{1,2}'::float8[]), ('{1,NULL}')) AS v (features);
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.__family___fit(features, '{"null_policy": "skip"}')
                                                        FROM (VALUES ('{1,2}'::float8[]), ('{1,NULL}'), (NULL)) AS v (features)));
SELECT segment.__family___distance(:'model', '{1,NULL}');

-- options
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('__family__');
SELECT segment.__family___fit(features, jsonb_build_object('null_policy', 'error')) = :'model'::bytea AS default_given FROM sample;
SELECT segment.__family___fit(features, '{"null_polcy": "skip"}') FROM sample;
SELECT segment.__family___fit(features, jsonb_build_object('null_policy', CASE i WHEN 1 THEN 'skip' ELSE 'error' END)) FROM sample;

-- what is refused
SELECT segment.__family___fit(features) FROM sample WHERE false;
SELECT segment.__family___fit(f) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) AS v (f);
SELECT segment.__family___fit('{1,NaN}');
SELECT segment.__family___distance(:'model', '{1}');
SELECT segment.__family___distance((SELECT segment.pca_fit(features) FROM sample), '{1,2}');
SELECT segment.pca_x(:'model', '{1,2}');

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^__family__(_|$)' ORDER BY p.oid::regprocedure::text;

-- its rows in the tables of the algorithms
SELECT algorithm, model_kind, output_shape, has_histograms, feature_names FROM segment.algorithm WHERE algorithm = '__family__';
SELECT option_name, used_in, type, default_value, value_range FROM segment.algorithm_option WHERE algorithm = '__family__' ORDER BY used_in, option_name;
SELECT column_name, column_type, role FROM segment.algorithm_column WHERE algorithm = '__family__' ORDER BY "position";

-- the registry: create, refit, publish, views, one row, drop
CREATE TABLE __family___points AS
SELECT i AS id, i % 10 AS x, i % 7 AS y FROM generate_series(1, 70) AS i;
SELECT segment.create_model('m', '__family__', '__family___points', 'id');
SELECT segment.create_model('wrong', '__family__', '__family___points', 'id', options => '{"null_policy": "mean"}');
SELECT segment.create_model('wrong', '__family__', '__family___points', 'id', options => '{"null_polcy": "skip"}');
CALL segment.refit('m');
UPDATE __family___points SET x = x + 1;
CALL segment.refit('m');
SELECT model_name, algorithm, active_version, status, rows_used FROM segment.models;
SELECT algorithm, features, rows_used FROM segment.model_info(segment.active_model('m'));
SELECT model_name, what FROM segment.problems;
CALL segment.publish('{m}', 'public.__family___target', '2026-01-01');
SELECT id, __family___distance, __family___version FROM __family___target WHERE id <= 2 ORDER BY id;
SELECT count(*) AS rows,
       count(*) FILTER (WHERE t.__family___distance = segment.__family___distance(segment.active_model('m'), ARRAY[p.x, p.y])) AS same
FROM __family___target t JOIN __family___points p USING (id);
SELECT count(*) AS history FROM __family___target_history WHERE valid_to IS NULL;
SELECT model_name, version, id, __family___distance FROM segment.assign('m', '2');
SELECT segment.drop_model('m');
SELECT count(*) AS models FROM segment.models;
DROP TABLE __family___points, __family___target, __family___target_history;
