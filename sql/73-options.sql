-- The options of a registered model: those of refit and publish, and those of the family's fit.

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, minimum, maximum, value_range, meaning)
SELECT a.algorithm, 'refit', o.option_name, o.type, o.minimum, o.maximum, segment_internal.value_range(o.minimum, o.maximum, NULL), o.meaning
FROM segment.algorithm a
JOIN (VALUES
    ('min_rows', 'integer', 0::numeric, 9e15::numeric, false, 'A version fitted on fewer rows is held.'),
    ('max_missing_share', 'number', 0, 1, false, 'A version is held when a larger share of a feature is null.'),
    ('max_drift', 'number', 0, 1e6, true, 'A version is held when the population stability index of a feature, or of the cluster shares, against the active version is higher.')
) AS o(option_name, type, minimum, maximum, needs_histograms, meaning) ON a.has_histograms OR NOT o.needs_histograms;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, choices, value_range, meaning)
SELECT a.algorithm, 'refit', 'sensitive', 'choice', '"warn"', '{warn,refuse}', 'warn, refuse',
       'What create_model and alter_model do about columns that match segment.sensitive_feature.'
FROM segment.algorithm a;

CREATE FUNCTION segment_internal.check_option_names(name text, option_names text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    valid text[] := (SELECT array_agg(o.option_name ORDER BY o.first_use DESC, o.option_name)
                     FROM (SELECT p.option_name, max(p.used_in) AS first_use FROM segment.algorithm_option p
                           WHERE p.algorithm = name GROUP BY p.option_name) o);
    unknown text;
BEGIN
    SELECT n INTO unknown FROM unnest(option_names) n WHERE n <> ALL (COALESCE(valid, '{}')) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unrecognized option "%"', unknown
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Valid options are: %s.', array_to_string(valid, ', '));
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_option_names(text, text[]) IS
'Raises 22023 for a name that is not an option of the algorithm; the hint lists all, those of refit first.';

CREATE FUNCTION segment_internal.expected_value(o segment.algorithm_option) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT pg_catalog.concat_ws(' or ',
        CASE o.type WHEN 'boolean' THEN 'true or false' WHEN 'text' THEN 'a text' WHEN 'relation' THEN 'the name of a relation'
            WHEN 'integer' THEN pg_catalog.format('an integer from %s to %s', o.minimum, o.maximum)
            WHEN 'number' THEN pg_catalog.format('a number from %s to %s', o.minimum, o.maximum) END,
        CASE pg_catalog.cardinality(o.choices) WHEN 1 THEN o.choices[1] ELSE 'one of ' || pg_catalog.array_to_string(o.choices, ', ') END);
END;
COMMENT ON FUNCTION segment_internal.expected_value(segment.algorithm_option) IS
'The valid values of an option, for an error message.';

CREATE FUNCTION segment_internal.check_option(o segment.algorithm_option, value jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fine boolean := CASE jsonb_typeof(value)
        WHEN 'string' THEN o.type IN ('text', 'relation') OR COALESCE(value #>> '{}' = ANY (o.choices), false)
        WHEN 'boolean' THEN o.type = 'boolean'
        WHEN 'number' THEN o.type IN ('integer', 'number') AND (value #>> '{}')::numeric BETWEEN o.minimum AND o.maximum
            AND (o.type = 'number' OR (value #>> '{}')::numeric % 1 = 0)
        ELSE false END;
BEGIN
    IF NOT fine THEN
        RAISE EXCEPTION 'option "%" must be %', o.option_name, segment_internal.expected_value(o) USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_option(segment.algorithm_option, jsonb) IS
'Raises 22023 unless the value is valid for an option of refit or publish.';

CREATE FUNCTION segment_internal.check_options(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF jsonb_typeof(m.options) <> 'object' THEN
        RAISE EXCEPTION 'options must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_option_names(m.algorithm, ARRAY(SELECT jsonb_object_keys(m.options)));
    PERFORM segment_internal.check_option(o, m.options -> o.option_name) FROM segment.algorithm_option o
    WHERE o.algorithm = m.algorithm AND o.used_in <> 'fit' AND m.options ? o.option_name;
    PERFORM segment_internal.check_model_options(m);
END $$;
COMMENT ON FUNCTION segment_internal.check_options(segment.model) IS
'Raises 22023 for options of a model that refit, publish or the fit would refuse for any rows; the message names the option.';
