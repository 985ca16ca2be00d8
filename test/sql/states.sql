-- Forged states of all aggregates with a state of type bytea.
CREATE SCHEMA states_test;
SET search_path = states_test, public;
-- the notice of profile_fit, and the warning of clv_fit
SET client_min_messages = error;

-- the SQLSTATE of a query, or 'ok'
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

CREATE TABLE rows_in AS
SELECT i, ARRAY[i % 40, (i * i) % 40 / 7.0]::float8[] AS f, i % 6 AS a, i % 4 AS b FROM generate_series(1, 600) AS i;
CREATE TABLE model AS SELECT segment.pca_fit(f) AS m FROM rows_in;
CREATE TABLE logit_model AS
SELECT segment.logit_fit(b > 1, f, '{"penalty": "ridge"}'::jsonb) AS plain, segment.logit_fit(b > 1, f, ARRAY[a::text, b::text], '{"penalty": "ridge"}') AS with_categories
FROM rows_in;

-- All these aggregates, with their arguments.
CREATE TABLE kinds AS
SELECT p.oid::regprocedure AS aggregate, row_number() OVER (ORDER BY p.oid) AS no,
       a.aggtransfn, a.aggcombinefn, a.aggfinalfn, pg_get_function_arguments(p.oid) AS declared,
       (SELECT string_agg(CASE t WHEN 'float8[]'::regtype THEN CASE p.proname WHEN 'rhythm_fit' THEN 'ARRAY[f[1] + 1, f[2] + 1]' ELSE 'f' END WHEN 'text[]'::regtype THEN CASE n WHEN 1 THEN 'ARRAY[''a'' || a, ''b'' || b, ''c'']' ELSE 'ARRAY[a::text, b::text]' END WHEN 'jsonb'::regtype THEN 'NULL' WHEN 'boolean'::regtype THEN CASE n WHEN 1 THEN 'a % 2 = 0' ELSE 'b > 1' END WHEN 'bytea'::regtype THEN CASE WHEN p.proname <> 'logit_refine' THEN '(SELECT m FROM model)' WHEN 'text[]'::regtype = ANY (p.proargtypes::oid[])
                                      THEN '(SELECT with_categories FROM logit_model)' ELSE '(SELECT plain FROM logit_model)' END
                                 WHEN 'float8'::regtype THEN 'a' WHEN 'integer'::regtype THEN '3' WHEN 'timestamp'::regtype THEN 'timestamp ''2000-01-01'' + i * interval ''2 days'''
                                 WHEN 'bigint'::regtype THEN CASE n WHEN 1 THEN 'a' ELSE 'b' END
                                 WHEN 'text'::regtype THEN CASE n WHEN 1 THEN 'a::text' ELSE 'b::text' END END, ', ' ORDER BY n)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS u (t, n)) AS given
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'segment'::regnamespace AND a.aggtranstype = 'bytea'::regtype;
INSERT INTO kinds
SELECT aggregate, no + 100, aggtransfn, aggcombinefn, aggfinalfn, declared, replace(given, 'NULL', '''{"method": "mahalanobis"}''')
FROM kinds WHERE aggregate::text LIKE 'segment.anomaly_fit(%jsonb)';
-- aggregates without arguments in this test
SELECT aggregate, declared, given FROM kinds WHERE given IS NULL OR given ~ '^, |, ,|, $';

-- raw_N: without a final function; other_N: a state is an argument
DO $$
DECLARE
    kind record;
BEGIN
    FOR kind IN SELECT * FROM kinds LOOP
        EXECUTE format('CREATE AGGREGATE raw_%s(%s) (SFUNC = %s, STYPE = bytea)', kind.no, kind.declared, kind.aggtransfn);
        EXECUTE format('CREATE AGGREGATE other_%s(bytea) (SFUNC = %s, STYPE = bytea, FINALFUNC = %s)', kind.no, kind.aggcombinefn, kind.aggfinalfn);
    END LOOP;
END $$;
CREATE FUNCTION state_of(kind kinds) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    state bytea;
BEGIN
    EXECUTE format('SELECT raw_%s(%s) FROM rows_in', kind.no, kind.given) INTO state;
    RETURN state;
END $$;
CREATE TABLE good AS SELECT no, state_of(k) AS state FROM kinds AS k;

-- three uses of a forged state: argument of the combine function, initial state of an aggregate without rows, and with rows
CREATE FUNCTION by_argument(no bigint, bad bytea) RETURNS text LANGUAGE sql AS $$
    SELECT outcome(format('SELECT other_%s(s) FROM (VALUES (%L::bytea), (%L)) AS v (s)', no, state, bad)) FROM good WHERE good.no = by_argument.no
$$;
CREATE FUNCTION by_first_state(number bigint, bad bytea, rows int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    kind kinds;
    answer text;
BEGIN
    SELECT * INTO kind FROM kinds WHERE no = number;
    EXECUTE format('CREATE AGGREGATE first_state(%s) (SFUNC = %s, STYPE = bytea, FINALFUNC = %s, INITCOND = %L)',
                   kind.declared, kind.aggtransfn, kind.aggfinalfn, bad);
    answer := outcome(format('SELECT first_state(%s) FROM rows_in WHERE i <= %s', kind.given, rows));
    EXECUTE (SELECT format('DROP AGGREGATE %s', oid::regprocedure) FROM pg_proc WHERE proname = 'first_state');
    RETURN answer;
END $$;

-- a valid state is accepted by all three
SELECT * FROM (SELECT aggregate, by_argument(no, state) AS argument, by_first_state(no, state, 0) AS finished, by_first_state(no, state, 600) AS continued
               FROM kinds JOIN good USING (no)) AS o
WHERE (argument, finished, continued) IS DISTINCT FROM ('ok', 'ok', 'ok');

-- One field changed, by its offset in the struct (in src/stats or the directory of the family), or from the end when options precede it;
-- the length word is not part of the bytes of a bytea.
CREATE TABLE damage (aggregate text, what text, at int, bytes bytea);
INSERT INTO damage VALUES
    ('%', 'kind of state', 4, '\x00'),
    ('segment.pca_fit(%', 'features 1', 32, '\x01'), ('segment.pca_fit(%', 'features 0', 32, '\x00'), ('segment.pca_fit(%', 'rows skipped 2^63', 31, '\x80'),
    ('segment.pca_fit(%', 'labels 2^32 - 1 bytes', 40, '\xffffffff'), ('segment.pca_fit(%', 'moments elsewhere', 44, '\x50'),
    ('segment.pca_fit(%', '9 components', 48, '\x09'), ('segment.pca_fit(%', 'standardize 9', 52, '\x09'),
    ('segment.pca_fit(%', 'null_policy median', 56, '\x03'), ('segment.pca_fit(%', 'share and components', 64, '\x000000000000e03f'),
    ('segment.pca_fit(%', 'transform 7', 72, '\x07'), ('segment.pca_fit(%', 'name 2^31 bytes', 73, '\x00000080'), ('segment.pca_fit(%', 'a logarithm', 72, '\x01'),
    ('segment.pca_fit(%', 'no moments', 88, '\x00'), ('segment.pca_fit(%', 'moments of 3', 92, '\x03'), ('segment.pca_fit(%', 'masks', 96, '\x04'),
    ('segment.pca_fit(%', 'capacity 255', 100, '\xff00'), ('segment.pca_fit(%', 'not full', 104, '\x00'), ('segment.pca_fit(%', 'policy 3', 108, '\x03'),
    ('segment.pca_fit(%', 'buffered 257', 112, '\x01010000'), ('segment.pca_fit(%', 'any_log', 116, '\x01'),
    ('segment.pca_fit(%', 'folded 1 more', 120, '\x0102'), ('segment.pca_fit(%', 'folded 2^63', 120, '\x0000000000000080'), ('segment.pca_fit(%', 'skipped', 128, '\x01'),
    ('segment.pca_fit(%', 'missing', 136, '\x01'), ('segment.pca_fit(%', 'log', 152, '\x01'), ('segment.pca_fit(%', 'NaN in the buffer', 160, '\x000000000000f87f'),
    ('segment.pca_fit(%', 'shift infinite', 4272, '\x000000000000f07f'), ('segment.pca_fit(%', 'shift NaN', 4272, '\x000000000000f87f'),
    ('segment.pca_fit(%', 'tally: low NaN', 4336, '\x000000000000f87f'), ('segment.pca_fit(%', 'tally: high below low', 4344, '\x00000000000000c0'),
    ('segment.pca_fit(%', 'tally: total', 4352, '\x0102'), ('segment.pca_fit(%', 'tally: base', 4360, '\xffffffffffffff7f'),
    ('segment.pca_fit(%', 'tally: shift exponent 256', 4368, '\x00010000'), ('segment.pca_fit(%', 'tally: shift exponent 51', 4368, '\x33000000'),
    ('segment.pca_fit(%', 'tally: zeros 0x41414141', 4372, '\x41414141'), ('segment.pca_fit(%', 'tally: counts 0x41414141', 4376, decode(repeat('41', 640), 'hex')),
    ('segment.pca_fit(%', 'tally: one count more', 4416, '\x01'), ('segment.pca_fit(%', 'variance below 0', 6976, '\x00000000000000c0'),
    ('segment.logit_refine(%', 'columns 2', 32, '\x02'), ('segment.logit_refine(%', 'columns 1601', 32, '\x41060000'), ('segment.logit_refine(%', 'rows skipped 2^63', 31, '\x80'),
    ('segment.logit_refine(%', 'rows 0', 40, '\x0000'), ('segment.logit_refine(%', 'positives 2^63', 55, '\x80'), ('segment.logit_refine(%', 'model of 3 bytes', 56, '\x0300'),
    ('segment.logit_refine(%', 'model of 2^40 bytes', 61, '\x01'), ('segment.logit_refine(%', 'another digest', 16, '\x0102030405060708'),
    ('segment.anomaly_fit(%', 'features 0', 32, '\x00'), ('segment.anomaly_fit(%', 'features 1601', 32, '\x41060000'),
    ('segment.anomaly_fit(%', 'sample elsewhere', 48, '\x90'), ('segment.anomaly_fit(%', 'moments elsewhere', 56, '\x0000000000000080'),
    ('segment.anomaly_fit(%', 'rows 599', 64, '\x57'), ('segment.anomaly_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.anomaly_fit(%', 'method 2', 72, '\x02'),
    ('segment.anomaly_fit(%', 'null_policy 5', 76, '\x05'), ('segment.anomaly_fit(%', 'robust 2', 80, '\x02'), ('segment.anomaly_fit(%', 'trees 0', 88, '\x0000'),
    ('segment.anomaly_fit(%', 'trees 2^62', 95, '\x40'), ('segment.anomaly_fit(%', 'sample_size 1', 96, '\x0100'), ('segment.anomaly_fit(%', 'contamination 2', 112, '\x0000000000000040'),
    ('segment.anomaly_fit(%', 'has_transform', 44, '\x01'), ('segment.anomaly_fit(float8[],%', 'has_transform 2', 44, '\x02'),
    ('segment.anomaly_fit(double precision[]) %', 'transform 7', 120, '\x07'), ('segment.anomaly_fit(double precision[]) %', 'name 2^31 bytes', 121, '\x00000080'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: seed', 136, '\x07'), ('segment.anomaly_fit(double precision[]) %', 'sample: threshold', 144, '\x0000000000000000'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: of 3', 152, '\x03'), ('segment.anomaly_fit(double precision[]) %', 'sample: limit 1', 156, '\x01000000'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: capacity 2^31', 160, '\x00000080'), ('segment.anomaly_fit(double precision[]) %', 'sample: used 2^31', 164, '\x00000080'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: used 65', 164, '\x41'), ('segment.anomaly_fit(double precision[]) %', 'sample: used 1', 164, '\x01'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: hash', 168, '\x0102030405060708'), ('segment.anomaly_fit(double precision[]) %', 'sample: count 0', 680, '\x0000'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: count 2^63', 687, '\x80'), ('segment.anomaly_fit(double precision[]) %', 'sample: infinite', 1192, '\x000000000000f07f'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: NaN', 1192, '\x000000000000f87f'), ('segment.anomaly_fit(double precision[]) %', 'sample: other row', 1192, '\x0000000000408f40'),
    ('segment.anomaly_fit(double precision[]) %', 'sample: table', 2216, decode(repeat('41', 1024), 'hex')), ('segment.anomaly_fit(double precision[]) %', 'sample: no table', 2216, decode(repeat('00', 1024), 'hex')),
    ('segment.anomaly_fit(%mahalanobis%', 'moments: buffered 257', -6888, '\x01010000'), ('segment.anomaly_fit(%mahalanobis%', 'moments: folded', -6880, '\x0102'),
    ('segment.anomaly_fit(%mahalanobis%', 'moments: policy 2', -6892, '\x02'), ('segment.anomaly_fit(%mahalanobis%', 'moments: log', -6848, '\x01'),
    ('segment.anomaly_fit(%mahalanobis%', 'tally: shift exponent 256', -2632, '\x00010000'), ('segment.anomaly_fit(%mahalanobis%', 'tally: total', -2648, '\x0102'),
    ('segment.anomaly_fit(%mahalanobis%', 'tally: zeros 0x41414141', -2628, '\x41414141'), ('segment.anomaly_fit(%mahalanobis%', 'tally: counts 0x41414141', -2624, decode(repeat('41', 640), 'hex')),
    ('segment.anomaly_fit(%mahalanobis%', 'tally: total and counts 0x41414141', -2648, decode(repeat('41', 1304), 'hex')),
    ('segment.rfm_fit(%', 'rows', 40, '\x57'), ('segment.rfm_fit(%', 'rows 2^63', 47, '\x80'), ('segment.rfm_fit(%', 'skipped 2^63', 31, '\x80'),
    ('segment.rfm_fit(%', 'bins 1', 48, '\x01'), ('segment.rfm_fit(%', 'bins 10', 48, '\x0a'), ('segment.rfm_fit(%', 'ties 2', 52, '\x02'), ('segment.rfm_fit(%', 'cuts without values', 56, '\x01'),
    ('segment.rfm_fit(%', 'cuts 2', 56, '\x02'), ('segment.rfm_fit(%', 'a cut', 80, '\x000000000000f03f'), ('segment.rfm_fit(%', 'minimum NaN', 272, '\x000000000000f87f'),
    ('segment.rfm_fit(%', 'minimum above a value', 272, '\x0000000000000040'), ('segment.rfm_fit(%', 'maximum below a value', 280, '\x000000000000f03f'),
    ('segment.rfm_fit(%', 'level 53', 288, '\x35'), ('segment.rfm_fit(%', 'level 256', 288, '\x00010000'), ('segment.rfm_fit(%', 'level 52', 288, '\x34'), ('segment.rfm_fit(%', 'distinct 0', 292, '\x00'),
    ('segment.rfm_fit(%', 'slots 2^63', 296, '\x3f'), ('segment.rfm_fit(%', 'slots 2^3', 296, '\x03'), ('segment.rfm_fit(%', 'all slots', 368, decode(repeat('41', 256), 'hex')),
    ('segment.rfm_fit(%', 'no slots', 368, decode(repeat('00', 256), 'hex')),
    ('segment.basket_fit(%', 'skipped 2^63', 31, '\x80'), ('segment.basket_fit(%', 'min_support 2', 47, '\x10'), ('segment.basket_fit(%', 'min_count 2^63', 55, '\x80'),
    ('segment.basket_fit(%', 'max_itemsets 0', 56, '\x000000'), ('segment.basket_fit(%', 'max_length 0', 64, '\x00'), ('segment.basket_fit(%', 'max_length 21', 64, '\x15'),
    ('segment.basket_fit(%', 'on_limit 2', 72, '\x02'), ('segment.basket_fit(%', 'long_baskets 2', 73, '\x02'), ('segment.basket_fit(%', 'baskets', 80, '\x57'),
    ('segment.basket_fit(%', 'empty', 88, '\x01'), ('segment.basket_fit(%', 'longest 4', 96, '\x04'), ('segment.basket_fit(%', 'duplicates 2^63', 111, '\x80'),
    ('segment.basket_fit(%', 'an open basket', 128, '\x01'), ('segment.basket_fit(%', 'lines 1', 136, '\x0100'), ('segment.basket_fit(%', 'lines 2^63', 143, '\x80'),
    ('segment.basket_fit(%', 'bytes of names 1', 144, '\x01'), ('segment.basket_fit(%', 'items 1', 152, '\x01'), ('segment.basket_fit(%', 'items 2^63', 159, '\x80'),
    ('segment.basket_fit(%', 'slots 2^32', 160, '\x20'), ('segment.basket_fit(%', 'slots 2^5', 160, '\x05'), ('segment.basket_fit(%', 'room for lines 2^63', 175, '\x80'),
    ('segment.basket_fit(%', 'room for names 2^63', 183, '\x80'), ('segment.basket_fit(%', 'all slots', 184, decode(repeat('41', 256), 'hex')),
    ('segment.basket_fit(%', 'no slots', 184, decode(repeat('00', 256), 'hex')), ('segment.basket_fit(%', 'names overlap', 444, '\x01'),
    ('segment.basket_fit(%', 'an excluded item in a basket', 451, '\x80'), ('segment.basket_fit(%', 'a line of no item', 952, '\x41414141'),
    ('segment.basket_fit(%', 'another end of a basket', 955, '\x80'),
    ('segment.profile_fit(%', 'skipped 2^63', 31, '\x80'), ('segment.profile_fit(%', 'attributes 3', 32, '\x03'), ('segment.profile_fit(%', 'rows', 40, '\x57'),
    ('segment.profile_fit(%', 'rows 2^63', 47, '\x80'), ('segment.profile_fit(%', 'features 1', 48, '\x01'), ('segment.profile_fit(%', 'features 2^32 - 2', 48, '\xfeffffff'),
    ('segment.profile_fit(%', 'categories 65', 52, '\x41'), ('segment.profile_fit(%', 'options 2^31', 59, '\x80'), ('segment.profile_fit(%', 'options 0', 56, '\x0000'),
    ('segment.profile_fit(%', 'missing 1', 64, '\x01'), ('segment.profile_fit(%', 'missing 2^63', 71, '\x80'), ('segment.profile_fit(%', 'missing category', 80, '\x01'),
    ('segment.profile_fit(%', 'minimum NaN', 96, '\x000000000000f87f'), ('segment.profile_fit(%', 'minimum above a value', 96, '\x0000000000000040'),
    ('segment.profile_fit(%', 'level 53', 112, '\x35'), ('segment.profile_fit(%', 'distinct 0', 116, '\x00'), ('segment.profile_fit(%', 'slots 2^63', 120, '\x3f'),
    ('segment.profile_fit(%', 'texts: slots 2^255', 160, '\xff'), ('segment.profile_fit(%', 'texts: distinct 1', 164, '\x01'), ('segment.profile_fit(%', 'texts: pool 264', 168, '\x08'),
    ('segment.profile_fit(%', 'texts: used 1', 172, '\x01'), ('segment.profile_fit(%', 'texts: used 2^31', 175, '\x80'),
    ('segment.profile_fit(%', 'options: features 7', 194, '\x07'), ('segment.profile_fit(%', 'options: fitted', 192, '\x01'), ('segment.profile_fit(%', 'options: letters 1', 193, '\x01'),
    ('segment.profile_fit(%', 'pool', -256, decode(repeat('41', 256), 'hex')), ('segment.profile_fit(%', 'the last slots', -400, decode(repeat('41', 144), 'hex')),
    ('segment.ab_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.ab_fit(%', 'features 0', 32, '\x00'), ('segment.ab_fit(%', 'features 3', 32, '\x03'),
    ('segment.ab_fit(%', 'null_policy mean', 40, '\x02'), ('segment.ab_fit(%', 'outcome 3', 44, '\x03'), ('segment.ab_fit(%', 'arms 2^32 - 1', 48, '\xffffffff'),
    ('segment.ab_fit(%', 'arms 9', 48, '\x09'), ('segment.ab_fit(%', 'room 2^31', 55, '\x80'), ('segment.ab_fit(%', 'rows 0', 56, '\x0000'), ('segment.ab_fit(%', 'rows 2^63', 63, '\x80'),
    ('segment.ab_fit(%', 'ones 2^63', 71, '\x80'), ('segment.ab_fit(%', 'others 2^63', 79, '\x80'), ('segment.ab_fit(%', 'minimum NaN', 80, '\x000000000000f87f'),
    ('segment.ab_fit(%', 'maximum infinite', 96, '\x000000000000f07f'), ('segment.ab_fit(%', 'name 129 bytes', 112, '\x81'), ('segment.ab_fit(%', 'name of 0 bytes', 112, '\x00'),
    ('segment.ab_fit(%', 'a name out of order', 120, '\x7a'), ('segment.ab_fit(%', 'bytes behind the name', 130, '\x41'),
    ('segment.rhythm_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.rhythm_fit(%', 'features 0', 32, '\x00'), ('segment.rhythm_fit(%', 'features 2', 32, '\x02'),
    ('segment.rhythm_fit(%', 'without gaps 2^63', 47, '\x80'), ('segment.rhythm_fit(%', 'gaps', 48, '\x57'), ('segment.rhythm_fit(%', 'cells used', 56, '\x01'), ('segment.rhythm_fit(%', 'cells used 2^63', 63, '\x80'),
    ('segment.rhythm_fit(%', 'room', 64, '\x01'), ('segment.rhythm_fit(%', 'room 2^63', 71, '\x80'), ('segment.rhythm_fit(%', 'a customer with 1.5 gaps', 72, '\x000000000000f8bf'),
    ('segment.rhythm_fit(%', 'a customer with 1e300 gaps', 72, '\x9c7500883ce437fe'), ('segment.rhythm_fit(%', 'gap 0', 80, '\x0000000000000000'), ('segment.rhythm_fit(%', 'gap NaN', 80, '\x000000000000f87f'),
    ('segment.rhythm_fit(%', 'gaps not ascending', 80, '\x0000000000408f40'), ('segment.rhythm_fit(%', 'gap infinite', 88, '\x000000000000f07f'),
    ('segment.score_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.score_fit(%', 'groups 2', 32, '\x02'), ('segment.score_fit(%', 'groups 0', 32, '\x00'), ('segment.score_fit(%', 'rows', 40, '\x57'),
    ('segment.score_fit(%', 'positives', 44, '\x57'), ('segment.score_fit(%', 'more positives than rows', 44, '\xffff'), ('segment.score_fit(%', 'rows of a second group', 48, '\x01'),
    ('segment.score_fit(%', 'minimum NaN', 56, '\x000000000000f87f'), ('segment.score_fit(%', 'minimum above a score', 56, '\x0000000000000040'), ('segment.score_fit(%', 'maximum below a score', 64, '\x000000000000f03f'),
    ('segment.score_fit(%', 'level 53', 72, '\x35'), ('segment.score_fit(%', 'distinct 0', 76, '\x00'), ('segment.score_fit(%', 'slots 2^63', 80, '\x3f'), ('segment.score_fit(%', 'slots 2^3', 80, '\x03'),
    ('segment.score_fit(%', 'a second table', 88, '\x01'), ('segment.score_fit(%', 'all slots', 120, decode(repeat('41', 256), 'hex')), ('segment.score_fit(%', 'no slots', 120, decode(repeat('00', 256), 'hex')),
    ('segment.uplift_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.uplift_fit(%', 'groups 1', 32, '\x01'), ('segment.uplift_fit(%', 'groups 3', 32, '\x03'), ('segment.uplift_fit(%', 'treated', 40, '\x57'),
    ('segment.uplift_fit(%', 'more outcomes than controls', 52, '\xffff'), ('segment.uplift_fit(%', 'minimum NaN', 88, '\x000000000000f87f'), ('segment.uplift_fit(%', 'level 53', 104, '\x35'),
    ('segment.uplift_fit(%', 'distinct 0', 108, '\x00'), ('segment.uplift_fit(%', 'slots 2^63', 112, '\x3f'), ('segment.uplift_fit(%', 'slots 2^5', 80, '\x05'),
    ('segment.uplift_fit(%', 'all slots', 120, decode(repeat('41', 512), 'hex')), ('segment.uplift_fit(%', 'no slots of controls', 376, decode(repeat('00', 256), 'hex')),
    ('segment.adjusted_rand_index(%', 'capacity 15', 16, '\x0f'), ('segment.adjusted_rand_index(%', 'capacity 2^63', 23, '\x80'), ('segment.adjusted_rand_index(%', 'used 0', 24, '\x00'),
    ('segment.adjusted_rand_index(%', 'rows', 32, '\x57'), ('segment.adjusted_rand_index(%', 'rows 2^63', 39, '\x80'), ('segment.adjusted_rand_index(%', 'key', 40, '\x4142434445464748'), ('segment.adjusted_rand_index(%', 'all pairs alike', 48, decode(repeat('41', 640), 'hex')),
    ('segment.adjusted_rand_index(%', 'no pairs', 48, decode(repeat('00', 640), 'hex')),
    ('segment.forecast_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.forecast_fit(%', 'features 2', 32, '\x02'), ('segment.forecast_fit(%', 'rows 2^63', 47, '\x80'), ('segment.forecast_fit(%', 'grain', 48, '\x05'),
    ('segment.forecast_fit(%', 'aggregate', 52, '\x03'), ('segment.forecast_fit(%', 'gaps', 56, '\x03'), ('segment.forecast_fit(%', 'method', 60, '\x0a'), ('segment.forecast_fit(%', 'criterion', 64, '\x03'),
    ('segment.forecast_fit(%', 'season', 68, '\xffff'), ('segment.forecast_fit(%', 'form', 72, '\x10'), ('segment.forecast_fit(%', 'lower limit', 76, '\x03'), ('segment.forecast_fit(%', 'upper limit', 80, '\x01'),
    ('segment.forecast_fit(%', 'per day', 84, '\x02'), ('segment.forecast_fit(%', 'has as_of', 88, '\x02'), ('segment.forecast_fit(%', 'has start', 92, '\x02'), ('segment.forecast_fit(%', 'as_of', 103, '\x7f'),
    ('segment.forecast_fit(%', 'lower NaN', 112, '\x000000000000f87f'), ('segment.forecast_fit(%', 'alpha 2', 128, '\x0000000000000040'), ('segment.forecast_fit(%', 'horizon', 160, '\xffff'), ('segment.forecast_fit(%', 'first', 191, '\x7f'),
    ('segment.forecast_fit(%', 'room', 192, '\x00000000'), ('segment.forecast_fit(%', 'big sums', 196, '\x01'), ('segment.forecast_fit(%', 'flags', -1, '\x04'), ('segment.forecast_backtest(%', 'horizon 0', 160, '\x00000000'),
    ('segment.forecast_backtest(%', 'origins 0', 164, '\x00000000'), ('segment.forecast_backtest(%', 'level 0', 176, '\x0000000000000000'), ('segment.forecast_backtest(%', 'unused', 172, '\x01'),
    ('segment.drift_fit(%', 'rows skipped 2^63', 31, '\x80'), ('segment.drift_fit(%', 'features 3', 32, '\x03'), ('segment.drift_fit(%', 'clusters', 40, '\x01'), ('segment.drift_fit(%', 'clusters 2^32 - 1', 40, '\xffffffff'),
    ('segment.drift_fit(%', 'digest', 16, '\x00000000'), ('segment.drift_fit(%', 'rows 0', 56, '\x0000'), ('segment.drift_fit(%', 'rows 2^63', 63, '\x80'),
    ('segment.drift_fit(%', 'kind of model', 44, '\x01'), ('segment.drift_fit(%', 'kind 99', 44, '\x63'), ('segment.drift_fit(%', 'model size', 48, '\xffffffff'),
    ('segment.drift_fit(%', 'values', 80, '\x0000'), ('segment.drift_fit(%', 'missing', 95, '\x80'), ('segment.drift_fit(%', 'bins 22', 96, '\x16'), ('segment.drift_fit(%', 'bins 0', 96, '\x00'),
    ('segment.drift_fit(%', 'bin NaN', 120, '\x000000000000f87f'), ('segment.drift_fit(%', 'other bound', 120, '\x01'), ('segment.drift_fit(%', 'bin counts', 280, '\x41414141'), ('segment.drift_fit(%', 'the model', 808, '\x4141414141');
CREATE VIEW damaged AS
SELECT k.no, k.aggregate, what, overlay(state PLACING bytes FROM CASE WHEN at > 0 THEN at - 4 ELSE length(state) + at END + 1) AS bad
FROM kinds AS k JOIN good USING (no) JOIN damage AS d ON k.aggregate || ' ' || k.given LIKE d.aggregate;
-- each is an error in all three uses
SELECT aggregate, count(*) AS damages, count(*) FILTER (WHERE argument = '22P03') AS argument, count(*) FILTER (WHERE finished = '22P03') AS finished,
       count(*) FILTER (WHERE continued = '22P03') AS continued,
       string_agg(what || ' ' || concat_ws('/', argument, finished, continued), ', ') FILTER (WHERE (argument, finished, continued) IS DISTINCT FROM ('22P03', '22P03', '22P03')) AS let_in
FROM (SELECT *, by_argument(no, bad) AS argument, by_first_state(no, bad, 0) AS finished, by_first_state(no, bad, 600) AS continued FROM damaged) AS d
GROUP BY no, aggregate
-- aggregates without a line above: only accepted states are shown
HAVING count(*) > 1 OR count(*) FILTER (WHERE (argument, finished, continued) IS DISTINCT FROM ('22P03', '22P03', '22P03')) > 0
ORDER BY no;

-- truncated, too long, empty, a state of another aggregate
SELECT aggregate, length(bad) AS bytes, argument, continued
FROM kinds JOIN good USING (no), LATERAL (
    SELECT substr(state, 1, cut) AS bad FROM unnest(ARRAY[0, 1, 4, 11, 12, 13, 40, 100, length(state) / 2, length(state) - 1]) AS cut
    WHERE cut < length(state)
    UNION ALL SELECT state || '\x00'
    UNION ALL SELECT other.state FROM good AS other JOIN kinds AS o USING (no) WHERE o.aggtransfn <> kinds.aggtransfn AND o.aggcombinefn <> kinds.aggcombinefn) AS b,
     LATERAL (SELECT by_argument(no, bad) AS argument, by_first_state(no, bad, 600) AS continued) AS o
WHERE (argument, continued) IS DISTINCT FROM ('22P03', '22P03');

-- every word overwritten: an error, or a valid state of other rows; most of the state of a forecast, a test of arms or a step of a regression are sums, which may be any numbers
SELECT aggregate, string_agg(DISTINCT outcome, ' ') AS outcomes, count(*) > 50 AS many, round(avg((outcome = '22P03')::int), 2) AS refused
FROM kinds JOIN good USING (no), LATERAL (
    SELECT by_argument(no, overlay(state PLACING word FROM at)) AS outcome
    FROM generate_series(1, length(state) - 8, 4 * greatest(length(state) / 2500, 1)) AS at, unnest(ARRAY['\x41414141', '\xffffffff', '\x00010000', '\x00000000f8ff']::bytea[]) AS word) AS o
GROUP BY no, aggregate
HAVING bool_or(outcome NOT IN ('22P03', '22003', '22023', '54000', 'ok')) OR count(*) <= 50
    OR avg((outcome = '22P03')::int) < CASE WHEN aggregate::text ~ '^segment.(forecast|ab_fit|logit_refine)' THEN 0.05 WHEN max(length(state)) < 200 THEN 0.2 ELSE 0.4 END;

SET client_min_messages = warning;
DROP SCHEMA states_test CASCADE;
