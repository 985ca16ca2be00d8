#!/usr/bin/env bash
# Ledgers, in CPU seconds of one process.
#
#   test/bench/ledger.sh [lines]            20,000,000 document lines of 1/20 as many customers
#
# The same table is built by create_ledger and by plain SQL.  Then 1 % new lines are inserted, one in twenty
# of them into old months, and the ledger is refreshed; three times, of which the median counts.  RFM and cohorts
# are read from the ledger, from the lines, and computed by plain SQL from the lines.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
lines=${1:-20000000}
customers=$((lines / 20))

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# CPU seconds of one statement, of the server's process alone
cpu_once() {
    sql <<SQL | awk 'NR == 1 { before = $1 } END { printf "%.2f\n", ($1 - before) / 100 }'
SELECT pg_catalog.pg_backend_pid() AS pid \gset
\setenv BACKEND :pid
\! awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat
\o /dev/null
$1;
\o
\! awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat
SQL
}

# the median of RUNS (3) runs of a statement; before each of them another one
bench() {
    local i
    printf '%-66s %8.2f s\n' "$1" "$(for ((i = 0; i < ${RUNS:-3}; i++)); do sql -c "${3:-}" >/dev/null; cpu_once "$2"; done | sort -n | sed -n "$((${RUNS:-3} / 2 + 1))p")"
}

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=1GB -c max_parallel_workers_per_gather=0 -c jit=off -c synchronize_seqscans=off -c client_min_messages=warning'
sql <<SQL
CREATE EXTENSION segment;
CREATE TABLE document_lines AS
SELECT '00' || lpad((hashint4extended(i / 2, 1) & 2147483647)::int % $customers || '', 8, '0') AS customer_id, lpad((i / 2)::text, 10, '0') AS receipt_id,
       date '2018-01-01' + (i / ($lines / 2500 + 1)) AS receipt_date, (random() * 10000)::int::numeric(10,2) - 99.01 AS amount
FROM generate_series(1, $lines) i;
CREATE INDEX ON document_lines (customer_id);
-- the same table for plain SQL
CREATE TABLE plain (receipts bigint NOT NULL, lines bigint NOT NULL, month date NOT NULL, first_date date, last_date date, net numeric NOT NULL, sales numeric,
                    quantity numeric, customer_id text NOT NULL, PRIMARY KEY (customer_id, month)) PARTITION BY RANGE (month);
SELECT format('CREATE TABLE plain_%s PARTITION OF plain FOR VALUES FROM (%L) TO (%L)', to_char(m, 'YYYY_MM'), m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2018-01-01', '2024-12-01', '1 month') m \gexec
CREATE VIEW cells AS
SELECT count(*) FILTER (WHERE total >= 0) AS receipts, sum(n)::bigint AS lines, month, min(day) FILTER (WHERE total >= 0) AS first_date,
       max(day) FILTER (WHERE total >= 0) AS last_date, sum(total) AS net, sum(total) FILTER (WHERE total >= 0) AS sales, NULL::numeric AS quantity, customer_id
FROM (SELECT customer_id, receipt_id, date_trunc('month', receipt_date)::date AS month, min(receipt_date) AS day, sum(amount) AS total, count(*) AS n
      FROM document_lines GROUP BY 1, 2, 3) r
GROUP BY customer_id, month;
VACUUM ANALYZE;
SQL

echo "$lines document lines, $customers customers, PostgreSQL $(sql -c 'SHOW server_version'), one process"
RUNS=1 bench 'plain SQL: build the same table' 'INSERT INTO plain SELECT * FROM cells'
bench 'create_ledger' "SELECT create_ledger('book', 'document_lines', 'changes')" "SELECT drop_ledger('book') WHERE to_regclass('book') IS NOT NULL"
echo "the same rows: $(sql -c 'SELECT NOT EXISTS (SELECT b::text FROM book b EXCEPT SELECT p::text FROM plain p) AND (SELECT count(*) FROM book) = (SELECT count(*) FROM plain)')"
sql -c 'VACUUM ANALYZE'
bench 'refresh after 1 % new lines, 5 % of them late' "CALL refresh_ledger('book')" \
    "INSERT INTO document_lines SELECT '00' || lpad((random() * $customers)::int || '', 8, '0'), 'n' || i / 2, date '2024-11-01' - CASE WHEN i % 20 = 0 THEN (random() * 2400)::int ELSE i % 7 END, 12.50 FROM generate_series(1, $lines / 100) i"
bench 'refresh with nothing new' "CALL refresh_ledger('book')"
sql -c 'VACUUM ANALYZE'
bench 'RFM of a month end: sums in plain SQL, without scores, of the lines' "SELECT count(*), sum(n), sum(total) FROM (SELECT customer_id, max(day) AS day, count(*) AS n, sum(total) AS total
    FROM (SELECT customer_id, receipt_id, min(receipt_date) AS day, sum(amount) AS total FROM document_lines WHERE receipt_date <= '2024-06-30' GROUP BY 1, 2) r GROUP BY 1) c"
bench 'RFM of a month end: rfm of the lines' "SELECT count(*) FROM rfm('document_lines', '2024-06-30')"
bench 'RFM of a month end: rfm of the ledger' "SELECT count(*) FROM rfm('book', '2024-06-30')"
bench 'cohorts: plain SQL, customers only, of the lines' "SELECT count(*) FROM (SELECT c.cohort, m.month, count(*) FROM (SELECT customer_id, date_trunc('month', min(receipt_date)) AS cohort FROM document_lines GROUP BY 1) c
    JOIN (SELECT DISTINCT customer_id, date_trunc('month', receipt_date) AS month FROM document_lines) m USING (customer_id) GROUP BY 1, 2) t"
bench 'cohorts: cohort_retention of the lines' "SELECT count(*) FROM cohort_retention('document_lines', '2024-12-31')"
bench 'cohorts: cohort_retention of the ledger' "SELECT count(*) FROM cohort_retention('book', '2024-12-31')"
