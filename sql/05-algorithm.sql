-- Three tables describe the algorithms to the registry. The SQL piece of each family
-- inserts its rows.
--
-- A hook is stored as the name of a function, not as its OID, and looked up at each call:
-- pg_upgrade refuses a database with a table column of type regproc or regprocedure.
-- There are no foreign keys, since a parallel restore loads the tables in any order.
--
-- A hook runs with the rights of the role that fits or publishes a model. So only the
-- owner of the tables may write them, and only functions of superusers are called.

CREATE TABLE segment.algorithm (
    algorithm text PRIMARY KEY,
    model_kind text NOT NULL,
    description text NOT NULL,
    output_shape text NOT NULL CHECK (output_shape IN ('row per id', 'rows per model', 'rows per id')),
    has_histograms boolean NOT NULL,
    feature_names text[] CHECK (pg_catalog.cardinality(feature_names) > 0),
    fit_hook text NOT NULL,
    align_hook text,
    check_hook text,
    names_hook text,
    summary_hook text,
    publish_hook text,
    explain_hook text,
    has_describe_columns boolean NOT NULL DEFAULT false,
    has_label_column boolean NOT NULL DEFAULT false,
    is_builtin boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE segment.algorithm IS 'The algorithms that a registered model can have. Key: algorithm. Only a superuser can add one. A hook is the qualified name of a function that belongs to a superuser. Added rows are dumped, those of the extension are not.';
COMMENT ON COLUMN segment.algorithm.algorithm IS 'Name, the argument algorithm of create_model.';
COMMENT ON COLUMN segment.algorithm.model_kind IS 'Kind of the model that the fit returns, as in model_info.';
COMMENT ON COLUMN segment.algorithm.description IS 'Purpose, in one sentence.';
COMMENT ON COLUMN segment.algorithm.output_shape IS 'What an active version returns: row per id, rows per model or rows per id. Only row per id can be published.';
COMMENT ON COLUMN segment.algorithm.has_histograms IS 'Does a model keep histograms of its features, so that a refit can measure drift against it?';
COMMENT ON COLUMN segment.algorithm.feature_names IS 'The features, in order, of an algorithm with fixed features; NULL: any number of features.';
COMMENT ON COLUMN segment.algorithm.fit_hook IS 'f(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb): the SQL of an aggregate over the rows s of the source that returns the new model, and figures to store with it. $1 is old, the active version, or NULL without one.';
COMMENT ON COLUMN segment.algorithm.align_hook IS 'f(new bytea, old bytea) RETURNS bytea: the new model with the numbers or axes of the old one. NULL: a new model is stored unchanged.';
COMMENT ON COLUMN segment.algorithm.check_hook IS 'f(m segment.model) RETURNS void: raises an error for options or columns that the fit would refuse. NULL: no check.';
COMMENT ON COLUMN segment.algorithm.names_hook IS 'f(m segment.model, model bytea, previous jsonb) RETURNS jsonb: the generated names of the model''s groups by number; previous: their present names. NULL: no groups with names.';
COMMENT ON COLUMN segment.algorithm.summary_hook IS 'f(m segment.model, source regclass, model bytea) RETURNS jsonb: figures of a fit for the views that the model does not contain. NULL: none.';
COMMENT ON COLUMN segment.algorithm.publish_hook IS 'f(m segment.model, place integer, model bytea, old bytea) RETURNS segment_internal.publish_sql: the SQL of the columns in segment.algorithm_column. NULL: the algorithm cannot be published.';
COMMENT ON COLUMN segment.algorithm.explain_hook IS 'f(model bytea, features float8[]) RETURNS TABLE (rank integer, feature text, value float8, typical float8, contribution float8): the reasons of the result for a row. NULL: no reasons.';
COMMENT ON COLUMN segment.algorithm.has_describe_columns IS 'Can a model have describe_columns? Its hooks then read them.';
COMMENT ON COLUMN segment.algorithm.has_label_column IS 'Does a model need a label_column, which its fit predicts?';
COMMENT ON COLUMN segment.algorithm.is_builtin IS 'True for rows of the extension, which are not dumped.';

CREATE TABLE segment.algorithm_option (
    algorithm text NOT NULL,
    used_in text NOT NULL CHECK (used_in IN ('fit', 'refit', 'publish')),
    option_name text NOT NULL,
    type text NOT NULL,
    default_value jsonb,
    minimum numeric,
    maximum numeric,
    choices text[],
    value_range text,
    meaning text NOT NULL,
    PRIMARY KEY (algorithm, used_in, option_name)
);
COMMENT ON TABLE segment.algorithm_option IS 'The options of create_model. Key: algorithm, used_in, option_name. Those of fit come from the fit aggregate, which checks them.';
COMMENT ON COLUMN segment.algorithm_option.algorithm IS 'The algorithm.';
COMMENT ON COLUMN segment.algorithm_option.used_in IS 'Where it is used: fit (the fit aggregate), refit (the registry, at each refit) or publish.';
COMMENT ON COLUMN segment.algorithm_option.option_name IS 'Name.';
COMMENT ON COLUMN segment.algorithm_option.type IS 'integer, number, boolean, choice, text, relation, or an array of these. relation: the name of a relation that the SQL of the publish hook reads; it then runs as the owner of the model only.';
COMMENT ON COLUMN segment.algorithm_option.default_value IS 'Value without the option; NULL: no default, or one that depends on other options.';
COMMENT ON COLUMN segment.algorithm_option.minimum IS 'Smallest valid number of an option that the registry checks; else NULL.';
COMMENT ON COLUMN segment.algorithm_option.maximum IS 'Largest valid number of an option that the registry checks; else NULL.';
COMMENT ON COLUMN segment.algorithm_option.choices IS 'Valid words of an option that the registry checks; else NULL.';
COMMENT ON COLUMN segment.algorithm_option.value_range IS 'The valid values, as text; NULL: any value of the type.';
COMMENT ON COLUMN segment.algorithm_option.meaning IS 'What the option does.';

CREATE TABLE segment.algorithm_column (
    algorithm text NOT NULL,
    column_name text NOT NULL,
    "position" integer NOT NULL,
    column_type text NOT NULL,
    role text NOT NULL CHECK (role IN ('label', 'label name', 'old label', 'value', 'figure', 'version')),
    meaning text NOT NULL,
    PRIMARY KEY (algorithm, column_name),
    UNIQUE (algorithm, "position")
);
CREATE UNIQUE INDEX algorithm_column_role ON segment.algorithm_column (algorithm, role) WHERE role NOT IN ('value', 'figure');
COMMENT ON TABLE segment.algorithm_column IS 'The columns that publish writes. Key: algorithm, column_name.';
COMMENT ON COLUMN segment.algorithm_column.algorithm IS 'The algorithm.';
COMMENT ON COLUMN segment.algorithm_column.column_name IS 'Name; prefixed with the model''s name where a target has several models of one algorithm.';
COMMENT ON COLUMN segment.algorithm_column."position" IS 'Order of the columns of the algorithm.';
COMMENT ON COLUMN segment.algorithm_column.column_type IS 'Type.';
COMMENT ON COLUMN segment.algorithm_column.role IS 'label: the group of the id, at most one for each algorithm; label name: the name of the group; old label: the label by the version published before, in the history only; value: another column whose changes go to the history; figure: a column of the target only; version: the version of the model, written by publish.';
COMMENT ON COLUMN segment.algorithm_column.meaning IS 'Comment of the column.';

GRANT SELECT ON segment.algorithm, segment.algorithm_option, segment.algorithm_column TO PUBLIC;

-- The role that created the extension can restore its own dump. A restore writes these
-- tables even when the dump has no rows for them.
GRANT INSERT ON segment.algorithm, segment.algorithm_option, segment.algorithm_column TO @extowner@;

CREATE FUNCTION segment_internal.refuse_row() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT segment_internal.is_trusted_writer(TG_RELID) THEN
        RAISE EXCEPTION 'must be superuser to add rows to table "%"', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION segment_internal.refuse_row() IS
'Trigger: only a superuser or the owner of the table can insert rows, whatever is granted. Error: 42501.';

CREATE FUNCTION segment_internal.is_trusted_writer(relation oid) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM pg_catalog.pg_roles r
                   WHERE r.rolname = current_user
                     AND (r.rolsuper OR r.oid = (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = relation)));
END;
COMMENT ON FUNCTION segment_internal.is_trusted_writer(oid) IS
'True when the current user is a superuser or the owner of that table of the registry: its rows are inserted unchanged.';

CREATE TRIGGER restored BEFORE INSERT ON segment.algorithm FOR EACH ROW EXECUTE FUNCTION segment_internal.refuse_row();
CREATE TRIGGER restored BEFORE INSERT ON segment.algorithm_option FOR EACH ROW EXECUTE FUNCTION segment_internal.refuse_row();
CREATE TRIGGER restored BEFORE INSERT ON segment.algorithm_column FOR EACH ROW EXECUTE FUNCTION segment_internal.refuse_row();

SELECT pg_catalog.pg_extension_config_dump('segment.algorithm', 'WHERE NOT is_builtin');
SELECT pg_catalog.pg_extension_config_dump('segment.algorithm_option',
    'WHERE algorithm NOT IN (SELECT a.algorithm FROM segment.algorithm a WHERE a.is_builtin)');
SELECT pg_catalog.pg_extension_config_dump('segment.algorithm_column',
    'WHERE algorithm NOT IN (SELECT a.algorithm FROM segment.algorithm a WHERE a.is_builtin)');

CREATE FUNCTION segment_internal.value_range(minimum numeric, maximum numeric, choices text[]) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT NULLIF(pg_catalog.concat_ws(', or ', minimum || ' to ' || maximum, pg_catalog.array_to_string(choices, ', ')), '');
END;
COMMENT ON FUNCTION segment_internal.value_range(numeric, numeric, text[]) IS
'The valid values of an option, as text; NULL without bounds and choices.';

-- ---- hooks -----------------------------------------------------------------------------

CREATE FUNCTION segment_internal.algorithm_row(name text) RETURNS segment.algorithm
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_row segment.algorithm;
BEGIN
    SELECT * INTO found_row FROM segment.algorithm a WHERE a.algorithm = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unrecognized algorithm "%"', name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Valid algorithms are: %s.', (SELECT string_agg(a.algorithm, ', ' ORDER BY a.algorithm) FROM segment.algorithm a));
    END IF;
    RETURN found_row;
END $$;
COMMENT ON FUNCTION segment_internal.algorithm_row(text) IS
'The row of an algorithm. Error: 22023 unknown algorithm; the hint lists all.';

CREATE FUNCTION segment_internal.hook(name text, signature text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    callable text;
BEGIN
    IF name IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT format('%I.%I', n.nspname, p.proname) INTO callable
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
    WHERE p.oid = to_regprocedure(name || signature) AND r.rolsuper;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'function "%" does not exist or does not belong to a superuser', name || signature
            USING ERRCODE = 'undefined_function';
    END IF;
    RETURN callable;
END $$;
COMMENT ON FUNCTION segment_internal.hook(text, text) IS
'The qualified and quoted name of a hook; NULL for NULL. signature: the argument types, such as (bytea,bytea). Error: 42883 no such function, or its owner is not a superuser.';
