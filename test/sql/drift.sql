-- Drift: changes since the fit.
CREATE TEMP TABLE baseline_rows AS
SELECT i, ARRAY[hashint4(i) / 2147483648.0, 100 + hashint4(i + 50000) % 20, CASE WHEN i % 3 = 0 THEN 0 ELSE i % 100 END,
                CASE WHEN i % 10 > 0 THEN i % 7 END]::float8[] AS f
FROM generate_series(1, 20000) AS i;
-- the first feature as before, the second increased by four, the third without zeros, the fourth more often missing
CREATE TEMP TABLE current_rows AS
SELECT i, ARRAY[f[1], f[2] + 4, CASE WHEN f[3] > 0 THEN f[3] END, CASE WHEN i % 2 = 0 THEN f[4] END] AS f
FROM baseline_rows;
CREATE TEMP TABLE models AS
SELECT segment.pca_fit(f, '{"null_policy": "mean", "feature_names": ["same", "up", "no zeros", "holes"]}') AS pca,
       segment.kmeans_fit(f, 3, '{"null_policy": "mean", "n_init": 2, "feature_names": ["same", "up", "no zeros", "holes"]}') AS kmeans
FROM baseline_rows;

-- the rows of the fit have not drifted
SELECT 'pca' AS model, max(psi) < 1e-9 AS nothing, bool_or(is_drifted) AS drifted, bool_and(abs(baseline_mean - current_mean) < 1e-9) AS means,
       bool_and(baseline_missing = current_missing) AS missing
FROM models, segment.drift_rows((SELECT segment.drift_fit((SELECT pca FROM models), f) FROM baseline_rows))
UNION ALL
SELECT 'kmeans', max(psi) < 1e-9, bool_or(is_drifted), bool_and(abs(baseline_mean - current_mean) < 1e-9),
       bool_and(baseline_missing = current_missing)
FROM models, segment.drift_rows((SELECT segment.drift_fit((SELECT kmeans FROM models), f) FROM baseline_rows));

-- the current rows have
SELECT subject, "position", name, round(psi::numeric, 2) AS psi, is_drifted, round(baseline_mean::numeric, 3) AS baseline_mean, round(current_mean::numeric, 3) AS current_mean,
       round(baseline_missing::numeric, 3) AS baseline_missing, round(current_missing::numeric, 3) AS current_missing, baseline_share, current_share
FROM segment.drift_rows((SELECT segment.drift_fit((SELECT pca FROM models), f) FROM current_rows));
SELECT subject, name, is_drifted, round(baseline_mean::numeric, 3) AS baseline_mean, round(current_mean::numeric, 3) AS current_mean,
       round(baseline_missing::numeric, 3) AS baseline_missing, round(current_missing::numeric, 3) AS current_missing
FROM segment.drift_rows((SELECT segment.drift_fit((SELECT kmeans FROM models), f) FROM current_rows)) WHERE subject = 'feature';
-- all current rows in one cluster
SELECT subject, psi > 0.2 AS psi, is_drifted, baseline_share BETWEEN 0.1 AND 0.6 AS then, current_share
FROM segment.drift_rows((SELECT segment.drift_fit((SELECT kmeans FROM models), ARRAY[0, 100, 0, 3]::float8[]) FROM current_rows))
WHERE subject <> 'feature' AND (current_share IS NULL OR current_share = 1) ORDER BY subject;

-- the index computed in SQL: the bins of a feature with three values
SELECT round(psi::numeric, 6) AS psi,
       round(((0.2 - 0.5) * ln(0.2 / 0.5) + (0.3 - 0.3) * ln(0.3 / 0.3) + (0.5 - 0.2) * ln(0.5 / 0.2))::numeric, 3) AS by_hand
FROM segment.drift_rows((
    SELECT segment.drift_fit((SELECT segment.pca_fit(ARRAY[CASE WHEN i % 10 < 5 THEN 1 WHEN i % 10 < 8 THEN 2 ELSE 3 END]) FROM generate_series(1, 1000000) AS i),
                             ARRAY[CASE WHEN i % 10 < 2 THEN 1 WHEN i % 10 < 5 THEN 2 ELSE 3 END])
    FROM generate_series(1, 1000000) AS i));

-- order, groups, model_info of the report
SELECT (SELECT segment.drift_fit((SELECT kmeans FROM models), f ORDER BY i) FROM current_rows) =
       (SELECT segment.drift_fit((SELECT kmeans FROM models), f ORDER BY i DESC) FROM current_rows) AS same;
SELECT algorithm, features, rows_used, rows_skipped, k, options
FROM segment.model_info((SELECT segment.drift_fit((SELECT kmeans FROM models), f) FROM current_rows));

-- policies: error counts nulls, skip counts the row as missing only
SELECT m, round(current_missing::numeric, 2) AS current_missing, current_mean, (segment.model_info(drift)).rows_used, (segment.model_info(drift)).rows_skipped
FROM (SELECT m, segment.drift_fit(model, v) AS drift
      FROM (SELECT m, segment.pca_fit(ARRAY[i, i % 3]::float8[], jsonb_build_object('null_policy', m)) AS model
            FROM unnest('{error,skip,zero}'::text[]) AS m, generate_series(1, 10) AS i GROUP BY m) AS fits,
           (VALUES ('{1,2}'::float8[]), ('{2,NULL}'), ('{3,1}'), (NULL)) AS r(v) GROUP BY m) AS d, segment.drift_rows(drift)
ORDER BY m, "position";

-- errors
SELECT segment.drift_fit((SELECT pca FROM models), f) FROM current_rows WHERE false;
SELECT segment.drift_fit((SELECT pca FROM models), '{1,2}') FROM current_rows;
SELECT segment.drift_fit((SELECT pca FROM models), '{1,2,NaN,4}') FROM current_rows;
SELECT segment.drift_fit(NULL, f) FROM current_rows;
SELECT segment.drift_fit(CASE WHEN i % 2 = 0 THEN pca ELSE segment.pca_align(pca, pca) END, f) FROM current_rows, models;
SELECT segment.drift_fit((SELECT segment.drift_fit((SELECT pca FROM models), f) FROM current_rows), f) FROM current_rows;
SELECT segment.drift_fit('\x00', f) FROM current_rows;
SELECT segment.drift_rows((SELECT pca FROM models));
SELECT segment_internal.drift_fit_finalfn('\x5446524400000000000000000000000000');
SELECT segment_internal.drift_fit_transfn(NULL, NULL, '{1}');
