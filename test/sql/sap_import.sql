-- Exports of an SAP system into tables.
CREATE SCHEMA import_test;
SET search_path = import_test;
SET datestyle = iso;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
CREATE FUNCTION lines(VARIADIC lines text[]) RETURNS void LANGUAGE sql AS
$$ TRUNCATE stage RESTART IDENTITY; INSERT INTO stage (line) SELECT l FROM unnest(lines) WITH ORDINALITY AS u (l, i) ORDER BY i; $$;

-- list text: titles, rules, a header on each page, padding, a blank first column, | in a cell
SELECT lines('Table:          VBRK', 'Displayed Fields:   6 of  94', '-----------------------------------------------------------',
    '|  |VBELN     |FKDAT     |WAERK|         NETWR|KUNAG     |',
    '|---------------------------------------------------------|',
    '|  |90000001  |01.02.2024|EUR  |      1.234,50|CA|301    |',
    '|  |90000002  |00.00.0000|JPY  |        12,00-|4711      |',
    'Page 2', '|  |VBELN     |FKDAT     |WAERK|         NETWR|KUNAG     |',
    '|  |90000003  |31.12.9999|KWD  |        12,34 |größe東京 |',
    '|  |90000004  |31.12.2023|EUR  |         0,00 |東京  |',
    '-----------------------------------------------------------');
SELECT * FROM segment.sap_import('stage', 'vbrk', decimal_notation => '1.234.567,89', amounts => 'stored',
                                 date_format => 'DD.MM.YYYY', client => '100') \gx
SELECT * FROM vbrk ORDER BY vbeln;
SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'vbrk'::regclass AND attnum > 0 ORDER BY attnum;

-- delimited text: quotes, a field of two lines, a repeated header, blank lines, names in any order and case
SELECT lines(E'\ufeff"posnr";VBELN;"ARKTX";NetWr;MATNR;MANDT', '', E'10;90000001;"Rad 28"" ""Bär""; rot";1.000,00;4711;100\r',
    '20;90000001;"two', 'lines";2,5-;ABC-1;100', '"posnr";VBELN;"ARKTX";NetWr;MATNR;MANDT', E'\ufeff"posnr";VBELN;"ARKTX";NetWr;MATNR;MANDT',
    ';;;;;', '10;90000002;5" pipe;3;99;100', '10;90000009;orphan;0;1;100', '10;90000001;other client;7;1;200');
SELECT * FROM segment.sap_import('stage', 'vbrp', decimal_notation => '1.234.567,89', amounts => 'stored',
                                 client => '100', header_table => 'vbrk', on_error => 'reject') \gx
SELECT * FROM vbrp ORDER BY vbeln, posnr;
SELECT line_no, field, reason, left(line, 7) AS line FROM vbrp_refused;

-- the same file again: duplicate keys
SELECT duplicate_keys, orphan_items FROM segment.sap_import('stage', 'vbrp', decimal_notation => '1.234.567,89', amounts => 'stored',
                                 client => '100', header_table => 'vbrk', on_error => 'reject');

-- types from the target; generated, identity, NOT NULL, CHECK, domain and jsonb columns; a name that needs quotes
CREATE DOMAIN short_text AS text CHECK (length(VALUE) <= 5);
CREATE TABLE "My Target" (id int GENERATED ALWAYS AS IDENTITY, "Kunnr" varchar(10) PRIMARY KEY, name1 short_text NOT NULL, erdat timestamp,
    umsat numeric(8,2) CHECK (umsat >= 0), twice numeric GENERATED ALWAYS AS (umsat * 2) STORED, kukla smallint, xcpdk boolean, extra jsonb,
    factor float8, uptim time, loaded text DEFAULT 'yes');
SELECT lines('KUNNR,NAME1,ERDAT,UMSAT,KUKLA,XCPDK,EXTRA,FACTOR,UPTIM,TWICE,ID,UNKNOWN',
    '1,abc,20240229,12.50,7,X,"{""a"": 1}",1e3,235959,1,1,x',
    '2,,00000000,0,,,,,,,,',
    '3,toolong,,1,,,,,,,,', '4,ok,,-1,,,,,,,,', '5,ok,,1.005,,,,,,,,', '6,ok,,1234567,,,,,,,,', '7,ok,,1,40000,,,,,,,',
    '8,ok,,1,1.5,,,,,,,', '9,ok,,1,,maybe,,,,,,', '10,ok,,1,,,{bad,,,,,', '1,twice,,1,,,,,,,,', '11,ok,20241301,1,,,,,,,,',
    '12,ok,,1,,,,,250000,,,', '13,ok,,x,,,,,,,,', '12345678901,ok,,1,,,,,,,,', '14,short', '15,ok,,1,,,,,,,,,too,many', '16,ok,,9.90,,,,,,,,,');
SELECT * FROM segment.sap_import('stage', '"My Target"', sap_table => 'KNA1', decimal_notation => '1234567.89', amounts => 'display',
                                 on_error => 'reject', refused => '"Not Taken"') \gx
SELECT * FROM "My Target" ORDER BY "Kunnr";
SELECT line_no, field, reason FROM "Not Taken" ORDER BY line_no;

-- with on_error abort the first of these errors ends the import
SELECT segment.sap_import('stage', '"My Target"', sap_table => 'KNA1', decimal_notation => '1234567.89', amounts => 'display');
SELECT count(*) FROM "My Target";
SELECT lines('KUNNR,NAME1', '20,a', '21,b', '21,c');
SELECT segment.sap_import('stage', '"My Target"', sap_table => 'KNA1');
SELECT count(*) FROM "My Target";

-- dates and timestamps before and after 2000-01-01
CREATE TABLE stamps (kunnr text, erdat timestamp);
SELECT lines('KUNNR,ERDAT', '1,19991231', '2,19991231235959', '3,20240229000001', '4,00010101', '5,99991231', '6,00000000', '7,2024-02-29 10:00');
SELECT rows_loaded, rows_refused FROM segment.sap_import('stage', 'stamps', on_error => 'reject');
TABLE stamps;

-- labels in place of field names
SELECT lines('Kunde|Name|Umsatz|Symbol', '1|Müller|1,5|@1@');
SELECT ignored_fields FROM segment.sap_import('stage', 'labelled', mapping => '{"Kunde": "KUNNR", "Name": "NAME1", "Symbol": null}');
SELECT * FROM labelled;
SELECT segment.sap_import('stage', 'labelled', mapping => '{"Customer": "KUNNR"}');
SELECT segment.sap_import('stage', 'labelled', mapping => '{"Kunde": 1}');
SELECT segment.sap_import('stage', 'labelled', mapping => '[]');
SELECT segment.sap_import('stage', 'labelled2', mapping => '{"Kunde": "NAME1", "Name": "NAME1"}');

-- amounts: no default when the currency has other than two decimals, or is unknown
SELECT lines('VBELN,WAERK,NETWR', '1,EUR,5', '2,JPY,0', '3,JPY,7');
SELECT segment.sap_import('stage', 'a1', sap_table => 'VBRK');
SELECT rows_loaded FROM segment.sap_import('stage', 'a1', sap_table => 'VBRK', amounts => 'display');
SELECT rows_loaded FROM segment.sap_import('stage', 'a2', sap_table => 'VBRK', amounts => 'stored');
CREATE TABLE tcurx (currkey text, currdec text);
INSERT INTO tcurx VALUES ('EUR', '3'), ('KWD', '3');
SELECT rows_loaded FROM segment.sap_import('stage', 'a3', sap_table => 'VBRK', amounts => 'stored', tcurx => 'tcurx');
SELECT vbeln, a1.netwr AS display, a2.netwr AS stored, a3.netwr AS by_tcurx FROM a1 JOIN a2 USING (vbeln) JOIN a3 USING (vbeln) ORDER BY 1;
SELECT lines('VBELN,POSNR,NETWR', '1,10,5', '3,10,7', '3,20,0');
SELECT segment.sap_import('stage', 'a4', sap_table => 'VBRP');
SELECT segment.sap_import('stage', 'a4', sap_table => 'VBRP', header_table => 'a1');
SELECT rows_loaded, orphan_items FROM segment.sap_import('stage', 'a4', sap_table => 'VBRP', header_table => 'a1', amounts => 'stored');
SELECT rows_loaded FROM segment.sap_import('stage', 'a5', sap_table => 'VBRP', currency => 'KWD', amounts => 'stored');
SELECT vbeln, posnr, a4.netwr AS by_header, a5.netwr AS by_option FROM a4 JOIN a5 USING (vbeln, posnr) ORDER BY 1, 2;

-- a number with a separator needs decimal_notation
SELECT lines('VBELN,NETWR,WAERK', '1,5,EUR', '2,1.234,EUR');
SELECT segment.sap_import('stage', 'n1', sap_table => 'VBRK');
SELECT rows_loaded FROM segment.sap_import('stage', 'n1', sap_table => 'VBRK', decimal_notation => '1.234.567,89');
SELECT netwr FROM n1;

-- clients: without the argument all rows are loaded, with a warning
SELECT lines('MANDT,KUNNR', '100,1', '200,1', '1,1');
SELECT rows_loaded, other_clients, duplicate_keys FROM segment.sap_import('stage', 'k1', sap_table => 'KNA1');
SELECT rows_loaded, other_clients FROM segment.sap_import('stage', 'k2', sap_table => 'KNA1', client => '1');
SELECT mandt FROM k2;

-- material numbers of 18 or 40 characters
SELECT lines('MATNR,MTART', '4711,A', 'ABC,A', '1234567890123456789,A');
SELECT rows_loaded FROM segment.sap_import('stage', 'm18', sap_table => 'MARA');
SELECT rows_loaded FROM segment.sap_import('stage', 'm40', sap_table => 'MARA', material_length => 40);
SELECT m18.matnr, m40.matnr FROM m18 JOIN m40 ON ltrim(m18.matnr, '0') = ltrim(m40.matnr, '0') ORDER BY 1;

-- bytes in the code pages of SAP, with all three line ends
SELECT * FROM segment.sap_import(convert_to(E'KUNNR\tNAME1\r1\tGröße\r\n2\tÆsop\n', 'LATIN1'), 'LATIN1', 'kna1') \gx
SELECT rows_loaded FROM segment.sap_import('\xefbbbf'::bytea || convert_to(E'KUNNR\tNAME1\n3\t東京', 'UTF8'), '4110', 'kna1');
SELECT rows_loaded FROM segment.sap_import('\xfffe4b0055004e004e0052003b004e0041004d00450031000a0034003b003dd80ade0a00'::bytea, 'UTF16LE', 'kna1');
SELECT rows_loaded FROM segment.sap_import('\x004b0055004e004e0052003b004e0041004d00450031000d000a0035003b6771'::bytea, '4102', 'kna1');
SELECT kunnr, name1 FROM kna1 ORDER BY 1;
SELECT rows_loaded, rows_refused FROM segment.sap_import(E'KUNNR;NAME1\n6;\\377\n7;\\000\n8;ok'::bytea, 'UTF8', 'kna1', on_error => 'reject');
SELECT line_no, reason, line FROM kna1_refused;
SELECT segment.sap_import('KUNNR'::bytea, 'UTF7', 'kna1');

-- only a header; 200 columns
SELECT lines('KUNNR,NAME1');
SELECT rows_read, rows_loaded FROM segment.sap_import('stage', 'kna1');
SELECT lines(string_agg('C' || i, ','), string_agg(i::text, ',')) FROM generate_series(1, 200) i;
SELECT rows_loaded FROM segment.sap_import('stage', 'wide');
SELECT c1, c100, c200 FROM wide;

-- birth dates, addresses, e-mail, channels, texts of material groups, payments
SELECT lines('CLIENT|PARTNER|TYPE|NAME_LAST|BIRTHDT', '100|4711|1|Müller|19640229', '100|4712|1|Maier|00000000', '200|1|1|Schmidt|19700101');
SELECT rows_loaded, other_clients, duplicate_keys FROM segment.sap_import('stage', 'but000', client => '100');
SELECT client, partner, name_last, birthdt FROM but000 ORDER BY partner;
SELECT lines('PARTNER|BIRTHDT', '1|19991231');
SELECT rows_loaded FROM segment.sap_import('stage', 'but000_b', sap_table => 'BUT000', client => '7');
SELECT client, partner, birthdt FROM but000_b;
SELECT lines('MANDT|PARNR|KUNNR|NAMEV|NAME1|GBDAT', '100|12|4711|Anna|Berg|19801224');
SELECT rows_loaded FROM segment.sap_import('stage', 'knvk');
SELECT parnr, kunnr, gbdat FROM knvk;
SELECT lines('CLIENT|ADDRNUMBER|DATE_FROM|NATION|CITY1|POST_CODE1', '100|55|00010101||Köln|01067', '100|55|00010101||Köln|01067');
SELECT rows_loaded, duplicate_keys FROM segment.sap_import('stage', 'adrc');
SELECT addrnumber, date_from, nation, post_code1 FROM adrc LIMIT 1;
SELECT lines('CLIENT|ADDRNUMBER|PERSNUMBER|DATE_FROM|CONSNUMBER|FLGDEFAULT|SMTP_ADDR', '100|55||00010101|1|X|anna@example.com');
SELECT rows_loaded, duplicate_keys FROM segment.sap_import('stage', 'adr6');
SELECT addrnumber, persnumber, consnumber, smtp_addr FROM adr6;
SELECT lines('MANDT|KUNNR|VKORG|VTWEG|SPART|KDGRP|KVAWT|WAERS', '100|4711|1000|02|00|07|1.234,50|EUR');
SELECT rows_loaded FROM segment.sap_import('stage', 'knvv', decimal_notation => '1.234.567,89');
SELECT kunnr, vtweg, kvawt FROM knvv;
SELECT lines('MANDT|SPRAS|MATKL|WGBEZ', '100|E|001|Tools', '100|D|001|Werkzeuge');
SELECT rows_loaded, duplicate_keys FROM segment.sap_import('stage', 't023t');
SELECT spras, matkl, wgbez FROM t023t ORDER BY spras;
SELECT lines('MANDT|BUKRS|KUNNR|AUGDT|AUGBL|GJAHR|BELNR|BUZEI|BUDAT|WAERS|SHKZG|WRBTR', '100|1000|4711|20240131|90|2024|90|1|20240131|EUR|H|99,95');
SELECT rows_loaded FROM segment.sap_import('stage', 'bsad', decimal_notation => '1.234.567,89');
SELECT kunnr, augdt, wrbtr FROM bsad;
SELECT lines('CLIENT|NAME_LAST', '100|x');
SELECT segment.sap_import('stage', 'no_partner', sap_table => 'BUT000');

DROP SCHEMA import_test CASCADE;
