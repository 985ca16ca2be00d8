-- Logistic regression. A model of 0/1 features has coefficients that follow from counts.
\pset format unaligned
SET extra_float_digits = 0;
CREATE TEMP TABLE sample AS
SELECT i, (i * 37 % 101) < 30 + i % 10 * 4 AS label, ARRAY[i % 10, i % 7]::float8[] AS features,
       ARRAY[(ARRAY['web', 'shop', 'phone'])[1 + i * 11 % 13 % 3], CASE WHEN i % 9 > 0 THEN 'c' || i % 4 END] AS categories
FROM generate_series(1, 400) AS i;
SELECT segment.logit_fit(label, features, categories, '{"null_policy": "mean", "feature_names": ["visits", "days"], "category_names": ["channel", "kind"]}') AS model FROM sample \gset

SELECT algorithm, format_version, features, rows_used, rows_skipped, converged, options - 'log_likelihood' AS options FROM segment.model_info(:'model');
SELECT "position", feature, imputed, minimum, maximum, mean, round(sd::numeric, 8) AS sd FROM segment.model_features(:'model');
SELECT feature, level, round(coefficient::numeric, 8) AS coefficient, round(std_error::numeric, 8) AS std_error, round(z_value::numeric, 6) AS z_value,
       round(p_value::numeric, 6) AS p_value, round(odds_ratio::numeric, 6) AS odds_ratio, round(lower_bound::numeric, 6) AS lower_bound, round(upper_bound::numeric, 6) AS upper_bound
FROM segment.logit_coefficients(:'model');
SELECT rows_used, positives, base_rate, round(log_likelihood::numeric, 6) AS log_likelihood, round(null_deviance::numeric, 6) AS null_deviance,
       round(mcfadden_r2::numeric, 8) AS mcfadden_r2, round(aic::numeric, 5) AS aic, columns, aliased, converged, penalty, lambda FROM segment.logit_metrics(:'model');
-- the probabilities sum to the labels: for all rows, and for each level
SELECT categories[1] AS channel, round(sum(segment.logit_predict(:'model', features, categories))::numeric, 6) AS probabilities, sum(label::int) AS labels FROM sample GROUP BY 1 ORDER BY 1;
SELECT rank, feature, level, value, typical, round(contribution::numeric, 6) AS contribution, round(odds_ratio::numeric, 6) AS odds_ratio
FROM segment.logit_reasons(:'model', '{9,1}', '{shop,NULL}');
-- contributions and the mean of the log-odds make the probability
SELECT round(max(abs(r.total - ln(p / (1 - p)) + m.mean))::numeric, 9) AS difference
FROM (SELECT segment.logit_predict(:'model', features, categories) AS p, features, categories FROM sample) s
CROSS JOIN LATERAL (SELECT sum(contribution) AS total FROM segment.logit_reasons(:'model', s.features, s.categories)) r
CROSS JOIN (SELECT avg(ln(p / (1 - p))) AS mean FROM (SELECT segment.logit_predict(:'model', features, categories) AS p FROM sample) q) m;

-- a table of two by two: the intercept is the log-odds of the first group, the slope the logarithm of the odds ratio, with the error of Woolf
SELECT feature, round(coefficient::numeric, 10) AS coefficient, round(std_error::numeric, 10) AS std_error
FROM segment.logit_coefficients((SELECT segment.logit_fit(label, ARRAY[x]::float8[])
    FROM (VALUES (true, 0, 20), (false, 0, 60), (true, 1, 45), (false, 1, 15)) AS v (label, x, n), generate_series(1, n)));
SELECT round(ln(20 / 60.0), 10) AS intercept, round(sqrt(1 / 20.0 + 1 / 60.0), 10) AS std_error, round(ln(45 * 60 / (20 * 15.0)), 10) AS slope,
       round(sqrt(1 / 20.0 + 1 / 60.0 + 1 / 45.0 + 1 / 15.0), 10) AS std_error;
-- the same with weights, and with a category; weights 0 and NULL leave a row out
SELECT feature, level, round(coefficient::numeric, 10) AS coefficient, round(std_error::numeric, 10) AS std_error
FROM segment.logit_coefficients((SELECT segment.logit_fit(label, '{}', ARRAY[x], '{}', n)
    FROM (VALUES (true, 'a', 20), (false, 'a', 60), (true, 'b', 45), (false, 'b', 15), (true, 'c', 0), (false, 'c', NULL)) AS v (label, x, n)));

-- the golden model: it is still read; the same rows make the same bytes in any order
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/logit_v1.segm" | tr -d ' \n'`
SELECT round(segment.logit_predict(decode(:'golden', 'hex'), '{9,1}', '{shop,NULL}')::numeric, 12) AS golden,
       round(segment.logit_predict(:'model', '{9,1}', '{shop,NULL}')::numeric, 12) AS now,
       (SELECT segment.logit_fit(label, features, categories, '{"null_policy": "mean", "feature_names": ["visits", "days"], "category_names": ["channel", "kind"]}' ORDER BY i DESC)
        FROM sample) = :'model' AS other_order;

-- in a window function more rows follow after a model was made
SELECT w.part, w.model = (SELECT segment.logit_fit(label, features, categories, '{"null_policy": "zero"}') FROM sample s WHERE s.i / 201 <= w.part) AS same
FROM (SELECT DISTINCT i / 201 AS part, segment.logit_fit(label, features, categories, '{"null_policy": "zero"}') OVER (ORDER BY i / 201) AS model FROM sample) w ORDER BY 1;

-- levels: a new one counts as the mean of its category; rare ones are one level
SELECT round(segment.logit_predict(:'model', '{4,3}', '{fax,c1}')::numeric, 8) AS unseen;
SELECT segment.logit_fit(label, features, categories, '{"min_level_count": 90, "null_policy": "zero"}') AS pooled FROM sample \gset
SELECT feature, level FROM segment.logit_coefficients(:'pooled') WHERE level IS NOT NULL;
SELECT segment.logit_predict(:'pooled', '{4,3}', '{fax,c9}') = segment.logit_predict(:'pooled', '{4,3}', '{fax,c8}') AS same;

-- nulls
SELECT segment.logit_fit(label, ARRAY[x]::float8[]) FROM (VALUES (true, 1), (false, NULL)) AS v (label, x);
SELECT segment.logit_fit(label, '{}', ARRAY[x]) FROM (VALUES (true, 'a'), (false, ' ')) AS v (label, x);
SELECT i.rows_used, i.rows_skipped FROM segment.model_info((SELECT segment.logit_fit(CASE WHEN i <> 5 THEN label END, CASE WHEN i <> 6 THEN features END, categories, '{"null_policy": "skip"}') FROM sample)) i;
SELECT segment.logit_predict(segment.logit_fit(label, features, categories, '{"null_policy": "skip"}'), '{1,NULL}', '{web,c1}') FROM sample;
SELECT feature, level, round(coefficient::numeric, 6) AS coefficient FROM segment.logit_coefficients((
    SELECT segment.logit_fit(label, ARRAY[CASE WHEN i % 5 > 0 THEN features[1] END], '{"null_policy": "median", "indicator": true}'::jsonb) FROM sample));

-- columns that follow from others are named; so is what separates
SELECT feature, coefficient IS NULL AS is_aliased, std_error IS NULL AS has_no_error
FROM segment.logit_coefficients((SELECT segment.logit_fit(label, ARRAY[features[1], 7, 3 * features[1] - 2, features[2]], '{"feature_names": ["x", "seven", "thrice", "y"]}'::jsonb) FROM sample));
SELECT segment.logit_fit(i > 200, ARRAY[i % 7, i]::float8[], '{"feature_names": ["x", "number"]}'::jsonb) FROM sample;
SELECT segment.logit_fit(label AND categories[1] <> 'phone', features, ARRAY[categories[1]], '{"category_names": ["channel"]}') FROM sample;
SELECT segment.logit_fit(label AND features[1] > 3, '{}', ARRAY[CASE WHEN features[1] > 3 THEN 'some' ELSE 'more' END, categories[1]]) FROM sample WHERE i % 10 < 7;
SELECT penalty, lambda, converged FROM (VALUES ('{"penalty": "firth"}'::jsonb), ('{"penalty": "ridge", "lambda": 0.5}')) AS o (options),
    LATERAL segment.logit_metrics((SELECT segment.logit_fit(i > 200, ARRAY[i % 7, i]::float8[], o.options) FROM sample));

-- options
SELECT option_name, type, default_value, value_range FROM segment_internal.fit_options('logit');
SELECT segment.logit_fit(label, features, jsonb_build_object('penalty', 'none')) = segment.logit_fit(label, features) AS default_given FROM sample;
SELECT segment.logit_fit(label, features, '{"penalti": "ridge"}'::jsonb) FROM sample;
SELECT segment.logit_fit(label, features, '{"lambda": 2}'::jsonb) FROM sample;
SELECT segment.logit_fit(label, features, '{"indicator": true}'::jsonb) FROM sample;
SELECT segment.logit_fit(label, features, '{"feature_names": ["x"]}'::jsonb) FROM sample;
SELECT segment.logit_fit(label, features, categories, '{"category_names": ["x"]}') FROM sample;
SELECT segment.logit_fit(label, features, categories, '{"feature_names": ["a", "b"], "category_names": ["b", "c"]}') FROM sample;
SELECT segment.logit_fit(label, features, jsonb_build_object('max_iterations', i)) FROM sample;

-- what is refused
SELECT segment.logit_fit(label, features) FROM sample WHERE false;
SELECT segment.logit_fit(NULL::boolean, features) FROM sample;
SELECT segment.logit_fit(true, features) FROM sample;
SELECT segment.logit_fit(label, features, '{}', -1) FROM sample;
SELECT segment.logit_fit(label, features, '{}', 'NaN'::float8) FROM sample;
SELECT segment.logit_fit(label, f) FROM (VALUES (true, '{1,2}'::float8[]), (false, '{1}')) AS v (label, f);
SELECT segment.logit_fit(label, '{}', c) FROM (VALUES (true, '{a,b}'::text[]), (false, '{a}')) AS v (label, c);
SELECT segment.logit_fit(true, '{1,NaN}');
SELECT segment.logit_fit(true, '{}', '{}');
SELECT segment.logit_fit(true, '{}', array_fill('a'::text, ARRAY[257]));
SELECT segment.logit_fit(i > 1, ARRAY[i * 1e300]::float8[]) FROM sample;
SELECT segment.logit_fit(label, '{}', ARRAY['customer ' || i]) FROM generate_series(1, 10) k, sample, LATERAL (SELECT k * 1000 + i) AS n (j);
SELECT segment.logit_fit(label, '{}', ARRAY['customer ' || j]) FROM generate_series(1, 10) k, sample, LATERAL (SELECT k * 1000 + i) AS n (j);
SELECT segment.logit_predict(:'model', '{1}', '{a,b}');
SELECT segment.logit_predict(:'model', '{1,2}');
SELECT segment.logit_predict((SELECT segment.pca_fit(features) FROM sample), '{1,2}');
SELECT segment.pca_x(:'model', '{1,2}');

-- refine: steps over rows that are added to sums
SELECT segment.logit_fit(label, features, categories, '{"null_policy": "mean"}') AS part FROM sample WHERE i <= 200 \gset
SELECT segment.logit_refine(:'part', label, features, categories) AS once FROM sample \gset
SELECT segment.logit_refine(:'once', label, features, categories) AS twice FROM sample \gset
SELECT segment.logit_refine(:'twice', label, features, categories) AS thrice FROM sample \gset
SELECT m.rows_used, m.rows_skipped, m.converged, round(m.log_likelihood::numeric, 6) AS log_likelihood, round(m.null_deviance::numeric, 6) AS null_deviance
FROM (VALUES (1, :'once'::bytea), (2, :'twice'), (3, :'thrice')) AS v (step, model), segment.logit_metrics(v.model) m ORDER BY v.step;
SELECT max(abs(a.coefficient - b.coefficient)) < 1e-9 AS same_coefficients, max(abs(a.std_error - b.std_error)) < 1e-7 AS same_errors
FROM (SELECT row_number() OVER () AS n, c.* FROM segment.logit_coefficients(:'thrice') c) a JOIN (SELECT row_number() OVER () AS n, c.* FROM segment.logit_coefficients(:'model') c) b USING (n);
-- weights count rows; a level that the model does not have, and NULL, leave a row out
SELECT (SELECT rows_used || ' ' || base_rate FROM segment.logit_metrics(segment.logit_refine(:'part', label, features, categories, 1 + i % 2))) AS weighted,
       (SELECT rows_skipped FROM segment.model_info(segment.logit_refine(:'part', label, features, ARRAY[CASE i % 5 WHEN 0 THEN 'fax' ELSE categories[1] END, categories[2]])))
FROM sample;
SELECT segment.logit_refine(:'part', label, features, ARRAY['web', categories[2]]) FROM sample;
SELECT segment.logit_refine(:'part', NULL::boolean, features, categories) FROM sample;
SELECT segment.logit_refine(:'part', true, features, categories) FROM sample;
SELECT segment.logit_refine(NULL, label, features, categories) FROM sample;
SELECT segment.logit_refine(CASE WHEN i < 9 THEN :'part'::bytea ELSE :'once' END, label, features, categories) FROM sample;
SELECT segment.logit_refine(:'part', label, features) FROM sample;
SELECT segment.logit_refine(:'part', label, ARRAY[1e30, 1], categories) FROM sample;
SELECT segment.logit_refine((SELECT segment.logit_fit(label, features, '{"penalty": "firth"}'::jsonb) FROM sample), label, features) FROM sample;

-- the functions of its name
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^logit(_|$)' ORDER BY p.oid::regprocedure::text;

-- its rows in the tables of the algorithms
SELECT algorithm, model_kind, output_shape, has_histograms, has_describe_columns, has_label_column FROM segment.algorithm WHERE algorithm = 'logit';
SELECT column_name, column_type, role FROM segment.algorithm_column WHERE algorithm = 'logit' ORDER BY "position";

-- the registry: create, refit, publish, views, one row, drop
CREATE TABLE logit_people AS SELECT i AS id, label AS bought, features[1] AS visits, features[2] AS days, categories[1] AS channel FROM sample;
SELECT segment.create_model('m', 'logit', 'logit_people', 'id');
SELECT segment.create_model('m', 'logit', 'logit_people', 'id', label_column => 'missing');
SELECT segment.create_model('m', 'logit', 'logit_people', 'id', label_column => 'channel');
SELECT segment.create_model('m', 'logit', 'logit_people', 'id', label_column => 'id');
SELECT segment.create_model('m', 'pca', 'logit_people', 'id', label_column => 'bought');
SELECT segment.create_model('m', 'logit', 'logit_people', 'id', label_column => 'bought', options => '{"category_names": ["c"]}');
SELECT segment.create_model('m', 'logit', 'logit_people', 'id', label_column => 'bought', describe_columns => '{channel}');
CALL segment.refit('m');
-- people whose label is not known yet are scored, not fitted
UPDATE logit_people SET bought = NULL WHERE id % 10 = 0;
CALL segment.refit('m');
SELECT model_name, algorithm, active_version, status, rows_used, needs_refit FROM segment.models;
SELECT i.features, i.rows_used, i.rows_skipped, i.options ->> 'category_names' AS category_names FROM segment.model_info(segment.active_model('m')) i;
SELECT model_name, what FROM segment.problems;
CALL segment.publish('{m}', 'public.logit_target', '2026-01-01');
SELECT id, round(probability::numeric, 8) AS probability, logit_version FROM logit_target WHERE id IN (1, 10) ORDER BY id;
SELECT count(*) AS rows, count(*) FILTER (WHERE t.probability = segment.logit_predict(segment.active_model('m'), ARRAY[p.visits, p.days], ARRAY[p.channel])) AS same
FROM logit_target t JOIN logit_people p USING (id);
SELECT model_name, version, id, round(probability::numeric, 8) AS probability FROM segment.assign('m', '10');
-- another label
ALTER TABLE logit_people ADD clicked boolean;
UPDATE logit_people SET clicked = visits + days > 8 AND id % 3 > 0 OR id % 5 = 0;
SELECT segment.alter_model('m', label_column => 'clicked');
SELECT needs_refit FROM segment.models;
CALL segment.refit('m');
SELECT active_version, needs_refit, rows_used FROM segment.models;
-- a separated refit fails and changes nothing
UPDATE logit_people SET clicked = visits > 4;
CALL segment.refit('m');
SELECT active_version, status FROM segment.models;
SELECT segment.drop_model('m');
DROP TABLE logit_people, logit_target, logit_target_history;
