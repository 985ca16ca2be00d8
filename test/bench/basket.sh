#!/usr/bin/env bash
# Itemsets, rules and offers from a table, compared with pairs counted in plain SQL and, where R
# has it, with arules in memory.
#
#   test/bench/basket.sh [baskets]          default: 200000, with 5,000 products
#
# The baskets are for arules written to a CSV file before.  CPU seconds of one process, the best
# of the repeats, all in one run on one machine: compare the ratios, not the seconds.
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
bench=$(cd "$(dirname "$0")" && pwd)
baskets=${1:-200000}
repeats=${REPEATS:-3}
support=0.001
confidence=0.2

# CPU seconds of the fastest of the repeats of a query, with settings before it.
cpu_of() {
    local settings=$1 query=$2
    for _ in $(seq "$repeats"); do
        PGOPTIONS='-c client_min_messages=log' psql -XqAt -c "SET max_parallel_workers_per_gather = 0; SET work_mem = '512MB'; $settings" \
            -c 'SET log_statement_stats = on' -c "$query" 2>&1 >"$SCRATCH/answer" |
            sed -nE 's/^!\s+([0-9.]+) s user, ([0-9.]+) s system, .* elapsed$/\1 \2/p' | tail -1
    done | awk '{ print $1 + $2 }' | sort -n | head -1
}

report() { awk -v name="$1" -v seconds="$2" -v ours="$3" 'BEGIN { printf "  %-46s %8.3f s  %7.2f x\n", name, seconds, seconds / ours }'; }

trap scratch_remove EXIT
scratch_make
scratch_start
psql -Xq -c 'CREATE EXTENSION segment' -c "
    SELECT setseed(0.5);
    CREATE UNLOGGED TABLE line AS
    SELECT b AS basket, (1 + floor(4999 * power(random(), 3)))::int AS product
    FROM (SELECT b, 1 + (random() * 12)::int + (random() * 4)::int AS size FROM generate_series(1, $baskets) AS b OFFSET 0) AS s, generate_series(1, size)
    UNION
    SELECT b, 3 * bundle + part
    FROM (SELECT b, (random() * 800)::int AS bundle FROM generate_series(1, $baskets) AS b WHERE random() < 0.35) AS s, generate_series(0, 2) AS part
    WHERE random() < 0.8;
    CREATE UNLOGGED TABLE basket AS SELECT basket, array_agg('p' || product) AS items FROM line GROUP BY basket" -c 'VACUUM ANALYZE line, basket' >"$SCRATCH/load.log"
psql -XqAt -c "SELECT format('%s baskets, %s items of baskets', (SELECT count(*) FROM basket), (SELECT count(*) FROM line))"

fit="segment.basket_fit(items, '{\"min_support\": $support}')"
psql -Xq -c "CREATE TABLE model AS SELECT $fit AS model FROM basket"
psql -XqAt -c "SELECT format('support $support: %s itemsets, %s rules', options ->> 'itemsets', (SELECT count(*) FROM segment.basket_rules(model, $confidence, 0))) FROM model, segment.model_info(model)"

ours=$(cpu_of '' "SELECT count(*) FROM segment.basket_rules((SELECT $fit FROM basket), $confidence, 0)")
report 'segment, from the table of baskets to rules' "$ours" "$ours"
report 'reading the baskets: sum(cardinality(items))' "$(cpu_of '' 'SELECT sum(cardinality(items)) FROM basket')" "$ours"
whole=$(cpu_of '' "SELECT count(*) FROM segment.basket_rules((SELECT $fit FROM (SELECT array_agg(product::text) AS items FROM line GROUP BY basket) AS b), $confidence, 0)")
report 'segment, from the table of lines to rules' "$whole" "$ours"
pairs=$(cpu_of '' "SELECT count(*) FROM (
    SELECT a.product, b.product FROM line AS a JOIN line AS b USING (basket) WHERE a.product < b.product
    GROUP BY 1, 2 HAVING count(*) >= $baskets * $support) AS p")
report 'plain SQL, the same pairs alone' "$pairs" "$ours"
awk -v ours="$ours" -v theirs="$pairs" 'BEGIN { exit !(theirs >= 20 * ours) }' || { echo 'slower than promised: 20 times as fast as plain SQL'; exit 1; }

# the pairs must be equal, otherwise the times cannot be compared
sql_pairs=$(cat "$SCRATCH/answer")
our_pairs=$(psql -XqAt -c 'SELECT count(*) FROM model, segment.basket_itemsets(model) WHERE length = 2')
[ "$sql_pairs" = "$our_pairs" ] || { echo "$our_pairs pairs, but plain SQL has $sql_pairs"; exit 1; }

# offers to 20,000 baskets by at least 300,000 rules
psql -Xq -c "CREATE TABLE rich AS SELECT segment.basket_fit(items, '{\"min_count\": 9}') AS model FROM basket"
rules=$(psql -XqAt -c "SELECT sum(length) FROM rich, segment.basket_itemsets(model) WHERE length > 1")
offers=$(cpu_of '' 'SELECT count(*) FROM (SELECT items FROM basket LIMIT 20000) AS b, segment.basket_offers((SELECT model FROM rich), b.items)')
report "offers to 20,000 baskets by $rules rules" "$offers" "$ours"

if command -v Rscript >/dev/null && Rscript -e 'stopifnot(requireNamespace("arules", quietly = TRUE))' 2>"$SCRATCH/r.log"; then
    psql -Xq -c "COPY (SELECT basket, product FROM line ORDER BY basket) TO STDOUT (FORMAT csv)" >"$SCRATCH/line.csv"
    # the names, then the CPU seconds, of both steps
    Rscript "$bench/basket_arules.R" "$SCRATCH/line.csv" "$support" "$confidence" | while read -r seconds name; do report "arules, $name" "$seconds" "$ours"; done
else
    echo '  arules is not installed for R: not compared'
fi
