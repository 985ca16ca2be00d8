-- Publishing: a table with one row per id and the results of the active models, and its history.

CREATE FUNCTION segment_internal.target_lock(schema_name text, table_name text) RETURNS regclass
AS 'MODULE_PATHNAME', 'lock_target' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.target_lock(text, text) IS
'Locks a table against other writers until the transaction ends, and returns it; NULL when there is no table of that name. The caller must be able to SET ROLE to its owner. Errors: 42501 other owner, 42809 not a table.';

CREATE FUNCTION segment_internal.target_name_lock(schema_name text, table_name text) RETURNS void
AS 'MODULE_PATHNAME', 'lock_target_name' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.target_name_lock(text, text) IS
'Locks the name of a table to be created until the transaction ends. Error: 42501 the caller may not create tables in the schema.';

CREATE FUNCTION segment_internal.target_read(target regclass, history regclass, query text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'read_target' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.target_read(regclass, regclass, text) IS
'Rows of a SELECT from a locked target and its history, read as their owner in a security-restricted operation. Errors: 55000 not locked, 42501 different owners, or the caller cannot SET ROLE to the owner, 55006 the statement reads another table.';

CREATE FUNCTION segment_internal.target_write(
    target regclass, history regclass, as_of timestamptz, rows_query text, models bytea[], old_models bytea[], names jsonb[],
    changes_query text, statements text[])
RETURNS bigint
AS 'MODULE_PATHNAME', 'write_target' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.target_write(regclass, regclass, timestamptz, text, bytea[], bytea[], jsonb[], text, text[]) IS
'Runs statements on a locked target and its history as their owner in a security-restricted operation. rows_query runs as the caller, with models, old_models and names as $1, $2 and $3. changes_query and the statements have as_of as $1; they see the rows of rows_query as the table published_rows, and the statements those of changes_query as the table changed_rows. Returns the number of rows of changes_query. Errors: as target_read; 22004 a row without id, 23505 an id occurs twice.';

-- ---- the plan of a publication ---------------------------------------------------------

CREATE TYPE segment_internal.publish_column AS (
    place integer, column_name text, own_name text, column_type text, role text, meaning text);
COMMENT ON TYPE segment_internal.publish_column IS 'A column of a target: the place of its model, its name in the target, and the columns of segment.algorithm_column, with column_name as own_name.';

CREATE FUNCTION segment_internal.publish_plan(models segment_internal.published[]) RETURNS segment_internal.publish_column[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plan segment_internal.publish_column[];
    twice text;
BEGIN
    SELECT array_agg(ROW(u.place, CASE WHEN u.alike > 1 THEN (u.model).model_name || '_' ELSE '' END || c.column_name,
                         c.column_name, c.column_type, c.role, c.meaning)::segment_internal.publish_column ORDER BY u.place, c."position")
    INTO plan
    FROM (SELECT p.*, count(*) OVER (PARTITION BY (p.model).algorithm) AS alike FROM unnest(models) p) u
    JOIN segment.algorithm_column c ON c.algorithm = (u.model).algorithm;
    SELECT p.column_name INTO twice FROM unnest(plan) p GROUP BY 1 HAVING count(*) > 1 OR octet_length(p.column_name) > 63 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column name "%" is too long or occurs twice', twice
            USING ERRCODE = 'duplicate_column', HINT = 'Publish the models to different targets.';
    END IF;
    RETURN plan;
END $$;
COMMENT ON FUNCTION segment_internal.publish_plan(segment_internal.published[]) IS
'The columns of a target of these models, in order: plain names where an algorithm occurs once, else prefixed with the model''s name. Error: 42701 a name occurs twice or is too long.';

CREATE FUNCTION segment_internal.key_name(models segment_internal.published[], plan segment_internal.publish_column[]) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT CASE WHEN k.name = ANY ('{assigned_at,valid_from,valid_to}'::text[])
                     OR EXISTS (SELECT FROM pg_catalog.unnest(plan) p WHERE p.column_name = k.name) THEN 'id' ELSE k.name END
    FROM (SELECT ((models[1]).model).id_column AS name) k;
END;
COMMENT ON FUNCTION segment_internal.key_name(segment_internal.published[], segment_internal.publish_column[]) IS
'Name of the key column of a target: the id column of the first model, or id when another column has that name.';

CREATE FUNCTION segment_internal.publish_group(models segment_internal.published[], old_bytes bytea[],
                                               plan segment_internal.publish_column[], places integer[], source regclass)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    one segment_internal.published;
    sql segment_internal.publish_sql;
    id_column text;
    details text[] := '{}';
    columns text[] := '{}';
BEGIN
    FOR one IN SELECT * FROM unnest(models) u WHERE u.place = ANY (places) ORDER BY u.place LOOP
        id_column := (one.model).id_column;
        sql := segment_internal.publish_sql(one.model, one.place, one.bytes, old_bytes[one.place]);
        details := details || segment_internal.detail_list(sql);
        columns := columns || ARRAY(
            SELECT format('%s AS %I', CASE c.role WHEN 'version' THEN one.version::text ELSE sql.columns ->> c.own_name END, c.column_name)
            FROM unnest(plan) WITH ORDINALITY AS c(place, column_name, own_name, column_type, role, meaning, number)
            WHERE c.place = one.place ORDER BY c.number);
    END LOOP;
    -- OFFSET 0 prevents the planner from scoring a row once for each column
    RETURN format('SELECT q.id, %s FROM (SELECT %s FROM %s s OFFSET 0) q', array_to_string(columns, ', '),
                  array_to_string(format('s.%I::%s AS id', id_column, segment_internal.id_type(source, id_column)) || details, ', '), source);
END $$;
COMMENT ON FUNCTION segment_internal.publish_group(segment_internal.published[], bytea[], segment_internal.publish_column[], integer[], regclass) IS
'SQL that reads a source once and scores it with the models at the given places. $1: their active versions, $2: the versions published before, $3: the names of their groups.';

CREATE FUNCTION segment_internal.relation_option(m segment.model) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT min(o.option_name) FROM segment.algorithm_option o
            WHERE o.algorithm = m.algorithm AND o.type = 'relation' AND m.options ? o.option_name);
END $$;
COMMENT ON FUNCTION segment_internal.relation_option(segment.model) IS
'An option of the model that names a relation, or NULL. The SQL of its publish hook reads this relation, so code of the model''s owner runs in it.';

CREATE FUNCTION segment_internal.source_reader(one segment_internal.published, source regclass) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source_owner text := (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = source);
BEGIN
    RETURN CASE WHEN one.may_change THEN (one.model).owner WHEN segment_internal.may_set_role(source_owner) THEN source_owner END;
END $$;
COMMENT ON FUNCTION segment_internal.source_reader(segment_internal.published, regclass) IS
'The role that reads a source: the model''s owner when the caller may change the model, else the owner of the source when the caller can SET ROLE to it, else NULL. Never the caller itself, since a view contains code of its owner.';

CREATE FUNCTION segment_internal.publish_reader(one segment_internal.published, source regclass) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reader text := segment_internal.source_reader(one, source);
    option text := segment_internal.relation_option(one.model);
BEGIN
    IF reader IS NULL THEN
        RAISE EXCEPTION 'must be a member of role "%" or owner of source "%.%" to publish model "%"', (one.model).owner,
            (one.model).source_schema, (one.model).source_name, (one.model).model_name
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Roles that the model is shared with can score rows with segment.active_model in a query.';
    ELSIF option IS NOT NULL AND NOT one.may_change THEN
        -- the relation may be a view of the model's owner, whose code must not run as the owner of the source
        RAISE EXCEPTION 'must be a member of role "%" to publish model "%", whose option "%" names a relation', (one.model).owner,
            (one.model).model_name, option
            USING ERRCODE = 'insufficient_privilege', HINT = 'The owner of the model can publish it.';
    END IF;
    RETURN reader;
END $$;
COMMENT ON FUNCTION segment_internal.publish_reader(segment_internal.published, regclass) IS
'The role that reads a source for a publication, from source_reader. Error: 42501 there is none, or it is not the model''s owner and an option of the model names a relation.';

CREATE FUNCTION segment_internal.publish_rows(models segment_internal.published[], old_bytes bytea[], plan segment_internal.publish_column[])
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    g record;
    query text;
    rows text;
BEGIN
    FOR g IN
        SELECT array_agg(u.place ORDER BY u.place) AS places, u.source, u.reader, u.id_column
        FROM (SELECT p.place, s.source, segment_internal.publish_reader(p, s.source) AS reader, (p.model).id_column
              FROM unnest(models) p CROSS JOIN LATERAL segment_internal.model_source(p.model) s(source)) u
        GROUP BY u.source, u.reader, u.id_column
        ORDER BY min(u.place)
    LOOP
        query := segment_internal.publish_group(models, old_bytes, plan, g.places, g.source);
        -- also when the caller is the reader: after SET ROLE, functions of a view could RESET ROLE to the session user
        query := format('SELECT * FROM segment_internal.query_as(%L, %L, $1, $2, $3) AS r(id %s, %s)', g.reader, query,
                        segment_internal.id_type(g.source, g.id_column),
                        (SELECT string_agg(format('%I %s', c.column_name, c.column_type), ', ' ORDER BY c.number)
                         FROM unnest(plan) WITH ORDINALITY AS c(place, column_name, own_name, column_type, role, meaning, number)
                         WHERE c.place = ANY (g.places)));
        rows := concat(rows || ' FULL JOIN ', format('(%s) g%s', query, g.places[1]), CASE WHEN rows IS NOT NULL THEN ' USING (id)' END);
    END LOOP;
    RETURN format('SELECT id, %s FROM %s', (SELECT string_agg(format('%I', c.column_name), ', ' ORDER BY c.number)
        FROM unnest(plan) WITH ORDINALITY AS c(place, column_name, own_name, column_type, role, meaning, number)), rows);
END $$;
COMMENT ON FUNCTION segment_internal.publish_rows(segment_internal.published[], bytea[], segment_internal.publish_column[]) IS
'SQL of all rows of a publication. It reads each source once; it is one statement, so it uses one snapshot.';

-- ---- the target ------------------------------------------------------------------------

CREATE FUNCTION segment_internal.make_target(
    target_schema text, target_name text, key text, key_type text, plan segment_internal.publish_column[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target text := format('%I.%I', target_schema, target_name);
    history text := format('%I.%I', target_schema, target_name || '_history');
BEGIN
    EXECUTE format('CREATE TABLE %s (%I %s PRIMARY KEY%s, assigned_at timestamptz NOT NULL)', target, key, key_type,
                   (SELECT string_agg(format(', %I %s', c.column_name, c.column_type), '') FROM unnest(plan) c WHERE c.role <> 'old label'));
    EXECUTE format('CREATE TABLE %s (%I %s, valid_from timestamptz, valid_to timestamptz CHECK (valid_to > valid_from)%s,'
                   ' PRIMARY KEY (%2$I, valid_from))', history, key, key_type,
                   (SELECT string_agg(format(', %I %s', c.column_name, c.column_type), '') FROM unnest(plan) c WHERE c.role <> 'figure'));
    EXECUTE format('CREATE UNIQUE INDEX ON %s (%I) WHERE valid_to IS NULL', history, key);
    EXECUTE format('CREATE INDEX ON %s (valid_to)', history);
END $$;
COMMENT ON FUNCTION segment_internal.make_target(text, text, text, text, segment_internal.publish_column[]) IS
'Creates a target and its history, owned by the caller.';

CREATE FUNCTION segment_internal.describe_target(target regclass, history regclass, key text, models segment_internal.published[],
                                                 plan segment_internal.publish_column[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    EXECUTE format('COMMENT ON TABLE %s IS %L', target, format(
        'One row per id with the results of the models %s, written by segment.publish. Key: %s. History: %s.',
        (SELECT string_agg((p.model).model_name, ', ') FROM unnest(models) p), key, history));
    EXECUTE format('COMMENT ON TABLE %s IS %L', history, format(
        'History of %s: a row is valid from valid_from until before valid_to (NULL: still valid). Key: %s, valid_from.', target, key));
    FOR one IN
        SELECT r AS relation, c.column_name, c.meaning
        FROM unnest(ARRAY[target, history]) r
        CROSS JOIN (SELECT column_name, meaning FROM unnest(plan) UNION ALL VALUES (key, 'Id of the source.')) c
        UNION ALL VALUES (target, 'assigned_at', 'As-of date of the publication that wrote the row.'),
                         (history, 'valid_from', 'As-of date of the publication that wrote the row.'),
                         (history, 'valid_to', 'As-of date of the publication that replaced the row; NULL: still valid.')
    LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM segment_internal.source_columns(one.relation) s WHERE s.column_name = one.column_name);
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', one.relation, one.column_name, one.meaning);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.describe_target(regclass, regclass, text, segment_internal.published[], segment_internal.publish_column[]) IS
'Sets the comments of a new target, its history and their columns.';

CREATE FUNCTION segment_internal.check_target(
    target regclass, history regclass, key text, key_type text, plan segment_internal.publish_column[])
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted record;
    found_type text;
BEGIN
    IF (SELECT count(*) FROM pg_class c WHERE c.oid IN (target, history)) < 2 THEN
        -- created after the snapshot of this REPEATABLE READ transaction
        RAISE EXCEPTION 'could not serialize access due to a concurrent publication of table "%"', segment_internal.relation_name(target)
            USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
    END IF;
    FOR wanted IN
        SELECT r AS relation, c.column_name, c.column_type
        FROM unnest(ARRAY[target, history]) r CROSS JOIN unnest(plan) c
        WHERE c.role <> CASE r WHEN history THEN 'figure' ELSE 'old label' END
        UNION ALL SELECT r, key, key_type FROM unnest(ARRAY[target, history]) r
        UNION ALL VALUES (target, 'assigned_at', 'timestamp with time zone'), (history, 'valid_from', 'timestamp with time zone'),
                         (history, 'valid_to', 'timestamp with time zone')
    LOOP
        SELECT s.column_type INTO found_type FROM segment_internal.source_columns(wanted.relation) s WHERE s.column_name = wanted.column_name;
        IF found_type IS NULL THEN
            RAISE EXCEPTION 'table "%" has no column "%"', segment_internal.relation_name(wanted.relation), wanted.column_name
                USING ERRCODE = 'datatype_mismatch',
                      HINT = 'Publish these models to another target, or drop this table and its history.';
        ELSIF found_type <> wanted.column_type THEN
            RAISE EXCEPTION 'column "%" of table "%" is of type %, but must be %', wanted.column_name,
                segment_internal.relation_name(wanted.relation), found_type, wanted.column_type
                USING ERRCODE = 'datatype_mismatch',
                      HINT = 'Publish these models to another target, or drop this table and its history.';
        END IF;
    END LOOP;
    -- a column that is no longer written would keep old values
    SELECT s.column_name INTO found_type FROM segment_internal.source_columns(history) s
    WHERE s.column_name <> ALL ('{valid_from,valid_to}'::text[] || key)
      AND s.column_name NOT IN (SELECT c.column_name FROM unnest(plan) c WHERE c.role <> 'figure');
    IF FOUND THEN
        RAISE EXCEPTION 'column "%" of table "%" does not belong to any of the models', found_type, segment_internal.relation_name(history)
            USING ERRCODE = 'datatype_mismatch',
                  HINT = 'Publish these models to another target, or drop this table and its history.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_target(regclass, regclass, text, text, segment_internal.publish_column[]) IS
'Checks that the target has the columns to be written, and its history no others. Errors: 42804 other columns, 40001 the target is newer than the snapshot.';

CREATE FUNCTION segment_internal.column_list(plan segment_internal.publish_column[], roles text[], template text) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.format(template, c.column_name), ', ') FROM pg_catalog.unnest(plan) c WHERE c.role = ANY (roles);
END;
COMMENT ON FUNCTION segment_internal.column_list(segment_internal.publish_column[], text[], text) IS
'The columns of those roles as a list for SQL, each formatted with the template.';

CREATE FUNCTION segment_internal.write_changes(
    target regclass, history regclass, key text, as_of timestamptz, rows text, bytes bytea[], old_bytes bytea[], names jsonb[],
    plan segment_internal.publish_column[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    in_target text[] := '{label,label name,value,figure,version}';
    in_history text[] := '{label,label name,value,version,old label}';
    constraint_name text;
BEGIN
    -- A row that differs in its version alone is not written. A second publication with the same
    -- as_of replaces the first, and keeps the old labels of the first.
    PERFORM segment_internal.target_write(target, history, as_of, rows, bytes, old_bytes, names,
        format('SELECT n.id, %s FROM published_rows n LEFT JOIN %s t ON t.%I = n.id'
               ' LEFT JOIN %s h ON h.%3$I = n.id AND h.valid_to IS NULL AND h.valid_from = $1'
               ' WHERE t.%3$I IS NULL OR ROW(%5$s) IS DISTINCT FROM ROW(%6$s)',
            concat_ws(', ', segment_internal.column_list(plan, '{label,label name,value,version}', 'n.%I'),
                      segment_internal.column_list(plan, '{old label}', 'CASE WHEN h.valid_from IS NULL THEN n.%1$I ELSE h.%1$I END AS %1$I')),
            target, key, history,
            segment_internal.column_list(plan, '{label,label name,value}', 't.%I'), segment_internal.column_list(plan, '{label,label name,value}', 'n.%I')),
        ARRAY[
        -- ids that are no longer in the source
        format('DELETE FROM %s t WHERE NOT EXISTS (SELECT FROM published_rows n WHERE n.id = t.%I)', target, key),
        format('DELETE FROM %s h WHERE h.valid_to IS NULL AND h.valid_from = $1'
               ' AND NOT EXISTS (SELECT FROM published_rows n WHERE n.id = h.%I)', history, key),
        format('UPDATE %s h SET valid_to = $1 WHERE h.valid_to IS NULL'
               ' AND NOT EXISTS (SELECT FROM published_rows n WHERE n.id = h.%I)', history, key),
        -- ids that changed
        format('DELETE FROM %s h USING changed_rows n WHERE h.%I = n.id AND h.valid_to IS NULL AND h.valid_from = $1', history, key),
        format('UPDATE %s h SET valid_to = $1 FROM changed_rows n WHERE h.%I = n.id AND h.valid_to IS NULL', history, key),
        format('INSERT INTO %s (%I, valid_from, %s) SELECT id, $1, %3$s FROM changed_rows', history, key,
               segment_internal.column_list(plan, in_history, '%I')),
        format('INSERT INTO %s (%I, %s, assigned_at) SELECT n.id, %s, $1 FROM published_rows n LEFT JOIN %1$s t ON t.%2$I = n.id'
               ' WHERE t.%2$I IS NULL OR ROW(%5$s) IS DISTINCT FROM ROW(%6$s)'
               ' ON CONFLICT (%2$I) DO UPDATE SET %7$s, assigned_at = $1',
               target, key, segment_internal.column_list(plan, in_target, '%I'), segment_internal.column_list(plan, in_target, 'n.%I'),
               segment_internal.column_list(plan, '{label,label name,value,figure}', 't.%I'),
               segment_internal.column_list(plan, '{label,label name,value,figure}', 'n.%I'),
               segment_internal.column_list(plan, in_target, '%1$I = EXCLUDED.%1$I'))]);
EXCEPTION
    WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
        -- The error of a duplicate id in the source has no constraint name; others are of other tables or columns.
        -- At READ COMMITTED the lock serializes publications.
        IF current_setting('transaction_isolation') !~ 'repeatable read|serializable'
            OR NOT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                           WHERE i.indrelid IN (target, history) AND c.relname = constraint_name AND a.attname = key) THEN
            RAISE;
        END IF;
        -- an id that another publication wrote after the snapshot of this REPEATABLE READ transaction
        RAISE EXCEPTION 'could not serialize access due to a concurrent publication of table "%"', segment_internal.relation_name(target)
            USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
END $$;
COMMENT ON FUNCTION segment_internal.write_changes(regclass, regclass, text, timestamptz, text, bytea[], bytea[], jsonb[], segment_internal.publish_column[]) IS
'Updates target and history to the new rows, writing changed rows only. A change of figures alone is not written to the history.';

-- ---- the steps -------------------------------------------------------------------------

CREATE FUNCTION segment_internal.check_active(one segment_internal.published) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF one.version IS NULL THEN
        RAISE EXCEPTION 'model "%" has no active version', (one.model).model_name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = format('CALL segment.refit(%L) makes one.', (one.model).model_name);
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_active(segment_internal.published) IS
'Raises 55000 when the model has no active version.';

CREATE FUNCTION segment_internal.all_names(one segment_internal.published) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.generated_names(one.model, one.bytes, NULL) || COALESCE(one.names, '{}');
END;
COMMENT ON FUNCTION segment_internal.all_names(segment_internal.published) IS
'The names of the groups of a model, given or generated, by number; NULL for an algorithm without groups.';

CREATE FUNCTION segment_internal.models_to_publish(model_names text[]) RETURNS segment_internal.published[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    models segment_internal.published[];
    one segment_internal.published;
BEGIN
    SELECT array_agg(p ORDER BY p.place) INTO models FROM segment_internal.published(model_names) p;
    FOR i IN 1 .. cardinality(model_names) LOOP
        SELECT * INTO one FROM unnest(models) p WHERE p.place = i;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'model "%" does not exist', model_names[i] USING ERRCODE = 'undefined_object';
        END IF;
        PERFORM segment_internal.algorithm_row((one.model).algorithm);
        PERFORM segment_internal.check_active(one);
        PERFORM segment_internal.check_columns_of((one.model).algorithm);
        IF (one.model).id_type <> ((models[1]).model).id_type THEN
            RAISE EXCEPTION 'the id of model "%" is of type %, but that of model "%" of type %', model_names[1],
                ((models[1]).model).id_type, model_names[i], (one.model).id_type USING ERRCODE = 'datatype_mismatch';
        END IF;
    END LOOP;
    RETURN models;
END $$;
COMMENT ON FUNCTION segment_internal.models_to_publish(text[]) IS
'The models with their active versions, read with one snapshot. Errors: 42704 no such model, 55000 never fitted, 42804 ids of different types.';

CREATE FUNCTION segment_internal.published_before(target regclass, history regclass, models segment_internal.published[],
                                                  plan segment_internal.publish_column[], INOUT as_of timestamptz, OUT old_bytes bytea[])
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before record;
BEGIN
    SELECT r.* INTO before
    FROM segment_internal.target_read(target, history, format(
             'SELECT ARRAY[%s]::integer[], greatest((SELECT max(assigned_at) FROM %s), (SELECT max(valid_to) FROM %s))',
             -- a row has the version that wrote it last, which need not be that of the last publication
             (SELECT string_agg(format('(SELECT t.%1$I FROM %2$s t WHERE t.%1$I IS NOT NULL ORDER BY t.assigned_at DESC LIMIT 1)',
                                       c.column_name, target), ', ' ORDER BY c.place)
              FROM unnest(plan) c WHERE c.role = 'version'), target, history)) AS r(versions integer[], latest timestamptz);
    IF as_of < before.latest THEN
        RAISE EXCEPTION 'as_of is %, but table "%" was published as of %', as_of, segment_internal.relation_name(target), before.latest
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use a later as_of, or none for the present time.';
    END IF;
    -- the time after the lock was granted
    as_of := COALESCE(as_of, greatest(clock_timestamp(), before.latest));
    -- a version that was fitted on other columns cannot score these
    old_bytes := (SELECT array_agg(CASE WHEN before.versions[p.place] IS NULL OR before.versions[p.place] = p.version THEN p.bytes
                                        WHEN EXISTS (SELECT FROM segment_internal.versions((p.model).model_name) v
                                                     WHERE v.version = before.versions[p.place] AND v.feature_columns = (p.model).feature_columns)
                                        THEN segment_internal.version_model((p.model).model_name, before.versions[p.place]) END ORDER BY p.place)
                  FROM unnest(models) p);
END $$;
COMMENT ON FUNCTION segment_internal.published_before(regclass, regclass, segment_internal.published[], segment_internal.publish_column[], timestamptz) IS
'The versions that the target was last written from; NULL for a version that was deleted or fitted on other columns. as_of: the present time for NULL. Error: 22023 already published with a later as_of.';

CREATE FUNCTION segment_internal.open_target(
    target_schema text, target_name text, model_names text[],
    OUT target regclass, OUT history regclass, OUT models segment_internal.published[], OUT plan segment_internal.publish_column[], OUT key text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key_type text;
BEGIN
    target := segment_internal.target_lock(target_schema, target_name);
    IF target IS NULL THEN
        PERFORM segment_internal.target_name_lock(target_schema, target_name);
        target := segment_internal.target_lock(target_schema, target_name);
    END IF;
    -- read versions and names after the lock: no other session publishes to the target now
    models := segment_internal.models_to_publish(ARRAY(SELECT unnest(model_names)));
    plan := segment_internal.publish_plan(models);
    key := segment_internal.key_name(models, plan);
    key_type := segment_internal.id_type(segment_internal.model_source((models[1]).model), ((models[1]).model).id_column);
    IF target IS NULL THEN
        PERFORM segment_internal.make_target(target_schema, target_name, key, key_type, plan);
        target := segment_internal.target_lock(target_schema, target_name);
        history := segment_internal.target_lock(target_schema, target_name || '_history');
        PERFORM segment_internal.describe_target(target, history, key, models, plan);
    ELSE
        history := segment_internal.target_lock(target_schema, target_name || '_history');
        IF history IS NULL THEN
            RAISE EXCEPTION 'table "%.%" exists, but its history "%.%_history" does not', target_schema, target_name, target_schema, target_name
                USING ERRCODE = 'undefined_table', HINT = 'Publish to another target, or drop this table.';
        END IF;
    END IF;
    PERFORM segment_internal.check_target(target, history, key, key_type, plan);
END $$;
COMMENT ON FUNCTION segment_internal.open_target(text, text, text[]) IS
'Locks a target and its history, creating them if needed, and reads the models to publish. Errors: those of models_to_publish, publish_plan and check_target; 42P01 the history does not exist.';

CREATE FUNCTION segment_internal.raise_by_model(
    models segment_internal.published[], old_bytes bytea[], names jsonb[], plan segment_internal.publish_column[],
    state text, message text, detail text, hint text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one segment_internal.published;
BEGIN
    -- the error has the number of a feature; score each model alone to find the model
    FOREACH one IN ARRAY models LOOP
        BEGIN
            EXECUTE format('SELECT count(*) FROM (%s) r', segment_internal.publish_rows(
                ARRAY[one], old_bytes, ARRAY(SELECT p FROM unnest(plan) p WHERE p.place = one.place)))
            USING (SELECT array_agg(p.bytes ORDER BY p.place) FROM unnest(models) p), old_bytes, names;
        EXCEPTION WHEN null_value_not_allowed OR numeric_value_out_of_range THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            PERFORM segment_internal.raise_by_column(one.model, state, message, detail, hint);
        END;
    END LOOP;
    PERFORM segment_internal.raise_again(state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment_internal.raise_by_model(segment_internal.published[], bytea[], jsonb[], segment_internal.publish_column[], text, text, text, text) IS
'Raises an error of a publication again, with the name of the column in place of the number of the feature.';

CREATE FUNCTION segment_internal.publish_to(model_names text[], target_schema text, target_name text, as_of timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    o record := segment_internal.open_target(target_schema, target_name, model_names);
    before record := segment_internal.published_before(o.target, o.history, o.models, o.plan, as_of);
    names jsonb[];
    bytes bytea[];
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    SELECT array_agg(p.bytes ORDER BY p.place), array_agg(segment_internal.all_names(p) ORDER BY p.place) INTO bytes, names FROM unnest(o.models) p;
    PERFORM segment_internal.write_changes(
        o.target, o.history, o.key, before.as_of, segment_internal.publish_rows(o.models, before.old_bytes, o.plan), bytes, before.old_bytes, names, o.plan);
EXCEPTION WHEN null_value_not_allowed OR numeric_value_out_of_range THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    PERFORM segment_internal.raise_by_model(o.models, before.old_bytes, names, o.plan, state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment_internal.publish_to(text[], text, text, timestamptz) IS
'Implementation of publish, with a resolved schema of the target and checked arguments.';

CREATE FUNCTION segment_internal.check_publish(model_names text[], target_name text, as_of timestamptz) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF array_ndims(model_names) IS DISTINCT FROM 1 OR array_position(model_names, NULL) IS NOT NULL
        OR cardinality(model_names) <> (SELECT count(DISTINCT u) FROM unnest(model_names) u) THEN
        RAISE EXCEPTION 'model_names must be a one-dimensional array of different names' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of must not be infinite' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(target_name) > 55 THEN
        RAISE EXCEPTION 'target name has % bytes, but the maximum is 55', octet_length(target_name)
            USING ERRCODE = 'name_too_long';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_publish(text[], text, timestamptz) IS
'Checks the arguments of publish. Errors: 22023, 42622.';

-- No SET clause: the caller's search path resolves an unqualified target.
CREATE FUNCTION segment_internal.publish(
    model_names pg_catalog.text[], target pg_catalog.text, as_of timestamp with time zone DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    parts pg_catalog.text[] := pg_catalog.parse_ident(target);
BEGIN
    IF pg_catalog.cardinality(parts) OPERATOR(pg_catalog.=) 1 THEN
        parts := pg_catalog.array_prepend(pg_catalog.current_schema()::pg_catalog.text, parts);
    END IF;
    IF pg_catalog.cardinality(parts) OPERATOR(pg_catalog.<>) 2 OR parts[1] IS NULL THEN
        RAISE EXCEPTION 'target must be a table name, with or without a schema' USING ERRCODE = 'invalid_name';
    END IF;
    PERFORM segment_internal.check_publish(model_names, parts[2], as_of);
    PERFORM segment_internal.publish_to(model_names, parts[1], parts[2], as_of);
END $$;
COMMENT ON FUNCTION segment_internal.publish(text[], text, timestamptz) IS
'Implementation of segment.publish, which hides the SQL context of errors.';

CREATE PROCEDURE segment.publish(model_names text[], target text, as_of timestamp with time zone DEFAULT NULL)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.publish(text[], text, timestamptz) IS
'Writes one row per id of the models'' sources into target: id, the results of each active model (segment.algorithm_column lists the columns), assigned_at. Column names are plain where an algorithm occurs once, else prefixed with the model''s name. as_of: NULL for the time when the lock on target is granted. target: a table of the caller, created if needed, together with target_history, whose rows are valid from valid_from until before valid_to (NULL: still valid). Only changed rows are written; ids no longer in the source are deleted from target, and valid_to is set in the history. All in the caller''s transaction: readers see the old state or the new one and never wait. Each source is read once: as the model''s owner when the caller is a member of that role or a superuser, else as the owner of the source when the caller can SET ROLE to it and no option of the model names a relation; other callers may not publish the model. The target is written as its owner, to which the caller must be able to SET ROLE, in a security-restricted operation: triggers do not run with the caller''s rights. Errors: 42704 no such model, 55000 never fitted, 22023 as_of before that of the last publication, 23505 an id occurs twice, 22004 a null id, 42804 the target has other columns, 42501 no privilege, 40001 at REPEATABLE READ or SERIALIZABLE after a concurrent publication of the target.';
