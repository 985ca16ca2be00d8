-- Anomaly scores in the registry: their hooks, and their rows in the tables of algorithms.

CREATE FUNCTION segment_internal.anomaly_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, segment_internal.feature_array(m));
    sql.columns := jsonb_build_object('anomaly_score', format('segment.anomaly_score($1[%1$s], q.d%1$s)', place),
                                      'is_anomaly', format('segment.is_anomaly($1[%1$s], q.d%1$s)', place));
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.anomaly_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of anomaly: SQL of anomaly_score and is_anomaly.';

CREATE FUNCTION segment_internal.anomaly_explain_hook(model bytea, features float8[])
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE sql STABLE ROWS 10
BEGIN ATOMIC
    SELECT r.rank, r.feature, r.value, r.typical, r.contribution FROM segment.anomaly_reasons(model, features) r;
END;
COMMENT ON FUNCTION segment_internal.anomaly_explain_hook(bytea, float8[]) IS
'Explain hook of anomaly: anomaly_reasons; typical is the median.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms,
                               fit_hook, check_hook, publish_hook, explain_hook, is_builtin)
VALUES ('anomaly', 'anomaly', 'Anomaly score of each row.', 'row per id', true, 'segment_internal.plain_fit', 'segment_internal.plain_check',
        'segment_internal.anomaly_publish_hook', 'segment_internal.anomaly_explain_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'anomaly', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('anomaly') o;

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('anomaly', 1, 'anomaly_score', 'double precision', 'value', 'From 0 to 1; higher is more anomalous.'),
    ('anomaly', 2, 'is_anomaly', 'boolean', 'value', 'True when the score is above the model''s threshold.'),
    ('anomaly', 3, 'anomaly_version', 'integer', 'version', 'Version of the model that wrote the row.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE anomaly_score float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE is_anomaly boolean;
