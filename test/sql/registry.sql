-- The registry: register, fit, refit, activate, drop; errors, and the state after an error.
\set VERBOSITY terse
\pset null '(null)'

CREATE TABLE shoppers AS
SELECT i AS customer, (i * 37) % 101 AS recency_days, 1 + (i * 13) % 7 AS frequency, ((i * 7919) % 1009) / 7.0 AS monetary
FROM generate_series(1, 200) i;

-- ---- registering --------------------------------------------------------------
SELECT segment.create_model('retail', 'rfm', 'shoppers', 'customer', comment => 'the shop');
SELECT model_name, algorithm, owner = current_user AS mine, source_schema, source_name, id_column, feature_columns,
       options, comment, keep_versions
FROM segment.model;

SELECT segment.alter_model('retail', keep_versions => 100);

-- errors
SELECT segment.create_model('retail', 'rfm', 'shoppers', 'customer');
SELECT segment.create_model(NULL, 'rfm', 'shoppers', 'customer');
SELECT segment.create_model('', 'rfm', 'shoppers', 'customer');
SELECT segment.create_model(repeat('x', 41), 'rfm', 'shoppers', 'customer');
SELECT segment.create_model('b', 'dbscan', 'shoppers', 'customer');
SELECT segment.create_model('b', 'rfm', 'no_such_table', 'customer');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'no_such_column');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', '{recency_days,frequency}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', '{recency_days,frequency,no_such_column}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', '{customer,frequency,monetary}');
SELECT segment.create_model('b', 'anomaly', 'shoppers', 'customer', '{}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '[]');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"min_rows": "many"}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"min_rows": 1.5}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"max_missing_share": 1.5}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"recut": 1}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"scheme": "none of these"}');
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"min_silhouette": 0.5}');
CREATE TEMP TABLE passing (customer integer, x float8);
SELECT segment.create_model('b', 'anomaly', 'passing', 'customer');
CREATE TABLE texts (customer integer, monetary text);
SELECT segment.create_model('b', 'anomaly', 'texts', 'customer');
SELECT segment.create_model('b', 'anomaly', 'texts', 'customer', '{monetary}');

-- options that the fits refuse, and columns that cannot be ids or features
CREATE TABLE columns AS
SELECT i AS id, i % 7 AS a, i % 11 AS b, i / 3.0 AS c, ARRAY[i, 1]::float8[] AS features, i::char(6) AS code, '{}'::json AS doc
FROM generate_series(1, 60) i;
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "n_int": 3}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "n_init": 0}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "seed": "x"}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "weight": "c"}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "transform": ["none"]}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "feature_names": ["x"]}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 2, "centroids": [[1, 2]]}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": "auto", "k_min": 12}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": "auto", "centroids": [[1, 2]]}');
-- options that have no effect with the others
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 5, "k_min": 2, "k_max": 3}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 5, "k_margin": 0.1}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 5, "min_share": 0.1}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 1, "min_silhouette": 0.1}');
SELECT segment.create_model('b', 'kmeans', 'columns', 'id', '{a,b}', '{"k": 1, "n_init": 3, "centroids": [[1, 2]]}');
SELECT segment.create_model('b', 'anomaly', 'columns', 'id', '{a,b}', '{"robust": true}');
SELECT segment.create_model('b', 'anomaly', 'columns', 'id', '{a,b}', '{"method": "mahalanobis", "trees": 10}');
-- rules that do not exist
SELECT segment.create_model('b', 'rfm', 'shoppers', 'customer', options => '{"rules": "public.norules"}');
SELECT segment.create_model('b', 'pca', 'columns', 'id', '{a,b}', '{"n_components": 3}');
SELECT segment.create_model('b', 'pca', 'columns', 'id', '{a,b}', '{"null_policy": "median"}');
SELECT segment.create_model('b', 'anomaly', 'columns', 'id', '{a,b}', '{"tree": 3}');
SELECT segment.create_model('b', 'anomaly', 'columns', 'id', '{a,b}', '{"contamination": 0.7}');
SELECT segment.create_model('b', 'rfm', 'columns', 'id', '{a,b,c}', '{"max_drift": 0.2}');
SELECT segment.create_model('b', 'rfm', 'columns', 'id', '{a,b,c}', '{"bins": 10}');
SELECT segment.create_model('b', 'rfm', 'columns', 'id', '{a,b,c}', '{"bins": 4, "scheme": "grid"}');
SELECT segment.create_model('b', 'rfm', 'columns', 'id', '{a,b,c}', '{"cuts": {"monetary": [3, 2]}}');
SELECT segment.create_model('b', 'pca', 'columns', 'id', '{a,a}');
SELECT segment.create_model('b', 'pca', 'columns', 'id', '{features}');
SELECT segment.create_model('b', 'pca', 'columns', 'doc', '{a,b}');
SELECT count(*) AS models FROM segment.model;
-- a row inserted without create_model is checked at the fit
SELECT segment.create_model('b', 'pca', 'columns', 'code', '{a,b,c}', '{"explained_variance": 0.5}');
UPDATE segment.model SET options = '{"k": 4}' WHERE model_name = 'b';
SELECT segment.fit('b');
UPDATE segment.model SET options = '{"explained_variance": 0.5}' WHERE model_name = 'b';
-- explained_variance: fewer axes after the columns became equal; an id of type char(n) keeps its length
CALL segment.refit('b');
UPDATE columns SET b = a, c = a + id / 1e6;
CALL segment.refit('b');
SELECT v.version, v.status, max(c.component) AS components
FROM segment.model_version v, LATERAL segment.pca_components(v.model) c WHERE v.model_name = 'b' GROUP BY 1, 2 ORDER BY 1;
CALL segment.publish('{b}', 'public.by_code', '2026-01-01');
SELECT count(*) AS rows, count(*) FILTER (WHERE by_code.code = columns.code) AS same, count(pca_x) AS x, count(pca_y) AS y
FROM by_code JOIN columns USING (code);
SELECT segment.drop_model('b');
DROP TABLE columns, by_code, by_code_history;

-- ---- reading as another role ----------------------------------------------------
SELECT * FROM segment_internal.query_as('pg_monitor', 'SELECT current_user::text, $1[1], $2, $3[1]', '{"\\x01"}', names => ARRAY['{"1": "a"}'::jsonb]) AS r(who text, a bytea, b bytea[], c jsonb);
SELECT current_user = session_user AS back;
SELECT * FROM segment_internal.query_as('pg_monitor', 'SELECT 1') AS r(who text);
SELECT * FROM segment_internal.query_as('pg_monitor', 'CREATE TABLE t ()') AS r(who text);
SELECT * FROM segment_internal.query_as('pg_monitor', 'SELECT set_config(''role'', ''none'', false)') AS r(setting text);
SELECT * FROM segment_internal.query_as('pg_monitor', 'SELECT set_config(''search_path'', ''nowhere'', false)') AS r(setting text);
SELECT current_setting('search_path') <> 'nowhere' AS kept;
SELECT * FROM segment_internal.query_as('no such role', 'SELECT 1') AS r(a integer);
SELECT * FROM segment_internal.query_as(NULL, 'SELECT 1') AS r(a integer);
SELECT segment_internal.query_as('pg_monitor', 'SELECT 1');
SET ROLE pg_monitor;
SELECT * FROM segment_internal.query_as('pg_signal_backend', 'SELECT 1') AS r(a integer);
RESET ROLE;

-- ---- before the first fit -----------------------------------------------------
SELECT segment.active_model('retail');
SELECT segment.active_model('no such model');
SELECT segment.active_model(NULL);
SELECT segment.activate('retail', 1);

-- ---- fitting ------------------------------------------------------------------
CALL segment.refit('retail');
SELECT version, status, rows, metrics -> 'missing' AS missing, metrics -> 'rows_used' AS rows_used, source_fingerprint, fitted_at > now() - interval '1 minute' AS now,
       duration > '0' AS took_time, fitted_by = current_user AS by_me
FROM segment.model_version;
SELECT segment.active_model('retail') = (SELECT segment.rfm_fit(recency_days, frequency, monetary, '{}') FROM shoppers) AS same_bytes;

-- new data: the cuts do not change
UPDATE shoppers SET monetary = monetary * 2;
SET extra_float_digits = -15;
CALL segment.refit('retail');
RESET extra_float_digits;
SELECT count(*) AS differing FROM (SELECT measure, cut_no, cut FROM segment.rfm_cuts((SELECT model FROM segment.model_version WHERE version = 1))
       EXCEPT SELECT measure, cut_no, cut FROM segment.rfm_cuts(segment.active_model('retail'))) c;
SELECT count(DISTINCT source_fingerprint) AS fingerprints FROM segment.model_version;
-- with recut they do
UPDATE segment.model SET options = '{"recut": true}';
SELECT segment.fit('retail');
SELECT count(*) AS differing FROM (SELECT measure, cut_no, cut FROM segment.rfm_cuts((SELECT model FROM segment.model_version WHERE version = 1))
       EXCEPT SELECT measure, cut_no, cut FROM segment.rfm_cuts(segment.active_model('retail'))) c;
SELECT version, status FROM segment.model_version ORDER BY version;

-- the same data in another order: the same fingerprint and bytes, so the version does not change
CREATE TABLE shuffled AS SELECT * FROM shoppers ORDER BY hashint4(customer);
DROP TABLE shoppers;
ALTER TABLE shuffled RENAME TO shoppers;
CALL segment.refit('retail');
SELECT count(DISTINCT source_fingerprint) AS fingerprints, count(DISTINCT model) AS models FROM segment.model_version WHERE version >= 3;
SELECT version, outcome, message FROM segment.fit_log ORDER BY fit_id DESC LIMIT 1;
SELECT last_version FROM segment.model;

-- ---- activating older and newer versions -----------------------------------------
SELECT segment.activate('retail', 1);
SELECT segment.activate('retail', 1);
SELECT version, status FROM segment.model_version ORDER BY version;
SELECT segment.activate('retail', 3);
SELECT segment.activate('retail', 9);
SELECT segment.activate('no such model', 1);
INSERT INTO segment.model_version (model_name, version, status, model, feature_columns, fitted_at, duration, fitted_by)
VALUES ('retail', 99, 'active', '', '{a}', now(), '0', 'x');  -- a second active version is an error
SELECT version, status FROM segment.model_version ORDER BY version;

-- ---- guards -------------------------------------------------------------------
UPDATE segment.model SET options = '{"min_rows": 201}';
CALL segment.refit('retail');
SELECT version, status, reason FROM segment.model_version ORDER BY version DESC LIMIT 2;
UPDATE shoppers SET monetary = NULL WHERE customer <= 20;
UPDATE segment.model SET options = '{"max_missing_share": 0.05}';
CALL segment.refit('retail');
SELECT version, status, reason, metrics -> 'missing' AS missing FROM segment.model_version ORDER BY version DESC LIMIT 1;
SELECT segment.activate('retail', 5);
SELECT version, status, reason FROM segment.model_version ORDER BY version DESC LIMIT 2;
UPDATE segment.model SET options = '{}';

-- ---- errors are logged and raised again, and change nothing ----------------------
ALTER TABLE shoppers RENAME COLUMN monetary TO spent;
CALL segment.refit('retail');
ALTER TABLE shoppers ADD COLUMN monetary text;
CALL segment.refit('retail');
ALTER TABLE shoppers DROP COLUMN monetary;
ALTER TABLE shoppers RENAME COLUMN spent TO monetary;
ALTER TABLE shoppers ALTER COLUMN customer TYPE text;
CALL segment.refit('retail');
ALTER TABLE shoppers RENAME TO gone;
CALL segment.refit('retail');
CREATE TABLE shoppers (customer integer, recency_days integer, frequency integer, monetary numeric);
CALL segment.refit('retail');
DROP TABLE shoppers;
CREATE VIEW shoppers AS SELECT customer::integer, recency_days, frequency, monetary / (customer::integer - 100) AS monetary FROM gone;
CALL segment.refit('retail');
UPDATE segment.model SET options = '{"no_such_option": 1}';
CALL segment.refit('retail');
UPDATE segment.model SET options = '{}';
SELECT segment.fit('retail');
SET statement_timeout = '50ms';
CREATE OR REPLACE VIEW shoppers AS
SELECT customer::integer, recency_days, frequency, monetary + length(pg_sleep(0.01)::text) AS monetary FROM gone;
CALL segment.refit('retail');
RESET statement_timeout;
SELECT version, outcome, sqlstate, message, rows, finished_at >= started_at AS in_order FROM segment.model_log ORDER BY fit_id;
SELECT version, status, model IS NULL AS empty FROM segment.model_version ORDER BY version;
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'object' AND classid = 'segment.model'::regclass;

-- refit in a transaction block is an error
BEGIN;
CALL segment.refit('retail');
ROLLBACK;

-- ---- keep_versions and keep_log -------------------------------------------------
DROP VIEW shoppers;
CREATE VIEW shoppers AS SELECT customer::integer, recency_days, frequency, monetary FROM gone;
SELECT segment.activate('retail', 1);
SELECT segment.alter_model('retail', keep_versions => 0);
SELECT segment.alter_model('retail', keep_log => 36501);
SELECT segment.alter_model('retail', keep_versions => 2);
SELECT version, status FROM segment.model_version ORDER BY version;
CALL segment.refit('retail');
CALL segment.refit('retail');
CALL segment.refit('retail');
SELECT count(*) AS versions, max(version) - min(version) AS apart FROM segment.model_version;

-- ---- a hostile search path changes nothing ----------------------------------------
CREATE SCHEMA evil;
CREATE FUNCTION evil.evil(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1/0 = 1';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.evil);
CREATE FUNCTION evil.format(text, VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_format';
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (VALUE <> VALUE);
SET search_path = evil, pg_catalog;
CALL segment.refit('retail');
SELECT segment.fit('retail') > 0 AS fitted;
RESET search_path;
DROP SCHEMA evil CASCADE;

-- ---- k-means: a refit keeps numbers and names ---------------------------------------
CREATE TABLE points AS
SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 400) i;
SELECT segment.create_model('groups', 'kmeans', 'points', 'id');
SELECT segment.create_model('groups', 'kmeans', 'points', 'id', options => '{"k": 0}');
SELECT segment.create_model('groups', 'kmeans', 'points', 'id', options => '{"k": 4, "language": "fr"}');
SELECT segment.create_model('groups', 'kmeans', 'points', 'id', options => '{"k": 4, "n_init": 3, "min_silhouette": 0.5}');
SELECT segment.name_cluster('groups', 1, 'early');
CALL segment.refit('groups');
SELECT segment.name_cluster('groups', 1, 'One');
SELECT segment.name_cluster('groups', 2, 'Two');
SELECT segment.name_cluster('groups', 9, 'Nine');
SELECT segment.name_cluster('retail', 1, 'One');
SELECT segment.name_cluster('groups', 2, NULL);
SELECT cluster_id, cluster_name = 'One' AS one, cluster_name = segment.kmeans_name(segment.active_model('groups'), cluster_id) AS generated
FROM segment.cluster_names('groups', 1);
CREATE TABLE before AS
SELECT id, segment.kmeans_assign((SELECT segment.active_model('groups')), ARRAY[x, y]) AS cluster_id FROM points;
-- the largest group shrinks: a first fit would number the clusters differently
DELETE FROM points WHERE id IN (SELECT id FROM before WHERE cluster_id = 1 ORDER BY id LIMIT 60);
CALL segment.refit('groups');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.cluster_id = segment.kmeans_assign((SELECT segment.active_model('groups')), ARRAY[x, y])) AS same
FROM points JOIN before b USING (id);
SELECT cluster_id, cluster_name = 'One' AS one, cluster_name = segment.kmeans_name(segment.active_model('groups'), cluster_id) AS generated
FROM segment.cluster_names('groups', 2);
UPDATE segment.model SET options = options || '{"start": "warm"}' WHERE model_name = 'groups';
CALL segment.refit('groups');
SELECT version, metrics -> 'options' ->> 'init_method' AS init_method, status FROM segment.model_version WHERE model_name = 'groups' ORDER BY version;
SELECT count(DISTINCT (metrics ->> 'inertia')::float8) AS inertias FROM segment.model_version WHERE model_name = 'groups' AND version >= 2;
-- held by a guard
UPDATE segment.model SET options = options || '{"min_silhouette": 0.999}' WHERE model_name = 'groups';
CALL segment.refit('groups');
SELECT version, status, reason ~ '^silhouette is 0.9[0-9]{1,3}, but min_silhouette is 0.999$' AS reason
FROM segment.model_version WHERE model_name = 'groups' ORDER BY version;
-- k auto, drift against the active version, and a guard on drift
SELECT segment.create_model('self', 'kmeans', 'points', 'id', options => '{"k": "auto", "k_max": 6, "n_init": 3, "min_share": 0.02, "max_drift": 0.2}');
CALL segment.refit('self');
SELECT metrics -> 'k' AS k, metrics ? 'drift' AS has_drift, jsonb_array_length(metrics -> 'sweep') AS sweep FROM segment.model_version WHERE model_name = 'self';
CALL segment.refit('self');
SELECT status, metrics -> 'against_version' AS against, (metrics ->> 'max_psi')::float8 < 1e-9 AS no_drift FROM segment.model_version WHERE model_name = 'self' ORDER BY version;
UPDATE points SET x = x + 150 WHERE id % 3 = 0;
CALL segment.refit('self');
SELECT version, status, reason ~ '^drift of (feature "x"|the cluster shares) is [0-9]+[.][0-9]{1,4}, but max_drift is 0.2$' AS reason FROM segment.model_version WHERE model_name = 'self' ORDER BY version;
-- a held version that was activated needs no other refit
SELECT needs_refit FROM segment.models WHERE model_name = 'self';
SELECT segment.activate('self', 3);
SELECT needs_refit FROM segment.models WHERE model_name = 'self';
SELECT segment.activate('self', 1);
SELECT needs_refit AS needed_without_it FROM segment.models WHERE model_name = 'self';
SELECT (segment.drift_rows(d)).psi > 0.2 AS x_drifted
FROM (SELECT segment.drift_fit(m, ARRAY[x, y]::float8[]) AS d FROM points, (SELECT segment.active_model('self') AS m OFFSET 0) v) r LIMIT 1;
SELECT segment.drop_model('self');
-- 2.0 is a valid integer; one cluster has no silhouette
SELECT segment.create_model('self', 'kmeans', 'points', 'id', options => '{"k": 2.0, "start": "warm", "n_init": 1}');
CALL segment.refit('self');
UPDATE segment.model SET options = '{"k": "auto", "k_min": 1.0, "k_max": 1}' WHERE model_name = 'self';
CALL segment.refit('self');
SELECT version, metrics -> 'k' AS k FROM segment.model_version WHERE model_name = 'self' ORDER BY version;
SELECT segment.drop_model('self');
-- more memory than segment.fit_memory: 54000, and nothing changes
CREATE VIEW many AS SELECT id * 1000 + i AS id, x + i AS x, y FROM points, generate_series(1, 300) i;
SELECT segment.create_model('many', 'kmeans', 'many', 'id', options => '{"k": 2}');
SET segment.fit_memory = '1MB';
CALL segment.refit('many');
RESET segment.fit_memory;
SELECT version, status, model IS NULL AS empty FROM segment.model_version WHERE model_name = 'many';
SELECT outcome, sqlstate FROM segment.model_log WHERE model_name = 'many';
SELECT segment.drop_model('many'), segment.drop_model('groups');
SELECT count(*) AS names FROM segment.cluster_name;
DROP VIEW many;
DROP TABLE points, before;

-- ---- PCA: the axes keep their direction --------------------------------------------
CREATE TABLE flowers AS
SELECT i AS id, sin(i) + i / 50.0 AS a, cos(i * 1.7) - i / 60.0 AS b, sin(i * 0.3) AS c FROM generate_series(1, 150) i;
SELECT segment.create_model('map', 'pca', 'flowers', 'id');
CALL segment.refit('map');
SELECT metrics ? 'rows_used' AS told FROM segment.model_version WHERE model_name = 'map';
CREATE TABLE axes AS SELECT id, segment.pca_x(m, ARRAY[a, b, c]) AS x, segment.pca_y(m, ARRAY[a, b, c]) AS y
FROM flowers, (SELECT segment.active_model('map') AS m OFFSET 0) v;
UPDATE flowers SET b = b - 0.4 * c WHERE id > 100;
CALL segment.refit('map');
SELECT corr(n.x, o.x) > 0.9 AS x_stays, corr(n.y, o.y) > 0.9 AS y_stays
FROM axes o JOIN (SELECT id, segment.pca_x(m, ARRAY[a, b, c]) AS x, segment.pca_y(m, ARRAY[a, b, c]) AS y
                  FROM flowers, (SELECT segment.active_model('map') AS m OFFSET 0) v) n USING (id);
SELECT segment.active_model('map') = segment.pca_align((SELECT segment.pca_fit(ARRAY[a, b, c]::float8[], '{"feature_names": ["a", "b", "c"]}') FROM flowers),
       (SELECT model FROM segment.model_version WHERE model_name = 'map' AND version = 1)) AS aligned;
SELECT segment.drop_model('map');
DROP TABLE flowers, axes;

-- ---- dropping ---------------------------------------------------------------------
SELECT segment.drop_model('retail');
SELECT segment.drop_model('retail');
SELECT (SELECT count(*) FROM segment.model) AS models, (SELECT count(*) FROM segment.model_version) AS versions,
       (SELECT count(*) FROM segment.model_log) AS log;
DROP VIEW shoppers;
DROP TABLE gone, texts, passing;

-- ---- changing a model ------------------------------------------------------------------
CREATE TABLE changing AS SELECT i AS id, i % 10 AS a, (i * 7) % 13 AS b, i * i AS c, i % 2 = 0 AS even, now()::date AS day, 'x' AS word, '{1}'::float8[] AS list
FROM generate_series(1, 100) i;
SELECT segment.create_model('changing', 'kmeans', 'changing', 'id', '{a,b}', '{"k": 2, "n_init": 1}');
SELECT segment.fit('changing');
SELECT segment.name_cluster('changing', 1, 'One');
SELECT segment.alter_model('changing', options => '{"k": 3, "seed": 7}', comment => 'three');
SELECT segment.fit('changing');
SELECT options, comment, feature_columns FROM segment.model WHERE model_name = 'changing';
SELECT cluster_name FROM segment.cluster_summary WHERE model_name = 'changing' AND cluster_id = 1;
SELECT segment.alter_model('changing', options => '{"seed": null}');
-- other features: no alignment and no drift
SELECT segment.alter_model('changing', feature_columns => '{a,b,c}');
SELECT segment.fit('changing');
SELECT options FROM segment.model WHERE model_name = 'changing';
SELECT version, status, metrics -> 'features' AS features, metrics -> 'max_psi' AS max_psi FROM segment.model_version WHERE model_name = 'changing' ORDER BY 1;
-- the errors of create_model
SELECT segment.alter_model('changing', options => '{"k": 0}');
SELECT segment.alter_model('changing', options => '{"n_int": 3}');
SELECT segment.alter_model('changing', feature_columns => '{a,nope}');
SELECT segment.alter_model('changing', id_column => 'nope');
SELECT segment.alter_model('no such model');
-- columns that are not numeric: the hint shows how to convert them
\set VERBOSITY default
SELECT segment.alter_model('changing', feature_columns => '{a,even}');
SELECT segment.alter_model('changing', feature_columns => '{a,day}');
SELECT segment.alter_model('changing', feature_columns => '{a,word}');
SELECT segment.alter_model('changing', feature_columns => '{a,list}');
SELECT segment.create_model('all', 'pca', 'changing', 'id');
-- errors of a fit name the column and how to find the row, without internal SQL
UPDATE changing SET b = NULL WHERE id = 7;
SELECT segment.fit('changing');
CALL segment.refit('changing');
BEGIN;
CALL segment.refit('changing');
ROLLBACK;
\set VERBOSITY terse
-- the three columns of RFM are found by name
CREATE VIEW wide AS SELECT id, a AS monetary, b AS clicks, c AS frequency, a AS recency_days FROM changing;
SELECT segment.create_model('by name', 'rfm', 'wide', 'id');
SELECT feature_columns FROM segment.model WHERE model_name = 'by name';
-- the k in use stays unless another k is better by more than k_margin
SELECT segment_internal.kmeans_choose_k(m, s, f.kmeans_fit) FROM segment.model m,
    (SELECT segment.kmeans_fit(ARRAY[a, c]::float8[], 3, '{"n_init": 1}') FROM changing) f,
    (VALUES ('[{"k": 3, "silhouette": 0.50, "smallest_share": 0.2}, {"k": 5, "silhouette": 0.515, "smallest_share": 0.2, "is_best_silhouette": true}]'::jsonb),
            ('[{"k": 3, "silhouette": 0.49, "smallest_share": 0.2}, {"k": 5, "silhouette": 0.515, "smallest_share": 0.2, "is_best_silhouette": true}]'),
            ('[{"k": 3, "silhouette": 0.51, "smallest_share": 0.001}, {"k": 5, "silhouette": 0.515, "smallest_share": 0.2, "is_best_silhouette": true}]'),
            ('[{"k": 2, "silhouette": 0.50, "smallest_share": 0.2}, {"k": 5, "silhouette": 0.505, "smallest_share": 0.2, "is_best_silhouette": true}]')) v(s)
WHERE m.model_name = 'changing';
-- segments in another language, or by user-defined rules
CREATE TABLE naming (rule_no integer, segment text, r_min integer, r_max integer, f_min integer, f_max integer, m_min integer, m_max integer);
INSERT INTO naming VALUES (1, 'Best', 4, 5, NULL, NULL, NULL, NULL), (2, 'Rest', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT segment.alter_model('by name', options => '{"language": "de"}');
SELECT segment.fit('by name');
SELECT segment, segment_code, segment_order, customers FROM segment.rfm_summary WHERE model_name = 'by name' ORDER BY segment_order LIMIT 3;
SELECT segment.alter_model('by name', options => '{"rules": "public.naming"}');
SELECT segment.fit('by name');
SELECT segment, segment_code, customers FROM segment.rfm_summary WHERE model_name = 'by name' ORDER BY segment;
CALL segment.publish('{by name}', 'public.named');
SELECT segment, count(*) FROM named GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT as_of) AS days, sum(customers) AS customers, round(sum(share)::numeric, 9) AS share FROM segment.rfm_history WHERE model_name = 'by name';
SELECT segment.alter_model('by name', options => '{"scheme": "rfm"}');
DROP TABLE naming, named, named_history;
SELECT segment.fit('by name');
DROP VIEW wide CASCADE;
DROP TABLE changing;

SELECT count(segment.drop_model(model_name)) FROM segment.models WHERE model_name IN ('changing', 'all', 'by name');
-- feature columns in a row of the registry are a list of names, whoever adds it
SELECT c AS feature_columns, segment_internal.is_list(c) FROM (VALUES ('{a,b}'::text[]), ('{}'), ('{NULL}'), ('{a,NULL}'), ('{{a,b},{c,d}}'), ('[0:1]={a,b}'), (NULL)) v(c);
SELECT segment_internal.add_model(jsonb_populate_record(NULL::segment.model, '{"model_name": "x", "algorithm": "pca", "source_schema": "public", "source_name": "x", "id_column": "id", "id_type": "integer", "options": {}}'
    || jsonb_build_object('feature_columns', c))) FROM (VALUES ('["a", null]'::jsonb)) v(c);
SELECT segment_internal.add_model(jsonb_populate_record(NULL::segment.model, '{"model_name": "x", "algorithm": "pca", "source_schema": "public", "source_name": "x", "id_column": "id", "id_type": "integer", "options": {}}'
    || jsonb_build_object('feature_columns', c))) FROM (VALUES ('[["a", "b"], ["c", "d"]]'::jsonb)) v(c);
-- no public function shows internal SQL in the context of an error; region_code, which is inlined, has no errors
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'segment'::regnamespace AND l.lanname IN ('sql', 'plpgsql') AND p.proname <> 'region_code';
\set VERBOSITY default
CALL segment.refit('no such model');
SELECT segment.activate('no such model', 1);
SELECT segment.drop_model('no such model');
SELECT segment.assign('no such model', '1');
SELECT * FROM segment.explain('no such model', '1');
SELECT * FROM segment.migration('pg_class', '2024-01-01', '2024-01-02');
\set VERBOSITY terse
