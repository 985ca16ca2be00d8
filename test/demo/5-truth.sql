\echo 'The exports were generated from customers with known behaviour, so the results can be checked.'
\echo
CREATE TABLE truth (mandt text, customer_id text, behaviour text, currency text, lapses_on text, odd text,
                    one_time boolean, frequency bigint, last_receipt text, amount numeric);
\copy truth FROM 'truth/customers.csv' WITH (FORMAT csv, HEADER)
DELETE FROM truth WHERE mandt <> '100' OR one_time;
ALTER TABLE truth ADD PRIMARY KEY (customer_id);

WITH net AS
(
    SELECT customer_id, sum(amount) AS amount FROM receipts GROUP BY customer_id
)
SELECT count(*) FILTER (WHERE t.frequency > 0) AS customers,
       count(*) FILTER (WHERE t.frequency = r.frequency
                          AND segment.sap_date(t.last_receipt) = date '2025-12-31' - r.recency_days
                          AND t.amount = net.amount) AS "receipts, last day and amount exact",
       round(100.0 * count(*) FILTER (WHERE behaviour = 'lapsed' AND segment IN ('Hibernating', 'At Risk', 'Can''t Lose'))
             / NULLIF(count(*) FILTER (WHERE behaviour = 'lapsed'), 0), 1) AS "% of lapsed in At Risk, Can't Lose, Hibernating"
FROM truth t
LEFT JOIN customer_rfm r USING (customer_id)
LEFT JOIN net USING (customer_id);

\echo 'Generated behaviour (rows) and cluster (columns):'
\echo
WITH cell AS
(
    SELECT behaviour, cluster_id, count(*) AS n
    FROM truth JOIN customer_clusters USING (customer_id)
    GROUP BY behaviour, cluster_id
), home AS
(
    SELECT DISTINCT ON (behaviour) behaviour, cluster_id AS home FROM cell ORDER BY behaviour, n DESC
)
SELECT behaviour, cluster_id, n, home, dense_rank() OVER (ORDER BY cluster_id) AS place
FROM cell JOIN home USING (behaviour)
ORDER BY home, behaviour, cluster_id
\crosstabview behaviour cluster_id n place

\echo 'A customer is counted as correct when the behaviour is the most frequent one of the cluster. Customers with'
\echo 'a single receipt in December look like Christmas shoppers until they buy again.'
\echo
WITH cluster AS
(
    SELECT cluster_id, mode() WITHIN GROUP (ORDER BY behaviour) AS behaviour
    FROM truth JOIN customer_clusters USING (customer_id)
    GROUP BY cluster_id
)
SELECT round(100 * avg((t.behaviour = cluster.behaviour)::int), 1) AS "% correct",
       round(100 * avg((t.behaviour = cluster.behaviour)::int) FILTER (WHERE t.frequency >= 3), 1)
           AS "% correct, with 3 receipts or more",
       round(segment.adjusted_rand_index(t.behaviour, cluster_id::text)::numeric, 2) AS "adjusted Rand index"
FROM truth t
JOIN customer_clusters USING (customer_id)
JOIN cluster USING (cluster_id);
