-- Receipts from billing documents, sales orders and FI documents.
CREATE SCHEMA receipts_test;
SET search_path = receipts_test;
SET datestyle = iso;
SET client_min_messages = warning;

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
    ('100', '0090000007', 'M', '2024-01-10', 'EUR', '0000000009', '0000000009', NULL, NULL),         -- one-time account
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

-- the payer; with one-time accounts; a view in another schema, with a quoted name
CREATE SCHEMA "Other";
SELECT receipt_lines, one_time_lines
FROM segment.sap_receipts_view('"Other"."My Receipts"', 'vbrk', 'vbrp', client => '100', customer => 'payer', include_one_time => true);
SELECT customer_id, sum(amount) AS amount FROM "Other"."My Receipts" GROUP BY customer_id ORDER BY customer_id;

-- client can be omitted only when the tables have one client
SELECT segment.sap_receipts_view('no_client', 'vbrk', 'vbrp', 'kna1');
SELECT receipt_lines, orphan_items FROM segment.sap_receipts_view('r200', 'vbrk', 'vbrp', 'kna1', client => '200');
SELECT receipt_lines FROM segment.sap_receipts_view('r300', 'vbrk', 'vbrp', 'kna1', client => '300');
-- client with and without leading zeros, in the argument and in the tables
CREATE TABLE vbrk_7 AS SELECT '007' AS mandt, vbeln, vbtyp, fkdat, waerk, kunag, fksto, sfakn FROM vbrk WHERE mandt = '200';
CREATE TABLE vbrp_7 AS SELECT 7 AS mandt, vbeln, matnr, fkimg, netwr FROM vbrp WHERE mandt = '200';
SELECT client, receipt_lines, other_clients, orphan_items
FROM unnest(ARRAY['007', '7', '07', NULL, '8']) WITH ORDINALITY c(client, place),
     segment.sap_receipts_view('r7_' || place, 'vbrk_7', 'vbrp_7', client => client, include_one_time => true) ORDER BY place;

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

-- tables of another tool: all columns text, upper-case names, stored amounts
CREATE TABLE "VBRK" AS SELECT vbeln AS "VBELN", vbtyp AS "VBTYP", to_char(fkdat, 'YYYYMMDD') AS "FKDAT", waerk AS "WAERK",
    kunag AS "KUNAG", coalesce(fksto, '') AS "FKSTO", coalesce(sfakn, '') AS "SFAKN" FROM vbrk WHERE mandt = '100';
CREATE TABLE "VBRP" AS SELECT vbeln AS "VBELN", matnr AS "MATNR", fkimg::text AS "FKIMG", netwr::text || CASE WHEN posnr = '000020' THEN '-' ELSE '' END AS "NETWR"
    FROM vbrp WHERE mandt = '100';
SELECT receipt_lines, documents FROM segment.sap_receipts_view('raw_receipts', '"VBRK"', '"VBRP"', 'kna1', client => '100', amounts => 'stored');
SELECT receipt_id, receipt_date, amount, currency, quantity FROM raw_receipts ORDER BY receipt_id, amount;

-- a duplicate header duplicates its items: a warning
INSERT INTO vbrk SELECT * FROM vbrk WHERE vbeln = '0090000002';
SELECT receipt_lines, duplicate_documents FROM segment.sap_receipts_view('twice', 'vbrk', 'vbrp', 'kna1', client => '100');

-- errors
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

-- blank ids and #: no customers and no documents; they are counted
CREATE TABLE vague AS SELECT * FROM vbrk WHERE mandt = '100' AND vbeln IN ('0090000001', '0090000003', '0090000008');
CREATE TABLE vague_items AS SELECT * FROM vbrp;
INSERT INTO vague SELECT '100', '00900001' || i, 'M', '2024-03-01', 'EUR', id, '0000000001', NULL, NULL
FROM unnest(ARRAY['', '   ', '#', ' # ', E'\t', NULL]) WITH ORDINALITY AS u(id, i);
INSERT INTO vague_items SELECT '100', '00900001' || i, '000010', 'A', 1, 10 FROM generate_series(1, 6) AS i;
INSERT INTO vague SELECT '100', id, 'M', '2024-03-02', 'EUR', '0000000001', '0000000001', NULL, NULL FROM unnest(ARRAY['', '#', NULL]) AS id;
INSERT INTO vague_items SELECT '100', id, '000010', 'A', 1, 10 FROM unnest(ARRAY['', '#', '#', NULL]) AS id;
SELECT receipt_lines, documents, orphan_items, duplicate_documents, lines_without_customer, lines_without_document
FROM segment.sap_receipts_view('vague_receipts', 'vague', 'vague_items', 'kna1', client => '100');
SELECT customer_id, count(*) FROM vague_receipts GROUP BY 1 ORDER BY 1;

DELETE FROM vbrk a USING vbrk b WHERE a.ctid > b.ctid AND (a.mandt, a.vbeln) = (b.mandt, b.vbeln);

-- keys in external form in any table: the same receipts, without one-time accounts
CREATE TABLE kna1_external AS SELECT mandt, ltrim(kunnr, '0')::int AS kunnr, xcpdk FROM kna1;
CREATE TABLE vbrk_external AS SELECT mandt, ltrim(vbeln, '0') AS vbeln, vbtyp, fkdat, waerk, ltrim(kunag, '0')::char(10) AS kunag, kunrg, fksto, sfakn FROM vbrk;
CREATE TABLE vbrp_external AS SELECT mandt, ltrim(vbeln, '0')::bigint AS vbeln, posnr, matnr, fkimg, netwr FROM vbrp;
INSERT INTO kna1_external VALUES ('100', NULL, 'X');
SELECT h, i, k, c.receipt_lines, c.one_time_lines, c.orphan_items
FROM unnest(ARRAY['vbrk', 'vbrk_external']) h, unnest(ARRAY['vbrp', 'vbrp_external']) i, unnest(ARRAY['kna1', 'kna1_external']) k,
     segment.sap_receipts_view(concat_ws('_', 'form', h, i, k), h::regclass, i::regclass, k::regclass, client => '100') c
ORDER BY h DESC, i, k;
SELECT count(*) AS differing FROM (SELECT * FROM form_vbrk_external_vbrp_external_kna1_external EXCEPT SELECT * FROM receipts) d;

-- FI: documents and their customer items
CREATE TABLE bkpf (mandt text, bukrs text, belnr text, gjahr text, blart text, budat date, waers text, stblg text, bstat text);
CREATE TABLE bseg (mandt text, bukrs text, belnr text, gjahr text, buzei text, bschl text, koart text, shkzg text, wrbtr numeric, kunnr text);
INSERT INTO bkpf VALUES
    ('100', '1000', '1800000001', '2024', 'DR', '2024-01-05', 'EUR', NULL, NULL),           -- an invoice in two instalments
    ('100', '1000', '1800000002', '2024', 'DG', '2024-01-20', 'EUR', '', ''),               -- a credit memo
    ('100', '1000', '1800000003', '2024', 'RV', '2024-02-01', 'USD', NULL, NULL),           -- an invoice from billing
    ('100', '1000', '1800000004', '2024', 'DR', '2024-02-02', 'EUR', '1800000005', NULL),   -- reversed
    ('100', '1000', '1800000005', '2024', 'DR', '2024-02-03', 'EUR', '1800000004', NULL),   -- its reversal
    ('100', '1000', '1400000001', '2024', 'DZ', '2024-02-10', 'EUR', NULL, NULL),           -- a payment
    ('100', '1000', '1800000006', '2024', 'DR', '2024-02-11', 'EUR', NULL, 'V'),            -- parked
    ('100', '1000', '1800000007', '2024', 'DR', '2024-02-12', 'EUR', NULL, NULL),           -- a one-time account
    ('100', '1000', '1800000008', '2024', 'DR', '2024-02-13', 'EUR', NULL, NULL),           -- a down payment request among the items
    ('100', '2000', '1800000001', '2024', 'DR', '2024-03-01', 'EUR', NULL, NULL),           -- the same number in another company
    ('100', '1000', '1800000001', '2025', 'ZR', '2025-01-05', 'EUR', NULL, NULL),           -- the same number in another year; a custom document type
    ('200', '1000', '1800000001', '2024', 'DR', '2024-01-05', 'EUR', NULL, NULL);
INSERT INTO bseg VALUES
    ('100', '1000', '1800000001', '2024', '001', '01', 'D', 'S', 60, '0000000001'),
    ('100', '1000', '1800000001', '2024', '002', '01', 'D', 'S', 59, '1'),       -- keys in external form
    ('100', '1000', '1800000001', '2024', '003', '50', 'S', 'H', 100, NULL),
    ('100', '1000', '1800000001', '2024', '004', '50', 'S', 'H', 19, NULL),
    ('100', '1000', '1800000002', '2024', '001', '11', 'D', 'H', 11.90, '0000000001'),
    ('100', '1000', '1800000003', '2024', '001', '01', 'D', 'S', 238, '0000000002'),
    ('100', '1000', '1800000004', '2024', '001', '01', 'D', 'S', 500, '0000000002'),
    ('100', '1000', '1800000005', '2024', '001', '12', 'D', 'H', 500, '0000000002'),
    ('100', '1000', '1400000001', '2024', '001', '15', 'D', 'H', 119, '0000000001'),
    ('100', '1000', '1800000006', '2024', '001', '01', 'D', 'S', 77, '0000000001'),
    ('100', '1000', '1800000007', '2024', '001', '01', 'D', 'S', 40, '0000000009'),
    ('100', '1000', '1800000008', '2024', '001', '01', 'D', 'S', 30, '0000000001'),
    ('100', '1000', '1800000008', '2024', '002', '09', 'D', 'S', 1000, '0000000001'),
    ('100', '1000', '1800000008', '2024', '003', '01', 'D', 'S', 5, '#'),
    ('100', '2000', '1800000001', '2024', '001', '01', 'D', 'S', 20, '0000000001'),
    ('100', '1000', '1800000001', '2025', '001', '01', 'D', 'S', 6, '0000000001'),
    ('100', '1000', '1899999999', '2024', '001', '01', 'D', 'S', 8, '0000000001'),
    ('200', '1000', '1800000001', '2024', '001', '01', 'D', 'S', 9, '0000000001');
SELECT * FROM segment.sap_receipts_view('fi_receipts', 'bkpf', 'bseg', 'kna1', source => 'fi', client => '100') \gx
SELECT * FROM fi_receipts ORDER BY receipt_id, amount;
SELECT receipt_lines, other_categories
FROM segment.sap_receipts_view('fi_own_types', 'bkpf', 'bseg', 'kna1', source => 'fi', client => '100', document_types => '{DR,ZR}');
SELECT customer_id, recency_days, frequency, monetary FROM segment.rfm('fi_receipts', '2024-12-31', currency => 'EUR') ORDER BY 1;

-- FI: the indexes of customer items, cleared and open
CREATE TABLE bsid (mandt text, bukrs text, kunnr text, augdt date, augbl text, gjahr text, belnr text, buzei text, budat date,
                   waers text, blart text, bschl text, shkzg text, wrbtr numeric);
CREATE TABLE bsad (LIKE bsid);
INSERT INTO bsad VALUES
    ('100', '1000', '0000000001', '2024-02-10', '1400000001', '2024', '1800000001', '001', '2024-01-05', 'EUR', 'DR', '01', 'S', 60),
    ('100', '1000', '0000000001', '2024-02-10', '1400000001', '2024', '1800000001', '002', '2024-01-05', 'EUR', 'DR', '01', 'S', 59),
    ('100', '1000', '0000000001', '2024-02-10', '1400000001', '2024', '1800000002', '001', '2024-01-20', 'EUR', 'DG', '11', 'H', 11.90),
    ('100', '1000', '0000000001', '2024-02-10', '1400000001', '2024', '1400000001', '001', '2024-02-10', 'EUR', 'DZ', '15', 'H', 107.10),
    ('100', '1000', '0000000002', '2024-02-03', '1800000005', '2024', '1800000004', '001', '2024-02-02', 'EUR', 'DR', '01', 'S', 500),
    ('100', '1000', '0000000002', '2024-02-03', '1800000005', '2024', '1800000005', '001', '2024-02-03', 'EUR', 'DR', '12', 'H', 500);
INSERT INTO bsid VALUES
    ('100', '1000', '2', NULL, NULL, '2024', '1800000003', '001', '2024-02-01', 'USD', 'RV', '01', 'S', 238),
    ('100', '1000', '0000000009', NULL, '', '2024', '1800000007', '001', '2024-02-12', 'EUR', 'DR', '01', 'S', 40),
    ('100', '1000', '0000000001', NULL, '', '2024', '1800000008', '002', '2024-02-13', 'EUR', 'DR', '09', 'S', 1000),
    ('100', '1000', ' ', NULL, '', '2024', '1800000008', '003', '2024-02-13', 'EUR', 'DR', '01', 'S', 5),
    ('100', '1000', '0000000001', NULL, NULL, '2024', '1800000001', '002', '2024-01-05', 'EUR', 'DR', '01', 'S', 59),   -- exported before it was cleared
    ('200', '1000', '0000000001', NULL, NULL, '2024', '1800000001', '001', '2024-01-05', 'EUR', 'DR', '01', 'S', 9);
SELECT * FROM segment.sap_receipts_view('index_receipts', 'bsad', 'bsid', 'kna1', source => 'fi', client => '100') \gx
SELECT * FROM index_receipts ORDER BY receipt_id, amount;
SELECT obj_description('index_receipts'::regclass), col_description('index_receipts'::regclass, 2), col_description('index_receipts'::regclass, 4);
-- in any order; one index alone
SELECT receipt_lines, cancelled_documents FROM segment.sap_receipts_view('index_swapped', 'bsid', 'bsad', 'kna1', source => 'fi', client => '100');
SELECT * FROM index_swapped EXCEPT SELECT * FROM index_receipts;
SELECT receipt_lines, documents FROM segment.sap_receipts_view('index_cleared', 'bsad', NULL, 'kna1', source => 'fi');
-- all columns text, stored amounts
CREATE TABLE bsid_text AS SELECT '300' AS mandt, bukrs, kunnr, '00000000' AS augdt, '' AS augbl, gjahr, belnr, buzei, to_char(budat, 'YYYYMMDD') AS budat,
    'JPY' AS waers, blart, bschl, shkzg, wrbtr::text AS wrbtr FROM bsid WHERE kunnr = '2';
SELECT receipt_lines FROM segment.sap_receipts_view('yen', 'bsid_text', NULL, source => 'fi', include_one_time => true, amounts => 'stored');
SELECT customer_id, receipt_id, receipt_date, amount, currency FROM yen;
SELECT segment.sap_receipts_view('x', 'bkpf', NULL, 'kna1', source => 'fi');
SELECT segment.sap_receipts_view('x', 'vbrk', NULL, 'kna1');
SELECT segment.sap_receipts_view('x', 'bkpf', 'bseg', 'kna1', source => 'fi', customer => 'payer');
SELECT segment.sap_receipts_view('x', 'bkpf', 'bseg', 'kna1', source => 'fi', client => '100', document_types => '{}');
SELECT segment.sap_receipts_view('x', 'bkpf', 'bseg', 'kna1', source => 'fi', client => '100', document_types => '{DR,NULL}');
SELECT segment.sap_receipts_view('x', 'vbrk', 'vbrp', 'kna1', source => 'fi', client => '100');

-- row-level security of the tables applies to the role that reads the view
CREATE ROLE segment_seller;
GRANT USAGE ON SCHEMA receipts_test TO segment_seller;
GRANT SELECT ON receipts, index_receipts TO segment_seller;
SET ROLE segment_seller;
SELECT count(*) FROM receipts;
RESET ROLE;
GRANT SELECT ON vbrk, vbrp, kna1, bsad, bsid TO segment_seller;
ALTER TABLE vbrk ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON vbrk FOR SELECT TO segment_seller USING (kunag = '0000000002');
ALTER TABLE bsid ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bsid FOR SELECT TO segment_seller USING (false);
SET ROLE segment_seller;
SELECT customer_id, count(*) FROM receipts GROUP BY 1;
SELECT count(*), count(*) FILTER (WHERE currency = 'USD') AS open FROM index_receipts;
RESET ROLE;
ALTER TABLE vbrk DISABLE ROW LEVEL SECURITY;
DROP OWNED BY segment_seller;
DROP ROLE segment_seller;

-- the privileges of the caller: no view over tables without SELECT
CREATE ROLE sap_reader;
GRANT USAGE, CREATE ON SCHEMA receipts_test TO sap_reader;
GRANT SELECT ON vbrk TO sap_reader;
SET ROLE sap_reader;
SELECT segment.sap_receipts_view('mine', 'vbrk', 'vbrp', client => '100', include_one_time => true);
RESET ROLE;
SHOW search_path;
DROP SCHEMA receipts_test, "Other" CASCADE;
DROP ROLE sap_reader;
