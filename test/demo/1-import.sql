\echo 'Billing documents of a wholesaler, in the formats of SE16N and of common extraction tools. Every row'
\echo 'that was read is loaded, or refused with a reason, or belongs to another client.'
\echo
CREATE EXTENSION segment;

CREATE TABLE stage_kna1 (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
CREATE TABLE stage_vbrk (LIKE stage_kna1 INCLUDING IDENTITY);
CREATE TABLE stage_vbrp (LIKE stage_kna1 INCLUDING IDENTITY);
CREATE TABLE stage_tcurx (LIKE stage_kna1 INCLUDING IDENTITY);
\copy stage_kna1(line) FROM 'KNA1.txt' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'LATIN1')
\copy stage_vbrk(line) FROM 'VBRK.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'UTF8')
\copy stage_vbrp(line) FROM 'VBRP.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'UTF8')
\copy stage_tcurx(line) FROM 'TCURX.csv' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'UTF8')
CREATE TABLE rates (currency text, valid_from date, rate numeric, PRIMARY KEY (currency, valid_from));
\copy rates FROM 'rates.csv' WITH (FORMAT csv, HEADER)

CREATE TABLE imported AS
SELECT 1 AS step, 'TCURX' AS sap_table, 'CSV' AS layout, *
FROM segment.sap_import('stage_tcurx', 'tcurx');
INSERT INTO imported
SELECT 2, 'KNA1', 'list, Latin-1', *
FROM segment.sap_import('stage_kna1', 'kna1', date_format => 'DD.MM.YYYY', client => '100');
INSERT INTO imported
SELECT 3, 'VBRK', 'CSV, UTF-8', *
FROM segment.sap_import('stage_vbrk', 'vbrk', decimal_notation => '1234567.89',
                        amounts => 'stored', tcurx => 'tcurx', client => '100');
INSERT INTO imported
SELECT 4, 'VBRP', 'CSV, UTF-8', *
FROM segment.sap_import('stage_vbrp', 'vbrp', decimal_notation => '1234567.89',
                        amounts => 'stored', tcurx => 'tcurx', client => '100',
                        header_table => 'vbrk', on_error => 'reject');
INSERT INTO imported
SELECT 5, 'MAKT', 'tabs, UTF-16', *
FROM segment.sap_import(pg_read_binary_file(:'exports' || '/MAKT.txt'), 'UTF16LE', 'makt', client => '100');

SELECT sap_table AS "table", layout AS "file", rows_read, rows_loaded, rows_refused, other_clients,
       duplicate_keys AS duplicates, orphan_items AS orphans
FROM imported ORDER BY step;

\echo 'The refused lines and the reasons:'
\echo
SELECT line_no AS "line", field, reason, left(line, 42) || ' …' AS "text" FROM vbrp_refused ORDER BY line_no;

\echo 'Receipts: invoices and debit memos have positive amounts, credit memos negative ones. Cancelled documents'
\echo 'and their cancellations, pro forma invoices and one-time accounts are left out.'
\echo
CREATE TABLE receipt_counts AS
SELECT * FROM segment.sap_receipts_view('receipts', 'vbrk', 'vbrp', customers => 'kna1', client => '100');
SELECT documents, receipt_lines, cancelled_documents AS "cancelled, with cancellations", other_categories AS "pro forma",
       one_time_lines AS "lines of one-time accounts"
FROM receipt_counts;
