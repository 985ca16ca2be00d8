-- Ledgers: receipts by customer and month, what refreshes write, and what rfm and
-- cohort_retention read of them.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA ledger_test;
SET search_path = ledger_test, segment;

-- ---- a small one, by hand ----

CREATE TABLE lines (customer_id text, receipt_id text, receipt_date date, amount numeric);
INSERT INTO lines VALUES
    ('A', '1', '2024-01-05', 10.00), ('A', '1', '2024-01-05', 5.5), ('A', '2', '2024-01-20', -3), ('A', '3', '2024-02-10', 7),
    ('B', NULL, '2024-01-31', 1), ('B', NULL, '2024-01-31', 2),         -- each line is a receipt
    ('B', '9', '2024-01-31', 4), ('B', '9', '2024-02-01', 6),           -- one receipt in two months: two
    ('C', '5', '2024-02-29', -8.25),                                   -- only returns
    ('C', '6', '1969-12-31', 1), ('C', '7', '2100-01-01', 2),           -- in the default partition
    (' ', '8', '2024-01-01', 1), ('D', '#', '2024-01-01', 1), (NULL, '8', '2024-01-01', 1), ('D', '8', NULL, 1);
SELECT create_ledger('book', 'lines');
SELECT customer_id, month, receipts, lines, sales, net, quantity, first_date, last_date FROM book ORDER BY customer_id, month;
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'book'::regclass ORDER BY 1;
SELECT * FROM ledger_check('book');

-- only differences are written
CREATE TABLE before AS SELECT customer_id, month, xmin::text AS version, ctid::text AS place FROM book;
CALL refresh_ledger('book');
SELECT count(*) AS rewritten FROM book b WHERE NOT EXISTS (SELECT FROM before o WHERE (o.customer_id, o.month, o.version, o.place) = (b.customer_id, b.month, b.xmin::text, b.ctid::text));
UPDATE lines SET amount = 8 WHERE receipt_id = '3';
DELETE FROM lines WHERE customer_id = 'C' AND receipt_id = '5';
INSERT INTO lines VALUES ('E', '10', '2023-06-01', 0), ('A', '11', '2024-01-31', 0.000);
UPDATE book SET net = 0, last_date = NULL WHERE customer_id = 'B' AND month = '2024-02-01';
INSERT INTO book (customer_id, month, receipts, lines, net) VALUES ('Z', '2024-01-01', 0, 1, -1);
SELECT * FROM ledger_check('book') ORDER BY 1, 2;
CALL refresh_ledger('book');
SELECT * FROM ledger_check('book');
SELECT b.customer_id, b.month FROM book b WHERE NOT EXISTS (SELECT FROM before o WHERE (o.customer_id, o.month, o.version, o.place) = (b.customer_id, b.month, b.xmin::text, b.ctid::text)) ORDER BY 1, 2;

-- ---- rfm and cohorts: the same rows from both ----

CREATE TABLE many AS
SELECT 'C' || abs(hashint4(i / 3) % 400) || CASE WHEN hashint4(i / 3) % 7 = 0 THEN ' with a long number' ELSE '' END AS customer_id, (i / 3)::text || CASE WHEN i % 5 = 0 THEN ' a long number of a receipt' ELSE '' END AS receipt_id,
       date '2022-01-01' + abs(hashint4(i / 3 + 7)) % 900 AS receipt_date,
       CASE WHEN i % 997 = 0 THEN 1e30 WHEN i % 7 = 0 THEN -(i % 50) / 4.0 ELSE (i % 1000) / 8.0 END AS amount
FROM generate_series(1, 9000) i;
CREATE VIEW many_in AS SELECT * FROM many WHERE receipt_id IS NOT NULL;
SELECT create_ledger('many_book', 'many_in');

CREATE FUNCTION differences(a text, b text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    -- as text, so that the scale of a numeric counts
    EXECUTE format('SELECT count(*) FROM ((SELECT r::text FROM (%1$s) r EXCEPT ALL SELECT r::text FROM (%2$s) r) UNION ALL'
                   ' (SELECT r::text FROM (%2$s) r EXCEPT ALL SELECT r::text FROM (%1$s) r)) d', a, b) INTO n;
    RETURN n;
END $$;
SELECT d, differences(format('SELECT * FROM rfm(''many'', %L)', d), format('SELECT * FROM rfm(''many_book'', %L)', d)) AS rfm,
       differences(format('SELECT * FROM rfm(''many'', %L, months => 6)', d), format('SELECT * FROM rfm(''many_book'', %L, months => 6)', d)) AS rfm_6_months,
       differences(format('SELECT * FROM cohort_retention(''many'', %L)', d), format('SELECT * FROM cohort_retention(''many_book'', %L)', d)) AS by_month,
       differences(format('SELECT * FROM cohort_retention(''many'', %L, ''quarter'')', d), format('SELECT * FROM cohort_retention(''many_book'', %L, ''quarter'')', d)) AS by_quarter,
       differences(format('SELECT * FROM cohort_retention(''many'', %L, ''year'')', d), format('SELECT * FROM cohort_retention(''many_book'', %L, ''year'')', d)) AS by_year
FROM unnest('{2022-01-31,2022-02-28,2023-08-31,2024-06-30,2030-12-31}'::date[]) d;
SELECT differences('SELECT * FROM rfm(''many'', ''2024-06-30'', since => ''2024-01-01'')', 'SELECT * FROM rfm(''many_book'', ''2024-06-30'', since => ''2024-01-01'')') AS since;
-- ---- a ledger's table is scanned, of other relations a statement reads: the same rows, with the caller's rights ----

CREATE VIEW whole_book AS SELECT b.*, 1 AS more FROM many_book b;
SELECT d, differences(format('SELECT * FROM rfm(''many_book'', %L)', d), format('SELECT * FROM rfm(''whole_book'', %L)', d)) AS rfm,
       differences(format('SELECT * FROM cohort_retention(''many_book'', %L)', d), format('SELECT * FROM cohort_retention(''whole_book'', %L)', d)) AS cohorts
FROM unnest('{2021-12-31,2022-06-30,2023-02-28,2030-12-31}'::date[]) d;
CREATE ROLE ledger_reader;
GRANT USAGE ON SCHEMA ledger_test TO ledger_reader;
SET ROLE ledger_reader;
SELECT count(*) FROM rfm('many_book', '2023-12-31');
RESET ROLE;
GRANT SELECT (customer_id, month, receipts, net, sales, first_date, last_date) ON many_book TO ledger_reader;
SELECT count(*) AS of_granted_columns FROM rfm('many_book', '2023-12-31') \gset
SET ROLE ledger_reader;
SELECT count(*) = :of_granted_columns AS all_customers FROM rfm('many_book', '2023-12-31');
RESET ROLE;
GRANT SELECT ON many_book TO ledger_reader;
ALTER TABLE many_book ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON many_book TO ledger_reader USING (customer_id < 'C2');
SET ROLE ledger_reader;
SELECT max(customer_id COLLATE "C") < 'C2' AS filtered, count(*) > 0 AS some FROM rfm('many_book', '2023-12-31');
SELECT sum(active) > 0 AS some FROM cohort_retention('many_book', '2023-12-31');
RESET ROLE;
ALTER TABLE many_book DISABLE ROW LEVEL SECURITY;
DROP POLICY few ON many_book;
REVOKE ALL ON many_book FROM ledger_reader;
REVOKE ALL ON SCHEMA ledger_test FROM ledger_reader;
DROP ROLE ledger_reader;
DROP VIEW whole_book;

-- ---- new partitions are loaded, others get statements: the same rows ----

CREATE TABLE loaded AS SELECT b::text AS row FROM many_book b;
SELECT count(*) AS indexes, count(*) FILTER (WHERE x.indisvalid AND x.indisready) AS valid,
       count(*) FILTER (WHERE pg_relation_size(x.indexrelid) > 8192) AS filled
FROM pg_index x JOIN pg_inherits i ON i.inhrelid = x.indrelid WHERE i.inhparent = 'many_book'::regclass;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT count(*) FROM many_book b WHERE b.customer_id >= '' AND b.net IS NOT NULL;
RESET enable_seqscan; RESET enable_bitmapscan;
TRUNCATE many_book;
CALL refresh_ledger('many_book');
SELECT differences('SELECT row FROM loaded', 'SELECT b::text FROM many_book b') AS inserted;
-- a failed load leaves nothing, and one in a subtransaction can be undone
BEGIN;
SAVEPOINT a;
SELECT create_ledger('undone', 'many_in');
ROLLBACK TO a;
SELECT to_regclass('undone') IS NULL AS undone;
SELECT create_ledger('undone', 'many_in');
SELECT differences('SELECT row FROM loaded', 'SELECT b::text FROM undone b') AS in_transaction;
ROLLBACK;
-- what belongs to the table from its first moment on is not passed by: triggers, checks, indexes
CREATE TABLE noted (n bigint);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledger_test.noted VALUES (1); RETURN NEW; END $$;
CREATE FUNCTION add_to_table() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT c.objid::regclass AS name, c.object_identity AS identity FROM pg_event_trigger_ddl_commands() c WHERE c.command_tag = 'CREATE TABLE'
    LOOP
        IF t.identity ~ 'triggered_2022_0[1-3]$' THEN
            EXECUTE format('CREATE TRIGGER note BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION ledger_test.note()', t.name);
        ELSIF t.identity ~ 'checked_2022_03$' THEN
            EXECUTE format('ALTER TABLE %s ADD CHECK (lines < 0)', t.name);
        ELSIF t.identity ~ 'parent$' THEN
            EXECUTE format('CREATE TRIGGER note AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION ledger_test.note()', t.name);
        ELSIF t.identity ~ 'indexed$' THEN
            EXECUTE format('CREATE INDEX ON %s (net)', t.name);
        END IF;
    END LOOP;
END $$;
CREATE EVENT TRIGGER add_to_table ON ddl_command_end EXECUTE FUNCTION add_to_table();
SELECT create_ledger('triggered', 'many_in');
SELECT (SELECT count(*) FROM noted) = (SELECT count(*) FROM triggered WHERE month < '2022-04-01') AS fired_for_each_row;
TRUNCATE noted;
SELECT create_ledger('parent', 'many_in');
SELECT (SELECT count(*) FROM noted) = (SELECT count(*) FROM parent) AS fired_for_each_row;
SELECT create_ledger('checked', 'many_in');
SELECT create_ledger('indexed', 'many_in');
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT differences('SELECT row FROM loaded', 'SELECT b::text FROM indexed b WHERE b.net > -1e300') AS by_index;
RESET enable_seqscan; RESET enable_bitmapscan;
DROP EVENT TRIGGER add_to_table;
SELECT drop_ledger(l) FROM unnest('{triggered,parent,indexed}'::text[]) l;

-- any relation with these columns will do
CREATE VIEW part_book AS SELECT * FROM many_book WHERE customer_id < 'C2';
SELECT count(*), sum(frequency) = (SELECT sum(receipts) FROM part_book) AS all_receipts FROM rfm('part_book', '2024-12-31');

-- what a ledger cannot give
SELECT * FROM rfm('many_book', '2024-06-29');
SELECT * FROM rfm('many_book', '2024-06-30', since => '2024-01-02');
SELECT * FROM rfm('many_book', '2024-06-30', currency => 'EUR');
SELECT * FROM rfm('many_book', 'infinity');
SELECT * FROM cohort_retention('many_book', '2024-06-30', 'week');
SELECT * FROM cohort_retention('many_book', NULL);
-- features and totals are those of the receipts that the ledger was made of
SELECT differences('SELECT * FROM receipt_features(''many'', ''2024-06-17'')', 'SELECT * FROM receipt_features(''many_book'', ''2024-06-17'')') AS features,
       differences('SELECT * FROM receipt_totals(''many'', ''2024-06-17'')', 'SELECT * FROM receipt_totals(''many_book'', ''2024-06-17'')') AS totals;
SELECT * FROM receipt_features('many_book', '2024-06-30', currency => 'EUR');
SELECT * FROM receipt_totals('part_book', '2024-06-30');
-- rows that are none of a ledger's
CREATE TABLE wrong (LIKE many_book);
ALTER TABLE wrong ALTER receipts DROP NOT NULL, ALTER net DROP NOT NULL;
INSERT INTO wrong (customer_id, month, receipts, lines, sales, net, quantity, first_date, last_date) VALUES ('A', '2024-01-01', 1, 1, 1, 1, NULL, '2024-01-01', '2025-01-01');
SELECT * FROM rfm('wrong', '2024-12-31');
SELECT * FROM cohort_retention('wrong', '2024-12-31');
UPDATE wrong SET last_date = '2024-01-01', sales = NULL;
SELECT * FROM rfm('wrong', '2024-12-31');
UPDATE wrong SET sales = 'NaN', net = 'NaN';
SELECT * FROM rfm('wrong', '2024-12-31');
UPDATE wrong SET receipts = -1, net = 1;
SELECT * FROM cohort_retention('wrong', '2024-12-31');

-- ---- changes ----

CREATE TABLE sold (customer_id bigint, receipt_id text, receipt_date timestamp, amount numeric(12, 2), currency text, quantity integer);
INSERT INTO sold SELECT i % 600, i::text, timestamp '2024-01-01' + (i % 250) * interval '25 hours', i % 90 - 5, CASE WHEN i % 50 = 0 THEN 'USD' ELSE 'EUR' END
FROM generate_series(1, 8000) i;
CREATE INDEX ON sold (customer_id);
ANALYZE sold;
SELECT create_ledger('sold_book', 'sold', 'changes');
SELECT create_ledger('sold_book', 'sold', 'changes', 'EUR');
CREATE FUNCTION logged() RETURNS TABLE (customer_id text, month date, n bigint) LANGUAGE sql AS $$
    SELECT c.customer_id, c.month, count(*) FROM segment.ledger_change c GROUP BY 1, 2 ORDER BY 1, 2 $$;
SELECT * FROM logged();
INSERT INTO sold VALUES (7, 'n1', '2024-03-31 23:59', 12, 'EUR', 3), (7, 'n1', '2024-03-31 23:59', 1, 'EUR', 6), (NULL, 'n2', '2024-03-01', 1, 'EUR', 1), (8, 'n3', NULL, 1, 'EUR', 1);
UPDATE sold SET receipt_date = receipt_date - interval '1 year' WHERE receipt_id = '7999';
DELETE FROM sold WHERE receipt_id = '17';
DELETE FROM sold WHERE false;
SELECT * FROM logged();
SELECT * FROM ledger_check('sold_book') ORDER BY 1, 2;
CALL refresh_ledger('sold_book');
SELECT customer_id, month, receipts, lines, sales, net, quantity, first_date, last_date FROM sold_book WHERE customer_id = '7' AND month = '2024-03-01';
SELECT * FROM logged();
SELECT * FROM ledger_check('sold_book');
-- what is written counts the same whether months or customers are read
UPDATE sold SET amount = amount + 1 WHERE receipt_date >= '2024-04-01' AND receipt_date < '2024-05-01';
SELECT differences('SELECT * FROM receipt_features(''sold'', ''2024-06-30'', ''EUR'')', 'SELECT * FROM receipt_features(''sold_book'', ''2024-06-30'')') AS in_euro;
UPDATE sold SET customer_id = 1001 WHERE receipt_id IN ('40', '41', '42');
CALL refresh_ledger('sold_book');
SELECT * FROM ledger_check('sold_book');
-- a statement with many customers logs its months
INSERT INTO sold SELECT i, 'm' || i, '2025-02-03', 1, 'EUR' FROM generate_series(2000, 12001) i;
SELECT * FROM logged();
CALL refresh_ledger('sold_book');
SELECT * FROM ledger_check('sold_book');
-- what nothing logged is found by a check, and not by a refresh
ALTER TABLE sold DISABLE TRIGGER USER;
DELETE FROM sold WHERE receipt_id = '102';
ALTER TABLE sold ENABLE TRIGGER USER;
SELECT count(*) FROM ledger_check('sold_book');
DELETE FROM sold WHERE receipt_id = '101';
CALL refresh_ledger('sold_book');
SELECT * FROM ledger_check('sold_book');
TRUNCATE sold;
SELECT * FROM logged();
CALL refresh_ledger('sold_book');
SELECT count(*) FROM sold_book;
INSERT INTO sold VALUES (1, '1', '2024-01-01', 1, 'EUR');
CALL refresh_ledger('sold_book');   -- into a partition that has become empty
SELECT customer_id, month, receipts, lines, sales, net, quantity, first_date, last_date FROM sold_book;

-- ---- a view of SAP receipts: changes of the tables under it ----

CREATE TABLE vbrk (mandt text, vbeln text, fkdat date, kunag text, waerk text, vbtyp text, fksto text, sfakn text);
CREATE TABLE vbrp (mandt text, vbeln text, posnr text, netwr numeric, matnr text, fkimg numeric);
CREATE TABLE kna1 (mandt text, kunnr text, xcpdk text);
INSERT INTO kna1 SELECT '100', lpad(i::text, 10, '0'), '' FROM generate_series(1, 9) i;
INSERT INTO vbrk SELECT '100', lpad(i::text, 10, '0'), date '2024-01-10' + i, lpad((i % 9 + 1)::text, 10, '0'), 'EUR', 'M', '', '' FROM generate_series(1, 90) i;
INSERT INTO vbrp SELECT '100', lpad((i / 2 + 1)::text, 10, '0'), i::text, i, 'M1', 1 FROM generate_series(0, 179) i;
SELECT receipt_lines FROM sap_receipts_view('ledger_test.billed', 'vbrk', 'vbrp', 'kna1');
SELECT create_ledger('billed_book', 'billed', 'changes', 'EUR');
SELECT c.relname, t.tgname ~ 'truncate$' AS truncates, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE 'segment_ledger_%' AND c.relname IN ('vbrk', 'vbrp', 'kna1') GROUP BY 1, 2 ORDER BY 1, 2;
CREATE FUNCTION logged_sap() RETURNS TABLE (customer_id text, month date, document text) LANGUAGE sql AS $$
    SELECT DISTINCT c.customer_id, c.month, c.document FROM segment.ledger_change c ORDER BY 1, 2, 3 $$;
CREATE FUNCTION after(statement text) RETURNS TABLE (logged bigint, different bigint, then_different bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    logged := (SELECT count(*) FROM logged_sap());
    different := (SELECT count(*) FROM ledger_check('billed_book'));
    CALL refresh_ledger('billed_book');
    then_different := (SELECT count(*) FROM ledger_check('billed_book'));
    RETURN NEXT;
END $$;
SELECT * FROM after($$UPDATE vbrk SET fksto = 'X' WHERE vbeln = '0000000007'$$);                  -- cancelled
SELECT * FROM after($$UPDATE vbrk SET fksto = '' WHERE vbeln = '0000000007'$$);
SELECT * FROM after($$UPDATE vbrk SET kunag = '0000000001', fkdat = '2024-06-01' WHERE vbeln = '0000000008'$$);
SELECT * FROM after($$UPDATE vbrp SET netwr = netwr + 1 WHERE vbeln = '0000000009'$$);
SELECT * FROM after($$DELETE FROM vbrp WHERE vbeln = '0000000010'$$);
SELECT * FROM after($$DELETE FROM vbrk WHERE vbeln = '0000000011'$$);
SELECT * FROM after($$INSERT INTO vbrp VALUES ('100', '0000000999', '1', 5, 'M1', 1)$$);           -- its header is not there yet
SELECT * FROM after($$INSERT INTO vbrk VALUES ('100', '0000000999', '2024-09-09', '0000000003', 'EUR', 'M', '', '')$$);
SELECT * FROM after($$UPDATE kna1 SET xcpdk = 'X' WHERE kunnr = '0000000004'$$);                   -- a one-time account
SELECT * FROM after($$UPDATE vbrk SET fkdat = NULL WHERE vbeln = '0000000012'$$);
SELECT * FROM after($$TRUNCATE vbrp$$);
SELECT * FROM after($$INSERT INTO vbrp SELECT '100', lpad((i / 200 + 1)::text, 10, '0'), i::text, i, 'M1', 1 FROM generate_series(0, 17999) i$$);
SELECT * FROM after($$DELETE FROM vbrk WHERE false$$);
-- an import logs its documents
CREATE TABLE staged (line_no bigint, line text);
INSERT INTO staged VALUES (1, 'MANDT;VBELN;FKDAT;KUNAG;WAERK;VBTYP;FKSTO;SFAKN'), (2, '100;0000001000;20241001;0000000005;EUR;M;;'), (3, '100;0000001001;20241001;0000000006;EUR;M;;');
SELECT rows_loaded FROM sap_import('staged', 'ledger_test.vbrk', sap_table => 'VBRK', delimiter => ';', check_keys => false);
SELECT * FROM logged_sap();
SELECT * FROM after($$INSERT INTO vbrp VALUES ('100', '1000', '1', 5, 'M1', 1)$$);
-- orders, with dates and numbers as SAP writes them
CREATE TABLE vbak (vbeln text, "AUDAT" text, kunnr text, waerk text, vbtyp text);
CREATE TABLE vbap (vbeln text, posnr text, netwr numeric, matnr text, kwmeng numeric, abgru text);
INSERT INTO vbak VALUES ('1', '20240105', '77', 'EUR', 'C'), ('0000000002', '20240205', '0000000077', 'EUR', 'C');
INSERT INTO vbap VALUES ('0000000001', '1', 5, 'M', 1, ''), ('2', '1', 7, 'M', 1, '');
SELECT receipt_lines FROM sap_receipts_view('ledger_test.ordered', 'vbak', 'vbap', include_one_time => true, source => 'orders');
SELECT create_ledger('ordered_book', 'ordered', 'changes', 'EUR');
SELECT customer_id, month, net FROM ordered_book ORDER BY 1, 2;
UPDATE vbap SET abgru = '01' WHERE vbeln = '2';
UPDATE vbak SET "AUDAT" = 'no date' WHERE vbeln = '1';
SELECT * FROM logged_sap();
UPDATE vbak SET "AUDAT" = '20240307' WHERE vbeln = '1';
CALL refresh_ledger('ordered_book');
SELECT * FROM ledger_check('ordered_book');
-- FI documents: an item stands for all months of its customer, a header for its month
CREATE TABLE bkpf (bukrs text, belnr text, gjahr text, blart text, budat date, waers text, stblg text);
CREATE TABLE bseg (bukrs text, belnr text, gjahr text, buzei text, koart text, kunnr text, shkzg text, wrbtr numeric, bschl text);
INSERT INTO bkpf SELECT '1000', lpad(i::text, 10, '0'), '2024', 'RV', date '2024-01-01' + i, 'EUR', '' FROM generate_series(1, 60) i;
INSERT INTO bseg SELECT '1000', lpad(i::text, 10, '0'), '2024', '001', 'D', lpad((i % 5)::text, 10, '1'), 'S', i, '01' FROM generate_series(1, 60) i;
SELECT receipt_lines FROM sap_receipts_view('ledger_test.posted', 'bkpf', 'bseg', include_one_time => true, source => 'fi');
SELECT create_ledger('posted_book', 'posted', 'changes', 'EUR');
UPDATE bkpf SET stblg = '0000000099' WHERE belnr = '0000000003';
UPDATE bseg SET wrbtr = 1000 WHERE belnr = '0000000040';
SELECT * FROM logged_sap();
SELECT * FROM ledger_check('posted_book') ORDER BY 1, 2;
CALL refresh_ledger('posted_book');
SELECT * FROM ledger_check('posted_book');
-- FI items that are cleared or open: an item stands for all months of its customer
CREATE TABLE bsad (bukrs text, kunnr text, augdt date, augbl text, gjahr text, belnr text, buzei text, budat date, waers text, blart text, bschl text, shkzg text, wrbtr numeric);
CREATE TABLE bsid (LIKE bsad);
INSERT INTO bsad SELECT '1000', lpad((i % 5)::text, 10, '1'), date '2024-01-31' + i, lpad((i + 1000)::text, 10, '0'), '2024', lpad(i::text, 10, '0'), '001', date '2024-01-01' + i,
    'EUR', 'RV', '01', 'S', i FROM generate_series(1, 40) i;
INSERT INTO bsid SELECT bukrs, ltrim(kunnr, '0'), NULL, '', gjahr, ltrim(belnr, '0'), '1', budat, waers, blart, bschl, shkzg, wrbtr FROM bsad WHERE wrbtr > 20; -- not yet cleared
SELECT receipt_lines FROM sap_receipts_view('ledger_test.cleared', 'bsad', 'bsid', include_one_time => true, source => 'fi');
SELECT create_ledger('cleared_book', 'cleared', 'changes', 'EUR');
DELETE FROM bsad WHERE belnr IN ('0000000010', '0000000030');
UPDATE bsad SET augbl = '0000000039', augdt = '2024-05-05' WHERE belnr = '0000000038';
UPDATE bsad SET bschl = '12', augdt = '2024-05-05', shkzg = 'H' WHERE belnr = '0000000039';             -- of another customer: no reversal
UPDATE bsad SET kunnr = (SELECT kunnr FROM bsad WHERE belnr = '0000000038') WHERE belnr = '0000000039'; -- a reversal
SELECT count(*) FROM ledger_check('cleared_book');
CALL refresh_ledger('cleared_book');
SELECT * FROM ledger_check('cleared_book');
-- the same item for two customers counts for both, and each of them has its own changes
INSERT INTO bsad SELECT bukrs, '0000000999', '2024-06-01', '0000002000', gjahr, belnr, buzei, budat, waers, blart, bschl, shkzg, wrbtr FROM bsid WHERE belnr = '30';
CALL refresh_ledger('cleared_book');
SELECT customer_id, sum(net) FROM cleared_book WHERE customer_id IN ('0000000999', lpad('0', 10, '1')) GROUP BY 1 ORDER BY 1;
SELECT * FROM ledger_check('cleared_book');
SELECT drop_ledger('cleared_book');
-- another view is none of these
CREATE VIEW copied AS SELECT * FROM billed;
COMMENT ON VIEW copied IS 'Receipts from SAP billing documents, of a view';
SELECT create_ledger('x', 'copied', 'changes', 'EUR');
SELECT drop_ledger('billed_book'), drop_ledger('ordered_book'), drop_ledger('posted_book');
SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'segment_ledger_%' AND tgrelid = ANY ('{vbrk,vbrp,kna1,bkpf,bseg,vbak,vbap}'::regclass[]);

-- ---- renamed columns and tables, and a table in place of another ----

CREATE TABLE "Old ""till""" (customer_id text, receipt_date date, amount numeric, "Load ""no""" integer) PARTITION BY RANGE (receipt_date);
CREATE TABLE "Old ""part""" PARTITION OF "Old ""till""" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO "Old ""till""" VALUES ('A', '2024-01-01', 1, 1);
SELECT create_ledger('till_changes', '"Old ""till"""', 'changes'), create_ledger('till_parts', '"Old ""till"""', 'partitions'),
       create_ledger('till_column', '"Old ""till"""', 'column', change_column => 'Load "no"');
-- while the table has another name or another column, changes are logged
ALTER TABLE "Old ""till""" RENAME TO till;
INSERT INTO till VALUES ('B', '2024-02-01', 1, 2);
CALL refresh_ledger('till_changes');
ALTER TABLE till RENAME customer_id TO customer;
INSERT INTO till VALUES ('C', '2024-03-01', 1, 3);
CALL refresh_ledger('till_parts');
ALTER TABLE till RENAME customer TO customer_id;
ALTER TABLE till RENAME TO "Old ""till""";
CALL refresh_ledger('till_changes');
CALL refresh_ledger('till_parts');
CALL refresh_ledger('till_column');
SELECT (SELECT count(*) FROM till_changes) AS changes, (SELECT count(*) FROM till_parts) AS parts, (SELECT count(*) FROM till_column) AS by_column;
-- the column of the marks has gone
ALTER TABLE "Old ""till""" RENAME "Load ""no""" TO load_no;
CALL refresh_ledger('till_column');
ALTER TABLE "Old ""till""" RENAME load_no TO "Load ""no""";
-- another table of the same name: nothing of it was logged
ALTER TABLE "Old ""till""" RENAME TO older;
CREATE TABLE "Old ""till""" (LIKE older) PARTITION BY RANGE (receipt_date);
CREATE TABLE newer PARTITION OF "Old ""till""" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO "Old ""till""" VALUES ('D', '2024-04-01', 1, 1);
CALL refresh_ledger('till_changes');
CALL refresh_ledger('till_parts');
CALL refresh_ledger('till_column');
SELECT string_agg(customer_id, ' ') AS changes, (SELECT string_agg(customer_id, ' ') FROM till_parts) AS parts, (SELECT string_agg(customer_id, ' ') FROM till_column) AS by_column FROM till_changes;
SELECT drop_ledger('till_changes'), drop_ledger('till_parts'), drop_ledger('till_column');
SELECT count(*) FROM segment.ledger_change;
SELECT count(*) FROM segment.ledger_partition;
DROP TABLE older;

-- ---- errors ----

SELECT create_ledger('book', 'lines');
SELECT create_ledger(NULL, 'lines');
SELECT create_ledger('a.b.c', 'lines');
SELECT create_ledger('x', 'lines', 'watermark');
SELECT create_ledger('x', 'many_in', 'changes');
SELECT create_ledger('x', 'lines', 'column');
SELECT create_ledger('x', 'lines', 'full', change_column => 'receipt_id');
SELECT create_ledger('x', 'lines', 'column', change_column => 'no');
SELECT create_ledger('x', 'lines', 'column', change_column => 'receipt_id');
SELECT create_ledger('x', 'lines', 'partitions');
CREATE TABLE in_euro (currency text, rate numeric);
SELECT create_ledger('x', 'sold', d, rates => 'in_euro', change_column => CASE d WHEN 'column' THEN 'receipt_date' END) FROM unnest('{column}'::text[]) d;
SELECT create_ledger('x', 'sold', 'changes', rates => 'in_euro');
CREATE MATERIALIZED VIEW stored AS SELECT * FROM many;
SELECT create_ledger('x', 'stored', 'column', change_column => 'receipt_date');
SELECT create_ledger('x', 'sold', 'full', 'CHF');
SELECT create_ledger('x', 'wrong');
SELECT create_ledger(repeat('x', 55), 'lines');
SELECT create_ledger('nowhere.x', 'lines');
CALL refresh_ledger('lines');
SELECT * FROM ledger_check('part_book');
CALL refresh_ledger(NULL);
CALL refresh_ledger(1::regclass);
SELECT segment_internal.ledger_refresh(NULL, 'lines', NULL, NULL, NULL);
SELECT segment_internal.ledger_refresh(1, 'lines', NULL, NULL, NULL);
SELECT segment_internal.ledger_refresh('book', 1, NULL, NULL, NULL);
SELECT segment_internal.ledger_refresh('lines', 'lines', NULL, NULL, NULL);
-- tables that are not what create_ledger makes
CREATE TABLE other (customer_id integer, month text, receipts text, lines bytea, sales date, net integer, quantity jsonb, first_date text, last_date float8) PARTITION BY RANGE (month);
SELECT segment_internal.ledger_refresh('other', 'lines', NULL, NULL, NULL);
SELECT * FROM segment_internal.ledger_differences('other', 'lines', NULL, NULL);
DROP TABLE other;
CREATE TABLE other (customer_id text, month date, receipts text, lines bytea, sales date, net integer, quantity jsonb, first_date text, last_date float8) PARTITION BY LIST (month);
SELECT segment_internal.ledger_refresh('other', 'lines', NULL, NULL, NULL);
DROP TABLE other;
CREATE TABLE other (month text) PARTITION BY RANGE (month);
SELECT segment_internal.ledger_refresh('other', 'lines', NULL, NULL, NULL);
CREATE TABLE swapped (net text, month date, customer_id text, receipts bigint, lines bigint, sales numeric, quantity numeric, first_date date, last_date text) PARTITION BY RANGE (month);
SELECT segment_internal.ledger_refresh('swapped', 'lines', NULL, NULL, NULL);
ALTER TABLE book ADD remark text;
CALL refresh_ledger('book');
SELECT * FROM segment_internal.ledger_differences('book', NULL, NULL, NULL);
INSERT INTO lines VALUES ('A', '1', '2024-01-01', NULL);
CALL refresh_ledger('book');
DROP TABLE lines;
CALL refresh_ledger('book');

-- ---- the end ----

SELECT drop_ledger('sold_book');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'sold'::regclass;
SELECT drop_ledger('sold_book');
SELECT drop_ledger(NULL);
DROP TABLE book;
SELECT drop_ledger('book');
SELECT drop_ledger('many_book');
DROP VIEW part_book;
SELECT drop_ledger('many_book');
SELECT count(*) FROM segment.ledger;
SET client_min_messages = warning;
DROP SCHEMA ledger_test CASCADE;
