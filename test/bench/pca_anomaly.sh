#!/usr/bin/env bash
# PCA and anomaly scores from a table, compared with numpy and scikit-learn in memory.
#
#   test/bench/pca_anomaly.sh [pca] [anomaly]
#
# Needs Debian's python3-sklearn. The rows for Python are exported before; this is not
# timed. The extension reads its rows from the table. Every figure is the best of the
# repeats, all in one run on one machine: compare the ratios, not the seconds.
# ROWS limits the number of rows, for a trial: REPEATS=1 ROWS=20000 test/bench/pca_anomaly.sh
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
bench=$(cd "$(dirname "$0")" && pwd)
repeats=${REPEATS:-5}
families=("$@")
[ ${#families[@]} -gt 0 ] || families=(pca anomaly)

# Seconds of the fastest of the repeats of a query, with settings before it.
best_of() {
    local settings=$1 query=$2
    for _ in $(seq "$repeats"); do
        psql -XqAt -c "$settings" -c '\timing on' -c "$query" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
    done | sort -n | awk 'NR == 1 { printf "%.4f\n", $1 / 1000 }'
}

python() { env -u OPENBLAS_NUM_THREADS -u OMP_NUM_THREADS /usr/bin/python3 "$@"; }

# name, seconds, and the ratios of the other times to the time of the extension
report() { awk -v ours="$3" -v name="$1" -v seconds="$2" 'BEGIN { printf "  %-34s %8.3f s  %6.2f x\n", name, seconds, seconds / ours }'; }

serial='SET max_parallel_workers_per_gather = 0'
parallel='SET max_parallel_workers_per_gather = 2'

# A number of rows, at most ROWS.
limited() { echo $((${ROWS:-$1} < $1 ? ROWS : $1)); }

bench_pca() {
    local n d=$2 theirs ours fit
    n=$(limited "$1")
    psql -Xq -c "
        SELECT setseed(0.42);
        CREATE UNLOGGED TABLE rows_$d AS
        SELECT ARRAY(SELECT random() + i % 7 * 0.1 * (j % 3) FROM generate_series(1, $d) AS j WHERE i > 0) AS features
        FROM generate_series(1, $n) AS i;" -c "VACUUM ANALYZE rows_$d" >"$SCRATCH/load.log"
    psql -Xq -c "COPY (SELECT features FROM rows_$d) TO STDOUT (FORMAT binary)" >"$SCRATCH/rows.bin"
    theirs=$(python "$bench/pca.py" "$SCRATCH/rows.bin" "$d" "$repeats")
    rm "$SCRATCH/rows.bin"
    fit="SELECT length(segment.pca_fit(features, '{\"standardize\": \"none\"}')) FROM rows_$d"
    ours=$(best_of "$parallel" "$fit")
    echo "pca_fit, $n x $d"
    report "segment, from the table" "$ours" "$ours"
    report "segment, one process" "$(best_of "$serial" "$fit")" "$ours"
    report "sum(features[1]), from the table" "$(best_of "$parallel" "SELECT sum(features[1]) FROM rows_$d")" "$ours"
    while read -r name seconds _; do report "$name" "$seconds" "$ours"; done <<<"$theirs"
    report "segment, pca_x of all rows (max)" "$(best_of "$parallel" "
        SELECT max(segment.pca_x((SELECT segment.pca_fit(features) FROM (SELECT features FROM rows_$d LIMIT 1000) AS sample), features))
        FROM rows_$d")" "$ours"
    # the numbers must be equal, otherwise the times cannot be compared
    awk '{ print $3, $4 }' <<<"$theirs" | while read -r first second; do
        psql -XqAt -c "
            SELECT 'variances differ' FROM segment.pca_components((SELECT segment.pca_fit(features, '{\"standardize\": \"none\"}') FROM rows_$d))
            GROUP BY component, explained_variance
            HAVING abs(explained_variance / (CASE component WHEN 1 THEN $first ELSE $second END) - 1) > 1e-7"
    done
    psql -Xq -c "DROP TABLE rows_$d"
}

trap scratch_remove EXIT
SCRATCH_OPTIONS='-c shared_buffers=1GB -c max_wal_size=4GB -c jit=off'
scratch_make
scratch_start
psql -Xq -c 'CREATE EXTENSION segment'
for family in "${families[@]}"; do
    case $family in
        pca)
            bench_pca 1000000 20
            bench_pca 200000 200
            ;;
        *)
            [ -f "$bench/$family.sh" ] || { echo "no such family: $family" >&2; exit 1; }
            # shellcheck source=anomaly.sh
            . "$bench/$family.sh"
            ;;
    esac
done
