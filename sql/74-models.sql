-- Registering, sharing, naming and activating models.

CREATE FUNCTION segment_internal.model_row(name text, to_change boolean) RETURNS segment.model
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model;
BEGIN
    SELECT * INTO m FROM segment_internal.models(COALESCE(name, ''));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    IF to_change AND NOT segment_internal.may_change(name) THEN
        RAISE EXCEPTION 'must be owner of model "%"', name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN m;
END $$;
COMMENT ON FUNCTION segment_internal.model_row(text, boolean) IS
'The row of a model that the caller may see and, with to_change, may change. Errors: 42704, 42501.';

CREATE FUNCTION segment_internal.source_columns(source regclass)
RETURNS TABLE (column_name text, column_type text, is_numeric boolean, "position" integer)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SET quote_all_identifiers = off
BEGIN ATOMIC
    -- typmod -1, not NULL: format_type returns bpchar (any length), not character (length 1)
    SELECT a.attname::text, pg_catalog.format_type(a.atttypid, -1),
           -- the base type of a domain may be another domain
           (WITH RECURSIVE base AS (
                SELECT t.oid, t.typbasetype
                UNION ALL
                SELECT u.oid, u.typbasetype FROM base b JOIN pg_catalog.pg_type u ON u.oid = b.typbasetype)
            SELECT b.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype,
                             'float4'::regtype, 'float8'::regtype, 'numeric'::regtype)
            FROM base b WHERE b.typbasetype = 0),
           a.attnum::integer
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum;
END;
COMMENT ON FUNCTION segment_internal.source_columns(regclass) IS
'The columns of a relation with their types, and whether they can be features (integers, numeric, real, double precision and domains over them).';

CREATE FUNCTION segment_internal.check_label_column(m segment.model, source regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    found_type oid;
BEGIN
    IF m.label_column IS NULL THEN
        RETURN;
    END IF;
    found_type := segment_internal.column_type(source, m.label_column);
    IF found_type IS NULL THEN
        RAISE EXCEPTION 'source "%.%" has no column "%"', m.source_schema, m.source_name, m.label_column USING ERRCODE = 'undefined_column';
    ELSIF found_type <> 'boolean'::regtype THEN
        RAISE EXCEPTION 'column "%" of source "%.%" is of type %, but a label must be boolean', m.label_column, m.source_schema, m.source_name,
            format_type(found_type, NULL)
            USING ERRCODE = 'datatype_mismatch', HINT = 'A view can make a boolean of it.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_label_column(segment.model, regclass) IS
'Checks that the source has the label_column of a model. Errors: 42703, 42804 not boolean.';

CREATE FUNCTION segment_internal.check_describe_columns(m segment.model, source regclass) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    name text;
    found_type text;
    usable boolean;
BEGIN
    FOREACH name IN ARRAY COALESCE(m.describe_columns, '{}') LOOP
        -- texts, numbers, booleans, enums, dates; not arrays, json or other types of many parts
        SELECT format_type(a.atttypid, -1), t.typcategory IN ('S', 'N', 'B', 'E', 'D') INTO found_type, usable
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = source AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'source "%.%" has no column "%"', m.source_schema, m.source_name, name USING ERRCODE = 'undefined_column';
        ELSIF NOT usable THEN
            RAISE EXCEPTION 'column "%" of source "%.%" is of type %, which has no categories', name, m.source_schema, m.source_name, found_type
                USING ERRCODE = 'datatype_mismatch', HINT = 'describe_columns are texts, numbers, dates, booleans or enums.';
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.check_describe_columns(segment.model, regclass) IS
'Checks that the source has the describe_columns of a model. Errors: 42703, 42804 a type without categories.';

-- Each fit and each publication resolves its source with this function.
CREATE FUNCTION segment_internal.model_source(m segment.model) RETURNS regclass
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := to_regclass(format('%I.%I', m.source_schema, m.source_name));
    feature text;
    found_type text;
    usable boolean;
BEGIN
    IF source IS NULL THEN
        RAISE EXCEPTION 'source "%.%" does not exist', m.source_schema, m.source_name
            USING ERRCODE = 'undefined_table';
    END IF;
    FOREACH feature IN ARRAY m.id_column || m.feature_columns LOOP
        SELECT CASE WHEN feature = m.id_column THEN segment_internal.id_type(source, feature) ELSE c.column_type END, c.is_numeric
        INTO found_type, usable
        FROM segment_internal.source_columns(source) c WHERE c.column_name = feature;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'source "%.%" has no column "%"', m.source_schema, m.source_name, feature
                USING ERRCODE = 'undefined_column';
        ELSIF feature = m.id_column AND found_type <> m.id_type THEN
            RAISE EXCEPTION 'column "%" of source "%.%" is of type %, but was of type %',
                feature, m.source_schema, m.source_name, found_type, m.id_type
                USING ERRCODE = 'datatype_mismatch', HINT = 'Use segment.alter_model to set another id_column.';
        ELSIF feature <> m.id_column AND NOT usable THEN
            RAISE EXCEPTION 'column "%" of source "%.%" is of type %, but must be numeric',
                feature, m.source_schema, m.source_name, found_type
                USING ERRCODE = 'datatype_mismatch',
                      HINT = segment_internal.feature_hint(found_type);
        END IF;
    END LOOP;
    PERFORM segment_internal.check_describe_columns(m, source);
    PERFORM segment_internal.check_label_column(m, source);
    RETURN source;
END $$;
COMMENT ON FUNCTION segment_internal.model_source(segment.model) IS
'The present source of a model. Errors: 42P01 it does not exist, 42703 a column does not exist, 42804 a column has another type; the messages name the column.';

CREATE FUNCTION segment_internal.id_type(source regclass, id_column text) RETURNS text
LANGUAGE sql STABLE SET quote_all_identifiers = off
BEGIN ATOMIC
    -- the base type of a domain: the checks of a domain are code of its owner, and it can be dropped
    WITH RECURSIVE t AS (
        SELECT y.oid, y.typtype, y.typbasetype
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
        WHERE a.attrelid = source AND a.attname = id_column AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT y.oid, y.typtype, y.typbasetype FROM t JOIN pg_catalog.pg_type y ON y.oid = t.typbasetype WHERE t.typtype = 'd')
    SELECT pg_catalog.format_type(t.oid, -1) FROM t WHERE t.typtype <> 'd';
END;
COMMENT ON FUNCTION segment_internal.id_type(regclass, text) IS
'The present type of a column, or the base type of a domain; NULL when there is no such column.';

CREATE FUNCTION segment_internal.check_id_type(source regclass, id_column text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- reads no row: parsing the query looks up the hash and sort operators of the type
    EXECUTE format('SELECT hash_record_extended(ROW(i.id), 0) FROM (SELECT NULL::%s AS id) i ORDER BY i.id', segment_internal.id_type(source, id_column));
EXCEPTION
    WHEN undefined_function THEN
        RAISE EXCEPTION 'column "%" of source "%" is of type %, which cannot identify rows', id_column,
            segment_internal.relation_name(source), segment_internal.id_type(source, id_column)
            USING ERRCODE = 'datatype_mismatch', HINT = 'The type of an id must be sortable and hashable, such as integer, text or uuid.';
END $$;
COMMENT ON FUNCTION segment_internal.check_id_type(regclass, text) IS
'Raises 42804 unless values of the id''s type can be sorted and hashed.';

CREATE FUNCTION segment_internal.default_features(kind segment.algorithm, source regclass, id_column text) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    numeric_columns text[];
    left_out text;
BEGIN
    SELECT array_agg(c.column_name ORDER BY c."position") FILTER (WHERE c.is_numeric),
           string_agg(format('"%s" (%s)', c.column_name, c.column_type), ', ' ORDER BY c."position") FILTER (WHERE NOT c.is_numeric)
    INTO numeric_columns, left_out
    FROM segment_internal.source_columns(source) c WHERE c.column_name <> id_column;
    IF kind.feature_names <@ numeric_columns THEN
        RETURN kind.feature_names;
    END IF;
    IF left_out IS NOT NULL THEN
        RAISE NOTICE 'columns that are not numeric are left out: %', left_out
            USING HINT = 'A view can convert them to numbers; name such a column in feature_columns for a hint.';
    END IF;
    RETURN numeric_columns;
END $$;
COMMENT ON FUNCTION segment_internal.default_features(segment.algorithm, regclass, text) IS
'The default features of a model: the fixed features of the algorithm where the source has them, else all numeric columns except the id. A notice names the columns that are left out.';

CREATE FUNCTION segment_internal.feature_hint(column_type text) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT CASE
        WHEN column_type LIKE '%[]' THEN 'Each feature must be one column; a view can unnest an array into columns.'
        WHEN column_type = 'boolean' THEN 'A view can convert it to 0 and 1 with a cast to integer.'
        WHEN column_type ~ '^(date|timestamp|time|interval)' THEN 'A view can convert it to a number, such as the days since that date.'
        ELSE 'A view can convert it to numbers, such as one column of 0 and 1 for each frequent value.' END;
END;
COMMENT ON FUNCTION segment_internal.feature_hint(text) IS
'Hint: how to convert a column of a type that is not numeric to a feature.';

CREATE FUNCTION segment_internal.check_features(kind segment.algorithm, source regclass, id_column text, feature_columns text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hidden text;
BEGIN
    IF array_ndims(feature_columns) IS DISTINCT FROM 1 OR array_position(feature_columns, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'feature_columns must be a one-dimensional array of at least one name' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(feature_columns) <> (SELECT count(DISTINCT f) FROM unnest(feature_columns) f) THEN
        RAISE EXCEPTION 'a feature column is named twice' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF id_column = ANY (feature_columns) THEN
        RAISE EXCEPTION 'column "%" cannot be both id and feature', id_column USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(feature_columns) <> cardinality(kind.feature_names) THEN
        RAISE EXCEPTION 'algorithm % takes % feature columns, not %', kind.algorithm, cardinality(kind.feature_names), cardinality(feature_columns)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Give them in the order %s.', array_to_string(kind.feature_names, ', '));
    END IF;
    SELECT c.column_name INTO hidden FROM segment_internal.source_columns(source) c
    WHERE c.column_name = ANY (id_column || feature_columns) AND NOT has_column_privilege(source, c.column_name, 'SELECT') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'permission denied for column "%" of source "%"', hidden, segment_internal.relation_name(source)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_features(segment.algorithm, regclass, text, text[]) IS
'Checks that these columns can be the features of a model. Errors: 22023 no columns, duplicate columns, the id as a feature, or not the number that the algorithm takes; 42501 the caller may not read a column.';

CREATE FUNCTION segment_internal.check_describable(kind segment.algorithm, source regclass, id_column text, describe_columns text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hidden text;
BEGIN
    IF describe_columns IS NULL THEN
        RETURN;
    END IF;
    IF NOT kind.has_describe_columns THEN
        RAISE EXCEPTION 'algorithm "%" takes no describe_columns', kind.algorithm
            USING ERRCODE = 'invalid_parameter_value', HINT = format('Algorithms with describe_columns are: %s.', (
                SELECT string_agg(a.algorithm, ', ' ORDER BY a.algorithm) FROM segment.algorithm a WHERE a.has_describe_columns));
    ELSIF NOT segment_internal.is_list(describe_columns) OR cardinality(describe_columns) > 50 THEN
        RAISE EXCEPTION 'describe_columns must be a one-dimensional array of up to 50 names' USING ERRCODE = 'invalid_parameter_value';
    ELSIF cardinality(describe_columns) <> (SELECT count(DISTINCT f) FROM unnest(describe_columns) f) THEN
        RAISE EXCEPTION 'a column of describe_columns is named twice' USING ERRCODE = 'invalid_parameter_value';
    ELSIF id_column = ANY (describe_columns) THEN
        RAISE EXCEPTION 'column "%" cannot be both id and category', id_column USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT c.column_name INTO hidden FROM segment_internal.source_columns(source) c
    WHERE c.column_name = ANY (describe_columns) AND NOT has_column_privilege(source, c.column_name, 'SELECT') LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'permission denied for column "%" of source "%"', hidden, segment_internal.relation_name(source)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_describable(segment.algorithm, regclass, text, text[]) IS
'Checks that these columns can be the describe_columns of a model. Errors: 22023 the algorithm takes none, duplicate columns, the id; 42501 the caller may not read a column.';

CREATE FUNCTION segment_internal.check_label(kind segment.algorithm, source regclass, m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF kind.has_label_column AND m.label_column IS NULL THEN
        RAISE EXCEPTION 'algorithm "%" needs a label_column', kind.algorithm
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the boolean column of the source that the model predicts.';
    ELSIF m.label_column IS NULL THEN
        RETURN;
    ELSIF NOT kind.has_label_column THEN
        RAISE EXCEPTION 'algorithm "%" takes no label_column', kind.algorithm
            USING ERRCODE = 'invalid_parameter_value', HINT = format('Algorithms with a label_column are: %s.', (
                SELECT string_agg(a.algorithm, ', ' ORDER BY a.algorithm) FROM segment.algorithm a WHERE a.has_label_column));
    ELSIF m.label_column = m.id_column OR m.label_column = ANY (m.feature_columns || m.describe_columns) THEN
        RAISE EXCEPTION 'column "%" is the label, so it cannot be id, feature or category too', m.label_column
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF segment_internal.column_type(source, m.label_column) IS NOT NULL AND NOT has_column_privilege(source, m.label_column, 'SELECT') THEN
        RAISE EXCEPTION 'permission denied for column "%" of source "%"', m.label_column, segment_internal.relation_name(source)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_label(segment.algorithm, regclass, segment.model) IS
'Checks that a model has a label_column if its algorithm needs one. Errors: 22023 no label, a label that the algorithm does not take, or a column that is used otherwise; 42501 the caller may not read the column.';

CREATE FUNCTION segment_internal.set_source(m segment.model, source regclass) RETURNS segment.model
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind "char";
    persistence "char";
BEGIN
    SELECT n.nspname, c.relname, c.relkind, c.relpersistence
    INTO m.source_schema, m.source_name, kind, persistence
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;
    IF kind NOT IN ('r', 'p', 'v', 'm', 'f') OR persistence = 't' THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(source)
            USING ERRCODE = 'wrong_object_type';
    END IF;
    RETURN m;
END $$;
COMMENT ON FUNCTION segment_internal.set_source(segment.model, regclass) IS
'The model with that source. Error: 42809 not a permanent table, view or materialized view.';

CREATE FUNCTION segment_internal.check_model(m segment.model) RETURNS segment.model
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := format('%I.%I', m.source_schema, m.source_name);
    kind segment.algorithm := segment_internal.algorithm_row(m.algorithm);
BEGIN
    m.id_type := segment_internal.id_type(source, m.id_column);
    IF m.id_type IS NULL THEN
        RAISE EXCEPTION 'source "%" has no column "%"', segment_internal.relation_name(source), m.id_column USING ERRCODE = 'undefined_column';
    END IF;
    IF m.feature_columns IS NULL THEN
        m.feature_columns := segment_internal.default_features(kind, source, m.id_column);
    END IF;
    PERFORM segment_internal.check_features(kind, source, m.id_column, m.feature_columns);
    -- subscripts from 1, whatever the lower bound of the given array
    m.feature_columns := ARRAY(SELECT unnest(m.feature_columns));
    m.describe_columns := NULLIF(ARRAY(SELECT unnest(m.describe_columns)), '{}');
    PERFORM segment_internal.check_describable(kind, source, m.id_column, m.describe_columns);
    PERFORM segment_internal.check_label(kind, source, m);
    PERFORM segment_internal.model_source(m);
    PERFORM segment_internal.check_id_type(source, m.id_column);
    PERFORM segment_internal.check_options(m);
    PERFORM segment_internal.check_sensitive(m);
    RETURN m;
END $$;
COMMENT ON FUNCTION segment_internal.check_model(segment.model) IS
'The model with the type of its id and its default features where none are given, after all checks that need no rows.';

CREATE FUNCTION segment_internal.create_model(
    model_name text, algorithm text, source regclass, id_column text,
    feature_columns text[] DEFAULT NULL, options jsonb DEFAULT '{}', comment text DEFAULT NULL, describe_columns text[] DEFAULT NULL,
    label_column text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model;
BEGIN
    IF model_name IS NULL OR algorithm IS NULL OR source IS NULL OR id_column IS NULL THEN
        RAISE EXCEPTION 'model_name, algorithm, source and id_column must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF octet_length(model_name) > 40 OR NOT segment_internal.is_plain_name(model_name) THEN
        RAISE EXCEPTION 'model name must have 1 to 40 bytes and no invisible characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.algorithm_row(algorithm);
    m := segment_internal.set_source(m, source);
    m.model_name := model_name;
    m.algorithm := algorithm;
    m.comment := comment;
    m.options := COALESCE(options, '{}');
    m.id_column := id_column;
    m.feature_columns := feature_columns;
    m.describe_columns := describe_columns;
    m.label_column := label_column;
    PERFORM segment_internal.add_model(segment_internal.check_model(m));
END $$;
COMMENT ON FUNCTION segment_internal.create_model(text, text, regclass, text, text[], jsonb, text, text[], text) IS
'Implementation of segment.create_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.create_model(
    model_name text, algorithm text, source regclass, id_column text,
    feature_columns text[] DEFAULT NULL, options jsonb DEFAULT '{}', comment text DEFAULT NULL, describe_columns text[] DEFAULT NULL,
    label_column text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.create_model(text, text, regclass, text, text[], jsonb, text, text[], text) IS
'Registers a model; the caller becomes its owner. algorithm: one of segment.algorithm. source: table, view or materialized view, stored by schema and name and looked up at each refit. feature_columns: NULL for all present numeric columns except the id; for rfm three, in the order recency_days, frequency, monetary, or NULL for the columns of these names. options: those of the algorithm in segment.algorithm_option. describe_columns: columns with categories, such as channel or trade: kmeans counts them by cluster at each refit (view cluster_categories), profile has them as attributes of its code, logit as categories. label_column: the boolean column that logit predicts. Options and columns are checked as in the fit. No rows are read: CALL segment.refit(model_name) fits the model. Errors: 42710 the name exists (maybe for a model that the caller cannot see), 22023 a bad argument or option, 42703 no such column, 42804 a feature that is not numeric, a label that is not boolean, or an id that cannot be sorted and hashed, 42501 the caller may not read the source, or is not a modeler.';

CREATE FUNCTION segment_internal.alter_model(
    model_name text, source regclass DEFAULT NULL, id_column text DEFAULT NULL, feature_columns text[] DEFAULT NULL,
    options jsonb DEFAULT NULL, comment text DEFAULT NULL,
    keep_versions integer DEFAULT NULL, keep_log integer DEFAULT NULL, describe_columns text[] DEFAULT NULL, label_column text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.model_row(model_name, true);
BEGIN
    IF source IS NOT NULL THEN
        m := segment_internal.set_source(m, source);
    ELSIF num_nonnulls(id_column, feature_columns, options, describe_columns, label_column) > 0 AND to_regclass(format('%I.%I', m.source_schema, m.source_name)) IS NULL THEN
        RAISE EXCEPTION 'source "%.%" does not exist', m.source_schema, m.source_name USING ERRCODE = 'undefined_table';
    END IF;
    m.id_column := COALESCE(alter_model.id_column, m.id_column);
    m.feature_columns := COALESCE(alter_model.feature_columns, m.feature_columns);
    m.describe_columns := COALESCE(alter_model.describe_columns, m.describe_columns);
    m.label_column := COALESCE(alter_model.label_column, m.label_column);
    m.comment := COALESCE(alter_model.comment, m.comment);
    IF keep_versions NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'keep_versions must be an integer from 1 to 10000' USING ERRCODE = 'invalid_parameter_value';
    ELSIF keep_log NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION 'keep_log must be an integer from 1 to 36500' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    m.keep_versions := COALESCE(alter_model.keep_versions, m.keep_versions);
    m.keep_log := COALESCE(alter_model.keep_log, m.keep_log);
    IF options IS NOT NULL THEN
        IF jsonb_typeof(options) <> 'object' THEN
            RAISE EXCEPTION 'options must be a jsonb object' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- names with a null value are checked too; an option that the model has may always be removed
        PERFORM segment_internal.check_option_names(m.algorithm, ARRAY(SELECT n FROM jsonb_object_keys(options) n WHERE NOT m.options ? n));
        m.options := jsonb_strip_nulls(m.options || options);
    END IF;
    IF num_nonnulls(source, id_column, feature_columns, options, describe_columns, label_column) > 0 THEN
        m := segment_internal.check_model(m);
    END IF;
    IF m.feature_columns <> (segment_internal.model_row(m.model_name, true)).feature_columns
        AND EXISTS (SELECT FROM segment_internal.cluster_names(m.model_name) n) THEN
        RAISE NOTICE 'the names of the clusters are removed, since clusters of other features are not comparable';
        PERFORM segment_internal.set_cluster_name(m.model_name, n.cluster_id, NULL) FROM segment_internal.cluster_names(m.model_name) n;
    END IF;
    PERFORM segment_internal.change_model(m);
END $$;
COMMENT ON FUNCTION segment_internal.alter_model(text, regclass, text, text[], jsonb, text, integer, integer, text[], text) IS
'Implementation of segment.alter_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.alter_model(
    model_name text, source regclass DEFAULT NULL, id_column text DEFAULT NULL, feature_columns text[] DEFAULT NULL,
    options jsonb DEFAULT NULL, comment text DEFAULT NULL,
    keep_versions integer DEFAULT NULL, keep_log integer DEFAULT NULL, describe_columns text[] DEFAULT NULL, label_column text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.alter_model(text, regclass, text, text[], jsonb, text, integer, integer, text[], text) IS
'Changes a registered model. NULL arguments change nothing. The active version stays in use, with the columns that it was fitted on, until the next refit; its versions, log and names stay. options: merged with the present options; an option that is null returns to its default. describe_columns: as in create_model; an empty array removes them. label_column: as in create_model. After other feature_columns the next version is not compared with the old one: clusters get new numbers, and given names are removed. keep_versions: number of newest versions to keep, failed ones included, besides the active one (1 to 10000, default 10). keep_log: days to keep the log (1 to 36500, default 400). Older versions and log rows are deleted now and after each refit. Errors: as create_model; 42704, 42501 not the owner.';

CREATE FUNCTION segment_internal.activate(model_name text, version integer) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_active(activate.model_name, activate.version, (
        SELECT segment_internal.generated_names(m, segment_internal.readable(segment_internal.version_model(m.model_name, activate.version), a.model_kind), NULL)
        FROM segment_internal.models(COALESCE(activate.model_name, '')) m JOIN segment.algorithm a ON a.algorithm = m.algorithm));
END $$;
COMMENT ON FUNCTION segment_internal.activate(text, integer) IS
'Implementation of segment.activate, which hides the SQL context of errors.';

CREATE FUNCTION segment.activate(model_name text, version integer) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.activate(text, integer) IS
'Makes any version, newer or older, the active one; the version active before is archived. A refit that runs at the same time keeps its version as a candidate. Errors: 42704 no such model or version, 55000 the version failed, 42501 not the owner.';

CREATE FUNCTION segment_internal.active_model(model_name text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bytes bytea;
BEGIN
    bytes := segment_internal.version_model(model_name, NULL);
    IF bytes IS NULL THEN
        PERFORM segment_internal.model_row(model_name, false);
        RAISE EXCEPTION 'model "%" has no active version', model_name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = format('CALL segment.refit(%L) makes one.', model_name);
    END IF;
    RETURN bytes;
END $$;
COMMENT ON FUNCTION segment_internal.active_model(text) IS
'Implementation of segment.active_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.active_model(model_name text) RETURNS bytea
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.active_model(text) IS
'The active version of a model, for use in any query: segment.kmeans_assign((SELECT segment.active_model(''retail'')), features). The scalar subquery runs once. NULL for NULL. Errors: 42704 no such model (or not shared with the caller), 55000 never fitted.';

CREATE FUNCTION segment_internal.drop_model(model_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_model(model_name);
END $$;
COMMENT ON FUNCTION segment_internal.drop_model(text) IS
'Implementation of segment.drop_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.drop_model(model_name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.drop_model(text) IS
'Deletes a model with its versions, log and cluster names. Published tables stay. Errors: 42704 no such model, 42501 not the owner, 55006 a refit is running.';

CREATE FUNCTION segment_internal.change_owner(model_name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_owner(model_name, role);
END $$;
COMMENT ON FUNCTION segment_internal.change_owner(text, text) IS
'Implementation of segment.change_owner, which hides the SQL context of errors.';

CREATE FUNCTION segment.change_owner(model_name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.change_owner(text, text) IS
'Changes the owner of a model to a role of which the caller is a member. A model whose owner was dropped has no owner; a superuser can change that. A model restored from a dump by the owner of the extension has no owner either, until a superuser sets one or the role named in the row takes it over with change_owner(name, its own role). That role then trusts the restored row, including source and options. Errors: 42704 no such model or role, 42501 not the owner, or not a member of the new role.';

CREATE FUNCTION segment_internal.name_cluster(model_name text, cluster_id integer, cluster_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    m segment.model := segment_internal.model_row(model_name, true);
    names jsonb := segment_internal.generated_names(m, segment.active_model(m.model_name), NULL);
BEGIN
    IF names IS NULL THEN
        RAISE EXCEPTION 'model "%" is of algorithm "%", which has no clusters', m.model_name, m.algorithm
            USING ERRCODE = 'wrong_object_type';
    ELSIF cluster_id IS NULL OR NOT names ? cluster_id::text THEN
        RAISE EXCEPTION 'model "%" has no cluster %', m.model_name, cluster_id USING ERRCODE = 'invalid_parameter_value';
    ELSIF cluster_name <> '' AND NOT segment_internal.is_plain_name(cluster_name) THEN
        RAISE EXCEPTION 'cluster name must not contain invisible characters'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF octet_length(cluster_name) > 500 THEN
        RAISE EXCEPTION 'cluster name has % bytes, but the maximum is 500', octet_length(cluster_name)
            USING ERRCODE = 'name_too_long';
    END IF;
    PERFORM segment_internal.set_cluster_name(m.model_name, cluster_id, NULLIF(cluster_name, ''));
END $$;
COMMENT ON FUNCTION segment_internal.name_cluster(text, integer, text) IS
'Implementation of segment.name_cluster, which hides the SQL context of errors.';

CREATE FUNCTION segment.name_cluster(model_name text, cluster_id integer, cluster_name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.name_cluster(text, integer, text) IS
'Sets the name of a cluster of a k-means model; refits keep it, since they keep cluster numbers. NULL or an empty name removes it; the cluster then has a generated name. Errors: 42704, 42501, 42809 not k-means, 22023 no such cluster or a name with invisible characters, 42622 a name of more than 500 bytes, 55000 never fitted.';

CREATE FUNCTION segment_internal.cluster_names(model_name text, version integer)
RETURNS TABLE (cluster_id integer, cluster_name text)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT g.key::integer, COALESCE(n.cluster_name, g.value)
    FROM segment_internal.models(COALESCE(cluster_names.model_name, '')) m
    CROSS JOIN LATERAL jsonb_each_text(segment_internal.generated_names(m, segment_internal.readable(
        segment_internal.version_model(m.model_name, COALESCE(cluster_names.version, 0)),
        (SELECT a.model_kind FROM segment.algorithm a WHERE a.algorithm = m.algorithm)), NULL)) g
    LEFT JOIN segment_internal.cluster_names(m.model_name) n ON n.cluster_id = g.key::integer
    ORDER BY g.key::integer;
END $$;
COMMENT ON FUNCTION segment_internal.cluster_names(text, integer) IS
'Implementation of segment.cluster_names, which hides the SQL context of errors.';

CREATE FUNCTION segment.cluster_names(model_name text, version integer)
RETURNS TABLE (cluster_id integer, cluster_name text)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 10;
COMMENT ON FUNCTION segment.cluster_names(text, integer) IS
'The clusters of one version of a registered model with their names: given with name_cluster, else generated. No rows for a model whose algorithm has no clusters, or that the caller cannot see.';

CREATE FUNCTION segment_internal.share_model(model_name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.share(model_name, role);
END $$;
COMMENT ON FUNCTION segment_internal.share_model(text, text) IS
'Implementation of segment.share_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.share_model(model_name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.share_model(text, text) IS
'Allows the members of a role to see and use a model: active_model, versions, log and rows in the views. They cannot see its source or why a refit failed (an error may quote the source), nor change it. At most 100 roles. Errors: 42704 no such model or role, 42501 not the owner, 54000 too many roles.';

CREATE FUNCTION segment_internal.unshare_model(model_name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.unshare(model_name, role);
END $$;
COMMENT ON FUNCTION segment_internal.unshare_model(text, text) IS
'Implementation of segment.unshare_model, which hides the SQL context of errors.';

CREATE FUNCTION segment.unshare_model(model_name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.unshare_model(text, text) IS
'Ends share_model, also for a role that no longer exists. Members of the role may call it too. Errors: 42704 no such model, 42501 member neither of the owner nor of the role.';

CREATE FUNCTION segment_internal.grant_modeler(role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_modeler(role, true);
END $$;
COMMENT ON FUNCTION segment_internal.grant_modeler(text) IS
'Implementation of segment.grant_modeler, which hides the SQL context of errors.';

CREATE FUNCTION segment.grant_modeler(role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.grant_modeler(text) IS
'Allows the members of a role to create models and register receipts, and to change and refit those of their own roles. Errors: 42501 the caller does not own the extension, 42704 no such role.';

CREATE FUNCTION segment_internal.revoke_modeler(role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_modeler(role, false);
END $$;
COMMENT ON FUNCTION segment_internal.revoke_modeler(text) IS
'Implementation of segment.revoke_modeler, which hides the SQL context of errors.';

CREATE FUNCTION segment.revoke_modeler(role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.revoke_modeler(text) IS
'Ends grant_modeler. The role''s models stay; change_owner can set another owner. Errors: 42501 the caller does not own the extension, 42704 no such role.';
