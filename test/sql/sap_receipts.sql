-- Receipts out of billing documents and sales orders.
CREATE SCHEMA receipts_test;
SET search_path = receipts_test;
SET datestyle = iso;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE TABLE kna1 (mandt text, kunnr text, xcpdk text);
INSERT INTO kna1 VALUES ('100', '0000000001', NULL), ('100', '0000000002', ''), ('100', '0000000009', 'X'), ('200', '0000000001', 'X');
CREATE TABLE vbrk (mandt text, vbeln text, vbtyp text, fkdat date, waerk text, kunag text, kunrg text, fksto text, sfakn text);
CREATE TABLE vbrp (mandt text, vbeln text, posnr text, matnr text, fkimg numeric(18,3), netwr numeric(20,5));
INSERT INTO vbrk VALUES
    ('100', '0090000001', 'M', '2024-01-05', 'EUR', '0000000001', '0000000002', NULL, NULL),
    ('100', '0090000002', 'O', '2024-01-06', 'EUR', '0000000001', '0000000001', '', ''),             -- credit memo
    ('100', '0090000003', 'P', '2024-01-07', 'JPY', '0000000002', '0000000002', NULL, '0000000000'), -- debit memo
    ('100', '0090000004', 'M', '2024-01-08', 'EUR', '0000000002', '0000000002', 'X', NULL),          -- cancelled
    ('100', '0090000005', 'N', '2024-01-08', 'EUR', '0000000002', '0000000002', NULL, '0090000004'), -- its cancellation
    ('100', '0090000006', 'U', '2024-01-09', 'EUR', '0000000002', '0000000002', NULL, NULL),         -- pro forma
    ('100', '0090000007', 'M', '2024-01-10', 'EUR', '0000000009', '0000000009', NULL, NULL),         -- one-time customer
    ('100', '0090000008', 'S', '2024-01-11', 'EUR', '0000000001', '0000000001', NULL, NULL),
    ('100', '0090000010', 'N', NULL, 'EUR', '0000000001', '0000000001', NULL, NULL),
    ('200', '0090000001', 'M', '2024-01-12', 'USD', '0000000001', '0000000001', NULL, NULL);
INSERT INTO vbrp VALUES
    ('100', '0090000001', '000010', 'A', 2, 20.50), ('100', '0090000001', '000020', 'B', 1, 5),
    ('100', '0090000002', '000010', 'A', 1, 10.25), ('100', '0090000003', '000010', 'C', 3, 300),
    ('100', '0090000004', '000010', 'A', 1, 10), ('100', '0090000005', '000010', 'A', 1, 10),
    ('100', '0090000006', '000010', 'A', 1, 10), ('100', '0090000007', '000010', 'A', 4, 40),
    ('100', '0090000008', '000010', 'A', 1, 1), ('100', '0090000010', '000010', 'A', 1, 2),
    ('100', '0090000099', '000010', 'A', 1, 10), ('200', '0090000001', '000010', 'Z', 7, 70);

SELECT * FROM segment.sap_receipts_view('receipts', 'vbrk', 'vbrp', 'kna1', client => '100') \gx
SELECT * FROM receipts ORDER BY receipt_id, product_id;
SELECT attname, format_type(atttypid, atttypmod) AS type, col_description(attrelid, attnum) AS comment
FROM pg_attribute WHERE attrelid = 'receipts'::regclass AND attnum > 0 ORDER BY attnum;
SELECT obj_description('receipts'::regclass) AS comment;

-- the payer; one-time customers too; a view in another schema, with a name to quote
CREATE SCHEMA "Other";
SELECT receipt_lines, one_time_lines
FROM segment.sap_receipts_view('"Other"."My Receipts"', 'vbrk', 'vbrp', client => '100', customer => 'payer', include_one_time => true);
SELECT customer_id, sum(amount) AS amount FROM "Other"."My Receipts" GROUP BY customer_id ORDER BY customer_id;

-- the client may stay away only when it is clear
SELECT segment.sap_receipts_view('no_client', 'vbrk', 'vbrp', 'kna1');
SELECT receipt_lines, orphan_items FROM segment.sap_receipts_view('r200', 'vbrk', 'vbrp', 'kna1', client => '200');
SELECT receipt_lines FROM segment.sap_receipts_view('r300', 'vbrk', 'vbrp', 'kna1', client => '300');

-- orders
CREATE TABLE vbak (mandt text, vbeln text, vbtyp text, audat date, waerk text, kunnr text);
CREATE TABLE vbap (mandt text, vbeln text, posnr text, matnr text, kwmeng numeric, netwr numeric, abgru text);
INSERT INTO vbak VALUES ('100', '1', 'C', '2024-02-01', 'EUR', '0000000001'), ('100', '2', 'H', '2024-02-02', 'EUR', '0000000001'),
    ('100', '3', 'L', '2024-02-03', 'EUR', '0000000002'), ('100', '4', 'K', '2024-02-04', 'EUR', '0000000002'),
    ('100', '5', 'B', '2024-02-05', 'EUR', '0000000002'), ('100', '6', 'C', '2024-02-06', 'EUR', '0000000009');
INSERT INTO vbap VALUES ('100', '1', '10', 'A', 1, 10, NULL), ('100', '1', '20', 'B', 1, 99, '51'), ('100', '2', '10', 'A', 1, 4, ''),
    ('100', '3', '10', 'A', 1, 7, NULL), ('100', '4', '10', 'A', 2, 3, NULL), ('100', '5', '10', 'A', 1, 1000, NULL), ('100', '6', '10', 'A', 1, 5, NULL);
SELECT * FROM segment.sap_receipts_view('order_receipts', 'vbak', 'vbap', 'kna1', source => 'orders') \gx
SELECT receipt_id, amount, quantity FROM order_receipts ORDER BY receipt_id;

-- tables of another tool: all text, upper-case names, SAP's own decimals
CREATE TABLE "VBRK" AS SELECT vbeln AS "VBELN", vbtyp AS "VBTYP", to_char(fkdat, 'YYYYMMDD') AS "FKDAT", waerk AS "WAERK",
    kunag AS "KUNAG", coalesce(fksto, '') AS "FKSTO", coalesce(sfakn, '') AS "SFAKN" FROM vbrk WHERE mandt = '100';
CREATE TABLE "VBRP" AS SELECT vbeln AS "VBELN", matnr AS "MATNR", fkimg::text AS "FKIMG", netwr::text || CASE WHEN posnr = '000020' THEN '-' ELSE '' END AS "NETWR"
    FROM vbrp WHERE mandt = '100';
SELECT receipt_lines, documents FROM segment.sap_receipts_view('raw_receipts', '"VBRK"', '"VBRP"', 'kna1', client => '100', amounts => 'stored');
SELECT receipt_id, receipt_date, amount, currency, quantity FROM raw_receipts ORDER BY receipt_id, amount;

-- a header twice makes lines twice, which is said
INSERT INTO vbrk SELECT * FROM vbrk WHERE vbeln = '0090000002';
SELECT receipt_lines, duplicate_documents FROM segment.sap_receipts_view('twice', 'vbrk', 'vbrp', 'kna1', client => '100');

-- refusals
SELECT segment.sap_receipts_view('receipts', 'vbrk', 'vbrp', 'kna1', client => '100');
SELECT segment.sap_receipts_view('x', 'vbrk', 'vbrp', client => '100');
SELECT segment.sap_receipts_view('x', 'vbrk', 'vbap', 'kna1', client => '100');
SELECT segment.sap_receipts_view('x', 'vbak', 'vbap', 'kna1', source => 'orders', customer => 'payer');
SELECT segment.sap_receipts_view('x', 'vbak', 'vbap', 'kna1', source => 'invoices');
SELECT segment.sap_receipts_view('x', 'vbrk', 'vbrp', 'kna1', customer => 'ship_to');
SELECT segment.sap_receipts_view('x', '"VBRK"', '"VBRP"', client => '100', include_one_time => true);
SELECT segment.sap_receipts_view('x', '"VBRK"', '"VBRP"', 'kna1');
SELECT segment.sap_receipts_view('nowhere.x', 'vbrk', 'vbrp', 'kna1', client => '100');
SELECT segment.sap_receipts_view(NULL, 'vbrk', 'vbrp', 'kna1');
SELECT segment.sap_receipts_view('a.b.c.d', 'vbrk', 'vbrp', 'kna1');

-- as the caller: what he may not read, he gets no view of
CREATE ROLE sap_reader;
GRANT USAGE, CREATE ON SCHEMA receipts_test TO sap_reader;
GRANT SELECT ON vbrk TO sap_reader;
SET ROLE sap_reader;
SELECT segment.sap_receipts_view('mine', 'vbrk', 'vbrp', client => '100', include_one_time => true);
RESET ROLE;
SHOW search_path;
DROP SCHEMA receipts_test, "Other" CASCADE;
DROP ROLE sap_reader;
