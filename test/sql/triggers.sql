-- triggers: events in the lives of customers, against plain SQL.
\pset format unaligned
SET extra_float_digits = 0;
SET DateStyle = 'ISO, MDY';
SET TimeZone = 'America/Los_Angeles';
CREATE SCHEMA triggers_test;
SET search_path = triggers_test, public;

-- ---- receipts: 400 customers, some regular, some not; returns, several receipts a day, several lines a receipt ----
CREATE TABLE receipts AS
SELECT 'C' || c AS customer_id, 'R' || r AS receipt_id, date '2024-01-01' + d AS receipt_date,
       CASE WHEN h % 17 = 0 THEN -(h % 50) ELSE round(h % 20000 / 100.0, 2) END AS amount, 'P' || p AS product_id
FROM (SELECT h % 400 AS c, i / 2 AS r, (((h / 400) % (1 + h % 400 * 3)) % 720)::integer AS d, h, abs(hashint4(-i)::bigint) % 60 AS p
      FROM generate_series(1, 9000) i, LATERAL (SELECT abs(hashint4(i / 2)::bigint) AS h) k) s;
-- and new customers
INSERT INTO receipts SELECT 'C' || 1000 + i % 30, 'N' || i, date '2025-12-20' - (i * 7919 % 59), i, 'P' || i % 60 FROM generate_series(1, 100) i;
CREATE TABLE products AS SELECT 'P' || i AS product_id, 'Category ' || i % 12 AS category FROM generate_series(0, 55) i;
\set as_of '''2025-12-20''::date'

-- days of purchase, their totals, gaps
CREATE TABLE receipt AS SELECT customer_id, receipt_id, min(receipt_date) AS day, sum(amount) AS total FROM receipts WHERE receipt_date <= :as_of GROUP BY 1, 2;
CREATE TABLE day AS SELECT customer_id, day, sum(total) AS total, row_number() OVER w AS n, day - lag(day) OVER w AS gap
FROM receipt WHERE total >= 0 GROUP BY 1, 2 WINDOW w AS (PARTITION BY customer_id ORDER BY day);
CREATE TABLE own AS SELECT customer_id, max(day) AS last, COALESCE(array_agg(gap::float8) FILTER (WHERE gap IS NOT NULL), '{}') AS gaps FROM day GROUP BY 1;
CREATE TABLE model AS SELECT segment.rhythm_fit(gaps) AS model FROM own;

CREATE TABLE found AS SELECT * FROM segment.triggers('receipts', :as_of, 45, products => 'products', options => '{"spend_days": 60, "spend_ratio": 1.5}');
SELECT trigger, count(*), count(DISTINCT customer_id) AS customers, min(happened_on), max(happened_on) FROM found GROUP BY 1 ORDER BY 1;

-- the same in plain SQL
CREATE FUNCTION spend(c text, t date, w int) RETURNS TABLE (sales numeric, before numeric) LANGUAGE sql STABLE AS $$
    SELECT COALESCE(sum(total) FILTER (WHERE day > t - w), 0), COALESCE(sum(total) FILTER (WHERE day <= t - w), 0)
    FROM day WHERE customer_id = c AND day > t - 2 * w AND day <= t
$$;
CREATE TABLE wanted AS
SELECT customer_id, CASE n WHEN 1 THEN 'first_purchase' WHEN 2 THEN 'second_purchase' ELSE 'nth_purchase' END AS trigger, day AS happened_on FROM day WHERE n IN (1, 2, 5, 10) AND day > :as_of - 45
UNION ALL
SELECT customer_id, CASE WHEN d.is_lapsed THEN 'lapsed' ELSE 'due' END, x.day
FROM own, model, segment.rhythm_details(model, gaps, :as_of - last) d,
     LATERAL (SELECT CASE WHEN d.is_lapsed THEN last + floor(d.lapse_after_days)::int + 1 WHEN gaps <> '{}' AND :as_of - last >= d.expected_gap_days THEN last + ceil(d.expected_gap_days)::int END AS day) x
WHERE x.day > :as_of - 45
UNION ALL
SELECT d.customer_id, 'returned', d.day
FROM day d, model, LATERAL (SELECT COALESCE(array_agg(b.gap::float8) FILTER (WHERE b.gap IS NOT NULL), '{}') AS gaps FROM day b WHERE b.customer_id = d.customer_id AND b.day < d.day) b,
     segment.rhythm_details(model, b.gaps, d.gap) r
WHERE d.day > :as_of - 45 AND r.is_lapsed
UNION ALL
SELECT customer_id, k.trigger, k.since
FROM (SELECT customer_id FROM day GROUP BY 1 HAVING min(day) <= :as_of - 120 AND max(day) > :as_of - 60) c,
     LATERAL (SELECT v.trigger, max(t::date) FILTER (WHERE NOT v.is_beyond) + 1 AS since, bool_or(v.is_beyond AND t = :as_of) AS is_now
              FROM generate_series(:as_of - 45, :as_of, '1 day') t, spend(customer_id, t::date, 60) s,
                   LATERAL (VALUES ('spend_up', s.before > 0 AND s.sales >= 1.5 * s.before), ('spend_down', s.before > 0 AND s.sales * 1.5 <= s.before)) v(trigger, is_beyond)
              GROUP BY v.trigger) k
WHERE k.is_now AND k.since IS NOT NULL
UNION ALL
SELECT DISTINCT customer_id, 'first_in_category', first
FROM (SELECT customer_id, category, min(r.day) AS first FROM receipts l JOIN receipt r USING (customer_id, receipt_id) JOIN products USING (product_id)
      WHERE r.total >= 0 AND l.amount > 0 GROUP BY 1, 2) c
WHERE first > :as_of - 45 AND first > (SELECT min(day) FROM day d WHERE d.customer_id = c.customer_id);
SELECT count(*) AS wanted, (SELECT count(*) FROM found) AS found,
       (SELECT count(*) FROM (SELECT customer_id, trigger, happened_on FROM found EXCEPT ALL TABLE wanted) d) AS surplus,
       (SELECT count(*) FROM (TABLE wanted EXCEPT ALL SELECT customer_id, trigger, happened_on FROM found) d) AS missing FROM wanted;
-- strengths and evidence
SELECT count(*) FILTER (WHERE strength NOT BETWEEN 0 AND 1) AS outside, count(*) FILTER (WHERE trigger IN ('lapsed', 'returned') AND strength <= 0.95) AS weak,
       count(*) FILTER (WHERE trigger = 'due' AND strength < 0.5) AS not_due, count(*) FILTER (WHERE trigger ~ 'spend' AND strength < 1 - 1 / 1.5 - 1e-9) AS small FROM found;
SELECT DISTINCT ON (trigger) trigger, regexp_replace(evidence, '[0-9]+', '9', 'g') AS evidence FROM found ORDER BY trigger, evidence;

-- one function each gives the same rows
CREATE TABLE single AS
SELECT * FROM segment.trigger_purchase('receipts', :as_of, 45) UNION ALL SELECT * FROM segment.trigger_returned('receipts', :as_of, 45)
UNION ALL SELECT * FROM segment.trigger_lapsed('receipts', :as_of, 45) UNION ALL SELECT * FROM segment.trigger_due('receipts', :as_of, 45)
UNION ALL SELECT * FROM segment.trigger_spend('receipts', :as_of, 45, '{"spend_days": 60, "spend_ratio": 1.5}')
UNION ALL SELECT * FROM segment.trigger_category('receipts', :as_of, 'products', 45);
SELECT count(*) AS differences FROM ((TABLE found EXCEPT ALL TABLE single) UNION ALL (TABLE single EXCEPT ALL TABLE found)) d;
SELECT trigger, count(*) FROM segment.triggers('receipts', :as_of, 45, options => '{"triggers": ["due", "first_purchase"]}') GROUP BY 1 ORDER BY 1;
SELECT evidence, count(*) FROM segment.trigger_purchase('receipts', :as_of, 45, '{"purchases": [3, 4]}') GROUP BY 1 ORDER BY 1;
-- once per silence: day by day, each silence is reported on one day of the following weeks
SELECT count(*) AS lapsed, count(DISTINCT (customer_id, happened_on)) AS silences
FROM generate_series(:as_of - 20, :as_of, '1 day') t, segment.trigger_lapsed('receipts', t::date, 1);

-- shuffled rows, integer ids, long ids, temporary files
CREATE TABLE shuffled AS SELECT customer_id, receipt_id, receipt_date, amount, product_id FROM receipts ORDER BY hashtext(receipt_id || amount || product_id);
SELECT count(*) AS differences FROM ((TABLE found EXCEPT ALL SELECT * FROM segment.triggers('shuffled', :as_of, 45, products => 'products', options => '{"spend_days": 60, "spend_ratio": 1.5}'))) d;
CREATE VIEW numbers AS SELECT substr(customer_id, 2)::bigint AS customer_id, receipt_id, receipt_date, amount, substr(product_id, 2)::int AS product_id FROM receipts;
CREATE VIEW product_numbers AS SELECT substr(product_id, 2)::smallint AS product_id, category FROM products;
SELECT count(*) AS differences FROM ((TABLE found EXCEPT ALL SELECT 'C' || customer_id, trigger, happened_on, strength, evidence
    FROM segment.triggers('numbers', :as_of, 45, products => 'product_numbers', options => '{"spend_days": 60, "spend_ratio": 1.5}'))) d;
SELECT segment.create_ledger('ledger', 'receipts');
SELECT count(*) AS differences FROM ((TABLE found EXCEPT ALL SELECT * FROM segment.triggers('ledger', :as_of, 45, products => 'products', options => '{"spend_days": 60, "spend_ratio": 1.5}'))) d;
CREATE VIEW long_ids AS SELECT repeat(customer_id, 100) AS customer_id, receipt_id, receipt_date, amount FROM receipts;
SELECT count(*) AS differences FROM ((SELECT repeat(customer_id, 100), trigger, happened_on, strength, evidence FROM found WHERE trigger <> 'first_in_category'
    EXCEPT ALL SELECT * FROM segment.triggers('long_ids', :as_of, 45, options => '{"spend_days": 60, "spend_ratio": 1.5}'))) d;
SET segment.fit_memory = '1MB';
SELECT count(*) AS differences FROM ((TABLE found EXCEPT ALL SELECT * FROM segment.triggers('receipts', :as_of, 45, products => 'products', options => '{"spend_days": 60, "spend_ratio": 1.5}'))) d;
CREATE TABLE many AS SELECT i AS customer_id, date '2025-01-01' + i % 300 AS receipt_date, 1 AS amount FROM generate_series(1, 60000) i;
\set VERBOSITY sqlstate
SELECT count(*) FROM segment.triggers('many', :as_of);
\set VERBOSITY default
RESET segment.fit_memory;

-- nobody has a rhythm; returns only; amounts with many digits; the future
SELECT * FROM segment.triggers('many', :as_of, 1) LIMIT 1;
CREATE TABLE few (customer_id text, receipt_date date, amount numeric);
SELECT * FROM segment.triggers('few', :as_of);
INSERT INTO few VALUES ('returns', '2025-12-10', -5), ('future', '2026-12-10', 5), ('#', '2025-12-10', 5),
    ('rich', '2025-03-01', 1), ('rich', '2025-08-01', 1e30), ('rich', '2025-12-19', 1e40), ('rich', '2025-12-20', 0.00000000001), (NULL, '2025-12-10', 5);
SELECT customer_id, trigger, happened_on, round(strength::numeric, 6) AS strength, evidence FROM segment.triggers('few', :as_of, 30) ORDER BY 1, 2, 3;

-- ---- customers: birthdays and anniversaries ----
CREATE TABLE customers (customer_id text, birth_date date, anniversary_date timestamp);
INSERT INTO customers
SELECT 'X' || i, CASE WHEN i <= 10 THEN '1900-01-01' ELSE date '1960-01-01' + i * 97 END, CASE WHEN i % 10 = 0 THEN timestamp '2015-01-03 10:00' + i * interval '1 day' END FROM generate_series(1, 100) i;
INSERT INTO customers VALUES ('leap', '1988-02-29', NULL), ('old', '1930-12-31', NULL), ('new year', '2000-01-02', NULL), ('today', '1999-12-30', '2025-12-30'), ('baby', '2025-12-30', NULL),
    ('unborn', '2031-12-30', NULL), ('no day', NULL, NULL), ('#', '1990-12-31', NULL), (NULL, '1990-12-31', NULL), ('never', 'infinity', '-infinity'), ('before Christ', '0044-12-31 BC', NULL), ('today', '1999-12-30', '2025-12-30');
SELECT customer_id, trigger, happened_on, strength, evidence FROM segment.triggers(NULL, '2025-12-30', customers => 'customers') ORDER BY 3, 2, 1;
SELECT * FROM segment.trigger_birthday('customers', '2025-12-30', '{"lookahead_days": 0}');
SELECT * FROM segment.trigger_anniversary('customers', '2025-12-30', '{"lookahead_days": 30}') ORDER BY happened_on;
-- 29 February: in years without it on the 28th, or on 1 March
SELECT as_of, february, happened_on, evidence FROM unnest('{2026-02-28,2026-03-01,2028-02-28,2028-02-29}'::date[]) as_of, unnest('{february_28,march_1}'::text[]) february,
    segment.trigger_birthday('customers', as_of, jsonb_build_object('lookahead_days', 0, 'february_29', february, 'placeholder_share', 1)) WHERE customer_id = 'leap' ORDER BY 1, 2;
-- a whole year: each customer has one birthday
SELECT count(*), count(DISTINCT customer_id) FROM segment.trigger_birthday('customers', '2025-07-01', '{"lookahead_days": 364, "placeholder_share": 1}') WHERE customer_id LIKE 'X%';
SELECT column_name, shared_date, customers_with_date, round(share::numeric, 4) AS share FROM segment.trigger_placeholders('customers');
SELECT count(*) FROM segment.trigger_placeholders('customers', 0.2);
-- two of two alike are a placeholder; one of one is a customer
CREATE TABLE two AS SELECT i AS customer_id, date '1980-12-31' AS birth_date FROM generate_series(1, 2) i;
SELECT customer_id, happened_on FROM segment.trigger_birthday('two', '2025-12-30');
DELETE FROM two WHERE customer_id = 2;
SELECT customer_id, happened_on, evidence FROM segment.trigger_birthday('two', '2025-12-30');

-- ---- customers without any spread: due on the day of their gap, lapsed on the next one, never returned ----
CREATE TABLE weekly AS SELECT 'W' || w AS customer_id, date '2025-01-01' + w * 7 * i AS receipt_date, 1 AS amount FROM generate_series(1, 3) w, generate_series(0, 9) i;
SELECT d.as_of, t.customer_id, t.trigger, t.happened_on, t.evidence
FROM (VALUES (date '2025-03-05'), ('2025-03-12'), ('2025-03-13'), ('2025-05-21'), ('2025-05-22')) d(as_of),
     segment.triggers('weekly', d.as_of, 1, options => '{"triggers": ["due", "lapsed", "returned"]}') t ORDER BY 1, 2, 3;
-- a first gap is judged by those of all customers
SELECT count(*) AS returned FROM segment.trigger_returned('weekly', '2025-12-31', 365) WHERE happened_on > '2025-02-01';

-- ---- moves between segments, from the history of publish ----
CREATE TABLE history (shopper text, valid_from timestamptz, valid_to timestamptz, segment text, segment_order int);
INSERT INTO history VALUES
    ('a', '2025-11-01 00:00+00', '2025-12-15 00:00+00', 'At Risk', 8), ('a', '2025-12-15 00:00+00', NULL, 'Loyal', 2),
    ('b', '2025-11-01 00:00+00', '2025-12-16 00:00+00', 'Champions', 1), ('b', '2025-12-16 00:00+00', NULL, 'Hibernating', 10),
    ('c', '2025-11-01 00:00+00', '2025-12-16 00:00+00', 'Loyal', 2), ('c', '2025-12-16 00:00+00', NULL, 'Loyal', 2),
    ('d', '2025-09-01 00:00+00', '2025-10-01 00:00+00', 'Loyal', 2), ('d', '2025-10-01 00:00+00', NULL, 'Champions', 1),
    ('new', '2025-12-16 00:00+00', NULL, 'Champions', 1);
SELECT customer_id, trigger, happened_on, round(strength::numeric, 6) AS strength, evidence FROM segment.trigger_segment('history', '2025-12-20') ORDER BY 1;
SELECT customer_id, trigger FROM segment.triggers(NULL, '2025-12-20', history => 'history', options => '{"triggers": "segment_up"}');
-- ranks at the ends of the type; a rank that is NaN or infinite has no place
CREATE TABLE ranks (shopper text, valid_from timestamptz, valid_to timestamptz, segment text, segment_order int);
INSERT INTO ranks VALUES ('a', '2025-11-01', '2025-12-10', 'x', 2147483647), ('a', '2025-12-10', NULL, 'y', -2147483648);
SELECT customer_id, trigger, strength FROM segment.trigger_segment('ranks', '2025-12-20');
ALTER TABLE ranks ALTER segment_order TYPE numeric;
INSERT INTO ranks VALUES ('b', '2025-11-01', '2025-12-10', 'x', 'NaN'), ('b', '2025-12-10', NULL, 'y', 1), ('c', '2025-11-01', '2025-12-10', 'x', 2), ('c', '2025-12-10', NULL, 'y', 'NaN');
SELECT customer_id, trigger, strength FROM segment.trigger_segment('ranks', '2025-12-20');

-- ---- what is refused ----
SELECT * FROM segment.triggers(NULL, '2025-12-20');
SELECT * FROM segment.triggers('receipts', NULL);
SELECT * FROM segment.triggers('receipts', 'infinity');
SELECT * FROM segment.triggers('receipts', '2025-12-20', 0);
SELECT * FROM segment.triggers('receipts', '2025-12-20', NULL);
SELECT * FROM segment.triggers('receipts', '2025-12-20', 36501);
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"levle": 0.9}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"level": 1}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"triggers": ["lapse"]}');
-- a trigger that is asked for by name, without what it reads
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"triggers": ["due", "anniversary"]}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"triggers": "birthday"}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"triggers": ["first_in_category"]}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"triggers": ["segment_up"]}');
SELECT * FROM segment.triggers(NULL, '2025-12-20', customers => 'two', options => '{"triggers": ["birthday", "due"]}');
SELECT count(*) FROM segment.trigger_due('receipts', '2025-12-20', 7, options => '{"triggers": ["birthday"]}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"purchases": [1.5]}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '{"february_29": "never"}');
SELECT * FROM segment.triggers('receipts', '2025-12-20', options => '[]');
SELECT * FROM segment.triggers('products', '2025-12-20');
SELECT * FROM segment.triggers('few', '2025-12-20', products => 'products');
SELECT * FROM segment.triggers('receipts', '2025-12-20', products => 'customers');
SELECT * FROM segment.triggers(NULL, '2025-12-20', customers => 'products');
SELECT * FROM segment.triggers(NULL, '2025-12-20', customers => 'receipts');
SELECT * FROM segment.trigger_segment('customers', '2025-12-20');
SELECT * FROM segment.trigger_segment('history', '2025-12-20', options => '{"segment_column": "cluster"}');
SELECT * FROM segment.trigger_placeholders('receipts');
SELECT * FROM segment.trigger_placeholders('products');
SELECT * FROM segment.trigger_placeholders('customers', -0.1);
SELECT * FROM segment.trigger_placeholders('customers', 'NaN');
ALTER TABLE receipts ADD currency text DEFAULT 'EUR';
UPDATE receipts SET currency = 'USD' WHERE customer_id = 'C1';
SELECT * FROM segment.triggers('receipts', '2025-12-20');
SELECT count(*) > 0 AS usd FROM segment.triggers('receipts', '2025-12-20', 720, currency => 'USD');
-- days at both ends
SELECT count(*) FROM segment.triggers('few', '4713-01-01 BC', 36500);
SELECT count(*) FROM segment.triggers('few', '5874897-12-31', 36500);

SELECT segment.drop_ledger('ledger');
SET client_min_messages = warning;
DROP SCHEMA triggers_test CASCADE;
