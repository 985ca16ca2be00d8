-- The rules of src/server/aggregate.h, over all fit aggregates.
CREATE SCHEMA aggregates_test;
SET search_path = aggregates_test, public;
-- the notice of profile_fit
SET client_min_messages = warning;

-- SQLSTATE and message of a query, or its first value
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

CREATE TABLE rows_in AS
SELECT i, ARRAY[i % 40, (i * i) % 37 + 1, (i * 7) % 31]::float8[] AS f FROM generate_series(1, 400) AS i;
CREATE TABLE models AS
SELECT segment.pca_fit(f) AS pca, segment.pca_fit(f, '{"null_policy": "skip"}') AS pca_skip, segment.kmeans_fit(f, 3) AS kmeans, segment.anomaly_fit(f) AS anomaly
FROM rows_in;

-- Each fit with placeholders for its features and for the arguments that must be the same in all rows. ~ is a null_policy.
CREATE TABLE fits (no int, name text, call text, given text, other text);
INSERT INTO fits VALUES
    (1, 'kmeans_fit', 'segment.kmeans_fit({f}, 3, {given})', '{"null_policy": "~", "n_init": 2}', '{"n_init": 3}'),
    (2, 'kmeans_fit', 'segment.kmeans_fit({f}, 3, {given}, 2)', '{"null_policy": "~", "n_init": 2}', '{"n_init": 3}'),
    (3, 'kmeans_sweep', 'segment.kmeans_sweep({f}, 2, 3, {given})', '{"null_policy": "~", "n_init": 2}', '{"n_init": 3}'),
    (4, 'pca_fit', 'segment.pca_fit({f}, {given})', '{"null_policy": "~"}', '{"n_components": 1}'),
    (5, 'anomaly_fit', 'segment.anomaly_fit({f}, {given})', '{"null_policy": "~", "trees": 5}', '{"trees": 6}'),
    (6, 'anomaly_fit', 'segment.anomaly_fit({f}, {given})', '{"null_policy": "~", "method": "mahalanobis"}', '{"trees": 6}'),
    (7, 'drift_fit', 'segment.drift_fit({given}, {f})', 'pca', 'kmeans'),
    (8, 'drift_fit', 'segment.drift_fit({given}, {f})', 'pca_skip', 'pca'),
    (9, 'drift_fit', 'segment.drift_fit({given}, {f})', 'kmeans', 'anomaly'),
    (10, 'drift_fit', 'segment.drift_fit({given}, {f})', 'anomaly', 'kmeans'),
    (11, 'rfm_fit', 'segment.rfm_fit(({f})[1], ({f})[2], ({f})[3], {given})', '{"bins": 4}', '{"bins": 5}'),
    (12, 'basket_fit', 'segment.basket_fit(({f})::text[], {given})', '{"min_count": 4}', '{"min_count": 5}'),
    (13, 'profile_fit', 'segment.profile_fit({f}, ''{}'', {given})', '{"letters": 5}', '{"letters": 6}');

-- the list contains every aggregate that returns bytea, or takes features and options and is checked below;
-- forecasts take no features: forecast.sql has the same rules for them
CREATE VIEW plain AS
SELECT p.proname::text AS name, format('segment.%I(%%s, %%s)', p.proname) AS call
FROM pg_proc AS p
WHERE p.pronamespace = 'segment'::regnamespace AND p.prokind = 'a' AND p.prorettype = 'bytea'::regtype AND p.pronargs = 2
  AND p.proargtypes[0] = 'float8[]'::regtype AND p.proargtypes[1] = 'jsonb'::regtype
  AND EXISTS (SELECT FROM segment_internal.fit_options(left(p.proname, -4)) AS o WHERE o.option_name = 'null_policy');
SELECT DISTINCT proname FROM pg_proc
WHERE pronamespace = 'segment'::regnamespace AND prokind = 'a' AND prorettype = 'bytea'::regtype
  -- these take other arguments: test/sql/rhythm.sql, score.sql, ab.sql, logit.sql, clv.sql, uplift.sql
  AND proname NOT IN (SELECT name FROM fits UNION ALL SELECT name FROM plain UNION ALL VALUES ('rhythm_fit'), ('score_fit'), ('ab_fit'), ('logit_fit'), ('logit_refine'), ('clv_fit'), ('uplift_fit')) AND proname !~ '^forecast_';

CREATE FUNCTION given_as(given text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN given LIKE '{%' THEN format('%L::jsonb', given) ELSE format('(SELECT %I FROM models)', given) END
$$;
CREATE FUNCTION call_of(fit fits, features text, given text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(replace(fit.call, '{f}', features), '{given}', given)
$$;
CREATE VIEW each_policy AS
SELECT f.no, f.name, policy, call_of(f, 'f', given_as(replace(given, '~', policy))) AS call
FROM fits AS f, unnest(CASE WHEN given LIKE '%~%' THEN ARRAY['error', 'skip', 'mean', 'zero'] ELSE ARRAY['-'] END) AS policy;

-- null features: skipped and counted for any policy; nothing else in the model depends on them or their position
CREATE FUNCTION fitted(call text, rows text) RETURNS TABLE (rows_used bigint, rows_skipped bigint, without text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT i.rows_used, i.rows_skipped, md5((to_jsonb(i) - 'rows_skipped')::text || coalesce((SELECT jsonb_agg(m) FROM segment.model_features(model) AS m)::text, ''))
        FROM (SELECT %s AS model FROM (%s) AS r (f)) AS s, segment.model_info(model) AS i$q$, call, rows);
END $$;
SELECT no, name, policy, n.rows_used, n.rows_skipped, n.without = o.without AS same, fi.without = n.without AND l.without = n.without AS any_place
FROM each_policy, fitted(call, 'SELECT f FROM rows_in') AS o,
     fitted(call, 'SELECT f FROM rows_in UNION ALL SELECT NULL FROM generate_series(1, 5)') AS n,
     fitted(call, 'SELECT NULL::float8[] FROM generate_series(1, 5) UNION ALL SELECT f FROM rows_in') AS fi,
     fitted(call, 'SELECT f FROM (SELECT i, f FROM rows_in UNION ALL SELECT i * 80, NULL FROM generate_series(1, 5) AS i) AS r ORDER BY i') AS l
ORDER BY no, policy;

-- only null features, and no rows
SELECT DISTINCT outcome(format('SELECT %s FROM (VALUES (NULL::float8[]), (NULL)) AS v (f)', call)) AS only_null, outcome(format('SELECT %s FROM rows_in WHERE false', call)) AS no_rows
FROM each_policy;

-- a number of features that differs between rows, or from that of the model
SELECT DISTINCT name, outcome(format('SELECT %s FROM (VALUES (NULL), (ARRAY[1, 2, 3]::float8[]), (ARRAY[1, 2])) AS v (f)', call)) AS other_width,
       outcome(format('SELECT %s FROM (VALUES (''{}''::float8[])) AS v (f)', call)) AS no_features
FROM each_policy WHERE name NOT IN ('rfm_fit', 'basket_fit') ORDER BY name;

-- options or a model that differ between rows, also in a row without features
SELECT DISTINCT name, outcome(format('SELECT %s FROM rows_in', call_of(f, 'f', 'CASE i WHEN 200 THEN ' || given_as(other) || ' ELSE ' || given_as(replace(given, '~', 'skip')) || ' END'))) AS differs,
       outcome(format('SELECT %s FROM rows_in', call_of(f, 'CASE WHEN i <> 200 THEN f END', 'CASE i WHEN 200 THEN ' || given_as(other) || ' ELSE ' || given_as(replace(given, '~', 'skip')) || ' END'))) AS in_a_null_row,
       CASE WHEN given LIKE '{%' THEN outcome(format('SELECT %s FROM rows_in', call_of(f, 'f', 'CASE i WHEN 200 THEN NULL ELSE ''{}''::jsonb END'))) END AS null_or_empty
FROM fits AS f ORDER BY name;
SELECT outcome('SELECT segment.kmeans_fit(f, 2 + i % 2) FROM rows_in') AS k, outcome('SELECT segment.kmeans_sweep(f, 2 + i % 2, 4) FROM rows_in') AS k_min,
       outcome('SELECT segment.kmeans_sweep(f, 2, 4 + i % 2) FROM rows_in') AS k_max;

-- All fits with features and options that break one of these rules, also fits that are not in the table above.
CREATE FUNCTION broken(call text) RETURNS TABLE (rule text, outcome text) LANGUAGE sql AS $$
    SELECT rule, answer
    FROM (VALUES ('a null row is skipped and counted', '400 5', 'SELECT i.rows_used || '' '' || i.rows_skipped FROM (SELECT %s AS model FROM (SELECT f FROM rows_in UNION ALL SELECT NULL FROM generate_series(1, 5)) AS r (f)) AS s, segment.model_info(model) AS i', 'f', '''{"null_policy": "skip"}'''),
                 ('null rows only', '22023 there are no rows to fit', 'SELECT %s FROM (VALUES (NULL::float8[]), (NULL)) AS v (f)', 'f', '''{}'''),
                 ('no rows', '22023 there are no rows to fit', 'SELECT %s FROM rows_in WHERE false', 'f', '''{}'''),
                 ('another width', '2202E row has 2 features, but the rows before have 3', 'SELECT %s FROM rows_in', 'CASE i WHEN 200 THEN f[1:2] ELSE f END', '''{}'''),
                 ('options that differ', '22023 options must be the same for all rows', 'SELECT %s FROM rows_in', 'CASE WHEN i <> 200 THEN f END', 'CASE i WHEN 200 THEN ''{"null_policy": "skip"}'' ELSE ''{}''::jsonb END'),
                 ('no option', '22023 unrecognized option "sede"', 'SELECT %s FROM rows_in', 'f', '''{"sede": 1}'''),
                 ('NaN', '22003 feature 3 is NaN or infinite', 'SELECT %s FROM rows_in', 'CASE i WHEN 200 THEN ''{1,2,NaN}''::float8[] ELSE f END', '''{}'''),
                 ('a null feature', '22004 feature 3 is null', 'SELECT %s FROM rows_in', 'CASE i WHEN 200 THEN ''{1,2,NULL}''::float8[] ELSE f END', '''{}''')) AS v (rule, expected, query, features, options),
         LATERAL (SELECT outcome(format(query, format(call, features, options))) AS answer) AS o
    WHERE answer IS DISTINCT FROM expected
$$;
SELECT name, rule, outcome FROM plain, broken(call) ORDER BY 1, 2;
SELECT count(*) > 1 AS checked FROM plain;

-- Partial aggregation: only flat states have a combine function; a part may contain only null features.
CREATE VIEW flat AS
SELECT DISTINCT ON (f.no) f.no, a.aggtransfn, a.aggcombinefn, a.aggfinalfn, pg_get_function_arguments(p.oid) AS declared
FROM fits AS f JOIN pg_proc AS p ON p.proname = f.name AND p.pronamespace = 'segment'::regnamespace JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE a.aggtranstype = 'bytea'::regtype ORDER BY f.no, p.pronargs DESC;
DO $$
DECLARE
    fit record;
BEGIN
    FOR fit IN SELECT * FROM flat LOOP
        EXECUTE format('CREATE AGGREGATE state_%s(%s) (SFUNC = %s, STYPE = bytea)', fit.no, fit.declared, fit.aggtransfn);
        EXECUTE format('CREATE AGGREGATE finish_%s(bytea) (SFUNC = %s, STYPE = bytea, FINALFUNC = %s)', fit.no, fit.aggcombinefn, fit.aggfinalfn);
    END LOOP;
END $$;
CREATE FUNCTION in_parts(no int, call text, parts text) RETURNS text LANGUAGE sql AS $$
    SELECT outcome(format('SELECT i.rows_used || '' '' || i.rows_skipped FROM (SELECT finish_%s(state ORDER BY part) AS model FROM (SELECT part, %s AS state FROM (%s) AS r (part, f, i) GROUP BY part) AS s) AS m, segment.model_info(model) AS i',
                          no, regexp_replace(call, '^segment\.\w+', 'state_' || no), parts))
$$;
SELECT no, name, policy,
       in_parts(no, call, 'SELECT i % 3, f, i FROM rows_in UNION ALL SELECT 0, NULL, 0 FROM generate_series(1, 5)') AS some,
       in_parts(no, call, 'SELECT 1, f, i FROM rows_in UNION ALL SELECT 0, NULL, 0 FROM generate_series(1, 5)') AS first_part,
       in_parts(no, call, 'SELECT 0, f, i FROM rows_in UNION ALL SELECT i, NULL, 0 FROM generate_series(1, 2) AS i') AS last_parts,
       in_parts(no, call, 'SELECT i, NULL::float8[], 0 FROM generate_series(1, 2) AS i') AS only_null
FROM each_policy AS p WHERE no IN (SELECT flat.no FROM flat) AND policy IN ('error', 'skip', '-') ORDER BY no, policy;
SELECT DISTINCT name,
       in_parts(no, call_of(f, 'f', 'CASE i % 2 WHEN 0 THEN ' || given_as(other) || ' ELSE ' || given_as(replace(given, '~', 'skip')) || ' END'), 'SELECT i % 2, f, i FROM rows_in') AS options,
       in_parts(no, call_of(f, 'CASE part WHEN 0 THEN f END', 'CASE part WHEN 0 THEN ' || given_as(other) || ' ELSE ' || given_as(replace(given, '~', 'skip')) || ' END'), 'SELECT i % 2, f, i FROM rows_in') AS of_null_part,
       CASE WHEN name NOT IN ('drift_fit', 'rfm_fit', 'basket_fit') THEN in_parts(no, call_of(f, 'CASE part WHEN 0 THEN f ELSE f[1:2] END', given_as(replace(given, '~', 'skip'))), 'SELECT i % 2, f, i FROM rows_in') END AS width
FROM fits AS f WHERE no IN (SELECT no FROM flat) ORDER BY name;

-- Outside an aggregate the transition functions raise an error.
SELECT DISTINCT outcome(format('SELECT %s(NULL, %s)', aggtransfn::regproc, array_to_string(array_fill('NULL'::text, ARRAY[pronargs - 1]), ', '))) AS transition,
       outcome(format('SELECT %s(NULL, NULL)', aggcombinefn::regproc)) AS combine, outcome(format('SELECT %s(NULL)', aggfinalfn::regproc)) AS final
FROM flat JOIN pg_proc AS t ON t.oid = flat.aggtransfn;

-- A decoded model counts against segment.fit_memory until it is freed.
CREATE TABLE wide AS SELECT segment.pca_fit(f, '{"n_components": 300}') AS model FROM (SELECT array_agg(sin(i * j)) FROM generate_series(1, 320) AS i, generate_series(1, 300) AS j GROUP BY i) AS r (f);
SET segment.fit_memory = '1MB';
SELECT split_part(outcome('SELECT segment.pca_x(model, array_fill(1, ARRAY[300])::float8[]) IS NOT NULL FROM wide, generate_series(1, 3)'), ' ', 1) AS large_model,
       outcome('SELECT segment.pca_x(pca, ARRAY[1, 2, 3]) IS NOT NULL FROM models') AS small_model;
RESET segment.fit_memory;
SELECT outcome('SELECT count(segment.pca_x(model, array_fill(1, ARRAY[300])::float8[])) FROM wide, generate_series(1, 3)') AS allowed;

-- All live fits of a session share segment.fit_memory: one group fits, many groups do not.
CREATE FUNCTION grouped(call text, groups int) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(outcome(format('SELECT count(model) FROM (SELECT %s AS model FROM generate_series(1, %s) AS g, rows_in WHERE i <= 12 GROUP BY g) AS s', call, groups)),
                          'required is \d+ bytes', 'required is ... bytes')
$$;
SET enable_sort = off;
SET work_mem = '1GB';
SET max_parallel_workers_per_gather = 0;
SET segment.fit_memory = '4MB';
SELECT no, name, grouped(call, 1) AS one_group, grouped(call, 50000) AS many_groups FROM each_policy WHERE policy IN ('skip', '-') ORDER BY no;
SELECT name FROM plain WHERE grouped(format(call, 'f', '''{}'''), 1) <> '1' OR grouped(format(call, 'f', '''{}'''), 50000) NOT LIKE '54000 %';
RESET segment.fit_memory;
SELECT no, name, grouped(call, 300) AS with_enough FROM each_policy WHERE policy IN ('skip', '-') ORDER BY no;
RESET enable_sort;
RESET work_mem;
RESET max_parallel_workers_per_gather;

-- A matrix as an option is reserved before the length of its rows is checked.
SET segment.fit_memory = '16MB';
SELECT outcome($$SELECT segment.kmeans_fit(ARRAY[1], 1, (SELECT jsonb_build_object('centroids', jsonb_agg(CASE r WHEN 1 THEN to_jsonb(array_fill(1, ARRAY[1000])) ELSE '[1]' END ORDER BY r)) FROM generate_series(1, 3000) AS r))$$) AS centroids;
RESET segment.fit_memory;

-- A word that is not valid for this fit is an error that names it; model_info shows the words of the options.
SELECT outcome($$SELECT segment.pca_fit(f, '{"null_policy": "median"}') FROM rows_in$$) AS null_policy,
       outcome($$SELECT segment.pca_fit(f, '{"standardize": "robust"}') FROM rows_in$$) AS standardize,
       outcome($$SELECT segment.anomaly_fit(f, '{"method": "kmeans"}') FROM rows_in$$) AS method;
SELECT segment.pca_fit(f, '{"null_policy": "median"}') FROM rows_in;
CREATE FUNCTION said(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SELECT options ->> ''null_policy'' FROM segment.model_info((SELECT %s FROM rows_in))', call) INTO answer;
    RETURN answer;
END $$;
SELECT count(*) AS models, count(*) FILTER (WHERE said(call) = policy) AS said FROM each_policy WHERE policy <> '-' AND name <> 'kmeans_sweep';

-- COST of the functions that score a row with a model: one of the classes of src/server/model.h
SELECT procost, string_agg(DISTINCT proname, ' ' ORDER BY proname) AS functions
FROM pg_proc JOIN pg_language AS l ON l.oid = prolang
WHERE pronamespace = 'segment'::regnamespace AND lanname = 'c' AND prokind = 'f' AND provolatile = 'i' AND proargnames[1] = 'model' AND pronargs > 1
  AND (procost NOT IN (10, 50, 100) OR proname ~ '^(is_anomaly$|(anomaly|kmeans|pca|rfm)_)')
GROUP BY procost ORDER BY procost;

SET client_min_messages = warning;
DROP SCHEMA aggregates_test CASCADE;
