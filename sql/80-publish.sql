-- Publishing: one row per id with what the active models say about it, and its history.

CREATE FUNCTION segment.cluster_names(name text, version integer)
RETURNS TABLE (cluster_id integer, cluster_name text)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.cluster_id, COALESCE(n.cluster_name, segment.kmeans_describe(v.model, c.cluster_id, COALESCE(m.options ->> 'language', 'en')))
    FROM segment.model m
    JOIN segment.model_version v ON v.model_name = m.model_name AND v.version = cluster_names.version
    -- the argument is the guard: clauses may be looked at later
    CROSS JOIN LATERAL (SELECT DISTINCT k.cluster_id
                        FROM segment.kmeans_centroids(CASE WHEN m.algorithm = 'kmeans' AND m.model_name = v.model_name THEN v.model END) k) c
    LEFT JOIN segment.cluster_name n ON n.model_name = m.model_name AND n.cluster_id = c.cluster_id
    WHERE m.model_name = cluster_names.name AND m.algorithm = 'kmeans'
    ORDER BY c.cluster_id;
END $$;
COMMENT ON FUNCTION segment.cluster_names(text, integer) IS
'The clusters of one version of a registered k-means model with their names: the one given with name_cluster, else the generated description. No rows for a model of another algorithm, or one that the caller cannot see.';

CREATE FUNCTION segment.publish_columns(algorithm text)
RETURNS TABLE (place integer, column_name text, column_type text, expression text, in_history_only boolean, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    -- q.d: what the active version says, q.old: what the version published before says of the same data
    SELECT c.place, c.column_name, c.column_type, c.expression, c.column_name LIKE 'old\_model\_%', c.meaning
    FROM (VALUES
        ('kmeans', 1, 'cluster_id', 'integer', '(q.d).cluster_id', 'Cluster, from 1; NULL: not assignable.'),
        ('kmeans', 2, 'cluster_name', 'text', 'n.cluster_name', 'Its name.'),
        ('kmeans', 3, 'distance', 'double precision', '(q.d).distance', 'Distance to its center, in the fitted space.'),
        ('kmeans', 4, 'second_cluster_id', 'integer', '(q.d).second_cluster_id', 'The runner-up.'),
        ('kmeans', 5, 'silhouette', 'double precision', '(q.d).silhouette', 'Simplified silhouette, 0 on the border to 1 on the center.'),
        ('kmeans', 6, 'cluster_version', 'integer', '%s', 'Version of the model.'),
        ('kmeans', 7, 'old_model_cluster_id', 'integer', '(q.old).cluster_id', 'Cluster of the same data under the version published before.'),
        ('rfm', 1, 'r_score', 'integer', '(q.d).r_score', 'Recency score, high is recent.'),
        ('rfm', 2, 'f_score', 'integer', '(q.d).f_score', 'Frequency score, high is often.'),
        ('rfm', 3, 'm_score', 'integer', '(q.d).m_score', 'Monetary score, high is much.'),
        ('rfm', 4, 'rfm_score', 'text', '(q.d).rfm_score', 'The three scores as text.'),
        ('rfm', 5, 'segment', 'text', '(q.d).segment', 'Name of the RFM segment.'),
        ('rfm', 6, 'rfm_version', 'integer', '%s', 'Version of the model.'),
        ('rfm', 7, 'old_model_segment', 'text', '(q.old).segment', 'Segment of the same data under the version published before.'),
        ('pca', 1, 'pca_x', 'double precision', 'segment.pca_x($1[%2$s], q.d)', 'First component.'),
        ('pca', 2, 'pca_y', 'double precision', 'segment.pca_y($1[%2$s], q.d)', 'Second component; NULL where the model has one.'),
        ('pca', 3, 'pca_version', 'integer', '%s', 'Version of the model.'),
        ('anomaly', 1, 'anomaly_score', 'double precision', 'segment.anomaly_score($1[%2$s], q.d)', 'From 0 to 1, high is odd.'),
        ('anomaly', 2, 'is_anomaly', 'boolean', 'segment.is_anomaly($1[%2$s], q.d)', 'Is the score above the model''s threshold?'),
        ('anomaly', 3, 'anomaly_version', 'integer', '%s', 'Version of the model.')
    ) AS c(algorithm, place, column_name, column_type, expression, meaning)
    WHERE c.algorithm = publish_columns.algorithm
    ORDER BY c.place;
END;
COMMENT ON FUNCTION segment.publish_columns(text) IS
'The columns that publish writes for a model of an algorithm, in order, with type and meaning. expression: their SQL inside publish (version and place of the model are filled in); in_history_only: only the history has them.';

CREATE FUNCTION segment.publish_query(m segment.model, place integer, version integer, bytes bytea, old_bytes bytea, prefix text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    features text := segment.features_expression(m);
    call text := features;
    old_call text := 'NULL';
    columns text;
    names text := '';
    query text;
    axes integer;
BEGIN
    IF m.algorithm = 'pca' THEN
        axes := segment.pca_axes(bytes);
    END IF;
    SELECT string_agg(CASE WHEN c.column_name = 'pca_y' AND axes = 1 THEN 'NULL::pg_catalog.float8'
                           ELSE format(c.expression, version, place) END || format(' AS %I', prefix || c.column_name),
                      ', ' ORDER BY c.place)
    INTO columns FROM segment.publish_columns(m.algorithm) c;
    IF m.algorithm IN ('kmeans', 'rfm') THEN
        call := format('segment.%s_details($1[%s], %s%s)', m.algorithm, place, features,
                       CASE m.algorithm WHEN 'rfm' THEN format(', %L', segment.rfm_scheme(m, bytes)) END);
        IF bytes = old_bytes THEN
            columns := replace(columns, '(q.old)', '(q.d)');
        ELSE
            -- of a version that is gone $2 has null, and the label is null
            old_call := format('segment.%s_details($2[%s], %s%s)', m.algorithm, place, features,
                               CASE m.algorithm WHEN 'rfm' THEN format(', %L', segment.rfm_scheme(m, old_bytes)) END);
        END IF;
    END IF;
    IF m.algorithm = 'kmeans' THEN
        names := format(' LEFT JOIN segment.cluster_names(%L, %s) n ON n.cluster_id OPERATOR(pg_catalog.=) (q.d).cluster_id',
                        m.model_name, version);
    END IF;
    -- OFFSET 0 keeps the planner from scoring a row once for each column
    query := format('SELECT q.id, %s FROM (SELECT s.%I AS id, %s AS d, %s AS old FROM %s s OFFSET 0) q%s',
                    columns, m.id_column, call, old_call, segment.model_source(m), names);
    IF m.owner <> current_user AND segment.may_set_role(m.owner) THEN
        query := format('SELECT * FROM segment.query_as(%L, %L, $1, $2) AS r(id %s, %s)', m.owner, query, m.id_type,
                        (SELECT string_agg(format('%I %s', prefix || c.column_name, c.column_type), ', ' ORDER BY c.place)
                         FROM segment.publish_columns(m.algorithm) c));
    END IF;
    RETURN format('(%s) m%s', query, place);
END $$;
COMMENT ON FUNCTION segment.publish_query(segment.model, integer, integer, bytea, bytea, text) IS
'Support function of publish: SQL that scores the source of one model, read as its owner where the caller may take that role. It takes the active versions'' bytes as $1 and those published before as $2, by place.';

CREATE FUNCTION segment.publish_prepare(target text, history text, id_type text, columns text[], types text[], in_history_only boolean[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation text;
    wanted record;
    found_type text;
    others text;
    is_new boolean;
BEGIN
    -- two that make the same target take turns; below zero, where no model_id is
    PERFORM pg_advisory_xact_lock(1397049165, hashtext(target) | (1 << 31));
    is_new := to_regclass(target) IS NULL;
    IF NOT is_new AND to_regclass(history) IS NULL THEN
        RAISE EXCEPTION '% exists, but its history % does not', target, history
            USING ERRCODE = 'undefined_table', HINT = 'Publish to another target, or drop this one.';
    END IF;
    IF is_new THEN
        EXECUTE format('CREATE TABLE %s (id %s PRIMARY KEY%s, assigned_at timestamptz NOT NULL)', target, id_type,
                       (SELECT string_agg(format(', %I %s', c, t), '' ORDER BY p) FILTER (WHERE NOT h)
                        FROM unnest(columns, types, in_history_only) WITH ORDINALITY AS u(c, t, h, p)));
    END IF;
    IF to_regclass(history) IS NULL THEN
        EXECUTE format('CREATE TABLE %s (id %s, valid_from timestamptz, valid_to timestamptz CHECK (valid_to > valid_from)%s,'
                       ' PRIMARY KEY (id, valid_from))', history, id_type,
                       (SELECT string_agg(format(', %I %s', c, t), '' ORDER BY p)
                        FROM unnest(columns, types) WITH ORDINALITY AS u(c, t, p)));
        EXECUTE format('CREATE UNIQUE INDEX ON %s (id) WHERE valid_to IS NULL', history);
        EXECUTE format('CREATE INDEX ON %s (valid_to)', history);
    END IF;
    FOREACH relation IN ARRAY ARRAY[target, history] LOOP
        IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation::regclass) THEN
            -- made after the snapshot of this REPEATABLE READ transaction
            RAISE EXCEPTION 'could not serialize access due to a concurrent publication of %', target
                USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
        ELSIF NOT (SELECT c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = relation::regclass) THEN
            RAISE EXCEPTION '% is not a table of the current user', relation USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT o.rolname INTO others
        FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner JOIN pg_roles me ON me.rolname = current_user
        WHERE c.oid = relation::regclass AND me.rolsuper AND NOT o.rolsuper;
        IF FOUND THEN
            RAISE EXCEPTION '% belongs to role "%", whose triggers would run as a superuser', relation, others
                USING ERRCODE = 'insufficient_privilege', HINT = 'Publish in a session of that role, or to a table of your own.';
        END IF;
        -- readers go on, other publications wait
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', relation);
        FOR wanted IN
            SELECT c, t FROM unnest('id'::text || columns, id_type || types, false || in_history_only) AS u(c, t, h)
            WHERE NOT h OR relation = history
            UNION ALL SELECT 'assigned_at', 'timestamp with time zone' WHERE relation = target
            UNION ALL SELECT v, 'timestamp with time zone' FROM unnest('{valid_from,valid_to}'::text[]) v WHERE relation = history
        LOOP
            SELECT s.column_type INTO found_type FROM segment.source_columns(relation::regclass) s WHERE s.column_name = wanted.c;
            IF found_type IS DISTINCT FROM wanted.t THEN
                RAISE EXCEPTION 'column "%" of % is of type %, but must be %', wanted.c, relation, COALESCE(found_type, '(none)'), wanted.t
                    USING ERRCODE = 'datatype_mismatch',
                          HINT = 'Publish other models to another target, or drop this one and its history.';
            END IF;
        END LOOP;
    END LOOP;
    -- a column that is written no more would go stale
    SELECT s.column_name INTO found_type FROM segment.source_columns(history::regclass) s
    WHERE s.column_name <> ALL ('{id,valid_from,valid_to}'::text[] || columns);
    IF FOUND THEN
        RAISE EXCEPTION 'column "%" of % belongs to none of the models', found_type, history
            USING ERRCODE = 'datatype_mismatch',
                  HINT = 'Publish other models to another target, or drop this one and its history.';
    END IF;
    RETURN is_new;
END $$;
COMMENT ON FUNCTION segment.publish_prepare(text, text, text, text[], text[], boolean[]) IS
'Support function of publish: make target and history (true), or check the columns of those that exist (false), and lock both against other writers.';

CREATE FUNCTION segment.publish_comment(target text, history text, model_names text[], columns text[], meanings text[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    EXECUTE format('COMMENT ON TABLE %s IS %L', target, format(
        'One row per id with what the models %s say about it, written by segment.publish. Key: id. History: %s.',
        array_to_string(model_names, ', '), history));
    EXECUTE format('COMMENT ON TABLE %s IS %L', history, format(
        'What %s said and when: a row holds from valid_from until before valid_to (NULL: still). Key: id, valid_from.', target));
    FOR one IN
        SELECT r, c, w FROM unnest(ARRAY[target, history]) r, unnest('id'::text || columns, 'Id of the source.'::text || meanings) AS u(c, w)
        UNION ALL VALUES (target, 'assigned_at', 'As-of date of the publication that wrote the row.'),
                         (history, 'valid_from', 'As-of date of the publication that wrote the row.'),
                         (history, 'valid_to', 'As-of date of the publication that replaced the row; NULL: it still holds.')
    LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM segment.source_columns(one.r::regclass) s WHERE s.column_name = one.c);
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', one.r, one.c, one.w);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment.publish_comment(text, text, text[], text[], text[]) IS
'Support function of publish: comments on a new target, its history and their columns.';

CREATE FUNCTION segment.publish_changes(
    target text, history text, stage text, columns text[], old_columns text[], as_of timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shown text := (SELECT string_agg(format('%I', c), ', ') FROM unnest(columns) c);
    kept text := (SELECT string_agg(format('%I', c), ', ') FROM unnest(columns || old_columns) c);
    latest timestamptz;
BEGIN
    EXECUTE format('SELECT greatest((SELECT max(assigned_at) FROM %s), (SELECT max(valid_to) FROM %s))', target, history)
    INTO latest;
    IF as_of < latest THEN
        RAISE EXCEPTION 'as_of is %, but % was published as of %', as_of, target, latest
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- ids that vanished
    EXECUTE format('DELETE FROM %s t WHERE NOT EXISTS (SELECT FROM %s n WHERE n.id = t.id)', target, stage);
    EXECUTE format('DELETE FROM %s h WHERE h.valid_to IS NULL AND h.valid_from = $1'
                   ' AND NOT EXISTS (SELECT FROM %s n WHERE n.id = h.id)', history, stage) USING as_of;
    EXECUTE format('UPDATE %s h SET valid_to = $1 WHERE h.valid_to IS NULL'
                   ' AND NOT EXISTS (SELECT FROM %s n WHERE n.id = h.id)', history, stage) USING as_of;

    -- what stays as it is leaves the stage
    EXECUTE format('DELETE FROM %s n USING %s t WHERE t.id = n.id AND ROW(%s) IS NOT DISTINCT FROM ROW(%s)', stage, target,
                   (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(columns) c),
                   (SELECT string_agg(format('n.%I', c), ', ') FROM unnest(columns) c));

    -- a second publication as of the same instant replaces the first, and steps from where that one did
    IF cardinality(old_columns) > 0 THEN
        EXECUTE format('UPDATE %s n SET %s FROM %s h WHERE h.id = n.id AND h.valid_to IS NULL AND h.valid_from = $1', stage,
                       (SELECT string_agg(format('%1$I = h.%1$I', c), ', ') FROM unnest(old_columns) c), history) USING as_of;
    END IF;
    EXECUTE format('DELETE FROM %s h USING %s n WHERE h.id = n.id AND h.valid_to IS NULL AND h.valid_from = $1', history, stage)
    USING as_of;
    EXECUTE format('UPDATE %s h SET valid_to = $1 FROM %s n WHERE h.id = n.id AND h.valid_to IS NULL', history, stage)
    USING as_of;
    EXECUTE format('INSERT INTO %s (id, valid_from, %s) SELECT id, $1, %s FROM %s', history, kept, kept, stage) USING as_of;
    EXECUTE format('INSERT INTO %s AS t (id, %s, assigned_at) SELECT id, %s, $1 FROM %s ON CONFLICT (id) DO UPDATE SET %s, assigned_at = $1',
                   target, shown, shown, stage,
                   (SELECT string_agg(format('%1$I = EXCLUDED.%1$I', c), ', ') FROM unnest(columns) c)) USING as_of;
EXCEPTION
    WHEN unique_violation THEN
        -- an id that another publication wrote after the snapshot of this REPEATABLE READ transaction
        RAISE EXCEPTION 'could not serialize access due to a concurrent publication of %', target
            USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
END $$;
COMMENT ON FUNCTION segment.publish_changes(text, text, text, text[], text[], timestamptz) IS
'Support function of publish: bring target and history to what the stage says, writing changed rows only.';

CREATE FUNCTION segment.publish_to(model_names text[], target_schema text, target_name text, as_of timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    target text := format('%I.%I', target_schema, target_name);
    history text := format('%I.%I', target_schema, target_name || '_history');
    stage text := format('pg_temp.%I', target_name || '_stage');
    models segment.model[];
    versions integer[];
    bytes bytea[];
    old_bytes bytea[];
    prefixes text[];
    columns text[] := '{}';
    types text[] := '{}';
    in_history_only boolean[] := '{}';
    meanings text[] := '{}';
    m segment.model;
    c record;
    n integer;
    parts text;
    old_version integer;
    rows bigint;
    ids bigint;
    distinct_ids bigint;
BEGIN
    IF model_names IS NULL OR cardinality(model_names) = 0 OR array_position(model_names, NULL) IS NOT NULL
        OR cardinality(model_names) <> (SELECT count(DISTINCT u) FROM unnest(model_names) u) THEN
        RAISE EXCEPTION 'model_names must be different names of models' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF as_of IS NULL OR NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of must be a point in time' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(target_name) > 55 THEN
        RAISE EXCEPTION 'target name has % bytes, but at most 55 are possible', octet_length(target_name)
            USING ERRCODE = 'name_too_long';
    END IF;

    FOR i IN 1 .. cardinality(model_names) LOOP
        m := segment.model_row(model_names[i], false);
        SELECT v.version, v.model || ''::bytea AS model INTO c
        FROM segment.model_version v WHERE v.model_name = m.model_name AND v.status = 'active';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'model "%" has no active version', m.model_name
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Call segment.refit.';
        END IF;
        versions[i] := c.version;
        bytes[i] := c.model;
        models[i] := m;
        IF m.id_type <> (models[1]).id_type THEN
            RAISE EXCEPTION 'the id of model "%" is of type %, but that of model "%" of type %',
                (models[1]).model_name, (models[1]).id_type, m.model_name, m.id_type USING ERRCODE = 'datatype_mismatch';
        END IF;
    END LOOP;
    FOR i IN 1 .. cardinality(model_names) LOOP
        SELECT count(*) INTO n FROM unnest(models) u WHERE u.algorithm = (models[i]).algorithm;
        prefixes[i] := CASE WHEN n > 1 THEN (models[i]).model_name || '_' ELSE '' END;
        FOR c IN SELECT * FROM segment.publish_columns((models[i]).algorithm) LOOP
            columns := columns || (prefixes[i] || c.column_name);
            types := types || c.column_type;
            in_history_only := in_history_only || c.in_history_only;
            meanings := meanings || c.meaning;
        END LOOP;
    END LOOP;

    IF segment.publish_prepare(target, history, (models[1]).id_type, columns, types, in_history_only) THEN
        PERFORM segment.publish_comment(target, history, model_names, columns, meanings);
    END IF;

    FOR i IN 1 .. cardinality(model_names) LOOP
        m := models[i];
        EXECUTE format('SELECT max(%I) FROM %s', prefixes[i] || (SELECT p.column_name FROM segment.publish_columns(m.algorithm) p
                                                                 WHERE p.column_name LIKE '%\_version'), target)
        INTO old_version;
        IF old_version IS NULL THEN
            old_bytes[i] := bytes[i];
        ELSE
            old_bytes[i] := (SELECT v.model FROM segment.model_version v WHERE v.model_name = m.model_name AND v.version = old_version);
        END IF;
        parts := concat(parts || ' FULL JOIN ', segment.publish_query(m, i, versions[i], bytes[i], old_bytes[i], prefixes[i]),
                        CASE WHEN i > 1 THEN ' USING (id)' END);
    END LOOP;

    -- one statement, so all sources are read as of one snapshot
    EXECUTE format('CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT id, %s FROM %s', stage,
                   (SELECT string_agg(format('%I', u), ', ') FROM unnest(columns) u), parts)
    USING bytes, old_bytes;
    EXECUTE format('SELECT count(*), count(id), count(DISTINCT id) FROM %s', stage) INTO rows, ids, distinct_ids;
    IF ids < rows THEN
        RAISE EXCEPTION '% rows have no id', rows - ids USING ERRCODE = 'null_value_not_allowed';
    ELSIF distinct_ids < rows THEN
        RAISE EXCEPTION 'there are % rows, but % different ids', rows, distinct_ids USING ERRCODE = 'unique_violation';
    END IF;
    EXECUTE format('ANALYZE %s', stage);
    PERFORM segment.publish_changes(target, history, stage,
        (SELECT array_agg(u.name) FROM unnest(columns, in_history_only) AS u(name, h) WHERE NOT u.h),
        (SELECT COALESCE(array_agg(u.name), '{}') FROM unnest(columns, in_history_only) AS u(name, h) WHERE u.h), as_of);
    EXECUTE format('DROP TABLE %s', stage);
END $$;
COMMENT ON FUNCTION segment.publish_to(text[], text, text, timestamptz) IS
'Support function of publish: the work, with the target''s schema resolved.';

-- No SET clause, because an unqualified target goes where the caller's search path says.
CREATE PROCEDURE segment.publish(
    model_names pg_catalog.text[], target pg_catalog.text, as_of timestamp with time zone DEFAULT pg_catalog.now())
LANGUAGE plpgsql AS $$
DECLARE
    parts pg_catalog.text[] := pg_catalog.parse_ident(target);
BEGIN
    IF pg_catalog.cardinality(parts) OPERATOR(pg_catalog.=) 1 THEN
        parts := pg_catalog.array_prepend(pg_catalog.current_schema()::pg_catalog.text, parts);
    END IF;
    IF pg_catalog.cardinality(parts) OPERATOR(pg_catalog.<>) 2 OR parts[1] IS NULL THEN
        RAISE EXCEPTION 'target must be the name of a table, with or without schema' USING ERRCODE = 'invalid_name';
    END IF;
    PERFORM segment.publish_to(model_names, parts[1], parts[2], as_of);
END $$;
COMMENT ON PROCEDURE segment.publish(text[], text, timestamptz) IS
'Write one row per id of the models'' sources into target: id, what each active model says (segment.publish_columns lists the columns), assigned_at. Plain column names while an algorithm occurs once, else with the model''s name before them. target: a table of the caller, made when it does not exist, with target_history beside it, where a row holds from valid_from until before valid_to (NULL: still). Only changed rows are written; ids that vanished leave the target and their history closes. All in the caller''s transaction: readers see the old state or the new one and never wait. Sources are read as the models'' owners where the caller is a member of their roles (or a superuser), else as the caller. Errors: 42704 no such model, 55000 never fitted, 22023 as_of before that of the last publication, 23505 an id occurs twice, 22004 a null id, 42804 the target has other columns, 42501 no rights, 40001 at REPEATABLE READ or SERIALIZABLE when another publication of the target came first.';

CREATE FUNCTION segment.migration(
    target regclass, "from" timestamptz, "to" timestamptz, label text DEFAULT NULL,
    OUT from_label text, OUT to_label text, OUT customers bigint,
    OUT customer_moved bigint, OUT model_moved bigint, OUT both_moved bigint)
RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    history regclass;
    old_label text;
BEGIN
    SELECT to_regclass(format('%I.%I', n.nspname, c.relname || '_history')) INTO history
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    IF history IS NULL THEN
        RAISE EXCEPTION '% has no history', target USING ERRCODE = 'undefined_table';
    END IF;
    -- every label has its old_model_ beside it
    SELECT h.label, h.old INTO label, old_label
    FROM (SELECT c.column_name AS label, regexp_replace(c.column_name, '(cluster_id|segment)$', 'old_model_\1') AS old, c."position"
          FROM segment.source_columns(history) c
          WHERE c.column_name ~ '(^|_)(cluster_id|segment)$' AND c.column_name !~ '(^|_)(second|old_model)_') h
    WHERE (migration.label IS NULL OR h.label = migration.label)
      AND EXISTS (SELECT FROM segment.source_columns(history) c WHERE c.column_name = h.old)
    ORDER BY h."position" LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no column that tells groups', history
            USING ERRCODE = 'undefined_column', HINT = 'Name a cluster_id or segment column of the target as label.';
    END IF;
    RETURN QUERY EXECUTE format(
        'WITH a AS (SELECT id, %1$I::text AS label FROM %3$s WHERE valid_from <= $1 AND (valid_to > $1 OR valid_to IS NULL)),'
        ' b AS (SELECT id, %1$I::text AS label FROM %3$s WHERE valid_from <= $2 AND (valid_to > $2 OR valid_to IS NULL)),'
        ' steps AS (SELECT id, valid_from, %1$I::text AS label, %2$I::text AS old_model,'
        '           lag(%1$I::text) OVER (PARTITION BY id ORDER BY valid_from) AS before'
        '           FROM %3$s WHERE valid_from <= $2 AND (valid_to > $1 OR valid_to IS NULL)),'
        ' moves AS (SELECT id, bool_or(before IS DISTINCT FROM old_model) AS customer, bool_or(old_model IS DISTINCT FROM label) AS model'
        '           FROM steps WHERE valid_from > $1 GROUP BY id)'
        ' SELECT a.label, b.label, count(*), count(*) FILTER (WHERE (customer OR b.id IS NULL) AND model IS NOT TRUE),'
        '        count(*) FILTER (WHERE model AND NOT (customer OR b.id IS NULL)),'
        '        count(*) FILTER (WHERE model AND (customer OR b.id IS NULL))'
        ' FROM a FULL JOIN b USING (id) LEFT JOIN moves USING (id) GROUP BY 1, 2 ORDER BY 1, 2',
        label, old_label, history)
    USING "from", "to";
END $$;
COMMENT ON FUNCTION segment.migration(regclass, timestamptz, timestamptz, text) IS
'Who went where between two dates, from the history of a published table: one row per pair of groups with the number of customers. label: the column of the groups, a cluster_id or segment column; NULL for the first. A NULL from_label: not there at the first date (or not assigned); a NULL to_label: gone. customer_moved: those that the old model puts elsewhere on the new data, and those that came or went; model_moved: those that only the new model puts elsewhere, on the same data; both_moved: both, at one publication or at several between the dates; customers less the three stood still. A step whose old model version was no longer kept counts as both. Runs as the caller. Errors: 42P01 no history, 42703 no such label.';
