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
