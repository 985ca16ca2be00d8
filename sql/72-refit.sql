-- Refitting: CALL segment.refit(name) with transactions of its own, segment.fit(name) in the caller's.

-- ---- what differs between the families --------------------------------------

CREATE FUNCTION segment.features_expression(m segment.model) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT CASE m.algorithm
        WHEN 'rfm' THEN pg_catalog.string_agg(c.one, ', ' ORDER BY c.place)
        ELSE pg_catalog.concat('ARRAY[', pg_catalog.string_agg(c.one, ', ' ORDER BY c.place), ']') END
    FROM (SELECT pg_catalog.format('s.%I::pg_catalog.float8', f.name) AS one, f.place
          FROM pg_catalog.unnest(m.feature_columns) WITH ORDINALITY AS f(name, place)) c;
END;
COMMENT ON FUNCTION segment.features_expression(segment.model) IS
'Support function of refit and publish: the features of a model as SQL over its source s: one float8[], or three float8 for rfm.';

CREATE FUNCTION segment.fit_expression(m segment.model, old bytea) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    features text := segment.features_expression(m);
    options jsonb := segment.fit_options(m);
BEGIN
    CASE m.algorithm
    WHEN 'rfm' THEN
        IF old IS NOT NULL AND NOT COALESCE((m.options ->> 'recut')::boolean, false) THEN
            options := options || jsonb_build_object('cuts', (
                SELECT jsonb_object_agg(c.measure, c.cuts)
                FROM (SELECT measure, jsonb_agg(cut ORDER BY cut_no) AS cuts
                      FROM segment.rfm_cuts(old) GROUP BY measure) c));
        END IF;
        RETURN format('segment.rfm_fit(%s, %L::pg_catalog.jsonb)', features, options);
    WHEN 'kmeans' THEN
        -- warm: from the old centers, as long as they are as many
        IF m.options ->> 'start' = 'warm'
            AND (SELECT i.k = (m.options ->> 'k')::numeric AND i.features = cardinality(m.feature_columns)
                 FROM segment.model_info(old) i) THEN
            options := options || jsonb_build_object('init_method', 'centroids', 'centroids', E'\\x' || encode(old, 'hex'));
        END IF;
        RETURN format('segment.kmeans_fit(%s, %s, %L::pg_catalog.jsonb)', features, (m.options ->> 'k')::numeric::integer, options);
    ELSE
        RETURN format('segment.%I(%s, %L::pg_catalog.jsonb)', m.algorithm || '_fit', features, options);
    END CASE;
END $$;
COMMENT ON FUNCTION segment.fit_expression(segment.model, bytea) IS
'Support function of refit: the fit aggregate of a model as SQL over its source s; old is the active version, or NULL.';

CREATE FUNCTION segment.pca_axes(model bytea) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.max(c.component) FROM segment.pca_components(model) c;
END;
COMMENT ON FUNCTION segment.pca_axes(bytea) IS
'Support function of refit and publish: how many components a PCA model has; NULL for NULL.';

-- What keeps a model's meaning over a refit: cluster numbers and axes here; the cuts of rfm
-- stay because fit_expression hands them to the fit.
CREATE FUNCTION segment.align_model(algorithm text, new bytea, old bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF old IS NULL THEN
        RETURN new;
    ELSIF algorithm = 'kmeans' THEN
        RETURN segment.kmeans_align(new, old);
    ELSIF algorithm = 'pca' THEN
        -- explained_variance may need more or fewer axes than before; then they are as pca_fit turns them
        IF segment.pca_axes(new) = segment.pca_axes(old) THEN
            RETURN segment.pca_align(new, old);
        END IF;
    END IF;
    RETURN new;
END $$;
COMMENT ON FUNCTION segment.align_model(text, bytea, bytea) IS
'Support function of refit: the new model with the old one''s cluster numbers (k-means) or axes (PCA, where there are as many); unchanged for other algorithms and where there is no old model (NULL).';

CREATE FUNCTION segment.rfm_scheme(m segment.model, model bytea) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(m.options ->> 'scheme', CASE WHEN m.options ? 'rules' THEN 'none' END,
                    CASE WHEN (SELECT pg_catalog.max(c.cut_no) FROM segment.rfm_cuts(model) c) = 4 THEN 'grid' ELSE 'none' END);
END;
COMMENT ON FUNCTION segment.rfm_scheme(segment.model, bytea) IS
'Support function of refit and publish: the scheme that names the segments of an RFM model.';

CREATE FUNCTION segment_internal.rfm_call(m segment.model, parameter text, bytes bytea) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.rfm_details(%s, %s, %L, %L)', parameter, segment.features_expression(m), segment.rfm_scheme(m, bytes),
                             COALESCE(m.options ->> 'language', 'en'));
END;
COMMENT ON FUNCTION segment_internal.rfm_call(segment.model, text, bytea) IS
'What an RFM model says of a row of its source s, as SQL; the bytes of the model are the parameter.';

CREATE FUNCTION segment_internal.rfm_segment_of(m segment.model, details text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rules regclass;
BEGIN
    IF NOT m.options ? 'rules' THEN
        RETURN format('(%s).segment', details);
    END IF;
    rules := to_regclass(m.options ->> 'rules');
    IF rules IS NULL THEN
        RAISE EXCEPTION 'rules "%" of model "%" do not exist', m.options ->> 'rules', m.model_name
            USING ERRCODE = 'undefined_table', HINT = 'Give the option "rules" the name of a relation with its schema.';
    END IF;
    -- who has no scores has a word for it in place of a segment
    RETURN format('COALESCE(segment.rfm_segment((%1$s).r_score, (%1$s).f_score, (%1$s).m_score, %2$L::pg_catalog.regclass), (%1$s).segment)',
                  details, rules);
END $$;
COMMENT ON FUNCTION segment_internal.rfm_segment_of(segment.model, text) IS
'The name of the segment that details of an RFM model tell, as SQL: by a scheme, or by rules of one''s own. Error: 42P01 these do not exist.';

CREATE FUNCTION segment.fit_summary(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    summary jsonb;
BEGIN
    IF m.algorithm = 'rfm' THEN
        EXECUTE format(
            'SELECT jsonb_agg(to_jsonb(g) ORDER BY g.segment_order, g.customers DESC, g.segment)'
            ' FROM (SELECT COALESCE(%6$s, (q.d).rfm_score) AS segment, (q.d).segment_code, (q.d).segment_order, count(*) AS customers,'
            '       avg(q.r) AS recency_days, avg(q.f) AS frequency, avg(q.m) AS monetary, sum(q.m) AS revenue,'
            '       (sum(q.m) / NULLIF(sum(sum(q.m)) OVER (), 0))::float8 AS revenue_share'
            '       FROM (SELECT s.%1$I AS r, s.%2$I AS f, s.%3$I AS m, %5$s AS d FROM %4$s s OFFSET 0) q GROUP BY 1, 2, 3) g',
            m.feature_columns[1], m.feature_columns[2], m.feature_columns[3], source, segment_internal.rfm_call(m, '$1', model),
            segment_internal.rfm_segment_of(m, 'q.d'))
        INTO summary USING model;
    END IF;
    RETURN summary;
END $$;
COMMENT ON FUNCTION segment.fit_summary(segment.model, regclass, bytea) IS
'Support function of refit: what a view shows of a fit that the model does not carry; for rfm customers and means per segment.';

-- ---- the steps of a fit -------------------------------------------------------

CREATE FUNCTION segment.progress_stage(model_id integer, stage text, model_name text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.progress_stage(integer, text, text) IS
'Support function of refit: tell other sessions the stage, until the transaction ends, where they can be told: on PostgreSQL 15 and 16 that takes segment in shared_preload_libraries; NULL: nothing runs any more.';

CREATE FUNCTION segment.progress_tick() RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION segment.progress_tick() IS
'Support function of refit: counts a row that was read, for other sessions to see; true.';

CREATE FUNCTION segment.progress_slots(OUT pid integer, OUT model_id integer, OUT stage text, OUT rows_read bigint,
    OUT k integer, OUT iteration bigint, OUT inertia double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE ROWS 5;
COMMENT ON FUNCTION segment.progress_slots() IS
'What sessions of this database told with progress_stage and progress_tick, and k, number and inertia of the last iteration of kmeans_fit or kmeans_sweep in that stage (NULL before the first): those of roles that the caller is a member of, all for members of pg_read_all_stats. No rows on PostgreSQL 15 and 16 unless segment is in shared_preload_libraries. Read it through the view segment.refit_progress.';

CREATE FUNCTION segment.report_stage(m segment.model, stage text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment.progress_stage(m.model_id, stage, m.model_name);
    IF current_setting('segment.progress', true)::boolean THEN
        RAISE NOTICE 'model "%": %', m.model_name, stage;
    END IF;
END $$;
COMMENT ON FUNCTION segment.report_stage(segment.model, text) IS
'Support function of refit: the stage for the view segment.refit_progress, and a NOTICE where segment.progress is on.';

CREATE FUNCTION segment_internal.guard(options jsonb, metrics jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- the first guard that is not met, as a reason
    SELECT g.reason
    FROM (VALUES
        (1, segment_internal.figure_in(metrics, 'rows') < segment_internal.figure_in(options, 'min_rows'),
            pg_catalog.format('%s rows, but min_rows is %s', metrics ->> 'rows', options ->> 'min_rows')),
        (2, segment_internal.figure_in(metrics, 'max_missing_share') > segment_internal.figure_in(options, 'max_missing_share'),
            pg_catalog.format('a feature is missing in a share of %s, but max_missing_share is %s',
                              metrics ->> 'max_missing_share', options ->> 'max_missing_share')),
        (3, segment_internal.figure_in(metrics, 'silhouette') < segment_internal.figure_in(options, 'min_silhouette'),
            pg_catalog.format('silhouette is %s, but min_silhouette is %s',
                              metrics ->> 'silhouette', options ->> 'min_silhouette')),
        (4, segment_internal.figure_in(metrics, 'max_psi') > segment_internal.figure_in(options, 'max_drift'),
            pg_catalog.format('drift is %s, but max_drift is %s', metrics ->> 'max_psi', options ->> 'max_drift'))
    ) AS g(place, broken, reason)
    WHERE g.broken
    ORDER BY g.place
    LIMIT 1;
END;
COMMENT ON FUNCTION segment_internal.guard(jsonb, jsonb) IS
'Support function of refit: the first guard among the options that the figures of a fit do not meet, in words; NULL when all are met.';

CREATE FUNCTION segment.sweep_source(m segment.model, source regclass) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sweep jsonb;
BEGIN
    EXECUTE format('SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.k) FROM segment.kmeans_sweep_rows(w.sweep) r)'
                   ' FROM (SELECT segment.kmeans_sweep(%s, %s, %s, %L::pg_catalog.jsonb) AS sweep, count(segment.progress_tick()) FROM %s s) w',
                   segment.features_expression(m), COALESCE(m.options ->> 'k_min', '2')::numeric::integer,
                   COALESCE(m.options ->> 'k_max', '10')::numeric::integer,
                   segment.fit_options(m), source)
    INTO sweep;
    RETURN sweep;
END $$;
COMMENT ON FUNCTION segment.sweep_source(segment.model, regclass) IS
'Support function of refit: every k of k_min to k_max for a k-means model whose k is auto, as kmeans_sweep_rows tells it.';

CREATE FUNCTION segment_internal.is_comparable(m segment.model, old bytea, old_columns text[]) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- an RFM model has no names of its own
    SELECT COALESCE(m.feature_columns = old_columns
                    AND (m.algorithm = 'rfm' OR (SELECT pg_catalog.jsonb_agg(f.feature ORDER BY f."position") FROM segment.model_features(old) f)
                                                = COALESCE(m.options -> 'feature_names', pg_catalog.to_jsonb(m.feature_columns))), false);
END;
COMMENT ON FUNCTION segment_internal.is_comparable(segment.model, bytea, text[]) IS
'Has the old model, which was fitted on those columns, the features that the registered model has now? Else a refit cannot keep its meaning.';

CREATE FUNCTION segment_internal.choose_k(m segment.model, sweep jsonb, old bytea) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- of one cluster there is no silhouette
    SELECT COALESCE(
        -- the k in use stays unless another one is better by a margin
        (SELECT a.value -> 'k'
         FROM segment_internal.rows_in(pg_catalog.jsonb_build_object('sweep', sweep), 'sweep') a(value),
              segment_internal.rows_in(pg_catalog.jsonb_build_object('sweep', sweep), 'sweep') b(value)
         WHERE segment_internal.count_in(a.value, 'k') = (segment.model_info(old)).k
           AND segment_internal.flag_in(b.value, 'is_best_silhouette')
           AND COALESCE(segment_internal.figure_in(a.value, 'smallest_share') >= COALESCE(segment_internal.figure_in(m.options, 'min_share'), 0.01), false)
           AND segment_internal.figure_in(b.value, 'silhouette') - segment_internal.figure_in(a.value, 'silhouette')
               <= COALESCE(segment_internal.figure_in(m.options, 'k_margin'), 0.02)
         LIMIT 1),
        pg_catalog.jsonb_path_query_first(sweep, '$[*] ? (@.is_best_silhouette == true).k'), sweep -> 0 -> 'k');
END;
COMMENT ON FUNCTION segment_internal.choose_k(segment.model, jsonb, bytea) IS
'The k of a k-means model whose k is auto: that of the active version, unless the best silhouette is more than k_margin better or its smallest cluster is below min_share; else the best.';

CREATE FUNCTION segment_internal.raise_by_column(m segment.model, state text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place integer := substring(message from 'feature ([0-9]{1,4})')::integer;
    feature text := m.feature_columns[place];
    source text := format('%I.%I', m.source_schema, m.source_name);
BEGIN
    IF feature IS NOT NULL THEN
        message := regexp_replace(message, 'feature [0-9]+', format('column "%s"', feature));
        IF state = '22004' THEN
            hint := format('To find the rows: SELECT %I FROM %s WHERE %I IS NULL. The option null_policy says what else to do with them.',
                           m.id_column, source, feature);
        ELSIF hint IS NULL OR hint = '' THEN
            hint := format('To look at the values: SELECT %I, %I FROM %s ORDER BY 2 DESC.', m.id_column, feature, source);
        END IF;
    END IF;
    PERFORM segment.raise_again(state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment_internal.raise_by_column(segment.model, text, text, text, text) IS
'Raise an error of a fit again, with the name of the column where it had the number of a feature.';

CREATE FUNCTION segment.read_and_fit(
    name text, old bytea, old_columns text[], OUT model bytea, OUT feature_columns text[], OUT fingerprint text, OUT metrics jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment.model_row(name, true);
    source regclass := segment.model_source(m);
    columns text := (SELECT string_agg(format('s.%I', f), ', ' ORDER BY p) FROM unnest(m.feature_columns) WITH ORDINALITY AS u(f, p));
    has_drift boolean;
    sweep jsonb;
    rows bigint;
    present bigint[];
    content bigint;
    drift bytea;
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    feature_columns := m.feature_columns;
    IF NOT segment_internal.is_comparable(m, old, old_columns) THEN
        old := NULL;
    END IF;
    -- RFM models have no histograms
    has_drift := old IS NOT NULL AND m.algorithm <> 'rfm';
    -- a superuser may change the model, but must not run what its owner put into the source
    IF m.owner <> current_user THEN
        RAISE EXCEPTION 'must be role "%" to read the source of model "%"', m.owner, name
            USING ERRCODE = 'insufficient_privilege', HINT = 'Call segment.refit or segment.fit.';
    END IF;
    IF m.options ->> 'k' = 'auto' THEN
        sweep := segment.sweep_source(m, source);
        m.options := m.options || jsonb_build_object('k', segment_internal.choose_k(m, sweep, old));
        PERFORM segment.report_stage(m, 'reading and fitting');
    END IF;
    -- one reading of the source, one snapshot
    EXECUTE format(
        'SELECT count(segment.progress_tick()), ARRAY[%s], bit_xor(hash_record_extended(ROW(s.%I, %s), 0)), %s, %s FROM %s s',
        (SELECT string_agg(format('count(s.%I)', f), ', ' ORDER BY p) FROM unnest(m.feature_columns) WITH ORDINALITY AS u(f, p)),
        m.id_column, columns, segment.fit_expression(m, old),
        CASE WHEN has_drift THEN format('segment.drift_fit($1, %s)', segment.features_expression(m)) ELSE 'NULL' END, source)
    INTO rows, present, content, model, drift USING old;
    IF model IS NULL THEN
        RAISE EXCEPTION 'there are no rows to fit' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    model := segment.align_model(m.algorithm, model, old);
    fingerprint := format('%s-%s', rows, lpad(to_hex(content), 16, '0'));
    metrics := jsonb_strip_nulls(to_jsonb(segment.model_info(model)) || jsonb_build_object(
        'rows', rows,
        'missing', (SELECT jsonb_object_agg(f, round(1 - p::numeric / rows, 6))
                    FROM unnest(m.feature_columns, present) AS u(f, p)),
        'max_missing_share', (SELECT round(1 - min(p)::numeric / rows, 6) FROM unnest(present) AS u(p)),
        'max_psi', (SELECT max(d.psi) FROM segment.drift_rows(drift) d WHERE d.subject IN ('feature', 'clusters')),
        'drift', (SELECT jsonb_agg(to_jsonb(d)) FROM segment.drift_rows(drift) d),
        'sweep', sweep,
        'summary', segment.fit_summary(m, source, model)));
EXCEPTION
    WHEN null_value_not_allowed OR numeric_value_out_of_range OR invalid_parameter_value THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM segment_internal.raise_by_column(m, state, message, detail, hint);
END $$;
COMMENT ON FUNCTION segment.read_and_fit(text, bytea, text[]) IS
'Support function of refit: read the source once and fit; old is the active version, fitted on old_columns, or NULL. run_fit calls it as the model''s owner.';

CREATE FUNCTION segment.run_fit(fit_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run segment.model_log := segment_internal.running_fit(fit_id);
    m segment.model := segment.model_row(run.model_name, true);
    old record;
    fitted record;
    reason text;
BEGIN
    SELECT v.version, v.feature_columns INTO old FROM segment_internal.active_version(m.model_name) v;
    PERFORM segment.report_stage(m, CASE WHEN m.options ->> 'k' = 'auto' THEN 'choosing k' ELSE 'reading and fitting' END);
    PERFORM segment.check_options(m);
    SELECT * INTO fitted
    FROM segment_internal.query_as(m.owner, format('SELECT * FROM segment.read_and_fit(%L, $1[1], %L)', m.model_name, old.feature_columns),
                                   ARRAY[segment_internal.version_model(m.model_name, COALESCE(old.version, 0))])
        AS f(model bytea, feature_columns text[], fingerprint text, metrics jsonb);
    PERFORM segment.report_stage(m, 'checking');
    fitted.metrics := fitted.metrics || jsonb_strip_nulls(jsonb_build_object('against_version', old.version));
    reason := segment_internal.finish_fit(fit_id, fitted.model, fitted.feature_columns, fitted.fingerprint, fitted.metrics, old.version);
    PERFORM segment.report_stage(m, COALESCE('held: ' || reason, 'active: version ' || (
        SELECT v.version FROM segment_internal.active_version(m.model_name) v)));
    PERFORM segment.progress_stage(NULL, NULL);
END $$;
COMMENT ON FUNCTION segment.run_fit(bigint) IS
'Support function of refit: fit, align, guard and activate the version of a log row that start_fit wrote.';

CREATE FUNCTION segment.raise_again(state text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- RAISE takes no null, and an empty detail would be shown as one
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
COMMENT ON FUNCTION segment.raise_again(text, text, text, text) IS
'Support function of refit: raise an error that was caught, after it has been logged.';

-- ---- refit and fit --------------------------------------------------------------

CREATE FUNCTION segment_internal.in_transaction_block() RETURNS boolean
AS 'MODULE_PATHNAME' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.in_transaction_block() IS
'Has the client begun a transaction?';

-- Commits, so it has no SET clause, so that nothing in it is left to the search path:
-- no unqualified name, no operator.
CREATE PROCEDURE segment.refit(name pg_catalog.text)
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
            USING ERRCODE = 'invalid_transaction_termination', HINT = pg_catalog.format('SELECT segment.fit(%L) can.', name);
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    fit_id := segment_internal.start_fit(name);
    IF fit_id IS NULL THEN
        RAISE NOTICE 'model "%": a refit runs already, so this one is skipped', name;
        RETURN;
    END IF;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    IF segment_internal.lock_fit(fit_id) THEN
        BEGIN
            PERFORM segment.run_fit(fit_id);
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
        PERFORM segment.raise_again(state, message, detail, hint);
    END IF;
END $$;
COMMENT ON PROCEDURE segment.refit(text) IS
'Fit a registered model anew and activate the result: reads the source in one REPEATABLE READ transaction, keeps the meaning of the old version (cluster numbers, axes, RFM cuts), checks the guards, and activates the new version; a version that a guard holds back stays a candidate. Logged in segment.fit_log, also when it fails; then the active version is what it was, and the error is raised. When a refit of the model runs already, this one is logged as skipped. It commits, so it cannot run inside a transaction block (2D000): use segment.fit there.';

CREATE FUNCTION segment_internal.fit(name text) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run_id bigint := segment_internal.start_fit(name);
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    IF run_id IS NULL THEN
        RAISE EXCEPTION 'model "%" is being refitted', name USING ERRCODE = 'object_in_use';
    END IF;
    BEGIN
        PERFORM segment.run_fit(run_id);
    EXCEPTION WHEN OTHERS THEN
        -- again from here, without the SQL that reads the source
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM segment.raise_again(state, message, detail, hint);
    END;
    RETURN (SELECT l.version FROM segment_internal.log(name) l WHERE l.fit_id = run_id);
END $$;
COMMENT ON FUNCTION segment_internal.fit(text) IS
'The work of segment.fit, whose errors show none of its SQL.';

CREATE FUNCTION segment.fit(name text) RETURNS integer
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.fit(text) IS
'As CALL segment.refit(name), but in the caller''s transaction; returns the version, which is active unless a guard held it back. An error undoes everything, the log row too. Errors: 55006 a refit of the model runs, and those of the fit.';
