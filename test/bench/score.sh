#!/usr/bin/env bash
# The figures of a score beside scikit-learn, in CPU seconds: the best of RUNS (5) runs each,
# taken in turn.  The database reads a table; scikit-learn has its arrays in memory.
#
#   test/bench/score.sh [rows]
set -euo pipefail
. "$(dirname "$0")/../scratch.sh"
rows=${1:-200000}
PYTHON=${PYTHON:-/usr/bin/python3}

sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# CPU ms of a statement in a new session, after one run that warms it
in_database() {
    sql <<SQL
$1;
CREATE TEMP TABLE before AS SELECT sum(f::float8) AS ticks FROM regexp_split_to_table(split_part(pg_read_file('/proc/self/stat'), ') ', 2), ' ') WITH ORDINALITY s(f, i) WHERE i IN (12, 13);
\o /dev/null
$1; $1; $1; $1; $1;
\o
SELECT (sum(f::float8) - (SELECT ticks FROM before)) * 10 / 5 FROM regexp_split_to_table(split_part(pg_read_file('/proc/self/stat'), ') ', 2), ' ') WITH ORDINALITY s(f, i) WHERE i IN (12, 13);
SQL
}

# CPU ms of an expression over label and score
in_python() {
    "$PYTHON" - "$SCRATCH/scores.csv" "$1" <<'PY'
import sys, time
import numpy as np
from sklearn.metrics import roc_auc_score
data = np.loadtxt(sys.argv[1], delimiter=',')
label, score = data[:, 0] == 1, data[:, 1]
eval(sys.argv[2])
start = time.process_time()
for _ in range(5):
    eval(sys.argv[2])
print((time.process_time() - start) * 1000 / 5)
PY
}

best() {
    local i
    for ((i = 0; i < ${RUNS:-5}; i++)); do "$@" | tail -1; done | sort -n | head -1
}

trap scratch_remove EXIT
scratch_make
scratch_start
export PGOPTIONS='-c search_path=public,segment -c work_mem=256MB -c max_parallel_workers_per_gather=0 -c jit=off'
sql <<SQL
CREATE EXTENSION segment;
SELECT setseed(0.5);
CREATE TABLE customers AS
SELECT i AS customer_id, random() < s AS label, s AS score, round(s::numeric, 3)::float8 AS rounded
FROM generate_series(1, $rows) i, LATERAL (SELECT 1 / (1 + exp(2 - 3 * random() + 0 * i)) AS s) r;
VACUUM ANALYZE customers;
\\copy (SELECT label::int, score FROM customers) TO '$SCRATCH/scores.csv' CSV
SQL

echo "$rows rows, $(sql -c 'SHOW server_version'), no parallel workers; CPU ms"
printf '%-50s %8.0f\n' 'read the two columns' "$(best in_database 'SELECT count(label), sum(score) FROM customers')"
printf '%-50s %8.0f\n' 'score_fit and auc' "$(best in_database 'SELECT auc FROM score_metrics((SELECT score_fit(label, score) FROM customers))')"
printf '%-50s %8.0f\n' 'score_fit and auc, scores of three digits' "$(best in_database 'SELECT auc FROM score_metrics((SELECT score_fit(label, rounded) FROM customers))')"
printf '%-50s %8.0f\n' 'scikit-learn: roc_auc_score, arrays in memory' "$(best in_python 'roc_auc_score(label, score)')"
printf '%-50s %8.0f\n' 'scikit-learn: roc_auc_score, three digits' "$(best in_python 'roc_auc_score(label, np.round(score, 3))')"
