-- The functions that read the registry's tables; see src/server/registry.c and, for those
-- that write, 71-registry-writing.sql.
--
-- Each function is declared twice. The first form, in C, may be called by everybody. It
-- calls the second form, which has the caller's OID as first argument, as the owner of
-- the tables, a superuser. The second form checks the rights of the caller.

-- ---- privileges ----------------------------------------------------------------------

CREATE FUNCTION segment_internal.role_may(caller oid, role_name text, role_key text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT COALESCE(pg_catalog.pg_has_role(caller, segment_internal.remembered_role(role_name, role_key), 'USAGE'), false);
END;
COMMENT ON FUNCTION segment_internal.role_may(oid, text, text) IS
'True when the caller is the remembered role, a member of it or a superuser; false when the role no longer exists.';

CREATE FUNCTION segment_internal.owns_extension(caller oid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM pg_catalog.pg_extension e
                   WHERE e.extname = 'segment' AND pg_catalog.pg_has_role(caller, e.extowner, 'USAGE'));
END;
COMMENT ON FUNCTION segment_internal.owns_extension(oid) IS
'True when the caller is the owner of the extension, a member of that role or a superuser.';

CREATE FUNCTION segment_internal.is_superuser(caller oid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = caller AND r.rolsuper);
END;
COMMENT ON FUNCTION segment_internal.is_superuser(oid) IS
'True when the caller is a superuser.';

CREATE FUNCTION segment_internal.may_take_over(caller oid, role_name text, role_key text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.starts_with(role_key, 'restored ')
           AND COALESCE(pg_catalog.pg_has_role(caller, pg_catalog.to_regrole(pg_catalog.quote_ident(role_name))::oid, 'USAGE'), false);
END;
COMMENT ON FUNCTION segment_internal.may_take_over(oid, text, text) IS
'True when the key marks a row as restored without its owner, and the caller is the role of that name, a member of it or a superuser.';

CREATE FUNCTION segment_internal.check_modeler(caller oid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT segment_internal.owns_extension(caller)
        AND NOT EXISTS (SELECT FROM segment.modeler r WHERE segment_internal.role_may(caller, r.role_name, r.role_key)) THEN
        RAISE EXCEPTION 'role "%" may not create or change models', pg_get_userbyid(caller)
            USING ERRCODE = 'insufficient_privilege', HINT = 'The owner of the extension can call segment.grant_modeler.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_modeler(oid) IS
'Raises 42501 unless the caller is a modeler, a member of one, or owns the extension.';

CREATE FUNCTION segment_internal.owned_model(caller oid, name text) RETURNS segment.model
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model;
BEGIN
    SELECT * INTO m FROM segment_internal.models(caller, COALESCE(name, ''));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model "%" does not exist', name USING ERRCODE = 'undefined_object';
    ELSIF NOT segment_internal.role_may(caller, m.owner, m.owner_key) THEN
        RAISE EXCEPTION 'must be owner of model "%"', name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- last: who is not the owner must not be told to become a modeler
    PERFORM segment_internal.check_modeler(caller);
    RETURN m;
END $$;
COMMENT ON FUNCTION segment_internal.owned_model(oid, text) IS
'A model that the caller may change. Errors: 42704 no such model that the caller may see, 42501 the caller may see it but is not the owner, or is not a modeler.';

CREATE FUNCTION segment_internal.owned_fit(caller oid, fit bigint) RETURNS segment.model_log
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log;
BEGIN
    SELECT * INTO run FROM segment.model_log l
    WHERE l.fit_id = fit AND l.outcome = 'running' AND l.pid = pg_backend_pid();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this session does not run the refit %', fit USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.owned_model(caller, run.model_name);
    RETURN run;
END $$;
COMMENT ON FUNCTION segment_internal.owned_fit(oid, bigint) IS
'The log row of a refit that this session runs, of a model that the caller may change. Errors: 42704, 42501.';

-- ---- roles that were dropped or renamed ----------------------------------------------

CREATE FUNCTION segment_internal.renewed_role(INOUT role_name text, INOUT role_key text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(r.rolname::text, renewed_role.role_name),
           CASE WHEN renewed_role.role_key !~ '^[0-9]+/[0-9]+$' THEN renewed_role.role_key
                ELSE COALESCE(segment_internal.role_key(r.oid), 'dropped ' || renewed_role.role_key) END
    FROM (SELECT segment_internal.remembered_role(renewed_role.role_name, renewed_role.role_key) AS id) k
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = k.id;
END;
COMMENT ON FUNCTION segment_internal.renewed_role(text, text) IS
'A remembered role with its present name and its key in this cluster; the key of a role that no longer exists begins with dropped.';

CREATE FUNCTION segment_internal.renew_roles() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old record;
BEGIN
    -- the rows stay locked until the end of the transaction: too long for others in a transaction block
    IF segment_internal.in_transaction_block() THEN
        RETURN;
    END IF;
    FOR old IN
        SELECT d.name, d.key, r.role_name AS new_name, r.role_key AS new_key
        FROM (SELECT m.owner, m.owner_key FROM segment.model m UNION SELECT c.owner, c.owner_key FROM segment.receipts c
              UNION SELECT b.owner, b.owner_key FROM segment.ledger b
              UNION SELECT g.owner, g.owner_key FROM segment.trigger g UNION SELECT h.owner, h.owner_key FROM segment.trigger_target h
              UNION SELECT u.owner, u.owner_key FROM segment.suppression u UNION SELECT v.owner, v.owner_key FROM segment.campaign v
              UNION SELECT w.role_name, w.role_key FROM segment.approver w
              UNION SELECT s.role_name, s.role_key FROM segment.model_share s UNION SELECT t.role_name, t.role_key FROM segment.receipts_share t
              UNION SELECT a.role_name, a.role_key FROM segment.modeler a) d(name, key)
        CROSS JOIN LATERAL segment_internal.renewed_role(d.name, d.key) r
        WHERE (d.name, d.key) <> (r.role_name, r.role_key)
    LOOP
        UPDATE segment.model o SET owner = old.new_name, owner_key = old.new_key
        WHERE o.model_name IN (SELECT l.model_name FROM segment.model l
                               WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.receipts o SET owner = old.new_name, owner_key = old.new_key
        WHERE o.receipts_name IN (SELECT l.receipts_name FROM segment.receipts l
                                  WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.ledger o SET owner = old.new_name, owner_key = old.new_key
        WHERE o.ledger_id IN (SELECT l.ledger_id FROM segment.ledger l
                              WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.trigger o SET owner = old.new_name, owner_key = old.new_key
        WHERE o.trigger_name IN (SELECT l.trigger_name FROM segment.trigger l
                                 WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.trigger_target o SET owner = old.new_name, owner_key = old.new_key
        WHERE (o.target_schema, o.target_name) IN (SELECT l.target_schema, l.target_name FROM segment.trigger_target l
                                                   WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.campaign o SET owner = old.new_name, owner_key = old.new_key
        WHERE o.campaign_name IN (SELECT l.campaign_name FROM segment.campaign l
                                  WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE segment.suppression o SET owner = old.new_name, owner_key = old.new_key
        WHERE (o.source_schema, o.source_name, o.owner_key) IN (SELECT l.source_schema, l.source_name, l.owner_key FROM segment.suppression l
                                                                WHERE l.owner = old.name AND l.owner_key = old.key FOR NO KEY UPDATE SKIP LOCKED)
          AND NOT EXISTS (SELECT FROM segment.suppression d WHERE d.source_schema = o.source_schema AND d.source_name = o.source_name AND d.owner_key = old.new_key);
        -- two old keys can lead to one new one
        WITH gone AS (
            DELETE FROM segment.model_share o
            WHERE o.role_name = old.name AND o.role_key = old.key
              AND o.model_name IN (SELECT l.model_name FROM segment.model_share l
                                   WHERE l.role_name = old.name AND l.role_key = old.key FOR UPDATE SKIP LOCKED)
            RETURNING o.model_name)
        INSERT INTO segment.model_share SELECT g.model_name, old.new_name, old.new_key FROM gone g ON CONFLICT DO NOTHING;
        WITH gone AS (
            DELETE FROM segment.receipts_share o
            WHERE o.role_name = old.name AND o.role_key = old.key
              AND o.receipts_name IN (SELECT l.receipts_name FROM segment.receipts_share l
                                      WHERE l.role_name = old.name AND l.role_key = old.key FOR UPDATE SKIP LOCKED)
            RETURNING o.receipts_name)
        INSERT INTO segment.receipts_share SELECT g.receipts_name, old.new_name, old.new_key FROM gone g ON CONFLICT DO NOTHING;
        WITH gone AS (
            DELETE FROM segment.approver o
            WHERE (o.role_name, o.role_key) IN (SELECT l.role_name, l.role_key FROM segment.approver l
                                                WHERE l.role_name = old.name AND l.role_key = old.key FOR UPDATE SKIP LOCKED)
            RETURNING o.role_name)
        INSERT INTO segment.approver SELECT old.new_name, old.new_key FROM gone g ON CONFLICT DO NOTHING;
        WITH gone AS (
            DELETE FROM segment.modeler o
            WHERE (o.role_name, o.role_key) IN (SELECT l.role_name, l.role_key FROM segment.modeler l
                                                WHERE l.role_name = old.name AND l.role_key = old.key FOR UPDATE SKIP LOCKED)
            RETURNING o.role_name)
        INSERT INTO segment.modeler SELECT old.new_name, old.new_key FROM gone g ON CONFLICT DO NOTHING;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.renew_roles() IS
'Writes the present names and keys of all roles that the registry remembers. So after a restore into another cluster, names identify roles only until the first refit, and a new role with the name of a dropped or renamed one gets no rights. Does nothing inside a transaction block.';

-- ---- reading -------------------------------------------------------------------------

CREATE FUNCTION segment_internal.models(name text) RETURNS SETOF segment.model
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment_internal.models(text) IS
'The models that the caller may see, or the one of that name. A caller sees a model as a member of its owner, of a role that it is shared with, or of the owner of the extension. owner is the role''s present name.';

CREATE FUNCTION segment_internal.models(caller oid, name text) RETURNS SETOF segment.model
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model;
BEGIN
    FOR m IN
        SELECT o.* FROM segment.model o
        WHERE (name IS NULL OR o.model_name = name)
          AND ((SELECT segment_internal.owns_extension(caller)) OR segment_internal.role_may(caller, o.owner, o.owner_key)
               OR EXISTS (SELECT FROM segment.model_share s
                          WHERE s.model_name = o.model_name AND segment_internal.role_may(caller, s.role_name, s.role_key)))
    LOOP
        m.owner := COALESCE((SELECT r.rolname::text FROM pg_roles r
                             WHERE r.oid = segment_internal.remembered_role(m.owner, m.owner_key)), m.owner);
        RETURN NEXT m;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.may_change(name text) RETURNS boolean
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.may_change(text) IS
'True when the caller may change the model of that name; NULL when the caller sees no such model.';

CREATE FUNCTION segment_internal.may_change(caller oid, name text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT segment_internal.role_may(caller, m.owner, m.owner_key) FROM segment_internal.models(caller, COALESCE(name, '')) m;
END;

CREATE TYPE segment_internal.version AS (
    model_name text, version integer, status text, reason text, rows bigint, metrics jsonb, source_fingerprint text,
    fitted_at timestamptz, duration interval, fitted_by text, feature_columns text[]);
COMMENT ON TYPE segment_internal.version IS 'A row of segment.model_version without the bytes of the model.';

CREATE FUNCTION segment_internal.versions(name text) RETURNS SETOF segment_internal.version
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment_internal.versions(text) IS
'The versions of a model that the caller may see. Failed versions are returned only to callers that may change the model, since an error message may quote the source.';

CREATE FUNCTION segment_internal.versions(caller oid, name text) RETURNS SETOF segment_internal.version
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT v.model_name, v.version, v.status, v.reason, v.rows, v.metrics, v.source_fingerprint, v.fitted_at, v.duration, v.fitted_by, v.feature_columns
    FROM segment_internal.models(caller, name) m JOIN segment.model_version v ON v.model_name = m.model_name
    WHERE v.status <> 'failed' OR segment_internal.role_may(caller, m.owner, m.owner_key)
          OR (SELECT segment_internal.owns_extension(caller));
END $$;

CREATE FUNCTION segment_internal.active_version(name text) RETURNS SETOF segment_internal.version
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION segment_internal.active_version(text) IS
'The active version of a model that the caller may see; no row when there is none.';

CREATE FUNCTION segment_internal.active_version(caller oid, name text) RETURNS SETOF segment_internal.version
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT v.model_name, v.version, v.status, v.reason, v.rows, v.metrics, v.source_fingerprint, v.fitted_at, v.duration, v.fitted_by, v.feature_columns
    FROM segment.model_version v
    WHERE v.model_name = name AND v.status = 'active' AND EXISTS (SELECT FROM segment_internal.models(caller, name));
END $$;

CREATE FUNCTION segment_internal.version_model(name text, number integer) RETURNS bytea
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.version_model(text, integer) IS
'The bytes of a version of a model that the caller may see; NULL number: the active version.';

CREATE FUNCTION segment_internal.version_model(caller oid, name text, number integer) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- the concatenation reads the value from its TOAST table once
    RETURN (SELECT v.model || ''::bytea FROM segment.model_version v
            WHERE v.model_name = name AND CASE WHEN number IS NULL THEN v.status = 'active' ELSE v.version = number END
              AND EXISTS (SELECT FROM segment_internal.models(caller, name)));
END $$;

CREATE FUNCTION segment_internal.is_interrupted(l segment.model_log) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- pg_stat_activity stays the same within a transaction; pg_locks also shows newer sessions.
    -- A standby does not see the sessions of its primary.
    SELECT l.outcome = 'running' AND NOT pg_catalog.pg_is_in_recovery()
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = l.pid AND a.backend_start <= l.started_at)
           AND (EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = l.pid)
                OR NOT EXISTS (SELECT FROM pg_catalog.pg_locks k WHERE k.pid = l.pid AND k.locktype = 'virtualxid'));
END;
COMMENT ON FUNCTION segment_internal.is_interrupted(segment.model_log) IS
'True when a log row says running, but its session has ended; false on a standby.';

CREATE FUNCTION segment_internal.interrupted(l segment.model_log) RETURNS segment.model_log
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    l.outcome := 'failed';
    l.sqlstate := '57P01';
    l.message := 'the session ended before the refit was complete';
    RETURN l;
END $$;
COMMENT ON FUNCTION segment_internal.interrupted(segment.model_log) IS
'The log row of a refit whose session has ended.';

CREATE FUNCTION segment_internal.log(name text) RETURNS SETOF segment.model_log
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100;
COMMENT ON FUNCTION segment_internal.log(text) IS
'The log of a model that the caller may see, or of all for NULL. A refit whose session has ended is returned as failed, also before the next refit writes that into the table. Failures are returned only to callers that may change the model, since an error message may quote the source.';

CREATE FUNCTION segment_internal.log(caller oid, name text) RETURNS SETOF segment.model_log
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model;
BEGIN
    FOR m IN SELECT * FROM segment_internal.models(caller, name) LOOP
        RETURN QUERY
        SELECT (l.line).* FROM segment.model_log g
        CROSS JOIN LATERAL (SELECT CASE WHEN segment_internal.is_interrupted(g) THEN segment_internal.interrupted(g) ELSE g END AS line OFFSET 0) l
        WHERE g.model_name = m.model_name
          AND ((l.line).outcome <> 'failed' OR segment_internal.role_may(caller, m.owner, m.owner_key)
               OR (SELECT segment_internal.owns_extension(caller)));
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.cluster_names(name text) RETURNS SETOF segment.cluster_name
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment_internal.cluster_names(text) IS
'The names given to clusters of a model that the caller may see.';

CREATE FUNCTION segment_internal.cluster_names(caller oid, name text) RETURNS SETOF segment.cluster_name
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT n.* FROM segment.cluster_name n
    WHERE n.model_name = name AND EXISTS (SELECT FROM segment_internal.models(caller, name));
END $$;

CREATE TYPE segment_internal.published AS (
    model segment.model, place integer, may_change boolean, version integer, bytes bytea, names jsonb);
COMMENT ON TYPE segment_internal.published IS 'A model with its active version: place is its position in a list of models, names the names of its groups by number. version and bytes are NULL without an active version. The feature_columns and describe_columns are those of the version.';

CREATE FUNCTION segment_internal.published_model(name text, place integer) RETURNS SETOF segment_internal.published
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 1;
COMMENT ON FUNCTION segment_internal.published_model(text, integer) IS
'A model that the caller may see, with its active version; no row when there is none of that name.';

CREATE FUNCTION segment_internal.published_model(caller oid, name text, place integer) RETURNS SETOF segment_internal.published
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r record;
    m segment.model;
BEGIN
    SELECT o AS model, segment_internal.role_may(caller, o.owner, o.owner_key) AS may_change,
           v.version, v.feature_columns, v.metrics -> 'describe_columns' AS described, v.model || ''::bytea AS bytes,
           (SELECT jsonb_object_agg(c.cluster_id, c.cluster_name) FROM segment.cluster_name c WHERE c.model_name = o.model_name) AS names
    INTO r
    FROM segment_internal.models(caller, COALESCE(name, '')) o
    LEFT JOIN segment.model_version v ON v.model_name = o.model_name AND v.status = 'active';
    IF FOUND THEN
        -- a version scores the columns that it was fitted on
        m := r.model;
        m.feature_columns := COALESCE(r.feature_columns, m.feature_columns);
        IF r.version IS NOT NULL THEN
            m.describe_columns := CASE jsonb_typeof(r.described) WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(r.described)) END;
        END IF;
        RETURN NEXT ROW(m, place, r.may_change, r.version, r.bytes, r.names)::segment_internal.published;
    END IF;
END $$;

CREATE FUNCTION segment_internal.published(model_names text[]) RETURNS SETOF segment_internal.published
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE ROWS 3;
COMMENT ON FUNCTION segment_internal.published(text[]) IS
'The models of these names that the caller may see, read with one new snapshot, in the order of the names.';

CREATE FUNCTION segment_internal.published(caller oid, model_names text[]) RETURNS SETOF segment_internal.published
LANGUAGE plpgsql VOLATILE ROWS 3 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT p.*
    FROM unnest(model_names) WITH ORDINALITY AS n(name, place)
    CROSS JOIN LATERAL segment_internal.published_model(caller, n.name, n.place::integer) p
    ORDER BY n.place;
END $$;

CREATE FUNCTION segment_internal.receipts(name text) RETURNS SETOF segment.receipts
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION segment_internal.receipts(text) IS
'The registered receipts that the caller may see, or those of that name. owner is the role''s present name.';

CREATE FUNCTION segment_internal.receipts(caller oid, name text) RETURNS SETOF segment.receipts
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r segment.receipts;
BEGIN
    FOR r IN
        SELECT o.* FROM segment.receipts o
        WHERE (name IS NULL OR o.receipts_name = name)
          AND (segment_internal.role_may(caller, o.owner, o.owner_key) OR (SELECT segment_internal.owns_extension(caller))
               OR EXISTS (SELECT FROM segment.receipts_share s
                          WHERE s.receipts_name = o.receipts_name AND segment_internal.role_may(caller, s.role_name, s.role_key)))
    LOOP
        r.owner := COALESCE((SELECT a.rolname::text FROM pg_roles a
                             WHERE a.oid = segment_internal.remembered_role(r.owner, r.owner_key)), r.owner);
        RETURN NEXT r;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.ledger(ledger_schema text, ledger_name text) RETURNS SETOF segment.ledger
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 1;
COMMENT ON FUNCTION segment_internal.ledger(text, text) IS
'The ledger of that name, when the caller has the privileges of its owner. owner is the role''s present name.';

CREATE FUNCTION segment_internal.ledger(caller oid, ledger_schema text, ledger_name text) RETURNS SETOF segment.ledger
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
BEGIN
    SELECT * INTO l FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3 AND segment_internal.role_may(caller, o.owner, o.owner_key);
    IF FOUND THEN
        l.owner := pg_get_userbyid(segment_internal.remembered_role(l.owner, l.owner_key));
        RETURN NEXT l;
    END IF;
END $$;

CREATE FUNCTION segment_internal.ledger_trigger(ledger_id integer, event text) RETURNS name
LANGUAGE sql IMMUTABLE STRICT
RETURN pg_catalog.format('segment_ledger_%s_%s', ledger_id, event)::pg_catalog.name;
COMMENT ON FUNCTION segment_internal.ledger_trigger(integer, text) IS
'Name of a trigger of a ledger. event: insert, update, delete, truncate, or partition for the one with detect partitions.';

CREATE FUNCTION segment_internal.sap_tables(source regclass)
RETURNS TABLE (table_id oid, customer text, day text, document text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := substring(obj_description(source, 'pg_class') FROM '^Receipts from SAP (billing|sales|FI) ');
BEGIN
    IF kind IS NULL OR EXISTS (SELECT FROM pg_rewrite r
                               JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
                               JOIN pg_class c ON c.oid = d.refobjid
                               WHERE r.ev_class = source AND c.oid <> source AND c.relkind NOT IN ('r', 'p')) THEN
        RETURN;
    END IF;
    -- an FI item can be cleared by another one of its customer, in another month
    RETURN QUERY
        SELECT t.id, t.customer, CASE WHEN kind <> 'FI' OR t.customer IS NULL THEN t.day END,
               CASE WHEN t.customer IS NULL AND t.day IS NULL THEN t.document END
        FROM (SELECT d.refobjid AS id, min(a.attname::text) FILTER (WHERE lower(a.attname) IN ('kunag', 'kunrg', 'kunnr')) AS customer,
                     min(a.attname::text) FILTER (WHERE lower(a.attname) IN ('fkdat', 'audat', 'budat')) AS day,
                     min(a.attname::text) FILTER (WHERE lower(a.attname) = 'vbeln') AS document
              FROM pg_rewrite r
              JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> source
              JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE r.ev_class = source
              GROUP BY d.refobjid) t
        ORDER BY t.id;
END $$;
COMMENT ON FUNCTION segment_internal.sap_tables(regclass) IS
'The tables under a view of sap_receipts_view, and which column of each has the customer, the date and, where it has neither, the number of the document. No rows for another relation.';

CREATE FUNCTION segment_internal.logged_tables(detect text, source regclass) RETURNS oid[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(CASE WHEN detect = 'changes' THEN (SELECT pg_catalog.array_agg(t.table_id ORDER BY t.table_id) FROM segment_internal.sap_tables(source) t) END,
                    ARRAY[source::pg_catalog.oid]);
END;
COMMENT ON FUNCTION segment_internal.logged_tables(text, regclass) IS
'The tables whose changes a ledger of the source logs, in order.';

CREATE FUNCTION segment_internal.read_columns(source regclass, change_column text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, a.attnum, a.atttypid, a.atttypmod, a.attcollation), ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname::text = ANY (pg_catalog.array_append('{customer_id,receipt_id,receipt_date,amount,currency,quantity}'::pg_catalog.text[], change_column));
END;
COMMENT ON FUNCTION segment_internal.read_columns(regclass, text) IS
'The columns of receipts that a refresh of a ledger reads, with number, type, modifier and collation.';

CREATE FUNCTION segment_internal.has_parent(tables oid[]) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = ANY (tables));
COMMENT ON FUNCTION segment_internal.has_parent(oid[]) IS
'Is one of the tables a partition, or does it inherit? Triggers for each statement do not fire for what is written through the parent.';

CREATE FUNCTION segment_internal.is_logged(ledger_id integer, detect text, tables oid[]) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT NOT (detect = 'changes' AND segment_internal.has_parent(tables)) AND COALESCE(pg_catalog.bool_and(EXISTS (SELECT FROM pg_catalog.pg_trigger g
                                                WHERE g.tgrelid = t.id AND g.tgenabled IN ('O', 'A')
                                                  AND g.tgname = segment_internal.ledger_trigger(ledger_id, e.event))), true)
    FROM pg_catalog.unnest(tables) AS t(id),
         pg_catalog.unnest(CASE detect WHEN 'changes' THEN '{insert,update,delete,truncate}'::pg_catalog.text[]
                           WHEN 'partitions' THEN '{partition}' ELSE '{}' END) AS e(event);
END;
COMMENT ON FUNCTION segment_internal.is_logged(integer, text, oid[]) IS
'Do all triggers of the ledger exist on these tables, are they enabled, and do they fire for each change?';
