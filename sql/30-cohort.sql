-- ---- cohorts -----------------------------------------------------------------

CREATE FUNCTION segment.cohort_label(at timestamp, grain text DEFAULT 'month')
RETURNS text
AS 'MODULE_PATHNAME', 'cohort_label'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.cohort_label(timestamp, text) IS
'The label of the period that contains a timestamp: day ''2019-11-05'', week ''2019-W45'' (ISO 8601), month ''2019-11'', quarter ''2019-Q4'', year ''2019''. From year 1 to 9999, labels sort in the order of their periods. A date is cast; a timestamptz needs AT TIME ZONE. Errors: 22023 grain is not valid; 22008 infinity.';

CREATE FUNCTION segment.cohort_period(first_at timestamp, at timestamp, grain text DEFAULT 'month')
RETURNS integer
AS 'MODULE_PATHNAME', 'cohort_period'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION segment.cohort_period(timestamp, timestamp, text) IS
'The number of calendar periods from first_at to at: 0 in the same day, week, month, quarter or year, 1 in the next one, negative when at is before first_at. Errors: 22023 grain is not valid; 22008 infinity.';

CREATE FUNCTION segment_internal.check_retention_size(cells bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF cells > 10000000 THEN
        RAISE EXCEPTION 'cohorts have % periods in total, but the limit is 10000000', cells
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Use a coarser grain or an earlier as_of.';
    END IF;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION segment_internal.check_retention_size(bigint) IS
'Support function of cohort_retention: true, or error 54000 when the result would have more than 10,000,000 rows.';

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
    PERFORM segment.cohort_label('2000-01-01', grain);      -- checks the grain
    RETURN format($query$
        WITH activity AS (              -- the receipts of a customer in one period; period 0 contains 2000-01-01
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
'Support function of cohort_retention: checks the arguments and the receipts, and returns the query. Its parameters $1, $2, ... are the arguments of cohort_retention.';

CREATE FUNCTION segment.cohort_retention(
    receipts regclass, as_of date, grain text DEFAULT 'month', currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
               revenue numeric, average_receipt numeric, is_complete boolean)
AS 'MODULE_PATHNAME', 'cohort_retention'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.cohort_retention(regclass, date, text, text, regclass) IS
'The retention of cohorts as of a date: one row for each cohort and each period since its start; period 0 is the period of the first receipt. receipts, currency and rates: see receipt_totals. A customer belongs to the cohort of the first receipt whose total is >= 0, and is active in every period that has such a receipt. customers: size of the cohort. retention: active / customers. lost: customers - active. revenue: amount net of returns. average_receipt: mean of the receipts whose total is >= 0, or NULL. is_complete: false when the period ends after as_of; active, retention, lost, revenue and average_receipt are then NULL. grain: day, week, month, quarter or year. Sorted by cohort and period. Errors: 22023 grain is not valid; 54000 more than 10,000,000 rows.';
