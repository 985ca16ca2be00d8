\echo 'k-means on five standardised measures of each customer. The model is one value that contains the profile'
\echo 'of each cluster. A function describes in words how each cluster differs from the others.'
\echo
CREATE TABLE customer_features AS
WITH receipt AS
(
    SELECT customer_id, receipt_id, receipt_date, sum(amount * rate) AS amount
    FROM receipts
    CROSS JOIN LATERAL (SELECT rate FROM rates
                        WHERE rates.currency = receipts.currency AND valid_from <= receipt_date
                        ORDER BY valid_from DESC LIMIT 1) AS of_the_day
    GROUP BY customer_id, receipt_id, receipt_date
)
SELECT r.customer_id,
       ARRAY[r.recency_days,
             r.frequency,
             sum(amount) FILTER (WHERE amount >= 0) / r.frequency,
             COALESCE(-sum(amount) FILTER (WHERE amount < 0) / NULLIF(sum(amount) FILTER (WHERE amount >= 0), 0), 0),
             avg((extract(month FROM receipt_date) >= 11)::int) FILTER (WHERE amount >= 0)]::float8[] AS features
FROM receipt
JOIN customer_rfm r USING (customer_id)
WHERE r.frequency > 0
GROUP BY r.customer_id, r.recency_days, r.frequency;

CREATE TABLE fitted_models (name text PRIMARY KEY, model bytea NOT NULL);
INSERT INTO fitted_models
SELECT 'customers',
       segment.kmeans_fit(features, 7, '{"transform": ["log1p", "log1p", "log1p", "none", "none"],
           "feature_names": ["recency_days", "frequency", "average_receipt", "return_share", "christmas_share"]}')
FROM customer_features;

CREATE TABLE customer_clusters AS
SELECT customer_id, segment.kmeans_assign((SELECT model FROM fitted_models), features) AS cluster_id
FROM customer_features;

SELECT cluster_id AS cluster, size AS customers, round(100 * share::numeric, 1) AS "%",
       segment.kmeans_describe(model, cluster_id) AS "in words"
FROM fitted_models CROSS JOIN LATERAL segment.kmeans_profile(model)
WHERE rank = 1
ORDER BY cluster_id;

\echo 'The profile in numbers: means; ▲ or ▼ marks a mean far above or below the mean of all customers.'
\echo
CREATE FUNCTION pg_temp.figure(feature text, mean float8, direction text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN feature LIKE '%share' THEN to_char(100 * mean, '990') || ' %' ELSE to_char(mean, '9,990') END
       || CASE direction WHEN 'high' THEN ' ▲' WHEN 'low' THEN ' ▼' ELSE '  ' END;

WITH profile AS
(
    SELECT p.* FROM fitted_models CROSS JOIN LATERAL segment.kmeans_profile(model) AS p
), figures AS
(
    SELECT cluster_id::text AS cluster, cluster_id, feature, pg_temp.figure(feature, cluster_mean, direction) AS figure
    FROM profile
    UNION ALL
    SELECT 'all', max(cluster_id) + 1, feature, pg_temp.figure(feature, max(overall_mean), NULL)
    FROM profile GROUP BY feature
)
SELECT cluster,
       max(figure) FILTER (WHERE feature = 'recency_days') AS "days since last",
       max(figure) FILTER (WHERE feature = 'frequency') AS "receipts",
       max(figure) FILTER (WHERE feature = 'average_receipt') AS "average, EUR",
       max(figure) FILTER (WHERE feature = 'return_share') AS "returned",
       max(figure) FILTER (WHERE feature = 'christmas_share') AS "in Nov and Dec"
FROM figures
GROUP BY cluster, cluster_id
ORDER BY cluster_id;

SELECT round(100 * explained_fraction::numeric, 1) AS "% of the variation explained",
       round(silhouette::numeric, 2) AS silhouette, rows_used AS customers, converged, bytes AS "bytes of model"
FROM fitted_models CROSS JOIN LATERAL segment.model_info(model);
