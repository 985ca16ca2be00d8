-- ---- features of customers out of receipts -----------------------------------

CREATE FUNCTION segment_internal.product_plan(receipts regclass, products regclass)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    code text := CASE WHEN receipts IS NOT NULL THEN segment_internal.id_expression(receipts, 'product_id') END;
    key text;
BEGIN
    IF products IS NOT NULL THEN
        PERFORM segment_internal.check_columns(receipts, '{product_id}', 'Categories need the column product_id in both relations.');
        PERFORM segment_internal.check_columns(products, '{product_id,category}',
            'A products relation needs the columns product_id and category.');
        -- ids of both relations are integers, or both are texts
        key := segment_internal.id_expression(products, 'product_id');
        IF (code LIKE '%::int8') <> (key LIKE '%::int8') THEN
            code := 'l.product_id::text';
            key := 'l.product_id::text';
        END IF;
    END IF;
    RETURN ARRAY[code, CASE WHEN products IS NOT NULL THEN
        format('SELECT %s, l.category::text FROM %s l WHERE l.product_id IS NOT NULL', key, products) END];
END
$function$;

COMMENT ON FUNCTION segment_internal.product_plan(regclass, regclass) IS
'Support function of receipt_features and triggers: the expression of a line''s product_id for receipt_details, and the query of a products relation, or NULL without one. Error: 42703 a relation lacks a column.';

CREATE FUNCTION segment_internal.feature_plan(receipts regclass, as_of date, currency text, rates regclass, products regclass)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    plan text[];
BEGIN
    PERFORM segment_internal.check_receipts(receipts, as_of, currency, rates);
    PERFORM segment_internal.check_column_kind(receipts, 'quantity', 'number');
    PERFORM segment_internal.check_column_kind(receipts, 'discount', 'number');
    plan := segment_internal.product_plan(receipts, products);
    RETURN ARRAY[
        segment_internal.receipt_details(receipts, plan[1], true, rates),
        plan[2],
        CASE WHEN segment_internal.column_type(receipts, 'product_id') IS NOT NULL THEN 'product_id' END,
        CASE WHEN segment_internal.column_type(receipts, 'receipt_date') = 'timestamp'::regtype THEN 'time' END,
        CASE WHEN segment_internal.column_type(receipts, 'quantity') IS NOT NULL THEN 'quantity' END,
        CASE WHEN segment_internal.column_type(receipts, 'discount') IS NOT NULL THEN 'discount' END];
END
$function$;

COMMENT ON FUNCTION segment_internal.feature_plan(regclass, date, text, regclass, regclass) IS
'Support function of receipt_features: checks the arguments and returns the expressions of receipt_details, the query of products or NULL, and whether there are product_id, time of day, quantity and discount (NULL: no).';

CREATE FUNCTION segment.receipt_features(
    receipts regclass, as_of date, currency text DEFAULT NULL, rates regclass DEFAULT NULL, products regclass DEFAULT NULL)
RETURNS TABLE (customer_id text, tenure_days integer, recency_days integer, lifespan_days integer, receipts bigint,
               return_receipts bigint, active_days bigint, active_months bigint, gap_mean float8, gap_sd float8,
               gap_cv float8, gap_median float8, gap_min integer, gap_max integer, gap_last integer, gap_trend float8,
               log_gap_mean float8, log_gap_sd float8, lateness float8, lateness_median float8, lateness_z float8,
               monetary numeric, sales numeric, returns numeric, return_share float8, return_receipt_share float8,
               receipt_mean float8, receipt_sd float8, receipt_cv float8, receipt_median float8, receipt_min float8,
               receipt_max float8, receipt_first float8, receipt_last float8, receipt_trend float8,
               lines_per_receipt float8, quantity_per_receipt float8, products bigint, products_per_receipt float8,
               product_entropy float8, top_product_share float8, distinct_categories bigint, category_entropy float8,
               top_category_share float8, discount_share float8, discounted_receipt_share float8, receipts_30 bigint,
               receipts_90 bigint, receipts_180 bigint, receipts_365 bigint, sales_30 numeric, sales_90 numeric,
               sales_180 numeric, sales_365 numeric, sales_ratio_30 float8, sales_ratio_90 float8,
               sales_ratio_180 float8, sales_ratio_365 float8, sales_trend float8, share_mon float8, share_tue float8,
               share_wed float8, share_thu float8, share_fri float8, share_sat float8, share_sun float8,
               weekday_entropy float8, share_morning float8, share_afternoon float8, share_evening float8,
               share_night float8)
AS 'MODULE_PATHNAME', 'receipt_features'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10000
SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION segment.receipt_features(regclass, date, text, regclass, regclass) IS
'Features of every customer as of a date, for segmentation and for models: one row per customer_id. Receipts after as_of change nothing. A feature that is not defined is NULL. receipts can also be a ledger of the caller''s (create_ledger): then its receipts are read. receipts, currency and rates: see receipt_totals. Columns of receipts that are optional, and without which their features are NULL: quantity (a number, in pieces), product_id, discount (a number: the money that was taken off the amount of a line, not negative), and a time of day (receipt_date is a timestamp). A NULL quantity or discount counts as 0; a blank product_id, or #, counts as NULL. products: a relation (product_id, category).
A sale is a receipt whose total is >= 0, a return is one whose total is < 0; its first line gives date and time, in whole seconds; sales of the same second are in order of their totals. Gaps are the days between neighbouring days with sales. Standard deviations (_sd) have n - 1 below, _cv is _sd / _mean, entropies have natural logarithms.
tenure_days, recency_days: days from the first and from the last sale to as_of; lifespan_days: from the first to the last.
receipts: number of sales. return_receipts: of returns. active_days, active_months: days and calendar months with sales.
gap_mean, gap_sd, gap_cv, gap_median, gap_min, gap_max, gap_last: of the gaps, in days. gap_trend: slope of the gaps, in days per gap. log_gap_mean, log_gap_sd: of the logarithms of the gaps. lateness: recency_days / gap_mean. lateness_median: recency_days / gap_median. lateness_z: (recency_days - gap_mean) / gap_sd.
monetary: total of all receipts, net of returns. sales: total of the sales. returns: total of the returns, as a number >= 0. return_share: returns / sales. return_receipt_share: returns among all receipts.
receipt_mean, receipt_sd, receipt_cv, receipt_median, receipt_min, receipt_max, receipt_first, receipt_last: of the totals of sales. receipt_trend: slope of these totals over time, in money per 30 days.
lines_per_receipt, quantity_per_receipt: means over sales. products: different products in sales. products_per_receipt: mean number of different products in a sale. product_entropy, top_product_share: entropy, and largest share, of the amounts by product in sales, amounts > 0 only. distinct_categories, category_entropy, top_category_share: the same for the categories of products; products without a category are left out.
discount_share: discount / (sales + discount), of sales. discounted_receipt_share: share of the sales with a discount > 0.
receipts_30, receipts_90, receipts_180, receipts_365: sales in the last days (date > as_of - 30). sales_30, sales_90, sales_180, sales_365: their total. sales_ratio_30, sales_ratio_90, sales_ratio_180, sales_ratio_365: this total / the total of as many days before; NULL when that is 0.
sales_trend: slope of the sales of the last whole 30-day periods since the first sale (2 to 12 of them, counted back from as_of), in money per period.
share_mon, share_tue, share_wed, share_thu, share_fri, share_sat, share_sun: shares of the sales by weekday; weekday_entropy: of these shares. share_morning (from 6:00), share_afternoon (12:00), share_evening (18:00), share_night (0:00): shares by time of day.
A customer with returns only has values in monetary, returns, return_receipts and return_receipt_share (1), 0 in the counts and totals of sales, and NULL elsewhere. Errors: those of receipt_totals; 42703 products lacks a column; 42804 quantity or discount is not a number; 22003 one of them is NaN or infinite; 22023 a product_id with two categories; 54000 more memory than segment.fit_memory is needed for the ids of products.';
