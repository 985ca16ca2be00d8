-- assign and explain of registered models, by id and by row.
\set VERBOSITY terse
\pset null '(null)'
CREATE TABLE people AS SELECT i AS "Person", (i % 3) * 50 + i % 7 AS a, (i % 3) * 20 + (i * 5) % 11 AS b, CASE WHEN i = 60 THEN 9000 ELSE i % 5 END AS c
FROM generate_series(1, 60) i;
SELECT segment.create_model('groups', 'kmeans', 'people', 'Person', '{b,a}', '{"k": 3, "n_init": 2}');
SELECT segment.create_model('odd', 'anomaly', 'people', 'Person', options => '{"method": "mahalanobis"}');
SELECT segment.create_model('map', 'pca', 'people', 'Person');
SELECT segment.create_model('scores', 'rfm', 'people', 'Person', '{a,b,c}');
SELECT segment.assign('groups', '1');
SELECT count(segment.fit(m)) FROM unnest('{groups,odd,map,scores}'::text[]) m;
SELECT segment.name_cluster('groups', 1, 'One');
-- the same result by id, by row, and by the scalar functions with the features in the model's order
SELECT count(*) AS rows, count(*) FILTER (WHERE r.cluster_id = segment.kmeans_assign(segment.active_model('groups'), ARRAY[p.b, p.a])
       AND r.id = p."Person"::text AND (r.cluster_name = 'One') = (r.cluster_id = 1)) AS same
FROM people p, segment.assign('groups', p."Person"::text) r;
SELECT count(*) AS rows, count(*) FILTER (WHERE segment.assign('groups', to_jsonb(p)) = segment.assign('groups', p."Person"::text)) AS same
FROM people p;
-- columns are found by name, in any order and among other columns
SELECT (segment.assign('groups', '{"x": "y", "a": 1, "b": 2}'::jsonb)) = (segment.assign('groups', '{"b": 2, "a": 1}'::jsonb)) AS same;
SELECT version, cluster_id, rfm_score, segment, pca_x IS NOT NULL AS x, pca_y IS NOT NULL AS y, anomaly_score > 0.5 AS odd, is_anomaly
FROM unnest('{odd,map,scores}'::text[]) m, segment.assign(m, '60') ORDER BY m;
SELECT e.rank, e.feature, e.value, round(e.typical::numeric, 6) AS typical, e.contribution > 0 AS counts FROM segment.explain('odd', '60') e LIMIT 1;
SELECT count(*) AS rows, count(*) FILTER (WHERE (e.value, e.typical, e.contribution) = (r.value, r.centroid, r.contribution)) AS same
FROM people p, segment.explain('groups', p."Person"::text) e
JOIN LATERAL segment.kmeans_reasons(segment.active_model('groups'), ARRAY[p.b, p.a]) r ON r.feature = e.feature;
-- errors
SELECT segment.assign('groups', '61');
SELECT segment.assign('groups', '{"a": 1}'::jsonb);
SELECT segment.assign('groups', '{"a": 1, "b": "2"}'::jsonb);
SELECT segment.assign('groups', '[1, 2]'::jsonb);
SELECT segment.assign('no such model', '1');
SELECT segment.explain('map', '1');
SELECT segment.explain('scores', '1');
-- a version scores the columns that it was fitted on, also after alter_model
CREATE TABLE before AS SELECT p."Person" AS id, r.cluster_id, r.distance FROM people p, segment.assign('groups', p."Person"::text) r;
SELECT segment.alter_model('groups', feature_columns => '{a,c}');
SELECT model_name, active_version, needs_refit FROM segment.models WHERE model_name = 'groups';
SELECT count(*) AS rows, count(*) FILTER (WHERE (r.cluster_id, r.distance) = (b.cluster_id, b.distance)) AS same
FROM before b, segment.assign('groups', b.id::text) r;
SELECT DISTINCT feature FROM segment.explain('groups', '7') ORDER BY 1;
CALL segment.publish('{groups}', 'public.published_groups', '2026-01-01');
SELECT count(*) AS rows, count(*) FILTER (WHERE (p.cluster_id, p.distance) = (b.cluster_id, b.distance)) AS same FROM before b JOIN published_groups p ON p."Person" = b.id;
SELECT segment.fit('groups');
SELECT model_name, active_version, needs_refit FROM segment.models WHERE model_name = 'groups';
SELECT DISTINCT feature FROM segment.explain('groups', '7') ORDER BY 1;
-- the old label is NULL, since the version published before has other columns
CALL segment.publish('{groups}', 'public.published_groups', '2026-01-02');
SELECT count(*) AS rows, count(old_model_cluster_id) AS old FROM published_groups_history WHERE valid_to IS NULL;
SELECT segment.activate('groups', 1);
SELECT count(*) AS rows, count(*) FILTER (WHERE (r.cluster_id, r.distance) = (b.cluster_id, b.distance)) AS same
FROM before b, segment.assign('groups', b.id::text) r;
DROP TABLE before, published_groups, published_groups_history;
-- a role with a share passes its own rows, and cannot look up rows of the source
SELECT segment.share_model('groups', 'pg_monitor');
SET ROLE pg_monitor;
SELECT (segment.assign('groups', '{"a": 1, "b": 2}'::jsonb)).cluster_id > 0 AS assigned;
SELECT segment.assign('groups', '1');
RESET ROLE;
SELECT count(segment.drop_model(model_name)) FROM segment.models;
DROP TABLE people;
