-- ---- cohorts -----------------------------------------------------------------

CREATE FUNCTION segment.cohort_label(at timestamp, grain text DEFAULT 'month')
RETURNS text
AS 'MODULE_PATHNAME', 'cohort_label'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.cohort_label(timestamp, text) IS
'The name of the period that a time lies in: day ''2019-11-05'', week ''2019-W45'' (ISO 8601), month ''2019-11'', quarter ''2019-Q4'', year ''2019''. Names sort as their periods do, from year 1 to 9999. Dates are cast; a timestamptz needs AT TIME ZONE. Another grain: 22023; infinity: 22008.';

CREATE FUNCTION segment.cohort_period(first_at timestamp, at timestamp, grain text DEFAULT 'month')
RETURNS integer
AS 'MODULE_PATHNAME', 'cohort_period'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.cohort_period(timestamp, timestamp, text) IS
'How many periods of the calendar at lies behind first_at: 0 in the same day, week, month, quarter or year, 1 in the following one; negative before it. Another grain: 22023; infinity: 22008.';

CREATE FUNCTION segment_internal.check_retention_size(cells bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF cells > 10000000 THEN
        RAISE EXCEPTION 'the cohorts have % periods in all, but at most 10000000 are possible', cells
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Take a coarser grain or an earlier as_of.';
    END IF;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_retention_size(bigint) IS
'Support function of cohort_retention: true; 54000 when the cohorts and their periods are more than 10,000,000 rows.';

CREATE FUNCTION segment_internal.cohort_retention_query(
    receipts regclass, as_of date, grain text, currency text, rates regclass)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF grain IS NULL THEN
        RAISE EXCEPTION 'grain must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment.cohort_label('2000-01-01', grain);      -- raises for another grain
    RETURN format($query$
        WITH activity AS (              -- a customer's receipts in one period; periods are counted from 2000
            SELECT t.customer_id, segment.cohort_period('2000-01-01', t.receipt_date, $3) AS at,
                   min(t.receipt_date) FILTER (WHERE t.receipt_count > 0) AS bought_on,
                   sum(t.receipt_count) AS receipts, sum(t.sales) AS sales, sum(t.net) AS net
            FROM (%s) t
            GROUP BY t.customer_id, 2
        ), placed AS (
            SELECT a.*, min(a.at) FILTER (WHERE a.receipts > 0) OVER (PARTITION BY a.customer_id) AS born
            FROM activity a
        ), cell AS (
            SELECT p.born, p.at, count(*) FILTER (WHERE p.receipts > 0) AS active, min(p.bought_on) AS bought_on,
                   sum(p.receipts) AS receipts, sum(p.sales) AS sales, sum(p.net) AS net
            FROM placed p
            WHERE p.at >= p.born
            GROUP BY p.born, p.at
        ), calendar AS (
            SELECT segment.cohort_period('2000-01-01', $2, $3) AS last,
                   segment.cohort_period('2000-01-01', $2 + 1, $3) AS open
        ), birth AS (
            SELECT b.born, b.bought_on, b.active AS customers, k.last, k.open, sum(k.last - b.born + 1) OVER () AS cells
            FROM cell b, calendar k
            WHERE b.at = b.born
        ), triangle AS (
            SELECT b.born, b.bought_on, b.customers, p.at, p.at < b.open AS is_over
            FROM birth b, generate_series(b.born, b.last) p(at)
            WHERE segment_internal.check_retention_size(b.cells)
        )
        SELECT segment.cohort_label(t.bought_on, $3), t.at - t.born, t.customers,
               CASE WHEN t.is_over THEN coalesce(c.active, 0) END,
               CASE WHEN t.is_over THEN coalesce(c.active, 0)::float8 / t.customers END,
               CASE WHEN t.is_over THEN t.customers - coalesce(c.active, 0) END,
               CASE WHEN t.is_over THEN coalesce(c.net, 0) END,
               CASE WHEN t.is_over THEN c.sales / nullif(c.receipts, 0) END,
               t.is_over
        FROM triangle t
        LEFT JOIN cell c ON c.born = t.born AND c.at = t.at
        ORDER BY t.born, t.at
        $query$, segment_internal.receipt_totals_query(receipts, as_of, currency, rates));
END
$function$;

COMMENT ON FUNCTION segment_internal.cohort_retention_query(regclass, date, text, text, regclass) IS
'Support function of cohort_retention: checks the arguments and the receipts, and gives the query, which means the arguments of cohort_retention by their places.';

CREATE FUNCTION segment.cohort_retention(
    receipts regclass, as_of date, grain text DEFAULT 'month', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
               revenue numeric, average_receipt numeric, is_complete boolean)
AS 'MODULE_PATHNAME', 'cohort_retention'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.cohort_retention(regclass, date, text, text, regclass) IS
'The retention of cohorts as of a date, out of receipts (see receipt_totals, also for currency and rates): one row for each cohort and each period since, 0 being the one of the first receipt. A customer belongs to the cohort of the first receipt whose total is >= 0 and is active in a period with such a receipt. customers: the size of the cohort; retention = active / customers; lost = customers - active; revenue: net of returns; average_receipt: the mean of the receipts whose total is >= 0 (NULL when there are none). Where is_complete is false the period is not over at as_of, and active to average_receipt are NULL. grain: day, week, month, quarter, year (else 22023); more than 10,000,000 rows are 54000. Sorted by cohort and period.';
