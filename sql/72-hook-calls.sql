-- Calls of the hooks of an algorithm; see segment.algorithm.

CREATE FUNCTION segment_internal.check_model_options(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).check_hook, '(segment.model)');
BEGIN
    IF hook IS NOT NULL THEN
        EXECUTE format('SELECT %s($1)', hook) USING m;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_model_options(segment.model) IS
'Calls the check hook of a model''s algorithm.';

CREATE FUNCTION segment_internal.fit_plan(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).fit_hook, '(segment.model,regclass,bytea)');
BEGIN
    EXECUTE format('SELECT h.expression, h.metrics FROM %s($1, $2, $3) h', hook) INTO STRICT expression, metrics USING m, source, old;
END $$;
COMMENT ON FUNCTION segment_internal.fit_plan(segment.model, regclass, bytea) IS
'Calls the fit hook of a model''s algorithm.';

CREATE FUNCTION segment_internal.align_model(m segment.model, new bytea, old bytea) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).align_hook, '(bytea,bytea)');
    aligned bytea := new;
BEGIN
    IF hook IS NOT NULL AND old IS NOT NULL THEN
        EXECUTE format('SELECT %s($1, $2)', hook) INTO STRICT aligned USING new, old;
    END IF;
    RETURN aligned;
END $$;
COMMENT ON FUNCTION segment_internal.align_model(segment.model, bytea, bytea) IS
'Calls the align hook of a model''s algorithm, which returns the new model with the cluster numbers or axes of the old one. Returns the new model unchanged without a hook or an old model.';

CREATE FUNCTION segment_internal.fit_summary(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).summary_hook, '(segment.model,regclass,bytea)');
    summary jsonb;
BEGIN
    IF hook IS NOT NULL THEN
        EXECUTE format('SELECT %s($1, $2, $3)', hook) INTO STRICT summary USING m, source, model;
    END IF;
    RETURN summary;
END $$;
COMMENT ON FUNCTION segment_internal.fit_summary(segment.model, regclass, bytea) IS
'Calls the summary hook of a model''s algorithm; NULL without one.';

CREATE FUNCTION segment_internal.generated_names(m segment.model, model bytea, previous jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).names_hook, '(segment.model,bytea,jsonb)');
    names jsonb;
BEGIN
    IF hook IS NOT NULL THEN
        EXECUTE format('SELECT %s($1, $2, $3)', hook) INTO STRICT names USING m, model, previous;
    END IF;
    RETURN names;
END $$;
COMMENT ON FUNCTION segment_internal.generated_names(segment.model, bytea, jsonb) IS
'Calls the names hook of a model''s algorithm, which returns the generated names of its groups by number; NULL without a hook.';

CREATE FUNCTION segment_internal.check_columns_of(name text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_version boolean;
    has_result boolean;
BEGIN
    SELECT bool_or(c.role = 'version'), bool_or(c.role IN ('label', 'label name', 'value')) INTO has_version, has_result
    FROM segment.algorithm_column c WHERE c.algorithm = name;
    IF has_version IS DISTINCT FROM true OR has_result IS DISTINCT FROM true THEN
        RAISE EXCEPTION 'algorithm "%" has no % column in segment.algorithm_column', name,
            CASE WHEN has_version THEN 'label or value' ELSE 'version' END
            USING ERRCODE = 'undefined_column', HINT = 'publish and assign need a column of role version and one of role label or value.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_columns_of(text) IS
'Raises 42703 unless the algorithm has the columns that publish and assign need.';

CREATE FUNCTION segment_internal.publish_sql(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind segment.algorithm := segment_internal.algorithm_row(m.algorithm);
    hook text := segment_internal.hook(kind.publish_hook, '(segment.model,integer,bytea,bytea)');
    sql segment_internal.publish_sql;
    missing text;
BEGIN
    IF hook IS NULL OR kind.output_shape <> 'row per id' THEN
        RAISE EXCEPTION 'model "%" of algorithm "%" does not return one row per id', m.model_name, m.algorithm
            USING ERRCODE = 'wrong_object_type';
    END IF;
    PERFORM segment_internal.check_columns_of(m.algorithm);
    EXECUTE format('SELECT (h.sql).* FROM (SELECT %s($1, $2, $3, $4) AS sql OFFSET 0) h', hook) INTO STRICT sql USING m, place, model, old;
    SELECT c.column_name INTO missing FROM segment.algorithm_column c
    WHERE c.algorithm = m.algorithm AND c.role <> 'version' AND sql.columns ->> c.column_name IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'publish hook of algorithm "%" returns no column "%"', m.algorithm, missing USING ERRCODE = 'undefined_column';
    END IF;
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.publish_sql(segment.model, integer, bytea, bytea) IS
'Calls the publish hook of a model''s algorithm. Errors: 42809 the algorithm does not return one row per id, 42703 the algorithm has no columns, or the hook returns no SQL for one.';

CREATE FUNCTION segment_internal.detail_list(sql segment_internal.publish_sql) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- in PL/pgSQL, which keeps the plan: segment.assign calls it for each row
    RETURN (SELECT string_agg(format('%s AS %I', d.value, d.key), ', ' ORDER BY d.key) FROM jsonb_each_text(sql.details) d);
END $$;
COMMENT ON FUNCTION segment_internal.detail_list(segment_internal.publish_sql) IS
'The details of publish_sql as a select list.';
