#!/usr/bin/env bash
# triggers over receipts against one GROUP BY customer_id, in CPU seconds of one process: the
# median of RUNS (5) runs, interleaved.
#
#   test/bench/triggers.sh [receipts]       2,000,000 receipts of 1/20 as many customers
#
# The bar: triggers take at most 3 times what GROUP BY takes to count and sum.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
receipts=${1:-2000000}
customers=$((receipts / 20))
runs=${RUNS:-5}

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

median() { sort -n | sed -n "$((runs / 2 + 1))p"; }

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=1GB -c max_parallel_workers_per_gather=0 -c jit=off -c synchronize_seqscans=off'
sql <<SQL
CREATE EXTENSION segment;
CREATE UNLOGGED TABLE receipts AS
SELECT (random() * random() * $customers)::bigint AS customer_id, date '2022-01-01' + (i / ($receipts / 1000 + 1)) AS receipt_date,
       (random() * 10000)::int::numeric(10,2) + 0.99 AS amount
FROM generate_series(1, $receipts) i;
CREATE UNLOGGED TABLE customers AS
SELECT i AS customer_id, date '1940-01-01' + (random() * 25000)::int AS birth_date FROM generate_series(0, $customers) i;
VACUUM ANALYZE;
SQL

echo "$receipts receipts, $customers customers, PostgreSQL $(sql -c 'SHOW server_version'), one process"
times=$(mktemp -d)
trap 'rm -rf "$times"; scratch_remove' EXIT
for ((i = 0; i < runs; i++)); do
    cpu_once 'SELECT count(*), sum(n) FROM (SELECT customer_id, count(*) AS n, sum(amount) AS total, max(receipt_date) AS last FROM receipts GROUP BY customer_id) c' >>"$times/group"
    cpu_once "SELECT count(*) FROM triggers('receipts', '2024-09-26')" >>"$times/triggers"
    cpu_once "SELECT count(*) FROM triggers('receipts', '2024-09-26', customers => 'customers')" >>"$times/birthdays"
    cpu_once "SELECT count(*) FROM trigger_lapsed('receipts', '2024-09-26')" >>"$times/lapsed"
done
group=$(median <"$times/group")
printf '%-50s %6.2f s\n' 'plain SQL: one GROUP BY customer_id' "$group"
for what in triggers birthdays lapsed; do
    awk -v what="$what" -v t="$(median <"$times/$what")" -v g="$group" 'BEGIN { printf "%-50s %6.2f s, %.2f times GROUP BY\n",
        what == "triggers" ? "triggers" : what == "lapsed" ? "trigger_lapsed alone" : "triggers with birthdays", t, t / g }'
done
