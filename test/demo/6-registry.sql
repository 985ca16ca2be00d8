\echo 'Registered models have names. They are fitted again regularly, keep their cluster numbers, and are published'
\echo 'as a table. Here they are fitted as of the end of November, and again as of the end of December.'
\echo
CREATE TABLE measures (customer_id text PRIMARY KEY, recency_days integer, frequency bigint, monetary numeric);
CREATE PROCEDURE load_measures(as_of date) LANGUAGE sql AS $$
    TRUNCATE measures;
    INSERT INTO measures
    SELECT customer_id, recency_days, frequency, greatest(monetary, 0)
    FROM segment.rfm('receipts', as_of, rates => 'rates') WHERE frequency > 0;
$$;

\o /dev/null
CALL load_measures('2025-11-30');
SELECT segment.create_model('shop_groups', 'kmeans', 'measures', 'customer_id',
                            options => '{"k": "auto", "k_max": 8, "transform": "log1p"}');
SELECT segment.create_model('shop_scores', 'rfm', 'measures', 'customer_id');
SELECT segment.create_model('shop_map', 'pca', 'measures', 'customer_id', options => '{"transform": "log1p"}');
SELECT segment.create_model('shop_odd', 'anomaly', 'measures', 'customer_id', options => '{"contamination": 0.01}');
SELECT segment.register_receipts('shop', 'receipts', rates => 'rates');
CALL segment.refit('shop_groups');
CALL segment.refit('shop_scores');
CALL segment.refit('shop_map');
CALL segment.refit('shop_odd');

-- a name that all later versions keep
SELECT segment.name_cluster('shop_groups', cluster_id, 'Best customers')
FROM segment.cluster_profile WHERE model_name = 'shop_groups' AND feature = 'monetary' ORDER BY median DESC LIMIT 1;
CALL segment.publish('{shop_groups,shop_scores,shop_map,shop_odd}', 'customer_status', '2025-11-30');

CALL load_measures('2025-12-31');
CALL segment.refit('shop_groups');
CALL segment.refit('shop_scores');
CALL segment.refit('shop_map');
CALL segment.refit('shop_odd');
CALL segment.publish('{shop_groups,shop_scores,shop_map,shop_odd}', 'customer_status', '2025-12-31');
\o

SELECT model_name AS "model", algorithm, active_version AS "version", rows_used AS customers,
       round(max_psi::numeric, 3) AS "drift", needs_refit AS "needs a refit"
FROM segment.models WHERE model_name LIKE 'shop%' ORDER BY model_name;

SELECT cluster_name AS "group", size AS customers, round(100 * share::numeric, 1) AS "%", description AS "in words"
FROM segment.cluster_summary WHERE model_name = 'shop_groups' ORDER BY size DESC NULLS LAST;

\echo 'Customers who changed groups in December, and whether the customer changed or the model:'
\echo
SELECT COALESCE(from_name, '(new)') AS "from", to_name AS "to", customers, customer_moved, model_moved, both_moved
FROM segment.migration('customer_status', '2025-11-30', '2025-12-31', 'cluster_id')
WHERE from_label IS DISTINCT FROM to_label ORDER BY customers DESC NULLS LAST, 1, 2 LIMIT 8;
