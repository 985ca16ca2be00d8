-- forecast_reconcile: forecasts of parts and wholes that add up.
\pset format unaligned
\pset null NULL
CREATE TEMP TABLE sales AS
SELECT i, (date '2015-01-01' + make_interval(months => i))::date AS month, country, segment,
       (100 + i + (i * 37 % 11) + 20 * (i % 12 = 11)::int) * size + hashint4(i + ascii(segment)) % 17 AS amount
FROM generate_series(0, 47) AS i, (VALUES ('DE', 'Champions', 3.0), ('DE', 'Loyal', 1), ('FR', 'Champions', 0.5), ('FR', 'New', 2)) v(country, segment, size);
CREATE TEMP TABLE models AS
SELECT country, segment, segment.forecast_fit(month, amount) AS model FROM sales GROUP BY ROLLUP (country, segment);
CREATE TEMP TABLE r AS SELECT segment.forecast_reconcile(ARRAY[country, segment], model, '{"horizon": 6}') AS reconciled FROM models;

\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/forecast_reconcile_v1.segm" | tr -d ' \n'`
WITH s AS (SELECT i, (date '2015-01-01' + make_interval(months => i))::date AS d, 100 + i + (i * 37 % 11) + 20 * (i % 12 = 11)::int AS v FROM generate_series(0, 47) AS i),
     m AS (SELECT g, segment.forecast_fit(d, v * g) AS model FROM s, (VALUES (1), (2)) x(g) GROUP BY ROLLUP (g))
SELECT (SELECT count(*) || ' ' || bool_and(abs(f.forecast / o.forecast - 1) < 1e-6)
        FROM segment.forecast_reconcile_rows(segment.forecast_reconcile(ARRAY[g::text], model, '{"horizon": 3}')) f JOIN segment.forecast_reconcile_rows(decode(:'golden', 'hex')) o USING (path, period)) AS same,
       segment.forecast_reconcile(ARRAY[g::text], model, '{"horizon": 3}' ORDER BY g) = segment.forecast_reconcile(ARRAY[g::text], model, '{"horizon": 3}' ORDER BY g DESC) AS any_order
FROM m;

SELECT path, period, lower_bound < forecast AS lower, upper_bound > forecast AS upper, abs(forecast - base_forecast) < 0.1 * base_forecast AS near
FROM r, segment.forecast_reconcile_rows(reconciled) WHERE period < '2019-02-01';
-- wholes are the sums of their parts
SELECT w.path, bool_and(abs(w.forecast - p.forecast) < 1e-9 * w.forecast) AS adds_up
FROM r, LATERAL segment.forecast_reconcile_rows(reconciled) w,
     LATERAL (SELECT sum(p.forecast) AS forecast FROM segment.forecast_reconcile_rows(reconciled) p
              WHERE p.period = w.period AND cardinality(p.path) = cardinality(w.path) + 1 AND (w.path = '{}' OR p.path[1] = w.path[1])) p
WHERE cardinality(w.path) < 2 GROUP BY w.path ORDER BY 1;
-- every method adds up
SELECT method, count(*) AS rows,
       bool_and(abs(total - parts) < 1e-9 * total) AS adds_up
FROM (SELECT method, period, sum(forecast) FILTER (WHERE path = '{}') AS total, sum(forecast) FILTER (WHERE cardinality(path) = 2) AS parts
      FROM unnest('{wls,ols,structural,bottom_up,top_down}'::text[]) method,
           LATERAL (SELECT segment.forecast_reconcile(ARRAY[country, segment], model, jsonb_build_object('method', method, 'horizon', 4)) FROM models) x(reconciled),
           segment.forecast_reconcile_rows(reconciled)
      GROUP BY method, period) s GROUP BY method ORDER BY method;
-- a whole without a row of its own is the sum; the parts stay
SELECT path, round(base_forecast::numeric, 3) AS base, abs(forecast - coalesce(base_forecast, forecast)) < 1e-9 AS stays
FROM (SELECT segment.forecast_reconcile(ARRAY[country, segment], model, '{"horizon": 1}') AS reconciled FROM models WHERE segment IS NOT NULL) x,
     segment.forecast_reconcile_rows(reconciled) WHERE cardinality(path) < 2 OR path = '{FR,New}';
-- no part falls below its lower limit
SELECT min(forecast) >= 0 AS above, min(lower_bound) >= 0 AS bounds
FROM (SELECT segment.forecast_reconcile(ARRAY[g], model, '{"horizon": 12}') AS reconciled
      FROM (SELECT g, segment.forecast_fit(month, greatest(CASE g WHEN 'small' THEN 60 - i ELSE 200 - 3 * i END, 0)) AS model
            FROM (SELECT DISTINCT i, month FROM sales) s, unnest('{small,large}'::text[]) g GROUP BY ROLLUP (g)) m) x,
     segment.forecast_reconcile_rows(reconciled);
-- a series that ends earlier is forecast from its end
SELECT min(period), count(*) FROM (SELECT segment.forecast_reconcile(ARRAY[g::text], model, '{"horizon": 2}') AS reconciled
    FROM (SELECT g, segment.forecast_fit(month, i + g) FILTER (WHERE i < 44 OR g = 2) AS model FROM (SELECT DISTINCT i, month FROM sales) s, generate_series(1, 2) g GROUP BY g) m) x,
    segment.forecast_reconcile_rows(reconciled);
SELECT algorithm, rows_used, options FROM r, segment.model_info(reconciled);
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('forecast_reconcile');

-- what is refused
SELECT segment.forecast_reconcile(ARRAY[country], model) FROM models;
SELECT segment.forecast_reconcile(ARRAY[NULL, segment], model) FROM models WHERE segment IS NOT NULL;
SELECT segment.forecast_reconcile('{}', model) FROM models WHERE false;
SELECT segment.forecast_reconcile('{}', NULL);
SELECT segment.forecast_reconcile('{}', model, '{"horizons": 3}') FROM models LIMIT 1;
SELECT segment.forecast_reconcile('{}', model, '{"method": "mint"}') FROM models LIMIT 1;
SELECT segment.forecast_reconcile('{}', (SELECT segment.pca_fit(ARRAY[i, i * i]) FROM generate_series(1, 3) i));
SELECT segment.forecast_reconcile(ARRAY[g], model)
FROM (SELECT g, segment.forecast_fit('2020-01-01', 1, jsonb_build_object('grain', g)) AS model FROM unnest('{day,month}'::text[]) g GROUP BY g ORDER BY g) m;
