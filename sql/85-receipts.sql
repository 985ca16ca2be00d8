-- Receipts relations by name, for the view segment.cohort_retention.

CREATE FUNCTION segment_internal.register_receipts(name text, source regclass, currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    by text DEFAULT NULL)
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
        RAISE EXCEPTION 'name of receipts must not have invisible characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT c.oid INTO passing FROM pg_class c WHERE c.oid IN (source, rates) AND c.relpersistence = 't' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'source "%" is not a permanent table, view or materialized view', segment_internal.relation_name(passing)
            USING ERRCODE = 'wrong_object_type';
    END IF;
    -- the checks of columns that reading the receipts makes
    PERFORM segment_internal.check_receipt_columns(source, currency, rates);
    IF by IS NOT NULL THEN
        PERFORM segment_internal.check_columns(source, ARRAY[by], 'by names a column of the receipts relation.');
    END IF;
    SELECT n.nspname, c.relname INTO r.source_schema, r.source_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;
    SELECT n.nspname, c.relname INTO r.rates_schema, r.rates_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = rates;
    r.receipts_name := name;
    r.currency := register_receipts.currency;
    r.by_column := by;
    PERFORM segment_internal.add_receipts(r);
END $$;
COMMENT ON FUNCTION segment_internal.register_receipts(text, regclass, text, regclass, text) IS
'Support function of register_receipts, which raises its errors again without the SQL in them.';

CREATE FUNCTION segment.register_receipts(name text, source regclass, currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    by text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.register_receipts(text, regclass, text, regclass, text) IS
'Registers a receipts relation under a name. Its monthly cohorts then appear in the view segment.cohort_retention for the members of the caller''s role. currency: only receipts in this currency. rates: a relation that converts all amounts; see receipt_totals. Both are NULL when the receipts have one currency or none. by: a column of source; the view then has cohorts for each of its values, in by_value. Errors: 42710 the name exists; 42703 a column is missing; 42809 a temporary table; 22023 currency together with rates; 42501 the caller has no grant_modeler.';

CREATE FUNCTION segment_internal.share_receipts(name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_receipts_share(name, role, true);
END $$;
COMMENT ON FUNCTION segment_internal.share_receipts(text, text) IS
'Implementation of segment.share_receipts, which hides the SQL context of errors.';

CREATE FUNCTION segment.share_receipts(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.share_receipts(text, text) IS
'Shows the cohorts of registered receipts to the members of a role in the view segment.cohort_retention, but not the receipts. At most 100 roles. Errors: 42704 the caller has no receipts of that name, or the role does not exist; 54000 too many roles.';

CREATE FUNCTION segment_internal.unshare_receipts(name text, role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_receipts_share(name, role, false);
END $$;
COMMENT ON FUNCTION segment_internal.unshare_receipts(text, text) IS
'Implementation of segment.unshare_receipts, which hides the SQL context of errors.';

CREATE FUNCTION segment.unshare_receipts(name text, role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.unshare_receipts(text, text) IS
'Reverses share_receipts, also for a role that no longer exists. Error: 42704 the caller has no receipts of that name.';

CREATE FUNCTION segment_internal.drop_receipts(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_receipts(name);
END $$;
COMMENT ON FUNCTION segment_internal.drop_receipts(text) IS
'Implementation of segment.drop_receipts, which hides the SQL context of errors.';

CREATE FUNCTION segment.drop_receipts(name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.drop_receipts(text) IS
'Reverses register_receipts; the relation itself remains. Receipts whose owner was dropped can be removed by the owner of the extension. Receipts that the owner of the extension restored from a dump can also be removed by the role that registered them. Error: 42704 the caller has no receipts of that name.';

CREATE FUNCTION segment_internal.receipts_plan(name text, OUT role oid, OUT query text)
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE;
COMMENT ON FUNCTION segment_internal.receipts_plan(text) IS
'The query of the monthly cohorts of registered receipts as of their last receipt, and their owner, the role that must run it. Both are NULL when the caller may not see the receipts, when the owner may not read them, or when they do not exist.';

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
    query := format('SELECT d.last_day, c.cohort, c.period, c.customers, c.active, c.retention, c.lost, c.revenue, c.average_receipt, c.is_complete, c.by_value FROM (SELECT pg_catalog.max(s.receipt_date)::pg_catalog.date AS last_day FROM %1$s s'
                    ' HAVING pg_catalog.count(s.receipt_date) OPERATOR(pg_catalog.>) 0) d,'
                    ' LATERAL segment.cohort_retention(%1$L, d.last_day, ''month'', %2$L, %3$L, %4$L) c', source, r.currency, rates, r.by_column);
END $$;

CREATE FUNCTION segment_internal.receipts_rows(name text) RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION segment_internal.receipts_rows(text) IS
'The monthly cohorts of registered receipts, read as their owner in a security-restricted operation; no rows when receipts_plan returns NULLs.';

CREATE FUNCTION segment_internal.retention(name text)
RETURNS TABLE (as_of date, cohort text, period integer, customers bigint, active bigint,
               retention float8, lost bigint, revenue numeric, average_receipt numeric, is_complete boolean,
               by_value text, is_suppressed boolean)
LANGUAGE plpgsql VOLATILE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT s.as_of, s.cohort, s.period, CASE WHEN NOT s.is_small THEN s.customers END,
           CASE WHEN NOT s.is_hidden THEN s.active END, CASE WHEN NOT s.is_hidden THEN s.retention END, CASE WHEN NOT s.is_hidden THEN s.lost END,
           CASE WHEN NOT s.is_hidden THEN s.revenue END, CASE WHEN NOT s.is_hidden THEN s.average_receipt END, s.is_complete, s.by_value, s.is_hidden
    FROM (SELECT j.*, j.is_small OR segment_internal.has_small_part(j.active, j.customers, segment_internal.min_cell_size()) AS is_hidden
          FROM (SELECT i.*, bool_or(i.is_small_here) OVER (PARTITION BY i.by_value, i.cohort) AS is_small
                FROM (SELECT c.*, segment_internal.is_small_cell(c.customers, segment_internal.min_cell_size()) OVER (PARTITION BY c.by_value, c.period) AS is_small_here
                      FROM segment_internal.receipts_rows(name)
                          AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
                               revenue numeric, average_receipt numeric, is_complete boolean, by_value text)) i) j) s
    -- the windows have another order
    ORDER BY s.by_value COLLATE "C", s.cohort COLLATE "C", s.period;
EXCEPTION
    -- an error of one source must not be an error of the view; segment.problems reports it
    WHEN OTHERS OR ASSERT_FAILURE THEN
        RETURN;
END $$;
COMMENT ON FUNCTION segment_internal.retention(text) IS
'The monthly cohorts of registered receipts for the view segment.cohort_retention; no rows when reading them fails. is_suppressed: a cell counts fewer customers than segment.min_cell_size, or would tell such a count.';

CREATE FUNCTION segment_internal.retention_problem(r segment.receipts) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass(format('%I.%I', r.source_schema, r.source_name)) IS NULL THEN
        RETURN format('receipts: source "%s.%s" does not exist', r.source_schema, r.source_name);
    ELSIF segment_internal.remembered_role(r.owner, r.owner_key) IS NULL THEN
        RETURN format('receipts: their owner, role "%s", does not exist', r.owner);
    ELSIF (segment_internal.receipts_plan(r.receipts_name)).query IS NULL THEN
        RETURN format('receipts: "%s.%s" cannot be read for the current user as role "%s"', r.source_schema, r.source_name, r.owner);
    END IF;
    PERFORM FROM segment_internal.receipts_rows(r.receipts_name)
        AS c(as_of date, cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
             revenue numeric, average_receipt numeric, is_complete boolean, by_value text);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS OR ASSERT_FAILURE THEN
        -- the message may contain values of the receipts
        RETURN 'receipts: ' || CASE WHEN segment_internal.may_set_role(r.owner) THEN SQLERRM ELSE 'they cannot be read' END;
END $$;
COMMENT ON FUNCTION segment_internal.retention_problem(segment.receipts) IS
'The reason why the monthly cohorts of registered receipts cannot be shown, or NULL.';
