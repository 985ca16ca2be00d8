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
                               feature_columns, options, comment)
    VALUES (m.model_name, m.algorithm, pg_get_userbyid(caller), segment_internal.role_key(caller), m.source_schema, m.source_name,
            m.id_column, m.id_type, m.feature_columns, m.options, m.comment);
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
        feature_columns = m.feature_columns, options = m.options, comment = m.comment,
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
    WITH gone AS (DELETE FROM segment.ledger o WHERE o.ledger_schema = l.ledger_schema AND o.ledger_name = l.ledger_name RETURNING o.ledger_id)
    DELETE FROM segment.ledger_change c USING gone g WHERE c.ledger_id = g.ledger_id;
    INSERT INTO segment.ledger (ledger_schema, ledger_name, owner, owner_key, source_schema, source_name, currency, rates_schema, rates_name, detect)
    VALUES (l.ledger_schema, l.ledger_name, pg_get_userbyid(caller), segment_internal.role_key(caller), l.source_schema, l.source_name,
            l.currency, l.rates_schema, l.rates_name, l.detect)
    RETURNING ledger_id INTO id;
    RETURN id;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'ledger "%.%" already exists', l.ledger_schema, l.ledger_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_ledger(ledger_schema text, ledger_name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_ledger(text, text) IS
'Remove a ledger from the registry, with its logged changes. Error: 42704 the caller has no such ledger.';

CREATE FUNCTION segment_internal.remove_ledger(caller oid, ledger_schema text, ledger_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id integer;
BEGIN
    DELETE FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3
      AND (segment_internal.role_may(caller, o.owner, o.owner_key)
           OR (segment_internal.remembered_role(o.owner, o.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, o.owner, o.owner_key))))
    RETURNING o.ledger_id INTO id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger "%.%" does not exist', $2, $3 USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.ledger_change c WHERE c.ledger_id = id;
END $$;

CREATE FUNCTION segment_internal.take_changes(ledger_schema text, ledger_name text) RETURNS TABLE (customer_id text, month date)
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.take_changes(text, text) IS
'The changes that are logged for a ledger of the caller''s, which are removed from the log; a customer or month that is NULL stands for all. One row of NULLs when not all changes since the last refresh are in the log.';

CREATE FUNCTION segment_internal.take_changes(caller oid, ledger_schema text, ledger_name text) RETURNS TABLE (customer_id text, month date)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l segment.ledger;
    log_key text := segment_internal.role_key('segment.ledger_change'::regclass);
BEGIN
    SELECT * INTO l FROM segment.ledger o
    WHERE o.ledger_schema = $2 AND o.ledger_name = $3 AND segment_internal.role_may(caller, o.owner, o.owner_key);
    IF l.detect = 'changes' AND l.change_key = log_key THEN
        RETURN QUERY
            WITH seen AS (DELETE FROM segment.ledger_change c WHERE c.ledger_id = l.ledger_id RETURNING c.customer_id, c.month)
            SELECT DISTINCT s.customer_id, s.month FROM seen s;
        RETURN;
    END IF;
    IF l.detect = 'changes' THEN
        DELETE FROM segment.ledger_change c WHERE c.ledger_id = l.ledger_id;
        UPDATE segment.ledger o SET change_key = log_key WHERE o.ledger_id = l.ledger_id;
    END IF;
    RETURN QUERY SELECT NULL::text, NULL::date;
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
