-- Ledgers: receipts by customer and month; see src/receipts/ledger_pg.c. create_ledger and its like are in
-- 86-ledger.sql.

-- ---- the lines of a ledger's cells ----

CREATE FUNCTION segment_internal.month_condition(months date[]) RETURNS text
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- neighbouring months are one range; the dates are constants, so that an index or partitions can be used
    SELECT COALESCE(pg_catalog.string_agg(pg_catalog.format('l.receipt_date >= %L::pg_catalog.date AND l.receipt_date < %L::pg_catalog.date',
                                                            r.first, (r.last + '1 mon'::interval)::date), ' OR '), 'false')
    FROM (SELECT pg_catalog.min(g.month) AS first, pg_catalog.max(g.month) AS last
          FROM (SELECT m.month, (m.month - pg_catalog.make_interval(months => pg_catalog.row_number() OVER (ORDER BY m.month)::integer)) AS island
                FROM (SELECT DISTINCT u.month FROM pg_catalog.unnest(months) AS u(month)) m) g
          GROUP BY g.island) r;
END;
COMMENT ON FUNCTION segment_internal.month_condition(date[]) IS
'Support function of ledger_lines: the condition that a line l lies in one of the months, each given by its first day.';

CREATE FUNCTION segment_internal.ledger_lines(receipts regclass, as_of date, currency text, rates regclass, details text, months date[],
                                              customers text[], customer_months date[])
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, MDY' SET quote_all_identifiers = off
AS $function$
DECLARE
    type oid := segment_internal.column_type(receipts, 'customer_id');
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    IF months IS NULL THEN
        RETURN segment_internal.lines_query(receipts, currency, rates, details, NULL, NULL);
    END IF;
    -- an id is compared in its own type, so that an index can be used
    RETURN concat(
        segment_internal.lines_query(receipts, currency, rates, details, NULL, format(' AND (%s)', segment_internal.month_condition(months))),
        CASE WHEN cardinality(customers) > 0 THEN ' UNION ALL ' || segment_internal.lines_query(receipts, currency, rates, details,
            format(' JOIN unnest($7, $8) AS d(customer_id, month) ON l.customer_id = d.customer_id%s'
                   ' AND l.receipt_date >= d.month AND l.receipt_date < d.month + ''1 mon''::interval',
                   CASE WHEN type = 'bpchar'::regtype THEN '::bpchar'
                        WHEN (SELECT t.typcategory FROM pg_type t WHERE t.oid = type) <> 'S' THEN '::' || format_type(type, NULL) END), NULL) END);
END
$function$;
COMMENT ON FUNCTION segment_internal.ledger_lines(regclass, date, text, regclass, text, date[], text[], date[]) IS
'Support function of ledgers: as receipt_lines; with months only the lines of these months (first days), and of the customers in customer_months, element by element. $1 to $8 in the query are the arguments of this function.';

-- ---- what rfm and cohort_retention read of a ledger ----

CREATE FUNCTION segment_internal.is_ledger(relation regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'receipts_is_ledger' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.is_ledger(regclass) IS
'Support function of rfm and cohort_retention: has the relation the columns of a ledger, and no column receipt_date?';

CREATE FUNCTION segment_internal.ledger_cells(ledger regclass, as_of date, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF as_of IS NULL THEN
        RAISE EXCEPTION 'as_of must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF currency IS NOT NULL OR rates IS NOT NULL THEN
        RAISE EXCEPTION 'currency and rates cannot be used with a ledger'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A ledger has the amounts in the currency that create_ledger was called with.';
    ELSIF extract(day FROM as_of + 1) <> 1 THEN
        RAISE EXCEPTION 'as_of must be the last day of a month when a ledger is read, but is %', to_char(as_of, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For other days read the receipts.';
    END IF;
    RETURN format('SELECT l.customer_id::text, l.month::date, l.receipts::bigint, l.sales::numeric, l.net::numeric,'
                  ' l.first_date::date, l.last_date::date FROM %s l WHERE l.month <= $2 AND l.customer_id IS NOT NULL', ledger);
END
$function$;
COMMENT ON FUNCTION segment_internal.ledger_cells(regclass, date, text, regclass) IS
'Support function of rfm and cohort_retention: checks the arguments and returns the query of a ledger''s rows up to the month of as_of; $1 to $4 in the query are the arguments of this function. Errors: 22004, 22008, 22023 as_of is not the last day of a month, or currency or rates are given.';

