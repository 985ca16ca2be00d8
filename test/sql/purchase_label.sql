-- purchase_label: who buys after a date, without a look at the future.
\pset format unaligned
CREATE SCHEMA label_test;
SET search_path = label_test, public;
CREATE TABLE sales (customer_id text, receipt_id text, receipt_date timestamp, amount numeric, product_id text);
INSERT INTO sales VALUES
    ('A', '1', '2020-01-10 10:00', 10, 'p'), ('A', '2', '2020-01-31 23:59', 5, 'q'), ('A', '3', '2020-02-01 00:00', 7, 'q'), ('A', '4', '2020-02-20', 9, 'p'),
    -- B: a return in the horizon; its sale comes on the first day after it
    ('B', '5', '2020-01-20', 10, 'p'), ('B', '6', '2020-02-10', -10, 'p'), ('B', '7', '2020-03-02', 3, 'p'),
    -- C: on the last day of the horizon, an exchange: p comes back, q is bought
    ('C', '8', '2020-01-05', 4, 'r'), ('C', '9', '2020-03-01 23:59:59', -4, 'p'), ('C', '9', '2020-03-01 23:59:59', 6, 'q'),
    -- D: is no customer yet;  E: returns only up to as_of;  F: a receipt that goes on after as_of
    ('D', '10', '2020-02-02', 8, 'p'), ('E', '11', '2020-01-31', -2, 'p'), ('F', '12', '2020-01-31', 5, 'p'), ('F', '12', '2020-02-01', 5, 'q'),
    -- G: a sale of nothing
    ('G', '13', '2020-01-01', 1, 'p'), ('G', '14', '2020-02-29', 0, 'q'), (NULL, '15', '2020-09-01', 1, 'p');
-- 30 days: 2020-02-01 to 2020-03-01
SELECT * FROM segment.purchase_label('sales', '2020-01-31', 30) ORDER BY 1;
SELECT * FROM segment.purchase_label('sales', '2020-01-31', 30, 'q') ORDER BY 1;
SELECT customer_id, label FROM segment.purchase_label('sales', '2020-01-31', 30, product_id => 'p') WHERE label ORDER BY 1;
SELECT count(*) AS customers, count(*) FILTER (WHERE label) AS buyers FROM segment.purchase_label('sales', '2020-01-31', 30, 'no such product');
-- the customers are those of receipt_features
SELECT count(*) AS different FROM segment.purchase_label('sales', '2020-01-31', 30) l FULL JOIN segment.receipt_features('sales', '2020-01-31') f USING (customer_id)
WHERE l IS NULL OR f IS NULL;

-- the horizon is over when the last receipt is on its last day, or later; else no label is known, not even of those who have bought
SELECT horizon, count(*) AS customers, count(label) AS labels FROM unnest('{1,31,32}'::int[]) horizon, segment.purchase_label('sales', '2020-01-31', horizon) GROUP BY 1 ORDER BY 1;
SELECT known_until, count(label) AS labels FROM unnest('{2020-02-29,2020-03-01,2020-03-02,infinity}'::date[]) known_until, segment.purchase_label('sales', '2020-01-31', 30, known_until => known_until) GROUP BY 1 ORDER BY 1;
INSERT INTO sales VALUES ('Z', '16', 'infinity', 1, 'p');
SELECT count(label) AS labels FROM segment.purchase_label('sales', '2020-01-31', 90);
DELETE FROM sales WHERE customer_id = 'Z';

-- no leakage: rows after the horizon change nothing, rows after as_of change neither customers nor features, rows up to as_of change no label
CREATE TABLE shop AS
SELECT hashint4(i) & 63 AS customer_id, i AS receipt_id, date '2021-01-01' + (hashint4(-i) & 511) AS receipt_date, (hashint4(i * 3) & 1023) - 50 AS amount, hashint4(i * 7) & 15 AS product_id
FROM generate_series(1, 900) i;
CREATE VIEW late_moved AS SELECT customer_id, receipt_id, CASE WHEN receipt_date > date '2021-10-01' + 60 THEN receipt_date + 200 ELSE receipt_date END AS receipt_date, amount * 2 AS amount, product_id FROM shop;
CREATE VIEW future_moved AS SELECT CASE WHEN receipt_date > date '2021-10-01' THEN customer_id + 30 ELSE customer_id END AS customer_id, receipt_id, receipt_date, amount, product_id FROM shop;
CREATE VIEW past_moved AS SELECT customer_id, receipt_id, CASE WHEN receipt_date <= date '2021-10-01' THEN date '2021-10-02' - (date '2021-10-02' - receipt_date + 1) / 2 - 1 ELSE receipt_date END AS receipt_date, CASE WHEN receipt_date <= date '2021-10-01' THEN amount + 7 ELSE amount END AS amount, product_id FROM shop;
CREATE VIEW nothing_after AS SELECT * FROM shop WHERE receipt_date <= date '2021-10-01';
CREATE FUNCTION labels(source regclass, product text) RETURNS text LANGUAGE sql AS $$
    SELECT md5(string_agg(l::text, ' ' ORDER BY l)) FROM segment.purchase_label(source, '2021-10-01', 60, product) l $$;
SELECT product, labels('shop', product) = labels('late_moved', product) AS after_horizon, labels('shop', product) = labels('past_moved', product) AS up_to_as_of,
       labels('shop', product) <> labels('future_moved', product) AS labels_of_others
FROM (VALUES (NULL), ('5')) v(product);
SELECT count(*) AS customers, count(*) FILTER (WHERE s.customer_id IS NULL OR m.customer_id IS NULL) AS different
FROM segment.purchase_label('shop', '2021-10-01', 60) s FULL JOIN segment.purchase_label('future_moved', '2021-10-01', 60) m USING (customer_id);
SELECT count(*) AS different FROM segment.receipt_features('shop', '2021-10-01') s FULL JOIN segment.receipt_features('nothing_after', '2021-10-01') f ON s = f WHERE s IS NULL OR f IS NULL;
SELECT count(label) AS labels, count(*) AS customers FROM segment.purchase_label('nothing_after', '2021-10-01', 60);

-- the same in plain SQL, for several dates
SELECT as_of, product, count(*) AS customers, count(*) FILTER (WHERE l.label) AS buyers,
       count(*) FILTER (WHERE l.label = (b.day IS NOT NULL) AND l.days_to_purchase IS NOT DISTINCT FROM b.day - as_of) AS same
FROM unnest('{2021-03-01,2021-06-15,2021-10-01,2022-01-01}'::date[]) as_of, unnest('{NULL,5,12}'::text[]) product,
     segment.purchase_label('shop', as_of, 45, product) l,
     LATERAL (SELECT min(receipt_date) AS day FROM shop s WHERE s.customer_id::text = l.customer_id AND receipt_date > as_of AND receipt_date <= as_of + 45
              AND amount >= 0 AND (product IS NULL OR product_id::text = product)) b
GROUP BY 1, 2 ORDER BY 1, 2;

-- a product is compared as text, and is a value, never SQL
SELECT count(*) FILTER (WHERE label) AS buyers FROM segment.purchase_label('sales', '2020-01-31', 30, $$q' OR 'x' = 'x$$);
-- a ledger: its receipts are read
SELECT segment.create_ledger('label_ledger', 'shop') IS NULL AS made;
SELECT count(*) AS customers, count(*) FILTER (WHERE a = b) AS same FROM segment.purchase_label('shop', '2021-10-01', 60) a JOIN segment.purchase_label('label_ledger', '2021-10-01', 60) b USING (customer_id);
SELECT segment.drop_ledger('label_ledger');
-- currencies
ALTER TABLE shop ADD currency text;
UPDATE shop SET currency = CASE WHEN product_id < 8 THEN 'EUR' ELSE 'USD' END;
SELECT count(*) > 0 AS customers FROM segment.purchase_label('shop', '2021-10-01', 60, currency => 'USD');
SELECT * FROM segment.purchase_label('shop', '2021-10-01', 60);

-- a view that joins, with far more receipts than the planner expects: the search for a later receipt compares no line with all documents
CREATE TABLE document AS SELECT i AS id, i % 500 AS customer_id, date '2020-01-01' + i / 200 AS receipt_date, 0 AS kind FROM generate_series(0, 59999) i;
CREATE TABLE item AS SELECT id, 10 AS amount FROM document;
ANALYZE document, item;
CREATE VIEW joined AS SELECT d.customer_id, d.id AS receipt_id, d.receipt_date, i.amount FROM document d JOIN item i USING (id)
WHERE d.kind % 2 = 0;
SET statement_timeout = '10s';
SELECT count(*) AS customers, count(label) AS labels FROM segment.purchase_label('joined', '2020-06-30', 17);
RESET statement_timeout;

-- what is refused
SELECT * FROM segment.purchase_label('sales', '2020-01-31', 0);
SELECT * FROM segment.purchase_label('sales', '2020-01-31', 36501);
SELECT * FROM segment.purchase_label('sales', '2020-01-31', NULL);
SELECT * FROM segment.purchase_label('sales', NULL, 30);
SELECT * FROM segment.purchase_label(NULL, '2020-01-31', 30);
SELECT * FROM segment.purchase_label('sales', 'infinity', 30);
SELECT * FROM segment.purchase_label('sales', '5874897-12-31', 30);
CREATE VIEW bare AS SELECT customer_id, receipt_date, amount FROM sales;
SELECT * FROM segment.purchase_label('bare', '2020-01-31', 30, 'p');
SELECT count(*) AS without_product FROM segment.purchase_label('bare', '2020-01-31', 30);
CREATE TABLE empty AS SELECT * FROM bare WHERE false;
SELECT count(*) AS rows FROM segment.purchase_label('empty', '2020-01-31', 30);
SET client_min_messages = warning;
DROP SCHEMA label_test CASCADE;
