-- Profiles in the registry: hooks, and rows in the tables of algorithms.

CREATE FUNCTION segment_internal.profile_options(m segment.model) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT segment_internal.options_of_fit(m) || CASE WHEN m.describe_columns IS NULL THEN '{}'
           ELSE pg_catalog.jsonb_build_object('category_names', pg_catalog.to_jsonb(m.describe_columns)) END;
END;
COMMENT ON FUNCTION segment_internal.profile_options(segment.model) IS
'The options for profile_fit: the categories are the describe_columns.';

CREATE FUNCTION segment_internal.profile_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    options jsonb := segment_internal.profile_options(m);
BEGIN
    -- cuts and letters stay, so that codes keep their meaning
    IF old IS NOT NULL AND NOT COALESCE((m.options ->> 'recut')::boolean, false) THEN
        options := options || jsonb_build_object(
            'cuts', COALESCE((
                SELECT jsonb_object_agg(c.attribute, c.cuts)
                FROM (SELECT l.attribute, jsonb_agg(l.upper_bound ORDER BY l.letter COLLATE "C") AS cuts
                      FROM segment.profile_letters(old) l WHERE l.upper_bound IS NOT NULL GROUP BY l.attribute) c), '{}')
                || COALESCE(m.options -> 'cuts', '{}'),
            'categories', COALESCE(m.options -> 'categories', '{}') || COALESCE((
                SELECT jsonb_object_agg(c.attribute, c.categories)
                FROM (SELECT l.attribute, jsonb_agg(l.category ORDER BY l.letter COLLATE "C") AS categories
                      FROM segment.profile_letters(old) l WHERE l.category IS NOT NULL AND l.attribute = ANY (m.describe_columns)
                      GROUP BY l.attribute) c), '{}'));
    END IF;
    expression := format('segment.profile_fit(%s, %s, %L::pg_catalog.jsonb)', segment_internal.feature_array(m),
                         segment_internal.category_array(m.describe_columns), options);
END $$;
COMMENT ON FUNCTION segment_internal.profile_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of profile: keeps the cuts and the letters of the active version unless the option recut is true; new categories get further letters.';

CREATE FUNCTION segment_internal.profile_check_hook(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF m.options ? 'category_names' THEN
        RAISE EXCEPTION 'option "category_names" has no effect in a registered model'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The categories have the names of the describe_columns.';
    END IF;
    PERFORM segment_internal.check_fit_options('profile', segment_internal.profile_options(m), cardinality(m.feature_columns), NULL, NULL, NULL);
END $$;
COMMENT ON FUNCTION segment_internal.profile_check_hook(segment.model) IS
'Check hook of profile. Error: 22023 for options that profile_fit refuses, and for category_names.';

CREATE FUNCTION segment_internal.profile_code_sql(m segment.model, parameter text, model bytea) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- the columns that the version was fitted on
    SELECT pg_catalog.format('segment.profile_code(%s, %s, %s)', parameter, segment_internal.feature_array(m),
        segment_internal.category_array(ARRAY(SELECT c.name FROM pg_catalog.jsonb_array_elements_text(i.options -> 'category_names') WITH ORDINALITY c(name, place)
                                              ORDER BY c.place)))
    FROM segment.model_info(model) i;
END;
COMMENT ON FUNCTION segment_internal.profile_code_sql(segment.model, text, bytea) IS
'The code of a row s of the source as SQL; parameter is the SQL of the model.';

CREATE FUNCTION segment_internal.profile_summary_hook(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    summary jsonb;
BEGIN
    EXECUTE format($query$
        SELECT jsonb_agg(jsonb_build_object('code', c.code, 'is_suppressed', c.is_suppressed)
                         || CASE WHEN c.is_suppressed THEN '{}' ELSE jsonb_build_object('customers', c.n, 'share', c.share) END ORDER BY c.is_suppressed, CASE WHEN NOT c.is_suppressed THEN c.place END, c.code COLLATE "C")
        FROM (SELECT d.code, d.n, (d.n / sum(d.n) OVER ())::float8 AS share, row_number() OVER (ORDER BY d.n DESC, d.code COLLATE "C") AS place,
                     segment_internal.is_small_cell(d.n, $2) OVER () AS is_suppressed
              FROM (SELECT %s AS code, count(*) AS n FROM %s s GROUP BY 1) d) c
        WHERE c.place <= 1000$query$, segment_internal.profile_code_sql(m, '$1', model), source)
    INTO summary USING model, segment_internal.min_cell(m);
    RETURN summary;
END $$;
COMMENT ON FUNCTION segment_internal.profile_summary_hook(segment.model, regclass, bytea) IS
'Summary hook of profile: customers of the 1000 most frequent codes, for the view profile_summary; counts below the option min_cell are not stored.';

CREATE FUNCTION segment_internal.profile_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o text := format('q.d%s', place);
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, segment_internal.profile_code_sql(m, format('$1[%s]', place), model));
    IF old IS DISTINCT FROM model THEN
        o := format('q.o%s', place);
        sql.details := sql.details || jsonb_build_object('o' || place, segment_internal.profile_code_sql(m, format('$2[%s]', place), old));
    END IF;
    sql.columns := jsonb_build_object('profile_code', format('q.d%s', place), 'old_model_profile_code', o);
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.profile_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of profile: SQL of profile_code by the active and the old model.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook, check_hook, summary_hook, publish_hook,
                               has_describe_columns, is_builtin)
VALUES ('profile', 'profile', 'A letter code of numbers and categories; refits keep the letters.', 'row per id', false,
        'segment_internal.profile_fit_hook', 'segment_internal.profile_check_hook', 'segment_internal.profile_summary_hook',
        'segment_internal.profile_publish_hook', true, true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'profile', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('profile') o;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, minimum, maximum, choices, value_range, meaning)
SELECT 'profile', 'refit', o.option_name, o.type, o.default_value, o.minimum, o.maximum, o.choices, segment_internal.value_range(o.minimum, o.maximum, o.choices), o.meaning
FROM (VALUES
    ('recut', 'boolean', 'false'::jsonb, NULL::numeric, NULL::numeric, NULL::text[], 'Whether each refit makes new cuts and letters; else those of the active version stay.'),
    ('language', 'choice', '"en"', NULL, NULL, '{en,es,de}', 'Language of the actions in the view recommended_actions.'),
    ('min_cell', 'integer', NULL, 1, 1000000, NULL, 'Codes of fewer rows are shown without their number; without it segment.min_cell_size counts.')
) AS o(option_name, type, default_value, minimum, maximum, choices, meaning);

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('profile', 1, 'profile_code', 'text', 'label', 'Profile code, one letter for each attribute.'),
    ('profile', 2, 'profile_version', 'integer', 'version', 'Version of the model that wrote the row.'),
    ('profile', 3, 'old_model_profile_code', 'text', 'old label', 'Code of the same data under the version published before.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE profile_code text;
