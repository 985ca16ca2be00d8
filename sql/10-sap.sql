
-- ---- SAP intake: conversions -------------------------------------------------

CREATE FUNCTION segment.sap_date(value text, date_format text DEFAULT 'YYYYMMDD') RETURNS date
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_date(text, text) IS
'A date as SAP writes it. date_format: YYYYMMDD, DD.MM.YYYY, MM/DD/YYYY, MM-DD-YYYY, YYYY.MM.DD, YYYY/MM/DD or YYYY-MM-DD. Zeros, 0 and blank are NULL; 99991231 is a date. 22007 for anything else.';

CREATE FUNCTION segment.sap_time(value text) RETURNS time
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_time(text) IS
'A time of day as SAP writes it, HHMMSS or HH:MM:SS. Blank is NULL, 000000 is midnight. 22007 for anything else.';

CREATE FUNCTION segment.sap_number(value text, decimal_notation text) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_number(text, text) IS
'A number as SAP writes it, minus in front or behind. decimal_notation, as in the user settings SU3: 1.234.567,89 or 1,234,567.89 or 1 234 567,89, or 1234567.89 without grouping. Blank is NULL. 22P02 for anything else, also for groups that are not of three digits.';

CREATE FUNCTION segment.sap_alpha_in(value text, length integer) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_alpha_in(text, integer) IS
'The conversion exit ALPHA, inwards: a value of digits gets leading zeros up to length (1 .. 1333), any other is trimmed and stays. 22001 when it is longer.';

CREATE FUNCTION segment.sap_alpha_out(value text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_alpha_out(text) IS
'The conversion exit ALPHA, outwards: a value of digits loses its leading zeros, but not the last digit; any other is trimmed and stays.';

CREATE FUNCTION segment.sap_amount(amount numeric, currency text, decimals integer DEFAULT NULL) RETURNS numeric
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_amount(numeric, text, integer) IS
'The real amount of an amount as SAP stores it, always with two decimals: 1.00 JPY is 100. decimals (0 .. 5) are the currency''s; without it they come from the table TCURX that SAP delivers, 2 for a currency that is not in it. NULL when amount, or both of the others, are NULL.';

CREATE FUNCTION segment.sap_billing_sign(document_category text) RETURNS integer
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment.sap_billing_sign(text) IS
'Sign of a billing document by its category VBTYP: 1 for M, P, S (invoice, debit memo, cancelled credit memo), -1 for N, O (cancelled invoice, credit memo), NULL for the rest, which is no revenue.';

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
'Imports an export of an SAP system, delimited or list text, from a staging table (line_no bigint, line text) in the order of line_no into target, fields by name, as the caller. target is created from a dictionary of standard tables when it does not exist. decimal_notation is needed as soon as a number has a separator; amounts (stored or display) when a currency without two decimals, or none, belongs to an amount. Columns of types that follow settings of the session (timestamptz, interval, arrays ...) are refused (42804), and so are rows without a key. on_error abort raises 22P02, 22007 or the target''s own error with line, counted from the first, and column; reject writes refused lines to the table refused (line_no, field, reason, line). Returns one row: rows read, loaded, refused, of other clients; keys of the target that occur more than once and items without header (NULL where it cannot be told); lines that hold no row; names of the header that the target has no column for.';

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
'Imports an export of an SAP system from the bytes of the file. encoding: UTF8 (SAP code page 4110), UTF16LE (4103), UTF16BE (4102), LATIN1 (1100) or WIN1252 (1160); a byte order mark of another one is an error; line ends may be LF, CR LF or CR. All else as with a staging table.';

-- ---- SAP intake: receipts -----------------------------------------------------

CREATE FUNCTION segment_internal.meaningful_id(value text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.meaningful_id(text) IS
'Support function of receipts: the value, or NULL where it stands for no customer and no receipt: nothing but blanks, or # (SAP BW: not assigned).';

CREATE FUNCTION segment_internal.sap_key(value text, length integer) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION segment_internal.sap_key(text, integer) IS
'Support function of the views of sap_receipts_view: a key in internal form as by sap_alpha_in, but NULL where meaningful_id is NULL, and as it is where it is longer than length.';

CREATE FUNCTION segment.sap_receipts_view(view_name text, header regclass, items regclass,
    customers regclass DEFAULT NULL, source text DEFAULT 'billing', client text DEFAULT NULL,
    customer text DEFAULT 'sold_to', include_one_time boolean DEFAULT false, amounts text DEFAULT 'display',
    document_types text[] DEFAULT '{RV,DR,DG}',
    OUT receipt_lines bigint, OUT documents bigint, OUT cancelled_documents bigint, OUT other_categories bigint,
    OUT other_clients bigint, OUT one_time_lines bigint, OUT orphan_items bigint, OUT rejected_items bigint,
    OUT duplicate_documents bigint, OUT lines_without_customer bigint, OUT lines_without_document bigint)
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.sap_receipts_view(text, regclass, regclass, regclass, text, text, text, boolean, text, text[]) IS
'Creates a view of receipts (customer_id, receipt_id, receipt_date, amount, currency, product_id, quantity) over billing documents (source billing: VBRK, VBRP), sales orders (orders: VBAK, VBAP) or financial accounting (fi: BKPF and BSEG, or BSAD and BSID, of which one may be NULL), and returns what is in it and what is not. The view is read with the rights and the row-level security of whoever reads it (security_invoker). Left out are cancelled documents with their cancellations, rejected items (fi: other posting keys than 01, 02, 11, 12), other categories (fi: other types than document_types), other clients, one-time accounts (XCPDK of customers, a KNA1), and lines whose customer or document is blank or #. Keys are compared in internal form. client may be left out when the header has only one. customer: sold_to or payer (KUNRG). amounts stored: tables that sap_import did not make hold SAP''s two decimals. 42703 for a column that is missing, 22023 for an option.';
