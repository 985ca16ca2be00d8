-- The conversions of SAP values.

-- dates: one format; zeros are NULL; 99991231 is a date
SELECT f, segment.sap_date(v, f) AS date
FROM (VALUES ('20240229', 'YYYYMMDD'), ('29.02.2024', 'DD.MM.YYYY'), ('02/29/2024', 'MM/DD/YYYY'),
             ('02-29-2024', 'MM-DD-YYYY'), ('2024.02.29', 'YYYY.MM.DD'), ('2024/02/29', 'YYYY/MM/DD'),
             ('2024-02-29', 'YYYY-MM-DD'), (' 99991231 ', 'YYYYMMDD'), ('00000000', 'YYYYMMDD'),
             ('0', 'YYYYMMDD'), ('  ', 'YYYYMMDD'), ('', 'DD.MM.YYYY'), ('00.00.0000', 'DD.MM.YYYY'),
             ('0000-00-00', 'YYYY-MM-DD'), ('00000000', 'DD.MM.YYYY')) AS d (v, f);
SELECT segment.sap_date('20231231') = date '2023-12-31' AS default_format, segment.sap_date(NULL) IS NULL AS strict;
SELECT segment.sap_date('20230229');
SELECT segment.sap_date('2024-02-29');
SELECT segment.sap_date('..........', 'DD.MM.YYYY');
SELECT segment.sap_date('20240229', 'YYMMDD');
SELECT segment.sap_date('২০২৪০২২৯');

-- times
SELECT v, segment.sap_time(v) AS time FROM (VALUES ('235959'), ('23:59:59'), ('000000'), ('240000'), (' ')) AS t (v);
SELECT segment.sap_time('240001');
SELECT segment.sap_time('12:3456');

-- numbers: the same digits in four notations, with the minus first and last
SELECT n, v, segment.sap_number(v, n) AS number
FROM (VALUES ('1.234,56', '1.234.567,89'), ('1,234.56', '1,234,567.89'), ('1 234,56', '1 234 567,89'),
             ('1234.56', '1234567.89'), ('1.234.567,89-', '1.234.567,89'), ('-1234567,89', '1.234.567,89'),
             ('  12,00-  ', '1.234.567,89'), ('1.234', '1.234.567,89'), ('1.234', '1,234,567.89'),
             ('0,00', '1.234.567,89'), ('', '1.234.567,89'), ('   ', '1234567.89'), ('+5', '1234567.89'),
             ('.5', '1234567.89'), (E'1\u00a0234,5', '1 234 567,89'), (E'1\u202f234,5', '1 234 567,89'),
             ('123456789012345678901234567890.12', '1234567.89'), ('1,50E+02', '1.234.567,89'),
             ('9 -', '1 234 567,89')) AS d (v, n);
SELECT segment.sap_number('1.23', '1.234.567,89');
SELECT segment.sap_number('1.234.56', '1.234.567,89');
SELECT segment.sap_number('12.345,67', '1,234,567.89');
SELECT segment.sap_number('1,5', '1234567.89');
SELECT segment.sap_number('-5-', '1234567.89');
SELECT segment.sap_number('-', '1234567.89');
SELECT segment.sap_number('NaN', '1234567.89');
SELECT segment.sap_number('5', 'point');

-- keys
SELECT v, segment.sap_alpha_in(v, 10) AS inwards, segment.sap_alpha_out(v) AS outwards
FROM (VALUES ('4711'), ('0000004711'), (' 4711 '), ('CA301'), ('0000000000'), ('0'), (''), ('00000000000004711'), ('Größe 1')) AS k (v);
SELECT segment.sap_alpha_in('12345678901', 10);
SELECT segment.sap_alpha_in('ABCDEFGHIJK', 10);
SELECT segment.sap_alpha_in('1', 0);
SELECT segment.sap_alpha_in('1', 1334);

-- amounts: stored with two decimals in every currency
SELECT c, segment.sap_amount(1.23, c) AS real FROM unnest(ARRAY['EUR', 'JPY', 'jpy ', 'KWD', 'USDN', 'HUF', '???', '', 'TOOLONG']) AS c;
SELECT segment.sap_amount(1.00, 'EUR', 0) AS given, segment.sap_amount(1.00, NULL, 3) AS without_currency,
       segment.sap_amount(1.00, NULL) AS unknown, segment.sap_amount(NULL, 'JPY') AS no_amount;
SELECT segment.sap_amount(1, 'EUR', 6);
SELECT segment.sap_amount(1, 'EUR', -1);

-- document categories of billing documents
SELECT string_agg(c || ' ' || coalesce(segment.sap_billing_sign(c)::text, 'out'), ', ' ORDER BY c COLLATE "C") AS signs
FROM unnest(ARRAY['M', 'N', 'O', 'P', 'S', 'U', '5', '', 'M ', 'MM']) AS c;
