#!/usr/bin/env bash
# The BI views over many registered k-means models, read whole: the best of RUNS (5)
# runs, as a superuser and as the role that owns the models, before the registry was
# ever analyzed and after.
#
#   test/bench/views.sh [models [k [features]]]      default: 50 8 10
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
models=${1:-50} k=${2:-8} features=${3:-10}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# The best of each: milliseconds until the last row was sent, and of the server's processor.
best() {
    local i
    for ((i = 0; i < ${RUNS:-5}; i++)); do
        sql -U "$1" -o /dev/null -c 'SET client_min_messages = log' -c "$2" 2>&1 |
            awk '/^!.* s user, .* s elapsed/ { line = $8 * 1000 " " ($2 + $5) * 1000 } END { print line }'
    done | awk 'NR == 1 || $1 < e { e = $1 } NR == 1 || $2 < c { c = $2 } END { printf "%8.1f ms, processor %6.1f ms", e, c }'
}

trap scratch_remove EXIT
scratch_make
SCRATCH_OPTIONS='-c autovacuum=off'
scratch_start
sql <<SQL
CREATE EXTENSION segment;
CREATE ROLE analyst LOGIN;
SELECT segment.grant_modeler('analyst') \g /dev/null
GRANT CREATE ON SCHEMA public TO analyst;
ALTER ROLE analyst SET log_statement_stats = on;
ALTER ROLE postgres SET log_statement_stats = on;
SET ROLE analyst;
SELECT setseed(0.5) \g /dev/null
SELECT format('CREATE TABLE shoppers AS SELECT i AS id, %s FROM generate_series(1, 2000) i',
              string_agg(format('(i %% %s) * 10 + random() * 5 AS feature_%s', $k, j), ', ')) FROM generate_series(1, $features) j \gexec
SELECT count(segment.create_model('model ' || i, 'kmeans', 'shoppers', 'id', options => '{"k": $k, "n_init": 1}')) FROM generate_series(1, $models) i \g /dev/null
SELECT count(segment.fit('model ' || i)) FROM generate_series(1, $models) i, generate_series(1, 3) n \g /dev/null
SQL

echo "$models models of k = $k over $features features, 3 versions each, $(sql -c 'SHOW server_version')"
for state in 'not analyzed' analyzed; do
    [ "$state" != analyzed ] || sql -c 'VACUUM ANALYZE'
    for role in postgres analyst; do
        for view in cluster_profile cluster_summary models drift_report; do
            printf '%-14s %-10s %-18s %6d rows %s\n' "$state" "$role" "$view" \
                "$(sql -U "$role" -c "SELECT count(*) FROM segment.$view")" "$(best "$role" "SELECT * FROM segment.$view")"
        done
    done
done
