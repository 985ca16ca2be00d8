-- ---- receipts: how rfm, cohort_retention and the registry read them -------------
--
-- Each function that reads receipts runs one query, whose text receipt_lines returns.  src/receipts/lines_pg.c
-- runs it and checks each line as it passes.

-- ---- relations and columns ----

CREATE FUNCTION segment_internal.relation_name(relation regclass) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    -- a relation that is newer than the snapshot is not in pg_class yet, but the cast finds it
    SELECT COALESCE((SELECT CASE WHEN n.oid = pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE n.nspname END || '.' || c.relname
                     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation),
                    relation::pg_catalog.text);
END;
COMMENT ON FUNCTION segment_internal.relation_name(regclass) IS
'Schema and name of a relation, for messages. It does not depend on the search path. Messages put it in double quotes.';

CREATE FUNCTION segment_internal.column_type(relation regclass, column_name text) RETURNS oid
AS 'MODULE_PATHNAME', 'receipts_column_type' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.column_type(regclass, text) IS
'Support function of the functions that read a relation: the type of a column, for a domain its base type; NULL when there is no such column.';

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
    WHERE segment_internal.column_type(relation, w.name) IS NULL
    ORDER BY w.place
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'relation "%" has no column "%"', segment_internal.relation_name(relation), missing
            USING ERRCODE = 'undefined_column', HINT = hint;
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_columns(regclass, text[], text) IS
'Support function of the functions that read a relation by column names: error 42703 for the first missing column, 42P01 when there is no such relation.';

CREATE FUNCTION segment_internal.check_column_kind(relation regclass, column_name text, kind text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    type oid := segment_internal.column_type(relation, column_name);
BEGIN
    -- an oid has the category of numbers, but no cast to numeric
    IF kind = 'number' AND type IS NOT NULL AND NOT ((SELECT t.typcategory = 'N' FROM pg_type t WHERE t.oid = type)
                                AND EXISTS (SELECT FROM pg_cast c WHERE c.castsource = type AND c.casttarget = 'numeric'::regtype)) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be a number', column_name,
            segment_internal.relation_name(relation), format_type(type, NULL)
            USING ERRCODE = 'datatype_mismatch', HINT = 'Use a view that casts the column to numeric.';
    ELSIF kind = 'date' AND type NOT IN ('date'::regtype, 'timestamp'::regtype) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be date or timestamp', column_name,
            segment_internal.relation_name(relation), format_type(type, NULL)
            USING ERRCODE = 'datatype_mismatch',
                  HINT = 'Use a view that casts the column to date. A timestamptz needs AT TIME ZONE.';
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_column_kind(regclass, text, text) IS
'Support function of check_receipt_columns: error 42804 when a column is not of the kind number or date. A text has no fixed notation of numbers, and the date of a timestamptz depends on the session. A column that does not exist is not checked.';

CREATE FUNCTION segment_internal.utc_time(relation regclass, column_name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    type oid := segment_internal.column_type(relation, column_name);
BEGIN
    IF type NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN
        RAISE EXCEPTION 'column "%" of relation "%" is of type %, but must be date or timestamp', column_name,
            segment_internal.relation_name(relation), format_type(type, NULL)
            USING ERRCODE = 'datatype_mismatch';
    END IF;
    -- the result must not depend on the time zone of the session
    RETURN CASE WHEN type = 'timestamptz'::regtype THEN format('(h.%I AT TIME ZONE ''UTC'')', column_name)
                WHEN type IS NOT NULL THEN format('h.%I::timestamp', column_name) END;
END $$;
COMMENT ON FUNCTION segment_internal.utc_time(regclass, text) IS
'Support function of the functions that read times: a column of rows h as SQL of type timestamp; times with a zone in UTC; NULL when there is no such column. Error: 42804 it is neither date nor timestamp.';

CREATE FUNCTION segment_internal.check_receipt_columns(receipts regclass, currency text, rates regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF currency IS NOT NULL AND rates IS NOT NULL THEN
        RAISE EXCEPTION 'currency and rates cannot be used together'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'currency selects the receipts in one currency; rates converts all receipts.';
    END IF;
    PERFORM segment_internal.check_columns(receipts,
        '{customer_id,receipt_date,amount}' || CASE WHEN currency IS NOT NULL OR rates IS NOT NULL THEN ARRAY['currency'] END,
        'A receipts relation needs the columns customer_id, receipt_date and amount; receipt_id and currency are optional. A view can give your columns these names.');
    PERFORM segment_internal.check_column_kind(receipts, 'receipt_date', 'date');
    PERFORM segment_internal.check_column_kind(receipts, 'amount', 'number');
    IF rates IS NOT NULL THEN
        PERFORM segment_internal.check_columns(rates, '{currency,rate}',
            'A rates relation needs the columns currency and rate; valid_from is optional.');
        PERFORM segment_internal.check_column_kind(rates, 'rate', 'number');
        PERFORM segment_internal.check_column_kind(rates, 'valid_from', 'date');
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_receipt_columns(regclass, text, regclass) IS
'Support function of the functions that read or register receipts: checks the columns of receipts and rates without reading their rows. Errors: 42703 a column is missing; 42804 receipt_date or valid_from is neither date nor timestamp, or amount or rate is not a number; 22023 currency together with rates.';

-- ---- rates ----

CREATE FUNCTION segment_internal.rates_query(rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN format('SELECT r.currency::text COLLATE "C" AS currency, r.rate::numeric AS rate, %s AS valid_from FROM %s r',
                  CASE WHEN segment_internal.column_type(rates, 'valid_from') IS NULL THEN '''-infinity''::date'
                       ELSE 'coalesce(r.valid_from::date, ''-infinity''::date)' END, rates);
END
$function$;

COMMENT ON FUNCTION segment_internal.rates_query(regclass) IS
'Support function of the functions that read receipts: the query that reads a rates relation as currency, rate and valid_from. A rate without valid_from is valid from the beginning.';

CREATE FUNCTION segment_internal.check_rates(rates regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    fault record;
BEGIN
    EXECUTE format($query$
        SELECT r.currency, count(*) AS rates
        FROM (%s) r
        GROUP BY r.currency, r.valid_from
        HAVING count(*) > 1 OR r.currency IS NULL OR bool_or(r.rate IS NULL OR NOT (r.rate > 0 AND r.rate < 'infinity'))
        ORDER BY 1
        LIMIT 1
        $query$, segment_internal.rates_query(rates))
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
'Support function of check_receipts: error 22023 when a rates relation (currency, rate[, valid_from]) has two rates for one currency and day, or a rate that is not a positive number.';

-- ---- receipt lines ----

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
        RAISE EXCEPTION 'as_of must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM segment_internal.check_receipt_columns(receipts, currency, rates);
    IF rates IS NOT NULL THEN
        PERFORM segment_internal.check_rates(rates);
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_receipts(regclass, date, text, regclass) IS
'Support function of the functions that read receipts: checks arguments, columns and rates before any receipt is read; see check_receipt_columns and check_rates.';

CREATE FUNCTION segment_internal.blank_id_condition(receipts regclass, column_name text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- an integer cannot be blank
    IF segment_internal.column_type(receipts, column_name) NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN
        RETURN format('l.%1$I IS NOT NULL AND segment_internal.meaningful_id(l.%1$I::text) IS NULL', column_name);
    END IF;
    RETURN 'false';
END
$function$;

COMMENT ON FUNCTION segment_internal.blank_id_condition(regclass, text) IS
'Support function of the functions that read receipts: the condition that an id of a line l is not null, but blank or # (see meaningful_id); false when the column is missing or an integer.';

CREATE FUNCTION segment_internal.id_expression(receipts regclass, column_name text)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    -- an integer id stays an integer; each other id is a text
    SELECT CASE
        WHEN t.type IS NULL THEN 'NULL::text'
        WHEN t.type IN ('pg_catalog.int2'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype, 'pg_catalog.int8'::pg_catalog.regtype)
            THEN pg_catalog.format('l.%I::int8', column_name)
        ELSE pg_catalog.format('l.%I::text', column_name) END
    FROM (SELECT segment_internal.column_type(receipts, column_name) AS type) t;
END;

COMMENT ON FUNCTION segment_internal.id_expression(regclass, text) IS
'Support function of receipt_lines: an id of a line l as bigint or text; NULL when there is no such column.';

CREATE FUNCTION segment_internal.lines_query(receipts regclass, currency text, rates regclass, details text, joined text, condition text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN concat(
        format('SELECT %s, %s, l.receipt_date::date, l.amount::numeric, %s',
               segment_internal.id_expression(receipts, 'customer_id'), segment_internal.id_expression(receipts, 'receipt_id'),
               CASE WHEN segment_internal.column_type(receipts, 'currency') IS NULL THEN 'NULL::text' ELSE 'l.currency::text' END),
        CASE WHEN rates IS NOT NULL THEN ', l.amount::numeric * q.rate' END,
        ', ' || details,
        format(' FROM %s l', receipts), joined,
        CASE WHEN rates IS NOT NULL THEN format($query$
            LEFT JOIN (SELECT r.*, lead(r.valid_from, 1, 'infinity') OVER (PARTITION BY r.currency ORDER BY r.valid_from) AS valid_to
                       FROM (%s) r) q
            ON q.currency = l.currency::text COLLATE "C" AND q.valid_from <= l.receipt_date::date AND l.receipt_date::date < q.valid_to
            $query$, segment_internal.rates_query(rates)) END,
        ' WHERE l.customer_id IS NOT NULL AND l.receipt_date::date <= $2',
        CASE WHEN currency IS NOT NULL THEN ' AND l.currency::text COLLATE "C" = $3' END, condition);
END
$function$;

COMMENT ON FUNCTION segment_internal.lines_query(regclass, text, regclass, text, text, text) IS
'Support function of receipt_lines and ledger_lines: the query of the lines l up to $2. joined and condition: SQL of the caller that follows the source and the other conditions, or NULL.';

CREATE FUNCTION segment_internal.receipt_lines(receipts regclass, as_of date, currency text, rates regclass, details text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    RETURN segment_internal.lines_query(receipts, currency, rates, details, NULL, NULL);
END
$function$;

COMMENT ON FUNCTION segment_internal.receipt_lines(regclass, date, text, regclass, text) IS
'Support function of the functions that read receipts: checks the arguments and returns the query of the lines up to as_of: customer_id, receipt_id, receipt_date, amount, currency, with rates the amount multiplied by its rate (NULL without one), and the expressions of details (see receipt_details), or nothing more when details is NULL. $1 to $4 in the query are the first arguments of this function.';

CREATE FUNCTION segment_internal.receipt_details(receipts regclass, code text, measures boolean, rates regclass)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT pg_catalog.concat_ws(', ', code,
        CASE WHEN segment_internal.column_type(receipts, 'receipt_date') = 'pg_catalog.timestamp'::pg_catalog.regtype
             THEN 'l.receipt_date::time' ELSE 'NULL::time' END,
        CASE WHEN measures AND segment_internal.column_type(receipts, 'quantity') IS NOT NULL
             THEN 'l.quantity::numeric' ELSE 'NULL::numeric' END,
        CASE WHEN measures AND segment_internal.column_type(receipts, 'discount') IS NOT NULL
             THEN 'l.discount::numeric' || CASE WHEN rates IS NOT NULL THEN ' * q.rate' ELSE '' END ELSE 'NULL::numeric' END);
END;

COMMENT ON FUNCTION segment_internal.receipt_details(regclass, text, boolean, regclass) IS
'Support function of the functions that read details of receipts: the expressions of a line l for receipt_lines: the code as given, the time of day, and with measures the quantity and the discount, multiplied by its rate q.rate where there are rates. What the relation does not have is NULL.';

CREATE FUNCTION segment_internal.check_currency(receipts regclass, currency text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_in text[];
BEGIN
    EXECUTE format('SELECT array_agg(c.code ORDER BY c.code) FROM (SELECT DISTINCT l.currency::text COLLATE "C" AS code FROM %s l) c', receipts)
    INTO found_in;
    IF array_position(found_in, currency) IS NULL AND cardinality(found_in) > 0 THEN
        RAISE EXCEPTION 'no receipt is in currency "%"', currency
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('The receipts are in: %s.', array_to_string(found_in[:10], ', ', '(null)'));
    END IF;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_currency(regclass, text) IS
'Support function of the functions that read receipts: error 22023 when no receipt of any date is in the currency; the hint lists the currencies that occur. A relation without rows is no error.';

-- ---- parallel workers ----

CREATE FUNCTION segment_internal.receipts_engine_transfn(
    state internal, setup bytea, customer_id "any", receipt_id "any", receipt_date date, amount numeric, currency text, value numeric,
    code "any", receipt_time time, quantity numeric, discount numeric) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.receipts_engine_transfn(internal, bytea, "any", "any", date, numeric, text, numeric, "any", time, numeric, numeric) IS
'Adds a line to the state of the aggregate receipts_engine.';

CREATE FUNCTION segment_internal.receipts_engine_combinefn(state internal, other internal) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.receipts_engine_combinefn(internal, internal) IS
'Combines two states of the aggregate receipts_engine.';

CREATE FUNCTION segment_internal.receipts_engine_serialfn(state internal) RETURNS bytea
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.receipts_engine_serialfn(internal) IS
'The state of the aggregate receipts_engine as bytes.';

CREATE FUNCTION segment_internal.receipts_engine_deserialfn(bytes bytea, state internal) RETURNS internal
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.receipts_engine_deserialfn(bytea, internal) IS
'The state of the aggregate receipts_engine from bytes.';

CREATE FUNCTION segment_internal.receipts_engine_finalfn(state internal) RETURNS bigint
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.receipts_engine_finalfn(internal) IS
'The number of lines in the state of the aggregate receipts_engine.';

CREATE AGGREGATE segment_internal.receipts_engine(
    setup bytea, customer_id "any", receipt_id "any", receipt_date date, amount numeric, currency text, value numeric,
    code "any", receipt_time time, quantity numeric, discount numeric) (
    SFUNC = segment_internal.receipts_engine_transfn,
    STYPE = internal,
    SSPACE = 1048576,
    FINALFUNC = segment_internal.receipts_engine_finalfn,
    FINALFUNC_MODIFY = READ_WRITE,
    COMBINEFUNC = segment_internal.receipts_engine_combinefn,
    SERIALFUNC = segment_internal.receipts_engine_serialfn,
    DESERIALFUNC = segment_internal.receipts_engine_deserialfn,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE segment_internal.receipts_engine(bytea, "any", "any", date, numeric, text, numeric, "any", time, numeric, numeric) IS
'Support aggregate of the functions that read receipts: the lines of receipt_lines, read by parallel workers. Returns how many there were; the lines themselves stay with the function that reads. Error 0A000 in any other query.';

-- ---- receipt_totals ----

CREATE FUNCTION segment.receipt_totals(
    receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, receipt_date date, receipt_count bigint, sales numeric, net numeric)
AS 'MODULE_PATHNAME', 'receipt_totals'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.receipt_totals(regclass, date, text, regclass) IS
'The receipts of every customer up to a date, which rfm and cohort_retention use. receipts: any relation with the columns customer_id, receipt_date and amount, and optionally receipt_id and currency; it is read with the caller''s privileges; or a ledger of the caller''s (create_ledger), of which the receipts are read. One row for each customer and receipt_id, with the date of its first line. Each line without receipt_id is a receipt; those of one customer and day are in one row. receipt_count: number of receipts whose total is >= 0. sales: total of these receipts, or NULL. net: total of all receipts, returns included. Lines without customer_id or receipt_date are left out, and so are lines whose customer_id or receipt_id is blank or # (a NOTICE tells how many); see receipt_counts. currency: only receipts in this currency. rates: a relation (currency, rate[, valid_from]); an amount is multiplied by the rate of its currency that has the latest valid_from on or before the receipt_date, by days. Errors: 22023 several currencies with neither currency nor rates, a currency without a rate, or a currency that no receipt has; 22004 an amount is NULL; 22003 NaN or infinity; 42703 a column is missing; 42804 a column has the wrong type.';

-- ---- receipt_counts ----

CREATE FUNCTION segment_internal.receipt_counts_query(receipts regclass, as_of date, currency text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, NULL);
    IF currency IS NOT NULL THEN
        PERFORM segment_internal.check_currency(receipts, currency);
    END IF;
    RETURN format($query$
        SELECT count(*), count(*) FILTER (WHERE r.reason IS NULL), count(*) FILTER (WHERE r.reason = 'date'),
               count(*) FILTER (WHERE r.reason = 'later'), count(*) FILTER (WHERE r.reason = 'currency'),
               count(*) FILTER (WHERE r.reason = 'customer'), count(*) FILTER (WHERE r.reason = 'receipt')
        FROM (SELECT CASE WHEN l.receipt_date IS NULL THEN 'date'
                          WHEN l.receipt_date::date > $2 THEN 'later'
                          WHEN %s THEN 'currency'
                          WHEN l.customer_id IS NULL OR %s THEN 'customer'
                          WHEN %s THEN 'receipt' END AS reason
              FROM %s l) r
        $query$,
        CASE WHEN currency IS NULL THEN 'false' ELSE 'l.currency::text COLLATE "C" IS DISTINCT FROM $3' END,
        segment_internal.blank_id_condition(receipts, 'customer_id'),
        segment_internal.blank_id_condition(receipts, 'receipt_id'), receipts);
END
$function$;

COMMENT ON FUNCTION segment_internal.receipt_counts_query(regclass, date, text) IS
'Support function of receipt_counts: checks the arguments and returns the query.';

CREATE FUNCTION segment.receipt_counts(receipts regclass, as_of date, currency text DEFAULT NULL)
RETURNS TABLE (lines bigint, lines_used bigint, without_date bigint, after_as_of bigint, other_currencies bigint,
               without_customer bigint, without_receipt bigint)
AS 'MODULE_PATHNAME', 'receipt_counts'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.receipt_counts(regclass, date, text) IS
'How many lines of receipts are used by rfm, receipt_totals and cohort_retention, and how many are left out: one row. A line that is left out is counted once, for the first reason that applies: no receipt_date; receipt_date after as_of; not in the given currency; customer_id NULL, blank or #; receipt_id blank or # (a line whose receipt_id is NULL is a receipt). receipts is read with the caller''s privileges. Errors: see receipt_totals.';
