-- What receipts may be: types of ids, first and last dates, a customer with very many receipts; and where
-- the functions can be called: in functions, cursors, sub-selects, triggers, prepared statements.
\set VERBOSITY terse
CREATE SCHEMA property_test;
SET search_path = property_test, segment;
SET client_min_messages = warning;

-- ---- ids ----

-- the same customers and receipts under each type of id
CREATE TABLE lines AS
SELECT i % 700 AS customer_id, i / 3 AS receipt_id, date '2020-01-01' + i / 3 % 500 AS receipt_date, (i * 37 % 1000 - 100) / 8.0 AS amount, 'R' || i % 4 AS region
FROM generate_series(1, 6000) i;
CREATE FUNCTION rows_md5(id_type text, fit_memory text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    cast_of text := CASE id_type WHEN 'uuid' THEN 'lpad(%1$I::text, 32, ''0'')::uuid' ELSE '%1$I::' || id_type END;
    back text := CASE id_type WHEN 'uuid' THEN 'ltrim(replace(customer_id, ''-'', ''''), ''0'')' ELSE 'customer_id' END;
    md5s text[];
BEGIN
    EXECUTE format('CREATE TABLE typed AS SELECT ' || format(cast_of, 'customer_id') || ' AS customer_id, ' || format(cast_of, 'receipt_id') || ' AS receipt_id,'
                   ' receipt_date, amount, ' || format(cast_of, 'receipt_id') || ' AS product_id, region FROM lines WHERE customer_id > 0 ORDER BY md5(lines::text)');
    PERFORM set_config('segment.fit_memory', fit_memory, true);
    EXECUTE format($q$SELECT ARRAY[
        (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT %1$s AS id, recency_days, frequency, monetary, rfm_score, segment FROM rfm('typed', '2021-05-31')) t),
        (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT %1$s AS id, receipt_date, receipt_count, sales, net FROM receipt_totals('typed', '2021-05-31')) t),
        (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM cohort_retention('typed', '2021-05-31', by => 'region') t),
        (SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT %1$s AS id, receipts, gap_mean, sales, products, product_entropy, share_tue FROM receipt_features('typed', '2021-05-31')) t)]$q$, back) INTO md5s;
    PERFORM set_config('segment.fit_memory', '1GB', true);
    DROP TABLE typed;
    RETURN md5(md5s::text);
END $$;
SELECT count(DISTINCT rows_md5(t, m)) AS results, count(*) AS calls
FROM unnest('{smallint,integer,bigint,numeric,text,varchar(9),char(9),name,uuid}'::text[]) t, unnest('{1GB,1MB}'::text[]) m;

-- blanks at the end count in texts, and not in char(n)
CREATE TABLE blanks (customer_id text, receipt_date date, amount numeric);
INSERT INTO blanks VALUES ('a', '2020-01-01', 1), ('a ', '2020-01-01', 2), ('a  ', '2020-01-01', 4), ('A', '2020-01-01', 8), (E'\ta', '2020-01-01', 16), (E'\t', '2020-01-01', 32), (' # ', '2020-01-01', 64);
CREATE VIEW padded AS SELECT customer_id::char(5), receipt_date, amount FROM blanks;
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE VIEW without_case AS SELECT customer_id COLLATE no_case AS customer_id, receipt_date, amount FROM blanks;
SELECT '"' || customer_id || '"' AS id, net AS in_text, (SELECT p.net FROM receipt_totals('padded', '2020-12-31') p WHERE p.customer_id = t.customer_id) AS in_char,
       (SELECT p.net FROM receipt_totals('without_case', '2020-12-31') p WHERE p.customer_id = t.customer_id) AS without_case
FROM receipt_totals('blanks', '2020-12-31') t ORDER BY net;

-- ---- dates ----

CREATE TABLE days (customer_id text, receipt_date date, amount numeric);
INSERT INTO days VALUES ('A', '0044-03-15 BC', 5), ('A', '0001-01-01', 5), ('B', '9999-12-31', 1), ('C', '4713-11-24 BC', 2), ('D', '0001-12-31 BC', 3), ('E', '5874897-12-31', 1);
SELECT customer_id, recency_days, frequency, monetary FROM rfm('days', '9999-12-31') ORDER BY 1;
SELECT customer_id, recency_days, '5874897-12-31' - last AS wanted FROM rfm('days', '5874897-12-31') JOIN (SELECT customer_id, max(receipt_date) AS last FROM days GROUP BY 1) d USING (customer_id) ORDER BY 1;
SELECT customer_id, tenure_days, recency_days, gap_mean, active_months, share_wed, share_fri FROM receipt_features('days', '5874897-12-31') ORDER BY 1;
SELECT cohort, period, customers, active, revenue FROM cohort_retention('days', '0010-12-31', 'year') WHERE active > 0 ORDER BY 1, 2;
-- an infinite date is after each as_of, or before all dates; a timestamp is the date it lies in
INSERT INTO days VALUES ('F', 'infinity', 1);
SELECT count(*) FROM receipt_totals('days', '5874897-12-31');
SELECT * FROM rfm('days', 'infinity');
INSERT INTO days VALUES ('F', '-infinity', 1);
SELECT * FROM receipt_features('days', '5874897-12-31');
CREATE TABLE moments (customer_id text, receipt_id text, receipt_date timestamp, amount numeric);
INSERT INTO moments VALUES ('A', '1', '294276-12-31 23:59:59.999999', 1), ('A', '2', '4713-11-24 00:00 BC', 1), ('A', '3', '1999-12-31 23:59:59.999999', 1), ('A', '4', '2000-01-01 00:00', 1),
    ('A', '5', '2020-02-29 23:59:59.9', 2), ('A', '5', '2020-03-01 00:00:00.1', -1), ('A', '6', '2019-12-31 22:00', -3), ('A', '6', '2020-01-01 02:00', 2), ('A', '7', 'infinity', 1);
SELECT * FROM receipt_totals('moments', '5874897-12-31') ORDER BY 2;

-- ---- one customer with 100,000 receipts among others ----

CREATE TABLE walk_in AS SELECT CASE WHEN i % 20 = 0 THEN 'C' || i % 977 ELSE 'walkin' END AS customer_id, 'R' || i % 105000 AS receipt_id, date '2000-01-01' + i % 7001 AS receipt_date, i % 100 - 3 AS amount
FROM generate_series(1, 150000) i;
CREATE FUNCTION walk_in_rows(call text, fit_memory text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('segment.fit_memory', fit_memory, true);
    EXECUTE 'SELECT count(*) || '' '' || md5(string_agg(t::text, '','' ORDER BY t::text)) FROM ' || call || ' t' INTO result;
    PERFORM set_config('segment.fit_memory', '1GB', true);
    RETURN result;
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN SQLSTATE || ': ' || regexp_replace(SQLERRM, '[0-9]+', 'N', 'g');
END $$;
SELECT call, count(DISTINCT walk_in_rows(call, m)) AS results
FROM unnest(ARRAY['receipt_totals(''walk_in'', ''2030-12-31'')', 'rfm(''walk_in'', ''2030-12-31'')', 'cohort_retention(''walk_in'', ''2030-12-31'')', 'receipt_features(''walk_in'', ''2030-12-31'')']) call,
     unnest('{1GB,64MB,40MB}'::text[]) m GROUP BY 1 ORDER BY 1;
SELECT frequency, monetary FROM rfm('walk_in', '2030-12-31') WHERE customer_id = 'walkin';
SELECT count(*) FILTER (WHERE total >= 0), sum(total) FROM (SELECT sum(amount) AS total FROM walk_in WHERE customer_id = 'walkin' GROUP BY receipt_id) r;
SELECT walk_in_rows('receipt_features(''walk_in'', ''2030-12-31'')', '2MB');
-- without numbers nothing of a customer is kept but sums
CREATE VIEW walk_in_without_numbers AS SELECT customer_id, receipt_date, amount FROM walk_in;
SELECT walk_in_rows('rfm(''walk_in_without_numbers'', ''2030-12-31'')', '1MB') = walk_in_rows('rfm(''walk_in_without_numbers'', ''2030-12-31'')', '1GB') AS same;

-- what does not go to files is an error that names the memory: cohorts, codes of by and of products
CREATE VIEW coded AS SELECT *, md5(receipt_id) AS product_id, md5(receipt_id) AS by_receipt FROM walk_in;
SELECT walk_in_rows('cohort_retention(''lines'', ''9999-12-31'', ''month'')', '1MB');
SELECT walk_in_rows('cohort_retention(''coded'', ''2030-12-31'', by => ''by_receipt'')', '4MB');
SELECT walk_in_rows('receipt_features(''coded'', ''2030-12-31'')', '4MB');

-- ---- calls within calls ----

CREATE TABLE expected AS SELECT t::text AS line FROM rfm('lines', '2021-05-31') t;
CREATE FUNCTION same_rows(lines text[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT NOT EXISTS ((SELECT line FROM expected EXCEPT ALL SELECT unnest(lines)) UNION ALL (SELECT unnest(lines) EXCEPT ALL SELECT line FROM expected)) $$;
-- in PL/pgSQL: a query for each row of another call, with an error that is caught between
CREATE FUNCTION nested() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    r record;
    lines text[] := '{}';
BEGIN
    FOR r IN SELECT t AS line, customer_id FROM rfm('lines', '2021-05-31') t LOOP
        lines := lines || r.line::text;
        IF r.customer_id LIKE '%00' THEN
            PERFORM count(*) FROM cohort_retention('lines', '2021-05-31') c, receipt_totals('lines', '2021-05-31') t;
            BEGIN
                PERFORM * FROM rfm('lines', NULL);
            EXCEPTION WHEN null_value_not_allowed THEN NULL;
            END;
        END IF;
    END LOOP;
    RETURN same_rows(lines);
END $$;
SELECT nested();
-- cursors that are read half, together and to the end
BEGIN;
DECLARE one CURSOR FOR SELECT customer_id FROM rfm('lines', '2021-05-31') ORDER BY customer_id::int;
DECLARE other CURSOR FOR SELECT customer_id FROM receipt_features('lines', '2021-05-31') ORDER BY customer_id::int DESC;
DECLARE lazy CURSOR FOR SELECT * FROM receipt_totals('lines', '2021-05-31');
FETCH 2 FROM one;
FETCH 2 FROM other;
MOVE 100 FROM lazy;
SAVEPOINT s;
DECLARE gone CURSOR FOR SELECT * FROM receipt_totals('lines', '2021-05-31');
MOVE 1 FROM gone;
ROLLBACK TO s;
FETCH 1 FROM one;
MOVE 1000 FROM other;
ROLLBACK;
-- a part of the rows, several relations, a join with itself, and a window
SELECT count(*) FROM (SELECT 1 FROM rfm('lines', '2021-05-31') LIMIT 1) t;
SELECT (SELECT frequency FROM rfm('lines', '2021-05-31') ORDER BY customer_id LIMIT 1), EXISTS (SELECT FROM rfm('lines', '2021-05-31') WHERE frequency > 5);
SELECT r, count(*), sum(frequency) FROM unnest('{lines,blanks,walk_in}'::regclass[]) r, LATERAL rfm(r, '2025-12-31') t GROUP BY r ORDER BY r::text;
SELECT count(*), bool_and(a.monetary = b.monetary) FROM rfm('lines', '2021-05-31') a JOIN rfm('lines', '2021-05-31') b USING (customer_id);
SELECT same_rows(array_agg(t::text)) FROM rfm('lines', '2021-05-31') t;
-- receipts that are themselves made by these functions
CREATE VIEW derived AS SELECT customer_id, receipt_date, net AS amount FROM receipt_totals('lines', '2021-05-31');
SELECT count(*), sum(monetary) FROM rfm('derived', '2021-05-31');
-- in a plan with workers
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*), sum(w.amount) FROM walk_in w WHERE w.customer_id IN (SELECT 'C' || t.customer_id FROM rfm('lines', '2021-05-31') t);
SELECT count(*), sum(w.amount) FROM walk_in w WHERE w.customer_id IN (SELECT 'C' || customer_id FROM lines);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
-- in a trigger, which sees the rows of its statement
CREATE TABLE seen (customers bigint, total numeric);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen SELECT count(*), sum(monetary) FROM rfm('blanks', '2020-12-31'); RETURN NULL; END $$;
CREATE TRIGGER look AFTER INSERT OR DELETE ON blanks FOR EACH STATEMENT EXECUTE FUNCTION look();
INSERT INTO blanks VALUES ('z', '2020-01-01', 1000);
DELETE FROM blanks WHERE customer_id = 'z';
SELECT * FROM seen;
-- a prepared statement, before and after the columns changed
PREPARE q AS SELECT count(*), sum(monetary) FROM rfm('days', '9999-12-31');
TRUNCATE days;
INSERT INTO days VALUES ('1', '2020-01-01', 1), ('1', '2020-01-02', 2), ('2', '2020-01-02', 4);
EXECUTE q;
ALTER TABLE days ALTER customer_id TYPE bigint USING customer_id::bigint, ALTER amount TYPE float8, ADD COLUMN receipt_id integer;
EXECUTE q;
ALTER TABLE days RENAME amount TO value;
EXECUTE q;
ALTER TABLE days RENAME value TO amount;
EXECUTE q;
DROP TABLE days;
EXECUTE q;

DROP SCHEMA property_test CASCADE;
