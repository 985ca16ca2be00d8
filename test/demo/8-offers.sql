\echo 'Events of the last week, and birthdays of the next one. Birth dates come from the business partners of SAP.'
\echo
CREATE TABLE stage_but000 (LIKE stage_kna1 INCLUDING IDENTITY);
\copy stage_but000(line) FROM 'BUT000.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'UTF8')
\o /dev/null
SELECT * FROM segment.sap_import('stage_but000', 'but000', client => '100');
\o
CREATE VIEW partners AS SELECT partner AS customer_id, birthdt AS birth_date FROM but000;
CREATE TABLE events AS
SELECT * FROM segment.triggers('receipts', '2025-12-31', 7, customers => 'partners', rates => 'rates');
SELECT trigger, count(*) AS customers, (array_agg(evidence ORDER BY strength DESC, customer_id))[1] AS "the strongest"
FROM events GROUP BY trigger ORDER BY count(*) DESC, trigger;

\echo 'Compared with what was generated: birthdays, and customers who stopped buying.'
\echo
CREATE TABLE true_birthdays (mandt text, customer_id text, birth_date text);
\copy true_birthdays FROM 'truth/birthdays.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE silent AS
SELECT DISTINCT customer_id
FROM segment.trigger_lapsed('receipts', '2025-12-31', 730, rates => 'rates') AS l
WHERE NOT EXISTS (SELECT FROM receipts r WHERE r.customer_id = l.customer_id AND r.amount >= 0 AND r.receipt_date >= l.happened_on AND r.receipt_date <= '2025-12-31');
WITH expected AS
(
    SELECT customer_id FROM true_birthdays
    WHERE mandt = '100' AND substr(birth_date, 5) IN ('1231', '0101', '0102', '0103', '0104', '0105', '0106', '0107')
), found AS
(
    SELECT customer_id FROM events WHERE trigger = 'birthday'
), ended AS
(
    SELECT t.customer_id, s.customer_id IS NOT NULL AS is_found
    FROM truth t LEFT JOIN silent s USING (customer_id)
    WHERE segment.sap_date(t.lapses_on) < '2025-07-01' AND t.frequency >= 5
)
SELECT (SELECT count(*) FROM expected) AS "birthdays", (SELECT count(*) FROM expected JOIN found USING (customer_id)) AS "found",
       (SELECT count(*) FROM found) - (SELECT count(*) FROM expected JOIN found USING (customer_id)) AS "wrong",
       count(*) AS "stopped before July", round(100 * avg(is_found::int), 1) AS "% found silent",
       (SELECT round(100 * avg((s.customer_id IS NOT NULL)::int), 1)
        FROM truth t LEFT JOIN silent s USING (customer_id) WHERE t.behaviour = 'regular' AND t.frequency >= 5)
       AS "% of those who did not stop"
FROM ended;

\echo 'Products that are bought together:'
\echo
CREATE TABLE true_pairs (antecedent text, consequent text, percent int);
\copy true_pairs FROM 'truth/pairs.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE rules AS
SELECT * FROM segment.association_rules('receipts', '2025-12-31', min_confidence => 0, options => '{"min_count": 5, "max_length": 2}');
SELECT count(*) AS "generated pairs", count(r.n) FILTER (WHERE r.lift > 1 AND r.q_value < 0.01) AS "found",
       round(avg(p.percent), 1) AS "% generated", round(100 * avg(r.confidence)::numeric, 1) AS "confidence, %"
FROM true_pairs p LEFT JOIN rules r ON r.antecedent = ARRAY[p.antecedent] AND r.consequent = p.consequent;

\echo 'The next best offer to five customers:'
\echo
CREATE TABLE basket_model AS
SELECT segment.basket_fit(items, '{"min_count": 20, "max_length": 3}') AS model
FROM (SELECT array_agg(product_id) AS items FROM receipts WHERE amount >= 0 GROUP BY customer_id, receipt_id) AS b;
SELECT o.customer_id AS "customer", offered.maktx AS "offer", o.reason,
       (SELECT string_agg(m.maktx, ', ' ORDER BY m.maktx) FROM makt m WHERE m.matnr = ANY (o.antecedent) AND m.spras = 'E') AS "because of",
       round(100 * o.confidence::numeric) AS "%"
FROM segment.next_best_offer('receipts', '2025-12-31', (SELECT model FROM basket_model), k => 1) AS o
JOIN makt offered ON offered.matnr = o.product_id AND offered.spras = 'E'
WHERE o.customer_id IN (SELECT customer_id FROM events WHERE trigger = 'due' ORDER BY strength DESC, customer_id LIMIT 5)
ORDER BY o.customer_id;
