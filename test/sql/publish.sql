-- Publishing: rows written and not written, history, migration, and errors.
\set VERBOSITY terse
\pset null '(null)'
SET timezone = 'UTC';
-- tables of few rows; test/sql/privacy.sql has the blanks
SET segment.min_cell_size = 1;

CREATE TABLE shoppers AS
SELECT i AS customer, (i * 37) % 101 AS recency_days, 1 + (i * 13) % 7 AS frequency, ((i * 7919) % 1009) / 4.0 AS monetary
FROM generate_series(1, 200) i;
SELECT segment.create_model('retail', 'rfm', 'shoppers', 'customer');
SELECT segment.create_model('odd', 'anomaly', 'shoppers', 'customer', options => '{"trees": 20}');

-- before the first fit
CALL segment.publish('{retail}', 'marts', '2026-01-01');
CALL segment.refit('retail');
CALL segment.refit('odd');

-- ---- the first publication creates target and history ------------------------------
CREATE SCHEMA mart;
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-01');
SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)
FROM pg_attribute WHERE attrelid IN ('mart.customers'::regclass, 'mart.customers_history'::regclass) AND attnum > 0
ORDER BY attrelid::regclass::text, attnum;
SELECT obj_description('mart.customers'::regclass), obj_description('mart.customers_history'::regclass);

-- the columns are the results of the functions
SELECT count(*) AS rows,
       count(*) FILTER (WHERE p.rfm_score = segment.rfm_score(r.model, s.recency_days, s.frequency, s.monetary)) AS scores,
       count(*) FILTER (WHERE p.segment = segment.rfm_segment(p.r_score, p.f_score, p.m_score)) AS segments,
       count(*) FILTER (WHERE p.anomaly_score = segment.anomaly_score(a.model, ARRAY[s.recency_days, s.frequency, s.monetary])) AS anomalies,
       count(*) FILTER (WHERE p.rfm_version = 1 AND p.anomaly_version = 1 AND p.assigned_at = '2026-01-01') AS versions
FROM mart.customers p
JOIN shoppers s ON s.customer = p.customer
CROSS JOIN (SELECT segment.active_model('retail') AS model) r
CROSS JOIN (SELECT segment.active_model('odd') AS model) a;

-- ---- the next publication writes changed rows only ---------------------------------
SELECT max(xmin::text::bigint) AS before FROM mart.customers \gset
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-02');
SELECT count(*) AS rewritten FROM mart.customers WHERE xmin::text::bigint > :before;
UPDATE shoppers SET monetary = monetary + 1000, recency_days = 0 WHERE customer <= 10;
DELETE FROM shoppers WHERE customer > 195;
INSERT INTO shoppers VALUES (1000, 1, 1, 1);
CREATE TABLE state1 AS SELECT * FROM mart.customers;
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-03');
SELECT count(*) AS rows, count(*) FILTER (WHERE xmin::text::bigint > :before) AS rewritten,
       count(*) FILTER (WHERE assigned_at = '2026-01-03') AS assigned
FROM mart.customers;
SELECT count(*) FILTER (WHERE customer BETWEEN 196 AND 200) AS gone, count(*) FILTER (WHERE customer = 1000) AS new FROM mart.customers;
SELECT count(*) AS rows, count(*) FILTER (WHERE valid_to IS NULL) AS open, count(*) FILTER (WHERE valid_to = '2026-01-03') AS closed
FROM mart.customers_history;

-- the state of any past date with one WHERE clause
SELECT count(*) AS differing FROM (
    (SELECT customer, rfm_score, segment, rfm_version, anomaly_score, is_anomaly FROM state1
     EXCEPT SELECT customer, rfm_score, segment, rfm_version, anomaly_score, is_anomaly FROM mart.customers_history
     WHERE valid_from <= '2026-01-02' AND (valid_to > '2026-01-02' OR valid_to IS NULL))
    UNION ALL
    (SELECT customer, rfm_score, segment, rfm_version, anomaly_score, is_anomaly FROM mart.customers_history
     WHERE valid_from <= '2026-01-02' AND (valid_to > '2026-01-02' OR valid_to IS NULL)
     EXCEPT SELECT customer, rfm_score, segment, rfm_version, anomaly_score, is_anomaly FROM state1)) d;

-- the same as_of replaces the publication, an earlier one is an error
UPDATE shoppers SET monetary = 0 WHERE customer = 1;
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-03');
SELECT valid_from, valid_to, m_score FROM mart.customers_history WHERE customer = 1 ORDER BY 1;
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-02');
CALL segment.publish('{retail,odd}', 'mart.customers', 'infinity');

-- ---- migration: moved by the customer or by the model ------------------------------
-- version 2 has other cuts: on the same data only the model moves customers
UPDATE segment.model SET options = '{"cuts": {"recency_days": [5, 10, 20, 80]}, "recut": true}' WHERE model_name = 'retail';
CALL segment.refit('retail');
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-04');
SELECT sum(customers) AS customers, sum(customers) FILTER (WHERE from_label IS DISTINCT FROM to_label) AS elsewhere,
       sum(customer_moved) AS customer_moved, sum(model_moved) AS model_moved, sum(both_moved) AS both_moved
FROM segment.migration('mart.customers', '2026-01-03', '2026-01-04');
-- with the same model only the data move customers
UPDATE shoppers SET recency_days = 100 - recency_days WHERE customer BETWEEN 11 AND 60;
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-05');
SELECT sum(customers) AS customers, sum(customers) FILTER (WHERE from_label IS DISTINCT FROM to_label) AS elsewhere,
       sum(customer_moved) AS customer_moved, sum(model_moved) AS model_moved, sum(both_moved) AS both_moved
FROM segment.migration('mart.customers', '2026-01-04', '2026-01-05');
-- both: compared with the results of the two models
CREATE TABLE labels1 AS SELECT customer, segment FROM mart.customers;
UPDATE shoppers SET recency_days = 100 - recency_days WHERE customer BETWEEN 41 AND 90;
SELECT segment.activate('retail', 1);
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-06');
WITH by_hand AS (
    SELECT l.segment AS a,
           (segment.rfm_details((SELECT model FROM segment.model_version WHERE model_name = 'retail' AND version = 2),
                                recency_days, frequency, monetary)).segment AS c,
           (segment.rfm_details(segment.active_model('retail'), recency_days, frequency, monetary)).segment AS b
    FROM shoppers s JOIN labels1 l ON l.customer = s.customer)
SELECT count(*) FILTER (WHERE a <> c AND c = b) AS customer_moved, count(*) FILTER (WHERE a = c AND c <> b) AS model_moved,
       count(*) FILTER (WHERE a <> c AND c <> b) AS both_moved
FROM by_hand;
SELECT sum(customer_moved) AS customer_moved, sum(model_moved) AS model_moved, sum(both_moved) AS both_moved
FROM segment.migration('mart.customers', '2026-01-05', '2026-01-06');
SELECT * FROM segment.migration('mart.customers', '2026-01-01', '2026-01-06', 'segment') ORDER BY from_label, to_label LIMIT 5;
SELECT from_label, to_label, customers, customer_moved FROM segment.migration('mart.customers', '2026-01-01', '2026-01-06')
WHERE from_label IS NULL OR to_label IS NULL;
SELECT count(*) AS still FROM segment.migration('mart.customers', '2026-01-06', '2026-01-06') WHERE from_label <> to_label OR customer_moved > 0;
SELECT segment.migration('mart.customers', '2026-01-01', '2026-01-06', 'no_such_label');
SELECT segment.migration('shoppers', '2026-01-01', '2026-01-06');

-- a new customer is not moved by a model, even when the two models differ
INSERT INTO shoppers SELECT 2000 + i, (i * 37) % 101, 1 + (i * 13) % 7, i FROM generate_series(1, 60) i;
SELECT segment.activate('retail', 2);
CALL segment.publish('{retail,odd}', 'mart.customers', '2026-01-07');
SELECT from_label IS NULL AS came, moved_by, count(*) FROM segment.migration_customers('mart.customers', '2026-01-06', '2026-01-07')
WHERE moved_by IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2;
-- a row per customer, NULL for one that did not move: the sum of migration
SELECT count(*) = (SELECT sum(customers) FROM segment.migration('mart.customers', '2026-01-06', '2026-01-07')) AS as_in_migration,
       count(*) FILTER (WHERE moved_by IS NULL) > 0 AS some_stay, bool_and(from_label = to_label) FILTER (WHERE moved_by IS NULL) AS stay_in_place
FROM segment.migration_customers('mart.customers', '2026-01-06', '2026-01-07');
SELECT count(*) > 0 AS models_differ FROM mart.customers_history WHERE customer > 2000 AND segment <> old_model_segment;
DELETE FROM shoppers WHERE customer > 2000;
SELECT segment.activate('retail', 1);

-- an error names the column, also with several models
CREATE TABLE gaps AS SELECT i AS id, i % 9 AS a, i % 5 AS b, i % 7 + 0.5::float8 AS c FROM generate_series(1, 60) i;
SELECT segment.create_model('gaps_' || v.algorithm, v.algorithm, 'gaps', 'id', v.features::text[]) FROM (VALUES ('anomaly', '{a,b}'), ('pca', '{a,c}')) v(algorithm, features);
SELECT count(segment.fit(m)) FROM unnest('{gaps_anomaly,gaps_pca}'::text[]) m;
UPDATE gaps SET c = 'NaN' WHERE id = 7;
CALL segment.publish('{gaps_anomaly,gaps_pca}', 'public.filled');
UPDATE gaps SET c = NULL WHERE id = 7;
CALL segment.publish('{gaps_anomaly,gaps_pca}', 'public.filled');
SELECT to_regclass('public.filled') AS nothing_is_left;
SELECT count(segment.drop_model(m)) FROM unnest('{gaps_anomaly,gaps_pca}'::text[]) m;
DROP TABLE gaps;

-- ---- two models of one algorithm; a table in the caller's own schema ----------------
SELECT segment.create_model('Other Shop', 'rfm', 'shoppers', 'customer', options => '{"bins": 3}');
CALL segment.refit('Other Shop');
SET search_path = mart, public;
CALL segment.publish('{retail,Other Shop}', 'both', '2026-01-01');
RESET search_path;
SELECT customer, retail_rfm_score, "Other Shop_rfm_score", "Other Shop_segment" FROM mart.both ORDER BY customer LIMIT 2;

-- sources with different ids: the union of the ids
CREATE VIEW few AS SELECT * FROM shoppers WHERE customer <= 50 UNION ALL SELECT -1, 3, 3, 3;
SELECT segment.create_model('few', 'anomaly', 'few', 'customer');
CALL segment.refit('few');
CALL segment.publish('{retail,few}', 'mart.union');
SELECT count(*) AS rows, count(rfm_score) AS rfm, count(anomaly_score) AS anomaly, count(*) FILTER (WHERE customer IS NULL) AS no_id FROM mart.union;

-- k-means: names, and moves by a new version with the same cluster numbers
SELECT segment.create_model('groups', 'kmeans', 'shoppers', 'customer', options => '{"k": 3, "n_init": 3}');
CALL segment.refit('groups');
SELECT segment.name_cluster('groups', 2, 'Second');
CALL segment.publish('{groups}', 'mart.clusters', '2026-01-01');
SELECT count(*) AS rows, count(*) FILTER (WHERE p.cluster_id = d.cluster_id AND p.distance = d.distance
           AND p.second_cluster_id = d.second_cluster_id AND p.simplified_silhouette = d.simplified_silhouette) AS details,
       count(*) FILTER (WHERE (p.cluster_id = 2) = (p.cluster_name = 'Second')) AS names, min(cluster_version) AS version
FROM mart.clusters p JOIN shoppers s ON s.customer = p.customer
CROSS JOIN LATERAL segment.kmeans_details(segment.active_model('groups'), ARRAY[s.recency_days, s.frequency, s.monetary]) d;
CALL segment.refit('groups');
CALL segment.publish('{groups}', 'mart.clusters', '2026-01-02');
SELECT sum(customers) AS customers, sum(customer_moved + model_moved + both_moved) AS moved
FROM segment.migration('mart.clusters', '2026-01-01', '2026-01-02');

-- ---- a refit without changes writes no rows ------------------------------------------------
SELECT count(*) AS history, count(*) FILTER (WHERE valid_to IS NULL) AS open FROM mart.clusters_history;
CALL segment.refit('groups');
CALL segment.publish('{groups}', 'mart.clusters', '2026-01-03');
-- nor does another version with the same results
UPDATE segment.model SET options = options || '{"max_iterations": 299}' WHERE model_name = 'groups';
SELECT segment.name_cluster('groups', c, 'Cluster ' || c) FROM generate_series(1, 3) c;
CALL segment.publish('{groups}', 'mart.clusters', '2026-01-04');
SELECT count(*) AS history, count(*) FILTER (WHERE valid_to IS NULL) AS open FROM mart.clusters_history;
SELECT segment.fit('groups') > 1 AS new_version;
CALL segment.publish('{groups}', 'mart.clusters', '2026-01-05');
SELECT count(*) AS history, count(*) FILTER (WHERE valid_to IS NULL) AS open FROM mart.clusters_history;
SELECT max(cluster_version) AS version, max(assigned_at) AS assigned_at FROM mart.clusters;

-- several models of one source: the source is read once
CREATE FUNCTION seen(x anyelement) RETURNS anyelement LANGUAGE plpgsql VOLATILE AS 'BEGIN PERFORM nextval(''public.reads''); RETURN x; END';
CREATE SEQUENCE reads;
CREATE VIEW counted AS SELECT seen(customer) AS customer, recency_days, frequency, monetary FROM shoppers;
SELECT segment.create_model(m, a, 'counted', 'customer', options => o)
FROM (VALUES ('c1', 'rfm', '{}'::jsonb), ('c2', 'anomaly', '{"trees": 2}'), ('c3', 'pca', '{}')) v(m, a, o);
SELECT count(segment.fit(m)) FROM unnest('{c1,c2,c3}'::text[]) m;
SELECT setval('reads', 1, false);
CALL segment.publish('{c1,c2,c3}', 'mart.counted', '2026-01-01');
SELECT nextval('reads') - 1 = count(*) AS read_once FROM shoppers;
-- with an as_of in the past it is not read
SELECT setval('reads', 1, false);
\set VERBOSITY default
CALL segment.publish('{c1,c2,c3}', 'mart.counted', '2025-01-01');
\set VERBOSITY terse
SELECT nextval('reads') AS reads;

-- two models whose columns would have the same name
SELECT segment.create_model(m, 'kmeans', 'shoppers', 'customer', options => '{"k": 2, "n_init": 1}') FROM unnest('{a,a_second}'::text[]) m;
SELECT count(segment.fit(m)) FROM unnest('{a,a_second}'::text[]) m;
CALL segment.publish('{a,a_second}', 'mart.collision');
-- without as_of: the time when the lock is granted, also twice in one transaction
BEGIN;
CALL segment.publish('{a}', 'mart.timeless');
UPDATE shoppers SET recency_days = 3 WHERE customer = 9;
CALL segment.publish('[7:7]={a}', 'mart.timeless', NULL);
COMMIT;
SELECT count(*) AS history, count(DISTINCT valid_from) AS times, max(valid_from) <= clock_timestamp() AS past FROM mart.timeless_history;
-- a model name that makes its label look like second_cluster_id
SELECT segment.create_model('second', 'kmeans', 'shoppers', 'customer', options => '{"k": 2, "n_init": 1}');
SELECT segment.fit('second');
CALL segment.publish('{a,second}', 'mart.seconds', '2026-01-01');
CALL segment.publish('{a,second}', 'mart.seconds', '2026-01-02');
SELECT sum(customers) AS customers FROM segment.migration('mart.seconds', '2026-01-01', '2026-01-02', 'second_cluster_id');
SELECT segment.migration('mart.seconds', '2026-01-01', '2026-01-02', 'a_second_cluster_id');
-- a table of the caller with the name of an internal table
CREATE TEMP TABLE published_rows (i int);
CREATE TEMP TABLE fine_stage (i int);
CALL segment.publish('{a}', 'mart.fine');
SELECT count(*) FROM mart.fine;

-- an id of a domain is published with the base type, without the checks of the domain
CREATE DOMAIN code AS integer CHECK (VALUE > 0);
CREATE DOMAIN inner_code AS code;
CREATE TABLE coded AS SELECT customer::inner_code AS customer, recency_days, frequency, monetary FROM shoppers;
SELECT segment.create_model('coded', 'rfm', 'coded', 'customer');
SELECT segment.fit('coded');
CALL segment.publish('{coded}', 'mart.coded');
DROP TABLE coded;
DROP DOMAIN inner_code, code;
SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'mart.coded'::regclass AND attname = 'customer';

-- ---- errors ------------------------------------------------------------------------
CALL segment.publish('{}', 'mart.x');
CALL segment.publish(NULL, 'mart.x');
CALL segment.publish('{retail,retail}', 'mart.x');
CALL segment.publish('{retail,NULL}', 'mart.x');
CALL segment.publish('{no such model}', 'mart.x');
CALL segment.publish('{retail}', NULL);
CALL segment.publish('{retail}', 'a.b.c');
CALL segment.publish('{retail}', 'mart.x; DROP TABLE shoppers');
CALL segment.publish('{retail}', 'no_such_schema.x');
CALL segment.publish('{retail}', 'mart.' || repeat('x', 56));
CALL segment.publish('{retail}', 'mart.customers');
CALL segment.publish('{retail}', 'shoppers');
CREATE VIEW mart.v AS SELECT 1 AS id;
CREATE VIEW mart.v_history AS SELECT 1 AS id;
CALL segment.publish('{retail}', 'mart.v');
CREATE TABLE mart.own (customer integer PRIMARY KEY, rfm_score text);
CREATE TABLE mart.own_history (customer integer PRIMARY KEY);
CALL segment.publish('{retail}', 'mart.own');
CREATE VIEW twice AS SELECT * FROM shoppers UNION ALL SELECT * FROM shoppers WHERE customer = 7;
SELECT segment.create_model('twice', 'rfm', 'twice', 'customer');
CALL segment.refit('twice');
CALL segment.publish('{twice}', 'mart.twice');
CREATE OR REPLACE VIEW twice AS SELECT NULLIF(customer, 7) AS customer, recency_days, frequency, monetary FROM shoppers;
CALL segment.publish('{twice}', 'mart.twice');
CREATE VIEW by_text AS SELECT customer::text, recency_days, frequency, monetary FROM shoppers;
SELECT segment.create_model('by text', 'rfm', 'by_text', 'customer');
CALL segment.refit('by text');
CALL segment.publish('{retail,by text}', 'mart.x');
SELECT to_regclass('mart.twice'), to_regclass('mart.x');
CALL segment.publish('{{retail},{odd}}', 'mart.x');
-- the error of a user's constraint is not reported as a concurrent publication
CALL segment.publish('{retail}', 'mart.narrow', '2026-03-01');
CREATE UNIQUE INDEX one_today ON mart.narrow (recency_days) WHERE recency_days = 777;
UPDATE shoppers SET recency_days = 777 WHERE customer IN (7, 8);
CALL segment.publish('{retail}', 'mart.narrow', '2026-03-02');
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL segment.publish('{retail}', 'mart.narrow', '2026-03-02');
ROLLBACK;
SELECT count(*) AS written FROM mart.narrow_history WHERE valid_from = '2026-03-02';
SELECT count(*) AS left_over FROM pg_class WHERE relname LIKE '%\_stage';

SELECT count(segment.drop_model(model_name)) FROM segment.model;
DROP SCHEMA mart CASCADE;
DROP VIEW few, twice, by_text, counted;
DROP FUNCTION seen(anyelement);
DROP SEQUENCE reads;
DROP TABLE shoppers, state1, labels1;
-- an error of a score names the column and how to find the row, without internal SQL
CREATE TABLE lacking AS SELECT i AS id, i * 1.5 AS a, i % 3 AS b FROM generate_series(1, 40) i;
SELECT segment.create_model('lacking', 'kmeans', 'lacking', 'id', options => '{"k": 2, "n_init": 1}');
SELECT segment.fit('lacking');
UPDATE lacking SET b = NULL WHERE id = 3;
\set VERBOSITY default
CALL segment.publish('{lacking}', 'public.lacking_published');
\set VERBOSITY terse
SELECT segment.drop_model('lacking');
DROP TABLE lacking;
-- a trigger that suppresses rows is an error: target and history stay consistent
CREATE TABLE swallowed AS SELECT i AS id, i * 1.5 AS a, i % 3 AS b FROM generate_series(1, 40) i;
SELECT segment.create_model('swallowed', 'kmeans', 'swallowed', 'id', options => '{"k": 2, "n_init": 1}');
SELECT segment.fit('swallowed');
CALL segment.publish('{swallowed}', 'public.swallowing', '2026-01-01');
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE NEW.id WHEN 7 THEN NULL ELSE NEW END; END';
CREATE TRIGGER swallow BEFORE INSERT ON swallowing FOR EACH ROW EXECUTE FUNCTION swallow();
DELETE FROM swallowed WHERE id = 7;
CALL segment.publish('{swallowed}', 'public.swallowing', '2026-01-02');
INSERT INTO swallowed VALUES (7, 10.5, 1);
CALL segment.publish('{swallowed}', 'public.swallowing', '2026-01-03');
SELECT count(*) AS rows, (SELECT count(*) FROM swallowing_history WHERE valid_to IS NULL) AS open FROM swallowing;
SELECT segment.drop_model('swallowed');
DROP TABLE swallowed, swallowing, swallowing_history;
DROP FUNCTION swallow();
-- relations that do not exist
SELECT * FROM segment_internal.target_read(0::regclass, 0::regclass, 'SELECT 1') AS r(a integer);
SELECT * FROM segment_internal.target_read('pg_class', 4294967295::regclass, 'SELECT 1') AS r(a integer);
SELECT segment_internal.target_write(0::regclass, 0::regclass, now(), 'SELECT 1', NULL, NULL, NULL, 'SELECT 1', '{}');
SELECT segment_internal.write_changes(0::regclass, 0::regclass, 'id', now(), 'SELECT 1 AS id', NULL, NULL, NULL, NULL);
SELECT * FROM segment_internal.published_before(0::regclass, 0::regclass, NULL, NULL, NULL);
