-- enrichment: regions of addresses, and checks of joins.
\pset format unaligned
\set VERBOSITY terse
CREATE SCHEMA enrichment_test;
SET search_path = enrichment_test, public;

-- ---- region_code ----
-- all 52 provinces of INE, from postal codes and from REGIO
SELECT count(*) AS provinces, count(*) FILTER (WHERE segment.region_code('ES', NULL, p || '001') = 'ES-' || p) AS by_postal_code,
       count(*) FILTER (WHERE segment.region_code('ES', p, NULL) = 'ES-' || p) AS by_regio,
       count(*) FILTER (WHERE segment.region_code('ES', p::int::text, '') = 'ES-' || p) AS without_zero
FROM (SELECT lpad(i::text, 2, '0') AS p FROM generate_series(1, 52) i) s;
SELECT v.*, segment.region_code(land1, regio, postal_code) AS code
FROM (VALUES (1, 'ES', NULL, '28013'), (2, 'ES', '08', '28013'), (3, 'es ', NULL, ' 08 001 '), (4, 'ES', NULL, 'E-28013'), (5, 'ES', NULL, 'es - 51001'), (6, 'ES', NULL, '8001'),
             (7, 'ES', '28', '53001'), (8, 'ES', '28', '00123'), (9, 'ES', ' 1 ', 'unknown'), (10, 'ES', NULL, '280134'), (11, 'ES', NULL, '2801'), (12, 'ES', NULL, '801'),
             (13, 'ES', '53', NULL), (14, 'ES', '00', NULL), (15, 'ES', '#', '#'), (16, 'ES', NULL, NULL), (17, 'DE', '05', '50667'), (18, 'US', 'ny', '10001'),
             (19, 'DE', NULL, '50667'), (20, 'DE', ' ', NULL), (21, '#', '05', '28013'), (22, NULL, '28', '28013'), (23, '', '28', '28013'), (24, 'ES', NULL, E'28\t013\n'),
             (25, 'ES', NULL, '２８０１３'), (26, 'ESP', '28', '28013')) v(no, land1, regio, postal_code) ORDER BY no;
SELECT length(segment.region_code('ES', NULL, repeat('2', 1000000))) AS long;

-- ---- enrichment_check ----
CREATE TABLE customers (customer_id int, region text);
CREATE TABLE facts ("Region" text, income numeric);
INSERT INTO customers VALUES (1, 'A'), (2, 'A'), (3, 'B'), (4, 'C'), (5, NULL), (6, NULL);
INSERT INTO facts VALUES ('A', 1), ('B', 2), ('D', 3), ('D', 4), (NULL, 5);
\x
SELECT * FROM segment.enrichment_check('customers', 'region', 'facts', 'Region');
INSERT INTO facts VALUES ('A', 10);
SELECT * FROM segment.enrichment_check('customers', 'region', 'facts', 'Region');
SELECT * FROM segment.enrichment_check('facts', 'Region', 'customers', 'region');
\x
-- what it says is what the join does
SELECT count(*) AS joined_rows, count(f."Region") AS with_fact FROM customers c LEFT JOIN facts f ON c.region = f."Region";
CREATE TABLE empty (region text);
SELECT left_rows, matched, unmatched, joined_rows, is_safe FROM segment.enrichment_check('customers', 'region', 'empty', 'region');
SELECT left_rows, matched, right_rows, right_unmatched, joined_rows, is_safe FROM segment.enrichment_check('empty', 'region', 'facts', 'Region');
CREATE TABLE numbers AS SELECT i % 300 AS a, (i % 350)::bigint AS b FROM generate_series(1, 2000) i;
SELECT e.*, e.joined_rows = (SELECT count(*) FROM numbers l LEFT JOIN numbers r ON l.a = r.b) AS same FROM segment.enrichment_check('numbers', 'a', 'numbers', 'b') e;

-- what is refused
SELECT * FROM segment.enrichment_check('customers', 'customer_id', 'facts', 'Region');
SELECT * FROM segment.enrichment_check('customers', 'no_such', 'facts', 'Region');
SELECT * FROM segment.enrichment_check('customers', 'region', 'facts', 'region');
SELECT * FROM segment.enrichment_check('customers', 'region', 'facts', 'Region" FROM pg_authid; --');
SELECT * FROM segment.enrichment_check('customers', NULL, 'facts', 'Region');
SELECT * FROM segment.enrichment_check('customers', 'region', NULL, 'Region');
-- an error of a view's own function stays that error
CREATE FUNCTION broken() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN no_such_function(); END $$;
CREATE VIEW broken_view AS SELECT broken() AS region;
SELECT is_safe FROM segment.enrichment_check('customers', 'region', 'broken_view', 'region');
CREATE ROLE enrichment_reader;
GRANT USAGE ON SCHEMA enrichment_test TO enrichment_reader;
GRANT SELECT ON customers TO enrichment_reader;
SET ROLE enrichment_reader;
SELECT is_safe FROM segment.enrichment_check('customers', 'region', 'facts', 'Region');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA enrichment_test CASCADE;
DROP ROLE enrichment_reader;
