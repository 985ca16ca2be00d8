-- Functions that the hooks of several families use.

CREATE FUNCTION segment_internal.feature_list(m segment.model) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.format('s.%I::pg_catalog.float8', f.name), ', ' ORDER BY f.place)
    FROM pg_catalog.unnest(m.feature_columns) WITH ORDINALITY AS f(name, place);
END;
COMMENT ON FUNCTION segment_internal.feature_list(segment.model) IS
'The features of a model as SQL over a row s of its source: one float8 each.';

CREATE FUNCTION segment_internal.feature_array(m segment.model) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('ARRAY[%s]', segment_internal.feature_list(m));
END;
COMMENT ON FUNCTION segment_internal.feature_array(segment.model) IS
'The features of a model as SQL over a row s of its source: one float8[].';

CREATE FUNCTION segment_internal.category_array(names text[]) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('ARRAY[%s]::pg_catalog.text[]', pg_catalog.string_agg(pg_catalog.format('s.%I::pg_catalog.text', f.name), ', ' ORDER BY f.place))
    FROM pg_catalog.unnest(names) WITH ORDINALITY AS f(name, place);
END;
COMMENT ON FUNCTION segment_internal.category_array(text[]) IS
'These columns, such as the describe_columns of a model, as SQL over a row s of its source: one text[].';

CREATE FUNCTION segment_internal.has_option(algorithm text, used_in text, option_name text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM segment.algorithm_option o
                   WHERE o.algorithm = has_option.algorithm AND o.used_in = has_option.used_in AND o.option_name = has_option.option_name);
END;
COMMENT ON FUNCTION segment_internal.has_option(text, text, text) IS
'True when the algorithm has that option.';

CREATE FUNCTION segment_internal.min_cell(m segment.model) RETURNS integer
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE((m.options ->> 'min_cell')::numeric::integer, segment_internal.min_cell_size());
END;
COMMENT ON FUNCTION segment_internal.min_cell(segment.model) IS
'The option min_cell of a model, or segment.min_cell_size without it: groups of fewer rows are shown without their number.';

CREATE FUNCTION segment_internal.options_of_fit(m segment.model) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN segment_internal.has_option(m.algorithm, 'fit', 'feature_names')
                THEN pg_catalog.jsonb_build_object('feature_names', pg_catalog.to_jsonb(m.feature_columns)) ELSE '{}' END
           || (m.options - ARRAY(SELECT o.option_name FROM segment.algorithm_option o
                                 WHERE o.algorithm = m.algorithm AND o.used_in <> 'fit'));
END;
COMMENT ON FUNCTION segment_internal.options_of_fit(segment.model) IS
'The options for a model''s fit aggregate. The feature names are those of the columns unless the option feature_names is set.';

CREATE FUNCTION segment_internal.fit_options(algorithm text)
RETURNS TABLE (option_name text, type text, default_value jsonb, value_range text, meaning text)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment_internal.fit_options(text) IS
'The options that the fit aggregate of an algorithm takes, one row each; no rows for an unknown algorithm. default_value: NULL where there is none; value_range: "low to high", both allowed, or the valid words; NULL where any value of the type is valid.';

CREATE FUNCTION segment_internal.check_fit_options(algorithm text, options jsonb, features integer, k integer, k_min integer, k_max integer)
RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.check_fit_options(text, jsonb, integer, integer, integer, integer) IS
'Raises the errors of the fit aggregate for its options (22023), given the number of features and, for kmeans, k, or k_min and k_max where k is NULL. With NULL for one of the first three arguments nothing is checked.';

CREATE FUNCTION segment_internal.plain_fit(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.%I(%s, %L::pg_catalog.jsonb)', m.algorithm || '_fit', segment_internal.feature_array(m),
                             segment_internal.options_of_fit(m)),
           NULL::jsonb;
END;
COMMENT ON FUNCTION segment_internal.plain_fit(segment.model, regclass, bytea) IS
'Fit hook of an algorithm whose aggregate is <algorithm>_fit(features, options).';

CREATE FUNCTION segment_internal.plain_check(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.check_fit_options(m.algorithm, segment_internal.options_of_fit(m), cardinality(m.feature_columns), NULL, NULL, NULL);
END $$;
COMMENT ON FUNCTION segment_internal.plain_check(segment.model) IS
'Check hook of an algorithm whose aggregate is <algorithm>_fit(features, options). Error: 22023 invalid options.';

CREATE TYPE segment_internal.publish_sql AS (details jsonb, columns jsonb);
COMMENT ON TYPE segment_internal.publish_sql IS 'Result of a publish hook: SQL of the columns of a model. details: expressions by name over a row s of the source, each computed once for each row; the names end with the place of the model. columns: expressions by column_name of segment.algorithm_column over q, whose columns are the details; all columns except the one of role version. In both, $1[place] is the active model, $2[place] the model published before and $3[place] the names of the groups by number, as jsonb.';

CREATE TYPE segment_internal.assignment AS (model_name text, version integer, id text);
COMMENT ON TYPE segment_internal.assignment IS 'Result of segment.assign for a model of any algorithm. The SQL piece of each family adds its columns; they are NULL for other algorithms.';
