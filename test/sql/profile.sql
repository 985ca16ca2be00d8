-- profile: letter codes, their letters, cards in words, the registry.
\pset format unaligned
CREATE TEMP TABLE sample AS
SELECT i, ARRAY[i % 40, (i * i) % 101 / 2.0, CASE WHEN i % 10 = 0 THEN NULL ELSE i % 7 END]::float8[] AS features,
       ARRAY[CASE WHEN i % 11 = 0 THEN NULL WHEN i % 3 = 0 THEN 'email' ELSE 'phone' END, 'trade ' || i % 5] AS categories
FROM generate_series(1, 4000) AS i;
\set options '{"feature_names": ["recency_days", "receipt_mean", "n_visits"], "category_names": ["channel", "trade"]}'
SELECT segment.profile_fit(features, categories, :'options') AS model FROM sample \gset

SELECT algorithm, format_version, method, features, rows_used, rows_skipped, options FROM segment.model_info(:'model');
SELECT "position", feature, minimum, maximum FROM segment.model_features(:'model');
SELECT * FROM segment.profile_letters(:'model');
SELECT segment.profile_code(:'model', features, categories) AS code FROM sample WHERE i IN (1, 10, 11, 39, 40) ORDER BY i;
SELECT * FROM segment.profile_decode(:'model', 'AC-*B', 'es');

-- every code is made of letters that its attribute has, and the numbers of rows add up
SELECT count(*) AS letters, count(*) FILTER (WHERE l.n = c.n) AS same_n
FROM segment.profile_letters(:'model') l
LEFT JOIN (SELECT p, substr(code, p, 1) AS letter, count(*) AS n
           FROM (SELECT segment.profile_code(:'model', features, categories) AS code FROM sample OFFSET 0) q, generate_series(1, 5) p GROUP BY 1, 2) c
       ON c.p = l."position" AND c.letter = l.letter;
-- quantiles of type 7, ties to the lower group
SELECT bool_and(upper_bound = percentile) AS same_cuts
FROM (SELECT row_number() OVER () AS n, upper_bound FROM segment.profile_letters(:'model') WHERE attribute = 'receipt_mean' AND upper_bound IS NOT NULL) l
JOIN (SELECT n, percentile FROM (SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY features[2]) AS p FROM sample) c,
             unnest(c.p) WITH ORDINALITY u(percentile, n)) r USING (n);

-- the golden model: the same rows make the same bytes, in any order and in any number of parts
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/profile_v1.segm" | tr -d ' \n'`
SELECT :'model'::bytea = decode(:'golden', 'hex') AS same_bytes,
       (SELECT segment.profile_fit(features, categories, :'options' ORDER BY i DESC) FROM sample) = decode(:'golden', 'hex') AS other_order;
CREATE TABLE profile_rows AS SELECT * FROM sample;
ALTER TABLE profile_rows SET (parallel_workers = 3);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT segment.profile_fit(features, categories, :'options') = :'model'::bytea AS parallel FROM profile_rows;
RESET ALL;

-- cards: singular, plural, zero, missing values, three languages
SELECT segment.profile_card(:'model', f, c, l)
FROM (VALUES ('{1,8.5,2}'::float8[], '{email,plumber}'::text[]), ('{0,1234567.125,NULL}', '{NULL,trade 1}'), ('{39,50,6}', '{phone," "}')) AS v(f, c),
     unnest('{en,es,de}'::text[]) l;
-- words of the user
SELECT segment.profile_fit(ARRAY[x], ARRAY[k], '{"feature_names": ["tenure"], "category_names": ["channel"], "letters": 2, "order": ["channel", "tenure"],
  "labels": {"tenure": {"": {"en": "contract age", "es": "antigüedad"}, "A": {"en": "new", "es": "cliente nuevo"}}, "channel": {"sms": {"es": "el mensaje de texto"}}}}') AS labelled
FROM (SELECT i::float8 AS x, CASE WHEN i % 2 = 0 THEN 'sms' ELSE 'post' END AS k FROM generate_series(1, 200) i) s \gset
SELECT segment.profile_card(:'labelled', '{3}', '{sms}', l) FROM unnest('{en,es,de}'::text[]) l;
SELECT "position", attribute, letter, label FROM segment.profile_letters(:'labelled', 'es');
-- every known measure has whole sentences: no hole and no placeholder is left
WITH m AS (
    SELECT segment.profile_fit(ARRAY[v], '{}', jsonb_build_object('feature_names', jsonb_build_array(name), 'letters', 3)) AS model, name
    FROM unnest('{recency_days,receipts,monetary,receipt_mean,gap_median,quantity_per_receipt,lines_per_receipt,products,distinct_categories,tenure_days,tenure_months,age,return_share,discount_share,sales_trend}'::text[]) name,
         generate_series(-100, 200) v GROUP BY name)
SELECT count(DISTINCT card) AS cards, count(*) FILTER (WHERE card ~ '%s|\(null\)| \.|  ' OR card !~ '[.]$') AS bad
FROM m, unnest('{-50,0,1,2,40,150}'::float8[]) x, unnest('{en,es,de}'::text[]) l, segment.profile_card(m.model, ARRAY[x], '{}', l) card;

-- given cuts and categories
SELECT letter, lower_bound, upper_bound, category, n
FROM segment.profile_letters((SELECT segment.profile_fit(features, categories, '{"cuts": {"feature 1": [9, 30]}, "categories": {"category 1": ["post", "phone"]}}') FROM sample))
WHERE "position" IN (1, 4);

-- 26 letters; one value; no value; nulls
SELECT count(DISTINCT segment.profile_code(m, ARRAY[i], '{}')) AS letters, min(segment.profile_code(m, ARRAY[i], '{}')), max(segment.profile_code(m, ARRAY[i], '{}'))
FROM (SELECT segment.profile_fit(ARRAY[i], '{}', '{"letters": 26}') AS m FROM generate_series(1, 2600) i) f, generate_series(1, 2600) i;
SELECT segment.profile_code(m, '{7,NULL}', '{NULL}') AS one_value, segment.profile_code(m, '{8,1}', '{x}') AS others,
       (SELECT string_agg(letter || n, ' ') FROM segment.profile_letters(m)) AS letters
FROM (SELECT segment.profile_fit('{7,NULL}', ARRAY[NULL::text]) AS m FROM generate_series(1, 500) i) f;
SELECT segment.profile_card(m, '{NULL,NULL}', '{NULL}') FROM (SELECT segment.profile_fit('{7,NULL}', ARRAY[NULL::text]) AS m FROM generate_series(1, 500) i) f;
SELECT rows_used, rows_skipped FROM segment.model_info((
    SELECT segment.profile_fit(f, c) FROM (SELECT CASE WHEN i % 3 > 0 THEN '{1}'::float8[] END AS f, CASE WHEN i % 5 > 0 THEN '{}'::text[] END AS c FROM generate_series(1, 60) i) s));

-- more categories than letters: 25 have their own, Z is for the others, * for values never seen
SELECT segment.profile_fit('{}', ARRAY['k' || floor(sqrt(i))]) AS many FROM generate_series(1, 2000) i \gset
SELECT count(*) AS letters, sum(n) AS n, max(letter) AS last FROM segment.profile_letters(:'many');
SELECT segment.profile_code(:'many', '{}', ARRAY[k]) AS code, k FROM unnest('{k43,k42,k1,k99,"","  "}'::text[]) k;
SELECT segment.profile_card(:'many', '{}', '{k1}') AS card, (SELECT label FROM segment.profile_decode(:'many', 'Z')) AS z;

-- hostile categories
SELECT segment.profile_letters(segment.profile_fit('{}', ARRAY[c]))::text FROM unnest(array_fill('it''s "a" \ {b},%s'::text, ARRAY[90]) || array_fill('żółć'::text, ARRAY[30]) || array_fill(''::text, ARRAY[9])) c;
SELECT octet_length(segment.profile_fit('{}', ARRAY['c' || i])) AS bytes FROM generate_series(1, 100000) i;
SELECT segment.profile_fit('{}', ARRAY['c' || i]) FROM generate_series(1, 100001) i;
SELECT segment.profile_fit('{}', ARRAY[repeat('x', 1001)]);
SELECT segment.profile_code(:'many', '{}', ARRAY[repeat('x', 100000)]);
SELECT segment.profile_card(:'many', '{}', ARRAY[repeat('x', 100000)]);

-- the notice: nine attributes of three letters
SELECT octet_length(segment.profile_fit(array_fill(i, ARRAY[9])::float8[], '{}', '{"letters": 3}')) AS bytes FROM generate_series(1, 393659) i;
SELECT octet_length(segment.profile_fit(array_fill(i, ARRAY[9])::float8[], '{}', '{"letters": 3}')) AS bytes FROM generate_series(1, 393660) i;

-- options
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('profile');
SELECT segment.profile_fit(features, categories, '{"letter": 3}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"letters": 27}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"letters": 1}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"feature_names": ["a"]}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"category_names": ["a", "a"]}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"order": ["feature 1"]}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"order": ["feature 1", "feature 1", "feature 2", "category 1", "category 2"]}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"cuts": {"nix": [1]}}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"cuts": {"feature 1": [2, 1]}}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"cuts": [1]}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"categories": {"category 1": ["a", "a"]}}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"categories": {"category 1": [""]}}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"labels": {"feature 1": {"A": "low"}}}') FROM sample;
SELECT segment.profile_fit(features, categories, '{"labels": {"feature 1": {"A": {"fr": "bas"}}}}') FROM sample;
SELECT segment.profile_fit(features, categories, jsonb_build_object('letters', 2 + i % 2)) FROM sample;

-- what is refused
SELECT segment.profile_fit(features, categories) FROM sample WHERE false;
SELECT segment.profile_fit(NULL, categories) FROM sample;
SELECT segment.profile_fit(f, '{}') FROM (VALUES ('{1,2}'::float8[]), ('{1}')) AS v (f);
SELECT segment.profile_fit('{1}', c) FROM (VALUES ('{a,b}'::text[]), ('{a}')) AS v (c);
SELECT segment.profile_fit(f, c) FROM (VALUES ('{1,2}'::float8[], '{a}'::text[]), ('{1}', '{a,b}')) AS v (f, c);
SELECT segment.profile_fit('{}', '{}');
SELECT segment.profile_fit('{1,NaN}', '{}');
SELECT segment.profile_fit('{Infinity}', '{}');
SELECT segment.profile_fit('{{1,2}}', '{}');
SELECT segment.profile_fit('{1}', '{{a}}');
SELECT segment.profile_fit(array_fill(1, ARRAY[65])::float8[], '{}');
SELECT segment.profile_fit(array_fill(1, ARRAY[60])::float8[], '{a,b,c,d,e}');
SELECT segment.profile_code(:'model', '{1}', '{a,b}');
SELECT segment.profile_code(:'model', '{1,2,3}', '{a}');
SELECT segment.profile_code(:'model', '{1,2,-Infinity}', '{a,b}');
SELECT segment.profile_code(:'model', NULL, '{a,b}') IS NULL AS null_features, segment.profile_code(:'model', '{1,2,3}', NULL) IS NULL AS null_categories;
SELECT segment.profile_card(:'model', '{1,2,3}', '{a,b}', 'fr');
SELECT segment.profile_decode(:'model', 'AAAA');
SELECT segment.profile_decode(:'model', 'AAAZA');
SELECT segment.profile_decode(:'model', 'AEAAA');
SELECT segment.profile_code((SELECT segment.pca_fit(features[1:2]) FROM sample), '{1,2,3}', '{a,b}');
SELECT segment.pca_x(:'model', '{1,2}');

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^profile(_|$)' ORDER BY p.oid::regprocedure::text;

-- its rows in the tables of the algorithms
SELECT algorithm, model_kind, output_shape, has_histograms, has_describe_columns FROM segment.algorithm WHERE algorithm = 'profile';
SELECT option_name, used_in, type, default_value, value_range FROM segment.algorithm_option WHERE algorithm = 'profile' ORDER BY used_in, option_name;
SELECT column_name, column_type, role FROM segment.algorithm_column WHERE algorithm = 'profile' ORDER BY "position";

-- the registry: cuts and letters stay over refits, new categories get further letters
CREATE TABLE profile_shop AS
SELECT i AS id, i % 50 AS recency_days, (i * 37 % 211)::numeric AS receipt_mean, CASE WHEN i % 4 = 0 THEN 'post' ELSE 'email' END AS channel, 'r' || i % 2 AS "Region"
FROM generate_series(1, 2000) AS i;
SELECT segment.create_model('codes', 'profile', 'profile_shop', 'id', '{recency_days,receipt_mean}', describe_columns => '{channel,Region}');
CALL segment.refit('codes');
SELECT string_agg(letter || COALESCE(category, lower_bound::text, '<'), ' ') AS letters FROM segment.profile_letters(segment.active_model('codes'));
UPDATE profile_shop SET recency_days = recency_days * 2, channel = CASE WHEN id % 2 = 0 THEN 'app' WHEN id % 7 = 0 THEN 'email' ELSE 'post' END;
CALL segment.refit('codes');
SELECT string_agg(letter || COALESCE(category, lower_bound::text, '<'), ' ') AS letters FROM segment.profile_letters(segment.active_model('codes'));
SELECT profile_code, customers, round(share::numeric, 4) AS share, is_suppressed FROM segment.profile_summary WHERE model_name = 'codes' ORDER BY customers DESC NULLS LAST, profile_code LIMIT 3;
CALL segment.publish('{codes}', 'public.profile_target', '2026-01-01');
SELECT count(*) AS rows, count(*) FILTER (WHERE t.profile_code = segment.profile_code(segment.active_model('codes'), ARRAY[s.recency_days, s.receipt_mean]::float8[], ARRAY[s.channel, s."Region"])) AS same
FROM profile_target t JOIN profile_shop s USING (id);
SELECT (segment.assign('codes', '7')).profile_code = (SELECT profile_code FROM profile_target WHERE id = 7) AS same_code;
SELECT (segment.assign('codes', '{"recency_days": 3, "receipt_mean": 50, "channel": null, "Region": "new"}'::jsonb)).profile_code;
-- a card with the action
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action) VALUES (1, 'profile', '____', '*', 'Send the catalog.');
SELECT segment.customer_card('codes', '7', l) FROM unnest('{en,es,de}'::text[]) l;
DELETE FROM segment.action_rule WHERE rule_no = 1;
SELECT segment.customer_card('codes', '7') = segment.profile_card(segment.active_model('codes'), ARRAY[recency_days, receipt_mean]::float8[], ARRAY[channel, "Region"]) AS without_action
FROM profile_shop WHERE id = 7;
SELECT segment.customer_card('codes', 'nobody');
SELECT segment.customer_card('nobody', '7');
SELECT segment.customer_card('codes', '7', 'fr');
SELECT segment.customer_card('codes', '7', NULL) IS NULL AS null_language, segment.customer_card('codes', NULL) IS NULL AS null_id;
-- until the next refit the columns are those of the version
SELECT segment.alter_model('codes', describe_columns => '{Region}');
SELECT needs_refit, (segment.assign('codes', '7')).profile_code = (SELECT profile_code FROM profile_target WHERE id = 7) AS same_code FROM segment.models WHERE model_name = 'codes';
SELECT segment.alter_model('codes', describe_columns => '{channel,Region}');
SELECT needs_refit FROM segment.models WHERE model_name = 'codes';
UPDATE profile_shop SET channel = 'email';
CALL segment.publish('{codes}', 'public.profile_target', '2026-01-02');
SELECT count(*) AS moved, min(h.profile_code), max(h.profile_code) FROM profile_target_history h WHERE h.valid_to IS NOT NULL;
SELECT segment.alter_model('codes', options => '{"recut": true}');
CALL segment.refit('codes');
SELECT string_agg(letter || COALESCE(category, lower_bound::text, '<'), ' ') AS letters FROM segment.profile_letters(segment.active_model('codes'));
SELECT model_name, what FROM segment.problems;

-- errors of a fit name the column, of categories, too, and as it is
ALTER TABLE profile_shop ADD COLUMN "back\1\&slash" float8 DEFAULT 1;
SELECT segment.create_model('named', 'profile', 'profile_shop', 'id', '{recency_days,"back\\1\\&slash"}', describe_columns => '{channel,Region}');
UPDATE profile_shop SET "Region" = repeat('x', 1001) WHERE id = 7;
CALL segment.refit('named');
UPDATE profile_shop SET "Region" = 'r1', "back\1\&slash" = 'NaN' WHERE id = 7;
CALL segment.refit('named');
SELECT segment.drop_model('named');
ALTER TABLE profile_shop DROP COLUMN "back\1\&slash";

-- the attributes that the page lists have sentences of their own
SELECT l, string_agg(n, ' ') AS told_by_name FROM unnest('{en,es,de}'::text[]) l,
    unnest('{recency_days,tenure_days,receipts,monetary,sales,sales_trend,receipt_mean,lines_per_receipt,quantity_per_receipt,products,distinct_categories,discount_share,return_share,gap_mean,gap_median,frequency,other}'::text[]) n,
    LATERAL (SELECT segment.profile_fit(ARRAY[x], '{}', jsonb_build_object('letters', 2, 'feature_names', ARRAY[n])) AS model FROM generate_series(1, 100) x) f
WHERE segment.profile_card(model, '{30}', '{}', l) ~ '(The value of|El valor de|Der Wert von)' GROUP BY 1 ORDER BY 1;
SELECT l, string_agg(n, ' ') AS told_by_name FROM unnest('{en,es,de}'::text[]) l, unnest('{channel,trade,region,country,category,payment_method,other}'::text[]) n,
    LATERAL (SELECT segment.profile_fit('{}', ARRAY['v' || x % 3], jsonb_build_object('category_names', ARRAY[n])) AS model FROM generate_series(1, 200) x) f
WHERE segment.profile_card(model, '{}', '{v1}', l) ~ '(The value of|El valor de|Der Wert von)' GROUP BY 1 ORDER BY 1;

-- small codes: neither their number nor what would tell it
CREATE TABLE profile_few AS SELECT i AS id, CASE WHEN i = 1 THEN 1 WHEN i <= 8 THEN 2 ELSE 3 END AS x, 'all'::text AS k FROM generate_series(1, 100) i;
SELECT segment.create_model('few', 'profile', 'profile_few', 'id', '{x}', '{"cuts": {"x": [1, 2]}}', describe_columns => '{k}');
CALL segment.refit('few');
SELECT profile_code, customers, share, is_suppressed FROM segment.profile_summary WHERE model_name = 'few' ORDER BY profile_code;

-- two codes of one row each: their sum, 2, would tell them
CREATE TABLE profile_ones AS SELECT i AS id, CASE WHEN i <= 2 THEN i WHEN i <= 12 THEN 3 ELSE 4 END AS x FROM generate_series(1, 100) i;
SELECT segment.create_model('ones', 'profile', 'profile_ones', 'id', '{x}', '{"cuts": {"x": [1, 2, 3]}}');
CALL segment.refit('ones');
SELECT profile_code, customers, share, is_suppressed FROM segment.profile_summary WHERE model_name = 'ones' ORDER BY profile_code;

-- columns with categories by cluster
SELECT segment.create_model('groups', 'kmeans', 'profile_shop', 'id', '{recency_days,receipt_mean}', '{"k": 2}', describe_columns => '{Region,channel}');
UPDATE profile_shop SET channel = CASE WHEN recency_days > 50 AND id % 9 > 0 THEN 'store' WHEN id = 5 THEN 'fax' WHEN id % 50 = 1 THEN NULL ELSE 'email' END;
CALL segment.refit('groups');
SELECT cluster_id, attribute, category, n, round(share::numeric, 3) AS share, round(overall_share::numeric, 3) AS overall, round(lift::numeric, 3) AS lift, is_suppressed
FROM segment.cluster_categories WHERE model_name = 'groups' ORDER BY 1, 2, 3;
-- no total over the clusters tells a count that is suppressed in one of them
SELECT attribute, count(*) FILTER (WHERE is_suppressed) AS suppressed, count(*) FILTER (WHERE is_suppressed AND totals > 0) AS told, count(*) FILTER (WHERE totals = 0) AS hidden
FROM (SELECT attribute, bool_or(is_suppressed) AS is_suppressed, count(COALESCE(overall_share, lift)) AS totals
      FROM segment.cluster_categories WHERE model_name = 'groups' GROUP BY attribute, category) c GROUP BY attribute ORDER BY attribute;
SELECT c.n = count(*) AS same_n FROM profile_shop s, segment.cluster_categories c
WHERE c.cluster_id = 2 AND c.category = 'store' AND s.channel = 'store' AND segment.kmeans_assign(segment.active_model('groups'), ARRAY[s.recency_days, s.receipt_mean]::float8[]) = 2 GROUP BY c.n;
SELECT segment.cluster_card('groups', c, l) FROM generate_series(1, 2) c, unnest('{en,es,de}'::text[]) l;
SELECT segment.customer_card('groups', '1');
SELECT segment.cluster_card('groups', 3);
SELECT segment.cluster_card('nobody', 1);
SELECT segment.cluster_card('groups', 1, 'fr');
SELECT segment.cluster_card('groups', NULL) IS NULL AS null_argument;

-- a role needs SELECT on the columns, and a reader of a shared model sees the views
CREATE ROLE regress_profile_modeler;
CREATE ROLE regress_profile_reader;
SELECT segment.grant_modeler('regress_profile_modeler');
GRANT SELECT (id, recency_days, receipt_mean) ON profile_shop TO regress_profile_modeler;
SET ROLE regress_profile_modeler;
SELECT segment.create_model('hidden', 'profile', 'profile_shop', 'id', '{recency_days}', describe_columns => '{channel}');
SELECT count(*) AS categories FROM segment.cluster_categories;
RESET ROLE;
SELECT segment.share_model('groups', 'regress_profile_reader');
SET ROLE regress_profile_reader;
SELECT count(*) AS categories, count(n) AS shown FROM segment.cluster_categories;
SELECT segment.cluster_card('groups', 2) IS NOT NULL AS card;
SELECT count(*) AS codes FROM segment.profile_summary;
RESET ROLE;
SELECT segment.unshare_model('groups', 'regress_profile_reader'), segment.revoke_modeler('regress_profile_modeler');
DROP OWNED BY regress_profile_modeler;
DROP ROLE regress_profile_modeler, regress_profile_reader;

-- what the registry refuses
SELECT segment.create_model('wrong', 'profile', 'profile_shop', 'id', '{recency_days}', describe_columns => '{nix}');
SELECT segment.create_model('wrong', 'profile', 'profile_shop', 'id', '{recency_days}', describe_columns => '{channel,channel}');
SELECT segment.create_model('wrong', 'profile', 'profile_shop', 'id', '{recency_days}', describe_columns => '{id}');
SELECT segment.create_model('wrong', 'profile', 'profile_shop', 'id', '{recency_days}', '{"category_names": ["x"]}', describe_columns => '{channel}');
SELECT segment.create_model('wrong', 'profile', 'profile_shop', 'id', '{recency_days}', '{"letters": 99}', describe_columns => '{channel}');
SELECT segment.create_model('wrong', 'profile', 'profile_rows', 'i', '{i}', describe_columns => '{categories}');
SELECT segment.create_model('wrong', 'pca', 'profile_shop', 'id', '{recency_days,receipt_mean}', describe_columns => '{channel}');
SELECT segment.alter_model('groups', describe_columns => '{}');
CALL segment.refit('groups');
SELECT count(*) AS categories FROM segment.cluster_categories WHERE model_name = 'groups';

SELECT segment.drop_model(m) FROM unnest('{codes,few,ones,groups}'::text[]) m;
DROP TABLE profile_rows, profile_shop, profile_few, profile_ones, profile_target, profile_target_history;
