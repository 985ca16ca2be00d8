-- Receipts relations by name, for the view segment.cohort_retention.

CREATE FUNCTION segment.register_receipts(name text, source regclass, currency text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    wanted text;
BEGIN
    IF name IS NULL OR name = '' OR source IS NULL THEN
        RAISE EXCEPTION 'name and source must be given' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF (SELECT c.relpersistence = 't' FROM pg_class c WHERE c.oid = source) THEN
        RAISE EXCEPTION 'source % is not a lasting table, view or materialized view', source
            USING ERRCODE = 'wrong_object_type';
    END IF;
    FOREACH wanted IN ARRAY '{customer_id,receipt_id,receipt_date,amount,currency}'::text[] LOOP
        IF NOT EXISTS (SELECT FROM segment.source_columns(source) s WHERE s.column_name = wanted) THEN
            RAISE EXCEPTION 'source % has no column "%"', source, wanted USING ERRCODE = 'undefined_column';
        END IF;
    END LOOP;
    IF NOT has_table_privilege('segment.receipts', 'INSERT') THEN
        RAISE EXCEPTION 'role "%" may not register receipts', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'The owner of the extension can call segment.grant_modeler.';
    END IF;
    INSERT INTO segment.receipts (receipts_name, source_schema, source_name, currency)
    SELECT name, n.nspname, c.relname, currency
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'receipts "%" are registered already', name USING ERRCODE = 'duplicate_object';
END $$;
COMMENT ON FUNCTION segment.register_receipts(text, regclass, text) IS
'Register a receipts relation under a name, so that its monthly cohorts appear in the view segment.cohort_retention for the members of the caller''s role. currency: the one that counts; NULL when there is only one. Errors: 42710 the name is taken, 42703 a column of the receipts contract is missing, 42809 a temporary table, 42501 no grant_modeler.';

CREATE FUNCTION segment.drop_receipts(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM segment.receipts r WHERE r.receipts_name = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'receipts "%" are not registered', name USING ERRCODE = 'undefined_object';
    END IF;
END $$;
COMMENT ON FUNCTION segment.drop_receipts(text) IS
'Take back register_receipts; the relation itself stays. Errors: 42704 no such name, or not the caller''s.';

CREATE FUNCTION segment.registered_retention()
RETURNS TABLE (receipts_name text, as_of date, cohort text, period integer, customers bigint, active bigint,
               retention float8, lost bigint, revenue numeric, average_receipt numeric, is_complete boolean)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r segment.receipts;
    source regclass;
BEGIN
    FOR r IN SELECT * FROM segment.receipts o ORDER BY o.receipts_name LOOP
        -- the owner of the extension sees all of them, and is not a member of every role
        CONTINUE WHEN NOT segment.may_set_role(r.owner);
        source := to_regclass(format('%I.%I', r.source_schema, r.source_name));
        CONTINUE WHEN source IS NULL OR NOT has_table_privilege(r.owner, source, 'SELECT');
        RETURN QUERY
        SELECT r.receipts_name, c.*
        FROM segment.query_as(r.owner, format(
                 'SELECT d.last_day, c.* FROM (SELECT max(s.receipt_date)::pg_catalog.date AS last_day FROM %1$s s HAVING count(s.receipt_date) > 0) d,'
                 ' LATERAL segment.cohort_retention(%1$L, d.last_day, ''month'', %2$L) c',
                 source, r.currency))
            AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
                 revenue numeric, average_receipt numeric, is_complete boolean);
    END LOOP;
END $$;
COMMENT ON FUNCTION segment.registered_retention() IS
'Support function of the view segment.cohort_retention: monthly cohorts of every registered receipts relation that the caller sees and its owner may read, as of its last receipt; read as that owner.';
