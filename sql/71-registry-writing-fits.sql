-- The functions that write the registry's tables for a refit: its row of the log, its lock and
-- the new version. Each is declared twice, as in 70-registry-reading.sql.

CREATE FUNCTION segment_internal.lock_model(model_id integer) RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.lock_model(integer) IS
'Tries to take the lock of a model until the transaction ends; returns false when another session holds it. No other SQL can take this lock.';

CREATE FUNCTION segment_internal.start_fit(name text) RETURNS bigint
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.start_fit(text) IS
'Begins a refit: writes its log row, and marks those of ended sessions as failed. NULL, logged as skipped, while another session fits the model. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.start_fit(caller oid, name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.owned_model(caller, name);
    new_fit bigint;
    next_version integer;
BEGIN
    PERFORM segment_internal.renew_roles();
    IF NOT segment_internal.lock_model(m.model_id) THEN
        INSERT INTO segment.model_log (model_name, outcome, finished_at, message, fitted_by)
        VALUES (name, 'skipped', clock_timestamp(), 'a refit of this model is running', pg_get_userbyid(caller));
        RETURN NULL;
    END IF;
    -- No session holds the lock, so a running row is left over from an ended session, unless
    -- its session is between its two transactions: then that session exists and is older than the row.
    PERFORM segment_internal.log_failure(f.fit_id, f.sqlstate, f.message)
    FROM segment.model_log l
    CROSS JOIN LATERAL segment_internal.interrupted(l) f
    WHERE l.model_name = name AND l.outcome = 'running'
      AND (l.pid = pg_backend_pid() OR segment_internal.is_interrupted(l));
    UPDATE segment.model o SET last_version = o.last_version + 1
    WHERE o.model_name = name RETURNING o.last_version INTO next_version;
    INSERT INTO segment.model_log AS l (model_name, version, outcome, fitted_by)
    VALUES (name, next_version, 'running', pg_get_userbyid(caller)) RETURNING l.fit_id INTO new_fit;
    RETURN new_fit;
END $$;

CREATE FUNCTION segment_internal.lock_fit(fit bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.lock_fit(bigint) IS
'Takes the lock of the model of a refit until the transaction ends; false, logged as skipped, when another session holds it. Errors: 42704 this session runs no such refit, 42501.';

CREATE FUNCTION segment_internal.lock_fit(caller oid, fit bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit);
BEGIN
    IF segment_internal.lock_model((SELECT m.model_id FROM segment.model m WHERE m.model_name = run.model_name)) THEN
        RETURN true;
    END IF;
    UPDATE segment.model_log l
    SET outcome = 'skipped', version = NULL, finished_at = clock_timestamp(), message = 'a refit of this model is running'
    WHERE l.fit_id = fit;
    RETURN false;
END $$;

CREATE FUNCTION segment_internal.running_fit(fit bigint) RETURNS segment.model_log
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.running_fit(bigint) IS
'The log row of a refit that this session runs. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.running_fit(caller oid, fit bigint) RETURNS segment.model_log
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN segment_internal.owned_fit(caller, fit);
END $$;

CREATE FUNCTION segment_internal.fail_fit(fit bigint, state text, message text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.fail_fit(bigint, text, text) IS
'Logs that the refit of this session failed. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.fail_fit(caller oid, fit bigint, state text, message text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit);
BEGIN
    PERFORM segment_internal.log_failure(fit, state, message);
    PERFORM segment_internal.prune(run.model_name);
END $$;

CREATE FUNCTION segment_internal.log_failure(fit bigint, state text, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO segment.model_version (model_name, version, status, reason, fitted_at, duration, fitted_by)
    SELECT l.model_name, l.version, 'failed', log_failure.reason, clock_timestamp(), clock_timestamp() - l.started_at, l.fitted_by
    FROM segment.model_log l WHERE l.fit_id = fit
    ON CONFLICT DO NOTHING;
    UPDATE segment.model_log l
    SET outcome = 'failed', finished_at = clock_timestamp(), sqlstate = state, message = log_failure.reason
    WHERE l.fit_id = fit;
END $$;
COMMENT ON FUNCTION segment_internal.log_failure(bigint, text, text) IS
'Marks a log row and its version as failed.';

CREATE FUNCTION segment_internal.finish_fit(
    fit bigint, model bytea, feature_columns text[], fingerprint text, metrics jsonb, names jsonb, against integer)
RETURNS text
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.finish_fit(bigint, bytea, text[], text, jsonb, jsonb, integer) IS
'Stores the model that the refit of this session fitted, checks the guards, and makes it the active version. The active version stays when its bytes are the same. names: generated names of the groups. against: the version that was active when the source was read. Returns NULL, or the reason why a guard held the version. Errors: 42704, 42501, 22P03 the bytes are not a model of the registered kind and number of features.';

CREATE FUNCTION segment_internal.finish_fit(
    caller oid, fit bigint, model bytea, feature_columns text[], fingerprint text, metrics jsonb, names jsonb, against integer)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.owned_fit(caller, fit);
    m segment.model := segment_internal.owned_model(caller, run.model_name);
    rows_read bigint := segment_internal.count_in(metrics, 'rows');
    held text := segment_internal.guard(m.options, metrics);
    same integer;
BEGIN
    IF segment_internal.model_width(model, (segment_internal.algorithm_row(m.algorithm)).model_kind) IS DISTINCT FROM cardinality(feature_columns) THEN
        RAISE EXCEPTION 'value is not a model of algorithm "%" with % features', m.algorithm, cardinality(feature_columns)
            USING ERRCODE = 'invalid_binary_representation';
    END IF;
    IF held IS NULL THEN
        SELECT r.same, r.held INTO same, held
        FROM segment_internal.renew_version(m.model_name, against, model, feature_columns, rows_read, metrics, fingerprint) r;
    END IF;
    IF same IS NULL THEN
        INSERT INTO segment.model_version (model_name, version, status, model, feature_columns, reason, rows, metrics, source_fingerprint,
                                           fitted_at, duration, fitted_by)
        VALUES (m.model_name, run.version, 'candidate', model, feature_columns, held, rows_read, metrics, fingerprint, clock_timestamp(),
                clock_timestamp() - run.started_at, run.fitted_by);
        held := COALESCE(held, segment_internal.promote_fit(m.model_name, run.version));
        IF held IS NULL THEN
            PERFORM segment_internal.store_names(m.model_name, names);
        END IF;
    END IF;
    UPDATE segment.model_log l
    SET outcome = CASE WHEN held IS NULL THEN 'succeeded' ELSE 'held' END, version = COALESCE(same, run.version),
        message = CASE WHEN same IS NOT NULL THEN format('the model is the same as version %s, which stays', same) ELSE held END,
        finished_at = clock_timestamp(), rows = rows_read, metrics = finish_fit.metrics
    WHERE l.fit_id = fit;
    PERFORM segment_internal.prune(m.model_name);
    RETURN held;
END $$;

CREATE FUNCTION segment_internal.renew_version(
    name text, against integer, bytes bytea, columns text[], rows_read bigint, figures jsonb, fingerprint text, OUT same integer, OUT held text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE segment.model_version v SET metrics = figures, rows = rows_read, source_fingerprint = fingerprint
    WHERE v.model_name = name AND v.status = 'active' AND v.version = against AND v.model = bytes AND v.feature_columns = columns
    RETURNING v.version INTO same;
EXCEPTION WHEN serialization_failure THEN
    -- another session activated another version during the fit; that version stays active
    held := 'the active version changed during the fit';
END $$;
COMMENT ON FUNCTION segment_internal.renew_version(text, integer, bytea, text[], bigint, jsonb, text) IS
'When the active version is the one that the fit began with and has the same bytes, it gets the figures of the fit. same: its number, else NULL. held: the reason why the new version must not become active, or NULL.';

CREATE FUNCTION segment_internal.promote_fit(name text, new_version integer) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held constant text := 'the active version changed during the fit';
BEGIN
    PERFORM segment_internal.promote(name, new_version);
    RETURN NULL;
EXCEPTION WHEN serialization_failure OR unique_violation THEN
    UPDATE segment.model_version v SET reason = held WHERE v.model_name = name AND v.version = new_version;
    RETURN held;
END $$;
COMMENT ON FUNCTION segment_internal.promote_fit(text, integer) IS
'Activates the version of a refit. Returns NULL, or the reason why the version was held.';

CREATE FUNCTION segment_internal.store_names(name text, names jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO segment.cluster_name AS c (model_name, cluster_id, cluster_name, is_generated)
    SELECT name, n.key::integer, n.value, true FROM jsonb_each_text(names) n
    ON CONFLICT ON CONSTRAINT cluster_name_pkey DO UPDATE SET cluster_name = EXCLUDED.cluster_name
    WHERE c.is_generated AND c.cluster_name <> EXCLUDED.cluster_name;
EXCEPTION
    -- another session names a cluster at the same time: the names stay unchanged until the next refit
    WHEN serialization_failure THEN
        RETURN;
END $$;
COMMENT ON FUNCTION segment_internal.store_names(text, jsonb) IS
'Stores the generated names of the groups of a new active version, by number; names given by users stay.';
