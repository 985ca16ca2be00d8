-- ---- receipts: what rfm, cohort_retention and the registry read --------------
--
-- The functions that read receipts are each one query, made here and run by src/receipts/receipts_pg.c,
-- which means the arguments by their places: $1 is receipts and $2 as_of in all of them.

CREATE FUNCTION segment_internal.relation_name(relation regclass) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- one that is younger than the snapshot is known to the cast alone
    SELECT COALESCE((SELECT CASE WHEN n.oid = pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE n.nspname END || '.' || c.relname
                     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation),
                    relation::pg_catalog.text);
END;
COMMENT ON FUNCTION segment_internal.relation_name(regclass) IS
'How messages call a relation, whatever the search path: its schema and its name, to be put in quotes as PostgreSQL does.';

CREATE FUNCTION segment_internal.check_columns(relation regclass, wanted text[], hint text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    missing text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation) THEN
        RAISE EXCEPTION 'relation with OID % does not exist', relation::oid USING ERRCODE = 'undefined_table';
    END IF;
    SELECT w.name INTO missing
    FROM unnest(wanted) WITH ORDINALITY w(name, place)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = relation AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped)
    ORDER BY w.place
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'relation "%" has no column "%"', segment_internal.relation_name(relation), missing
            USING ERRCODE = 'undefined_column', HINT = hint;
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_columns(regclass, text[], text) IS
'Support function of those that read a relation by the names of its columns: 42703 for the first that is missing, 42P01 for a relation that is.';

CREATE FUNCTION segment_internal.check_receipt_columns(receipts regclass, currency text, rates regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    fault record;
BEGIN
    IF currency IS NOT NULL AND rates IS NOT NULL THEN
        RAISE EXCEPTION 'currency and rates exclude each other'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A currency picks receipts, rates convert them all.';
    END IF;
    PERFORM segment_internal.check_columns(receipts,
        '{customer_id,receipt_date,amount}' || CASE WHEN currency IS NOT NULL OR rates IS NOT NULL THEN ARRAY['currency'] END,
        'Receipts have the columns customer_id, receipt_date and amount, and may have receipt_id and currency.');
    IF rates IS NOT NULL THEN
        PERFORM segment_internal.check_columns(rates, '{currency,rate}',
            'Rates have the columns currency and rate, and may have valid_from.');
    END IF;

    -- a timestamptz lies on one day or another, depending on the session; text is a number in some notation
    SELECT a.attname AS name, w.relation, format_type(t.oid, NULL) AS type,
           CASE w.kind WHEN 'N' THEN 'a number' ELSE 'date or timestamp' END AS wanted,
           CASE w.kind WHEN 'N' THEN 'Make a view of the relation that casts it.'
                ELSE 'Make a view of the relation; a timestamptz becomes a timestamp with AT TIME ZONE.' END AS hint
    INTO fault
    FROM (VALUES (receipts, 'receipt_date', 'D'), (receipts, 'amount', 'N'), (rates, 'valid_from', 'D'), (rates, 'rate', 'N'))
         w(relation, name, kind)
    JOIN pg_attribute a ON a.attrelid = w.relation AND a.attname = w.name AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = segment_internal.base_type(a.atttypid)
    WHERE CASE w.kind WHEN 'N' THEN t.typcategory <> 'N' ELSE t.oid NOT IN ('date'::regtype, 'timestamp'::regtype) END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be %', fault.name,
            segment_internal.relation_name(fault.relation), fault.type, fault.wanted
            USING ERRCODE = 'datatype_mismatch', HINT = fault.hint;
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_receipt_columns(regclass, text, regclass) IS
'Support function of those that read or register receipts: refuses relations that cannot be receipts or rates, without reading them. A missing column: 42703; a receipt_date or valid_from that is neither date nor timestamp, an amount or rate that is no number: 42804; currency together with rates: 22023.';

CREATE FUNCTION segment_internal.check_receipts(receipts regclass, as_of date, currency text, rates regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF receipts IS NULL OR as_of IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN receipts IS NULL THEN 'receipts' ELSE 'as_of' END
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of is infinite' USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM segment_internal.check_receipt_columns(receipts, currency, rates);
    IF rates IS NOT NULL THEN
        PERFORM segment_internal.check_rates(rates);
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_receipts(regclass, date, text, regclass) IS
'Support function of those that read receipts: refuses wrong arguments and relations before any receipt is read; see check_receipt_columns and check_rates.';

CREATE FUNCTION segment_internal.base_type(type oid)
RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE base(type) AS (
        SELECT type
        UNION ALL
        SELECT t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
    )
    SELECT b.type FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type WHERE t.typtype <> 'd';
END;

COMMENT ON FUNCTION segment_internal.base_type(oid) IS
'Support function of check_receipts: the type under a domain, and under a domain over a domain; any other type itself.';

CREATE FUNCTION segment_internal.receipts_query(receipts regclass, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    columns text[];
    receipt_id text := 'NULL::text';
    currency_code text := 'NULL::text';
    value text := 'l.amount::numeric';
    reasons text := '';
    joined text := '';
    picked text := '';
    valid_from text := '''-infinity''::date';
BEGIN
    SELECT coalesce(array_agg(a.attname::text), '{}') INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = receipts AND a.attnum > 0 AND NOT a.attisdropped;
    IF 'receipt_id' = ANY (columns) THEN
        receipt_id := 'l.receipt_id::text';
    END IF;
    IF 'currency' = ANY (columns) THEN
        currency_code := 'segment_internal.meaningful_id(l.currency::text)';
    END IF;
    IF currency IS NOT NULL THEN
        picked := format(' AND l.currency::text = %L', currency);
    END IF;
    -- only text can be blank
    SELECT coalesce(string_agg(format(' WHEN l.%1$I IS NOT NULL AND segment_internal.meaningful_id(l.%1$I::text) IS NULL THEN %1$L', a.attname),
                               '' ORDER BY a.attname), '')
    INTO reasons
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = segment_internal.base_type(a.atttypid)
    WHERE a.attrelid = receipts AND a.attname IN ('customer_id', 'receipt_id') AND NOT a.attisdropped AND t.typcategory = 'S';
    IF rates IS NOT NULL THEN
        IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rates AND a.attname = 'valid_from' AND NOT a.attisdropped) THEN
            valid_from := 'coalesce(r.valid_from::date, ''-infinity''::date)';
        END IF;
        value := 'l.amount::numeric * q.rate';
        joined := format($query$
            LEFT JOIN (SELECT r.currency::text AS currency, r.rate::numeric AS rate, %1$s AS valid_from,
                              lead(%1$s, 1, 'infinity') OVER (PARTITION BY r.currency::text ORDER BY %1$s) AS valid_to
                       FROM %2$s r) q
            ON q.currency = l.currency::text AND q.valid_from <= l.receipt_date::date AND l.receipt_date::date < q.valid_to
            $query$, valid_from, rates);
    END IF;

    RETURN format($query$
        SELECT l.customer_id::text AS customer_id, %s AS receipt_id, l.receipt_date::date AS receipt_date,
               l.amount::numeric AS amount, %s AS currency, %s AS value, %s AS left_out
        FROM %s l %s
        WHERE l.customer_id IS NOT NULL AND l.receipt_date::date <= $2 %s
        $query$,
        receipt_id, currency_code, value, CASE WHEN reasons = '' THEN 'NULL::text' ELSE format('CASE%s END', reasons) END,
        receipts, joined, picked);
END
$function$;

COMMENT ON FUNCTION segment_internal.receipts_query(regclass, text, regclass) IS
'Support function of those that read receipts: the query that reads a receipts relation as customer_id, receipt_id, receipt_date, amount, currency, value (the amount, converted where there are rates) and left_out (the id that is blank or #, so that the line is left out) up to a date $2.';

CREATE FUNCTION segment_internal.check_rates(rates regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    valid_from text := '''-infinity''::date';
    fault record;
BEGIN
    IF EXISTS (SELECT FROM pg_attribute a
               WHERE a.attrelid = rates AND a.attname = 'valid_from' AND NOT a.attisdropped) THEN
        valid_from := 'coalesce(r.valid_from::date, ''-infinity''::date)';
    END IF;
    EXECUTE format($query$
        SELECT r.currency::text AS currency, count(*) AS rates
        FROM %s r
        GROUP BY r.currency::text, %s
        HAVING count(*) > 1 OR r.currency::text IS NULL
               OR bool_or(r.rate IS NULL OR NOT (r.rate > 0 AND r.rate < 'infinity'::numeric))
        ORDER BY 1
        LIMIT 1
        $query$, rates, valid_from)
    INTO fault;
    IF fault.rates > 1 THEN
        RAISE EXCEPTION 'currency % has % rates for one day', coalesce(fault.currency, '(null)'), fault.rates
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF fault.rates = 1 THEN
        RAISE EXCEPTION 'rate of currency % is not a positive number', coalesce(fault.currency, '(null)')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_rates(regclass) IS
'Support function of check_receipts: refuses (22023) a rates relation (currency, rate[, valid_from]) with two rates for one currency and day, or with a rate that is not a positive number.';

CREATE FUNCTION segment_internal.check_currency(receipts regclass, currency text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_in text[];
BEGIN
    EXECUTE format('SELECT array_agg(c.code ORDER BY c.code) FROM (SELECT DISTINCT l.currency::text AS code FROM %s l) c', receipts)
    INTO found_in;
    IF array_position(found_in, currency) IS NULL AND cardinality(found_in) > 0 THEN
        RAISE EXCEPTION 'no receipt is in currency "%"', currency
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('The receipts are in: %s.', array_to_string(found_in[:10], ', ', '(null)'));
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_currency(regclass, text) IS
'Support function of those that read receipts: refuses (22023) a currency in which there is no receipt of any day, and names those that do occur; a relation without rows has none, and is not refused.';

CREATE FUNCTION segment_internal.receipt_lines_query(receipts regclass, as_of date, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    lines text;
    found_in record;
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    lines := segment_internal.receipts_query(receipts, currency, rates);

    EXECUTE format($query$
        SELECT coalesce(sum(c.lines), 0) AS lines,
               coalesce(sum(c.lines) FILTER (WHERE c.left_out = 'customer_id'), 0) AS without_customer,
               coalesce(sum(c.lines) FILTER (WHERE c.left_out = 'receipt_id'), 0) AS without_receipt,
               count(*) FILTER (WHERE c.left_out IS NULL) AS currencies,
               sum(c.without_amount) FILTER (WHERE c.left_out IS NULL) AS without_amount,
               bool_or(c.total IN ('NaN', 'infinity', '-infinity')) FILTER (WHERE c.left_out IS NULL) AS not_finite,
               array_to_string((array_agg(coalesce(c.currency, '(null)') ORDER BY c.currency)
                                FILTER (WHERE c.left_out IS NULL))[:10], ', ') AS names,
               array_to_string((array_agg(c.currency ORDER BY c.currency)
                                FILTER (WHERE c.left_out IS NULL AND c.without_rate > 0))[:10], ', ', '(null)') AS names_without_rate
        FROM (SELECT l.currency, l.left_out, count(*) AS lines, count(*) FILTER (WHERE l.amount IS NULL) AS without_amount,
                     count(*) FILTER (WHERE l.value IS NULL) AS without_rate,
                     sum(l.amount) AS total  -- not finite when one of them is not
              FROM (%s) l
              GROUP BY l.currency, l.left_out) c
        $query$, lines)
    INTO found_in
    USING receipts, as_of;
    IF found_in.without_amount > 0 THEN
        RAISE EXCEPTION 'lines without an amount: %', found_in.without_amount
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF found_in.not_finite THEN
        RAISE EXCEPTION 'an amount is NaN or infinite'
            USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    IF rates IS NULL AND found_in.currencies > 1 THEN
        RAISE EXCEPTION 'amounts are in % currencies: %', found_in.currencies, found_in.names
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pick one with the argument currency, or convert them with the argument rates.';
    END IF;
    IF found_in.names_without_rate IS NOT NULL THEN
        RAISE EXCEPTION 'there is no rate for some receipts in: %', found_in.names_without_rate
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Each currency needs a rate from the day of its first receipt on; that of the reporting currency is 1.';
    END IF;
    IF currency IS NOT NULL AND found_in.lines = 0 THEN
        PERFORM segment_internal.check_currency(receipts, currency);
    END IF;
    IF found_in.without_customer + found_in.without_receipt > 0 THEN
        RAISE NOTICE 'lines left out: % with a blank customer_id, % with a blank receipt_id',
                     found_in.without_customer, found_in.without_receipt
            USING DETAIL = 'An id of blanks or # stands for no customer and no receipt.';
        lines := format('SELECT * FROM (%s) l WHERE l.left_out IS NULL', lines);
    END IF;
    RETURN lines;
END
$function$;

COMMENT ON FUNCTION segment_internal.receipt_lines_query(regclass, date, text, regclass) IS
'Support function of those that read receipts: checks the arguments and the receipts up to as_of, and gives receipts_query without the lines that are left out, whose number is a NOTICE. Several currencies with neither currency nor rates, a currency without a rate, or one that no receipt has: 22023, named; an amount that is NULL: 22004, NaN: 22003.';

CREATE FUNCTION segment_internal.receipt_totals_query(receipts regclass, as_of date, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- rows without a receipt number are receipts of their own, taken together by day
    RETURN format($query$
        SELECT l.customer_id, min(l.receipt_date) AS receipt_date,
               CASE WHEN l.receipt_id IS NULL THEN count(*) FILTER (WHERE l.receipt_id IS NULL AND l.value >= 0)
                    WHEN sum(l.value) >= 0 THEN 1 ELSE 0 END AS receipt_count,
               CASE WHEN l.receipt_id IS NULL THEN sum(l.value) FILTER (WHERE l.receipt_id IS NULL AND l.value >= 0)
                    WHEN sum(l.value) >= 0 THEN sum(l.value) END AS sales,
               sum(l.value) AS net
        FROM (%s) l
        GROUP BY l.customer_id, l.receipt_id, CASE WHEN l.receipt_id IS NULL THEN l.receipt_date END
        $query$, segment_internal.receipt_lines_query(receipts, as_of, currency, rates));
END
$function$;

COMMENT ON FUNCTION segment_internal.receipt_totals_query(regclass, date, text, regclass) IS
'Support function of receipt_totals, rfm and cohort_retention: checks the arguments and the receipts, and gives the query of receipt_totals.';

CREATE FUNCTION segment.receipt_totals(
    receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, receipt_date date, receipt_count bigint, sales numeric, net numeric)
AS 'MODULE_PATHNAME', 'receipt_totals'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.receipt_totals(regclass, date, text, regclass) IS
'The receipts of every customer up to a date: what rfm and cohort_retention stand on. receipts is any relation with customer_id, receipt_date and amount, and where it has them receipt_id and currency; it is read as the caller. One row per customer and receipt_id, dated by its first line; lines without receipt_id are receipts of their own and come in one row per day. receipt_count: receipts whose total is >= 0; sales: their total (NULL when there are none); net: everything, returns included. Lines without customer_id or receipt_date are left out, and so are, with a NOTICE, those whose customer_id or receipt_id is blank or #; receipt_counts counts them. rates: a relation (currency, rate[, valid_from]); an amount is multiplied by the rate of its currency with the newest valid_from on or before the receipt_date. Several currencies with neither currency nor rates, a currency without a rate, or one that no receipt has: 22023, named; an amount that is NULL: 22004, NaN: 22003.';

CREATE FUNCTION segment_internal.receipt_counts_query(receipts regclass, as_of date, currency text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    other_currency text := 'false';
    without_receipt text := 'false';
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, NULL);
    IF currency IS NOT NULL THEN
        PERFORM segment_internal.check_currency(receipts, currency);
        other_currency := 'l.currency::text IS DISTINCT FROM $3';
    END IF;
    IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = receipts AND a.attname = 'receipt_id' AND NOT a.attisdropped) THEN
        without_receipt := 'l.receipt_id IS NOT NULL AND segment_internal.meaningful_id(l.receipt_id::text) IS NULL';
    END IF;
    RETURN format($query$
        SELECT count(*), count(*) FILTER (WHERE r.reason IS NULL), count(*) FILTER (WHERE r.reason = 'date'),
               count(*) FILTER (WHERE r.reason = 'later'), count(*) FILTER (WHERE r.reason = 'currency'),
               count(*) FILTER (WHERE r.reason = 'customer'), count(*) FILTER (WHERE r.reason = 'receipt')
        FROM (SELECT CASE WHEN l.receipt_date IS NULL THEN 'date'
                          WHEN l.receipt_date::date > $2 THEN 'later'
                          WHEN %s THEN 'currency'
                          WHEN segment_internal.meaningful_id(l.customer_id::text) IS NULL THEN 'customer'
                          WHEN %s THEN 'receipt' END AS reason
              FROM %s l) r
        $query$, other_currency, without_receipt, receipts);
END
$function$;

COMMENT ON FUNCTION segment_internal.receipt_counts_query(regclass, date, text) IS
'Support function of receipt_counts: checks the arguments and gives the query.';

CREATE FUNCTION segment.receipt_counts(receipts regclass, as_of date, currency text DEFAULT NULL)
RETURNS TABLE (lines bigint, lines_used bigint, without_date bigint, after_as_of bigint, other_currencies bigint,
               without_customer bigint, without_receipt bigint)
AS 'MODULE_PATHNAME', 'receipt_counts'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.receipt_counts(regclass, date, text) IS
'How many lines of receipts rfm, receipt_totals and cohort_retention use, and how many they leave out and why, each counted once, for the first reason of: no receipt_date; a receipt_date after as_of; another currency than the one that is picked; a customer_id that is NULL, blank or #; a receipt_id that is blank or # (NULL is a receipt of its own). One row, read as the caller. Errors as for receipt_totals.';
