-- Contacts: triggers of users, run_triggers, trigger_performance.
\pset format unaligned
SET extra_float_digits = 0;
SET DateStyle = 'ISO, MDY';
CREATE SCHEMA triggers_run;
SET search_path = triggers_run, public;

-- Newcombe's intervals (1998, method 10): the figures of R for these counts; NULL without rows
SELECT a, b, c, d, round(lower_bound::numeric, 8) AS lower_bound, round(upper_bound::numeric, 8) AS upper_bound
FROM (VALUES (56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (10, 10, 0, 10), (0, 0, 1, 2), (0, 5, 0, 7)) v(a, b, c, d), segment.newcombe_interval(a, b, c, d);
-- a holdout: its share, the same for each call, others for other triggers and seeds, more for a larger share
SELECT count(*) FILTER (WHERE h) AS held, count(*) FILTER (WHERE h AND o) AS both_triggers, count(*) FILTER (WHERE h AND s) AS both_seeds, count(*) FILTER (WHERE h AND NOT l) AS lost
FROM generate_series(1, 10000) i, LATERAL (SELECT segment_internal.in_holdout('C' || i, 'due', 0.1, '42') AS h, segment_internal.in_holdout('C' || i, 'lapsed', 0.1, '42') AS o,
    segment_internal.in_holdout('C' || i, 'due', 0.1, '43') AS s, segment_internal.in_holdout('C' || i, 'due', 0.2, '42') AS l) x;
SELECT segment_internal.in_holdout('C1', 'due', 0, '42') AS nobody, segment_internal.in_holdout('C1', 'due', 1, '42') AS everybody, segment_internal.in_holdout('Müller', 'due', 0.5, '42') AS pinned, segment_internal.in_holdout('C2', 'due', 0.5, '42') AS pinned_too;

-- ---- a shop ----
CREATE TABLE sales AS SELECT 'C' || c AS customer_id, date '2025-01-01' + (c * 37 + g * (5 + c % 40)) % 400 AS receipt_date, 10 + c AS amount
FROM generate_series(1, 120) c, generate_series(0, c % 9) g;
CREATE TABLE people AS SELECT 'C' || c AS customer_id, date '1970-03-01' + c * 41 AS birth_date FROM generate_series(1, 120) c;
CREATE VIEW complaints AS SELECT customer_id, receipt_date AS happened_on, amount / 200.0 AS strength, 'complaint about ' || amount AS evidence FROM sales WHERE amount % 10 = 7;
SELECT segment.register_trigger('complaint', 'complaints', 10, 60);
SELECT trigger_name, relation, priority, cooldown_days FROM segment.registered_triggers;

CALL segment.run_triggers('contacts', '2025-11-30', 'sales', customers => 'people');
SELECT trigger, status, count(*) FROM contacts GROUP BY 1, 2 ORDER BY 1, 2;
-- what triggers returns, and the registered trigger; one row for each customer and trigger, as the cool-down says
CREATE TABLE events AS
SELECT * FROM segment.triggers('sales', '2025-11-30', 7, 'people')
UNION ALL SELECT customer_id, 'complaint', happened_on, strength, evidence FROM complaints WHERE happened_on > date '2025-11-30' - 7 AND happened_on <= date '2025-11-30' + 366;
SELECT count(*) AS contacts, count(*) FILTER (WHERE EXISTS (SELECT FROM events e WHERE (e.customer_id, e.trigger, e.happened_on, e.strength, e.evidence) = (c.customer_id, c.trigger, c.happened_on, c.strength, c.evidence))) AS events,
       (SELECT count(DISTINCT (customer_id, trigger)) FROM events) AS wanted FROM contacts c;
-- again: nothing changes
CREATE TABLE before AS TABLE contacts;
CALL segment.run_triggers('contacts', '2025-11-30', 'sales', customers => 'people');
SELECT count(*) AS changes FROM ((TABLE contacts EXCEPT ALL TABLE before) UNION ALL (TABLE before EXCEPT ALL TABLE contacts)) d;
-- the next days: no event twice, no trigger within its cool-down
SELECT format('CALL segment.run_triggers(''contacts'', %L, ''sales'', customers => ''people'')', d::date) FROM generate_series(date '2025-12-01', '2026-02-10', '1 day') d \gexec
SELECT count(*) > (SELECT count(*) FROM before) AS more, count(*) FILTER (WHERE near) AS within_cooldown, count(*) FILTER (WHERE run_on < happened_on AND trigger NOT IN ('birthday', 'complaint')) AS early
FROM (SELECT *, run_on - lag(run_on) OVER (PARTITION BY customer_id, trigger ORDER BY run_on) < CASE trigger WHEN 'complaint' THEN 60 ELSE 30 END AS near FROM contacts) c;
-- each purchase of the time was written (a limit may move with later receipts)
SELECT count(*) AS events, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM contacts c WHERE c.customer_id = e.customer_id AND c.trigger = e.trigger AND c.happened_on = e.happened_on)) AS missed FROM (SELECT * FROM segment.triggers('sales', '2026-02-10', 70) WHERE trigger IN ('first_purchase', 'second_purchase')) e;
-- conversions: the first day of purchase after the contact, within 14 days
SELECT count(*) AS contacts, count(converted_on) AS converted, count(*) FILTER (WHERE converted_on IS DISTINCT FROM wanted AND run_on <= date '2026-02-10' - 14) AS wrong
FROM (SELECT c.*, (SELECT min(s.receipt_date) FROM sales s WHERE s.customer_id = c.customer_id AND s.receipt_date > c.run_on AND s.receipt_date <= c.run_on + 14) AS wanted FROM contacts c) c;

-- ---- holdout, limits, suppressed customers ----
CREATE TABLE blocked (customer_id text, trigger text);
INSERT INTO blocked VALUES ('C7', NULL), ('C17', 'complaint'), ('C27', 'nothing');
CREATE FUNCTION policy() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"holdout": 0.3, "max_contacts": 1, "per_days": 20, "cooldowns": {"due": 10}, "priorities": {"lapsed": 5}, "conversion_days": 10, "seed": 7}'::jsonb $$;
SELECT format('CALL segment.run_triggers(''triggers_run."our contacts"'', %L, ''sales'', customers => ''people'', policy => policy(), suppressed => ''blocked'')', d::date) FROM generate_series(date '2025-09-01', '2026-02-10', '1 day') d \gexec
SELECT status, count(*) > 20 AS some, count(DISTINCT customer_id) > 20 AS customers FROM "our contacts" GROUP BY 1 ORDER BY 1;
-- a customer is always, or never, in the holdout of a trigger
SELECT count(*) AS mixed FROM (SELECT FROM "our contacts" GROUP BY customer_id, trigger HAVING count(DISTINCT status) > 1) m;
SELECT count(*) FILTER (WHERE (status = 'holdout') <> segment_internal.in_holdout(customer_id, trigger, 0.3, '7')) AS wrong,
       count(*) FILTER (WHERE customer_id = 'C7' OR (customer_id, trigger) = ('C17', 'complaint')) AS suppressed, count(*) FILTER (WHERE customer_id = 'C27' AND trigger = 'complaint') AS not_suppressed FROM "our contacts";
-- at most one in 20 days, and the one with the lowest priority
SELECT max(n) AS most FROM (SELECT count(*) OVER (PARTITION BY customer_id ORDER BY run_on RANGE BETWEEN '19 days' PRECEDING AND CURRENT ROW) AS n FROM "our contacts") w;
SELECT DISTINCT trigger, priority FROM "our contacts" ORDER BY 2, 1;
SELECT count(*) AS wrong_choices FROM "our contacts" c WHERE c.priority > 5 AND c.run_on >= '2025-11-30' AND EXISTS (
    SELECT FROM segment.trigger_lapsed('sales', c.run_on, 7) l WHERE l.customer_id = c.customer_id AND NOT EXISTS (
        SELECT FROM "our contacts" o WHERE o.customer_id = l.customer_id AND o.trigger = 'lapsed' AND o.run_on > c.run_on - 30 AND o.run_on <= c.run_on));
-- performance: of contacts whose days of conversion are over
SELECT target, trigger, contacted > 0 AS contacted, held_out > 0 AS held_out, conversion_days, as_of FROM segment.trigger_performance WHERE target ~ 'our' ORDER BY 2;
SELECT count(*) AS wrong FROM segment.trigger_performance p
JOIN (SELECT trigger, count(*) FILTER (WHERE status = 'contact') AS c, count(converted_on) FILTER (WHERE status = 'contact') AS cc, count(*) FILTER (WHERE status = 'holdout') AS h, count(converted_on) FILTER (WHERE status = 'holdout') AS hc
      FROM "our contacts" WHERE run_on <= '2026-01-31' GROUP BY 1) w USING (trigger)
WHERE p.target ~ 'our' AND ((p.contacted, p.contacted_converted, p.held_out, p.holdout_converted) <> (c, cc, h, hc)
    OR p.difference IS DISTINCT FROM (cc::float8 / NULLIF(c, 0) - hc::float8 / NULLIF(h, 0)) OR p.difference NOT BETWEEN p.lower_bound AND p.upper_bound);

-- ---- conversions after a pause, without receipts, and with other days ----
CREATE TABLE visits AS SELECT 'C' || c AS customer_id, d AS receipt_date, 10 AS amount
FROM generate_series(1, 20) c, LATERAL (VALUES (date '2025-01-01'), (date '2025-01-02' + c)) v(d);
CREATE FUNCTION days(n integer) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('conversion_days', n) $$;
CREATE FUNCTION performance(OUT contacted bigint, OUT converted bigint, OUT as_of date) RETURNS SETOF record LANGUAGE sql AS
$$ SELECT contacted, contacted_converted, as_of FROM segment.trigger_performance WHERE target ~ 'visitors' AND trigger = 'first_purchase' $$;
CALL segment.run_triggers('visitors', '2025-01-01', 'visits', options => '{"triggers": ["first_purchase"]}');
-- a run without receipts tells of no conversion
CALL segment.run_triggers('visitors', '2025-02-01', customers => 'people', options => '{"triggers": ["birthday"]}');
SELECT * FROM performance();
-- 20 customers have bought on one of the days 2025-01-03 to 2025-01-22, 13 of them within 14 days
CALL segment.run_triggers('visitors', '2025-12-01', 'visits', options => '{"triggers": ["first_purchase"]}');
SELECT * FROM performance();
CALL segment.run_triggers('visitors', '2025-12-02', 'visits', options => '{"triggers": ["first_purchase"]}', policy => days(30));
SELECT * FROM performance();
CALL segment.run_triggers('visitors', '2025-12-03', 'visits', options => '{"triggers": ["first_purchase"]}', policy => days(5));
SELECT * FROM performance();
CALL segment.run_triggers('visitors', '2025-12-04', 'visits', options => '{"triggers": ["first_purchase"]}', policy => days(10));
SELECT * FROM performance();
-- a table that was dropped and is created again begins anew: no run has read receipts for it
DROP TABLE visitors;
CALL segment.run_triggers('visitors', '2025-02-01', customers => 'people', options => '{"triggers": ["birthday"]}');
SELECT (SELECT count(*) FROM visitors) > 0 AS has_rows, (SELECT count(*) FROM segment.trigger_performance WHERE target ~ 'visitors') AS rows_of_visitors;

-- of several events the nearest one, whether it lies ahead or not
CREATE TABLE appointments AS SELECT c AS customer_id, date '2025-06-01' + n AS happened_on, 1.0 AS strength, 'appointment' AS evidence
FROM (VALUES ('ahead', 3), ('ahead', 40), ('ahead', -5), ('past', -2), ('past', -9), ('past', 200), ('same', 4), ('same', -4)) v(c, n);
SELECT segment.register_trigger('appointment', 'appointments');
CALL segment.run_triggers('dates', '2025-06-01', lookback_days => 30);
SELECT customer_id, happened_on - run_on AS days FROM dates WHERE trigger = 'appointment' ORDER BY customer_id;
SELECT segment.drop_trigger('appointment');

-- ---- only registered triggers; what was dropped or changed ----
CALL segment.run_triggers('own', '2025-11-30', policy => '{"cooldown_days": 0}');
SELECT trigger, count(*) > 0 AS some, min(priority) FROM own GROUP BY 1;
DROP TABLE own;
SELECT count(*) AS rows_of_own FROM segment.trigger_performance WHERE target ~ 'own$';
CREATE TABLE own (customer_id text);
CALL segment.run_triggers('own', '2025-11-30');
CREATE VIEW viewed AS TABLE contacts;
CALL segment.run_triggers('viewed', '2025-11-30');
DROP VIEW complaints;
CALL segment.run_triggers('contacts', '2025-11-30', 'sales');
SELECT segment.drop_trigger('complaint');
SELECT segment.drop_trigger('complaint');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales');

-- a whole number with decimals is that number, in a seed, too; a very small share is one
CALL segment.run_triggers('decimals', '2025-11-30', 'sales', policy => '{"cooldown_days": 30.0, "max_contacts": 2.00, "per_days": 30.0, "conversion_days": 14.0, "holdout": 0.3, "seed": 7.0, "cooldowns": {"due": 10.0}, "priorities": {"lapsed": -1.0}}');
SELECT count(*) FILTER (WHERE status = 'holdout') > 0 AS some, count(*) FILTER (WHERE (status = 'holdout') <> segment_internal.in_holdout(customer_id, trigger, 0.3, '7')) AS wrong, min(priority) FROM decimals;
CALL segment.run_triggers('decimals', '2025-11-30', 'sales', policy => '{"holdout": 1e-400}');

-- rows beyond work_mem go to files, which are closed
CREATE TABLE crowd AS SELECT 'C' || c AS customer_id, date '2025-11-20' + c % 10 AS receipt_date, 1 AS amount FROM generate_series(1, 3000) c;
SET work_mem = '64kB';
CALL segment.run_triggers('crowded', '2025-11-30', 'crowd', 30);
RESET work_mem;
SELECT count(*) FROM crowded;

-- a temporary table with the name of a table of the statements
CALL segment.run_triggers('pg_temp.events', '2025-11-30', 'sales');
SELECT count(*) > 0 AS some FROM pg_temp.events;

-- the strength of a trigger of one's own is from 0 to 1, or NULL; events of other days do not count
CREATE TABLE scores (customer_id text, happened_on date, strength float8, evidence text);
INSERT INTO scores VALUES ('C1', '2026-02-28', 0, 'a'), ('C2', '2026-02-28', 1, 'b'), ('C3', '2026-02-28', NULL, 'c'), ('C4', '2020-01-01', 80, 'd');
SELECT segment.register_trigger('score', 'scores');
CALL segment.run_triggers('scored', '2026-03-01');
SELECT customer_id, trigger, strength FROM scored ORDER BY 1;
UPDATE scores SET strength = 80 WHERE customer_id = 'C1';
CALL segment.run_triggers('scored', '2026-03-01');
UPDATE scores SET strength = 'NaN' WHERE customer_id = 'C1';
CALL segment.run_triggers('scored', '2026-03-01');
SELECT segment.drop_trigger('score');

-- ---- what is refused ----
START TRANSACTION READ ONLY;
CALL segment.run_triggers('contacts', '2026-03-01', 'sales');
ROLLBACK;
SELECT segment.register_trigger('lapsed', 'people');
SELECT segment.register_trigger('mine', 'people');
SELECT segment.register_trigger('', 'sales');
SELECT segment.register_trigger(NULL, 'sales');
CREATE TABLE mine (customer_id text, happened_on text, strength float8, evidence text);
SELECT segment.register_trigger('mine', 'mine');
ALTER TABLE mine ALTER happened_on TYPE date USING now();
SELECT segment.register_trigger('mine', 'mine', 1, -1);
SELECT segment.register_trigger('mine', 'mine');
SELECT segment.register_trigger('mine', 'mine');
SELECT segment.drop_trigger('mine');
CREATE TEMP TABLE passing AS TABLE mine;
SELECT segment.register_trigger('mine', 'passing');
CALL segment.run_triggers('contacts', '2026-03-01');
CALL segment.run_triggers('contacts', NULL, 'sales');
CALL segment.run_triggers('contacts', 'infinity', 'sales');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', 0);
CALL segment.run_triggers('a.b.c', '2026-03-01', 'sales');
CALL segment.run_triggers(NULL, '2026-03-01', 'sales');
CALL segment.run_triggers('nowhere.contacts', '2026-03-01', 'sales');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', options => '{"levle": 1}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"hold_out": 1}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"holdout": 1.5}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"holdout": "much"}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"max_contacts": 1.5}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"cooldowns": 3}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '{"cooldowns": {"birthdays": 3}}');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', policy => '[]');
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', suppressed => 'policy');
ALTER TABLE blocked RENAME customer_id TO id;
CALL segment.run_triggers('contacts', '2026-03-01', 'sales', suppressed => 'blocked');

SET client_min_messages = warning;
DROP SCHEMA triggers_run CASCADE;
