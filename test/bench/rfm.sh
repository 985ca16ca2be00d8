#!/usr/bin/env bash
# RFM of a million customers, compared with plain SQL: the best of RUNS (3) runs.
#
#   test/bench/rfm.sh [rows]
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
rows=${1:-1000000}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# milliseconds of a statement's best run
best() {
    local i
    for ((i = 0; i < ${RUNS:-3}; i++)); do
        sql -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
    done | sort -n | head -1
}

bench() { printf '%-66s %9.0f ms\n' "$1" "$(best "$2")"; }

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=256MB -c max_parallel_workers_per_gather=0 -c jit=off'
sql <<SQL
CREATE EXTENSION segment;
CREATE TABLE customers AS
SELECT i AS customer_id, (random() * random() * 730)::int AS days, 1 + (-ln(random()) * 4)::int AS orders,
       round((exp(4 + random() * 4))::numeric, 2)::float8 AS spent
FROM generate_series(1, $rows) i;
CREATE TABLE receipts AS
SELECT (hashint4(i / 3) & 32767 & hashint4(-i / 3))::text AS customer_id, (i / 3)::text AS receipt_id,
       date '2018-01-01' + i / ($rows / 730 + 1) AS receipt_date, round((random() * 100)::numeric, 2) AS amount, 'EUR' AS currency
FROM generate_series(1, $rows) i;
CREATE TABLE model AS SELECT rfm_fit(days, orders, spent) AS model FROM customers;
VACUUM ANALYZE;
SQL

echo "$rows customers, $rows receipt lines, $(sql -c 'SHOW server_version'), no parallel workers"
bench 'read the three columns (sum)' 'SELECT sum(days), sum(orders), sum(spent) FROM customers'
bench 'rfm_fit' 'SELECT length(rfm_fit(days, orders, spent)) FROM customers'
bench 'percentile_cont of the three' "SELECT percentile_cont(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY days),
    percentile_cont(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY orders),
    percentile_cont(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY spent) FROM customers"
bench 'rfm_score by the model' 'SELECT count(rfm_score((SELECT model FROM model), days, orders, spent)) FROM customers'
bench 'rfm_details by the model' 'SELECT count(d.segment) FROM customers, rfm_details((SELECT model FROM model), days, orders, spent) d'
bench 'rfm_fit and rfm_score' 'SELECT count(rfm_score((SELECT rfm_fit(days, orders, spent) FROM customers), days, orders, spent)) FROM customers'
bench 'rfm_score OVER ()' 'SELECT count(s) FROM (SELECT rfm_score(days, orders, spent) OVER () AS s FROM customers) c'
bench 'ntile(5) OVER (...), three times' 'SELECT count(r + f + m) FROM (SELECT ntile(5) OVER (ORDER BY days DESC) AS r,
    ntile(5) OVER (ORDER BY orders) AS f, ntile(5) OVER (ORDER BY spent) AS m FROM customers) c'
bench 'rfm(receipts, as_of)' "SELECT count(*) FROM rfm('receipts', '2019-12-31')"
bench 'the same sums in plain SQL, without scores' "SELECT sum(date '2019-12-31' - day), sum(receipts), sum(total)
    FROM (SELECT customer_id, max(day) AS day, count(*) AS receipts, sum(total) AS total
          FROM (SELECT customer_id, receipt_id, min(receipt_date) AS day, sum(amount) AS total
                FROM receipts GROUP BY customer_id, receipt_id) t GROUP BY customer_id) c"
bench 'cohort_retention(receipts, as_of)' "SELECT count(*) FROM cohort_retention('receipts', '2019-12-31')"
