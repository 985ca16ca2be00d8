-- The functions that write the registry's tables: models, receipts, modelers; fits are in
-- 71-registry-writing-fits.sql. Each is declared twice, as in 70-registry-reading.sql.

-- ---- models --------------------------------------------------------------------------

CREATE FUNCTION segment_internal.add_model(m segment.model) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_model(segment.model) IS
'Adds a model owned by the caller, with name, algorithm, source, columns, options and comment of the row. Errors: 42710 the name exists, 22023 no such algorithm.';

CREATE FUNCTION segment_internal.add_model(caller oid, m segment.model) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    PERFORM segment_internal.algorithm_row(m.algorithm);
    INSERT INTO segment.model (model_name, algorithm, owner, owner_key, source_schema, source_name, id_column, id_type,
                               feature_columns, describe_columns, label_column, options, comment)
    VALUES (m.model_name, m.algorithm, pg_get_userbyid(caller), segment_internal.role_key(caller), m.source_schema, m.source_name,
            m.id_column, m.id_type, m.feature_columns, m.describe_columns, m.label_column, m.options, m.comment);
    -- rows of a model of that name that an incomplete restore may have left
    PERFORM segment_internal.drop_rows(m.model_name);
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'model "%" exists already', m.model_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.drop_rows(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.model_version v WHERE v.model_name = name;
    DELETE FROM segment.model_log l WHERE l.model_name = name;
    DELETE FROM segment.cluster_name n WHERE n.model_name = name;
    DELETE FROM segment.model_share s WHERE s.model_name = name;
END $$;
COMMENT ON FUNCTION segment_internal.drop_rows(text) IS
'Deletes versions, log, names and shares of a model.';

CREATE FUNCTION segment_internal.remove_model(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_model(text) IS
'Deletes a model with its versions, log, names and shares. Errors: 42704, 42501, 55006 a refit of the model is running.';

CREATE FUNCTION segment_internal.remove_model(caller oid, name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.owned_model(caller, name);
BEGIN
    IF NOT segment_internal.lock_model(m.model_id) THEN
        RAISE EXCEPTION 'model "%" is being refitted', name USING ERRCODE = 'object_in_use';
    END IF;
    DELETE FROM segment.model o WHERE o.model_name = name;
    PERFORM segment_internal.drop_rows(name);
END $$;

CREATE FUNCTION segment_internal.change_model(m segment.model) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.change_model(segment.model) IS
'Sets source, columns, options, comment, keep_versions and keep_log of the model named in the row, and deletes versions and log rows that are no longer kept. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.change_model(caller oid, m segment.model) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.owned_model(caller, m.model_name);
    UPDATE segment.model o
    SET source_schema = m.source_schema, source_name = m.source_name, id_column = m.id_column, id_type = m.id_type,
        feature_columns = m.feature_columns, describe_columns = m.describe_columns, label_column = m.label_column, options = m.options,
        comment = m.comment,
        keep_versions = m.keep_versions, keep_log = m.keep_log
    WHERE o.model_name = m.model_name;
    PERFORM segment_internal.prune(m.model_name);
END $$;

CREATE FUNCTION segment_internal.prune(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.model_version v
    USING segment.model m
    WHERE m.model_name = name AND v.model_name = name AND v.status <> 'active'
      AND v.version <= (SELECT o.version FROM segment.model_version o
                        WHERE o.model_name = name
                        ORDER BY o.version DESC OFFSET m.keep_versions LIMIT 1);
    DELETE FROM segment.model_log l
    USING segment.model m
    WHERE m.model_name = name AND l.model_name = name AND l.outcome <> 'running'
      AND l.finished_at < now() - make_interval(days => m.keep_log);
END $$;
COMMENT ON FUNCTION segment_internal.prune(text) IS
'Deletes versions older than the keep_versions newest, except the active one, and log rows older than keep_log days.';

CREATE FUNCTION segment_internal.set_owner(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_owner(text, text) IS
'Changes the owner of a model to a role of which the caller is a member. Only a superuser can do so for a model whose owner no longer exists. A model restored by the owner of the extension can also be taken over by the role whose name the row has. Errors: 42704 no such model or role, 42501.';

CREATE FUNCTION segment_internal.set_owner(caller oid, name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    PERFORM FROM segment.model o
    WHERE o.model_name = name AND segment_internal.remembered_role(o.owner, o.owner_key) IS NULL
      AND (segment_internal.is_superuser(caller)
           OR (o.owner = role AND segment_internal.may_take_over(caller, o.owner, o.owner_key)));
    IF NOT FOUND THEN
        PERFORM segment_internal.owned_model(caller, name);
    END IF;
    PERFORM segment_internal.check_modeler(caller);
    IF role_id IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    ELSIF NOT pg_has_role(caller, role_id, 'MEMBER') THEN
        RAISE EXCEPTION 'must be a member of role "%"', role USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM segment_internal.renew_roles();
    UPDATE segment.model o SET owner = role, owner_key = segment_internal.role_key(role_id) WHERE o.model_name = name;
END $$;

CREATE FUNCTION segment_internal.is_share_of(role_name text, role_key text, role text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- a share of a role that no longer exists is found by its name
    SELECT COALESCE(segment_internal.remembered_role(role_name, role_key) = pg_catalog.to_regrole(pg_catalog.quote_ident(role))::oid, role_name = role);
END;
COMMENT ON FUNCTION segment_internal.is_share_of(text, text, text) IS
'True when the remembered role of a share is the role of that name.';

CREATE FUNCTION segment_internal.check_shares(shared text, shares bigint) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF shares >= 100 THEN
        RAISE EXCEPTION 'cannot share % with more than 100 roles', shared
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Share with a role that has the others as members.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_shares(text, bigint) IS
'Raises 54000 when a model or receipts are already shared with 100 roles.';

CREATE FUNCTION segment_internal.share(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.share(text, text) IS
'Shares a model with a role. Errors: 42704 no such model or role, 42501, 54000 already shared with 100 roles.';

CREATE FUNCTION segment_internal.share(caller oid, name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    PERFORM segment_internal.owned_model(caller, name);
    IF role_id IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- one share of a model at a time
    PERFORM FROM segment.model o WHERE o.model_name = name FOR NO KEY UPDATE;
    DELETE FROM segment.model_share s
    WHERE s.model_name = name AND segment_internal.is_share_of(s.role_name, s.role_key, role);
    PERFORM segment_internal.check_shares(format('model "%s"', name), (SELECT count(*) FROM segment.model_share s WHERE s.model_name = name));
    INSERT INTO segment.model_share VALUES (name, role, segment_internal.role_key(role_id));
END $$;

CREATE FUNCTION segment_internal.unshare(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.unshare(text, text) IS
'Removes a share; the owner of the model and members of the role may do so. Errors: 42704 no such model, 42501.';

CREATE FUNCTION segment_internal.unshare(caller oid, name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    IF role_id IS NULL OR NOT pg_has_role(caller, role_id, 'USAGE')
        OR NOT EXISTS (SELECT FROM segment_internal.models(caller, name)) THEN
        PERFORM segment_internal.owned_model(caller, name);
    END IF;
    DELETE FROM segment.model_share s
    WHERE s.model_name = name
      AND segment_internal.is_share_of(s.role_name, s.role_key, role);
END $$;

CREATE FUNCTION segment_internal.set_cluster_name(name text, cluster integer, new_name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_cluster_name(text, integer, text) IS
'Sets the name of a cluster; NULL removes it. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.set_cluster_name(caller oid, name text, cluster integer, new_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.owned_model(caller, name);
    PERFORM FROM segment.model o WHERE o.model_name = name FOR NO KEY UPDATE;
    DELETE FROM segment.cluster_name n WHERE n.model_name = name AND n.cluster_id = cluster;
    IF new_name IS NOT NULL THEN
        INSERT INTO segment.cluster_name (model_name, cluster_id, cluster_name) VALUES (name, cluster, new_name);
    END IF;
END $$;

CREATE FUNCTION segment_internal.set_active(name text, new_version integer, names jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_active(text, integer, jsonb) IS
'Makes a version the active one. names: the generated names of its groups by number. They replace all names when the version was fitted on other columns than the active one, since its groups are not comparable. Errors: 42704 no such model or version, 42501, 55000 the version failed.';

CREATE FUNCTION segment_internal.set_active(caller oid, name text, new_version integer, names jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.owned_model(caller, name);
    new segment.model_version;
    columns_before text[];
BEGIN
    -- one activation at a time; a running refit does not hold this row lock
    PERFORM FROM segment.model o WHERE o.model_name = name FOR NO KEY UPDATE;
    SELECT * INTO new FROM segment.model_version v WHERE v.model_name = name AND v.version = new_version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model "%" has no version %', name, new_version USING ERRCODE = 'undefined_object';
    ELSIF new.status = 'failed' THEN
        RAISE EXCEPTION 'version % of model "%" has failed', new_version, name
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR attempt IN 1 .. 3 LOOP
        BEGIN
            SELECT v.feature_columns INTO columns_before FROM segment.model_version v WHERE v.model_name = name AND v.status = 'active';
            PERFORM segment_internal.promote(name, new_version);
            IF columns_before <> new.feature_columns THEN
                DELETE FROM segment.cluster_name n WHERE n.model_name = name;
                PERFORM segment_internal.store_names(name, names);
            END IF;
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            -- a refit activated its version between the two updates: try again
            IF attempt = 3 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.promote(name text, new_version integer) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE segment.model_version v SET status = 'archived'
    WHERE v.model_name = name AND v.status = 'active' AND v.version <> new_version;
    UPDATE segment.model_version v SET status = 'active', reason = NULL
    WHERE v.model_name = name AND v.version = new_version AND v.status <> 'active';
END $$;
COMMENT ON FUNCTION segment_internal.promote(text, integer) IS
'Makes one version the active one, and archives the version active before.';

-- ---- receipts ------------------------------------------------------------------------

CREATE FUNCTION segment_internal.add_receipts(r segment.receipts) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_receipts(segment.receipts) IS
'Registers receipts owned by the caller. Error: 42710 the name exists.';

CREATE FUNCTION segment_internal.add_receipts(caller oid, r segment.receipts) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    INSERT INTO segment.receipts (receipts_name, owner, owner_key, source_schema, source_name, currency, rates_schema, rates_name, by_column)
    VALUES (r.receipts_name, pg_get_userbyid(caller), segment_internal.role_key(caller), r.source_schema, r.source_name, r.currency,
            r.rates_schema, r.rates_name, r.by_column);
    -- shares of receipts of that name that an incomplete restore may have left
    DELETE FROM segment.receipts_share s WHERE s.receipts_name = r.receipts_name;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'receipts "%" are registered already', r.receipts_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_receipts(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_receipts(text) IS
'Deletes a registration of receipts. Error: 42704 the caller owns no receipts of that name.';

CREATE FUNCTION segment_internal.remove_receipts(caller oid, name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.receipts r
    WHERE r.receipts_name = name
      AND (segment_internal.role_may(caller, r.owner, r.owner_key)
           OR (segment_internal.remembered_role(r.owner, r.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, r.owner, r.owner_key))));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'receipts "%" are not registered', name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.check_modeler(caller);
    DELETE FROM segment.receipts_share s WHERE s.receipts_name = name;
END $$;

CREATE FUNCTION segment_internal.set_receipts_share(name text, role text, is_shared boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_receipts_share(text, text, boolean) IS
'Shares registered receipts with a role, or ends the share. Errors: 42704 the caller owns no receipts of that name, or no such role; 54000 already shared with 100 roles.';

CREATE FUNCTION segment_internal.set_receipts_share(caller oid, name text, role text, is_shared boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
    owner_key text;
BEGIN
    SELECT r.owner_key INTO owner_key FROM segment.receipts r
    WHERE r.receipts_name = name AND segment_internal.role_may(caller, r.owner, r.owner_key) FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'receipts "%" are not registered', name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.check_modeler(caller);
    IF role_id IS NULL AND is_shared THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.receipts_share s
    WHERE s.receipts_name = name
      AND segment_internal.is_share_of(s.role_name, s.role_key, role);
    IF NOT is_shared THEN
        RETURN;
    END IF;
    PERFORM segment_internal.check_shares(format('receipts "%s"', name), (SELECT count(*) FROM segment.receipts_share s WHERE s.receipts_name = name));
    INSERT INTO segment.receipts_share VALUES (name, role, segment_internal.role_key(role_id));
END $$;

-- ---- ledgers -------------------------------------------------------------------------

CREATE FUNCTION segment_internal.add_ledger(l segment.ledger) RETURNS integer
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_ledger(segment.ledger) IS
'Register a ledger of the caller''s, before its table is created; returns ledger_id. Error: 42710 there is a relation or a ledger of that name.';

CREATE FUNCTION segment_internal.add_ledger(caller oid, l segment.ledger) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id integer;
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    IF to_regclass(format('%I.%I', l.ledger_schema, l.ledger_name)) IS NOT NULL THEN
        RAISE EXCEPTION 'relation "%.%" already exists', l.ledger_schema, l.ledger_name USING ERRCODE = 'duplicate_table';
    END IF;
    -- what is left of a ledger whose table was dropped
    WITH gone AS (DELETE FROM segment.ledger o WHERE o.ledger_schema = l.ledger_schema AND o.ledger_name = l.ledger_name RETURNING o.ledger_id),
    states AS (DELETE FROM segment.ledger_partition p USING gone g WHERE p.ledger_id = g.ledger_id)
    DELETE FROM segment.ledger_change c USING gone g WHERE c.ledger_id = g.ledger_id;
    INSERT INTO segment.ledger (ledger_schema, ledger_name, owner, owner_key, source_schema, source_name, currency, rates_schema, rates_name, detect, change_column)
    VALUES (l.ledger_schema, l.ledger_name, pg_get_userbyid(caller), segment_internal.role_key(caller), l.source_schema, l.source_name,
            l.currency, l.rates_schema, l.rates_name, l.detect, l.change_column)
    RETURNING ledger_id INTO id;
    RETURN id;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'ledger "%.%" already exists', l.ledger_schema, l.ledger_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_ledger(ledger_schema text, ledger_name text) RETURNS segment.ledger
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_ledger(text, text) IS
'Remove a ledger from the registry, with its logged changes; returns what was registered. Error: 42704 the caller has no such ledger.';

CREATE FUNCTION segment_internal.remove_ledger(caller oid, ledger_schema text, ledger_name text) RETURNS segment.ledger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
BEGIN
    DELETE FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3
      AND (segment_internal.role_may(caller, o.owner, o.owner_key)
           OR (segment_internal.remembered_role(o.owner, o.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, o.owner, o.owner_key))))
    RETURNING o.* INTO l;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger "%.%" does not exist', $2, $3 USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.ledger_change c WHERE c.ledger_id = l.ledger_id;
    DELETE FROM segment.ledger_partition p WHERE p.ledger_id = l.ledger_id;
    RETURN l;
END $$;

CREATE FUNCTION segment_internal.take_changes(ledger_schema text, ledger_name text)
RETURNS TABLE (customer_id text, month date, document text, partition_id oid)
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.take_changes(text, text) IS
'The changes that are logged for a ledger of the caller''s, which are removed from the log: of a customer, of a month, of both, of an SAP document, or of a partition, whose months before are rows of their own. One row of NULLs when everything must be read.';

CREATE FUNCTION segment_internal.take_changes(caller oid, ledger_schema text, ledger_name text)
RETURNS TABLE (customer_id text, month date, document text, partition_id oid)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
    log_key text := segment_internal.role_key('segment.ledger_change'::regclass);
    source regclass;
    tables oid[];
    columns text;
    is_logged boolean;
BEGIN
    SELECT * INTO l FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3 AND segment_internal.role_may(caller, o.owner, o.owner_key);
    IF l.ledger_id IS NULL OR l.detect = 'full' THEN
        RETURN QUERY SELECT NULL::text, NULL::date, NULL::text, NULL::oid;
        RETURN;
    END IF;
    source := to_regclass(format('%I.%I', l.source_schema, l.source_name));
    tables := segment_internal.logged_tables(l.detect, source);
    columns := segment_internal.read_columns(source, l.change_column);
    is_logged := segment_internal.is_logged(l.ledger_id, l.detect, tables);
    IF NOT is_logged THEN
        RAISE WARNING 'changes of "%.%" are not logged, so all receipts are read', l.source_schema, l.source_name
            USING HINT = CASE WHEN l.detect = 'changes' AND segment_internal.has_parent(tables) THEN 'The table has a parent by now, and what is written through that fires no trigger. Use detect full, or the parent.'
                              ELSE 'The triggers of the ledger do not exist or are disabled. Drop the ledger and create it again.' END;
    END IF;
    IF l.change_key IS DISTINCT FROM log_key OR (l.source_ids, l.source_columns) IS DISTINCT FROM (tables, columns) OR NOT is_logged THEN
        -- from here on everything is logged
        DELETE FROM segment.ledger_change c WHERE c.ledger_id = l.ledger_id;
        DELETE FROM segment.ledger_partition p WHERE p.ledger_id = l.ledger_id;
        UPDATE segment.ledger o SET change_key = CASE WHEN is_logged THEN log_key END, source_ids = tables, source_columns = columns, low_mark = NULL, next_mark = NULL, running = NULL
        WHERE o.ledger_id = l.ledger_id;
        RETURN QUERY SELECT NULL::text, NULL::date, NULL::text, NULL::oid;
    ELSE
        RETURN QUERY
            WITH seen AS (DELETE FROM segment.ledger_change c WHERE c.ledger_id = l.ledger_id
                          RETURNING c.customer_id, c.month, c.document, c.partition_id)
            SELECT DISTINCT s.customer_id, s.month, s.document, s.partition_id FROM seen s WHERE s.partition_id IS NULL
            UNION ALL
            SELECT g.* FROM (SELECT array_agg(s.partition_id) AS changed FROM seen s WHERE s.partition_id IS NOT NULL) h,
                LATERAL segment_internal.changed_partitions(l, source, h.changed) g
            WHERE l.detect = 'partitions';
        RETURN;
    END IF;
    IF l.detect = 'partitions' THEN
        RETURN QUERY SELECT g.* FROM segment_internal.changed_partitions(l, source, NULL) g;
    END IF;
END $$;

CREATE FUNCTION segment_internal.changed_partitions(l segment.ledger, source regclass, logged oid[])
RETURNS TABLE (customer_id text, month date, document text, partition_id oid)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- a partition that this transaction made keeps its file when it is truncated
    RETURN QUERY
        WITH leaf AS (
            SELECT t.relid::oid AS id,
                   CASE WHEN age(c.xmin) <= age(pg_current_xact_id()::xid) THEN 0 ELSE c.relfilenode END::oid AS file,
                   COALESCE((SELECT g.oid FROM pg_trigger g WHERE g.tgrelid = t.relid AND g.tgenabled IN ('O', 'A')
                             AND g.tgname = segment_internal.ledger_trigger(l.ledger_id, 'partition')), 0) AS trigger
            FROM pg_partition_tree(source) t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf AND t.relid <> source),
        changed AS (
            SELECT f.* FROM leaf f LEFT JOIN segment.ledger_partition p ON p.ledger_id = l.ledger_id AND p.partition_id = f.id
            WHERE (p.file_id, p.trigger_id) IS DISTINCT FROM (f.file, f.trigger) OR f.file = 0 OR f.trigger = 0 OR f.id = ANY (logged)),
        before AS (
            SELECT p.* FROM segment.ledger_partition p
            WHERE p.ledger_id = l.ledger_id
              AND (p.partition_id NOT IN (SELECT f.id FROM leaf f) OR p.partition_id IN (SELECT c.id FROM changed c))),
        gone AS (DELETE FROM segment.ledger_partition p WHERE p.ledger_id = l.ledger_id AND p.partition_id NOT IN (SELECT f.id FROM leaf f)),
        renewed AS (
            INSERT INTO segment.ledger_partition SELECT l.ledger_id, c.id, c.file, c.trigger, '{}' FROM changed c
            ON CONFLICT ON CONSTRAINT ledger_partition_pkey DO UPDATE SET file_id = excluded.file_id, trigger_id = excluded.trigger_id)
        SELECT DISTINCT NULL::text, u.month, NULL::text, NULL::oid FROM before b, unnest(b.months) AS u(month)
        UNION ALL SELECT NULL, NULL, NULL, c.id FROM changed c;
END $$;
COMMENT ON FUNCTION segment_internal.changed_partitions(segment.ledger, regclass, oid[]) IS
'Support function of take_changes: the partitions that changed since the last refresh, and the months that these and the detached ones had then; the present ones are stored.';
REVOKE ALL ON FUNCTION segment_internal.changed_partitions(segment.ledger, regclass, oid[]) FROM PUBLIC;

CREATE FUNCTION segment_internal.set_partition_months(ledger_schema text, ledger_name text, partitions oid[], months date[]) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_partition_months(text, text, oid[], date[]) IS
'Store the months of partitions of the receipts of a ledger of the caller''s, element by element: those that were read now.';

CREATE FUNCTION segment_internal.set_partition_months(caller oid, ledger_schema text, ledger_name text, partitions oid[], months date[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE segment.ledger_partition p
    SET months = ARRAY(SELECT u.month FROM unnest($4, $5) AS u(id, month) WHERE u.id = p.partition_id AND u.month IS NOT NULL ORDER BY 1)
    FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3 AND segment_internal.role_may(caller, o.owner, o.owner_key)
      AND p.ledger_id = o.ledger_id AND p.partition_id = ANY ($4);
END $$;

CREATE FUNCTION segment_internal.take_mark(ledger_schema text, ledger_name text, high_mark text, running text[]) RETURNS text
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.take_mark(text, text, text, text[]) IS
'The value from which on a refresh of the caller''s ledger reads now; NULL: it reads all. Stores that for the next refresh. high_mark: the highest value; running: the transactions that were open afterwards.';

CREATE FUNCTION segment_internal.take_mark(caller oid, ledger_schema text, ledger_name text, high_mark text, running text[]) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
    is_settled boolean;
BEGIN
    SELECT * INTO l FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3 AND segment_internal.role_may(caller, o.owner, o.owner_key);
    -- with one snapshot for all statements, what ended meanwhile is not seen
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RETURN l.low_mark;
    END IF;
    -- a prepared transaction may have been open under another name
    is_settled := l.running IS NULL OR NOT (l.running && $5 OR 'prepared' = ANY ($5));
    IF is_settled THEN
        UPDATE segment.ledger o SET low_mark = l.next_mark, next_mark = $4, running = $5 WHERE o.ledger_id = l.ledger_id;
    END IF;
    RETURN l.low_mark;
END $$;

-- ---- modelers ------------------------------------------------------------------------

CREATE FUNCTION segment_internal.set_modeler(role text, is_modeler boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_modeler(text, boolean) IS
'Makes a role a modeler, or no longer one. Errors: 42501 the caller does not own the extension, 42704 no such role.';

CREATE FUNCTION segment_internal.set_modeler(caller oid, role text, is_modeler boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    IF NOT segment_internal.owns_extension(caller) THEN
        RAISE EXCEPTION 'must be owner of extension segment' USING ERRCODE = 'insufficient_privilege';
    ELSIF role_id IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM segment_internal.renew_roles();
    LOCK TABLE segment.modeler IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM segment.modeler r WHERE COALESCE(segment_internal.remembered_role(r.role_name, r.role_key) = role_id, true);
    IF is_modeler THEN
        INSERT INTO segment.modeler VALUES (role, segment_internal.role_key(role_id));
    END IF;
END $$;
