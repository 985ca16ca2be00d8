-- Columns that can be features: numbers, and domains over them at any depth.
CREATE SCHEMA columns_test;
SET search_path = columns_test;
SET client_min_messages = warning;
CREATE DOMAIN amount AS numeric(12,2);
CREATE DOMAIN price AS amount CHECK (VALUE >= 0);
CREATE DOMAIN low_price AS price;
CREATE DOMAIN label AS text;
CREATE DOMAIN short_label AS label;
CREATE DOMAIN amounts AS numeric[];
CREATE TABLE source (id int, plain numeric, one amount, two price, three low_price, word short_label, list amounts, days interval, at timestamptz, real_one real, flag bool);
SELECT column_name, column_type, is_numeric FROM segment_internal.source_columns('source') ORDER BY position;
INSERT INTO source SELECT i, i, i, i, i FROM generate_series(1, 20) i;
SELECT segment.create_model('columns_test', 'kmeans', 'source', 'id', options => '{"k": 2}');
SELECT feature_columns FROM segment.model WHERE model_name = 'columns_test';
SELECT segment.drop_model('columns_test');
-- invisible characters in a column name, such as a byte order mark, do not occur in names of clusters
CREATE TABLE marked AS SELECT i AS id, i AS U&"\FEFFvisits", i % 3 AS "two
lines" FROM generate_series(1, 20) i;
SELECT segment.create_model('columns_test', 'kmeans', 'marked', 'id', options => '{"k": 2}');
CALL segment.refit('columns_test');
SELECT cluster_id, cluster_name FROM segment.cluster_names('columns_test', 1) ORDER BY 1;
CALL segment.refit('columns_test');
SELECT segment.create_model('columns_2', 'kmeans', 'source', 'id', '{{one,two}}', '{"k": 2}');
SELECT segment.drop_model('columns_test');
DROP SCHEMA columns_test CASCADE;
