-- Privacy: campaigns and their approval, and forgetting a customer; t/79_privacy.pl has the roles.
\set VERBOSITY terse
\pset null '(null)'
CREATE TABLE privacy_members AS SELECT 'c' || i AS customer_id, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS arm, 's' AS segment FROM generate_series(1, 6) i;
CREATE VIEW privacy_turned AS SELECT * FROM privacy_members ORDER BY customer_id DESC;
SELECT segment.build_campaign('spring', 'privacy_members') = segment.build_campaign('spring', 'privacy_turned') AS order_does_not_matter;
SELECT campaign_name, members, is_approved, approved_by FROM segment.campaigns;
SELECT * FROM segment.campaign_members('spring');
SELECT count(*) FROM segment.campaign_members('spring', include_unapproved => true);
SELECT segment.approve_campaign('spring');
SELECT action, members, role_name = current_user AS mine, count(*) FROM segment.campaign_log GROUP BY 1, 2, 3 ORDER BY 1;
-- hashes: an arm, a segment, a customer
CREATE TEMPORARY TABLE privacy_hash AS SELECT audience_hash FROM segment.campaigns;
UPDATE privacy_members SET arm = 'c' WHERE customer_id = 'c1';
SELECT segment.build_campaign('spring', 'privacy_members') = audience_hash AS same FROM privacy_hash;
UPDATE privacy_members SET arm = 'b', segment = NULL WHERE customer_id = 'c1';
SELECT segment.build_campaign('spring', 'privacy_members') = audience_hash AS same FROM privacy_hash;
UPDATE privacy_members SET segment = 's' WHERE customer_id = 'c1';
SELECT segment.build_campaign('spring', 'privacy_members') = audience_hash AS same FROM privacy_hash;
-- suppressed customers
CREATE TABLE privacy_no_contact AS SELECT 'c2' AS customer_id;
SELECT segment.register_suppression('privacy_no_contact');
SELECT segment.build_campaign('autumn', 'privacy_members') IS NOT NULL AS built;
SELECT count(*), bool_or(customer_id = 'c2') AS suppressed FROM segment.campaign_members('autumn', true);
SELECT segment.drop_suppression('privacy_no_contact');
-- the log only grows
UPDATE segment.campaign_action SET role_name = 'other';
DELETE FROM segment.campaign_action;
TRUNCATE segment.campaign_action;
-- errors
INSERT INTO privacy_members VALUES ('c1', 'a');
SELECT segment.build_campaign('spring', 'privacy_members');
UPDATE privacy_members SET customer_id = ' ' WHERE arm = 'a' AND customer_id = 'c1';
SELECT segment.build_campaign('spring', 'privacy_members');
SELECT segment.build_campaign('spring', 'privacy_no_contact');
SELECT segment.build_campaign('', 'privacy_members');
SELECT segment.build_campaign(NULL, 'privacy_members');
SELECT segment.approve_campaign('winter');
SELECT segment.campaign_members('winter');
SELECT segment.drop_campaign('winter');
SELECT segment.grant_approver('nobody there');
SELECT segment.grant_approver(NULL);

-- rows that differ at each reading
CREATE SEQUENCE privacy_reading;
CREATE VIEW privacy_changing AS SELECT i AS customer_id, CASE WHEN nextval('privacy_reading') <= 3 THEN 'a' END AS arm FROM generate_series(1, 3) i;
SELECT segment.build_campaign('changing', 'privacy_changing');
CREATE VIEW privacy_blank AS SELECT i AS customer_id, ' ' AS arm FROM generate_series(1, 3) i;
SELECT segment.build_campaign('blank', 'privacy_blank');
DROP VIEW privacy_changing, privacy_blank;
DROP SEQUENCE privacy_reading;

-- ---- forget ------------------------------------------------------------------------------
CREATE TABLE privacy_shop AS SELECT i::bigint AS id, i % 7 AS x, i % 3 AS y FROM generate_series(1, 40) i;
SELECT segment.create_model('forget', 'kmeans', 'privacy_shop', 'id', '{x,y}', '{"k": 2}');
CALL segment.refit('forget');
CALL segment.publish('{forget}', 'privacy_published', '2024-01-01');
UPDATE privacy_shop SET x = x + 100 WHERE id = 7;
CALL segment.publish('{forget}', 'privacy_published', '2024-02-01');
-- a table of that form that publish has not written
CREATE TABLE privacy_own (id bigint, assigned_at timestamptz);
CREATE TABLE privacy_own_history (id bigint, valid_from timestamptz, valid_to timestamptz);
INSERT INTO privacy_own VALUES (7, now());
CREATE TABLE privacy_receipts AS SELECT i::text AS customer_id, 'r' || i AS receipt_id, date '2024-01-10' AS receipt_date, 5.00 AS amount FROM generate_series(1, 40) i;
CALL segment.run_triggers('privacy_contacts', '2024-01-12', 'privacy_receipts', 7, options => '{"triggers": ["first_purchase"]}');
SELECT segment.create_ledger('privacy_ledger', 'privacy_receipts');
CALL segment.refresh_ledger('privacy_ledger');
CREATE TABLE privacy_sevens AS SELECT i AS customer_id, 'a' AS arm FROM generate_series(6, 8) i;
SELECT segment.build_campaign('sevens', 'privacy_sevens') IS NOT NULL AS built;
CALL segment.forget_customer('c3');
-- keys of other types
CREATE TABLE privacy_padded AS SELECT i::text::char(5) AS id, i % 7 AS x, i % 3 AS y FROM generate_series(1, 40) i;
CREATE TABLE privacy_short AS SELECT i::smallint AS id, i % 7 AS x, i % 3 AS y FROM generate_series(1, 40) i;
SELECT segment.create_model(n, 'kmeans', format('privacy_%s', n)::regclass, 'id', '{x,y}', '{"k": 2}') FROM unnest('{padded,short}'::text[]) n;
CALL segment.refit('padded');
CALL segment.refit('short');
CALL segment.publish('{padded}', 'privacy_padded_published', '2024-01-01');
CALL segment.publish('{short}', 'privacy_short_published', '2024-01-01');
CALL segment.forget_customer(39);
SELECT segment.drop_model(n) FROM unnest('{padded,short}'::text[]) n;
DROP TABLE privacy_padded, privacy_short, privacy_padded_published, privacy_padded_published_history, privacy_short_published, privacy_short_published_history;
-- a row that stays is an error
CREATE FUNCTION privacy_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON privacy_contacts FOR EACH ROW EXECUTE FUNCTION privacy_keep();
CALL segment.forget_customer(7);
DROP FUNCTION privacy_keep() CASCADE;
-- an objection after the build
CREATE TABLE privacy_later AS SELECT '8'::text AS customer_id;
SELECT segment.register_suppression('privacy_later');
SELECT customer_id FROM segment.campaign_members('sevens', true);
SELECT segment.drop_suppression('privacy_later');
DROP TABLE privacy_later;
-- who is no superuser is told that not all was searched, whether or not there is something
CREATE ROLE privacy_clerk;
SET ROLE privacy_clerk;
CALL segment.forget_customer(7);
CALL segment.forget_customer('nobody');
RESET ROLE;
DROP ROLE privacy_clerk;
CALL segment.forget_customer('7''; DROP TABLE privacy_shop; --');
CALL segment.forget_customer(7);
SELECT (SELECT count(*) FROM privacy_published WHERE id = 7) AS published, (SELECT count(*) FROM privacy_published_history WHERE id = 7) AS history,
       (SELECT count(*) FROM privacy_contacts WHERE customer_id = '7') AS contacts, (SELECT count(*) FROM privacy_ledger WHERE customer_id = '7') AS ledger,
       (SELECT count(*) FROM segment.campaign_members('sevens', true) WHERE customer_id = '7') AS members, (SELECT count(*) FROM privacy_own) AS own,
       (SELECT count(*) FROM privacy_shop) AS source, (SELECT count(*) FROM privacy_published) AS others;
CALL segment.forget_customer('7');
CALL segment.forget_customer(' ');
CALL segment.forget_customer(NULL::text);
SELECT action, members FROM segment.campaign_log WHERE campaign_name = 'sevens' ORDER BY action_id;
SELECT segment.drop_campaign(campaign_name) FROM segment.campaigns;
SELECT segment.drop_ledger('privacy_ledger'), segment.drop_model('forget');
DROP VIEW privacy_turned;
DROP TABLE privacy_members, privacy_no_contact, privacy_shop, privacy_published, privacy_published_history, privacy_own, privacy_own_history, privacy_receipts, privacy_contacts, privacy_sevens;
