-- The results of a registered model for one row of its source.

CREATE FUNCTION segment_internal.model_in_use(name text) RETURNS segment_internal.published
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one segment_internal.published;
BEGIN
    SELECT * INTO one FROM segment_internal.published_model(name, 1);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    RETURN one;
END $$;
COMMENT ON FUNCTION segment_internal.model_in_use(text) IS
'A model that the caller may see, with its active version. Error: 42704.';

CREATE FUNCTION segment_internal.feature_values(m segment.model, source_row jsonb) RETURNS float8[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
BEGIN
    IF jsonb_typeof(source_row) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'source_row must be a JSON object with the model''s columns'
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
'The features of a model, in order, from a JSON object by column name. Errors: 22023 not an object, 42703 a column is missing, 42804 not a number.';

CREATE FUNCTION segment_internal.source_row(one segment_internal.published, id text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := one.model;
    source regclass := segment_internal.model_source(m);
    reader text := segment_internal.source_reader(one, source);
    found_row jsonb;
BEGIN
    IF reader IS NULL THEN
        RAISE EXCEPTION 'must be a member of role "%" or owner of source "%.%" to look up a row of model "%"', m.owner,
            m.source_schema, m.source_name, m.model_name
            USING ERRCODE = 'insufficient_privilege', HINT = 'Pass the row as to_jsonb(s) instead of the id.';
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
COMMENT ON FUNCTION segment_internal.source_row(segment_internal.published, text) IS
'The row of a model''s source with that id. It is read as the role of source_reader. Errors: 42501, P0002 no such row.';

CREATE FUNCTION segment_internal.assign_query(m segment.model, bytes bytea) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    sql segment_internal.publish_sql := segment_internal.publish_sql(m, 1, bytes, bytes);
BEGIN
    RETURN format('SELECT %s FROM (SELECT %s FROM (SELECT %s) s OFFSET 0) q',
        (SELECT string_agg(CASE WHEN a.attname IN ('model_name', 'version', 'id') THEN format('$5.%I', a.attname)
                                WHEN c.role IS NOT NULL THEN sql.columns ->> c.column_name
                                ELSE format('NULL::%s', format_type(a.atttypid, a.atttypmod)) END, ', ' ORDER BY a.attnum)
         FROM pg_attribute a LEFT JOIN segment.algorithm_column c ON c.algorithm = m.algorithm AND c.column_name = a.attname
         WHERE a.attrelid = (SELECT t.typrelid FROM pg_type t WHERE t.oid = 'segment_internal.assignment'::regtype) AND NOT a.attisdropped),
        segment_internal.detail_list(sql),
        (SELECT string_agg(format('$4[%s] AS %I', f.place, f.name), ', ') FROM unnest(m.feature_columns) WITH ORDINALITY AS f(name, place))
            || COALESCE((SELECT string_agg(format(', $6[%s] AS %I', f.place, f.name), '') FROM unnest(m.describe_columns) WITH ORDINALITY AS f(name, place)
                         WHERE segment_internal.relation_option(m) IS NULL), ''));
END $$;
COMMENT ON FUNCTION segment_internal.assign_query(segment.model, bytea) IS
'SQL of one assignment: $1 to $3 as in a publish hook, $4 the features, $5 an assignment with model_name, version and id, $6 the describe_columns as text[] (not for a model with a relation in its options).';

CREATE FUNCTION segment_internal.assign_plan(
    name text, OUT role oid, OUT query text, OUT bytes bytea[], OUT names jsonb[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    one segment_internal.published := segment_internal.model_in_use(name);
BEGIN
    PERFORM segment_internal.check_active(one);
    role := segment_internal.remembered_role((one.model).owner, (one.model).owner_key);
    IF role IS NULL THEN
        RAISE EXCEPTION 'role "%", the owner of model "%", does not exist', (one.model).owner, name USING ERRCODE = 'undefined_object';
    END IF;
    query := segment_internal.assign_query(one.model, one.bytes);
    bytes := ARRAY[one.bytes];
    names := ARRAY[segment_internal.all_names(one)];
END $$;
COMMENT ON FUNCTION segment_internal.assign_plan(text) IS
'The SQL of one assignment by a model that the caller may see, with its parameters and the model''s owner, the role that must run it. Errors: 42704 no such model, or its owner does not exist, 55000 never fitted.';

CREATE FUNCTION segment_internal.assign_as_owner(name text, features float8[], start segment_internal.assignment) RETURNS SETOF segment_internal.assignment
AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT ROWS 1;
COMMENT ON FUNCTION segment_internal.assign_as_owner(text, float8[], segment_internal.assignment) IS
'One assignment by a model that the caller may see, computed as the model''s owner in a security-restricted operation. start has model_name, version and id. Errors: as assign_plan.';

CREATE FUNCTION segment_internal.assign(model_name text, source_row jsonb, OUT assignment segment_internal.assignment)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one segment_internal.published := segment_internal.model_in_use(model_name);
    m segment.model := one.model;
    features float8[] := segment_internal.feature_values(m, source_row);
BEGIN
    PERFORM segment_internal.check_active(one);
    assignment.model_name := m.model_name;
    assignment.version := one.version;
    assignment.id := source_row ->> m.id_column;
    IF segment_internal.relation_option(m) IS NOT NULL THEN
        -- the relation may be a view with code of the model's owner
        SELECT * INTO STRICT assignment FROM segment_internal.assign_as_owner(m.model_name, features, assignment);
        RETURN;
    END IF;
    EXECUTE segment_internal.assign_query(m, one.bytes) INTO STRICT assignment
        USING ARRAY[one.bytes], ARRAY[one.bytes], ARRAY[segment_internal.all_names(one)], features, assignment,
              ARRAY(SELECT source_row ->> d.name FROM unnest(m.describe_columns) WITH ORDINALITY AS d(name, place) ORDER BY d.place);
END $$;
COMMENT ON FUNCTION segment_internal.assign(text, jsonb) IS
'Implementation of segment.assign, which hides the SQL context of errors.';

CREATE FUNCTION segment.assign(model_name text, source_row jsonb, OUT assignment segment_internal.assignment)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment.assign(text, jsonb) IS
'The result of the active version of a registered model for a row s of its source, passed as to_jsonb(s). Columns are found by name. One row; columns of other algorithms are NULL. A relation that an option of the model names, such as rules, is read as the model''s owner. Errors: 42704 no such model, 55000 never fitted, 22023 not an object, 42703 a column is missing, 42804 not a number.';

CREATE FUNCTION segment_internal.assign(model_name text, id text, OUT assignment segment_internal.assignment)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    assignment := segment_internal.assign(model_name, segment_internal.source_row(segment_internal.model_in_use(model_name), id));
END $$;
COMMENT ON FUNCTION segment_internal.assign(text, text) IS
'Implementation of segment.assign, which hides the SQL context of errors.';

CREATE FUNCTION segment.assign(model_name text, id text, OUT assignment segment_internal.assignment)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.assign(text, text) IS
'The result of the active version of a registered model for the row of its source with that id, given as text. The source is read as the model''s owner when the caller is a member of that role, else as the owner of the source when the caller can SET ROLE to it. Errors: as assign of a row; 42501, P0002 no such row.';

CREATE FUNCTION segment_internal.explain(model_name text, source_row jsonb)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one segment_internal.published := segment_internal.model_in_use(model_name);
    m segment.model := one.model;
    features float8[] := segment_internal.feature_values(m, source_row);
    hook text := segment_internal.hook((segment_internal.algorithm_row(m.algorithm)).explain_hook, '(bytea,float8[])');
BEGIN
    PERFORM segment_internal.check_active(one);
    IF hook IS NULL THEN
        RAISE EXCEPTION 'algorithm "%" of model "%" does not return reasons', m.algorithm, m.model_name
            USING ERRCODE = 'wrong_object_type', HINT = format('Algorithms with reasons are: %s.', (
                SELECT string_agg(a.algorithm, ', ' ORDER BY a.algorithm) FROM segment.algorithm a WHERE a.explain_hook IS NOT NULL));
    END IF;
    RETURN QUERY EXECUTE format('SELECT e.rank, e.feature, e.value, e.typical, e.contribution FROM %s($1, $2) e ORDER BY e.rank', hook)
        USING one.bytes, features;
END $$;
COMMENT ON FUNCTION segment_internal.explain(text, jsonb) IS
'Implementation of segment.explain, which hides the SQL context of errors.';

CREATE FUNCTION segment.explain(model_name text, source_row jsonb)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 10;
COMMENT ON FUNCTION segment.explain(text, jsonb) IS
'The reasons of the result of the active version of a registered model for a row s of its source, passed as to_jsonb(s): one row for each feature, the largest contribution first. kmeans: why this cluster and not the second nearest; typical is the centroid, see kmeans_reasons. anomaly: the contributions to the score; typical is the median, see anomaly_reasons. Columns are found by name. Errors: as assign; 42809 an algorithm without reasons.';

CREATE FUNCTION segment_internal.explain(model_name text, id text)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
LANGUAGE plpgsql VOLATILE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM segment_internal.explain(model_name, segment_internal.source_row(segment_internal.model_in_use(model_name), id)) e;
END $$;
COMMENT ON FUNCTION segment_internal.explain(text, text) IS
'Implementation of segment.explain, which hides the SQL context of errors.';

CREATE FUNCTION segment.explain(model_name text, id text)
RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE ROWS 10;
COMMENT ON FUNCTION segment.explain(text, text) IS
'Like explain of a row, for the row of the model''s source with that id, given as text. Errors: as explain of a row; 42501, P0002 no such row.';
