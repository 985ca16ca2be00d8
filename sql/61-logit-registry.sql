-- Logistic regressions in the registry: hooks, and rows in the tables of algorithms.

CREATE FUNCTION segment_internal.logit_options(m segment.model) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.options_of_fit(m) || CASE WHEN m.describe_columns IS NULL THEN '{}'
           ELSE pg_catalog.jsonb_build_object('category_names', pg_catalog.to_jsonb(m.describe_columns)) END;
END;
COMMENT ON FUNCTION segment_internal.logit_options(segment.model) IS
'The options for logit_fit: the categories are the describe_columns.';

CREATE FUNCTION segment_internal.logit_row(m segment.model) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.feature_array(m) || CASE WHEN m.describe_columns IS NULL THEN ''
           ELSE ', ' || segment_internal.category_array(m.describe_columns) END;
END;
COMMENT ON FUNCTION segment_internal.logit_row(segment.model) IS
'Features and, if there are any, categories of a model as SQL over a row s of its source.';

CREATE FUNCTION segment_internal.logit_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.logit_fit(s.%I, %s, %L::pg_catalog.jsonb)', m.label_column, segment_internal.logit_row(m),
                             segment_internal.logit_options(m)), NULL::jsonb;
END;
COMMENT ON FUNCTION segment_internal.logit_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of logit.';

CREATE FUNCTION segment_internal.logit_check_hook(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF m.options ? 'category_names' THEN
        RAISE EXCEPTION 'option "category_names" has no effect in a registered model'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The categories have the names of the describe_columns.';
    END IF;
    PERFORM segment_internal.check_fit_options('logit', segment_internal.logit_options(m), cardinality(m.feature_columns), NULL, NULL, NULL);
END $$;
COMMENT ON FUNCTION segment_internal.logit_check_hook(segment.model) IS
'Check hook of logit. Error: 22023 for options that logit_fit refuses, and for category_names.';

CREATE FUNCTION segment_internal.logit_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_object('d' || place, pg_catalog.format('segment.logit_predict($1[%s], %s)', place, segment_internal.logit_row(m))),
           pg_catalog.jsonb_build_object('probability', pg_catalog.format('q.d%s', place));
END;
COMMENT ON FUNCTION segment_internal.logit_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of logit: SQL of logit_predict.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook, check_hook, publish_hook,
                               has_describe_columns, has_label_column, is_builtin)
VALUES ('logit', 'logit', 'Probability of a label, by logistic regression.', 'row per id', false,
        'segment_internal.logit_fit_hook', 'segment_internal.logit_check_hook', 'segment_internal.logit_publish_hook', true, true, true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'logit', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('logit') o;

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('logit', 1, 'probability', 'double precision', 'value', 'Probability that the label is true, 0 to 1.'),
    ('logit', 2, 'logit_version', 'integer', 'version', 'Version of the model that wrote the row.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE probability float8;
