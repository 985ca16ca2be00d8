-- PCA: principal components, coordinates, reconstruction errors.
CREATE TEMP TABLE points AS
SELECT i AS id, ARRAY[i, 2 * i + (i % 3), 10 - i + (i % 5), 7]::float8[] AS features
FROM generate_series(1, 1000) AS i;

-- two components of the correlation matrix; the fourth feature has no spread
SELECT component, feature, round(loading::numeric, 6) AS loading, round(explained_variance::numeric, 6) AS variance,
       round(share::numeric, 6) AS share, round(cumulative::numeric, 6) AS cumulative
FROM segment.pca_components((SELECT segment.pca_fit(features) FROM points));

-- coordinates have mean 0, the variances of the components, and no correlation
WITH model AS MATERIALIZED (SELECT segment.pca_fit(features, '{"n_components": 3, "standardize": "none"}') AS m FROM points),
     map AS (SELECT segment.pca_project((SELECT m FROM model), features) AS xy,
                    segment.pca_x((SELECT m FROM model), features) AS x,
                    segment.pca_y((SELECT m FROM model), features) AS y,
                    segment.pca_reconstruction_error((SELECT m FROM model), features) AS rest
             FROM points)
SELECT abs(avg(x)) < 1e-9 AS centred, abs(corr(x, y)) < 1e-9 AS uncorrelated,
       bool_and(xy[1] = x AND xy[2] = y) AS same, max(rest) < 1e-9 AS three_tell_all,
       abs(var_samp(x) / (SELECT max(explained_variance) FROM model, segment.pca_components(m)) - 1) < 1e-12 AS variance
FROM map;

-- as many components as explained_variance needs
SELECT share, (SELECT max(component)
               FROM segment.pca_components((SELECT segment.pca_fit(features, jsonb_build_object('explained_variance', share)) FROM points))) AS components
FROM (VALUES (0.5), (0.9999), (1)) AS s(share);

-- parallel, window and grouped forms agree
SELECT segment.pca_fit(features ORDER BY id DESC) IS NOT NULL AS backwards FROM points;
SELECT id, round((segment.pca_x(m, features))::numeric, 6) AS x
FROM (SELECT id, features, segment.pca_fit(features) OVER (ORDER BY id) AS m FROM points WHERE id <= 4) AS w ORDER BY id;
SELECT id % 3 AS part, count(*), round(max(c.share)::numeric, 4) AS first_share
FROM (SELECT id % 3 AS id, segment.pca_fit(features) AS m FROM points GROUP BY id % 3) AS g, segment.pca_components(m) AS c
GROUP BY 1 ORDER BY 1;

-- nulls: mean is the same as replacing them by the mean before the fit
CREATE TEMP TABLE holes AS
SELECT id, ARRAY[features[1], CASE WHEN id % 7 = 0 THEN NULL ELSE features[2] END, features[3]] AS features FROM points;
CREATE TEMP TABLE filled AS
SELECT id, ARRAY[features[1], COALESCE(features[2], avg(features[2]) OVER ()), features[3]] AS features FROM holes;
SELECT max(abs(a.loading - b.loading)) < 1e-12 AS loadings, max(abs(a.explained_variance - b.explained_variance)) < 1e-12 AS variances
FROM segment.pca_components((SELECT segment.pca_fit(features, '{"null_policy": "mean"}') FROM holes)) AS a
JOIN segment.pca_components((SELECT segment.pca_fit(features) FROM filled)) AS b USING (component, feature);
SELECT max(abs(a.loading - b.loading)) < 1e-12 AS zeros
FROM segment.pca_components((SELECT segment.pca_fit(features, '{"null_policy": "zero"}') FROM holes)) AS a
JOIN segment.pca_components((SELECT segment.pca_fit(ARRAY[features[1], COALESCE(features[2], 0), features[3]]) FROM holes)) AS b USING (component, feature);
WITH model AS MATERIALIZED (SELECT segment.pca_fit(features, '{"null_policy": "skip"}') AS m FROM holes)
SELECT count(*) AS rows, count(segment.pca_x(m, features)) AS projected FROM model, holes;
SELECT segment.pca_fit(features) FROM holes;
SELECT segment.pca_fit(features, '{"null_policy": "median"}') FROM holes;

-- logarithms
SELECT max(abs(a.loading - b.loading)) < 1e-12 AS logs
FROM segment.pca_components((SELECT segment.pca_fit(features[1:2], '{"transform": ["log1p", "none"]}') FROM points)) AS a
JOIN segment.pca_components((SELECT segment.pca_fit(ARRAY[ln(1 + features[1]), features[2]]) FROM points)) AS b USING (component, feature);
SELECT segment.pca_fit(features, '{"transform": "log1p"}') FROM points;

-- more features than rows, one row, one feature, all rows equal
SELECT component, round(sum(loading * loading)::numeric, 9) AS length, min(explained_variance) > 1e-9 AS some
FROM segment.pca_components((SELECT segment.pca_fit(f, '{"n_components": 4}')
                             FROM (VALUES ('{1,2,3,4,5}'::float8[]), ('{5,4,1,2,3}'), ('{2,2,2,9,9}')) AS v(f)))
GROUP BY component ORDER BY component;
SELECT segment.pca_project(segment.pca_fit('{1,2,3}'), '{4,5,6}');
SELECT segment.pca_x(segment.pca_fit(ARRAY[x]), '{3}') FROM unnest('{1,2,3}'::float8[]) AS x;
SELECT segment.pca_y(segment.pca_fit(ARRAY[x]), '{3}') FROM unnest('{1,2,3}'::float8[]) AS x;
SELECT segment.pca_project(segment.pca_fit('{1,2}'::float8[]), '{1,2}') FROM generate_series(1, 10);

-- model_info and model_features
SELECT algorithm, format_version, method, features, rows_used, rows_skipped, round(explained_fraction::numeric, 4) AS explained, options
FROM segment.model_info((SELECT segment.pca_fit(features, '{"null_policy": "mean", "explained_variance": 0.9}') FROM holes));
SELECT "position", feature, transform, round(shift::numeric, 4) AS shift, round(scale::numeric, 4) AS scale, round(fill::numeric, 4) AS fill,
       imputed, minimum, maximum, round(mean::numeric, 4) AS mean, round(sd::numeric, 4) AS sd
FROM segment.model_features((SELECT segment.pca_fit(features, '{"null_policy": "mean", "feature_names": ["a", "b", "c"], "transform": ["none", "log1p", "none"]}') FROM holes));

-- errors
SELECT segment.pca_fit(features) FROM points WHERE false;
SELECT segment.pca_fit(f) FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) AS v(f);
SELECT segment.pca_fit(f) FROM (VALUES ('{1,2}'::float8[]), ('{1,NaN}')) AS v(f);
SELECT segment.pca_fit(f) FROM (VALUES ('{1,2}'::float8[]), ('{1,-Infinity}')) AS v(f);
SELECT segment.pca_fit(f) FROM (VALUES ('{1,1e200}'::float8[]), ('{2,-1e200}')) AS v(f);
SELECT segment.pca_fit('{}'::float8[]);
SELECT segment.pca_fit('{{1,2},{3,4}}'::float8[]);
SELECT segment.pca_fit(array_fill(1::float8, ARRAY[1601]));
SELECT segment.pca_fit(features, '{"components": 3}') FROM points;
SELECT segment.pca_fit(features, '{"n_components": 5}') FROM points;
SELECT segment.pca_fit(features, '{"n_components": 1, "explained_variance": 0.5}') FROM points;
SELECT segment.pca_fit(features, '{"standardize": "robust"}') FROM points;
SELECT segment.pca_fit(features, '{"feature_names": ["a"]}') FROM points;
SELECT segment.pca_fit(features, jsonb_build_object('n_components', 1 + id % 2)) FROM points;
SELECT segment.pca_x(segment.pca_fit(features), '{1,2}') FROM points;
SELECT segment.pca_x('\x5345474d', '{1,2}');
SELECT segment_internal.pca_fit_finalfn('\x00');
SELECT segment_internal.pca_fit_transfn(NULL, '{1}');
SET segment.fit_memory = '1MB';
SELECT segment.pca_fit(array_fill(i::float8, ARRAY[1600])) FROM generate_series(1, 100) AS i;
RESET segment.fit_memory;

-- invalid states
CREATE AGGREGATE pg_temp.forged(float8[]) (SFUNC = segment_internal.pca_fit_transfn, STYPE = bytea, INITCOND = '\x314d4f4d010000000000000000000000');
SELECT pg_temp.forged('{1}'::float8[]);

-- pca_align undoes a reflection: after the refit another loading is the largest one, which is positive
CREATE TEMP TABLE seesaw AS
SELECT ARRAY[1.01 * i, -i + i % 7, i % 10]::float8[] AS last_month, ARRAY[i, -1.01 * i + i % 7, i % 10]::float8[] AS this_month
FROM generate_series(1, 1000) AS i;
WITH a AS MATERIALIZED (SELECT segment.pca_fit(last_month, '{"standardize": "none"}') AS m FROM seesaw),
     b AS MATERIALIZED (SELECT segment.pca_fit(this_month, '{"standardize": "none"}') AS m FROM seesaw),
     c AS MATERIALIZED (SELECT segment.pca_align(b.m, a.m) AS m FROM a, b)
SELECT corr(segment.pca_x(a.m, last_month), segment.pca_x(b.m, this_month)) < -0.99 AS x_is_flipped,
       corr(segment.pca_x(a.m, last_month), segment.pca_x(c.m, this_month)) > 0.99 AS x_is_kept,
       corr(segment.pca_y(a.m, last_month), segment.pca_y(c.m, this_month)) > 0.99 AS y_is_kept,
       max(abs(segment.pca_reconstruction_error(b.m, this_month) - segment.pca_reconstruction_error(c.m, this_month))) < 1e-9 AS rest_is_kept
FROM seesaw, a, b, c;
WITH a AS MATERIALIZED (SELECT segment.pca_fit(features) AS m FROM points)
SELECT max(abs(segment.pca_x(a.m, features) - segment.pca_x(segment.pca_align(a.m, a.m), features))) < 1e-12 AS alone_it_stays
FROM points, a WHERE id < 10;
SELECT segment.pca_align(a, b)
FROM (SELECT segment.pca_fit(features) AS a, segment.pca_fit(features, '{"n_components": 1}') AS b FROM points) AS m;

-- the functions of the family
SELECT p.oid::regprocedure AS interface FROM pg_proc p
WHERE p.pronamespace = 'segment'::regnamespace AND p.proname ~ '^pca(_|$)' ORDER BY p.oid::regprocedure::text;

-- null_policy mean, also with log1p, gives what the mean of the values in place of each NULL gives
CREATE TEMP TABLE gaps AS
SELECT i AS id, ARRAY[exp(i % 7), CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 11) ^ 2 END, CASE WHEN i % 9 = 0 THEN NULL ELSE i % 13 END]::float8[] AS features
FROM generate_series(1, 200) AS i;
WITH mean AS (SELECT avg(features[2]) AS b, avg(features[3]) AS c FROM gaps),
     models AS MATERIALIZED (
         SELECT o.options, segment.pca_fit(g.features, o.options || '{"null_policy": "mean"}') AS with_nulls,
                segment.pca_fit(ARRAY[g.features[1], coalesce(g.features[2], mean.b), coalesce(g.features[3], mean.c)], o.options) AS filled
         FROM gaps g, mean, (VALUES ('{}'::jsonb), ('{"transform": "log1p"}'), ('{"transform": ["none", "log1p", "none"], "standardize": "none"}')) o(options)
         GROUP BY o.options)
SELECT m.options, max(abs(segment.pca_x(m.with_nulls, g.features)
                          - segment.pca_x(m.filled, ARRAY[g.features[1], coalesce(g.features[2], mean.b), coalesce(g.features[3], mean.c)]))) < 1e-9 AS same
FROM models m, gaps g, mean GROUP BY m.options ORDER BY m.options::text;
