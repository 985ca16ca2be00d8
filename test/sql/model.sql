-- model_info and model_features of all kinds of models, and of bytes that are not a model.
SET search_path = segment, public;

CREATE TABLE orders AS
SELECT i, ARRAY[i % 17, 5 + i % 3, exp((i % 29) / 5.0), CASE WHEN i % 10 = 0 THEN NULL ELSE i % 7 END]::float8[] AS features
FROM generate_series(1, 200) AS i;
SELECT kmeans_fit(features, 3, '{"null_policy": "mean", "transform": ["none", "none", "log1p", "none"], "seed": 7, "n_init": 5, "feature_names": ["recency_days", "orders", "größe \"x\"", ""]}') AS model
FROM orders \gset

SELECT algorithm, format_version, method, estimated_error, bytes = length(:'model'::bytea) AS bytes, features, rows_used, rows_skipped, k, converged, seed
FROM model_info(:'model');
SELECT iterations > 0 AS iterations, abs(explained_fraction - between_ss / (between_ss + inertia)) < 1e-12 AS explained,
       silhouette > 0 AND silhouette < 1 AS silhouette
FROM model_info(:'model');
SELECT jsonb_pretty(options) FROM model_info(:'model');
SELECT abs(inertia - total) < 1e-9 * total AS inertia
FROM model_info(:'model'), (SELECT sum(kmeans_distance(:'model', features) ^ 2) AS total FROM orders) AS d;

-- features: statistics of the rows, nulls counted
SELECT "position", feature, transform, fill IS NOT NULL AS fills, imputed, minimum, round(maximum::numeric, 4) AS maximum
FROM model_features(:'model');
SELECT bool_and(abs(f.mean - m.mean) < 1e-9 * (1 + m.mean)) AS means, bool_and(abs(f.sd - m.sd) < 1e-9 * (1 + m.sd)) AS sds,
       bool_and(abs(f.shift - m.shift) < 1e-9 * (1 + m.shift)) AS shifts, bool_and(abs(f.scale - m.scale) < 1e-9 * (1 + m.scale)) AS scales
FROM model_features(:'model') AS f
JOIN (SELECT j AS "position", avg(x) AS mean, stddev_samp(x) AS sd,
             avg(CASE j WHEN 3 THEN ln(1 + x) ELSE x END) AS shift, stddev_samp(CASE j WHEN 3 THEN ln(1 + x) ELSE x END) AS scale
      FROM orders, unnest(features) WITH ORDINALITY AS u (x, j) WHERE j < 4 GROUP BY j) AS m USING ("position");
-- one word when all features have the same transform; fill is NULL when nulls are not filled
SELECT options -> 'transform' AS transform, options -> 'tolerance' AS tolerance
FROM model_info((SELECT kmeans_fit(ARRAY[i, i * i], 2, '{"transform": "log1p", "tolerance": 1e-5}') FROM generate_series(1, 9) AS i));
SELECT feature, fill, imputed FROM model_features((SELECT kmeans_fit(ARRAY[i], 2) FROM generate_series(1, 9) AS i));
-- one cluster: no silhouette; all rows equal: no explained fraction
SELECT k, silhouette, explained_fraction, inertia FROM model_info((SELECT kmeans_fit(ARRAY[1, 2], 1) FROM generate_series(1, 5)));

-- the result does not depend on the settings of the session
SET extra_float_digits = -15;
SELECT options -> 'tolerance' AS tolerance
FROM model_info((SELECT kmeans_fit(ARRAY[i], 2, '{"tolerance": 0.1234567890123}') FROM generate_series(1, 9) AS i));
RESET extra_float_digits;

-- all kinds of models
SELECT kind, algorithm, format_version, method
FROM (SELECT 'rfm' AS kind, rfm_fit(i % 50, 1 + i % 9, i) AS model FROM generate_series(1, 100) AS i) AS m, model_info(model);
SELECT "position", feature, transform, shift FROM (SELECT rfm_fit(i % 50, 1 + i % 9, i) AS model FROM generate_series(1, 100) AS i) AS m, model_features(model);

-- bytes that are not a model
SELECT model_info(NULL) IS NULL AS no_model, (SELECT count(*) FROM model_features(NULL)) AS no_features;
SELECT model_info('');
SELECT model_info('\x00');
SELECT model_info(:'model'::bytea || '\x00');
SELECT model_features(set_byte(:'model', 40, 255));
SELECT kmeans_profile((SELECT rfm_fit(i % 50, 1 + i % 9, i) FROM generate_series(1, 100) AS i));
-- truncated anywhere, or changed anywhere: the same error in all functions
CREATE FUNCTION states_of(call text, model bytea, cut boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    states text[] = '{}';
BEGIN
    FOR i IN 0 .. length(model) - 1 LOOP
        BEGIN
            EXECUTE format('SELECT count(*) FROM %s', call)
            USING CASE WHEN cut THEN substring(model FOR i) ELSE set_byte(model, i, get_byte(model, i) # 1) END;
            states = states || 'fine'::text;
        EXCEPTION WHEN OTHERS THEN
            IF NOT SQLSTATE = ANY (states) THEN states = states || SQLSTATE::text; END IF;
        END;
    END LOOP;
    RETURN (SELECT string_agg(state, ' ' ORDER BY state) FROM (SELECT DISTINCT state FROM unnest(states) AS u (state)) AS s);
END $$;
SELECT call, states_of(call, :'model', true) AS cut_off, states_of(call, :'model', false) AS changed
FROM unnest(ARRAY['segment.model_info($1)', 'segment.model_features($1)', 'segment.kmeans_centroids($1)', 'segment.kmeans_profile($1)',
                  'segment.kmeans_details($1, ''{1, 2, 3, 4}'')', 'segment.kmeans_reasons($1, ''{1, 2, 3, 4}'')',
                  'segment.kmeans_describe($1, 1)', 'segment.kmeans_align($1, $1)']) AS call;
DROP FUNCTION states_of(text, bytea, boolean);
DROP TABLE orders;
