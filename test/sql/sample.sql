-- Samples of customers: permanent random numbers, the best n, quotas by segment, arms of a test.
\pset format unaligned
SET extra_float_digits = 0;
CREATE SCHEMA sample_test;
SET search_path = sample_test, public;

-- fixed for ever; an integer has the key of its text
SELECT id, segment.sample_key(id) AS key, segment.sample_key(id, 43) AS other_seed FROM unnest('{"",a,7,0000100002,Müller}'::text[]) id;
SELECT segment.sample_key(7) = segment.sample_key('7') AS one, segment.sample_key(-9223372036854775808) = segment.sample_key('-9223372036854775808') AS least,
       segment.sample_key(NULL::text) IS NULL AND segment.sample_key(1, NULL) IS NULL AS nulls;
SELECT round(avg(k)::numeric, 2) AS mean, round(stddev(k)::numeric, 2) AS sd, count(DISTINCT k) FROM generate_series(1, 10000) i, segment.sample_key(i) k;

CREATE TABLE people AS
SELECT i AS id, 'c' || i AS name, (ARRAY['big', 'big', 'mid', 'small'])[1 + i % 4] AS "the segment", i * 7919 % 1000 / 10.0 AS score, (10 + i % 7) / 10.0 AS cost, i % 2 = 0 AS flag
FROM generate_series(1, 400) i;

-- ---- top_n: highest scores, ties by the id's bytes, budget ----
SELECT * FROM segment.top_n('people', 'id', 'score', 4);
SELECT * FROM segment.top_n('people', 'name', 'score', 100, 'cost', 4.6);
SELECT count(*) AS none FROM segment.top_n('people', 'id', 'score', 100, 'cost', 0);
SELECT count(*) AS none FROM segment.top_n('people', 'id', 'score', 0);
SELECT count(*) AS everybody FROM segment.top_n('people', 'id', 'score', 1000000);
CREATE VIEW ties AS SELECT id, 1 AS score FROM unnest('{b,a,B,ñ,10,9}'::text[]) id;
SELECT array_agg(id ORDER BY rank) AS ties FROM segment.top_n('ties', 'id', 'score', 4);
CREATE TABLE holes AS SELECT * FROM (VALUES ('a', 1::float8, 1), ('b', NULL, 1), ('c', 'NaN', 1), ('d', '-Infinity', 1), (NULL, 3, 1), (' ', 3, 1), ('#', 3, 1), ('e', 2, NULL)) v(id, score, cost);
SELECT id, rank FROM segment.top_n('holes', 'id', 'score', 9);
SELECT id, rank, total_cost FROM segment.top_n('holes', 'id', 'score', 9, 'cost', 9);
SELECT segment.top_n('people', 'id', 'score', -1);
SELECT segment.top_n('people', 'id', 'score', NULL);
SELECT segment.top_n('people', 'id', 'score', 1, 'cost');
SELECT segment.top_n('people', 'id', 'score', 1, 'cost', 'NaN');
SELECT segment.top_n('people', 'id', 'score', 1, 'cost', -1);
SELECT segment.top_n('people', 'id', 'nothing', 1);
SELECT segment.top_n('people', NULL, 'score', 1);
SELECT segment.top_n(NULL, 'id', 'score', 1);
SELECT segment.top_n('people', 'flag', 'score', 1);
SELECT segment.top_n('people', 'id', 'name', 1);
SELECT segment.top_n('people', 'the segment', 'score', 1);
CREATE VIEW negative AS SELECT id, score, -cost AS cost FROM people;
SELECT segment.top_n('negative', 'id', 'score', 1, 'cost', 1);

-- ---- quota_sample ----
SELECT segment, count(*), min(rank), max(rank), min(inclusion_probability), min(weight), sum(weight) FROM segment.quota_sample('people', 'id', 'the segment', 50) GROUP BY 1 ORDER BY 1;
-- the ranks are those of the keys; a larger sample contains the smaller; the seed decides
SELECT bool_and(s.rank = w.rank) AS by_key FROM segment.quota_sample('people', 'id', 'the segment', 50, 7) s
JOIN (SELECT id::text, row_number() OVER (PARTITION BY "the segment" ORDER BY segment.sample_key(id, 7)) AS rank FROM people) w USING (id);
SELECT count(*) AS small, count(l.id) AS in_the_larger FROM segment.quota_sample('people', 'id', 'the segment', 20) s LEFT JOIN segment.quota_sample('people', 'id', 'the segment', 90) l USING (id, segment, rank);
SELECT count(*) < 30 AS another FROM segment.quota_sample('people', 'id', 'the segment', 20) a JOIN segment.quota_sample('people', 'id', 'the segment', 20, 43) b USING (id);
-- the sample does not depend on the order of the rows, or on other rows
CREATE TABLE turned AS SELECT * FROM people ORDER BY id DESC;
SELECT count(*) AS same FROM segment.quota_sample('people', 'id', 'the segment', 20) a JOIN segment.quota_sample('turned', 'id', 'the segment', 20) b USING (id, segment, rank, weight);
-- shortfall, rows without id or segment
SELECT segment, count(*), min(weight) FROM segment.quota_sample('people', 'id', 'the segment', 150) GROUP BY 1 ORDER BY 1;
SELECT id, segment, rank, weight FROM segment.quota_sample('holes', 'id', 'cost', 3);
SELECT count(*) AS none FROM segment.quota_sample('people', 'id', 'flag', 0);
CREATE VIEW no_one AS SELECT NULL::text AS id, 1 AS cost FROM people;
SELECT count(*) AS none FROM segment.quota_sample('no_one', 'id', 'cost', 2);
CREATE TABLE empty AS SELECT * FROM people WHERE false;
SELECT count(*) AS none FROM segment.quota_sample('empty', 'id', 'the segment', 5);
SELECT segment.quota_sample('people', 'id', 'the segment', -5);
SELECT segment.quota_sample('people', 'id', 'the segment', 5, NULL);
SELECT segment.quota_sample('people', 'id', 'segment', 5);
SELECT segment.quota_sample('people', 'the segment', 'id', 5);

-- ---- ab_assign: exact counts in each stratum ----
CREATE FUNCTION counts(arms text[], weights float8[] DEFAULT NULL, holdout float8 DEFAULT 0, seed bigint DEFAULT 42, stratum text DEFAULT 'the segment')
RETURNS TABLE (stratum text, counts text) LANGUAGE sql AS $$
    SELECT s, string_agg(arm || ' ' || n, ', ' ORDER BY arm) FROM (SELECT a.stratum AS s, arm, count(*) AS n FROM segment.ab_assign('people', 'id', $5, $1, $2, $4, $3) a GROUP BY 1, 2) c GROUP BY 1 ORDER BY 1
$$;
SELECT * FROM counts('{a,b}');
SELECT * FROM counts('{a,b,c,d}', '{1,1,1,1}', 0.2);
SELECT * FROM counts('{a,b,c}', '{0.5,0.3,0.2}', stratum => NULL);
-- each arm has its share, rounded up or down, for any weights and seed
SELECT count(*) AS arms, bool_and(n BETWEEN floor(size * probability - 1e-9) AND ceil(size * probability + 1e-9)) AS exact
FROM (SELECT s, stratum, arm, probability, count(*) AS n, sum(count(*)) OVER (PARTITION BY s, stratum) AS size
      FROM generate_series(1, 40) s, segment.ab_assign('people', 'id', 'the segment', ARRAY['a', 'b', 'c', 'd', 'e'], ARRAY[1, 2, 3.5, 0.01, 7], s) GROUP BY 1, 2, 3, 4) c;
-- also beside a holdout, in small strata
CREATE TABLE few AS SELECT size * 100 + i AS id, size FROM generate_series(1, 20) size, LATERAL generate_series(1, size) i;
SELECT sum(COALESCE(n, 0)) AS assigned, bool_and(COALESCE(n, 0) BETWEEN floor(size * p - 1e-9) AND ceil(size * p + 1e-9)) AS exact
FROM generate_series(1, 40) s CROSS JOIN generate_series(1, 20) size
CROSS JOIN (VALUES ('a', 0.8 * 1 / 6.5), ('b', 0.8 * 2 / 6.5), ('c', 0.8 * 3.5 / 6.5), ('holdout', 0.2)) w(arm, p)
LEFT JOIN (SELECT s, stratum::integer AS size, arm, count(*) AS n
           FROM generate_series(1, 40) s, segment.ab_assign('few', 'id', 'size', '{a,b,c}', '{1,2,3.5}', s, 0.2) GROUP BY 1, 2, 3) c USING (s, size, arm);
-- strata of one customer: the shares hold on average
SELECT arm, count(*) BETWEEN 160 AND 240 AS about_half FROM segment.ab_assign('people', 'id', 'name', '{a,b}') GROUP BY 1 ORDER BY 1;
SELECT arm = 'holdout' AS held, count(*) BETWEEN 160 AND 240 AS about_half FROM segment.ab_assign('people', 'id', 'name', '{a,b}', holdout => 0.5) GROUP BY 1 ORDER BY 1;
-- the holdout stays when arms and weights change, and its keys are the smallest; the arms are unrelated to it
SELECT count(*) AS held, count(*) FILTER (WHERE b.arm = 'holdout') AS again, bool_and(k.rank <= 21) AS smallest
FROM segment.ab_assign('people', 'id', 'the segment', '{a,b}', holdout => 0.2) a JOIN segment.ab_assign('people', 'id', 'the segment', '{x,y,z}', '{1,5,2}', holdout => 0.2) b USING (id)
JOIN (SELECT id::text, row_number() OVER (PARTITION BY "the segment" = 'big', "the segment" ORDER BY segment.sample_key(id)) / CASE WHEN "the segment" = 'big' THEN 2 ELSE 1 END AS rank FROM people) k USING (id)
WHERE a.arm = 'holdout';
SELECT abs(corr(segment.sample_key(id), (arm = 'a')::int)) < 0.15 AS unrelated FROM segment.ab_assign('people', 'id', NULL, '{a,b}');
SELECT count(*) AS same FROM segment.ab_assign('people', 'id', 'flag', '{a,b,c}') a JOIN segment.ab_assign('turned', 'id', 'flag', '{a,b,c}') b USING (id, stratum, arm, probability);
SELECT count(*) BETWEEN 160 AND 240 AS another_seed FROM segment.ab_assign('people', 'id', NULL, '{a,b}') a JOIN segment.ab_assign('people', 'id', NULL, '{a,b}', seed => 43) b USING (id, arm);
-- rows without a stratum are one more; rows without id are left out
SELECT stratum, count(*) FROM segment.ab_assign('holes', 'id', 'cost', '{a,b}') GROUP BY 1 ORDER BY 1;
SELECT count(*) AS none FROM segment.ab_assign('empty', 'id', 'the segment', '{a,b}', holdout => 0.5);
-- the counts are what srm_test expects
SELECT verdict FROM segment.srm_test((SELECT array_agg(n ORDER BY arm) FROM (SELECT arm, count(*) AS n FROM segment.ab_assign('people', 'id', 'the segment', '{a,b}', '{3,1}') GROUP BY 1) c), '{3,1}');
SELECT segment.ab_assign('people', 'id', NULL, '{}');
SELECT segment.ab_assign('people', 'id', NULL, NULL);
SELECT segment.ab_assign('people', 'id', NULL, '{a,NULL}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,""}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,a}');
SELECT segment.ab_assign('people', 'id', NULL, '{{a,b}}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', '{1}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', '{1,0}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', '{1,NaN}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', '{1,NULL}');
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', seed => NULL);
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', holdout => 1);
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}', holdout => 'NaN');
SELECT segment.ab_assign('people', 'id', NULL, '{a,holdout}', holdout => 0.1);
SELECT segment.ab_assign('people', 'flag', NULL, '{a,b}');
SELECT segment.ab_assign('people', 'the segment', NULL, '{a,b}');

-- arrays that do not begin at subscript 1
SELECT arm, count(*), min(probability) AS probability FROM segment.ab_assign('people', 'id', NULL, '[0:1]={a,b}', '[5:6]={1,1}') GROUP BY arm ORDER BY arm;
-- a value that is no float8 is left out and not shown
CREATE TEMPORARY TABLE beyond AS SELECT i AS id, CASE i WHEN 2 THEN 1e400 WHEN 3 THEN 'NaN' ELSE i END::numeric AS score, CASE i WHEN 4 THEN 1e400 ELSE 1 END AS cost FROM generate_series(1, 5) i;
SELECT id, rank, score FROM segment.top_n('beyond', 'id', 'score', 9);
SELECT id, rank, score FROM segment.top_n('beyond', 'id', 'score', 9, 'cost', 10);

-- names that must be quoted; the caller's rights count
CREATE TABLE "a ""quoted"" table" AS SELECT i AS "an ""id", i % 2 AS "select", i AS "score;" FROM generate_series(1, 4) i;
SELECT id FROM segment.top_n('"a ""quoted"" table"', 'an "id', 'score;', 2);
SELECT count(*) FROM segment.quota_sample('"a ""quoted"" table"', 'an "id', 'select', 1);
SELECT count(*) FROM segment.ab_assign('"a ""quoted"" table"', 'an "id', 'select', '{a,b}');
CREATE ROLE sample_test_reader;
GRANT USAGE ON SCHEMA sample_test TO sample_test_reader;
SET ROLE sample_test_reader;
SELECT segment.top_n('people', 'id', 'score', 1);
SELECT segment.quota_sample('people', 'id', 'the segment', 1);
SELECT segment.ab_assign('people', 'id', NULL, '{a,b}');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA sample_test CASCADE;
DROP ROLE sample_test_reader;
