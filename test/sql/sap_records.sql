-- Records, values and keys of SAP exports.
CREATE SCHEMA records_test;
SET search_path = records_test;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
CREATE FUNCTION lines(VARIADIC lines text[]) RETURNS void LANGUAGE sql AS
$$ TRUNCATE stage; INSERT INTO stage (line) SELECT l FROM unnest(lines) WITH ORDINALITY AS u (l, i) ORDER BY i; $$;

-- types of the target: supported or an error, so that no setting of the session matters
CREATE DOMAIN day AS date;
CREATE DOMAIN working_day AS day CHECK (VALUE > '2000-01-01');
CREATE DOMAIN price AS numeric(8,2);
CREATE DOMAIN low_price AS price CHECK (VALUE < 1000);
CREATE DOMAIN code AS varchar(5);
CREATE DOMAIN short_code AS code;
CREATE DOMAIN moment AS timestamptz;
CREATE DOMAIN late_moment AS moment;
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE DOMAIN warm AS colour;
SELECT lines('KUNNR;ERDAT;PRICE;CODE;COLOUR;ID;EXTRA', '1;05.01.2024;1.234,50;abcde;red;0a0eebc9-9c0b-4ef8-bb6d-6bb9bd380a11;{}', '2;06.02.2024;12,5;;green;;',
    '3;01.01.1999;;;;;', '4;;12,345;;;;', '5;;;abcdef;;;', '6;;;;blue;;', '7;;;;;no uuid;', '8;;1.234,50;;;;');
CREATE TABLE typed (kunnr text, erdat working_day, price low_price, code short_code, colour warm, id uuid, extra jsonb);
SET datestyle = 'SQL, MDY';
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'typed', date_format => 'DD.MM.YYYY', decimal_notation => '1.234.567,89', on_error => 'reject');
SET datestyle = 'ISO, YMD';
SELECT * FROM typed;
SELECT line_no, field, reason FROM typed_refused ORDER BY 1;
DO $$
DECLARE
    type text;
BEGIN
    FOREACH type IN ARRAY ARRAY['timestamptz', 'timetz', 'interval', 'late_moment', 'date[]', 'text[]', 'daterange', 'tstzrange', 'money', 'bytea', 'xml',
                                'name', '"char"', 'bit(3)', 'typed', 'regclass', 'point', 'oid'] LOOP
        EXECUTE format('CREATE TABLE one_type (kunnr text, erdat %s)', type);
        BEGIN
            PERFORM segment.sap_import('stage', 'one_type', date_format => 'DD.MM.YYYY');
            RAISE WARNING '% was taken', type;
        EXCEPTION WHEN datatype_mismatch THEN
            RAISE WARNING '%', SQLERRM;
        END;
        DROP TABLE one_type;
    END LOOP;
END $$;
CREATE DOMAIN word AS text NOT NULL;
CREATE DOMAIN short_word AS word CHECK (length(VALUE) < 9);
CREATE TABLE words (kunnr text, erdat date, code short_word, price price, colour warm NOT NULL);
SELECT rows_loaded FROM segment.sap_import('stage', 'words', date_format => 'DD.MM.YYYY', decimal_notation => '1.234.567,89', on_error => 'reject');
TABLE words;
CREATE TABLE one_type (kunnr text, erdat timestamptz);
SELECT segment.sap_import('stage', 'one_type', date_format => 'DD.MM.YYYY');
SELECT rows_loaded FROM segment.sap_import('stage', 'one_type', mapping => '{"ERDAT": null}');

-- the same rows under every setting of the session
SELECT lines('KUNNR;ERDAT;UPTIM;STAMP;UMSAT;RATE;FLAG', '1;05.01.2024;12:34:56;20240105123456;1.234,50-;0,1;X', '2;31.12.9999;24:00:00;31.03.2024;0,01;1.000,25;', '3;29.02.2024;;00.00.0000;;;');
CREATE TABLE settings (kunnr text, erdat date, uptim time, stamp timestamp, umsat numeric(20,5), rate float8, flag bool);
CREATE TABLE outcomes (setting text, rows text);
DO $$
DECLARE
    setting text;
BEGIN
    FOREACH setting IN ARRAY ARRAY['datestyle=German', 'datestyle=SQL, DMY', 'datestyle=Postgres, MDY', 'datestyle=ISO, YMD', 'intervalstyle=sql_standard', 'timezone=Asia/Tokyo',
                                   'timezone=America/New_York', 'extra_float_digits=-15', 'standard_conforming_strings=off', 'quote_all_identifiers=on', 'bytea_output=escape',
                                   'search_path=pg_catalog', 'default_transaction_isolation=serializable', 'work_mem=64kB', 'jit_above_cost=0', 'xmloption=document'] LOOP
        DELETE FROM records_test.settings;
        PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), true);
        PERFORM segment.sap_import('records_test.stage', 'records_test.settings', date_format => 'DD.MM.YYYY', decimal_notation => '1.234.567,89', amounts => 'display');
        INSERT INTO records_test.outcomes SELECT setting, string_agg(s::text, ' ') FROM (SELECT kunnr, erdat - date '2000-01-01', extract(epoch FROM uptim), extract(epoch FROM stamp), umsat, rate::numeric, flag FROM records_test.settings) s;
    END LOOP;
END $$;
SELECT rows, count(*) FROM outcomes GROUP BY rows;

-- the type of the dictionary is checked for every type of column, and character fields get the internal form
SELECT lines('VBELN;POSNR;NETWR;WAERK;FKIMG;VRKME;PRSDT;ERZET;MATNR;MANDT', '1;10;1.000,50-;eur;1,000;ST;05.01.2024;12:34:56;4711;100',
    '1;10.0;100;EUR;;;;;;', '1;abc;100;EUR;;;;;;', '1;-10;100;EUR;;;;;;', '1;1,0;100;EUR;;;;;;', '1;20;abc;EUR;;;;;;', '1;20;1;1,5;;;;;;', '1;20;1;EUR;x;;;;;',
    '1;20;1;EUR;;much too long;;;;', '1;20;1;EUR;;;13.13.2024;;;', '1;20;1;EUR;;;;25:00:00;;', '1;20;1;EUR;;;;;;A1', '1;30;1;EUR;;;00.00.0000;;;', '1;40;1;#;;;;;#;#');
CREATE TABLE vbrp (vbeln text, posnr text, netwr text, waerk text, fkimg text, vrkme text, prsdt text, erzet text, matnr text, mandt text);
SELECT rows_loaded, rows_refused, duplicate_keys FROM segment.sap_import('stage', 'vbrp', date_format => 'DD.MM.YYYY', decimal_notation => '1.234.567,89', amounts => 'stored', on_error => 'reject');
TABLE vbrp;
SELECT line_no, field, reason FROM vbrp_refused ORDER BY 1;
SELECT lines('VBELN;POSNR;NETWR;WAERK', '1;50;1;#', '1;60;1;', '1;70;1;JPY');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'currencies', sap_table => 'VBRP', amounts => 'stored', on_error => 'reject');
SELECT line_no, field, reason FROM currencies_refused ORDER BY 1;
CREATE TABLE numbered (vbeln bigint, posnr int, prsdt int, erzet numeric, netwr float8, fkimg float4);
SELECT lines('VBELN;POSNR;PRSDT;ERZET;NETWR;FKIMG', '''4711;000010;20240105;123456;1234567890.5;16777216', '4711.0;10;;;;', '1;10.0;;;;', 'CA301;1;;;;', '1;2;20241301;;;',
    '1;3;;;1234567890123.4567;', '1;4;;;;16777217', '1;5;;;0;123456.7', '1;6;;;9007199254740993;', '1;7;;;9007199254740992;0.000');
SELECT rows_loaded FROM segment.sap_import('stage', 'numbered', sap_table => 'VBRP', decimal_notation => '1234567.89', amounts => 'display', on_error => 'reject');
SET extra_float_digits = 1;
TABLE numbered;
SELECT line_no, field, reason FROM numbered_refused ORDER BY 1;

-- exponents: exact for other numbers, an error for amounts, quantities and keys
CREATE TABLE factors (kunnr text, netwr numeric(18,3), kwmeng numeric(18,3), factor numeric(18,3), kursk numeric);
SELECT lines('KUNNR;NETWR;KWMENG;FACTOR;KURSK', '1;;;1,2345E+02;1,5E-05', '2;;;1,5E-05;', '3;1,5E+02;;;', '4;;9E+07;;', '4,711E+03;;;;', '9E+07;;;;', '5;0E+00;;;', '6;;;1,2345678E+20;');
SELECT rows_loaded FROM segment.sap_import('stage', 'factors', decimal_notation => '1.234.567,89', amounts => 'display', on_error => 'reject');
TABLE factors;
SELECT line_no, field, reason FROM factors_refused ORDER BY 1;

-- numeric columns whose scale is above the precision, or negative
CREATE TABLE scales (kunnr text, small numeric(3,5), large numeric(3,-2));
SELECT lines('KUNNR;SMALL;LARGE', '1;0.00123;1200', '2;-0.00999;99900', '3;0.01;', '4;0.000001;', '5;;1250', '6;;100000', '7;0;0', '8;0.000;1200.00', '9;1;');
SELECT rows_loaded FROM segment.sap_import('stage', 'scales', decimal_notation => '1234567.89', on_error => 'reject');
TABLE scales;
SELECT line_no, field, reason FROM scales_refused ORDER BY 1;

-- keys: marks of spreadsheets and web pages are removed; keys that they changed are refused; so are blank keys
SELECT lines('KUNNR;NAME1', '4711;a', '''4711;b', '="4711";c', U&'4711\00a0;d', U&'\feff4711\200b;e', '"=""4711""";f', '4711.0;g', '4,711E+03;h', '#;i', U&'\00a0;j', ';k', '*;l', '="";m',
    U&'4712;\00a0n\3000', 'KUNNR;o');
SELECT rows_read, rows_loaded, rows_refused, duplicate_keys FROM segment.sap_import('stage', 'kna1', on_error => 'reject');
SELECT kunnr, count(*), string_agg(name1, '') AS names FROM kna1 GROUP BY 1 ORDER BY 1;
SELECT line_no, field, reason FROM kna1_refused ORDER BY 1;
CREATE TABLE not_null (kunnr text NOT NULL, name1 text NOT NULL);
SELECT lines('KUNNR;NAME1', ';a', '#;b', '1;');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'not_null', sap_table => 'KNA1', on_error => 'reject');
TABLE not_null;
-- in a table that is not in the dictionary, a row of numbers only is a total
SELECT lines('BON;KUNAG;VBELN;NETWR;WAERK', ';1;;10;EUR', 'b1;;;20;EUR', ';;90;30;EUR', ';;;150;EUR', 'b2;#;*;1;', ';#;#;2;');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'sales', amounts => 'display', on_error => 'reject');
SELECT * FROM sales;
SELECT line_no, field, reason FROM sales_refused ORDER BY 1;

-- lines of a list that are not records: totals, a header with other widths, a second table
SELECT lines('|KUNNR     |NAME1     |    NETWR|', '|1         |a         |   150,00|', '|*         |          |   300,00|', '|          |          |   300,00|',
    '|KUNNR     |NAME1     |    NETWR| ', '|KUNNR|NAME1|NETWR|', '|2    |b    | 1,00|', '|3    |c|d  | 2,00|', '|kunnr|name1|netwr|', '|4    |NAME1| 3,00|',
    '|NAME1|KUNNR|NETWR|', '|d    |5    | 3,00|', 'Table: T005', '|LAND1|SPRAS|', '|DE   |DE   |', '|6    |f    | 3,00|', '|KUNNR|NAME1|NETWR|', '|7    |g    | 3,00|');
SELECT rows_read, rows_loaded, rows_refused, lines_skipped FROM segment.sap_import('stage', 'l', amounts => 'display', decimal_notation => '1.234.567,89', on_error => 'reject');
TABLE l;
SELECT line_no, field, reason FROM l_refused ORDER BY 1;
SELECT segment.sap_import('stage', 'l2', amounts => 'display', decimal_notation => '1.234.567,89');
-- a second table with the same number of columns and unknown labels; rows that are not padded
SELECT lines('|KUNNR     |NAME1     |', '|1         |a         |', '|Land|Bezeichnung|', '|DE  |Deutschland|', '|2         |東京    |', '|3         |é|', '|4         |d         |');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'l3', sap_table => 'KNA1', on_error => 'reject');
TABLE l3;
SELECT line_no, reason FROM l3_refused ORDER BY 1;
SELECT lines('|KUNNR     |NAME1     |', '|1|a|', '|2|bc|');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'l4', sap_table => 'KNA1', on_error => 'reject');
-- a record of two lines
SELECT lines('|VBELN     |FKDAT     |KUNAG     |', '|NETWR     |WAERK     |SFAKN     |', '|90        |20240105  |4711      |', '|100       |EUR       |          |');
SELECT segment.sap_import('stage', 'wrapped', amounts => 'display');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'wrapped', amounts => 'display', on_error => 'reject');
SELECT lines('|NETWR     |WAERK     |          |', '|VBELN     |FKDAT     |KUNAG     |', '|90        |20240105  |4711      |');
SELECT segment.sap_import('stage', 'wrapped', amounts => 'display');

-- delimited text: a repeated header, a second export with other columns, names of columns as values
SELECT lines('KUNNR;NAME1;LAND1', '1;a;DE', 'KUNNR ; NAME1;LAND1;', 'kunnr;name1;land1', '2;NAME1;ES', 'KUNNR;b;DE', '3;NAME1;LAND1', 'KUNNR;LAND1;NAME1', '4;ES;d', 'KUNNR;NAME1', '5;e', 'KUNNR;NAME1;LAND1', '6;f;FR');
SELECT rows_read, rows_loaded, rows_refused, lines_skipped FROM segment.sap_import('stage', 'd', on_error => 'reject');
TABLE d;
SELECT line_no, field, reason FROM d_refused ORDER BY 1;
SELECT lines('KUNNR;NAME1', '1;a', 'KUNNR;NAME1;LAND1', '2;b;DE');
SELECT segment.sap_import('stage', 'd2', on_error => 'reject');
SELECT lines('Kunde;Land', '1;DE', 'Land;Kunde', 'ES;2');
SELECT segment.sap_import('stage', 'd2', mapping => '{"Kunde": "KUNNR", "Land": "LAND1"}');

-- flags and short names can be values
CREATE TABLE flags (x text, y text, kunnr text);
SELECT lines('KUNNR;X;Y', '1;X;X', '2;Y;X', ';X;Y', '3;X;Y');
SELECT rows_loaded, rows_refused, lines_skipped FROM segment.sap_import('stage', 'flags', on_error => 'reject');
TABLE flags;
-- the name of the field in a column with a label
SELECT lines('Kunde;Name', '1;a', 'KUNNR;b', 'Kunde;c', '2;Name');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'd3', mapping => '{"Kunde": "KUNNR"}', on_error => 'reject');
TABLE d3;

-- clients: an invalid client is refused, and not counted as another client
SELECT lines('MANDT;KUNNR', '100;1', '200;2', ';3', '*;4', 'abc;5', '#;6');
SELECT rows_read, rows_loaded, rows_refused, other_clients FROM segment.sap_import('stage', 'c', client => '100', on_error => 'reject');
SELECT line_no, field, reason FROM c_refused ORDER BY 1;

SELECT segment.sap_import('stage', 'c', client => 'ABC');
SELECT segment.sap_import('stage', 'c', currency => 'Euro 1');

-- items find their header, and rows their client, in any form of the keys
CREATE TABLE outer_form (mandt int, vbeln bigint, waerk text);
INSERT INTO outer_form VALUES (1, 4711, 'JPY'), (1, 4712, 'EUR');
CREATE TABLE outer_items (mandt int, vbeln bigint, posnr int, netwr numeric);
SELECT lines('MANDT;VBELN;POSNR;NETWR', '001;0000004711;10;1.00', '1;4712;10;1.00', '1;4713;10;0', '1;4711;10;2.00', '2;4714;10;1');
SELECT rows_loaded, other_clients, duplicate_keys, orphan_items FROM segment.sap_import('stage', 'outer_items', sap_table => 'VBRP', client => '1',
    header_table => 'outer_form', amounts => 'stored', decimal_notation => '1234567.89');
TABLE outer_items;

-- labels: a header or a target without the key fields of its table
SELECT lines('Mandt;Kunde;Name', '100;1;a');
SELECT segment.sap_import('stage', 'labels', sap_table => 'KNA1');
CREATE TABLE labels (mandt text, kunde text, name text);
SELECT segment.sap_import('stage', 'labels', sap_table => 'KNA1', mapping => '{"Kunde": "KUNNR", "Name": "NAME1"}');
SELECT segment.sap_import('stage', 'labels', mapping => '{"Kunde": "KUNNR", "Name": "NAME1"}');
SELECT lines('VBELN;NETWR;WAERK', '1;1;EUR');
SELECT segment.sap_import('stage', 'items', sap_table => 'VBRP', amounts => 'display');

-- a column without a name
SELECT lines(',KUNNR,NAME1', '0,4711,a', '17,4712,b', 'x,4713,c');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'pandas', on_error => 'reject');
SELECT line_no, field, reason FROM pandas_refused;
SELECT segment.sap_import('stage', 'pandas');
SELECT rows_loaded, ignored_fields FROM segment.sap_import('stage', 'pandas2', mapping => '{"": null}');
SELECT rows_loaded FROM segment.sap_import('stage', 'pandas3', mapping => '{"": "SORTL"}');
TABLE pandas3;
SELECT lines('KUNNR,NAME1', '1,a');
SELECT segment.sap_import('stage', 'pandas', mapping => '{"": null}');

-- generated names, and names that are too long
SELECT lines('KUNNR', 'x', '*');
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[repeat('t', 54), repeat('t', 56), repeat('t', 63), repeat('t', 70), repeat('ü', 31)] LOOP
        FOR run IN 1..2 LOOP
            PERFORM segment.sap_import('stage', target, on_error => 'reject');
        END LOOP;
    END LOOP;
END $$;
SELECT relname, length(relname) FROM pg_class WHERE relnamespace = 'records_test'::regnamespace AND relname ~ '^(t{9}|ü).*_refused$' ORDER BY 1;
SELECT segment.sap_import('stage', repeat('x', 55) || '_refused', on_error => 'reject');
SELECT lines('KUNNR;' || repeat('länge', 20) || ';' || repeat('y', 63), '1;a;b');
SELECT rows_loaded, ignored_fields FROM segment.sap_import('stage', 'long');
SELECT rows_loaded, ignored_fields FROM segment.sap_import('stage', 'long');
TABLE long;
SELECT lines('KUNNR;' || repeat('z', 64) || ';' || repeat('z', 65), '1;a;b');
SELECT segment.sap_import('stage', 'long2');

-- the table of refused lines is temporary when the target is; otherwise it is in the schema of the target
SELECT lines('KUNNR;NAME1', '1;a', '*;b');
CREATE TEMPORARY TABLE passing (kunnr text, name1 text);
SELECT rows_refused FROM segment.sap_import('stage', 'passing', on_error => 'reject');
SELECT rows_refused FROM segment.sap_import('stage', 'passing', on_error => 'reject');
SELECT rows_refused FROM segment.sap_import('stage', 'pg_temp.passing', on_error => 'reject', refused => 'not_taken');
SELECT relname, relpersistence, relnamespace = pg_my_temp_schema() AS mine FROM pg_class WHERE relname IN ('passing_refused', 'not_taken') ORDER BY 1;
CREATE SCHEMA records_first;
SET search_path = records_first, records_test;
SELECT rows_refused FROM segment.sap_import('stage', 'kna1', on_error => 'reject');
SELECT to_regclass('records_first.kna1_refused') IS NULL AS beside_the_target;
SET search_path = records_test;

-- fields that are not in the dictionary
SELECT lines('ZNR;ZUMSATZ', '1;1.234,50');
SET client_min_messages = notice;
SELECT rows_loaded FROM segment.sap_import('stage', 'zsales');
DROP TABLE zsales;
SELECT rows_loaded FROM segment.sap_import('stage', 'zsales', decimal_notation => '1.234.567,89');
SELECT rows_loaded FROM segment.sap_import('stage', 'zsales', decimal_notation => '1.234.567,89');
CREATE TABLE znumbers (znr text, zumsatz numeric);
SELECT rows_loaded FROM segment.sap_import('stage', 'znumbers', decimal_notation => '1.234.567,89');
TABLE znumbers;
SET client_min_messages = warning;

-- characters and byte order marks of other encodings
SELECT lines('KUNNR;NAME1', U&'1;\0093Rad\0094', '2;b');
SELECT segment.sap_import('stage', 'kna1');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'w', sap_table => 'KNA1', on_error => 'reject');
SELECT rows_loaded FROM segment.sap_import('\x4b554e4e523b4e414d45310a313b93526164940a323b80'::bytea, 'WIN1252', 'w2', sap_table => 'KNA1');
SELECT name1 FROM w2;
SELECT segment.sap_import('\x4b554e4e523b4e414d45310a313b93526164940a323b80'::bytea, 'LATIN1', 'w2', sap_table => 'KNA1');
SELECT lines(U&'KUNNR;\0096', '1;b');
SELECT segment.sap_import('stage', 'kna1');
SELECT segment.sap_import('\xfffe4b0055004e004e0052000a003100'::bytea, e, 'marks') FROM unnest(ARRAY['UTF8', 'LATIN1', 'WIN1252', 'UTF16BE']) AS e;
SELECT segment.sap_import('\xefbbbf4b554e4e520a31'::bytea, 'LATIN1', 'marks');
SELECT segment.sap_import('\xefbbbf4b554e4e520a31'::bytea, 'UTF16LE', 'marks');
SELECT lines(convert_from('\xfffe4b554e4e52'::bytea, 'LATIN1'), '1');
SELECT segment.sap_import('stage', 'marks');
SELECT segment.sap_import('\x4b554e4e523b4e414d45310a313b61'::bytea, 'UTF16LE', 'marks');
SELECT segment.sap_import('\x4b554e4e523b4e414d45310a313b610a'::bytea, 'UTF16LE', 'marks');
SELECT to_regclass('marks') IS NULL AS nothing_was_created;
SELECT lines('Kunde~Name', '1~a');
SELECT segment.sap_import('stage', 'undivided');

-- the first line is line 1; a message shows a field only to the owner of the lines
SELECT min(line_no) > 1 AS runs_on FROM stage;
SELECT lines('KUNNR;ERDAT', '1;20240101', '2;2024-02-30 and something more');
SELECT segment.sap_import('stage', 'kna1x', sap_table => 'KNA1');
CREATE FUNCTION import_as_owner() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = records_test AS
$$ BEGIN RETURN segment.sap_import('stage', 'kna1x', sap_table => 'KNA1'); END $$;
CREATE ROLE records_reader;
GRANT USAGE ON SCHEMA records_test TO records_reader;
GRANT CREATE ON SCHEMA records_test TO records_reader;
SET ROLE records_reader;
SELECT import_as_owner();
RESET ROLE;
GRANT SELECT ON stage TO records_reader;
SET ROLE records_reader;
SELECT segment.sap_import('records_test.stage', 'records_test.kna1y', sap_table => 'KNA1');
RESET ROLE;
CREATE VIEW numbered_stage AS SELECT line_no * 10 AS line_no, line FROM stage;
SELECT segment.sap_import('numbered_stage', 'kna1x', sap_table => 'KNA1');

DROP SCHEMA records_test, records_first CASCADE;
DROP ROLE records_reader;
