-- forecast_backtest: forecasts from earlier ends of a series, and their accuracy.
\pset format unaligned
\pset null NULL
CREATE TEMP TABLE sales AS
SELECT i, (date '2015-01-01' + make_interval(months => i))::date AS month, 100 + i + (i * 37 % 11) + 20 * (i % 12 = 11)::int AS amount
FROM generate_series(0, 47) AS i;
CREATE TEMP TABLE b AS SELECT segment.forecast_backtest(month, amount, 3, '{"origins": 2}') AS backtest FROM sales;

\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/forecast_backtest_v1.segm" | tr -d ' \n'`
SELECT count(*), bool_and(abs(f.forecast / g.forecast - 1) < 1e-6) AS same
FROM b, segment.forecast_backtest_rows(backtest) f JOIN segment.forecast_backtest_rows(decode(:'golden', 'hex')) g USING (method, origin, step);
SELECT (SELECT segment.forecast_backtest(month, amount, 3, '{"origins": 2}' ORDER BY hashint4(i)) FROM sales) = backtest AS other_order FROM b;
SELECT algorithm, rows_used, options -> 'horizon' AS horizon, options -> 'origins' AS origins, options -> 'origin_step' AS origin_step, options -> 'level' AS level
FROM b, segment.model_info(backtest);
SELECT method, origin, step, period, value, round(forecast::numeric, 2) AS forecast, lower_bound < forecast AS lower, upper_bound > forecast AS upper
FROM b, segment.forecast_backtest_rows(backtest);

-- each forecast is that of a fit of what was known
SELECT bool_and(r.forecast = f.forecast AND r.lower_bound = f.lower_bound) AS same, count(*)
FROM b, segment.forecast_backtest_rows(backtest) r,
     LATERAL (SELECT segment.forecast_fit(month, amount) FROM sales WHERE month <= r.origin) m(model),
     LATERAL segment.forecast(model, 3) f
WHERE r.method = 'auto' AND f.period = r.period;

-- the figures, computed in SQL
WITH rows AS (
    SELECT r.*, forecast - value AS error,
           (SELECT avg(abs(s.amount - l.amount)) FROM sales s JOIN sales l ON l.i = s.i - 12 WHERE s.month <= r.origin)::float8 AS scale
    FROM b, segment.forecast_backtest_rows(backtest) r)
SELECT a.method, a.step, a.n, abs(a.mae - avg(abs(error))) < 1e-9 AS mae, abs(a.rmse - sqrt(avg(error ^ 2))) < 1e-9 AS rmse, abs(a.bias - avg(error)) < 1e-9 AS bias,
       abs(a.wape - 100 * sum(abs(error)) / sum(abs(value))) < 1e-9 AS wape, abs(a.smape - avg(200 * abs(error) / (abs(value) + abs(forecast)))) < 1e-9 AS smape,
       abs(a.mase - avg(abs(error) / scale)) < 1e-9 AS mase,
       abs(a.coverage - avg((value BETWEEN lower_bound AND upper_bound)::int)) < 1e-9 AS coverage,
       abs(a.msis - avg((upper_bound - lower_bound + 40 * greatest(lower_bound - value, 0) + 40 * greatest(value - upper_bound, 0)) / scale)) < 1e-9 AS msis,
       a.skill IS NULL AS no_skill
FROM b, segment.forecast_accuracy(backtest) a JOIN rows r ON r.method = a.method AND (a.step IS NULL OR r.step = a.step)
GROUP BY a.method, a.step, a.n, a.mae, a.rmse, a.bias, a.wape, a.smape, a.mase, a.coverage, a.msis, a.skill ORDER BY a.method, a.step NULLS FIRST;
SELECT method, round(skill::numeric, 3) AS skill FROM b, segment.forecast_accuracy(backtest) WHERE step IS NULL;

-- huge and tiny values: the same figures in their unit; a mean square that is no double is NULL
SELECT unit, round((mae / unit)::numeric, 3) AS mae, round((rmse / unit)::numeric, 3) AS rmse, round((bias / unit)::numeric, 3) AS bias, round(mase::numeric, 3) AS mase, round(rmsse::numeric, 3) AS rmsse, round(msis::numeric, 2) AS msis
FROM unnest('{1,1e300,1e-300}'::float8[]) unit,
     LATERAL (SELECT segment.forecast_backtest(month, amount * unit, 3, '{"origins": 2, "method": "theta"}') FROM sales) x(backtest), segment.forecast_accuracy(backtest) WHERE step IS NULL AND method = 'theta';

-- without a season the benchmark is the last value; nothing is compared twice
SELECT DISTINCT method FROM segment.forecast_backtest_rows((SELECT segment.forecast_backtest(month, amount, 2, '{"grain": "year", "origins": 1}') FROM sales)) ORDER BY 1;
SELECT DISTINCT method FROM segment.forecast_backtest_rows((SELECT segment.forecast_backtest(month, amount, 2, '{"method": "seasonal_naive", "origins": 1}') FROM sales));
-- origins that are before the series are left out; values that are missing have no row
SELECT count(DISTINCT origin), min(origin) FROM segment.forecast_backtest_rows((SELECT segment.forecast_backtest(month, amount, 10, '{"origins": 9, "method": "naive", "season_length": 1}') FROM sales));
SELECT count(*) FROM segment.forecast_backtest_rows((SELECT segment.forecast_backtest(month, nullif(amount, 147), 10, '{"origins": 1, "method": "naive", "season_length": 1}') FROM sales));

-- what is refused
SELECT segment.forecast_backtest(month, amount, 48) FROM sales;
SELECT segment.forecast_backtest(month, amount, 0) FROM sales;
SELECT segment.forecast_backtest(month, amount, NULL) FROM sales;
SELECT segment.forecast_backtest(month, amount, 1 + i % 2) FROM sales;
SELECT segment.forecast_backtest(month, amount, 3) FROM sales WHERE false;
SELECT segment.forecast_backtest(month, amount, 3, '{"origin": 2}') FROM sales;
SELECT segment.forecast_backtest(month, amount, 3, '{"level": 95}') FROM sales;
SELECT count(*) FROM b, segment.forecast(backtest, 3);
SELECT count(*) FROM segment.forecast_accuracy((SELECT segment.forecast_fit(month, amount) FROM sales));

-- what an origin needs is given back before the next one
SET segment.fit_memory = '16MB';
SELECT count(*) FROM segment.forecast_backtest_rows((
    SELECT segment.forecast_backtest(date '2000-01-01' + i, i % 7, 2, '{"grain": "day", "origins": 200, "origin_step": 1, "method": "naive"}') FROM generate_series(1, 2000) i));
RESET segment.fit_memory;
