-- ---- who buys after a date: the label of a model of purchases -------------------

CREATE FUNCTION segment_internal.label_plan(
    receipts regclass, as_of date, horizon_days integer, product_id text, known_until date, currency text, rates regclass)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    is_over boolean;
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    IF horizon_days IS NULL THEN
        RAISE EXCEPTION 'horizon_days must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF horizon_days NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION 'horizon_days is %, but must be from 1 to 36500', horizon_days USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF product_id IS NOT NULL THEN
        PERFORM segment_internal.check_columns(receipts, '{product_id}', 'The label of a product needs the column product_id.');
    END IF;
    IF known_until IS NULL THEN
        -- EXISTS alone is planned for its first row: where there are more than the planner expects, a view that joins takes a nested loop over all lines.
        -- A materialized WITH query is planned for all its rows, and still stops at the first.
        EXECUTE format('SELECT EXISTS (WITH late AS MATERIALIZED (SELECT FROM %s l WHERE l.customer_id IS NOT NULL AND l.receipt_date >= $1 AND isfinite(l.receipt_date))'
                       ' SELECT FROM late)', receipts)
        USING as_of + horizon_days INTO is_over;
    ELSE
        is_over := known_until >= as_of + horizon_days;
    END IF;
    IF NOT is_over THEN
        RAISE NOTICE 'all labels are null, because the horizon ends on %, after the last known day', to_char(as_of + horizon_days, 'YYYY-MM-DD')
            USING HINT = CASE WHEN known_until IS NULL THEN 'If all receipts up to that day are there, say so by known_until; else choose an earlier as_of or fewer horizon_days.'
                              ELSE 'Choose an earlier as_of or fewer horizon_days.' END;
    END IF;
    RETURN ARRAY[
        CASE WHEN product_id IS NOT NULL THEN
            segment_internal.receipt_details(receipts, format('CASE WHEN l.product_id::text = %L THEN ''x'' END', product_id), false, rates) END,
        CASE WHEN is_over THEN 'over' END];
END
$function$;

COMMENT ON FUNCTION segment_internal.label_plan(regclass, date, integer, text, date, text, regclass) IS
'Support function of purchase_label: checks the arguments and returns the expressions of receipt_details whose code is set for lines of the product (NULL without a product), and whether the horizon is over (NULL: no).';

CREATE FUNCTION segment.purchase_label(
    receipts regclass, as_of date, horizon_days integer, product_id text DEFAULT NULL, known_until date DEFAULT NULL,
    currency text DEFAULT NULL, rates regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, label boolean, days_to_purchase integer)
AS 'MODULE_PATHNAME', 'purchase_label'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.purchase_label(regclass, date, integer, text, date, text, regclass) IS
'Who buys in the days after a date: the label for a model whose features are those of receipt_features for the same as_of. One row per customer with a receipt up to as_of, returns included: the customers of receipt_features. label: true when the customer has a sale with as_of < date <= as_of + horizon_days, else false. A sale is a receipt whose total is >= 0, dated by its first line. product_id: only sales count that have a line of this product (compared as text) whose amount is >= 0. days_to_purchase: days from as_of to the first such sale, from 1; NULL when label is not true. Both are NULL for all customers, and a NOTICE says so, while the horizon is not over: known_until, the last day whose receipts are all there, is before as_of + horizon_days. Without known_until it is the day of the last receipt in the relation; give it when this day is not complete. Nothing after as_of decides which customers are returned, and nothing up to as_of decides a label. horizon_days: 1 to 36500. receipts (or a ledger), currency and rates: see receipt_totals. Errors: those of receipt_totals; 22023 horizon_days out of range; 42703 a product without the column product_id.';
