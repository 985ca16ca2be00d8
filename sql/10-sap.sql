
-- ---- SAP intake: conversions -------------------------------------------------

CREATE FUNCTION segment.sap_date(value text, date_format text DEFAULT 'YYYYMMDD') RETURNS date
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_date(text, text) IS
'A date in a form of SAP. date_format: YYYYMMDD, DD.MM.YYYY, MM/DD/YYYY, MM-DD-YYYY, YYYY.MM.DD, YYYY/MM/DD or YYYY-MM-DD. Zeros, 0 and blank are NULL; 99991231 is a date. Errors: 22007 the value is not a date in this form; 22023 date_format is not valid.';

CREATE FUNCTION segment.sap_time(value text) RETURNS time
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_time(text) IS
'A time of day in a form of SAP, HHMMSS or HH:MM:SS. Blank is NULL, 000000 is midnight. Error: 22007 the value is not a time of day.';

CREATE FUNCTION segment.sap_number(value text, decimal_notation text) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_number(text, text) IS
'A number in a notation of SAP; the minus is first or last. decimal_notation: 1.234.567,89 or 1,234,567.89 or 1 234 567,89 as in the user settings (SU3), or 1234567.89 without grouping. Blank is NULL. Errors: 22P02 the value is not a number in this notation, or a group does not have three digits; 22023 decimal_notation is not valid.';

CREATE FUNCTION segment.sap_alpha_in(value text, length integer) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_alpha_in(text, integer) IS
'The conversion exit ALPHA, inwards: a value of digits only gets leading zeros up to length (1 .. 1333); from any other value blanks at both ends are removed. Errors: 22001 the value is longer than length; 22023 length is out of range.';

CREATE FUNCTION segment.sap_alpha_out(value text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_alpha_out(text) IS
'The conversion exit ALPHA, outwards: a value of digits only loses its leading zeros, but not its last digit; from any other value blanks at both ends are removed.';

CREATE FUNCTION segment.sap_amount(amount numeric, currency text, decimals integer DEFAULT NULL) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_amount(numeric, text, integer) IS
'The real amount of a stored amount. SAP stores amounts with two decimals in every currency: 100 JPY is stored as 1.00. decimals: those of the currency, 0 .. 5; NULL: those of the table TCURX as SAP delivers it, 2 for a currency that is not in it. NULL when amount is NULL, or when both currency and decimals are NULL. Error: 22023 decimals is out of range.';

CREATE FUNCTION segment.sap_billing_sign(document_category text) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_billing_sign(text) IS
'The sign of a billing document by its document category (VBTYP): 1 for M, P, S (invoice, debit memo, cancellation of a credit memo), -1 for N, O (cancellation of an invoice, credit memo), NULL for all others, which are no revenue.';

-- ---- SAP intake: import -------------------------------------------------------

CREATE FUNCTION segment.sap_import(staging regclass, target text,
    decimal_notation text DEFAULT NULL, amounts text DEFAULT NULL, date_format text DEFAULT 'YYYYMMDD',
    client text DEFAULT NULL, sap_table text DEFAULT NULL, mapping jsonb DEFAULT NULL,
    header_table regclass DEFAULT NULL, currency text DEFAULT NULL, tcurx regclass DEFAULT NULL,
    material_length integer DEFAULT 18, layout text DEFAULT 'auto', delimiter text DEFAULT NULL,
    quote text DEFAULT '"', on_error text DEFAULT 'abort', refused text DEFAULT NULL,
    check_keys boolean DEFAULT true,
    OUT rows_read bigint, OUT rows_loaded bigint, OUT rows_refused bigint, OUT other_clients bigint,
    OUT duplicate_keys bigint, OUT orphan_items bigint, OUT lines_skipped bigint, OUT ignored_fields text[])
AS 'MODULE_PATHNAME', 'sap_import' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.sap_import(regclass, text, text, text, text, text, text, jsonb, regclass, text, regclass, integer, text, text, text, text, text, boolean) IS
'Imports an export of an SAP system (delimited text or list text) from a staging table (line_no bigint, line text) into the table target, with the caller''s privileges. Lines are read in the order of line_no, and fields are matched by name. When target does not exist, it is created from a dictionary of standard tables. decimal_notation is needed when a number has a separator. amounts (stored or display) is needed when an amount has no currency, or one with other than two decimals. Rows without a key are refused. on_error: abort raises the error of a line with its number (the first line is 1) and column; reject writes refused lines to the table refused (line_no, field, reason, line). Returns one row: rows read, loaded, refused, and of other clients; duplicate keys in the target and items without header (NULL when this cannot be counted); lines without a row; names of the header without a column in the target. Errors: 22P02 or 22007 a value is not valid; 42804 a column has a type that depends on settings of the session (timestamptz, interval, arrays and others); 22023 an argument is not valid or there is no header; errors of the target.';

CREATE FUNCTION segment.sap_import(content bytea, encoding text, target text,
    decimal_notation text DEFAULT NULL, amounts text DEFAULT NULL, date_format text DEFAULT 'YYYYMMDD',
    client text DEFAULT NULL, sap_table text DEFAULT NULL, mapping jsonb DEFAULT NULL,
    header_table regclass DEFAULT NULL, currency text DEFAULT NULL, tcurx regclass DEFAULT NULL,
    material_length integer DEFAULT 18, layout text DEFAULT 'auto', delimiter text DEFAULT NULL,
    quote text DEFAULT '"', on_error text DEFAULT 'abort', refused text DEFAULT NULL,
    check_keys boolean DEFAULT true,
    OUT rows_read bigint, OUT rows_loaded bigint, OUT rows_refused bigint, OUT other_clients bigint,
    OUT duplicate_keys bigint, OUT orphan_items bigint, OUT lines_skipped bigint, OUT ignored_fields text[])
AS 'MODULE_PATHNAME', 'sap_import_bytes' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.sap_import(bytea, text, text, text, text, text, text, text, jsonb, regclass, text, regclass, integer, text, text, text, text, text, boolean) IS
'Imports an export of an SAP system from the bytes of the file. encoding: UTF8 (SAP code page 4110), UTF16LE (4103), UTF16BE (4102), LATIN1 (1100) or WIN1252 (1160). Line ends are LF, CR LF or CR. Error: 22021 content has the byte order mark of another encoding. Everything else is as with a staging table.';

-- ---- SAP intake: receipts -----------------------------------------------------

CREATE FUNCTION segment_internal.meaningful_id(value text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.meaningful_id(text) IS
'Support function of receipts: an id of a customer or receipt, or NULL when it is blank or # (in SAP BW: not assigned).';

CREATE FUNCTION segment_internal.sap_key(value text, length integer) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.sap_key(text, integer) IS
'Support function of the views of sap_receipts_view: a key in internal form like sap_alpha_in, but NULL when meaningful_id is NULL, and unchanged when it is longer than length.';

CREATE FUNCTION segment.sap_receipts_view(view_name text, header regclass, items regclass,
    customers regclass DEFAULT NULL, source text DEFAULT 'billing', client text DEFAULT NULL,
    customer text DEFAULT 'sold_to', include_one_time boolean DEFAULT false, amounts text DEFAULT 'display',
    document_types text[] DEFAULT '{RV,DR,DG}',
    OUT receipt_lines bigint, OUT documents bigint, OUT cancelled_documents bigint, OUT other_categories bigint,
    OUT other_clients bigint, OUT one_time_lines bigint, OUT orphan_items bigint, OUT rejected_items bigint,
    OUT duplicate_documents bigint, OUT lines_without_customer bigint, OUT lines_without_document bigint)
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.sap_receipts_view(text, regclass, regclass, regclass, text, text, text, boolean, text, text[]) IS
'Creates a view of receipts (customer_id, receipt_id, receipt_date, amount, currency, product_id, quantity) and returns how many lines and documents are in it and left out. source: billing documents (billing: VBRK, VBRP), sales orders (orders: VBAK, VBAP) or financial accounting (fi: BKPF and BSEG, or BSAD and BSID, of which one may be NULL). The view uses the privileges and row-level security of the role that reads it (security_invoker). Left out: cancelled documents and their cancellations; rejected items (fi: posting keys other than 01, 02, 11, 12); other document categories (fi: document types that are not in document_types); other clients; one-time accounts (XCPDK in customers, which is the table KNA1); items whose customer or document number is blank or #. Keys are compared in internal form. client can be NULL when the tables have one client; its leading zeros do not matter. customer: sold_to or payer (KUNRG). amounts: display, or stored when the tables contain amounts with the two decimals of SAP. Errors: 42703 a column is missing; 22023 or 22004 an argument is not valid.';
