-- Rules and offers from receipts: association_rules, next_best_offer, offer_backtest.
\pset format unaligned
\pset null '(null)'
CREATE SCHEMA basket_receipts_test;
SET search_path = basket_receipts_test, segment, public;

CREATE TABLE receipts (customer_id text, receipt_id text, receipt_date timestamp, amount numeric, product_id text, quantity numeric);
INSERT INTO receipts
SELECT 'c' || r % 6, 'r' || r, timestamp '2020-01-01' + r * interval '1 day', 10, p, 1
FROM generate_series(1, 24) r,
     unnest(CASE r % 4 WHEN 0 THEN '{bread,butter}'::text[] WHEN 1 THEN '{bread,butter,jam}' WHEN 2 THEN '{bread,milk}' ELSE '{beer,chips}' END) p;
INSERT INTO receipts VALUES
    ('c1', 'r1', '2020-01-02', 10, 'bread', 1),         -- a product twice on a receipt
    ('c1', 'x1', '2020-01-03', -10, 'beer', -1),        -- a return is no purchase
    ('c1', 'x2', '2020-01-03', 10, 'beer', 0),          -- nor is no piece
    ('c1', 'x3', '2020-01-03', -1, 'beer', NULL),       -- nor a negative amount
    ('c7', 'x4', '2020-01-04', NULL, 'milk', NULL),     -- amount and quantity may be unknown
    ('c7', NULL, '2020-01-05', 5, 'jam', 1),            -- a line without a number is a receipt
    ('c7', NULL, '2020-01-05', 5, 'bread', 1),
    ('c8', 'x5', '2020-01-06', 0, 'beer', 1),           -- nothing paid
    (NULL, 'x6', '2020-01-06', 5, 'beer', 1), ('#', 'x7', '2020-01-06', 5, 'beer', 1),
    ('c8', '', '2020-01-06', 5, 'chips', 1), ('c8', 'x8', '2020-01-06', 5, NULL, 1), ('c8', 'x9', '2020-01-06', 5, ' ', 1),
    ('c8', 'x10', NULL, 5, 'chips', 1),
    ('c9', 'x11', '2020-03-01', 5, 'chips', 1);         -- after the date

-- ---- association_rules ----
SELECT antecedent, consequent, n, round(confidence::numeric, 3) AS confidence, round(lift::numeric, 3) AS lift
FROM association_rules('receipts', '2020-01-31', options => '{"min_count": 6}') ORDER BY antecedent, consequent;
-- the same from baskets made by hand
WITH basket AS (
    SELECT array_agg(product_id) AS items FROM receipts
    WHERE btrim(customer_id) NOT IN ('', '#') AND btrim(product_id) NOT IN ('', '#') AND receipt_date < '2020-02-01'
      AND (quantity > 0 OR quantity IS NULL) AND (amount >= 0 OR amount IS NULL) AND receipt_id IS DISTINCT FROM ''
    GROUP BY customer_id, receipt_id, CASE WHEN receipt_id IS NULL THEN product_id END)
SELECT (SELECT count(*) FROM basket) AS baskets, (SELECT count(*) FROM association_rules('receipts', '2020-01-31', min_lift => 0, options => '{"min_count": 1}')) AS rules,
       (SELECT count(*) FROM (SELECT * FROM association_rules('receipts', '2020-01-31', min_lift => 0, options => '{"min_count": 1}')
                              EXCEPT SELECT * FROM basket_rules((SELECT basket_fit(items, '{"min_count": 1}') FROM basket), min_lift => 0)) d) AS other_rules;
SELECT count(*) AS rules, max(n) AS n FROM association_rules('receipts', '2020-01-31', by => 'customer', min_lift => 0, options => '{"min_count": 1}');
SELECT count(*) AS before_all FROM association_rules('receipts', '1999-01-01');
-- integer ids, and no column quantity
CREATE TABLE by_number AS SELECT ltrim(customer_id, 'c')::int AS customer_id, ltrim(receipt_id, 'rx')::int AS receipt_id, receipt_date::date AS receipt_date, amount, length(product_id) AS product_id
FROM receipts WHERE receipt_id ~ '^r';
SELECT antecedent, consequent, n FROM association_rules('by_number', '2020-01-31', 'receipt', 0.9) ORDER BY 1, 2;

SELECT count(*) FROM association_rules('receipts', '2020-01-31', by => 'shop');
SELECT count(*) FROM association_rules('receipts', NULL);
SELECT count(*) FROM association_rules('receipts', '2020-01-31', options => '{"support": 1}');
SELECT count(*) FROM association_rules('receipts', '2020-01-31', min_confidence => 2);
SELECT count(*) FROM association_rules('receipts', '2020-01-31', min_confidence => NULL);
CREATE VIEW without_product AS SELECT customer_id, receipt_id, receipt_date, amount FROM receipts;
SELECT count(*) FROM association_rules('without_product', '2020-01-31');
CREATE VIEW without_receipt AS SELECT customer_id, receipt_date, amount, product_id FROM receipts;
SELECT count(*) FROM association_rules('without_receipt', '2020-01-31');
SELECT count(*) FROM association_rules('without_receipt', '2020-01-31', by => 'customer', options => '{"min_count": 3}');
CREATE VIEW text_quantity AS SELECT customer_id, receipt_id, receipt_date, amount, product_id, quantity::text AS quantity FROM receipts;
SELECT count(*) FROM association_rules('text_quantity', '2020-01-31');

-- ---- next_best_offer ----
SELECT basket_fit(items, '{"min_count": 3}') AS model FROM (SELECT array_agg(product_id) AS items FROM receipts WHERE receipt_id ~ '^r' GROUP BY receipt_id) b \gset
SELECT customer_id, array_agg(DISTINCT product_id ORDER BY product_id) AS owned FROM receipts
WHERE quantity > 0 AND amount >= 0 AND receipt_date < '2020-02-01' AND customer_id IN ('c1', 'c2', 'c7', 'c8') AND product_id > ' ' AND receipt_id <> '' GROUP BY 1 ORDER BY 1;
SELECT customer_id, rank, product_id, reason, antecedent, round(confidence::numeric, 3) AS confidence, round(lift::numeric, 3) AS lift, n, value
FROM next_best_offer('receipts', '2020-01-31', :'model', k => 3) WHERE customer_id IN ('c1', 'c2', 'c7', 'c8') ORDER BY 1, 2;
-- a segment's best sellers before those of all, values, and products that are left out
CREATE TABLE segments (customer_id text, segment text);
INSERT INTO segments VALUES ('c8', 'new'), ('c7', 'new'), ('c1', 'old'), ('c3', 'old'), ('nobody', 'old'), (NULL, 'old');
CREATE TABLE product_values (product_id text, value numeric);
INSERT INTO product_values VALUES ('milk', 100), ('butter', 1), ('jam', 2), ('wine', 9);
CREATE TABLE sensitive (product_id text);
INSERT INTO sensitive VALUES ('butter'), (NULL), ('never sold');
CREATE TABLE suppressed (product_id text, customer_id text);
INSERT INTO suppressed VALUES ('chips', NULL), ('milk', 'c8'), ('bread', 'c8');
SELECT customer_id, rank, product_id, reason, antecedent, round(confidence::numeric, 3) AS confidence, value
FROM next_best_offer('receipts', '2020-01-31', :'model', segments => 'segments', product_values => 'product_values', k => 4, min_lift => 0)
WHERE customer_id IN ('c1', 'c7', 'c8') ORDER BY 1, 2;
SELECT customer_id, rank, product_id, reason, antecedent FROM next_best_offer('receipts', '2020-01-31', :'model', exclude => 'sensitive', min_lift => 0)
WHERE customer_id IN ('c1', 'c7', 'c8') ORDER BY 1, 2;
SELECT customer_id, rank, product_id, reason, antecedent FROM next_best_offer('receipts', '2020-01-31', :'model', 'segments', 'suppressed', k => 9)
WHERE customer_id IN ('c1', 'c7', 'c8') ORDER BY 1, 2;
-- a product that the model does not have, and that the segment and all buy, is offered once, too
SELECT basket_fit(items, '{"min_count": 15}') AS small_model FROM (SELECT array_agg(product_id) AS items FROM receipts WHERE receipt_id ~ '^r' GROUP BY receipt_id) b \gset
SELECT items FROM basket_itemsets(:'small_model');
SELECT customer_id, rank, product_id, reason FROM next_best_offer('receipts', '2020-01-31', :'small_model', 'segments', k => 9)
WHERE customer_id IN ('c7', 'c8') ORDER BY 1, 2;
-- nothing owned or excluded is offered, each product once, ranks without holes, and every reason is true
CREATE VIEW both_excluded AS SELECT product_id FROM sensitive UNION SELECT product_id FROM suppressed WHERE customer_id IS NULL;
SELECT count(*) AS offers, count(*) FILTER (WHERE o.product_id IN ('butter', 'chips')) AS excluded,
       count(*) FILTER (WHERE EXISTS (SELECT FROM receipts r WHERE (r.customer_id, r.product_id) = (o.customer_id, o.product_id)
                                      AND r.receipt_date < '2020-02-01' AND r.quantity > 0 AND r.amount >= 0)) AS owned,
       count(*) - count(DISTINCT (o.customer_id, o.product_id)) AS twice, count(*) FILTER (WHERE rank <> number) AS holes,
       count(*) FILTER (WHERE reason = 'rule' AND NOT EXISTS (
           SELECT FROM basket_rules(:'model', 0.1) r WHERE (r.antecedent, r.consequent, r.confidence, r.lift, r.n) = (o.antecedent, o.product_id, o.confidence, o.lift, o.n))) AS untrue_rules,
       count(*) FILTER (WHERE reason = 'rule' AND NOT o.antecedent <@ ARRAY(SELECT r.product_id FROM receipts r WHERE r.customer_id = o.customer_id)) AS other_antecedents
FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY rank) AS number
      FROM next_best_offer('receipts', '2020-01-31', :'model', exclude => 'both_excluded', k => 9)) o;
SELECT count(*) AS nobody FROM next_best_offer('receipts', '1999-01-01', :'model');

SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', NULL);
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', '\x00');
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', k => 0);
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', k => NULL);
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', segments => 'sensitive');
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', exclude => 'segments');
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', product_values => 'sensitive');
INSERT INTO segments VALUES ('c1', 'new');
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', segments => 'segments');
INSERT INTO product_values VALUES ('beer', 'NaN');
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', product_values => 'product_values');
INSERT INTO product_values VALUES ('beer', 1);
SELECT count(*) FROM next_best_offer('receipts', '2020-01-31', :'model', product_values => 'product_values');

-- ---- offer_backtest ----
SELECT method, customers, customers_hit, round(hit_rate::numeric, 3) AS hit_rate, round(hit_rate_lower::numeric, 3) AS hit_rate_lower,
       round(hit_rate_upper::numeric, 3) AS hit_rate_upper, offers, offers_hit, round(precision::numeric, 3) AS precision,
       round(precision_lower::numeric, 3) AS precision_lower, round(precision_upper::numeric, 3) AS precision_upper
FROM offer_backtest('receipts', '2020-01-08', k => 2, options => '{"min_count": 2}');
-- nobody to judge
SELECT method, customers, customers_hit, hit_rate, hit_rate_lower, offers, precision FROM offer_backtest('receipts', '2025-01-01');
SELECT method, customers, offers FROM offer_backtest('receipts', '1999-01-01');
SELECT count(*) FROM offer_backtest('receipts', NULL);
SELECT count(*) FROM offer_backtest('receipts', 'infinity');
SELECT count(*) FROM offer_backtest('receipts', '2020-01-08', k => 0);
SELECT count(*) FROM offer_backtest('receipts', '2020-01-08', level => 1);
SELECT count(*) FROM offer_backtest('receipts', '2020-01-08', by => 'x');

-- the caller's rights: a relation that may not be read
CREATE ROLE regress_basket;
GRANT USAGE ON SCHEMA basket_receipts_test TO regress_basket;
SET ROLE regress_basket;
SELECT count(*) FROM segment.association_rules('receipts', '2020-01-31');
RESET ROLE;
GRANT SELECT ON receipts TO regress_basket;
SET ROLE regress_basket;
SELECT count(*) FROM segment.association_rules('receipts', '2020-01-31');
SELECT count(*) FROM segment.next_best_offer('receipts', '2020-01-31', :'model');
SELECT count(*) FROM segment.offer_backtest('receipts', '2020-01-08');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA basket_receipts_test CASCADE;
DROP ROLE regress_basket;
