-- PCA in the registry: its hooks, and its rows in the tables of algorithms.

CREATE FUNCTION segment_internal.pca_axes(model bytea) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.max(c.component) FROM segment.pca_components(model) c;
END;
COMMENT ON FUNCTION segment_internal.pca_axes(bytea) IS
'The number of components of a PCA model; NULL for NULL.';

CREATE FUNCTION segment_internal.pca_align_hook(new bytea, old bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- explained_variance may need another number of axes than before; then the axes are those of pca_fit
    SELECT CASE WHEN segment_internal.pca_axes(new) = segment_internal.pca_axes(old) THEN segment.pca_align(new, old) ELSE new END;
END;
COMMENT ON FUNCTION segment_internal.pca_align_hook(bytea, bytea) IS
'Align hook of pca: pca_align where both models have the same number of axes, else the new model.';

CREATE FUNCTION segment_internal.pca_publish_hook(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sql segment_internal.publish_sql;
BEGIN
    sql.details := jsonb_build_object('d' || place, segment_internal.feature_array(m));
    sql.columns := jsonb_build_object(
        'pca_x', format('segment.pca_x($1[%1$s], q.d%1$s)', place),
        'pca_y', CASE WHEN segment_internal.pca_axes(model) > 1 THEN format('segment.pca_y($1[%1$s], q.d%1$s)', place)
                      ELSE 'NULL::pg_catalog.float8' END);
    RETURN sql;
END $$;
COMMENT ON FUNCTION segment_internal.pca_publish_hook(segment.model, integer, bytea, bytea) IS
'Publish hook of pca: SQL of pca_x and pca_y.';

INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms,
                               fit_hook, align_hook, check_hook, publish_hook, is_builtin)
VALUES ('pca', 'pca', 'Principal components: a map of the rows in two dimensions.', 'row per id', true,
        'segment_internal.plain_fit', 'segment_internal.pca_align_hook', 'segment_internal.plain_check', 'segment_internal.pca_publish_hook', true);

INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, default_value, value_range, meaning)
SELECT 'pca', 'fit', o.option_name, o.type, o.default_value, o.value_range, o.meaning FROM segment_internal.fit_options('pca') o;

INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES
    ('pca', 1, 'pca_x', 'double precision', 'value', 'First component.'),
    ('pca', 2, 'pca_y', 'double precision', 'value', 'Second component; NULL when the model has only one.'),
    ('pca', 3, 'pca_version', 'integer', 'version', 'Version of the model that wrote the row.');

ALTER TYPE segment_internal.assignment ADD ATTRIBUTE pca_x float8;
ALTER TYPE segment_internal.assignment ADD ATTRIBUTE pca_y float8;
