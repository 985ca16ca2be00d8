#!/usr/bin/env bash
# clv_fit of a million customers, from a table to a model, against scipy's L-BFGS-B on the same
# likelihoods, from arrays to parameters: processor time, best of RUNS (3) for clv_fit and one run
# of scipy.  Also clv_details of all customers.  Fails when clv_fit is not ten times faster, or
# finds a lower likelihood.  Without scipy the comparison is skipped.
#
#   test/bench/clv.sh [customers]
set -euo pipefail
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/../scratch.sh"
customers=${1:-1000000}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# milliseconds of the server's processor for a statement
cost() {
    sql -o /dev/null -c 'SET client_min_messages = log' -c 'SET log_statement_stats = on' -c "$1" 2>&1 |
        awk '/^!.* s user, .* s elapsed/ { line = ($2 + $5) * 1000 } END { print line }'
}

least() { printf '%s\n' "$@" | sort -n | head -1; }

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy, scipy' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "SKIP: Python has no scipy (Debian: python3-scipy), so there is nothing to compare with"
    exit 0
fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

work=$(mktemp -d)
trap 'rm -rf "$work"; scratch_remove' EXIT
scratch_make
scratch_start
export PGOPTIONS='-c max_parallel_workers_per_gather=0 -c jit=off -c client_min_messages=warning'
"$python" "$bench/clv_peer.py" make "$work/customers.csv" "$customers"
sql -c 'CREATE EXTENSION segment' -c 'CREATE TABLE customers (x int, t_x int, t_cal int, mean_value float8)'
sql -c '\copy customers FROM STDIN CSV' <"$work/customers.csv"
sql -c 'VACUUM ANALYZE customers' -c 'CREATE TABLE model AS SELECT segment.clv_fit(x, t_x, t_cal, mean_value) AS model FROM customers'

fits=() details=()
for ((i = 0; i < ${RUNS:-3}; i++)); do
    fits+=("$(cost 'SELECT segment.clv_fit(x, t_x, t_cal, mean_value) FROM customers')")
    details+=("$(cost 'SELECT count(segment.clv_details((SELECT model FROM model), x, t_x, t_cal, mean_value)) FROM customers')")
done
"$python" "$bench/clv_peer.py" fit "$work/customers.csv" >"$work/peer"
sql -F' ' -c "SELECT 'segment', $(least "${fits[@]}") / 1000.0, max(log_likelihood) FILTER (WHERE model_part = 'mbgnbd'),
    string_agg(estimate::text, ' ' ORDER BY p.ordinality) FROM model, segment.clv_parameters(model) WITH ORDINALITY p" >>"$work/peer"
cat "$work/peer"
printf 'clv_details of all customers, 12 months: %.0f ms\n' "$(least "${details[@]}")"
awk '{ seconds[$1] = $2; likelihood[$1] = $3 }
    END {
        printf "%d rows: clv_fit %.0f ms, scipy %.1f times as long, scipy over counted rows %.1f times\n", '"$customers"',
            seconds["segment"] * 1000, seconds["scipy"] / seconds["segment"], seconds["scipy_distinct"] / seconds["segment"]
        exit seconds["scipy"] < 10 * seconds["segment"] || likelihood["segment"] < likelihood["scipy"] - 0.01
    }' "$work/peer"
