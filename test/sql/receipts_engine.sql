-- The engine that reads receipts, against plain SQL: the same rows whatever the order of
-- the lines, the types of ids, the sizes of amounts, and whether parts went to disk.
\set VERBOSITY terse
CREATE SCHEMA engine_test;
SET search_path = engine_test, segment;
SET client_min_messages = warning;

-- 40,000 lines of 3,000 customers: ids of 0 to 300 bytes, amounts of many sizes and scales, returns, lines
-- without receipt number, receipts whose lines lie far apart, days of the years 1 to 9999
CREATE TABLE lines AS
SELECT CASE WHEN c % 97 = 0 THEN repeat('é', c % 150) || c ELSE 'C' || lpad(c::text, 3 + c % 15, '0') END AS customer_id,
       CASE WHEN h % 5 = 0 THEN NULL WHEN h % 41 = 0 THEN repeat('r', h % 300) || i / 3 ELSE lpad((i / 3)::text, 4 + h % 3, '0') END AS receipt_id,
       CASE WHEN h % 4001 = 0 THEN make_date(1 + h % 9999, 1, 1) ELSE date '2015-01-01' + (i / 3 * 7) % 3000 END AS receipt_date,
       CASE WHEN h % 701 = 0 THEN (h % 100 - 50)::numeric * 1e40
            WHEN h % 503 = 0 THEN (h % 100000)::numeric / 7
            WHEN h % 301 = 0 THEN ((h % 1000) - 500) * 92233720368.54775807
            WHEN h % 11 = 0 THEN -((h % 20000)::numeric / 100)
            ELSE round((h % 100000)::numeric / 1000, h % 9) END AS amount
FROM (SELECT i, abs(hashint4(i / 3) % 3000) AS c, abs(hashint4(i * 7 + 1)::bigint)::int AS h FROM generate_series(1, 40000) i) g;
INSERT INTO lines VALUES ('', '1', '2020-01-01', 1), (' ', '1', '2020-01-01', 1), ('#', '1', '2020-01-01', 1), ('X', '#', '2020-01-01', 1),
    (NULL, '1', '2020-01-01', 1), ('X', '1', NULL, 1), ('X', NULL, '2020-01-01', 0);

-- ---- what should come out, in plain SQL ----

CREATE FUNCTION wanted_totals(as_of date) RETURNS TABLE (customer_id text, receipt_date date, receipt_count bigint, sales numeric, net numeric)
LANGUAGE sql AS $$
    SELECT l.customer_id, min(l.receipt_date),
           CASE WHEN l.receipt_id IS NULL THEN count(*) FILTER (WHERE l.amount >= 0) WHEN sum(l.amount) >= 0 THEN 1 ELSE 0 END,
           CASE WHEN l.receipt_id IS NULL THEN sum(l.amount) FILTER (WHERE l.amount >= 0) WHEN sum(l.amount) >= 0 THEN sum(l.amount) END,
           sum(l.amount)
    FROM lines l
    WHERE btrim(l.customer_id) NOT IN ('', '#') AND coalesce(l.receipt_id, '') <> '#' AND l.receipt_date <= as_of
    GROUP BY l.customer_id, l.receipt_id, CASE WHEN l.receipt_id IS NULL THEN l.receipt_date END
$$;

CREATE FUNCTION wanted_rfm(as_of date, since date) RETURNS TABLE (customer_id text, recency_days int, frequency bigint, monetary numeric, rfm_score text, segment text)
LANGUAGE sql AS $$
    WITH customer AS (
        SELECT t.customer_id, as_of - max(t.receipt_date) FILTER (WHERE t.receipt_count > 0) AS recency_days,
               coalesce(sum(t.receipt_count) FILTER (WHERE t.receipt_date >= since), 0)::bigint AS frequency,
               coalesce(sum(t.net) FILTER (WHERE t.receipt_date >= since), 0) AS monetary
        FROM wanted_totals(as_of) t GROUP BY t.customer_id
    ), fitted AS (SELECT rfm_fit(recency_days, frequency, monetary::float8) AS model FROM customer WHERE frequency > 0)
    SELECT c.customer_id, c.recency_days, c.frequency, c.monetary, d.rfm_score, d.segment
    FROM customer c, fitted f, rfm_details(f.model, c.recency_days, c.frequency, c.monetary::float8) d
$$;

CREATE FUNCTION wanted_retention(as_of date, grain text) RETURNS TABLE (cohort text, period int, customers bigint, active bigint, revenue numeric, average_receipt numeric)
LANGUAGE sql AS $$
    WITH activity AS (
        SELECT t.customer_id, cohort_period('2000-01-01', t.receipt_date, grain) AS at, min(t.receipt_date) FILTER (WHERE t.receipt_count > 0) AS day,
               sum(t.receipt_count) AS receipts, sum(t.sales) AS sales, sum(t.net) AS net
        FROM wanted_totals(as_of) t GROUP BY 1, 2
    ), placed AS (SELECT a.*, min(a.at) FILTER (WHERE a.receipts > 0) OVER (PARTITION BY a.customer_id) AS born FROM activity a
    ), cell AS (
        SELECT born, at, count(*) FILTER (WHERE receipts > 0) AS active, min(day) AS day, sum(receipts) AS receipts, sum(sales) AS sales, sum(net) AS net
        FROM placed WHERE at >= born GROUP BY 1, 2
    )
    SELECT cohort_label(b.day, grain), c.at - c.born, b.active, c.active, c.net, c.sales / nullif(c.receipts, 0)
    FROM cell c JOIN cell b ON b.born = c.born AND b.at = b.born
    WHERE c.at < cohort_period('2000-01-01', as_of + 1, grain)
$$;

-- ---- rows that are in one set and not in the other: none ----

CREATE FUNCTION differences(wanted text, got text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    PERFORM set_config('segment.fit_memory', coalesce(nullif(current_setting('test.memory', true), ''), '1GB'), true);
    -- as text, so that the scale of a numeric counts
    EXECUTE format('CREATE TEMP TABLE got AS SELECT g::text AS line FROM (%s) g', got);
    PERFORM set_config('segment.fit_memory', '1GB', true);
    EXECUTE format('CREATE TEMP TABLE wanted AS SELECT w::text AS line FROM (%s) w', wanted);
    SELECT count(*) INTO n
    FROM ((TABLE wanted EXCEPT ALL TABLE got) UNION ALL (TABLE got EXCEPT ALL TABLE wanted)) d;
    DROP TABLE got, wanted;
    RETURN n;
END $$;

CREATE FUNCTION sum_differences(receipts regclass, as_of date) RETURNS TABLE (what text, n bigint) LANGUAGE sql AS $$
    SELECT 'totals', differences(format('SELECT * FROM wanted_totals(%L)', as_of), format('SELECT * FROM receipt_totals(%L, %L)', receipts, as_of))
    UNION ALL SELECT 'rfm', differences(format('SELECT * FROM wanted_rfm(%L, ''-infinity'')', as_of),
        format('SELECT customer_id, recency_days, frequency, monetary, rfm_score, segment FROM rfm(%L, %L)', receipts, as_of))
    UNION ALL SELECT 'rfm in a window', differences(format('SELECT * FROM wanted_rfm(%L, %L)', as_of, as_of - 364),
        format('SELECT customer_id, recency_days, frequency, monetary, rfm_score, segment FROM rfm(%L, %L, since => %L)', receipts, as_of, as_of - 364))
$$;

CREATE FUNCTION all_differences(receipts regclass, as_of date) RETURNS TABLE (what text, n bigint) LANGUAGE sql AS $$
    SELECT * FROM sum_differences(receipts, as_of)
    UNION ALL SELECT 'cohorts by ' || g, differences(format('SELECT * FROM wanted_retention(%L, %L)', as_of, g),
        format('SELECT cohort, period, customers, active, revenue, average_receipt FROM cohort_retention(%L, %L, %L)'
               ' WHERE is_complete AND (active > 0 OR revenue <> 0)', receipts, as_of, g))
        FROM unnest('{month,quarter,year}'::text[]) g
$$;

SELECT * FROM all_differences('lines', '2022-12-31');
SELECT * FROM all_differences('lines', '2019-02-14');

-- parts go to disk and are read back
SET test.memory = '5MB';
SELECT what, n FROM sum_differences('lines', '2022-12-31');
RESET test.memory;

-- lines in another order, out of a view over partitions
CREATE TABLE parted (LIKE lines) PARTITION BY RANGE (receipt_date);
CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2018-01-01');
CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('2018-01-01') TO (MAXVALUE);
INSERT INTO parted SELECT * FROM lines WHERE receipt_date IS NOT NULL ORDER BY md5(customer_id || receipt_date || amount);
CREATE VIEW shuffled AS SELECT amount, customer_id, receipt_date::timestamp + '13:37' AS receipt_date, receipt_id::varchar(400) FROM parted;
SELECT * FROM all_differences('shuffled', '2022-12-31');

-- cohorts by a column are the cohorts of the customers whose first receipt has that value
CREATE TABLE regions AS
SELECT l.*, CASE h % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('long ', 5) || h % 2 ELSE 'x' || h % 6 END AS region
FROM lines l, abs(hashtext(md5(l::text))::bigint) h;
CREATE TABLE home AS
SELECT DISTINCT ON (customer_id) customer_id, region
FROM (SELECT customer_id, region, min(receipt_date) OVER w AS day, sum(amount) OVER w AS total
      FROM (SELECT *, coalesce('number ' || receipt_id, 'line ' || row_number() OVER ()) AS receipt FROM regions
            WHERE btrim(customer_id) NOT IN ('', '#') AND coalesce(receipt_id, '') <> '#' AND receipt_date <= '2022-12-31') l
      WINDOW w AS (PARTITION BY customer_id, receipt)) r
WHERE total >= 0 ORDER BY customer_id, day, region COLLATE "C" NULLS LAST;
CREATE VIEW of_region AS SELECT r.* FROM regions r JOIN home h USING (customer_id) WHERE h.region IS NOT DISTINCT FROM nullif(current_setting('test.region'), 'none');
CREATE FUNCTION wanted_of(region text) RETURNS TABLE (cohort text, period int, customers bigint, active bigint, revenue numeric, average_receipt numeric, is_complete boolean)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('test.region', coalesce(region, 'none'), true);
    RETURN QUERY SELECT c.cohort, c.period, c.customers, c.active, c.revenue, c.average_receipt, c.is_complete FROM cohort_retention('of_region', '2022-12-31', 'quarter') c;
END $$;
CREATE FUNCTION differences_by(receipts regclass) RETURNS bigint LANGUAGE sql AS $$
    SELECT differences('SELECT h.region, w.* FROM (SELECT DISTINCT region FROM home) h, LATERAL wanted_of(h.region) w',
        format('SELECT by_value, cohort, period, customers, active, revenue, average_receipt, is_complete FROM cohort_retention(%L, ''2022-12-31'', ''quarter'', by => ''region'')', receipts))
$$;
CREATE TABLE regions_shuffled AS SELECT * FROM regions ORDER BY md5(regions::text);
SELECT (SELECT count(DISTINCT by_value) FROM cohort_retention('regions', '2022-12-31', by => 'region')) AS regions,
       differences_by('regions') AS in_order, differences_by('regions_shuffled') AS shuffled;
SET test.memory = '5MB';
SELECT differences_by('regions') AS on_disk, differences_by('regions_shuffled') AS shuffled_on_disk;
RESET test.memory;
-- a column that is the same for all, or NULL, changes nothing
CREATE VIEW one_region AS SELECT l.*, 'all' AS region, NULL::int AS nothing FROM lines l;
SELECT differences('SELECT cohort, period, customers, active, revenue, average_receipt, ''all'' FROM cohort_retention(''lines'', ''2022-12-31'')',
                   'SELECT cohort, period, customers, active, revenue, average_receipt, by_value FROM cohort_retention(''one_region'', ''2022-12-31'', by => ''region'')') AS one_value,
       differences('SELECT * FROM cohort_retention(''lines'', ''2022-12-31'')', 'SELECT * FROM cohort_retention(''one_region'', ''2022-12-31'', by => ''nothing'')') AS no_value;

-- integer ids give the rows of the same ids as text
CREATE TABLE numbered AS SELECT (abs(hashint4(i) % 5000) - 10)::bigint AS customer_id, i / 2 AS receipt_id,
    date '2020-01-01' + i % 700 AS receipt_date, (i % 5000 - 400) / 100.0 AS amount FROM generate_series(1, 60000) i;
CREATE VIEW as_text AS SELECT customer_id::text, receipt_id::text, receipt_date, amount FROM numbered;
SELECT differences('SELECT * FROM rfm(''as_text'', ''2021-11-30'')', 'SELECT * FROM rfm(''numbered'', ''2021-11-30'')') AS rfm,
       differences('SELECT * FROM receipt_totals(''as_text'', ''2021-11-30'')', 'SELECT * FROM receipt_totals(''numbered'', ''2021-11-30'')') AS totals;
SET test.memory = '4MB';
SELECT differences('SELECT * FROM receipt_totals(''as_text'', ''2021-11-30'')', 'SELECT * FROM receipt_totals(''numbered'', ''2021-11-30'')') AS totals,
       differences('SELECT * FROM cohort_retention(''as_text'', ''2021-11-30'')', 'SELECT * FROM cohort_retention(''numbered'', ''2021-11-30'')') AS cohorts;
RESET test.memory;

-- sums are exact to the last digit, at any size
CREATE TABLE exact (customer_id text, receipt_date date, amount numeric);
INSERT INTO exact SELECT 'A', '2020-01-01', 9e25 + i * 1e-8 FROM generate_series(1, 1000) i;
INSERT INTO exact SELECT 'B', '2020-01-01', 92233720368.54775807 FROM generate_series(1, 1000) i;
INSERT INTO exact VALUES ('C', '2020-01-01', 0.1), ('C', '2020-01-02', 0.20), ('C', '2020-01-03', -0.3), ('D', '2020-01-01', -5), ('E', '2020-01-01', 1e-20),
    ('F', '2020-01-01', 92233720368.54775808), ('G', '2020-01-01', -92233720368.54775808), ('H', '2020-01-01', 0.000000001), ('I', '2020-01-01', 10000), ('J', '2020-01-01', 0.0001);
SELECT customer_id, frequency, monetary, monetary = wanted AS is_exact FROM rfm('exact', '2020-12-31')
JOIN (SELECT customer_id, sum(amount) AS wanted FROM exact GROUP BY 1) w USING (customer_id) ORDER BY 1;

-- what is wrong with lines is found in the same pass
CREATE TABLE wrong (customer_id text, receipt_date date, amount numeric, currency text);
INSERT INTO wrong VALUES ('A', '-infinity', 1, 'EUR');
SELECT * FROM rfm('wrong', '2020-12-31');
INSERT INTO wrong VALUES ('A', '2020-01-01', 'NaN', 'EUR');
SELECT * FROM rfm('wrong', '2020-12-31');
INSERT INTO wrong VALUES ('A', '2020-01-01', NULL, 'USD');
SELECT * FROM cohort_retention('wrong', '2020-12-31');
TRUNCATE wrong;
INSERT INTO wrong SELECT 'A', '2020-01-01', 1, 'C' || i FROM generate_series(1, 1001) i;
SELECT * FROM receipt_totals('wrong', '2020-12-31');
DELETE FROM wrong WHERE currency > 'C11';
SELECT * FROM receipt_totals('wrong', '2020-12-31');

-- a small segment.fit_memory: few parts, and wide amounts go to files, too; always the same rows
CREATE TABLE big AS SELECT 'cust' || lpad((abs(hashint4(i)) % 4000)::text, 8, '0') AS customer_id, 'R' || (i / 2) AS receipt_id,
    date '2015-01-01' + (i * 7) % 3000 AS receipt_date, ((i % 100000) / 100.0)::numeric(12,2) AS amount, 'USD'::text COLLATE "POSIX" AS currency
FROM generate_series(1, 30000) i;
CREATE TABLE rates (currency text COLLATE "C", rate numeric);
CREATE FUNCTION sums(memory text, rate numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    h text;
BEGIN
    TRUNCATE rates;
    INSERT INTO rates VALUES ('USD', rate);
    PERFORM set_config('segment.fit_memory', memory, true);
    SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) INTO h FROM receipt_totals('big', '2024-01-01', rates => 'rates') t;
    PERFORM set_config('segment.fit_memory', '1GB', true);
    RETURN h;
END $$;
SELECT r.rate, count(DISTINCT sums(m.memory, r.rate)) AS results
FROM unnest('{1GB,3MB,2500kB,2MB,1500kB}'::text[]) m(memory), unnest('{0.91,0.9134567891}'::numeric[]) r(rate) GROUP BY 1;

-- one customer whose receipts do not fit is an error
CREATE TABLE walk_in AS SELECT 'walkin' AS customer_id, 'R' || i AS receipt_id, date '2020-01-01' + i % 300 AS receipt_date, i AS amount FROM generate_series(1, 100000) i;
SET segment.fit_memory = '2MB';
SELECT count(*) FROM receipt_totals('walk_in', '2021-01-01');
RESET segment.fit_memory;

-- codes of currencies are compared by their bytes, whatever the collations; long ones are cut in messages
CREATE TABLE codes (customer_id text, receipt_date date, amount numeric, currency text COLLATE "POSIX");
INSERT INTO codes SELECT 'A', '2020-01-01', 1, repeat(chr(64 + i), 1000) FROM generate_series(1, 3) i;
SELECT * FROM receipt_totals('codes', '2020-12-31');

-- an id of any type but integer may be blank, for all functions alike
CREATE TYPE mark AS ENUM ('#', ' ', 'a', '');
CREATE TABLE marks AS SELECT (ARRAY['#', ' ', 'a', ''])[1 + i % 4]::mark AS customer_id, date '2020-01-01' AS receipt_date, i AS amount FROM generate_series(1, 8) i;
SELECT lines, lines_used, without_customer FROM receipt_counts('marks', '2021-01-01');
SELECT * FROM receipt_totals('marks', '2021-01-01');

-- the smallest setting is enough
SET segment.fit_memory = '1MB';
SELECT count(*) FROM rfm('lines', '2022-12-31');
RESET segment.fit_memory;
DROP SCHEMA engine_test CASCADE;
