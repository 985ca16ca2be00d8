-- triggers: events in the lives of customers; see src/rhythm/triggers_pg.c.

-- ---- queries of the relations beside the receipts ----

CREATE FUNCTION segment_internal.date_trigger_query(customers regclass, column_name text, trigger_name text, evidence text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF segment_internal.column_type(customers, column_name) IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM segment_internal.check_column_kind(customers, column_name, 'date');
    -- each date is looked at once, however many customers have it
    RETURN format($query$
        WITH c AS MATERIALIZED (
            SELECT DISTINCT l.customer_id::text AS customer_id, l.%1$I::date AS day FROM %2$s l
            WHERE segment_internal.meaningful_id(l.customer_id::text) IS NOT NULL AND isfinite(l.%1$I::date)),
        dates AS (SELECT c.day, count(*) AS n, count(*) > 1 AND count(*) > $5 * (SELECT count(*) FROM c) AS is_placeholder FROM c GROUP BY c.day),
        next AS (
            SELECT d.day, y.year - extract(year FROM d.day)::integer AS years, o.day AS happened_on
            FROM dates d
            CROSS JOIN generate_series(extract(year FROM $1)::integer, extract(year FROM $1 + $3)::integer) AS y(year)
            CROSS JOIN LATERAL (SELECT CASE
                WHEN y.year = 0 THEN NULL
                WHEN to_char(d.day, 'MMDD') = '0229' AND make_date(y.year, 3, 1) - make_date(y.year, 2, 28) = 1
                THEN CASE WHEN $4 THEN make_date(y.year, 3, 1) ELSE make_date(y.year, 2, 28) END
                ELSE make_date(y.year, extract(month FROM d.day)::integer, extract(day FROM d.day)::integer) END AS day) o
            WHERE NOT d.is_placeholder AND o.day BETWEEN $1 AND $1 + $3 AND o.day > d.day)
        SELECT c.customer_id, %3$L::text, next.happened_on, 1::float8, format(%4$L, next.years) FROM next JOIN c USING (day) WHERE next.years > 0
        UNION ALL
        SELECT NULL, NULL, d.day, d.n::float8, NULL FROM dates d WHERE d.is_placeholder
        $query$, column_name, customers, trigger_name, evidence);
END
$function$;
COMMENT ON FUNCTION segment_internal.date_trigger_query(regclass, text, text, text) IS
'Support function of triggers: the query of the days of the year in a column of customers, NULL when there is no such column; $1 as_of, $3 days to look ahead, $4 whether 29 February is kept on 1 March, $5 the share of customers above which a date is a placeholder. Rows without customer_id are placeholders.';

CREATE FUNCTION segment_internal.segment_trigger_query(history regclass, segment_column text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    key name := (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = history AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT 1);
BEGIN
    PERFORM segment_internal.check_columns(history, ARRAY['valid_from', 'valid_to', segment_column, segment_column || '_order'],
        'A history is the table target_history of publish. The option segment_column names the column of the segment; its rank is in the column of that name with _order.');
    PERFORM segment_internal.check_column_kind(history, segment_column || '_order', 'number');
    IF segment_internal.column_type(history, 'valid_from') <> 'timestamptz'::regtype THEN
        RAISE EXCEPTION 'column "valid_from" of relation "%" is not of type timestamp with time zone', segment_internal.relation_name(history)
            USING ERRCODE = 'datatype_mismatch';
    END IF;
    RETURN format($query$
        SELECT h.%1$I::text, CASE WHEN h.%3$I < b.%3$I THEN 'segment_up' ELSE 'segment_down' END, (h.valid_from AT TIME ZONE 'UTC')::date,
               abs(h.%3$I::float8 - b.%3$I::float8) / (SELECT max(m.%3$I::float8) - min(m.%3$I::float8) FROM %4$s m WHERE abs(m.%3$I::float8) < 'infinity'), format('%%s to %%s', b.%2$I, h.%2$I)
        FROM %4$s h JOIN %4$s b ON b.%1$I = h.%1$I AND b.valid_to = h.valid_from
        WHERE (h.valid_from AT TIME ZONE 'UTC')::date > $2 AND (h.valid_from AT TIME ZONE 'UTC')::date <= $1 AND h.%3$I <> b.%3$I
          AND abs(h.%3$I::float8) < 'infinity' AND abs(b.%3$I::float8) < 'infinity'
          AND segment_internal.meaningful_id(h.%1$I::text) IS NOT NULL
        $query$, key, segment_column, segment_column || '_order', history);
END
$function$;
COMMENT ON FUNCTION segment_internal.segment_trigger_query(regclass, text) IS
'Support function of triggers: the query of moves between segments in a history of publish; events lie after $2, up to $1. Errors: 42703 a column is missing; 42804 a column has the wrong type.';

CREATE FUNCTION segment_internal.trigger_plan(
    receipts regclass, as_of date, lookback_days integer, customers regclass, products regclass, history regclass, options jsonb,
    currency text, rates regclass, kinds text[])
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    plan text[];
    hint text := 'A customers relation needs the columns customer_id, and birth_date or anniversary_date.';
BEGIN
    IF receipts IS NULL AND customers IS NULL AND history IS NULL THEN
        RAISE EXCEPTION 'there is no relation to read' USING ERRCODE = 'null_value_not_allowed',
            HINT = 'Name receipts, customers or history.';
    END IF;
    IF receipts IS NOT NULL THEN
        PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
        plan := segment_internal.product_plan(receipts, products);
    END IF;
    IF customers IS NOT NULL THEN
        PERFORM segment_internal.check_columns(customers, '{customer_id}', hint);
        IF segment_internal.column_type(customers, 'anniversary_date') IS NULL THEN
            PERFORM segment_internal.check_columns(customers, '{birth_date}', hint);
        END IF;
    END IF;
    RETURN ARRAY[
        CASE WHEN plan[2] IS NOT NULL THEN segment_internal.receipt_details(receipts, plan[1], false, rates) END,
        plan[2],
        CASE WHEN customers IS NOT NULL THEN segment_internal.date_trigger_query(customers, 'birth_date', 'birthday', 'turns %s') END,
        CASE WHEN customers IS NOT NULL THEN segment_internal.date_trigger_query(customers, 'anniversary_date', 'anniversary', '%s years') END,
        CASE WHEN history IS NOT NULL THEN segment_internal.segment_trigger_query(history, COALESCE(options ->> 'segment_column', 'segment')) END];
END
$function$;
COMMENT ON FUNCTION segment_internal.trigger_plan(regclass, date, integer, regclass, regclass, regclass, jsonb, text, regclass, text[]) IS
'Support function of triggers: checks the arguments and returns the details of lines for receipt_lines, and the queries of products, birthdays, anniversaries and moves between segments; NULL for what is not read.';

CREATE FUNCTION segment_internal.trigger_rows(
    receipts regclass, as_of date, lookback_days integer, customers regclass, products regclass, history regclass, options jsonb,
    currency text, rates regclass, kinds text[])
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_rows'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment_internal.trigger_rows(regclass, date, integer, regclass, regclass, regclass, jsonb, text, regclass, text[]) IS
'Support function of triggers and of the functions of single triggers. kinds: the triggers to look for; NULL for all.';

-- ---- public functions ----

CREATE FUNCTION segment.triggers(
    receipts regclass, as_of date, lookback_days integer DEFAULT 30, customers regclass DEFAULT NULL, products regclass DEFAULT NULL,
    history regclass DEFAULT NULL, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.triggers(regclass, date, integer, regclass, regclass, regclass, jsonb, text, regclass) IS
'Events in the lives of customers that are a reason to contact them: one row for each customer, trigger and event, in no order. The receipts are read once. receipts can also be a ledger of the caller''s (create_ledger): then its receipts are read. receipts, currency and rates: see receipt_totals; a day of purchase is a day with receipts whose total is >= 0; NULL: without the triggers of receipts. An event counts when happened_on lies in the last lookback_days (1 to 36500) up to as_of; birthday and anniversary in the days from as_of to as_of + lookahead_days (7). strength: 0 to 1, the larger the more unusual; 1 where there is no degree. evidence: the figures, in English.
first_purchase, second_purchase, nth_purchase: the first, second, n-th day of purchase (option purchases, [1, 2, 5, 10]).
lapsed: the silence crossed the limit of the customer''s own rhythm (option level, 0.95) on happened_on, and lasts: once per silence. returned: a purchase after a gap beyond the limit, which is that of the gaps before. due: the silence has reached the median gap of the customer, who has two days of purchase or more and is not lapsed. The rhythm is that of rhythm_fit over all gaps of these receipts; strength is that of rhythm_details.
spend_up, spend_down: the sales of the last spend_days (90) are spend_ratio (2) times those of the spend_days before or more, or the other way round, without interruption since happened_on; for customers with a purchase in the last spend_days and one before both periods; strength is the difference over the larger of the two.
first_in_category: the first purchase (amount > 0) in a category after the first day of purchase; needs products, a relation (product_id, category), and the column product_id in receipts.
birthday, anniversary: from customers, a relation with customer_id and birth_date or anniversary_date or both. 29 February is kept on the 28th (option february_29: march_1). A date that more than placeholder_share (0.05) of the customers with a date, and two or more, share is a placeholder and no birthday; a NOTICE counts them, trigger_placeholders lists them.
segment_up, segment_down: from history, the table target_history of publish, with the columns valid_from, valid_to, segment and segment_order (option segment_column; 1 is the best); happened_on is a day in UTC; strength is the part of all ranks that was crossed.
Further option: triggers, the names of those wanted, whose relations must then be given. All relations are read with the caller''s privileges. Memory: 4 bytes for each day of purchase and 40 for each customer beside those of receipt_totals, and 16 for each day while the rhythm is fitted, of segment.fit_memory. Errors: those of receipt_totals; 22023 option or lookback_days not valid, a product with two categories; 42703 a column is missing; 42804 a column of the wrong type; 22004 no relation, or as_of is NULL; 54000 too little segment.fit_memory.';

CREATE FUNCTION segment.trigger_purchase(receipts regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_purchase(regclass, date, integer, jsonb, text, regclass) IS
'The first, second and n-th days of purchase (option purchases): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_returned(receipts regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_returned(regclass, date, integer, jsonb, text, regclass) IS
'Purchases after a gap beyond the customer''s own limit (option level): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_lapsed(receipts regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_lapsed(regclass, date, integer, jsonb, text, regclass) IS
'Customers whose silence has crossed their own limit (option level) and lasts: the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_due(receipts regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_due(regclass, date, integer, jsonb, text, regclass) IS
'Customers whose silence has reached their own median gap: the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_spend(receipts regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_spend(regclass, date, integer, jsonb, text, regclass) IS
'Customers who spend more or less than before (options spend_days, spend_ratio): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_category(receipts regclass, as_of date, products regclass, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_category(regclass, date, regclass, integer, jsonb, text, regclass) IS
'First purchases in a category, after the first day of purchase: the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_birthday(customers regclass, as_of date, options jsonb DEFAULT '{}')
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_birthday(regclass, date, jsonb) IS
'Birthdays in the next days (option lookahead_days): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_anniversary(customers regclass, as_of date, options jsonb DEFAULT '{}')
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_anniversary(regclass, date, jsonb) IS
'Anniversaries in the next days (option lookahead_days): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment.trigger_segment(history regclass, as_of date, lookback_days integer DEFAULT 30, options jsonb DEFAULT '{}')
RETURNS TABLE (customer_id text, trigger text, happened_on date, strength float8, evidence text)
AS 'MODULE_PATHNAME', 'trigger_call'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_segment(regclass, date, integer, jsonb) IS
'Customers who moved to a better or a worse segment (option segment_column): the rows of triggers of this kind, with the same arguments, options and errors. See triggers.';

CREATE FUNCTION segment_internal.placeholder_query(customers regclass, placeholder_share float8)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    one text;
    statement text;
BEGIN
    IF customers IS NULL OR placeholder_share IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN customers IS NULL THEN 'customers' ELSE 'placeholder_share' END USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT placeholder_share BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'placeholder_share must be from 0 to 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_columns(customers, '{customer_id}', 'A customers relation needs the columns customer_id, and birth_date or anniversary_date.');
    FOREACH one IN ARRAY '{birth_date,anniversary_date}'::text[] LOOP
        CONTINUE WHEN segment_internal.column_type(customers, one) IS NULL;
        PERFORM segment_internal.check_column_kind(customers, one, 'date');
        statement := concat(statement || ' UNION ALL ', format($query$
            SELECT %1$L::text, d.day, d.customers, d.customers::float8 / d.everybody
            FROM (SELECT c.day, count(*) AS customers, (sum(count(*)) OVER ())::bigint AS everybody
                  FROM (SELECT DISTINCT l.customer_id::text AS customer_id, l.%1$I::date AS day FROM %2$s l
                        WHERE segment_internal.meaningful_id(l.customer_id::text) IS NOT NULL AND isfinite(l.%1$I::date)) c
                  GROUP BY c.day) d
            WHERE d.customers > 1 AND d.customers > $1 * d.everybody
            $query$, one, customers));
    END LOOP;
    RETURN statement;
END
$function$;
COMMENT ON FUNCTION segment_internal.placeholder_query(regclass, float8) IS
'Support function of trigger_placeholders: checks the arguments and returns the query, in which $1 is the share; NULL when there is no column with dates.';

CREATE FUNCTION segment.trigger_placeholders(customers regclass, placeholder_share float8 DEFAULT 0.05)
RETURNS TABLE (column_name text, shared_date date, customers_with_date bigint, share float8)
AS 'MODULE_PATHNAME', 'trigger_placeholders'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION segment.trigger_placeholders(regclass, float8) IS
'Dates that more than a share of the customers with a date, and two or more, have in common, such as 1900-01-01: what stands for an unknown birth_date or anniversary_date, and what triggers leaves out. customers: a relation (customer_id, birth_date, anniversary_date); a column that is missing has no rows. Errors: 22004 an argument is NULL; 22023 placeholder_share is not from 0 to 1; 42703 no customer_id; 42804 a column is no date.';

CREATE FUNCTION segment_internal.trigger_names() RETURNS text[]
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.trigger_names() IS
'The names of the triggers of the extension.';
