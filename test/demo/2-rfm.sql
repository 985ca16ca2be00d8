\echo 'Every customer gets scores from 1 to 5 for recency, frequency and monetary value, as of the last day of'
\echo 'the export. Amounts in yen and dollars are converted to euros. The last two columns are medians.'
\echo
CREATE TABLE customer_rfm AS
SELECT * FROM segment.rfm('receipts', '2025-12-31', rates => 'rates');
ALTER TABLE customer_rfm ADD PRIMARY KEY (customer_id);

SELECT segment,
       count(*) AS customers,
       round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS "%",
       round(sum(monetary)) AS "revenue, EUR",
       round(100.0 * sum(monetary) / sum(sum(monetary)) OVER (), 1) AS "% of revenue",
       rpad(repeat('█', round(40.0 * sum(monetary) / sum(sum(monetary)) OVER ())::int), 20) AS " ",
       percentile_disc(0.5) WITHIN GROUP (ORDER BY recency_days) AS "days since last",
       percentile_disc(0.5) WITHIN GROUP (ORDER BY frequency) AS receipts
FROM customer_rfm
WHERE rfm_score IS NOT NULL
GROUP BY segment
ORDER BY sum(monetary) DESC;
