\echo 'Customers by the month of their first receipt, and the percentage of them with a receipt n months later.'
\echo 'An incomplete month would be blank, not 0.'
\echo
CREATE TABLE retention AS
SELECT * FROM segment.cohort_retention('receipts', '2025-12-31', 'month', rates => 'rates');

SELECT cohort || to_char(customers, '9,990') AS "cohort, size", period, round(100 * retention) AS percent
FROM retention
WHERE cohort >= '2025-01'
ORDER BY cohort, period
\crosstabview "cohort, size" period percent period
