-- forecast_segments: a shop that does not change; segments over time against those of today.
\pset format unaligned
\pset null NULL
-- each customer buys with a probability of their own in each month
CREATE TEMP TABLE receipts AS
SELECT 'c' || c AS customer_id, 'r' || c || '-' || m AS receipt_id, (10 + (hashint4(c) & 15))::numeric AS amount, m,
       (date '2018-01-01' + make_interval(months => m) + make_interval(days => (hashint4(c * 7 + m) & 1023) % 27))::date AS receipt_date
FROM generate_series(1, 3000) c, generate_series(0, 71) m
WHERE (hashint4(c * 1000 + m * 7919) & 1023) / 1024.0 < 0.02 + 0.3 * ((hashint4(c + 77) & 1023) / 1024.0) ^ 2;
-- at the end of each month: active is who bought in the last two months
CREATE TEMP TABLE history AS
SELECT c.customer_id, CASE WHEN r.customer_id IS NULL THEN 'sleeping' ELSE 'active' END AS segment,
       (date '2018-01-01' + make_interval(months => m) - interval '1 day') AT TIME ZONE 'UTC' AS valid_from,
       CASE WHEN m < 72 THEN (date '2018-01-01' + make_interval(months => m + 1) - interval '1 day') AT TIME ZONE 'UTC' END AS valid_to
FROM (SELECT DISTINCT customer_id FROM receipts) c CROSS JOIN generate_series(2, 72) m
LEFT JOIN (SELECT DISTINCT customer_id, i FROM receipts, LATERAL (VALUES (m + 1), (m + 2)) v(i)) r ON r.customer_id = c.customer_id AND r.i = m;
CREATE TEMP TABLE actual AS
SELECT h.segment, sum(r.amount) AS amount
FROM receipts r JOIN history h ON h.customer_id = r.customer_id
    AND h.valid_from <= date_trunc('month', r.receipt_date)::timestamp AT TIME ZONE 'UTC'
    AND (h.valid_to IS NULL OR h.valid_to > date_trunc('month', r.receipt_date)::timestamp AT TIME ZONE 'UTC')
WHERE r.receipt_date >= '2023-01-01' GROUP BY ROLLUP (h.segment);

-- the year after the cut: then is unbiased within 5 %
CREATE TEMP TABLE then_forecast AS SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history');
SELECT f.segment, is_total, count(*) AS months, round(sum(forecast)) AS forecast, max(a.amount) AS actual, abs(sum(forecast) / max(a.amount) - 1) < 0.05 AS unbiased
FROM then_forecast f JOIN actual a ON a.segment IS NOT DISTINCT FROM f.segment GROUP BY 1, 2 ORDER BY 2, 1;
-- the segments add up to the whole
SELECT bool_and(abs(total - parts) < 1e-6 * total) AS adds_up
FROM (SELECT period, sum(forecast) FILTER (WHERE is_total) AS total, sum(forecast) FILTER (WHERE NOT is_total) AS parts FROM then_forecast GROUP BY 1) s;
-- now: the same people, but biased
CREATE TEMP VIEW today AS SELECT customer_id, segment FROM history WHERE valid_from <= '2022-12-31 UTC' AND (valid_to IS NULL OR valid_to > '2022-12-31 UTC');
SELECT f.segment, round(sum(forecast)) AS forecast, round(100 * (sum(forecast) / max(a.amount) - 1)::numeric) AS bias_in_percent
FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'today', 'now') f JOIN actual a ON a.segment IS NOT DISTINCT FROM f.segment GROUP BY 1 ORDER BY 1;

-- the same in another time zone, and with dates
SET timezone = 'America/Los_Angeles';
CREATE TEMP VIEW dates AS SELECT customer_id, segment, (valid_from AT TIME ZONE 'UTC')::date AS valid_from, (valid_to AT TIME ZONE 'UTC')::date AS valid_to FROM history;
SELECT count(*) AS differences FROM (
    (SELECT * FROM then_forecast EXCEPT SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history'))
    UNION ALL (SELECT * FROM then_forecast EXCEPT SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'dates'))) d;
RESET timezone;

-- customers without a segment have a row; a month that is not over is the first one; quarters
CREATE TEMP VIEW some_members AS SELECT * FROM history WHERE segment = 'active';
SELECT segment, is_total, min(period) AS first, count(*), round(sum(forecast)) > 0 AS positive
FROM segment.forecast_segments('receipts', '2022-12-15', 2, 'some_members', options => '{"method": "theta"}') GROUP BY 1, 2 ORDER BY 2, 1;
SELECT DISTINCT period FROM segment.forecast_segments('receipts', '2022-12-31', 2, 'history', grain => 'quarter', options => '{"reconcile": "bottom_up", "method": "naive"}') ORDER BY 1;
-- segments that are older than the first receipt do not make the series longer
CREATE TEMP TABLE customers AS SELECT DISTINCT customer_id, 'all' AS segment, NULL::timestamp AS valid_to FROM receipts;
CREATE TEMP VIEW since_2018 AS SELECT *, timestamp '2018-01-01' AS valid_from FROM customers;
CREATE TEMP VIEW since_1900 AS SELECT *, timestamp '1900-01-01' AS valid_from FROM customers;
CREATE TEMP VIEW since_ever AS SELECT *, timestamp '-infinity' AS valid_from FROM customers;
SELECT since, round(sum(base_forecast) FILTER (WHERE is_total)) AS whole, round(sum(base_forecast) FILTER (WHERE NOT is_total)) AS part
FROM unnest('{since_2018,since_1900,since_ever}'::regclass[]) since, segment.forecast_segments('receipts', '2022-12-31', 3, since) GROUP BY 1 ORDER BY 1;

-- segments that hold from ever
CREATE TEMP VIEW ever AS SELECT customer_id, 'all' AS segment, '-infinity'::timestamptz AS valid_from, 'infinity'::timestamptz AS valid_to FROM history GROUP BY 1;
SELECT segment, is_total, count(*) FROM segment.forecast_segments('receipts', '2022-12-31', 2, 'ever', options => '{"method": "theta"}') GROUP BY 1, 2 ORDER BY 2;

-- a segment whose first receipts lie in the month that is not over has no series yet
CREATE TEMP VIEW renamed AS
SELECT customer_id, segment, valid_from, least(valid_to, '2022-11-30 UTC') AS valid_to FROM history WHERE valid_from < '2022-11-30 UTC'
UNION ALL SELECT customer_id, 'new ' || segment, '2022-11-30 UTC', NULL FROM history WHERE valid_from = '2022-11-30 UTC';
SELECT segment, is_total, min(period) AS first, count(*) FROM segment.forecast_segments('receipts', '2022-12-15', 2, 'renamed', options => '{"method": "theta"}') GROUP BY 1, 2 ORDER BY 2, 1;

-- what is refused
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12);
SELECT * FROM segment.forecast_segments('receipts', NULL, 12, 'history');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 0, 'history');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', 'later');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', grain => 'hour');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', level => 95);
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', level => 0);
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', options => '[]');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', options => '{"grian": "day"}');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', options => '{"as_of": "2022-12-31"}');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', options => '{"reconcile": "mint"}');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'today');
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'history', 'then', currency => 'EUR');
CREATE TEMP VIEW doubled AS SELECT * FROM history UNION ALL SELECT 'c1', 'active', '2020-01-15 UTC', '2020-01-16 UTC';
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'doubled');
CREATE TEMP VIEW texts AS SELECT customer_id, segment, valid_from::text, valid_to FROM history;
SELECT * FROM segment.forecast_segments('receipts', '2022-12-31', 12, 'texts');
SELECT * FROM segment.forecast_segments('receipts', '2017-12-31', 12, 'history');
