-- Receipts relations by name, for the view segment.cohort_retention.

CREATE FUNCTION segment_internal.register_receipts(name text, source regclass, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r segment.receipts;
    passing regclass;
BEGIN
    IF name IS NULL OR name = '' OR source IS NULL THEN
        RAISE EXCEPTION 'name and source must not be null or blank' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT segment_internal.is_plain_name(name) THEN
        RAISE EXCEPTION 'name of receipts must have no invisible characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT c.oid INTO passing FROM pg_class c WHERE c.oid IN (source, rates) AND c.relpersistence = 't' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(passing)
            USING ERRCODE = 'wrong_object_type';
    END IF;
    -- what a reading would refuse of the columns
    PERFORM segment_internal.check_receipt_columns(source, currency, rates);
    SELECT n.nspname, c.relname INTO r.source_schema, r.source_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;
    SELECT n.nspname, c.relname INTO r.rates_schema, r.rates_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = rates;
    r.receipts_name := name;
    r.currency := register_receipts.currency;
    PERFORM segment_internal.add_receipts(r);
END $$;
COMMENT ON FUNCTION segment_internal.register_receipts(text, regclass, text, regclass) IS
'The work of segment.register_receipts, whose errors show none of its SQL.';

CREATE FUNCTION segment.register_receipts(name text, source regclass, currency text DEFAULT NULL, rates regclass DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.register_receipts(text, regclass, text, regclass) IS
'Register a receipts relation under a name, so that its monthly cohorts appear in the view segment.cohort_retention for the members of the caller''s role. currency: the one that counts; rates: a relation that converts all amounts, as cohort_retention takes it; NULL for both when there is only one currency, or none. Errors: 42710 the name is taken, 42703 a column is missing, 42809 a temporary table, 22023 currency together with rates, 42501 no grant_modeler.';

CREATE FUNCTION segment.share_receipts(name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_receipts_share(name, role, true);
END $$;
COMMENT ON FUNCTION segment.share_receipts(text, text) IS
'Let the members of a role see the cohorts of registered receipts in the view segment.cohort_retention; not the receipts themselves. At most 100 roles. Errors: 42704 none of the caller''s has that name, or no such role; 54000 too many roles.';

CREATE FUNCTION segment.unshare_receipts(name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_receipts_share(name, role, false);
END $$;
COMMENT ON FUNCTION segment.unshare_receipts(text, text) IS
'Take back share_receipts; also for a role that no longer exists. Error: 42704 none of the caller''s has that name.';

CREATE FUNCTION segment.drop_receipts(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_receipts(name);
END $$;
COMMENT ON FUNCTION segment.drop_receipts(text) IS
'Take back register_receipts; the relation itself stays. Receipts whose owner was dropped can be taken back by the owner of the extension; those that he has restored from a dump also by the role that registered them. Errors: 42704 no such name, or not the caller''s.';

CREATE FUNCTION segment_internal.receipts_plan(name text, OUT role oid, OUT query text)
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.receipts_plan(text) IS
'The SQL of the monthly cohorts of registered receipts as of their last receipt, and the role that owns them, as which it is to be read; NULLs where the caller may not see them, that role may not read them, or they are gone.';

CREATE FUNCTION segment_internal.receipts_plan(caller oid, name text, OUT role oid, OUT query text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r segment.receipts;
    owner oid;
    source regclass;
    rates regclass;
BEGIN
    SELECT * INTO r FROM segment.receipts o
    WHERE o.receipts_name = name
      AND (segment_internal.role_may(caller, o.owner, o.owner_key)
           OR EXISTS (SELECT FROM segment.receipts_share s
                      WHERE s.receipts_name = name AND segment_internal.role_may(caller, s.role_name, s.role_key)));
    owner := segment_internal.remembered_role(r.owner, r.owner_key);
    source := to_regclass(format('%I.%I', r.source_schema, r.source_name));
    rates := CASE WHEN r.rates_name IS NOT NULL THEN to_regclass(format('%I.%I', r.rates_schema, r.rates_name)) END;
    IF owner IS NULL OR source IS NULL OR (rates IS NULL) <> (r.rates_name IS NULL) OR NOT has_table_privilege(owner, source, 'SELECT') THEN
        RETURN;
    END IF;
    role := owner;
    query := format('SELECT d.last_day, c.* FROM (SELECT pg_catalog.max(s.receipt_date)::pg_catalog.date AS last_day FROM %1$s s'
                    ' HAVING pg_catalog.count(s.receipt_date) OPERATOR(pg_catalog.>) 0) d,'
                    ' LATERAL segment.cohort_retention(%1$L, d.last_day, ''month'', %2$L, %3$L) c', source, r.currency, rates);
END $$;

CREATE FUNCTION segment_internal.receipts_rows(name text) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.receipts_rows(text) IS
'The monthly cohorts of registered receipts, read as the role that owns them, in a security-restricted operation; no rows where receipts_plan has NULLs.';

CREATE FUNCTION segment_internal.retention(name text)
RETURNS TABLE (as_of date, cohort text, period integer, customers bigint, active bigint,
               retention float8, lost bigint, revenue numeric, average_receipt numeric, is_complete boolean)
LANGUAGE plpgsql VOLATILE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT c.* FROM segment_internal.receipts_rows(name)
        AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
             revenue numeric, average_receipt numeric, is_complete boolean);
EXCEPTION
    -- one source that fails must not fail the view of all; segment.problems names it
    WHEN OTHERS OR ASSERT_FAILURE THEN
        RETURN;
END $$;
COMMENT ON FUNCTION segment_internal.retention(text) IS
'The monthly cohorts of registered receipts, as the view segment.cohort_retention shows them; no rows where reading them fails.';

CREATE FUNCTION segment_internal.retention_problem(r segment.receipts) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass(format('%I.%I', r.source_schema, r.source_name)) IS NULL THEN
        RETURN format('receipts: source "%s.%s" does not exist', r.source_schema, r.source_name);
    ELSIF segment_internal.remembered_role(r.owner, r.owner_key) IS NULL THEN
        RETURN format('receipts: their owner, role "%s", does not exist any more', r.owner);
    ELSIF (segment_internal.receipts_plan(r.receipts_name)).query IS NULL THEN
        RETURN format('receipts: "%s.%s" cannot be read for the current user as role "%s"', r.source_schema, r.source_name, r.owner);
    END IF;
    PERFORM FROM segment_internal.receipts_rows(r.receipts_name)
        AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
             revenue numeric, average_receipt numeric, is_complete boolean);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS OR ASSERT_FAILURE THEN
        -- the message may quote what the receipts hold
        RETURN 'receipts: ' || CASE WHEN segment_internal.may_set_role(r.owner) THEN SQLERRM ELSE 'they cannot be read' END;
END $$;
COMMENT ON FUNCTION segment_internal.retention_problem(segment.receipts) IS
'Why the monthly cohorts of registered receipts cannot be shown; NULL when they can.';
