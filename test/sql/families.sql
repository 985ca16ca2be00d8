-- Rules for the options of all fits.

-- the options, their defaults and limits, from C
SELECT a.algorithm, o.option_name, o.type, o.default_value, o.value_range
FROM unnest('{kmeans,kmeans_sweep,rfm,pca,anomaly,basket}'::text[]) WITH ORDINALITY a(algorithm, place),
     segment_internal.fit_options(a.algorithm) WITH ORDINALITY o(option_name, type, default_value, value_range, meaning, line)
ORDER BY a.place, o.line;

-- the meaning of each is one sentence
SELECT a.algorithm, o.option_name, o.meaning
FROM unnest('{kmeans,kmeans_sweep,rfm,pca,anomaly,basket}'::text[]) a(algorithm), segment_internal.fit_options(a.algorithm) o
WHERE o.meaning !~ '^\S.*[^.]\.$' OR o.meaning ~ '\. ' OR o.meaning IS NULL;

-- not a fit, not a family
SELECT count(*) FROM unnest('{drift,nobody}'::text[]) a, segment_internal.fit_options(a);

CREATE TEMP TABLE sample AS
SELECT i AS recency_days, 1 + i % 7 AS frequency, i * i % 101 AS monetary,
       ARRAY[i % 3 * 20 + i % 5, i * i % 101, i % 3] AS features
FROM generate_series(1, 60) i;

CREATE TEMP TABLE fit (algorithm text, query text);
INSERT INTO fit VALUES
    ('kmeans', 'SELECT segment.kmeans_fit(features, 3, %L) FROM sample'),
    ('kmeans_sweep', 'SELECT segment.kmeans_sweep(features, 1, 3, %L) FROM sample'),
    ('rfm', 'SELECT segment.rfm_fit(recency_days, frequency, monetary, %L) FROM sample'),
    ('pca', 'SELECT segment.pca_fit(features, %L) FROM sample'),
    ('anomaly', 'SELECT segment.anomaly_fit(features, %L) FROM sample'),
    ('basket', 'SELECT segment.basket_fit(features::text[], %L) FROM sample');

-- the digest of the model, or the SQLSTATE
CREATE FUNCTION pg_temp.fit(query text, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    model bytea;
BEGIN
    EXECUTE format(query, options) INTO model;
    RETURN md5(model);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

-- an explicit default gives the same model as without the option
SELECT f.algorithm, count(*) AS defaults,
       count(*) FILTER (WHERE pg_temp.fit(f.query, jsonb_build_object(o.option_name, o.default_value))
                              IS DISTINCT FROM pg_temp.fit(f.query, '{}')) AS other_models,
       bool_and(length(pg_temp.fit(f.query, '{}')) = 32) AS fitted
FROM fit f, segment_internal.fit_options(f.algorithm) o
WHERE o.default_value IS NOT NULL
GROUP BY f.algorithm ORDER BY 1;

-- numbers outside the limits, and an invalid word
SELECT f.algorithm, count(*) AS values_tried, count(*) FILTER (WHERE pg_temp.fit(f.query, jsonb_build_object(o.option_name, v.value)) <> '22023') AS accepted
FROM fit f, segment_internal.fit_options(f.algorithm) o,
     LATERAL (SELECT to_jsonb(split_part(o.value_range, ' to ', 1)::numeric - 1) WHERE o.type IN ('integer', 'number')
              UNION ALL SELECT to_jsonb(split_part(o.value_range, ' to ', 2)::numeric + 1) WHERE o.type IN ('integer', 'number')
              UNION ALL SELECT to_jsonb('no such choice'::text) WHERE o.type LIKE 'choice%'
              UNION ALL SELECT 'null') v(value)
GROUP BY f.algorithm ORDER BY 1;

-- the check without rows raises the same errors
SELECT f.algorithm, o.option_name, v.value
FROM fit f, segment_internal.fit_options(f.algorithm) o,
     LATERAL (SELECT o.default_value UNION ALL SELECT to_jsonb(split_part(o.value_range, ' to ', 2)::numeric + 1) WHERE o.type IN ('integer', 'number')) v(value)
WHERE v.value IS NOT NULL
  AND COALESCE(NULLIF(pg_temp.fit('SELECT ''''::bytea FROM segment_internal.check_fit_options(' || quote_literal(f.algorithm) || ', %L, 3, 3, 1, 3)',
                                  jsonb_build_object(o.option_name, v.value)), md5('')), '') <>
      CASE WHEN v.value = o.default_value THEN '' ELSE '22023' END;

-- a word that another fit takes for the option: refused by the fit and by the check, and all that are valid in the hint
CREATE FUNCTION pg_temp.refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN format('%s %s (%s)', SQLSTATE, message, hint);
END $$;
CREATE TEMP TABLE refused AS
WITH word AS (SELECT DISTINCT o.option_name, w.word FROM fit f, segment_internal.fit_options(f.algorithm) o, unnest(string_to_array(o.value_range, ', ')) w(word)
              WHERE o.type LIKE 'choice%')
SELECT f.algorithm, o.option_name, w.word, pg_temp.refusal(q.query) AS refusal,
       format('22023 option "%s" does not support "%s" in this fit (Valid choices are: %s.)', o.option_name, w.word, o.value_range) AS wanted
FROM fit f CROSS JOIN LATERAL segment_internal.fit_options(f.algorithm) o JOIN word w USING (option_name)
CROSS JOIN LATERAL (VALUES (format(f.query, jsonb_build_object(o.option_name, w.word))),
                           (format('SELECT segment_internal.check_fit_options(%L, %L, 3, 3, 1, 3)', f.algorithm, jsonb_build_object(o.option_name, w.word)))) q(query)
WHERE w.word <> ALL (string_to_array(o.value_range, ', '));
SELECT algorithm, option_name, array_agg(DISTINCT word) AS words, bool_and(refusal = wanted) AS hint_has_all FROM refused GROUP BY 1, 2 ORDER BY 1, 2;
SELECT DISTINCT refusal FROM refused WHERE refusal <> wanted ORDER BY 1;

-- an unknown option: the same wording, and all valid ones in the hint
SELECT segment.kmeans_fit(features, 3, '{"sede": 1}') FROM sample;
SELECT segment.kmeans_sweep(features, 1, 3, '{"k_min": 1}') FROM sample;
SELECT segment.rfm_fit(recency_days, frequency, monetary, '{"bin": 1}') FROM sample;
SELECT segment.rfm_fit(recency_days, frequency, monetary, '{"cuts": {"recency": [1, 2, 3, 4]}}') FROM sample;
SELECT segment.pca_fit(features, '{"k": 1}') FROM sample;
SELECT segment.anomaly_fit(features, '{"seeds": 1}') FROM sample;
SELECT segment.basket_fit(features::text[], '{"support": 1}') FROM sample;

-- The query that created the golden sweep: the same rows give the same bytes.
\set golden `od -An -v -tx1 "$PG_ABS_SRCDIR/data/kmeans_sweep_v1.segm" | tr -d ' \n'`
SELECT length(decode(:'golden', 'hex')) AS bytes, segment.kmeans_sweep(features, 1, 4) = decode(:'golden', 'hex') AS same_bytes
FROM (SELECT ARRAY[(i * 37) % 101, 1 + (i * 13) % 7, ((i * 7919) % 1009) / 4.0]::float8[] AS features FROM generate_series(1, 200) AS i) AS rows;
SELECT k, round(inertia::numeric, 9) AS inertia, is_best_silhouette FROM segment.kmeans_sweep_rows(decode(:'golden', 'hex'));
