-- Migration: the moves of customers between groups between two dates, from the history of a published table.

CREATE FUNCTION segment_internal.history_of(target regclass) RETURNS regclass
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    history regclass;
BEGIN
    SELECT to_regclass(format('%I.%I', n.nspname, c.relname || '_history')) INTO history
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    IF history IS NULL THEN
        RAISE EXCEPTION 'table "%" has no history', segment_internal.relation_name(target) USING ERRCODE = 'undefined_table';
    END IF;
    -- where other roles can create tables in the schema, that name could be a table of any role
    IF NOT EXISTS (SELECT FROM pg_class t JOIN pg_class h ON h.relowner = t.relowner
                   WHERE t.oid = target AND h.oid = history AND h.relkind = 'r') THEN
        RAISE EXCEPTION '"%" is not a table of the owner of "%"', segment_internal.relation_name(history), segment_internal.relation_name(target)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN history;
END $$;
COMMENT ON FUNCTION segment_internal.history_of(regclass) IS
'The history of a published table. Errors: 42P01 no history, 42501 the relation of that name is not a table, or has another owner than the target.';

CREATE FUNCTION segment_internal.history_label(
    history regclass, label text, OUT label_column text, OUT old_column text, OUT name_column text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known text;
    wrong text;
BEGIN
    -- publish may have prefixed all column names of an algorithm with the name of the model
    WITH history_column AS (SELECT c.column_name, c.column_type, c."position" FROM segment_internal.source_columns(history) c),
    found AS (
        SELECT h.column_name, h."position", o.column_name AS old_name, n.column_name AS label_name,
               -- a cast from another type would be code of the history's owner
               CASE WHEN h.column_type <> l.column_type THEN h.column_name WHEN o.column_type <> lo.column_type THEN o.column_name
                    WHEN n.column_type <> ln.column_type THEN n.column_name END AS wrong_name
        FROM segment.algorithm_column l
        JOIN segment.algorithm_column lo ON lo.algorithm = l.algorithm AND lo.role = 'old label'
        LEFT JOIN segment.algorithm_column ln ON ln.algorithm = l.algorithm AND ln.role = 'label name'
        JOIN history_column h ON right(h.column_name, length(l.column_name)) = l.column_name
        CROSS JOIN LATERAL (SELECT left(h.column_name, -length(l.column_name)) AS model) prefix
        JOIN history_column o ON o.column_name = prefix.model || lo.column_name
        LEFT JOIN history_column n ON n.column_name = prefix.model || ln.column_name
        WHERE l.role = 'label')
    SELECT string_agg(format('"%s"', f.column_name), ', ' ORDER BY f."position"),
           (array_agg(f.column_name ORDER BY f."position") FILTER (WHERE label IS NULL OR f.column_name = label))[1],
           (array_agg(f.old_name ORDER BY f."position") FILTER (WHERE label IS NULL OR f.column_name = label))[1],
           (array_agg(f.label_name ORDER BY f."position") FILTER (WHERE label IS NULL OR f.column_name = label))[1],
           (array_agg(f.wrong_name ORDER BY f."position") FILTER (WHERE label IS NULL OR f.column_name = label))[1]
    INTO known, label_column, old_column, name_column, wrong
    FROM found f;
    IF label_column IS NULL THEN
        RAISE EXCEPTION 'table "%" has no label "%"', segment_internal.relation_name(history), COALESCE(label, '(any)')
            USING ERRCODE = 'undefined_column',
                  HINT = COALESCE('Its labels are ' || known || '.', 'Only algorithms that assign ids to groups have labels.');
    END IF;
    SELECT c.column_name INTO wrong FROM segment_internal.source_columns(history) c
    WHERE c.column_name = wrong OR c.column_name IN ('valid_from', 'valid_to') AND c.column_type <> 'timestamp with time zone' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column "%" of table "%" is not of the type that publish writes', wrong, segment_internal.relation_name(history)
            USING ERRCODE = 'datatype_mismatch';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.history_label(regclass, text) IS
'The column with the group in a history: the one named label, or the first for NULL. Also the column with the label by the model published before, and that with the names of the groups, if any. Errors: 42703 no such column, 42804 one of them, valid_from or valid_to is not of the type that publish writes.';

CREATE FUNCTION segment_internal.id_text(history regclass, key text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- a cast from a type outside pg_catalog may be code of the owner of the type; format calls the output function
    RETURN (SELECT CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN 'id::text' ELSE 'CASE WHEN num_nulls(id) = 0 THEN format(''%s'', id) END' END
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = history AND a.attname = key);
END $$;
COMMENT ON FUNCTION segment_internal.id_text(regclass, text) IS
'The SQL of the text of a history''s key, a column named id there, without user-defined casts.';

CREATE FUNCTION segment_internal.migration_customers(
    target regclass, from_time timestamptz, to_time timestamptz, label text DEFAULT NULL,
    OUT id text, OUT from_label text, OUT to_label text, OUT from_name text, OUT to_name text, OUT moved_by text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    history regclass := segment_internal.history_of(target);
    l record := segment_internal.history_label(history, label);
    key text := (SELECT c.column_name FROM segment_internal.source_columns(history) c ORDER BY c."position" LIMIT 1);
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH a AS (SELECT %4$I AS id, %1$I::text AS label, %5$s AS name FROM %3$s
                   WHERE valid_from <= $1 AND (valid_to > $1 OR valid_to IS NULL)),
        b AS (SELECT %4$I AS id, %1$I::text AS label, %5$s AS name FROM %3$s
              WHERE valid_from <= $2 AND (valid_to > $2 OR valid_to IS NULL)),
        steps AS (SELECT %4$I AS id, valid_from, %1$I::text AS label, %2$I::text AS old_model,
                         lag(%1$I::text) OVER one AS before, lag(valid_to) OVER one IS DISTINCT FROM valid_from AS came
                  FROM %3$s WHERE valid_from <= $2 AND (valid_to > $1 OR valid_to IS NULL)
                  WINDOW one AS (PARTITION BY %4$I ORDER BY valid_from)),
        -- a new customer had no group before, so no model can have moved it
        moves AS (SELECT id, bool_or(came OR before IS DISTINCT FROM old_model) AS customer,
                         bool_or(NOT came AND old_model IS DISTINCT FROM label) AS model
                  FROM steps WHERE valid_from > $1 GROUP BY id)
        SELECT %6$s, a.label, b.label, a.name, b.name,
               CASE WHEN model AND (customer OR b.id IS NULL) THEN 'both' WHEN model THEN 'model'
                    WHEN customer OR b.id IS NULL THEN 'customer' END
        FROM a FULL JOIN b USING (id) LEFT JOIN moves USING (id)$query$,
        l.label_column, l.old_column, history, key, COALESCE(quote_ident(l.name_column), 'NULL') || '::text', segment_internal.id_text(history, key))
    USING from_time, to_time;
END $$;
COMMENT ON FUNCTION segment_internal.migration_customers(regclass, timestamptz, timestamptz, text) IS
'Implementation of segment.migration_customers, which hides the SQL context of errors.';

CREATE FUNCTION segment.migration_customers(
    target regclass, from_time timestamptz, to_time timestamptz, label text DEFAULT NULL,
    OUT id text, OUT from_label text, OUT to_label text, OUT from_name text, OUT to_name text, OUT moved_by text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment.migration_customers(regclass, timestamptz, timestamptz, text) IS
'Each customer of a published table with its group at two dates, from the history: id (as text), the labels and, for clusters, their names at these dates. NULL from_label: absent at the first date, or not assigned; NULL to_label: absent at the second, or not assigned. moved_by customer: the old model assigns the new data to another group, or the customer is new or gone; model: only the new model assigns the same data to another group; both: both, at one publication or at several between the dates; NULL: no move. A customer is never moved by a model in the step in which it is new. label as in migration. Runs as the caller. Errors: 42P01 no history, 42501 a history of another owner, 42703 no such label, 42804 a column is not of the type that publish writes.';

CREATE FUNCTION segment_internal.hidden_moves(cells jsonb, min_cell integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hidden jsonb := '[]';
    before jsonb;
BEGIN
    -- a cell hidden for the sake of its row may tell its column, and the other way round
    LOOP
        before := hidden;
        SELECT jsonb_agg(r.is_hidden OR r.is_hidden_in_column ORDER BY r.place) INTO hidden
        FROM (SELECT q.place, q.is_hidden, segment_internal.is_small_cell(q.n, min_cell, q.is_hidden) OVER (PARTITION BY q.to_label) AS is_hidden_in_column
              FROM (SELECT e.place, e.value ->> 1 AS to_label, (e.value ->> 4)::bigint AS n,
                           segment_internal.is_small_cell((e.value ->> 4)::bigint, min_cell, (before ->> e.place::integer - 1)::boolean)
                               OVER (PARTITION BY e.value ->> 0) AS is_hidden
                    FROM jsonb_array_elements(cells) WITH ORDINALITY e(value, place)) q) r;
        EXIT WHEN hidden IS NOT DISTINCT FROM before;
    END LOOP;
    RETURN hidden;
END $$;
COMMENT ON FUNCTION segment_internal.hidden_moves(jsonb, integer) IS
'For each cell of a migration, an array that begins with from_label, to_label, two names and customers: whether its number must not be shown, by the totals of its row and its column.';

CREATE FUNCTION segment_internal.moves(
    target regclass, from_time timestamptz, to_time timestamptz, label text, min_cell integer,
    OUT from_label text, OUT to_label text, OUT from_name text, OUT to_name text, OUT customers bigint,
    OUT customer_moved bigint, OUT model_moved bigint, OUT both_moved bigint, OUT is_hidden boolean, OUT has_small_part boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    cells jsonb;
    hidden jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_array(c.from_label, c.to_label, c.from_name, c.to_name, c.customers, c.customer_moved, c.model_moved, c.both_moved)
                     ORDER BY c.from_label, c.to_label)
    INTO cells
    FROM (SELECT m.from_label, m.to_label, max(m.from_name) AS from_name, max(m.to_name) AS to_name, count(*) AS customers,
                 count(*) FILTER (WHERE m.moved_by = 'customer') AS customer_moved, count(*) FILTER (WHERE m.moved_by = 'model') AS model_moved,
                 count(*) FILTER (WHERE m.moved_by = 'both') AS both_moved
          FROM segment_internal.migration_customers(target, from_time, to_time, label) m
          GROUP BY m.from_label, m.to_label) c;
    hidden := segment_internal.hidden_moves(cells, min_cell);
    RETURN QUERY
    SELECT r.value ->> 0, r.value ->> 1, r.value ->> 2, r.value ->> 3, r.customers, (r.value ->> 5)::bigint, (r.value ->> 6)::bigint, (r.value ->> 7)::bigint,
           (hidden ->> r.place::integer - 1)::boolean,
           (SELECT bool_or(segment_internal.has_small_part((r.value ->> p)::bigint, r.customers, min_cell)) FROM generate_series(5, 7) p)
    FROM (SELECT e.value, e.place, (e.value ->> 4)::bigint AS customers FROM jsonb_array_elements(cells) WITH ORDINALITY e(value, place)) r
    ORDER BY r.place;
END $$;
COMMENT ON FUNCTION segment_internal.moves(regclass, timestamptz, timestamptz, text, integer) IS
'The rows of migration with all numbers. is_hidden: none of them must be shown; has_small_part: only customers may be shown.';

CREATE FUNCTION segment_internal.migration(
    target regclass, from_time timestamptz, to_time timestamptz, label text DEFAULT NULL,
    OUT from_label text, OUT to_label text, OUT from_name text, OUT to_name text, OUT customers bigint,
    OUT customer_moved bigint, OUT model_moved bigint, OUT both_moved bigint, OUT is_suppressed boolean)
RETURNS SETOF record
LANGUAGE sql STABLE ROWS 50
BEGIN ATOMIC
    SELECT m.from_label, m.to_label, m.from_name, m.to_name, CASE WHEN NOT m.is_hidden THEN m.customers END,
           CASE WHEN NOT (m.is_hidden OR m.has_small_part) THEN m.customer_moved END,
           CASE WHEN NOT (m.is_hidden OR m.has_small_part) THEN m.model_moved END,
           CASE WHEN NOT (m.is_hidden OR m.has_small_part) THEN m.both_moved END, m.is_hidden OR m.has_small_part
    FROM segment_internal.moves(target, from_time, to_time, label, segment_internal.min_cell_size()) m;
END;
COMMENT ON FUNCTION segment_internal.migration(regclass, timestamptz, timestamptz, text) IS
'Implementation of segment.migration, which hides the SQL context of errors.';

CREATE FUNCTION segment.migration(
    target regclass, from_time timestamptz, to_time timestamptz, label text DEFAULT NULL,
    OUT from_label text, OUT to_label text, OUT from_name text, OUT to_name text, OUT customers bigint,
    OUT customer_moved bigint, OUT model_moved bigint, OUT both_moved bigint, OUT is_suppressed boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 50;
COMMENT ON FUNCTION segment.migration(regclass, timestamptz, timestamptz, text) IS
'The moves of customers between groups between two dates, from the history of a published table: one row per pair of groups with the number of customers, and for clusters their names at the two dates. label: the column of the groups, a cluster_id or segment column; NULL for the first. NULL from_label: absent at the first date, or not assigned; NULL to_label: absent at the second, or not assigned. customer_moved: the old model assigns the new data to another group, or the customer is new or gone; model_moved: only the new model assigns the same data to another group; both_moved: both, at one publication or at several between the dates. All other customers did not move. segment.migration_customers lists the customers. A step whose old version was deleted counts as both. is_suppressed: a number of 1 to segment.min_cell_size - 1 is NULL, and so are numbers that would tell it by the totals of the groups. Runs as the caller. Errors: 42P01 no history, 42501 a history of another owner, 42703 no such label, 42804 a column is not of the type that publish writes.';
