-- The functions that write the registry's tables: models, fits, receipts, modelers.
-- Each stands here twice, as in 70-registry-reading.sql.

-- ---- models --------------------------------------------------------------------------

CREATE FUNCTION segment_internal.add_model(m segment.model) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_model(segment.model) IS
'Add a model of the caller''s: name, algorithm, source, columns, options and comment of the row. Errors: 42710 the name is taken, 22023 no such algorithm.';

CREATE FUNCTION segment_internal.add_model(caller oid, m segment.model) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    PERFORM segment_internal.algorithm_row(m.algorithm);
    INSERT INTO segment.model (model_name, algorithm, owner, owner_key, source_schema, source_name, id_column, id_type,
                               feature_columns, options, comment)
    VALUES (m.model_name, m.algorithm, pg_get_userbyid(caller), segment_internal.role_key(caller), m.source_schema, m.source_name,
            m.id_column, m.id_type, m.feature_columns, m.options, m.comment);
    -- what an incomplete restore may have left of a model of that name
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
'Remove versions, log, names and shares of a model.';

CREATE FUNCTION segment_internal.remove_model(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_model(text) IS
'Remove a model with all that belongs to it. Errors: 42704, 42501, 55006 a refit of it runs.';

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
'Set source, columns, options, comment and keep_versions and keep_log of the model that the row names, and drop what is no longer kept. Errors: 42704, 42501.';

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
'Drop what is older than the model''s keep_versions newest versions, never the active one, and rows of the log older than keep_log days.';

CREATE FUNCTION segment_internal.set_owner(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_owner(text, text) IS
'Give a model to another role, of which the caller is a member. A model whose owner is gone is a superuser''s to give; one that the owner of the extension has restored may be taken over by the role whose name it has. Errors: 42704 no such model or role, 42501.';

CREATE FUNCTION segment_internal.set_owner(caller oid, name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    PERFORM FROM segment.model o
    WHERE o.model_name = name AND segment_internal.remembered_role(o.owner, o.owner_key) IS NULL
      AND (segment_internal.is_superuser(caller)
           OR (o.owner = role AND segment_internal.may_take_over(caller, o.owner, o.owner_key)));
    IF NOT FOUND THEN
        PERFORM segment_internal.owned_model(caller, name);
    END IF;
    IF role_id IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    ELSIF NOT pg_has_role(caller, role_id, 'MEMBER') THEN
        RAISE EXCEPTION 'must be a member of role "%"', role USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM segment_internal.renew_roles();
    UPDATE segment.model o SET owner = role, owner_key = segment_internal.role_key(role_id) WHERE o.model_name = name;
END $$;

CREATE FUNCTION segment_internal.share(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.share(text, text) IS
'Share a model with a role. Errors: 42704 no such model or role, 42501, 54000 it is shared with 100 roles already.';

CREATE FUNCTION segment_internal.share(caller oid, name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
    shares bigint;
BEGIN
    PERFORM segment_internal.owned_model(caller, name);
    IF role_id IS NULL THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    -- two that share one model take turns
    PERFORM FROM segment.model o WHERE o.model_name = name FOR NO KEY UPDATE;
    DELETE FROM segment.model_share s
    WHERE s.model_name = name AND COALESCE(segment_internal.remembered_role(s.role_name, s.role_key) = role_id, s.role_name = role);
    SELECT count(*) INTO shares FROM segment.model_share s WHERE s.model_name = name;
    IF shares >= 100 THEN
        RAISE EXCEPTION 'model "%" is shared with % roles, but at most 100 are possible', name, shares
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Share it with a role that has the others as members.';
    END IF;
    INSERT INTO segment.model_share VALUES (name, role, segment_internal.role_key(role_id));
END $$;

CREATE FUNCTION segment_internal.unshare(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.unshare(text, text) IS
'Take back a share; members of the role may do so, too. Errors: 42704 no such model, 42501.';

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
      AND CASE WHEN role_id IS NULL THEN s.role_name = role
               ELSE COALESCE(segment_internal.remembered_role(s.role_name, s.role_key) = role_id, s.role_name = role) END;
END $$;

CREATE FUNCTION segment_internal.set_cluster_name(name text, cluster_id integer, cluster_name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_cluster_name(text, integer, text) IS
'Name a cluster; NULL takes the name away. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.set_cluster_name(caller oid, name text, cluster_id integer, cluster_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    PERFORM segment_internal.owned_model(caller, name);
    PERFORM FROM segment.model o WHERE o.model_name = name FOR NO KEY UPDATE;
    DELETE FROM segment.cluster_name n WHERE n.model_name = name AND n.cluster_id = cluster_id;
    IF cluster_name IS NOT NULL THEN
        INSERT INTO segment.cluster_name (model_name, cluster_id, cluster_name) VALUES (name, cluster_id, cluster_name);
    END IF;
END $$;

CREATE FUNCTION segment_internal.set_active(name text, new_version integer, names jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_active(text, integer, jsonb) IS
'Make a version the active one. names: the generated names of its groups by number, which replace all names where the version was fitted on other columns than the active one: its groups have other meanings. Errors: 42704 no such model or version, 42501, 55000 the version has failed.';

CREATE FUNCTION segment_internal.set_active(caller oid, name text, new_version integer, names jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.owned_model(caller, name);
    new segment.model_version;
    columns_before text[];
BEGIN
    -- one activation at a time; a running refit does not hold this lock
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
            -- a refit activated its version between our two updates: look again
            IF attempt = 3 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.promote(name text, version integer) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    UPDATE segment.model_version v SET status = 'archived'
    WHERE v.model_name = name AND v.status = 'active' AND v.version <> version;
    UPDATE segment.model_version v SET status = 'active', reason = NULL
    WHERE v.model_name = name AND v.version = version AND v.status <> 'active';
END $$;
COMMENT ON FUNCTION segment_internal.promote(text, integer) IS
'Make one version the active one, and archive the one that was.';

-- ---- fits ----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.lock_model(model_id integer) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.lock_model(integer) IS
'Try to take the lock of a model until the transaction ends; one that no SQL of others can take.';

CREATE FUNCTION segment_internal.start_fit(name text) RETURNS bigint
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.start_fit(text) IS
'Begin a refit: write its row of the log, and repair those of sessions that died; NULL, logged as skipped, while another session fits the model. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.start_fit(caller oid, name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    m segment.model := segment_internal.owned_model(caller, name);
    fit_id bigint;
    next_version integer;
BEGIN
    PERFORM segment_internal.renew_roles();
    IF NOT segment_internal.lock_model(m.model_id) THEN
        INSERT INTO segment.model_log (model_name, outcome, finished_at, message, fitted_by)
        VALUES (name, 'skipped', clock_timestamp(), 'a refit of this model is running', pg_get_userbyid(caller));
        RETURN NULL;
    END IF;
    -- Nobody fits this model now, so a running row is left over, unless its session stands
    -- between its two transactions: then that session is alive, and older than the row.
    PERFORM segment_internal.log_failure(l.fit_id, '57P01', 'the session ended before the refit was complete')
    FROM segment.model_log l
    WHERE l.model_name = name AND l.outcome = 'running'
      AND (l.pid = pg_backend_pid()
           OR NOT EXISTS (SELECT FROM pg_stat_activity a
                          WHERE a.pid = l.pid AND COALESCE(a.backend_start <= l.started_at, true)));
    UPDATE segment.model o SET last_version = o.last_version + 1
    WHERE o.model_name = name RETURNING o.last_version INTO next_version;
    INSERT INTO segment.model_log AS l (model_name, version, outcome, fitted_by)
    VALUES (name, next_version, 'running', pg_get_userbyid(caller)) RETURNING l.fit_id INTO fit_id;
    RETURN fit_id;
END $$;

CREATE FUNCTION segment_internal.lock_fit(fit_id bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.lock_fit(bigint) IS
'Take the lock of the model of a refit until the transaction ends; false, logged as skipped, when another session has it. Errors: 42704 this session runs no such refit, 42501.';

CREATE FUNCTION segment_internal.lock_fit(caller oid, fit_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit_id);
BEGIN
    IF segment_internal.lock_model((SELECT m.model_id FROM segment.model m WHERE m.model_name = run.model_name)) THEN
        RETURN true;
    END IF;
    UPDATE segment.model_log l
    SET outcome = 'skipped', version = NULL, finished_at = clock_timestamp(), message = 'a refit of this model is running'
    WHERE l.fit_id = fit_id;
    RETURN false;
END $$;

CREATE FUNCTION segment_internal.running_fit(fit_id bigint) RETURNS segment.model_log
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.running_fit(bigint) IS
'The row of the log of a refit that this session runs. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.running_fit(caller oid, fit_id bigint) RETURNS segment.model_log
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN segment_internal.owned_fit(caller, fit_id);
END $$;

CREATE FUNCTION segment_internal.fail_fit(fit_id bigint, state text, message text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.fail_fit(bigint, text, text) IS
'Log that the refit of this session has failed. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.fail_fit(caller oid, fit_id bigint, state text, message text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit_id);
BEGIN
    PERFORM segment_internal.log_failure(fit_id, state, message);
    PERFORM segment_internal.prune(run.model_name);
END $$;

CREATE FUNCTION segment_internal.log_failure(fit_id bigint, state text, message text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO segment.model_version (model_name, version, status, reason, fitted_at, duration, fitted_by)
    SELECT l.model_name, l.version, 'failed', message, clock_timestamp(), clock_timestamp() - l.started_at, l.fitted_by
    FROM segment.model_log l WHERE l.fit_id = fit_id
    ON CONFLICT DO NOTHING;
    UPDATE segment.model_log l
    SET outcome = 'failed', finished_at = clock_timestamp(), sqlstate = state, message = message
    WHERE l.fit_id = fit_id;
END $$;
COMMENT ON FUNCTION segment_internal.log_failure(bigint, text, text) IS
'Mark a row of the log as failed, and its version.';

CREATE FUNCTION segment_internal.finish_fit(
    fit_id bigint, model bytea, feature_columns text[], fingerprint text, metrics jsonb, names jsonb, against integer)
RETURNS text
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.finish_fit(bigint, bytea, text[], text, jsonb, jsonb, integer) IS
'Store what the refit of this session has fitted, check the guards, and make it the active version; where its bytes are those of the active version, that one stays. names: generated names of its groups. against: the version that was active when it was read. Returns the reason why it was held back, or NULL. Errors: 42704, 42501, 22P03 the bytes are no model of the registered kind and width.';

CREATE FUNCTION segment_internal.finish_fit(
    caller oid, fit_id bigint, model bytea, feature_columns text[], fingerprint text, metrics jsonb, names jsonb, against integer)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit_id);
    m segment.model := segment_internal.owned_model(caller, run.model_name);
    rows bigint := segment_internal.count_in(metrics, 'rows');
    message text;
    same integer;
BEGIN
    IF segment_internal.model_width(model, (segment_internal.algorithm_row(m.algorithm)).model_kind) IS DISTINCT FROM cardinality(feature_columns) THEN
        RAISE EXCEPTION 'value is not a model of algorithm "%" with % features', m.algorithm, cardinality(feature_columns)
            USING ERRCODE = 'invalid_binary_representation';
    END IF;
    message := segment_internal.guard(m.options, metrics);
    IF message IS NULL THEN
        SELECT v.version INTO same FROM segment.model_version v
        WHERE v.model_name = m.model_name AND v.status = 'active' AND v.version = against AND v.model = finish_fit.model
          AND v.feature_columns = finish_fit.feature_columns;
    END IF;
    BEGIN
        UPDATE segment.model_version v SET metrics = metrics, rows = rows, source_fingerprint = fingerprint
        WHERE v.model_name = m.model_name AND v.version = same;
    EXCEPTION WHEN serialization_failure THEN
        -- somebody activated another version meanwhile: that decision stands
        same := NULL;
        message := 'the active version changed during the fit';
    END;
    IF same IS NULL THEN
        INSERT INTO segment.model_version (model_name, version, status, model, feature_columns, reason, rows, metrics, source_fingerprint,
                                           fitted_at, duration, fitted_by)
        VALUES (m.model_name, run.version, 'candidate', model, feature_columns, message, rows, metrics, fingerprint, clock_timestamp(),
                clock_timestamp() - run.started_at, run.fitted_by);
    END IF;
    IF same IS NULL AND message IS NULL THEN
        BEGIN
            PERFORM segment_internal.promote(m.model_name, run.version);
        EXCEPTION WHEN serialization_failure OR unique_violation THEN
            message := 'the active version changed during the fit';
            UPDATE segment.model_version v SET reason = message
            WHERE v.model_name = m.model_name AND v.version = run.version;
        END;
    END IF;
    IF same IS NULL AND message IS NULL THEN
        PERFORM segment_internal.store_names(m.model_name, names);
    END IF;
    UPDATE segment.model_log l
    SET outcome = CASE WHEN message IS NULL THEN 'succeeded' ELSE 'held' END, version = COALESCE(same, run.version),
        message = CASE WHEN same IS NOT NULL THEN format('the model is the same as version %s, which stays', same) ELSE message END,
        finished_at = clock_timestamp(), rows = rows, metrics = metrics
    WHERE l.fit_id = fit_id;
    PERFORM segment_internal.prune(m.model_name);
    RETURN message;
END $$;

CREATE FUNCTION segment_internal.store_names(name text, names jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO segment.cluster_name AS c (model_name, cluster_id, cluster_name, is_generated)
    SELECT name, n.key::integer, n.value, true FROM jsonb_each_text(names) n
    ON CONFLICT ON CONSTRAINT cluster_name_pkey DO UPDATE SET cluster_name = EXCLUDED.cluster_name
    WHERE c.is_generated AND c.cluster_name <> EXCLUDED.cluster_name;
EXCEPTION
    -- another session names a cluster at the same time: then the names stay as they are until the next refit
    WHEN serialization_failure THEN
        RETURN;
END $$;
COMMENT ON FUNCTION segment_internal.store_names(text, jsonb) IS
'Store the generated names of the groups of a new active version, by number; a name that a user gave stays.';

-- ---- receipts ------------------------------------------------------------------------

CREATE FUNCTION segment_internal.add_receipts(r segment.receipts) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.add_receipts(segment.receipts) IS
'Register receipts of the caller''s. Error: 42710 the name is taken.';

CREATE FUNCTION segment_internal.add_receipts(caller oid, r segment.receipts) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    INSERT INTO segment.receipts (receipts_name, owner, owner_key, source_schema, source_name, currency, rates_schema, rates_name)
    VALUES (r.receipts_name, pg_get_userbyid(caller), segment_internal.role_key(caller), r.source_schema, r.source_name, r.currency,
            r.rates_schema, r.rates_name);
    -- what an incomplete restore may have left of receipts of that name
    DELETE FROM segment.receipts_share s WHERE s.receipts_name = r.receipts_name;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'receipts "%" are registered already', r.receipts_name USING ERRCODE = 'duplicate_object';
END $$;

CREATE FUNCTION segment_internal.remove_receipts(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_receipts(text) IS
'Take back a registration of receipts. Error: 42704 none of the caller''s has that name.';

CREATE FUNCTION segment_internal.remove_receipts(caller oid, name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    DELETE FROM segment.receipts r
    WHERE r.receipts_name = name
      AND (segment_internal.role_may(caller, r.owner, r.owner_key)
           OR (segment_internal.remembered_role(r.owner, r.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, r.owner, r.owner_key))));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'receipts "%" are not registered', name USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.receipts_share s WHERE s.receipts_name = name;
END $$;

CREATE FUNCTION segment_internal.set_receipts_share(name text, role text, is_shared boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_receipts_share(text, text, boolean) IS
'Share registered receipts with a role, or no longer. Errors: 42704 none of the caller''s has that name, or no such role; 54000 they are shared with 100 roles already.';

CREATE FUNCTION segment_internal.set_receipts_share(caller oid, name text, role text, is_shared boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
    owner_key text;
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    SELECT r.owner_key INTO owner_key FROM segment.receipts r
    WHERE r.receipts_name = name AND segment_internal.role_may(caller, r.owner, r.owner_key) FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'receipts "%" are not registered', name USING ERRCODE = 'undefined_object';
    ELSIF role_id IS NULL AND is_shared THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.receipts_share s
    WHERE s.receipts_name = name
      AND CASE WHEN role_id IS NULL THEN s.role_name = role
               ELSE COALESCE(segment_internal.remembered_role(s.role_name, s.role_key) = role_id, s.role_name = role) END;
    IF NOT is_shared THEN
        RETURN;
    END IF;
    IF (SELECT count(*) FROM segment.receipts_share s WHERE s.receipts_name = name) >= 100 THEN
        RAISE EXCEPTION 'receipts "%" are shared with 100 roles, and no more are possible', name
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Share them with a role that has the others as members.';
    END IF;
    INSERT INTO segment.receipts_share VALUES (name, role, segment_internal.role_key(role_id));
END $$;

-- ---- modelers ------------------------------------------------------------------------

CREATE FUNCTION segment_internal.set_modeler(role text, is_modeler boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_modeler(text, boolean) IS
'Make a role a modeler, or no longer one. Errors: 42501 the caller does not own the extension, 42704 no such role.';

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
