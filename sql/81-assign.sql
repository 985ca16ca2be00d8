-- What a registered model says of one row of its source, by name.

CREATE TYPE segment_internal.assignment AS (
    model_name text, version integer, id text, cluster_id integer, cluster_name text, distance float8, second_cluster_id integer,
    rfm_score text, segment text, pca_x float8, pca_y float8, anomaly_score float8, is_anomaly boolean);
COMMENT ON TYPE segment_internal.assignment IS 'What a model of any algorithm says of a row; NULL where a column does not apply.';

CREATE FUNCTION segment_internal.model_in_use(name text) RETURNS segment.model
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment.model_row(name, false);
BEGIN
    -- a version scores the columns that it was fitted on
    m.feature_columns := COALESCE((SELECT v.feature_columns FROM segment_internal.active_version(name) v), m.feature_columns);
    RETURN m;
END $$;
COMMENT ON FUNCTION segment_internal.model_in_use(text) IS
'The row of a model that the caller may see, with the feature columns of its active version. Error: 42704.';

CREATE FUNCTION segment_internal.feature_values(m segment.model, source_row jsonb) RETURNS float8[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
BEGIN
    IF jsonb_typeof(source_row) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'source_row must be a JSON object of the model''s columns'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass to_jsonb(s) of a row s of the source.';
    END IF;
    SELECT f INTO missing FROM unnest(m.feature_columns) f WHERE NOT source_row ? f LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source_row has no column "%"', missing
            USING ERRCODE = 'undefined_column', HINT = format('The features of model "%s" are %s.', m.model_name,
                (SELECT string_agg(format('"%s"', f), ', ') FROM unnest(m.feature_columns) f));
    END IF;
    SELECT f INTO missing FROM unnest(m.feature_columns) f WHERE jsonb_typeof(source_row -> f) NOT IN ('number', 'null') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column "%" of source_row must be a number, not %', missing, jsonb_typeof(source_row -> missing)
            USING ERRCODE = 'datatype_mismatch';
    END IF;
    RETURN (SELECT array_agg((source_row ->> u.f)::float8 ORDER BY u.p) FROM unnest(m.feature_columns) WITH ORDINALITY AS u(f, p));
END $$;
COMMENT ON FUNCTION segment_internal.feature_values(segment.model, jsonb) IS
'The features of a model, in their order, out of a JSON object by the names of its columns. Errors: 22023 no object, 42703 a column is missing, 42804 it is no number.';

CREATE FUNCTION segment_internal.source_row(m segment.model, id text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := segment.model_source(m);
    reader text := CASE WHEN segment_internal.may_change(m.model_name) THEN m.owner ELSE current_user END;
    found_row jsonb;
BEGIN
    IF reader = current_user AND NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = source) AND reader <> m.owner THEN
        RAISE EXCEPTION 'must be a member of role "%" or owner of source "%.%" to look up a row of model "%"', m.owner,
            m.source_schema, m.source_name, m.model_name
            USING ERRCODE = 'insufficient_privilege', HINT = 'Pass the row itself, as to_jsonb(s).';
    END IF;
    SELECT r.found INTO found_row
    FROM segment_internal.query_as(reader, format('SELECT pg_catalog.to_jsonb(s) FROM %s s WHERE s.%I::pg_catalog.text OPERATOR(pg_catalog.=) %L LIMIT 1',
                                                  source, m.id_column, id)) AS r(found jsonb);
    IF found_row IS NULL THEN
        RAISE EXCEPTION 'source "%.%" has no row with that id in column "%"', m.source_schema, m.source_name, m.id_column
            USING ERRCODE = 'no_data_found';
    END IF;
    RETURN found_row;
END $$;
COMMENT ON FUNCTION segment_internal.source_row(segment.model, text) IS
'The row of a model''s source with that id, read as the model''s owner, or as the caller where the source is its own. Errors: 42501, P0002 no such row.';

CREATE FUNCTION segment.assign(model_name text, source_row jsonb, OUT assignment segment_internal.assignment)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.model_in_use(model_name);
    features float8[] := segment_internal.feature_values(m, source_row);
    bytes bytea := segment.active_model(m.model_name);
    details record;
BEGIN
    assignment.model_name := m.model_name;
    assignment.version := (SELECT v.version FROM segment_internal.active_version(m.model_name) v);
    assignment.id := source_row ->> m.id_column;
    CASE m.algorithm
    WHEN 'kmeans' THEN
        SELECT * INTO details FROM segment.kmeans_details(bytes, features);
        assignment.cluster_id := details.cluster_id;
        assignment.cluster_name := (SELECT n.cluster_name FROM segment.cluster_names(m.model_name, assignment.version) n
                                    WHERE n.cluster_id = details.cluster_id);
        assignment.distance := details.distance;
        assignment.second_cluster_id := details.second_cluster_id;
    WHEN 'rfm' THEN
        EXECUTE format('SELECT (q.d).rfm_score, %s FROM (SELECT segment.rfm_details($1, $2[1], $2[2], $2[3], %L, %L) AS d) q',
                       segment_internal.rfm_segment_of(m, 'q.d'), segment.rfm_scheme(m, bytes), COALESCE(m.options ->> 'language', 'en'))
        INTO assignment.rfm_score, assignment.segment USING bytes, features;
    WHEN 'pca' THEN
        assignment.pca_x := segment.pca_x(bytes, features);
        assignment.pca_y := CASE WHEN segment.pca_axes(bytes) > 1 THEN segment.pca_y(bytes, features) END;
    WHEN 'anomaly' THEN
        assignment.anomaly_score := segment.anomaly_score(bytes, features);
        assignment.is_anomaly := segment.is_anomaly(bytes, features);
    END CASE;
END $$;
COMMENT ON FUNCTION segment.assign(text, jsonb) IS
'What the active version of a registered model says of a row: columns are taken by name, in whatever order the object has them; pass to_jsonb(s) of a row s. One row; columns of other algorithms are NULL. Errors: 42704 no such model, 55000 never fitted, 22023 no object, 42703 a column is missing, 42804 it is no number.';

CREATE FUNCTION segment.assign(model_name text, id text, OUT assignment segment_internal.assignment)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    assignment := segment.assign(model_name, segment_internal.source_row(segment_internal.model_in_use(model_name), id));
END $$;
COMMENT ON FUNCTION segment.assign(text, text) IS
'What the active version of a registered model says of the row of its source with that id, given as text. The source is read as the model''s owner where the caller is a member of that role, as the caller where the source is its own. Errors: as assign of a row; 42501, P0002 no such row.';

CREATE FUNCTION segment.explain(model_name text, source_row jsonb)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m segment.model := segment_internal.model_in_use(explain.model_name);
    features float8[] := segment_internal.feature_values(m, source_row);
    bytes bytea := segment.active_model(m.model_name);
BEGIN
    IF m.algorithm = 'kmeans' THEN
        RETURN QUERY SELECT r.rank, r.feature, r.value, r.centroid, r.contribution FROM segment.kmeans_reasons(bytes, features) r ORDER BY r.rank;
    ELSIF m.algorithm = 'anomaly' THEN
        RETURN QUERY SELECT r.rank, r.feature, r.value, r.typical, r.contribution FROM segment.anomaly_reasons(bytes, features) r ORDER BY r.rank;
    ELSE
        RAISE EXCEPTION 'model "%" is of algorithm %, which gives no reasons', m.model_name, m.algorithm
            USING ERRCODE = 'wrong_object_type', HINT = 'Models of kmeans and anomaly do.';
    END IF;
END $$;
COMMENT ON FUNCTION segment.explain(text, jsonb) IS
'Why the active version of a registered model says what it says of a row, feature by feature, the strongest first. kmeans: why this cluster and not the second nearest; typical is the centroid, see kmeans_reasons. anomaly: what makes the score; typical is the median, see anomaly_reasons. Columns are taken by name; pass to_jsonb(s) of a row s. Errors: as assign; 42809 another algorithm.';

CREATE FUNCTION segment.explain(model_name text, id text)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
    SELECT e.rank, e.feature, e.value, e.typical, e.contribution
    FROM segment.explain(model_name, segment_internal.source_row(segment_internal.model_in_use(model_name), id)) e
    ORDER BY e.rank;
END;
COMMENT ON FUNCTION segment.explain(text, text) IS
'As explain of a row, for the row of the model''s source with that id, given as text. Errors: as explain of a row; 42501, P0002 no such row.';
