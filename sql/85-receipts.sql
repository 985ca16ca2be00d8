-- Receipts relations by name, for the view segment.cohort_retention.

CREATE FUNCTION segment.register_receipts(name text, source regclass, currency text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    r segment.receipts;
    wanted text;
BEGIN
    IF name IS NULL OR name = '' OR source IS NULL THEN
        RAISE EXCEPTION 'name and source must be given' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT segment_internal.is_plain_name(name) THEN
        RAISE EXCEPTION 'name of receipts must have no control characters or other characters that are not seen'
            USING ERRCODE = 'invalid_parameter_value';
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
    SELECT n.nspname, c.relname INTO r.source_schema, r.source_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;
    r.receipts_name := name;
    r.currency := currency;
    PERFORM segment_internal.add_receipts(r);
END $$;
COMMENT ON FUNCTION segment.register_receipts(text, regclass, text) IS
'Register a receipts relation under a name, so that its monthly cohorts appear in the view segment.cohort_retention for the members of the caller''s role. currency: the one that counts; NULL when there is only one. Errors: 42710 the name is taken, 42703 a column of the receipts contract is missing, 42809 a temporary table, 42501 no grant_modeler.';

CREATE FUNCTION segment.drop_receipts(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_receipts(name);
END $$;
COMMENT ON FUNCTION segment.drop_receipts(text) IS
'Take back register_receipts; the relation itself stays. Errors: 42704 no such name, or not the caller''s.';

CREATE FUNCTION segment_internal.receipts_query(r segment.receipts) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := to_regclass(format('%I.%I', r.source_schema, r.source_name));
BEGIN
    -- the owner of the extension sees all of them, and is not a member of every role
    IF source IS NULL OR NOT segment_internal.may_set_role(r.owner) OR NOT has_table_privilege(r.owner, source, 'SELECT') THEN
        RETURN NULL;
    END IF;
    RETURN format('SELECT d.last_day, c.* FROM (SELECT max(s.receipt_date)::pg_catalog.date AS last_day FROM %1$s s HAVING count(s.receipt_date) > 0) d,'
                  ' LATERAL segment.cohort_retention(%1$L, d.last_day, ''month'', %2$L) c', source, r.currency);
END $$;
COMMENT ON FUNCTION segment_internal.receipts_query(segment.receipts) IS
'SQL of the monthly cohorts of registered receipts as of their last receipt, to be read as their owner; NULL where the caller may not do that, the owner may not read them, or they are gone.';

CREATE FUNCTION segment_internal.retention(r segment.receipts)
RETURNS TABLE (as_of date, cohort text, period integer, customers bigint, active bigint,
               retention float8, lost bigint, revenue numeric, average_receipt numeric, is_complete boolean)
LANGUAGE plpgsql VOLATILE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT c.* FROM segment_internal.query_as(r.owner, segment_internal.receipts_query(r))
        AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
             revenue numeric, average_receipt numeric, is_complete boolean)
    WHERE segment_internal.receipts_query(r) IS NOT NULL;
EXCEPTION
    -- one source that fails must not fail the view of all; segment.problems names it
    WHEN OTHERS THEN
        RETURN;
END $$;
COMMENT ON FUNCTION segment_internal.retention(segment.receipts) IS
'The monthly cohorts of registered receipts, as the view segment.cohort_retention shows them; no rows where reading them fails.';

CREATE FUNCTION segment_internal.retention_problem(r segment.receipts) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    query text := segment_internal.receipts_query(r);
BEGIN
    IF to_regclass(format('%I.%I', r.source_schema, r.source_name)) IS NULL THEN
        RETURN format('receipts: source "%s"."%s" does not exist', r.source_schema, r.source_name);
    ELSIF query IS NULL THEN
        RETURN format('receipts: role "%s" may not read "%s"."%s"', r.owner, r.source_schema, r.source_name);
    END IF;
    PERFORM FROM segment_internal.query_as(r.owner, query)
        AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
             revenue numeric, average_receipt numeric, is_complete boolean);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        RETURN 'receipts: ' || SQLERRM;
END $$;
COMMENT ON FUNCTION segment_internal.retention_problem(segment.receipts) IS
'Why the monthly cohorts of registered receipts cannot be shown; NULL when they can.';
