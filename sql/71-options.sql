-- The options of a registered model: those that steer refit, and those of the family's fit.

CREATE FUNCTION segment.refit_options()
RETURNS TABLE (option text, algorithms text[], type text, minimum float8, maximum float8, choices text[], meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 13
BEGIN ATOMIC
    VALUES
    ('k', '{kmeans}'::text[], 'integer', 1::float8, 10000::float8, '{auto}'::text[], 'number of clusters, or auto: the best silhouette of k_min to k_max at each refit'),
    ('k_min', '{kmeans}', 'integer', 1, 1000, NULL, 'smallest k of auto; default 2'),
    ('k_max', '{kmeans}', 'integer', 1, 1000, NULL, 'largest k of auto; default 10'),
    ('k_margin', '{kmeans}', 'number', 0, 2, NULL, 'auto: the k in use stays unless the best silhouette is better by more; default 0.02'),
    ('start', '{kmeans}', 'choice', NULL, NULL, '{fresh,warm}', 'warm: start from the centers of the active version; default fresh'),
    ('language', '{kmeans,rfm}', 'choice', NULL, NULL, '{en,es,de}', 'of the generated descriptions and of the segments'' names; default en'),
    ('min_silhouette', '{kmeans}', 'number', -1, 1, NULL, 'hold a version whose silhouette (the full one, over a sample of the rows) is lower'),
    ('recut', '{rfm}', 'boolean', NULL, NULL, NULL, 'true: new cuts at each refit; default false, the active version''s cuts stay'),
    ('scheme', '{rfm}', 'choice', NULL, NULL, '{grid,rfm,none}', 'segment names; default grid with 5 bins, else none'),
    ('rules', '{rfm}', 'text', NULL, NULL, NULL, 'a relation that names the segments, as rfm_segment takes it, in place of a scheme'),
    ('min_rows', '{kmeans,rfm,pca,anomaly}', 'integer', 0, 9e15, NULL, 'hold a version that read fewer rows'),
    ('max_missing_share', '{kmeans,rfm,pca,anomaly}', 'number', 0, 1, NULL, 'hold a version where a larger share of a feature is null'),
    ('max_drift', '{kmeans,pca,anomaly}', 'number', 0, 1e6, NULL, 'hold a version where the population stability index of a feature, or of the cluster shares, against the active version is higher; RFM models keep no histograms to measure it by');
END;
COMMENT ON FUNCTION segment.refit_options() IS
'The options of create_model that steer refit; all others go to the family''s fit aggregate. algorithms: where the option exists; type: integer, number, boolean, choice or text; minimum, maximum: bounds, both allowed; choices: words allowed.';

CREATE FUNCTION segment_internal.fit_options(algorithm text)
RETURNS TABLE (option_name text, type text, default_value jsonb, value_range text, meaning text)
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION segment_internal.fit_options(text) IS
'The options that the fit aggregate of an algorithm takes, one row each; no rows for an unknown algorithm. default_value: NULL where there is none; value_range: "low to high", both allowed, or the valid words; NULL where any value of the type is valid.';

CREATE FUNCTION segment_internal.check_option_names(algorithm text, names text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    valid text[] := (SELECT array_agg(r.option) FROM segment.refit_options() r
                     WHERE check_option_names.algorithm = ANY (r.algorithms));
    unknown text;
BEGIN
    valid := valid || (SELECT array_agg(f.option_name) FROM segment_internal.fit_options(algorithm) f WHERE f.option_name <> ALL (valid));
    SELECT n INTO unknown FROM unnest(names) n WHERE n <> ALL (valid) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unrecognized option "%"', unknown
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Valid options are: %s.', array_to_string(valid, ', '));
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_option_names(text, text[]) IS
'22023 for a name that is no option of a registered model of the algorithm, neither of refit nor of its fit; the hint lists all.';

CREATE FUNCTION segment.check_option(option text, value jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o record;
    fine boolean;
    wanted text;
BEGIN
    SELECT * INTO o FROM segment.refit_options() r WHERE r.option = check_option.option;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    fine := CASE jsonb_typeof(value)
        WHEN 'string' THEN o.type = 'text' OR COALESCE(value #>> '{}' = ANY (o.choices), false)
        WHEN 'boolean' THEN o.type = 'boolean'
        WHEN 'number' THEN o.type IN ('integer', 'number')
            AND (value #>> '{}')::numeric BETWEEN o.minimum::numeric AND o.maximum::numeric
            AND (o.type = 'number' OR (value #>> '{}')::numeric % 1 = 0)
        ELSE false END;
    IF NOT fine THEN
        wanted := concat_ws(' or ',
            CASE WHEN o.type = 'boolean' THEN 'true or false' WHEN o.type = 'text' THEN 'a text' END,
            CASE WHEN o.type IN ('integer', 'number')
                THEN format('%s from %s to %s', CASE o.type WHEN 'integer' THEN 'an integer' ELSE 'a number' END,
                            o.minimum::numeric, o.maximum::numeric) END,
            CASE cardinality(o.choices) WHEN 1 THEN o.choices[1] ELSE 'one of ' || array_to_string(o.choices, ', ') END);
        RAISE EXCEPTION 'option "%" must be %', option, wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment.check_option(text, jsonb) IS
'Support function of check_options: 22023 unless the value suits an option of segment.refit_options(); options that are not listed there pass.';

CREATE FUNCTION segment.fit_options(m segment.model) RETURNS jsonb
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT CASE WHEN m.algorithm = 'rfm' THEN '{}'
                ELSE pg_catalog.jsonb_build_object('feature_names', pg_catalog.to_jsonb(m.feature_columns)) END
           || (m.options - (SELECT pg_catalog.array_agg(r.option) FROM segment.refit_options() r));
END;
COMMENT ON FUNCTION segment.fit_options(segment.model) IS
'Support function of refit: the options that a model''s fit aggregate gets, features named after their columns unless named otherwise.';

CREATE FUNCTION segment.check_fit_options(algorithm text, options jsonb, features integer, k integer, k_min integer, k_max integer)
RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment.check_fit_options(text, jsonb, integer, integer, integer, integer) IS
'Support function of check_options: raises what the fit aggregate of an algorithm would raise for its options (22023), given the number of features and, for kmeans, k, or k_min and k_max where k is NULL. NULL for one of the first three: nothing is checked.';

CREATE FUNCTION segment.check_options(m segment.model) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
    bins jsonb := COALESCE(m.options -> 'bins', '5');
BEGIN
    IF jsonb_typeof(m.options) <> 'object' THEN
        RAISE EXCEPTION 'options must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_option_names(m.algorithm, ARRAY(SELECT jsonb_object_keys(m.options)));
    IF m.algorithm = 'kmeans' AND NOT m.options ? 'k' THEN
        RAISE EXCEPTION 'algorithm kmeans needs the option "k"' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR one IN SELECT * FROM jsonb_each(m.options) LOOP
        PERFORM segment.check_option(one.key, one.value);
    END LOOP;
    PERFORM segment.check_fit_options(m.algorithm, segment.fit_options(m), cardinality(m.feature_columns),
        -- 4.0 is an integer too
        NULLIF(m.options ->> 'k', 'auto')::numeric::integer,
        COALESCE(m.options ->> 'k_min', '2')::numeric::integer, COALESCE(m.options ->> 'k_max', '10')::numeric::integer);
    IF m.options ? 'rules' AND m.options ? 'scheme' THEN
        RAISE EXCEPTION 'options "rules" and "scheme" exclude each other' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF m.algorithm = 'rfm' AND m.options ->> 'scheme' IN ('grid', 'rfm') AND bins <> '5' THEN
        RAISE EXCEPTION 'scheme % names the segments of 5 bins, but option "bins" is %', m.options ->> 'scheme', bins
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment.check_options(segment.model) IS
'Support function of create_model and refit: 22023 for options of a model that refit or its fit would refuse, whatever the rows; it names the option.';
