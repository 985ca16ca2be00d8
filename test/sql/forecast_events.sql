-- events of forecasts: effects of holidays, known by construction; what is refused; the registry.
\pset format unaligned
\pset null NULL
CREATE TABLE holidays (event text, period date, value float8);
INSERT INTO holidays
SELECT 'Black Friday', make_date(y, 11, 24), 1 FROM generate_series(2021, 2025) y
UNION ALL SELECT 'New Year', make_date(y, 1, 1), 1 FROM generate_series(2022, 2026) y
UNION ALL SELECT 'Promotion', make_date(2022 + i / 5, 1 + i % 5 * 2, 10) + d, 0.1 + 0.1 * (i % 3) FROM generate_series(0, 19) i, generate_series(0, 2) d;
-- a daily shop: trend, a season of 7 days, noise of standard deviation 30, events of 700, -600, and 1000 for a discount of 1
CREATE TABLE shop AS
SELECT day, 1000 + 0.2 * i + 100 * sin(2 * pi() * i / 7)
       + 30 * sqrt(12.0 / 4) * ((hashint4(i) & 1023) + (hashint4(i + 5000) & 1023) + (hashint4(i + 9000) & 1023) + (hashint4(i + 13000) & 1023) - 2046) / 1024.0
       + COALESCE((SELECT sum(CASE event WHEN 'Black Friday' THEN 700 WHEN 'New Year' THEN -600 ELSE 1000 * value END) FROM holidays h WHERE h.period = day), 0) AS revenue
FROM (SELECT i, date '2021-06-01' + i AS day FROM generate_series(0, 1399) i) d;
SELECT event, count(*), min(value) FROM jsonb_to_recordset(segment.forecast_events('holidays')) e(event text, period date, value float8) GROUP BY 1 ORDER BY 1;
CREATE TEMP TABLE m AS
SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', 'day', 'events', segment.forecast_events('holidays'))) AS model,
       segment.forecast_fit(day, revenue, '{"grain": "day"}') AS plain
FROM shop;

-- the truth lies in the interval, and the interval is narrow
SELECT event, n, lower_bound < truth AND truth < upper_bound AS holds, upper_bound - lower_bound < 0.25 * abs(truth) AS narrow, sign(effect) AS sign
FROM m, segment.forecast_effects(model) JOIN (VALUES ('Black Friday', 700), ('New Year', -600), ('Promotion', 1000)) v(event, truth) USING (event) ORDER BY 1;
SELECT count(*) AS none FROM m, segment.forecast_effects(plain);
SELECT options -> 'events' AS events, options ->> 'grain' AS grain FROM m, segment.model_info(model);
-- the components add up; a future event is in the forecast, and makes its interval wider
SELECT count(*) AS rows, count(*) FILTER (WHERE events <> 0 AND NOT is_forecast) AS past, count(*) FILTER (WHERE events <> 0 AND is_forecast) AS ahead,
       bool_and(abs(level + trend + season + events - fitted) < 1e-9 * fitted) AS add_up
FROM m, segment.forecast_components(model, 300);
SELECT f.period, round((f.forecast - c.level - c.trend - c.season - e.effect)::numeric, 6) AS rest,
       f.upper_bound - f.lower_bound > 1.02 * (before.upper_bound - before.lower_bound) AS wider
FROM m, segment.forecast(model, 300) f JOIN segment.forecast_components((SELECT model FROM m), 300) c USING (period),
     segment.forecast_effects((SELECT model FROM m)) e, segment.forecast((SELECT model FROM m), 300) before
WHERE f.period = '2025-11-24' AND e.event = 'Black Friday' AND before.period = '2025-11-23';
-- a day with an event is no anomaly, and without the events it is one
SELECT count(*) FILTER (WHERE a.is_anomaly) AS with_events, count(*) FILTER (WHERE p.is_anomaly) AS without
FROM m, segment.forecast_anomalies(model) a JOIN segment.forecast_anomalies((SELECT plain FROM m)) p USING (period)
WHERE period IN (SELECT period FROM holidays WHERE event <> 'Promotion');
-- forecasts are better: five origins, 90 days
SELECT (SELECT mae FROM segment.forecast_accuracy(known) WHERE method = 'auto' AND step IS NULL)
       < 0.8 * (SELECT mae FROM segment.forecast_accuracy(plain) WHERE method = 'auto' AND step IS NULL) AS better,
       (SELECT coverage BETWEEN 0.9 AND 0.995 FROM segment.forecast_accuracy(known) WHERE method = 'auto' AND step IS NULL) AS holds,
       (SELECT mae FROM segment.forecast_accuracy(known) WHERE method = 'seasonal_naive' AND step IS NULL)
       = (SELECT mae FROM segment.forecast_accuracy(plain) WHERE method = 'seasonal_naive' AND step IS NULL) AS same_benchmark
FROM (SELECT segment.forecast_backtest(day, revenue, 90, jsonb_build_object('grain', 'day', 'events', segment.forecast_events('holidays'))) AS known,
             segment.forecast_backtest(day, revenue, 90, '{"grain": "day"}') AS plain FROM shop) b;
-- the same bytes for any order of rows and of events
SELECT (SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', 'day', 'events', (SELECT jsonb_agg(to_jsonb(h) ORDER BY period DESC, event DESC) FROM holidays h)) ORDER BY hashint4(day - '2000-01-01')) FROM shop) = model AS same FROM m;
-- least squares by hand: with the method mean the forecast is the mean of the other days
SELECT abs(e.effect - (avg(s.revenue) FILTER (WHERE b) - avg(s.revenue) FILTER (WHERE NOT b))) < 1e-9 AS same
FROM (SELECT s.*, EXISTS (SELECT FROM holidays h WHERE h.event = 'Black Friday' AND h.period = s.day) AS b FROM shop s) s,
     segment.forecast_effects((SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', 'day', 'method', 'mean', 'events', (SELECT jsonb_agg(to_jsonb(h)) FROM holidays h WHERE event = 'Black Friday'))) FROM shop)) e
GROUP BY e.effect;
-- weeks: the days of a week add up; every method
SELECT method, n, effect < -300 AS found
FROM unnest('{auto,ets,theta,naive,drift,mean}'::text[]) WITH ORDINALITY u(method, place),
     LATERAL (SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', 'week', 'method', method, 'start', '2021-06-07', 'as_of', '2025-03-30',
              'events', (SELECT jsonb_agg(to_jsonb(h)) FROM holidays h WHERE event = 'New Year'))) FROM shop) f(model),
     segment.forecast_effects(model) ORDER BY place;
-- occurrences count where there is a forecast of what would have been: here not in the first year
SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', 'day', 'season_length', 365, 'method', 'seasonal_naive', 'events', (SELECT jsonb_agg(to_jsonb(h)) FROM holidays h WHERE event = 'New Year' AND period < '2024-01-01'))) IS NULL FROM shop;
-- 100 series with other noise: the interval holds the truth in 95 of 100, within chance
SELECT count(*) AS series, count(*) FILTER (WHERE lower_bound < -600 AND upper_bound > -600) BETWEEN 88 AND 100 AS holds, abs(avg(effect) + 600) < 5 AS unbiased
FROM (SELECT r, segment.forecast_fit(day, 1000 + 100 * (i % 7) + CASE WHEN to_char(day, 'MMDD') = '0101' THEN -600 ELSE 0 END
             + 30 * sqrt(12.0 / 4) * ((hashint4(i * 733 + r) & 1023) + (hashint4(i * 31 - r * 77) & 1023) + (hashint4(r * 9000 + i) & 1023) + (hashint4(-i * 500 - r) & 1023) - 2046) / 1024.0,
             '{"grain": "day", "method": "theta", "events": [{"event": "New Year", "period": "2022-01-01"}, {"event": "New Year", "period": "2023-01-01"}, {"event": "New Year", "period": "2024-01-01"}, {"event": "New Year", "period": "2025-01-01"}]}') AS model
      FROM generate_series(1, 100) r, (SELECT i, date '2021-06-01' + i AS day FROM generate_series(0, 1399) i) d GROUP BY r) s, segment.forecast_effects(model);
-- limits hold: the lower one is 0 where nothing was negative
SELECT forecast = 0 AS cut, lower_bound = 0 AS bound
FROM segment.forecast((SELECT segment.forecast_fit(date '2024-01-01' + i, CASE WHEN i % 30 = 5 THEN 0 ELSE 10 + i % 3 END, jsonb_build_object('grain', 'day', 'season_length', 1,
     'events', (SELECT jsonb_agg(jsonb_build_object('event', 'closed', 'period', date '2024-01-01' + j, 'value', CASE WHEN j > 200 THEN 2 ELSE 1 END)) FROM generate_series(5, 300, 30) j))) FROM generate_series(0, 199) i), 20) WHERE period = '2024-08-03';
-- intermittent demand, huge values
SELECT round(effect::numeric, 2) AS effect FROM segment.forecast_effects((SELECT segment.forecast_fit(date '2024-01-01' + i, CASE WHEN i % 20 = 3 THEN 50 WHEN i % 3 = 0 THEN 2 ELSE 0 END, jsonb_build_object('grain', 'day',
     'events', (SELECT jsonb_agg(jsonb_build_object('event', 'fair', 'period', date '2024-01-01' + j)) FROM generate_series(3, 100, 20) j))) FROM generate_series(0, 99) i));
SELECT round((effect / 1e300)::numeric, 2) AS effect, (upper_bound - effect) / 1e300 < 0.1 AS narrow FROM segment.forecast_effects((SELECT segment.forecast_fit(date '2024-01-01' + i, (1 + 0.01 * (i % 5) + CASE WHEN i % 20 = 3 THEN 2 ELSE 0 END) * 1e300, jsonb_build_object('grain', 'day',
     'events', (SELECT jsonb_agg(jsonb_build_object('event', 'fair', 'period', date '2024-01-01' + j)) FROM generate_series(3, 100, 20) j))) FROM generate_series(0, 99) i));

-- reconciled with the whole; over segments
SELECT bool_and(abs(whole - parts) < 1e-6 * whole) AS adds_up
FROM (SELECT period, sum(forecast) FILTER (WHERE path = '{}') AS whole, sum(forecast) FILTER (WHERE path <> '{}') AS parts
      FROM (SELECT segment.forecast_reconcile(ARRAY[g], model, '{"horizon": 300}') AS r
            FROM (SELECT g, segment.forecast_fit(day, revenue * size, jsonb_build_object('grain', 'day', 'method', 'theta', 'events', segment.forecast_events('holidays'))) AS model
                  FROM shop, (VALUES ('a', 1), ('b', 3)) v(g, size) GROUP BY ROLLUP (g)) m) x, segment.forecast_reconcile_rows(r) GROUP BY 1) s;
CREATE TABLE receipts AS SELECT 'c' || i % 2 AS customer_id, 'r' || row_number() OVER () AS receipt_id, day AS receipt_date, revenue::numeric AS amount FROM shop, generate_series(1, 2) i;
CREATE TABLE members AS SELECT * FROM (VALUES ('c0', 'a', timestamp '2021-01-01', NULL::timestamp), ('c1', 'b', '2021-01-01', NULL)) v(customer_id, segment, valid_from, valid_to);
SELECT segment, round(max(forecast) FILTER (WHERE period = '2025-11-24') - max(forecast) FILTER (WHERE period = '2025-11-17')) BETWEEN 600 * parts AND 800 * parts AS has_event
FROM (SELECT *, CASE WHEN is_total THEN 2 ELSE 1 END AS parts FROM segment.forecast_segments('receipts', '2025-03-31', 250, 'members', grain => 'day',
      options => jsonb_build_object('method', 'theta', 'events', segment.forecast_events('holidays')))) f GROUP BY segment, parts ORDER BY 1;

-- the registry reads a relation of events at each refit
SELECT segment.create_model('shop', 'forecast', 'shop', 'day', '{revenue}', '{"grain": "day", "method": "theta", "events": "public.holidays", "horizon": 30}');
CALL segment.refit('shop');
SELECT event, n FROM segment.forecast_effects((SELECT segment.active_model('shop')));
DELETE FROM holidays WHERE event = 'New Year';
CALL segment.refit('shop');
SELECT event, n FROM segment.forecast_effects((SELECT segment.active_model('shop')));
SELECT segment.create_model('wrong', 'forecast', 'shop', 'day', '{revenue}', '{"grain": "day", "events": "public.missing"}');
SELECT segment.create_model('wrong', 'forecast', 'shop', 'day', '{revenue}', '{"grain": "day", "events": "public.shop"}');
SELECT segment.create_model('wrong', 'forecast', 'shop', 'day', '{revenue}', '{"events": "public.holidays"}');
-- what its owner may not read is not read for him
CREATE ROLE regress_events_analyst;
GRANT SELECT ON shop TO regress_events_analyst;
GRANT CREATE ON SCHEMA public TO regress_events_analyst;
SELECT segment.grant_modeler('regress_events_analyst');
SET ROLE regress_events_analyst;
SELECT segment.forecast_events('holidays');
SELECT segment.create_model('own', 'forecast', 'public.shop', 'day', '{revenue}', '{"grain": "day", "method": "theta", "events": "public.holidays"}');
CALL segment.refit('own');
SELECT segment.drop_model('own');
RESET ROLE;
SELECT segment.revoke_modeler('regress_events_analyst');
REVOKE ALL ON SCHEMA public FROM regress_events_analyst;
REVOKE ALL ON shop FROM regress_events_analyst;
DROP ROLE regress_events_analyst;
SELECT segment.drop_model('shop');

-- ---- what is refused ----
CREATE FUNCTION fit(events jsonb, grain text DEFAULT 'day') RETURNS boolean LANGUAGE sql AS $$
    SELECT segment.forecast_fit(day, revenue, jsonb_build_object('grain', grain, 'method', 'theta', 'events', events)) IS NOT NULL FROM shop $$;
SELECT fit('[{"event": "Fair", "period": "2022-02-02"}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02"}, {"event": "Fair", "period": "2026-02-02"}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02"}, {"event": "Fair", "period": "2023-02-02"}]');
SELECT fit(segment.forecast_events('holidays'), 'month');
SELECT fit(segment.forecast_events('holidays'), 'quarter');
SELECT fit((SELECT jsonb_agg(jsonb_build_object('event', 'Sunday', 'period', day)) FROM shop WHERE extract(isodow FROM day) = 7));
SELECT fit((SELECT jsonb_agg(jsonb_build_object('event', 'odd', 'period', day)) FROM shop WHERE day - '2000-01-01' < 9000));
SELECT fit((SELECT jsonb_agg(jsonb_build_object('event', e, 'period', period)) FROM holidays, unnest('{second,first}'::text[]) e WHERE event = 'Black Friday'));
SELECT fit('[]');
SELECT fit('{}');
SELECT fit('"public.holidays"');
SELECT fit('[1]');
SELECT fit('[{"event": "Fair"}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "values": 3}]');
SELECT fit('[{"event": "Fair", "period": "2.2.2022"}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "value": null}]');
SELECT fit('[{"event": "", "period": "2022-02-02"}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02"}, {"event": "Fair", "period": "2022-02-02"}]');
SELECT fit((SELECT jsonb_agg(jsonb_build_object('event', 'e' || i, 'period', '2022-02-02')) FROM generate_series(1, 51) i));
SELECT fit((SELECT jsonb_agg(jsonb_build_object('event', 'e', 'period', date '2000-01-01' + i)) FROM generate_series(1, 2001) i));
SELECT segment.forecast_events('shop');
SELECT segment.forecast_events('receipts');
CREATE TABLE texts AS SELECT 'a' AS event, '2022-02-02' AS period;
SELECT segment.forecast_events('texts');
INSERT INTO holidays VALUES ('none', NULL, 1);
SELECT segment.forecast_events('holidays');
DELETE FROM holidays;
SELECT segment.forecast_events('holidays');
INSERT INTO holidays SELECT 'e' || i % 40, date '2000-01-01' + i, 1 FROM generate_series(1, 2001) i;
SELECT segment.forecast_events('holidays');
SELECT segment.forecast_events(NULL) IS NULL AS is_null;
-- values that are too small or large to be squared
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "value": 1e-300}, {"event": "Fair", "period": "2023-03-02", "value": 1e-300}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "value": 1e400}, {"event": "Fair", "period": "2023-03-02", "value": 1}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "value": 1e-15}, {"event": "Fair", "period": "2023-03-02", "value": 1e-15}]');
SELECT fit('[{"event": "Fair", "period": "2022-02-02", "value": 1e15}, {"event": "Fair", "period": "2023-03-02", "value": 1e15}]');
CREATE VIEW wide AS SELECT 'Fair' AS event, date '2022-02-02' AS period, 10::numeric ^ 400 AS value;
SELECT fit(segment.forecast_events('wide'));
-- an effect of one unit that is no double
SELECT event, n, effect FROM segment.forecast_effects((SELECT segment.forecast_fit(date '2024-01-01' + i, (1 + 0.01 * (i % 5) + CASE WHEN i % 20 = 3 THEN 2 ELSE 0 END) * 1e300, jsonb_build_object('grain', 'day',
     'events', (SELECT jsonb_agg(jsonb_build_object('event', 'fair', 'period', date '2024-01-01' + j, 'value', 1e-12)) FROM generate_series(3, 100, 20) j))) FROM generate_series(0, 99) i));
SELECT count(*) FROM m, segment.forecast_effects(model, 95);
DROP VIEW wide;
DROP FUNCTION fit(jsonb, text);
DROP TABLE holidays, shop, receipts, members, texts;
