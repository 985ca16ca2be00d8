-- The view of receipts has a good plan immediately after an import, for any share of cancelled documents.
-- test/bench/receipts_plan.sh tests the same with a million documents.
\if :{?documents}
\else
    \set documents 10000
\endif
CREATE SCHEMA plan_test;
SET search_path = plan_test;
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

-- documents of three items for 2,000 customers, twenty of them one-time accounts; the argument is the number of
-- cancelled documents in each 100
CREATE FUNCTION import_shop(documents integer, cancelled integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS stage, kna1, vbrk, vbrp CASCADE;
    CREATE TABLE stage (line_no bigint GENERATED ALWAYS AS IDENTITY, line text);
    INSERT INTO stage (line) SELECT 'MANDT;KUNNR;LAND1;NAME1;XCPDK';
    INSERT INTO stage (line) SELECT format('100;%s;DE;Name %s;%s', i, i, CASE WHEN i % 100 = 0 THEN 'X' END) FROM generate_series(1, 2000) AS i;
    PERFORM segment.sap_import('stage', 'kna1');
    TRUNCATE stage;
    INSERT INTO stage (line) SELECT 'MANDT;VBELN;FKART;VBTYP;WAERK;FKDAT;KUNAG;KUNRG;FKSTO;SFAKN';
    INSERT INTO stage (line)
    SELECT format('100;%s;F2;%s;EUR;%s;%s;%s;%s;', 90000000 + i, CASE i % 20 WHEN 0 THEN 'O' WHEN 1 THEN 'U' ELSE 'M' END,
                  to_char(date '2024-01-01' + (i % 700)::int, 'YYYYMMDD'), 1 + i * 7919 % 2000, 1 + i * 7919 % 2000,
                  CASE WHEN i * 37 % 100 < cancelled THEN 'X' END)
    FROM generate_series(1::bigint, documents) AS i;
    PERFORM segment.sap_import('stage', 'vbrk');
    TRUNCATE stage;
    INSERT INTO stage (line) SELECT 'MANDT;VBELN;POSNR;MATNR;FKIMG;NETWR';
    INSERT INTO stage (line) SELECT format('100;%s;%s;%s;1;%s.00', 90000000 + i, 10 * p, i % 500, 10 + i % 90)
    FROM generate_series(1::bigint, documents) AS i, generate_series(1, 3) AS p;
    PERFORM segment.sap_import('stage', 'vbrp', decimal_notation => '1234567.89', header_table => 'vbrk');
    RETURN (SELECT receipt_lines FROM segment.sap_receipts_view('receipts', 'vbrk', 'vbrp', 'kna1'));
END
$$;

-- each node of a plan that is not an aggregate, with the relations that it reads
CREATE FUNCTION nodes(query text) RETURNS TABLE (node text, below text, estimated numeric, actual numeric) LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
    RETURN QUERY
    WITH RECURSIVE tree AS (
        SELECT plan #> '{0,Plan}' AS n
        UNION ALL
        SELECT c.n FROM tree t, jsonb_array_elements(t.n -> 'Plans') AS c(n)
    )
    SELECT n ->> 'Node Type', jsonb_path_query_array(n, '$.**."Relation Name"')::text,
           (n ->> 'Plan Rows')::numeric, (n ->> 'Actual Rows')::numeric
    FROM tree WHERE n ->> 'Node Type' NOT LIKE '%Aggregate';
END
$$;

CREATE FUNCTION judge(query text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN bool_or(n.node = 'Nested Loop' AND n.below LIKE '%kna1%') THEN 'nested loop over kna1'
                WHEN max(greatest(n.estimated, 1) / greatest(n.actual, 1)) > 10 THEN 'overestimated'
                WHEN max(greatest(n.actual, 1) / greatest(n.estimated, 1)) > 10 THEN 'underestimated'
                ELSE 'good' END
    FROM nodes(query) AS n
$$;

CREATE FUNCTION judge_all() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(judge(q), ', ')
    FROM (VALUES ('SELECT * FROM receipts'),
                 ('SELECT customer_id, receipt_id, sum(amount) FROM receipts WHERE customer_id IS NOT NULL AND receipt_date <= ''2025-12-31'' GROUP BY 1, 2'),
                 ('SELECT customer_id, receipt_id, sum(amount) FROM receipts WHERE receipt_date <= ''2024-06-30'' AND currency = ''EUR'' GROUP BY 1, 2')) AS v(q)
$$;

SELECT import_shop(:documents, 0), judge_all();
SELECT import_shop(:documents, 3), judge_all();
SELECT import_shop(:documents, 50), judge_all();
SELECT import_shop(:documents, 99), judge_all();

-- the same with tables of another tool, in which a flag that is not set is blank
DROP VIEW receipts;
ALTER TABLE vbrk ALTER fksto TYPE char(1) USING CASE WHEN substr(vbeln, 10)::int < 3 THEN 'X' ELSE '' END,
    ALTER sfakn TYPE varchar(10) USING ' ', ALTER kunag TYPE varchar(10), ALTER mandt TYPE char(3);
ALTER TABLE kna1 ALTER xcpdk TYPE char(1) USING coalesce(xcpdk, ''), ALTER kunnr TYPE bigint USING kunnr::bigint;
ANALYZE vbrk, kna1;
SELECT receipt_lines, judge_all() FROM segment.sap_receipts_view('receipts', 'vbrk', 'vbrp', 'kna1');

-- sap_import analyzes its target, and does nothing for a table of another role
TRUNCATE stage;
INSERT INTO stage (line) VALUES ('KUNNR;NAME1'), ('1;A'), ('2;B');
SELECT rows_loaded FROM segment.sap_import('stage', 'fresh', sap_table => 'KNA1');
SELECT reltuples FROM pg_class WHERE oid = 'fresh'::regclass;
CREATE ROLE segment_importer;
GRANT USAGE ON SCHEMA plan_test TO segment_importer;
GRANT SELECT ON stage TO segment_importer;
GRANT SELECT, INSERT ON fresh TO segment_importer;
SET ROLE segment_importer;
SELECT rows_loaded, duplicate_keys FROM segment.sap_import('stage', 'fresh', sap_table => 'KNA1');
RESET ROLE;
SELECT reltuples FROM pg_class WHERE oid = 'fresh'::regclass;
DROP OWNED BY segment_importer;
DROP ROLE segment_importer;

RESET jit;
RESET max_parallel_workers_per_gather;
SET client_min_messages = error;
DROP SCHEMA plan_test CASCADE;
