-- forecast: a series of periods, its fit, its forecast.
\pset format unaligned
\pset null NULL
CREATE TEMP TABLE sales AS
SELECT i, (date '2015-01-01' + make_interval(months => i))::date AS month, 100 + i + (i * 37 % 11) + 20 * (i % 12 = 11)::int AS amount
FROM generate_series(0, 47) AS i;
CREATE TEMP TABLE m AS SELECT segment.forecast_fit(month, amount) AS model FROM sales;

SELECT algorithm, format_version, method, features, rows_used, rows_skipped, options FROM m, segment.model_info(model);
SELECT period, round(forecast::numeric, 2) AS forecast, round(lower_bound::numeric, 2) AS lower_bound, round(upper_bound::numeric, 2) AS upper_bound
FROM m, segment.forecast(model, 3);
SELECT rank, f.model, round(weight::numeric, 2) AS weight, round(log_likelihood::numeric, 2) AS log_likelihood, parameters, round(aicc::numeric, 2) AS aicc, is_chosen, reason
FROM m, segment.forecast_models(m.model) f WHERE rank <= 3 OR f.model = 'theta';
SELECT sum(weight) FROM m, segment.forecast_models(model);
-- the parts add up to the forecast, and the forecast is that of forecast()
SELECT count(*) AS rows, count(*) FILTER (WHERE is_forecast) AS ahead, count(value) AS with_value,
       bool_and(abs(level + trend + season - fitted) < 1e-9 * fitted) AS add_up, bool_and(is_forecast OR abs(value - fitted - remainder) < 1e-9) AS remain
FROM m, segment.forecast_components(model, 5);
SELECT bool_and(c.fitted = f.forecast) AS same, count(*)
FROM m, segment.forecast_components(model, 5) c JOIN segment.forecast((SELECT model FROM m), 5) f USING (period);

-- the golden model was made by this: another machine may round the logarithms of the search otherwise
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/forecast_v1.segm" | tr -d ' \n'`
SELECT count(*), bool_and(abs(f.forecast / g.forecast - 1) < 1e-6) AS same
FROM m, segment.forecast(model, 12) f JOIN segment.forecast(decode(:'golden', 'hex'), 12) g USING (period);
-- the same rows make the same bytes, in any order
SELECT (SELECT segment.forecast_fit(month, amount ORDER BY hashint4(i)) FROM sales) = model AS other_order FROM m;
-- receipts add up exactly: values of any size, in any order
CREATE TEMP TABLE receipts AS
SELECT month + j AS day, amount * (1 + j) / 7.0 + CASE WHEN i = 3 THEN 1e17 * (CASE j WHEN 0 THEN 1 WHEN 1 THEN -1 ELSE 0 END) ELSE 0 END AS part, hashint4(i * 31 + j) AS h
FROM sales, generate_series(0, 5) j;
SELECT count(DISTINCT model) AS models
FROM (SELECT segment.forecast_fit(day, part ORDER BY h) FROM receipts
      UNION ALL SELECT segment.forecast_fit(day, part ORDER BY h DESC) FROM receipts
      UNION ALL SELECT segment.forecast_fit(day, part ORDER BY day) FROM receipts
      UNION ALL SELECT segment.forecast_fit(day, part ORDER BY day DESC) FROM receipts) s(model);
SELECT value = 1e300 AS small_is_lost, value FROM segment.forecast_components((SELECT segment.forecast_fit('2020-01-01', v) FROM unnest('{1e300,0.25,-1e300}'::float8[]) v));
-- as a window aggregate
SELECT count(DISTINCT f) AS models FROM (SELECT segment.forecast_fit(month, amount) OVER (ORDER BY i) FROM sales) s(f);

-- ---- the calendar ----
SELECT g AS grain, string_agg(period::text, ' ' ORDER BY period) AS periods
FROM unnest('{day,week,month,quarter,year}'::text[]) g,
     LATERAL (SELECT segment.forecast_fit(d, 1, jsonb_build_object('grain', g)) FROM (VALUES (date '2020-02-28'), ('2020-03-01')) v(d)) f(model),
     segment.forecast_components(model, 2)
GROUP BY g ORDER BY g;
-- a period that is not over is left out, and is the first one that is forecast
SELECT min(period) FILTER (WHERE is_forecast) AS first_forecast, count(value) AS months
FROM segment.forecast_components((SELECT segment.forecast_fit(month + 5, amount, '{"as_of": "2018-12-27"}') FROM sales), 1);
SELECT min(period) FILTER (WHERE is_forecast) AS first_forecast, count(value) AS months
FROM segment.forecast_components((SELECT segment.forecast_fit(month + 5, amount, '{"as_of": "2018-12-31"}') FROM sales), 1);
-- start, gaps, nulls
SELECT min(period), max(period), count(value), sum(value)
FROM segment.forecast_components((SELECT segment.forecast_fit(month, amount, '{"start": "2014-11-17", "as_of": "2019-03-31"}') FROM sales));
SELECT gaps, period, value
FROM unnest('{zero,missing}'::text[]) gaps,
     LATERAL (SELECT segment.forecast_fit(d, v, jsonb_build_object('gaps', gaps)) FROM (VALUES (date '2020-01-01', 1.0), ('2020-03-05', 3), ('2020-04-01', NULL), ('2020-05-01', 5), (NULL, 7)) t(d, v)) f(model),
     segment.forecast_components(model) ORDER BY 1, 2;
SELECT rows_used, rows_skipped FROM segment.model_info((SELECT segment.forecast_fit(d, 1) FROM (VALUES (date '2020-01-01'), (NULL), ('2020-02-01')) t(d)));
SELECT value FROM segment.forecast_components((SELECT segment.forecast_fit('2020-01-01', v, '{"aggregate": "mean"}') FROM generate_series(1, 4) v));
-- months of unequal length: 10 a day
SELECT period, round(forecast::numeric, 6) AS forecast
FROM segment.forecast((SELECT segment.forecast_fit(date '2019-01-01' + i, 10, '{"per_day": true}') FROM generate_series(0, 395) i), 3);
-- days of 23 and 25 hours, whatever the time zone of the session; an hour that does not exist counts for its day
SELECT zone, period, value
FROM (VALUES ('spring', '2024-03-29 23:00+00'::timestamptz, '2024-04-01 21:00+00'::timestamptz), ('autumn', '2024-10-25 22:00+00', '2024-10-28 22:00+00')) v(zone, first, last),
     LATERAL (SELECT segment.forecast_fit(h AT TIME ZONE 'Europe/Berlin', 1, '{"grain": "day"}') FROM generate_series(first, last, interval '1 hour') h) f(model),
     segment.forecast_components(model) ORDER BY zone DESC, period;
SELECT period, value FROM segment.forecast_components((SELECT segment.forecast_fit(timestamp '2024-03-31 02:30', 1, '{"grain": "day"}')));
-- years before Christ, before 1900, leap days
SELECT period, forecast FROM segment.forecast((SELECT segment.forecast_fit(d, 1, '{"grain": "year"}') FROM (VALUES (date '0001-06-01 BC'), ('0002-03-01 BC'), ('0001-01-01')) t(d)), 1);
SELECT period, round(forecast::numeric, 2) AS forecast FROM segment.forecast((SELECT segment.forecast_fit(timestamp '1899-12-31 23:59:59', 1)), 1);

-- ---- the ladder ----
SELECT name, f.method, period, round(forecast::numeric, 2) AS forecast, round(lower_bound::numeric, 2) AS lower_bound, round(upper_bound::numeric, 2) AS upper_bound
FROM (VALUES ('one value', '{7}'::float8[]), ('two values', '{7,9}'), ('constant', '{3,3,3,3,3,3,3,3,3}'), ('zeros', '{0,0,0,0,0,0,0,0,0,0}'),
             ('negative', '{-1,-2,-3,-4,-5,-6,-7,-8}'), ('intermittent', '{0,0,5,0,0,0,12,0,0,3,0,0,0,0,8,0,0,0,15}'),
             ('alternating', '{1,-1,1,-1,1,-1,1,-1,1,-1}')) s(name, v),
     LATERAL (SELECT segment.forecast_fit(date '2020-01-01' + i::int, x, '{"grain": "day", "gaps": "zero"}') FROM unnest(v) WITH ORDINALITY u(x, i)) m(model),
     LATERAL (SELECT string_agg(f.model, ',') AS method FROM segment.forecast_models(model) f WHERE is_chosen) f,
     segment.forecast(model, 1);
-- huge values, of both signs
SELECT round((forecast / 1e300)::numeric, 3) AS forecast, round((upper_bound / 1e300)::numeric, 3) AS upper_bound
FROM unnest('{1,-1}'::float8[]) sign,
     LATERAL (SELECT segment.forecast_fit(date '2020-01-01' + i::int, sign * x * 1e300, '{"grain": "day"}') FROM unnest('{1,1.1,1,1.2,1,1.1,1,1.3}'::float8[]) WITH ORDINALITY u(x, i)) m(model),
     segment.forecast(model, 1);
-- gaps of years, and more rows than periods
SELECT count(value) AS periods, sum(value) FROM segment.forecast_components((SELECT segment.forecast_fit(d, 1) FROM (VALUES (date '1890-01-15'), ('1890-01-16'), ('1950-02-28'), ('2024-02-29')) t(d), generate_series(1, 3)));
-- a season that is longer than the series
SELECT count(*) AS candidates FROM segment.forecast_models((SELECT segment.forecast_fit(month, amount, '{"season_length": 60}') FROM sales));
-- a season of 52 weeks: what was fitted can be read, by each method and for each kind of series
CREATE TEMP TABLE weeks AS
SELECT k, date '2000-01-03' + 7 * i AS d,
       CASE k WHEN 'intermittent' THEN (i % 5 = 0)::int * (1 + i % 7) WHEN 'constant' THEN 3 WHEN 'periodic' THEN 10 + i % 52 WHEN 'negative' THEN i % 9 - 4 WHEN 'few' THEN CASE WHEN i % 60 = 0 THEN 5 + i END END::float8 AS v
FROM generate_series(0, 259) i, unnest('{intermittent,constant,periodic,negative,few}'::text[]) k;
SELECT count(*) AS models, sum(n) AS forecasts
FROM (SELECT jsonb_build_object('method', m) AS o FROM unnest('{auto,ets,theta,naive,seasonal_naive,drift,mean,croston,sba,tsb}'::text[]) m
      UNION ALL SELECT jsonb_build_object('model', m) FROM unnest('{ANN,AAdA,MNN,MAM}'::text[]) m) o,
     LATERAL (SELECT k, segment.forecast_fit(d, v, o || '{"grain": "week"}') AS model FROM weeks GROUP BY k) w,
     LATERAL (SELECT count(*) AS n FROM segment.forecast(model, 60)) f;
-- a form that cannot be fitted: the last value, without the season that was taken out
SELECT DISTINCT forecast = last.v AS is_last
FROM (SELECT v FROM weeks WHERE k = 'negative' ORDER BY d DESC LIMIT 1) last,
     segment.forecast((SELECT segment.forecast_fit(d, v, '{"grain": "week", "model": "MNN"}') FROM weeks WHERE k = 'negative'), 60);
-- and the reasons are told: of the model, and of each method that is not the one asked for
SELECT rank, f.model, weight, is_chosen, reason FROM segment.forecast_models((SELECT segment.forecast_fit(d, v, '{"grain": "week", "model": "MNN"}') FROM weeks WHERE k = 'negative')) f;
SELECT rank, f.model, is_chosen, reason FROM segment.forecast_models((SELECT segment.forecast_fit(month, amount, '{"model": "AAA", "alpha": 0.5, "beta": 0.4, "gamma": 0.1}') FROM sales)) f;
SELECT m, k, f.model, f.reason
FROM (VALUES ('auto', 'intermittent'), ('auto', 'constant'), ('auto', 'few'), ('croston', 'negative'), ('theta', 'few'), ('drift', 'constant'), ('ets', 'negative')) o(m, k),
     LATERAL (SELECT segment.forecast_fit(d, v, jsonb_build_object('grain', 'week', 'gaps', 'missing', 'method', m)) FROM weeks w WHERE w.k = o.k) x(model),
     LATERAL (SELECT f.* FROM segment.forecast_models(x.model) f WHERE is_chosen) f;
SELECT f.model, f.reason FROM segment.forecast_models((SELECT segment.forecast_fit(d, v, '{"grain": "week", "method": "seasonal_naive"}') FROM weeks WHERE k = 'periodic' AND d < '2000-06-01')) f;
-- two values, or no two neighbors, say nothing about the variance of a drift
SELECT every, round(forecast::numeric, 2) AS forecast, lower_bound, upper_bound
FROM unnest('{2,39}'::int[]) every,
     LATERAL (SELECT segment.forecast_fit(date '2020-01-01' + i, i + i % 3, '{"grain": "day", "gaps": "missing", "method": "drift"}') FROM generate_series(1, 40, every) i) m(model),
     segment.forecast(model, 1);
-- intermittent demand, as published
SELECT method, round(forecast::numeric, 10) AS forecast
FROM unnest('{croston,sba,tsb}'::text[]) method,
     LATERAL (SELECT segment.forecast_fit(date '2020-01-01' + i::int, x, jsonb_build_object('grain', 'day', 'method', method))
              FROM unnest('{0,0,5,0,0,0,12,0,0,3,0,0,0,0,8,0,0,0,15,0,0,1,0,0,0,0,6,0,0,0,10,0,0,2,0,0,0,0}'::float8[]) WITH ORDINALITY u(x, i)) m(model),
     segment.forecast(model, 1);

-- of demand in one of 100 periods both quantiles are 0: the interval still contains the forecast
SELECT forecast > 0 AS positive, lower_bound, upper_bound = forecast AS contains
FROM segment.forecast((SELECT segment.forecast_fit(date '2020-01-01' + i, CASE WHEN i IN (100, 250) THEN 40 ELSE 0 END, '{"grain": "day"}') FROM generate_series(0, 299) i), 1);

-- ---- methods and options ----
SELECT method, round(forecast::numeric, 2) AS forecast
FROM unnest('{auto,ets,theta,naive,seasonal_naive,drift,mean}'::text[]) WITH ORDINALITY u(method, place),
     LATERAL (SELECT segment.forecast_fit(month, amount, jsonb_build_object('method', method)) FROM sales) m(model),
     segment.forecast(model, 1) ORDER BY place;
SELECT f.model, alpha, beta, round(gamma::numeric, 4) AS gamma, phi, parameters
FROM segment.forecast_models((SELECT segment.forecast_fit(month, amount, '{"model": "AAdA", "alpha": 0.3, "beta": 0.1, "phi": 0.9}') FROM sales)) f;
SELECT criterion, f.model, parameters
FROM unnest('{aicc,aic,bic}'::text[]) criterion,
     LATERAL (SELECT segment.forecast_fit(month, amount, jsonb_build_object('criterion', criterion, 'method', 'ets')) FROM sales) m(model),
     segment.forecast_models(m.model) f WHERE is_chosen;
SELECT lower_limit, round(min(lower_bound)::numeric, 2) AS lowest, max(upper_bound) AS highest
FROM (VALUES ('"auto"'::jsonb), ('null'), ('2')) l(lower_limit),
     LATERAL (SELECT segment.forecast_fit(month, 10 + i % 3 * 9 - i / 6.0, jsonb_build_object('lower_limit', lower_limit, 'upper_limit', 25)) FROM sales) m(model),
     segment.forecast(model, 24) GROUP BY 1 ORDER BY 1;
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('forecast');

-- ---- odd figures ----
SELECT period, value, is_anomaly FROM segment.forecast_anomalies((SELECT segment.forecast_fit(month, amount + CASE i WHEN 30 THEN 90 ELSE 0 END) FROM sales)) WHERE is_anomaly;
SELECT v, (a).is_anomaly, round((a).z_score::numeric, 2) AS z_score
FROM m, unnest('{150,400}'::float8[]) v, LATERAL (SELECT segment.forecast_anomaly(model, '2019-01-15 12:00', v) AS a) s;
SELECT segment.forecast_anomaly(model, '1999-01-01', 1), segment.forecast_anomaly(model, '2016-02-01', 117) IS NOT NULL AS inside FROM m;
SELECT segment.forecast_anomaly(NULL, '1999-01-01', 1) IS NULL AS none;

-- ---- what is refused ----
SELECT segment.forecast_fit(month, amount) FROM sales WHERE false;
SELECT segment.forecast_fit(NULL, 1);
SELECT segment.forecast_fit('2020-01-01', NULL);
SELECT segment.forecast_fit(month, amount, '{"as_of": "2015-01-30"}') FROM sales;
SELECT segment.forecast_fit('2020-01-01', 'NaN');
SELECT segment.forecast_fit('2020-01-01', '-infinity');
SELECT segment.forecast_fit('infinity', 1);
SELECT segment.forecast_fit('4714-11-24 BC'::timestamp, 1);
SELECT segment.forecast_fit('2020-01-01', 1.5e308) FROM generate_series(1, 2);
SELECT segment.forecast_fit(date '2000-01-01' + i, i, '{"grain": "day"}') FROM (VALUES (0), (10000)) v(i);
SELECT length(segment.forecast_fit(date '2000-01-01' + i, i, '{"grain": "day", "method": "naive"}')) > 80000 AS fits FROM (VALUES (0), (9999)) v(i);
SELECT segment.forecast_fit('2020-01-01', i, '{"aggregate": "error"}') FROM generate_series(1, 2) i;
SELECT segment.forecast_fit(month, amount, '{"grian": "day"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"grain": "hour"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"model": "AMM"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"model": "MAM", "method": "theta"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"alpha": 0.3}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"method": "ets", "alpha": 0.3, "beta": 0.4}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"method": "ets", "alpha": 0.7, "gamma": 0.4}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"as_of": "30.6.2019"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"as_of": "2019-02-29"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"as_of": "2019-01-01", "start": "2020-01-01"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"lower_limit": "none"}') FROM sales;
SELECT segment.forecast_fit(month, amount, '{"lower_limit": 3, "upper_limit": 2}') FROM sales;
SELECT segment.forecast_fit(month, amount, jsonb_build_object('season_length', 1 + i % 2)) FROM sales;
SELECT count(*) FROM m, segment.forecast(model, 0);
SELECT count(*) FROM m, segment.forecast(model, 1001);
SELECT count(*) FROM m, segment.forecast(model, 12, 95);
SELECT count(*) FROM m, segment.forecast(model, 12, 0);
SELECT count(*) FROM m, segment.forecast(model, 12, 'NaN');
SELECT count(*) FROM segment.forecast(NULL, 12);
SELECT segment.forecast_anomaly(model, '2200-01-01', 1) FROM m;
SELECT segment.forecast_anomaly(model, '2019-01-01', 'NaN') FROM m;
SELECT count(*) FROM segment.forecast((SELECT segment.pca_fit(ARRAY[i, amount]) FROM sales), 12);
SELECT segment.pca_x(model, '{1,2}') FROM m;
SELECT segment_internal.forecast_fit_finalfn('\x00');

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^forecast(_|$)' ORDER BY p.oid::regprocedure::text;

-- the registry: create, refit, views, guard, drop
SELECT algorithm, model_kind, output_shape, has_histograms FROM segment.algorithm WHERE algorithm = 'forecast';
SELECT option_name, used_in, type, default_value, value_range FROM segment.algorithm_option WHERE algorithm = 'forecast' AND used_in <> 'fit' ORDER BY used_in, option_name;
CREATE TABLE monthly AS SELECT month, amount, i FROM sales;
SELECT segment.create_model('sales', 'forecast', 'monthly', 'month', '{amount}', '{"horizon": 6, "max_mase": 2}');
CALL segment.refit('sales');
SELECT model_name, algorithm, active_version, status, rows_used FROM segment.models;
SELECT segment.active_model('sales') = model AS same_model FROM m;
SELECT series, period, "time" = (period::timestamp AT TIME ZONE 'UTC') AS at, value, round(forecast::numeric, 2) AS forecast, lower_bound < forecast AS lower, is_forecast, is_anomaly
FROM segment.forecast_series WHERE period > '2018-10-01' ORDER BY period LIMIT 4;
SELECT count(*), count(*) FILTER (WHERE is_forecast) AS ahead FROM segment.forecast_series;
SELECT method, horizon, n, round(mase::numeric, 3) AS mase, round(skill::numeric, 3) AS skill FROM segment.forecast_accuracy ORDER BY method;
SELECT segment.alter_model('sales', options => '{"max_mase": 0.01}');
CALL segment.refit('sales');
SELECT version, status, reason FROM segment.model_version ORDER BY version;
SELECT model_name, what FROM segment.problems;
SELECT segment.create_model('wrong', 'forecast', 'monthly', 'month');
SELECT segment.create_model('wrong', 'forecast', 'monthly', 'i', '{amount}');
SELECT segment.create_model('wrong', 'forecast', 'monthly', 'month', '{amount}', '{"horizons": 3}');
SELECT segment.create_model('wrong', 'forecast', 'monthly', 'month', '{amount}', '{"grain": "hour"}');
CALL segment.publish('{sales}', 'public.sales_target', '2026-01-01');
SELECT segment.drop_model('sales');
DROP TABLE monthly;
-- an error that is not known is not small: a series of one period is held, one that is forecast exactly is not; nor do huge values pass unseen
CREATE TABLE guarded AS SELECT month, i, 5::float8 AS constant, amount * 1e300 AS huge, CASE WHEN i < 45 THEN 5 ELSE 6 END::float8 AS late FROM sales;
CREATE VIEW single AS SELECT * FROM guarded WHERE i = 0;
SELECT segment.create_model(f, 'forecast', CASE f WHEN 'single' THEN 'single' ELSE 'guarded' END, 'month', ARRAY[CASE f WHEN 'single' THEN 'huge' ELSE f END], '{"horizon": 3, "max_mase": 0.1, "method": "naive"}')
FROM unnest('{constant,huge,late,single}'::text[]) f;
CALL segment.refit('constant');
CALL segment.refit('huge');
CALL segment.refit('late');
CALL segment.refit('single');
SELECT model_name, status, regexp_replace(reason, '[0-9.]{5,}', '#') AS reason FROM segment.model_version ORDER BY 1;
SELECT segment.drop_model(f) FROM unnest('{constant,huge,late,single}'::text[]) f;
DROP VIEW single;
DROP TABLE guarded;
-- all live fits of a session share segment.fit_memory
SET enable_sort = off;
SET work_mem = '1GB';
SET max_parallel_workers_per_gather = 0;
SET segment.fit_memory = '4MB';
SELECT count(model) FROM (SELECT g, segment.forecast_fit(month, amount) AS model FROM sales, generate_series(1, 10) g GROUP BY g) s;
SELECT count(model) FROM (SELECT g, segment.forecast_fit(month, amount) AS model FROM sales, generate_series(1, 20000) g GROUP BY g) s;
RESET segment.fit_memory;
