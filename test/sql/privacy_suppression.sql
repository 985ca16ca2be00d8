-- Privacy: suppressed customers.
\set VERBOSITY terse
\pset null '(null)'
CREATE SCHEMA "Out";
CREATE TABLE "Out"."No Contact" (customer_id bigint, reason text);
INSERT INTO "Out"."No Contact" VALUES (1, 'opt-out'), (2, 'complaint'), (2, 'again'), (NULL, 'unknown'), (999, 'not a customer');
CREATE TABLE privacy_scores AS SELECT i AS id, 100 - i AS score, i % 2 AS half FROM generate_series(1, 20) i;
SELECT array_agg(id ORDER BY rank) FROM segment.top_n('privacy_scores', 'id', 'score', 3);
SELECT segment.register_suppression('"Out"."No Contact"');
SELECT relation, owner = current_user AS mine FROM segment.suppressions;
SELECT array_agg(id ORDER BY rank) FROM segment.top_n('privacy_scores', 'id', 'score', 3);
SELECT segment, count(*), bool_or(id IN ('1', '2')) AS suppressed, min(inclusion_probability) AS probability FROM segment.quota_sample('privacy_scores', 'id', 'half', 9) GROUP BY 1 ORDER BY 1;
SELECT count(*), bool_or(id IN ('1', '2')) AS suppressed FROM segment.ab_assign('privacy_scores', 'id', NULL, '{a,b}');
CREATE TABLE privacy_bought AS
SELECT i::text AS customer_id, 'r' || i AS receipt_id, date '2024-01-10' AS receipt_date, 5.00 AS amount, p AS product_id
FROM generate_series(1, 20) i, unnest(CASE WHEN i % 2 = 0 THEN '{A,B}' ELSE '{A,C}' END::text[]) p;
SELECT count(DISTINCT customer_id) AS customers, bool_or(customer_id IN ('1', '2')) AS suppressed
FROM segment.next_best_offer('privacy_bought', '2024-12-31', (SELECT segment.basket_fit(ARRAY[product_id]) FROM privacy_bought));
CALL segment.run_triggers('privacy_contacts', '2024-01-12', 'privacy_bought', 7, options => '{"triggers": ["first_purchase"]}');
SELECT count(*), bool_or(customer_id IN ('1', '2')) AS suppressed FROM privacy_contacts;
-- the list is read at each call
DELETE FROM "Out"."No Contact" WHERE customer_id = 1;
SELECT array_agg(id ORDER BY rank) FROM segment.top_n('privacy_scores', 'id', 'score', 3);
-- a list that is gone is an error, not an empty list
ALTER TABLE "Out"."No Contact" RENAME TO moved;
SELECT * FROM segment.top_n('privacy_scores', 'id', 'score', 3);
ALTER TABLE "Out".moved RENAME TO "No Contact";
-- errors
SELECT segment.register_suppression('"Out"."No Contact"');
SELECT segment.register_suppression('privacy_scores');
CREATE TEMPORARY TABLE privacy_temporary (customer_id text);
SELECT segment.register_suppression('privacy_temporary');
SELECT segment.drop_suppression('privacy_scores');
SELECT segment.drop_suppression('a.b.c');
SELECT segment.drop_suppression('"No Contact"');
SELECT segment.drop_suppression('"Out"."No Contact"');
SELECT count(*) FROM segment.suppressions;
SELECT array_agg(id ORDER BY rank) FROM segment.top_n('privacy_scores', 'id', 'score', 3);
DROP SCHEMA "Out" CASCADE;
DROP TABLE privacy_scores, privacy_bought, privacy_contacts;
