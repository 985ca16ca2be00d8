#!/usr/bin/env bash
# logit_fit from a table, compared with R, scikit-learn and statsmodels in memory: processor
# seconds, the best of RUNS (3) interleaved runs, one thread each.  The rows for the peers are
# exported before, and reading them is not timed.  Fails below the ratios that are promised:
# 5 to glm.fit of R, 2 to Logit of statsmodels; and if a log-likelihood differs.  A peer that is not installed is named and skipped.
#
#   test/bench/logit.sh [rows [features [share of true labels in percent]]]
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
bench=$(cd "$(dirname "$0")" && pwd)
rows=${1:-200000} features=${2:-20} percent=${3:-3}
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# seconds of the server's processor for a statement
cost() {
    sql -o /dev/null -c 'SET client_min_messages = log' -c 'SET log_statement_stats = on' -c "$1" 2>&1 |
        awk '/^!.* s user, .* s elapsed/ { line = $2 + $5 } END { print line }'
}

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c max_parallel_workers_per_gather=0 -c jit=off -c client_min_messages=warning'
sql <<SQL
CREATE EXTENSION segment;
SELECT setseed(0.42);
CREATE TABLE sample AS
SELECT f AS features, random() < 1 / (1 + exp(-(ln($percent / (100.0 - $percent)) - 0.6 + f[1] + f[2] / 2 - f[3] * 0.8 + f[4] / 5))) AS label
FROM (SELECT ARRAY(SELECT random() * 2 - 1 + random() * 2 - 1 FROM generate_series(1, $features) AS j WHERE i > 0) AS f FROM generate_series(1, $rows) i) r;
VACUUM ANALYZE sample;
SQL
sql -c "COPY (SELECT array_to_string(label::int::float8 || features, ' ') FROM sample) TO STDOUT" |
    /usr/bin/python3 -c 'import sys, array; [array.array("d", map(float, line.split())).tofile(sys.stdout.buffer) for line in sys.stdin]' >"$SCRATCH/rows.bin"
likelihood=$(sql -c 'SELECT log_likelihood FROM segment.logit_metrics((SELECT segment.logit_fit(label, features) FROM sample))')

results=$SCRATCH/results
: >"$results"
for ((i = 0; i < ${RUNS:-3}; i++)); do
    echo "segment $(cost 'SELECT segment.logit_fit(label, features) FROM sample') $likelihood" >>"$results"
    if command -v Rscript >/dev/null; then
        Rscript "$bench/logit_peer.R" "$SCRATCH/rows.bin" "$rows" "$features" >>"$results"
    else
        echo 'skipped: no Rscript' >&2
    fi
    /usr/bin/python3 "$bench/logit_peer.py" "$SCRATCH/rows.bin" "$rows" "$features" >>"$results"
done
echo "$rows rows, $features features, $(sql -c 'SELECT round(100 * avg(label::int), 1) FROM sample') % true"
awk '{
    if (!($1 in best) || $2 < best[$1])
        best[$1] = $2
    likelihood[$1] = $3
}
END {
    promised["glm.fit"] = 5
    promised["statsmodels_Logit"] = 2
    for (name in best) {
        ratio = best[name] / best["segment"]
        off = (likelihood[name] - likelihood["segment"]) / likelihood["segment"]
        printf "%-24s %7.3f s  %5.1f x", name, best[name], ratio
        if (ratio < promised[name]) {
            printf "  BELOW %d", promised[name]
            failed = 1
        }
        if (off * off > 1e-12) {
            printf "  OTHER LIKELIHOOD"
            failed = 1
        }
        print ""
    }
    exit failed
}' "$results"
