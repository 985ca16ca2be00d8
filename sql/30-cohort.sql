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

CREATE FUNCTION segment_internal.cohort_details(
    receipts regclass, as_of date, grain text, currency text, rates regclass, by text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF grain IS NULL THEN
        RAISE EXCEPTION 'grain must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment.cohort_label('2000-01-01', grain);      -- raises for another grain
    IF segment_internal.is_ledger(receipts) THEN
        IF by IS NOT NULL THEN
            RAISE EXCEPTION 'by cannot be used with a ledger' USING ERRCODE = 'invalid_parameter_value', HINT = 'A ledger has no other columns of the receipts. Read the receipts.';
        ELSIF grain IN ('day', 'week') THEN
            RAISE EXCEPTION 'grain must be month, quarter or year when a ledger is read, but is %', grain
                USING ERRCODE = 'invalid_parameter_value', HINT = 'For other grains read the receipts.';
        END IF;
        RETURN NULL;
    END IF;
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    IF by IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM segment_internal.check_columns(receipts, ARRAY[by], 'by names a column of the receipts relation.');
    RETURN segment_internal.receipt_details(receipts, format('l.%I::text', by), false, rates);
END
$function$;

COMMENT ON FUNCTION segment_internal.cohort_details(regclass, date, text, text, regclass, text) IS
'Support function of cohort_retention: checks the arguments before any receipt is read, and returns the expressions of receipt_details for the column by, or NULL without by.';

CREATE FUNCTION segment.cohort_retention(
    receipts regclass, as_of date, grain text DEFAULT 'month', currency text DEFAULT NULL, rates regclass DEFAULT NULL,
    by text DEFAULT NULL)
RETURNS TABLE (cohort text, period integer, customers bigint, active bigint, retention float8, lost bigint,
               revenue numeric, average_receipt numeric, is_complete boolean, by_value text)
AS 'MODULE_PATHNAME', 'cohort_retention'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 1000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.cohort_retention(regclass, date, text, text, regclass, text) IS
'The retention of cohorts as of a date: one row for each cohort and each period since its start; period 0 is the period of the first receipt. receipts, currency and rates: see receipt_totals. receipts may be a ledger (see create_ledger): then as_of is the last day of a month, grain is month, quarter or year, and currency, rates and by are NULL. A customer belongs to the cohort of the first receipt whose total is >= 0 (with returns only, to none), and is active in every period that has such a receipt. customers: size of the cohort. retention: active / customers. lost: customers - active. revenue: amount net of returns. average_receipt: mean of the receipts whose total is >= 0, or NULL. is_complete: false when the period ends after as_of; active, retention, lost, revenue and average_receipt are then NULL. grain: day, week, month, quarter or year. by: a column of receipts; there are then cohorts for each of its values, which is in by_value. The value of a customer is that of the first receipt whose total is >= 0; if its lines have several, or several receipts are as early (to the second), it is the lowest one by bytes. Without by, and for a column that is NULL, by_value is NULL. Sorted by by_value, cohort and period, NULL last. Errors: 22023 grain is not valid; 42703 receipts has no column by; 54000 more than 10,000,000 rows.';
