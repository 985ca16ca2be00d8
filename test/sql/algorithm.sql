-- The algorithms of the registry: their tables, drift as a guard, and a user-defined algorithm.
\set VERBOSITY terse
\pset null '(null)'
-- the rows of these families; the tests of other families show theirs
\set families '{anomaly,kmeans,pca,rfm}'
SELECT algorithm, model_kind, output_shape, has_histograms, feature_names, is_builtin FROM segment.algorithm WHERE algorithm = ANY (:'families') ORDER BY 1;
SELECT algorithm, option_name, used_in, type, default_value, value_range FROM segment.algorithm_option WHERE used_in <> 'fit' AND algorithm = ANY (:'families') ORDER BY 1, 2, 3;
SELECT algorithm, column_name, column_type, role FROM segment.algorithm_column WHERE algorithm = ANY (:'families') ORDER BY algorithm, "position";

-- every algorithm has a built-in row with a kind of model, options, and columns with a version column where it can be published
SELECT a.algorithm, a.is_builtin, a.model_kind, c.columns, c.versions, o.options FROM segment.algorithm a
CROSS JOIN LATERAL (SELECT count(*) AS columns, count(*) FILTER (WHERE c.role = 'version') AS versions FROM segment.algorithm_column c WHERE c.algorithm = a.algorithm) c
CROSS JOIN LATERAL (SELECT count(*) AS options FROM segment.algorithm_option o WHERE o.algorithm = a.algorithm AND o.used_in = 'refit') o
WHERE NOT a.is_builtin OR (a.output_shape = 'row per id' AND (c.columns < 2 OR c.versions <> 1)) OR o.options < 2 OR a.fit_hook IS NULL
   OR NOT EXISTS (SELECT FROM segment_internal.fit_options(a.model_kind));

-- the options of a fit are those of its aggregate
SELECT a.algorithm, array_agg(o.option_name ORDER BY o.option_name) AS options
FROM segment.algorithm a LEFT JOIN segment.algorithm_option o ON o.algorithm = a.algorithm AND o.used_in = 'fit' GROUP BY 1
HAVING count(o.option_name) = 0
    OR array_agg(o.option_name ORDER BY o.option_name) <> (SELECT array_agg(f.option_name ORDER BY f.option_name) FROM segment_internal.fit_options(a.algorithm) f);

-- each hook exists, and each column of publish has SQL (publish_sql raises an error for a missing one)
SELECT a.algorithm, h.hook FROM segment.algorithm a CROSS JOIN LATERAL (VALUES
    (a.fit_hook, '(segment.model,regclass,bytea)'), (a.align_hook, '(bytea,bytea)'), (a.check_hook, '(segment.model)'),
    (a.names_hook, '(segment.model,bytea,jsonb)'), (a.summary_hook, '(segment.model,regclass,bytea)'),
    (a.publish_hook, '(segment.model,integer,bytea,bytea)'), (a.explain_hook, '(bytea,float8[])')) h(hook, signature)
WHERE segment_internal.hook(h.hook, h.signature) IS NULL AND h.hook IS NOT NULL;

-- ---- an unknown algorithm: the hint lists all ----------------------------------------------
CREATE TABLE points AS SELECT i AS id, (i * 37) % 101 AS x, ((i * 7919) % 1009) / 4.0 AS y, 1 + i % 7 AS z FROM generate_series(1, 300) i;
CREATE FUNCTION hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN hint;
END $$;
SELECT segment.create_model('m', 'k-means', 'points', 'id');
SELECT hint_of($$SELECT segment.create_model('m', 'k-means', 'points', 'id')$$)
       = format('Valid algorithms are: %s.', string_agg(algorithm, ', ' ORDER BY algorithm)) AS hint_has_all FROM segment.algorithm;
DROP FUNCTION hint_of;

-- ---- drift holds a version of every algorithm whose models keep histograms -------------------
SELECT segment.create_model('drift_' || a.algorithm, a.algorithm, 'points', 'id', options => jsonb_build_object('max_drift', 0.2) || CASE a.algorithm WHEN 'kmeans' THEN '{"k": 3, "n_init": 2}' ELSE '{}' END::jsonb)
FROM segment.algorithm a WHERE a.has_histograms AND a.algorithm = ANY (:'families') ORDER BY a.algorithm;
SELECT m, segment.fit('drift_' || m) FROM unnest('{anomaly,kmeans,pca}'::text[]) m ORDER BY 1;
-- the same rows: drift is measured and is 0
UPDATE points SET y = y + 0.001;
SELECT m, segment.fit('drift_' || m) FROM unnest('{anomaly,kmeans,pca}'::text[]) m ORDER BY 1;
SELECT model_name, active_version, status, max_psi < 0.01 AS is_measured FROM segment.models ORDER BY 1;
-- other rows: held
UPDATE points SET x = x + 1000;
SELECT m, segment.fit('drift_' || m) FROM unnest('{anomaly,kmeans,pca}'::text[]) m ORDER BY 1;
SELECT model_name, version, status, reason ~ '^drift of (feature "[a-z]+"|the cluster shares) is [0-9]+[.][0-9]{1,4}, but max_drift is 0.2$' AS has_reason FROM segment.model_version WHERE status = 'candidate' ORDER BY 1;
SELECT model_name, name, psi > 0.2 AS is_above, is_drifted FROM segment.drift_report WHERE subject = 'feature' ORDER BY 1, 2;
SELECT segment.create_model('m', 'rfm', 'points', 'id', '{x,y,z}', '{"max_drift": 0.2}');
SELECT count(segment.drop_model(model_name)) FROM segment.models;

-- ---- a user-defined algorithm -----------------------------------------------------------------
-- k-means of a logarithm: two groups
CREATE FUNCTION halves_fit(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb) LANGUAGE sql
BEGIN ATOMIC
    SELECT format('segment.kmeans_fit(ARRAY[ln(1 + s.%I)::float8], 2, %L)', m.feature_columns[1], '{"n_init": 1, "feature_names": ["log"]}'), '{"note": "mine"}'::jsonb;
END;
CREATE FUNCTION halves_publish(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql LANGUAGE sql
BEGIN ATOMIC
    SELECT jsonb_build_object('d' || place, format('segment.kmeans_assign($1[%s], ARRAY[ln(1 + s.%I)::float8])', place, m.feature_columns[1])),
           jsonb_build_object('half', format('q.d%s', place));
END;
CREATE FUNCTION halves_check(m segment.model) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(m.feature_columns) <> 1 THEN
        RAISE EXCEPTION 'halves are made of one column' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook, check_hook, publish_hook)
VALUES ('halves', 'kmeans', 'Two groups by the logarithm of a column.', 'row per id', false, 'public.halves_fit', 'public.halves_check', 'public.halves_publish');
INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, minimum, maximum, meaning) VALUES ('halves', 'refit', 'min_rows', 'integer', 0, 9e15, 'hold a version that read fewer rows');
INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning)
VALUES ('halves', 1, 'half', 'integer', 'value', 'One or two.'), ('halves', 2, 'half_version', 'integer', 'version', 'Version.');
SELECT segment.create_model('halves', 'halves', 'points', 'id', '{x,y}');
SELECT segment.create_model('halves', 'halves', 'points', 'id', '{x}', '{"max_drift": 1}');
SELECT segment.create_model('halves', 'halves', 'points', 'id', '{x}', '{"min_rows": -1}');
SELECT segment.create_model('halves', 'halves', 'points', 'id', '{x}', '{"min_rows": 1}');
SELECT segment.fit('halves');
SELECT status, metrics ->> 'note' AS note FROM segment.model_version WHERE model_name = 'halves';
CALL segment.publish('{halves}', 'public.by_half', '2026-01-01');
SELECT half, count(*), min(half_version) FROM by_half GROUP BY 1 ORDER BY 2;
SELECT model_name, version, id, cluster_id FROM segment.assign('halves', '7');
SELECT segment.explain('halves', '7');
SELECT segment.name_cluster('halves', 1, 'One');
SELECT segment.activate('halves', 1);
-- a hook that returns no SQL for a column
UPDATE segment.algorithm_column SET column_name = 'third' WHERE column_name = 'half';
CALL segment.publish('{halves}', 'public.by_third', '2026-01-01');
UPDATE segment.algorithm_column SET column_name = 'half' WHERE column_name = 'third';
-- without a column of role version or without results there is nothing to publish or assign
BEGIN;
DELETE FROM segment.algorithm_column WHERE algorithm = 'halves' AND role = 'version';
SAVEPOINT s;
CALL segment.publish('{halves}', 'public.by_none', '2026-01-01');
ROLLBACK TO s;
SELECT segment.assign('halves', '7');
ROLLBACK TO s;
DELETE FROM segment.algorithm_column WHERE algorithm = 'halves';
SAVEPOINT s;
CALL segment.publish('{halves}', 'public.by_none', '2026-01-01');
ROLLBACK TO s;
SELECT segment.assign('halves', '{"x": 1}'::jsonb);
ROLLBACK;
-- a hook of a role that is not a superuser is never called
CREATE ROLE regress_author;
ALTER FUNCTION halves_fit(segment.model, regclass, bytea) OWNER TO regress_author;
SELECT segment.fit('halves');
ALTER FUNCTION halves_fit(segment.model, regclass, bytea) OWNER TO CURRENT_USER;
-- other roles cannot insert rows, whatever is granted
GRANT INSERT ON segment.algorithm, segment.algorithm_option, segment.algorithm_column TO regress_author;
SET ROLE regress_author;
INSERT INTO segment.algorithm SELECT 'thirds', a.model_kind, a.description, a.output_shape, false, NULL, a.fit_hook FROM segment.algorithm a WHERE a.algorithm = 'halves';
INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, meaning) VALUES ('halves', 'fit', 'x', 'text', 'x');
INSERT INTO segment.algorithm_column VALUES ('halves', 'x', 3, 'text', 'value', 'x');
UPDATE segment.algorithm SET fit_hook = 'pg_catalog.pg_ls_dir';
DELETE FROM segment.algorithm;
RESET ROLE;
REVOKE INSERT ON segment.algorithm, segment.algorithm_option, segment.algorithm_column FROM regress_author;
DROP ROLE regress_author;
-- without the row of its algorithm a model stays, and errors name the algorithm
DELETE FROM segment.algorithm WHERE algorithm = 'halves';
DELETE FROM segment.algorithm_option WHERE algorithm = 'halves';
DELETE FROM segment.algorithm_column WHERE algorithm = 'halves';
SELECT model_name, active_version, status FROM segment.models;
SELECT segment.fit('halves');
SELECT segment.assign('halves', '7');
CALL segment.publish('{halves}', 'public.by_half', '2026-01-02');
SELECT model_name, what FROM segment.problems;
SELECT segment.drop_model('halves');
DROP TABLE points, by_half, by_half_history;
DROP FUNCTION halves_fit, halves_check, halves_publish;
