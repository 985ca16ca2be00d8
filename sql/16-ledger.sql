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

CREATE FUNCTION segment_internal.id_condition(receipts regclass) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type oid := segment_internal.column_type(receipts, 'customer_id');
    kind record;
BEGIN
    SELECT t.typcategory = 'S' AS is_text,
           t.typtype = 'e' OR EXISTS (SELECT FROM pg_opclass o WHERE o.opcintype = type AND o.opcdefault AND o.opcmethod = (SELECT m.oid FROM pg_am m WHERE m.amname = 'btree')) AS is_sorted,
           type IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)
           OR type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
              AND (SELECT c.collisdeterministic FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
                   WHERE a.attrelid = receipts AND a.attname = 'customer_id') AS is_exact
    INTO kind FROM pg_type t WHERE t.oid = type;
    -- in its own type, so that an index can be used; and as text where equal ids can be different ones, as 1.0 and 1.00
    RETURN concat_ws(' AND ',
        CASE WHEN type = 'bpchar'::regtype THEN 'l.customer_id = d.customer_id::bpchar'
             WHEN kind.is_text THEN 'l.customer_id = d.customer_id'
             WHEN kind.is_sorted THEN format('l.customer_id = d.customer_id::%s', format_type(type, NULL)) END,
        CASE WHEN kind.is_exact IS NOT TRUE THEN 'l.customer_id::text COLLATE "C" = d.customer_id' END);
END $$;
COMMENT ON FUNCTION segment_internal.id_condition(regclass) IS
'Support function of ledger_lines: the condition that a line l is of the customer d.customer_id, a text.';

CREATE FUNCTION segment_internal.ledger_lines(receipts regclass, as_of date, currency text, rates regclass, details text, months date[],
                                              customers text[], customer_months date[])
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, MDY' SET quote_all_identifiers = off
AS $function$
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    IF months IS NULL THEN
        RETURN segment_internal.lines_query(receipts, currency, rates, details, NULL, NULL);
    END IF;
    RETURN concat(
        segment_internal.lines_query(receipts, currency, rates, details, NULL, format(' AND (%s)', segment_internal.month_condition(months))),
        CASE WHEN cardinality(customers) > 0 THEN ' UNION ALL ' || segment_internal.lines_query(receipts, currency, rates, details,
            format(' JOIN unnest($7, $8) AS d(customer_id, month) ON %s AND l.receipt_date >= d.month AND l.receipt_date < d.month + ''1 mon''::interval',
                   segment_internal.id_condition(receipts)), NULL) END);
END
$function$;
COMMENT ON FUNCTION segment_internal.ledger_lines(regclass, date, text, regclass, text, date[], text[], date[]) IS
'Support function of ledgers: as receipt_lines; with months only the lines of these months (first days), and of the customers in customer_months, element by element. $1 to $8 in the query are the arguments of this function.';

-- ---- what changed, as customers and months ----

CREATE FUNCTION segment_internal.month_of(day date) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN day - (extract(day FROM day)::integer - 1);
COMMENT ON FUNCTION segment_internal.month_of(date) IS
'The first day of the month of a finite date.';

CREATE FUNCTION segment_internal.high_mark(receipts regclass, change_column text, OUT high_mark text, OUT running text[])
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, MDY' AS $$
DECLARE
    type regtype := segment_internal.column_type(receipts, change_column);
BEGIN
    -- a value in the future or beyond all others must not hide later ones
    EXECUTE format('SELECT max(l.%1$I)::text FROM %2$s l WHERE l.%1$I %3$s', change_column, receipts,
                   CASE type WHEN 'numeric'::regtype THEN '< ''infinity''::numeric'
                             WHEN 'timestamptz'::regtype THEN '<= clock_timestamp()'
                             WHEN 'timestamp'::regtype THEN '<= clock_timestamp() AT TIME ZONE ''UTC'' + ''14 h''::interval'
                             WHEN 'date'::regtype THEN '<= (clock_timestamp() AT TIME ZONE ''UTC'' + ''14 h''::interval)::date'
                             ELSE 'IS NOT NULL' END)
    INTO high_mark;
    -- after the value: what begins later draws no lower one; this transaction may go on
    running := ARRAY(SELECT CASE WHEN k.pid IS NULL THEN 'prepared' WHEN k.locktype = 'virtualxid' THEN k.virtualxid ELSE k.transactionid::text END
                     FROM pg_locks k WHERE k.locktype IN ('virtualxid', 'transactionid') AND k.mode = 'ExclusiveLock' AND k.granted);
END $$;
COMMENT ON FUNCTION segment_internal.high_mark(regclass, text) IS
'Support function of ledgers with detect column: the highest value of the column that lies not in the future, and the transactions that were open afterwards.';

CREATE FUNCTION segment_internal.marked_cells(receipts regclass, change_column text, low_mark text) RETURNS TABLE (customer_id text, month date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, MDY' AS $$
DECLARE
    type regtype := segment_internal.column_type(receipts, change_column);
BEGIN
    -- now() is drawn a moment before its transaction can be seen
    RETURN QUERY EXECUTE format('SELECT DISTINCT l.customer_id::text COLLATE "C", segment_internal.month_of(l.receipt_date::date) FROM %s l'
                                ' WHERE (l.%I >= %L::%s%s OR l.%2$I IS NULL) AND l.customer_id IS NOT NULL AND isfinite(l.receipt_date)',
                                receipts, change_column, low_mark, type,
                                CASE WHEN type IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN ' - ''1 min''::interval'
                                     WHEN type = 'date'::regtype THEN ' - 1' END);
END $$;
COMMENT ON FUNCTION segment_internal.marked_cells(regclass, text, text) IS
'Support function of ledgers with detect column: customers and months of the lines from a value of the column on, and of those where it is NULL.';

CREATE FUNCTION segment_internal.months_of_bounds(receipts regclass, partition_id oid) RETURNS date[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, MDY' AS $$
DECLARE
    bounds text[];
BEGIN
    SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''([0-9]{4}-[^'']+)''\) TO \(''([0-9]{4}-[^'']+)''\)$') INTO bounds
    FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = receipts
    JOIN pg_partitioned_table p ON p.partrelid = receipts AND p.partstrat = 'r' AND p.partnatts = 1
    JOIN pg_attribute a ON a.attrelid = receipts AND a.attnum = p.partattrs[0] AND a.attname = 'receipt_date'
    WHERE c.oid = partition_id;
    IF bounds IS NULL OR bounds[2]::timestamp > bounds[1]::timestamp + '20 years'::interval THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT m::date FROM generate_series(date_trunc('month', bounds[1]::timestamp), bounds[2]::timestamp - '1 us'::interval, '1 month'::interval) AS m);
EXCEPTION
    WHEN data_exception THEN
        RETURN NULL;
END $$;
COMMENT ON FUNCTION segment_internal.months_of_bounds(regclass, oid) IS
'Support function of partition_months: the months of a range partition by receipt_date; NULL when its bounds do not tell.';

CREATE FUNCTION segment_internal.partition_months(receipts regclass, partitions oid[]) RETURNS TABLE (partition_id oid, month date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id oid;
    months date[];
    hidden oid[] := '{}';
BEGIN
    FOREACH id IN ARRAY partitions
    LOOP
        months := segment_internal.months_of_bounds(receipts, id);
        IF months IS NOT NULL THEN
            RETURN QUERY SELECT id, m FROM unnest(months) AS m;
        ELSIF has_table_privilege(id, 'SELECT') THEN
            RETURN QUERY EXECUTE format('SELECT DISTINCT $1, segment_internal.month_of(l.receipt_date::date) FROM %s l WHERE isfinite(l.receipt_date)', id::regclass) USING id;
        ELSE
            hidden := hidden || id;
        END IF;
    END LOOP;
    IF hidden <> '{}' THEN
        RETURN QUERY EXECUTE format('SELECT DISTINCT l.tableoid, segment_internal.month_of(l.receipt_date::date) FROM %s l'
                                    ' WHERE l.tableoid = ANY ($1) AND isfinite(l.receipt_date)', receipts) USING hidden;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.partition_months(regclass, oid[]) IS
'Support function of ledgers with detect partitions: the months of which the partitions may have rows.';

CREATE FUNCTION segment_internal.sap_id_forms(ids text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
    SELECT COALESCE(pg_catalog.array_agg(DISTINCT f.id), '{}')
    FROM pg_catalog.unnest(ids) AS u(id), LATERAL (VALUES (u.id), (segment_internal.sap_key(u.id, 10))) f(id)
    WHERE f.id IS NOT NULL;
END;
COMMENT ON FUNCTION segment_internal.sap_id_forms(text[]) IS
'Support function of ledgers: numbers of SAP as given and in internal form.';

CREATE FUNCTION segment_internal.document_cells(receipts regclass, documents text[]) RETURNS TABLE (customer_id text, month date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keys text[] := segment_internal.sap_id_forms(documents);
    t record;
    day text;
BEGIN
    FOR t IN SELECT s.* FROM segment_internal.sap_tables(receipts) s WHERE s.customer IS NOT NULL AND s.day IS NOT NULL
    LOOP
        day := format(CASE WHEN segment_internal.column_type(t.table_id, t.day) IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
                           THEN 'h.%I::date' ELSE 'segment.sap_date(h.%I::text COLLATE "C")' END, t.day);
        RETURN QUERY EXECUTE format('SELECT DISTINCT c.id, segment_internal.month_of(%s) FROM %s h,'
                                    ' LATERAL unnest(segment_internal.sap_id_forms(ARRAY[h.%I::text COLLATE "C"])) AS c(id)'
                                    ' WHERE segment_internal.sap_key(h.%I::text COLLATE "C", 10) = ANY ($1) AND isfinite(%1$s)',
                                    day, t.table_id::regclass, t.customer,
                                    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.table_id AND lower(a.attname) = 'vbeln' ORDER BY a.attname DESC LIMIT 1)) USING keys;
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.document_cells(regclass, text[]) IS
'Support function of ledgers of a view of sap_receipts_view: customers and months of the headers of these documents.';

CREATE FUNCTION segment_internal.customer_cells(ledger regclass, receipts regclass, customers text[]) RETURNS TABLE (customer_id text, month date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT l.customer_id COLLATE "C", l.month FROM %s l WHERE l.customer_id = ANY ($1)'
                                ' UNION SELECT l.customer_id::text COLLATE "C", segment_internal.month_of(l.receipt_date::date) FROM %s l'
                                ' WHERE l.customer_id::text COLLATE "C" = ANY ($1) AND isfinite(l.receipt_date)', ledger, receipts) USING customers;
END $$;
COMMENT ON FUNCTION segment_internal.customer_cells(regclass, regclass, text[]) IS
'Support function of ledgers: all months that these customers have in the ledger or in the receipts.';

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
    -- the columns of a ledger's table in their order; lines and quantity are not read
    RETURN format('SELECT l.receipts::bigint, NULL::bigint, l.month::date, l.first_date::date, l.last_date::date, l.net::numeric, l.sales::numeric,'
                  ' NULL::numeric, l.customer_id::text FROM %s l WHERE l.month <= $2 AND l.customer_id IS NOT NULL', ledger);
END
$function$;
COMMENT ON FUNCTION segment_internal.ledger_cells(regclass, date, text, regclass) IS
'Support function of rfm and cohort_retention: checks the arguments and returns the query of a ledger''s rows up to the month of as_of; $1 to $4 in the query are the arguments of this function. Errors: 22004, 22008, 22023 as_of is not the last day of a month, or currency or rates are given.';

