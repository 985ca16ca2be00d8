-- Cohorts: calendar periods and retention.
SET search_path = public, segment;
\set VERBOSITY terse
\pset null '(null)'

-- the calendar
SELECT g AS grain, cohort_label('2019-11-05', g) FROM unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) g;
SELECT cohort_label('2019-11-05') AS "default", cohort_label('2019-11-05 23:59:59.999999') AS "a timestamp", cohort_label('2019-11-05'::date, 'day') AS "a date";
-- weeks at the turn of the year
SELECT d::date, cohort_label(d, 'week'), to_char(d, 'IYYY-"W"IW') AS iso
FROM unnest(ARRAY['2018-12-31', '2020-12-31', '2021-01-03', '2021-01-04', '2016-01-01', '2000-02-29']::timestamp[]) d;
-- all days of two centuries have the labels of to_char
SELECT count(*) AS days, count(*) FILTER (WHERE cohort_label(d, 'day') = to_char(d, 'YYYY-MM-DD')) AS day,
       count(*) FILTER (WHERE cohort_label(d, 'week') = to_char(d, 'IYYY-"W"IW')) AS week,
       count(*) FILTER (WHERE cohort_label(d) = to_char(d, 'YYYY-MM')) AS month,
       count(*) FILTER (WHERE cohort_label(d, 'quarter') = to_char(d, 'YYYY-"Q"Q')) AS quarter,
       count(*) FILTER (WHERE cohort_label(d, 'year') = to_char(d, 'YYYY')) AS year
FROM generate_series('1900-01-01'::timestamp, '2100-01-01', '1 day') d;
-- the first and last dates; the year before year 1 is year 0
SELECT cohort_label(d, 'day'), cohort_label(d, 'week'), cohort_label(d, 'quarter')
FROM unnest(ARRAY['0001-01-01', '0001-12-31 BC', '0044-03-15 BC', '4713-01-01 BC', '9999-12-31', '10000-01-01', '294276-12-31 23:59:59.999999']::timestamp[]) d;
SELECT cohort_period('1999-12-31 23:59:59.999999', '2000-01-01', g) AS over, cohort_period('2000-01-01', '1999-12-31 23:59', g) AS back,
       cohort_period('2019-01-01', '2019-12-31', g) AS within_a_year, cohort_period('4713-01-01 BC', '294276-12-31', g) AS all_of_it
FROM unnest(ARRAY['day', 'week', 'month', 'quarter', 'year']) g;
SELECT cohort_period('2019-01-15', '2020-03-01') AS months, cohort_label(NULL), cohort_period(NULL, '2020-01-01'), cohort_label('2020-01-01', NULL);
-- the time zone of the session does not matter
SET timezone = 'Pacific/Kiritimati';
SELECT cohort_label('2019-12-31 23:30', 'year'), cohort_label('2019-12-31 23:30'::timestamptz AT TIME ZONE 'UTC', 'day');
RESET timezone;
SELECT cohort_label('2019-12-31 23:30'::timestamptz);
SELECT cohort_label('2019-01-01', 'Month');
SELECT cohort_label('infinity');
SELECT cohort_period('2019-01-01', '-infinity');

-- retention
CREATE TABLE receipts (customer_id text, receipt_id text, receipt_date date, amount numeric, currency text);
INSERT INTO receipts VALUES
    ('A', '1', '2019-01-10', 60, 'EUR'), ('A', '2', '2019-01-20', 40, 'EUR'), ('A', '3', '2019-03-05', 10, 'EUR'),
    ('B', '4', '2019-01-31', 20, 'EUR'), ('B', '5', '2019-02-01', -20, 'EUR'),
    ('C', '6', '2019-01-02', -5, 'EUR'), ('C', '7', '2019-02-02', 5, 'EUR'),    -- a return before the first purchase starts no cohort
    ('D', '8', '2019-01-02', -5, 'EUR'),
    ('E', '9', '2019-04-02', 7, 'EUR');
SELECT * FROM cohort_retention('receipts', '2019-04-15');
SELECT cohort, period, active, revenue, is_complete FROM cohort_retention('receipts', '2019-04-30') WHERE cohort = '2019-04';
SELECT cohort, period, customers, active, is_complete FROM cohort_retention('receipts', '2019-04-15', 'quarter');
SELECT cohort, period, customers, active, is_complete FROM cohort_retention('receipts', '2019-12-31', 'year');
SELECT cohort, period, active FROM cohort_retention('receipts', '2019-02-03', 'week') WHERE active > 0;
SELECT cohort, period, active FROM cohort_retention('receipts', '2019-02-03', 'day') WHERE active > 0;
SELECT * FROM cohort_retention('receipts', '2018-12-31');
SELECT * FROM cohort_retention('receipts', '2019-12-31', 'decade');
SELECT * FROM cohort_retention('receipts', '2019-12-31', NULL);
SELECT * FROM cohort_retention('receipts', NULL);
-- too many periods: an error before any row is built
SELECT * FROM cohort_retention('receipts', '9999-12-31', 'day');
SELECT count(*) FROM cohort_retention('receipts', '2100-12-31', 'day');
INSERT INTO receipts VALUES ('E', '10', '2019-04-03', 700, 'JPY');
SELECT * FROM cohort_retention('receipts', '2019-12-31');
SELECT cohort, customers, revenue FROM cohort_retention('receipts', '2019-04-30', currency => 'JPY');
CREATE TABLE rates AS SELECT * FROM (VALUES ('EUR', 1), ('JPY', 0.01)) r(currency, rate);
SELECT cohort, revenue, average_receipt FROM cohort_retention('receipts', '2019-04-30', rates => 'rates') WHERE cohort = '2019-04';
DROP TABLE receipts, rates;

-- by a column: the value of the first receipt that counts, by time; the lowest one by bytes where it has several
CREATE TABLE visits (customer_id text, receipt_id text, receipt_date timestamp, amount numeric, "Sales channel" text);
INSERT INTO visits VALUES
    ('A', '1', '2024-01-05 10:00', 10, 'web'), ('A', '2', '2024-02-05 10:00', 20, 'shop'),
    ('B', '3', '2024-01-06 11:00', 10, 'web'), ('B', '4', '2024-01-06 09:00', 10, 'shop'), ('B', '5', '2024-01-06 08:00', -1, 'phone'),
    ('C', '6', '2024-01-07 11:00', 5, 'web'), ('C', '6', '2024-01-07 12:00', 5, 'Zoo'),
    ('D', '7', '2024-01-08 11:00', 0, NULL), ('D', '8', '2024-02-08 11:00', 7, 'web'),
    ('E', '9', '2024-01-08 11:00', -5, 'returns'),
    ('F', '10', '2024-02-08 11:00', 5, ''), ('F', '10', '2024-02-08 11:00', 5, NULL);
SELECT * FROM cohort_retention('visits', '2024-02-29', by => 'Sales channel');
SELECT count(by_value) FROM cohort_retention('visits', '2024-02-29');
SELECT * FROM cohort_retention('visits', '2024-02-29', by => 'sales channel');
SELECT * FROM cohort_retention('visits', '2024-02-29', by => '');
SELECT * FROM cohort_retention('visits', '2024-02-29', by => 'amount) FROM visits --');
DROP TABLE visits;
