-- RFM in the registry: its hooks, and its rows in the tables of algorithms.

CREATE FUNCTION segment_internal.rfm_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    options jsonb := segment_internal.options_of_fit(m);
BEGIN
    -- the cuts stay, so that scores keep their meaning
    IF old IS NOT NULL AND NOT COALESCE((m.options ->> 'recut')::boolean, false) THEN
        options := options || jsonb_build_object('cuts', (
            SELECT jsonb_object_agg(c.measure, c.cuts)
            FROM (SELECT r.measure, jsonb_agg(r.cut ORDER BY r.cut_no) AS cuts
                  FROM segment.rfm_cuts(old) r GROUP BY r.measure) c));
    END IF;
    expression := format('segment.rfm_fit(%s, %L::pg_catalog.jsonb)', segment_internal.feature_list(m), options);
END $$;
COMMENT ON FUNCTION segment_internal.rfm_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of rfm: keeps the cuts of the active version unless the option recut is true.';

CREATE FUNCTION segment_internal.rfm_check_hook(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bins jsonb := COALESCE(m.options -> 'bins', '5');
BEGIN
    PERFORM segment_internal.check_fit_options('rfm', segment_internal.options_of_fit(m), 3, NULL, NULL, NULL);
    PERFORM segment_internal.rfm_segment_sql(m, '');
    IF m.options ? 'rules' AND m.options ? 'scheme' THEN
        RAISE EXCEPTION 'options "rules" and "scheme" exclude each other' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF m.options ->> 'scheme' IN ('grid', 'rfm') AND bins <> '5' THEN
        RAISE EXCEPTION 'scheme "%" names the segments of 5 bins, but option "bins" is %', m.options ->> 'scheme', bins
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.rfm_check_hook(segment.model) IS
'Check hook of rfm. Error: 22023 for options that rfm_fit refuses, for both rules and scheme, and for a scheme that does not match the bins; 42P01 when the rules do not exist.';

CREATE FUNCTION segment_internal.rfm_scheme(m segment.model, model bytea) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT COALESCE(m.options ->> 'scheme', CASE WHEN m.options ? 'rules' THEN 'none' END,
                    CASE WHEN (SELECT pg_catalog.max(c.cut_no) FROM segment.rfm_cuts(model) c) = 4 THEN 'grid' ELSE 'none' END);
END;
COMMENT ON FUNCTION segment_internal.rfm_scheme(segment.model, bytea) IS
'The scheme that names the segments of a registered RFM model.';

CREATE FUNCTION segment_internal.rfm_details_sql(m segment.model, parameter text, model bytea) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.rfm_details(%s, %s, %L, %L)', parameter, segment_internal.feature_list(m),
                             segment_internal.rfm_scheme(m, model), COALESCE(m.options ->> 'language', 'en'));
END;
COMMENT ON FUNCTION segment_internal.rfm_details_sql(segment.model, text, bytea) IS
'The details of a row s of the source as SQL; parameter is the SQL of the model.';

CREATE FUNCTION segment_internal.rfm_segment_sql(m segment.model, details text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rules regclass;
BEGIN
    IF NOT m.options ? 'rules' THEN
        RETURN format('(%s).segment', details);
    END IF;
    -- not a temporary relation: the caller, who may be another role, could create one
    SELECT c.oid INTO rules FROM pg_class c WHERE c.oid = to_regclass(m.options ->> 'rules') AND c.relpersistence <> 't';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'rules "%" of model "%" do not exist', m.options ->> 'rules', m.model_name
            USING ERRCODE = 'undefined_table', HINT = 'Give the option "rules" the name of a permanent relation with its schema.';
    END IF;
    -- a row without scores has the segment inactive or not scored
    RETURN format('COALESCE(segment.rfm_segment((%1$s).r_score, (%1$s).f_score, (%1$s).m_score, %2$L::pg_catalog.regclass), (%1$s).segment)',
                  details, rules);
END $$;
COMMENT ON FUNCTION segment_internal.rfm_segment_sql(segment.model, text) IS
'The name of the segment as SQL, from the details of a row: by a scheme, or by the relation in the option rules. Error: 42P01 it does not exist.';

CREATE FUNCTION segment_internal.rfm_summary_hook(m segment.model, source regclass, model bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    summary jsonb;
BEGIN
    EXECUTE format(
        'SELECT jsonb_agg(to_jsonb(g) ORDER BY g.segment_order, g.customers DESC, g.segment)'
        ' FROM (SELECT COALESCE(%6$s, (q.d).rfm_score) AS segment, (q.d).segment_code, (q.d).segment_order, count(*) AS customers,'
        '       avg(q.r) AS recency_days, avg(q.f) AS frequency, avg(q.m) AS monetary, sum(q.m) AS revenue,'
        '       (sum(q.m) / NULLIF(sum(sum(q.m)) OVER (), 0))::float8 AS revenue_share'
        '       FROM (SELECT s.%1$I AS r, s.%2$I AS f, s.%3$I AS m, %5$s AS d FROM %4$s s OFFSET 0) q GROUP BY 1, 2, 3) g',
        m.feature_columns[1], m.feature_columns[2], m.feature_columns[3], source, segment_internal.rfm_details_sql(m, '$1', model),
        segment_internal.rfm_segment_sql(m, 'q.d'))
    INTO summary USING model;
    RETURN summary;
END $$;
COMMENT ON FUNCTION segment_internal.rfm_summary_hook(segment.model, regclass, bytea) IS
'Summary hook of rfm: customers and means of each segment, for the views rfm_summary and rfm_history.';

CREATE FUNCTION segment_internal.rfm_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d text := format('q.d%s', place);
    o text := d;
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, segment_internal.rfm_details_sql(m, format('$1[%s]', place), model),
                                      'r' || place, format('s.%I::pg_catalog.float8', m.feature_columns[1]),
                                      'f' || place, format('s.%I::pg_catalog.float8', m.feature_columns[2]),
                                      'm' || place, format('s.%I::pg_catalog.float8', m.feature_columns[3]));
    IF old IS DISTINCT FROM model THEN
        o := format('q.o%s', place);
        sql.details := sql.details || jsonb_build_object('o' || place, segment_internal.rfm_details_sql(m, format('$2[%s]', place), old));
    END IF;
    sql.columns := jsonb_build_object(
        'r_score', format('(%s).r_score', d), 'f_score', format('(%s).f_score', d), 'm_score', format('(%s).m_score', d),
        'rfm_score', format('(%s).rfm_score', d),
        'segment', segment_internal.rfm_segment_sql(m, d), 'old_model_segment', segment_internal.rfm_segment_sql(m, o),
        'recency_days', format('q.r%s', place), 'frequency', format('q.f%s', place), 'monetary', format('q.m%s', place),
        'segment_code', format('(%s).segment_code', d), 'segment_order', format('(%s).segment_order', d));
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.rfm_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of rfm: SQL of rfm_details by the active and the old model, and the three features.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, feature_names,
                               fit_hook, check_hook, summary_hook, publish_hook, is_builtin)
VALUES ('rfm', 'rfm', 'Scores of recency, frequency and monetary value by quantile cuts, and segments by name.', 'row per id', false,
        '{recency_days,frequency,monetary}', 'segment_internal.rfm_fit_hook', 'segment_internal.rfm_check_hook',
        'segment_internal.rfm_summary_hook', 'segment_internal.rfm_publish_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'rfm', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('rfm') o;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, choices, value_range, meaning)
SELECT 'rfm', o.used_in, o.option_name, o.type, o.default_value, o.choices, segment_internal.value_range(NULL, NULL, o.choices), o.meaning
FROM (VALUES
    ('refit', 'recut', 'boolean', 'false'::jsonb, NULL::text[], 'Whether each refit makes new cuts; else the cuts of the active version stay.'),
    ('publish', 'scheme', 'choice', NULL, '{grid,rfm,none}', 'Names of the segments; default grid with 5 bins, else none.'),
    ('publish', 'rules', 'relation', NULL, NULL, 'A relation that names the segments, as rfm_segment takes it, in place of a scheme.'),
    ('publish', 'language', 'choice', '"en"', '{en,es,de}', 'Language of the names of the segments.')
) AS o(used_in, option_name, type, default_value, choices, meaning);

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('rfm', 1, 'r_score', 'integer', 'value', 'Recency score; higher is more recent.'),
    ('rfm', 2, 'f_score', 'integer', 'value', 'Frequency score; higher is more often.'),
    ('rfm', 3, 'm_score', 'integer', 'value', 'Monetary score; higher is more.'),
    ('rfm', 4, 'rfm_score', 'text', 'value', 'The three scores as text.'),
    ('rfm', 5, 'segment', 'text', 'label', 'Name of the RFM segment.'),
    ('rfm', 6, 'rfm_version', 'integer', 'version', 'Version of the model that wrote the row.'),
    ('rfm', 7, 'old_model_segment', 'text', 'old label', 'Segment of the same data under the version published before.'),
    ('rfm', 8, 'recency_days', 'double precision', 'figure', 'First feature of the model: days since the last receipt.'),
    ('rfm', 9, 'frequency', 'double precision', 'figure', 'Second feature of the model: number of receipts.'),
    ('rfm', 10, 'monetary', 'double precision', 'figure', 'Third feature of the model: amount.'),
    ('rfm', 11, 'segment_code', 'text', 'value', 'Code of the segment, the same in every language.'),
    ('rfm', 12, 'segment_order', 'integer', 'value', 'Rank of the segment, 1 is the best.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE rfm_score text;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE segment text;
