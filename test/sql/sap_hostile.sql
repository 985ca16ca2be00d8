-- Invalid SAP files, tables and callers of sap_import.
CREATE SCHEMA hostile_sap;
SET search_path = hostile_sap;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
CREATE FUNCTION lines(VARIADIC lines text[]) RETURNS void LANGUAGE sql AS
$$ TRUNCATE stage RESTART IDENTITY; INSERT INTO stage (line) SELECT l FROM unnest(lines) WITH ORDINALITY AS u (l, i) ORDER BY i; $$;
CREATE TABLE kna1 (mandt text, kunnr text NOT NULL, name1 text);

-- no lines, no header, only blank lines, a header without names
SELECT segment.sap_import('stage', 'kna1');
SELECT segment.sap_import(''::bytea, 'UTF8', 'kna1');
SELECT segment.sap_import('\xfffe'::bytea, 'UTF16LE', 'kna1');
SELECT lines('', NULL, '   ');
SELECT segment.sap_import('stage', 'kna1');
SELECT lines('a,b', '1,2');
SELECT segment.sap_import('stage', 'kna1');
SELECT lines(',,,', ';;');
SELECT segment.sap_import('stage', 'nameless');
SELECT lines('-----', '|  |  |', '-----');
SELECT segment.sap_import('stage', 'nameless');
SELECT segment.sap_import('stage', 'kna1', layout => 'list');
SELECT to_regclass('nameless') IS NULL AS nothing_was_created;

-- more than a hundred lines of titles before the header
SELECT lines(VARIADIC array_fill('title'::text, ARRAY[150]) || ARRAY['KUNNR;NAME1', '1;a']);
SELECT segment.sap_import('stage', 'kna1');

-- a duplicate column, also in another case; a missing key column
SELECT lines('KUNNR;NAME1;kunnr', '1;a;2');
SELECT segment.sap_import('stage', 'kna1');
SELECT segment.sap_import('stage', 'new_table');
SELECT lines('NAME1', 'a');
SELECT segment.sap_import('stage', 'kna1');
SELECT segment.sap_import('stage', 'kna1', on_error => 'reject');
SELECT segment.sap_import('stage', 'keyless', sap_table => 'KNA1');
SELECT rows_loaded, duplicate_keys IS NULL AS no_key FROM segment.sap_import('stage', 'keyless');

-- unpaired quotes
SELECT lines('KUNNR;NAME1', '1;"a', '2;b', '3;"c"d', '4;e"', '5;"f"', '6;"', '7;""""', '8;"g;h"');
SELECT rows_read, rows_loaded, rows_refused FROM segment.sap_import('stage', 'q', sap_table => 'KNA1', on_error => 'reject');
TABLE q;
SELECT line_no, reason, line FROM q_refused;
SELECT segment.sap_import('stage', 'q', sap_table => 'KNA1');

-- lists: a row that is cut off, a row that is too long, a total, a row of another table
SELECT lines('|  |KUNNR |NAME1|', '|  |1     |a    |', '|  |2     |b', 'c    |', '|  |3     |d    |e|', '|* |4     |f    |', '|  |5     |gghhii|', 'Total 5', '|--|------|-----|');
SELECT rows_read, rows_loaded, rows_refused, lines_skipped FROM segment.sap_import('stage', 'l', sap_table => 'KNA1', on_error => 'reject');
TABLE l;
SELECT line_no, reason, line FROM l_refused;

-- bytes that are not valid in the encoding
SELECT rows_loaded, rows_refused FROM segment.sap_import('KUNNR'::bytea || '\x0a'::bytea || '\x31000a'::bytea || '\xff0a320a'::bytea, 'UTF8', 'b', sap_table => 'KNA1', on_error => 'reject');
SELECT line_no, reason, line FROM b_refused;
SELECT segment.sap_import('\x4b0055'::bytea, 'UTF16LE', 'b');
SELECT lines(convert_from(convert_to(E'\ufeffKUNNR', 'UTF8'), 'LATIN1'));
SELECT segment.sap_import('stage', 'kna1');

-- arguments
SELECT lines('KUNNR', '1');
SELECT segment.sap_import(NULL::regclass, 'kna1');
SELECT segment.sap_import('stage', NULL);
SELECT segment.sap_import('stage', '');
SELECT segment.sap_import('stage', 'a.b.c.d.e');
SELECT segment.sap_import('stage', 'kna1', decimal_notation => '1.234,5');
SELECT segment.sap_import('stage', 'kna1', amounts => 'real');
SELECT segment.sap_import('stage', 'kna1', date_format => 'DDMMYYYY');
SELECT segment.sap_import('stage', 'kna1', client => '1000');
SELECT segment.sap_import('stage', 'kna1', client => '');
SELECT segment.sap_import('stage', 'kna1', sap_table => 'KNB1');
SELECT segment.sap_import('stage', 'kna1', header_table => 'stage');
SELECT segment.sap_import('stage', 'kna1', tcurx => 'stage');
SELECT segment.sap_import('stage', 'kna1', material_length => 20);
SELECT segment.sap_import('stage', 'kna1', layout => 'table');
SELECT segment.sap_import('stage', 'kna1', delimiter => ';;');
SELECT segment.sap_import('stage', 'kna1', quote => 'x');
SELECT segment.sap_import('stage', 'kna1', on_error => 'ignore');
SELECT segment.sap_import('kna1', 'stage');
SELECT segment.sap_import(0::regclass, 'kna1');

-- targets: a trigger that raises, a view, a foreign key, a deferred unique key, the staging table itself
CREATE TABLE guarded (kunnr text);
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.kunnr LIKE '%3' THEN RAISE EXCEPTION 'not three'; END IF; IF NEW.kunnr LIKE '%4' THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER guard BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
SELECT lines('KUNNR', '1', '2', '3', '4', '5');
SELECT rows_read, rows_loaded, rows_refused FROM segment.sap_import('stage', 'guarded', on_error => 'reject');
SELECT line_no, reason FROM guarded_refused;
SELECT segment.sap_import('stage', 'guarded');
CREATE VIEW through AS SELECT kunnr FROM guarded WHERE kunnr < '0000000003' WITH CHECK OPTION;
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'through', on_error => 'reject');
SELECT segment.sap_import('stage', 'stage');

-- the privileges of the caller: SELECT on staging, its row security, INSERT into the target, no CREATE
CREATE ROLE sap_importer;
GRANT USAGE ON SCHEMA hostile_sap TO sap_importer;
SET ROLE sap_importer;
SELECT segment.sap_import('hostile_sap.stage', 'kna1');
RESET ROLE;
GRANT SELECT ON stage TO sap_importer;
SET ROLE sap_importer;
SELECT segment.sap_import('stage', 'kna1');
SELECT segment.sap_import('stage', 'hostile_sap.not_mine');
RESET ROLE;
GRANT INSERT ON kna1 TO sap_importer;
ALTER TABLE stage ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON stage TO sap_importer USING (line_no < 4);
SET ROLE sap_importer;
SELECT rows_read, rows_loaded, duplicate_keys FROM segment.sap_import('stage', 'kna1');
RESET ROLE;
ALTER TABLE kna1 ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON kna1 TO sap_importer USING (true) WITH CHECK (kunnr = '0000000001');
SET ROLE sap_importer;
SELECT segment.sap_import('stage', 'kna1', on_error => 'abort');
RESET ROLE;
SELECT count(*) FROM kna1;

-- a cancelled import leaves nothing
SELECT lines(VARIADIC ARRAY['KUNNR'] || array_agg(i::text)) FROM generate_series(1, 200000) i;
CREATE TABLE slow (kunnr text);
CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$;
CREATE TRIGGER sleep AFTER INSERT ON slow FOR EACH STATEMENT EXECUTE FUNCTION sleep();
SET statement_timeout = '400ms';
SELECT segment.sap_import('stage', 'slow', on_error => 'reject');
RESET statement_timeout;
SELECT count(*) FROM slow;
SELECT to_regclass('slow_refused') IS NULL AS nothing_was_created;

-- a line above the limit, from a table and from bytes
TRUNCATE stage RESTART IDENTITY;
INSERT INTO stage (line) VALUES ('KUNNR'), (repeat('7', 64 * 1024 * 1024 + 1));
\set VERBOSITY default
SELECT segment.sap_import('stage', 'slow');
\set VERBOSITY terse
SELECT segment.sap_import(convert_to(E'KUNNR\n' || repeat('7', 64 * 1024 * 1024 + 1), 'UTF8'), 'UTF8', 'slow');

DROP SCHEMA hostile_sap CASCADE;
DROP ROLE sap_importer;
