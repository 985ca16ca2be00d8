-- basket: frequent itemsets, association rules, offers.
\pset format unaligned
\pset null '(null)'
CREATE SCHEMA basket_test;
SET search_path = basket_test, public;

-- ---- a small shop that can be counted by hand ----
CREATE TABLE shop (id int, items text[]);
INSERT INTO shop VALUES
    (1, '{bread,milk}'), (2, '{bread,diapers,beer,eggs}'), (3, '{milk,diapers,beer,cola}'),
    (4, '{bread,milk,diapers,beer}'), (5, '{bread,milk,diapers,cola}');
SELECT segment.basket_fit(items, '{"min_support": 0.4}') AS model FROM shop \gset
SELECT * FROM segment.basket_itemsets(:'model') ORDER BY length, n DESC, items;
SELECT antecedent, consequent, n, round(support::numeric, 4) AS support, round(confidence::numeric, 4) AS confidence, round(lift::numeric, 4) AS lift,
       round(leverage::numeric, 4) AS leverage, round(conviction::numeric, 4) AS conviction, round(z_score::numeric, 4) AS z_score,
       round(p_value::numeric, 4) AS p_value, round(q_value::numeric, 4) AS q_value, round(improvement::numeric, 4) AS improvement, is_redundant
FROM segment.basket_rules(:'model', 0.7, 0) ORDER BY antecedent, consequent;
SELECT algorithm, format_version, rows_used, rows_skipped, features, jsonb_pretty(options) FROM segment.model_info(:'model');
SELECT count(*) AS features FROM segment.model_features(:'model');

-- every figure of every rule, counted in plain SQL
SELECT count(*) AS rules,
       count(*) FILTER (WHERE (r.n, c.nx, c.ny) IS DISTINCT FROM (c.n, round(r.n / r.confidence), round(r.confidence / r.lift * 5))) AS wrong_counts,
       count(*) FILTER (WHERE abs(r.leverage - (c.n / 5.0 - c.nx * c.ny / 25.0)) > 1e-15
                           OR abs(r.conviction - (1 - c.ny / 5.0) / nullif(1 - c.n / c.nx, 0)) > 1e-12
                           OR (r.conviction IS NULL) <> (c.n = c.nx)
                           OR abs(r.improvement - (r.confidence - c.simpler)) > 1e-12
                           OR r.is_redundant <> (r.improvement <= 0)) AS wrong_measures
FROM segment.basket_rules(:'model', 0, 0) r,
     LATERAL (SELECT count(*) FILTER (WHERE items @> (r.antecedent || r.consequent)) AS n,
                     count(*) FILTER (WHERE items @> r.antecedent)::float8 AS nx,
                     count(*) FILTER (WHERE items @> ARRAY[r.consequent])::float8 AS ny,
                     (SELECT max(s.both::float8 / s.alone)
                      FROM (SELECT count(*) FILTER (WHERE b.items @> (part || r.consequent)) AS both, count(*) FILTER (WHERE b.items @> part) AS alone
                            FROM shop b, (SELECT array_remove(r.antecedent, x) FROM unnest(r.antecedent) x UNION SELECT '{}') parts (part)
                            GROUP BY part) s) AS simpler
              FROM shop) c;

-- ---- the model does not depend on the order, on the order in a basket, or on parallel workers ----
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/basket_v1.segm" | tr -d ' \n'`
CREATE TABLE sample AS
SELECT i, ARRAY(SELECT 'item ' || j FROM generate_series(1, 6) AS j WHERE i % (j + 1) = 0 OR (j = 6 AND i % 4 = 0) ORDER BY (i * j) % 7) AS items
FROM generate_series(1, 70) AS i;
\set options '{"min_support": 0.1, "exclude": ["item 5", "other"]}'
SELECT segment.basket_fit(items, :'options') = decode(:'golden', 'hex') AS same_bytes,
       segment.basket_fit(items, :'options' ORDER BY i DESC) = decode(:'golden', 'hex') AS other_order,
       segment.basket_fit(items, :'options' ORDER BY (i * 37) % 71) = decode(:'golden', 'hex') AS shuffled,
       segment.basket_fit(ARRAY(SELECT x FROM unnest(items) x ORDER BY x DESC), :'options') = decode(:'golden', 'hex') AS other_items_order
FROM sample;
SELECT options ->> 'exclude' AS exclude, options ->> 'items_excluded' AS items_excluded FROM segment.model_info(decode(:'golden', 'hex'));
CREATE TABLE many AS SELECT i, ARRAY(SELECT 'p' || (i * i % 97 * j + i) % 60 FROM generate_series(1, i % 9) AS j) AS items FROM generate_series(1, 5000) AS i;
SELECT segment.basket_fit(items, '{"min_count": 20}') AS serial FROM many \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SELECT segment.basket_fit(items, '{"min_count": 20}') = :'serial'::bytea AS parallel_is_same FROM many;
SET max_parallel_workers_per_gather = 0;
SELECT rows_used, options - '{min_count,max_length,max_itemsets,on_limit,max_basket_items,long_baskets,count_asked,count_used}'::text[] AS counts
FROM segment.model_info(:'serial');
SELECT count(*) FILTER (WHERE items = '{}') AS empty, sum(cardinality(items) - (SELECT count(DISTINCT x) FROM unnest(items) x)) AS repeated FROM many;

-- a model for each group, and a moving window
SELECT i % 3 AS g, (SELECT count(*) FROM segment.basket_itemsets(segment.basket_fit(items, '{"min_count": 10}'))) AS itemsets FROM many GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT m) AS models
FROM (SELECT segment.basket_fit(items, '{"min_count": 2}') OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS m FROM shop) w;

-- support is monotone: no itemset is more frequent than a part of it; a lower threshold only adds itemsets
SELECT count(*) AS compared, count(*) FILTER (WHERE a.n > b.n) AS violations
FROM segment.basket_itemsets(:'serial') a JOIN segment.basket_itemsets(:'serial') b ON a.items @> b.items AND a.length = b.length + 1;
SELECT count(*) AS lost FROM segment.basket_itemsets(:'serial') a
WHERE NOT EXISTS (SELECT FROM segment.basket_itemsets((SELECT segment.basket_fit(items, '{"min_count": 15}') FROM many)) b WHERE (b.items, b.n) = (a.items, a.n));

-- ---- thresholds ----
-- 7 of 25 baskets are a support of 0.28, although 0.28 * 25 is more than 7 in float8
SELECT s.support, i.options ->> 'count_asked' AS count, i.options ->> 'itemsets' AS itemsets
FROM (VALUES (0.28), (0.2800000001), (0), (1), (0.04)) s(support),
     LATERAL (SELECT segment.basket_fit(CASE WHEN i <= 7 THEN '{a}'::text[] ELSE '{b}' END, jsonb_build_object('min_support', s.support)) AS m FROM generate_series(1, 25) i) f,
     LATERAL segment.model_info(f.m) i;
-- the limit of itemsets: an error, or the smallest count that fits
SELECT segment.basket_fit(items, '{"min_count": 1, "max_itemsets": 20}') FROM shop;
SELECT options ->> 'count_asked' AS asked, options ->> 'count_used' AS used, options ->> 'itemsets' AS itemsets
FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_count": 1, "max_itemsets": 20, "on_limit": "raise"}') FROM shop));
SELECT n, count(*) FROM segment.basket_itemsets((SELECT segment.basket_fit(items, '{"min_count": 1}') FROM shop)) GROUP BY n ORDER BY n;
-- long baskets: cut to their most frequent items, or refused
SELECT items, n FROM segment.basket_itemsets((SELECT segment.basket_fit(items, '{"min_count": 2, "max_basket_items": 3}') FROM shop)) ORDER BY length, n DESC, items;
SELECT options ->> 'baskets_cut' AS cut FROM segment.model_info((SELECT segment.basket_fit(items, '{"min_count": 2, "max_basket_items": 3}') FROM shop));
SELECT segment.basket_fit(items, '{"max_basket_items": 3, "long_baskets": "error"}') FROM shop;
-- single items alone
SELECT count(*) AS itemsets, max(length) AS longest FROM segment.basket_itemsets((SELECT segment.basket_fit(items, '{"min_count": 1, "max_length": 1}') FROM shop));
SELECT count(*) AS rules FROM segment.basket_rules((SELECT segment.basket_fit(items, '{"min_count": 1, "max_length": 1}') FROM shop), 0, 0);

-- ---- what is no item, and what is no basket ----
CREATE TABLE odd (items text[]);
INSERT INTO odd VALUES (NULL), ('{}'), ('{NULL}'), ('{"", " ", "#", NULL}'), ('{a}'), ('{a,a,a}'), ('{a,NULL,b}'), ('[5:6]={a,b}');
SELECT rows_used, rows_skipped, options ->> 'baskets_empty' AS empty, options ->> 'items_skipped' AS skipped, options ->> 'items_repeated' AS repeated
FROM segment.model_info((SELECT segment.basket_fit(items) FROM odd));
SELECT * FROM segment.basket_itemsets((SELECT segment.basket_fit(items) FROM odd)) ORDER BY length, n DESC;
-- names with everything that arrays, JSON and SQL give a meaning to
CREATE TABLE names AS SELECT ARRAY['quote''s', 'double"quote', '{braces}', 'a,comma', 'back\slash', 'NULL', ' blank ', repeat('long ', 60), 'Größe €', '{}'] AS items FROM generate_series(1, 3);
SELECT count(*) AS same FROM segment.basket_itemsets((SELECT segment.basket_fit(items) FROM names)) i, names n WHERE i.length = 1 AND i.items <@ n.items;
SELECT max(n) AS n, count(*) AS rules FROM segment.basket_rules((SELECT segment.basket_fit(items, '{"max_length": 2}') FROM names), 0, 0);
SELECT count(*) AS found FROM segment.basket_offers((SELECT segment.basket_fit(items, '{"max_length": 2}') FROM names), ARRAY['NULL'], k => NULL, min_lift => 0);
SELECT options -> 'exclude' AS exclude FROM segment.model_info((SELECT segment.basket_fit(items, '{"exclude": ["a,comma", "double\"quote", "Größe €"]}') FROM names));

-- ---- offers ----
SELECT * FROM segment.basket_offers(:'model', '{beer}');
SELECT * FROM segment.basket_offers(:'model', '{beer,unknown,NULL,beer}', k => 1);
-- neither offered nor named in an antecedent
SELECT item, antecedent FROM segment.basket_offers(:'model', '{beer,milk}', '{beer}', min_lift => 0, k => NULL);
SELECT item, antecedent FROM segment.basket_offers(:'model', '{beer,milk}', '{diapers}', min_lift => 0, k => NULL);
SELECT count(*) FROM segment.basket_offers(:'model', '{}');
SELECT count(*) FROM segment.basket_offers(:'model', NULL);
SELECT count(*) FROM segment.basket_offers(NULL, '{beer}');
-- each offer is the best rule among those within the basket, and its figures are those of the rule
WITH rule AS MATERIALIZED (SELECT * FROM segment.basket_rules(:'serial', 0.05, 1)),
     wanted AS (
         SELECT DISTINCT ON (m.i, r.consequent) m.i, r.consequent, r.antecedent, r.confidence, r.lift, r.n
         FROM many m JOIN rule r ON r.antecedent <@ m.items AND r.consequent <> ALL (m.items)
         WHERE m.i <= 300
         ORDER BY m.i, r.consequent, r.confidence DESC, r.lift DESC, r.n DESC, cardinality(r.antecedent)),
     given AS (SELECT m.i, o.* FROM many m, segment.basket_offers(:'serial', m.items, k => NULL, min_confidence => 0.05) o WHERE m.i <= 300)
SELECT count(*) AS offers, count(*) FILTER (WHERE w.consequent IS NULL) AS without_rule, count(*) FILTER (WHERE g.item IS NULL) AS missing,
       count(*) FILTER (WHERE (g.confidence, g.lift, g.n, cardinality(g.antecedent)) <> (w.confidence, w.lift, w.n, cardinality(w.antecedent))) AS other_figures,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM rule r WHERE (r.antecedent, r.consequent, r.confidence) = (g.antecedent, g.item, g.confidence))) AS untrue
FROM wanted w FULL JOIN given g ON (g.i, g.item) = (w.i, w.consequent);
-- the model may change from row to row
SELECT v.no, o.item, o.n FROM (VALUES (1, :'model'::bytea), (2, :'serial'), (3, :'model')) v(no, m), segment.basket_offers(v.m, '{beer,p1}', k => 1) o ORDER BY 1;

-- ---- what is refused ----
SELECT segment.basket_fit(items) FROM shop WHERE false;
SELECT segment.basket_fit(NULL::text[]);
SELECT segment.basket_fit(ARRAY[['a', 'b'], ['c', 'd']]);
SELECT segment.basket_fit(items, '{"support": 0.1}') FROM shop;
SELECT segment.basket_fit(items, '{"min_support": 0.1, "min_count": 2}') FROM shop;
SELECT segment.basket_fit(items, '{"min_support": 1.1}') FROM shop;
SELECT segment.basket_fit(items, '{"min_count": 0}') FROM shop;
SELECT segment.basket_fit(items, '{"max_length": 21}') FROM shop;
SELECT segment.basket_fit(items, '{"on_limit": "stop"}') FROM shop;
SELECT segment.basket_fit(items, jsonb_build_object('min_count', id)) FROM shop;
SELECT * FROM segment.basket_rules(:'model', 1.5);
SELECT * FROM segment.basket_rules(:'model', 'NaN');
SELECT * FROM segment.basket_rules(:'model', 0.1, -1);
SELECT * FROM segment.basket_offers(:'model', '{beer}', k => 0);
SELECT * FROM segment.basket_offers(:'model', '{{beer,milk}}');
SELECT * FROM segment.basket_offers(:'model', '{beer}', '{{milk},{diapers}}');
SELECT * FROM segment.basket_rules((SELECT segment.pca_fit(ARRAY[id, id * id % 7]) FROM shop));
SELECT segment.pca_x(:'model', '{1,2}');
SELECT * FROM segment.basket_itemsets('\x00');
SET segment.fit_memory = '1MB';
SELECT segment.basket_fit(ARRAY['product number ' || i]) FROM generate_series(1, 100000) i;
RESET segment.fit_memory;

-- options and functions
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('basket');
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^basket_' ORDER BY p.oid::regprocedure::text;

SET client_min_messages = warning;
DROP SCHEMA basket_test CASCADE;
