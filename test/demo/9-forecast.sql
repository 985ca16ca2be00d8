\echo 'How much will each segment buy in the next six months? Receipts count for the segment that the customer had'
\echo 'when their month began, and the segments add up to the whole. So there is one RFM run for each month.'
\echo
CREATE TABLE segment_history AS
SELECT customer_id, segment, as_of AS valid_from, lead(as_of) OVER (PARTITION BY customer_id ORDER BY as_of) AS valid_to
FROM (SELECT (date '2024-02-01' + make_interval(months => i) - interval '1 day')::date AS as_of FROM generate_series(0, 22) i) m,
     LATERAL (SELECT r.customer_id, r.segment FROM segment.rfm('receipts', m.as_of, rates => 'rates') r) r;

SELECT CASE WHEN is_total THEN 'all customers' ELSE COALESCE(segment, '(first purchase)') END AS segment,
       round(sum(forecast)) AS "6 months, EUR", round(sum(forecast) FILTER (WHERE period < '2026-02-01')) AS "January",
       round(sum(lower_bound) FILTER (WHERE period < '2026-02-01')) AS "at least", round(sum(upper_bound) FILTER (WHERE period < '2026-02-01')) AS "at most"
FROM segment.forecast_segments('receipts', '2025-12-31', 6, 'segment_history', rates => 'rates')
GROUP BY is_total, 1 ORDER BY is_total DESC, 2 DESC;

\echo 'How good would forecasts of the whole have been, three months ahead, five times? The last line repeats the'
\echo 'last year. skill is the part of the error that the method saves.'
\echo
SELECT method, n AS forecasts, round(mae) AS "mean error, EUR", round(wape::numeric, 1) AS "% of revenue",
       round(100 * coverage) AS "% in interval", round(skill::numeric, 2) AS skill
FROM segment.forecast_accuracy((
    SELECT segment.forecast_backtest(receipt_date, net::float8, 3, '{"as_of": "2025-12-31", "origin_step": 2}')
    FROM segment.receipt_totals('receipts', '2025-12-31', rates => 'rates')))
WHERE step IS NULL ORDER BY method;

\echo 'The forecast of the whole is registered, so that it is refitted with the other models.'
\echo
CREATE VIEW daily_revenue AS
SELECT receipt_date AS day, sum(net)::float8 AS revenue FROM segment.receipt_totals('receipts', '2025-12-31', rates => 'rates') GROUP BY 1;
\o /dev/null
SELECT segment.create_model('shop_revenue', 'forecast', 'daily_revenue', 'day', '{revenue}', '{"horizon": 3, "as_of": "2025-12-31"}');
CALL segment.refit('shop_revenue');
\o
SELECT period, round(value) AS "revenue, EUR", round(forecast) AS forecast, round(lower_bound) AS "at least", round(upper_bound) AS "at most"
FROM segment.forecast_series WHERE model_name = 'shop_revenue' AND period >= '2025-09-01' ORDER BY period;
