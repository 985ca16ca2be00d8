#!/usr/bin/env bash
# Reading receipts, in CPU seconds of one process: the median of RUNS (5) runs.  With workers, elapsed seconds too.
#
#   test/bench/receipts.sh [lines]          20,000,000 lines of 1/20 as many customers
#
# Two shapes: narrow receipts (bigint, date, numeric), and document lines with text ids, two
# lines a receipt, in order and shuffled.  For comparison: sums in plain SQL; and, if node and
# the npm package @duckdb/node-api are installed (npm install @duckdb/node-api), DuckDB with one
# thread on its own copy of the narrow receipts, with separate times for import and export.
# A third shape, lines with products and quantities, four a receipt, is for receipt_features; for
# comparison, pandas of Debian, its export and import included.
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

bench() {
    local i
    printf '%-66s %8.2f s\n' "$1" "$(for ((i = 0; i < ${RUNS:-5}; i++)); do cpu_once "$2"; done | sort -n | sed -n "$((${RUNS:-5} / 2 + 1))p")"
}

# elapsed seconds of one statement with so many workers, and CPU seconds of the leader and of the workers, which
# the server's first process adds up when they end
workers_once() {
    local server
    server=$(head -1 "$SCRATCH/data/postmaster.pid")
    sql <<SQL | awk '/Time/ { elapsed = $2; next } before == "" { before = $1; workers = $2; next } { printf "%.2f %.2f %.2f\n", elapsed / 1000, ($1 - before) / 100, ($2 - workers) / 100 }'
SET max_parallel_workers_per_gather = $1;
SELECT pg_catalog.pg_backend_pid() AS pid \gset
\setenv BACKEND :pid
\! echo \$(awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat) \$(awk '{ print \$16 + \$17 }' /proc/$server/stat)
\timing on
\o /dev/null
$2;
\o
\timing off
\! sleep 0.2; echo \$(awk '{ print \$14 + \$15 }' /proc/\$BACKEND/stat) \$(awk '{ print \$16 + \$17 }' /proc/$server/stat)
SQL
}

workers() {
    local i n
    for n in 0 1; do
        printf '%-66s %8.2f s elapsed, %.2f s leader, %.2f s workers\n' "$1, $n workers" \
            $(for ((i = 0; i < ${RUNS:-5}; i++)); do workers_once "$n" "$2"; done | sort -n | sed -n "$((${RUNS:-5} / 2 + 1))p")
    done
}

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=1GB -c max_parallel_workers_per_gather=0 -c jit=off -c synchronize_seqscans=off'
sql <<SQL
CREATE EXTENSION segment;
CREATE UNLOGGED TABLE narrow AS
SELECT (random() * random() * $customers)::bigint AS customer_id, date '2018-01-01' + (i / ($lines / 2500 + 1)) AS receipt_date,
       (random() * 10000)::int::numeric(10,2) + 0.99 AS amount
FROM generate_series(1, $lines) i;
-- the same, with customers who have equally many receipts
CREATE UNLOGGED TABLE even AS SELECT (random() * $customers)::bigint AS customer_id, receipt_date, amount FROM narrow;
CREATE UNLOGGED TABLE document_lines AS
SELECT '00' || lpad((hashint4extended(i / 2, 1) & 2147483647)::int % $customers || '', 8, '0') AS customer_id, lpad((i / 2)::text, 10, '0') AS receipt_id,
       date '2018-01-01' + (i / ($lines / 2500 + 1)) AS receipt_date, (random() * 10000)::int::numeric(10,2) - 99.01 AS amount
FROM generate_series(1, $lines) i;
CREATE UNLOGGED TABLE shuffled AS SELECT * FROM document_lines ORDER BY hashtext(receipt_id || amount);
CREATE UNLOGGED TABLE basket_lines AS
SELECT '00' || lpad((hashint4extended(i / 4, 1) & 2147483647)::int % $customers || '', 8, '0') AS customer_id, lpad((i / 4)::text, 10, '0') AS receipt_id,
       timestamp '2018-01-01' + (i / ($lines / 2500 + 1)) * interval '1 day' + i % 80000 * interval '1 second' AS receipt_date,
       (random() * 10000)::int::numeric(10,2) - 99.01 AS amount, i % 7 + 1 AS quantity, 'P' || (random() * random() * 5000)::int AS product_id
FROM generate_series(1, $lines) i;
VACUUM ANALYZE;
SQL

echo "$lines lines, $customers customers, PostgreSQL $(sql -c 'SHOW server_version'), one process"
bench 'narrow: read the columns' "SELECT count(*), max(receipt_date), max(customer_id) FROM narrow WHERE amount IS NOT NULL"
bench 'narrow: plain SQL, sums' 'SELECT count(*), sum(n), sum(total) FROM (SELECT customer_id, max(receipt_date) AS day, count(*) AS n, sum(amount) AS total FROM narrow GROUP BY 1) c'
bench 'narrow: rfm' "SELECT count(*) FROM rfm('narrow', '2025-12-31')"
bench 'narrow, customers spread evenly: plain SQL, sums' 'SELECT count(*), sum(n), sum(total) FROM (SELECT customer_id, max(receipt_date) AS day, count(*) AS n, sum(amount) AS total FROM even GROUP BY 1) c'
bench 'narrow, customers spread evenly: rfm' "SELECT count(*) FROM rfm('even', '2025-12-31')"
bench 'narrow: cohort_retention by month' "SELECT count(*) FROM cohort_retention('narrow', '2025-12-31')"
bench 'narrow: receipt_features' "SELECT count(*) FROM receipt_features('narrow', '2025-12-31')"
bench 'document lines: plain SQL, sums' "SELECT count(*), sum(n), sum(total) FROM (SELECT customer_id, max(day) AS day, count(*) AS n, sum(total) AS total
    FROM (SELECT customer_id, receipt_id, min(receipt_date) AS day, sum(amount) AS total FROM document_lines GROUP BY 1, 2) r GROUP BY 1) c"
bench 'document lines: rfm' "SELECT count(*) FROM rfm('document_lines', '2025-12-31')"
bench 'document lines: cohort_retention by month' "SELECT count(*) FROM cohort_retention('document_lines', '2025-12-31')"
bench 'document lines, shuffled: rfm' "SELECT count(*) FROM rfm('shuffled', '2025-12-31')"
sql -c 'SET segment.fit_memory = "64MB"' -c 'SET segment.progress = on' -c "SELECT count(*) FROM rfm('shuffled', '2025-12-31')" 2>&1 | sed -n 's/^NOTICE: */with 64 MB: /p'
workers 'narrow: rfm' "SELECT count(*) FROM rfm('narrow', '2025-12-31')"
workers 'narrow: cohort_retention by month' "SELECT count(*) FROM cohort_retention('narrow', '2025-12-31')"
workers 'document lines: rfm' "SELECT count(*) FROM rfm('document_lines', '2025-12-31')"
workers 'document lines: cohort_retention by month' "SELECT count(*) FROM cohort_retention('document_lines', '2025-12-31')"
bench 'basket lines: receipt_features' "SELECT count(*) FROM receipt_features('basket_lines', '2025-12-31')"
bench 'basket lines: cohort_retention by product_id, by year' "SELECT count(*) FROM cohort_retention('basket_lines', '2025-12-31', 'year', by => 'product_id')"
if /usr/bin/python3 -c 'import pandas' 2>/dev/null; then
    bench 'basket lines: COPY to CSV, for pandas' "COPY basket_lines TO '$SCRATCH/basket_lines.csv' (FORMAT csv)"
    /usr/bin/python3 "$TOP/test/bench/receipts_pandas.py" "$SCRATCH/basket_lines.csv"
else
    echo "pandas: not measured (apt install python3-pandas)"
fi

if node -e 'require("@duckdb/node-api")' 2>/dev/null; then
    bench 'narrow: COPY to CSV, for DuckDB' "COPY narrow TO '$SCRATCH/narrow.csv' (FORMAT csv)"
    node "$TOP/test/bench/receipts_duckdb.js" "$SCRATCH/narrow.csv"
else
    echo "DuckDB: not measured (npm install @duckdb/node-api)"
fi
