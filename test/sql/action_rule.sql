-- action_rule and recommended_action: defaults in three languages, own rules before them, who may write.
\pset format unaligned

-- every RFM segment of every scheme, and every trigger, has one action in each language
SELECT count(*) AS subjects, count(a.action) AS actions, count(DISTINCT a.rule_no) AS rules
FROM (SELECT 'segment' AS applies_to, s.segment_code AS subject FROM unnest('{grid,rfm}'::text[]) scheme, segment.rfm_segments(scheme) s
      UNION ALL
      SELECT 'trigger', t FROM unnest('{birthday,anniversary,first_purchase,second_purchase,nth_purchase,returned,lapsed,due,spend_up,spend_down,first_in_category,segment_up,segment_down}'::text[]) t) g
CROSS JOIN unnest('{en,es,de}'::text[]) l CROSS JOIN LATERAL segment.recommended_action(g.applies_to, g.subject, l) a;
SELECT count(*) AS rules, count(*) FILTER (WHERE n <> 3 OR NOT sentences) AS wrong
FROM (SELECT rule_no, count(DISTINCT language) AS n, bool_and(action ~ '^[[:upper:]¿¡].*\.$') AS sentences FROM segment.action_rule GROUP BY rule_no) r;
-- the four actions of the RFM literature, and who is not worth an investment
SELECT s, a.invest, a.channel, a.action FROM unnest('{champions,loyal,about_to_sleep,new,cant_lose,hibernating}'::text[]) WITH ORDINALITY u(s, o), segment.recommended_action('segment', s) a ORDER BY o;
SELECT string_agg(DISTINCT pattern, ' ' ORDER BY pattern) AS not_to_invest FROM segment.action_rule WHERE NOT invest;
SELECT action FROM unnest('{en,es,de}'::text[]) l, segment.recommended_action('trigger', 'due', l);

-- own rules come first, the lowest number counts, % and _ are those of LIKE
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action, channel, invest) VALUES
    (20, 'segment', 'champ%', 'en', 'Invite to dinner.', 'phone', true), (10, 'segment', 'champions', 'de', 'Zum Essen einladen.', 'Telefon', true),
    (30, 'segment', 'At Risk', '*', 'Call.', NULL, false), (40, 'profile', 'A_B%', '*', 'Give it''s "10 %".', NULL, true), (41, 'profile', '%', '*', 'Wait.', NULL, true);
SELECT l, (segment.recommended_action('segment', 'champions', l)).* FROM unnest('{en,es,de}'::text[]) l;
SELECT a.rule_no, a.action, a.invest FROM segment.recommended_action('segment', 'at_risk', name => 'At Risk') a;
SELECT c, a.rule_no, a.action FROM unnest('{ACBADD,ABBB,AACB,B}'::text[]) c, segment.recommended_action('profile', c) a;
-- a text in the language comes before one for all languages
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action) VALUES (41, 'profile', '%', 'es', 'Esperar.');
SELECT l, a.action FROM unnest('{en,es,de}'::text[]) l, segment.recommended_action('profile', 'B', l) a;

-- no rule, NULL, and what is refused
SELECT segment.recommended_action('cluster', 'large baskets') AS none, segment.recommended_action(NULL, 'x') AS null_kind, segment.recommended_action('segment', NULL) AS null_subject;
SELECT segment.recommended_action('customer', 'x');
SELECT segment.recommended_action('segment', 'x', 'fr');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (0, 'segment', '%', 'x');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (1000001, 'segment', '%', 'x');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action, is_builtin) VALUES (1000001, 'segment', '%', 'x', true);
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (1, 'customer', '%', 'x');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (1, 'segment', '', 'x');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action) VALUES (1, 'segment', '%', 'fr', 'x');
UPDATE segment.action_rule SET action = 'x' WHERE rule_no = 1000010;
DELETE FROM segment.action_rule WHERE rule_no >= 1000000;
UPDATE segment.action_rule SET rule_no = 1000015, is_builtin = true WHERE rule_no = 20;

-- roles: everybody reads; who is granted it writes
CREATE ROLE regress_action_reader;
CREATE ROLE regress_action_writer;
GRANT INSERT, UPDATE, DELETE ON segment.action_rule TO regress_action_writer;
SET ROLE regress_action_reader;
SELECT (segment.recommended_action('segment', 'champions')).action;
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (1, 'segment', '%', 'x');
SET ROLE regress_action_writer;
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (1, 'segment', 'champions', 'Written by a role.');
SELECT (segment.recommended_action('segment', 'champions')).action;
UPDATE segment.action_rule SET action = 'x' WHERE rule_no = 1000010;
RESET ROLE;

-- a pattern that is slow to match, and one that ends in an escape
UPDATE segment.action_rule SET pattern = repeat('%a', 400) WHERE rule_no = 1;
SELECT (segment.recommended_action('segment', repeat('a', 399))).rule_no;
UPDATE segment.action_rule SET pattern = 'a\' WHERE rule_no = 1;
UPDATE segment.action_rule SET pattern = '\\\' WHERE rule_no = 1;
UPDATE segment.action_rule SET pattern = 'a\b' WHERE rule_no = 1;
SELECT (segment.recommended_action('segment', 'ab')).rule_no, (segment.recommended_action('segment', 'a\')).rule_no;
DELETE FROM segment.action_rule WHERE rule_no = 1;

-- the view: segments, clusters and codes; a small and poor segment is not worth an investment
CREATE TABLE action_shop AS
SELECT i AS id, CASE WHEN i <= 4 THEN 400 ELSE i % 300 END AS recency_days, CASE WHEN i <= 4 THEN 99 ELSE 1 + i % 20 END AS frequency, CASE WHEN i <= 4 THEN 1 ELSE 50 + i % 90 END AS monetary
FROM generate_series(1, 2000) i;
SELECT segment.create_model('scores', 'rfm', 'action_shop', 'id');
SELECT segment.create_model('Grupos', 'kmeans', 'action_shop', 'id', options => '{"k": 2, "language": "es"}');
SELECT segment.create_model('codes', 'profile', 'action_shop', 'id', '{recency_days}', '{"letters": 2, "language": "de"}');
CALL segment.refit('scores');
CALL segment.refit('Grupos');
CALL segment.refit('codes');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, action) VALUES (50, 'cluster', '%', 'Escribir.'), (51, 'segment', 'Can''t Lose', 'Call.');
-- the language of a profile model
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action) VALUES (3, 'profile', 'B', 'en', 'Write.'), (3, 'profile', 'B', 'de', 'Schreiben.');
SELECT model_name, applies_to, subject, name, customers, left(action, 40) AS action, channel, invest FROM segment.recommended_actions ORDER BY model_name, customers DESC, subject;
SELECT segment.alter_model('codes', options => '{"language": null}');
SELECT subject, action FROM segment.recommended_actions WHERE model_name = 'codes' ORDER BY subject;
SELECT segment.create_model('other', 'profile', 'action_shop', 'id', '{recency_days}', '{"language": "fr"}');
SELECT segment.cluster_card('Grupos', 1, 'es') ~ 'Acción recomendada: Escribir\.$' AS has_action;

SELECT segment.drop_model(m) FROM unnest('{scores,Grupos,codes}'::text[]) m;
DELETE FROM segment.action_rule WHERE rule_no < 1000000;
DROP TABLE action_shop;
DROP OWNED BY regress_action_writer;
DROP ROLE regress_action_reader, regress_action_writer;
