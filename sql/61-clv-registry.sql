-- Lifetime value in the registry: its hooks, and its rows in the tables of algorithms.

CREATE FUNCTION segment_internal.clv_fit_hook(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT pg_catalog.format('segment.clv_fit(%s, %L::pg_catalog.jsonb)', segment_internal.feature_list(m), segment_internal.options_of_fit(m)),
           NULL::jsonb;
END;
COMMENT ON FUNCTION segment_internal.clv_fit_hook(segment.model, regclass, bytea) IS
'Fit hook of clv.';

CREATE FUNCTION segment_internal.clv_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d text := format('q.d%s', place);
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, format('segment.clv_details($1[%s], %s, %s, %s)', place, segment_internal.feature_list(m),
        COALESCE(m.options ->> 'horizon_days', '365.25')::float8, COALESCE(m.options ->> 'discount_rate', '0.1')::float8));
    sql.columns := jsonb_build_object(
        'alive_probability', format('(%s).alive_probability', d), 'expected_purchases', format('(%s).expected_purchases', d),
        'expected_value', format('(%s).expected_value', d), 'lifetime_value', format('(%s).lifetime_value', d));
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.clv_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of clv: SQL of clv_details.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, feature_names,
                               fit_hook, check_hook, publish_hook, is_builtin)
VALUES ('clv', 'clv', 'Lifetime value: how often customers will buy again, and what that is worth.', 'row per id', false,
        '{x,t_x,t_cal,mean_value}', 'segment_internal.clv_fit_hook', 'segment_internal.plain_check', 'segment_internal.clv_publish_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'clv', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('clv') o;

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, minimum, maximum, value_range, meaning)
SELECT 'clv', 'publish', o.option_name, 'number', o.default_value, o.minimum, o.maximum, segment_internal.value_range(o.minimum, o.maximum, NULL), o.meaning
FROM (VALUES
    ('horizon_days', '365.25'::jsonb, 0::numeric, 36525::numeric, 'Days that purchases are expected and valued for.'),
    ('discount_rate', '0.1', 0, 100, 'By how much a later purchase is worth less, as a share of a year.')
) AS o(option_name, default_value, minimum, maximum, meaning);

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('clv', 1, 'alive_probability', 'double precision', 'value', 'Probability that the customer still buys.'),
    ('clv', 2, 'expected_purchases', 'double precision', 'value', 'Expected days of purchase within horizon_days.'),
    ('clv', 3, 'expected_value', 'double precision', 'value', 'Expected value of a day of purchase.'),
    ('clv', 4, 'lifetime_value', 'double precision', 'value', 'Expected value of the purchases within horizon_days, discounted.'),
    ('clv', 5, 'clv_version', 'integer', 'version', 'Version of the model that wrote the row.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE alive_probability float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE expected_purchases float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE expected_value float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE lifetime_value float8;
