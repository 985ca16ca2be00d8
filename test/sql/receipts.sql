-- Receipts: lines that are used, errors, and the results of rfm.
SET search_path = public, segment;
\set VERBOSITY terse
\pset null '(null)'

CREATE TABLE receipts (customer_id text, receipt_id text, receipt_date date, amount numeric, currency text, product_id text, quantity numeric);
INSERT INTO receipts VALUES
    ('A', '1', '2019-01-10', 60, 'EUR', 'x', 1),
    ('A', '1', '2019-01-10', 40, 'EUR', 'y', 1),    -- two lines, one receipt
    ('A', '2', '2019-02-10', -30, 'EUR', 'x', 1),   -- a return counts for monetary only
    ('A', '3', '2019-04-01', 500, 'EUR', 'x', 1),   -- after the date
    ('B', '4', '2019-02-01', 20, 'EUR', 'x', 1),
    ('B', '4', '2019-02-01', -20, 'EUR', 'x', 1),   -- a total of 0 is a receipt
    ('C', '5', '2019-03-01', -10, 'EUR', 'x', 1),   -- returns only
    ('D', NULL, '2019-03-01', 5, 'EUR', 'x', 1),    -- rows without number are receipts
    ('D', NULL, '2019-03-01', 7, 'EUR', 'x', 1),
    ('D', NULL, '2019-03-02', -1, 'EUR', 'x', 1),
    ('D', NULL, '2019-03-03', 0, 'EUR', 'x', 1),
    (NULL, '6', '2019-03-03', 100, 'EUR', 'x', 1),  -- no customer
    ('E', '7', NULL, 100, 'EUR', 'x', 1),           -- no date
    ('F', '8', '2019-03-30', 1, 'EUR', 'x', 1),     -- an order over two days has the date of its first line
    ('F', '8', '2019-03-31', 1, 'EUR', 'x', 1);

SELECT * FROM receipt_totals('receipts', '2019-03-31') ORDER BY customer_id, receipt_date, net;
SELECT * FROM rfm('receipts', '2019-03-31') ORDER BY customer_id;
SELECT * FROM rfm('receipts', '2019-03-30') WHERE customer_id = 'F';
-- in a target list, and in a cursor
SELECT segment.rfm('receipts', '2019-03-31') ORDER BY 1 LIMIT 2;
BEGIN;
DECLARE scores CURSOR FOR SELECT customer_id, rfm_score FROM rfm('receipts', '2019-03-31') ORDER BY 1;
FETCH 1 FROM scores;
FETCH 1 FROM scores;
COMMIT;
-- a snapshot for each month
SELECT as_of, string_agg(customer_id || ' ' || coalesce(rfm_score, '-'), ', ' ORDER BY customer_id) AS scores
FROM generate_series('2019-01-01'::timestamp, '2019-05-01', '1 month') month, date(month - interval '1 day') as_of, rfm('receipts', as_of)
GROUP BY as_of ORDER BY as_of;
-- no purchase before the date, or none at all
SELECT * FROM rfm('receipts', '1999-01-01');
SELECT * FROM rfm('receipts', '1999-01-01', options => '{"bins": 3}', scheme => 'none');
CREATE VIEW returns_only AS SELECT * FROM receipts WHERE customer_id = 'C';
SELECT * FROM rfm('returns_only', '2019-03-31');

-- frozen cuts, other bins, other names
CREATE TABLE frozen AS SELECT rfm_fit(recency_days, frequency, monetary) AS model FROM rfm('receipts', '2019-03-31');
SELECT customer_id, s.rfm_score, s.rfm_score = rfm_score(model, recency_days, frequency, monetary) AS as_by_model
FROM frozen, rfm('receipts', '2019-04-30', model) s ORDER BY 1;
SELECT customer_id, rfm_score, segment FROM rfm('receipts', '2019-03-31', options => '{"bins": 3}', scheme => 'none') ORDER BY 1;
SELECT customer_id, rfm_score, segment FROM rfm('receipts', '2019-03-31', scheme => 'rfm') ORDER BY 1;
SELECT * FROM rfm('receipts', '2019-03-31', scheme => NULL);
SELECT * FROM rfm('receipts', '2019-03-31', strict => NULL);
SELECT * FROM rfm('receipts', '2019-03-31', options => '{"bins": 3}');
SELECT * FROM frozen, rfm('receipts', '2019-03-31', model, '{"bins": 3}');
SELECT * FROM rfm('receipts', '2019-03-31', '\x00'::bytea);
SELECT * FROM rfm('receipts', '2019-03-31', scheme => 'nosuch');

-- a relation of rules
CREATE TABLE rules (rule_no int, segment text, r_min int, r_max int, f_min int, f_max int, m_min int, m_max int);
INSERT INTO rules VALUES (20, 'recent', 3, NULL, NULL, NULL, NULL, NULL), (10, 'recent and often', 3, 5, 3, 5, NULL, NULL);
SELECT customer_id, rfm_score, segment FROM rfm('receipts', '2019-03-31', rules => 'rules') ORDER BY 1;
SELECT customer_id FROM rfm('receipts', '2019-03-31', rules => 'rules', strict => true) ORDER BY 1;
INSERT INTO rules VALUES (30, 'the rest');
SELECT customer_id, segment FROM rfm('receipts', '2019-03-31', rules => 'rules', strict => true, options => '{"bins": 7}') ORDER BY 1;
SELECT rfm_segment(1, 1, 1, 'rules'::regclass), rfm_segment(3, 3, 9, 'rules'), rfm_segment(NULL, 3, 9, 'rules'::regclass);
-- a change in the same transaction is visible, also to the same expression
DO $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        RAISE NOTICE '%', segment.rfm_segment(1, 1, 1, 'public.rules'::regclass);
        UPDATE public.rules SET segment = segment || i WHERE rule_no = 30;
    END LOOP;
END
$$;
UPDATE rules SET segment = 'recent' WHERE rule_no <> 30;    -- rules with the same name can overlap
DELETE FROM rules WHERE rule_no = 30;
SELECT rfm_segment(5, 5, 5, 'rules'::regclass);
INSERT INTO rules VALUES (20, 'again');
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);
UPDATE rules SET rule_no = NULL WHERE segment = 'again';
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);
UPDATE rules SET rule_no = 40, segment = NULL WHERE segment = 'again';
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);
UPDATE rules SET segment = 'upside down', f_min = 4, f_max = 3 WHERE rule_no = 40;
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);
SELECT rfm_segment(1, 1, 1, 'receipts'::regclass);
SELECT rfm_segment(1, 1, 1, 0::regclass);
TRUNCATE rules;
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);

-- amounts of different currencies are never added
INSERT INTO receipts VALUES ('A', '9', '2019-03-05', 1000, 'JPY', 'x', 1), ('G', '10', '2019-03-06', 3, NULL, 'x', 1);
SELECT * FROM rfm('receipts', '2019-03-31');
SELECT * FROM receipt_totals('receipts', '2019-03-04') LIMIT 0;     -- before the first JPY there is one currency
SELECT customer_id, recency_days, frequency, monetary FROM rfm('receipts', '2019-03-31', currency => 'JPY');
SELECT count(*), sum(monetary) FROM rfm('receipts', '2019-03-31', currency => 'EUR');
SELECT count(*) FROM rfm('receipts', '2019-03-31', currency => 'USD');
CREATE TABLE rates (currency text, rate numeric, valid_from timestamptz);
SELECT count(*) FROM rfm('receipts', '2019-03-31', rates => 'rates');
ALTER TABLE rates ALTER valid_from TYPE date;
INSERT INTO rates VALUES ('EUR', 1, NULL), ('JPY', 0.008, '2019-03-06');
SELECT count(*) FROM rfm('receipts', '2019-03-31', rates => 'rates');
DELETE FROM receipts WHERE currency IS NULL;
SELECT count(*) FROM rfm('receipts', '2019-03-31', rates => 'rates');
INSERT INTO rates VALUES ('JPY', 0.01, '2019-01-01');
SELECT * FROM receipt_totals('receipts', '2019-03-31', rates => 'rates') WHERE customer_id = 'A' ORDER BY receipt_date;
-- rates are of days, whatever the time of a receipt or a rate
CREATE TABLE timed (customer_id text, receipt_date timestamp, amount numeric, currency text);
INSERT INTO timed VALUES ('A', '2018-12-31 23:59:59', 1, 'USD'), ('A', '2019-01-01 00:00', 10, 'USD'), ('A', '2019-01-01 18:00', 100, 'USD');
CREATE TABLE timed_rates (currency text, rate numeric, valid_from timestamp);
INSERT INTO timed_rates VALUES ('USD', 2, NULL), ('USD', 3, '2019-01-01 12:00');
SELECT receipt_date, net FROM receipt_totals('timed', '2019-01-31', rates => 'timed_rates') ORDER BY 1;
INSERT INTO timed_rates VALUES ('USD', 4, '2019-01-01 13:00');
SELECT * FROM receipt_totals('timed', '2019-01-31', rates => 'timed_rates');
-- infinity is after any as_of; -infinity is no date
INSERT INTO timed VALUES ('A', 'infinity', 1000, 'USD');
SELECT count(*), sum(net) FROM receipt_totals('timed', '5874897-12-31', 'USD');
INSERT INTO timed VALUES ('A', '-infinity', 1000, 'USD');
SELECT count(*), sum(net) FROM receipt_totals('timed', '5874897-12-31', 'USD');
ALTER TABLE rates DROP COLUMN valid_from;
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rates');
DELETE FROM rates WHERE rate = 0.01;
SELECT monetary FROM rfm('receipts', '2019-03-31', rates => 'rates') WHERE customer_id = 'A';
UPDATE rates SET rate = -1 WHERE currency = 'JPY';
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rates');
UPDATE rates SET rate = 'NaN' WHERE currency = 'JPY';
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rates');
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rates', currency => 'EUR');
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rules');

-- relations without the columns of receipts, and invalid amounts
SELECT * FROM rfm('rates', '2019-03-31');
SELECT * FROM rfm('pg_catalog.pg_class', '2019-03-31');
SELECT * FROM rfm(NULL, '2019-03-31');
SELECT * FROM rfm('receipts', NULL);
SELECT * FROM rfm('receipts', 'infinity', currency => 'EUR');
SELECT * FROM rfm('nosuch', '2019-03-31');
SELECT * FROM rfm(0::regclass, '2019-03-31');
CREATE VIEW zoned AS SELECT customer_id, receipt_date::timestamptz AS receipt_date, amount FROM receipts;
SELECT * FROM rfm('zoned', '2019-03-31');
CREATE VIEW textual AS SELECT customer_id, receipt_date::text AS receipt_date, amount FROM receipts;
SELECT * FROM rfm('textual', '2019-03-31');
CREATE VIEW plain AS SELECT customer_id, receipt_date, amount FROM receipts;
SELECT * FROM rfm('plain', '2019-03-31', currency => 'EUR');
-- numbers as keys, timestamps and float8 amounts are valid
CREATE VIEW loose AS SELECT ascii(customer_id) AS customer_id, receipt_date + time '23:59' AS receipt_date, amount::float8 AS amount FROM receipts WHERE currency = 'EUR';
SELECT * FROM rfm('loose', '2019-03-31') ORDER BY customer_id;
INSERT INTO receipts VALUES ('A', '11', '2019-03-31', NULL, 'EUR', 'x', 1);
SELECT * FROM rfm('receipts', '2019-03-31', currency => 'EUR');
UPDATE receipts SET amount = 'NaN' WHERE receipt_id = '11';
SELECT * FROM rfm('receipts', '2019-03-31', currency => 'EUR');
DELETE FROM receipts WHERE receipt_id = '11' OR currency <> 'EUR';

-- a currency that does not occur is an error in each function, unless it occurs later or there are no receipts
INSERT INTO receipts VALUES ('A', '12', '2019-05-01', 5, 'USD', 'x', 1);
\set VERBOSITY default
SELECT * FROM rfm('receipts', '2019-03-31', currency => 'usd');
SELECT * FROM receipt_totals('receipts', '2019-03-31', currency => '');
SELECT * FROM cohort_retention('receipts', '2019-03-31', currency => 'EURO');
SELECT * FROM receipt_counts('receipts', '2019-03-31', currency => 'EURO');
\set VERBOSITY terse
SELECT count(*) FROM rfm('receipts', '2019-03-31', currency => 'USD');
DELETE FROM receipts WHERE currency = 'USD';
CREATE VIEW nothing AS SELECT * FROM receipts WHERE false;
SELECT count(*) FROM rfm('nothing', '2019-03-31', currency => 'USD');

-- blank ids and # are no customers and no receipts; they are counted
CREATE TABLE vague (customer_id text, receipt_id varchar(10), receipt_date date, amount numeric, currency text);
INSERT INTO vague SELECT 'A', i, date '2019-01-01' + i, 10, 'EUR' FROM generate_series(1, 3) AS i;
INSERT INTO vague SELECT id, 'n' || i, '2019-01-20', 1000 * i, 'EUR' FROM unnest(ARRAY['', '  ', '#', ' #', E'\t', U&'\00A0', NULL]) WITH ORDINALITY u(id, i);
INSERT INTO vague SELECT 'B', id, '2019-01-21', 100, 'EUR' FROM unnest(ARRAY['', '', ' ', '#', NULL, NULL, '7']) AS id;
INSERT INTO vague VALUES ('#', '#', '2019-01-22', 1, 'EUR'), ('A', '#', '2019-02-22', 1, 'EUR'), ('', '8', NULL, 1, 'EUR'), ('A', '9', '2019-01-02', 1, 'USD');
INSERT INTO vague VALUES ('##', '# 1', '2019-01-05', 1, 'EUR'), ('0', '0', '2019-01-05', 1, 'EUR');
SELECT * FROM receipt_counts('vague', '2019-01-31');
SELECT * FROM receipt_counts('vague', '2019-01-31', 'EUR');
SELECT customer_id, recency_days, frequency, monetary FROM rfm('vague', '2019-01-31', currency => 'EUR') ORDER BY 1;
SELECT customer_id, sum(receipt_count), sum(net) FROM receipt_totals('vague', '2019-01-31', currency => 'EUR') GROUP BY 1 ORDER BY 1;
SELECT customers, active, revenue FROM cohort_retention('vague', '2019-01-31', currency => 'EUR');
-- their amounts and currencies do not matter; a blank currency is NULL
UPDATE vague SET currency = 'JPY', amount = 'NaN' WHERE customer_id = '#';
UPDATE vague SET currency = ' ' WHERE receipt_id = '7';
SELECT count(*) FROM rfm('vague', '2019-01-31');
DELETE FROM vague WHERE receipt_id IN ('7', '9') OR currency = 'EUR' AND customer_id = 'B';
SELECT count(*) FROM rfm('vague', '2019-01-31');
SELECT lines, lines_used FROM receipt_counts('plain', '2019-12-31');
DROP TABLE vague;

-- frequency and monetary within a time window; recency does not change
CREATE TABLE visits (customer_id text, receipt_id int, receipt_date date, amount numeric);
INSERT INTO visits VALUES ('A', 1, '2018-03-31', 100), ('A', 2, '2018-04-01', 10), ('A', 3, '2019-02-01', 1), ('A', 4, '2019-03-05', -5),
    ('B', 5, '2018-01-01', 7), ('B', 6, '2019-03-01', -2), ('C', 7, '2019-03-31', 3), ('D', 8, '2019-01-01', -1), ('E', 9, '2018-03-31', 4);
SELECT customer_id, recency_days, frequency, monetary, rfm_score, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', months => 12) ORDER BY 1;
SELECT count(*) AS differing FROM (SELECT * FROM rfm('visits', '2019-03-31', months => 12) EXCEPT SELECT * FROM rfm('visits', '2019-03-31', since => '2018-04-01')) d;
SELECT customer_id, frequency, monetary FROM rfm('visits', '2019-02-28', months => 1) ORDER BY 1;
SELECT customer_id, frequency, monetary FROM rfm('visits', '2019-03-31', since => '2019-03-31') ORDER BY 1;
SELECT count(*) AS differing FROM (SELECT * FROM rfm('visits', '2019-03-31', since => '1900-01-01') EXCEPT SELECT * FROM rfm('visits', '2019-03-31')) d;
SELECT customer_id, rfm_score, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', months => 1, scheme => 'none') ORDER BY 1;
SELECT * FROM rfm('visits', '2019-03-31', months => 12, since => '2018-04-01');
SELECT * FROM rfm('visits', '2019-03-31', months => 0);
SELECT * FROM rfm('visits', '2019-03-31', months => 1201);
SELECT * FROM rfm('visits', '2019-03-31', since => '2019-04-01');
SELECT * FROM rfm('visits', '2019-03-31', since => '-infinity');

-- names in other languages, with the same codes and order
SELECT customer_id, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', months => 12, language => 'es') ORDER BY 1;
SELECT customer_id, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', scheme => 'rfm', language => 'de') ORDER BY 1;
INSERT INTO rules VALUES (5, 'rare', NULL, NULL, 1, 1), (6, 'often', NULL, NULL, 2, NULL), (2, 'often', NULL, NULL, 4, NULL);
SELECT customer_id, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', months => 12, rules => 'rules', language => 'de') ORDER BY 1;
TRUNCATE rules;
SELECT customer_id, segment, segment_code, segment_order FROM rfm('visits', '2019-03-31', months => 12, rules => 'rules') ORDER BY 1;
SELECT * FROM rfm('visits', '2019-03-31', language => 'fr');
SELECT * FROM rfm('visits', '2019-03-31', language => NULL);

-- any size of amount
CREATE TABLE huge AS SELECT 'C' || i AS customer_id, date '2019-01-01' + i::int AS receipt_date, v AS amount
FROM unnest(ARRAY[1e25, 1e26, 1e29, 1e307, 1e308, 1.7976931348623157e308, 1e309, 1e1000, -1e400, 1e131071]) WITH ORDINALITY u(v, i);
INSERT INTO huge VALUES ('C9', '2019-01-01', 5);
SELECT customer_id, length(trunc(monetary)::text) AS digits, m_score, segment FROM rfm('huge', '2019-02-01') ORDER BY 1;
SELECT count(*), length(trunc(sum(revenue))::text) AS digits FROM cohort_retention('huge', '2019-02-01');
DROP TABLE huge;

-- arguments are checked before receipts are read, and errors do not show the query
CREATE FUNCTION read() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'receipts were read'; END $$;
CREATE VIEW guarded AS SELECT * FROM visits WHERE read();
\set VERBOSITY default
SELECT * FROM rfm('guarded', '2019-03-31', scheme => 'gird');
SELECT * FROM rfm('guarded', '2019-03-31', options => '{"bin": 5}');
SELECT * FROM rfm('guarded', '2019-03-31', options => '{"bins": 4}');
SELECT * FROM rfm('guarded', '2019-03-31', model => '\x00');
SELECT * FROM rfm('guarded', '2019-03-31', rules => 'visits');
SELECT * FROM rfm('guarded', '2019-03-31', rates => 'visits');
SELECT * FROM rfm('guarded', '2019-03-31', language => 'fr');
SELECT * FROM rfm('guarded', '2019-03-31', currency => 'EUR');
SELECT * FROM cohort_retention('guarded', '2019-03-31', 'decade');
SELECT * FROM receipt_totals('guarded', 'infinity');
SELECT * FROM receipt_counts('guarded', '2019-03-31');
SELECT * FROM rfm('guarded', '2019-03-31');
SELECT * FROM cohort_retention('guarded', '2019-03-31');
DO $$ BEGIN PERFORM * FROM segment.rfm('visits', '2019-03-31', scheme => 'gird'); END $$;
\set VERBOSITY terse
CREATE VIEW spelt AS SELECT customer_id, receipt_date, amount::text AS amount FROM visits;
SELECT * FROM rfm('spelt', '2019-03-31');
CREATE VIEW numbered AS SELECT customer_id, receipt_date, amount::bigint::oid AS amount FROM visits;
SELECT * FROM rfm('numbered', '2019-03-31');
CREATE TABLE odd_rates AS SELECT 'EUR' AS currency, '1,0' AS rate;
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'odd_rates');
DROP TABLE odd_rates;
ALTER TABLE rates DROP COLUMN rate;
SELECT * FROM rfm('receipts', '2019-03-31', rates => 'rates');
-- domains over domains
CREATE DOMAIN day AS date;
CREATE DOMAIN receipt_day AS day;
CREATE DOMAIN zoned_day AS timestamptz;
CREATE DOMAIN receipt_zoned_day AS zoned_day;
CREATE VIEW dated AS SELECT customer_id, receipt_id, receipt_date::receipt_day AS receipt_date, amount FROM visits;
CREATE VIEW zone_dated AS SELECT customer_id, receipt_date::receipt_zoned_day AS receipt_date, amount FROM visits;
SELECT count(*) AS differing FROM (SELECT * FROM rfm('dated', '2019-03-31') EXCEPT SELECT * FROM rfm('visits', '2019-03-31')) d;
SELECT * FROM rfm('zone_dated', '2019-03-31');
DROP TABLE visits CASCADE;
DROP FUNCTION read;
DROP DOMAIN receipt_day, day, receipt_zoned_day, zoned_day;

-- the privileges of the caller apply
CREATE ROLE segment_reader;
GRANT USAGE ON SCHEMA segment TO segment_reader;
SET ROLE segment_reader;
SELECT * FROM rfm('receipts', '2019-03-31');
SELECT rfm_segment(1, 1, 1, 'rules'::regclass);
RESET ROLE;
GRANT SELECT ON receipts TO segment_reader;
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON receipts FOR SELECT TO segment_reader USING (customer_id = 'D');
SET ROLE segment_reader;
SELECT customer_id, frequency FROM rfm('receipts', '2019-03-31');
RESET ROLE;
-- names are quoted, and the search path of the caller does not matter
CREATE SCHEMA "odd; schema";
CREATE FUNCTION "odd; schema".max(date) RETURNS date LANGUAGE sql AS 'SELECT NULL::date';
CREATE VIEW "odd; schema"."re""ceipts" AS SELECT * FROM receipts;
SET search_path = "odd; schema", segment, public;
SELECT count(*) FROM rfm('"re""ceipts"', '2019-03-31');
SET search_path = public, segment;
CREATE TEMP TABLE receipts AS SELECT 'T' AS customer_id, '2019-01-01'::date AS receipt_date, 1 AS amount;
SELECT customer_id FROM rfm('receipts', '2019-03-31');
DROP TABLE pg_temp.receipts;

DROP SCHEMA "odd; schema" CASCADE;
DROP VIEW returns_only, zoned, textual, plain, loose, nothing;
DROP TABLE receipts, rules, rates, frozen;
DROP OWNED BY segment_reader;
DROP ROLE segment_reader;
