-- Privacy: sensitive features and products.
\set VERBOSITY terse
\pset null '(null)'

-- ---- the patterns: three languages, whole words, accents, capitals, exceptions -----------------
SELECT name, segment_internal.name_words(name) AS words, segment_internal.sensitive_feature_category(name) AS category
FROM unnest(ARRAY['has_diabetes', 'Religion', 'hasReligion', 'embarazada', 'estado_salud', 'Schwangerschaft', 'krankenkasse', 'ethnic_group', 'trade-union member', 'Gewerkschaft',
    'sindicato', 'sexual_orientation', 'dna_profile', 'fingerprint', 'political party', 'race', 'DISABILITY', '', 'recency_days', 'frequency', 'monetary', 'trace', 'racing', 'embrace', 'unions', 'due_date',
    'interface', 'union_of_orders', 'sex', 'age', 'geneticist', 'psychographic', 'bracelet']) WITH ORDINALITY n(name, place) ORDER BY place;
SELECT segment_internal.sensitive_feature_category(segment_internal.words('afiliaci{f3}n pol{ed}tica')) AS es, segment_internal.sensitive_feature_category(segment_internal.words('{c4}rztliche DIAGNOSE')) AS de,
       segment_internal.name_words(segment_internal.words('Verh{fc}tung {df}{d1}')) AS words, segment_internal.sensitive_product_category(segment_internal.words('H{f6}rger{e4}t')) AS product;
SELECT name, segment_internal.sensitive_product_category(name) AS category
FROM unnest('{Pregnancy test,Folic acid 400,Umstandsmode M,Prueba de embarazo,HIV self test,Condoms 12,Bible,Halal meat,DNA kit,Insulin pen,Coffee,Baby shampoo,Milk,Pasta,Bibliography,Coronation mug}'::text[]) WITH ORDINALITY n(name, place) ORDER BY place;
-- accents as characters of their own, and abbreviations before a word
SELECT segment_internal.name_words(normalize(segment_internal.words('ovulaci{f3}n'), NFD)) AS words, segment_internal.sensitive_feature_category('HIVStatus') AS acronym,
       segment_internal.sensitive_feature_category('clientDNATest') AS inside;
SELECT count(*) > 60 AS many, count(DISTINCT category) AS categories, bool_and(is_builtin) AS builtin FROM segment.sensitive_feature;
SELECT count(*) > 60 AS many, count(DISTINCT category) AS categories, bool_and(is_builtin) AS builtin FROM segment.sensitive_product;
INSERT INTO segment.sensitive_feature (rule_no, pattern, category, is_sensitive) VALUES (1, '% race %', 'sport', false), (2, '% shoe size %', 'ours', true);
SELECT segment_internal.sensitive_feature_category('race') AS exception, segment_internal.sensitive_feature_category('shoe_size') AS own;
UPDATE segment.sensitive_feature SET category = 'x' WHERE rule_no = 1000001;
DELETE FROM segment.sensitive_product;
INSERT INTO segment.sensitive_product (rule_no, pattern, category) VALUES (1000001, 'x', 'x');
INSERT INTO segment.sensitive_product (rule_no, pattern, category) VALUES (1, E'x\\', 'x');

-- ---- models: a warning, or a refusal -----------------------------------------------------------
CREATE TABLE privacy_people AS SELECT i AS id, i % 7 AS visits, i % 3 AS "hasDiabetes", i % 2 AS shoe_size, 'a'::text AS religion FROM generate_series(1, 50) i;
SELECT segment.create_model('warned', 'kmeans', 'privacy_people', 'id', '{visits,hasDiabetes,shoe_size}', '{"k": 2}', describe_columns => '{religion}');
SELECT segment.create_model('refused', 'kmeans', 'privacy_people', 'id', '{visits,hasDiabetes}', '{"k": 2, "sensitive": "refuse"}');
SELECT segment.create_model('refused', 'kmeans', 'privacy_people', 'id', '{visits}', '{"k": 2, "sensitive": "refuse"}', describe_columns => '{religion}');
SELECT segment.create_model('refused', 'kmeans', 'privacy_people', 'id', '{visits}', '{"k": 2, "sensitive": "no"}');
SELECT segment.create_model('clean', 'pca', 'privacy_people', 'id', '{visits}', '{"sensitive": "refuse"}');
SELECT segment.alter_model('clean', feature_columns => '{visits,shoe_size}');
DELETE FROM segment.sensitive_feature WHERE rule_no < 1000000;
SELECT segment.alter_model('clean', feature_columns => '{visits,shoe_size}');
SELECT count(segment.drop_model(model_name)) FROM segment.models WHERE model_name IN ('warned', 'clean');

-- ---- rules and offers --------------------------------------------------------------------------
-- who buys P1 buys P2, too; P2 is a pregnancy test by name; T-HIV is one by id
CREATE TABLE privacy_lines AS
SELECT 'c' || c AS customer_id, 'r' || c AS receipt_id, date '2024-01-10' AS receipt_date, 5.00 AS amount, p AS product_id
FROM generate_series(1, 60) c, unnest(CASE WHEN c % 2 = 0 THEN '{P1,P2,P3,P5}' WHEN c % 3 = 0 THEN '{P3,T-HIV,P4}' ELSE '{P1,P4}' END::text[]) p;
CREATE TABLE privacy_products AS SELECT * FROM (VALUES ('P1', 'Coffee'), ('P2', 'Pregnancy test'), ('P3', 'Milk'), ('P4', 'Bread'), ('P9', 'Koran')) v(product_id, name);
SELECT antecedent, consequent FROM segment.association_rules('privacy_lines', '2024-12-31', options => '{"min_count": 3}') WHERE consequent IN ('P2', 'T-HIV') OR antecedent && '{P2,T-HIV}' ORDER BY 1, 2;
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE consequent IN ('P2', 'T-HIV') OR antecedent && '{P2,T-HIV}') AS sensitive
FROM segment.association_rules('privacy_lines', '2024-12-31', options => '{"min_count": 3}', products => 'privacy_products');
CREATE TABLE privacy_basket AS
SELECT segment.basket_fit(items, '{"min_count": 3}') AS model FROM (SELECT array_agg(product_id) AS items FROM privacy_lines GROUP BY receipt_id) b;
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE product_id IN ('P2', 'T-HIV') OR antecedent && '{P2,T-HIV}') AS sensitive, count(DISTINCT customer_id) AS customers
FROM segment.next_best_offer('privacy_lines', '2024-12-31', (SELECT model FROM privacy_basket), products => 'privacy_products');
SELECT count(*) FILTER (WHERE product_id = 'P2') > 0 AS by_id_only, count(*) FILTER (WHERE product_id = 'T-HIV') AS sensitive
FROM segment.next_best_offer('privacy_lines', '2024-12-31', (SELECT model FROM privacy_basket));
INSERT INTO segment.sensitive_product (rule_no, pattern, category, is_sensitive) VALUES (5, '% t hiv %', 'none', false);
SELECT count(*) FILTER (WHERE product_id = 'T-HIV') > 0 AS exception FROM segment.next_best_offer('privacy_lines', '2024-12-31', (SELECT model FROM privacy_basket));
DELETE FROM segment.sensitive_product WHERE rule_no = 5;
SELECT count(*) FROM segment.next_best_offer('privacy_lines', '2024-12-31', (SELECT model FROM privacy_basket), products => 'privacy_basket');

-- ---- contacts: the first purchase in a sensitive category ---------------------------------------
CREATE TABLE privacy_categories AS SELECT product_id, CASE product_id WHEN 'P2' THEN 'Pregnancy' WHEN 'P3' THEN 'Dairy' ELSE 'Other' END AS category FROM privacy_products;
INSERT INTO privacy_lines VALUES ('c1', 'x1', '2024-06-01', 5, 'P2'), ('c1', 'x2', '2024-06-02', 5, 'P3');
CALL segment.run_triggers('privacy_contacts', '2024-06-03', 'privacy_lines', 7, products => 'privacy_categories', options => '{"triggers": ["first_in_category"]}');
SELECT customer_id, trigger, evidence FROM privacy_contacts ORDER BY 1, 3;
DROP TABLE privacy_people, privacy_lines, privacy_products, privacy_basket, privacy_categories, privacy_contacts;
