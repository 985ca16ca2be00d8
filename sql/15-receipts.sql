-- ---- receipts: what rfm, cohort_retention and the registry read --------------

CREATE FUNCTION segment.receipts_query(receipts regclass, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    columns text[];
    date_column record;
    rates_have_dates boolean := false;
    receipt_id text := 'NULL::text';
    currency_code text := 'NULL::text';
    value text := 'l.amount::numeric';
    joined text := '';
    picked text := '';
    missing text;
BEGIN
    IF currency IS NOT NULL AND rates IS NOT NULL THEN
        RAISE EXCEPTION 'currency and rates exclude each other'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A currency picks receipts, rates convert them all.';
    END IF;

    SELECT coalesce(array_agg(a.attname::text), '{}') INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = receipts AND a.attnum > 0 AND NOT a.attisdropped;
    SELECT c INTO missing
    FROM unnest(ARRAY['customer_id', 'receipt_date', 'amount']
                || CASE WHEN currency IS NOT NULL OR rates IS NOT NULL THEN ARRAY['currency'] END) c
    WHERE c <> ALL (columns)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'relation % has no column %', receipts, missing
            USING ERRCODE = 'undefined_column',
                  HINT = 'Receipts have the columns customer_id, receipt_date and amount, and may have receipt_id and currency.';
    END IF;

    -- a timestamptz lies on one day or another, depending on the session
    FOR date_column IN
        SELECT a.attname AS name, CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END AS type
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE (a.attrelid, a.attname) IN ((receipts, 'receipt_date'), (rates, 'valid_from')) AND NOT a.attisdropped
    LOOP
        IF date_column.type NOT IN ('date'::regtype, 'timestamp'::regtype) THEN
            RAISE EXCEPTION '% is of type %, but must be date or timestamp', date_column.name, date_column.type::regtype
                USING ERRCODE = 'datatype_mismatch',
                      HINT = 'Make a view of the relation; a timestamptz becomes a timestamp with AT TIME ZONE.';
        END IF;
        rates_have_dates := rates_have_dates OR date_column.name = 'valid_from';
    END LOOP;

    IF 'receipt_id' = ANY (columns) THEN
        receipt_id := 'l.receipt_id::text';
    END IF;
    IF 'currency' = ANY (columns) THEN
        currency_code := 'l.currency::text';
    END IF;
    IF currency IS NOT NULL THEN
        picked := format(' AND l.currency::text = %L', currency);
    END IF;
    IF rates IS NOT NULL THEN
        value := 'l.amount::numeric * q.rate';
        joined := format($query$
            LEFT JOIN (SELECT r.currency::text AS currency, r.rate::numeric AS rate, %1$s AS valid_from,
                              lead(%1$s, 1, 'infinity') OVER (PARTITION BY r.currency::text ORDER BY %1$s) AS valid_to
                       FROM %2$s r) q
            ON q.currency = l.currency::text AND q.valid_from <= l.receipt_date::date AND l.receipt_date::date < q.valid_to
            $query$,
            CASE WHEN rates_have_dates THEN 'coalesce(r.valid_from::date, ''-infinity''::date)' ELSE '''-infinity''::date' END,
            rates);
    END IF;

    RETURN format($query$
        SELECT l.customer_id::text AS customer_id, %s AS receipt_id, l.receipt_date::date AS receipt_date,
               l.amount::numeric AS amount, %s AS currency, %s AS value
        FROM %s l %s
        WHERE l.customer_id IS NOT NULL AND l.receipt_date::date <= $1 %s
        $query$,
        receipt_id, currency_code, value, receipts, joined, picked);
END
$function$;

COMMENT ON FUNCTION segment.receipts_query(regclass, text, regclass) IS
'Support function of receipt_totals: the query that reads a receipts relation as customer_id, receipt_id, receipt_date, amount, currency and value (the amount, converted where there are rates) up to a date $1. A missing column: 42703; a receipt_date or valid_from that is neither date nor timestamp: 42804; currency together with rates: 22023.';

CREATE FUNCTION segment.check_rates(rates regclass)
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

COMMENT ON FUNCTION segment.check_rates(regclass) IS
'Support function of receipt_totals: refuses (22023) a rates relation (currency, rate[, valid_from]) with two rates for one currency and day, or with a rate that is not a positive number.';

CREATE FUNCTION segment.receipt_totals(
    receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, receipt_date date, receipt_count bigint, sales numeric, net numeric)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    lines text;
    found_in record;
BEGIN
    IF receipts IS NULL OR as_of IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN receipts IS NULL THEN 'receipts' ELSE 'as_of' END
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT isfinite(as_of) THEN
        RAISE EXCEPTION 'as_of is infinite' USING ERRCODE = 'datetime_field_overflow';
    END IF;
    lines := segment.receipts_query(receipts, currency, rates);
    IF rates IS NOT NULL THEN
        PERFORM segment.check_rates(rates);
    END IF;

    EXECUTE format($query$
        SELECT count(*) AS currencies, sum(c.without_amount) AS without_amount,
               bool_or(c.total IN ('NaN', 'infinity', '-infinity')) AS not_finite,
               array_to_string((array_agg(coalesce(c.currency, '(null)') ORDER BY c.currency))[:10], ', ') AS names,
               array_to_string((array_agg(c.currency ORDER BY c.currency) FILTER (WHERE c.without_rate > 0))[:10], ', ', '(null)')
                   AS names_without_rate
        FROM (SELECT l.currency, count(*) FILTER (WHERE l.amount IS NULL) AS without_amount,
                     count(*) FILTER (WHERE l.value IS NULL) AS without_rate,
                     sum(l.amount) AS total  -- not finite when one of them is not
              FROM (%s) l
              GROUP BY l.currency) c
        $query$, lines)
    INTO found_in
    USING as_of;
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

    -- rows without a receipt number are receipts of their own, taken together by day
    RETURN QUERY EXECUTE format($query$
        SELECT l.customer_id, min(l.receipt_date),
               CASE WHEN l.receipt_id IS NULL THEN count(*) FILTER (WHERE l.receipt_id IS NULL AND l.value >= 0)
                    WHEN sum(l.value) >= 0 THEN 1 ELSE 0 END,
               CASE WHEN l.receipt_id IS NULL THEN sum(l.value) FILTER (WHERE l.receipt_id IS NULL AND l.value >= 0)
                    WHEN sum(l.value) >= 0 THEN sum(l.value) END,
               sum(l.value)
        FROM (%s) l
        GROUP BY l.customer_id, l.receipt_id, CASE WHEN l.receipt_id IS NULL THEN l.receipt_date END
        $query$, lines)
    USING as_of;
END
$function$;

COMMENT ON FUNCTION segment.receipt_totals(regclass, date, text, regclass) IS
'The receipts of every customer up to a date: what rfm and cohort_retention stand on. receipts is any relation with customer_id, receipt_date and amount, and where it has them receipt_id and currency; it is read as the caller. One row per customer and receipt_id, dated by its first line; lines without receipt_id are receipts of their own and come in one row per day. receipt_count: receipts whose total is >= 0; sales: their total (NULL when there are none); net: everything, returns included. Lines without customer_id or receipt_date are left out. rates: a relation (currency, rate[, valid_from]); an amount is multiplied by the rate of its currency with the newest valid_from on or before the receipt_date. Several currencies with neither currency nor rates, a currency without a rate: 22023, named; an amount that is NULL: 22004, NaN: 22003.';
