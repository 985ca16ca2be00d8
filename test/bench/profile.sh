#!/usr/bin/env bash
# Profile codes of a million customers with nine attributes, compared with sum(features[1]):
# processor time of the server, the best of RUNS (5) interleaved runs.  Fails when a code
# takes more than twice as long.
#
#   test/bench/profile.sh [rows]
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
rows=${1:-1000000}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# milliseconds of the server's processor for a statement
cost() {
    sql -o /dev/null -c 'SET client_min_messages = log' -c 'SET log_statement_stats = on' -c "$1" 2>&1 |
        awk '/^!.* s user, .* s elapsed/ { line = ($2 + $5) * 1000 } END { print line }'
}

least() { printf '%s\n' "$@" | sort -n | head -1; }

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c max_parallel_workers_per_gather=0 -c jit=off -c client_min_messages=warning'
sql <<SQL
CREATE EXTENSION segment;
CREATE TABLE numbers AS
SELECT ARRAY[i % 1009, i % 997, i % 991, i % 983, i % 977, i % 971, i % 967, i % 953, i % 947]::float8[] AS features, '{}'::text[] AS categories
FROM generate_series(1, $rows) i;
CREATE TABLE mixed AS
SELECT features[1:6] AS features, ARRAY['channel ' || features[7]::int % 4, 'trade ' || features[8]::int % 9, 'region ' || features[9]::int % 17] AS categories FROM numbers;
CREATE TABLE model AS SELECT 'numbers' AS source, segment.profile_fit(features, categories, '{"letters": 3}') AS model FROM numbers
UNION ALL SELECT 'mixed', segment.profile_fit(features, categories, '{"letters": 3}') FROM mixed;
VACUUM ANALYZE;
SQL

failed=0
for source in numbers mixed; do
    sums=() codes=()
    for ((i = 0; i < ${RUNS:-5}; i++)); do
        sums+=("$(cost "SELECT sum(features[1]) FROM $source")")
        codes+=("$(cost "SELECT count(segment.profile_code((SELECT model FROM model WHERE source = '$source'), features, categories)) FROM $source")")
    done
    awk -v source="$source" -v rows="$rows" -v sum="$(least "${sums[@]}")" -v code="$(least "${codes[@]}")" 'BEGIN {
        printf "%-8s %d rows: sum(features[1]) %.0f ms, profile_code %.0f ms, ratio %.2f\n", source, rows, sum, code, code / sum
        exit code > 2 * sum }' || failed=1
done
exit $failed
