-- Refits: CALL segment.refit(model_name) uses its own transactions, segment.fit(model_name) that of the caller.

-- ---- the steps of a fit -------------------------------------------------------

CREATE FUNCTION segment_internal.progress_stage(model_id integer, stage text, model_name text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.progress_stage(integer, text, text) IS
'Shows the stage of a refit to other sessions until the transaction ends; NULL stage: the refit is over. On PostgreSQL 15 and 16 this needs segment in shared_preload_libraries; otherwise it does nothing.';

CREATE FUNCTION segment_internal.progress_tick() RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.progress_tick() IS
'Counts a row read, for the progress shown to other sessions; returns true.';

CREATE FUNCTION segment_internal.progress_slots(OUT pid integer, OUT model_id integer, OUT stage text, OUT rows_read bigint,
    OUT k integer, OUT iteration bigint, OUT inertia double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE ROWS 5;
COMMENT ON FUNCTION segment_internal.progress_slots() IS
'The stages and row counts that sessions of this database set with progress_stage and progress_tick, with k, number and inertia of the last iteration of kmeans_fit or kmeans_sweep in that stage (NULL before the first). Members of pg_read_all_stats see all sessions, others those of roles that they are members of. No rows on PostgreSQL 15 and 16 unless segment is in shared_preload_libraries. Read it through the view segment.refit_progress.';

CREATE FUNCTION segment_internal.report_stage(m segment.model, stage text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.progress_stage(m.model_id, stage, m.model_name);
    IF current_setting('segment.progress', true)::boolean THEN
        RAISE NOTICE 'model "%": %', m.model_name, stage;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.report_stage(segment.model, text) IS
'Shows the stage in the view segment.refit_progress, and as a NOTICE when segment.progress is on.';

CREATE FUNCTION segment_internal.short_figure(value float8, limit_value float8) RETURNS numeric
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- never rounded to the limit
    SELECT pg_catalog.trim_scale(CASE WHEN value > limit_value THEN pg_catalog.ceil(value::numeric * 10000)
                                      ELSE pg_catalog.floor(value::numeric * 10000) END / 10000);
END;
COMMENT ON FUNCTION segment_internal.short_figure(float8, float8) IS
'A figure with four decimals, rounded away from a limit, for a message.';

CREATE FUNCTION segment_internal.guard(options jsonb, metrics jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- the first guard that fails, as a reason
    SELECT g.reason
    FROM (VALUES
        (1, segment_internal.figure_in(metrics, 'rows') < segment_internal.figure_in(options, 'min_rows'),
            pg_catalog.format('%s rows, but min_rows is %s', metrics ->> 'rows', options ->> 'min_rows')),
        (2, segment_internal.figure_in(metrics, 'max_missing_share') > segment_internal.figure_in(options, 'max_missing_share'),
            pg_catalog.format('%s is null in a share of %s of the rows, but max_missing_share is %s',
                              COALESCE((SELECT pg_catalog.format('column "%s"', f.key)
                                        FROM pg_catalog.jsonb_each(CASE pg_catalog.jsonb_typeof(metrics -> 'missing') WHEN 'object' THEN metrics -> 'missing' ELSE '{}' END) f
                                        ORDER BY segment_internal.figure_in(metrics -> 'missing', f.key) DESC NULLS LAST, f.key LIMIT 1), 'a feature'),
                              segment_internal.short_figure(segment_internal.figure_in(metrics, 'max_missing_share'), segment_internal.figure_in(options, 'max_missing_share')),
                              options ->> 'max_missing_share')),
        (3, segment_internal.figure_in(metrics, 'silhouette') < segment_internal.figure_in(options, 'min_silhouette'),
            pg_catalog.format('silhouette is %s, but min_silhouette is %s',
                              segment_internal.short_figure(segment_internal.figure_in(metrics, 'silhouette'), segment_internal.figure_in(options, 'min_silhouette')),
                              options ->> 'min_silhouette')),
        (4, segment_internal.figure_in(metrics, 'max_psi') > segment_internal.figure_in(options, 'max_drift'),
            pg_catalog.format('drift%s is %s, but max_drift is %s',
                              (SELECT CASE d.value ->> 'subject' WHEN 'feature' THEN pg_catalog.format(' of feature "%s"', d.value ->> 'name')
                                                                 ELSE ' of the cluster shares' END
                               FROM segment_internal.rows_in(metrics, 'drift') d(value)
                               WHERE d.value ->> 'subject' IN ('feature', 'clusters')
                               ORDER BY segment_internal.figure_in(d.value, 'psi') DESC NULLS LAST, d.value ->> 'name' LIMIT 1),
                              segment_internal.short_figure(segment_internal.figure_in(metrics, 'max_psi'), segment_internal.figure_in(options, 'max_drift')),
                              options ->> 'max_drift')),
        -- an error that is not known is no small one, unless all forecasts were exact
        (5, pg_catalog.jsonb_exists(options, 'max_mase')
            AND COALESCE((SELECT pg_catalog.bool_or(COALESCE(segment_internal.figure_in(a.value, 'mase') > segment_internal.figure_in(options, 'max_mase'),
                                                             segment_internal.figure_in(a.value, 'mae') <> 0, true))
                          FROM segment_internal.rows_in(metrics, 'summary') a(value) WHERE a.value ->> 'is_benchmark' = 'false'), true),
            pg_catalog.format('mase is %s, but max_mase is %s',
                              COALESCE(segment_internal.short_figure((SELECT pg_catalog.max(segment_internal.figure_in(a.value, 'mase')) FROM segment_internal.rows_in(metrics, 'summary') a(value)
                                                                      WHERE a.value ->> 'is_benchmark' = 'false'), segment_internal.figure_in(options, 'max_mase'))::pg_catalog.text, 'unknown'),
                              options ->> 'max_mase'))
    ) AS g(place, broken, reason)
    WHERE g.broken
    ORDER BY g.place
    LIMIT 1;
END;
COMMENT ON FUNCTION segment_internal.guard(jsonb, jsonb) IS
'The first guard of the options that the figures of a fit violate, as text; NULL without one.';

CREATE FUNCTION segment_internal.is_comparable(m segment.model, old bytea, old_columns text[]) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(m.feature_columns = old_columns
                    AND (NOT segment_internal.has_option(m.algorithm, 'fit', 'feature_names')
                         OR (SELECT pg_catalog.jsonb_agg(f.feature ORDER BY f."position") FROM segment.model_features(old) f)
                            = COALESCE(m.options -> 'feature_names', pg_catalog.to_jsonb(m.feature_columns))), false);
END;
COMMENT ON FUNCTION segment_internal.is_comparable(segment.model, bytea, text[]) IS
'True when the old model, fitted on those columns, has the present features of the registered model. Otherwise a refit cannot keep cluster numbers or axes.';

CREATE FUNCTION segment_internal.raise_by_column(m segment.model, state text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    what text := substring(message from '((?:feature|category) [0-9]{1,4})');
    is_category boolean := what LIKE 'category%';
    place integer := split_part(what, ' ', 2)::integer;
    column_name text := CASE WHEN is_category THEN m.describe_columns[place] ELSE m.feature_columns[place] END;
    source text := format('%I.%I', m.source_schema, m.source_name);
BEGIN
    IF column_name IS NOT NULL THEN
        message := overlay(message placing format('column "%s"', column_name) from strpos(message, what) for length(what));
        IF state = '22004' THEN
            hint := format('To find the rows: SELECT %I FROM %s WHERE %I IS NULL. The option null_policy sets how nulls are handled.',
                           m.id_column, source, column_name);
        ELSIF hint IS NULL OR hint = '' THEN
            hint := format('To look at the values: SELECT %I, %I FROM %s ORDER BY %s DESC.', m.id_column, column_name, source,
                           CASE WHEN is_category THEN format('octet_length(%I::text)', column_name) ELSE '2' END);
        END IF;
    END IF;
    PERFORM segment_internal.raise_again(state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment_internal.raise_by_column(segment.model, text, text, text, text) IS
'Raises an error of a fit again, with the name of the column in place of the number of the feature or category.';

CREATE FUNCTION segment_internal.fit_source(
    m segment.model, source regclass, expression text, old bytea, has_drift boolean,
    OUT rows bigint, OUT present bigint[], OUT content bigint, OUT model bytea, OUT drift bytea)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- reads the source once, with one snapshot
    EXECUTE format(
        'SELECT count(segment_internal.progress_tick()), ARRAY[%s], bit_xor(hash_record_extended(ROW(s.%I, %s), 0)), %s, %s FROM %s s',
        (SELECT string_agg(format('count(s.%I)', f.name), ', ' ORDER BY f.place) FROM unnest(m.feature_columns) WITH ORDINALITY AS f(name, place)),
        m.id_column,
        (SELECT string_agg(format('s.%I', f.name), ', ' ORDER BY f.place) FROM unnest(m.feature_columns) WITH ORDINALITY AS f(name, place))
            || CASE WHEN m.describe_columns IS NOT NULL THEN ', ' || segment_internal.category_array(m.describe_columns) ELSE '' END
            || CASE WHEN m.label_column IS NOT NULL THEN format(', s.%I', m.label_column) ELSE '' END,
        expression, CASE WHEN has_drift THEN format('segment.drift_fit($1, %s)', segment_internal.feature_array(m)) ELSE 'NULL' END, source)
    INTO rows, present, content, model, drift USING old;
    IF model IS NULL THEN
        RAISE EXCEPTION 'there are no rows to fit' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.fit_source(segment.model, regclass, text, bytea, boolean) IS
'Reads the source of a model once. Returns the fitted model, the number of rows, for each feature the number of rows that are not null, an order-independent hash of the content, and with has_drift the drift against the old model. Error: 22023 no rows.';

CREATE FUNCTION segment_internal.read_and_fit(
    name text, old bytea, old_columns text[],
    OUT model bytea, OUT feature_columns text[], OUT fingerprint text, OUT metrics jsonb, OUT names jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.model_row(name, true);
    source regclass := segment_internal.model_source(m);
    comparable bytea := CASE WHEN segment_internal.is_comparable(m, old, old_columns) THEN old END;
    has_drift boolean := comparable IS NOT NULL AND (segment_internal.algorithm_row(m.algorithm)).has_histograms;
    plan record;
    fit record;
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    -- a superuser may change the model, but must not run code that its owner put into the source
    IF m.owner <> current_user THEN
        RAISE EXCEPTION 'must be role "%" to read the source of model "%"', m.owner, name
            USING ERRCODE = 'insufficient_privilege', HINT = 'Call segment.refit or segment.fit.';
    END IF;
    PERFORM segment_internal.check_options(m);
    plan := segment_internal.fit_plan(m, source, comparable);
    PERFORM segment_internal.report_stage(m, 'reading and fitting');
    fit := segment_internal.fit_source(m, source, plan.expression, comparable, has_drift);
    model := segment_internal.align_model(m, fit.model, comparable);
    feature_columns := m.feature_columns;
    fingerprint := format('%s-%s', fit.rows, lpad(to_hex(fit.content), 16, '0'));
    names := segment_internal.generated_names(m, model, (
        SELECT jsonb_object_agg(n.cluster_id, n.cluster_name) FROM segment_internal.cluster_names(name) n WHERE n.is_generated));
    metrics := jsonb_strip_nulls(to_jsonb(segment.model_info(model)) || jsonb_build_object(
        'rows', fit.rows,
        'describe_columns', m.describe_columns,
        'label_column', m.label_column,
        'missing', (SELECT jsonb_object_agg(f.column_name, round(1 - f.present::numeric / fit.rows, 6))
                    FROM unnest(m.feature_columns, fit.present) AS f(column_name, present)),
        'max_missing_share', (SELECT round(1 - min(f.present)::numeric / fit.rows, 6) FROM unnest(fit.present) AS f(present)),
        'max_psi', (SELECT max(d.psi) FROM segment.drift_rows(fit.drift) d WHERE d.subject IN ('feature', 'clusters')),
        'drift', (SELECT jsonb_agg(to_jsonb(d)) FROM segment.drift_rows(fit.drift) d),
        'summary', segment_internal.fit_summary(m, source, model)) || COALESCE(plan.metrics, '{}'));
EXCEPTION
    WHEN null_value_not_allowed OR numeric_value_out_of_range OR invalid_parameter_value THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM segment_internal.raise_by_column(m, state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment_internal.read_and_fit(text, bytea, text[]) IS
'Reads the source of a model and fits it; old is the active version, fitted on old_columns, or NULL. run_fit calls it as the model''s owner. Errors: 42501 the current user is not the owner of the model, and those of the fit, with the name of the column.';

CREATE FUNCTION segment_internal.run_fit(fit bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.running_fit(fit);
    m segment.model := segment_internal.model_row(run.model_name, true);
    old record;
    fitted record;
    reason text;
BEGIN
    SELECT v.version, v.feature_columns INTO old FROM segment_internal.active_version(m.model_name) v;
    SELECT * INTO fitted
    FROM segment_internal.query_as(m.owner, format('SELECT * FROM segment_internal.read_and_fit(%L, $1[1], %L)', m.model_name, old.feature_columns),
                                   ARRAY[segment_internal.version_model(m.model_name, COALESCE(old.version, 0))])
        AS f(model bytea, feature_columns text[], fingerprint text, metrics jsonb, names jsonb);
    PERFORM segment_internal.report_stage(m, 'checking');
    fitted.metrics := fitted.metrics || jsonb_strip_nulls(jsonb_build_object('against_version', old.version));
    reason := segment_internal.finish_fit(fit, fitted.model, fitted.feature_columns, fitted.fingerprint, fitted.metrics, fitted.names, old.version);
    PERFORM segment_internal.report_stage(m, COALESCE('held: ' || reason, 'active: version ' || (
        SELECT v.version FROM segment_internal.active_version(m.model_name) v)));
    PERFORM segment_internal.progress_stage(NULL, NULL);
END $$;
COMMENT ON FUNCTION segment_internal.run_fit(bigint) IS
'Fits, aligns, checks and activates the version of a log row that start_fit wrote.';

CREATE FUNCTION segment_internal.raise_again(state text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- RAISE rejects a null option, and shows an empty detail
    IF detail <> '' AND hint <> '' THEN
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
    ELSIF detail <> '' THEN
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail;
    ELSIF hint <> '' THEN
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint;
    ELSE
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.raise_again(text, text, text, text) IS
'Raises a caught error again, with the same SQLSTATE, message, detail and hint.';

-- ---- refit and fit --------------------------------------------------------------

CREATE FUNCTION segment_internal.in_transaction_block() RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.in_transaction_block() IS
'True inside a transaction block.';

-- A procedure that commits cannot have a SET clause. So no name and no operator here may
-- depend on the search path.
CREATE PROCEDURE segment_internal.refit(model_name pg_catalog.text)
LANGUAGE plpgsql AS $$
DECLARE
    fit_id bigint;
    failed boolean := false;
    state pg_catalog.text;
    message pg_catalog.text;
    detail pg_catalog.text;
    hint pg_catalog.text;
BEGIN
    IF segment_internal.in_transaction_block() THEN
        RAISE EXCEPTION 'refit cannot run inside a transaction block'
            USING ERRCODE = 'invalid_transaction_termination', HINT = pg_catalog.format('Use SELECT segment.fit(%L).', model_name);
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    fit_id := segment_internal.start_fit(model_name);
    IF fit_id IS NULL THEN
        RAISE NOTICE 'model "%" is being refitted, so this refit is skipped', model_name;
        RETURN;
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    IF segment_internal.lock_fit(fit_id) THEN
        BEGIN
            PERFORM segment_internal.run_fit(fit_id);
        EXCEPTION WHEN OTHERS OR QUERY_CANCELED OR ASSERT_FAILURE THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            failed := true;
        END;
        IF failed THEN
            PERFORM segment_internal.fail_fit(fit_id, state, message);
        END IF;
    END IF;
    COMMIT;
    IF failed THEN
        PERFORM segment_internal.raise_again(state, message, detail, hint);
    END IF;
END $$;
COMMENT ON PROCEDURE segment_internal.refit(text) IS
'Implementation of segment.refit, which hides the SQL context of errors.';

CREATE PROCEDURE segment.refit(model_name text)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C;
COMMENT ON PROCEDURE segment.refit(text) IS
'Fits a registered model and activates the new version. It reads the source in one REPEATABLE READ transaction, keeps cluster numbers, axes and RFM cuts of the old version, and checks the guards; a version that violates a guard stays a candidate. Each refit is logged in segment.fit_log. A failed refit leaves the active version unchanged and raises the error. When another refit of the model is running, this one is logged as skipped. It commits, so it cannot run inside a transaction block (2D000): use segment.fit there.';

CREATE FUNCTION segment_internal.fit(model_name text) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run_id bigint := segment_internal.start_fit(model_name);
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    IF run_id IS NULL THEN
        RAISE EXCEPTION 'model "%" is being refitted', model_name USING ERRCODE = 'object_in_use';
    END IF;
    BEGIN
        PERFORM segment_internal.run_fit(run_id);
    EXCEPTION WHEN OTHERS THEN
        -- raise the error from here, without the context of the SQL that reads the source
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM segment_internal.raise_again(state, message, detail, hint);
    END;
    RETURN (SELECT l.version FROM segment_internal.log(model_name) l WHERE l.fit_id = run_id);
END $$;
COMMENT ON FUNCTION segment_internal.fit(text) IS
'Implementation of segment.fit, which hides the SQL context of errors.';

CREATE FUNCTION segment.fit(model_name text) RETURNS integer
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.fit(text) IS
'Like CALL segment.refit(model_name), but in the caller''s transaction. Returns the version, which is active unless a guard holds it. An error rolls back everything, including the log row. Errors: 55006 a refit of the model is running, and those of the fit.';
